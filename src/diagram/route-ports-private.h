#pragma once

#include "route-private.h"

/* First half of tb_route_nudge(). */
void tb_route_share_sides (TbRouteMap *map, const TbRouteRequest *requests, TbPath *paths, guint n);
