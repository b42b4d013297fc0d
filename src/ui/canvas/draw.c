/* Drawing shared by the parts of the live layer. */
#include "run-private.h"

#include <math.h>

GskRenderNode *
tb_draw_node (const TbRect *bounds, TbDraw draw, gpointer data)
{
  GskRenderNode *node = gsk_cairo_node_new (
      &GRAPHENE_RECT_INIT ((float) floor (bounds->x), (float) floor (bounds->y),
                           (float) ceil (bounds->width) + 1, (float) ceil (bounds->height) + 1));
  cairo_t *cr = gsk_cairo_node_get_draw_context (node);
  draw (cr, data);
  cairo_destroy (cr);
  return node;
}

/* Larger ones are seldom wholly in sight, and would cost memory. */
#define PIXELS_MAX (1 << 17)

GskRenderNode *
tb_draw_kept (const TbRect *bounds, int device, TbDraw draw, gpointer data)
{
  double x = floor (bounds->x), y = floor (bounds->y);
  int width = ((int) ceil (bounds->width) + 1) * device, height = ((int) ceil (bounds->height) + 1) * device;
  if ((gint64) width * height > PIXELS_MAX)
    return tb_draw_node (bounds, draw, data);
  cairo_surface_t *pixels = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, width, height);
  cairo_surface_set_device_scale (pixels, device, device);
  cairo_t *cr = cairo_create (pixels);
  cairo_translate (cr, -x, -y);
  draw (cr, data);
  cairo_destroy (cr);
  GskRenderNode *node = tb_draw_pixels (pixels, x, y);
  cairo_surface_destroy (pixels);
  return node;
}

GskRenderNode *
tb_draw_pixels (cairo_surface_t *pixels, double x, double y)
{
  double sx, sy;
  cairo_surface_get_device_scale (pixels, &sx, &sy);
  GskRenderNode *node = gsk_cairo_node_new (
      &GRAPHENE_RECT_INIT ((float) x, (float) y, (float) (cairo_image_surface_get_width (pixels) / sx),
                           (float) (cairo_image_surface_get_height (pixels) / sy)));
  cairo_t *cr = gsk_cairo_node_get_draw_context (node);
  cairo_set_source_surface (cr, pixels, x, y);
  cairo_paint (cr);
  cairo_destroy (cr);
  return node;
}

void
tb_draw_colour (cairo_t *cr, const TbColour *colour, double alpha)
{
  cairo_set_source_rgba (cr, colour->r, colour->g, colour->b, colour->a * alpha);
}

GdkRGBA
tb_draw_rgba (const TbColour *colour, double alpha)
{
  return (GdkRGBA){ (float) colour->r, (float) colour->g, (float) colour->b,
                    (float) (colour->a * alpha) };
}

void
tb_draw_rounded (cairo_t *cr, const TbRect *r, double radius)
{
  double k = MIN (radius, MIN (r->width, r->height) / 2);
  cairo_new_sub_path (cr);
  cairo_arc (cr, r->x + r->width - k, r->y + k, k, -G_PI_2, 0);
  cairo_arc (cr, r->x + r->width - k, r->y + r->height - k, k, 0, G_PI_2);
  cairo_arc (cr, r->x + k, r->y + r->height - k, k, G_PI_2, G_PI);
  cairo_arc (cr, r->x + k, r->y + k, k, G_PI, 3 * G_PI_2);
  cairo_close_path (cr);
}

/* Corners rounded as the static picture rounds them: never more than half of a segment. */
void
tb_draw_route (cairo_t *cr, const TbPoint *points, guint n, double radius)
{
  cairo_move_to (cr, points[0].x, points[0].y);
  for (guint i = 1; i + 1 < n; i++)
    {
      TbPoint a = points[i - 1], b = points[i], c = points[i + 1];
      double in = hypot (b.x - a.x, b.y - a.y), out = hypot (c.x - b.x, c.y - b.y);
      double r = MIN (radius, MIN (in, out) / 2);
      if (in == 0 || out == 0)
        continue;
      TbPoint p = { b.x - (b.x - a.x) / in * r, b.y - (b.y - a.y) / in * r };
      TbPoint q = { b.x + (c.x - b.x) / out * r, b.y + (c.y - b.y) / out * r };
      cairo_line_to (cr, p.x, p.y);
      /* A quarter circle as a cubic: control points 0.5523 of the way to the corner. */
      cairo_curve_to (cr, p.x + (b.x - p.x) * 0.5523, p.y + (b.y - p.y) * 0.5523,
                      q.x + (b.x - q.x) * 0.5523, q.y + (b.y - q.y) * 0.5523, q.x, q.y);
    }
  cairo_line_to (cr, points[n - 1].x, points[n - 1].y);
}

static GskRoundedRect
rounded_rect (const TbRect *r, double radius)
{
  GskRoundedRect rect;
  graphene_rect_t bounds = GRAPHENE_RECT_INIT ((float) r->x, (float) r->y, (float) r->width,
                                               (float) r->height);
  gsk_rounded_rect_init_from_rect (&rect, &bounds,
                                   (float) MIN (radius, MIN (r->width, r->height) / 2));
  return rect;
}

void
tb_draw_outline (GtkSnapshot *snapshot, const TbRect *r, double radius, double width,
                 const GdkRGBA *colour)
{
  GskRoundedRect rect = rounded_rect (r, radius);
  float w = (float) width;
  gtk_snapshot_append_border (snapshot, &rect, (float[4]){ w, w, w, w },
                              (GdkRGBA[4]){ *colour, *colour, *colour, *colour });
}

void
tb_draw_fill (GtkSnapshot *snapshot, const TbRect *r, double radius, const GdkRGBA *colour)
{
  GskRoundedRect rect = rounded_rect (r, radius);
  gtk_snapshot_push_rounded_clip (snapshot, &rect);
  gtk_snapshot_append_color (snapshot, colour, &rect.bounds);
  gtk_snapshot_pop (snapshot);
}

void
tb_draw_disc (cairo_t *cr, double radius)
{
  cairo_new_path (cr);
  cairo_arc (cr, 0, 0, radius, 0, 2 * G_PI);
}

void
tb_draw_cross (cairo_t *cr, double reach)
{
  cairo_move_to (cr, -reach, -reach);
  cairo_line_to (cr, reach, reach);
  cairo_move_to (cr, reach, -reach);
  cairo_line_to (cr, -reach, reach);
  cairo_stroke (cr);
}

void
tb_draw_at (GtkSnapshot *snapshot, GskRenderNode *node, double x, double y)
{
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT ((float) x, (float) y));
  gtk_snapshot_append_node (snapshot, node);
  gtk_snapshot_restore (snapshot);
}

double
tb_canvas_whole (TbCanvas *canvas, double v)
{
  return round (v * canvas->camera.device) / canvas->camera.device;
}
