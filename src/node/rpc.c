/* A server whose callers are bound to its language; see rpc.h. */
#include "rpc.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

static _Atomic uint64_t answered;

/* Differs where sizes, places or the order of bytes do. */
uint32_t
rpc_signature (void)
{
  const uint32_t layout[] = { 1, sizeof (RpcHead), offsetof (RpcHead, number),
                              offsetof (RpcHead, trace), offsetof (RpcHead, method),
                              sizeof (RpcReply), offsetof (RpcReply, text) };
  return (uint32_t) tb_hash_bytes (layout, sizeof layout);
}

TbParse
rpc_check (const char *bytes, size_t n, RpcHead *head)
{
  if (memcmp (bytes, RPC_MAGIC, TB_MIN (n, strlen (RPC_MAGIC))) != 0)
    return TB_PARSE_BAD;
  if (n < sizeof *head)
    return TB_PARSE_MORE;
  memcpy (head, bytes, sizeof *head);
  if (head->signature != rpc_signature () || head->size < sizeof *head || head->size > RPC_SIZE_MAX
      || memchr (head->method, '\0', sizeof head->method) == NULL)
    return TB_PARSE_BAD;
  return n < head->size ? TB_PARSE_MORE : TB_PARSE_DONE;
}

/* A caller of another language has no answer to read: it is closed on, and we say why. */
static Served
reject (Worker *w, const char *bytes, size_t n)
{
  char begin[24];
  size_t length = TB_MIN (n, sizeof begin - 1);
  for (size_t i = 0; i < length; i++)
    begin[i] = isprint ((unsigned char) bytes[i]) ? bytes[i] : '.';
  begin[length] = '\0';
  report_error ("a caller does not speak this server's language: it began with “%s”", begin);
  atomic_fetch_add (&engine_counts (w->engine)->errors, 1);
  return SERVE_REJECT;
}

static void
answer (Worker *w, const RpcHead *call)
{
  Steps steps = { .options = w->options, .rng = &w->rng, .caller = &w->caller, .trace = &call->trace,
                  .worker = w };
  RpcHead head = *call;
  RpcReply reply = { 0 };
  bool well = steps_run (&steps);
  head.size = sizeof head + sizeof reply;
  head.status = well ? 0 : steps.status;
  reply.count = atomic_fetch_add_explicit (&answered, well, memory_order_relaxed) + well;
  snprintf (reply.name, sizeof reply.name, "%s", w->options->name);
  snprintf (reply.text, sizeof reply.text, "%s", steps.text);
  if (!well)
    atomic_fetch_add (&engine_counts (w->engine)->errors, 1);
  worker_write (w, &head, sizeof head);
  worker_write (w, &reply, sizeof reply);
}

static Served
serve (Worker *w, Conn *conn, const char *bytes, size_t n, size_t *used)
{
  RpcHead head;
  (void) conn;
  TbParse parsed = rpc_check (bytes, n, &head);
  if (parsed == TB_PARSE_MORE)
    return SERVE_MORE;
  if (parsed == TB_PARSE_BAD)
    return reject (w, bytes, n);
  *used = head.size;
  atomic_fetch_add_explicit (&engine_counts (w->engine)->requests, 1, memory_order_relaxed);
  answer (w, &head);
  return SERVE_DONE;
}

int
rpc_main (Options *o)
{
  static const Service service = { .serve = serve, .busy = "", .what = "C calls" };
  return service_main (o, &service);
}
