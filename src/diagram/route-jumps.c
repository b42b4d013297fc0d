/* The last steps: corners of the result, its segments in a grid, jumps where it crosses others. Of
 * two that cross, the level one jumps. */
#include "route-router-private.h"

#include <math.h>
#include <string.h>

#define HALF 5.0     /* of a jump */
#define CORNER 10.0  /* round a corner there is none: the line is curved there */
#define WIDEST 11.0  /* half of one over several links; those still closer are crossed flat */

/* ---- Segments -------------------------------------------------------------------------------- */

static TbRect
segment_rect (TbPoint a, TbPoint b)
{
  return (TbRect){ MIN (a.x, b.x), MIN (a.y, b.y), fabs (a.x - b.x), fabs (a.y - b.y) };
}

static void
cross (TbRouter *router, guint slot)
{
  g_array_append_val (router->crossed, slot);
}

/* Whoever lies across or near must look again. */
static void
tell_neighbours (TbRouter *router, const TbRouteWay *way)
{
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (guint));
  for (guint i = 1; i < way->n_points; i++)
    {
      TbPoint a = way->points[i - 1], b = way->points[i];
      TbRect r = segment_rect (a, b);
      g_array_append_val (router->near_changes, r);
      if (a.x != b.x)
        continue;
      g_array_set_size (ids, 0);
      tb_route_grid_query (&router->segment_grids[1], &r, ids);
      for (guint k = 0; k < ids->len; k++)
        cross (router,
               g_array_index (router->segments, TbSegment, g_array_index (ids, guint, k)).way);
    }
}

static void
add_segment (TbRouter *router, guint slot, TbRouteWay *way, guint index)
{
  TbSegment s = { slot, index };
  guint id = router->segments->len;
  TbRect r = segment_rect (way->points[index], way->points[index + 1]);
  if (router->segments_gone->len > 0)
    {
      id = g_array_index (router->segments_gone, guint, router->segments_gone->len - 1);
      g_array_set_size (router->segments_gone, router->segments_gone->len - 1);
      g_array_index (router->segments, TbSegment, id) = s;
    }
  else
    g_array_append_val (router->segments, s);
  tb_route_grid_add (&router->segment_grids[r.width > 0], id, &r);
  way->segments[way->n_segments++] = id;
}

static void
drop_segments (TbRouter *router, TbRouteWay *way)
{
  for (guint i = 0; i < way->n_segments; i++)
    {
      guint id = way->segments[i];
      gboolean upright = id < router->segment_grids[0].size && router->segment_grids[0].used[id];
      tb_route_grid_remove (&router->segment_grids[!upright], id);
      g_array_append_val (router->segments_gone, way->segments[i]);
    }
  g_clear_pointer (&way->segments, g_free);
  way->n_segments = 0;
}

void
tb_route_finish_take_out (TbRouter *router, TbRouteWay *way, guint slot)
{
  drop_segments (router, way);
  tell_neighbours (router, way);
  tb_route_take_out_label (router, way, slot);
  for (guint i = 0; i < router->crossed->len; i++)
    if (g_array_index (router->crossed, guint, i) == slot)
      g_array_remove_index_fast (router->crossed, i--);
}

static void
take_points (TbRouter *router, guint slot)
{
  TbRouteWay *way = TB_ROUTE_WAY (router, slot);
  TbPoint *points = g_new (TbPoint, MAX (way->raw.n, 2));
  guint n = tb_path_corners (way->made[TB_ROUTE_STAGES], way->raw.n, points);
  if (way->points != NULL && n == way->n_points
      && memcmp (points, way->points, n * sizeof *points) == 0)
    {
      g_free (points);
      return;
    }
  drop_segments (router, way);
  tell_neighbours (router, way);
  g_free (way->points);
  way->points = points;
  way->n_points = n;
  way->segments = g_new (guint, n);
  for (guint i = 0; i + 1 < n; i++)
    add_segment (router, slot, way, i);
  tell_neighbours (router, way);
  cross (router, slot);
  way->changed = way->label_dirty = TRUE;
}

/* ---- Jumps ----------------------------------------------------------------------------------- */

static int
by_place (gconstpointer pa, gconstpointer pb)
{
  const TbJump *a = pa, *b = pb;
  return a->at.x != b->at.x ? (a->at.x < b->at.x ? -1 : 1) : a->half < b->half ? -1 : 0;
}

/* Where the level piece from a to b is crossed, away from corners. */
static void
find_crossings (TbRouter *router, guint slot, TbPoint a, TbPoint b, GArray *ids, GArray *found)
{
  TbRect r = segment_rect (a, b);
  double margin = HALF + CORNER;
  g_array_set_size (ids, 0);
  tb_route_grid_query (&router->segment_grids[0], &r, ids);
  for (guint i = 0; i < ids->len; i++)
    {
      TbSegment s = g_array_index (router->segments, TbSegment, g_array_index (ids, guint, i));
      const TbPoint *p = &TB_ROUTE_WAY (router, s.way)->points[s.index];
      TbJump jump = { { p[0].x, a.y }, HALF };
      if (s.way != slot && p[0].x == p[1].x && p[0].x > r.x + margin
          && p[0].x < r.x + r.width - margin && a.y > MIN (p[0].y, p[1].y) + CORNER
          && a.y < MAX (p[0].y, p[1].y) - CORNER)
        g_array_append_val (found, jump);
    }
}

/* Those that would touch become one; one too wide is none: so many are crossed flat. */
static void
merge (GArray *found, guint begin)
{
  guint m = begin;
  if (found->len == begin)
    return;
  TbJump *j = &g_array_index (found, TbJump, 0);
  qsort (j + begin, found->len - begin, sizeof *j, by_place);
  for (guint i = begin; i < found->len;)
    {
      double low = j[i].at.x - HALF, high = j[i].at.x + HALF;
      for (i++; i < found->len && j[i].at.x - HALF < high + 2; i++)
        high = j[i].at.x + HALF;
      if (high - low <= 2 * WIDEST)
        j[m++] = (TbJump){ { (low + high) / 2, j[i - 1].at.y }, (high - low) / 2 };
    }
  g_array_set_size (found, m);
}

static void
reverse (GArray *found, guint begin)
{
  for (guint i = begin, j = found->len; i + 1 < j; i++)
    {
      TbJump swap = g_array_index (found, TbJump, i);
      g_array_index (found, TbJump, i) = g_array_index (found, TbJump, --j);
      g_array_index (found, TbJump, j) = swap;
    }
}

static void
make_jumps (TbRouter *router, guint slot, GArray *ids)
{
  TbRouteWay *way = TB_ROUTE_WAY (router, slot);
  g_autoptr (GArray) found = g_array_new (FALSE, FALSE, sizeof (TbJump));
  for (guint i = 1; i < way->n_points && router->jumps; i++)
    {
      TbPoint a = way->points[i - 1], b = way->points[i];
      guint begin = found->len;
      if (a.y != b.y || a.x == b.x)
        continue;
      find_crossings (router, slot, a, b, ids, found);
      merge (found, begin);
      if (b.x < a.x)
        reverse (found, begin);
    }
  if (found->len == way->n_jumps
      && (found->len == 0 || memcmp (found->data, way->jumps, found->len * sizeof (TbJump)) == 0))
    return;
  g_free (way->jumps);
  way->n_jumps = found->len;
  way->jumps = g_memdup2 (found->data, found->len * sizeof (TbJump));
  way->changed = TRUE;
}

void
tb_route_finish (TbRouter *router, const GArray *dirty)
{
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (guint));
  for (guint i = 0; i < dirty->len; i++)
    take_points (router, g_array_index (dirty, guint, i));
  router->turn++;
  for (guint i = 0; i < router->crossed->len; i++)
    {
      guint slot = g_array_index (router->crossed, guint, i);
      TbRouteWay *way = TB_ROUTE_WAY (router, slot);
      if (way == NULL || way->points == NULL || way->mark == router->turn)
        continue;
      way->mark = router->turn;
      make_jumps (router, slot, ids);
    }
  g_array_set_size (router->crossed, 0);
  tb_route_place_labels (router);
  g_array_set_size (router->near_changes, 0);
}
