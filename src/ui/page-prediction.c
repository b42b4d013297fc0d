/* Prediction: how fast the drawing will be, on every component and link, before it runs; what if there were more threads,
 * replicas, clients; and, of a run, what was measured of the same beside it. What is computed and simulated is forecaster.h's; here it is
 * shown, in the page and on the drawing. */
#include "pages.h"

#include "fit-box.h"
#include "forecast-sliders.h"
#include "forecast-summary.h"
#include "forecast-table.h"
#include "forecast.h"
#include "forecaster.h"
#include "tb-advise.h"
#include "tb-canvas.h"
#include "tb-measured.h"
#include "util.h"

#define REFRESH_MS 1000 /* of what is measured */
#define SIDE_BY_SIDE 640 /* pixels */

struct _TbPredictionPage
{
  GtkWidget parent;
  GtkWidget *box, *where, *predict, *what_if, *marks, *learn, *keep, *how, *assumed, *summary, *sliders, *revealer, *table;
  GListStore *store;
  TbEditor *editor;
  TbMoment *moment;
  TbForecaster *forecaster;
  int width;
  gboolean measures;
  guint refresh_id, arrange_id;
  gulong selection_id;
};

G_DEFINE_FINAL_TYPE (TbPredictionPage, tb_prediction_page, GTK_TYPE_WIDGET)

static guint picked, marked, said;

static const TbModel *
model_of (TbPredictionPage *self)
{
  return self->editor != NULL ? tb_document_model (tb_editor_document (self->editor)) : NULL;
}

static TbPast *
past_of (TbPredictionPage *self)
{
  return self->moment != NULL ? tb_moment_past (self->moment) : NULL;
}

/* ---- What is shown ------------------------------------------------------------------------------------------ */

/* From the start of the run to the moment that is looked at; NULL: nothing ran. */
static TbMeasured *
measured (TbPredictionPage *self)
{
  TbPast *past = past_of (self);
  return past != NULL ? tb_forecaster_measured (self->forecaster, past, tb_moment_time_ns (self->moment)) : NULL;
}

/* On the drawing, where that is wanted. */
static void
mark (TbPredictionPage *self, const GPtrArray *rows)
{
  g_autoptr (GArray) marks = g_array_new (FALSE, FALSE, sizeof (TbCanvasMark));
  g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);
  gboolean wanted = gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (self->marks));
  for (guint i = 0; wanted && i < rows->len; i++)
    {
      const TbForecastRow *row = rows->pdata[i];
      TbCanvasMark m = { row->uid, tb_forecast_mark (row), row->busy >= TB_FORECAST_BUSY && !row->client };
      if (m.text == NULL)
        continue;
      g_ptr_array_add (texts, (gpointer) m.text);
      g_array_append_val (marks, m);
    }
  g_signal_emit (self, marked, 0, marks);
}

static void
arrange (TbPredictionPage *self)
{
  const TbPrediction *p = tb_forecaster_prediction (self->forecaster);
  tb_forecast_summary_set_wide (TB_FORECAST_SUMMARY (self->summary), self->width >= SIDE_BY_SIDE);
  tb_forecast_table_arrange (self->table, p != NULL && p->how == TB_PREDICTED_BY_SIMULATION, self->measures, self->width);
}

static void
show_rows (TbPredictionPage *self)
{
  const TbPrediction *p = tb_forecaster_prediction (self->forecaster);
  g_autoptr (TbMeasured) m = measured (self);
  g_autoptr (GPtrArray) rows = tb_forecast_rows (model_of (self), tb_forecaster_net (self->forecaster), p, m);
  self->measures = m != NULL;
  arrange (self);
  tb_forecast_table_fill (self->store, rows);
  mark (self, rows);
}

/* How sure it is, or that it is being found out. */
static void
show_how (TbPredictionPage *self, const TbPrediction *p)
{
  gboolean simulating = tb_forecaster_is_simulating (self->forecaster);
  g_autofree char *how = tb_forecast_how (p), *text = g_strconcat (simulating ? "simulating… meanwhile " : "", how, NULL);
  tb_ui_set_text (self->how, text);
  tb_ui_set_tooltip (self->how, text);
  gtk_button_set_label (GTK_BUTTON (self->predict), simulating ? "Cancel" : "Predict");
}

static void
show (TbPredictionPage *self)
{
  const TbPrediction *p = tb_forecaster_prediction (self->forecaster);
  if (p == NULL || self->editor == NULL || !gtk_widget_get_mapped (GTK_WIDGET (self)))
    return;
  gtk_widget_set_visible (self->learn, past_of (self) != NULL);
  gtk_widget_set_visible (self->keep, tb_forecaster_learned (self->forecaster) != NULL);
  tb_forecast_summary_show (TB_FORECAST_SUMMARY (self->summary), self->forecaster);
  tb_forecast_sliders_view_show (TB_FORECAST_SLIDERS (self->sliders), tb_editor_selected_one (self->editor));
  tb_forecast_assumed_show (self->assumed, p);
  show_how (self, p);
  show_rows (self);
}

/* ---- What a person does ------------------------------------------------------------------------------------- */

static void
predict_clicked (TbPredictionPage *self)
{
  tb_forecaster_simulate (self->forecaster, !tb_forecaster_is_simulating (self->forecaster));
}

static void
where_chosen (TbPredictionPage *self)
{
  tb_forecaster_set_local (self->forecaster, gtk_drop_down_get_selected (GTK_DROP_DOWN (self->where)) == 0);
}

/* What components cost, as the run showed it, instead of as it is drawn; from then on other loads are predicted with that. */
static void
learn_toggled (GtkToggleButton *button, TbPredictionPage *self)
{
  gboolean wanted = gtk_toggle_button_get_active (button);
  if (!tb_forecaster_learn (self->forecaster, wanted ? past_of (self) : NULL) && wanted)
    gtk_toggle_button_set_active (button, FALSE);
}

/* And into the drawing, so that whoever opens it next needs no recording. */
static void
keep_clicked (TbPredictionPage *self)
{
  const GArray *learned = tb_forecaster_learned (self->forecaster);
  if (self->editor == NULL || learned == NULL)
    return;
  g_autofree char *changed = tb_calibration_write (tb_editor_document (self->editor), learned);
  g_signal_emit (self, said, 0, changed);
}

static void
take_asked (TbPredictionPage *self)
{
  GArray *what_if = tb_forecaster_what_if (self->forecaster);
  g_autoptr (GArray) taken = g_array_copy (what_if);
  g_array_set_size (what_if, 0);
  if (self->editor != NULL)
    tb_forecast_apply (tb_editor_document (self->editor), taken);
  tb_forecaster_changed (self->forecaster);
}

/* The best advice is slid to, and seen on the slider. */
static void
try_asked (TbPredictionPage *self)
{
  const GPtrArray *advice = tb_forecaster_advice (self->forecaster);
  if (advice == NULL || advice->len == 0)
    return;
  tb_forecast_try (tb_forecaster_what_if (self->forecaster), &((const TbAdvice *) advice->pdata[0])->what);
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (self->what_if), TRUE);
  tb_forecaster_changed (self->forecaster);
}

static void
selection_changed (TbPredictionPage *self)
{
  if (tb_forecaster_is_fresh (self->forecaster) && gtk_widget_get_mapped (GTK_WIDGET (self)))
    tb_forecast_sliders_view_show (TB_FORECAST_SLIDERS (self->sliders), tb_editor_selected_one (self->editor));
}

static gboolean
refresh (gpointer data)
{
  TbPredictionPage *self = data;
  if (past_of (self) != NULL && tb_moment_is_live (self->moment) && tb_forecaster_is_fresh (self->forecaster))
    show_rows (self);
  return G_SOURCE_CONTINUE;
}

static void
mapped (TbPredictionPage *self)
{
  self->refresh_id = g_timeout_add (REFRESH_MS, refresh, self);
  tb_forecaster_set_watched (self->forecaster, TRUE);
  show (self);
}

static void
unmapped (TbPredictionPage *self)
{
  g_clear_handle_id (&self->refresh_id, g_source_remove);
  tb_forecaster_set_watched (self->forecaster, FALSE);
  g_signal_emit (self, marked, 0, NULL);
}

/* ---- From outside --------------------------------------------------------------------------------------------- */

void
tb_prediction_page_set_editor (TbPredictionPage *page, TbEditor *editor)
{
  if (page->editor != NULL)
    g_signal_handler_disconnect (page->editor, page->selection_id);
  g_set_object (&page->editor, editor);
  tb_forecaster_set_document (page->forecaster, editor != NULL ? tb_editor_document (editor) : NULL);
  if (editor != NULL)
    page->selection_id = g_signal_connect_swapped (editor, "selection-changed", G_CALLBACK (selection_changed), page);
}

static void
moved (TbPredictionPage *self)
{
  if (tb_forecaster_is_fresh (self->forecaster))
    show (self);
}

void
tb_prediction_page_set_moment (GtkWidget *widget, TbMoment *moment)
{
  static const char *const names[] = { "past-changed", "moved" };
  TbPredictionPage *self = TB_PREDICTION_PAGE (widget);
  for (guint i = 0; self->moment != NULL && i < G_N_ELEMENTS (names); i++)
    g_signal_handlers_disconnect_by_func (self->moment, moved, self);
  g_set_object (&self->moment, moment);
  for (guint i = 0; moment != NULL && i < G_N_ELEMENTS (names); i++)
    g_signal_connect_object (moment, names[i], G_CALLBACK (moved), self, G_CONNECT_SWAPPED);
}

static void
row_picked (TbUid uid, gpointer data)
{
  g_signal_emit (data, picked, 0, uid);
}

/* ---- Building -------------------------------------------------------------------------------------------------- */

static GtkWidget *
new_button (const char *label, const char *tip, GCallback clicked, TbPredictionPage *self)
{
  GtkWidget *button = gtk_button_new_with_label (label);
  gtk_widget_set_tooltip_text (button, tip);
  g_signal_connect_swapped (button, "clicked", clicked, self);
  return button;
}

static GtkWidget *
new_toggle (const char *label, const char *tip)
{
  GtkWidget *button = gtk_toggle_button_new_with_label (label);
  gtk_widget_set_tooltip_text (button, tip);
  return button;
}

static GtkWidget *
new_where (TbPredictionPage *self)
{
  static const char *const places[] = { "On this machine", "On the drawn devices", NULL };
  GtkWidget *where = gtk_drop_down_new_from_strings (places);
  gtk_widget_set_tooltip_text (where, "Whose processors do the work: a run on this machine shares its cores among all devices");
  tb_ui_name (where, "Where it runs");
  g_signal_connect_swapped (where, "notify::selected", G_CALLBACK (where_chosen), self);
  return where;
}

static GtkWidget *
new_bar (TbPredictionPage *self)
{
  GtkWidget *bar = tb_fit_box_new (8);
  self->predict = new_button ("Predict", "Simulate the drawing: what threads, queues and timeouts do, with 95 % intervals",
                              G_CALLBACK (predict_clicked), self);
  gtk_widget_add_css_class (self->predict, "suggested-action");
  self->where = new_where (self);
  self->what_if = new_toggle ("What if…", "Try other numbers of threads, replicas and clients");
  self->marks = new_toggle ("On the drawing", "Show the figures beside components and links");
  self->learn = new_toggle ("Learn from the run", "Predict with what each component cost in the run that is shown, not with what is drawn");
  self->keep = new_button ("Keep it", "Write what each component cost into the drawing, as one step that can be undone",
                           G_CALLBACK (keep_clicked), self);
  self->assumed = tb_forecast_assumed_new ();
  self->how = tb_ui_label (NULL, "panel-status");
  gtk_widget_set_hexpand (self->how, TRUE);
  gtk_widget_set_visible (self->learn, FALSE);
  gtk_widget_set_visible (self->keep, FALSE);
  const struct
  {
    GtkWidget *child;
    guint priority;
  } children[] = { { self->predict, 0 }, { self->what_if, 0 }, { self->where, 2 }, { self->learn, 1 }, { self->keep, 1 }, { self->marks, 3 },
                   { self->assumed, 4 }, { self->how, 5 } };
  for (guint i = 0; i < G_N_ELEMENTS (children); i++)
    tb_fit_box_append (TB_FIT_BOX (bar), children[i].child, children[i].priority);
  gtk_widget_add_css_class (bar, "page-bar");
  return bar;
}

static gboolean
arrange_later (gpointer data)
{
  TbPredictionPage *self = data;
  self->arrange_id = 0;
  arrange (self);
  return G_SOURCE_REMOVE;
}

static void
tb_prediction_page_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural, int *minimum_baseline,
                            int *natural_baseline)
{
  if (orientation == GTK_ORIENTATION_VERTICAL && for_size < 0 && gtk_widget_get_width (widget) > 0)
    for_size = gtk_widget_get_width (widget); /* who asks so would give sentences one line each */
  gtk_widget_measure (TB_PREDICTION_PAGE (widget)->box, orientation, for_size, minimum, natural, NULL, NULL);
}

static void
tb_prediction_page_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  TbPredictionPage *self = TB_PREDICTION_PAGE (widget);
  if (width != self->width && self->arrange_id == 0)
    self->arrange_id = g_idle_add (arrange_later, self); /* not while sizes are given */
  self->width = width;
  gtk_widget_allocate (self->box, width, height, baseline, NULL);
}

static void
tb_prediction_page_dispose (GObject *object)
{
  TbPredictionPage *self = TB_PREDICTION_PAGE (object);
  g_clear_handle_id (&self->refresh_id, g_source_remove);
  g_clear_handle_id (&self->arrange_id, g_source_remove);
  if (self->forecaster != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->forecaster, self);
      tb_prediction_page_set_editor (self, NULL);
    }
  g_clear_pointer (&self->box, gtk_widget_unparent);
  g_clear_object (&self->store);
  g_clear_object (&self->moment);
  g_clear_object (&self->forecaster);
  G_OBJECT_CLASS (tb_prediction_page_parent_class)->dispose (object);
}

static void
tb_prediction_page_class_init (TbPredictionPageClass *class)
{
  G_OBJECT_CLASS (class)->dispose = tb_prediction_page_dispose;
  GTK_WIDGET_CLASS (class)->measure = tb_prediction_page_measure;
  GTK_WIDGET_CLASS (class)->size_allocate = tb_prediction_page_size_allocate;
  picked = g_signal_new ("picked", TB_TYPE_PREDICTION_PAGE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_UINT);
  marked = g_signal_new ("marked", TB_TYPE_PREDICTION_PAGE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_POINTER);
  said = g_signal_new ("said", TB_TYPE_PREDICTION_PAGE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
tb_prediction_page_init (TbPredictionPage *self)
{
  self->forecaster = tb_forecaster_new ();
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  self->summary = tb_forecast_summary_new ();
  self->sliders = tb_forecast_sliders_view_new (self->forecaster);
  self->revealer = gtk_revealer_new ();
  self->store = tb_forecast_table_store ();
  self->table = tb_forecast_table_new (self->store, row_picked, self);
  gtk_revealer_set_child (GTK_REVEALER (self->revealer), self->sliders);
  GtkWidget *const parts[] = { new_bar (self), self->revealer, self->summary, self->table };
  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    gtk_box_append (GTK_BOX (self->box), parts[i]);
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (self->marks), TRUE);
  g_object_bind_property (self->what_if, "active", self->revealer, "reveal-child", G_BINDING_DEFAULT);
  g_signal_connect_swapped (self->marks, "toggled", G_CALLBACK (show), self);
  g_signal_connect (self->learn, "toggled", G_CALLBACK (learn_toggled), self);
  g_signal_connect_swapped (self->forecaster, "changed", G_CALLBACK (show), self);
  g_signal_connect_swapped (self->sliders, "take-asked", G_CALLBACK (take_asked), self);
  g_signal_connect_swapped (self->summary, "try-asked", G_CALLBACK (try_asked), self);
  g_signal_connect (self, "map", G_CALLBACK (mapped), NULL);
  g_signal_connect (self, "unmap", G_CALLBACK (unmapped), NULL);
}

GtkWidget *
tb_prediction_page_new (void)
{
  return g_object_new (TB_TYPE_PREDICTION_PAGE, NULL);
}
