/* What holds for every route, on random pictures: the seed is printed. */
#include <math.h>
#include <string.h>

#include "tb-base.h"
#include "tb-diagram.h"

#define CLEAR 8.0
#define CROWDED 2.0 /* the last gap between links before margins give way */

typedef struct
{
  TbRect shapes[220];
  guint n_shapes;
  TbRouteRequest requests[330];
  TbRoute routes[330];
  guint n_requests;
} Picture;

/* Cards of one size on a shaken grid: between any two at least 40 is free. */
static void
make_picture (Picture *p, TbRng *rng, guint columns, guint rows, guint links, gboolean far)
{
  memset (p, 0, sizeof *p);
  for (guint y = 0; y < rows; y++)
    for (guint x = 0; x < columns; x++)
      p->shapes[p->n_shapes++]
          = (TbRect){ x * 260. + 4 * (double) tb_rng_below (rng, 11),
                      y * 150. + 4 * (double) tb_rng_below (rng, 11), 176, 68 };
  for (guint i = 0; i < links; i++)
    {
      guint from = (guint) tb_rng_below (rng, p->n_shapes);
      guint to = far ? (guint) tb_rng_below (rng, p->n_shapes)
                     : (from + 1 + (guint) tb_rng_below (rng, 2 * columns)) % p->n_shapes;
      if (from != to)
        p->requests[p->n_requests++] = (TbRouteRequest){ .from = from, .to = to };
    }
}

static void
route (Picture *p)
{
  tb_route_all (p->shapes, p->n_shapes, p->requests, p->n_requests, p->routes);
}

static void
clear (Picture *p)
{
  tb_routes_clear (p->routes, p->n_requests);
}

static double
gap (const TbRect *r, TbPoint a, TbPoint b)
{
  double dx = MAX (0, MAX (r->x - MAX (a.x, b.x), MIN (a.x, b.x) - r->x - r->width));
  double dy = MAX (0, MAX (r->y - MAX (a.y, b.y), MIN (a.y, b.y) - r->y - r->height));
  return MAX (dx, dy);
}

static gboolean
on_edge (const TbRect *r, TbPoint p)
{
  gboolean x = p.x >= r->x - 0.01 && p.x <= r->x + r->width + 0.01;
  gboolean y = p.y >= r->y - 0.01 && p.y <= r->y + r->height + 0.01;
  return x && y
         && (fabs (p.x - r->x) < 0.01 || fabs (p.x - r->x - r->width) < 0.01
             || fabs (p.y - r->y) < 0.01 || fabs (p.y - r->y - r->height) < 0.01);
}

/* Whether another link runs beside that piece as near as links come before a margin gives way. */
static gboolean
is_in_a_crowd (const Picture *p, guint link, TbPoint a, TbPoint b)
{
  for (guint j = 0; j < p->n_requests; j++)
    for (guint l = 1; l < p->routes[j].n && j != link; l++)
      {
        TbPoint c = p->routes[j].points[l - 1], d = p->routes[j].points[l];
        gboolean upright = a.x == b.x;
        if (upright != (c.x == d.x) || fabs (upright ? a.x - c.x : a.y - c.y) > CROWDED)
          continue;
        if (upright ? MIN (MAX (a.y, b.y), MAX (c.y, d.y)) > MAX (MIN (a.y, b.y), MIN (c.y, d.y))
                    : MIN (MAX (a.x, b.x), MAX (c.x, d.x)) > MAX (MIN (a.x, b.x), MIN (c.x, d.x)))
          return TRUE;
      }
  return FALSE;
}

/* A piece ends where a crowd has put the one before or after it. */
static gboolean
may_come_nearer (const Picture *p, guint link, guint piece)
{
  const TbRoute *r = &p->routes[link];
  for (guint k = MAX (piece, 2) - 1; k <= piece + 1 && k < r->n; k++)
    if (is_in_a_crowd (p, link, r->points[k - 1], r->points[k]))
      return TRUE;
  return FALSE;
}

static void
assert_route_is_good (const Picture *p, guint i)
{
  const TbRoute *r = &p->routes[i];
  g_assert_cmpuint (r->n, >=, 2);
  g_assert_true (on_edge (&p->shapes[p->requests[i].from], r->points[0]));
  g_assert_true (on_edge (&p->shapes[p->requests[i].to], r->points[r->n - 1]));
  for (guint k = 1; k < r->n; k++)
    {
      TbPoint a = r->points[k - 1], b = r->points[k];
      g_assert_true (fabs (a.x - b.x) < 1e-6 || fabs (a.y - b.y) < 1e-6);
      for (guint s = 0; s < p->n_shapes; s++)
        {
          gboolean own = (s == p->requests[i].from && k == 1)
                         || (s == p->requests[i].to && k + 1 == r->n);
          double is = gap (&p->shapes[s], a, b);
          /* In a crowd half the margin must do. */
          if (!own && is < CLEAR - 0.01
              && (is < CLEAR / 2 - 0.01 || !may_come_nearer (p, i, k)))
            g_error ("link %u from %u to %u: piece %u comes %.1f near to shape %u", i,
                     p->requests[i].from, p->requests[i].to, k, is, s);
        }
    }
}

static guint64
new_seed (void)
{
  guint64 seed = (guint64) g_test_rand_int ();
  g_test_message ("seed %" G_GUINT64_FORMAT, seed);
  return seed;
}

/* Corridors of at least 40 are free everywhere: no route may touch a shape, none but a crowd has an
 * excuse to come nearer than the margin. */
static void
test_routes_keep_clear_of_shapes (void)
{
  TbRng rng;
  tb_rng_seed (&rng, new_seed ());
  for (guint round = 0; round < 12; round++)
    {
      g_autofree Picture *p = g_new (Picture, 1);
      make_picture (p, &rng, 4 + round % 4, 4, 30, round % 2);
      route (p);
      for (guint i = 0; i < p->n_requests; i++)
        assert_route_is_good (p, i);
      clear (p);
    }
}

static void
test_two_hundred_shapes_keep_clear (void)
{
  TbRng rng;
  tb_rng_seed (&rng, new_seed ());
  for (guint far = 0; far < 2; far++)
    {
      g_autofree Picture *p = g_new (Picture, 1);
      make_picture (p, &rng, 14, 14, far ? 60 : 290, (gboolean) far);
      route (p);
      for (guint i = 0; i < p->n_requests; i++)
        assert_route_is_good (p, i);
      clear (p);
    }
}

static gboolean
same_routes (const Picture *a, const Picture *b)
{
  for (guint i = 0; i < a->n_requests; i++)
    if (a->routes[i].n != b->routes[i].n
        || memcmp (a->routes[i].points, b->routes[i].points, a->routes[i].n * sizeof (TbPoint)))
      return FALSE;
  return TRUE;
}

static void
test_same_places_give_same_routes (void)
{
  TbRng rng;
  tb_rng_seed (&rng, new_seed ());
  g_autofree Picture *a = g_new (Picture, 1), *b = g_new (Picture, 1);
  make_picture (a, &rng, 6, 5, 40, TRUE);
  *b = *a;
  route (a);
  route (b);
  g_assert_true (same_routes (a, b));
  clear (a);
  clear (b);
}

/* Shapes far away change nothing: what makes re-routing local. */
static void
test_a_far_shape_changes_nothing (void)
{
  TbRng rng;
  tb_rng_seed (&rng, new_seed ());
  g_autofree Picture *a = g_new (Picture, 1), *b = g_new (Picture, 1);
  make_picture (a, &rng, 5, 4, 25, FALSE);
  *b = *a;
  b->shapes[b->n_shapes++] = (TbRect){ 20000, 9000, 176, 68 };
  route (a);
  route (b);
  g_assert_true (same_routes (a, b));
  clear (a);
  clear (b);
}

/* Pieces of different links that run side by side are at least 6 apart where there is room. */
static double
nearest_parallel (const Picture *p)
{
  double nearest = G_MAXDOUBLE;
  for (guint i = 0; i < p->n_requests; i++)
    for (guint j = 0; j < i; j++)
      for (guint k = 1; k < p->routes[i].n; k++)
        for (guint l = 1; l < p->routes[j].n; l++)
          {
            TbPoint a = p->routes[i].points[k - 1], b = p->routes[i].points[k];
            TbPoint c = p->routes[j].points[l - 1], d = p->routes[j].points[l];
            gboolean upright = a.x == b.x && c.x == d.x;
            if (!upright && !(a.y == b.y && c.y == d.y))
              continue;
            double from = upright ? MAX (MIN (a.y, b.y), MIN (c.y, d.y))
                                  : MAX (MIN (a.x, b.x), MIN (c.x, d.x));
            double to = upright ? MIN (MAX (a.y, b.y), MAX (c.y, d.y))
                                : MIN (MAX (a.x, b.x), MAX (c.x, d.x));
            if (to - from > 1)
              nearest = MIN (nearest, upright ? fabs (a.x - c.x) : fabs (a.y - c.y));
          }
  return nearest;
}

static void
test_parallel_links_stand_apart (void)
{
  g_autofree Picture *p = g_new0 (Picture, 1);
  p->n_shapes = 6;
  for (guint i = 0; i < 3; i++)
    {
      p->shapes[i] = (TbRect){ i * 260., 0, 176, 68 };
      p->shapes[3 + i] = (TbRect){ i * 260., 260, 176, 68 };
    }
  for (guint i = 0; i < 3; i++)
    for (guint j = 0; j < 3; j++)
      p->requests[p->n_requests++] = (TbRouteRequest){ .from = i, .to = 3 + j };
  route (p);
  for (guint i = 0; i < p->n_requests; i++)
    assert_route_is_good (p, i);
  g_assert_cmpfloat (nearest_parallel (p), >=, 6 - 1e-6);
  clear (p);
}

static void
test_links_on_a_side_have_points_of_their_own (void)
{
  g_autofree Picture *p = g_new0 (Picture, 1);
  p->n_shapes = 5;
  p->shapes[0] = (TbRect){ 400, 0, 176, 68 };
  for (guint i = 1; i < 5; i++)
    {
      p->shapes[i] = (TbRect){ i * 220. - 220, 300, 176, 68 };
      p->requests[p->n_requests++] = (TbRouteRequest){ .from = 0, .to = i };
    }
  route (p);
  for (guint i = 0; i < 4; i++)
    for (guint j = 0; j < i; j++)
      {
        TbPoint a = p->routes[i].points[0], b = p->routes[j].points[0];
        g_assert_cmpfloat (fabs (a.x - b.x) + fabs (a.y - b.y), >=, 6);
      }
  g_assert_cmpfloat (p->routes[0].points[0].x, <, p->routes[3].points[0].x);
  clear (p);
}

static void
test_aligned_cards_are_linked_straight (void)
{
  TbRect shapes[2] = { { 0, 0, 176, 68 }, { 300, 0, 176, 68 } };
  TbRouteRequest request = { .from = 0, .to = 1 };
  TbRoute r;
  tb_route_all (shapes, 2, &request, 1, &r);
  g_assert_cmpuint (r.n, ==, 2);
  g_assert_cmpfloat (r.points[0].y, ==, 34);
  tb_routes_clear (&r, 1);
}

static void
test_glued_sides_are_kept (void)
{
  static const TbSide sides[] = { TB_SIDE_TOP, TB_SIDE_RIGHT, TB_SIDE_BOTTOM, TB_SIDE_LEFT };
  TbRect s[2] = { { 0, 0, 176, 68 }, { 500, 300, 176, 68 } };
  for (guint i = 0; i < 4; i++)
    for (guint j = 0; j < 4; j++)
      {
        TbRouteRequest request = { 0, 1, sides[i], sides[j], NULL, 0 };
        TbRoute r;
        tb_route_all (s, 2, &request, 1, &r);
        TbPoint a = r.points[0], b = r.points[r.n - 1];
        double ea[] = { fabs (a.y - s[0].y), fabs (a.x - 176), fabs (a.y - 68), fabs (a.x) };
        double eb[] = { fabs (b.y - 300), fabs (b.x - 676), fabs (b.y - 368), fabs (b.x - 500) };
        g_assert_cmpfloat (ea[i], <, 0.01);
        g_assert_cmpfloat (eb[j], <, 0.01);
        tb_routes_clear (&r, 1);
      }
}

static void
test_a_persons_bends_are_kept_in_order (void)
{
  TbRect shapes[2] = { { 0, 0, 176, 68 }, { 600, 300, 176, 68 } };
  TbPoint bends[2] = { { 300, 200 }, { 450, 120 } };
  TbRouteRequest request = { 0, 1, TB_SIDE_ANY, TB_SIDE_ANY, bends, 2 };
  TbRoute r;
  guint found = 0;
  tb_route_all (shapes, 2, &request, 1, &r);
  for (guint i = 0; i < r.n && found < 2; i++)
    found += r.points[i].x == bends[found].x && r.points[i].y == bends[found].y;
  g_assert_cmpuint (found, ==, 2);
  for (guint i = 1; i < r.n; i++)
    g_assert_true (r.points[i].x == r.points[i - 1].x || r.points[i].y == r.points[i - 1].y);
  tb_routes_clear (&r, 1);
}

static void
test_a_loop_is_drawn_beside_its_card (void)
{
  TbRect shape = { 0, 0, 176, 68 };
  TbRouteRequest request = { .from = 0, .to = 0 };
  TbRoute r;
  tb_route_all (&shape, 1, &request, 1, &r);
  g_assert_cmpuint (r.n, ==, 5);
  tb_routes_clear (&r, 1);
}

/* Walled in or lying on each other: there is no good way, but there is an answer. */
static void
test_no_way_still_gives_a_route (void)
{
  TbRect shapes[3] = { { 0, 0, 176, 68 }, { 20, 10, 176, 68 }, { -100, -100, 500, 500 } };
  TbRouteRequest requests[2] = { { .from = 0, .to = 1 }, { .from = 0, .to = 2 } };
  TbRoute routes[2];
  tb_route_all (shapes, 3, requests, 2, routes);
  for (guint i = 0; i < 2; i++)
    {
      g_assert_cmpuint (routes[i].n, >=, 2);
      for (guint k = 0; k < routes[i].n; k++)
        g_assert_true (isfinite (routes[i].points[k].x) && isfinite (routes[i].points[k].y));
    }
  tb_routes_clear (routes, 2);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) g_test_add_func ("/route/" name, func)
  ADD ("routes-keep-clear-of-shapes", test_routes_keep_clear_of_shapes);
  ADD ("two-hundred-shapes-keep-clear", test_two_hundred_shapes_keep_clear);
  ADD ("same-places-give-same-routes", test_same_places_give_same_routes);
  ADD ("a-far-shape-changes-nothing", test_a_far_shape_changes_nothing);
  ADD ("parallel-links-stand-apart", test_parallel_links_stand_apart);
  ADD ("links-on-a-side-have-points-of-their-own", test_links_on_a_side_have_points_of_their_own);
  ADD ("aligned-cards-are-linked-straight", test_aligned_cards_are_linked_straight);
  ADD ("glued-sides-are-kept", test_glued_sides_are_kept);
  ADD ("a-persons-bends-are-kept-in-order", test_a_persons_bends_are_kept_in_order);
  ADD ("a-loop-is-drawn-beside-its-card", test_a_loop_is_drawn_beside_its_card);
  ADD ("no-way-still-gives-a-route", test_no_way_still_gives_a_route);
  return g_test_run ();
}
