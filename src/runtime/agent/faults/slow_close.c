/* Slow close: the end of what one side sends, FIN or RST, is passed on so much later. */
#include "fault.h"

static void
apply (const TbApplying *a)
{
  for (int d = 0; d < 2; d++)
    if (a->directions[d])
      a->effects->close_delay_ns[d] += a->fault->wire.delay_ns;
}

const TbFaultType tb_fault_of_SLOW_CLOSE = { .apply = apply };
