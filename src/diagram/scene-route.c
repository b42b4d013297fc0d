/* Links of a scene: what the router is told of it, and what is taken from its answers.
 *
 * The router knows shapes and links by key and is told what changed. While it is not done with all
 * (tb_scene_set_patience()), or lent to a thread that goes on with it, a link that has no way yet is
 * drawn straight, thin. */
#include "scene-private.h"

#include <string.h>

#include "text-private.h"

#define LABEL_HEIGHT 16.0

/* ---- What is told ---------------------------------------------------------------------------- */

static TbPoint
centre_of (const TbRect *r)
{
  return (TbPoint){ r->x + r->width / 2, r->y + r->height / 2 };
}

/* Of a container its border, but not of a layer, which links cross as they please. */
void
tb_scene_shapes_of (const TbScene *scene, const TbItem *item, TbRouterShape shapes[2],
                    gboolean there[2])
{
  gboolean shown = tb_item_is_shown (scene, item), card = item->kind >= TB_ITEM_COMPONENT;
  gboolean solid = card || item->folded;
  const TbRect *text = card ? &item->chip_at : &item->title_at;
  shapes[0] = (TbRouterShape){ solid ? TB_SHAPE_CARD : TB_SHAPE_CONTAINER,
                               solid ? item->shape : item->rect, centre_of (&item->rect) };
  shapes[1] = (TbRouterShape){ TB_SHAPE_TEXT, *text, centre_of (text) };
  there[0] = shown && (solid || item->kind == TB_ITEM_TIER || item->kind == TB_ITEM_GROUP
                       || item->kind == TB_ITEM_DEVICE);
  there[1] = shown && (card ? item->chip != NULL : !item->folded && text->width > 0);
}

static void
tell_item (TbScene *scene, const TbItem *item)
{
  TbRouterShape shapes[2];
  gboolean there[2];
  tb_scene_shapes_of (scene, item, shapes, there);
  for (guint k = 0; k < 2; k++)
    if (there[k])
      tb_router_set_shape (scene->router, item->key | (k ? TB_KEY_TEXT : 0), &shapes[k]);
    else
      tb_router_remove_shape (scene->router, item->key | (k ? TB_KEY_TEXT : 0));
}

static gboolean
is_routable (const TbScene *scene, const TbItem *link)
{
  return link->hidden == 0 && link->from != TB_NO_ITEM && link->to != TB_NO_ITEM
         && tb_item_takes_links (TB_ITEM (scene, link->from))
         && tb_item_takes_links (TB_ITEM (scene, link->to));
}

gboolean
tb_scene_link_of (const TbScene *scene, const TbItem *link, TbRouterLink *l)
{
  if (!is_routable (scene, link))
    return FALSE;
  gboolean own_from = link->from == link->own_from, own_to = link->to == link->own_to;
  *l = (TbRouterLink){ .from = TB_ITEM (scene, link->from)->key,
                       .to = TB_ITEM (scene, link->to)->key,
                       .from_side = link->from_side,
                       .to_side = link->to_side,
                       .from_at = own_from ? link->from_at : -1,
                       .to_at = own_to ? link->to_at : -1,
                       .from_port = own_from ? link->from_port : NULL,
                       .to_port = own_to ? link->to_port : NULL,
                       .bends = link->bends,
                       .n_bends = link->n_bends,
                       .label_at = -1 };
  if (link->name == NULL || *link->name == '\0')
    return TRUE;
  l->label_width = tb_text_width (TB_FONT_LABEL, link->name) + 4;
  l->label_height = LABEL_HEIGHT;
  l->label_at = own_from && own_to ? link->label_part : -1;
  l->label_offset = link->label_offset;
  return TRUE;
}

static void
tell_link (TbScene *scene, const TbItem *link)
{
  TbRouterLink l;
  if (tb_scene_link_of (scene, link, &l))
    tb_router_set_link (scene->router, link->key, &l);
  else
    tb_router_remove_link (scene->router, link->key);
}

static void
tell (TbScene *scene, const TbItem *item)
{
  if (item->kind == TB_ITEM_LINK)
    tell_link (scene, item);
  else
    tell_item (scene, item);
}

void
tb_scene_tell_router (TbScene *scene, guint i)
{
  if (!scene->untold)
    tell (scene, TB_ITEM (scene, i));
}

/* Shapes first, so that no link waits for its ends. */
void
tb_scene_tell_all (TbScene *scene)
{
  scene->untold = FALSE;
  for (guint links = 0; links < 2; links++)
    for (guint i = 0; i < scene->items->len; i++)
      if ((TB_ITEM (scene, i)->kind == TB_ITEM_LINK) == links)
        tell (scene, TB_ITEM (scene, i));
}

void
tb_scene_forget_in_router (TbScene *scene, const TbItem *item)
{
  if (scene->untold)
    return;
  if (item->kind == TB_ITEM_LINK)
    {
      tb_router_remove_link (scene->router, item->key);
      return;
    }
  tb_router_remove_shape (scene->router, item->key);
  tb_router_remove_shape (scene->router, item->key | TB_KEY_TEXT);
}

/* ---- Routing --------------------------------------------------------------------------------- */

static gboolean
at_once (gpointer data)
{
  (void) data;
  return FALSE;
}

void
tb_scene_run_router (TbScene *scene)
{
  TbRouterStop stop = scene->stop ? scene->stop : at_once;
  if (scene->untold)
    tb_scene_tell_all (scene);
  tb_router_set_jumps (scene->router, scene->jumps);
  gboolean done = FALSE;
  if (scene->has_first)
    done = tb_router_update (scene->router, &scene->first_seen, stop, scene->stop_data);
  if (!done && !stop (scene->stop_data))
    done = tb_router_update (scene->router, NULL, stop, scene->stop_data);
  scene->unrouted = !done;
}

/* ---- What is taken --------------------------------------------------------------------------- */

/* Where a line from inside the rectangle to a point outside leaves it. */
static TbPoint
leaves (const TbRect *r, TbPoint from, TbPoint to)
{
  double dx = to.x - from.x, dy = to.y - from.y, t = 1;
  double right = dx > 0 ? (r->x + r->width - from.x) / dx : dx < 0 ? (r->x - from.x) / dx : 1;
  double down = dy > 0 ? (r->y + r->height - from.y) / dy : dy < 0 ? (r->y - from.y) / dy : 1;
  t = CLAMP (MIN (right, down), 0, 1);
  return (TbPoint){ from.x + t * dx, from.y + t * dy };
}

static void
draw_straight (const TbScene *scene, TbItem *link)
{
  const TbRect *a = &TB_ITEM (scene, link->from)->shape, *b = &TB_ITEM (scene, link->to)->shape;
  TbPoint from = centre_of (&TB_ITEM (scene, link->from)->rect);
  TbPoint to = centre_of (&TB_ITEM (scene, link->to)->rect);
  link->points = g_new (TbPoint, 2);
  link->points[0] = leaves (a, from, to);
  link->points[1] = leaves (b, to, from);
  link->n_points = 2;
  link->pending = TRUE;
}

static void
clear_route (TbItem *link)
{
  g_clear_pointer (&link->points, g_free);
  g_clear_pointer (&link->jumps, g_free);
  link->n_points = link->n_jumps = 0;
  link->label_at = (TbRect){ 0, 0, 0, 0 };
  link->pending = FALSE;
}

void
tb_scene_set_route (TbItem *link, const TbRouterRoute *route)
{
  clear_route (link);
  link->points = g_memdup2 (route->points, route->n * sizeof *route->points);
  link->n_points = route->n;
  link->jumps = g_memdup2 (route->jumps, route->n_jumps * sizeof *route->jumps);
  link->n_jumps = route->n_jumps;
  link->label_at = route->label;
}

void
tb_scene_take_route (TbScene *scene, guint i)
{
  TbItem *link = TB_ITEM (scene, i);
  TbRouterRoute route;
  if (!is_routable (scene, link))
    {
      clear_route (link);
      return;
    }
  gboolean has = tb_router_route (scene->router, link->key, &route) && route.n >= 2;
  if (has && !route.pending)
    {
      tb_scene_set_route (link, &route);
      link->cached = FALSE;
    }
  /* A way that was known before stays until the router has one, unless its ends have moved. */
  else if (!link->cached || link->n_points == 0)
    {
      clear_route (link);
      draw_straight (scene, link);
    }
}
