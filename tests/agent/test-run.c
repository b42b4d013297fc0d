/* Real runs: the real agent, real programs. Each test ends with nothing left of its processes. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fixture.h"
#include "tb-record.h"

static const char *
nasty (void)
{
  const char *given = g_getenv ("TIERBOARD_TEST_NASTY");
  return given != NULL ? given : "./nasty";
}

static gboolean
is_missing (const char *program)
{
  g_autofree char *path = g_find_program_in_path (program);
  if (path != NULL)
    return FALSE;
  g_autofree char *why = g_strdup_printf ("%s is not installed", program);
  g_test_skip (why);
  return TRUE;
}

static void
end (Fixture *f)
{
  fixture_stop (f);
  fixture_free (f);
}

static gboolean
log_has (Fixture *f, gpointer data)
{
  g_autofree char *text = fixture_read_log (f, 0);
  return strstr (text, data) != NULL;
}

#define assert_contains(text, part)                                                                \
  G_STMT_START                                                                                     \
  {                                                                                                \
    if (strstr (text, part) == NULL)                                                               \
      g_error ("«%s» does not contain «%s»", text, part);                                          \
  }                                                                                                \
  G_STMT_END

/* ---- Starting ---------------------------------------------------------------------------------- */

static void
test_starts_and_stops (void)
{
  Fixture *f = fixture_new (2);
  fixture_command (f, 0, "sleep", "1000", NULL);
  fixture_command (f, 1, "sleep", "1000", NULL);
  fixture_start (f);
  g_assert_true (fixture_wait_all_ready (f, 10));
  g_assert_true (fixture_wait_run (f, TB_RUN_RUNNING, 1));
  g_assert_cmpint (kill (f->instances[0].pid, 0), ==, 0);
  fixture_stop (f);
  g_assert_cmpint (f->instances[0].state, ==, TB_INSTANCE_STOPPED);
  g_assert_cmpint (f->instances[0].exit_code, ==, -SIGTERM);
  g_assert_cmpstr (f->instances[0].sentence, ==, "");
  fixture_free (f);
}

static void
test_a_missing_program_is_named (void)
{
  Fixture *f = fixture_new (2);
  fixture_command (f, 0, "redis-servr", NULL);
  fixture_command (f, 1, "sleep", "1000", NULL);
  fixture_start (f);
  g_assert_true (fixture_wait_state (f, 0, TB_INSTANCE_FAILED, 10));
  g_assert_cmpstr (f->instances[0].sentence, ==,
                   "cannot run «redis-servr»: no such file or directory");
  g_assert_true (fixture_wait_state (f, 1, TB_INSTANCE_READY, 10));
  end (f);
}

static void
test_a_file_that_is_no_program_is_refused (void)
{
  Fixture *f = fixture_new (1);
  fixture_command (f, 0, "/etc/passwd", NULL);
  fixture_start (f);
  g_assert_true (fixture_wait_state (f, 0, TB_INSTANCE_FAILED, 10));
  g_assert_cmpstr (f->instances[0].sentence, ==, "cannot run «/etc/passwd»: permission denied");
  end (f);
}

static void
test_one_that_dies_at_once_says_why (void)
{
  Fixture *f = fixture_new (1);
  fixture_probe (f, 0, TB_PROBE_TCP, "6379");
  fixture_shell (f, 0, "echo first; echo 'no space on the moon' >&2; exit 7");
  fixture_start (f);
  g_assert_true (fixture_wait_state (f, 0, TB_INSTANCE_FAILED, 10));
  assert_contains (f->instances[0].sentence, "exited with status 7 after ");
  assert_contains (f->instances[0].sentence, " ms: no space on the moon");
  g_assert_cmpint (f->instances[0].exit_code, ==, 7);
  end (f);
}

static void
test_one_that_crashes_names_the_signal (void)
{
  Fixture *f = fixture_new (1);
  fixture_shell (f, 0, "kill -SEGV $$");
  fixture_start (f);
  g_assert_true (fixture_wait_state (f, 0, TB_INSTANCE_FAILED, 10));
  assert_contains (f->instances[0].sentence, "killed by SIGSEGV");
  g_assert_cmpint (f->instances[0].exit_code, ==, -SIGSEGV);
  end (f);
}

static void
test_one_that_finishes_is_stopped (void)
{
  Fixture *f = fixture_new (1);
  fixture_command (f, 0, "true", NULL);
  fixture_start (f);
  g_assert_true (fixture_wait_state (f, 0, TB_INSTANCE_STOPPED, 10));
  assert_contains (f->instances[0].sentence, "exited with status 0");
  end (f);
}

static void
test_dependents_start_after_and_stop_before (void)
{
  Fixture *f = fixture_new (3);
  for (guint i = 0; i < 3; i++)
    {
      fixture_shell (f, i, "sleep 0.05; echo up; exec sleep 1000");
      fixture_probe (f, i, TB_PROBE_LOG, "^up$");
    }
  fixture_depend (f, 0, 1);
  fixture_depend (f, 1, 2);
  fixture_start (f);
  g_assert_true (fixture_wait_all_ready (f, 10));
  for (guint i = 0; i < 3; i++)
    g_assert_cmpuint (g_array_index (f->starts, guint, i), ==, 2 - i);
  fixture_stop (f);
  for (guint i = 0; i < 3; i++)
    g_assert_cmpuint (g_array_index (f->stops, guint, i), ==, i);
  fixture_free (f);
}

static gboolean
is_waiting_for_b (Fixture *f, gpointer data)
{
  return strstr (f->instances[0].waiting, "b/1 to be ready (tcp 9: connection refused), ") != NULL;
}

static void
test_waiting_is_told_and_can_be_cut_short (void)
{
  Fixture *f = fixture_new (2);
  fixture_command (f, 0, "sleep", "1000", NULL);
  fixture_command (f, 1, "sleep", "1000", NULL);
  fixture_probe (f, 1, TB_PROBE_TCP, "9");
  fixture_depend (f, 0, 1);
  fixture_start (f);
  g_assert_true (fixture_wait (f, is_waiting_for_b, NULL, 5));
  fixture_send_name (f, TB_COMMAND_START_ANYWAY, "a/1");
  g_assert_true (fixture_wait_state (f, 0, TB_INSTANCE_READY, 5));
  end (f);
}

static void
test_never_ready_gives_up (void)
{
  Fixture *f = fixture_new (1);
  fixture_command (f, 0, "sleep", "1000", NULL);
  fixture_probe (f, 0, TB_PROBE_TCP, "9");
  fixture_instance (f, 0)->ready_timeout_ns = 200 * TB_NS_PER_MS;
  fixture_start (f);
  g_assert_true (fixture_wait_state (f, 0, TB_INSTANCE_FAILED, 5));
  g_assert_cmpstr (f->instances[0].sentence, ==, "not ready after 200 ms (tcp 9: connection refused)");
  end (f);
}

/* ---- What an instance is given ----------------------------------------------------------------- */

static void
test_environment_and_directory (void)
{
  Fixture *f = fixture_new (1);
  g_setenv ("TIERBOARD_TEST_SECRET", "not for instances", TRUE);
  fixture_env (f, 0, "COLOUR", "green");
  fixture_shell (f, 0, "env; echo cwd=$(pwd); echo mode=$(stat -c %a .); readlink /proc/self/fd/0;"
                       "ulimit -n; echo done; exec sleep 1000");
  fixture_probe (f, 0, TB_PROBE_LOG, "^done");
  fixture_start (f);
  g_assert_true (fixture_wait_all_ready (f, 10));
  g_autofree char *text = fixture_read_log (f, 0);
  g_autofree char *cwd = g_strdup_printf ("cwd=%s/a-1\n", f->dir);
  assert_contains (text, "COLOUR=green\n");
  assert_contains (text, "TIERBOARD_INSTANCE=a/1\n");
  assert_contains (text, "PATH=");
  assert_contains (text, cwd);
  assert_contains (text, "mode=700\n");
  assert_contains (text, "/dev/null\n");
  g_assert_null (strstr (text, "TIERBOARD_TEST_SECRET"));
  g_unsetenv ("TIERBOARD_TEST_SECRET");
  end (f);
}

static void
test_no_descriptor_of_the_agent_leaks (void)
{
  Fixture *f = fixture_new (3);
  for (guint i = 0; i < 3; i++)
    {
      fixture_shell (f, i, "ls /proc/self/fd | tr '\\n' ' '; echo done; exec sleep 1000");
      fixture_probe (f, i, TB_PROBE_LOG, "done");
    }
  fixture_start (f);
  g_assert_true (fixture_wait_all_ready (f, 10));
  for (guint i = 0; i < 3; i++)
    {
      g_autofree char *text = fixture_read_log (f, i);
      /* 3 is the directory ls itself reads. */
      g_assert_cmpstr (text, ==, "0 1 2 3 done\n");
    }
  end (f);
}

static void
test_files_are_written_in_its_directory (void)
{
  Fixture *f = fixture_new (1);
  fixture_file (f, 0, "conf/deep/a.conf", "hello\n");
  fixture_shell (f, 0, "cat conf/deep/a.conf; stat -c %a conf/deep/a.conf; exec sleep 1000");
  fixture_probe (f, 0, TB_PROBE_LOG, "^640$");
  fixture_start (f);
  g_assert_true (fixture_wait_all_ready (f, 10));
  g_autofree char *text = fixture_read_log (f, 0);
  assert_contains (text, "hello\n");
  end (f);
}

static void
test_a_file_outside_its_directory_is_refused (void)
{
  static const char *const paths[] = { "../up", "/tmp/tb-agent-absolute", "a/../../up" };
  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      Fixture *f = fixture_new (1);
      fixture_command (f, 0, "sleep", "1000", NULL);
      fixture_file (f, 0, paths[i], "x");
      fixture_start (f);
      g_assert_true (fixture_wait_run (f, TB_RUN_FAILED, 5));
      g_assert_cmpfloat (fixture_wait_nothing_left (2), >=, 0);
      fixture_free (f);
    }
}

static void
test_a_planted_link_leads_nowhere (void)
{
  Fixture *f = fixture_new (1);
  g_autofree char *target = g_strdup_printf ("%s/outside", f->dir);
  g_autofree char *script = g_strdup_printf ("rm -f x; ln -s %s x; echo up; exec sleep 1000", target);
  fixture_file (f, 0, "x", "first");
  fixture_shell (f, 0, script);
  fixture_probe (f, 0, TB_PROBE_LOG, "^up");
  fixture_start (f);
  g_assert_true (fixture_wait_all_ready (f, 10));
  fixture_send_name (f, TB_COMMAND_RESTART, "a/1");
  g_assert_true (fixture_wait_state (f, 0, TB_INSTANCE_FAILED, 10));
  assert_contains (f->instances[0].sentence, "cannot write its file «x»");
  g_assert_false (g_file_test (target, G_FILE_TEST_EXISTS));
  end (f);
}

static void
test_runs_as_the_user_it_names (void)
{
  if (geteuid () != 0)
    {
      g_test_skip ("only root can run instances as others");
      return;
    }
  Fixture *f = fixture_new (2);
  fixture_instance (f, 0)->user = (char *) "nobody";
  fixture_file (f, 0, "mine", "x");
  fixture_shell (f, 0, "id -un; stat -c 'owner %U' mine .; pwd; echo done; exec sleep 1000");
  fixture_probe (f, 0, TB_PROBE_LOG, "^done");
  fixture_command (f, 1, "sleep", "1000", NULL);
  fixture_instance (f, 1)->user = (char *) "no-such-user";
  fixture_start (f);
  g_assert_true (fixture_wait_state (f, 0, TB_INSTANCE_READY, 10));
  g_autofree char *text = fixture_read_log (f, 0);
  assert_contains (text, "nobody\nowner nobody\nowner nobody\n");
  g_assert_true (fixture_wait_state (f, 1, TB_INSTANCE_FAILED, 10));
  g_assert_cmpstr (f->instances[1].sentence, ==, "there is no user «no-such-user» to run as");
  end (f);
}

static void
test_it_can_gain_no_privilege (void)
{
  Fixture *f = fixture_new (1);
  fixture_shell (f, 0, "grep NoNewPrivs /proc/self/status; exec sleep 1000");
  fixture_probe (f, 0, TB_PROBE_LOG, "NoNewPrivs:.*1");
  fixture_start (f);
  g_assert_true (fixture_wait_all_ready (f, 10));
  end (f);
}

/* ---- Readiness --------------------------------------------------------------------------------- */

static void
test_ready_by_its_own_word (void)
{
  Fixture *f = fixture_new (1);
  fixture_shell (f, 0, "sleep 0.1; printf x >&$TIERBOARD_READY_FD; exec sleep 1000");
  fixture_probe (f, 0, TB_PROBE_NOTIFY, "");
  fixture_start (f);
  g_assert_true (fixture_wait_state (f, 0, TB_INSTANCE_STARTING, 10));
  g_assert_true (fixture_wait_all_ready (f, 10));
  end (f);
}

static void
test_ready_by_a_command (void)
{
  Fixture *f = fixture_new (1);
  fixture_shell (f, 0, "sleep 0.1; touch there; exec sleep 1000");
  fixture_probe (f, 0, TB_PROBE_EXEC, "test -e there");
  fixture_start (f);
  g_assert_true (fixture_wait_all_ready (f, 10));
  end (f);
}

static void
test_ready_by_http (void)
{
  if (is_missing ("python3"))
    return;
  Fixture *f = fixture_new (1);
  g_autofree char *address = g_strdup_printf ("127.%u.1.1", f->plan.block);
  fixture_command (f, 0, "python3", "-m", "http.server", "8000", "--bind", address, NULL);
  fixture_probe (f, 0, TB_PROBE_HTTP, "8000 /");
  fixture_start (f);
  g_assert_true (fixture_wait_all_ready (f, 15));
  end (f);
}

static void
test_http_that_answers_404_is_not_ready (void)
{
  if (is_missing ("python3"))
    return;
  Fixture *f = fixture_new (1);
  g_autofree char *address = g_strdup_printf ("127.%u.1.1", f->plan.block);
  fixture_command (f, 0, "python3", "-m", "http.server", "8000", "--bind", address, NULL);
  fixture_probe (f, 0, TB_PROBE_HTTP, "8000 /health");
  fixture_instance (f, 0)->ready_timeout_ns = 3 * TB_NS_PER_S;
  fixture_start (f);
  g_assert_true (fixture_wait_state (f, 0, TB_INSTANCE_FAILED, 15));
  g_assert_cmpstr (f->instances[0].sentence, ==, "not ready after 3.0 s (http 8000 /health: status 404)");
  end (f);
}

static void
test_ready_by_redis (void)
{
  if (is_missing ("redis-server"))
    return;
  Fixture *f = fixture_new (1);
  g_autofree char *address = g_strdup_printf ("127.%u.1.1", f->plan.block);
  fixture_command (f, 0, "redis-server", "--bind", address, "--port", "6379", "--save", "", NULL);
  fixture_probe (f, 0, TB_PROBE_RESP, "6379");
  fixture_start (f);
  g_assert_true (fixture_wait_all_ready (f, 15));
  fixture_stop (f);
  g_assert_cmpint (f->instances[0].exit_code, ==, 0);
  fixture_free (f);
}

static void
test_ready_by_nginx (void)
{
  if (is_missing ("nginx"))
    return;
  Fixture *f = fixture_new (1);
  g_autofree char *conf = g_strdup_printf (
    "daemon off; worker_processes 1; pid nginx.pid; error_log stderr notice; events {}\n"
    "http { access_log off; client_body_temp_path cb; proxy_temp_path pt; fastcgi_temp_path ft;\n"
    "uwsgi_temp_path ut; scgi_temp_path st; server { listen 127.%u.1.1:8080; location / { return 200 ok; } } }\n",
    f->plan.block);
  g_autofree char *prefix = g_strdup_printf ("%s/a-1", f->dir);
  fixture_file (f, 0, "nginx.conf", conf);
  fixture_command (f, 0, "nginx", "-e", "stderr", "-p", prefix, "-c", "nginx.conf", NULL);
  fixture_probe (f, 0, TB_PROBE_HTTP, "8080 /");
  fixture_instance (f, 0)->stop_signal = SIGQUIT;
  fixture_start (f);
  g_assert_true (fixture_wait_all_ready (f, 15));
  fixture_stop (f);
  g_assert_cmpint (f->instances[0].exit_code, ==, 0);
  fixture_free (f);
}

static void
test_a_probe_without_a_port_is_refused (void)
{
  Fixture *f = fixture_new (2);
  fixture_command (f, 0, "sleep", "1000", NULL);
  fixture_probe (f, 0, TB_PROBE_TCP, "99999");
  fixture_command (f, 1, "sleep", "1000", NULL);
  fixture_probe (f, 1, TB_PROBE_LOG, "(");
  fixture_start (f);
  g_assert_true (fixture_wait_state (f, 0, TB_INSTANCE_FAILED, 10));
  g_assert_cmpstr (f->instances[0].sentence, ==, "its readiness «99999» names no port");
  g_assert_true (fixture_wait_state (f, 1, TB_INSTANCE_FAILED, 10));
  assert_contains (f->instances[1].sentence, "is no regular expression");
  end (f);
}

/* ---- Commands ---------------------------------------------------------------------------------- */

static void
test_kill_ends_the_whole_tree (void)
{
  Fixture *f = fixture_new (1);
  fixture_command (f, 0, nasty (), NULL);
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
  end (f);
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
  fixture_shell (f, 0, "echo pid $$; sh -c 'echo pid $$; setsid sh -c \"echo pid \\$\\$; echo done; while :; do sleep 0.01; done\" & while :; do sleep 0.01; done' & while :; do sleep 0.01; done");
  fixture_probe (f, 0, TB_PROBE_LOG, "^done");
  fixture_start (f);
  g_assert_true (fixture_wait_all_ready (f, 10));
  fixture_send_name (f, TB_COMMAND_PAUSE, "a/1");
  g_assert_true (fixture_wait_state (f, 0, TB_INSTANCE_PAUSED, 5));
  g_assert_true (await (all_in_state, f, GINT_TO_POINTER ('T')));
  fixture_send_name (f, TB_COMMAND_RESUME, "a/1");
  g_assert_true (fixture_wait_state (f, 0, TB_INSTANCE_READY, 5));
  g_assert_true (await (all_in_state, f, GINT_TO_POINTER ('S')));
  end (f);
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
  g_assert_true (fixture_wait_state (f, 0, TB_INSTANCE_STOPPING, 5));
  g_assert_true (fixture_wait_state (f, 0, TB_INSTANCE_READY, 5));
  g_assert_cmpint (f->instances[0].pid, !=, first);
  g_assert_true (fixture_wait (f, log_has, (gpointer) "here\nhere\n", 5));
  end (f);
}

static gboolean
has_problem (Fixture *f, gpointer data)
{
  return fixture_has_problem (f, data);
}

static void
test_an_unknown_instance_is_a_problem (void)
{
  Fixture *f = fixture_new (1);
  fixture_command (f, 0, "sleep", "1000", NULL);
  fixture_start (f);
  fixture_send_name (f, TB_COMMAND_KILL, "zz/9");
  g_assert_true (fixture_wait (f, has_problem, (gpointer) "there is no instance «zz/9»", 5));
  end (f);
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
  end (f);
}

/* ---- Stopping ---------------------------------------------------------------------------------- */

static void
test_one_that_ignores_the_signal_is_killed_after_its_grace (void)
{
  Fixture *f = fixture_new (1);
  fixture_command (f, 0, nasty (), NULL);
  fixture_probe (f, 0, TB_PROBE_LOG, "all there");
  fixture_instance (f, 0)->stop_grace_ns = 300 * TB_NS_PER_MS;
  fixture_start (f);
  g_assert_true (fixture_wait_all_ready (f, 10));
  fixture_stop (f);
  g_assert_cmpstr (f->instances[0].sentence, ==, "did not end within 300 ms of SIGTERM and was killed");
  fixture_free (f);
}

static void
test_what_the_main_process_leaves_is_asked_too (void)
{
  Fixture *f = fixture_new (1);
  fixture_shell (f, 0, "sh -c 'trap \"echo bye; exit 0\" TERM; echo up; while :; do sleep 0.01; done' &\n wait");
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
  end (f);
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
  end (f);
}

static gboolean
load_is_told (Fixture *f, gpointer data)
{
  return f->instances[0].n_loads >= 2 && f->instances[0].cpu_ns > 0 && f->n_agent_loads > 0;
}

static void
test_load_is_summed_over_the_tree (void)
{
  Fixture *f = fixture_new (2);
  fixture_command (f, 0, nasty (), "threads", NULL);
  fixture_command (f, 1, "sleep", "1000", NULL);
  fixture_start (f);
  g_assert_true (fixture_wait (f, load_is_told, NULL, 10));
  g_assert_cmpuint (f->instances[0].n_processes, ==, 2);
  g_assert_cmpuint (f->instances[0].rss_bytes, >, 100000);
  g_assert_cmpuint (f->instances[0].cpu_ns, >, 200 * TB_NS_PER_MS);
  g_assert_cmpuint (f->instances[1].cpu_ns, <, 100 * TB_NS_PER_MS);
  end (f);
}

static gboolean
is_recorded (Fixture *f, gpointer data)
{
  return f->recorded > 0;
}

static void
test_recording_holds_plan_and_facts (void)
{
  Fixture *f = fixture_new (1);
  g_autofree char *path = g_strdup_printf ("%s/run.tbrec", f->dir);
  char *before = f->plan.recording;
  f->plan.recording = path;
  fixture_command (f, 0, "sleep", "1000", NULL);
  fixture_start (f);
  g_assert_true (fixture_wait (f, is_recorded, NULL, 5));
  fixture_stop (f);
  TbRecordReader *reader;
  TbRecord record;
  bool cut_short;
  guint plans = 0, states = 0;
  g_assert_cmpint (tb_record_reader_open (path, &reader, &cut_short), ==, 0);
  g_assert_false (cut_short);
  while (tb_record_reader_next (reader, &record) == 1)
    {
      TbReader r;
      size_t used;
      plans += record.type == TB_RECORD_PLAN;
      if (record.type == TB_RECORD_FACT
          && tb_reader_begin (&r, record.body, record.size, &used) == TB_FRAME_WHOLE)
        states += r.type == TB_FACT_INSTANCE_STATE;
    }
  tb_record_reader_close (reader);
  g_assert_cmpuint (plans, ==, 1);
  g_assert_cmpuint (states, >=, 4);
  f->plan.recording = before;
  fixture_free (f);
}

static void
test_a_recording_that_cannot_be_written_is_a_problem_only (void)
{
  Fixture *f = fixture_new (1);
  f->plan.recording = (char *) "/nonexistent/run.tbrec";
  fixture_command (f, 0, "sleep", "1000", NULL);
  fixture_start (f);
  g_assert_true (fixture_wait (f, has_problem, (gpointer) "the run is not recorded", 5));
  g_assert_true (fixture_wait_all_ready (f, 5));
  end (f);
}

/* ---- Taps, contained or not ---------------------------------------------------------------------- */

struct tap
{
  guint from, to;
  guint64 requests;
};

static gboolean
tap_has_counted (Fixture *f, gpointer data)
{
  const struct tap *want = data;
  TbTapCounters row;
  for (guint i = 0; i < atomic_load (&f->counters->n_rows); i++)
    if (tb_row_read (&f->counters->rows[i], &row) && row.from == want->from && row.to == want->to
        && row.requests >= want->requests)
      return TRUE;
  return FALSE;
}

/* a/1 asks b/1, a Redis, for ever. */
static Fixture *
client_and_redis (void)
{
  Fixture *f = fixture_new (2);
  g_autofree char *address = g_strdup_printf ("127.%u.1.2", f->plan.block);
  g_autofree char *ask = g_strdup_printf ("while :; do redis-cli -h %s incr n; sleep 0.02; done", address);
  fixture_command (f, 1, "redis-server", "--bind", address, "--protected-mode", "no", "--save", "", NULL);
  fixture_probe (f, 1, TB_PROBE_RESP, "6379");
  fixture_shell (f, 0, ask);
  fixture_depend (f, 0, 1);
  return f;
}

static void
check_tapped (Fixture *f)
{
  struct tap want = { 0, 1, 3 };
  fixture_start (f);
  g_assert_true (fixture_wait_all_ready (f, 10));
  g_assert_true (fixture_wait (f, tap_has_counted, &want, 10));
  end (f);
}

static void
test_what_passes_between_instances_is_counted (void)
{
  if (!is_missing ("redis-server"))
    check_tapped (client_and_redis ());
}

/* 200 requests, each answered: as many of both in the recording, each with its first bytes. */
static void
test_recording_holds_every_message (void)
{
  if (is_missing ("redis-server"))
    return;
  Fixture *f = client_and_redis ();
  g_autofree char *path = g_strdup_printf ("%s/run.tbrec", f->dir);
  g_autofree char *ask = g_strdup_printf (
    "yes incr n | head -200 | redis-cli -h 127.%u.1.2 >/dev/null; echo asked; exec sleep 1000", f->plan.block);
  char *before = f->plan.recording;
  struct tap want = { 0, 1, 200 };
  f->plan.recording = path;
  fixture_shell (f, 0, ask);
  fixture_probe (f, 0, TB_PROBE_LOG, "^asked");
  fixture_start (f);
  g_assert_true (fixture_wait_all_ready (f, 20));
  g_assert_true (fixture_wait (f, tap_has_counted, &want, 5));
  fixture_stop (f);
  TbRecordReader *reader;
  TbRecord record;
  guint n[TB_RECORD_GAP + 1] = { 0 }, kinds[256] = { 0 };
  g_assert_cmpint (tb_record_reader_open (path, &reader, NULL), ==, 0);
  while (tb_record_reader_next (reader, &record) == 1)
    {
      n[record.type]++;
      if (record.type == TB_RECORD_EVENT)
        kinds[((const TbEvent *) record.body)->kind]++;
    }
  tb_record_reader_close (reader);
  /* redis-cli may ask for something of its own first. */
  g_assert_cmpuint (kinds[TB_EVENT_REQUEST], >=, 200);
  g_assert_cmpuint (kinds[TB_EVENT_REQUEST], ==, kinds[TB_EVENT_REPLY]);
  g_assert_cmpuint (n[TB_RECORD_PAYLOAD], ==, kinds[TB_EVENT_REQUEST] + kinds[TB_EVENT_REPLY]);
  g_assert_cmpuint (kinds[TB_EVENT_OPEN], ==, kinds[TB_EVENT_CLOSE]);
  g_assert_cmpuint (n[TB_RECORD_GAP], ==, 0);
  f->plan.recording = before;
  fixture_free (f);
}

static gboolean
fault_is_told (Fixture *f, gpointer data)
{
  return f->n_faults_told > 0;
}

static void
test_a_fault_is_confirmed (void)
{
  Fixture *f = fixture_new (2);
  TbWireFault fault = { .id = (char *) "x", .kind = TB_FAULT_CUT, .from = (char *) "*",
                        .to = (char *) "*", .up = true, .down = true };
  fixture_command (f, 0, "sleep", "1000", NULL);
  fixture_command (f, 1, "sleep", "1000", NULL);
  fixture_start (f);
  g_assert_true (fixture_wait_all_ready (f, 10));
  fixture_send_fault (f, &fault);
  g_assert_true (fixture_wait (f, fault_is_told, NULL, 5));
  end (f);
}

static gboolean
can_contain (void)
{
  int status;
  pid_t pid = fork ();
  if (pid == 0)
    _exit (unshare (CLONE_NEWPID | CLONE_NEWNS | (geteuid () != 0 ? CLONE_NEWUSER : 0)) == 0 ? 0 : 1);
  waitpid (pid, &status, 0);
  if (status == 0)
    return TRUE;
  g_test_skip ("no PID namespaces can be had here");
  return FALSE;
}

static void
test_contained_ones_see_only_themselves (void)
{
  if (!can_contain ())
    return;
  Fixture *f = fixture_new (1);
  f->plan.contain = true;
  fixture_shell (f, 0, "echo I am $$; ls -d /proc/[0-9]* | wc -l; trap 'echo bye; exit 0' TERM;"
                       "echo done; while :; do sleep 0.01; done");
  fixture_probe (f, 0, TB_PROBE_LOG, "^done");
  fixture_start (f);
  g_assert_true (fixture_wait_all_ready (f, 10));
  /* The number is the one everybody else knows it by. */
  g_assert_cmpint (f->instances[0].pid, >, 2);
  g_assert_cmpint (kill (f->instances[0].pid, 0), ==, 0);
  g_autofree char *text = fixture_read_log (f, 0);
  assert_contains (text, "I am 2\n");
  fixture_stop (f);
  g_autofree char *after = fixture_read_log (f, 0);
  assert_contains (after, "bye\n");
  fixture_free (f);
}

static void
test_contained_ones_are_tapped_too (void)
{
  if (is_missing ("redis-server") || !can_contain ())
    return;
  Fixture *f = client_and_redis ();
  f->plan.contain = true;
  check_tapped (f);
}

static void
test_contained_ones_are_killed_and_paused (void)
{
  if (!can_contain ())
    return;
  Fixture *f = fixture_new (1);
  f->plan.contain = true;
  fixture_command (f, 0, nasty (), NULL);
  fixture_probe (f, 0, TB_PROBE_LOG, "all there");
  fixture_start (f);
  g_assert_true (fixture_wait_all_ready (f, 10));
  fixture_send_name (f, TB_COMMAND_PAUSE, "a/1");
  g_assert_true (fixture_wait_state (f, 0, TB_INSTANCE_PAUSED, 5));
  fixture_send_name (f, TB_COMMAND_KILL, "a/1");
  g_assert_true (fixture_wait_state (f, 0, TB_INSTANCE_KILLED, 5));
  end (f);
}

static void
test_without_interception_it_still_runs (void)
{
  Fixture *f = fixture_new (1);
  f->plan.no_seccomp = true;
  fixture_shell (f, 0, "grep -E 'Seccomp:|NoNewPrivs' /proc/self/status; exec sleep 1000");
  fixture_probe (f, 0, TB_PROBE_LOG, "^Seccomp:.*0");
  fixture_start (f);
  g_assert_true (fixture_wait_all_ready (f, 10));
  end (f);
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
  fixture_command (f, 0, nasty (), NULL);
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
  fixture_command (f, 0, nasty (), NULL);
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
  end (f);
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *name;
    void (*test) (void);
  } tests[] = {
#define T(name) { "/run/" #name, test_##name }
    T (starts_and_stops),
    T (a_missing_program_is_named),
    T (a_file_that_is_no_program_is_refused),
    T (one_that_dies_at_once_says_why),
    T (one_that_crashes_names_the_signal),
    T (one_that_finishes_is_stopped),
    T (dependents_start_after_and_stop_before),
    T (waiting_is_told_and_can_be_cut_short),
    T (never_ready_gives_up),
    T (environment_and_directory),
    T (no_descriptor_of_the_agent_leaks),
    T (files_are_written_in_its_directory),
    T (a_file_outside_its_directory_is_refused),
    T (a_planted_link_leads_nowhere),
    T (runs_as_the_user_it_names),
    T (it_can_gain_no_privilege),
    T (ready_by_its_own_word),
    T (ready_by_a_command),
    T (ready_by_http),
    T (http_that_answers_404_is_not_ready),
    T (ready_by_redis),
    T (ready_by_nginx),
    T (a_probe_without_a_port_is_refused),
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
    T (load_is_summed_over_the_tree),
    T (recording_holds_plan_and_facts),
    T (a_recording_that_cannot_be_written_is_a_problem_only),
    T (what_passes_between_instances_is_counted),
    T (recording_holds_every_message),
    T (a_fault_is_confirmed),
    T (contained_ones_see_only_themselves),
    T (contained_ones_are_tapped_too),
    T (contained_ones_are_killed_and_paused),
    T (without_interception_it_still_runs),
    T (a_plan_that_contradicts_itself_is_refused),
    T (nonsense_from_the_viewer_ends_the_run),
    T (random_frames_do_no_harm),
    T (a_closed_socket_ends_the_run),
    T (a_lost_leash_takes_its_instance_with_it),
#undef T
  };
  g_test_init (&argc, &argv, NULL);
  for (size_t i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add_func (tests[i].name, tests[i].test);
  return g_test_run ();
}
