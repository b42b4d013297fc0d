/* One scenario on real processes: the run begins and ends with it. */
#include <glib-unix.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "run-private.h"
#include "test-private.h"

#define PROGRESS_MS 250

typedef struct
{
  TbSession *session;
  TbScenarioRun *run;
  TbTestResult *result;
  GMainLoop *loop;
  gboolean interrupted, progress;
} Testing;

/* ---- The result ---------------------------------------------------------------------------------------- */

static void
free_line (gpointer data)
{
  TbTestLine *line = data;
  g_free (line->text);
  g_free (line->why);
  g_free (line);
}

TbTestResult *
tb_test_result_new (const char *scenario, const char *title, const TbTestHow *how)
{
  TbTestResult *r = g_new0 (TbTestResult, 1);
  r->file = g_strdup (how->file);
  r->scenario = g_strdup (scenario);
  r->title = g_strdup (title);
  r->seed = how->seed;
  r->round = how->round;
  r->lines = g_ptr_array_new_with_free_func (free_line);
  r->log = g_ptr_array_new_with_free_func (g_free);
  r->notes = g_ptr_array_new_with_free_func (g_free);
  return r;
}

void
tb_test_result_free (TbTestResult *r)
{
  g_free (r->file);
  g_free (r->scenario);
  g_free (r->title);
  g_ptr_array_unref (r->lines);
  g_ptr_array_unref (r->log);
  g_ptr_array_unref (r->notes);
  g_free (r->late);
  g_free (r->broken);
  g_free (r->sentence);
  g_free (r->kept);
  g_free (r);
}

static TbExitStatus
status_of (TbOutcome outcome)
{
  return outcome == TB_HELD ? TB_EXIT_YES : outcome == TB_VIOLATED ? TB_EXIT_NO : TB_EXIT_UNKNOWN;
}

static void
take_finding (TbTestResult *r, const TbFinding *f)
{
  TbTestLine *line = g_new0 (TbTestLine, 1);
  *line = (TbTestLine) { .text = g_strdup (f->expect->text), .line = f->expect->line, .unit = f->expect->unit,
                         .estimate = f->estimate, .least = f->expect->least, .most = f->expect->most,
                         .outcome = f->outcome, .why = g_strdup (f->why) };
  g_ptr_array_add (r->lines, line);
  TbExitStatus status = status_of (f->outcome);
  if (status == r->status || tb_test_worse (status, r->status) == r->status)
    return;
  g_autofree char *measured = tb_estimate_words (line->unit, &line->estimate);
  g_free (r->sentence);
  r->sentence = g_strdup_printf ("line %u: %s is %s: it was %s%s%s", line->line, line->text,
                                 tb_outcome_name (line->outcome), measured, line->why != NULL ? ", " : "",
                                 line->why != NULL ? line->why : "");
  r->status = status;
  r->moment_ns = f->to_ns;
}

void
tb_test_take_findings (TbTestResult *r, const TbEngine *engine, const GPtrArray *findings, gint64 moment_ns)
{
  r->late = g_strdup (tb_engine_late (engine));
  r->broken = g_strdup (tb_engine_broken (engine));
  r->status = r->broken != NULL ? TB_EXIT_FAILED : r->late != NULL ? TB_EXIT_NO : TB_EXIT_YES;
  r->sentence = r->broken != NULL ? g_strdup (r->broken) : g_strdup (r->late);
  r->moment_ns = r->sentence != NULL ? moment_ns : 0;
  for (guint i = 0; i < findings->len; i++)
    take_finding (r, g_ptr_array_index (findings, i));
}

/* ---- The run ------------------------------------------------------------------------------------------- */

void
tb_test_log (TbTestResult *r, const TbEngineLine *line)
{
  g_ptr_array_add (r->log, g_strdup_printf ("%+8.3f s  %s", (double) line->time_ns / 1e9, line->text));
}

static void
on_line (const TbEngineLine *line, gpointer data)
{
  tb_test_log (((Testing *) data)->result, line);
}

static void
on_over (gpointer data)
{
  Testing *t = data;
  const TbEngine *engine = tb_scenario_run_engine (t->run);
  tb_test_take_findings (t->result, engine, tb_engine_findings (engine), tb_now_ns ());
  tb_session_stop (t->session);
}

static gboolean
is_over (TbSession *session)
{
  TbRunState state = tb_session_state (session);
  return state == TB_RUN_STOPPED || state == TB_RUN_FAILED;
}

static void
on_state (TbSession *session, gpointer data)
{
  Testing *t = data;
  if (!is_over (session))
    return;
  g_autoptr (TbLiveFrame) frame = tb_session_look (session);
  tb_scenario_run_break (t->run, frame != NULL && *frame->reason != '\0' ? frame->reason : "the run has ended");
  g_main_loop_quit (t->loop);
}

static gboolean
on_signal (gpointer data)
{
  Testing *t = data;
  t->interrupted = TRUE;
  tb_scenario_run_break (t->run, "it was interrupted");
  return G_SOURCE_CONTINUE;
}

static gboolean
on_progress (gpointer data)
{
  Testing *t = data;
  if (t->progress && !tb_scenario_run_is_over (t->run))
    {
      g_autofree char *words = tb_engine_words (tb_scenario_run_engine (t->run), tb_now_ns ());
      g_autofree char *plain = tb_words_plain (words);
      fprintf (stderr, "\r\033[K%s: %s", t->result->scenario, plain);
      fflush (stderr);
    }
  return G_SOURCE_CONTINUE;
}

static void
loop (Testing *t)
{
  guint sources[] = {
    g_timeout_add (PROGRESS_MS, on_progress, t),
    g_unix_signal_add (SIGINT, on_signal, t),
    g_unix_signal_add (SIGTERM, on_signal, t),
    g_unix_signal_add (SIGHUP, on_signal, t),
  };
  if (!is_over (t->session))
    g_main_loop_run (t->loop);
  if (t->progress)
    fprintf (stderr, "\r\033[K");
  for (gsize i = 0; i < G_N_ELEMENTS (sources); i++)
    g_source_remove (sources[i]);
}

void
tb_test_fail (TbTestResult *r, const char *why)
{
  r->status = TB_EXIT_FAILED;
  r->broken = g_strdup (why);
  r->sentence = g_strdup (why);
}

static void
test (TbTestResult *r, TbModel *model, const TbScenario *scenario, const TbTestHow *how, const char *recording,
      gboolean *interrupted)
{
  static const TbScenarioRunFuncs funcs = { on_line, on_over };
  g_autoptr (GError) error = NULL;
  const TbSessionOptions options = { .record_path = recording, .seed = how->seed, .contain = how->contain,
                                     .file = how->file, .sole_children = TRUE };
  g_autoptr (TbSession) session = tb_session_start (model, &options, &error);
  if (session == NULL)
    {
      tb_test_fail (r, error->message);
      return;
    }
  Testing t = { .session = session, .result = r, .loop = g_main_loop_new (NULL, FALSE), .progress = how->progress };
  t.run = tb_scenario_run_new (session, scenario, &funcs, &t);
  gulong handler = g_signal_connect (session, "state", G_CALLBACK (on_state), &t);
  loop (&t);
  g_signal_handler_disconnect (session, handler);
  if (r->lines->len == 0 && r->sentence == NULL && scenario->expects->len > 0)
    tb_test_fail (r, "the run has ended");
  tb_scenario_run_free (t.run);
  g_main_loop_unref (t.loop);
  *interrupted = t.interrupted;
}

TbTestResult *
tb_test_run (TbModel *model, const TbScenario *scenario, const TbTestHow *how, gboolean *interrupted)
{
  g_autoptr (GError) error = NULL;
  TbTestResult *r = tb_test_result_new (scenario->id, scenario->title, how);
  g_autofree char *folder = tb_test_make_folder (scenario->id, how, &error);
  gint64 start_ns = tb_now_ns ();
  if (folder == NULL)
    {
      tb_test_fail (r, error->message);
      return r;
    }
  g_autofree char *recording = g_build_filename (folder, "recording.tbrec", NULL);
  test (r, model, scenario, how, recording, interrupted);
  r->seconds = (double) (tb_now_ns () - start_ns) / 1e9;
  tb_test_settle_folder (folder, r);
  return r;
}
