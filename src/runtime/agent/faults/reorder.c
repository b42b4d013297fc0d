/* Reorder: a message waits until so many behind it have gone on, or until nobody came for too long. Not
 * where messages are streams of their own, between which there is no order. */
#include "fault.h"

static void
judge (const TbJudging *j)
{
  const TbWireFault *wire = &j->fault->wire;
  j->verdict->distance = TB_MAX (j->verdict->distance, (uint32_t) wire->distance);
  j->verdict->overtake_ns = TB_MAX (j->verdict->overtake_ns, wire->delay_ns);
}

const TbFaultType tb_fault_of_REORDER = { .either_dials = true, .in_line = true, .judge = judge };
