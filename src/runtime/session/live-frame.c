/* A live frame: rows, lines and what is known of instances and faults, as they are at one moment. */
#include "live-private.h"

#define EVENTS_MAX TB_RING_SLOTS

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
bypass_of (const TbLive *live, const TbLiveLine *line, const GArray *bypasses)
{
  for (guint i = 0; i < bypasses->len; i++)
    {
      const TbKnownBypass *b = &g_array_index (bypasses, TbKnownBypass, i);
      if (g_str_equal (tb_live_component (live, b->from), line->from)
          && g_str_equal (tb_live_component (live, b->to), line->to))
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
      const TbLiveLine *line = g_ptr_array_index (live->lines, i);
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
      const TbLiveRow *row = g_ptr_array_index (live->rows, i);
      frame->taps[i] = (TbLiveTap) { .row = i, .link = frame->line_to_link[row->line],
                                     .from = row->from, .to = row->to };
      frame->taps[i].counters = row->counters;
      /* Nor is anything under way in one that has ended, though its end may be no error. */
      if (row->to < frame->frame.n_instances && !is_over (frame->instances[row->to].state)
          && !tb_plan_is_probe (tb_live_component (live, row->from)))
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
  tb_live_read_rows (live);
  tb_live_update_lines (live, known->start_ns, now_ns);
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
