/* Ends that share a side of a shape stand apart on it, in the order that crosses least. Links of
 * one named port share a point. */
#include "route-router-private.h"

#include <math.h>
#include <string.h>

#define WIDEST 60.0 /* between neighbours on a side */
#define LEAST 14.0

typedef struct
{
  guint slot, key;
  gboolean called; /* this end is the link's last point */
  const char *port;
  int turn;        /* -1, 0, 1: where it goes along the side */
  double bend;     /* how far from the side it turns */
  double reach;    /* how far it then goes */
  double at, low, high;
  gboolean settled;
  guint unit;      /* ends of one port are one */
} End;

/* The path's k-th point seen from that end. */
static TbPoint
point_from (const TbPath *path, gboolean called, guint k)
{
  return path->points[called ? path->n - 1 - k : k];
}

static double
along (TbSide side, TbPoint p)
{
  return TB_SIDE_IS_LEVEL (side) ? p.y : p.x;
}

/* The part of a side that ends may use. */
static void
side_range (const TbRect *r, TbSide side, double *low, double *high)
{
  double start = TB_SIDE_IS_LEVEL (side) ? r->y : r->x;
  double length = TB_SIDE_IS_LEVEL (side) ? r->height : r->width;
  double corner = MIN (TB_ROUTE_CORNER, length / 3);
  *low = start + corner;
  *high = start + length - corner;
}

/* Within the side, and as far as its first piece can be moved without touching anything. */
static void
find_room (TbRouter *router, const TbRouteWay *way, TbSide side, End *e)
{
  const TbPath *path = &way->raw;
  const TbRouteEnd *own = e->called ? &way->leg.to : &way->leg.from;
  const TbRouteEnd *other = e->called ? &way->leg.from : &way->leg.to;
  guint but2 = path->n == 2 ? other->id : TB_ROUTE_NONE;
  side_range (&own->rect, side, &e->low, &e->high);
  if (path->n == 2)
    {
      double low, high;
      side_range (&other->rect, side, &low, &high);
      e->low = MAX (e->low, low);
      e->high = MIN (e->high, high);
    }
  e->low = MIN (e->low, e->at);
  e->high = MAX (e->high, e->at);
  tb_route_map_room (&router->map, &way->leg, point_from (path, e->called, 0),
                     point_from (path, e->called, 1), own->id, but2,
                     !TB_SIDE_IS_LEVEL (side), 1, &e->low, &e->high);
}

static gboolean
is_pinned (const TbPath *path, gboolean called)
{
  guint next = called ? path->n - 2 : 1;
  return path->fixed || path->through_shape || (next < 64 && path->pins >> next & 1);
}

static End
make_end (TbRouter *router, guint slot, TbSide side, gboolean called)
{
  const TbRouteWay *way = TB_ROUTE_WAY (router, slot);
  const TbPath *path = &way->raw;
  TbPoint end = point_from (path, called, 0), bend = point_from (path, called, 1);
  const char *port = called ? way->spec.to_port : way->spec.from_port;
  End e = { slot, way->key, called, port && *port ? port : NULL, 0, 0, 0, along (side, end), 0, 0,
            FALSE, 0 };
  /* Rounded: what differs by less than a pixel is alike, and the order is one. */
  e.bend = rint (fabs (end.x - bend.x) + fabs (end.y - bend.y));
  if (path->n > 2)
    {
      double d = along (side, point_from (path, called, 2)) - along (side, bend);
      e.turn = d < 0 ? -1 : 1;
      e.reach = rint (fabs (d));
    }
  if ((called ? way->spec.to_at : way->spec.from_at) >= 0 || is_pinned (path, called))
    {
      e.low = e.high = e.at;
      e.settled = TRUE;
    }
  else
    find_room (router, way, side, &e);
  return e;
}

/* In order along the side: what turns left first, the nearest bend leftmost, since its line crosses
 * all that stand left of it; mirrored for what turns right. */
static int
by_turn (gconstpointer pa, gconstpointer pb)
{
  const End *a = pa, *b = pb;
  if (a->turn != b->turn)
    return a->turn < b->turn ? -1 : 1;
  if (a->turn == 0 && a->at != b->at)
    return a->at < b->at ? -1 : 1;
  if (a->bend != b->bend)
    return (a->bend < b->bend) == (a->turn < 0) ? -1 : 1;
  if (a->reach != b->reach)
    return (a->reach > b->reach) == (a->turn < 0) ? -1 : 1;
  if (a->key != b->key)
    return a->key < b->key ? -1 : 1;
  return (int) a->called - (int) b->called;
}

/* Ends of one port become one unit, where the first of them stands; returns how many units. */
static guint
make_units (End *ends, guint n, End *units)
{
  guint m = 0;
  for (guint i = 0; i < n; i++)
    {
      guint u = m;
      for (guint k = 0; ends[i].port != NULL && k < m && u == m; k++)
        if (units[k].port != NULL && strcmp (units[k].port, ends[i].port) == 0)
          u = k;
      ends[i].unit = u;
      if (u == m)
        {
          units[m++] = ends[i];
          continue;
        }
      units[u].low = MAX (units[u].low, ends[i].low);
      units[u].high = MIN (units[u].high, ends[i].high);
      units[u].turn = units[u].turn == ends[i].turn ? ends[i].turn : 0;
      units[u].settled |= ends[i].settled;
    }
  return m;
}

static void
wish_places (End *units, guint n, double centre, double step)
{
  guint straight = G_MAXUINT, n_straight = 0;
  for (guint i = 0; i < n; i++)
    if (units[i].turn == 0)
      {
        n_straight++;
        straight = i;
      }
  for (guint i = 0; i < n; i++)
    {
      double wish = n_straight == 1 ? units[straight].at + ((double) i - straight) * step
                                    : centre + (i - (n - 1) / 2.) * step;
      if (!units[i].settled)
        units[i].at = units[i].low > units[i].high ? wish
                                                   : CLAMP (wish, units[i].low, units[i].high);
      if (n_straight == 1 && i == straight)
        units[i].settled = TRUE;
    }
}

/* Apart by gap where there is room; a settled one does not move. */
static void
keep_apart (End *units, guint n, double gap)
{
  for (guint i = 1; i < n; i++)
    if (!units[i].settled)
      units[i].at = MIN (MAX (units[i].high, units[i].low),
                         MAX (units[i].at, units[i - 1].at + gap));
  for (guint i = n - 1; i > 0; i--)
    if (!units[i - 1].settled)
      units[i - 1].at = MAX (MIN (units[i - 1].low, units[i - 1].high),
                             MIN (units[i - 1].at, units[i].at - gap));
}

static void
share_side (TbRouter *router, const TbRouteShape *shape, TbSide side, End *ends, guint n)
{
  double length = TB_SIDE_IS_LEVEL (side) ? shape->shape.rect.height : shape->shape.rect.width;
  double centre = TB_SIDE_IS_LEVEL (side) ? shape->shape.centre.y : shape->shape.centre.x;
  g_autofree End *units = g_new (End, n);
  qsort (ends, n, sizeof *ends, by_turn);
  guint m = make_units (ends, n, units);
  if (m > 1)
    {
      double step = MIN (WIDEST, floor (length / (m + 1)));
      wish_places (units, m, centre, step);
      keep_apart (units, m, MIN (step, LEAST));
    }
  for (guint i = 0; i < n; i++)
    TB_ROUTE_WAY (router, ends[i].slot)->wish[ends[i].called] = units[ends[i].unit].at;
}

static void
share_shape (TbRouter *router, const TbRouteShape *shape, guint slot)
{
  g_autofree End *ends = g_new (End, 2 * shape->ways->len + 1);
  for (guint side = TB_SIDE_TOP; side <= TB_SIDE_LEFT; side++)
    {
      guint n = 0;
      for (guint i = 0; i < shape->ways->len; i++)
        {
          guint w = g_array_index (shape->ways, guint, i);
          const TbRouteWay *way = TB_ROUTE_WAY (router, w);
          if (!way->present || way->waiting || way->raw.fixed)
            continue;
          if (way->from_shape == slot && way->raw.from_side == (TbSide) side)
            ends[n++] = make_end (router, w, (TbSide) side, FALSE);
          if (way->to_shape == slot && way->raw.to_side == (TbSide) side)
            ends[n++] = make_end (router, w, (TbSide) side, TRUE);
        }
      if (n > 0)
        share_side (router, shape, (TbSide) side, ends, n);
    }
}

static void
set_along (TbPoint *points, guint a, guint b, TbSide side, double at)
{
  *(TB_SIDE_IS_LEVEL (side) ? &points[a].y : &points[a].x) = at;
  *(TB_SIDE_IS_LEVEL (side) ? &points[b].y : &points[b].x) = at;
}

/* The ends where they stand; of a straight way both wishes count, halfway where they differ. */
static TbPoint *
apply (const TbRouteWay *way)
{
  const TbPath *raw = &way->raw;
  TbPoint *points = g_memdup2 (raw->points, raw->n * sizeof (TbPoint));
  if (raw->fixed || raw->from_side == TB_SIDE_ANY)
    return points;
  if (raw->n == 2)
    {
      double at = (way->wish[0] + way->wish[1]) / 2;
      if (!is_pinned (raw, FALSE) && way->spec.from_at < 0 && way->spec.to_at < 0)
        set_along (points, 0, 1, raw->from_side, at);
      return points;
    }
  if (!is_pinned (raw, FALSE))
    set_along (points, 0, 1, raw->from_side, way->wish[0]);
  if (!is_pinned (raw, TRUE))
    set_along (points, raw->n - 1, raw->n - 2, raw->to_side, way->wish[1]);
  return points;
}

void
tb_route_share_sides (TbRouter *router, GArray *shapes, GArray *out)
{
  guint turn = ++router->turn;
  for (guint i = 0; i < shapes->len; i++)
    share_shape (router, TB_ROUTE_SHAPE (router, g_array_index (shapes, guint, i)),
                 g_array_index (shapes, guint, i));
  for (guint i = 0; i < shapes->len; i++)
    {
      const TbRouteShape *shape = TB_ROUTE_SHAPE (router, g_array_index (shapes, guint, i));
      for (guint k = 0; k < shape->ways->len; k++)
        {
          guint slot = g_array_index (shape->ways, guint, k);
          TbRouteWay *way = TB_ROUTE_WAY (router, slot);
          if (!way->present || way->waiting || way->mark == turn)
            continue;
          way->mark = turn;
          TbPoint *points = apply (way);
          if (way->dirty || way->made[0] == NULL
              || memcmp (points, way->made[0], way->raw.n * sizeof (TbPoint)) != 0)
            g_array_append_val (out, slot);
          g_free (way->made[0]);
          way->made[0] = points;
        }
    }
}
