/* Limit data: when so many bytes have passed in a direction since the fault came onto the connection,
 * that is closed, as a server does which dies in the middle of an answer. */
#include "fault.h"

static void
apply (const TbApplying *a)
{
  for (int d = 0; d < 2; d++)
    if (a->directions[d])
      a->effects->limit[d] = TB_MIN (a->effects->limit[d],
                                     a->onset->passed[d] + (uint64_t) a->fault->wire.bytes);
}

const TbFaultType tb_fault_of_LIMIT_DATA = { .has_onset = true, .apply = apply };
