/* A write, where it is coordinated:
 *
 *   WAITING --the key is free (attempt)--> PREPARING --all hold it (decide)--> DECIDED --all have it--> gone
 *      ^                                       |                               (answered OK here)
 *      \--somebody holds the key (on_vote)-----+
 *                     timeout (give_up) in WAITING or PREPARING: REFUSED, for it never has an effect */
#include "bug.h"
#include "all-private.h"

#include <stdlib.h>

static void
tell (TbReplica *r, const Write *w, unsigned to)
{
  Pack *p = replica_message (r, w->phase == WRITE_PREPARING ? ALL_PREPARE : ALL_COMMIT);
  pack_uint (p, w->id);
  pack_bytes (p, w->command.key);
  pack_bytes (p, (TbBytes){ w->state, w->state_n });
  replica_send (r, to);
}

void
all_tell_others (TbReplica *r, Write *w)
{
  w->again_ns = r->now_ns + r->config.heartbeat_ns;
  for (unsigned to = 0; to < r->config.n; to++)
    if (!(w->heard & all_bit (to)))
      tell (r, w, to);
}

static void
tell_aborted (TbReplica *r, const Write *w)
{
  pack_uint (replica_message (r, ALL_ABORT), w->id);
  replica_send_others (r);
}

bool
all_put (TbReplica *r, TbBytes key, TbBytes state)
{
  All *a = r->core;
  Register new, old;
  if (!register_take (state, &new))
    return false;
  a->clock = TB_MAX (a->clock, new.version.counter);
  if (all_look_up (a, key, &old) && register_compare (&new, &old) <= 0)
    return true;
  if (shelf_put (r, &a->shelf, key, state) == NULL)
    return false;
  a->applied++;
  return true;
}

static void
finish (TbReplica *r, Write *w)
{
  all_keep (r, RECORD_DONE, 0, w->id, (TbBytes){ NULL, 0 });
  all_drop_write (r->core, w);
}

/* The text that answers was made by the command's last evaluation: made again, for others came between. */
static void
say_done (TbReplica *r, const Write *w)
{
  All *a = r->core;
  Register old, new = { 0 };
  TbAnswer answer;
  all_evaluate (a, &w->command, all_look_up (a, w->command.key, &old) ? &old : NULL, &new, &answer);
  replica_answer (r, w->ticket, TB_ANSWER_OK, (TbBytes){ a->text.p, a->text.n });
}

static void
decide (TbReplica *r, Write *w)
{
  say_done (r, w);
  w->phase = WRITE_DECIDED;
  w->heard = all_bit (r->config.self);
  if (!HAS_BUG (BUG_ENTRY_FIRST))
    all_keep_decided (r, w); /* before the entry: a crash may lose what is kept later, and only that */
  bool written = all_put (r, w->command.key, (TbBytes){ w->state, w->state_n });
  if (HAS_BUG (BUG_ENTRY_FIRST))
    all_keep_decided (r, w);
  TB_CHECK (written); /* attempt() saw to the room */
  if (w->heard == all_everybody (r))
    finish (r, w);
  else
    all_tell_others (r, w);
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
  bool there = all_look_up (a, w->command.key, &old);
  bool writes = all_evaluate (a, &w->command, there ? &old : NULL, &new, &answer);
  bool full = a->shelf.table.bytes + w->command.key.n + new.value.n > TABLE_BYTES_MAX / 2;
  if (!writes || full)
    {
      if (full || answer == TB_ANSWER_REFUSED)
        replica_refuse (r, w->ticket, full ? "the store is full" : "it is not a number, or too large", -1);
      else
        replica_answer (r, w->ticket, answer, (TbBytes){ NULL, 0 });
      all_drop_write (a, w);
      return;
    }
  make_state (r, w, there ? &old : NULL, &new);
  w->id = a->next_id++;
  w->phase = WRITE_PREPARING;
  w->heard = all_bit (r->config.self);
  if (w->heard == all_everybody (r))
    decide (r, w);
  else
    all_tell_others (r, w);
}

/* After a key has become free, and on time: the first write that waits for it. */
void
all_look_at_writes (TbReplica *r)
{
  All *a = r->core;
  for (Write *w = a->writes, *next; w != NULL; w = next)
    {
      next = w->next;
      if (w->phase == WRITE_WAITING && r->now_ns >= w->again_ns && !all_is_held (a, w->command.key))
        attempt (r, w);
    }
}

void
all_give_up (TbReplica *r, Write *w)
{
  All *a = r->core;
  if (w->phase == WRITE_PREPARING)
    tell_aborted (r, w);
  replica_refuse (r, w->ticket,
                  w->phase == WRITE_PREPARING ? "not every replica can be reached" : "another write holds the key", -1);
  all_drop_write (a, w);
}

/* Somebody holds the key for another: all let go, and it is tried again after a random while. */
static void
try_later (TbReplica *r, Write *w)
{
  tell_aborted (r, w);
  w->phase = WRITE_WAITING;
  w->again_ns = r->now_ns + (int64_t) replica_random_below (r, (uint64_t) r->config.heartbeat_ns) + 1;
}

void
all_on_vote (TbReplica *r, unsigned from, Take *t)
{
  All *a = r->core;
  Write *w = all_find_write (a, take_uint (t));
  bool yes = take_u8 (t) != 0;
  uint64_t clock = take_uint_to (t, VERSION_FOREIGN_MAX);
  if (!take_is_whole (t))
    return;
  a->clock = TB_MAX (a->clock, clock);
  if (w == NULL || w->phase != WRITE_PREPARING)
    return;
  if (!yes)
    try_later (r, w);
  else if ((w->heard |= all_bit (from)) == all_everybody (r))
    decide (r, w);
}

void
all_on_done (TbReplica *r, unsigned from, Take *t)
{
  All *a = r->core;
  Write *w = all_find_write (a, take_uint (t));
  if (take_is_whole (t) && w != NULL && w->phase == WRITE_DECIDED && (w->heard |= all_bit (from)) == all_everybody (r))
    finish (r, w);
}

void
all_on_ask (TbReplica *r, unsigned from, Take *t)
{
  uint64_t id = take_uint (t);
  if (!take_is_whole (t))
    return;
  const Write *w = all_find_write (r->core, id);
  if (w != NULL && w->phase == WRITE_DECIDED)
    tell (r, w, from);
  else if (w == NULL || w->phase == WRITE_WAITING)
    {
      pack_uint (replica_message (r, ALL_ABORT), id);
      replica_send (r, from);
    }
}
