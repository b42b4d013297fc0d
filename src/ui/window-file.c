/* Documents: open, save, export.
 *
 * A file that is open already is shown where it is. Else it gets a tab; one whose document is worth
 * nothing (tb_sheet_is_pristine) makes place for it. */
#include "window-private.h"

#include <glib/gstdio.h>

#include "dialogs.h"
#include "export-dialog.h"
#include "failing.h"
#include "recent.h"
#include "settings.h"
#include "start-page.h"
#include "tb-export.h"
#include "tb-import.h"
#include "tb-picture.h"
#include "util.h"

/* ---- Opening --------------------------------------------------------------------------------- */

/* Two paths of one file are one file. */
static gboolean
is_same_file (const char *a, const char *b)
{
  GStatBuf of_a, of_b;
  return g_stat (a, &of_a) == 0 && g_stat (b, &of_b) == 0 && of_a.st_dev == of_b.st_dev
         && of_a.st_ino == of_b.st_ino;
}

static TbSheet *
sheet_with_file (TbWindow *window, const char *path)
{
  for (guint i = 0; i < tb_window_n_sheets (window); i++)
    {
      TbSheet *sheet = tb_window_nth_sheet (window, i);
      const char *open = sheet->recording ? tb_past_path (sheet->recording) : tb_document_path (sheet->document);
      if (open && is_same_file (open, path))
        return sheet;
    }
  return NULL;
}

static TbSheet *
find_open_file (TbWindow *self, const char *path)
{
  TbSheet *found = sheet_with_file (self, path);
  GtkApplication *application = gtk_window_get_application (GTK_WINDOW (self));
  for (GList *l = application ? gtk_application_get_windows (application) : NULL; l && !found;
       l = l->next)
    if (TB_IS_WINDOW (l->data))
      found = sheet_with_file (l->data, path);
  return found;
}

/* What was open stays as it is; what is wrong is said in one sentence and, line by line, in the
 * list. */
void
tb_window_refuse_file (TbWindow *self, const char *path, const TbProblems *problems, const GError *error)
{
  g_autofree char *name = g_path_get_basename (path);
  for (guint i = 0; i < problems->len; i++)
    ((TbProblem *) problems->pdata[i])->uid = 0; /* of elements that nobody has */
  tb_window_toast (self, error->message);
  if (self->sheet && problems->len > 0)
    {
      TbPanel *panel = self->sheet->panel;
      tb_panel_set_other_problems (panel, name, problems);
      tb_panel_show_page (panel, "problems");
    }
  else if (!self->sheet)
    {
      tb_start_page_show_gallery (self);
      tb_start_page_show_problems (self->start, name, problems);
    }
}

/* Whether another program's reader is to have it. What is called a drawing of ours and looks like nothing else is told as
 * a broken one, and what is no regular file by the one sentence for such. */
static gboolean
is_foreign (const char *path)
{
  g_autoptr (GBytes) bytes = g_file_test (path, G_FILE_TEST_IS_REGULAR) ? tb_file_read (path, NULL) : NULL;
  gsize size = 0;
  const char *data = bytes ? g_bytes_get_data (bytes, &size) : NULL;
  return size > 0 && !tb_import_is_own (data, size)
         && (!g_str_has_suffix (path, ".tierboard") || tb_import_recognise (NULL, data, size));
}

static TbDocument *
load (TbWindow *self, const char *path, TbProblems *problems)
{
  g_autoptr (GError) error = NULL;
  TbDocument *document = NULL;
  g_autofree char *name = g_path_get_basename (path);
  /* A pipe with nobody at its other end would hold the whole window up. */
  if (g_file_test (path, G_FILE_TEST_IS_DIR))
    g_set_error (&error, TB_MODEL_ERROR, TB_MODEL_ERROR_INVALID, "%s is a folder: open one of the files in it", name);
  else if (g_file_test (path, G_FILE_TEST_EXISTS) && !g_file_test (path, G_FILE_TEST_IS_REGULAR))
    g_set_error (&error, TB_MODEL_ERROR, TB_MODEL_ERROR_INVALID, "%s is no file that can be edited", path);
  else
    document = tb_document_load (path, problems, &error);
  if (!document)
    tb_window_refuse_file (self, path, problems, error);
  return document;
}

void
tb_window_show_loaded (TbWindow *self, const char *path, TbDocument *document, const TbProblems *problems)
{
  g_autofree char *name = g_path_get_basename (path);
  TbSheet *before = self->sheet;
  gboolean replace = before && tb_sheet_is_pristine (before);
  tb_window_add_document (self, document);
  tb_panel_set_file_problems (self->sheet->panel, name, problems);
  if (problems->len)
    tb_panel_show_page (self->sheet->panel, "problems");
  if (replace)
    tb_window_drop_sheet (self, before);
  gtk_window_present (GTK_WINDOW (self));
}

/* The drawing inside it, at the end of what was recorded. */
static void
open_recording (TbWindow *self, const char *path)
{
  g_autoptr (GPtrArray) problems = tb_problems_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (TbPast) past = tb_past_open (path, &error);
  g_autoptr (TbDocument) document = past ? tb_recording_document (past, &error) : NULL;
  if (!document)
    {
      tb_window_refuse_file (self, path, problems, error);
      return;
    }
  tb_recent_add (path);
  tb_window_show_loaded (self, path, document, problems);
  tb_sheet_set_recording (self->sheet, past);
  if (tb_panel_is_folded (self->sheet->panel))
    tb_panel_show_page (self->sheet->panel, "messages");
}

void
tb_window_open_path (TbWindow *window, const char *path)
{
  TbSheet *open = find_open_file (window, path);
  if (open)
    {
      tb_window_select (open->window, open);
      gtk_window_present (GTK_WINDOW (open->window));
      return;
    }
  if (tb_past_is_recording (path))
    {
      open_recording (window, path);
      return;
    }
  if (is_foreign (path))
    {
      tb_window_open_foreign (window, path);
      return;
    }
  g_autoptr (GPtrArray) problems = tb_problems_new ();
  g_autoptr (TbDocument) document = load (window, path, problems);
  if (!document)
    return;
  tb_recent_add (path);
  tb_window_show_loaded (window, path, document, problems);
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
    tb_window_show_loaded (window, path, document, problems);
  else
    tb_window_refuse_file (window, path, problems, error);
}

/* Where what belongs to it is: beside its file, or beside what it was made of. sheet may be NULL. */
static char *
folder_of (TbSheet *sheet)
{
  const char *path = sheet ? tb_document_path (sheet->document) : NULL;
  if (!path && sheet)
    path = sheet->made_of;
  return path ? g_path_get_dirname (path) : NULL;
}

/* What its files are called, without an extension. (transfer full) */
static char *
stem_of (TbSheet *sheet)
{
  const TbModel *model = tb_document_model (sheet->document);
  const char *path = tb_document_path (sheet->document);
  if (!path)
    return tb_model_make_id (model, TB_KIND_ARCHITECTURE, tb_element_title (tb_model_root (model)));
  char *stem = g_path_get_basename (path), *dot = strrchr (stem, '.');
  if (dot && dot != stem)
    *dot = '\0';
  if (g_str_has_suffix (stem, ".tierboard")) /* of a picture */
    stem[strlen (stem) - strlen (".tierboard")] = '\0';
  return stem;
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
  g_autofree char *folder = folder_of (self->sheet);
  tb_ask_file (GTK_WINDOW (self), TB_FILE_OPEN, folder, NULL, open_answered, g_object_ref (self));
}

/* ---- Files that are dropped ------------------------------------------------------------------ */

static gboolean
files_dropped (GtkDropTarget *target, const GValue *value, double x, double y, TbWindow *self)
{
  guint elsewhere = 0;
  for (GSList *l = g_value_get_boxed (value); l; l = l->next)
    {
      g_autofree char *path = g_file_get_path (l->data);
      if (!path)
        elsewhere++;
      else if (!tb_sheet_take_scenarios (self->sheet, path))
        tb_window_open_path (self, path);
    }
  if (elsewhere)
    tb_window_toast (self, "What lies on another machine cannot be opened: save it here first");
  return TRUE;
}

/* Before everything below it: who offers files offers their names as text too, which the canvas would take for a part
 * of the palette, and an entry for words. */
void
tb_window_accept_files (TbWindow *self)
{
  GtkDropTarget *target = gtk_drop_target_new (GDK_TYPE_FILE_LIST, GDK_ACTION_COPY);
  gtk_event_controller_set_propagation_phase (GTK_EVENT_CONTROLLER (target), GTK_PHASE_CAPTURE);
  g_signal_connect (target, "drop", G_CALLBACK (files_dropped), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (target));
}

/* ---- Saving ---------------------------------------------------------------------------------- */

static gboolean
save_to (TbSheet *self, const char *path)
{
  g_autoptr (GError) error = NULL;
  tb_inspector_commit (self->inspector);
  if (!tb_sheet_may_overwrite (self, path))
    return FALSE;
  if (!tb_export_save (self->document, path, NULL, &error))
    {
      tb_sheet_toast (self, error->message);
      return FALSE;
    }
  tb_recent_add (path);
  tb_sheet_state_changed (self);
  return TRUE;
}

/* self is referenced by the question; close after a save that was asked for on the way out. */
typedef struct
{
  TbSheet *sheet;
  gboolean close;
} SaveQuestion;

static void
save_answered (const char *path, gpointer data)
{
  g_autofree SaveQuestion *question = data;
  g_autoptr (TbSheet) self = question->sheet;
  if (!path)
    {
      tb_window_stay_open (self);
      return;
    }
  gboolean says = g_str_has_suffix (path, ".tierboard") || g_str_has_suffix (path, ".xml")
                  || tb_picture_of_path (path) != TB_PICTURE_NONE;
  g_autofree char *named = says ? g_strdup (path)
                               : g_strconcat (path, ".tierboard", NULL);
  gboolean saved = save_to (self, named);
  if (saved && question->close && self->window)
    tb_window_go_on_closing (self->window, self);
  else if (!saved)
    tb_window_stay_open (self);
}

static void
ask_save_as (TbSheet *self, gboolean close)
{
  const char *path = tb_document_path (self->document);
  g_autofree char *folder = folder_of (self), *stem = stem_of (self);
  g_autofree char *name = path ? g_path_get_basename (path) : g_strconcat (stem, ".tierboard", NULL);
  SaveQuestion *question = g_new (SaveQuestion, 1);
  *question = (SaveQuestion){ g_object_ref (self), close };
  tb_ask_file (GTK_WINDOW (self->window), TB_FILE_SAVE, folder, name, save_answered, question);
}

void
tb_sheet_save_as (TbSheet *self)
{
  ask_save_as (self, FALSE);
}

static void
save (TbSheet *self, gboolean close)
{
  g_autofree char *path = g_strdup (tb_document_path (self->document));
  if (!path)
    ask_save_as (self, close);
  else if (!save_to (self, path))
    tb_window_stay_open (self);
  else if (close)
    tb_window_go_on_closing (self->window, self);
}

void
tb_sheet_save (TbSheet *self)
{
  save (self, FALSE);
}

void
tb_sheet_save_and_close (TbSheet *self)
{
  save (self, TRUE);
}

/* ---- Exporting ------------------------------------------------------------------------------- */

/* sheet is referenced. */
typedef struct
{
  TbSheet *sheet;
  const TbExportFormat *format;
  gboolean embed;
} ExportQuestion;

static void
tell_export (TbSheet *self, const char *path, const TbProblems *lost)
{
  g_autofree char *name = g_path_get_basename (path);
  const char *first = lost->len > 0 ? ((const TbProblem *) lost->pdata[0])->message : NULL;
  g_autofree char *sentence = !first ? g_strconcat ("Exported to ", name, NULL)
                              : lost->len == 1 ? g_strdup_printf ("Exported to %s, but %s", name, first)
                                               : g_strdup_printf ("Exported to %s, but %s, and %u more", name, first,
                                                                  lost->len - 1);
  tb_sheet_toast (self, sentence);
}

static void
export_to (TbSheet *self, const TbExportFormat *format, gboolean embed, const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) lost = tb_problems_new ();
  g_autofree char *folder = folder_of (self);
  g_auto (GStrv) without = NULL;
  TbExportOptions options = { .theme = tb_ui_theme (), .scale = 1, .folder = folder, .lost = lost,
                              .embed = embed && format->embeds };
  if (tb_export_shows_marks (format) && tb_settings_get ("failing", FALSE)) /* as it is seen */
    {
      without = tb_failing_names (self->editor);
      options.without = (const char *const *) without;
      options.single_points = without == NULL;
    }
  if (tb_export_file (tb_document_model (self->document), format, &options, path, &error))
    tell_export (self, path, lost);
  else
    tb_sheet_toast (self, error->message);
}

/* What a name says goes before what was chosen; one that says nothing gets the ending of that. */
static void
file_chosen (const char *path, gpointer data)
{
  g_autofree ExportQuestion *question = data;
  g_autoptr (TbSheet) self = question->sheet;
  if (!path)
    return;
  const TbExportFormat *said = tb_export_format_of_path (path);
  g_autofree char *base = g_path_get_basename (path), *named = tb_export_file_name (question->format, path);
  gboolean bare = !said && !strchr (base, '.') && !question->format->file_names;
  if (said)
    export_to (self, said, question->embed, path);
  else if (!bare)
    export_to (self, question->format, question->embed, path);
  else if (g_file_test (named, G_FILE_TEST_EXISTS)) /* nobody was asked about that one */
    tb_sheet_toast (self, "There is a file of that name with its ending already: choose it, or another name");
  else
    export_to (self, question->format, question->embed, named);
}

/* A name that nothing has yet, least of all what the drawing was made of. */
static char *
name_for (const TbExportFormat *format, const char *folder, const char *stem)
{
  char *name = tb_export_file_name (format, stem);
  g_autofree char *path = folder ? g_build_filename (folder, name, NULL) : NULL;
  if (!path || !format->file_names || !g_file_test (path, G_FILE_TEST_EXISTS))
    return name;
  char *other = g_strconcat (stem, "-", name, NULL);
  g_free (name);
  return other;
}

static void
format_chosen (const TbExportFormat *format, gboolean embed, gpointer data)
{
  g_autoptr (TbSheet) self = data;
  if (!format || !self->window)
    return;
  ExportQuestion *question = g_new (ExportQuestion, 1);
  *question = (ExportQuestion){ g_object_ref (self), format, embed };
  g_autofree char *folder = folder_of (self), *stem = stem_of (self), *name = name_for (format, folder, stem);
  tb_ask_file (GTK_WINDOW (self->window), TB_FILE_EXPORT, folder, name, file_chosen, question);
}

void
tb_sheet_ask_export (TbSheet *self)
{
  g_autofree char *folder = folder_of (self);
  tb_show_export (GTK_WINDOW (self->window), self->document, folder, format_chosen, g_object_ref (self));
}
