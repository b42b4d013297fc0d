/* One leg's path: the cheapest clear one of a few simple forms, unless a search finds a cheaper. */
#include "route-private.h"

#include <math.h>
#include <string.h>

#define ROW_GAP 40.0 /* from here on shapes stand above each other rather than beside */
#define MAX_FORMS 640

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
  double others; /* what any other way costs at least */
} Forms;

typedef struct
{
  const TbRouteEnd *a, *b;
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
tb_side_length (const TbRouteEnd *end, TbSide side)
{
  return TB_SIDE_IS_LEVEL (side) ? end->rect.height : end->rect.width;
}

TbPoint
tb_side_point (const TbRouteEnd *end, TbSide side, double offset)
{
  const TbRect *r = &end->rect;
  TbPoint c = { end->centre.x + offset, end->centre.y + offset };
  if (end->at >= 0)
    c = (TbPoint){ r->x + end->at * r->width, r->y + end->at * r->height };
  if (TB_SIDE_IS_LEVEL (side))
    return (TbPoint){ side == TB_SIDE_LEFT ? r->x : r->x + r->width, c.y };
  return (TbPoint){ c.x, side == TB_SIDE_TOP ? r->y : r->y + r->height };
}

static void
gaps (const TbRect *a, const TbRect *b, double *dx, double *dy)
{
  *dx = MAX (b->x - (a->x + a->width), a->x - (b->x + b->width));
  *dy = MAX (b->y - (a->y + a->height), a->y - (b->y + b->height));
}

double
tb_route_least (const TbRouteLeg *leg)
{
  double dx, dy;
  gaps (&leg->from.rect, &leg->to.rect, &dx, &dy);
  return MAX (dx, 0) + MAX (dy, 0);
}

/* The side that faces the other shape costs nothing; rows before columns, as tiers are read. */
double
tb_side_cost (const TbRouteEnd *a, TbSide side, const TbRouteEnd *b)
{
  if (a->id == TB_ROUTE_NONE)
    return 0;
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

/* Even where it turns back: what it goes to and fro is no way. */
static gboolean
in_line (TbPoint a, TbPoint b, TbPoint c)
{
  return (a.x == b.x && b.x == c.x) || (a.y == b.y && b.y == c.y);
}

guint
tb_path_corners (const TbPoint *points, guint n, TbPoint *out)
{
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
  return m;
}

void
tb_path_set (TbPath *path, const TbPoint *points, guint n)
{
  TbPoint *out = g_new (TbPoint, MAX (n, 2));
  path->n = tb_path_corners (points, n, out);
  g_free (path->points);
  path->points = out;
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

/* Where on its side a straight line may end: anywhere but at the corners, or where a person put it. */
static void
straight_range (const TbRouteEnd *end, TbPoint p, gboolean level, double *low, double *high)
{
  const TbRect *r = &end->rect;
  double start = level ? r->y : r->x, length = level ? r->height : r->width;
  *low = start + 14;
  *high = start + length - 14;
  if (end->at >= 0)
    *low = *high = level ? p.y : p.x;
}

/* The line both shapes can see each other along: the called one's centre, else the caller's. aside:
 * two others. */
static gboolean
straight_at (const Ends *e, gboolean level, double *at, double *aside)
{
  double ca = level ? e->a->centre.y : e->a->centre.x, cb = level ? e->b->centre.y : e->b->centre.x;
  double low, high, low2, high2;
  straight_range (e->a, e->pa, level, &low, &high);
  straight_range (e->b, e->pb, level, &low2, &high2);
  low = MAX (low, low2);
  high = MIN (high, high2);
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
add_z (Forms *forms, const Ends *e)
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
  for (guint i = 0; i < (gap > 3 * TB_ROUTE_STUB ? G_N_ELEMENTS (at) : 1); i++)
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
add_ends (Forms *forms, const Ends *e, gboolean centred)
{
  TbPoint na = tb_side_normal (e->sa), nb = tb_side_normal (e->sb);
  double dot = na.x * nb.x + na.y * nb.y, gap = ahead (e->pa, e->sa, e->pb);
  if (dot < 0 && gap > 0 && centred)
    add_straight (forms, e);
  if (dot < 0 && gap >= 2 * TB_ROUTE_STUB - 8)
    add_z (forms, e);
  else if (dot == 0)
    add_l (forms, e);
  else if (dot > 0)
    add_u (forms, e);
}

/* Not only in the middle of a side: a quarter off it too, at one end. */
static void
add_side_pair (Forms *forms, Ends *e)
{
  static const double offsets[][2] = { { 0, 0 },     { 0.25, 0 }, { -0.25, 0 },
                                       { 0, 0.25 },  { 0, -0.25 } };
  double sides = tb_side_cost (e->a, e->sa, e->b) + tb_side_cost (e->b, e->sb, e->a);
  gboolean glued = e->a->side != TB_SIDE_ANY || e->b->side != TB_SIDE_ANY;
  for (guint i = 0; i < G_N_ELEMENTS (offsets); i++)
    {
      e->pa = tb_side_point (e->a, e->sa, offsets[i][0] * tb_side_length (e->a, e->sa));
      e->pb = tb_side_point (e->b, e->sb, offsets[i][1] * tb_side_length (e->b, e->sb));
      e->cost = sides + (i > 0 ? TB_ROUTE_OFF_CENTRE : 0);
      if (i == 0)
        forms->others = MIN (forms->others, sides + fabs (e->pa.x - e->pb.x)
                                                + fabs (e->pa.y - e->pb.y) + 3 * TB_ROUTE_BEND);
      if (sides <= TB_ROUTE_WRONG_SIDE || glued)
        add_ends (forms, e, i == 0);
    }
}

static int
by_cost (gconstpointer a, gconstpointer b)
{
  double d = (*(const Form *const *) a)->cost - (*(const Form *const *) b)->cost;
  return d < 0 ? -1 : d > 0 ? 1 : *(const Form *const *) a < *(const Form *const *) b ? -1 : 1;
}

static void
add_witness (TbPath *path, guint id)
{
  for (guint i = 0; i < path->n_witnesses; i++)
    if (path->witnesses[i] == id)
      return;
  if (path->n_witnesses == TB_PATH_WITNESSES)
    path->searched = TRUE; /* too many to name: the region then */
  else
    path->witnesses[path->n_witnesses++] = id;
}

static gboolean
form_is_clear (TbRouteMap *map, const TbRouteLeg *leg, const Form *form, guint *witness)
{
  TbRouteMet met = { 0 };
  for (guint i = 1; i < form->n; i++)
    if (!tb_route_map_clear_line (map, leg, form->p[i - 1], form->p[i],
                                  i == 1 ? leg->from.id : TB_ROUTE_NONE,
                                  i + 1 == form->n ? leg->to.id : TB_ROUTE_NONE, &met))
      {
        *witness = met.witness;
        return FALSE;
      }
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
make_forms (const TbRouteLeg *leg, Forms *forms)
{
  Ends e = { .a = &leg->from, .b = &leg->to };
  for (guint sa = TB_SIDE_TOP; sa <= TB_SIDE_LEFT; sa++)
    for (guint sb = TB_SIDE_TOP; sb <= TB_SIDE_LEFT; sb++)
      {
        e.sa = (TbSide) sa;
        e.sb = (TbSide) sb;
        if ((leg->from.side == TB_SIDE_ANY || leg->from.side == e.sa)
            && (leg->to.side == TB_SIDE_ANY || leg->to.side == e.sb))
          add_side_pair (forms, &e);
      }
}

/* The cheapest clear form, NULL if there is none; *fallback the cheapest of all. */
static const Form *
try_forms (TbRouteMap *map, const TbRouteLeg *leg, Forms *forms, TbPath *path,
           const Form **fallback)
{
  const Form *order[MAX_FORMS];
  make_forms (leg, forms);
  for (guint i = 0; i < forms->n; i++)
    order[i] = &forms->forms[i];
  qsort (order, forms->n, sizeof *order, by_cost);
  *fallback = forms->n > 0 ? order[0] : NULL;
  for (guint i = 0; i < forms->n; i++)
    {
      guint witness = TB_ROUTE_NONE;
      if (form_is_clear (map, leg, order[i], &witness))
        return order[i];
      add_witness (path, witness);
    }
  return NULL;
}

/* ---- The whole ------------------------------------------------------------------------------- */

static TbRect
region_round (const TbRouteLeg *leg, double margin)
{
  TbRect a = leg->from.rect, b = leg->to.rect;
  double x = MIN (a.x, b.x), y = MIN (a.y, b.y);
  double right = MAX (a.x + a.width, b.x + b.width), bottom = MAX (a.y + a.height, b.y + b.height);
  return (TbRect){ x - margin, y - margin, right - x + 2 * margin, bottom - y + 2 * margin };
}

TbRect
tb_route_region_seen (const TbRect *region)
{
  double c = TB_ROUTE_CLEAR;
  return (TbRect){ region->x - c, region->y - c, region->width + 2 * c, region->height + 2 * c };
}

/* Whether the called one is shut in, so that no wider region helps. */
static gboolean
is_shut_in (TbRouteMap *map, const TbRouteLeg *leg, const TbRect *region, gboolean walls)
{
  TbRouteLeg back = { leg->to, leg->from };
  TbPath path = { 0 };
  double cost;
  gboolean closed;
  tb_route_search (map, &back, region, walls, TRUE, G_MAXDOUBLE, &path, &cost, &closed);
  tb_path_clear (&path);
  return closed;
}

/* Wider and wider, until no way that leaves the region could be cheaper: it goes out and back, and
 * turns four times or leaves by a side that costs as much. nearest: what no way is shorter than,
 * sides counted. */
static gboolean
search_round (TbRouteMap *map, const TbRouteLeg *leg, double bound, double nearest, gboolean walls,
              TbPath *path)
{
  static const double margins[] = { 40, 160, 480, 1500, 1e7 };
  gboolean found = FALSE, closed;
  path->searched = TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (margins); i++)
    {
      TbRect region = region_round (leg, margins[i]);
      path->region = tb_route_region_seen (&region);
      found |= tb_route_search (map, leg, &region, walls, FALSE, bound, path, &bound, &closed);
      if (bound > nearest + 6 * TB_ROUTE_BEND)
        found |= tb_route_search (map, leg, &region, walls, TRUE, bound, path, &bound, &closed);
      if (bound <= nearest + 2 * margins[i] + 5 * TB_ROUTE_BEND)
        break;
      if (bound == G_MAXDOUBLE && (closed || is_shut_in (map, leg, &region, walls)))
        break;
    }
  return found;
}

void
tb_route_leg (TbRouteMap *map, const TbRouteLeg *leg, TbPath *path)
{
  Forms forms;
  const Form *fallback;
  forms.n = 0;
  forms.others = G_MAXDOUBLE;
  *path = (TbPath){ .region = region_round (leg, 40) };
  const Form *form = try_forms (map, leg, &forms, path, &fallback);
  if (form != NULL)
    take_form (path, form);
  if (form != NULL && form->cost <= forms.others)
    return;
  if (tb_route_stairs (map, leg, form ? form->cost : G_MAXDOUBLE, path))
    return;
  double nearest = forms.others < G_MAXDOUBLE ? forms.others - 3 * TB_ROUTE_BEND
                                              : tb_route_least (leg);
  if (search_round (map, leg, form ? form->cost : G_MAXDOUBLE, nearest, TRUE, path)
      || form != NULL)
    return;
  path->over_border = search_round (map, leg, G_MAXDOUBLE, nearest, FALSE, path);
  if (path->over_border)
    return;
  path->through_shape = TRUE;
  if (fallback != NULL)
    take_form (path, fallback);
  else
    {
      TbPoint p[2] = { leg->from.centre, leg->to.centre };
      tb_path_set (path, p, 2);
    }
}

/* A component that calls itself: out at the right, in at the top. */
static void
loop (const TbRouteLeg *leg, TbPath *path)
{
  const TbRect *s = &leg->from.rect;
  double right = s->x + s->width, top = s->y;
  TbPoint p[5] = { { right, top + 26 }, { right + 28, top + 26 }, { right + 28, top - 28 },
                   { right - 40, top - 28 }, { right - 40, top } };
  *path = (TbPath){ .from_side = TB_SIDE_RIGHT, .to_side = TB_SIDE_TOP, .fixed = TRUE };
  tb_path_set (path, p, 5);
}

void
tb_route_path (TbRouteMap *map, const TbRouteLeg *leg, const TbPoint *bends, guint n_bends,
               TbPath *path)
{
  if (n_bends > 0)
    tb_route_through_bends (map, leg, bends, n_bends, path);
  else if (leg->from.id == leg->to.id)
    loop (leg, path);
  else
    tb_route_leg (map, leg, path);
}
