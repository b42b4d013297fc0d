/* Which request was made because of which. Events make spans, and an edge for each beginning and end;
 * then the edges are gone through twice.
 *
 *   forwards   what traces know: between its edges a span is served by its receiver; a request of the
 *              same trace that this one sends meanwhile, or later, is its child
 *   backwards  what traces do not know: whoever waited for an answer goes on when it has come, with its
 *              own answer or with its next request. So an answer belongs to whoever did something soonest
 *              after it, and was not waiting for another then
 *
 * Forwards one would have to guess how long a program works before it asks; that it goes on soon after it was
 * answered is true of more programs. Invariant: a span's parent has a smaller index than it. */
#include "trace-private.h"

#include <string.h>

#include "tb-proto.h"

#define CHUNK 1024
/* Of a step: */
#define EDGES 4096
#define SPANS 16384
/* Who passes a trace to and fro without end begins a tree anew. */
#define DEPTH_MAX 250

/* ---- Keys: two numbers in a pointer --------------------------------------------------------------- */

G_STATIC_ASSERT (sizeof (gpointer) == sizeof (guint64));

static guint
hash_key (gconstpointer key)
{
  return (guint) (((guint64) (gsize) key * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15)) >> 32);
}

static gpointer
key_of_request (const TbEvent *event)
{
  return GSIZE_TO_POINTER ((guint64) event->connection << 32 | event->number);
}

static gpointer
key_of_trace (guint64 trace_id, guint instance)
{
  return GSIZE_TO_POINTER (trace_id ^ (guint64) (instance + 1) * G_GUINT64_CONSTANT (0xff51afd7ed558ccd));
}

/* ---- Life ---------------------------------------------------------------------------------------- */

void
tb_tracer_init (TbTracer *t, TbPast *past, guint64 from, guint64 to)
{
  *t = (TbTracer) { .past = past, .at = from, .to = to, .spans = g_array_new (FALSE, TRUE, sizeof (TbTracedSpan)),
                  .edges = g_array_new (FALSE, FALSE, sizeof (gint)),
                  .open = g_hash_table_new (hash_key, g_direct_equal),
                  .newest = g_hash_table_new (hash_key, g_direct_equal),
                  .served = g_ptr_array_new_with_free_func ((GDestroyNotify) g_array_unref) };
  for (guint i = 0; i < tb_past_n_instances (past); i++)
    g_ptr_array_add (t->served, g_array_new (FALSE, FALSE, sizeof (guint)));
}

void
tb_tracer_clear (TbTracer *t)
{
  g_array_unref (t->spans);
  g_array_unref (t->edges);
  g_hash_table_unref (t->open);
  g_hash_table_unref (t->newest);
  g_ptr_array_unref (t->served);
}

static GArray *
served_by (const TbTracer *t, guint instance)
{
  return instance < t->served->len ? g_ptr_array_index (t->served, instance) : NULL;
}

/* ---- Whose child a request is -------------------------------------------------------------------- */

/* Whether `a` is a likelier cause of a request than `b`, both of its trace: who carries its own id, then who
 * waits for nothing, then who began last. */
static gboolean
is_likelier (const TbTracedSpan *a, const TbTracedSpan *b, const TbTracedSpan *child)
{
  gboolean same_a = child->span_id != 0 && a->span_id == child->span_id;
  gboolean same_b = child->span_id != 0 && b->span_id == child->span_id;
  if (same_a != same_b)
    return same_a;
  if ((a->awaits == 0) != (b->awaits == 0))
    return a->awaits == 0;
  return a->from_ns > b->from_ns;
}

static guint
traced_parent (const TbTracer *t, const TbTracedSpan *child)
{
  const GArray *served = served_by (t, child->sender);
  guint best = NONE;
  for (guint i = 0; served != NULL && i < served->len; i++)
    {
      guint index = g_array_index (served, guint, i);
      const TbTracedSpan *span = tb_tracer_span (t, index);
      if (span->trace_id == child->trace_id
          && (best == NONE || is_likelier (span, tb_tracer_span (t, best), child)))
        best = index;
    }
  /* What it asks for after it has answered is still its doing. */
  if (best == NONE)
    best = GPOINTER_TO_UINT (g_hash_table_lookup (t->newest, key_of_trace (child->trace_id, child->sender))) - 1;
  return best;
}

/* Who has another trace than it is not its cause. */
static gboolean
may_be_cause (const TbTracedSpan *span, const TbTracedSpan *child)
{
  return span->from_ns <= child->from_ns && (span->trace_id == 0 || child->trace_id == 0);
}

/* Who goes on soonest, of those that wait for nothing. */
static gboolean
goes_on_sooner (const TbTracedSpan *a, const TbTracedSpan *b)
{
  if ((a->awaits == 0) != (b->awaits == 0))
    return a->awaits == 0;
  return a->next_ns < b->next_ns;
}

/* Candidates are all that were served then and waited for nothing; where all waited, all of them. */
static void
find_cause (const TbTracer *t, guint child_index)
{
  TbTracedSpan *child = tb_tracer_span (t, child_index);
  const GArray *served = served_by (t, child->sender);
  guint best = NONE, free = 0, all = 0;
  for (guint i = 0; served != NULL && i < served->len; i++)
    {
      guint index = g_array_index (served, guint, i);
      const TbTracedSpan *span = tb_tracer_span (t, index);
      if (index >= child_index || !may_be_cause (span, child))
        continue;
      all++;
      free += span->awaits == 0;
      if (best == NONE || goes_on_sooner (span, tb_tracer_span (t, best)))
        best = index;
    }
  child->parent = best;
  child->inferred = best != NONE;
  child->candidates = free > 0 ? free : all;
}

/* ---- Events -------------------------------------------------------------------------------------- */

static guint64
id_of (const guint8 bytes[8])
{
  guint64 id;
  memcpy (&id, bytes, sizeof id);
  return id;
}

static void
add_edge (TbTracer *t, gint edge)
{
  g_array_append_val (t->edges, edge);
}

static void
begin_span (TbTracer *t, guint64 position, const TbEvent *event)
{
  const TbPastTap *tap = tb_past_tap (t->past, event->tap);
  gboolean up = event->direction == TB_DIR_UP;
  if (tap == NULL)
    return;
  const TbTracedSpan span = { .request = position, .reply = G_MAXUINT64, .tap = event->tap, .parent = NONE,
                      .from_ns = event->time_ns, .to_ns = event->time_ns,
                      .trace_id = id_of (event->trace_id), .span_id = id_of (event->span_id),
                      .sender = up ? tap->from : tap->to, .receiver = up ? tap->to : tap->from,
                      .open = event->kind == TB_EVENT_REQUEST,
                      .one_way = event->kind == TB_EVENT_ONE_WAY };
  g_array_append_val (t->spans, span);
  add_edge (t, (gint) t->spans->len);
  if (span.open)
    g_hash_table_insert (t->open, key_of_request (event), GUINT_TO_POINTER (t->spans->len));
}

static void
end_span (TbTracer *t, guint index, gint64 time_ns)
{
  tb_tracer_span (t, index)->open = FALSE;
  tb_tracer_span (t, index)->to_ns = time_ns;
  add_edge (t, -(gint) (index + 1));
}

static guint
take_open (TbTracer *t, const TbEvent *event)
{
  gpointer key = key_of_request (event);
  guint index = GPOINTER_TO_UINT (g_hash_table_lookup (t->open, key)) - 1;
  if (index != NONE)
    g_hash_table_remove (t->open, key);
  return index;
}

static void
take_reply (TbTracer *t, guint64 position, const TbEvent *event)
{
  guint index = take_open (t, event);
  if (index == NONE)
    return;
  tb_tracer_span (t, index)->reply = position;
  tb_tracer_span (t, index)->error = event->error != 0;
  end_span (t, index, event->time_ns);
}

/* A fault lost it: nobody serves it. */
static void
take_drop (TbTracer *t, const TbEvent *event)
{
  guint index = GPOINTER_TO_UINT (g_hash_table_lookup (t->open, key_of_request (event))) - 1;
  if (index != NONE)
    tb_tracer_span (t, index)->error = TRUE;
}

/* What was not answered when its connection ended never will be. */
static void
take_close (TbTracer *t, const TbEvent *event)
{
  GHashTableIter iter;
  gpointer key, value;
  if (event->aux == 0)
    return;
  g_hash_table_iter_init (&iter, t->open);
  while (g_hash_table_iter_next (&iter, &key, &value))
    if ((guint64) (gsize) key >> 32 == event->connection)
      {
        guint index = GPOINTER_TO_UINT (value) - 1;
        tb_tracer_span (t, index)->error = TRUE;
        end_span (t, index, event->time_ns);
        g_hash_table_iter_remove (&iter);
      }
}

static void
take_event (TbTracer *t, guint64 position, const TbEvent *event)
{
  switch (event->kind)
    {
    case TB_EVENT_REQUEST:
      begin_span (t, position, event);
      break;
    case TB_EVENT_ONE_WAY:
      if (id_of (event->trace_id) != 0)
        begin_span (t, position, event);
      break;
    case TB_EVENT_REPLY:
      take_reply (t, position, event);
      break;
    case TB_EVENT_DROPPED:
      take_drop (t, event);
      break;
    case TB_EVENT_CLOSE:
      take_close (t, event);
      break;
    default:
      break;
    }
}

/* TRUE: that was the last of them. */
static gboolean
take_events (TbTracer *t)
{
  TbEvent chunk[CHUNK];
  if (t->at >= t->to)
    return TRUE;
  gsize n = tb_past_read_events (t->past, &t->at, chunk, (gsize) MIN (CHUNK, t->to - t->at));
  for (gsize i = 0; i < n && t->at + i < t->to; i++)
    take_event (t, t->at + i, &chunk[i]);
  t->at += n;
  return n == 0;
}

/* ---- Forwards ------------------------------------------------------------------------------------ */

static void
remove_served (TbTracer *t, guint instance, guint index)
{
  GArray *served = served_by (t, instance);
  for (guint i = 0; served != NULL && i < served->len; i++)
    if (g_array_index (served, guint, i) == index)
      {
        g_array_remove_index (served, i);
        return;
      }
}

static void
add_served (TbTracer *t, guint instance, guint index)
{
  GArray *served = served_by (t, instance);
  if (served != NULL)
    g_array_append_val (served, index);
}

/* A one-way message is not served, but is the newest of its trace that its receiver has. */
static void
on_beginning (TbTracer *t, guint index)
{
  TbTracedSpan *span = tb_tracer_span (t, index);
  if (span->trace_id == 0)
    return;
  span->parent = traced_parent (t, span);
  g_hash_table_insert (t->newest, key_of_trace (span->trace_id, span->receiver),
                       GUINT_TO_POINTER (index + 1));
  if (span->one_way)
    return;
  add_served (t, span->receiver, index);
  if (span->parent != NONE)
    tb_tracer_span (t, span->parent)->awaits++;
}

static void
on_end (TbTracer *t, guint index)
{
  const TbTracedSpan *span = tb_tracer_span (t, index);
  remove_served (t, span->receiver, index);
  if (span->parent != NONE)
    tb_tracer_span (t, span->parent)->awaits--;
}

/* ---- Backwards ----------------------------------------------------------------------------------- */

static void
infer (TbTracer *t, guint index)
{
  if (tb_tracer_span (t, index)->parent == NONE)
    find_cause (t, index);
}

static void
back_to_end (TbTracer *t, guint index)
{
  TbTracedSpan *span = tb_tracer_span (t, index);
  span->next_ns = span->to_ns;
  infer (t, index);
  add_served (t, span->receiver, index);
  if (span->parent != NONE)
    tb_tracer_span (t, span->parent)->awaits++;
}

/* One without an end is looked for here. */
static void
back_to_beginning (TbTracer *t, guint index)
{
  TbTracedSpan *span = tb_tracer_span (t, index);
  gboolean ended = !span->open && !span->one_way;
  remove_served (t, span->receiver, index);
  if (!ended)
    infer (t, index);
  if (span->parent == NONE)
    return;
  TbTracedSpan *parent = tb_tracer_span (t, span->parent);
  parent->awaits -= ended;
  parent->next_ns = MIN (parent->next_ns, span->from_ns);
}

/* What is open at the end is served to the end. */
static gboolean
begin_backwards (TbTracer *t)
{
  for (guint i = 0; t->span == 0 && i < t->served->len; i++)
    g_array_set_size (g_ptr_array_index (t->served, i), 0);
  guint end = MIN (t->span + SPANS, t->spans->len);
  for (; t->span < end; t->span++)
    {
      TbTracedSpan *span = tb_tracer_span (t, t->span);
      span->awaits = 0;
      span->next_ns = G_MAXINT64;
      if (span->open)
        add_served (t, span->receiver, t->span);
    }
  return t->span == t->spans->len;
}

/* ---- Both ---------------------------------------------------------------------------------------- */

static gboolean
set_depths (TbTracer *t)
{
  guint end = MIN (t->span + SPANS, t->spans->len);
  for (; t->span < end; t->span++)
    {
      TbTracedSpan *span = tb_tracer_span (t, t->span);
      span->depth = span->parent != NONE ? tb_tracer_span (t, span->parent)->depth + 1 : 0;
      if (span->depth <= DEPTH_MAX)
        continue;
      span->parent = NONE;
      span->depth = 0;
    }
  return t->span == t->spans->len;
}

static guint
index_of_edge (const TbTracer *t, guint i, gboolean *begins)
{
  gint edge = g_array_index (t->edges, gint, i);
  *begins = edge > 0;
  return (guint) ABS (edge) - 1;
}

/* Edges from `edge` on: TRUE: that was the last of them. */
static gboolean
go_forwards (TbTracer *t)
{
  gboolean begins;
  guint end = MIN (t->edge + EDGES, t->edges->len);
  for (; t->edge < end; t->edge++)
    {
      guint index = index_of_edge (t, t->edge, &begins);
      (begins ? on_beginning : on_end) (t, index);
    }
  return t->edge == t->edges->len;
}

static gboolean
go_backwards (TbTracer *t)
{
  gboolean begins;
  guint end = t->edge > EDGES ? t->edge - EDGES : 0;
  for (; t->edge > end; t->edge--)
    {
      guint index = index_of_edge (t, t->edge - 1, &begins);
      (begins ? back_to_beginning : back_to_end) (t, index);
    }
  return t->edge == 0;
}

gboolean
tb_tracer_step (TbTracer *t)
{
  static gboolean (*const stages[]) (TbTracer *t)
    = { take_events, go_forwards, begin_backwards, go_backwards, set_depths };
  if (t->stage < G_N_ELEMENTS (stages) && stages[t->stage](t))
    {
      t->stage++;
      t->span = 0;
    }
  return t->stage == G_N_ELEMENTS (stages);
}
