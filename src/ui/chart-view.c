#include "chart-view.h"

#include <math.h>

#include "tb-base.h"
#include "util.h"

#define CHART_WIDTH 225.0 /* the least, side by side */
#define CHART_HEIGHT 118.0
#define GAP 6.0
#define ZOOM 1.6
#define NARROWEST_NS (4 * TB_NS_PER_S)

/* All of the run is seen until a person looks closer; a closer look that reaches the newest follows it. */
struct _TbChartView
{
  GtkWidget parent;
  TbMoment *moment;
  gulong moved_id, grown_id;
  TbChartSet *charts;
  gint64 from_ns, to_ns; /* of a closer look; from > to: all of it */
  gint64 hover_ns;
  double pointer_x, pointer_y;
};

G_DEFINE_FINAL_TYPE (TbChartView, tb_chart_view, GTK_TYPE_WIDGET)

/* ---- Places ---------------------------------------------------------------------------------- */

static guint
n_columns (TbChartView *self, double width)
{
  return CLAMP ((guint) (width / CHART_WIDTH), 1, TB_CHARTS_MAX);
}

static TbRect
place_of (TbChartView *self, guint i)
{
  double width = gtk_widget_get_width (GTK_WIDGET (self)),
         height = gtk_widget_get_height (GTK_WIDGET (self));
  guint columns = n_columns (self, width), n = tb_chart_set_n (self->charts);
  guint rows = (n + columns - 1) / columns;
  double w = (width - GAP * (columns - 1)) / columns, h = (height - GAP * (rows - 1)) / rows;
  return (TbRect){ (i % columns) * (w + GAP), (i / columns) * (h + GAP), w, h };
}

static guint
chart_at (TbChartView *self, double x, double y)
{
  for (guint i = 0; self->charts != NULL && i < tb_chart_set_n (self->charts); i++)
    {
      TbRect r = place_of (self, i);
      if (tb_rect_contains (&r, x, y))
        return i;
    }
  return G_MAXUINT;
}

static gboolean
time_at (TbChartView *self, double x, double y, gint64 *time_ns)
{
  guint i = chart_at (self, x, y);
  if (i == G_MAXUINT)
    return FALSE;
  TbRect page = place_of (self, i), area = tb_chart_area (&page);
  const TbChart *chart = tb_chart_set_at (self->charts, i);
  double part = CLAMP ((x - area.x) / area.width, 0, 1);
  *time_ns = chart->from_ns + (gint64) (part * (double) (chart->to_ns - chart->from_ns));
  return TRUE;
}

/* ---- What is seen ---------------------------------------------------------------------------- */

static TbPast *
past_of (TbChartView *self)
{
  return self->moment != NULL ? tb_moment_past (self->moment) : NULL;
}

static void
update (TbChartView *self)
{
  TbPast *past = past_of (self);
  if (past == NULL || self->charts == NULL)
    return;
  gint64 start = tb_past_start_ns (past), end = MAX (tb_past_end_ns (past), start + NARROWEST_NS);
  gboolean live = tb_moment_is_live (self->moment), closer = self->from_ns <= self->to_ns;
  if (closer && live)
    {
      gint64 span = self->to_ns - self->from_ns;
      self->from_ns = end - span;
      self->to_ns = end;
    }
  tb_chart_set_see (self->charts, closer ? self->from_ns : start, closer ? self->to_ns : end);
  tb_chart_set_point (self->charts, live ? G_MININT64 : tb_moment_time_ns (self->moment),
                      self->hover_ns);
  g_autofree char *words = tb_chart_set_words (self->charts, tb_moment_time_ns (self->moment));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, "Charts",
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, words, -1);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
moved (TbChartView *self)
{
  if (gtk_widget_get_mapped (GTK_WIDGET (self)))
    update (self);
}

void
tb_chart_view_set_moment (TbChartView *view, TbMoment *moment)
{
  if (view->moment != NULL)
    {
      g_clear_signal_handler (&view->moved_id, view->moment);
      g_clear_signal_handler (&view->grown_id, view->moment);
    }
  g_set_object (&view->moment, moment);
  if (moment == NULL)
    return;
  view->moved_id = g_signal_connect_swapped (moment, "moved", G_CALLBACK (moved), view);
  view->grown_id = g_signal_connect_swapped (moment, "grown", G_CALLBACK (moved), view);
}

void
tb_chart_view_set_charts (TbChartView *view, TbChartSet *charts)
{
  gboolean shape = (charts == NULL) != (view->charts == NULL);
  g_clear_pointer (&view->charts, tb_chart_set_free);
  view->charts = charts;
  update (view);
  if (shape)
    gtk_widget_queue_resize (GTK_WIDGET (view));
  gtk_widget_queue_draw (GTK_WIDGET (view));
}

/* ---- What a person does ---------------------------------------------------------------------- */

static void
zoom (TbChartView *self, double factor, gint64 about_ns)
{
  TbPast *past = past_of (self);
  if (past == NULL || self->charts == NULL)
    return;
  const TbChart *chart = tb_chart_set_at (self->charts, 0);
  gint64 start = tb_past_start_ns (past), end = MAX (tb_past_end_ns (past), start + NARROWEST_NS);
  double span = (double) (chart->to_ns - chart->from_ns);
  double part = CLAMP ((double) (about_ns - chart->from_ns) / span, 0, 1);
  gint64 after = (gint64) CLAMP (span / factor, (double) NARROWEST_NS, (double) (end - start));
  gint64 from = CLAMP (about_ns - (gint64) ((double) after * part), start, end - after);
  self->from_ns = from;
  self->to_ns = from + after;
  if (after >= end - start)
    self->to_ns = from - 1;
  update (self);
}

static void
pan (TbChartView *self, double part)
{
  TbPast *past = past_of (self);
  if (past == NULL || self->charts == NULL || self->from_ns > self->to_ns)
    return;
  gint64 start = tb_past_start_ns (past), end = MAX (tb_past_end_ns (past), start + NARROWEST_NS);
  gint64 span = self->to_ns - self->from_ns, by = (gint64) ((double) span * part);
  self->from_ns = CLAMP (self->from_ns + by, start, MAX (end - span, start));
  self->to_ns = self->from_ns + span;
  update (self);
}

static void
hover (TbChartView *self, double x, double y)
{
  gint64 time_ns = G_MININT64;
  self->pointer_x = x;
  self->pointer_y = y;
  time_at (self, x, y, &time_ns);
  self->hover_ns = time_ns;
  update (self);
}

static void
leave (TbChartView *self)
{
  self->hover_ns = G_MININT64;
  update (self);
}

static void
go (GtkGestureDrag *drag, double dx, double dy, TbChartView *self)
{
  double x, y;
  gint64 time_ns;
  gtk_gesture_drag_get_start_point (drag, &x, &y);
  if (past_of (self) != NULL && time_at (self, x + dx, y, &time_ns))
    tb_moment_go (self->moment, time_ns);
}

static void
press (GtkGestureDrag *drag, double x, double y, TbChartView *self)
{
  gtk_widget_grab_focus (GTK_WIDGET (self));
  go (drag, 0, 0, self);
}

static gboolean
scrolled (GtkEventControllerScroll *scroll, double dx, double dy, TbChartView *self)
{
  GdkModifierType state
      = gtk_event_controller_get_current_event_state (GTK_EVENT_CONTROLLER (scroll));
  gint64 time_ns;
  if ((state & GDK_CONTROL_MASK) && time_at (self, self->pointer_x, self->pointer_y, &time_ns))
    zoom (self, pow (1.25, -dy), time_ns);
  else if ((state & GDK_SHIFT_MASK) || dx != 0)
    pan (self, (dx != 0 ? dx : dy) * 0.1);
  else
    return FALSE;
  return TRUE;
}

static gboolean
key_pressed (GtkEventControllerKey *controller, guint key, guint code, GdkModifierType state,
             TbChartView *self)
{
  TbPast *past = past_of (self);
  gboolean shift = (state & GDK_SHIFT_MASK) != 0;
  if (past == NULL || (state & (GDK_CONTROL_MASK | GDK_ALT_MASK)))
    return FALSE;
  gint64 now = tb_moment_time_ns (self->moment);
  switch (key)
    {
    case GDK_KEY_Left:
    case GDK_KEY_Right:
      if (shift)
        pan (self, key == GDK_KEY_Left ? -0.3 : 0.3);
      else
        tb_moment_go (self->moment, now + (key == GDK_KEY_Left ? -1 : 1) * TB_NS_PER_S);
      return TRUE;
    case GDK_KEY_Home:
      tb_moment_go (self->moment, tb_past_start_ns (past));
      return TRUE;
    case GDK_KEY_End:
      tb_moment_follow (self->moment);
      return TRUE;
    case GDK_KEY_plus:
    case GDK_KEY_equal:
    case GDK_KEY_KP_Add:
      zoom (self, ZOOM, now);
      return TRUE;
    case GDK_KEY_minus:
    case GDK_KEY_KP_Subtract:
      zoom (self, 1 / ZOOM, now);
      return TRUE;
    case GDK_KEY_0:
      zoom (self, 1e-9, now);
      return TRUE;
    default:
      return FALSE;
    }
}

static void
add_input (TbChartView *self)
{
  GtkWidget *widget = GTK_WIDGET (self);
  GtkEventController *motion = gtk_event_controller_motion_new ();
  g_signal_connect_swapped (motion, "motion", G_CALLBACK (hover), self);
  g_signal_connect_swapped (motion, "leave", G_CALLBACK (leave), self);
  gtk_widget_add_controller (widget, motion);
  GtkGesture *drag = gtk_gesture_drag_new ();
  g_signal_connect (drag, "drag-begin", G_CALLBACK (press), self);
  g_signal_connect (drag, "drag-update", G_CALLBACK (go), self);
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (drag));
  GtkEventController *scroll
      = gtk_event_controller_scroll_new (GTK_EVENT_CONTROLLER_SCROLL_BOTH_AXES);
  g_signal_connect (scroll, "scroll", G_CALLBACK (scrolled), self);
  gtk_widget_add_controller (widget, scroll);
  GtkEventController *key = gtk_event_controller_key_new ();
  g_signal_connect (key, "key-pressed", G_CALLBACK (key_pressed), self);
  gtk_widget_add_controller (widget, key);
}

/* ---- The widget ------------------------------------------------------------------------------ */

static void
tb_chart_view_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  TbChartView *self = TB_CHART_VIEW (widget);
  int width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);
  if (self->charts == NULL || width < 1 || height < 1)
    return;
  graphene_rect_t all = GRAPHENE_RECT_INIT (0, 0, (float) width, (float) height);
  cairo_t *cr = gtk_snapshot_append_cairo (snapshot, &all);
  g_autoptr (TbPlot) plot = tb_plot_new (cr);
  for (guint i = 0; i < tb_chart_set_n (self->charts); i++)
    {
      TbRect page = place_of (self, i);
      tb_chart_paint (tb_chart_set_at (self->charts, i), plot, &page, tb_ui_theme ());
    }
  cairo_destroy (cr);
}

static GtkSizeRequestMode
tb_chart_view_get_request_mode (GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

static void
tb_chart_view_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum,
                       int *natural, int *minimum_baseline, int *natural_baseline)
{
  TbChartView *self = TB_CHART_VIEW (widget);
  *minimum = 180;
  *natural = (int) (3 * CHART_WIDTH + 2 * GAP);
  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    return;
  guint columns = n_columns (self, for_size > 0 ? for_size : *natural);
  guint n = self->charts != NULL ? tb_chart_set_n (self->charts) : 1;
  *minimum = *natural = (int) ((n + columns - 1) / columns * (CHART_HEIGHT + GAP) - GAP);
}

static void
tb_chart_view_dispose (GObject *object)
{
  TbChartView *self = TB_CHART_VIEW (object);
  tb_chart_view_set_moment (self, NULL);
  g_clear_pointer (&self->charts, tb_chart_set_free);
  G_OBJECT_CLASS (tb_chart_view_parent_class)->dispose (object);
}

static void
tb_chart_view_class_init (TbChartViewClass *class)
{
  GtkWidgetClass *widget = GTK_WIDGET_CLASS (class);
  G_OBJECT_CLASS (class)->dispose = tb_chart_view_dispose;
  widget->snapshot = tb_chart_view_snapshot;
  widget->measure = tb_chart_view_measure;
  widget->get_request_mode = tb_chart_view_get_request_mode;
  gtk_widget_class_set_accessible_role (widget, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
tb_chart_view_init (TbChartView *self)
{
  self->to_ns = -1;
  self->hover_ns = G_MININT64;
  gtk_widget_set_focusable (GTK_WIDGET (self), TRUE);
  gtk_widget_set_hexpand (GTK_WIDGET (self), TRUE);
  gtk_widget_set_vexpand (GTK_WIDGET (self), TRUE);
  g_signal_connect (self, "map", G_CALLBACK (update), NULL);
  add_input (self);
}

GtkWidget *
tb_chart_view_new (void)
{
  return g_object_new (TB_TYPE_CHART_VIEW, NULL);
}
