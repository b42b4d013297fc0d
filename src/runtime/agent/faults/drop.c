/* Drop: a message does not arrive. The stream stays whole but for it, as if its sender had never
 * sent it; only framed links know where it ends. */
#include "fault.h"

static void
judge (const TbJudging *j)
{
  j->verdict->drop = true;
}

const TbFaultType tb_fault_of_DROP = { .either_dials = true, .judge = judge };
