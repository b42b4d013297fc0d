#include "table.h"

#include <stdlib.h>
#include <string.h>

/* Spreads a hash over all its bits: FNV leaves the upper ones poor. splitmix64's finaliser. */
static uint64_t
mix (uint64_t h)
{
  h = (h ^ (h >> 30)) * UINT64_C (0xbf58476d1ce4e5b9);
  h = (h ^ (h >> 27)) * UINT64_C (0x94d049bb133111eb);
  return h ^ (h >> 31);
}

#define BITS_FIRST 6 /* no slot spans two segments */

void
table_init (Table *t)
{
  *t = (Table) { .bits = BITS_FIRST };
  t->slots = calloc ((size_t) 1 << t->bits, sizeof *t->slots);
  if (t->slots == NULL)
    abort ();
}

void
table_clear (Table *t)
{
  table_free (t);
  table_init (t);
}

void
table_free (Table *t)
{
  for (size_t i = 0; t->slots != NULL && i < (size_t) 1 << t->bits; i++)
    for (TableEntry *e = t->slots[i], *next; e != NULL; e = next)
      {
        next = e->next;
        free (e);
      }
  free (t->slots);
  *t = (Table) { 0 };
}

uint64_t
table_hash (TbBytes key)
{
  return mix (tb_hash_bytes (key.p, key.n));
}

static TableEntry **
slot_of (const Table *t, uint64_t hash)
{
  return &t->slots[hash >> (64 - t->bits)];
}

static bool
is (const TableEntry *e, uint64_t hash, TbBytes key)
{
  return e->hash == hash && e->key_n == key.n && (key.n == 0 || memcmp (e->bytes, key.p, key.n) == 0);
}

TableEntry *
table_find (const Table *t, TbBytes key)
{
  uint64_t hash = table_hash (key);
  TableEntry *e = *slot_of (t, hash);
  while (e != NULL && !is (e, hash, key))
    e = e->next;
  return e;
}

TableEntry *
table_by_hash (const Table *t, uint64_t hash)
{
  TableEntry *e = *slot_of (t, hash);
  while (e != NULL && e->hash != hash)
    e = e->next;
  return e;
}

static uint64_t
contribution (const TableEntry *e)
{
  return mix (e->hash ^ (e->state_hash << 1 | e->state_hash >> 63));
}

static void
grow (Table *t)
{
  size_t n = (size_t) 1 << t->bits;
  TableEntry **old = t->slots, **slots = calloc (n * 2, sizeof *slots);
  if (slots == NULL)
    return; /* slower, not wrong */
  t->slots = slots;
  t->bits++;
  for (size_t i = 0; i < n; i++)
    for (TableEntry *e = old[i], *next; e != NULL; e = next)
      {
        next = e->next;
        e->next = *slot_of (t, e->hash);
        *slot_of (t, e->hash) = e;
      }
  free (old);
}

static size_t
cost (size_t key_n, size_t state_n)
{
  return sizeof (TableEntry) + key_n + state_n;
}

static void
drop (Table *t, TableEntry **at)
{
  TableEntry *e = *at;
  t->digest[table_segment (e->hash)] ^= contribution (e);
  t->bytes -= cost (e->key_n, e->state_n);
  t->n--;
  *at = e->next;
  free (e);
}

static TableEntry *
new_entry (uint64_t hash, TbBytes key, TbBytes state)
{
  TableEntry *e = malloc (cost (key.n, state.n));
  if (e == NULL)
    return NULL;
  *e = (TableEntry) { .hash = hash, .key_n = (uint32_t) key.n, .state_n = (uint32_t) state.n,
                      .state_hash = replica_sum (0, state.p, state.n) };
  if (key.n > 0)
    memcpy (e->bytes, key.p, key.n);
  if (state.n > 0)
    memcpy (e->bytes + key.n, state.p, state.n);
  return e;
}

TableEntry *
table_put (Table *t, TbBytes key, TbBytes state)
{
  uint64_t hash = table_hash (key);
  TableEntry **at = slot_of (t, hash);
  while (*at != NULL && !is (*at, hash, key))
    at = &(*at)->next;
  size_t freed = *at != NULL ? cost ((*at)->key_n, (*at)->state_n) : 0;
  if (t->bytes - freed + cost (key.n, state.n) > TABLE_BYTES_MAX)
    return NULL;
  TableEntry *e = new_entry (hash, key, state);
  if (e == NULL)
    return NULL;
  if (*at != NULL)
    drop (t, at);
  if (t->n >= (size_t) 2 << t->bits)
    grow (t);
  e->next = *slot_of (t, hash);
  *slot_of (t, hash) = e;
  t->n++;
  t->bytes += cost (key.n, state.n);
  t->digest[table_segment (hash)] ^= contribution (e);
  return e;
}

uint64_t
table_digest (const Table *t)
{
  uint64_t h = 0;
  for (unsigned i = 0; i < TABLE_SEGMENTS; i++)
    h = mix (h ^ t->digest[i]);
  return h;
}

void
table_range (const Table *t, uint64_t lo, uint64_t hi, bool (*visit) (const TableEntry *e, void *data),
             void *data)
{
  unsigned shift = 64 - t->bits;
  for (uint64_t i = lo >> shift; i <= hi >> shift; i++)
    for (const TableEntry *e = t->slots[i], *next; e != NULL; e = next)
      {
        next = e->next;
        if (e->hash >= lo && e->hash <= hi && !visit (e, data))
          return;
      }
}

void
table_check (const Table *t)
{
  uint64_t digest[TABLE_SEGMENTS] = { 0 };
  size_t n = 0, bytes = 0;
  for (size_t i = 0; i < (size_t) 1 << t->bits; i++)
    for (const TableEntry *e = t->slots[i]; e != NULL; e = e->next, n++)
      {
        TB_CHECK (e->hash >> (64 - t->bits) == i);
        digest[table_segment (e->hash)] ^= contribution (e);
        bytes += cost (e->key_n, e->state_n);
      }
  TB_CHECK (memcmp (digest, t->digest, sizeof digest) == 0);
  TB_CHECK (n == t->n && bytes == t->bytes && bytes <= TABLE_BYTES_MAX);
}
