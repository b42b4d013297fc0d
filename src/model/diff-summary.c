/* Differences as lines: what it means said one by one, what is only drawn differently counted. */
#include "match-private.h"
#include "tb-diff.h"

#include <string.h>

/* What is counted of a view. */
typedef enum
{
  COUNT_MOVED,
  COUNT_PLACED,
  COUNT_UNPLACED,
  COUNT_ROUTED,
  COUNT_ORDER,
  N_COUNTS
} Count;

typedef struct
{
  TbUid view;
  GHashTable *owners[N_COUNTS]; /* uids of what it is about: a route of many bends counts once */
  const TbDiff *first[N_COUNTS];
} ViewSum;

typedef struct
{
  const TbModel *a, *b;
  GHashTable *whole_a, *whole_b; /* uids of what is gone and what is new */
  GPtrArray *views;              /* of ViewSum, in the order they come up */
  GPtrArray *lines;
} Summary;

static void
view_sum_free (gpointer data)
{
  ViewSum *sum = data;
  for (guint i = 0; i < N_COUNTS; i++)
    g_hash_table_unref (sum->owners[i]);
  g_free (sum);
}

static ViewSum *
view_sum (Summary *summary, TbUid view)
{
  for (guint i = 0; i < summary->views->len; i++)
    if (((ViewSum *) summary->views->pdata[i])->view == view)
      return summary->views->pdata[i];
  ViewSum *sum = g_new0 (ViewSum, 1);
  sum->view = view;
  for (guint i = 0; i < N_COUNTS; i++)
    sum->owners[i] = g_hash_table_new (NULL, NULL);
  g_ptr_array_add (summary->views, sum);
  return sum;
}

static Count
count_of (const TbDiff *diff)
{
  if (diff->op == TB_DIFF_REORDERED && diff->kind == TB_KIND_PLACE)
    return COUNT_ORDER;
  if (diff->kind != TB_KIND_PLACE)
    return COUNT_ROUTED;
  return diff->op == TB_DIFF_ADDED ? COUNT_PLACED
         : diff->op == TB_DIFF_REMOVED ? COUNT_UNPLACED : COUNT_MOVED;
}

/* The place of what is new or gone itself goes without saying. */
static gboolean
goes_without_saying (const Summary *summary, const TbDiff *diff)
{
  TbUid gone = diff->owner_a, added = diff->owner_b;
  return (diff->op == TB_DIFF_REMOVED
          && g_hash_table_contains (summary->whole_a, GUINT_TO_POINTER (gone)))
         || (diff->op == TB_DIFF_ADDED
             && g_hash_table_contains (summary->whole_b, GUINT_TO_POINTER (added)));
}

static void
count (Summary *summary, const TbDiff *diff)
{
  if (goes_without_saying (summary, diff))
    return;
  ViewSum *sum = view_sum (summary, diff->view);
  Count which = count_of (diff);
  TbUid owner = diff->owner_b != 0 ? diff->owner_b : diff->owner_a;
  if (sum->first[which] == NULL)
    sum->first[which] = diff;
  g_hash_table_add (sum->owners[which], GUINT_TO_POINTER (owner));
}

/* ---- Lines ----------------------------------------------------------------------------------- */

static char *
count_words (Count which, guint n)
{
  switch (which)
    {
    case COUNT_MOVED:
      return g_strdup_printf ("%u elements moved", n);
    case COUNT_PLACED:
      return g_strdup_printf ("%u elements got a place", n);
    case COUNT_UNPLACED:
      return g_strdup_printf ("%u elements lost their place", n);
    case COUNT_ROUTED:
      return g_strdup_printf ("%u links bent differently", n);
    case COUNT_ORDER:
      return g_strdup ("places written in another order");
    case N_COUNTS:
    default:
      g_return_val_if_reached (NULL);
    }
}

static const char *
view_title (const Summary *summary, TbUid view)
{
  const TbElement *element = tb_model_get (summary->b, view);
  if (element == NULL || element->kind != TB_KIND_VIEW)
    element = tb_model_get (summary->a, view);
  return element != NULL ? tb_element_title (element) : "";
}

static void
add_view_lines (Summary *summary, const ViewSum *sum)
{
  for (guint which = 0; which < N_COUNTS; which++)
    {
      guint n = g_hash_table_size (sum->owners[which]);
      if (n == 0)
        continue;
      if (n == 1 && which != COUNT_ORDER)
        {
          g_ptr_array_add (summary->lines,
                           tb_diff_sentence (summary->a, summary->b, sum->first[which]));
          continue;
        }
      g_autofree char *words = count_words ((Count) which, n);
      g_ptr_array_add (summary->lines, g_strdup_printf ("%s in view %s", words,
                                                        view_title (summary, sum->view)));
    }
}

static void
note_whole (GHashTable *whole, const TbModel *model, TbUid uid)
{
  const TbElement *top = tb_model_get (model, uid);
  for (const TbElement *e = top; e != NULL; e = tb_element_next (e, top))
    g_hash_table_add (whole, GUINT_TO_POINTER (e->uid));
}

static void
find_whole (Summary *summary, const TbDiffs *diffs)
{
  for (guint i = 0; i < diffs->len; i++)
    {
      const TbDiff *diff = diffs->pdata[i];
      if (diff->op == TB_DIFF_REMOVED)
        note_whole (summary->whole_a, summary->a, diff->a);
      else if (diff->op == TB_DIFF_ADDED)
        note_whole (summary->whole_b, summary->b, diff->b);
    }
}

char **
tb_diffs_sentences (const TbModel *a, const TbModel *b, const TbDiffs *diffs)
{
  Summary summary = { a, b, g_hash_table_new (NULL, NULL), g_hash_table_new (NULL, NULL),
                      g_ptr_array_new_with_free_func (view_sum_free), g_ptr_array_new () };
  find_whole (&summary, diffs);
  for (guint i = 0; i < diffs->len; i++)
    {
      const TbDiff *diff = diffs->pdata[i];
      gboolean own_line = !diff->layout || (diff->op == TB_DIFF_SET && diff->kind == TB_KIND_PLACE);
      if (own_line)
        g_ptr_array_add (summary.lines, tb_diff_sentence (a, b, diff));
      else
        count (&summary, diff);
    }
  for (guint i = 0; i < summary.views->len; i++)
    add_view_lines (&summary, summary.views->pdata[i]);
  g_ptr_array_add (summary.lines, NULL);
  g_hash_table_unref (summary.whole_a);
  g_hash_table_unref (summary.whole_b);
  g_ptr_array_unref (summary.views);
  return (char **) g_ptr_array_free (summary.lines, FALSE);
}
