/* A way of two steps between facing sides: out, aside along the first free row, across, aside again
 * before the last row, in. Where nothing of fewer bends is clear no way is cheaper, so it spares
 * links across a whole picture the search, and it depends on no more than what it met. */
#include "route-private.h"

#include <math.h>

#define LOOK 200.0 /* ahead of an end, for where the row beside it ends */
#define OPEN 60.0  /* how far out the aside is where nothing ends it */
#define TRIES 24

/* Along: the direction in which the ends face each other. */
typedef struct
{
  GArray *ids;      /* of guint */
  TbRouteMap *map;
  const TbRouteLeg *leg;
  TbPath *path;
  gboolean upright; /* along is y */
  double sign;      /* of along, from the caller to the called */
  TbPoint a, b;     /* ends */
  TbSide sa, sb;
} Stairs;

static double
along (const Stairs *s, TbPoint p)
{
  return s->upright ? p.y : p.x;
}

static double
across (const Stairs *s, TbPoint p)
{
  return s->upright ? p.x : p.y;
}

static TbPoint
point (const Stairs *s, double u, double v)
{
  return s->upright ? (TbPoint){ v, u } : (TbPoint){ u, v };
}

/* Sides that cost nothing and look at each other. */
static gboolean
find_sides (Stairs *s)
{
  const TbRouteLeg *leg = s->leg;
  for (guint side = TB_SIDE_TOP; side <= TB_SIDE_LEFT; side++)
    {
      TbSide other = (TbSide) ((side + 1) % 4 + 1);
      if (tb_side_cost (&leg->from, (TbSide) side, &leg->to) > 0
          || tb_side_cost (&leg->to, other, &leg->from) > 0
          || (leg->from.side != TB_SIDE_ANY && leg->from.side != (TbSide) side)
          || (leg->to.side != TB_SIDE_ANY && leg->to.side != other))
        continue;
      s->sa = (TbSide) side;
      s->sb = other;
      s->upright = !TB_SIDE_IS_LEVEL (s->sa);
      s->a = tb_side_point (&leg->from, s->sa, 0);
      s->b = tb_side_point (&leg->to, s->sb, 0);
      s->sign = along (s, s->b) > along (s, s->a) ? 1 : -1;
      return TRUE;
    }
  return FALSE;
}

/* What was looked at here counts. */
static void
add_read (TbPath *path, const TbRect *rect)
{
  if (path->n_reads == TB_PATH_READS)
    path->searched = TRUE; /* too many to name: the region then */
  else
    path->reads[path->n_reads++] = *rect;
}

/* How far from an end the row before it reaches: to the next thing in its line. */
static double
look_ahead (Stairs *s, TbPoint end, double sign, guint own)
{
  double u = along (s, end), v = across (s, end), c = TB_ROUTE_CLEAR, room = LOOK;
  double far = MIN (LOOK, fabs (along (s, s->b) - along (s, s->a)));
  TbPoint low = point (s, MIN (u, u + sign * far), v - c);
  TbRect r = { low.x, low.y, s->upright ? 2 * c : far, s->upright ? far : 2 * c };
  g_array_set_size (s->ids, 0);
  tb_route_grid_query (&s->map->grid, &r, s->ids);
  for (guint i = 0; i < s->ids->len; i++)
    {
      guint id = g_array_index (s->ids, guint, i);
      const TbRect *o = &s->map->items[id].rect;
      double first = s->upright ? o->y : o->x, last = first + (s->upright ? o->height : o->width);
      double gap = sign > 0 ? first - u : u - last;
      if (id != own)
        room = MIN (room, MAX (gap, 0));
    }
  add_read (s->path, &r);
  return room;
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

typedef struct
{
  gboolean any;
  double low, high; /* across: as far as a line keeps off all that blocks */
} Blocked;

/* All that is in a line's way, so that it does not matter which is found first. */
static Blocked
find_blocked (Stairs *s, TbPoint p, TbPoint q)
{
  Blocked b = { FALSE, G_MAXDOUBLE, -G_MAXDOUBLE };
  double c = TB_ROUTE_CLEAR;
  TbRect r = { MIN (p.x, q.x) - c, MIN (p.y, q.y) - c, fabs (p.x - q.x) + 2 * c,
               fabs (p.y - q.y) + 2 * c };
  g_array_set_size (s->ids, 0);
  tb_route_grid_query (&s->map->grid, &r, s->ids);
  for (guint i = 0; i < s->ids->len; i++)
    {
      guint id = g_array_index (s->ids, guint, i);
      const TbRect *o = &s->map->items[id].rect;
      if (!tb_route_map_blocks (s->map, s->leg, id, p, q))
        continue;
      b.any = TRUE;
      b.low = MIN (b.low, (s->upright ? o->x : o->y) - TB_ROUTE_AWAY);
      b.high = MAX (b.high, (s->upright ? o->x + o->width : o->y + o->height) + TB_ROUTE_AWAY);
    }
  return b;
}

/* Where to go across between two rows. */
typedef struct
{
  double min, max;  /* as the ends and what stands in the rows allow */
  double low, high; /* the next to be tried, below and above the middle */
  double seen_low, seen_high;
} Crossing;

/* What stands in a row keeps the crossing on the end's side of it. */
static gboolean
row_is_free (Stairs *s, double u, double from, double at, Crossing *x)
{
  Blocked b = find_blocked (s, point (s, u, from), point (s, u, at));
  if (!b.any)
    return TRUE;
  if (at > from)
    x->max = MIN (x->max, MIN (at - 1, b.low));
  else
    x->min = MAX (x->min, MAX (at + 1, b.high));
  return FALSE;
}

static gboolean
try_crossing (Stairs *s, double u1, double u2, double at, Crossing *x)
{
  Blocked b = find_blocked (s, point (s, u1, at), point (s, u2, at));
  x->seen_low = MIN (x->seen_low, at);
  x->seen_high = MAX (x->seen_high, at);
  if (b.any)
    {
      if (at <= x->low)
        x->low = MIN (at - 1, b.low);
      if (at >= x->high)
        x->high = MAX (at + 1, b.high);
      return FALSE;
    }
  if (row_is_free (s, u1, across (s, s->a), at, x) && row_is_free (s, u2, across (s, s->b), at, x))
    return TRUE;
  if (at <= x->low)
    x->low = MIN (at - 1, x->max);
  if (at >= x->high)
    x->high = MAX (at + 1, x->min);
  return FALSE;
}

static gboolean
look_across (Stairs *s, double u1, double u2, Crossing *x, double *v)
{
  double middle = x->low;
  for (guint try = 0; try < TRIES && (x->low >= x->min || x->high <= x->max); try++)
    {
      gboolean is_low = x->low >= x->min
                        && (x->high > x->max || middle - x->low <= x->high - middle);
      *v = is_low ? x->low : x->high;
      if (try_crossing (s, u1, u2, *v, x))
        return TRUE;
    }
  return FALSE;
}

/* Nearest to the middle. */
static gboolean
find_crossing (Stairs *s, double u1, double u2, double *v)
{
  double va = across (s, s->a), vb = across (s, s->b), middle = (va + vb) / 2, c = TB_ROUTE_CLEAR;
  Crossing x = { MIN (va, vb), MAX (va, vb), middle, middle, middle, middle };
  gboolean found = look_across (s, u1, u2, &x, v);
  double low = x.seen_low - c, high = x.seen_high + c;
  double u[2] = { MIN (u1, u2) - c, MAX (u1, u2) + c };
  TbRect rows[3] = { s->upright ? (TbRect){ low, u[0], high - low, u[1] - u[0] }
                                : (TbRect){ u[0], low, u[1] - u[0], high - low } };
  for (guint i = 0; i < 2; i++)
    {
      double at = i ? u2 : u1, from = MIN (va, vb) - c, length = fabs (va - vb) + 2 * c;
      rows[i + 1] = s->upright ? (TbRect){ from, at - c, length, 2 * c }
                               : (TbRect){ at - c, from, 2 * c, length };
    }
  for (guint i = 0; i < 3; i++)
    add_read (s->path, &rows[i]);
  return found;
}

static gboolean
is_clear (Stairs *s, const TbPoint *p)
{
  TbRouteMet met = { 0 };
  for (guint i = 1; i < 6; i++)
    if (!tb_route_map_clear_line (s->map, s->leg, p[i - 1], p[i],
                                  i == 1 ? s->leg->from.id : TB_ROUTE_NONE,
                                  i == 5 ? s->leg->to.id : TB_ROUTE_NONE, &met))
      {
        add_witness (s->path, met.witness);
        return FALSE;
      }
  return TRUE;
}

static gboolean
try_rows (Stairs *s, double out, double in)
{
  double u1 = along (s, s->a) + s->sign * out, u2 = along (s, s->b) - s->sign * in, v;
  if ((u2 - u1) * s->sign < TB_ROUTE_APART || !find_crossing (s, u1, u2, &v))
    return FALSE;
  TbPoint p[6] = { s->a, point (s, u1, across (s, s->a)), point (s, u1, v), point (s, u2, v),
                   point (s, u2, across (s, s->b)), s->b };
  if (!is_clear (s, p))
    return FALSE;
  tb_path_set (s->path, p, 6);
  s->path->from_side = s->sa;
  s->path->to_side = s->sb;
  return TRUE;
}

/* The aside runs in the middle of its row, or where that is wide not far from the end. */
static double
row_middle (double room)
{
  return room >= LOOK ? OPEN : CLAMP (room / 2, TB_ROUTE_AWAY, OPEN);
}

gboolean
tb_route_stairs (TbRouteMap *map, const TbRouteLeg *leg, double bound, TbPath *path)
{
  Stairs s = { .map = map, .leg = leg, .path = path };
  if (leg->from.id == TB_ROUTE_NONE || leg->to.id == TB_ROUTE_NONE || !find_sides (&s))
    return FALSE;
  double cost = fabs (s.a.x - s.b.x) + fabs (s.a.y - s.b.y) + 4 * TB_ROUTE_BEND;
  if (cost >= bound || fabs (along (&s, s.a) - along (&s, s.b)) < 4 * TB_ROUTE_AWAY)
    return FALSE;
  s.ids = g_array_new (FALSE, FALSE, sizeof (guint));
  double out = row_middle (look_ahead (&s, s.a, s.sign, leg->from.id));
  double in = row_middle (look_ahead (&s, s.b, -s.sign, leg->to.id));
  gboolean found = try_rows (&s, out, in)
                   || (out > TB_ROUTE_AWAY + 1 && try_rows (&s, TB_ROUTE_AWAY, in))
                   || (in > TB_ROUTE_AWAY + 1 && try_rows (&s, out, TB_ROUTE_AWAY));
  g_array_unref (s.ids);
  return found;
}
