/* Raft's steps, its row, and its invariants; raft-private.h draws the machine. */
#include "raft-private.h"

#include <stdlib.h>

static void
raft_create (TbReplica *r)
{
  Raft *raft = r->core;
  raft->vote = raft->leader = -1;
  raft->log.first = 1;
  raft->peers = calloc (r->config.n, sizeof *raft->peers);
  TB_CHECK (raft->peers != NULL);
}

static void
raft_destroy (TbReplica *r)
{
  Raft *raft = r->core;
  raft_snapshot_end (r);
  free (raft->log.entries);
  pack_free (&raft->log.bytes);
  pack_free (&raft->read_bytes);
  pack_free (&raft->in.bytes);
  free (raft->reads);
  free (raft->peers);
}

static void
raft_start (TbReplica *r)
{
  Raft *raft = r->core;
  /* Numbers that it asked with before a crash must not be taken for new ones. */
  raft->round = raft->round_confirmed = r->table.random (r->host) >> 2;
  raft_set_election (r);
  if (r->config.n == 1)
    raft_campaign (r);
}

static void
raft_command (TbReplica *r, uint64_t ticket, const TbCommand *command)
{
  Raft *raft = r->core;
  if (tb_command_is_read (command->kind))
    raft_read (r, ticket, command);
  else if (raft->role != RAFT_LEADER)
    replica_refuse (r, ticket, raft->leader < 0 ? "there is no leader" : "not the leader", raft->leader);
  else if (raft_log_last (&raft->log) - raft->committed >= RAFT_OPEN_MAX)
    replica_refuse (r, ticket, "too many writes wait for a majority", -1);
  else
    raft_append (r, ticket, command);
}

/* ---- Messages ---- */

/* One of an older term; who leads it, or would, is told of ours. */
static void
answer_old (TbReplica *r, unsigned from, uint8_t kind)
{
  Raft *raft = r->core;
  if (kind == RAFT_APPEND || kind == RAFT_SNAPSHOT)
    raft_say_appended (r, from, false, 0, 0);
  else if (kind == RAFT_VOTE || kind == RAFT_PREVOTE)
    {
      Pack *p = replica_message (r, kind == RAFT_VOTE ? RAFT_VOTED : RAFT_PREVOTED);
      pack_uint (p, raft->term);
      pack_u8 (p, 0);
      replica_send (r, from);
    }
}

static void
raft_message (TbReplica *r, unsigned from, uint8_t kind, Take *t)
{
  Raft *raft = r->core;
  uint64_t term = take_uint_to (t, RAFT_TERM_MAX);
  if (t->bad || kind >= RAFT_MESSAGES)
    return;
  /* A pre-vote names a term that is not there yet, and so does the one who would grant it. */
  bool of_the_future = kind == RAFT_PREVOTE || (kind == RAFT_PREVOTED && term == raft->term + 1 && t->n == 1 && t->p[0] == 1);
  if (term > raft->term && !of_the_future)
    raft_follow (r, term, -1);
  if (term < raft->term)
    {
      answer_old (r, from, kind);
      return;
    }
  if (kind == RAFT_APPEND)
    raft_take_entries (r, from, term, t);
  else if (kind == RAFT_APPENDED)
    raft_hear_appended (r, from, t);
  else if (kind == RAFT_PREVOTE || kind == RAFT_VOTE)
    raft_ask_vote (r, from, kind, term, t);
  else if (kind == RAFT_PREVOTED || kind == RAFT_VOTED)
    raft_hear_vote (r, from, kind, term, t);
  else if (kind == RAFT_SNAPSHOT)
    raft_snapshot_take (r, from, t);
  else if (kind == RAFT_TAKEN)
    raft_snapshot_hear (r, from, t);
  else if (kind == RAFT_READ)
    raft_read_for (r, from, t);
  else
    raft_may_read (r, t);
}

/* ---- Time ---- */

/* The first entry with a ticket; NULL: nobody waits. */
static RaftEntry *
first_open (Raft *raft)
{
  if (raft->tickets == 0)
    return NULL;
  raft->open = TB_MAX (raft->open, TB_MAX (raft->applied + 1, raft->log.first));
  while (raft_log_at (&raft->log, raft->open)->ticket == 0)
    raft->open++;
  return raft_log_at (&raft->log, raft->open);
}

static void
time_out_writes (TbReplica *r)
{
  Raft *raft = r->core;
  for (RaftEntry *e; (e = first_open (raft)) != NULL && e->due_ns <= r->now_ns;)
    {
      replica_unknown (r, e->ticket, "no majority answered in time: it may be done yet", raft->leader);
      e->ticket = 0;
      raft->tickets--;
    }
}

/* A leader that a majority does not answer leads nobody, and should not have clients wait for it. */
static bool
majority_answers (const TbReplica *r)
{
  const Raft *raft = r->core;
  unsigned n = 1;
  for (unsigned i = 0; i < r->config.n; i++)
    n += i != r->config.self && r->now_ns - raft->peers[i].heard_ns <= r->config.election_ns;
  return n >= raft_majority (r);
}

static void
raft_tick (TbReplica *r)
{
  Raft *raft = r->core;
  time_out_writes (r);
  raft_time_out_reads (r);
  if (raft->role != RAFT_LEADER)
    {
      if (r->now_ns >= raft->election_due_ns)
        raft_campaign (r);
    }
  else if (r->now_ns >= raft->beat_due_ns)
    {
      if (majority_answers (r))
        raft_beat (r);
      else
        raft_follow (r, raft->term, -1);
    }
}

static int64_t
raft_deadline (const TbReplica *r)
{
  Raft *raft = r->core;
  const RaftEntry *e = first_open (raft);
  int64_t due_ns = raft->role == RAFT_LEADER ? raft->beat_due_ns : raft->election_due_ns;
  due_ns = TB_MIN (due_ns, raft_reads_due (raft));
  return e != NULL ? TB_MIN (due_ns, e->due_ns) : due_ns;
}

/* ---- What it says, and what must hold ---- */

static void
raft_status (const TbReplica *r, TbReplicaStatus *status)
{
  static const char *const roles[] = { "follower", "candidate", "candidate", "leader" };
  const Raft *raft = r->core;
  status->role = roles[raft->role];
  status->term = raft->term;
  status->leader = raft->leader;
  status->digest = raft->applied_digest;
  status->applied = raft->applied;
  status->log_entries = raft->log.n;
}

static void
raft_check (const TbReplica *r)
{
  const Raft *raft = r->core;
  uint64_t last = raft_log_last (&raft->log);
  TB_CHECK (raft->log.first - 1 <= raft->applied && raft->applied <= raft->committed && raft->committed <= last); /* R1 */
  TB_CHECK (raft_log_term (&raft->log, last) <= raft->term);                                                      /* R2 */
  TB_CHECK (raft->role == RAFT_LEADER || raft->tickets == 0);                                                     /* R7 */
  if (raft->role != RAFT_LEADER)
    return;
  TB_CHECK (raft->leader == (int) r->config.self && raft->own <= last); /* R5 */
  for (unsigned i = 0; i < r->config.n; i++)
    TB_CHECK (i == r->config.self
              || (raft->peers[i].match < raft->peers[i].next && raft->peers[i].next <= last + 1)); /* R6 */
}

static bool
raft_entry (const TbReplica *r, uint64_t index, uint64_t *term, uint64_t *digest)
{
  const Raft *raft = r->core;
  if (index + 1 < raft->log.first)
    return false;
  bool there = index <= raft_log_last (&raft->log);
  *term = there ? raft_log_term (&raft->log, index) : 0;
  *digest = there ? raft_log_digest (&raft->log, index) : 0;
  return true;
}

static const char *const words[RAFT_MESSAGES] = {
  [RAFT_APPEND] = "append",     [RAFT_APPENDED] = "appended", [RAFT_PREVOTE] = "pre-vote?", [RAFT_PREVOTED] = "pre-vote",
  [RAFT_VOTE] = "vote?",        [RAFT_VOTED] = "vote",        [RAFT_SNAPSHOT] = "snapshot", [RAFT_TAKEN] = "taken",
  [RAFT_READ] = "read index?",  [RAFT_MAY_READ] = "read index",
};

const TbReplicaProtocol replica_raft = {
  .replication = TB_REPLICATION_RAFT,
  .size = sizeof (Raft),
  .create = raft_create,
  .destroy = raft_destroy,
  .restore = raft_restore,
  .start = raft_start,
  .command = raft_command,
  .message = raft_message,
  .tick = raft_tick,
  .deadline = raft_deadline,
  .status = raft_status,
  .check = raft_check,
  .message_words = words,
  .n_message_words = RAFT_MESSAGES,
  .entry = raft_entry,
};
