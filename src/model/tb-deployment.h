/* Where replicas run: the one rule that plan, views, analysis and exports follow. Pure. */
#pragma once

#include "tb-model.h"

G_BEGIN_DECLS

/* The devices of a tier, in file order; what else a tier holds does not count. tier may be NULL: it has none. */
guint tb_tier_n_devices (const TbElement *tier);
/* nth from 0; NULL beyond the last one. */
const TbElement *tb_tier_device (const TbElement *tier, guint nth);
/* The <on> of a replica (from 1); NULL: it goes by its number. */
const TbElement *tb_replica_on (const TbElement *component, guint replica);
/* The device of a replica (from 1): what its <on> says, else replica i on device i of its tier, modulo their number. NULL
 * where the tier has none, or there is no tier: it has a device of its own, which nobody drew. */
const TbElement *tb_replica_device (const TbModel *model, const TbElement *component, guint replica);

G_END_DECLS
