/* A plan out of what the agent was told: instances and links as frames show them. What programs were
 * started with is in the recording too, but nobody starts anything from a shell. */
#include <string.h>

#include "past-private.h"
#include "tb-proto.h"

static void
instance_free (gpointer data)
{
  TbPlanInstance *instance = data;
  g_free (instance->id);
  g_free (instance->component_id);
  g_free (instance->device);
  g_free (instance->external_host);
  g_ptr_array_unref (instance->ports);
  g_free (instance);
}

static void
link_free (gpointer data)
{
  TbPlanLink *link = data;
  g_free (link->id);
  g_free (link->from_component);
  g_free (link->to_component);
  g_free (link->protocol);
  g_array_unref (link->from);
  g_array_unref (link->to);
  g_free (link);
}

static TbUid
uid_of (const TbModel *model, const char *id)
{
  const TbElement *element = model != NULL ? tb_model_lookup (model, id) : NULL;
  return element != NULL ? tb_element_uid (element) : 0;
}

/* The first port that a link to it leads to. */
static guint16
port_of (const TbWirePlan *wire, guint instance)
{
  for (guint i = 0; i < wire->n_links; i++)
    for (guint k = 0; k < wire->links[i].n_to; k++)
      if (wire->links[i].to[k] == instance && !wire->links[i].replicas)
        return wire->links[i].port;
  return 0;
}

static TbPlanInstance *
instance_of (const TbWirePlan *wire, guint index, const TbModel *model)
{
  const TbWireInstance *from = &wire->instances[index];
  const char *slash = strrchr (from->id, '/');
  TbPlanInstance *to = g_new0 (TbPlanInstance, 1);
  TbPlanPort *port = g_new0 (TbPlanPort, 1);
  to->id = g_strdup (from->id);
  to->component_id = g_strdup (from->component);
  to->component = uid_of (model, from->component);
  to->replica = slash != NULL ? (guint) g_ascii_strtoull (slash + 1, NULL, 10) : 1;
  to->device = g_strdup (from->device);
  to->address = from->address;
  to->builtin = from->builtin;
  to->removed = from->removed;
  to->probe = tb_plan_is_probe (from->id);
  to->external = tb_wire_is_outside (from);
  to->external_host = g_strdup (from->outside);
  to->ports = g_ptr_array_new_with_free_func (g_free);
  port->port = port_of (wire, index);
  g_ptr_array_add (to->ports, port);
  return to;
}

static GArray *
indices_of (const guint32 *indices, guint n, guint n_instances)
{
  GArray *out = g_array_new (FALSE, FALSE, sizeof (guint));
  for (guint i = 0; i < n; i++)
    if (indices[i] < n_instances)
      g_array_append_val (out, indices[i]);
  return out;
}

static char *
component_of (const TbWirePlan *wire, const GArray *indices)
{
  return g_strdup (indices->len > 0 ? wire->instances[g_array_index (indices, guint, 0)].component : "");
}

static TbPlanLink *
link_of (const TbWirePlan *wire, const TbWireLink *from, const TbModel *model)
{
  TbPlanLink *to = g_new0 (TbPlanLink, 1);
  to->id = g_strdup (from->id);
  to->link = from->replicas ? 0 : uid_of (model, from->id);
  to->from = indices_of (from->from, from->n_from, wire->n_instances);
  to->to = indices_of (from->to, from->n_to, wire->n_instances);
  to->from_component = component_of (wire, to->from);
  to->to_component = component_of (wire, to->to);
  to->port = from->port;
  to->address = from->address;
  to->protocol = g_strdup (tb_proto_name ((TbProto) from->proto));
  to->removed = to->from->len == 0 || to->to->len == 0;
  to->probe = tb_plan_is_probe (from->id);
  return to;
}

TbPlan *
tb_past_plan_shell (const TbWirePlan *wire, const TbModel *model)
{
  TbPlan *plan = g_new0 (TbPlan, 1);
  plan->block = wire->block;
  plan->instances = g_ptr_array_new_with_free_func (instance_free);
  plan->links = g_ptr_array_new_with_free_func (link_free);
  for (guint i = 0; i < wire->n_instances; i++)
    g_ptr_array_add (plan->instances, instance_of (wire, i, model));
  for (guint i = 0; i < wire->n_links; i++)
    g_ptr_array_add (plan->links, link_of (wire, &wire->links[i], model));
  return plan;
}

static guint32 *
identity (TbWireMap *map, guint n)
{
  guint32 *indices = g_new (guint32, n + 1);
  for (guint32 i = 0; i < n; i++)
    indices[i] = i;
  g_ptr_array_add (map->owned, indices);
  return indices;
}

TbWireMap *
tb_past_map_shell (const TbWirePlan *wire)
{
  TbWireMap *map = g_new0 (TbWireMap, 1);
  map->owned = g_ptr_array_new_with_free_func (g_free);
  map->plan.n_instances = wire->n_instances;
  map->plan.n_links = wire->n_links;
  map->to_wire = map->from_wire = identity (map, wire->n_instances);
  map->link_from_wire = identity (map, wire->n_links);
  return map;
}
