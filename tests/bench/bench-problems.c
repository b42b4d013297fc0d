/* How long after an edit the list of problems says what it made wrong, in the real window: the edit, all that follows
 * a document, the pause before checking, validation, the rules and the rows of the list. Clock time, so the machine
 * should be quiet; beside it what of it the window's thread computed. Prints name, value, unit and target.
 *
 *   bench-problems [COMPONENTS]     half as many links again; 1000 */
#include <adwaita.h>
#include <stdio.h>

#include "large.h"
#include "pages.h"
#include "real-editor.h"
#include "tb-base.h"
#include "window.h"

#define ROUNDS 15u
#define SETTLED_MS 1500 /* what the window puts off until it has been seen is done by then */
#define LINK "edited"
#define PATIENCE_S 60
#define WIDTH 1280
#define HEIGHT 800

typedef struct
{
  double list_ms, picture_ms, cpu_ms;
} Took;

typedef struct
{
  TbDocument *document;
  GtkWindow *window;
  GtkWidget *page; /* of problems */
  gboolean said;   /* the row is there, and no picture since */
  gint64 picture_ns;
} Bench;

/* ---- The window ------------------------------------------------------------------------------- */

/* It is an error, so it comes first. */
static gboolean
is_said (Bench *bench)
{
  GtkWidget *row = tb_bench_find (bench->page, GTK_TYPE_LIST_BOX_ROW);
  GtkLabel *text = row ? g_object_get_data (G_OBJECT (row), "tb-text") : NULL;
  return text && g_str_has_prefix (gtk_label_get_text (text), "link " LINK ":");
}

static void
after_paint (GdkFrameClock *clock, Bench *bench)
{
  if (bench->said && bench->picture_ns == 0)
    bench->picture_ns = tb_now_ns ();
}

static void
open_window (GApplication *application, Bench *bench)
{
  TbWindow *window = tb_window_new (GTK_APPLICATION (application));
  bench->window = GTK_WINDOW (window);
  gtk_window_set_default_size (bench->window, WIDTH, HEIGHT);
  tb_window_add_document (window, bench->document);
  gtk_window_present (bench->window);
  g_signal_connect_after (gdk_surface_get_frame_clock (gtk_native_get_surface (GTK_NATIVE (window))), "after-paint",
                          G_CALLBACK (after_paint), bench);
  do
    tb_bench_run_for (SETTLED_MS);
  while (!(bench->page = tb_bench_find (GTK_WIDGET (window), TB_TYPE_PROBLEMS_PAGE)));
}

/* ---- The edit --------------------------------------------------------------------------------- */

/* A store calls a server in the layer above it. */
static void
draw_upwards (TbDocument *document, const char *from, const char *to)
{
  tb_document_begin (document, "Connect", NULL);
  TbUid root = tb_element_uid (tb_model_root (tb_document_model (document)));
  TbUid link = tb_document_insert (document, TB_KIND_LINK, LINK, root, G_MAXUINT);
  tb_document_set (document, link, TB_PROP_FROM, from, NULL);
  tb_document_set (document, link, TB_PROP_TO, to, NULL);
  tb_document_commit (document);
}

static gboolean
give_up (gpointer data)
{
  g_error ("the list of problems did not follow within %d s", PATIENCE_S);
  return G_SOURCE_REMOVE;
}

static void
await (Bench *bench, gboolean said)
{
  guint patience = g_timeout_add_seconds (PATIENCE_S, give_up, NULL);
  while (is_said (bench) != said)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (patience);
}

static Took
edit_once (Bench *bench, const char *from, const char *to)
{
  Took took = { 0 };
  gint64 begin = tb_now_ns (), computed = tb_thread_cpu_ns ();
  bench->said = FALSE;
  bench->picture_ns = 0;
  draw_upwards (bench->document, from, to);
  await (bench, TRUE);
  took.list_ms = (double) (tb_now_ns () - begin) / 1e6;
  took.cpu_ms = (double) (tb_thread_cpu_ns () - computed) / 1e6;
  bench->said = TRUE;
  while (bench->picture_ns == 0)
    g_main_context_iteration (NULL, TRUE);
  took.picture_ms = (double) (bench->picture_ns - begin) / 1e6;
  tb_document_undo (bench->document);
  await (bench, FALSE);
  tb_bench_run_for (400); /* routes and what else follows later */
  return took;
}

/* ---- The figures ------------------------------------------------------------------------------ */

static int
by_size (gconstpointer a, gconstpointer b)
{
  double x = *(const double *) a, y = *(const double *) b;
  return (x > y) - (x < y);
}

static void
print_middle (const char *name, guint n, const Took *took, gsize field, const char *target)
{
  double values[ROUNDS];
  for (guint i = 0; i < ROUNDS; i++)
    values[i] = G_STRUCT_MEMBER (double, &took[i], field);
  qsort (values, ROUNDS, sizeof *values, by_size);
  printf ("%s, %u components (worst %.1f)\t%.1f\tms\t%s\n", name, n, values[ROUNDS - 1], values[ROUNDS / 2], target);
}

static void
measure (GApplication *application, guint n)
{
  Bench bench = { 0 };
  Took took[ROUNDS];
  g_autoptr (GError) error = NULL;
  g_autofree char *xml = tb_layered_drawing (n, n * 3 / 2, FALSE);
  g_autofree char *from = g_strdup_printf ("c%u", n - 1), *to = g_strdup_printf ("c%u", n / 2);
  bench.document = tb_document_load_bytes ("large", xml, strlen (xml), NULL, &error);
  if (!bench.document)
    g_error ("%s", error->message);
  open_window (application, &bench);
  for (guint i = 0; i < ROUNDS; i++)
    took[i] = edit_once (&bench, from, to);
  print_middle ("from an edit to the list of problems", n, took, G_STRUCT_OFFSET (Took, list_ms), n <= 1000 ? "<= 50" : "");
  print_middle ("until it is painted", n, took, G_STRUCT_OFFSET (Took, picture_ms), "");
  print_middle ("computed by the window's thread until the list", n, took, G_STRUCT_OFFSET (Took, cpu_ms), "");
  g_signal_handlers_disconnect_by_data (gdk_surface_get_frame_clock (gtk_native_get_surface (GTK_NATIVE (bench.window))), &bench);
  gtk_window_destroy (bench.window);
  g_clear_object (&bench.document);
}

int
main (int argc, char **argv)
{
  char *folder = tb_bench_folder_new ();
  g_autoptr (TbApplication) application = tb_bench_application_new ();
  measure (G_APPLICATION (application), argc > 1 ? MAX ((guint) g_ascii_strtoull (argv[1], NULL, 10), 10) : 1000);
  tb_bench_folder_remove (folder);
  return 0;
}
