/* What a scenario that failed leaves behind: its recording, the drawing at that moment, one sentence. */
#include <errno.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>

#include "tb-history-picture.h"
#include "tb-past.h"
#include "tb-projection.h"
#include "tb-verdicts.h"
#include "test-private.h"

static char *
in (const char *folder, const char *name)
{
  return g_build_filename (folder, name, NULL);
}

char *
tb_test_make_folder (const char *scenario, const TbTestHow *how, GError **error)
{
  g_autofree char *base = g_path_get_basename (how->file);
  char *dot = strrchr (base, '.');
  if (dot != NULL && dot != base)
    *dot = '\0';
  g_autofree char *name = g_strdup_printf ("%s-%s-%" G_GUINT64_FORMAT, base, scenario, how->seed);
  char *folder = g_build_filename (how->keep, name, NULL);
  if (g_mkdir_with_parents (folder, 0777) == 0)
    return folder;
  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno), "cannot make the folder %s: %s", folder,
               g_strerror (errno));
  g_free (folder);
  return NULL;
}

static void
draw (const char *folder, const TbTestResult *result)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *recording = in (folder, "recording.tbrec"), *picture = in (folder, "picture.svg");
  g_autoptr (TbPast) past = tb_past_open (recording, &error);
  TbProjectionOptions options = { .at_ns = -1 };
  if (past != NULL && result->moment_ns > tb_past_start_ns (past))
    options.at_ns = MIN (result->moment_ns, tb_past_end_ns (past)) - tb_past_start_ns (past);
  if (past == NULL || !tb_projection_file (past, tb_projection ("svg"), &options, picture, &error))
    tb_cli_error ("no picture of it could be made: %s", error->message);
}

/* Of the first store whose verdict has one. */
static void
draw_counter_example (const char *folder)
{
  g_autofree char *recording = in (folder, "recording.tbrec"), *picture = in (folder, "counter-example.svg");
  g_autoptr (GError) error = NULL;
  g_autoptr (TbPast) past = tb_past_open (recording, NULL);
  g_autoptr (TbVerdicts) verdicts = past != NULL ? tb_verdicts_new (past) : NULL;
  gsize size;
  if (verdicts == NULL)
    return;
  tb_verdicts_look (verdicts, TRUE);
  for (guint i = 0; i < tb_verdicts_n (verdicts); i++)
    {
      const TbStoreVerdict *store = tb_verdicts_at (verdicts, i);
      if (store->verdict.kind != TB_VERDICT_VIOLATED || store->verdict.n_witness == 0)
        continue;
      g_autofree char *svg = tb_history_picture (store->history, &store->verdict, TB_THEME_LIGHT, &size);
      if (!g_file_set_contents (picture, svg, (gssize) size, &error))
        tb_cli_error ("%s", error->message);
      return;
    }
}

void
tb_test_settle_folder (const char *folder, TbTestResult *result)
{
  static const char *const names[] = { "recording.tbrec", "picture.svg", "counter-example.svg", "why.txt" };
  g_autoptr (GError) error = NULL;
  g_autofree char *why = in (folder, "why.txt");
  g_autofree char *text = g_strdup_printf ("%s\n", result->sentence != NULL ? result->sentence : "");
  if (result->status != TB_EXIT_YES)
    {
      draw (folder, result);
      draw_counter_example (folder);
      if (!g_file_set_contents (why, text, -1, &error))
        tb_cli_error ("%s", error->message);
      result->kept = g_strdup (folder);
      return;
    }
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = in (folder, names[i]);
      g_unlink (path);
    }
  g_autofree char *parent = g_path_get_dirname (folder);
  g_rmdir (folder);
  g_rmdir (parent); /* where nothing else is in it */
}
