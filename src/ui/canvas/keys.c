/* The keyboard. Arrows walk the drawing, with Shift they add to the selection; Tab goes through all
 * of it in reading order, links too; commands come from the editor's table; typing on a selected
 * element names it. */
#include "canvas-private.h"

#include <math.h>
#include <string.h>

#define ZOOM_STEP 1.41421356

typedef struct
{
  guint key;
  int dx, dy;
} Arrow;

static const Arrow arrows[] = {
  { GDK_KEY_Left, -1, 0 },    { GDK_KEY_Right, 1, 0 },    { GDK_KEY_Up, 0, -1 },
  { GDK_KEY_Down, 0, 1 },     { GDK_KEY_KP_Left, -1, 0 }, { GDK_KEY_KP_Right, 1, 0 },
  { GDK_KEY_KP_Up, 0, -1 },   { GDK_KEY_KP_Down, 0, 1 },
};

static const Arrow *
find_arrow (guint key)
{
  for (guint i = 0; i < G_N_ELEMENTS (arrows); i++)
    if (arrows[i].key == key)
      return &arrows[i];
  return NULL;
}

/* ---- Walking --------------------------------------------------------------------------------- */

static void
go_to (TbCanvas *canvas, TbUid uid, gboolean extend)
{
  if (uid == 0)
    return;
  if (!extend)
    tb_editor_select_one (canvas->editor, uid);
  else if (!tb_editor_is_selected (canvas->editor, uid))
    tb_editor_toggle (canvas->editor, uid);
  tb_canvas_scroll_to (canvas, uid);
  tb_items_focus (canvas->items, uid);
}

/* From the element with the focus, or the last one selected. */
static TbUid
current (TbCanvas *canvas)
{
  guint n;
  TbUid focused = tb_items_focused (canvas->items);
  const TbUid *uids = tb_editor_selection (canvas->editor, &n);
  if (focused != 0 && (n == 0 || tb_editor_is_selected (canvas->editor, focused)))
    return focused;
  return n > 0 ? uids[n - 1] : 0;
}

static void
walk (TbCanvas *canvas, const Arrow *arrow, gboolean extend)
{
  TbUid from = current (canvas);
  go_to (canvas,
         from ? tb_editor_neighbour (canvas->editor, from, arrow->dx, arrow->dy)
              : tb_editor_reading_step (canvas->editor, 0, arrow->dx + arrow->dy < 0 ? -1 : 1),
         extend);
}

static void
step (TbCanvas *canvas, int by, gboolean extend)
{
  go_to (canvas, tb_editor_reading_step (canvas->editor, current (canvas), by), extend);
}

/* ---- Looking --------------------------------------------------------------------------------- */

static void
zoom_in (TbCanvas *canvas)
{
  tb_canvas_set_zoom (canvas, canvas->camera.zoom * ZOOM_STEP);
}

static void
zoom_out (TbCanvas *canvas)
{
  tb_canvas_set_zoom (canvas, canvas->camera.zoom / ZOOM_STEP);
}

static void
zoom_one (TbCanvas *canvas)
{
  tb_canvas_set_zoom (canvas, 1);
}

static const struct
{
  guint keys[4];
  void (*run) (TbCanvas *canvas);
} looks[] = {
  { { GDK_KEY_plus, GDK_KEY_equal, GDK_KEY_KP_Add }, zoom_in },
  { { GDK_KEY_minus, GDK_KEY_KP_Subtract, GDK_KEY_underscore }, zoom_out },
  { { GDK_KEY_0, GDK_KEY_KP_0 }, zoom_one },
  { { GDK_KEY_1, GDK_KEY_KP_1 }, tb_canvas_zoom_to_fit },
  { { GDK_KEY_2, GDK_KEY_KP_2 }, tb_canvas_zoom_to_selection },
};

static gboolean
look (TbCanvas *canvas, guint key)
{
  for (guint i = 0; i < G_N_ELEMENTS (looks); i++)
    for (guint k = 0; k < G_N_ELEMENTS (looks[i].keys); k++)
      if (looks[i].keys[k] == key)
        {
          looks[i].run (canvas);
          return TRUE;
        }
  return FALSE;
}

/* ---- Commands and names ---------------------------------------------------------------------- */

static gboolean
run_command (TbCanvas *canvas, guint key, GdkModifierType state)
{
  guint n;
  const TbCommandRow *rows = tb_commands (&n);
  GdkModifierType mask = GDK_CONTROL_MASK | GDK_SHIFT_MASK | GDK_ALT_MASK;
  for (guint i = 0; i < n; i++)
    {
      guint accel;
      GdkModifierType mods;
      if (rows[i].accel && gtk_accelerator_parse (rows[i].accel, &accel, &mods)
          && accel == gdk_keyval_to_lower (key) && mods == (state & mask))
        return tb_editor_run (canvas->editor, rows[i].name);
    }
  return FALSE;
}

static gboolean
type_name (TbCanvas *canvas, guint key)
{
  TbUid uid = tb_editor_selected_one (canvas->editor);
  gunichar c = gdk_keyval_to_unicode (key);
  char typed[8] = { 0 };
  TbItemKind kind;
  TbRect r;
  if (uid == 0 || c == 0 || !g_unichar_isgraph (c)
      || !tb_scene_item (tb_canvas_scene (canvas), uid, &kind, &r))
    return FALSE;
  g_unichar_to_utf8 (c, typed);
  tb_canvas_name_begin (canvas, uid, typed);
  return TRUE;
}

/* From an element with the focus to the next in reading order; behind the last one, and where none
 * has it, Tab goes on to the next part of the window. */
static gboolean
tab (TbCanvas *canvas, int by)
{
  TbUid focused = tb_items_focused (canvas->items);
  TbUid next = focused ? tb_editor_reading_step (canvas->editor, focused, by) : 0;
  go_to (canvas, next, FALSE);
  return next != 0;
}

static gboolean
plain_key (TbCanvas *canvas, guint key, gboolean shift)
{
  switch (key)
    {
    case GDK_KEY_Return:
    case GDK_KEY_KP_Enter:
    case GDK_KEY_ISO_Enter:
      return tb_canvas_tidy_take (canvas) || tb_editor_run (canvas->editor, "rename");
    case GDK_KEY_BackSpace:
    case GDK_KEY_KP_Delete:
      return tb_editor_run (canvas->editor, "delete");
    case GDK_KEY_Page_Down:
    case GDK_KEY_Page_Up:
      step (canvas, key == GDK_KEY_Page_Down ? 1 : -1, shift);
      return TRUE;
    case GDK_KEY_Home:
    case GDK_KEY_End:
      go_to (canvas, tb_editor_reading_step (canvas->editor, 0, key == GDK_KEY_Home ? 1 : -1), shift);
      return TRUE;
    case GDK_KEY_plus:
    case GDK_KEY_KP_Add:
      return tb_editor_run (canvas->editor, "replicas-more") || type_name (canvas, key);
    case GDK_KEY_minus:
    case GDK_KEY_KP_Subtract:
      return tb_editor_run (canvas->editor, "replicas-fewer") || type_name (canvas, key);
    case GDK_KEY_Tab:
    case GDK_KEY_ISO_Left_Tab:
      return tab (canvas, shift ? -1 : 1);
    case GDK_KEY_Menu:
      tb_canvas_context_menu (canvas, canvas->camera.width / 2, canvas->camera.height / 2, FALSE);
      return TRUE;
    case GDK_KEY_F10:
      if (shift)
        tb_canvas_context_menu (canvas, canvas->camera.width / 2, canvas->camera.height / 2, FALSE);
      return shift;
    case GDK_KEY_space:
      canvas->space = TRUE;
      tb_canvas_update_cursor (canvas);
      return TRUE;
    default:
      return type_name (canvas, key);
    }
}

/* Escape drops the gesture first, then the selection, then does what others do with it. */
static gboolean
escape (TbCanvas *canvas)
{
  if (canvas->pressed || tb_editor_gesture (canvas->editor).gesture != TB_GESTURE_NONE)
    {
      tb_editor_cancel (canvas->editor);
      canvas->pressed = FALSE;
      return TRUE;
    }
  guint n;
  tb_editor_selection (canvas->editor, &n);
  if (n == 0)
    return FALSE;
  tb_editor_select_one (canvas->editor, 0);
  gtk_widget_grab_focus (GTK_WIDGET (canvas));
  return TRUE;
}

static gboolean
key_pressed (GtkEventControllerKey *controller, guint key, guint code, GdkModifierType state,
             TbCanvas *canvas)
{
  const Arrow *arrow = find_arrow (key);
  gboolean ctrl = (state & GDK_CONTROL_MASK) != 0, shift = (state & GDK_SHIFT_MASK) != 0;

  if (canvas->editor == NULL || canvas->name_edit != NULL)
    return FALSE;
  if (key == GDK_KEY_Escape)
    return escape (canvas);
  if (run_command (canvas, key, state))
    return TRUE;
  if (state & GDK_ALT_MASK)
    return FALSE;
  if (ctrl)
    return look (canvas, key);
  if (arrow != NULL)
    {
      walk (canvas, arrow, shift);
      return TRUE;
    }
  return plain_key (canvas, key, shift);
}

static void
key_released (GtkEventControllerKey *controller, guint key, guint code, GdkModifierType state,
              TbCanvas *canvas)
{
  if (key != GDK_KEY_space || !canvas->space)
    return;
  canvas->space = FALSE;
  tb_canvas_update_cursor (canvas);
}

static void
focus_came (GtkEventControllerFocus *focus, TbCanvas *canvas)
{
  tb_canvas_live_changed (canvas);
}

static void
focus_left (GtkEventControllerFocus *focus, TbCanvas *canvas)
{
  canvas->space = FALSE;
  canvas->tabbed = FALSE;
  tb_canvas_live_changed (canvas);
}

void
tb_canvas_add_keys (TbCanvas *canvas)
{
  GtkEventController *keys = gtk_event_controller_key_new ();
  GtkEventController *focus = gtk_event_controller_focus_new ();
  g_signal_connect (keys, "key-pressed", G_CALLBACK (key_pressed), canvas);
  g_signal_connect (keys, "key-released", G_CALLBACK (key_released), canvas);
  gtk_widget_add_controller (GTK_WIDGET (canvas), keys);
  g_signal_connect (focus, "enter", G_CALLBACK (focus_came), canvas);
  g_signal_connect (focus, "leave", G_CALLBACK (focus_left), canvas);
  gtk_widget_add_controller (GTK_WIDGET (canvas), focus);
}

/* ---- Help ------------------------------------------------------------------------------------ */

const TbKeyRow *
tb_canvas_key_rows (guint *n)
{
  static const TbKeyRow rows[] = {
    { "Left Right Up Down", "Go to the next element that way" },
    { "Tab", "Next element in reading order, links too" },
    { "<Shift>Tab", "The one before it" },
    { "Home End", "First, last element" },
    { "<Shift>Left <Shift>Right", "Add the next element to the selection" },
    { "Return", "Edit the name; letters begin a new one" },
    { "<Control>Return", "Take over a text of several lines" },
    { "Menu", "Menu of the element" },
    { "space", "Held: drag the drawing" },
    { "Escape", "Give up the gesture, then the selection" },
  };
  *n = G_N_ELEMENTS (rows);
  return rows;
}
