/* HTTP delay: a request waits before it goes on to its server; answers do not. */
#include "fault.h"

static void
judge (const TbJudging *j)
{
  j->verdict->delay_ns += tb_latency_draw_ns (j->fault, j->direction, j->rng);
}

const TbFaultType tb_fault_of_HTTP_DELAY = { .http_requests = true, .judge = judge };
