/* What a view says of the items: its frame and kind, where they lie, how links bend. */
#include "scene-private.h"

#include <string.h>

static const struct
{
  const char *name;
  guint bits;
} frames[] = {
  { "tiers", TB_FRAME_TIERS },
  { "layers", TB_FRAME_LAYERS },
  { "both", TB_FRAME_TIERS | TB_FRAME_LAYERS },
  { "groups", TB_FRAME_GROUPS },
  { "none", 0 },
};

guint
tb_frame_from_name (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (frames); i++)
    if (name != NULL && strcmp (frames[i].name, name) == 0)
      return frames[i].bits;
  return TB_FRAME_TIERS | TB_FRAME_LAYERS;
}

const TbElement *
tb_scene_find_view (const TbModel *model, const char *view_id)
{
  const TbElement *view = view_id ? tb_model_lookup (model, view_id) : NULL;
  if (view != NULL && tb_element_kind (view) == TB_KIND_VIEW)
    return view;
  return tb_model_count (model, TB_KIND_VIEW) > 0 ? tb_model_nth (model, TB_KIND_VIEW, 0) : NULL;
}

void
tb_place_size (const TbElement *place, TbKind kind, TbRect *rect)
{
  gboolean card = kind == TB_KIND_COMPONENT;
  double width = tb_element_get_number (place, TB_PROP_WIDTH);
  double height = tb_element_get_number (place, TB_PROP_HEIGHT);
  if (tb_element_is_set (place, TB_PROP_WIDTH))
    rect->width = MAX (width, card ? TB_CARD_MIN_WIDTH : rect->width);
  if (tb_element_is_set (place, TB_PROP_HEIGHT))
    rect->height = MAX (height, card ? TB_CARD_MIN_HEIGHT : rect->height);
}

void
tb_scene_read_place (TbScene *scene, const TbModel *model, const TbElement *place)
{
  guint i = tb_scene_find_ref (scene, model, place, TB_PROP_OF);
  if (i == TB_NO_ITEM)
    return;
  TbItem *item = TB_ITEM (scene, i);
  item->folded = tb_element_get_boolean (place, TB_PROP_FOLDED);
  item->place = tb_element_uid (place);
  item->n_places++;
  if (!tb_element_is_set (place, TB_PROP_X) || !tb_element_is_set (place, TB_PROP_Y))
    return;
  item->stored.x = tb_element_get_number (place, TB_PROP_X);
  item->stored.y = tb_element_get_number (place, TB_PROP_Y);
  tb_place_size (place, item->kind == TB_ITEM_COMPONENT ? TB_KIND_COMPONENT : TB_KIND_NONE,
                 &item->stored);
  item->placed = TRUE;
}

static TbSide
read_side (const TbElement *route, TbProp prop)
{
  static const char *const names[] = { NULL, "top", "right", "bottom", "left" };
  const char *name = tb_element_get (route, prop);
  for (guint i = 1; name != NULL && i < G_N_ELEMENTS (names); i++)
    if (strcmp (name, names[i]) == 0)
      return (TbSide) i;
  return TB_SIDE_ANY;
}

static double
read_part (const TbElement *route, TbProp prop)
{
  return tb_element_is_set (route, prop) ? tb_element_get_number (route, prop) : -1;
}

static void
read_port (const TbElement *route, TbProp prop, char **port)
{
  const char *name = tb_element_get (route, prop);
  g_free (*port);
  *port = name && *name ? g_strdup (name) : NULL;
}

void
tb_scene_read_route (TbScene *scene, const TbModel *model, const TbElement *route)
{
  guint i = tb_scene_find_ref (scene, model, route, TB_PROP_OF);
  if (i == TB_NO_ITEM || TB_ITEM (scene, i)->kind != TB_ITEM_LINK)
    return;
  TbItem *item = TB_ITEM (scene, i);
  item->route = tb_element_uid (route);
  item->n_places++;
  item->from_side = read_side (route, TB_PROP_FROM_SIDE);
  item->to_side = read_side (route, TB_PROP_TO_SIDE);
  item->from_at = read_part (route, TB_PROP_FROM_AT);
  item->to_at = read_part (route, TB_PROP_TO_AT);
  item->label_part = read_part (route, TB_PROP_LABEL_AT);
  item->label_offset = tb_element_get_number (route, TB_PROP_LABEL_OFFSET);
  read_port (route, TB_PROP_FROM_PORT, &item->from_port);
  read_port (route, TB_PROP_TO_PORT, &item->to_port);
  g_free (item->bends);
  item->bends = g_new0 (TbPoint, tb_element_n_children (route) + 1);
  item->n_bends = 0;
  for (guint k = 0; k < tb_element_n_children (route); k++)
    {
      const TbElement *bend = tb_element_child (route, k);
      if (tb_element_kind (bend) == TB_KIND_BEND)
        item->bends[item->n_bends++]
            = (TbPoint){ tb_element_get_number (bend, TB_PROP_X),
                         tb_element_get_number (bend, TB_PROP_Y) };
    }
}

/* A grid is made of its frame, and what a drill-down looks into is drawn. */
static void
frame_for_kind (TbScene *scene, const TbElement *of)
{
  static const struct
  {
    TbKind kind;
    guint bit;
  } bits[] = { { TB_KIND_TIER, TB_FRAME_TIERS },
               { TB_KIND_LAYER, TB_FRAME_LAYERS },
               { TB_KIND_GROUP, TB_FRAME_GROUPS } };
  if (scene->kind == TB_VIEW_GRID)
    scene->frame = TB_FRAME_TIERS | TB_FRAME_LAYERS;
  if (scene->kind == TB_VIEW_DEPLOYMENT)
    scene->frame = TB_FRAME_TIERS;
  for (guint i = 0; of != NULL && i < G_N_ELEMENTS (bits); i++)
    if (tb_element_kind (of) == bits[i].kind)
      scene->frame |= bits[i].bit;
}

void
tb_scene_read_view (TbScene *scene, const TbModel *model)
{
  const TbElement *view = tb_scene_find_view (model, scene->view_id);
  scene->view = view ? tb_element_uid (view) : 0;
  g_free (scene->view_name);
  scene->view_name = g_strdup (view ? tb_element_id (view) : NULL);
  scene->frame = tb_frame_from_name (view ? tb_element_get (view, TB_PROP_FRAME) : NULL);
  scene->kind = tb_view_kind (view);
  const TbElement *of = scene->kind == TB_VIEW_DRILL_DOWN
                            ? tb_element_get_ref (model, view, TB_PROP_OF) : NULL;
  scene->of = of ? tb_element_uid (of) : 0;
  scene->jumps = view == NULL || tb_element_get_boolean (view, TB_PROP_JUMPS);
  frame_for_kind (scene, of);
}

void
tb_scene_read_places (TbScene *scene, const TbModel *model)
{
  const TbElement *view = scene->view ? tb_model_get (model, scene->view) : NULL;
  for (guint i = 0; view != NULL && i < tb_element_n_children (view); i++)
    {
      const TbElement *child = tb_element_child (view, i);
      if (tb_element_kind (child) == TB_KIND_PLACE)
        tb_scene_read_place (scene, model, child);
      else if (tb_element_kind (child) == TB_KIND_ROUTE)
        tb_scene_read_route (scene, model, child);
    }
}

/* A frame without a place stands under everything else. */
static void
place_frames (TbScene *scene)
{
  double left = 0, bottom = 0;
  for (guint i = scene->first[TB_ITEM_COMPONENT]; i < scene->items->len; i++)
    {
      const TbRect *r = &TB_ITEM (scene, i)->stored;
      left = MIN (left, r->x);
      bottom = MAX (bottom, r->y + r->height);
    }
  for (guint i = scene->first[TB_ITEM_FRAME]; i < scene->first[TB_ITEM_MIDDLEWARE]; i++)
    {
      TbItem *frame = TB_ITEM (scene, i);
      if (frame->placed)
        continue;
      frame->stored.x = left;
      frame->stored.y = bottom + 80;
      bottom += 80 + frame->stored.height;
    }
}

/* Only components and notes need a place; containers follow. */
void
tb_scene_place_the_rest (TbScene *scene, const TbModel *model)
{
  scene->n_unplaced = 0;
  if (scene->kind == TB_VIEW_GRID)
    {
      tb_scene_arrange_grid (scene);
      return;
    }
  if (scene->kind == TB_VIEW_DEPLOYMENT)
    {
      tb_scene_arrange_deployment (scene);
      return;
    }
  for (guint i = scene->first[TB_ITEM_COMPONENT]; i < scene->items->len; i++)
    scene->n_unplaced += !TB_ITEM (scene, i)->placed;
  for (guint i = scene->first[TB_ITEM_FRAME]; i < scene->first[TB_ITEM_MIDDLEWARE]; i++)
    scene->n_unplaced += !TB_ITEM (scene, i)->placed;
  if (scene->n_unplaced == 0)
    return;
  g_autoptr (GArray) places = g_array_new (FALSE, FALSE, sizeof (TbPlacement));
  tb_place_tiered (model, scene->view_id, TRUE, places);
  for (guint i = 0; i < places->len; i++)
    {
      const TbPlacement *place = &g_array_index (places, TbPlacement, i);
      guint index = tb_scene_find (scene, place->uid);
      if (index == TB_NO_ITEM || TB_ITEM (scene, index)->placed)
        continue;
      TB_ITEM (scene, index)->stored.x = place->rect.x;
      TB_ITEM (scene, index)->stored.y = place->rect.y;
    }
  place_frames (scene);
  if (scene->kind == TB_VIEW_DRILL_DOWN)
    tb_scene_place_stubs (scene);
}
