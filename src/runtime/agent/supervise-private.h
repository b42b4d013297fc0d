/* What the files of the supervisor's core share: supervise.c (the machine), supervise-asked.c (what
 * the person asks), supervise-again.c (restarts, changes of the plan), supervise-actions.c (what it
 * wants done and told), supervise-report.c (what it says it waits for). */
#pragma once

#include "supervise.h"

typedef enum
{
  AFTER_OWN_END, /* what its exit says */
  AFTER_STOPPED,
  AFTER_FAILED,
  AFTER_KILLED,
  AFTER_RESTART
} After;

typedef struct
{
  TbInstanceState state, paused_from;
  After after;
  bool alive, running, probing, watching, ready, anyway, main_ended, overdue, finished, refused;
  bool has_run, has_ended; /* in this life: its program runs or did; nothing of it is left */
  bool asked;              /* start_needed() was here */
  bool removed;            /* by a change */
  int code;
  uint32_t pid, restarts;
  int64_t since_ns, started_ns, paused_ns;
  int64_t ready_due_ns, kill_due_ns, retry_due_ns; /* INT64_MAX: none */
  uint32_t misses, hits; /* of its liveness probe, in a row */
  uint32_t loop;         /* ends in a row, each soon after its start */
  uint32_t tries;        /* restarts by policy since tries_since_ns */
  int64_t tries_since_ns;
  char sentence[TB_SENTENCE];
  char answer[96];  /* of the probe */
  char waiting[TB_SENTENCE]; /* as last told */
  uint32_t *depends, *until; /* what is left of the plan's, and how far that must have come */
  uint32_t n_depends;
  uint32_t needed_by; /* living instances that depend on it */
} Unit;

struct TbSupervisor
{
  const TbWirePlan *plan;
  Unit *units;
  uint32_t n;
  TbRunState run;
  bool begun, done;
  int64_t start_ns, report_ns;
  char reason[TB_SENTENCE];
  TbAction *actions;
  size_t first, n_actions, capacity;
};

TbAction *tb_sup_push (TbSupervisor *s, TbActionKind kind, uint32_t i);
void tb_sup_tell_state (TbSupervisor *s, uint32_t i);
/* Nothing is told twice. */
void tb_sup_tell_waiting (TbSupervisor *s, uint32_t i, const char *what);
void tb_sup_tell_run (TbSupervisor *s, TbRunState run, const char *reason);
/* verb: "paused" of "cannot be paused: it is stopped". */
void tb_sup_tell_refused (TbSupervisor *s, uint32_t i, const char *verb);
void tb_sup_set_probing (TbSupervisor *s, uint32_t i, bool on);
/* No-op for one without a liveness probe. */
void tb_sup_set_watching (TbSupervisor *s, uint32_t i, bool on);

/* Whether its dependents would call it running: ready, or a job done. */
bool tb_sup_is_up (const Unit *u);
/* Whether the k-th of what i depends on has come as far as it must. */
bool tb_sup_satisfied (const TbSupervisor *s, uint32_t i, uint32_t k);
bool tb_sup_is_stopping (const TbSupervisor *s);

/* Steps of the machine, in supervise.c. */
void tb_sup_init_unit (Unit *u);
void tb_sup_break_cycles (TbSupervisor *s);
void tb_sup_set_state (TbSupervisor *s, uint32_t i, TbInstanceState state, int64_t now);
void tb_sup_begin (TbSupervisor *s, uint32_t i, int64_t now);
/* Ends an instance that is not alive. */
void tb_sup_finish (TbSupervisor *s, uint32_t i, TbInstanceState end, int64_t now);
void tb_sup_kill_tree (TbSupervisor *s, uint32_t i);
void tb_sup_stop_one (TbSupervisor *s, uint32_t i, After after, int64_t now);
/* After every event: what follows from it for the others. */
void tb_sup_follow (TbSupervisor *s, int64_t now);

/* In supervise-again.c. False where the end it came to is its end. */
bool tb_sup_back_off (TbSupervisor *s, uint32_t i, TbInstanceState end, int64_t now);

/* Tells what each waits for, and who holds the start or the stop of the run up. */
void tb_sup_report (TbSupervisor *s, int64_t now);
/* "2 of 9 not running: shop/1 failed: …"; "" where all run. */
void tb_sup_say_not_running (const TbSupervisor *s, char *out);
