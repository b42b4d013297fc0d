/* One service over another, as extends, several files of an include and merge tags have it: what is single is replaced,
 * mappings are merged, lists are joined. */
#include "compose-private.h"

#include <string.h>

static gboolean
is_among (const char *key, const char *words)
{
  g_auto (GStrv) list = g_strsplit (words, " ", -1);
  return key != NULL && g_strv_contains ((const char *const *) list, key);
}

/* [A=b] and [a] are {A: b} and {a: }: so both forms can be merged. */
static const TbYaml *
as_mapping (TbYamlTree *tree, const TbYaml *node)
{
  if (node->type != TB_YAML_SEQUENCE)
    return node;
  TbYaml *mapping = tb_yaml_new (tree, TB_YAML_MAPPING, node);
  for (guint i = 0; i < node->items->len; i++)
    {
      const TbYaml *item = node->items->pdata[i];
      if (item->type != TB_YAML_SCALAR)
        continue;
      const char *equals = strchr (item->text, '=');
      gsize length = equals != NULL ? (gsize) (equals - item->text) : strlen (item->text);
      g_autofree char *name = g_strndup (item->text, length);
      TbYaml *value = tb_yaml_new_text (tree, equals != NULL ? equals + 1 : "", item);
      value->plain = equals == NULL;
      tb_yaml_put (mapping, name, value);
    }
  return mapping;
}

static TbYaml *
join_lists (TbYamlTree *tree, const TbYaml *base, const TbYaml *over)
{
  TbYaml *list = tb_yaml_new (tree, TB_YAML_SEQUENCE, over);
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  const TbYaml *const both[] = { base, over };
  for (guint b = 0; b < 2; b++)
    for (guint i = 0; i < both[b]->items->len; i++)
      {
        TbYaml *item = both[b]->items->pdata[i];
        if (item->type != TB_YAML_SCALAR || g_hash_table_add (seen, item->text))
          tb_yaml_append (list, item);
      }
  return list;
}

static TbYaml *
merge_mappings (TbCompose *compose, TbYamlTree *tree, const TbYaml *base, const TbYaml *over)
{
  TbYaml *mapping = tb_yaml_new (tree, TB_YAML_MAPPING, over);
  for (guint i = 0; i < base->keys->len; i++)
    tb_yaml_put (mapping, base->keys->pdata[i], base->items->pdata[i]);
  for (guint i = 0; i < over->keys->len; i++)
    {
      const char *key = over->keys->pdata[i];
      TbYaml *value = over->items->pdata[i];
      const TbYaml *old = tb_yaml_get (base, key);
      TbYaml *merged = old != NULL ? tb_compose_merge (compose, tree, old, value, key) : value;
      if (merged == NULL)
        return NULL;
      tb_yaml_put (mapping, key, merged);
    }
  return mapping;
}

TbYaml *
tb_compose_merge (TbCompose *compose, TbYamlTree *tree, const TbYaml *base, const TbYaml *over, const char *key)
{
  gboolean replace = over->tag != NULL || is_among (key, "command entrypoint test");
  compose->merged += 1 + tb_yaml_n (base) + tb_yaml_n (over);
  if (compose->merged > 2 * TB_YAML_MAX_NODES)
    return NULL;
  if (!replace && is_among (key, "environment labels args depends_on networks extra_hosts sysctls"))
    {
      base = as_mapping (tree, base);
      over = as_mapping (tree, over);
    }
  if (replace || base->type != over->type || over->type == TB_YAML_SCALAR)
    return (TbYaml *) over;
  return over->type == TB_YAML_SEQUENCE ? join_lists (tree, base, over) : merge_mappings (compose, tree, base, over);
}
