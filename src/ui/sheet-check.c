/* What is wrong with a sheet's drawing, soon after each edit. A thread looks at a snapshot, one at a time, from the
 * edit on and while the window's own thread still routes what the edit touched; what was found before stands until it
 * ends:
 *
 *   edit ──tb_sheet_check()──▶ checking ──checked()──▶ shown
 *                                 ▲            └─ edited meanwhile, or another drawing ─┐
 *                                 └─────────────────────────────────────────────────────┘ */
#include "sheet-private.h"

#include "tb-rules.h"

static const TbRuleOptions options = { .with_ignored = TRUE, .gather = TRUE };

typedef struct
{
  TbProblems *problems;
  GPtrArray *findings;
} Found;

static void
found_free (Found *found)
{
  g_ptr_array_unref (found->problems);
  g_ptr_array_unref (found->findings);
  g_free (found);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Found, found_free)

static void
add_all (TbProblems *to, const TbProblems *problems)
{
  for (guint i = 0; i < problems->len; i++)
    {
      const TbProblem *p = problems->pdata[i];
      tb_problems_add (to, p->severity, p->rule, p->uid, p->line, p->column, "%s", p->message);
    }
}

/* The panel borrows the problems until it has others. findings: NULL, none are known yet. */
static void
show (TbSheet *self, TbProblems *problems, GPtrArray *findings)
{
  TbProblems *before = self->problems;
  g_autoptr (GPtrArray) all = tb_problems_new ();
  const char *path = tb_document_path (self->document);
  g_autofree char *folder = path ? g_path_get_dirname (path) : NULL;
  tb_icons_check (tb_sheet_shown_model (self), folder, problems);
  add_all (all, problems);
  tb_findings_add_to (findings, all);
  self->problems = problems;
  tb_panel_set_problems (self->panel, problems, findings, !self->own_editor);
  tb_canvas_set_problems (self->canvas, all);
  g_clear_pointer (&before, g_ptr_array_unref);
}

static void
check (GTask *task, gpointer sheet, gpointer model, GCancellable *cancellable)
{
  Found *found = g_new (Found, 1);
  found->problems = tb_problems_new ();
  tb_model_validate (model, found->problems);
  found->findings = tb_rules_check (model, &options);
  g_task_return_pointer (task, found, (GDestroyNotify) found_free);
}

static void
checked (GObject *object, GAsyncResult *result, gpointer editor)
{
  TbSheet *self = TB_SHEET (object);
  g_autoptr (Found) found = g_task_propagate_pointer (G_TASK (result), NULL);
  self->checking = FALSE;
  if (found == NULL || self->shell == NULL) /* the sheet went meanwhile */
    return;
  if (editor == self->editor)
    show (self, g_ptr_array_ref (found->problems), found->findings);
  if (self->check_again)
    tb_sheet_check (self);
}

void
tb_sheet_check (TbSheet *self)
{
  self->check_again = self->checking;
  if (self->checking)
    return;
  g_autoptr (GTask) task = g_task_new (self, NULL, checked, self->editor);
  self->checking = TRUE;
  g_task_set_task_data (task, tb_document_snapshot (tb_editor_document (self->editor)), (GDestroyNotify) tb_model_unref);
  g_task_run_in_thread (task, check);
}

static gboolean
check_now (gpointer sheet)
{
  TB_SHEET (sheet)->check_id = 0;
  tb_sheet_check (sheet);
  return G_SOURCE_REMOVE;
}

void
tb_sheet_check_first (TbSheet *self)
{
  self->check_id = g_idle_add (check_now, self);
}
