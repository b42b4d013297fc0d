/* The router's plain door: arrays in, ways out. */
#include "route-private.h"

void
tb_route_all (const TbRect *shapes, guint n_shapes, const TbRouteRequest *requests,
              guint n_requests, TbRoute *routes)
{
  g_autoptr (TbRouter) router = tb_router_new ();
  for (guint i = 0; i < n_shapes; i++)
    {
      const TbRect *r = &shapes[i];
      TbRouterShape shape = { TB_SHAPE_CARD, *r, { r->x + r->width / 2, r->y + r->height / 2 } };
      tb_router_set_shape (router, i + 1, &shape);
    }
  for (guint i = 0; i < n_requests; i++)
    {
      const TbRouteRequest *r = &requests[i];
      g_assert (r->from < n_shapes && r->to < n_shapes);
      TbRouterLink link = { .from = r->from + 1, .to = r->to + 1, .from_side = r->from_side,
                            .to_side = r->to_side, .from_at = -1, .to_at = -1, .bends = r->bends,
                            .n_bends = r->n_bends, .label_at = -1 };
      tb_router_set_link (router, i + 1, &link);
    }
  tb_router_update (router, NULL, NULL, NULL);
  for (guint i = 0; i < n_requests; i++)
    {
      TbRouterRoute route;
      gboolean found = tb_router_route (router, i + 1, &route);
      g_assert (found);
      routes[i] = (TbRoute){ g_memdup2 (route.points, route.n * sizeof (TbPoint)), route.n };
    }
}

void
tb_routes_clear (TbRoute *routes, guint n)
{
  for (guint i = 0; i < n; i++)
    g_clear_pointer (&routes[i].points, g_free);
}
