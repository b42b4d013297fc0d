/* A widget that is put into its place after the first picture of its window: the drawing is seen
 * before the panels around it are measured and styled. Until then its place is kept, as wide and as
 * high as the widget's own size request. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define TB_TYPE_LATER (tb_later_get_type ())
G_DECLARE_FINAL_TYPE (TbLater, tb_later, TB, LATER, GtkWidget)

/* child: (transfer floating). Where it is not visible, nothing of this is. */
GtkWidget *tb_later_new (GtkWidget *child);

G_END_DECLS
