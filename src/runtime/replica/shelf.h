/* A table that the journal holds: each change is a record, and the journal begins anew with the whole
 * table when it has grown long. */
#pragma once

#include "table.h"

#define RECORD_ENTRY 0 /* key, state; protocols number their other records from 1 */

typedef struct
{
  Table table;
  uint64_t records, bytes; /* of the journal since it began anew */
} Shelf;

void shelf_init (Shelf *s);
void shelf_free (Shelf *s);
/* A record of kind RECORD_ENTRY. */
void shelf_restore (TbReplica *r, Shelf *s, Take *record);
/* Into the table and the journal; NULL: it is full, nothing has changed. */
TableEntry *shelf_put (TbReplica *r, Shelf *s, TbBytes key, TbBytes state);
/* A record of another kind was kept. */
void shelf_count (Shelf *s, size_t record_bytes);
/* At the end of a step: begins the journal anew where it is long enough. True: the protocol keeps its own
 * records again now. */
bool shelf_compact (TbReplica *r, Shelf *s);
