/* Along a link's way, whose pieces run level or upright. */
#include "points-private.h"

#include <math.h>

#include "scene-private.h"

double
tb_points_length (const TbPoint *points, guint n)
{
  double length = 0;
  for (guint i = 1; i < n; i++)
    length += fabs (points[i].x - points[i - 1].x) + fabs (points[i].y - points[i - 1].y);
  return length;
}

TbPoint
tb_points_at (const TbPoint *p, guint n, double distance)
{
  for (guint i = 1; i < n; i++)
    {
      double length = fabs (p[i].x - p[i - 1].x) + fabs (p[i].y - p[i - 1].y);
      if (distance <= length && length > 0)
        {
          double t = MAX (distance, 0) / length;
          return (TbPoint){ p[i - 1].x + (p[i].x - p[i - 1].x) * t,
                            p[i - 1].y + (p[i].y - p[i - 1].y) * t };
        }
      distance -= length;
    }
  return n ? p[n - 1] : (TbPoint){ 0, 0 };
}

/* Within a corner's reach of a bend: the quadratic curve that the painters draw there. */
TbPoint
tb_points_on_curve (const TbPoint *p, guint n, double distance)
{
  double walked = 0;
  for (guint i = 1; i + 1 < n; i++)
    {
      double before = tb_points_length (p + i - 1, 2), after = tb_points_length (p + i, 2);
      double r = MIN (TB_LINK_CORNER, MIN (before, after) / 2), t;
      walked += before;
      t = (distance - (walked - r)) / (2 * r);
      if (r > 0 && t > 0 && t < 1)
        {
          TbPoint a = tb_points_at (p + i - 1, 2, before - r), b = tb_points_at (p + i, 2, r);
          double s = 1 - t;
          return (TbPoint){ s * s * a.x + 2 * s * t * p[i].x + t * t * b.x,
                            s * s * a.y + 2 * s * t * p[i].y + t * t * b.y };
        }
    }
  return tb_points_at (p, n, distance);
}
