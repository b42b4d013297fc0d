/* Instances, the devices they run on, and their addresses. */
#include "plan-private.h"
#include "tb-deployment.h"

#include <string.h>

/* 127.R.1.1 … 127.R.223.250 are instances, 127.R.224.1 … 127.R.254.250 links. */
#define PER_ROW 250u
#define INSTANCE_ROWS 223u
#define LINK_ROWS 31u
/* As many as one machine may be asked for; also keeps the probing of addresses short. */
#define INSTANCES_MAX 2000u

/* A tier without devices has one for each replica: "TIER-2", or "COMPONENT-2" without a tier. */
static TbPlanInstance *
instance_new (const TbPlanner *planner, const TbPart *part, guint replica)
{
  TbPlanInstance *instance = g_new0 (TbPlanInstance, 1);
  const TbElement *tier = tb_element_get_ref (planner->model, part->element, TB_PROP_TIER);
  const TbElement *device = tb_replica_device (planner->model, part->element, replica);
  instance->id = g_strdup_printf ("%s/%u", part->id, replica);
  instance->component = tb_element_uid (part->element);
  instance->component_id = g_strdup (part->id);
  instance->replica = replica;
  instance->device = device != NULL
                       ? g_strdup (tb_element_id (device))
                       : g_strdup_printf ("%s-%u", tier ? tb_element_id (tier) : part->id, replica);
  instance->ports = g_ptr_array_new_with_free_func (tb_plan_port_free);
  for (guint i = 0; i < part->ports->len; i++)
    g_ptr_array_add (instance->ports, tb_plan_port_copy (g_ptr_array_index (part->ports, i)));
  instance->env = g_ptr_array_new_with_free_func (tb_plan_pair_free);
  instance->files = g_ptr_array_new_with_free_func (tb_plan_pair_free);
  instance->depends = g_array_new (FALSE, FALSE, sizeof (guint));
  instance->until = g_array_new (FALSE, FALSE, sizeof (guint32));
  instance->clean_exits = g_array_new (FALSE, FALSE, sizeof (guint32));
  instance->external = part->how == TB_PART_EXTERNAL;
  instance->external_host = g_strdup (part->outside.host);
  instance->builtin = part->how == TB_PART_BUILTIN;
  return instance;
}

static int
compare_names (gconstpointer a, gconstpointer b, gpointer names)
{
  const char *const *n = names;
  return strcmp (n[*(const guint *) a], n[*(const guint *) b]);
}

static void
take_kept (guint8 *taken, GHashTable *kept)
{
  GHashTableIter iter;
  gpointer slot;
  if (kept == NULL)
    return;
  g_hash_table_iter_init (&iter, kept);
  while (g_hash_table_iter_next (&iter, NULL, &slot))
    taken[GPOINTER_TO_UINT (slot) - 1] = TRUE;
}

/* Two passes: first every name whose home slot no earlier name has, then the rest probe. So a new
 * name moves nobody from his home but one who has the very same home. */
void
tb_plan_assign_slots (const char *const *names, guint n_names, guint n, GHashTable *kept,
                      guint *slots)
{
  g_autofree guint *order = g_new (guint, n_names + 1);
  g_autofree guint8 *taken = g_new0 (guint8, n);
  g_assert (n_names <= n);
  take_kept (taken, kept);
  for (guint i = 0; i < n_names; i++)
    order[i] = i;
  g_qsort_with_data (order, (gint) n_names, sizeof *order, compare_names, (gpointer) names);
  for (guint i = 0; i < n_names; i++)
    {
      guint home = (guint) (tb_hash_string (names[order[i]]) % n);
      guint own = kept != NULL ? GPOINTER_TO_UINT (g_hash_table_lookup (kept, names[order[i]])) : 0;
      slots[order[i]] = own != 0 ? own - 1 : taken[home] ? G_MAXUINT : home;
      taken[own != 0 ? own - 1 : home] = TRUE;
    }
  for (guint i = 0; i < n_names; i++)
    if (slots[order[i]] == G_MAXUINT)
      {
        guint slot = (guint) (tb_hash_string (names[order[i]]) % n);
        while (taken[slot])
          slot = (slot + 1) % n;
        taken[slot] = TRUE;
        slots[order[i]] = slot;
      }
}

static guint32
address_in (guint block, guint first_row, guint slot)
{
  return 127u << 24 | block << 16 | (first_row + slot / PER_ROW) << 8 | (1 + slot % PER_ROW);
}

/* The other way about, plus one. */
static gpointer
slot_of (guint32 address, guint first_row)
{
  return GUINT_TO_POINTER (((address >> 8 & 255) - first_row) * PER_ROW + (address & 255));
}

static void
give_addresses (const TbPlanner *planner)
{
  TbPlan *plan = planner->plan;
  const TbPlan *before = planner->options->before;
  g_autoptr (GHashTable) kept = g_hash_table_new (g_str_hash, g_str_equal);
  guint n = plan->instances->len;
  g_autofree const char **names = g_new0 (const char *, n + 1);
  g_autofree guint *slots = g_new0 (guint, n + 1);
  for (guint i = 0; i < n; i++)
    names[i] = ((TbPlanInstance *) g_ptr_array_index (plan->instances, i))->id;
  for (guint i = 0; before != NULL && i < before->instances->len; i++)
    {
      const TbPlanInstance *was = g_ptr_array_index (before->instances, i);
      g_hash_table_insert (kept, was->id, slot_of (was->address, 1));
    }
  tb_plan_assign_slots (names, n, INSTANCE_ROWS * PER_ROW, kept, slots);
  for (guint i = 0; i < n; i++)
    ((TbPlanInstance *) g_ptr_array_index (plan->instances, i))->address
      = address_in (plan->block, 1, slots[i]);
}

gboolean
tb_planner_place (TbPlanner *planner, GError **error)
{
  for (guint i = 0; i < planner->parts->len; i++)
    {
      TbPart *part = g_ptr_array_index (planner->parts, i);
      if (planner->plan->instances->len + part->n > INSTANCES_MAX)
        return tb_planner_fail (planner, part->element, TB_PLAN_ERROR_VALUE, error,
                                "with the replicas of %s there are more than %u instances, which is "
                                "all that one run starts", part->title, INSTANCES_MAX);
      part->first = planner->plan->instances->len;
      for (guint replica = 1; replica <= part->n; replica++)
        g_ptr_array_add (planner->plan->instances, instance_new (planner, part, replica));
    }
  tb_planner_place_probes (planner);
  give_addresses (planner);
  return TRUE;
}

/* How many names there are with those that are kept for others. */
static guint
count_all (const char *const *names, guint n, GHashTable *kept)
{
  guint all = g_hash_table_size (kept);
  for (guint i = 0; i < n; i++)
    all += !g_hash_table_contains (kept, names[i]);
  return all;
}

gboolean
tb_planner_place_links (const TbPlanner *planner, GError **error)
{
  TbPlan *plan = planner->plan;
  const TbPlan *before = planner->options->before;
  g_autoptr (GHashTable) kept = g_hash_table_new (g_str_hash, g_str_equal);
  guint n = plan->links->len;
  g_autofree const char **names = g_new0 (const char *, n + 1);
  g_autofree guint *slots = g_new0 (guint, n + 1);
  for (guint i = 0; i < n; i++)
    names[i] = ((TbPlanLink *) g_ptr_array_index (plan->links, i))->id;
  for (guint i = 0; before != NULL && i < before->links->len; i++)
    {
      const TbPlanLink *was = g_ptr_array_index (before->links, i);
      g_hash_table_insert (kept, was->id, slot_of (was->address, 1 + INSTANCE_ROWS));
    }
  if (count_all (names, n, kept) > LINK_ROWS * PER_ROW)
    return tb_planner_fail (planner, NULL, TB_PLAN_ERROR_VALUE, error,
                            "this run has had %u links in its time, and there are no addresses for "
                            "more: stop it and run the drawing anew", count_all (names, n, kept));
  tb_plan_assign_slots (names, n, LINK_ROWS * PER_ROW, kept, slots);
  for (guint i = 0; i < n; i++)
    ((TbPlanLink *) g_ptr_array_index (plan->links, i))->address
      = address_in (plan->block, 1 + INSTANCE_ROWS, slots[i]);
  return TRUE;
}
