/* What the person asks of the supervisor's core, of one instance or of all. */
#include "supervise-private.h"

#include <stdlib.h>

void
tb_supervisor_kill (TbSupervisor *s, uint32_t i, int64_t now)
{
  Unit *u = &s->units[i];
  if (u->state == TB_INSTANCE_WAITING || u->state == TB_INSTANCE_BACKOFF)
    tb_sup_finish (s, i, TB_INSTANCE_KILLED, now);
  else if (!u->alive)
    tb_sup_tell_refused (s, i, "killed");
  else
    {
      u->after = AFTER_KILLED;
      tb_sup_kill_tree (s, i);
    }
  tb_sup_follow (s, now);
}

void
tb_supervisor_pause (TbSupervisor *s, uint32_t i, int64_t now)
{
  Unit *u = &s->units[i];
  if ((u->state != TB_INSTANCE_STARTING && u->state != TB_INSTANCE_READY
       && u->state != TB_INSTANCE_UNHEALTHY)
      || !u->running)
    {
      tb_sup_tell_refused (s, i, "paused");
      return;
    }
  u->paused_from = u->state;
  u->paused_ns = now;
  tb_sup_set_probing (s, i, false);
  tb_sup_set_watching (s, i, false);
  tb_sup_push (s, TB_ACTION_FREEZE, i);
  tb_sup_set_state (s, i, TB_INSTANCE_PAUSED, now);
  tb_sup_follow (s, now);
}

void
tb_supervisor_resume (TbSupervisor *s, uint32_t i, int64_t now)
{
  Unit *u = &s->units[i];
  if (u->state != TB_INSTANCE_PAUSED)
    {
      tb_sup_tell_refused (s, i, "resumed");
      return;
    }
  tb_sup_push (s, TB_ACTION_THAW, i);
  if (u->ready_due_ns != INT64_MAX)
    u->ready_due_ns += now - u->paused_ns;
  tb_sup_set_state (s, i, u->paused_from, now);
  tb_sup_set_probing (s, i, u->paused_from == TB_INSTANCE_STARTING);
  tb_sup_set_watching (s, i, u->paused_from != TB_INSTANCE_STARTING);
  tb_sup_follow (s, now);
}

void
tb_supervisor_restart (TbSupervisor *s, uint32_t i, int64_t now)
{
  Unit *u = &s->units[i];
  if (tb_sup_is_stopping (s) || u->state == TB_INSTANCE_WAITING)
    {
      tb_sup_tell_refused (s, i, "restarted");
      return;
    }
  u->loop = u->tries = 0;
  if (!u->alive)
    {
      u->restarts++;
      tb_sup_begin (s, i, now);
    }
  else if (u->state == TB_INSTANCE_STOPPING)
    u->after = AFTER_RESTART;
  else
    tb_sup_stop_one (s, i, AFTER_RESTART, now);
  tb_sup_follow (s, now);
}

void
tb_supervisor_halt (TbSupervisor *s, uint32_t i, int64_t now)
{
  Unit *u = &s->units[i];
  if (u->state == TB_INSTANCE_WAITING || u->state == TB_INSTANCE_BACKOFF)
    tb_sup_finish (s, i, TB_INSTANCE_STOPPED, now);
  else if (!u->alive || tb_sup_is_stopping (s))
    tb_sup_tell_refused (s, i, "stopped");
  else if (u->state == TB_INSTANCE_STOPPING)
    u->after = u->after == AFTER_KILLED ? AFTER_KILLED : AFTER_STOPPED;
  else
    tb_sup_stop_one (s, i, AFTER_STOPPED, now);
  tb_sup_follow (s, now);
}

/* What is at an end waits again, and what it waits for does likewise: release() starts all of it in
 * order. There are no cycles, and `asked` keeps what many need from being walked many times. */
static void
need (TbSupervisor *s, uint32_t i, int64_t now)
{
  Unit *u = &s->units[i];
  if (u->alive || u->asked)
    return;
  u->asked = true;
  u->loop = u->tries = 0;
  u->retry_due_ns = INT64_MAX;
  if (u->state != TB_INSTANCE_WAITING)
    {
      u->sentence[0] = '\0';
      tb_sup_set_state (s, i, TB_INSTANCE_WAITING, now);
    }
  for (uint32_t k = 0; k < u->n_depends; k++)
    if (!tb_sup_satisfied (s, i, k))
      need (s, u->depends[k], now);
}

void
tb_supervisor_start_needed (TbSupervisor *s, uint32_t i, int64_t now)
{
  if (tb_sup_is_stopping (s) || s->units[i].alive)
    {
      tb_sup_tell_refused (s, i, "started");
      return;
    }
  need (s, i, now);
  for (uint32_t k = 0; k < s->n; k++)
    s->units[k].asked = false;
  tb_sup_follow (s, now);
}

void
tb_supervisor_start_anyway (TbSupervisor *s, uint32_t i, int64_t now)
{
  Unit *u = &s->units[i];
  if (u->state == TB_INSTANCE_BACKOFF && !tb_sup_is_stopping (s))
    {
      u->restarts++;
      tb_sup_begin (s, i, now);
      tb_sup_follow (s, now);
      return;
    }
  if (u->state != TB_INSTANCE_WAITING || tb_sup_is_stopping (s))
    {
      tb_sup_tell_refused (s, i, "started");
      return;
    }
  u->anyway = true;
  tb_sup_follow (s, now);
}

void
tb_supervisor_stop (TbSupervisor *s, int64_t now)
{
  if (tb_sup_is_stopping (s))
    {
      tb_supervisor_abort (s, "asked to stop a second time", now);
      return;
    }
  tb_sup_tell_run (s, TB_RUN_STOPPING, "");
  for (uint32_t i = 0; i < s->n; i++)
    {
      if (s->units[i].state == TB_INSTANCE_WAITING || s->units[i].state == TB_INSTANCE_BACKOFF)
        tb_sup_finish (s, i, TB_INSTANCE_STOPPED, now);
      if (s->units[i].after == AFTER_RESTART)
        s->units[i].after = AFTER_STOPPED;
    }
  tb_sup_follow (s, now);
}

void
tb_supervisor_abort (TbSupervisor *s, const char *why, int64_t now)
{
  if (s->run == TB_RUN_STOPPED)
    return;
  tb_sup_tell_run (s, TB_RUN_STOPPING, why);
  for (uint32_t i = 0; i < s->n; i++)
    {
      Unit *u = &s->units[i];
      if (u->state == TB_INSTANCE_WAITING || u->state == TB_INSTANCE_BACKOFF)
        tb_sup_finish (s, i, TB_INSTANCE_STOPPED, now);
      if (!u->alive)
        continue;
      if (u->after == AFTER_OWN_END || u->after == AFTER_RESTART)
        u->after = AFTER_STOPPED;
      tb_sup_kill_tree (s, i);
      if (u->state != TB_INSTANCE_STOPPING)
        tb_sup_set_state (s, i, TB_INSTANCE_STOPPING, now);
    }
  tb_sup_follow (s, now);
}
