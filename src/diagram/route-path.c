/* One link's path: the first clear of a few simple forms, else a search. */
#include "route-private.h"

#include <math.h>
#include <string.h>

#define ROW_GAP 40.0 /* from here on shapes stand above each other rather than beside */
#define MAX_FORMS 640
#define DETOUR 400.0 /* what a way round things nearly always stays below: a quick first try */

typedef struct
{
  TbPoint p[4];
  guint n;
  TbSide from_side, to_side;
  double cost;
} Form;

typedef struct
{
  Form forms[MAX_FORMS];
  guint n;
} Forms;

typedef struct
{
  const TbObstacle *a, *b;
  TbSide sa, sb;
  TbPoint pa, pb;
  double cost;
} Ends;

TbPoint
tb_side_normal (TbSide side)
{
  static const TbPoint normals[] = { { 0, 0 }, { 0, -1 }, { 1, 0 }, { 0, 1 }, { -1, 0 } };
  return normals[side];
}

double
tb_side_length (const TbObstacle *shape, TbSide side)
{
  return TB_SIDE_IS_LEVEL (side) ? shape->rect.height : shape->rect.width;
}

TbPoint
tb_side_point (const TbObstacle *shape, TbSide side, double offset)
{
  const TbRect *r = &shape->rect;
  if (TB_SIDE_IS_LEVEL (side))
    return (TbPoint){ side == TB_SIDE_LEFT ? r->x : r->x + r->width, shape->centre.y + offset };
  return (TbPoint){ shape->centre.x + offset, side == TB_SIDE_TOP ? r->y : r->y + r->height };
}

/* The side that faces the other shape costs nothing; rows before columns, as tiers are read. */
double
tb_side_cost (const TbObstacle *a, TbSide side, const TbObstacle *b)
{
  double below = b->rect.y - (a->rect.y + a->rect.height);
  double above = a->rect.y - (b->rect.y + b->rect.height);
  double right = b->rect.x - (a->rect.x + a->rect.width);
  double left = a->rect.x - (b->rect.x + b->rect.width);
  TbSide facing = below >= ROW_GAP   ? TB_SIDE_BOTTOM
                  : above >= ROW_GAP ? TB_SIDE_TOP
                  : right >= left    ? TB_SIDE_RIGHT
                                     : TB_SIDE_LEFT;
  if (MAX (right, left) < 0 && MAX (below, above) < ROW_GAP)
    facing = below >= above ? TB_SIDE_BOTTOM : TB_SIDE_TOP;
  if (side == facing)
    return 0;
  TbPoint n = tb_side_normal (side), f = tb_side_normal (facing);
  return n.x * f.x + n.y * f.y < 0 ? 2.5 * TB_ROUTE_WRONG_SIDE : TB_ROUTE_WRONG_SIDE;
}

void
tb_path_clear (TbPath *path)
{
  g_clear_pointer (&path->points, g_free);
  path->n = 0;
}

/* b on the way from a to c: a line that turns back is none. */
static gboolean
in_line (TbPoint a, TbPoint b, TbPoint c)
{
  return (a.x == b.x && b.x == c.x && (b.y - a.y) * (c.y - b.y) >= 0)
         || (a.y == b.y && b.y == c.y && (b.x - a.x) * (c.x - b.x) >= 0);
}

/* Keeps corners only: neither twice the same point nor three in a line. */
void
tb_path_set (TbPath *path, const TbPoint *points, guint n)
{
  TbPoint *out = g_new (TbPoint, MAX (n, 2));
  guint m = 0;
  for (guint i = 0; i < n; i++)
    {
      if (m > 0 && out[m - 1].x == points[i].x && out[m - 1].y == points[i].y)
        continue;
      if (m > 1 && in_line (out[m - 2], out[m - 1], points[i]))
        m--;
      out[m++] = points[i];
    }
  if (m == 1)
    out[m++] = points[n - 1];
  g_free (path->points);
  path->points = out;
  path->n = m;
}

/* ---- Forms ----------------------------------------------------------------------------------- */

static void
add_form (Forms *forms, const Ends *e, const TbPoint *p, guint n, double extra)
{
  if (forms->n == MAX_FORMS)
    return;
  Form *form = &forms->forms[forms->n++];
  memcpy (form->p, p, n * sizeof *p);
  form->n = n;
  form->from_side = e->sa;
  form->to_side = e->sb;
  form->cost = e->cost + extra + TB_ROUTE_BEND * (n - 2);
  for (guint i = 1; i < n; i++)
    form->cost += fabs (p[i].x - p[i - 1].x) + fabs (p[i].y - p[i - 1].y);
}

/* How far b's end lies ahead of a's along a's side's normal. */
static double
ahead (TbPoint a, TbSide side, TbPoint b)
{
  TbPoint n = tb_side_normal (side);
  return (b.x - a.x) * n.x + (b.y - a.y) * n.y;
}

/* The line both shapes can see each other along: the called one's centre, else the caller's. aside:
 * two others. */
static gboolean
straight_at (const Ends *e, gboolean level, double *at, double *aside)
{
  const TbRect *a = &e->a->rect, *b = &e->b->rect;
  double low = level ? MAX (a->y, b->y) : MAX (a->x, b->x);
  double high = level ? MIN (a->y + a->height, b->y + b->height)
                      : MIN (a->x + a->width, b->x + b->width);
  double ca = level ? e->a->centre.y : e->a->centre.x, cb = level ? e->b->centre.y : e->b->centre.x;
  low += 14;
  high -= 14;
  if (low > high)
    return FALSE;
  *at = cb >= low && cb <= high ? cb : ca >= low && ca <= high ? ca : (low + high) / 2;
  aside[0] = (*at + high) / 2;
  aside[1] = (*at + low) / 2;
  return TRUE;
}

static void
add_straight (Forms *forms, const Ends *e)
{
  gboolean level = TB_SIDE_IS_LEVEL (e->sa);
  double at[3];
  if (!straight_at (e, level, &at[0], &at[1]))
    return;
  for (int k = 0; k < 3; k++)
    {
      TbPoint p[2] = { e->pa, e->pb };
      for (int i = 0; i < 2; i++)
        *(level ? &p[i].y : &p[i].x) = at[k];
      add_form (forms, e, p, 2, k ? TB_ROUTE_OFF_CENTRE : 0);
    }
}

static void
add_z (Forms *forms, const Ends *e, gboolean simple)
{
  static const double mids[] = { 0.5, 0.25, 0.75 };
  gboolean level = TB_SIDE_IS_LEVEL (e->sa);
  double a = level ? e->pa.x : e->pa.y, b = level ? e->pb.x : e->pb.y;
  double gap = fabs (b - a), sign = b > a ? 1 : -1;
  double at[5] = { 0, 0, 0, a + sign * TB_ROUTE_STUB, b - sign * (TB_ROUTE_STUB + 4) };
  for (int i = 0; i < 3; i++)
    at[i] = a + (b - a) * mids[i];
  if (gap >= 4 * TB_ROUTE_STUB)
    at[0] = TB_ROUTE_STUB * round (at[0] / TB_ROUTE_STUB); /* lines of one gap in one line */
  if ((level ? fabs (e->pa.y - e->pb.y) : fabs (e->pa.x - e->pb.x)) < 1)
    return;
  for (guint i = 0; i < (simple ? 1 : gap > 3 * TB_ROUTE_STUB ? G_N_ELEMENTS (at) : 1); i++)
    {
      TbPoint p[4] = { e->pa, e->pa, e->pb, e->pb };
      *(level ? &p[1].x : &p[1].y) = at[i];
      *(level ? &p[2].x : &p[2].y) = at[i];
      add_form (forms, e, p, 4, 3 * i);
    }
}

static void
add_l (Forms *forms, const Ends *e)
{
  TbPoint corner = TB_SIDE_IS_LEVEL (e->sa) ? (TbPoint){ e->pb.x, e->pa.y }
                                            : (TbPoint){ e->pa.x, e->pb.y };
  if (ahead (e->pa, e->sa, corner) < TB_ROUTE_STUB || ahead (e->pb, e->sb, corner) < TB_ROUTE_STUB)
    return;
  TbPoint p[3] = { e->pa, corner, e->pb };
  add_form (forms, e, p, 3, 0);
}

static void
add_u (Forms *forms, const Ends *e)
{
  TbPoint n = tb_side_normal (e->sa), p[4] = { e->pa, e->pa, e->pb, e->pb };
  double out = TB_ROUTE_STUB - 2; /* within the edge of a tier */
  if (TB_SIDE_IS_LEVEL (e->sa))
    p[1].x = p[2].x = n.x > 0 ? MAX (e->pa.x, e->pb.x) + out : MIN (e->pa.x, e->pb.x) - out;
  else
    p[1].y = p[2].y = n.y > 0 ? MAX (e->pa.y, e->pb.y) + out : MIN (e->pa.y, e->pb.y) - out;
  if (fabs (TB_SIDE_IS_LEVEL (e->sa) ? e->pa.y - e->pb.y : e->pa.x - e->pb.x) > 1)
    add_form (forms, e, p, 4, 0);
}

static void
add_ends (Forms *forms, const Ends *e, gboolean centred, gboolean simple)
{
  TbPoint na = tb_side_normal (e->sa), nb = tb_side_normal (e->sb);
  double dot = na.x * nb.x + na.y * nb.y, gap = ahead (e->pa, e->sa, e->pb);
  if (dot < 0 && gap > 0 && centred)
    add_straight (forms, e);
  if (dot < 0 && gap >= 2 * TB_ROUTE_STUB - 8)
    add_z (forms, e, simple);
  else if (dot == 0)
    add_l (forms, e);
  else if (dot > 0)
    add_u (forms, e);
}

static void
add_side_pair (Forms *forms, Ends *e, gboolean simple)
{
  static const double offsets[] = { 0, 0.25, -0.25 };
  guint n = simple ? 1 : G_N_ELEMENTS (offsets);
  double sides = tb_side_cost (e->a, e->sa, e->b) + tb_side_cost (e->b, e->sb, e->a);
  for (guint i = 0; i < n; i++)
    for (guint j = 0; j < n; j++)
      {
        e->pa = tb_side_point (e->a, e->sa, offsets[i] * tb_side_length (e->a, e->sa));
        e->pb = tb_side_point (e->b, e->sb, offsets[j] * tb_side_length (e->b, e->sb));
        e->cost = sides + TB_ROUTE_OFF_CENTRE * ((i > 0) + (j > 0));
        add_ends (forms, e, i == 0 && j == 0, simple);
      }
}

static int
by_cost (gconstpointer a, gconstpointer b)
{
  double d = (*(const Form *const *) a)->cost - (*(const Form *const *) b)->cost;
  return d < 0 ? -1 : d > 0 ? 1 : *(const Form *const *) a < *(const Form *const *) b ? -1 : 1;
}

static gboolean
form_is_clear (TbRouteMap *map, const TbRouteRequest *r, const Form *form)
{
  for (guint i = 1; i < form->n; i++)
    if (!tb_route_map_clear_line (map, form->p[i - 1], form->p[i], i == 1 ? r->from : G_MAXUINT,
                                  i + 1 == form->n ? r->to : G_MAXUINT))
      return FALSE;
  return TRUE;
}

static void
take_form (TbPath *path, const Form *form)
{
  tb_path_set (path, form->p, form->n);
  path->from_side = form->from_side;
  path->to_side = form->to_side;
}

static void
make_forms (TbRouteMap *map, const TbRouteRequest *r, gboolean simple, Forms *forms)
{
  Ends e = { .a = &map->items[r->from], .b = &map->items[r->to] };
  for (guint sa = TB_SIDE_TOP; sa <= TB_SIDE_LEFT; sa++)
    for (guint sb = TB_SIDE_TOP; sb <= TB_SIDE_LEFT; sb++)
      {
        e.sa = (TbSide) sa;
        e.sb = (TbSide) sb;
        if ((r->from_side == TB_SIDE_ANY || r->from_side == e.sa)
            && (r->to_side == TB_SIDE_ANY || r->to_side == e.sb))
          add_side_pair (forms, &e, simple);
      }
}

/* The cheapest clear form; *fallback the cheapest of all. */
static gboolean
try_forms (TbRouteMap *map, const TbRouteRequest *r, gboolean simple, TbPath *path, Form *fallback)
{
  Forms forms;
  const Form *order[MAX_FORMS];
  forms.n = 0;
  make_forms (map, r, simple, &forms);
  for (guint i = 0; i < forms.n; i++)
    order[i] = &forms.forms[i];
  qsort (order, forms.n, sizeof *order, by_cost);
  fallback->n = 0;
  if (forms.n > 0)
    *fallback = *order[0];
  for (guint i = 0; i < forms.n; i++)
    if (form_is_clear (map, r, order[i]))
      {
        take_form (path, order[i]);
        return TRUE;
      }
  return FALSE;
}

/* ---- Special cases --------------------------------------------------------------------------- */

/* A component that calls itself: out at the right, in at the top. */
static void
loop (TbRouteMap *map, const TbRouteRequest *r, TbPath *path)
{
  const TbRect *s = &map->items[r->from].rect;
  double right = s->x + s->width, top = s->y;
  TbPoint p[5] = { { right, top + 26 }, { right + 28, top + 26 }, { right + 28, top - 28 },
                   { right - 40, top - 28 }, { right - 40, top } };
  tb_path_set (path, p, 5);
  path->from_side = TB_SIDE_RIGHT;
  path->to_side = TB_SIDE_TOP;
  path->fixed = TRUE;
}

/* The side of a shape from which a point is reached straight, and where. */
static TbPoint
end_towards (const TbObstacle *shape, TbSide wish, TbPoint p, TbSide *side)
{
  const TbRect *r = &shape->rect;
  gboolean over = p.x > r->x + 12 && p.x < r->x + r->width - 12;
  gboolean beside = p.y > r->y + 12 && p.y < r->y + r->height - 12;
  if (wish != TB_SIDE_ANY)
    *side = wish;
  else if (over || (!beside && fabs (p.y - shape->centre.y) > fabs (p.x - shape->centre.x)))
    *side = p.y < shape->centre.y ? TB_SIDE_TOP : TB_SIDE_BOTTOM;
  else
    *side = p.x < shape->centre.x ? TB_SIDE_LEFT : TB_SIDE_RIGHT;
  TbPoint end = tb_side_point (shape, *side, 0);
  if (TB_SIDE_IS_LEVEL (*side) && beside)
    end.y = p.y;
  else if (!TB_SIDE_IS_LEVEL (*side) && over)
    end.x = p.x;
  return end;
}

/* Through a person's bends, with a corner wherever two are not in line. */
static void
through_bends (TbRouteMap *map, const TbRouteRequest *r, TbPath *path)
{
  g_autoptr (GArray) points = g_array_new (FALSE, FALSE, sizeof (TbPoint));
  TbPoint last = end_towards (&map->items[r->from], r->from_side, r->bends[0], &path->from_side);
  TbPoint end = end_towards (&map->items[r->to], r->to_side, r->bends[r->n_bends - 1],
                             &path->to_side);
  gboolean level = TB_SIDE_IS_LEVEL (path->from_side);
  g_array_append_val (points, last);
  for (guint i = 0; i <= r->n_bends; i++)
    {
      TbPoint next = i < r->n_bends ? r->bends[i] : end;
      gboolean corner = last.x != next.x && last.y != next.y;
      if (i == r->n_bends)
        level = !TB_SIDE_IS_LEVEL (path->to_side);
      TbPoint c = level ? (TbPoint){ next.x, last.y } : (TbPoint){ last.x, next.y };
      if (i == r->n_bends && corner)
        c = TB_SIDE_IS_LEVEL (path->to_side) ? (TbPoint){ last.x, next.y }
                                             : (TbPoint){ next.x, last.y };
      if (corner)
        g_array_append_val (points, c);
      else
        level = last.x == next.x; /* at a bend it turns */
      g_array_append_val (points, next);
      last = next;
    }
  tb_path_set (path, (const TbPoint *) (void *) points->data, points->len);
  path->fixed = TRUE;
}

static TbRect
region_round (TbRouteMap *map, const TbRouteRequest *r, double margin)
{
  TbRect region;
  tb_rect_union (&map->items[r->from].rect, &map->items[r->to].rect, &region);
  return (TbRect){ region.x - margin, region.y - margin, region.width + 2 * margin,
                   region.height + 2 * margin };
}

void
tb_route_path (TbRouteMap *map, const TbRouteRequest *r, gboolean simple, TbPath *path)
{
  static const double margins[] = { 160, 640, 1e7 };
  Form fallback;
  *path = (TbPath){ .region = region_round (map, r, 40) };
  if (r->n_bends > 0)
    {
      through_bends (map, r, path);
      return;
    }
  if (r->from == r->to)
    {
      loop (map, r, path);
      return;
    }
  if (try_forms (map, r, simple, path, &fallback))
    return;
  for (guint i = 0; !simple && i < G_N_ELEMENTS (margins); i++)
    {
      double bound = i == 0 && fallback.n > 0 ? fallback.cost + DETOUR : G_MAXDOUBLE;
      path->region = region_round (map, r, margins[i]);
      if (tb_route_search (map, r, bound, path))
        return;
    }
  path->crossing = TRUE;
  if (fallback.n > 0)
    take_form (path, &fallback);
  else
    {
      TbPoint p[2] = { map->items[r->from].centre, map->items[r->to].centre };
      tb_path_set (path, p, 2);
    }
}
