/* Links of a scene: routed anew only where something changed near them. */
#include "scene-private.h"

#include <math.h>
#include <string.h>

static void
add_shape (GArray *shapes, const TbItem *item, guint bit, gboolean text, const TbRect *rect)
{
  TbRouteShape shape = { item->uid | bit, text, *rect,
                         { item->rect.x + item->rect.width / 2,
                           item->rect.y + item->rect.height / 2 } };
  if (text)
    shape.centre = (TbPoint){ rect->x + rect->width / 2, rect->y + rect->height / 2 };
  g_array_append_val (shapes, shape);
}

/* What links end at first, then notes, then texts. */
static GArray *
collect_shapes (TbScene *scene)
{
  GArray *shapes = g_array_new (FALSE, FALSE, sizeof (TbRouteShape));
  for (guint i = 0; i < scene->items->len; i++)
    {
      TbItem *item = TB_ITEM (scene, i);
      item->route_shape = shapes->len;
      if (tb_item_takes_links (item))
        add_shape (shapes, item, 0, FALSE, &item->shape);
    }
  for (guint i = scene->first[TB_ITEM_NOTE]; i < scene->items->len; i++)
    if (TB_ITEM (scene, i)->hidden == 0)
      add_shape (shapes, TB_ITEM (scene, i), 0, FALSE, &TB_ITEM (scene, i)->shape);
  for (guint i = 0; i < scene->first[TB_ITEM_LINK]; i++)
    {
      const TbItem *item = TB_ITEM (scene, i);
      if (tb_item_is_shown (scene, item) && !item->folded && item->title_at.width > 0)
        add_shape (shapes, item, 0, TRUE, &item->title_at);
    }
  for (guint i = scene->first[TB_ITEM_COMPONENT]; i < scene->first[TB_ITEM_NOTE]; i++)
    if (TB_ITEM (scene, i)->chip != NULL && TB_ITEM (scene, i)->hidden == 0)
      add_shape (shapes, TB_ITEM (scene, i), TB_CHIP_BIT, TRUE, &TB_ITEM (scene, i)->chip_at);
  return shapes;
}

/* Places that are otherwise occupied than before: the old and the new of whatever changed. */
static GArray *
changed_places (const GArray *before, const GArray *after)
{
  GArray *changed = g_array_new (FALSE, FALSE, sizeof (TbRect));
  g_autoptr (GHashTable) known = g_hash_table_new (NULL, NULL);
  for (guint i = 0; i < before->len; i++)
    {
      const TbRouteShape *s = &g_array_index (before, TbRouteShape, i);
      g_hash_table_insert (known, GUINT_TO_POINTER (s->uid), (gpointer) s);
    }
  for (guint i = 0; i < after->len; i++)
    {
      const TbRouteShape *s = &g_array_index (after, TbRouteShape, i);
      const TbRouteShape *old = g_hash_table_lookup (known, GUINT_TO_POINTER (s->uid));
      if (old == NULL || memcmp (&old->rect, &s->rect, sizeof s->rect) != 0)
        {
          g_array_append_val (changed, s->rect);
          if (old != NULL)
            g_array_append_val (changed, old->rect);
        }
      g_hash_table_remove (known, GUINT_TO_POINTER (s->uid));
    }
  GHashTableIter iter;
  gpointer value;
  g_hash_table_iter_init (&iter, known);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    g_array_append_val (changed, ((const TbRouteShape *) value)->rect);
  return changed;
}

static gboolean
touches_any (const TbRect *region, const GArray *places)
{
  for (guint i = 0; i < places->len; i++)
    {
      const TbRect *p = &g_array_index (places, TbRect, i);
      if (p->x <= region->x + region->width && region->x <= p->x + p->width
          && p->y <= region->y + region->height && region->y <= p->y + p->height)
        return TRUE;
    }
  return FALSE;
}

static void
copy_path (const TbPath *from, TbPath *to)
{
  *to = *from;
  to->points = g_memdup2 (from->points, from->n * sizeof (TbPoint));
}

static gboolean
same_request (const TbScene *a, const TbItem *x, const TbScene *b, const TbItem *y)
{
  return TB_ITEM (a, x->from)->uid == TB_ITEM (b, y->from)->uid
         && TB_ITEM (a, x->to)->uid == TB_ITEM (b, y->to)->uid && x->from_side == y->from_side
         && x->to_side == y->to_side && x->n_bends == y->n_bends
         && (x->n_bends == 0
             || memcmp (x->bends, y->bends, x->n_bends * sizeof (TbPoint)) == 0);
}

typedef struct
{
  TbScene *scene;
  const TbScene *old;
  const GArray *changed; /* NULL: everything */
  TbRouteMap map;
  TbRouteRequest *requests;
  TbPath *paths;
  guint *links; /* item of each request */
  guint n;
} Job;

static gboolean
is_routable (const TbScene *scene, const TbItem *link)
{
  return link->hidden == 0 && link->from != TB_NO_ITEM && link->to != TB_NO_ITEM
         && tb_item_takes_links (TB_ITEM (scene, link->from))
         && tb_item_takes_links (TB_ITEM (scene, link->to));
}

static void
find_path (Job *job, TbItem *link, guint r)
{
  const TbScene *old = job->old;
  guint index = job->changed ? tb_scene_find (old, link->uid) : TB_NO_ITEM;
  const TbItem *before = index != TB_NO_ITEM ? TB_ITEM (old, index) : NULL;
  if (before != NULL && before->path.n > 0 && same_request (job->scene, link, old, before)
      && !touches_any (&before->path.region, job->changed))
    {
      TbPath path;
      copy_path (&before->path, &path);
      tb_path_clear (&link->path);
      link->path = path;
    }
  else
    {
      tb_path_clear (&link->path);
      tb_route_path (&job->map, &job->requests[r], job->scene->simple_routes, &link->path);
    }
  copy_path (&link->path, &job->paths[r]);
}

static void
make_requests (Job *job)
{
  TbScene *scene = job->scene;
  guint begin = scene->first[TB_ITEM_LINK], end = scene->first[TB_ITEM_COMPONENT];
  job->requests = g_new0 (TbRouteRequest, end - begin + 1);
  job->paths = g_new0 (TbPath, end - begin + 1);
  job->links = g_new0 (guint, end - begin + 1);
  for (guint i = begin; i < end; i++)
    {
      TbItem *link = TB_ITEM (scene, i);
      g_clear_pointer (&link->points, g_free);
      link->n_points = 0;
      if (!is_routable (scene, link))
        continue;
      job->requests[job->n] = (TbRouteRequest){ TB_ITEM (scene, link->from)->route_shape,
                                                TB_ITEM (scene, link->to)->route_shape,
                                                link->from_side, link->to_side,
                                                link->bends, link->n_bends };
      job->links[job->n++] = i;
    }
}

static TbObstacle *
make_obstacles (const GArray *shapes)
{
  TbObstacle *obstacles = g_new0 (TbObstacle, shapes->len + 1);
  for (guint i = 0; i < shapes->len; i++)
    {
      const TbRouteShape *s = &g_array_index (shapes, TbRouteShape, i);
      obstacles[i] = (TbObstacle){ s->rect, s->centre, s->text };
    }
  return obstacles;
}

static void
take_routes (Job *job)
{
  TbScene *scene = job->scene;
  g_autofree TbRoute *routes = g_new0 (TbRoute, job->n + 1);
  if (!scene->simple_routes)
    tb_route_nudge (&job->map, job->requests, job->paths, job->n, routes);
  for (guint r = 0; r < job->n; r++)
    {
      TbItem *link = TB_ITEM (scene, job->links[r]);
      if (scene->simple_routes)
        routes[r] = (TbRoute){ g_steal_pointer (&job->paths[r].points), job->paths[r].n };
      link->points = routes[r].points;
      link->n_points = routes[r].n;
    }
}

void
tb_scene_route_links (TbScene *scene, const TbScene *old)
{
  GArray *shapes = collect_shapes (scene);
  Job job = { .scene = scene, .old = old };
  make_requests (&job);
  gboolean simple = job.n > TB_ROUTE_MANY;
  g_autoptr (GArray) changed = old && old->shapes && old->simple_routes == simple
                                   ? changed_places (old->shapes, shapes) : NULL;
  if (changed != NULL && changed->len < 200)
    job.changed = changed;
  scene->simple_routes = simple;
  g_autofree TbObstacle *obstacles = make_obstacles (shapes);
  tb_route_map_init (&job.map, obstacles, shapes->len);
  for (guint r = 0; r < job.n; r++)
    find_path (&job, TB_ITEM (scene, job.links[r]), r);
  take_routes (&job);
  tb_route_map_clear (&job.map);
  g_clear_pointer (&scene->shapes, g_array_unref);
  scene->shapes = shapes;
  g_free (job.requests);
  g_free (job.paths);
  g_free (job.links);
}
