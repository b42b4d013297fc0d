/* The journal of a replica of "write to all": what it must still know after a crash, and how that is read again. */
#include "all-private.h"

void
all_keep (TbReplica *r, uint8_t kind, unsigned coordinator, uint64_t id, TbBytes key)
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

void
all_keep_decided (TbReplica *r, const Write *w)
{
  All *a = r->core;
  Pack *p = replica_record (r, RECORD_DECIDED);
  pack_uint (p, w->id);
  pack_bytes (p, w->command.key);
  pack_bytes (p, (TbBytes){ w->state, w->state_n });
  shelf_count (&a->shelf, p->n);
  replica_keep (r);
}

void
all_compact (TbReplica *r)
{
  All *a = r->core;
  if (!shelf_compact (r, &a->shelf))
    return;
  for (const Doubt *d = a->doubts; d != NULL; d = d->next)
    all_keep (r, RECORD_DOUBT, d->coordinator, d->id, d->key);
  for (const Write *w = a->writes; w != NULL; w = w->next)
    if (w->phase == WRITE_DECIDED)
      all_keep_decided (r, w);
}

static void
restore_decided (TbReplica *r, Take *t)
{
  All *a = r->core;
  Register there;
  uint64_t id = take_uint (t);
  TbCommand command = { .kind = TB_COMMAND_SET, .key = take_bytes (t) };
  TbBytes state = take_bytes (t);
  if (!take_is_whole (t) || !register_take (state, &there) || all_find_write (a, id) != NULL)
    return; /* a journal begun anew says again what stood before */
  Write *w = all_add_write (a, &command);
  w->phase = WRITE_DECIDED;
  w->id = id;
  w->heard = all_bit (r->config.self);
  all_set_state (w, state);
}

void
all_restore (TbReplica *r, uint8_t kind, Take *t)
{
  All *a = r->core;
  if (kind == RECORD_ENTRY)
    shelf_restore (r, &a->shelf, t);
  else if (kind == RECORD_DECIDED)
    restore_decided (r, t);
  else if (kind == RECORD_DONE)
    {
      Write *w = all_find_write (a, take_uint (t));
      if (w != NULL)
        all_drop_write (a, w);
    }
  else if (kind == RECORD_DOUBT || kind == RECORD_RESOLVED)
    {
      unsigned coordinator = (unsigned) take_uint_to (t, TB_REPLICAS_MAX - 1);
      uint64_t id = take_uint (t);
      Doubt **at = all_find_doubt (a, coordinator, id);
      if (kind == RECORD_RESOLVED && *at != NULL)
        all_drop_doubt (a, at);
      else if (kind == RECORD_DOUBT && *at == NULL && !t->bad)
        all_add_doubt (a, coordinator, id, take_bytes (t), 0);
    }
}
