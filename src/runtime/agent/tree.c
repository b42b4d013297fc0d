/* Who descends from whom, from /proc/PID/task/TID/children. Used in forked processes: nothing is
 * allocated, directories are read with getdents64. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "leash.h"

enum
{
  /* A chain of parents deeper than this is frozen only so far down; killing knows no depth. */
  DEPTH_MAX = 256
};

typedef void (*Visit) (pid_t pid, void *data);

struct entry
{
  uint64_t ino;
  int64_t off;
  unsigned short length;
  unsigned char type;
  char name[];
};

/* Calls f for each entry of a directory whose name is a number. False if it cannot be read. */
static bool
for_each_number_in (const char *path, Visit f, void *data)
{
  _Alignas (struct entry) char buffer[1024];
  int dir = open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (dir < 0)
    return false;
  for (long n; (n = syscall (SYS_getdents64, dir, buffer, sizeof buffer)) > 0;)
    for (long at = 0; at < n;)
      {
        struct entry e;
        memcpy (&e, buffer + at, offsetof (struct entry, name));
        const char *name = buffer + at + offsetof (struct entry, name);
        if (name[0] >= '1' && name[0] <= '9')
          f (atoi (name), data);
        at += e.length;
      }
  close (dir);
  return true;
}

struct visit
{
  pid_t pid;
  int depth;
  Visit f;
  void *data;
};

static void
children_of_thread (pid_t tid, void *data)
{
  struct visit *v = data;
  char path[64], buffer[512];
  long number = 0;
  snprintf (path, sizeof path, "/proc/%d/task/%d/children", v->pid, tid);
  int file = open (path, O_RDONLY | O_CLOEXEC);
  if (file < 0)
    return;
  for (ssize_t n; (n = read (file, buffer, sizeof buffer)) > 0;)
    for (ssize_t i = 0; i < n; i++)
      if (buffer[i] >= '0' && buffer[i] <= '9')
        number = number * 10 + (buffer[i] - '0');
      else if (number > 0)
        {
          v->f ((pid_t) number, v->data);
          number = 0;
        }
  if (number > 0)
    v->f ((pid_t) number, v->data);
  close (file);
}

void
tb_tree_children (pid_t pid, Visit f, void *data)
{
  struct visit v = { .pid = pid, .f = f, .data = data };
  char path[64];
  struct stat st;
  snprintf (path, sizeof path, "/proc/%d/task", pid);
  if (stat (path, &st) != 0)
    return;
  /* ".", ".." and its only thread: nothing to list, and most have one. */
  if (st.st_nlink == 3)
    children_of_thread (pid, &v);
  else
    for_each_number_in (path, children_of_thread, &v);
}

static void
visit_down (pid_t pid, void *data)
{
  struct visit *up = data;
  struct visit here = { .pid = pid, .depth = up->depth + 1, .f = up->f, .data = up->data };
  up->f (pid, up->data);
  if (here.depth < DEPTH_MAX)
    tb_tree_children (pid, visit_down, &here);
}

void
tb_tree_descendants (pid_t pid, Visit f, void *data)
{
  struct visit v = { .pid = pid, .f = f, .data = data };
  tb_tree_children (pid, visit_down, &v);
}

struct counting
{
  unsigned n, most;
};

static void
count_down (pid_t pid, void *data)
{
  struct counting *c = data;
  if (c->n <= c->most && ++c->n <= c->most)
    tb_tree_children (pid, count_down, c);
}

unsigned
tb_tree_count (pid_t pid, unsigned most)
{
  struct counting c = { 0, most };
  tb_tree_children (pid, count_down, &c);
  return c.n;
}

void
tb_tree_signal (pid_t pid, int signal, pid_t *last_group)
{
  pid_t group = getpgid (pid);
  if (group > 1 && group != getpgrp () && group != *last_group)
    {
      *last_group = group;
      kill (-group, signal);
    }
  kill (pid, signal);
}

struct killing
{
  unsigned own;
  pid_t last_group;
};

static void
kill_one (pid_t pid, void *data)
{
  struct killing *k = data;
  tb_tree_signal (pid, SIGKILL, &k->last_group);
}

static void
kill_branch (pid_t pid, void *data)
{
  struct killing *k = data;
  k->own++;
  kill_one (pid, k);
  tb_tree_descendants (pid, kill_one, k);
}

/* Most have one process, or one group, and nobody below them then has to be looked for: what /proc tells
 * costs more than all the rest, the kernel's forgetting of it included. True where they were all. It waits
 * for nobody who does not end at once. */
static bool
kill_first (pid_t first)
{
  const struct timespec patience = { 0, 10 * 1000 * 1000 };
  pid_t group = 0, gone;
  sigset_t ended;
  sigemptyset (&ended);
  sigaddset (&ended, SIGCHLD);
  tb_tree_signal (first, SIGKILL, &group);
  for (bool is_gone = false;; is_gone |= gone == first)
    {
      gone = waitpid (-1, NULL, WNOHANG | __WALL);
      if (gone < 0)
        return errno == ECHILD;
      if (gone == 0 && (is_gone || sigtimedwait (&ended, NULL, &patience) < 0))
        return false;
    }
}

/* Each round kills the whole tree that can be seen, parents first, then waits for as many ends as it
 * killed children of its own: so many are sure to come. Whoever was forked meanwhile, and has lost
 * its parent, is a child of this process by the next round. */
void
tb_tree_kill_all (pid_t first)
{
  pid_t self = getpid (), gone;
  if (self == 1)
    kill (-1, SIGKILL);
  if (first > 0 && kill_first (first))
    return;
  for (;;)
    {
      struct killing k = { 0 };
      tb_tree_children (self, kill_branch, &k);
      do
        gone = waitpid (-1, NULL, __WALL);
      while (gone > 0 && k.own-- > 1);
      while (gone > 0)
        gone = waitpid (-1, NULL, WNOHANG | __WALL);
      if (gone < 0 && errno == ECHILD)
        return;
    }
}
