/* Two recordings of one scenario, side by side: what went over each link, which messages there were at
 * all, and in which order requests led to requests. The first is index 0, the second 1. */
#pragma once

#include "tb-past.h"

G_BEGIN_DECLS

typedef struct
{
  guint64 requests, replies, errors, messages, bytes_up, bytes_down, refused, dropped;
  double rate;                   /* requests, or messages where there are none, a second */
  gint64 p50_ns, p95_ns, p99_ns; /* of the run; -1: none */
} TbComparedFigures;

typedef struct
{
  char *id, *from, *to; /* from, to: components */
  gboolean in[2];
  TbComparedFigures figures[2]; /* zeros where it is not in it */
} TbComparedLink;

/* Messages of one name, digits left out: "GET /cart/#". */
typedef struct
{
  char *link, *label;
  guint64 n[2];
} TbComparedLabel;

/* An order in which requests were made because of one: "browse PUT /cart · save SET · save GET". */
typedef struct
{
  char *text;
  guint64 n[2]; /* of how many trees */
} TbComparedOrder;

typedef struct
{
  gint64 lasted_ns[2];
  guint64 events[2];
  gboolean whole[2];   /* no gap in it, and nothing that has gone from it as the oldest */
  gboolean same_drawing;
  GPtrArray *links;    /* of TbComparedLink, in the order of the first, then what only the second has */
  GPtrArray *labels;   /* of TbComparedLabel: what is in one only before the others, then the most frequent */
  GPtrArray *orders;   /* of TbComparedOrder, likewise */
} TbComparison;

/* All at once: some seconds of a recording of ten million events. More than 100 000 names, or orders, are not told
 * apart ("(others)"). (transfer full) */
TbComparison *tb_compare (TbPast *first, TbPast *second);

/* The same, a slice at a time; to free it before it is done is to call it off. What has grown since then is not
 * looked at. */
typedef struct TbComparing TbComparing;
TbComparing *tb_comparing_new (TbPast *first, TbPast *second);
void tb_comparing_free (TbComparing *comparing);
/* Goes on for about so long; TRUE: it is done. */
gboolean tb_comparing_go_on (TbComparing *comparing, gint64 for_ns);
/* How much of it is done, from 0 to 1. */
double tb_comparing_share (const TbComparing *comparing);
/* NULL: it is not done. Once only. (transfer full) */
TbComparison *tb_comparing_take (TbComparing *comparing);
void tb_comparison_free (TbComparison *comparison);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TbComparison, tb_comparison_free)
/* Whether something is in one of them only: a link, a name, an order, or errors, refusals or losses on a
 * link that has none of them in the other. */
gboolean tb_comparison_differs (const TbComparison *comparison);

G_END_DECLS
