/* Processes of this machine, without a tap between them: process-compose and a Procfile. Each listens at the address
 * that a run would give it, so that all servers keep their ports. */
#include "deploy.h"
#include "tb-base.h"
#include "export-private.h"
#include "yaml-write.h"

#include <string.h>

/* ---- process-compose --------------------------------------------------------------------------- */

static char *
own_address (const TbDeployUnit *unit)
{
  return tb_plan_address_text (unit->instance->address);
}

static gboolean
put_question (TbYamlOut *yaml, const TbDeployUnit *unit, const TbPlanAsk *ask)
{
  guint port = tb_deploy_probe_port (unit, ask);
  g_autofree char *host = own_address (unit);
  const char *path = ask->argument != NULL ? strchr (ask->argument, '/') : NULL;
  gboolean http = ask->kind == TB_PLAN_PROBE_HTTP, exec = ask->kind == TB_PLAN_PROBE_EXEC;
  g_autofree char *connect = g_strdup_printf ("bash -c 'exec 3<>/dev/tcp/%s/%u'", host, port);
  if (ask->kind == TB_PLAN_PROBE_NONE || ask->kind == TB_PLAN_PROBE_LOG || (!exec && port == 0))
    return FALSE;
  tb_yaml_out_open (yaml, http ? "http_get" : "exec");
  if (http)
    {
      tb_yaml_out_text (yaml, "host", host);
      tb_yaml_out_text (yaml, "scheme", "http");
      tb_yaml_out_text (yaml, "path", path != NULL ? path : "/");
      tb_yaml_out_number (yaml, "port", port);
    }
  else
    tb_yaml_out_text (yaml, "command", exec ? ask->argument : connect);
  tb_yaml_out_end (yaml);
  return TRUE;
}

static gboolean
can_ask (const TbDeployUnit *unit, const TbPlanAsk *ask)
{
  return ask->kind == TB_PLAN_PROBE_EXEC
         || (ask->kind != TB_PLAN_PROBE_NONE && ask->kind != TB_PLAN_PROBE_LOG && tb_deploy_probe_port (unit, ask) > 0);
}

static void
put_probe (TbYamlOut *yaml, const char *key, const TbDeployUnit *unit, const TbPlanAsk *ask, guint failures)
{
  if (!can_ask (unit, ask))
    return;
  tb_yaml_out_open (yaml, key);
  put_question (yaml, unit, ask);
  tb_yaml_out_number (yaml, "initial_delay_seconds", tb_deploy_seconds (ask->delay_ns, 0));
  tb_yaml_out_number (yaml, "period_seconds", tb_deploy_seconds (ask->interval_ns, 1));
  tb_yaml_out_number (yaml, "timeout_seconds", tb_deploy_seconds (ask->within_ns, 1));
  tb_yaml_out_number (yaml, "success_threshold", MAX (ask->successes, 1));
  tb_yaml_out_number (yaml, "failure_threshold", MAX (failures, 1));
  tb_yaml_out_end (yaml);
}

static void
put_waits (TbYamlOut *yaml, const GArray *waits)
{
  static const char *const conditions[] = { "process_healthy", "process_started", "process_completed",
                                            "process_completed_successfully" };
  if (waits->len == 0)
    return;
  tb_yaml_out_open (yaml, "depends_on");
  for (guint i = 0; i < waits->len; i++)
    {
      const TbDeployWait *wait = &g_array_index (waits, TbDeployWait, i);
      gboolean asked = can_ask (wait->on, &wait->on->instance->ready);
      tb_yaml_out_open (yaml, wait->on->name);
      tb_yaml_out_text (yaml, "condition",
                        wait->until == TB_PLAN_UNTIL_READY && !asked ? "process_started" : conditions[wait->until]);
      tb_yaml_out_end (yaml);
    }
  tb_yaml_out_end (yaml);
}

static void
put_end (TbYamlOut *yaml, const TbDeployUnit *unit)
{
  static const char *const policies[] = { "no", "on_failure", "always", "always" };
  const TbPlanInstance *instance = unit->instance;
  tb_yaml_out_open (yaml, "availability");
  tb_yaml_out_text (yaml, "restart", policies[instance->restart]);
  if (instance->restart != TB_PLAN_RESTART_NO)
    tb_yaml_out_number (yaml, "backoff_seconds", tb_deploy_seconds (instance->restart_delay_ns, 1));
  if (instance->restart_times > 0)
    tb_yaml_out_number (yaml, "max_restarts", instance->restart_times);
  tb_yaml_out_end (yaml);
  tb_yaml_out_open (yaml, "shutdown");
  tb_yaml_out_number (yaml, "signal", instance->stop_signal);
  tb_yaml_out_number (yaml, "timeout_seconds", tb_deploy_seconds (instance->stop_grace_ns, 5));
  tb_yaml_out_end (yaml);
}

static void
put_process (TbYamlOut *yaml, const TbDeployUnit *unit, const GArray *waits)
{
  g_autofree char *line = tb_deploy_shell_line (unit);
  gint64 interval = MAX (unit->instance->ready.interval_ns, TB_NS_PER_S);
  tb_yaml_out_open (yaml, unit->name);
  tb_yaml_out_text (yaml, "description", tb_element_get (unit->component, TB_PROP_DESCRIPTION));
  tb_yaml_out_text (yaml, "command", line);
  put_waits (yaml, waits);
  put_probe (yaml, "readiness_probe", unit, &unit->instance->ready,
             (guint) CLAMP (unit->instance->ready_timeout_ns / interval, 1, 1000));
  put_probe (yaml, "liveness_probe", unit, &unit->instance->alive, unit->instance->alive.failures);
  put_end (yaml, unit);
  tb_yaml_out_end (yaml);
}

/* ---- Both --------------------------------------------------------------------------------------- */

/* A link to several replicas leads to the first: nobody balances. */
static void
tell (const TbDeploy *deploy, const char *format)
{
  for (guint i = 0; i < deploy->plan->links->len; i++)
    {
      const TbPlanLink *link = g_ptr_array_index (deploy->plan->links, i);
      const TbElement *element = tb_model_get (deploy->model, link->link);
      if (link->to->len > 1 && element != NULL && !link->removed && link->balance == NULL)
        tb_deploy_lose (deploy, element, "it leads to any replica of %s: here to the first", link->to_component);
    }
  tb_deploy_lose_drawing (deploy, format);
}

/* Something whose program is not known cannot be started. */
static void
drop_units_without_words (TbDeploy *deploy)
{
  for (guint i = deploy->units->len; i > 0; i--)
    {
      const TbDeployUnit *unit = g_ptr_array_index (deploy->units, i - 1);
      if (unit->argv != NULL)
        continue;
      for (guint k = 0; k < deploy->waits->len; k++)
        {
          GArray *waits = g_ptr_array_index (deploy->waits, k);
          for (guint n = waits->len; n > 0; n--)
            if (g_array_index (waits, TbDeployWait, n - 1).on == unit)
              g_array_remove_index (waits, n - 1);
        }
      g_ptr_array_remove_index (deploy->waits, i - 1);
      g_ptr_array_remove_index (deploy->units, i - 1);
    }
}

GBytes *
tb_export_process_compose (const TbModel *model, const TbExportOptions *options, GError **error)
{
  g_autoptr (TbDeploy) deploy = tb_deploy_new (model, TB_DEPLOY_HERE, options, error);
  if (deploy == NULL)
    return NULL;
  TbYamlOut yaml;
  drop_units_without_words (deploy);
  tb_yaml_out_init (&yaml);
  yaml.dollars = TRUE;
  tb_yaml_out_text (&yaml, "version", "0.5");
  tb_yaml_out_open (&yaml, "processes");
  for (guint i = 0; i < deploy->units->len; i++)
    put_process (&yaml, g_ptr_array_index (deploy->units, i), g_ptr_array_index (deploy->waits, i));
  tb_yaml_out_end (&yaml);
  tell (deploy, "process-compose");
  return tb_yaml_out_finish (&yaml);
}

GBytes *
tb_export_procfile (const TbModel *model, const TbExportOptions *options, GError **error)
{
  g_autoptr (TbDeploy) deploy = tb_deploy_new (model, TB_DEPLOY_HERE, options, error);
  guint waits = 0;
  if (deploy == NULL)
    return NULL;
  GString *text = g_string_new (NULL);
  drop_units_without_words (deploy);
  for (guint i = 0; i < deploy->units->len; i++)
    {
      const TbDeployUnit *unit = g_ptr_array_index (deploy->units, i);
      g_autofree char *line = tb_deploy_shell_line (unit);
      g_string_append_printf (text, "%s: %s\n", unit->name, line);
      waits += ((const GArray *) g_ptr_array_index (deploy->waits, i))->len;
    }
  if (waits > 0)
    tb_deploy_lose (deploy, NULL, "the order in which parts are started, and how it is known that they are ready");
  tell (deploy, "a Procfile");
  return g_string_free_to_bytes (text);
}
