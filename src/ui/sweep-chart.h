#pragma once

#include <cairo.h>

#include "tb-sweep.h"

G_BEGIN_DECLS

/* Draws what was measured at n delays, rising; fewer than two make no line. */
void tb_sweep_chart_paint (cairo_t *cr, int width, int height, const TbSweepPoint *points, guint n);

G_END_DECLS
