/* The order of an element's children. Where only theirs changed it, theirs is taken over; where both
 * did, differently, ours stands and that is a conflict. The order of places and routes means
 * nothing and is ours. */
#include "merge-private.h"

#include <string.h>

/* A child of base that all three have in the same parent. */
typedef struct
{
  const TbElement *base, *theirs;
  TbUid m;
} Common;

/* kind: of which kind, where kinds stand apart; NONE: of all. */
static GArray *
find_common (const TbMerge *merge, const TbElement *base, TbUid m, const TbElement *theirs,
             TbKind kind)
{
  GArray *common = g_array_new (FALSE, FALSE, sizeof (Common));
  for (guint i = 0; i < base->n_children; i++)
    {
      const TbElement *b = base->children[i];
      const TbElement *t = tb_match_in_b (merge->to_theirs, b);
      const TbElement *o = tb_match_in_b (merge->to_ours, b);
      const TbElement *now = o != NULL ? tb_merge_now (merge, o->uid) : NULL;
      if (t == NULL || now == NULL || t->parent != theirs || now->parent->uid != m
          || (kind != TB_KIND_NONE && b->kind != kind))
        continue;
      Common one = { b, t, now->uid };
      g_array_append_val (common, one);
    }
  return common;
}

static gboolean
ascends (const TbMerge *merge, const GArray *common, gboolean in_theirs)
{
  for (guint i = 1; i < common->len; i++)
    {
      const Common *x = &g_array_index (common, Common, i - 1), *y = x + 1;
      guint before = in_theirs ? x->theirs->position : tb_merge_now (merge, x->m)->position;
      guint after = in_theirs ? y->theirs->position : tb_merge_now (merge, y->m)->position;
      if (before > after)
        return FALSE;
    }
  return TRUE;
}

static int
compare_theirs (gconstpointer a, gconstpointer b)
{
  const Common *x = a, *y = b;
  return (int) x->theirs->position - (int) y->theirs->position;
}

/* "browse save pay", in the order of the array: what is a mark's ours and theirs. */
static char *
order_words (const GArray *common, TbKind kind)
{
  GString *words = g_string_new (NULL);
  for (guint i = 0; i < common->len; i++)
    {
      const TbElement *b = g_array_index (common, Common, i).base;
      g_autofree char *key = tb_match_key (b);
      const char *name = key != NULL ? strchr (key, '\n') : NULL;
      if (b->kind == kind)
        g_string_append_printf (words, "%s%s", words->len > 0 ? " " : "",
                                tb_element_id (b) != NULL ? tb_element_id (b)
                                : name != NULL ? name + 1 : tb_schema_kind (kind)->name);
    }
  return g_string_free (words, FALSE);
}

static int
compare_ours (gconstpointer a, gconstpointer b, gpointer data)
{
  const Common *x = a, *y = b;
  const TbMerge *merge = data;
  return (int) tb_merge_now (merge, x->m)->position - (int) tb_merge_now (merge, y->m)->position;
}

static gboolean
same_order (const TbMerge *merge, const GArray *in_theirs)
{
  for (guint i = 1; i < in_theirs->len; i++)
    if (tb_merge_now (merge, g_array_index (in_theirs, Common, i - 1).m)->position
        > tb_merge_now (merge, g_array_index (in_theirs, Common, i).m)->position)
      return FALSE;
  return TRUE;
}

/* The first kind whose children both sides put in order differently. */
static TbKind
disputed_kind (const TbMerge *merge, const GArray *in_theirs)
{
  for (guint i = 1; i < in_theirs->len; i++)
    {
      const Common *x = &g_array_index (in_theirs, Common, i - 1), *y = x + 1;
      if (tb_merge_now (merge, x->m)->position > tb_merge_now (merge, y->m)->position)
        return (TbKind) y->base->kind;
    }
  return TB_KIND_NONE;
}

static void
tell_conflict (TbMerge *merge, const GArray *common, const GArray *sorted, TbUid m)
{
  TbKind kind = disputed_kind (merge, sorted);
  const char *name = tb_schema_kind (kind)->name;
  g_autoptr (GArray) in_ours = g_array_copy ((GArray *) common);
  g_array_sort_with_data (in_ours, compare_ours, merge);
  g_autofree char *base = order_words (common, kind), *ours = order_words (in_ours, kind),
                  *theirs = order_words (sorted, kind);
  g_autofree char *title = tb_merge_title (merge->document->model, tb_merge_now (merge, m));
  tb_merge_conflict (merge, TB_CONFLICT_ORDER, m, TB_PROP_NONE, base, ours, theirs, name,
                     g_strdup_printf ("%s: both changed the order of its %ss: %s in ours, %s in theirs",
                                      title, name, ours, theirs));
}

/* Theirs' additions take part: they stand where theirs put them. Those of a longest run that is in
 * theirs' order already stay. */
static void
take_order (TbMerge *merge, const TbElement *theirs, TbUid m, TbKind kind)
{
  guint n = 0;
  g_autofree TbUid *wanted = g_new (TbUid, theirs->n_children + 1);
  g_autofree guint *at = g_new (guint, theirs->n_children + 1);
  g_autofree gboolean *stays = g_new (gboolean, theirs->n_children + 1);
  for (guint i = 0; i < theirs->n_children; i++)
    {
      const TbElement *t = theirs->children[i];
      const TbElement *now = tb_merge_now (merge, merge->merged[t->uid]);
      if (now == NULL || now->parent->uid != m || (kind != TB_KIND_NONE && t->kind != kind))
        continue;
      wanted[n] = now->uid;
      at[n++] = now->position;
    }
  tb_longest_ascending (at, n, stays);
  for (guint i = 0; i < n; i++)
    if (!stays[i])
      tb_document_move (merge->document, wanted[i], m,
                        i > 0 ? tb_merge_now (merge, wanted[i - 1])->position + 1 : 0);
}

static void
merge_order_of (TbMerge *merge, const TbElement *base, TbUid m, const TbElement *theirs, TbKind kind)
{
  g_autoptr (GArray) common = find_common (merge, base, m, theirs, kind);
  if (common->len < 2 || ascends (merge, common, TRUE))
    return;
  gboolean ours_kept_it = ascends (merge, common, FALSE);
  g_autoptr (GArray) sorted = g_array_copy (common);
  g_array_sort (sorted, compare_theirs);
  if (ours_kept_it)
    take_order (merge, theirs, m, kind);
  else if (!same_order (merge, sorted) && kind != TB_KIND_PLACE && kind != TB_KIND_ROUTE)
    tell_conflict (merge, common, sorted, m);
}

void
tb_merge_order (TbMerge *merge, const TbElement *base, TbUid m, const TbElement *theirs)
{
  if (base->kind == TB_KIND_ROUTE)
    return; /* its bends are one value */
  if (tb_schema_kind ((TbKind) base->kind)->free_order)
    {
      merge_order_of (merge, base, m, theirs, TB_KIND_NONE);
      return;
    }
  for (guint i = 0; i < theirs->n_children; i++)
    if (i == 0 || theirs->children[i]->kind != theirs->children[i - 1]->kind)
      merge_order_of (merge, base, m, theirs, (TbKind) theirs->children[i]->kind);
}
