/* The whole state for a follower that lacks what the log no longer has: in pieces, one after the other, each
 * asked for by the answer to the one before. */
#include "raft-private.h"

#include <stdlib.h>

/* ---- Sending ---- */

void
raft_snapshot_end (TbReplica *r)
{
  Raft *raft = r->core;
  free (raft->out.p);
  memset (&raft->out, 0, sizeof raft->out);
}

void
raft_snapshot_end_if_done (TbReplica *r)
{
  Raft *raft = r->core;
  for (unsigned i = 0; i < r->config.n; i++)
    if (i != r->config.self && raft->peers[i].state == PEER_SNAPSHOT)
      return;
  raft_snapshot_end (r);
}

/* One snapshot for all who need one, until the log has gone on without it. */
void
raft_snapshot_begin (TbReplica *r, unsigned to)
{
  Raft *raft = r->core;
  if (raft->out.p == NULL || raft->out.index + 1 < raft->log.first)
    {
      raft_snapshot_end (r);
      raft->out.p = r->table.save (r->host, &raft->out.n);
      raft->out.index = raft->applied;
      raft->out.term = raft_log_term (&raft->log, raft->applied);
      raft->out.digest = raft->applied_digest;
    }
  raft->peers[to].state = PEER_SNAPSHOT;
  raft->peers[to].offset = 0;
  raft->peers[to].under_way = 0;
  raft_snapshot_send (r, to, false);
}

void
raft_snapshot_send (TbReplica *r, unsigned to, bool asks)
{
  Raft *raft = r->core;
  RaftPeer *peer = &raft->peers[to];
  size_t n = asks ? 0 : TB_MIN (raft->out.n - peer->offset, (size_t) RAFT_PIECES * r->config.batch_bytes);
  peer->under_way = !asks;
  Pack *p = replica_message (r, RAFT_SNAPSHOT);
  pack_uint (p, raft->term);
  pack_uint (p, raft->out.index);
  pack_uint (p, raft->out.term);
  pack_uint (p, raft->out.digest);
  pack_uint (p, raft->out.n);
  pack_uint (p, peer->offset);
  pack_bytes (p, (TbBytes){ (const uint8_t *) raft->out.p + peer->offset, n });
  replica_send (r, to);
}

void
raft_snapshot_hear (TbReplica *r, unsigned from, Take *t)
{
  Raft *raft = r->core;
  uint64_t index = take_uint (t), offset = take_uint (t);
  if (!take_is_whole (t) || raft->role != RAFT_LEADER)
    return;
  RaftPeer *peer = &raft->peers[from];
  peer->heard_ns = r->now_ns;
  if (peer->state != PEER_SNAPSHOT || index != raft->out.index || offset > raft->out.n)
    return;
  if (offset == peer->offset && peer->under_way > 0)
    return; /* the answer to an older one */
  peer->offset = offset;
  raft_snapshot_send (r, from, false);
}

/* ---- Taking ---- */

static void
install (TbReplica *r, uint64_t index, uint64_t term, uint64_t digest)
{
  Raft *raft = r->core;
  RaftLog *log = &raft->log;
  /* What follows it in our log may stay where the log has the same entry. */
  if (raft_log_has (log, index) && raft_log_term (log, index) == term)
    raft_log_forget (log, index);
  else
    raft_log_reset (log, index, term, digest);
  raft->committed = raft->applied = index;
  raft->applied_digest = digest;
  r->table.load (r->host, raft->in.bytes.p, raft->in.bytes.n);
  raft_keep_state (r, (TbBytes){ raft->in.bytes.p, raft->in.bytes.n });
  raft_serve_reads (r);
}

static void
say_taken (TbReplica *r, unsigned to, uint64_t index)
{
  Raft *raft = r->core;
  Pack *p = replica_message (r, RAFT_TAKEN);
  pack_uint (p, raft->term);
  pack_uint (p, index);
  pack_uint (p, raft->in.bytes.n);
  replica_send (r, to);
}

/* Whether it is all there. */
static bool
take_piece (Raft *raft, uint64_t index, uint64_t term, uint64_t total, uint64_t offset, TbBytes piece)
{
  if (raft->in.index != index || raft->in.term != term || raft->in.total != total)
    {
      pack_clear (&raft->in.bytes);
      raft->in.index = index;
      raft->in.term = term;
      raft->in.total = total;
    }
  if (offset == raft->in.bytes.n && piece.n <= total - offset)
    pack_raw (&raft->in.bytes, piece.p, piece.n);
  return raft->in.bytes.n == total;
}

void
raft_snapshot_take (TbReplica *r, unsigned from, Take *t)
{
  Raft *raft = r->core;
  uint64_t index = take_uint (t), term = take_uint (t), digest = take_uint (t), total = take_uint (t);
  uint64_t offset = take_uint_to (t, total);
  TbBytes piece = take_bytes (t);
  if (!take_is_whole (t) || raft->role == RAFT_LEADER || term > raft->term)
    return;
  raft_follow (r, raft->term, (int) from);
  raft->heard_ns = r->now_ns;
  raft_set_election (r);
  if (index <= raft->committed)
    raft_say_appended (r, from, false, raft->committed, 0);
  else if (!take_piece (raft, index, term, total, offset, piece))
    say_taken (r, from, index);
  else
    {
      install (r, index, term, digest);
      pack_free (&raft->in.bytes);
      raft->in.index = 0;
      raft_say_appended (r, from, false, index, 0);
    }
}
