#include "bug.h"
#include "crdt-state.h"

#include <stdlib.h>

/* ---- Parts ---- */

static void *
more (void *p, size_t *size, size_t n, size_t each)
{
  if (n < *size)
    return p;
  *size = TB_MAX (*size * 2, 16);
  p = realloc (p, *size * each);
  TB_CHECK (p != NULL);
  return p;
}

static void
begin_element (Crdt *c, TbBytes bytes)
{
  c->elements = more (c->elements, &c->size_elements, c->n_elements, sizeof *c->elements);
  c->elements[c->n_elements++] = (CrdtElement){ bytes, (uint32_t) c->n_dots, 0 };
}

static void
add_dot (Crdt *c, CrdtDot dot)
{
  c->dots = more (c->dots, &c->size_dots, c->n_dots, sizeof *c->dots);
  c->dots[c->n_dots++] = dot;
  c->elements[c->n_elements - 1].n++;
}

/* An element that got no dots is not there. */
static void
end_element (Crdt *c)
{
  if (c->elements[c->n_elements - 1].n == 0)
    c->n_elements--;
}

static void
clear (Crdt *c)
{
  c->n_actors = 0;
  c->n_elements = c->n_dots = 0;
}

void
crdt_free (Crdt *c)
{
  free (c->elements);
  free (c->dots);
  *c = (Crdt){ 0 };
}

static int
compare_bytes (TbBytes a, TbBytes b)
{
  size_t n = TB_MIN (a.n, b.n);
  int order = n > 0 ? memcmp (a.p, b.p, n) : 0;
  return order != 0 ? order : (a.n > b.n) - (a.n < b.n);
}

static int
compare_dots (const CrdtDot *a, const CrdtDot *b)
{
  if (a->actor != b->actor)
    return a->actor < b->actor ? -1 : 1;
  return (a->number > b->number) - (a->number < b->number);
}

static const CrdtActor *
find_actor (const Crdt *c, uint64_t actor)
{
  unsigned lo = 0, hi = c->n_actors;
  while (lo < hi)
    {
      unsigned mid = (lo + hi) / 2;
      if (c->actors[mid].actor < actor)
        lo = mid + 1;
      else
        hi = mid;
    }
  return lo < c->n_actors && c->actors[lo].actor == actor ? &c->actors[lo] : NULL;
}

static bool
has_seen (const Crdt *c, const CrdtDot *dot)
{
  const CrdtActor *a = find_actor (c, dot->actor);
  return a != NULL && a->clock >= dot->number;
}

/* ---- As bytes ---- */

static void
take_actors (Take *t, Crdt *c)
{
  c->n_actors = (unsigned) take_uint_to (t, CRDT_ACTORS_MAX);
  for (unsigned i = 0; i < c->n_actors && !t->bad; i++)
    {
      CrdtActor *a = &c->actors[i];
      a->actor = take_uint (t);
      a->plus = take_uint_to (t, INT64_MAX);
      a->minus = take_uint_to (t, INT64_MAX);
      a->clock = take_uint_to (t, INT64_MAX);
      t->bad |= i > 0 && a->actor <= a[-1].actor;
    }
}

static void
take_dots (Take *t, Crdt *c)
{
  uint64_t n = take_uint_to (t, CRDT_STATE_MAX);
  t->bad |= n == 0;
  for (uint64_t i = 0; i < n && !t->bad; i++)
    {
      CrdtDot dot = { .actor = take_uint (t) };
      dot.number = take_uint_to (t, INT64_MAX);
      if (t->bad)
        return;
      t->bad |= !has_seen (c, &dot) || (i > 0 && compare_dots (&dot, &c->dots[c->n_dots - 1]) <= 0);
      add_dot (c, dot);
    }
}

bool
crdt_take (TbBytes bytes, Crdt *c)
{
  Take t = { bytes.p, bytes.n, bytes.n > CRDT_STATE_MAX };
  clear (c);
  if (bytes.n == 0)
    return true;
  take_actors (&t, c);
  uint64_t n = take_uint_to (&t, CRDT_STATE_MAX);
  for (uint64_t i = 0; i < n && !t.bad; i++)
    {
      TbBytes element = take_bytes (&t);
      t.bad |= i > 0 && compare_bytes (element, c->elements[i - 1].bytes) <= 0;
      begin_element (c, element);
      take_dots (&t, c);
    }
  return take_is_whole (&t);
}

void
crdt_pack (Pack *p, const Crdt *c)
{
  pack_uint (p, c->n_actors);
  for (unsigned i = 0; i < c->n_actors; i++)
    {
      pack_uint (p, c->actors[i].actor);
      pack_uint (p, c->actors[i].plus);
      pack_uint (p, c->actors[i].minus);
      pack_uint (p, c->actors[i].clock);
    }
  pack_uint (p, c->n_elements);
  for (size_t i = 0; i < c->n_elements; i++)
    {
      const CrdtElement *e = &c->elements[i];
      pack_bytes (p, e->bytes);
      pack_uint (p, e->n);
      for (uint32_t d = e->first; d < e->first + e->n; d++)
        {
          pack_uint (p, c->dots[d].actor);
          pack_uint (p, c->dots[d].number);
        }
    }
}

/* ---- Merging ---- */

static bool
merge_actors (const Crdt *a, const Crdt *b, Crdt *out)
{
  unsigned i = 0, k = 0;
  while (i < a->n_actors || k < b->n_actors)
    {
      if (out->n_actors == CRDT_ACTORS_MAX)
        return false;
      bool left = k == b->n_actors || (i < a->n_actors && a->actors[i].actor <= b->actors[k].actor);
      bool right = i == a->n_actors || (k < b->n_actors && b->actors[k].actor <= a->actors[i].actor);
      CrdtActor x = left ? a->actors[i++] : b->actors[k++];
      if (left && right)
        {
          const CrdtActor *y = &b->actors[k++];
          x.plus = HAS_BUG (BUG_ADDS_UP) ? x.plus + y->plus : TB_MAX (x.plus, y->plus);
          x.minus = TB_MAX (x.minus, y->minus);
          x.clock = TB_MAX (x.clock, y->clock);
        }
      out->actors[out->n_actors++] = x;
    }
  return true;
}

/* The dots of one element, of which either side may have none: those both have, and those that one has and the
 * other has not seen. */
static void
merge_dots (const Crdt *a, const CrdtElement *x, const Crdt *b, const CrdtElement *y, Crdt *out)
{
  uint32_t i = 0, k = 0, n = x ? x->n : 0, m = y ? y->n : 0;
  while (i < n || k < m)
    {
      const CrdtDot *d = i < n ? &a->dots[x->first + i] : NULL, *e = k < m ? &b->dots[y->first + k] : NULL;
      int order = d == NULL ? 1 : e == NULL ? -1 : compare_dots (d, e);
      if (order == 0 || (order < 0 && !has_seen (b, d)))
        add_dot (out, *d);
      else if (order > 0 && !has_seen (a, e))
        add_dot (out, *e);
      i += order <= 0;
      k += order >= 0;
    }
}

bool
crdt_merge (const Crdt *a, const Crdt *b, Crdt *out)
{
  size_t i = 0, k = 0;
  clear (out);
  if (!merge_actors (a, b, out))
    return false;
  while (i < a->n_elements || k < b->n_elements)
    {
      const CrdtElement *x = i < a->n_elements ? &a->elements[i] : NULL;
      const CrdtElement *y = k < b->n_elements ? &b->elements[k] : NULL;
      int order = x == NULL ? 1 : y == NULL ? -1 : compare_bytes (x->bytes, y->bytes);
      begin_element (out, order <= 0 ? x->bytes : y->bytes);
      merge_dots (a, order <= 0 ? x : NULL, b, order >= 0 ? y : NULL, out);
      end_element (out);
      i += order <= 0;
      k += order >= 0;
    }
  return true;
}

/* ---- Changing ---- */

static CrdtActor *
own_actor (Crdt *c, uint64_t actor)
{
  CrdtActor *found = (CrdtActor *) find_actor (c, actor);
  if (found != NULL || c->n_actors == CRDT_ACTORS_MAX)
    return found;
  unsigned i = c->n_actors++;
  for (; i > 0 && c->actors[i - 1].actor > actor; i--)
    c->actors[i] = c->actors[i - 1];
  c->actors[i] = (CrdtActor){ .actor = actor };
  return &c->actors[i];
}

bool
crdt_add (Crdt *c, uint64_t actor, int64_t amount)
{
  CrdtActor *a = own_actor (c, actor);
  uint64_t size = amount < 0 ? -(uint64_t) amount : (uint64_t) amount;
  if (a == NULL)
    return false;
  uint64_t *side = amount < 0 ? &a->minus : &a->plus;
  if (size > (uint64_t) INT64_MAX - *side)
    return false;
  *side += size;
  return true;
}

/* Where the element is or belongs. */
static size_t
place_of (const Crdt *c, TbBytes element, bool *found)
{
  size_t lo = 0, hi = c->n_elements;
  while (lo < hi)
    {
      size_t mid = (lo + hi) / 2;
      if (compare_bytes (c->elements[mid].bytes, element) < 0)
        lo = mid + 1;
      else
        hi = mid;
    }
  *found = lo < c->n_elements && compare_bytes (c->elements[lo].bytes, element) == 0;
  return lo;
}

/* The new dot stands for those it has seen, so that an element has as many dots as concurrent inserters. */
bool
crdt_insert (Crdt *c, uint64_t actor, TbBytes element)
{
  CrdtActor *a = own_actor (c, actor);
  bool found;
  if (a == NULL || a->clock == INT64_MAX)
    return false;
  size_t i = place_of (c, element, &found);
  if (!found)
    {
      begin_element (c, element);
      memmove (&c->elements[i + 1], &c->elements[i], (c->n_elements - 1 - i) * sizeof *c->elements);
    }
  c->dots = more (c->dots, &c->size_dots, c->n_dots, sizeof *c->dots);
  c->dots[c->n_dots] = (CrdtDot){ actor, ++a->clock };
  c->elements[i] = (CrdtElement){ element, (uint32_t) c->n_dots++, 1 };
  return true;
}

bool
crdt_remove (Crdt *c, TbBytes element)
{
  bool found;
  size_t i = place_of (c, element, &found);
  if (found)
    {
      c->n_elements--;
      memmove (&c->elements[i], &c->elements[i + 1], (c->n_elements - i) * sizeof *c->elements);
    }
  return found;
}

bool
crdt_has (const Crdt *c, TbBytes element)
{
  bool found;
  place_of (c, element, &found);
  return found;
}

int64_t
crdt_value (const Crdt *c)
{
  uint64_t value = 0;
  for (unsigned i = 0; i < c->n_actors; i++)
    value += c->actors[i].plus - c->actors[i].minus;
  return (int64_t) value;
}

bool
crdt_is_counted (const Crdt *c)
{
  for (unsigned i = 0; i < c->n_actors; i++)
    if (c->actors[i].plus != 0 || c->actors[i].minus != 0)
      return true;
  return false;
}
