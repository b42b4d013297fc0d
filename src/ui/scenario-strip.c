#include "scenario-strip.h"

#include <math.h>

#include "appearance.h"
#include "util.h"

struct _TbScenarioStrip
{
  GtkWidget parent;
  TbStrip *strip; /* NULL: of nothing */
  TbStripNow now;
  GArray *marks;  /* of TbStripMark: what now.marks points to */
  double scale;
};

G_DEFINE_FINAL_TYPE (TbScenarioStrip, tb_scenario_strip, GTK_TYPE_WIDGET)

void
tb_scenario_strip_set_scenario (TbScenarioStrip *self, const TbElement *scenario)
{
  g_clear_pointer (&self->strip, tb_strip_free);
  self->strip = scenario ? tb_strip_new (scenario) : NULL;
  self->now = (TbStripNow){ .place = NAN };
  gtk_widget_queue_resize (GTK_WIDGET (self));
}

void
tb_scenario_strip_show (TbScenarioStrip *self, const TbStripNow *now, const char *words)
{
  self->now = *now;
  if (now->marks && self->strip)
    {
      g_array_set_size (self->marks, 0);
      g_array_append_vals (self->marks, now->marks, tb_strip_n_steps (self->strip));
      self->now.marks = &g_array_index (self->marks, TbStripMark, 0);
    }
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, words, -1);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
tb_scenario_strip_set_scale (TbScenarioStrip *self, double scale)
{
  if (self->scale == scale)
    return;
  self->scale = scale;
  gtk_widget_queue_resize (GTK_WIDGET (self));
}

/* ---- Widget ------------------------------------------------------------------------------------ */

static void
tb_scenario_strip_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  TbScenarioStrip *self = TB_SCENARIO_STRIP (widget);
  int width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);
  if (!self->strip)
    return;
  cairo_t *cr = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT (0, 0, (float) width, (float) height));
  cairo_scale (cr, self->scale, self->scale);
  tb_strip_set_width (self->strip, width / self->scale);
  TbPlot *plot = tb_plot_new (cr);
  tb_strip_paint (self->strip, plot, tb_appearance_theme (), &self->now);
  tb_plot_free (plot);
  cairo_destroy (cr);
}

static GtkSizeRequestMode
tb_scenario_strip_request_mode (GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

/* The narrower, the more lanes it needs. */
static void
tb_scenario_strip_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural,
                           int *minimum_baseline, int *natural_baseline)
{
  TbScenarioStrip *self = TB_SCENARIO_STRIP (widget);
  *minimum = 80;
  *natural = 400;
  if (orientation == GTK_ORIENTATION_HORIZONTAL || !self->strip)
    return;
  tb_strip_set_width (self->strip, (for_size > 0 ? for_size : 400) / self->scale);
  *minimum = *natural = (int) ceil (tb_strip_height (self->strip) * self->scale);
}

static void
pressed (GtkGestureClick *click, int n, double x, double y, TbScenarioStrip *self)
{
  if (self->strip)
    g_signal_emit_by_name (self, "picked", tb_strip_place (self->strip, x / self->scale));
}

static gboolean
query_tooltip (GtkWidget *widget, int x, int y, gboolean keyboard, GtkTooltip *tooltip, gpointer data)
{
  TbScenarioStrip *self = TB_SCENARIO_STRIP (widget);
  TbUid uid = self->strip && !keyboard ? tb_strip_at (self->strip, x / self->scale, y / self->scale) : 0;
  g_autofree char *words = uid ? tb_strip_words (self->strip, uid) : NULL;
  gtk_tooltip_set_text (tooltip, words);
  return words != NULL;
}

static void
tb_scenario_strip_finalize (GObject *object)
{
  TbScenarioStrip *self = TB_SCENARIO_STRIP (object);
  tb_strip_free (self->strip);
  g_array_unref (self->marks);
  G_OBJECT_CLASS (tb_scenario_strip_parent_class)->finalize (object);
}

static void
tb_scenario_strip_class_init (TbScenarioStripClass *class)
{
  GtkWidgetClass *widget = GTK_WIDGET_CLASS (class);
  G_OBJECT_CLASS (class)->finalize = tb_scenario_strip_finalize;
  widget->snapshot = tb_scenario_strip_snapshot;
  widget->measure = tb_scenario_strip_measure;
  widget->get_request_mode = tb_scenario_strip_request_mode;
  gtk_widget_class_set_css_name (widget, "scenariostrip");
  gtk_widget_class_set_accessible_role (widget, GTK_ACCESSIBLE_ROLE_IMG);
  g_signal_new ("picked", G_TYPE_FROM_CLASS (class), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                G_TYPE_DOUBLE);
}

static void
tb_scenario_strip_init (TbScenarioStrip *self)
{
  GtkGesture *click = gtk_gesture_click_new ();
  self->scale = 1;
  self->now.place = NAN;
  self->marks = g_array_new (FALSE, TRUE, sizeof (TbStripMark));
  g_signal_connect (click, "pressed", G_CALLBACK (pressed), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (click));
  gtk_widget_set_hexpand (GTK_WIDGET (self), TRUE);
  gtk_widget_set_has_tooltip (GTK_WIDGET (self), TRUE);
  g_signal_connect (self, "query-tooltip", G_CALLBACK (query_tooltip), NULL);
  g_signal_connect_object (adw_style_manager_get_default (), "notify::dark", G_CALLBACK (gtk_widget_queue_draw), self,
                           G_CONNECT_SWAPPED);
  tb_ui_name (GTK_WIDGET (self), "Scenario");
}

GtkWidget *
tb_scenario_strip_new (void)
{
  return g_object_new (TB_TYPE_SCENARIO_STRIP, NULL);
}
