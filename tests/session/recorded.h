/* A recording made up for a test: a client, a shop and orders with two replicas, and what passes between
 * them. Times are in milliseconds since the start. */
#pragma once

#include "tb-past.h"
#include "tb-record.h"

enum
{
  CLIENT,
  SHOP,
  ORDERS_1,
  ORDERS_2,
  MAIL,
  N_INSTANCES
};

/* Rows of taps. */
enum
{
  BROWSE, /* client → shop */
  SAVE_1, /* shop → orders/1 */
  SAVE_2, /* shop → orders/2 */
  SEND,   /* orders/1 → mail */
  N_ROWS
};

typedef struct
{
  char *path;
  TbRecordWriter *writer;
  gint64 start_ns;
  TbWriter frame;
  TbTapCounters rows[N_ROWS], before[N_ROWS];
  gint64 figures_ns;
  gboolean payload; /* each message has some */
} Recorded;

/* Begins one with plan, taps, and everything ready at 0. */
Recorded *recorded_new (void);
/* The same of that drawing, with limits (NULL: none). */
Recorded *recorded_new_of (const char *xml, const TbRecordLimits *limits);
/* A message with these bytes. */
void recorded_bytes (Recorded *r, double ms, TbEventKind kind, guint row, guint connection, guint number, const char *bytes);
/* Ends the file and opens it. (transfer full) */
TbPast *recorded_open (Recorded *r);
/* Removes it. */
void recorded_free (Recorded *r);
gint64 recorded_ns (const Recorded *r, double ms);
void recorded_state (Recorded *r, double ms, guint instance, TbInstanceState state);
void recorded_fault (Recorded *r, double ms, const char *id, TbFaultState state);
void recorded_command (Recorded *r, double ms, const TbWireFault *fault);
void recorded_say (Recorded *r, double ms, const char *of, const char *what, const char *value);
void recorded_kill (Recorded *r, double ms, const char *instance);
/* Any command that says no more than a name. */
void recorded_ask (Recorded *r, double ms, TbCommandType what, const char *name);
void recorded_event (Recorded *r, const TbEvent *event);
/* A message on a row: trace and span may be 0. */
void recorded_message (Recorded *r, double ms, TbEventKind kind, guint row, guint connection, guint number,
                       guint64 trace, guint64 span);
/* What the counters did since they were written last. */
void recorded_figures (Recorded *r, double ms);
void recorded_fact (Recorded *r, double ms);
/* What a client told. */
void recorded_operations (Recorded *r, double ms, const TbRecordBatch *batch, const TbRecordOperation *operations, guint n);
/* Opens the file while it is being written; what was written so far is in it. (transfer full) */
TbPast *recorded_growing (Recorded *r);
void recorded_flush (Recorded *r);
