/* See tb-sweep.h.
 *
 *   settle --SETTLE_NS--> measure --MEASURE_NS--> point, next delay: settle
 *                                                 `-- no delay is left: over
 *
 * All by a timer of the main context; faults are the session's. */
#include "tb-sweep.h"

#include <math.h>

#include "tb-base.h"

#define FAULT_ID "sweep"
#define TICK_MS 50
#define SETTLE_NS (700 * TB_NS_PER_MS) /* what was under way is done, and a leader that was lost found */
#define MEASURE_NS (2500 * TB_NS_PER_MS)

static const guint delays_ms[] = { 0, 5, 10, 20, 30 };

struct TbSweep
{
  TbSession *session;
  TbVerdicts *verdicts; /* NULL: nothing is recorded yet */
  char *component;
  TbSweepFunc func;
  gpointer data;
  TbSweepPoint points[G_N_ELEMENTS (delays_ms)];
  guint n_points;
  gint64 step_ns; /* when the present step began */
  GSource *timer; /* NULL: over */
};

/* ---- One step ------------------------------------------------------------------------------------- */

static void
set_delay (TbSweep *self, guint ms)
{
  TbWireFault fault;
  char why[200], text[32];
  tb_session_remove_fault (self->session, FAULT_ID);
  if (ms == 0)
    return;
  g_snprintf (text, sizeof text, "%ums", ms);
  tb_fault_init (&fault, TB_FAULT_LATENCY);
  if (tb_fault_set (&fault, "id", FAULT_ID, why, sizeof why) && tb_fault_set (&fault, "from", self->component, why, sizeof why)
      && tb_fault_set (&fault, "to", self->component, why, sizeof why) && tb_fault_set (&fault, "latency", text, why, sizeof why))
    tb_session_add_fault (self->session, &fault);
  tb_wire_fault_clear (&fault);
}

static int
by_size (gconstpointer a, gconstpointer b)
{
  const gint64 *x = a, *y = b;
  return *x < *y ? -1 : *x > *y;
}

static gint64
median (GArray *values)
{
  if (values->len == 0)
    return -1;
  g_array_sort (values, by_size);
  return g_array_index (values, gint64, values->len / 2);
}

/* Of what began in the time that is measured, and was answered. */
static void
take_point (TbSweep *self, gint64 from_ns, gint64 to_ns)
{
  TbSweepPoint *point = &self->points[self->n_points];
  g_autoptr (GArray) reads = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_autoptr (GArray) writes = g_array_new (FALSE, FALSE, sizeof (gint64));
  GArray *const all[] = { reads, writes };
  const TbStoreVerdict *store = NULL;
  if (self->verdicts != NULL)
    {
      tb_verdicts_look (self->verdicts, TRUE);
      store = tb_verdicts_of (self->verdicts, self->component);
    }
  for (gsize i = 0; store != NULL && i < tb_history_n (store->history); i++)
    {
      const TbOp *op = tb_history_op (store->history, i);
      gint64 took_ns = op->return_ns - op->invoke_ns;
      if (op->outcome == TB_OP_OK && op->invoke_ns >= from_ns && op->invoke_ns < to_ns)
        g_array_append_val (all[op->kind != TB_OP_READ], took_ns);
    }
  *point = (TbSweepPoint){ .delay_ns = delays_ms[self->n_points] * TB_NS_PER_MS };
  for (guint write = 0; write < 2; write++)
    {
      point->n[write] = all[write]->len;
      point->median_ns[write] = median (all[write]);
    }
  self->n_points++;
}

static void
begin_step (TbSweep *self)
{
  set_delay (self, delays_ms[self->n_points]);
  self->step_ns = tb_now_ns ();
}

static void
end (TbSweep *self)
{
  if (self->timer == NULL)
    return;
  g_source_destroy (self->timer);
  g_clear_pointer (&self->timer, g_source_unref);
  tb_session_remove_fault (self->session, FAULT_ID);
}

static gboolean
tick (gpointer data)
{
  TbSweep *self = data;
  gint64 now_ns = tb_now_ns ();
  TbPast *past = tb_session_past (self->session);
  if (self->verdicts == NULL && past != NULL)
    self->verdicts = tb_verdicts_new (past);
  if (now_ns - self->step_ns < SETTLE_NS + MEASURE_NS)
    return G_SOURCE_CONTINUE;
  take_point (self, self->step_ns + SETTLE_NS, now_ns);
  if (self->n_points == G_N_ELEMENTS (delays_ms) || tb_session_state (self->session) != TB_RUN_RUNNING)
    end (self);
  else
    begin_step (self);
  self->func (self, self->data);
  return G_SOURCE_CONTINUE; /* of one that was destroyed it means nothing */
}

/* ---- Life ------------------------------------------------------------------------------------------- */

TbSweep *
tb_sweep_new (TbSession *session, const char *component, TbSweepFunc func, gpointer data)
{
  TbSweep *self = g_new0 (TbSweep, 1);
  self->session = g_object_ref (session);
  self->component = g_strdup (component);
  self->func = func;
  self->data = data;
  self->timer = g_timeout_source_new (TICK_MS);
  g_source_set_callback (self->timer, tick, self, NULL);
  g_source_attach (self->timer, g_main_context_get_thread_default ());
  begin_step (self);
  return self;
}

void
tb_sweep_free (TbSweep *self)
{
  end (self);
  g_clear_pointer (&self->verdicts, tb_verdicts_free);
  g_object_unref (self->session);
  g_free (self->component);
  g_free (self);
}

gboolean
tb_sweep_is_over (const TbSweep *self)
{
  return self->timer == NULL;
}

guint
tb_sweep_n_steps (void)
{
  return G_N_ELEMENTS (delays_ms);
}

const TbSweepPoint *
tb_sweep_points (const TbSweep *self, guint *n)
{
  *n = self->n_points;
  return self->points;
}

/* ---- What it says ------------------------------------------------------------------------------------- */

double
tb_sweep_slope (const TbSweepPoint *points, guint n, gboolean write)
{
  double sx = 0, sy = 0, sxx = 0, sxy = 0, m = 0;
  for (guint i = 0; i < n; i++)
    {
      double x = (double) points[i].delay_ns, y = (double) points[i].median_ns[write != 0];
      if (y < 0)
        continue;
      m++;
      sx += x;
      sy += y;
      sxx += x * x;
      sxy += x * y;
    }
  double below = m * sxx - sx * sx;
  return m < 3 || below == 0 ? NAN : (m * sxy - sx * sy) / below;
}

char *
tb_sweep_text (const TbSweepPoint *points, guint n, gboolean write)
{
  const char *what = write ? "Writes" : "Reads";
  double slope = tb_sweep_slope (points, n, write);
  long messages = isnan (slope) ? 0 : lround (slope);
  if (isnan (slope))
    return g_strdup_printf ("%s: too few were answered to say.", what);
  if (messages <= 0)
    return g_strdup_printf ("%s: %.1f × the delay: half of them or more wait for no other replica.", what, MAX (slope, 0));
  if (messages % 2 == 0)
    return g_strdup_printf ("%s: %.1f × the delay: about %ld messages wait for each other, %ld round trip%s.", what, slope,
                            messages, messages / 2, messages == 2 ? "" : "s");
  return g_strdup_printf ("%s: %.1f × the delay: about %ld message%s wait%s for each other.", what, slope, messages,
                          messages == 1 ? "" : "s", messages == 1 ? "s" : "");
}
