/* Settling what a merge left, for the selection or, with none, for everything. */
#include "editor-private.h"

#include "tb-diff.h"

static gboolean
any (TbEditor *editor)
{
  guint n;
  const TbUid *uids = tb_editor_selection (editor, &n);
  return tb_model_has_conflicts (tb_editor_model (editor), uids, n);
}

static void
tell (TbEditor *editor, TbSettled settled)
{
  if (settled.left > 0)
    tb_editor_message (editor, "%u settled; %u cannot be taken over by a command: see Problems.",
                       settled.done, settled.left);
  else
    tb_editor_message (editor, "%u settled.", settled.done);
}

static void
settle (TbEditor *editor, const char *label, gboolean take_theirs)
{
  guint n;
  const TbUid *uids = tb_editor_selection (editor, &n);
  g_autoptr (GArray) meant = g_array_new (FALSE, FALSE, sizeof (TbUid));
  if (n > 0)
    g_array_append_vals (meant, uids, n); /* the selection may lose some meanwhile */
  tb_document_begin (editor->document, label, NULL);
  TbSettled settled = tb_document_settle (
      editor->document, (const TbUid *) (gpointer) meant->data, meant->len, take_theirs);
  tb_document_commit (editor->document);
  tell (editor, settled);
}

static void
run_theirs (TbEditor *editor)
{
  settle (editor, "Take theirs", TRUE);
}

static void
run_ours (TbEditor *editor)
{
  settle (editor, "Keep ours", FALSE);
}

#define NEEDS "what a merge left unsettled: Problems lists it"

static const TbCommandRow rows[] = {
  { "settle-theirs", "Take Theirs", NULL,
    "Where a merge found both sides changed: what the other version has, in the selection or, with "
    "none, everywhere.", any, run_theirs, "Merge", TRUE, NEEDS },
  { "settle-ours", "Keep Ours", NULL,
    "Where a merge found both sides changed: what is here, in the selection or, with none, "
    "everywhere.", any, run_ours, "Merge", TRUE, NEEDS },
};

const TbCommandSet tb_commands_settle = { rows, G_N_ELEMENTS (rows) };
