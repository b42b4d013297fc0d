/* Gossip, the last writer wins. A replica answers everything at once of what it has itself; a write is told
 * to two random others at once, and anti-entropy (spread.h) brings the rest. Always available; of two writes
 * that did not see each other one is lost without a word, so the replica that answered it counts it.
 *
 *   absent --SET (write)--> value --DELETE (write)--> tombstone --SET--> value
 *   any --a state with a later version (merge)--> what that says; an earlier one changes nothing
 *
 * Invariants, checked after every step:
 *  1 the clock is at least every version in the table (so what is written next wins over what was seen)
 *  2 the table's own (table_check, where it is small) */
#include "register.h"
#include "shelf.h"
#include "spread.h"

typedef struct
{
  Shelf shelf;
  Spread spread;
  Pack state;
  uint64_t clock, applied, lost;
  uint32_t nonce;
} Gossip;

static bool gossip_merge (TbReplica *r, TbBytes key, TbBytes state);

static void
gossip_create (TbReplica *r)
{
  Gossip *g = r->core;
  shelf_init (&g->shelf);
  g->spread = (Spread){ .table = &g->shelf.table, .merge = gossip_merge };
}

static void
gossip_destroy (TbReplica *r)
{
  Gossip *g = r->core;
  shelf_free (&g->shelf);
  pack_free (&g->state);
}

static void
gossip_restore (TbReplica *r, uint8_t kind, Take *record)
{
  Gossip *g = r->core;
  Take copy = *record;
  Register there;
  take_bytes (&copy);
  if (kind != RECORD_ENTRY || !register_take (take_bytes (&copy), &there))
    return;
  shelf_restore (r, &g->shelf, record);
  g->clock = TB_MAX (g->clock, there.version.counter);
}

static void
gossip_start (TbReplica *r)
{
  Gossip *g = r->core;
  g->nonce = (uint32_t) r->table.random (r->host);
  spread_start (r, &g->spread);
}

/* ---- Merging ---- */

/* One of ours was answered, and goes under to a writer who had not seen it. Each such write is counted once, by
 * who answered it. */
static void
count_lost (TbReplica *r, const Register *loser, const Register *winner)
{
  Gossip *g = r->core;
  if (loser->version.writer == r->config.self && version_compare (&winner->base, &loser->version) < 0)
    g->lost++;
}

static bool
gossip_merge (TbReplica *r, TbBytes key, TbBytes state)
{
  Gossip *g = r->core;
  Register there, here;
  if (!register_take_foreign (state, &there))
    return false;
  g->clock = TB_MAX (g->clock, there.version.counter);
  const TableEntry *e = table_find (&g->shelf.table, key);
  if (e != NULL)
    {
      TB_CHECK (register_take (entry_state (e), &here));
      if (register_compare (&there, &here) <= 0)
        return true;
      count_lost (r, &here, &there);
    }
  g->applied += shelf_put (r, &g->shelf, key, state) != NULL;
  return true;
}

/* ---- Commands ---- */

static uint64_t
tick_clock (TbReplica *r)
{
  Gossip *g = r->core;
  g->clock = TB_MAX (g->clock + 1, (uint64_t) TB_MAX (r->now_ns, 0));
  return g->clock;
}

static void
write_register (TbReplica *r, uint64_t ticket, const TbCommand *c, const Register *old)
{
  Gossip *g = r->core;
  bool gone = c->kind == TB_COMMAND_DELETE, was = old != NULL && !old->gone;
  Register new = { .version = { .writer = r->config.self, .nonce = g->nonce }, .gone = gone };
  if (old != NULL)
    new.base = old->version;
  if (!gone)
    new.value = c->value;
  new.version.counter = tick_clock (r);
  pack_clear (&g->state);
  register_pack (&g->state, &new);
  TableEntry *e = shelf_put (r, &g->shelf, c->key, (TbBytes){ g->state.p, g->state.n });
  if (e == NULL)
    {
      replica_refuse (r, ticket, "the store is full", -1);
      return;
    }
  g->applied++;
  spread_tell_some (r, e);
  replica_answer (r, ticket, gone && !was ? TB_ANSWER_NIL : TB_ANSWER_OK, (TbBytes){ NULL, 0 });
}

static void
gossip_command (TbReplica *r, uint64_t ticket, const TbCommand *c)
{
  Gossip *g = r->core;
  Register old;
  const TableEntry *e = table_find (&g->shelf.table, c->key);
  bool found = e != NULL && register_take (entry_state (e), &old);
  if (c->kind == TB_COMMAND_GET)
    register_answer (r, ticket, found ? &old : NULL);
  else if (c->kind == TB_COMMAND_SET || c->kind == TB_COMMAND_DELETE)
    write_register (r, ticket, c, found ? &old : NULL);
  else
    replica_refuse (r, ticket, "gossip has no order of writes: it knows GET, SET and DEL alone", -1);
  shelf_compact (r, &g->shelf);
}

/* ---- The row ---- */

static void
gossip_message (TbReplica *r, unsigned from, uint8_t kind, Take *t)
{
  Gossip *g = r->core;
  if (kind < SPREAD_KINDS)
    spread_message (r, &g->spread, from, kind, t);
  shelf_compact (r, &g->shelf);
}

static void
gossip_tick (TbReplica *r)
{
  Gossip *g = r->core;
  spread_tick (r, &g->spread);
}

static int64_t
gossip_deadline (const TbReplica *r)
{
  const Gossip *g = r->core;
  return r->config.n > 1 ? g->spread.next_ns : INT64_MAX;
}

static void
gossip_status (const TbReplica *r, TbReplicaStatus *status)
{
  const Gossip *g = r->core;
  status->digest = table_digest (&g->shelf.table);
  status->applied = g->applied;
  status->lost = g->lost;
}

static bool
is_not_after (const TableEntry *e, void *data)
{
  const Gossip *g = data;
  Register there;
  TB_CHECK (register_take (entry_state (e), &there) && there.version.counter <= g->clock);
  return true;
}

static void
gossip_check (const TbReplica *r)
{
  const Gossip *g = r->core;
  if (g->shelf.table.n > TABLE_CHECKED_WHOLE || g->shelf.table.bytes > TABLE_CHECKED_BYTES)
    return;
  table_range (&g->shelf.table, 0, UINT64_MAX, is_not_after, (void *) g);
  table_check (&g->shelf.table);
}

static const char *const words[] = { SPREAD_WORDS };

const TbReplicaProtocol replica_gossip = {
  .replication = TB_REPLICATION_GOSSIP,
  .size = sizeof (Gossip),
  .create = gossip_create,
  .destroy = gossip_destroy,
  .restore = gossip_restore,
  .start = gossip_start,
  .command = gossip_command,
  .message = gossip_message,
  .tick = gossip_tick,
  .deadline = gossip_deadline,
  .status = gossip_status,
  .check = gossip_check,
  .message_words = words,
  .n_message_words = TB_ARRAY_LENGTH (words),
};
