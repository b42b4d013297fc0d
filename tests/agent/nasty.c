/* A program that does its best to outlive whoever started it.
 *
 *   nasty           ignores TERM; has a child in a session of its own that ignores TERM and HUP, and
 *                   a double-forked daemon that has closed everything
 *   nasty refork    a chain in which each forks the next and ends, for ever
 *   nasty threads   a busy thread beside a busy main, and a busy child
 *   nasty bomb      all that it forks fork for ever
 *   nasty bombs     the same, each in a session of its own
 *   nasty shout     lines without end, as fast as they are taken
 *
 * A line is printed when all of it is there. */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

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
