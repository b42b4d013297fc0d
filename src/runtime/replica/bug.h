/* Mistakes put in on purpose, one at a time, in a build for tests alone: simulator and judge must find each. In all
 * other builds this is nothing. */
#pragma once

#ifdef TB_REPLICA_BUGS
typedef enum
{
  BUG_NONE,
  BUG_FOLLOWS_GAPS,      /* a follower takes entries that do not fit behind what it has */
  BUG_KEEPS_UNDECIDED,   /* a primary that another one follows keeps what was not applied */
  BUG_HEAD_ANSWERS,      /* the chain's head does not wait for the tail */
  BUG_MIDDLE_IS_DONE,    /* the member before the tail says done as well */
  BUG_WRITES_UNASKED,    /* a quorum's write asks nobody for versions */
  BUG_COUNTS_TWICE,      /* one replica of a quorum counts for two */
  BUG_READS_TOO_EARLY,   /* a read does not wait for its write-back */
  BUG_READS_IN_DOUBT,    /* write to all: a key that is held is read */
  BUG_ENTRY_FIRST,       /* the value is kept before the decision */
  BUG_FORGETS_DOUBT,     /* what a replica promised is not kept */
  BUG_FINDS_NEW_KEYS,    /* anti-entropy tells of missing keys alone */
  BUG_ADDS_UP,           /* merging counters adds */
  N_BUGS
} Bug;
extern Bug replica_bug;
#define HAS_BUG(bug) (replica_bug == (bug))
#else
#define HAS_BUG(bug) false
#endif
