/* The real window over a run whose agent does nothing but fill the real ring, with a hundred thousand
 * events a second, and count them. What the main thread spends on taking them in, how many pictures a
 * second come of it, and how many events never reached the screen. Prints a line a figure:
 * name TAB value TAB unit TAB target. Run it under Xvfb with GSK_RENDERER=cairo. */
#include <adwaita.h>
#include <glib/gstdio.h>
#include <stdio.h>

#include "real-editor.h"
#include "tb-base.h"
#include "tb-canvas.h"
#include "window.h"

#define WARM_NS (3 * TB_NS_PER_S)
#define MEASURE_NS (10 * TB_NS_PER_S)

typedef struct
{
  TbCanvas *canvas;
  guint64 events, missed;
  guint pictures;
} Seen;

static void
live_frame (TbCanvas *canvas, gpointer data, Seen *seen)
{
  const TbLiveFrame *frame = data;
  seen->events += frame->n_events;
  seen->missed += frame->missed_events;
}

static void
painted (GdkFrameClock *clock, Seen *seen)
{
  seen->pictures++;
}

static void
wait_ns (gint64 ns)
{
  gint64 end = tb_now_ns () + ns;
  while (tb_now_ns () < end)
    g_main_context_iteration (NULL, TRUE);
}

static void
report (const Seen *seen, double seconds)
{
  TbFrameTimes times = tb_canvas_delivery_times (seen->canvas);
  TbDotCount dots = tb_canvas_dot_count (seen->canvas);
  printf ("live-events-taken-in\t%.0f\t1/s\t>= 95000\n", (double) (seen->events + seen->missed) / seconds);
  printf ("live-delivery-median\t%.2f\tms\t<= 3\n", (double) times.median_ns / 1e6);
  printf ("live-delivery-p95\t%.2f\tms\t<= 3\n", (double) times.p95_ns / 1e6);
  printf ("live-pictures\t%.1f\t1/s\t>= 58\n", seen->pictures / seconds);
  printf ("live-rate-chosen\t%u\t1/s\t\n", tb_canvas_live_rate (seen->canvas));
  printf ("live-frame-of-the-main-thread\t%.2f\tms\t\n",
          (double) tb_canvas_frame_times (seen->canvas).median_ns / 1e6);
  printf ("live-events-missed\t%.0f\tevents\t\n", (double) seen->missed);
  printf ("live-events-said-not-shown\t%.0f\tevents\t\n", (double) dots.not_shown);
  fflush (stdout);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  char *folder = tb_bench_folder_new ();
  g_setenv ("TB_FAKE", "flood", TRUE);
  g_autoptr (TbApplication) application = tb_bench_application_new ();
  g_autoptr (TbDocument) document = tb_document_load (THREE_TIER, NULL, &error);
  if (!document)
    g_error ("%s", error->message);
  TbWindow *window = tb_window_new (GTK_APPLICATION (application));
  tb_window_add_document (window, document);
  Seen seen = { .canvas = TB_CANVAS (tb_bench_find (GTK_WIDGET (window), TB_TYPE_CANVAS)) };
  gtk_window_set_default_size (GTK_WINDOW (window), 1280, 800);
  gtk_window_present (GTK_WINDOW (window));
  g_signal_connect (seen.canvas, "live-frame", G_CALLBACK (live_frame), &seen);
  g_signal_connect (gtk_widget_get_frame_clock (GTK_WIDGET (window)), "after-paint", G_CALLBACK (painted), &seen);
  gtk_widget_activate_action (GTK_WIDGET (window), "win.run", NULL);
  wait_ns (WARM_NS);
  seen.events = seen.missed = 0;
  seen.pictures = 0;
  gint64 begin = tb_now_ns ();
  wait_ns (MEASURE_NS);
  report (&seen, (double) (tb_now_ns () - begin) / 1e9);
  gtk_widget_activate_action (GTK_WIDGET (window), "win.stop", NULL);
  wait_ns (TB_NS_PER_S / 2);
  gtk_window_destroy (GTK_WINDOW (window));
  tb_bench_folder_remove (folder);
  return 0;
}
