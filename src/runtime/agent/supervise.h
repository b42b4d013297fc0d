/* The supervisor's core: when each instance starts, stops, is given up or is started again.
 *
 * Pure: no input, no output, no clock, no chance. Events come in with the time they happened at,
 * actions go out through tb_supervisor_next(); whoever drives it carries them out and reports back.
 * Tests drive it in virtual time. */
#pragma once

#include "tb-wire.h"

#define TB_SENTENCE 256

typedef enum
{
  TB_ACTION_SPAWN,     /* start the instance; answered by started() or refused(), later gone() */
  TB_ACTION_SIGNAL,    /* `signal` to its main process, or to what is left where that has ended */
  TB_ACTION_KILL,      /* SIGKILL to everything that descends from it */
  TB_ACTION_FREEZE,    /* SIGSTOP to everything that descends from it */
  TB_ACTION_THAW,      /* SIGCONT likewise */
  TB_ACTION_PROBE,     /* begin to ask whether it is ready; answered by ready() */
  TB_ACTION_UNPROBE,   /* stop asking */
  TB_ACTION_WATCH,     /* begin to ask whether it still works; answered by answered(), each time */
  TB_ACTION_UNWATCH,   /* stop asking */
  TB_ACTION_STATE,     /* tell the viewer: see tb_supervisor_state() */
  TB_ACTION_WAITING,   /* tell the viewer what it waits for; "" for nothing any more */
  TB_ACTION_RUN_STATE, /* tell the viewer: `run`, `text` */
  TB_ACTION_PROBLEM,   /* tell the viewer: `text`, about `instance` */
  TB_ACTION_DONE       /* nothing is alive and nothing will be */
} TbActionKind;

typedef struct
{
  TbActionKind kind;
  uint32_t instance;
  int signal;
  TbRunState run;
  TbWireInstanceState state; /* STATE; its sentence is `text` */
  char text[TB_SENTENCE];
} TbAction;

typedef struct TbSupervisor TbSupervisor;

/* The plan must live as long as the supervisor; only what is about order and time is read of it. */
TbSupervisor *tb_supervisor_new (const TbWirePlan *plan);
void tb_supervisor_free (TbSupervisor *s);

/* The next thing to do, in order. False when there is none. */
bool tb_supervisor_next (TbSupervisor *s, TbAction *action);
/* When tick() wants to be called; INT64_MAX: not before something else happens. */
int64_t tb_supervisor_deadline (const TbSupervisor *s);

/* What happens. */
void tb_supervisor_start (TbSupervisor *s, int64_t now_ns);
void tb_supervisor_tick (TbSupervisor *s, int64_t now_ns);
/* Its program runs. */
void tb_supervisor_started (TbSupervisor *s, uint32_t i, uint32_t pid, int64_t now_ns);
/* It could not be started; gone() follows when the rest is cleared away. */
void tb_supervisor_refused (TbSupervisor *s, uint32_t i, const char *sentence, int64_t now_ns);
void tb_supervisor_ready (TbSupervisor *s, uint32_t i, int64_t now_ns);
/* What its probe was last told, for the sentence when time runs out ("connection refused"). */
void tb_supervisor_probe_answer (TbSupervisor *s, uint32_t i, const char *answer);
/* Its liveness probe was answered, or (good false) was not, and why. */
void tb_supervisor_answered (TbSupervisor *s, uint32_t i, bool good, const char *answer,
                             int64_t now_ns);
/* Its main process ended: code ≥ 0 is a status, < 0 the signal. `left`: something of it lives. */
void tb_supervisor_exited (TbSupervisor *s, uint32_t i, int code, bool left, int64_t now_ns);
/* Nothing of it lives any more. last_line of its output: "" if none. */
void tb_supervisor_gone (TbSupervisor *s, uint32_t i, const char *last_line, int64_t now_ns);

/* It takes more of the machine than it may, as the sentence says: all of it is killed, as a failure. */
void tb_supervisor_overran (TbSupervisor *s, uint32_t i, const char *sentence, int64_t now_ns);

/* What the person asks. A request that makes no sense now gives a PROBLEM action. */
void tb_supervisor_kill (TbSupervisor *s, uint32_t i, int64_t now_ns);
void tb_supervisor_pause (TbSupervisor *s, uint32_t i, int64_t now_ns);
void tb_supervisor_resume (TbSupervisor *s, uint32_t i, int64_t now_ns);
void tb_supervisor_restart (TbSupervisor *s, uint32_t i, int64_t now_ns);
/* Waits for nothing any more: neither what it depends on nor the time until its next try. */
void tb_supervisor_start_anyway (TbSupervisor *s, uint32_t i, int64_t now_ns);
/* Stops it alone; its policy does not start it again. */
void tb_supervisor_halt (TbSupervisor *s, uint32_t i, int64_t now_ns);
/* Starts it, and before it whatever it needs and is not running. */
void tb_supervisor_start_needed (TbSupervisor *s, uint32_t i, int64_t now_ns);
/* Another plan from now on: instances keep their index, new ones come behind; `removed` ones are
 * stopped, `changed` ones started again, the rest is left alone. */
void tb_supervisor_change (TbSupervisor *s, const TbWirePlan *plan, int64_t now_ns);
/* The ordered stop. Asked a second time it becomes abort(). */
void tb_supervisor_stop (TbSupervisor *s, int64_t now_ns);
/* Everything is killed now, in no order: nobody watches any more, or nobody wants to wait. */
void tb_supervisor_abort (TbSupervisor *s, const char *why, int64_t now_ns);

/* How it stands; the sentence is the supervisor's. */
TbWireInstanceState tb_supervisor_state (const TbSupervisor *s, uint32_t i);
TbRunState tb_supervisor_run_state (const TbSupervisor *s);
/* Whether a process of it may live. */
bool tb_supervisor_is_alive (const TbSupervisor *s, uint32_t i);
/* Whether i waits for d when starting: what is left of the plan's dependencies once cycles are
 * broken by file order. Stopping is the reverse. */
bool tb_supervisor_depends (const TbSupervisor *s, uint32_t i, uint32_t d);

/* ---- Words, in sentences.c ------------------------------------------------------------------- */

/* "12 ms", "1.2 s", "3 min 4 s". Returns out. */
const char *tb_words_for_time (int64_t ns, char *out, size_t size);
/* "tcp 6379", "http 8080 /health", "a line like «ready»". */
const char *tb_words_for_probe (const TbWireInstance *instance, char *out, size_t size);
const char *tb_words_for_asking (TbProbeKind kind, const char *argument, char *out, size_t size);
/* "SIGTERM"; "signal 40" for one without a name. */
const char *tb_words_for_signal (int signal, char *out, size_t size);
/* "exited with status 1 after 12 ms: last line". */
const char *tb_words_for_end (int code, int64_t lived_ns, const char *last_line, char *out,
                              size_t size);
/* strerror(), but beginning small: "no such file or directory". */
const char *tb_words_for_errno (int error, char *out, size_t size);
/* In place: what is no UTF-8, as where a long name was cut, and control characters become "?".
 * Returns text. */
char *tb_words_make_valid (char *text);
