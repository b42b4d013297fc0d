/* See scenario-check.h. The plan is kept while only scenarios change: none of it depends on them. */
#include "scenario-check.h"

#include <string.h>

#include "tb-plan.h"
#include "tb-scenario.h"

struct TbScenarioChecker
{
  TbPlan *plan;
  gboolean hopeless; /* it cannot be planned */
};

TbScenarioChecker *
tb_scenario_checker_new (void)
{
  return g_new0 (TbScenarioChecker, 1);
}

void
tb_scenario_checker_forget (TbScenarioChecker *checker)
{
  g_clear_pointer (&checker->plan, tb_plan_free);
  checker->hopeless = FALSE;
}

void
tb_scenario_checker_free (TbScenarioChecker *checker)
{
  if (!checker)
    return;
  tb_scenario_checker_forget (checker);
  g_free (checker);
}

/* What is wrong with a scenario does not depend on block and folder, so they are any. */
static const TbPlan *
plan_of (TbScenarioChecker *checker, const TbModel *model)
{
  g_autofree char *node = tb_program_path ("tierboard-node");
  const TbPlanOptions options = { .block = 64, .run_dir = "/tmp", .node_program = node, .seed = 1 };
  if (!checker->plan && !checker->hopeless)
    checker->plan = tb_plan_new (model, &options, NULL);
  checker->hopeless = checker->plan == NULL;
  return checker->plan;
}

/* "scenario cut, line 12: nothing is called …" without its place, which is where it is shown. */
static const char *
sentence_of (const char *message)
{
  const char *line = strstr (message, ", line "), *end = line ? strstr (line, ": ") : NULL;
  return end && g_str_has_prefix (message, "scenario ") ? end + 2 : message;
}

TbProblems *
tb_scenario_checker_look (TbScenarioChecker *checker, const TbModel *model, const TbElement *scenario)
{
  TbProblems *said = tb_problems_new ();
  g_autoptr (GPtrArray) found = tb_problems_new ();
  const TbPlan *plan = plan_of (checker, model);
  if (!plan)
    return said;
  tb_scenario_free (tb_scenario_new (model, scenario, plan, found));
  for (guint i = 0; i < found->len; i++)
    {
      const TbProblem *p = g_ptr_array_index (found, i);
      tb_problems_add (said, p->severity, p->rule, p->uid, p->line, p->column, "%s", sentence_of (p->message));
    }
  return said;
}

char *
tb_scenario_checker_check (const TbModel *model, TbUid uid, gpointer data)
{
  const TbElement *scenario = tb_model_get (model, uid);
  while (scenario && tb_element_kind (scenario) != TB_KIND_SCENARIO)
    scenario = tb_element_parent (scenario);
  if (!scenario)
    return NULL;
  g_autoptr (GPtrArray) problems = tb_scenario_checker_look (data, model, scenario);
  for (guint i = 0; i < problems->len; i++)
    {
      const TbProblem *p = g_ptr_array_index (problems, i);
      if (p->uid == uid && p->severity == TB_SEVERITY_ERROR)
        return g_strdup (p->message);
    }
  return NULL;
}
