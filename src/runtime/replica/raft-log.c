/* Raft's log in memory: entries in a row, their bytes in another. */
#include "raft-private.h"

#include <stdlib.h>

uint64_t
raft_log_last (const RaftLog *log)
{
  return log->first + log->n - 1;
}

bool
raft_log_has (const RaftLog *log, uint64_t index)
{
  return index >= log->first && index - log->first < log->n;
}

RaftEntry *
raft_log_at (const RaftLog *log, uint64_t index)
{
  TB_CHECK (raft_log_has (log, index));
  return &log->entries[index - log->first];
}

uint64_t
raft_log_term (const RaftLog *log, uint64_t index)
{
  return index + 1 == log->first ? log->before_term : raft_log_at (log, index)->term;
}

uint64_t
raft_log_digest (const RaftLog *log, uint64_t index)
{
  return index + 1 == log->first ? log->before_digest : raft_log_at (log, index)->digest;
}

TbBytes
raft_log_bytes (const RaftLog *log, const RaftEntry *e)
{
  /* The first entry of a leader is empty: then nothing may be stored yet, and null has no offsets. */
  return e->n ? (TbBytes){ log->bytes.p + e->at, e->n } : (TbBytes){ NULL, 0 };
}

RaftEntry *
raft_log_append (RaftLog *log, uint64_t term, TbBytes bytes)
{
  uint64_t last = raft_log_last (log);
  TB_CHECK (term >= raft_log_term (log, last)); /* R2 */
  if (log->n == log->size)
    {
      log->size = TB_MAX (log->size * 2, 64);
      log->entries = realloc (log->entries, log->size * sizeof *log->entries);
      TB_CHECK (log->entries != NULL);
    }
  uint64_t digest = replica_sum (raft_log_digest (log, last) ^ term, bytes.p, bytes.n);
  RaftEntry *e = &log->entries[log->n++];
  *e = (RaftEntry){ .term = term, .digest = digest, .at = log->bytes.n, .n = (uint32_t) bytes.n };
  pack_raw (&log->bytes, bytes.p, bytes.n);
  return e;
}

void
raft_log_cut (Raft *raft, uint64_t from)
{
  RaftLog *log = &raft->log;
  TB_CHECK (from > raft->committed); /* R4 */
  if (!raft_log_has (log, from))
    return;
  log->bytes.n = raft_log_at (log, from)->at;
  log->n = from - log->first;
}

void
raft_log_forget (RaftLog *log, uint64_t to)
{
  if (!raft_log_has (log, to))
    return;
  size_t n = to + 1 - log->first;
  size_t bytes = log->entries[n - 1].at + log->entries[n - 1].n;
  log->before_term = log->entries[n - 1].term;
  log->before_digest = log->entries[n - 1].digest;
  log->first = to + 1;
  log->n -= n;
  memmove (log->entries, log->entries + n, log->n * sizeof *log->entries);
  if (log->bytes.n > bytes)
    memmove (log->bytes.p, log->bytes.p + bytes, log->bytes.n - bytes);
  log->bytes.n -= bytes;
  for (size_t i = 0; i < log->n; i++)
    log->entries[i].at -= bytes;
}

void
raft_log_reset (RaftLog *log, uint64_t index, uint64_t term, uint64_t digest)
{
  log->first = index + 1;
  log->before_term = term;
  log->before_digest = digest;
  log->n = 0;
  log->bytes.n = 0;
}
