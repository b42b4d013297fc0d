/* Which device a replica runs on. */
#include "tb-deployment.h"

guint
tb_tier_n_devices (const TbElement *tier)
{
  guint n = 0;
  for (guint i = 0; tier != NULL && i < tb_element_n_children (tier); i++)
    n += tb_element_kind (tb_element_child (tier, i)) == TB_KIND_DEVICE;
  return n;
}

const TbElement *
tb_tier_device (const TbElement *tier, guint nth)
{
  for (guint i = 0; tier != NULL && i < tb_element_n_children (tier); i++)
    if (tb_element_kind (tb_element_child (tier, i)) == TB_KIND_DEVICE && nth-- == 0)
      return tb_element_child (tier, i);
  return NULL;
}

const TbElement *
tb_replica_on (const TbElement *component, guint replica)
{
  for (guint i = 0; i < tb_element_n_children (component); i++)
    {
      const TbElement *on = tb_element_child (component, i);
      if (tb_element_kind (on) == TB_KIND_ON && tb_element_get_integer (on, TB_PROP_REPLICA) == (gint64) replica)
        return on;
    }
  return NULL;
}

const TbElement *
tb_replica_device (const TbModel *model, const TbElement *component, guint replica)
{
  const TbElement *on = tb_replica_on (component, replica);
  if (on != NULL)
    return tb_element_get_ref (model, on, TB_PROP_DEVICE);
  const TbElement *tier = tb_element_get_ref (model, component, TB_PROP_TIER);
  guint n = tb_tier_n_devices (tier);
  return n > 0 ? tb_tier_device (tier, (replica - 1) % n) : NULL;
}
