/* What sets two recordings side by side (compare.c) and what goes through their events (comparing.c) share. */
#pragma once

#include "past-private.h"
#include "tb-compare.h"

TbComparison *tb_comparison_new (void);
/* Figures of its links, of all of it; lasted_ns has to be known. */
void tb_comparison_take_links (TbComparison *c, TbPast *past, guint side);
/* Tables of TbComparedLabel and of TbComparedOrder, whose values become the comparison's, in their order. */
void tb_comparison_take (TbComparison *c, GHashTable *labels, GHashTable *orders);
