/* A replica's own keys, each with the state that its protocol gives it: bytes whose meaning belongs to
 * the protocol. Keys lie in the order of their hashes, in 64 segments with a digest each, so that two
 * replicas find out what differs by comparing little.
 *
 * Invariants, held by table_check in debug builds:
 *  1 an entry lies in the slot of the upper bits of its key's hash
 *  2 digest[s] is the exclusive or over the entries of segment s of what each contributes
 *  3 n and bytes count what is there; bytes <= TABLE_BYTES_MAX */
#pragma once

#include "replica-private.h"

#define TABLE_SEGMENTS 64
#define TABLE_BYTES_MAX ((size_t) 256 << 20)
#define TABLE_CHECKED_WHOLE 32 /* entries: up to here a whole walk after each step is cheap */
#define TABLE_CHECKED_BYTES 4096

typedef struct TableEntry TableEntry;
struct TableEntry
{
  TableEntry *next;
  uint64_t hash, state_hash;
  uint32_t key_n, state_n;
  uint8_t bytes[]; /* the key, then the state */
};

typedef struct
{
  TableEntry **slots;
  unsigned bits;
  size_t n, bytes;
  uint64_t digest[TABLE_SEGMENTS];
} Table;

static inline TbBytes
entry_key (const TableEntry *e)
{
  return (TbBytes){ e->bytes, e->key_n };
}

static inline TbBytes
entry_state (const TableEntry *e)
{
  return (TbBytes){ e->bytes + e->key_n, e->state_n };
}

void table_init (Table *t);
void table_free (Table *t);
void table_clear (Table *t);
uint64_t table_hash (TbBytes key);
TableEntry *table_find (const Table *t, TbBytes key);
TableEntry *table_by_hash (const Table *t, uint64_t hash);
/* NULL: it does not fit any more, nothing has changed. */
TableEntry *table_put (Table *t, TbBytes key, TbBytes state);
/* Equal where two tables hold the same. */
uint64_t table_digest (const Table *t);
static inline unsigned
table_segment (uint64_t hash)
{
  return (unsigned) (hash >> 58);
}
/* The entries whose hash lies in [lo, hi], in the order of slots; ends where visit says false. */
void table_range (const Table *t, uint64_t lo, uint64_t hi, bool (*visit) (const TableEntry *e, void *data),
                  void *data);
void table_check (const Table *t);
