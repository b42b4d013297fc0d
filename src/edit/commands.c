/* The commands that every editor has. */
#include "editor-private.h"

static gboolean
any_selected (TbEditor *editor)
{
  return editor->selection->len > 0;
}

static gboolean
one_selected (TbEditor *editor)
{
  return editor->selection->len == 1;
}

static gboolean
two_selected (TbEditor *editor)
{
  return editor->selection->len == 2
         && tb_editor_link_reason (editor, g_array_index (editor->selection, TbUid, 0),
                                   g_array_index (editor->selection, TbUid, 1)) == NULL;
}

static gboolean
can_undo (TbEditor *editor)
{
  return tb_document_undo_label (editor->document) != NULL;
}

static gboolean
can_redo (TbEditor *editor)
{
  return tb_document_redo_label (editor->document) != NULL;
}

static gboolean
always (TbEditor *editor)
{
  return TRUE;
}

static gboolean
any_card_selected (TbEditor *editor)
{
  for (guint i = 0; i < editor->selection->len; i++)
    {
      TbItemKind kind;
      if (tb_editor_bounds (editor, g_array_index (editor->selection, TbUid, i), &kind, NULL)
          && (kind == TB_ITEM_COMPONENT || kind == TB_ITEM_NOTE))
        return TRUE;
    }
  return FALSE;
}

static void
run_undo (TbEditor *editor)
{
  tb_document_undo (editor->document);
}

static void
run_redo (TbEditor *editor)
{
  tb_document_redo (editor->document);
}

static void
append_kind (TbEditor *editor, TbKind kind, GArray *uids)
{
  const TbModel *model = tb_editor_model (editor);
  guint n = tb_model_count (model, kind);
  for (guint i = 0; i < n; i++)
    {
      TbUid uid = tb_element_uid (tb_model_nth (model, kind, i));
      if (tb_editor_bounds (editor, uid, NULL, NULL))
        g_array_append_val (uids, uid);
    }
}

static void
run_select_all (TbEditor *editor)
{
  static const TbKind kinds[] = { TB_KIND_COMPONENT, TB_KIND_NOTE,  TB_KIND_TIER,
                                  TB_KIND_LAYER,     TB_KIND_GROUP, TB_KIND_LINK };
  g_autoptr (GArray) uids = g_array_new (FALSE, FALSE, sizeof (TbUid));
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    append_kind (editor, kinds[i], uids);
  tb_editor_select (editor, (const TbUid *) (gpointer) uids->data, uids->len);
}

static void
run_select_none (TbEditor *editor)
{
  tb_editor_select_one (editor, 0);
}

static void
run_rename (TbEditor *editor)
{
  tb_editor_emit_rename (editor, tb_editor_selected_one (editor));
}

static void
run_link (TbEditor *editor)
{
  g_autoptr (GError) error = NULL;
  if (tb_editor_link (editor, g_array_index (editor->selection, TbUid, 0),
                      g_array_index (editor->selection, TbUid, 1), &error) == 0)
    tb_editor_message (editor, "%s.", error->message);
}

static void
nudge (TbEditor *editor, double dx, double dy)
{
  g_autoptr (GArray) moving = tb_editor_moving_set (editor);
  g_autoptr (GArray) frames = tb_editor_frames (editor);
  tb_editor_apply_move (editor, moving, frames, dx, dy, "nudge");
}

#define NUDGE(name, dx, dy)                                                                        \
  static void run_nudge_##name (TbEditor *editor)                                                  \
  {                                                                                                \
    nudge (editor, (dx) * TB_GRID, (dy) * TB_GRID);                                                \
  }
NUDGE (left, -1, 0)
NUDGE (right, 1, 0)
NUDGE (up, 0, -1)
NUDGE (down, 0, 1)
#undef NUDGE

static const TbCommandRow rows[] = {
  { "undo", "Undo", "<Control>z", "Take the last change back.", can_undo, run_undo, "Edit", FALSE,
    "a change to take back" },
  { "redo", "Redo", "<Control><Shift>z", "Make the change again that was taken back.", can_redo,
    run_redo, "Edit", FALSE, "a change that was taken back" },
  { "duplicate", "Duplicate", "<Control>d",
    "Copy the selected components with the links among them.", any_card_selected,
    tb_editor_duplicate, "Edit", TRUE, "a selected component or note" },
  { "rename", "Rename", "F2", "Edit the name in place.", one_selected, run_rename, "Edit", TRUE,
    "one selected element" },
  { "link", "Link", "<Control>l", "Link the first selected component to the second.", two_selected,
    run_link, "Connect", TRUE, "two components between which a link may be" },
  { "select-all", "Select All", "<Control>a", "Select everything.", always, run_select_all,
    "Select", TRUE },
  { "select-none", "Select Nothing", "<Control><Shift>a", "Select nothing.", any_selected,
    run_select_none, "Select", FALSE },
  { "nudge-left", "Move Left", "<Control>Left", "Move the selection a grid step to the left.",
    any_selected, run_nudge_left, "Arrange", FALSE },
  { "nudge-right", "Move Right", "<Control>Right", "Move the selection a grid step to the right.",
    any_selected, run_nudge_right, "Arrange", FALSE },
  { "nudge-up", "Move Up", "<Control>Up", "Move the selection a grid step up.", any_selected,
    run_nudge_up, "Arrange", FALSE },
  { "nudge-down", "Move Down", "<Control>Down", "Move the selection a grid step down.",
    any_selected, run_nudge_down, "Arrange", FALSE },
};

const TbCommandSet tb_commands_basic = { rows, G_N_ELEMENTS (rows) };
