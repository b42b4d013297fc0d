/* What a frame of the canvas costs the main thread, on a drawing of ten thousand components in a
 * window of 1280 × 800 with the side panels' room taken. Prints a line a figure:
 * name TAB value TAB unit TAB target. Run it under Xvfb with GSK_RENDERER=cairo. */
#include <adwaita.h>
#include <math.h>
#include <stdio.h>

#include "fake-run.h"
#include "large.h"
#include "tb-base.h"
#include "tb-canvas.h"


typedef struct _Bench Bench;

typedef struct
{
  const char *name;
  guint frames;
  double median_ms, p95_ms; /* targets, 0: none is set */
  void (*begin) (Bench *bench);
  void (*step) (Bench *bench, guint frame);
  void (*end) (Bench *bench);
} Scene;

struct _Bench
{
  TbDocument *document;
  TbEditor *editor;
  TbCanvas *canvas;
  GtkWindow *window;
  FakeRun *run;
  guint scene, frame, quiet;
  double zoom;
  TbPoint at;
  gint64 begun_ns, routed_ns;
};

/* ---- What is done ---------------------------------------------------------------------------- */

/* By the editor's own ways: a pan is what the wheel does. */
static void
pan (Bench *bench, double dx, double dy)
{
  tb_canvas_scroll_by (bench->canvas, dx, dy);
}

static void
begin_close (Bench *bench)
{
  tb_canvas_set_zoom (bench->canvas, 1);
}

static void
step_pan (Bench *bench, guint frame)
{
  pan (bench, frame / 100 % 2 ? 8 : -8, frame / 50 % 2 ? 5 : -5);
}

static void
begin_fit (Bench *bench)
{
  tb_canvas_zoom_to_fit (bench->canvas);
}

static void
step_pan_fit (Bench *bench, guint frame)
{
  pan (bench, frame / 25 % 2 ? 6 : -6, frame / 40 % 2 ? 3 : -3);
}

static void
step_zoom (Bench *bench, guint frame)
{
  double t = 0.5 - 0.5 * cos (frame * G_PI / 60);
  tb_canvas_set_zoom (bench->canvas, 0.05 * pow (40, t));
}

static void
begin_drag (Bench *bench)
{
  TbRect r;
  TbItemKind kind;
  tb_canvas_set_zoom (bench->canvas, 1);
  TbUid uid = tb_element_uid (
      tb_model_lookup (tb_document_model (bench->document), "c5050"));
  tb_canvas_scroll_to (bench->canvas, uid);
  tb_scene_item (tb_editor_scene (bench->editor), uid, &kind, &r);
  bench->at = (TbPoint){ r.x + 88, r.y + 50 };
  tb_editor_press (bench->editor, bench->at.x, bench->at.y, 0, 1);
}

static void
step_drag (Bench *bench, guint frame)
{
  tb_editor_motion (bench->editor, bench->at.x + 3 * (frame % 40), bench->at.y + 2 * (frame % 30),
                    TB_MOD_ALT, 1);
}

static void
end_drag (Bench *bench)
{
  tb_editor_cancel (bench->editor);
}

/* Over empty ground between the cards, until it holds a few hundred of them. */
static void
begin_band (Bench *bench)
{
  TbRect r;
  TbItemKind kind;
  tb_canvas_set_zoom (bench->canvas, 0.25);
  TbUid uid = tb_element_uid (
      tb_model_lookup (tb_document_model (bench->document), "c5040"));
  tb_canvas_scroll_to (bench->canvas, uid);
  tb_scene_item (tb_editor_scene (bench->editor), uid, &kind, &r);
  bench->at = (TbPoint){ r.x - 20, r.y - 20 };
  tb_editor_press (bench->editor, bench->at.x, bench->at.y, 0, 0.25);
}

static void
step_band (Bench *bench, guint frame)
{
  tb_editor_motion (bench->editor, bench->at.x + 40 + 45 * (frame % 100),
                    bench->at.y + 30 + 26 * (frame % 100), 0, 0.25);
}

static void
begin_live (Bench *bench)
{
  tb_canvas_set_zoom (bench->canvas, 0.5);
  tb_canvas_scroll_to (bench->canvas, tb_element_uid (tb_model_lookup (
                                          tb_document_model (bench->document), "c2")));
  bench->run = fake_run_new (tb_document_model (bench->document), 400, FALSE, 500);
}

static void
step_live (Bench *bench, guint frame)
{
  tb_canvas_show_frame (bench->canvas, fake_run_frame (bench->run, tb_now_ns ()), NULL);
}

static void
end_live (Bench *bench)
{
  tb_canvas_set_session (bench->canvas, NULL);
  fake_run_free (bench->run);
}

static const Scene scenes[] = {
  { "canvas-pan-100%", 200, 10, 0, begin_close, step_pan, NULL },
  { "canvas-pan-fit", 200, 10, 0, begin_fit, step_pan_fit, NULL },
  { "canvas-zoom", 200, 16, 33, begin_fit, step_zoom, NULL },
  { "canvas-drag-card", 100, 10, 0, begin_drag, step_drag, end_drag },
  { "canvas-rubber-band", 100, 16, 0, begin_band, step_band, end_drag },
  { "canvas-live-dots", 200, 0, 0, begin_live, step_live, end_live },
};

/* ---- The measuring --------------------------------------------------------------------------- */

static void
print_figure (const Scene *scene, const char *what, gint64 ns, double target_ms)
{
  printf ("%s-%s\t%.2f\tms\t", scene->name, what, (double) ns / 1e6);
  if (target_ms > 0)
    printf ("<= %g", target_ms);
  printf ("\n");
  fflush (stdout);
}

static void
print_scene (Bench *bench, const Scene *scene)
{
  TbFrameTimes t = tb_canvas_frame_times (bench->canvas);
  print_figure (scene, "median", t.median_ns, scene->median_ms);
  print_figure (scene, "p95", t.p95_ns, scene->p95_ms);
}

static void
print_memory (void)
{
  g_autofree char *status = NULL;
  if (g_file_get_contents ("/proc/self/status", &status, NULL, NULL))
    printf ("canvas-resident\t%.0f\tMiB\t<= 250\n",
            (double) g_ascii_strtoull (strstr (status, "VmRSS:") + 6, NULL, 10) / 1024);
}

/* A scene begins when the picture before it is whole: forty quiet frames. */
static gboolean
tick (GtkWidget *widget, GdkFrameClock *clock, gpointer data)
{
  Bench *bench = data;
  const Scene *scene = &scenes[bench->scene];
  /* All links have their ways first, so that what is measured is what a person works with. */
  if (tb_editor_is_routing (bench->editor))
    return G_SOURCE_CONTINUE;
  if (bench->routed_ns == 0)
    {
      bench->routed_ns = tb_now_ns ();
      printf ("canvas-all-routed\t%.0f\tms\t\n", (double) (bench->routed_ns - bench->begun_ns) / 1e6);
    }
  if (bench->quiet < 40)
    {
      bench->quiet++;
      if (bench->quiet == 20 && scene->begin)
        scene->begin (bench);
      if (bench->quiet == 40)
        tb_canvas_reset_frame_times (bench->canvas);
      return G_SOURCE_CONTINUE;
    }
  if (bench->frame < scene->frames)
    {
      scene->step (bench, bench->frame++);
      gtk_widget_queue_draw (GTK_WIDGET (bench->canvas));
      return G_SOURCE_CONTINUE;
    }
  print_scene (bench, scene);
  if (scene->end)
    scene->end (bench);
  bench->frame = bench->quiet = 0;
  if (++bench->scene < G_N_ELEMENTS (scenes))
    return G_SOURCE_CONTINUE;
  print_memory ();
  gtk_window_destroy (bench->window);
  return G_SOURCE_REMOVE;
}

static GtkWidget *
side (int width)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  gtk_widget_set_size_request (box, width, -1);
  for (int i = 0; i < 12; i++)
    gtk_box_append (GTK_BOX (box), gtk_button_new_with_label ("Component"));
  return box;
}

static void
activate (GtkApplication *application, Bench *bench)
{
  GtkWidget *window = adw_application_window_new (application);
  GtkWidget *all = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *middle = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);
  bench->window = GTK_WINDOW (window);
  bench->canvas = TB_CANVAS (tb_canvas_new ());
  tb_canvas_set_editor (bench->canvas, bench->editor);
  gtk_box_append (GTK_BOX (all), adw_header_bar_new ());
  gtk_box_append (GTK_BOX (middle), side (200));
  gtk_box_append (GTK_BOX (middle), GTK_WIDGET (bench->canvas));
  gtk_box_append (GTK_BOX (middle), side (250));
  gtk_box_append (GTK_BOX (all), middle);
  gtk_window_set_default_size (bench->window, 1280, 800);
  adw_application_window_set_content (ADW_APPLICATION_WINDOW (window), all);
  gtk_widget_add_tick_callback (window, tick, bench, NULL);
  gtk_window_present (bench->window);
}

int
main (int argc, char **argv)
{
  guint n = argc > 1 ? (guint) g_ascii_strtoull (argv[1], NULL, 10) : 10000;
  Bench bench = { .scene = argc > 2 ? (guint) g_ascii_strtoull (argv[2], NULL, 10) : 0 };
  g_autoptr (GError) error = NULL;
  g_autofree char *xml = tb_large_drawing (n);
  gint64 begin = bench.begun_ns = tb_now_ns ();
  bench.document = tb_document_load_bytes ("large", xml, strlen (xml), NULL, &error);
  if (bench.document == NULL)
    g_error ("%s", error->message);
  bench.editor = tb_editor_new_aside (bench.document, NULL);
  printf ("canvas-open-%u\t%.0f\tms\t<= 300\n", n, (double) (tb_now_ns () - begin) / 1e6);
  g_autoptr (AdwApplication) application
      = adw_application_new ("org.tierboard.BenchCanvas", G_APPLICATION_NON_UNIQUE);
  g_signal_connect (application, "activate", G_CALLBACK (activate), &bench);
  int status = g_application_run (G_APPLICATION (application), 1, argv);
  g_clear_object (&bench.editor);
  g_clear_object (&bench.document);
  return status;
}
