/* Prediction: how fast the drawing will be, on every component and link, before it runs; what if there were more threads,
 * replicas, clients; and, of a run, what was measured of the same beside it.
 *
 *   computed ──Predict──▶ simulating ──done──▶ simulated
 *      ▲                      │ ▲                  │
 *      └── Cancel, no client ─┘ └─ an edit, a slider (after a moment of quiet) ─┘
 *
 * What is computed is there at once, with every edit; it stands until the simulation, on a thread of its own, has ended. */
#include "pages.h"

#include <math.h>

#include "fit-box.h"
#include "forecast.h"
#include "forecast-table.h"
#include "format.h"
#include "tb-canvas.h"
#include "tb-measured.h"
#include "tb-simulate.h"
#include "util.h"

#define QUIET_MS 250    /* after an edit, before it is simulated anew */
#define REFRESH_MS 1000 /* of what is measured */
#define EVENTS_MOST 8000000

struct _TbPredictionPage
{
  GtkWidget parent;
  GtkWidget *box, *where, *predict, *what_if_button, *marks_button, *learn, *bottleneck, *how, *sliders, *slider_box, *revealer, *take;
  GListStore *store;
  TbEditor *editor;
  TbMoment *moment;
  GArray *what_if;       /* of TbWhatIf */
  GArray *learned;       /* of TbCalibration, of a run; NULL: nothing */
  GPtrArray *slider_rows; /* of TbForecastSlider: those that are shown */
  TbPrediction *computed, *simulated; /* simulated: NULL, or of what is drawn now */
  TbQueueNet *net, *drawn;            /* with what if, and without */
  gboolean simulates;    /* it is wanted */
  gboolean stale, filling;
  GTask *task;
  gint *cancelled;       /* of the task */
  guint refresh_id, quiet_id, change_id;
  gulong ids[2];
};

G_DEFINE_FINAL_TYPE (TbPredictionPage, tb_prediction_page, GTK_TYPE_WIDGET)

static guint picked, marked;

static const TbModel *
model_of (TbPredictionPage *self)
{
  return self->editor != NULL ? tb_document_model (tb_editor_document (self->editor)) : NULL;
}

static const TbPrediction *
shown (TbPredictionPage *self)
{
  return self->simulated != NULL ? self->simulated : self->computed;
}

/* ---- What is shown ------------------------------------------------------------------------------------------ */

/* From the start of the run to the moment that is looked at; NULL: nothing ran. */
static TbMeasured *
measured (TbPredictionPage *self)
{
  TbPast *past = self->moment != NULL ? tb_moment_past (self->moment) : NULL;
  if (past == NULL)
    return NULL;
  gint64 time_ns = MIN (tb_moment_time_ns (self->moment), tb_past_stop_ns (past));
  if (time_ns <= tb_past_start_ns (past))
    return NULL;
  g_autoptr (TbLiveFrame) frame = tb_past_frame (past, model_of (self), time_ns, time_ns);
  return frame != NULL ? tb_measured_from_frames (NULL, frame, self->net) : NULL;
}

static void
show_notes (TbPredictionPage *self, const TbPrediction *p)
{
  g_autoptr (GString) text = g_string_new (NULL);
  for (guint i = 0; i < p->notes->len; i++)
    g_string_append_printf (text, "%s%s", i > 0 ? "\n" : "", (const char *) p->notes->pdata[i]);
  tb_ui_set_tooltip (self->how, text->len > 0 ? text->str : NULL);
}

/* How sure it is, or that it is being found out; and what it does not know. */
static void
show_how (TbPredictionPage *self, const TbPrediction *p)
{
  g_autofree char *how = tb_forecast_how (p);
  const char *more = self->task != NULL ? "simulating… meanwhile "
                     : p->how != TB_PREDICTED_BY_SIMULATION && p->threads_matter
                         ? "threads are held while others are waited for: press Predict for times; till then only bounds: "
                         : "";
  g_autofree char *text = g_strdup_printf ("%s%s%s", more, how, p->notes->len > 0 ? " · assumed: …" : "");
  tb_ui_set_text (self->how, text);
  gtk_button_set_label (GTK_BUTTON (self->predict), self->task != NULL ? "Cancel" : "Predict");
  show_notes (self, p);
}

/* On the drawing, where that is wanted. */
static void
mark (TbPredictionPage *self, const GPtrArray *rows)
{
  g_autoptr (GArray) marks = g_array_new (FALSE, FALSE, sizeof (TbCanvasMark));
  g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);
  gboolean wanted = gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (self->marks_button));
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
show_rows (TbPredictionPage *self)
{
  const TbPrediction *p = shown (self);
  g_autoptr (TbMeasured) m = measured (self);
  g_autoptr (GPtrArray) rows = tb_forecast_rows (model_of (self), self->net, p, m);
  tb_forecast_table_fill (self->store, rows);
  mark (self, rows);
}

static void
show (TbPredictionPage *self)
{
  const TbPrediction *p = shown (self);
  if (p == NULL || !gtk_widget_get_mapped (GTK_WIDGET (self)))
    return;
  gtk_widget_set_visible (self->learn, self->moment != NULL && tb_moment_past (self->moment) != NULL);
  tb_ui_set_text (self->bottleneck, p->bottleneck);
  tb_ui_set_tooltip (self->bottleneck, p->bottleneck);
  show_how (self, p);
  show_rows (self);
}

/* ---- What if --------------------------------------------------------------------------------------------- */

static void soon (TbPredictionPage *self);

static void
slid (GtkRange *range, TbPredictionPage *self)
{
  const TbForecastSlider *slider = g_object_get_data (G_OBJECT (range), "tb-slider");
  if (self->filling)
    return;
  tb_forecast_slide (self->what_if, slider, round (gtk_range_get_value (range)));
  gtk_widget_set_sensitive (self->take, self->what_if->len > 0);
  soon (self);
}

static GtkWidget *
new_slider (TbPredictionPage *self, const TbForecastSlider *slider)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *scale = gtk_scale_new_with_range (GTK_ORIENTATION_HORIZONTAL, slider->least, slider->most, 1);
  gtk_scale_set_draw_value (GTK_SCALE (scale), TRUE);
  gtk_scale_set_value_pos (GTK_SCALE (scale), GTK_POS_RIGHT);
  gtk_scale_set_digits (GTK_SCALE (scale), 0);
  gtk_scale_add_mark (GTK_SCALE (scale), slider->drawn, GTK_POS_BOTTOM, NULL);
  gtk_range_set_value (GTK_RANGE (scale), slider->what.value);
  gtk_widget_set_size_request (scale, 180, -1);
  g_object_set_data (G_OBJECT (scale), "tb-slider", (gpointer) slider);
  g_signal_connect (scale, "value-changed", G_CALLBACK (slid), self);
  tb_ui_name (scale, slider->label);
  gtk_box_append (GTK_BOX (box), tb_ui_label (slider->label, "dim"));
  gtk_box_append (GTK_BOX (box), scale);
  gtk_widget_set_valign (box, GTK_ALIGN_CENTER);
  return box;
}

static gboolean
are_same (const GPtrArray *a, const GPtrArray *b)
{
  if (a == NULL || a->len != b->len)
    return FALSE;
  for (guint i = 0; i < a->len; i++)
    {
      const TbForecastSlider *x = a->pdata[i], *y = b->pdata[i];
      if (x->what.uid != y->what.uid || x->what.kind != y->what.kind || x->drawn != y->drawn || x->what.value != y->what.value
          || !g_str_equal (x->label, y->label))
        return FALSE;
    }
  return TRUE;
}

/* The ones that are there stay under the hand that slides them. */
static void
show_sliders (TbPredictionPage *self)
{
  TbUid selected = tb_editor_selected_one (self->editor);
  g_autoptr (GPtrArray) sliders = tb_forecast_sliders (self->drawn, shown (self), selected, self->what_if);
  gtk_widget_set_sensitive (self->take, self->what_if->len > 0);
  if (are_same (self->slider_rows, sliders))
    return;
  gboolean values = self->slider_rows != NULL && self->slider_rows->len == sliders->len;
  for (guint i = 0; values && i < sliders->len; i++)
    {
      const TbForecastSlider *x = self->slider_rows->pdata[i], *y = sliders->pdata[i];
      values = x->what.uid == y->what.uid && x->what.kind == y->what.kind && x->drawn == y->drawn;
    }
  if (values && self->what_if->len > 0) /* only where they stand is another */
    return;
  tb_ui_clear_box (self->slider_box);
  g_clear_pointer (&self->slider_rows, g_ptr_array_unref);
  self->slider_rows = g_ptr_array_ref (sliders);
  self->filling = TRUE;
  for (guint i = 0; i < sliders->len; i++)
    gtk_box_append (GTK_BOX (self->slider_box), new_slider (self, sliders->pdata[i]));
  self->filling = FALSE;
}

/* ---- Predicting -------------------------------------------------------------------------------------------- */

static TbQueueNet *
new_net (TbPredictionPage *self, gboolean with_what_if, GPtrArray *notes)
{
  TbQueueOptions options = { .local = gtk_drop_down_get_selected (GTK_DROP_DOWN (self->where)) == 0,
                             .cores = g_get_num_processors (),
                             .tap_ns = -1,
                             .hop_ns = -1 };
  if (self->learned != NULL)
    {
      options.calibrations = (const TbCalibration *) (const void *) self->learned->data;
      options.n_calibrations = self->learned->len;
    }
  if (with_what_if)
    {
      options.what_if = (const TbWhatIf *) (const void *) self->what_if->data;
      options.n_what_if = self->what_if->len;
    }
  return tb_queue_net_new (model_of (self), &options, notes);
}

static void
add_notes (TbPrediction *p, const GPtrArray *notes)
{
  for (guint i = 0; i < notes->len; i++)
    g_ptr_array_add (p->notes, g_strdup (notes->pdata[i]));
}

typedef struct
{
  TbQueueNet *net;
  GPtrArray *notes;
  gint *cancelled; /* a g_rc_box: the page may be gone before the thread ends */
} Work;

static void
work_free (gpointer data)
{
  Work *work = data;
  tb_queue_net_free (work->net);
  g_ptr_array_unref (work->notes);
  g_atomic_rc_box_release (work->cancelled);
  g_free (work);
}

static void
work_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const Work *work = data;
  const TbSimulateOptions options = { .seed = 1, .most_events = EVENTS_MOST, .cancelled = work->cancelled };
  TbPrediction *p = tb_simulate (work->net, &options);
  if (p != NULL)
    add_notes (p, work->notes);
  g_task_return_pointer (task, p, (GDestroyNotify) tb_prediction_free);
}

static void
drop_task (TbPredictionPage *self)
{
  if (self->task == NULL)
    return;
  g_atomic_int_set (self->cancelled, 1);
  g_clear_pointer (&self->cancelled, g_atomic_rc_box_release);
  g_clear_object (&self->task);
}

static void
simulated (GObject *object, GAsyncResult *result, gpointer data)
{
  TbPredictionPage *self = TB_PREDICTION_PAGE (object);
  TbPrediction *p = g_task_propagate_pointer (G_TASK (result), NULL);
  if (G_TASK (result) != self->task)
    {
      g_clear_pointer (&p, tb_prediction_free);
      return;
    }
  drop_task (self);
  g_clear_pointer (&self->simulated, tb_prediction_free);
  self->simulated = p;
  show (self);
}

static void
simulate (TbPredictionPage *self)
{
  Work *work = g_new0 (Work, 1);
  drop_task (self);
  work->notes = g_ptr_array_new_with_free_func (g_free);
  work->net = new_net (self, TRUE, work->notes);
  self->cancelled = g_atomic_rc_box_new0 (gint);
  work->cancelled = g_atomic_rc_box_acquire (self->cancelled);
  self->task = g_task_new (self, NULL, simulated, NULL);
  g_task_set_task_data (self->task, work, work_free);
  g_task_run_in_thread (self->task, work_in_thread);
}

static gboolean
quiet (gpointer data)
{
  TbPredictionPage *self = data;
  self->quiet_id = 0;
  if (gtk_widget_get_mapped (GTK_WIDGET (self)) && self->net != NULL && self->net->n_sources > 0)
    simulate (self);
  show (self);
  return G_SOURCE_REMOVE;
}

/* What is computed, at once; what was simulated is of another drawing now. */
static void
compute (TbPredictionPage *self)
{
  g_autoptr (GPtrArray) notes = g_ptr_array_new_with_free_func (g_free);
  self->stale = FALSE;
  drop_task (self);
  g_clear_pointer (&self->simulated, tb_prediction_free);
  g_clear_pointer (&self->computed, tb_prediction_free);
  g_clear_pointer (&self->net, tb_queue_net_free);
  g_clear_pointer (&self->drawn, tb_queue_net_free);
  self->net = new_net (self, TRUE, notes);
  self->drawn = new_net (self, FALSE, NULL);
  self->computed = tb_predict (self->net);
  add_notes (self->computed, notes);
  g_clear_handle_id (&self->quiet_id, g_source_remove);
  if (self->simulates)
    self->quiet_id = g_timeout_add (QUIET_MS, quiet, self);
  show_sliders (self);
  show (self);
}

static gboolean
change (gpointer data)
{
  TbPredictionPage *self = data;
  self->change_id = 0;
  if (self->editor != NULL && gtk_widget_get_mapped (GTK_WIDGET (self)))
    compute (self);
  return G_SOURCE_REMOVE;
}

/* Once for many edits, and not while nobody looks. */
static void
soon (TbPredictionPage *self)
{
  self->stale = TRUE;
  if (self->change_id == 0 && gtk_widget_get_mapped (GTK_WIDGET (self)))
    self->change_id = g_timeout_add (30, change, self);
}

/* ---- What a person does ------------------------------------------------------------------------------------- */

static void
predict_clicked (TbPredictionPage *self)
{
  gboolean cancels = self->task != NULL;
  if (self->editor == NULL)
    return;
  self->simulates = !cancels;
  drop_task (self);
  if (cancels)
    show (self);
  else
    compute (self);
}

/* What components cost, as the run showed it, instead of as it is drawn; from then on other loads are predicted with that. */
static void
learn_toggled (GtkToggleButton *button, TbPredictionPage *self)
{
  const TbQueueOptions options = { .local = TRUE, .cores = g_get_num_processors (), .tap_ns = -1, .hop_ns = -1 };
  TbPast *past = self->moment != NULL ? tb_moment_past (self->moment) : NULL;
  g_clear_pointer (&self->learned, g_array_unref);
  if (gtk_toggle_button_get_active (button) && past != NULL && model_of (self) != NULL)
    {
      g_autoptr (TbQueueNet) net = tb_queue_net_new (model_of (self), &options, NULL);
      g_autoptr (TbMeasured) m = tb_measured_from_past (past, net, 0, 0, NULL);
      if (m != NULL)
        self->learned = tb_calibrate (model_of (self), &options, m);
    }
  if (self->learned == NULL && gtk_toggle_button_get_active (button))
    gtk_toggle_button_set_active (button, FALSE);
  soon (self);
}

static void
reset_clicked (TbPredictionPage *self)
{
  g_array_set_size (self->what_if, 0);
  g_clear_pointer (&self->slider_rows, g_ptr_array_unref);
  soon (self);
}

static void
take_clicked (TbPredictionPage *self)
{
  g_autoptr (GArray) what_if = self->what_if;
  self->what_if = g_array_new (FALSE, FALSE, sizeof (TbWhatIf));
  g_clear_pointer (&self->slider_rows, g_ptr_array_unref);
  tb_forecast_apply (tb_editor_document (self->editor), what_if);
  soon (self);
}

static void
selection_changed (TbPredictionPage *self)
{
  if (self->drawn != NULL && !self->stale && gtk_widget_get_mapped (GTK_WIDGET (self)))
    show_sliders (self);
}

static gboolean
refresh (gpointer data)
{
  TbPredictionPage *self = data;
  if (self->moment != NULL && tb_moment_past (self->moment) != NULL && tb_moment_is_live (self->moment) && shown (self) != NULL && !self->stale)
    show_rows (self);
  return G_SOURCE_CONTINUE;
}

static void
mapped (TbPredictionPage *self)
{
  self->refresh_id = g_timeout_add (REFRESH_MS, refresh, self);
  if (self->stale || self->computed == NULL)
    soon (self);
  else
    show (self);
}

static void
unmapped (TbPredictionPage *self)
{
  g_clear_handle_id (&self->refresh_id, g_source_remove);
  g_clear_handle_id (&self->quiet_id, g_source_remove);
  drop_task (self);
  g_signal_emit (self, marked, 0, NULL);
}

/* ---- From outside --------------------------------------------------------------------------------------------- */

void
tb_prediction_page_set_editor (TbPredictionPage *page, TbEditor *editor)
{
  if (page->editor != NULL)
    {
      g_signal_handler_disconnect (tb_editor_document (page->editor), page->ids[0]);
      g_signal_handler_disconnect (page->editor, page->ids[1]);
    }
  g_set_object (&page->editor, editor);
  g_array_set_size (page->what_if, 0);
  g_clear_pointer (&page->slider_rows, g_ptr_array_unref);
  if (editor == NULL)
    return;
  page->ids[0] = g_signal_connect_swapped (tb_editor_document (editor), "changed", G_CALLBACK (soon), page);
  page->ids[1] = g_signal_connect_swapped (editor, "selection-changed", G_CALLBACK (selection_changed), page);
  soon (page);
}

static void
moved (TbPredictionPage *self)
{
  if (!self->stale)
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

static void
what_if_toggled (GtkToggleButton *button, TbPredictionPage *self)
{
  gtk_revealer_set_reveal_child (GTK_REVEALER (self->revealer), gtk_toggle_button_get_active (button));
}

static GtkWidget *
new_toggle (const char *label, const char *tip, GCallback toggled, TbPredictionPage *self)
{
  GtkWidget *button = gtk_toggle_button_new_with_label (label);
  gtk_widget_set_tooltip_text (button, tip);
  g_signal_connect (button, "toggled", toggled, self);
  return button;
}

static void
marks_toggled (GtkToggleButton *button, TbPredictionPage *self)
{
  show (self);
}

static GtkWidget *
new_bar (TbPredictionPage *self)
{
  static const char *const places[] = { "On this machine", "On the drawn devices", NULL };
  GtkWidget *bar = tb_fit_box_new (8);
  self->predict = new_button ("Predict", "Simulate the drawing: what threads, queues and timeouts do, with 95 % intervals",
                              G_CALLBACK (predict_clicked), self);
  gtk_widget_add_css_class (self->predict, "suggested-action");
  self->where = gtk_drop_down_new_from_strings (places);
  gtk_widget_set_tooltip_text (self->where, "Whose processors do the work: a run on this machine shares its cores among all devices");
  tb_ui_name (self->where, "Where it runs");
  self->what_if_button = new_toggle ("What if…", "Try other numbers of threads, replicas and clients", G_CALLBACK (what_if_toggled), self);
  self->marks_button = new_toggle ("On the drawing", "Show the figures beside components and links", G_CALLBACK (marks_toggled), self);
  self->how = tb_ui_label (NULL, "panel-status");
  gtk_widget_set_hexpand (self->how, TRUE);
  self->learn = new_toggle ("Learn from the run", "Predict with what each component cost in the run that is shown, not with what is drawn",
                            G_CALLBACK (learn_toggled), self);
  gtk_widget_set_visible (self->learn, FALSE);
  const struct
  {
    GtkWidget *child;
    guint priority;
  } children[] = { { self->predict, 0 }, { self->what_if_button, 0 }, { self->where, 2 }, { self->learn, 1 }, { self->marks_button, 3 }, { self->how, 4 } };
  for (guint i = 0; i < G_N_ELEMENTS (children); i++)
    tb_fit_box_append (TB_FIT_BOX (bar), children[i].child, children[i].priority);
  gtk_widget_add_css_class (bar, "page-bar");
  g_signal_connect_swapped (self->where, "notify::selected", G_CALLBACK (soon), self);
  return bar;
}

static GtkWidget *
new_what_if (TbPredictionPage *self)
{
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12), *scrolled = gtk_scrolled_window_new ();
  self->slider_box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 18);
  self->take = new_button ("Take it", "Put these numbers into the drawing, as one step that can be undone", G_CALLBACK (take_clicked), self);
  GtkWidget *reset = new_button ("As drawn", "Back to what is drawn", G_CALLBACK (reset_clicked), self);
  gtk_widget_set_valign (self->take, GTK_ALIGN_CENTER);
  gtk_widget_set_valign (reset, GTK_ALIGN_CENTER);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_AUTOMATIC, GTK_POLICY_NEVER);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), self->slider_box);
  gtk_widget_set_hexpand (scrolled, TRUE);
  gtk_box_append (GTK_BOX (row), scrolled);
  gtk_box_append (GTK_BOX (row), reset);
  gtk_box_append (GTK_BOX (row), self->take);
  gtk_widget_add_css_class (row, "page-bar");
  self->revealer = gtk_revealer_new ();
  gtk_revealer_set_child (GTK_REVEALER (self->revealer), row);
  return self->revealer;
}

static void
tb_prediction_page_dispose (GObject *object)
{
  TbPredictionPage *self = TB_PREDICTION_PAGE (object);
  drop_task (self);
  g_clear_handle_id (&self->refresh_id, g_source_remove);
  g_clear_handle_id (&self->quiet_id, g_source_remove);
  g_clear_handle_id (&self->change_id, g_source_remove);
  tb_prediction_page_set_editor (self, NULL);
  g_clear_pointer (&self->box, gtk_widget_unparent);
  g_clear_object (&self->store);
  g_clear_object (&self->moment);
  G_OBJECT_CLASS (tb_prediction_page_parent_class)->dispose (object);
}

static void
tb_prediction_page_finalize (GObject *object)
{
  TbPredictionPage *self = TB_PREDICTION_PAGE (object);
  g_clear_pointer (&self->simulated, tb_prediction_free);
  g_clear_pointer (&self->computed, tb_prediction_free);
  g_clear_pointer (&self->net, tb_queue_net_free);
  g_clear_pointer (&self->drawn, tb_queue_net_free);
  g_clear_pointer (&self->slider_rows, g_ptr_array_unref);
  g_clear_pointer (&self->learned, g_array_unref);
  g_array_unref (self->what_if);
  G_OBJECT_CLASS (tb_prediction_page_parent_class)->finalize (object);
}

static void
tb_prediction_page_class_init (TbPredictionPageClass *class)
{
  G_OBJECT_CLASS (class)->dispose = tb_prediction_page_dispose;
  G_OBJECT_CLASS (class)->finalize = tb_prediction_page_finalize;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (class), GTK_TYPE_BIN_LAYOUT);
  picked = g_signal_new ("picked", TB_TYPE_PREDICTION_PAGE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_UINT);
  marked = g_signal_new ("marked", TB_TYPE_PREDICTION_PAGE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_POINTER);
}

static void
tb_prediction_page_init (TbPredictionPage *self)
{
  self->what_if = g_array_new (FALSE, FALSE, sizeof (TbWhatIf));
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  gtk_box_append (GTK_BOX (self->box), new_bar (self));
  self->bottleneck = tb_ui_label (NULL, "strong");
  gtk_label_set_wrap (GTK_LABEL (self->bottleneck), TRUE);
  gtk_label_set_lines (GTK_LABEL (self->bottleneck), 2);
  gtk_widget_add_css_class (self->bottleneck, "forecast-bottleneck");
  gtk_box_append (GTK_BOX (self->box), self->bottleneck);
  gtk_box_append (GTK_BOX (self->box), new_what_if (self));
  self->store = tb_forecast_table_store ();
  gtk_box_append (GTK_BOX (self->box), tb_forecast_table_new (self->store, row_picked, self));
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (self->marks_button), TRUE);
  g_signal_connect (self, "map", G_CALLBACK (mapped), NULL);
  g_signal_connect (self, "unmap", G_CALLBACK (unmapped), NULL);
}

GtkWidget *
tb_prediction_page_new (void)
{
  return g_object_new (TB_TYPE_PREDICTION_PAGE, NULL);
}
