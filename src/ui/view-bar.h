/* Which view of the architecture is shown: the way to it, and a menu of all views. */
#pragma once

#include <gtk/gtk.h>

#include "tb-edit.h"

G_BEGIN_DECLS

#define TB_TYPE_VIEW_BAR (tb_view_bar_get_type ())
G_DECLARE_FINAL_TYPE (TbViewBar, tb_view_bar, TB, VIEW_BAR, GtkWidget)

GtkWidget *tb_view_bar_new (void);
/* NULL: nothing to show. */
void tb_view_bar_set_editor (TbViewBar *bar, TbEditor *editor);

G_END_DECLS
