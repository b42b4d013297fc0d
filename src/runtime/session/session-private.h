/* One run, from the inside.
 *
 *   session.c    the object: its life, its socket, commands
 *   facts.c      what the agent says, and what that changes
 *   launch.c     block of addresses, run directory, agent, and what is left when it dies
 *   wire-plan.c  the plan as the agent is told it
 *   change.c     another drawing while it runs
 *   live*.c      counters and ring to live frames: live-private.h
 *   partition.c  names and partitions to pairs of instances; pure
 *   faults.c     what the viewer asks for on links and between instances
 *   held.c       messages that are held, and what is done to them
 *   do.c, fault-of-do.c  what a scenario asks for
 *   clock.c      clocks of instances
 *   load.c       how much clients ask
 *   role.c       who leads, asked of those that say so; role-said.c and role-postgres.c what they answer, pure
 *   trust.c      what was allowed before
 *   past*.c, trace.c  what has happened, from the recording: past-private.h
 *
 * The session's state (TbRunState), and what moves it:
 *
 *   STARTING ──RUN_STATE──▶ RUNNING ──RUN_STATE──▶ STOPPING ──RUN_STATE──▶ STOPPED
 *      │                       │                      │
 *      └───────────────────────┴──────────────────────┴──tb_session_close()──▶ FAILED, or STOPPED where
 *                                                                        a stop was asked for
 * In STOPPED and FAILED no instance exists and the counters can still be read; the agent itself has
 * ended when tb_session_close() returns, a moment later at most, and nothing is sent any more. */
#pragma once

#include "tb-held.h"
#include "tb-session.h"

/* A plan that frames and session share, since frames outlive the session. */
typedef struct
{
  gatomicrefcount count;
  TbPlan *plan;
} TbSharedPlan;

TbSharedPlan *tb_shared_plan_new (TbPlan *plan); /* takes it */
TbSharedPlan *tb_shared_plan_ref (TbSharedPlan *shared);
void tb_shared_plan_unref (TbSharedPlan *shared);

/* ---- launch.c ------------------------------------------------------------------------------------ */

typedef struct
{
  guint block;
  int claim;      /* the abstract socket that holds the block */
  char *run_dir;
  int dir_lock;   /* held as long as the directory is in use */
  pid_t agent;    /* 0: none */
  int socket;     /* -1: none */
} TbLaunch;

/* Claims a block of addresses, preferably that one, and makes the run's directory. */
gboolean tb_launch_prepare (TbLaunch *launch, guint preferred, GError **error);
/* Starts the agent with a socket to us. */
gboolean tb_launch_agent (TbLaunch *launch, GError **error);
/* Waits for the agent's end if wait_ns > 0, kills it if it has not come, and kills what came to us
 * from it. *status is its wait status, or -1. */
void tb_launch_end_agent (TbLaunch *launch, gint64 wait_ns, gboolean sole_children, int *status);
/* Releases block and directory. */
void tb_launch_clear (TbLaunch *launch);
/* Where the run of an ordinary user's commands goes, when we are root: "nobody"; otherwise NULL. */
const char *tb_launch_default_user (void);

/* ---- wire-plan.c --------------------------------------------------------------------------------- */

typedef struct
{
  TbWirePlan plan;       /* borrows every string from the TbPlan */
  GPtrArray *owned;      /* arrays and few strings of ours */
  guint32 *to_wire;      /* plan index of an instance → wire index, G_MAXUINT32: not started */
  guint32 *from_wire;    /* and back */
  guint32 *link_from_wire; /* wire index of a link → plan index */
} TbWireMap;

TbWireMap *tb_wire_map_new (const TbPlan *plan, const TbSessionOptions *options,
                            const char *run_dir, guint64 seed);
/* Of a plan that follows: indices of the wire are kept as the plan's are. */
TbWireMap *tb_wire_map_follow (const TbWireMap *before, const TbPlan *plan);
/* The architecture goes into the recording, so that one file holds the run and what ran; as
 * tb_session_drawing() has it. */
void tb_wire_map_set_document (TbWireMap *map, const TbModel *model, GHashTable *replicas);
void tb_wire_map_free (TbWireMap *map);

/* ---- drawing.c ------------------------------------------------------------------------------------ */

/* A drawing's XML as it goes into a recording: with the replicas that there are (component's id to a count; NULL:
 * as drawn), and without what the masks (NULL: none) match in values, in command lines and in comments. It can be
 * opened like the drawing itself. (transfer full) */
char *tb_session_drawing (const TbModel *model, GHashTable *replicas, const char *const *masks, gsize *size);

/* ---- live*.c ------------------------------------------------------------------------------------- */

/* What is known of an instance from facts; index as in the plan. */
typedef struct
{
  TbInstanceState state;
  guint32 pid;
  int exit_code;
  guint restarts;
  char *sentence, *waiting, *log_path; /* GRefString or NULL */
  guint64 log_size, log_lost;
  gint64 load_time_ns;
  guint64 load_cpu_ns, rss_bytes;
  guint processes, threads, files, loop;
  gint64 due_ns;
  double cpu;
  char *role; /* GRefString or NULL */
  guint64 term; /* in which it has that role; 0: it says none */
  guint64 digest; /* of what it holds */
  gboolean has_digest;
  gint64 clock_offset_ns;
  double clock_rate; /* 1: as the true one */
} TbKnownInstance;

typedef struct
{
  guint32 from, to; /* plan indices, G_MAXUINT32: unknown */
  guint16 port;
  char *why; /* GRefString */
} TbKnownBypass;

typedef struct
{
  TbWireFault wire; /* as it was asked for last */
  guint pending;    /* how often it was asked for or removed without an answer yet */
  gboolean active;
  TbFaultState state;
  gint64 since_ns;
  gboolean going;   /* the last that was asked was to remove it */
  char *text;       /* of a partition, GRefString; else NULL */
  GArray *cut_off;  /* of guint: of a partition from everyone else, who it is; else NULL */
  gboolean one_way; /* they still hear the others */
  GArray *cut_links; /* of a partition: TbLinkCut, one for each link of the plan; else NULL */
} TbKnownFault;

typedef enum
{
  TB_CUT_NOT,
  TB_CUT_PARTLY,
  TB_CUT_WHOLLY
} TbCutOf;

typedef struct
{
  TbCutOf of;
  char *words; /* GRefString: which ways, "shop/2 → orders"; NULL: all, or none */
} TbLinkCut;

/* live-span.c: figures of a link over longer than a second. */
typedef struct TbSpans TbSpans;
TbSpans *tb_spans_new (void);
void tb_spans_clear (TbSpans *spans);
void tb_spans_free (TbSpans *spans);
/* Fills sums->spans; what sums says of now and of the last second is known already. */
void tb_spans_take (TbSpans *spans, TbLiveLink *sums, const TbHistogram *total, gint64 start_ns,
                    gint64 now_ns);
void tb_live_span_set_latency (TbLiveSpan *span, const TbHistogram *h);

typedef struct TbLive TbLive;

TbLive *tb_live_new (TbSharedPlan *plan, TbWireMap *map);
void tb_live_free (TbLive *live);
/* Goes on with a plan that follows the one before. */
void tb_live_change (TbLive *live, TbSharedPlan *plan, TbWireMap *map);
/* Takes the descriptors. FALSE with error where they are not what they should be. */
gboolean tb_live_map (TbLive *live, int counters_fd, int ring_fd, GError **error);
gboolean tb_live_is_mapped (const TbLive *live);

typedef struct
{
  TbRunState state;
  const char *reason;
  gint64 start_ns;
  const TbKnownInstance *instances;
  const GArray *bypasses; /* of TbKnownBypass */
  const GPtrArray *faults; /* of TbKnownFault */
  double agent_cpu;
  gint64 agent_lag_ns, agent_lag_p99_ns;
} TbKnown;

/* Where no counters are mapped, rows are set instead, each as it is at some moment; a new one is the next. */
void tb_live_set_row (TbLive *live, guint index, const TbTapCounters *counters);
/* What the rows are now is what rates and recent latencies are measured from; again: only those of the last
 * second, the others are measured from where they began before. */
void tb_live_begin_at (TbLive *live, gint64 start_ns, gint64 time_ns, gboolean again);
/* Takes them. */
void tb_live_frame_set_events (TbLiveFrame *self, TbEvent *events, guint n);
/* Events that the next frame will miss. */
guint64 tb_live_behind (const TbLive *live);
/* events FALSE: they are left for the next frame. */
TbLiveFrame *tb_live_frame (TbLive *live, const TbKnown *known, gint64 now_ns, gboolean events);

/* ---- session.c, facts.c ---------------------------------------------------------------------------- */

typedef struct TbRoles TbRoles;

struct _TbSession
{
  GObject parent;
  TbModel *model;
  TbLaunch launch;
  TbSharedPlan *plan;
  TbWireMap *map;
  TbLive *live;
  gboolean sole_children;
  GMainContext *context;
  GSource *readable, *writable;
  GByteArray *in;
  GArray *descriptors; /* of int: came with the stream, not yet asked for */
  TbWriter out;
  TbRunState state;
  char *reason;
  gboolean welcomed, stop_asked, closed;
  gint64 start_ns;
  TbKnownInstance *instances; /* as the plan's */
  GArray *bypasses;           /* of TbKnownBypass */
  GPtrArray *faults;          /* of TbKnownFault */
  gboolean probes;            /* there are probing clients */
  GHashTable *replicas;       /* component's id → how many, where it was scaled and the model says otherwise */
  char *file;                 /* the drawing's; NULL */
  guint64 seed;
  guint64 asked, answered;    /* PINGs that were sent, PONGs that came */
  guint n_partitions; /* so far: each draws anew */
  TbRoles *roles;
  gint64 agent_time_ns;
  guint64 agent_cpu_ns;
  double agent_cpu;
  gint64 agent_lag_ns, agent_lag_p99_ns;
  GSource *beat;    /* each second: whether this process got to run at all */
  gint64 beat_ns;
  guint64 missed;   /* events that were overwritten unread, since the last beat */
  char *recording;  /* where it lies, once something of it can be read; NULL */
  guint64 recorded; /* how far it can be read */
  struct _TbPast *past; /* NULL: nobody asked */
  TbHeldList *held;
  guint held_token; /* of what was asked last */
};

enum
{
  TB_SESSION_SIGNAL_STATE,
  TB_SESSION_SIGNAL_INSTANCE,
  TB_SESSION_SIGNAL_PROBLEM,
  TB_SESSION_SIGNAL_WAITING,
  TB_SESSION_SIGNAL_CHANGED,
  TB_SESSION_SIGNAL_PAST,
  TB_N_SESSION_SIGNALS
};

extern guint tb_session_signals[TB_N_SESSION_SIGNALS];

void tb_session_set_state (TbSession *self, TbRunState state, const char *reason);
/* NULL where there is none of that id. */
TbKnownFault *tb_session_find_fault (const TbSession *self, const char *id);
/* A TbRoleFunc; data is the session. */
const char *tb_session_role_of (guint instance, gpointer data);
/* As tb_fault_of_do(), of that kind whatever the element names. */
gboolean tb_fault_of_do_as (const TbPlan *plan, const TbElement *action, TbFaultKind kind,
                            const char *id, TbWireFault *fault, GError **error);
/* Frees a GRefString and puts another in its place; NULL and "" give NULL. */
void tb_replace_text (char **text, const char *with);
/* Sends what is in self->out. */
void tb_session_sent (TbSession *self);
/* One frame with a name, or with none (NULL). */
void tb_session_send_name (TbSession *self, TbCommandType type, const char *name);
/* Asks until it is freed, which is before the session is. */
TbRoles *tb_roles_new (TbSession *session);
void tb_roles_free (TbRoles *roles);
/* NULL where libfaketime is not installed. */
const char *tb_clock_find_library (void);
/* Every clock of its own begins with the true time; those that an earlier plan had go on. */
void tb_session_prepare_clocks (TbSession *self, const TbPlan *before);
/* The files that clients read their load from are there, and say what they said. */
void tb_session_prepare_loads (TbSession *self, const TbPlan *before);
/* before, replicas and probes as in TbPlanOptions. */
TbPlan *tb_session_make_plan (TbSession *self, const TbModel *model, const TbPlan *before,
                              GHashTable *replicas, gboolean probes, GError **error);
/* The plan is another: partitions say anew which links they cut, and who is cut off from everyone is so
 * from the new ones too. */
void tb_session_renew_partitions (TbSession *self);
void tb_known_fault_free (gpointer fault);
/* How much of each of the plan's links those ways cut, and which: of TbLinkCut (transfer full). pairs: of
 * TbWirePair, indices of the plan. */
GArray *tb_cut_of_links (const TbPlan *plan, const GArray *pairs);
/* Whether more of it is being written, so that its end is no end. */
void tb_past_set_growing (struct _TbPast *past, gboolean growing);
/* What was recorded since, where somebody looks at it. */
void tb_session_refresh_past (TbSession *self);
/* held.c: facts, and the end: nothing is held any more, and nothing that was asked is answered. */
gboolean tb_session_take_held (TbSession *self, TbReader *r);
gboolean tb_session_take_held_done (TbSession *self, TbReader *r);
void tb_session_close_held (TbSession *self);
void tb_session_take_fact (TbSession *self, TbReader *r);
/* The agent ended (why NULL), or is given up. Nothing of the run is left when this returns. */
void tb_session_close (TbSession *self, const char *why);
