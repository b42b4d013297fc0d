/* What happens rarely, to rows. Each fact is also kept as it is, so that the picture at a moment can be
 * told what the run was told until then (past-frame.c).
 *
 * A band of a fault:  FAULT_ADD (how it is) … FAULT_STATE active ──▶ open ── active no more ──▶ closed
 * A band of an instance:  killed, paused ──▶ open ── ready again, or another state ──▶ closed */
#include <stdlib.h>
#include <string.h>

#include "past-private.h"

#define NONE G_MAXUINT
/* A row that somebody claims: more there can never be. */
#define ROWS_MAX TB_TAPS_MAX

const char *
tb_past_keep_text (TbPast *self, const char *text)
{
  return text != NULL ? g_string_chunk_insert_const (self->texts, text) : "";
}

void
tb_past_fault_free (gpointer data)
{
  TbPastFault *fault = data;
  tb_wire_fault_clear (&fault->wire);
  g_free (fault->text);
  g_free (fault);
}

int
tb_past_find_instance (TbPast *self, const char *id)
{
  for (guint i = 0; i < self->instances->len; i++)
    if (g_strcmp0 (g_array_index (self->instances, TbPastInstance, i).id, id) == 0)
      return (int) i;
  return -1;
}

/* ---- The plan ------------------------------------------------------------------------------------ */

/* "orders/2" is the second. */
static guint
replica_of (const char *id)
{
  const char *slash = strrchr (id, '/');
  return slash != NULL ? (guint) MIN (g_ascii_strtoull (slash + 1, NULL, 10), G_MAXUINT) : 1;
}

static void
take_instance (TbPast *self, guint i, const TbWireInstance *wire)
{
  const TbPastInstance row = {
    .id = tb_past_keep_text (self, wire->id),
    .component = tb_past_keep_text (self, wire->component),
    .device = tb_past_keep_text (self, wire->device),
    .replica = replica_of (wire->id),
    .address = wire->address,
    .outside = tb_wire_is_outside (wire),
    .removed = wire->removed || tb_plan_is_probe (wire->id),
    .builtin = wire->builtin,
  };
  if (i == self->instances->len)
    {
      const TbPastOf of = { .loads = g_array_new (FALSE, FALSE, sizeof (TbPastRawLoad)),
                            .logs = g_array_new (FALSE, FALSE, sizeof (TbPastLogAt)),
                            .kill = NONE, .pause = NONE, .clock = NONE };
      g_array_append_val (self->instances, row);
      g_array_append_val (self->of, of);
    }
  else
    g_array_index (self->instances, TbPastInstance, i) = row;
}

static const char *
component_of (const TbPast *self, guint32 n, const guint32 *indices)
{
  return n > 0 && indices[0] < self->instances->len
           ? g_array_index (self->instances, TbPastInstance, indices[0]).component
           : NULL;
}

/* One that leads nowhere any more keeps the names that it had. */
static void
take_link (TbPast *self, guint i, const TbWireLink *wire)
{
  const TbPastLink *old = tb_past_link (self, i);
  const char *from = component_of (self, wire->n_from, wire->from);
  const char *to = component_of (self, wire->n_to, wire->to);
  const TbPastLink row = {
    .id = tb_past_keep_text (self, wire->id),
    .from = from != NULL ? from : old != NULL ? old->from : "",
    .to = to != NULL ? to : old != NULL ? old->to : "",
    .replicas = wire->replicas,
    .port = wire->port,
  };
  if (old == NULL)
    g_array_append_val (self->links, row);
  else
    g_array_index (self->links, TbPastLink, i) = row;
  for (guint k = 0; k < wire->n_to; k++)
    if (wire->to[k] < self->instances->len && !wire->replicas)
      {
        TbPastInstance *to_row = &g_array_index (self->instances, TbPastInstance, wire->to[k]);
        to_row->port = to_row->port != 0 ? to_row->port : wire->port;
      }
}

static gboolean
take_plan (TbPast *self, TbReader *r)
{
  TbWirePlan plan;
  if (!tb_wire_plan_read (r, &plan))
    return FALSE;
  for (guint i = 0; i < plan.n_instances; i++)
    take_instance (self, i, &plan.instances[i]);
  for (guint i = 0; i < plan.n_links; i++)
    take_link (self, i, &plan.links[i]);
  self->masked |= plan.n_record_masks > 0;
  tb_wire_plan_clear (&plan);
  return TRUE;
}

/* ---- Bands --------------------------------------------------------------------------------------- */

static guint
open_band (TbPast *self, TbPastBand band)
{
  band.to_ns = G_MAXINT64;
  g_array_append_val (self->bands, band);
  return self->bands->len - 1;
}

static void
close_band (TbPast *self, guint *band, gint64 time_ns)
{
  if (*band == NONE)
    return;
  TbPastBand *open = &g_array_index (self->bands, TbPastBand, *band);
  open->to_ns = MAX (time_ns, open->from_ns);
  *band = NONE;
}

static guint
open_instance_band (TbPast *self, TbBandKind kind, guint instance, const char *text, gint64 time_ns)
{
  const TbPastInstance *row = tb_past_instance (self, instance);
  return open_band (self, (TbPastBand) { .kind = kind, .id = row->id, .text = text,
                                         .instance = instance, .from_ns = time_ns });
}

static void
follow_instance (TbPast *self, const TbWireInstanceState *s)
{
  TbPastOf *of = &g_array_index (self->of, TbPastOf, s->instance);
  if (s->state == TB_INSTANCE_KILLED && of->kill == NONE)
    of->kill = open_instance_band (self, TB_BAND_KILL, s->instance, "killed", s->time_ns);
  if (s->state == TB_INSTANCE_READY)
    close_band (self, &of->kill, s->time_ns);
  if (s->state == TB_INSTANCE_PAUSED && of->pause == NONE)
    of->pause = open_instance_band (self, TB_BAND_PAUSE, s->instance, "paused", s->time_ns);
  if (s->state != TB_INSTANCE_PAUSED)
    close_band (self, &of->pause, s->time_ns);
}

/* ---- Faults -------------------------------------------------------------------------------------- */

static TbPastFault *
find_fault (TbPast *self, const char *id)
{
  for (guint i = 0; i < self->faults->len; i++)
    {
      TbPastFault *fault = g_ptr_array_index (self->faults, i);
      if (g_strcmp0 (fault->wire.id, id) == 0)
        return fault;
    }
  TbPastFault *fault = g_new0 (TbPastFault, 1);
  const TbWireFault bare = { .id = (char *) id, TB_FAULT_ALWAYS };
  tb_wire_fault_copy (&fault->wire, &bare);
  fault->band = NONE;
  g_ptr_array_add (self->faults, fault);
  return fault;
}

/* Its link, from its id where its command is not in the recording: a cut is called "cut:LINK". */
static const char *
link_of_fault (TbPast *self, const TbPastFault *fault)
{
  if (fault->known)
    return fault->wire.link != NULL && *fault->wire.link != '\0'
             ? tb_past_keep_text (self, fault->wire.link)
             : NULL;
  return g_str_has_prefix (fault->wire.id, "cut:") ? tb_past_keep_text (self, fault->wire.id + 4) : NULL;
}

static const char *
instance_name (TbPast *self, guint32 index)
{
  const TbPastInstance *row = tb_past_instance (self, index);
  return row != NULL ? row->id : "?";
}

/* More instances than this are not told apart: the table below grows as their square. */
#define PARTED_MAX 1000

/* Who is in the same place of a partition stands together: those that hear the same others. */
static char *
partition_text (TbPast *self, const TbWireFault *fault)
{
  guint n = MIN (self->instances->len, PARTED_MAX);
  g_autofree guint8 *cut = g_new0 (guint8, (gsize) n * n + 1), *said = g_new0 (guint8, n + 1);
  g_autoptr (GString) text = g_string_new (NULL);
  for (guint i = 0; i < fault->n_pairs; i++)
    if (fault->pairs[i].from < n && fault->pairs[i].to < n)
      cut[fault->pairs[i].from * n + fault->pairs[i].to] = TRUE;
  for (guint i = 0; i < fault->n_pairs; i++)
    {
      guint first = fault->pairs[i].from;
      if (first >= n || said[first])
        continue;
      g_string_append (text, text->len > 0 ? " | " : "");
      g_string_append (text, instance_name (self, first));
      said[first] = TRUE;
      for (guint k = 0; k < fault->n_pairs; k++)
        {
          guint other = fault->pairs[k].from;
          if (other >= n || said[other] || memcmp (&cut[first * n], &cut[other * n], n) != 0)
            continue;
          said[other] = TRUE;
          g_string_append_printf (text, " %s", instance_name (self, other));
        }
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static const char *
text_of_fault (TbPast *self, const TbPastFault *fault)
{
  char summary[160];
  if (fault->known && fault->wire.n_pairs > 0)
    {
      if (fault->text != NULL)
        return tb_past_keep_text (self, fault->text);
      g_autofree char *text = partition_text (self, &fault->wire);
      return tb_past_keep_text (self, text);
    }
  if (!fault->known)
    return g_str_has_prefix (fault->wire.id, "cut:") ? "cut" : tb_past_keep_text (self, fault->wire.id);
  tb_fault_summary (&fault->wire, summary, sizeof summary);
  return tb_past_keep_text (self, summary);
}

static TbBandKind
band_of_fault (const TbPastFault *fault)
{
  const char *id = fault->wire.id;
  gboolean cut = fault->known ? fault->wire.kind == TB_FAULT_CUT
                              : g_str_has_prefix (id, "cut:") || g_str_has_prefix (id, "partition");
  return cut ? TB_BAND_PARTITION : TB_BAND_PACKET;
}

static gboolean
take_fault_state (TbPast *self, TbReader *r)
{
  g_autofree char *id = tb_reader_string (r);
  TbFaultState state = (TbFaultState) tb_reader_u8 (r);
  gint64 time_ns = tb_reader_i64 (r);
  if (r->bad)
    return FALSE;
  TbPastFault *fault = find_fault (self, id);
  close_band (self, &fault->band, time_ns);
  if (state == TB_FAULT_ACTIVE)
    fault->band = open_band (self, (TbPastBand) { .kind = band_of_fault (fault),
                                                  .id = tb_past_keep_text (self, id),
                                                  .link = link_of_fault (self, fault),
                                                  .text = text_of_fault (self, fault),
                                                  .instance = NONE, .from_ns = time_ns });
  return TRUE;
}

static gboolean
take_fault_add (TbPast *self, TbReader *r)
{
  TbWireFault wire;
  if (!tb_wire_fault_read (r, &wire))
    return FALSE;
  TbPastFault *fault = find_fault (self, wire.id);
  tb_wire_fault_clear (&fault->wire);
  fault->wire = wire;
  fault->known = TRUE;
  return TRUE;
}

/* Who is started again at once is never called killed: the command says so. */
static void
take_kill (TbPast *self, TbReader *r, gint64 time_ns)
{
  g_autofree char *id = tb_reader_string (r);
  int index = r->bad ? -1 : tb_past_find_instance (self, id);
  TbPastOf *of = index >= 0 ? &g_array_index (self->of, TbPastOf, index) : NULL;
  gboolean runs = FALSE;
  for (guint i = self->states->len; of != NULL && i-- > 0;)
    {
      const TbPastState *state = &g_array_index (self->states, TbPastState, i);
      if (state->instance != (guint) index)
        continue;
      runs = state->pid != 0;
      break;
    }
  if (runs && of->kill == NONE)
    of->kill = open_instance_band (self, TB_BAND_KILL, (guint) index, "killed", time_ns);
}

/* ---- What the viewer alone knew ------------------------------------------------------------------ */

gboolean
tb_past_read_clock (const char *value, gint64 *offset_ns, double *rate)
{
  char *end;
  *offset_ns = g_ascii_strtoll (value, &end, 10);
  *rate = *end == ' ' ? g_ascii_strtod (end, &end) : 0;
  return *end == '\0' && *rate > 0;
}

static void
follow_clock (TbPast *self, guint instance, const char *value, gint64 time_ns)
{
  TbPastOf *of = &g_array_index (self->of, TbPastOf, instance);
  gint64 offset_ns;
  double rate;
  char offset[40];
  if (!tb_past_read_clock (value, &offset_ns, &rate))
    return;
  close_band (self, &of->clock, time_ns);
  if (offset_ns == 0 && rate == 1)
    return;
  tb_duration_format (ABS (offset_ns), offset, sizeof offset);
  g_autofree char *text = rate == 1 ? g_strdup_printf ("clock %c%s", offset_ns < 0 ? '-' : '+', offset)
                                    : g_strdup_printf ("clock %c%s, ×%g", offset_ns < 0 ? '-' : '+', offset, rate);
  of->clock = open_instance_band (self, TB_BAND_CLOCK, instance, tb_past_keep_text (self, text), time_ns);
}

static gboolean
take_said (TbPast *self, TbReader *r, gint64 time_ns)
{
  g_autofree char *id = tb_reader_string (r), *what = tb_reader_string (r), *value = tb_reader_string (r);
  int instance = r->bad ? -1 : tb_past_find_instance (self, id);
  if (r->bad)
    return FALSE;
  if (g_str_equal (what, "clock") && instance >= 0)
    follow_clock (self, (guint) instance, value, time_ns);
  if (g_str_has_prefix (what, "scenario"))
    {
      const TbPastRemark row = { time_ns, tb_past_keep_text (self, id), tb_past_keep_text (self, what),
                                 tb_past_keep_text (self, value) };
      g_array_append_val (self->remarks, row);
      return FALSE;
    }
  if (g_str_equal (what, "partition"))
    {
      TbPastFault *fault = find_fault (self, id);
      g_free (fault->text);
      fault->text = g_steal_pointer (&value);
    }
  return TRUE;
}

/* ---- Facts --------------------------------------------------------------------------------------- */

static gboolean
take_run_state (TbPast *self, TbReader *r, gint64 time_ns)
{
  guint8 state = tb_reader_u8 (r);
  if (r->bad || state > TB_RUN_FAILED)
    return FALSE;
  self->run_state = (TbRunState) state;
  if (state < TB_RUN_STOPPING)
    self->stop_ns = 0;
  else if (self->stop_ns == 0)
    self->stop_ns = time_ns;
  self->ended = state == TB_RUN_STOPPED || state == TB_RUN_FAILED;
  return TRUE;
}

static void
keep_state (TbPast *self, const TbWireInstanceState *s)
{
  const TbPastState row = { s->time_ns, s->instance, s->state, tb_past_keep_text (self, s->sentence), s->pid,
                            s->exit_code };
  guint at = self->states->len;
  while (at > 0 && g_array_index (self->states, TbPastState, at - 1).time_ns > s->time_ns)
    at--;
  g_array_insert_val (self->states, at, row);
  follow_instance (self, s);
}

/* What becomes of probing clients, which nobody drew, is no event of the run. */
static gboolean
take_instance_state (TbPast *self, TbReader *r)
{
  TbWireInstanceState s = { 0 };
  gboolean good = tb_wire_instance_state_read (r, &s) && s.instance < self->instances->len;
  if (good && !tb_plan_is_probe (tb_past_instance (self, s.instance)->id))
    keep_state (self, &s);
  tb_wire_instance_state_clear (&s);
  return good;
}

static gboolean
take_tap (TbPast *self, TbReader *r, gint64 time_ns)
{
  guint32 row = tb_reader_u32 (r), link = tb_reader_u32 (r), from = tb_reader_u32 (r);
  guint32 to = tb_reader_u32 (r);
  guint16 port = tb_reader_u16 (r);
  if (r->bad || row >= ROWS_MAX)
    return FALSE;
  if (row >= self->taps->len)
    g_array_set_size (self->taps, row + 1);
  g_array_index (self->taps, TbPastTap, row) = (TbPastTap) {
    .link = link < self->links->len ? link : NONE,
    .from = from < self->instances->len ? from : NONE,
    .to = to < self->instances->len ? to : NONE,
    .port = port,
    .opened_ns = time_ns,
  };
  return TRUE;
}

static gboolean
take_log (TbPast *self, TbReader *r, gint64 time_ns)
{
  g_autofree char *id = tb_reader_string (r), *path = tb_reader_string (r);
  TbPastLogAt at = { .time_ns = time_ns, .size = tb_reader_u64 (r), .lost = tb_reader_u64 (r) };
  int index = r->bad ? -1 : tb_past_find_instance (self, id);
  if (index < 0)
    return FALSE;
  TbPastOf *of = &g_array_index (self->of, TbPastOf, index);
  of->log_path = tb_past_keep_text (self, path);
  g_array_append_val (of->logs, at);
  return TRUE;
}

static gboolean
take_problem (TbPast *self, TbReader *r, gint64 time_ns)
{
  guint severity = tb_reader_u8 (r);
  g_autofree char *instance = tb_reader_string (r), *sentence = tb_reader_string (r);
  const TbPastProblem row = { time_ns, severity, tb_past_keep_text (self, instance),
                              tb_past_keep_text (self, sentence) };
  if (!r->bad)
    g_array_append_val (self->problems, row);
  return !r->bad;
}

static gboolean
take_agent_load (TbPast *self, TbReader *r)
{
  TbPastAgentLoad load = { .time_ns = tb_reader_i64 (r), .cpu_ns = tb_reader_u64 (r),
                           .lag_ns = (gint64) tb_reader_u64 (r) };
  tb_reader_u64 (r); /* memory */
  load.lag_p99_ns = (gint64) tb_reader_u64 (r);
  if (!r->bad)
    g_array_append_val (self->agent_loads, load);
  return !r->bad;
}

static gboolean
take_instance_load (TbPast *self, TbReader *r)
{
  guint32 index = tb_reader_u32 (r);
  TbPastRawLoad load = { .time_ns = tb_reader_i64 (r), .cpu_ns = tb_reader_u64 (r),
                         .rss_bytes = tb_reader_u64 (r), .processes = tb_reader_u32 (r),
                         .threads = tb_reader_u32 (r), .files = tb_reader_u32 (r) };
  if (r->bad || index >= self->of->len)
    return FALSE;
  g_array_append_val (g_array_index (self->of, TbPastOf, index).loads, load);
  return TRUE;
}

/* Whether it is one that the picture at a moment is told again. */
static gboolean
take_frame (TbPast *self, TbReader *r, gint64 time_ns)
{
  switch (r->type)
    {
    case TB_FACT_RUN_STATE:
      return take_run_state (self, r, time_ns);
    case TB_FACT_INSTANCE_STATE:
      return take_instance_state (self, r);
    case TB_FACT_FAULT_STATE:
      return take_fault_state (self, r);
    case TB_COMMAND_FAULT_ADD:
      return take_fault_add (self, r);
    case TB_COMMAND_KILL:
      take_kill (self, r, time_ns);
      return FALSE;
    case TB_COMMAND_SAY:
      return take_said (self, r, time_ns);
    case TB_COMMAND_PLAN:
    case TB_COMMAND_CHANGE:
      return take_plan (self, r);
    case TB_FACT_WAITING:
    case TB_FACT_BYPASS:
      return TRUE;
    case TB_FACT_TAP_OPENED:
      take_tap (self, r, time_ns);
      return FALSE;
    case TB_FACT_LOG_AT:
      take_log (self, r, time_ns);
      return FALSE;
    case TB_FACT_PROBLEM:
      take_problem (self, r, time_ns);
      return FALSE;
    case TB_FACT_AGENT_LOAD:
      take_agent_load (self, r);
      return FALSE;
    case TB_FACT_INSTANCE_LOAD:
      take_instance_load (self, r);
      return FALSE;
    default:
      return FALSE;
    }
}

/* When it was, which is a little before it was told. */
static gint64
own_time (TbReader r, gint64 told_ns)
{
  gint64 time_ns = told_ns;
  if (r.type == TB_FACT_INSTANCE_STATE)
    {
      TbWireInstanceState s = { 0 };
      time_ns = tb_wire_instance_state_read (&r, &s) ? s.time_ns : told_ns;
      tb_wire_instance_state_clear (&s);
    }
  else if (r.type == TB_FACT_FAULT_STATE)
    {
      free (tb_reader_string (&r));
      tb_reader_u8 (&r);
      time_ns = tb_reader_i64 (&r);
    }
  return r.bad ? told_ns : CLAMP (time_ns, 0, told_ns);
}

/* In the order of time, but never before the plan that it is about. A picture that has gone by begins anew. */
static void
keep_fact (TbPast *self, const TbPastFact *fact)
{
  guint at = self->facts->len;
  for (; at > 0; at--)
    {
      const TbPastFact *before = &g_array_index (self->facts, TbPastFact, at - 1);
      if (before->time_ns <= fact->time_ns || before->type == TB_COMMAND_PLAN
          || before->type == TB_COMMAND_CHANGE)
        break;
    }
  if (at < self->facts->len)
    g_clear_pointer (&self->picture, tb_past_picture_free);
  g_array_insert_val (self->facts, at, *fact);
}

static void
take_fact (TbPast *self, const TbRecord *record)
{
  TbReader r;
  size_t used;
  if (tb_reader_begin (&r, record->body, record->size, &used) != TB_FRAME_WHOLE)
    return;
  gint64 time_ns = own_time (r, record->time_ns);
  if (!take_frame (self, &r, record->time_ns))
    return;
  guint8 *copy = g_memdup2 (record->body, record->size);
  const TbPastFact fact = { time_ns, r.type, (guint32) record->size, copy };
  g_ptr_array_add (self->frames, copy);
  keep_fact (self, &fact);
}

/* ---- Records ------------------------------------------------------------------------------------- */

static void
take_drawing (TbPast *self, const TbRecord *record)
{
  const TbPastDrawing drawing = { record->time_ns, g_strndup (record->body, record->size) };
  g_array_append_val (self->drawings, drawing);
}

/* What goes as the oldest is one gap that grows. */
static void
take_gap (TbPast *self, const TbRecord *record)
{
  static const char aged[] = "the oldest went, since the recording had reached its limit";
  TbRecordGap read;
  if (!tb_record_gap_read (record, &read))
    return;
  TbPastGap gap = { read.from_ns, read.to_ns, read.events, read.payload_bytes,
                    read.aged ? aged : "more happened than could be written" };
  for (guint i = 0; read.aged && i < self->gaps->len; i++)
    {
      TbPastGap *known = &g_array_index (self->gaps, TbPastGap, i);
      if (known->why != aged)
        continue;
      known->from_ns = MIN (known->from_ns, gap.from_ns);
      known->to_ns = MAX (known->to_ns, gap.to_ns);
      known->events += gap.events;
      known->payload_bytes += gap.payload_bytes;
      return;
    }
  g_array_append_val (self->gaps, gap);
}

void
tb_past_take_record (TbPast *self, const TbRecord *record)
{
  switch (record->type)
    {
    case TB_RECORD_ARCHITECTURE:
      take_drawing (self, record);
      break;
    case TB_RECORD_COMMAND:
      tb_past_take_command (self, record);
      take_fact (self, record);
      break;
    case TB_RECORD_PLAN:
    case TB_RECORD_FACT:
      take_fact (self, record);
      break;
    case TB_RECORD_GAP:
      take_gap (self, record);
      break;
    case TB_RECORD_FIGURES:
      tb_past_take_figures (self, record);
      break;
    case TB_RECORD_OPERATIONS:
      tb_past_take_operations (self, record);
      break;
    case TB_RECORD_EVENT:
    case TB_RECORD_PAYLOAD:
    case TB_RECORD_LOG: /* is read by whoever shows it: tb-log-book.h */
      break;
    }
}
