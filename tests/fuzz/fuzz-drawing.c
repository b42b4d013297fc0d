/* A drawing of anybody's, which its reader let through: rules (its own too), what fails, how fast it would be, what it
 * would start, its picture and every format of text say what they have to say of it and end. */
#include <stdint.h>

#include "tb-export.h"
#include "tb-failure.h"
#include "tb-plan.h"
#include "tb-predict.h"
#include "tb-rules.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

/* More of them is a matter of time, which others test. */
#define ELEMENTS_MAX 200
/* Pictures cost more. */
#define DRAWN_MAX 40

static guint
count (const TbModel *model)
{
  guint n = 0;
  for (guint kind = 1; kind < TB_N_KINDS; kind++)
    n += tb_model_count (model, (TbKind) kind);
  return n;
}

static void
judge (const TbModel *model)
{
  static const TbRuleOptions options = { .with_ignored = TRUE, .gather = TRUE };
  g_autoptr (GPtrArray) findings = tb_rules_check (model, &options);
  g_assert_nonnull (findings);
  g_autoptr (TbFailure) failure = tb_failure_new (model);
  g_autoptr (TbQueueNet) net = tb_queue_net_new (model, NULL, NULL);
  g_autoptr (TbPrediction) prediction = tb_predict (net);
  g_assert_nonnull (prediction->bottleneck);
  g_autofree char *single = tb_failure_single_points_text (failure);
  g_assert_nonnull (single);
}

static void
export_all (const TbModel *model, gboolean drawn)
{
  guint n;
  const TbExportFormat *formats = tb_export_formats (&n);
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GPtrArray) lost = tb_problems_new ();
      const TbExportOptions options = { .lost = lost, .no_cache = TRUE };
      if (!formats[i].text && !(drawn && g_str_equal (formats[i].name, "svg")))
        continue;
      g_autoptr (GBytes) bytes = tb_export_bytes (model, &formats[i], &options, &error);
      g_assert_true ((bytes == NULL) == (error != NULL));
    }
}

static void
plan (const TbModel *model)
{
  static const TbPlanOptions options = { .block = 77, .run_dir = "/run", .node_program = "node", .probes = TRUE };
  g_autoptr (GError) error = NULL;
  g_autoptr (TbPlan) plan = tb_plan_new (model, &options, &error);
  g_assert_true ((plan == NULL) == (error != NULL));
  g_autofree char *commands = plan != NULL ? tb_plan_commands (plan) : g_strdup ("");
  g_assert_nonnull (commands);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (TbDocument) document = tb_document_load_bytes ("fuzz", (const char *) data, size, NULL, NULL);
  if (document == NULL || count (tb_document_model (document)) > ELEMENTS_MAX)
    return 0;
  const TbModel *model = tb_document_model (document);
  judge (model);
  plan (model);
  export_all (model, count (model) <= DRAWN_MAX);
  return 0;
}
