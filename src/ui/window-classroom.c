/* Classroom: the drawing and a scenario alone, full screen and large, a key a step. What a presenter's clicker
 * sends (Page Down) does as Space does; Escape leaves, and everything is as it was before. */
#include "window-private.h"

#include "look.h"
#include "tb-canvas.h"
#include "util.h"

#define SCALE 1.5
#define FIT_MOST 2.5 /* a small drawing fills the room */

typedef struct
{
  gboolean was_fullscreen, was_stepping;
  gboolean sides[2]; /* panels that were open */
  TbSheet *sheet;
} Before;

static const guint step_keys[] = { GDK_KEY_space, GDK_KEY_KP_Space, GDK_KEY_Return, GDK_KEY_KP_Enter, GDK_KEY_Page_Down };

static gboolean
is_step_key (guint key)
{
  for (guint i = 0; i < G_N_ELEMENTS (step_keys); i++)
    if (key == step_keys[i])
      return TRUE;
  return FALSE;
}

/* The first key begins, each further one goes a step on. */
static void
step (TbWindow *self)
{
  TbScenarioPhase phase = tb_sheet_scenario_phase (self->sheet);
  if (phase == TB_SCENARIO_READY)
    tb_sheet_run_scenario (self->sheet);
  else
    tb_sheet_scenario_next (self->sheet);
}

/* A button or an entry that has the focus keeps its keys. */
static gboolean
key_pressed (GtkEventControllerKey *keys, guint key, guint code, GdkModifierType state, TbWindow *self)
{
  GtkWidget *focus = gtk_window_get_focus (GTK_WINDOW (self));
  gboolean plain = (state & (GDK_CONTROL_MASK | GDK_ALT_MASK | GDK_SHIFT_MASK)) == 0;
  if (!self->classroom || !self->sheet || !plain)
    return FALSE;
  if (key == GDK_KEY_Escape)
    {
      tb_window_set_classroom (self, FALSE);
      return TRUE;
    }
  if (!is_step_key (key) || GTK_IS_EDITABLE (focus) || (key != GDK_KEY_Page_Down && GTK_IS_BUTTON (focus)))
    return FALSE;
  step (self);
  return TRUE;
}

/* ---- What is shown ------------------------------------------------------------------------------ */

static GtkWidget *
new_buttons (void)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 4);
  GtkWidget *print = gtk_toggle_button_new_with_label ("Black on white");
  gtk_actionable_set_action_name (GTK_ACTIONABLE (print), "win.print-look");
  gtk_widget_set_tooltip_text (print, "High contrast, without a need for colour");
  gtk_box_append (GTK_BOX (box), print);
  gtk_box_append (GTK_BOX (box), tb_ui_icon_button ("view-restore-symbolic", "Leave the classroom (Escape)", "win.classroom"));
  gtk_widget_add_css_class (box, "classroom-buttons");
  gtk_widget_set_halign (box, GTK_ALIGN_END);
  gtk_widget_set_valign (box, GTK_ALIGN_START);
  return box;
}

static void
show_chrome (TbWindow *self, gboolean shown)
{
  gtk_widget_set_visible (GTK_WIDGET (self->header), shown);
  if (self->bar)
    gtk_widget_set_visible (self->bar, shown);
}

static void
show_panels (TbSheet *sheet, const Before *before, gboolean shown)
{
  gtk_widget_set_visible (gtk_paned_get_end_child (GTK_PANED (sheet->paned)), shown);
  gtk_widget_set_visible (gtk_widget_get_parent (GTK_WIDGET (sheet->minimap)), shown);
  gtk_widget_set_visible (GTK_WIDGET (sheet->view_bar), shown);
  gtk_widget_set_visible (sheet->time_box, shown || sheet->recording != NULL);
  tb_canvas_set_fit_most (sheet->canvas, shown ? 1 : FIT_MOST);
  gtk_widget_set_opacity (sheet->taps, shown ? 1 : 0);
  for (int side = 0; side < 2; side++)
    if (before->sides[side] && tb_shell_is_open (sheet->shell, (TbShellSide) side) != shown)
      tb_shell_toggle (sheet->shell, (TbShellSide) side);
}

static gboolean
fit (gpointer data)
{
  tb_canvas_zoom_to_fit (TB_CANVAS (data));
  return G_SOURCE_REMOVE;
}

static void
fit_soon (TbSheet *sheet)
{
  g_timeout_add_full (G_PRIORITY_LOW, 200, fit, g_object_ref (sheet->canvas), g_object_unref);
}

/* ---- In and out --------------------------------------------------------------------------------- */

static void
enter (TbWindow *self)
{
  Before *before = g_new0 (Before, 1);
  TbSheet *sheet = self->sheet;
  before->sheet = g_object_ref (sheet);
  before->was_fullscreen = gtk_window_is_fullscreen (GTK_WINDOW (self));
  before->was_stepping = tb_sheet_scenario_stepping (sheet);
  for (int side = 0; side < 2; side++)
    before->sides[side] = tb_shell_is_open (sheet->shell, (TbShellSide) side);
  self->classroom = before;
  gtk_widget_add_css_class (GTK_WIDGET (self), "classroom");
  show_chrome (self, FALSE);
  show_panels (sheet, before, FALSE);
  tb_scenario_bar_set_scale (sheet->scenario_bar, SCALE);
  tb_sheet_set_scenario_stepping (sheet, TRUE);
  tb_sheet_offer_scenario (sheet);
  gtk_window_fullscreen (GTK_WINDOW (self));
  self->classroom_buttons = new_buttons ();
  gtk_overlay_add_overlay (GTK_OVERLAY (gtk_widget_get_parent (self->announcer)), self->classroom_buttons);
  gtk_widget_grab_focus (GTK_WIDGET (sheet->canvas));
  fit_soon (sheet);
}

static void
leave (TbWindow *self)
{
  g_autofree Before *before = g_steal_pointer (&self->classroom);
  g_autoptr (TbSheet) sheet = before->sheet;
  gtk_overlay_remove_overlay (GTK_OVERLAY (gtk_widget_get_parent (self->announcer)), self->classroom_buttons);
  self->classroom_buttons = NULL;
  gtk_widget_remove_css_class (GTK_WIDGET (self), "classroom");
  tb_look_set_print (FALSE);
  show_chrome (self, TRUE);
  show_panels (sheet, before, TRUE);
  tb_scenario_bar_set_scale (sheet->scenario_bar, 1);
  tb_sheet_set_scenario_stepping (sheet, before->was_stepping);
  if (!before->was_fullscreen)
    gtk_window_unfullscreen (GTK_WINDOW (self));
  gtk_widget_grab_focus (GTK_WIDGET (sheet->canvas));
  fit_soon (sheet);
}

void
tb_window_set_classroom (TbWindow *self, gboolean on)
{
  if (on == (self->classroom != NULL) || (on && !self->sheet))
    return;
  if (on)
    enter (self);
  else
    leave (self);
  GAction *action = g_action_map_lookup_action (G_ACTION_MAP (self), "classroom");
  g_simple_action_set_state (G_SIMPLE_ACTION (action), g_variant_new_boolean (on));
  action = g_action_map_lookup_action (G_ACTION_MAP (self), "print-look");
  g_simple_action_set_enabled (G_SIMPLE_ACTION (action), on);
  g_simple_action_set_state (G_SIMPLE_ACTION (action), g_variant_new_boolean (FALSE));
}

void
tb_window_watch_classroom_keys (TbWindow *self)
{
  GtkEventController *keys = gtk_event_controller_key_new ();
  gtk_event_controller_set_propagation_phase (keys, GTK_PHASE_CAPTURE);
  g_signal_connect (keys, "key-pressed", G_CALLBACK (key_pressed), self);
  gtk_widget_add_controller (GTK_WIDGET (self), keys);
}
