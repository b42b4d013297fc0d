/* Latency: each message arrives later by what is drawn for it. The order of bytes is kept, so one
 * that drew less waits for those before it. What waits when the fault ends keeps its time. */
#include "fault.h"

static void
apply (const TbFault *fault, const bool directions[2], TbEffects *effects)
{
  for (int d = 0; d < 2; d++)
    if (directions[d] && effects->n_delays[d] < TB_DELAYS_MAX)
      effects->delays[d][effects->n_delays[d]++] = fault;
}

int64_t
tb_latency_draw_ns (const TbFault *fault, TbRng *rng)
{
  int64_t ns = tb_dist_draw_ns (&fault->wire.latency, rng);
  if (fault->wire.jitter_ns > 0)
    ns += (int64_t) ((2 * tb_rng_uniform (rng) - 1) * (double) fault->wire.jitter_ns);
  return TB_MAX (ns, 0);
}

const TbFaultType tb_fault_latency = { .either_dials = true, .apply = apply };
