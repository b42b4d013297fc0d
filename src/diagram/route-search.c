/* A cheapest way over the lines beside shapes: length, bends, sides and borders cost.
 *
 * Each crossing of two lines keeps the cheapest way to reach it level and upright. A round sweeps
 * the lines on which something became cheaper, to and fro, and so adds one bend to every way at
 * once; it ends when another bend cannot pay any more. No heap, no list of open crossings: a sweep
 * is a pass over an array, thirty times faster here than A* over the same lines. */
#include "route-private.h"

#include <math.h>
#include <string.h>

#define MOST_ROUNDS 24
#define BORDER 150.0 /* what crossing a gate costs: once is enough */
#define OFF_MIDDLE 0.03 /* of two ways as good that nearer to the middle: corridors are shared */
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
  const TbRouteLeg *leg;
  TbRouteLines lines;
  double *cost[2];            /* to reach a crossing level [0] and upright [1] */
  guint *origin[2];           /* where that way came onto this line: ORIGIN () */
  Range *fresh[2];            /* per line, level and upright: where something may turn onto it */
  double *rest[2];            /* from each line, level and upright, to the goal at least */
  double *turn[2];            /* what a turn onto each line costs */
  double least;               /* no way is cheaper */
  double bound, first_bound;  /* nor of interest that is not cheaper than this */
} Search;

/* One way to leave or reach a shape: from the side straight to the lines. */
typedef struct
{
  TbSide side;
  TbPoint end, joint;
  guint x, y; /* where it joins the lines */
  double cost;
} Port;

/* ---- Ports ----------------------------------------------------------------------------------- */

static const double offsets[] = { 0, 0.25, -0.25 };

static void
add_port (Search *s, const TbRouteEnd *end, const TbRouteEnd *other, TbSide side, double offset,
          GArray *ports)
{
  double away = end->id == TB_ROUTE_NONE ? 0 : TB_ROUTE_AWAY;
  TbRouteMet met = { 0 };
  Port port = { .side = side };
  port.end = tb_side_point (end, side, offset * tb_side_length (end, side));
  TbPoint n = tb_side_normal (side);
  port.joint = (TbPoint){ port.end.x + n.x * away, port.end.y + n.y * away };
  port.cost = tb_side_cost (end, side, other) + (offset != 0 ? TB_ROUTE_OFF_CENTRE : 0) + away;
  if (away == 0
      || tb_route_map_clear_line (s->map, s->leg, port.end, port.joint, end->id, TB_ROUTE_NONE,
                                  &met))
    g_array_append_val (ports, port);
}

/* Away from the other end only where nothing is left out. */
static GArray *
make_ports (Search *s, const TbRouteEnd *end, const TbRouteEnd *other, gboolean all)
{
  GArray *ports = g_array_new (FALSE, FALSE, sizeof (Port));
  guint n = end->id == TB_ROUTE_NONE || end->at >= 0 ? 1 : G_N_ELEMENTS (offsets);
  for (guint side = TB_SIDE_TOP; side <= TB_SIDE_LEFT; side++)
    for (guint k = 0; k < n; k++)
      if (end->side == (TbSide) side
          || (end->side == TB_SIDE_ANY
              && (all || tb_side_cost (end, (TbSide) side, other) <= TB_ROUTE_WRONG_SIDE)))
        add_port (s, end, other, (TbSide) side, offsets[k], ports);
  return ports;
}

static void
keep_line (GArray *lines, double at)
{
  for (guint i = 0; i < lines->len; i++)
    if (g_array_index (lines, double, i) == at)
      return;
  g_array_append_val (lines, at);
}

static void
keep_joints (GArray *ports, GArray *xs, GArray *ys)
{
  for (guint i = 0; i < ports->len; i++)
    {
      const Port *port = &g_array_index (ports, Port, i);
      keep_line (xs, port->joint.x);
      keep_line (ys, port->joint.y);
    }
}

static guint
line_at (const double *lines, guint n, double at)
{
  guint low = 0, high = n;
  while (low < high)
    {
      guint middle = (low + high) / 2;
      if (lines[middle] < at - 1e-5)
        low = middle + 1;
      else
        high = middle;
    }
  return MIN (low, n - 1);
}

static void
join_lines (const Search *s, GArray *ports)
{
  for (guint i = 0; i < ports->len; i++)
    {
      Port *port = &g_array_index (ports, Port, i);
      port->x = line_at (s->lines.xs, s->lines.nx, port->joint.x);
      port->y = line_at (s->lines.ys, s->lines.ny, port->joint.y);
    }
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
  guint nx = s->lines.nx, n = upright ? s->lines.ny : nx, stride = upright ? nx : 1;
  guint base = upright ? line : line * nx, origin = 0;
  guint first = back ? n - 1 - range.to : range.from, last = back ? n - 1 - range.from : range.to;
  const double *at = upright ? s->lines.ys : s->lines.xs;
  double dear = 1 + (upright ? s->lines.dear_x : s->lines.dear_y)[line];
  const guint8 *no = upright ? s->lines.down : s->lines.right;
  double *own = s->cost[upright], carried = G_MAXDOUBLE;
  const double *other = s->cost[!upright], *rest = s->rest[!upright];
  double bound = s->bound - s->rest[upright][line], turn = s->turn[upright][line];
  for (guint k = first; k < n && (k <= last || carried < G_MAXDOUBLE); k++)
    {
      guint i = back ? n - 1 - k : k, node = base + i * stride;
      if (k > first && carried < G_MAXDOUBLE)
        {
          guint8 piece = no[back ? node : node - stride];
          carried += fabs (at[i] - at[back ? i + 1 : i - 1]) * dear + piece * BORDER;
          if (piece == 255 || carried + rest[i] >= bound
              || carried + 1e-9 >= own[node])
            carried = G_MAXDOUBLE;
          else
            {
              own[node] = carried;
              s->origin[upright][node] = origin;
              refresh (&s->fresh[!upright][i], line);
            }
        }
      if (other[node] < G_MAXDOUBLE && other[node] + turn + 1e-9 < own[node])
        {
          own[node] = other[node] + turn;
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
  guint n = upright ? s->lines.nx : s->lines.ny;
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
  return port->y * s->lines.nx + port->x;
}

/* A turn into the side's own direction is in the cost already. */
static const Port *
best_port (const Search *s, GArray *goals, double *cost)
{
  const Port *best = NULL;
  *cost = s->first_bound;
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
  guint nx = s->lines.nx, node = node_of (s, goal), upright = !TB_SIDE_IS_LEVEL (goal->side);
  const Port *start = NULL;
  g_array_append_val (points, goal->end);
  for (guint origin = 0; !(origin & 1); upright = !upright)
    {
      TbPoint p = { s->lines.xs[node % nx], s->lines.ys[node / nx] };
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
  TbPoint joint = { s->lines.xs[node % nx], s->lines.ys[node / nx] };
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
make_rest (const double *lines, guint n, double low, double high)
{
  double *rest = g_new (double, n + 1);
  for (guint i = 0; i < n; i++)
    rest[i] = MAX (0, MAX (low - lines[i], lines[i] - high));
  return rest;
}

static double *
make_turns (const double *lines, guint n, double a, double b)
{
  double *turns = g_new (double, n + 1);
  for (guint i = 0; i < n; i++)
    turns[i] = TB_ROUTE_BEND + OFF_MIDDLE * fabs (lines[i] - (a + b) / 2);
  return turns;
}

/* The large arrays, out of memory that the map keeps from search to search: fresh pages for each
 * would cost more than the search. */
static void
carve (Search *s, gsize n)
{
  gsize size = n * (2 * sizeof (double) + 2 * sizeof (guint));
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
  for (gsize i = 0; i < 2 * n; i++)
    s->cost[0][i] = G_MAXDOUBLE;
}

static void
search_init (Search *s)
{
  const TbRect *goal = &s->leg->to.rect;
  guint nx = s->lines.nx, ny = s->lines.ny, most = MAX (nx, ny);
  s->rest[0] = make_rest (s->lines.ys, ny, goal->y - TB_ROUTE_AWAY,
                          goal->y + goal->height + TB_ROUTE_AWAY);
  s->rest[1] = make_rest (s->lines.xs, nx, goal->x - TB_ROUTE_AWAY,
                          goal->x + goal->width + TB_ROUTE_AWAY);
  s->turn[0] = make_turns (s->lines.ys, ny, s->leg->from.centre.y, s->leg->to.centre.y);
  s->turn[1] = make_turns (s->lines.xs, nx, s->leg->from.centre.x, s->leg->to.centre.x);
  carve (s, (gsize) nx * ny);
  for (guint axis = 0; axis < 2; axis++)
    {
      s->fresh[axis] = g_new (Range, most + 1);
      for (guint i = 0; i < most; i++)
        s->fresh[axis][i] = (Range){ G_MAXUINT, 0 };
    }
}

static void
search_clear (Search *s)
{
  tb_route_lines_clear (&s->lines);
  for (guint axis = 0; axis < 2; axis++)
    {
      g_free (s->fresh[axis]);
      g_free (s->rest[axis]);
      g_free (s->turn[axis]);
    }
}

/* Whether anything came to an outermost line: from there it might go on. */
static gboolean
reached_edge (const Search *s)
{
  guint nx = s->lines.nx, ny = s->lines.ny;
  for (guint axis = 0; axis < 2; axis++)
    {
      const double *cost = s->cost[axis];
      for (guint x = 0; x < nx; x++)
        if (cost[x] < G_MAXDOUBLE || cost[(gsize) (ny - 1) * nx + x] < G_MAXDOUBLE)
          return TRUE;
      for (guint y = 0; y < ny; y++)
        if (cost[(gsize) y * nx] < G_MAXDOUBLE || cost[(gsize) y * nx + nx - 1] < G_MAXDOUBLE)
          return TRUE;
    }
  return FALSE;
}

gboolean
tb_route_search (TbRouteMap *map, const TbRouteLeg *leg, const TbRect *region, gboolean walls,
                 gboolean narrow, double bound, TbPath *path, double *cost, gboolean *closed)
{
  Search s = { .map = map, .leg = leg, .least = tb_route_least (leg), .bound = bound,
               .first_bound = bound };
  g_autoptr (GArray) starts = make_ports (&s, &leg->from, &leg->to, narrow);
  g_autoptr (GArray) goals = make_ports (&s, &leg->to, &leg->from, narrow);
  g_autoptr (GArray) keep_x = g_array_new (FALSE, FALSE, sizeof (double));
  g_autoptr (GArray) keep_y = g_array_new (FALSE, FALSE, sizeof (double));
  *closed = TRUE;
  if (starts->len == 0 || goals->len == 0)
    return FALSE;
  keep_joints (starts, keep_x, keep_y);
  keep_joints (goals, keep_x, keep_y);
  tb_route_lines_make (map, leg, region, walls, narrow, keep_x, keep_y, &s.lines);
  join_lines (&s, starts);
  join_lines (&s, goals);
  search_init (&s);
  const Port *goal = run (&s, starts, goals);
  if (goal != NULL)
    take_way (&s, goal, starts, path);
  *cost = s.bound;
  *closed = goal == NULL && !reached_edge (&s);
  search_clear (&s);
  return goal != NULL;
}
