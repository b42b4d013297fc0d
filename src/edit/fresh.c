/* Names for many new elements at once, in the time of one look at the model. */
#include "fresh-private.h"

#include <string.h>

void
tb_fresh_begin (TbFresh *fresh, const TbModel *model, TbKind kind)
{
  fresh->taken = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  fresh->next = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  for (guint i = 0; i < tb_model_count (model, kind); i++)
    g_hash_table_add (fresh->taken, g_strdup (tb_element_title (tb_model_nth (model, kind, i))));
}

void
tb_fresh_end (TbFresh *fresh)
{
  g_clear_pointer (&fresh->taken, g_hash_table_unref);
  g_clear_pointer (&fresh->next, g_hash_table_unref);
}

/* "Shop 12" without its number. */
static char *
base_of (const char *name)
{
  const char *end = name + strlen (name);
  while (end > name && g_ascii_isdigit (end[-1]))
    end--;
  if (*end == '\0' || end < name + 2 || end[-1] != ' ')
    return g_strdup (name);
  return g_strndup (name, (gsize) (end - 1 - name));
}

char *
tb_fresh_name (TbFresh *fresh, const char *name)
{
  if (!g_hash_table_contains (fresh->taken, name))
    {
      g_hash_table_add (fresh->taken, g_strdup (name));
      return g_strdup (name);
    }
  char *base = base_of (name);
  guint n = MAX (2u, GPOINTER_TO_UINT (g_hash_table_lookup (fresh->next, base)));
  for (;; n++)
    {
      g_autofree char *next = g_strdup_printf ("%s %u", base, n);
      if (g_hash_table_contains (fresh->taken, next))
        continue;
      g_hash_table_insert (fresh->next, base, GUINT_TO_POINTER (n + 1));
      g_hash_table_add (fresh->taken, g_strdup (next));
      return g_steal_pointer (&next);
    }
}
