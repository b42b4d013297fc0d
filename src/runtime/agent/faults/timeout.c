/* Timeout: nothing passes, and so long after the fault came onto a connection that is closed; with 0 it
 * hangs until the fault ends, and then what waited goes on, since TCP never leaves bytes out.
 * With limit_time everything passes, but the connection is closed so long after it was made. The time
 * runs whatever is sent meanwhile (Toxiproxy's begins anew with each byte). */
#include "fault.h"

static void
apply (const TbApplying *a)
{
  const TbWireFault *wire = &a->fault->wire;
  int64_t close_ns = INT64_MAX;
  if (wire->limit_time_ns > 0)
    close_ns = a->began_ns + wire->limit_time_ns;
  else if (wire->timeout_ns > 0)
    close_ns = a->onset->since_ns + wire->timeout_ns;
  for (int d = 0; d < 2; d++)
    a->effects->cut[d] = a->effects->cut[d] || (a->directions[d] && wire->limit_time_ns == 0);
  a->effects->close_ns = TB_MIN (a->effects->close_ns, close_ns);
}

const TbFaultType tb_fault_of_TIMEOUT = { .has_onset = true, .apply = apply };
