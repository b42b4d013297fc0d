/* Sets, as Redis answers them. A set is a value like another: a mark, then each element behind its length, in no order.
 * Sets are small here; each command walks over all of one. */
#include "store-private.h"

#include <stdlib.h>
#include <string.h>

/* No client writes that by chance. */
static const char mark[8] = { '\0', 'T', 'B', 'S', 'E', 'T', '\1', '\0' };

bool
set_is (const char *value, size_t n)
{
  return n >= sizeof mark && memcmp (value, mark, sizeof mark) == 0;
}

typedef struct
{
  const char *p, *end;
  int64_t expires_ms; /* of the key */
} Elements;

static bool
next_element (Elements *e, TbSlice *element)
{
  uint32_t n;
  if (e->end - e->p < (ptrdiff_t) sizeof n)
    return false;
  memcpy (&n, e->p, sizeof n);
  e->p += sizeof n;
  if (n > (size_t) (e->end - e->p))
    return false;
  *element = (TbSlice) { e->p, n };
  e->p += n;
  return true;
}

static bool
is_same (TbSlice a, TbSlice b)
{
  return a.n == b.n && memcmp (a.p, b.p, a.n) == 0;
}

static bool
has (const char *value, size_t n, TbSlice wanted)
{
  Elements e = { value + sizeof mark, value + n, 0 };
  TbSlice element;
  while (next_element (&e, &element))
    if (is_same (element, wanted))
      return true;
  return false;
}

/* The set under args[1]: an empty one where there is none, false and answered where there is something else. */
static bool
set_of (Command *c, Elements *e)
{
  DictEntry *entry = dict_find (store.dict, c->args[1], c->now_ms);
  atomic_fetch_add_explicit (entry ? &store.hits : &store.misses, 1, memory_order_relaxed);
  *e = (Elements) { 0 };
  if (entry != NULL && !set_is (entry->value, entry->value_n))
    {
      reply_wrong_type (c);
      return false;
    }
  if (entry != NULL)
    *e = (Elements) { entry->value + sizeof mark, entry->value + entry->value_n, entry->expires_ms };
  return true;
}

static int64_t
count (Elements e)
{
  TbSlice element;
  int64_t n = 0;
  while (next_element (&e, &element))
    n++;
  return n;
}

typedef struct
{
  char *p;
  size_t n;
} Built;

static void
put (Built *b, TbSlice element)
{
  uint32_t n = (uint32_t) element.n;
  memcpy (b->p + b->n, &n, sizeof n);
  memcpy (b->p + b->n + sizeof n, element.p, element.n);
  b->n += sizeof n + element.n;
}

/* Room for what is there and, if they come to it, all arguments. */
static bool
begin (Command *c, Elements e, bool more, Built *b)
{
  size_t size = sizeof mark + (size_t) (e.end - e.p);
  for (unsigned i = 2; more && i < c->n_args; i++)
    size += sizeof (uint32_t) + c->args[i].n;
  b->n = sizeof mark;
  b->p = malloc (size);
  if (b->p == NULL)
    {
      reply_error (c, "OOM out of memory");
      return false;
    }
  memcpy (b->p, mark, sizeof mark);
  return true;
}

void
set_add (Command *c)
{
  Elements e;
  Built b;
  int64_t added = 0;
  if (!set_of (c, &e) || !begin (c, e, true, &b))
    return;
  if (e.p != NULL)
    memcpy (b.p + b.n, e.p, (size_t) (e.end - e.p));
  b.n += (size_t) (e.end - e.p);
  for (unsigned i = 2; i < c->n_args; i++)
    if (!has (b.p, b.n, c->args[i]))
      {
        put (&b, c->args[i]);
        added++;
      }
  if (added == 0 || store_set (c, c->args[1], (TbSlice) { b.p, b.n }, e.expires_ms))
    reply_integer (c, added);
  free (b.p);
}

static bool
is_named (const Command *c, TbSlice element)
{
  for (unsigned i = 2; i < c->n_args; i++)
    if (is_same (c->args[i], element))
      return true;
  return false;
}

/* A set that is empty is none. */
void
set_remove (Command *c)
{
  Elements e, all;
  TbSlice element;
  Built b;
  int64_t removed = 0, n = 0;
  if (!set_of (c, &e) || !begin (c, e, false, &b))
    return;
  for (all = e; next_element (&all, &element);)
    if (is_named (c, element))
      removed++;
    else
      put (&b, element);
  bool ok = removed == 0 || (b.n == sizeof mark ? store_delete (c, c->args[1], &n)
                                                : store_set (c, c->args[1], (TbSlice) { b.p, b.n }, e.expires_ms));
  if (ok)
    reply_integer (c, removed);
  free (b.p);
}

void
set_members (Command *c)
{
  Elements e;
  TbSlice element;
  if (!set_of (c, &e))
    return;
  if (c->conn->resp == 3)
    worker_printf (c->w, "~%lld\r\n", (long long) count (e));
  else
    reply_array (c, (size_t) count (e));
  while (next_element (&e, &element))
    reply_bulk (c, element.p, element.n);
}

void
set_count (Command *c)
{
  Elements e;
  if (set_of (c, &e))
    reply_integer (c, count (e));
}

void
set_has (Command *c)
{
  Elements e;
  TbSlice element;
  bool found = false;
  if (!set_of (c, &e))
    return;
  while (!found && next_element (&e, &element))
    found = is_same (element, c->args[2]);
  reply_integer (c, found);
}
