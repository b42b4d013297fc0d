/* Pointer gestures as one state machine. Tolerances are in screen pixels, so that a gesture feels
 * the same at any zoom.
 *
 *                 tb_editor_begin_create()            press: put_down()
 *   IDLE ─────────────────────────────────▶ CREATING ───────────────────▶ IDLE
 *    │ ╲           tb_editor_begin_room()              press
 *    │  ╲────────────────────────────────▶ ROOM_NEXT ──────────────────▶ PRESSED
 *    │   ╲         tb_editor_tidy_begin()       tb_editor_tidy_apply(), or a press drops it
 *    │    ╲──────────────────────────────▶ TIDYING ────────────────────▶ IDLE
 *    │ press: begin_press()
 *    ▼
 *   PRESSED ── release: click() ───────────▶ IDLE      selection changed, nothing else
 *    │                click on a link handle: a linked component is added on that side
 *    │ motion beyond DRAG_PX: begin_drag(), and then the release ends it:
 *    ├─ to make room ──────────▶ ROOM ────── tb_room_end() ───▶ IDLE
 *    ├─ on a resize handle ────▶ RESIZING ── tb_resize_end() ─▶ IDLE
 *    ├─ on an end of a link ───▶ RELINKING ─ tb_relink_end() ─▶ IDLE
 *    ├─ on a bend or segment ──▶ BENDING ─── tb_bend_end() ───▶ IDLE
 *    ├─ on a link's label ─────▶ LABELLING ─ tb_label_end() ──▶ IDLE
 *    ├─ on a link handle ──────▶ LINKING ─── end_link() ──────▶ IDLE   over nothing: link-dropped
 *    ├─ on a movable thing ────▶ MOVING ──── tb_move_end() ───▶ IDLE
 *    └─ elsewhere ─────────────▶ BANDING ── release ──────────▶ IDLE   selection followed it already
 *
 *   any ── tb_editor_cancel() ──▶ IDLE     the document was not touched: nothing to undo
 *
 * What a state may trust: PRESSED: press, pressed, moves, makes_room, handle, link, part, link_from.
 * MOVING, ROOM: moving and frames hold places from before the drag; the scene shows a preview.
 * RESIZING: rect0 is the place before. LINKING: link_from is a component; target and reason are of
 * the pointer's place now. BENDING, LABELLING, RELINKING: link is one. TIDYING: tidy holds places.
 * Only the end steps write to the document, each in one transaction. */
#include "editor-private.h"
#include "tb-connect.h"

#include <math.h>

#define DRAG_PX 4.0

void
tb_tool_clear (TbTool *tool)
{
  g_clear_pointer (&tool->moving, g_array_unref);
  g_clear_pointer (&tool->moving_uids, g_array_unref);
  g_clear_pointer (&tool->frames, g_array_unref);
  g_clear_pointer (&tool->band_base, g_array_unref);
  g_clear_pointer (&tool->guides, g_array_unref);
  g_clear_pointer (&tool->points, g_array_unref);
  g_clear_pointer (&tool->tidy, g_array_unref);
  g_clear_pointer (&tool->hugging, g_array_unref);
  g_clear_pointer (&tool->refused, g_hash_table_unref);
  *tool = (TbTool){ .handle = -1, .scale = 1 };
}

const TbUid *
tb_editor_moving (TbEditor *editor, guint *n)
{
  GArray *uids = editor->tool.moving_uids;
  *n = uids ? uids->len : 0;
  return uids ? (const TbUid *) (gpointer) uids->data : NULL;
}

const TbPoint *
tb_editor_gesture_points (TbEditor *editor, guint *n)
{
  GArray *points = editor->tool.points;
  *n = points ? points->len : 0;
  return points ? (const TbPoint *) (gpointer) points->data : NULL;
}

void
tb_editor_preview_moving (TbEditor *editor, double dx, double dy, gboolean on)
{
  g_autoptr (GArray) dirty = g_array_new (FALSE, FALSE, sizeof (TbRect));
  guint n = 0;
  const TbUid *uids = on ? tb_editor_moving (editor, &n) : NULL;
  if (on && editor->tool.box)
    uids = &editor->tool.box;
  tb_editor_begin_scene (editor);
  tb_scene_preview_stretches (editor->scene, editor->tool.state == TB_TOOL_ROOM);
  tb_scene_preview_alone (editor->scene, on && editor->tool.box != 0);
  tb_scene_preview_move (editor->scene, uids, n, dx, dy, dirty);
  tb_editor_end_scene (editor);
  tb_editor_emit_dirty (editor, dirty);
}

/* ---- Linking --------------------------------------------------------------------------------- */

static void
update_link (TbEditor *editor, double x, double y)
{
  TbTool *tool = &editor->tool;
  TbItemKind kind;
  TbUid uid = tb_editor_item_at (editor, x, y, tool->scale);
  gboolean card = uid && tb_editor_bounds (editor, uid, &kind, NULL) && kind == TB_ITEM_COMPONENT;

  /* Over one's own card nothing is meant yet: the drag has only begun. */
  tool->target = card && uid != tool->link_from ? uid : 0;
  tool->reason = tool->target ? tb_editor_link_reason (editor, tool->link_from, uid) : NULL;
  tool->caution = tool->target ? tb_editor_link_caution (editor, tool->link_from, uid) : NULL;
}

static void
begin_link (TbEditor *editor)
{
  TbTool *tool = &editor->tool;
  g_autoptr (GArray) targets = g_array_new (FALSE, FALSE, sizeof (TbLinkTarget));
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

static void
end_link (TbEditor *editor)
{
  TbTool *tool = &editor->tool;
  TbUid from = tool->link_from, to = tool->target;
  TbPoint at = tool->pointer;
  gboolean over_card
      = tb_editor_near_card (editor, tb_editor_item_at (editor, at.x, at.y, tool->scale), at.x,
                             at.y, tool->scale);
  g_autoptr (GError) error = NULL;

  tb_tool_clear (tool);
  if (to != 0 && tb_editor_link (editor, from, to, &error) == 0)
    tb_editor_message (editor, "%s.", error->message);
  else if (to == 0 && !over_card)
    tb_editor_emit_link_dropped (editor, from, at);
}

/* ---- The rubber band ------------------------------------------------------------------------- */

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

/* With Shift the band adds to what was selected before it, with Ctrl it takes away from it. */
static void
update_band (TbEditor *editor, double x, double y)
{
  TbTool *tool = &editor->tool;
  gboolean removes = (tool->mods & TB_MOD_CTRL) != 0 && !(tool->mods & TB_MOD_SHIFT);
  g_autoptr (GArray) hits = g_array_new (FALSE, FALSE, sizeof (TbUid));
  g_autoptr (GArray) chosen = g_array_new (FALSE, FALSE, sizeof (TbUid));
  g_autoptr (GHashTable) out = g_hash_table_new (NULL, NULL);

  tool->rect = rect_between (tool->press, x, y);
  tb_scene_query (editor->scene, &tool->rect, FALSE, hits);
  for (guint i = 0; i < hits->len; i++)
    if (removes && band_takes (editor, g_array_index (hits, TbUid, i), &tool->rect))
      g_hash_table_add (out, GUINT_TO_POINTER (g_array_index (hits, TbUid, i)));
  for (guint i = 0; i < tool->band_base->len; i++)
    if (!g_hash_table_contains (out, GUINT_TO_POINTER (g_array_index (tool->band_base, TbUid, i))))
      g_array_append_val (chosen, g_array_index (tool->band_base, TbUid, i));
  for (guint i = 0; i < hits->len && !removes; i++)
    if (band_takes (editor, g_array_index (hits, TbUid, i), &tool->rect))
      g_array_append_val (chosen, g_array_index (hits, TbUid, i));
  tb_editor_select (editor, (const TbUid *) (gpointer) chosen->data, chosen->len);
}

static void
begin_band (TbEditor *editor)
{
  TbTool *tool = &editor->tool;
  tool->band_base = g_array_new (FALSE, FALSE, sizeof (TbUid));
  if (tool->mods & (TB_MOD_SHIFT | TB_MOD_CTRL))
    g_array_append_vals (tool->band_base, editor->selection->data, editor->selection->len);
}

static void
end_band (TbEditor *editor)
{
  tb_tool_clear (&editor->tool);
}

/* ---- Creating -------------------------------------------------------------------------------- */

static void
update_create (TbEditor *editor, double x, double y)
{
  editor->tool.rect = (TbRect){ tb_editor_snap (x - TB_CARD_WIDTH / 2),
                                tb_editor_snap (y - TB_CARD_HEIGHT / 2), TB_CARD_WIDTH,
                                TB_CARD_HEIGHT };
}

static void
put_down (TbEditor *editor, double x, double y)
{
  const TbPaletteRow *row = editor->tool.create;
  tb_tool_clear (&editor->tool);
  tb_editor_create (editor, row, x, y, 0);
  tb_editor_emit_gesture (editor);
}

/* ---- The table ------------------------------------------------------------------------------- */

static const struct
{
  TbGesture gesture;
  void (*begin) (TbEditor *editor);
  void (*update) (TbEditor *editor, double x, double y);
  void (*end) (TbEditor *editor); /* NULL: a release means nothing */
  gboolean previews;              /* the scene shows things moved meanwhile */
} tools[TB_N_TOOL_STATES] = {
  [TB_TOOL_IDLE] = { TB_GESTURE_NONE },
  [TB_TOOL_PRESSED] = { TB_GESTURE_NONE },
  [TB_TOOL_MOVING] = { TB_GESTURE_MOVE, tb_move_begin, tb_move_update, tb_move_end, TRUE },
  [TB_TOOL_RESIZING] = { TB_GESTURE_RESIZE, NULL, tb_resize_update, tb_resize_end },
  [TB_TOOL_LINKING] = { TB_GESTURE_LINK, begin_link, update_link, end_link },
  [TB_TOOL_BANDING] = { TB_GESTURE_BAND, begin_band, update_band, end_band },
  [TB_TOOL_CREATING] = { TB_GESTURE_CREATE, NULL, update_create },
  [TB_TOOL_ROOM_NEXT] = { TB_GESTURE_ROOM },
  [TB_TOOL_ROOM] = { TB_GESTURE_ROOM, NULL, tb_room_update, tb_room_end, TRUE },
  [TB_TOOL_BENDING] = { TB_GESTURE_ROUTE, tb_bend_begin, tb_bend_update, tb_bend_end },
  [TB_TOOL_LABELLING] = { TB_GESTURE_LABEL, tb_label_begin, tb_label_update, tb_label_end },
  [TB_TOOL_RELINKING] = { TB_GESTURE_LINK, tb_relink_begin, tb_relink_update, tb_relink_end },
  [TB_TOOL_TIDYING] = { TB_GESTURE_TIDY },
};

static TbToolState
state_of_drag (const TbTool *tool)
{
  if (tool->makes_room)
    return TB_TOOL_ROOM;
  if (tool->handle >= 0)
    return TB_TOOL_RESIZING;
  if (tool->link)
    return tool->part.kind == TB_LINK_START || tool->part.kind == TB_LINK_END ? TB_TOOL_RELINKING
                                                                              : TB_TOOL_BENDING;
  if (tool->labels)
    return TB_TOOL_LABELLING;
  if (tool->link_from)
    return TB_TOOL_LINKING;
  return tool->moves && !(tool->mods & TB_MOD_SHIFT) ? TB_TOOL_MOVING : TB_TOOL_BANDING;
}

static void
begin_drag (TbEditor *editor, double x, double y)
{
  TbTool *tool = &editor->tool;
  tool->state = state_of_drag (tool);
  if (tool->state == TB_TOOL_ROOM)
    tb_room_begin (editor, x, y);
  else if (tools[tool->state].begin)
    tools[tool->state].begin (editor);
}

/* ---- Press, motion, release ------------------------------------------------------------------ */

#define ROOM_MODS (TB_MOD_SHIFT | TB_MOD_CTRL | TB_MOD_ALT)

/* What a drag from here would be about: the first of these that is there. */
static void
find_pressed (TbEditor *editor, double x, double y, double scale)
{
  TbTool *tool = &editor->tool;
  tool->handle = tb_editor_resize_handle_at (editor, x, y, scale);
  if (tool->handle >= 0)
    tool->pressed = tb_editor_selected_one (editor);
  else if (tb_editor_link_part_at (editor, x, y, scale, &tool->part))
    tool->pressed = tool->link = tb_editor_selected_one (editor);
  else if ((tool->pressed = tb_editor_label_at (editor, x, y)) != 0)
    tool->labels = TRUE;
  else if ((tool->link_from = tb_editor_link_handle_at (editor, x, y, scale, &tool->link_side)) != 0)
    tool->pressed = tool->link_from;
  else
    {
      tool->folds = tb_editor_fold_button_at (editor, x, y, scale);
      tool->pressed = tool->folds ? tool->folds : tb_editor_item_at (editor, x, y, scale);
      tool->moves = tb_editor_drag_moves (editor, tool->pressed, x, y, scale);
    }
}

static void
begin_press (TbEditor *editor, double x, double y, TbModifiers mods, double scale)
{
  TbTool *tool = &editor->tool;
  gboolean room = tool->state == TB_TOOL_ROOM_NEXT || (mods & ROOM_MODS) == ROOM_MODS;
  tb_tool_clear (tool);
  tool->state = TB_TOOL_PRESSED;
  tool->press = tool->pointer = (TbPoint){ x, y };
  tool->mods = mods;
  tool->scale = scale;
  tool->makes_room = room;
  if (!room)
    find_pressed (editor, x, y, scale);
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
  if (editor->tool.state != TB_TOOL_IDLE && editor->tool.state != TB_TOOL_ROOM_NEXT)
    tb_editor_cancel (editor);
  tb_editor_update_hover (editor, x, y, scale);
  begin_press (editor, x, y, mods, scale);
  /* At once, not at release: what is pressed is what the drag will be about. */
  if (editor->tool.moves && !editor->tool.was_selected && !(mods & (TB_MOD_SHIFT | TB_MOD_CTRL)))
    tb_editor_select_one (editor, editor->tool.pressed);
}

void
tb_editor_motion (TbEditor *editor, double x, double y, TbModifiers mods, double scale)
{
  TbTool *tool = &editor->tool;
  g_return_if_fail (scale > 0);
  tool->pointer = (TbPoint){ x, y };
  if (tool->state == TB_TOOL_IDLE || tool->state == TB_TOOL_TIDYING)
    {
      tb_editor_update_hover (editor, x, y, scale);
      return;
    }
  if (tool->state == TB_TOOL_PRESSED)
    {
      if (hypot (x - tool->press.x, y - tool->press.y) * scale < DRAG_PX)
        return;
      begin_drag (editor, x, y);
    }
  tool->mods = mods;
  tool->scale = scale;
  if (tools[tool->state].update)
    tools[tool->state].update (editor, x, y);
  editor->cursor = tb_editor_cursor_at (editor, x, y, scale);
  tb_editor_emit_gesture (editor);
}

/* One line may be drawn for several links: all of them are meant. */
static void
select_pressed (TbEditor *editor, TbUid pressed)
{
  g_autoptr (GArray) uids = g_array_new (FALSE, FALSE, sizeof (TbUid));
  if (pressed != 0)
    tb_scene_merged_links (editor->scene, pressed, uids);
  if (uids->len > 1)
    tb_editor_select (editor, (const TbUid *) (gpointer) uids->data, uids->len);
  else
    tb_editor_select_one (editor, pressed);
}

static void
click (TbEditor *editor)
{
  TbTool tool = editor->tool;
  tb_tool_clear (&editor->tool);
  if (tool.handle >= 0 || tool.makes_room)
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
  if (tool->state != TB_TOOL_PRESSED && tools[tool->state].end == NULL)
    return;
  tb_editor_motion (editor, x, y, mods, scale);
  if (tool->state == TB_TOOL_PRESSED)
    click (editor);
  else if (tools[tool->state].end)
    tools[tool->state].end (editor);
  tb_editor_update_hover (editor, x, y, scale);
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
  if (tools[state].previews)
    tb_editor_preview_moving (editor, 0, 0, FALSE);
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

void
tb_editor_begin_room (TbEditor *editor)
{
  tb_editor_cancel (editor);
  editor->tool.state = TB_TOOL_ROOM_NEXT;
  editor->cursor = TB_CURSOR_RESIZE_H;
  tb_editor_emit_gesture (editor);
}

TbGestureState
tb_editor_gesture (TbEditor *editor)
{
  const TbTool *tool = &editor->tool;
  return (TbGestureState){ .gesture = tools[tool->state].gesture,
                           .rect = tool->rect,
                           .from = tool->press,
                           .to = tool->pointer,
                           .target = tool->target,
                           .reason = tool->reason,
                           .caution = tool->caution,
                           .dx = tool->dx,
                           .dy = tool->dy };
}
