#include "shelf.h"

void
shelf_init (Shelf *s)
{
  table_init (&s->table);
}

void
shelf_free (Shelf *s)
{
  table_free (&s->table);
}

void
shelf_restore (TbReplica *r, Shelf *s, Take *record)
{
  size_t n = record->n;
  TbBytes key = take_bytes (record), state = take_bytes (record);
  (void) r;
  if (!take_is_whole (record))
    return;
  table_put (&s->table, key, state);
  shelf_count (s, n);
}

static void
keep (TbReplica *r, TbBytes key, TbBytes state)
{
  Pack *p = replica_record (r, RECORD_ENTRY);
  pack_bytes (p, key);
  pack_bytes (p, state);
  replica_keep (r);
}

TableEntry *
shelf_put (TbReplica *r, Shelf *s, TbBytes key, TbBytes state)
{
  TableEntry *e = table_put (&s->table, key, state);
  if (e == NULL)
    return NULL;
  keep (r, entry_key (e), entry_state (e));
  shelf_count (s, e->key_n + e->state_n);
  return e;
}

void
shelf_count (Shelf *s, size_t record_bytes)
{
  s->records++;
  s->bytes += record_bytes;
}

static bool
keep_entry (const TableEntry *e, void *data)
{
  keep (data, entry_key (e), entry_state (e));
  return true;
}

bool
shelf_compact (TbReplica *r, Shelf *s)
{
  bool many = s->records >= r->config.compact_records && s->records >= 2 * s->table.n;
  bool large = s->bytes >= r->config.compact_bytes && s->bytes >= 2 * s->table.bytes;
  if (r->table.renew == NULL || (!many && !large))
    return false;
  r->table.renew (r->host);
  table_range (&s->table, 0, UINT64_MAX, keep_entry, r);
  s->records = s->bytes = 0;
  return true;
}
