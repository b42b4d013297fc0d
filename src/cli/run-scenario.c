/* tierboard run --scenario ID: what is done is said in the run's own words, and the run ends with it. */
#include <stdio.h>

#include "cli.h"
#include "run-private.h"
#include "tb-scenario-run.h"
#include "test-private.h"

struct TbRunScenario
{
  TbScenario *scenario;
  TbScenarioRun *run;
  void (*say) (const char *sentence, gpointer data);
  void (*over) (gpointer data);
  gpointer data;
};

/* ---- Before it ------------------------------------------------------------------------------------------ */

TbRunScenario *
tb_run_scenario_new (const TbModel *model, const TbPlan *plan, const char *file, const char *id)
{
  const TbElement *element = tb_model_lookup (model, id);
  TbProblems *problems = tb_problems_new ();
  TbScenario *scenario = NULL;
  if (element == NULL || tb_element_kind (element) != TB_KIND_SCENARIO)
    tb_cli_error ("%s has no scenario “%s”", file, id);
  else
    scenario = tb_scenario_new (model, element, plan, problems);
  for (guint i = 0; i < problems->len; i++)
    {
      const TbProblem *p = g_ptr_array_index (problems, i);
      tb_cli_error ("%s:%u:%u: %s", file, p->line, p->column, p->message);
    }
  g_ptr_array_unref (problems);
  if (scenario == NULL)
    return NULL;
  TbRunScenario *self = g_new0 (TbRunScenario, 1);
  self->scenario = scenario;
  return self;
}

void
tb_run_scenario_free (TbRunScenario *self)
{
  if (self == NULL)
    return;
  tb_scenario_run_free (self->run);
  tb_scenario_free (self->scenario);
  g_free (self);
}

/* ---- While it runs --------------------------------------------------------------------------------------- */

static void
on_line (const TbEngineLine *line, gpointer data)
{
  TbRunScenario *self = data;
  g_autofree char *text
    = g_strdup_printf ("%s, %+.1f s: %s", self->scenario->id, (double) line->time_ns / 1e9, line->text);
  self->say (text, self->data);
}

static void
on_over (gpointer data)
{
  TbRunScenario *self = data;
  self->over (self->data);
}

void
tb_run_scenario_begin (TbRunScenario *self, TbSession *session, void (*say) (const char *sentence, gpointer data),
                       void (*over) (gpointer data), gpointer data)
{
  static const TbScenarioRunFuncs funcs = { on_line, on_over };
  self->say = say;
  self->over = over;
  self->data = data;
  self->run = tb_scenario_run_new (session, self->scenario, &funcs, self);
}

/* ---- After it ---------------------------------------------------------------------------------------------- */

static TbExitStatus
judge (TbRunScenario *self, const TbFinding *f)
{
  g_autofree char *measured = tb_estimate_words (f->expect->unit, &f->estimate);
  g_autofree char *text
    = g_strdup_printf ("%s: %s: %s%s%s", tb_outcome_name (f->outcome), f->expect->text, measured,
                       f->why != NULL ? ", " : "", f->why != NULL ? f->why : "");
  self->say (text, self->data);
  return f->outcome == TB_HELD ? TB_EXIT_YES : f->outcome == TB_VIOLATED ? TB_EXIT_NO : TB_EXIT_UNKNOWN;
}

TbExitStatus
tb_run_scenario_judge (TbRunScenario *self)
{
  if (!tb_scenario_run_is_over (self->run))
    tb_scenario_run_break (self->run, "the run has ended");
  const TbEngine *engine = tb_scenario_run_engine (self->run);
  const GPtrArray *findings = tb_engine_findings (engine);
  TbExitStatus status = tb_engine_broken (engine) != NULL ? TB_EXIT_FAILED
                        : tb_engine_late (engine) != NULL ? TB_EXIT_NO
                                                          : TB_EXIT_YES;
  for (guint i = 0; i < findings->len; i++)
    status = tb_test_worse (status, judge (self, g_ptr_array_index (findings, i)));
  return status;
}
