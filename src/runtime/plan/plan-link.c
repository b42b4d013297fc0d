/* Links between instances. */
#include "plan-private.h"

#include <string.h>

#define LINKS_MAX 4000u

static GArray *
instances_of (const TbPart *part)
{
  GArray *list = g_array_sized_new (FALSE, FALSE, sizeof (guint), part->n);
  for (guint i = 0; i < part->n; i++)
    {
      guint index = part->first + i;
      g_array_append_val (list, index);
    }
  return list;
}

static const TbPlanPort *
port_of_link (const TbPlanner *planner, const TbElement *link, const TbPart *to, GError **error)
{
  const char *service = tb_element_get (link, TB_PROP_SERVICE);
  const TbPlanPort *port = tb_part_port (to, service);
  if (port == NULL && service != NULL)
    tb_planner_fail (planner, link, TB_PLAN_ERROR_REFERENCE, error,
                     "the link “%s” calls a service “%s” that %s does not have",
                     tb_element_id (link), service, to->title);
  else if (port == NULL)
    tb_planner_fail (planner, link, TB_PLAN_ERROR_VALUE, error,
                     "the link “%s” has nothing to call: %s offers no service with a port",
                     tb_element_id (link), to->title);
  return port;
}

/* A balancer that does not say how, takes turns. */
static const char *
balance_of (const TbElement *link, const TbPart *from, const TbPart *to)
{
  const char *balance = tb_element_get (link, TB_PROP_BALANCE);
  if (balance == NULL && from->role == TB_ROLE_BALANCER && to->n > 1)
    return "round-robin";
  return balance;
}

static TbPlanLink *
link_new (const TbElement *element, const TbPart *from, const TbPart *to, const TbPlanPort *port)
{
  TbPlanLink *link = g_new0 (TbPlanLink, 1);
  const char *protocol = tb_element_get (element, TB_PROP_PROTOCOL);
  link->id = g_strdup (tb_element_id (element));
  link->link = tb_element_uid (element);
  link->from_component = g_strdup (from->id);
  link->to_component = g_strdup (to->id);
  link->from = instances_of (from);
  link->to = instances_of (to);
  link->port = port->port;
  link->protocol = g_strdup (protocol != NULL ? protocol : port->protocol);
  link->balance = g_strdup (balance_of (element, from, to));
  link->async = g_strcmp0 (tb_element_get (element, TB_PROP_CALL), "async") == 0;
  link->takes = g_strcmp0 (tb_element_get (element, TB_PROP_FLOW), "reply") == 0;
  link->timeout_ns = tb_element_get_ns (element, TB_PROP_TIMEOUT);
  link->retries = (guint) tb_element_get_integer (element, TB_PROP_RETRIES);
  return link;
}

static gboolean
make_link (TbPlanner *planner, const TbElement *element, GError **error)
{
  const char *from_id = tb_element_get (element, TB_PROP_FROM);
  const char *to_id = tb_element_get (element, TB_PROP_TO);
  TbPart *from = from_id ? tb_planner_part (planner, from_id) : NULL;
  TbPart *to = to_id ? tb_planner_part (planner, to_id) : NULL;
  if (from == NULL || to == NULL)
    return tb_planner_fail (planner, element, TB_PLAN_ERROR_REFERENCE, error,
                            "the link “%s” leads %s “%s”, which is no component",
                            tb_element_id (element), from == NULL ? "from" : "to",
                            from == NULL ? (from_id ? from_id : "") : (to_id ? to_id : ""));
  const TbPlanPort *port = port_of_link (planner, element, to, error);
  if (port == NULL)
    return FALSE;
  TbPlanLink *link = link_new (element, from, to, port);
  g_ptr_array_add (planner->plan->links, link);
  g_ptr_array_add (from->links, link);
  return TRUE;
}

static void
make_replica_link (TbPlanner *planner, const TbPart *part)
{
  TbPlanLink *link = g_new0 (TbPlanLink, 1);
  link->id = g_strdup_printf ("%s.replicas", part->id);
  link->from_component = g_strdup (part->id);
  link->to_component = g_strdup (part->id);
  link->from = instances_of (part);
  link->to = instances_of (part);
  if (part->ports->len == 1)
    link->protocol = g_strdup (tb_part_port (part, NULL)->protocol);
  g_ptr_array_add (planner->plan->links, link);
}

gboolean
tb_planner_make_links (TbPlanner *planner, GError **error)
{
  guint n = tb_model_count (planner->model, TB_KIND_LINK);
  if (n > LINKS_MAX)
    return tb_planner_fail (planner, NULL, TB_PLAN_ERROR_VALUE, error,
                            "%u links are more than the %u that one run takes", n, LINKS_MAX);
  for (guint i = 0; i < n; i++)
    if (!make_link (planner, tb_model_nth (planner->model, TB_KIND_LINK, i), error))
      return FALSE;
  for (guint i = 0; i < planner->parts->len; i++)
    {
      const TbPart *part = g_ptr_array_index (planner->parts, i);
      if ((part->n > 1 && (part->how == TB_PART_TEMPLATE || part->how == TB_PART_COMMAND)) || tb_part_replicates (part))
        make_replica_link (planner, part);
    }
  tb_planner_link_probes (planner);
  return tb_planner_place_links (planner, error);
}

/* ---- What a caller is told ----------------------------------------------------------------------- */

char *
tb_planner_link_host (const TbPlanner *planner, const TbPlanLink *link)
{
  const TbPlanInstance *to = tb_planner_instance (planner, g_array_index (link->to, guint, 0));
  const TbPart *from = tb_planner_part (planner, link->from_component);
  /* What is built in looks no names up. */
  gboolean by_name = to->external && *to->external_host != '\0' && from->how != TB_PART_BUILTIN
                     && !tb_outside_is_number (to->external_host);
  return by_name ? g_strdup (to->external_host) : tb_plan_address_text (link->address);
}

const TbPlanPort *
tb_planner_link_service (const TbPlanner *planner, const TbPlanLink *link)
{
  const TbPart *to = tb_planner_part (planner, link->to_component);
  for (guint i = 0; i < to->ports->len; i++)
    {
      const TbPlanPort *port = g_ptr_array_index (to->ports, i);
      if (port->port == link->port)
        return port;
    }
  g_assert_not_reached ();
}

const char *
tb_plan_scheme (const char *protocol)
{
  static const struct
  {
    const char *protocol, *scheme;
  } schemes[] = { { "resp", "redis" }, { "http2", "http" }, { "grpc", "http" }, { "tls", "tcp" } };
  for (gsize i = 0; protocol != NULL && i < G_N_ELEMENTS (schemes); i++)
    if (g_str_equal (protocol, schemes[i].protocol))
      return schemes[i].scheme;
  return protocol != NULL ? protocol : "tcp";
}

const char *
tb_planner_link_scheme (const TbPlanner *planner, const TbPlanLink *link)
{
  const TbPlanPort *service = tb_planner_link_service (planner, link);
  gboolean same = g_strcmp0 (service->protocol, link->protocol) == 0;
  return same && service->scheme != NULL ? service->scheme : tb_plan_scheme (link->protocol);
}

/* Whatever stands in a name or a password, it stays within its part of the URL. */
static void
append_access (GString *url, const TbPlanPort *service)
{
  if (service->user == NULL && service->password == NULL)
    return;
  if (service->user != NULL)
    g_string_append_uri_escaped (url, service->user, NULL, FALSE);
  if (service->password != NULL)
    {
      g_string_append_c (url, ':');
      g_string_append_uri_escaped (url, service->password, NULL, FALSE);
    }
  g_string_append_c (url, '@');
}

char *
tb_planner_link_url (const TbPlanner *planner, const TbPlanLink *link)
{
  g_autofree char *host = tb_planner_link_host (planner, link);
  const TbPlanPort *service = tb_planner_link_service (planner, link);
  GString *url = g_string_new (NULL);
  g_string_printf (url, "%s://", tb_planner_link_scheme (planner, link));
  append_access (url, service);
  g_string_append_printf (url, "%s:%u", host, link->port);
  if (service->database != NULL)
    {
      g_string_append_c (url, '/');
      g_string_append_uri_escaped (url, service->database, "/", FALSE);
    }
  return g_string_free (url, FALSE);
}

GPtrArray *
tb_planner_link_addresses (const TbPlanner *planner, const TbPlanLink *link)
{
  GPtrArray *list = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *host = tb_planner_link_host (planner, link);
  const TbPlanInstance *first = tb_planner_instance (planner, g_array_index (link->to, guint, 0));
  if (link->balance == NULL || first->external)
    {
      g_ptr_array_add (list, g_strdup_printf ("%s:%u", host, link->port));
      return list;
    }
  for (guint i = 0; i < link->to->len; i++)
    {
      const TbPlanInstance *to = tb_planner_instance (planner, g_array_index (link->to, guint, i));
      g_autofree char *address = tb_plan_address_text (to->address);
      g_ptr_array_add (list, g_strdup_printf ("%s:%u", address, link->port));
    }
  return list;
}

char *
tb_plan_format_addresses (const GPtrArray *addresses, const char *format, const char *sep)
{
  GString *out = g_string_new (NULL);
  for (guint i = 0; i < addresses->len; i++)
    {
      g_auto (GStrv) around = g_strsplit (format, "%", -1);
      g_autofree char *item = g_strjoinv (g_ptr_array_index (addresses, i), around);
      if (i > 0)
        g_string_append (out, sep);
      g_string_append (out, item);
    }
  return g_string_free (out, FALSE);
}
