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
  gint64 record_limit_bytes; /* 0: 1 GiB, or 256 MiB of one that is gone with the run */
  gint64 record_limit_ns;    /* 0: none; detail older than that goes from the recording */
  guint payload_max;         /* first bytes kept of each message, at most TB_SESSION_PAYLOAD_MOST; 0: the default */
  gboolean payload_off;      /* none are */
  const char *const *record_masks; /* POSIX extended expressions: what they match in a message is not recorded; NULL: none */
  gboolean probes;         /* with probing clients from the start (tb-plan.h) */
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
  guint64 log_lost;      /* bytes it wrote that are kept no more */
  double cpu;            /* cores used over the last second */
  guint64 rss_bytes;
  guint processes, threads, files; /* of all its processes, each second */
  gint64 due_ns;         /* of the monotonic clock: when it starts again, or is killed; 0: neither */
  guint loop;            /* how often in a row it ended soon after its start; from 3 on a crash loop */
  const char *role;      /* what it says it is ("leader", "replica"); "" where nothing is known */
  gint64 clock_offset_ns; /* what its clock is wrong by … */
  double clock_rate;      /* … and how fast it goes; 1: as the true one */
  gboolean removed;       /* it is not drawn any more, or never was (a probing client) … */
  gboolean gone;          /* … and nothing of it runs: of no interest but for what it was */
  guint64 term;           /* in which it has that role, where terms are counted; 0: not known */
  guint64 digest;         /* of all it holds: equal where two replicas hold the same … */
  gboolean has_digest;    /* … if it says one; docs/replication.md says what it is made of */
  guint64 under_way;      /* requests that its taps saw come and that it has not answered */
} TbLiveInstance;

/* How far back a figure looks. */
typedef enum
{
  TB_SPAN_SECOND,
  TB_SPAN_TEN, /* seconds */
  TB_SPAN_RUN,
  TB_N_SPANS
} TbSpan;

typedef struct
{
  double request_rate, reply_rate, error_rate, byte_rate_up, byte_rate_down; /* a second */
  guint64 requests, replies, errors;
  guint64 refused; /* connections that were refused or timed out */
  gint64 p50_ns, p95_ns, p99_ns; /* -1: none */
} TbLiveSpan;

/* Sums over the taps of a drawn link, and over the last second. */
typedef struct
{
  const char *id;
  TbUid link;            /* 0: replicas, or nobody drew it */
  const char *from, *to; /* components */
  const char *address;   /* where callers from outside the run reach it, with port; NULL: there are none */
  gboolean tapped;       /* a tap exists and nothing goes past it */
  const char *not_tapped; /* why not, in words; NULL */
  gboolean framed;
  guint64 connections_open, connections_total, refused, timed_out, resets;
  guint64 requests, replies, errors, bytes_up, bytes_down;
  TbFlow up, down;
  double request_rate, reply_rate, error_rate, byte_rate_up, byte_rate_down; /* a second */
  gint64 p50_ns, p95_ns, p99_ns;             /* of the run; -1: none */
  gint64 recent_p50_ns, recent_p95_ns, recent_p99_ns; /* of about the last second */
  guint faults;                              /* bit per TbFaultKind */
  const char *fault_text;                    /* "latency 20ms, drop 10%"; NULL: no fault but cuts */
  gint64 cut_since_ns;                       /* 0: not cut */
  gboolean partly_cut;                       /* some pairs of its instances are, by a partition */
  const char *cut_text; /* where not all of it is cut, who does not reach whom: "shop/2 → orders"; else NULL */
  TbLiveSpan spans[TB_N_SPANS];
} TbLiveLink;

/* A fault that was asked for on a link. */
typedef struct
{
  const char *id, *link;
  const char *text;    /* as tb_fault_format() has it */
  const char *summary; /* as tb_fault_summary() */
  TbFaultKind kind;
  TbFaultState state; /* GONE: the agent has not said yet that it holds */
} TbLiveFault;

/* A partition that holds. */
typedef struct
{
  const char *id, *text; /* text: "orders/2 | orders/1 orders/3" */
  gint64 since_ns;
} TbLivePartition;

/* One tap: (calling instance, called instance, port). */
typedef struct
{
  guint row, link; /* link: index in links, G_MAXUINT: of one that is not drawn any more */
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
  const TbLivePartition *partitions;
  guint n_partitions;
  const TbLiveFault *faults; /* on links by name, in the order in which they were first asked for */
  guint n_faults;
  const TbEvent *events; /* since the frame before, oldest first */
  guint n_events;
  guint64 missed_events; /* overwritten before they could be read, since the frame before */
  double agent_cpu;      /* cores, over the last second */
  gint64 agent_lag_ns;   /* its loop's worst lag of the last second */
  gint64 agent_lag_p99_ns; /* and that which 99 of 100 of its rounds stayed below */
} TbLiveFrame;

/* What a tap hands on of a message, and what of it is kept where nothing is said. */
#define TB_SESSION_PAYLOAD_MOST 4096
#define TB_SESSION_PAYLOAD_DEFAULT 4096

#define TB_SESSION_ERROR (tb_session_error_quark ())
GQuark tb_session_error_quark (void);
typedef enum
{
  TB_SESSION_ERROR_PLAN,     /* the drawing cannot be run */
  TB_SESSION_ERROR_AGENT,    /* the agent could not be started or spoken to */
  TB_SESSION_ERROR_UNTRUSTED,
  TB_SESSION_ERROR_NAME,     /* there is no such instance, link, fault … */
  TB_SESSION_ERROR_OVER      /* the run is over, or about to be */
} TbSessionError;

/* Plans and starts. Trust must have been settled before (tb_trust_*): this runs what it is given. */
TbSession *tb_session_start (TbModel *model, const TbSessionOptions *options, GError **error);
const TbPlan *tb_session_plan (TbSession *session);
TbRunState tb_session_state (TbSession *session);
/* Reads counters and ring now. (transfer full), NULL before the agent's welcome. */
TbLiveFrame *tb_session_frame (TbSession *session);
/* The same without events: those are left to whoever reads frames. */
TbLiveFrame *tb_session_look (TbSession *session);
/* Of the instance with that plan index; restarts may be NULL. */
TbInstanceState tb_session_instance_state (TbSession *session, guint instance, guint *restarts);
/* Its log file, or NULL while there is none. */
const char *tb_session_log_path (TbSession *session, guint instance);
/* Whether the replicas of a component hold the same, as they say themselves: 1, 0; -1 where one that is ready does not
 * say, or none is ready. Those that are down are not asked. */
int tb_session_converged (TbSession *session, const char *component);
/* The same of a frame, live or replayed. */
int tb_live_converged (const TbLiveFrame *frame, const char *component);
void tb_live_frame_unref (TbLiveFrame *frame);
TbLiveFrame *tb_live_frame_ref (TbLiveFrame *frame);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TbLiveFrame, tb_live_frame_unref)

/* What has happened in it so far, from its recording; tb-past.h. (transfer none) NULL until there is
 * something to read, where nothing is recorded, or where it cannot be read. Reads on by itself from when
 * it was first asked for, and outlives the session if a reference is kept. */
struct _TbPast *tb_session_past (TbSession *session);

/* Asks for the ordered stop; "state" tells when it is reached. */
void tb_session_stop (TbSession *session);
/* Instance by name. What: one of TB_COMMAND_KILL, PAUSE, RESUME, RESTART, START_ANYWAY,
 * HALT, START. */
void tb_session_instance_command (TbSession *session, TbCommandType what, const char *instance);
/* Replaces the fault of the same id. */
void tb_session_add_fault (TbSession *session, const TbWireFault *fault);
/* "" removes all. */
void tb_session_remove_fault (TbSession *session, const char *id);
/* Of a hold: lets n of the messages that it keeps go on; 0: all that wait now. */
void tb_session_step_fault (TbSession *session, const char *id, guint n);
/* The fault that a scenario's <do> asks for (partition="cut" too), under that id; *fault must be cleared. FALSE where it is
 * none, or an attribute is nothing that this fault could have. */
gboolean tb_fault_of_do (const TbPlan *plan, const TbElement *action, const char *id,
                         TbWireFault *fault, GError **error);
/* Carries a scenario's <do> out: fault, partition and heal as the fault of that id, which ends after
 * `for` if it says so; kill, pause, resume and restart of the instances that it names. FALSE where it
 * asks for something that is not there. */
gboolean tb_session_do (TbSession *session, const TbElement *action, const char *id, GError **error);
/* What the built-in clients that the name means ask from now on: "rate 100" (requests a second; 0: nothing),
 * "think exponential 20ms" (the pause after each answer), or "own" (as the drawing says). FALSE with
 * TB_SESSION_ERROR_NAME where it means nothing, or something else than built-in clients. */
gboolean tb_session_set_load (TbSession *session, const char *names, const char *load, GError **error);
/* Has the recording remember what only the viewer knows: of whom, what, and what of it; see TB_COMMAND_SAY.
 * Whoever looks back finds it with tb_past_remark(), where `what` begins with "scenario". */
void tb_session_say (TbSession *session, const char *of, const char *what, const char *value);
/* A fault that was asked for and is not gone. */
typedef struct
{
  const TbWireFault *fault; /* as it was asked for last */
  const char *text;         /* of a partition: who is cut off from whom; else NULL */
  gboolean active, pending; /* pending: the agent has not said yet that it is so */
  gint64 since_ns;          /* when it began; 0: not yet */
} TbSessionFault;

guint tb_session_n_faults (TbSession *session);
/* In the order in which they were first asked for; valid until the next fact or command. */
TbSessionFault tb_session_fault_at (TbSession *session, guint i);
/* FALSE where there is none of that id. */
gboolean tb_session_fault (TbSession *session, const char *id, TbSessionFault *fault);
/* Where the run's files lie: logs, each instance's directory, its control socket. */
const char *tb_session_run_dir (TbSession *session);
/* Cuts a drawn link both ways for all its instances, as fault "cut:LINK"; heals it. */
void tb_session_cut (TbSession *session, const char *link_id);
void tb_session_heal (TbSession *session, const char *link_id);
gboolean tb_session_is_cut (TbSession *session, const char *link_id);

/* ---- Another drawing --------------------------------------------------------------------------- */

/* What the run would become, thought through before it is done. */
typedef struct TbSessionChange TbSessionChange;

/* The run as that drawing would have it: an instance that is in both, and would be started the same way,
 * is left alone. NULL with error, and the run is as it was, where it cannot be planned. */
TbSessionChange *tb_session_plan_change (TbSession *session, TbModel *model, GError **error);
/* The run with so many replicas of a component, and nothing else different from what runs now. */
TbSessionChange *tb_session_plan_scale (TbSession *session, const char *component, guint replicas,
                                        GError **error);
/* The run with probing clients, or without them. */
TbSessionChange *tb_session_plan_probes (TbSession *session, gboolean probes, GError **error);
gboolean tb_session_has_probes (TbSession *session);
const TbPlanChange *tb_session_change_of (const TbSessionChange *change);
/* Whether what it would execute was allowed: nothing new, or all of it remembered. */
gboolean tb_session_change_is_trusted (const TbSessionChange *change);
/* Remembers all of it. */
gboolean tb_session_change_trust (const TbSessionChange *change, GError **error);
/* Does it; emits "changed". FALSE where the run has become another since it was planned, or ends. */
gboolean tb_session_apply (TbSession *session, TbSessionChange *change, GError **error);
void tb_session_change_free (TbSessionChange *change);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TbSessionChange, tb_session_change_free)
/* Whether the agent has yet to say how what was applied last has begun. */
gboolean tb_session_is_changing (TbSession *session);
/* How many of it run, or are to; 0: no such component. */
guint tb_session_replicas (TbSession *session, const char *component);

/* ---- Clocks ---------------------------------------------------------------------------------- */

/* Moves the clock of the instance with that plan index: what is added to the true time, and how fast
 * it goes (1; at most 1000). Waits and timeouts go on by the true time. FALSE with
 * TB_SESSION_ERROR_NAME where it has no clock of its own (clock="own" on the component), where
 * libfaketime is not installed, or where its program cannot load it. */
gboolean tb_session_set_clock (TbSession *session, guint instance, gint64 offset_ns, double rate,
                               GError **error);
gboolean tb_session_can_set_clock (TbSession *session, guint instance);

/* ---- Partitions ------------------------------------------------------------------------------ */

/* X (name, text, instances it needs, what it does) */
#define TB_PARTITIONS(X)                                                                           \
  X (ISOLATE, "isolate", 1, "cut off from the others, both ways")                                  \
  X (HALVES, "halves", 2, "two halves that do not hear each other")                                \
  X (RANDOM_HALVES, "random-halves", 2, "two halves drawn by chance")                              \
  X (MINORITY_THIRD, "minority-third", 2, "less than a third, at least one, cut off from the rest") \
  X (MAJORITIES_RING, "majorities-ring", 3, "each hears a majority, no two the same one")          \
  X (BRIDGE, "bridge", 3, "two halves that only one instance hears both of")                       \
  X (ONE_WAY, "one-way", 1, "not heard by the others, but hears them")

typedef enum
{
#define X(name, text, fewest, what) TB_PARTITION_##name,
  TB_PARTITIONS (X)
#undef X
  TB_PARTITION_COUNT
} TbPartitionKind;

const char *tb_partition_name (TbPartitionKind kind);
const char *tb_partition_what (TbPartitionKind kind);
gboolean tb_partition_from_name (const char *name, TbPartitionKind *kind);

/* Names are separated by spaces or commas, each an instance ("orders/1"), a component, a role of one
 * ("orders/leader"), a device or "*". */
typedef struct
{
  TbPartitionKind kind;
  const char *of;   /* NULL: "*" */
  const char *from; /* isolate, one-way: whom they are cut off from; NULL or "": everyone else */
  guint64 seed;     /* 0: drawn from the run's, another each time */
  gint64 for_ns;    /* after which it is healed; 0: stays */
} TbPartition;

/* What the instance of that plan index says it is, or NULL. */
typedef const char *(*TbRoleFunc) (guint instance, gpointer data);

/* The partition that a scenario's <do> asks for; it borrows the names. FALSE where it is none, or is
 * "cut", which is a fault of links. */
gboolean tb_partition_of_do (const TbElement *action, TbPartition *partition, GError **error);

/* Plan indices of the instances that the names mean, in the plan's order; those outside are left
 * out. (transfer full) of guint; NULL with TB_SESSION_ERROR_NAME. */
GArray *tb_names_to_instances (const TbPlan *plan, const char *names, TbRoleFunc role,
                               gpointer data, GError **error);
/* The ways that it cuts, as TbWirePair of plan indices; *text (may be NULL) gets it in words. A seed
 * of 0 is a seed here. (transfer full); NULL with TB_SESSION_ERROR_NAME. */
GArray *tb_partition_pairs (const TbPlan *plan, const TbPartition *partition, TbRoleFunc role,
                            gpointer data, char **text, GError **error);

/* Cuts all its ways at once, as the fault of that id (NULL: "partition"; one of the same id is
 * replaced). Whatever was already on its way stays in the taps, FIN and RST too. */
gboolean tb_session_partition (TbSession *session, const char *id, const TbPartition *partition,
                               GError **error);
/* Ends every cut and partition; other faults stay. */
void tb_session_heal_all (TbSession *session);

/* Signals: "changed" (): another plan, indices of what was before stay; "state" (); "instance" (guint index); "problem" (guint severity, const char *instance,
 * const char *sentence); "waiting" (const char *instance, const char *what); "past" (): tb_session_past()
 * has something now. */

/* ---- Trust: opening a file runs nothing, and the first run asks -------------------------------- */

/* Remembered in $XDG_STATE_HOME/tierboard/trust, one SHA-256 of the commands a line. Commands of
 * built-in components alone need no trust. */
gboolean tb_trust_needed (const char *commands);
gboolean tb_trust_is_known (const char *commands);
gboolean tb_trust_remember (const char *commands, GError **error);

G_END_DECLS
