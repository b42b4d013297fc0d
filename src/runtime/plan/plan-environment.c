/* The variables a program is started with: the conventions programs already know, and what is drawn. */
#include "plan-private.h"

#include <string.h>

static char *
variable_name (const char *prefix, const char *id, const char *suffix)
{
  char *name = g_strconcat (prefix, id, suffix, NULL);
  for (char *p = name; *p != '\0'; p++)
    *p = *p == '-' ? '_' : g_ascii_toupper (*p);
  return name;
}

static void
set_variable (TbPlanInstance *instance, const char *name, const char *value, gboolean replace)
{
  for (guint i = 0; i < instance->env->len; i++)
    {
      TbPlanPair *pair = g_ptr_array_index (instance->env, i);
      if (!g_str_equal (pair->name, name))
        continue;
      if (replace)
        {
          g_free (pair->value);
          pair->value = g_strdup (value);
        }
      return;
    }
  tb_plan_add_pair (instance->env, name, value);
}

static void
set_number (TbPlanInstance *instance, const char *name, guint value)
{
  g_autofree char *text = g_strdup_printf ("%u", value);
  set_variable (instance, name, text, FALSE);
}

static void
set_own_variables (const TbScope *scope, TbPlanInstance *instance)
{
  g_autofree char *host = tb_plan_address_text (instance->address);
  g_autofree char *peers = tb_scope_expand (scope, "${peers}", NULL);
  g_autofree char *attributes
    = g_strdup_printf ("service.name=%s,service.instance.id=%s,host.name=%s", instance->component_id,
                       instance->id, instance->device);
  const TbPlanPort *port = tb_part_port (scope->part, NULL);
  set_variable (instance, "HOST", host, FALSE);
  if (port != NULL)
    set_number (instance, "PORT", port->port);
  for (guint i = 0; i < scope->part->ports->len; i++)
    {
      const TbPlanPort *p = g_ptr_array_index (scope->part->ports, i);
      g_autofree char *name = variable_name ("PORT_", p->name ? p->name : "", "");
      set_number (instance, name, p->port);
    }
  set_variable (instance, "TIERBOARD_NODE", instance->id, FALSE);
  set_variable (instance, "TIERBOARD_COMPONENT", instance->component_id, FALSE);
  set_number (instance, "TIERBOARD_REPLICA", instance->replica);
  set_number (instance, "TIERBOARD_REPLICAS", scope->part->n);
  set_variable (instance, "TIERBOARD_DEVICE", instance->device, FALSE);
  set_variable (instance, "TIERBOARD_DIR", scope->dir, FALSE);
  set_variable (instance, "TIERBOARD_PEERS", peers, FALSE);
  set_variable (instance, "OTEL_SERVICE_NAME", instance->component_id, FALSE);
  set_variable (instance, "OTEL_RESOURCE_ATTRIBUTES", attributes, FALSE);
  set_variable (instance, "PC_PROC_NAME", instance->component_id, FALSE);
  set_number (instance, "PC_REPLICA_NUM", instance->replica - 1);
}

/* ---- What it calls ----------------------------------------------------------------------------- */

/* One link, as a caller is told of it. */
typedef struct
{
  char *host, *port, *url, *plain; /* plain: without user and database */
  const char *scheme;
  const TbPlanPort *service;
} Endpoint;

static void
endpoint_init (Endpoint *e, const TbPlanner *planner, const TbPlanLink *link)
{
  e->scheme = tb_planner_link_scheme (planner, link);
  e->host = tb_planner_link_host (planner, link);
  e->port = g_strdup_printf ("%u", link->port);
  e->url = tb_planner_link_url (planner, link);
  e->plain = g_strdup_printf ("%s://%s:%s", e->scheme, e->host, e->port);
  e->service = tb_planner_link_service (planner, link);
}

static void
endpoint_clear (Endpoint *e)
{
  g_free (e->host);
  g_free (e->port);
  g_free (e->url);
  g_free (e->plain);
}

/* STORE_HOST, STORE_PORT, STORE_URL, STORE_URI, STORE_USERNAME; STORE_SERVICE_HOST of Kubernetes;
 * STORE_HTTP of Aspire. */
static void
set_endpoint (TbPlanInstance *instance, const char *id, const Endpoint *e)
{
  g_autofree char *scheme = g_strconcat ("_", e->scheme, NULL);
  const TbPlanPort *service = e->service;
  const struct
  {
    const char *suffix, *value;
  } rows[] = { { "_HOST", e->host }, { "_PORT", e->port }, { "_URL", e->url }, { "_URI", e->url },
               { "_SERVICE_HOST", e->host }, { "_SERVICE_PORT", e->port }, { scheme, e->plain },
               { "_USERNAME", service->user }, { "_PASSWORD", service->password },
               { "_DATABASE", service->database } };
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *name = variable_name ("", id, rows[i].suffix);
      if (rows[i].value != NULL)
        set_variable (instance, name, rows[i].value, FALSE);
    }
}

/* STORE_PORT_6379_TCP and its parts, as links between containers had them. */
static void
set_docker_link (TbPlanInstance *instance, const TbPlanLink *link, const Endpoint *e)
{
  const char *kind = g_strcmp0 (link->protocol, "udp") == 0 ? "udp" : "tcp";
  g_autofree char *base = g_strdup_printf ("_PORT_%s_%s", e->port, kind);
  g_autofree char *whole = g_strdup_printf ("%s://%s:%s", kind, e->host, e->port);
  const struct
  {
    const char *suffix, *value;
  } rows[] = { { "", whole }, { "_ADDR", e->host }, { "_PORT", e->port }, { "_PROTO", kind } };
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *suffix = g_strconcat (base, rows[i].suffix, NULL);
      g_autofree char *name = variable_name ("", link->to_component, suffix);
      set_variable (instance, name, rows[i].value, FALSE);
    }
}

/* services__store__http__0, counted on over the links to one component. */
static void
set_service_keys (const TbScope *scope, TbPlanInstance *instance, const TbPlanLink *link,
                  const Endpoint *e)
{
  g_autoptr (GPtrArray) targets = tb_planner_link_addresses (scope->planner, link);
  guint at = 0;
  for (guint i = 0; i < scope->part->links->len; i++)
    {
      const TbPlanLink *other = g_ptr_array_index (scope->part->links, i);
      if (other == link)
        break;
      if (g_str_equal (other->to_component, link->to_component)
          && g_str_equal (tb_planner_link_scheme (scope->planner, other), e->scheme))
        {
          g_autoptr (GPtrArray) before = tb_planner_link_addresses (scope->planner, other);
          at += before->len;
        }
    }
  for (guint i = 0; i < targets->len; i++)
    {
      g_autofree char *name
        = g_strdup_printf ("services__%s__%s__%u", link->to_component, e->scheme, at + i);
      g_autofree char *value
        = g_strdup_printf ("%s://%s", e->scheme, (char *) g_ptr_array_index (targets, i));
      set_variable (instance, name, value, FALSE);
    }
}

static void
set_link_variables (const TbScope *scope, TbPlanInstance *instance, const TbPlanLink *link)
{
  Endpoint e;
  endpoint_init (&e, scope->planner, link);
  set_endpoint (instance, link->to_component, &e);
  set_endpoint (instance, link->id, &e);
  set_docker_link (instance, link, &e);
  set_service_keys (scope, instance, link, &e);
  endpoint_clear (&e);
}

/* What programs of a kind look for without being told: only where one link can be meant. */
static const struct
{
  const char *scheme, *name;
  enum
  {
    WHOLE_URL,
    ITS_HOST,
    ITS_PORT,
    ITS_USER,
    ITS_PASSWORD,
    ITS_DATABASE
  } what;
} customary[] = {
  { "postgresql", "DATABASE_URL", WHOLE_URL }, { "postgresql", "PGHOST", ITS_HOST },
  { "postgresql", "PGPORT", ITS_PORT },        { "postgresql", "PGUSER", ITS_USER },
  { "postgresql", "PGPASSWORD", ITS_PASSWORD }, { "postgresql", "PGDATABASE", ITS_DATABASE },
  { "redis", "REDIS_URL", WHOLE_URL },         { "redis", "REDIS_HOST", ITS_HOST },
  { "redis", "REDIS_PORT", ITS_PORT },         { "redis", "REDIS_PASSWORD", ITS_PASSWORD },
  { "nats", "NATS_URL", WHOLE_URL },
  { "mqtt", "MQTT_URL", WHOLE_URL },           { "mqtt", "MQTT_HOST", ITS_HOST },
  { "mqtt", "MQTT_PORT", ITS_PORT },
};

/* As programs take them: postgres://, and with TLS. */
static gboolean
is_scheme (const char *scheme, const char *asked)
{
  static const char *const others[][2]
    = { { "postgres", "postgresql" }, { "rediss", "redis" }, { "mqtts", "mqtt" } };
  for (gsize i = 0; i < G_N_ELEMENTS (others); i++)
    if (g_str_equal (scheme, others[i][0]))
      scheme = others[i][1];
  return g_str_equal (scheme, asked);
}

static const TbPlanLink *
only_link_of_scheme (const TbScope *scope, const char *scheme)
{
  const TbPlanLink *found = NULL;
  for (guint i = 0; i < scope->part->links->len; i++)
    {
      const TbPlanLink *link = g_ptr_array_index (scope->part->links, i);
      if (!is_scheme (tb_planner_link_scheme (scope->planner, link), scheme))
        continue;
      if (found != NULL)
        return NULL;
      found = link;
    }
  return found;
}

static void
set_customary_variables (const TbScope *scope, TbPlanInstance *instance)
{
  for (gsize i = 0; i < G_N_ELEMENTS (customary); i++)
    {
      const TbPlanLink *link = only_link_of_scheme (scope, customary[i].scheme);
      Endpoint e;
      if (link == NULL)
        continue;
      endpoint_init (&e, scope->planner, link);
      const TbPlanPort *service = e.service;
      const char *const values[] = {
        [WHOLE_URL] = e.url,           [ITS_HOST] = e.host,
        [ITS_PORT] = e.port,           [ITS_USER] = service->user,
        [ITS_PASSWORD] = service->password, [ITS_DATABASE] = service->database,
      };
      if (values[customary[i].what] != NULL)
        set_variable (instance, customary[i].name, values[customary[i].what], FALSE);
      endpoint_clear (&e);
    }
}

/* Where what is instrumented reports to: a drawn collector, known by its ports (OTLP, 4.1 and 4.2). */
static void
set_collector (const TbScope *scope, TbPlanInstance *instance)
{
  static const struct
  {
    guint16 port;
    const char *protocol;
  } rows[] = { { 4318, "http/protobuf" }, { 4317, "grpc" } };
  for (guint r = 0; r < G_N_ELEMENTS (rows); r++)
    for (guint i = 0; i < scope->part->links->len; i++)
      {
        const TbPlanLink *link = g_ptr_array_index (scope->part->links, i);
        g_autofree char *host = tb_planner_link_host (scope->planner, link);
        g_autofree char *url = g_strdup_printf ("http://%s:%u", host, link->port);
        if (link->port != rows[r].port)
          continue;
        set_variable (instance, "OTEL_EXPORTER_OTLP_ENDPOINT", url, FALSE);
        set_variable (instance, "OTEL_EXPORTER_OTLP_PROTOCOL", rows[r].protocol, FALSE);
      }
}

static gboolean
set_drawn_variable (const TbScope *scope, TbPlanInstance *instance, const TbElement *env,
                    GError **error)
{
  const char *name = tb_element_get (env, TB_PROP_NAME);
  const char *text = tb_element_get (env, TB_PROP_VALUE);
  g_autofree char *value = tb_scope_expand (scope, text ? text : "", error);
  if (value == NULL)
    return FALSE;
  if (name == NULL || *name == '\0' || strchr (name, '='))
    {
      g_set_error (error, TB_PLAN_ERROR, TB_PLAN_ERROR_VALUE, "“%s” is no name of a variable",
                   name ? name : "");
      return FALSE;
    }
  set_variable (instance, name, value, TRUE);
  for (guint i = 0; i < instance->env->len; i++)
    {
      TbPlanPair *pair = g_ptr_array_index (instance->env, i);
      pair->drawn |= g_str_equal (pair->name, name);
    }
  return TRUE;
}

/* A clock of its own: libfaketime reads what to add from a file each time the clock is asked, so that
 * it can be moved while the program runs. Waiting and timeouts go by the true time, as they do where
 * a machine's clock is wrong. */
static void
set_clock (const TbScope *scope, TbPlanInstance *instance)
{
  const char *clock = tb_element_get (scope->part->element, TB_PROP_CLOCK);
  if (g_strcmp0 (clock, "own") != 0 || scope->planner->options->clock_library == NULL)
    return;
  g_free (instance->clock_path);
  instance->clock_path = g_strconcat (scope->dir, ".clock", NULL);
  tb_plan_add_pair (instance->env, "LD_PRELOAD", scope->planner->options->clock_library);
  tb_plan_add_pair (instance->env, "FAKETIME_TIMESTAMP_FILE", instance->clock_path);
  tb_plan_add_pair (instance->env, "FAKETIME_NO_CACHE", "1");
  tb_plan_add_pair (instance->env, "FAKETIME_DONT_FAKE_MONOTONIC", "1");
}

gboolean
tb_scope_set_environment (const TbScope *scope, TbPlanInstance *instance, const TbElement **culprit,
                 GError **error)
{
  set_own_variables (scope, instance);
  for (guint i = 0; i < scope->part->links->len; i++)
    set_link_variables (scope, instance, g_ptr_array_index (scope->part->links, i));
  set_customary_variables (scope, instance);
  set_collector (scope, instance);
  set_clock (scope, instance);
  for (guint i = 0; i < tb_element_n_children (scope->part->element); i++)
    {
      const TbElement *child = tb_element_child (scope->part->element, i);
      *culprit = child;
      if (tb_element_kind (child) == TB_KIND_ENV
          && !set_drawn_variable (scope, instance, child, error))
        return FALSE;
    }
  *culprit = NULL;
  return TRUE;
}
