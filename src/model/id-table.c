/* id → uid. Linear probing; removal closes the gap, so there are no tombstones (Knuth, 6.4 R). */
#include "model-private.h"

#include <string.h>

#include "tb-base.h"

static guint32
hash_of (const char *id)
{
  guint64 h = tb_hash_string (id);
  return (guint32) (h ^ (h >> 32));
}

static void
put (TbIdTable *table, TbIdSlot slot)
{
  guint mask = table->size - 1, i = slot.hash & mask;
  while (table->slots[i].uid != 0)
    i = (i + 1) & mask;
  table->slots[i] = slot;
}

static void
grow (TbIdTable *table)
{
  TbIdTable old = *table;
  table->size = MAX (16, old.size * 2);
  table->slots = g_new0 (TbIdSlot, table->size);
  for (guint i = 0; i < old.size; i++)
    if (old.slots[i].uid != 0)
      put (table, old.slots[i]);
  g_free (old.slots);
}

void
tb_id_table_insert (TbIdTable *table, const char *id, TbUid uid)
{
  if (table->n * 2 >= table->size)
    grow (table);
  put (table, (TbIdSlot){ hash_of (id), uid });
  table->n++;
}

static gint64
find_slot (const TbIdTable *table, TbElement *const *by_uid, const char *id)
{
  if (table->size == 0)
    return -1;
  guint32 hash = hash_of (id);
  guint mask = table->size - 1;
  for (guint i = hash & mask; table->slots[i].uid != 0; i = (i + 1) & mask)
    if (table->slots[i].hash == hash
        && strcmp (tb_element_id (by_uid[table->slots[i].uid]), id) == 0)
      return i;
  return -1;
}

TbUid
tb_id_table_find (const TbIdTable *table, TbElement *const *by_uid, const char *id)
{
  gint64 i = find_slot (table, by_uid, id);
  return i < 0 ? 0 : table->slots[i].uid;
}

void
tb_id_table_remove (TbIdTable *table, TbElement *const *by_uid, const char *id)
{
  gint64 found = find_slot (table, by_uid, id);
  g_return_if_fail (found >= 0);
  guint mask = table->size - 1, gap = (guint) found;
  for (guint i = (gap + 1) & mask; table->slots[i].uid != 0; i = (i + 1) & mask)
    {
      guint home = table->slots[i].hash & mask;
      /* It may fill the gap unless its home lies cyclically in (gap, i]. */
      if (((i - home) & mask) >= ((i - gap) & mask))
        {
          table->slots[gap] = table->slots[i];
          gap = i;
        }
    }
  table->slots[gap].uid = 0;
  table->n--;
}
