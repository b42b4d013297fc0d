/* The update: of each step only what the changes touched, and the answers.
 *
 *   find_touched    whose path may differ               (path_dirty)
 *   search_paths    these paths; the others stand       (dirty)
 *   share, stages   sides, then nudging, each passing on whose outcome differs
 *   finish          jumps, labels */
#include "route-router-private.h"

#include <math.h>
#include <string.h>

/* ---- Whose path may differ ------------------------------------------------------------------- */

static TbRect
grown (const TbRect *r, double by)
{
  return (TbRect){ r->x - by, r->y - by, r->width + 2 * by, r->height + 2 * by };
}

static gboolean
path_touches (const TbPath *path, const TbRect *rect)
{
  for (guint i = 1; i < path->n; i++)
    {
      TbPoint a = path->points[i - 1], b = path->points[i];
      TbRect line = { MIN (a.x, b.x), MIN (a.y, b.y), fabs (a.x - b.x), fabs (a.y - b.y) };
      if (tb_route_touches (&line, rect))
        return TRUE;
    }
  return FALSE;
}

static gboolean
names_changed_witness (TbRouter *router, const TbPath *path)
{
  for (guint i = 0; i < path->n_witnesses; i++)
    if (router->map.items[path->witnesses[i]].changed)
      return TRUE;
  return FALSE;
}

static gboolean
reads_touch (const TbPath *path, const TbRect *rect)
{
  for (guint i = 0; i < path->n_reads; i++)
    if (tb_route_touches (&path->reads[i], rect))
      return TRUE;
  return FALSE;
}

static gboolean
is_touched (TbRouter *router, const TbRouteWay *way)
{
  const TbPath *raw = &way->raw;
  if (!raw->searched && names_changed_witness (router, raw))
    return TRUE;
  for (guint i = router->n_seen; i < router->changed_rects->len; i++)
    {
      TbRect r = grown (&g_array_index (router->changed_rects, TbRect, i), TB_ROUTE_AWAY);
      if (raw->searched ? tb_route_touches (&raw->region, &r)
                        : (tb_route_touches (&way->raw_bounds, &r) && path_touches (raw, &r))
                              || reads_touch (raw, &r))
        return TRUE;
    }
  return FALSE;
}

/* The room of its ends along their sides may be another. */
static void
note_sides (TbRouter *router, const TbRouteWay *way)
{
  for (guint k = 0; k < 2; k++)
    {
      const TbRouteEnd *end = k ? &way->leg.to : &way->leg.from;
      TbPoint next = way->raw.points[k ? way->raw.n - 2 : 1];
      TbRect at = { next.x, next.y, 0, 0 }, box = grown (&end->rect, 1);
      at = grown (&at, MAX (end->rect.width, end->rect.height));
      tb_rect_union (&box, &at, &box);
      box = grown (&box, TB_ROUTE_AWAY);
      for (guint i = router->n_seen; i < router->changed_rects->len; i++)
        if (tb_route_touches (&box, &g_array_index (router->changed_rects, TbRect, i)))
          {
            g_array_append_val (router->side_shapes,
                                TB_ROUTE_SHAPE (router, k ? way->to_shape : way->from_shape)->key);
            break;
          }
    }
}

/* All that changed, in one. */
static TbRect
changed_bounds (const TbRouter *router)
{
  TbRect all = { 0, 0, 0, 0 };
  for (guint i = router->n_seen; i < router->changed_rects->len; i++)
    {
      TbRect r = g_array_index (router->changed_rects, TbRect, i);
      r.width = MAX (r.width, 1);
      r.height = MAX (r.height, 1);
      tb_rect_union (&all, &r, &all);
    }
  return all;
}

/* A way's path and its ends, as far as note_sides() looks. */
static TbRect
surroundings (const TbRouteWay *way)
{
  const TbRect *a = &way->leg.from.rect, *b = &way->leg.to.rect;
  double most = MAX (MAX (a->width, a->height), MAX (b->width, b->height));
  return grown (&way->raw_bounds, most + TB_ROUTE_AWAY + 2);
}

static void
find_touched (TbRouter *router)
{
  TbRect all = changed_bounds (router);
  gboolean many = router->changed_rects->len - router->n_seen > 64 + router->ways->len / 2;
  for (guint i = 0; i < router->ways->len; i++)
    {
      TbRouteWay *way = TB_ROUTE_WAY (router, i);
      if (way == NULL || !way->present || way->waiting)
        continue;
      if (many)
        way->path_dirty = way->dirty = TRUE;
      if (!way->path_dirty && is_touched (router, way))
        way->path_dirty = TRUE;
      TbRect near_it = surroundings (way);
      if (!way->dirty && tb_route_touches (&near_it, &all))
        note_sides (router, way);
    }
  for (guint i = 0; i < router->changed_ids->len; i++)
    router->map.items[g_array_index (router->changed_ids, guint, i)].changed = FALSE;
  g_array_set_size (router->changed_ids, 0);
  router->n_seen = router->changed_rects->len;
}

/* ---- Paths ----------------------------------------------------------------------------------- */

static gboolean
same_path (const TbPath *a, const TbPath *b)
{
  return a->n == b->n && a->from_side == b->from_side && a->to_side == b->to_side
         && a->pins == b->pins && a->through_shape == b->through_shape
         && memcmp (a->points, b->points, a->n * sizeof *a->points) == 0;
}

static void
search_path (TbRouter *router, TbRouteWay *way)
{
  TbPath path;
  tb_route_path (&router->map, &way->leg, way->spec.bends, way->spec.n_bends, &path);
  way->dirty |= way->waiting || !same_path (&way->raw, &path);
  way->changed |= way->raw.over_border != path.over_border;
  tb_path_clear (&way->raw);
  way->raw = path;
  way->path_dirty = way->waiting = FALSE;
  TbPoint low = path.points[0], high = low;
  for (guint i = 1; i < path.n; i++)
    {
      low = (TbPoint){ MIN (low.x, path.points[i].x), MIN (low.y, path.points[i].y) };
      high = (TbPoint){ MAX (high.x, path.points[i].x), MAX (high.y, path.points[i].y) };
    }
  way->raw_bounds = (TbRect){ low.x, low.y, high.x - low.x, high.y - low.y };
}

static gboolean
lies_near (const TbRouteWay *way, const TbRect *rect)
{
  TbPoint a = way->straight[0], b = way->straight[1];
  TbRect r = { MIN (a.x, b.x), MIN (a.y, b.y), fabs (a.x - b.x), fabs (a.y - b.y) };
  return tb_route_touches (&r, rect);
}

/* FALSE: stopped before all were done. *left: some lie elsewhere. */
static gboolean
search_paths (TbRouter *router, const TbRect *first, TbRouterStop stop, gpointer data,
              gboolean *left)
{
  *left = FALSE;
  for (guint i = 0; i < router->ways->len; i++)
    {
      TbRouteWay *way = TB_ROUTE_WAY (router, i);
      if (way == NULL || !way->present || !way->path_dirty)
        continue;
      if (first != NULL && !lies_near (way, first))
        {
          *left = TRUE;
          continue;
        }
      if (stop != NULL && stop (data))
        return FALSE;
      search_path (router, way);
    }
  return TRUE;
}

/* ---- What concerns several links ------------------------------------------------------------- */

static void
add_shape_once (TbRouter *router, guint slot, GArray *shapes)
{
  TbRouteShape *shape = TB_ROUTE_SHAPE (router, slot);
  if (shape->mark == router->turn)
    return;
  shape->mark = router->turn;
  g_array_append_val (shapes, slot);
}

static void
share_sides (TbRouter *router, GArray *dirty)
{
  g_autoptr (GArray) shapes = g_array_new (FALSE, FALSE, sizeof (guint));
  guint slot;
  router->turn++;
  for (guint i = 0; i < router->side_shapes->len; i++)
    if (tb_route_find_slot (router->shape_slots, g_array_index (router->side_shapes, guint, i),
                            &slot))
      add_shape_once (router, slot, shapes);
  for (guint i = 0; i < router->ways->len; i++)
    {
      const TbRouteWay *way = TB_ROUTE_WAY (router, i);
      if (way != NULL && way->present && !way->waiting && way->dirty)
        {
          add_shape_once (router, way->from_shape, shapes);
          add_shape_once (router, way->to_shape, shapes);
        }
    }
  tb_route_share_sides (router, shapes, dirty);
  g_array_set_size (router->side_shapes, 0);
}

static void
forget_removed (TbRouter *router)
{
  for (guint i = 0; i < router->removed->len; i++)
    {
      guint slot = g_array_index (router->removed, guint, i);
      tb_route_finish_take_out (router, TB_ROUTE_WAY (router, slot), slot);
      tb_route_free_way (TB_ROUTE_WAY (router, slot));
      g_ptr_array_index (router->ways, slot) = NULL;
      g_array_append_val (router->free_ways, slot);
    }
  g_array_set_size (router->removed, 0);
}

static void
run_steps (TbRouter *router)
{
  g_autoptr (GArray) dirty = g_array_new (FALSE, FALSE, sizeof (guint));
  share_sides (router, dirty);
  for (guint stage = 0; stage < TB_ROUTE_STAGES; stage++)
    tb_route_stage_run (router, stage, dirty);
  for (guint i = 0; i < router->ways->len; i++)
    if (TB_ROUTE_WAY (router, i) != NULL && !TB_ROUTE_WAY (router, i)->waiting)
      TB_ROUTE_WAY (router, i)->dirty = FALSE;
  g_array_set_size (router->changed_rects, 0);
  router->n_seen = 0;
  forget_removed (router);
  tb_route_finish (router, dirty);
}

gboolean
tb_router_update (TbRouter *router, const TbRect *first, TbRouterStop stop, gpointer data)
{
  gboolean left;
  if (!router->stale)
    return TRUE;
  find_touched (router);
  if (!search_paths (router, first, stop, data, &left))
    return FALSE;
  run_steps (router);
  router->stale = left;
  return !left;
}

/* ---- Answers --------------------------------------------------------------------------------- */

static int
by_word (gconstpointer a, gconstpointer b)
{
  guint x = *(const guint *) a, y = *(const guint *) b;
  return x < y ? -1 : x > y;
}

void
tb_router_take_changed (TbRouter *router, GArray *keys)
{
  guint begin = keys->len;
  for (guint i = 0; i < router->ways->len; i++)
    {
      TbRouteWay *way = TB_ROUTE_WAY (router, i);
      if (way != NULL && way->changed)
        g_array_append_val (keys, way->key);
      if (way != NULL)
        way->changed = FALSE;
    }
  if (keys->len > begin)
    qsort (&g_array_index (keys, guint, begin), keys->len - begin, sizeof (guint), by_word);
}

gboolean
tb_router_route (const TbRouter *router, guint key, TbRouterRoute *route)
{
  guint slot;
  if (!tb_route_find_slot (router->way_slots, key, &slot) || !TB_ROUTE_WAY (router, slot)->present)
    return FALSE;
  TbRouteWay *way = TB_ROUTE_WAY (router, slot);
  *route = (TbRouterRoute){ .pending = way->points == NULL || way->path_dirty };
  route->points = way->points ? way->points : way->straight;
  route->n = way->points ? way->n_points : 2;
  if (way->points == NULL)
    return TRUE;
  route->jumps = way->jumps;
  route->n_jumps = way->n_jumps;
  route->label = way->label;
  route->from_side = way->raw.from_side;
  route->to_side = way->raw.to_side;
  route->through_shape = way->raw.through_shape;
  route->over_border = way->raw.over_border;
  return TRUE;
}

static int
by_port (gconstpointer pa, gconstpointer pb)
{
  const TbRouterPort *a = pa, *b = pb;
  int order = a->side != b->side ? (a->side < b->side ? -1 : 1) : strcmp (a->name, b->name);
  return order;
}

void
tb_router_ports (const TbRouter *router, guint key, GArray *ports)
{
  guint slot, begin = ports->len, m = begin;
  if (!tb_route_find_slot (router->shape_slots, key, &slot))
    return;
  const TbRouteShape *shape = TB_ROUTE_SHAPE (router, slot);
  for (guint i = 0; i < shape->ways->len; i++)
    {
      const TbRouteWay *way = TB_ROUTE_WAY (router, g_array_index (shape->ways, guint, i));
      for (guint k = 0; k < 2 && way->points != NULL; k++)
        {
          const char *name = k ? way->spec.to_port : way->spec.from_port;
          TbRouterPort port = { key, name, k ? way->raw.to_side : way->raw.from_side,
                                way->points[k ? way->n_points - 1 : 0] };
          if (name != NULL && *name && (k ? way->to_shape : way->from_shape) == slot)
            g_array_append_val (ports, port);
        }
    }
  if (ports->len == begin)
    return;
  qsort (&g_array_index (ports, TbRouterPort, begin), ports->len - begin, sizeof (TbRouterPort),
         by_port);
  for (guint i = begin; i < ports->len; i++)
    if (m == begin
        || by_port (&g_array_index (ports, TbRouterPort, i),
                    &g_array_index (ports, TbRouterPort, m - 1)) != 0)
      g_array_index (ports, TbRouterPort, m++) = g_array_index (ports, TbRouterPort, i);
  g_array_set_size (ports, m);
}
