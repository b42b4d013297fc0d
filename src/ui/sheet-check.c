/* What is wrong with a sheet's drawing, soon after each edit. The rules of a large one are checked by a thread on a
 * snapshot, one check at a time, and what was found before stands until it ends:
 *
 *   edit ──tb_sheet_validate_soon()──▶ waiting ──validate()──▶ small: shown
 *                                         ▲                  └▶ large: checking ──checked()──▶ shown
 *                                         └────────── edited meanwhile, or another drawing ◀──┘ */
#include "sheet-private.h"

#include "tb-rules.h"

/* Soon enough that what is found of 1 000 components stands in the list 50 ms after an edit, late enough that a drag
 * is not held up by it. */
#define VALIDATE_MS 20
#define AT_ONCE 5000u /* components and links */

static const TbRuleOptions options = { .with_ignored = TRUE, .gather = TRUE };

static void
add_all (TbProblems *to, const TbProblems *problems)
{
  for (guint i = 0; i < problems->len; i++)
    {
      const TbProblem *p = problems->pdata[i];
      tb_problems_add (to, p->severity, p->rule, p->uid, p->line, p->column, "%s", p->message);
    }
}

/* findings: NULL, none are known yet. */
static void
show (TbSheet *self, GPtrArray *findings)
{
  g_autoptr (GPtrArray) all = tb_problems_new ();
  add_all (all, self->problems);
  if (findings)
    tb_findings_add_to (findings, all);
  tb_panel_set_problems (self->panel, self->problems, findings, !self->own_editor);
  tb_canvas_set_problems (self->canvas, all);
}

static void
keep_findings (TbSheet *self, GPtrArray *findings)
{
  g_clear_pointer (&self->findings, g_ptr_array_unref);
  self->findings = findings;
}

/* ---- By a thread ------------------------------------------------------------------------------ */

static void
check (GTask *task, gpointer sheet, gpointer model, GCancellable *cancellable)
{
  g_task_return_pointer (task, tb_rules_check (model, &options), (GDestroyNotify) g_ptr_array_unref);
}

static void
checked (GObject *object, GAsyncResult *result, gpointer editor)
{
  TbSheet *self = TB_SHEET (object);
  g_autoptr (GPtrArray) findings = g_task_propagate_pointer (G_TASK (result), NULL);
  self->checking = FALSE;
  if (findings == NULL || self->shell == NULL) /* the sheet went meanwhile */
    return;
  if (editor == self->editor)
    {
      keep_findings (self, g_steal_pointer (&findings));
      show (self, self->findings);
    }
  if (self->check_again)
    tb_sheet_validate_soon (self);
}

static void
check_aside (TbSheet *self)
{
  self->check_again = self->checking;
  if (self->checking)
    return;
  g_autoptr (GTask) task = g_task_new (self, NULL, checked, self->editor);
  self->checking = TRUE;
  g_task_set_task_data (task, tb_document_snapshot (tb_editor_document (self->editor)), (GDestroyNotify) tb_model_unref);
  g_task_run_in_thread (task, check);
}

/* ---- Both ------------------------------------------------------------------------------------- */

static gboolean
is_large (const TbModel *model)
{
  return tb_model_count (model, TB_KIND_COMPONENT) + tb_model_count (model, TB_KIND_LINK) > AT_ONCE;
}

static gboolean
validate (gpointer data)
{
  TbSheet *self = data;
  const TbModel *model = tb_sheet_shown_model (self);
  TbProblems *problems = tb_problems_new ();
  const char *path = tb_document_path (self->document);
  g_autofree char *folder = path ? g_path_get_dirname (path) : NULL;
  TbProblems *before = self->problems; /* the panel borrows them until it has these */
  self->validate_id = 0;
  self->problems = problems;
  tb_model_validate (model, problems);
  tb_icons_check (model, folder, problems);
  if (!is_large (model))
    keep_findings (self, tb_rules_check (model, &options));
  show (self, self->findings);
  g_clear_pointer (&before, g_ptr_array_unref);
  if (is_large (model))
    check_aside (self);
  return G_SOURCE_REMOVE;
}

void
tb_sheet_validate_soon (TbSheet *self)
{
  if (!self->validate_id)
    self->validate_id = g_timeout_add (VALIDATE_MS, validate, self);
}

void
tb_sheet_validate_first (TbSheet *self)
{
  self->validate_id = g_idle_add (validate, self);
}

void
tb_sheet_forget_findings (TbSheet *self)
{
  keep_findings (self, NULL);
}
