/* A link's way as its corners, one behind the other: n of them, whose pieces run level or upright. */
#pragma once

#include "tb-diagram.h"

double tb_points_length (const TbPoint *points, guint n);
/* The place that far behind its begin: its end where it is not that long. */
TbPoint tb_points_at (const TbPoint *points, guint n, double distance);
/* The same on the line with its corners rounded as they are painted. */
TbPoint tb_points_on_curve (const TbPoint *points, guint n, double distance);
