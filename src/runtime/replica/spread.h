/* Anti-entropy: a replica finds out with a random other where their tables differ, by digests, and both
 * merge what the other has. Used by gossip, CRDT and quorum, whose states merge in any order and any
 * number of times to the same.
 *
 *   A                                   B
 *   spread_round: SUMMARY (64 digests) ->
 *                                       on_summary: of segments that differ
 *                                    <- HEADS (from hash lo to hi: key and state as hashes)
 *   on_heads: WANT (what is missing) ->
 *             STATE (what differs, "back"; what B has not) ->
 *                                       on_want, on_state:
 *                                    <- STATE (what was asked for, what merged to something else)
 *
 * Each message is bounded, and so is what one message calls forth; what did not fit comes in a later round,
 * which begins elsewhere. Nothing is remembered between messages, so any may be lost or doubled. */
#pragma once

#include "table.h"

enum /* message kinds, the same in all protocols that use it */
{
  SPREAD_SUMMARY,
  SPREAD_HEADS,
  SPREAD_WANT,
  SPREAD_STATE,
  SPREAD_KINDS
};
#define SPREAD_WORDS "summary", "heads", "want", "state"

typedef struct
{
  Table *table;
  /* Takes a state that another has into the table, keeps what changed. False: it is damaged. */
  bool (*merge) (TbReplica *r, TbBytes key, TbBytes state);
  int64_t next_ns;
  uint64_t rounds;
} Spread;

void spread_start (TbReplica *r, Spread *s);
/* Begins a round where one is due. */
void spread_tick (TbReplica *r, Spread *s);
/* What was written, to two random others at once. */
void spread_tell_some (TbReplica *r, const TableEntry *e);
/* A message whose kind is below SPREAD_KINDS. */
void spread_message (TbReplica *r, Spread *s, unsigned from, uint8_t kind, Take *t);
