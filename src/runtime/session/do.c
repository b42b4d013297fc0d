/* A scenario's <do> on a running session: faults, partitions, what ends them, and what is done to
 * instances. When it is done, and undone, is whose scenario it is. */
#include <string.h>

#include "session-private.h"

/* What <do kill="…"/> and its like ask of an instance. */
static const struct
{
  TbProp prop;
  TbCommandType command;
} on_instances[] = {
  { TB_PROP_KILL, TB_COMMAND_KILL },
  { TB_PROP_PAUSE, TB_COMMAND_PAUSE },
  { TB_PROP_RESUME, TB_COMMAND_RESUME },
  { TB_PROP_RESTART, TB_COMMAND_RESTART },
};

gboolean
tb_partition_of_do (const TbElement *action, TbPartition *partition, GError **error)
{
  const char *name = tb_element_get (action, TB_PROP_PARTITION);
  *partition = (TbPartition) { .of = tb_element_get (action, TB_PROP_OF),
                               .from = tb_element_get (action, TB_PROP_FROM) };
  if (name == NULL || !tb_partition_from_name (name, &partition->kind))
    {
      g_set_error (error, TB_SESSION_ERROR, TB_SESSION_ERROR_NAME, "<do> names no partition");
      return FALSE;
    }
  if (tb_element_is_set (action, TB_PROP_SEED))
    partition->seed = (guint64) tb_element_get_integer (action, TB_PROP_SEED);
  partition->for_ns = tb_element_get_ns (action, TB_PROP_FOR);
  return TRUE;
}

static gboolean
do_fault (TbSession *self, const TbElement *action, const char *id, TbFaultKind kind, GError **error)
{
  TbWireFault fault = { 0 };
  if (!tb_fault_of_do_as (self->plan->plan, action, kind, id, &fault, error))
    return FALSE;
  tb_session_add_fault (self, &fault);
  tb_wire_fault_clear (&fault);
  return TRUE;
}

/* partition="cut" is of links, the others are of instances. */
static gboolean
do_partition (TbSession *self, const TbElement *action, const char *id, GError **error)
{
  TbPartition partition;
  if (g_strcmp0 (tb_element_get (action, TB_PROP_PARTITION), tb_fault_name (TB_FAULT_CUT)) == 0)
    return do_fault (self, action, id, TB_FAULT_CUT, error);
  return tb_partition_of_do (action, &partition, error)
         && tb_session_partition (self, id, &partition, error);
}

/* Whether a fault is what a name means: itself, its link, or one of its ends. */
static gboolean
is_named (const TbWireFault *fault, const char *name)
{
  return g_strcmp0 (fault->id, name) == 0 || g_strcmp0 (fault->link, name) == 0
         || g_strcmp0 (fault->from, name) == 0 || g_strcmp0 (fault->to, name) == 0;
}

static gboolean
do_heal (TbSession *self, const char *name, GError **error)
{
  gboolean some = g_str_equal (name, "all");
  if (some)
    tb_session_remove_fault (self, "");
  for (guint i = 0; !g_str_equal (name, "all") && i < self->faults->len; i++)
    {
      const TbKnownFault *known = g_ptr_array_index (self->faults, i);
      if (!is_named (&known->wire, name))
        continue;
      some = TRUE;
      tb_session_remove_fault (self, known->wire.id);
    }
  if (!some)
    g_set_error (error, TB_SESSION_ERROR, TB_SESSION_ERROR_NAME, "no fault is on “%s”", name);
  return some;
}

static gboolean
do_to_instances (TbSession *self, const char *names, TbCommandType command, GError **error)
{
  const TbPlan *plan = self->plan->plan;
  g_autoptr (GArray) of = tb_names_to_instances (plan, names, tb_session_role_of, self, error);
  for (guint i = 0; of != NULL && i < of->len; i++)
    {
      const TbPlanInstance *instance
          = g_ptr_array_index (plan->instances, g_array_index (of, guint, i));
      tb_session_instance_command (self, command, instance->id);
    }
  return of != NULL;
}

static gboolean
do_load (TbSession *self, const TbElement *action, GError **error)
{
  const char *rate = tb_element_get (action, TB_PROP_RATE), *think = tb_element_get (action, TB_PROP_THINK);
  g_autofree char *load = g_strdup_printf ("%s %s", rate != NULL ? "rate" : "think", rate != NULL ? rate : think);
  return tb_session_set_load (self, tb_element_get (action, TB_PROP_LOAD),
                              rate != NULL || think != NULL ? load : "own", error);
}

gboolean
tb_session_do (TbSession *self, const TbElement *action, const char *id, GError **error)
{
  TbFaultKind kind;
  const char *fault = tb_element_get (action, TB_PROP_FAULT);
  if (tb_element_is_set (action, TB_PROP_HEAL))
    return do_heal (self, tb_element_get (action, TB_PROP_HEAL), error);
  if (tb_element_is_set (action, TB_PROP_PARTITION))
    return do_partition (self, action, id, error);
  if (tb_element_is_set (action, TB_PROP_FAULT) && tb_fault_from_name (fault, &kind))
    return do_fault (self, action, id, kind, error);
  for (guint i = 0; i < G_N_ELEMENTS (on_instances); i++)
    if (tb_element_is_set (action, on_instances[i].prop))
      return do_to_instances (self, tb_element_get (action, on_instances[i].prop),
                              on_instances[i].command, error);
  if (tb_element_is_set (action, TB_PROP_LOAD))
    return do_load (self, action, error);
  g_set_error (error, TB_SESSION_ERROR, TB_SESSION_ERROR_NAME, "<do> asks for nothing that is known");
  return FALSE;
}
