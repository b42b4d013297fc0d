/* Find by typing: elements of the document and commands of the window. */
#pragma once

#include <gtk/gtk.h>

#include "tb-edit.h"

G_BEGIN_DECLS

/* A popover under anchor; what is chosen is done through "win.reveal" and "edit.*". editor may be
 * NULL: then nothing happens. */
void tb_search_popup (GtkWidget *anchor, TbEditor *editor);

G_END_DECLS
