/* Probing clients: one beside each replica of a store, which asks that one alone, so that what a side of a partition
 * answers is measured although no drawn client is there. Nobody drew them: they have no element, are in no list, and their taps
 * leave no messages. On the device of their replica, and on its side of every partition. */
#include "plan-private.h"

#include <signal.h>
#include <string.h>

/* So many wait for an answer at once at most: the rate times the timeout, and as many again. */
#define THREADS "pool 8"
#define STOP_GRACE_NS (2 * TB_NS_PER_S)
#define READY_TIMEOUT_NS (10 * TB_NS_PER_S)
#define SEEDS (G_GUINT64_CONSTANT (1) << 53)

static gboolean
is_etcd (const TbPart *part)
{
  return part->template != NULL && g_str_equal (part->template->name, "etcd");
}

/* How our client asks it; NULL: it cannot. */
static const char *
scheme_of (const TbPart *part)
{
  const TbPlanPort *port = tb_part_port (part, NULL);
  if (part->role != TB_ROLE_STORE || part->how == TB_PART_EXTERNAL || port == NULL || port->password != NULL)
    return NULL;
  return is_etcd (part) ? "http" : g_strcmp0 (port->protocol, "resp") == 0 ? "resp" : NULL;
}

/* Reads as its drawn callers make them. */
static const char *
api_of (const TbPart *part)
{
  const char *reads = part->params != NULL ? g_hash_table_lookup (part->params, "reads") : NULL;
  if (!is_etcd (part))
    return "";
  return g_strcmp0 (reads, "serializable") == 0 ? " api=etcd reads=serializable" : " api=etcd";
}

static gboolean
is_probed (const TbPlanner *planner, const TbPart *part)
{
  return planner->options->probes && part->n > 1 && scheme_of (part) != NULL;
}

static TbPlanInstance *
probe_new (const TbPart *part, const TbPlanInstance *replica)
{
  TbPlanInstance *probe = g_new0 (TbPlanInstance, 1);
  probe->component_id = g_strconcat (part->id, TB_PLAN_PROBE_SUFFIX, NULL);
  probe->id = g_strdup_printf ("%s/%u", probe->component_id, replica->replica);
  probe->replica = replica->replica;
  probe->device = g_strdup (replica->device);
  probe->ports = g_ptr_array_new_with_free_func (tb_plan_port_free);
  probe->env = g_ptr_array_new_with_free_func (tb_plan_pair_free);
  probe->files = g_ptr_array_new_with_free_func (tb_plan_pair_free);
  probe->depends = g_array_new (FALSE, FALSE, sizeof (guint));
  probe->until = g_array_new (FALSE, FALSE, sizeof (guint32));
  probe->clean_exits = g_array_new (FALSE, FALSE, sizeof (guint32));
  probe->builtin = probe->probe = TRUE;
  return probe;
}

void
tb_planner_place_probes (TbPlanner *planner)
{
  GPtrArray *instances = planner->plan->instances;
  for (guint p = 0; p < planner->parts->len; p++)
    {
      TbPart *part = g_ptr_array_index (planner->parts, p);
      if (!is_probed (planner, part))
        continue;
      part->first_probe = instances->len;
      for (guint i = 0; i < part->n; i++)
        g_ptr_array_add (instances, probe_new (part, g_ptr_array_index (instances, part->first + i)));
    }
}

static GArray *
indices (guint first, guint n)
{
  GArray *list = g_array_sized_new (FALSE, FALSE, sizeof (guint), n);
  for (guint i = first; i < first + n; i++)
    g_array_append_val (list, i);
  return list;
}

void
tb_planner_link_probes (TbPlanner *planner)
{
  for (guint p = 0; p < planner->parts->len; p++)
    {
      const TbPart *part = g_ptr_array_index (planner->parts, p);
      if (part->first_probe == 0)
        continue;
      TbPlanLink *link = g_new0 (TbPlanLink, 1);
      link->id = g_strconcat (part->id, TB_PLAN_PROBE_SUFFIX, NULL);
      link->from_component = g_strdup (link->id);
      link->to_component = g_strdup (part->id);
      link->from = indices (part->first_probe, part->n);
      link->to = indices (part->first, part->n);
      link->port = tb_part_port (part, NULL)->port;
      link->protocol = g_strdup (tb_part_port (part, NULL)->protocol);
      link->timeout_ns = TB_PLAN_PROBE_TIMEOUT_MS * TB_NS_PER_MS;
      link->probe = TRUE;
      g_ptr_array_add (planner->plan->links, link);
    }
}

/* ---- What they are started with -------------------------------------------------------------------- */

static void
add (GPtrArray *argv, const char *option, char *value)
{
  g_ptr_array_add (argv, g_strdup (option));
  g_ptr_array_add (argv, value);
}

/* Of a CRDT, counters; of all else, values. */
static const char *
write_of (const TbPart *part)
{
  const char *replication = part->how == TB_PART_BUILTIN && part->by ? tb_element_get (part->by, TB_PROP_REPLICATION) : NULL;
  return g_strcmp0 (replication, "crdt") == 0 ? "add" : "write";
}

static void
add_calls (const TbPart *part, const TbPlanInstance *replica, const char *id, GPtrArray *argv)
{
  const char *const ops[] = { "read", write_of (part) };
  g_autofree char *host = tb_plan_address_text (replica->address);
  for (guint i = 0; i < G_N_ELEMENTS (ops); i++)
    add (argv, "--call",
         g_strdup_printf ("%s %s://%s:%u/ op=%s share=0.5 keys=%u first=%u timeout=%ums%s", id, scheme_of (part), host,
                          tb_part_port (part, NULL)->port, ops[i], TB_PLAN_PROBE_KEYS, TB_PLAN_PROBE_FIRST_KEY,
                          TB_PLAN_PROBE_TIMEOUT_MS, api_of (part)));
}

static void
fill (const TbPlanner *planner, const TbPart *part, TbPlanInstance *probe)
{
  const TbPlanInstance *replica = tb_planner_instance (planner, part->first + probe->replica - 1);
  GPtrArray *argv = g_ptr_array_new ();
  g_ptr_array_add (argv, g_strdup (planner->options->node_program));
  g_ptr_array_add (argv, g_strdup ("client"));
  add (argv, "--name", g_strdup (probe->id));
  add (argv, "--silent", g_strdup ("yes"));
  add (argv, "--threads", g_strdup (THREADS));
  add (argv, "--rate", g_strdup_printf ("%u", TB_PLAN_PROBE_RATE));
  add (argv, "--load", g_strdup_printf ("%s/%s-%u.load", planner->options->run_dir, probe->component_id, probe->replica));
  add_calls (part, replica, probe->component_id, argv);
  add (argv, "--seed", g_strdup_printf ("%" G_GUINT64_FORMAT, (planner->options->seed + tb_hash_string (probe->id)) % SEEDS));
  g_ptr_array_add (argv, NULL);
  probe->argv = (GStrv) g_ptr_array_free (argv, FALSE);
  probe->ready.kind = TB_PLAN_PROBE_NOTIFY;
  probe->ready.argument = g_strdup ("");
  probe->ready_timeout_ns = READY_TIMEOUT_NS;
  probe->stop_signal = SIGTERM;
  probe->stop_grace_ns = STOP_GRACE_NS;
  probe->restart = TB_PLAN_RESTART_NO;
}

/* A side whose replica is not ready yet has nobody to ask. */
static void
wait_for_replica (TbPlanInstance *probe, guint replica)
{
  guint32 until = TB_PLAN_UNTIL_READY;
  g_array_append_val (probe->depends, replica);
  g_array_append_val (probe->until, until);
}

void
tb_planner_fill_probes (TbPlanner *planner)
{
  for (guint p = 0; p < planner->parts->len; p++)
    {
      const TbPart *part = g_ptr_array_index (planner->parts, p);
      for (guint i = 0; part->first_probe != 0 && i < part->n; i++)
        {
          TbPlanInstance *probe = g_ptr_array_index (planner->plan->instances, part->first_probe + i);
          fill (planner, part, probe);
          wait_for_replica (probe, part->first + i);
        }
    }
}
