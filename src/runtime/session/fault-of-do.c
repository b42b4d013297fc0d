/* What a scenario's <do fault="…"> asks for, as the fault that a session is told. */
#include <string.h>

#include "session-private.h"

/* of="save": that link; of="orders": whatever goes to it and comes from it. */
static gboolean
set_place (const TbPlan *plan, const TbElement *action, TbWireFault *fault, char *why, gsize size)
{
  const char *of = tb_element_get (action, TB_PROP_OF);
  const char *from = tb_element_get (action, TB_PROP_FROM), *to = tb_element_get (action, TB_PROP_TO);
  gboolean link = of && tb_plan_find_link (plan, of) >= 0;
  return tb_fault_set (fault, "link", link ? of : "", why, size)
         && tb_fault_set (fault, "from", from ? from : "*", why, size)
         && tb_fault_set (fault, "to", to ? to : of && !link ? of : "*", why, size);
}

gboolean
tb_fault_of_do (const TbPlan *plan, const TbElement *action, const char *id, TbWireFault *fault,
                GError **error)
{
  char why[300] = "";
  TbFaultKind kind;
  const TbFaultAttribute *a;
  const char *name = tb_element_get (action, TB_PROP_FAULT);
  gboolean good = name != NULL && tb_fault_from_name (name, &kind);
  if (!good)
    {
      g_set_error (error, TB_SESSION_ERROR, TB_SESSION_ERROR_NAME, "<do> names no fault");
      return FALSE;
    }
  tb_fault_init (fault, kind);
  good = tb_fault_set (fault, "id", id, why, sizeof why)
         && set_place (plan, action, fault, why, sizeof why);
  for (guint i = 0; good && (a = tb_fault_attribute (kind, i)) != NULL; i++)
    {
      const TbPropSpec *spec = tb_schema_prop_from_name (TB_KIND_DO, a->name);
      if (spec != NULL && tb_element_is_set (action, spec->prop))
        good = tb_fault_set (fault, a->name, tb_element_get (action, spec->prop), why, sizeof why);
    }
  if (good && tb_fault_check (fault, why, sizeof why))
    return TRUE;
  tb_wire_fault_clear (fault);
  g_set_error_literal (error, TB_SESSION_ERROR, TB_SESSION_ERROR_NAME, why);
  return FALSE;
}
