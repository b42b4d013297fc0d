/* What the supervisor wants done and told, in order. */
#include "supervise-private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

TbAction *
tb_sup_push (TbSupervisor *s, TbActionKind kind, uint32_t i)
{
  if (s->first == s->n_actions)
    s->first = s->n_actions = 0;
  if (s->n_actions == s->capacity)
    {
      s->capacity = s->capacity == 0 ? 64 : s->capacity * 2;
      s->actions = realloc (s->actions, s->capacity * sizeof *s->actions);
      TB_CHECK (s->actions != NULL);
    }
  TbAction *a = &s->actions[s->n_actions++];
  memset (a, 0, sizeof *a);
  a->kind = kind;
  a->instance = i;
  return a;
}

bool
tb_supervisor_next (TbSupervisor *s, TbAction *action)
{
  if (s->first == s->n_actions)
    return false;
  *action = s->actions[s->first++];
  return true;
}

TbWireInstanceState
tb_supervisor_state (const TbSupervisor *s, uint32_t i)
{
  Unit *u = &s->units[i];
  return (TbWireInstanceState) { .instance = i,
                                 .state = u->state,
                                 .pid = u->alive ? u->pid : 0,
                                 .exit_code = u->main_ended ? u->code : 0,
                                 .time_ns = u->since_ns,
                                 .restarts = u->restarts,
                                 .sentence = u->sentence,
                                 .due_ns = u->state == TB_INSTANCE_BACKOFF  ? u->retry_due_ns
                                           : u->kill_due_ns != INT64_MAX ? u->kill_due_ns
                                                                         : 0,
                                 .loop = u->loop };
}

void
tb_sup_tell_state (TbSupervisor *s, uint32_t i)
{
  TbAction *a = tb_sup_push (s, TB_ACTION_STATE, i);
  a->state = tb_supervisor_state (s, i);
  memcpy (a->text, s->units[i].sentence, sizeof a->text);
  a->state.sentence = NULL;
}

void
tb_sup_tell_waiting (TbSupervisor *s, uint32_t i, const char *what)
{
  Unit *u = &s->units[i];
  if (strcmp (u->waiting, what) == 0)
    return;
  snprintf (u->waiting, sizeof u->waiting, "%s", what);
  memcpy (tb_sup_push (s, TB_ACTION_WAITING, i)->text, u->waiting, sizeof u->waiting);
}

void
tb_sup_tell_run (TbSupervisor *s, TbRunState run, const char *reason)
{
  if (s->begun && s->run == run && strcmp (s->reason, reason) == 0)
    return;
  s->begun = true;
  s->run = run;
  snprintf (s->reason, sizeof s->reason, "%s", reason);
  TbAction *a = tb_sup_push (s, TB_ACTION_RUN_STATE, 0);
  a->run = run;
  memcpy (a->text, s->reason, sizeof s->reason);
}

void
tb_sup_tell_refused (TbSupervisor *s, uint32_t i, const char *verb)
{
  TbAction *a = tb_sup_push (s, TB_ACTION_PROBLEM, i);
  snprintf (a->text, sizeof a->text, "cannot be %s: it is %s", verb,
            tb_instance_state_name (s->units[i].state));
}

void
tb_sup_set_probing (TbSupervisor *s, uint32_t i, bool on)
{
  Unit *u = &s->units[i];
  if (u->probing == on)
    return;
  u->probing = on;
  tb_sup_push (s, on ? TB_ACTION_PROBE : TB_ACTION_UNPROBE, i);
}

void
tb_sup_set_watching (TbSupervisor *s, uint32_t i, bool on)
{
  Unit *u = &s->units[i];
  if (u->watching == on || (on && s->plan->instances[i].alive == TB_PROBE_NONE))
    return;
  u->watching = on;
  tb_sup_push (s, on ? TB_ACTION_WATCH : TB_ACTION_UNWATCH, i);
}
