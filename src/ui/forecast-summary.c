#include "forecast-summary.h"

#include "forecast.h"
#include "tb-advise.h"
#include "util.h"

enum
{
  PART_FIGURES,
  PART_LIMIT,
  PART_HELP,
  PART_STALE,
  N_PARTS
};

struct _TbForecastSummary
{
  GtkWidget parent;
  GtkWidget *box, *parts[N_PARTS], *texts[N_PARTS], *attempt;
};

G_DEFINE_FINAL_TYPE (TbForecastSummary, tb_forecast_summary, GTK_TYPE_WIDGET)

static const char *const captions[N_PARTS] = { NULL, "What limits it", "What would help", "Stale reads" };

static guint try_asked;

static void
set_part (TbForecastSummary *self, guint part, const char *text)
{
  gtk_widget_set_visible (self->parts[part], *text != '\0');
  tb_ui_set_text (self->texts[part], text);
  tb_ui_set_tooltip (self->texts[part], text);
}

static void
show_figures (TbForecastSummary *self, TbForecaster *forecaster)
{
  g_autofree char *markup = tb_forecast_figures (tb_forecaster_net (forecaster), tb_forecaster_prediction (forecaster),
                                                 tb_forecaster_drawn (forecaster));
  gtk_widget_set_visible (self->parts[PART_FIGURES], *markup != '\0');
  gtk_label_set_markup (GTK_LABEL (self->texts[PART_FIGURES]), markup);
}

void
tb_forecast_summary_show (TbForecastSummary *self, TbForecaster *forecaster)
{
  const TbPrediction *p = tb_forecaster_prediction (forecaster);
  const TbQueueNet *net = tb_forecaster_net (forecaster);
  const GPtrArray *advice = tb_forecaster_advice (forecaster);
  g_autofree char *help = tb_advice_sentence (advice, net, p), *stale = tb_forecast_stale (net, p);
  show_figures (self, forecaster);
  set_part (self, PART_LIMIT, p->bottleneck);
  set_part (self, PART_HELP, help);
  set_part (self, PART_STALE, stale);
  gtk_widget_set_visible (self->attempt, advice->len > 0);
}

void
tb_forecast_summary_set_wide (TbForecastSummary *self, gboolean wide)
{
  gtk_orientable_set_orientation (GTK_ORIENTABLE (self->box), wide ? GTK_ORIENTATION_HORIZONTAL : GTK_ORIENTATION_VERTICAL);
  gtk_box_set_spacing (GTK_BOX (self->box), wide ? 24 : 4);
  for (guint i = PART_LIMIT; i < N_PARTS; i++)
    gtk_label_set_lines (GTK_LABEL (self->texts[i]), wide ? 4 : 6);
}

static void
try_clicked (TbForecastSummary *self)
{
  g_signal_emit (self, try_asked, 0);
}

static GtkWidget *
new_caption (TbForecastSummary *self, guint part)
{
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  gtk_box_append (GTK_BOX (row), tb_ui_label (captions[part], "forecast-caption"));
  if (part != PART_HELP)
    return row;
  self->attempt = gtk_button_new_with_label ("Try it");
  gtk_widget_set_tooltip_text (self->attempt, "Slide it there: the drawing stays as it is until it is taken");
  gtk_widget_add_css_class (self->attempt, "forecast-try");
  gtk_widget_set_valign (self->attempt, GTK_ALIGN_CENTER);
  g_signal_connect_swapped (self->attempt, "clicked", G_CALLBACK (try_clicked), self);
  gtk_box_append (GTK_BOX (row), self->attempt);
  return row;
}

static GtkWidget *
new_part (TbForecastSummary *self, guint part)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 1);
  GtkWidget *text = tb_ui_label (NULL, part == PART_FIGURES ? "forecast-figures" : "forecast-said");
  self->texts[part] = text;
  if (captions[part] != NULL)
    gtk_box_append (GTK_BOX (box), new_caption (self, part));
  gtk_label_set_wrap (GTK_LABEL (text), part != PART_FIGURES);
  gtk_label_set_yalign (GTK_LABEL (text), 0);
  gtk_widget_set_hexpand (box, part != PART_FIGURES);
  gtk_widget_set_valign (box, GTK_ALIGN_START);
  gtk_box_append (GTK_BOX (box), text);
  return box;
}

static void
tb_forecast_summary_dispose (GObject *object)
{
  g_clear_pointer (&TB_FORECAST_SUMMARY (object)->box, gtk_widget_unparent);
  G_OBJECT_CLASS (tb_forecast_summary_parent_class)->dispose (object);
}

static void
tb_forecast_summary_class_init (TbForecastSummaryClass *class)
{
  G_OBJECT_CLASS (class)->dispose = tb_forecast_summary_dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (class), GTK_TYPE_BIN_LAYOUT);
  try_asked = g_signal_new ("try-asked", TB_TYPE_FORECAST_SUMMARY, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
tb_forecast_summary_init (TbForecastSummary *self)
{
  self->box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 24);
  gtk_widget_add_css_class (self->box, "forecast-summary");
  for (guint i = 0; i < N_PARTS; i++)
    {
      self->parts[i] = new_part (self, i);
      gtk_box_append (GTK_BOX (self->box), self->parts[i]);
    }
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
  tb_forecast_summary_set_wide (self, TRUE);
}

GtkWidget *
tb_forecast_summary_new (void)
{
  return g_object_new (TB_TYPE_FORECAST_SUMMARY, NULL);
}

/* ---- What is taken for granted ---------------------------------------------------------------------------- */

#define ASSUMED_CHARS 64

GtkWidget *
tb_forecast_assumed_new (void)
{
  GtkWidget *button = gtk_menu_button_new (), *popover = gtk_popover_new (), *text = tb_ui_label (NULL, NULL);
  gtk_label_set_wrap (GTK_LABEL (text), TRUE);
  gtk_label_set_ellipsize (GTK_LABEL (text), PANGO_ELLIPSIZE_NONE);
  gtk_label_set_max_width_chars (GTK_LABEL (text), ASSUMED_CHARS);
  gtk_popover_set_child (GTK_POPOVER (popover), text);
  gtk_menu_button_set_popover (GTK_MENU_BUTTON (button), popover);
  gtk_menu_button_set_label (GTK_MENU_BUTTON (button), "Assumed");
  gtk_widget_set_tooltip_text (button, "What is taken for granted");
  return button;
}

void
tb_forecast_assumed_show (GtkWidget *assumed, const TbPrediction *p)
{
  g_autoptr (GString) text = g_string_new ("What a request takes varies exponentially, unless the drawing says otherwise.");
  for (guint i = 0; i < p->notes->len; i++)
    g_string_append_printf (text, "\n\n%s", (const char *) p->notes->pdata[i]);
  tb_ui_set_text (gtk_popover_get_child (GTK_POPOVER (gtk_menu_button_get_popover (GTK_MENU_BUTTON (assumed)))), text->str);
}
