/* What the files of live.c share: live.c the rows that the agent counts in, live-line.c what becomes of them for a link,
 * live-frame.c the frames. */
#pragma once

#include "session-private.h"

#define TB_LIVE_SAMPLES 11

typedef struct
{
  gint64 time_ns;
  guint64 requests, replies, errors, bytes_up, bytes_down;
} TbLiveSample;

/* What is kept of a link between frames. */
typedef struct
{
  char *id, *from, *to; /* GRefString */
  char *address; /* GRefString, or NULL */
  TbUid link;
  gboolean changed;
  gboolean moved; /* rows came or went: nothing it was can be compared with */
  gboolean removed; /* its link is not drawn any more */
  TbLiveLink sums;
  TbHistogram *total, *base, *older; /* now, and at the last two seconds' beginnings */
  gint64 base_ns;
  TbLiveSample samples[TB_LIVE_SAMPLES]; /* a ring; the oldest is at `next` once it is full */
  guint next, n_samples;
  TbSpans *spans;
} TbLiveLine;

typedef struct
{
  guint32 sequence;
  guint line;
  guint from, to;
  TbTapCounters counters;
} TbLiveRow;

struct TbLive
{
  TbSharedPlan *plan;
  TbWireMap *map;
  const TbCounters *counters;
  const TbRing *ring;
  guint64 cursor;
  GPtrArray *rows;  /* of TbLiveRow, as the counters' */
  GPtrArray *lines; /* of TbLiveLine: the plan's links, then what nobody drew */
};

/* live.c */
const char *tb_live_component (const TbLive *live, guint instance);
/* Copies the rows that moved. */
void tb_live_read_rows (TbLive *live);

/* live-line.c */
TbLiveLine *tb_live_line_new (const char *id, TbUid link, const char *from, const char *to);
TbLiveLine *tb_live_line_of_link (const TbPlan *plan, const TbPlanLink *link);
/* The plan has changed, and its link with it. */
void tb_live_line_take_link (TbLiveLine *line, const TbPlan *plan, const TbPlanLink *link);
void tb_live_line_free (gpointer line);
void tb_live_update_lines (TbLive *live, gint64 start_ns, gint64 now_ns);
