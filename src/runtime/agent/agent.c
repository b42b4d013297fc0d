/* Start-up, the plan, the supervisor's actions, the end. */
#include "agent.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "names.h"
#include "terminal.h"
#include "turns.h"

/* Whatever cannot be killed by then (a process in the middle of a disk access) is left to its
 * leash, which goes on trying. */
#define END_WITHIN_NS (3 * TB_NS_PER_S)

uint32_t
tb_agent_find (const Agent *a, const char *id)
{
  for (uint32_t i = 0; i < a->plan->n_instances; i++)
    if (strcmp (a->plan->instances[i].id, id) == 0)
      return i;
  return UINT32_MAX;
}

/* ---- Actions ----------------------------------------------------------------------------------- */

/* What lies outside is taken to run for as long as the run does: true for what needs no more. */
static bool
carry_out_outside (Agent *a, const TbAction *action)
{
  int64_t now = tb_now_ns ();
  if (action->kind == TB_ACTION_SPAWN)
    tb_supervisor_started (a->supervisor, action->instance, 0, now);
  else if (action->kind == TB_ACTION_SIGNAL || action->kind == TB_ACTION_KILL)
    {
      tb_supervisor_exited (a->supervisor, action->instance, 0, false, now);
      tb_supervisor_gone (a->supervisor, action->instance, "", now);
    }
  else
    return action->kind == TB_ACTION_FREEZE || action->kind == TB_ACTION_THAW;
  return true;
}

static void
command_leash (Instance *in, TbActionKind kind)
{
  tb_leash_command (in->control.fd,
                    kind == TB_ACTION_KILL ? TB_LEASH_KILL : kind == TB_ACTION_FREEZE ? TB_LEASH_FREEZE : TB_LEASH_THAW, 0);
}

static void
carry_out (Agent *a, TbAction *action)
{
  Instance *in = a->instances[action->instance];
  bool of_one = action->kind != TB_ACTION_RUN_STATE && action->kind != TB_ACTION_DONE;
  if (of_one && tb_wire_is_outside (in->plan) && carry_out_outside (a, action))
    return;
  switch (action->kind)
    {
    case TB_ACTION_SPAWN:
      tb_instance_spawn (in);
      break;
    case TB_ACTION_SIGNAL:
      tb_terminals_let_go (a, action->instance);
      tb_leash_command (in->control.fd, TB_LEASH_SIGNAL, action->signal);
      break;
    case TB_ACTION_KILL:
    case TB_ACTION_FREEZE:
    case TB_ACTION_THAW:
      command_leash (in, action->kind);
      break;
    case TB_ACTION_PROBE:
    case TB_ACTION_UNPROBE:
      tb_instance_probe (in, action->kind == TB_ACTION_PROBE);
      break;
    case TB_ACTION_WATCH:
    case TB_ACTION_UNWATCH:
      tb_instance_watch (in, action->kind == TB_ACTION_WATCH);
      break;
    case TB_ACTION_STATE:
      action->state.sentence = action->text;
      tb_tell_state (a, &action->state);
      break;
    case TB_ACTION_WAITING:
      tb_tell_waiting (a, action->instance, action->text);
      break;
    case TB_ACTION_RUN_STATE:
      if (action->run == TB_RUN_STOPPING && a->taps != NULL)
        tb_taps_stopping (a->taps);
      tb_tell_run_state (a, action->run, action->text);
      break;
    case TB_ACTION_PROBLEM:
      tb_tell_problem (a, 1, action->instance, action->text);
      break;
    case TB_ACTION_DONE:
      a->done = true;
      break;
    default:
      break;
    }
}

void
tb_agent_act (Agent *a)
{
  TbAction action;
  /* Carrying one out may tell the supervisor something: the loop below finds what follows. */
  if (a->supervisor == NULL || a->draining)
    return;
  a->draining = true;
  while (tb_supervisor_next (a->supervisor, &action))
    carry_out (a, &action);
  a->draining = false;
  tb_loop_arm (&a->loop, &a->supervise_timer, tb_supervisor_deadline (a->supervisor));
}

static void
on_deadline (void *data, int64_t now_ns)
{
  Agent *a = data;
  tb_supervisor_tick (a->supervisor, now_ns);
  tb_agent_act (a);
}

static void
on_end (void *data, int64_t now_ns)
{
  Agent *a = data;
  a->done = true;
}

void
tb_agent_abort (Agent *a, const char *why)
{
  if (a->viewer_gone)
    return;
  a->viewer_gone = true;
  a->failed = true;
  a->out.size = 0;
  tb_loop_forget (&a->loop, &a->viewer);
  if (a->supervisor == NULL)
    {
      a->done = true;
      return;
    }
  a->end_timer = (TbTimer) { .fire = on_end, .data = a };
  tb_loop_arm (&a->loop, &a->end_timer, tb_now_ns () + END_WITHIN_NS);
  tb_supervisor_abort (a->supervisor, why, tb_now_ns ());
  tb_agent_act (a);
  tb_leash_server_stop ();
  /* Nobody is to be told how each of them ends: only that all have ended is waited for. */
  for (uint32_t i = 0; i < a->plan->n_instances; i++)
    {
      tb_loop_forget (&a->loop, &a->instances[i]->control);
      tb_loop_forget (&a->loop, &a->instances[i]->out);
    }
  tb_orphans_reap (a);
}

/* ---- The plan ---------------------------------------------------------------------------------- */

static bool
indices_are_good (const uint32_t *indices, uint32_t n, uint32_t limit)
{
  for (uint32_t i = 0; i < n; i++)
    if (indices[i] >= limit)
      return false;
  return true;
}

bool
tb_agent_check_plan (const TbWirePlan *plan, char *why)
{
  struct stat st;
  bool good = plan->block >= 64 && plan->block <= 126;
  for (uint32_t i = 0; i < plan->n_instances; i++)
    good &= indices_are_good (plan->instances[i].depends, plan->instances[i].n_depends,
                              plan->n_instances);
  for (uint32_t i = 0; i < plan->n_links; i++)
    good &= indices_are_good (plan->links[i].from, plan->links[i].n_from, plan->n_instances)
            && indices_are_good (plan->links[i].to, plan->links[i].n_to, plan->n_instances);
  if (!good)
    snprintf (why, TB_SENTENCE, "the plan speaks of instances or addresses it does not have");
  else if (plan->run_dir[0] != '/' || stat (plan->run_dir, &st) != 0 || !S_ISDIR (st.st_mode))
    {
      snprintf (why, TB_SENTENCE, "the run's directory %.150s is not there", plan->run_dir);
      good = false;
    }
  return good;
}

void
tb_agent_give_up (Agent *a, const char *why)
{
  tb_tell_problem (a, 0, UINT32_MAX, why);
  tb_tell_run_state (a, TB_RUN_FAILED, why);
  a->failed = a->done = true;
}

static bool
start_taps (Agent *a)
{
  const char *why_not = NULL;
  char text[TB_SENTENCE], why[64];
  int error = 0;
  if (!a->plan->no_seccomp && !tb_intercept_works (&why_not))
    {
      a->plan->no_seccomp = true;
      snprintf (text, sizeof text,
                "connections cannot be intercepted here (%.120s): only those that go to a link's "
                "address are tapped", why_not != NULL ? why_not : "no reason known");
      tb_tell_problem (a, 1, UINT32_MAX, text);
    }
  a->taps = tb_taps_new (a->plan, a->counters, a->ring, &error);
  if (a->taps != NULL)
    error = tb_taps_start (a->taps);
  if (error == 0)
    return true;
  snprintf (text, sizeof text, "the addresses 127.%u.0.0/16 cannot be used: %s", a->plan->block,
            tb_words_for_errno (-error, why, sizeof why));
  tb_agent_give_up (a, text);
  return false;
}

static void
on_taps (void *data, uint32_t events)
{
  Agent *a = data;
  tb_viewer_take_taps (a);
  tb_viewer_flush (a);
}

/* Users other than root must be able to pass through the run's directory; nobody can list it. */
void
tb_agent_open_directory (Agent *a)
{
  bool users = false;
  for (uint32_t i = 0; i < a->plan->n_instances; i++)
    users |= a->instances[i]->prepared.spec.change_user;
  if (users)
    chmod (a->plan->run_dir, 0711);
}

/* What is built in looks no names up: its command line has the addresses. */
static bool
has_names (const TbWireInstance *instance)
{
  return !instance->builtin && !tb_wire_is_outside (instance);
}

void
tb_agent_give_names (Agent *a)
{
  uint32_t programs = 0;
  const char *why_not;
  char text[TB_SENTENCE];
  for (uint32_t i = 0; i < a->plan->n_instances; i++)
    programs += has_names (&a->plan->instances[i]);
  TbNamesWay way = programs > 0 ? tb_names_way (&why_not) : TB_NAMES_NONE;
  if (programs > 0 && way == TB_NAMES_NONE)
    {
      snprintf (text, sizeof text,
                "the names of the drawing cannot be looked up (%s): programs find its addresses in "
                "their environment",
                why_not);
      tb_tell_problem (a, 2, UINT32_MAX, text);
    }
  if (way == TB_NAMES_NONE)
    return;
  char *machine = tb_names_machine ();
  for (uint32_t i = 0; i < a->plan->n_instances; i++)
    if (has_names (&a->plan->instances[i]) && !a->plan->instances[i].removed)
      {
        tb_prepare_names (&a->instances[i]->prepared, a->plan, i, way, machine);
        if (a->instances[i]->leash > 0)
          tb_names_refresh (&a->instances[i]->prepared.spec);
      }
  free (machine);
}

/* Each for itself, since they never move: sources and timers point at them. */
void
tb_agent_grow_instances (Agent *a, uint32_t before)
{
  a->instances = realloc (a->instances, (a->plan->n_instances + 1) * sizeof *a->instances);
  TB_CHECK (a->instances != NULL);
  for (uint32_t i = before; i < a->plan->n_instances; i++)
    {
      a->instances[i] = calloc (1, sizeof *a->instances[i]);
      TB_CHECK (a->instances[i] != NULL);
    }
  for (uint32_t i = before; i < a->plan->n_instances; i++)
    tb_instance_init (a, i);
}

void
tb_agent_start (Agent *a, TbWirePlan *plan, const uint8_t *frame, size_t n)
{
  char why[TB_SENTENCE];
  *a->plan = *plan;
  a->planned = true;
  if (!tb_agent_check_plan (a->plan, why))
    {
      tb_agent_give_up (a, why);
      return;
    }
  tb_recording_open (a);
  tb_recording_plan (a, frame, n);
  tb_outside_look_up (a);
  if (!start_taps (a))
    return;
  tb_loop_watch (&a->loop, &a->taps_events, dup (tb_taps_event_fd (a->taps)), EPOLLIN, on_taps, a);
  tb_agent_grow_instances (a, 0);
  tb_agent_give_names (a);
  tb_agent_open_directory (a);
  tb_terminals_open (a);
  a->supervise_timer = (TbTimer) { .fire = on_deadline, .data = a };
  a->supervisor = tb_supervisor_new (a->plan);
  tb_upkeep_start (a);
  tb_supervisor_start (a->supervisor, tb_now_ns ());
}

/* ---- Life -------------------------------------------------------------------------------------- */

static void
on_parent (void *data, uint32_t events)
{
  Agent *a = data;
  tb_loop_forget (&a->loop, &a->parent);
  tb_agent_abort (a, "the viewer is gone");
}

/* The parent is looked at again after its descriptor is held: it may have died in between. */
static bool
watch_parent (Agent *a)
{
  pid_t parent = getppid ();
  int fd = (int) syscall (SYS_pidfd_open, parent, 0);
  if (fd < 0 || getppid () != parent)
    return false;
  tb_loop_watch (&a->loop, &a->parent, fd, EPOLLIN, on_parent, a);
  return true;
}

/* The ends of the last connections are on their way from the tap loop: quiet for 2 ms is the end. */
static void
take_last_of_taps (Agent *a)
{
  int64_t until = tb_now_ns () + 20 * TB_NS_PER_MS;
  struct pollfd events = { a->taps_events.fd, POLLIN, 0 };
  tb_viewer_take_taps (a);
  while (!a->viewer_gone && events.fd >= 0 && tb_now_ns () < until && poll (&events, 1, 2) > 0)
    tb_viewer_take_taps (a);
  tb_loop_forget (&a->loop, &a->taps_events);
}

/* What the taps still hold, and what the viewer still has to be told, within bounds. */
static void
finish (Agent *a)
{
  int64_t until = tb_now_ns () + TB_NS_PER_S;
  if (a->instances != NULL)
    tb_upkeep_stop (a);
  take_last_of_taps (a);
  for (uint32_t i = 0; a->instances != NULL && i < a->plan->n_instances; i++)
    tb_operations_end (a->instances[i]);
  tb_log_record_end (a);
  tb_recording_close (a);
  while (!a->viewer_gone && a->out.size > 0 && tb_now_ns () < until)
    {
      tb_viewer_flush (a);
      if (a->out.size > 0)
        usleep (1000);
    }
}

static void
clear (Agent *a)
{
  tb_terminals_close (a);
  for (uint32_t i = 0; a->instances != NULL && i < a->plan->n_instances; i++)
    {
      tb_instance_clear (a->instances[i]);
      free (a->instances[i]);
    }
  tb_taps_stop (a->taps);
  tb_supervisor_free (a->supervisor);
  free (a->instances);
  free (a->helpers);
  free (a->in);
  tb_writer_clear (&a->out);
  tb_wire_plan_clear (a->plan);
  free (a->plan);
  tb_loop_forget (&a->loop, &a->viewer);
  tb_loop_forget (&a->loop, &a->signals);
  tb_loop_forget (&a->loop, &a->parent);
  tb_loop_close (&a->loop);
  if (a->counters != NULL)
    munmap (a->counters, sizeof *a->counters);
  if (a->ring != NULL)
    munmap (a->ring, sizeof *a->ring);
}

/* Before anything else is made: what it forks is a copy of it. */
static void
start_leash_server (Agent *a)
{
  pid_t pid = tb_leash_server_start ();
  if (pid > 0)
    tb_orphans_add_helper (a, pid);
}

int
tb_agent_run (int viewer_fd, const struct rlimit *nofile)
{
  Agent *a = calloc (1, sizeof *a);
  TB_CHECK (a != NULL);
  a->plan = calloc (1, sizeof *a->plan);
  TB_CHECK (a->plan != NULL);
  a->viewer = a->signals = a->parent = a->taps_events = TB_SOURCE_NONE;
  a->nofile = *nofile;
  a->census_file = -1;
  prctl (PR_SET_CHILD_SUBREAPER, 1);
  tb_orphans_block_signals ();
  start_leash_server (a);
  /* So that it sees in time who starts too many processes. */
  uint64_t before;
  tb_turns_set (TB_TURN_NS, &before);
  bool good = tb_loop_open (&a->loop) == 0 && tb_orphans_watch (a) && watch_parent (a)
              && tb_viewer_open (a, viewer_fd);
  while (good && !a->done)
    {
      tb_loop_step (&a->loop);
      /* All that one round brought goes at once: the viewer wakes up once for it. */
      tb_viewer_flush (a);
    }
  tb_leash_server_stop ();
  tb_orphans_end (a, tb_now_ns () + END_WITHIN_NS);
  finish (a);
  int status = !good ? 3 : a->failed ? 1 : 0;
  clear (a);
  free (a);
  return status;
}
