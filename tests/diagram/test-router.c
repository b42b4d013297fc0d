/* The router that follows changes: what holds for every picture, on random ones. The seed is
 * printed. TIERBOARD_SOAK=1 looks at thousands. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tb-base.h"
#include "tb-diagram.h"

#define CLEAR 8.0
#define MOST 400

typedef struct
{
  TbRouterShape shapes[MOST]; /* key i + 1; width 0: none */
  guint n_shapes;
  TbRouterLink links[MOST]; /* key i + 1; from 0: none */
  TbPoint bends[MOST][3];
  guint n_links;
} Picture;

static gboolean
is_soak (void)
{
  return g_getenv ("TIERBOARD_SOAK") != NULL;
}

static guint64
new_seed (TbRng *rng)
{
  guint64 seed = (guint64) g_test_rand_int ();
  g_test_message ("seed %" G_GUINT64_FORMAT, seed);
  tb_rng_seed (rng, seed);
  return seed;
}

static guint
below (TbRng *rng, guint n)
{
  return (guint) tb_rng_below (rng, n);
}

/* ---- Pictures -------------------------------------------------------------------------------- */

static gboolean
near_another (const Picture *p, guint but, const TbRect *r, double gap)
{
  for (guint i = 0; i < p->n_shapes; i++)
    {
      const TbRect *s = &p->shapes[i].rect;
      if (i != but && s->width > 0 && p->shapes[i].kind != TB_SHAPE_CONTAINER
          && r->x < s->x + s->width + gap && s->x < r->x + r->width + gap
          && r->y < s->y + s->height + gap && s->y < r->y + r->height + gap)
        return TRUE;
    }
  return FALSE;
}

/* A free place, or none: width 0. */
static TbRouterShape
new_card (const Picture *p, TbRng *rng, guint but, double size, double gap)
{
  for (guint try = 0; try < 40; try++)
    {
      TbRect r = { (double) below (rng, (guint) size), (double) below (rng, (guint) (size * 0.7)),
                   60. + 4 * below (rng, 30), 40. + 4 * below (rng, 12) };
      if (!near_another (p, but, &r, gap))
        return (TbRouterShape){ TB_SHAPE_CARD, r, { r.x + r.width / 2, r.y + r.height / 2 } };
    }
  return (TbRouterShape){ 0 };
}

static TbRouterLink
new_link (const Picture *p, TbRng *rng)
{
  TbRouterLink link = { .from_at = -1, .to_at = -1, .label_at = -1 };
  for (guint try = 0; try < 20 && p->n_shapes > 0; try++)
    {
      guint a = below (rng, p->n_shapes), b = below (rng, p->n_shapes);
      if (a == b || p->shapes[a].kind != TB_SHAPE_CARD || p->shapes[b].kind != TB_SHAPE_CARD
          || p->shapes[a].rect.width <= 0 || p->shapes[b].rect.width <= 0)
        continue;
      link.from = a + 1;
      link.to = b + 1;
      break;
    }
  return link;
}

/* Cards anywhere, gap apart; links between any two. */
static void
make_messy (Picture *p, TbRng *rng, guint cards, guint links, double gap)
{
  double size = 260 * sqrt (cards) + 200;
  memset (p, 0, sizeof *p);
  for (guint i = 0; i < cards; i++)
    {
      TbRouterShape card = new_card (p, rng, G_MAXUINT, size, gap);
      if (card.rect.width > 0)
        p->shapes[p->n_shapes++] = card;
    }
  for (guint i = 0; i < links; i++)
    p->links[p->n_links++] = new_link (p, rng);
}

/* Containers side by side with cards in them. */
static void
make_contained (Picture *p, TbRng *rng, guint columns, guint rows, guint links)
{
  memset (p, 0, sizeof *p);
  for (guint y = 0; y < rows; y++)
    for (guint x = 0; x < columns; x++)
      {
        TbRect home = { x * 620., y * 420., 560, 360 };
        if (below (rng, 3) > 0)
          p->shapes[p->n_shapes++] = (TbRouterShape){ TB_SHAPE_CONTAINER, home, { 0, 0 } };
        for (guint i = 0; i < 4; i++)
          {
            TbRect r = { home.x + 30 + (i % 2) * 270. + below (rng, 40),
                         home.y + 60 + (i / 2) * 150. + below (rng, 40), 176, 68 };
            if (below (rng, 4) > 0)
              p->shapes[p->n_shapes++]
                  = (TbRouterShape){ TB_SHAPE_CARD, r, { r.x + 88, r.y + 34 } };
          }
      }
  for (guint i = 0; i < links; i++)
    p->links[p->n_links++] = new_link (p, rng);
}

static TbRouter *
route (const Picture *p)
{
  TbRouter *router = tb_router_new ();
  for (guint i = 0; i < p->n_shapes; i++)
    if (p->shapes[i].rect.width > 0)
      tb_router_set_shape (router, i + 1, &p->shapes[i]);
  for (guint i = 0; i < p->n_links; i++)
    if (p->links[i].from != 0)
      tb_router_set_link (router, i + 1, &p->links[i]);
  g_assert_true (tb_router_update (router, NULL, NULL, NULL));
  return router;
}

/* ---- Whether there is a way ------------------------------------------------------------------ */

static gboolean
hits (const TbRect *r, TbPoint a, TbPoint b, double clear)
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
allowed_crossings (const Picture *p, const TbRouterLink *link, const TbRect *container)
{
  const TbRect *a = &p->shapes[link->from - 1].rect, *b = &p->shapes[link->to - 1].rect;
  gboolean in_a = is_in (a, container), in_b = is_in (b, container);
  gboolean out_a = is_out (a, container), out_b = is_out (b, container);
  if ((in_a && in_b) || (out_a && out_b))
    return 0;
  return (in_a && out_b) || (out_a && in_b) ? 1 : G_MAXUINT;
}

static guint
crossings (const TbRect *r, TbPoint a, TbPoint b)
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
  double at[4 * MOST + 32];
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
is_free (const Picture *p, const TbRouterLink *link, TbPoint a, TbPoint b)
{
  for (guint i = 0; i < p->n_shapes; i++)
    {
      const TbRouterShape *s = &p->shapes[i];
      if (s->rect.width <= 0)
        continue;
      if (s->kind != TB_SHAPE_CONTAINER ? hits (&s->rect, a, b, CLEAR)
                                        : crossings (&s->rect, a, b) > 0
                                              && allowed_crossings (p, link, &s->rect) == 0)
        return FALSE;
    }
  return TRUE;
}

/* The four places in front of the middles of its sides that are free. */
static guint
doors (const Picture *p, const TbRouterLink *link, guint shape, TbPoint *out)
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

/* Every line that could matter, every crossing, flooded: slow, and nothing like the router. */
static gboolean
has_way (const Picture *p, const TbRouterLink *link)
{
  g_autofree Lines *xs = g_new0 (Lines, 1), *ys = g_new0 (Lines, 1);
  TbPoint a[4], b[4];
  guint na = doors (p, link, link->from - 1, a), nb = doors (p, link, link->to - 1, b);
  for (guint i = 0; i < p->n_shapes; i++)
    {
      const TbRect *r = &p->shapes[i].rect;
      if (r->width <= 0)
        continue;
      xs->at[xs->n++] = r->x - CLEAR;
      xs->at[xs->n++] = r->x + r->width + CLEAR;
      ys->at[ys->n++] = r->y - CLEAR;
      ys->at[ys->n++] = r->y + r->height + CLEAR;
    }
  for (guint i = 0; i < na + nb; i++)
    {
      xs->at[xs->n++] = i < na ? a[i].x : b[i - na].x;
      ys->at[ys->n++] = i < na ? a[i].y : b[i - na].y;
    }
  sort_lines (xs);
  sort_lines (ys);
  g_autofree guint8 *seen = g_new0 (guint8, xs->n * ys->n + 1);
  g_autoptr (GArray) queue = g_array_new (FALSE, FALSE, sizeof (guint));
  for (guint y = 0; y < ys->n; y++)
    for (guint x = 0; x < xs->n; x++)
      for (guint i = 0; i < na; i++)
        if (fabs (xs->at[x] - a[i].x) < 1e-5 && fabs (ys->at[y] - a[i].y) < 1e-5)
          {
            guint node = y * xs->n + x;
            seen[node] = 1;
            g_array_append_val (queue, node);
          }
  for (guint k = 0; k < queue->len; k++)
    {
      guint node = g_array_index (queue, guint, k), x = node % xs->n, y = node / xs->n;
      TbPoint at = { xs->at[x], ys->at[y] };
      static const int steps[4][2] = { { 1, 0 }, { -1, 0 }, { 0, 1 }, { 0, -1 } };
      for (guint i = 0; i < nb; i++)
        if (fabs (at.x - b[i].x) < 1e-5 && fabs (at.y - b[i].y) < 1e-5)
          return TRUE;
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
  return FALSE;
}

/* ---- What must hold -------------------------------------------------------------------------- */

static void
assert_orthogonal (const TbRouterRoute *r, guint link)
{
  g_assert_cmpuint (r->n, >=, 2);
  for (guint k = 1; k < r->n; k++)
    if (r->points[k].x != r->points[k - 1].x && r->points[k].y != r->points[k - 1].y)
      g_error ("link %u: piece %u is oblique", link, k);
}

/* In a crowd half the margin must do. */
static void
assert_clear (const Picture *p, guint i, const TbRouterRoute *r, double part)
{
  for (guint k = 1; k < r->n; k++)
    for (guint s = 0; s < p->n_shapes; s++)
      {
        gboolean own = (s + 1 == p->links[i].from && k == 1)
                       || (s + 1 == p->links[i].to && k + 1 == r->n);
        if (!own && p->shapes[s].rect.width > 0 && p->shapes[s].kind != TB_SHAPE_CONTAINER
            && hits (&p->shapes[s].rect, r->points[k - 1], r->points[k],
                     part * (p->shapes[s].kind == TB_SHAPE_TEXT ? 3 : CLEAR)))
          g_error ("link %u from %u to %u: piece %u of %u is too near to shape %u", i + 1,
                   p->links[i].from, p->links[i].to, k, r->n - 1, s + 1);
      }
}

static void
assert_borders (const Picture *p, guint i, const TbRouterRoute *r)
{
  for (guint s = 0; s < p->n_shapes; s++)
    {
      guint n = 0;
      if (p->shapes[s].kind != TB_SHAPE_CONTAINER || p->shapes[s].rect.width <= 0)
        continue;
      for (guint k = 1; k < r->n; k++)
        n += crossings (&p->shapes[s].rect, r->points[k - 1], r->points[k]);
      if (n > allowed_crossings (p, &p->links[i], &p->shapes[s].rect))
        g_error ("link %u from %u to %u crosses the border of %u %u times", i + 1,
                 p->links[i].from, p->links[i].to, s + 1, n);
    }
}

static void
assert_good (const Picture *p, TbRouter *router)
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
      assert_orthogonal (&r, i + 1);
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

static guint
count_together (const Picture *p, TbRouter *router, double apart)
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

static void
assert_same (const Picture *p, TbRouter *a, TbRouter *b)
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

static void
test_messy_pictures (void)
{
  TbRng rng;
  guint n = is_soak () ? 3000 : 60, together_n = 0;
  new_seed (&rng);
  for (guint i = 0; i < n; i++)
    {
      g_autofree Picture *p = g_new (Picture, 1);
      guint cards = 5 + below (&rng, 30);
      make_messy (p, &rng, cards, cards + below (&rng, cards), 20 + below (&rng, 30));
      g_autoptr (TbRouter) router = route (p);
      assert_good (p, router);
      together_n += count_together (p, router, 0.4);
    }
  g_assert_cmpuint (together_n, ==, 0);
}

static void
test_containers (void)
{
  TbRng rng;
  guint n = is_soak () ? 2000 : 60, together_n = 0;
  new_seed (&rng);
  for (guint i = 0; i < n; i++)
    {
      g_autofree Picture *p = g_new (Picture, 1);
      make_contained (p, &rng, 1 + below (&rng, 3), 1 + below (&rng, 3), 14);
      g_autoptr (TbRouter) router = route (p);
      assert_good (p, router);
      together_n += count_together (p, router, 0.4);
    }
  g_assert_cmpuint (together_n, ==, 0);
}

/* ---- Following changes ----------------------------------------------------------------------- */

static void
change_shape (Picture *p, TbRng *rng, TbRouter *router, guint i)
{
  TbRouterShape *s = &p->shapes[i];
  guint what = below (rng, 8);
  if (what == 0 && s->rect.width > 0)
    {
      s->rect.width = 0;
      tb_router_remove_shape (router, i + 1);
      return;
    }
  if (what == 1 || s->rect.width <= 0)
    *s = new_card (p, rng, i, 1500, 16);
  else if (what == 2)
    s->kind = s->kind == TB_SHAPE_CARD ? (below (rng, 2) ? TB_SHAPE_TEXT : TB_SHAPE_CONTAINER)
                                       : TB_SHAPE_CARD;
  else if (s->kind == TB_SHAPE_CONTAINER)
    {
      s->rect.width += 4. * below (rng, 60);
      s->rect.height += 4. * below (rng, 60);
      s->rect.x -= 4. * below (rng, 20) * (double) below (rng, 2);
    }
  else
    {
      s->rect.x += 4. * below (rng, 21) - 40;
      s->rect.y += 4. * below (rng, 21) - 40;
    }
  s->centre = (TbPoint){ s->rect.x + s->rect.width / 2, s->rect.y + s->rect.height / 2 };
  if (s->rect.width > 0)
    tb_router_set_shape (router, i + 1, s);
  else
    tb_router_remove_shape (router, i + 1);
}

static void
change_link (Picture *p, TbRng *rng, TbRouter *router, guint i)
{
  static const char *const ports[] = { "web", "admin" };
  TbRouterLink *l = &p->links[i];
  switch (l->from == 0 ? 0 : below (rng, 7))
    {
    case 0:
      *l = new_link (p, rng);
      break;
    case 1:
      l->from = 0;
      break;
    case 2:
      l->from_side = (TbSide) below (rng, 5);
      l->to_at = below (rng, 2) ? 0.25 * below (rng, 5) : -1;
      break;
    case 3:
      l->to_port = below (rng, 3) ? ports[below (rng, 2)] : NULL;
      l->from_port = below (rng, 3) ? NULL : ports[below (rng, 2)];
      break;
    case 4:
      l->n_bends = below (rng, 4);
      for (guint k = 0; k < l->n_bends; k++)
        p->bends[i][k] = (TbPoint){ 4. * below (rng, 350), 4. * below (rng, 250) };
      l->bends = p->bends[i];
      break;
    default:
      l->label_width = below (rng, 3) ? 30. + below (rng, 80) : 0;
      l->label_height = 16;
      l->label_at = below (rng, 4) ? -1 : 0.1 * below (rng, 11);
      l->label_offset = below (rng, 40) - 20.;
      break;
    }
  if (l->from != 0)
    tb_router_set_link (router, i + 1, l);
  else
    tb_router_remove_link (router, i + 1);
}

static gboolean
stop_sometimes (gpointer data)
{
  return below (data, 6) == 0;
}

/* Now and then with a view to route first, and with interruptions. */
static void
update (TbRouter *router, TbRng *rng)
{
  TbRect first = { (double) below (rng, 1500), (double) below (rng, 1000), 400, 300 };
  if (below (rng, 3) == 0)
    tb_router_update (router, &first, below (rng, 2) ? stop_sometimes : NULL, rng);
  if (below (rng, 3) == 0)
    tb_router_update (router, NULL, stop_sometimes, rng);
  if (below (rng, 4) > 0)
    g_assert_true (tb_router_update (router, NULL, NULL, NULL));
}

/* So many that it is done as if from nothing. */
static void
move_all (Picture *p, TbRouter *router)
{
  for (guint i = 0; i < p->n_shapes; i++)
    if (p->shapes[i].rect.width > 0)
      {
        p->shapes[i].rect.y += 4;
        p->shapes[i].centre.y += 4;
        tb_router_set_shape (router, i + 1, &p->shapes[i]);
      }
}

static void
follow (Picture *p, TbRng *rng, guint steps)
{
  g_autoptr (TbRouter) router = route (p);
  for (guint step = 0; step < steps; step++)
    {
      for (guint k = 1 + below (rng, 3); k > 0; k--)
        if (below (rng, 3) > 0 && p->n_shapes > 0)
          change_shape (p, rng, router, below (rng, p->n_shapes));
        else if (p->n_links > 0)
          change_link (p, rng, router, below (rng, p->n_links));
      if (below (rng, 20) == 0)
        move_all (p, router);
      update (router, rng);
      if (step % 3 != 2)
        continue;
      g_assert_true (tb_router_update (router, NULL, NULL, NULL));
      g_autoptr (TbRouter) anew = route (p);
      assert_same (p, router, anew);
    }
}

static void
test_moved_equals_from_nothing (void)
{
  TbRng rng;
  guint n = is_soak () ? 2000 : 50;
  new_seed (&rng);
  for (guint i = 0; i < n; i++)
    {
      g_autofree Picture *p = g_new (Picture, 1);
      if (i % 3 == 0)
        make_contained (p, &rng, 2, 2, 20);
      else
        make_messy (p, &rng, 6 + below (&rng, 30), 10 + below (&rng, 50), 16);
      for (guint k = 0; k < p->n_links; k += 2)
        {
          p->links[k].label_width = 40;
          p->links[k].label_height = 16;
        }
      follow (p, &rng, 30);
    }
}

/* ---- One thing at a time --------------------------------------------------------------------- */

static void
put_card (TbRouter *router, guint key, double x, double y)
{
  TbRouterShape s = { TB_SHAPE_CARD, { x, y, 176, 68 }, { x + 88, y + 34 } };
  tb_router_set_shape (router, key, &s);
}

static void
put_container (TbRouter *router, guint key, double x, double y, double width, double height)
{
  TbRouterShape s = { TB_SHAPE_CONTAINER, { x, y, width, height }, { 0, 0 } };
  tb_router_set_shape (router, key, &s);
}

static TbRouterLink
plain_link (guint from, guint to)
{
  return (TbRouterLink){ .from = from, .to = to, .from_at = -1, .to_at = -1, .label_at = -1 };
}

static TbRouterRoute
get_route (TbRouter *router, guint link)
{
  TbRouterRoute r;
  tb_router_update (router, NULL, NULL, NULL);
  g_assert_true (tb_router_route (router, link, &r));
  return r;
}

static TbPoint
last_point (TbRouter *router, guint link)
{
  TbRouterRoute r = get_route (router, link);
  return r.points[r.n - 1];
}

static void
test_links_of_a_port_share_its_point (void)
{
  g_autoptr (TbRouter) router = tb_router_new ();
  g_autoptr (GArray) ports = g_array_new (FALSE, FALSE, sizeof (TbRouterPort));
  for (guint i = 0; i < 3; i++)
    put_card (router, i + 1, i * 240., 0);
  put_card (router, 4, 240, 260);
  for (guint i = 0; i < 3; i++)
    {
      TbRouterLink link = plain_link (i + 1, 4);
      link.to_port = i < 2 ? "web" : "admin";
      tb_router_set_link (router, i + 1, &link);
    }
  TbPoint a = last_point (router, 1), b = last_point (router, 2), c = last_point (router, 3);
  g_assert_cmpfloat (a.x, ==, b.x);
  g_assert_cmpfloat (fabs (a.x - c.x), >=, 6);
  tb_router_ports (router, 4, ports);
  g_assert_cmpuint (ports->len, ==, 2);
  g_assert_cmpstr (g_array_index (ports, TbRouterPort, 1).name, ==, "web");
  g_assert_cmpfloat (g_array_index (ports, TbRouterPort, 1).at.x, ==, a.x);
}

static void
test_a_glued_place_is_kept (void)
{
  g_autoptr (TbRouter) router = tb_router_new ();
  put_card (router, 1, 0, 0);
  put_card (router, 2, 400, 300);
  TbRouterLink link = plain_link (1, 2);
  link.from_side = TB_SIDE_RIGHT;
  link.from_at = 0.25;
  link.to_side = TB_SIDE_LEFT;
  link.to_at = 0.75;
  tb_router_set_link (router, 1, &link);
  TbRouterRoute r = get_route (router, 1);
  g_assert_cmpfloat (r.points[0].x, ==, 176);
  g_assert_cmpfloat (r.points[0].y, ==, 17);
  g_assert_cmpfloat (r.points[r.n - 1].x, ==, 400);
  g_assert_cmpfloat (r.points[r.n - 1].y, ==, 351);
}

static void
test_a_floating_end_chooses_its_side_on_each_move (void)
{
  g_autoptr (TbRouter) router = tb_router_new ();
  put_card (router, 1, 0, 0);
  put_card (router, 2, 0, 300);
  TbRouterLink link = plain_link (1, 2);
  tb_router_set_link (router, 1, &link);
  g_assert_cmpint (get_route (router, 1).from_side, ==, TB_SIDE_BOTTOM);
  put_card (router, 2, 400, 0);
  g_assert_cmpint (get_route (router, 1).from_side, ==, TB_SIDE_RIGHT);
  put_card (router, 2, 0, -300);
  g_assert_cmpint (get_route (router, 1).from_side, ==, TB_SIDE_TOP);
}

/* Far from a shape in the way, near to which the bend stands. */
static void
test_ways_between_bends_avoid_shapes (void)
{
  g_autoptr (TbRouter) router = tb_router_new ();
  TbPoint bend = { 288, 500 };
  put_card (router, 1, 0, 0);
  put_card (router, 2, 600, 0);
  put_card (router, 3, 200, 200);
  TbRouterLink link = plain_link (1, 2);
  link.bends = &bend;
  link.n_bends = 1;
  tb_router_set_link (router, 1, &link);
  TbRouterRoute r = get_route (router, 1);
  TbRect middle = { 200, 200, 176, 68 };
  gboolean found = FALSE;
  for (guint i = 1; i < r.n; i++)
    {
      TbRect at = { bend.x, bend.y, 0, 0 };
      found |= hits (&at, r.points[i - 1], r.points[i], 0.1);
      g_assert_false (hits (&middle, r.points[i - 1], r.points[i], CLEAR));
    }
  g_assert_true (found);
  put_card (router, 3, 400, 460);
  r = get_route (router, 1);
  middle = (TbRect){ 400, 460, 176, 68 };
  for (guint i = 1; i < r.n; i++)
    g_assert_false (hits (&middle, r.points[i - 1], r.points[i], CLEAR));
}

static void
test_a_crossing_gets_a_jump_unless_told_otherwise (void)
{
  g_autoptr (TbRouter) router = tb_router_new ();
  put_card (router, 1, 0, 200);
  put_card (router, 2, 600, 200);
  put_card (router, 3, 300, 0);
  put_card (router, 4, 300, 400);
  TbRouterLink level = plain_link (1, 2), upright = plain_link (3, 4);
  tb_router_set_link (router, 1, &level);
  tb_router_set_link (router, 2, &upright);
  TbRouterRoute r = get_route (router, 1);
  g_assert_cmpuint (r.n_jumps, ==, 1);
  g_assert_cmpfloat (r.jumps[0].at.x, ==, 388);
  g_assert_cmpfloat (r.jumps[0].at.y, ==, 234);
  g_assert_cmpuint (get_route (router, 2).n_jumps, ==, 0);
  tb_router_set_jumps (router, FALSE);
  g_assert_cmpuint (get_route (router, 1).n_jumps, ==, 0);
  tb_router_set_jumps (router, TRUE);
  tb_router_remove_link (router, 2);
  g_assert_cmpuint (get_route (router, 1).n_jumps, ==, 0);
}

static void
test_a_persons_label_keeps_its_offset (void)
{
  g_autoptr (TbRouter) router = tb_router_new ();
  put_card (router, 1, 0, 0);
  put_card (router, 2, 600, 0);
  TbRouterLink link = plain_link (1, 2);
  link.label_width = 40;
  link.label_height = 16;
  link.label_at = 0.25;
  link.label_offset = 30;
  tb_router_set_link (router, 1, &link);
  TbRect label = get_route (router, 1).label;
  g_assert_cmpfloat (label.x + 20, ==, 176 + 0.25 * 424);
  g_assert_cmpfloat (label.y + 8, ==, 34 + 30);
  put_card (router, 2, 800, 0);
  label = get_route (router, 1).label;
  g_assert_cmpfloat (label.x + 20, ==, 176 + 0.25 * 624);
}

static void
test_labels_cover_no_card_and_no_other_label (void)
{
  g_autoptr (TbRouter) router = tb_router_new ();
  TbRect labels[6];
  for (guint i = 0; i < 4; i++)
    put_card (router, i + 1, (i % 2) * 420., (i / 2) * 220.);
  for (guint i = 0; i < 6; i++)
    {
      static const guint ends[6][2]
          = { { 1, 2 }, { 1, 3 }, { 1, 4 }, { 2, 3 }, { 2, 4 }, { 3, 4 } };
      TbRouterLink link = plain_link (ends[i][0], ends[i][1]);
      link.label_width = 60;
      link.label_height = 16;
      tb_router_set_link (router, i + 1, &link);
    }
  for (guint i = 0; i < 6; i++)
    {
      labels[i] = get_route (router, i + 1).label;
      for (guint k = 0; k < 4; k++)
        {
          TbRect card = { (k % 2) * 420., (k / 2) * 220., 176, 68 };
          g_assert_false (tb_rect_intersects (&labels[i], &card));
        }
      for (guint k = 0; k < i; k++)
        g_assert_false (tb_rect_intersects (&labels[i], &labels[k]));
    }
}

/* A person's label comes first, and no more once it is nobody's: as if it had never been. */
static void
test_a_label_given_up_loses_its_turn (void)
{
  g_autoptr (TbRouter) router = tb_router_new (), anew = tb_router_new ();
  TbRouter *both[] = { router, anew };
  for (guint r = 0; r < 2; r++)
    for (guint i = 0; i < 2; i++)
      {
        put_card (both[r], 2 * i + 1, 0, i * 80.);
        put_card (both[r], 2 * i + 2, 600, i * 80.);
        TbRouterLink link = plain_link (2 * i + 1, 2 * i + 2);
        link.label_width = 60;
        link.label_height = 16;
        link.label_at = r == 0 && i == 1 ? 0.5 : -1;
        link.label_offset = r == 0 && i == 1 ? -67 : 0; /* onto the first link's place */
        tb_router_set_link (both[r], i + 1, &link);
      }
  get_route (router, 1);
  TbRouterLink free = plain_link (3, 4);
  free.label_width = 60;
  free.label_height = 16;
  tb_router_set_link (router, 2, &free);
  for (guint i = 1; i <= 2; i++)
    {
      TbRect is = get_route (router, i).label, wanted = get_route (anew, i).label;
      g_assert_cmpfloat (is.x, ==, wanted.x);
      g_assert_cmpfloat (is.y, ==, wanted.y);
    }
}

/* Round the container between; into it when an end stands in it. */
static void
test_a_border_is_crossed_only_to_enter (void)
{
  g_autoptr (TbRouter) router = tb_router_new ();
  TbRect home = { 250, -100, 250, 300 };
  put_card (router, 1, 0, 0);
  put_card (router, 2, 600, 0);
  put_container (router, 9, home.x, home.y, home.width, home.height);
  TbRouterLink link = plain_link (1, 2);
  tb_router_set_link (router, 1, &link);
  for (guint round = 0; round < 2; round++)
    {
      TbRouterRoute r = get_route (router, 1);
      guint n = 0;
      for (guint i = 1; i < r.n; i++)
        n += crossings (&home, r.points[i - 1], r.points[i]);
      g_assert_cmpuint (n, ==, round);
      g_assert_false (r.over_border);
      put_card (router, 2, 290, 0);
    }
}

static void
test_no_way_but_over_a_border_is_said (void)
{
  g_autoptr (TbRouter) router = tb_router_new ();
  put_card (router, 1, 0, 0);
  put_card (router, 2, 600, 0);
  put_container (router, 8, -100, -100, 400, 300);
  put_container (router, 9, -50, -50, 300, 200);
  put_container (router, 10, 280, -400, 40, 900);
  put_container (router, 11, -200, -400, 500, 900);
  TbRouterLink link = plain_link (1, 2);
  tb_router_set_link (router, 1, &link);
  TbRouterRoute r = get_route (router, 1);
  assert_orthogonal (&r, 1);
  g_assert_false (r.through_shape);
}

static gboolean
stop_at_once (gpointer data)
{
  return --*(int *) data < 0;
}

static void
test_what_is_seen_is_routed_first (void)
{
  g_autoptr (TbRouter) router = tb_router_new ();
  g_autoptr (GArray) changed = g_array_new (FALSE, FALSE, sizeof (guint));
  TbRect seen = { 0, 0, 600, 200 };
  for (guint i = 0; i < 8; i++)
    put_card (router, i + 1, (i % 2) * 400., (i / 2) * 500.);
  for (guint i = 0; i < 4; i++)
    {
      TbRouterLink link = plain_link (2 * i + 1, 2 * i + 2);
      tb_router_set_link (router, i + 1, &link);
    }
  TbRouterRoute r;
  int most = 100;
  g_assert_false (tb_router_update (router, &seen, stop_at_once, &most));
  g_assert_true (tb_router_route (router, 1, &r) && !r.pending);
  g_assert_true (tb_router_route (router, 4, &r) && r.pending && r.n == 2);
  most = 1;
  g_assert_false (tb_router_update (router, NULL, stop_at_once, &most));
  g_assert_true (tb_router_update (router, NULL, NULL, NULL));
  g_assert_true (tb_router_route (router, 4, &r) && !r.pending);
  tb_router_take_changed (router, changed);
  g_assert_cmpuint (changed->len, ==, 4);
  g_array_set_size (changed, 0);
  put_card (router, 8, 400, 1520);
  g_assert_true (tb_router_update (router, NULL, NULL, NULL));
  tb_router_take_changed (router, changed);
  g_assert_cmpuint (changed->len, ==, 1);
  g_assert_cmpuint (g_array_index (changed, guint, 0), ==, 4);
}

static void
test_a_link_waits_for_its_ends (void)
{
  g_autoptr (TbRouter) router = tb_router_new ();
  TbRouterLink link = plain_link (1, 2);
  TbRouterRoute r;
  tb_router_set_link (router, 1, &link);
  put_card (router, 1, 0, 0);
  tb_router_update (router, NULL, NULL, NULL);
  g_assert_false (tb_router_route (router, 1, &r));
  put_card (router, 2, 400, 0);
  g_assert_cmpuint (get_route (router, 1).n, ==, 2);
  tb_router_remove_shape (router, 1);
  tb_router_update (router, NULL, NULL, NULL);
  g_assert_false (tb_router_route (router, 1, &r));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) g_test_add_func ("/router/" name, func)
  ADD ("links-of-a-port-share-its-point", test_links_of_a_port_share_its_point);
  ADD ("a-glued-place-is-kept", test_a_glued_place_is_kept);
  ADD ("a-floating-end-chooses-its-side", test_a_floating_end_chooses_its_side_on_each_move);
  ADD ("ways-between-bends-avoid-shapes", test_ways_between_bends_avoid_shapes);
  ADD ("a-crossing-gets-a-jump", test_a_crossing_gets_a_jump_unless_told_otherwise);
  ADD ("a-persons-label-keeps-its-offset", test_a_persons_label_keeps_its_offset);
  ADD ("labels-cover-nothing", test_labels_cover_no_card_and_no_other_label);
  ADD ("a-border-is-crossed-only-to-enter", test_a_border_is_crossed_only_to_enter);
  ADD ("no-way-but-over-a-border", test_no_way_but_over_a_border_is_said);
  ADD ("what-is-seen-is-routed-first", test_what_is_seen_is_routed_first);
  ADD ("a-link-waits-for-its-ends", test_a_link_waits_for_its_ends);
  ADD ("a-label-given-up-loses-its-turn", test_a_label_given_up_loses_its_turn);
  ADD ("messy-pictures", test_messy_pictures);
  ADD ("containers", test_containers);
  ADD ("moved-equals-from-nothing", test_moved_equals_from_nothing);
  return g_test_run ();
}
