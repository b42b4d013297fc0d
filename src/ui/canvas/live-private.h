/* What the files of the live layer share. live.c: selection, handles, simple gestures. live-arrange.c:
 * guides, room, a link bent by hand, places that are offered. */
#pragma once

#include "canvas-private.h"

G_BEGIN_DECLS

typedef struct
{
  TbCanvas *canvas;
  GtkSnapshot *snapshot;
  const TbScene *scene;
  GdkRGBA accent, accent_soft, card, bad;
} TbLivePen;

TbLivePen tb_live_pen (TbCanvas *canvas, GtkSnapshot *snapshot);
/* live.c. World coordinates; widths and radii in widget pixels. */
void tb_live_route (TbLivePen *pen, const TbPoint *points, guint n, const GdkRGBA *colour,
                    double width, gboolean dashed);
void tb_live_square_handle (TbLivePen *pen, TbPoint world);
void tb_live_round_handle (TbLivePen *pen, TbPoint world, double radius);

/* live-arrange.c */
void tb_live_guides (TbLivePen *pen);
void tb_live_room (TbLivePen *pen, const TbGestureState *gesture);
void tb_live_bend (TbLivePen *pen);
void tb_live_label (TbLivePen *pen, const TbGestureState *gesture);
void tb_live_ghosts (TbLivePen *pen); /* tidy.c */
void tb_live_link_parts (TbLivePen *pen, TbUid link);

G_END_DECLS
