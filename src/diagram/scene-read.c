/* The model's elements as items. */
#include "scene-private.h"

#include <math.h>
#include <string.h>

#include "text-private.h"

void
tb_item_clear (TbItem *item)
{
  g_free (item->id);
  g_free (item->title);
  g_free (item->name);
  g_free (item->line);
  g_free (item->chip);
  g_strfreev (item->lines);
  g_free (item->users);
  g_free (item->bends);
  g_free (item->points);
  g_free (item->jumps);
  g_free (item->from_port);
  g_free (item->to_port);
}

guint
tb_scene_find_ref (const TbScene *scene, const TbModel *model, const TbElement *element, TbProp prop)
{
  const TbElement *other = tb_element_get_ref (model, element, prop);
  return other ? tb_scene_find (scene, tb_element_uid (other)) : TB_NO_ITEM;
}

/* The boxes of one element are a chain that begins with the one of the element's own uid. */
static void
chain (TbScene *scene, guint i)
{
  guint first = tb_scene_find (scene, TB_ITEM (scene, i)->element);
  if (first == TB_NO_ITEM || first == i)
    return;
  TB_ITEM (scene, i)->next = TB_ITEM (scene, first)->next;
  TB_ITEM (scene, first)->next = i;
}

TbItem
tb_item_make (TbItemKind kind, const TbElement *element, TbUid uid)
{
  const char *id = tb_element_id (element);
  return (TbItem){ .uid = uid,
                  .element = tb_element_uid (element),
                  .next = TB_NO_ITEM,
                  .device = TB_NO_ITEM,
                  .heads = TB_HEAD_TO,
                  .kind = kind,
                  .id = g_strdup (id ? id : ""),
                  .title = g_strdup (tb_element_title (element)),
                  .tint = G_MAXUINT,
                  .replicas = 1,
                  .tier = TB_NO_ITEM,
                  .layer = TB_NO_ITEM,
                  .last_layer = TB_NO_ITEM,
                  .group = TB_NO_ITEM,
                  .inside = TB_NO_ITEM,
                  .about = TB_NO_ITEM,
                  .merged = TB_NO_ITEM,
                  .from_at = -1,
                  .to_at = -1,
                  .label_part = -1,
                  .n_merged = 1 };
}

TbItem *
tb_scene_add_item (TbScene *scene, TbItemKind kind, const TbElement *element, TbUid uid)
{
  TbItem item = tb_item_make (kind, element, uid);
  g_array_append_val (scene->items, item);
  tb_scene_register (scene, scene->items->len - 1);
  chain (scene, scene->items->len - 1);
  return TB_ITEM (scene, scene->items->len - 1);
}

/* ---- One kind each --------------------------------------------------------------------------- */

/* layer= names one or several: first and last in the file's order. */
static void
read_layers (TbScene *scene, const TbModel *model, const TbElement *component, TbItem *item)
{
  const char *refs = tb_element_get (component, TB_PROP_LAYER);
  g_auto (GStrv) ids = refs ? g_strsplit (refs, " ", -1) : NULL;
  for (guint i = 0; ids != NULL && ids[i] != NULL; i++)
    {
      const TbElement *layer = tb_model_lookup (model, ids[i]);
      guint index = layer ? tb_scene_find (scene, tb_element_uid (layer)) : TB_NO_ITEM;
      if (index == TB_NO_ITEM || TB_ITEM (scene, index)->kind != TB_ITEM_LAYER)
        continue;
      item->multi_layer |= item->layer != TB_NO_ITEM && item->layer != index;
      item->layer = item->layer == TB_NO_ITEM ? index : MIN (item->layer, index);
      item->last_layer = item->last_layer == TB_NO_ITEM ? index : MAX (item->last_layer, index);
    }
}

/* What the frame does not show: a tint or a chip. */
static void
read_unframed (TbScene *scene, TbItem *item)
{
  guint other = TB_NO_ITEM;
  if (!(scene->frame & TB_FRAME_LAYERS) && item->layer != TB_NO_ITEM)
    item->tint = TB_ITEM (scene, item->layer)->tint;
  if (item->multi_layer && (scene->frame & TB_FRAME_LAYERS))
    {
      g_autofree char *text = g_strdup_printf ("%s – %s", TB_ITEM (scene, item->layer)->title,
                                               TB_ITEM (scene, item->last_layer)->title);
      item->chip = tb_text_fit (TB_FONT_CHIP, text, TB_CHIP_WIDTH);
      return;
    }
  if (!(scene->frame & TB_FRAME_TIERS) && item->tier != TB_NO_ITEM)
    other = item->tier;
  else if (!(scene->frame & TB_FRAME_GROUPS))
    other = item->group;
  if (other != TB_NO_ITEM)
    item->chip = tb_text_fit (TB_FONT_CHIP, TB_ITEM (scene, other)->title,
                              TB_CHIP_WIDTH);
}

/* What stands outside what a drill-down looks into stands outside its containers too. */
static void
make_stub (TbItem *item)
{
  item->tier = item->layer = item->last_layer = item->group = TB_NO_ITEM;
  item->multi_layer = FALSE;
  item->replicas = 1;
  item->stored = (TbRect){ 0, 0, TB_STUB_WIDTH, TB_STUB_HEIGHT };
}

static void
read_component (TbScene *scene, const TbModel *model, const TbElement *element, TbItem *item)
{
  item->role = tb_component_role (element);
  item->replicas = item->replica > 0 ? 1 : tb_component_replicas (element);
  item->tier = tb_scene_find_ref (scene, model, element, TB_PROP_TIER);
  item->group = tb_scene_find_ref (scene, model, element, TB_PROP_GROUP);
  item->stored = (TbRect){ 0, 0, TB_CARD_WIDTH, TB_CARD_HEIGHT };
  read_layers (scene, model, element, item);
  if (item->stub)
    make_stub (item);
}

/* Texts need the card's width, which the view says. */
static void
write_component (TbScene *scene, const TbModel *model, TbItem *item, const char *balance)
{
  double room = item->stored.width - (item->stub ? 42 : 60) - 12;
  g_autofree char *line = tb_component_line (tb_model_get (model, item->element), balance);
  item->name = tb_text_fit (TB_FONT_NAME, item->title, room);
  item->line = tb_text_fit (TB_FONT_LINE, line, room);
  read_unframed (scene, item);
}

/* Along the data: a read's run against its call. What is not said to go back goes with the request. */
static void
read_flow (TbItem *item, const TbElement *link)
{
  const char *carries = tb_element_get (link, TB_PROP_CARRIES);
  const char *flow = tb_element_get (link, TB_PROP_FLOW);
  item->faint = (carries == NULL || *carries == '\0') && flow == NULL;
  if (g_strcmp0 (flow, "reply") == 0)
    item->heads = TB_HEAD_FROM;
  else if (g_strcmp0 (flow, "both") == 0)
    item->heads = TB_HEAD_FROM | TB_HEAD_TO;
}

static void
read_link (TbScene *scene, const TbModel *model, const TbElement *element, TbItem *item)
{
  const char *call = tb_element_get (element, TB_PROP_CALL);
  const char *carries = tb_element_get (element, TB_PROP_CARRIES);
  const char *name = tb_element_is_set (element, TB_PROP_NAME)
                         ? tb_element_get (element, TB_PROP_NAME) : NULL;
  const char *label = name && *name ? name : carries;
  if (item->n_pairs == 0)
    {
      item->from = tb_scene_find_ref (scene, model, element, TB_PROP_FROM);
      item->to = tb_scene_find_ref (scene, model, element, TB_PROP_TO);
    }
  item->own_from = item->from;
  item->own_to = item->to;
  item->async = g_strcmp0 (call, "async") == 0;
  if (scene->kind == TB_VIEW_DATA_FLOW)
    {
      read_flow (item, element);
      label = carries;
    }
  if (item->n_pairs > 1)
    item->name = g_strdup_printf ("×%u", item->n_pairs);
  else if (label != NULL && *label && item->uid == item->element)
    item->name = tb_text_fit (TB_FONT_LABEL, label, 150);
}

static gboolean
note_has_shape (const TbElement *note, const char *shape)
{
  return g_strcmp0 (tb_element_get (note, TB_PROP_SHAPE), shape) == 0;
}

static void
read_note (TbScene *scene, const TbModel *model, const TbElement *element, TbItem *item)
{
  const char *text = tb_element_get (element, TB_PROP_TEXT);
  g_free (item->title);
  item->title = g_strdup (text ? text : "");
  item->bare = note_has_shape (element, "text");
  item->stored = (TbRect){ 0, 0, TB_CARD_WIDTH, 0 };
  item->about = tb_scene_find_ref (scene, model, element, TB_PROP_OF);
  if (item->kind == TB_ITEM_FRAME)
    item->stored = (TbRect){ 0, 0, TB_FRAME_WIDTH, TB_FRAME_HEIGHT };
}

static void
write_note (TbItem *item)
{
  double height;
  tb_note_size (item->title, item->stored.width, &item->lines, &height);
  if (item->bare)
    height -= 20;
  item->stored.height = MAX (item->stored.height, height);
}

void
tb_note_size (const char *text, double width, char ***lines, double *height)
{
  char **wrapped = tb_text_wrap (TB_FONT_NOTE, text, width - 24, 12);
  *height = TB_GRID * ceil ((MAX (g_strv_length (wrapped), 1u) * 16 + 20) / TB_GRID);
  if (lines != NULL)
    *lines = wrapped;
  else
    g_strfreev (wrapped);
}

static void
read_middleware (TbItem *item, const TbElement *element)
{
  const char *parts[] = { tb_element_get (element, TB_PROP_CALL),
                          tb_element_get (element, TB_PROP_LANGUAGE),
                          tb_element_get (element, TB_PROP_STANDARD) };
  g_autoptr (GString) line = g_string_new (NULL);
  if (g_strcmp0 (parts[0], "both") == 0)
    parts[0] = "sync and async";
  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    if (parts[i] != NULL && *parts[i])
      g_string_append_printf (line, "%s%s%s", line->len ? " · " : "",
                              strcmp (parts[i], "any") == 0 && i == 1 ? "any language" : parts[i],
                              strcmp (parts[i], "open") == 0 && i == 2 ? " standard" : "");
  item->line = g_strdup (line->str);
}

/* ---- All of a kind --------------------------------------------------------------------------- */

static const struct
{
  TbItemKind item;
  TbKind kind;
} kinds[] = {
  { TB_ITEM_LAYER, TB_KIND_LAYER },           { TB_ITEM_TIER, TB_KIND_TIER },
  { TB_ITEM_GROUP, TB_KIND_GROUP },           { TB_ITEM_DEVICE, TB_KIND_NONE },
  { TB_ITEM_FRAME, TB_KIND_NOTE },            { TB_ITEM_MIDDLEWARE, TB_KIND_MIDDLEWARE },
  { TB_ITEM_LINK, TB_KIND_LINK },             { TB_ITEM_COMPONENT, TB_KIND_COMPONENT },
  { TB_ITEM_NOTE, TB_KIND_NOTE },
};

/* A link with an end that is not shown is not shown; without a filter there is nothing to ask. */
static gboolean
has_both_ends (const TbModel *model, const TbViewFilter *filter, const TbElement *link)
{
  const TbElement *from = tb_element_get_ref (model, link, TB_PROP_FROM);
  const TbElement *to = tb_element_get_ref (model, link, TB_PROP_TO);
  return (from == NULL || tb_view_filter_get (filter, from) != TB_SHOWN_NO)
         && (to == NULL || tb_view_filter_get (filter, to) != TB_SHOWN_NO);
}

static TbShown
is_shown (const TbModel *model, const TbViewFilter *filter, TbItemKind kind,
          const TbElement *element)
{
  gboolean frame = kind == TB_ITEM_FRAME;
  if ((frame || kind == TB_ITEM_NOTE) && note_has_shape (element, "frame") != frame)
    return TB_SHOWN_NO;
  if (filter->hidden == NULL && filter->shown == NULL && filter->absent == NULL)
    return TB_SHOWN_FULL;
  if (kind == TB_ITEM_LINK && !has_both_ends (model, filter, element))
    return TB_SHOWN_NO;
  return tb_view_filter_get (filter, element);
}

/* In how many groups a group is; in a circle, as many as there are. */
static guint
group_depth (const TbModel *model, const TbElement *group)
{
  guint depth = 0, n = tb_model_count (model, TB_KIND_GROUP);
  while ((group = tb_element_get_ref (model, group, TB_PROP_PARENT)) != NULL && depth < n)
    depth++;
  return depth;
}

typedef struct
{
  const TbElement *element;
  guint depth, at;
} Ordered;

static int
by_depth (gconstpointer pa, gconstpointer pb)
{
  const Ordered *a = pa, *b = pb;
  return a->depth != b->depth ? (a->depth < b->depth ? -1 : 1) : a->at < b->at ? -1 : 1;
}

/* The elements of a kind in painting order: a group after the one it is in, all else as in the file.
 * (transfer full) of Ordered */
static GArray *
in_order (const TbModel *model, TbKind kind)
{
  guint n = tb_model_count (model, kind);
  GArray *order = g_array_sized_new (FALSE, FALSE, sizeof (Ordered), n);
  for (guint i = 0; i < n; i++)
    {
      Ordered o = { tb_model_nth (model, kind, i), 0, i };
      o.depth = kind == TB_KIND_GROUP ? group_depth (model, o.element) : 0;
      g_array_append_val (order, o);
    }
  if (kind == TB_KIND_GROUP)
    g_array_sort (order, by_depth);
  return order;
}

static TbKind
kind_of_items (TbItemKind kind)
{
  for (guint k = 0; k < G_N_ELEMENTS (kinds); k++)
    if (kinds[k].item == kind)
      return kinds[k].kind;
  g_assert_not_reached ();
}

void
tb_scene_add_items_of (TbScene *scene, const TbModel *model, const TbViewFilter *filter,
                       TbItemKind kind)
{
  TbKind of = kind_of_items (kind);
  scene->first[kind] = scene->items->len;
  if (of == TB_KIND_NONE)
    return;
  g_autoptr (GArray) order = in_order (model, of);
  for (guint i = 0; i < order->len; i++)
    {
      const TbElement *element = g_array_index (order, Ordered, i).element;
      TbShown shown = is_shown (model, filter, kind, element);
      if (shown == TB_SHOWN_NO)
        continue;
      TbItem *item = tb_scene_add_item (scene, kind, element, tb_element_uid (element));
      item->stub = shown == TB_SHOWN_STUB;
      if (kind == TB_ITEM_LAYER)
        item->tint = i;
    }
}

static void
add_items (TbScene *scene, const TbModel *model)
{
  const TbElement *view = scene->view ? tb_model_get (model, scene->view) : NULL;
  TbViewFilter filter;
  tb_view_filter_init (&filter, model, view);
  scene->filtered = filter.hidden != NULL || filter.shown != NULL || filter.absent != NULL;
  scene->only_placed = tb_view_shows_placed (view);
  if (scene->kind == TB_VIEW_DEPLOYMENT)
    tb_scene_add_deployment (scene, model, &filter);
  else
    for (guint k = 0; k < G_N_ELEMENTS (kinds); k++)
      tb_scene_add_items_of (scene, model, &filter, kinds[k].item);
  scene->first[TB_ITEM_NOTE + 1] = scene->items->len;
  tb_view_filter_clear (&filter);
}

/* Elements that have a drill-down show it, but not inside their own. */
static void
read_badges (TbScene *scene, const TbModel *model)
{
  for (guint i = 0; i < tb_model_count (model, TB_KIND_VIEW); i++)
    {
      const TbElement *view = tb_model_nth (model, TB_KIND_VIEW, i);
      if (tb_view_kind (view) != TB_VIEW_DRILL_DOWN)
        continue;
      guint of = tb_scene_find_ref (scene, model, view, TB_PROP_OF);
      if (of != TB_NO_ITEM)
        TB_ITEM (scene, of)->badge = TB_ITEM (scene, of)->element != scene->of;
    }
}

static void
read_item (TbScene *scene, const TbModel *model, TbItem *item)
{
  const TbElement *element = tb_model_get (model, item->element);
  switch (item->kind)
    {
    case TB_ITEM_COMPONENT:
      read_component (scene, model, element, item);
      break;
    case TB_ITEM_LINK:
      read_link (scene, model, element, item);
      break;
    case TB_ITEM_NOTE:
    case TB_ITEM_FRAME:
      read_note (scene, model, element, item);
      break;
    case TB_ITEM_MIDDLEWARE:
      read_middleware (item, element);
      break;
    case TB_ITEM_GROUP:
      item->group = tb_scene_find_ref (scene, model, element, TB_PROP_PARENT);
      break;
    case TB_ITEM_LAYER:
    case TB_ITEM_TIER:
    case TB_ITEM_DEVICE:
    default:
      break;
    }
}

/* A component that names it, or an end of a link that goes through it. */
static void
read_users (TbScene *scene, const TbModel *model)
{
  g_autofree GArray **users = g_new0 (GArray *, scene->items->len + 1);
  for (guint i = scene->first[TB_ITEM_LINK]; i < scene->first[TB_ITEM_NOTE]; i++)
    {
      TbItem *item = TB_ITEM (scene, i);
      const TbElement *element = tb_model_get (model, item->element);
      gboolean link = item->kind == TB_ITEM_LINK;
      guint m = tb_scene_find_ref (scene, model, element, link ? TB_PROP_VIA : TB_PROP_MIDDLEWARE);
      guint ends[2] = { link ? item->from : i, link ? item->to : TB_NO_ITEM };
      if (m == TB_NO_ITEM || TB_ITEM (scene, m)->kind != TB_ITEM_MIDDLEWARE)
        continue;
      if (users[m] == NULL)
        users[m] = g_array_new (FALSE, FALSE, sizeof (guint));
      for (guint k = 0; k < 2; k++)
        if (ends[k] != TB_NO_ITEM)
          g_array_append_val (users[m], ends[k]);
    }
  for (guint m = scene->first[TB_ITEM_MIDDLEWARE]; m < scene->first[TB_ITEM_LINK]; m++)
    if (users[m] != NULL)
      {
        TbItem *item = TB_ITEM (scene, m);
        item->n_users = users[m]->len;
        item->users = (guint *) (void *) g_array_free (users[m], FALSE);
      }
}

/* ---- The whole scene ----------------------------------------------------------------------------- */

/* By caller: the balance= of its first link that has one. */
static GPtrArray *
read_balances (TbScene *scene, const TbModel *model)
{
  GPtrArray *balances = g_ptr_array_new ();
  g_ptr_array_set_size (balances, (int) scene->items->len);
  for (guint i = scene->first[TB_ITEM_LINK]; i < scene->first[TB_ITEM_COMPONENT]; i++)
    {
      const TbItem *link = TB_ITEM (scene, i);
      const char *balance = tb_element_get (tb_model_get (model, link->element), TB_PROP_BALANCE);
      if (balance != NULL && link->from != TB_NO_ITEM && balances->pdata[link->from] == NULL)
        balances->pdata[link->from] = (gpointer) balance;
    }
  return balances;
}

static void
read_look (TbScene *scene, const TbModel *model, const TbRules *rules, TbItem *item)
{
  TbLookSpec spec = tb_rules_look (rules, tb_model_get (model, item->element));
  item->style = tb_looks_get (&scene->looks, &spec);
}

static void
read_looks (TbScene *scene, const TbModel *model)
{
  g_autoptr (TbRules) rules = tb_rules_new (model);
  for (guint i = 0; i < scene->items->len; i++)
    read_look (scene, model, rules, TB_ITEM (scene, i));
  tb_looks_find_icons (&scene->looks, scene->folder);
}

static const char *
balance_of (TbScene *scene, const TbModel *model, guint caller)
{
  for (guint i = scene->first[TB_ITEM_LINK]; i < scene->first[TB_ITEM_COMPONENT]; i++)
    {
      const TbItem *link = TB_ITEM (scene, i);
      const char *balance = link->own_from == caller
                                ? tb_element_get (tb_model_get (model, link->uid), TB_PROP_BALANCE)
                                : NULL;
      if (balance != NULL)
        return balance;
    }
  return NULL;
}

/* What reading does not make: where it is drawn, and what is known of it in the scene. */
static void
keep_the_rest (TbItem *item, TbItem *old)
{
  item->key = old->key;
  item->next = old->next;
  item->stub = old->stub;
  item->badge = old->badge;
  item->badge_at = old->badge_at;
  item->inside = old->inside;
  item->hidden = old->hidden;
  item->n_users = old->n_users;
  item->users = g_steal_pointer (&old->users);
  item->rect = old->rect;
  item->shape = old->shape;
  item->bounds = old->bounds;
  item->title_at = old->title_at;
  item->look = old->look;
  item->points = g_steal_pointer (&old->points);
  item->n_points = old->n_points;
  item->jumps = g_steal_pointer (&old->jumps);
  item->n_jumps = old->n_jumps;
  item->label_at = old->label_at;
  item->pending = old->pending;
  item->touched = old->touched;
}

void
tb_scene_reread (TbScene *scene, const TbModel *model, guint i)
{
  TbItem *item = TB_ITEM (scene, i), old = *item;
  g_autoptr (TbRules) rules = tb_rules_new (model);
  const TbElement *place = old.place ? tb_model_get (model, old.place) : NULL;
  const TbElement *route = old.route ? tb_model_get (model, old.route) : NULL;
  *item = tb_item_make (old.kind, tb_model_get (model, old.element), old.uid);
  keep_the_rest (item, &old);
  read_item (scene, model, item);
  read_look (scene, model, rules, item);
  if (item->style != NULL && item->style->icon != NULL)
    tb_looks_find_icons (&scene->looks, scene->folder);
  if (place != NULL)
    tb_scene_read_place (scene, model, place);
  if (route != NULL)
    tb_scene_read_route (scene, model, route);
  if (item->kind == TB_ITEM_COMPONENT)
    write_component (scene, model, item, balance_of (scene, model, i));
  else if (item->kind == TB_ITEM_NOTE)
    write_note (item);
  tb_item_clear (&old);
}

void
tb_scene_read (TbScene *scene, const TbModel *model)
{
  tb_scene_read_view (scene, model);
  add_items (scene, model);
  for (guint i = 0; i < scene->items->len; i++)
    read_item (scene, model, TB_ITEM (scene, i));
  read_looks (scene, model);
  read_users (scene, model);
  read_badges (scene, model);
  tb_scene_read_places (scene, model);
  g_autoptr (GPtrArray) balances = read_balances (scene, model);
  for (guint i = scene->first[TB_ITEM_COMPONENT]; i < scene->items->len; i++)
    if (TB_ITEM (scene, i)->kind == TB_ITEM_COMPONENT)
      write_component (scene, model, TB_ITEM (scene, i), balances->pdata[i]);
    else
      write_note (TB_ITEM (scene, i));
  for (guint i = scene->first[TB_ITEM_FRAME]; i < scene->first[TB_ITEM_MIDDLEWARE]; i++)
    write_note (TB_ITEM (scene, i));
  tb_scene_place_the_rest (scene, model);
  tb_scene_fold (scene);
}
