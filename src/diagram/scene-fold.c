/* Folding: which container a thing is drawn as, and which link is drawn for others.
 *
 * Nothing moves: containers are arranged as if all were open, then a folded one becomes a box in its
 * upper left corner. So unfolding restores the picture, and the file needs one word for it. */
#include "scene-private.h"

#include "text-private.h"

#define BOX_WIDTH TB_CARD_WIDTH
#define BOX_HEIGHT TB_CARD_HEIGHT
#define BUTTON 18.0

static const guint frame_bits[] = { TB_FRAME_LAYERS, TB_FRAME_TIERS, TB_FRAME_GROUPS };

static gboolean
is_container (const TbItem *item)
{
  return item->kind < G_N_ELEMENTS (frame_bits);
}

static gboolean
is_framed (const TbScene *scene, const TbItem *item)
{
  return !is_container (item) || (scene->frame & frame_bits[item->kind]);
}

gboolean
tb_item_is_shown (const TbScene *scene, const TbItem *item)
{
  return item->hidden == 0 && is_framed (scene, item);
}

gboolean
tb_item_takes_links (const TbItem *item)
{
  return item->hidden == 0 && (item->kind == TB_ITEM_COMPONENT || item->folded);
}

gboolean
tb_item_fold_button (const TbScene *scene, const TbItem *item, TbRect *at)
{
  if (!is_container (item) || !tb_item_is_shown (scene, item) || item->n_members == 0)
    return FALSE;
  double x = item->rect.x + 12, y = item->rect.y + 16;
  if (!item->folded && item->kind != TB_ITEM_LAYER)
    {
      x = item->title_at.x + item->title_at.width + 5;
      y = item->title_at.y - 1;
    }
  else if (!item->folded)
    {
      x = item->rect.x + 7;
      y = item->rect.y + 8;
    }
  *at = (TbRect){ x, y, BUTTON, BUTTON };
  return TRUE;
}

/* ---- What is in what ------------------------------------------------------------------------- */

typedef gboolean (*EachGroup) (TbItem *group, guint index, gpointer data);

/* From the innermost outwards; a circle of groups ends after as many steps as there are groups. */
static void
each_group (TbScene *scene, guint innermost, EachGroup func, gpointer data)
{
  guint left = scene->first[TB_ITEM_DEVICE] - scene->first[TB_ITEM_GROUP];
  for (guint g = innermost; g != TB_NO_ITEM && left > 0; g = TB_ITEM (scene, g)->group, left--)
    if (!func (TB_ITEM (scene, g), g, data))
      return;
}

static gboolean
count_member (TbItem *group, guint index, gpointer data)
{
  (void) index;
  (void) data;
  group->n_members++;
  return TRUE;
}

static void
count_members (TbScene *scene, const TbItem *component)
{
  each_group (scene, component->group, count_member, NULL);
  if (component->tier != TB_NO_ITEM)
    TB_ITEM (scene, component->tier)->n_members++;
  for (guint l = component->layer; l != TB_NO_ITEM && l <= component->last_layer; l++)
    TB_ITEM (scene, l)->n_members++;
}

static gboolean
take_folded (TbItem *group, guint index, gpointer data)
{
  if (group->folded)
    *(guint *) data = index;
  return TRUE;
}

/* The outermost folded container in the frame. What spans several layers is in none of them alone. */
static guint
box_of (TbScene *scene, const TbItem *item)
{
  guint box = TB_NO_ITEM;
  if (scene->frame & TB_FRAME_GROUPS)
    each_group (scene, item->group, take_folded, &box);
  if (box == TB_NO_ITEM && item->tier != TB_NO_ITEM && TB_ITEM (scene, item->tier)->folded)
    box = item->tier;
  if (box == TB_NO_ITEM && item->layer != TB_NO_ITEM && item->layer == item->last_layer
      && TB_ITEM (scene, item->layer)->folded)
    box = item->layer;
  return box;
}

static void
hide_in (TbItem *item, guint box)
{
  item->inside = box;
  if (box != TB_NO_ITEM)
    item->hidden |= TB_HIDDEN_FOLDED;
}

static void
hide_members (TbScene *scene)
{
  for (guint i = scene->first[TB_ITEM_GROUP]; i < scene->first[TB_ITEM_DEVICE]; i++)
    hide_in (TB_ITEM (scene, i), box_of (scene, TB_ITEM (scene, i)));
  for (guint i = scene->first[TB_ITEM_COMPONENT]; i < scene->first[TB_ITEM_NOTE]; i++)
    hide_in (TB_ITEM (scene, i), box_of (scene, TB_ITEM (scene, i)));
  for (guint i = scene->first[TB_ITEM_NOTE]; i < scene->items->len; i++)
    {
      guint about = TB_ITEM (scene, i)->about;
      if (about != TB_NO_ITEM && TB_ITEM (scene, about)->hidden)
        TB_ITEM (scene, i)->hidden |= TB_HIDDEN_FOLDED;
    }
}

/* A layer all of which is in folded tiers would be a second box for the same: it stays a band. */
static void
open_empty_layers (TbScene *scene)
{
  g_autofree gboolean *holds = g_new0 (gboolean, scene->first[TB_ITEM_TIER] + 1);
  for (guint i = scene->first[TB_ITEM_COMPONENT]; i < scene->first[TB_ITEM_NOTE]; i++)
    if (TB_ITEM (scene, i)->inside < scene->first[TB_ITEM_TIER])
      holds[TB_ITEM (scene, i)->inside] = TRUE;
  for (guint i = scene->first[TB_ITEM_LAYER]; i < scene->first[TB_ITEM_TIER]; i++)
    TB_ITEM (scene, i)->folded &= holds[i];
}

/* ---- Links ----------------------------------------------------------------------------------- */

/* A person's bends and sides are of the ends that are hidden now. */
static void
redirect (TbScene *scene, TbItem *link)
{
  guint *ends[] = { &link->from, &link->to };
  for (guint k = 0; k < G_N_ELEMENTS (ends); k++)
    if (*ends[k] != TB_NO_ITEM && TB_ITEM (scene, *ends[k])->inside != TB_NO_ITEM)
      *ends[k] = TB_ITEM (scene, *ends[k])->inside;
  if (link->from == link->own_from && link->to == link->own_to)
    return;
  g_clear_pointer (&link->bends, g_free);
  link->n_bends = 0;
  link->from_side = link->from == link->own_from ? link->from_side : TB_SIDE_ANY;
  link->to_side = link->to == link->own_to ? link->to_side : TB_SIDE_ANY;
}

static gboolean
is_hidden_end (const TbScene *scene, guint end)
{
  return end != TB_NO_ITEM && TB_ITEM (scene, end)->hidden != 0;
}

static void
merge (TbScene *scene, GHashTable *leaders, guint i)
{
  TbItem *link = TB_ITEM (scene, i);
  if (link->from == link->own_from && link->to == link->own_to)
    return;
  guint64 key = (guint64) link->from << 32 | link->to;
  guint leader = GPOINTER_TO_UINT (g_hash_table_lookup (leaders, &key));
  if (leader == 0)
    {
      g_hash_table_insert (leaders, g_memdup2 (&key, sizeof key), GUINT_TO_POINTER (i + 1));
      return;
    }
  TbItem *drawn = TB_ITEM (scene, leader - 1);
  link->merged = leader - 1;
  link->hidden |= TB_HIDDEN_MERGED;
  drawn->n_merged++;
  drawn->async &= link->async;
}

/* "3 links" in place of the first one's own words. */
static void
write_number (TbItem *link)
{
  g_free (link->name);
  g_free (link->title);
  link->name = g_strdup_printf ("%u links", link->n_merged);
  link->title = g_strdup (link->name);
  link->texts = 0;
}

static void
fold_links (TbScene *scene)
{
  guint begin = scene->first[TB_ITEM_LINK], end = scene->first[TB_ITEM_COMPONENT];
  g_autoptr (GHashTable) leaders
      = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  for (guint i = begin; i < end; i++)
    {
      TbItem *link = TB_ITEM (scene, i);
      redirect (scene, link);
      if ((link->from == link->to && link->from != TB_NO_ITEM && link->own_from != link->own_to)
          || is_hidden_end (scene, link->from) || is_hidden_end (scene, link->to))
        link->hidden |= TB_HIDDEN_ENDLESS;
      else
        merge (scene, leaders, i);
    }
  for (guint i = begin; i < end; i++)
    if (TB_ITEM (scene, i)->n_merged > 1)
      write_number (TB_ITEM (scene, i));
}

/* ---- All of it ------------------------------------------------------------------------------- */

/* A box says what it holds. */
static void
write_box (TbItem *box)
{
  g_free (box->line);
  box->line = g_strdup_printf (box->n_members == 1 ? "%u component" : "%u components",
                               box->n_members);
}

void
tb_scene_count_members (TbScene *scene)
{
  for (guint i = 0; i < scene->first[TB_ITEM_MIDDLEWARE]; i++)
    TB_ITEM (scene, i)->n_members = 0;
  for (guint i = scene->first[TB_ITEM_COMPONENT]; i < scene->first[TB_ITEM_NOTE]; i++)
    count_members (scene, TB_ITEM (scene, i));
}

void
tb_scene_fold (TbScene *scene)
{
  gboolean any = FALSE;
  tb_scene_count_members (scene);
  scene->n_folded = 0;
  for (guint i = 0; i < scene->items->len; i++)
    {
      TbItem *item = TB_ITEM (scene, i);
      item->folded &= is_container (item) && is_framed (scene, item);
      scene->n_folded += item->folded ? 1 : 0; /* an empty one, too: it closes over the first that comes in */
      item->folded &= item->n_members > 0;
      any |= item->folded || item->hidden;
      if (item->folded)
        write_box (item);
    }
  if (!any)
    return;
  hide_members (scene);
  open_empty_layers (scene);
  fold_links (scene);
}

void
tb_scene_arrange_folded (TbScene *scene)
{
  for (guint i = 0; i < scene->first[TB_ITEM_MIDDLEWARE]; i++)
    {
      TbItem *item = TB_ITEM (scene, i);
      if (!item->folded || item->hidden)
        continue;
      item->rect.width = BOX_WIDTH;
      item->rect.height = BOX_HEIGHT;
      item->shape = (TbRect){ item->rect.x, item->rect.y - 2 * TB_STACK_STEP,
                              BOX_WIDTH + 2 * TB_STACK_STEP, BOX_HEIGHT + 2 * TB_STACK_STEP };
      g_free (item->name);
      item->name = tb_text_fit (TB_FONT_NAME, item->title, BOX_WIDTH - 36 - 12);
      item->title_at = (TbRect){ item->rect.x + 36, item->rect.y + 12,
                                 tb_text_width (TB_FONT_NAME, item->name), 18 };
    }
}

/* ---- Asking ---------------------------------------------------------------------------------- */

static const TbItem *
find (const TbScene *scene, TbUid uid)
{
  guint i = tb_scene_find (scene, uid);
  return i == TB_NO_ITEM ? NULL : TB_ITEM (scene, i);
}

gboolean
tb_scene_is_folded (const TbScene *scene, TbUid container)
{
  const TbItem *item = find (scene, container);
  return item != NULL && item->folded;
}

gboolean
tb_scene_fold_button (const TbScene *scene, TbUid container, TbRect *at)
{
  const TbItem *item = find (scene, container);
  return item != NULL && tb_item_fold_button (scene, item, at);
}

TbUid
tb_scene_fold_button_at (const TbScene *scene, double x, double y)
{
  for (guint i = scene->first[TB_ITEM_MIDDLEWARE]; i-- > 0;)
    {
      TbRect at;
      if (tb_item_fold_button (scene, TB_ITEM (scene, i), &at) && tb_rect_contains (&at, x, y))
        return TB_ITEM (scene, i)->uid;
    }
  return 0;
}

TbUid
tb_scene_stand_in (const TbScene *scene, TbUid uid)
{
  const TbItem *item = find (scene, uid);
  if (item != NULL && item->inside != TB_NO_ITEM)
    item = TB_ITEM (scene, item->inside);
  else if (item != NULL && item->merged != TB_NO_ITEM)
    item = TB_ITEM (scene, item->merged);
  return item != NULL && tb_item_is_shown (scene, item) ? item->element : 0;
}

static void
append_once (GArray *uids, TbUid uid)
{
  for (guint i = 0; i < uids->len; i++)
    if (g_array_index (uids, TbUid, i) == uid)
      return;
  g_array_append_val (uids, uid);
}

/* Of a line that is drawn several times, once for each pair of replicas, all of them. */
void
tb_scene_merged_links (const TbScene *scene, TbUid link, GArray *uids)
{
  if (tb_scene_find (scene, link) == TB_NO_ITEM)
    return;
  g_array_append_val (uids, link);
  for (guint i = scene->first[TB_ITEM_LINK]; i < scene->first[TB_ITEM_COMPONENT]; i++)
    {
      const TbItem *item = TB_ITEM (scene, i);
      if (item->merged != TB_NO_ITEM && TB_ITEM (scene, item->merged)->element == link)
        append_once (uids, item->element);
    }
}

gboolean
tb_scene_place_of (const TbScene *scene, TbUid uid, TbItemKind *kind, TbRect *rect)
{
  const TbItem *item = find (scene, uid);
  if (item == NULL || item->kind == TB_ITEM_LINK || !is_framed (scene, item))
    return FALSE;
  *kind = item->kind;
  *rect = item->rect;
  return TRUE;
}
