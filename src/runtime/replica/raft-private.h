/* Raft (Ongaro and Ousterhout 2014; Ongaro's dissertation for pre-vote 9.6, read index 6.4, check of the quorum 6.2).
 *
 *                    election_due             pre-votes of a majority           votes of a majority
 *      raft_start   raft_campaign()             raft_elect()                    raft_lead()
 *   ──▶ FOLLOWER ─────────────────▶ ASKING ─────────────────────▶ CANDIDATE ─────────────────▶ LEADER
 *          ▲                          │  ▲─── election_due ────────────│ raft_campaign()          │
 *          │        raft_follow()     │                                │                          │
 *          └──────────────────────────┴────────────────────────────────┴──────────────────────────┘
 *       a higher term in any message; one who leads this term; and a leader that a majority has not answered for
 *       an election's time
 *
 * FOLLOWER   knows the leader of the term, or waits to hear of one.
 * ASKING     would others vote for it in the next term? Nothing is promised yet, no term has changed, so one that was
 *            cut off does not disturb the others when it comes back.
 * CANDIDATE  has voted for itself in a term of its own.
 * LEADER     its log is the log; `own` is its first entry, a no-op, with which what is older is committed too.
 *
 * A follower that is sent things (of a leader's view):
 *   PROBE      where its log meets ours is not known: one message at a time, raft_rejected() steps back
 *   STREAM     it is: messages are sent ahead of the answers, WINDOW of them (raft_accepted())
 *   SNAPSHOT   what it lacks is no longer in the log: the whole state in pieces (raft_snapshot_send())
 *
 * Invariants, checked after every step (raft_check()) or where they could break:
 *   R1  start of log - 1 <= applied <= committed <= last.
 *   R2  Terms in the log never fall, and none is above the current one.
 *   R3  A term has one vote (raft_promise()).
 *   R4  What is committed is never cut off the log (raft_log_cut()).
 *   R5  A leader leads itself, and has its term's first entry.
 *   R6  Of each follower: what it has < what is sent next <= last + 1.
 *   R7  Only a leader has clients waiting for an entry.
 * Election safety, state machine safety and leader completeness concern several replicas: sim-check.c. */
#pragma once

#include "replica-private.h"

/* For the tests: the same sources once more, each with a mistake that the simulator must find (test-raft-mutants.c). */
#ifdef TB_RAFT_MUTANTS
typedef enum
{
  MUTANT_NONE,
  MUTANT_COMMITS_OLD_TERMS, /* by counting copies, as figure 8 of the paper warns of */
  MUTANT_FORGETS_VOTES,     /* in a crash */
  MUTANT_VOTES_TWICE,
  MUTANT_VOTES_FOR_SHORT_LOGS,
  MUTANT_FORGETS_ENTRIES, /* in a crash, though it said that it has them */
  MUTANT_SMALL_MAJORITY,
  MUTANT_ANSWERS_EARLY, /* before others have the entry */
  MUTANT_IGNORES_PREVIOUS, /* appends whatever comes before */
  MUTANT_KEEPS_CONFLICTS,
  MUTANT_READS_UNASKED,      /* without asking whether it still leads */
  MUTANT_READS_BEFORE_OWN,   /* before its term's first entry is committed */
  MUTANT_REFUSES_APPENDED, /* says "no effect" of what may still have one */
  MUTANT_SNAPSHOT_AHEAD,   /* a snapshot said to hold more than it does */
  N_MUTANTS
} RaftMutant;
extern RaftMutant raft_mutant;
#define MUTANT(name) (raft_mutant == MUTANT_##name)
#else
#define MUTANT(name) false
#endif

#define RAFT_WINDOW 4                    /* messages with entries on their way to a follower */
#define RAFT_PIECES 4                   /* a piece of a snapshot has as many times the bytes of a batch */
#define RAFT_OPEN_MAX 65536              /* entries that are not committed: a leader without followers takes no more */
#define RAFT_TERM_MAX (UINT64_MAX >> 2) /* in a message; more is nonsense */

enum
{
  RAFT_APPEND,   /* term, previous index and term, committed, round, n, n × (term, bytes) */
  RAFT_APPENDED, /* term, whether, with entries, index (it has / it refused), hint, round */
  RAFT_PREVOTE,  /* term that would be, last index and term */
  RAFT_PREVOTED, /* term, whether */
  RAFT_VOTE,
  RAFT_VOTED,
  RAFT_SNAPSHOT, /* term, index, its term, digest, bytes in all, offset, piece */
  RAFT_TAKEN,    /* term, index, bytes so far */
  RAFT_READ,     /* term, number: may I read? */
  RAFT_MAY_READ, /* term, number, index */
  RAFT_MESSAGES
};

enum
{
  RAFT_RECORD_PROMISE,  /* term, vote + 1 */
  RAFT_RECORD_ENTRIES,  /* index of the first, n, n × (term, bytes): what was from there on is cut off */
  RAFT_RECORD_SNAPSHOT, /* index, term, digest, state */
};

/* ---- raft-log.c ---- */

typedef struct
{
  uint64_t term;
  uint64_t digest; /* of all up to here */
  uint64_t ticket; /* who waits for it; 0: nobody (any more) */
  int64_t due_ns;  /* of the ticket */
  size_t at;       /* its bytes: a packed command, none for a no-op */
  uint32_t n;
} RaftEntry;

typedef struct
{
  uint64_t first;                      /* index of entries[0]; the first entry ever has 1 */
  uint64_t before_term, before_digest; /* of the entry before it */
  RaftEntry *entries;
  size_t n, size;
  Pack bytes;
} RaftLog;

typedef enum
{
  RAFT_FOLLOWER,
  RAFT_ASKING,
  RAFT_CANDIDATE,
  RAFT_LEADER
} RaftRole;

typedef enum
{
  PEER_PROBE,
  PEER_STREAM,
  PEER_SNAPSHOT
} RaftPeerState;

typedef struct
{
  RaftPeerState state;
  uint64_t match, next;
  unsigned under_way; /* messages with entries (of a probe: any) without an answer */
  int64_t heard_ns;   /* the last answer */
  uint64_t round;     /* the last one it answered */
  uint64_t told;      /* committed, as it was last told */
  size_t offset;      /* of the snapshot's piece it needs */
} RaftPeer;

/* A read that waits: here until round is confirmed (or the leader said an index), then until index is applied.
 * Asked by another replica: until the round is confirmed. */
typedef struct
{
  uint64_t ticket;
  int from;        /* another replica; -1: a client of ours */
  uint64_t number; /* that replica's */
  uint64_t round, index;
  bool confirmed;
  int64_t due_ns;
  size_t at;
  uint32_t n;
} RaftRead;

typedef struct
{
  /* Kept. */
  uint64_t term;
  int vote; /* -1: nobody yet in this term */
  RaftLog log;
  /* Lost in a crash. */
  RaftRole role;
  int leader;
  uint64_t committed, applied, applied_digest;
  int64_t election_due_ns, heard_ns /* of a leader */, beat_due_ns;
  uint64_t votes; /* a bit each */
  RaftPeer *peers;
  uint64_t own;   /* the leader's first entry */
  uint64_t open;  /* no entry before it has a ticket */
  uint64_t tickets; /* in the log */
  /* Reads. */
  uint64_t round, round_confirmed;
  int64_t asked_ns; /* a follower: when it last asked the leader */
  RaftRead *reads;
  size_t reads_first, n_reads, reads_size;
  Pack read_bytes;
  /* The journal since it began anew. */
  uint64_t kept_records, kept_bytes, snapshot_bytes;
  /* A snapshot on its way out, for all who need one; one that comes in. */
  struct { void *p; size_t n; uint64_t index, term, digest; } out;
  struct { Pack bytes; uint64_t index, term, total; } in;
} Raft;

uint64_t raft_log_last (const RaftLog *log);
/* Of the entry at index, which is in the log or the one before its first. */
uint64_t raft_log_term (const RaftLog *log, uint64_t index);
uint64_t raft_log_digest (const RaftLog *log, uint64_t index);
bool raft_log_has (const RaftLog *log, uint64_t index);
RaftEntry *raft_log_at (const RaftLog *log, uint64_t index);
TbBytes raft_log_bytes (const RaftLog *log, const RaftEntry *e);
RaftEntry *raft_log_append (RaftLog *log, uint64_t term, TbBytes bytes);
void raft_log_cut (Raft *raft, uint64_t from);  /* and all after it */
void raft_log_forget (RaftLog *log, uint64_t to); /* and all before it */
void raft_log_reset (RaftLog *log, uint64_t index, uint64_t term, uint64_t digest);

/* ---- raft-keep.c: the journal ---- */

void raft_keep_promise (TbReplica *r);
void raft_keep_entries (TbReplica *r, uint64_t from);
/* The journal begins anew with the state as it is applied; bytes are the host's own save(). */
void raft_keep_state (TbReplica *r, TbBytes state);
void raft_compact_if_long (TbReplica *r);
void raft_restore (TbReplica *r, uint8_t kind, Take *record);

/* ---- raft-elect.c ---- */

unsigned raft_majority (const TbReplica *r);
void raft_set_election (TbReplica *r);
void raft_promise (TbReplica *r, uint64_t term, int vote);
void raft_follow (TbReplica *r, uint64_t term, int leader);
void raft_campaign (TbReplica *r);
void raft_ask_vote (TbReplica *r, unsigned from, uint8_t kind, uint64_t term, Take *t);
void raft_hear_vote (TbReplica *r, unsigned from, uint8_t kind, uint64_t term, Take *t);

/* ---- raft-replicate.c ---- */

void raft_lead (TbReplica *r);
void raft_append (TbReplica *r, uint64_t ticket, const TbCommand *command); /* NULL: a no-op */
void raft_send_all (TbReplica *r);
void raft_send_to (TbReplica *r, unsigned to, bool beat);
void raft_beat (TbReplica *r);
void raft_take_entries (TbReplica *r, unsigned from, uint64_t term, Take *t);
void raft_hear_appended (TbReplica *r, unsigned from, Take *t);
void raft_say_appended (TbReplica *r, unsigned to, bool with_entries, uint64_t match, uint64_t round);
void raft_has (TbReplica *r, unsigned from, uint64_t match); /* a follower has all up to there */
void raft_commit_to (TbReplica *r, uint64_t index);

/* ---- raft-read.c ---- */

void raft_read (TbReplica *r, uint64_t ticket, const TbCommand *command);
void raft_read_for (TbReplica *r, unsigned from, Take *t);
void raft_may_read (TbReplica *r, Take *t);
void raft_confirm_reads (TbReplica *r);
void raft_serve_reads (TbReplica *r);
void raft_drop_reads (TbReplica *r, const char *why);
void raft_time_out_reads (TbReplica *r);
int64_t raft_reads_due (const Raft *raft);

/* ---- raft-snapshot.c ---- */

void raft_snapshot_begin (TbReplica *r, unsigned to);
/* `asks`: without a byte, whether anybody is there. */
void raft_snapshot_send (TbReplica *r, unsigned to, bool asks);
void raft_snapshot_take (TbReplica *r, unsigned from, Take *t);
void raft_snapshot_hear (TbReplica *r, unsigned from, Take *t);
void raft_snapshot_end (TbReplica *r);
void raft_snapshot_end_if_done (TbReplica *r); /* when nobody needs it any more */
