/* What must hold of every picture that the router made: no piece oblique or too near, no border crossed in vain, no two links
 * on each other; and where there is no way, a search of its own finds none either. */
#include "router-picture.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

gboolean
picture_hits (const TbRect *r, TbPoint a, TbPoint b, double clear)
{
  double c = clear - 0.01;
  return MAX (a.x, b.x) > r->x - c && MIN (a.x, b.x) < r->x + r->width + c
         && MAX (a.y, b.y) > r->y - c && MIN (a.y, b.y) < r->y + r->height + c;
}

static gboolean
is_in (const TbRect *inner, const TbRect *outer)
{
  return inner->x >= outer->x && inner->y >= outer->y
         && inner->x + inner->width <= outer->x + outer->width
         && inner->y + inner->height <= outer->y + outer->height;
}

static gboolean
is_out (const TbRect *a, const TbRect *b)
{
  return a->x > b->x + b->width || b->x > a->x + a->width || a->y > b->y + b->height
         || b->y > a->y + a->height;
}

/* How often a link may cross that border; G_MAXUINT: as often as it likes. */
static guint
allowed_crossings (const RouterPicture *p, const TbRouterLink *link, const TbRect *container)
{
  const TbRect *a = &p->shapes[link->from - 1].rect, *b = &p->shapes[link->to - 1].rect;
  gboolean in_a = is_in (a, container), in_b = is_in (b, container);
  gboolean out_a = is_out (a, container), out_b = is_out (b, container);
  if ((in_a && in_b) || (out_a && out_b))
    return 0;
  return (in_a && out_b) || (out_a && in_b) ? 1 : G_MAXUINT;
}

guint
picture_crossings (const TbRect *r, TbPoint a, TbPoint b)
{
  gboolean upright = a.x == b.x;
  double at = upright ? a.x : a.y, from = upright ? MIN (a.y, b.y) : MIN (a.x, b.x);
  double to = upright ? MAX (a.y, b.y) : MAX (a.x, b.x);
  double low = upright ? r->x : r->y, high = low + (upright ? r->width : r->height);
  double first = upright ? r->y : r->x, last = first + (upright ? r->height : r->width);
  if (at < low || at > high)
    return 0;
  return (from < first && to > first) + (from < last && to > last);
}

typedef struct
{
  double at[4 * PICTURE_MOST + 32];
  guint n;
} Lines;

static int
by_value (const void *a, const void *b)
{
  double d = *(const double *) a - *(const double *) b;
  return d < 0 ? -1 : d > 0;
}

static void
sort_lines (Lines *l)
{
  guint m = 0;
  qsort (l->at, l->n, sizeof *l->at, by_value);
  for (guint i = 0; i < l->n; i++)
    if (m == 0 || l->at[i] - l->at[m - 1] > 1e-6)
      l->at[m++] = l->at[i];
  l->n = m;
}

static gboolean
is_free (const RouterPicture *p, const TbRouterLink *link, TbPoint a, TbPoint b)
{
  for (guint i = 0; i < p->n_shapes; i++)
    {
      const TbRouterShape *s = &p->shapes[i];
      if (s->rect.width <= 0)
        continue;
      if (s->kind != TB_SHAPE_CONTAINER ? picture_hits (&s->rect, a, b, PICTURE_CLEAR)
                                        : picture_crossings (&s->rect, a, b) > 0
                                              && allowed_crossings (p, link, &s->rect) == 0)
        return FALSE;
    }
  return TRUE;
}

/* The four places in front of the middles of its sides that are free. */
static guint
doors (const RouterPicture *p, const TbRouterLink *link, guint shape, TbPoint *out)
{
  const TbRect *r = &p->shapes[shape].rect;
  TbPoint c = p->shapes[shape].centre;
  TbPoint all[4] = { { c.x, r->y - 14 }, { c.x, r->y + r->height + 14 }, { r->x - 14, c.y },
                     { r->x + r->width + 14, c.y } };
  guint n = 0;
  for (guint i = 0; i < 4; i++)
    if (is_free (p, link, all[i], all[i]))
      out[n++] = all[i];
  return n;
}

/* Every line that could matter: along each shape, and through the doors. */
static void
add_lines (const RouterPicture *p, const TbPoint *doors, guint n_doors, Lines *xs, Lines *ys)
{
  for (guint i = 0; i < p->n_shapes; i++)
    {
      const TbRect *r = &p->shapes[i].rect;
      if (r->width <= 0)
        continue;
      xs->at[xs->n++] = r->x - PICTURE_CLEAR;
      xs->at[xs->n++] = r->x + r->width + PICTURE_CLEAR;
      ys->at[ys->n++] = r->y - PICTURE_CLEAR;
      ys->at[ys->n++] = r->y + r->height + PICTURE_CLEAR;
    }
  for (guint i = 0; i < n_doors; i++)
    {
      xs->at[xs->n++] = doors[i].x;
      ys->at[ys->n++] = doors[i].y;
    }
  sort_lines (xs);
  sort_lines (ys);
}

static gboolean
is_one_of (TbPoint at, const TbPoint *points, guint n)
{
  for (guint i = 0; i < n; i++)
    if (fabs (at.x - points[i].x) < 1e-5 && fabs (at.y - points[i].y) < 1e-5)
      return TRUE;
  return FALSE;
}

/* The crossings that can be reached from one, and were not before, come into the queue. */
static void
flood_from (const RouterPicture *p, const TbRouterLink *link, const Lines *xs, const Lines *ys, guint node, guint8 *seen,
            GArray *queue)
{
  static const int steps[4][2] = { { 1, 0 }, { -1, 0 }, { 0, 1 }, { 0, -1 } };
  guint x = node % xs->n, y = node / xs->n;
  TbPoint at = { xs->at[x], ys->at[y] };
  for (guint d = 0; d < 4; d++)
    {
      int nx = (int) x + steps[d][0], ny = (int) y + steps[d][1];
      if (nx < 0 || ny < 0 || nx >= (int) xs->n || ny >= (int) ys->n)
        continue;
      guint next = (guint) ny * xs->n + (guint) nx;
      if (!seen[next] && is_free (p, link, at, (TbPoint){ xs->at[nx], ys->at[ny] }))
        {
          seen[next] = 1;
          g_array_append_val (queue, next);
        }
    }
}

/* Every crossing of these lines, flooded: slow, and nothing like the router. */
static gboolean
has_way (const RouterPicture *p, const TbRouterLink *link)
{
  g_autofree Lines *xs = g_new0 (Lines, 1), *ys = g_new0 (Lines, 1);
  TbPoint both[8];
  guint na = doors (p, link, link->from - 1, both), nb = doors (p, link, link->to - 1, both + na);
  add_lines (p, both, na + nb, xs, ys);
  g_autofree guint8 *seen = g_new0 (guint8, xs->n * ys->n + 1);
  g_autoptr (GArray) queue = g_array_new (FALSE, FALSE, sizeof (guint));
  for (guint node = 0; node < xs->n * ys->n; node++)
    if (is_one_of ((TbPoint){ xs->at[node % xs->n], ys->at[node / xs->n] }, both, na))
      {
        seen[node] = 1;
        g_array_append_val (queue, node);
      }
  for (guint k = 0; k < queue->len; k++)
    {
      guint node = g_array_index (queue, guint, k);
      if (is_one_of ((TbPoint){ xs->at[node % xs->n], ys->at[node / xs->n] }, both + na, nb))
        return TRUE;
      flood_from (p, link, xs, ys, node, seen, queue);
    }
  return FALSE;
}

/* ---- What must hold -------------------------------------------------------------------------- */

void
picture_assert_orthogonal (const TbRouterRoute *r, guint link)
{
  g_assert_cmpuint (r->n, >=, 2);
  for (guint k = 1; k < r->n; k++)
    if (r->points[k].x != r->points[k - 1].x && r->points[k].y != r->points[k - 1].y)
      g_error ("link %u: piece %u is oblique", link, k);
}

/* In a crowd half the margin must do. */
static void
assert_clear (const RouterPicture *p, guint i, const TbRouterRoute *r, double part)
{
  for (guint k = 1; k < r->n; k++)
    for (guint s = 0; s < p->n_shapes; s++)
      {
        gboolean own = (s + 1 == p->links[i].from && k == 1)
                       || (s + 1 == p->links[i].to && k + 1 == r->n);
        if (!own && p->shapes[s].rect.width > 0 && p->shapes[s].kind != TB_SHAPE_CONTAINER
            && picture_hits (&p->shapes[s].rect, r->points[k - 1], r->points[k],
                             part * (p->shapes[s].kind == TB_SHAPE_TEXT ? 3 : PICTURE_CLEAR)))
          g_error ("link %u from %u to %u: piece %u of %u is too near to shape %u", i + 1,
                   p->links[i].from, p->links[i].to, k, r->n - 1, s + 1);
      }
}

static void
assert_borders (const RouterPicture *p, guint i, const TbRouterRoute *r)
{
  for (guint s = 0; s < p->n_shapes; s++)
    {
      guint n = 0;
      if (p->shapes[s].kind != TB_SHAPE_CONTAINER || p->shapes[s].rect.width <= 0)
        continue;
      for (guint k = 1; k < r->n; k++)
        n += picture_crossings (&p->shapes[s].rect, r->points[k - 1], r->points[k]);
      if (n > allowed_crossings (p, &p->links[i], &p->shapes[s].rect))
        g_error ("link %u from %u to %u crosses the border of %u %u times", i + 1,
                 p->links[i].from, p->links[i].to, s + 1, n);
    }
}

void
picture_assert_good (const RouterPicture *p, TbRouter *router)
{
  for (guint i = 0; i < p->n_links; i++)
    {
      TbRouterRoute r;
      if (p->links[i].from == 0)
        continue;
      g_assert_true (tb_router_route (router, i + 1, &r));
      if ((r.through_shape || r.over_border) && has_way (p, &p->links[i]))
        g_error ("link %u from %u to %u has a way, but was not given it", i + 1,
                 p->links[i].from, p->links[i].to);
      if (r.through_shape)
        continue;
      picture_assert_orthogonal (&r, i + 1);
      assert_clear (p, i, &r, 0.5);
      if (!r.over_border)
        assert_borders (p, i, &r);
    }
}

/* Longest stretch on which pieces of two links lie on each other (nearer than apart). */
static double
together (const TbRouterRoute *a, const TbRouterRoute *b, double apart)
{
  double longest = 0;
  for (guint k = 1; k < a->n; k++)
    for (guint l = 1; l < b->n; l++)
      {
        TbPoint p = a->points[k - 1], q = a->points[k], s = b->points[l - 1], t = b->points[l];
        gboolean upright = p.x == q.x && s.x == t.x;
        if (!upright && !(p.y == q.y && s.y == t.y))
          continue;
        double from = upright ? MAX (MIN (p.y, q.y), MIN (s.y, t.y))
                              : MAX (MIN (p.x, q.x), MIN (s.x, t.x));
        double to = upright ? MIN (MAX (p.y, q.y), MAX (s.y, t.y))
                            : MIN (MAX (p.x, q.x), MAX (s.x, t.x));
        if (fabs (upright ? p.x - s.x : p.y - s.y) < apart)
          longest = MAX (longest, to - from);
      }
  return longest;
}

guint
picture_count_together (const RouterPicture *p, TbRouter *router, double apart)
{
  guint n = 0;
  for (guint i = 0; i < p->n_links; i++)
    for (guint j = 0; j < i; j++)
      {
        TbRouterRoute a, b;
        if (!tb_router_route (router, i + 1, &a) || !tb_router_route (router, j + 1, &b)
            || a.through_shape || b.through_shape)
          continue;
        if (together (&a, &b, apart) > 1)
          {
            g_test_message ("links %u and %u run on each other", i + 1, j + 1);
            n++;
          }
      }
  return n;
}

void
picture_assert_same (const RouterPicture *p, TbRouter *a, TbRouter *b)
{
  for (guint i = 0; i < p->n_links; i++)
    {
      TbRouterRoute r, s;
      gboolean in_a = tb_router_route (a, i + 1, &r), in_b = tb_router_route (b, i + 1, &s);
      g_assert_cmpint (in_a, ==, in_b);
      if (!in_a)
        continue;
      if (r.n != s.n || memcmp (r.points, s.points, r.n * sizeof *r.points) != 0)
        g_error ("link %u from %u to %u has another way", i + 1, p->links[i].from,
                 p->links[i].to);
      if (r.n_jumps != s.n_jumps
          || (r.n_jumps && memcmp (r.jumps, s.jumps, r.n_jumps * sizeof *r.jumps) != 0))
        g_error ("link %u has other jumps", i + 1);
      if (memcmp (&r.label, &s.label, sizeof r.label) != 0)
        g_error ("link %u has its label elsewhere: %g %g, %g %g", i + 1, r.label.x, r.label.y,
                 s.label.x, s.label.y);
      g_assert_cmpint (r.over_border, ==, s.over_border);
      g_assert_cmpint (r.through_shape, ==, s.through_shape);
    }
}
