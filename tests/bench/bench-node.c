/* How long tierboard-node takes from fork to ready. Prints name, value, unit and target. */
#include "tb-base.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define ROUNDS 101

static int
compare (const void *a, const void *b)
{
  int64_t x = *(const int64_t *) a, y = *(const int64_t *) b;
  return (x > y) - (x < y);
}

static pid_t
start (const char *program, const char *kind, int ready_fd)
{
  char number[16];
  pid_t pid = fork ();
  if (pid != 0)
    return pid;
  snprintf (number, sizeof number, "%d", ready_fd);
  setenv ("TIERBOARD_READY_FD", number, 1);
  int null = open ("/dev/null", O_WRONLY);
  dup2 (null, STDOUT_FILENO);
  execl (program, program, kind, "--listen", "127.93.1.1:0", "--threads", "pool 8", NULL);
  _exit (127);
}

static int64_t
one_start (const char *program, const char *kind)
{
  int fds[2], status;
  char byte;
  if (pipe (fds) < 0)
    abort ();
  int64_t begin = tb_now_ns ();
  pid_t pid = start (program, kind, fds[1]);
  close (fds[1]);
  bool ready = read (fds[0], &byte, 1) == 1;
  int64_t ns = tb_now_ns () - begin;
  close (fds[0]);
  kill (pid, SIGTERM);
  waitpid (pid, &status, 0);
  return ready ? ns : -1;
}

static void
measure (const char *program, const char *kind)
{
  int64_t ns[ROUNDS];
  for (int i = 0; i < ROUNDS; i++)
    if ((ns[i] = one_start (program, kind)) < 0)
      {
        fprintf (stderr, "%s %s did not become ready\n", program, kind);
        exit (1);
      }
  qsort (ns, ROUNDS, sizeof *ns, compare);
  printf ("node %s, start to ready, median\t%.3f\tms\t≤ 2\n", kind, (double) ns[ROUNDS / 2] / 1e6);
}

int
main (int argc, char **argv)
{
  const char *program = argc > 1 ? argv[1] : NODE_PROGRAM;
  measure (program, "server");
  measure (program, "store");
  return 0;
}
