/* Free places beside links, for the canvas's pills. */
#include "scene-private.h"
#include "points-private.h"

#include <math.h>

#define BESIDE 5.0 /* between a link and what stands beside it */

static double
overlap (const TbRect *a, const TbRect *b, double margin)
{
  double w = MIN (a->x + a->width, b->x + b->width) - MAX (a->x, b->x) + margin;
  double h = MIN (a->y + a->height, b->y + b->height) - MAX (a->y, b->y) + margin;
  return w > 0 && h > 0 ? w * h : 0;
}

static double
link_overlap (const TbItem *link, const TbRect *box, double margin)
{
  double area = 0;
  for (guint i = 1; i < link->n_points; i++)
    {
      TbPoint a = link->points[i - 1], b = link->points[i];
      TbRect r = { MIN (a.x, b.x) - 1, MIN (a.y, b.y) - 1, fabs (a.x - b.x) + 2,
                   fabs (a.y - b.y) + 2 };
      area += overlap (box, &r, margin) * 3;
    }
  return area;
}

/* An outline may be crossed, but rather not. */
static double
edge_overlap (const TbRect *r, const TbRect *box)
{
  TbRect edges[4] = { { r->x - 1, r->y, 2, r->height }, { r->x + r->width - 1, r->y, 2, r->height },
                      { r->x, r->y - 1, r->width, 2 },
                      { r->x, r->y + r->height - 1, r->width, 2 } };
  double area = 0;
  for (guint i = 0; i < 4; i++)
    area += overlap (&edges[i], box, 1);
  return area;
}

/* What stands on the drawing already, and is no part of it. */
typedef struct
{
  const TbRect *rects;
  guint n;
} Taken;

/* How much of what matters that box would cover. */
static double
covers (const TbScene *scene, const TbRect *box, guint link, const Taken *taken)
{
  TbItemSet set = tb_scene_collect (scene, box);
  double area = 0;
  for (guint i = 0; i < taken->n; i++)
    area += overlap (box, &taken->rects[i], 2) * 10;
  for (guint i = tb_item_set_next (&set, 0); i != TB_NO_ITEM; i = tb_item_set_next (&set, i + 1))
    {
      const TbItem *item = TB_ITEM (scene, i);
      switch (item->kind)
        {
        case TB_ITEM_COMPONENT:
        case TB_ITEM_NOTE:
          area += overlap (box, &item->shape, 4) * 10;
          break;
        case TB_ITEM_LINK:
          area += link_overlap (item, box, i == link ? 2 : 4);
          if (item->label_at.width > 0)
            area += overlap (box, &item->label_at, 4) * 5;
          break;
        case TB_ITEM_LAYER:
        case TB_ITEM_TIER:
        case TB_ITEM_GROUP:
        case TB_ITEM_DEVICE:
        case TB_ITEM_FRAME:
        case TB_ITEM_MIDDLEWARE:
        default:
          area += overlap (box, &item->title_at, 4) * 5 + edge_overlap (&item->rect, box) * 0.1;
          break;
        }
    }
  g_free (set.words);
  return area;
}

static void
consider (const TbScene *scene, guint link, const Taken *taken, TbRect box, double dislike,
          TbRect *best, double *least)
{
  if (dislike >= *least)
    return;
  double cost = dislike + covers (scene, &box, link, taken) * 10;
  if (cost < *least)
    {
      *least = cost;
      *best = box;
    }
}

/* Along the pieces, the longest first, from the middle outwards, on both sides. */
TbRect
tb_scene_free_beside (const TbScene *scene, guint index, double width, double height,
                      const TbRect *rects, guint n_rects)
{
  const Taken taken = { rects, n_rects };
  static const double along[] = { 0.5, 0.35, 0.65, 0.2, 0.8, 0.08, 0.92, -0.7, 1.7 };
  /* The last two lead past a card of which the link comes: for labels wider than the gap. */
  static const double further[] = { 0, 10, 36, 52 };
  const TbItem *link = TB_ITEM (scene, index);
  TbPoint middle = tb_points_at (link->points, link->n_points,
                                 tb_points_length (link->points, link->n_points) / 2);
  TbRect best = { middle.x + BESIDE, middle.y + BESIDE, width, height };
  double least = G_MAXDOUBLE, longest = 1;
  for (guint i = 1; i < link->n_points; i++)
    longest = MAX (longest, tb_points_length (link->points + i - 1, 2));
  for (guint i = 1; i < link->n_points && least > 0; i++)
    {
      TbPoint a = link->points[i - 1], b = link->points[i];
      gboolean level = a.y == b.y;
      double shortness = 1 - tb_points_length (link->points + i - 1, 2) / longest;
      for (guint k = 0; k < G_N_ELEMENTS (along); k++)
        for (int side = 0; side < 8; side++)
          {
            double off = BESIDE + further[side / 2];
            if (side < 4 && (along[k] < 0 || along[k] > 1))
              continue; /* beyond the ends only where it is past the cards too */
            TbPoint p = { a.x + (b.x - a.x) * along[k], a.y + (b.y - a.y) * along[k] };
            TbRect box = { p.x - width / 2, p.y - height / 2, width, height };
            if (level)
              box.y = side % 2 == 0 ? p.y + off : p.y - off - height;
            else
              box.x = side % 2 == 0 ? p.x + off : p.x - off - width;
            consider (scene, index, &taken, box,
                      shortness * 20 + k * 4 + (side % 2) * 3 + further[side / 2] + (level ? 0 : 6),
                      &best, &least);
          }
    }
  return best;
}

gboolean
tb_scene_is_covered (const TbScene *scene, TbUid link, const TbRect *rect)
{
  TbItemSet set = tb_scene_collect (scene, rect);
  gboolean covered = FALSE;
  for (guint i = tb_item_set_next (&set, 0); i != TB_NO_ITEM && !covered; i = tb_item_set_next (&set, i + 1))
    {
      const TbItem *item = TB_ITEM (scene, i);
      if (item->element == link || !tb_item_is_shown (scene, item))
        continue;
      if (item->kind == TB_ITEM_LINK)
        covered = item->n_points > 0 && (tb_link_touches (item, rect) || (item->label_at.width > 0 && tb_rect_intersects (&item->label_at, rect)));
      else if (item->kind == TB_ITEM_COMPONENT || item->kind == TB_ITEM_NOTE)
        covered = tb_rect_intersects (&item->rect, rect);
    }
  g_free (set.words);
  return covered;
}
