/* How long 100 and 500 built-in instances take from the plan to all ready, against a bare posix_spawn
 * loop of the same programs that waits for the same word; how long they take to be gone after Stop, and
 * after a SIGKILL of the agent. Rounds of both are interleaved, so that a busy machine is busy for both;
 * the figure is the median of the ratios. */
#include <fcntl.h>
#include <glib.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fixture.h"

enum
{
  ROUNDS = 7
};

static double
now_ms (void)
{
  return (double) g_get_monotonic_time () / 1e3;
}

static void
arguments (guint block, guint i, char *name, char *listen)
{
  g_snprintf (name, 32, "many/%u", i + 1);
  g_snprintf (listen, 32, "127.%u.%u.%u:6379", block, 1 + i / 250, 1 + i % 250);
}

/* All started one after the other, then each one's word awaited. */
static double
bare_loop (guint n, guint block)
{
  g_autofree pid_t *pids = g_new0 (pid_t, n);
  g_autofree struct pollfd *words = g_new0 (struct pollfd, n);
  char name[32], listen[32], byte;
  double begin = now_ms ();
  g_setenv ("TIERBOARD_READY_FD", "3", TRUE);
  for (guint i = 0; i < n; i++)
    {
      char *argv[] = { (char *) NODE_PROGRAM, (char *) "store", (char *) "--name", name,
                       (char *) "--listen", listen, NULL };
      posix_spawn_file_actions_t actions;
      int word[2];
      arguments (block, i, name, listen);
      g_assert_cmpint (pipe2 (word, O_CLOEXEC), ==, 0);
      posix_spawn_file_actions_init (&actions);
      posix_spawn_file_actions_addopen (&actions, 1, "/dev/null", O_WRONLY, 0);
      posix_spawn_file_actions_adddup2 (&actions, word[1], 3);
      g_assert_cmpint (posix_spawn (&pids[i], argv[0], &actions, NULL, argv, environ), ==, 0);
      posix_spawn_file_actions_destroy (&actions);
      close (word[1]);
      words[i] = (struct pollfd) { word[0], POLLIN, 0 };
    }
  for (guint i = 0; i < n; i++)
    g_assert_cmpint (read (words[i].fd, &byte, 1), ==, 1);
  double ms = now_ms () - begin;
  g_unsetenv ("TIERBOARD_READY_FD");
  for (guint i = 0; i < n; i++)
    {
      close (words[i].fd);
      kill (pids[i], SIGKILL);
      waitpid (pids[i], NULL, 0);
    }
  return ms;
}

/* Gone is when this process, a subreaper, has no descendants any more. */
static double
end_run (Fixture *f, gboolean killed)
{
  double begin = now_ms ();
  if (!killed)
    {
      fixture_stop (f);
      return now_ms () - begin;
    }
  double waited = fixture_kill (f, 10);
  g_assert_cmpfloat (waited, >=, 0);
  return waited;
}

static double
agent_run (guint n, gboolean killed, double *gone_ms)
{
  Fixture *f = fixture_new (n);
  char name[32], listen[32];
  for (guint i = 0; i < n; i++)
    {
      arguments (f->plan.block, i, name, listen);
      fixture_command (f, i, NODE_PROGRAM, "store", "--name", name, "--listen", listen, NULL);
      fixture_probe (f, i, TB_PROBE_NOTIFY, "");
      fixture_instance (f, i)->builtin = true;
    }
  fixture_start (f);
  /* From the plan on; the agent itself is started before, once, whatever the number. */
  double begin = now_ms ();
  g_assert_true (fixture_wait_all_ready (f, 60));
  double ms = now_ms () - begin;
  *gone_ms = end_run (f, killed);
  fixture_free (f);
  return ms;
}

static int
compare (gconstpointer a, gconstpointer b)
{
  double x = *(const double *) a, y = *(const double *) b;
  return (x > y) - (x < y);
}

static double
median (double *values)
{
  qsort (values, ROUNDS, sizeof *values, compare);
  return values[ROUNDS / 2];
}

static void
measure (guint n)
{
  double bare[ROUNDS], ours[ROUNDS], ratio[ROUNDS], gone[ROUNDS], killed[ROUNDS];
  for (int i = 0; i < ROUNDS; i++)
    {
      bare[i] = bare_loop (n, 64 + (guint) getpid () % 63);
      ours[i] = agent_run (n, FALSE, &gone[i]);
      ratio[i] = ours[i] / bare[i];
    }
  for (int i = 0; i < ROUNDS; i++)
    agent_run (n, TRUE, &killed[i]);
  printf ("start-%u-ratio\t%.2f\tx bare spawn\t<= 2\n", n, median (ratio));
  printf ("start-%u-ready\t%.1f\tms\t\n", n, median (ours));
  printf ("start-%u-bare\t%.1f\tms\t\n", n, median (bare));
  printf ("stop-%u-gone\t%.1f\tms\t<= 100\n", n, median (gone));
  printf ("kill-%u-gone\t%.1f\tms\t<= 100\n", n, median (killed));
}

int
main (int argc, char **argv)
{
  if (g_getenv ("TIERBOARD_TEST_AGENT") == NULL)
    fixture_set_agent_path (AGENT_PROGRAM);
  if (argc > 1)
    measure ((guint) atoi (argv[1]));
  else
    {
      measure (100);
      measure (500);
    }
  return 0;
}
