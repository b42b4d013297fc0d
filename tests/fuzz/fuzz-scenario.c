/* The scenarios of anybody's drawing, checked against its plan: each is one that can be carried out, or what is wrong with
 * it is said. */
#include <stdint.h>

#include "tb-plan.h"
#include "tb-scenario.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static void
check (const TbModel *model, const TbElement *element, const TbPlan *plan)
{
  g_autoptr (GPtrArray) problems = tb_problems_new ();
  g_autoptr (TbScenario) scenario = tb_scenario_new (model, element, plan, problems);
  g_assert_true ((scenario == NULL) == tb_problems_have_error (problems));
  if (scenario != NULL)
    g_assert_cmpint (tb_scenario_length_ns (scenario), >=, 0);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  static const TbPlanOptions options = { .block = 77, .run_dir = "/run", .node_program = "node", .seed = 1 };
  g_autoptr (TbDocument) document = tb_document_load_bytes ("fuzz", (const char *) data, size, NULL, NULL);
  if (document == NULL)
    return 0;
  const TbModel *model = tb_document_model (document);
  g_autoptr (TbPlan) plan = tb_plan_new (model, &options, NULL);
  for (guint i = 0; plan != NULL && i < tb_model_count (model, TB_KIND_SCENARIO); i++)
    check (model, tb_model_nth (model, TB_KIND_SCENARIO, i), plan);
  return 0;
}
