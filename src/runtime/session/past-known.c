/* What a session knew at a moment: it is told again, in order, what the run was told and told of. The
 * rules are those of facts.c and faults.c. */
#include <string.h>

#include "past-private.h"

static void
bypass_clear (gpointer data)
{
  tb_replace_text (&((TbKnownBypass *) data)->why, NULL);
}

static void
instance_clear (gpointer data)
{
  TbKnownInstance *known = data;
  tb_replace_text (&known->sentence, NULL);
  tb_replace_text (&known->waiting, NULL);
  tb_replace_text (&known->log_path, NULL);
  tb_replace_text (&known->role, NULL);
}

TbPastKnown *
tb_past_known_new (TbPast *past)
{
  TbPastKnown *known = g_new0 (TbPastKnown, 1);
  known->reason = g_strdup ("");
  known->instances = g_array_new (FALSE, TRUE, sizeof (TbKnownInstance));
  g_array_set_clear_func (known->instances, instance_clear);
  known->bypasses = g_array_new (FALSE, TRUE, sizeof (TbKnownBypass));
  g_array_set_clear_func (known->bypasses, bypass_clear);
  known->faults = g_ptr_array_new_with_free_func (tb_known_fault_free);
  known->plan = G_MAXUINT;
  known->agent_load = -1;
  return known;
}

void
tb_past_known_free (TbPastKnown *known)
{
  g_free (known->reason);
  g_array_unref (known->instances);
  g_array_unref (known->bypasses);
  g_ptr_array_unref (known->faults);
  g_free (known);
}

static TbKnownInstance *
instance_at (TbPastKnown *known, guint index)
{
  return index < known->instances->len ? &g_array_index (known->instances, TbKnownInstance, index) : NULL;
}

/* ---- Facts --------------------------------------------------------------------------------------- */

/* Instances are more, never fewer. */
static void
on_plan (TbPastKnown *known, TbReader *r, TbPast *past)
{
  TbWirePlan plan;
  if (!tb_wire_plan_read (r, &plan))
    return;
  known->plan = known->next;
  guint before = known->instances->len;
  g_array_set_size (known->instances, MAX (before, plan.n_instances));
  for (guint i = 0; i < plan.n_instances; i++)
    {
      TbKnownInstance *instance = instance_at (known, i);
      instance->clock_rate = i < before ? instance->clock_rate : 1;
      if (tb_wire_is_outside (&plan.instances[i]))
        instance->state = plan.instances[i].removed ? TB_INSTANCE_STOPPED : TB_INSTANCE_READY;
    }
  tb_wire_plan_clear (&plan);
}

static void
on_run_state (TbPastKnown *known, TbReader *r, TbPast *past)
{
  guint8 state = tb_reader_u8 (r);
  g_autofree char *reason = tb_reader_string (r);
  if (r->bad || state > TB_RUN_FAILED)
    return;
  known->state = (TbRunState) state;
  g_free (known->reason);
  known->reason = g_strdup (reason);
}

static void
on_instance_state (TbPastKnown *known, TbReader *r, TbPast *past)
{
  TbWireInstanceState s = { 0 };
  gboolean good = tb_wire_instance_state_read (r, &s);
  TbKnownInstance *instance = good ? instance_at (known, s.instance) : NULL;
  const TbPastInstance *row = instance != NULL ? tb_past_instance (past, s.instance) : NULL;
  if (row != NULL && !row->outside)
    {
      instance->state = s.state;
      instance->pid = s.pid;
      instance->exit_code = s.exit_code;
      instance->restarts = s.restarts;
      instance->due_ns = s.due_ns;
      instance->loop = s.loop;
      tb_replace_text (&instance->sentence, s.sentence);
      if (s.state != TB_INSTANCE_WAITING && s.state != TB_INSTANCE_STARTING)
        tb_replace_text (&instance->waiting, NULL);
    }
  tb_wire_instance_state_clear (&s);
}

static void
on_waiting (TbPastKnown *known, TbReader *r, TbPast *past)
{
  g_autofree char *id = tb_reader_string (r), *what = tb_reader_string (r);
  int index = r->bad ? -1 : tb_past_find_instance (past, id);
  TbKnownInstance *instance = index >= 0 ? instance_at (known, (guint) index) : NULL;
  if (instance != NULL)
    tb_replace_text (&instance->waiting, what);
}

static void
on_bypass (TbPastKnown *known, TbReader *r, TbPast *past)
{
  TbWireBypass b = { 0 };
  if (!tb_wire_bypass_read (r, &b))
    return;
  for (guint i = known->bypasses->len; i-- > 0;)
    {
      const TbKnownBypass *old = &g_array_index (known->bypasses, TbKnownBypass, i);
      if (old->from == b.from && old->to == b.to && old->port == b.port)
        g_array_remove_index (known->bypasses, i);
    }
  if (b.open)
    {
      TbKnownBypass bypass = { b.from, b.to, b.port, NULL };
      tb_replace_text (&bypass.why, b.why);
      g_array_append_val (known->bypasses, bypass);
    }
  tb_wire_bypass_clear (&b);
}

/* ---- Faults -------------------------------------------------------------------------------------- */

static TbKnownFault *
find_fault (TbPastKnown *known, const char *id)
{
  for (guint i = 0; i < known->faults->len; i++)
    {
      TbKnownFault *fault = g_ptr_array_index (known->faults, i);
      if (g_strcmp0 (fault->wire.id, id) == 0)
        return fault;
    }
  return NULL;
}

static TbKnownFault *
add_fault (TbPastKnown *known, const char *id)
{
  TbKnownFault *fault = g_new0 (TbKnownFault, 1);
  gboolean cut = g_str_has_prefix (id, "cut:");
  const TbWireFault bare = { .id = (char *) id, .kind = cut ? TB_FAULT_CUT : TB_FAULT_LATENCY,
                             .link = (char *) (cut ? id + 4 : ""), .up = true, .down = true,
                             TB_FAULT_ALWAYS };
  tb_wire_fault_copy (&fault->wire, &bare);
  g_ptr_array_add (known->faults, fault);
  return fault;
}

/* What a band says of a fault is what the picture says. */
static const char *
text_of (TbPast *past, const char *id)
{
  for (guint i = past->bands->len; i-- > 0;)
    {
      const TbPastBand *band = &g_array_index (past->bands, TbPastBand, i);
      if (g_strcmp0 (band->id, id) == 0)
        return band->text;
    }
  return NULL;
}

static void
on_fault_add (TbPastKnown *known, TbReader *r, TbPast *past)
{
  TbWireFault wire;
  if (!tb_wire_fault_read (r, &wire))
    return;
  TbKnownFault *fault = find_fault (known, wire.id);
  if (fault == NULL)
    fault = add_fault (known, wire.id);
  tb_wire_fault_clear (&fault->wire);
  fault->wire = wire;
  tb_replace_text (&fault->text, wire.n_pairs > 0 ? text_of (past, wire.id) : NULL);
}

static void
on_fault_state (TbPastKnown *known, TbReader *r, TbPast *past)
{
  g_autofree char *id = tb_reader_string (r);
  TbFaultState state = (TbFaultState) tb_reader_u8 (r);
  gint64 time_ns = tb_reader_i64 (r);
  if (r->bad)
    return;
  TbKnownFault *fault = find_fault (known, id);
  if (fault == NULL && state != TB_FAULT_GONE)
    fault = add_fault (known, id);
  if (fault == NULL)
    return;
  if (state == TB_FAULT_ACTIVE && !fault->active)
    fault->since_ns = time_ns;
  fault->active = state == TB_FAULT_ACTIVE;
  fault->state = state;
  if (state == TB_FAULT_GONE)
    g_ptr_array_remove (known->faults, fault);
}

static void
on_said (TbPastKnown *known, TbReader *r, TbPast *past)
{
  g_autofree char *id = tb_reader_string (r), *what = tb_reader_string (r), *value = tb_reader_string (r);
  int index = r->bad ? -1 : tb_past_find_instance (past, id);
  TbKnownInstance *instance = index >= 0 ? instance_at (known, (guint) index) : NULL;
  if (instance != NULL && g_str_equal (what, "role"))
    tb_replace_text (&instance->role, value);
  if (instance != NULL && g_str_equal (what, "term"))
    instance->term = g_ascii_strtoull (value, NULL, 10);
  if (instance != NULL && g_str_equal (what, "digest"))
    {
      instance->has_digest = *value != '\0';
      instance->digest = g_ascii_strtoull (value, NULL, 16);
    }
  gint64 offset_ns;
  double rate;
  if (instance == NULL || !g_str_equal (what, "clock") || !tb_past_read_clock (value, &offset_ns, &rate))
    return;
  instance->clock_offset_ns = offset_ns;
  instance->clock_rate = rate;
}

/* ---- Going on ------------------------------------------------------------------------------------ */

static const struct
{
  guint type;
  void (*take) (TbPastKnown *known, TbReader *r, TbPast *past);
} facts[] = {
  { TB_COMMAND_PLAN, on_plan },
  { TB_COMMAND_CHANGE, on_plan },
  { TB_COMMAND_FAULT_ADD, on_fault_add },
  { TB_COMMAND_SAY, on_said },
  { TB_FACT_RUN_STATE, on_run_state },
  { TB_FACT_INSTANCE_STATE, on_instance_state },
  { TB_FACT_WAITING, on_waiting },
  { TB_FACT_BYPASS, on_bypass },
  { TB_FACT_FAULT_STATE, on_fault_state },
};

static void
take (TbPastKnown *known, TbPast *past, const TbPastFact *fact)
{
  TbReader r;
  size_t used;
  if (tb_reader_begin (&r, fact->bytes, fact->size, &used) != TB_FRAME_WHOLE)
    return;
  for (gsize i = 0; i < G_N_ELEMENTS (facts); i++)
    if (facts[i].type == r.type)
      facts[i].take (known, &r, past);
}

/* Index of the last one at or before that time, -1: there is none. Each begins with its time. */
static gint64
last_at (const GArray *array, gsize size, gint64 time_ns)
{
  gint64 low = 0, high = array->len;
  while (low < high)
    {
      gint64 middle = low + (high - low) / 2, when;
      memcpy (&when, array->data + (gsize) middle * size, sizeof when);
      if (when <= time_ns)
        low = middle + 1;
      else
        high = middle;
    }
  return low - 1;
}

static void
set_load (TbKnownInstance *instance, const TbPastOf *of, gint64 time_ns)
{
  gint64 at = last_at (of->loads, sizeof (TbPastRawLoad), time_ns);
  const TbPastRawLoad *now = at >= 0 ? &g_array_index (of->loads, TbPastRawLoad, at) : NULL;
  const TbPastRawLoad *before = at > 0 ? now - 1 : NULL;
  instance->cpu = 0;
  if (now == NULL)
    return;
  if (before != NULL && instance->pid != 0 && now->time_ns > before->time_ns
      && now->cpu_ns >= before->cpu_ns)
    instance->cpu = (double) (now->cpu_ns - before->cpu_ns) / (double) (now->time_ns - before->time_ns);
  instance->rss_bytes = now->rss_bytes;
  instance->processes = now->processes;
  instance->threads = now->threads;
  instance->files = now->files;
}

static void
set_log (TbKnownInstance *instance, const TbPastOf *of, gint64 time_ns)
{
  gint64 at = last_at (of->logs, sizeof (TbPastLogAt), time_ns);
  const TbPastLogAt *log = at >= 0 ? &g_array_index (of->logs, TbPastLogAt, at) : NULL;
  if (log == NULL)
    return;
  if (g_strcmp0 (instance->log_path, of->log_path) != 0)
    tb_replace_text (&instance->log_path, of->log_path);
  instance->log_size = log->size;
  instance->log_lost = log->lost;
}

void
tb_past_known_advance (TbPastKnown *known, TbPast *past, gint64 time_ns)
{
  for (; known->next < past->facts->len; known->next++)
    {
      const TbPastFact *fact = &g_array_index (past->facts, TbPastFact, known->next);
      /* Before there was a plan, what is going to be planned is shown, and nothing of it runs. */
      gboolean first_plan = known->plan == G_MAXUINT && fact->type == TB_COMMAND_PLAN;
      if (fact->time_ns > time_ns && !first_plan)
        break;
      take (known, past, fact);
    }
  for (guint i = 0; i < known->instances->len && i < past->of->len; i++)
    {
      const TbPastOf *of = &g_array_index (past->of, TbPastOf, i);
      set_load (instance_at (known, i), of, time_ns);
      set_log (instance_at (known, i), of, time_ns);
    }
  known->time_ns = time_ns;
  known->agent_load = last_at (past->agent_loads, sizeof (TbPastAgentLoad), time_ns);
}
