/* Thread 2 of the agent: everything but the taps.
 *
 *   viewer.c    the socket: commands in, facts out (and into the recording)
 *   agent.c     start-up, the plan, the supervisor's actions, the end
 *   change.c    another plan while it runs
 *   instance.c  one instance's processes: leash, log, readiness, end
 *   outside.c   addresses of what lies outside
 *   orphans.c   reaping, and what loses its leash
 *   upkeep.c    what happens each second: loads, log sizes, recording flushed
 *   census.c    who has started too many processes
 *   log-record.c what instances print, as part of the recording
 *   operations.c what clients say that they did on stores, and its way into the recording
 *   recording.c the recording, and what to do when it cannot be written
 *   terminal*.c who attaches to an instance's terminal, and debuggers */
#pragma once

#include <sys/resource.h>

#include "leash.h"
#include "load.h"
#include "log.h"
#include "loop.h"
#include "prepare.h"
#include "probe.h"
#include "supervise.h"
#include "taps.h"
#include "tb-ops.h"
#include "tb-record.h"
#include "tb-wire.h"

typedef struct Agent Agent;
typedef struct TbTerminals TbTerminals;

/* What a client tells of what it does on stores: see operations.c. */
typedef struct
{
  TbOps *table;         /* shared with its process; NULL: it tells nothing */
  uint64_t cursor;
  uint64_t missed;      /* could not be recorded, and that is not recorded yet */
  uint32_t incarnation; /* how often it was started */
  uint32_t final;       /* as recorded */
  uint32_t *links;      /* of its calls */
  uint32_t n_links;
} TbOperations;

/* How much of what it prints may be recorded yet: see log-record.c. */
typedef struct
{
  int64_t at_ns;       /* when it was filled; 0: never */
  uint64_t left, lost; /* lost: not recorded, and not yet said */
} TbLogBudget;

typedef struct
{
  Agent *agent;
  uint32_t index;
  const TbWireInstance *plan;
  TbPrepared prepared;
  char refusal[TB_SENTENCE]; /* why it can never be started; "" where it can */
  TbSource control, out;
  int ready; /* NOTIFY's read end; -1 */
  pid_t leash, main;
  bool control_ended, leash_reaped, lost;
  bool has_terminal; /* out is the master of one */
  bool started_under; /* this life is under a tool, the next is not */
  TbLog log;
  TbLogBudget log_budget;
  TbOperations operations;
  uint64_t log_before; /* what it had written a second ago */
  bool not_kept;       /* it was said that its output is not kept */
  bool loud, overran;  /* in this life: it writes too much; it had too many processes */
  pid_t measured; /* the leash whose time was taken last … */
  uint64_t cpu_ns; /* … and it */
  TbProbe probe, alive;
} Instance;

struct Agent
{
  TbLoop loop;
  TbSource viewer, signals, parent, taps_events;
  bool viewer_gone, welcomed, done, failed;
  uint8_t *in; /* bytes of frames not yet whole */
  size_t n_in, in_capacity;
  TbWriter out;
  struct rlimit nofile; /* as the agent was started with: what its children get */
  TbCounters *counters;
  TbRing *ring;
  TbWirePlan *plan; /* an empty one until it comes; taps and supervisor borrow it */
  bool planned;
  TbTaps *taps;
  TbSupervisor *supervisor;
  TbTerminals *terminals; /* NULL before the run begins */
  bool draining; /* the supervisor's actions are being carried out further up the stack */
  Instance **instances; /* as the plan's */
  pid_t *helpers; /* leashes of probes: not instances, but not strangers either */
  size_t n_helpers, helpers_capacity;
  int64_t start_ns; /* of the run, as its viewer tells times; 0: it did not say */
  TbRecordWriter *record;
  bool record_dirty;
  uint64_t logs_recorded; /* bytes of the recording that are output of instances */
  uint64_t operations_recorded; /* and that are operations, before they are packed */
  bool operations_full;         /* more of them are not recorded */
  int64_t figures_ns;      /* when the counters were recorded last */
  TbTapCounters *figures;  /* as they were then, row by row */
  uint32_t n_figures;
  unsigned upkeep_round;
  TbTimer supervise_timer, upkeep_timer, load_timer, census_timer, operations_timer, end_timer;
  int census_file;     /* /proc/loadavg; -1 */
  uint32_t census_tasks; /* of the machine, when processes were last counted */
  uint64_t left_out;   /* facts that a viewer which does not read was not told */
  int64_t end_by_ns; /* whatever still holds up the end is left to the leashes then */
};

/* ---- agent.c */
/* Runs until the run is over. viewer_fd is taken over. Returns an exit status. */
int tb_agent_run (int viewer_fd, const struct rlimit *nofile);
/* Owns the plan from here on. frame: as it came, for the recording. */
void tb_agent_start (Agent *a, TbWirePlan *plan, const uint8_t *frame, size_t n);
/* False with a sentence (at least 256 bytes) for one that no run could be made of. */
bool tb_agent_check_plan (const TbWirePlan *plan, char *why);
/* Makes those from `before` on. */
void tb_agent_grow_instances (Agent *a, uint32_t before);
/* Every program's /etc/hosts, as the plan says; running ones see what has changed. */
void tb_agent_give_names (Agent *a);
void tb_agent_open_directory (Agent *a);
/* The run cannot be: says so and ends. */
void tb_agent_give_up (Agent *a, const char *why);
/* Carries out what the supervisor wants. After everything that tells it something. */
void tb_agent_act (Agent *a);
/* Everything is killed at once: nobody watches any more. */
void tb_agent_abort (Agent *a, const char *why);
/* ~0 for a name that is none. */
uint32_t tb_agent_find (const Agent *a, const char *id);

/* ---- outside.c */
/* Where what lies outside is; says of whom that is not known. Waits for name servers, a few seconds at
 * most. */
void tb_outside_look_up (Agent *a);

/* ---- change.c */
/* Owns the plan from here on. One that is not of this run changes nothing, and is said. */
void tb_agent_change (Agent *a, TbWirePlan *plan, const uint8_t *frame, size_t n);

/* ---- viewer.c */
bool tb_viewer_open (Agent *a, int fd);
/* One fact: begin, the fields with tb_writer_* on a->out, end. end also records it. */
size_t tb_fact_begin (Agent *a, TbFactType type);
bool tb_fact_end (Agent *a, size_t from); /* false: it was left out */
void tb_tell_run_state (Agent *a, TbRunState state, const char *reason);
void tb_tell_state (Agent *a, const TbWireInstanceState *state);
void tb_tell_waiting (Agent *a, uint32_t instance, const char *what);
/* severity 0 error, 1 warning, 2 info; instance ~0: nobody's. */
void tb_tell_problem (Agent *a, unsigned severity, uint32_t instance, const char *sentence);
/* What the taps found since it was last asked: facts and records. */
void tb_viewer_take_taps (Agent *a);
void tb_viewer_flush (Agent *a);

/* ---- instance.c */
void tb_instance_init (Agent *a, uint32_t index);
/* The agent has another plan: what it is to be at its next start, and what holds at once. */
void tb_instance_plan_anew (Instance *in);
void tb_instance_clear (Instance *in);
void tb_instance_spawn (Instance *in);
void tb_instance_flush_log (Instance *in); /* before somebody is told where it is */
void tb_instance_probe (Instance *in, bool on);
void tb_instance_watch (Instance *in, bool on);
/* It has no process any more: close what is left, and tell the supervisor. */
void tb_instance_check_gone (Instance *in);

/* ---- orphans.c */
/* All of them, and for all that is forked from now on. */
void tb_orphans_block_signals (void);
bool tb_orphans_watch (Agent *a);
/* Whoever has ended. Once nobody watches any more, the last one's end is the agent's. */
void tb_orphans_reap (Agent *a);
void tb_orphans_add_helper (Agent *a, pid_t leash);
void tb_orphans_remove_helper (Agent *a, pid_t leash);
/* Kills and reaps all children of the agent, until there are none or the time is over. */
void tb_orphans_end (Agent *a, int64_t until_ns);

/* ---- upkeep.c */
void tb_upkeep_start (Agent *a);
void tb_upkeep_stop (Agent *a);
void tb_tell_log (Agent *a, Instance *in);

/* ---- census.c */
/* From now on; nothing where it has begun, or only built-in ones run. */
void tb_census_start (Agent *a);
void tb_census_stop (Agent *a);
/* Each instance's load was measured: whoever has too much is ended. */
void tb_census_take (Agent *a, const TbLoad *loads);

/* ---- log-record.c */
/* What that instance has printed just now. */
void tb_log_record (Agent *a, uint32_t index, const char *bytes, size_t n);
/* What of it was not recorded, where that is not said yet. */
void tb_log_record_end (Agent *a);

/* ---- operations.c */
/* It is to be started: makes a table for its process. A descriptor of it, to be closed when that was started; -1: it
 * tells nothing, or there is no memory. */
int tb_operations_begin (Instance *in);
/* Its process has ended: what it told and what it left open is recorded. */
void tb_operations_end (Instance *in);

/* ---- recording.c */
void tb_recording_open (Agent *a);
/* What is drawn, and what runs because of it, from now on. */
void tb_recording_plan (Agent *a, const uint8_t *plan_frame, size_t n);
void tb_recording_add (Agent *a, TbRecordType type, int64_t time_ns, const void *body, size_t n);
void tb_recording_event (Agent *a, const TbEvent *event, const void *payload, size_t n);
void tb_recording_gap (Agent *a, uint64_t events, uint64_t payload_bytes, int64_t time_ns);
/* What the counters did since this was last called. */
void tb_recording_figures (Agent *a, int64_t now_ns);
void tb_recording_flush (Agent *a);
void tb_recording_close (Agent *a);
