/* Where things can be taken hold of, and what the pointer is over. */
#include "editor-private.h"

#include <math.h>

#define TITLE_HEIGHT 30.0 /* world units of a container's top that move it */
#define BORDER_PX 5.0
#define MIN_CARD_PX 26.0 /* smaller cards show no handles */
#define TITLE_FONT 14.0
#define MIN_TITLE_PX 5.0 /* smaller titles are not painted, nor the buttons beside them */

static const struct
{
  double fx, fy; /* where on the rectangle */
  TbCursor cursor;
} resize_points[8] = {
  { 0, 0, TB_CURSOR_RESIZE_NWSE },  { 0.5, 0, TB_CURSOR_RESIZE_V },
  { 1, 0, TB_CURSOR_RESIZE_NESW },  { 1, 0.5, TB_CURSOR_RESIZE_H },
  { 1, 1, TB_CURSOR_RESIZE_NWSE },  { 0.5, 1, TB_CURSOR_RESIZE_V },
  { 0, 1, TB_CURSOR_RESIZE_NESW },  { 0, 0.5, TB_CURSOR_RESIZE_H },
};

void
tb_editor_resize_point (int handle, double *fx, double *fy)
{
  g_assert (handle >= 0 && handle < 8);
  *fx = resize_points[handle].fx;
  *fy = resize_points[handle].fy;
}

guint
tb_editor_link_handles (TbEditor *editor, TbUid uid, TbPoint out[4])
{
  TbItemKind kind;
  TbRect r;
  if (!tb_editor_bounds (editor, uid, &kind, &r) || kind != TB_ITEM_COMPONENT)
    return 0;
  out[0] = (TbPoint){ r.x + r.width / 2, r.y };
  out[1] = (TbPoint){ r.x + r.width, r.y + r.height / 2 };
  out[2] = (TbPoint){ r.x + r.width / 2, r.y + r.height };
  out[3] = (TbPoint){ r.x, r.y + r.height / 2 };
  return 4;
}

/* A card's sides are for links: it is resized by its corners. */
guint
tb_editor_resize_handles (TbEditor *editor, TbUid uid, TbPoint out[8])
{
  TbItemKind kind;
  TbRect r;
  if (!tb_editor_bounds (editor, uid, &kind, &r) || kind == TB_ITEM_LINK
      || kind == TB_ITEM_MIDDLEWARE || kind == TB_ITEM_DEVICE
      || (kind != TB_ITEM_NOTE && kind != TB_ITEM_FRAME && tb_editor_arranges_itself (editor)))
    return 0;
  int step = kind == TB_ITEM_COMPONENT ? 2 : 1;
  guint n = 0;
  for (int i = 0; i < 8; i += step)
    out[n++] = (TbPoint){ r.x + resize_points[i].fx * r.width,
                          r.y + resize_points[i].fy * r.height };
  return n;
}

static int
handle_at (const TbPoint *points, guint n, double x, double y, double scale)
{
  for (guint i = 0; i < n; i++)
    if (hypot (points[i].x - x, points[i].y - y) * scale <= TB_HANDLE_PX)
      return (int) i;
  return -1;
}

/* A card's handles stand on the frame round it. */
int
tb_editor_resize_handle_at (TbEditor *editor, double x, double y, double scale)
{
  TbPoint points[8];
  TbItemKind kind;
  TbRect r;
  TbUid uid = tb_editor_selected_one (editor);
  if (uid == 0 || !tb_editor_bounds (editor, uid, &kind, &r))
    return -1;
  guint n = tb_editor_resize_handles (editor, uid, points);
  if (kind != TB_ITEM_COMPONENT)
    return handle_at (points, n, x, y, scale);
  if (r.height * scale < MIN_CARD_PX)
    return -1;
  for (guint i = 0; i < n; i++)
    {
      points[i].x += (points[i].x > r.x ? 1 : -1) * TB_OUTLINE_PX / scale;
      points[i].y += (points[i].y > r.y ? 1 : -1) * TB_OUTLINE_PX / scale;
    }
  int corner = handle_at (points, n, x, y, scale);
  return corner < 0 ? -1 : 2 * corner;
}

TbUid
tb_editor_link_handle_at (TbEditor *editor, double x, double y, double scale, TbSide *side)
{
  TbUid candidates[2] = { editor->hover, tb_editor_selected_one (editor) };
  for (int i = 0; i < 2; i++)
    {
      TbPoint points[4];
      TbRect rect;
      if (!candidates[i] || !tb_editor_bounds (editor, candidates[i], NULL, &rect)
          || rect.height * scale < MIN_CARD_PX)
        continue;
      int at = handle_at (points, tb_editor_link_handles (editor, candidates[i], points), x, y,
                          scale);
      if (at >= 0 && side != NULL)
        *side = (TbSide) (TB_SIDE_TOP + at);
      if (at >= 0)
        return candidates[i];
    }
  return 0;
}

TbUid
tb_editor_fold_button_at (TbEditor *editor, double x, double y, double scale)
{
  TbUid container = TITLE_FONT * scale >= MIN_TITLE_PX
                        ? tb_scene_fold_button_at (editor->scene, x, y) : 0;
  TbItemKind kind;
  TbUid top = container ? tb_scene_hit (editor->scene, x, y, 0) : 0;
  /* A card may lie over a button. */
  return top && tb_editor_bounds (editor, top, &kind, NULL) && kind >= TB_ITEM_MIDDLEWARE ? 0
                                                                                         : container;
}

/* ---- Hover and cursor ------------------------------------------------------------------------ */

TbUid
tb_editor_item_at (TbEditor *editor, double x, double y, double scale)
{
  return tb_scene_hit (editor->scene, x, y, TB_LINK_TOLERANCE_PX / scale);
}

/* Handles stand on the outline, so the pointer is still "over" a card a little way outside it. */
gboolean
tb_editor_near_card (TbEditor *editor, TbUid uid, double x, double y, double scale)
{
  TbItemKind kind;
  TbRect r;
  double reach = TB_HANDLE_PX / scale;
  if (uid == 0 || !tb_editor_bounds (editor, uid, &kind, &r) || kind != TB_ITEM_COMPONENT)
    return FALSE;
  r = (TbRect){ r.x - reach, r.y - reach, r.width + 2 * reach, r.height + 2 * reach };
  return tb_rect_contains (&r, x, y);
}

static TbUid
hover_at (TbEditor *editor, double x, double y, double scale)
{
  TbUid uid = tb_editor_item_at (editor, x, y, scale);
  if (tb_editor_near_card (editor, uid, x, y, scale))
    return uid;
  return tb_editor_near_card (editor, editor->hover, x, y, scale) ? editor->hover : 0;
}

/* A container's body draws rubber bands, or the canvas would have no room for any: only its title
 * and border move it, or any part of it once it is selected. */
gboolean
tb_editor_drag_moves (TbEditor *editor, TbUid uid, double x, double y, double scale)
{
  TbItemKind kind;
  TbRect r;
  if (uid == 0 || !tb_editor_bounds (editor, uid, &kind, &r))
    return FALSE;
  if (kind == TB_ITEM_COMPONENT || kind == TB_ITEM_NOTE || kind == TB_ITEM_FRAME)
    return TRUE;
  if (kind == TB_ITEM_LINK || kind == TB_ITEM_MIDDLEWARE || kind == TB_ITEM_DEVICE
      || tb_editor_arranges_itself (editor))
    return FALSE;
  double edge = BORDER_PX / scale;
  TbRect inner = { r.x + edge, r.y + MAX (TITLE_HEIGHT, edge), r.width - 2 * edge,
                   r.height - MAX (TITLE_HEIGHT, edge) - edge };
  return tb_editor_is_selected (editor, uid) || !tb_rect_contains (&inner, x, y);
}

static TbCursor
resting_cursor (TbEditor *editor, double x, double y, double scale)
{
  TbLinkPart part;
  int handle = tb_editor_resize_handle_at (editor, x, y, scale);
  if (handle >= 0)
    return resize_points[handle].cursor;
  if (tb_editor_link_part_at (editor, x, y, scale, &part) || tb_editor_label_at (editor, x, y))
    return TB_CURSOR_MOVE;
  return tb_editor_link_handle_at (editor, x, y, scale, NULL) ? TB_CURSOR_LINK : TB_CURSOR_DEFAULT;
}

TbCursor
tb_editor_cursor_at (TbEditor *editor, double x, double y, double scale)
{
  TbTool *tool = &editor->tool;
  switch (tool->state)
    {
    case TB_TOOL_MOVING:
    case TB_TOOL_BENDING:
    case TB_TOOL_LABELLING:
      return TB_CURSOR_MOVE;
    case TB_TOOL_RESIZING:
      return resize_points[tool->handle].cursor;
    case TB_TOOL_LINKING:
    case TB_TOOL_RELINKING:
      return tool->reason ? TB_CURSOR_FORBIDDEN : TB_CURSOR_LINK;
    case TB_TOOL_CREATING:
      return TB_CURSOR_LINK;
    case TB_TOOL_ROOM_NEXT:
      return TB_CURSOR_RESIZE_H;
    case TB_TOOL_ROOM:
      return tool->vertical ? TB_CURSOR_RESIZE_V : TB_CURSOR_RESIZE_H;
    case TB_TOOL_BANDING:
    case TB_TOOL_TIDYING:
      return TB_CURSOR_DEFAULT;
    case TB_TOOL_IDLE:
    case TB_TOOL_PRESSED:
    case TB_N_TOOL_STATES:
      break;
    }
  return resting_cursor (editor, x, y, scale);
}

void
tb_editor_update_hover (TbEditor *editor, double x, double y, double scale)
{
  TbUid hover = hover_at (editor, x, y, scale);
  TbCursor cursor;
  gboolean changed = hover != editor->hover;

  editor->hover = hover;
  cursor = tb_editor_cursor_at (editor, x, y, scale);
  changed |= cursor != editor->cursor;
  editor->cursor = cursor;
  if (changed)
    tb_editor_emit_gesture (editor);
}

void
tb_editor_leave (TbEditor *editor)
{
  if (editor->hover == 0 || editor->tool.state != TB_TOOL_IDLE)
    return;
  editor->hover = 0;
  tb_editor_emit_gesture (editor);
}
