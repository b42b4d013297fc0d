/* What the whole editor costs, not only its canvas: a frame of the real window of 1280 × 800 with
 * all its panels, over a drawing of ten thousand components, and the time from the start of the
 * process to the first picture, beside that of an empty window. Prints a line a figure:
 * name TAB value TAB unit TAB target. Run it under Xvfb with GSK_RENDERER=cairo.
 *
 * And how long a graph of ten thousand nodes in DOT takes from the click to its first picture, places made by us.
 *
 *   bench-window [frames [COMPONENTS] | start | foreign]     none: all
 *   bench-window first-picture empty|FILE          what "start" starts: prints two moments, and the processor's time
 *                                                  at the first */
#include <adwaita.h>
#include <glib/gstdio.h>
#include <math.h>
#include <stdio.h>
#include <sys/resource.h>

#include "large.h"
#include "real-editor.h"
#include "tb-base.h"
#include "tb-canvas.h"
#include "window.h"

#define WIDTH 1280
#define HEIGHT 800
#define FRAMES 200
#define QUIET 40 /* frames until the picture before a scene is whole */
#define RUNS 5

/* ---- Frames: what is done -------------------------------------------------------------------- */

typedef struct
{
  const char *name;
  double target_ms;
  gboolean p95; /* is what the target is for; else the median */
  void (*begin) (TbCanvas *canvas);
  void (*step) (TbCanvas *canvas, guint frame);
} Scene;

static void
begin_close (TbCanvas *canvas)
{
  tb_canvas_set_zoom (canvas, 1);
}

static void
step_pan (TbCanvas *canvas, guint frame)
{
  tb_canvas_scroll_by (canvas, frame / 100 % 2 ? 8 : -8, frame / 50 % 2 ? 5 : -5);
}

static void
step_pan_fit (TbCanvas *canvas, guint frame)
{
  tb_canvas_scroll_by (canvas, frame / 25 % 2 ? 6 : -6, frame / 40 % 2 ? 3 : -3);
}

static void
step_zoom (TbCanvas *canvas, guint frame)
{
  double t = 0.5 - 0.5 * cos (frame * G_PI / 60);
  tb_canvas_set_zoom (canvas, 0.05 * pow (40, t));
}

static const Scene scenes[] = {
  { "window-pan-100%", 10, FALSE, begin_close, step_pan },
  { "window-pan-fit", 10, FALSE, tb_canvas_zoom_to_fit, step_pan_fit },
  { "window-zoom", 33, TRUE, tb_canvas_zoom_to_fit, step_zoom },
};

/* ---- Frames: the measuring ------------------------------------------------------------------- */

typedef struct
{
  TbDocument *document;
  GtkWindow *window;
  TbCanvas *canvas;
  guint scene, quiet, frame;
  gint64 before_ns, last_ns; /* of the thread's clock */
  gint64 frame_ns[FRAMES];   /* before-paint to after-paint */
  gint64 all_ns[FRAMES];     /* after-paint to after-paint: what runs between frames, too */
} Bench;

static int
by_size (gconstpointer a, gconstpointer b)
{
  gint64 x = *(const gint64 *) a, y = *(const gint64 *) b;
  return (x > y) - (x < y);
}

static void
print_times (const Scene *scene, const char *what, gint64 *ns, gboolean judged)
{
  qsort (ns, FRAMES, sizeof *ns, by_size);
  for (int p95 = 0; p95 < 2; p95++)
    {
      printf ("%s%s-%s\t%.2f\tms\t", scene->name, what, p95 ? "p95" : "median",
              (double) ns[p95 ? FRAMES * 95 / 100 : FRAMES / 2] / 1e6);
      if (judged && p95 == scene->p95)
        printf ("<= %g", scene->target_ms);
      printf ("\n");
    }
  fflush (stdout);
}

/* The update phase: a step of the scene counts as part of its frame. */
static gboolean
tick (GtkWidget *widget, GdkFrameClock *clock, gpointer data)
{
  Bench *bench = data;
  if (bench->quiet == QUIET / 2)
    scenes[bench->scene].begin (bench->canvas);
  if (bench->quiet == QUIET)
    scenes[bench->scene].step (bench->canvas, bench->frame);
  gtk_widget_queue_draw (GTK_WIDGET (bench->canvas));
  return G_SOURCE_CONTINUE;
}

static void
before_paint (GdkFrameClock *clock, Bench *bench)
{
  bench->before_ns = tb_thread_cpu_ns ();
}

static void
after_paint (GdkFrameClock *clock, Bench *bench)
{
  gint64 now = tb_thread_cpu_ns (), before = bench->before_ns, last = bench->last_ns;
  bench->last_ns = now;
  if (bench->quiet < QUIET)
    {
      bench->quiet++;
      return;
    }
  bench->frame_ns[bench->frame] = now - before;
  bench->all_ns[bench->frame] = now - last;
  if (++bench->frame < FRAMES)
    return;
  print_times (&scenes[bench->scene], "", bench->frame_ns, TRUE);
  print_times (&scenes[bench->scene], "-and-between", bench->all_ns, FALSE);
  bench->frame = bench->quiet = 0;
  if (++bench->scene == G_N_ELEMENTS (scenes))
    {
      g_signal_handlers_disconnect_by_data (clock, bench);
      g_main_context_wakeup (NULL);
    }
}

static GdkFrameClock *
clock_of (GtkWindow *window)
{
  return gdk_surface_get_frame_clock (gtk_native_get_surface (GTK_NATIVE (window)));
}

static void
begin_frames (GApplication *application, Bench *bench)
{
  TbWindow *window = tb_window_new (GTK_APPLICATION (application));
  bench->window = GTK_WINDOW (window);
  tb_window_add_document (window, bench->document);
  bench->canvas = TB_CANVAS (tb_bench_find (GTK_WIDGET (window), TB_TYPE_CANVAS));
  gtk_window_present (bench->window);
  gtk_widget_add_tick_callback (GTK_WIDGET (window), tick, bench, NULL);
  g_signal_connect (clock_of (bench->window), "before-paint", G_CALLBACK (before_paint), bench);
  g_signal_connect_after (clock_of (bench->window), "after-paint", G_CALLBACK (after_paint), bench);
}

static int
run_frames (guint n)
{
  Bench bench = { 0 };
  g_autoptr (GError) error = NULL;
  g_autofree char *xml = tb_large_drawing (n);
  bench.document = tb_document_load_bytes ("large", xml, strlen (xml), NULL, &error);
  if (!bench.document)
    g_error ("%s", error->message);
  g_autoptr (TbApplication) application = tb_bench_application_new ();
  begin_frames (G_APPLICATION (application), &bench);
  while (bench.scene < G_N_ELEMENTS (scenes))
    g_main_context_iteration (NULL, TRUE);
  gtk_window_destroy (bench.window);
  g_clear_object (&bench.document);
  return 0;
}

/* ---- The start: the process that is measured ------------------------------------------------- */

static gint64 painted_ns, painted_cpu_ns;

/* Of this process and of those that it has waited for. */
static gint64
cpu_ns (void)
{
  static const int whose[] = { RUSAGE_SELF, RUSAGE_CHILDREN };
  gint64 us = 0;
  for (guint i = 0; i < G_N_ELEMENTS (whose); i++)
    {
      struct rusage used;
      getrusage (whose[i], &used);
      us += (used.ru_utime.tv_sec + used.ru_stime.tv_sec) * G_USEC_PER_SEC + used.ru_utime.tv_usec + used.ru_stime.tv_usec;
    }
  return us * 1000;
}

/* Below all that the window puts off until it has been seen: then everything is there. */
static gboolean
settled (gpointer data)
{
  printf ("%" G_GINT64_FORMAT " %" G_GINT64_FORMAT " %" G_GINT64_FORMAT "\n", painted_ns, tb_now_ns (), painted_cpu_ns);
  fflush (stdout);
  _exit (0);
}

static void
first_painted (GdkFrameClock *clock, gpointer data)
{
  g_signal_handlers_disconnect_by_func (clock, first_painted, data);
  painted_ns = tb_now_ns ();
  painted_cpu_ns = cpu_ns ();
  g_idle_add_full (G_PRIORITY_LOW + 100, settled, NULL, NULL);
}

/* A clock's frame before the window is mapped has no picture: only one in which its surface draws has, and of the editor
 * only one with a drawing: another program's is read by a thread. GTK's own handler is the last that is asked, hence the
 * hook. */
static gboolean
surface_draws (GSignalInvocationHint *hint, guint n, const GValue *values, gpointer data)
{
  GdkSurface *surface = g_value_get_object (&values[0]);
  GtkNative *native = gtk_native_get_for_surface (surface);
  /* Named for a drawing: other pages of the window have canvases too. */
  if (TB_IS_WINDOW (native) && (!tb_bench_find (GTK_WIDGET (native), TB_TYPE_CANVAS)
                                || g_strcmp0 (gtk_window_get_title (GTK_WINDOW (native)), "Tierboard") == 0))
    return TRUE;
  g_signal_connect_after (gdk_surface_get_frame_clock (surface), "after-paint",
                          G_CALLBACK (first_painted), NULL);
  return FALSE;
}

static void
watch_surfaces (GApplication *application)
{
  g_type_class_ref (GDK_TYPE_SURFACE);
  g_signal_add_emission_hook (g_signal_lookup ("render", GDK_TYPE_SURFACE), 0, surface_draws, NULL,
                              NULL);
}

static void
show_empty (GtkApplication *application)
{
  GtkWidget *window = adw_application_window_new (application);
  gtk_window_set_default_size (GTK_WINDOW (window), WIDTH, HEIGHT);
  gtk_window_present (GTK_WINDOW (window));
}

static int
run_first_picture (char *program, char *what)
{
  gboolean empty = g_str_equal (what, "empty");
  g_autoptr (GApplication) application = NULL;
  if (empty)
    application = G_APPLICATION (
        adw_application_new ("io.tierboard.Empty", G_APPLICATION_DEFAULT_FLAGS));
  else
    application = G_APPLICATION (tb_application_new ());
  if (empty)
    g_signal_connect (application, "activate", G_CALLBACK (show_empty), NULL);
  g_signal_connect_after (application, "startup", G_CALLBACK (watch_surfaces), NULL);
  char *args[] = { program, empty ? NULL : what, NULL };
  return g_application_run (application, empty ? 1 : 2, args);
}

/* ---- The start: from outside ----------------------------------------------------------------- */

typedef struct
{
  gint64 picture_ns[RUNS], settled_ns[RUNS], cpu_ns[RUNS];
} Starts;

static gboolean
start_once (const char *program, const char *what, Starts *starts, int run)
{
  const char *command[] = { program, "first-picture", what, NULL };
  g_autofree char *answer = NULL;
  g_autoptr (GError) error = NULL;
  gint64 *picture_ns = &starts->picture_ns[run], *settled_ns = &starts->settled_ns[run];
  gint64 begin = tb_now_ns ();
  if (!g_spawn_sync (NULL, (char **) command, NULL, G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, &answer,
                     NULL, NULL, &error)
      || sscanf (answer, "%" G_GINT64_FORMAT " %" G_GINT64_FORMAT " %" G_GINT64_FORMAT, picture_ns, settled_ns,
                 &starts->cpu_ns[run]) != 3)
    {
      fprintf (stderr, "%s showed no picture: %s\n", what, error ? error->message : answer);
      return FALSE;
    }
  *picture_ns -= begin;
  *settled_ns -= begin;
  return TRUE;
}

static double
median_ms (gint64 *ns)
{
  qsort (ns, RUNS, sizeof *ns, by_size);
  return (double) ns[RUNS / 2] / 1e6;
}

/* One of each in turn, so that what else the machine does meets both; the first of each is only to
 * warm the caches. */
static int
run_start (const char *program)
{
  static const char *const what[] = { "empty", THREE_TIER };
  Starts starts[2];
  for (int i = -1; i < RUNS; i++)
    for (int w = 0; w < 2; w++)
      if (!start_once (program, what[w], &starts[w], MAX (i, 0)))
        return 1;
  double empty = median_ms (starts[0].picture_ns), editor = median_ms (starts[1].picture_ns);
  printf ("start-empty-window\t%.0f\tms\t\n", empty);
  printf ("start-editor\t%.0f\tms\t\n", editor);
  printf ("start-editor-all-filled\t%.0f\tms\t\n", median_ms (starts[1].settled_ns));
  printf ("start-ratio\t%.2f\tx\t<= 1.3\n", editor / empty);
  fflush (stdout);
  return 0;
}

/* ---- A foreign graph, from outside ----------------------------------------------------------- */

/* A hundred clusters of a hundred, links to what stands near. */
static char *
graph_in_dot (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);
  GString *out = g_string_new ("digraph big {\n");
  for (int i = 0; i < 10000; i++)
    {
      if (i % 100 == 0)
        g_string_append_printf (out, "subgraph cluster_%d { label=\"Part %d\"\n", i / 100, i / 100);
      g_string_append_printf (out, "n%d [label=\"Service %d\"%s]\n%s", i, i, i % 9 == 0 ? " shape=cylinder" : "",
                              i % 100 == 99 ? "}\n" : "");
    }
  for (int i = 0; i < 14850; i++)
    {
      int from = g_rand_int_range (rand, 0, 10000), to = from + g_rand_int_range (rand, -60, 60);
      g_string_append_printf (out, "n%d -> n%d\n", from, CLAMP (to, 0, 9999));
    }
  return g_string_free (g_string_append (out, "}\n"), FALSE);
}

static int
run_foreign (const char *program, const char *folder)
{
  g_autofree char *path = g_build_filename (folder, "big.dot", NULL), *dot = graph_in_dot ();
  Starts starts;
  if (!g_file_set_contents (path, dot, -1, NULL))
    return 1;
  for (int i = -1; i < RUNS; i++)
    if (!start_once (program, path, &starts, MAX (i, 0)))
      return 1;
  printf ("foreign-dot-10000 first picture\t%.0f\tms\t<= 2000\n", median_ms (starts.picture_ns));
  printf ("foreign-dot-10000 first picture, processor\t%.0f\tms\t<= 2000\n", median_ms (starts.cpu_ns));
  fflush (stdout);
  return 0;
}

int
main (int argc, char **argv)
{
  const char *part = argc > 1 ? argv[1] : "";
  if (argc > 2 && g_str_equal (part, "first-picture"))
    return run_first_picture (argv[0], argv[2]);
  int status = 0;
  char *folder = tb_bench_folder_new ();
  gboolean all = *part == '\0';
  if (all || g_str_equal (part, "start"))
    status = run_start (argv[0]);
  if (all || g_str_equal (part, "foreign"))
    status |= run_foreign (argv[0], folder);
  if (all || g_str_equal (part, "frames"))
    status |= run_frames (argc > 2 ? (guint) g_ascii_strtoull (argv[2], NULL, 10) : 10000);
  tb_bench_folder_remove (folder);
  return status;
}
