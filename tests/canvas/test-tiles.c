/* Tiles show what the painter draws, pixel for pixel; what has not changed is not drawn again; the
 * cache keeps its bound. No display: GSK draws its nodes to a surface. */
#include "tiles.h"

#include <string.h>

#include "tb-base.h"

#define FOREVER (1000 * TB_NS_PER_S)

static const char drawing[]
    = "<architecture xmlns=\"urn:tierboard:1\" name=\"Two\">"
      "<component id=\"a\" kind=\"client\" name=\"First\"/>"
      "<component id=\"b\" kind=\"server\" name=\"Second\"/>"
      "<link id=\"ab\" from=\"a\" to=\"b\"/>"
      "<view id=\"main\" frame=\"none\"><place of=\"a\" x=\"40\" y=\"60\"/>"
      "<place of=\"b\" x=\"420\" y=\"300\"/></view></architecture>";

typedef struct
{
  TbDocument *document;
  TbScene *scene;
  TbTiles *tiles;
  TbCamera camera;
} Fixture;

static void
open_drawing (Fixture *f)
{
  f->document = tb_document_load_bytes ("two", drawing, strlen (drawing), NULL, NULL);
  f->scene = tb_scene_new (tb_document_model (f->document), NULL);
  f->tiles = tb_tiles_new ();
  tb_camera_init (&f->camera);
  f->camera.width = 640;
  f->camera.height = 480;
  tb_tiles_set_scene (f->tiles, f->scene, TB_THEME_LIGHT);
}

static void
close_drawing (Fixture *f)
{
  tb_tiles_free (f->tiles);
  tb_scene_free (f->scene);
  g_object_unref (f->document);
}

static GskRenderNode *
show (Fixture *f)
{
  gboolean unfinished = TRUE;
  GskRenderNode *node = NULL;
  while (unfinished)
    {
      g_clear_pointer (&node, gsk_render_node_unref);
      node = tb_tiles_snapshot (f->tiles, &f->camera, TRUE, FOREVER, &unfinished);
    }
  return node;
}

static cairo_surface_t *
by_tiles (Fixture *f)
{
  cairo_surface_t *s = cairo_image_surface_create (CAIRO_FORMAT_RGB24, 640, 480);
  cairo_t *cr = cairo_create (s);
  GskRenderNode *node = show (f);
  gsk_render_node_draw (node, cr);
  gsk_render_node_unref (node);
  cairo_destroy (cr);
  cairo_surface_flush (s);
  return s;
}

static cairo_surface_t *
by_painter (Fixture *f)
{
  cairo_surface_t *s = cairo_image_surface_create (CAIRO_FORMAT_RGB24, 640, 480);
  cairo_t *cr = cairo_create (s);
  TbRect view = tb_camera_view (&f->camera);
  TbPaintOptions options = { .theme = TB_THEME_LIGHT, .scale = f->camera.zoom, .background = TRUE,
                             .grid = TRUE };
  cairo_translate (cr, f->camera.ox, f->camera.oy);
  cairo_scale (cr, f->camera.zoom, f->camera.zoom);
  tb_scene_paint (f->scene, cr, &view, &options);
  cairo_destroy (cr);
  cairo_surface_flush (s);
  return s;
}

/* Pixels that differ by more than rounding. */
static guint
difference (cairo_surface_t *a, cairo_surface_t *b)
{
  guint n = 0;
  for (int y = 0; y < 480; y++)
    {
      const guint8 *p = cairo_image_surface_get_data (a) + y * cairo_image_surface_get_stride (a);
      const guint8 *q = cairo_image_surface_get_data (b) + y * cairo_image_surface_get_stride (b);
      for (int x = 0; x < 640; x++)
        for (int c = 0; c < 3; c++)
          if (ABS (p[4 * x + c] - q[4 * x + c]) > 3)
            {
              n++;
              break;
            }
    }
  return n;
}

static void
compare (Fixture *f)
{
  cairo_surface_t *a = by_tiles (f), *b = by_painter (f);
  guint n = difference (a, b);
  if (n > 0)
    {
      cairo_surface_write_to_png (a, "tiles.out.png");
      cairo_surface_write_to_png (b, "tiles.wanted.png");
    }
  g_assert_cmpuint (n, ==, 0);
  cairo_surface_destroy (a);
  cairo_surface_destroy (b);
}

static void
test_same_pixels (void)
{
  Fixture f;
  open_drawing (&f);
  compare (&f);
  tb_camera_pan (&f.camera, 37, -113);
  compare (&f);
  tb_camera_pan (&f.camera, -300, 400);
  compare (&f);
  close_drawing (&f);
}

static void
test_still_picture_is_the_same_node (void)
{
  Fixture f;
  open_drawing (&f);
  GskRenderNode *a = show (&f);
  guint drawn = tb_tiles_stats (f.tiles).rasterised;
  GskRenderNode *b = show (&f);
  g_assert_true (a == b);
  g_assert_cmpuint (tb_tiles_stats (f.tiles).rasterised, ==, drawn);
  gsk_render_node_unref (a);
  gsk_render_node_unref (b);
  close_drawing (&f);
}

static void
test_a_small_change_draws_few_tiles (void)
{
  Fixture f;
  TbRect dirty = { 300, 200, 4, 4 };
  open_drawing (&f);
  gsk_render_node_unref (show (&f));
  guint before = tb_tiles_stats (f.tiles).rasterised;
  tb_tiles_invalidate (f.tiles, &dirty);
  gsk_render_node_unref (show (&f));
  g_assert_cmpuint (tb_tiles_stats (f.tiles).rasterised - before, ==, 1);
  close_drawing (&f);
}

static void
test_a_moved_card_is_seen (void)
{
  Fixture f;
  open_drawing (&f);
  TbUid uid = tb_element_uid (tb_model_lookup (tb_document_model (f.document), "b"));
  g_autoptr (GArray) dirty = g_array_new (FALSE, FALSE, sizeof (TbRect));
  gsk_render_node_unref (show (&f));
  tb_scene_preview_move (f.scene, &uid, 1, -60, -100, dirty);
  for (guint i = 0; i < dirty->len; i++)
    tb_tiles_invalidate (f.tiles, &g_array_index (dirty, TbRect, i));
  compare (&f);
  close_drawing (&f);
}

static void
test_time_is_kept (void)
{
  Fixture f;
  gboolean unfinished;
  open_drawing (&f);
  GskRenderNode *node = tb_tiles_snapshot (f.tiles, &f.camera, TRUE, 0, &unfinished);
  g_assert_true (unfinished);
  g_assert_cmpuint (tb_tiles_stats (f.tiles).rasterised, ==, 1);
  gsk_render_node_unref (node);
  close_drawing (&f);
}

static void
test_memory_is_bounded (void)
{
  Fixture f;
  open_drawing (&f);
  for (int i = 0; i < 60; i++)
    {
      gsk_render_node_unref (show (&f));
      tb_camera_pan (&f.camera, -640, i % 7 == 0 ? -480 : 0);
      g_assert_cmpuint (tb_tiles_stats (f.tiles).bytes, <=, TB_TILES_BYTES);
    }
  g_assert_cmpuint (tb_tiles_stats (f.tiles).rasterised, >, TB_TILES_BYTES / (256 * 256 * 4));
  close_drawing (&f);
}

static void
test_old_pictures_serve_while_zooming (void)
{
  Fixture f;
  gboolean unfinished;
  open_drawing (&f);
  gsk_render_node_unref (show (&f));
  guint before = tb_tiles_stats (f.tiles).rasterised;
  tb_camera_zoom_at (&f.camera, 1.3, 320, 240);
  GskRenderNode *node = tb_tiles_snapshot (f.tiles, &f.camera, FALSE, 0, &unfinished);
  g_assert_cmpuint (tb_tiles_stats (f.tiles).rasterised, <=, before + 1);
  gsk_render_node_unref (node);
  close_drawing (&f);
}

int
main (int argc, char **argv)
{
  g_unsetenv ("DISPLAY");
  g_unsetenv ("WAYLAND_DISPLAY");
  g_test_init (&argc, &argv, NULL);
  /* Without it GSK does not know its own types; that there is no display does not matter. */
  gtk_init_check ();
  g_test_add_func ("/canvas/tiles/same-pixels", test_same_pixels);
  g_test_add_func ("/canvas/tiles/same-node", test_still_picture_is_the_same_node);
  g_test_add_func ("/canvas/tiles/small-change", test_a_small_change_draws_few_tiles);
  g_test_add_func ("/canvas/tiles/moved-card", test_a_moved_card_is_seen);
  g_test_add_func ("/canvas/tiles/time-is-kept", test_time_is_kept);
  g_test_add_func ("/canvas/tiles/memory-is-bounded", test_memory_is_bounded);
  g_test_add_func ("/canvas/tiles/zooming", test_old_pictures_serve_while_zooming);
  return g_test_run ();
}
