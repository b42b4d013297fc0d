/* The editor's questions, answered by typing over the canvas: a new element, what to connect to. */
#pragma once

#include "tb-canvas.h"

G_BEGIN_DECLS

/* what: as in the editor's signal "ask". */
void tb_ask_editor (TbCanvas *canvas, const char *what);

G_END_DECLS
