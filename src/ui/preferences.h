/* What a person can choose for all documents. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

void tb_show_preferences (GtkWindow *parent);

G_END_DECLS
