/* One order of commands, that one replica decides and others follow: the log of primary-backup and of the chain, its
 * journal, and feeding it to a follower. The state machine is the host's (apply, save, load).
 *
 * A log is entries base+1 … last in memory; up to applied the host has carried them out. Hashes are chained, so that an
 * equal hash at a number stands for an equal history up to there.
 *
 *   feeder                                   follower
 *   order_feed: ENTRIES (first number, hash before) ->
 *   order_beat: BEAT (on time)              ->
 *                                            order_follow: appends what fits, keeps, applies
 *                                         <- ACK (what it has, and the hash there)
 *   order_acked: goes on behind what it has;
 *   what is too old, or another history:
 *               BEHIND (what it said it has) ->
 *                                         <- FETCH (offset)     \ again until all is there, then the
 *               SNAP (a piece of the state) ->                  / state takes the place of its own
 *
 * Nothing is lost for good: a beat is answered with what is there, and the feeder goes on from that.
 *
 * Invariants (order_check):
 *  1 base <= applied <= last
 *  2 the last entry's hash is that of its bytes after the hash before
 *  3 open tickets stand only behind applied */
#pragma once

#include "replica-private.h"

#define ORDER_ENTRIES_KEPT 4096           /* applied ones, for followers that are behind */
#define ORDER_BYTES_KEPT (32u << 20)
#define ORDER_OPEN_MAX 1024               /* not applied yet */

enum /* message kinds, the same in both protocols */
{
  ORDER_ENTRIES,
  ORDER_BEAT,
  ORDER_ACK,
  ORDER_BEHIND,
  ORDER_FETCH,
  ORDER_SNAP,
  ORDER_KINDS
};
#define ORDER_WORDS "entries", "beat", "ack", "behind", "fetch", "snapshot"

typedef struct
{
  uint64_t ticket; /* 0: nobody waits here */
  int64_t since_ns, deadline_ns;
  uint64_t epoch, hash;
  uint8_t *bytes;
  size_t n;
} OrderEntry;

typedef struct
{
  uint64_t next, acked; /* numbers of entries: to be sent next, known to be there */
  uint64_t beat;        /* number of the last beat */
  int64_t heard_ns;
} OrderFeed;

typedef struct
{
  uint8_t *p;
  size_t n, have;
  uint64_t last, hash, epoch; /* the log that the state stands for */
  int64_t used_ns;
} OrderState;

typedef struct
{
  OrderEntry *entries;
  size_t n, size, bytes;
  uint64_t base, base_hash, base_epoch;
  uint64_t applied;
  uint64_t epoch;  /* who leads: epoch % n; kept */
  bool never_back; /* a follower keeps what it has, whatever the feeder says: nobody else may come to lead */
  uint64_t began;  /* last when this epoch began, where it was led */
  uint64_t records, record_bytes, state_bytes; /* of the journal since it began anew */
  OrderState out;  /* being fetched by others */
  OrderState in;   /* being fetched from `in_from` */
  bool fetching;
  unsigned in_from;
  int64_t fetch_ns;
  OrderFeed feeds[TB_REPLICAS_MAX];
} Order; /* the first member of a core that uses it */

/* ---- order.c: the log and its journal ---- */

uint64_t order_last (const Order *o);
/* False: not in memory (any more, or yet). */
bool order_hash (const Order *o, uint64_t number, uint64_t *hash);
uint64_t order_epoch_at (const Order *o, uint64_t number); /* applied or later */
void order_destroy (Order *o);
bool order_restore (TbReplica *r, Order *o, uint8_t kind, Take *t); /* false: not its record */
/* Appends and keeps. deadline: when the ticket is answered UNKNOWN, where it is not 0. */
void order_append (TbReplica *r, Order *o, uint64_t epoch, TbBytes command, uint64_t ticket, int64_t deadline_ns);
void order_apply (TbReplica *r, Order *o, uint64_t up_to);
/* Takes back what is not applied, and answers its tickets UNKNOWN. */
void order_truncate (TbReplica *r, Order *o);
void order_set_epoch (TbReplica *r, Order *o, uint64_t epoch);
/* Forgets entries that all followers have, keeps others while there is room; begins the journal anew where it is long. */
void order_tidy (TbReplica *r, Order *o, uint64_t all_have);
/* Takes a state in the place of all that is here. */
void order_load (TbReplica *r, Order *o, const OrderState *state);
/* Answers those UNKNOWN that have waited too long; they may be applied yet. */
void order_expire (TbReplica *r, Order *o);
int64_t order_expires_ns (const Order *o);
/* Why a write cannot be taken; NULL: it can. */
const char *order_refuses (const TbReplica *r, const Order *o);
void order_status (const Order *o, TbReplicaStatus *status);
void order_check (const Order *o);

/* ---- order-feed.c ---- */

void order_feed_begin (TbReplica *r, Order *o, unsigned to);
void order_feed (TbReplica *r, Order *o, unsigned to);
void order_beat (TbReplica *r, Order *o, unsigned to);
void order_ack (TbReplica *r, Order *o, unsigned to, uint64_t beat);
/* Messages to a feeder; the epoch has been read and is this one's. */
void order_on_ack (TbReplica *r, Order *o, unsigned from, Take *t);
void order_on_fetch (TbReplica *r, Order *o, unsigned from, Take *t);
/* Messages to a follower, from whom it follows; the epoch has been read and is this one's. True: something new is here. */
bool order_follow (TbReplica *r, Order *o, unsigned from, uint8_t kind, Take *t);
void order_stop_fetching (Order *o);
/* Asks again for what did not come; lets go of a state nobody fetches. */
void order_feed_tick (TbReplica *r, Order *o);
