/* What each component is run by, and the ports it offers. */
#include "plan-private.h"

#include <string.h>

static const struct
{
  const char *protocol;
  guint16 port;
} native_ports[] = {
  { "http", 8080 }, { "http2", 8080 }, { "rpc", 7400 }, { "grpc", 50051 }, { "resp", 6379 },
  { "postgresql", 5432 }, { "mqtt", 1883 }, { "nats", 4222 },
};

static guint16
native_port (const char *protocol)
{
  for (gsize i = 0; protocol != NULL && i < G_N_ELEMENTS (native_ports); i++)
    if (g_str_equal (native_ports[i].protocol, protocol))
      return native_ports[i].port;
  return 0;
}

/* What stands in where the drawing says nothing. */
static const char *const default_node[TB_N_ROLES] = {
  [TB_ROLE_CLIENT] = "client",  [TB_ROLE_SERVER] = "server",   [TB_ROLE_STORE] = "store",
  [TB_ROLE_CACHE] = "cache",    [TB_ROLE_BALANCER] = "balancer", [TB_ROLE_PROXY] = "proxy",
  [TB_ROLE_MEDIATOR] = "mediator", [TB_ROLE_BROKER] = "broker",
};

gboolean
tb_part_keeps_data (const TbPart *part)
{
  return g_str_equal (part->node_kind, "store") || g_str_equal (part->node_kind, "cache");
}

/* What a built-in part speaks that does not say, and what that service is called. */
static const char *
builtin_protocol (const TbPart *part, const char **name)
{
  gboolean broker = g_str_equal (part->node_kind, "broker");
  *name = tb_part_keeps_data (part) ? "store" : broker ? "messages" : "web";
  return tb_part_keeps_data (part) ? "resp" : broker ? "mqtt" : "http";
}

static TbPlanPort *
add_port (GPtrArray *ports, const char *name, const char *protocol, guint16 port)
{
  TbPlanPort *p = g_new0 (TbPlanPort, 1);
  p->name = g_strdup (name);
  p->protocol = g_strdup (protocol);
  p->port = port;
  g_ptr_array_add (ports, p);
  return p;
}

void
tb_part_free (gpointer data)
{
  TbPart *part = data;
  g_clear_pointer (&part->params, g_hash_table_unref);
  g_ptr_array_unref (part->ports);
  g_ptr_array_unref (part->links);
  tb_outside_clear (&part->outside);
  g_free (part);
}

const TbPlanPort *
tb_part_port (const TbPart *part, const char *name)
{
  for (guint i = 0; i < part->ports->len; i++)
    {
      const TbPlanPort *p = g_ptr_array_index (part->ports, i);
      if (name == NULL || g_strcmp0 (p->name, name) == 0)
        return p;
    }
  return NULL;
}

static gboolean
choose_builtin (const TbPlanner *planner, TbPart *part, GError **error)
{
  part->how = TB_PART_BUILTIN;
  part->by = tb_element_child_of (part->element, TB_KIND_BUILTIN);
  part->node_kind = default_node[part->role];
  if (part->node_kind == NULL)
    return tb_planner_fail (planner, part->element, TB_PLAN_ERROR_NOTHING_TO_RUN, error,
                            "%s has nothing to run: choose a template or a command", part->title);
  return TRUE;
}

static gboolean
kind_fits (const TbTemplate *template, TbRole role)
{
  g_auto (GStrv) kinds = g_strsplit (template->kinds, " ", -1);
  return g_strv_contains ((const char *const *) kinds, tb_role_name (role));
}

static gboolean
set_param (const TbPlanner *planner, TbPart *part, const TbElement *element, GError **error)
{
  const char *name = tb_element_get (element, TB_PROP_NAME);
  const char *value = tb_element_get (element, TB_PROP_VALUE);
  const TbTemplateParam *param = name ? tb_template_param (part->template, name) : NULL;
  if (param == NULL)
    return tb_planner_fail (planner, element, TB_PLAN_ERROR_TEMPLATE, error,
                            "%s: the template %s has no parameter “%s”", part->title,
                            part->template->name, name ? name : "");
  if (param->choices != NULL)
    {
      g_auto (GStrv) choices = g_strsplit (param->choices, " ", -1);
      if (!g_strv_contains ((const char *const *) choices, value ? value : ""))
        return tb_planner_fail (planner, element, TB_PLAN_ERROR_VALUE, error,
                                "%s: %s is “%s”, and can be one of: %s", part->title, name,
                                value ? value : "", param->choices);
    }
  g_hash_table_insert (part->params, g_strdup (name), g_strdup (value ? value : ""));
  return TRUE;
}

static gboolean
choose_template (const TbPlanner *planner, TbPart *part, GError **error)
{
  const char *name = tb_element_get (part->by, TB_PROP_NAME);
  g_autoptr (GError) why = NULL;
  part->how = TB_PART_TEMPLATE;
  part->template = (planner->options->find_template != NULL ? planner->options->find_template
                                                            : tb_template_find) (name ? name : "", &why);
  if (part->template == NULL)
    return tb_planner_fail (planner, part->by, TB_PLAN_ERROR_TEMPLATE, error, "%s: %s", part->title,
                            why->message);
  if (!kind_fits (part->template, part->role))
    return tb_planner_fail (planner, part->by, TB_PLAN_ERROR_TEMPLATE, error,
                            "%s is a %s, and the template %s is for: %s", part->title,
                            tb_role_name (part->role), name, part->template->kinds);
  part->params = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  for (guint i = 0; i < part->template->params->len; i++)
    {
      const TbTemplateParam *p = g_ptr_array_index (part->template->params, i);
      g_hash_table_insert (part->params, g_strdup (p->name), g_strdup (p->default_value));
    }
  for (guint i = 0; i < tb_element_n_children (part->by); i++)
    {
      const TbElement *child = tb_element_child (part->by, i);
      if (tb_element_kind (child) == TB_KIND_PARAM && !set_param (planner, part, child, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
choose_outside (const TbPlanner *planner, TbPart *part, GError **error)
{
  const char *address = tb_element_get (part->element, TB_PROP_ADDRESS);
  g_autoptr (GError) why = NULL;
  part->how = TB_PART_EXTERNAL;
  return tb_outside_read (&part->outside, address != NULL ? address : "", &why)
         || tb_planner_fail (planner, part->element, TB_PLAN_ERROR_VALUE, error, "%s: %s", part->title,
                             why->message);
}

static gboolean
choose (const TbPlanner *planner, TbPart *part, GError **error)
{
  if (part->role == TB_ROLE_EXTERNAL)
    return choose_outside (planner, part, error);
  if ((part->by = tb_element_child_of (part->element, TB_KIND_TEMPLATE)) != NULL)
    return choose_template (planner, part, error);
  if ((part->by = tb_element_child_of (part->element, TB_KIND_COMMAND)) != NULL)
    {
      part->how = TB_PART_COMMAND;
      return TRUE;
    }
  return choose_builtin (planner, part, error);
}

static const TbTemplateService *
template_service (const TbPart *part, const char *name)
{
  const TbTemplateService *s
    = part->template && name ? tb_template_service (part->template, name) : NULL;
  if (s == NULL && part->template != NULL && part->template->services->len == 1)
    s = g_ptr_array_index (part->template->services, 0);
  return s;
}

/* "${param.NAME}" of a template is that parameter; what comes to nothing is not told. */
static char *
access_text (const TbPart *part, const char *text)
{
  gsize n = text != NULL ? strlen (text) : 0;
  g_autofree char *name = NULL;
  if (n > 9 && g_str_has_prefix (text, "${param.") && text[n - 1] == '}')
    {
      name = g_strndup (text + 8, n - 9);
      text = part->params != NULL ? g_hash_table_lookup (part->params, name) : NULL;
    }
  return text != NULL && *text != '\0' ? g_strdup (text) : NULL;
}

/* What callers are told beside the address: as drawn, else as the template or a URL has it. */
static void
set_access (const TbPart *part, TbPlanPort *port, const TbElement *service, const char *user, const char *password,
            const char *database)
{
  struct
  {
    char **to;
    TbProp prop;
    const char *otherwise;
  } rows[] = { { &port->user, TB_PROP_USER, user },
               { &port->password, TB_PROP_PASSWORD, password },
               { &port->database, TB_PROP_DATABASE, database } };
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const char *drawn = service != NULL ? tb_element_get (service, rows[i].prop) : NULL;
      *rows[i].to = drawn != NULL ? g_strdup (drawn) : access_text (part, rows[i].otherwise);
    }
}

static gboolean
drawn_port (const TbPlanner *planner, TbPart *part, const TbElement *service, GError **error)
{
  const char *name = tb_element_get (service, TB_PROP_NAME);
  const char *protocol = tb_element_get (service, TB_PROP_PROTOCOL), *standard;
  guint16 port = (guint16) tb_element_get_integer (service, TB_PROP_PORT);
  const TbTemplateService *known = template_service (part, name);
  const TbPlanPort *outside = &part->outside.port;
  if (protocol == NULL)
    protocol = known != NULL ? known->protocol : outside->protocol;
  if (port == 0 && part->template != NULL)
    {
      const TbTemplateService *s = tb_template_service (part->template, name ? name : "");
      port = s ? s->port : 0;
    }
  if (port == 0)
    port = outside->port;
  if (port == 0)
    port = native_port (protocol);
  if (port == 0 && part->how == TB_PART_BUILTIN)
    port = native_port (builtin_protocol (part, &standard));
  if (port == 0)
    return tb_planner_fail (planner, service, TB_PLAN_ERROR_VALUE, error,
                            "the service “%s” of %s needs a port", name ? name : "", part->title);
  if (port < 1024 && part->how == TB_PART_BUILTIN)
    return tb_planner_fail (planner, service, TB_PLAN_ERROR_VALUE, error,
                            "the service “%s” of %s: ports below 1024 belong to root; take %u", name,
                            part->title, (guint) port + 8000);
  TbPlanPort *p = add_port (part->ports, name, protocol, port);
  p->scheme = g_strdup (outside->scheme);
  set_access (part, p, service, known != NULL ? known->user : outside->user,
              known != NULL ? known->password : outside->password,
              known != NULL ? known->database : outside->database);
  return TRUE;
}

/* A URL says what is there; a bare port, that something is. */
static void
add_outside_port (TbPart *part)
{
  const TbPlanPort *outside = &part->outside.port;
  if (outside->port == 0)
    return;
  TbPlanPort *p = tb_plan_port_copy (outside);
  p->name = g_strdup ("service");
  if (p->protocol == NULL)
    p->protocol = g_strdup ("tcp");
  g_ptr_array_add (part->ports, p);
}

static gboolean
find_ports (const TbPlanner *planner, TbPart *part, GError **error)
{
  for (guint i = 0; i < tb_element_n_children (part->element); i++)
    {
      const TbElement *child = tb_element_child (part->element, i);
      if (tb_element_kind (child) == TB_KIND_SERVICE && !drawn_port (planner, part, child, error))
        return FALSE;
    }
  if (part->ports->len > 0)
    return TRUE;
  if (part->how == TB_PART_TEMPLATE)
    for (guint i = 0; i < part->template->services->len; i++)
      {
        const TbTemplateService *s = g_ptr_array_index (part->template->services, i);
        TbPlanPort *p = add_port (part->ports, s->name, s->protocol, s->port);
        set_access (part, p, NULL, s->user, s->password, s->database);
      }
  else if (part->how == TB_PART_EXTERNAL)
    add_outside_port (part);
  else if (part->how == TB_PART_BUILTIN && !g_str_equal (part->node_kind, "client"))
    {
      const char *name, *protocol = builtin_protocol (part, &name);
      add_port (part->ports, name, protocol, native_port (protocol));
    }
  return TRUE;
}

static guint
replicas_of (const TbPlanner *planner, const TbPart *part)
{
  GHashTable *asked = planner->options->replicas;
  guint n = asked != NULL ? GPOINTER_TO_UINT (g_hash_table_lookup (asked, part->id)) : 0;
  if (part->role == TB_ROLE_EXTERNAL)
    return 1;
  return n > 0 ? n : tb_component_replicas (part->element);
}

static TbPart *
part_new (const TbPlanner *planner, const TbElement *element)
{
  TbPart *part = g_new0 (TbPart, 1);
  part->element = element;
  part->id = tb_element_id (element);
  part->title = tb_element_title (element);
  part->role = tb_component_role (element);
  part->ports = g_ptr_array_new_with_free_func (tb_plan_port_free);
  part->links = g_ptr_array_new ();
  part->n = replicas_of (planner, part);
  return part;
}

gboolean
tb_planner_make_parts (TbPlanner *planner, GError **error)
{
  guint n = tb_model_count (planner->model, TB_KIND_COMPONENT);
  for (guint i = 0; i < n; i++)
    {
      TbPart *part = part_new (planner, tb_model_nth (planner->model, TB_KIND_COMPONENT, i));
      g_ptr_array_add (planner->parts, part);
      if (!choose (planner, part, error) || !find_ports (planner, part, error))
        return FALSE;
    }
  if (n == 0)
    return tb_planner_fail (planner, NULL, TB_PLAN_ERROR_EMPTY, error,
                            "there is nothing to run: the drawing has no component");
  return TRUE;
}
