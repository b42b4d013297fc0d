/* A document becomes what a model says. Its order:
 *
 *   1. what is gone goes, as whole subtrees, so that its ids are free; but not what still holds
 *      something that stays (a tier whose device moves);
 *   2. from the root down, every element gets its children in the target's order: those of a longest
 *      run that is in order stay, the others are moved, new ones inserted;
 *   3. what is left of 1 goes, empty by now;
 *   4. values, then comments and foreign content. */
#include "document-private.h"
#include "match-private.h"
#include "tb-diff.h"

typedef struct
{
  TbDocument *document;
  const TbModel *target;
  TbMatch *match;  /* a: the document as it was, b: target */
  TbUid *uids;     /* by uid of target: the document's */
  guint n_before;  /* uids from here on are new */
} Becoming;

static const TbElement *
element_now (const Becoming *becoming, TbUid uid)
{
  return tb_model_get (becoming->document->model, uid);
}

static gboolean
is_kept (const Becoming *becoming, const TbElement *element)
{
  return element->uid >= becoming->n_before || becoming->match->to_b[element->uid] != 0;
}

static gboolean
holds_kept (const Becoming *becoming, const TbElement *top)
{
  for (const TbElement *e = top; e != NULL; e = tb_element_next (e, top))
    if (is_kept (becoming, e))
      return TRUE;
  return FALSE;
}

/* An id that goes on as another kind must be free before that is inserted, so what holds it cannot
 * wait until its content has moved out. */
static void
part_below_reused_ids (Becoming *becoming)
{
  const TbElement *root = becoming->document->model->root;
  for (const TbElement *top = root; top != NULL; top = tb_element_next (top, root))
    if (!is_kept (becoming, top) && tb_model_lookup (becoming->target, tb_element_id (top)) != NULL)
      for (const TbElement *e = top; e != NULL; e = tb_element_next (e, top))
        if (is_kept (becoming, e))
          tb_match_part (becoming->match, e);
}

static void
collect_gone (const Becoming *becoming, const TbElement *element, GArray *tops)
{
  if (!is_kept (becoming, element) && !holds_kept (becoming, element))
    {
      g_array_append_val (tops, element->uid);
      return;
    }
  for (guint i = 0; i < element->n_children; i++)
    collect_gone (becoming, element->children[i], tops);
}

/* Backwards, so that what stands behind need not be moved for each. */
static void
remove_gone (Becoming *becoming)
{
  g_autoptr (GArray) tops = g_array_new (FALSE, FALSE, sizeof (TbUid));
  collect_gone (becoming, becoming->document->model->root, tops);
  for (guint i = tops->len; i > 0; i--)
    tb_document_remove (becoming->document, g_array_index (tops, TbUid, i - 1));
}

/* ---- Children -------------------------------------------------------------------------------- */

/* By position in the target: whether the document's like of it is there and need not move. */
static gboolean *
find_staying (const Becoming *becoming, const TbElement *wanted, const TbElement *parent)
{
  guint n = 0;
  g_autofree guint *numbers = g_new (guint, parent->n_children + 1);
  g_autofree gboolean *stays = g_new (gboolean, parent->n_children + 1);
  gboolean *staying = g_new0 (gboolean, wanted->n_children + 1);
  for (guint i = 0; i < parent->n_children; i++)
    {
      TbUid uid = parent->children[i]->uid;
      TbUid like = uid < becoming->n_before ? becoming->match->to_b[uid] : 0;
      const TbElement *child = like != 0 ? tb_model_get (becoming->target, like) : NULL;
      if (child != NULL && child->parent == wanted)
        numbers[n++] = child->position;
    }
  tb_longest_ascending (numbers, n, stays);
  for (guint i = 0; i < n; i++)
    staying[numbers[i]] = stays[i];
  return staying;
}

static void
put_children_in_order (Becoming *becoming, const TbElement *wanted)
{
  TbDocument *document = becoming->document;
  TbUid parent = becoming->uids[wanted->uid], previous = 0;
  g_autofree gboolean *staying = find_staying (becoming, wanted, element_now (becoming, parent));
  for (guint i = 0; i < wanted->n_children; i++)
    {
      const TbElement *child = wanted->children[i];
      guint before = previous != 0 ? element_now (becoming, previous)->position + 1 : 0;
      if (becoming->uids[child->uid] == 0)
        becoming->uids[child->uid] = tb_document_insert (document, (TbKind) child->kind,
                                                         tb_element_id (child), parent, before);
      else if (!staying[i])
        tb_document_move (document, becoming->uids[child->uid], parent, before);
      previous = becoming->uids[child->uid];
    }
}

/* ---- Content --------------------------------------------------------------------------------- */

static void
set_values (Becoming *becoming, const TbElement *wanted)
{
  TbUid uid = becoming->uids[wanted->uid];
  const TbElement *element = element_now (becoming, uid);
  const TbKindSpec *spec = tb_schema_kind ((TbKind) wanted->kind);
  g_autoptr (GError) error = NULL;
  for (guint i = 0; i < spec->n_props; i++)
    if (element->values[i] != wanted->values[i]
        && g_strcmp0 (element->values[i], wanted->values[i]) != 0
        && !tb_document_set (becoming->document, uid, spec->props[i].prop, wanted->values[i],
                             &error))
      g_error ("a valid model holds no value of %s: %s", spec->props[i].name, error->message);
}

static void
set_content (Becoming *becoming, const TbElement *wanted)
{
  TbElement *element = (TbElement *) element_now (becoming, becoming->uids[wanted->uid]);
  set_values (becoming, wanted);
  if (!tb_trivia_equal (element->trivia, wanted->trivia))
    tb_document_set_trivia (becoming->document, element->uid, wanted->trivia);
  if (wanted->line != 0)
    {
      element->line = wanted->line;
      element->column = wanted->column;
    }
}

gboolean
tb_document_become (TbDocument *document, const TbModel *target, const char *label)
{
  g_return_val_if_fail (TB_IS_DOCUMENT (document) && target != NULL, FALSE);
  g_return_val_if_fail (target != document->model, FALSE);
  g_autoptr (TbMatch) match = tb_match_new (document->model, target);
  Becoming becoming = { document, target, match, NULL, document->model->n_uids };
  tb_document_begin (document, label, NULL);
  guint n_changes = document->open->changes->len;
  part_below_reused_ids (&becoming);
  becoming.uids = g_memdup2 (match->to_a, target->n_uids * sizeof (TbUid));
  remove_gone (&becoming);
  for (const TbElement *e = target->root; e != NULL; e = tb_element_next (e, target->root))
    put_children_in_order (&becoming, e);
  remove_gone (&becoming);
  for (const TbElement *e = target->root; e != NULL; e = tb_element_next (e, target->root))
    set_content (&becoming, e);
  gboolean changed = document->open->changes->len > n_changes;
  tb_document_commit (document);
  g_free (becoming.uids);
  return changed;
}

TbDocument *
tb_document_new_like (const TbModel *model, const TbModel *target)
{
  g_autoptr (TbDocument) scratch = tb_document_new_for_model (tb_model_thaw (model), NULL);
  tb_document_become (scratch, target, "Like");
  return tb_document_new_for_model (tb_model_thaw (scratch->model), NULL);
}
