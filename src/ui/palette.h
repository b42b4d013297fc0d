/* What can be added: a tile for each kind of component, structure, and the real programs. A click
 * activates "win.add" with the row's name; a drag carries the name to the canvas. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

GtkWidget *tb_palette_new (void);

G_END_DECLS
