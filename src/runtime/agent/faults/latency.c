/* Latency: each message arrives later by what is drawn for it; without framing, each run of bytes that
 * came at once. The order of bytes is kept, so one that drew less waits for those before it. What
 * waits when the fault ends keeps its time. */
#include "fault.h"

/* Correlation mixes what is drawn with what was drawn before, so that the mean stays. */
int64_t
tb_latency_draw_ns (TbFault *fault, unsigned direction, TbRng *rng)
{
  const TbWireFault *wire = &fault->wire;
  double ns = (double) tb_dist_draw_ns (&wire->latency, rng), *last = &fault->last[direction];
  if (wire->jitter_ns > 0)
    ns += (2 * tb_rng_uniform (rng) - 1) * (double) wire->jitter_ns;
  ns = TB_MAX (ns, 0.0);
  if (wire->correlation > 0 && fault->struck > 1)
    ns = wire->correlation * *last + (1 - wire->correlation) * ns;
  *last = ns;
  return (int64_t) ns;
}

static void
judge (const TbJudging *j)
{
  j->verdict->delay_ns += tb_latency_draw_ns (j->fault, j->direction, j->rng);
}

const TbFaultType tb_fault_of_LATENCY = { .either_dials = true, .judge = judge };
