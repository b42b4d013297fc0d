/* A way through a person's bends: they are kept, the pieces between them avoid shapes. */
#include "route-private.h"

#include <math.h>

#define MOST_BENDS 60 /* a bit each; what is beyond is drawn straight at */

typedef struct
{
  TbRouteMap *map;
  const TbRouteLeg *whole;
  GArray *points; /* of TbPoint */
  TbPath *path;
  TbSide heading; /* of the last piece */
} Walk;

static TbRouteEnd
end_at (TbPoint p)
{
  return (TbRouteEnd){ TB_ROUTE_NONE, { p.x, p.y, 0, 0 }, p, TB_SIDE_ANY, -1 };
}

static TbSide
heading_of (TbPoint a, TbPoint b)
{
  if (a.x != b.x)
    return b.x > a.x ? TB_SIDE_RIGHT : TB_SIDE_LEFT;
  return b.y > a.y ? TB_SIDE_BOTTOM : TB_SIDE_TOP;
}

static gboolean
is_back (TbSide a, TbSide b)
{
  return a != TB_SIDE_ANY && a != b && TB_SIDE_IS_LEVEL (a) == TB_SIDE_IS_LEVEL (b);
}

/* The side of a shape from which a point is reached straight, and where. */
static TbPoint
end_towards (const TbRouteEnd *end, TbPoint p, TbSide *side)
{
  const TbRect *r = &end->rect;
  gboolean over = p.x > r->x + 12 && p.x < r->x + r->width - 12;
  gboolean beside = p.y > r->y + 12 && p.y < r->y + r->height - 12;
  if (end->side != TB_SIDE_ANY)
    *side = end->side;
  else if (over || (!beside && fabs (p.y - end->centre.y) > fabs (p.x - end->centre.x)))
    *side = p.y < end->centre.y ? TB_SIDE_TOP : TB_SIDE_BOTTOM;
  else
    *side = p.x < end->centre.x ? TB_SIDE_LEFT : TB_SIDE_RIGHT;
  TbPoint at = tb_side_point (end, *side, 0);
  if (end->at >= 0)
    return at;
  if (TB_SIDE_IS_LEVEL (*side) && beside)
    at.y = p.y;
  else if (!TB_SIDE_IS_LEVEL (*side) && over)
    at.x = p.x;
  return at;
}

static gboolean
is_clear (Walk *w, const TbRouteLeg *leg, const TbPoint *p, guint n)
{
  TbRouteMet met = { 0 };
  for (guint i = 1; i < n; i++)
    if (!tb_route_map_clear_line (w->map, leg, p[i - 1], p[i],
                                  i == 1 ? leg->from.id : TB_ROUTE_NONE,
                                  i + 1 == n ? leg->to.id : TB_ROUTE_NONE, &met))
      return FALSE;
  return TRUE;
}

/* Straight or round one corner: TRUE where that turns nowhere back, leaves and reaches shapes by
 * their sides, and is clear. */
static gboolean
try_corner (Walk *w, const TbRouteLeg *leg, TbPoint a, TbPoint b, TbSide leave, TbSide reach,
            gboolean level_first)
{
  TbPoint p[3] = { a, level_first ? (TbPoint){ b.x, a.y } : (TbPoint){ a.x, b.y }, b };
  TbPoint q[3];
  guint n = tb_path_corners (p, 3, q);
  if (n == 3 && (a.x == b.x || a.y == b.y))
    return FALSE;
  TbSide first = heading_of (q[0], q[1]), last = heading_of (q[n - 2], q[n - 1]);
  TbSide inward = reach == TB_SIDE_ANY ? TB_SIDE_ANY : (TbSide) ((reach + 1) % 4 + 1);
  if (is_back (w->heading, first) || (leave != TB_SIDE_ANY && first != leave)
      || (inward != TB_SIDE_ANY && last != inward) || !is_clear (w, leg, q, n))
    return FALSE;
  g_array_append_vals (w->points, q + 1, n - 1);
  w->heading = last;
  return TRUE;
}

/* What is left when nothing is clear: a corner all the same. */
static void
force_corner (Walk *w, TbPoint a, TbPoint b, TbSide reach)
{
  gboolean level = reach != TB_SIDE_ANY ? !TB_SIDE_IS_LEVEL (reach)
                                        : !TB_SIDE_IS_LEVEL (w->heading);
  TbPoint corner = level ? (TbPoint){ b.x, a.y } : (TbPoint){ a.x, b.y };
  if (a.x != b.x && a.y != b.y)
    g_array_append_val (w->points, corner);
  g_array_append_val (w->points, b);
  w->heading = heading_of (a.x != b.x && a.y != b.y ? corner : a, b);
  w->path->through_shape = TRUE;
}

static gboolean
search_leg (Walk *w, const TbRouteLeg *leg)
{
  TbPath found;
  tb_route_leg (w->map, leg, &found);
  gboolean ok = !found.through_shape;
  if (ok)
    {
      /* A search chooses its sides itself. */
      g_array_index (w->points, TbPoint, w->points->len - 1) = found.points[0];
      if (leg->from.id != TB_ROUTE_NONE)
        w->path->from_side = found.from_side;
      if (leg->to.id != TB_ROUTE_NONE)
        w->path->to_side = found.to_side;
      g_array_append_vals (w->points, found.points + 1, found.n - 1);
      w->heading = heading_of (found.points[found.n - 2], found.points[found.n - 1]);
      w->path->over_border |= found.over_border;
    }
  tb_rect_union (&w->path->region, &found.region, &w->path->region);
  tb_path_clear (&found);
  return ok;
}

static void
go (Walk *w, const TbRouteLeg *leg, TbPoint a, TbPoint b, TbSide leave, TbSide reach)
{
  /* At a bend it rather turns: that is what a bend is for. */
  gboolean level = leave != TB_SIDE_ANY ? TB_SIDE_IS_LEVEL (leave)
                                        : !TB_SIDE_IS_LEVEL (w->heading);
  TbRect both = { MIN (a.x, b.x) - 40, MIN (a.y, b.y) - 40, fabs (a.x - b.x) + 80,
                  fabs (a.y - b.y) + 80 };
  tb_rect_union (&w->path->region, &both, &w->path->region);
  if (a.x == b.x && a.y == b.y)
    return;
  if (!try_corner (w, leg, a, b, leave, reach, level)
      && !try_corner (w, leg, a, b, leave, reach, !level) && !search_leg (w, leg))
    force_corner (w, a, b, reach);
}

void
tb_route_through_bends (TbRouteMap *map, const TbRouteLeg *leg, const TbPoint *bends,
                        guint n_bends, TbPath *path)
{
  Walk w = { map, leg, g_array_new (FALSE, FALSE, sizeof (TbPoint)), path, TB_SIDE_ANY };
  TbRouteLeg step = *leg;
  guint n = MIN (n_bends, MOST_BENDS);
  *path = (TbPath){ .searched = TRUE };
  TbPoint last = end_towards (&leg->from, bends[0], &path->from_side);
  TbPoint end = end_towards (&leg->to, bends[n - 1], &path->to_side);
  g_array_append_val (w.points, last);
  for (guint i = 0; i <= n; i++)
    {
      TbPoint next = i < n ? bends[i] : end;
      step.from = i == 0 ? leg->from : end_at (last);
      step.to = i < n ? end_at (next) : leg->to;
      go (&w, &step, last, next, i == 0 ? path->from_side : TB_SIDE_ANY,
          i < n ? TB_SIDE_ANY : path->to_side);
      if (i < n && w.points->len <= 64)
        path->pins |= G_GUINT64_CONSTANT (1) << (w.points->len - 1);
      last = next;
    }
  if (w.points->len == 1)
    g_array_append_val (w.points, last);
  path->n = w.points->len;
  path->points = (TbPoint *) (void *) g_array_free (w.points, FALSE);
}
