/* What is told of many services alike is told once, with all their lines: fourteen times the same sentence hides the
 * one that matters. */
#include "compose-private.h"

#define MAX_TOLD 100 /* of a file of thousands */
#define LONG 240     /* bytes of names in one sentence */

typedef struct
{
  char *who;
  guint line;
} Mention;

typedef struct
{
  TbSeverity severity;
  const char *rule;
  const TbComposeFile *file;
  guint line, n; /* of the first; how many */
  char *what;
  GArray *mentions; /* of Mention: the first of them */
} Gathered;

static void
mention_clear (gpointer data)
{
  g_free (((Mention *) data)->who);
}

static void
gathered_free (gpointer data)
{
  Gathered *g = data;
  g_free (g->what);
  g_array_unref (g->mentions);
  g_free (g);
}

static Gathered *
find_or_add (TbCompose *compose, const char *rule, const TbComposeFile *file, const char *what)
{
  g_autofree char *key = g_strdup_printf ("%s %p %s", rule, (const void *) file, what);
  if (compose->gathered == NULL)
    compose->gathered = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, gathered_free);
  Gathered *g = g_hash_table_lookup (compose->gathered, key);
  if (g == NULL)
    {
      g = g_new0 (Gathered, 1);
      *g = (Gathered){ .rule = rule, .file = file, .line = G_MAXUINT, .what = g_strdup (what),
                       .mentions = g_array_new (FALSE, FALSE, sizeof (Mention)) };
      g_array_set_clear_func (g->mentions, mention_clear);
      g_hash_table_insert (compose->gathered, g_steal_pointer (&key), g);
    }
  return g;
}

void
tb_compose_gather (TbCompose *compose, TbSeverity severity, const char *rule, const TbComposeFile *file, guint line,
                   const char *who, const char *what)
{
  Gathered *g = find_or_add (compose, rule, file, what);
  g->severity = severity;
  g->line = MIN (g->line, line);
  if (g->n++ >= MAX_TOLD)
    return;
  const Mention mention = { g_strdup (who), line };
  g_array_append_val (g->mentions, mention);
}

static const Mention *
mention_at (const Gathered *g, guint i)
{
  return i < g->mentions->len ? &g_array_index (g->mentions, Mention, i) : NULL;
}

/* "web, api (line 5)" of an anchor that both have; "db (lines 9, 11)". From the i-th on; where it ends is answered. */
static guint
append_run (GString *out, const Gathered *g, guint i)
{
  const Mention *first = mention_at (g, i), *next = mention_at (g, i + 1);
  gboolean one_who = next != NULL && next->line != first->line && g_str_equal (next->who, first->who);
  g_string_append (out, first->who);
  if (one_who)
    {
      g_string_append_printf (out, " (lines %u", first->line);
      for (i++; (next = mention_at (g, i)) != NULL && g_str_equal (next->who, first->who) && out->len < LONG; i++)
        g_string_append_printf (out, ", %u", next->line);
      g_string_append_c (out, ')');
      return i;
    }
  for (i++; (next = mention_at (g, i)) != NULL && next->line == first->line && out->len < LONG; i++)
    g_string_append_printf (out, ", %s", next->who);
  g_string_append_printf (out, " (line %u)", first->line);
  return i;
}

/* As many sentences as it takes: each is cut where a problem's may be no longer. */
static void
tell_all (TbCompose *compose, const Gathered *g)
{
  g_autoptr (GString) out = g_string_new (NULL);
  guint line = mention_at (g, 0)->line;
  for (guint i = 0; i < g->mentions->len;)
    {
      if (out->len == 0)
        line = mention_at (g, i)->line;
      g_string_append (out, out->len > 0 ? ", " : "");
      i = append_run (out, g, i);
      if (out->len < LONG && i < g->mentions->len)
        continue;
      if (i == g->mentions->len && g->n > i)
        g_string_append_printf (out, " and %u more", g->n - i);
      tb_compose_say (compose, g->severity, g->rule, g->file, line, "%s: %s", g->what, out->str);
      g_string_truncate (out, 0);
    }
}

static int
by_line (gconstpointer pa, gconstpointer pb)
{
  const Gathered *a = *(Gathered *const *) pa, *b = *(Gathered *const *) pb;
  return a->line != b->line ? (a->line < b->line ? -1 : 1) : g_strcmp0 (a->what, b->what);
}

void
tb_compose_tell_gathered (TbCompose *compose)
{
  if (compose->gathered == NULL)
    return;
  g_autoptr (GPtrArray) sorted = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer value;
  g_hash_table_iter_init (&iter, compose->gathered);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    g_ptr_array_add (sorted, value);
  g_ptr_array_sort (sorted, by_line);
  for (guint i = 0; i < sorted->len; i++)
    {
      const Gathered *g = g_ptr_array_index (sorted, i);
      if (g->n == 1)
        tb_compose_say (compose, g->severity, g->rule, g->file, g->line, "%s: %s", mention_at (g, 0)->who, g->what);
      else
        tell_all (compose, g);
    }
  g_clear_pointer (&compose->gathered, g_hash_table_unref);
}
