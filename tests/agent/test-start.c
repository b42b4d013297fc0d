/* Real runs, their beginning: what is started, what it is given, when it is ready. Each test ends with
 * nothing left of its processes. */
#include <glib.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fixture.h"

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
  fixture_end (f);
}

static void
test_a_working_directory_is_entered (void)
{
  Fixture *f = fixture_new (2);
  for (guint i = 0; i < 2; i++)
    {
      fixture_file (f, i, "below/here", "x");
      fixture_shell (f, i, "echo \"in $PWD\"; exec sleep 1000");
      fixture_probe (f, i, TB_PROBE_LOG, i == 0 ? "in /usr/share$" : "in .*/b-1/below$");
    }
  fixture_instance (f, 0)->work_dir = (char *) "/usr/share";
  fixture_instance (f, 1)->work_dir = (char *) "below";
  fixture_start (f);
  g_assert_true (fixture_wait_all_ready (f, 10));
  fixture_end (f);
}

static void
test_a_working_directory_that_is_not_there_is_named (void)
{
  Fixture *f = fixture_new (2);
  fixture_command (f, 0, "sleep", "1000", NULL);
  fixture_instance (f, 0)->work_dir = (char *) "/nowhere/at/all";
  fixture_command (f, 1, "redis-servr", NULL);
  fixture_instance (f, 1)->work_dir = (char *) "/usr/share";
  fixture_start (f);
  g_assert_true (fixture_wait_state (f, 0, TB_INSTANCE_FAILED, 10));
  g_assert_cmpstr (f->instances[0].sentence, ==,
                   "cannot start in «/nowhere/at/all»: no such file or directory");
  g_assert_true (fixture_wait_state (f, 1, TB_INSTANCE_FAILED, 10));
  g_assert_cmpstr (f->instances[1].sentence, ==,
                   "cannot run «redis-servr»: no such file or directory");
  fixture_end (f);
}

static void
test_a_file_that_is_no_program_is_refused (void)
{
  Fixture *f = fixture_new (1);
  fixture_command (f, 0, "/etc/passwd", NULL);
  fixture_start (f);
  g_assert_true (fixture_wait_state (f, 0, TB_INSTANCE_FAILED, 10));
  g_assert_cmpstr (f->instances[0].sentence, ==, "cannot run «/etc/passwd»: permission denied");
  fixture_end (f);
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
  fixture_end (f);
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
  fixture_end (f);
}

static void
test_one_that_finishes_is_stopped (void)
{
  Fixture *f = fixture_new (1);
  fixture_command (f, 0, "true", NULL);
  fixture_start (f);
  g_assert_true (fixture_wait_state (f, 0, TB_INSTANCE_STOPPED, 10));
  assert_contains (f->instances[0].sentence, "exited with status 0");
  fixture_end (f);
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
  fixture_end (f);
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
  fixture_end (f);
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
  fixture_end (f);
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
  fixture_end (f);
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
  fixture_end (f);
}

/* More than the agent hands to who forks for it. */
static void
test_a_large_file_is_written_whole (void)
{
  Fixture *f = fixture_new (1);
  g_autofree char *content = g_strnfill (300000, 'x');
  fixture_file (f, 0, "large", content);
  fixture_shell (f, 0, "wc -c < large; exec sleep 1000");
  fixture_probe (f, 0, TB_PROBE_LOG, "^300000$");
  fixture_start (f);
  g_assert_true (fixture_wait_all_ready (f, 30));
  fixture_end (f);
}

/* 0 where there is none. */
static pid_t
leash_server (pid_t agent)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/task/%d/children", agent, agent), *text = NULL;
  if (!g_file_get_contents (path, &text, NULL, NULL))
    return 0;
  g_auto (GStrv) words = g_strsplit (g_strstrip (text), " ", -1);
  for (char **word = words; *word != NULL; word++)
    {
      g_autofree char *name = g_strdup_printf ("/proc/%s/comm", *word), *comm = NULL;
      if (g_file_get_contents (name, &comm, NULL, NULL) && strcmp (comm, "tb-leashes\n") == 0)
        return atoi (*word);
    }
  return 0;
}

static void
test_who_forks_leashes_can_be_lost (void)
{
  Fixture *f = fixture_new (2);
  for (guint i = 0; i < 2; i++)
    {
      fixture_shell (f, i, "echo up; exec sleep 1000");
      fixture_probe (f, i, TB_PROBE_LOG, "^up");
    }
  fixture_start (f);
  g_assert_true (fixture_wait_all_ready (f, 30));
  pid_t server = leash_server (f->agent), other = f->instances[1].pid;
  g_assert_cmpint (server, >, 0);
  kill (server, SIGKILL);
  fixture_send_name (f, TB_COMMAND_RESTART, "a/1");
  g_assert_true (fixture_wait_restarted (f, 0, 1, 30));
  /* What was forked by it goes on. */
  g_assert_cmpint (f->instances[1].pid, ==, other);
  g_assert_cmpint (f->instances[1].restarts, ==, 0);
  g_assert_cmpint (leash_server (f->agent), ==, 0);
  fixture_end (f);
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
  fixture_end (f);
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
  fixture_end (f);
}

static void
test_it_can_gain_no_privilege (void)
{
  Fixture *f = fixture_new (1);
  fixture_shell (f, 0, "grep NoNewPrivs /proc/self/status; exec sleep 1000");
  fixture_probe (f, 0, TB_PROBE_LOG, "NoNewPrivs:.*1");
  fixture_start (f);
  g_assert_true (fixture_wait_all_ready (f, 10));
  fixture_end (f);
}

/* ---- Readiness --------------------------------------------------------------------------------- */

static void
test_ready_by_its_own_word (void)
{
  Fixture *f = fixture_new (1);
  fixture_shell (f, 0, "sleep 0.1; printf x >&$TIERBOARD_READY_FD; exec sleep 1000");
  fixture_probe (f, 0, TB_PROBE_NOTIFY, "");
  fixture_start (f);
  g_assert_true (fixture_wait_all_ready (f, 10));
  g_assert_true (fixture_went_through (f, 0, TB_INSTANCE_STARTING));
  fixture_end (f);
}

static void
test_ready_by_a_command (void)
{
  Fixture *f = fixture_new (1);
  fixture_shell (f, 0, "sleep 0.1; touch there; exec sleep 1000");
  fixture_probe (f, 0, TB_PROBE_EXEC, "test -e there");
  fixture_start (f);
  g_assert_true (fixture_wait_all_ready (f, 10));
  fixture_end (f);
}

static void
test_ready_by_http (void)
{
  if (fixture_is_missing ("python3"))
    return;
  Fixture *f = fixture_new (1);
  g_autofree char *address = g_strdup_printf ("127.%u.1.1", f->plan.block);
  fixture_command (f, 0, "python3", "-m", "http.server", "8000", "--bind", address, NULL);
  fixture_probe (f, 0, TB_PROBE_HTTP, "8000 /");
  fixture_start (f);
  g_assert_true (fixture_wait_all_ready (f, 15));
  fixture_end (f);
}

static void
test_http_that_answers_404_is_not_ready (void)
{
  if (fixture_is_missing ("python3"))
    return;
  Fixture *f = fixture_new (1);
  g_autofree char *address = g_strdup_printf ("127.%u.1.1", f->plan.block);
  fixture_command (f, 0, "python3", "-m", "http.server", "8000", "--bind", address, NULL);
  fixture_probe (f, 0, TB_PROBE_HTTP, "8000 /health");
  fixture_instance (f, 0)->ready_timeout_ns = 3 * TB_NS_PER_S;
  fixture_start (f);
  g_assert_true (fixture_wait_state (f, 0, TB_INSTANCE_FAILED, 15));
  g_assert_cmpstr (f->instances[0].sentence, ==, "not ready after 3.0 s (http 8000 /health: status 404)");
  fixture_end (f);
}

static void
test_ready_by_redis (void)
{
  if (fixture_is_missing ("redis-server"))
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
  if (fixture_is_missing ("nginx"))
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
  fixture_end (f);
}

int
main (int argc, char **argv)
{
  static const FixtureTest tests[] = {
#define T(name) { "/start/" #name, test_##name }
    T (starts_and_stops),
    T (a_missing_program_is_named),
    T (a_working_directory_is_entered),
    T (a_working_directory_that_is_not_there_is_named),
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
    T (a_large_file_is_written_whole),
    T (who_forks_leashes_can_be_lost),
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
#undef T
  };
  return fixture_run_tests (argc, argv, tests, G_N_ELEMENTS (tests));
}
