/* Bandwidth: a connection carries so many bytes a second in a direction; what comes faster waits, and
 * soon its sender is not read from, as on a slow line. Of several the slowest counts. The rate is
 * taken where bytes leave the tap, so that a change of it tells at once. */
#include "fault.h"

static void
apply (const TbApplying *a)
{
  int64_t rate = a->fault->wire.rate;
  for (int d = 0; d < 2; d++)
    if (a->directions[d] && (a->effects->rate[d] == 0 || a->effects->rate[d] > rate))
      a->effects->rate[d] = rate;
}

const TbFaultType tb_fault_of_BANDWIDTH = { .either_dials = true, .apply = apply };
