/* The picture at a moment: what was known then, counters as they stood, and the same sums and rates that
 * a running system has (live.c).
 *
 * A picture goes on from where it was if the next moment is soon after; otherwise it begins anew one
 * second before the moment, so that what is "of the last second" is of that second. */
#include <string.h>

#include "past-private.h"

#define CHUNK 1024
/* Farther apart than this, samples of rates would be too few: begin anew. */
#define SOON_NS (TB_NS_PER_S / 10)
#define EVENTS_MAX TB_RING_SLOTS

struct TbPastPicture
{
  const TbModel *model; /* of the last frame: only compared */
  gint64 time_ns;
  guint plan; /* fact of which live was made */
  TbPastKnown *known;
  TbSharedPlan *shared;
  TbWireMap *map;
  TbLive *live;
  GArray *rows; /* of TbTapCounters, as the run's */
  guint64 next; /* event */
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
  g_array_unref (p->rows);
  g_free (p);
}

static TbPastPicture *
picture_new (TbPast *past, const TbModel *model)
{
  TbPastPicture *p = g_new0 (TbPastPicture, 1);
  p->model = model;
  p->known = tb_past_known_new (past);
  p->plan = G_MAXUINT;
  p->rows = g_array_new (FALSE, TRUE, sizeof (TbTapCounters));
  p->next = tb_past_first_event (past);
  return p;
}

/* Of the plan that holds; of none, an empty one. */
static void
make_live (TbPastPicture *p, TbPast *past, const TbModel *model)
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
  p->shared = tb_shared_plan_new (tb_past_plan_shell (&wire, model));
  p->map = tb_past_map_shell (&wire);
  p->live = tb_live_new (p->shared, p->map);
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

static void
count_event (TbPastPicture *p, TbPast *past, const TbEvent *event)
{
  if (event->tap >= TB_TAPS_MAX)
    return;
  for (guint i = p->rows->len; i <= event->tap; i++)
    {
      g_array_set_size (p->rows, i + 1);
      name_row (past, i, &g_array_index (p->rows, TbTapCounters, i));
    }
  tb_past_count (&g_array_index (p->rows, TbTapCounters, event->tap), event);
}

static void
count_until (TbPastPicture *p, TbPast *past, gint64 time_ns)
{
  TbEvent chunk[CHUNK];
  gsize n;
  while ((n = tb_past_events (past, p->next, chunk, CHUNK)) > 0)
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
  for (guint i = p->rows->len; i < n; i++)
    {
      g_array_set_size (p->rows, i + 1);
      name_row (past, i, &g_array_index (p->rows, TbTapCounters, i));
    }
  for (guint i = 0; i < n; i++)
    tb_live_set_row (p->live, i, &g_array_index (p->rows, TbTapCounters, i));
}

/* ---- The moment ---------------------------------------------------------------------------------- */

static TbPastPicture *
begin_at (TbPast *past, const TbModel *model, gint64 time_ns)
{
  gint64 from_ns = MAX (time_ns - TB_NS_PER_S, tb_past_start_ns (past));
  TbPastPicture *p = picture_new (past, model);
  tb_past_known_advance (p->known, past, time_ns);
  make_live (p, past, model);
  count_until (p, past, from_ns);
  show_rows (p, past, from_ns);
  tb_live_begin_at (p->live, from_ns);
  return p;
}

static gboolean
goes_on (const TbPastPicture *p, const TbModel *model, gint64 time_ns)
{
  return p != NULL && p->model == model && time_ns >= p->time_ns && time_ns - p->time_ns <= SOON_NS;
}

static void
move_to (TbPast *past, const TbModel *model, gint64 time_ns)
{
  TbPastPicture *p = past->picture;
  if (goes_on (p, model, time_ns))
    tb_past_known_advance (p->known, past, time_ns);
  if (!goes_on (p, model, time_ns) || p->plan != p->known->plan)
    {
      g_clear_pointer (&past->picture, tb_past_picture_free);
      p = past->picture = begin_at (past, model, time_ns);
    }
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
      g_free (fault->cut_links);
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
  gsize n = tb_past_events (past, from + missed, events, (gsize) (to - from - missed));
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
