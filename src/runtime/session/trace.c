/* Trees of requests, out of spans with their causes. */
#include "trace-private.h"

#include <string.h>

/* Around a message its tree is looked for in so many events, then in four times as many, up to the last. */
#define WINDOW_FIRST 8192
#define WINDOW_LAST 524288
/* Lists are made in pieces; a tree may begin so many events before the piece that its root is in. */
#define PIECE 262144
#define MARGIN 32768

/* ---- One tree ------------------------------------------------------------------------------------ */

static guint
root_of (const TbTracer *t, guint index)
{
  while (tb_tracer_span (t, index)->parent != NONE)
    index = tb_tracer_span (t, index)->parent;
  return index;
}

static guint
span_of_message (const TbTracer *t, guint64 position)
{
  for (guint i = t->spans->len; i-- > 0;)
    if (tb_tracer_span (t, i)->request == position || tb_tracer_span (t, i)->reply == position)
      return i;
  return NONE;
}

/* Its members, by index; children follow their parents. */
static GArray *
members_of (const TbTracer *t, guint root)
{
  GArray *members = g_array_new (FALSE, FALSE, sizeof (guint));
  g_autofree guint8 *in = g_new0 (guint8, t->spans->len + 1);
  in[root] = TRUE;
  for (guint i = root; i < t->spans->len; i++)
    {
      guint parent = tb_tracer_span (t, i)->parent;
      in[i] |= parent != NONE && in[parent];
      if (in[i])
        g_array_append_val (members, i);
    }
  return members;
}

static TbTraceSpan
shown (const TbTracedSpan *span, guint parent, guint depth)
{
  return (TbTraceSpan) { .request = span->request, .reply = span->reply, .tap = span->tap,
                         .parent = parent, .from_ns = span->from_ns, .to_ns = span->to_ns,
                         .inferred = span->inferred, .candidates = span->candidates,
                         .error = span->error, .depth = depth };
}

/* Children of each span, as lists in one array: first[i] is the first of i, next[i] who comes after it. */
typedef struct
{
  const TbTracer *tracer;
  guint *first, *last, *next;
  GArray *out;
} Forest;

static void
add_tree (Forest *f, guint index, guint parent, guint depth)
{
  const TbTraceSpan out = shown (tb_tracer_span (f->tracer, index), parent, depth);
  guint own = f->out->len;
  g_array_append_val (f->out, out);
  for (guint child = f->first[index]; child != NONE; child = f->next[child])
    add_tree (f, child, own, depth + 1);
}

/* Of these spans (their indices; NULL: of all). g_free() what first points to. */
static Forest
forest_of (const TbTracer *t, const GArray *members, GArray *out)
{
  gsize n = t->spans->len, n_members = members != NULL ? members->len : n;
  guint *places = g_new (guint, 3 * n + 1);
  Forest f = { t, places, places + n, places + 2 * n, out };
  for (guint m = 0; m < n_members; m++)
    {
      guint i = members != NULL ? g_array_index (members, guint, m) : m;
      guint parent = tb_tracer_span (t, i)->parent;
      f.first[i] = f.last[i] = f.next[i] = NONE;
      if (parent == NONE)
        continue;
      *(f.first[parent] == NONE ? &f.first[parent] : &f.next[f.last[parent]]) = i;
      f.last[parent] = i;
    }
  return f;
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

typedef struct
{
  GArray *out;     /* of TbTraceSpan */
  guint *children; /* indices, by parent, those that ended last first */
  guint *from;     /* where each span's begin among them; one more at the end */
} Path;

static int
later_end_first (gconstpointer a, gconstpointer b, gpointer out)
{
  const TbTraceSpan *x = &g_array_index ((GArray *) out, TbTraceSpan, *(const guint *) a);
  const TbTraceSpan *y = &g_array_index ((GArray *) out, TbTraceSpan, *(const guint *) b);
  if (x->parent != y->parent)
    return x->parent < y->parent ? -1 : 1;
  return x->to_ns > y->to_ns ? -1 : x->to_ns < y->to_ns;
}

/* From its end backwards: the child that ended last is what it waited for; before that one began, the one that
 * had ended last then. */
static void
mark_path (const Path *p, guint index)
{
  TbTraceSpan *span = &g_array_index (p->out, TbTraceSpan, index);
  gint64 until_ns = span->to_ns;
  span->critical = TRUE;
  for (guint i = p->from[index]; i < p->from[index + 1]; i++)
    {
      const TbTraceSpan *child = &g_array_index (p->out, TbTraceSpan, p->children[i]);
      if (child->to_ns > until_ns)
        continue;
      until_ns = child->from_ns;
      mark_path (p, p->children[i]);
    }
}

static void
mark_critical (GArray *out)
{
  g_autofree guint *children = g_new (guint, out->len), *from = g_new (guint, out->len + 1);
  guint at = 0, n = out->len - 1; /* all but the root */
  for (guint i = 0; i < n; i++)
    children[i] = i + 1;
  g_qsort_with_data (children, (gint) n, sizeof *children, later_end_first, out);
  for (guint i = 0; i < out->len; i++)
    {
      from[i] = at;
      while (at < n && g_array_index (out, TbTraceSpan, children[at]).parent == i)
        at++;
    }
  from[out->len] = n;
  const Path path = { out, children, from };
  mark_path (&path, 0);
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
may_be_more (const TbTracer *t, const GArray *members)
{
  const TbTracedSpan *root = tb_tracer_span (t, g_array_index (members, guint, 0));
  if (root->sender != NONE && is_called (t->past, root->sender))
    return TRUE;
  for (guint i = 0; i < members->len; i++)
    if (tb_tracer_span (t, g_array_index (members, guint, i))->open)
      return TRUE;
  return FALSE;
}

static void
window_around (TbPast *past, guint64 position, guint64 size, guint64 *from, guint64 *to)
{
  guint64 first = tb_past_first_event (past), n = tb_past_n_events (past);
  *from = position > first + size ? position - size : first;
  *to = MIN (n, position + size);
}

struct TbTraceSearch
{
  TbPast *past;
  guint64 position, size; /* of the window, to either side */
  gboolean done, whole;   /* whole: of the window, there is nothing beside it */
  TbTracer tracer;        /* of the window; none where it is done */
  GArray *spans;          /* of TbTraceSpan: of the windows before */
};

static void
begin_window (TbTraceSearch *s)
{
  guint64 from, to;
  window_around (s->past, s->position, s->size, &from, &to);
  s->whole = from == tb_past_first_event (s->past) && to == tb_past_n_events (s->past);
  tb_tracer_init (&s->tracer, s->past, from, to);
}

/* Whether that is all, or as much as is looked for. */
static gboolean
take_window (TbTraceSearch *s)
{
  const TbTracer *t = &s->tracer;
  guint index = span_of_message (t, s->position);
  gboolean last = s->size >= WINDOW_LAST || s->whole;
  if (index == NONE)
    return last;
  g_autoptr (GArray) members = members_of (t, root_of (t, index));
  Forest f = forest_of (t, members, s->spans);
  g_array_set_size (s->spans, 0);
  add_tree (&f, g_array_index (members, guint, 0), NONE, 0);
  g_free (f.first);
  stretch (s->spans);
  mark_critical (s->spans);
  return last || !may_be_more (t, members);
}

static void
end_window (TbTraceSearch *s)
{
  s->done = take_window (s);
  tb_tracer_clear (&s->tracer);
  s->size *= 4;
  if (!s->done)
    begin_window (s);
}

TbTraceSearch *
tb_trace_search_new (TbPast *past, guint64 position)
{
  TbTraceSearch *s = g_new0 (TbTraceSearch, 1);
  TbEvent event;
  s->past = past;
  s->position = position;
  s->size = WINDOW_FIRST;
  s->spans = g_array_new (FALSE, TRUE, sizeof (TbTraceSpan));
  s->done = !tb_past_event (past, position, &event)
            || (event.kind != TB_EVENT_REQUEST && event.kind != TB_EVENT_REPLY
                && event.kind != TB_EVENT_ONE_WAY);
  if (!s->done)
    begin_window (s);
  return s;
}

void
tb_trace_search_free (TbTraceSearch *s)
{
  if (!s->done)
    tb_tracer_clear (&s->tracer);
  g_array_unref (s->spans);
  g_free (s);
}

gboolean
tb_trace_search_go_on (TbTraceSearch *s, gint64 for_ns)
{
  gint64 end_ns = tb_now_ns () + for_ns;
  do
    if (!s->done && tb_tracer_step (&s->tracer))
      end_window (s);
  while (!s->done && tb_now_ns () < end_ns);
  return s->done;
}

GArray *
tb_trace_search_spans (const TbTraceSearch *s)
{
  return g_array_ref (s->spans);
}

GArray *
tb_trace_of (TbPast *past, guint64 position)
{
  TbTraceSearch *s = tb_trace_search_new (past, position);
  while (!tb_trace_search_go_on (s, G_MAXINT32))
    ;
  GArray *out = tb_trace_search_spans (s);
  tb_trace_search_free (s);
  return out;
}

/* ---- Many trees ---------------------------------------------------------------------------------- */

/* seen_ns: the time of the last event that was looked at. */
static TbTraceRoot
root_from (const TbTracedSpan *span, gint64 seen_ns)
{
  TbTraceRoot root = { .request = span->request, .from_ns = span->from_ns, .open = span->open,
                       .to_ns = span->open ? MAX (seen_ns, span->to_ns) : span->to_ns };
  memcpy (root.trace_id, &span->trace_id, sizeof root.trace_id);
  return root;
}

static void
add_to_root (TbTraceRoot *root, const TbTracedSpan *span)
{
  root->spans++;
  root->error |= span->error;
  root->inferred |= span->inferred;
  root->to_ns = MAX (root->to_ns, span->to_ns);
}

static guint64
end_of_margin (TbPast *past, guint64 to)
{
  return MIN (to + MARGIN, tb_past_n_events (past));
}

static gint64
seen_until (const TbTracer *t)
{
  TbEvent event;
  return t->to > 0 && tb_past_event (t->past, t->to - 1, &event) ? event.time_ns : G_MININT64;
}

/* Roots at [from, to); the tracer has gone farther. */
static void
list_roots (const TbTracer *t, guint64 from, guint64 to, GArray *out)
{
  gint64 seen_ns = seen_until (t);
  g_autofree guint *place = g_new (guint, t->spans->len + 1);
  for (guint i = 0; i < t->spans->len; i++)
    {
      const TbTracedSpan *span = tb_tracer_span (t, i);
      place[i] = span->parent != NONE ? place[span->parent] : NONE;
      if (span->parent == NONE && span->request >= from && span->request < to)
        {
          const TbTraceRoot root = root_from (span, seen_ns);
          place[i] = out->len;
          g_array_append_val (out, root);
        }
      if (place[i] != NONE)
        add_to_root (&g_array_index (out, TbTraceRoot, place[i]), span);
    }
}

/* Goes over [from, to) in pieces; each() is given what was found, and where a piece begins and ends. */
typedef void (*TakePiece) (const TbTracer *t, guint64 from, guint64 to, GArray *out);

struct TbTraceListing
{
  TbPast *past;
  guint64 at, end, to; /* of the piece, and of all of it */
  TbTracer tracer;     /* of the piece; none where at is to */
  TakePiece each;
  GArray *out;
};

static void
begin_piece (TbTraceListing *l)
{
  guint64 first = tb_past_first_event (l->past);
  l->end = MIN (l->at + PIECE, l->to);
  tb_tracer_init (&l->tracer, l->past, l->at - first > MARGIN ? l->at - MARGIN : first,
                  end_of_margin (l->past, l->end));
}

static TbTraceListing *
listing_new (TbPast *past, guint64 from, guint64 to, TakePiece each, gsize size)
{
  TbTraceListing *l = g_new0 (TbTraceListing, 1);
  l->past = past;
  l->to = MIN (to, tb_past_n_events (past));
  l->at = MIN (MAX (from, tb_past_first_event (past)), l->to);
  l->each = each;
  l->out = g_array_new (FALSE, TRUE, (guint) size);
  if (l->at < l->to)
    begin_piece (l);
  return l;
}

void
tb_trace_listing_free (TbTraceListing *l)
{
  if (l->at < l->to)
    tb_tracer_clear (&l->tracer);
  g_array_unref (l->out);
  g_free (l);
}

static void
end_piece (TbTraceListing *l)
{
  l->each (&l->tracer, l->at, l->end, l->out);
  tb_tracer_clear (&l->tracer);
  l->at = l->end;
  if (l->at < l->to)
    begin_piece (l);
}

gboolean
tb_trace_listing_go_on (TbTraceListing *l, gint64 for_ns)
{
  gint64 end_ns = tb_now_ns () + for_ns;
  do
    if (l->at < l->to && tb_tracer_step (&l->tracer))
      end_piece (l);
  while (l->at < l->to && tb_now_ns () < end_ns);
  return l->at >= l->to;
}

GArray *
tb_trace_listing_roots (const TbTraceListing *l)
{
  return g_array_ref (l->out);
}

static GArray *
all_of (TbTraceListing *l)
{
  while (!tb_trace_listing_go_on (l, G_MAXINT32))
    ;
  GArray *out = tb_trace_listing_roots (l);
  tb_trace_listing_free (l);
  return out;
}

TbTraceListing *
tb_trace_listing_new (TbPast *past, guint64 from, guint64 to)
{
  return listing_new (past, from, to, list_roots, sizeof (TbTraceRoot));
}

GArray *
tb_traces_list (TbPast *past, guint64 from, guint64 to)
{
  return all_of (tb_trace_listing_new (past, from, to));
}

static void
list_spans (const TbTracer *t, guint64 from, guint64 to, GArray *out)
{
  Forest f = forest_of (t, NULL, out);
  for (guint i = 0; i < t->spans->len; i++)
    {
      const TbTracedSpan *span = tb_tracer_span (t, i);
      if (span->parent == NONE && span->request >= from && span->request < to)
        add_tree (&f, i, NONE, 0);
    }
  g_free (f.first);
}

TbTraceListing *
tb_trace_spans_listing_new (TbPast *past, guint64 from, guint64 to)
{
  return listing_new (past, from, to, list_spans, sizeof (TbTraceSpan));
}

guint64
tb_trace_listing_at (const TbTraceListing *l)
{
  return l->at < l->to ? CLAMP (l->tracer.at, l->at, l->end) : l->to;
}

GArray *
tb_traces_spans (TbPast *past, guint64 from, guint64 to)
{
  return all_of (tb_trace_spans_listing_new (past, from, to));
}
