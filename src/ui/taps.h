/* What Tierboard itself costs a run, so that it is told from the system's behaviour: over the canvas, where
 * it is in sight however narrow the window is. */
#pragma once

#include <gtk/gtk.h>

#include "tb-session.h"

G_BEGIN_DECLS

/* Hidden until there is something to say. (transfer floating) */
GtkWidget *tb_taps_new (void);
/* frame may be NULL: nothing runs. */
void tb_taps_show (GtkWidget *taps, const TbLiveFrame *frame);

G_END_DECLS
