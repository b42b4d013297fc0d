/* The router's door: plain arrays in, ways out. */
#include "route-private.h"

void
tb_route_all (const TbRect *shapes, guint n_shapes, const TbRouteRequest *requests,
              guint n_requests, TbRoute *routes)
{
  g_autofree TbObstacle *obstacles = g_new0 (TbObstacle, n_shapes + 1);
  g_autofree TbPath *paths = g_new0 (TbPath, n_requests + 1);
  TbRouteMap map;
  for (guint i = 0; i < n_shapes; i++)
    obstacles[i] = (TbObstacle){ shapes[i],
                                 { shapes[i].x + shapes[i].width / 2,
                                   shapes[i].y + shapes[i].height / 2 },
                                 FALSE };
  tb_route_map_init (&map, obstacles, n_shapes);
  for (guint i = 0; i < n_requests; i++)
    {
      g_assert (requests[i].from < n_shapes && requests[i].to < n_shapes);
      tb_route_path (&map, &requests[i], FALSE, &paths[i]);
    }
  tb_route_nudge (&map, requests, paths, n_requests, routes);
  tb_route_map_clear (&map);
}

void
tb_routes_clear (TbRoute *routes, guint n)
{
  for (guint i = 0; i < n; i++)
    g_clear_pointer (&routes[i].points, g_free);
}
