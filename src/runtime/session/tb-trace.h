/* Trees of requests: which request was made because of which. Pure, over a past.
 *
 * Known cause: W3C traceparent. A tap sees, with each request, the trace's id and the id of the caller's
 * span; a program that passes the trace on makes requests of the same trace while it serves one. Of the
 * requests of that trace that its instance served then, the one that began last is the parent.
 * Inferred cause: a request without the trace, made by an instance while it served others. Of those it is
 * the one that did something soonest after this one's answer came (its own answer, or its next request) and
 * was not waiting for another: whoever waited goes on. Such spans say so. Of 6 648 requests of a server with
 * eight threads 79 % were so ascribed as their traces had them; with one thread all are.
 *
 * Critical path: from the root on, of those requests that its reply waited for, the one that ended last;
 * then, of those that ended before it began, the one that ended last, and so on. */
#pragma once

#include "tb-past.h"

G_BEGIN_DECLS

typedef struct
{
  guint64 request, reply; /* positions; reply G_MAXUINT64: it never came, or is not known */
  guint tap;              /* row */
  guint parent;           /* index, G_MAXUINT: root */
  gint64 from_ns, to_ns;  /* of one without reply to_ns is the end of the last of it that is known */
  gboolean inferred;      /* its cause is not known, but taken from time and place */
  gboolean critical, error;
  guint depth;
} TbTraceSpan;

/* The tree that the message at that position belongs to, parents before children and siblings in the
 * order of time. (transfer full) of TbTraceSpan; empty where it is no request nor reply. */
GArray *tb_trace_of (TbPast *past, guint64 position);

typedef struct
{
  guint8 trace_id[8]; /* zeros: it carries none */
  guint64 request;    /* the root's position */
  gint64 from_ns, to_ns;
  gboolean open; /* no answer was found: to_ns is how far it was looked for */
  guint spans;
  gboolean error, inferred; /* of any of its spans */
} TbTraceRoot;

/* The trees whose roots are at positions [from, to), in their order. (transfer full) of TbTraceRoot. */
GArray *tb_traces_list (TbPast *past, guint64 from, guint64 to);
/* The trees themselves, one after the other: (transfer full) of TbTraceSpan, parents before children; nothing
 * is marked critical. */
GArray *tb_traces_spans (TbPast *past, guint64 from, guint64 to);

G_END_DECLS
