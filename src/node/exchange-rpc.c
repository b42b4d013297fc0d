/* A call in the memory of C; see rpc.h. */
#include "exchange-private.h"
#include "rpc.h"

#include <stdio.h>
#include <string.h>

static size_t
write_call (const Call *call, const Trace *trace, char *out)
{
  RpcHead head = { .signature = rpc_signature (), .trace = *trace, .number = 1 };
  size_t body = TB_MIN (call->body, (size_t) EXCHANGE_BYTES - sizeof head);
  memcpy (head.magic, RPC_MAGIC, sizeof head.magic);
  snprintf (head.method, sizeof head.method, "%.63s", call->path + 1);
  head.size = (uint32_t) (sizeof head + body);
  memcpy (out, &head, sizeof head);
  memset (out + sizeof head, 'x', body);
  return head.size;
}

static CallResult
take_reply (Exchange *x, char *buffer, RpcHead *head)
{
  for (size_t n = 0;;)
    {
      size_t got = 0;
      CallResult result = exchange_receive (x, buffer + n, EXCHANGE_BYTES - n, &got);
      if (result != CALL_OK)
        return result;
      if (got == 0)
        return exchange_fail (x, CALL_REFUSED, "closed the connection");
      n += got;
      TbParse parsed = rpc_check (buffer, n, head);
      if (parsed == TB_PARSE_BAD || n == EXCHANGE_BYTES)
        return exchange_fail (x, CALL_NONSENSE, "answered in another language");
      if (parsed == TB_PARSE_DONE)
        return CALL_OK;
    }
}

CallResult
exchange_rpc (Channel *ch, const Call *call, const Host *host, const Trace *trace, Caller *caller,
              int64_t deadline_ns, CallAnswer *answer)
{
  Exchange x = { .ch = ch, .peer = host->name, .deadline_ns = deadline_ns,
                 .timeout_ns = call->timeout_ns, .answer = answer };
  RpcHead head;
  CallResult result = exchange_send (&x, caller->bytes, write_call (call, trace, caller->bytes));
  if (result == CALL_OK)
    result = take_reply (&x, caller->bytes, &head);
  if (result != CALL_OK || head.status == 0)
    return result;
  char what[32];
  snprintf (what, sizeof what, "answered %u", head.status);
  answer->status = head.status;
  return exchange_fail (&x, CALL_ERROR, what);
}
