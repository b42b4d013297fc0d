/* Counters and sets that merge (crdt-state.h), told and spread as in gossip. Always available, and when the
 * replicas can speak again they agree without losing anything that was answered. State based: what crosses is the
 * whole state of one key, so a message may be lost, doubled or late.
 *
 * An answer to MEMBERS is, for each element, its length (pack_bytes) and its bytes, in ascending order.
 *
 * Invariants, checked after every step:
 *  1 every state in the table is canonical (crdt_take)
 *  2 the table's own (both where it is small) */
#include "crdt-state.h"
#include "shelf.h"
#include "spread.h"

#include <inttypes.h>
#include <stdio.h>

enum
{
  RECORD_ACTOR = RECORD_ENTRY + 1
};

typedef struct
{
  Shelf shelf;
  Spread spread;
  Pack state;
  Crdt here, there, merged;
  uint64_t actor, applied;
} CrdtCore;

static bool merge (TbReplica *r, TbBytes key, TbBytes state);

static void
crdt_create (TbReplica *r)
{
  CrdtCore *c = r->core;
  shelf_init (&c->shelf);
  c->spread = (Spread){ .table = &c->shelf.table, .merge = merge };
}

static void
crdt_destroy (TbReplica *r)
{
  CrdtCore *c = r->core;
  shelf_free (&c->shelf);
  pack_free (&c->state);
  crdt_free (&c->here);
  crdt_free (&c->there);
  crdt_free (&c->merged);
}

static void
crdt_restore (TbReplica *r, uint8_t kind, Take *record)
{
  CrdtCore *c = r->core;
  Take copy = *record;
  take_bytes (&copy);
  if (kind == RECORD_ENTRY && crdt_take (take_bytes (&copy), &c->there))
    shelf_restore (r, &c->shelf, record);
  else if (kind == RECORD_ACTOR)
    c->actor = take_uint (record);
}

static void
keep_actor (TbReplica *r)
{
  CrdtCore *c = r->core;
  pack_uint (replica_record (r, RECORD_ACTOR), c->actor);
  replica_keep (r);
}

/* A replica whose disk was lost is a new actor: its old numbers may be known to others. */
static void
crdt_start (TbReplica *r)
{
  CrdtCore *c = r->core;
  spread_start (r, &c->spread);
  if (c->actor != 0)
    return;
  c->actor = r->table.random (r->host) | 1;
  keep_actor (r);
}

static void
compact (TbReplica *r)
{
  CrdtCore *c = r->core;
  if (shelf_compact (r, &c->shelf))
    keep_actor (r);
}

/* ---- Merging ---- */

static TableEntry *
put (TbReplica *r, TbBytes key, const Crdt *state)
{
  CrdtCore *c = r->core;
  pack_clear (&c->state);
  crdt_pack (&c->state, state);
  if (c->state.n > CRDT_STATE_MAX)
    return NULL;
  c->applied++;
  return shelf_put (r, &c->shelf, key, (TbBytes){ c->state.p, c->state.n });
}

static void
look_up (TbReplica *r, TbBytes key)
{
  CrdtCore *c = r->core;
  const TableEntry *e = table_find (&c->shelf.table, key);
  TB_CHECK (crdt_take (e ? entry_state (e) : (TbBytes){ NULL, 0 }, &c->here));
}

static bool
merge (TbReplica *r, TbBytes key, TbBytes state)
{
  CrdtCore *c = r->core;
  if (!crdt_take (state, &c->there))
    return false;
  look_up (r, key);
  if (!crdt_merge (&c->here, &c->there, &c->merged))
    return false;
  const TableEntry *e = table_find (&c->shelf.table, key);
  pack_clear (&c->state);
  crdt_pack (&c->state, &c->merged);
  if (e == NULL || e->state_hash != replica_sum (0, c->state.p, c->state.n))
    put (r, key, &c->merged);
  return true;
}

/* ---- Commands ---- */

static void
answer_number (TbReplica *r, uint64_t ticket, int64_t value)
{
  char text[24];
  size_t n = (size_t) snprintf (text, sizeof text, "%" PRId64, value);
  replica_answer (r, ticket, TB_ANSWER_OK, (TbBytes){ text, n });
}

static void
answer_members (TbReplica *r, uint64_t ticket)
{
  CrdtCore *c = r->core;
  pack_clear (&c->state);
  for (size_t i = 0; i < c->here.n_elements; i++)
    pack_bytes (&c->state, c->here.elements[i].bytes);
  replica_answer (r, ticket, TB_ANSWER_OK, (TbBytes){ c->state.p, c->state.n });
}

static void
change (TbReplica *r, uint64_t ticket, const TbCommand *command)
{
  CrdtCore *c = r->core;
  bool had = command->kind != TB_COMMAND_ADD && crdt_has (&c->here, command->value), done = true;
  if (command->kind == TB_COMMAND_ADD)
    done = crdt_add (&c->here, c->actor, command->amount);
  else if (command->kind == TB_COMMAND_INSERT)
    done = crdt_insert (&c->here, c->actor, command->value);
  else
    crdt_remove (&c->here, command->value);
  /* What is answered is read before put() writes over what it points to. */
  int64_t value = command->kind == TB_COMMAND_ADD      ? crdt_value (&c->here)
                  : command->kind == TB_COMMAND_INSERT ? !had
                                                       : had;
  const TableEntry *e = done ? put (r, command->key, &c->here) : NULL;
  if (e == NULL)
    {
      replica_refuse (r, ticket, "it does not fit: too large, or too many writers", -1);
      return;
    }
  spread_tell_some (r, e);
  answer_number (r, ticket, value);
}

static void
crdt_command (TbReplica *r, uint64_t ticket, const TbCommand *command)
{
  CrdtCore *c = r->core;
  look_up (r, command->key);
  if (command->kind == TB_COMMAND_MEMBERS)
    answer_members (r, ticket);
  else if (command->kind == TB_COMMAND_GET && crdt_is_counted (&c->here))
    answer_number (r, ticket, crdt_value (&c->here));
  else if (command->kind == TB_COMMAND_GET)
    replica_answer (r, ticket, TB_ANSWER_NIL, (TbBytes){ NULL, 0 });
  else if (command->kind == TB_COMMAND_ADD || command->kind == TB_COMMAND_INSERT || command->kind == TB_COMMAND_REMOVE)
    change (r, ticket, command);
  else
    replica_refuse (r, ticket, "a CRDT merges: it knows counters (INCRBY) and sets (SADD, SREM) alone", -1);
  compact (r);
}

/* ---- The row ---- */

static void
crdt_message (TbReplica *r, unsigned from, uint8_t kind, Take *t)
{
  CrdtCore *c = r->core;
  if (kind < SPREAD_KINDS)
    spread_message (r, &c->spread, from, kind, t);
  compact (r);
}

static void
crdt_tick (TbReplica *r)
{
  CrdtCore *c = r->core;
  spread_tick (r, &c->spread);
}

static int64_t
crdt_deadline (const TbReplica *r)
{
  const CrdtCore *c = r->core;
  return r->config.n > 1 ? c->spread.next_ns : INT64_MAX;
}

static void
crdt_status (const TbReplica *r, TbReplicaStatus *status)
{
  const CrdtCore *c = r->core;
  status->digest = table_digest (&c->shelf.table);
  status->applied = c->applied;
}

static bool
is_canonical (const TableEntry *e, void *data)
{
  TB_CHECK (crdt_take (entry_state (e), data));
  return true;
}

static void
crdt_check (const TbReplica *r)
{
  CrdtCore *c = r->core;
  if (c->shelf.table.n > TABLE_CHECKED_WHOLE || c->shelf.table.bytes > TABLE_CHECKED_BYTES)
    return;
  table_range (&c->shelf.table, 0, UINT64_MAX, is_canonical, &c->there);
  table_check (&c->shelf.table);
}

static const char *const words[] = { SPREAD_WORDS };

const TbReplicaProtocol replica_crdt = {
  .replication = TB_REPLICATION_CRDT,
  .size = sizeof (CrdtCore),
  .create = crdt_create,
  .destroy = crdt_destroy,
  .restore = crdt_restore,
  .start = crdt_start,
  .command = crdt_command,
  .message = crdt_message,
  .tick = crdt_tick,
  .deadline = crdt_deadline,
  .status = crdt_status,
  .check = crdt_check,
  .message_words = words,
  .n_message_words = TB_ARRAY_LENGTH (words),
};
