/* Replicas of a store and their clients in virtual time: a schedule of delays, losses, partitions, crashes and slow
 * timers that a seed gives, and gives again. What comes out is a history for the judges of tb-history.h, and what
 * the invariants of the protocol say. A library of its own beside the cores; no thread, no clock, thousands of
 * schedules a second. */
#pragma once

#include <stdio.h>

#include "tb-history.h"
#include "tb-replica.h"

/* What befalls a cluster. Partitions have Jepsen's names. */
typedef enum
{
  TB_SIM_HALVES = 1 << 0,           /* the first half from the rest */
  TB_SIM_RANDOM_HALVES = 1 << 1,
  TB_SIM_RANDOM_NODE = 1 << 2,      /* one alone */
  TB_SIM_LEADER = 1 << 3,           /* the leader alone (any, where nobody leads) */
  TB_SIM_BRIDGE = 1 << 4,           /* two halves, one sees both */
  TB_SIM_MAJORITIES_RING = 1 << 5,  /* each sees a majority, no two the same */
  TB_SIM_ONE_WAY = 1 << 6,          /* one is not heard, or does not hear */
  TB_SIM_CRASH = 1 << 7,            /* one, or several at once; back after a while */
  TB_SIM_CRASH_ALL = 1 << 8,
  TB_SIM_PAUSE = 1 << 9,            /* a process stands still, then goes on as if nothing was */
  TB_SIM_CLOCK = 1 << 10,           /* timers of one run fast or slow, or step ahead */
  TB_SIM_WEATHER = 1 << 11,         /* the network loses, doubles, delays and damages for a while */
  TB_SIM_EVERYTHING = (1 << 12) - 1
} TbSimFault;

/* In virtual nanoseconds. Shares are of 1. */
typedef struct
{
  uint64_t seed;
  TbReplicaConfig config; /* self is set */
  unsigned clients, keys; /* keys: at most TB_SIM_KEYS_MAX */
  int64_t load_ns;        /* clients and faults, from 0 */
  int64_t quiet_ns;       /* all healed and restarted, before the final reads */
  int64_t think_ns, client_timeout_ns;
  double share[TB_N_OPS]; /* of the kinds of operation, by TbOpKind */
  bool any_replica;               /* clients ask a random one each time (where reads may be stale), else whom they know as leader */
  bool final_reads;
  int64_t delay_ns;      /* mean, one way */
  bool heavy_tail;       /* Pareto, shape 1.5, else uniform between 0 and twice the mean */
  double loss, duplicate, damage;
  bool hold;             /* what a partition cuts off waits and comes at the healing (as TCP does), else it is lost */
  int64_t disk_ns;       /* mean of a sync */
  bool durable;          /* else written is as good as on disk, and nothing is lost with a process */
  unsigned faults;       /* TbSimFault */
  int64_t fault_every_ns;
  FILE *trace;           /* every event in a line; NULL: none */
  const struct TbSimOutside *outside; /* whose clients, network and faults there are; NULL: its own */
  void *data;            /* of outside */
} TbSimOptions;

#define TB_SIM_KEYS_MAX 256

/* A schedule for this seed: sizes, times and faults are drawn from it. */
void tb_sim_options_draw (TbSimOptions *options, TbReplication replication, TbReads reads, uint64_t seed);

typedef struct
{
  const TbOp *ops; /* the history; valid until the next run */
  size_t n_ops;
  char broken[200];     /* an invariant, in words; "" where all held */
  bool converged;       /* all digests equal after the healing */
  int64_t converged_ns; /* how long after it; -1: not seen */
  uint64_t events, messages, leaders /* terms that had one */, crashes, snapshots;
  uint64_t ok;          /* operations that were done */
  bool final_reads_done;
} TbSimResult;

typedef struct TbSim TbSim;

/* One for many runs: it keeps its memory. */
TbSim *tb_sim_new (void);
void tb_sim_free (TbSim *sim);
/* The same options give the same result. */
void tb_sim_run (TbSim *sim, const TbSimOptions *options, TbSimResult *result);

/* ---- Driven from outside ----------------------------------------------------------------------------------
 * A cluster in somebody else's time: who drives it says when a request comes, what becomes of each message, who is
 * cut off and who crashes. Of the options hold for config, disk_ns, durable, seed and trace alone. */

/* What becomes of a message between replicas. */
typedef struct
{
  int64_t delay_ns;
  unsigned copies; /* that arrive; 0: it is lost */
  bool overtakes;  /* it may arrive before others of the same way; else they keep their order, as over TCP */
} TbSimPath;

typedef struct TbSimOutside
{
  /* From a replica, as it leaves it. Once a ticket, unless the replica crashed. has_value: of a read. */
  void (*reply) (void *data, uint64_t ticket, unsigned from, TbAnswer answer, bool has_value, uint64_t value,
                 int leader);
  TbSimPath (*path) (void *data, unsigned from, unsigned to);
} TbSimOutside;

/* Instead of tb_sim_run(); tb_sim_finish() ends it. */
void tb_sim_begin (TbSim *sim, const TbSimOptions *options, TbSimResult *result);
/* When something happens next; INT64_MAX: never. */
int64_t tb_sim_next_ns (const TbSim *sim);
/* Lets it happen. */
void tb_sim_step (TbSim *sim);
void tb_sim_finish (TbSim *sim);
/* The following at now_ns, which is not after tb_sim_next_ns(). The key of a command is one byte, its value eight. A
 * request to one that is down is gone. */
void tb_sim_request (TbSim *sim, int64_t now_ns, unsigned to, uint64_t ticket, const TbCommand *command);
/* Whom messages of `from` do not reach, a bit each: they wait, and come in their order once they do. */
void tb_sim_cut (TbSim *sim, int64_t now_ns, unsigned from, uint64_t whom);
void tb_sim_crash (TbSim *sim, int64_t now_ns, unsigned i);
void tb_sim_restart (TbSim *sim, int64_t now_ns, unsigned i); /* nothing where it runs */
void tb_sim_pause (TbSim *sim, int64_t now_ns, unsigned i);
void tb_sim_resume (TbSim *sim, int64_t now_ns, unsigned i);
/* False: it is down. */
bool tb_sim_status (const TbSim *sim, unsigned i, TbReplicaStatus *status);
/* Whether all run and hold the same. */
bool tb_sim_agree (TbSim *sim);
