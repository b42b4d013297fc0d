/* Who has started too many processes.
 *
 * One that forks for ever doubles within milliseconds, and counting all processes is too dear to be
 * done that often. How many tasks the whole machine has is cheap to ask: when that has grown by many
 * since the last count, they are counted anew, each instance's no further than it may have. Whoever
 * has more is killed, all of it, and its end says why. Where this comes too late, RLIMIT_NPROC holds
 * (bound_tasks() in child.c). */
#include "agent.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LOOK_NS (20 * TB_NS_PER_MS)
#define MANY_MORE 500

/* "0.20 0.18 0.12 1/80 11206": processes and threads are behind the slash. */
static uint32_t
tasks_of_machine (int file)
{
  char text[128];
  ssize_t n = file >= 0 ? pread (file, text, sizeof text - 1, 0) : 0;
  text[TB_MAX (n, 0)] = '\0';
  const char *slash = strchr (text, '/');
  return slash != NULL ? (uint32_t) strtoul (slash + 1, NULL, 10) : 0;
}

static uint32_t
processes_allowed (const TbWireInstance *plan)
{
  return plan->processes_max > 0 ? plan->processes_max : TB_PROCESSES_MAX;
}

/* A probe's command has none of its own to be told of: it has failed. */
static void
end_probe (const TbProbe *probe)
{
  tb_leash_command (probe->source.fd, TB_LEASH_KILL, 0);
}

static void
end_instance (Instance *in, const char *what, uint32_t allowed)
{
  char text[TB_SENTENCE];
  if (in->overran)
    return;
  in->overran = true;
  snprintf (text, sizeof text, "had more than the %u %s that are allowed, and all were killed", allowed, what);
  tb_supervisor_overran (in->agent->supervisor, in->index, text, tb_now_ns ());
}

static const TbProbe *
probe_at_work (const Instance *in)
{
  return in->probe.leash > 0 ? &in->probe : &in->alive;
}

/* Among few and many: whoever has more than it may is not counted to its end. */
static void
look_at_all (Agent *a)
{
  for (uint32_t i = 0; i < a->plan->n_instances; i++)
    {
      Instance *in = a->instances[i];
      uint32_t allowed = processes_allowed (in->plan);
      const TbProbe *probe = probe_at_work (in);
      if (in->plan->builtin)
        continue;
      if (in->leash > 0 && !in->overran && tb_tree_count (in->leash, allowed) > allowed)
        end_instance (in, "processes", allowed);
      if (probe->leash > 0 && tb_tree_count (probe->leash, allowed) > allowed)
        end_probe (probe);
    }
}

void
tb_census_take (Agent *a, const TbLoad *loads)
{
  a->census_tasks = tasks_of_machine (a->census_file);
  for (uint32_t i = 0; i < a->plan->n_instances; i++)
    {
      uint32_t allowed = processes_allowed (a->instances[i]->plan);
      if (loads[i].n > allowed)
        end_instance (a->instances[i], "processes", allowed);
      else if (loads[i].threads > TB_TASKS_MAX)
        end_instance (a->instances[i], "threads", TB_TASKS_MAX);
    }
}

static void
on_look (void *data, int64_t now_ns)
{
  Agent *a = data;
  uint32_t tasks = tasks_of_machine (a->census_file);
  /* Instances that start are many too, each with its leash. */
  if (tasks > a->census_tasks + MANY_MORE + 2 * a->plan->n_instances)
    {
      look_at_all (a);
      a->census_tasks = tasks;
      tb_agent_act (a);
    }
  tb_loop_arm (&a->loop, &a->census_timer, tb_now_ns () + LOOK_NS);
}

/* What is built in starts no processes. */
void
tb_census_start (Agent *a)
{
  bool programs = false;
  for (uint32_t i = 0; i < a->plan->n_instances; i++)
    programs |= !a->plan->instances[i].builtin;
  if (!programs || a->census_file >= 0)
    return;
  a->census_file = open ("/proc/loadavg", O_RDONLY | O_CLOEXEC);
  if (a->census_file < 0)
    return;
  a->census_timer = (TbTimer) { .fire = on_look, .data = a };
  a->census_tasks = tasks_of_machine (a->census_file);
  tb_loop_arm (&a->loop, &a->census_timer, tb_now_ns () + LOOK_NS);
}

void
tb_census_stop (Agent *a)
{
  tb_loop_disarm (&a->loop, &a->census_timer);
  if (a->census_file >= 0)
    close (a->census_file);
  a->census_file = -1;
}
