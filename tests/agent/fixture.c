#include "fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "claim.h"

static char *agent_path;

/* Of the agent that was reaped last. */
static pid_t watched_agent;
static int agent_status;

const char *
fixture_agent_path (void)
{
  const char *given = g_getenv ("TIERBOARD_TEST_AGENT");
  if (agent_path == NULL)
    agent_path = g_strdup (given != NULL ? given : "tierboard-agent");
  return agent_path;
}

void
fixture_set_agent_path (const char *path)
{
  g_free (agent_path);
  agent_path = g_strdup (path);
}

/* ---- The plan ---------------------------------------------------------------------------------- */

static char *
keep (Fixture *f, const char *text)
{
  char *copy = g_strdup (text);
  g_ptr_array_add (f->strings, copy);
  return copy;
}

Fixture *
fixture_new (guint n)
{
  Fixture *f = g_new0 (Fixture, 1);
  /* Short: nothing in it may need quoting. */
  f->dir = g_dir_make_tmp ("tb-agent-XXXXXX", NULL);
  g_assert_nonnull (f->dir);
  f->socket = -1;
  f->strings = g_ptr_array_new_with_free_func (g_free);
  f->problems = g_ptr_array_new_with_free_func (g_free);
  f->starts = g_array_new (FALSE, FALSE, sizeof (guint));
  f->stops = g_array_new (FALSE, FALSE, sizeof (guint));
  f->in = g_byte_array_new ();
  f->instances = g_new0 (FixtureInstance, n);
  f->plan.run_dir = keep (f, f->dir);
  f->plan.recording = keep (f, "");
  f->plan.record_payload = 4096;
  f->claim = tb_claim_block (&f->plan.block);
  f->plan.seed = 1;
  f->plan.n_instances = n;
  f->plan.instances = g_new0 (TbWireInstance, n);
  for (guint i = 0; i < n; i++)
    {
      char letter[2] = { (char) ('a' + i % 26), '\0' };
      g_autofree char *component = g_strdup (n <= 26 ? letter : "many");
      g_autofree char *id = g_strdup_printf ("%s/%u", component, n <= 26 ? 1 : i + 1);
      TbWireInstance *in = &f->plan.instances[i];
      in->id = keep (f, id);
      in->component = keep (f, component);
      in->device = keep (f, "here");
      in->address = 127u << 24 | f->plan.block << 16 | (1 + i / 250) << 8 | (1 + i % 250);
      in->probe_argument = keep (f, "");
      in->user = keep (f, "");
      in->stop_signal = SIGTERM;
      in->stop_grace_ns = 5 * TB_NS_PER_S;
      f->instances[i].sentence = g_strdup ("");
      f->instances[i].waiting = g_strdup ("");
      f->instances[i].states = g_array_new (FALSE, FALSE, sizeof (TbInstanceState));
    }
  return f;
}

TbWireInstance *
fixture_instance (Fixture *f, guint i)
{
  return &f->plan.instances[i];
}

void
fixture_command (Fixture *f, guint i, const char *first, ...)
{
  TbWireInstance *in = &f->plan.instances[i];
  va_list rest;
  g_free (in->argv);
  in->argv = NULL;
  in->n_argv = 0;
  va_start (rest, first);
  for (const char *word = first; word != NULL; word = va_arg (rest, const char *))
    {
      in->argv = g_renew (char *, in->argv, in->n_argv + 2);
      in->argv[in->n_argv++] = keep (f, word);
      in->argv[in->n_argv] = NULL;
    }
  va_end (rest);
}

void
fixture_shell (Fixture *f, guint i, const char *script)
{
  fixture_command (f, i, "sh", "-c", script, NULL);
}

void
fixture_env (Fixture *f, guint i, const char *name, const char *value)
{
  TbWireInstance *in = &f->plan.instances[i];
  in->env = g_renew (TbWireEnv, in->env, in->n_env + 1);
  in->env[in->n_env++] = (TbWireEnv) { keep (f, name), keep (f, value) };
}

void
fixture_file (Fixture *f, guint i, const char *path, const char *content)
{
  TbWireInstance *in = &f->plan.instances[i];
  in->files = g_renew (TbWireFile, in->files, in->n_files + 1);
  in->files[in->n_files++] = (TbWireFile) { keep (f, path), keep (f, content), 0640 };
}

void
fixture_depend (Fixture *f, guint i, guint on)
{
  TbWireInstance *in = &f->plan.instances[i];
  in->depends = g_renew (uint32_t, in->depends, in->n_depends + 1);
  in->depends[in->n_depends++] = on;
}

void
fixture_probe (Fixture *f, guint i, TbProbeKind kind, const char *argument)
{
  f->plan.instances[i].probe = kind;
  f->plan.instances[i].probe_argument = keep (f, argument);
}

/* ---- Facts ------------------------------------------------------------------------------------- */

static FixtureInstance *
named (Fixture *f, const char *id)
{
  for (guint i = 0; i < f->plan.n_instances; i++)
    if (strcmp (f->plan.instances[i].id, id) == 0)
      return &f->instances[i];
  return NULL;
}

static void
take_state (Fixture *f, TbReader *r)
{
  TbWireInstanceState s;
  g_assert_true (tb_wire_instance_state_read (r, &s));
  g_assert_cmpuint (s.instance, <, f->plan.n_instances);
  FixtureInstance *in = &f->instances[s.instance];
  guint index = s.instance;
  gboolean news = in->states->len == 0 || in->state != s.state;
  if (news && s.state == TB_INSTANCE_STARTING)
    g_array_append_val (f->starts, index);
  if (news && s.state == TB_INSTANCE_STOPPING)
    g_array_append_val (f->stops, index);
  if (news)
    g_array_append_val (in->states, s.state);
  in->state = s.state;
  in->pid = (pid_t) s.pid;
  in->exit_code = s.exit_code;
  in->restarts = s.restarts;
  g_free (in->sentence);
  in->sentence = g_strdup (s.sentence);
  tb_wire_instance_state_clear (&s);
}

static void
take_named (Fixture *f, TbReader *r)
{
  char *id = tb_reader_string (r), *text = tb_reader_string (r);
  FixtureInstance *in = named (f, id);
  g_assert_nonnull (in);
  char **where = r->type == TB_FACT_WAITING ? &in->waiting : &in->log_path;
  g_free (*where);
  *where = g_strdup (text);
  if (r->type == TB_FACT_LOG_AT)
    in->log_size = tb_reader_u64 (r);
  free (id);
  free (text);
}

static void
take_problem (Fixture *f, TbReader *r)
{
  tb_reader_u8 (r);
  char *id = tb_reader_string (r), *text = tb_reader_string (r);
  g_ptr_array_add (f->problems, g_strdup_printf ("%s: %s", id, text));
  g_test_message ("problem: %s: %s", id, text);
  free (id);
  free (text);
}

static void
take_load (Fixture *f, TbReader *r)
{
  FixtureInstance *in = &f->instances[tb_reader_u32 (r)];
  tb_reader_i64 (r);
  in->cpu_ns = tb_reader_u64 (r);
  in->rss_bytes = tb_reader_u64 (r);
  in->n_processes = tb_reader_u32 (r);
  in->n_loads++;
}

static void
take_fact (Fixture *f, TbReader *r)
{
  char *text;
  switch (r->type)
    {
    case TB_FACT_WELCOME:
      f->welcomed = tb_reader_u32 (r) == TB_WIRE_VERSION;
      break;
    case TB_FACT_RUN_STATE:
      f->run = (TbRunState) tb_reader_u8 (r);
      text = tb_reader_string (r);
      g_free (f->reason);
      f->reason = g_strdup (text);
      free (text);
      break;
    case TB_FACT_INSTANCE_STATE:
      take_state (f, r);
      break;
    case TB_FACT_WAITING:
    case TB_FACT_LOG_AT:
      take_named (f, r);
      break;
    case TB_FACT_PROBLEM:
      take_problem (f, r);
      break;
    case TB_FACT_INSTANCE_LOAD:
      take_load (f, r);
      break;
    case TB_FACT_FAULT_STATE:
      f->n_faults_told++;
      return;
    case TB_FACT_AGENT_LOAD:
      f->n_agent_loads++;
      return;
    case TB_FACT_PONG:
      f->pong = tb_reader_u64 (r);
      break;
    case TB_FACT_RECORD_AT:
      free (tb_reader_string (r));
      f->recorded = tb_reader_u64 (r);
      break;
    default:
      return;
    }
  g_assert_false (r->bad);
}

static void
take_frames (Fixture *f)
{
  TbReader r;
  size_t used, at = 0;
  while (tb_reader_begin (&r, f->in->data + at, f->in->len - at, &used) == TB_FRAME_WHOLE)
    {
      take_fact (f, &r);
      at += used;
    }
  if (at > 0)
    g_byte_array_remove_range (f->in, 0, (guint) at);
}

static void
read_some (Fixture *f, int timeout_ms)
{
  struct pollfd p = { f->socket, POLLIN, 0 };
  guint8 buffer[65536];
  if (poll (&p, 1, timeout_ms) <= 0)
    return;
  ssize_t n = recv (f->socket, buffer, sizeof buffer, 0);
  f->over = n <= 0;
  if (n > 0)
    g_byte_array_append (f->in, buffer, (guint) n);
  take_frames (f);
}

gboolean
fixture_wait (Fixture *f, FixtureCondition condition, gpointer data, double seconds)
{
  gint64 until = g_get_monotonic_time () + (gint64) (seconds * 1e6);
  while (!condition (f, data))
    {
      gint64 left = until - g_get_monotonic_time ();
      if (left <= 0 || f->over)
        return FALSE;
      read_some (f, (int) (left / 1000 + 1));
    }
  return TRUE;
}

struct want
{
  guint i;
  TbInstanceState state;
};

static gboolean
is_in_state (Fixture *f, gpointer data)
{
  struct want *want = data;
  return f->instances[want->i].states->len > 0 && f->instances[want->i].state == want->state;
}

gboolean
fixture_wait_state (Fixture *f, guint i, TbInstanceState state, double seconds)
{
  struct want want = { i, state };
  gboolean good = fixture_wait (f, is_in_state, &want, seconds);
  if (!good)
    g_test_message ("%s is %s, not %s: %s", f->plan.instances[i].id,
                    tb_instance_state_name (f->instances[i].state), tb_instance_state_name (state),
                    f->instances[i].sentence);
  return good;
}

gboolean
fixture_went_through (Fixture *f, guint i, TbInstanceState state)
{
  const GArray *states = f->instances[i].states;
  for (guint k = 0; k < states->len; k++)
    if (g_array_index (states, TbInstanceState, k) == state)
      return TRUE;
  return FALSE;
}

static gboolean
is_restarted (Fixture *f, gpointer data)
{
  const guint *want = data;
  const FixtureInstance *in = &f->instances[want[0]];
  return in->restarts >= want[1] && in->state == TB_INSTANCE_READY;
}

gboolean
fixture_wait_restarted (Fixture *f, guint i, guint restarts, double seconds)
{
  guint want[] = { i, restarts };
  return fixture_wait (f, is_restarted, want, seconds);
}

static gboolean
run_is (Fixture *f, gpointer data)
{
  return f->reason != NULL && f->run == *(TbRunState *) data;
}

gboolean
fixture_wait_run (Fixture *f, TbRunState run, double seconds)
{
  return fixture_wait (f, run_is, &run, seconds);
}

static gboolean
all_ready (Fixture *f, gpointer data)
{
  for (guint i = 0; i < f->plan.n_instances; i++)
    if (f->instances[i].state != TB_INSTANCE_READY)
      return FALSE;
  return TRUE;
}

gboolean
fixture_wait_all_ready (Fixture *f, double seconds)
{
  gboolean good = fixture_wait (f, all_ready, NULL, seconds);
  for (guint i = 0; !good && i < f->plan.n_instances; i++)
    if (f->instances[i].state != TB_INSTANCE_READY)
      g_test_message ("%s is %s: %s", f->plan.instances[i].id,
                      tb_instance_state_name (f->instances[i].state), f->instances[i].sentence);
  return good;
}

gboolean
fixture_has_problem (Fixture *f, const char *part)
{
  for (guint i = 0; i < f->problems->len; i++)
    if (strstr (g_ptr_array_index (f->problems, i), part) != NULL)
      return TRUE;
  return FALSE;
}

/* ---- The agent --------------------------------------------------------------------------------- */

static void
send_all (Fixture *f, TbWriter *w)
{
  size_t at = 0;
  while (at < w->size)
    {
      ssize_t n = send (f->socket, w->bytes + at, w->size - at, MSG_NOSIGNAL);
      if (n <= 0)
        break;
      at += (size_t) n;
    }
  tb_writer_clear (w);
}

static void
take_welcome (Fixture *f)
{
  guint8 buffer[4096];
  int fds[2];
  const void *counters;
  ssize_t n = tb_socket_recv_fds (f->socket, buffer, sizeof buffer, fds, 2);
  g_assert_cmpint (n, >, 0);
  g_assert_cmpint (fds[0], >=, 0);
  g_assert_cmpint (fds[1], >=, 0);
  g_assert_cmpint (tb_shared_map (fds[0], sizeof (TbCounters), &counters), ==, 0);
  f->counters = counters;
  close (fds[0]);
  close (fds[1]);
  g_byte_array_append (f->in, buffer, (guint) n);
  take_frames (f);
  g_assert_true (f->welcomed);
}

void
fixture_start (Fixture *f)
{
  int pair[2];
  char number[16], *argv[] = { (char *) fixture_agent_path (), (char *) "--fd", number, NULL };
  TbWriter w = { 0 };
  prctl (PR_SET_CHILD_SUBREAPER, 1);
  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), ==, 0);
  f->socket = pair[0];
  fcntl (pair[1], F_SETFD, 0);
  g_snprintf (number, sizeof number, "%d", pair[1]);
  g_assert_cmpint (posix_spawnp (&f->agent, argv[0], NULL, NULL, argv, environ), ==, 0);
  close (pair[1]);
  watched_agent = f->agent;
  tb_writer_begin (&w, TB_COMMAND_HELLO);
  tb_writer_u32 (&w, TB_WIRE_VERSION);
  tb_writer_i64 (&w, f->start_ns);
  tb_writer_end (&w);
  send_all (f, &w);
  take_welcome (f);
  tb_wire_plan_write (&w, &f->plan);
  send_all (f, &w);
}

void
fixture_send (Fixture *f, TbCommandType type)
{
  TbWriter w = { 0 };
  tb_writer_begin (&w, type);
  if (type == TB_COMMAND_PING)
    tb_writer_u64 (&w, 4711);
  tb_writer_end (&w);
  send_all (f, &w);
}

void
fixture_send_name (Fixture *f, TbCommandType type, const char *name)
{
  TbWriter w = { 0 };
  tb_writer_begin (&w, type);
  tb_writer_string (&w, name);
  tb_writer_end (&w);
  send_all (f, &w);
}

void
fixture_send_fault (Fixture *f, const TbWireFault *fault)
{
  TbWriter w = { 0 };
  tb_wire_fault_write (&w, fault);
  send_all (f, &w);
}

static void
kill_left (pid_t pid)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/task/%d/children", pid, pid);
  g_autofree char *text = NULL;
  if (!g_file_get_contents (path, &text, NULL, NULL))
    return;
  g_auto (GStrv) words = g_strsplit (g_strstrip (text), " ", -1);
  for (char **word = words; *word != NULL; word++)
    if (**word != '\0')
      {
        g_autofree char *name = g_strdup_printf ("/proc/%s/cmdline", *word);
        g_autofree char *line = NULL;
        g_file_get_contents (name, &line, NULL, NULL);
        g_printerr ("# left: %s %s\n", *word, line != NULL ? line : "");
        kill (atoi (*word), SIGKILL);
      }
}

double
fixture_wait_nothing_left (double seconds)
{
  gint64 begin = g_get_monotonic_time ();
  double ms = -1;
  for (;;)
    {
      int status;
      pid_t pid = waitpid (-1, &status, WNOHANG);
      if (pid > 0 && pid == watched_agent)
        agent_status = status;
      gint64 now = g_get_monotonic_time ();
      if (pid < 0 && errno == ECHILD)
        return ms < -1 ? -1 : (double) (now - begin) / 1e3;
      if (pid == 0 && now - begin > (gint64) (seconds * 1e6))
        {
          ms = -2;
          kill_left (getpid ());
        }
      if (pid == 0)
        g_usleep (200);
    }
}

void
fixture_stop (Fixture *f)
{
  fixture_send (f, TB_COMMAND_STOP);
  g_assert_true (fixture_wait_run (f, TB_RUN_STOPPED, 20));
  g_assert_cmpfloat (fixture_wait_nothing_left (2), >=, 0);
}

double
fixture_kill (Fixture *f, double seconds)
{
  kill (f->agent, SIGKILL);
  double ms = fixture_wait_nothing_left (seconds);
  agent_status = 0;
  return ms;
}

static void
remove_tree (const char *path)
{
  GDir *dir = g_dir_open (path, 0, NULL);
  for (const char *name; dir != NULL && (name = g_dir_read_name (dir)) != NULL;)
    {
      g_autofree char *inner = g_build_filename (path, name, NULL);
      if (g_file_test (inner, G_FILE_TEST_IS_DIR) && !g_file_test (inner, G_FILE_TEST_IS_SYMLINK))
        remove_tree (inner);
      else
        g_unlink (inner);
    }
  g_clear_pointer (&dir, g_dir_close);
  g_rmdir (path);
}

void
fixture_free (Fixture *f)
{
  if (f->socket >= 0)
    close (f->socket);
  g_assert_cmpfloat (fixture_wait_nothing_left (5), >=, 0);
  /* 1: the viewer was gone, or the plan refused. Never a crash, nor what a sanitizer found. */
  g_assert_true (WIFEXITED (agent_status) && WEXITSTATUS (agent_status) <= 1);
  agent_status = 0;
  for (guint i = 0; i < f->plan.n_instances; i++)
    {
      FixtureInstance *in = &f->instances[i];
      g_free (in->sentence);
      g_free (in->waiting);
      g_free (in->log_path);
      g_array_unref (in->states);
      g_free (f->plan.instances[i].argv);
      g_free (f->plan.instances[i].env);
      g_free (f->plan.instances[i].files);
      g_free (f->plan.instances[i].depends);
    }
  if (f->counters != NULL)
    munmap ((void *) f->counters, sizeof (TbCounters));
  close (f->claim);
  remove_tree (f->dir);
  g_free (f->dir);
  g_free (f->plan.instances);
  g_free (f->instances);
  g_free (f->reason);
  g_ptr_array_unref (f->strings);
  g_ptr_array_unref (f->problems);
  g_array_unref (f->starts);
  g_array_unref (f->stops);
  g_byte_array_unref (f->in);
  g_free (f);
}

static gboolean
log_was_told (Fixture *f, gpointer data)
{
  return f->instances[GPOINTER_TO_UINT (data)].log_path != NULL;
}

/* The file is there for certain only when somebody was told of it. */
char *
fixture_read_log (Fixture *f, guint i)
{
  char *text = NULL;
  if (f->agent > 0)
    fixture_wait (f, log_was_told, GUINT_TO_POINTER (i), 1);
  g_autofree char *name = g_strdelimit (g_strdup (f->plan.instances[i].id), "/", '-');
  g_autofree char *path = g_strdup_printf ("%s/%s.log", f->dir, name);
  g_file_get_contents (path, &text, NULL, NULL);
  return text != NULL ? text : g_strdup ("");
}

/* ---- For tests -------------------------------------------------------------------------------------- */

const char *
fixture_nasty (void)
{
  const char *given = g_getenv ("TIERBOARD_TEST_NASTY");
  return given != NULL ? given : "./nasty";
}

gboolean
fixture_is_missing (const char *program)
{
  g_autofree char *path = g_find_program_in_path (program);
  if (path != NULL)
    return FALSE;
  g_autofree char *why = g_strdup_printf ("%s is not installed", program);
  g_test_skip (why);
  return TRUE;
}

gboolean
fixture_can_contain (void)
{
  int status = 1;
  pid_t pid = fork ();
  if (pid == 0)
    _exit (unshare (CLONE_NEWPID | CLONE_NEWNS | (geteuid () != 0 ? CLONE_NEWUSER : 0)) == 0 ? 0 : 1);
  waitpid (pid, &status, 0);
  return status == 0;
}

void
fixture_end (Fixture *f)
{
  fixture_stop (f);
  fixture_free (f);
}

gboolean
fixture_log_has (Fixture *f, gpointer data)
{
  g_autofree char *text = fixture_read_log (f, 0);
  return strstr (text, data) != NULL;
}

gboolean
fixture_was_told (Fixture *f, gpointer data)
{
  return fixture_has_problem (f, data);
}

int
fixture_run_tests (int argc, char **argv, const FixtureTest *tests, size_t n)
{
  g_test_init (&argc, &argv, NULL);
  for (size_t i = 0; i < n; i++)
    g_test_add_func (tests[i].name, tests[i].test);
  return g_test_run ();
}
