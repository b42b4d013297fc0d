/* What is started again by itself: policies, how long between two tries, and when to give up. And a
 * change of the plan, which starts some, stops some and leaves the rest alone. */
#include "supervise-private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_DELAY_NS (100 * TB_NS_PER_MS)
#define LONGEST_DELAY_NS (30 * TB_NS_PER_S)
#define WITHIN_NS (60 * TB_NS_PER_S)
/* From so many ends in a row on it is called a loop. */
#define LOOP_MIN 3

static int64_t
or_default (int64_t ns, int64_t otherwise)
{
  return ns > 0 ? ns : otherwise;
}

/* A program that cannot be run at all will not be there a moment later either. */
static bool
wants_again (const TbSupervisor *s, uint32_t i, TbInstanceState end)
{
  const Unit *u = &s->units[i];
  if (tb_sup_is_stopping (s) || s->plan->instances[i].removed || u->refused
      || u->after == AFTER_STOPPED)
    return false;
  switch (s->plan->instances[i].restart)
    {
    case TB_RESTART_ON_FAILURE:
      return end == TB_INSTANCE_FAILED;
    case TB_RESTART_ALWAYS:
      return true;
    case TB_RESTART_UNLESS_STOPPED:
      return u->after != AFTER_KILLED;
    case TB_RESTART_NO:
    default:
      return false;
    }
}

/* Counts an end. False when there were too many of late. What lived for long begins anew. */
static bool
may_again (TbSupervisor *s, uint32_t i, int64_t now)
{
  Unit *u = &s->units[i];
  const TbWireInstance *instance = &s->plan->instances[i];
  int64_t within = or_default (instance->restart_within_ns, WITHIN_NS);
  if (now - u->started_ns >= within)
    u->loop = 0;
  u->loop++;
  if (u->tries == 0 || now - u->tries_since_ns >= within)
    {
      u->tries = 0;
      u->tries_since_ns = now;
    }
  return instance->restart_times == 0 || u->tries++ < instance->restart_times;
}

/* Twice as long each time, up to the longest. */
static int64_t
delay_of (const TbWireInstance *instance, uint32_t loop)
{
  int64_t delay = or_default (instance->restart_delay_ns, FIRST_DELAY_NS);
  int64_t longest = or_default (instance->restart_longest_ns, LONGEST_DELAY_NS);
  for (uint32_t k = 1; k < loop && delay < longest; k++)
    delay *= 2;
  return TB_MIN (delay, TB_MAX (longest, 1));
}

static void
say_again (Unit *u, const char *what, const char *time)
{
  char before[TB_SENTENCE];
  memcpy (before, u->sentence, sizeof before);
  snprintf (u->sentence, sizeof u->sentence, "%.150s%s%s %s", before, before[0] != '\0' ? "; " : "",
            what, time);
  if (u->loop < LOOP_MIN)
    return;
  memcpy (before, u->sentence, sizeof before);
  snprintf (u->sentence, sizeof u->sentence, "crash loop, %u ends in a row: %.210s", u->loop, before);
}

bool
tb_sup_back_off (TbSupervisor *s, uint32_t i, TbInstanceState end, int64_t now)
{
  Unit *u = &s->units[i];
  const TbWireInstance *instance = &s->plan->instances[i];
  char time[32];
  if (!wants_again (s, i, end))
    return false;
  if (!may_again (s, i, now))
    {
      tb_words_for_time (or_default (instance->restart_within_ns, WITHIN_NS), time, sizeof time);
      say_again (u, "given up, it was started too often within", time);
      return false;
    }
  int64_t delay = delay_of (instance, u->loop);
  say_again (u, "starts again after", tb_words_for_time (delay, time, sizeof time));
  u->finished = false;
  u->ready_due_ns = u->kill_due_ns = INT64_MAX;
  u->retry_due_ns = now + delay;
  u->pid = 0;
  tb_sup_set_state (s, i, TB_INSTANCE_BACKOFF, now);
  return true;
}

/* ---- A change of the plan ----------------------------------------------------------------------- */

static void
grow (TbSupervisor *s, uint32_t n)
{
  s->units = realloc (s->units, (n + 1) * sizeof *s->units);
  TB_CHECK (s->units != NULL);
  for (uint32_t i = s->n; i < n; i++)
    tb_sup_init_unit (&s->units[i]);
  s->n = n;
}

static void
count_dependents (TbSupervisor *s)
{
  for (uint32_t i = 0; i < s->n; i++)
    s->units[i].needed_by = 0;
  for (uint32_t i = 0; i < s->n; i++)
    for (uint32_t k = 0; s->units[i].alive && k < s->units[i].n_depends; k++)
      s->units[s->units[i].depends[k]].needed_by++;
}

static void
take_away (TbSupervisor *s, uint32_t i, int64_t now)
{
  Unit *u = &s->units[i];
  if (u->state == TB_INSTANCE_WAITING || u->state == TB_INSTANCE_BACKOFF)
    tb_sup_finish (s, i, TB_INSTANCE_STOPPED, now);
  else if (u->state == TB_INSTANCE_STOPPING)
    u->after = u->after == AFTER_RESTART ? AFTER_STOPPED : u->after;
  else if (u->alive)
    tb_sup_stop_one (s, i, AFTER_STOPPED, now);
}

/* One that a person has ended stays so; what it is to be started with is what changed. */
static void
renew (TbSupervisor *s, uint32_t i, int64_t now)
{
  Unit *u = &s->units[i];
  u->loop = u->tries = 0;
  if (u->state == TB_INSTANCE_STOPPING && u->after != AFTER_KILLED)
    u->after = AFTER_RESTART;
  else if (u->alive && u->state != TB_INSTANCE_STOPPING)
    tb_sup_stop_one (s, i, AFTER_RESTART, now);
  else if (u->state == TB_INSTANCE_FAILED || u->state == TB_INSTANCE_BACKOFF || u->finished)
    {
      u->retry_due_ns = INT64_MAX;
      u->finished = false;
      u->sentence[0] = '\0';
      tb_sup_set_state (s, i, TB_INSTANCE_WAITING, now);
    }
}

/* One that was taken away is drawn again. */
static void
bring_back (TbSupervisor *s, uint32_t i, int64_t now)
{
  Unit *u = &s->units[i];
  u->removed = false;
  u->loop = u->tries = 0;
  if (u->state == TB_INSTANCE_STOPPING)
    {
      u->after = AFTER_RESTART;
      return;
    }
  u->finished = u->anyway = false;
  u->sentence[0] = '\0';
  tb_sup_set_state (s, i, TB_INSTANCE_WAITING, now);
}

/* What runs is ended as it was started: before the plan is another one. */
static void
end_what_differs (TbSupervisor *s, const TbWirePlan *plan, int64_t now)
{
  for (uint32_t i = 0; i < s->n; i++)
    if (plan->instances[i].removed)
      {
        if (!s->units[i].removed)
          take_away (s, i, now);
        s->units[i].removed = true;
      }
    else if (s->units[i].removed)
      bring_back (s, i, now);
    else if (plan->instances[i].changed)
      renew (s, i, now);
}

void
tb_supervisor_change (TbSupervisor *s, const TbWirePlan *plan, int64_t now)
{
  uint32_t before = s->n;
  bool stopping = tb_sup_is_stopping (s);
  TB_CHECK (plan->n_instances >= before);
  if (!stopping)
    end_what_differs (s, plan, now);
  s->plan = plan;
  grow (s, plan->n_instances);
  tb_sup_break_cycles (s);
  count_dependents (s);
  for (uint32_t i = before; i < s->n; i++)
    if (stopping)
      tb_sup_finish (s, i, TB_INSTANCE_STOPPED, now);
    else
      tb_sup_set_state (s, i, TB_INSTANCE_WAITING, now);
  if (stopping)
    return;
  tb_sup_report (s, now);
  tb_sup_follow (s, now);
}
