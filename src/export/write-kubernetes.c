/* Kubernetes: a Deployment for each unit, a StatefulSet where its data must stay, and a Service in front of what is
 * called. */
#include "deploy.h"
#include "tb-base.h"
#include "export-private.h"
#include "yaml-write.h"

#include <string.h>

#define COMPONENT_LABEL "app.kubernetes.io/component"
#define NAME_LABEL "app.kubernetes.io/name"

/* $(NAME) is filled in there. (transfer full) */
static char *
escape (const char *text)
{
  g_auto (GStrv) parts = g_strsplit (text, "$(", -1);
  return g_strjoinv ("$$(", parts);
}

static void
put_labels (TbYamlOut *yaml, const char *key, const TbDeployUnit *unit)
{
  g_autofree char *component = tb_deploy_name (unit->instance->component_id);
  tb_yaml_out_open (yaml, key);
  tb_yaml_out_text (yaml, NAME_LABEL, unit->name);
  tb_yaml_out_text (yaml, COMPONENT_LABEL, component);
  tb_yaml_out_end (yaml);
}

static void
put_head (TbYamlOut *yaml, const char *api, const char *kind, const char *name, const TbDeployUnit *unit)
{
  tb_yaml_out_text (yaml, "apiVersion", api);
  tb_yaml_out_text (yaml, "kind", kind);
  tb_yaml_out_open (yaml, "metadata");
  tb_yaml_out_text (yaml, "name", name);
  put_labels (yaml, "labels", unit);
  tb_yaml_out_end (yaml);
}

/* ---- The container ----------------------------------------------------------------------------- */

static void
put_words (TbYamlOut *yaml, const TbDeployUnit *unit)
{
  g_autoptr (GPtrArray) words = g_ptr_array_new_with_free_func (g_free);
  if (unit->argv == NULL)
    return;
  if (tb_deploy_needs_shell (unit))
    {
      g_autofree char *line = tb_deploy_shell_line (unit);
      g_ptr_array_add (words, g_strdup ("sh"));
      g_ptr_array_add (words, g_strdup ("-c"));
      g_ptr_array_add (words, escape (line));
    }
  else
    for (guint i = 0; unit->argv[i] != NULL; i++)
      g_ptr_array_add (words, escape (unit->argv[i]));
  tb_yaml_out_list (yaml, "command", (const char *const *) words->pdata, words->len);
}

static void
put_environment (TbYamlOut *yaml, const TbDeployUnit *unit)
{
  if (unit->env->len == 0)
    return;
  tb_yaml_out_open (yaml, "env");
  for (guint i = 0; i < unit->env->len; i++)
    {
      const TbPlanPair *pair = g_ptr_array_index (unit->env, i);
      g_autofree char *value = escape (pair->value);
      tb_yaml_out_item (yaml);
      tb_yaml_out_text (yaml, "name", pair->name);
      tb_yaml_out_text (yaml, "value", value);
      tb_yaml_out_end (yaml);
    }
  tb_yaml_out_end (yaml);
}

static gboolean
has_port (const TbDeployUnit *unit)
{
  const GPtrArray *ports = unit->instance->ports;
  return ports->len > 0 && ((const TbPlanPort *) ports->pdata[0])->port != TB_DEPLOY_UNKNOWN_PORT;
}

/* At most 15 of a-z, 0-9 and -, with a letter; p8080 says as much as any. */
static void
put_port (TbYamlOut *yaml, const TbPlanPort *port, gboolean of_service)
{
  g_autofree char *name = g_strdup_printf ("p%u", port->port);
  tb_yaml_out_item (yaml);
  tb_yaml_out_text (yaml, "name", name);
  tb_yaml_out_number (yaml, of_service ? "port" : "containerPort", port->port);
  tb_yaml_out_text (yaml, "protocol", g_strcmp0 (port->protocol, "udp") == 0 ? "UDP" : "TCP");
  tb_yaml_out_end (yaml);
}

static void
put_ports (TbYamlOut *yaml, const TbDeployUnit *unit, gboolean of_service)
{
  const GPtrArray *ports = unit->instance->ports;
  if (!has_port (unit))
    return;
  tb_yaml_out_open (yaml, "ports");
  for (guint i = 0; i < ports->len; i++)
    {
      gboolean again = FALSE;
      const TbPlanPort *port = g_ptr_array_index (ports, i);
      for (guint k = 0; k < i; k++)
        again |= ((const TbPlanPort *) ports->pdata[k])->port == port->port;
      if (!again)
        put_port (yaml, port, of_service);
    }
  tb_yaml_out_end (yaml);
}

/* How it is asked; FALSE: not at all. */
static gboolean
put_question (TbYamlOut *yaml, const TbDeployUnit *unit, const TbPlanAsk *ask)
{
  guint port = tb_deploy_probe_port (unit, ask);
  const char *path = ask->argument != NULL ? strchr (ask->argument, '/') : NULL;
  g_autofree char *command = ask->kind == TB_PLAN_PROBE_HTTP ? NULL : tb_deploy_probe_command (unit, ask);
  const char *const words[] = { "sh", "-c", command };
  gboolean asked = ask->kind != TB_PLAN_PROBE_LOG && ask->kind != TB_PLAN_PROBE_NONE;
  if (command == NULL && (!asked || !has_port (unit)))
    return FALSE;
  tb_yaml_out_open (yaml, command != NULL ? "exec" : ask->kind == TB_PLAN_PROBE_HTTP ? "httpGet" : "tcpSocket");
  if (command != NULL)
    tb_yaml_out_list (yaml, "command", words, 3);
  else
    {
      if (ask->kind == TB_PLAN_PROBE_HTTP)
        tb_yaml_out_text (yaml, "path", path != NULL ? path : "/");
      tb_yaml_out_number (yaml, "port", port);
    }
  tb_yaml_out_end (yaml);
  return TRUE;
}

static gboolean
can_ask (const TbDeployUnit *unit, const TbPlanAsk *ask)
{
  TbYamlOut nowhere;
  tb_yaml_out_init (&nowhere);
  gboolean can = put_question (&nowhere, unit, ask);
  g_bytes_unref (tb_yaml_out_finish (&nowhere));
  return can;
}

static void
put_probe (TbYamlOut *yaml, const char *key, const TbDeployUnit *unit, const TbPlanAsk *ask, gboolean alive)
{
  if ((alive && ask->kind == TB_PLAN_PROBE_NONE) || !can_ask (unit, ask))
    return;
  tb_yaml_out_open (yaml, key);
  put_question (yaml, unit, ask);
  if (ask->delay_ns > 0)
    tb_yaml_out_number (yaml, "initialDelaySeconds", tb_deploy_seconds (ask->delay_ns, 0));
  tb_yaml_out_number (yaml, "periodSeconds", tb_deploy_seconds (ask->interval_ns, alive ? 5 : 2));
  tb_yaml_out_number (yaml, "timeoutSeconds", tb_deploy_seconds (ask->within_ns, 1));
  if (!alive && ask->successes > 1)
    tb_yaml_out_number (yaml, "successThreshold", ask->successes);
  if (alive)
    tb_yaml_out_number (yaml, "failureThreshold", MAX (ask->failures, 1));
  tb_yaml_out_end (yaml);
}

static gboolean
keeps_data (const TbDeployUnit *unit)
{
  return tb_element_get_boolean (unit->component, TB_PROP_DURABLE)
         && (unit->known != NULL || unit->instance->builtin || tb_deploy_usual_data (unit->component) != NULL);
}

static void
put_container (TbYamlOut *yaml, const TbDeployUnit *unit)
{
  tb_yaml_out_open (yaml, "containers");
  tb_yaml_out_item (yaml);
  tb_yaml_out_text (yaml, "name", unit->name);
  tb_yaml_out_text (yaml, "image", unit->image);
  put_words (yaml, unit);
  put_environment (yaml, unit);
  put_ports (yaml, unit, FALSE);
  put_probe (yaml, "readinessProbe", unit, &unit->instance->ready, FALSE);
  put_probe (yaml, "livenessProbe", unit, &unit->instance->alive, TRUE);
  if (keeps_data (unit))
    {
      tb_yaml_out_open (yaml, "volumeMounts");
      tb_yaml_out_item (yaml);
      tb_yaml_out_text (yaml, "name", "data");
      tb_yaml_out_text (yaml, "mountPath", unit->known != NULL ? unit->known->data : unit->dir);
      tb_yaml_out_end (yaml);
      tb_yaml_out_end (yaml);
    }
  tb_yaml_out_end (yaml);
  tb_yaml_out_end (yaml);
}

/* ---- Around it ---------------------------------------------------------------------------------- */

static void
put_claim (TbYamlOut *yaml)
{
  static const char *const modes[] = { "ReadWriteOnce" };
  tb_yaml_out_open (yaml, "volumeClaimTemplates");
  tb_yaml_out_item (yaml);
  tb_yaml_out_open (yaml, "metadata");
  tb_yaml_out_text (yaml, "name", "data");
  tb_yaml_out_end (yaml);
  tb_yaml_out_open (yaml, "spec");
  tb_yaml_out_list (yaml, "accessModes", modes, 1);
  tb_yaml_out_open (yaml, "resources");
  tb_yaml_out_open (yaml, "requests");
  tb_yaml_out_text (yaml, "storage", "1Gi");
  tb_yaml_out_end (yaml);
  tb_yaml_out_end (yaml);
  tb_yaml_out_end (yaml);
  tb_yaml_out_end (yaml);
  tb_yaml_out_end (yaml);
}

static void
put_selector (TbYamlOut *yaml, const char *label, const char *value, gboolean match)
{
  tb_yaml_out_open (yaml, "selector");
  if (match)
    tb_yaml_out_open (yaml, "matchLabels");
  tb_yaml_out_text (yaml, label, value);
  if (match)
    tb_yaml_out_end (yaml);
  tb_yaml_out_end (yaml);
}

static void
put_workload (TbYamlOut *yaml, const TbDeployUnit *unit)
{
  gboolean stays = keeps_data (unit);
  put_head (yaml, "apps/v1", stays ? "StatefulSet" : "Deployment", unit->name, unit);
  tb_yaml_out_open (yaml, "spec");
  if (stays)
    tb_yaml_out_text (yaml, "serviceName", unit->name);
  tb_yaml_out_number (yaml, "replicas", unit->replicas);
  put_selector (yaml, NAME_LABEL, unit->name, TRUE);
  tb_yaml_out_open (yaml, "template");
  tb_yaml_out_open (yaml, "metadata");
  put_labels (yaml, "labels", unit);
  tb_yaml_out_end (yaml);
  tb_yaml_out_open (yaml, "spec");
  if (unit->known != NULL && unit->known->uid > 0 && unit->argv != NULL)
    {
      tb_yaml_out_open (yaml, "securityContext");
      tb_yaml_out_number (yaml, "runAsUser", unit->known->uid);
      tb_yaml_out_number (yaml, "fsGroup", unit->known->uid);
      tb_yaml_out_end (yaml);
    }
  tb_yaml_out_number (yaml, "terminationGracePeriodSeconds", tb_deploy_seconds (unit->instance->stop_grace_ns, 5));
  put_container (yaml, unit);
  tb_yaml_out_end (yaml);
  tb_yaml_out_end (yaml);
  if (stays)
    put_claim (yaml);
  tb_yaml_out_end (yaml);
}

static void
put_service (TbYamlOut *yaml, const TbDeploy *deploy, const TbDeployUnit *unit, const char *name, const char *label)
{
  if (!has_port (unit))
    return;
  tb_yaml_out_document (yaml);
  put_head (yaml, "v1", "Service", name, unit);
  tb_yaml_out_open (yaml, "spec");
  if (tb_deploy_is_published (deploy, unit))
    tb_yaml_out_text (yaml, "type", "NodePort");
  put_selector (yaml, label, name, FALSE);
  put_ports (yaml, unit, TRUE);
  tb_yaml_out_end (yaml);
}

/* Replicas that are units of their own have a Service in front of all, too. */
static void
put_unit (TbYamlOut *yaml, const TbDeploy *deploy, const TbDeployUnit *unit)
{
  g_autofree char *component = tb_deploy_name (unit->instance->component_id);
  gboolean apart = !g_str_equal (component, unit->name);
  if (yaml->text->len > 0)
    tb_yaml_out_document (yaml);
  put_workload (yaml, unit);
  put_service (yaml, deploy, unit, unit->name, NAME_LABEL);
  if (apart && tb_deploy_unit_of (deploy, unit->instance->component_id) == unit)
    put_service (yaml, deploy, unit, component, COMPONENT_LABEL);
}

static void
tell (const TbDeploy *deploy)
{
  guint waits = 0;
  for (guint i = 0; i < deploy->units->len; i++)
    {
      const TbDeployUnit *unit = g_ptr_array_index (deploy->units, i);
      waits += ((const GArray *) g_ptr_array_index (deploy->waits, i))->len;
      if (unit->instance->restart != TB_PLAN_RESTART_NO && unit->instance->restart != TB_PLAN_RESTART_ALWAYS)
        tb_deploy_lose (deploy, unit->component, "its restart policy: there, what ends is started again");
    }
  if (waits > 0)
    tb_deploy_lose (deploy, NULL, "the order in which parts are started: there, each is tried until it is ready");
  tb_deploy_lose_drawing (deploy, "Kubernetes");
}

GBytes *
tb_export_kubernetes (const TbModel *model, const TbExportOptions *options, GError **error)
{
  g_autoptr (TbDeploy) deploy = tb_deploy_new (model, TB_DEPLOY_CONTAINERS, options, error);
  if (deploy == NULL)
    return NULL;
  TbYamlOut yaml;
  tb_yaml_out_init (&yaml);
  for (guint i = 0; i < deploy->units->len; i++)
    {
      TbDeployUnit *unit = g_ptr_array_index (deploy->units, i);
      if (unit->image == NULL) /* it is built there from a folder; a cluster needs a name */
        {
          unit->image = g_strconcat (unit->name, ":latest", NULL);
          tb_deploy_lose (deploy, unit->component, "which image it is in: it is built from “%s”", unit->build);
        }
      put_unit (&yaml, deploy, unit);
    }
  tell (deploy);
  return tb_yaml_out_finish (&yaml);
}
