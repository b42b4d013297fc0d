/* Reads that are not in the log (6.4): a leader makes sure with one round of messages that it still leads, and
 * answers when it has applied what was committed when the read came. A follower asks the leader for that index.
 * One round serves all reads that came before it began. */
#include "raft-private.h"

#include <stdlib.h>

/* ---- The queue ---- */

static void
close_the_gap (Raft *raft)
{
  if (raft->reads_first == raft->n_reads)
    {
      raft->reads_first = raft->n_reads = 0;
      pack_clear (&raft->read_bytes);
    }
  else if (raft->reads_first > 256 && raft->reads_first > raft->n_reads / 2)
    {
      size_t bytes = raft->reads[raft->reads_first].at, n = raft->n_reads - raft->reads_first;
      memmove (raft->read_bytes.p, raft->read_bytes.p + bytes, raft->read_bytes.n - bytes);
      memmove (raft->reads, raft->reads + raft->reads_first, n * sizeof *raft->reads);
      raft->read_bytes.n -= bytes;
      raft->reads_first = 0;
      raft->n_reads = n;
      for (size_t i = 0; i < n; i++)
        raft->reads[i].at -= bytes;
    }
}

static RaftRead *
add_read (TbReplica *r)
{
  Raft *raft = r->core;
  if (raft->n_reads == raft->reads_size)
    {
      raft->reads_size = TB_MAX (raft->reads_size * 2, 64);
      raft->reads = realloc (raft->reads, raft->reads_size * sizeof *raft->reads);
      TB_CHECK (raft->reads != NULL);
    }
  RaftRead *read = &raft->reads[raft->n_reads++];
  *read = (RaftRead){ .from = -1, .at = raft->read_bytes.n, .due_ns = r->now_ns + r->config.timeout_ns };
  return read;
}

static void
finish (TbReplica *r, const RaftRead *read)
{
  Raft *raft = r->core;
  if (read->from >= 0)
    {
      /* It has to apply up to there first: it should not have to wait for the next beat to hear that it may. */
      if (raft->peers[read->from].told < read->index)
        raft_send_to (r, (unsigned) read->from, true);
      Pack *p = replica_message (r, RAFT_MAY_READ);
      pack_uint (p, raft->term);
      pack_uint (p, read->number);
      pack_uint (p, read->index);
      replica_send (r, (unsigned) read->from);
      return;
    }
  Take t = { raft->read_bytes.p + read->at, read->n, false };
  TbCommand command;
  if (take_command (&t, &command))
    r->table.apply (r->host, read->ticket, &command);
}

void
raft_serve_reads (TbReplica *r)
{
  Raft *raft = r->core;
  while (raft->reads_first < raft->n_reads)
    {
      const RaftRead *read = &raft->reads[raft->reads_first];
      bool confirmed = raft->role == RAFT_LEADER ? read->round <= raft->round_confirmed || MUTANT (READS_UNASKED)
                                                 : read->confirmed;
      if (!confirmed || read->index > raft->applied)
        break;
      finish (r, read);
      raft->reads_first++;
    }
  close_the_gap (raft);
}

static void
refuse_first (TbReplica *r, const char *why)
{
  Raft *raft = r->core;
  const RaftRead *read = &raft->reads[raft->reads_first++];
  if (read->from < 0)
    replica_refuse (r, read->ticket, why, raft->leader);
}

void
raft_drop_reads (TbReplica *r, const char *why)
{
  Raft *raft = r->core;
  while (raft->reads_first < raft->n_reads)
    refuse_first (r, why);
  close_the_gap (raft);
}

void
raft_time_out_reads (TbReplica *r)
{
  Raft *raft = r->core;
  while (raft->reads_first < raft->n_reads && raft->reads[raft->reads_first].due_ns <= r->now_ns)
    refuse_first (r, "no majority answered in time");
  close_the_gap (raft);
}

int64_t
raft_reads_due (const Raft *raft)
{
  return raft->reads_first < raft->n_reads ? raft->reads[raft->reads_first].due_ns : INT64_MAX;
}

/* ---- A leader ---- */

static void
begin_round (TbReplica *r)
{
  Raft *raft = r->core;
  raft->round++;
  if (r->config.n == 1)
    raft->round_confirmed = raft->round;
  for (unsigned to = 0; to < r->config.n; to++)
    if (to != r->config.self)
      raft_send_to (r, to, true);
}

/* Asks at once where nothing is being asked, else with the next round, since the one under way began before. */
static void
wait_for_a_round (TbReplica *r, RaftRead *read)
{
  Raft *raft = r->core;
  bool idle = raft->round_confirmed == raft->round;
  read->round = raft->round + 1;
  /* Before its own first entry is committed a leader does not know how far its predecessors came. */
  read->index = MUTANT (READS_BEFORE_OWN) ? raft->committed : TB_MAX (raft->committed, raft->own);
  if (idle)
    begin_round (r);
  raft_serve_reads (r);
}

void
raft_confirm_reads (TbReplica *r)
{
  Raft *raft = r->core;
  if (raft->role != RAFT_LEADER || raft->round_confirmed == raft->round)
    return;
  unsigned n = 1;
  for (unsigned i = 0; i < r->config.n; i++)
    n += i != r->config.self && raft->peers[i].round == raft->round;
  if (n < raft_majority (r))
    return;
  raft->round_confirmed = raft->round;
  raft_serve_reads (r);
  if (raft->n_reads > raft->reads_first && raft->reads[raft->n_reads - 1].round > raft->round)
    begin_round (r);
}

/* Another replica's reads. */
void
raft_read_for (TbReplica *r, unsigned from, Take *t)
{
  Raft *raft = r->core;
  uint64_t number = take_uint (t);
  if (!take_is_whole (t) || raft->role != RAFT_LEADER)
    return;
  RaftRead *read = add_read (r);
  read->from = (int) from;
  read->number = number;
  wait_for_a_round (r, read);
}

/* ---- A follower ---- */

static void
ask_leader (TbReplica *r)
{
  Raft *raft = r->core;
  raft->asked_ns = r->now_ns;
  raft->round_confirmed = ++raft->round; /* of a follower: the number that it asked with */
  Pack *p = replica_message (r, RAFT_READ);
  pack_uint (p, raft->term);
  pack_uint (p, raft->round);
  replica_send (r, (unsigned) raft->leader);
}

void
raft_may_read (TbReplica *r, Take *t)
{
  Raft *raft = r->core;
  uint64_t number = take_uint (t), index = take_uint (t);
  if (!take_is_whole (t) || raft->role != RAFT_FOLLOWER)
    return;
  for (size_t i = raft->reads_first; i < raft->n_reads && raft->reads[i].round <= number; i++)
    if (!raft->reads[i].confirmed)
      {
        raft->reads[i].confirmed = true;
        raft->reads[i].index = index;
      }
  raft_serve_reads (r);
  bool more = raft->n_reads > raft->reads_first && raft->reads[raft->n_reads - 1].round > raft->round;
  if (more && number == raft->round)
    ask_leader (r);
}

/* ---- A client ---- */

static void
wait_for_the_leader (TbReplica *r, RaftRead *read)
{
  Raft *raft = r->core;
  bool idle = raft->n_reads - raft->reads_first == 1 || r->now_ns - raft->asked_ns > r->config.heartbeat_ns;
  read->round = raft->round + 1;
  if (idle)
    ask_leader (r);
}

void
raft_read (TbReplica *r, uint64_t ticket, const TbCommand *command)
{
  Raft *raft = r->core;
  if (r->config.reads == TB_READS_ANY)
    {
      r->table.apply (r->host, ticket, command);
      return;
    }
  if (raft->role != RAFT_LEADER && (r->config.reads == TB_READS_LEADER || raft->leader < 0))
    {
      replica_refuse (r, ticket, raft->leader < 0 ? "there is no leader" : "not the leader", raft->leader);
      return;
    }
  RaftRead *read = add_read (r);
  read->ticket = ticket;
  pack_command (&raft->read_bytes, command);
  read->n = (uint32_t) (raft->read_bytes.n - read->at);
  if (raft->role == RAFT_LEADER)
    wait_for_a_round (r, read);
  else
    wait_for_the_leader (r, read);
}
