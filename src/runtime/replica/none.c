/* A single copy: what is written is kept, then applied. Replicas drawn beside it know nothing of it. The
 * simplest protocol, and the pattern for the others: a core, its records, a row. */
#include "replica-private.h"

#include <stdlib.h>

enum
{
  RECORD_COMMAND,
  RECORD_STATE /* all before it in one: number of commands, digest, the host's bytes */
};

typedef struct
{
  uint64_t applied, digest;
  uint64_t records, bytes; /* of the journal since it began anew */
  uint64_t state_bytes;    /* of the state it began with */
} None;

static void
count (None *c, const TbCommand *command, TbReplica *r)
{
  pack_clear (&r->message);
  pack_command (&r->message, command);
  c->digest = replica_sum (c->digest, r->message.p, r->message.n);
  c->applied++;
}

static void
none_restore (TbReplica *r, uint8_t kind, Take *record)
{
  None *c = r->core;
  TbCommand command;
  size_t n = record->n;
  if (kind == RECORD_COMMAND && take_command (record, &command) && take_is_whole (record))
    {
      count (c, &command, r);
      c->records++;
      c->bytes += n;
      r->table.apply (r->host, 0, &command);
    }
  else if (kind == RECORD_STATE)
    {
      uint64_t applied = take_uint (record), digest = take_uint (record);
      TbBytes state = take_bytes (record);
      if (!take_is_whole (record))
        return;
      *c = (None){ .applied = applied, .digest = digest, .state_bytes = state.n };
      r->table.load (r->host, state.p, state.n);
    }
}

static void
begin_anew (TbReplica *r)
{
  None *c = r->core;
  size_t n;
  void *state = r->table.save (r->host, &n);
  Pack *p = replica_record (r, RECORD_STATE);
  pack_uint (p, c->applied);
  pack_uint (p, c->digest);
  pack_bytes (p, (TbBytes){ state, n });
  free (state);
  r->table.renew (r->host);
  replica_keep (r);
  c->records = c->bytes = 0;
  c->state_bytes = n;
}

static void
none_command (TbReplica *r, uint64_t ticket, const TbCommand *command)
{
  None *c = r->core;
  if (!tb_command_is_read (command->kind))
    {
      Pack *p = replica_record (r, RECORD_COMMAND);
      pack_command (p, command);
      c->bytes += p->n;
      c->records++;
      replica_keep (r);
      count (c, command, r);
    }
  r->table.apply (r->host, ticket, command);
  bool long_enough = c->records >= r->config.compact_records || c->bytes >= r->config.compact_bytes;
  if (r->table.renew != NULL && long_enough && c->bytes >= c->state_bytes)
    begin_anew (r);
}

static void
none_status (const TbReplica *r, TbReplicaStatus *status)
{
  const None *c = r->core;
  status->digest = c->digest;
  status->applied = c->applied;
}

const TbReplicaProtocol replica_none = {
  .replication = TB_REPLICATION_NONE,
  .size = sizeof (None),
  .restore = none_restore,
  .command = none_command,
  .status = none_status,
};
