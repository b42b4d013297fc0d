/* Refuse: new connections meet a port that does not listen. */
#include "fault.h"

static void
apply (const TbFault *fault, const bool directions[2], TbEffects *effects)
{
  (void) fault;
  (void) directions;
  effects->refuse = true;
}

const TbFaultType tb_fault_refuse = { .whole = true, .apply = apply };
