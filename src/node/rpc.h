/* A call bound to a language: what crosses is the memory of C structs, as one compiler on one kind
 * of machine lays them out, so both ends must be this program's like. There is nothing to read it
 * by for anybody else, which is the point of it beside HTTP and JSON. */
#pragma once

#include "node-private.h"

#define RPC_MAGIC TB_RPC_MAGIC
#define RPC_SIZE_MAX TB_RPC_SIZE_MAX

typedef struct
{
  char magic[4];
  uint32_t size;      /* of all of it, with what follows */
  uint32_t signature; /* of the layout: rpc_signature() */
  uint32_t status;    /* of a reply: 0, or as in HTTP */
  uint64_t number;    /* of the call on its connection */
  Trace trace;
  char method[64];
} RpcHead;

/* The taps read it. */
_Static_assert (sizeof (RpcHead) == TB_RPC_HEAD && offsetof (RpcHead, size) == TB_RPC_SIZE_AT
                && offsetof (RpcHead, status) == TB_RPC_STATUS_AT
                && offsetof (RpcHead, trace) == TB_RPC_TRACE_AT
                && offsetof (RpcHead, method) == TB_RPC_METHOD_AT, "the head that proto knows");

/* What follows the head of a reply. */
typedef struct
{
  uint64_t count; /* answered so far */
  char name[128], text[CALL_TEXT_MAX];
} RpcReply;

uint32_t rpc_signature (void);
/* Whether n bytes begin with a head of ours; MORE where that cannot be told yet. */
TbParse rpc_check (const char *bytes, size_t n, RpcHead *head);
