/* Scenarios of a file of their own, applied to the drawing: nothing of it is changed unless that is asked for. */
#include "sheet-scenario.h"

#include "dialogs.h"
#include "tb-scenario-edit.h"
#include "window-private.h"

const TbModel *
tb_sheet_scenario_model (TbSheetScenarios *self)
{
  return tb_document_model (self->holder != NULL ? self->holder : self->sheet->document);
}

/* ---- Applying ----------------------------------------------------------------------------------- */

/* What of the file's scenarios this drawing does not have, in a sentence; NULL: they all could be run. */
static char *
what_is_missing (TbSheetScenarios *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TbModel) model = tb_document_snapshot (self->sheet->document), holder = tb_document_snapshot (self->holder);
  g_autoptr (TbPlan) plan = tb_sheet_plan_of (model, &error);
  if (plan == NULL)
    return g_strdup (error->message);
  TbProblems *problems = tb_problems_new ();
  for (guint i = 0; i < tb_model_count (holder, TB_KIND_SCENARIO); i++)
    tb_scenario_free (tb_scenario_new (holder, tb_model_nth (holder, TB_KIND_SCENARIO, i), plan, problems));
  const TbProblem *first = problems->len > 0 ? g_ptr_array_index (problems, 0) : NULL;
  char *text = first == NULL       ? NULL
               : problems->len == 1 ? g_strdup (first->message)
                                    : g_strdup_printf ("%s; and %u more like it", first->message, problems->len - 1);
  g_ptr_array_unref (problems);
  return text;
}

static void
apply (TbSheet *sheet, const char *path, TbDocument *holder)
{
  TbSheetScenarios *self = sheet->scenarios;
  g_autofree char *name = g_path_get_basename (path);
  guint n = tb_model_count (tb_document_model (holder), TB_KIND_SCENARIO);
  g_set_object (&self->holder, holder);
  g_clear_pointer (&self->chosen, g_free);
  tb_sheet_state_changed (sheet);
  g_autofree char *missing = what_is_missing (self);
  g_autofree char *said = missing != NULL ? g_strdup_printf ("%s: %s", name, missing)
                                          : g_strdup_printf ("%u scenario%s of %s", n, n == 1 ? "" : "s", name);
  tb_sheet_toast (sheet, said);
}

/* (transfer full) NULL with error. */
static TbDocument *
load (const char *path, GError **error)
{
  TbProblems *problems = tb_problems_new ();
  TbDocument *holder = tb_document_load (path, problems, error);
  g_ptr_array_unref (problems);
  if (holder != NULL && tb_model_count (tb_document_model (holder), TB_KIND_SCENARIO) > 0)
    return holder;
  if (holder != NULL)
    g_set_error (error, TB_MODEL_ERROR, TB_MODEL_ERROR_INVALID, "%s has no scenario", path);
  g_clear_object (&holder);
  return NULL;
}

void
tb_sheet_use_scenarios (TbSheet *sheet, const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TbDocument) holder = load (path, &error);
  if (tb_sheet_runs_scenario (sheet))
    tb_sheet_toast (sheet, "A scenario runs: first it has to be over.");
  else if (holder == NULL)
    tb_sheet_toast (sheet, error->message);
  else
    apply (sheet, path, holder);
}

gboolean
tb_sheet_take_scenarios (TbSheet *sheet, const char *path)
{
  if (sheet == NULL || sheet->recording != NULL || tb_past_is_recording (path))
    return FALSE;
  g_autoptr (TbDocument) holder = load (path, NULL);
  if (holder == NULL || tb_model_count (tb_document_model (holder), TB_KIND_COMPONENT) > 0
      || tb_model_count (tb_document_model (sheet->document), TB_KIND_COMPONENT) == 0)
    return FALSE;
  tb_sheet_use_scenarios (sheet, path);
  return TRUE;
}

static void
file_answered (const char *path, gpointer data)
{
  g_autoptr (TbSheet) sheet = data;
  if (path != NULL)
    tb_sheet_use_scenarios (sheet, path);
}

void
tb_sheet_ask_scenarios (TbSheet *sheet)
{
  const char *path = tb_document_path (sheet->document);
  g_autofree char *folder = path != NULL ? g_path_get_dirname (path) : NULL;
  if (sheet->window != NULL && sheet->recording == NULL)
    tb_ask_file (GTK_WINDOW (sheet->window), TB_FILE_SCENARIOS, folder, NULL, file_answered, g_object_ref (sheet));
}

gboolean
tb_sheet_uses_file (TbSheet *sheet)
{
  return sheet->scenarios->holder != NULL;
}

/* ---- And no more -------------------------------------------------------------------------------- */

void
tb_sheet_own_scenarios (TbSheet *sheet)
{
  TbSheetScenarios *self = sheet->scenarios;
  if (self->run != NULL)
    return;
  g_clear_object (&self->holder);
  g_clear_pointer (&self->chosen, g_free);
  tb_sheet_state_changed (sheet);
}

void
tb_sheet_keep_scenarios (TbSheet *sheet)
{
  TbSheetScenarios *self = sheet->scenarios;
  g_autoptr (GError) error = NULL;
  guint kept = 0, n = self->holder != NULL ? tb_model_count (tb_document_model (self->holder), TB_KIND_SCENARIO) : 0;
  for (guint i = 0; i < n && error == NULL; i++)
    {
      const TbModel *model = tb_document_model (self->holder);
      g_autofree char *text = tb_scenario_copy (model, tb_element_uid (tb_model_nth (model, TB_KIND_SCENARIO, i)));
      kept += text != NULL && tb_scenario_paste (sheet->document, 0, 0, text, &error) != 0;
    }
  if (kept > 0)
    tb_sheet_own_scenarios (sheet);
  g_autofree char *said = g_strdup_printf ("%u scenario%s now in the drawing", kept, kept == 1 ? " is" : "s are");
  tb_sheet_toast (sheet, error != NULL ? error->message : said);
}
