/* The steps of a document by name, to go back to or forward again. */
#pragma once

#include <gtk/gtk.h>

#include "tb-model.h"

G_BEGIN_DECLS

/* What a "History" button pops up; it is filled each time it opens. (transfer floating) */
GtkWidget *tb_history_menu_new (void);
void tb_history_menu_set_document (GtkWidget *history, TbDocument *document); /* NULL: none */

G_END_DECLS
