/* Counters and ring to live frames.
 *
 * A row is copied only when its sequence moved, and a link summed only when one of its rows did, so a
 * frame of a large, quiet system costs little. Rates are over about the last second: per link, sums
 * are kept ten times a second, and the histogram of one to two seconds ago. */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "session-private.h"
#include "tb-proto.h"

#define SAMPLE_NS (TB_NS_PER_S / 10)
#define N_SAMPLES 11
#define EVENTS_MAX TB_RING_SLOTS

typedef struct
{
  gint64 time_ns;
  guint64 requests, replies, errors, bytes_up, bytes_down;
} Sample;

/* What is kept of a link between frames. */
typedef struct
{
  char *id, *from, *to; /* GRefString */
  char *address; /* GRefString, or NULL */
  TbUid link;
  gboolean changed;
  gboolean moved; /* rows came or went: nothing it was can be compared with */
  gboolean removed; /* its link is not drawn any more */
  TbLiveLink sums;
  TbHistogram *total, *base, *older; /* now, and at the last two seconds' beginnings */
  gint64 base_ns;
  Sample samples[N_SAMPLES]; /* a ring; the oldest is at `next` once it is full */
  guint next, n_samples;
  TbSpans *spans;
} Line;

typedef struct
{
  guint32 sequence;
  guint line;
  guint from, to;
  TbTapCounters counters;
} Row;

struct TbLive
{
  TbSharedPlan *plan;
  TbWireMap *map;
  const TbCounters *counters;
  const TbRing *ring;
  guint64 cursor;
  GPtrArray *rows;  /* of Row, as the counters' */
  GPtrArray *lines; /* of Line: the plan's links, then what nobody drew */
};

static void
line_free (gpointer data)
{
  Line *line = data;
  g_ref_string_release (line->id);
  g_ref_string_release (line->from);
  g_ref_string_release (line->to);
  tb_replace_text (&line->address, NULL);
  g_free (line->total);
  g_free (line->base);
  g_free (line->older);
  tb_spans_free (line->spans);
  g_free (line);
}

static Line *
line_new (const char *id, TbUid link, const char *from, const char *to)
{
  Line *line = g_new0 (Line, 1);
  line->id = g_ref_string_new (id);
  line->link = link;
  line->from = g_ref_string_new (from);
  line->to = g_ref_string_new (to);
  line->total = g_new0 (TbHistogram, 1);
  line->base = g_new0 (TbHistogram, 1);
  line->older = g_new0 (TbHistogram, 1);
  line->spans = tb_spans_new ();
  return line;
}

/* Who lies outside calls by the link's address, where a listener is. */
static void
set_way_in (Line *line, const TbPlan *plan, const TbPlanLink *link)
{
  const TbPlanInstance *from
    = link->from->len > 0 ? g_ptr_array_index (plan->instances, g_array_index (link->from, guint, 0)) : NULL;
  g_autofree char *address = tb_plan_address_text (link->address);
  g_autofree char *text = g_strdup_printf ("%s:%u", address, link->port);
  tb_replace_text (&line->address, from != NULL && from->external ? text : NULL);
}

static Line *
line_of_link (const TbPlan *plan, const TbPlanLink *link)
{
  Line *line = line_new (link->id, link->link, link->from_component, link->to_component);
  set_way_in (line, plan, link);
  line->removed = link->removed || link->probe;
  return line;
}

TbLive *
tb_live_new (TbSharedPlan *plan, TbWireMap *map)
{
  TbLive *live = g_new0 (TbLive, 1);
  live->plan = tb_shared_plan_ref (plan);
  live->map = map;
  live->rows = g_ptr_array_new_with_free_func (g_free);
  live->lines = g_ptr_array_new_with_free_func (line_free);
  for (guint i = 0; i < plan->plan->links->len; i++)
    g_ptr_array_add (live->lines, line_of_link (plan->plan, g_ptr_array_index (plan->plan->links, i)));
  return live;
}

static void
take_link (Line *line, const TbPlan *plan, const TbPlanLink *link)
{
  set_way_in (line, plan, link);
  tb_replace_text (&line->from, link->from_component);
  tb_replace_text (&line->to, link->to_component);
  line->link = link->link;
  line->removed = link->removed || link->probe;
}

/* Lines of new links come before those that nobody drew, whose rows follow them. */
void
tb_live_change (TbLive *live, TbSharedPlan *plan, TbWireMap *map)
{
  guint before = live->plan->plan->links->len, n = plan->plan->links->len;
  for (guint i = before; i < n; i++)
    g_ptr_array_insert (live->lines, (gint) i,
                        line_of_link (plan->plan, g_ptr_array_index (plan->plan->links, i)));
  for (guint i = 0; i < before; i++)
    take_link (g_ptr_array_index (live->lines, i), plan->plan, g_ptr_array_index (plan->plan->links, i));
  for (guint i = 0; i < live->rows->len; i++)
    {
      Row *row = g_ptr_array_index (live->rows, i);
      row->line += row->line >= before ? n - before : 0;
    }
  tb_shared_plan_unref (live->plan);
  live->plan = tb_shared_plan_ref (plan);
  live->map = map;
}

void
tb_live_free (TbLive *live)
{
  if (live->counters != NULL)
    munmap ((void *) live->counters, sizeof (TbCounters));
  if (live->ring != NULL)
    munmap ((void *) live->ring, sizeof (TbRing));
  g_ptr_array_unref (live->rows);
  g_ptr_array_unref (live->lines);
  tb_shared_plan_unref (live->plan);
  g_free (live);
}

gboolean
tb_live_map (TbLive *live, int counters_fd, int ring_fd, GError **error)
{
  const void *counters = NULL, *ring = NULL;
  int why = tb_shared_map (counters_fd, sizeof (TbCounters), &counters);
  if (why == 0)
    why = tb_shared_map (ring_fd, sizeof (TbRing), &ring);
  live->counters = counters;
  live->ring = ring;
  close (counters_fd);
  close (ring_fd);
  if (why == 0
      && (live->counters->version != TB_WIRE_VERSION || live->ring->version != TB_WIRE_VERSION
          || live->counters->row_size != sizeof (TbTapRow) || live->ring->slot_size != sizeof (TbRingSlot)))
    why = -EPROTO;
  if (why != 0)
    g_set_error (error, TB_SESSION_ERROR, TB_SESSION_ERROR_AGENT,
                 "the agent's counters cannot be read: %s", g_strerror (-why));
  return why == 0;
}

gboolean
tb_live_is_mapped (const TbLive *live)
{
  return live->counters != NULL && live->ring != NULL;
}

/* ---- Rows ------------------------------------------------------------------------------------------ */

static guint
plan_instance (const TbLive *live, guint32 wire)
{
  return wire < live->map->plan.n_instances ? live->map->from_wire[wire] : G_MAXUINT;
}

static const char *
component_of (const TbLive *live, guint instance)
{
  const GPtrArray *instances = live->plan->plan->instances;
  if (instance >= instances->len)
    return "";
  return ((const TbPlanInstance *) g_ptr_array_index (instances, instance))->component_id;
}

/* A connection that nobody drew gets a line of its own: "shop>orders". */
static guint
undrawn_line (TbLive *live, const Row *row)
{
  const char *from = component_of (live, row->from), *to = component_of (live, row->to);
  g_autofree char *id = g_strdup_printf ("%s>%s", from, to);
  for (guint i = live->plan->plan->links->len; i < live->lines->len; i++)
    if (g_str_equal (((Line *) g_ptr_array_index (live->lines, i))->id, id))
      return i;
  Line *line = line_new (id, 0, from, to);
  line->removed = tb_plan_is_probe (from);
  g_ptr_array_add (live->lines, line);
  return live->lines->len - 1;
}

static guint
line_of_row (TbLive *live, const Row *row)
{
  guint32 wire = row->counters.link;
  return wire < live->map->plan.n_links ? live->map->link_from_wire[wire] : undrawn_line (live, row);
}

/* A row that goes from line to line takes its sums with it. */
static void
move_to_line (TbLive *live, Row *row, guint to, gboolean fresh)
{
  Line *was = fresh || row->line == to ? NULL : g_ptr_array_index (live->lines, row->line);
  Line *is = g_ptr_array_index (live->lines, to);
  row->line = to;
  is->changed = TRUE;
  if (was == NULL)
    return;
  was->changed = was->moved = is->moved = TRUE;
}

/* FALSE: it is new and could not be read yet. One that was read before, and is being written all the
 * time, keeps its last copy until the next frame. */
static gboolean
read_row (TbLive *live, guint index)
{
  const TbTapRow *shared = &live->counters->rows[index];
  guint32 sequence = atomic_load_explicit (&shared->sequence, memory_order_acquire);
  Row *row = index < live->rows->len ? g_ptr_array_index (live->rows, index) : NULL;
  TbTapCounters copy;
  gboolean fresh = row == NULL;
  if (row != NULL && row->sequence == sequence)
    return TRUE;
  if (!tb_row_read (shared, &copy))
    return row != NULL;
  if (row == NULL)
    {
      row = g_new0 (Row, 1);
      g_ptr_array_add (live->rows, row);
    }
  row->counters = copy;
  row->sequence = sequence;
  row->from = plan_instance (live, copy.from);
  row->to = plan_instance (live, copy.to);
  move_to_line (live, row, line_of_row (live, row), fresh);
  return TRUE;
}

void
tb_live_set_row (TbLive *live, guint index, const TbTapCounters *counters)
{
  gboolean fresh = index >= live->rows->len;
  g_assert (index <= live->rows->len);
  if (fresh)
    g_ptr_array_add (live->rows, g_new0 (Row, 1));
  Row *row = g_ptr_array_index (live->rows, index);
  row->counters = *counters;
  row->from = plan_instance (live, counters->from);
  row->to = plan_instance (live, counters->to);
  move_to_line (live, row, line_of_row (live, row), fresh);
}

static void
read_rows (TbLive *live)
{
  if (live->counters == NULL)
    return;
  guint n = atomic_load_explicit (&live->counters->n_rows, memory_order_acquire);
  n = MIN (n, TB_TAPS_MAX);
  for (guint i = 0; i < n && read_row (live, i); i++)
    ;
}

/* ---- Lines ----------------------------------------------------------------------------------------- */

static void
add_flow (TbFlow *to, const TbFlow *more)
{
  to->seen += more->seen;
  to->delivered += more->delivered;
  to->held += more->held;
  to->dropped += more->dropped;
  to->duplicated += more->duplicated;
  to->lost += more->lost;
  to->bytes_seen += more->bytes_seen;
  to->bytes_delivered += more->bytes_delivered;
  to->bytes_held += more->bytes_held;
  to->bytes_lost += more->bytes_lost;
}

static gboolean
is_framed (const TbTapCounters *c)
{
  return c->proto != TB_PROTO_BYTES && c->proto != TB_PROTO_UNKNOWN;
}

static void
add_row (Line *line, const TbTapCounters *c)
{
  TbLiveLink *sums = &line->sums;
  sums->tapped = TRUE;
  sums->framed |= is_framed (c);
  sums->connections_open += c->connections_open;
  sums->connections_total += c->connections_total;
  sums->refused += c->refused;
  sums->timed_out += c->timed_out;
  sums->resets += c->reset;
  sums->requests += c->requests;
  sums->replies += c->replies;
  sums->errors += c->errors;
  sums->bytes_up += c->up.bytes_seen;
  sums->bytes_down += c->down.bytes_seen;
  add_flow (&sums->up, &c->up);
  add_flow (&sums->down, &c->down);
  sums->faults |= c->faults;
  tb_histogram_add (line->total, &c->latency);
}

static void
sum_lines (TbLive *live)
{
  for (guint i = 0; i < live->lines->len; i++)
    {
      Line *line = g_ptr_array_index (live->lines, i);
      if (line->changed)
        {
          memset (&line->sums, 0, sizeof line->sums);
          memset (line->total, 0, sizeof *line->total);
        }
    }
  for (guint i = 0; i < live->rows->len; i++)
    {
      const Row *row = g_ptr_array_index (live->rows, i);
      Line *line = g_ptr_array_index (live->lines, row->line);
      if (line->changed)
        add_row (line, &row->counters);
    }
}

static Sample
sample_now (const Line *line, gint64 now_ns)
{
  const TbLiveLink *s = &line->sums;
  return (Sample) { now_ns, s->requests, s->replies, s->errors, s->bytes_up, s->bytes_down };
}

static void
set_rates (Line *line, gint64 now_ns)
{
  const guint oldest = line->n_samples < N_SAMPLES ? 0 : line->next;
  const Sample *before = &line->samples[oldest];
  TbLiveLink *s = &line->sums;
  double seconds = (double) (now_ns - before->time_ns) / (double) TB_NS_PER_S;
  gboolean known = line->n_samples > 0 && seconds > 0.02;
  double per = known ? 1 / seconds : 0;
  s->request_rate = (double) (s->requests - before->requests) * per;
  s->reply_rate = (double) (s->replies - before->replies) * per;
  s->error_rate = (double) (s->errors - before->errors) * per;
  s->byte_rate_up = (double) (s->bytes_up - before->bytes_up) * per;
  s->byte_rate_down = (double) (s->bytes_down - before->bytes_down) * per;
}

static void
take_sample (Line *line, gint64 now_ns)
{
  guint last = (line->next + N_SAMPLES - 1) % N_SAMPLES;
  if (line->n_samples > 0 && now_ns - line->samples[last].time_ns < SAMPLE_NS)
    return;
  line->samples[line->next] = sample_now (line, now_ns);
  line->next = (line->next + 1) % N_SAMPLES;
  line->n_samples = MIN (line->n_samples + 1, N_SAMPLES);
}

static void
set_latency (Line *line, gint64 now_ns)
{
  TbHistogram recent;
  TbLiveLink *s = &line->sums;
  if (line->changed)
    {
      s->p50_ns = tb_histogram_quantile (line->total, 0.5);
      s->p95_ns = tb_histogram_quantile (line->total, 0.95);
      s->p99_ns = tb_histogram_quantile (line->total, 0.99);
    }
  if (line->base_ns == 0)
    line->base_ns = now_ns;
  if (now_ns - line->base_ns >= TB_NS_PER_S)
    {
      TbHistogram *free_one = line->older;
      line->older = line->base;
      line->base = free_one;
      *line->base = *line->total;
      line->base_ns = now_ns;
    }
  tb_histogram_difference (line->total, line->older, &recent);
  s->recent_p50_ns = tb_histogram_quantile (&recent, 0.5);
  s->recent_p95_ns = tb_histogram_quantile (&recent, 0.95);
  s->recent_p99_ns = tb_histogram_quantile (&recent, 0.99);
}

/* What it was before is no measure of what it is now. */
static void
begin_anew (Line *line, gboolean spans)
{
  line->moved = FALSE;
  line->n_samples = line->next = 0;
  *line->base = *line->older = *line->total;
  if (spans)
    tb_spans_clear (line->spans);
}

static void
update_lines (TbLive *live, gint64 start_ns, gint64 now_ns)
{
  sum_lines (live);
  for (guint i = 0; i < live->lines->len; i++)
    {
      Line *line = g_ptr_array_index (live->lines, i);
      if (line->moved)
        begin_anew (line, TRUE);
      if (!line->sums.tapped)
        line->sums.p50_ns = line->sums.p95_ns = line->sums.p99_ns = -1;
      set_latency (line, now_ns);
      set_rates (line, now_ns);
      take_sample (line, now_ns);
      tb_spans_take (line->spans, &line->sums, line->total, start_ns, now_ns);
      line->changed = FALSE;
    }
}

void
tb_live_begin_at (TbLive *live, gint64 start_ns, gint64 time_ns, gboolean again)
{
  sum_lines (live);
  for (guint i = 0; i < live->lines->len; i++)
    {
      Line *line = g_ptr_array_index (live->lines, i);
      begin_anew (line, !again);
      line->base_ns = time_ns;
      take_sample (line, time_ns);
      tb_spans_take (line->spans, &line->sums, line->total, start_ns, time_ns);
      line->changed = TRUE;
    }
}

/* ---- Frames ----------------------------------------------------------------------------------------- */

typedef struct
{
  TbLiveFrame frame;
  gatomicrefcount count;
  TbSharedPlan *plan;
  GPtrArray *texts; /* GRefStrings the frame points to */
  TbLiveInstance *instances;
  TbLiveLink *links;
  guint *line_to_link; /* where each line is among them */
  TbLiveTap *taps;
  TbLivePartition *partitions;
  TbLiveFault *faults;
  TbEvent *events;
  char *reason;
} Frame;

static const char *
keep (Frame *frame, char *text)
{
  if (text == NULL)
    return "";
  g_ptr_array_add (frame->texts, g_ref_string_acquire (text));
  return text;
}

static gboolean
is_over (TbInstanceState state)
{
  return state == TB_INSTANCE_STOPPED || state == TB_INSTANCE_FAILED || state == TB_INSTANCE_KILLED;
}

static void
fill_instances (Frame *frame, const TbLive *live, const TbKnown *known)
{
  const GPtrArray *instances = live->plan->plan->instances;
  frame->instances = g_new0 (TbLiveInstance, instances->len + 1);
  for (guint i = 0; i < instances->len; i++)
    {
      const TbPlanInstance *p = g_ptr_array_index (instances, i);
      const TbKnownInstance *k = &known->instances[i];
      const TbPlanPort *port = p->ports->len > 0 ? g_ptr_array_index (p->ports, 0) : NULL;
      frame->instances[i] = (TbLiveInstance) {
        .id = p->id, .component = p->component_id, .component_uid = p->component,
        .replica = p->replica, .address = p->address, .port = port ? port->port : 0,
        .state = k->state, .pid = k->pid, .exit_code = k->exit_code, .restarts = k->restarts,
        .sentence = keep (frame, k->sentence), .waiting = keep (frame, k->waiting),
        .log_path = keep (frame, k->log_path), .log_size = k->log_size,
        .log_lost = k->log_lost, .cpu = k->cpu,
        .rss_bytes = k->rss_bytes, .processes = k->processes, .threads = k->threads,
        .files = k->files, .due_ns = k->due_ns, .loop = k->loop, .role = keep (frame, k->role), .term = k->term,
        .digest = k->digest, .has_digest = k->has_digest,
        .clock_offset_ns = k->clock_offset_ns, .clock_rate = k->clock_rate,
        .removed = p->removed || p->probe, .gone = p->probe || (p->removed && is_over (k->state)),
      };
    }
  frame->frame.instances = frame->instances;
  frame->frame.n_instances = instances->len;
}

/* A way past the taps belongs to the first link between those components. */
static char *
bypass_of (const TbLive *live, const Line *line, const GArray *bypasses)
{
  for (guint i = 0; i < bypasses->len; i++)
    {
      const TbKnownBypass *b = &g_array_index (bypasses, TbKnownBypass, i);
      if (g_str_equal (component_of (live, b->from), line->from)
          && g_str_equal (component_of (live, b->to), line->to))
        return b->why;
    }
  return NULL;
}

/* Of a drawn link, by its index in the plan. */
static void
fill_partition (Frame *frame, TbLiveLink *link, const TbKnownFault *fault, guint index)
{
  const TbLinkCut *cut = &g_array_index (fault->cut_links, TbLinkCut, index);
  if (cut->of == TB_CUT_NOT)
    return;
  link->faults |= 1u << TB_FAULT_CUT;
  if (cut->words != NULL && link->cut_text == NULL)
    link->cut_text = keep (frame, cut->words);
  if (cut->of == TB_CUT_PARTLY)
    link->partly_cut = TRUE;
  else if (link->cut_since_ns == 0)
    link->cut_since_ns = fault->since_ns;
}

/* What is on it besides cuts, in few words. */
static void
say_faults (Frame *frame, TbLiveLink *link, const GPtrArray *faults)
{
  g_autoptr (GString) text = g_string_new (NULL);
  for (guint i = 0; i < faults->len; i++)
    {
      const TbKnownFault *fault = g_ptr_array_index (faults, i);
      char summary[160];
      if (!fault->active || fault->wire.kind == TB_FAULT_CUT
          || g_strcmp0 (fault->wire.link, link->id) != 0)
        continue;
      tb_fault_summary (&fault->wire, summary, sizeof summary);
      g_string_append_printf (text, "%s%s", text->len > 0 ? ", " : "", summary);
    }
  if (text->len == 0)
    return;
  g_autoptr (GRefString) kept = g_ref_string_new (text->str);
  link->fault_text = keep (frame, kept);
}

static void
fill_fault (Frame *frame, TbLiveLink *link, const GPtrArray *faults, guint index, guint n_drawn)
{
  for (guint i = 0; i < faults->len; i++)
    {
      const TbKnownFault *fault = g_ptr_array_index (faults, i);
      if (fault->active && fault->cut_links != NULL && index < MIN (n_drawn, fault->cut_links->len))
        fill_partition (frame, link, fault, index);
      if (!fault->active || g_strcmp0 (fault->wire.link, link->id) != 0)
        continue;
      link->faults |= 1u << fault->wire.kind;
      if (fault->wire.kind == TB_FAULT_CUT)
        link->cut_since_ns = fault->since_ns;
    }
}

/* A line that nothing runs over any more, of a link that is not drawn any more, is not shown. */
static void
fill_links (Frame *frame, const TbLive *live, const TbKnown *known)
{
  guint n = 0;
  frame->links = g_new0 (TbLiveLink, live->lines->len + 1);
  frame->line_to_link = g_new (guint, live->lines->len + 1);
  for (guint i = 0; i < live->lines->len; i++)
    {
      const Line *line = g_ptr_array_index (live->lines, i);
      TbLiveLink *link = &frame->links[n];
      frame->line_to_link[i] = line->removed ? G_MAXUINT : n++;
      if (line->removed)
        continue;
      char *why = bypass_of (live, line, known->bypasses);
      *link = line->sums;
      link->id = keep (frame, line->id);
      link->link = line->link;
      link->from = keep (frame, line->from);
      link->to = keep (frame, line->to);
      if (line->address != NULL)
        link->address = keep (frame, line->address);
      if (why != NULL)
        {
          link->not_tapped = keep (frame, why);
          link->tapped = FALSE;
        }
      fill_fault (frame, link, known->faults, i, live->plan->plan->links->len);
      if (link->faults != 0)
        say_faults (frame, link, known->faults);
    }
  frame->frame.links = frame->links;
  frame->frame.n_links = n;
}

static void
fill_partitions (Frame *frame, const GPtrArray *faults)
{
  frame->partitions = g_new0 (TbLivePartition, faults->len + 1);
  frame->frame.partitions = frame->partitions;
  for (guint i = 0; i < faults->len; i++)
    {
      const TbKnownFault *fault = g_ptr_array_index (faults, i);
      g_autoptr (GRefString) id = fault->text != NULL ? g_ref_string_new (fault->wire.id) : NULL;
      if (fault->text == NULL || !fault->active)
        continue;
      frame->partitions[frame->frame.n_partitions++] = (TbLivePartition) {
        .id = keep (frame, id), .text = keep (frame, fault->text), .since_ns = fault->since_ns,
      };
    }
}

static void
fill_faults (Frame *frame, const GPtrArray *faults)
{
  frame->faults = g_new0 (TbLiveFault, faults->len + 1);
  frame->frame.faults = frame->faults;
  for (guint i = 0; i < faults->len; i++)
    {
      const TbKnownFault *fault = g_ptr_array_index (faults, i);
      char form[500], words[160];
      if (fault->wire.link == NULL || *fault->wire.link == '\0')
        continue;
      tb_fault_format (&fault->wire, form, sizeof form);
      tb_fault_summary (&fault->wire, words, sizeof words);
      g_autoptr (GRefString) id = g_ref_string_new (fault->wire.id);
      g_autoptr (GRefString) link = g_ref_string_new (fault->wire.link);
      g_autoptr (GRefString) text = g_ref_string_new (form);
      g_autoptr (GRefString) summary = g_ref_string_new (words);
      frame->faults[frame->frame.n_faults++] = (TbLiveFault) {
        .id = keep (frame, id), .link = keep (frame, link), .text = keep (frame, text),
        .summary = keep (frame, summary), .kind = fault->wire.kind, .state = fault->state,
      };
    }
}

/* What waits in the tap has not come to who is called. */
static guint64
under_way (const TbTapCounters *c)
{
  guint64 done = c->replies + c->unanswered + c->up.dropped + c->up.held;
  return c->requests > done ? c->requests - done : 0;
}

static void
fill_taps (Frame *frame, const TbLive *live)
{
  frame->taps = g_new (TbLiveTap, live->rows->len + 1);
  for (guint i = 0; i < live->rows->len; i++)
    {
      const Row *row = g_ptr_array_index (live->rows, i);
      frame->taps[i] = (TbLiveTap) { .row = i, .link = frame->line_to_link[row->line],
                                     .from = row->from, .to = row->to };
      frame->taps[i].counters = row->counters;
      /* Nor is anything under way in one that has ended, though its end may be no error. */
      if (row->to < frame->frame.n_instances && !is_over (frame->instances[row->to].state)
          && !tb_plan_is_probe (component_of (live, row->from)))
        frame->instances[row->to].under_way += under_way (&row->counters);
    }
  frame->frame.taps = frame->taps;
  frame->frame.n_taps = live->rows->len;
}

static void
fill_events (Frame *frame, TbLive *live)
{
  guint64 waiting = tb_ring_head (live->ring) - live->cursor;
  gsize max = (gsize) MIN (waiting + 64, EVENTS_MAX);
  frame->events = g_new (TbEvent, max + 1);
  frame->frame.n_events
    = (guint) tb_ring_read (live->ring, &live->cursor, frame->events, max,
                            &frame->frame.missed_events);
  frame->frame.events = frame->events;
}

guint64
tb_live_behind (const TbLive *live)
{
  guint64 waiting = tb_live_is_mapped (live) ? tb_ring_head (live->ring) - live->cursor : 0;
  return waiting > TB_RING_SLOTS ? waiting - TB_RING_SLOTS : 0;
}

TbLiveFrame *
tb_live_frame (TbLive *live, const TbKnown *known, gint64 now_ns, gboolean events)
{
  Frame *frame = g_new0 (Frame, 1);
  g_atomic_ref_count_init (&frame->count);
  frame->plan = tb_shared_plan_ref (live->plan);
  frame->texts = g_ptr_array_new_with_free_func ((GDestroyNotify) g_ref_string_release);
  frame->reason = g_strdup (known->reason ? known->reason : "");
  frame->frame.time_ns = now_ns;
  frame->frame.start_ns = known->start_ns;
  frame->frame.state = known->state;
  frame->frame.reason = frame->reason;
  frame->frame.agent_cpu = known->agent_cpu;
  frame->frame.agent_lag_ns = known->agent_lag_ns;
  frame->frame.agent_lag_p99_ns = known->agent_lag_p99_ns;
  read_rows (live);
  update_lines (live, known->start_ns, now_ns);
  fill_instances (frame, live, known);
  fill_links (frame, live, known);
  fill_partitions (frame, known->faults);
  fill_faults (frame, known->faults);
  fill_taps (frame, live);
  if (events)
    fill_events (frame, live);
  return &frame->frame;
}

void
tb_live_frame_set_events (TbLiveFrame *self, TbEvent *events, guint n)
{
  Frame *frame = (Frame *) self;
  g_free (frame->events);
  frame->events = events;
  frame->frame.events = events;
  frame->frame.n_events = n;
}

TbLiveFrame *
tb_live_frame_ref (TbLiveFrame *self)
{
  g_atomic_ref_count_inc (&((Frame *) self)->count);
  return self;
}

void
tb_live_frame_unref (TbLiveFrame *self)
{
  Frame *frame = (Frame *) self;
  if (!g_atomic_ref_count_dec (&frame->count))
    return;
  g_ptr_array_unref (frame->texts);
  g_free (frame->instances);
  g_free (frame->links);
  g_free (frame->line_to_link);
  g_free (frame->taps);
  g_free (frame->partitions);
  g_free (frame->faults);
  g_free (frame->events);
  g_free (frame->reason);
  tb_shared_plan_unref (frame->plan);
  g_free (frame);
}
