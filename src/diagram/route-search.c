/* A shortest way over the lines beside shapes (A*): length, bends and sides cost.
 *
 * State: a crossing of two lines, and whether it was reached level or upright. */
#include "route-private.h"

#include <math.h>
#include <string.h>

#define NONE G_MAXUINT

typedef struct
{
  double f;
  guint state;
} Open;

typedef struct
{
  TbRouteMap *map;
  const TbRouteRequest *request;
  GArray *near_by;            /* of guint: obstacles in the region */
  GArray *xs, *ys;            /* of double, sorted: the lines */
  guint8 *no_right, *no_down; /* blocked from (x, y) to the next line */
  double *g;
  guint *parent;
  guint8 *closed;
  GArray *open; /* of Open: a binary heap */
  TbRect aim;
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
push (Search *s, double f, guint state)
{
  Open open = { f, state };
  g_array_append_val (s->open, open);
  Open *heap = (Open *) (void *) s->open->data;
  guint i = s->open->len - 1;
  for (; i > 0 && heap[(i - 1) / 2].f > f; i = (i - 1) / 2)
    heap[i] = heap[(i - 1) / 2];
  heap[i] = open;
}

static Open
pop (Search *s)
{
  Open *heap = (Open *) (void *) s->open->data;
  Open first = heap[0], last = heap[s->open->len - 1];
  guint n = s->open->len - 1, i = 0;
  g_array_set_size (s->open, n);
  while (2 * i + 1 < n)
    {
      guint child = 2 * i + 1;
      if (child + 1 < n && heap[child + 1].f < heap[child].f)
        child++;
      if (heap[child].f >= last.f)
        break;
      heap[i] = heap[child];
      i = child;
    }
  if (n > 0)
    heap[i] = last;
  return first;
}

static void
reach (Search *s, guint x, guint y, guint upright, double cost, guint parent)
{
  guint state = (y * s->xs->len + x) * 2 + upright;
  if (s->closed[state] || cost >= s->g[state] - 1e-9)
    return;
  s->g[state] = cost;
  s->parent[state] = parent;
  /* To the box round the goal, where all its ports join: never more than the rest of the way. */
  double px = g_array_index (s->xs, double, x), py = g_array_index (s->ys, double, y);
  double dx = MAX (0, MAX (s->aim.x - px, px - s->aim.x - s->aim.width));
  double dy = MAX (0, MAX (s->aim.y - py, py - s->aim.y - s->aim.height));
  push (s, cost + dx + dy, state);
}

static void
expand (Search *s, guint state)
{
  guint nx = s->xs->len, ny = s->ys->len, node = state / 2, upright = state % 2;
  guint x = node % nx, y = node / nx;
  double g = s->g[state], level_cost = upright ? TB_ROUTE_BEND : 0,
         upright_cost = upright ? 0 : TB_ROUTE_BEND;
#define X(i) g_array_index (s->xs, double, i)
#define Y(i) g_array_index (s->ys, double, i)
  if (x + 1 < nx && !s->no_right[node])
    reach (s, x + 1, y, 0, g + level_cost + X (x + 1) - X (x), state);
  if (x > 0 && !s->no_right[node - 1])
    reach (s, x - 1, y, 0, g + level_cost + X (x) - X (x - 1), state);
  if (y + 1 < ny && !s->no_down[node])
    reach (s, x, y + 1, 1, g + upright_cost + Y (y + 1) - Y (y), state);
  if (y > 0 && !s->no_down[node - nx])
    reach (s, x, y - 1, 1, g + upright_cost + Y (y) - Y (y - 1), state);
#undef X
#undef Y
}

static const Port *
port_at (GArray *ports, guint x, guint y, guint upright, double *cost)
{
  const Port *best = NULL;
  for (guint i = 0; i < ports->len; i++)
    {
      const Port *port = &g_array_index (ports, Port, i);
      double c = port->cost + (upright == !TB_SIDE_IS_LEVEL (port->side) ? 0 : TB_ROUTE_BEND);
      if (port->x == x && port->y == y && (best == NULL || c < *cost))
        {
          best = port;
          *cost = c;
        }
    }
  return best;
}

static guint
run (Search *s, GArray *starts, GArray *goals, const Port **goal)
{
  double best = G_MAXDOUBLE;
  guint found = NONE;
  for (guint i = 0; i < starts->len; i++)
    {
      const Port *port = &g_array_index (starts, Port, i);
      reach (s, port->x, port->y, !TB_SIDE_IS_LEVEL (port->side), port->cost, NONE);
    }
  while (s->open->len > 0)
    {
      Open open = pop (s);
      guint node = open.state / 2;
      double cost = 0;
      if (s->closed[open.state])
        continue;
      if (open.f >= best)
        break;
      s->closed[open.state] = 1;
      const Port *port = port_at (goals, node % s->xs->len, node / s->xs->len, open.state % 2,
                                  &cost);
      if (port != NULL && s->g[open.state] + cost < best)
        {
          best = s->g[open.state] + cost;
          found = open.state;
          *goal = port;
        }
      expand (s, open.state);
    }
  return found;
}

static void
take_way (Search *s, guint state, const Port *goal, GArray *starts, TbPath *path)
{
  g_autoptr (GArray) points = g_array_new (FALSE, FALSE, sizeof (TbPoint));
  guint nx = s->xs->len, first = state;
  g_array_append_val (points, goal->end);
  for (; state != NONE; first = state, state = s->parent[state])
    {
      TbPoint p = { g_array_index (s->xs, double, state / 2 % nx),
                    g_array_index (s->ys, double, state / 2 / nx) };
      g_array_append_val (points, p);
    }
  double cost;
  const Port *start = NULL;
  for (guint i = 0; i < starts->len; i++)
    {
      const Port *port = &g_array_index (starts, Port, i);
      if (port->x == first / 2 % nx && port->y == first / 2 / nx
          && (first % 2) == !TB_SIDE_IS_LEVEL (port->side)
          && (start == NULL || port->cost < cost))
        {
          start = port;
          cost = port->cost;
        }
    }
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

static void
search_init (Search *s, const TbRect *region)
{
  s->near_by = g_array_new (FALSE, FALSE, sizeof (guint));
  s->xs = g_array_new (FALSE, FALSE, sizeof (double));
  s->ys = g_array_new (FALSE, FALSE, sizeof (double));
  s->open = g_array_new (FALSE, FALSE, sizeof (Open));
  tb_route_map_query (s->map, region, s->near_by);
  make_lines (s, region);
  port_lines (s, &s->map->items[s->request->from], s->request->from_side);
  port_lines (s, &s->map->items[s->request->to], s->request->to_side);
  unique (s->xs);
  unique (s->ys);
  guint n = s->xs->len * s->ys->len;
  s->no_right = g_new0 (guint8, n);
  s->no_down = g_new0 (guint8, n);
  s->closed = g_new0 (guint8, 2 * n);
  s->parent = g_new (guint, 2 * n);
  s->g = g_new (double, 2 * n);
  for (guint i = 0; i < 2 * n; i++)
    s->g[i] = G_MAXDOUBLE;
  for (guint k = 0; k < s->near_by->len; k++)
    block (s, &s->map->items[g_array_index (s->near_by, guint, k)]);
}

static void
search_clear (Search *s)
{
  g_array_unref (s->near_by);
  g_array_unref (s->xs);
  g_array_unref (s->ys);
  g_array_unref (s->open);
  g_free (s->no_right);
  g_free (s->no_down);
  g_free (s->closed);
  g_free (s->parent);
  g_free (s->g);
}

gboolean
tb_route_search (TbRouteMap *map, const TbRouteRequest *request, TbPath *path)
{
  Search s = { .map = map, .request = request };
  const TbObstacle *to = &map->items[request->to], *from = &map->items[request->from];
  const Port *goal = NULL;
  s.aim = (TbRect){ to->rect.x - TB_ROUTE_AWAY, to->rect.y - TB_ROUTE_AWAY,
                    to->rect.width + 2 * TB_ROUTE_AWAY, to->rect.height + 2 * TB_ROUTE_AWAY };
  search_init (&s, &path->region);
  g_autoptr (GArray) starts = make_ports (&s, request->from, to, request->from_side);
  g_autoptr (GArray) goals = make_ports (&s, request->to, from, request->to_side);
  guint found = goals->len ? run (&s, starts, goals, &goal) : NONE;
  if (found != NONE)
    take_way (&s, found, goal, starts, path);
  search_clear (&s);
  return found != NONE;
}
