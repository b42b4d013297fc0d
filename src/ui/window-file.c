/* Documents: open, save, export, and the questions before something would be lost.
 *
 * A window whose document is worth nothing (tb_window_is_pristine) takes the file that is opened;
 * any other stays as it is, and the file gets a window of its own. */
#include "window-private.h"

#include "dialogs.h"
#include "start-page.h"
#include "tb-export.h"
#include "util.h"

/* ---- Opening --------------------------------------------------------------------------------- */

static TbWindow *
window_for_document (TbWindow *self)
{
  if (tb_window_is_pristine (self))
    return self;
  return tb_window_new (gtk_window_get_application (GTK_WINDOW (self)));
}

static void
remember_recent (const char *path)
{
  g_autofree char *whole = g_canonicalize_filename (path, NULL);
  g_autofree char *uri = g_filename_to_uri (whole, NULL, NULL);
  GtkRecentData data = { .mime_type = (char *) "application/xml",
                         .app_name = (char *) g_get_application_name (),
                         .app_exec = (char *) "tierboard-editor %f" };
  if (uri)
    gtk_recent_manager_add_full (gtk_recent_manager_get_default (), uri, &data);
}

/* What was open stays as it is; what is wrong is said in one sentence and, line by line, in the
 * list. */
static void
refuse (TbWindow *self, const char *path, const TbProblems *problems, const GError *error)
{
  g_autofree char *name = g_path_get_basename (path);
  for (guint i = 0; i < problems->len; i++)
    ((TbProblem *) problems->pdata[i])->uid = 0; /* of elements that nobody has */
  tb_window_toast (self, error->message);
  if (self->document)
    {
      tb_panel_set_other_problems (self->panel, name, problems);
      gtk_widget_set_visible (GTK_WIDGET (self->panel), TRUE);
      tb_panel_show_page (self->panel, "problems");
    }
  else
    {
      tb_start_page_show_gallery (self);
      tb_start_page_show_problems (self->start, name, problems);
    }
}

static TbDocument *
load (TbWindow *self, const char *path, TbProblems *problems)
{
  g_autoptr (GError) error = NULL;
  TbDocument *document = NULL;
  /* A pipe with nobody at its other end would hold the whole window up. */
  if (g_file_test (path, G_FILE_TEST_EXISTS)
      && !g_file_test (path, G_FILE_TEST_IS_REGULAR | G_FILE_TEST_IS_DIR))
    g_set_error (&error, TB_MODEL_ERROR, TB_MODEL_ERROR_INVALID, 
                 "%s is no file that can be edited", path);
  else
    document = tb_document_load (path, problems, &error);
  if (!document)
    refuse (self, path, problems, error);
  return document;
}

static void
show_loaded (TbWindow *self, const char *path, TbDocument *document, const TbProblems *problems)
{
  TbWindow *window = window_for_document (self);
  g_autofree char *name = g_path_get_basename (path);
  tb_window_set_document (window, document);
  tb_panel_set_other_problems (window->panel, name, problems);
  gtk_window_present (GTK_WINDOW (window));
}

void
tb_window_open_path (TbWindow *window, const char *path)
{
  g_autoptr (GPtrArray) problems = tb_problems_new ();
  g_autoptr (TbDocument) document = load (window, path, problems);
  if (!document)
    return;
  remember_recent (path);
  show_loaded (window, path, document, problems);
}

/* The copy is read from bytes, so it has no path to be saved over. */
void
tb_window_open_copy (TbWindow *window, const char *path)
{
  g_autoptr (GPtrArray) problems = tb_problems_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *bytes = NULL;
  gsize size = 0;
  g_autoptr (TbDocument) document = NULL;
  if (g_file_get_contents (path, &bytes, &size, &error))
    document = tb_document_load_bytes (path, bytes, size, problems, &error);
  if (document)
    show_loaded (window, path, document, problems);
  else
    refuse (window, path, problems, error);
}

static char *
folder_of (TbWindow *self)
{
  const char *path = self->document ? tb_document_path (self->document) : NULL;
  return path ? g_path_get_dirname (path) : NULL;
}

static void
open_answered (const char *path, gpointer data)
{
  g_autoptr (TbWindow) self = data;
  if (path)
    tb_window_open_path (self, path);
}

void
tb_window_ask_open (TbWindow *self)
{
  g_autofree char *folder = folder_of (self);
  tb_ask_file (GTK_WINDOW (self), TB_FILE_OPEN, folder, NULL, open_answered, g_object_ref (self));
}

static gboolean
files_dropped (GtkDropTarget *target, const GValue *value, double x, double y, TbWindow *self)
{
  for (GSList *l = g_value_get_boxed (value); l; l = l->next)
    {
      g_autofree char *path = g_file_get_path (l->data);
      if (path)
        tb_window_open_path (self, path);
    }
  return TRUE;
}

void
tb_window_accept_files (TbWindow *self)
{
  GtkDropTarget *target = gtk_drop_target_new (GDK_TYPE_FILE_LIST, GDK_ACTION_COPY);
  g_signal_connect (target, "drop", G_CALLBACK (files_dropped), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (target));
}

/* ---- Saving ---------------------------------------------------------------------------------- */

static gboolean
save_to (TbWindow *self, const char *path)
{
  g_autoptr (GError) error = NULL;
  tb_inspector_commit (self->inspector);
  if (!tb_document_save (self->document, path, &error))
    {
      tb_window_toast (self, error->message);
      return FALSE;
    }
  remember_recent (path);
  tb_window_update_title (self);
  return TRUE;
}

/* self is referenced by the question; close after a save that was asked for on the way out. */
typedef struct
{
  TbWindow *window;
  gboolean close;
} SaveQuestion;

static void
save_answered (const char *path, gpointer data)
{
  g_autofree SaveQuestion *question = data;
  g_autoptr (TbWindow) self = question->window;
  if (!path)
    return;
  g_autofree char *named = g_str_has_suffix (path, ".tierboard") || g_str_has_suffix (path, ".xml")
                               ? g_strdup (path)
                               : g_strconcat (path, ".tierboard", NULL);
  if (save_to (self, named) && question->close)
    gtk_window_destroy (GTK_WINDOW (self));
}

static void
ask_save_as (TbWindow *self, gboolean close)
{
  const TbModel *model = tb_document_model (self->document);
  const char *path = tb_document_path (self->document);
  g_autofree char *folder = folder_of (self), *name = NULL;
  if (path)
    name = g_path_get_basename (path);
  else
    {
      g_autofree char *id = tb_model_make_id (model, TB_KIND_ARCHITECTURE,
                                              tb_element_title (tb_model_root (model)));
      name = g_strconcat (id, ".tierboard", NULL);
    }
  SaveQuestion *question = g_new (SaveQuestion, 1);
  *question = (SaveQuestion){ g_object_ref (self), close };
  tb_ask_file (GTK_WINDOW (self), TB_FILE_SAVE, folder, name, save_answered, question);
}

void
tb_window_save_as (TbWindow *self)
{
  ask_save_as (self, FALSE);
}

void
tb_window_save (TbWindow *self)
{
  const char *path = tb_document_path (self->document);
  if (path)
    {
      g_autofree char *same = g_strdup (path);
      save_to (self, same);
    }
  else
    ask_save_as (self, FALSE);
}

/* ---- Exporting ------------------------------------------------------------------------------- */

static void
export_answered (const char *path, gpointer data)
{
  g_autoptr (TbWindow) self = data;
  g_autoptr (GError) error = NULL;
  if (!path)
    return;
  const TbExportFormat *format = tb_export_format_of_path (path);
  TbExportOptions options = { .theme = tb_ui_theme (), .scale = 1 };
  if (!format)
    tb_window_toast (self, "The file's name must end in .svg, .png or .pdf: that says the format.");
  else if (tb_export_file (tb_document_model (self->document), format, &options, path, &error))
    {
      g_autofree char *name = g_path_get_basename (path);
      tb_window_toastf (self, "Exported to %s", name);
    }
  else
    tb_window_toast (self, error->message);
}

void
tb_window_ask_export (TbWindow *self)
{
  const char *path = tb_document_path (self->document);
  g_autofree char *folder = folder_of (self);
  g_autofree char *stem = path ? g_path_get_basename (path) : g_strdup ("architecture");
  char *dot = strrchr (stem, '.');
  if (dot)
    *dot = '\0';
  g_autofree char *name = g_strconcat (stem, ".svg", NULL);
  tb_ask_file (GTK_WINDOW (self), TB_FILE_EXPORT, folder, name, export_answered,
               g_object_ref (self));
}

/* ---- Closing --------------------------------------------------------------------------------- */

static void
close_answered (const char *id, gpointer data)
{
  g_autoptr (TbWindow) self = data;
  if (g_str_equal (id, "discard"))
    gtk_window_destroy (GTK_WINDOW (self));
  if (!g_str_equal (id, "save"))
    return;
  const char *path = tb_document_path (self->document);
  g_autofree char *same = g_strdup (path);
  if (!path)
    ask_save_as (self, TRUE);
  else if (save_to (self, same))
    gtk_window_destroy (GTK_WINDOW (self));
}

static void
ask_unsaved (TbWindow *self)
{
  static const TbResponse responses[] = { { "cancel", "_Cancel", TB_RESPONSE_PLAIN },
                                          { "discard", "_Discard", TB_RESPONSE_DESTRUCTIVE },
                                          { "save", "_Save", TB_RESPONSE_SUGGESTED } };
  const TbElement *root = tb_model_root (tb_document_model (self->document));
  g_autofree char *body = g_strdup_printf ("“%s” has changes that are in no file yet.",
                                           tb_element_title (root));
  tb_ask (GTK_WINDOW (self), "Save changes?", body, NULL, responses, G_N_ELEMENTS (responses),
          close_answered, g_object_ref (self));
}

static void
stop_answered (const char *id, gpointer data)
{
  g_autoptr (TbWindow) self = data;
  if (!g_str_equal (id, "stop"))
    return;
  self->closing = TRUE;
  if (self->session)
    tb_window_stop (self);
  else
    gtk_window_close (GTK_WINDOW (self));
}

static void
ask_running (TbWindow *self)
{
  static const TbResponse responses[] = { { "cancel", "_Keep running", TB_RESPONSE_PLAIN },
                                          { "stop", "_Stop and close", TB_RESPONSE_DESTRUCTIVE } };
  tb_ask (GTK_WINDOW (self), "Stop the run?",
          "What is drawn is running. It ends with this window, in order.", NULL, responses,
          G_N_ELEMENTS (responses), stop_answered, g_object_ref (self));
}

gboolean
tb_window_may_close (TbWindow *self)
{
  if (self->document)
    tb_inspector_commit (self->inspector);
  if (self->session)
    {
      ask_running (self);
      return FALSE;
    }
  if (self->document && tb_document_is_modified (self->document))
    {
      ask_unsaved (self);
      return FALSE;
    }
  return TRUE;
}
