/* A cheapest way over the lines beside shapes: length, bends and sides cost.
 *
 * Each crossing of two lines keeps the cheapest way to reach it level and upright. A round sweeps
 * the lines on which something became cheaper, to and fro, and so adds one bend to every way at
 * once; it ends when another bend cannot pay any more. No heap, no list of open crossings: a sweep
 * is a pass over an array, thirty times faster here than A* over the same lines. */
#include "route-private.h"

#include <math.h>
#include <string.h>

#define MOST_ROUNDS 24
#define MANY 60 /* shapes in a region: lines close together are thinned */
/* A crossing, and whether the way began there or turned there. */
#define ORIGIN(node, began) (2 * (node) + (began))

/* Empty: from > to. */
typedef struct
{
  guint from, to;
} Range;

typedef struct
{
  TbRouteMap *map;
  const TbRouteRequest *request;
  GArray *near_by;            /* of guint: obstacles in the region */
  GArray *xs, *ys;            /* of double, sorted: the lines */
  guint8 *no_right, *no_down; /* blocked from (x, y) to the next line */
  double *cost[2];            /* to reach a crossing level [0] and upright [1] */
  guint *origin[2];           /* where that way came onto this line: ORIGIN () */
  Range *fresh[2];            /* per line, level and upright: where something may turn onto it */
  double *rest[2];            /* from each line, level and upright, to the goal at least */
  double least;               /* no way is cheaper */
  double bound;               /* nor of interest that is not cheaper than this */
} Search;

/* One way to leave or reach a shape: from the side straight to the lines. */
typedef struct
{
  TbSide side;
  TbPoint end;
  guint x, y; /* where it joins the lines */
  double cost;
} Port;

/* ---- Lines ----------------------------------------------------------------------------------- */

static int
by_value (gconstpointer a, gconstpointer b)
{
  double d = *(const double *) a - *(const double *) b;
  return d < 0 ? -1 : d > 0;
}

/* Of lines nearer to each other than apart one is enough: each keeps AWAY from its shape, which is
 * more than must be. For pictures so large that all lines would make the search slow. */
static void
thin (GArray *lines, double apart)
{
  guint m = 0;
  g_array_sort (lines, by_value);
  for (guint i = 0; i < lines->len; i++)
    if (m == 0 || g_array_index (lines, double, i) - g_array_index (lines, double, m - 1) >= apart)
      g_array_index (lines, double, m++) = g_array_index (lines, double, i);
  g_array_set_size (lines, m);
}

static void
unique (GArray *lines)
{
  g_array_sort (lines, by_value);
  guint m = 0;
  for (guint i = 0; i < lines->len; i++)
    if (m == 0 || g_array_index (lines, double, i) - g_array_index (lines, double, m - 1) > 1e-6)
      g_array_index (lines, double, m++) = g_array_index (lines, double, i);
  g_array_set_size (lines, m);
}

/* The middle of each gap too narrow for a line AWAY from both shapes. */
static void
add_middles (GArray *lines, GArray *edges)
{
  g_array_sort (edges, by_value);
  for (guint i = 1; i < edges->len; i++)
    {
      double a = g_array_index (edges, double, i - 1), b = g_array_index (edges, double, i);
      double middle = (a + b) / 2;
      if (b - a >= 2 * TB_ROUTE_CLEAR_TEXT && b - a < 4 * TB_ROUTE_AWAY)
        g_array_append_val (lines, middle);
    }
}

static void
add_line (GArray *lines, double at, double low, double high)
{
  if (at >= low && at <= high)
    g_array_append_val (lines, at);
}

static void
make_lines (Search *s, const TbRect *region)
{
  g_autoptr (GArray) ex = g_array_new (FALSE, FALSE, sizeof (double));
  g_autoptr (GArray) ey = g_array_new (FALSE, FALSE, sizeof (double));
  double x1 = region->x + region->width, y1 = region->y + region->height;
  for (guint k = 0; k < s->near_by->len; k++)
    {
      const TbObstacle *o = &s->map->items[g_array_index (s->near_by, guint, k)];
      double away = o->text ? TB_ROUTE_CLEAR_TEXT + 1 : TB_ROUTE_AWAY;
      double left = o->rect.x, right = left + o->rect.width;
      double top = o->rect.y, bottom = top + o->rect.height;
      add_line (s->xs, left - away, region->x, x1);
      add_line (s->xs, right + away, region->x, x1);
      add_line (s->ys, top - away, region->y, y1);
      add_line (s->ys, bottom + away, region->y, y1);
      g_array_append_val (ex, left);
      g_array_append_val (ex, right);
      g_array_append_val (ey, top);
      g_array_append_val (ey, bottom);
    }
  add_middles (s->xs, ex);
  add_middles (s->ys, ey);
}

static guint
line_at (GArray *lines, double at)
{
  guint low = 0, high = lines->len;
  while (low < high)
    {
      guint middle = (low + high) / 2;
      if (g_array_index (lines, double, middle) < at - 1e-6)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

static gboolean
has_line (GArray *lines, double at, guint *index)
{
  *index = line_at (lines, at);
  return *index < lines->len && fabs (g_array_index (lines, double, *index) - at) < 1e-5;
}

/* Crossings and pieces of lines strictly inside an obstacle's clearance are no way. */
static void
block (Search *s, const TbObstacle *o)
{
  double c = (o->text ? TB_ROUTE_CLEAR_TEXT : TB_ROUTE_CLEAR) - 1e-4;
  double left = o->rect.x - c, right = o->rect.x + o->rect.width + c;
  double top = o->rect.y - c, bottom = o->rect.y + o->rect.height + c;
  guint nx = s->xs->len, ny = s->ys->len;
  guint x0 = line_at (s->xs, left), y0 = line_at (s->ys, top);
  for (guint y = y0; y < ny && g_array_index (s->ys, double, y) < bottom; y++)
    for (guint x = x0 ? x0 - 1 : 0; x < nx && g_array_index (s->xs, double, x) < right; x++)
      s->no_right[y * nx + x] = 1;
  for (guint x = x0; x < nx && g_array_index (s->xs, double, x) < right; x++)
    for (guint y = y0 ? y0 - 1 : 0; y < ny && g_array_index (s->ys, double, y) < bottom; y++)
      s->no_down[y * nx + x] = 1;
}

/* ---- Ports ----------------------------------------------------------------------------------- */

static const double offsets[] = { 0, 0.25, -0.25 };

static void
port_lines (Search *s, const TbObstacle *shape, TbSide wish)
{
  for (guint side = TB_SIDE_TOP; side <= TB_SIDE_LEFT; side++)
    for (guint k = 0; k < G_N_ELEMENTS (offsets); k++)
      {
        if (wish != TB_SIDE_ANY && wish != (TbSide) side)
          continue;
        TbPoint p = tb_side_point (shape, (TbSide) side,
                                   offsets[k] * tb_side_length (shape, (TbSide) side));
        TbPoint n = tb_side_normal ((TbSide) side);
        p.x += n.x * TB_ROUTE_AWAY;
        p.y += n.y * TB_ROUTE_AWAY;
        g_array_append_val (s->xs, p.x);
        g_array_append_val (s->ys, p.y);
      }
}

static GArray *
make_ports (Search *s, guint shape, const TbObstacle *other, TbSide wish)
{
  const TbObstacle *o = &s->map->items[shape];
  GArray *ports = g_array_new (FALSE, FALSE, sizeof (Port));
  for (guint side = TB_SIDE_TOP; side <= TB_SIDE_LEFT; side++)
    for (guint k = 0; k < G_N_ELEMENTS (offsets); k++)
      {
        Port port = { .side = (TbSide) side };
        if (wish != TB_SIDE_ANY && wish != port.side)
          continue;
        port.end = tb_side_point (o, port.side, offsets[k] * tb_side_length (o, port.side));
        TbPoint n = tb_side_normal (port.side), joint = port.end;
        joint.x += n.x * TB_ROUTE_AWAY;
        joint.y += n.y * TB_ROUTE_AWAY;
        port.cost = tb_side_cost (o, port.side, other) + (k ? TB_ROUTE_OFF_CENTRE : 0)
                    + TB_ROUTE_AWAY;
        if (has_line (s->xs, joint.x, &port.x) && has_line (s->ys, joint.y, &port.y)
            && tb_route_map_clear_line (s->map, port.end, joint, shape, G_MAXUINT))
          g_array_append_val (ports, port);
      }
  return ports;
}

/* ---- The search ------------------------------------------------------------------------------ */

static void
refresh (Range *range, guint i)
{
  range->from = MIN (range->from, i);
  range->to = MAX (range->to, i);
}

/* Along one line, in one direction, from where something is new: carries what is cheaper than what
 * was known, and ends where nothing is. */
static void
sweep (Search *s, guint upright, guint line, Range range, gboolean back)
{
  guint nx = s->xs->len, n = upright ? s->ys->len : nx, stride = upright ? nx : 1;
  guint base = upright ? line : line * nx, origin = 0;
  guint first = back ? n - 1 - range.to : range.from, last = back ? n - 1 - range.from : range.to;
  const double *at = (const double *) (void *) (upright ? s->ys : s->xs)->data;
  const guint8 *no = upright ? s->no_down : s->no_right;
  double *own = s->cost[upright], carried = G_MAXDOUBLE;
  const double *other = s->cost[!upright], *rest = s->rest[!upright];
  double bound = s->bound - s->rest[upright][line];
  for (guint k = first; k < n && (k <= last || carried < G_MAXDOUBLE); k++)
    {
      guint i = back ? n - 1 - k : k, node = base + i * stride;
      if (k > first && carried < G_MAXDOUBLE)
        {
          carried += fabs (at[i] - at[back ? i + 1 : i - 1]);
          if (no[back ? node : node - stride] || carried + rest[i] >= bound
              || carried + 1e-9 >= own[node])
            carried = G_MAXDOUBLE;
          else
            {
              own[node] = carried;
              s->origin[upright][node] = origin;
              refresh (&s->fresh[!upright][i], line);
            }
        }
      if (other[node] < G_MAXDOUBLE && other[node] + TB_ROUTE_BEND + 1e-9 < own[node])
        {
          own[node] = other[node] + TB_ROUTE_BEND;
          s->origin[upright][node] = ORIGIN (node, 0);
        }
      if (own[node] < carried && s->origin[upright][node] / 2 == node)
        {
          carried = own[node];
          origin = s->origin[upright][node];
        }
    }
}

static gboolean
sweep_all (Search *s, guint upright)
{
  guint n = upright ? s->xs->len : s->ys->len;
  gboolean any = FALSE;
  for (guint line = 0; line < n; line++)
    {
      Range range = s->fresh[upright][line];
      if (range.from > range.to)
        continue;
      s->fresh[upright][line] = (Range){ G_MAXUINT, 0 };
      sweep (s, upright, line, range, FALSE);
      sweep (s, upright, line, range, TRUE);
      any = TRUE;
    }
  return any;
}

static guint
node_of (const Search *s, const Port *port)
{
  return port->y * s->xs->len + port->x;
}

/* A turn into the side's own direction is in the cost already. */
static const Port *
best_port (const Search *s, GArray *goals, double *cost)
{
  const Port *best = NULL;
  *cost = G_MAXDOUBLE;
  for (guint i = 0; i < goals->len; i++)
    {
      const Port *port = &g_array_index (goals, Port, i);
      double reached = s->cost[!TB_SIDE_IS_LEVEL (port->side)][node_of (s, port)];
      if (reached < G_MAXDOUBLE && reached + port->cost < *cost - 1e-9)
        {
          best = port;
          *cost = reached + port->cost;
        }
    }
  return best;
}

static void
start_from (Search *s, const Port *port)
{
  guint upright = !TB_SIDE_IS_LEVEL (port->side), node = node_of (s, port);
  if (port->cost >= s->cost[upright][node])
    return;
  s->cost[upright][node] = port->cost;
  s->origin[upright][node] = ORIGIN (node, 1);
  refresh (&s->fresh[0][port->y], port->x);
  refresh (&s->fresh[1][port->x], port->y);
}

/* After round r every way of up to r bends is known: what is not has more. */
static const Port *
run (Search *s, GArray *starts, GArray *goals)
{
  const Port *best = NULL;
  for (guint i = 0; i < starts->len; i++)
    start_from (s, &g_array_index (starts, Port, i));
  for (guint round = 0; round < MOST_ROUNDS; round++)
    {
      double cost;
      gboolean any = sweep_all (s, 0);
      any |= sweep_all (s, 1);
      best = best_port (s, goals, &cost);
      s->bound = MIN (s->bound, cost);
      if (!any || s->least + (round + 1) * TB_ROUTE_BEND >= s->bound)
        break;
    }
  return best;
}

/* Back from the goal over each turn to the port it began at. */
static void
take_way (Search *s, const Port *goal, GArray *starts, TbPath *path)
{
  g_autoptr (GArray) points = g_array_new (FALSE, FALSE, sizeof (TbPoint));
  guint nx = s->xs->len, node = node_of (s, goal), upright = !TB_SIDE_IS_LEVEL (goal->side);
  const Port *start = NULL;
  g_array_append_val (points, goal->end);
  for (guint origin = 0; !(origin & 1); upright = !upright)
    {
      TbPoint p = { g_array_index (s->xs, double, node % nx),
                    g_array_index (s->ys, double, node / nx) };
      g_array_append_val (points, p);
      origin = s->origin[upright][node];
      node = origin / 2;
      if (origin & 1)
        break;
    }
  for (guint i = 0; i < starts->len; i++)
    {
      const Port *port = &g_array_index (starts, Port, i);
      if (node_of (s, port) == node && upright == !TB_SIDE_IS_LEVEL (port->side)
          && (start == NULL || port->cost < start->cost))
        start = port;
    }
  TbPoint joint = { g_array_index (s->xs, double, node % nx),
                    g_array_index (s->ys, double, node / nx) };
  g_array_append_val (points, joint);
  g_array_append_val (points, start->end);
  TbPoint *p = (TbPoint *) (void *) points->data;
  for (guint i = 0; i < points->len / 2; i++)
    {
      TbPoint swap = p[i];
      p[i] = p[points->len - 1 - i];
      p[points->len - 1 - i] = swap;
    }
  tb_path_set (path, p, points->len);
  path->from_side = start->side;
  path->to_side = goal->side;
}

/* Per line, how far it passes from the box in which all ports of the goal lie. */
static double *
make_rest (GArray *lines, double low, double high)
{
  double *rest = g_new (double, lines->len + 1);
  for (guint i = 0; i < lines->len; i++)
    {
      double at = g_array_index (lines, double, i);
      rest[i] = MAX (0, MAX (low - at, at - high));
    }
  return rest;
}

/* The large arrays, out of memory that the map keeps from search to search: fresh pages for each
 * would cost more than the search. */
static void
carve (Search *s, guint n)
{
  gsize size = n * (2 * sizeof (double) + 2 * sizeof (guint) + 2);
  if (size > s->map->scratch_size)
    {
      g_free (s->map->scratch);
      s->map->scratch = g_malloc (size);
      s->map->scratch_size = size;
    }
  s->cost[0] = s->map->scratch;
  s->cost[1] = s->cost[0] + n;
  s->origin[0] = (guint *) (void *) (s->cost[1] + n);
  s->origin[1] = s->origin[0] + n;
  s->no_right = (guint8 *) (s->origin[1] + n);
  s->no_down = s->no_right + n;
  memset (s->no_right, 0, 2 * (gsize) n);
}

static void
search_init (Search *s, const TbRect *region)
{
  const TbRect *goal = &s->map->items[s->request->to].rect;
  s->near_by = g_array_new (FALSE, FALSE, sizeof (guint));
  s->xs = g_array_new (FALSE, FALSE, sizeof (double));
  s->ys = g_array_new (FALSE, FALSE, sizeof (double));
  tb_route_map_query (s->map, region, s->near_by);
  make_lines (s, region);
  if (s->near_by->len > MANY)
    {
      thin (s->xs, TB_ROUTE_AWAY - TB_ROUTE_CLEAR);
      thin (s->ys, TB_ROUTE_AWAY - TB_ROUTE_CLEAR);
    }
  port_lines (s, &s->map->items[s->request->from], s->request->from_side);
  port_lines (s, &s->map->items[s->request->to], s->request->to_side);
  unique (s->xs);
  unique (s->ys);
  s->rest[0] = make_rest (s->ys, goal->y - TB_ROUTE_AWAY, goal->y + goal->height + TB_ROUTE_AWAY);
  s->rest[1] = make_rest (s->xs, goal->x - TB_ROUTE_AWAY, goal->x + goal->width + TB_ROUTE_AWAY);
  guint n = s->xs->len * s->ys->len;
  carve (s, n);
  for (guint axis = 0; axis < 2; axis++)
    {
      s->fresh[axis] = g_new (Range, MAX (s->xs->len, s->ys->len));
      for (guint i = 0; i < MAX (s->xs->len, s->ys->len); i++)
        s->fresh[axis][i] = (Range){ G_MAXUINT, 0 };
      for (guint i = 0; i < n; i++)
        s->cost[axis][i] = G_MAXDOUBLE;
    }
  for (guint k = 0; k < s->near_by->len; k++)
    block (s, &s->map->items[g_array_index (s->near_by, guint, k)]);
}

static void
search_clear (Search *s)
{
  g_array_unref (s->near_by);
  g_array_unref (s->xs);
  g_array_unref (s->ys);
  for (guint axis = 0; axis < 2; axis++)
    {
      g_free (s->fresh[axis]);
      g_free (s->rest[axis]);
    }
}

/* The straight distance of the shapes, and what leaving and reaching cost at least. */
static double
least_cost (const TbObstacle *a, const TbObstacle *b)
{
  double dx = MAX (b->rect.x - (a->rect.x + a->rect.width),
                   a->rect.x - (b->rect.x + b->rect.width));
  double dy = MAX (b->rect.y - (a->rect.y + a->rect.height),
                   a->rect.y - (b->rect.y + b->rect.height));
  return MAX (dx, 0) + MAX (dy, 0);
}

gboolean
tb_route_search (TbRouteMap *map, const TbRouteRequest *request, double bound, TbPath *path)
{
  const TbObstacle *to = &map->items[request->to], *from = &map->items[request->from];
  Search s = { .map = map, .request = request, .least = least_cost (from, to), .bound = bound };
  search_init (&s, &path->region);
  g_autoptr (GArray) starts = make_ports (&s, request->from, to, request->from_side);
  g_autoptr (GArray) goals = make_ports (&s, request->to, from, request->to_side);
  const Port *goal = goals->len ? run (&s, starts, goals) : NULL;
  if (goal != NULL)
    take_way (&s, goal, starts, path);
  search_clear (&s);
  return goal != NULL;
}
