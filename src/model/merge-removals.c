/* Who took out what. Where one side took out an element that the other left alone, it goes; where
 * the other changed it, or uses it from something that stays, it stays and that is a conflict.
 * Places and routes follow what they are of.
 *
 *   base  ours  theirs
 *    x     x     -      unchanged in ours, unused: goes.   else stays, marked
 *    x     -     x      unchanged in theirs, unused: gone. else comes back, marked
 *    x     -     -      gone */
#include "merge-private.h"

#include <string.h>

static gboolean
is_layout (const TbElement *element)
{
  return element->kind == TB_KIND_PLACE || element->kind == TB_KIND_ROUTE
         || element->kind == TB_KIND_BEND;
}

static const TbMatch *
keeper_match (const TbMerge *merge, const TbRemoval *removal)
{
  return removal->by_ours ? merge->to_theirs : merge->to_ours;
}

static void
removal_free (gpointer data)
{
  TbRemoval *removal = data;
  g_free (removal->user);
  g_free (removal);
}

/* ---- Finding them ---------------------------------------------------------------------------- */

/* With its parent, unless who still has it put it elsewhere. */
static TbRemoval *
removal_of_parent (TbMerge *merge, const TbElement *b, const TbElement *keeper, gboolean by_ours)
{
  TbRemoval *removal = b->parent != NULL ? merge->removals[b->parent->uid] : NULL;
  if (removal == NULL || removal->by_ours != by_ours)
    return NULL;
  return tb_match_in_b (keeper_match (merge, removal), b->parent) == keeper->parent ? removal : NULL;
}

static void
find_tops (TbMerge *merge)
{
  for (const TbElement *b = merge->base->root; b != NULL; b = tb_element_next (b, merge->base->root))
    {
      const TbElement *ours = tb_match_in_b (merge->to_ours, b);
      const TbElement *theirs = tb_match_in_b (merge->to_theirs, b);
      if ((ours == NULL) == (theirs == NULL))
        continue;
      TbRemoval *removal = removal_of_parent (merge, b, ours != NULL ? ours : theirs, ours == NULL);
      if (removal == NULL)
        {
          removal = g_new0 (TbRemoval, 1);
          removal->top = b;
          removal->by_ours = ours == NULL;
          g_ptr_array_add (merge->all_removals, removal);
        }
      merge->removals[b->uid] = removal;
    }
}

/* New, or moved in from elsewhere. */
static gboolean
has_new_child (const TbMatch *match, const TbElement *base, const TbElement *keeper)
{
  for (guint i = 0; i < keeper->n_children; i++)
    {
      const TbElement *like = tb_match_in_a (match, keeper->children[i]);
      if (like == NULL || like->parent != base)
        return TRUE;
    }
  return FALSE;
}

static gboolean
was_changed (const TbMerge *merge, const TbRemoval *removal)
{
  const TbMatch *match = keeper_match (merge, removal);
  const TbElement *top = removal->top;
  if (tb_match_in_b (match, top->parent) != tb_match_in_b (match, top)->parent)
    return TRUE;
  for (const TbElement *b = top; b != NULL; b = tb_element_next (b, top))
    {
      const TbElement *keeper = tb_match_in_b (match, b);
      if (merge->removals[b->uid] == removal
          && (!tb_elements_equal (b, keeper) || has_new_child (match, b, keeper)))
        return TRUE;
    }
  return FALSE;
}

/* ---- Who uses them --------------------------------------------------------------------------- */

typedef struct
{
  TbMerge *merge;
  GHashTable *ids; /* of const char *: of what is to go → TbRemoval */
  gboolean more;
} Users;

/* An element that stays, in as many of the versions as have it, and what comes out of one of its
 * properties. */
typedef struct
{
  const TbModel *model; /* of user */
  const TbElement *user, *base, *ours, *theirs;
  guint slot;
  const char *value;
} Use;

/* Who takes out an element and itself leaves what refers to it as it is, has chosen that. */
static gboolean
is_left_dangling (const Use *use, const TbRemoval *removal)
{
  const TbElement *remover = removal->by_ours ? use->ours : use->theirs;
  return remover != NULL && g_strcmp0 (remover->values[use->slot], use->value) == 0;
}

static void
keep_for (Users *users, const Use *use, const char *id)
{
  TbRemoval *removal = g_hash_table_lookup (users->ids, id);
  if (removal == NULL || removal->kept || is_left_dangling (use, removal))
    return;
  removal->kept = TRUE;
  removal->user = tb_merge_title (use->model, use->user);
  users->more = TRUE;
}

static void
look_at_value (Users *users, const Use *use)
{
  const TbPropSpec *spec = &tb_schema_kind ((TbKind) use->user->kind)->props[use->slot];
  TbName name;
  if (use->value == NULL)
    return;
  if (spec->type == TB_TYPE_REF)
    keep_for (users, use, use->value);
  else if (spec->type == TB_TYPE_NAME && tb_name_parse (use->value, &name, NULL))
    keep_for (users, use, name.id);
  else if (spec->type == TB_TYPE_REFS)
    {
      g_auto (GStrv) ids = g_strsplit (use->value, " ", -1);
      for (guint i = 0; ids[i] != NULL; i++)
        keep_for (users, use, ids[i]);
    }
}

static void
look_at (Users *users, Use use)
{
  const TbKindSpec *spec = tb_schema_kind ((TbKind) use.user->kind);
  for (use.slot = 0; use.slot < spec->n_props && !is_layout (use.user); use.slot++)
    {
      use.value = use.user->values[use.slot];
      if (use.base != NULL && use.ours != NULL && use.theirs != NULL)
        use.value = tb_merge_choose (use.base->values[use.slot], use.ours->values[use.slot],
                                     use.theirs->values[use.slot]);
      look_at_value (users, &use);
    }
}

static gboolean
will_go (const TbMerge *merge, const TbElement *base)
{
  const TbRemoval *removal = base != NULL ? merge->removals[base->uid] : NULL;
  return removal != NULL && !removal->kept;
}

static void
look_at_all (Users *users)
{
  const TbMerge *merge = users->merge;
  const TbElement *root = merge->ours->root;
  for (const TbElement *o = root; o != NULL; o = tb_element_next (o, root))
    {
      const TbElement *b = tb_match_in_a (merge->to_ours, o);
      if (!will_go (merge, b))
        look_at (users, (Use){ merge->ours, o, b, o,
                               b != NULL ? tb_match_in_b (merge->to_theirs, b) : NULL });
    }
  root = merge->theirs->root;
  for (const TbElement *t = root; t != NULL; t = tb_element_next (t, root))
    {
      const TbElement *b = tb_match_in_a (merge->to_theirs, t);
      gboolean only_theirs = b == NULL || tb_match_in_b (merge->to_ours, b) == NULL;
      if (only_theirs && !will_go (merge, b))
        look_at (users, (Use){ merge->theirs, t, b, NULL, t });
    }
}

/* To the fixed point: what stays may itself use what would go. */
static void
keep_what_is_used (TbMerge *merge)
{
  Users users = { merge, g_hash_table_new (g_str_hash, g_str_equal), TRUE };
  const TbElement *root = merge->base->root;
  for (const TbElement *b = root; b != NULL; b = tb_element_next (b, root))
    {
      const TbKindSpec *spec = tb_schema_kind ((TbKind) b->kind);
      if (will_go (merge, b) && spec->has_id && !spec->local_id)
        g_hash_table_insert (users.ids, b->values[0], merge->removals[b->uid]);
    }
  while (users.more && g_hash_table_size (users.ids) > 0)
    {
      users.more = FALSE;
      look_at_all (&users);
    }
  g_hash_table_unref (users.ids);
}

/* What a place is of goes or stays; the place with it. One that was taken out alone, while its
 * element stays, is a question of its own. */
static void
decide_layout (TbMerge *merge, TbRemoval *removal)
{
  const TbElement *of = tb_element_get_ref (merge->base, removal->top, TB_PROP_OF);
  const TbRemoval *with = of != NULL ? merge->removals[of->uid] : NULL;
  if (with != NULL && with->by_ours == removal->by_ours)
    removal->kept = with->kept;
  else if (with == NULL && of != NULL && was_changed (merge, removal))
    removal->kept = (merge->flags & TB_MERGE_PLACES_OURS) == 0 || !removal->by_ours;
}

void
tb_merge_find_removals (TbMerge *merge)
{
  merge->removals = g_new0 (TbRemoval *, merge->base->n_uids);
  merge->all_removals = g_ptr_array_new_with_free_func (removal_free);
  find_tops (merge);
  for (guint i = 0; i < merge->all_removals->len; i++)
    {
      TbRemoval *removal = merge->all_removals->pdata[i];
      removal->kept = !is_layout (removal->top) && was_changed (merge, removal);
    }
  keep_what_is_used (merge);
  for (guint i = 0; i < merge->all_removals->len; i++)
    if (is_layout (((TbRemoval *) merge->all_removals->pdata[i])->top))
      decide_layout (merge, merge->all_removals->pdata[i]);
}

/* ---- Doing it -------------------------------------------------------------------------------- */

/* Theirs has it, too, and left it without what it is of. */
static gboolean
is_in_theirs (const TbMerge *merge, const TbElement *now)
{
  const TbElement *ours = tb_model_get (merge->ours, now->uid);
  const TbElement *b = ours != NULL ? tb_match_in_a (merge->to_ours, ours) : NULL;
  if (b != NULL && tb_match_in_b (merge->to_theirs, b) != NULL)
    return TRUE;
  const TbElementTable *table = &merge->theirs->kinds[now->kind];
  for (guint i = 0; i < table->n; i++)
    if (merge->merged[table->items[i]->uid] == now->uid)
      return TRUE;
  return FALSE;
}

/* A place of ours of what theirs took out. */
static void
remove_homeless (TbMerge *merge, TbKind kind)
{
  const TbElementTable *table = &merge->document->model->kinds[kind];
  for (guint i = table->n; i > 0; i--)
    {
      const TbElement *e = table->items[i - 1];
      const char *of = tb_element_get (e, TB_PROP_OF);
      if (tb_model_lookup (merge->document->model, of) == NULL
          && tb_model_lookup (merge->ours, of) != NULL
          && tb_model_lookup (merge->theirs, of) == NULL && !is_in_theirs (merge, e))
        tb_document_remove (merge->document, e->uid);
    }
}

/* Whether something in it is to be moved out of it by the rest of the merge. */
static gboolean
holds_more (const TbMerge *merge, const TbElement *top)
{
  for (const TbElement *e = top; e != NULL; e = tb_element_next (e, top))
    {
      const TbElement *ours = tb_model_get (merge->ours, e->uid);
      const TbElement *b = ours != NULL ? tb_match_in_a (merge->to_ours, ours) : NULL;
      if (b == NULL || !will_go (merge, b))
        return TRUE;
    }
  return FALSE;
}

void
tb_merge_apply_removals (TbMerge *merge, gboolean whole)
{
  for (guint i = merge->all_removals->len; i > 0; i--)
    {
      const TbRemoval *removal = merge->all_removals->pdata[i - 1];
      const TbElement *ours = tb_match_in_b (merge->to_ours, removal->top);
      const TbElement *now = ours != NULL ? tb_merge_now (merge, ours->uid) : NULL;
      if (now != NULL && !removal->by_ours && !removal->kept
          && (whole || !holds_more (merge, now)))
        tb_document_remove (merge->document, now->uid);
    }
  remove_homeless (merge, TB_KIND_ROUTE);
  remove_homeless (merge, TB_KIND_PLACE);
}
