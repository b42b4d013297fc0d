/* A program that does its best to outlive whoever started it.
 *
 *   nasty           ignores TERM; has a child in a session of its own that ignores TERM and HUP, and
 *                   a double-forked daemon that has closed everything
 *   nasty refork    a chain in which each forks the next and ends, for ever
 *   nasty threads   a busy thread beside a busy main, and a busy child
 *
 * A line is printed when all of it is there. */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
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
