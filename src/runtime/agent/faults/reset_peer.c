/* Reset: a connection ends with an RST to both its sides, so long after the fault came onto it; at
 * once, if that is 0, and a new one as soon as it is connected. No byte need pass for that
 * (Toxiproxy's waits for one). */
#include "fault.h"

static void
apply (const TbApplying *a)
{
  a->effects->reset_ns = TB_MIN (a->effects->reset_ns,
                                 a->onset->since_ns + a->fault->wire.timeout_ns);
}

const TbFaultType tb_fault_of_RESET_PEER = { .whole = true, .has_onset = true, .apply = apply };
