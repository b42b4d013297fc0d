/* Links of a scene: what the router is told of it, and what is taken from its answers. */
#include "scene-private.h"

#include <string.h>

static TbPoint
centre_of (const TbRect *r)
{
  return (TbPoint){ r->x + r->width / 2, r->y + r->height / 2 };
}

static void
tell_shape (TbScene *scene, guint key, TbShapeKind kind, const TbRect *rect, const TbRect *centre)
{
  TbRouterShape shape = { kind, *rect, centre_of (centre) };
  tb_router_set_shape (scene->router, key, &shape);
  g_hash_table_insert (scene->told, GUINT_TO_POINTER (key), GUINT_TO_POINTER (scene->turn));
}

/* Of a container its border, but not of a layer, which links cross as they please. */
static void
tell_item (TbScene *scene, const TbItem *item)
{
  gboolean card = item->kind >= TB_ITEM_COMPONENT || item->folded;
  if (!tb_item_is_shown (scene, item))
    return;
  if (card)
    tell_shape (scene, item->uid, TB_SHAPE_CARD, &item->shape, &item->rect);
  else if (item->kind == TB_ITEM_TIER || item->kind == TB_ITEM_GROUP
           || item->kind == TB_ITEM_DEVICE)
    tell_shape (scene, item->uid, TB_SHAPE_CONTAINER, &item->rect, &item->rect);
  if (card && item->chip != NULL)
    tell_shape (scene, item->uid | TB_CHIP_BIT, TB_SHAPE_TEXT, &item->chip_at, &item->chip_at);
  if (!card && item->title_at.width > 0)
    tell_shape (scene, item->uid | TB_CHIP_BIT, TB_SHAPE_TEXT, &item->title_at, &item->title_at);
}

static gboolean
is_routable (const TbScene *scene, const TbItem *link)
{
  return link->hidden == 0 && link->from != TB_NO_ITEM && link->to != TB_NO_ITEM
         && tb_item_takes_links (TB_ITEM (scene, link->from))
         && tb_item_takes_links (TB_ITEM (scene, link->to));
}

static void
tell_link (TbScene *scene, const TbItem *link)
{
  TbRouterLink l = { .from = TB_ITEM (scene, link->from)->uid,
                     .to = TB_ITEM (scene, link->to)->uid,
                     .from_side = link->from_side,
                     .to_side = link->to_side,
                     .from_at = -1,
                     .to_at = -1,
                     .bends = link->bends,
                     .n_bends = link->n_bends,
                     .label_at = -1 };
  tb_router_set_link (scene->router, link->uid, &l);
  g_hash_table_insert (scene->told_links, GUINT_TO_POINTER (link->uid),
                       GUINT_TO_POINTER (scene->turn));
}

static void
forget (TbScene *scene, GHashTable *told, void (*remove) (TbRouter *router, guint key))
{
  GHashTableIter iter;
  gpointer key, turn;
  g_hash_table_iter_init (&iter, told);
  while (g_hash_table_iter_next (&iter, &key, &turn))
    if (GPOINTER_TO_UINT (turn) != scene->turn)
      {
        remove (scene->router, GPOINTER_TO_UINT (key));
        g_hash_table_iter_remove (&iter);
      }
}

static void
take_route (TbScene *scene, TbItem *link)
{
  TbRouterRoute route;
  g_clear_pointer (&link->points, g_free);
  g_clear_pointer (&link->jumps, g_free);
  link->n_points = link->n_jumps = 0;
  if (!is_routable (scene, link) || !tb_router_route (scene->router, link->uid, &route))
    return;
  link->points = g_memdup2 (route.points, route.n * sizeof *route.points);
  link->n_points = route.n;
  link->jumps = g_memdup2 (route.jumps, route.n_jumps * sizeof *route.jumps);
  link->n_jumps = route.n_jumps;
}

void
tb_scene_route_links (TbScene *scene)
{
  scene->turn++;
  for (guint i = 0; i < scene->items->len; i++)
    if (TB_ITEM (scene, i)->kind != TB_ITEM_LINK)
      tell_item (scene, TB_ITEM (scene, i));
    else if (is_routable (scene, TB_ITEM (scene, i)))
      tell_link (scene, TB_ITEM (scene, i));
  forget (scene, scene->told_links, tb_router_remove_link);
  forget (scene, scene->told, tb_router_remove_shape);
  tb_router_update (scene->router, NULL, NULL, NULL);
  for (guint i = scene->first[TB_ITEM_LINK]; i < scene->first[TB_ITEM_COMPONENT]; i++)
    take_route (scene, TB_ITEM (scene, i));
}
