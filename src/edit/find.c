/* Search and replace. */
#include "tb-find.h"

#include <string.h>

#include "phrase-private.h"

typedef struct
{
  TbUid uid;
  char *name; /* folded */
  char *text; /* folded: all that is said of it */
} Entry;

struct _TbFinder
{
  GArray *entries; /* Entry */
};

static void
clear_entry (gpointer data)
{
  Entry *entry = data;
  g_free (entry->name);
  g_free (entry->text);
}

/* ---- Reading --------------------------------------------------------------------------------- */

static gboolean
is_own_part (TbKind kind)
{
  return kind != TB_KIND_CALL && kind != TB_KIND_PLACE && kind != TB_KIND_ROUTE;
}

static void
append_props (const TbElement *element, GString *text)
{
  const TbKindSpec *spec = tb_schema_kind (tb_element_kind (element));
  for (guint i = 0; i < spec->n_props; i++)
    {
      const TbPropSpec *prop = &spec->props[i];
      if (!tb_element_is_set (element, prop->prop))
        continue;
      g_string_append_printf (text, "%s=%s\n", prop->name, tb_element_get (element, prop->prop));
      if (prop->prop == TB_PROP_KIND)
        g_string_append_printf (text, "kind:%s\n", tb_element_get (element, prop->prop));
      if (prop->prop == TB_PROP_TAGS)
        {
          g_auto (GStrv) tags = g_strsplit (tb_element_get (element, prop->prop), " ", -1);
          for (guint t = 0; tags[t] != NULL; t++)
            g_string_append_printf (text, "tag:%s\n", tags[t]);
        }
    }
  for (guint i = 0; i < tb_element_n_children (element); i++)
    if (is_own_part (tb_element_kind (tb_element_child (element, i))))
      append_props (tb_element_child (element, i), text);
}

static void
add_entry (TbFinder *finder, const TbModel *model, const TbElement *element)
{
  const TbKindSpec *spec = tb_schema_kind (tb_element_kind (element));
  g_autoptr (GString) text = g_string_new (NULL);
  const char *id = tb_element_id (element);
  g_autoptr (GString) name = g_string_new (tb_element_title (element));
  if (spec->kind == TB_KIND_LINK)
    {
      const TbElement *from = tb_element_get_ref (model, element, TB_PROP_FROM);
      const TbElement *to = tb_element_get_ref (model, element, TB_PROP_TO);
      g_string_append_printf (name, " %s → %s", from ? tb_element_title (from) : "",
                              to ? tb_element_title (to) : "");
    }
  g_string_append_printf (text, "%s\n%s\nkind:%s\n", name->str, id ? id : "", spec->name);
  append_props (element, text);
  Entry entry = { tb_element_uid (element), tb_phrase_fold (name->str), tb_phrase_fold (text->str) };
  g_array_append_val (finder->entries, entry);
}

TbFinder *
tb_finder_new (const TbModel *model)
{
  static const TbKind kinds[] = { TB_KIND_COMPONENT, TB_KIND_LINK, TB_KIND_TIER, TB_KIND_LAYER,
                                  TB_KIND_MIDDLEWARE, TB_KIND_GROUP, TB_KIND_NOTE };
  TbFinder *finder = g_new (TbFinder, 1);
  finder->entries = g_array_new (FALSE, FALSE, sizeof (Entry));
  g_array_set_clear_func (finder->entries, clear_entry);
  for (guint k = 0; k < G_N_ELEMENTS (kinds); k++)
    for (guint i = 0; i < tb_model_count (model, kinds[k]); i++)
      add_entry (finder, model, tb_model_nth (model, kinds[k], i));
  return finder;
}

void
tb_finder_free (TbFinder *finder)
{
  g_array_unref (finder->entries);
  g_free (finder);
}

/* ---- Matching -------------------------------------------------------------------------------- */

void
tb_finder_match (const TbFinder *finder, const char *query, GArray *uids)
{
  g_autofree char *folded = tb_phrase_fold (query);
  g_auto (GStrv) words = g_strsplit_set (folded, " \t\n", -1);
  guint n = 0;
  for (guint w = 0; words[w] != NULL; w++)
    n += *words[w] != '\0';
  for (guint i = 0; n > 0 && i < finder->entries->len; i++)
    {
      const Entry *entry = &g_array_index (finder->entries, Entry, i);
      guint found = 0;
      for (guint w = 0; words[w] != NULL; w++)
        found += *words[w] && strstr (entry->text, words[w]) != NULL;
      if (found == n)
        g_array_append_val (uids, entry->uid);
    }
}

typedef struct
{
  TbUid uid;
  int score;
  guint order;
} Ranked;

static int
compare_ranked (gconstpointer a, gconstpointer b)
{
  const Ranked *x = a, *y = b;
  return x->score != y->score ? y->score - x->score : (x->order > y->order) - (x->order < y->order);
}

void
tb_finder_rank (const TbFinder *finder, const char *letters, guint most, GArray *uids)
{
  g_autofree char *folded = g_strstrip (tb_phrase_fold (letters));
  g_autoptr (GArray) ranked = g_array_new (FALSE, FALSE, sizeof (Ranked));
  for (guint i = 0; i < finder->entries->len; i++)
    {
      const Entry *entry = &g_array_index (finder->entries, Entry, i);
      Ranked r = { entry->uid, tb_fuzzy_score_folded (entry->name, folded), i };
      if (r.score > 0)
        g_array_append_val (ranked, r);
    }
  g_array_sort (ranked, compare_ranked);
  for (guint i = 0; i < MIN (ranked->len, most); i++)
    g_array_append_val (uids, g_array_index (ranked, Ranked, i).uid);
}

/* ---- Replacing ------------------------------------------------------------------------------- */

static gboolean
replace_in (TbEditor *editor, TbUid uid, GRegex *words, const char *with)
{
  const TbElement *element = tb_editor_element (editor, uid);
  if (element == NULL)
    return FALSE;
  TbKind kind = tb_element_kind (element);
  TbProp prop = kind == TB_KIND_NOTE ? TB_PROP_TEXT : TB_PROP_NAME;
  const char *text = tb_element_is_set (element, prop) ? tb_element_get (element, prop) : NULL;
  /* What has no name is drawn, and found, by its id, which others refer to: it gets a name. */
  if (text == NULL && kind != TB_KIND_LINK && tb_schema_prop (kind, prop) != NULL)
    text = tb_element_id (element);
  if (text == NULL)
    return FALSE;
  g_autofree char *changed = g_regex_replace_literal (words, text, -1, 0, with, 0, NULL);
  return changed != NULL && strcmp (changed, text) != 0
         && tb_document_set (editor->document, uid, prop, *changed ? changed : NULL, NULL);
}

guint
tb_editor_replace (TbEditor *editor, const TbUid *uids, guint n, const char *words,
                   const char *with)
{
  g_autofree char *literal = g_regex_escape_string (words, -1);
  g_autofree char *label = g_strdup_printf ("Replace %s by %s", words, with);
  g_autoptr (GRegex) regex
      = *words ? g_regex_new (literal, G_REGEX_CASELESS | G_REGEX_OPTIMIZE, 0, NULL) : NULL;
  guint changed = 0;
  if (regex == NULL)
    return 0;
  tb_document_begin (editor->document, label, NULL);
  for (guint i = 0; i < n; i++)
    changed += replace_in (editor, uids[i], regex, with);
  tb_document_commit (editor->document);
  return changed;
}
