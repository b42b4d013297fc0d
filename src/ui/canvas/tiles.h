/* The static picture as tiles: each rasterised once, kept while there is room. */
#pragma once

#include <gtk/gtk.h>

#include "camera.h"

G_BEGIN_DECLS

#define TB_TILE_PX 256              /* device pixels */
#define TB_TILES_BYTES (64 * 1024 * 1024) /* ten screens full at 100 % */

typedef struct _TbTiles TbTiles;

TbTiles *tb_tiles_new (void);
void tb_tiles_free (TbTiles *tiles);
/* Which scene and theme; drops every tile. scene may be NULL. */
void tb_tiles_set_scene (TbTiles *tiles, const TbScene *scene, TbThemeId theme);
/* Elements the live layer draws instead; NULL, 0: none. Copied; the caller invalidates. */
void tb_tiles_set_without (TbTiles *tiles, const TbUid *uids, guint n);
/* Whether the grid is drawn (it is at first); the caller invalidates. */
void tb_tiles_set_grid (TbTiles *tiles, gboolean grid);
/* Cards, notes and links that stay as they are while all else is dimmed; NULL: nothing is. The set
 * (TbUid keys) is not owned; every tile is drawn again, the old ones being shown meanwhile. */
void tb_tiles_set_matches (TbTiles *tiles, GHashTable *matches);
void tb_tiles_invalidate (TbTiles *tiles, const TbRect *world);
void tb_tiles_invalidate_all (TbTiles *tiles);
/* Tiles keep being shown scaled while the zoom changes; settled: they are drawn at the exact zoom.
 * Rasterises what is seen for at most budget_ns, from the middle outwards, then a margin around it.
 * The node (transfer full) shows the view as well as it can be shown now; the same node as before
 * where nothing changed. *unfinished: more is to be rasterised. */
GskRenderNode *tb_tiles_snapshot (TbTiles *tiles, const TbCamera *camera, gboolean settled,
                                  gint64 budget_ns, gboolean *unfinished);

typedef struct
{
  guint n, rasterised;
  gsize bytes;
  gint64 raster_ns;
} TbTilesStats;
TbTilesStats tb_tiles_stats (const TbTiles *tiles);

/* tile-node.c: the one place that knows which renderer likes what. */
cairo_format_t tb_tile_node_format (void);
/* (transfer full) */
GskRenderNode *tb_tile_node_new (cairo_surface_t *pixels, int device);
/* Chosen by the renderer that draws the widget. */
void tb_tile_node_choose (GskRenderer *renderer);
/* Whether cairo draws the nodes, on the main thread: it draws again what any change covers, and is the
 * faster the smaller that is and the fewer nodes are in it. */
gboolean tb_tile_node_by_cairo (void);

G_END_DECLS
