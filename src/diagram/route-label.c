/* Labels where room is, beside their links.
 *
 * In order: those that a person put somewhere first, then by key; each sees those before it. What a
 * label's place depends on is where it looked (its reach), so a change makes those labels look
 * again in whose reach it lies, and a label that moves those after it. */
#include "points-private.h"
#include "route-router-private.h"

#include <math.h>

#define BESIDE 5.0 /* between a link and what stands beside it */

/* ---- What a box would cover ------------------------------------------------------------------ */

typedef struct
{
  TbRouter *router;
  guint slot;       /* whose it is */
  gboolean label;   /* it is the link's own label, which is placed in order */
  double width, height;
  GArray *ids;
  TbRect best, reach;
  double least;
} Look;

static double
overlap (const TbRect *a, const TbRect *b, double margin)
{
  double w = MIN (a->x + a->width, b->x + b->width) - MAX (a->x, b->x) + margin;
  double h = MIN (a->y + a->height, b->y + b->height) - MAX (a->y, b->y) + margin;
  return w > 0 && h > 0 ? w * h : 0;
}

static TbRect
grown (const TbRect *r, double by)
{
  return (TbRect){ r->x - by, r->y - by, r->width + 2 * by, r->height + 2 * by };
}

static gboolean
is_kept (const TbRouteWay *way)
{
  return way->spec.label_at >= 0;
}

/* Whether a's label is placed before b's. */
static gboolean
is_before (const TbRouteWay *a, const TbRouteWay *b)
{
  return is_kept (a) != is_kept (b) ? is_kept (a) : a->key < b->key;
}

static double
covers_obstacles (Look *look, const TbRect *box, const TbRect *near_it)
{
  double area = 0;
  g_array_set_size (look->ids, 0);
  tb_route_map_query (&look->router->map, near_it, look->ids);
  for (guint i = 0; i < look->ids->len; i++)
    {
      const TbObstacle *o = &look->router->map.items[g_array_index (look->ids, guint, i)];
      double part = overlap (box, &o->rect, o->kind == TB_OBSTACLE_EDGE ? 3 : 4);
      area += part * (o->kind == TB_OBSTACLE_CARD ? 10 : o->kind == TB_OBSTACLE_TEXT ? 5 : 0.1);
    }
  return area;
}

static int
by_way (gconstpointer pa, gconstpointer pb, gpointer data)
{
  const TbRouter *router = data;
  TbSegment a = g_array_index (router->segments, TbSegment, *(const guint *) pa);
  TbSegment b = g_array_index (router->segments, TbSegment, *(const guint *) pb);
  guint x = TB_ROUTE_WAY (router, a.way)->key, y = TB_ROUTE_WAY (router, b.way)->key;
  return x != y ? (x < y ? -1 : 1) : a.index < b.index ? -1 : a.index > b.index;
}

/* In order, so that the sum is the same to the last bit whatever happened before. */
static double
covers_links (Look *look, const TbRect *box, const TbRect *near_it)
{
  double area = 0;
  TbRouter *router = look->router;
  g_array_set_size (look->ids, 0);
  tb_route_grid_query (&router->segment_grids[0], near_it, look->ids);
  tb_route_grid_query (&router->segment_grids[1], near_it, look->ids);
  if (look->ids->len > 1)
    g_qsort_with_data (look->ids->data, (int) look->ids->len, sizeof (guint), by_way, router);
  for (guint i = 0; i < look->ids->len; i++)
    {
      guint id = g_array_index (look->ids, guint, i);
      gboolean own = g_array_index (router->segments, TbSegment, id).way == look->slot;
      const TbRouteGrid *upright = &router->segment_grids[0];
      TbRect r = grown (id < upright->size && upright->used[id]
                            ? &upright->rects[id] : &router->segment_grids[1].rects[id], 1);
      area += overlap (box, &r, own ? 2 : 4) * 3;
    }
  return area;
}

static int
by_key (gconstpointer pa, gconstpointer pb, gpointer data)
{
  const TbRouter *router = data;
  guint x = TB_ROUTE_WAY (router, *(const guint *) pa)->key;
  guint y = TB_ROUTE_WAY (router, *(const guint *) pb)->key;
  return x < y ? -1 : x > y;
}

static double
covers_labels (Look *look, const TbRect *box, const TbRect *near_it)
{
  double area = 0;
  TbRouter *router = look->router;
  const TbRouteWay *own = TB_ROUTE_WAY (router, look->slot);
  g_array_set_size (look->ids, 0);
  tb_route_grid_query (&router->label_grid, near_it, look->ids);
  if (look->ids->len > 1)
    g_qsort_with_data (look->ids->data, (int) look->ids->len, sizeof (guint), by_key, router);
  for (guint i = 0; i < look->ids->len; i++)
    {
      guint slot = g_array_index (look->ids, guint, i);
      const TbRouteWay *way = TB_ROUTE_WAY (router, slot);
      if (look->label ? slot != look->slot && is_before (way, own) : TRUE)
        area += overlap (box, &way->label, 4) * 5;
    }
  return area;
}

static void
consider (Look *look, TbRect box, double dislike)
{
  if (dislike >= look->least)
    return;
  TbRect near_it = grown (&box, 5);
  double cost = dislike;
  tb_rect_union (&look->reach, &near_it, &look->reach);
  cost += covers_obstacles (look, &box, &near_it) * 10;
  if (cost < look->least)
    cost += covers_labels (look, &box, &near_it) * 10;
  if (cost < look->least)
    cost += covers_links (look, &box, &near_it) * 10;
  if (cost < look->least)
    {
      look->least = cost;
      look->best = box;
    }
}

/* ---- Where to look --------------------------------------------------------------------------- */

static void
look_beside (Look *look, TbPoint a, TbPoint b, double along, double further, double dislike)
{
  gboolean level = a.y == b.y;
  double off = BESIDE + further;
  TbPoint p = { a.x + (b.x - a.x) * along, a.y + (b.y - a.y) * along };
  for (guint side = 0; side < 2; side++)
    {
      TbRect box = { p.x - look->width / 2, p.y - look->height / 2, look->width, look->height };
      if (level)
        box.y = side == 0 ? p.y + off : p.y - off - look->height;
      else
        box.x = side == 0 ? p.x + off : p.x - off - look->width;
      consider (look, box, dislike + side * 3 + further + (level ? 0 : 6));
    }
}

/* Along the pieces, from the middle outwards, on both sides; past the ends only where it is past
 * the cards too: for labels wider than the gap. */
static void
look_along (Look *look, const TbPoint *p, guint n)
{
  static const double along[] = { 0.5, 0.35, 0.65, 0.2, 0.8, 0.08, 0.92, -0.7, 1.7 };
  static const double further[] = { 0, 10, 36, 52 };
  double longest = 1;
  for (guint i = 1; i < n; i++)
    longest = MAX (longest, tb_points_length (p + i - 1, 2));
  for (guint i = 1; i < n; i++)
    {
      double shortness = 20 * (1 - tb_points_length (p + i - 1, 2) / longest);
      for (guint k = 0; k < G_N_ELEMENTS (along); k++)
        for (guint f = 0; f < G_N_ELEMENTS (further); f++)
          if (f > 1 || (along[k] >= 0 && along[k] <= 1))
            look_beside (look, p[i - 1], p[i], along[k], further[f], shortness + 4 * k);
    }
}

/* Everywhere along it, and farther away. */
static void
look_harder (Look *look, const TbPoint *p, guint n)
{
  for (guint i = 1; i < n; i++)
    {
      double length = tb_points_length (p + i - 1, 2);
      guint steps = (guint) CLAMP (length / 24, 2, 24);
      for (guint k = 0; k <= steps; k++)
        for (double further = 0; further <= 100; further += 20)
          look_beside (look, p[i - 1], p[i], (double) k / steps, further, 60);
    }
}

static void
find_free (Look *look)
{
  const TbRouteWay *way = TB_ROUTE_WAY (look->router, look->slot);
  TbPoint middle = tb_points_at (way->points, way->n_points,
                                 tb_points_length (way->points, way->n_points) / 2);
  look->best = (TbRect){ middle.x + BESIDE, middle.y + BESIDE, look->width, look->height };
  look->least = G_MAXDOUBLE;
  look->reach = look->best;
  look_along (look, way->points, way->n_points);
  if (look->least > 200)
    look_harder (look, way->points, way->n_points);
}

gboolean
tb_router_free_beside (TbRouter *router, guint link, double width, double height, TbRect *out)
{
  guint slot = GPOINTER_TO_UINT (g_hash_table_lookup (router->way_slots, GUINT_TO_POINTER (link)));
  if (slot == 0 || TB_ROUTE_WAY (router, slot - 1)->points == NULL)
    return FALSE;
  Look look = { router, slot - 1, FALSE, width, height, g_array_new (FALSE, FALSE, sizeof (guint)),
                { 0 }, { 0 }, 0 };
  find_free (&look);
  g_array_unref (look.ids);
  *out = look.best;
  return TRUE;
}

/* ---- In order -------------------------------------------------------------------------------- */

/* Where a person put it: so far along, so far to the right of the way there. */
static TbRect
kept_place (const TbRouteWay *way)
{
  double length = tb_points_length (way->points, way->n_points), left = way->spec.label_at * length;
  TbPoint p = tb_points_at (way->points, way->n_points, left), d = { 1, 0 };
  for (guint i = 1; i < way->n_points && left >= 0; i++)
    {
      TbPoint a = way->points[i - 1], b = way->points[i];
      double piece = tb_points_length (way->points + i - 1, 2);
      if (piece > 0)
        d = (TbPoint){ (b.x - a.x) / piece, (b.y - a.y) / piece };
      left -= piece;
    }
  p.x -= d.y * way->spec.label_offset;
  p.y += d.x * way->spec.label_offset;
  return (TbRect){ p.x - way->spec.label_width / 2, p.y - way->spec.label_height / 2,
                   way->spec.label_width, way->spec.label_height };
}

void
tb_route_take_out_label (TbRouter *router, TbRouteWay *way, guint slot)
{
  if (!way->in_labels)
    return;
  tb_route_grid_remove (&router->label_grid, slot);
  tb_route_grid_remove (&router->reach_grid, slot);
  g_array_append_val (router->near_changes, way->label);
  way->in_labels = FALSE;
}

typedef struct
{
  TbRouter *router;
  GTree *waiting; /* of slots, by order */
  GArray *ids;
} Labels;

static int
by_order (gconstpointer a, gconstpointer b, gpointer data)
{
  const TbRouteWay *x = a, *y = b;
  (void) data;
  return x == y ? 0 : is_before (x, y) ? -1 : 1;
}

/* Those in whose reach it lies; after: only those that are placed later. */
static void
wake (Labels *l, const TbRect *rect, const TbRouteWay *after)
{
  g_array_set_size (l->ids, 0);
  tb_route_grid_query (&l->router->reach_grid, rect, l->ids);
  for (guint i = 0; i < l->ids->len; i++)
    {
      guint slot = g_array_index (l->ids, guint, i);
      TbRouteWay *way = TB_ROUTE_WAY (l->router, slot);
      if (!is_kept (way) && (after == NULL || is_before (after, way)))
        g_tree_insert (l->waiting, way, GUINT_TO_POINTER (slot));
    }
}

static void
place_label (Labels *l, TbRouteWay *way, guint slot)
{
  TbRouter *router = l->router;
  TbRect before = way->label;
  if (way->in_labels)
    {
      tb_route_grid_remove (&router->label_grid, slot);
      tb_route_grid_remove (&router->reach_grid, slot);
    }
  way->in_labels = way->spec.label_width > 0 && way->points != NULL;
  way->label_dirty = FALSE;
  if (!way->in_labels)
    way->label = (TbRect){ 0, 0, 0, 0 };
  else if (is_kept (way))
    way->label = way->label_reach = kept_place (way);
  else
    {
      Look look = { router, slot, TRUE, way->spec.label_width, way->spec.label_height, l->ids,
                    { 0 }, { 0 }, 0 };
      find_free (&look);
      way->label = look.best;
      way->label_reach = look.reach;
    }
  if (way->in_labels)
    {
      tb_route_grid_add (&router->label_grid, slot, &way->label);
      tb_route_grid_add (&router->reach_grid, slot, &way->label_reach);
    }
  if (before.x == way->label.x && before.y == way->label.y && before.width == way->label.width
      && before.height == way->label.height)
    return;
  way->changed = TRUE;
  if (before.width > 0)
    wake (l, &before, way);
  if (way->in_labels)
    wake (l, &way->label, way);
}

void
tb_route_place_labels (TbRouter *router)
{
  Labels l = { router, g_tree_new_full (by_order, NULL, NULL, NULL),
               g_array_new (FALSE, FALSE, sizeof (guint)) };
  for (guint i = 0; i < router->ways->len; i++)
    {
      TbRouteWay *way = TB_ROUTE_WAY (router, i);
      if (way != NULL && way->label_dirty && way->points != NULL)
        g_tree_insert (l.waiting, way, GUINT_TO_POINTER (i));
    }
  for (guint i = 0; i < router->near_changes->len; i++)
    wake (&l, &g_array_index (router->near_changes, TbRect, i), NULL);
  for (GTreeNode *node; (node = g_tree_node_first (l.waiting)) != NULL;)
    {
      TbRouteWay *way = g_tree_node_key (node);
      guint slot = GPOINTER_TO_UINT (g_tree_node_value (node));
      g_tree_remove (l.waiting, way);
      place_label (&l, way, slot);
    }
  g_tree_unref (l.waiting);
  g_array_unref (l.ids);
}
