/* Selecting all that are alike, what a selection is connected with, and all that is not selected. */
#include "editor-private.h"

#include <string.h>

static const TbKind kinds[] = { TB_KIND_LAYER,     TB_KIND_TIER, TB_KIND_GROUP, TB_KIND_MIDDLEWARE,
                                TB_KIND_COMPONENT, TB_KIND_LINK, TB_KIND_NOTE };

static const TbElement *
selected (TbEditor *editor, guint i)
{
  return tb_editor_element (editor, g_array_index (editor->selection, TbUid, i));
}

static gboolean
is_shown (TbEditor *editor, TbUid uid)
{
  return tb_editor_bounds (editor, uid, NULL, NULL);
}

/* Selects every shown element that a test of it and the words collected before says. */
static void
select_where (TbEditor *editor, gboolean (*test) (TbEditor *, const TbElement *, GHashTable *),
              GHashTable *words)
{
  const TbModel *model = tb_editor_model (editor);
  g_autoptr (GArray) uids = g_array_new (FALSE, FALSE, sizeof (TbUid));
  for (guint k = 0; k < G_N_ELEMENTS (kinds); k++)
    for (guint i = 0; i < tb_model_count (model, kinds[k]); i++)
      {
        const TbElement *e = tb_model_nth (model, kinds[k], i);
        TbUid uid = tb_element_uid (e);
        if (is_shown (editor, uid) && test (editor, e, words))
          g_array_append_val (uids, uid);
      }
  tb_editor_select (editor, (const TbUid *) (gpointer) uids->data, uids->len);
}

/* ---- Words that elements share --------------------------------------------------------------- */

static void
add_words (GHashTable *words, const char *text)
{
  g_auto (GStrv) split = g_strsplit_set (text ? text : "", " \t\n", -1);
  for (guint i = 0; split[i] != NULL; i++)
    if (*split[i] != '\0')
      g_hash_table_add (words, g_strdup (split[i]));
}

static gboolean
has_word (GHashTable *words, const char *text)
{
  g_auto (GStrv) split = g_strsplit_set (text ? text : "", " \t\n", -1);
  for (guint i = 0; split[i] != NULL; i++)
    if (g_hash_table_contains (words, split[i]))
      return TRUE;
  return FALSE;
}

static GHashTable *
collect (TbEditor *editor, const char *(*word) (const TbElement *))
{
  GHashTable *words = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  for (guint i = 0; i < editor->selection->len; i++)
    {
      const TbElement *e = selected (editor, i);
      if (e != NULL)
        add_words (words, word (e));
    }
  return words;
}

/* "server" of a component, "tier" of a tier. */
static const char *
kind_word (const TbElement *e)
{
  return tb_element_kind (e) == TB_KIND_COMPONENT ? tb_role_name (tb_component_role (e))
                                                  : tb_schema_kind (tb_element_kind (e))->name;
}

static const char *
prop_word (const TbElement *e, TbProp prop)
{
  return tb_schema_prop (tb_element_kind (e), prop) ? tb_element_get (e, prop) : NULL;
}

static const char *
tag_word (const TbElement *e)
{
  return prop_word (e, TB_PROP_TAGS);
}

/* A tier counts as being in itself: selecting it selects what is in it. */
static const char *
tier_word (const TbElement *e)
{
  return tb_element_kind (e) == TB_KIND_TIER ? tb_element_id (e) : prop_word (e, TB_PROP_TIER);
}

static const char *
layer_word (const TbElement *e)
{
  return tb_element_kind (e) == TB_KIND_LAYER ? tb_element_id (e) : prop_word (e, TB_PROP_LAYER);
}

#define SAME(name, only_components)                                                                \
  static gboolean same_##name (TbEditor *editor, const TbElement *e, GHashTable *words)            \
  {                                                                                                \
    return (!(only_components) || tb_element_kind (e) == TB_KIND_COMPONENT)                        \
           && has_word (words, name##_word (e));                                                   \
  }                                                                                                \
  static gboolean can_##name (TbEditor *editor)                                                    \
  {                                                                                                \
    g_autoptr (GHashTable) words = collect (editor, name##_word);                                  \
    return g_hash_table_size (words) > 0;                                                          \
  }                                                                                                \
  static void run_##name (TbEditor *editor)                                                        \
  {                                                                                                \
    g_autoptr (GHashTable) words = collect (editor, name##_word);                                  \
    select_where (editor, same_##name, words);                                                     \
  }
SAME (kind, FALSE)
SAME (tag, FALSE)
SAME (tier, TRUE)
SAME (layer, TRUE)
#undef SAME

/* ---- What is connected ----------------------------------------------------------------------- */

static gboolean
end_selected (TbEditor *editor, const TbElement *link, TbProp prop)
{
  const TbElement *end = tb_element_get_ref (tb_editor_model (editor), link, prop);
  return end != NULL && tb_editor_is_selected (editor, tb_element_uid (end));
}

static gboolean
touches (TbEditor *editor, const TbElement *e, GHashTable *words)
{
  return tb_element_kind (e) == TB_KIND_LINK
         && (end_selected (editor, e, TB_PROP_FROM) || end_selected (editor, e, TB_PROP_TO));
}

static void
run_links (TbEditor *editor)
{
  select_where (editor, touches, NULL);
}

static gboolean
is_in (TbEditor *editor, const TbElement *e, GHashTable *words)
{
  return tb_editor_is_selected (editor, tb_element_uid (e))
         || g_hash_table_contains (words, tb_element_id (e));
}

/* The selection and what a link away is; of a link, its ends. */
static void
run_neighbours (TbEditor *editor)
{
  const TbModel *model = tb_editor_model (editor);
  g_autoptr (GHashTable) ids = g_hash_table_new (g_str_hash, g_str_equal);
  for (guint i = 0; i < tb_model_count (model, TB_KIND_LINK); i++)
    {
      const TbElement *link = tb_model_nth (model, TB_KIND_LINK, i);
      if (!touches (editor, link, NULL) && !tb_editor_is_selected (editor, tb_element_uid (link)))
        continue;
      g_hash_table_add (ids, (gpointer) tb_element_get (link, TB_PROP_FROM));
      g_hash_table_add (ids, (gpointer) tb_element_get (link, TB_PROP_TO));
    }
  select_where (editor, is_in, ids);
}

static gboolean
any_connected (TbEditor *editor)
{
  for (guint i = 0; i < editor->selection->len; i++)
    {
      const TbElement *e = selected (editor, i);
      if (e != NULL
          && (tb_element_kind (e) == TB_KIND_COMPONENT || tb_element_kind (e) == TB_KIND_LINK))
        return TRUE;
    }
  return FALSE;
}

/* ---- The rest -------------------------------------------------------------------------------- */

#define CARDS "cards" /* no kind's name */

static gboolean
is_card (const TbElement *e)
{
  return tb_element_kind (e) == TB_KIND_COMPONENT || tb_element_kind (e) == TB_KIND_NOTE;
}

/* Containers and links come and go with what is in them: what is inverted is cards, and further
 * kinds only where some of them are selected. */
static const char *
rest_word (const TbElement *e)
{
  return is_card (e) ? CARDS : kind_word (e);
}

static gboolean
is_rest (TbEditor *editor, const TbElement *e, GHashTable *words)
{
  return !tb_editor_is_selected (editor, tb_element_uid (e))
         && g_hash_table_contains (words, rest_word (e));
}

static void
run_invert (TbEditor *editor)
{
  g_autoptr (GHashTable) words = collect (editor, rest_word);
  if (g_hash_table_size (words) == 0)
    add_words (words, CARDS);
  select_where (editor, is_rest, words);
}

static gboolean
always (TbEditor *editor)
{
  return TRUE;
}

static const TbCommandRow rows[] = {
  { "select-kind", "Same Kind", NULL, "Select all of the kinds that are selected: every server.",
    can_kind, run_kind, "Select", TRUE },
  { "select-tag", "Same Tag", NULL, "Select all that share a tag with the selection.", can_tag,
    run_tag, "Select", TRUE, "something with a tag" },
  { "select-tier", "Same Tier", NULL, "Select the components of the same tiers.", can_tier,
    run_tier, "Select", TRUE, "a tier, or a component in one" },
  { "select-layer", "Same Layer", NULL, "Select the components of the same layers.", can_layer,
    run_layer, "Select", TRUE, "a layer, or a component in one" },
  { "select-links", "Links of the Selection", NULL, "Select all links that begin or end in it.",
    any_connected, run_links, "Select", TRUE, "a component" },
  { "select-neighbours", "Neighbours", NULL, "Add what is one link away.", any_connected,
    run_neighbours, "Select", TRUE, "a component or a link" },
  { "select-invert", "Invert Selection", "<Control>i", "Select what is not selected.", always,
    run_invert, "Select", TRUE },
};

const TbCommandSet tb_commands_select = { rows, G_N_ELEMENTS (rows) };
