/* The supervisor's core. One machine an instance:
 *
 *                    start_anyway / release (all it depends on is so far)
 *        WAITING ------------------- begin() -----------------------> STARTING
 *         |   ^                         ^                              |    |
 *         |   | start()                 | restart()           become_  |    | pause()
 *         |   | from any end            | from any end         ready() |    v
 *  finish()   |                         |                              |  PAUSED  (and back by
 *  (stop, kill)                         |                              v    ^      resume())
 *         |   |                         |     answered()   UNHEALTHY  READY -+
 *         v   |                         |                    ^ |       |
 *        STOPPED, KILLED                |                    | +-------+ answered()
 *           ^                           |                    +---------+
 *           |        gone()             |      stop_one()              |
 *           +--------------- STOPPED, FAILED, KILLED <--- STOPPING <---+ (also from STARTING,
 *                   |        or begin() after restart()                   PAUSED and UNHEALTHY)
 *                   | back_off(): its policy wants it again
 *                   v
 *                BACKOFF --- tick() ---> begin()
 *
 * An instance that ends by itself goes to its end by gone() without STOPPING. `after` says which
 * end it is heading for; `alive` holds from begin() to gone(), because only then is nothing left.
 *
 * Of the run: STARTING until nobody is starting or stopping any more (settle()), then RUNNING,
 * then STOPPING by stop() or abort(), then STOPPED when the last one is gone.
 *
 * Invariants, checked by check():
 *   1. WAITING, STOPPED, FAILED, KILLED and BACKOFF instances are not alive; all others are.
 *   2. Nothing is alive once the run is STOPPED.
 *   3. What heads for a restart does so only while the run is not being stopped.
 *   4. Somebody in BACKOFF has a time to start at. */
#include "supervise-private.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REPORT_NS (500 * TB_NS_PER_MS)

/* ---- Order ------------------------------------------------------------------------------------ */

/* Can `to` be reached from `from` over the plan's dependencies? seen has room for every instance. */
static bool
reaches (const TbWirePlan *plan, uint32_t from, uint32_t to, bool *seen)
{
  if (from == to)
    return true;
  if (seen[from])
    return false;
  seen[from] = true;
  const TbWireInstance *instance = &plan->instances[from];
  for (uint32_t k = 0; k < instance->n_depends; k++)
    if (reaches (plan, instance->depends[k], to, seen))
      return true;
  return false;
}

/* A dependency on a later instance that leads back here is not waited for: on a cycle the file's
 * order decides who goes first. What remains has no cycle, for every cycle has such a step. */
void
tb_sup_break_cycles (TbSupervisor *s)
{
  bool *seen = calloc (s->n + 1, sizeof *seen);
  TB_CHECK (seen != NULL);
  for (uint32_t i = 0; i < s->n; i++)
    {
      const TbWireInstance *instance = &s->plan->instances[i];
      Unit *u = &s->units[i];
      free (u->depends);
      free (u->until);
      u->depends = calloc (instance->n_depends + 1, sizeof *u->depends);
      u->until = calloc (instance->n_depends + 1, sizeof *u->until);
      u->n_depends = 0;
      TB_CHECK (u->depends != NULL && u->until != NULL);
      for (uint32_t k = 0; k < instance->n_depends; k++)
        {
          uint32_t d = instance->depends[k];
          memset (seen, 0, s->n * sizeof *seen);
          if (s->plan->instances[d].removed
              || !(d < i || (d > i && !reaches (s->plan, d, i, seen))))
            continue;
          u->until[u->n_depends] = k < instance->n_until ? instance->until[k] : TB_UNTIL_READY;
          u->depends[u->n_depends++] = d;
        }
    }
  free (seen);
}

void
tb_sup_init_unit (Unit *u)
{
  *u = (Unit) { .state = TB_INSTANCE_WAITING,
                .ready_due_ns = INT64_MAX,
                .kill_due_ns = INT64_MAX,
                .retry_due_ns = INT64_MAX };
}

TbSupervisor *
tb_supervisor_new (const TbWirePlan *plan)
{
  TbSupervisor *s = calloc (1, sizeof *s);
  TB_CHECK (s != NULL);
  s->plan = plan;
  s->n = plan->n_instances;
  s->units = calloc (s->n + 1, sizeof *s->units);
  TB_CHECK (s->units != NULL);
  for (uint32_t i = 0; i < s->n; i++)
    tb_sup_init_unit (&s->units[i]);
  s->run = TB_RUN_STARTING;
  s->report_ns = INT64_MAX;
  tb_sup_break_cycles (s);
  return s;
}

void
tb_supervisor_free (TbSupervisor *s)
{
  if (s == NULL)
    return;
  for (uint32_t i = 0; i < s->n; i++)
    {
      free (s->units[i].depends);
      free (s->units[i].until);
    }
  free (s->units);
  free (s->actions);
  free (s);
}

bool
tb_supervisor_depends (const TbSupervisor *s, uint32_t i, uint32_t d)
{
  const Unit *u = &s->units[i];
  for (uint32_t k = 0; k < u->n_depends; k++)
    if (u->depends[k] == d)
      return true;
  return false;
}

/* A job that ended well, such as one that prepares a database, is as good as ready. */
bool
tb_sup_is_up (const Unit *u)
{
  return (u->alive && u->ready) || u->finished;
}

bool
tb_sup_satisfied (const TbSupervisor *s, uint32_t i, uint32_t k)
{
  const Unit *d = &s->units[s->units[i].depends[k]];
  switch ((TbUntil) s->units[i].until[k])
    {
    case TB_UNTIL_STARTED:
      return d->has_run;
    case TB_UNTIL_ENDED:
      return d->has_ended;
    case TB_UNTIL_SUCCEEDED:
      return d->finished;
    case TB_UNTIL_READY:
    default:
      return tb_sup_is_up (d);
    }
}

static bool
may_start (const TbSupervisor *s, uint32_t i)
{
  if (s->units[i].anyway)
    return true;
  for (uint32_t k = 0; k < s->units[i].n_depends; k++)
    if (!tb_sup_satisfied (s, i, k))
      return false;
  return true;
}

static void
set_alive (TbSupervisor *s, uint32_t i, bool alive)
{
  Unit *u = &s->units[i];
  TB_CHECK (u->alive != alive);
  u->alive = alive;
  for (uint32_t k = 0; k < u->n_depends; k++)
    s->units[u->depends[k]].needed_by += alive ? 1 : UINT32_MAX;
}

/* ---- Steps of one instance -------------------------------------------------------------------- */

bool
tb_sup_is_stopping (const TbSupervisor *s)
{
  return s->run == TB_RUN_STOPPING || s->run == TB_RUN_STOPPED;
}

void
tb_sup_set_state (TbSupervisor *s, uint32_t i, TbInstanceState state, int64_t now)
{
  Unit *u = &s->units[i];
  u->state = state;
  u->since_ns = now;
  tb_sup_tell_state (s, i);
  if (state != TB_INSTANCE_WAITING && state != TB_INSTANCE_STARTING && state != TB_INSTANCE_STOPPING)
    tb_sup_tell_waiting (s, i, "");
}

void
tb_sup_begin (TbSupervisor *s, uint32_t i, int64_t now)
{
  Unit *u = &s->units[i];
  int64_t timeout = s->plan->instances[i].ready_timeout_ns;
  set_alive (s, i, true);
  u->running = u->ready = u->main_ended = u->overdue = u->finished = u->refused = false;
  u->has_run = u->has_ended = false;
  u->misses = u->hits = 0;
  u->after = AFTER_OWN_END;
  u->pid = 0;
  u->code = 0;
  u->started_ns = now;
  u->ready_due_ns = timeout > 0 ? now + timeout : INT64_MAX;
  u->kill_due_ns = u->retry_due_ns = INT64_MAX;
  u->sentence[0] = u->answer[0] = '\0';
  tb_sup_push (s, TB_ACTION_SPAWN, i);
  tb_sup_set_state (s, i, TB_INSTANCE_STARTING, now);
}

/* Ends an instance that is not alive. */
void
tb_sup_finish (TbSupervisor *s, uint32_t i, TbInstanceState end, int64_t now)
{
  s->units[i].ready_due_ns = s->units[i].kill_due_ns = s->units[i].retry_due_ns = INT64_MAX;
  tb_sup_set_state (s, i, end, now);
}

void
tb_sup_kill_tree (TbSupervisor *s, uint32_t i)
{
  s->units[i].kill_due_ns = INT64_MAX;
  tb_sup_set_probing (s, i, false);
  tb_sup_set_watching (s, i, false);
  tb_sup_push (s, TB_ACTION_KILL, i);
}

void
tb_sup_stop_one (TbSupervisor *s, uint32_t i, After after, int64_t now)
{
  Unit *u = &s->units[i];
  const TbWireInstance *instance = &s->plan->instances[i];
  bool frozen = u->state == TB_INSTANCE_PAUSED;
  u->after = after;
  u->ready_due_ns = INT64_MAX;
  u->kill_due_ns = now + TB_MAX (instance->stop_grace_ns, 0);
  tb_sup_set_probing (s, i, false);
  tb_sup_set_watching (s, i, false);
  tb_sup_set_state (s, i, TB_INSTANCE_STOPPING, now);
  tb_sup_push (s, TB_ACTION_SIGNAL, i)->signal = instance->stop_signal;
  if (frozen)
    tb_sup_push (s, TB_ACTION_THAW, i);
}

static void
become_ready (TbSupervisor *s, uint32_t i, int64_t now)
{
  Unit *u = &s->units[i];
  u->ready = true;
  u->ready_due_ns = INT64_MAX;
  tb_sup_set_probing (s, i, false);
  tb_sup_set_state (s, i, TB_INSTANCE_READY, now);
  tb_sup_set_watching (s, i, true);
}

/* ---- Steps of the run ------------------------------------------------------------------------- */

static void
check (const TbSupervisor *s)
{
  for (uint32_t i = 0; i < s->n; i++)
    {
      const Unit *u = &s->units[i];
      bool live = u->state == TB_INSTANCE_STARTING || u->state == TB_INSTANCE_READY
                  || u->state == TB_INSTANCE_PAUSED || u->state == TB_INSTANCE_STOPPING
                  || u->state == TB_INSTANCE_UNHEALTHY;
      TB_CHECK (live == u->alive);
      TB_CHECK (!u->alive || s->run != TB_RUN_STOPPED);
      TB_CHECK (u->after != AFTER_RESTART || !u->alive || !tb_sup_is_stopping (s));
      TB_CHECK ((u->state == TB_INSTANCE_BACKOFF) == (u->retry_due_ns != INT64_MAX));
    }
}

static void
release (TbSupervisor *s, int64_t now)
{
  if (tb_sup_is_stopping (s))
    return;
  for (uint32_t i = 0; i < s->n; i++)
    if (s->units[i].state == TB_INSTANCE_WAITING && may_start (s, i))
      tb_sup_begin (s, i, now);
}

static void
settle (TbSupervisor *s)
{
  char text[TB_SENTENCE];
  if (s->run != TB_RUN_STARTING && s->run != TB_RUN_RUNNING)
    return;
  for (uint32_t i = 0; i < s->n; i++)
    if (s->units[i].state == TB_INSTANCE_STARTING || s->units[i].state == TB_INSTANCE_STOPPING)
      return;
  tb_sup_say_not_running (s, text);
  tb_sup_tell_run (s, TB_RUN_RUNNING, text);
}

static void
stop_next (TbSupervisor *s, int64_t now)
{
  bool alive = false;
  if (s->run != TB_RUN_STOPPING)
    return;
  for (uint32_t i = 0; i < s->n; i++)
    {
      Unit *u = &s->units[i];
      alive |= u->alive;
      if (u->alive && u->state != TB_INSTANCE_STOPPING && u->needed_by == 0)
        tb_sup_stop_one (s, i, u->after == AFTER_OWN_END ? AFTER_STOPPED : u->after, now);
    }
  if (alive || s->done)
    return;
  s->done = true;
  tb_sup_tell_run (s, TB_RUN_STOPPED, "");
  tb_sup_push (s, TB_ACTION_DONE, 0);
}

/* After every event: what follows from it for the others. */
void
tb_sup_follow (TbSupervisor *s, int64_t now)
{
  release (s, now);
  stop_next (s, now);
  settle (s);
  bool moving = false;
  for (uint32_t i = 0; i < s->n && !moving; i++)
    moving = s->units[i].state == TB_INSTANCE_STARTING || s->units[i].state == TB_INSTANCE_STOPPING
             || s->units[i].state == TB_INSTANCE_WAITING;
  if (!moving)
    s->report_ns = INT64_MAX;
  else if (s->report_ns == INT64_MAX)
    s->report_ns = now + REPORT_NS;
  check (s);
}

void
tb_supervisor_start (TbSupervisor *s, int64_t now)
{
  s->start_ns = now;
  tb_sup_tell_run (s, TB_RUN_STARTING, "");
  for (uint32_t i = 0; i < s->n; i++)
    if (may_start (s, i))
      tb_sup_begin (s, i, now);
    else
      tb_sup_set_state (s, i, TB_INSTANCE_WAITING, now);
  tb_sup_report (s, now);
  tb_sup_follow (s, now);
}

static void
say_overdue (const TbSupervisor *s, uint32_t i, char *out)
{
  const TbWireInstance *instance = &s->plan->instances[i];
  char time[32], sig[32];
  snprintf (out, TB_SENTENCE, "did not end within %s of %s and was killed",
            tb_words_for_time (instance->stop_grace_ns, time, sizeof time),
            tb_words_for_signal (instance->stop_signal, sig, sizeof sig));
}

static void
tick_one (TbSupervisor *s, uint32_t i, int64_t now)
{
  Unit *u = &s->units[i];
  char text[TB_SENTENCE], time[32];
  if (u->state == TB_INSTANCE_STARTING && now >= u->ready_due_ns)
    {
      tb_words_for_probe (&s->plan->instances[i], text, sizeof text);
      tb_words_for_time (s->plan->instances[i].ready_timeout_ns, time, sizeof time);
      snprintf (u->sentence, sizeof u->sentence, "not ready after %s (%.100s%s%.60s)", time, text,
                u->answer[0] != '\0' ? ": " : "", u->answer);
      tb_sup_stop_one (s, i, AFTER_FAILED, now);
    }
  if (u->state == TB_INSTANCE_BACKOFF && now >= u->retry_due_ns)
    {
      u->restarts++;
      tb_sup_begin (s, i, now);
    }
  if (u->alive && now >= u->kill_due_ns)
    {
      u->overdue = true;
      say_overdue (s, i, tb_sup_push (s, TB_ACTION_PROBLEM, i)->text);
      tb_sup_kill_tree (s, i);
    }
}

void
tb_supervisor_tick (TbSupervisor *s, int64_t now)
{
  for (uint32_t i = 0; i < s->n; i++)
    tick_one (s, i, now);
  if (now >= s->report_ns)
    {
      s->report_ns = now + REPORT_NS;
      tb_sup_report (s, now);
    }
  tb_sup_follow (s, now);
}

int64_t
tb_supervisor_deadline (const TbSupervisor *s)
{
  int64_t due = s->report_ns;
  for (uint32_t i = 0; i < s->n; i++)
    {
      due = TB_MIN (due, TB_MIN (s->units[i].kill_due_ns, s->units[i].retry_due_ns));
      if (s->units[i].state == TB_INSTANCE_STARTING)
        due = TB_MIN (due, s->units[i].ready_due_ns);
    }
  return due;
}

void
tb_supervisor_started (TbSupervisor *s, uint32_t i, uint32_t pid, int64_t now)
{
  Unit *u = &s->units[i];
  if (!u->alive)
    return;
  u->running = u->has_run = true;
  u->pid = pid;
  if (u->state == TB_INSTANCE_STARTING && s->plan->instances[i].probe == TB_PROBE_NONE)
    become_ready (s, i, now);
  else
    {
      tb_sup_tell_state (s, i);
      tb_sup_set_probing (s, i, u->state == TB_INSTANCE_STARTING);
    }
  tb_sup_follow (s, now);
}

void
tb_supervisor_refused (TbSupervisor *s, uint32_t i, const char *sentence, int64_t now)
{
  Unit *u = &s->units[i];
  if (!u->alive)
    return;
  if (u->after == AFTER_OWN_END)
    u->after = AFTER_FAILED;
  u->refused = true;
  snprintf (u->sentence, sizeof u->sentence, "%s", sentence);
}

void
tb_supervisor_ready (TbSupervisor *s, uint32_t i, int64_t now)
{
  Unit *u = &s->units[i];
  if (u->state == TB_INSTANCE_STARTING && u->running)
    become_ready (s, i, now);
  else if (u->state == TB_INSTANCE_PAUSED && u->paused_from == TB_INSTANCE_STARTING)
    {
      u->paused_from = TB_INSTANCE_READY;
      u->ready = true;
      tb_sup_set_probing (s, i, false);
    }
  tb_sup_follow (s, now);
}

void
tb_supervisor_probe_answer (TbSupervisor *s, uint32_t i, const char *answer)
{
  snprintf (s->units[i].answer, sizeof s->units[i].answer, "%s", answer);
}

void
tb_supervisor_overran (TbSupervisor *s, uint32_t i, const char *sentence, int64_t now)
{
  Unit *u = &s->units[i];
  if (!u->alive)
    return;
  if (u->after == AFTER_OWN_END)
    u->after = AFTER_FAILED;
  u->ready_due_ns = INT64_MAX;
  snprintf (u->sentence, sizeof u->sentence, "%s", sentence);
  tb_sup_kill_tree (s, i);
  tb_sup_follow (s, now);
}

/* By its own status, or by the signal that asks it to end when everything is being stopped: it may
 * have come before it was this one's turn, from whoever else stops things. */
static bool
ended_well (const TbSupervisor *s, uint32_t i)
{
  const TbWireInstance *instance = &s->plan->instances[i];
  int code = s->units[i].code;
  if (code == 0 || (tb_sup_is_stopping (s) && code == -instance->stop_signal))
    return true;
  for (uint32_t k = 0; k < instance->n_clean_exits; k++)
    if (code >= 0 && instance->clean_exits[k] == (uint32_t) code)
      return true;
  return false;
}

/* A main process that ends well and leaves something behind has put itself in the background: the
 * instance lives on in what it left. One that ends badly takes the rest with it. */
void
tb_supervisor_exited (TbSupervisor *s, uint32_t i, int code, bool left, int64_t now)
{
  Unit *u = &s->units[i];
  if (!u->alive || u->main_ended)
    return;
  u->main_ended = true;
  u->running = left;
  u->code = code;
  if (!left)
    return;
  if (u->state == TB_INSTANCE_STOPPING)
    tb_sup_push (s, TB_ACTION_SIGNAL, i)->signal = s->plan->instances[i].stop_signal;
  else if (!ended_well (s, i))
    tb_sup_kill_tree (s, i);
  tb_sup_follow (s, now);
}

/* The end it comes to, and the sentence that says why. */
static TbInstanceState
end_of (TbSupervisor *s, uint32_t i, const char *last_line, int64_t now)
{
  Unit *u = &s->units[i];
  char own[TB_SENTENCE];
  tb_words_for_end (u->code, now - u->started_ns, ended_well (s, i) ? "" : last_line, own,
                    sizeof own);
  if (u->after == AFTER_FAILED)
    return TB_INSTANCE_FAILED;
  if (u->after == AFTER_KILLED)
    {
      snprintf (u->sentence, sizeof u->sentence, "killed on request");
      return TB_INSTANCE_KILLED;
    }
  if (u->after == AFTER_STOPPED && u->overdue)
    say_overdue (s, i, u->sentence);
  else if (u->after == AFTER_STOPPED && u->code < 0 && u->code != -SIGKILL
           && u->code != -s->plan->instances[i].stop_signal)
    memcpy (u->sentence, own, sizeof own);
  else if (u->after == AFTER_STOPPED)
    u->sentence[0] = '\0';
  else if (!u->main_ended)
    snprintf (u->sentence, sizeof u->sentence, "was lost: its watching process was killed");
  else
    memcpy (u->sentence, own, sizeof own);
  u->finished = u->after == AFTER_OWN_END && u->main_ended && ended_well (s, i);
  return u->after == AFTER_STOPPED || u->finished ? TB_INSTANCE_STOPPED : TB_INSTANCE_FAILED;
}

void
tb_supervisor_gone (TbSupervisor *s, uint32_t i, const char *last_line, int64_t now)
{
  Unit *u = &s->units[i];
  if (!u->alive)
    return;
  tb_sup_set_probing (s, i, false);
  tb_sup_set_watching (s, i, false);
  set_alive (s, i, false);
  u->running = false;
  u->has_ended = true;
  if (u->after == AFTER_RESTART)
    {
      u->restarts++;
      tb_sup_begin (s, i, now);
    }
  else
    {
      TbInstanceState end = end_of (s, i, last_line, now);
      if (!tb_sup_back_off (s, i, end, now))
        tb_sup_finish (s, i, end, now);
    }
  u->pid = 0;
  tb_sup_follow (s, now);
}

TbRunState
tb_supervisor_run_state (const TbSupervisor *s)
{
  return s->run;
}

/* ---- Whether it still answers ------------------------------------------------------------------ */

static void
become_unhealthy (TbSupervisor *s, uint32_t i, const char *answer, int64_t now)
{
  Unit *u = &s->units[i];
  const TbWireInstance *instance = &s->plan->instances[i];
  char text[TB_SENTENCE];
  tb_words_for_asking (instance->alive, instance->alive_argument, text, sizeof text);
  snprintf (u->sentence, sizeof u->sentence, "did not answer %u times in a row (%.100s: %.60s)",
            u->misses, text, answer);
  u->ready = false;
  if (instance->restart != TB_RESTART_NO)
    tb_sup_stop_one (s, i, AFTER_FAILED, now);
  else if (u->state != TB_INSTANCE_UNHEALTHY)
    tb_sup_set_state (s, i, TB_INSTANCE_UNHEALTHY, now);
}

void
tb_supervisor_answered (TbSupervisor *s, uint32_t i, bool good, const char *answer, int64_t now)
{
  Unit *u = &s->units[i];
  const TbWireTries *tries = &s->plan->instances[i].alive_tries;
  /* A run that is being stopped stops in its own order. */
  if ((u->state != TB_INSTANCE_READY && u->state != TB_INSTANCE_UNHEALTHY)
      || tb_sup_is_stopping (s))
    return;
  u->hits = good ? u->hits + 1 : 0;
  u->misses = good ? 0 : u->misses + 1;
  if (good && u->state == TB_INSTANCE_UNHEALTHY && u->hits >= TB_MAX (tries->successes, 1u))
    {
      u->sentence[0] = '\0';
      u->ready = true;
      tb_sup_set_state (s, i, TB_INSTANCE_READY, now);
    }
  else if (!good && u->misses == (tries->failures != 0 ? tries->failures : 3))
    become_unhealthy (s, i, answer, now);
  tb_sup_follow (s, now);
}

bool
tb_supervisor_is_alive (const TbSupervisor *s, uint32_t i)
{
  return s->units[i].alive;
}
