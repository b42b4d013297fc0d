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
}

/* STORE_HOST, STORE_PORT, STORE_URL, STORE_URI, and what Kubernetes and Aspire set. */
static void
set_endpoint (TbPlanInstance *instance, const char *id, const char *host, const char *port,
              const char *url)
{
  const struct
  {
    const char *suffix, *value;
  } rows[] = { { "_HOST", host }, { "_PORT", port }, { "_URL", url }, { "_URI", url },
               { "_SERVICE_HOST", host }, { "_SERVICE_PORT", port } };
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *name = variable_name ("", id, rows[i].suffix);
      set_variable (instance, name, rows[i].value, FALSE);
    }
}

static void
set_link_variables (const TbScope *scope, TbPlanInstance *instance, const TbPlanLink *link)
{
  g_autofree char *host = tb_planner_link_host (scope->planner, link);
  g_autofree char *url = tb_planner_link_url (scope->planner, link);
  g_autofree char *port = g_strdup_printf ("%u", link->port);
  g_autofree char *scheme = g_strndup (url, strcspn (url, ":"));
  g_autoptr (GPtrArray) targets = tb_planner_link_addresses (scope->planner, link);
  set_endpoint (instance, link->to_component, host, port, url);
  set_endpoint (instance, link->id, host, port, url);
  for (guint i = 0; i < targets->len; i++)
    {
      g_autofree char *name
        = g_strdup_printf ("services__%s__%s__%u", link->to_component, scheme, i);
      g_autofree char *value
        = g_strdup_printf ("%s://%s", scheme, (char *) g_ptr_array_index (targets, i));
      set_variable (instance, name, value, FALSE);
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
  return TRUE;
}

gboolean
tb_scope_set_environment (const TbScope *scope, TbPlanInstance *instance, const TbElement **culprit,
                 GError **error)
{
  set_own_variables (scope, instance);
  for (guint i = 0; i < scope->part->links->len; i++)
    set_link_variables (scope, instance, g_ptr_array_index (scope->part->links, i));
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
