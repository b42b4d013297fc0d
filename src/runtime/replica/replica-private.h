/* Inside the module: what a protocol is, and how messages and records are written and read. */
#pragma once

#include <string.h>

#include "tb-base.h"
#include "tb-replica.h"

/* ---- codec.c: bytes that are written, and read without trust ---- */

typedef struct
{
  uint8_t *p;
  size_t n, size;
} Pack;

void pack_clear (Pack *p);
void pack_free (Pack *p);
void pack_u8 (Pack *p, uint8_t v);
void pack_uint (Pack *p, uint64_t v); /* 7 bits a byte, the low ones first */
void pack_int (Pack *p, int64_t v);   /* small ones of either sign are short */
void pack_raw (Pack *p, const void *bytes, size_t n);
void pack_bytes (Pack *p, TbBytes bytes); /* with their length */
void pack_command (Pack *p, const TbCommand *command);

/* Once anything was not there, `bad` stays true and all that is taken is 0 or empty: look at it once at the end,
 * and before a loop is trusted with a number that was read. */
typedef struct
{
  const uint8_t *p;
  size_t n; /* left */
  bool bad;
} Take;

uint8_t take_u8 (Take *t);
uint64_t take_uint (Take *t);
/* A number of at most `max`, else bad. */
uint64_t take_uint_to (Take *t, uint64_t max);
int64_t take_int (Take *t);
TbBytes take_bytes (Take *t); /* point into what is read */
uint8_t *replica_copy (TbBytes bytes); /* to be freed; never NULL */
/* False where it is damaged. */
bool take_command (Take *t, TbCommand *command);
/* Nothing bad, and nothing left. */
bool take_is_whole (const Take *t);

/* A sum over bytes that goes on from another: for digests and against damage, never for trust. */
uint64_t replica_sum (uint64_t from, const void *bytes, size_t n);

/* ---- The table ---- */

typedef struct
{
  TbReplication replication;
  size_t size;            /* of its state, r->core: zeroed, freed by the table */
  void (*create) (TbReplica *r);
  void (*destroy) (TbReplica *r); /* what core points to; NULL: nothing */
  void (*restore) (TbReplica *r, uint8_t kind, Take *record);
  void (*start) (TbReplica *r);
  void (*command) (TbReplica *r, uint64_t ticket, const TbCommand *command);
  void (*message) (TbReplica *r, unsigned from, uint8_t kind, Take *message);
  void (*tick) (TbReplica *r);
  int64_t (*deadline) (const TbReplica *r);
  /* digest, leader (-1) and role are set to what is right for a lone replica beforehand. */
  void (*status) (const TbReplica *r, TbReplicaStatus *status);
  /* The numbered invariants of the protocol; called after every step. NULL: none. */
  void (*check) (const TbReplica *r);
  const char *const *message_words; /* by kind, for labels */
  unsigned n_message_words;
  /* The term and digest of the log's entry, for the simulator's invariants; false: not there (any more). NULL: no log. */
  bool (*entry) (const TbReplica *r, uint64_t index, uint64_t *term, uint64_t *digest);
} TbReplicaProtocol;

struct TbReplica
{
  TbReplicaConfig config;
  TbReplicaHost table;
  void *host;
  const TbReplicaProtocol *protocol;
  void *core;
  int64_t now_ns; /* of this step; never goes back */
  Pack message, record;
  bool message_sealed;
};

/* One file a protocol. */
extern const TbReplicaProtocol replica_none;
extern const TbReplicaProtocol replica_primary_sync;
extern const TbReplicaProtocol replica_primary_async;
extern const TbReplicaProtocol replica_chain;
extern const TbReplicaProtocol replica_quorum;
extern const TbReplicaProtocol replica_gossip;
extern const TbReplicaProtocol replica_crdt;
extern const TbReplicaProtocol replica_all;
extern const TbReplicaProtocol replica_raft;

/* ---- replica.c: for protocols ---- */

/* A message (a record) begins: fill what is returned, then send it, to as many as you like (keep it). */
Pack *replica_message (TbReplica *r, uint8_t kind);
void replica_send (TbReplica *r, unsigned to);
void replica_send_others (TbReplica *r);
Pack *replica_record (TbReplica *r, uint8_t kind);
void replica_keep (TbReplica *r);

/* Answers with nothing, a value, or a reason in words. */
void replica_answer (TbReplica *r, uint64_t ticket, TbAnswer answer, TbBytes value);
void replica_refuse (TbReplica *r, uint64_t ticket, const char *why, int leader);
void replica_unknown (TbReplica *r, uint64_t ticket, const char *why, int leader);
uint64_t replica_random_below (TbReplica *r, uint64_t n);
