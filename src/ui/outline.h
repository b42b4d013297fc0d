/* The document as a list: tiers with their components, components outside of tiers, links. The twin
 * of the canvas that needs no pointer and no picture: selecting here selects there and scrolls. */
#pragma once

#include <gtk/gtk.h>

#include "tb-edit.h"

G_BEGIN_DECLS

#define TB_TYPE_OUTLINE (tb_outline_get_type ())
G_DECLARE_FINAL_TYPE (TbOutline, tb_outline, TB, OUTLINE, GtkWidget)

GtkWidget *tb_outline_new (void);
void tb_outline_set_editor (TbOutline *outline, TbEditor *editor);

/* Signals: "picked" (guint uid): chosen here, so the canvas should show it; "entered" (guint uid):
 * Enter, so it should have the focus; "menu" (guint uid): its menu. */

G_END_DECLS
