/* Finding a place for a card that comes into a drawing that stays as it is. */
#pragma once

#include "editor-private.h"

G_BEGIN_DECLS

/* Containers by id, NULL for none; strings are the model's: valid until the next edit. */
typedef struct
{
  const char *tier, *layer, *group;
} TbHome;

TbHome tb_home_of (TbEditor *editor, TbUid component);
/* The containers drawn at a point, the smallest of each kind. */
TbHome tb_home_at (TbEditor *editor, TbPoint at);
/* Inside a transaction: sets tier=, layer= and group= where home has them. */
void tb_home_set (TbEditor *editor, TbUid component, const TbHome *home);

/* Where a card that belongs there may stand with its middle near wish. */
TbRect tb_editor_spot (TbEditor *editor, TbPoint wish, const TbHome *home);

typedef struct
{
  TbPoint from, to;
} TbWay;

/* The same for what stands between two points. Returns how far from the wish it had to go, in units
 * of the drawing, with what its containers have to grow; ∞ where there is no such place, and it
 * stands outside. */
double tb_editor_spot_on_way (TbEditor *editor, TbPoint wish, const TbHome *home, const TbWay *way,
                              TbRect *best);

/* create.c, inside a transaction: a new component there. */
TbUid tb_editor_create_at (TbEditor *editor, const TbPaletteRow *row, const TbRect *rect,
                           const TbHome *home);

G_END_DECLS
