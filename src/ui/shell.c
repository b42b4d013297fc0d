/* A panel is in one of these states; `open` is what the person wants while wide, `over` while
 * narrow, and crossing the threshold (size_allocate) closes the overlays:
 *
 *   wide:    beside ⇄ hidden        tb_shell_toggle()
 *   narrow:  hidden ⇄ over          tb_shell_toggle(), tb_shell_close_overlays(), the scrim
 */
#include "shell.h"

#include <adwaita.h>

#include "util.h"

#define MIN_WIDTH 180
#define MAX_WIDTH 480
#define HANDLE 8
#define STEP 16

typedef struct
{
  TbShell *shell;
  TbShellSide side;
  GtkWidget *child, *handle;
  int width, width_before;
  gboolean open, over;
  double shown; /* 0 … 1 of an overlay's width */
  AdwAnimation *slide;
} Panel;

struct _TbShell
{
  GtkWidget parent;
  GtkWidget *middle, *scrim;
  Panel panels[2];
  gboolean narrow;
};

G_DEFINE_FINAL_TYPE (TbShell, tb_shell, GTK_TYPE_WIDGET)

static guint layout_changed;

static void
changed (TbShell *self)
{
  gtk_widget_queue_resize (GTK_WIDGET (self));
  g_signal_emit (self, layout_changed, 0);
}

gboolean
tb_shell_is_narrow (TbShell *shell)
{
  return shell->narrow;
}

gboolean
tb_shell_is_open (TbShell *shell, TbShellSide side)
{
  const Panel *panel = &shell->panels[side];
  return shell->narrow ? panel->over : panel->open;
}

int
tb_shell_width (TbShell *shell, TbShellSide side)
{
  return shell->panels[side].width;
}

void
tb_shell_set_width (TbShell *shell, TbShellSide side, int width)
{
  Panel *panel = &shell->panels[side];
  width = CLAMP (width, MIN_WIDTH, MAX_WIDTH);
  if (panel->width == width)
    return;
  panel->width = width;
  gtk_accessible_update_property (GTK_ACCESSIBLE (panel->handle), GTK_ACCESSIBLE_PROPERTY_VALUE_NOW,
                                  (double) width, -1);
  changed (shell);
}

/* ---- Overlays -------------------------------------------------------------------------------- */

static void
slide_to (double value, gpointer data)
{
  Panel *panel = data;
  panel->shown = value;
  gtk_widget_queue_allocate (GTK_WIDGET (panel->shell));
}

static void
set_over (Panel *panel, gboolean over)
{
  panel->over = over;
  if (!panel->slide)
    {
      AdwAnimationTarget *target = adw_callback_animation_target_new (slide_to, panel, NULL);
      panel->slide = adw_timed_animation_new (GTK_WIDGET (panel->shell), 0, 1, 200, target);
    }
  AdwTimedAnimation *slide = ADW_TIMED_ANIMATION (panel->slide);
  adw_timed_animation_set_value_from (slide, panel->shown);
  adw_timed_animation_set_value_to (slide, over ? 1 : 0);
  adw_animation_play (panel->slide);
  changed (panel->shell);
}

gboolean
tb_shell_close_overlays (TbShell *shell)
{
  gboolean any = FALSE;
  for (int side = 0; side < 2; side++)
    if (shell->narrow && shell->panels[side].over)
      {
        set_over (&shell->panels[side], FALSE);
        any = TRUE;
      }
  return any;
}

void
tb_shell_toggle (TbShell *shell, TbShellSide side)
{
  Panel *panel = &shell->panels[side];
  if (shell->narrow)
    {
      gboolean over = !panel->over;
      tb_shell_close_overlays (shell);
      set_over (panel, over);
      if (over)
        gtk_widget_child_focus (panel->child, GTK_DIR_TAB_FORWARD);
      return;
    }
  panel->open = !panel->open;
  changed (shell);
}

static void
scrim_pressed (GtkGestureClick *click, int n, double x, double y, TbShell *self)
{
  tb_shell_close_overlays (self);
}

/* ---- Handles --------------------------------------------------------------------------------- */

static void
handle_begin (GtkGestureDrag *drag, double x, double y, Panel *panel)
{
  panel->width_before = panel->width;
  gtk_gesture_set_state (GTK_GESTURE (drag), GTK_EVENT_SEQUENCE_CLAIMED);
}

/* The handle moves with the width, so the offset is asked for in the shell's coordinates. */
static void
handle_update (GtkGestureDrag *drag, double dx, double dy, Panel *panel)
{
  double start_x, start_y, x, y;
  gtk_gesture_drag_get_start_point (drag, &start_x, &start_y);
  gtk_widget_translate_coordinates (panel->handle, GTK_WIDGET (panel->shell), start_x + dx,
                                    start_y + dy, &x, &y);
  int whole = gtk_widget_get_width (GTK_WIDGET (panel->shell));
  tb_shell_set_width (panel->shell, panel->side,
                      panel->side == TB_SHELL_LEFT ? (int) x : whole - (int) x);
}

static gboolean
handle_key (GtkEventControllerKey *keys, guint keyval, guint keycode, GdkModifierType state,
            Panel *panel)
{
  int out = panel->side == TB_SHELL_LEFT ? STEP : -STEP;
  if (keyval == GDK_KEY_Left)
    tb_shell_set_width (panel->shell, panel->side, panel->width - out);
  else if (keyval == GDK_KEY_Right)
    tb_shell_set_width (panel->shell, panel->side, panel->width + out);
  else
    return FALSE;
  return TRUE;
}

static GtkWidget *
new_handle (Panel *panel)
{
  GtkWidget *handle = g_object_new (ADW_TYPE_BIN, "focusable", TRUE, "css-name", "handle",
                                    "accessible-role", GTK_ACCESSIBLE_ROLE_SEPARATOR, NULL);
  tb_ui_name (handle, panel->side == TB_SHELL_LEFT ? "Width of the left panel"
                                                   : "Width of the right panel");
  gtk_widget_set_cursor_from_name (handle, "col-resize");
  GtkGesture *drag = gtk_gesture_drag_new ();
  g_signal_connect (drag, "drag-begin", G_CALLBACK (handle_begin), panel);
  g_signal_connect (drag, "drag-update", G_CALLBACK (handle_update), panel);
  gtk_widget_add_controller (handle, GTK_EVENT_CONTROLLER (drag));
  GtkEventController *keys = gtk_event_controller_key_new ();
  g_signal_connect (keys, "key-pressed", G_CALLBACK (handle_key), panel);
  gtk_widget_add_controller (handle, keys);
  return handle;
}

/* ---- Layout ---------------------------------------------------------------------------------- */

static void
tb_shell_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum,
                  int *natural, int *minimum_baseline, int *natural_baseline)
{
  TbShell *self = TB_SHELL (widget);
  GtkWidget *children[] = { self->middle, self->panels[0].child, self->panels[1].child };
  *minimum = *natural = 0;
  for (guint i = 0; i < G_N_ELEMENTS (children); i++)
    {
      int min, nat;
      gtk_widget_measure (children[i], orientation, -1, &min, &nat, NULL, NULL);
      if (orientation == GTK_ORIENTATION_VERTICAL || i == 0)
        {
          *minimum = MAX (*minimum, min);
          *natural = MAX (*natural, nat);
        }
    }
}

static void
allocate_at (GtkWidget *child, int x, int width, int height)
{
  GskTransform *at = gsk_transform_translate (NULL, &GRAPHENE_POINT_INIT (x, 0));
  gtk_widget_allocate (child, MAX (width, 0), height, -1, at);
}

static int
panel_width (Panel *panel, int whole)
{
  int min;
  gtk_widget_measure (panel->child, GTK_ORIENTATION_HORIZONTAL, -1, &min, NULL, NULL, NULL);
  return MAX (min, panel->shell->narrow ? MIN (panel->width + 40, whole - 48) : panel->width);
}

/* Returns what is left of the middle. */
static int
allocate_panel (Panel *panel, int width, int height)
{
  TbShell *self = panel->shell;
  gboolean beside = !self->narrow && panel->open, over = self->narrow && panel->shown > 0;
  gtk_widget_set_child_visible (panel->child, beside || over);
  gtk_widget_set_child_visible (panel->handle, beside);
  if (!beside && !over)
    return 0;
  int w = panel_width (panel, width), shown = over ? (int) (w * panel->shown) : w;
  gboolean left = panel->side == TB_SHELL_LEFT;
  allocate_at (panel->child, left ? shown - w : width - shown, w, height);
  if (beside)
    allocate_at (panel->handle, (left ? w : width - w) - HANDLE / 2, HANDLE, height);
  return beside ? w : 0;
}

static void
set_narrow (TbShell *self, gboolean narrow)
{
  self->narrow = narrow;
  for (int side = 0; side < 2; side++)
    {
      Panel *panel = &self->panels[side];
      if (panel->slide)
        adw_animation_reset (panel->slide);
      panel->over = FALSE;
      panel->shown = 0;
      if (narrow)
        gtk_widget_add_css_class (panel->child, "over");
      else
        gtk_widget_remove_css_class (panel->child, "over");
    }
}

static gboolean
announce (gpointer data)
{
  g_signal_emit (data, layout_changed, 0);
  return G_SOURCE_REMOVE;
}

static void
tb_shell_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  TbShell *self = TB_SHELL (widget);
  gboolean narrow = width < TB_SHELL_NARROW;
  if (narrow != self->narrow)
    {
      set_narrow (self, narrow);
      g_idle_add_full (G_PRIORITY_DEFAULT, announce, g_object_ref (self), g_object_unref);
    }
  int left = allocate_panel (&self->panels[TB_SHELL_LEFT], width, height);
  int right = allocate_panel (&self->panels[TB_SHELL_RIGHT], width, height);
  allocate_at (self->middle, left, width - left - right, height);
  double shade = MAX (self->panels[0].shown, self->panels[1].shown);
  gtk_widget_set_child_visible (self->scrim, narrow && shade > 0);
  gtk_widget_set_opacity (self->scrim, shade);
  if (narrow && shade > 0)
    {
      gtk_widget_measure (self->scrim, GTK_ORIENTATION_HORIZONTAL, -1, &left, NULL, NULL, NULL);
      allocate_at (self->scrim, 0, width, height);
    }
}

static gboolean
escape_pressed (GtkWidget *widget, GVariant *args, gpointer data)
{
  return tb_shell_close_overlays (TB_SHELL (widget));
}

static void
tb_shell_dispose (GObject *object)
{
  TbShell *self = TB_SHELL (object);
  for (int side = 0; side < 2; side++)
    {
      g_clear_object (&self->panels[side].slide);
      g_clear_pointer (&self->panels[side].child, gtk_widget_unparent);
      g_clear_pointer (&self->panels[side].handle, gtk_widget_unparent);
    }
  g_clear_pointer (&self->middle, gtk_widget_unparent);
  g_clear_pointer (&self->scrim, gtk_widget_unparent);
  G_OBJECT_CLASS (tb_shell_parent_class)->dispose (object);
}

static void
tb_shell_class_init (TbShellClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);
  G_OBJECT_CLASS (class)->dispose = tb_shell_dispose;
  widget_class->measure = tb_shell_measure;
  widget_class->size_allocate = tb_shell_size_allocate;
  gtk_widget_class_add_binding (widget_class, GDK_KEY_Escape, 0, escape_pressed, NULL);
  layout_changed = g_signal_new ("layout-changed", TB_TYPE_SHELL, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                 NULL, G_TYPE_NONE, 0);
}

static void
tb_shell_init (TbShell *self)
{
  static const int widths[] = { 208, 260 };
  for (int side = 0; side < 2; side++)
    {
      Panel *panel = &self->panels[side];
      panel->shell = self;
      panel->side = side;
      panel->width = widths[side];
      panel->open = TRUE;
    }
}

/* Children are picked from the last to the first: overlays above the scrim above the middle. */
GtkWidget *
tb_shell_new (GtkWidget *left, GtkWidget *middle, GtkWidget *right)
{
  TbShell *self = g_object_new (TB_TYPE_SHELL, NULL);
  GtkWidget *shell = GTK_WIDGET (self);
  self->middle = middle;
  self->scrim = g_object_new (ADW_TYPE_BIN, "css-name", "scrim", NULL);
  GtkGesture *click = gtk_gesture_click_new ();
  g_signal_connect (click, "pressed", G_CALLBACK (scrim_pressed), self);
  gtk_widget_add_controller (self->scrim, GTK_EVENT_CONTROLLER (click));
  gtk_widget_set_parent (middle, shell);
  gtk_widget_set_parent (self->scrim, shell);
  GtkWidget *children[] = { left, right };
  for (int side = 0; side < 2; side++)
    {
      self->panels[side].child = children[side];
      gtk_widget_set_parent (children[side], shell);
      self->panels[side].handle = new_handle (&self->panels[side]);
      gtk_widget_set_parent (self->panels[side].handle, shell);
    }
  gtk_widget_set_overflow (shell, GTK_OVERFLOW_HIDDEN);
  return shell;
}
