/* A drawing in virtual time: its built-in clients and replicated stores, over the very cores that the store program
 * runs, in schedules of delays, losses, partitions, crashes and pauses that a seed gives, and gives again. No
 * thread, no clock, no process; thousands of schedules a second.
 *
 *   tb_virtual_new()     what of a plan can be simulated, and what cannot, in sentences
 *   tb_virtual_try()     a schedule drawn from a seed, run and judged
 *   tb_virtual_shrink()  the fewest faults and operations that still violate
 *   tb_virtual_write()   the schedule as a scenario, for real processes
 *   tb_virtual_play()    a scenario in virtual time, by the engine that carries it out on real processes */
#pragma once

#include "tb-history.h"
#include "tb-scenario.h"

G_BEGIN_DECLS

typedef struct TbVirtual TbVirtual;

/* plan must outlive it. NULL where nothing of it can be simulated: error is a sentence. */
TbVirtual *tb_virtual_new (const TbPlan *plan, GError **error);
void tb_virtual_free (TbVirtual *v);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TbVirtual, tb_virtual_free)
/* A sentence for each part that is left out, or simplified. */
const GPtrArray *tb_virtual_left_out (const TbVirtual *v);
/* What is simulated: "orders (3 replicas, raft) asked by browser". (transfer full) */
char *tb_virtual_words (const TbVirtual *v);

/* ---- Schedules --------------------------------------------------------------------------------------------- */

/* Takes what these scenarios expect of stores (linearizable, sequential, stale, staleness, lost-writes, converged) as
 * what each schedule is judged by. Where nothing is expected of a store: linearizable; of one that promises no
 * more than that its copies agree at last (gossip, crdt): that. */
void tb_virtual_expect (TbVirtual *v, const GPtrArray *scenarios);

typedef struct
{
  const char *that, *component; /* "linearizable", "orders" */
} TbVirtualWant;

/* What each schedule is judged by. (transfer none), until the next tb_virtual_expect(). */
const TbVirtualWant *tb_virtual_wants (const TbVirtual *v, guint *n);

typedef struct TbSchedule TbSchedule;

void tb_schedule_free (TbSchedule *schedule);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TbSchedule, tb_schedule_free)
guint tb_schedule_n_faults (const TbSchedule *schedule);
guint tb_schedule_n_operations (const TbSchedule *schedule);
/* How long its load lasts, in virtual time. */
double tb_schedule_seconds (const TbSchedule *schedule);
/* A line for each fault and operation, with its time: what happens in it. (transfer full) */
char *tb_schedule_words (const TbVirtual *v, const TbSchedule *schedule);

typedef struct
{
  gboolean violated;
  gboolean undecided;      /* the judge gave up on a history */
  char *sentence;          /* of a violation; NULL */
  char *store;             /* the component it is of; NULL */
  char *expected;          /* which expectation: "linearizable"; NULL */
  TbHistory *history;      /* of that store; NULL where nothing is violated */
  TbVerdict *verdict;      /* on it */
  guint64 operations, ok, events;
} TbVirtualResult;

void tb_virtual_result_clear (TbVirtualResult *result);

/* The schedule of that seed. (transfer full) */
TbSchedule *tb_schedule_new (const TbVirtual *v, guint64 seed);
/* Runs it; the same schedule gives the same result. *result is overwritten. */
void tb_virtual_try (TbVirtual *v, const TbSchedule *schedule, TbVirtualResult *result);
/* The fewest faults and operations of it that still violate what it violated: no single one can be left out, as far as
 * some other chances of the network tell. (transfer full) */
TbSchedule *tb_virtual_shrink (TbVirtual *v, const TbSchedule *schedule);
/* A file with one scenario (for --with) that does the same to real processes. (transfer full) */
char *tb_virtual_write (const TbVirtual *v, const TbSchedule *schedule, const TbVirtualResult *result);

/* ---- Scenarios --------------------------------------------------------------------------------------------- */

typedef struct
{
  TbEngine *engine;    /* that is over: its log, and why it was given up */
  GPtrArray *findings; /* of TbFinding, in the order of the expectations */
  double seconds;      /* of virtual time */
  guint64 operations;
  TbHistory *history;  /* of the first store whose history violates; NULL */
  TbVerdict *verdict;  /* on it */
} TbVirtualPlayed;

/* Carries a scenario out with the drawing's own load; the same seed gives the same. *played is overwritten. */
void tb_virtual_play (TbVirtual *v, const TbScenario *scenario, guint64 seed, TbVirtualPlayed *played);
void tb_virtual_played_clear (TbVirtualPlayed *played);

G_END_DECLS
