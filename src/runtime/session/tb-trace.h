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
  guint candidates;       /* of an inferred cause: so many requests could have been it; 1: no other was served */
  gboolean critical, error;
  guint depth;
} TbTraceSpan;

/* The tree that the message at that position belongs to, parents before children and siblings in the
 * order of time. (transfer full) of TbTraceSpan; empty where it is no request nor reply. */
GArray *tb_trace_of (TbPast *past, guint64 position);

/* The same, looked for a slice at a time: where it is not found close by, a million events may have to be gone
 * through. The past may grow meanwhile, and has to live as long. At most 600 000 spans are kept. */
typedef struct TbTraceSearch TbTraceSearch;
TbTraceSearch *tb_trace_search_new (TbPast *past, guint64 position);
void tb_trace_search_free (TbTraceSearch *search);
/* Goes on for about so long; TRUE: it is done. */
gboolean tb_trace_search_go_on (TbTraceSearch *search, gint64 for_ns);
/* As far as it is known by now: it may have more, and another root. (transfer full) as tb_trace_of() */
GArray *tb_trace_search_spans (const TbTraceSearch *search);

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
/* The same, a slice at a time. */
typedef struct TbTraceListing TbTraceListing;
TbTraceListing *tb_trace_listing_new (TbPast *past, guint64 from, guint64 to);
void tb_trace_listing_free (TbTraceListing *listing);
gboolean tb_trace_listing_go_on (TbTraceListing *listing, gint64 for_ns);
/* Of those that are done. (transfer full) */
GArray *tb_trace_listing_roots (const TbTraceListing *listing);
/* The trees themselves, one after the other: (transfer full) of TbTraceSpan, parents before children; nothing
 * is marked critical. */
GArray *tb_traces_spans (TbPast *past, guint64 from, guint64 to);

G_END_DECLS
