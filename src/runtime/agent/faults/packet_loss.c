/* Packet loss, as a program over TCP sees it: no byte is missing, but those from the lost packet on wait
 * until it was sent again. A loss that three packets of the same burst follow is told by their
 * acknowledgements and costs a round trip, nothing here (RFC 5681, fast retransmit); one at the end
 * of a burst is told by the timer alone: 200 ms, Linux's least, doubled each time it is lost again
 * (RFC 6298). A packet carries 1448 bytes. */
#include "fault.h"

#define SEGMENT 1448u
#define SEGMENTS_MAX 64u /* of one run of bytes: the tap reads at most 64 KiB at once */
#define RTO_NS (200 * TB_NS_PER_MS)
#define LOSSES_MAX 6 /* in a row: 12.6 s; Linux goes on for minutes */

static bool
is_lost (TbFault *fault, unsigned direction, TbRng *rng)
{
  return tb_fault_correlated (fault, direction, rng) < fault->wire.loss_rate;
}

static void
judge (const TbJudging *j)
{
  uint64_t n = TB_CLAMP ((j->struck->bytes + SEGMENT - 1) / SEGMENT, 1u, SEGMENTS_MAX);
  int64_t wait = 0;
  for (uint64_t i = 0; i < n; i++)
    {
      int times = 0;
      while (times < LOSSES_MAX && is_lost (j->fault, j->direction, j->rng))
        times++;
      if (times > 0 && i + 3 < n)
        times--; /* fast retransmit; lost again, it is the timer's */
      wait = TB_MAX (wait, RTO_NS * ((INT64_C (1) << times) - 1));
    }
  j->verdict->delay_ns += wait;
}

const TbFaultType tb_fault_of_PACKET_LOSS = { .either_dials = true, .pieces = true,
                                              .judge = judge };
