#include "bug.h"
#include "order.h"

#include <stdlib.h>

#define WINDOW 256              /* entries on their way to one follower */
#define PIECE_BYTES (64u << 10) /* of a state */

/* ---- The feeder ---- */

void
order_feed_begin (TbReplica *r, Order *o, unsigned to)
{
  o->feeds[to] = (OrderFeed){ .next = order_last (o) + 1, .heard_ns = r->now_ns };
}

/* As many as one message holds, from `number` on. Returns the number after the last. */
static uint64_t
send_entries (TbReplica *r, const Order *o, unsigned to, uint64_t number)
{
  uint64_t before, end = TB_MIN (order_last (o) + 1, number + WINDOW), bytes = 0;
  const OrderEntry *first = &o->entries[number - o->base - 1], *e = first;
  for (; number < end && (e == first || bytes + e->n <= PIECE_BYTES); number++)
    bytes += (e++)->n;
  TB_CHECK (order_hash (o, number - (uint64_t) (e - first) - 1, &before));
  Pack *p = replica_message (r, ORDER_ENTRIES);
  pack_uint (p, o->epoch);
  pack_uint (p, number - (uint64_t) (e - first));
  pack_uint (p, before);
  pack_uint (p, (uint64_t) (e - first));
  for (const OrderEntry *x = first; x < e; x++)
    {
      pack_uint (p, x->epoch);
      pack_bytes (p, (TbBytes){ x->bytes, x->n });
    }
  replica_send (r, to);
  return number;
}

void
order_feed (TbReplica *r, Order *o, unsigned to)
{
  OrderFeed *f = &o->feeds[to];
  while (f->next > o->base && f->next <= order_last (o) && f->next <= f->acked + WINDOW)
    f->next = send_entries (r, o, to, f->next);
}

void
order_beat (TbReplica *r, Order *o, unsigned to)
{
  Pack *p = replica_message (r, ORDER_BEAT);
  pack_uint (p, o->epoch);
  pack_uint (p, ++o->feeds[to].beat);
  pack_uint (p, o->began);
  replica_send (r, to);
}

static void
send_behind (TbReplica *r, const Order *o, unsigned to, uint64_t have, uint64_t hash)
{
  Pack *p = replica_message (r, ORDER_BEHIND);
  pack_uint (p, o->epoch);
  pack_uint (p, have);
  pack_uint (p, hash);
  replica_send (r, to);
}

/* An answer to the last beat says what arrived: what was sent behind that is lost, or on its way and sent twice. */
void
order_on_ack (TbReplica *r, Order *o, unsigned from, Take *t)
{
  OrderFeed *f = &o->feeds[from];
  uint64_t have = take_uint (t), hash = take_uint (t), beat = take_uint (t), ours;
  if (!take_is_whole (t))
    return;
  f->heard_ns = r->now_ns;
  if (!order_hash (o, have, &ours) || ours != hash)
    {
      if (have <= order_last (o) || !o->never_back)
        send_behind (r, o, from, have, hash);
      return;
    }
  f->acked = TB_MAX (f->acked, have);
  if (f->next <= have || beat == f->beat)
    f->next = have + 1;
  order_feed (r, o, from);
}

/* ---- The state in pieces ---- */

static void
make_state (TbReplica *r, Order *o)
{
  OrderState *s = &o->out;
  free (s->p);
  s->p = r->table.save (r->host, &s->n);
  s->last = o->applied;
  s->epoch = order_epoch_at (o, o->applied);
  order_hash (o, o->applied, &s->hash);
}

void
order_on_fetch (TbReplica *r, Order *o, unsigned from, Take *t)
{
  OrderState *s = &o->out;
  uint64_t last = take_uint (t), offset = take_uint (t);
  if (!take_is_whole (t))
    return;
  bool another = s->p == NULL || last != s->last || offset > s->n;
  if (another && (s->p == NULL || s->last < o->applied))
    make_state (r, o);
  if (another)
    offset = 0;
  s->used_ns = r->now_ns;
  Pack *p = replica_message (r, ORDER_SNAP);
  pack_uint (p, o->epoch);
  pack_uint (p, s->last);
  pack_uint (p, s->hash);
  pack_uint (p, s->epoch);
  pack_uint (p, s->n);
  pack_uint (p, offset);
  pack_bytes (p, (TbBytes){ s->p + offset, TB_MIN (s->n - offset, PIECE_BYTES) });
  replica_send (r, from);
}

/* ---- The follower ---- */

void
order_ack (TbReplica *r, Order *o, unsigned to, uint64_t beat)
{
  uint64_t hash = 0;
  order_hash (o, order_last (o), &hash);
  Pack *p = replica_message (r, ORDER_ACK);
  pack_uint (p, o->epoch);
  pack_uint (p, order_last (o));
  pack_uint (p, hash);
  pack_uint (p, beat);
  replica_send (r, to);
}

/* Entries begin at any number: those that are here are passed over, if they are the same ones. */
static bool
on_entries (TbReplica *r, Order *o, unsigned from, Take *t)
{
  TbCommand command;
  uint64_t number = take_uint (t), hash = take_uint (t), n = take_uint_to (t, WINDOW), ours, was = order_last (o);
  for (uint64_t i = 0; i < n && !t->bad && !o->fetching; i++, number++)
    {
      uint64_t epoch = take_uint (t);
      TbBytes bytes = take_bytes (t);
      Take inner = { bytes.p, bytes.n, t->bad };
      if (!take_command (&inner, &command) || (number > order_last (o) + 1 && !HAS_BUG (BUG_FOLLOWS_GAPS)))
        break;
      bool fits = number == order_last (o) + 1 && order_hash (o, order_last (o), &ours) && ours == hash;
      if (fits || HAS_BUG (BUG_FOLLOWS_GAPS))
        order_append (r, o, epoch, bytes, 0, 0);
      hash = replica_sum (hash, bytes.p, bytes.n);
    }
  if (!o->fetching)
    order_ack (r, o, from, 0);
  return order_last (o) > was;
}

static void
ask_for_piece (TbReplica *r, Order *o)
{
  o->fetch_ns = r->now_ns + r->config.heartbeat_ns;
  Pack *p = replica_message (r, ORDER_FETCH);
  pack_uint (p, o->epoch);
  pack_uint (p, o->in.last);
  pack_uint (p, o->in.have);
  replica_send (r, o->in_from);
}

/* Only where what the feeder speaks of is still so: it may be an old message. */
static void
on_behind (TbReplica *r, Order *o, unsigned from, Take *t)
{
  uint64_t have = take_uint (t), hash = take_uint (t), ours;
  if (!take_is_whole (t) || have != order_last (o) || !order_hash (o, have, &ours) || ours != hash
      || (o->fetching && o->in_from == from))
    return;
  free (o->in.p);
  o->in = (OrderState){ 0 };
  o->fetching = true;
  o->in_from = from;
  ask_for_piece (r, o);
}

/* The memory grows with what comes, not with what is promised. */
static void
add_piece (OrderState *in, TbBytes piece)
{
  in->p = realloc (in->p, in->have + piece.n + 1);
  TB_CHECK (in->p != NULL);
  if (piece.n > 0)
    memcpy (in->p + in->have, piece.p, piece.n);
  in->have += piece.n;
}

void
order_stop_fetching (Order *o)
{
  free (o->in.p);
  o->in = (OrderState){ 0 };
  o->fetching = false;
}

static bool
on_piece (TbReplica *r, Order *o, unsigned from, Take *t)
{
  OrderState *in = &o->in, new = { .last = take_uint (t), .hash = take_uint (t), .epoch = take_uint (t) };
  new.n = take_uint (t);
  uint64_t offset = take_uint (t);
  TbBytes piece = take_bytes (t);
  if (!take_is_whole (t) || !o->fetching || from != o->in_from || piece.n > new.n || offset > new.n - piece.n)
    return false;
  if (offset == 0 && (in->p == NULL || in->last != new.last || in->hash != new.hash))
    {
      free (in->p);
      *in = new;
    }
  if (in->last != new.last || in->hash != new.hash || in->n != new.n || offset != in->have)
    return false;
  add_piece (in, piece);
  if (in->have < in->n)
    {
      ask_for_piece (r, o);
      return false;
    }
  if (!o->never_back || in->last > order_last (o))
    order_load (r, o, in);
  order_stop_fetching (o);
  order_ack (r, o, from, 0);
  return true;
}

bool
order_follow (TbReplica *r, Order *o, unsigned from, uint8_t kind, Take *t)
{
  if (kind == ORDER_ENTRIES)
    return on_entries (r, o, from, t);
  if (kind == ORDER_SNAP)
    return on_piece (r, o, from, t);
  if (kind == ORDER_BEAT)
    {
      uint64_t beat = take_uint (t);
      take_uint (t);
      if (take_is_whole (t) && !o->fetching)
        order_ack (r, o, from, beat);
    }
  else if (kind == ORDER_BEHIND)
    on_behind (r, o, from, t);
  return false;
}

void
order_feed_tick (TbReplica *r, Order *o)
{
  if (o->fetching && r->now_ns >= o->fetch_ns)
    ask_for_piece (r, o);
  if (o->out.p != NULL && r->now_ns - o->out.used_ns > 4 * r->config.election_ns)
    {
      free (o->out.p);
      o->out = (OrderState){ 0 };
    }
}
