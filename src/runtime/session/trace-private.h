/* What finds causes (trace-spans.c) and what makes trees of them (trace.c) share. */
#pragma once

#include "past-private.h"
#include "tb-trace.h"

#define NONE G_MAXUINT

typedef struct
{
  guint64 request, reply;
  gint64 from_ns, to_ns;
  gint64 next_ns; /* backwards: when it did something next */
  guint64 trace_id, span_id;
  guint tap, parent, sender, receiver, depth;
  guint candidates; /* of an inferred cause */
  guint awaits; /* requests made for it that are open, at the edge that is looked at */
  gboolean inferred, error, open, one_way;
} TbTracedSpan;

typedef struct
{
  TbPast *past;
  GArray *spans;      /* of TbTracedSpan */
  GArray *edges;      /* of gint: 1 + index where a span begins, its negative where it ends */
  GHashTable *open;   /* connection and number → index + 1 */
  GHashTable *newest; /* trace and receiver → index + 1 of the last such span */
  GPtrArray *served;  /* of GArray of guint: open spans, by receiver */
  guint stage;        /* what tb_tracer_step() does next */
  guint span;         /* that is next in it */
  guint64 at, to;     /* events that are still to be read */
  guint edge;         /* next */
} TbTracer;

static inline TbTracedSpan *
tb_tracer_span (const TbTracer *t, guint index)
{
  return &g_array_index (t->spans, TbTracedSpan, index);
}

/* Events of [from, to) are to become spans with their causes. */
void tb_tracer_init (TbTracer *t, TbPast *past, guint64 from, guint64 to);
void tb_tracer_clear (TbTracer *t);
/* As tb_trace_listing_new(), but tb_trace_listing_roots() is of TbTraceSpan, parents before children, of the pieces
 * that are done; whoever has taken them may make it shorter. */
TbTraceListing *tb_trace_spans_listing_new (TbPast *past, guint64 from, guint64 to);
/* How far it is. */
guint64 tb_trace_listing_at (const TbTraceListing *listing);

/* Goes on a little, about a millisecond. TRUE: all of it is done. */
gboolean tb_tracer_step (TbTracer *t);

