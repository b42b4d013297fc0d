/* What has happened in a run, as whoever looks back sees it: its recording, whether that is still being
 * written or was opened from a file. Panels, replay, comparison and exports read this.
 *
 * Main thread only; nothing blocks longer than the decoding of a block. Times are nanoseconds of the
 * monotonic clock of the machine that recorded, unless they say realtime. An event has a position,
 * counted from 0 over the whole run; positions never change, also when the oldest detail has gone.
 *
 * Pointers to rows (instances, links, bands …) are valid until the next tb_past_refresh(); the texts
 * they point to as long as the TbPast. */
#pragma once

#include <glib-object.h>

#include "tb-op.h"
#include "tb-session.h"

G_BEGIN_DECLS

#define TB_TYPE_PAST (tb_past_get_type ())
G_DECLARE_FINAL_TYPE (TbPast, tb_past, TB, PAST, GObject)

/* Its index is the one that the run's frames have. */
typedef struct
{
  const char *id, *component, *device;
  guint replica; /* from 1 */
  guint32 address; /* host order */
  guint16 port;  /* that a link to it leads to, 0 where there is none */
  gboolean outside, removed; /* removed: not drawn any more, or a probing client, which never was */
  gboolean builtin;
} TbPastInstance;

typedef struct
{
  const char *id, *from, *to; /* from, to: components */
  gboolean replicas;
  guint16 port;
} TbPastLink;

/* One tap: (calling instance, called instance, port); its index is its row, which events name. */
typedef struct
{
  guint link;     /* G_MAXUINT: nobody drew it */
  guint from, to; /* instances, G_MAXUINT: from outside */
  guint16 port;
  gint64 opened_ns;
} TbPastTap;

typedef struct
{
  gint64 from_ns, to_ns;
  guint64 events, payload_bytes; /* that are not there */
  const char *why;
} TbPastGap;

typedef struct
{
  gint64 time_ns;
  guint instance;
  TbInstanceState state;
  const char *sentence; /* "" where there is nothing to say */
  guint32 pid;
  int exit_code;
} TbPastState;

typedef enum
{
  TB_BAND_PARTITION, /* a cut of links or instances */
  TB_BAND_PACKET,    /* any other fault of a link */
  TB_BAND_KILL,      /* from the kill until it is ready again */
  TB_BAND_PAUSE,
  TB_BAND_CLOCK      /* its clock was moved */
} TbBandKind;

/* From when to when something was done to the run. */
typedef struct
{
  TbBandKind kind;
  const char *id;    /* of the fault; of an instance's band, the instance */
  const char *link;  /* NULL: none */
  const char *text;  /* "latency 20ms", "orders/2 | orders/1 orders/3" */
  guint instance;    /* G_MAXUINT: none */
  gint64 from_ns, to_ns; /* to_ns G_MAXINT64: goes on */
} TbPastBand;

typedef struct
{
  gint64 time_ns;
  guint severity; /* 0 error, 1 warning, 2 info */
  const char *instance; /* "" where it is of none */
  const char *sentence;
} TbPastProblem;

/* What a person, a command or a scenario asked of the run. */
typedef struct
{
  gint64 time_ns;
  guint type;               /* TbCommandType: KILL, FAULT_ADD … */
  const char *name;         /* an instance; of a fault its id, "": all; of SAY, of whom */
  const char *what, *value; /* of SAY: role, load, clock; else "" */
  const TbWireFault *fault; /* of FAULT_ADD; NULL: it could not be read */
} TbPastCommand;

/* What a viewer had recorded of a scenario that it carried out; src/runtime/scenario reads and writes it. */
typedef struct
{
  gint64 time_ns;
  const char *of, *what, *value;
} TbPastRemark;

/* Of one link, over one step of about a second: time_ns is its end, and it begins at the end of the one
 * before (the first at tb_past_start_ns()). A rate is a count divided by that. */
typedef struct
{
  gint64 time_ns;
  guint64 requests, replies, errors, bytes_up, bytes_down, refused, dropped;
  gint64 p50_ns, p95_ns, p99_ns; /* of what was answered in it; -1: none */
  gboolean gap;                  /* events of it are missing */
} TbPastSample;

/* Of an instance, about each second. */
typedef struct
{
  gint64 time_ns;
  double cpu; /* cores, since the one before */
  guint64 rss_bytes;
  guint threads, files, processes;
} TbPastLoad;

#define TB_PAST_ERROR (tb_past_error_quark ())
GQuark tb_past_error_quark (void);
typedef enum
{
  TB_PAST_ERROR_FILE,         /* it cannot be read */
  TB_PAST_ERROR_NO_RECORDING, /* it is something else */
  TB_PAST_ERROR_VERSION       /* of another version of Tierboard */
} TbPastError;

/* Whether the file begins as a recording does, of whatever version. */
gboolean tb_past_is_recording (const char *path);
/* NULL with an error that says in words what is wrong with the file. */
TbPast *tb_past_open (const char *path, GError **error);
/* Reads on in a file that has grown, up to that size (0: as far as it is whole); emits "grown" where
 * there was more. The session calls it for its own (tb_session_past()). */
void tb_past_refresh (TbPast *self, guint64 size);

const char *tb_past_path (TbPast *self);
/* The drawing's XML as it was then; NULL: there is none inside. */
const char *tb_past_architecture (TbPast *self, gint64 time_ns);
/* What whoever looks at it should know: "it was cut short …"; NULL: nothing. */
const char *tb_past_notice (TbPast *self);
gint64 tb_past_start_ns (TbPast *self);
gint64 tb_past_end_ns (TbPast *self); /* of what is known */
/* When the run began to stop, which is no outage of the system; of one that did not, the end. */
gint64 tb_past_stop_ns (TbPast *self);
gint64 tb_past_start_realtime_ns (TbPast *self);
/* Of the run when it ended, or as far as it is known. */
TbRunState tb_past_run_state (TbPast *self);

guint tb_past_n_instances (TbPast *self);
const TbPastInstance *tb_past_instance (TbPast *self, guint i); /* NULL: there is none */
guint tb_past_n_links (TbPast *self);
const TbPastLink *tb_past_link (TbPast *self, guint i);
guint tb_past_n_taps (TbPast *self);
const TbPastTap *tb_past_tap (TbPast *self, guint row); /* NULL: unknown row */
guint tb_past_n_gaps (TbPast *self);
const TbPastGap *tb_past_gap (TbPast *self, guint i);
guint tb_past_n_states (TbPast *self);
const TbPastState *tb_past_state (TbPast *self, guint i); /* in the order of time */
guint tb_past_n_bands (TbPast *self);
const TbPastBand *tb_past_band (TbPast *self, guint i); /* in the order in which they began */
guint tb_past_n_problems (TbPast *self);
const TbPastProblem *tb_past_problem (TbPast *self, guint i);
guint tb_past_n_commands (TbPast *self);
const TbPastCommand *tb_past_command (TbPast *self, guint i); /* in the order of time */
guint tb_past_n_remarks (TbPast *self);
const TbPastRemark *tb_past_remark (TbPast *self, guint i);

/* ---- Events: positions [first, n) can be asked for --------------------------------------------- */

guint64 tb_past_first_event (TbPast *self);
guint64 tb_past_n_events (TbPast *self);
/* FALSE where it is gone, or not there yet. */
gboolean tb_past_event (TbPast *self, guint64 position, TbEvent *event);
/* A run of them: how many were written to out. */
gsize tb_past_events (TbPast *self, guint64 position, TbEvent *out, gsize max);
/* The first position from there on that can be read; tb_past_n_events() where there is none. Only where the
 * file is damaged or cut is it another one within [first, n). */
guint64 tb_past_skip (TbPast *self, guint64 position);
/* Position of the first event at or after that time; tb_past_n_events() where there is none. */
guint64 tb_past_find (TbPast *self, gint64 time_ns);
/* The first bytes of its message. (transfer full), NULL: none were kept. */
GBytes *tb_past_payload (TbPast *self, guint64 position);
/* The reply of a request, or the request of a reply; FALSE where it is not in the recording, or farther
 * away than 262 144 events. */
gboolean tb_past_partner (TbPast *self, guint64 position, guint64 *other);

/* ---- Operations: what clients did on stores, as they said themselves ---------------------------- */

/* How many are recorded. */
guint64 tb_past_n_operations (TbPast *self);
/* The number of the final reads that an instance has done; 0: none. */
guint tb_past_final_reads (TbPast *self, guint instance);

typedef struct
{
  TbOp op;        /* client is the instance; process is its alone in the whole run; one whose outcome is UNKNOWN may have an end,
                     which is when its client gave it up */
  guint link;     /* G_MAXUINT: not known */
  gboolean final; /* a read that was made when all else had ended */
  guint shape;    /* what value is: TbShape (tb-record.h) */
} TbPastOperation;

/* What one instance told at a time. */
typedef struct
{
  gint64 time_ns;                    /* when that was: its operations ended before */
  guint instance;                    /* G_MAXUINT: a part of the file is damaged, and it is not known whose were in it */
  guint64 missed;                    /* operations before these that are not recorded */
  guint n;
  const TbPastOperation *operations; /* until the next call */
} TbPastBatch;

/* Reads them from the beginning on, and on while they come; with a place in the file of its own. */
typedef struct TbPastReading TbPastReading;
/* Keeps a reference. */
TbPastReading *tb_past_read_operations (TbPast *self);
void tb_past_reading_free (TbPastReading *reading);
/* FALSE: there are no more yet. */
gboolean tb_past_reading_next (TbPastReading *reading, TbPastBatch *batch);

/* ---- Figures ----------------------------------------------------------------------------------- */

/* Where its log can be read; NULL: it is not there any more. */
const char *tb_past_log_path (TbPast *self, guint instance);
/* (transfer full) of TbPastSample, of a link; of G_MAXUINT: of all that went over any tap. */
GArray *tb_past_series (TbPast *self, guint link);
/* (transfer full) of TbPastLoad. */
GArray *tb_past_load (TbPast *self, guint instance);
/* The picture at a moment, as the run would have shown it, with the events in (since_ns, time_ns].
 * model gives elements their uids (NULL: they have none). (transfer full), tb_live_frame_unref(). */
TbLiveFrame *tb_past_frame (TbPast *self, const TbModel *model, gint64 time_ns, gint64 since_ns);

/* Signal: "grown" (). */

G_END_DECLS
