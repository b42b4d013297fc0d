#include "forecast-sliders.h"

#include <math.h>

#include "forecast.h"
#include "util.h"

#define SLIDER_WIDTH 170

struct _TbForecastSliders
{
  GtkWidget parent;
  GtkWidget *row, *box, *take, *reset;
  TbForecaster *forecaster;
  GPtrArray *shown; /* of TbForecastSlider; NULL: none */
  gboolean filling;
};

G_DEFINE_FINAL_TYPE (TbForecastSliders, tb_forecast_sliders_view, GTK_TYPE_WIDGET)

static guint take_asked;

/* ---- One of them ------------------------------------------------------------------------------------------ */

static void
slid (GtkRange *range, TbForecastSliders *self)
{
  const TbForecastSlider *slider = g_object_get_data (G_OBJECT (range), "tb-slider");
  if (self->filling)
    return;
  tb_forecast_slide (tb_forecaster_what_if (self->forecaster), slider, round (gtk_range_get_value (range)));
  tb_forecaster_changed (self->forecaster);
}

static GtkWidget *
new_slider (TbForecastSliders *self, const TbForecastSlider *slider)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *scale = gtk_scale_new_with_range (GTK_ORIENTATION_HORIZONTAL, slider->least, slider->most, 1);
  gtk_scale_set_draw_value (GTK_SCALE (scale), TRUE);
  gtk_scale_set_value_pos (GTK_SCALE (scale), GTK_POS_RIGHT);
  gtk_scale_set_digits (GTK_SCALE (scale), 0);
  gtk_scale_add_mark (GTK_SCALE (scale), slider->drawn, GTK_POS_BOTTOM, NULL);
  gtk_range_set_value (GTK_RANGE (scale), slider->what.value);
  gtk_widget_set_size_request (scale, SLIDER_WIDTH, -1);
  g_object_set_data (G_OBJECT (scale), "tb-slider", (gpointer) slider);
  g_signal_connect (scale, "value-changed", G_CALLBACK (slid), self);
  tb_ui_name (scale, slider->label);
  gtk_box_append (GTK_BOX (box), tb_ui_label (slider->label, "dim"));
  gtk_box_append (GTK_BOX (box), scale);
  gtk_widget_set_valign (box, GTK_ALIGN_CENTER);
  return box;
}

/* ---- All of them ------------------------------------------------------------------------------------------ */

static gboolean
is_same (const TbForecastSlider *a, const TbForecastSlider *b)
{
  return a->what.uid == b->what.uid && a->what.kind == b->what.kind && a->drawn == b->drawn && a->most == b->most
         && g_str_equal (a->label, b->label);
}

/* Those that are there stay under the hand that slides them: where they stand, they stand by it. */
static gboolean
are_same (const GPtrArray *a, const GPtrArray *b)
{
  if (a == NULL || a->len != b->len)
    return FALSE;
  for (guint i = 0; i < a->len; i++)
    if (!is_same (a->pdata[i], b->pdata[i]))
      return FALSE;
  return TRUE;
}

/* Where others slid them: by what helps, or back to what is drawn. */
static void
move (TbForecastSliders *self, const GPtrArray *sliders)
{
  guint i = 0;
  self->filling = TRUE;
  for (GtkWidget *box = gtk_widget_get_first_child (self->box); box != NULL; box = gtk_widget_get_next_sibling (box), i++)
    {
      const TbForecastSlider *slider = sliders->pdata[i];
      gtk_range_set_value (GTK_RANGE (gtk_widget_get_last_child (box)), slider->what.value);
    }
  self->filling = FALSE;
}

static void
fill (TbForecastSliders *self, GPtrArray *sliders)
{
  tb_ui_clear_box (self->box);
  g_clear_pointer (&self->shown, g_ptr_array_unref);
  self->shown = g_ptr_array_ref (sliders);
  self->filling = TRUE;
  for (guint i = 0; i < sliders->len; i++)
    gtk_box_append (GTK_BOX (self->box), new_slider (self, sliders->pdata[i]));
  self->filling = FALSE;
}

void
tb_forecast_sliders_view_show (TbForecastSliders *self, TbUid selected)
{
  const TbQueueNet *drawn = tb_forecaster_drawn_net (self->forecaster);
  const TbPrediction *p = tb_forecaster_drawn (self->forecaster);
  const GArray *what_if = tb_forecaster_what_if (self->forecaster);
  gtk_widget_set_sensitive (self->take, what_if->len > 0);
  gtk_widget_set_sensitive (self->reset, what_if->len > 0);
  if (drawn == NULL)
    return;
  g_autoptr (GPtrArray) sliders
    = tb_forecast_sliders (drawn, p != NULL ? p : tb_forecaster_prediction (self->forecaster), selected, what_if);
  if (are_same (self->shown, sliders))
    move (self, sliders);
  else
    fill (self, sliders);
}

/* ---- Building --------------------------------------------------------------------------------------------- */

static void
reset_clicked (TbForecastSliders *self)
{
  g_array_set_size (tb_forecaster_what_if (self->forecaster), 0);
  tb_forecaster_changed (self->forecaster);
}

static void
take_clicked (TbForecastSliders *self)
{
  g_signal_emit (self, take_asked, 0);
}

static GtkWidget *
new_button (TbForecastSliders *self, const char *label, const char *tip, GCallback clicked)
{
  GtkWidget *button = gtk_button_new_with_label (label);
  gtk_widget_set_tooltip_text (button, tip);
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_set_sensitive (button, FALSE);
  g_signal_connect_swapped (button, "clicked", clicked, self);
  gtk_box_append (GTK_BOX (self->row), button);
  return button;
}

static void
tb_forecast_sliders_view_dispose (GObject *object)
{
  TbForecastSliders *self = TB_FORECAST_SLIDERS (object);
  g_clear_pointer (&self->row, gtk_widget_unparent);
  g_clear_pointer (&self->shown, g_ptr_array_unref);
  g_clear_object (&self->forecaster);
  G_OBJECT_CLASS (tb_forecast_sliders_view_parent_class)->dispose (object);
}

static void
tb_forecast_sliders_view_class_init (TbForecastSlidersClass *class)
{
  G_OBJECT_CLASS (class)->dispose = tb_forecast_sliders_view_dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (class), GTK_TYPE_BIN_LAYOUT);
  take_asked = g_signal_new ("take-asked", TB_TYPE_FORECAST_SLIDERS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
tb_forecast_sliders_view_init (TbForecastSliders *self)
{
  GtkWidget *scrolled = gtk_scrolled_window_new ();
  self->row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  self->box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 18);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_AUTOMATIC, GTK_POLICY_NEVER);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), self->box);
  gtk_widget_set_hexpand (scrolled, TRUE);
  gtk_box_append (GTK_BOX (self->row), scrolled);
  self->reset = new_button (self, "As drawn", "Back to what is drawn", G_CALLBACK (reset_clicked));
  self->take = new_button (self, "Take it", "Put these numbers into the drawing, as one step that can be undone", G_CALLBACK (take_clicked));
  gtk_widget_add_css_class (self->row, "page-bar");
  gtk_widget_set_parent (self->row, GTK_WIDGET (self));
}

GtkWidget *
tb_forecast_sliders_view_new (TbForecaster *forecaster)
{
  TbForecastSliders *self = g_object_new (TB_TYPE_FORECAST_SLIDERS, NULL);
  self->forecaster = g_object_ref (forecaster);
  return GTK_WIDGET (self);
}
