/* Three-way merge: the document is ours to begin with; what theirs made of base is brought into it.
 *
 *   1. what theirs took out goes, unless ours changed or uses it        merge-removals.c
 *   2. theirs is walked from the root: what all three have is merged    merge-values.c
 *      value by value, what is new is inserted, what ours took out
 *      and theirs changed or uses comes back
 *   3. order, where theirs changed it                                   merge-order.c
 *   4. what could not be removed before its content moved out goes
 *
 * Each conflict leaves a mark where it is                               merge-marks.c */
#include "merge-private.h"

#include "xml-private.h"

static void
conflict_free (gpointer data)
{
  TbConflict *conflict = data;
  g_free (conflict->base);
  g_free (conflict->ours);
  g_free (conflict->theirs);
  g_free (conflict->message);
  g_free (conflict);
}

/* ---- What both added ------------------------------------------------------------------------- */

static gboolean
is_new_in_ours (const TbMerge *merge, const TbElement *now)
{
  const TbElement *ours = tb_model_get (merge->ours, now->uid);
  return ours != NULL && tb_match_in_a (merge->to_ours, ours) == NULL;
}

/* What it is known by beside its like: two of it are one. Several calls or steps over one link are
 * not. */
static char *
own_key (const TbElement *element)
{
  if (element->kind == TB_KIND_CALL || element->kind == TB_KIND_STEP
      || element->kind == TB_KIND_STYLE || element->kind == TB_KIND_DO
      || element->kind == TB_KIND_WAIT || element->kind == TB_KIND_EXPECT)
    return NULL;
  return tb_match_key (element);
}

static gboolean
is_same_addition (const TbElement *ours, const TbElement *theirs)
{
  if (ours->kind != theirs->kind)
    return FALSE;
  if (tb_elements_equal (ours, theirs) && ours->n_children == theirs->n_children)
    return TRUE;
  g_autofree char *x = own_key (ours), *y = own_key (theirs);
  return x != NULL && g_strcmp0 (x, y) == 0;
}

static gboolean
is_taken (const TbMerge *merge, TbUid m, const TbElement *theirs_parent)
{
  for (guint i = 0; i < theirs_parent->n_children; i++)
    if (merge->merged[theirs_parent->children[i]->uid] == m)
      return TRUE;
  return FALSE;
}

/* Ours of what theirs added, where ours added the same; NULL where it did not. */
static const TbElement *
find_same_addition (const TbMerge *merge, const TbElement *theirs, const TbElement *parent)
{
  const TbKindSpec *spec = tb_schema_kind ((TbKind) theirs->kind);
  if (spec->has_id && !spec->local_id)
    {
      const TbElement *now = tb_model_lookup (merge->document->model, tb_element_id (theirs));
      return now != NULL && now->kind == theirs->kind ? now : NULL;
    }
  for (guint i = 0; i < parent->n_children; i++)
    {
      const TbElement *now = parent->children[i];
      if (is_new_in_ours (merge, now) && is_same_addition (now, theirs)
          && !is_taken (merge, now->uid, theirs->parent))
        return now;
    }
  return NULL;
}

/* ---- Insertion ------------------------------------------------------------------------------- */

/* After what it stands after in theirs, and after what ours put there. */
static guint
position_for (const TbMerge *merge, const TbElement *theirs, const TbElement *parent)
{
  guint before = 0;
  for (guint i = theirs->position; i > 0 && before == 0; i--)
    {
      const TbElement *now
        = tb_merge_now (merge, merge->merged[theirs->parent->children[i - 1]->uid]);
      if (now != NULL && now->parent == parent)
        before = now->position + 1;
    }
  while (before > 0 && before < parent->n_children
         && is_new_in_ours (merge, parent->children[before]))
    before++;
  return before;
}

static void
tell_clash (TbMerge *merge, const TbElement *now, const TbElement *theirs)
{
  g_autoptr (GString) xml = g_string_new (NULL);
  tb_xml_append_element (xml, theirs, 0);
  g_autofree char *title = tb_merge_title (merge->document->model, now);
  tb_merge_conflict (merge, TB_CONFLICT_ADDED, now->uid, TB_PROP_NONE, NULL,
                     tb_schema_kind ((TbKind) now->kind)->name,
                     tb_schema_kind ((TbKind) theirs->kind)->name, xml->str,
                     g_strdup_printf ("%s: in theirs it is a %s", title,
                                      tb_schema_kind ((TbKind) theirs->kind)->name));
}

static TbUid
insert (TbMerge *merge, const TbElement *theirs, TbUid parent_uid)
{
  const TbElement *parent = tb_merge_now (merge, parent_uid);
  const TbKindSpec *spec = tb_schema_kind ((TbKind) theirs->kind);
  const char *id = tb_element_id (theirs);
  const TbElement *other
    = spec->has_id && !spec->local_id ? tb_model_lookup (merge->document->model, id) : NULL;
  if (other != NULL)
    {
      tell_clash (merge, other, theirs);
      return 0;
    }
  TbUid m = tb_document_insert (merge->document, spec->kind, id, parent_uid,
                                position_for (merge, theirs, parent));
  for (guint i = 0; i < spec->n_props; i++)
    if (spec->props[i].prop != TB_PROP_ID)
      tb_document_set (merge->document, m, spec->props[i].prop, theirs->values[i], NULL);
  tb_document_set_trivia (merge->document, m, theirs->trivia);
  return m;
}

/* ---- The walk -------------------------------------------------------------------------------- */

/* Where theirs moved it into another element. */
static void
merge_parent (TbMerge *merge, const TbElement *base, const TbElement *now, const TbElement *theirs)
{
  TbUid wanted = merge->merged[theirs->parent->uid];
  if (wanted == 0 || now->parent->uid == wanted)
    return;
  const TbElement *ours = tb_model_get (merge->ours, now->uid);
  gboolean ours_moved
    = base == NULL || tb_match_in_b (merge->to_ours, base->parent) != ours->parent;
  gboolean theirs_moved
    = base == NULL || tb_match_in_b (merge->to_theirs, base->parent) != theirs->parent;
  if (theirs_moved && !ours_moved)
    tb_document_move (merge->document, now->uid, wanted,
                      position_for (merge, theirs, tb_merge_now (merge, wanted)));
  else if (theirs_moved)
    {
      const char *here = tb_element_id (now->parent), *there = tb_element_id (theirs->parent);
      g_autofree char *title = tb_merge_title (merge->document->model, now);
      tb_merge_conflict (merge, TB_CONFLICT_CONTAINER, now->uid, TB_PROP_NONE,
                         base != NULL ? tb_element_id (base->parent) : NULL, here, there, NULL,
                         g_strdup_printf ("%s: it is in %s in ours and in %s in theirs", title,
                                          here, there));
    }
}

static gboolean
comes_back (const TbMerge *merge, const TbElement *base)
{
  const TbRemoval *removal = merge->removals[base->uid];
  return removal != NULL && removal->by_ours && removal->kept;
}

/* A place of what is not there any more is not wanted; nor is one that ours took away. */
static gboolean
is_wanted (const TbMerge *merge, const TbElement *theirs)
{
  if (theirs->kind != TB_KIND_PLACE && theirs->kind != TB_KIND_ROUTE)
    return TRUE;
  const char *of = tb_element_get (theirs, TB_PROP_OF);
  return tb_model_lookup (merge->document->model, of) != NULL
         || tb_model_lookup (merge->theirs, of) == NULL;
}

static void
merge_element (TbMerge *merge, const TbElement *theirs)
{
  const TbElement *base = tb_match_in_a (merge->to_theirs, theirs);
  const TbElement *ours = base != NULL ? tb_match_in_b (merge->to_ours, base) : NULL;
  TbUid parent = theirs->parent != NULL ? merge->merged[theirs->parent->uid] : 0;
  const TbElement *now = ours != NULL ? tb_merge_now (merge, ours->uid) : NULL;
  if ((theirs->parent != NULL && parent == 0) || theirs->kind == TB_KIND_BEND)
    return;
  if (base == NULL)
    now = find_same_addition (merge, theirs, tb_merge_now (merge, parent));
  if (now != NULL)
    {
      merge->merged[theirs->uid] = now->uid;
      tb_merge_values (merge, base, now->uid, theirs);
      if (theirs->parent != NULL)
        merge_parent (merge, base, tb_merge_now (merge, now->uid), theirs);
    }
  else if ((base == NULL || comes_back (merge, base)) && is_wanted (merge, theirs))
    merge->merged[theirs->uid] = insert (merge, theirs, parent);
  if (theirs->kind == TB_KIND_ROUTE && merge->merged[theirs->uid] != 0)
    tb_merge_bends (merge, base, merge->merged[theirs->uid], theirs);
}

static void
merge_orders (TbMerge *merge)
{
  const TbElement *root = merge->theirs->root;
  for (const TbElement *t = root; t != NULL; t = tb_element_next (t, root))
    {
      const TbElement *base = tb_match_in_a (merge->to_theirs, t);
      if (base != NULL && t->n_children > 1 && merge->merged[t->uid] != 0)
        tb_merge_order (merge, base, merge->merged[t->uid], t);
    }
}

/* ---- The whole ------------------------------------------------------------------------------- */

/* A place that stays because its element does is no conflict of its own. */
static gboolean
goes_without_saying (const TbMerge *merge, const TbElement *base)
{
  const TbElement *of = base->kind == TB_KIND_PLACE || base->kind == TB_KIND_ROUTE
                          ? tb_element_get_ref (merge->base, base, TB_PROP_OF) : NULL;
  return of != NULL && merge->removals[of->uid] != NULL;
}

static void
tell_kept_removals (TbMerge *merge)
{
  for (guint i = 0; i < merge->all_removals->len; i++)
    {
      const TbRemoval *removal = merge->all_removals->pdata[i];
      const TbMatch *match = removal->by_ours ? merge->to_theirs : merge->to_ours;
      const TbElement *keeper = tb_match_in_b (match, removal->top);
      TbUid m = removal->by_ours ? merge->merged[keeper->uid] : keeper->uid;
      const TbElement *now = m != 0 ? tb_merge_now (merge, m) : NULL;
      if (!removal->kept || now == NULL || goes_without_saying (merge, removal->top))
        continue;
      const char *gone = removal->by_ours ? "ours" : "theirs", *other = removal->by_ours ? "theirs" : "ours";
      const char *user = removal->user;
      g_autofree char *title = tb_merge_title (merge->document->model, now);
      tb_merge_conflict (merge, TB_CONFLICT_DELETED, m, TB_PROP_NONE, "", removal->by_ours ? NULL : "",
                         removal->by_ours ? "" : NULL, user,
                         user != NULL
                           ? g_strdup_printf ("%s: removed in %s, but %s uses it in %s", title, gone, user, other)
                           : g_strdup_printf ("%s: removed in %s, but changed in %s", title, gone, other));
    }
}

static void
bring_theirs_in (TbMerge *merge)
{
  const TbElement *root = merge->theirs->root;
  tb_merge_apply_removals (merge, FALSE);
  for (const TbElement *t = root; t != NULL; t = tb_element_next (t, root))
    merge_element (merge, t);
  merge_orders (merge);
  tb_merge_apply_removals (merge, TRUE);
  tell_kept_removals (merge);
}

TbModel *
tb_model_merge (const TbModel *base, const TbModel *ours, const TbModel *theirs,
                TbMergeFlags flags, GPtrArray **conflicts)
{
  g_autoptr (TbMatch) to_ours = tb_match_new (base, ours);
  g_autoptr (TbMatch) to_theirs = tb_match_new (base, theirs);
  g_autoptr (TbDocument) document = tb_document_new_for_model (tb_model_thaw (ours), NULL);
  TbMerge merge = { base, ours, theirs, to_ours, to_theirs, document };
  merge.merged = g_new0 (TbUid, theirs->n_uids);
  merge.flags = flags;
  merge.conflicts = g_ptr_array_new_with_free_func (conflict_free);
  tb_merge_find_removals (&merge);
  tb_document_begin (document, "Merge", NULL);
  bring_theirs_in (&merge);
  tb_document_commit (document);
  g_free (merge.merged);
  g_free (merge.removals);
  g_ptr_array_unref (merge.all_removals);
  if (conflicts != NULL)
    *conflicts = merge.conflicts;
  else
    g_ptr_array_unref (merge.conflicts);
  return tb_document_snapshot (document);
}
