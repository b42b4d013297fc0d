/* A label that is not seen but read out: what changed, what was undone, what a toast says. */
#pragma once

#include <gtk/gtk.h>

#include "tb-edit.h"

G_BEGIN_DECLS

GtkWidget *tb_announcer_new (void);
/* Until something else is said. */
void tb_announcer_say (GtkWidget *announcer, const char *words);
/* From now on it tells of this editor. */
void tb_announcer_follow (GtkWidget *announcer, TbEditor *editor);

G_END_DECLS
