#include "trace-view.h"

#include "util.h"

struct _TbTraceView
{
  GtkWidget parent;
  GArray *rows; /* of TbTraceRow; NULL: none */
  TbMoment *moment;
  gulong moved_id, selected_id;
};

G_DEFINE_FINAL_TYPE (TbTraceView, tb_trace_view, GTK_TYPE_WIDGET)

static guint
n_rows (TbTraceView *self)
{
  return self->rows != NULL ? self->rows->len : 0;
}

static const TbTraceSpan *
span_at (TbTraceView *self, guint i)
{
  return &g_array_index (self->rows, TbTraceRow, i).span;
}

/* That whose request or reply is chosen. */
static guint
chosen (TbTraceView *self)
{
  guint64 position = self->moment != NULL ? tb_moment_selected (self->moment) : TB_MOMENT_NONE;
  for (guint i = 0; position != TB_MOMENT_NONE && i < n_rows (self); i++)
    if (span_at (self, i)->request == position || span_at (self, i)->reply == position)
      return i;
  return G_MAXUINT;
}

static TbTracePicture
picture_of (TbTraceView *self)
{
  gboolean live = self->moment == NULL || tb_moment_is_live (self->moment);
  return (TbTracePicture){ .rows = self->rows, .theme = tb_ui_theme (), .chosen = chosen (self),
                           .cursor_ns = live ? G_MININT64 : tb_moment_time_ns (self->moment) };
}

static TbRect
page_of (TbTraceView *self)
{
  return (TbRect){ 0, 0, gtk_widget_get_width (GTK_WIDGET (self)),
                   gtk_widget_get_height (GTK_WIDGET (self)) };
}

static void
say (TbTraceView *self)
{
  guint at = chosen (self);
  g_autofree char *words = at != G_MAXUINT ? tb_trace_row_words (self->rows, at)
                           : n_rows (self) > 0 ? tb_trace_summary (self->rows)
                                               : g_strdup ("");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, "Trace",
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, words, -1);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
tb_trace_view_set_rows (TbTraceView *view, GArray *rows)
{
  guint before = n_rows (view);
  g_clear_pointer (&view->rows, g_array_unref);
  view->rows = rows;
  if (n_rows (view) != before)
    gtk_widget_queue_resize (GTK_WIDGET (view));
  say (view);
}

void
tb_trace_view_set_moment (TbTraceView *view, TbMoment *moment)
{
  if (view->moment != NULL)
    {
      g_clear_signal_handler (&view->moved_id, view->moment);
      g_clear_signal_handler (&view->selected_id, view->moment);
    }
  g_set_object (&view->moment, moment);
  if (moment == NULL)
    return;
  view->moved_id
      = g_signal_connect_swapped (moment, "moved", G_CALLBACK (gtk_widget_queue_draw), view);
  view->selected_id = g_signal_connect_swapped (moment, "selected", G_CALLBACK (say), view);
}

/* ---- What a person does ---------------------------------------------------------------------- */

static void
pressed (GtkGestureClick *click, int n, double x, double y, TbTraceView *self)
{
  gtk_widget_grab_focus (GTK_WIDGET (self));
  if (n_rows (self) == 0)
    return;
  TbTracePicture picture = picture_of (self);
  TbRect page = page_of (self);
  guint row = tb_trace_picture_row_at (&picture, &page, y);
  if (row != G_MAXUINT)
    tb_moment_select (self->moment, span_at (self, row)->request);
}

static gboolean
key_pressed (GtkEventControllerKey *controller, guint key, guint code, GdkModifierType state,
             TbTraceView *self)
{
  int by = key == GDK_KEY_Up ? -1 : key == GDK_KEY_Down ? 1 : 0;
  if (by == 0 || n_rows (self) == 0 || (state & (GDK_CONTROL_MASK | GDK_ALT_MASK)))
    return FALSE;
  int at = chosen (self) == G_MAXUINT ? (by > 0 ? -1 : (int) n_rows (self)) : (int) chosen (self);
  guint row = (guint) CLAMP (at + by, 0, (int) n_rows (self) - 1);
  tb_moment_select (self->moment, span_at (self, row)->request);
  return TRUE;
}

static gboolean
query_tooltip (TbTraceView *self, int x, int y, gboolean keyboard, GtkTooltip *tooltip)
{
  if (n_rows (self) == 0 || keyboard)
    return FALSE;
  TbTracePicture picture = picture_of (self);
  TbRect page = page_of (self);
  guint row = tb_trace_picture_row_at (&picture, &page, y);
  if (row == G_MAXUINT)
    return FALSE;
  g_autofree char *words = tb_trace_row_words (self->rows, row);
  gtk_tooltip_set_text (tooltip, words);
  return TRUE;
}

/* ---- The widget ------------------------------------------------------------------------------ */

static void
tb_trace_view_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  TbTraceView *self = TB_TRACE_VIEW (widget);
  TbRect page = page_of (self);
  if (n_rows (self) == 0 || page.width < 1 || page.height < 1)
    return;
  TbTracePicture picture = picture_of (self);
  graphene_rect_t all = GRAPHENE_RECT_INIT (0, 0, (float) page.width, (float) page.height);
  cairo_t *cr = gtk_snapshot_append_cairo (snapshot, &all);
  g_autoptr (TbPlot) plot = tb_plot_new (cr);
  tb_trace_picture_paint (&picture, plot, &page);
  cairo_destroy (cr);
}

static void
tb_trace_view_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum,
                       int *natural, int *minimum_baseline, int *natural_baseline)
{
  TbTraceView *self = TB_TRACE_VIEW (widget);
  gboolean across = orientation == GTK_ORIENTATION_HORIZONTAL;
  *minimum = *natural = across ? 200 : (int) tb_trace_picture_height (n_rows (self));
}

static void
tb_trace_view_dispose (GObject *object)
{
  TbTraceView *self = TB_TRACE_VIEW (object);
  tb_trace_view_set_moment (self, NULL);
  g_clear_pointer (&self->rows, g_array_unref);
  G_OBJECT_CLASS (tb_trace_view_parent_class)->dispose (object);
}

static void
tb_trace_view_class_init (TbTraceViewClass *class)
{
  GtkWidgetClass *widget = GTK_WIDGET_CLASS (class);
  G_OBJECT_CLASS (class)->dispose = tb_trace_view_dispose;
  widget->snapshot = tb_trace_view_snapshot;
  widget->measure = tb_trace_view_measure;
  gtk_widget_class_set_accessible_role (widget, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
tb_trace_view_init (TbTraceView *self)
{
  GtkWidget *widget = GTK_WIDGET (self);
  gtk_widget_set_focusable (widget, TRUE);
  gtk_widget_set_hexpand (widget, TRUE);
  gtk_widget_set_vexpand (widget, TRUE);
  gtk_widget_set_has_tooltip (widget, TRUE);
  GtkGesture *click = gtk_gesture_click_new ();
  g_signal_connect (click, "pressed", G_CALLBACK (pressed), self);
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (click));
  GtkEventController *key = gtk_event_controller_key_new ();
  g_signal_connect (key, "key-pressed", G_CALLBACK (key_pressed), self);
  gtk_widget_add_controller (widget, key);
  g_signal_connect (self, "query-tooltip", G_CALLBACK (query_tooltip), NULL);
}

GtkWidget *
tb_trace_view_new (void)
{
  return g_object_new (TB_TYPE_TRACE_VIEW, NULL);
}
