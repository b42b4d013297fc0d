/* Corrupt: bits of a message are turned over, anywhere in it, so that its length may be hit too. What
 * the tap counts and shows is what was sent, not what arrives. In HTTP/2 it is the content that is hit:
 * a bit of its frames' heads would end all of the connection. */
#include "fault.h"

static void
judge (const TbJudging *j)
{
  j->verdict->flips += (uint32_t) j->fault->wire.bits;
}

const TbFaultType tb_fault_of_CORRUPT = { .either_dials = true, .judge = judge };
