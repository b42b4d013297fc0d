/* Going from one part of the window to the next by key, and back to the drawing. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Gives the focus to the pane after (1) or before (-1) the one that has it, in a ring; those that
 * are not shown are left out. From elsewhere: the first or the last. */
void tb_panes_step (GtkWidget *const *panes, guint n, int step);
/* Escape anywhere in the pane, where nothing in it wants that key, gives the focus to the drawing. */
void tb_pane_escapes_to (GtkWidget *pane, GtkWidget *drawing);

G_END_DECLS
