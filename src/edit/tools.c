/* Pointer gestures as one state machine. Tolerances are in screen pixels, so that a gesture feels
 * the same at any zoom.
 *
 *                 tb_editor_begin_create()            press: put_down()
 *   IDLE ─────────────────────────────────▶ CREATING ───────────────────▶ IDLE
 *    │ press: begin_press()
 *    ▼
 *   PRESSED ── release: click() ───────────▶ IDLE      selection changed, nothing else
 *    │                click on a link handle: a linked component is added on that side
 *    │ motion beyond DRAG_PX: begin_drag()
 *    ├─ on a link handle ──▶ LINKING ── release: end_link() ──▶ IDLE   over nothing: link-dropped
 *    ├─ on a resize handle ▶ RESIZING ─ release: end_resize() ▶ IDLE
 *    ├─ on a movable thing ▶ MOVING ─── release: end_move() ──▶ IDLE
 *    └─ elsewhere ─────────▶ BANDING ── release ──────────────▶ IDLE   selection followed it already
 *
 *   any ── tb_editor_cancel() ──▶ IDLE     the document was not touched: nothing to undo
 *
 * What a state may trust: PRESSED: press, pressed, moves, handle, link_from. MOVING: moving and
 * frames hold places from before the drag; the scene shows a preview. RESIZING: rect0 is the place
 * before. LINKING: link_from is a component; target and reason are of the pointer's place now.
 * Only the end_… steps write to the document, each in one transaction. */
#include "editor-private.h"
#include "tb-connect.h"

#include <math.h>

#define DRAG_PX 4.0
#define HANDLE_PX 8.0
#define LINK_TOLERANCE_PX 5.0
#define TITLE_HEIGHT 30.0 /* world units of a container's top that move it */
#define BORDER_PX 5.0
#define MIN_CARD_PX 26.0 /* smaller cards show no link handles */
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
tb_tool_clear (TbTool *tool)
{
  g_clear_pointer (&tool->moving, g_array_unref);
  g_clear_pointer (&tool->moving_uids, g_array_unref);
  g_clear_pointer (&tool->frames, g_array_unref);
  g_clear_pointer (&tool->band_base, g_array_unref);
  g_clear_pointer (&tool->refused, g_hash_table_unref);
  *tool = (TbTool){ .handle = -1 };
}

/* ---- Handles --------------------------------------------------------------------------------- */

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

guint
tb_editor_resize_handles (TbEditor *editor, TbUid uid, TbPoint out[8])
{
  TbItemKind kind;
  TbRect r;
  if (!tb_editor_bounds (editor, uid, &kind, &r) || kind == TB_ITEM_LINK
      || kind == TB_ITEM_COMPONENT || kind == TB_ITEM_MIDDLEWARE
      || (kind != TB_ITEM_NOTE && kind != TB_ITEM_FRAME && tb_editor_arranges_itself (editor)))
    return 0;
  for (int i = 0; i < 8; i++)
    out[i] = (TbPoint){ r.x + resize_points[i].fx * r.width, r.y + resize_points[i].fy * r.height };
  return 8;
}

static int
handle_at (const TbPoint *points, guint n, double x, double y, double scale)
{
  for (guint i = 0; i < n; i++)
    if (hypot (points[i].x - x, points[i].y - y) * scale <= HANDLE_PX)
      return (int) i;
  return -1;
}

static int
resize_handle_at (TbEditor *editor, double x, double y, double scale)
{
  TbPoint points[8];
  TbUid uid = tb_editor_selected_one (editor);
  return uid ? handle_at (points, tb_editor_resize_handles (editor, uid, points), x, y, scale) : -1;
}

/* The component one of whose link handles is at that point; 0: none. side may be NULL. */
static TbUid
link_handle_at (TbEditor *editor, double x, double y, double scale, TbSide *side)
{
  TbUid candidates[2] = { editor->hover, tb_editor_selected_one (editor) };
  for (int i = 0; i < 2; i++)
    {
      TbPoint points[4];
      TbRect rect;
      if (candidates[i] && tb_editor_bounds (editor, candidates[i], NULL, &rect)
          && rect.height * scale >= MIN_CARD_PX)
        {
          int at = handle_at (points, tb_editor_link_handles (editor, candidates[i], points), x, y,
                              scale);
          if (at >= 0 && side != NULL)
            *side = (TbSide) (TB_SIDE_TOP + at);
          if (at >= 0)
            return candidates[i];
        }
    }
  return 0;
}

/* A card may lie over a button. */
static TbUid
fold_button_at (TbEditor *editor, double x, double y, double scale)
{
  TbUid container = TITLE_FONT * scale >= MIN_TITLE_PX
                        ? tb_scene_fold_button_at (editor->scene, x, y) : 0;
  TbItemKind kind;
  TbUid top = container ? tb_scene_hit (editor->scene, x, y, 0) : 0;
  return top && tb_editor_bounds (editor, top, &kind, NULL) && kind >= TB_ITEM_MIDDLEWARE ? 0
                                                                                         : container;
}

/* ---- Hover and cursor ------------------------------------------------------------------------ */

static TbUid
item_at (TbEditor *editor, double x, double y, double scale)
{
  return tb_scene_hit (editor->scene, x, y, LINK_TOLERANCE_PX / scale);
}

/* Handles stand on the outline, so the pointer is still "over" a card a little way outside it. */
static gboolean
near_card (TbEditor *editor, TbUid uid, double x, double y, double scale)
{
  TbItemKind kind;
  TbRect r;
  double reach = HANDLE_PX / scale;
  if (uid == 0 || !tb_editor_bounds (editor, uid, &kind, &r) || kind != TB_ITEM_COMPONENT)
    return FALSE;
  r = (TbRect){ r.x - reach, r.y - reach, r.width + 2 * reach, r.height + 2 * reach };
  return tb_rect_contains (&r, x, y);
}

static TbUid
hover_at (TbEditor *editor, double x, double y, double scale)
{
  TbUid uid = item_at (editor, x, y, scale);
  if (near_card (editor, uid, x, y, scale))
    return uid;
  return near_card (editor, editor->hover, x, y, scale) ? editor->hover : 0;
}

/* A container's body draws rubber bands, or the canvas would have no room for any: only its title
 * and border move it, or any part of it once it is selected. */
static gboolean
drag_moves (TbEditor *editor, TbUid uid, double x, double y, double scale)
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
cursor_at (TbEditor *editor, double x, double y, double scale)
{
  TbTool *tool = &editor->tool;
  switch (tool->state)
    {
    case TB_TOOL_MOVING:
      return TB_CURSOR_MOVE;
    case TB_TOOL_RESIZING:
      return resize_points[tool->handle].cursor;
    case TB_TOOL_LINKING:
      return tool->reason ? TB_CURSOR_FORBIDDEN : TB_CURSOR_LINK;
    case TB_TOOL_CREATING:
      return TB_CURSOR_LINK;
    case TB_TOOL_BANDING:
      return TB_CURSOR_DEFAULT;
    case TB_TOOL_IDLE:
    case TB_TOOL_PRESSED:
      break;
    }
  int handle = resize_handle_at (editor, x, y, scale);
  if (handle >= 0)
    return resize_points[handle].cursor;
  return link_handle_at (editor, x, y, scale, NULL) ? TB_CURSOR_LINK : TB_CURSOR_DEFAULT;
}

static void
update_hover (TbEditor *editor, double x, double y, double scale)
{
  TbUid hover = hover_at (editor, x, y, scale);
  TbCursor cursor;
  gboolean changed = hover != editor->hover;

  editor->hover = hover;
  cursor = cursor_at (editor, x, y, scale);
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

const TbUid *
tb_editor_moving (TbEditor *editor, guint *n)
{
  GArray *uids = editor->tool.moving_uids;
  *n = uids ? uids->len : 0;
  return uids ? (const TbUid *) (gpointer) uids->data : NULL;
}

/* ---- Drags ----------------------------------------------------------------------------------- */

static void
preview (TbEditor *editor, double dx, double dy, gboolean on)
{
  g_autoptr (GArray) dirty = g_array_new (FALSE, FALSE, sizeof (TbRect));
  guint n = 0;
  const TbUid *uids = on ? tb_editor_moving (editor, &n) : NULL;
  tb_scene_preview_move (editor->scene, uids, n, dx, dy, dirty);
  tb_editor_emit_dirty (editor, dirty);
}

/* The pressed thing comes to stand on the grid; what moves with it keeps its distance. */
static void
update_move (TbEditor *editor, double x, double y)
{
  TbTool *tool = &editor->tool;
  double dx = x - tool->press.x, dy = y - tool->press.y;
  if (!(tool->mods & TB_MOD_ALT))
    {
      dx = tb_editor_snap (tool->rect0.x + dx) - tool->rect0.x;
      dy = tb_editor_snap (tool->rect0.y + dy) - tool->rect0.y;
    }
  TbRect lead = { tool->rect0.x + dx, tool->rect0.y + dy, tool->rect0.width, tool->rect0.height };
  TbItemKind kind = TB_ITEM_NOTE;
  tb_editor_bounds (editor, tool->pressed, &kind, NULL);
  tool->target = kind == TB_ITEM_COMPONENT ? tb_editor_landing (tool->frames, &lead, NULL) : 0;
  if (dx == tool->dx && dy == tool->dy)
    return;
  tool->dx = dx;
  tool->dy = dy;
  preview (editor, dx, dy, TRUE);
}

static void
end_move (TbEditor *editor)
{
  TbTool *tool = &editor->tool;
  g_autoptr (GArray) moving = g_steal_pointer (&tool->moving);
  g_autoptr (GArray) frames = g_steal_pointer (&tool->frames);
  double dx = tool->dx, dy = tool->dy;

  tb_tool_clear (tool);
  preview (editor, 0, 0, FALSE);
  tb_editor_apply_move (editor, moving, frames, dx, dy, NULL);
}

static double
snap_edge (TbTool *tool, double v)
{
  return tool->mods & TB_MOD_ALT ? v : tb_editor_snap (v);
}

static void
update_resize (TbEditor *editor, double x, double y)
{
  TbTool *tool = &editor->tool;
  const double min_w = 2 * TB_GRID, min_h = 2 * TB_GRID;
  double fx = resize_points[tool->handle].fx, fy = resize_points[tool->handle].fy;
  double x1 = tool->rect0.x, y1 = tool->rect0.y;
  double x2 = x1 + tool->rect0.width, y2 = y1 + tool->rect0.height;

  if (fx == 0)
    x1 = MIN (snap_edge (tool, x), x2 - min_w);
  if (fx == 1)
    x2 = MAX (snap_edge (tool, x), x1 + min_w);
  if (fy == 0)
    y1 = MIN (snap_edge (tool, y), y2 - min_h);
  if (fy == 1)
    y2 = MAX (snap_edge (tool, y), y1 + min_h);
  tool->rect = (TbRect){ x1, y1, x2 - x1, y2 - y1 };
}

static void
end_resize (TbEditor *editor)
{
  TbTool *tool = &editor->tool;
  TbUid uid = tool->pressed;
  TbRect rect = tool->rect, before = tool->rect0;
  TbPlaces places;

  tb_tool_clear (tool);
  if (rect.x == before.x && rect.y == before.y && rect.width == before.width
      && rect.height == before.height)
    return;
  g_autofree char *label
      = g_strdup_printf ("Resize %s", tb_element_title (tb_editor_element (editor, uid)));
  tb_document_begin (editor->document, label, NULL);
  tb_places_begin (&places, editor);
  tb_places_pin (&places);
  tb_places_set (&places, uid, &rect, TRUE);
  tb_places_end (&places);
  tb_document_commit (editor->document);
}

static void
update_link (TbEditor *editor, double x, double y, double scale)
{
  TbTool *tool = &editor->tool;
  TbItemKind kind;
  TbUid uid = item_at (editor, x, y, scale);
  gboolean card = uid && tb_editor_bounds (editor, uid, &kind, NULL) && kind == TB_ITEM_COMPONENT;

  /* Over one's own card nothing is meant yet: the drag has only begun. */
  tool->target = card && uid != tool->link_from ? uid : 0;
  tool->reason = tool->target ? tb_editor_link_reason (editor, tool->link_from, uid) : NULL;
}

static void
end_link (TbEditor *editor)
{
  TbTool *tool = &editor->tool;
  TbUid from = tool->link_from, to = tool->target;
  TbPoint at = tool->pointer;
  gboolean over_card = near_card (editor, item_at (editor, at.x, at.y, tool->scale), at.x, at.y,
                                  tool->scale);
  g_autoptr (GError) error = NULL;

  tb_tool_clear (tool);
  if (to != 0 && tb_editor_link (editor, from, to, &error) == 0)
    tb_editor_message (editor, "%s.", error->message);
  else if (to == 0 && !over_card)
    tb_editor_emit_link_dropped (editor, from, at);
}

static void
begin_link (TbEditor *editor)
{
  TbTool *tool = &editor->tool;
  g_autoptr (GArray) targets = g_array_new (FALSE, FALSE, sizeof (TbLinkTarget));
  tool->state = TB_TOOL_LINKING;
  tool->refused = g_hash_table_new (NULL, NULL);
  tb_editor_link_targets (editor, tool->link_from, targets);
  for (guint i = 0; i < targets->len; i++)
    if (g_array_index (targets, TbLinkTarget, i).reason != NULL)
      g_hash_table_add (tool->refused,
                        GUINT_TO_POINTER (g_array_index (targets, TbLinkTarget, i).uid));
}

gboolean
tb_editor_link_dimmed (TbEditor *editor, TbUid uid)
{
  return editor->tool.refused != NULL
         && g_hash_table_contains (editor->tool.refused, GUINT_TO_POINTER (uid));
}

static TbRect
rect_between (TbPoint a, double x, double y)
{
  return (TbRect){ MIN (a.x, x), MIN (a.y, y), fabs (x - a.x), fabs (y - a.y) };
}

/* A band takes cards and notes that it touches, containers only whole. */
static gboolean
band_takes (TbEditor *editor, TbUid uid, const TbRect *band)
{
  TbItemKind kind;
  TbRect r;
  if (!tb_editor_bounds (editor, uid, &kind, &r) || kind == TB_ITEM_MIDDLEWARE
      || kind == TB_ITEM_DEVICE)
    return FALSE;
  if (kind == TB_ITEM_COMPONENT || kind == TB_ITEM_NOTE)
    return TRUE;
  return tb_rect_contains (band, r.x, r.y)
         && tb_rect_contains (band, r.x + r.width, r.y + r.height);
}

static void
update_band (TbEditor *editor, double x, double y)
{
  TbTool *tool = &editor->tool;
  g_autoptr (GArray) hits = g_array_new (FALSE, FALSE, sizeof (TbUid));
  g_autoptr (GArray) chosen = g_array_copy (tool->band_base);

  tool->rect = rect_between (tool->press, x, y);
  tb_scene_query (editor->scene, &tool->rect, FALSE, hits);
  for (guint i = 0; i < hits->len; i++)
    if (band_takes (editor, g_array_index (hits, TbUid, i), &tool->rect))
      g_array_append_val (chosen, g_array_index (hits, TbUid, i));
  tb_editor_select (editor, (const TbUid *) (gpointer) chosen->data, chosen->len);
}

static void
begin_drag (TbEditor *editor)
{
  TbTool *tool = &editor->tool;
  if (tool->link_from)
    begin_link (editor);
  else if (tool->handle >= 0)
    tool->state = TB_TOOL_RESIZING;
  else if (tool->moves && !(tool->mods & TB_MOD_SHIFT))
    {
      if (!tb_editor_is_selected (editor, tool->pressed))
        tb_editor_select_one (editor, tool->pressed);
      tool->moving = tb_editor_moving_set (editor);
      tool->moving_uids = g_array_new (FALSE, FALSE, sizeof (TbUid));
      for (guint i = 0; i < tool->moving->len; i++)
        g_array_append_val (tool->moving_uids, g_array_index (tool->moving, TbFrameRect, i).uid);
      tool->frames = tb_editor_frames (editor);
      tool->state = TB_TOOL_MOVING;
    }
  else
    {
      tool->band_base = g_array_new (FALSE, FALSE, sizeof (TbUid));
      if (tool->mods & (TB_MOD_SHIFT | TB_MOD_CTRL))
        g_array_append_vals (tool->band_base, editor->selection->data, editor->selection->len);
      tool->state = TB_TOOL_BANDING;
    }
}

/* ---- Press, motion, release ------------------------------------------------------------------ */

static void
put_down (TbEditor *editor, double x, double y)
{
  const TbPaletteRow *row = editor->tool.create;
  tb_tool_clear (&editor->tool);
  tb_editor_create (editor, row, x, y, 0);
  tb_editor_emit_gesture (editor);
}

static void
begin_press (TbEditor *editor, double x, double y, TbModifiers mods, double scale)
{
  TbTool *tool = &editor->tool;
  tb_tool_clear (tool);
  tool->state = TB_TOOL_PRESSED;
  tool->press = tool->pointer = (TbPoint){ x, y };
  tool->mods = mods;
  tool->scale = scale;
  tool->handle = resize_handle_at (editor, x, y, scale);
  if (tool->handle >= 0)
    tool->pressed = tb_editor_selected_one (editor);
  else if ((tool->link_from = link_handle_at (editor, x, y, scale, &tool->link_side)) != 0)
    tool->pressed = tool->link_from;
  else
    {
      tool->pressed = item_at (editor, x, y, scale);
      tool->folds = fold_button_at (editor, x, y, scale);
      if (tool->folds != 0)
        tool->pressed = tool->folds;
      tool->moves = drag_moves (editor, tool->pressed, x, y, scale);
    }
  tool->was_selected = tool->pressed && tb_editor_is_selected (editor, tool->pressed);
  if (tool->pressed)
    tb_editor_bounds (editor, tool->pressed, NULL, &tool->rect0);
  tool->rect = tool->rect0;
}

void
tb_editor_press (TbEditor *editor, double x, double y, TbModifiers mods, double scale)
{
  g_return_if_fail (scale > 0);
  if (editor->tool.state == TB_TOOL_CREATING)
    {
      put_down (editor, x, y);
      return;
    }
  if (editor->tool.state != TB_TOOL_IDLE)
    tb_editor_cancel (editor);
  update_hover (editor, x, y, scale);
  begin_press (editor, x, y, mods, scale);
  /* At once, not at release: what is pressed is what the drag will be about. */
  if (editor->tool.moves && !editor->tool.was_selected && !(mods & (TB_MOD_SHIFT | TB_MOD_CTRL)))
    tb_editor_select_one (editor, editor->tool.pressed);
}

static void
update_drag (TbEditor *editor, double x, double y, double scale)
{
  switch (editor->tool.state)
    {
    case TB_TOOL_MOVING:
      update_move (editor, x, y);
      break;
    case TB_TOOL_RESIZING:
      update_resize (editor, x, y);
      break;
    case TB_TOOL_LINKING:
      update_link (editor, x, y, scale);
      break;
    case TB_TOOL_BANDING:
      update_band (editor, x, y);
      break;
    case TB_TOOL_CREATING:
      editor->tool.rect = (TbRect){ tb_editor_snap (x - TB_CARD_WIDTH / 2),
                                    tb_editor_snap (y - TB_CARD_HEIGHT / 2), TB_CARD_WIDTH,
                                    TB_CARD_HEIGHT };
      break;
    case TB_TOOL_IDLE:
    case TB_TOOL_PRESSED:
      return;
    }
  editor->cursor = cursor_at (editor, x, y, scale);
  tb_editor_emit_gesture (editor);
}

void
tb_editor_motion (TbEditor *editor, double x, double y, TbModifiers mods, double scale)
{
  TbTool *tool = &editor->tool;
  g_return_if_fail (scale > 0);
  tool->pointer = (TbPoint){ x, y };
  if (tool->state == TB_TOOL_IDLE)
    {
      update_hover (editor, x, y, scale);
      return;
    }
  if (tool->state == TB_TOOL_PRESSED)
    {
      if (hypot (x - tool->press.x, y - tool->press.y) * scale < DRAG_PX)
        return;
      begin_drag (editor);
    }
  tool->mods = mods;
  update_drag (editor, x, y, scale);
}

/* One line may be drawn for several links: all of them are meant. */
static void
select_pressed (TbEditor *editor, TbUid pressed)
{
  g_autoptr (GArray) uids = g_array_new (FALSE, FALSE, sizeof (TbUid));
  if (pressed != 0)
    tb_scene_merged_links (editor->scene, pressed, uids);
  tb_editor_select (editor, (const TbUid *) (gpointer) uids->data, uids->len);
}

static void
click (TbEditor *editor)
{
  TbTool tool = editor->tool;
  tb_tool_clear (&editor->tool);
  if (tool.handle >= 0)
    return;
  if (tool.folds != 0)
    tb_editor_set_folded (editor, &tool.folds, 1, !tb_scene_is_folded (editor->scene, tool.folds));
  else if (tool.link_from)
    tb_editor_connect_new (editor, tool.link_from, NULL, tool.link_side);
  else if (tool.mods & (TB_MOD_SHIFT | TB_MOD_CTRL))
    {
      if (tool.pressed)
        tb_editor_toggle (editor, tool.pressed);
    }
  else
    select_pressed (editor, tool.pressed);
}

void
tb_editor_release (TbEditor *editor, double x, double y, TbModifiers mods, double scale)
{
  TbTool *tool = &editor->tool;
  if (tool->state == TB_TOOL_IDLE || tool->state == TB_TOOL_CREATING)
    return;
  tb_editor_motion (editor, x, y, mods, scale);
  switch (tool->state)
    {
    case TB_TOOL_PRESSED:
      click (editor);
      break;
    case TB_TOOL_MOVING:
      end_move (editor);
      break;
    case TB_TOOL_RESIZING:
      end_resize (editor);
      break;
    case TB_TOOL_LINKING:
      end_link (editor);
      break;
    case TB_TOOL_BANDING:
    case TB_TOOL_IDLE:
    case TB_TOOL_CREATING:
      tb_tool_clear (tool);
      break;
    }
  update_hover (editor, x, y, scale);
  tb_editor_emit_gesture (editor);
}

void
tb_editor_cancel (TbEditor *editor)
{
  TbTool *tool = &editor->tool;
  TbToolState state = tool->state;
  g_autoptr (GArray) base = g_steal_pointer (&tool->band_base);

  if (state == TB_TOOL_IDLE)
    return;
  tb_tool_clear (tool);
  if (state == TB_TOOL_MOVING)
    preview (editor, 0, 0, FALSE);
  if (state == TB_TOOL_BANDING)
    tb_editor_select (editor, (const TbUid *) (gpointer) base->data, base->len);
  editor->cursor = TB_CURSOR_DEFAULT;
  tb_editor_emit_gesture (editor);
}

void
tb_editor_begin_create (TbEditor *editor, const TbPaletteRow *row)
{
  tb_editor_cancel (editor);
  if (row == NULL)
    return;
  editor->tool.state = TB_TOOL_CREATING;
  editor->tool.create = row;
  tb_editor_emit_gesture (editor);
}

TbGestureState
tb_editor_gesture (TbEditor *editor)
{
  static const TbGesture gestures[] = {
    [TB_TOOL_IDLE] = TB_GESTURE_NONE,      [TB_TOOL_PRESSED] = TB_GESTURE_NONE,
    [TB_TOOL_MOVING] = TB_GESTURE_MOVE,    [TB_TOOL_RESIZING] = TB_GESTURE_RESIZE,
    [TB_TOOL_LINKING] = TB_GESTURE_LINK,   [TB_TOOL_BANDING] = TB_GESTURE_BAND,
    [TB_TOOL_CREATING] = TB_GESTURE_CREATE,
  };
  const TbTool *tool = &editor->tool;
  return (TbGestureState){ .gesture = gestures[tool->state],
                           .rect = tool->rect,
                           .from = tool->press,
                           .to = tool->pointer,
                           .target = tool->target,
                           .reason = tool->reason,
                           .dx = tool->dx,
                           .dy = tool->dy };
}
