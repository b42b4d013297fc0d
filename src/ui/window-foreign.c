/* Files of other programs become drawings. A thread reads them: a graph of ten thousand nodes takes its second, and one
 * that was made to take long must not hold the window up.
 *
 *   waiting ──read_next()──▶ reading ──read_done()──▶ a tab, or a sentence
 *                               └──SLOW_MS: say_reading()──▶ told so, until it is done
 *
 * One at a time, so that tabs stand in the order in which they were asked for. */
#include "window-private.h"

#include "recent.h"
#include "tb-import.h"

#define SLOW_MS 400

typedef struct
{
  char *path;
  TbProblems *problems;
  AdwToast *toast; /* NULL: it was quick so far */
  guint slow_id;
} Reading;

static void
reading_free (gpointer data)
{
  Reading *r = data;
  g_clear_handle_id (&r->slow_id, g_source_remove);
  g_clear_object (&r->toast);
  g_ptr_array_unref (r->problems);
  g_free (r->path);
  g_free (r);
}

/* Of a drawing that was just made of a file in another format: what it is now, and how much did not come along. */
static void
tell_import (TbWindow *self, const char *path, TbDocument *document, const TbProblems *problems)
{
  guint n = 0;
  if (tb_document_path (document) || !tb_document_is_modified (document))
    return;
  self->sheet->made_of = g_strdup (path);
  tb_sheet_state_changed (self->sheet);
  for (guint i = 0; i < problems->len; i++)
    n += g_str_equal (((const TbProblem *) problems->pdata[i])->rule, TB_IMPORT_DROPPED);
  g_autofree char *name = g_path_get_basename (path);
  g_autofree char *sentence = n == 0 ? g_strdup_printf ("Made a drawing of %s; it is not saved yet", name)
                              : n == 1 ? g_strdup_printf ("Made a drawing of %s; one thing was dropped", name)
                                       : g_strdup_printf ("Made a drawing of %s; %u things were dropped", name, n);
  tb_window_toast_of (self, self->sheet, sentence);
}

static void
read_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Reading *r = data;
  GError *error = NULL;
  TbDocument *document = tb_import (r->path, NULL, r->problems, &error);
  if (document)
    g_task_return_pointer (task, document, g_object_unref);
  else
    g_task_return_error (task, error);
}

static gboolean
say_reading (gpointer task)
{
  TbWindow *self = g_task_get_source_object (task);
  Reading *r = g_task_get_task_data (task);
  g_autofree char *name = g_path_get_basename (r->path);
  g_autofree char *sentence = g_strdup_printf ("Reading %s…", name);
  r->slow_id = 0;
  if (gtk_window_get_application (GTK_WINDOW (self))) /* it is open still */
    r->toast = g_object_ref (tb_window_toast_until_done (self, sentence));
  return G_SOURCE_REMOVE;
}

static void read_done (GObject *source, GAsyncResult *result, gpointer data);

static void
read_next (TbWindow *self)
{
  Reading *r = g_queue_pop_head (self->foreign);
  if (!r)
    return;
  g_autoptr (GTask) task = g_task_new (self, NULL, read_done, NULL);
  self->reads = TRUE;
  g_task_set_task_data (task, r, reading_free);
  r->slow_id = g_timeout_add (SLOW_MS, say_reading, task);
  g_task_run_in_thread (task, read_in_thread);
}

static void
show_read (TbWindow *self, const Reading *r, TbDocument *document, const GError *error)
{
  if (!document)
    {
      tb_window_refuse_file (self, r->path, r->problems, error);
      return;
    }
  tb_recent_add (r->path);
  tb_window_show_loaded (self, r->path, document, r->problems);
  tell_import (self, r->path, document, r->problems);
}

static void
read_done (GObject *source, GAsyncResult *result, gpointer data)
{
  TbWindow *self = TB_WINDOW (source);
  Reading *r = g_task_get_task_data (G_TASK (result));
  g_autoptr (GError) error = NULL;
  g_autoptr (TbDocument) document = g_task_propagate_pointer (G_TASK (result), &error);
  g_clear_handle_id (&r->slow_id, g_source_remove);
  if (r->toast)
    adw_toast_dismiss (r->toast);
  self->reads = FALSE;
  if (!gtk_window_get_application (GTK_WINDOW (self))) /* it was closed */
    return;
  show_read (self, r, document, error);
  read_next (self);
}

void
tb_window_open_foreign (TbWindow *self, const char *path)
{
  Reading *r = g_new0 (Reading, 1);
  *r = (Reading){ .path = g_strdup (path), .problems = tb_problems_new () };
  if (!self->foreign)
    self->foreign = g_queue_new ();
  g_queue_push_tail (self->foreign, r);
  if (!self->reads)
    read_next (self);
}

void
tb_window_forget_foreign (TbWindow *self)
{
  if (self->foreign)
    g_queue_free_full (g_steal_pointer (&self->foreign), reading_free);
}
