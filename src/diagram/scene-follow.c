/* Laying a scene out, all of it or what was touched, and saying what of the picture changed.
 *
 *   tb_scene_rebuild()     reads everything anew, then lay_out_all()
 *   tb_scene_update()      tb_scene_patch() where it can, then lay_out_touched(); else a rebuild
 *   tb_scene_preview_move()  touches what moves, then lay_out_touched()
 *
 * Invariants between calls:
 *  1. prints[i] is of item i, with its look and bounds.
 *  2. The index holds every shown item at its present bounds or points.
 *  3. The router, unless lent or told nothing yet, has been told every item as it is.
 *  4. No item is touched. */
#include "scene-private.h"

#include <math.h>
#include <string.h>

#include "tb-base.h"

/* ---- Prints ---------------------------------------------------------------------------------- */

static TbPrint
print_of (const TbScene *scene, guint i)
{
  const TbItem *item = TB_ITEM (scene, i);
  return (TbPrint){ item->uid, item->look, item->bounds };
}

static void
add_dirty (GArray *dirty, const TbRect *bounds)
{
  if (dirty != NULL && (bounds->width > 0 || bounds->height > 0))
    g_array_append_val (dirty, *bounds);
}

static void
sum_up_bounds (TbScene *scene)
{
  double x0 = G_MAXDOUBLE, y0 = G_MAXDOUBLE, x1 = -G_MAXDOUBLE, y1 = -G_MAXDOUBLE;
  for (guint i = 0; i < scene->prints->len; i++)
    {
      const TbRect *b = &g_array_index (scene->prints, TbPrint, i).bounds;
      if (b->width <= 0 && b->height <= 0)
        continue;
      x0 = MIN (x0, b->x);
      y0 = MIN (y0, b->y);
      x1 = MAX (x1, b->x + b->width);
      y1 = MAX (y1, b->y + b->height);
    }
  scene->bounds = x0 < x1 ? (TbRect){ x0, y0, x1 - x0, y1 - y0 } : (TbRect){ 0, 0, 1, 1 };
}

static gboolean
same_items (const GArray *a, const GArray *b)
{
  gboolean same = a->len == b->len;
  for (guint i = 0; i < a->len && same; i++)
    same = g_array_index (a, TbPrint, i).uid == g_array_index (b, TbPrint, i).uid;
  return same;
}

static void
compare_in_place (const GArray *before, const GArray *after, GArray *dirty)
{
  for (guint i = 0; i < before->len; i++)
    {
      const TbPrint *a = &g_array_index (before, TbPrint, i);
      const TbPrint *b = &g_array_index (after, TbPrint, i);
      if (a->look == b->look)
        continue;
      add_dirty (dirty, &a->bounds);
      add_dirty (dirty, &b->bounds);
    }
}

/* An item that looks otherwise, came, went, or changed its place among its like. */
static void
compare_prints (const GArray *before, const GArray *after, GArray *dirty)
{
  if (dirty == NULL)
    return;
  if (same_items (before, after))
    {
      compare_in_place (before, after, dirty);
      return;
    }
  g_autofree guint8 *kept = g_new0 (guint8, before->len + 1);
  g_autoptr (GHashTable) known = g_hash_table_new (NULL, NULL);
  for (guint i = 0; i < before->len; i++)
    g_hash_table_insert (known, GUINT_TO_POINTER (g_array_index (before, TbPrint, i).uid),
                         GUINT_TO_POINTER (i + 1));
  guint last = 0;
  for (guint i = 0; i < after->len; i++)
    {
      const TbPrint *now = &g_array_index (after, TbPrint, i);
      guint at = GPOINTER_TO_UINT (g_hash_table_lookup (known, GUINT_TO_POINTER (now->uid)));
      const TbPrint *old = at ? &g_array_index (before, TbPrint, at - 1) : NULL;
      if (old != NULL && old->look == now->look && at > last)
        kept[at - 1] = 1;
      else
        add_dirty (dirty, &now->bounds);
      last = MAX (last, at);
    }
  for (guint i = 0; i < before->len; i++)
    if (!kept[i])
      add_dirty (dirty, &g_array_index (before, TbPrint, i).bounds);
}

/* ---- Laying out ------------------------------------------------------------------------------ */

void
tb_scene_touch (TbScene *scene, guint i)
{
  if (TB_ITEM (scene, i)->touched)
    return;
  TB_ITEM (scene, i)->touched = TRUE;
  g_array_append_val (scene->touched, i);
}

static void
arrange (TbScene *scene)
{
  tb_scene_arrange (scene);
  tb_scene_arrange_folded (scene);
}

/* Containers and middleware follow from what is in them; there are few. */
static void
touch_followers (TbScene *scene)
{
  for (guint i = 0; i < scene->first[TB_ITEM_LINK]; i++)
    tb_scene_touch (scene, i);
}

/* A straight line is of the places of its ends. */
static void
touch_pending (TbScene *scene)
{
  for (guint i = scene->first[TB_ITEM_LINK]; i < scene->first[TB_ITEM_COMPONENT]; i++)
    {
      TbItem *link = TB_ITEM (scene, i);
      guint ends[2] = { link->from, link->to };
      for (guint k = 0; k < 2 && (link->pending || link->cached); k++)
        if (ends[k] != TB_NO_ITEM && TB_ITEM (scene, ends[k])->touched)
          {
            link->cached = FALSE;
            tb_scene_touch (scene, i);
          }
    }
}

static void
take_changed_routes (TbScene *scene)
{
  g_autoptr (GArray) keys = g_array_new (FALSE, FALSE, sizeof (guint));
  tb_router_take_changed (scene->router, keys);
  for (guint k = 0; k < keys->len; k++)
    {
      guint i = tb_scene_find_key (scene, g_array_index (keys, guint, k));
      if (i != TB_NO_ITEM)
        tb_scene_touch (scene, i);
    }
  if (scene->unrouted)
    touch_pending (scene);
}

/* What came out of it for one item: where it is found, and what of the picture is dirty. */
static void
settle (TbScene *scene, guint i, GArray *dirty)
{
  TbItem *item = TB_ITEM (scene, i);
  TbPrint *print = &g_array_index (scene->prints, TbPrint, i);
  item->touched = FALSE;
  if (item->kind == TB_ITEM_LINK)
    {
      tb_scene_index_remove (scene, i);
      tb_scene_take_route (scene, i);
      tb_scene_finish_item (scene, item);
      tb_scene_index_add (scene, i);
    }
  else
    {
      TbRect old = item->bounds, fresh;
      tb_scene_finish_item (scene, item);
      fresh = item->bounds;
      item->bounds = old;
      if (memcmp (&old, &fresh, sizeof old) != 0)
        {
          tb_scene_index_remove (scene, i);
          item->bounds = fresh;
          tb_scene_index_add (scene, i);
        }
    }
  item->look = tb_item_look (scene, item);
  if (item->look == print->look)
    return;
  add_dirty (dirty, &print->bounds);
  *print = print_of (scene, i);
  add_dirty (dirty, &print->bounds);
}

static void
settle_touched (TbScene *scene, GArray *dirty)
{
  for (guint k = 0; k < scene->touched->len; k++)
    settle (scene, g_array_index (scene->touched, guint, k), dirty);
  g_array_set_size (scene->touched, 0);
  sum_up_bounds (scene);
}

static void
lay_out_touched (TbScene *scene, GArray *dirty)
{
  touch_followers (scene);
  arrange (scene);
  for (guint k = 0; k < scene->touched->len; k++)
    tb_scene_tell_router (scene, g_array_index (scene->touched, guint, k));
  tb_scene_run_router (scene);
  take_changed_routes (scene);
  settle_touched (scene, dirty);
}

/* Everything is taken from the router below: what it says has changed is no news. */
static void
route_all (TbScene *scene)
{
  g_autoptr (GArray) keys = g_array_new (FALSE, FALSE, sizeof (guint));
  tb_scene_tell_all (scene);
  tb_scene_run_router (scene);
  tb_router_take_changed (scene->router, keys);
}

static void
lay_out_all (TbScene *scene, gboolean route)
{
  arrange (scene);
  if (route)
    route_all (scene);
  else
    scene->unrouted = TRUE;
  g_array_set_size (scene->prints, 0);
  for (guint i = 0; i < scene->items->len; i++)
    {
      TbItem *item = TB_ITEM (scene, i);
      if (item->kind == TB_ITEM_LINK)
        tb_scene_take_route (scene, i);
      tb_scene_finish_item (scene, item);
      item->look = tb_item_look (scene, item);
      TbPrint print = print_of (scene, i);
      g_array_append_val (scene->prints, print);
    }
  sum_up_bounds (scene);
  tb_scene_make_index (scene);
}

void
tb_scene_set_cached (TbScene *scene, guint i, const TbRouterRoute *route)
{
  tb_scene_index_remove (scene, i);
  tb_scene_set_route (TB_ITEM (scene, i), route);
  TB_ITEM (scene, i)->cached = TRUE;
  tb_scene_index_add (scene, i);
  tb_scene_touch (scene, i);
}

void
tb_scene_settle_cached (TbScene *scene, GArray *dirty)
{
  settle_touched (scene, dirty);
}

/* ---- Following the document ------------------------------------------------------------------ */

static void
drop_preview (TbScene *scene)
{
  for (guint k = 0; scene->preview != NULL && k < scene->preview->len; k++)
    {
      guint i = g_array_index (scene->preview, guint, k);
      TB_ITEM (scene, i)->previewed = FALSE;
      tb_scene_touch (scene, i);
    }
  g_clear_pointer (&scene->preview, g_array_unref);
  scene->preview_dx = scene->preview_dy = 0;
}

static void
clear_item (gpointer item)
{
  tb_item_clear (item);
}

static void
read_anew (TbScene *scene, const TbModel *model)
{
  tb_scene_clear_find (scene, TRUE);
  scene->by_own_uid = g_hash_table_new (NULL, NULL);
  scene->items = g_array_new (FALSE, FALSE, sizeof (TbItem));
  g_array_set_clear_func (scene->items, clear_item);
  tb_scene_read (scene, model);
}

/* What the router was told of items that are gone, or have another key now. */
static void
forget_gone (TbScene *scene, const GArray *old)
{
  for (guint i = 0; i < old->len; i++)
    {
      const TbItem *item = &g_array_index (old, TbItem, i);
      guint now = tb_scene_find_key (scene, item->key);
      if (now == TB_NO_ITEM || TB_ITEM (scene, now)->kind != item->kind)
        tb_scene_forget_in_router (scene, item);
    }
}

void
tb_scene_rebuild (TbScene *scene, const TbModel *model, GArray *dirty)
{
  g_autoptr (GArray) before = g_steal_pointer (&scene->prints);
  g_autoptr (GArray) old = g_steal_pointer (&scene->items);
  g_clear_pointer (&scene->preview, g_array_unref);
  scene->preview_dx = scene->preview_dy = 0;
  g_array_set_size (scene->touched, 0);
  scene->prints = g_array_new (FALSE, FALSE, sizeof (TbPrint));
  read_anew (scene, model);
  if (old != NULL)
    forget_gone (scene, old);
  lay_out_all (scene, before != NULL || !scene->untold);
  if (before != NULL)
    compare_prints (before, scene->prints, dirty);
}

void
tb_scene_update (TbScene *scene, const TbModel *model, const TbEdit *edits, guint n, GArray *dirty)
{
  g_return_if_fail (scene->router != NULL);
  drop_preview (scene);
  if (n > 0 && tb_scene_patch (scene, model, edits, n, dirty))
    lay_out_touched (scene, dirty);
  else
    tb_scene_rebuild (scene, model, dirty);
}

void
tb_scene_set_view (TbScene *scene, const TbModel *model, const char *view_id, GArray *dirty)
{
  g_free (scene->view_id);
  scene->view_id = g_strdup (view_id);
  tb_scene_rebuild (scene, model, dirty);
}

/* ---- Previews -------------------------------------------------------------------------------- */

static void
show_moved (TbScene *scene, guint i)
{
  if (TB_ITEM (scene, i)->previewed)
    return;
  TB_ITEM (scene, i)->previewed = TRUE;
  g_array_append_val (scene->preview, i);
  tb_scene_touch (scene, i);
}

/* A container takes along what is in it. */
static void
show_members_moved (TbScene *scene)
{
  for (guint i = scene->first[TB_ITEM_COMPONENT]; i < scene->first[TB_ITEM_NOTE]; i++)
    {
      const TbItem *item = TB_ITEM (scene, i);
      guint homes[] = { item->tier, item->layer, item->group };
      for (guint k = 0; k < G_N_ELEMENTS (homes); k++)
        if (homes[k] != TB_NO_ITEM && TB_ITEM (scene, homes[k])->previewed)
          show_moved (scene, i);
    }
}

void
tb_scene_preview_stretches (TbScene *scene, gboolean stretches)
{
  scene->preview_stretches = stretches;
}

void
tb_scene_preview_alone (TbScene *scene, gboolean alone)
{
  scene->preview_alone = alone;
}

void
tb_scene_preview_move (TbScene *scene, const TbUid *uids, guint n, double dx, double dy,
                       GArray *dirty)
{
  gboolean container = FALSE;
  g_return_if_fail (scene->router != NULL);
  if (n == 0 && scene->preview == NULL)
    return;
  drop_preview (scene);
  if (n > 0)
    scene->preview = g_array_new (FALSE, FALSE, sizeof (guint));
  for (guint k = 0; k < n; k++)
    for (guint i = tb_scene_find (scene, uids[k]); i != TB_NO_ITEM; i = TB_ITEM (scene, i)->next)
      {
        show_moved (scene, i);
        container |= TB_ITEM (scene, i)->kind < TB_ITEM_MIDDLEWARE;
        if (scene->preview_alone)
          break;
      }
  if (container)
    show_members_moved (scene);
  scene->preview_dx = dx;
  scene->preview_dy = dy;
  lay_out_touched (scene, dirty);
}

/* ---- Routing aside --------------------------------------------------------------------------- */

void
tb_scene_set_patience (TbScene *scene, const TbRect *first, TbRouterStop stop, gpointer data)
{
  scene->has_first = first != NULL;
  if (first != NULL)
    scene->first_seen = *first;
  scene->stop = stop;
  scene->stop_data = data;
}

gboolean
tb_scene_is_unrouted (const TbScene *scene)
{
  return scene->unrouted;
}

void
tb_scene_route_on (TbScene *scene, GArray *dirty)
{
  g_return_if_fail (scene->router != NULL);
  if (!scene->unrouted)
    return;
  tb_scene_run_router (scene);
  take_changed_routes (scene);
  settle_touched (scene, dirty);
}

TbRouter *
tb_scene_lend_router (TbScene *scene)
{
  if (scene->untold)
    tb_scene_tell_all (scene);
  return g_steal_pointer (&scene->router);
}

void
tb_scene_give_router_back (TbScene *scene, TbRouter *router, gboolean done, GArray *dirty)
{
  g_return_if_fail (scene->router == NULL);
  scene->router = router;
  scene->unrouted = !done;
  take_changed_routes (scene);
  settle_touched (scene, dirty);
}
