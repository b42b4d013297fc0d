/* Moving by drag: guides first, else the grid; Ctrl or Alt held, neither. */
#include "editor-private.h"

static TbRect
moving_bounds (TbEditor *editor)
{
  const TbTool *tool = &editor->tool;
  TbRect all = tool->rect0;
  for (guint i = 0; i < tool->moving->len; i++)
    {
      const TbFrameRect *f = &g_array_index (tool->moving, TbFrameRect, i);
      if (tb_editor_is_selected (editor, f->uid))
        tb_rect_union (&all, &f->rect, &all);
    }
  return all;
}

void
tb_move_begin (TbEditor *editor)
{
  TbTool *tool = &editor->tool;
  if (!tb_editor_is_selected (editor, tool->pressed))
    tb_editor_select_one (editor, tool->pressed);
  /* Several selected or a stack: components move as wholes, from tier to tier. */
  TbDeployed instance;
  if (tb_editor_selected_one (editor)
      && tb_scene_instance_at (editor->scene, tool->press.x, tool->press.y, &instance)
      && instance.element == tool->pressed)
    {
      tool->box = instance.box;
      tool->replica = instance.replica;
      tool->rect0 = instance.rect;
    }
  tool->moving = tb_editor_moving_set (editor);
  tool->moving_uids = g_array_new (FALSE, FALSE, sizeof (TbUid));
  for (guint i = 0; i < tool->moving->len; i++)
    g_array_append_val (tool->moving_uids, g_array_index (tool->moving, TbFrameRect, i).uid);
  tool->frames = tb_editor_frames (editor);
  tool->guides = g_array_new (FALSE, FALSE, sizeof (TbGuide));
  tool->rect = moving_bounds (editor);
}

/* tool->rect: what moves, as a whole, before the drag. The pressed thing comes to stand on the
 * grid; what moves with it keeps its distance. */
static void
snap_move (TbEditor *editor, double *dx, double *dy)
{
  TbTool *tool = &editor->tool;
  TbRect whole = { tool->rect.x + *dx, tool->rect.y + *dy, tool->rect.width, tool->rect.height };
  g_autoptr (GArray) targets = NULL;

  g_array_set_size (tool->guides, 0);
  /* In a view that lays itself out, a drag names a cell, not a place. */
  if ((tool->mods & (TB_MOD_ALT | TB_MOD_CTRL)) || tb_editor_arranges_itself (editor))
    return;
  targets = tb_editor_guide_targets (editor, &whole);
  TbRect to = whole;
  guint snapped = tb_guides_move ((const TbGuideTarget *) (gpointer) targets->data, targets->len,
                                  TB_GUIDE_PX / tool->scale, &to, NULL);
  if (snapped & TB_SNAPPED_X)
    *dx += to.x - whole.x;
  else if (!editor->no_grid)
    *dx = tb_editor_snap (tool->rect0.x + *dx) - tool->rect0.x;
  if (snapped & TB_SNAPPED_Y)
    *dy += to.y - whole.y;
  else if (!editor->no_grid)
    *dy = tb_editor_snap (tool->rect0.y + *dy) - tool->rect0.y;
  to = (TbRect){ tool->rect.x + *dx, tool->rect.y + *dy, whole.width, whole.height };
  tb_guides_move ((const TbGuideTarget *) (gpointer) targets->data, targets->len, 0, &to,
                  tool->guides);
}

static void
find_target (TbEditor *editor)
{
  TbTool *tool = &editor->tool;
  TbRect lead = { tool->rect0.x + tool->dx, tool->rect0.y + tool->dy, tool->rect0.width,
                  tool->rect0.height };
  TbItemKind kind = TB_ITEM_NOTE;
  tb_editor_bounds (editor, tool->pressed, &kind, NULL);
  tool->target = tool->box ? tb_deploy_target (editor, tool->pointer) : 0;
  if (tool->box || (kind != TB_ITEM_COMPONENT && kind != TB_ITEM_GROUP))
    return;
  g_autoptr (GHashTable) along = tb_editor_moved_along (tool->moving);
  tool->target = tb_editor_landing (tool->frames, &lead, along, kind == TB_ITEM_GROUP);
}

void
tb_move_update (TbEditor *editor, double x, double y)
{
  TbTool *tool = &editor->tool;
  double dx = x - tool->press.x, dy = y - tool->press.y;
  snap_move (editor, &dx, &dy);
  gboolean same = dx == tool->dx && dy == tool->dy;
  tool->dx = dx;
  tool->dy = dy;
  find_target (editor);
  if (!same)
    tb_editor_preview_moving (editor, dx, dy, TRUE);
}

void
tb_move_end (TbEditor *editor)
{
  TbTool *tool = &editor->tool;
  g_autoptr (GArray) moving = g_steal_pointer (&tool->moving);
  g_autoptr (GArray) frames = g_steal_pointer (&tool->frames);
  double dx = tool->dx, dy = tool->dy;
  TbUid component = tool->box ? tool->pressed : 0;
  guint replica = tool->replica;
  TbPoint at = tool->pointer;

  tb_tool_clear (tool);
  tb_editor_preview_moving (editor, 0, 0, FALSE);
  if (component)
    tb_deploy_drop (editor, component, replica, at);
  else
    tb_editor_apply_move (editor, moving, frames, dx, dy, NULL);
}
