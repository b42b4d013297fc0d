/* Write to all, read any: no primary. The replica that a client asks for a write coordinates it; a read is
 * answered by whoever is asked. Atomic commitment in two rounds (Gray 1978), presumed abort: linearizable, cut or
 * not, and available until the first replica cannot be reached: then no write is possible anywhere, and a key
 * whose write was caught between its rounds cannot be read where that is not known to be decided.
 *
 * A write, where it is coordinated, is in all-coordinate.c; what is under way in all-list.c, its journal in all-keep.c.
 *
 * The same write at another replica:
 *
 *   free --PREPARE (on_prepare), kept--> in doubt --COMMIT (on_commit): written--> free
 *                                            \--ABORT (on_abort)--> free
 *   In doubt a replica asks the coordinator, again and again, even after either has crashed: who has kept no
 *   decision answers ABORT. Reads of the key wait meanwhile.
 *
 * Why a read is right: a write is decided when all hold its key. From then on no replica answers the old value.
 *
 * Invariants, checked after every step:
 *  1 at most one write here prepares a key, and none while the key is in doubt
 *  2 no two doubts have one key
 *  3 the counts are those of the lists
 *  4 the table's own (where it is small) */
#include "bug.h"
#include "all-private.h"

#include <stdlib.h>

#define WRITES_MAX 1024
#define DOUBTS_MAX 8192
#define READS_MAX 1024

/* ---- Reads ---- */

static void
answer_read (TbReplica *r, uint64_t ticket, TbBytes key)
{
  Register there;
  register_answer (r, ticket, all_look_up (r->core, key, &there) ? &there : NULL);
}

static void
begin_read (TbReplica *r, uint64_t ticket, TbBytes key)
{
  All *a = r->core;
  if (!all_is_in_doubt (a, key) || HAS_BUG (BUG_READS_IN_DOUBT))
    answer_read (r, ticket, key);
  else if (a->n_reads == READS_MAX)
    replica_refuse (r, ticket, "too many reads wait for a write to be decided", -1);
  else
    {
      WaitingRead *w = malloc (sizeof *w);
      TB_CHECK (w != NULL);
      *w = (WaitingRead){ a->reads, ticket, r->now_ns + r->config.timeout_ns, all_copy (key) };
      a->reads = w;
      a->n_reads++;
    }
}

/* Answers the reads whose key is known again, and refuses those that waited too long. */
static void
look_at_reads (TbReplica *r)
{
  All *a = r->core;
  for (WaitingRead **at = &a->reads; *at != NULL;)
    {
      bool decided = !all_is_in_doubt (a, (*at)->key);
      if (decided)
        answer_read (r, (*at)->ticket, (*at)->key);
      else if (r->now_ns >= (*at)->deadline_ns)
        replica_refuse (r, (*at)->ticket, "a write of this key is not known to be decided", -1);
      if (decided || r->now_ns >= (*at)->deadline_ns)
        all_drop_read (a, at);
      else
        at = &(*at)->next;
    }
}

/* ---- The same write at another replica ---- */

static void
vote (TbReplica *r, unsigned to, uint64_t id, bool yes)
{
  const All *a = r->core;
  Pack *p = replica_message (r, ALL_VOTE);
  pack_uint (p, id);
  pack_u8 (p, yes);
  pack_uint (p, a->clock);
  replica_send (r, to);
}

/* A write that is not later than what is here is an old message, or its clock is slow: either way it is not held. */
static void
on_prepare (TbReplica *r, unsigned from, Take *t)
{
  All *a = r->core;
  Register new, old;
  uint64_t id = take_uint (t);
  TbBytes key = take_bytes (t), state = take_bytes (t);
  if (!take_is_whole (t) || !register_take_foreign (state, &new))
    return;
  bool again = *all_find_doubt (a, from, id) != NULL;
  bool late = all_look_up (a, key, &old) && register_compare (&new, &old) <= 0;
  bool full = a->n_doubts == DOUBTS_MAX || a->shelf.table.bytes + state.n > TABLE_BYTES_MAX / 4 * 3;
  if (!again && !late && !full && !all_is_held (a, key))
    {
      all_add_doubt (a, from, id, key, r->now_ns + 2 * r->config.heartbeat_ns);
      if (!HAS_BUG (BUG_FORGETS_DOUBT))
        all_keep (r, RECORD_DOUBT, from, id, key);
      again = true;
    }
  vote (r, from, id, again);
}

static void
resolve (TbReplica *r, unsigned coordinator, uint64_t id)
{
  All *a = r->core;
  Doubt **at = all_find_doubt (a, coordinator, id);
  if (*at == NULL)
    return;
  all_drop_doubt (a, at);
  all_keep (r, RECORD_RESOLVED, coordinator, id, (TbBytes){ NULL, 0 });
}

static void
on_commit (TbReplica *r, unsigned from, Take *t)
{
  uint64_t id = take_uint (t);
  TbBytes key = take_bytes (t), state = take_bytes (t);
  Register new;
  if (!take_is_whole (t) || !register_take_foreign (state, &new) || !all_put (r, key, state))
    return;
  resolve (r, from, id);
  pack_uint (replica_message (r, ALL_DONE), id);
  replica_send (r, from);
}

static void
on_abort (TbReplica *r, unsigned from, Take *t)
{
  uint64_t id = take_uint (t);
  if (take_is_whole (t))
    resolve (r, from, id);
}

/* ---- Steps ---- */

static void
all_create (TbReplica *r)
{
  All *a = r->core;
  shelf_init (&a->shelf);
}

static void
all_destroy (TbReplica *r)
{
  All *a = r->core;
  while (a->writes != NULL)
    all_drop_write (a, a->writes);
  while (a->doubts != NULL)
    all_drop_doubt (a, &a->doubts);
  while (a->reads != NULL)
    all_drop_read (a, &a->reads);
  shelf_free (&a->shelf);
  pack_free (&a->state);
  pack_free (&a->text);
}

static bool
note_clock (const TableEntry *e, void *data)
{
  All *a = data;
  Register there;
  if (register_take (entry_state (e), &there))
    a->clock = TB_MAX (a->clock, there.version.counter);
  return true;
}

/* What was decided before a crash is written by then: the decision and the entry are records of one step, and a
 * crash may have lost the second alone. */
static void
all_start (TbReplica *r)
{
  All *a = r->core;
  a->nonce = (uint32_t) r->table.random (r->host);
  a->next_id = r->table.random (r->host) | 1;
  table_range (&a->shelf.table, 0, UINT64_MAX, note_clock, a);
  for (Write *w = a->writes; w != NULL; w = w->next)
    {
      all_put (r, w->command.key, (TbBytes){ w->state, w->state_n });
      all_tell_others (r, w);
    }
}

static void
all_command (TbReplica *r, uint64_t ticket, const TbCommand *command)
{
  All *a = r->core;
  if (!all_knows (command->kind))
    replica_refuse (r, ticket, "write to all knows GET, SET, DEL, APPEND, INCRBY and CAS alone", -1);
  else if (command->kind == TB_COMMAND_GET)
    begin_read (r, ticket, command->key);
  else if (a->n_writes == WRITES_MAX)
    replica_refuse (r, ticket, "too many writes wait for other replicas", -1);
  else
    {
      Write *w = all_add_write (a, command);
      w->ticket = ticket;
      w->deadline_ns = r->now_ns + r->config.timeout_ns;
      w->again_ns = r->now_ns;
      all_look_at_writes (r);
    }
  all_compact (r);
}

static void
all_message (TbReplica *r, unsigned from, uint8_t kind, Take *t)
{
  static void (*const on[]) (TbReplica *, unsigned, Take *)
    = { [ALL_PREPARE] = on_prepare, [ALL_VOTE] = all_on_vote, [ALL_COMMIT] = on_commit,
        [ALL_DONE] = all_on_done,       [ALL_ABORT] = on_abort, [ALL_ASK] = all_on_ask };
  if (kind >= TB_ARRAY_LENGTH (on))
    return;
  on[kind](r, from, t);
  look_at_reads (r);
  all_look_at_writes (r);
  all_compact (r);
}

static void
all_tick (TbReplica *r)
{
  All *a = r->core;
  for (Write *w = a->writes, *next; w != NULL; w = next)
    {
      next = w->next;
      if (w->phase != WRITE_DECIDED && r->now_ns >= w->deadline_ns)
        all_give_up (r, w);
      else if (w->phase != WRITE_WAITING && r->now_ns >= w->again_ns)
        all_tell_others (r, w);
    }
  for (Doubt *d = a->doubts; d != NULL; d = d->next)
    if (r->now_ns >= d->ask_ns)
      {
        d->ask_ns = r->now_ns + r->config.heartbeat_ns;
        pack_uint (replica_message (r, ALL_ASK), d->id);
        replica_send (r, d->coordinator);
      }
  look_at_reads (r);
  all_look_at_writes (r);
  all_compact (r);
}

/* A write that waits for a key in doubt is due at its end: the key becomes free by a message. */
static int64_t
all_deadline (const TbReplica *r)
{
  const All *a = r->core;
  int64_t at = INT64_MAX;
  for (const Write *w = a->writes; w != NULL; w = w->next)
    {
      if (w->phase != WRITE_DECIDED)
        at = TB_MIN (at, w->deadline_ns);
      if (w->phase != WRITE_WAITING || !all_is_held (a, w->command.key))
        at = TB_MIN (at, w->again_ns);
    }
  for (const Doubt *d = a->doubts; d != NULL; d = d->next)
    at = TB_MIN (at, d->ask_ns);
  for (const WaitingRead *w = a->reads; w != NULL; w = w->next)
    at = TB_MIN (at, w->deadline_ns);
  return at;
}

static void
all_status (const TbReplica *r, TbReplicaStatus *status)
{
  const All *a = r->core;
  status->digest = table_digest (&a->shelf.table);
  status->applied = a->applied;
  status->log_entries = a->n_doubts;
}

static void
all_check (const TbReplica *r)
{
  const All *a = r->core;
  if (a->n_writes <= TABLE_CHECKED_WHOLE && a->n_doubts <= TABLE_CHECKED_WHOLE)
    all_check_locks (a);
  if (a->shelf.table.n <= TABLE_CHECKED_WHOLE && a->shelf.table.bytes <= TABLE_CHECKED_BYTES)
    table_check (&a->shelf.table);
}

static const char *const words[] = { "prepare", "vote", "commit", "done", "abort", "ask" };

const TbReplicaProtocol replica_all = {
  .replication = TB_REPLICATION_ALL,
  .size = sizeof (All),
  .create = all_create,
  .destroy = all_destroy,
  .restore = all_restore,
  .start = all_start,
  .command = all_command,
  .message = all_message,
  .tick = all_tick,
  .deadline = all_deadline,
  .status = all_status,
  .check = all_check,
  .message_words = words,
  .n_message_words = TB_ARRAY_LENGTH (words),
};
