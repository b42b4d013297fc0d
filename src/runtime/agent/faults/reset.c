/* Reset: every connection ends with an RST to both its sides, now, and every new one once it is
 * connected. */
#include "fault.h"

static void
apply (const TbFault *fault, const bool directions[2], TbEffects *effects)
{
  (void) fault;
  (void) directions;
  effects->reset = true;
}

const TbFaultType tb_fault_reset = { .whole = true, .apply = apply };
