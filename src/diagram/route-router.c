/* Shapes and links by keys. */
#include "route-private.h"

#include <string.h>

typedef struct
{
  guint key;
  TbRouterShape shape;
} Shape;

typedef struct
{
  guint key;
  TbRouterLink link; /* owns its strings and bends */
  TbRoute route;
  TbSide from_side, to_side;
  gboolean present, changed, crossing;
} Link;

struct _TbRouter
{
  GTree *shapes, *links; /* by key: order never depends on time */
  gboolean stale;
  gboolean jumps;
};

static int
by_key (gconstpointer a, gconstpointer b, gpointer data)
{
  (void) data;
  guint x = GPOINTER_TO_UINT (a), y = GPOINTER_TO_UINT (b);
  return x < y ? -1 : x > y;
}

static void
free_link (gpointer data)
{
  Link *link = data;
  g_free ((char *) link->link.from_port);
  g_free ((char *) link->link.to_port);
  g_free ((TbPoint *) link->link.bends);
  g_free (link->route.points);
  g_free (link);
}

TbRouter *
tb_router_new (void)
{
  TbRouter *router = g_new0 (TbRouter, 1);
  router->shapes = g_tree_new_full (by_key, NULL, NULL, g_free);
  router->links = g_tree_new_full (by_key, NULL, NULL, free_link);
  router->jumps = TRUE;
  return router;
}

void
tb_router_free (TbRouter *router)
{
  if (router == NULL)
    return;
  g_tree_unref (router->shapes);
  g_tree_unref (router->links);
  g_free (router);
}

void
tb_router_set_shape (TbRouter *router, guint key, const TbRouterShape *shape)
{
  Shape *old = g_tree_lookup (router->shapes, GUINT_TO_POINTER (key));
  if (old != NULL && memcmp (&old->shape, shape, sizeof *shape) == 0)
    return;
  Shape *made = g_new0 (Shape, 1);
  made->key = key;
  made->shape = *shape;
  g_tree_replace (router->shapes, GUINT_TO_POINTER (key), made);
  router->stale = TRUE;
}

void
tb_router_remove_shape (TbRouter *router, guint key)
{
  router->stale |= g_tree_remove (router->shapes, GUINT_TO_POINTER (key));
}

static gboolean
same_link (const TbRouterLink *a, const TbRouterLink *b)
{
  return a->from == b->from && a->to == b->to && a->from_side == b->from_side
         && a->to_side == b->to_side && a->from_at == b->from_at && a->to_at == b->to_at
         && g_strcmp0 (a->from_port, b->from_port) == 0 && g_strcmp0 (a->to_port, b->to_port) == 0
         && a->n_bends == b->n_bends
         && (a->n_bends == 0 || memcmp (a->bends, b->bends, a->n_bends * sizeof *a->bends) == 0)
         && a->label_width == b->label_width && a->label_height == b->label_height
         && a->label_at == b->label_at && a->label_offset == b->label_offset;
}

void
tb_router_set_link (TbRouter *router, guint key, const TbRouterLink *link)
{
  Link *old = g_tree_lookup (router->links, GUINT_TO_POINTER (key));
  if (old != NULL && same_link (&old->link, link))
    return;
  Link *made = g_new0 (Link, 1);
  made->key = key;
  made->link = *link;
  made->link.from_port = g_strdup (link->from_port);
  made->link.to_port = g_strdup (link->to_port);
  made->link.bends = g_memdup2 (link->bends, link->n_bends * sizeof *link->bends);
  g_tree_replace (router->links, GUINT_TO_POINTER (key), made);
  router->stale = TRUE;
}

void
tb_router_remove_link (TbRouter *router, guint key)
{
  router->stale |= g_tree_remove (router->links, GUINT_TO_POINTER (key));
}

typedef struct
{
  TbRouter *router;
  GHashTable *index; /* of shapes, by key, + 1 */
  GArray *obstacles, *requests;
  GPtrArray *links;
} Job;

static gboolean
add_obstacle (gpointer key, gpointer value, gpointer data)
{
  const Shape *s = value;
  Job *job = data;
  if (s->shape.kind == TB_SHAPE_CONTAINER)
    return FALSE;
  TbObstacle o = { s->shape.rect, s->shape.centre, s->shape.kind == TB_SHAPE_TEXT };
  g_array_append_val (job->obstacles, o);
  g_hash_table_insert (job->index, key, GUINT_TO_POINTER (job->obstacles->len));
  return FALSE;
}

static gboolean
add_request (gpointer key, gpointer value, gpointer data)
{
  (void) key;
  Link *link = value;
  Job *job = data;
  guint from = GPOINTER_TO_UINT (g_hash_table_lookup (job->index,
                                                      GUINT_TO_POINTER (link->link.from)));
  guint to = GPOINTER_TO_UINT (g_hash_table_lookup (job->index, GUINT_TO_POINTER (link->link.to)));
  link->present = from && to;
  if (!link->present)
    return FALSE;
  TbRouteRequest r = { from - 1, to - 1, link->link.from_side, link->link.to_side,
                       link->link.bends, link->link.n_bends };
  g_array_append_val (job->requests, r);
  g_ptr_array_add (job->links, link);
  return FALSE;
}

static void
take_route (Link *link, TbRoute route, const TbPath *path)
{
  link->changed |= route.n != link->route.n
                   || memcmp (route.points, link->route.points, route.n * sizeof (TbPoint)) != 0;
  g_free (link->route.points);
  link->route = route;
  link->from_side = path->from_side;
  link->to_side = path->to_side;
  link->crossing = path->crossing;
}

static void
route_all (Job *job)
{
  TbRouteMap map;
  const TbRouteRequest *requests = (const TbRouteRequest *) (void *) job->requests->data;
  guint n = job->requests->len;
  g_autofree TbPath *paths = g_new0 (TbPath, n + 1);
  g_autofree TbRoute *routes = g_new0 (TbRoute, n + 1);
  tb_route_map_init (&map, (const TbObstacle *) (void *) job->obstacles->data,
                     job->obstacles->len);
  for (guint i = 0; i < n; i++)
    tb_route_path (&map, &requests[i], FALSE, &paths[i]);
  tb_route_nudge (&map, requests, paths, n, routes);
  for (guint i = 0; i < n; i++)
    take_route (g_ptr_array_index (job->links, i), routes[i], &paths[i]);
  tb_route_map_clear (&map);
}

gboolean
tb_router_update (TbRouter *router, const TbRect *first, TbRouterStop stop, gpointer data)
{
  Job job = { router, g_hash_table_new (NULL, NULL),
              g_array_new (FALSE, FALSE, sizeof (TbObstacle)),
              g_array_new (FALSE, FALSE, sizeof (TbRouteRequest)), g_ptr_array_new () };
  (void) first;
  if (router->stale && (stop == NULL || !stop (data)))
    {
      g_tree_foreach (router->shapes, add_obstacle, &job);
      g_tree_foreach (router->links, add_request, &job);
      route_all (&job);
      router->stale = FALSE;
    }
  g_hash_table_unref (job.index);
  g_array_unref (job.obstacles);
  g_array_unref (job.requests);
  g_ptr_array_unref (job.links);
  return !router->stale;
}

static gboolean
take_if_changed (gpointer key, gpointer value, gpointer data)
{
  Link *link = value;
  guint k = GPOINTER_TO_UINT (key);
  if (link->changed)
    g_array_append_val ((GArray *) data, k);
  link->changed = FALSE;
  return FALSE;
}

void
tb_router_take_changed (TbRouter *router, GArray *keys)
{
  g_tree_foreach (router->links, take_if_changed, keys);
}

gboolean
tb_router_route (const TbRouter *router, guint key, TbRouterRoute *route)
{
  Link *link = g_tree_lookup (router->links, GUINT_TO_POINTER (key));
  if (link == NULL || !link->present)
    return FALSE;
  *route = (TbRouterRoute){ .points = link->route.points,
                            .n = link->route.n,
                            .from_side = link->from_side,
                            .to_side = link->to_side,
                            .through_shape = link->crossing };
  return TRUE;
}

void
tb_router_set_jumps (TbRouter *router, gboolean jumps)
{
  router->jumps = jumps;
}

void
tb_router_ports (const TbRouter *router, guint shape, GArray *ports)
{
  (void) router;
  (void) shape;
  (void) ports;
}
