/* What a file of ten thousand components costs whoever has it open: opened in the editor, saved,
 * looked around in, exported by the command; its links' ways are in the cache, as they are from the
 * second time on. Prints a line a figure: name TAB value TAB unit TAB target. Run it under Xvfb with
 * GSK_RENDERER=cairo. */
#include <adwaita.h>
#include <glib/gstdio.h>
#include <math.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "application.h"
#include "large.h"
#include "sheet-private.h"
#include "tb-base.h"
#include "window-private.h"

#define COMPONENTS 10000
#define RUNS 5
#define LOOKS 120

static void
print_ms (const char *name, gint64 ns, const char *target)
{
  printf ("%s\t%.0f\tms\t%s\n", name, (double) ns / 1e6, target);
  fflush (stdout);
}

static int
by_size (gconstpointer a, gconstpointer b)
{
  gint64 x = *(const gint64 *) a, y = *(const gint64 *) b;
  return (x > y) - (x < y);
}

static gint64
median (gint64 *ns)
{
  qsort (ns, RUNS, sizeof *ns, by_size);
  return ns[RUNS / 2];
}

/* ---- In the editor --------------------------------------------------------------------------- */

static void
mark (GdkFrameClock *clock, gboolean *painted)
{
  *painted = TRUE;
}

/* Until the window has drawn once more. */
static void
wait_for_frame (GtkWidget *window)
{
  gboolean painted = FALSE;
  GdkFrameClock *clock = gtk_widget_get_frame_clock (window);
  gulong id = g_signal_connect_after (clock, "after-paint", G_CALLBACK (mark), &painted);
  gtk_widget_queue_draw (window);
  while (!painted)
    g_main_context_iteration (NULL, TRUE);
  g_signal_handler_disconnect (clock, id);
}

static void
wait_until_routed (TbWindow *window)
{
  while (tb_editor_is_routing (window->sheet->editor))
    g_main_context_iteration (NULL, TRUE);
}

static void
look_around (TbWindow *window)
{
  TbCanvas *canvas = window->sheet->canvas;
  for (int i = 0; i < LOOKS; i++)
    {
      tb_canvas_set_zoom (canvas, 0.05 * pow (40, 0.5 - 0.5 * cos (i * G_PI / 30)));
      tb_canvas_scroll_by (canvas, i / 20 % 2 ? 90 : -90, i / 40 % 2 ? 50 : -50);
      wait_for_frame (GTK_WIDGET (window));
    }
}

static void
print_memory (void)
{
  g_autofree char *status = NULL;
  if (g_file_get_contents ("/proc/self/status", &status, NULL, NULL))
    printf ("editor-resident-10000\t%.0f\tMiB\t<= 250\n",
            (double) g_ascii_strtoull (strstr (status, "VmRSS:") + 6, NULL, 10) / 1024);
}

/* A process of its own each, as the second file of one would find warm what the first did not. */
static int
run_editor (const char *path, const char *what)
{
  g_autoptr (TbApplication) application = tb_application_new ();
  g_autoptr (GError) error = NULL;
  g_application_set_flags (G_APPLICATION (application), G_APPLICATION_NON_UNIQUE);
  g_application_register (G_APPLICATION (application), NULL, &error);
  TbWindow *window = tb_window_new (GTK_APPLICATION (application));
  gtk_window_present (GTK_WINDOW (window));
  wait_for_frame (GTK_WIDGET (window));
  gint64 begin = tb_now_ns ();
  tb_window_open_path (window, path);
  wait_for_frame (GTK_WIDGET (window));
  gint64 opened = tb_now_ns ();
  wait_until_routed (window);
  gint64 routed = tb_now_ns ();
  if (g_str_equal (what, "look"))
    {
      look_around (window);
      print_memory ();
      return 0;
    }
  gint64 before = tb_now_ns ();
  if (!tb_document_save (window->sheet->document, path, &error))
    g_error ("%s", error->message);
  gint64 saved = tb_now_ns ();
  while (g_main_context_iteration (NULL, FALSE))
    ; /* what is put off, the cache among it */
  printf ("%" G_GINT64_FORMAT " %" G_GINT64_FORMAT " %" G_GINT64_FORMAT "\n", opened - begin,
          routed - begin, saved - before);
  fflush (stdout);
  _exit (0);
}

static gboolean
run_self (const char *program, const char *path, const char *what, char **said)
{
  const char *command[] = { program, "editor", path, what, NULL };
  g_autoptr (GError) error = NULL;
  int status = 0;
  if (g_spawn_sync (NULL, (char **) command, NULL, G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, said,
                    NULL, &status, &error)
      && status == 0)
    return TRUE;
  fprintf (stderr, "the editor did not open it: %s\n", error ? error->message : "it failed");
  return FALSE;
}

static int
measure_editor (const char *program, const char *path)
{
  gint64 opened[RUNS], routed[RUNS], saved[RUNS];
  for (int i = -1; i < RUNS; i++) /* the first finds no ways in the cache */
    {
      g_autofree char *said = NULL;
      int at = MAX (i, 0);
      if (!run_self (program, path, "save", &said)
          || sscanf (said, "%" G_GINT64_FORMAT " %" G_GINT64_FORMAT " %" G_GINT64_FORMAT,
                     &opened[at], &routed[at], &saved[at]) != 3)
        return 1;
      if (i < 0)
        print_ms ("editor-open-10000-cold-all-routed", routed[at], "");
    }
  print_ms ("editor-open-10000-first-picture", median (opened), "<= 300");
  print_ms ("editor-open-10000-all-routed", median (routed), "");
  print_ms ("editor-save-10000", median (saved), "<= 200");
  g_autofree char *said = NULL;
  if (!run_self (program, path, "look", &said))
    return 1;
  fputs (said, stdout);
  return 0;
}

/* ---- By the command -------------------------------------------------------------------------- */

/* User and system time of a whole process: that of the machine's other work is not in it. */
static gint64
command_ns (const char *const *command)
{
  struct rusage before, after;
  int status = 0;
  getrusage (RUSAGE_CHILDREN, &before);
  if (!g_spawn_sync (NULL, (char **) command, NULL, G_SPAWN_STDOUT_TO_DEV_NULL, NULL, NULL, NULL,
                     NULL, &status, NULL)
      || status != 0)
    g_error ("%s %s failed", command[0], command[1]);
  getrusage (RUSAGE_CHILDREN, &after);
  const struct timeval t[] = { before.ru_utime, before.ru_stime, after.ru_utime, after.ru_stime };
  gint64 us = 0;
  for (int i = 0; i < 4; i++)
    us += (i < 2 ? -1 : 1) * (t[i].tv_sec * G_GINT64_CONSTANT (1000000) + t[i].tv_usec);
  return us * 1000;
}

/* Loading is what “fmt --check” does besides writing, which takes a tenth of it. */
static void
measure_export (const char *path, const char *folder)
{
  g_autofree char *picture = g_build_filename (folder, "large.svg", NULL);
  const char *export[] = { COMMAND, "export", path, "-o", picture, NULL };
  const char *load[] = { COMMAND, "fmt", "--check", path, NULL };
  gint64 exported[RUNS], loaded[RUNS], more[RUNS];
  for (int i = -1; i < RUNS; i++)
    {
      exported[MAX (i, 0)] = command_ns (export);
      loaded[MAX (i, 0)] = command_ns (load);
      more[MAX (i, 0)] = exported[MAX (i, 0)] - loaded[MAX (i, 0)];
    }
  print_ms ("export-svg-10000 (CPU)", median (exported), "");
  print_ms ("export-svg-10000 beyond loading (CPU)", median (more), "<= 100");
}

/* ---- Both ------------------------------------------------------------------------------------ */

static void
remove_folder (const char *folder)
{
  const char *name;
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  while (dir && (name = g_dir_read_name (dir)))
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      if (g_file_test (path, G_FILE_TEST_IS_DIR))
        remove_folder (path);
      else
        g_unlink (path);
    }
  g_rmdir (folder);
}

int
main (int argc, char **argv)
{
  if (argc > 3 && g_str_equal (argv[1], "editor"))
    return run_editor (argv[2], argv[3]);
  static const char *const homes[] = { "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME",
                                       "XDG_STATE_HOME" };
  g_autofree char *folder = g_dir_make_tmp ("bench-file-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "large.tierboard", NULL);
  g_autofree char *xml = tb_large_drawing (COMPONENTS);
  for (guint i = 0; i < G_N_ELEMENTS (homes); i++)
    g_setenv (homes[i], folder, TRUE);
  if (!g_file_set_contents (path, xml, -1, NULL))
    return 1;
  const char *format[] = { COMMAND, "fmt", path, NULL };
  command_ns (format);
  int status = measure_editor (argv[0], path);
  measure_export (path, folder);
  remove_folder (folder);
  return status;
}
