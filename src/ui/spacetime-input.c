/* What a person does to the space-time diagram, with pointer and keys. */
#include "spacetime-view-private.h"

#include <math.h>

#define REACH 6.0
#define WHEEL_ZOOM 1.25
#define WHEEL_PAN 60.0
#define CLICK_SLOP 4.0

/* ---- Pointing -------------------------------------------------------------------------------- */

static const TbSpacetimeArrow *
arrow_under (TbSpacetimeView *view, double x, double y)
{
  TbSpacetime s = tb_spacetime_view_picture (view);
  TbRect page = tb_spacetime_view_page (view);
  return tb_spacetime_arrow_at (&s, &page, x, y, REACH);
}

static guint
row_under (TbSpacetimeView *view, double y)
{
  TbSpacetime s = tb_spacetime_view_picture (view);
  TbRect page = tb_spacetime_view_page (view);
  return tb_spacetime_row_at (&s, &page, y);
}

static gboolean
is_name (TbSpacetimeView *view, double x)
{
  TbRect page = tb_spacetime_view_page (view);
  return x < tb_spacetime_area (&page).x - 4;
}

static void
hover (TbSpacetimeView *view, double x, double y)
{
  const TbSpacetimeArrow *arrow
      = view->past != NULL && !is_name (view, x) ? arrow_under (view, x, y) : NULL;
  guint64 hovered = arrow != NULL ? arrow->position : G_MAXUINT64;
  view->pointer_x = x;
  view->pointer_y = y;
  if (hovered == view->hovered)
    return;
  view->hovered = hovered;
  gtk_widget_queue_draw (GTK_WIDGET (view));
}

static void
leave (TbSpacetimeView *view)
{
  view->hovered = G_MAXUINT64;
  gtk_widget_queue_draw (GTK_WIDGET (view));
}

static gboolean
query_tooltip (TbSpacetimeView *view, int x, int y, gboolean keyboard, GtkTooltip *tooltip)
{
  if (view->past == NULL || keyboard)
    return FALSE;
  TbSpacetime s = tb_spacetime_view_picture (view);
  TbRect page = tb_spacetime_view_page (view);
  const TbSpacetimeArrow *arrow = tb_spacetime_arrow_at (&s, &page, x, y, REACH);
  g_autofree char *words = NULL;
  if (is_name (view, x))
    words = row_under (view, y) == G_MAXUINT
                ? NULL : g_strdup ("Click: choose; double click: collapse or open its replicas; "
                                   "H hides it, A shows all");
  else
    words = arrow != NULL ? tb_spacetime_arrow_words (&s, arrow)
                          : tb_spacetime_cell_words (&s, &page, x, y);
  gtk_tooltip_set_text (tooltip, words);
  return words != NULL;
}

/* ---- Lines ----------------------------------------------------------------------------------- */

static const TbSpacetimeRow *
focused_row (TbSpacetimeView *view)
{
  return view->focus_row < tb_spacetime_n_rows (view->rows)
             ? tb_spacetime_row (view->rows, view->focus_row) : NULL;
}

static void
toggle_collapse (TbSpacetimeView *view)
{
  const TbSpacetimeRow *row = focused_row (view);
  if (row == NULL || tb_spacetime_replicas (view->rows, row->component) < 2)
    return;
  tb_spacetime_collapse (view->rows, row->component,
                         !tb_spacetime_is_collapsed (view->rows, row->component));
  tb_spacetime_view_changed (view);
}

static void
hide (TbSpacetimeView *view)
{
  guint n = tb_spacetime_n_rows (view->rows);
  if (focused_row (view) == NULL || n < 2)
    return;
  tb_spacetime_hide (view->rows, view->focus_row);
  view->focus_row = MIN (view->focus_row, n - 2);
  tb_spacetime_view_changed (view);
}

static void
choose_row (TbSpacetimeView *view, int by)
{
  int n = (int) tb_spacetime_n_rows (view->rows);
  TbSpacetime s = tb_spacetime_view_picture (view);
  double top = gtk_adjustment_get_value (view->adjustment),
         page = gtk_adjustment_get_page_size (view->adjustment);
  view->focus_row = (guint) CLAMP ((int) view->focus_row + by, 0, MAX (n - 1, 0));
  double y = view->focus_row * s.row_height;
  if (y < top || y + 2 * s.row_height > top + page)
    gtk_adjustment_set_value (view->adjustment, y - page / 2);
  tb_spacetime_view_changed (view);
}

/* ---- Pressing and dragging ------------------------------------------------------------------- */

/* A message, or else the moment. */
static void
choose_at (TbSpacetimeView *view, double x, double y)
{
  TbSpacetime s = tb_spacetime_view_picture (view);
  TbRect page = tb_spacetime_view_page (view);
  const TbSpacetimeArrow *arrow = tb_spacetime_arrow_at (&s, &page, x, y, REACH);
  view->seen = view->seen == TB_SEEN_FOLLOWING ? TB_SEEN_STILL : view->seen;
  if (arrow != NULL)
    tb_moment_select (view->moment, arrow->position);
  else
    tb_moment_go (view->moment, tb_spacetime_time (&s, &page, x));
}

static void
released (GtkGestureClick *click, int n, double x, double y, TbSpacetimeView *view)
{
  if (view->past == NULL || view->dragged)
    return;
  if (!is_name (view, x))
    {
      if (n == 1)
        choose_at (view, x, y);
      return;
    }
  guint row = row_under (view, y);
  if (row == G_MAXUINT)
    return;
  view->focus_row = row;
  if (n == 2)
    toggle_collapse (view);
  else
    tb_spacetime_view_changed (view);
}

static void
drag_begin (TbSpacetimeView *view)
{
  gtk_widget_grab_focus (GTK_WIDGET (view));
  view->pan_x = 0;
  view->pan_scroll = gtk_adjustment_get_value (view->adjustment);
  view->dragged = FALSE;
}

static void
drag_update (GtkGestureDrag *drag, double dx, double dy, TbSpacetimeView *view)
{
  if (view->past == NULL || (!view->dragged && hypot (dx, dy) < CLICK_SLOP))
    return;
  view->dragged = TRUE;
  gtk_adjustment_set_value (view->adjustment, view->pan_scroll - dy);
  if (dx != view->pan_x)
    tb_spacetime_view_pan (view, view->pan_x - dx);
  view->pan_x = dx;
}

static gboolean
scrolled (GtkEventControllerScroll *scroll, double dx, double dy, TbSpacetimeView *view)
{
  GdkModifierType state
      = gtk_event_controller_get_current_event_state (GTK_EVENT_CONTROLLER (scroll));
  gboolean wheel = gtk_event_controller_scroll_get_unit (scroll) == GDK_SCROLL_UNIT_WHEEL;
  if (view->past == NULL)
    return FALSE;
  if (state & GDK_CONTROL_MASK)
    tb_spacetime_view_zoom_at (view, pow (WHEEL_ZOOM, wheel ? -dy : -dy / 40), view->pointer_x);
  else if ((state & GDK_SHIFT_MASK) || dx != 0)
    tb_spacetime_view_pan (view, (dx != 0 ? dx : dy) * (wheel ? WHEEL_PAN : 1));
  else if (gtk_adjustment_get_upper (view->adjustment)
           > gtk_adjustment_get_page_size (view->adjustment))
    gtk_adjustment_set_value (view->adjustment,
                              gtk_adjustment_get_value (view->adjustment) + dy * (wheel ? 40 : 1));
  else
    tb_spacetime_view_pan (view, dy * (wheel ? WHEEL_PAN : 1));
  return TRUE;
}

/* ---- Keys ------------------------------------------------------------------------------------ */

static void
step_back (TbSpacetimeView *view)
{
  tb_spacetime_view_find (view, -1);
}

static void
step_on (TbSpacetimeView *view)
{
  tb_spacetime_view_find (view, 1);
}

static void
pan_back (TbSpacetimeView *view)
{
  tb_spacetime_view_pan (view, -WHEEL_PAN * 3);
}

static void
pan_on (TbSpacetimeView *view)
{
  tb_spacetime_view_pan (view, WHEEL_PAN * 3);
}

static void
row_up (TbSpacetimeView *view)
{
  choose_row (view, -1);
}

static void
row_down (TbSpacetimeView *view)
{
  choose_row (view, 1);
}

static void
zoom_in (TbSpacetimeView *view)
{
  tb_spacetime_view_zoom (view, 1.6);
}

static void
zoom_out (TbSpacetimeView *view)
{
  tb_spacetime_view_zoom (view, 1 / 1.6);
}

static void
to_start (TbSpacetimeView *view)
{
  tb_moment_go (view->moment, tb_past_start_ns (view->past));
}

static void
let_go (TbSpacetimeView *view)
{
  tb_moment_select (view->moment, TB_MOMENT_NONE);
}

static const struct
{
  guint key;
  gboolean shift;
  void (*act) (TbSpacetimeView *view);
} keys[] = {
  { GDK_KEY_Left, FALSE, step_back },
  { GDK_KEY_Right, FALSE, step_on },
  { GDK_KEY_Left, TRUE, pan_back },
  { GDK_KEY_Right, TRUE, pan_on },
  { GDK_KEY_Up, FALSE, row_up },
  { GDK_KEY_Down, FALSE, row_down },
  { GDK_KEY_c, FALSE, toggle_collapse },
  { GDK_KEY_h, FALSE, hide },
  { GDK_KEY_a, FALSE, tb_spacetime_view_show_all },
  { GDK_KEY_plus, FALSE, zoom_in },
  { GDK_KEY_plus, TRUE, zoom_in },
  { GDK_KEY_equal, FALSE, zoom_in },
  { GDK_KEY_KP_Add, FALSE, zoom_in },
  { GDK_KEY_minus, FALSE, zoom_out },
  { GDK_KEY_KP_Subtract, FALSE, zoom_out },
  { GDK_KEY_0, FALSE, tb_spacetime_view_fit },
  { GDK_KEY_End, FALSE, tb_spacetime_view_follow },
  { GDK_KEY_Home, FALSE, to_start },
  { GDK_KEY_Escape, FALSE, let_go },
};

static const TbSpacetimeKey said[] = {
  { "Left", "Message before" },
  { "Right", "Next message" },
  { "<Shift>Left", "Earlier" },
  { "<Shift>Right", "Later" },
  { "Up", "Line above" },
  { "Down", "Line below" },
  { "c", "Collapse or open the line's component" },
  { "h", "Hide the line" },
  { "a", "Show all lines" },
  { "plus", "Less time" },
  { "minus", "More time" },
  { "0", "The whole run" },
  { "End", "Newest messages" },
  { "Home", "Begin of the run" },
};

const TbSpacetimeKey *
tb_spacetime_view_keys (guint *n)
{
  *n = G_N_ELEMENTS (said);
  return said;
}

static gboolean
key_pressed (GtkEventControllerKey *controller, guint key, guint code, GdkModifierType state,
             TbSpacetimeView *view)
{
  gboolean shift = (state & GDK_SHIFT_MASK) != 0;
  if (view->past == NULL || (state & (GDK_CONTROL_MASK | GDK_ALT_MASK)))
    return FALSE;
  if (key == GDK_KEY_Escape && tb_moment_selected (view->moment) == TB_MOMENT_NONE)
    return FALSE; /* somebody else's */
  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    if (keys[i].key == key && keys[i].shift == shift)
      {
        keys[i].act (view);
        return TRUE;
      }
  return FALSE;
}

void
tb_spacetime_view_add_input (TbSpacetimeView *view)
{
  GtkWidget *widget = GTK_WIDGET (view);
  GtkEventController *motion = gtk_event_controller_motion_new ();
  g_signal_connect_swapped (motion, "motion", G_CALLBACK (hover), view);
  g_signal_connect_swapped (motion, "leave", G_CALLBACK (leave), view);
  gtk_widget_add_controller (widget, motion);
  GtkGesture *drag = gtk_gesture_drag_new ();
  g_signal_connect_swapped (drag, "drag-begin", G_CALLBACK (drag_begin), view);
  g_signal_connect (drag, "drag-update", G_CALLBACK (drag_update), view);
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (drag));
  GtkGesture *click = gtk_gesture_click_new ();
  g_signal_connect (click, "released", G_CALLBACK (released), view);
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (click));
  gtk_gesture_group (drag, click);
  GtkEventController *scroll
      = gtk_event_controller_scroll_new (GTK_EVENT_CONTROLLER_SCROLL_BOTH_AXES);
  g_signal_connect (scroll, "scroll", G_CALLBACK (scrolled), view);
  gtk_widget_add_controller (widget, scroll);
  GtkEventController *key = gtk_event_controller_key_new ();
  g_signal_connect (key, "key-pressed", G_CALLBACK (key_pressed), view);
  gtk_widget_add_controller (widget, key);
  g_signal_connect (view, "query-tooltip", G_CALLBACK (query_tooltip), NULL);
}
