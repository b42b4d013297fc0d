/* Lists that a gesture or a command brings up on the canvas. */
#pragma once

#include "tb-canvas.h"

G_BEGIN_DECLS

/* A link from there was let go over empty canvas at that point of the drawing: what should be
 * there? */
void tb_offer_kinds (TbCanvas *canvas, TbUid from, double x, double y);
/* What the view hides, to be shown again. */
void tb_offer_hidden (TbCanvas *canvas);

G_END_DECLS
