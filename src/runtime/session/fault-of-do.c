/* What a scenario's <do fault="…"> asks for, as the fault that a session is told. */
#include <string.h>

#include "session-private.h"

static const TbPlanLink *
link_named (const TbPlan *plan, const char *id)
{
  int i = id != NULL ? tb_plan_find_link (plan, id) : -1;
  return i >= 0 ? g_ptr_array_index (plan->links, (guint) i) : NULL;
}

/* of="save[1>2]": that link, from the caller's first replica to the called's second. */
static gboolean
set_pair (const TbPlan *plan, const char *of, TbWireFault *fault, char *why, gsize size)
{
  g_auto (GStrv) parts = g_strsplit_set (of, "[>]", -1);
  const TbPlanLink *link = g_strv_length (parts) == 4 ? link_named (plan, parts[0]) : NULL;
  if (link == NULL)
    return FALSE;
  g_autofree char *from = g_strdup_printf ("%s/%s", link->from_component, parts[1]);
  g_autofree char *to = g_strdup_printf ("%s/%s", link->to_component, parts[2]);
  return tb_fault_set (fault, "link", link->id, why, size)
         && tb_fault_set (fault, "from", from, why, size) && tb_fault_set (fault, "to", to, why, size);
}

/* of="save": that link; of="orders": whatever goes to it and comes from it. */
static gboolean
set_place (const TbPlan *plan, const TbElement *action, TbWireFault *fault, char *why, gsize size)
{
  const char *of = tb_element_get (action, TB_PROP_OF);
  if (of != NULL && set_pair (plan, of, fault, why, size))
    return TRUE;
  const char *from = tb_element_get (action, TB_PROP_FROM), *to = tb_element_get (action, TB_PROP_TO);
  gboolean link = link_named (plan, of) != NULL;
  return tb_fault_set (fault, "link", link ? of : "", why, size)
         && tb_fault_set (fault, "from", from ? from : "*", why, size)
         && tb_fault_set (fault, "to", to ? to : of && !link ? of : "*", why, size);
}

gboolean
tb_fault_of_do (const TbPlan *plan, const TbElement *action, const char *id, TbWireFault *fault,
                GError **error)
{
  TbFaultKind kind;
  const char *name = tb_element_get (action, TB_PROP_FAULT);
  if (name == NULL && g_strcmp0 (tb_element_get (action, TB_PROP_PARTITION), tb_fault_name (TB_FAULT_CUT)) == 0)
    name = tb_fault_name (TB_FAULT_CUT);
  if (name != NULL && tb_fault_from_name (name, &kind))
    return tb_fault_of_do_as (plan, action, kind, id, fault, error);
  g_set_error (error, TB_SESSION_ERROR, TB_SESSION_ERROR_NAME, "<do> names no fault");
  return FALSE;
}

gboolean
tb_fault_of_do_as (const TbPlan *plan, const TbElement *action, TbFaultKind kind, const char *id,
                   TbWireFault *fault, GError **error)
{
  char why[300] = "";
  const TbFaultAttribute *a;
  tb_fault_init (fault, kind);
  gboolean good = tb_fault_set (fault, "id", id, why, sizeof why)
                  && set_place (plan, action, fault, why, sizeof why);
  for (guint i = 0; good && (a = tb_fault_attribute (kind, i)) != NULL; i++)
    {
      const TbPropSpec *spec = tb_schema_prop_from_name (TB_KIND_DO, a->name);
      if (spec != NULL && tb_element_is_set (action, spec->prop))
        good = tb_fault_set (fault, a->name, tb_element_get (action, spec->prop), why, sizeof why);
    }
  if (good && tb_element_is_set (action, TB_PROP_FOR))
    good = tb_fault_set (fault, "until", tb_element_get (action, TB_PROP_FOR), why, sizeof why);
  if (good && tb_fault_check (fault, why, sizeof why))
    return TRUE;
  tb_wire_fault_clear (fault);
  g_set_error_literal (error, TB_SESSION_ERROR, TB_SESSION_ERROR_NAME, why);
  return FALSE;
}
