/* Cut: the bytes of one instance to another, FIN and RST among them, stay in the tap until the cut is
 * healed, and then go on in their order. It is of ordered pairs: one way alone is a cut too, and it
 * does not matter which of the two dialled. A handshake needs both ways, so connects time out. */
#include "fault.h"

static void
apply (const TbApplying *a)
{
  for (int d = 0; d < 2; d++)
    a->effects->cut[d] = a->effects->cut[d] || a->directions[d];
}

const TbFaultType tb_fault_of_CUT = { .either_dials = true, .dialled = TB_DIALLED_PARKED, .apply = apply };
