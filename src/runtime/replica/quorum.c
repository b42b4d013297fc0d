/* Quorum: N copies of each key, a write must reach W of them, a read must see R (Gifford 1979; multi-writer
 * register of Attiya, Bar-Noy, Dolev 1995 and Lynch, Shvartsman 1997). The replica that a client asks
 * coordinates; it need not hold a copy. No sloppy quorum: a key's copies are always the same replicas.
 *
 *            quorum_command
 *                 | begin
 *                 v
 *   write:     QUERY --R versions known (decide_write)--> STORE --W copies have it (finish)--> OK
 *   read:      QUERY --R versions known (decide_read)--> the latest is on W copies, or no read repair --> OK
 *                 |                        \--else, with read repair--> STORE --W copies have it--> OK
 *                 |                                                     |
 *              timeout (give_up): REFUSED                            timeout: write UNKNOWN, read REFUSED
 *
 * With R + W > N and read repair reads and writes of each key are linearizable, however slow, lossy or cut the
 * network is: a write's version is later than all that R copies know, so later than every finished write's and
 * every finished read's. Without read repair a read may see a write that has reached too few, and the next
 * read miss it. With R + W <= N a read may miss a finished write. W <= N/2: two writes may finish without having seen each other;
 * versions still have one order, so all agree on the last.
 *
 * In the background copies compare by digests (spread.h), so that what missed a write gets it without being read; a copy only
 * ever moves to a later version, which no proof minds. That needs all replicas to hold all keys: with copies < n it is left out.
 *
 * Invariants, checked after every step:
 *  1 an open operation has fewer answers than it waits for
 *  2 known, told: only of holders; of the latest version found, known is who has it
 *  3 the clock is at least every version in the table
 *  4 the table's own (3 and 4 where it is small) */
#include "bug.h"
#include "register.h"
#include "shelf.h"
#include "spread.h"

#include <stdlib.h>

#define OPEN_MAX 1024
#define OPEN_BYTES_MAX (64u << 20)

enum
{
  QUERY = SPREAD_KINDS,
  FOUND,
  STORE,
  STORED
};

typedef enum
{
  PHASE_QUERY,
  PHASE_STORE
} Phase;

typedef struct Operation Operation;
struct Operation
{
  Operation *next, *previous;
  uint64_t id, ticket;
  TbCommandKind kind;
  Phase phase;
  uint64_t holders, answered, known; /* bits of replicas; known: has the latest version found, or more */
  int64_t deadline_ns, again_ns;
  uint8_t *key, *value;   /* value: of a write */
  size_t key_n, value_n, state_n;
  uint8_t *state; /* the latest found; in PHASE_STORE what is stored. NULL: none */
};

typedef struct
{
  Shelf shelf;
  Spread spread;
  Pack state;
  Operation *first, *last;
  unsigned n_open;
  size_t open_bytes;
  uint64_t next_id, clock, applied;
  uint32_t nonce;
} Quorum;

static bool merge_foreign (TbReplica *r, TbBytes key, TbBytes state);
static void progress (TbReplica *r, Operation *o);

static bool
spreads (const TbReplica *r)
{
  return r->config.copies == r->config.n && r->config.n > 1;
}

/* ---- Life ---- */

static void
quorum_create (TbReplica *r)
{
  Quorum *q = r->core;
  shelf_init (&q->shelf);
  q->spread = (Spread){ .table = &q->shelf.table, .merge = merge_foreign };
}

static void
free_operation (Operation *o)
{
  free (o->key);
  free (o->value);
  free (o->state);
  free (o);
}

static void
quorum_destroy (TbReplica *r)
{
  Quorum *q = r->core;
  for (Operation *o = q->first, *next; o != NULL; o = next)
    {
      next = o->next;
      free_operation (o);
    }
  shelf_free (&q->shelf);
  pack_free (&q->state);
}

static void
quorum_restore (TbReplica *r, uint8_t kind, Take *record)
{
  Quorum *q = r->core;
  Take copy = *record;
  Register there;
  take_bytes (&copy);
  if (kind != RECORD_ENTRY || !register_take (take_bytes (&copy), &there))
    return;
  shelf_restore (r, &q->shelf, record);
  q->clock = TB_MAX (q->clock, there.version.counter);
}

/* Operations are numbered from a random start, so that no answer to one from before a crash fits. */
static void
quorum_start (TbReplica *r)
{
  Quorum *q = r->core;
  q->nonce = (uint32_t) r->table.random (r->host);
  q->next_id = r->table.random (r->host);
  if (spreads (r))
    spread_start (r, &q->spread);
}

/* ---- Own copy ---- */

static bool
quorum_merge (TbReplica *r, TbBytes key, TbBytes state)
{
  Quorum *q = r->core;
  Register there, here;
  if (!register_take (state, &there))
    return false;
  q->clock = TB_MAX (q->clock, there.version.counter);
  const TableEntry *e = table_find (&q->shelf.table, key);
  if (e != NULL)
    {
      TB_CHECK (register_take (entry_state (e), &here));
      if (register_compare (&there, &here) <= 0)
        return true;
    }
  if (shelf_put (r, &q->shelf, key, state) == NULL)
    return false;
  q->applied++;
  return true;
}

static bool
merge_foreign (TbReplica *r, TbBytes key, TbBytes state)
{
  Register there;
  return register_take_foreign (state, &there) && quorum_merge (r, key, state);
}

/* ---- Operations ---- */

static uint64_t
bit (unsigned replica)
{
  return UINT64_C (1) << replica;
}

static uint64_t
holders_of (const TbReplica *r, TbBytes key)
{
  uint64_t holders = 0;
  unsigned first = (unsigned) (table_hash (key) % r->config.n);
  for (unsigned i = 0; i < r->config.copies; i++)
    holders |= bit ((first + i) % r->config.n);
  return holders;
}

static unsigned
count (uint64_t bits)
{
  return (unsigned) __builtin_popcountll (bits) + (HAS_BUG (BUG_COUNTS_TWICE) && bits != 0);
}

static TbBytes
key_of (const Operation *o)
{
  return (TbBytes){ o->key, o->key_n };
}

static TbBytes
state_of (const Operation *o)
{
  return (TbBytes){ o->state, o->state_n };
}

static void
set_state (Quorum *q, Operation *o, TbBytes state)
{
  uint8_t *p = replica_copy (state);
  free (o->state);
  q->open_bytes += state.n - o->state_n;
  o->state = p;
  o->state_n = state.n;
}

static void
close_operation (TbReplica *r, Operation *o)
{
  Quorum *q = r->core;
  *(o->previous ? &o->previous->next : &q->first) = o->next;
  *(o->next ? &o->next->previous : &q->last) = o->previous;
  q->n_open--;
  q->open_bytes -= o->key_n + o->value_n + o->state_n;
  free_operation (o);
}

static Operation *
find_operation (const Quorum *q, uint64_t id)
{
  Operation *o = q->first;
  while (o != NULL && o->id != id)
    o = o->next;
  return o;
}

static void
ask (TbReplica *r, const Operation *o, unsigned to)
{
  Pack *p = replica_message (r, o->phase == PHASE_QUERY ? QUERY : STORE);
  pack_uint (p, o->id);
  pack_bytes (p, key_of (o));
  if (o->phase == PHASE_STORE)
    pack_bytes (p, state_of (o));
  replica_send (r, to);
}

static void
ask_others (TbReplica *r, Operation *o)
{
  o->again_ns = r->now_ns + r->config.heartbeat_ns;
  for (unsigned to = 0; to < r->config.n; to++)
    if (to != r->config.self && (o->holders & ~o->answered & bit (to)))
      ask (r, o, to);
}

/* What one copy has: known is who has the latest version found. */
static void
note_found (Quorum *q, Operation *o, unsigned from, TbBytes state)
{
  Register there, latest;
  o->answered |= bit (from);
  bool found = state.n > 0 && register_take (state, &there);
  bool have = o->state != NULL && register_take (state_of (o), &latest);
  int order = !found && !have ? 0 : !have ? 1 : !found ? -1 : register_compare (&there, &latest);
  if (order > 0)
    {
      set_state (q, o, state);
      o->known = 0;
    }
  if (order >= 0)
    o->known |= bit (from);
}

static void
look_here (TbReplica *r, Operation *o)
{
  Quorum *q = r->core;
  const TableEntry *e = table_find (&q->shelf.table, key_of (o));
  if (o->holders & bit (r->config.self))
    note_found (q, o, r->config.self, e ? entry_state (e) : (TbBytes){ NULL, 0 });
}

static void
finish (TbReplica *r, Operation *o)
{
  Register found;
  bool is = o->state != NULL && register_take (state_of (o), &found);
  if (o->kind == TB_COMMAND_GET)
    register_answer (r, o->ticket, is ? &found : NULL);
  else
    replica_answer (r, o->ticket, TB_ANSWER_OK, (TbBytes){ NULL, 0 });
  close_operation (r, o);
}

/* Tells those who have not got it. A copy here counts like any other. */
static void
begin_store (TbReplica *r, Operation *o)
{
  o->phase = PHASE_STORE;
  o->answered = o->known;
  uint64_t self = bit (r->config.self);
  if ((o->holders & ~o->answered & self) && quorum_merge (r, key_of (o), state_of (o)))
    o->answered |= self;
  ask_others (r, o);
  progress (r, o);
}

static void
decide_read (TbReplica *r, Operation *o)
{
  if (!r->config.read_repair || o->state == NULL || count (o->known) >= r->config.w)
    finish (r, o);
  else
    begin_store (r, o);
}

static void
decide_write (TbReplica *r, Operation *o)
{
  Quorum *q = r->core;
  Register latest = { 0 }, new = { .version = { .writer = r->config.self, .nonce = q->nonce } };
  if (o->state != NULL && !HAS_BUG (BUG_WRITES_UNASKED))
    TB_CHECK (register_take (state_of (o), &latest));
  uint64_t seen = HAS_BUG (BUG_WRITES_UNASKED) ? 0 : TB_MAX (q->clock, latest.version.counter) + 1;
  q->clock = new.version.counter = TB_MAX (seen, (uint64_t) TB_MAX (r->now_ns, 0));
  new.base = latest.version;
  new.gone = o->kind == TB_COMMAND_DELETE;
  new.value = (TbBytes){ o->value, o->value_n };
  pack_clear (&q->state);
  register_pack (&q->state, &new);
  set_state (q, o, (TbBytes){ q->state.p, q->state.n });
  o->known = 0;
  begin_store (r, o);
}

/* After an answer. The operation may be gone afterwards. */
static void
progress (TbReplica *r, Operation *o)
{
  bool early = HAS_BUG (BUG_READS_TOO_EARLY) && o->kind == TB_COMMAND_GET;
  if (o->phase == PHASE_STORE && (early || count (o->answered) >= r->config.w))
    finish (r, o);
  else if (o->phase == PHASE_QUERY && count (o->answered) >= r->config.r)
    {
      if (o->kind == TB_COMMAND_GET)
        decide_read (r, o);
      else
        decide_write (r, o);
    }
}

static void
give_up (TbReplica *r, Operation *o)
{
  if (o->phase == PHASE_QUERY)
    replica_refuse (r, o->ticket, "too few copies answered", -1);
  else if (o->kind == TB_COMMAND_GET)
    replica_refuse (r, o->ticket, "too few copies took what was read", -1);
  else
    replica_unknown (r, o->ticket, "too few copies took it in time", -1);
  close_operation (r, o);
}

static void
begin (TbReplica *r, uint64_t ticket, const TbCommand *c)
{
  Quorum *q = r->core;
  Operation *o = calloc (1, sizeof *o);
  TB_CHECK (o != NULL);
  *o = (Operation){ .id = q->next_id++, .ticket = ticket, .kind = c->kind, .key_n = c->key.n,
                    .deadline_ns = r->now_ns + r->config.timeout_ns, .previous = q->last };
  o->holders = holders_of (r, c->key);
  o->key = replica_copy (c->key);
  o->value_n = c->kind == TB_COMMAND_SET ? c->value.n : 0;
  o->value = replica_copy ((TbBytes){ c->value.p, o->value_n });
  *(q->last ? &q->last->next : &q->first) = o;
  q->last = o;
  q->n_open++;
  q->open_bytes += o->key_n + o->value_n;
  look_here (r, o);
  ask_others (r, o);
  progress (r, o);
}

static void
quorum_command (TbReplica *r, uint64_t ticket, const TbCommand *c)
{
  Quorum *q = r->core;
  if (c->kind != TB_COMMAND_GET && c->kind != TB_COMMAND_SET && c->kind != TB_COMMAND_DELETE)
    replica_refuse (r, ticket, "a quorum has no order of writes: it knows GET, SET and DEL alone", -1);
  else if (q->n_open == OPEN_MAX || q->open_bytes + c->value.n > OPEN_BYTES_MAX)
    replica_refuse (r, ticket, "too many requests wait for other replicas", -1);
  else
    begin (r, ticket, c);
  shelf_compact (r, &q->shelf);
}

/* ---- Messages ---- */

static void
on_query (TbReplica *r, unsigned from, Take *t)
{
  Quorum *q = r->core;
  uint64_t id = take_uint (t);
  TbBytes key = take_bytes (t);
  if (!take_is_whole (t) || !(holders_of (r, key) & bit (r->config.self)))
    return;
  const TableEntry *e = table_find (&q->shelf.table, key);
  Pack *p = replica_message (r, FOUND);
  pack_uint (p, id);
  pack_bytes (p, e ? entry_state (e) : (TbBytes){ NULL, 0 });
  replica_send (r, from);
}

static void
on_found (TbReplica *r, unsigned from, Take *t)
{
  Quorum *q = r->core;
  Operation *o = find_operation (q, take_uint (t));
  TbBytes state = take_bytes (t);
  Register there;
  if (!take_is_whole (t) || o == NULL || o->phase != PHASE_QUERY || !(o->holders & ~o->answered & bit (from))
      || (state.n > 0 && !register_take_foreign (state, &there)))
    return;
  note_found (q, o, from, state);
  progress (r, o);
}

/* A copy that is full takes nothing and says nothing: it does not count. */
static void
on_store (TbReplica *r, unsigned from, Take *t)
{
  uint64_t id = take_uint (t);
  TbBytes key = take_bytes (t), state = take_bytes (t);
  if (!take_is_whole (t) || !(holders_of (r, key) & bit (r->config.self)) || !merge_foreign (r, key, state))
    return;
  pack_uint (replica_message (r, STORED), id);
  replica_send (r, from);
}

static void
on_stored (TbReplica *r, unsigned from, Take *t)
{
  Operation *o = find_operation (r->core, take_uint (t));
  if (!take_is_whole (t) || o == NULL || o->phase != PHASE_STORE || !(o->holders & bit (from)))
    return;
  o->answered |= bit (from);
  progress (r, o);
}

static void
quorum_message (TbReplica *r, unsigned from, uint8_t kind, Take *t)
{
  Quorum *q = r->core;
  static void (*const on[]) (TbReplica *, unsigned, Take *)
    = { [QUERY] = on_query, [FOUND] = on_found, [STORE] = on_store, [STORED] = on_stored };
  if (kind >= SPREAD_KINDS && kind < TB_ARRAY_LENGTH (on))
    on[kind](r, from, t);
  else if (kind < SPREAD_KINDS && spreads (r))
    spread_message (r, &q->spread, from, kind, t);
  shelf_compact (r, &q->shelf);
}

/* ---- Time ---- */

static void
quorum_tick (TbReplica *r)
{
  Quorum *q = r->core;
  for (Operation *o = q->first, *next; o != NULL; o = next)
    {
      next = o->next;
      if (r->now_ns >= o->deadline_ns)
        give_up (r, o);
      else if (r->now_ns >= o->again_ns)
        ask_others (r, o);
    }
  if (spreads (r))
    spread_tick (r, &q->spread);
}

static int64_t
quorum_deadline (const TbReplica *r)
{
  const Quorum *q = r->core;
  int64_t at = spreads (r) ? q->spread.next_ns : INT64_MAX;
  for (const Operation *o = q->first; o != NULL; o = o->next)
    at = TB_MIN (at, TB_MIN (o->deadline_ns, o->again_ns));
  return at;
}

/* ---- The row ---- */

static void
quorum_status (const TbReplica *r, TbReplicaStatus *status)
{
  const Quorum *q = r->core;
  status->digest = table_digest (&q->shelf.table);
  status->applied = q->applied;
}

static bool
is_not_after (const TableEntry *e, void *data)
{
  const Quorum *q = data;
  Register there;
  TB_CHECK (register_take (entry_state (e), &there) && there.version.counter <= q->clock);
  return true;
}

static void
check_operations (const TbReplica *r)
{
  const Quorum *q = r->core;
  for (const Operation *o = q->first; o != NULL; o = o->next)
    {
      TB_CHECK (count (o->answered) < (o->phase == PHASE_QUERY ? r->config.r : r->config.w));
      TB_CHECK (((o->answered | o->known) & ~o->holders) == 0);
    }
}

static void
quorum_check (const TbReplica *r)
{
  const Quorum *q = r->core;
  if (q->n_open <= TABLE_CHECKED_WHOLE)
    check_operations (r);
  if (q->shelf.table.n > TABLE_CHECKED_WHOLE || q->shelf.table.bytes > TABLE_CHECKED_BYTES)
    return;
  table_range (&q->shelf.table, 0, UINT64_MAX, is_not_after, (void *) q);
  table_check (&q->shelf.table);
}

static const char *const words[] = { SPREAD_WORDS, "query", "found", "store", "stored" };

const TbReplicaProtocol replica_quorum = {
  .replication = TB_REPLICATION_QUORUM,
  .size = sizeof (Quorum),
  .create = quorum_create,
  .destroy = quorum_destroy,
  .restore = quorum_restore,
  .start = quorum_start,
  .command = quorum_command,
  .message = quorum_message,
  .tick = quorum_tick,
  .deadline = quorum_deadline,
  .status = quorum_status,
  .check = quorum_check,
  .message_words = words,
  .n_message_words = TB_ARRAY_LENGTH (words),
};
