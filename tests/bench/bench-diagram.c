/* What drawing costs: name, value, unit, target, a line each. Median of a few runs; CPU time of the
 * one thread that does it, so that a busy machine does not spoil the figures. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "make-model.h"
#include "tb-base.h"
#include "tb-diagram.h"

#define RUNS 5

static int
by_value (const void *a, const void *b)
{
  double d = *(const double *) a - *(const double *) b;
  return d < 0 ? -1 : d > 0;
}

static double
median (double *values, guint n)
{
  qsort (values, n, sizeof *values, by_value);
  return values[n / 2];
}

static double
ms_since (gint64 start)
{
  return (double) (tb_thread_cpu_ns () - start) / TB_NS_PER_MS;
}

static void
say (const char *name, double value, const char *target)
{
  printf ("%s\t%.2f\tms\t%s%s\n", name, value, *target ? "<= " : "", target);
}

static double
paint_once (const TbScene *scene, cairo_surface_t *surface, TbRect clip, double scale)
{
  TbPaintOptions options = { .scale = scale, .background = TRUE, .grid = TRUE };
  gint64 start = tb_thread_cpu_ns ();
  cairo_t *cr = cairo_create (surface);
  cairo_scale (cr, scale, scale);
  cairo_translate (cr, -clip.x, -clip.y);
  tb_scene_paint (scene, cr, &clip, &options);
  cairo_destroy (cr);
  cairo_surface_flush (surface);
  return ms_since (start);
}

static void
paint (const TbScene *scene, const char *name, double scale, const char *target)
{
  double times[RUNS];
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, 1280, 800);
  TbRect b = tb_scene_bounds (scene);
  if (scale == 0)
    scale = MIN (1280 / b.width, 800 / b.height);
  TbRect clip = { b.x + (b.width - 1280 / scale) / 2, b.y + (b.height - 800 / scale) / 2,
                  1280 / scale, 800 / scale };
  paint_once (scene, surface, clip, scale);
  for (guint i = 0; i < RUNS; i++)
    times[i] = paint_once (scene, surface, clip, scale);
  say (name, median (times, RUNS), target);
  cairo_surface_destroy (surface);
}

static void
large (void)
{
  double build[3], svg[RUNS];
  TbMadeModel made = { 10000, 15000, 100, 0.5, FALSE, FALSE, 1 };
  g_autoptr (TbDocument) document = tb_make_document (&made);
  g_autoptr (TbScene) scene = NULL;
  for (guint i = 0; i < G_N_ELEMENTS (build); i++)
    {
      g_clear_pointer (&scene, tb_scene_free);
      gint64 start = tb_thread_cpu_ns ();
      scene = tb_scene_new (tb_document_model (document), NULL);
      build[i] = ms_since (start);
    }
  say ("diagram scene of 10 000, cold routes", median (build, G_N_ELEMENTS (build)), "200");
  paint (scene, "diagram paint 10 000 at fit", 0, "20");
  paint (scene, "diagram paint at 100 %", 1, "5");
  paint (scene, "diagram paint at 50 %", 0.5, "20");
  for (guint i = 0; i < RUNS; i++)
    {
      gsize size;
      gint64 start = tb_thread_cpu_ns ();
      g_free (tb_scene_to_svg (scene, TB_THEME_LIGHT, 1, &size));
      svg[i] = ms_since (start);
    }
  say ("diagram svg of 10 000", median (svg, RUNS), "100");
  made.columns = 0;
  g_autoptr (TbDocument) unplaced = tb_make_document (&made);
  g_autoptr (GArray) places = g_array_new (FALSE, FALSE, sizeof (TbPlacement));
  gint64 start = tb_thread_cpu_ns ();
  tb_place_tiered (tb_document_model (unplaced), NULL, FALSE, places);
  say ("diagram place 10 000", ms_since (start), "100");
}

/* One card goes to and fro, as under a hand. */
static void
moves (const char *name, const TbMadeModel *made, guint n, const char *target)
{
  g_autofree double *times = g_new (double, n);
  g_autoptr (TbDocument) document = tb_make_document (made);
  const TbModel *model = tb_document_model (document);
  gint64 start = tb_thread_cpu_ns ();
  g_autoptr (TbScene) scene = tb_scene_new (model, NULL);
  double first = ms_since (start);
  TbRng rng;
  tb_rng_seed (&rng, 7);
  for (guint i = 0; i < n; i++)
    {
      const TbElement *component
          = tb_model_nth (model, TB_KIND_COMPONENT, (guint) tb_rng_below (&rng, made->components));
      TbUid uid = tb_element_uid (component);
      start = tb_thread_cpu_ns ();
      tb_scene_preview_move (scene, &uid, 1, 40, 20, NULL);
      times[i] = ms_since (start);
      tb_scene_preview_move (scene, NULL, 0, 0, 0, NULL);
    }
  g_autofree char *all = g_strconcat (name, ", all at first", NULL);
  say (all, first, "");
  say (name, median (times, n), target);
  g_autofree char *worst = g_strconcat (name, ", worst", NULL);
  say (worst, times[n - 1], "");
}

/* ---- The router alone ------------------------------------------------------------------------ */

typedef struct
{
  guint n, columns;
  TbRouterShape *shapes;
  guint n_links;
  TbRouterLink *links;
} Grid;

/* Cards on a shaken grid; links to cards near by, or to any. */
static void
make_grid (Grid *g, guint n, guint links, gboolean far)
{
  TbRng rng;
  tb_rng_seed (&rng, 5);
  *g = (Grid){ n, (guint) (1 + sqrt (n * 1.25)), g_new0 (TbRouterShape, n), links,
               g_new0 (TbRouterLink, links) };
  for (guint i = 0; i < n; i++)
    {
      TbRect r = { i % g->columns * 280. + 3.2 * (double) tb_rng_below (&rng, 20),
                   i / g->columns * 180. + 3.2 * (double) tb_rng_below (&rng, 20), 176, 68 };
      g->shapes[i] = (TbRouterShape){ TB_SHAPE_CARD, r, { r.x + 88, r.y + 34 } };
    }
  for (guint i = 0; i < links; i++)
    {
      guint from = (guint) tb_rng_below (&rng, n), column = from % g->columns;
      guint near_by = from - column + MIN (g->columns - 1, column + (guint) tb_rng_below (&rng, 4))
                      + g->columns * (guint) tb_rng_below (&rng, 3);
      guint to = far ? (guint) tb_rng_below (&rng, n) : near_by < n ? near_by : from;
      if (to == from)
        to = from > 0 && column > 0 ? from - 1 : (from + 1) % n;
      g->links[i] = (TbRouterLink){ .from = from + 1, .to = to + 1, .from_at = -1, .to_at = -1,
                                    .label_at = -1 };
    }
}

static TbRouter *
tell_grid (const Grid *g)
{
  TbRouter *router = tb_router_new ();
  for (guint i = 0; i < g->n; i++)
    tb_router_set_shape (router, i + 1, &g->shapes[i]);
  for (guint i = 0; i < g->n_links; i++)
    tb_router_set_link (router, i + 1, &g->links[i]);
  return router;
}

static void
say_with (const char *name, const char *what, double value, const char *target)
{
  g_autofree char *whole = g_strconcat (name, ", ", what, NULL);
  say (whole, value, target);
}

static void
from_nothing (const char *name, const Grid *g, guint runs, const char *target)
{
  g_autofree double *times = g_new (double, runs);
  for (guint i = 0; i < runs; i++)
    {
      gint64 start = tb_thread_cpu_ns ();
      g_autoptr (TbRouter) router = tell_grid (g);
      tb_router_update (router, NULL, NULL, NULL);
      times[i] = ms_since (start);
    }
  say_with (name, "from nothing", median (times, runs), target);
}

/* One card goes to and fro; what is measured is all its move re-routes. */
static void
move_one (const char *name, const Grid *g, guint n, const char *target, const char *worst)
{
  g_autofree double *times = g_new (double, n);
  g_autoptr (TbRouter) router = tell_grid (g);
  TbRng rng;
  tb_router_update (router, NULL, NULL, NULL);
  tb_rng_seed (&rng, 7);
  for (guint i = 0; i < n; i++)
    {
      guint which = (guint) tb_rng_below (&rng, g->n);
      TbRouterShape moved = g->shapes[which];
      moved.rect.x += 40;
      moved.rect.y += 20;
      moved.centre = (TbPoint){ moved.centre.x + 40, moved.centre.y + 20 };
      gint64 start = tb_thread_cpu_ns ();
      tb_router_set_shape (router, which + 1, &moved);
      tb_router_update (router, NULL, NULL, NULL);
      times[i] = ms_since (start);
      tb_router_set_shape (router, which + 1, &g->shapes[which]);
      tb_router_update (router, NULL, NULL, NULL);
    }
  say_with (name, "move one", median (times, n), target);
  say_with (name, "move one, worst", times[n - 1], worst);
}

static void
routers (void)
{
  static const struct
  {
    const char *name;
    guint n, links;
    gboolean far;
    guint runs, moves;
    const char *first, *move, *worst;
  } rows[] = {
    { "router 200, 300 links", 200, 300, FALSE, 20, 100, "100", "8", "16" },
    { "router 200, 300 random links", 200, 300, TRUE, 20, 100, "100", "8", "16" },
    { "router 2 000, 3 000 links", 2000, 3000, FALSE, 20, 40, "2000", "", "" },
    { "router 2 000, 3 000 random links", 2000, 3000, TRUE, 5, 10, "2000", "", "" },
    { "router 10 000, 14 850 links", 10000, 14850, FALSE, 3, 20, "", "", "" },
  };
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      Grid g;
      make_grid (&g, rows[i].n, rows[i].links, rows[i].far);
      from_nothing (rows[i].name, &g, rows[i].runs, rows[i].first);
      move_one (rows[i].name, &g, rows[i].moves, rows[i].move, rows[i].worst);
      g_free (g.shapes);
      g_free (g.links);
    }
}

int
main (void)
{
  TbMadeModel near_by = { 200, 300, 16, 0.8, FALSE, FALSE, 2 };
  TbMadeModel far = { 200, 300, 16, 0.8, FALSE, TRUE, 3 };
  TbMadeModel many = { 10000, 15000, 100, 0.5, FALSE, FALSE, 1 };
  routers ();
  large ();
  moves ("diagram move 1 of 200, 300 links", &near_by, 60, "8");
  moves ("diagram move 1 of 200, 300 far links", &far, 30, "8");
  moves ("diagram move 1 of 10 000", &many, 7, "16");
  return 0;
}
