/* A scene's life, and what is asked of it. */
#include "scene-private.h"
#include "points-private.h"

#include "tb-base.h"

#include <math.h>
#include <string.h>

/* ---- Life ------------------------------------------------------------------------------------ */

static TbScene *
make (const char *view_id)
{
  TbScene *scene = g_new0 (TbScene, 1);
  scene->view_id = g_strdup (view_id);
  scene->router = tb_router_new ();
  scene->touched = g_array_new (FALSE, FALSE, sizeof (guint));
  return scene;
}

TbScene *
tb_scene_new (const TbModel *model, const char *view_id)
{
  TbScene *scene = make (view_id);
  tb_scene_rebuild (scene, model, NULL);
  return scene;
}

TbScene *
tb_scene_new_unrouted (const TbModel *model, const char *view_id)
{
  TbScene *scene = make (view_id);
  scene->untold = TRUE;
  tb_scene_rebuild (scene, model, NULL);
  return scene;
}

gboolean
tb_scene_set_folder (TbScene *scene, const char *folder)
{
  g_free (scene->folder);
  scene->folder = g_strdup (folder);
  return tb_looks_find_icons (&scene->looks, folder);
}

void
tb_scene_free (TbScene *scene)
{
  if (scene == NULL)
    return;
  g_clear_pointer (&scene->items, g_array_unref);
  g_clear_pointer (&scene->prints, g_array_unref);
  g_clear_pointer (&scene->touched, g_array_unref);
  g_clear_pointer (&scene->preview, g_array_unref);
  g_clear_pointer (&scene->router, tb_router_free);
  tb_scene_clear_find (scene, TRUE);
  tb_scene_clear_index (scene);
  tb_looks_clear (&scene->looks);
  g_free (scene->folder);
  g_free (scene->view_id);
  g_free (scene->view_name);
  g_free (scene);
}

/* ---- Bounds and looks ------------------------------------------------------------------------ */

static guint64
mix (guint64 hash, guint64 word)
{
  hash = (hash ^ word) * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);
  return hash ^ hash >> 29;
}

static guint64
mix_numbers (guint64 hash, const double *numbers, gsize n)
{
  for (gsize i = 0; i < n; i++)
    {
      guint64 word;
      memcpy (&word, &numbers[i], sizeof word);
      hash = mix (hash, word);
    }
  return hash;
}

static guint64
mix_text (guint64 hash, const char *text)
{
  return mix (hash, text ? tb_hash_string (text) : 1);
}

guint64
tb_item_look (const TbScene *scene, TbItem *item)
{
  guint facts[] = { item->kind, item->role, item->replicas, (guint) item->async, item->tint,
                    scene->frame, item->hidden, (guint) item->folded, item->n_merged, item->stub,
                    item->badge, item->heads, item->faint, item->bare, item->replica,
                    (guint) item->pending };
  const TbRect *rects[] = { &item->rect, &item->shape, &item->title_at, &item->label_at,
                            &item->badge_at };
  guint64 h = 7;
  for (guint i = 0; i < G_N_ELEMENTS (facts); i++)
    h = mix (h, facts[i]);
  for (guint i = 0; i < G_N_ELEMENTS (rects); i++)
    h = mix_numbers (h, &rects[i]->x, 4);
  h = mix (h, item->style ? item->style->index + 1 : 0);
  h = mix (h, item->style && item->style->picture ? GPOINTER_TO_SIZE (item->style->picture) : 0);
  h = mix_numbers (h, (const double *) (const void *) item->points, 2 * item->n_points);
  h = mix_numbers (h, (const double *) (const void *) item->jumps, 3 * item->n_jumps);
  if (item->texts == 0)
    item->texts = mix_text (mix_text (mix_text (mix_text (item->uid, item->title), item->line),
                                      item->chip), item->id);
  return mix_text (mix (h, item->texts), item->kind == TB_ITEM_COMPONENT ? NULL : item->name);
}

static TbRect
grown (const TbRect *r, double by)
{
  return (TbRect){ r->x - by, r->y - by, r->width + 2 * by, r->height + 2 * by };
}

static gboolean
has_port (const TbItem *link)
{
  return link->from_port != NULL || link->to_port != NULL;
}

static void
finish_link (TbItem *item)
{
  if (item->n_points == 0)
    {
      item->rect = item->bounds = (TbRect){ 0, 0, 0, 0 };
      return;
    }
  double x0 = item->points[0].x, x1 = x0, y0 = item->points[0].y, y1 = y0;
  for (guint i = 1; i < item->n_points; i++)
    {
      x0 = MIN (x0, item->points[i].x);
      x1 = MAX (x1, item->points[i].x);
      y0 = MIN (y0, item->points[i].y);
      y1 = MAX (y1, item->points[i].y);
    }
  item->rect = (TbRect){ x0, y0, x1 - x0, y1 - y0 };
  item->bounds = grown (&item->rect, has_port (item) ? TB_PORT_ROOM : 6);
  tb_rect_union (&item->bounds, &item->label_at, &item->bounds);
}

void
tb_scene_finish_item (TbScene *scene, TbItem *item)
{
  if (item->kind == TB_ITEM_LINK)
    finish_link (item);
  else if (!tb_item_is_shown (scene, item))
    {
      item->bounds = item->title_at = (TbRect){ 0, 0, 0, 0 };
      if (item->hidden == 0)
        item->rect = item->bounds;
    }
  else if (item->folded)
    item->bounds = grown (&item->shape, 3);
  else if (item->kind == TB_ITEM_COMPONENT)
    {
      /* Shadow below, badge at the upper right corner, chip at the lower edge. */
      item->bounds = grown (&item->shape, 3);
      TbRect badge = { item->rect.x + item->rect.width - 32, item->rect.y - 10, 42, 20 };
      if (item->replicas > 1)
        tb_rect_union (&item->bounds, &badge, &item->bounds);
      if (item->chip != NULL)
        tb_rect_union (&item->bounds, &item->chip_at, &item->bounds);
    }
  else
    item->bounds = grown (&item->rect, 2);
  if (item->badge && tb_item_is_shown (scene, item))
    tb_rect_union (&item->bounds, &item->badge_at, &item->bounds);
}

/* ---- Asking ---------------------------------------------------------------------------------- */

TbRect
tb_scene_bounds (const TbScene *scene)
{
  return scene->bounds;
}

const char *
tb_scene_view_id (const TbScene *scene)
{
  return scene->view_name;
}

TbViewKind
tb_scene_view_kind (const TbScene *scene)
{
  return scene->kind;
}

TbUid
tb_scene_view_of (const TbScene *scene)
{
  return scene->of;
}

guint
tb_scene_n_unplaced (const TbScene *scene)
{
  return scene->n_unplaced;
}

static const TbItem *
get_item (const TbScene *scene, TbUid uid)
{
  guint i = tb_scene_find (scene, uid);
  return i != TB_NO_ITEM && tb_item_is_shown (scene, TB_ITEM (scene, i)) ? TB_ITEM (scene, i) : NULL;
}

gboolean
tb_scene_item (const TbScene *scene, TbUid uid, TbItemKind *kind, TbRect *bounds)
{
  const TbItem *item = get_item (scene, uid);
  if (item == NULL)
    return FALSE;
  if (kind != NULL)
    *kind = item->kind;
  if (bounds != NULL)
    *bounds = item->rect;
  return TRUE;
}

void
tb_scene_boxes (const TbScene *scene, TbUid uid, GArray *rects)
{
  for (guint i = tb_scene_find (scene, uid); i != TB_NO_ITEM; i = TB_ITEM (scene, i)->next)
    if (tb_item_is_shown (scene, TB_ITEM (scene, i)))
      g_array_append_val (rects, TB_ITEM (scene, i)->rect);
}

gboolean
tb_scene_is_stub (const TbScene *scene, TbUid uid)
{
  const TbItem *item = get_item (scene, uid);
  return item != NULL && item->stub;
}

/* From a point to a piece of a line, which may lie aslant while it is provisional. */
static double
distance_to (TbPoint a, TbPoint b, double x, double y)
{
  double dx = b.x - a.x, dy = b.y - a.y, square = dx * dx + dy * dy;
  double t = square > 0 ? CLAMP (((x - a.x) * dx + (y - a.y) * dy) / square, 0, 1) : 0;
  return hypot (x - a.x - t * dx, y - a.y - t * dy);
}

static gboolean
near_link (const TbItem *link, double x, double y, double tolerance)
{
  for (guint i = 1; i < link->n_points; i++)
    if (distance_to (link->points[i - 1], link->points[i], x, y) <= tolerance)
      return TRUE;
  return link->label_at.width > 0 && tb_rect_contains (&link->label_at, x, y);
}

/* A frame is its border and its title: what lies in it can be pointed at through it. */
static gboolean
near_frame (const TbItem *item, double x, double y, double tolerance)
{
  TbRect outer = grown (&item->rect, tolerance), inner = grown (&item->rect, -tolerance - 2);
  return tb_rect_contains (&outer, x, y)
         && (!tb_rect_contains (&inner, x, y) || y < item->rect.y + 30);
}

static gboolean
hits (const TbItem *item, double x, double y, double tolerance)
{
  if (item->kind == TB_ITEM_FRAME)
    return near_frame (item, x, y, tolerance);
  return item->kind == TB_ITEM_LINK ? near_link (item, x, y, tolerance)
                                    : tb_rect_contains (&item->rect, x, y);
}

static TbUid
topmost (const TbScene *scene, double x, double y, double tolerance, guint kinds)
{
  TbRect at = { x - tolerance, y - tolerance, 2 * tolerance, 2 * tolerance };
  TbItemSet set = tb_scene_collect (scene, &at);
  TbUid found = 0;
  for (guint i = tb_item_set_next (&set, 0); i != TB_NO_ITEM; i = tb_item_set_next (&set, i + 1))
    {
      const TbItem *item = TB_ITEM (scene, i);
      if ((kinds & (1u << item->kind)) && tb_item_is_shown (scene, item)
          && hits (item, x, y, tolerance))
        found = item->element;
    }
  g_free (set.words);
  return found;
}

static const TbItem *
topmost_of (const TbScene *scene, TbItemKind kind, double x, double y)
{
  TbRect at = { x, y, 0, 0 };
  TbItemSet set = tb_scene_collect (scene, &at);
  const TbItem *found = NULL;
  for (guint i = tb_item_set_next (&set, 0); i != TB_NO_ITEM; i = tb_item_set_next (&set, i + 1))
    if (TB_ITEM (scene, i)->kind == kind && tb_item_is_shown (scene, TB_ITEM (scene, i))
        && tb_rect_contains (&TB_ITEM (scene, i)->rect, x, y))
      found = TB_ITEM (scene, i);
  g_free (set.words);
  return found;
}

gboolean
tb_scene_instance_at (const TbScene *scene, double x, double y, TbDeployed *instance)
{
  const TbItem *item = topmost_of (scene, TB_ITEM_COMPONENT, x, y);
  if (item == NULL || item->replica == 0)
    return FALSE;
  *instance = (TbDeployed){ item->uid, item->element, item->replica, FALSE, item->rect };
  return TRUE;
}

gboolean
tb_scene_device_at (const TbScene *scene, double x, double y, TbDeployed *device)
{
  const TbItem *item = topmost_of (scene, TB_ITEM_DEVICE, x, y);
  if (item == NULL)
    return FALSE;
  gboolean made_up = item->element == TB_ITEM (scene, item->tier)->element;
  *device = (TbDeployed){ item->uid, item->element, 0, made_up, item->rect };
  return TRUE;
}

TbUid
tb_scene_badge_at (const TbScene *scene, double x, double y, double tolerance)
{
  TbRect at = { x - tolerance, y - tolerance, 2 * tolerance, 2 * tolerance };
  TbItemSet set = tb_scene_collect (scene, &at);
  TbUid found = 0;
  for (guint i = tb_item_set_next (&set, 0); i != TB_NO_ITEM; i = tb_item_set_next (&set, i + 1))
    {
      const TbItem *item = TB_ITEM (scene, i);
      if (item->badge && tb_item_is_shown (scene, item)
          && tb_rect_intersects (&item->badge_at, &at))
        found = item->element;
    }
  g_free (set.words);
  return found;
}

TbUid
tb_scene_hit (const TbScene *scene, double x, double y, double tolerance)
{
  return topmost (scene, x, y, tolerance, G_MAXUINT);
}

TbUid
tb_scene_container_at (const TbScene *scene, double x, double y, guint kinds)
{
  guint containers = 1u << TB_ITEM_LAYER | 1u << TB_ITEM_TIER | 1u << TB_ITEM_GROUP;
  return topmost (scene, x, y, 0, kinds & containers);
}

static gboolean
lies_inside (const TbRect *inner, const TbRect *outer)
{
  return inner->x >= outer->x && inner->y >= outer->y
         && inner->x + inner->width <= outer->x + outer->width
         && inner->y + inner->height <= outer->y + outer->height;
}

gboolean
tb_link_touches (const TbItem *link, const TbRect *rect)
{
  for (guint i = 1; i < link->n_points; i++)
    {
      TbPoint a = link->points[i - 1], b = link->points[i];
      TbRect r = { MIN (a.x, b.x) - 1, MIN (a.y, b.y) - 1, fabs (a.x - b.x) + 2,
                   fabs (a.y - b.y) + 2 };
      if (tb_rect_intersects (&r, rect))
        return TRUE;
    }
  return FALSE;
}

/* Of the items of one element: only those that are several need a list. */
static gboolean
is_first (GHashTable **seen, const TbItem *item)
{
  if (item->uid == item->element && item->next == TB_NO_ITEM)
    return TRUE;
  if (*seen == NULL)
    *seen = g_hash_table_new (NULL, NULL);
  return g_hash_table_add (*seen, GUINT_TO_POINTER (item->element));
}

void
tb_scene_query (const TbScene *scene, const TbRect *rect, gboolean whole, GArray *uids)
{
  TbItemSet set = tb_scene_collect (scene, rect);
  g_autoptr (GHashTable) seen = NULL;
  for (guint i = tb_item_set_next (&set, 0); i != TB_NO_ITEM; i = tb_item_set_next (&set, i + 1))
    {
      const TbItem *item = TB_ITEM (scene, i);
      gboolean in = whole ? lies_inside (&item->rect, rect)
                    : item->kind == TB_ITEM_LINK ? tb_link_touches (item, rect)
                                                 : tb_rect_intersects (&item->rect, rect);
      if (in && tb_item_is_shown (scene, item)
          && (item->kind != TB_ITEM_LINK || item->n_points > 0) && is_first (&seen, item))
        g_array_append_val (uids, item->element);
    }
  g_free (set.words);
}

static const TbItem *
get_link (const TbScene *scene, TbUid uid)
{
  guint i = tb_scene_find (scene, uid);
  if (i != TB_NO_ITEM && TB_ITEM (scene, i)->merged != TB_NO_ITEM)
    i = TB_ITEM (scene, i)->merged;
  const TbItem *item = i != TB_NO_ITEM ? TB_ITEM (scene, i) : NULL;
  return item && item->kind == TB_ITEM_LINK && item->n_points > 0 ? item : NULL;
}

/* Itself, or the first of its component on the same device: lines of many pairs end there. */
static gboolean
speaks_for (const TbScene *scene, guint end, guint replica)
{
  const TbItem *item = TB_ITEM (scene, end);
  if (replica == 0 || item->replica == 0 || item->replica == replica)
    return TRUE;
  for (guint i = tb_scene_find (scene, item->element); i != TB_NO_ITEM;
       i = TB_ITEM (scene, i)->next)
    if (TB_ITEM (scene, i)->replica == replica)
      return item->device != TB_NO_ITEM && TB_ITEM (scene, i)->device == item->device;
  return FALSE;
}

TbUid
tb_scene_instance_link (const TbScene *scene, TbUid link, guint from, guint to)
{
  for (guint i = tb_scene_find (scene, link); i != TB_NO_ITEM; i = TB_ITEM (scene, i)->next)
    {
      const TbItem *item = TB_ITEM (scene, i);
      if (item->from == TB_NO_ITEM || item->to == TB_NO_ITEM)
        continue;
      if (speaks_for (scene, item->from, from) && speaks_for (scene, item->to, to))
        return item->uid;
    }
  return link;
}

void
tb_scene_link_lines (const TbScene *scene, TbUid link, GArray *lines)
{
  for (guint i = tb_scene_find (scene, link); i != TB_NO_ITEM; i = TB_ITEM (scene, i)->next)
    g_array_append_val (lines, TB_ITEM (scene, i)->uid);
}

const TbPoint *
tb_scene_route (const TbScene *scene, TbUid link, guint *n)
{
  const TbItem *item = get_link (scene, link);
  *n = item ? item->n_points : 0;
  return item ? item->points : NULL;
}

double
tb_scene_route_length (const TbScene *scene, TbUid link)
{
  const TbItem *item = get_link (scene, link);
  return item ? tb_points_length (item->points, item->n_points) : 0;
}

TbPoint
tb_scene_route_point (const TbScene *scene, TbUid link, double distance)
{
  const TbItem *item = get_link (scene, link);
  return item ? tb_points_on_curve (item->points, item->n_points, distance)
              : (TbPoint){ 0, 0 };
}

gboolean
tb_scene_link_label (const TbScene *scene, TbUid link, TbRect *label)
{
  const TbItem *item = get_link (scene, link);
  if (item == NULL || item->label_at.width <= 0)
    return FALSE;
  *label = item->label_at;
  return TRUE;
}

TbRect
tb_scene_link_pill (const TbScene *scene, TbUid link, double width, double height, const TbRect *taken, guint n_taken)
{
  const TbItem *item = get_link (scene, link);
  if (item == NULL)
    return (TbRect){ 0, 0, width, height };
  return tb_scene_free_beside (scene, tb_scene_find (scene, item->uid), width, height, taken, n_taken);
}

static gboolean
instance_dot (const TbScene *scene, TbUid component, guint replica, TbPoint *at)
{
  for (guint i = tb_scene_find (scene, component); i != TB_NO_ITEM; i = TB_ITEM (scene, i)->next)
    {
      const TbRect *r = &TB_ITEM (scene, i)->rect;
      if (TB_ITEM (scene, i)->replica != replica)
        continue;
      *at = (TbPoint){ r->x + r->width - 13, r->y + r->height - 10 };
      return TRUE;
    }
  return FALSE;
}

/* Along the lower edge from the right, thirteen apart, the last replica in the corner. */
gboolean
tb_scene_replica_dot (const TbScene *scene, TbUid component, guint replica, TbPoint *at)
{
  const TbItem *item = get_item (scene, component);
  if (item == NULL || item->kind != TB_ITEM_COMPONENT)
    return FALSE;
  if (item->replica > 0)
    return instance_dot (scene, component, replica, at);
  if (item->stub || replica < 1 || replica > item->replicas)
    return FALSE;
  guint fit = (guint) ((item->rect.width - 26) / 13);
  if (replica > fit)
    return FALSE;
  *at = (TbPoint){ item->rect.x + item->rect.width - 13
                       - 13. * (MIN (item->replicas, fit) - replica),
                   item->rect.y + item->rect.height - 10 };
  return TRUE;
}

/* ---- Free places ----------------------------------------------------------------------------- */

/* A card inside a container belongs to it, one outside does not: nobody can tell of one that lies
 * over its edge. */
static gboolean
lies_over_the_edge (const TbItem *item, const TbRect *r)
{
  const TbRect *c = &item->rect;
  return tb_rect_intersects (c, r)
         && !(tb_rect_contains (c, r->x, r->y)
              && tb_rect_contains (c, r->x + r->width, r->y + r->height));
}

static gboolean
is_free (const TbScene *scene, const TbRect *r)
{
  TbItemSet set = tb_scene_collect (scene, r);
  gboolean is = TRUE;
  for (guint i = tb_item_set_next (&set, 0); i != TB_NO_ITEM && is;
       i = tb_item_set_next (&set, i + 1))
    {
      const TbItem *item = TB_ITEM (scene, i);
      if (item->kind == TB_ITEM_LINK)
        is = !tb_link_touches (item, r);
      else if (item->kind >= TB_ITEM_COMPONENT || item->kind == TB_ITEM_MIDDLEWARE || item->folded)
        is = !tb_rect_intersects (&item->shape, r) && !tb_rect_intersects (&item->rect, r);
      else
        is = !lies_over_the_edge (item, r);
    }
  g_free (set.words);
  return is;
}

/* Rings of the grid about the wish: the first ring with a free place has the nearest, nearly. */
TbPoint
tb_scene_free_place (const TbScene *scene, double x, double y)
{
  TbPoint wish = { TB_GRID * round ((x - TB_CARD_WIDTH / 2) / TB_GRID),
                   TB_GRID * round ((y - TB_CARD_HEIGHT / 2) / TB_GRID) };
  for (int ring = 0; ring < 200; ring++)
    {
      TbPoint best = wish;
      double least = G_MAXDOUBLE;
      for (int i = -ring; i <= ring; i++)
        for (int j = -ring; j <= ring; j += (i == -ring || i == ring || ring == 0) ? 1 : 2 * ring)
          {
            TbPoint p = { wish.x + i * TB_GRID, wish.y + j * TB_GRID };
            TbRect r = { p.x - 16, p.y - 16, TB_CARD_WIDTH + 32, TB_CARD_HEIGHT + 32 };
            double far = hypot (i, j);
            if (far < least && is_free (scene, &r))
              {
                least = far;
                best = p;
              }
          }
      if (least < G_MAXDOUBLE)
        return best;
    }
  return (TbPoint){ scene->bounds.x + scene->bounds.width + 60, wish.y };
}
