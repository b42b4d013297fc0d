/* A run in a terminal follows its file: when asked, and whenever it was saved. */
#include "cli.h"
#include "load.h"
#include "run-private.h"

#include <gio/gio.h>

/* What writes a file may do it in several steps: this long after the last one it is read. */
#define SETTLE_MS 150

/* ---- Applying ----------------------------------------------------------------------------------- */

static TbDocument *
load (const char *file, GError **error)
{
  TbProblems *problems = tb_problems_new ();
  TbDocument *document = tb_cli_load (file, problems, error);
  if (document != NULL)
    tb_model_validate (tb_document_model (document), problems);
  for (guint i = 0; document != NULL && i < problems->len; i++)
    {
      const TbProblem *p = g_ptr_array_index (problems, i);
      if (p->severity != TB_SEVERITY_ERROR)
        continue;
      g_set_error (error, TB_MODEL_ERROR, TB_MODEL_ERROR_INVALID, "%s:%u:%u: %s", file, p->line,
                   p->column, p->message);
      g_clear_object (&document);
    }
  g_ptr_array_unref (problems);
  return document;
}

TbSessionChange *
tb_run_apply (TbSession *session, const char *file, gboolean trust, GError **error)
{
  g_autoptr (TbDocument) document = load (file, error);
  if (document == NULL)
    return NULL;
  g_autoptr (TbModel) model = tb_document_snapshot (document);
  return tb_control_carry_out (session, tb_session_plan_change (session, model, error), trust, error);
}

char *
tb_run_change_text (const TbSessionChange *change)
{
  const TbPlanChange *what = tb_session_change_of (change);
  g_autofree char *text = tb_plan_change_text (what);
  if (*text == '\0')
    return g_strdup ("the drawing has changed, and nothing that runs is different");
  return g_strdup_printf ("the drawing has changed: %s; %u run on", text, what->n_untouched);
}

/* ---- Watching ----------------------------------------------------------------------------------- */

struct TbFileWatch
{
  GFileMonitor *monitor;
  char *path, *sum; /* of its content, as it was seen last */
  guint settle;
  void (*changed) (gpointer data);
  gpointer data;
};

static char *
sum_of (const char *path)
{
  g_autoptr (GBytes) bytes = tb_file_read (path, NULL);
  return bytes != NULL ? g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, bytes) : NULL;
}

/* One that is away for a moment, or was written as it was, is no news. */
static gboolean
on_settled (gpointer data)
{
  TbFileWatch *watch = data;
  g_autofree char *sum = sum_of (watch->path);
  watch->settle = 0;
  if (sum == NULL || g_strcmp0 (sum, watch->sum) == 0)
    return G_SOURCE_REMOVE;
  g_free (watch->sum);
  watch->sum = g_steal_pointer (&sum);
  watch->changed (watch->data);
  return G_SOURCE_REMOVE;
}

static void
on_event (GFileMonitor *monitor, GFile *file, GFile *other, GFileMonitorEvent event, TbFileWatch *watch)
{
  if (watch->settle != 0)
    g_source_remove (watch->settle);
  watch->settle = g_timeout_add (SETTLE_MS, on_settled, watch);
}

TbFileWatch *
tb_file_watch_new (const char *path, void (*changed) (gpointer data), gpointer data, GError **error)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  GFileMonitor *monitor = g_file_monitor_file (file, G_FILE_MONITOR_WATCH_MOVES, NULL, error);
  if (monitor == NULL)
    return NULL;
  TbFileWatch *watch = g_new0 (TbFileWatch, 1);
  watch->monitor = monitor;
  watch->path = g_strdup (path);
  watch->sum = sum_of (path);
  watch->changed = changed;
  watch->data = data;
  g_file_monitor_set_rate_limit (monitor, SETTLE_MS);
  g_signal_connect (monitor, "changed", G_CALLBACK (on_event), watch);
  return watch;
}

void
tb_file_watch_free (TbFileWatch *watch)
{
  g_signal_handlers_disconnect_by_data (watch->monitor, watch);
  g_file_monitor_cancel (watch->monitor);
  g_object_unref (watch->monitor);
  g_clear_handle_id (&watch->settle, g_source_remove);
  g_free (watch->path);
  g_free (watch->sum);
  g_free (watch);
}
