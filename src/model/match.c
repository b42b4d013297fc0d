/* Pairing the elements of two models: ids first, then, from the root down, what stands in paired
 * elements: what says the same, what names the same, and for kinds that name nothing their order. */
#include "match-private.h"

#include <string.h>

const TbElement *
tb_match_in_b (const TbMatch *match, const TbElement *of_a)
{
  return tb_model_get (match->b, match->to_b[of_a->uid]);
}

const TbElement *
tb_match_in_a (const TbMatch *match, const TbElement *of_b)
{
  return tb_model_get (match->a, match->to_a[of_b->uid]);
}

void
tb_match_pair (TbMatch *match, const TbElement *a, const TbElement *b)
{
  g_assert (a->kind == b->kind);
  match->to_b[a->uid] = b->uid;
  match->to_a[b->uid] = a->uid;
}

void
tb_match_part (TbMatch *match, const TbElement *a)
{
  match->to_a[match->to_b[a->uid]] = 0;
  match->to_b[a->uid] = 0;
}

/* ---- What tells elements apart --------------------------------------------------------------- */

/* Kinds without an id that name what they are about, or are what they say in these properties. With
 * loose, what is left of the kind is paired in order: a changed action is still that action. */
static const struct
{
  TbKind kind;
  TbProp props[8];
  gboolean loose;
} keys[] = {
  { TB_KIND_IGNORE, { TB_PROP_RULE }, FALSE },
  { TB_KIND_SERVICE, { TB_PROP_NAME }, FALSE },
  { TB_KIND_ON, { TB_PROP_REPLICA }, FALSE },
  { TB_KIND_CALL, { TB_PROP_LINK }, FALSE },
  { TB_KIND_PARAM, { TB_PROP_NAME }, FALSE },
  { TB_KIND_ENV, { TB_PROP_NAME }, FALSE },
  { TB_KIND_FILE, { TB_PROP_NAME }, FALSE },
  { TB_KIND_PHASE, { TB_PROP_ID }, FALSE },
  { TB_KIND_STEP, { TB_PROP_LINK }, FALSE },
  { TB_KIND_PLACE, { TB_PROP_OF }, FALSE },
  { TB_KIND_ROUTE, { TB_PROP_OF }, FALSE },
  { TB_KIND_WAIT, { TB_PROP_UNTIL }, TRUE },
  { TB_KIND_DO,
    { TB_PROP_PARTITION, TB_PROP_HEAL, TB_PROP_FAULT, TB_PROP_KILL, TB_PROP_PAUSE, TB_PROP_RESUME,
      TB_PROP_RESTART, TB_PROP_LOAD },
    TRUE },
  { TB_KIND_EXPECT, { TB_PROP_THAT, TB_PROP_OF }, TRUE },
  { TB_KIND_STYLE,
    { TB_PROP_KIND, TB_PROP_TAG, TB_PROP_LAYER, TB_PROP_TIER, TB_PROP_GROUP },
    TRUE },
  { TB_KIND_BEND, { TB_PROP_NONE }, TRUE },
};

static int
key_row (TbKind kind)
{
  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    if (keys[i].kind == kind)
      return (int) i;
  return -1;
}

/* At most one in its parent: the others of its kind are itself. */
static gboolean
is_single (const TbElement *element)
{
  return tb_schema_kind ((TbKind) element->kind)->max_in_parent == 1;
}

static gboolean
is_loose (const TbElement *element)
{
  int row = key_row ((TbKind) element->kind);
  return row < 0 || keys[row].loose;
}

static gboolean
has_global_id (const TbElement *element)
{
  const TbKindSpec *spec = tb_schema_kind ((TbKind) element->kind);
  return spec->has_id && !spec->local_id;
}

char *
tb_match_key (const TbElement *element)
{
  int row = key_row ((TbKind) element->kind);
  if (is_single (element))
    return g_strdup (tb_schema_kind ((TbKind) element->kind)->name);
  if (row < 0 || keys[row].props[0] == TB_PROP_NONE)
    return NULL;
  GString *key = g_string_new (tb_schema_kind ((TbKind) element->kind)->name);
  for (guint i = 0; i < G_N_ELEMENTS (keys[row].props) && keys[row].props[i] != TB_PROP_NONE; i++)
    {
      const char *value = tb_element_get (element, keys[row].props[i]);
      g_string_append_c (key, '\n');
      g_string_append (key, value != NULL ? value : "\r"); /* no value holds one */
    }
  return g_string_free (key, FALSE);
}

gboolean
tb_elements_equal (const TbElement *a, const TbElement *b)
{
  guint n = tb_schema_kind ((TbKind) a->kind)->n_props;
  if (a->kind != b->kind)
    return FALSE;
  for (guint i = 0; i < n; i++)
    if (a->values[i] != b->values[i] && g_strcmp0 (a->values[i], b->values[i]) != 0)
      return FALSE;
  return TRUE;
}

/* All it says, in one string. */
static char *
content_key (const TbElement *element)
{
  const TbKindSpec *spec = tb_schema_kind ((TbKind) element->kind);
  GString *key = g_string_new (spec->name);
  for (guint i = 0; i < spec->n_props; i++)
    if (element->values[i] != NULL)
      g_string_append_printf (key, "\n%u=%s", i, element->values[i]);
  return g_string_free (key, FALSE);
}

static char *
kind_key (const TbElement *element)
{
  return is_loose (element) ? g_strdup (tb_schema_kind ((TbKind) element->kind)->name) : NULL;
}

/* ---- Children -------------------------------------------------------------------------------- */

static gboolean
may_pair (const TbMatch *match, const TbElement *a, const TbElement *b)
{
  return !has_global_id (a) && !has_global_id (b) && match->to_b[a->uid] == 0
         && match->to_a[b->uid] == 0 && tb_elements_equal (a, b);
}

/* Nearly always nearly all is as it was: what is equal from either end needs no tables. */
static void
pair_ends (TbMatch *match, const TbElement *a, const TbElement *b)
{
  guint n = MIN (a->n_children, b->n_children);
  for (guint i = 0; i < n; i++)
    if (may_pair (match, a->children[i], b->children[i]))
      tb_match_pair (match, a->children[i], b->children[i]);
    else if (!has_global_id (a->children[i]) || !has_global_id (b->children[i]))
      break;
  for (guint i = 1; i <= n; i++)
    {
      const TbElement *x = a->children[a->n_children - i], *y = b->children[b->n_children - i];
      if (may_pair (match, x, y))
        tb_match_pair (match, x, y);
      else if (!has_global_id (x) || !has_global_id (y))
        break;
    }
}

/* The nth of a key with the nth of it. */
static void
pair_by (TbMatch *match, const TbElement *a, const TbElement *b,
         char *(*make_key) (const TbElement *element))
{
  g_autoptr (GHashTable) waiting
    = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_queue_free);
  for (guint i = 0; i < b->n_children; i++)
    {
      TbElement *child = b->children[i];
      char *key = has_global_id (child) || match->to_a[child->uid] != 0 ? NULL : make_key (child);
      if (key == NULL)
        continue;
      GQueue *queue = g_hash_table_lookup (waiting, key);
      if (queue == NULL)
        g_hash_table_insert (waiting, key, queue = g_queue_new ());
      else
        g_free (key);
      g_queue_push_tail (queue, child);
    }
  if (g_hash_table_size (waiting) == 0)
    return;
  for (guint i = 0; i < a->n_children; i++)
    {
      const TbElement *child = a->children[i];
      g_autofree char *key
        = has_global_id (child) || match->to_b[child->uid] != 0 ? NULL : make_key (child);
      GQueue *queue = key != NULL ? g_hash_table_lookup (waiting, key) : NULL;
      if (queue != NULL && !g_queue_is_empty (queue))
        tb_match_pair (match, child, g_queue_pop_head (queue));
    }
}

static void
pair_children (TbMatch *match, const TbElement *a, const TbElement *b)
{
  if (a->n_children == 0 || b->n_children == 0)
    return;
  pair_ends (match, a, b);
  pair_by (match, a, b, content_key);
  pair_by (match, a, b, tb_match_key);
  pair_by (match, a, b, kind_key);
}

static void
pair_ids (TbMatch *match)
{
  for (const TbElement *a = match->a->root; a != NULL; a = tb_element_next (a, match->a->root))
    {
      const TbElement *b = has_global_id (a) ? tb_model_lookup (match->b, a->values[0]) : NULL;
      if (b != NULL && b->kind == a->kind)
        tb_match_pair (match, a, b);
    }
}

TbMatch *
tb_match_new (const TbModel *a, const TbModel *b)
{
  TbMatch *match = g_new0 (TbMatch, 1);
  match->a = a;
  match->b = b;
  match->to_b = g_new0 (TbUid, a->n_uids);
  match->to_a = g_new0 (TbUid, b->n_uids);
  tb_match_pair (match, a->root, b->root);
  pair_ids (match);
  for (const TbElement *e = a->root; e != NULL; e = tb_element_next (e, a->root))
    if (match->to_b[e->uid] != 0)
      pair_children (match, e, tb_match_in_b (match, e));
  return match;
}

void
tb_match_free (TbMatch *match)
{
  g_free (match->to_b);
  g_free (match->to_a);
  g_free (match);
}

/* ---- Order ----------------------------------------------------------------------------------- */

/* Patience sorting: piles' tops are kept, each number knows the top it was laid beside. */
void
tb_longest_ascending (const guint *numbers, guint n, gboolean *stays)
{
  g_autofree guint *tops = g_new (guint, n + 1);
  g_autofree guint *beside = g_new (guint, n + 1);
  guint piles = 0;
  for (guint i = 0; i < n; i++)
    {
      guint low = 0, high = piles;
      while (low < high)
        {
          guint middle = low + (high - low) / 2;
          if (numbers[tops[middle]] < numbers[i])
            low = middle + 1;
          else
            high = middle;
        }
      beside[i] = low > 0 ? tops[low - 1] : G_MAXUINT;
      tops[low] = i;
      piles = MAX (piles, low + 1);
      stays[i] = FALSE;
    }
  for (guint i = piles > 0 ? tops[piles - 1] : G_MAXUINT; i != G_MAXUINT; i = beside[i])
    stays[i] = TRUE;
}
