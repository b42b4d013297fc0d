#include "spark.h"

#include "util.h"

#define POINTS 240

struct _TbSpark
{
  GtkWidget parent;
  float values[POINTS]; /* ring: value i of all stands at i % POINTS */
  guint n;
};

G_DEFINE_FINAL_TYPE (TbSpark, tb_spark, GTK_TYPE_WIDGET)

void
tb_spark_add (TbSpark *spark, double value)
{
  spark->values[spark->n++ % POINTS] = (float) MAX (value, 0);
  gtk_widget_queue_draw (GTK_WIDGET (spark));
}

static void
trace (TbSpark *self, cairo_t *cr, double w, double h)
{
  guint kept = MIN (self->n, POINTS);
  double top = 1;
  for (guint i = 0; i < kept; i++)
    top = MAX (top, self->values[i]);
  for (guint i = 0; i < kept; i++)
    {
      double value = self->values[(self->n - kept + i) % POINTS];
      double x = w * (POINTS - kept + i) / (POINTS - 1), y = h - 2 - (h - 4) * value / top;
      if (i)
        cairo_line_to (cr, x, y);
      else
        cairo_move_to (cr, x, y);
    }
}

static void
tb_spark_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  TbSpark *self = TB_SPARK (widget);
  double w = gtk_widget_get_width (widget), h = gtk_widget_get_height (widget);
  TbColour line = tb_theme_colour (tb_ui_theme (), TB_COLOUR_ACCENT);
  if (self->n < 2)
    return;
  graphene_rect_t all = GRAPHENE_RECT_INIT (0, 0, (float) w, (float) h);
  cairo_t *cr = gtk_snapshot_append_cairo (snapshot, &all);
  trace (self, cr, w, h);
  cairo_set_line_width (cr, 1.4);
  cairo_set_line_join (cr, CAIRO_LINE_JOIN_ROUND);
  cairo_set_source_rgba (cr, line.r, line.g, line.b, 1);
  cairo_stroke_preserve (cr);
  cairo_line_to (cr, w, h);
  cairo_line_to (cr, w * (POINTS - MIN (self->n, POINTS)) / (POINTS - 1), h);
  cairo_close_path (cr);
  cairo_set_source_rgba (cr, line.r, line.g, line.b, 0.12);
  cairo_fill (cr);
  cairo_destroy (cr);
}

static void
tb_spark_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum,
                  int *natural, int *minimum_baseline, int *natural_baseline)
{
  *minimum = orientation == GTK_ORIENTATION_HORIZONTAL ? 40 : 22;
  *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? 160 : 22;
}

static void
tb_spark_class_init (TbSparkClass *class)
{
  GTK_WIDGET_CLASS (class)->snapshot = tb_spark_snapshot;
  GTK_WIDGET_CLASS (class)->measure = tb_spark_measure;
  gtk_widget_class_set_accessible_role (GTK_WIDGET_CLASS (class), GTK_ACCESSIBLE_ROLE_IMG);
}

static void
tb_spark_init (TbSpark *self)
{
  gtk_widget_set_hexpand (GTK_WIDGET (self), TRUE);
}

GtkWidget *
tb_spark_new (void)
{
  return g_object_new (TB_TYPE_SPARK, NULL);
}
