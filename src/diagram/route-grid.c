/* Rectangles in a uniform grid that grows with them. */
#include "route-private.h"

#include <math.h>

void
tb_route_grid_init (TbRouteGrid *grid, double cell)
{
  *grid = (TbRouteGrid){ .least_cell = cell };
}

static void
clear_cells (TbRouteGrid *grid)
{
  for (guint i = 0; i < grid->columns * grid->rows; i++)
    g_free (grid->cells[i].ids);
  g_clear_pointer (&grid->cells, g_free);
  grid->columns = grid->rows = 0;
}

void
tb_route_grid_clear (TbRouteGrid *grid)
{
  clear_cells (grid);
  g_free (grid->rects);
  g_free (grid->used);
  g_free (grid->seen);
  *grid = (TbRouteGrid){ 0 };
}

gboolean
tb_route_grid_range (const TbRouteGrid *grid, const TbRect *rect, guint range[4])
{
  if (grid->cells == NULL)
    return FALSE;
  double x0 = floor ((rect->x - grid->bounds.x) / grid->cell);
  double y0 = floor ((rect->y - grid->bounds.y) / grid->cell);
  double x1 = floor ((rect->x + rect->width - grid->bounds.x) / grid->cell);
  double y1 = floor ((rect->y + rect->height - grid->bounds.y) / grid->cell);
  if (!(x1 >= 0 && y1 >= 0 && x0 < grid->columns && y0 < grid->rows))
    return FALSE;
  range[0] = (guint) MAX (x0, 0);
  range[1] = (guint) MAX (y0, 0);
  range[2] = (guint) MIN (x1, grid->columns - 1);
  range[3] = (guint) MIN (y1, grid->rows - 1);
  return TRUE;
}

static void
put_in_cells (TbRouteGrid *grid, guint id)
{
  guint r[4];
  if (!tb_route_grid_range (grid, &grid->rects[id], r))
    return;
  for (guint y = r[1]; y <= r[3]; y++)
    for (guint x = r[0]; x <= r[2]; x++)
      {
        TbGridCell *cell = &grid->cells[y * grid->columns + x];
        if (cell->n == cell->size)
          {
            cell->size = MAX (4, 2 * cell->size);
            cell->ids = g_renew (guint, cell->ids, cell->size);
          }
        cell->ids[cell->n++] = id;
      }
}

/* Anew, with as much again round it: answers do not depend on how the cells lie. */
static void
rebuild (TbRouteGrid *grid)
{
  TbRect all = { 0, 0, 0, 0 };
  clear_cells (grid);
  grid->counted = grid->n;
  for (guint i = 0; i < grid->size; i++)
    if (grid->used[i])
      {
        TbRect r = grid->rects[i];
        r.width = MAX (r.width, 1);
        r.height = MAX (r.height, 1);
        tb_rect_union (&all, &r, &all);
      }
  grid->cell = grid->least_cell;
  double margin = MAX (2 * grid->cell, 0.1 * MAX (all.width, all.height));
  grid->bounds = (TbRect){ all.x - margin, all.y - margin, all.width + 2 * margin,
                           all.height + 2 * margin };
  while ((grid->bounds.width / grid->cell + 1) * (grid->bounds.height / grid->cell + 1)
         > 16.0 * grid->n + 1024)
    grid->cell *= 1.5;
  grid->columns = (guint) (grid->bounds.width / grid->cell) + 1;
  grid->rows = (guint) (grid->bounds.height / grid->cell) + 1;
  grid->cells = g_new0 (TbGridCell, grid->columns * grid->rows);
  for (guint i = 0; i < grid->size; i++)
    if (grid->used[i])
      put_in_cells (grid, i);
}

static void
make_room (TbRouteGrid *grid, guint id)
{
  guint size = grid->size;
  if (id < size)
    return;
  grid->size = MAX (MAX (64, id + 1), 2 * size);
  grid->rects = g_renew (TbRect, grid->rects, grid->size);
  grid->used = g_renew (guint8, grid->used, grid->size);
  grid->seen = g_renew (guint, grid->seen, grid->size);
  for (guint i = size; i < grid->size; i++)
    grid->used[i] = grid->seen[i] = 0;
}

void
tb_route_grid_add (TbRouteGrid *grid, guint id, const TbRect *rect)
{
  const TbRect *b = &grid->bounds;
  make_room (grid, id);
  g_assert (!grid->used[id]);
  grid->rects[id] = *rect;
  grid->used[id] = 1;
  grid->n++;
  if (grid->cells == NULL || rect->x < b->x || rect->y < b->y
      || rect->x + rect->width > b->x + b->width || rect->y + rect->height > b->y + b->height
      || grid->n > 2 * grid->counted + 64)
    rebuild (grid);
  else
    put_in_cells (grid, id);
}

void
tb_route_grid_remove (TbRouteGrid *grid, guint id)
{
  guint r[4];
  g_assert (grid->used[id]);
  if (tb_route_grid_range (grid, &grid->rects[id], r))
    for (guint y = r[1]; y <= r[3]; y++)
      for (guint x = r[0]; x <= r[2]; x++)
        {
          TbGridCell *cell = &grid->cells[y * grid->columns + x];
          for (guint i = 0; i < cell->n; i++)
            if (cell->ids[i] == id)
              {
                cell->ids[i] = cell->ids[--cell->n];
                break;
              }
        }
  grid->used[id] = 0;
  grid->n--;
}

gboolean
tb_route_touches (const TbRect *a, const TbRect *b)
{
  return a->x <= b->x + b->width && b->x <= a->x + a->width && a->y <= b->y + b->height
         && b->y <= a->y + a->height;
}

void
tb_route_grid_query (TbRouteGrid *grid, const TbRect *rect, GArray *out)
{
  guint r[4], turn = ++grid->turn;
  if (!tb_route_grid_range (grid, rect, r))
    return;
  for (guint y = r[1]; y <= r[3]; y++)
    for (guint x = r[0]; x <= r[2]; x++)
      {
        const TbGridCell *cell = &grid->cells[y * grid->columns + x];
        for (guint k = 0; k < cell->n; k++)
          {
            guint i = cell->ids[k];
            if (grid->seen[i] != turn && tb_route_touches (&grid->rects[i], rect))
              g_array_append_val (out, i);
            grid->seen[i] = turn;
          }
      }
}
