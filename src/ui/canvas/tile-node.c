/* How a tile's pixels become a render node. Measured on GTK 4.8: a cairo node that holds an image
 * surface costs 8 ms a frame under the cairo renderer and 1.4 ms under the old GL one, whatever the
 * drawing's size, where a texture node costs 18-28 ms under cairo (each frame converts it). The
 * renderers since GTK 4.14 (ngl, vulkan) would upload a cairo node anew when its scale changes, and
 * only sample a texture anew. */
#include "tiles.h"

#include <string.h>

static gboolean use_textures, by_cairo;

void
tb_tile_node_choose (GskRenderer *renderer)
{
  const char *name = renderer ? G_OBJECT_TYPE_NAME (renderer) : "";
  use_textures = strstr (name, "Ngl") != NULL || strstr (name, "NGL") != NULL
                 || strstr (name, "Vulkan") != NULL;
  by_cairo = strstr (name, "Cairo") != NULL;
}

gboolean
tb_tile_node_by_cairo (void)
{
  return by_cairo;
}

/* Cairo copies pixels without alpha instead of blending them; a texture wants its alpha set. */
cairo_format_t
tb_tile_node_format (void)
{
  return use_textures ? CAIRO_FORMAT_ARGB32 : CAIRO_FORMAT_RGB24;
}

static GskRenderNode *
texture_node (cairo_surface_t *pixels, const graphene_rect_t *bounds)
{
  int width = cairo_image_surface_get_width (pixels);
  int height = cairo_image_surface_get_height (pixels);
  int stride = cairo_image_surface_get_stride (pixels);
  g_autoptr (GBytes) bytes = g_bytes_new_with_free_func (
      cairo_image_surface_get_data (pixels), (gsize) stride * (gsize) height,
      (GDestroyNotify) cairo_surface_destroy, cairo_surface_reference (pixels));
  g_autoptr (GdkTexture) texture
      = gdk_memory_texture_new (width, height, GDK_MEMORY_DEFAULT, bytes, (gsize) stride);
  return gsk_texture_node_new (texture, bounds);
}

GskRenderNode *
tb_tile_node_new (cairo_surface_t *pixels, int device)
{
  float size = (float) cairo_image_surface_get_width (pixels) / (float) device;
  graphene_rect_t bounds = GRAPHENE_RECT_INIT (0, 0, size, size);
  if (use_textures)
    return texture_node (pixels, &bounds);

  GskRenderNode *node = gsk_cairo_node_new (&bounds);
  cairo_t *cr = gsk_cairo_node_get_draw_context (node);
  cairo_set_source_surface (cr, pixels, 0, 0);
  /* Scaled tiles are seen for a moment while zooming; cairo's better filters cost ten times that. */
  cairo_pattern_set_filter (cairo_get_source (cr), CAIRO_FILTER_BILINEAR);
  cairo_paint (cr);
  cairo_destroy (cr);
  return node;
}
