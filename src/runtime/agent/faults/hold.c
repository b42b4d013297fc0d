/* Hold: a message waits, and everything behind it on its connection, as at a breakpoint. A step lets it
 * go on, healing lets all. */
#include "fault.h"

static void
judge (const TbJudging *j)
{
  j->verdict->hold = true;
}

const TbFaultType tb_fault_of_HOLD = { .either_dials = true, .judge = judge };
