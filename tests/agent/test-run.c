/* Real runs, their life and end: commands, stopping, logs, taps, bad viewers. Each test ends with
 * nothing left of its processes. */
#include <fcntl.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fixture.h"
#include "tb-record.h"

/* ---- Commands ---------------------------------------------------------------------------------- */

static void
test_kill_ends_the_whole_tree (void)
{
  Fixture *f = fixture_new (1);
  fixture_command (f, 0, fixture_nasty (), NULL);
  fixture_probe (f, 0, TB_PROBE_LOG, "all there");
  fixture_start (f);
  g_assert_true (fixture_wait_all_ready (f, 10));
  pid_t before = f->instances[0].pid;
  fixture_send_name (f, TB_COMMAND_KILL, "a/1");
  g_assert_true (fixture_wait_state (f, 0, TB_INSTANCE_KILLED, 5));
  g_assert_cmpint (kill (before, 0), ==, -1);
  fixture_send_name (f, TB_COMMAND_RESTART, "a/1");
  g_assert_true (fixture_wait_all_ready (f, 5));
  g_assert_cmpuint (f->instances[0].restarts, ==, 1);
  fixture_send_name (f, TB_COMMAND_KILL, "a/1");
  g_assert_true (fixture_wait_state (f, 0, TB_INSTANCE_KILLED, 5));
  fixture_end (f);
}

static char
state_of_process (pid_t pid)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/stat", pid), *text = NULL;
  if (!g_file_get_contents (path, &text, NULL, NULL))
    return '-';
  return strrchr (text, ')')[2];
}

/* The pids of what a log names, one a line after "pid ". */
static gboolean
all_in_state (Fixture *f, gpointer data)
{
  g_autofree char *text = fixture_read_log (f, 0);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  guint n = 0;
  for (char **line = lines; *line != NULL; line++)
    if (g_str_has_prefix (*line, "pid "))
      {
        char state = state_of_process (atoi (*line + 4));
        /* D: its child was stopped between vfork and exec, so it stands too. */
        if ((state == 'T' || state == 'D') != (GPOINTER_TO_INT (data) == 'T'))
          return FALSE;
        n++;
      }
  return n == 3;
}

static gboolean
await (FixtureCondition condition, Fixture *f, gpointer data)
{
  for (int i = 0; i < 2000; i++)
    {
      if (condition (f, data))
        return TRUE;
      g_usleep (1000);
    }
  return FALSE;
}

static void
test_pause_stops_the_whole_tree (void)
{
  Fixture *f = fixture_new (1);
  fixture_shell (f, 0,
                 "echo pid $$\n"
                 "sh -c 'echo pid $$\n"
                 "       setsid sh -c \"echo pid \\$\\$; echo done; while :; do sleep 0.01; done\" &\n"
                 "       while :; do sleep 0.01; done' &\n"
                 "while :; do sleep 0.01; done");
  fixture_probe (f, 0, TB_PROBE_LOG, "^done");
  fixture_start (f);
  g_assert_true (fixture_wait_all_ready (f, 10));
  fixture_send_name (f, TB_COMMAND_PAUSE, "a/1");
  g_assert_true (fixture_wait_state (f, 0, TB_INSTANCE_PAUSED, 5));
  g_assert_true (await (all_in_state, f, GINT_TO_POINTER ('T')));
  fixture_send_name (f, TB_COMMAND_RESUME, "a/1");
  g_assert_true (fixture_wait_state (f, 0, TB_INSTANCE_READY, 5));
  g_assert_true (await (all_in_state, f, GINT_TO_POINTER ('S')));
  fixture_end (f);
}

static void
test_restart_starts_it_again (void)
{
  Fixture *f = fixture_new (1);
  fixture_shell (f, 0, "echo here; exec sleep 1000");
  fixture_probe (f, 0, TB_PROBE_LOG, "^here");
  fixture_start (f);
  g_assert_true (fixture_wait_all_ready (f, 10));
  pid_t first = f->instances[0].pid;
  fixture_send_name (f, TB_COMMAND_RESTART, "a/1");
  g_assert_true (fixture_wait_restarted (f, 0, 1, 10));
  g_assert_true (fixture_went_through (f, 0, TB_INSTANCE_STOPPING));
  g_assert_cmpint (f->instances[0].pid, !=, first);
  g_assert_true (fixture_wait (f, fixture_log_has, (gpointer) "here\nhere\n", 5));
  fixture_end (f);
}

static void
test_an_unknown_instance_is_a_problem (void)
{
  Fixture *f = fixture_new (1);
  fixture_command (f, 0, "sleep", "1000", NULL);
  fixture_start (f);
  fixture_send_name (f, TB_COMMAND_KILL, "zz/9");
  g_assert_true (fixture_wait (f, fixture_was_told, (gpointer) "there is no instance «zz/9»", 5));
  fixture_end (f);
}

static gboolean
has_pong (Fixture *f, gpointer data)
{
  return f->pong == 4711;
}

static void
test_ping_is_answered (void)
{
  Fixture *f = fixture_new (1);
  fixture_command (f, 0, "sleep", "1000", NULL);
  fixture_start (f);
  fixture_send (f, TB_COMMAND_PING);
  g_assert_true (fixture_wait (f, has_pong, NULL, 5));
  fixture_end (f);
}

/* ---- Stopping ---------------------------------------------------------------------------------- */

static void
test_one_that_ignores_the_signal_is_killed_after_its_grace (void)
{
  Fixture *f = fixture_new (1);
  fixture_command (f, 0, fixture_nasty (), NULL);
  fixture_probe (f, 0, TB_PROBE_LOG, "all there");
  fixture_instance (f, 0)->stop_grace_ns = 300 * TB_NS_PER_MS;
  fixture_start (f);
  g_assert_true (fixture_wait_all_ready (f, 10));
  fixture_stop (f);
  g_assert_cmpstr (f->instances[0].sentence, ==,
                   "did not end within 300 ms of SIGTERM and was killed");
  fixture_free (f);
}

static void
test_what_the_main_process_leaves_is_asked_too (void)
{
  Fixture *f = fixture_new (1);
  fixture_shell (f, 0,
                 "sh -c 'trap \"echo bye; exit 0\" TERM; echo up; while :; do sleep 0.01; done' &\n"
                 "wait");
  fixture_probe (f, 0, TB_PROBE_LOG, "^up");
  fixture_start (f);
  g_assert_true (fixture_wait_all_ready (f, 10));
  fixture_stop (f);
  g_autofree char *text = fixture_read_log (f, 0);
  assert_contains (text, "bye\n");
  fixture_free (f);
}

static void
test_stop_during_start (void)
{
  Fixture *f = fixture_new (2);
  fixture_command (f, 0, "sleep", "1000", NULL);
  fixture_command (f, 1, "sleep", "1000", NULL);
  fixture_probe (f, 1, TB_PROBE_TCP, "9");
  fixture_depend (f, 0, 1);
  fixture_start (f);
  g_assert_true (fixture_wait_state (f, 1, TB_INSTANCE_STARTING, 5));
  fixture_stop (f);
  g_assert_cmpint (f->instances[0].state, ==, TB_INSTANCE_STOPPED);
  fixture_free (f);
}

static void
test_terminate_of_the_agent_is_an_ordered_stop (void)
{
  Fixture *f = fixture_new (1);
  fixture_shell (f, 0, "trap 'echo bye; exit 0' TERM; echo up; while :; do sleep 0.01; done");
  fixture_probe (f, 0, TB_PROBE_LOG, "^up");
  fixture_start (f);
  g_assert_true (fixture_wait_all_ready (f, 10));
  kill (f->agent, SIGTERM);
  g_assert_true (fixture_wait_run (f, TB_RUN_STOPPED, 5));
  g_autofree char *text = fixture_read_log (f, 0);
  assert_contains (text, "bye\n");
  fixture_free (f);
}

/* ---- Logs, loads, recording -------------------------------------------------------------------- */

static gboolean
log_is_told (Fixture *f, gpointer data)
{
  return f->instances[0].log_size >= 6 && f->instances[0].log_path != NULL;
}

static void
test_log_and_how_far_it_can_be_read (void)
{
  Fixture *f = fixture_new (1);
  fixture_shell (f, 0, "echo out; echo err >&2; sleep 1000");
  fixture_start (f);
  g_assert_true (fixture_wait (f, log_is_told, NULL, 5));
  g_autofree char *text = fixture_read_log (f, 0);
  g_assert_cmpstr (text, ==, "out\nerr\n");
  g_assert_true (g_file_test (f->instances[0].log_path, G_FILE_TEST_IS_REGULAR));
  fixture_end (f);
}

static void
test_log_is_bounded (void)
{
  Fixture *f = fixture_new (1);
  fixture_shell (f, 0, "head -c 20000000 /dev/zero | tr '\\0' x; echo; echo finished; sleep 1000");
  fixture_probe (f, 0, TB_PROBE_LOG, "^finished");
  fixture_start (f);
  g_assert_true (fixture_wait_all_ready (f, 20));
  g_autofree char *path = g_strdup_printf ("%s/a-1.log", f->dir);
  g_autofree char *old = g_strdup_printf ("%s.1", path);
  struct stat now, before;
  g_assert_cmpint (stat (path, &now), ==, 0);
  g_assert_cmpint (stat (old, &before), ==, 0);
  g_assert_cmpint (now.st_size, <=, 8 << 20);
  g_assert_cmpint (before.st_size, <=, 8 << 20);
  g_assert_cmpint (before.st_size, >, 7 << 20);
  fixture_end (f);
}

static void
test_a_terminal_is_one_and_what_is_written_is_kept (void)
{
  Fixture *f = fixture_new (1);
  fixture_command (f, 0, "sh", "-c", "test -t 0 && test -t 1 && tty </dev/tty && echo finished; sleep 1000",
                   NULL);
  f->plan.instances[0].terminal = true;
  fixture_probe (f, 0, TB_PROBE_LOG, "^finished$");
  fixture_start (f);
  g_assert_true (fixture_wait_all_ready (f, 30));
  fixture_end (f);
}

/* The file says A and B, the drawing says B: A is the file's, B the drawing's. */
static void
test_an_environment_file_is_read_at_each_start (void)
{
  Fixture *f = fixture_new (1);
  TbWireEnv env[] = { { (char *) "B", (char *) "drawn", true }, { (char *) "A", (char *) "by custom", false } };
  g_autofree char *path = g_build_filename (f->dir, "service.env", NULL);
  g_assert_true (g_file_set_contents (path, "# of the shop\nexport A=\"from file\"\nB=file # no\n", -1, NULL));
  fixture_command (f, 0, "sh", "-c", "echo \"[$A|$B]\"; sleep 1000", NULL);
  f->plan.instances[0].env = env;
  f->plan.instances[0].n_env = 2;
  f->plan.instances[0].env_file = path;
  fixture_probe (f, 0, TB_PROBE_LOG, "^\\[from file\\|drawn\\]$");
  fixture_start (f);
  g_assert_true (fixture_wait_all_ready (f, 30));
  f->plan.instances[0].env = NULL; /* the fixture would free what is ours */
  f->plan.instances[0].n_env = 0;
  fixture_end (f);
}

static gboolean
was_restarted_twice (Fixture *f, gpointer data)
{
  return f->instances[0].restarts >= 2 && f->instances[0].state == TB_INSTANCE_READY;
}

/* Nobody listens there: it was ready by its own word, and does not answer. */
static void
test_one_that_does_not_answer_is_started_again (void)
{
  Fixture *f = fixture_new (1);
  fixture_command (f, 0, "sh", "-c", "echo up; sleep 1000", NULL);
  fixture_probe (f, 0, TB_PROBE_LOG, "^up$");
  f->plan.instances[0].alive = TB_PROBE_TCP;
  f->plan.instances[0].alive_argument = (char *) "7777";
  f->plan.instances[0].alive_tries = (TbWireTries) { .interval_ns = 20 * TB_NS_PER_MS, .failures = 2 };
  f->plan.instances[0].restart = TB_RESTART_ON_FAILURE;
  f->plan.instances[0].restart_delay_ns = 10 * TB_NS_PER_MS;
  fixture_start (f);
  g_assert_true (fixture_wait (f, was_restarted_twice, NULL, 30));
  fixture_end (f);
}

static gboolean
load_is_told (Fixture *f, gpointer data)
{
  return f->instances[0].n_loads >= 2 && f->instances[0].cpu_ns > 200 * TB_NS_PER_MS
         && f->n_agent_loads > 0;
}

static void
test_load_is_summed_over_the_tree (void)
{
  Fixture *f = fixture_new (2);
  fixture_command (f, 0, fixture_nasty (), "threads", NULL);
  fixture_command (f, 1, "sleep", "1000", NULL);
  fixture_start (f);
  g_assert_true (fixture_wait (f, load_is_told, NULL, 30));
  g_assert_cmpuint (f->instances[0].n_processes, ==, 2);
  g_assert_cmpuint (f->instances[0].rss_bytes, >, 100000);
  g_assert_cmpuint (f->instances[1].cpu_ns, <, 100 * TB_NS_PER_MS);
  fixture_end (f);
}

static gboolean
is_recorded (Fixture *f, gpointer data)
{
  return f->recorded > 0;
}

static void
test_recording_holds_start_architecture_plan_and_facts (void)
{
  Fixture *f = fixture_new (1);
  g_autofree char *path = g_strdup_printf ("%s/run.tbrec", f->dir);
  char *before = f->plan.recording;
  f->plan.recording = path;
  f->plan.document = (char *) "<architecture/>";
  f->start_ns = tb_now_ns () - TB_NS_PER_S; /* its viewer took a while to start the agent */
  fixture_command (f, 0, "sleep", "1000", NULL);
  fixture_start (f);
  g_assert_true (fixture_wait (f, is_recorded, NULL, 5));
  fixture_stop (f);
  TbRecordReader *reader;
  TbRecord record;
  bool cut_short;
  guint drawings = 0, plans = 0, states = 0;
  g_assert_cmpint (tb_record_reader_open (path, &reader, &cut_short), ==, 0);
  g_assert_false (cut_short);
  g_assert_cmpint (tb_record_reader_start_ns (reader), ==, f->start_ns);
  while (tb_record_reader_next (reader, &record) == 1)
    {
      TbReader r;
      size_t used;
      drawings += record.type == TB_RECORD_ARCHITECTURE && record.size == strlen ("<architecture/>");
      plans += record.type == TB_RECORD_PLAN;
      if (record.type == TB_RECORD_FACT
          && tb_reader_begin (&r, record.body, record.size, &used) == TB_FRAME_WHOLE)
        states += r.type == TB_FACT_INSTANCE_STATE;
    }
  tb_record_reader_close (reader);
  g_assert_cmpuint (drawings, ==, 1);
  g_assert_cmpuint (plans, ==, 1);
  g_assert_cmpuint (states, >=, 4);
  f->plan.recording = before;
  f->plan.document = (char *) "";
  fixture_free (f);
}

static void
test_a_recording_that_cannot_be_written_is_a_problem_only (void)
{
  Fixture *f = fixture_new (1);
  f->plan.recording = (char *) "/nonexistent/run.tbrec";
  fixture_command (f, 0, "sleep", "1000", NULL);
  fixture_start (f);
  g_assert_true (fixture_wait (f, fixture_was_told, (gpointer) "the run is not recorded", 5));
  g_assert_true (fixture_wait_all_ready (f, 5));
  fixture_end (f);
}

/* ---- Bad plans, bad viewers -------------------------------------------------------------------- */

static void
test_a_plan_that_contradicts_itself_is_refused (void)
{
  Fixture *f = fixture_new (1);
  fixture_command (f, 0, "sleep", "1000", NULL);
  fixture_depend (f, 0, 7);
  fixture_start (f);
  g_assert_true (fixture_wait_run (f, TB_RUN_FAILED, 5));
  g_assert_cmpfloat (fixture_wait_nothing_left (2), >=, 0);
  fixture_free (f);
}

static void
test_nonsense_from_the_viewer_ends_the_run (void)
{
  Fixture *f = fixture_new (1);
  fixture_command (f, 0, "sleep", "1000", NULL);
  fixture_start (f);
  g_assert_true (fixture_wait_all_ready (f, 5));
  g_assert_cmpint (send (f->socket, "\xff\xff\xff\xff nonsense", 13, MSG_NOSIGNAL), ==, 13);
  g_assert_cmpfloat (fixture_wait_nothing_left (2), >=, 0);
  fixture_free (f);
}

/* Frames of every kind with bodies of chance: refused, obeyed or the end of the run, never a crash. */
static void
test_random_frames_do_no_harm (void)
{
  guint32 seed = g_random_int ();
  GRand *r = g_rand_new_with_seed (seed);
  g_test_message ("seed %u", seed);
  for (int round = 0; round < 20; round++)
    {
      Fixture *f = fixture_new (2);
      fixture_command (f, 0, "sleep", "1000", NULL);
      fixture_command (f, 1, "sleep", "1000", NULL);
      fixture_start (f);
      for (int k = 0; k < 50; k++)
        {
          guint8 body[64];
          TbWriter w = { 0 };
          gsize n = (gsize) g_rand_int_range (r, 0, sizeof body);
          for (gsize i = 0; i < n; i++)
            body[i] = g_rand_int_range (r, 0, 3) == 0 ? (guint8) g_rand_int (r) : (guint8) (i % 4 == 0);
          tb_writer_begin (&w, (unsigned) g_rand_int_range (r, 4, 14));
          tb_writer_bytes (&w, body, n);
          tb_writer_end (&w);
          if (send (f->socket, w.bytes, w.size, MSG_NOSIGNAL) < 0)
            k = 50;
          tb_writer_clear (&w);
        }
      fixture_send (f, TB_COMMAND_PING);
      g_assert_true (fixture_wait (f, has_pong, NULL, 5));
      fixture_free (f);
    }
  g_rand_free (r);
}

static void
test_a_closed_socket_ends_the_run (void)
{
  Fixture *f = fixture_new (1);
  fixture_command (f, 0, fixture_nasty (), NULL);
  fixture_probe (f, 0, TB_PROBE_LOG, "all there");
  fixture_start (f);
  g_assert_true (fixture_wait_all_ready (f, 5));
  close (f->socket);
  f->socket = -1;
  double ms = fixture_wait_nothing_left (2);
  g_test_message ("nothing left after %.1f ms", ms);
  g_assert_cmpfloat (ms, >=, 0);
  fixture_free (f);
}

static void
test_a_lost_leash_takes_its_instance_with_it (void)
{
  Fixture *f = fixture_new (2);
  fixture_command (f, 0, fixture_nasty (), NULL);
  fixture_probe (f, 0, TB_PROBE_LOG, "all there");
  fixture_command (f, 1, "sleep", "1000", NULL);
  fixture_start (f);
  g_assert_true (fixture_wait_all_ready (f, 5));
  g_autofree char *path = g_strdup_printf ("/proc/%d/stat", f->instances[0].pid), *text = NULL;
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  kill (atoi (strrchr (text, ')') + 4), SIGKILL);
  g_assert_true (fixture_wait_state (f, 0, TB_INSTANCE_FAILED, 5));
  assert_contains (f->instances[0].sentence, "lost");
  g_assert_cmpint (f->instances[1].state, ==, TB_INSTANCE_READY);
  fixture_end (f);
}

int
main (int argc, char **argv)
{
  static const FixtureTest tests[] = {
#define T(name) { "/run/" #name, test_##name }
    T (kill_ends_the_whole_tree),
    T (pause_stops_the_whole_tree),
    T (restart_starts_it_again),
    T (an_unknown_instance_is_a_problem),
    T (ping_is_answered),
    T (one_that_ignores_the_signal_is_killed_after_its_grace),
    T (what_the_main_process_leaves_is_asked_too),
    T (stop_during_start),
    T (terminate_of_the_agent_is_an_ordered_stop),
    T (log_and_how_far_it_can_be_read),
    T (log_is_bounded),
    T (a_terminal_is_one_and_what_is_written_is_kept),
    T (an_environment_file_is_read_at_each_start),
    T (one_that_does_not_answer_is_started_again),
    T (load_is_summed_over_the_tree),
    T (recording_holds_start_architecture_plan_and_facts),
    T (a_recording_that_cannot_be_written_is_a_problem_only),
    T (a_plan_that_contradicts_itself_is_refused),
    T (nonsense_from_the_viewer_ends_the_run),
    T (random_frames_do_no_harm),
    T (a_closed_socket_ends_the_run),
    T (a_lost_leash_takes_its_instance_with_it),
#undef T
  };
  return fixture_run_tests (argc, argv, tests, G_N_ELEMENTS (tests));
}
