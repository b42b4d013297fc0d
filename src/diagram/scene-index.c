/* A uniform grid over the items: serves painting, pointing, rubber band and free places.
 *
 * Made for the bounds of the moment; what later lies outside counts to the cells of the border, so
 * that an item can come, go and move without the grid being made anew. */
#include "scene-private.h"

#include <math.h>
#include <string.h>

#define CELL 360.0

typedef void (*CellFunc) (TbCell *cell, guint item);

static guint
clamped (double at, guint n)
{
  return at > 0 ? (guint) MIN (at, n - 1) : 0;
}

static void
cell_range (const TbScene *scene, const TbRect *rect, guint r[4])
{
  double by = 1 / scene->cell, x = (rect->x - scene->area.x) * by;
  double y = (rect->y - scene->area.y) * by;
  r[0] = clamped (x, scene->columns);
  r[1] = clamped (y, scene->rows);
  r[2] = clamped (x + rect->width * by, scene->columns);
  r[3] = clamped (y + rect->height * by, scene->rows);
}

static void
each_cell (TbScene *scene, const TbRect *rect, guint item, CellFunc func)
{
  guint r[4];
  cell_range (scene, rect, r);
  for (guint y = r[1]; y <= r[3]; y++)
    for (guint x = r[0]; x <= r[2]; x++)
      func (&scene->cells[y * scene->columns + x], item);
}

/* A link that is still straight may lie aslant: in steps of a cell, so as not to fill its box. */
static void
each_cell_of_piece (TbScene *scene, TbPoint a, TbPoint b, guint item, CellFunc func)
{
  double dx = b.x - a.x, dy = b.y - a.y;
  double n = dx == 0 || dy == 0 ? 1 : ceil (MAX (fabs (dx), fabs (dy)) / scene->cell);
  for (double k = 0; k < n; k++)
    {
      TbPoint from = { a.x + dx * k / n, a.y + dy * k / n };
      TbRect r = { MIN (from.x, from.x + dx / n) - 8, MIN (from.y, from.y + dy / n) - 8,
                   fabs (dx) / n + 16, fabs (dy) / n + 16 };
      each_cell (scene, &r, item, func);
    }
}

/* A link lies in the cells along it, not in those of its whole box. */
static void
each_cell_of_item (TbScene *scene, guint i, CellFunc func)
{
  const TbItem *item = TB_ITEM (scene, i);
  if (scene->columns == 0 || !tb_item_is_shown (scene, item))
    return;
  if (item->kind != TB_ITEM_LINK)
    {
      each_cell (scene, &item->bounds, i, func);
      return;
    }
  for (guint k = 1; k < item->n_points; k++)
    each_cell_of_piece (scene, item->points[k - 1], item->points[k], i, func);
  if (item->label_at.width > 0)
    each_cell (scene, &item->label_at, i, func);
}

static void
put (TbCell *cell, guint item)
{
  if (cell->n == cell->size)
    {
      cell->size = MAX (4, cell->size * 2);
      cell->items = g_renew (guint, cell->items, cell->size);
    }
  cell->items[cell->n++] = item;
}

static void
take (TbCell *cell, guint item)
{
  for (guint i = cell->n; i-- > 0;)
    if (cell->items[i] == item)
      {
        cell->items[i] = cell->items[--cell->n];
        return;
      }
}

void
tb_scene_index_add (TbScene *scene, guint item)
{
  each_cell_of_item (scene, item, put);
}

void
tb_scene_index_remove (TbScene *scene, guint item)
{
  each_cell_of_item (scene, item, take);
}

void
tb_scene_index_map (TbScene *scene, const guint *map)
{
  for (guint c = 0; c < scene->columns * scene->rows; c++)
    {
      TbCell *cell = &scene->cells[c];
      guint kept = 0;
      for (guint i = 0; i < cell->n; i++)
        if (map[cell->items[i]] != TB_NO_ITEM)
          cell->items[kept++] = map[cell->items[i]];
      cell->n = kept;
    }
}

void
tb_scene_clear_index (TbScene *scene)
{
  for (guint c = 0; c < scene->columns * scene->rows; c++)
    g_free (scene->cells[c].items);
  g_clear_pointer (&scene->cells, g_free);
  scene->columns = scene->rows = 0;
}

void
tb_scene_make_index (TbScene *scene)
{
  tb_scene_clear_index (scene);
  scene->area = scene->bounds;
  scene->cell = CELL;
  while ((scene->area.width / scene->cell + 1) * (scene->area.height / scene->cell + 1)
         > 4.0 * scene->items->len + 64)
    scene->cell *= 1.5;
  scene->columns = (guint) (scene->area.width / scene->cell) + 1;
  scene->rows = (guint) (scene->area.height / scene->cell) + 1;
  scene->cells = g_new0 (TbCell, scene->columns * scene->rows);
  for (guint i = 0; i < scene->items->len; i++)
    tb_scene_index_add (scene, i);
}

TbItemSet
tb_scene_collect (const TbScene *scene, const TbRect *rect)
{
  TbItemSet set = { g_new0 (guint64, scene->items->len / 64 + 1), scene->items->len };
  guint r[4];
  if (scene->columns == 0)
    return set;
  cell_range (scene, rect, r);
  for (guint y = r[1]; y <= r[3]; y++)
    for (guint x = r[0]; x <= r[2]; x++)
      {
        const TbCell *cell = &scene->cells[y * scene->columns + x];
        for (guint k = 0; k < cell->n; k++)
          set.words[cell->items[k] / 64] |= G_GUINT64_CONSTANT (1) << (cell->items[k] % 64);
      }
  return set;
}

guint
tb_item_set_next (const TbItemSet *set, guint i)
{
  while (i < set->n)
    {
      guint64 rest = set->words[i / 64] >> (i % 64);
      if (rest != 0)
        return i + (guint) __builtin_ctzll (rest) < set->n ? i + (guint) __builtin_ctzll (rest)
                                                           : TB_NO_ITEM;
      i = (i / 64 + 1) * 64;
    }
  return TB_NO_ITEM;
}
