/* Trees of requests. Events make spans, and an edge for each beginning and end; then the edges are gone
 * through twice.
 *
 *   forwards   what traces know: between its edges a span is served by its receiver; a request of the
 *              same trace that this one sends meanwhile, or later, is its child
 *   backwards  what traces do not know: whoever waited for an answer goes on when it has come, with its
 *              own answer or with its next request. So an answer belongs to whoever did something soonest
 *              after it, and was not waiting for another then
 *
 * Forwards one would have to guess how long a program works before it asks; that it goes on soon after it was
 * answered is true of more programs. Invariant: a span's parent has a smaller index than it. */
#include "tb-trace.h"

#include <string.h>

#include "past-private.h"
#include "tb-proto.h"

#define NONE G_MAXUINT
#define CHUNK 1024
/* Around a message its tree is looked for in so many events, then in four times as many, up to the last. */
#define WINDOW_FIRST 8192
#define WINDOW_LAST 524288
/* Lists are made in pieces; a tree may begin so many events before the piece that its root is in. */
#define PIECE 262144
#define MARGIN 32768
/* Who passes a trace to and fro without end begins a tree anew. */
#define DEPTH_MAX 250

typedef struct
{
  guint64 request, reply;
  gint64 from_ns, to_ns;
  gint64 next_ns; /* backwards: when it did something next */
  guint64 trace_id, span_id;
  guint tap, parent, sender, receiver, depth;
  guint awaits; /* requests made for it that are open, at the edge that is looked at */
  gboolean inferred, error, open, one_way;
} Span;

typedef struct
{
  TbPast *past;
  GArray *spans;      /* of Span */
  GArray *edges;      /* of gint: 1 + index where a span begins, its negative where it ends */
  GHashTable *open;   /* connection and number → index + 1 */
  GHashTable *newest; /* trace and receiver → index + 1 of the last such span */
  GPtrArray *served;  /* of GArray of guint: open spans, by receiver */
} Tracer;

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

static Span *
span_at (const Tracer *t, guint index)
{
  return &g_array_index (t->spans, Span, index);
}

/* ---- Life ---------------------------------------------------------------------------------------- */

static void
tracer_init (Tracer *t, TbPast *past)
{
  *t = (Tracer) { .past = past, .spans = g_array_new (FALSE, TRUE, sizeof (Span)),
                  .edges = g_array_new (FALSE, FALSE, sizeof (gint)),
                  .open = g_hash_table_new (hash_key, g_direct_equal),
                  .newest = g_hash_table_new (hash_key, g_direct_equal),
                  .served = g_ptr_array_new_with_free_func ((GDestroyNotify) g_array_unref) };
  for (guint i = 0; i < tb_past_n_instances (past); i++)
    g_ptr_array_add (t->served, g_array_new (FALSE, FALSE, sizeof (guint)));
}

static void
tracer_clear (Tracer *t)
{
  g_array_unref (t->spans);
  g_array_unref (t->edges);
  g_hash_table_unref (t->open);
  g_hash_table_unref (t->newest);
  g_ptr_array_unref (t->served);
}

static GArray *
served_by (const Tracer *t, guint instance)
{
  return instance < t->served->len ? g_ptr_array_index (t->served, instance) : NULL;
}

/* ---- Whose child a request is -------------------------------------------------------------------- */

/* Whether `a` is a likelier cause of a request than `b`, both of its trace: who carries its own id, then who
 * waits for nothing, then who began last. */
static gboolean
is_likelier (const Span *a, const Span *b, const Span *child)
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
traced_parent (const Tracer *t, const Span *child)
{
  const GArray *served = served_by (t, child->sender);
  guint best = NONE;
  for (guint i = 0; served != NULL && i < served->len; i++)
    {
      guint index = g_array_index (served, guint, i);
      const Span *span = span_at (t, index);
      if (span->trace_id == child->trace_id
          && (best == NONE || is_likelier (span, span_at (t, best), child)))
        best = index;
    }
  /* What it asks for after it has answered is still its doing. */
  if (best == NONE)
    best = GPOINTER_TO_UINT (g_hash_table_lookup (t->newest, key_of_trace (child->trace_id, child->sender))) - 1;
  return best;
}

/* Who has another trace than it is not its cause. */
static gboolean
may_be_cause (const Span *span, const Span *child)
{
  return span->from_ns <= child->from_ns && (span->trace_id == 0 || child->trace_id == 0);
}

static guint
inferred_parent (const Tracer *t, guint child_index)
{
  const Span *child = span_at (t, child_index);
  const GArray *served = served_by (t, child->sender);
  guint best = NONE;
  for (guint i = 0; served != NULL && i < served->len; i++)
    {
      guint index = g_array_index (served, guint, i);
      const Span *span = span_at (t, index), *known = best != NONE ? span_at (t, best) : NULL;
      if (index >= child_index || !may_be_cause (span, child))
        continue;
      if (known == NULL || (known->awaits != 0 && span->awaits == 0)
          || ((known->awaits == 0) == (span->awaits == 0) && span->next_ns < known->next_ns))
        best = index;
    }
  return best;
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
add_edge (Tracer *t, gint edge)
{
  g_array_append_val (t->edges, edge);
}

static void
begin_span (Tracer *t, guint64 position, const TbEvent *event)
{
  const TbPastTap *tap = tb_past_tap (t->past, event->tap);
  gboolean up = event->direction == TB_DIR_UP;
  if (tap == NULL)
    return;
  const Span span = { .request = position, .reply = G_MAXUINT64, .tap = event->tap, .parent = NONE,
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
end_span (Tracer *t, guint index, gint64 time_ns)
{
  span_at (t, index)->open = FALSE;
  span_at (t, index)->to_ns = time_ns;
  add_edge (t, -(gint) (index + 1));
}

static guint
take_open (Tracer *t, const TbEvent *event)
{
  gpointer key = key_of_request (event);
  guint index = GPOINTER_TO_UINT (g_hash_table_lookup (t->open, key)) - 1;
  if (index != NONE)
    g_hash_table_remove (t->open, key);
  return index;
}

static void
take_reply (Tracer *t, guint64 position, const TbEvent *event)
{
  guint index = take_open (t, event);
  if (index == NONE)
    return;
  span_at (t, index)->reply = position;
  span_at (t, index)->error = event->error != 0;
  end_span (t, index, event->time_ns);
}

/* A fault lost it: nobody serves it. */
static void
take_drop (Tracer *t, const TbEvent *event)
{
  guint index = GPOINTER_TO_UINT (g_hash_table_lookup (t->open, key_of_request (event))) - 1;
  if (index != NONE)
    span_at (t, index)->error = TRUE;
}

/* What was not answered when its connection ended never will be. */
static void
take_close (Tracer *t, const TbEvent *event)
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
        span_at (t, index)->error = TRUE;
        end_span (t, index, event->time_ns);
        g_hash_table_iter_remove (&iter);
      }
}

static void
take_event (Tracer *t, guint64 position, const TbEvent *event)
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

static void
take_events (Tracer *t, guint64 from, guint64 to)
{
  TbEvent chunk[CHUNK];
  for (guint64 at = from; at < to;)
    {
      gsize n = tb_past_read_events (t->past, &at, chunk, (gsize) MIN (CHUNK, to - at));
      for (gsize i = 0; i < n && at + i < to; i++)
        take_event (t, at + i, &chunk[i]);
      if (n == 0)
        break;
      at += n;
    }
}

/* ---- Forwards ------------------------------------------------------------------------------------ */

static void
remove_served (Tracer *t, guint instance, guint index)
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
add_served (Tracer *t, guint instance, guint index)
{
  GArray *served = served_by (t, instance);
  if (served != NULL)
    g_array_append_val (served, index);
}

/* A one-way message is not served, but is the newest of its trace that its receiver has. */
static void
on_beginning (Tracer *t, guint index)
{
  Span *span = span_at (t, index);
  if (span->trace_id == 0)
    return;
  span->parent = traced_parent (t, span);
  g_hash_table_insert (t->newest, key_of_trace (span->trace_id, span->receiver),
                       GUINT_TO_POINTER (index + 1));
  if (span->one_way)
    return;
  add_served (t, span->receiver, index);
  if (span->parent != NONE)
    span_at (t, span->parent)->awaits++;
}

static void
on_end (Tracer *t, guint index)
{
  const Span *span = span_at (t, index);
  remove_served (t, span->receiver, index);
  if (span->parent != NONE)
    span_at (t, span->parent)->awaits--;
}

/* ---- Backwards ----------------------------------------------------------------------------------- */

static void
infer (Tracer *t, guint index)
{
  Span *span = span_at (t, index);
  if (span->parent != NONE)
    return;
  span->parent = inferred_parent (t, index);
  span->inferred = span->parent != NONE;
}

static void
back_to_end (Tracer *t, guint index)
{
  Span *span = span_at (t, index);
  span->next_ns = span->to_ns;
  infer (t, index);
  add_served (t, span->receiver, index);
  if (span->parent != NONE)
    span_at (t, span->parent)->awaits++;
}

/* One without an end is looked for here. */
static void
back_to_beginning (Tracer *t, guint index)
{
  Span *span = span_at (t, index);
  gboolean ended = !span->open && !span->one_way;
  remove_served (t, span->receiver, index);
  if (!ended)
    infer (t, index);
  if (span->parent == NONE)
    return;
  Span *parent = span_at (t, span->parent);
  parent->awaits -= ended;
  parent->next_ns = MIN (parent->next_ns, span->from_ns);
}

/* What is open at the end is served to the end. */
static void
begin_backwards (Tracer *t)
{
  for (guint i = 0; i < t->served->len; i++)
    g_array_set_size (g_ptr_array_index (t->served, i), 0);
  for (guint i = 0; i < t->spans->len; i++)
    {
      Span *span = span_at (t, i);
      span->awaits = 0;
      span->next_ns = G_MAXINT64;
      if (span->open)
        add_served (t, span->receiver, i);
    }
}

/* ---- Both ---------------------------------------------------------------------------------------- */

static void
set_depths (Tracer *t)
{
  for (guint i = 0; i < t->spans->len; i++)
    {
      Span *span = span_at (t, i);
      span->depth = span->parent != NONE ? span_at (t, span->parent)->depth + 1 : 0;
      if (span->depth <= DEPTH_MAX)
        continue;
      span->parent = NONE;
      span->depth = 0;
    }
}

static guint
index_of_edge (const Tracer *t, guint i, gboolean *begins)
{
  gint edge = g_array_index (t->edges, gint, i);
  *begins = edge > 0;
  return (guint) ABS (edge) - 1;
}

/* Events of [from, to) become spans with their causes. */
static void
trace_events (Tracer *t, guint64 from, guint64 to)
{
  take_events (t, from, to);
  gboolean begins;
  for (guint i = 0; i < t->edges->len; i++)
    {
      guint index = index_of_edge (t, i, &begins);
      (begins ? on_beginning : on_end) (t, index);
    }
  begin_backwards (t);
  for (guint i = t->edges->len; i-- > 0;)
    {
      guint index = index_of_edge (t, i, &begins);
      (begins ? back_to_beginning : back_to_end) (t, index);
    }
  set_depths (t);
}

/* ---- One tree ------------------------------------------------------------------------------------ */

static guint
root_of (const Tracer *t, guint index)
{
  while (span_at (t, index)->parent != NONE)
    index = span_at (t, index)->parent;
  return index;
}

static guint
span_of_message (const Tracer *t, guint64 position)
{
  for (guint i = t->spans->len; i-- > 0;)
    if (span_at (t, i)->request == position || span_at (t, i)->reply == position)
      return i;
  return NONE;
}

/* Its members, by index; children follow their parents. */
static GArray *
members_of (const Tracer *t, guint root)
{
  GArray *members = g_array_new (FALSE, FALSE, sizeof (guint));
  g_autofree guint8 *in = g_new0 (guint8, t->spans->len + 1);
  in[root] = TRUE;
  for (guint i = root; i < t->spans->len; i++)
    {
      guint parent = span_at (t, i)->parent;
      in[i] |= parent != NONE && in[parent];
      if (in[i])
        g_array_append_val (members, i);
    }
  return members;
}

typedef struct
{
  const Tracer *tracer;
  const GArray *members; /* of guint */
  GArray *out;           /* of TbTraceSpan */
} Tree;

static TbTraceSpan
shown (const Span *span, guint parent, guint depth)
{
  return (TbTraceSpan) { .request = span->request, .reply = span->reply, .tap = span->tap,
                         .parent = parent, .from_ns = span->from_ns, .to_ns = span->to_ns,
                         .inferred = span->inferred, .error = span->error, .depth = depth };
}

static void
add_span (Tree *tree, guint index, guint parent, guint depth)
{
  const TbTraceSpan out = shown (span_at (tree->tracer, index), parent, depth);
  guint own = tree->out->len;
  g_array_append_val (tree->out, out);
  for (guint i = 0; i < tree->members->len; i++)
    {
      guint child = g_array_index (tree->members, guint, i);
      if (child > index && span_at (tree->tracer, child)->parent == index)
        add_span (tree, child, own, depth + 1);
    }
}

/* What never was answered lasted as long as what is known of it. */
static void
stretch (GArray *out)
{
  for (guint i = out->len; i-- > 1;)
    {
      const TbTraceSpan *span = &g_array_index (out, TbTraceSpan, i);
      TbTraceSpan *parent = &g_array_index (out, TbTraceSpan, span->parent);
      if (parent->reply == G_MAXUINT64)
        parent->to_ns = MAX (parent->to_ns, span->to_ns);
    }
}

/* From the end of `index` backwards: the child that ended last is what it waited for; before that one began,
 * the one that had ended last then. */
static void
mark_critical (GArray *out, guint index)
{
  TbTraceSpan *span = &g_array_index (out, TbTraceSpan, index);
  gint64 until_ns = span->to_ns;
  span->critical = TRUE;
  for (;;)
    {
      guint last = NONE;
      for (guint i = index + 1; i < out->len; i++)
        {
          const TbTraceSpan *child = &g_array_index (out, TbTraceSpan, i);
          if (child->parent == index && !child->critical && child->to_ns <= until_ns
              && (last == NONE || child->to_ns > g_array_index (out, TbTraceSpan, last).to_ns))
            last = i;
        }
      if (last == NONE)
        return;
      mark_critical (out, last);
      until_ns = g_array_index (out, TbTraceSpan, last).from_ns;
    }
}

/* ---- As much as is needed ------------------------------------------------------------------------ */

static gboolean
is_called (TbPast *past, guint instance)
{
  for (guint row = 0; row < tb_past_n_taps (past); row++)
    {
      const TbPastTap *tap = tb_past_tap (past, row);
      if (tap != NULL && tap->to == instance)
        return TRUE;
    }
  return FALSE;
}

/* Whether farther events could add to it: its root may have a cause, or something of it is open. */
static gboolean
may_be_more (const Tracer *t, const GArray *members)
{
  const Span *root = span_at (t, g_array_index (members, guint, 0));
  if (root->sender != NONE && is_called (t->past, root->sender))
    return TRUE;
  for (guint i = 0; i < members->len; i++)
    if (span_at (t, g_array_index (members, guint, i))->open)
      return TRUE;
  return FALSE;
}

static void
window_around (TbPast *past, guint64 position, guint64 size, guint64 *from, guint64 *to)
{
  guint64 first = tb_past_first_event (past), n = tb_past_n_events (past);
  *from = position - first > size ? position - size : first;
  *to = MIN (n, position + size);
}

/* Whether it is all, or as much as is looked for. */
static gboolean
trace_in (TbPast *past, guint64 position, guint64 size, GArray *out)
{
  Tracer t;
  guint64 from, to;
  window_around (past, position, size, &from, &to);
  tracer_init (&t, past);
  trace_events (&t, from, to);
  guint index = span_of_message (&t, position);
  gboolean whole = from == tb_past_first_event (past) && to == tb_past_n_events (past);
  gboolean done = size >= WINDOW_LAST || whole;
  if (index != NONE)
    {
      g_autoptr (GArray) members = members_of (&t, root_of (&t, index));
      done = done || !may_be_more (&t, members);
      Tree tree = { &t, members, out };
      if (done)
        add_span (&tree, g_array_index (members, guint, 0), NONE, 0);
    }
  tracer_clear (&t);
  return done;
}

GArray *
tb_trace_of (TbPast *past, guint64 position)
{
  GArray *out = g_array_new (FALSE, TRUE, sizeof (TbTraceSpan));
  TbEvent event;
  gboolean is_message = tb_past_event (past, position, &event)
                        && (event.kind == TB_EVENT_REQUEST || event.kind == TB_EVENT_REPLY
                            || event.kind == TB_EVENT_ONE_WAY);
  for (guint64 size = WINDOW_FIRST; is_message && !trace_in (past, position, size, out); size *= 4)
    ;
  if (out->len > 0)
    {
      stretch (out);
      mark_critical (out, 0);
    }
  return out;
}

/* ---- Many trees ---------------------------------------------------------------------------------- */

static TbTraceRoot
root_from (const Span *span)
{
  TbTraceRoot root = { .request = span->request, .from_ns = span->from_ns, .to_ns = span->to_ns };
  memcpy (root.trace_id, &span->trace_id, sizeof root.trace_id);
  return root;
}

static void
add_to_root (TbTraceRoot *root, const Span *span)
{
  root->spans++;
  root->error |= span->error;
  root->inferred |= span->inferred;
  root->to_ns = MAX (root->to_ns, span->to_ns);
}

/* Roots at [from, to); the tracer has gone farther. */
static void
list_roots (const Tracer *t, guint64 from, guint64 to, GArray *out)
{
  g_autofree guint *place = g_new (guint, t->spans->len + 1);
  for (guint i = 0; i < t->spans->len; i++)
    {
      const Span *span = span_at (t, i);
      place[i] = span->parent != NONE ? place[span->parent] : NONE;
      if (span->parent == NONE && span->request >= from && span->request < to)
        {
          const TbTraceRoot root = root_from (span);
          place[i] = out->len;
          g_array_append_val (out, root);
        }
      if (place[i] != NONE)
        add_to_root (&g_array_index (out, TbTraceRoot, place[i]), span);
    }
}

/* Goes over [from, to) in pieces; each() is given what was found, and where a piece begins and ends. */
static void
go_over (TbPast *past, guint64 from, guint64 to,
         void (*each) (const Tracer *t, guint64 from, guint64 to, GArray *out), GArray *out)
{
  guint64 first = tb_past_first_event (past), n = tb_past_n_events (past);
  to = MIN (to, n);
  for (guint64 at = MAX (from, first); at < to; at += PIECE)
    {
      guint64 end = MIN (at + PIECE, to);
      Tracer t;
      tracer_init (&t, past);
      trace_events (&t, at - first > MARGIN ? at - MARGIN : first, MIN (end + MARGIN, n));
      each (&t, at, end, out);
      tracer_clear (&t);
    }
}

GArray *
tb_traces_list (TbPast *past, guint64 from, guint64 to)
{
  GArray *out = g_array_new (FALSE, TRUE, sizeof (TbTraceRoot));
  go_over (past, from, to, list_roots, out);
  return out;
}

/* Children of each span, as lists in one array: first[i] is the first of i, next[i] who comes after it. */
typedef struct
{
  const Tracer *tracer;
  guint *first, *last, *next;
  GArray *out;
} Forest;

static void
add_tree (Forest *f, guint index, guint parent, guint depth)
{
  const TbTraceSpan out = shown (span_at (f->tracer, index), parent, depth);
  guint own = f->out->len;
  g_array_append_val (f->out, out);
  for (guint child = f->first[index]; child != NONE; child = f->next[child])
    add_tree (f, child, own, depth + 1);
}

static void
list_spans (const Tracer *t, guint64 from, guint64 to, GArray *out)
{
  guint n = t->spans->len;
  g_autofree guint *places = g_new (guint, 3 * (gsize) n + 1);
  Forest f = { t, places, places + n, places + 2 * (gsize) n, out };
  memset (places, 0xff, 3 * (gsize) n * sizeof *places);
  for (guint i = 0; i < n; i++)
    {
      guint parent = span_at (t, i)->parent;
      if (parent == NONE)
        continue;
      *(f.first[parent] == NONE ? &f.first[parent] : &f.next[f.last[parent]]) = i;
      f.last[parent] = i;
    }
  for (guint i = 0; i < n; i++)
    {
      const Span *span = span_at (t, i);
      if (span->parent == NONE && span->request >= from && span->request < to)
        add_tree (&f, i, NONE, 0);
    }
}

GArray *
tb_traces_spans (TbPast *past, guint64 from, guint64 to)
{
  GArray *out = g_array_new (FALSE, TRUE, sizeof (TbTraceSpan));
  go_over (past, from, to, list_spans, out);
  return out;
}
