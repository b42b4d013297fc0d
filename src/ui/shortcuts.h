/* The list of keys, made from the tables of actions and commands. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

void tb_show_shortcuts (GtkWindow *parent);

G_END_DECLS
