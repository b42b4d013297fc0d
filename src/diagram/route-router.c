/* Shapes and links by keys come, change and go; where that was is noted for the update. */
#include "route-router-private.h"

#include <math.h>
#include <string.h>

/* ---- Life ------------------------------------------------------------------------------------ */

static GArray *
new_words (void)
{
  return g_array_new (FALSE, FALSE, sizeof (guint));
}

TbRouter *
tb_router_new (void)
{
  TbRouter *router = g_new0 (TbRouter, 1);
  tb_route_map_init (&router->map);
  router->shape_slots = g_hash_table_new (NULL, NULL);
  router->way_slots = g_hash_table_new (NULL, NULL);
  router->shapes = g_ptr_array_new ();
  router->ways = g_ptr_array_new ();
  router->free_shapes = new_words ();
  router->free_ways = new_words ();
  router->changed_rects = g_array_new (FALSE, FALSE, sizeof (TbRect));
  router->changed_ids = new_words ();
  router->removed = new_words ();
  router->side_shapes = new_words ();
  for (guint i = 0; i < TB_ROUTE_STAGES; i++)
    tb_route_stage_init (&router->stages[i], i % 2 == 0);
  tb_route_grid_init (&router->segment_grids[0], 160);
  tb_route_grid_init (&router->segment_grids[1], 160);
  tb_route_grid_init (&router->label_grid, 160);
  tb_route_grid_init (&router->reach_grid, 160);
  router->segments = g_array_new (FALSE, FALSE, sizeof (TbSegment));
  router->segments_gone = new_words ();
  router->near_changes = g_array_new (FALSE, FALSE, sizeof (TbRect));
  router->crossed = new_words ();
  router->jumps = TRUE;
  return router;
}

void
tb_route_free_way (TbRouteWay *way)
{
  if (way == NULL)
    return;
  g_free ((char *) way->spec.from_port);
  g_free ((char *) way->spec.to_port);
  g_free ((TbPoint *) way->spec.bends);
  tb_path_clear (&way->raw);
  for (guint i = 0; i <= TB_ROUTE_STAGES; i++)
    g_free (way->made[i]);
  for (guint i = 0; i < TB_ROUTE_STAGES; i++)
    g_free (way->pieces[i]);
  g_free (way->points);
  g_free (way->jumps);
  g_free (way->segments);
  g_free (way);
}

static void
free_shape (TbRouteShape *shape)
{
  if (shape != NULL)
    g_array_unref (shape->ways);
  g_free (shape);
}

void
tb_router_free (TbRouter *router)
{
  if (router == NULL)
    return;
  for (guint i = 0; i < router->ways->len; i++)
    tb_route_free_way (TB_ROUTE_WAY (router, i));
  for (guint i = 0; i < router->shapes->len; i++)
    free_shape (TB_ROUTE_SHAPE (router, i));
  GArray *arrays[] = { router->free_shapes,  router->free_ways, router->changed_rects,
                       router->removed,      router->side_shapes, router->segments,
                       router->segments_gone, router->near_changes, router->crossed,
                       router->changed_ids };
  for (guint i = 0; i < G_N_ELEMENTS (arrays); i++)
    g_array_unref (arrays[i]);
  g_ptr_array_unref (router->shapes);
  g_ptr_array_unref (router->ways);
  g_hash_table_unref (router->shape_slots);
  g_hash_table_unref (router->way_slots);
  for (guint i = 0; i < TB_ROUTE_STAGES; i++)
    tb_route_stage_clear (&router->stages[i]);
  tb_route_grid_clear (&router->segment_grids[0]);
  tb_route_grid_clear (&router->segment_grids[1]);
  tb_route_grid_clear (&router->label_grid);
  tb_route_grid_clear (&router->reach_grid);
  tb_route_map_clear (&router->map);
  g_free (router);
}

/* ---- Slots ----------------------------------------------------------------------------------- */

gboolean
tb_route_find_slot (GHashTable *slots, guint key, guint *slot)
{
  guint found = GPOINTER_TO_UINT (g_hash_table_lookup (slots, GUINT_TO_POINTER (key)));
  *slot = found - 1;
  return found != 0;
}

static guint
put_in_slot (GPtrArray *all, GArray *free_slots, gpointer what)
{
  guint slot = all->len;
  if (free_slots->len == 0)
    {
      g_ptr_array_add (all, what);
      return slot;
    }
  slot = g_array_index (free_slots, guint, free_slots->len - 1);
  g_array_set_size (free_slots, free_slots->len - 1);
  g_ptr_array_index (all, slot) = what;
  return slot;
}

static void
remove_word (GArray *words, guint word)
{
  for (guint i = 0; i < words->len; i++)
    if (g_array_index (words, guint, i) == word)
      {
        g_array_remove_index_fast (words, i);
        return;
      }
}

/* ---- Ways come and go ------------------------------------------------------------------------ */

static TbRouteEnd
make_end (const TbRouteShape *shape, TbSide side, double at)
{
  return (TbRouteEnd){ shape->id, shape->shape.rect, shape->shape.centre, side, at };
}

/* What its ends say of it now. */
static void
set_leg (TbRouter *router, TbRouteWay *way)
{
  const TbRouteShape *from = TB_ROUTE_SHAPE (router, way->from_shape);
  const TbRouteShape *to = TB_ROUTE_SHAPE (router, way->to_shape);
  way->leg.from = make_end (from, way->spec.from_side, way->spec.from_at);
  way->leg.to = make_end (to, way->spec.to_side, way->spec.to_at);
  way->straight[0] = from->shape.centre;
  way->straight[1] = to->shape.centre;
  way->path_dirty = way->dirty = TRUE;
}

static gboolean
find_card (TbRouter *router, guint key, guint *slot)
{
  return tb_route_find_slot (router->shape_slots, key, slot)
         && TB_ROUTE_SHAPE (router, *slot)->shape.kind == TB_SHAPE_CARD;
}

static void
attach (TbRouter *router, TbRouteWay *way, guint slot)
{
  guint from, to;
  if (!find_card (router, way->spec.from, &from) || !find_card (router, way->spec.to, &to))
    return;
  way->present = way->waiting = TRUE;
  way->from_shape = from;
  way->to_shape = to;
  g_array_append_val (TB_ROUTE_SHAPE (router, from)->ways, slot);
  if (from != to)
    g_array_append_val (TB_ROUTE_SHAPE (router, to)->ways, slot);
  set_leg (router, way);
}

static void
detach (TbRouter *router, TbRouteWay *way, guint slot)
{
  if (!way->present)
    return;
  guint shapes[2] = { way->from_shape, way->to_shape };
  for (guint i = 0; i < 2; i++)
    {
      TbRouteShape *shape = TB_ROUTE_SHAPE (router, shapes[i]);
      remove_word (shape->ways, slot);
      g_array_append_val (router->side_shapes, shape->key);
    }
  way->present = FALSE;
}

static void
add_way (TbRouter *router, guint key, const TbRouterLink *spec)
{
  TbRouteWay *way = g_new0 (TbRouteWay, 1);
  way->key = key;
  way->spec = *spec;
  way->spec.from_port = g_strdup (spec->from_port);
  way->spec.to_port = g_strdup (spec->to_port);
  way->spec.bends = g_memdup2 (spec->bends, spec->n_bends * sizeof *spec->bends);
  way->ported = (spec->from_port && *spec->from_port) || (spec->to_port && *spec->to_port);
  way->changed = way->label_dirty = TRUE;
  guint slot = put_in_slot (router->ways, router->free_ways, way);
  g_hash_table_insert (router->way_slots, GUINT_TO_POINTER (key), GUINT_TO_POINTER (slot + 1));
  attach (router, way, slot);
  router->n_absent += !way->present;
  router->stale = TRUE;
}

static void
remove_way (TbRouter *router, guint slot)
{
  TbRouteWay *way = TB_ROUTE_WAY (router, slot);
  router->n_absent -= !way->present;
  detach (router, way, slot);
  g_hash_table_remove (router->way_slots, GUINT_TO_POINTER (way->key));
  g_array_append_val (router->removed, slot);
  router->stale = TRUE;
}

/* As if it had gone and come. */
static void
renew_way (TbRouter *router, guint slot)
{
  TbRouteWay *way = TB_ROUTE_WAY (router, slot);
  remove_way (router, slot);
  add_way (router, way->key, &way->spec);
}

static gboolean
same_link (const TbRouterLink *a, const TbRouterLink *b)
{
  return a->from == b->from && a->to == b->to && a->from_side == b->from_side
         && a->to_side == b->to_side && a->from_at == b->from_at && a->to_at == b->to_at
         && g_strcmp0 (a->from_port, b->from_port) == 0 && g_strcmp0 (a->to_port, b->to_port) == 0
         && a->n_bends == b->n_bends
         && (a->n_bends == 0 || memcmp (a->bends, b->bends, a->n_bends * sizeof *a->bends) == 0);
}

static gboolean
same_label (const TbRouterLink *a, const TbRouterLink *b)
{
  return a->label_width == b->label_width && a->label_height == b->label_height
         && a->label_at == b->label_at && a->label_offset == b->label_offset;
}

void
tb_router_set_link (TbRouter *router, guint key, const TbRouterLink *link)
{
  guint slot;
  g_assert (key != 0);
  if (!tb_route_find_slot (router->way_slots, key, &slot))
    {
      add_way (router, key, link);
      return;
    }
  TbRouteWay *way = TB_ROUTE_WAY (router, slot);
  if (!same_link (&way->spec, link))
    {
      remove_way (router, slot);
      add_way (router, key, link);
    }
  else if (!same_label (&way->spec, link))
    {
      /* With its place a label loses its turn: those that saw it may not see it any more. */
      if (way->spec.label_at >= 0 && link->label_at < 0)
        g_array_append_val (router->near_changes, way->label);
      way->spec.label_width = link->label_width;
      way->spec.label_height = link->label_height;
      way->spec.label_at = link->label_at;
      way->spec.label_offset = link->label_offset;
      way->label_dirty = router->stale = TRUE;
    }
}

void
tb_router_remove_link (TbRouter *router, guint key)
{
  guint slot;
  if (tb_route_find_slot (router->way_slots, key, &slot))
    remove_way (router, slot);
}

/* ---- Shapes come and go ---------------------------------------------------------------------- */

static void
mark_changed (TbRouter *router, guint id)
{
  router->map.items[id].changed = TRUE;
  g_array_append_val (router->changed_ids, id);
}

static void
note_change (TbRouter *router, guint id, const TbRect *rect)
{
  g_array_append_vals (router->changed_rects, rect, 1);
  g_array_append_vals (router->near_changes, rect, 1);
  mark_changed (router, id);
  router->stale = TRUE;
}

static void
edges_of (const TbRect *r, TbRect out[4])
{
  out[0] = (TbRect){ r->x, r->y, r->width, 0 };
  out[1] = (TbRect){ r->x, r->y + r->height, r->width, 0 };
  out[2] = (TbRect){ r->x, r->y, 0, r->height };
  out[3] = (TbRect){ r->x + r->width, r->y, 0, r->height };
}

static void
add_obstacles (TbRouter *router, TbRouteShape *shape)
{
  TbRect edges[4];
  TbObstacle o = { shape->shape.rect, shape->shape.centre, shape->shape.rect, shape->key,
                   shape->shape.kind == TB_SHAPE_TEXT ? TB_OBSTACLE_TEXT : TB_OBSTACLE_CARD };
  if (shape->shape.kind != TB_SHAPE_CONTAINER)
    {
      shape->id = tb_route_map_add (&router->map, &o);
      note_change (router, shape->id, &o.rect);
      return;
    }
  edges_of (&shape->shape.rect, edges);
  o.kind = TB_OBSTACLE_EDGE;
  for (guint i = 0; i < 4; i++)
    {
      o.rect = edges[i];
      shape->edges[i] = tb_route_map_add (&router->map, &o);
      note_change (router, shape->edges[i], &o.rect);
    }
}

static void
remove_obstacles (TbRouter *router, TbRouteShape *shape)
{
  gboolean open = shape->shape.kind == TB_SHAPE_CONTAINER;
  for (guint i = 0; i < (open ? 4u : 1u); i++)
    {
      guint id = open ? shape->edges[i] : shape->id;
      note_change (router, id, &router->map.items[id].rect);
      tb_route_map_remove (&router->map, id);
    }
}

/* Links to which the container is another border than before: an end came in or went out. */
static void
note_borders (TbRouter *router, const TbRect *before, const TbRect *after)
{
  for (guint i = 0; i < router->ways->len; i++)
    {
      TbRouteWay *way = TB_ROUTE_WAY (router, i);
      if (way != NULL && way->present
          && tb_route_border (&way->leg, before) != tb_route_border (&way->leg, after))
        way->path_dirty = way->dirty = TRUE;
    }
}

/* Of a container only the borders that moved are a change to those it concerns as before. */
static void
move_container (TbRouter *router, TbRouteShape *shape, const TbRect *rect)
{
  TbRect before[4], after[4];
  edges_of (&shape->shape.rect, before);
  edges_of (rect, after);
  note_borders (router, &shape->shape.rect, rect);
  for (guint i = 0; i < 4; i++)
    {
      /* Who crossed one border may have been turned away at another, as a second crossing. */
      mark_changed (router, shape->edges[i]);
      TbObstacle o = router->map.items[shape->edges[i]];
      o.home = *rect;
      o.rect = after[i];
      if (memcmp (&before[i], &after[i], sizeof (TbRect)) == 0)
        {
          router->map.items[shape->edges[i]] = o;
          continue;
        }
      note_change (router, shape->edges[i], &before[i]);
      tb_route_map_remove (&router->map, shape->edges[i]);
      shape->edges[i] = tb_route_map_add (&router->map, &o);
      note_change (router, shape->edges[i], &after[i]);
    }
  shape->shape.rect = *rect;
}

static void
move_shape (TbRouter *router, TbRouteShape *shape, const TbRouterShape *to)
{
  if (to->kind == TB_SHAPE_CONTAINER)
    {
      move_container (router, shape, &to->rect);
      return;
    }
  remove_obstacles (router, shape);
  shape->shape = *to;
  add_obstacles (router, shape);
  for (guint i = 0; i < shape->ways->len; i++)
    set_leg (router, TB_ROUTE_WAY (router, g_array_index (shape->ways, guint, i)));
}

static void
attach_waiting (TbRouter *router, guint key)
{
  for (guint i = 0; i < router->ways->len; i++)
    {
      TbRouteWay *way = TB_ROUTE_WAY (router, i);
      guint slot;
      if (way != NULL && !way->present && (way->spec.from == key || way->spec.to == key)
          && tb_route_find_slot (router->way_slots, way->key, &slot) && slot == i)
        {
          attach (router, way, i);
          router->n_absent -= way->present;
          way->changed = TRUE;
        }
    }
}

void
tb_router_set_shape (TbRouter *router, guint key, const TbRouterShape *spec)
{
  guint slot;
  g_assert (key != 0);
  if (tb_route_find_slot (router->shape_slots, key, &slot))
    {
      TbRouteShape *shape = TB_ROUTE_SHAPE (router, slot);
      gboolean same = memcmp (&shape->shape.rect, &spec->rect, sizeof spec->rect) == 0
                      && memcmp (&shape->shape.centre, &spec->centre, sizeof spec->centre) == 0;
      if (shape->shape.kind == spec->kind)
        {
          if (!same)
            move_shape (router, shape, spec);
          return;
        }
      tb_router_remove_shape (router, key);
    }
  TbRouteShape *shape = g_new0 (TbRouteShape, 1);
  shape->key = key;
  shape->shape = *spec;
  shape->ways = new_words ();
  slot = put_in_slot (router->shapes, router->free_shapes, shape);
  g_hash_table_insert (router->shape_slots, GUINT_TO_POINTER (key), GUINT_TO_POINTER (slot + 1));
  add_obstacles (router, shape);
  if (spec->kind == TB_SHAPE_CONTAINER)
    {
      TbRect nowhere = { 1e30, 1e30, 0, 0 };
      note_borders (router, &nowhere, &spec->rect);
    }
  if (spec->kind == TB_SHAPE_CARD && router->n_absent > 0)
    attach_waiting (router, key);
}

void
tb_router_remove_shape (TbRouter *router, guint key)
{
  guint slot;
  if (!tb_route_find_slot (router->shape_slots, key, &slot))
    return;
  TbRouteShape *shape = TB_ROUTE_SHAPE (router, slot);
  remove_obstacles (router, shape);
  if (shape->shape.kind == TB_SHAPE_CONTAINER)
    {
      TbRect nowhere = { 1e30, 1e30, 0, 0 };
      note_borders (router, &shape->shape.rect, &nowhere);
    }
  g_hash_table_remove (router->shape_slots, GUINT_TO_POINTER (key));
  while (shape->ways->len > 0)
    renew_way (router, g_array_index (shape->ways, guint, 0));
  free_shape (shape);
  g_ptr_array_index (router->shapes, slot) = NULL;
  g_array_append_val (router->free_shapes, slot);
}

void
tb_router_set_jumps (TbRouter *router, gboolean jumps)
{
  if (router->jumps == jumps)
    return;
  router->jumps = jumps;
  router->stale = TRUE;
  for (guint i = 0; i < router->ways->len; i++)
    if (TB_ROUTE_WAY (router, i) != NULL)
      g_array_append_val (router->crossed, i);
}
