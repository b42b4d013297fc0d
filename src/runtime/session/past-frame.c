/* The picture at a moment: what was known then, counters as they stood, and the same sums and rates that
 * a running system has (live.c).
 *
 * Counters at a moment are the last figures before it, and the events since. A row's figures tell when it
 * last counted something; an event counts if it is later than that, so that none counts twice and none
 * is left out.
 *
 * A picture goes on from where it was if the next moment is soon after; otherwise it begins anew ten
 * seconds before the moment, and again one second before it, so that what is "of the last second" and
 * "of the last ten" is of those. */
#include <string.h>

#include "past-private.h"

#define CHUNK 1024
/* Farther apart than this, samples of rates would be too few: begin anew. */
#define SOON_NS (TB_NS_PER_S / 10)
#define EVENTS_MAX TB_RING_SLOTS
/* An event that figures have not counted yet is no older than this before them: the longest round that a
 * tap loop may take. */
#define BEFORE_NS (TB_NS_PER_S / 4)
/* Bytes without messages are told of so long after they were counted. */
#define UNFRAMED_NS (TB_NS_PER_S / 100)

struct TbPastPicture
{
  const TbModel *model; /* of the last frame: only compared */
  gint64 time_ns;
  guint plan; /* fact of which live was made */
  TbPastKnown *known;
  TbSharedPlan *shared;
  TbWireMap *map;
  TbLive *live;
  guint figures;  /* so many are in base */
  GArray *base;   /* of TbTapCounters: as those figures made them */
  GArray *cap;    /* of TbTapCounters: as the figures after those make them; empty: there are none yet */
  GArray *rows;   /* of TbTapCounters: with the events since */
  guint64 next;   /* event */
};

/* ---- Beginning ----------------------------------------------------------------------------------- */

static void
drop_live (TbPastPicture *p)
{
  g_clear_pointer (&p->live, tb_live_free);
  g_clear_pointer (&p->shared, tb_shared_plan_unref);
  g_clear_pointer (&p->map, tb_wire_map_free);
}

void
tb_past_picture_free (TbPastPicture *p)
{
  drop_live (p);
  tb_past_known_free (p->known);
  g_array_unref (p->base);
  g_array_unref (p->cap);
  g_array_unref (p->rows);
  g_free (p);
}

static TbPastPicture *
picture_new (TbPast *past)
{
  TbPastPicture *p = g_new0 (TbPastPicture, 1);
  p->known = tb_past_known_new (past);
  p->plan = G_MAXUINT;
  p->base = g_array_new (FALSE, TRUE, sizeof (TbTapCounters));
  p->cap = g_array_new (FALSE, TRUE, sizeof (TbTapCounters));
  p->rows = g_array_new (FALSE, TRUE, sizeof (TbTapCounters));
  return p;
}

/* Of the plan that holds; of none, an empty one. */
static void
make_plan (TbPastPicture *p, TbPast *past, const TbModel *model)
{
  TbWirePlan wire = { 0 };
  const TbPastFact *fact
    = p->known->plan != G_MAXUINT ? &g_array_index (past->facts, TbPastFact, p->known->plan) : NULL;
  TbReader r;
  size_t used;
  if (fact != NULL && tb_reader_begin (&r, fact->bytes, fact->size, &used) == TB_FRAME_WHOLE)
    tb_wire_plan_read (&r, &wire);
  drop_live (p);
  p->plan = p->known->plan;
  p->model = model;
  p->shared = tb_shared_plan_new (tb_past_plan_shell (&wire, model));
  p->map = tb_past_map_shell (&wire);
  tb_wire_plan_clear (&wire);
}

/* ---- Counters ------------------------------------------------------------------------------------ */

static void
name_row (TbPast *past, guint index, TbTapCounters *row)
{
  const TbPastTap *tap = tb_past_tap (past, index);
  row->link = tap != NULL ? tap->link : G_MAXUINT32;
  row->from = tap != NULL ? tap->from : G_MAXUINT32;
  row->to = tap != NULL ? tap->to : G_MAXUINT32;
  row->port = tap != NULL ? tap->port : 0;
}

static gint64
counted_until (const TbPastPicture *p, guint row)
{
  return row < p->base->len ? g_array_index (p->base, TbTapCounters, row).last_ns : 0;
}

static void
need_rows (TbPastPicture *p, TbPast *past, guint n)
{
  for (guint i = p->rows->len; i < n; i++)
    {
      g_array_set_size (p->rows, i + 1);
      name_row (past, i, &g_array_index (p->rows, TbTapCounters, i));
    }
}

static void
count_event (TbPastPicture *p, TbPast *past, const TbEvent *event)
{
  gint64 slack_ns = event->kind == TB_EVENT_BYTES ? UNFRAMED_NS : 0;
  if (event->tap >= TB_TAPS_MAX || event->time_ns <= counted_until (p, event->tap) + slack_ns)
    return;
  need_rows (p, past, event->tap + 1);
  tb_past_count (&g_array_index (p->rows, TbTapCounters, event->tap), event);
}

/* What comes after it, so that nothing is ever more than it will be: a message's bytes count when it ends,
 * and part of them may have been in the figures. */
static void
make_cap (TbPastPicture *p, TbPast *past)
{
  g_array_set_size (p->cap, 0);
  if (p->figures >= past->figures->len)
    return;
  if (p->base->len > 0)
    g_array_append_vals (p->cap, p->base->data, p->base->len);
  tb_past_add_figures (past, p->figures, p->figures + 1, p->cap);
}

static void
cap_flow (TbFlow *flow, const TbFlow *cap)
{
  flow->bytes_seen = MIN (flow->bytes_seen, cap->bytes_seen);
  flow->bytes_delivered = MIN (flow->bytes_delivered, cap->bytes_delivered);
}

/* Rows that base has not are of taps that have counted nothing by then. */
static void
begin_with_base (TbPastPicture *p, TbPast *past)
{
  const TbPastFigures *last
    = p->figures > 0 ? &g_array_index (past->figures, TbPastFigures, p->figures - 1) : NULL;
  g_array_set_size (p->rows, 0);
  for (guint i = 0; i < p->base->len; i++)
    {
      const TbTapCounters *row = &g_array_index (p->base, TbTapCounters, i);
      g_array_append_val (p->rows, *row);
      if (row->last_ns == 0)
        name_row (past, i, &g_array_index (p->rows, TbTapCounters, i));
    }
  p->next = last != NULL ? tb_past_find (past, last->time_ns - BEFORE_NS) : tb_past_first_event (past);
}

/* The newest figures that say nothing of what is later. */
static void
take_figures (TbPastPicture *p, TbPast *past, gint64 time_ns)
{
  guint n = (guint) (tb_past_figures_at (past, time_ns) + 1);
  if (n <= p->figures)
    return;
  if (n - p->figures > 8)
    {
      g_array_unref (p->base);
      p->base = tb_past_sum_figures (past, n);
    }
  else
    tb_past_add_figures (past, p->figures, n, p->base);
  p->figures = n;
  make_cap (p, past);
  begin_with_base (p, past);
}

static void
count_until (TbPastPicture *p, TbPast *past, gint64 time_ns)
{
  TbEvent chunk[CHUNK];
  gsize n;
  take_figures (p, past, time_ns);
  while ((n = tb_past_read_events (past, &p->next, chunk, CHUNK)) > 0)
    for (gsize i = 0; i < n; i++, p->next++)
      {
        if (chunk[i].time_ns > time_ns)
          return;
        count_event (p, past, &chunk[i]);
      }
}

/* A tap that was opened, and has seen nothing, is there too. */
static guint
n_rows (const TbPastPicture *p, TbPast *past, gint64 time_ns)
{
  guint n = p->rows->len;
  for (guint i = n; i < past->taps->len; i++)
    {
      const TbPastTap *tap = tb_past_tap (past, i);
      n = tap != NULL && tap->opened_ns <= time_ns ? i + 1 : n;
    }
  return n;
}

static void
show_rows (TbPastPicture *p, TbPast *past, gint64 time_ns)
{
  guint n = n_rows (p, past, time_ns);
  need_rows (p, past, n);
  for (guint i = 0; i < n; i++)
    {
      TbTapCounters *row = &g_array_index (p->rows, TbTapCounters, i);
      const TbTapCounters *cap
        = i < p->cap->len ? &g_array_index (p->cap, TbTapCounters, i) : NULL;
      if (cap != NULL && cap->last_ns != 0)
        {
          cap_flow (&row->up, &cap->up);
          cap_flow (&row->down, &cap->down);
        }
      tb_live_set_row (p->live, i, row);
    }
}

/* ---- The moment ---------------------------------------------------------------------------------- */

static void
begin_span (TbPastPicture *p, TbPast *past, gint64 time_ns, gboolean again)
{
  gint64 start_ns = tb_past_start_ns (past);
  time_ns = MAX (time_ns, start_ns);
  count_until (p, past, time_ns);
  show_rows (p, past, time_ns);
  tb_live_begin_at (p->live, start_ns, time_ns, again);
}

/* What was known goes on where it can: only back it has to begin anew. */
static void
begin_at (TbPastPicture *p, TbPast *past, const TbModel *model, gint64 time_ns)
{
  if (p->known->time_ns > time_ns)
    {
      tb_past_known_free (p->known);
      p->known = tb_past_known_new (past);
    }
  tb_past_known_advance (p->known, past, time_ns);
  if (p->plan != p->known->plan || p->shared == NULL || p->model != model)
    make_plan (p, past, model);
  g_clear_pointer (&p->live, tb_live_free);
  p->live = tb_live_new (p->shared, p->map);
  p->figures = 0;
  p->next = tb_past_first_event (past);
  g_array_set_size (p->base, 0);
  g_array_set_size (p->rows, 0);
  make_cap (p, past);
  begin_span (p, past, time_ns - 10 * TB_NS_PER_S, FALSE);
  begin_span (p, past, time_ns - TB_NS_PER_S, TRUE);
}

static gboolean
goes_on (const TbPastPicture *p, const TbModel *model, gint64 time_ns)
{
  return p->live != NULL && p->model == model && p->plan == p->known->plan && time_ns >= p->time_ns
         && time_ns - p->time_ns <= SOON_NS;
}

static void
move_to (TbPast *past, const TbModel *model, gint64 time_ns)
{
  if (past->picture == NULL)
    past->picture = picture_new (past);
  TbPastPicture *p = past->picture;
  if (goes_on (p, model, time_ns))
    tb_past_known_advance (p->known, past, time_ns);
  if (!goes_on (p, model, time_ns))
    begin_at (p, past, model, time_ns);
  count_until (p, past, time_ns);
  show_rows (p, past, time_ns);
  p->time_ns = time_ns;
}

/* The ways that a partition cuts, which links it cuts. */
static void
mark_cuts (TbPastPicture *p)
{
  for (guint i = 0; i < p->known->faults->len; i++)
    {
      TbKnownFault *fault = g_ptr_array_index (p->known->faults, i);
      if (fault->wire.n_pairs == 0)
        continue;
      g_autoptr (GArray) pairs = g_array_new (FALSE, FALSE, sizeof (TbWirePair));
      g_array_append_vals (pairs, fault->wire.pairs, fault->wire.n_pairs);
      g_clear_pointer (&fault->cut_links, g_array_unref);
      fault->cut_links = tb_cut_of_links (p->shared->plan, pairs);
    }
}

static void
set_agent (TbKnown *known, const TbPastKnown *from, const TbPast *past)
{
  if (from->agent_load < 0)
    return;
  const TbPastAgentLoad *now = &g_array_index (past->agent_loads, TbPastAgentLoad, from->agent_load);
  const TbPastAgentLoad *before = from->agent_load > 0 ? now - 1 : now;
  known->agent_lag_ns = now->lag_ns;
  known->agent_lag_p99_ns = now->lag_p99_ns;
  if (now->time_ns > before->time_ns && now->cpu_ns >= before->cpu_ns)
    known->agent_cpu
      = (double) (now->cpu_ns - before->cpu_ns) / (double) (now->time_ns - before->time_ns);
}

/* The newest where there are more than a frame has room for. */
static void
add_events (TbPast *past, TbLiveFrame *frame, gint64 since_ns, gint64 time_ns)
{
  guint64 from = tb_past_find (past, since_ns + 1), to = tb_past_find (past, time_ns + 1);
  guint64 missed = to - from > EVENTS_MAX ? to - from - EVENTS_MAX : 0;
  TbEvent *events = g_new (TbEvent, to - from - missed + 1);
  guint64 at = from + missed;
  gsize n = 0, got;
  while (at < to && (got = tb_past_read_events (past, &at, events + n, (gsize) (to - at))) > 0)
    {
      got = (gsize) MIN (got, to - MIN (to, at));
      n += got;
      at += got;
    }
  tb_live_frame_set_events (frame, events, (guint) n);
  frame->missed_events = missed;
}

TbLiveFrame *
tb_past_frame (TbPast *self, const TbModel *model, gint64 time_ns, gint64 since_ns)
{
  time_ns = CLAMP (time_ns, tb_past_start_ns (self), MAX (tb_past_end_ns (self), tb_past_start_ns (self)));
  since_ns = MIN (since_ns, time_ns);
  move_to (self, model, time_ns);
  TbPastPicture *p = self->picture;
  mark_cuts (p);
  TbKnown known = {
    .state = p->known->state, .reason = p->known->reason, .start_ns = tb_past_start_ns (self),
    .instances = (const TbKnownInstance *) (gconstpointer) p->known->instances->data,
    .bypasses = p->known->bypasses, .faults = p->known->faults,
  };
  set_agent (&known, p->known, self);
  TbLiveFrame *frame = tb_live_frame (p->live, &known, time_ns, FALSE);
  add_events (self, frame, since_ns, time_ns);
  return frame;
}
