/* A change of the plan while it runs: what is new is started, what is not drawn any more stopped, what is
 * started otherwise started again; the rest runs on, with its taps, and finds new names in its
 * /etc/hosts. */
#include "agent.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "names.h"

/* An index means the same for ever: it is in the recording, in the counters and with the viewer. */
static bool
keeps_indices (const TbWirePlan *was, const TbWirePlan *is)
{
  bool good = is->n_instances >= was->n_instances && is->n_links >= was->n_links
              && is->block == was->block && strcmp (is->run_dir, was->run_dir) == 0;
  for (uint32_t i = 0; good && i < was->n_instances; i++)
    good = strcmp (is->instances[i].id, was->instances[i].id) == 0
           && is->instances[i].address == was->instances[i].address
           && tb_wire_is_outside (&is->instances[i]) == tb_wire_is_outside (&was->instances[i]);
  for (uint32_t i = 0; good && i < was->n_links; i++)
    good = strcmp (is->links[i].id, was->links[i].id) == 0;
  return good;
}

/* Whatever cannot be had for want of memory leaves the run as it is. */
static bool
change_taps (Agent *a, TbWirePlan *plan)
{
  char why[64], text[TB_SENTENCE];
  int error = tb_taps_change (a->taps, plan);
  if (error == 0)
    return true;
  snprintf (text, sizeof text, "the run was not changed: %s",
            tb_words_for_errno (-error, why, sizeof why));
  tb_tell_problem (a, 0, UINT32_MAX, text);
  return false;
}

/* What was found where it lies is still there; what is new is looked up. */
static void
look_up_outside (Agent *a, const TbWirePlan *was)
{
  for (uint32_t i = 0; i < was->n_instances; i++)
    if (tb_wire_is_outside (&a->plan->instances[i]) && tb_wire_is_outside (&was->instances[i])
        && strcmp (a->plan->instances[i].outside, was->instances[i].outside) == 0)
      a->plan->instances[i].reach = was->instances[i].reach;
  tb_outside_look_up (a);
}

/* The plan is the agent's already; now everything else follows. */
static void
take_over (Agent *a, TbWirePlan *was)
{
  TbWirePlan *plan = a->plan;
  for (uint32_t i = 0; i < was->n_instances; i++)
    tb_instance_plan_anew (a->instances[i]);
  tb_agent_grow_instances (a, was->n_instances);
  tb_agent_give_names (a);
  tb_agent_open_directory (a);
  tb_supervisor_change (a->supervisor, plan, tb_now_ns ());
  tb_agent_act (a);
}

void
tb_agent_change (Agent *a, TbWirePlan *read, const uint8_t *frame, size_t n)
{
  char why[TB_SENTENCE];
  TbWirePlan *plan = malloc (sizeof *plan);
  TB_CHECK (plan != NULL);
  *plan = *read;
  plan->no_seccomp = a->plan->no_seccomp; /* as was found when it began */
  bool good = tb_agent_check_plan (plan, why);
  if (good && !keeps_indices (a->plan, plan))
    {
      snprintf (why, sizeof why, "it is not of this run");
      good = false;
    }
  if (!good)
    {
      char text[TB_SENTENCE + 32];
      snprintf (text, sizeof text, "the run was not changed: %s", why);
      tb_tell_problem (a, 0, UINT32_MAX, text);
    }
  TbWirePlan *was = a->plan, *unused = plan;
  if (good)
    {
      a->plan = plan;
      look_up_outside (a, was);
      unused = change_taps (a, plan) ? was : plan;
      a->plan = unused == was ? plan : was;
    }
  if (a->plan == plan)
    {
      take_over (a, was);
      tb_recording_plan (a, frame, n);
    }
  tb_wire_plan_clear (unused);
  free (unused);
}
