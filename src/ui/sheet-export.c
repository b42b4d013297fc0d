/* A recording, also one that goes on, exported from the window: in a thread, with a reader of its own, so that the
 * window never waits for it. */
#include "dialogs.h"
#include "sheet-private.h"
#include "tb-projection.h"
#include "util.h"

typedef struct
{
  const TbProjection *projection;
  TbProjectionOptions options;
  char *recording, *path;
} Export;

static void
export_free (gpointer data)
{
  Export *e = data;
  g_free (e->recording);
  g_free (e->path);
  g_free (e);
}

static void
export_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const Export *e = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (TbPast) past = tb_past_open (e->recording, &error);
  if (past != NULL && tb_projection_file (past, e->projection, &e->options, e->path, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

static void
exported (GObject *source, GAsyncResult *result, gpointer data)
{
  TbSheet *self = TB_SHEET (source);
  const Export *e = g_task_get_task_data (G_TASK (result));
  g_autoptr (GError) error = NULL;
  g_autofree char *name = g_path_get_basename (e->path);
  g_autofree char *sentence = g_strconcat ("Exported to ", name, NULL);
  gboolean good = g_task_propagate_boolean (G_TASK (result), &error);
  if (self->window)
    tb_sheet_toast (self, good ? sentence : error->message);
}

/* Pictures are of the moment that is shown. */
static Export *
export_new (TbSheet *self, TbPast *past, const TbProjection *projection, const char *path)
{
  Export *e = g_new0 (Export, 1);
  e->projection = projection;
  e->options.at_ns = tb_moment_is_live (self->moment) ? -1 : tb_moment_time_ns (self->moment) - tb_past_start_ns (past);
  e->options.picture = (TbExportOptions){ .theme = tb_ui_theme (), .scale = 1 };
  e->recording = g_strdup (tb_past_path (past));
  e->path = g_strdup (path);
  return e;
}

static void
export_answered (const char *path, gpointer data)
{
  g_autoptr (TbSheet) self = data;
  TbPast *past = tb_moment_past (self->moment);
  const TbProjection *projection = path ? tb_projection_of_path (path) : NULL;
  if (path && !projection)
    tb_sheet_toast (self, "The file's name says the format: .pcapng, .har, .ndjson, .otlp.jsonl, .shiviz, .edn, .html, .svg …");
  if (!projection || !past)
    return;
  g_autoptr (GTask) task = g_task_new (self, NULL, exported, NULL);
  g_task_set_task_data (task, export_new (self, past, projection, path), export_free);
  g_task_run_in_thread (task, export_in_thread);
}

void
tb_sheet_ask_export_recording (TbSheet *self)
{
  if (tb_moment_past (self->moment) && self->window)
    tb_ask_file (GTK_WINDOW (self->window), TB_FILE_EXPORT_RECORDING, NULL, "run.pcapng", export_answered,
                 g_object_ref (self));
}
