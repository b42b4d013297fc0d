/* Duplicate: a message arrives more than once, the copies right behind it. Not where messages are
 * streams with a number each, which may be used once. */
#include "fault.h"

static void
judge (const TbJudging *j)
{
  j->verdict->copies += (uint32_t) j->fault->wire.copies;
}

const TbFaultType tb_fault_of_DUPLICATE = { .either_dials = true, .in_line = true, .judge = judge };
