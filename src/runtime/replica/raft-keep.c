/* What Raft keeps, and how it finds itself again: promises, entries, now and then all in one. */
#include "raft-private.h"

#include <stdlib.h>

/* Of the entries before a snapshot some stay in memory, so that a follower that is a little behind needs no snapshot. */
#define TRAIL(records) TB_MIN ((records) / 4, 1000)

static void
keep (TbReplica *r)
{
  Raft *raft = r->core;
  raft->kept_records++;
  raft->kept_bytes += r->record.n;
  replica_keep (r);
}

void
raft_keep_promise (TbReplica *r)
{
  Raft *raft = r->core;
  Pack *p = replica_record (r, RAFT_RECORD_PROMISE);
  pack_uint (p, raft->term);
  pack_uint (p, MUTANT (FORGETS_VOTES) ? 0 : (uint64_t) (raft->vote + 1));
  keep (r);
}

void
raft_keep_entries (TbReplica *r, uint64_t from)
{
  Raft *raft = r->core;
  uint64_t last = raft_log_last (&raft->log);
  if (from > last || (MUTANT (FORGETS_ENTRIES) && raft->role != RAFT_LEADER))
    return;
  Pack *p = replica_record (r, RAFT_RECORD_ENTRIES);
  pack_uint (p, from);
  pack_uint (p, last - from + 1);
  for (uint64_t i = from; i <= last; i++)
    {
      const RaftEntry *e = raft_log_at (&raft->log, i);
      pack_uint (p, e->term);
      pack_bytes (p, raft_log_bytes (&raft->log, e));
    }
  keep (r);
}

void
raft_keep_state (TbReplica *r, TbBytes state)
{
  Raft *raft = r->core;
  if (r->table.renew != NULL)
    r->table.renew (r->host);
  uint64_t ahead = MUTANT (SNAPSHOT_AHEAD) && raft_log_has (&raft->log, raft->applied + 1);
  Pack *p = replica_record (r, RAFT_RECORD_SNAPSHOT);
  pack_uint (p, raft->applied + ahead);
  pack_uint (p, raft_log_term (&raft->log, raft->applied + ahead));
  pack_uint (p, raft->applied_digest);
  pack_bytes (p, state);
  keep (r);
  raft_keep_promise (r);
  raft_keep_entries (r, raft->applied + 1);
  raft->kept_records = raft->kept_bytes = 0;
  raft->snapshot_bytes = state.n;
}

static void
forget_entries (TbReplica *r)
{
  Raft *raft = r->core;
  uint64_t trail = TRAIL (r->config.compact_records), to = raft->applied > trail ? raft->applied - trail : 0;
  /* Who is being sent a snapshot needs what comes after it, unless that grows beyond all bounds. */
  if (raft->out.p != NULL && raft->log.bytes.n < (size_t) 4 * r->config.compact_bytes)
    to = TB_MIN (to, raft->out.index);
  raft_log_forget (&raft->log, to);
}

void
raft_compact_if_long (TbReplica *r)
{
  Raft *raft = r->core;
  bool many = raft->kept_records >= r->config.compact_records || raft->kept_bytes >= r->config.compact_bytes;
  if (r->table.renew == NULL || !many || raft->kept_bytes < raft->snapshot_bytes)
    return;
  size_t n;
  void *state = r->table.save (r->host, &n);
  raft_keep_state (r, (TbBytes){ state, n });
  free (state);
  forget_entries (r);
}

/* ---- Coming back ---- */

static void
restore_entries (Raft *raft, Take *t)
{
  uint64_t from = take_uint (t), n = take_uint (t);
  if (t->bad || from < raft->log.first || from > raft_log_last (&raft->log) + 1 || from <= raft->committed)
    return;
  raft_log_cut (raft, from);
  for (uint64_t i = 0; i < n; i++)
    {
      uint64_t term = take_uint (t);
      TbBytes bytes = take_bytes (t);
      if (t->bad || term < raft_log_term (&raft->log, raft_log_last (&raft->log)))
        return;
      raft_log_append (&raft->log, term, bytes);
    }
}

static void
restore_state (TbReplica *r, Take *t)
{
  Raft *raft = r->core;
  uint64_t index = take_uint (t), term = take_uint (t), digest = take_uint (t);
  TbBytes state = take_bytes (t);
  if (!take_is_whole (t) || index < raft->committed)
    return;
  raft_log_reset (&raft->log, index, term, digest);
  raft->committed = raft->applied = index;
  raft->applied_digest = digest;
  raft->kept_records = raft->kept_bytes = 0;
  raft->snapshot_bytes = state.n;
  r->table.load (r->host, state.p, state.n);
}

void
raft_restore (TbReplica *r, uint8_t kind, Take *t)
{
  Raft *raft = r->core;
  raft->kept_records++;
  raft->kept_bytes += t->n;
  if (kind == RAFT_RECORD_PROMISE)
    {
      uint64_t term = take_uint_to (t, RAFT_TERM_MAX), vote = take_uint_to (t, r->config.n);
      if (take_is_whole (t) && term >= raft->term)
        {
          raft->term = term;
          raft->vote = (int) vote - 1;
        }
    }
  else if (kind == RAFT_RECORD_ENTRIES)
    restore_entries (raft, t);
  else if (kind == RAFT_RECORD_SNAPSHOT)
    restore_state (r, t);
}
