/* The log on its way: a leader sends, followers take, the leader counts. */
#include "raft-private.h"

/* ---- Sending ---- */

/* How many from there on make a message. */
static uint64_t
a_batch (const TbReplica *r, uint64_t from)
{
  const Raft *raft = r->core;
  uint64_t bytes = 0, n = 0, last = raft_log_last (&raft->log);
  for (; from + n <= last && (n == 0 || bytes < r->config.batch_bytes); n++)
    bytes += raft_log_at (&raft->log, from + n)->n + 8u;
  return n;
}

static void
send_entries (TbReplica *r, unsigned to, uint64_t from, uint64_t n)
{
  Raft *raft = r->core;
  Pack *p = replica_message (r, RAFT_APPEND);
  pack_uint (p, raft->term);
  pack_uint (p, from - 1);
  pack_uint (p, raft_log_term (&raft->log, from - 1));
  pack_uint (p, raft->committed);
  raft->peers[to].told = raft->committed;
  pack_uint (p, raft->round);
  pack_uint (p, n);
  for (uint64_t i = from; i < from + n; i++)
    {
      const RaftEntry *e = raft_log_at (&raft->log, i);
      pack_uint (p, e->term);
      pack_bytes (p, raft_log_bytes (&raft->log, e));
    }
  replica_send (r, to);
}

/* One message, if one may go; `beat`: in any case, if need be without entries. Whether more could follow. */
static bool
send_one (TbReplica *r, unsigned to, bool beat)
{
  Raft *raft = r->core;
  RaftPeer *peer = &raft->peers[to];
  if (peer->state == PEER_SNAPSHOT)
    {
      if (beat && peer->under_way == 0)
        raft_snapshot_send (r, to, true);
      return false;
    }
  if (peer->next < raft->log.first)
    {
      raft_snapshot_begin (r, to);
      return false;
    }
  bool room = peer->under_way < (peer->state == PEER_STREAM ? RAFT_WINDOW : 1);
  uint64_t n = 0;
  if (room || (beat && peer->state == PEER_PROBE))
    n = a_batch (r, peer->next);
  if (n == 0 && !beat)
    return false;
  send_entries (r, to, peer->next, n);
  if (peer->state == PEER_STREAM)
    peer->next += n;
  peer->under_way += n > 0 && room;
  return n > 0 && peer->state == PEER_STREAM;
}

void
raft_send_to (TbReplica *r, unsigned to, bool beat)
{
  while (send_one (r, to, beat))
    beat = false;
}

void
raft_send_all (TbReplica *r)
{
  for (unsigned to = 0; to < r->config.n; to++)
    if (to != r->config.self)
      raft_send_to (r, to, false);
}

/* What got no answer for two beats is taken for lost. */
void
raft_beat (TbReplica *r)
{
  Raft *raft = r->core;
  raft->beat_due_ns = r->now_ns + r->config.heartbeat_ns;
  for (unsigned to = 0; to < r->config.n; to++)
    {
      RaftPeer *peer = &raft->peers[to];
      if (to == r->config.self)
        continue;
      if (peer->under_way > 0 && r->now_ns - peer->heard_ns > 2 * r->config.heartbeat_ns)
        {
          peer->under_way = 0;
          peer->state = peer->state == PEER_STREAM ? PEER_PROBE : peer->state;
          peer->next = peer->state == PEER_PROBE ? peer->match + 1 : peer->next;
        }
      raft_send_to (r, to, true);
    }
}

/* ---- Leading ---- */

void
raft_lead (TbReplica *r)
{
  Raft *raft = r->core;
  raft->role = RAFT_LEADER;
  raft->leader = (int) r->config.self;
  raft->own = raft->open = raft_log_last (&raft->log) + 1;
  raft->round = raft->round_confirmed = 0;
  for (unsigned i = 0; i < r->config.n; i++)
    raft->peers[i] = (RaftPeer){ .next = raft->own, .heard_ns = r->now_ns };
  raft_append (r, 0, NULL);
  raft->beat_due_ns = r->now_ns + r->config.heartbeat_ns;
}

static void
count_copies (TbReplica *r)
{
  Raft *raft = r->core;
  uint64_t have[TB_REPLICAS_MAX]; /* falling */
  unsigned n = 0;
  for (unsigned i = 0; i < r->config.n; i++)
    {
      uint64_t match = i == r->config.self ? raft_log_last (&raft->log) : raft->peers[i].match;
      unsigned at = n++;
      for (; at > 0 && have[at - 1] < match; at--)
        have[at] = have[at - 1];
      have[at] = match;
    }
  uint64_t index = have[raft_majority (r) - 1];
  /* Of an older term copies prove nothing (5.4.2, figure 8): it is committed by what comes after it. */
  if (index > raft->committed && (raft_log_term (&raft->log, index) == raft->term || MUTANT (COMMITS_OLD_TERMS)))
    raft_commit_to (r, index);
}

void
raft_append (TbReplica *r, uint64_t ticket, const TbCommand *command)
{
  Raft *raft = r->core;
  pack_clear (&r->message);
  if (command != NULL)
    pack_command (&r->message, command);
  RaftEntry *e = raft_log_append (&raft->log, raft->term, (TbBytes){ r->message.p, r->message.n });
  e->ticket = ticket;
  e->due_ns = r->now_ns + r->config.timeout_ns;
  raft->tickets += ticket != 0;
  raft_keep_entries (r, raft_log_last (&raft->log));
  if (MUTANT (ANSWERS_EARLY) && ticket != 0)
    {
      replica_answer (r, ticket, TB_ANSWER_OK, (TbBytes){ 0 });
      e->ticket = 0;
      raft->tickets--;
    }
  raft_send_all (r);
  count_copies (r);
}

/* ---- Following ---- */

void
raft_say_appended (TbReplica *r, unsigned to, bool with_entries, uint64_t match, uint64_t round)
{
  Raft *raft = r->core;
  Pack *p = replica_message (r, RAFT_APPENDED);
  pack_uint (p, raft->term);
  pack_u8 (p, 1);
  pack_u8 (p, with_entries);
  pack_uint (p, match);
  pack_uint (p, 0);
  pack_uint (p, round);
  replica_send (r, to);
}

/* The hint: up to where the logs may still be the same, at most. */
static void
say_rejected (TbReplica *r, unsigned to, bool with_entries, uint64_t previous, uint64_t round)
{
  Raft *raft = r->core;
  uint64_t hint = TB_MIN (previous - 1, raft_log_last (&raft->log));
  if (raft_log_has (&raft->log, previous))
    {
      /* All of a term that does not fit goes at once. */
      uint64_t term = raft_log_term (&raft->log, previous);
      while (hint > raft->committed && raft_log_has (&raft->log, hint) && raft_log_term (&raft->log, hint) == term)
        hint--;
    }
  Pack *p = replica_message (r, RAFT_APPENDED);
  pack_uint (p, raft->term);
  pack_u8 (p, 0);
  pack_u8 (p, with_entries);
  pack_uint (p, previous);
  pack_uint (p, hint);
  pack_uint (p, round);
  replica_send (r, to);
}

/* Whether the logs are the same up to there. What is committed is the same everywhere. */
static bool
fits (const Raft *raft, uint64_t previous, uint64_t term)
{
  if (previous <= raft->committed)
    return true;
  return raft_log_has (&raft->log, previous)
         && (raft_log_term (&raft->log, previous) == term || MUTANT (IGNORES_PREVIOUS));
}

/* Takes over what is new from entries that follow `previous`; a conflict cuts ours. False where they are damaged. */
static bool
take_over (TbReplica *r, uint64_t previous, uint64_t n, Take *t)
{
  Raft *raft = r->core;
  uint64_t new_from = 0;
  bool good = true;
  for (uint64_t i = previous + 1; i <= previous + n && good; i++)
    {
      uint64_t term = take_uint (t);
      TbBytes bytes = take_bytes (t);
      uint64_t last = raft_log_last (&raft->log);
      good = !t->bad && term <= raft->term;
      if (!good || i <= raft->committed || i < raft->log.first)
        continue;
      if (i <= last && (raft_log_term (&raft->log, i) == term || MUTANT (KEEPS_CONFLICTS)))
        continue;
      if (i <= last)
        raft_log_cut (raft, i);
      if (term < raft_log_term (&raft->log, i - 1))
        good = false;
      else
        raft_log_append (&raft->log, term, bytes);
      new_from = new_from ? new_from : i;
    }
  if (new_from != 0)
    raft_keep_entries (r, new_from);
  return good;
}

void
raft_take_entries (TbReplica *r, unsigned from, uint64_t term, Take *t)
{
  Raft *raft = r->core;
  uint64_t previous = take_uint (t), previous_term = take_uint (t), committed = take_uint (t), round = take_uint (t);
  uint64_t n = take_uint_to (t, t->n);
  if (t->bad || previous > RAFT_TERM_MAX || raft->role == RAFT_LEADER)
    return;
  raft_follow (r, term, (int) from);
  raft->heard_ns = r->now_ns;
  raft_set_election (r);
  if (!fits (raft, previous, previous_term))
    {
      say_rejected (r, from, n > 0, previous, round);
      return;
    }
  if (!take_over (r, previous, n, t))
    return;
  uint64_t match = TB_MIN (previous + n, raft_log_last (&raft->log));
  raft_say_appended (r, from, n > 0, match, round);
  raft_commit_to (r, TB_MIN (committed, match));
}

/* ---- Counting ---- */

void
raft_has (TbReplica *r, unsigned from, uint64_t match)
{
  Raft *raft = r->core;
  RaftPeer *peer = &raft->peers[from];
  if (match > peer->match)
    peer->match = match;
  peer->next = TB_MAX (peer->next, peer->match + 1);
  /* Whose answer was lost is no longer under way when everything is there. */
  if (peer->state != PEER_STREAM || peer->next == peer->match + 1)
    peer->under_way = 0;
  peer->state = PEER_STREAM;
  raft_snapshot_end_if_done (r);
  count_copies (r);
}

static void
raft_accepted (TbReplica *r, unsigned from, bool with_entries, uint64_t match)
{
  Raft *raft = r->core;
  RaftPeer *peer = &raft->peers[from];
  if (match > raft_log_last (&raft->log))
    return;
  if (peer->state == PEER_SNAPSHOT && match + 1 < raft->log.first)
    return; /* of before: it does need one */
  if (peer->state == PEER_PROBE && match < peer->match)
    return;
  if (with_entries && peer->under_way > 0)
    peer->under_way--;
  raft_has (r, from, match);
}

static void
raft_rejected (TbReplica *r, unsigned from, uint64_t previous, uint64_t hint)
{
  Raft *raft = r->core;
  RaftPeer *peer = &raft->peers[from];
  if (peer->state == PEER_SNAPSHOT || previous <= peer->match || previous >= peer->next)
    return; /* late */
  if (peer->state == PEER_PROBE && previous != peer->next - 1)
    return;
  peer->next = TB_CLAMP (hint + 1, peer->match + 1, previous);
  peer->state = PEER_PROBE;
  peer->under_way = 0;
}

void
raft_hear_appended (TbReplica *r, unsigned from, Take *t)
{
  Raft *raft = r->core;
  bool accepted = take_u8 (t) == 1, with_entries = take_u8 (t) == 1;
  uint64_t index = take_uint (t), hint = take_uint (t), round = take_uint (t);
  if (!take_is_whole (t) || raft->role != RAFT_LEADER || round > raft->round)
    return;
  RaftPeer *peer = &raft->peers[from];
  peer->heard_ns = r->now_ns;
  peer->round = TB_MAX (peer->round, round);
  if (accepted)
    raft_accepted (r, from, with_entries, index);
  else
    raft_rejected (r, from, index, hint);
  raft_send_to (r, from, false);
  raft_confirm_reads (r);
}

/* ---- Applying ---- */

static void
apply (TbReplica *r, RaftEntry *e)
{
  Raft *raft = r->core;
  const TbBytes bytes = raft_log_bytes (&raft->log, e);
  Take t = { bytes.p, bytes.n, false };
  TbCommand command;
  uint64_t ticket = e->ticket;
  raft->tickets -= ticket != 0;
  e->ticket = 0;
  raft->applied++;
  raft->applied_digest = e->digest;
  if (e->n > 0 && take_command (&t, &command))
    r->table.apply (r->host, ticket, &command);
}

void
raft_commit_to (TbReplica *r, uint64_t index)
{
  Raft *raft = r->core;
  if (index <= raft->committed)
    return;
  raft->committed = index;
  while (raft->applied < raft->committed)
    apply (r, raft_log_at (&raft->log, raft->applied + 1));
  raft_serve_reads (r);
  raft_compact_if_long (r);
}
