/* Reaping. Only leashes are children of the agent by its own doing; whatever else turns up has lost
 * its leash, because that was killed, and is killed too: the agent is the subreaper above them. */
#include "agent.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

void
tb_orphans_add_helper (Agent *a, pid_t leash)
{
  if (a->n_helpers == a->helpers_capacity)
    {
      a->helpers_capacity = a->helpers_capacity == 0 ? 16 : a->helpers_capacity * 2;
      a->helpers = realloc (a->helpers, a->helpers_capacity * sizeof *a->helpers);
      TB_CHECK (a->helpers != NULL);
    }
  a->helpers[a->n_helpers++] = leash;
}

void
tb_orphans_remove_helper (Agent *a, pid_t leash)
{
  for (size_t i = 0; i < a->n_helpers; i++)
    if (a->helpers[i] == leash)
      a->helpers[i--] = a->helpers[--a->n_helpers];
}

static Instance *
instance_of (Agent *a, pid_t leash)
{
  for (uint32_t i = 0; a->instances != NULL && i < a->plan->n_instances; i++)
    if (a->instances[i]->leash == leash)
      return a->instances[i];
  return NULL;
}

struct sweep
{
  Agent *agent;
  unsigned strangers;
};

static void
kill_stranger (pid_t pid, void *data)
{
  struct sweep *s = data;
  Agent *a = s->agent;
  for (size_t i = 0; i < a->n_helpers; i++)
    if (a->helpers[i] == pid)
      return;
  if (instance_of (a, pid) != NULL)
    return;
  s->strangers++;
  kill (pid, SIGKILL);
}

/* An instance that lost its leash is gone when the sweep finds nothing any more. */
static void
sweep (Agent *a)
{
  struct sweep s = { .agent = a };
  tb_tree_children (getpid (), kill_stranger, &s);
  for (uint32_t i = 0; s.strangers == 0 && a->instances != NULL && i < a->plan->n_instances; i++)
    if (a->instances[i]->lost)
      {
        a->instances[i]->lost = false;
        tb_instance_check_gone (a->instances[i]);
      }
}

void
tb_orphans_reap (Agent *a)
{
  int status;
  bool strange = false;
  pid_t pid;
  while ((pid = waitpid (-1, &status, WNOHANG | __WALL)) > 0)
    {
      Instance *in = instance_of (a, pid);
      bool clean = WIFEXITED (status) && WEXITSTATUS (status) == 0;
      tb_orphans_remove_helper (a, pid);
      if (in == NULL)
        {
          strange = true;
          continue;
        }
      in->leash_reaped = true;
      in->leash = 0;
      in->lost = !clean;
      strange |= !clean;
      tb_instance_check_gone (in);
    }
  if (pid < 0 && errno == ECHILD && a->viewer_gone)
    a->done = true;
  else if (strange)
    sweep (a);
}

static void
on_signal (void *data, uint32_t events)
{
  Agent *a = data;
  struct signalfd_siginfo info;
  while (read (a->signals.fd, &info, sizeof info) == sizeof info)
    if (info.ssi_signo == SIGTERM && a->supervisor != NULL)
      tb_supervisor_stop (a->supervisor, tb_now_ns ());
    else if (info.ssi_signo == SIGTERM)
      a->done = true;
  tb_orphans_reap (a);
  tb_agent_act (a);
}

/* Interrupt and hang-up go to the viewer in the foreground; what it decides comes by the socket. */
void
tb_orphans_block_signals (void)
{
  sigset_t all;
  sigfillset (&all);
  sigprocmask (SIG_SETMASK, &all, NULL);
}

bool
tb_orphans_watch (Agent *a)
{
  sigset_t watched;
  sigemptyset (&watched);
  sigaddset (&watched, SIGCHLD);
  sigaddset (&watched, SIGTERM);
  int fd = signalfd (-1, &watched, SFD_CLOEXEC | SFD_NONBLOCK);
  if (fd < 0)
    return false;
  tb_loop_watch (&a->loop, &a->signals, fd, EPOLLIN, on_signal, a);
  return true;
}

static void
kill_child (pid_t pid, void *data)
{
  kill (pid, SIGKILL);
}

void
tb_orphans_end (Agent *a, int64_t until_ns)
{
  do
    {
      tb_tree_children (getpid (), kill_child, NULL);
      while (waitpid (-1, NULL, WNOHANG | __WALL) > 0)
        ;
      if (waitpid (-1, NULL, WNOHANG | __WALL) < 0 && errno == ECHILD)
        return;
      usleep (200);
    }
  while (tb_now_ns () < until_ns);
}
