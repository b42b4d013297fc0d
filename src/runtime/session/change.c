/* Another drawing, applied to the run.
 *
 *   drawing ──tb_plan_new (before)──▶ plan that follows ──tb_wire_map_follow()──▶ CHANGE ──▶ agent
 *                                         │
 *                                         └──adopt()──▶ frames, faults, roles, clocks of this side
 *
 * The session goes on as if it were so already: indices stay, so that what the agent still says of the
 * plan before means the same. A PING behind the change tells when it has begun. */
#include <string.h>

#include "session-private.h"

#define REPLICAS_MAX 1000

struct TbSessionChange
{
  TbPlan *plan;         /* NULL: applied */
  TbSharedPlan *before; /* what it follows */
  TbPlanChange what;
  TbModel *model;       /* NULL: only replicas are different, or probing clients where component is NULL too */
  char *component;
  guint replicas;
  gboolean probes; /* whether there are probing clients then */
};

/* ---- Planning ----------------------------------------------------------------------------------- */

static gboolean
may_change (const TbSession *self, GError **error)
{
  gboolean may = !self->closed && !self->stop_asked
                 && (self->state == TB_RUN_STARTING || self->state == TB_RUN_RUNNING);
  if (!may)
    g_set_error_literal (error, TB_SESSION_ERROR, TB_SESSION_ERROR_OVER,
                         "the run is over, or about to be");
  return may;
}

static TbSessionChange *
plan_change (TbSession *self, const TbModel *model, GHashTable *replicas, gboolean probes, GError **error)
{
  g_autoptr (GError) why = NULL;
  if (!may_change (self, error))
    return NULL;
  TbPlan *plan = tb_session_make_plan (self, model, self->plan->plan, replicas, probes, &why);
  if (plan == NULL)
    {
      g_set_error_literal (error, TB_SESSION_ERROR, TB_SESSION_ERROR_PLAN, why->message);
      return NULL;
    }
  TbSessionChange *change = g_new0 (TbSessionChange, 1);
  change->plan = plan;
  change->probes = probes;
  change->before = tb_shared_plan_ref (self->plan);
  tb_plan_compare (self->plan->plan, plan, &change->what);
  return change;
}

TbSessionChange *
tb_session_plan_change (TbSession *self, TbModel *model, GError **error)
{
  TbSessionChange *change = plan_change (self, model, NULL, self->probes, error);
  if (change != NULL)
    change->model = tb_model_ref (model);
  return change;
}

static gboolean
can_scale (TbSession *self, const char *component, guint n, GError **error)
{
  const TbElement *element = tb_model_lookup (self->model, component);
  const char *why = NULL;
  if (element == NULL || tb_element_kind (element) != TB_KIND_COMPONENT)
    why = "there is no such component";
  else if (tb_component_role (element) == TB_ROLE_EXTERNAL)
    why = "it lies outside, and is not ours to start";
  else if (n < 1 || n > REPLICAS_MAX)
    why = "it can have from 1 to 1000 replicas";
  if (why != NULL)
    g_set_error (error, TB_SESSION_ERROR, TB_SESSION_ERROR_NAME, "“%s” cannot be scaled: %s", component,
                 why);
  return why == NULL;
}

/* What was scaled before stays so. */
static GHashTable *
replicas_with (TbSession *self, const char *component, guint n)
{
  GHashTable *all = g_hash_table_new (g_str_hash, g_str_equal);
  GHashTableIter iter;
  gpointer key, value;
  g_hash_table_iter_init (&iter, self->replicas);
  while (g_hash_table_iter_next (&iter, &key, &value))
    g_hash_table_insert (all, key, value);
  g_hash_table_insert (all, (gpointer) component, GUINT_TO_POINTER (n));
  return all;
}

TbSessionChange *
tb_session_plan_scale (TbSession *self, const char *component, guint replicas, GError **error)
{
  if (!can_scale (self, component, replicas, error))
    return NULL;
  g_autoptr (GHashTable) all = replicas_with (self, component, replicas);
  TbSessionChange *change = plan_change (self, self->model, all, self->probes, error);
  if (change != NULL)
    {
      change->component = g_strdup (component);
      change->replicas = replicas;
    }
  return change;
}

TbSessionChange *
tb_session_plan_probes (TbSession *self, gboolean probes, GError **error)
{
  return plan_change (self, self->model, self->replicas, probes, error);
}

gboolean
tb_session_has_probes (TbSession *self)
{
  return self->probes;
}

void
tb_session_change_free (TbSessionChange *change)
{
  g_clear_pointer (&change->plan, tb_plan_free);
  g_clear_pointer (&change->model, tb_model_unref);
  tb_shared_plan_unref (change->before);
  tb_plan_change_clear (&change->what);
  g_free (change->component);
  g_free (change);
}

const TbPlanChange *
tb_session_change_of (const TbSessionChange *change)
{
  return &change->what;
}

/* ---- Trust -------------------------------------------------------------------------------------- */

gboolean
tb_session_change_is_trusted (const TbSessionChange *change)
{
  if (!tb_trust_needed (change->what.commands))
    return TRUE;
  g_autofree char *all = change->plan != NULL ? tb_plan_commands (change->plan) : g_strdup ("");
  return tb_trust_is_known (all);
}

gboolean
tb_session_change_trust (const TbSessionChange *change, GError **error)
{
  g_autofree char *all = change->plan != NULL ? tb_plan_commands (change->plan) : g_strdup ("");
  return !tb_trust_needed (all) || tb_trust_remember (all, error);
}

/* ---- Applying ----------------------------------------------------------------------------------- */

static void
grow_instances (TbSession *self, const TbPlan *was)
{
  const TbPlan *plan = self->plan->plan;
  guint before = was->instances->len, n = plan->instances->len;
  self->instances = g_renew (TbKnownInstance, self->instances, n + 1);
  memset (&self->instances[before], 0, (n + 1 - before) * sizeof *self->instances);
  for (guint i = 0; i < n; i++)
    {
      const TbPlanInstance *instance = g_ptr_array_index (plan->instances, i);
      if (instance->external)
        self->instances[i].state = instance->removed ? TB_INSTANCE_STOPPED : TB_INSTANCE_READY;
    }
}

/* Takes plan and map. Frames that were handed out keep the plan they are of. */
static void
adopt (TbSession *self, TbPlan *plan, TbWireMap *map)
{
  TbSharedPlan *was = self->plan;
  g_clear_pointer (&self->roles, tb_roles_free);
  self->plan = tb_shared_plan_new (plan);
  tb_live_change (self->live, self->plan, map);
  tb_wire_map_free (self->map);
  self->map = map;
  grow_instances (self, was->plan);
  tb_session_prepare_clocks (self, was->plan);
  tb_session_prepare_loads (self, was->plan);
  tb_shared_plan_unref (was);
  self->roles = tb_roles_new (self);
}

static void
send_change (TbSession *self)
{
  tb_wire_change_write (&self->out, &self->map->plan);
  tb_writer_begin (&self->out, TB_COMMAND_PING);
  tb_writer_u64 (&self->out, ++self->asked);
  tb_writer_end (&self->out);
  tb_session_sent (self);
}

static void
remember (TbSession *self, const TbSessionChange *change)
{
  self->probes = change->probes;
  if (change->model == NULL && change->component == NULL)
    return;
  if (change->model == NULL)
    {
      g_hash_table_insert (self->replicas, g_strdup (change->component),
                           GUINT_TO_POINTER (change->replicas));
      return;
    }
  tb_model_unref (self->model);
  self->model = tb_model_ref (change->model);
  g_hash_table_remove_all (self->replicas);
}

gboolean
tb_session_apply (TbSession *self, TbSessionChange *change, GError **error)
{
  if (!may_change (self, error))
    return FALSE;
  if (change->plan == NULL || change->before != self->plan)
    {
      g_set_error_literal (error, TB_SESSION_ERROR, TB_SESSION_ERROR_PLAN,
                           "the run has become another one meanwhile");
      return FALSE;
    }
  remember (self, change);
  TbPlan *plan = g_steal_pointer (&change->plan);
  TbWireMap *map = tb_wire_map_follow (self->map, plan);
  tb_wire_map_set_document (map, self->model, self->replicas);
  adopt (self, plan, map);
  if (!tb_plan_change_is_empty (&change->what))
    send_change (self);
  tb_session_renew_partitions (self);
  g_signal_emit (self, tb_session_signals[TB_SESSION_SIGNAL_CHANGED], 0);
  return TRUE;
}

/* ---- Afterwards --------------------------------------------------------------------------------- */

gboolean
tb_session_is_changing (TbSession *self)
{
  return !self->closed && self->answered < self->asked;
}

guint
tb_session_replicas (TbSession *self, const char *component)
{
  guint n = 0;
  for (guint i = 0; i < self->plan->plan->instances->len; i++)
    {
      const TbPlanInstance *instance = g_ptr_array_index (self->plan->plan->instances, i);
      n += !instance->removed && g_str_equal (instance->component_id, component);
    }
  return n;
}
