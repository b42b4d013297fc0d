/* Messages of a run as dots: one sprite a shape, shared by all of it. */
#include "run-private.h"

#include <math.h>

#define DOT_RADIUS 4.5

typedef struct
{
  TbThemeId theme;
  double r;
} DotPen;

static void
dot_full (cairo_t *cr, const DotPen *pen, const TbColour *accent, const TbColour *ground)
{
  tb_draw_disc (cr, pen->r + 1);
  tb_draw_colour (cr, ground, 0.9);
  cairo_fill (cr);
  tb_draw_disc (cr, pen->r);
  tb_draw_colour (cr, accent, 1);
  cairo_fill (cr);
}

static void
dot_hollow (cairo_t *cr, const DotPen *pen, const TbColour *accent, const TbColour *ground)
{
  tb_draw_disc (cr, pen->r);
  tb_draw_colour (cr, ground, 1);
  cairo_fill (cr);
  tb_draw_disc (cr, pen->r - 0.9);
  tb_draw_colour (cr, accent, 1);
  cairo_set_line_width (cr, 1.8);
  cairo_stroke (cr);
}

static void
dot_diamond (cairo_t *cr, const DotPen *pen, const TbColour *bad, const TbColour *ground)
{
  double r = pen->r * 1.25;
  cairo_move_to (cr, 0, -r);
  cairo_line_to (cr, r, 0);
  cairo_line_to (cr, 0, r);
  cairo_line_to (cr, -r, 0);
  cairo_close_path (cr);
  tb_draw_colour (cr, bad, 1);
  cairo_fill_preserve (cr);
  tb_draw_colour (cr, ground, 0.9);
  cairo_set_line_width (cr, 1);
  cairo_stroke (cr);
}

static void
dot_small (cairo_t *cr, const DotPen *pen, const TbColour *accent, const TbColour *ground)
{
  DotPen small = { pen->theme, pen->r * 0.6 };
  dot_full (cr, &small, accent, ground);
}

static void
dot_broken (cairo_t *cr, const DotPen *pen, const TbColour *bad, const TbColour *ground)
{
  tb_draw_disc (cr, pen->r);
  tb_draw_colour (cr, bad, 1);
  cairo_set_line_width (cr, 1.6);
  cairo_set_dash (cr, (double[]){ 2.2, 2 }, 2, 0);
  cairo_stroke (cr);
}

static const struct
{
  void (*draw) (cairo_t *cr, const DotPen *pen, const TbColour *colour, const TbColour *ground);
  TbColourId colour;
} dots[TB_N_DOTS] = {
  [TB_DOT_REQUEST] = { dot_full, TB_COLOUR_ACCENT },
  [TB_DOT_REPLY] = { dot_hollow, TB_COLOUR_ACCENT },
  [TB_DOT_ERROR] = { dot_diamond, TB_COLOUR_BAD },
  [TB_DOT_BYTES] = { dot_small, TB_COLOUR_ACCENT },
  [TB_DOT_LOST] = { dot_broken, TB_COLOUR_BAD },
};

void
tb_run_drop_dots (TbRunLayer *layer)
{
  for (guint i = 0; i < TB_N_DOTS; i++)
    g_clear_pointer (&layer->dots[i], gsk_render_node_unref);
}

static double
dot_size (const TbCanvas *canvas)
{
  return DOT_RADIUS * CLAMP (canvas->camera.zoom, 0.5, 1.5);
}

/* One sprite a shape, shared by all its dots. */
static GskRenderNode *
make_dot (TbCanvas *canvas, TbDotShape shape)
{
  int device = canvas->camera.device;
  DotPen pen = { canvas->theme, dot_size (canvas) };
  int side = (int) ceil (2 * (pen.r * 1.25 + 2)) * device;
  TbColour colour = tb_theme_colour (canvas->theme, dots[shape].colour);
  TbColour ground = tb_theme_colour (canvas->theme, TB_COLOUR_CARD);
  cairo_surface_t *pixels = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, side, side);
  cairo_surface_set_device_scale (pixels, device, device);
  cairo_t *cr = cairo_create (pixels);
  cairo_translate (cr, side / 2.0 / device, side / 2.0 / device);
  dots[shape].draw (cr, &pen, &colour, &ground);
  cairo_destroy (cr);
  cairo_surface_flush (pixels);
  GskRenderNode *node = tb_tile_node_new (pixels, device);
  cairo_surface_destroy (pixels);
  return node;
}

static void
append_dot (TbCanvas *canvas, GtkSnapshot *snapshot, const TbDot *dot, gint64 now_ns)
{
  TbPoint world;
  double opacity;
  if (!tb_traffic_place (canvas->traffic, dot, tb_canvas_scene (canvas), now_ns, &world, &opacity))
    return;
  TbPoint at = tb_camera_from_world (&canvas->camera, world.x, world.y);
  if (at.x < -10 || at.y < -10 || at.x > canvas->camera.width + 10
      || at.y > canvas->camera.height + 10)
    return;
  if (canvas->run->dots[dot->shape] == NULL)
    canvas->run->dots[dot->shape] = make_dot (canvas, dot->shape);
  GskRenderNode *sprite = canvas->run->dots[dot->shape];
  graphene_rect_t bounds;
  gsk_render_node_get_bounds (sprite, &bounds);
  if (opacity < 1)
    gtk_snapshot_push_opacity (snapshot, opacity);
  tb_draw_at (snapshot, sprite, tb_canvas_whole (canvas, at.x - bounds.size.width / 2),
             tb_canvas_whole (canvas, at.y - bounds.size.height / 2));
  if (opacity < 1)
    gtk_snapshot_pop (snapshot);
}

void
tb_canvas_snapshot_dots (TbCanvas *canvas, GtkSnapshot *snapshot)
{
  guint n;
  const TbDot *all = tb_traffic_dots (canvas->traffic, &n);
  double scale = dot_size (canvas) * canvas->camera.device;
  gint64 now_ns = tb_canvas_now_ns (canvas);

  if (canvas->run->dots_scale != scale)
    tb_run_drop_dots (canvas->run);
  canvas->run->dots_scale = scale;
  for (guint i = 0; i < n; i++)
    append_dot (canvas, snapshot, &all[i], now_ns);
}
