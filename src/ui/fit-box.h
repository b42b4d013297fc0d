/* A row that gives up its least important children where there is no room, instead of forcing its
 * window to be wide. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define TB_TYPE_FIT_BOX (tb_fit_box_get_type ())
G_DECLARE_FINAL_TYPE (TbFitBox, tb_fit_box, TB, FIT_BOX, GtkWidget)

GtkWidget *tb_fit_box_new (int spacing);
/* priority 0 is always shown; of the others the highest number goes first. */
void tb_fit_box_append (TbFitBox *box, GtkWidget *child, guint priority);
/* Children of a priority above this are not shown, however much room there is. */
void tb_fit_box_set_limit (TbFitBox *box, guint priority);

G_END_DECLS
