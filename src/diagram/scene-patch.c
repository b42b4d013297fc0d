/* Taking edits in without reading everything anew. Edits of one element that nothing else is read
 * from, places and routes of this view, and what no drawing shows: those are known to be enough.
 * Everything else is left to a rebuild, and so is all of a view that lays itself out, where an edit
 * here moves things there. */
#include "scene-private.h"

typedef enum
{
  EFFECT_ALL,    /* anything: rebuild */
  EFFECT_NONE,   /* not drawn */
  EFFECT_ITEM,   /* the element's own item */
  EFFECT_PARENT, /* the item of the component it is in */
  EFFECT_PLACE,  /* the item it is the place of */
  EFFECT_ROUTE,  /* the link it is the route of */
  EFFECT_BEND
} Effect;

/* Kinds that are not here: EFFECT_ALL. */
static const Effect effects[TB_N_KINDS] = {
  [TB_KIND_ARCHITECTURE] = EFFECT_NONE, [TB_KIND_COMPONENT] = EFFECT_ITEM,
  [TB_KIND_SERVICE] = EFFECT_PARENT,    [TB_KIND_ON] = EFFECT_PARENT,
  [TB_KIND_BUILTIN] = EFFECT_PARENT,    [TB_KIND_CALL] = EFFECT_PARENT,
  [TB_KIND_TEMPLATE] = EFFECT_PARENT,   [TB_KIND_PARAM] = EFFECT_PARENT,
  [TB_KIND_COMMAND] = EFFECT_PARENT,    [TB_KIND_ENV] = EFFECT_PARENT,
  [TB_KIND_FILE] = EFFECT_PARENT,       [TB_KIND_READY] = EFFECT_PARENT,
  [TB_KIND_ALIVE] = EFFECT_PARENT,      [TB_KIND_DEPENDS] = EFFECT_PARENT,
  [TB_KIND_RESTART] = EFFECT_PARENT,
  [TB_KIND_STOP] = EFFECT_PARENT,       [TB_KIND_LINK] = EFFECT_ITEM,
  [TB_KIND_NOTE] = EFFECT_ITEM,         [TB_KIND_INTERACTION] = EFFECT_NONE,
  [TB_KIND_STEP] = EFFECT_NONE,         [TB_KIND_SCENARIO] = EFFECT_NONE,
  [TB_KIND_WAIT] = EFFECT_NONE,         [TB_KIND_PHASE] = EFFECT_NONE,
  [TB_KIND_DO] = EFFECT_NONE,           [TB_KIND_EXPECT] = EFFECT_NONE,
  [TB_KIND_PLACE] = EFFECT_PLACE,       [TB_KIND_ROUTE] = EFFECT_ROUTE,
  [TB_KIND_BEND] = EFFECT_BEND,         [TB_KIND_IGNORE] = EFFECT_NONE,
  [TB_KIND_RULE] = EFFECT_NONE,
};

/* From these, other items are read too, or there come to be others. */
static const TbProp far_reaching[]
    = { TB_PROP_ID,   TB_PROP_MIDDLEWARE, TB_PROP_FROM,   TB_PROP_TO,      TB_PROP_VIA,
        TB_PROP_OF,   TB_PROP_SHAPE,      TB_PROP_FOLDED, TB_PROP_HIDDEN,  TB_PROP_PARENT,
        TB_PROP_KIND };

static gboolean
reaches_far (TbProp prop)
{
  for (guint i = 0; i < G_N_ELEMENTS (far_reaching); i++)
    if (far_reaching[i] == prop)
      return TRUE;
  return FALSE;
}

static guint
item_of (const TbScene *scene, const TbModel *model, TbUid uid)
{
  const TbElement *element = uid ? tb_model_get (model, uid) : NULL;
  while (element != NULL && tb_element_kind (element) != TB_KIND_COMPONENT
         && tb_element_kind (element) != TB_KIND_LINK && tb_element_kind (element) != TB_KIND_NOTE)
    element = tb_element_parent (element);
  return element ? tb_scene_find (scene, tb_element_uid (element)) : TB_NO_ITEM;
}

static guint
item_named (const TbScene *scene, const TbModel *model, const TbElement *place)
{
  const TbElement *of = tb_element_get_ref (model, place, TB_PROP_OF);
  return of ? tb_scene_find (scene, tb_element_uid (of)) : TB_NO_ITEM;
}

/* Rereading finds the place: it must be known by then. */
static gboolean
adopt (TbItem *item, const TbElement *place)
{
  gboolean route = tb_element_kind (place) == TB_KIND_ROUTE;
  TbUid *known = route ? &item->route : &item->place, uid = tb_element_uid (place);
  if (tb_element_is_set (place, TB_PROP_FOLDED) || tb_element_is_set (place, TB_PROP_HIDDEN))
    return FALSE;
  if (*known == 0)
    {
      *known = uid;
      item->n_places++;
    }
  return *known == uid && item->n_places == 1;
}

/* With one place or route each, and known by it, a change of it is of that item alone. */
static gboolean
touch_named (TbScene *scene, const TbModel *model, const TbElement *place)
{
  guint i = item_named (scene, model, place);
  if (i == TB_NO_ITEM)
    return TRUE;
  tb_scene_touch (scene, i);
  return TB_ITEM (scene, i)->kind >= TB_ITEM_LINK && adopt (TB_ITEM (scene, i), place);
}

/* Of what is gone it cannot be said whose it was, but who had it can. */
static gboolean
nobody_had (const TbScene *scene, TbUid place)
{
  for (guint i = 0; i < scene->items->len; i++)
    if (TB_ITEM (scene, i)->place == place || TB_ITEM (scene, i)->route == place)
      return FALSE;
  return TRUE;
}

static gboolean
in_this_view (const TbScene *scene, const TbElement *element)
{
  const TbElement *parent = tb_element_parent (element);
  return parent != NULL && tb_element_uid (parent) == scene->view;
}

static gboolean
is_fresh (const TbEdit *edits, guint n, TbUid uid)
{
  for (guint i = 0; i < n; i++)
    if (edits[i].op == TB_EDIT_INSERT && edits[i].uid == uid)
      return TRUE;
  return FALSE;
}

/* What was put in by the same edits is read as a whole anyway. */
static gboolean
take_set (TbScene *scene, const TbModel *model, const TbEdit *edits, guint n, const TbEdit *edit)
{
  Effect effect = effects[edit->kind];
  const TbElement *element = tb_model_get (model, edit->uid);
  if (element == NULL)
    return TRUE;
  if (reaches_far (edit->prop) && !is_fresh (edits, n, edit->uid))
    return FALSE;
  if (effect == EFFECT_BEND)
    element = tb_element_parent (element);
  if (effect >= EFFECT_PLACE)
    return !in_this_view (scene, element) || touch_named (scene, model, element);
  guint i = item_of (scene, model, edit->uid);
  if (i == TB_NO_ITEM || TB_ITEM (scene, i)->kind < TB_ITEM_LINK)
    return FALSE;
  tb_scene_touch (scene, i);
  return TRUE;
}

/* What comes and goes inside a component, or a bend of a route. */
static gboolean
take_inner (TbScene *scene, const TbModel *model, const TbEdit *edit)
{
  const TbElement *parent = edit->parent ? tb_model_get (model, edit->parent) : NULL;
  if (parent == NULL)
    return TRUE;
  if (effects[edit->kind] == EFFECT_BEND)
    return !in_this_view (scene, parent) || touch_named (scene, model, parent);
  guint i = item_of (scene, model, edit->parent);
  if (i != TB_NO_ITEM)
    tb_scene_touch (scene, i);
  return i != TB_NO_ITEM;
}

/* Another view's place of a note hides the note here. */
static gboolean
take_placed (TbScene *scene, const TbModel *model, const TbEdit *edit)
{
  const TbElement *place = tb_model_get (model, edit->uid);
  if (place == NULL)
    return nobody_had (scene, edit->uid)
           && (scene->first[TB_ITEM_NOTE] == scene->items->len || edit->parent == scene->view);
  if (!in_this_view (scene, place))
    return tb_model_count (model, TB_KIND_NOTE) == 0;
  return touch_named (scene, model, place);
}

/* A view that shows what was placed follows every place, of other views too, and a group may be there with its members
 * only. */
static gboolean
moves_between_views (const TbScene *scene, const TbModel *model, const TbEdit *edit)
{
  const TbElement *element = tb_model_get (model, edit->uid);
  if (!scene->only_placed || edit->kind == TB_KIND_ROUTE || edit->kind == TB_KIND_BEND)
    return FALSE;
  if (edit->op == TB_EDIT_SET && edit->prop == TB_PROP_GROUP)
    return TRUE;
  if (edit->op == TB_EDIT_SET)
    return edit->kind == TB_KIND_PLACE && edit->prop == TB_PROP_X && element != NULL && !in_this_view (scene, element);
  return TRUE;
}

static gboolean
take_edit (TbScene *scene, const TbModel *model, const TbEdit *edits, guint n, const TbEdit *edit)
{
  Effect effect = effects[edit->kind];
  if (effect == EFFECT_NONE)
    return TRUE;
  if (effect == EFFECT_ALL || edit->op == TB_EDIT_MOVE || moves_between_views (scene, model, edit))
    return FALSE;
  if (edit->op == TB_EDIT_SET)
    return take_set (scene, model, edits, n, edit);
  if (effect == EFFECT_PARENT || effect == EFFECT_BEND)
    return take_inner (scene, model, edit);
  if (effect == EFFECT_PLACE || effect == EFFECT_ROUTE)
    return take_placed (scene, model, edit);
  return edit->kind != TB_KIND_NOTE; /* components and links: restructured before */
}

static void
untouch (TbScene *scene)
{
  for (guint k = 0; k < scene->touched->len; k++)
    TB_ITEM (scene, g_array_index (scene->touched, guint, k))->touched = FALSE;
  g_array_set_size (scene->touched, 0);
}

/* Links first: the line of a caller says how its links balance. */
static gboolean
reread_touched (TbScene *scene, const TbModel *model)
{
  gboolean good = TRUE;
  for (guint links = 2; links-- > 0;)
    for (guint k = 0; k < scene->touched->len && good; k++)
      {
        guint i = g_array_index (scene->touched, guint, k);
        TbItem *item = TB_ITEM (scene, i);
        if (item->kind < TB_ITEM_LINK || (item->kind == TB_ITEM_LINK) != links)
          continue;
        tb_scene_reread (scene, model, i);
        good = links || item->placed;
        if (links && item->own_from != TB_NO_ITEM)
          tb_scene_touch (scene, item->own_from);
      }
  return good;
}

gboolean
tb_scene_patch (TbScene *scene, const TbModel *model, const TbEdit *edits, guint n, GArray *dirty)
{
  gboolean good = scene->view != 0 && scene->kind == TB_VIEW_FREE && scene->n_unplaced == 0
                  && scene->n_folded == 0 && n <= TB_PATCH_MANY
                  && tb_model_get (model, scene->view) != NULL
                  && tb_scene_restructure (scene, model, edits, n, dirty);
  for (guint i = 0; i < n && good; i++)
    good = take_edit (scene, model, edits, n, &edits[i]);
  if (good && reread_touched (scene, model))
    {
      tb_scene_count_members (scene);
      return TRUE;
    }
  untouch (scene);
  return FALSE;
}
