/* HTTP abort: a request does not reach its server; the tap answers it with a status of its own. One that
 * was sent before the answer to another had come (pipelining) passes: its answer could only be given
 * out of turn. */
#include "fault.h"

static void
judge (const TbJudging *j)
{
  j->verdict->answer = (uint16_t) j->fault->wire.http_status;
}

const TbFaultType tb_fault_of_HTTP_ABORT = { .http_requests = true, .judge = judge };
