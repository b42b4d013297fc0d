/* Write to all, read any: no primary. The replica that a client asks for a write coordinates it; a read is
 * answered by whoever is asked. Atomic commitment in two rounds (Gray 1978), presumed abort: linearizable, cut or
 * not, and available until the first replica cannot be reached: then no write is possible anywhere, and a key
 * whose write was caught between its rounds cannot be read where that is not known to be decided.
 *
 * A write, where it is coordinated:
 *
 *   WAITING --the key is free (attempt)--> PREPARING --all hold it (decide)--> DECIDED --all have it--> gone
 *      ^                                       |                               (answered OK here)
 *      \--somebody holds the key (on_vote)-----+
 *                     timeout (give_up) in WAITING or PREPARING: REFUSED, for it never has an effect
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

enum
{
  PREPARE,
  VOTE,
  COMMIT,
  DONE,
  ABORT,
  ASK
};

enum
{
  RECORD_DOUBT = RECORD_ENTRY + 1, /* coordinator, id, key */
  RECORD_RESOLVED,                 /* coordinator, id */
  RECORD_DECIDED,                  /* id, key, state */
  RECORD_DONE                      /* id */
};

/* ---- Small things ---- */

static uint64_t
bit (unsigned replica)
{
  return UINT64_C (1) << replica;
}

static uint64_t
everybody (const TbReplica *r)
{
  return r->config.n == 64 ? UINT64_MAX : bit (r->config.n) - 1;
}

static TbBytes
copy (TbBytes bytes)
{
  uint8_t *p = malloc (bytes.n + 1);
  TB_CHECK (p != NULL);
  if (bytes.n > 0)
    memcpy (p, bytes.p, bytes.n);
  return (TbBytes){ p, bytes.n };
}

static bool
same (TbBytes a, TbBytes b)
{
  return a.n == b.n && (a.n == 0 || memcmp (a.p, b.p, a.n) == 0);
}

static void
free_write (Write *w)
{
  free ((void *) w->command.key.p);
  free ((void *) w->command.value.p);
  free ((void *) w->command.expected.p);
  free (w->state);
  free (w);
}

static void
drop_write (All *a, Write *w)
{
  Write **at = &a->writes;
  while (*at != w)
    at = &(*at)->next;
  *at = w->next;
  a->n_writes--;
  free_write (w);
}

/* At the end: who waits longest for a key is first. */
static Write *
add_write (All *a, const TbCommand *command)
{
  Write *w = calloc (1, sizeof *w), **at = &a->writes;
  TB_CHECK (w != NULL);
  w->command = *command;
  w->command.key = copy (command->key);
  w->command.value = copy (command->value);
  w->command.expected = copy (command->expected);
  while (*at != NULL)
    at = &(*at)->next;
  *at = w;
  a->n_writes++;
  return w;
}

static void
set_state (Write *w, TbBytes state)
{
  free (w->state);
  w->state = (uint8_t *) copy (state).p;
  w->state_n = state.n;
}

static Write *
find_write (const All *a, uint64_t id)
{
  Write *w = a->writes;
  while (w != NULL && w->id != id)
    w = w->next;
  return w;
}

static Doubt **
find_doubt (All *a, unsigned coordinator, uint64_t id)
{
  Doubt **at = &a->doubts;
  while (*at != NULL && ((*at)->coordinator != coordinator || (*at)->id != id))
    at = &(*at)->next;
  return at;
}

static void
add_doubt (All *a, unsigned coordinator, uint64_t id, TbBytes key, int64_t ask_ns)
{
  Doubt *d = malloc (sizeof *d);
  TB_CHECK (d != NULL);
  *d = (Doubt){ a->doubts, coordinator, id, ask_ns, copy (key) };
  a->doubts = d;
  a->n_doubts++;
}

static void
drop_doubt (All *a, Doubt **at)
{
  Doubt *d = *at;
  *at = d->next;
  a->n_doubts--;
  free ((void *) d->key.p);
  free (d);
}

static bool
is_in_doubt (const All *a, TbBytes key)
{
  for (const Doubt *d = a->doubts; d != NULL; d = d->next)
    if (same (d->key, key))
      return true;
  return false;
}

static bool
is_held (const All *a, TbBytes key)
{
  for (const Write *w = a->writes; w != NULL; w = w->next)
    if (w->phase == WRITE_PREPARING && same (w->command.key, key))
      return true;
  return is_in_doubt (a, key);
}

/* What is written here; false: nothing. */
static bool
look_up (const All *a, TbBytes key, Register *there)
{
  const TableEntry *e = table_find (&a->shelf.table, key);
  return e != NULL && register_take (entry_state (e), there);
}

/* ---- Records ---- */

static void
keep_pair (TbReplica *r, uint8_t kind, unsigned coordinator, uint64_t id, TbBytes key)
{
  All *a = r->core;
  Pack *p = replica_record (r, kind);
  if (kind == RECORD_DOUBT || kind == RECORD_RESOLVED)
    pack_uint (p, coordinator);
  pack_uint (p, id);
  if (kind == RECORD_DOUBT)
    pack_bytes (p, key);
  shelf_count (&a->shelf, p->n);
  replica_keep (r);
}

static void
keep_decided (TbReplica *r, const Write *w)
{
  All *a = r->core;
  Pack *p = replica_record (r, RECORD_DECIDED);
  pack_uint (p, w->id);
  pack_bytes (p, w->command.key);
  pack_bytes (p, (TbBytes){ w->state, w->state_n });
  shelf_count (&a->shelf, p->n);
  replica_keep (r);
}

static void
compact (TbReplica *r)
{
  All *a = r->core;
  if (!shelf_compact (r, &a->shelf))
    return;
  for (const Doubt *d = a->doubts; d != NULL; d = d->next)
    keep_pair (r, RECORD_DOUBT, d->coordinator, d->id, d->key);
  for (const Write *w = a->writes; w != NULL; w = w->next)
    if (w->phase == WRITE_DECIDED)
      keep_decided (r, w);
}

static void
restore_decided (TbReplica *r, Take *t)
{
  All *a = r->core;
  Register there;
  uint64_t id = take_uint (t);
  TbCommand command = { .kind = TB_COMMAND_SET, .key = take_bytes (t) };
  TbBytes state = take_bytes (t);
  if (!take_is_whole (t) || !register_take (state, &there) || find_write (a, id) != NULL)
    return; /* a journal begun anew says again what stood before */
  Write *w = add_write (a, &command);
  w->phase = WRITE_DECIDED;
  w->id = id;
  w->heard = bit (r->config.self);
  set_state (w, state);
}

static void
all_restore (TbReplica *r, uint8_t kind, Take *t)
{
  All *a = r->core;
  if (kind == RECORD_ENTRY)
    shelf_restore (r, &a->shelf, t);
  else if (kind == RECORD_DECIDED)
    restore_decided (r, t);
  else if (kind == RECORD_DONE)
    {
      Write *w = find_write (a, take_uint (t));
      if (w != NULL)
        drop_write (a, w);
    }
  else if (kind == RECORD_DOUBT || kind == RECORD_RESOLVED)
    {
      unsigned coordinator = (unsigned) take_uint_to (t, TB_REPLICAS_MAX - 1);
      uint64_t id = take_uint (t);
      Doubt **at = find_doubt (a, coordinator, id);
      if (kind == RECORD_RESOLVED && *at != NULL)
        drop_doubt (a, at);
      else if (kind == RECORD_DOUBT && *at == NULL && !t->bad)
        add_doubt (a, coordinator, id, take_bytes (t), 0);
    }
}

/* ---- Reads ---- */

static void
answer_read (TbReplica *r, uint64_t ticket, TbBytes key)
{
  Register there;
  register_answer (r, ticket, look_up (r->core, key, &there) ? &there : NULL);
}

static void
begin_read (TbReplica *r, uint64_t ticket, TbBytes key)
{
  All *a = r->core;
  if (!is_in_doubt (a, key) || HAS_BUG (BUG_READS_IN_DOUBT))
    answer_read (r, ticket, key);
  else if (a->n_reads == READS_MAX)
    replica_refuse (r, ticket, "too many reads wait for a write to be decided", -1);
  else
    {
      WaitingRead *w = malloc (sizeof *w);
      TB_CHECK (w != NULL);
      *w = (WaitingRead){ a->reads, ticket, r->now_ns + r->config.timeout_ns, copy (key) };
      a->reads = w;
      a->n_reads++;
    }
}

static void
drop_read (All *a, WaitingRead **at)
{
  WaitingRead *w = *at;
  *at = w->next;
  a->n_reads--;
  free ((void *) w->key.p);
  free (w);
}

/* Answers the reads whose key is known again, and refuses those that waited too long. */
static void
look_at_reads (TbReplica *r)
{
  All *a = r->core;
  for (WaitingRead **at = &a->reads; *at != NULL;)
    {
      bool decided = !is_in_doubt (a, (*at)->key);
      if (decided)
        answer_read (r, (*at)->ticket, (*at)->key);
      else if (r->now_ns >= (*at)->deadline_ns)
        replica_refuse (r, (*at)->ticket, "a write of this key is not known to be decided", -1);
      if (decided || r->now_ns >= (*at)->deadline_ns)
        drop_read (a, at);
      else
        at = &(*at)->next;
    }
}

/* ---- A write, where it is coordinated ---- */

static void
tell (TbReplica *r, const Write *w, unsigned to)
{
  Pack *p = replica_message (r, w->phase == WRITE_PREPARING ? PREPARE : COMMIT);
  pack_uint (p, w->id);
  pack_bytes (p, w->command.key);
  pack_bytes (p, (TbBytes){ w->state, w->state_n });
  replica_send (r, to);
}

static void
tell_others (TbReplica *r, Write *w)
{
  w->again_ns = r->now_ns + r->config.heartbeat_ns;
  for (unsigned to = 0; to < r->config.n; to++)
    if (!(w->heard & bit (to)))
      tell (r, w, to);
}

static void
tell_aborted (TbReplica *r, const Write *w)
{
  pack_uint (replica_message (r, ABORT), w->id);
  replica_send_others (r);
}

static bool
put (TbReplica *r, TbBytes key, TbBytes state)
{
  All *a = r->core;
  Register new, old;
  if (!register_take (state, &new))
    return false;
  a->clock = TB_MAX (a->clock, new.version.counter);
  if (look_up (a, key, &old) && register_compare (&new, &old) <= 0)
    return true;
  if (shelf_put (r, &a->shelf, key, state) == NULL)
    return false;
  a->applied++;
  return true;
}

static void
finish (TbReplica *r, Write *w)
{
  keep_pair (r, RECORD_DONE, 0, w->id, (TbBytes){ NULL, 0 });
  drop_write (r->core, w);
}

/* The text that answers was made by the command's last evaluation: made again, for others came between. */
static void
say_done (TbReplica *r, const Write *w)
{
  All *a = r->core;
  Register old, new = { 0 };
  TbAnswer answer;
  all_evaluate (a, &w->command, look_up (a, w->command.key, &old) ? &old : NULL, &new, &answer);
  replica_answer (r, w->ticket, TB_ANSWER_OK, (TbBytes){ a->text.p, a->text.n });
}

static void
decide (TbReplica *r, Write *w)
{
  say_done (r, w);
  w->phase = WRITE_DECIDED;
  w->heard = bit (r->config.self);
  if (!HAS_BUG (BUG_ENTRY_FIRST))
    keep_decided (r, w); /* before the entry: a crash may lose what is kept later, and only that */
  bool written = put (r, w->command.key, (TbBytes){ w->state, w->state_n });
  if (HAS_BUG (BUG_ENTRY_FIRST))
    keep_decided (r, w);
  TB_CHECK (written); /* attempt() saw to the room */
  if (w->heard == everybody (r))
    finish (r, w);
  else
    tell_others (r, w);
}

static void
make_state (TbReplica *r, Write *w, const Register *old, Register *new)
{
  All *a = r->core;
  Pack p = { 0 };
  a->clock = TB_MAX (a->clock + 1, (uint64_t) TB_MAX (r->now_ns, 0));
  new->version = (Version){ a->clock, r->config.self, a->nonce };
  if (old != NULL)
    new->base = old->version;
  register_pack (&p, new);
  free (w->state);
  w->state = p.p;
  w->state_n = p.n;
}

/* The key is free: takes it here and asks the others to. The write may be gone afterwards. */
static void
attempt (TbReplica *r, Write *w)
{
  All *a = r->core;
  Register old, new = { 0 };
  TbAnswer answer;
  bool there = look_up (a, w->command.key, &old);
  bool writes = all_evaluate (a, &w->command, there ? &old : NULL, &new, &answer);
  bool full = a->shelf.table.bytes + w->command.key.n + new.value.n > TABLE_BYTES_MAX / 2;
  if (!writes || full)
    {
      if (full || answer == TB_ANSWER_REFUSED)
        replica_refuse (r, w->ticket, full ? "the store is full" : "it is not a number, or too large", -1);
      else
        replica_answer (r, w->ticket, answer, (TbBytes){ NULL, 0 });
      drop_write (a, w);
      return;
    }
  make_state (r, w, there ? &old : NULL, &new);
  w->id = a->next_id++;
  w->phase = WRITE_PREPARING;
  w->heard = bit (r->config.self);
  if (w->heard == everybody (r))
    decide (r, w);
  else
    tell_others (r, w);
}

/* After a key has become free, and on time: the first write that waits for it. */
static void
look_at_writes (TbReplica *r)
{
  All *a = r->core;
  for (Write *w = a->writes, *next; w != NULL; w = next)
    {
      next = w->next;
      if (w->phase == WRITE_WAITING && r->now_ns >= w->again_ns && !is_held (a, w->command.key))
        attempt (r, w);
    }
}

static void
give_up (TbReplica *r, Write *w)
{
  All *a = r->core;
  if (w->phase == WRITE_PREPARING)
    tell_aborted (r, w);
  replica_refuse (r, w->ticket,
                  w->phase == WRITE_PREPARING ? "not every replica can be reached" : "another write holds the key", -1);
  drop_write (a, w);
}

/* Somebody holds the key for another: all let go, and it is tried again after a random while. */
static void
try_later (TbReplica *r, Write *w)
{
  tell_aborted (r, w);
  w->phase = WRITE_WAITING;
  w->again_ns = r->now_ns + (int64_t) replica_random_below (r, (uint64_t) r->config.heartbeat_ns) + 1;
}

static void
on_vote (TbReplica *r, unsigned from, Take *t)
{
  All *a = r->core;
  Write *w = find_write (a, take_uint (t));
  bool yes = take_u8 (t) != 0;
  uint64_t clock = take_uint_to (t, VERSION_FOREIGN_MAX);
  if (!take_is_whole (t))
    return;
  a->clock = TB_MAX (a->clock, clock);
  if (w == NULL || w->phase != WRITE_PREPARING)
    return;
  if (!yes)
    try_later (r, w);
  else if ((w->heard |= bit (from)) == everybody (r))
    decide (r, w);
}

static void
on_done (TbReplica *r, unsigned from, Take *t)
{
  All *a = r->core;
  Write *w = find_write (a, take_uint (t));
  if (take_is_whole (t) && w != NULL && w->phase == WRITE_DECIDED && (w->heard |= bit (from)) == everybody (r))
    finish (r, w);
}

static void
on_ask (TbReplica *r, unsigned from, Take *t)
{
  uint64_t id = take_uint (t);
  if (!take_is_whole (t))
    return;
  const Write *w = find_write (r->core, id);
  if (w != NULL && w->phase == WRITE_DECIDED)
    tell (r, w, from);
  else if (w == NULL || w->phase == WRITE_WAITING)
    {
      pack_uint (replica_message (r, ABORT), id);
      replica_send (r, from);
    }
}

/* ---- The same write at another replica ---- */

static void
vote (TbReplica *r, unsigned to, uint64_t id, bool yes)
{
  const All *a = r->core;
  Pack *p = replica_message (r, VOTE);
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
  bool again = *find_doubt (a, from, id) != NULL;
  bool late = look_up (a, key, &old) && register_compare (&new, &old) <= 0;
  bool full = a->n_doubts == DOUBTS_MAX || a->shelf.table.bytes + state.n > TABLE_BYTES_MAX / 4 * 3;
  if (!again && !late && !full && !is_held (a, key))
    {
      add_doubt (a, from, id, key, r->now_ns + 2 * r->config.heartbeat_ns);
      if (!HAS_BUG (BUG_FORGETS_DOUBT))
        keep_pair (r, RECORD_DOUBT, from, id, key);
      again = true;
    }
  vote (r, from, id, again);
}

static void
resolve (TbReplica *r, unsigned coordinator, uint64_t id)
{
  All *a = r->core;
  Doubt **at = find_doubt (a, coordinator, id);
  if (*at == NULL)
    return;
  drop_doubt (a, at);
  keep_pair (r, RECORD_RESOLVED, coordinator, id, (TbBytes){ NULL, 0 });
}

static void
on_commit (TbReplica *r, unsigned from, Take *t)
{
  uint64_t id = take_uint (t);
  TbBytes key = take_bytes (t), state = take_bytes (t);
  Register new;
  if (!take_is_whole (t) || !register_take_foreign (state, &new) || !put (r, key, state))
    return;
  resolve (r, from, id);
  pack_uint (replica_message (r, DONE), id);
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
    drop_write (a, a->writes);
  while (a->doubts != NULL)
    drop_doubt (a, &a->doubts);
  while (a->reads != NULL)
    drop_read (a, &a->reads);
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
      put (r, w->command.key, (TbBytes){ w->state, w->state_n });
      tell_others (r, w);
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
      Write *w = add_write (a, command);
      w->ticket = ticket;
      w->deadline_ns = r->now_ns + r->config.timeout_ns;
      w->again_ns = r->now_ns;
      look_at_writes (r);
    }
  compact (r);
}

static void
all_message (TbReplica *r, unsigned from, uint8_t kind, Take *t)
{
  static void (*const on[]) (TbReplica *, unsigned, Take *)
    = { [PREPARE] = on_prepare, [VOTE] = on_vote, [COMMIT] = on_commit,
        [DONE] = on_done,       [ABORT] = on_abort, [ASK] = on_ask };
  if (kind >= TB_ARRAY_LENGTH (on))
    return;
  on[kind](r, from, t);
  look_at_reads (r);
  look_at_writes (r);
  compact (r);
}

static void
all_tick (TbReplica *r)
{
  All *a = r->core;
  for (Write *w = a->writes, *next; w != NULL; w = next)
    {
      next = w->next;
      if (w->phase != WRITE_DECIDED && r->now_ns >= w->deadline_ns)
        give_up (r, w);
      else if (w->phase != WRITE_WAITING && r->now_ns >= w->again_ns)
        tell_others (r, w);
    }
  for (Doubt *d = a->doubts; d != NULL; d = d->next)
    if (r->now_ns >= d->ask_ns)
      {
        d->ask_ns = r->now_ns + r->config.heartbeat_ns;
        pack_uint (replica_message (r, ASK), d->id);
        replica_send (r, d->coordinator);
      }
  look_at_reads (r);
  look_at_writes (r);
  compact (r);
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
      if (w->phase != WRITE_WAITING || !is_held (a, w->command.key))
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
check_locks (const All *a)
{
  unsigned n = 0;
  for (const Write *w = a->writes; w != NULL; w = w->next, n++)
    for (const Write *v = w->next; v != NULL && w->phase == WRITE_PREPARING; v = v->next)
      TB_CHECK (v->phase != WRITE_PREPARING || !same (v->command.key, w->command.key));
  TB_CHECK (n == a->n_writes);
  n = 0;
  for (const Doubt *d = a->doubts; d != NULL; d = d->next, n++)
    {
      for (const Doubt *e = d->next; e != NULL; e = e->next)
        TB_CHECK (!same (d->key, e->key));
      for (const Write *w = a->writes; w != NULL; w = w->next)
        TB_CHECK (w->phase != WRITE_PREPARING || !same (d->key, w->command.key));
    }
  TB_CHECK (n == a->n_doubts);
}

static void
all_check (const TbReplica *r)
{
  const All *a = r->core;
  if (a->n_writes <= TABLE_CHECKED_WHOLE && a->n_doubts <= TABLE_CHECKED_WHOLE)
    check_locks (a);
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
