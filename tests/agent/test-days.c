/* Bad days: real runs with programs that take more than they may, and a viewer that does not read. Each
 * is named and bounded, and the rest of the run goes on. */
#include <glib.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fixture.h"

enum
{
  ALLOWED = 100
};

/* a/1 runs nasty so, b/1 sleeps. */
static Fixture *
run_beside_a_sleeper (const char *how)
{
  Fixture *f = fixture_new (2);
  fixture_command (f, 0, fixture_nasty (), how, NULL);
  fixture_command (f, 1, "sleep", "1000", NULL);
  fixture_instance (f, 0)->processes_max = ALLOWED;
  return f;
}

static void
check_bomb (const char *how)
{
  Fixture *f = run_beside_a_sleeper (how);
  fixture_start (f);
  g_assert_true (fixture_wait_state (f, 0, TB_INSTANCE_FAILED, 60));
  g_assert_cmpstr (f->instances[0].sentence, ==,
                   "had more than the 100 processes that are allowed, and all were killed");
  g_assert_cmpint (f->instances[1].state, ==, TB_INSTANCE_READY);
  g_assert_cmpint (kill (f->instances[1].pid, 0), ==, 0);
  fixture_end (f);
}

static void
test_one_that_forks_for_ever_is_killed_and_named (void)
{
  check_bomb ("bomb");
}

static void
test_sessions_do_not_help_it (void)
{
  check_bomb ("bombs");
}

static gboolean
failed_twice (Fixture *f, gpointer data)
{
  return f->instances[0].state == TB_INSTANCE_BACKOFF && f->instances[0].restarts > 0;
}

static void
test_its_policy_starts_it_again (void)
{
  Fixture *f = run_beside_a_sleeper ("bomb");
  fixture_instance (f, 0)->restart = TB_RESTART_ON_FAILURE;
  fixture_start (f);
  g_assert_true (fixture_wait (f, failed_twice, NULL, 60));
  assert_contains (f->instances[0].sentence, "more than the 100 processes");
  g_assert_cmpint (f->instances[1].state, ==, TB_INSTANCE_READY);
  fixture_end (f);
}

static void
test_as_many_as_are_allowed_may_be (void)
{
  Fixture *f = fixture_new (1);
  fixture_shell (f, 0, "i=0; while [ $i -lt 60 ]; do sleep 1000 & i=$((i+1)); done; echo up; wait");
  fixture_instance (f, 0)->processes_max = ALLOWED;
  fixture_probe (f, 0, TB_PROBE_LOG, "^up");
  fixture_start (f);
  g_assert_true (fixture_wait_all_ready (f, 30));
  guint seen = f->instances[0].n_loads;
  while (f->instances[0].n_loads < seen + 2)
    fixture_wait (f, fixture_was_told, (gpointer) "nothing of the kind", 0.1);
  g_assert_cmpint (f->instances[0].state, ==, TB_INSTANCE_READY);
  g_assert_cmpuint (f->instances[0].n_processes, ==, 61);
  fixture_end (f);
}

/* ---- Output ------------------------------------------------------------------------------------ */

static guint64
bytes_of (Fixture *f, const char *name)
{
  g_autofree char *path = g_build_filename (f->dir, name, NULL);
  struct stat st;
  return stat (path, &st) == 0 ? (guint64) st.st_size : 0;
}

static void
test_endless_output_is_bounded_and_named (void)
{
  Fixture *f = run_beside_a_sleeper ("shout");
  fixture_start (f);
  g_assert_true (fixture_wait (f, fixture_was_told, (gpointer) "a/1: writes ", 60));
  g_assert_true (fixture_has_problem (f, "MB a second to its output: the last 8 to 16 MB of it are kept"));
  g_assert_cmpuint (bytes_of (f, "a-1.log"), <=, 8 << 20);
  g_assert_cmpuint (bytes_of (f, "a-1.log.1"), <=, 8 << 20);
  g_assert_cmpint (f->instances[1].state, ==, TB_INSTANCE_READY);
  fixture_send_name (f, TB_COMMAND_KILL, "a/1");
  g_assert_true (fixture_wait_state (f, 0, TB_INSTANCE_KILLED, 30));
  fixture_end (f);
}

/* ---- A viewer that does not read ---------------------------------------------------------------- */

static void
send_pings (Fixture *f, guint n)
{
  TbWriter w = { 0 };
  for (guint i = 0; i < 1000; i++)
    {
      tb_writer_begin (&w, TB_COMMAND_PING);
      tb_writer_u64 (&w, i);
      tb_writer_end (&w);
    }
  for (guint i = 0; i < n; i += 1000)
    for (gsize at = 0; at < w.size;)
      {
        gssize sent = send (f->socket, w.bytes + at, w.size - at, MSG_NOSIGNAL);
        g_assert_cmpint (sent, >, 0);
        at += (gsize) sent;
      }
  tb_writer_clear (&w);
}

static guint64
resident_bytes (pid_t pid)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/statm", pid), *text = NULL;
  guint64 pages = 0;
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_cmpint (sscanf (text, "%*u %" G_GUINT64_FORMAT, &pages), ==, 1);
  return pages * (guint64) sysconf (_SC_PAGESIZE);
}

static gboolean
is_killed_and_was_told (Fixture *f, gpointer data)
{
  return f->instances[1].state == TB_INSTANCE_KILLED
         && fixture_has_problem (f, "facts were left out because they were not read in time");
}

/* 32 MB of answers, of which 16 are kept; then b/1 ends, unread. */
static void
test_what_is_not_read_is_bounded_and_said (void)
{
  Fixture *f = fixture_new (2);
  fixture_command (f, 0, "sleep", "1000", NULL);
  fixture_command (f, 1, "sleep", "1000", NULL);
  fixture_start (f);
  g_assert_true (fixture_wait_all_ready (f, 30));
  send_pings (f, 2000000);
  fixture_send_name (f, TB_COMMAND_KILL, "b/1");
  while (kill (f->instances[1].pid, 0) == 0)
    g_usleep (1000);
  g_assert_cmpuint (resident_bytes (f->agent), <, 100 << 20);
  g_assert_true (fixture_wait (f, is_killed_and_was_told, NULL, 60));
  g_assert_cmpint (f->instances[0].state, ==, TB_INSTANCE_READY);
  fixture_end (f);
}

int
main (int argc, char **argv)
{
  static const FixtureTest tests[] = {
#define T(name) { "/days/" #name, test_##name }
    T (one_that_forks_for_ever_is_killed_and_named),
    T (sessions_do_not_help_it),
    T (its_policy_starts_it_again),
    T (as_many_as_are_allowed_may_be),
    T (endless_output_is_bounded_and_named),
    T (what_is_not_read_is_bounded_and_said),
#undef T
  };
  return fixture_run_tests (argc, argv, tests, G_N_ELEMENTS (tests));
}
