#include "time-bar.h"

#include "fit-box.h"
#include "format.h"
#include "settings.h"
#include "timeline.h"
#include "util.h"

#include <math.h>

/* How fast it is played; the one in the middle is as it was. */
static const struct
{
  double speed;
  const char *name;
} speeds[] = { { 0.0001, "÷10 000" }, { 0.001, "÷1000" }, { 0.01, "÷100" }, { 0.1, "÷10" },
               { 1, "×1" },            { 2, "×2" },         { 10, "×10" },     { 60, "×60" } };

#define AS_IT_WAS 4u
#define SLOW_FROM 2

static const char *const spans[] = { "1 s", "10 s", "Run", NULL };

struct _TbTimeBar
{
  GtkWidget parent;
  TbMoment *moment;
  GtkWidget *box, *live, *play, *at, *speed, *span, *dots, *leave;
  gboolean kept;
  TbTimeline *timeline;
  double slowness;    /* as it is said; 0: not yet */
  gboolean following; /* a button is set to what is, not pressed */
};

G_DEFINE_FINAL_TYPE (TbTimeBar, tb_time_bar, GTK_TYPE_WIDGET)

/* ---- What is shown --------------------------------------------------------------------------- */

static char *
text_of_time (TbMoment *moment)
{
  TbPast *past = tb_moment_past (moment);
  gint64 start_ns = tb_past_start_ns (past);
  double at = (double) (tb_moment_time_ns (moment) - start_ns) / 1e9;
  double all = (double) (tb_past_end_ns (past) - start_ns) / 1e9;
  return tb_moment_is_live (moment) ? g_strdup_printf ("%.1f\u202fs", at)
                                    : g_strdup_printf ("%.4f of %.1f\u202fs", at, all);
}

static void
show_buttons (TbTimeBar *self)
{
  gboolean live = tb_moment_is_live (self->moment), plays = tb_moment_speed (self->moment) > 0;
  const char *name = live ? "Pause the picture; the run goes on (Alt+P)" : plays ? "Pause (Alt+P)" : "Play (Alt+P)";
  self->following = TRUE;
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (self->live), live);
  self->following = FALSE;
  gtk_widget_set_sensitive (self->live, tb_moment_is_running (self->moment));
  gtk_widget_set_visible (self->leave, !tb_moment_is_running (self->moment) && !self->kept);
  tb_ui_set_icon (self->play, live || plays ? "media-playback-pause-symbolic" : "media-playback-start-symbolic");
  tb_ui_set_tooltip (self->play, name);
  tb_ui_name (self->play, live || plays ? "Pause the picture" : "Play");
}

static void
follow (TbTimeBar *self)
{
  TbPast *past = tb_moment_past (self->moment);
  gtk_widget_set_visible (GTK_WIDGET (self), past != NULL);
  if (past == NULL)
    return;
  g_autofree char *text = text_of_time (self->moment);
  tb_ui_set_text (self->at, text);
  show_buttons (self);
}

/* One of 2, 5, 10, 20, 50 …, which stays until the factor is far from it: a figure that changes ten times a
 * second says nothing. */
static double
steady_slowness (TbTimeBar *self, double slowness)
{
  double ratio = self->slowness > 0 ? slowness / self->slowness : 0;
  if (ratio > 0.4 && ratio < 2.5)
    return self->slowness;
  double ten = pow (10, floor (log10 (slowness))), lead = slowness / ten;
  self->slowness = ten * (lead < 1.5 ? 1 : lead < 3.5 ? 2 : lead < 7.5 ? 5 : 10);
  return self->slowness;
}

/* 17604 → "17.6k"; the tooltip has the whole. */
static char *
brief_count (guint64 n)
{
  return n < 10000 ? tb_format_count (n)
         : n < 1000000 ? g_strdup_printf ("%.1f\u202fk", (double) n / 1e3) : g_strdup_printf ("%.1f\u202fM", (double) n / 1e6);
}

/* "20 dots · 50 × slower · 3 not shown": what must be known to read the picture. */
void
tb_time_bar_show_dots (TbTimeBar *bar, const TbDotCount *count)
{
  g_autoptr (GString) text = g_string_new (NULL);
  guint64 exact = count->requests + count->replies + count->one_way;
  g_autofree char *dots = brief_count (exact), *streamed = brief_count (count->streamed),
                  *missed = tb_format_count (count->not_shown);
  g_string_append_printf (text, "%s dots", dots);
  if (count->slowness >= SLOW_FROM)
    g_string_append_printf (text, " · %.0f × slower", steady_slowness (bar, count->slowness));
  if (count->streamed > 0)
    g_string_append_printf (text, " · %s in streams", streamed);
  if (count->not_shown > 0)
    g_string_append_printf (text, " · %s not shown", missed);
  tb_ui_set_text (bar->dots, text->str);
  g_autofree char *all = g_strdup_printf (
      "A dot each: %" G_GUINT64_FORMAT " requests, %" G_GUINT64_FORMAT " replies, %" G_GUINT64_FORMAT
      " others; %" G_GUINT64_FORMAT " dropped, %" G_GUINT64_FORMAT
      " duplicated.\nOn links too busy for that: %" G_GUINT64_FORMAT ". Not shown: %" G_GUINT64_FORMAT
      ".\nAll of them are counted.",
      count->requests, count->replies, count->one_way, count->dropped, count->duplicated, count->streamed,
      count->not_shown);
  tb_ui_set_tooltip (bar->dots, all);
}

void
tb_time_bar_show_still (TbTimeBar *bar, const TbDotCount *count)
{
  g_autofree char *text = g_strdup_printf ("%u under way", count->under_way);
  tb_ui_set_text (bar->dots, text);
  tb_ui_set_tooltip (bar->dots, "Requests that had come and were not answered at this moment");
}

/* ---- What is done ---------------------------------------------------------------------------- */

static double
chosen_speed (TbTimeBar *self)
{
  guint i = gtk_drop_down_get_selected (GTK_DROP_DOWN (self->speed));
  return i < G_N_ELEMENTS (speeds) ? speeds[i].speed : 1;
}

static void
toggle_play (TbTimeBar *self)
{
  if (tb_moment_is_live (self->moment))
    tb_moment_go (self->moment, tb_moment_time_ns (self->moment));
  else
    tb_moment_play (self->moment, tb_moment_speed (self->moment) > 0 ? 0 : chosen_speed (self));
  follow (self);
}

static void
change_speed (TbTimeBar *self, int by)
{
  int i = (int) gtk_drop_down_get_selected (GTK_DROP_DOWN (self->speed)) + by;
  gtk_drop_down_set_selected (GTK_DROP_DOWN (self->speed), (guint) CLAMP (i, 0, (int) G_N_ELEMENTS (speeds) - 1));
}

static void do_live (TbTimeBar *self) { tb_moment_follow (self->moment); }
static void do_back (TbTimeBar *self) { tb_moment_step (self->moment, -1); }
static void do_forward (TbTimeBar *self) { tb_moment_step (self->moment, 1); }
static void do_slower (TbTimeBar *self) { change_speed (self, -1); }
static void do_faster (TbTimeBar *self) { change_speed (self, 1); }

void
tb_time_bar_do (TbTimeBar *bar, const char *what)
{
  static const struct
  {
    const char *name;
    void (*run) (TbTimeBar *self);
  } deeds[] = { { "live", do_live },       { "play", toggle_play },   { "back", do_back },
                { "forward", do_forward }, { "slower", do_slower }, { "faster", do_faster } };
  for (guint i = 0; i < G_N_ELEMENTS (deeds) && tb_moment_past (bar->moment); i++)
    if (g_str_equal (deeds[i].name, what))
      deeds[i].run (bar);
}

static void
live_toggled (TbTimeBar *self)
{
  if (self->following)
    return;
  if (gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (self->live)))
    tb_moment_follow (self->moment);
  else
    tb_moment_go (self->moment, tb_moment_time_ns (self->moment));
  follow (self);
}

static void
speed_chosen (TbTimeBar *self)
{
  if (tb_moment_past (self->moment) && tb_moment_speed (self->moment) > 0)
    tb_moment_play (self->moment, chosen_speed (self));
}

static void
span_chosen (TbTimeBar *self)
{
  guint span = MIN (gtk_drop_down_get_selected (GTK_DROP_DOWN (self->span)), (guint) TB_N_SPANS - 1);
  tb_settings_set ("span", (int) span);
  g_signal_emit_by_name (self, "span", span);
}

/* ---- Building -------------------------------------------------------------------------------- */

static GtkWidget *
button (TbTimeBar *self, const char *icon, const char *name, void (*clicked) (TbTimeBar *))
{
  GtkWidget *widget = tb_ui_icon_button (icon, name, NULL);
  g_signal_connect_swapped (widget, "clicked", G_CALLBACK (clicked), self);
  return widget;
}

static GtkWidget *
new_speed (TbTimeBar *self)
{
  const char *names[G_N_ELEMENTS (speeds) + 1] = { NULL };
  for (guint i = 0; i < G_N_ELEMENTS (speeds); i++)
    names[i] = speeds[i].name;
  self->speed = gtk_drop_down_new_from_strings (names);
  gtk_drop_down_set_selected (GTK_DROP_DOWN (self->speed), AS_IT_WAS);
  tb_ui_name (self->speed, "Speed of play");
  gtk_widget_set_tooltip_text (self->speed, "How fast the past is played (Alt+, and Alt+.)");
  g_signal_connect_swapped (self->speed, "notify::selected", G_CALLBACK (speed_chosen), self);
  return self->speed;
}

static GtkWidget *
new_span (TbTimeBar *self)
{
  self->span = gtk_drop_down_new_from_strings (spans);
  gtk_drop_down_set_selected (GTK_DROP_DOWN (self->span), (guint) CLAMP (tb_settings_get ("span", 0), 0, 2));
  tb_ui_name (self->span, "Figures over");
  gtk_widget_set_tooltip_text (self->span, "How far back rates, latencies and errors look");
  g_signal_connect_swapped (self->span, "notify::selected", G_CALLBACK (span_chosen), self);
  return self->span;
}

/* Of a run that is over: back to the drawing alone. */
static void
do_leave (TbTimeBar *self)
{
  tb_moment_set_past (self->moment, NULL, FALSE);
}

void
tb_time_bar_keep (TbTimeBar *bar)
{
  bar->kept = TRUE;
  gtk_widget_set_visible (bar->leave, FALSE);
}

/* What goes where there is no room, the last first. */
static GtkWidget *
new_extras (TbTimeBar *self)
{
  GtkWidget *box = tb_fit_box_new (4);
  GtkWidget *parts[] = { self->at, new_speed (self), new_span (self), self->dots };
  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    tb_fit_box_append (TB_FIT_BOX (box), parts[i], i + 1);
  return box;
}

static void
build (TbTimeBar *self)
{
  self->box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 4);
  self->live = gtk_toggle_button_new_with_label ("Live");
  gtk_widget_set_tooltip_text (self->live, "Follow the run (Alt+L)");
  g_signal_connect_swapped (self->live, "toggled", G_CALLBACK (live_toggled), self);
  self->play = button (self, "media-playback-pause-symbolic", "Pause the picture", toggle_play);
  self->timeline = TB_TIMELINE (tb_timeline_new ());
  self->at = tb_ui_label (NULL, "numeric");
  self->dots = tb_ui_label (NULL, "dim");
  gtk_widget_add_css_class (self->dots, "numeric");
  GtkWidget *back = button (self, "media-skip-backward-symbolic", "One message back (Alt+B)", do_back);
  self->leave = button (self, "window-close-symbolic", "Leave the run that is over", do_leave);
  GtkWidget *forward = button (self, "media-skip-forward-symbolic", "One message on (Alt+N)", do_forward);
  GtkWidget *parts[] = { self->live, back, self->play, forward, GTK_WIDGET (self->timeline), new_extras (self),
                         self->leave };
  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    gtk_box_append (GTK_BOX (self->box), parts[i]);
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
}

static void
tb_time_bar_dispose (GObject *object)
{
  TbTimeBar *self = TB_TIME_BAR (object);
  if (self->moment)
    g_signal_handlers_disconnect_by_data (self->moment, self);
  if (self->timeline)
    tb_timeline_set_moment (self->timeline, NULL);
  self->timeline = NULL;
  g_clear_pointer (&self->box, gtk_widget_unparent);
  g_clear_object (&self->moment);
  G_OBJECT_CLASS (tb_time_bar_parent_class)->dispose (object);
}

static void
tb_time_bar_class_init (TbTimeBarClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);
  G_OBJECT_CLASS (class)->dispose = tb_time_bar_dispose;
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name (widget_class, "timebar");
  g_signal_new ("span", G_TYPE_FROM_CLASS (class), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                G_TYPE_UINT);
}

static void
tb_time_bar_init (TbTimeBar *self)
{
  build (self);
}

GtkWidget *
tb_time_bar_new (TbMoment *moment)
{
  static const char *const signals[] = { "past-changed", "grown", "moved" };
  TbTimeBar *self = g_object_new (TB_TYPE_TIME_BAR, NULL);
  self->moment = g_object_ref (moment);
  tb_timeline_set_moment (self->timeline, moment);
  for (guint i = 0; i < G_N_ELEMENTS (signals); i++)
    g_signal_connect_swapped (moment, signals[i], G_CALLBACK (follow), self);
  follow (self);
  return GTK_WIDGET (self);
}
