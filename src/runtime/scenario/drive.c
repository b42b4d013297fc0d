/* A scenario on a session. Looks every 20 ms, and when something is due. */
#include <string.h>

#include "tb-past.h"
#include "tb-scenario-run.h"
#include "tb-scenario-told.h"

#define LOOK_EVERY_NS (20 * TB_NS_PER_MS)
#define RECORDED_WITHIN_NS (10 * TB_NS_PER_S) /* it is written within a second, on a machine that can */

/* Whom an action struck: roles are somebody else's by the time that it is taken back. */
typedef struct
{
  const TbScenarioAction *action;
  char *names;
} Struck;

struct TbScenarioRun
{
  TbSession *session;
  const TbScenario *scenario;
  const TbScenarioRunFuncs *funcs;
  gpointer data;
  TbEngine *engine;
  GSource *source;
  GArray *struck; /* of Struck */
  guint told;     /* lines of the log */
  TbEngineState told_state; /* and the step of it, in the recording */
  guint told_step;
  TbVerdicts *verdicts; /* NULL: no store is judged, or nothing is recorded */
  gboolean over, looked_back;
};

/* ---- What the engine asks for --------------------------------------------------------------------------- */

static const char *
role_of (guint instance, gpointer data)
{
  const TbLiveFrame *frame = data;
  return instance < frame->n_instances ? frame->instances[instance].role : NULL;
}

/* Ids of the instances that are meant now, separated by blanks. (transfer full); NULL with error. */
static char *
settle_names (TbScenarioRun *run, const char *names, GError **error)
{
  const TbPlan *plan = tb_session_plan (run->session);
  g_autoptr (TbLiveFrame) frame = tb_session_look (run->session);
  g_autoptr (GArray) of = tb_names_to_instances (plan, names, role_of, frame, error);
  GString *text = g_string_new (NULL);
  if (of == NULL)
    return g_string_free (text, TRUE);
  for (guint i = 0; i < of->len; i++)
    g_string_append_printf (text, "%s%s", i > 0 ? " " : "",
                            ((TbPlanInstance *) g_ptr_array_index (plan->instances, g_array_index (of, guint, i)))->id);
  return g_string_free (text, FALSE);
}

static const TbProp strikes[] = { TB_PROP_KILL, TB_PROP_PAUSE, TB_PROP_LOAD };

static gboolean
act (const TbScenarioAction *action, gpointer host, GError **error)
{
  TbScenarioRun *run = host;
  Struck struck = { .action = action };
  for (guint i = 0; i < G_N_ELEMENTS (strikes) && struck.names == NULL; i++)
    if (tb_element_is_set (action->element, strikes[i]))
      {
        struck.names = settle_names (run, tb_element_get (action->element, strikes[i]), error);
        if (struck.names == NULL)
          return FALSE;
      }
  if (struck.names != NULL)
    g_array_append_val (run->struck, struck);
  return tb_session_do (run->session, action->element, action->id, error);
}

static void
command_all (TbScenarioRun *run, const char *names, TbCommandType command)
{
  g_auto (GStrv) ids = g_strsplit (names, " ", -1);
  for (guint i = 0; ids[i] != NULL; i++)
    tb_session_instance_command (run->session, command, ids[i]);
}

/* Whether it has the prop, and so is to be taken back like that. */
static void
take_back (TbScenarioRun *run, Struck *struck)
{
  const TbElement *element = struck->action->element;
  if (struck->names == NULL)
    return;
  if (tb_element_is_set (element, TB_PROP_LOAD))
    tb_session_set_load (run->session, struck->names, "own", NULL);
  else
    command_all (run, struck->names,
                 tb_element_is_set (element, TB_PROP_KILL) ? TB_COMMAND_RESTART : TB_COMMAND_RESUME);
  g_clear_pointer (&struck->names, g_free);
}

/* Faults and partitions end by themselves. */
static void
undo (const TbScenarioAction *action, gpointer host)
{
  TbScenarioRun *run = host;
  for (guint i = 0; i < run->struck->len; i++)
    {
      Struck *struck = &g_array_index (run->struck, Struck, i);
      if (struck->action == action)
        take_back (run, struck);
    }
}

/* Who was killed and is still down is started again; a load stays what it is. */
static void
heal (gpointer host)
{
  TbScenarioRun *run = host;
  g_autoptr (TbLiveFrame) frame = tb_session_look (run->session);
  if (tb_session_n_faults (run->session) > 0)
    tb_session_remove_fault (run->session, "");
  for (guint i = 0; frame != NULL && run->scenario->judged && i < frame->n_instances; i++)
    {
      const TbLiveInstance *instance = &frame->instances[i];
      if (instance->state == TB_INSTANCE_KILLED)
        tb_session_instance_command (run->session, TB_COMMAND_RESTART, instance->id);
      else if (instance->state == TB_INSTANCE_PAUSED)
        tb_session_instance_command (run->session, TB_COMMAND_RESUME, instance->id);
    }
}

static void
quiet (gpointer host)
{
  TbScenarioRun *run = host;
  const TbPlan *plan = tb_session_plan (run->session);
  for (guint i = 0; i < plan->instances->len; i++)
    {
      const TbPlanInstance *instance = g_ptr_array_index (plan->instances, i);
      if (!instance->removed && tb_plan_load_path (instance) != NULL)
        tb_session_set_load (run->session, instance->id, "rate 0", NULL);
    }
}

/* ---- Final reads ----------------------------------------------------------------------------------------- */

#define FINAL_READS 1 /* their number: a scenario makes them once */

/* Whether it is a client that can be asked for them, and answers. */
static gboolean
can_read (TbScenarioRun *run, const TbLiveFrame *frame, guint i)
{
  const TbPlanInstance *instance = g_ptr_array_index (tb_session_plan (run->session)->instances, i);
  return !instance->removed && tb_plan_load_path (instance) != NULL && i < frame->n_instances
         && frame->instances[i].state == TB_INSTANCE_READY;
}

static gboolean
final_reads (gpointer host)
{
  TbScenarioRun *run = host;
  g_autoptr (TbLiveFrame) frame = tb_session_look (run->session);
  g_autofree char *load = g_strdup_printf ("final %d", FINAL_READS);
  gboolean some = FALSE;
  for (guint i = 0; run->verdicts != NULL && frame != NULL && i < frame->n_instances; i++)
    if (can_read (run, frame, i))
      some |= tb_session_set_load (run->session, frame->instances[i].id, load, NULL);
  return some;
}

static gboolean
have_read (gpointer host)
{
  TbScenarioRun *run = host;
  TbPast *past = tb_session_past (run->session);
  g_autoptr (TbLiveFrame) frame = tb_session_look (run->session);
  for (guint i = 0; frame != NULL && i < frame->n_instances; i++)
    if (can_read (run, frame, i) && tb_past_final_reads (past, i) < FINAL_READS)
      return FALSE;
  return TRUE;
}

static const TbEngineHost table = { .act = act, .undo = undo, .heal = heal, .quiet = quiet, .final_reads = final_reads,
                                    .have_read = have_read };

/* ---- The recording --------------------------------------------------------------------------------------- */

static void
remark (TbScenarioRun *run)
{
  TbEngineState state = tb_engine_state (run->engine);
  guint step = tb_engine_step_at (run->engine);
  if (state == TB_ENGINE_STARTING || (state == run->told_state && step == run->told_step))
    return;
  run->told_state = state;
  run->told_step = step;
  tb_scenario_tell_step (run->session, run->scenario, run->engine);
}

/* ---- Looking --------------------------------------------------------------------------------------------- */

/* What only the recording knows is asked once that reaches to the end; the run goes on meanwhile.
 * FALSE: not yet. */
static gboolean
look_back (TbScenarioRun *run)
{
  gint64 over_ns = tb_engine_over_ns (run->engine);
  if (run->looked_back || !tb_engine_looks_back (run->engine))
    return TRUE;
  TbPast *past = tb_session_past (run->session);
  TbRunState state = tb_session_state (run->session);
  gboolean goes_on = state != TB_RUN_FAILED && state != TB_RUN_STOPPED && state != TB_RUN_STOPPING;
  if (goes_on && past != NULL && tb_past_end_ns (past) < over_ns && tb_now_ns () - over_ns < RECORDED_WITHIN_NS)
    return FALSE;
  run->looked_back = TRUE;
  tb_engine_look_back (run->engine, past);
  return TRUE;
}

static void
tell (TbScenarioRun *run)
{
  const GPtrArray *log = tb_engine_log (run->engine);
  for (; run->told < log->len; run->told++)
    if (run->funcs->line != NULL)
      run->funcs->line (g_ptr_array_index (log, run->told), run->data);
  remark (run);
  if (run->over || tb_engine_state (run->engine) != TB_ENGINE_OVER || !look_back (run))
    return;
  run->over = TRUE;
  g_source_set_ready_time (run->source, -1);
  if (run->verdicts != NULL)
    tb_verdicts_look (run->verdicts, TRUE);
  tb_scenario_tell_end (run->session, run->scenario, run->engine);
  if (run->funcs->over != NULL)
    run->funcs->over (run->data);
}

/* Where a store is judged: from when there is something to read. */
static TbVerdicts *
look_at_verdicts (TbScenarioRun *run)
{
  TbPast *past = run->scenario->judged ? tb_session_past (run->session) : NULL;
  if (run->verdicts == NULL && past != NULL)
    run->verdicts = tb_verdicts_new (past);
  if (run->verdicts != NULL)
    tb_verdicts_look (run->verdicts, FALSE);
  return run->verdicts;
}

static int
converged (const char *component, gpointer data)
{
  return tb_session_converged (((TbScenarioRun *) data)->session, component);
}

static TbFacts
facts_now (TbScenarioRun *run, const TbLiveFrame *frame)
{
  return (TbFacts) { .now_ns = tb_now_ns (), .frame = frame, .plan = tb_session_plan (run->session),
                     .verdicts = look_at_verdicts (run), .converged = converged, .data = run };
}

static void
look (TbScenarioRun *run)
{
  TbRunState state = tb_session_state (run->session);
  g_autoptr (TbLiveFrame) frame = tb_session_look (run->session);
  TbFacts facts = facts_now (run, frame);
  if (state == TB_RUN_FAILED || state == TB_RUN_STOPPED || state == TB_RUN_STOPPING)
    tb_engine_break (run->engine, facts.now_ns,
                     frame != NULL && *frame->reason != '\0' ? frame->reason : "the run has ended");
  else if (frame != NULL)
    tb_engine_step (run->engine, &facts);
}

static gboolean
on_time (gpointer data)
{
  TbScenarioRun *run = data;
  look (run);
  gint64 due = MIN (tb_engine_deadline (run->engine), tb_now_ns () + LOOK_EVERY_NS);
  g_source_set_ready_time (run->source, (due + 999) / 1000);
  tell (run); /* it may free the run */
  return G_SOURCE_CONTINUE;
}

static gboolean
dispatch (GSource *source, GSourceFunc callback, gpointer data)
{
  return callback (data);
}

static GSourceFuncs source_funcs = { .dispatch = dispatch };

/* ---- Life ------------------------------------------------------------------------------------------------ */

static void
clear_struck (gpointer data)
{
  g_free (((Struck *) data)->names);
}

static void
begin_probes (TbSession *session)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TbSessionChange) change
    = tb_session_has_probes (session) ? NULL : tb_session_plan_probes (session, TRUE, &error);
  if (change != NULL)
    tb_session_apply (session, change, &error);
}

TbScenarioRun *
tb_scenario_run_new (TbSession *session, const TbScenario *scenario, const TbScenarioRunFuncs *funcs,
                     gpointer data)
{
  TbScenarioRun *run = g_new0 (TbScenarioRun, 1);
  run->session = g_object_ref (session);
  run->scenario = scenario;
  run->funcs = funcs;
  run->data = data;
  run->struck = g_array_new (FALSE, FALSE, sizeof (Struck));
  g_array_set_clear_func (run->struck, clear_struck);
  if (scenario->probes)
    begin_probes (session);
  run->engine = tb_engine_new (scenario, &table, run);
  run->source = g_source_new (&source_funcs, sizeof (GSource));
  g_source_set_callback (run->source, on_time, run, NULL);
  g_source_set_ready_time (run->source, 0);
  g_source_attach (run->source, g_main_context_get_thread_default ());
  tb_scenario_tell_begin (session, scenario);
  return run;
}

void
tb_scenario_run_free (TbScenarioRun *run)
{
  if (run == NULL)
    return;
  g_source_destroy (run->source);
  g_source_unref (run->source);
  tb_engine_free (run->engine);
  tb_verdicts_free (run->verdicts);
  g_array_unref (run->struck);
  g_object_unref (run->session);
  g_free (run);
}

void
tb_scenario_run_break (TbScenarioRun *run, const char *why)
{
  tb_engine_break (run->engine, tb_now_ns (), why);
  if (tb_engine_looks_back (run->engine) && !run->looked_back)
    tb_engine_look_back (run->engine, NULL);
  run->looked_back = TRUE;
  tell (run);
}

void
tb_scenario_run_set_stepping (TbScenarioRun *run, gboolean stepping)
{
  tb_engine_set_stepping (run->engine, stepping);
  if (!run->over)
    g_source_set_ready_time (run->source, 0);
}

void
tb_scenario_run_go_on (TbScenarioRun *run)
{
  tb_engine_go_on (run->engine);
  if (!run->over)
    g_source_set_ready_time (run->source, 0);
}

TbMeasureProgress
tb_scenario_run_peek (TbScenarioRun *run, guint expect, TbFinding *finding)
{
  g_autoptr (TbLiveFrame) frame = tb_session_look (run->session);
  const TbFacts facts = facts_now (run, frame);
  return frame != NULL ? tb_engine_peek (run->engine, expect, &facts, finding) : TB_MEASURE_TO_COME;
}

const TbEngine *
tb_scenario_run_engine (const TbScenarioRun *run)
{
  return run->engine;
}

TbVerdicts *
tb_scenario_run_verdicts (const TbScenarioRun *run)
{
  return run->verdicts;
}

gboolean
tb_scenario_run_is_over (const TbScenarioRun *run)
{
  return run->over;
}
