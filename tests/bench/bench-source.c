/* What typing in the source costs: from a key's character in the text until the window has painted the
 * drawing that it makes, with the pause in which the pane waits for more keys. Prints a line a figure:
 * name TAB value TAB unit TAB target. Run it under Xvfb with GSK_RENDERER=cairo.
 *
 *   bench-source [COMPONENTS]        else a small drawing and one of a thousand components */
#include <adwaita.h>
#include <stdio.h>
#include <string.h>

#include "large.h"
#include "real-editor.h"
#include "source-pane.h"
#include "tb-base.h"
#include "tb-source.h"
#include "window-private.h"

#define KEYS 25

typedef struct
{
  TbDocument *document;
  GtkWindow *window;
  GtkTextBuffer *buffer;
  gboolean changed, painted;
} Bench;

static int
by_size (gconstpointer a, gconstpointer b)
{
  gint64 x = *(const gint64 *) a, y = *(const gint64 *) b;
  return (x > y) - (x < y);
}

static void
on_changed (TbDocument *document, gpointer edits, guint n, Bench *bench)
{
  bench->changed = TRUE;
}

static void
after_paint (GdkFrameClock *clock, Bench *bench)
{
  bench->painted = bench->changed;
}

/* One character into the name of a component. */
static void
type_character (Bench *bench)
{
  GtkTextIter start, found;
  gtk_text_buffer_get_start_iter (bench->buffer, &start);
  if (gtk_text_iter_forward_search (&start, "<component", GTK_TEXT_SEARCH_TEXT_ONLY, NULL, &start, NULL)
      && gtk_text_iter_forward_search (&start, " name=\"", GTK_TEXT_SEARCH_TEXT_ONLY, NULL, &found, NULL))
    gtk_text_buffer_insert (bench->buffer, &found, "x", 1);
}

static void
print_median (guint n, const char *what, gint64 *ns, const char *target)
{
  qsort (ns, KEYS, sizeof *ns, by_size);
  printf ("source-%u-%s\t%.1f\tms\t%s\n", n, what, (double) ns[KEYS / 2] / 1e6, target);
  fflush (stdout);
}

static void
measure_keys (Bench *bench, guint n)
{
  gint64 wall[KEYS], cpu[KEYS];
  for (guint i = 0; i < KEYS; i++)
    {
      tb_bench_run_for (400); /* what waits until nobody types is done */
      bench->changed = bench->painted = FALSE;
      gint64 began = tb_now_ns (), cpu_began = tb_thread_cpu_ns ();
      type_character (bench);
      while (!bench->painted)
        g_main_context_iteration (NULL, TRUE);
      wall[i] = tb_now_ns () - began;
      cpu[i] = tb_thread_cpu_ns () - cpu_began;
    }
  print_median (n, "typed-to-painted", wall, "<= 100");
  print_median (n, "typed-to-painted-cpu", cpu, "");
}

static void
measure_offers (const char *xml, guint n)
{
  gint64 ns[KEYS];
  const char *at = strstr (xml, "from=\"");
  for (guint i = 0; at && i < KEYS; i++)
    {
      gint64 began = tb_thread_cpu_ns ();
      TbSourceCompletion *completion = tb_source_complete (xml, (gsize) (at - xml) + 6);
      tb_source_completion_free (completion);
      ns[i] = tb_thread_cpu_ns () - began;
    }
  if (at)
    print_median (n, "offers-cpu", ns, "<= 16");
}

static void
measure (GApplication *application, guint n)
{
  Bench bench = { 0 };
  g_autoptr (GError) error = NULL;
  g_autofree char *xml = tb_large_drawing (n);
  bench.document = tb_document_load_bytes ("large", xml, strlen (xml), NULL, &error);
  if (!bench.document)
    g_error ("%s", error->message);
  TbWindow *window = tb_window_new (GTK_APPLICATION (application));
  bench.window = GTK_WINDOW (window);
  tb_window_add_document (window, bench.document);
  gtk_window_present (bench.window);
  tb_bench_run_for (1500);
  gtk_widget_activate_action (GTK_WIDGET (window), "win.source", NULL);
  tb_bench_run_for (1500);
  GtkWidget *pane = tb_bench_find (GTK_WIDGET (window), TB_TYPE_SOURCE_PANE);
  bench.buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (tb_bench_find (pane, GTK_TYPE_TEXT_VIEW)));
  g_signal_connect (bench.document, "changed", G_CALLBACK (on_changed), &bench);
  GdkFrameClock *clock = gdk_surface_get_frame_clock (gtk_native_get_surface (GTK_NATIVE (window)));
  g_signal_connect_after (clock, "after-paint", G_CALLBACK (after_paint), &bench);
  measure_keys (&bench, n);
  measure_offers (xml, n);
  g_signal_handlers_disconnect_by_data (clock, &bench);
  g_signal_handlers_disconnect_by_data (bench.document, &bench);
  gtk_window_destroy (bench.window);
  g_clear_object (&bench.document);
}

int
main (int argc, char **argv)
{
  char *folder = tb_bench_folder_new ();
  g_autoptr (TbApplication) application = tb_bench_application_new ();
  if (argc > 1)
    measure (G_APPLICATION (application), (guint) g_ascii_strtoull (argv[1], NULL, 10));
  else
    {
      measure (G_APPLICATION (application), 20);
      measure (G_APPLICATION (application), 1000);
    }
  tb_bench_folder_remove (folder);
  return 0;
}
