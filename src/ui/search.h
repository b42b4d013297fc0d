/* Search in the drawing: a bar over it. What is found stays as it is, the rest is dimmed; Enter goes
 * from one to the next; names can be replaced. */
#pragma once

#include "tb-canvas.h"

G_BEGIN_DECLS

/* Opens it in box, below its first child, and gives it the focus; made when it is first asked for. */
void tb_search_open (GtkBox *box, TbCanvas *canvas);

G_END_DECLS
