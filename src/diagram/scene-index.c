/* A uniform grid over the items: serves painting, pointing, rubber band and free places. */
#include "scene-private.h"

#include <math.h>
#include <string.h>

#define CELL 360.0

typedef void (*CellFunc) (guint cell, guint item, gpointer data);

static gboolean
cell_range (const TbScene *scene, const TbRect *rect, guint r[4])
{
  if (scene->columns == 0)
    return FALSE;
  double x0 = floor ((rect->x - scene->area.x) / scene->cell);
  double y0 = floor ((rect->y - scene->area.y) / scene->cell);
  double x1 = floor ((rect->x + rect->width - scene->area.x) / scene->cell);
  double y1 = floor ((rect->y + rect->height - scene->area.y) / scene->cell);
  if (!(x1 >= 0 && y1 >= 0 && x0 < scene->columns && y0 < scene->rows))
    return FALSE;
  r[0] = (guint) MAX (x0, 0);
  r[1] = (guint) MAX (y0, 0);
  r[2] = (guint) MIN (x1, scene->columns - 1);
  r[3] = (guint) MIN (y1, scene->rows - 1);
  return TRUE;
}

static void
each_cell (const TbScene *scene, const TbRect *rect, guint item, CellFunc func, gpointer data)
{
  guint r[4];
  if (!cell_range (scene, rect, r))
    return;
  for (guint y = r[1]; y <= r[3]; y++)
    for (guint x = r[0]; x <= r[2]; x++)
      func (y * scene->columns + x, item, data);
}

/* A link lies in the cells along it, not in those of its whole box. */
static void
each_cell_of_item (const TbScene *scene, guint i, CellFunc func, gpointer data)
{
  const TbItem *item = TB_ITEM (scene, i);
  if (!tb_item_is_shown (scene, item))
    return;
  if (item->kind != TB_ITEM_LINK)
    {
      each_cell (scene, &item->bounds, i, func, data);
      return;
    }
  for (guint k = 1; k < item->n_points; k++)
    {
      TbPoint a = item->points[k - 1], b = item->points[k];
      TbRect r = { MIN (a.x, b.x) - 8, MIN (a.y, b.y) - 8, fabs (a.x - b.x) + 16,
                   fabs (a.y - b.y) + 16 };
      each_cell (scene, &r, i, func, data);
    }
  if (item->label_at.width > 0)
    each_cell (scene, &item->label_at, i, func, data);
}

static void
count (guint cell, guint item, gpointer data)
{
  (void) item;
  ((guint *) data)[cell + 2]++;
}

static void
fill (guint cell, guint item, gpointer data)
{
  TbScene *scene = data;
  scene->cells[scene->starts[cell + 1]++] = item;
}

void
tb_scene_make_index (TbScene *scene)
{
  g_clear_pointer (&scene->starts, g_free);
  g_clear_pointer (&scene->cells, g_free);
  scene->area = scene->bounds;
  scene->cell = CELL;
  while ((scene->area.width / scene->cell + 1) * (scene->area.height / scene->cell + 1)
         > 4.0 * scene->items->len + 64)
    scene->cell *= 1.5;
  scene->columns = (guint) (scene->area.width / scene->cell) + 1;
  scene->rows = (guint) (scene->area.height / scene->cell) + 1;
  guint n_cells = scene->columns * scene->rows;
  scene->starts = g_new0 (guint, n_cells + 3);
  for (guint i = 0; i < scene->items->len; i++)
    each_cell_of_item (scene, i, count, scene->starts);
  for (guint c = 2; c < n_cells + 2; c++)
    scene->starts[c] += scene->starts[c - 1];
  scene->cells = g_new (guint, scene->starts[n_cells + 1] + 1);
  for (guint i = 0; i < scene->items->len; i++)
    each_cell_of_item (scene, i, fill, scene);
}

TbItemSet
tb_scene_collect (const TbScene *scene, const TbRect *rect)
{
  TbItemSet set = { g_new0 (guint64, scene->items->len / 64 + 1), scene->items->len };
  guint r[4];
  if (!cell_range (scene, rect, r))
    return set;
  for (guint y = r[1]; y <= r[3]; y++)
    {
      const guint *c = &scene->cells[scene->starts[y * scene->columns + r[0]]];
      const guint *end = &scene->cells[scene->starts[y * scene->columns + r[2] + 1]];
      for (; c < end; c++)
        set.words[*c / 64] |= G_GUINT64_CONSTANT (1) << (*c % 64);
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
