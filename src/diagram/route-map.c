/* Obstacles in a uniform grid: clear lines and room beside them. */
#include "route-private.h"

#include <math.h>

#define CELL 240.0
#define EPSILON 1e-6

static double
clearance (const TbObstacle *obstacle)
{
  return obstacle->kind == TB_OBSTACLE_CARD ? TB_ROUTE_CLEAR : TB_ROUTE_CLEAR_TEXT;
}

static gboolean
is_within (const TbRect *inner, const TbRect *outer)
{
  return inner->x >= outer->x && inner->y >= outer->y
         && inner->x + inner->width <= outer->x + outer->width
         && inner->y + inner->height <= outer->y + outer->height;
}

/* ---- Life ------------------------------------------------------------------------------------ */

void
tb_route_map_init (TbRouteMap *map)
{
  *map = (TbRouteMap){ .gone = g_array_new (FALSE, FALSE, sizeof (guint)) };
  tb_route_grid_init (&map->grid, CELL);
  map->near_by = g_array_new (FALSE, FALSE, sizeof (guint));
  for (guint axis = 0; axis < 2; axis++)
    map->lines[axis] = g_array_new (FALSE, FALSE, sizeof (TbRouteLine));
}

void
tb_route_map_clear (TbRouteMap *map)
{
  tb_route_grid_clear (&map->grid);
  g_free (map->items);
  g_free (map->scratch);
  g_array_unref (map->gone);
  g_array_unref (map->near_by);
  g_array_unref (map->lines[0]);
  g_array_unref (map->lines[1]);
  *map = (TbRouteMap){ 0 };
}

static guint
new_id (TbRouteMap *map)
{
  if (map->gone->len > 0)
    {
      guint id = g_array_index (map->gone, guint, map->gone->len - 1);
      g_array_set_size (map->gone, map->gone->len - 1);
      return id;
    }
  if (map->n == map->size)
    {
      map->size = MAX (64, 2 * map->size);
      map->items = g_renew (TbObstacle, map->items, map->size);
    }
  return map->n++;
}

guint
tb_route_map_add (TbRouteMap *map, const TbObstacle *obstacle)
{
  guint id = new_id (map);
  map->items[id] = *obstacle;
  tb_route_grid_add (&map->grid, id, &obstacle->rect);
  return id;
}

void
tb_route_map_remove (TbRouteMap *map, guint id)
{
  tb_route_grid_remove (&map->grid, id);
  g_array_append_val (map->gone, id);
}

/* ---- Asking ---------------------------------------------------------------------------------- */

static int
by_name (gconstpointer pa, gconstpointer pb, gpointer data)
{
  const TbRouteMap *map = data;
  const TbObstacle *a = &map->items[*(const guint *) pa], *b = &map->items[*(const guint *) pb];
  if (a->kind != b->kind)
    return a->kind < b->kind ? -1 : 1;
  if (a->key != b->key)
    return a->key < b->key ? -1 : 1;
  return a->rect.x != b->rect.x   ? (a->rect.x < b->rect.x ? -1 : 1)
         : a->rect.y != b->rect.y ? (a->rect.y < b->rect.y ? -1 : 1)
                                  : a->rect.width < b->rect.width ? -1
                                                                  : a->rect.width > b->rect.width;
}

void
tb_route_map_query (TbRouteMap *map, const TbRect *rect, GArray *out)
{
  guint begin = out->len;
  tb_route_grid_query (&map->grid, rect, out);
  if (out->len > begin)
    g_qsort_with_data (&g_array_index (out, guint, begin), (int) (out->len - begin),
                       sizeof (guint), by_name, map);
}

TbBorder
tb_route_border (const TbRouteLeg *leg, const TbRect *container)
{
  gboolean in_a = is_within (&leg->from.rect, container);
  gboolean in_b = is_within (&leg->to.rect, container);
  gboolean out_a = !in_a && !tb_route_touches (&leg->from.rect, container);
  gboolean out_b = !in_b && !tb_route_touches (&leg->to.rect, container);
  if ((in_a && in_b) || (out_a && out_b))
    return TB_BORDER_WALL;
  return (in_a && out_b) || (out_a && in_b) ? TB_BORDER_GATE : TB_BORDER_OPEN;
}

static TbRect
line_rect (TbPoint a, TbPoint b, double grow)
{
  return (TbRect){ MIN (a.x, b.x) - grow, MIN (a.y, b.y) - grow, fabs (a.x - b.x) + 2 * grow,
                   fabs (a.y - b.y) + 2 * grow };
}

/* Strictly nearer than allowed: a line exactly at the clearance is clear. */
static gboolean
too_near (const TbRect *o, double c, const TbRect *line)
{
  c -= EPSILON;
  return line->x + line->width > o->x - c && line->x < o->x + o->width + c
         && line->y + line->height > o->y - c && line->y < o->y + o->height + c;
}

static gboolean
notes_gate (TbRouteMet *met, guint key)
{
  for (guint i = 0; i < met->n_gates; i++)
    if (met->gates[i] == key)
      return FALSE;
  if (met->n_gates == TB_PATH_GATES)
    return FALSE;
  met->gates[met->n_gates++] = key;
  return TRUE;
}

/* Along a border nothing runs; across it only where it is a gate, and once. */
static gboolean
passes_edge (TbRouteMap *map, const TbRouteLeg *leg, const TbObstacle *o, const TbRect *line,
             TbRouteMet *met)
{
  gboolean upright = o->rect.width == 0, line_upright = line->width == 0;
  if (upright == line_upright || (line->width == 0 && line->height == 0))
    return !too_near (&o->rect, TB_ROUTE_CLEAR_EDGE, line)
           || tb_route_border (leg, &o->home) == TB_BORDER_OPEN;
  if (!tb_route_touches (&o->rect, line))
    return TRUE;
  TbBorder border = tb_route_border (leg, &o->home);
  if (border != TB_BORDER_GATE)
    return border == TB_BORDER_OPEN;
  return notes_gate (met, o->key);
}

gboolean
tb_route_map_clear_line (TbRouteMap *map, const TbRouteLeg *leg, TbPoint a, TbPoint b, guint but,
                         guint but2, TbRouteMet *met)
{
  guint r[4];
  TbRect near_it = line_rect (a, b, TB_ROUTE_CLEAR), line = line_rect (a, b, 0);
  if (!tb_route_grid_range (&map->grid, &near_it, r))
    return TRUE;
  guint turn = ++map->grid.turn, *seen = map->grid.seen;
  for (guint y = r[1]; y <= r[3]; y++)
    for (guint x = r[0]; x <= r[2]; x++)
      {
        const TbGridCell *cell = &map->grid.cells[y * map->grid.columns + x];
        for (guint k = 0; k < cell->n; k++)
          {
            guint i = cell->ids[k];
            const TbObstacle *o = &map->items[i];
            gboolean ok;
            if (i == but || i == but2 || seen[i] == turn)
              continue;
            seen[i] = turn;
            ok = o->kind == TB_OBSTACLE_EDGE ? passes_edge (map, leg, o, &line, met)
                                             : !too_near (&o->rect, clearance (o), &line);
            met->witness = i;
            if (!ok)
              return FALSE;
          }
      }
  return TRUE;
}

gboolean
tb_route_map_blocks (TbRouteMap *map, const TbRouteLeg *leg, guint id, TbPoint a, TbPoint b)
{
  const TbObstacle *o = &map->items[id];
  TbRect line = line_rect (a, b, 0);
  TbRouteMet met = { 0 };
  return o->kind == TB_OBSTACLE_EDGE ? !passes_edge (map, leg, o, &line, &met)
                                     : too_near (&o->rect, clearance (o), &line);
}

typedef struct
{
  gboolean upright;
  double at, from, to, low, high, part;
} Strip;

static void
narrow (Strip *s, const TbObstacle *o)
{
  gboolean edge = o->kind == TB_OBSTACLE_EDGE;
  double c = edge ? 0 : s->part * clearance (o), d = edge ? s->part * TB_ROUTE_CLEAR_EDGE : c;
  const TbRect *r = &o->rect;
  double from = (s->upright ? r->y : r->x) - c;
  double to = (s->upright ? r->y + r->height : r->x + r->width) + c;
  double low = (s->upright ? r->x : r->y) - d;
  double high = (s->upright ? r->x + r->width : r->y + r->height) + d;
  if (to <= s->from || from >= s->to)
    return;
  /* Where it stands in one already, or too near, it leaves by the nearer side. */
  if (s->at - low < high - s->at)
    s->high = MIN (s->high, low);
  else
    s->low = MAX (s->low, high);
}

void
tb_route_map_room (TbRouteMap *map, const TbRouteLeg *leg, TbPoint a, TbPoint b, guint but,
                   guint but2, gboolean upright, double part, double *low, double *high)
{
  Strip s = { upright, upright ? a.x : a.y, upright ? MIN (a.y, b.y) : MIN (a.x, b.x),
              upright ? MAX (a.y, b.y) : MAX (a.x, b.x), *low, *high, part };
  double c = TB_ROUTE_CLEAR;
  TbRect strip = upright ? (TbRect){ *low - c, s.from - c, *high - *low + 2 * c,
                                     s.to - s.from + 2 * c }
                         : (TbRect){ s.from - c, *low - c, s.to - s.from + 2 * c,
                                     *high - *low + 2 * c };
  guint r[4];
  if (!tb_route_grid_range (&map->grid, &strip, r))
    return;
  for (guint y = r[1]; y <= r[3]; y++)
    for (guint x = r[0]; x <= r[2]; x++)
      {
        const TbGridCell *cell = &map->grid.cells[y * map->grid.columns + x];
        for (guint k = 0; k < cell->n; k++)
          {
            guint i = cell->ids[k];
            const TbObstacle *o = &map->items[i];
            if (i == but || i == but2)
              continue;
            if (o->kind == TB_OBSTACLE_EDGE
                && ((o->rect.width == 0) != upright
                    || tb_route_border (leg, &o->home) == TB_BORDER_OPEN))
              continue;
            narrow (&s, o);
          }
      }
  /* Where it is too near to something, its place is not in its room. */
  gboolean there = s.low > s.high + EPSILON;
  *low = there ? MIN (s.low, s.at) : s.low;
  *high = there ? MAX (s.high, s.at) : s.high;
}
