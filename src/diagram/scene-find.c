/* Items by uid and by key. Uids are dense, so that a table of them is an array. Keys are what the
 * router knows shapes and links by: made of the id, so that a picture does not depend on the order
 * in which it was drawn, nor a saved one on having been closed between. */
#include "scene-private.h"

#include <string.h>

#include "tb-base.h"

/* Open addressing, twice as many slots as items at least: index + 1, 0 is free. */
struct _TbKeyTable
{
  guint *slots;
  guint mask;
};

static guint
slot_of (const TbScene *scene, guint key)
{
  const TbKeyTable *table = scene->keys;
  guint slot = (key * 2654435769u) & table->mask;
  while (table->slots[slot] != 0 && TB_ITEM (scene, table->slots[slot] - 1)->key != key)
    slot = (slot + 1) & table->mask;
  return slot;
}

void
tb_scene_make_keys (TbScene *scene)
{
  guint size = 64;
  while (size < 2 * scene->items->len)
    size *= 2;
  tb_scene_clear_find (scene, FALSE);
  scene->keys = g_new0 (TbKeyTable, 1);
  scene->keys->slots = g_new0 (guint, size * 2);
  scene->keys->mask = size * 2 - 1;
  for (guint i = 0; i < scene->items->len; i++)
    if (TB_ITEM (scene, i)->key != 0)
      scene->keys->slots[slot_of (scene, TB_ITEM (scene, i)->key)] = i + 1;
}

/* Two ids of one sum are one in two thousand million; the later in the file takes the next. */
static guint
free_key (TbScene *scene, const TbItem *item)
{
  guint64 sum = tb_hash_string (item->id) + item->replica * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15)
                + (item->uid & TB_ITEM_BIT ? item->uid : 0);
  guint key = (guint) (sum ^ sum >> 32) & TB_KEY_MASK;
  while (key == 0 || scene->keys->slots[slot_of (scene, key)] != 0)
    {
      key = (key + 1) & TB_KEY_MASK;
      scene->keys_met = TRUE;
    }
  return key;
}

void
tb_scene_register (TbScene *scene, guint i)
{
  TbItem *item = TB_ITEM (scene, i);
  if (scene->keys == NULL || scene->items->len * 2 > scene->keys->mask)
    tb_scene_make_keys (scene);
  item->key = free_key (scene, item);
  scene->keys->slots[slot_of (scene, item->key)] = i + 1;
  if (item->uid & TB_ITEM_BIT)
    {
      g_hash_table_insert (scene->by_own_uid, GUINT_TO_POINTER (item->uid),
                           GUINT_TO_POINTER (i + 1));
      return;
    }
  if (item->uid >= scene->n_uids)
    {
      guint n = MAX (item->uid + 1, MAX (256, 2 * scene->n_uids));
      scene->by_uid = g_renew (guint, scene->by_uid, n);
      memset (scene->by_uid + scene->n_uids, 0, (n - scene->n_uids) * sizeof *scene->by_uid);
      scene->n_uids = n;
    }
  scene->by_uid[item->uid] = i + 1;
}

guint
tb_scene_find (const TbScene *scene, TbUid uid)
{
  if (uid & TB_ITEM_BIT)
    return GPOINTER_TO_UINT (g_hash_table_lookup (scene->by_own_uid, GUINT_TO_POINTER (uid))) - 1;
  return uid < scene->n_uids ? scene->by_uid[uid] - 1 : TB_NO_ITEM;
}

guint
tb_scene_find_key (const TbScene *scene, guint key)
{
  return scene->keys ? scene->keys->slots[slot_of (scene, key)] - 1 : TB_NO_ITEM;
}

void
tb_scene_clear_find (TbScene *scene, gboolean all)
{
  if (scene->keys != NULL)
    g_free (scene->keys->slots);
  g_clear_pointer (&scene->keys, g_free);
  if (!all)
    return;
  g_clear_pointer (&scene->by_uid, g_free);
  scene->n_uids = 0;
  scene->keys_met = FALSE;
  g_clear_pointer (&scene->by_own_uid, g_hash_table_unref);
}
