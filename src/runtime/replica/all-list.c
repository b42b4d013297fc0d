/* What is under way at one replica, as lists: writes that it coordinates, doubts that it holds keys for, reads that wait. */
#include "all-private.h"

#include <stdlib.h>

uint64_t
all_bit (unsigned replica)
{
  return UINT64_C (1) << replica;
}

uint64_t
all_everybody (const TbReplica *r)
{
  return r->config.n == 64 ? UINT64_MAX : all_bit (r->config.n) - 1;
}

TbBytes
all_copy (TbBytes bytes)
{
  return (TbBytes){ replica_copy (bytes), bytes.n };
}

bool
all_same (TbBytes a, TbBytes b)
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

void
all_drop_write (All *a, Write *w)
{
  Write **at = &a->writes;
  while (*at != w)
    at = &(*at)->next;
  *at = w->next;
  a->n_writes--;
  free_write (w);
}

Write *
all_add_write (All *a, const TbCommand *command)
{
  Write *w = calloc (1, sizeof *w), **at = &a->writes;
  TB_CHECK (w != NULL);
  w->command = *command;
  w->command.key = all_copy (command->key);
  w->command.value = all_copy (command->value);
  w->command.expected = all_copy (command->expected);
  while (*at != NULL)
    at = &(*at)->next;
  *at = w;
  a->n_writes++;
  return w;
}

void
all_set_state (Write *w, TbBytes state)
{
  free (w->state);
  w->state = replica_copy (state);
  w->state_n = state.n;
}

Write *
all_find_write (const All *a, uint64_t id)
{
  Write *w = a->writes;
  while (w != NULL && w->id != id)
    w = w->next;
  return w;
}

Doubt **
all_find_doubt (All *a, unsigned coordinator, uint64_t id)
{
  Doubt **at = &a->doubts;
  while (*at != NULL && ((*at)->coordinator != coordinator || (*at)->id != id))
    at = &(*at)->next;
  return at;
}

void
all_add_doubt (All *a, unsigned coordinator, uint64_t id, TbBytes key, int64_t ask_ns)
{
  Doubt *d = malloc (sizeof *d);
  TB_CHECK (d != NULL);
  *d = (Doubt){ a->doubts, coordinator, id, ask_ns, all_copy (key) };
  a->doubts = d;
  a->n_doubts++;
}

void
all_drop_doubt (All *a, Doubt **at)
{
  Doubt *d = *at;
  *at = d->next;
  a->n_doubts--;
  free ((void *) d->key.p);
  free (d);
}

bool
all_is_in_doubt (const All *a, TbBytes key)
{
  for (const Doubt *d = a->doubts; d != NULL; d = d->next)
    if (all_same (d->key, key))
      return true;
  return false;
}

bool
all_is_held (const All *a, TbBytes key)
{
  for (const Write *w = a->writes; w != NULL; w = w->next)
    if (w->phase == WRITE_PREPARING && all_same (w->command.key, key))
      return true;
  return all_is_in_doubt (a, key);
}

void
all_drop_read (All *a, WaitingRead **at)
{
  WaitingRead *w = *at;
  *at = w->next;
  a->n_reads--;
  free ((void *) w->key.p);
  free (w);
}

void
all_check_locks (const All *a)
{
  unsigned n = 0;
  for (const Write *w = a->writes; w != NULL; w = w->next, n++)
    for (const Write *v = w->next; v != NULL && w->phase == WRITE_PREPARING; v = v->next)
      TB_CHECK (v->phase != WRITE_PREPARING || !all_same (v->command.key, w->command.key));
  TB_CHECK (n == a->n_writes);
  n = 0;
  for (const Doubt *d = a->doubts; d != NULL; d = d->next, n++)
    {
      for (const Doubt *e = d->next; e != NULL; e = e->next)
        TB_CHECK (!all_same (d->key, e->key));
      for (const Write *w = a->writes; w != NULL; w = w->next)
        TB_CHECK (w->phase != WRITE_PREPARING || !all_same (d->key, w->command.key));
    }
  TB_CHECK (n == a->n_doubts);
}

bool
all_look_up (const All *a, TbBytes key, Register *there)
{
  const TableEntry *e = table_find (&a->shelf.table, key);
  return e != NULL && register_take (entry_state (e), there);
}
