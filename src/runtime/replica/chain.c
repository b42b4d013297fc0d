/* Chain replication (van Renesse and Schneider 2004): writes enter at the head, the first replica, and go from each to
 * the next; the tail, the last, has what all have, so it answers reads, and tells the head what is done. A write takes
 * n messages one after another; a read is one replica's business. No member is ever left out: that would take
 * somebody who decides about the chain (in the paper a master that does not fail), and a chain of its own has none. So when one
 * is lost, writes wait until it is back.
 *
 *   head                     middle                     tail
 *   chain_command: appends,
 *   order_feed: ENTRIES ->   order_follow, applies,
 *                            order_feed: ENTRIES ->     order_follow, applies: done,
 *   on_done <- DONE ------------------------------------'
 *   applies: answers OK
 *
 * Invariants, checked after every step:
 *  1 order_check
 *  2 nobody but the head holds back what it has: applied = last */
#include "bug.h"
#include "order.h"

enum
{
  DONE = ORDER_KINDS /* the tail to the head: applied up to */
};

typedef struct
{
  Order order;
  int64_t beat_ns;
} Chain;

static bool
is_head (const TbReplica *r)
{
  return r->config.self == 0;
}

static bool
is_tail (const TbReplica *r)
{
  return r->config.self + 1 == r->config.n;
}

static void
tell_done (TbReplica *r)
{
  Chain *c = r->core;
  Pack *p = replica_message (r, DONE);
  pack_uint (p, 0);
  pack_uint (p, c->order.applied);
  replica_send (r, 0);
}

/* What a step appended: on to the next, or done. */
static void
pass_on (TbReplica *r)
{
  Chain *c = r->core;
  Order *o = &c->order;
  if (!is_head (r) || is_tail (r) || HAS_BUG (BUG_HEAD_ANSWERS))
    order_apply (r, o, order_last (o));
  if (!is_tail (r))
    order_feed (r, o, r->config.self + 1);
  if (!is_head (r) && (is_tail (r) || HAS_BUG (BUG_MIDDLE_IS_DONE)))
    tell_done (r);
}

static void
tidy (TbReplica *r)
{
  Chain *c = r->core;
  order_tidy (r, &c->order, is_tail (r) ? c->order.applied : c->order.feeds[r->config.self + 1].acked);
}

/* ---- Steps ---- */

static void
chain_create (TbReplica *r)
{
  Chain *c = r->core;
  c->order.never_back = true;
}

static void
chain_destroy (TbReplica *r)
{
  Chain *c = r->core;
  order_destroy (&c->order);
}

static void
chain_restore (TbReplica *r, uint8_t kind, Take *t)
{
  Chain *c = r->core;
  order_restore (r, &c->order, kind, t);
}

/* What the head kept goes down the chain whatever happens, so it may be applied: nobody reads at the head. */
static void
chain_start (TbReplica *r)
{
  Chain *c = r->core;
  order_apply (r, &c->order, order_last (&c->order));
  if (!is_tail (r))
    order_feed_begin (r, &c->order, r->config.self + 1);
  c->beat_ns = r->now_ns;
}

static void
write_command (TbReplica *r, uint64_t ticket, const TbCommand *command)
{
  Chain *c = r->core;
  Pack p = { 0 };
  pack_command (&p, command);
  order_append (r, &c->order, 0, (TbBytes){ p.p, p.n }, ticket, r->now_ns + r->config.timeout_ns);
  pack_free (&p);
  pass_on (r);
}

static void
chain_command (TbReplica *r, uint64_t ticket, const TbCommand *command)
{
  Chain *c = r->core;
  const char *why = order_refuses (r, &c->order);
  if (tb_command_is_read (command->kind))
    {
      if (is_tail (r) || r->config.reads == TB_READS_ANY)
        r->table.apply (r->host, ticket, command);
      else
        replica_refuse (r, ticket, "the tail of the chain answers reads", (int) r->config.n - 1);
    }
  else if (!is_head (r))
    replica_refuse (r, ticket, "writes enter at the head of the chain", 0);
  else if (why != NULL)
    replica_refuse (r, ticket, why, -1);
  else
    write_command (r, ticket, command);
  tidy (r);
}

static void
on_done (TbReplica *r, Take *t)
{
  Chain *c = r->core;
  uint64_t done = take_uint (t);
  if (take_is_whole (t))
    order_apply (r, &c->order, done);
}

static void
chain_message (TbReplica *r, unsigned from, uint8_t kind, Take *t)
{
  Chain *c = r->core;
  Order *o = &c->order;
  if (take_uint (t) != 0 || t->bad)
    return;
  if (kind == DONE && is_head (r) && (from == r->config.n - 1 || HAS_BUG (BUG_MIDDLE_IS_DONE)))
    on_done (r, t);
  else if (kind == ORDER_ACK && from == r->config.self + 1)
    order_on_ack (r, o, from, t);
  else if (kind == ORDER_FETCH && from == r->config.self + 1)
    order_on_fetch (r, o, from, t);
  else if (kind < ORDER_KINDS && from + 1 == r->config.self && order_follow (r, o, from, kind, t))
    pass_on (r);
  tidy (r);
}

static void
chain_tick (TbReplica *r)
{
  Chain *c = r->core;
  order_expire (r, &c->order);
  order_feed_tick (r, &c->order);
  if (r->now_ns >= c->beat_ns)
    {
      c->beat_ns = r->now_ns + r->config.heartbeat_ns;
      if (!is_tail (r))
        order_beat (r, &c->order, r->config.self + 1);
      else if (!is_head (r))
        tell_done (r);
    }
  tidy (r);
}

static int64_t
chain_deadline (const TbReplica *r)
{
  const Chain *c = r->core;
  int64_t at = TB_MIN (order_expires_ns (&c->order), r->config.n > 1 ? c->beat_ns : INT64_MAX);
  return c->order.fetching ? TB_MIN (at, c->order.fetch_ns) : at;
}

static void
chain_status (const TbReplica *r, TbReplicaStatus *status)
{
  const Chain *c = r->core;
  order_status (&c->order, status);
  status->role = is_head (r) ? "head" : is_tail (r) ? "tail" : "middle";
  status->leader = 0;
}

static void
chain_check (const TbReplica *r)
{
  const Chain *c = r->core;
  order_check (&c->order);
  TB_CHECK (is_head (r) || c->order.applied == order_last (&c->order));
}

static const char *const words[] = { ORDER_WORDS, "done" };

const TbReplicaProtocol replica_chain = {
  .replication = TB_REPLICATION_CHAIN,
  .size = sizeof (Chain),
  .create = chain_create,
  .destroy = chain_destroy,
  .restore = chain_restore,
  .start = chain_start,
  .command = chain_command,
  .message = chain_message,
  .tick = chain_tick,
  .deadline = chain_deadline,
  .status = chain_status,
  .check = chain_check,
  .message_words = words,
  .n_message_words = TB_ARRAY_LENGTH (words),
};
