#include "forecaster.h"

#include <gio/gio.h>

#include "tb-advise.h"
#include "tb-measured.h"
#include "tb-simulate.h"

#define SOON_MS 30   /* once for many edits */
#define QUIET_MS 250 /* after an edit, before it is simulated anew */
#define EVENTS_MOST 8000000
#define ADVICE_US 40000 /* so long an edit may take for it */

struct _TbForecaster
{
  GObject parent;
  TbDocument *document;
  gulong changed_id;
  GArray *what_if;                    /* of TbWhatIf */
  GArray *learned;                    /* of TbCalibration; NULL: nothing */
  TbPrediction *computed, *simulated; /* simulated: NULL, or of what is drawn now */
  TbPrediction *as_drawn;             /* NULL: nothing is tried */
  TbQueueNet *net, *drawn;            /* with what if, and without */
  GPtrArray *advice;                  /* of TbAdvice, with what if */
  gboolean local, watched, simulates, stale;
  GTask *task;
  gint *cancelled; /* of the task */
  guint quiet_id, soon_id;
};

G_DEFINE_FINAL_TYPE (TbForecaster, tb_forecaster, G_TYPE_OBJECT)

static guint changed;

static void
say_changed (TbForecaster *self)
{
  g_signal_emit (self, changed, 0);
}

/* ---- Simulating ------------------------------------------------------------------------------------------- */

static TbQueueOptions
options_of (TbForecaster *self, gboolean with_what_if)
{
  TbQueueOptions options = { .local = self->local, .cores = g_get_num_processors (), .tap_ns = -1, .hop_ns = -1 };
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
  return options;
}

static TbQueueNet *
new_net (TbForecaster *self, gboolean with_what_if, GPtrArray *notes)
{
  const TbQueueOptions options = options_of (self, with_what_if);
  return tb_queue_net_new (tb_document_model (self->document), &options, notes);
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
  gint *cancelled; /* a g_rc_box: the forecaster may be gone before the thread ends */
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
drop_task (TbForecaster *self)
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
  TbForecaster *self = TB_FORECASTER (object);
  TbPrediction *p = g_task_propagate_pointer (G_TASK (result), NULL);
  if (G_TASK (result) != self->task)
    {
      g_clear_pointer (&p, tb_prediction_free);
      return;
    }
  drop_task (self);
  g_clear_pointer (&self->simulated, tb_prediction_free);
  self->simulated = p;
  say_changed (self);
}

static gboolean
quiet (gpointer data)
{
  TbForecaster *self = data;
  self->quiet_id = 0;
  if (!self->watched || self->net == NULL || self->net->n_sources == 0)
    return G_SOURCE_REMOVE;
  Work *work = g_new0 (Work, 1);
  drop_task (self);
  work->notes = g_ptr_array_new_with_free_func (g_free);
  work->net = new_net (self, TRUE, work->notes);
  self->cancelled = g_atomic_rc_box_new0 (gint);
  work->cancelled = g_atomic_rc_box_acquire (self->cancelled);
  self->task = g_task_new (self, NULL, simulated, NULL);
  g_task_set_task_data (self->task, work, work_free);
  g_task_run_in_thread (self->task, work_in_thread);
  say_changed (self);
  return G_SOURCE_REMOVE;
}

/* ---- Computing -------------------------------------------------------------------------------------------- */

static void
forget (TbForecaster *self)
{
  drop_task (self);
  g_clear_handle_id (&self->quiet_id, g_source_remove);
  g_clear_pointer (&self->simulated, tb_prediction_free);
  g_clear_pointer (&self->computed, tb_prediction_free);
  g_clear_pointer (&self->as_drawn, tb_prediction_free);
  g_clear_pointer (&self->net, tb_queue_net_free);
  g_clear_pointer (&self->drawn, tb_queue_net_free);
  g_clear_pointer (&self->advice, g_ptr_array_unref);
}

/* As many changes are tried as there is time for. */
static void
advise (TbForecaster *self, gint64 took_us)
{
  const TbQueueOptions options = options_of (self, TRUE);
  guint most = (guint) MIN (ADVICE_US / MAX (took_us, 1), TB_ADVISE_ALL);
  self->advice = tb_advise (tb_document_model (self->document), &options, self->net, self->computed, most);
}

/* What is computed, at once; what was simulated is of another drawing now. */
static void
compute (TbForecaster *self)
{
  g_autoptr (GPtrArray) notes = g_ptr_array_new_with_free_func (g_free);
  gint64 began_us = g_get_monotonic_time ();
  self->stale = FALSE;
  forget (self);
  self->net = new_net (self, TRUE, notes);
  self->drawn = new_net (self, FALSE, NULL);
  self->computed = tb_predict (self->net);
  add_notes (self->computed, notes);
  advise (self, g_get_monotonic_time () - began_us);
  if (self->what_if->len > 0)
    self->as_drawn = tb_predict (self->drawn);
  if (self->simulates)
    self->quiet_id = g_timeout_add (QUIET_MS, quiet, self);
  say_changed (self);
}

static gboolean
soon (gpointer data)
{
  TbForecaster *self = data;
  self->soon_id = 0;
  if (self->document != NULL && self->watched)
    compute (self);
  return G_SOURCE_REMOVE;
}

void
tb_forecaster_changed (TbForecaster *self)
{
  self->stale = TRUE;
  if (self->soon_id == 0 && self->watched)
    self->soon_id = g_timeout_add (SOON_MS, soon, self);
}

/* ---- From outside ----------------------------------------------------------------------------------------- */

void
tb_forecaster_set_document (TbForecaster *self, TbDocument *document)
{
  if (self->document != NULL)
    g_signal_handler_disconnect (self->document, self->changed_id);
  forget (self);
  g_set_object (&self->document, document);
  g_array_set_size (self->what_if, 0);
  g_clear_pointer (&self->learned, g_array_unref);
  if (document == NULL)
    return;
  self->changed_id = g_signal_connect_swapped (document, "changed", G_CALLBACK (tb_forecaster_changed), self);
  tb_forecaster_changed (self);
}

void
tb_forecaster_set_local (TbForecaster *self, gboolean local)
{
  if (self->local == local)
    return;
  self->local = local;
  tb_forecaster_changed (self);
}

void
tb_forecaster_set_watched (TbForecaster *self, gboolean watched)
{
  self->watched = watched;
  if (!watched)
    {
      drop_task (self);
      g_clear_handle_id (&self->quiet_id, g_source_remove);
    }
  else if (self->stale || self->computed == NULL || (self->simulates && self->simulated == NULL))
    tb_forecaster_changed (self);
}

void
tb_forecaster_simulate (TbForecaster *self, gboolean wanted)
{
  self->simulates = wanted;
  drop_task (self);
  g_clear_handle_id (&self->quiet_id, g_source_remove);
  if (!wanted)
    say_changed (self);
  else if (self->document != NULL)
    compute (self);
}

gboolean
tb_forecaster_is_simulating (TbForecaster *self)
{
  return self->task != NULL || self->quiet_id != 0;
}

/* The run was on this machine, whatever is asked about now. */
gboolean
tb_forecaster_learn (TbForecaster *self, TbPast *past)
{
  const TbQueueOptions options = { .local = TRUE, .cores = g_get_num_processors (), .tap_ns = -1, .hop_ns = -1 };
  g_clear_pointer (&self->learned, g_array_unref);
  tb_forecaster_changed (self);
  if (past == NULL || self->document == NULL)
    return FALSE;
  const TbModel *model = tb_document_model (self->document);
  g_autoptr (TbQueueNet) net = tb_queue_net_new (model, &options, NULL);
  g_autoptr (TbMeasured) m = tb_measured_from_past (past, net, 0, 0, NULL);
  if (m != NULL)
    self->learned = tb_calibrate (model, &options, m);
  return self->learned != NULL;
}

TbMeasured *
tb_forecaster_measured (TbForecaster *self, TbPast *past, gint64 time_ns)
{
  gint64 until_ns = MIN (time_ns, tb_past_stop_ns (past));
  if (self->net == NULL || until_ns <= tb_past_start_ns (past))
    return NULL;
  g_autoptr (TbLiveFrame) frame = tb_past_frame (past, tb_document_model (self->document), until_ns, until_ns);
  return frame != NULL ? tb_measured_from_frames (NULL, frame, self->net) : NULL;
}

const GArray *
tb_forecaster_learned (TbForecaster *self)
{
  return self->learned;
}

GArray *
tb_forecaster_what_if (TbForecaster *self)
{
  return self->what_if;
}

const TbPrediction *
tb_forecaster_prediction (TbForecaster *self)
{
  return self->simulated != NULL ? self->simulated : self->computed;
}

const TbQueueNet *
tb_forecaster_net (TbForecaster *self)
{
  return self->net;
}

const TbQueueNet *
tb_forecaster_drawn_net (TbForecaster *self)
{
  return self->drawn;
}

const TbPrediction *
tb_forecaster_drawn (TbForecaster *self)
{
  return self->as_drawn;
}

const GPtrArray *
tb_forecaster_advice (TbForecaster *self)
{
  return self->advice;
}

gboolean
tb_forecaster_is_fresh (TbForecaster *self)
{
  return self->computed != NULL && !self->stale;
}

/* ---- The object ------------------------------------------------------------------------------------------- */

static void
tb_forecaster_dispose (GObject *object)
{
  TbForecaster *self = TB_FORECASTER (object);
  g_clear_handle_id (&self->soon_id, g_source_remove);
  tb_forecaster_set_document (self, NULL);
  G_OBJECT_CLASS (tb_forecaster_parent_class)->dispose (object);
}

static void
tb_forecaster_finalize (GObject *object)
{
  g_array_unref (TB_FORECASTER (object)->what_if);
  G_OBJECT_CLASS (tb_forecaster_parent_class)->finalize (object);
}

static void
tb_forecaster_class_init (TbForecasterClass *class)
{
  G_OBJECT_CLASS (class)->dispose = tb_forecaster_dispose;
  G_OBJECT_CLASS (class)->finalize = tb_forecaster_finalize;
  changed = g_signal_new ("changed", TB_TYPE_FORECASTER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
tb_forecaster_init (TbForecaster *self)
{
  self->what_if = g_array_new (FALSE, FALSE, sizeof (TbWhatIf));
  self->local = TRUE;
}

TbForecaster *
tb_forecaster_new (void)
{
  return g_object_new (TB_TYPE_FORECASTER, NULL);
}
