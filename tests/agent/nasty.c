/* A program that does its best to outlive whoever started it.
 *
 *   nasty           ignores TERM; has a child in a session of its own that ignores TERM and HUP, and
 *                   a double-forked daemon that has closed everything
 *   nasty refork    a chain in which each forks the next and ends, for ever
 *   nasty threads   a busy thread beside a busy main, and a busy child
 *   nasty bomb      all that it forks fork for ever
 *   nasty bombs     the same, each in a session of its own
 *   nasty shout     lines without end, as fast as they are taken
 *   nasty tell      says what it does on a store, as a client does, and dies of it
 *
 * A line is printed when all of it is there. */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tb-base.h"
#include "tb-ops.h"

static void
sleep_for_ever (void)
{
  for (;;)
    pause ();
}

static void
spawn_stubborn (void)
{
  if (fork () != 0)
    return;
  setsid ();
  signal (SIGTERM, SIG_IGN);
  signal (SIGHUP, SIG_IGN);
  sleep_for_ever ();
}

static void
spawn_daemon (void)
{
  pid_t pid = fork ();
  if (pid != 0)
    {
      waitpid (pid, NULL, 0);
      return;
    }
  setsid ();
  signal (SIGTERM, SIG_IGN);
  if (fork () != 0)
    _exit (0);
  for (int i = 0; i < 1024; i++)
    close (i);
  if (chdir ("/") != 0)
    _exit (1);
  sleep_for_ever ();
}

static void
refork (void)
{
  if (fork () != 0)
    return;
  for (;;)
    {
      setsid ();
      if (fork () > 0)
        _exit (0);
      usleep (100);
    }
}

static void *
burn (void *data)
{
  for (volatile unsigned long n = 0;; n++)
    ;
  return data;
}

/* For the machine that a test runs on, should what it tests not work: so many are enough. */
#define FORKS_MAX 12000

static void
bomb (bool sessions)
{
  atomic_int *forks = mmap (NULL, sizeof *forks, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  while (atomic_fetch_add (forks, 1) < FORKS_MAX)
    if (fork () == 0 && sessions)
      setsid ();
}

static void
shout (void)
{
  static char text[1 << 16];
  for (size_t i = 0; i < sizeof text; i++)
    text[i] = i % 80 == 79 ? '\n' : 'a';
  while (write (STDOUT_FILENO, text, sizeof text) > 0)
    ;
}

/* Tells of a write that ended and of a read that never will: it dies of it. Its connection had no port. */
static void
tell (void)
{
  const char *fd = getenv ("TIERBOARD_OPERATIONS_FD");
  TbOps *ops = fd != NULL ? mmap (NULL, tb_ops_size (), PROT_READ | PROT_WRITE, MAP_SHARED, atoi (fd), 0) : MAP_FAILED;
  if (ops == MAP_FAILED || !tb_ops_is (ops, tb_ops_size ()))
    exit (3);
  TbOpEntry entry = { .op = { .kind = TB_OP_WRITE, .value = 7, .key = 17, .invoke_ns = tb_now_ns () } };
  tb_ops_invoke (ops, 0, &entry);
  entry.op.return_ns = tb_now_ns ();
  tb_ops_return (ops, 0, &entry);
  tb_ops_finished (ops, 5);
  entry = (TbOpEntry) { .op = { .kind = TB_OP_READ, .key = 18, .invoke_ns = tb_now_ns (), .return_ns = INT64_MAX }, .call = 9 };
  tb_ops_invoke (ops, 1, &entry);
  raise (SIGKILL);
}

int
main (int argc, char **argv)
{
  const char *what = argc > 1 ? argv[1] : "";
  pthread_t thread;
  if (strcmp (what, "refork") == 0)
    refork ();
  else if (strcmp (what, "threads") == 0)
    {
      if (fork () == 0)
        burn (NULL);
      pthread_create (&thread, NULL, burn, NULL);
    }
  else if (strncmp (what, "bomb", 4) == 0)
    bomb (strcmp (what, "bombs") == 0);
  else if (strcmp (what, "tell") == 0)
    tell ();
  else if (strcmp (what, "shout") == 0)
    shout ();
  else
    {
      signal (SIGTERM, SIG_IGN);
      spawn_stubborn ();
      spawn_daemon ();
    }
  puts ("all there");
  fflush (stdout);
  if (strcmp (what, "threads") == 0)
    burn (NULL);
  sleep_for_ever ();
}
