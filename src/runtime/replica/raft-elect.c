/* Who leads: pre-votes, votes, and stepping down. */
#include "raft-private.h"

unsigned
raft_majority (const TbReplica *r)
{
  return r->config.n / 2 + (MUTANT (SMALL_MAJORITY) && r->config.n > 1 ? 0 : 1);
}

void
raft_set_election (TbReplica *r)
{
  Raft *raft = r->core;
  raft->election_due_ns = r->now_ns + r->config.election_ns
                          + (int64_t) replica_random_below (r, (uint64_t) r->config.election_ns);
}

/* A term, and in it at most one vote, for good (R3). */
void
raft_promise (TbReplica *r, uint64_t term, int vote)
{
  Raft *raft = r->core;
  TB_CHECK (term > raft->term || (term == raft->term && (raft->vote == -1 || MUTANT (VOTES_TWICE))));
  raft->term = term;
  raft->vote = vote;
  raft_keep_promise (r);
}

/* Nobody is told anything any more: what is in the log may be committed yet by another leader. */
static void
give_up_tickets (TbReplica *r)
{
  Raft *raft = r->core;
  for (uint64_t i = TB_MAX (raft->applied + 1, raft->log.first); raft->tickets > 0; i++)
    {
      RaftEntry *e = raft_log_at (&raft->log, i);
      if (e->ticket == 0)
        continue;
      if (MUTANT (REFUSES_APPENDED))
        replica_refuse (r, e->ticket, "no longer the leader", raft->leader);
      else
        replica_unknown (r, e->ticket, "no longer the leader: it may be done yet", raft->leader);
      e->ticket = 0;
      raft->tickets--;
    }
}

void
raft_follow (TbReplica *r, uint64_t term, int leader)
{
  Raft *raft = r->core;
  bool led = raft->role == RAFT_LEADER, other = term != raft->term || leader != raft->leader;
  raft->role = RAFT_FOLLOWER;
  raft->leader = leader;
  if (term > raft->term)
    raft_promise (r, term, -1);
  if (led)
    {
      give_up_tickets (r);
      raft_snapshot_end (r);
      raft_set_election (r);
    }
  if (led || other)
    raft_drop_reads (r, led ? "no longer the leader" : "the leader has changed");
}

/* ---- Asking ---- */

static void
ask_all (TbReplica *r, uint8_t kind, uint64_t term)
{
  Raft *raft = r->core;
  uint64_t last = raft_log_last (&raft->log);
  Pack *p = replica_message (r, kind);
  pack_uint (p, term);
  pack_uint (p, last);
  pack_uint (p, raft_log_term (&raft->log, last));
  replica_send_others (r);
}

static bool
has_majority (const TbReplica *r)
{
  const Raft *raft = r->core;
  return (unsigned) __builtin_popcountll (raft->votes) >= raft_majority (r);
}

static void
raft_elect (TbReplica *r)
{
  Raft *raft = r->core;
  raft->role = RAFT_CANDIDATE;
  raft_promise (r, raft->term + 1, (int) r->config.self);
  raft->votes = UINT64_C (1) << r->config.self;
  if (has_majority (r))
    raft_lead (r);
  else
    ask_all (r, RAFT_VOTE, raft->term);
}

void
raft_campaign (TbReplica *r)
{
  Raft *raft = r->core;
  raft_set_election (r);
  raft_drop_reads (r, "there is no leader");
  raft->role = RAFT_ASKING;
  raft->leader = -1;
  raft->votes = UINT64_C (1) << r->config.self;
  if (has_majority (r))
    raft_elect (r);
  else
    ask_all (r, RAFT_PREVOTE, raft->term + 1);
}

/* ---- Answering ---- */

static bool
log_is_as_good (const Raft *raft, uint64_t last, uint64_t last_term)
{
  uint64_t ours = raft_log_last (&raft->log), our_term = raft_log_term (&raft->log, ours);
  return last_term > our_term || (last_term == our_term && last >= ours) || MUTANT (VOTES_FOR_SHORT_LOGS);
}

/* A leader that was heard lately is not unseated by one that does not hear it. */
static bool
leader_is_near (const TbReplica *r)
{
  const Raft *raft = r->core;
  return raft->role == RAFT_LEADER || (raft->leader >= 0 && r->now_ns - raft->heard_ns < r->config.election_ns);
}

static void
say_vote (TbReplica *r, unsigned to, uint8_t kind, uint64_t term, bool granted)
{
  Pack *p = replica_message (r, kind);
  pack_uint (p, term);
  pack_u8 (p, granted);
  replica_send (r, to);
}

void
raft_ask_vote (TbReplica *r, unsigned from, uint8_t kind, uint64_t term, Take *t)
{
  Raft *raft = r->core;
  uint64_t last = take_uint (t), last_term = take_uint (t);
  if (!take_is_whole (t))
    return;
  bool good = log_is_as_good (raft, last, last_term);
  if (kind == RAFT_PREVOTE)
    {
      bool granted = good && term > raft->term && !leader_is_near (r);
      say_vote (r, from, RAFT_PREVOTED, granted ? term : raft->term, granted);
      return;
    }
  bool free_to = raft->vote == -1 || raft->vote == (int) from || MUTANT (VOTES_TWICE);
  bool granted = good && term == raft->term && free_to;
  if (granted && raft->vote != (int) from)
    raft_promise (r, term, (int) from);
  if (granted)
    raft_set_election (r);
  say_vote (r, from, RAFT_VOTED, raft->term, granted);
}

void
raft_hear_vote (TbReplica *r, unsigned from, uint8_t kind, uint64_t term, Take *t)
{
  Raft *raft = r->core;
  bool granted = take_u8 (t) == 1;
  bool ours = kind == RAFT_PREVOTED ? raft->role == RAFT_ASKING && term == raft->term + 1
                                    : raft->role == RAFT_CANDIDATE && term == raft->term;
  if (!take_is_whole (t) || !granted || !ours)
    return;
  raft->votes |= UINT64_C (1) << from;
  if (!has_majority (r))
    return;
  if (raft->role == RAFT_ASKING)
    raft_elect (r);
  else
    raft_lead (r);
}
