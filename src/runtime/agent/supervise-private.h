/* What the files of the supervisor's core share: supervise.c (the machine), supervise-actions.c
 * (what it wants done and told), supervise-report.c (what it says it waits for). */
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
  bool alive, running, probing, ready, anyway, main_ended, overdue, finished;
  int code;
  uint32_t pid, restarts;
  int64_t since_ns, started_ns, paused_ns;
  int64_t ready_due_ns, kill_due_ns; /* INT64_MAX: none */
  char sentence[TB_SENTENCE];
  char answer[96];  /* of the probe */
  char waiting[TB_SENTENCE]; /* as last told */
  uint32_t *depends;
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

/* Whether those that depend on it may start. */
bool tb_sup_satisfied (const Unit *u);
bool tb_sup_is_stopping (const TbSupervisor *s);

/* Tells what each waits for, and who holds the start or the stop of the run up. */
void tb_sup_report (TbSupervisor *s, int64_t now);
/* "2 of 9 not running: shop/1 failed: …"; "" where all run. */
void tb_sup_say_not_running (const TbSupervisor *s, char *out);
