#include "timeline.h"

#include <math.h>

#include "appearance.h"
#include "format.h"
#include "tb-base.h"
#include "tb-diagram.h"
#include "util.h"

#define HEIGHT 26
#define TRACK 8.0
#define MARGIN 7.0 /* so that the cursor at either end is whole */
#define MARKS_MAX 400u /* more than pixels to tell them apart by */
#define PAGE_SHARE 20 /* of the whole, by Page Up and Down */

struct _TbTimeline
{
  GtkWidget parent;
  TbMoment *moment;
  gulong ids[3];
  double drag_x;
};

G_DEFINE_FINAL_TYPE (TbTimeline, tb_timeline, GTK_TYPE_WIDGET)

double
tb_timeline_x (gint64 time_ns, gint64 start_ns, gint64 end_ns, double width)
{
  double all = (double) MAX (end_ns - start_ns, 1);
  return MARGIN + CLAMP ((double) (time_ns - start_ns) / all, 0, 1) * MAX (width - 2 * MARGIN, 1);
}

gint64
tb_timeline_time (double x, gint64 start_ns, gint64 end_ns, double width)
{
  double share = CLAMP ((x - MARGIN) / MAX (width - 2 * MARGIN, 1), 0, 1);
  return start_ns + (gint64) (share * (double) MAX (end_ns - start_ns, 0));
}

/* ---- Drawing --------------------------------------------------------------------------------- */

typedef struct
{
  TbTimeline *self;
  TbPast *past;
  TbThemeId theme;
  double width, height;
  gint64 start_ns, end_ns;
} Strip;

static double
x_of (const Strip *s, gint64 time_ns)
{
  return tb_timeline_x (time_ns, s->start_ns, s->end_ns, s->width);
}

static void
set_colour (cairo_t *cr, const Strip *s, TbColourId id, double alpha)
{
  TbColour c = tb_theme_colour (s->theme, id);
  cairo_set_source_rgba (cr, c.r, c.g, c.b, c.a * alpha);
}

/* Jepsen's colours, by kind of fault. */
static void
set_band_colour (cairo_t *cr, TbBandKind kind, gboolean dark)
{
  static const guint32 colours[] = { [TB_BAND_PARTITION] = 0xe9dca0, [TB_BAND_PACKET] = 0xd1e8a0,
                                     [TB_BAND_KILL] = 0xe9a4a0, [TB_BAND_PAUSE] = 0xa0b1e9,
                                     [TB_BAND_CLOCK] = 0xa0e9e3 };
  guint32 c = (guint) kind < G_N_ELEMENTS (colours) ? colours[kind] : 0xcccccc;
  double by = dark ? 0.75 : 0.95;
  cairo_set_source_rgb (cr, by * (c >> 16) / 255.0, by * (c >> 8 & 0xff) / 255.0, by * (c & 0xff) / 255.0);
}

static void
draw_bands (cairo_t *cr, const Strip *s)
{
  gboolean dark = s->theme == TB_THEME_DARK || s->theme == TB_THEME_HIGH_CONTRAST_DARK;
  for (guint i = 0; i < tb_past_n_bands (s->past); i++)
    {
      const TbPastBand *band = tb_past_band (s->past, i);
      double from = x_of (s, band->from_ns), to = x_of (s, MIN (band->to_ns, s->end_ns));
      set_band_colour (cr, band->kind, dark);
      cairo_rectangle (cr, from, 4, MAX (to - from, 2), s->height - 8);
      cairo_fill (cr);
    }
}

/* Nothing is known of what happened there. */
static void
draw_gaps (cairo_t *cr, const Strip *s)
{
  for (guint i = 0; i < tb_past_n_gaps (s->past); i++)
    {
      const TbPastGap *gap = tb_past_gap (s->past, i);
      double from = x_of (s, gap->from_ns), to = MAX (x_of (s, gap->to_ns), from + 3);
      cairo_save (cr);
      cairo_rectangle (cr, from, 4, to - from, s->height - 8);
      cairo_clip (cr);
      set_colour (cr, s, TB_COLOUR_DIM, 1);
      cairo_set_line_width (cr, 1);
      for (double x = from - s->height; x < to; x += 5)
        {
          cairo_move_to (cr, x, s->height);
          cairo_line_to (cr, x + s->height, 0);
        }
      cairo_stroke (cr);
      cairo_restore (cr);
    }
}

static void
draw_problems (cairo_t *cr, const Strip *s)
{
  guint n = tb_past_n_problems (s->past);
  for (guint i = n > MARKS_MAX ? n - MARKS_MAX : 0; i < n; i++)
    {
      const TbPastProblem *problem = tb_past_problem (s->past, i);
      double x = x_of (s, problem->time_ns);
      set_colour (cr, s, problem->severity == 0 ? TB_COLOUR_BAD : TB_COLOUR_WARN, 1);
      cairo_move_to (cr, x - 4, 1);
      cairo_line_to (cr, x + 4, 1);
      cairo_line_to (cr, x, 8);
      cairo_close_path (cr);
      cairo_fill (cr);
    }
}

static void
draw_track (cairo_t *cr, const Strip *s)
{
  double y = s->height / 2, at = x_of (s, tb_moment_time_ns (s->self->moment));
  set_colour (cr, s, TB_COLOUR_LINE, 1);
  cairo_rectangle (cr, MARGIN, y - 1.5, s->width - 2 * MARGIN, 3);
  cairo_fill (cr);
  set_colour (cr, s, TB_COLOUR_ACCENT, 1);
  cairo_rectangle (cr, MARGIN, y - 1.5, MAX (at - MARGIN, 0), 3);
  cairo_fill (cr);
}

/* Full while it follows, hollow while it stands. */
static void
draw_cursor (cairo_t *cr, const Strip *s)
{
  double at = x_of (s, tb_moment_time_ns (s->self->moment)), y = s->height / 2;
  set_colour (cr, s, TB_COLOUR_ACCENT, 1);
  cairo_rectangle (cr, at - 0.75, 2, 1.5, s->height - 4);
  cairo_fill (cr);
  cairo_new_sub_path (cr);
  cairo_arc (cr, at, y, TRACK / 2 + 1, 0, 2 * G_PI);
  cairo_fill_preserve (cr);
  if (!tb_moment_is_live (s->self->moment))
    {
      set_colour (cr, s, TB_COLOUR_CARD, 1);
      cairo_new_path (cr);
      cairo_arc (cr, at, y, TRACK / 2 - 1, 0, 2 * G_PI);
      cairo_fill (cr);
    }
  cairo_new_path (cr);
}

static void
tb_timeline_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  TbTimeline *self = TB_TIMELINE (widget);
  TbPast *past = self->moment ? tb_moment_past (self->moment) : NULL;
  double width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);
  if (past == NULL || width < 4 * MARGIN)
    return;
  Strip s = { self, past, tb_appearance_theme (), width, height, tb_past_start_ns (past), tb_past_end_ns (past) };
  cairo_t *cr = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT (0, 0, (float) width, (float) height));
  draw_bands (cr, &s);
  draw_gaps (cr, &s);
  draw_track (cr, &s);
  draw_problems (cr, &s);
  draw_cursor (cr, &s);
  cairo_destroy (cr);
  if (gtk_widget_has_visible_focus (widget))
    gtk_snapshot_render_focus (snapshot, gtk_widget_get_style_context (widget), 0, 0, width, height);
}

static void
tb_timeline_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural,
                     int *minimum_baseline, int *natural_baseline)
{
  *minimum = orientation == GTK_ORIENTATION_HORIZONTAL ? 60 : HEIGHT;
  *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? 160 : HEIGHT;
}

/* ---- What is under the pointer --------------------------------------------------------------- */

static gboolean
is_near (double a, double b)
{
  return fabs (a - b) <= 4;
}

static char *
tell (const Strip *s, double x)
{
  gint64 time_ns = tb_timeline_time (x, s->start_ns, s->end_ns, s->width);
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *at = tb_format_elapsed (time_ns - s->start_ns);
  g_string_append (text, at);
  for (guint i = 0, n = 0; i < tb_past_n_bands (s->past) && n < 6; i++)
    {
      const TbPastBand *band = tb_past_band (s->past, i);
      if (x < x_of (s, band->from_ns) - 2 || x > x_of (s, MIN (band->to_ns, s->end_ns)) + 2)
        continue;
      g_string_append_printf (text, "\n%s%s%s", band->link ? band->link : "", band->link ? ": " : "", band->text);
      n++;
    }
  for (guint i = 0, n = 0; i < tb_past_n_problems (s->past) && n < 6; i++)
    if (is_near (x, x_of (s, tb_past_problem (s->past, i)->time_ns)))
      {
        const TbPastProblem *p = tb_past_problem (s->past, i);
        gboolean of_one = p->instance && *p->instance;
        g_string_append_printf (text, "\n%s%s%s", of_one ? p->instance : "", of_one ? ": " : "", p->sentence);
        n++;
      }
  for (guint i = 0; i < tb_past_n_gaps (s->past); i++)
    {
      const TbPastGap *gap = tb_past_gap (s->past, i);
      if (x >= x_of (s, gap->from_ns) - 2 && x <= x_of (s, gap->to_ns) + 2)
        g_string_append_printf (text, "\n%" G_GUINT64_FORMAT " events are not in the recording", gap->events);
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static gboolean
query_tooltip (GtkWidget *widget, int x, int y, gboolean keyboard, GtkTooltip *tooltip, gpointer data)
{
  TbTimeline *self = TB_TIMELINE (widget);
  TbPast *past = self->moment ? tb_moment_past (self->moment) : NULL;
  if (past == NULL || keyboard)
    return FALSE;
  Strip s = { self, past, 0, gtk_widget_get_width (widget), gtk_widget_get_height (widget), tb_past_start_ns (past),
              tb_past_end_ns (past) };
  g_autofree char *text = tell (&s, x);
  gtk_tooltip_set_text (tooltip, text);
  return TRUE;
}

/* ---- Pointer and keys ------------------------------------------------------------------------ */

static void
go_to (TbTimeline *self, double x)
{
  TbPast *past = self->moment ? tb_moment_past (self->moment) : NULL;
  if (past == NULL)
    return;
  tb_moment_go (self->moment, tb_timeline_time (x, tb_past_start_ns (past), tb_past_end_ns (past),
                                                gtk_widget_get_width (GTK_WIDGET (self))));
}

static void
drag_begin (GtkGestureDrag *drag, double x, double y, TbTimeline *self)
{
  self->drag_x = x;
  gtk_widget_grab_focus (GTK_WIDGET (self));
  go_to (self, x);
}

static void
drag_update (GtkGestureDrag *drag, double dx, double dy, TbTimeline *self)
{
  go_to (self, self->drag_x + dx);
}

static void
leap (TbTimeline *self, int by)
{
  TbPast *past = tb_moment_past (self->moment);
  gint64 all = tb_past_end_ns (past) - tb_past_start_ns (past);
  tb_moment_go (self->moment, tb_moment_time_ns (self->moment) + by * all / PAGE_SHARE);
}

static gboolean
key_pressed (GtkEventControllerKey *controller, guint key, guint code, GdkModifierType state, TbTimeline *self)
{
  TbPast *past = self->moment ? tb_moment_past (self->moment) : NULL;
  if (past == NULL || (state & (GDK_CONTROL_MASK | GDK_ALT_MASK)))
    return FALSE;
  if (key == GDK_KEY_Left || key == GDK_KEY_Right)
    tb_moment_step (self->moment, key == GDK_KEY_Left ? -1 : 1);
  else if (key == GDK_KEY_Page_Up || key == GDK_KEY_Page_Down)
    leap (self, key == GDK_KEY_Page_Up ? -1 : 1);
  else if (key == GDK_KEY_Home)
    tb_moment_go (self->moment, tb_past_start_ns (past));
  else if (key == GDK_KEY_End)
    tb_moment_follow (self->moment);
  else if (key == GDK_KEY_space)
    tb_moment_play (self->moment, tb_moment_speed (self->moment) > 0 ? 0 : 1);
  else
    return FALSE;
  return TRUE;
}

/* ---- Following ------------------------------------------------------------------------------- */

static void
follow (TbTimeline *self)
{
  TbPast *past = self->moment ? tb_moment_past (self->moment) : NULL;
  gtk_widget_queue_draw (GTK_WIDGET (self));
  if (past == NULL)
    return;
  double s = 1e9, start = (double) tb_past_start_ns (past);
  g_autofree char *text = tb_format_elapsed (tb_moment_time_ns (self->moment) - tb_past_start_ns (past));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_VALUE_MIN, 0.0,
                                  GTK_ACCESSIBLE_PROPERTY_VALUE_MAX, ((double) tb_past_end_ns (past) - start) / s,
                                  GTK_ACCESSIBLE_PROPERTY_VALUE_NOW,
                                  ((double) tb_moment_time_ns (self->moment) - start) / s,
                                  GTK_ACCESSIBLE_PROPERTY_VALUE_TEXT, text, -1);
}

void
tb_timeline_set_moment (TbTimeline *timeline, TbMoment *moment)
{
  static const char *const signals[] = { "past-changed", "grown", "moved" };
  for (guint i = 0; i < G_N_ELEMENTS (signals) && timeline->moment; i++)
    g_clear_signal_handler (&timeline->ids[i], timeline->moment);
  g_set_object (&timeline->moment, moment);
  for (guint i = 0; i < G_N_ELEMENTS (signals) && moment; i++)
    timeline->ids[i] = g_signal_connect_swapped (moment, signals[i], G_CALLBACK (follow), timeline);
  follow (timeline);
}

static void
tb_timeline_dispose (GObject *object)
{
  tb_timeline_set_moment (TB_TIMELINE (object), NULL);
  G_OBJECT_CLASS (tb_timeline_parent_class)->dispose (object);
}

static void
tb_timeline_class_init (TbTimelineClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);
  G_OBJECT_CLASS (class)->dispose = tb_timeline_dispose;
  widget_class->snapshot = tb_timeline_snapshot;
  widget_class->measure = tb_timeline_measure;
  gtk_widget_class_set_css_name (widget_class, "timeline");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_SLIDER);
}

static void
tb_timeline_init (TbTimeline *self)
{
  GtkGesture *drag = gtk_gesture_drag_new ();
  GtkEventController *keys = gtk_event_controller_key_new ();
  g_signal_connect (drag, "drag-begin", G_CALLBACK (drag_begin), self);
  g_signal_connect (drag, "drag-update", G_CALLBACK (drag_update), self);
  g_signal_connect (keys, "key-pressed", G_CALLBACK (key_pressed), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (drag));
  gtk_widget_add_controller (GTK_WIDGET (self), keys);
  gtk_widget_set_focusable (GTK_WIDGET (self), TRUE);
  gtk_widget_set_hexpand (GTK_WIDGET (self), TRUE);
  gtk_widget_set_has_tooltip (GTK_WIDGET (self), TRUE);
  g_signal_connect (self, "query-tooltip", G_CALLBACK (query_tooltip), NULL);
  tb_ui_name (GTK_WIDGET (self), "Time");
}

GtkWidget *
tb_timeline_new (void)
{
  return g_object_new (TB_TYPE_TIMELINE, NULL);
}
