/* Rectangles and orthogonal lines. */
#include "tb-diagram.h"

gboolean
tb_rect_intersects (const TbRect *a, const TbRect *b)
{
  return a->x < b->x + b->width && b->x < a->x + a->width && a->y < b->y + b->height
         && b->y < a->y + a->height;
}

gboolean
tb_rect_contains (const TbRect *a, double x, double y)
{
  return x >= a->x && x < a->x + a->width && y >= a->y && y < a->y + a->height;
}

/* An empty rectangle adds nothing: a union can start from { 0 }. */
void
tb_rect_union (const TbRect *a, const TbRect *b, TbRect *out)
{
  if (a->width <= 0 && a->height <= 0)
    {
      *out = *b;
      return;
    }
  if (b->width <= 0 && b->height <= 0)
    {
      *out = *a;
      return;
    }
  double x = MIN (a->x, b->x), y = MIN (a->y, b->y);
  double right = MAX (a->x + a->width, b->x + b->width);
  double bottom = MAX (a->y + a->height, b->y + b->height);
  *out = (TbRect){ x, y, right - x, bottom - y };
}
