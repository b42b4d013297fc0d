/* Messages of a run as dots: one sprite a shape, shared by all of it.
 *
 * Where a GPU draws, each dot is a node that only moves. Where cairo does, a hundred nodes that moved are
 * too many to be compared, and all of the canvas would be drawn anew: there the dots of each square of the
 * canvas are put into one picture, as large as they need, and only those few are drawn again. */
#include "run-private.h"

#include <math.h>

#define DOT_RADIUS 4.5
#define SQUARE 128.0 /* widget pixels */

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
    {
      g_clear_pointer (&layer->dots[i], gsk_render_node_unref);
      g_clear_pointer (&layer->sprites[i], cairo_surface_destroy);
    }
}

static double
dot_size (const TbCanvas *canvas)
{
  return DOT_RADIUS * CLAMP (canvas->camera.zoom, 0.5, 1.5);
}

/* One a shape, shared by all its dots. */
static cairo_surface_t *
sprite_of (TbCanvas *canvas, TbDotShape shape)
{
  int device = canvas->camera.device;
  DotPen pen = { canvas->theme, dot_size (canvas) };
  int side = (int) ceil (2 * (pen.r * 1.25 + 2)) * device;
  TbColour colour = tb_theme_colour (canvas->theme, dots[shape].colour);
  TbColour ground = tb_theme_colour (canvas->theme, TB_COLOUR_CARD);
  cairo_surface_t **sprite = &canvas->run->sprites[shape];
  if (*sprite != NULL)
    return *sprite;
  *sprite = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, side, side);
  cairo_surface_set_device_scale (*sprite, device, device);
  cairo_t *cr = cairo_create (*sprite);
  cairo_translate (cr, side / 2.0 / device, side / 2.0 / device);
  dots[shape].draw (cr, &pen, &colour, &ground);
  cairo_destroy (cr);
  cairo_surface_flush (*sprite);
  return *sprite;
}

typedef struct
{
  TbRect r; /* of the sprite, in the widget */
  double opacity;
  TbDotShape shape;
  guint square; /* that its middle is in */
} Placed;

/* FALSE: it is not in sight. */
static gboolean
place_dot (TbCanvas *canvas, const TbDot *dot, gint64 now_ns, Placed *placed)
{
  TbPoint world;
  if (!tb_traffic_place (canvas->traffic, dot, tb_canvas_scene (canvas), now_ns, &world, &placed->opacity))
    return FALSE;
  TbPoint at = tb_camera_from_world (&canvas->camera, world.x, world.y);
  if (at.x < -10 || at.y < -10 || at.x > canvas->camera.width + 10 || at.y > canvas->camera.height + 10)
    return FALSE;
  double side = (double) cairo_image_surface_get_width (sprite_of (canvas, dot->shape)) / canvas->camera.device;
  placed->r = (TbRect){ tb_canvas_whole (canvas, at.x - side / 2), tb_canvas_whole (canvas, at.y - side / 2), side,
                        side };
  placed->shape = dot->shape;
  placed->square = (guint) (MAX (at.y, 0) / SQUARE) << 16 | (guint) (MAX (at.x, 0) / SQUARE);
  return TRUE;
}

/* ---- By nodes -------------------------------------------------------------------------------- */

static void
append_nodes (TbCanvas *canvas, GtkSnapshot *snapshot, const Placed *all, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      GskRenderNode **node = &canvas->run->dots[all[i].shape];
      if (*node == NULL)
        *node = tb_tile_node_new (sprite_of (canvas, all[i].shape), canvas->camera.device);
      if (all[i].opacity < 1)
        gtk_snapshot_push_opacity (snapshot, all[i].opacity);
      tb_draw_at (snapshot, *node, all[i].r.x, all[i].r.y);
      if (all[i].opacity < 1)
        gtk_snapshot_pop (snapshot);
    }
}

/* ---- By squares ------------------------------------------------------------------------------ */

static int
by_square (gconstpointer a, gconstpointer b)
{
  guint x = ((const Placed *) a)->square, y = ((const Placed *) b)->square;
  return x < y ? -1 : x > y;
}

static void
append_square (TbCanvas *canvas, GtkSnapshot *snapshot, const Placed *all, guint n)
{
  int device = canvas->camera.device;
  TbRect r = all[0].r;
  for (guint i = 1; i < n; i++)
    tb_rect_union (&r, &all[i].r, &r);
  cairo_surface_t *pixels = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, (int) ceil (r.width * device),
                                                        (int) ceil (r.height * device));
  cairo_surface_set_device_scale (pixels, device, device);
  cairo_t *cr = cairo_create (pixels);
  for (guint i = 0; i < n; i++)
    {
      cairo_set_source_surface (cr, sprite_of (canvas, all[i].shape), all[i].r.x - r.x, all[i].r.y - r.y);
      if (all[i].opacity < 1)
        cairo_paint_with_alpha (cr, all[i].opacity);
      else
        cairo_paint (cr);
    }
  cairo_destroy (cr);
  GskRenderNode *node = tb_draw_pixels (pixels, r.x, r.y);
  gtk_snapshot_append_node (snapshot, node);
  gsk_render_node_unref (node);
  cairo_surface_destroy (pixels);
}

static void
append_squares (TbCanvas *canvas, GtkSnapshot *snapshot, GArray *placed)
{
  guint from = 0;
  g_array_sort (placed, by_square);
  for (guint i = 1; i <= placed->len; i++)
    if (i == placed->len
        || g_array_index (placed, Placed, i).square != g_array_index (placed, Placed, from).square)
      {
        append_square (canvas, snapshot, &g_array_index (placed, Placed, from), i - from);
        from = i;
      }
}

void
tb_canvas_snapshot_dots (TbCanvas *canvas, GtkSnapshot *snapshot)
{
  guint n;
  const TbDot *all = tb_traffic_dots (canvas->traffic, &n);
  double scale = dot_size (canvas) * canvas->camera.device;
  gint64 now_ns = tb_canvas_now_ns (canvas);
  g_autoptr (GArray) placed = g_array_sized_new (FALSE, FALSE, sizeof (Placed), n);

  if (canvas->run->dots_scale != scale)
    tb_run_drop_dots (canvas->run);
  canvas->run->dots_scale = scale;
  for (guint i = 0; i < n; i++)
    {
      Placed one;
      if (place_dot (canvas, &all[i], now_ns, &one))
        g_array_append_val (placed, one);
    }
  if (tb_tile_node_by_cairo ())
    append_squares (canvas, snapshot, placed);
  else
    append_nodes (canvas, snapshot, &g_array_index (placed, Placed, 0), placed->len);
}
