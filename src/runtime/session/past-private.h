/* The past of a run, from the inside.
 *
 *   past.c         the object: its file, reading on, what it offers
 *   past-facts.c   plans, facts and commands to rows: instances, taps, states, bands, problems
 *   past-events.c  events by position and time
 *   past-series.c  figures over time
 *   past-operations.c  what clients did on stores
 *   past-commands.c  what was asked of the run
 *   past-known.c   what a session knew at a moment
 *   past-plan.c    as much of a plan as frames need
 *   past-count.c   what a tap counted when it told of an event
 *   past-frame.c   the picture at a moment
 *   trace*.c       trees of requests
 *
 * What happens rarely (facts, commands, figures) is read once and kept; events and payload stay in the
 * file and are decoded when they are asked for. */
#pragma once

#include "session-private.h"
#include "tb-past.h"
#include "tb-record.h"

#define TB_PAST_PARTNER_MAX 262144

/* Something that happened once, as its frame says it; see past-frame.c. */
typedef struct
{
  gint64 time_ns; /* when it was, not when it was told */
  guint type; /* TbFactType or TbCommandType */
  guint32 size;
  const guint8 *bytes; /* a whole frame */
} TbPastFact;

typedef struct
{
  gint64 time_ns;
  guint64 cpu_ns, rss_bytes;
  guint32 processes, threads, files;
} TbPastRawLoad;

typedef struct
{
  gint64 time_ns;
  guint64 size, lost;
} TbPastLogAt;

typedef struct
{
  gint64 time_ns;
  guint64 cpu_ns;
  gint64 lag_ns, lag_p99_ns;
} TbPastAgentLoad;

/* What is kept of an instance besides its row. */
typedef struct
{
  GArray *loads; /* of TbPastRawLoad */
  GArray *logs;  /* of TbPastLogAt */
  const char *log_path;
  guint final; /* number of the final reads that it has done */
  guint kill, pause, clock; /* open bands of its own, G_MAXUINT: none */
} TbPastOf;

typedef struct
{
  gint64 time_ns;
  char *xml;
} TbPastDrawing;

/* A fault as it was last asked for. */
typedef struct
{
  TbWireFault wire;
  gboolean known; /* its command is in the recording; else only its id is known */
  char *text;     /* of a partition, as it was called; NULL */
  guint band;     /* open, G_MAXUINT: none */
} TbPastFault;

/* What the counters did in about a second. */
typedef struct
{
  gint64 time_ns, since_ns;
  gint64 last_ns; /* of the latest thing that it has counted */
  guint32 size;
  const guint8 *bytes;
} TbPastFigures;

/* What one link did in one of them. */
typedef struct
{
  guint figures; /* index */
  TbPastSample sample;
} TbPastStep;

struct _TbPast
{
  GObject parent;
  char *path, *notice;
  TbRecordReader *reader;
  gboolean cut_short, growing, ended; /* ended: the run said so */
  gboolean masked; /* what some expressions match in messages is written as '*' */
  TbRunState run_state;
  gint64 stop_ns; /* when it began to stop; 0: it has not */
  gint64 end_ns;
  GStringChunk *texts;
  GArray *drawings;  /* of TbPastDrawing */
  GArray *facts;     /* of TbPastFact */
  GPtrArray *frames; /* what facts point to */
  GArray *instances, *links, *taps, *gaps, *states, *bands, *problems, *remarks, *commands;
  GArray *of;          /* of TbPastOf, as instances */
  GArray *agent_loads; /* of TbPastAgentLoad */
  GPtrArray *faults;   /* of TbPastFault */
  GArray *figures;     /* of TbPastFigures */
  guint64 n_operations, n_batches;
  GPtrArray *steps;    /* of GArray of TbPastStep: of all taps, of those that nobody drew, then by link */
  GPtrArray *sums;     /* of GArray of TbTapCounters: rows as they were after so many figures */
  struct TbPastPicture *picture; /* NULL: none was asked for */
};

/* ---- past-facts.c -------------------------------------------------------------------------------- */

/* Takes a record that is no event; damaged ones are passed over. */
void tb_past_take_record (TbPast *self, const TbRecord *record);
void tb_past_fault_free (gpointer fault);
const char *tb_past_keep_text (TbPast *self, const char *text);
/* -1: there is none of that id. */
int tb_past_find_instance (TbPast *self, const char *id);
/* "1000 2": an offset in ns and a rate. */
gboolean tb_past_read_clock (const char *value, gint64 *offset_ns, double *rate);

/* ---- past-events.c ------------------------------------------------------------------------------- */

/* As tb_past_events(), but goes on behind what is damaged: *position becomes that of the first. */
gsize tb_past_read_events (TbPast *self, guint64 *position, TbEvent *out, gsize max);

/* ---- past-commands.c ----------------------------------------------------------------------------- */

void tb_past_take_command (TbPast *self, const TbRecord *record);
void tb_past_command_clear (gpointer command);

/* ---- past-operations.c -------------------------------------------------------------------------- */

/* Counts them; they are read when they are asked for. */
void tb_past_take_operations (TbPast *self, const TbRecord *record);

/* ---- past-series.c ------------------------------------------------------------------------------- */

void tb_past_take_figures (TbPast *self, const TbRecord *record);
/* Index of the last figures that have counted nothing after that time, -1: there are none. */
gint64 tb_past_figures_at (TbPast *self, gint64 time_ns);
/* Adds what the figures [from, to) say to rows, of TbTapCounters, which become more where there are more. */
void tb_past_add_figures (TbPast *self, guint from, guint to, GArray *rows);
/* Rows as the first n figures make them, from the nearest that are kept. (transfer full) */
GArray *tb_past_sum_figures (TbPast *self, guint n);

/* ---- past-plan.c --------------------------------------------------------------------------------- */

/* As much of a plan as frames need: instances and links as they were planned, without what they were
 * started with. model gives uids; NULL: they have none. (transfer full) */
TbPlan *tb_past_plan_shell (const TbWirePlan *wire, const TbModel *model);
/* Indices of that plan are the wire's own. (transfer full) */
TbWireMap *tb_past_map_shell (const TbWirePlan *wire);

/* ---- past-known.c -------------------------------------------------------------------------------- */

/* What a session would have known by then from what it was told and asked for. */
typedef struct
{
  TbRunState state;
  char *reason;
  GArray *instances; /* of TbKnownInstance, as the past's */
  GArray *bypasses;  /* of TbKnownBypass */
  GPtrArray *faults; /* of TbKnownFault */
  guint plan;        /* index among the facts of the plan that holds, G_MAXUINT: none yet */
  guint next;        /* fact that comes next */
  gint64 agent_load; /* index of the last load of the agent's own, -1: none */
  gint64 time_ns;    /* until when */
} TbPastKnown;

TbPastKnown *tb_past_known_new (TbPast *past);
void tb_past_known_free (TbPastKnown *known);
/* Goes on to that time, never back. */
void tb_past_known_advance (TbPastKnown *known, TbPast *past, gint64 time_ns);

/* ---- past-frame.c -------------------------------------------------------------------------------- */

/* Where the last picture was: what follows it soon goes on from there. */
typedef struct TbPastPicture TbPastPicture;

void tb_past_picture_free (TbPastPicture *picture);

/* ---- past-count.c -------------------------------------------------------------------------------- */

/* What the tap counted when it told of that event. */
void tb_past_count (TbTapCounters *counters, const TbEvent *event);
