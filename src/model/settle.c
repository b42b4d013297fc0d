/* Settling what a merge left: the marks go, and what the person chose stands.
 *
 * Here is what ours made of it, so keeping ours is mostly taking the mark away. Taking theirs sets
 * what the mark says theirs is; where a mark does not hold enough of it (bends, an order, another
 * container, something else of the same id) it stays, to be settled by hand. */
#include "conflict-private.h"
#include "document-private.h"
#include "tb-diff.h"

#include <string.h>

/* ---- What is meant --------------------------------------------------------------------------- */

static gboolean
has_marks (const TbElement *element)
{
  const GPtrArray *sets[] = { element->trivia ? element->trivia->before : NULL,
                              element->trivia ? element->trivia->end : NULL };
  for (guint s = 0; s < G_N_ELEMENTS (sets); s++)
    for (guint i = 0; sets[s] != NULL && i < sets[s]->len; i++)
      if (tb_is_conflict_mark (sets[s]->pdata[i]))
        return TRUE;
  return FALSE;
}

/* It is one of them, in one of them, or the place or the way of one of them. */
static gboolean
is_meant (const TbModel *model, const TbElement *element, const TbUid *uids, guint n)
{
  for (const TbElement *e = element; e != NULL; e = e->parent)
    {
      gboolean layout = e->kind == TB_KIND_PLACE || e->kind == TB_KIND_ROUTE;
      const TbElement *of = layout ? tb_element_get_ref (model, e, TB_PROP_OF) : NULL;
      for (guint i = 0; i < n; i++)
        if (uids[i] == e->uid || (of != NULL && uids[i] == of->uid))
          return TRUE;
    }
  return n == 0;
}

static GArray *
find_marked (const TbModel *model, const TbUid *uids, guint n)
{
  GArray *found = g_array_new (FALSE, FALSE, sizeof (TbUid));
  const TbElement *root = tb_model_root (model);
  for (const TbElement *e = root; e != NULL; e = tb_element_next (e, root))
    if (e->trivia != NULL && has_marks (e) && is_meant (model, e, uids, n))
      g_array_append_val (found, e->uid);
  return found;
}

gboolean
tb_model_has_conflicts (const TbModel *model, const TbUid *uids, guint n)
{
  g_autoptr (GArray) found = find_marked (model, uids, n);
  return found->len > 0;
}

/* ---- One mark -------------------------------------------------------------------------------- */

static gboolean
set_pair (TbDocument *document, TbUid uid, TbProp first, TbProp second, const char *pair)
{
  g_auto (GStrv) numbers = g_strsplit (pair != NULL ? pair : "- -", " ", 2);
  const TbProp props[] = { first, second };
  if (g_strv_length (numbers) != 2)
    return FALSE;
  for (guint i = 0; i < 2; i++)
    if (!tb_document_set (document, uid, props[i], strcmp (numbers[i], "-") ? numbers[i] : NULL,
                          NULL))
      return FALSE;
  return TRUE;
}

static gboolean
set_property (TbDocument *document, TbUid uid, const char *name, const char *theirs)
{
  const TbElement *element = tb_model_get (tb_document_model (document), uid);
  const TbKindSpec *kind = tb_schema_kind ((TbKind) element->kind);
  if (element->kind == TB_KIND_PLACE && strcmp (name, "position") == 0)
    return set_pair (document, uid, TB_PROP_X, TB_PROP_Y, theirs);
  if (element->kind == TB_KIND_PLACE && strcmp (name, "size") == 0)
    return set_pair (document, uid, TB_PROP_WIDTH, TB_PROP_HEIGHT, theirs);
  for (guint i = 0; i < kind->n_props; i++)
    if (strcmp (kind->props[i].name, name) == 0)
      return tb_document_set (document, uid, kind->props[i].prop, theirs, NULL);
  return FALSE;
}

/* Whether the mark can go: what it is about is as the person wants it. */
static gboolean
settle_mark (TbDocument *document, TbUid uid, const char *raw, gboolean take_theirs)
{
  g_autofree char *property = tb_conflict_attribute (raw, "property");
  g_autofree char *deleted = tb_conflict_attribute (raw, "deleted");
  g_autofree char *theirs = tb_conflict_attribute (raw, "theirs");
  if (deleted != NULL)
    {
      if (strcmp (deleted, take_theirs ? "theirs" : "ours") == 0)
        tb_document_delete (document, uid);
      return TRUE;
    }
  return !take_theirs || (property != NULL && set_property (document, uid, property, theirs));
}

static void
settle_lines (TbDocument *document, TbUid uid, GPtrArray *lines, gboolean take_theirs,
              TbSettled *settled)
{
  for (guint i = 0; lines != NULL && i < lines->len;)
    {
      gboolean mark = tb_is_conflict_mark (lines->pdata[i]);
      gboolean done = mark && settle_mark (document, uid, lines->pdata[i], take_theirs);
      settled->done += done;
      settled->left += mark && !done;
      if (tb_model_get (tb_document_model (document), uid) == NULL)
        return; /* and its other marks with it */
      if (done)
        g_ptr_array_remove_index (lines, i);
      else
        i++;
    }
}

TbSettled
tb_document_settle (TbDocument *document, const TbUid *uids, guint n, gboolean take_theirs)
{
  g_autoptr (GArray) marked = find_marked (tb_document_model (document), uids, n);
  TbSettled settled = { 0, 0 };
  for (guint i = 0; i < marked->len; i++)
    {
      TbUid uid = g_array_index (marked, TbUid, i);
      const TbElement *element = tb_model_get (tb_document_model (document), uid);
      if (element == NULL) /* went with another */
        continue;
      TbTrivia *trivia = tb_trivia_copy (element->trivia);
      settle_lines (document, uid, trivia->before, take_theirs, &settled);
      if (tb_model_get (tb_document_model (document), uid) != NULL)
        settle_lines (document, uid, trivia->end, take_theirs, &settled);
      if (tb_model_get (tb_document_model (document), uid) != NULL)
        tb_document_set_trivia (document, uid, trivia);
      tb_trivia_unref (trivia);
    }
  return settled;
}
