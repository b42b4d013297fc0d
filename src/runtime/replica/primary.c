/* Primary and backups: one replica orders the writes and feeds the others (order.h). To all (sync): a write is answered
 * when every backup has it. Async: at once. Reads at the primary; where the drawing says so at backups too, which may be
 * behind.
 *
 * Without failover the first replica is the primary for good, and what happens when it is lost is waiting. With failover
 * clocks decide, each replica for itself, and no majority is asked (that would be Raft): a backup that hears no primary for
 * the election time asks the others, and takes over where none of them hears one or has more; a primary no longer waits for a
 * backup that is silent as long. That is right as long as silent means dead. Under a partition it does not: both sides
 * go on, and when they meet the later epoch wins and the other's writes are lost. They are counted by who answered them.
 *
 *   BACKUP --silence (candidate)--> CANDIDATE --nobody is better (decide)--> PRIMARY
 *     ^                                 | somebody is, or a primary speaks       |
 *     +---------------------------------+                                        |
 *     '---------------- a later epoch is heard (adopt) --------------------------'
 *
 * An epoch is led by replica epoch % n, so that no two lead the same.
 *
 * Invariants, checked after every step:
 *  1 order_check
 *  2 who is primary leads its epoch; without failover that is the first replica, and the epoch 0
 *  3 a backup holds nothing back: applied = last */
#include "bug.h"
#include "order.h"

enum
{
  PROBE = ORDER_KINDS, /* epoch, probe, what the candidate has */
  HERE                 /* epoch, probe, whether it hears a primary, whether it is a candidate, what it has */
};

typedef enum
{
  BACKUP,
  CANDIDATE,
  PRIMARY
} Role;

typedef struct
{
  Order order;
  Role role;
  bool heard;       /* from the primary of this epoch */
  int64_t heard_ns; /* when, or when waiting began */
  int64_t beat_ns, decide_ns;
  uint64_t probe, answered, latest_epoch;
  bool better;      /* another is, than this candidate */
  bool may_have_lost;
  uint64_t had, lost;
} Primary;

static unsigned
leader_of (const TbReplica *r, uint64_t epoch)
{
  return (unsigned) (epoch % r->config.n);
}

static bool
is_sync (const TbReplica *r)
{
  return r->config.replication == TB_REPLICATION_PRIMARY_SYNC;
}

static int
known_leader (const TbReplica *r)
{
  const Primary *c = r->core;
  bool known = !r->config.failover || c->role == PRIMARY || (c->role == BACKUP && c->heard);
  return known ? (int) leader_of (r, c->order.epoch) : -1;
}

/* ---- Leading ---- */

static bool
counts (const TbReplica *r, unsigned i)
{
  const Primary *c = r->core;
  return !r->config.failover || r->now_ns - c->order.feeds[i].heard_ns <= r->config.election_ns;
}

/* Applies, and so answers, what all who count have. */
static void
commit (TbReplica *r)
{
  Primary *c = r->core;
  uint64_t up_to = order_last (&c->order);
  for (unsigned i = 0; is_sync (r) && i < r->config.n; i++)
    if (i != r->config.self && counts (r, i))
      up_to = TB_MIN (up_to, c->order.feeds[i].acked);
  order_apply (r, &c->order, up_to);
}

static void
feed_all (TbReplica *r, void (*feed) (TbReplica *, Order *, unsigned))
{
  Primary *c = r->core;
  for (unsigned i = 0; i < r->config.n; i++)
    if (i != r->config.self)
      feed (r, &c->order, i);
}

static void
lead (TbReplica *r)
{
  Primary *c = r->core;
  c->role = PRIMARY;
  c->may_have_lost = false;
  c->order.began = order_last (&c->order);
  c->beat_ns = r->now_ns + r->config.heartbeat_ns;
  order_stop_fetching (&c->order);
  feed_all (r, order_feed_begin);
  feed_all (r, order_beat);
}

static void
tidy (TbReplica *r)
{
  Primary *c = r->core;
  uint64_t all_have = c->order.applied;
  for (unsigned i = 0; c->role == PRIMARY && i < r->config.n; i++)
    if (i != r->config.self)
      all_have = TB_MIN (all_have, c->order.feeds[i].acked);
  order_tidy (r, &c->order, all_have);
}

/* ---- Taking over ---- */

static void
wait_for_primary (TbReplica *r)
{
  Primary *c = r->core;
  c->role = BACKUP;
  c->heard = false;
  c->heard_ns = r->now_ns;
}

/* A later epoch is known: whoever leads here does no longer. What was answered here and is not in the new
 * primary's log is lost: how much its first beat says. */
static void
adopt (TbReplica *r, uint64_t epoch)
{
  Primary *c = r->core;
  Order *o = &c->order;
  if (!HAS_BUG (BUG_KEEPS_UNDECIDED))
    order_truncate (r, o);
  if (leader_of (r, order_epoch_at (o, order_last (o))) == r->config.self && order_last (o) > 0 && !c->may_have_lost)
    {
      c->may_have_lost = true;
      c->had = order_last (o);
    }
  order_stop_fetching (o);
  order_set_epoch (r, o, epoch);
  wait_for_primary (r);
}

static void
count_lost (TbReplica *r, Take beat)
{
  Primary *c = r->core;
  take_uint (&beat);
  uint64_t began = take_uint (&beat);
  if (!c->may_have_lost || beat.bad)
    return;
  c->may_have_lost = false;
  c->lost += c->had > began ? c->had - began : 0;
}

static void
candidate (TbReplica *r)
{
  Primary *c = r->core;
  c->role = CANDIDATE;
  c->probe = r->table.random (r->host);
  c->answered = 0;
  c->better = false;
  c->latest_epoch = c->order.epoch;
  c->decide_ns = r->now_ns + 2 * r->config.heartbeat_ns;
  Pack *p = replica_message (r, PROBE);
  pack_uint (p, c->order.epoch);
  pack_uint (p, c->probe);
  replica_send_others (r);
}

static void
decide (TbReplica *r)
{
  Primary *c = r->core;
  if (c->better)
    {
      wait_for_primary (r);
      return;
    }
  uint64_t epoch = c->latest_epoch + 1;
  while (leader_of (r, epoch) != r->config.self)
    epoch++;
  order_set_epoch (r, &c->order, epoch);
  lead (r);
}

static void
on_probe (TbReplica *r, unsigned from, Take *t)
{
  const Primary *c = r->core;
  uint64_t probe = take_uint (t);
  if (!take_is_whole (t))
    return;
  bool hears = c->role == BACKUP && c->heard && r->now_ns - c->heard_ns < r->config.election_ns / 2;
  Pack *p = replica_message (r, HERE);
  pack_uint (p, c->order.epoch);
  pack_uint (p, probe);
  pack_u8 (p, hears || c->role == PRIMARY);
  pack_u8 (p, c->role == CANDIDATE);
  pack_uint (p, order_epoch_at (&c->order, order_last (&c->order)));
  pack_uint (p, order_last (&c->order));
  replica_send (r, from);
}

static bool
has_more (const TbReplica *r, unsigned who, bool is_candidate, uint64_t epoch, uint64_t last)
{
  const Primary *c = r->core;
  uint64_t ours = order_epoch_at (&c->order, order_last (&c->order));
  if (epoch != ours)
    return epoch > ours;
  if (last != order_last (&c->order))
    return last > order_last (&c->order);
  return is_candidate && who < r->config.self;
}

static void
on_here (TbReplica *r, unsigned from, uint64_t epoch, Take *t)
{
  Primary *c = r->core;
  uint64_t probe = take_uint (t);
  bool hears = take_u8 (t), is_candidate = take_u8 (t);
  uint64_t last_epoch = take_uint (t), last = take_uint (t);
  if (!take_is_whole (t) || c->role != CANDIDATE || probe != c->probe)
    return;
  c->answered |= UINT64_C (1) << from;
  c->latest_epoch = TB_MAX (c->latest_epoch, epoch);
  c->better |= hears || has_more (r, from, is_candidate, last_epoch, last);
  if (__builtin_popcountll (c->answered) == (int) r->config.n - 1)
    decide (r);
}

/* ---- Messages ---- */

static void
to_primary (TbReplica *r, unsigned from, uint8_t kind, Take *t)
{
  Primary *c = r->core;
  if (kind == ORDER_ACK)
    {
      order_on_ack (r, &c->order, from, t);
      commit (r);
    }
  else if (kind == ORDER_FETCH)
    order_on_fetch (r, &c->order, from, t);
}

static void
to_backup (TbReplica *r, unsigned from, uint8_t kind, Take *t)
{
  Primary *c = r->core;
  if (from != leader_of (r, c->order.epoch) || kind == ORDER_ACK || kind == ORDER_FETCH)
    return;
  c->role = BACKUP;
  c->heard = true;
  c->heard_ns = r->now_ns;
  if (kind == ORDER_BEAT)
    count_lost (r, *t);
  if (order_follow (r, &c->order, from, kind, t))
    order_apply (r, &c->order, order_last (&c->order));
}

/* Who speaks of an epoch that is over hears of the later one. */
static void
in_order (TbReplica *r, unsigned from, uint8_t kind, uint64_t epoch, Take *t)
{
  Primary *c = r->core;
  if (epoch > c->order.epoch)
    adopt (r, epoch);
  if (epoch < c->order.epoch)
    {
      if (kind != ORDER_ACK)
        order_ack (r, &c->order, from, 0);
    }
  else if (c->role == PRIMARY)
    to_primary (r, from, kind, t);
  else
    to_backup (r, from, kind, t);
}

static void
primary_message (TbReplica *r, unsigned from, uint8_t kind, Take *t)
{
  uint64_t epoch = take_uint_to (t, INT64_MAX);
  if (t->bad || (!r->config.failover && (epoch != 0 || kind >= ORDER_KINDS)))
    return;
  if (kind < ORDER_KINDS)
    in_order (r, from, kind, epoch, t);
  else if (kind == PROBE)
    on_probe (r, from, t);
  else if (kind == HERE)
    on_here (r, from, epoch, t);
  tidy (r);
}

/* ---- Commands ---- */

static void
write_command (TbReplica *r, uint64_t ticket, const TbCommand *command)
{
  Primary *c = r->core;
  const char *why = order_refuses (r, &c->order);
  if (why != NULL)
    {
      replica_refuse (r, ticket, why, -1);
      return;
    }
  Pack p = { 0 };
  pack_command (&p, command);
  order_append (r, &c->order, c->order.epoch, (TbBytes){ p.p, p.n }, ticket, r->now_ns + r->config.timeout_ns);
  pack_free (&p);
  feed_all (r, order_feed);
  commit (r);
}

static void
primary_command (TbReplica *r, uint64_t ticket, const TbCommand *command)
{
  Primary *c = r->core;
  bool reads = tb_command_is_read (command->kind);
  if (reads && (c->role == PRIMARY || r->config.reads == TB_READS_ANY))
    r->table.apply (r->host, ticket, command);
  else if (c->role != PRIMARY)
    replica_refuse (r, ticket, "this is a backup", known_leader (r));
  else
    write_command (r, ticket, command);
  tidy (r);
}

/* ---- Life and time ---- */

static void
primary_destroy (TbReplica *r)
{
  Primary *c = r->core;
  order_destroy (&c->order);
}

static void
primary_restore (TbReplica *r, uint8_t kind, Take *t)
{
  Primary *c = r->core;
  order_restore (r, &c->order, kind, t);
}

/* With failover nobody leads because it once did: others may lead by now. At the very first start the first
 * replica does not wait for silence. */
static void
primary_start (TbReplica *r)
{
  Primary *c = r->core;
  bool first = c->order.records == 0 && order_last (&c->order) == 0;
  order_apply (r, &c->order, order_last (&c->order));
  wait_for_primary (r);
  c->latest_epoch = c->order.epoch;
  if (!r->config.failover && r->config.self == 0)
    lead (r);
  else if (r->config.n == 1)
    decide (r);
  else if (r->config.failover && r->config.self == 0 && first)
    candidate (r);
}

/* The next in line first, so that not all take over at once. */
static int64_t
silence_ends_ns (const TbReplica *r)
{
  const Primary *c = r->core;
  unsigned n = r->config.n, rank = (r->config.self + n - leader_of (r, c->order.epoch) + n - 1) % n;
  return c->heard_ns + r->config.election_ns + (int64_t) rank * 3 * r->config.heartbeat_ns;
}

static void
primary_tick (TbReplica *r)
{
  Primary *c = r->core;
  order_expire (r, &c->order);
  order_feed_tick (r, &c->order);
  if (c->role == PRIMARY && r->now_ns >= c->beat_ns)
    {
      c->beat_ns = r->now_ns + r->config.heartbeat_ns;
      feed_all (r, order_beat);
      commit (r); /* who is silent too long does not count */
    }
  else if (c->role == CANDIDATE && r->now_ns >= c->decide_ns)
    decide (r);
  else if (c->role == BACKUP && r->config.failover && r->now_ns >= silence_ends_ns (r))
    candidate (r);
  tidy (r);
}

static int64_t
primary_deadline (const TbReplica *r)
{
  const Primary *c = r->core;
  int64_t at = order_expires_ns (&c->order);
  if (c->order.fetching)
    at = TB_MIN (at, c->order.fetch_ns);
  if (c->role == PRIMARY)
    return r->config.n > 1 ? TB_MIN (at, c->beat_ns) : at;
  if (c->role == CANDIDATE)
    return TB_MIN (at, c->decide_ns);
  return r->config.failover ? TB_MIN (at, silence_ends_ns (r)) : at;
}

static void
primary_status (const TbReplica *r, TbReplicaStatus *status)
{
  static const char *const roles[] = { [BACKUP] = "backup", [CANDIDATE] = "candidate", [PRIMARY] = "primary" };
  const Primary *c = r->core;
  order_status (&c->order, status);
  status->role = roles[c->role];
  status->term = c->order.epoch;
  status->leader = known_leader (r);
  status->lost = c->lost;
}

static void
primary_check (const TbReplica *r)
{
  const Primary *c = r->core;
  order_check (&c->order);
  TB_CHECK (c->role != PRIMARY || leader_of (r, c->order.epoch) == r->config.self);
  TB_CHECK (r->config.failover || c->order.epoch == 0 || r->config.n == 1);
  TB_CHECK (c->role == PRIMARY || c->order.applied == order_last (&c->order));
}

static const char *const words[] = { ORDER_WORDS, "probe", "here" };

#define ROW(name, which)                                                                                               \
  const TbReplicaProtocol name = {                                                                                     \
    .replication = which,                                                                                              \
    .size = sizeof (Primary),                                                                                          \
    .destroy = primary_destroy,                                                                                        \
    .restore = primary_restore,                                                                                        \
    .start = primary_start,                                                                                            \
    .command = primary_command,                                                                                        \
    .message = primary_message,                                                                                        \
    .tick = primary_tick,                                                                                              \
    .deadline = primary_deadline,                                                                                      \
    .status = primary_status,                                                                                          \
    .check = primary_check,                                                                                            \
    .message_words = words,                                                                                            \
    .n_message_words = TB_ARRAY_LENGTH (words),                                                                        \
  }

ROW (replica_primary_sync, TB_REPLICATION_PRIMARY_SYNC);
ROW (replica_primary_async, TB_REPLICATION_PRIMARY_ASYNC);
