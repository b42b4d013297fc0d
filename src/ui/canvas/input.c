/* Pointer, wheel, touch and drops. */
#include "canvas-private.h"

#include <math.h>
#include <string.h>

#define WHEEL_STEP 60.0       /* widget pixels a click of the wheel */
#define ZOOM_STEP 1.189207115 /* the fourth root of 2 a click */
#define GROUP_TITLE 30.0 /* units of its top */
#define PALETTE_PREFIX "tierboard-palette:"

TbModifiers
tb_canvas_modifiers (GdkModifierType state)
{
  TbModifiers mods = 0;
  if (state & GDK_SHIFT_MASK)
    mods |= TB_MOD_SHIFT;
  if (state & GDK_CONTROL_MASK)
    mods |= TB_MOD_CTRL;
  if (state & GDK_ALT_MASK)
    mods |= TB_MOD_ALT;
  return mods;
}

static TbModifiers
mods_of (gpointer controller)
{
  return tb_canvas_modifiers (
      gtk_event_controller_get_current_event_state (GTK_EVENT_CONTROLLER (controller)));
}

void
tb_canvas_update_cursor (TbCanvas *canvas)
{
  static const char *names[] = {
    [TB_CURSOR_DEFAULT] = "default",       [TB_CURSOR_MOVE] = "move",
    [TB_CURSOR_LINK] = "crosshair",        [TB_CURSOR_RESIZE_H] = "ew-resize",
    [TB_CURSOR_RESIZE_V] = "ns-resize",    [TB_CURSOR_RESIZE_NWSE] = "nwse-resize",
    [TB_CURSOR_RESIZE_NESW] = "nesw-resize", [TB_CURSOR_FORBIDDEN] = "not-allowed",
  };
  const char *name = canvas->panning ? "grabbing"
                     : canvas->space ? "grab"
                     : canvas->editor ? names[tb_editor_cursor (canvas->editor)] : "default";
  gtk_widget_set_cursor_from_name (GTK_WIDGET (canvas), name);
}

/* ---- Panning --------------------------------------------------------------------------------- */

static void
begin_pan (TbCanvas *canvas)
{
  canvas->panning = TRUE;
  canvas->pan_x = canvas->pan_y = 0;
  tb_canvas_update_cursor (canvas);
}

static void
update_pan (TbCanvas *canvas, double dx, double dy)
{
  tb_canvas_pan (canvas, dx - canvas->pan_x, dy - canvas->pan_y);
  canvas->pan_x = dx;
  canvas->pan_y = dy;
}

static void
end_pan (TbCanvas *canvas)
{
  canvas->panning = FALSE;
  tb_canvas_update_cursor (canvas);
}

static void
middle_begin (GtkGestureDrag *gesture, double x, double y, TbCanvas *canvas)
{
  gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_CLAIMED);
  begin_pan (canvas);
}

static void
middle_update (GtkGestureDrag *gesture, double dx, double dy, TbCanvas *canvas)
{
  update_pan (canvas, dx, dy);
}

static void
middle_end (GtkGestureDrag *gesture, double dx, double dy, TbCanvas *canvas)
{
  end_pan (canvas);
}

/* ---- The primary button ---------------------------------------------------------------------- */

static void
feed (TbCanvas *canvas, void (*step) (TbEditor *, double, double, TbModifiers, double), double x,
      double y, TbModifiers mods)
{
  TbPoint world = tb_camera_to_world (&canvas->camera, x, y);
  step (canvas->editor, world.x, world.y, mods, canvas->camera.zoom);
}

static void
primary_begin (GtkGestureDrag *gesture, double x, double y, TbCanvas *canvas)
{
  tb_canvas_name_end (canvas, TRUE);
  gtk_widget_grab_focus (GTK_WIDGET (canvas));
  canvas->drag_x = x;
  canvas->drag_y = y;
  if (canvas->space)
    {
      begin_pan (canvas);
      return;
    }
  if (canvas->editor == NULL)
    return;
  TbUid pill = tb_editor_gesture (canvas->editor).gesture == TB_GESTURE_NONE ? tb_run_pill_at (canvas, x, y) : 0;
  if (pill != 0) /* figures speak for their link, whatever lies behind them */
    {
      tb_editor_select_one (canvas->editor, pill);
      return;
    }
  canvas->pressed = TRUE;
  feed (canvas, tb_editor_press, x, y, mods_of (gesture));
}

static void
primary_update (GtkGestureDrag *gesture, double dx, double dy, TbCanvas *canvas)
{
  if (canvas->panning)
    update_pan (canvas, dx, dy);
  else if (canvas->pressed)
    feed (canvas, tb_editor_motion, canvas->drag_x + dx, canvas->drag_y + dy, mods_of (gesture));
}

static void
primary_end (GtkGestureDrag *gesture, double dx, double dy, TbCanvas *canvas)
{
  if (canvas->panning)
    end_pan (canvas);
  else if (canvas->pressed)
    {
      canvas->pressed = FALSE;
      feed (canvas, tb_editor_release, canvas->drag_x + dx, canvas->drag_y + dy, mods_of (gesture));
    }
}

static void
primary_cancelled (GtkGesture *gesture, GdkEventSequence *sequence, TbCanvas *canvas)
{
  if (canvas->panning)
    end_pan (canvas);
  if (canvas->pressed && canvas->editor)
    tb_editor_cancel (canvas->editor);
  canvas->pressed = FALSE;
}

/* A click on the badge, or two on a group's ground; two on its title edit the title. */
static gboolean
look_inside (TbCanvas *canvas, TbUid uid, int n_press, TbPoint world)
{
  const TbScene *scene = tb_canvas_scene (canvas);
  TbUid badge = tb_scene_badge_at (scene, world.x, world.y, 2 / canvas->camera.zoom);
  TbItemKind kind;
  TbRect r;
  if (badge != 0)
    return n_press == 1 && tb_editor_drill_down (canvas->editor, badge);
  return n_press == 2 && uid != 0
         && tb_scene_hit (scene, world.x, world.y, 5 / canvas->camera.zoom) == uid
         && tb_scene_item (scene, uid, &kind, &r) && kind == TB_ITEM_GROUP
         && world.y > r.y + GROUP_TITLE && tb_editor_drill_down (canvas->editor, uid);
}

static void
clicked (GtkGestureClick *gesture, int n_press, double x, double y, TbCanvas *canvas)
{
  TbUid uid = canvas->editor ? tb_editor_selected_one (canvas->editor) : 0;
  TbPoint world = tb_camera_to_world (&canvas->camera, x, y);
  if (canvas->editor != NULL
      && (look_inside (canvas, uid, n_press, world)
          || (n_press == 2
              && tb_editor_double_press (canvas->editor, world.x, world.y, canvas->camera.zoom))))
    {
      gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_CLAIMED);
      return;
    }
  if (n_press != 2 || uid == 0
      || tb_scene_hit (tb_canvas_scene (canvas), world.x, world.y, 5 / canvas->camera.zoom) != uid)
    return;
  gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_CLAIMED);
  tb_canvas_rename (canvas, uid);
}

/* Dots of the link under the pointer stand still, so that it can be read. */
static void
hold_under_pointer (TbCanvas *canvas)
{
  TbUid uid = 0;
  TbItemKind kind;
  TbRect r;
  if (canvas->frame != NULL && canvas->editor != NULL && canvas->pointer_inside)
    {
      TbPoint at = tb_camera_to_world (&canvas->camera, canvas->pointer_x, canvas->pointer_y);
      uid = tb_scene_hit (tb_canvas_scene (canvas), at.x, at.y, 5 / canvas->camera.zoom);
    }
  if (uid != 0 && (!tb_scene_item (tb_canvas_scene (canvas), uid, &kind, &r) || kind != TB_ITEM_LINK))
    uid = 0;
  tb_traffic_hold_link (canvas->traffic, uid, tb_canvas_now_ns (canvas));
}

static void
moved (GtkEventControllerMotion *motion, double x, double y, TbCanvas *canvas)
{
  canvas->pointer_x = x;
  canvas->pointer_y = y;
  canvas->pointer_inside = TRUE;
  if (canvas->editor != NULL && !canvas->pressed && !canvas->panning)
    feed (canvas, tb_editor_motion, x, y, mods_of (motion));
  hold_under_pointer (canvas);
}

static void
left (GtkEventControllerMotion *motion, TbCanvas *canvas)
{
  canvas->pointer_inside = FALSE;
  hold_under_pointer (canvas);
  if (canvas->editor != NULL)
    tb_editor_leave (canvas->editor);
}

gboolean
tb_canvas_pointer (TbCanvas *canvas, TbPoint *world)
{
  if (canvas->pointer_inside)
    *world = tb_camera_to_world (&canvas->camera, canvas->pointer_x, canvas->pointer_y);
  return canvas->pointer_inside;
}

/* ---- The menu -------------------------------------------------------------------------------- */

void
tb_canvas_context_menu (TbCanvas *canvas, double x, double y, gboolean pointer)
{
  TbUid uid = canvas->editor ? tb_editor_selected_one (canvas->editor) : 0;
  TbItemKind kind;
  TbRect r;

  if (canvas->editor == NULL)
    return;
  if (pointer)
    {
      TbPoint world = tb_camera_to_world (&canvas->camera, x, y);
      uid = tb_scene_hit (tb_canvas_scene (canvas), world.x, world.y, 5 / canvas->camera.zoom);
      if (uid == 0 || !tb_editor_is_selected (canvas->editor, uid))
        tb_editor_select_one (canvas->editor, uid);
    }
  else if (uid && tb_scene_item (tb_canvas_scene (canvas), uid, &kind, &r))
    tb_canvas_from_world (canvas, &(TbPoint){ r.x + r.width / 2, r.y + r.height / 2 }, &x, &y);
  guint replica = pointer && uid ? tb_canvas_replica_at (canvas, uid, x, y) : 0;
  g_signal_emit_by_name (canvas, "context-menu", uid, replica, x, y);
}

static void
secondary_pressed (GtkGestureClick *gesture, int n_press, double x, double y, TbCanvas *canvas)
{
  tb_canvas_name_end (canvas, TRUE);
  gtk_widget_grab_focus (GTK_WIDGET (canvas));
  gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_CLAIMED);
  tb_canvas_context_menu (canvas, x, y, TRUE);
}

static void
held_long (GtkGestureLongPress *gesture, double x, double y, TbCanvas *canvas)
{
  if (canvas->editor)
    tb_editor_cancel (canvas->editor);
  canvas->pressed = FALSE;
  tb_canvas_context_menu (canvas, x, y, TRUE);
}

/* ---- Wheel and pinch ------------------------------------------------------------------------- */

static gboolean
scrolled (GtkEventControllerScroll *scroll, double dx, double dy, TbCanvas *canvas)
{
  TbModifiers mods = mods_of (scroll);
  gboolean wheel = gtk_event_controller_scroll_get_unit (scroll) == GDK_SCROLL_UNIT_WHEEL;
  double step = wheel ? WHEEL_STEP : 1;

  if (mods & TB_MOD_CTRL)
    tb_canvas_zoom_at (canvas, canvas->camera.zoom * pow (ZOOM_STEP, -dy * (wheel ? 1 : 0.05)),
                       canvas->pointer_x, canvas->pointer_y);
  else if (mods & TB_MOD_SHIFT)
    tb_canvas_pan (canvas, -(dx + dy) * step, 0);
  else
    tb_canvas_pan (canvas, -dx * step, -dy * step);
  return GDK_EVENT_STOP;
}

static void
pinch_begin (GtkGesture *gesture, GdkEventSequence *sequence, TbCanvas *canvas)
{
  canvas->pinch_zoom = canvas->camera.zoom;
  if (canvas->editor)
    tb_editor_cancel (canvas->editor);
  canvas->pressed = FALSE;
}

static void
pinched (GtkGestureZoom *gesture, double scale, TbCanvas *canvas)
{
  double x, y;
  if (gtk_gesture_get_bounding_box_center (GTK_GESTURE (gesture), &x, &y))
    tb_canvas_zoom_at (canvas, canvas->pinch_zoom * scale, x, y);
}

/* ---- Drops ----------------------------------------------------------------------------------- */

static const TbPaletteRow *
dropped_row (const GValue *value)
{
  const char *name = value && G_VALUE_HOLDS_STRING (value) ? g_value_get_string (value) : NULL;
  if (name == NULL)
    return NULL;
  if (g_str_has_prefix (name, PALETTE_PREFIX))
    name += strlen (PALETTE_PREFIX);
  return tb_palette_find (name);
}

static gboolean
dropped (GtkDropTarget *target, const GValue *value, double x, double y, TbCanvas *canvas)
{
  const TbPaletteRow *row = dropped_row (value);
  TbPoint world = tb_camera_to_world (&canvas->camera, x, y);
  if (canvas->editor == NULL || row == NULL)
    return FALSE;
  tb_editor_cancel (canvas->editor);
  tb_editor_create (canvas->editor, row, world.x, world.y, 0);
  gtk_widget_grab_focus (GTK_WIDGET (canvas));
  return TRUE;
}

/* The outline of what would be put down follows the pointer. */
static GdkDragAction
drag_over (GtkDropTarget *target, double x, double y, TbCanvas *canvas)
{
  const TbPaletteRow *row = dropped_row (gtk_drop_target_get_value (target));
  if (canvas->editor == NULL)
    return 0;
  if (row != NULL)
    {
      if (tb_editor_gesture (canvas->editor).gesture != TB_GESTURE_CREATE)
        tb_editor_begin_create (canvas->editor, row);
      feed (canvas, tb_editor_motion, x, y, 0);
    }
  return GDK_ACTION_COPY;
}

static void
drag_left (GtkDropTarget *target, TbCanvas *canvas)
{
  if (canvas->editor != NULL)
    tb_editor_cancel (canvas->editor);
}

/* ---- Tooltips -------------------------------------------------------------------------------- */

static gboolean
ask_tooltip (GtkWidget *widget, int x, int y, gboolean keyboard, GtkTooltip *tooltip, gpointer data)
{
  TbCanvas *canvas = TB_CANVAS (widget);
  TbPoint world = tb_camera_to_world (&canvas->camera, x, y);
  if (canvas->editor == NULL)
    return FALSE;
  TbGestureState gesture = tb_editor_gesture (canvas->editor);
  if (gesture.gesture != TB_GESTURE_NONE)
    return FALSE;
  TbUid pill = tb_run_pill_at (canvas, x, y);
  TbUid uid = pill ? pill : tb_scene_hit (tb_canvas_scene (canvas), world.x, world.y, 6 / canvas->camera.zoom);
  const char *running = tb_run_layer_tooltip (canvas->run, uid);
  g_autofree char *instances = running ? NULL : tb_run_instances_tooltip (canvas, uid);
  const char *text = running     ? running
                     : instances ? instances
                                 : tb_canvas_problem_of (canvas, uid);
  gtk_tooltip_set_text (tooltip, text);
  return text != NULL;
}

static void
add_drag (TbCanvas *canvas, guint button, GCallback begin, GCallback update, GCallback end)
{
  GtkGesture *drag = gtk_gesture_drag_new ();
  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (drag), button);
  g_signal_connect (drag, "drag-begin", begin, canvas);
  g_signal_connect (drag, "drag-update", update, canvas);
  g_signal_connect (drag, "drag-end", end, canvas);
  g_signal_connect (drag, "cancel", G_CALLBACK (primary_cancelled), canvas);
  gtk_widget_add_controller (GTK_WIDGET (canvas), GTK_EVENT_CONTROLLER (drag));
}

static void
add_click (TbCanvas *canvas, guint button, GCallback pressed)
{
  GtkGesture *click = gtk_gesture_click_new ();
  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (click), button);
  g_signal_connect (click, "pressed", pressed, canvas);
  gtk_widget_add_controller (GTK_WIDGET (canvas), GTK_EVENT_CONTROLLER (click));
}

static void
add_touch (TbCanvas *canvas)
{
  GtkGesture *zoom = gtk_gesture_zoom_new (), *hold = gtk_gesture_long_press_new ();
  g_signal_connect (zoom, "begin", G_CALLBACK (pinch_begin), canvas);
  g_signal_connect (zoom, "scale-changed", G_CALLBACK (pinched), canvas);
  gtk_widget_add_controller (GTK_WIDGET (canvas), GTK_EVENT_CONTROLLER (zoom));
  gtk_gesture_single_set_touch_only (GTK_GESTURE_SINGLE (hold), TRUE);
  g_signal_connect (hold, "pressed", G_CALLBACK (held_long), canvas);
  gtk_widget_add_controller (GTK_WIDGET (canvas), GTK_EVENT_CONTROLLER (hold));
}

void
tb_canvas_add_input (TbCanvas *canvas)
{
  GtkWidget *widget = GTK_WIDGET (canvas);
  GtkEventController *motion = gtk_event_controller_motion_new ();
  GtkEventController *scroll
      = gtk_event_controller_scroll_new (GTK_EVENT_CONTROLLER_SCROLL_BOTH_AXES);
  GtkDropTarget *drop = gtk_drop_target_new (G_TYPE_STRING, GDK_ACTION_COPY);

  add_drag (canvas, GDK_BUTTON_PRIMARY, G_CALLBACK (primary_begin), G_CALLBACK (primary_update),
            G_CALLBACK (primary_end));
  add_drag (canvas, GDK_BUTTON_MIDDLE, G_CALLBACK (middle_begin), G_CALLBACK (middle_update),
            G_CALLBACK (middle_end));
  add_click (canvas, GDK_BUTTON_PRIMARY, G_CALLBACK (clicked));
  add_click (canvas, GDK_BUTTON_SECONDARY, G_CALLBACK (secondary_pressed));
  add_touch (canvas);
  g_signal_connect (motion, "motion", G_CALLBACK (moved), canvas);
  g_signal_connect (motion, "leave", G_CALLBACK (left), canvas);
  gtk_widget_add_controller (widget, motion);
  g_signal_connect (scroll, "scroll", G_CALLBACK (scrolled), canvas);
  gtk_widget_add_controller (widget, scroll);
  gtk_drop_target_set_preload (drop, TRUE);
  g_signal_connect (drop, "drop", G_CALLBACK (dropped), canvas);
  g_signal_connect (drop, "motion", G_CALLBACK (drag_over), canvas);
  g_signal_connect (drop, "leave", G_CALLBACK (drag_left), canvas);
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (drop));
  gtk_widget_set_has_tooltip (widget, TRUE);
  g_signal_connect (widget, "query-tooltip", G_CALLBACK (ask_tooltip), NULL);
}
