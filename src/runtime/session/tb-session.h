/* One run, as the window and the command see it: starts the agent, drains what it says, and offers
 * one immutable live frame. A recording replayed offers the same.
 *
 * Everything happens on the main context of the thread that made it. The agent is spawned with
 * posix_spawn, so the size of this process does not matter; when the session's process dies in
 * whatever way, the agent sees it and ends the run. */
#pragma once

#include <glib-object.h>

#include "tb-model.h"
#include "tb-plan.h"
#include "tb-wire.h"

G_BEGIN_DECLS

#define TB_TYPE_SESSION (tb_session_get_type ())
G_DECLARE_FINAL_TYPE (TbSession, tb_session, TB, SESSION, GObject)

typedef struct
{
  const char *record_path; /* NULL: a file in the run's directory, gone with it */
  guint64 seed;            /* 0: chosen */
  gboolean contain;
  gboolean no_seccomp;
  gboolean record_off;
  const char *file;        /* the drawing's, for errors and the block of addresses; NULL: its name */
  gboolean sole_children;  /* this process starts no other children: what comes to it is the run's */
} TbSessionOptions;

typedef struct
{
  const char *id, *component;
  TbUid component_uid;
  guint replica;
  guint32 address;
  guint16 port;          /* of its first service, 0 where it has none */
  TbInstanceState state;
  guint32 pid;           /* 0: none */
  int exit_code;
  guint restarts;
  const char *sentence;  /* why it is in that state; "" where there is nothing to say */
  const char *waiting;   /* what it waits for; "" */
  const char *log_path;
  guint64 log_size;
  double cpu;            /* cores used over the last second */
  guint64 rss_bytes;
} TbLiveInstance;

/* Sums over the taps of a drawn link, and over the last second. */
typedef struct
{
  const char *id;
  TbUid link;            /* 0: replicas, or nobody drew it */
  const char *from, *to; /* components */
  gboolean tapped;       /* a tap exists and nothing goes past it */
  const char *not_tapped; /* why not, in words; NULL */
  gboolean framed;
  guint64 connections_open, connections_total, refused, timed_out, resets;
  guint64 requests, replies, errors, bytes_up, bytes_down;
  TbFlow up, down;
  double request_rate, reply_rate, error_rate, byte_rate_up, byte_rate_down; /* a second */
  gint64 p50_ns, p95_ns, p99_ns;             /* of the run; -1: none */
  gint64 recent_p50_ns, recent_p99_ns;       /* of about the last second */
  guint faults;                              /* bit per TbFaultKind */
  gint64 cut_since_ns;                       /* 0: not cut */
} TbLiveLink;

/* One tap: (calling instance, called instance, port). */
typedef struct
{
  guint row, link; /* link: index in links */
  guint from, to;  /* instances */
  TbTapCounters counters;
} TbLiveTap;

/* Immutable; everything it points to lives as long as it. */
typedef struct
{
  gint64 time_ns;  /* of the copy */
  gint64 start_ns; /* of the run */
  TbRunState state;
  const char *reason;
  const TbLiveInstance *instances;
  guint n_instances;
  const TbLiveLink *links;
  guint n_links;
  const TbLiveTap *taps;
  guint n_taps;
  const TbEvent *events; /* since the frame before, oldest first */
  guint n_events;
  guint64 missed_events; /* overwritten before they could be read, since the frame before */
  double agent_cpu;      /* cores, over the last second */
  gint64 agent_lag_ns;   /* its loop's worst lag of the last second */
} TbLiveFrame;

#define TB_SESSION_ERROR (tb_session_error_quark ())
GQuark tb_session_error_quark (void);
typedef enum
{
  TB_SESSION_ERROR_PLAN,     /* the drawing cannot be run */
  TB_SESSION_ERROR_AGENT,    /* the agent could not be started or spoken to */
  TB_SESSION_ERROR_UNTRUSTED
} TbSessionError;

/* Plans and starts. Trust must have been settled before (tb_trust_*): this runs what it is given. */
TbSession *tb_session_start (TbModel *model, const TbSessionOptions *options, GError **error);
const TbPlan *tb_session_plan (TbSession *session);
TbRunState tb_session_state (TbSession *session);
/* Reads counters and ring now. (transfer full), NULL before the agent's welcome. */
TbLiveFrame *tb_session_frame (TbSession *session);
void tb_live_frame_unref (TbLiveFrame *frame);
TbLiveFrame *tb_live_frame_ref (TbLiveFrame *frame);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TbLiveFrame, tb_live_frame_unref)

/* Asks for the ordered stop; "state" tells when it is reached. */
void tb_session_stop (TbSession *session);
/* Instance by name. What: one of TB_COMMAND_KILL, PAUSE, RESUME, RESTART, START_ANYWAY. */
void tb_session_instance_command (TbSession *session, TbCommandType what, const char *instance);
/* Replaces the fault of the same id. */
void tb_session_add_fault (TbSession *session, const TbWireFault *fault);
/* "" removes all. */
void tb_session_remove_fault (TbSession *session, const char *id);
/* Cuts a drawn link both ways for all its instances, as fault "cut:LINK"; heals it. */
void tb_session_cut (TbSession *session, const char *link_id);
void tb_session_heal (TbSession *session, const char *link_id);
gboolean tb_session_is_cut (TbSession *session, const char *link_id);

/* Signals: "state" (); "instance" (guint index); "problem" (guint severity, const char *instance,
 * const char *sentence); "waiting" (const char *instance, const char *what). */

/* ---- Trust: opening a file runs nothing, and the first run asks -------------------------------- */

/* Remembered in $XDG_STATE_HOME/tierboard/trust, one SHA-256 of the commands a line. Commands of
 * built-in components alone need no trust. */
gboolean tb_trust_needed (const char *commands);
gboolean tb_trust_is_known (const char *commands);
gboolean tb_trust_remember (const char *commands, GError **error);

G_END_DECLS
