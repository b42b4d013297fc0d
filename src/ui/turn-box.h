/* A line of words with what belongs to it: the rest stands at its end where there is room, else below it, in as many
 * lines as it takes. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define TB_TYPE_TURN_BOX (tb_turn_box_get_type ())
G_DECLARE_FINAL_TYPE (TbTurnBox, tb_turn_box, TB, TURN_BOX, GtkWidget)

/* words keep at least that width, or all that they would like if that is less, while the rest stands beside them. */
GtkWidget *tb_turn_box_new (GtkWidget *words, int least, int spacing);
void tb_turn_box_append (TbTurnBox *box, GtkWidget *child);

G_END_DECLS
