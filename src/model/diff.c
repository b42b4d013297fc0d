/* What differs between two models, element by element. */
#include "match-private.h"
#include "tb-diff.h"

#include <string.h>

typedef struct
{
  const TbMatch *match;
  TbDiffs *diffs;
} Differ;

static void
diff_free (gpointer data)
{
  TbDiff *diff = data;
  g_free (diff->before);
  g_free (diff->after);
  g_free (diff);
}

static gboolean
is_layout (TbKind kind)
{
  return kind == TB_KIND_PLACE || kind == TB_KIND_ROUTE || kind == TB_KIND_BEND;
}

/* What a person calls it by. */
static TbUid
owner_of (const TbModel *model, const TbElement *element)
{
  if (element == NULL)
    return 0;
  const TbElement *e = element->kind == TB_KIND_BEND ? element->parent : element;
  if (is_layout ((TbKind) e->kind))
    {
      const TbElement *of = tb_element_get_ref (model, e, TB_PROP_OF);
      return of != NULL ? of->uid : 0;
    }
  while (tb_element_id (e) == NULL && e->parent != NULL)
    e = e->parent;
  return e->uid;
}

static TbUid
view_of (const Differ *differ, const TbElement *a, const TbElement *b)
{
  const TbElement *e = b != NULL ? b : a;
  if (!is_layout ((TbKind) e->kind))
    return 0;
  while (e->kind != TB_KIND_VIEW)
    e = e->parent;
  const TbElement *like = b == NULL ? tb_match_in_b (differ->match, e) : e;
  return like != NULL ? like->uid : e->uid;
}

static void
add (Differ *differ, TbDiffOp op, const TbElement *a, const TbElement *b, TbProp prop,
     char *before, char *after)
{
  TbDiff *diff = g_new0 (TbDiff, 1);
  diff->op = op;
  diff->kind = (TbKind) (b != NULL ? b : a)->kind;
  diff->layout = is_layout (diff->kind);
  diff->a = a != NULL ? a->uid : 0;
  diff->b = b != NULL ? b->uid : 0;
  diff->owner_a = owner_of (differ->match->a, a);
  diff->owner_b = owner_of (differ->match->b, b);
  diff->view = view_of (differ, a, b);
  diff->prop = prop;
  diff->before = before;
  diff->after = after;
  g_ptr_array_add (differ->diffs, diff);
}

/* ---- Values ---------------------------------------------------------------------------------- */

/* Properties that say in what an element is drawn. */
static gboolean
is_container (TbKind kind, TbProp prop)
{
  return (kind == TB_KIND_COMPONENT
          && (prop == TB_PROP_TIER || prop == TB_PROP_LAYER || prop == TB_PROP_GROUP
              || prop == TB_PROP_MIDDLEWARE))
         || (kind == TB_KIND_GROUP && prop == TB_PROP_PARENT);
}

/* "40 120", "40 120 320 180"; what is not set is a dash; NULL where nothing is. */
static char *
position_of (const TbElement *place)
{
  static const TbProp props[] = { TB_PROP_X, TB_PROP_Y, TB_PROP_WIDTH, TB_PROP_HEIGHT };
  const char *words[G_N_ELEMENTS (props)];
  guint n = 0;
  for (guint i = 0; i < G_N_ELEMENTS (props); i++)
    {
      words[i] = tb_element_get (place, props[i]);
      if (words[i] != NULL)
        n = i < 2 ? 2 : 4;
      else
        words[i] = "-";
    }
  if (n == 0)
    return NULL;
  return n == 2 ? g_strdup_printf ("%s %s", words[0], words[1])
                : g_strdup_printf ("%s %s %s %s", words[0], words[1], words[2], words[3]);
}

static gboolean
is_position (TbKind kind, TbProp prop)
{
  return kind == TB_KIND_PLACE
         && (prop == TB_PROP_X || prop == TB_PROP_Y || prop == TB_PROP_WIDTH
             || prop == TB_PROP_HEIGHT);
}

static void
compare_values (Differ *differ, const TbElement *a, const TbElement *b)
{
  const TbKindSpec *spec = tb_schema_kind ((TbKind) a->kind);
  gboolean placed = FALSE;
  for (guint i = 0; i < spec->n_props; i++)
    {
      TbProp prop = spec->props[i].prop;
      if (g_strcmp0 (a->values[i], b->values[i]) == 0)
        continue;
      if (is_position (spec->kind, prop))
        placed = TRUE;
      else
        add (differ, is_container (spec->kind, prop) ? TB_DIFF_CONTAINER : TB_DIFF_SET, a, b, prop,
             g_strdup (a->values[i]), g_strdup (b->values[i]));
    }
  if (placed)
    add (differ, TB_DIFF_PLACED, a, b, TB_PROP_NONE, position_of (a), position_of (b));
}

static void
compare_pair (Differ *differ, const TbElement *a, const TbElement *b)
{
  compare_values (differ, a, b);
  if (a->parent != NULL && tb_match_in_b (differ->match, a->parent) != b->parent)
    add (differ, TB_DIFF_CONTAINER, a, b, TB_PROP_NONE, g_strdup (tb_element_id (a->parent)),
         g_strdup (tb_element_id (b->parent)));
  if (!tb_trivia_equal (a->trivia, b->trivia))
    add (differ, TB_DIFF_REMARKED, a, b, TB_PROP_NONE, NULL, NULL);
}

/* ---- The tree -------------------------------------------------------------------------------- */

static void
compare_order (Differ *differ, const TbElement *a, const TbElement *b)
{
  g_autofree guint *numbers = g_new (guint, b->n_children + 1);
  g_autofree guint *at = g_new (guint, b->n_children + 1);
  g_autofree gboolean *stays = g_new (gboolean, b->n_children + 1);
  guint n = 0;
  for (guint i = 0; i < b->n_children; i++)
    {
      const TbElement *like = tb_match_in_a (differ->match, b->children[i]);
      if (like == NULL || like->parent != a)
        continue;
      at[n] = i;
      numbers[n++] = like->position;
    }
  tb_longest_ascending (numbers, n, stays);
  for (guint i = 0; i < n; i++)
    if (!stays[i])
      add (differ, TB_DIFF_REORDERED, a->children[numbers[i]], b->children[at[i]], TB_PROP_NONE,
           NULL, NULL);
}

static void
tell_removed (Differ *differ, const TbElement *a)
{
  if (tb_match_in_b (differ->match, a) == NULL
      && (a->parent == NULL || tb_match_in_b (differ->match, a->parent) != NULL))
    add (differ, TB_DIFF_REMOVED, a, NULL, TB_PROP_NONE, NULL, NULL);
}

static void
tell_other (Differ *differ, const TbElement *b)
{
  const TbElement *a = tb_match_in_a (differ->match, b);
  if (a != NULL)
    {
      compare_pair (differ, a, b);
      compare_order (differ, a, b);
    }
  else if (tb_match_in_a (differ->match, b->parent) != NULL)
    add (differ, TB_DIFF_ADDED, NULL, b, TB_PROP_NONE, NULL, NULL);
}

TbDiffs *
tb_model_diff (const TbModel *a, const TbModel *b)
{
  g_autoptr (TbMatch) match = tb_match_new (a, b);
  Differ differ = { match, g_ptr_array_new_with_free_func (diff_free) };
  for (const TbElement *e = a->root; e != NULL; e = tb_element_next (e, a->root))
    tell_removed (&differ, e);
  for (const TbElement *e = b->root; e != NULL; e = tb_element_next (e, b->root))
    tell_other (&differ, e);
  return differ.diffs;
}
