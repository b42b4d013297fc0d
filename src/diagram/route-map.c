/* Obstacles in a uniform grid: clear lines and room beside them. */
#include "route-private.h"

#include <math.h>

static double
clearance (const TbObstacle *obstacle)
{
  return obstacle->text ? TB_ROUTE_CLEAR_TEXT : TB_ROUTE_CLEAR;
}

/* The cells a rectangle touches; FALSE where it lies outside. */
static gboolean
cell_range (const TbRouteMap *map, const TbRect *rect, guint range[4])
{
  double x0 = floor ((rect->x - map->bounds.x) / map->cell);
  double y0 = floor ((rect->y - map->bounds.y) / map->cell);
  double x1 = floor ((rect->x + rect->width - map->bounds.x) / map->cell);
  double y1 = floor ((rect->y + rect->height - map->bounds.y) / map->cell);
  if (!(x1 >= 0 && y1 >= 0 && x0 < map->columns && y0 < map->rows))
    return FALSE;
  range[0] = (guint) MAX (x0, 0);
  range[1] = (guint) MAX (y0, 0);
  range[2] = (guint) MIN (x1, map->columns - 1);
  range[3] = (guint) MIN (y1, map->rows - 1);
  return TRUE;
}

static void
measure (TbRouteMap *map)
{
  map->bounds = map->n ? map->items[0].rect : (TbRect){ 0, 0, 1, 1 };
  for (guint i = 1; i < map->n; i++)
    tb_rect_union (&map->bounds, &map->items[i].rect, &map->bounds);
  map->cell = 240;
  while ((map->bounds.width / map->cell + 1) * (map->bounds.height / map->cell + 1)
         > 4.0 * map->n + 64)
    map->cell *= 1.5;
  map->columns = (guint) (map->bounds.width / map->cell) + 1;
  map->rows = (guint) (map->bounds.height / map->cell) + 1;
}

/* A counting sort: how many in each cell, where each begins, then who. */
void
tb_route_map_init (TbRouteMap *map, const TbObstacle *items, guint n)
{
  *map = (TbRouteMap){ .items = items, .n = n };
  measure (map);
  guint n_cells = map->columns * map->rows, r[4];
  map->starts = g_new0 (guint, n_cells + 2);
  map->seen = g_new0 (guint, n + 1);
  for (guint i = 0; i < n; i++)
    if (cell_range (map, &items[i].rect, r))
      for (guint y = r[1]; y <= r[3]; y++)
        for (guint x = r[0]; x <= r[2]; x++)
          map->starts[y * map->columns + x + 2]++;
  for (guint c = 2; c < n_cells + 2; c++)
    map->starts[c] += map->starts[c - 1];
  map->cells = g_new (guint, map->starts[n_cells + 1] + 1);
  for (guint i = 0; i < n; i++)
    if (cell_range (map, &items[i].rect, r))
      for (guint y = r[1]; y <= r[3]; y++)
        for (guint x = r[0]; x <= r[2]; x++)
          map->cells[map->starts[y * map->columns + x + 1]++] = i;
}

void
tb_route_map_clear (TbRouteMap *map)
{
  g_free (map->starts);
  g_free (map->cells);
  g_free (map->seen);
  g_free (map->scratch);
  *map = (TbRouteMap){ 0 };
}

static gboolean
touches (const TbRect *a, const TbRect *b)
{
  return a->x <= b->x + b->width && b->x <= a->x + a->width && a->y <= b->y + b->height
         && b->y <= a->y + a->height;
}

void
tb_route_map_query (TbRouteMap *map, const TbRect *rect, GArray *out)
{
  guint r[4];
  if (!cell_range (map, rect, r))
    return;
  map->turn++;
  for (guint y = r[1]; y <= r[3]; y++)
    for (guint x = r[0]; x <= r[2]; x++)
      {
        guint c = y * map->columns + x;
        for (guint k = map->starts[c]; k < map->starts[c + 1]; k++)
          {
            guint i = map->cells[k];
            if (map->seen[i] != map->turn && touches (&map->items[i].rect, rect))
              g_array_append_val (out, i);
            map->seen[i] = map->turn;
          }
      }
}

static TbRect
line_rect (TbPoint a, TbPoint b, double grow)
{
  return (TbRect){ MIN (a.x, b.x) - grow, MIN (a.y, b.y) - grow, fabs (a.x - b.x) + 2 * grow,
                   fabs (a.y - b.y) + 2 * grow };
}

/* Strictly nearer than allowed: a line exactly at the clearance is clear. */
static gboolean
too_near (const TbObstacle *o, double x0, double y0, double x1, double y1)
{
  double c = clearance (o) - 1e-6;
  return x1 > o->rect.x - c && x0 < o->rect.x + o->rect.width + c && y1 > o->rect.y - c
         && y0 < o->rect.y + o->rect.height + c;
}

gboolean
tb_route_map_clear_line (TbRouteMap *map, TbPoint a, TbPoint b, guint but, guint but2)
{
  guint r[4];
  TbRect near_it = line_rect (a, b, TB_ROUTE_CLEAR);
  if (!cell_range (map, &near_it, r))
    return TRUE;
  double x0 = MIN (a.x, b.x), y0 = MIN (a.y, b.y), x1 = MAX (a.x, b.x), y1 = MAX (a.y, b.y);
  for (guint y = r[1]; y <= r[3]; y++)
    for (guint x = r[0]; x <= r[2]; x++)
      {
        guint c = y * map->columns + x;
        for (guint k = map->starts[c]; k < map->starts[c + 1]; k++)
          {
            guint i = map->cells[k];
            if (i != but && i != but2 && too_near (&map->items[i], x0, y0, x1, y1))
              return FALSE;
          }
      }
  return TRUE;
}

void
tb_route_map_room (TbRouteMap *map, TbPoint a, TbPoint b, guint but, guint but2, double *low,
                   double *high)
{
  gboolean upright = a.x == b.x;
  double at = upright ? a.x : a.y;
  double from = upright ? MIN (a.y, b.y) : MIN (a.x, b.x);
  double to = upright ? MAX (a.y, b.y) : MAX (a.x, b.x);
  guint r[4];
  TbRect strip = upright ? (TbRect){ *low, from - TB_ROUTE_CLEAR, *high - *low,
                                     to - from + 2 * TB_ROUTE_CLEAR }
                         : (TbRect){ from - TB_ROUTE_CLEAR, *low, to - from + 2 * TB_ROUTE_CLEAR,
                                     *high - *low };
  if (!cell_range (map, &strip, r))
    return;
  for (guint y = r[1]; y <= r[3]; y++)
    for (guint x = r[0]; x <= r[2]; x++)
      {
        guint cell = y * map->columns + x;
        for (guint k = map->starts[cell]; k < map->starts[cell + 1]; k++)
          {
            guint i = map->cells[k];
            const TbRect *o = &map->items[i].rect;
            double c = clearance (&map->items[i]);
            double o_from = (upright ? o->y : o->x) - c;
            double o_to = (upright ? o->y + o->height : o->x + o->width) + c;
            double o_low = (upright ? o->x : o->y) - c;
            double o_high = (upright ? o->x + o->width : o->y + o->height) + c;
            if (i == but || i == but2 || o_to <= from || o_from >= to)
              continue;
            if (o_high <= at + 1e-6)
              *low = MAX (*low, o_high);
            else if (o_low >= at - 1e-6)
              *high = MIN (*high, o_low);
            else
              *low = *high = at; /* it stands in one already: leave it */
          }
      }
}
