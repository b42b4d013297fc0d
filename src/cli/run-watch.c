/* A run while it goes on: what is shown and said of it, who became ready and who failed, and the exit status at its end. */
#include <glib-unix.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "run-private.h"
#include "tb-past.h"

#define TABLE_PERIOD_MS 250
#define JSON_PERIOD_MS 1000
/* What fails sooner after it was ready than that was never good: without a probe, to be started is to
 * be ready. */
#define AT_ONCE_NS (2 * TB_NS_PER_S)
/* Waiting shorter than that is not worth a word where there is no table. */
#define PATIENCE_NS TB_NS_PER_S

typedef struct
{
  const TbRunOptions *options;
  TbSession *session;
  GMainLoop *loop;
  TbTable *table;       /* NULL: JSON lines */
  TbRunView *view;      /* of the table */
  TbVerdicts *verdicts; /* on its stores; NULL: nothing to read yet */
  TbLiveFrame *still;   /* what the table shows while it stands still */
  guint n_known;        /* instances, those that are gone too */
  gboolean *ever_ready; /* by instance */
  gint64 *ready_ns;     /* when it first was */
  gboolean *told;       /* its failure was said */
  gboolean failed_at_once, failed_later, stopping, output_gone;
  guint duration_source;
  gint64 last_progress_ns;
  int signals;
} Run;

static void
say (Run *run, const char *sentence)
{
  g_autofree char *plain = tb_words_plain (sentence);
  if (run->table != NULL)
    tb_table_say (run->table, sentence);
  else
    fprintf (stderr, "tierboard: %s\n", plain);
}

static void
stop (Run *run)
{
  run->stopping = TRUE;
  tb_session_stop (run->session);
}

static gboolean
holds_up (const TbLiveInstance *instance)
{
  return instance->state == TB_INSTANCE_STARTING || instance->state == TB_INSTANCE_FAILED;
}

/* Whether it waits for one that does not itself wait for another. */
static gboolean
is_near_the_cause (const Run *run, const TbLiveFrame *frame, guint index)
{
  const TbPlanInstance *planned
    = g_ptr_array_index (tb_session_plan (run->session)->instances, index);
  for (guint i = 0; i < planned->depends->len; i++)
    if (holds_up (&frame->instances[g_array_index (planned->depends, guint, i)]))
      return TRUE;
  return FALSE;
}

/* The wait that explains the others, as "shop/1 waits for …"; NULL where nobody waits.
 * (transfer full) */
static char *
waiting_in_words (const Run *run, const TbLiveFrame *frame)
{
  const TbLiveInstance *found = NULL;
  for (guint i = 0; i < frame->n_instances; i++)
    if (*frame->instances[i].waiting != '\0' && (found == NULL || is_near_the_cause (run, frame, i)))
      {
        found = &frame->instances[i];
        if (is_near_the_cause (run, frame, i))
          break;
      }
  if (found == NULL)
    return NULL;
  /* At the stop, what is waited for is the instance itself: "a/1 to end after SIGTERM". */
  if (g_str_has_prefix (found->waiting, found->id))
    return g_strdup_printf ("waiting for %s", found->waiting);
  return g_strdup_printf ("%s waits for %s", found->id, found->waiting);
}

static void
look_at_verdicts (Run *run, gboolean force)
{
  TbPast *past = tb_session_past (run->session);
  if (run->verdicts == NULL && past != NULL)
    run->verdicts = tb_verdicts_new (past);
  if (run->verdicts != NULL)
    tb_verdicts_look (run->verdicts, force);
}

static void
print_json (Run *run, const TbLiveFrame *frame, gboolean totals, gboolean all_ready)
{
  look_at_verdicts (run, totals);
  g_autofree char *text = tb_run_json (frame, totals, all_ready, run->verdicts);
  if (printf ("%s\n", text) < 0 || fflush (stdout) != 0)
    {
      /* Whoever read us has gone: nobody is interested any more. */
      if (!run->output_gone)
        stop (run);
      run->output_gone = TRUE;
    }
}

static void
tell_progress (Run *run, const TbLiveFrame *frame)
{
  g_autofree char *waiting = waiting_in_words (run, frame);
  if (waiting == NULL || frame->time_ns - frame->start_ns < PATIENCE_NS
      || frame->time_ns - run->last_progress_ns < PATIENCE_NS)
    return;
  run->last_progress_ns = frame->time_ns;
  say (run, waiting);
}

static void
draw_table (Run *run, TbLiveFrame *frame)
{
  gboolean still = tb_run_view_is_still (run->view);
  g_autofree char *waiting = waiting_in_words (run, frame);
  tb_run_view_see (run->view, frame);
  if (!still)
    g_clear_pointer (&run->still, tb_live_frame_unref);
  else if (run->still == NULL)
    run->still = tb_live_frame_ref (frame);
  tb_table_draw (run->table, still ? run->still : frame, waiting);
}

static gboolean
on_tick (gpointer data)
{
  Run *run = data;
  g_autoptr (TbLiveFrame) frame = tb_session_frame (run->session);
  if (frame == NULL)
    return G_SOURCE_CONTINUE;
  if (run->table != NULL)
    {
      draw_table (run, frame);
      return G_SOURCE_CONTINUE;
    }
  print_json (run, frame, FALSE, FALSE);
  tell_progress (run, frame);
  return G_SOURCE_CONTINUE;
}

/* A key was pressed, or the terminal has another size. */
static void
on_look (gpointer data)
{
  on_tick (data);
}

static void
on_asked_to_stop (gpointer data)
{
  stop (data);
}

static gboolean
on_duration (gpointer data)
{
  Run *run = data;
  run->duration_source = 0;
  stop (run);
  return G_SOURCE_REMOVE;
}

static const TbPlanInstance *
planned (const Run *run, guint index)
{
  return g_ptr_array_index (tb_session_plan (run->session)->instances, index);
}

/* Those that are drawn. */
static guint
count_instances (const Run *run)
{
  guint n = 0;
  for (guint i = 0; i < run->n_known; i++)
    n += !planned (run, i)->removed;
  return n;
}

static gboolean
all_were_ready (const Run *run)
{
  for (guint i = 0; i < run->n_known; i++)
    if (!run->ever_ready[i] && !planned (run, i)->removed)
      return FALSE;
  return TRUE;
}

/* It runs as far as it will: what failed does not hold up what was asked for of the rest. */
static void
begin_duration (Run *run)
{
  if (run->options->duration_ns > 0 && run->duration_source == 0 && !run->stopping
      && (run->failed_at_once || all_were_ready (run)))
    run->duration_source
      = g_timeout_add ((guint) (run->options->duration_ns / TB_NS_PER_MS), on_duration, run);
}

/* Whoever starts a run as root may wonder why his files cannot be read. */
static const char *
hint (const Run *run, const TbLiveInstance *instance, guint index)
{
  gboolean permission = strstr (instance->sentence, "ermission denied") != NULL;
  return permission && geteuid () == 0 && g_strcmp0 (planned (run, index)->user, "nobody") == 0
           ? " (root's runs execute commands as nobody; <command user=\"root\"> says otherwise)"
           : "";
}

static void
tell_failure (Run *run, const TbLiveInstance *instance, guint index)
{
  g_autofree char *sentence
    = g_strdup_printf ("%s %s%s", instance->id,
                       *instance->sentence != '\0' ? instance->sentence : "failed",
                       hint (run, instance, index));
  if (!run->told[index])
    say (run, sentence);
  run->told[index] = TRUE;
}

/* When all have ended by themselves there is nothing left to watch. */
static gboolean
all_ended (const Run *run, const TbLiveFrame *frame)
{
  for (guint i = 0; i < frame->n_instances; i++)
    if (!frame->instances[i].gone && !planned (run, i)->external
        && frame->instances[i].state != TB_INSTANCE_STOPPED
        && frame->instances[i].state != TB_INSTANCE_FAILED)
      return FALSE;
  return TRUE;
}

static void
note_failure (Run *run, const TbLiveFrame *frame, guint index)
{
  if (!run->ever_ready[index] || frame->time_ns - run->ready_ns[index] < AT_ONCE_NS)
    run->failed_at_once = TRUE;
  else
    run->failed_later = TRUE;
  tell_failure (run, &frame->instances[index], index);
}

static void
on_instance (TbSession *session, guint index, gpointer data)
{
  Run *run = data;
  g_autoptr (TbLiveFrame) frame = tb_session_frame (session);
  if (frame == NULL)
    return;
  const TbLiveInstance *instance = &frame->instances[index];
  if (instance->state == TB_INSTANCE_READY)
    {
      run->ready_ns[index] = run->ever_ready[index] ? run->ready_ns[index] : frame->time_ns;
      run->ever_ready[index] = TRUE;
    }
  if (instance->state == TB_INSTANCE_FAILED && !instance->removed)
    note_failure (run, frame, index);
  begin_duration (run);
  if (!run->stopping && all_ended (run, frame) && !tb_session_is_changing (session))
    stop (run);
}

static void
on_problem (TbSession *session, guint severity, const char *instance, const char *sentence,
            gpointer data)
{
  Run *run = data;
  g_autofree char *text = *instance != '\0' ? g_strdup_printf ("%s: %s", instance, sentence)
                                            : g_strdup (sentence);
  if (severity < 2)
    say (run, text);
}

static gboolean
is_over (TbRunState state)
{
  return state == TB_RUN_STOPPED || state == TB_RUN_FAILED;
}

static void
on_state (TbSession *session, gpointer data)
{
  Run *run = data;
  if (is_over (tb_session_state (session)))
    g_main_loop_quit (run->loop);
}

/* ---- Another drawing --------------------------------------------------------------------------------- */

/* Those that came, and those that came back: whether they ever were ready is asked anew. */
static void
know_instances (Run *run)
{
  guint before = run->n_known, n = tb_session_plan (run->session)->instances->len;
  run->ever_ready = g_renew (gboolean, run->ever_ready, n + 1);
  run->ready_ns = g_renew (gint64, run->ready_ns, n + 1);
  run->told = g_renew (gboolean, run->told, n + 1);
  run->n_known = n;
  for (guint i = before; i < n; i++)
    {
      run->ever_ready[i] = planned (run, i)->external;
      run->ready_ns[i] = 0;
      run->told[i] = FALSE;
    }
}

static void
on_changed (TbSession *session, gpointer data)
{
  know_instances (data);
}

static TbSessionChange *
apply (const char *file, gboolean trust, GError **error, gpointer data)
{
  Run *run = data;
  const TbRunOptions *o = run->options;
  return tb_run_apply (run->session, file != NULL ? file : o->file, trust || o->trust, error);
}

static TbSessionChange *
scale (const char *component, guint replicas, gboolean trust, GError **error, gpointer data)
{
  Run *run = data;
  return tb_control_carry_out (run->session,
                               tb_session_plan_scale (run->session, component, replicas, error),
                               trust || run->options->trust, error);
}

static const TbControlOwner owner = { apply, scale };

static void
on_file_changed (gpointer data)
{
  Run *run = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (TbSessionChange) change = apply (NULL, FALSE, &error, run);
  g_autofree char *text
    = change != NULL ? tb_run_change_text (change)
                     : g_strdup_printf ("the drawing has changed, and the run goes on as it was: %s",
                                        error->message);
  say (run, text);
}

static TbFileWatch *
watch_file (Run *run)
{
  g_autoptr (GError) error = NULL;
  TbFileWatch *file = tb_file_watch_new (run->options->file, on_file_changed, run, &error);
  if (file == NULL)
    tb_cli_error ("%s cannot be watched: %s", run->options->file, error->message);
  return file;
}

/* The agent takes a second STOP as "at once". */
static gboolean
on_signal (gpointer data)
{
  Run *run = data;
  stop (run);
  run->signals++;
  return G_SOURCE_CONTINUE;
}

/* ---- Its end ----------------------------------------------------------------------------------------- */

static TbExitStatus
judge (const Run *run)
{
  if (run->failed_at_once)
    return TB_EXIT_REFUSED;
  if (tb_session_state (run->session) == TB_RUN_FAILED)
    return TB_EXIT_FAILED;
  return all_were_ready (run) && !run->failed_later ? TB_EXIT_YES : TB_EXIT_NO;
}

/* A line a store. */
static void
print_verdicts (Run *run)
{
  look_at_verdicts (run, TRUE);
  for (guint i = 0; run->verdicts != NULL && i < tb_verdicts_n (run->verdicts); i++)
    {
      const TbStoreVerdict *store = tb_verdicts_at (run->verdicts, i);
      g_autofree char *line = g_strdup_printf ("%s: %s: %s", store->component, tb_verdict_word (store->verdict.kind),
                                               store->verdict.sentence);
      g_autofree char *plain = tb_words_plain (line);
      printf ("%s\n", plain);
    }
}

static void
print_summary (Run *run, const TbLiveFrame *frame)
{
  char requests[40], errors[40];
  guint64 n = 0, bad = 0;
  guint ready = 0;
  for (guint i = 0; i < frame->n_links; i++)
    {
      n += frame->links[i].requests;
      bad += frame->links[i].errors;
    }
  for (guint i = 0; i < run->n_known; i++)
    ready += run->ever_ready[i] && !planned (run, i)->removed;
  g_autofree char *line = g_strdup_printf (
    "%s requests, %s errors; %u of %u instances became ready",
    tb_words_count (n, requests, sizeof requests), tb_words_count (bad, errors, sizeof errors), ready,
    count_instances (run));
  tb_table_set_view (run->table, NULL);
  tb_table_draw (run->table, frame, NULL);
  printf ("\n%s\n", line);
  print_verdicts (run);
}

static void
end (Run *run)
{
  g_autoptr (TbLiveFrame) frame = tb_session_frame (run->session);
  if (frame != NULL && run->table != NULL)
    print_summary (run, frame);
  else if (frame != NULL && !run->output_gone)
    print_json (run, frame, TRUE, all_were_ready (run) && !run->failed_at_once);
  else if (frame == NULL)
    tb_cli_error ("the agent could not be started");
}

static void
loop_until_over (Run *run, gboolean table)
{
  guint sources[] = {
    g_timeout_add (table ? TABLE_PERIOD_MS : JSON_PERIOD_MS, on_tick, run),
    g_unix_signal_add (SIGINT, on_signal, run),
    g_unix_signal_add (SIGTERM, on_signal, run),
    g_unix_signal_add (SIGHUP, on_signal, run),
  };
  TbFileWatch *file = run->options->watch ? watch_file (run) : NULL;
  TbRunTerminal *keys = table ? tb_run_terminal_new (run->session, run->view, on_look, on_asked_to_stop, run)
                              : NULL;
  if (keys != NULL)
    tb_table_set_view (run->table, run->view);
  if (!is_over (tb_session_state (run->session)))
    g_main_loop_run (run->loop);
  g_clear_pointer (&file, tb_file_watch_free);
  tb_run_terminal_free (keys);
  for (gsize i = 0; i < G_N_ELEMENTS (sources); i++)
    g_source_remove (sources[i]);
  if (run->duration_source != 0)
    g_source_remove (run->duration_source);
}

/* Whoever lies outside calls what is drawn at its link's address: that is where a browser is pointed. */
static void
say_ways_in (Run *run)
{
  const TbPlan *plan = tb_session_plan (run->session);
  for (guint i = 0; i < plan->links->len; i++)
    {
      const TbPlanLink *link = g_ptr_array_index (plan->links, i);
      gboolean http = g_strcmp0 (link->protocol, "http") == 0;
      if (!planned (run, g_array_index (link->from, guint, 0))->external
          || planned (run, g_array_index (link->to, guint, 0))->external)
        continue;
      g_autofree char *address = tb_plan_address_text (link->address);
      g_autofree char *sentence = g_strdup_printf (
        "%s calls %s at %s%s:%u", link->from_component, link->to_component, http ? "http://" : "",
        address, link->port);
      say (run, sentence);
    }
}

static void
on_said (const char *sentence, gpointer data)
{
  say (data, sentence);
}

TbExitStatus
tb_run_watch (TbSession *session, TbControl *control, const TbRunOptions *o, const char *title, TbRunScenario *scenario)
{
  gboolean table = !o->json && isatty (STDOUT_FILENO);
  Run run = { .options = o, .session = session, .loop = g_main_loop_new (NULL, FALSE) };
  know_instances (&run);
  if (table)
    run.table = tb_table_new (title, STDOUT_FILENO, tb_cli_wants_colour (STDOUT_FILENO));
  run.view = tb_run_view_new ();
  signal (SIGPIPE, SIG_IGN);
  if (control != NULL)
    tb_control_set_owner (control, &owner, &run);
  g_signal_connect (session, "changed", G_CALLBACK (on_changed), &run);
  g_signal_connect (session, "instance", G_CALLBACK (on_instance), &run);
  g_signal_connect (session, "problem", G_CALLBACK (on_problem), &run);
  g_signal_connect (session, "state", G_CALLBACK (on_state), &run);
  say_ways_in (&run);
  if (scenario != NULL)
    tb_run_scenario_begin (scenario, session, on_said, on_asked_to_stop, &run);
  TbRunSweep *sweep = o->sweep != NULL ? tb_run_sweep_new (session, o->sweep, on_said, on_asked_to_stop, &run) : NULL;
  loop_until_over (&run, table);
  g_clear_pointer (&sweep, tb_run_sweep_free);
  g_signal_handlers_disconnect_by_data (session, &run);
  if (control != NULL)
    tb_control_set_owner (control, NULL, NULL);
  end (&run);
  TbExitStatus status = scenario != NULL ? tb_run_scenario_judge (scenario) : judge (&run);
  g_clear_pointer (&run.table, tb_table_free);
  g_clear_pointer (&run.still, tb_live_frame_unref);
  tb_run_view_free (run.view);
  tb_verdicts_free (run.verdicts);
  g_main_loop_unref (run.loop);
  g_free (run.ever_ready);
  g_free (run.ready_ns);
  g_free (run.told);
  return status;
}
