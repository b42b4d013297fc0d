/* Keys and values: a table of chains that doubles when it is full. Where their number is limited,
 * they are also in a ring, the one least lately used first. */
#include "node-private.h"

#include <stdlib.h>
#include <string.h>

typedef struct Node
{
  DictEntry entry; /* first: an entry is its node */
  struct Node *next;
  struct Node *before, *after; /* in the ring */
  uint64_t hash;
  uint32_t capacity; /* of the value */
  char key[];
} Node;

struct Dict
{
  Node **slots;
  size_t n_slots, n, n_volatile, bytes, max;
  uint64_t evicted;
  Node *oldest; /* NULL without a limit */
};

#define SLOTS_MIN 64

Dict *
dict_new (void)
{
  Dict *d = calloc (1, sizeof *d);
  if (d == NULL)
    abort ();
  d->n_slots = SLOTS_MIN;
  d->slots = calloc (d->n_slots, sizeof *d->slots);
  if (d->slots == NULL)
    abort ();
  return d;
}

/* ---- The ring ---- */

static void
ring_remove (Dict *d, Node *node)
{
  if (node->after == NULL)
    return;
  if (d->oldest == node)
    d->oldest = node->after == node ? NULL : node->after;
  node->before->after = node->after;
  node->after->before = node->before;
  node->before = node->after = NULL;
}

static void
ring_append (Dict *d, Node *node)
{
  Node *oldest = d->oldest ? d->oldest : node;
  if (d->oldest == NULL)
    node->before = node;
  node->after = oldest;
  node->before = oldest->before;
  oldest->before->after = node;
  oldest->before = node;
  d->oldest = oldest;
}

static void
ring_use (Dict *d, Node *node)
{
  if (d->max == 0)
    return;
  ring_remove (d, node);
  ring_append (d, node);
}

void
dict_limit (Dict *d, size_t max)
{
  d->max = max;
}

uint64_t
dict_evicted (const Dict *d)
{
  return d->evicted;
}

/* ---- Keys ---- */

static void
node_free (Dict *d, Node *node)
{
  ring_remove (d, node);
  d->n--;
  d->n_volatile -= node->entry.expires_ms != 0;
  d->bytes -= node->entry.key_n + node->capacity + sizeof *node;
  free (node->entry.value);
  free (node);
}

void
dict_clear (Dict *d)
{
  for (size_t i = 0; i < d->n_slots; i++)
    for (Node *node = d->slots[i], *next; node != NULL; node = next)
      {
        next = node->next;
        node_free (d, node);
      }
  memset (d->slots, 0, d->n_slots * sizeof *d->slots);
}

void
dict_free (Dict *d)
{
  dict_clear (d);
  free (d->slots);
  free (d);
}

size_t
dict_bytes (const Dict *d)
{
  return d->bytes;
}

static Node **
slot_of (Dict *d, TbSlice key, uint64_t hash)
{
  Node **at = &d->slots[hash & (d->n_slots - 1)];
  while (*at != NULL
         && ((*at)->hash != hash || (*at)->entry.key_n != key.n
             || memcmp ((*at)->key, key.p, key.n) != 0))
    at = &(*at)->next;
  return at;
}

static bool
is_expired (const Node *node, int64_t now_ms)
{
  return node->entry.expires_ms != 0 && node->entry.expires_ms <= now_ms;
}

static void
unlink_node (Dict *d, Node **at)
{
  Node *node = *at;
  *at = node->next;
  node_free (d, node);
}

DictEntry *
dict_find (Dict *d, TbSlice key, int64_t now_ms)
{
  Node **at = slot_of (d, key, tb_hash_bytes (key.p, key.n));
  if (*at == NULL)
    return NULL;
  if (!is_expired (*at, now_ms))
    {
      ring_use (d, *at);
      return &(*at)->entry;
    }
  unlink_node (d, at);
  return NULL;
}

/* Where memory for a larger table ends, chains grow longer instead. */
static void
grow (Dict *d)
{
  size_t n_slots = d->n_slots * 2;
  Node **slots = calloc (n_slots, sizeof *slots);
  if (slots == NULL)
    return;
  for (size_t i = 0; i < d->n_slots; i++)
    for (Node *node = d->slots[i], *next; node != NULL; node = next)
      {
        next = node->next;
        node->next = slots[node->hash & (n_slots - 1)];
        slots[node->hash & (n_slots - 1)] = node;
      }
  free (d->slots);
  d->slots = slots;
  d->n_slots = n_slots;
}

static bool
reserve (Node *node, size_t size)
{
  if (size <= node->capacity)
    return true;
  size_t capacity = TB_MAX (16u, node->capacity);
  while (capacity < size)
    capacity *= 2;
  char *value = realloc (node->entry.value, capacity);
  if (value == NULL)
    return false;
  node->entry.value = value;
  node->capacity = (uint32_t) capacity;
  return true;
}

static void
make_room (Dict *d)
{
  while (d->max > 0 && d->n >= d->max && d->oldest != NULL)
    {
      Node *old = d->oldest;
      unlink_node (d, slot_of (d, (TbSlice) { old->key, old->entry.key_n }, old->hash));
      d->evicted++;
    }
}

static Node *
insert (Dict *d, TbSlice key, uint64_t hash)
{
  Node *node = malloc (sizeof *node + key.n);
  if (node == NULL)
    return NULL;
  make_room (d);
  if (d->n >= d->n_slots)
    grow (d);
  *node = (Node) { .entry.key_n = (uint32_t) key.n, .hash = hash };
  memcpy (node->key, key.p, key.n);
  Node **slot = &d->slots[hash & (d->n_slots - 1)];
  node->next = *slot;
  *slot = node;
  d->n++;
  d->bytes += sizeof *node + key.n;
  return node;
}

DictEntry *
dict_set (Dict *d, TbSlice key, TbSlice value, int64_t expires_ms)
{
  uint64_t hash = tb_hash_bytes (key.p, key.n);
  Node *node = *slot_of (d, key, hash);
  if (node == NULL)
    node = insert (d, key, hash);
  if (node == NULL)
    return NULL;
  ring_use (d, node);
  uint32_t before = node->capacity;
  if (!reserve (node, value.n))
    return NULL;
  d->bytes += node->capacity - before;
  if (value.n > 0)
    memcpy (node->entry.value, value.p, value.n);
  node->entry.value_n = (uint32_t) value.n;
  d->n_volatile += (size_t) (expires_ms != 0) - (node->entry.expires_ms != 0);
  node->entry.expires_ms = expires_ms;
  return &node->entry;
}

bool
dict_delete (Dict *d, TbSlice key, int64_t now_ms)
{
  Node **at = slot_of (d, key, tb_hash_bytes (key.p, key.n));
  bool there = *at != NULL && !is_expired (*at, now_ms);
  if (*at != NULL)
    unlink_node (d, at);
  return there;
}

void
dict_each (Dict *d, int64_t now_ms, DictFunc func, void *data)
{
  for (size_t i = 0; i < d->n_slots; i++)
    for (Node *node = d->slots[i]; node != NULL; node = node->next)
      if (!is_expired (node, now_ms))
        func ((TbSlice) { node->key, node->entry.key_n }, &node->entry, data);
}

size_t
dict_count (Dict *d, int64_t now_ms)
{
  for (size_t i = 0; d->n_volatile > 0 && i < d->n_slots; i++)
    for (Node **at = &d->slots[i]; *at != NULL;)
      if (is_expired (*at, now_ms))
        unlink_node (d, at);
      else
        at = &(*at)->next;
  return d->n;
}
