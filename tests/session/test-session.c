/* The session against an agent that only talks. */
#include <errno.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "session-private.h"
#include "tb-base.h"

#define DRAWING                                                                                      \
  "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"                                                     \
  "<architecture xmlns=\"urn:tierboard:1\" name=\"Test\">\n"                                         \
  "<component id=\"away\" kind=\"external\" address=\"10.0.0.1:80\"/>\n"                             \
  "<component id=\"client\" kind=\"client\"/>\n<component id=\"server\" kind=\"server\"/>\n"         \
  "<link id=\"call\" from=\"client\" to=\"server\"/>\n</architecture>\n"

#define SCENARIO                                                                                     \
  "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"                                                     \
  "<architecture xmlns=\"urn:tierboard:1\" name=\"Test\">\n"                                         \
  "<component id=\"client\" kind=\"client\"/>\n<component id=\"server\" kind=\"server\"/>\n"         \
  "<link id=\"call\" from=\"client\" to=\"server\"/>\n"                                             \
  "<scenario id=\"s\"><phase id=\"p\" lasts=\"1s\">\n"                                              \
  "<do fault=\"latency\" of=\"call\" latency=\"5ms\"/><do partition=\"cut\" of=\"call[1&gt;1]\" for=\"2s\"/>\n" \
  "<do partition=\"isolate\" of=\"server/1\" for=\"3s\"/><do heal=\"call\"/><do heal=\"all\"/>\n"    \
  "<do kill=\"client/1\"/><do partition=\"bridge\" of=\"server\"/></phase></scenario></architecture>\n"

typedef struct
{
  TbSession *session;
  char *run_dir;
  guint n_states, n_instances, n_problems, n_waiting;
} Fixture;

static void
on_state (TbSession *session, Fixture *f)
{
  f->n_states++;
}

static void
on_instance (TbSession *session, guint index, Fixture *f)
{
  g_assert_cmpuint (index, <, 3);
  f->n_instances++;
}

static void
on_waiting (TbSession *session, const char *instance, const char *what, Fixture *f)
{
  f->n_waiting++;
}

static TbModel *
model_of (const char *xml)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TbDocument) document
    = tb_document_load_bytes ("test", xml, strlen (xml), NULL, &error);
  g_assert_no_error (error);
  return tb_document_snapshot (document);
}

static void
start_drawing (Fixture *f, const char *fake, TbModel *model)
{
  g_autoptr (GError) error = NULL;
  const TbSessionOptions options = { .record_off = TRUE, .sole_children = TRUE };
  g_setenv ("TB_FAKE", fake, TRUE);
  *f = (Fixture) { .session = tb_session_start (model, &options, &error) };
  g_assert_no_error (error);
  g_signal_connect (f->session, "state", G_CALLBACK (on_state), f);
  g_signal_connect (f->session, "instance", G_CALLBACK (on_instance), f);
  g_signal_connect (f->session, "waiting", G_CALLBACK (on_waiting), f);
}

static void
start (Fixture *f, const char *fake)
{
  g_autoptr (TbModel) model = model_of (DRAWING);
  start_drawing (f, fake, model);
}

static void
finish (Fixture *f)
{
  g_signal_handlers_disconnect_by_data (f->session, f);
  g_assert_finalize_object (f->session);
}

typedef gboolean (*Condition) (Fixture *f, gconstpointer data);

static gboolean
on_late (gpointer late)
{
  *(gboolean *) late = TRUE;
  return G_SOURCE_REMOVE;
}

static void
await (Fixture *f, Condition condition, gconstpointer data)
{
  gboolean late = FALSE;
  guint timer = g_timeout_add_seconds (10, on_late, &late);
  while (!late && !condition (f, data))
    g_main_context_iteration (NULL, TRUE);
  g_assert_false (late);
  g_source_remove (timer);
}

static gboolean
is_in (Fixture *f, gconstpointer state)
{
  return tb_session_state (f->session) == (TbRunState) GPOINTER_TO_INT (state);
}

static gboolean
link_is_cut (Fixture *f, gconstpointer wanted)
{
  return tb_session_is_cut (f->session, "call") == GPOINTER_TO_INT (wanted);
}

static gboolean
link_is_tapped (Fixture *f, gconstpointer wanted)
{
  g_autoptr (TbLiveFrame) frame = tb_session_frame (f->session);
  return frame->links[0].tapped == GPOINTER_TO_INT (wanted);
}

static gboolean
client_is_killed (Fixture *f, gconstpointer unused)
{
  g_autoptr (TbLiveFrame) frame = tb_session_frame (f->session);
  return frame->instances[1].state == TB_INSTANCE_KILLED;
}

#define STATE(name) GINT_TO_POINTER (TB_RUN_##name)

/* ---- ------------------------------------------------------------------------------------------------ */

static void
run_through (const char *fake)
{
  Fixture f;
  start (&f, fake);
  g_assert_null (tb_session_frame (f.session));
  await (&f, is_in, STATE (RUNNING));
  tb_session_stop (f.session);
  await (&f, is_in, STATE (STOPPED));
  g_assert_cmpuint (f.n_states, >=, 3);
  g_assert_cmpuint (f.n_instances, >=, 6);
  g_assert_cmpuint (f.n_waiting, ==, 2);
  finish (&f);
}

static void
test_starts_and_stops (void)
{
  run_through ("ok");
}

static void
test_takes_a_stream_in_any_pieces (void)
{
  run_through ("bits");
}

static void
test_frame (void)
{
  Fixture f;
  start (&f, "ok");
  await (&f, is_in, STATE (RUNNING));
  g_autoptr (TbLiveFrame) frame = tb_session_frame (f.session);
  const TbLiveLink *link = &frame->links[0], *undrawn = &frame->links[1];
  g_assert_cmpuint (frame->n_instances, ==, 3);
  g_assert_cmpint (frame->instances[0].state, ==, TB_INSTANCE_READY); /* outside */
  g_assert_cmpuint (frame->instances[1].pid, ==, 4000);
  g_assert_cmpuint (frame->instances[2].port, ==, 8080);
  g_assert_cmpfloat_with_epsilon (frame->instances[1].cpu, 0.25, 1e-9);
  g_assert_cmpuint (frame->instances[1].rss_bytes, ==, 12345);
  g_assert_cmpstr (link->id, ==, "call");
  g_assert_true (link->tapped && link->framed);
  g_assert_cmpuint (link->requests, ==, 10);
  g_assert_cmpuint (link->replies, ==, 9);
  g_assert_cmpuint (link->errors, ==, 1);
  g_assert_cmpuint (link->bytes_down, ==, 9000);
  g_assert_cmpint (ABS (link->p50_ns - 2000000), <, 32000);
  g_assert_cmpuint (frame->n_links, ==, 2);
  g_assert_cmpstr (undrawn->id, ==, "server>client");
  g_assert_cmpuint (undrawn->link, ==, 0);
  g_assert_false (undrawn->framed);
  g_assert_cmpuint (frame->n_taps, ==, 2);
  g_assert_cmpuint (frame->taps[0].from, ==, 1);
  g_assert_cmpuint (frame->taps[0].to, ==, 2);
  finish (&f);
}

static void
test_events_come_once (void)
{
  Fixture f;
  start (&f, "ok");
  await (&f, is_in, STATE (RUNNING));
  g_autoptr (TbLiveFrame) first = tb_session_frame (f.session);
  g_autoptr (TbLiveFrame) second = tb_session_frame (f.session);
  g_assert_cmpuint (first->n_events, ==, 10);
  for (guint i = 0; i < 10; i++)
    g_assert_cmpuint (first->events[i].number, ==, i + 1);
  g_assert_cmpuint (first->missed_events, ==, 0);
  g_assert_cmpuint (second->n_events, ==, 0);
  finish (&f);
}

static void
test_a_frame_outlives_its_session (void)
{
  Fixture f;
  start (&f, "fails");
  await (&f, is_in, STATE (RUNNING));
  g_autoptr (TbLiveFrame) frame = tb_session_frame (f.session);
  finish (&f);
  g_assert_cmpstr (frame->instances[1].id, ==, "client/1");
  g_assert_cmpstr (frame->instances[1].sentence, ==, "exited with status 1");
  g_assert_cmpstr (frame->links[0].to, ==, "server");
}

static void
test_cut_and_heal (void)
{
  Fixture f;
  start (&f, "ok");
  await (&f, is_in, STATE (RUNNING));
  g_assert_false (tb_session_is_cut (f.session, "call"));
  tb_session_cut (f.session, "call");
  await (&f, link_is_cut, GINT_TO_POINTER (TRUE));
  g_autoptr (TbLiveFrame) frame = tb_session_frame (f.session);
  g_assert_cmpint (frame->links[0].cut_since_ns, ==, 777);
  g_assert_cmpuint (frame->links[0].faults, ==, 1u << TB_FAULT_CUT);
  tb_session_heal (f.session, "call");
  await (&f, link_is_cut, GINT_TO_POINTER (FALSE));
  finish (&f);
}

static void
test_what_goes_past_is_not_tapped (void)
{
  Fixture f;
  start (&f, "ok");
  await (&f, is_in, STATE (RUNNING));
  tb_session_instance_command (f.session, TB_COMMAND_PAUSE, "client/1");
  await (&f, link_is_tapped, GINT_TO_POINTER (FALSE));
  g_autoptr (TbLiveFrame) frame = tb_session_frame (f.session);
  g_assert_cmpstr (frame->links[0].not_tapped, ==, "inherited");
  tb_session_instance_command (f.session, TB_COMMAND_RESUME, "client/1");
  await (&f, link_is_tapped, GINT_TO_POINTER (TRUE));
  finish (&f);
}

static void
test_kill_names_the_instance (void)
{
  Fixture f;
  start (&f, "ok");
  await (&f, is_in, STATE (RUNNING));
  tb_session_instance_command (f.session, TB_COMMAND_KILL, "client/1");
  await (&f, client_is_killed, NULL);
  finish (&f);
}

static gboolean
has_no_faults (Fixture *f, gconstpointer unused)
{
  return tb_session_n_faults (f->session) == 0;
}

static const TbWireFault *
fault_of (Fixture *f, const char *id)
{
  TbSessionFault fault;
  g_assert_true (tb_session_fault (f->session, id, &fault));
  return fault.fault;
}

/* What a scenario's <do> asks for is what the agent is told. */
static void
test_does_what_scenarios_ask_for (void)
{
  static const char *const ids[] = { "d0", "d1", "d2", "d3", "d4", "d5", "d6" };
  g_autoptr (TbModel) model = model_of (SCENARIO);
  g_autoptr (GError) error = NULL;
  Fixture f;
  start_drawing (&f, "ok", model);
  await (&f, is_in, STATE (RUNNING));
  for (guint i = 0; i < 3; i++)
    {
      gboolean done = tb_session_do (f.session, tb_model_nth (model, TB_KIND_DO, i), ids[i], &error);
      g_assert_no_error (error);
      g_assert_true (done);
    }
  g_assert_cmpstr (fault_of (&f, "d0")->link, ==, "call");
  g_assert_cmpfloat (fault_of (&f, "d0")->latency.a_ns, ==, 5e6);
  g_assert_cmpint (fault_of (&f, "d1")->kind, ==, TB_FAULT_CUT);
  g_assert_cmpstr (fault_of (&f, "d1")->from, ==, "client/1");
  g_assert_cmpstr (fault_of (&f, "d1")->to, ==, "server/1");
  g_assert_cmpint (fault_of (&f, "d1")->until_ns, ==, 2 * G_GINT64_CONSTANT (1000000000));
  g_assert_cmpuint (fault_of (&f, "d2")->n_pairs, ==, 2);
  g_assert_cmpint (fault_of (&f, "d2")->until_ns, ==, 3 * G_GINT64_CONSTANT (1000000000));
  for (guint i = 3; i < 6; i++)
    {
      tb_session_do (f.session, tb_model_nth (model, TB_KIND_DO, i), ids[i], &error);
      g_assert_no_error (error);
    }
  await (&f, has_no_faults, NULL);
  g_assert_false (tb_session_do (f.session, tb_model_nth (model, TB_KIND_DO, 6), ids[6], &error));
  g_assert_error (error, TB_SESSION_ERROR, TB_SESSION_ERROR_NAME); /* too few for a bridge */
  g_clear_error (&error);
  g_assert_false (tb_session_do (f.session, tb_model_nth (model, TB_KIND_DO, 3), ids[3], &error));
  g_assert_error (error, TB_SESSION_ERROR, TB_SESSION_ERROR_NAME); /* nothing is there to heal */
  finish (&f);
}

static void
assert_fails (const char *fake, const char *reason)
{
  Fixture f;
  start (&f, fake);
  await (&f, is_in, STATE (FAILED));
  g_autoptr (TbLiveFrame) frame = tb_session_frame (f.session);
  if (frame != NULL)
    g_assert_nonnull (strstr (frame->reason, reason));
  tb_session_stop (f.session); /* is no more than ignored */
  tb_session_cut (f.session, "call");
  finish (&f);
}

static void
test_agent_that_fails (void)
{
  assert_fails ("die", "the agent ended with status 7");
  assert_fails ("crash", "the agent was killed by signal 9");
  assert_fails ("garbage", "cannot be understood");
  assert_fails ("wrong-version", "another version");
  assert_fails ("wrong-ring", "cannot be read");
}

static pid_t
read_pid (const char *path)
{
  g_autofree char *text = NULL;
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  return (pid_t) g_ascii_strtoll (text, NULL, 10);
}

static void
test_no_orphan_is_left (void)
{
  g_autofree char *folder = g_dir_make_tmp ("session-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "pid", NULL);
  Fixture f;
  g_setenv ("TB_ORPHAN", path, TRUE);
  start (&f, "orphan");
  await (&f, is_in, STATE (RUNNING));
  while (!g_file_test (path, G_FILE_TEST_EXISTS) || read_pid (path) == 0)
    g_main_context_iteration (NULL, FALSE);
  pid_t orphan = read_pid (path);
  g_assert_cmpint (kill (orphan, 0), ==, 0);
  tb_session_stop (f.session);
  await (&f, is_in, STATE (STOPPED));
  finish (&f);
  g_assert_cmpint (kill (orphan, 0), ==, -1);
  g_assert_cmpint (errno, ==, ESRCH);
  g_unsetenv ("TB_ORPHAN");
  g_remove (path);
  g_rmdir (folder);
}

static guint
count_run_dirs (void)
{
  g_autoptr (GDir) dir = g_dir_open (g_get_tmp_dir (), 0, NULL);
  const char *name;
  guint n = 0;
  while ((name = g_dir_read_name (dir)) != NULL)
    n += g_str_has_prefix (name, "tierboard-run-");
  return n;
}

static void
test_directory_is_private_and_removed (void)
{
  Fixture f;
  start (&f, "ok");
  g_assert_cmpuint (count_run_dirs (), ==, 1);
  await (&f, is_in, STATE (RUNNING));
  finish (&f);
  g_assert_cmpuint (count_run_dirs (), ==, 0);
}

/* What a killed viewer left behind goes with the next run; that of a living one stays. */
static void
test_directories_left_behind_are_removed (void)
{
  g_autofree char *left = g_build_filename (g_get_tmp_dir (), "tierboard-run-left", NULL);
  g_autofree char *inside = g_build_filename (left, "a", NULL);
  g_autofree char *link = g_build_filename (left, "link", NULL);
  Fixture living, next;
  start (&living, "ok");
  g_mkdir (left, 0700);
  g_mkdir (inside, 0700);
  g_assert_cmpint (symlink ("/usr", link), ==, 0);
  start (&next, "ok");
  g_assert_false (g_file_test (left, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_test ("/usr/bin", G_FILE_TEST_IS_DIR));
  g_assert_cmpuint (count_run_dirs (), ==, 2);
  finish (&next);
  finish (&living);
}

/* Each start looks for what was left behind, and may see what another has only just made. */
static void
test_starts_at_once_keep_their_directories (void)
{
  pid_t children[4];
  for (guint i = 0; i < G_N_ELEMENTS (children); i++)
    if ((children[i] = fork ()) == 0)
      for (guint round = 0;; round++)
        {
          TbLaunch launch;
          if (round == 200)
            _exit (0);
          if (!tb_launch_prepare (&launch, 64, NULL)
              || !g_file_test (launch.run_dir, G_FILE_TEST_IS_DIR))
            _exit (1);
          tb_launch_clear (&launch);
        }
  for (guint i = 0; i < G_N_ELEMENTS (children); i++)
    {
      int status;
      g_assert_cmpint (waitpid (children[i], &status, 0), ==, children[i]);
      g_assert_cmpint (status, ==, 0);
    }
}

static void
test_two_runs_have_two_blocks (void)
{
  Fixture a, b;
  start (&a, "ok");
  start (&b, "ok");
  g_assert_cmpuint (tb_session_plan (a.session)->block, !=, tb_session_plan (b.session)->block);
  finish (&a);
  finish (&b);
}

static void
test_a_block_is_stable (void)
{
  Fixture f;
  start (&f, "ok");
  guint block = tb_session_plan (f.session)->block;
  finish (&f);
  start (&f, "ok");
  g_assert_cmpuint (tb_session_plan (f.session)->block, ==, block);
  finish (&f);
}

static void
test_what_cannot_be_planned_is_refused (void)
{
  g_autoptr (TbModel) model = model_of ("<architecture xmlns=\"urn:tierboard:1\"/>");
  g_autoptr (GError) error = NULL;
  g_assert_null (tb_session_start (model, NULL, &error));
  g_assert_error (error, TB_SESSION_ERROR, TB_SESSION_ERROR_PLAN);
}

static void
test_trust (void)
{
  g_autoptr (GError) error = NULL;
  g_assert_false (tb_trust_needed (""));
  g_assert_true (tb_trust_is_known (""));
  g_assert_true (tb_trust_needed ("a: run\n"));
  g_assert_false (tb_trust_is_known ("a: run\n"));
  g_assert_true (tb_trust_remember ("a: run\n", &error));
  g_assert_no_error (error);
  g_assert_true (tb_trust_is_known ("a: run\n"));
  g_assert_false (tb_trust_is_known ("a: run \n"));
}

int
main (int argc, char **argv)
{
  /* Not g_dir_make_tmp(): it would fix GLib's idea of TMPDIR before it is ours, and the runs of
   * others would be counted as well. */
  char home[] = "/tmp/tb-session-XXXXXX";
  g_assert_nonnull (g_mkdtemp (home));
  g_setenv ("XDG_STATE_HOME", home, TRUE);
  g_setenv ("XDG_RUNTIME_DIR", home, TRUE);
  g_setenv ("TMPDIR", home, TRUE);
  g_test_init (&argc, &argv, NULL);
#define T(path, name) g_test_add_func ("/session/" path, test_##name)
  T ("starts-and-stops", starts_and_stops);
  T ("takes-a-stream-in-any-pieces", takes_a_stream_in_any_pieces);
  T ("frame", frame);
  T ("events-come-once", events_come_once);
  T ("a-frame-outlives-its-session", a_frame_outlives_its_session);
  T ("cut-and-heal", cut_and_heal);
  T ("what-goes-past-is-not-tapped", what_goes_past_is_not_tapped);
  T ("kill-names-the-instance", kill_names_the_instance);
  T ("does-what-scenarios-ask-for", does_what_scenarios_ask_for);
  T ("agent-that-fails", agent_that_fails);
  T ("no-orphan-is-left", no_orphan_is_left);
  T ("directory-is-private-and-removed", directory_is_private_and_removed);
  T ("directories-left-behind-are-removed", directories_left_behind_are_removed);
  T ("starts-at-once-keep-their-directories", starts_at_once_keep_their_directories);
  T ("two-runs-have-two-blocks", two_runs_have_two_blocks);
  T ("a-block-is-stable", a_block_is_stable);
  T ("what-cannot-be-planned-is-refused", what_cannot_be_planned_is_refused);
  T ("trust", trust);
  int result = g_test_run ();
  g_autofree char *folder = g_build_filename (home, "tierboard", NULL);
  g_autofree char *trust = g_build_filename (folder, "trust", NULL);
  g_remove (trust);
  g_rmdir (folder);
  g_rmdir (home);
  return result;
}
