/* The table of protocols, and what they share: the steps, sums over messages and records. */
#include "replica-private.h"

#include <stdlib.h>

/* A row that is NULL has no core (yet). */
static const TbReplicaProtocol *const protocols[] = {
  [TB_REPLICATION_NONE] = &replica_none,
  [TB_REPLICATION_PRIMARY_SYNC] = &replica_primary_sync,
  [TB_REPLICATION_PRIMARY_ASYNC] = &replica_primary_async,
  [TB_REPLICATION_CHAIN] = &replica_chain,
  [TB_REPLICATION_QUORUM] = &replica_quorum,
  [TB_REPLICATION_RAFT] = &replica_raft,
  [TB_REPLICATION_GOSSIP] = &replica_gossip,
  [TB_REPLICATION_CRDT] = &replica_crdt,
  [TB_REPLICATION_ALL] = &replica_all,
};

static const char *const names[] = {
  [TB_REPLICATION_NONE] = "none",
  [TB_REPLICATION_PRIMARY_SYNC] = "primary-sync",
  [TB_REPLICATION_PRIMARY_ASYNC] = "primary-async",
  [TB_REPLICATION_CHAIN] = "chain",
  [TB_REPLICATION_QUORUM] = "quorum",
  [TB_REPLICATION_RAFT] = "raft",
  [TB_REPLICATION_GOSSIP] = "gossip",
  [TB_REPLICATION_CRDT] = "crdt",
  [TB_REPLICATION_ALL] = "all",
};

/* Before what is sent or kept: a sum of the rest, the protocol, the kind of message or record. */
#define SUM_BYTES 4
#define HEAD_BYTES (SUM_BYTES + 2)

bool
tb_command_is_read (TbCommandKind kind)
{
  return kind == TB_COMMAND_GET || kind == TB_COMMAND_MEMBERS || kind == TB_COMMAND_OTHER_READ;
}

bool
tb_replica_is_built (TbReplication replication)
{
  return (size_t) replication < TB_ARRAY_LENGTH (protocols) && protocols[replication] != NULL;
}

const char *
tb_replication_name (TbReplication replication)
{
  return (size_t) replication < TB_ARRAY_LENGTH (names) ? names[replication] : "?";
}

static void
set_time (int64_t *ns, int64_t value)
{
  if (*ns <= 0)
    *ns = value;
}

void
tb_replica_defaults (TbReplicaConfig *c)
{
  set_time (&c->heartbeat_ns, 100 * TB_NS_PER_MS);
  set_time (&c->election_ns, 10 * c->heartbeat_ns);
  set_time (&c->timeout_ns, TB_NS_PER_S);
  set_time (&c->gossip_ns, 200 * TB_NS_PER_MS);
  c->n = c->n ? c->n : 1;
  c->copies = c->copies && c->copies <= c->n ? c->copies : c->n;
  c->r = c->r ? c->r : c->copies / 2 + 1;
  c->w = c->w ? c->w : c->copies / 2 + 1;
  c->batch_bytes = c->batch_bytes ? c->batch_bytes : 64u << 10;
  c->compact_records = c->compact_records ? c->compact_records : 100000;
  c->compact_bytes = c->compact_bytes ? c->compact_bytes : 16u << 20;
}

/* ---- Life ---- */

TbReplica *
tb_replica_new (const TbReplicaConfig *config, const TbReplicaHost *table, void *host)
{
  if (!tb_replica_is_built (config->replication))
    return NULL;
  TbReplica *r = calloc (1, sizeof *r);
  TB_CHECK (r != NULL);
  r->config = *config;
  tb_replica_defaults (&r->config);
  TB_CHECK (r->config.n <= TB_REPLICAS_MAX && r->config.self < r->config.n);
  r->table = *table;
  r->host = host;
  r->protocol = protocols[config->replication];
  r->core = calloc (1, TB_MAX (r->protocol->size, 1));
  TB_CHECK (r->core != NULL);
  if (r->protocol->create != NULL)
    r->protocol->create (r);
  return r;
}

void
tb_replica_free (TbReplica *r)
{
  if (r == NULL)
    return;
  if (r->protocol->destroy != NULL)
    r->protocol->destroy (r);
  pack_free (&r->message);
  pack_free (&r->record);
  free (r->core);
  free (r);
}

/* ---- Messages and records ---- */

static Pack *
begin (const TbReplica *r, Pack *p, uint8_t kind)
{
  static const uint8_t no_sum[SUM_BYTES];
  pack_clear (p);
  pack_raw (p, no_sum, sizeof no_sum);
  pack_u8 (p, (uint8_t) r->config.replication);
  pack_u8 (p, kind);
  return p;
}

static uint32_t
sum_of (const uint8_t *bytes, size_t n)
{
  return (uint32_t) replica_sum (0, bytes + SUM_BYTES, n - SUM_BYTES);
}

static void
seal (Pack *p)
{
  uint32_t sum = sum_of (p->p, p->n);
  memcpy (p->p, &sum, sizeof sum);
}

/* False where it is no message or record of this protocol. */
static bool
open_sealed (const TbReplica *r, const void *bytes, size_t n, uint8_t *kind, Take *t)
{
  const uint8_t *p = bytes;
  uint32_t sum;
  if (n < HEAD_BYTES)
    return false;
  memcpy (&sum, p, sizeof sum);
  if (sum != sum_of (p, n) || p[SUM_BYTES] != r->config.replication)
    return false;
  *kind = p[SUM_BYTES + 1];
  *t = (Take){ p + HEAD_BYTES, n - HEAD_BYTES, false };
  return true;
}

Pack *
replica_message (TbReplica *r, uint8_t kind)
{
  r->message_sealed = false;
  return begin (r, &r->message, kind);
}

void
replica_send (TbReplica *r, unsigned to)
{
  TB_CHECK (to < r->config.n && to != r->config.self);
  if (!r->message_sealed)
    seal (&r->message);
  r->message_sealed = true;
  r->table.send (r->host, to, r->message.p, r->message.n);
}

void
replica_send_others (TbReplica *r)
{
  for (unsigned to = 0; to < r->config.n; to++)
    if (to != r->config.self)
      replica_send (r, to);
}

Pack *
replica_record (TbReplica *r, uint8_t kind)
{
  return begin (r, &r->record, kind);
}

void
replica_keep (TbReplica *r)
{
  seal (&r->record);
  r->table.keep (r->host, r->record.p, r->record.n);
}

const char *
tb_replica_label (const void *bytes, size_t n)
{
  const uint8_t *p = bytes;
  if (n < HEAD_BYTES || !tb_replica_is_built ((TbReplication) p[SUM_BYTES]))
    return "?";
  const TbReplicaProtocol *protocol = protocols[p[SUM_BYTES]];
  uint8_t kind = p[SUM_BYTES + 1];
  return kind < protocol->n_message_words && protocol->message_words[kind] ? protocol->message_words[kind] : "?";
}

/* ---- Answers ---- */

void
replica_answer (TbReplica *r, uint64_t ticket, TbAnswer answer, TbBytes value)
{
  r->table.answer (r->host, ticket, answer, value.p, value.n, -1);
}

void
replica_refuse (TbReplica *r, uint64_t ticket, const char *why, int leader)
{
  r->table.answer (r->host, ticket, TB_ANSWER_REFUSED, why, strlen (why), leader);
}

void
replica_unknown (TbReplica *r, uint64_t ticket, const char *why, int leader)
{
  r->table.answer (r->host, ticket, TB_ANSWER_UNKNOWN, why, strlen (why), leader);
}

uint64_t
replica_random_below (TbReplica *r, uint64_t n)
{
  return n ? r->table.random (r->host) % n : 0;
}

/* ---- Steps ---- */

static void
step_begins (TbReplica *r, int64_t now_ns)
{
  r->now_ns = TB_MAX (r->now_ns, now_ns);
}

static void
step_ends (TbReplica *r)
{
  if (r->protocol->check != NULL)
    r->protocol->check (r);
}

void
tb_replica_restore (TbReplica *r, const void *record, size_t n)
{
  uint8_t kind;
  Take t;
  if (open_sealed (r, record, n, &kind, &t))
    r->protocol->restore (r, kind, &t);
}

void
tb_replica_start (TbReplica *r, int64_t now_ns)
{
  step_begins (r, now_ns);
  if (r->protocol->start != NULL)
    r->protocol->start (r);
  step_ends (r);
}

void
tb_replica_command (TbReplica *r, int64_t now_ns, uint64_t ticket, const TbCommand *command)
{
  TB_CHECK (ticket != 0);
  step_begins (r, now_ns);
  r->protocol->command (r, ticket, command);
  step_ends (r);
}

void
tb_replica_message (TbReplica *r, int64_t now_ns, unsigned from, const void *bytes, size_t n)
{
  uint8_t kind;
  Take t;
  if (from >= r->config.n || from == r->config.self || !open_sealed (r, bytes, n, &kind, &t))
    return;
  step_begins (r, now_ns);
  if (r->protocol->message != NULL)
    r->protocol->message (r, from, kind, &t);
  step_ends (r);
}

void
tb_replica_tick (TbReplica *r, int64_t now_ns)
{
  step_begins (r, now_ns);
  if (r->protocol->tick != NULL)
    r->protocol->tick (r);
  step_ends (r);
}

int64_t
tb_replica_deadline (const TbReplica *r)
{
  return r->protocol->deadline ? r->protocol->deadline (r) : INT64_MAX;
}

void
tb_replica_status (const TbReplica *r, TbReplicaStatus *status)
{
  *status = (TbReplicaStatus){ .role = "replica", .leader = -1 };
  r->protocol->status (r, status);
}
