/* Compose 3.8: a service for each component, several where replicas are started differently. */
#include "deploy.h"
#include "lost.h"
#include "tb-base.h"
#include "export-private.h"
#include "yaml-write.h"

#include <string.h>

typedef struct
{
  const TbDeploy *deploy;
  TbYamlOut yaml;
  GHashTable *host_ports; /* set of those given away */
  GPtrArray *volumes;     /* of char * */
} Writer;

static void
put_seconds (TbYamlOut *yaml, const char *key, gint64 ns)
{
  g_autofree char *text = g_strdup_printf ("%" G_GINT64_FORMAT "s", tb_deploy_seconds (ns, 1));
  tb_yaml_out_text (yaml, key, text);
}

static void
put_words (TbYamlOut *yaml, const TbDeployUnit *unit)
{
  if (unit->argv == NULL)
    return;
  if (!tb_deploy_needs_shell (unit))
    {
      tb_yaml_out_list (yaml, "command", (const char *const *) unit->argv, g_strv_length (unit->argv));
      return;
    }
  g_autofree char *line = tb_deploy_shell_line (unit);
  const char *const words[] = { "sh", "-c", line };
  tb_yaml_out_list (yaml, "entrypoint", words, 2);
  tb_yaml_out_list (yaml, "command", words + 2, 1);
}

static void
put_environment (TbYamlOut *yaml, const TbDeployUnit *unit)
{
  if (unit->env->len == 0)
    return;
  tb_yaml_out_open (yaml, "environment");
  for (guint i = 0; i < unit->env->len; i++)
    {
      const TbPlanPair *pair = g_ptr_array_index (unit->env, i);
      tb_yaml_out_text (yaml, pair->name, pair->value);
    }
  tb_yaml_out_end (yaml);
}

/* The port itself, or the next that is free; any where several replicas would want it. */
static char *
host_port (Writer *w, const TbDeployUnit *unit, const TbPlanPort *port)
{
  guint host = port->port < 1024 ? port->port + 8000u : port->port;
  gboolean udp = g_strcmp0 (port->protocol, "udp") == 0;
  if (unit->replicas > 1)
    return g_strdup_printf ("%u%s", port->port, udp ? "/udp" : "");
  while (!g_hash_table_add (w->host_ports, GUINT_TO_POINTER (host)))
    host++;
  return g_strdup_printf ("%u:%u%s", host, port->port, udp ? "/udp" : "");
}

/* What callers from outside reach is published, its first port; the others are there for the other services. */
static void
put_ports (Writer *w, const TbDeployUnit *unit)
{
  const GPtrArray *ports = unit->instance->ports;
  guint n_published = tb_deploy_is_published (w->deploy, unit) ? 1 : 0;
  if (ports->len == 0 || ((const TbPlanPort *) ports->pdata[0])->port == TB_DEPLOY_UNKNOWN_PORT)
    return;
  for (guint i = 0; i < ports->len; i++)
    {
      const TbPlanPort *port = g_ptr_array_index (ports, i);
      gboolean udp = g_strcmp0 (port->protocol, "udp") == 0;
      g_autofree char *text = i < n_published ? host_port (w, unit, port)
                                              : g_strdup_printf ("%u%s", port->port, udp ? "/udp" : "");
      if (i == 0 || i == n_published)
        tb_yaml_out_open (&w->yaml, i < n_published ? "ports" : "expose");
      tb_yaml_out_entry (&w->yaml, text);
      if (i + 1 == n_published || i + 1 == ports->len)
        tb_yaml_out_end (&w->yaml);
    }
}

static void
put_healthcheck (TbYamlOut *yaml, const TbDeployUnit *unit)
{
  const TbPlanAsk *ask = &unit->instance->ready;
  g_autofree char *command = tb_deploy_probe_command (unit, ask);
  const char *const test[] = { "CMD-SHELL", command };
  if (command == NULL)
    return;
  gint64 interval = ask->interval_ns > 0 ? ask->interval_ns : 2 * TB_NS_PER_S;
  tb_yaml_out_open (yaml, "healthcheck");
  tb_yaml_out_list (yaml, "test", test, 2);
  put_seconds (yaml, "interval", interval);
  put_seconds (yaml, "timeout", ask->within_ns > 0 ? ask->within_ns : 5 * TB_NS_PER_S);
  tb_yaml_out_number (yaml, "retries", CLAMP (unit->instance->ready_timeout_ns / MAX (interval, TB_NS_PER_S), 3, 100));
  if (ask->delay_ns > 0)
    put_seconds (yaml, "start_period", ask->delay_ns);
  tb_yaml_out_end (yaml);
}

/* Who cannot be asked whether it is ready is waited for until it is started. */
static const char *
condition_of (const TbDeployWait *wait)
{
  g_autofree char *probe = tb_deploy_probe_command (wait->on, &wait->on->instance->ready);
  if (wait->until == TB_PLAN_UNTIL_ENDED || wait->until == TB_PLAN_UNTIL_SUCCEEDED)
    return "service_completed_successfully";
  return wait->until == TB_PLAN_UNTIL_READY && probe != NULL ? "service_healthy" : "service_started";
}

static void
put_waits (Writer *w, const GArray *waits)
{
  if (waits->len == 0)
    return;
  tb_yaml_out_open (&w->yaml, "depends_on");
  for (guint i = 0; i < waits->len; i++)
    {
      const TbDeployWait *wait = &g_array_index (waits, TbDeployWait, i);
      tb_yaml_out_open (&w->yaml, wait->on->name);
      tb_yaml_out_text (&w->yaml, "condition", condition_of (wait));
      tb_yaml_out_end (&w->yaml);
    }
  tb_yaml_out_end (&w->yaml);
}

static void
put_restart (TbYamlOut *yaml, const TbDeployUnit *unit)
{
  static const char *const names[] = { NULL, "on-failure", "always", "unless-stopped" };
  const TbPlanInstance *instance = unit->instance;
  const char *name = names[instance->restart];
  g_autofree char *times
    = g_strdup_printf ("on-failure:%u", instance->restart_times);
  tb_yaml_out_text (yaml, "restart",
                    instance->restart == TB_PLAN_RESTART_ON_FAILURE && instance->restart_times > 0 ? times : name);
}

static void
put_stop (TbYamlOut *yaml, const TbDeployUnit *unit)
{
  gboolean said = tb_element_child_of (unit->component, TB_KIND_STOP) != NULL;
  const char *signal = tb_deploy_signal_name (unit->instance->stop_signal);
  g_autofree char *name = signal != NULL ? g_strconcat ("SIG", signal, NULL) : NULL;
  if (said || (unit->argv != NULL && g_strcmp0 (name, "SIGTERM") != 0))
    tb_yaml_out_text (yaml, "stop_signal", name);
  if (said && unit->instance->stop_grace_ns > 0)
    put_seconds (yaml, "stop_grace_period", unit->instance->stop_grace_ns);
}

static void
put_volume (Writer *w, const TbDeployUnit *unit)
{
  if (!tb_element_get_boolean (unit->component, TB_PROP_DURABLE))
    return;
  const char *folder = unit->known != NULL ? unit->known->data : unit->dir;
  g_autofree char *volume = g_strconcat (unit->name, "-data", NULL);
  g_autofree char *text = g_strconcat (volume, ":", folder, NULL);
  if (unit->known == NULL && !unit->instance->builtin && tb_deploy_usual_data (unit->component) == NULL)
    {
      tb_deploy_lose (w->deploy, unit->component, "where it keeps its data, so it has no volume");
      return;
    }
  tb_yaml_out_open (&w->yaml, "volumes");
  tb_yaml_out_entry (&w->yaml, text);
  tb_yaml_out_end (&w->yaml);
  g_ptr_array_add (w->volumes, g_steal_pointer (&volume));
}

/* Compose has no place for who calls whom. What is only offered is offered again by whatever hinted at it. */
static void
put_calls (Writer *w, const TbElement *component)
{
  const TbModel *model = w->deploy->model;
  g_autoptr (GString) names = g_string_new (NULL);
  for (guint i = 0; i < tb_model_count (model, TB_KIND_LINK); i++)
    {
      const TbElement *link = tb_model_nth (model, TB_KIND_LINK, i);
      const TbElement *to = tb_element_get_ref (model, link, TB_PROP_TO);
      if (tb_element_get_ref (model, link, TB_PROP_FROM) != component || to == NULL || to == component
          || tb_element_has_tag (link, "offered"))
        continue;
      g_autofree char *name = tb_deploy_name (tb_element_id (to));
      g_string_append_printf (names, "%s%s", names->len > 0 ? " " : "", name);
    }
  tb_yaml_out_text (&w->yaml, "tierboard.calls", names->len > 0 ? names->str : NULL);
}

/* "Presentation, Rules": what the elements are called that a property refers to; they get their ids from that again. */
static void
put_names (Writer *w, const TbElement *component, TbProp prop, const char *label)
{
  const char *refs = tb_element_get (component, prop);
  g_auto (GStrv) ids = g_strsplit (refs != NULL ? refs : "", " ", -1);
  g_autoptr (GString) names = g_string_new (NULL);
  for (guint i = 0; ids[i] != NULL; i++)
    {
      const TbElement *to = tb_model_lookup (w->deploy->model, ids[i]);
      if (to != NULL)
        g_string_append_printf (names, "%s%s", names->len > 0 ? ", " : "", tb_element_title (to));
    }
  tb_yaml_out_text (&w->yaml, label, names->len > 0 ? names->str : NULL);
}

/* What a drawing knows besides, for whoever reads the file, and for the way back. */
static void
put_labels (Writer *w, const TbElement *component)
{
  tb_yaml_out_open (&w->yaml, "labels");
  tb_yaml_out_text (&w->yaml, "tierboard.kind", tb_element_get (component, TB_PROP_KIND));
  tb_yaml_out_text (&w->yaml, "tierboard.name", tb_element_get (component, TB_PROP_NAME));
  put_names (w, component, TB_PROP_TIER, "tierboard.tier");
  put_names (w, component, TB_PROP_LAYER, "tierboard.layer");
  put_names (w, component, TB_PROP_GROUP, "tierboard.group");
  put_calls (w, component);
  tb_yaml_out_end (&w->yaml);
}

/* A replica that is a service of its own also answers to the name of all. */
static void
put_alias (Writer *w, const TbDeployUnit *unit)
{
  const char *id = unit->instance->component_id;
  if (g_str_equal (unit->name, id) || tb_component_replicas (unit->component) == 1)
    return;
  tb_yaml_out_open (&w->yaml, "networks");
  tb_yaml_out_open (&w->yaml, "default");
  tb_yaml_out_list (&w->yaml, "aliases", &id, 1);
  tb_yaml_out_end (&w->yaml);
  tb_yaml_out_end (&w->yaml);
}

static void
put_service (Writer *w, const TbDeployUnit *unit, const GArray *waits)
{
  const char *description = tb_element_get (unit->component, TB_PROP_DESCRIPTION);
  if (description != NULL)
    tb_yaml_out_comment (&w->yaml, description);
  tb_yaml_out_open (&w->yaml, unit->name);
  tb_yaml_out_text (&w->yaml, "image", unit->image);
  tb_yaml_out_text (&w->yaml, "build", unit->build);
  if (unit->known != NULL && unit->argv != NULL)
    tb_yaml_out_text (&w->yaml, "user", unit->known->user);
  put_words (&w->yaml, unit);
  put_environment (&w->yaml, unit);
  put_ports (w, unit);
  put_volume (w, unit);
  put_alias (w, unit);
  put_waits (w, waits);
  put_healthcheck (&w->yaml, unit);
  put_restart (&w->yaml, unit);
  put_stop (&w->yaml, unit);
  if (unit->replicas > 1)
    {
      tb_yaml_out_open (&w->yaml, "deploy");
      tb_yaml_out_number (&w->yaml, "replicas", unit->replicas);
      tb_yaml_out_end (&w->yaml);
    }
  put_labels (w, unit->component);
  tb_yaml_out_end (&w->yaml);
}

static void
put_volumes (Writer *w)
{
  if (w->volumes->len == 0)
    return;
  tb_yaml_out_open (&w->yaml, "volumes");
  for (guint i = 0; i < w->volumes->len; i++)
    tb_yaml_out_nothing (&w->yaml, g_ptr_array_index (w->volumes, i));
  tb_yaml_out_end (&w->yaml);
}

/* The drawing, good as long as what stands before it is as it was. */
static void
put_drawing (Writer *w, const TbModel *model)
{
  gsize size;
  g_autofree char *hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, w->yaml.text->str, -1);
  g_autofree char *xml = tb_model_to_xml (model, &size);
  tb_yaml_out_open (&w->yaml, "x-tierboard");
  tb_yaml_out_text (&w->yaml, "of", hash);
  tb_yaml_out_text (&w->yaml, "drawing", xml);
  tb_yaml_out_end (&w->yaml);
}

GBytes *
tb_export_compose (const TbModel *model, const TbExportOptions *options, GError **error)
{
  g_autoptr (TbDeploy) deploy = tb_deploy_new (model, TB_DEPLOY_CONTAINERS, options, error);
  if (deploy == NULL)
    return NULL;
  Writer w = { .deploy = deploy, .host_ports = g_hash_table_new (NULL, NULL),
               .volumes = g_ptr_array_new_with_free_func (g_free) };
  tb_yaml_out_init (&w.yaml);
  tb_yaml_out_comment (&w.yaml, tb_element_title (tb_model_root (deploy->model)));
  w.yaml.dollars = TRUE;
  tb_yaml_out_text (&w.yaml, "version", "3.8");
  tb_yaml_out_open (&w.yaml, "services");
  for (guint i = 0; i < deploy->units->len; i++)
    put_service (&w, g_ptr_array_index (deploy->units, i), g_ptr_array_index (deploy->waits, i));
  tb_yaml_out_end (&w.yaml);
  put_volumes (&w);
  if (options->embed)
    put_drawing (&w, model);
  else
    tb_deploy_lose_drawing (deploy, "Compose");
  g_hash_table_unref (w.host_ports);
  g_ptr_array_unref (w.volumes);
  return tb_yaml_out_finish (&w.yaml);
}
