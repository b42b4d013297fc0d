/* Tiles in levels: a level is one exact scale, in device pixels a world unit. One level is current;
 * the one before it lies under it, scaled, until the current one's tiles are drawn.
 *
 * Invariants:
 *  1. bytes is the sum over tiles, and at most TB_TILES_BYTES after every snapshot, unless what is
 *     seen needs more.
 *  2. A tile's node shows the scene of the moment it was rasterised; stale says it has changed.
 *  3. `shown` was built from the camera in shown_camera and no visible tile has changed since. */
#include "tiles.h"

#include <math.h>
#include <string.h>

#include "tb-base.h"

#define VEIL 0.8 /* how much of what does not match is hidden */
#define SHADOW 8.0 /* world units that an item may draw outside its bounds */
#define TILE_BYTES (TB_TILE_PX * TB_TILE_PX * 4)

typedef struct
{
  guint level;
  gint32 x, y;
  GskRenderNode *node;
  gboolean stale;
  guint64 used; /* serial of the last snapshot that wanted it */
} Tile;

typedef struct
{
  guint id;
  double scale;
} Level;

struct _TbTiles
{
  const TbScene *scene;
  TbThemeId theme;
  GArray *without; /* TbUid */
  GHashTable *matches; /* TbUid; NULL: nothing is dimmed */
  gboolean no_grid;
  GHashTable *tiles; /* Tile → itself */
  Level now, before;
  guint next_level;
  guint64 serial;
  GskRenderNode *shown;
  TbCamera shown_camera;
  gboolean others;  /* tiles of older levels may be there */
  gboolean changed; /* a visible tile, since shown was built */
  TbTilesStats stats;
};

/* A span of tiles of a level: x1 ≤ x < x2. */
typedef struct
{
  gint32 x1, y1, x2, y2;
} Span;

/* ---- The store ------------------------------------------------------------------------------- */

static guint
tile_hash (gconstpointer key)
{
  const Tile *t = key;
  return (t->level * 73856093u) ^ ((guint) t->x * 19349663u) ^ ((guint) t->y * 83492791u);
}

static gboolean
tile_equal (gconstpointer a, gconstpointer b)
{
  const Tile *s = a, *t = b;
  return s->level == t->level && s->x == t->x && s->y == t->y;
}

static void
tile_free (gpointer data)
{
  Tile *tile = data;
  g_clear_pointer (&tile->node, gsk_render_node_unref);
  g_free (tile);
}

TbTiles *
tb_tiles_new (void)
{
  TbTiles *tiles = g_new0 (TbTiles, 1);
  tiles->tiles = g_hash_table_new_full (tile_hash, tile_equal, tile_free, NULL);
  tiles->without = g_array_new (FALSE, FALSE, sizeof (TbUid));
  tiles->next_level = 1;
  return tiles;
}

void
tb_tiles_free (TbTiles *tiles)
{
  g_hash_table_unref (tiles->tiles);
  g_array_unref (tiles->without);
  g_clear_pointer (&tiles->shown, gsk_render_node_unref);
  g_free (tiles);
}

static void
drop_all (TbTiles *tiles)
{
  g_hash_table_remove_all (tiles->tiles);
  tiles->stats.n = 0;
  tiles->stats.bytes = 0;
  tiles->changed = TRUE;
}

void
tb_tiles_set_scene (TbTiles *tiles, const TbScene *scene, TbThemeId theme)
{
  tiles->scene = scene;
  tiles->theme = theme;
  drop_all (tiles);
}

void
tb_tiles_set_matches (TbTiles *tiles, GHashTable *matches)
{
  if (tiles->matches == NULL && matches == NULL)
    return;
  tiles->matches = matches;
  tb_tiles_invalidate_all (tiles);
}

void
tb_tiles_set_without (TbTiles *tiles, const TbUid *uids, guint n)
{
  g_array_set_size (tiles->without, 0);
  g_array_append_vals (tiles->without, uids, n);
}

void
tb_tiles_set_grid (TbTiles *tiles, gboolean grid)
{
  tiles->no_grid = !grid;
}

TbTilesStats
tb_tiles_stats (const TbTiles *tiles)
{
  return tiles->stats;
}

/* ---- Geometry -------------------------------------------------------------------------------- */

static double
tile_world (const Level *level)
{
  return TB_TILE_PX / level->scale;
}

static Span
span_of (const Level *level, const TbRect *world)
{
  double size = tile_world (level);
  return (Span){ (gint32) floor (world->x / size), (gint32) floor (world->y / size),
                 (gint32) ceil ((world->x + world->width) / size),
                 (gint32) ceil ((world->y + world->height) / size) };
}

static gboolean
in_span (const Span *span, const Tile *tile)
{
  return tile->x >= span->x1 && tile->x < span->x2 && tile->y >= span->y1 && tile->y < span->y2;
}

static Tile *
get_tile (TbTiles *tiles, const Level *level, gint32 x, gint32 y, gboolean make)
{
  Tile probe = { .level = level->id, .x = x, .y = y };
  Tile *tile = g_hash_table_lookup (tiles->tiles, &probe);
  if (tile == NULL && make)
    {
      tile = g_memdup2 (&probe, sizeof probe);
      tile->stale = TRUE;
      g_hash_table_add (tiles->tiles, tile);
      tiles->stats.n++;
      tiles->stats.bytes += TILE_BYTES;
    }
  return tile;
}

/* ---- Invalidation ---------------------------------------------------------------------------- */

static void
drop_tile (TbTiles *tiles, const Tile *tile)
{
  g_hash_table_remove (tiles->tiles, tile);
  tiles->stats.n--;
  tiles->stats.bytes -= TILE_BYTES;
  tiles->changed = TRUE;
}

/* Tiles of neither level serve only a return to it: not worth to be kept up to date. */
static void
drop_other_levels (TbTiles *tiles)
{
  GHashTableIter iter;
  gpointer key;
  if (!tiles->others)
    return;
  tiles->others = FALSE;
  g_hash_table_iter_init (&iter, tiles->tiles);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    {
      const Tile *tile = key;
      if (tile->level == tiles->now.id || tile->level == tiles->before.id)
        continue;
      g_hash_table_iter_remove (&iter);
      tiles->stats.n--;
      tiles->stats.bytes -= TILE_BYTES;
    }
}

/* The current level goes on showing the old picture until there is a new one. */
static void
spoil (TbTiles *tiles, Tile *tile)
{
  if (tile->level == tiles->now.id)
    tile->stale = TRUE;
  else
    drop_tile (tiles, tile);
}

static void
spoil_in_span (TbTiles *tiles, const Level *level, const Span *span)
{
  for (gint32 y = span->y1; y < span->y2; y++)
    for (gint32 x = span->x1; x < span->x2; x++)
      {
        Tile *tile = get_tile (tiles, level, x, y, FALSE);
        if (tile != NULL)
          spoil (tiles, tile);
      }
}

static void
spoil_all_in_span (TbTiles *tiles, const Level *level, const Span *span)
{
  g_autoptr (GPtrArray) hit = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer key;
  g_hash_table_iter_init (&iter, tiles->tiles);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    if (((Tile *) key)->level == level->id && in_span (span, key))
      g_ptr_array_add (hit, key);
  for (guint i = 0; i < hit->len; i++)
    spoil (tiles, hit->pdata[i]);
}

void
tb_tiles_invalidate (TbTiles *tiles, const TbRect *world)
{
  TbRect r = { world->x - SHADOW, world->y - SHADOW, world->width + 2 * SHADOW,
               world->height + 2 * SHADOW };
  const Level *levels[] = { &tiles->now, &tiles->before };
  drop_other_levels (tiles);
  for (guint i = 0; i < G_N_ELEMENTS (levels); i++)
    {
      if (levels[i]->id == 0)
        continue;
      Span span = span_of (levels[i], &r);
      double n = (double) (span.x2 - span.x1) * (span.y2 - span.y1);
      if (n < tiles->stats.n)
        spoil_in_span (tiles, levels[i], &span);
      else
        spoil_all_in_span (tiles, levels[i], &span);
    }
}

void
tb_tiles_invalidate_all (TbTiles *tiles)
{
  TbRect everything = { -1e7, -1e7, 2e7, 2e7 };
  tb_tiles_invalidate (tiles, &everything);
}

static void
evict (TbTiles *tiles)
{
  while (tiles->stats.bytes > TB_TILES_BYTES)
    {
      GHashTableIter iter;
      gpointer key;
      Tile *oldest = NULL;
      g_hash_table_iter_init (&iter, tiles->tiles);
      while (g_hash_table_iter_next (&iter, &key, NULL))
        if (oldest == NULL || ((Tile *) key)->used < oldest->used)
          oldest = key;
      if (oldest == NULL || oldest->used == tiles->serial)
        return;
      g_hash_table_remove (tiles->tiles, oldest);
      tiles->stats.n--;
      tiles->stats.bytes -= TILE_BYTES;
    }
}

/* ---- Rasterising ----------------------------------------------------------------------------- */

/* A veil over all of it, and what matches once more above; containers would cover what is in them. */
static void
paint_matches (TbTiles *tiles, cairo_t *cr, const TbRect *clip, TbPaintOptions options)
{
  g_autoptr (GArray) uids = g_array_new (FALSE, FALSE, sizeof (TbUid));
  guint rest = 0;
  TbColour page = tb_theme_colour (tiles->theme, TB_COLOUR_CANVAS);
  cairo_set_source_rgba (cr, page.r, page.g, page.b, VEIL);
  cairo_paint (cr);
  tb_scene_query (tiles->scene, clip, FALSE, uids);
  for (guint i = 0; i < uids->len; i++)
    {
      TbUid uid = g_array_index (uids, TbUid, i);
      TbItemKind kind;
      TbRect r;
      gboolean card = tb_scene_item (tiles->scene, uid, &kind, &r)
                      && (kind == TB_ITEM_COMPONENT || kind == TB_ITEM_NOTE || kind == TB_ITEM_LINK);
      if (!card || !g_hash_table_contains (tiles->matches, GUINT_TO_POINTER (uid)))
        g_array_index (uids, TbUid, rest++) = uid;
    }
  if (rest == uids->len)
    return;
  g_array_set_size (uids, rest);
  g_array_append_vals (uids, options.without, options.n_without);
  options.background = options.grid = options.buttons = FALSE;
  options.without = (const TbUid *) (gpointer) uids->data;
  options.n_without = uids->len;
  tb_scene_paint (tiles->scene, cr, clip, &options);
}

static void
paint_tile (TbTiles *tiles, const Level *level, const Tile *tile, cairo_t *cr)
{
  double size = tile_world (level);
  TbRect clip = { tile->x * size, tile->y * size, size, size };
  TbPaintOptions options = { .theme = tiles->theme,
                             .scale = level->scale,
                             .background = TRUE,
                             .grid = !tiles->no_grid,
                             .buttons = TRUE,
                             .without = (const TbUid *) (gpointer) tiles->without->data,
                             .n_without = tiles->without->len };
  TbColour page = tb_theme_colour (tiles->theme, TB_COLOUR_CANVAS);

  cairo_set_source_rgb (cr, page.r, page.g, page.b);
  cairo_paint (cr);
  cairo_scale (cr, level->scale, level->scale);
  cairo_translate (cr, -clip.x, -clip.y);
  if (tiles->scene != NULL)
    tb_scene_paint (tiles->scene, cr, &clip, &options);
  if (tiles->scene != NULL && tiles->matches != NULL)
    paint_matches (tiles, cr, &clip, options);
}

/* No transform at all is no transform node. (transfer full) of node and transform */
static GskRenderNode *
transformed (GskRenderNode *node, GskTransform *transform)
{
  if (transform == NULL)
    return node;
  GskRenderNode *result = gsk_transform_node_new (node, transform);
  gsk_transform_unref (transform);
  gsk_render_node_unref (node);
  return result;
}

static void
rasterise (TbTiles *tiles, const Level *level, Tile *tile, int device)
{
  cairo_surface_t *pixels
      = cairo_image_surface_create (tb_tile_node_format (), TB_TILE_PX, TB_TILE_PX);
  cairo_t *cr = cairo_create (pixels);
  gint64 begin = tb_now_ns ();

  paint_tile (tiles, level, tile, cr);
  cairo_destroy (cr);
  cairo_surface_flush (pixels);
  cairo_surface_set_device_scale (pixels, device, device);

  GskRenderNode *picture = tb_tile_node_new (pixels, device);
  float step = (float) TB_TILE_PX / (float) device;
  GskTransform *to = gsk_transform_translate (
      NULL, &GRAPHENE_POINT_INIT ((float) tile->x * step, (float) tile->y * step));
  g_clear_pointer (&tile->node, gsk_render_node_unref);
  tile->node = transformed (picture, to);
  tile->stale = FALSE;
  cairo_surface_destroy (pixels);
  tiles->stats.rasterised++;
  tiles->stats.raster_ns += tb_now_ns () - begin;
}

typedef struct
{
  Tile *tile;
  double distance;
} Wanted;

static int
compare_wanted (gconstpointer a, gconstpointer b)
{
  const Wanted *s = a, *t = b;
  return s->distance < t->distance ? -1 : s->distance > t->distance;
}

/* Tiles of the span that need drawing, the middle one first. */
static GArray *
wanted_tiles (TbTiles *tiles, const Span *span)
{
  GArray *wanted = g_array_new (FALSE, FALSE, sizeof (Wanted));
  double cx = (span->x1 + span->x2 - 1) / 2.0, cy = (span->y1 + span->y2 - 1) / 2.0;
  for (gint32 y = span->y1; y < span->y2; y++)
    for (gint32 x = span->x1; x < span->x2; x++)
      {
        Wanted w = { get_tile (tiles, &tiles->now, x, y, TRUE), hypot (x - cx, y - cy) };
        w.tile->used = tiles->serial;
        if (w.tile->stale)
          g_array_append_val (wanted, w);
      }
  g_array_sort (wanted, compare_wanted);
  return wanted;
}

/* FALSE: the time was not enough. */
static gboolean
rasterise_span (TbTiles *tiles, const Span *span, const Span *seen, int device, gint64 until)
{
  g_autoptr (GArray) wanted = wanted_tiles (tiles, span);
  for (guint i = 0; i < wanted->len; i++)
    {
      /* At least one a frame, so that it ends however slow the machine. */
      if (i > 0 && tb_now_ns () >= until)
        return FALSE;
      Tile *tile = g_array_index (wanted, Wanted, i).tile;
      rasterise (tiles, &tiles->now, tile, device);
      if (in_span (seen, tile))
        tiles->changed = TRUE;
    }
  return TRUE;
}

/* ---- Showing --------------------------------------------------------------------------------- */

static gboolean
same_camera (const TbCamera *a, const TbCamera *b)
{
  return a->zoom == b->zoom && a->ox == b->ox && a->oy == b->oy && a->width == b->width
         && a->height == b->height && a->device == b->device;
}

/* While the zoom changes, a level serves until its pixels are too coarse or too many. */
static void
choose_level (TbTiles *tiles, double scale, gboolean settled)
{
  double ratio = tiles->now.id ? scale / tiles->now.scale : 0;
  if (fabs (ratio - 1) < 1e-9 || (!settled && ratio > 0.6 && ratio < 1.7))
    return;
  if (tiles->before.id && fabs (scale / tiles->before.scale - 1) < 1e-9)
    {
      Level was = tiles->now;
      tiles->now = tiles->before;
      tiles->before = was;
    }
  else
    {
      tiles->others |= tiles->before.id != 0;
      tiles->before = tiles->now;
      tiles->now = (Level){ tiles->next_level++, scale };
    }
  tiles->changed = TRUE;
}

static GskRenderNode *
level_node (TbTiles *tiles, const Level *level, const TbCamera *camera, const Span *span)
{
  g_autoptr (GPtrArray) nodes = g_ptr_array_new ();
  for (gint32 y = span->y1; y < span->y2; y++)
    for (gint32 x = span->x1; x < span->x2; x++)
      {
        Tile *tile = get_tile (tiles, level, x, y, FALSE);
        if (tile != NULL && tile->node != NULL)
          g_ptr_array_add (nodes, tile->node);
      }
  GskRenderNode *all = gsk_container_node_new ((GskRenderNode **) nodes->pdata, nodes->len);
  GskTransform *to = gsk_transform_translate (
      NULL, &GRAPHENE_POINT_INIT ((float) camera->ox, (float) camera->oy));
  double ratio = camera->zoom * camera->device / level->scale;
  if (fabs (ratio - 1) > 1e-9)
    to = gsk_transform_scale (to, (float) ratio, (float) ratio);
  return transformed (all, to);
}

static gboolean
complete (TbTiles *tiles, const Span *span)
{
  for (gint32 y = span->y1; y < span->y2; y++)
    for (gint32 x = span->x1; x < span->x2; x++)
      {
        Tile *tile = get_tile (tiles, &tiles->now, x, y, FALSE);
        if (tile == NULL || tile->node == NULL)
          return FALSE;
      }
  return TRUE;
}

static GskRenderNode *
background_node (TbTiles *tiles, const TbCamera *camera)
{
  TbColour c = tb_theme_colour (tiles->theme, TB_COLOUR_CANVAS);
  GdkRGBA rgba = { (float) c.r, (float) c.g, (float) c.b, 1 };
  return gsk_color_node_new (
      &rgba, &GRAPHENE_RECT_INIT (0, 0, (float) camera->width, (float) camera->height));
}

static GskRenderNode *
build (TbTiles *tiles, const TbCamera *camera, const TbRect *view, const Span *span)
{
  GskRenderNode *parts[3];
  guint n = 0;
  parts[n++] = background_node (tiles, camera);
  if (tiles->before.id != 0 && !complete (tiles, span))
    {
      Span under = span_of (&tiles->before, view);
      /* From far off, a close level's tiles would be a thousand to draw. */
      if ((gint64) (under.x2 - under.x1) * (under.y2 - under.y1) < 100)
        parts[n++] = level_node (tiles, &tiles->before, camera, &under);
    }
  parts[n++] = level_node (tiles, &tiles->now, camera, span);
  GskRenderNode *node = gsk_container_node_new (parts, n);
  while (n > 0)
    gsk_render_node_unref (parts[--n]);
  return node;
}

GskRenderNode *
tb_tiles_snapshot (TbTiles *tiles, const TbCamera *camera, gboolean settled, gint64 budget_ns,
                   gboolean *unfinished)
{
  TbRect view = tb_camera_view (camera);
  gint64 begin = tb_now_ns ();

  tiles->serial++;
  choose_level (tiles, camera->zoom * camera->device, settled);
  Span seen = span_of (&tiles->now, &view);
  Span around = { seen.x1 - 1, seen.y1 - 1, seen.x2 + 1, seen.y2 + 1 };
  *unfinished = !rasterise_span (tiles, &seen, &seen, camera->device, begin + budget_ns);
  /* What a pan will show next, in what is left of a smaller share of the frame. */
  if (!*unfinished && settled && tb_now_ns () < begin + budget_ns / 2)
    *unfinished = !rasterise_span (tiles, &around, &seen, camera->device, begin + budget_ns / 2);
  evict (tiles);

  if (tiles->shown == NULL || tiles->changed || !same_camera (camera, &tiles->shown_camera))
    {
      g_clear_pointer (&tiles->shown, gsk_render_node_unref);
      tiles->shown = build (tiles, camera, &view, &seen);
      tiles->shown_camera = *camera;
      tiles->changed = FALSE;
    }
  return gsk_render_node_ref (tiles->shown);
}
