/* Facts from the agent: each moves what the session knows. */
#include <string.h>

#include "session-private.h"

void
tb_replace_text (char **text, const char *with)
{
  char *old = *text;
  *text = with != NULL && *with != '\0' ? g_ref_string_new (with) : NULL;
  if (old != NULL)
    g_ref_string_release (old);
}

void
tb_session_set_state (TbSession *self, TbRunState state, const char *reason)
{
  if (self->state == state && g_strcmp0 (self->reason, reason) == 0)
    return;
  self->state = state;
  g_free (self->reason);
  self->reason = g_strdup (reason);
  g_signal_emit (self, tb_session_signals[TB_SESSION_SIGNAL_STATE], 0);
}

static guint
plan_index (const TbSession *self, guint32 wire)
{
  return wire < self->map->plan.n_instances ? self->map->from_wire[wire] : G_MAXUINT;
}

static const TbPlanInstance *
planned (const TbSession *self, guint index)
{
  return g_ptr_array_index (self->plan->plan->instances, index);
}

static gboolean
on_welcome (TbSession *self, TbReader *r)
{
  g_autoptr (GError) error = NULL;
  guint32 version = tb_reader_u32 (r);
  if (r->bad || version != TB_WIRE_VERSION)
    {
      tb_session_close (self, "the agent is of another version");
      return FALSE;
    }
  if (self->welcomed || self->descriptors->len < 2)
    return FALSE;
  int counters = g_array_index (self->descriptors, int, 0);
  int ring = g_array_index (self->descriptors, int, 1);
  g_array_remove_range (self->descriptors, 0, 2);
  if (!tb_live_map (self->live, counters, ring, &error))
    {
      tb_session_close (self, error->message);
      return FALSE;
    }
  self->welcomed = TRUE;
  return TRUE;
}

static gboolean
on_run_state (TbSession *self, TbReader *r)
{
  guint8 state = tb_reader_u8 (r);
  g_autofree char *reason = tb_reader_string (r);
  if (r->bad || state > TB_RUN_FAILED)
    return FALSE;
  tb_session_set_state (self, (TbRunState) state, reason);
  return TRUE;
}

static gboolean
on_instance_state (TbSession *self, TbReader *r)
{
  TbWireInstanceState s = { 0 };
  gboolean good = tb_wire_instance_state_read (r, &s);
  guint index = good ? plan_index (self, s.instance) : G_MAXUINT;
  /* What lies outside neither starts nor stops, whatever is told of it. */
  if (index != G_MAXUINT && !planned (self, index)->external)
    {
      TbKnownInstance *known = &self->instances[index];
      known->state = s.state;
      known->pid = s.pid;
      known->exit_code = s.exit_code;
      known->restarts = s.restarts;
      known->due_ns = s.due_ns;
      known->loop = s.loop;
      tb_replace_text (&known->sentence, s.sentence);
      if (s.state != TB_INSTANCE_WAITING && s.state != TB_INSTANCE_STARTING)
        tb_replace_text (&known->waiting, NULL);
      if (s.pid == 0)
        known->cpu = 0;
      g_signal_emit (self, tb_session_signals[TB_SESSION_SIGNAL_INSTANCE], 0, index);
    }
  tb_wire_instance_state_clear (&s);
  return index != G_MAXUINT;
}

static gboolean
on_waiting (TbSession *self, TbReader *r)
{
  g_autofree char *instance = tb_reader_string (r), *what = tb_reader_string (r);
  int index = r->bad ? -1 : tb_plan_find_instance (self->plan->plan, instance);
  if (index < 0)
    return FALSE;
  tb_replace_text (&self->instances[index].waiting, what);
  g_signal_emit (self, tb_session_signals[TB_SESSION_SIGNAL_WAITING], 0, instance, what);
  return TRUE;
}

TbKnownFault *
tb_session_find_fault (const TbSession *self, const char *id)
{
  for (guint i = 0; i < self->faults->len; i++)
    {
      TbKnownFault *fault = g_ptr_array_index (self->faults, i);
      if (g_strcmp0 (fault->wire.id, id) == 0)
        return fault;
    }
  return NULL;
}

static gboolean
on_fault_state (TbSession *self, TbReader *r)
{
  g_autofree char *id = tb_reader_string (r);
  TbFaultState state = (TbFaultState) tb_reader_u8 (r);
  gboolean active = state == TB_FAULT_ACTIVE;
  gint64 time_ns = tb_reader_i64 (r);
  g_autofree char *reason = tb_reader_string (r);
  if (r->bad)
    return FALSE;
  TbKnownFault *fault = tb_session_find_fault (self, id);
  if (fault != NULL && fault->pending > 0)
    fault->pending--;
  if (fault != NULL && active && !fault->active)
    fault->since_ns = time_ns;
  /* Gone, but asked for anew since: that answer is still to come. */
  if (fault != NULL && (state != TB_FAULT_GONE || fault->pending > 0))
    {
      fault->active = active;
      fault->state = state;
    }
  else if (fault != NULL)
    g_ptr_array_remove (self->faults, fault);
  if (*reason != '\0')
    g_signal_emit (self, tb_session_signals[TB_SESSION_SIGNAL_PROBLEM], 0, 1u, "", reason);
  g_signal_emit (self, tb_session_signals[TB_SESSION_SIGNAL_STATE], 0);
  return TRUE;
}

static gboolean
on_bypass (TbSession *self, TbReader *r)
{
  TbWireBypass b = { 0 };
  if (!tb_wire_bypass_read (r, &b))
    return FALSE;
  TbKnownBypass known = { plan_index (self, b.from), plan_index (self, b.to), b.port, NULL };
  for (guint i = self->bypasses->len; i-- > 0;)
    {
      const TbKnownBypass *old = &g_array_index (self->bypasses, TbKnownBypass, i);
      if (old->from == known.from && old->to == known.to && old->port == known.port)
        g_array_remove_index (self->bypasses, i);
    }
  if (b.open)
    {
      tb_replace_text (&known.why, b.why);
      g_array_append_val (self->bypasses, known);
    }
  tb_wire_bypass_clear (&b);
  return TRUE;
}

static gboolean
on_log_at (TbSession *self, TbReader *r)
{
  g_autofree char *instance = tb_reader_string (r), *path = tb_reader_string (r);
  guint64 size = tb_reader_u64 (r);
  int index = r->bad ? -1 : tb_plan_find_instance (self->plan->plan, instance);
  if (index < 0)
    return FALSE;
  TbKnownInstance *known = &self->instances[index];
  if (g_strcmp0 (known->log_path, path) != 0)
    tb_replace_text (&known->log_path, path);
  known->log_size = size;
  known->log_lost = tb_reader_u64 (r);
  g_signal_emit (self, tb_session_signals[TB_SESSION_SIGNAL_INSTANCE], 0, (guint) index);
  return TRUE;
}

static gboolean
on_problem (TbSession *self, TbReader *r)
{
  guint severity = tb_reader_u8 (r);
  g_autofree char *instance = tb_reader_string (r), *sentence = tb_reader_string (r);
  if (r->bad)
    return FALSE;
  g_signal_emit (self, tb_session_signals[TB_SESSION_SIGNAL_PROBLEM], 0, severity, instance, sentence);
  return TRUE;
}

/* Cores used between two reports of one clock. */
static double
cores (gint64 time_ns, gint64 time_before_ns, guint64 cpu_ns, guint64 cpu_before_ns)
{
  if (time_before_ns == 0 || time_ns <= time_before_ns || cpu_ns < cpu_before_ns)
    return 0;
  return (double) (cpu_ns - cpu_before_ns) / (double) (time_ns - time_before_ns);
}

static gboolean
on_agent_load (TbSession *self, TbReader *r)
{
  gint64 time_ns = tb_reader_i64 (r);
  guint64 cpu_ns = tb_reader_u64 (r);
  guint64 lag_ns = tb_reader_u64 (r);
  tb_reader_u64 (r); /* memory */
  guint64 p99_ns = tb_reader_u64 (r);
  if (r->bad)
    return FALSE;
  self->agent_cpu = cores (time_ns, self->agent_time_ns, cpu_ns, self->agent_cpu_ns);
  self->agent_time_ns = time_ns;
  self->agent_cpu_ns = cpu_ns;
  self->agent_lag_ns = (gint64) lag_ns;
  self->agent_lag_p99_ns = (gint64) p99_ns;
  return TRUE;
}

static gboolean
on_instance_load (TbSession *self, TbReader *r)
{
  guint index = plan_index (self, tb_reader_u32 (r));
  gint64 time_ns = tb_reader_i64 (r);
  guint64 cpu_ns = tb_reader_u64 (r), rss = tb_reader_u64 (r);
  guint32 processes = tb_reader_u32 (r), threads = tb_reader_u32 (r), files = tb_reader_u32 (r);
  if (r->bad || index == G_MAXUINT)
    return FALSE;
  TbKnownInstance *known = &self->instances[index];
  known->cpu = cores (time_ns, known->load_time_ns, cpu_ns, known->load_cpu_ns);
  known->load_time_ns = time_ns;
  known->load_cpu_ns = cpu_ns;
  known->rss_bytes = rss;
  known->processes = processes;
  known->threads = threads;
  known->files = files;
  return TRUE;
}

static gboolean
on_pong (TbSession *self, TbReader *r)
{
  guint64 token = tb_reader_u64 (r);
  if (!r->bad)
    self->answered = MAX (self->answered, token);
  return !r->bad;
}

/* The recording is opened by whoever asks for it first. */
static gboolean
on_record_at (TbSession *self, TbReader *r)
{
  g_autofree char *path = tb_reader_string (r);
  guint64 size = tb_reader_u64 (r);
  if (r->bad)
    return FALSE;
  gboolean first = self->recording == NULL;
  g_free (self->recording);
  self->recording = g_steal_pointer (&path);
  self->recorded = size;
  if (first)
    g_signal_emit (self, tb_session_signals[TB_SESSION_SIGNAL_PAST], 0);
  tb_session_refresh_past (self);
  return TRUE;
}

static gboolean
ignore_fact (TbSession *self, TbReader *r)
{
  return TRUE;
}

static const struct
{
  TbFactType type;
  gboolean (*take) (TbSession *self, TbReader *r);
} facts[] = {
  { TB_FACT_WELCOME, on_welcome },
  { TB_FACT_RUN_STATE, on_run_state },
  { TB_FACT_INSTANCE_STATE, on_instance_state },
  { TB_FACT_WAITING, on_waiting },
  { TB_FACT_FAULT_STATE, on_fault_state },
  { TB_FACT_TAP_OPENED, ignore_fact }, /* the row says it too */
  { TB_FACT_BYPASS, on_bypass },
  { TB_FACT_LOG_AT, on_log_at },
  { TB_FACT_RECORD_AT, on_record_at },
  { TB_FACT_PROBLEM, on_problem },
  { TB_FACT_PONG, on_pong },
  { TB_FACT_AGENT_LOAD, on_agent_load },
  { TB_FACT_INSTANCE_LOAD, on_instance_load },
  { TB_FACT_HELD, tb_session_take_held },
  { TB_FACT_HELD_DONE, tb_session_take_held_done },
};

void
tb_session_take_fact (TbSession *self, TbReader *r)
{
  for (gsize i = 0; i < G_N_ELEMENTS (facts); i++)
    if ((unsigned) facts[i].type == r->type)
      {
        if (!facts[i].take (self, r))
          g_debug ("a %s from the agent that says nothing", tb_frame_type_name (r->type));
        return;
      }
}
