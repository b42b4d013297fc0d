#include "order.h"

#include <stdlib.h>

#define CHECKED_BYTES 4096 /* of an entry: to sum more after each step would cost */

enum
{
  RECORD_ENTRY,    /* number, epoch, command */
  RECORD_TRUNCATE, /* the last number that is left */
  RECORD_STATE,    /* number, hash, epoch, the host's bytes */
  RECORD_EPOCH
};

/* ---- The log ---- */

uint64_t
order_last (const Order *o)
{
  return o->base + o->n;
}

static OrderEntry *
entry (const Order *o, uint64_t number)
{
  return number > o->base && number <= order_last (o) ? &o->entries[number - o->base - 1] : NULL;
}

bool
order_hash (const Order *o, uint64_t number, uint64_t *hash)
{
  const OrderEntry *e = entry (o, number);
  *hash = e ? e->hash : o->base_hash;
  return e != NULL || number == o->base;
}

uint64_t
order_epoch_at (const Order *o, uint64_t number)
{
  const OrderEntry *e = entry (o, number);
  return e ? e->epoch : o->base_epoch;
}

static uint64_t
last_hash (const Order *o)
{
  return o->n > 0 ? o->entries[o->n - 1].hash : o->base_hash;
}

static OrderEntry *
push (Order *o, uint64_t epoch, TbBytes command)
{
  if (o->n == o->size)
    {
      o->size = TB_MAX (o->size * 2, 16);
      o->entries = realloc (o->entries, o->size * sizeof *o->entries);
      TB_CHECK (o->entries != NULL);
    }
  uint64_t before = last_hash (o);
  OrderEntry *e = &o->entries[o->n++];
  *e = (OrderEntry){ .epoch = epoch, .hash = replica_sum (before, command.p, command.n), .n = command.n };
  e->bytes = malloc (command.n + 1);
  TB_CHECK (e->bytes != NULL);
  memcpy (e->bytes, command.p, command.n);
  o->bytes += e->n;
  return e;
}

static void
pop (Order *o)
{
  OrderEntry *e = &o->entries[--o->n];
  o->bytes -= e->n;
  free (e->bytes);
}

static void
drop_first (Order *o, size_t n)
{
  for (size_t i = 0; i < n; i++)
    {
      o->base_hash = o->entries[i].hash;
      o->base_epoch = o->entries[i].epoch;
      o->bytes -= o->entries[i].n;
      free (o->entries[i].bytes);
    }
  o->base += n;
  o->n -= n;
  memmove (o->entries, o->entries + n, o->n * sizeof *o->entries);
}

void
order_destroy (Order *o)
{
  while (o->n > 0)
    pop (o);
  free (o->entries);
  free (o->out.p);
  free (o->in.p);
}

/* ---- The journal ---- */

static void
keep (TbReplica *r, Order *o, const Pack *p)
{
  o->records++;
  o->record_bytes += p->n;
  replica_keep (r);
}

static void
keep_entry (TbReplica *r, Order *o, uint64_t number)
{
  const OrderEntry *e = entry (o, number);
  Pack *p = replica_record (r, RECORD_ENTRY);
  pack_uint (p, number);
  pack_uint (p, e->epoch);
  pack_bytes (p, (TbBytes){ e->bytes, e->n });
  keep (r, o, p);
}

static void
keep_epoch (TbReplica *r, Order *o)
{
  Pack *p = replica_record (r, RECORD_EPOCH);
  pack_uint (p, o->epoch);
  keep (r, o, p);
}

/* The journal begins anew with this state. */
static void
keep_state (TbReplica *r, Order *o, uint64_t number, uint64_t hash, uint64_t epoch, TbBytes state)
{
  if (r->table.renew != NULL)
    r->table.renew (r->host);
  o->records = o->record_bytes = 0;
  o->state_bytes = state.n;
  Pack *p = replica_record (r, RECORD_STATE);
  pack_uint (p, number);
  pack_uint (p, hash);
  pack_uint (p, epoch);
  pack_bytes (p, state);
  replica_keep (r);
  keep_epoch (r, o);
}

static void
forget (Order *o, uint64_t number, uint64_t hash, uint64_t epoch)
{
  while (o->n > 0)
    pop (o);
  o->base = o->applied = number;
  o->base_hash = hash;
  o->base_epoch = epoch;
}

static void
restore_state (TbReplica *r, Order *o, Take *t)
{
  uint64_t number = take_uint (t), hash = take_uint (t), epoch = take_uint (t);
  TbBytes state = take_bytes (t);
  if (!take_is_whole (t))
    return;
  forget (o, number, hash, epoch);
  o->state_bytes = state.n;
  o->records = o->record_bytes = 0;
  r->table.load (r->host, state.p, state.n);
}

/* Entries are applied when all records are read: a later one may take them back. */
static void
restore_entry (Order *o, Take *t)
{
  TbCommand command;
  uint64_t number = take_uint (t), epoch = take_uint (t);
  TbBytes bytes = take_bytes (t);
  Take inner = { bytes.p, bytes.n, false };
  if (take_is_whole (t) && take_command (&inner, &command) && number == order_last (o) + 1)
    push (o, epoch, bytes);
}

bool
order_restore (TbReplica *r, Order *o, uint8_t kind, Take *t)
{
  o->records++;
  o->record_bytes += t->n;
  if (kind == RECORD_ENTRY)
    restore_entry (o, t);
  else if (kind == RECORD_STATE)
    restore_state (r, o, t);
  else if (kind == RECORD_EPOCH)
    o->epoch = take_uint (t);
  else if (kind == RECORD_TRUNCATE)
    for (uint64_t left = take_uint (t); !t->bad && o->n > 0 && order_last (o) > left;)
      pop (o);
  return kind <= RECORD_EPOCH;
}

/* ---- Changes ---- */

void
order_append (TbReplica *r, Order *o, uint64_t epoch, TbBytes command, uint64_t ticket, int64_t deadline_ns)
{
  OrderEntry *e = push (o, epoch, command);
  e->ticket = ticket;
  e->since_ns = r->now_ns;
  e->deadline_ns = deadline_ns;
  keep_entry (r, o, order_last (o));
}

void
order_apply (TbReplica *r, Order *o, uint64_t up_to)
{
  TbCommand command;
  while (o->applied < TB_MIN (up_to, order_last (o)))
    {
      OrderEntry *e = entry (o, ++o->applied);
      Take t = { e->bytes, e->n, false };
      uint64_t ticket = e->ticket;
      TB_CHECK (take_command (&t, &command));
      e->ticket = 0;
      r->table.apply (r->host, ticket, &command);
    }
}

void
order_truncate (TbReplica *r, Order *o)
{
  if (order_last (o) == o->applied)
    return;
  while (order_last (o) > o->applied)
    {
      if (o->entries[o->n - 1].ticket != 0)
        replica_unknown (r, o->entries[o->n - 1].ticket, "another replica leads now", -1);
      pop (o);
    }
  Pack *p = replica_record (r, RECORD_TRUNCATE);
  pack_uint (p, o->applied);
  keep (r, o, p);
}

void
order_set_epoch (TbReplica *r, Order *o, uint64_t epoch)
{
  o->epoch = epoch;
  keep_epoch (r, o);
}

static void
begin_anew (TbReplica *r, Order *o)
{
  size_t n;
  uint64_t hash;
  void *state = r->table.save (r->host, &n);
  TB_CHECK (order_hash (o, o->applied, &hash));
  keep_state (r, o, o->applied, hash, order_epoch_at (o, o->applied), (TbBytes){ state, n });
  free (state);
  for (uint64_t i = o->applied + 1; i <= order_last (o); i++)
    keep_entry (r, o, i);
}

void
order_tidy (TbReplica *r, Order *o, uint64_t all_have)
{
  uint64_t may_go = o->applied - o->base, n = all_have > o->base ? TB_MIN (all_have - o->base, may_go) : 0;
  size_t bytes = o->bytes;
  for (uint64_t i = 0; i < may_go && (i < n || o->n - i > ORDER_ENTRIES_KEPT || bytes > ORDER_BYTES_KEPT); i++)
    {
      bytes -= o->entries[i].n;
      n = i + 1;
    }
  /* Many at once: what is left is moved. */
  if (n > 64 || (n > 0 && n == o->n))
    drop_first (o, n);
  bool many = o->records >= r->config.compact_records || o->record_bytes >= r->config.compact_bytes;
  if (r->table.renew != NULL && many && o->record_bytes >= o->state_bytes && o->records > 2 * (order_last (o) - o->applied))
    begin_anew (r, o);
}

void
order_load (TbReplica *r, Order *o, const OrderState *state)
{
  order_truncate (r, o);
  forget (o, state->last, state->hash, state->epoch);
  keep_state (r, o, state->last, state->hash, state->epoch, (TbBytes){ state->p, state->n });
  r->table.load (r->host, state->p, state->n);
}

/* ---- Time ---- */

void
order_expire (TbReplica *r, Order *o)
{
  for (uint64_t i = o->applied + 1; i <= order_last (o); i++)
    {
      OrderEntry *e = entry (o, i);
      if (e->ticket == 0 || e->deadline_ns > r->now_ns)
        continue;
      replica_unknown (r, e->ticket, "the other replicas have not got it in time", -1);
      e->ticket = 0;
    }
}

int64_t
order_expires_ns (const Order *o)
{
  for (uint64_t i = o->applied + 1; i <= order_last (o); i++)
    if (entry (o, i)->ticket != 0)
      return entry (o, i)->deadline_ns;
  return INT64_MAX;
}

const char *
order_refuses (const TbReplica *r, const Order *o)
{
  const OrderEntry *first = entry (o, o->applied + 1);
  if (order_last (o) - o->applied >= ORDER_OPEN_MAX || o->bytes > 2 * ORDER_BYTES_KEPT)
    return "too many writes wait for other replicas";
  if (first != NULL && r->now_ns - first->since_ns > r->config.timeout_ns)
    return "not all replicas that must have it can be reached";
  return NULL;
}

/* ---- Looks ---- */

void
order_status (const Order *o, TbReplicaStatus *status)
{
  order_hash (o, o->applied, &status->digest);
  status->applied = o->applied;
  status->log_entries = o->n;
}

void
order_check (const Order *o)
{
  TB_CHECK (o->base <= o->applied && o->applied <= order_last (o));
  const OrderEntry *e = entry (o, order_last (o));
  if (e == NULL || e->n > CHECKED_BYTES)
    return;
  TB_CHECK (e->hash == replica_sum (o->n > 1 ? e[-1].hash : o->base_hash, e->bytes, e->n));
  const OrderEntry *applied = entry (o, o->applied);
  TB_CHECK (applied == NULL || applied->ticket == 0);
}
