/* What two recordings of one scenario have in common and what not, in a window of its own. */
#pragma once

#include <gtk/gtk.h>

#include "tb-past.h"

G_BEGIN_DECLS

void tb_compare_view_open (GtkWindow *parent, TbPast *first, TbPast *second);

G_END_DECLS
