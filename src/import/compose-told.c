/* What is told of many services alike is told once, with all their lines: fourteen times the same sentence hides the
 * one that matters. */
#include "compose-private.h"

/* Named, and after those only their lines, and of a file of thousands not all of these. */
#define MAX_NAMED 12
#define MAX_LINES 100

typedef struct
{
  TbSeverity severity;
  const char *rule;
  const TbComposeFile *file;
  guint line, n; /* of the first; how many */
  char *what, *who;
  GString *all; /* "web (line 5), db (line 9)" */
} Gathered;

static void
gathered_free (gpointer data)
{
  Gathered *g = data;
  g_free (g->what);
  g_free (g->who);
  g_string_free (g->all, TRUE);
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
                       .all = g_string_new (NULL) };
      g_hash_table_insert (compose->gathered, g_steal_pointer (&key), g);
    }
  return g;
}

static void
add_one (Gathered *g, const char *who, guint line)
{
  if (++g->n <= MAX_NAMED)
    g_string_append_printf (g->all, "%s%s (line %u)", g->n > 1 ? ", " : "", who, line);
  else if (g->n <= MAX_LINES)
    g_string_append_printf (g->all, "%s%u", g->n == MAX_NAMED + 1 ? " and others (lines " : ", ", line);
}

void
tb_compose_gather (TbCompose *compose, TbSeverity severity, const char *rule, const TbComposeFile *file, guint line,
                   const char *who, const char *what)
{
  Gathered *g = find_or_add (compose, rule, file, what);
  if (g->n == 0)
    g->who = g_strdup (who);
  g->severity = severity;
  g->line = MIN (g->line, line);
  add_one (g, who, line);
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
      const char *end = g->n > MAX_LINES ? ", …)" : g->n > MAX_NAMED ? ")" : "";
      if (g->n == 1)
        tb_compose_say (compose, g->severity, g->rule, g->file, g->line, "%s: %s", g->who, g->what);
      else
        tb_compose_say (compose, g->severity, g->rule, g->file, g->line, "%s: %s%s", g->what, g->all->str, end);
    }
  g_clear_pointer (&compose->gathered, g_hash_table_unref);
}
