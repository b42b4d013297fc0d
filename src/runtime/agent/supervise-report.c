/* What is waited for, in words that name who holds things up and for how long. */
#include "supervise-private.h"

#include <stdio.h>
#include <string.h>

static void
say_starting (const TbSupervisor *s, uint32_t i, const char *who, int64_t now, char *out)
{
  const Unit *u = &s->units[i];
  char probe[96], time[32];
  tb_words_for_probe (&s->plan->instances[i], probe, sizeof probe);
  int64_t timeout = s->plan->instances[i].ready_timeout_ns;
  tb_words_for_time (now - u->started_ns, time, sizeof time);
  snprintf (out, TB_SENTENCE, "%.60s to be ready (%.60s%s%.50s), %.20s", who, probe,
            u->answer[0] != '\0' ? ": " : "", u->answer, time);
  size_t n = strlen (out);
  if (timeout > 0)
    snprintf (out + n, TB_SENTENCE - n, " of %s", tb_words_for_time (timeout, time, sizeof time));
}

static void
say_stopping (const TbSupervisor *s, uint32_t i, int64_t now, char *out)
{
  const Unit *u = &s->units[i];
  const TbWireInstance *instance = &s->plan->instances[i];
  char sig[32], time[32], grace[32];
  tb_words_for_signal (instance->stop_signal, sig, sizeof sig);
  tb_words_for_time (now - u->since_ns, time, sizeof time);
  tb_words_for_time (instance->stop_grace_ns, grace, sizeof grace);
  if (u->overdue)
    snprintf (out, TB_SENTENCE, "%.64s to end after SIGKILL, %s", instance->id, time);
  else
    snprintf (out, TB_SENTENCE, "%.64s to end after %s, %s of %s", instance->id, sig, time, grace);
}

/* What a dependency still lacks. */
static void
say_dependency (const TbSupervisor *s, uint32_t d, TbUntil until, int64_t now, char *out)
{
  const Unit *u = &s->units[d];
  const char *id = s->plan->instances[d].id;
  char time[32];
  if (u->state == TB_INSTANCE_BACKOFF)
    snprintf (out, TB_SENTENCE, "%.64s, which starts again in %s: %.120s", id,
              tb_words_for_time (TB_MAX (u->retry_due_ns - now, 0), time, sizeof time), u->sentence);
  else if (u->state == TB_INSTANCE_UNHEALTHY)
    snprintf (out, TB_SENTENCE, "%.64s, which %.150s", id, u->sentence);
  else if (u->alive && u->state != TB_INSTANCE_STOPPING && u->state != TB_INSTANCE_PAUSED
           && (until == TB_UNTIL_ENDED || until == TB_UNTIL_SUCCEEDED))
    snprintf (out, TB_SENTENCE, "%.64s to end%s, %s", id,
              until == TB_UNTIL_SUCCEEDED ? " well" : "",
              tb_words_for_time (now - u->started_ns, time, sizeof time));
  else if (u->state == TB_INSTANCE_STARTING)
    say_starting (s, d, id, now, out);
  else if (u->state == TB_INSTANCE_STOPPING)
    say_stopping (s, d, now, out);
  else if (u->state == TB_INSTANCE_WAITING)
    {
      tb_words_for_time (now - u->since_ns, time, sizeof time);
      snprintf (out, TB_SENTENCE, "%.64s, which waits itself, %s", id, time);
    }
  else
    snprintf (out, TB_SENTENCE, "%.64s, which %s%s%.150s", id,
              u->state == TB_INSTANCE_FAILED    ? "has failed"
              : u->state == TB_INSTANCE_STOPPED ? "has stopped"
              : u->state == TB_INSTANCE_KILLED  ? "was killed"
                                                : "is paused",
              u->sentence[0] != '\0' && u->state != TB_INSTANCE_KILLED ? ": " : "",
              u->state != TB_INSTANCE_KILLED ? u->sentence : "");
}

static void
say_waiting (const TbSupervisor *s, uint32_t i, int64_t now, char *out)
{
  const Unit *u = &s->units[i];
  uint32_t more = 0, first = UINT32_MAX, until = 0;
  for (uint32_t k = 0; k < u->n_depends; k++)
    if (!tb_sup_satisfied (s, i, k))
      {
        more += first != UINT32_MAX;
        if (u->depends[k] < first)
          until = u->until[k];
        first = TB_MIN (first, u->depends[k]);
      }
  out[0] = '\0';
  if (first == UINT32_MAX)
    return;
  say_dependency (s, first, (TbUntil) until, now, out);
  size_t n = strlen (out);
  if (more > 0)
    snprintf (out + n, TB_SENTENCE - n, " (and %u more)", more);
}

/* Whoever holds the stop up: among those being stopped, the one that will be waited for longest. */
static uint32_t
holds_stop (const TbSupervisor *s)
{
  uint32_t found = s->n;
  for (uint32_t i = 0; i < s->n; i++)
    if (s->units[i].state == TB_INSTANCE_STOPPING
        && (found == s->n || s->units[i].kill_due_ns > s->units[found].kill_due_ns))
      found = i;
  return found;
}

static uint32_t
holds_start (const TbSupervisor *s)
{
  for (uint32_t i = 0; i < s->n; i++)
    if (s->units[i].state == TB_INSTANCE_STARTING)
      return i;
  return s->n;
}

void
tb_sup_report (TbSupervisor *s, int64_t now)
{
  char text[TB_SENTENCE], reason[TB_SENTENCE + 16];
  for (uint32_t i = 0; i < s->n; i++)
    {
      Unit *u = &s->units[i];
      if (u->state == TB_INSTANCE_WAITING)
        say_waiting (s, i, now, text);
      else if (u->state == TB_INSTANCE_STARTING)
        say_starting (s, i, "itself", now, text);
      else if (u->state == TB_INSTANCE_STOPPING)
        say_stopping (s, i, now, text);
      else
        continue;
      tb_sup_tell_waiting (s, i, text);
    }
  uint32_t who = tb_sup_is_stopping (s) ? holds_stop (s) : holds_start (s);
  if (who == s->n || (s->run != TB_RUN_STARTING && s->run != TB_RUN_STOPPING))
    return;
  if (tb_sup_is_stopping (s))
    say_stopping (s, who, now, text);
  else
    say_starting (s, who, s->plan->instances[who].id, now, text);
  snprintf (reason, sizeof reason, "waiting for %s", text);
  tb_sup_tell_run (s, s->run, reason);
}

void
tb_sup_say_not_running (const TbSupervisor *s, char *out)
{
  uint32_t missing = 0, first = s->n, all = 0;
  for (uint32_t i = 0; i < s->n; i++)
    {
      if (s->plan->instances[i].removed)
        continue;
      all++;
      if (tb_sup_is_up (&s->units[i]))
        continue;
      if (missing == 0 || (s->units[first].state == TB_INSTANCE_WAITING
                           && s->units[i].state != TB_INSTANCE_WAITING))
        first = i;
      missing++;
    }
  out[0] = '\0';
  if (missing == 0)
    return;
  const Unit *u = &s->units[first];
  snprintf (out, TB_SENTENCE, "%u of %u not running: %.64s %s%s%.120s", missing, all,
            s->plan->instances[first].id, tb_instance_state_name (u->state),
            u->sentence[0] != '\0' ? ": " : "", u->sentence);
}
