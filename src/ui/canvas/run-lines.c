/* The lines of links in a run, over those of the drawing: cut or not tapped (then the drawing leaves
 * them out), as thick as their rate, in the colour and with the dashes of their health; and on each, at
 * its tap, the faults that are active there. */
#include "run-private.h"

#include <math.h>

#include "tb-base.h"

#define FAULT_RADIUS 8.0

typedef struct
{
  TbCanvas *canvas;
  TbUid uid;
  const TbLinkShow *show;
  const TbPoint *points;
  guint n;
  TbPoint origin; /* of the node, in the world */
} LineDraw;

/* ---- Faults ---------------------------------------------------------------------------------- */

static void
glyph_clock (cairo_t *cr)
{
  cairo_arc (cr, 0, 0, 4.2, 0, 2 * G_PI);
  cairo_stroke (cr);
  cairo_move_to (cr, 0, -2.8);
  cairo_line_to (cr, 0, 0);
  cairo_line_to (cr, 2, 1);
  cairo_stroke (cr);
}

static void
glyph_falling (cairo_t *cr)
{
  cairo_move_to (cr, 0, -4.2);
  cairo_line_to (cr, 0, 3.6);
  cairo_move_to (cr, -2.8, 1);
  cairo_line_to (cr, 0, 4);
  cairo_line_to (cr, 2.8, 1);
  cairo_stroke (cr);
}

static void
glyph_bars (cairo_t *cr)
{
  cairo_move_to (cr, -1.8, -3.4);
  cairo_line_to (cr, -1.8, 3.4);
  cairo_move_to (cr, 1.8, -3.4);
  cairo_line_to (cr, 1.8, 3.4);
  cairo_stroke (cr);
}

static void
glyph_twice (cairo_t *cr)
{
  cairo_arc (cr, -2.1, 0, 1.8, 0, 2 * G_PI);
  cairo_fill (cr);
  cairo_arc (cr, 2.6, 0, 1.8, 0, 2 * G_PI);
  cairo_fill (cr);
}

static void
glyph_narrow (cairo_t *cr)
{
  cairo_move_to (cr, -4, -3.4);
  cairo_line_to (cr, 0, -1.1);
  cairo_line_to (cr, 4, -1.1);
  cairo_move_to (cr, -4, 3.4);
  cairo_line_to (cr, 0, 1.1);
  cairo_line_to (cr, 4, 1.1);
  cairo_stroke (cr);
}

static void
glyph_cross (cairo_t *cr)
{
  tb_draw_cross (cr, 3);
}

static void
glyph_swapped (cairo_t *cr)
{
  cairo_move_to (cr, -3.6, -2);
  cairo_curve_to (cr, 0, -2, 0, 2, 3.6, 2);
  cairo_move_to (cr, -3.6, 2);
  cairo_curve_to (cr, 0, 2, 0, -2, 3.6, -2);
  cairo_stroke (cr);
}

static void
glyph_zigzag (cairo_t *cr)
{
  cairo_move_to (cr, -4, 1.6);
  cairo_line_to (cr, -1.4, -2.4);
  cairo_line_to (cr, 1.2, 2.4);
  cairo_line_to (cr, 4, -1.6);
  cairo_stroke (cr);
}

/* One row a kind of fault, the most disturbing first: of several the first is drawn. */
static const struct
{
  TbFaultKind kind;
  void (*draw) (cairo_t *cr);
  TbColourId colour;
} glyphs[] = {
  { TB_FAULT_CUT, glyph_cross, TB_COLOUR_BAD },
  { TB_FAULT_REFUSE, glyph_cross, TB_COLOUR_BAD },      { TB_FAULT_BLACKHOLE, glyph_cross, TB_COLOUR_BAD },
  { TB_FAULT_RESET_PEER, glyph_cross, TB_COLOUR_BAD },  { TB_FAULT_TIMEOUT, glyph_cross, TB_COLOUR_BAD },
  { TB_FAULT_HTTP_ABORT, glyph_cross, TB_COLOUR_BAD },  { TB_FAULT_DROP, glyph_falling, TB_COLOUR_BAD },
  { TB_FAULT_PACKET_LOSS, glyph_falling, TB_COLOUR_WARN },
  { TB_FAULT_HOLD, glyph_bars, TB_COLOUR_WARN },        { TB_FAULT_CORRUPT, glyph_zigzag, TB_COLOUR_WARN },
  { TB_FAULT_DUPLICATE, glyph_twice, TB_COLOUR_WARN },  { TB_FAULT_REORDER, glyph_swapped, TB_COLOUR_WARN },
  { TB_FAULT_BANDWIDTH, glyph_narrow, TB_COLOUR_WARN }, { TB_FAULT_LATENCY, glyph_clock, TB_COLOUR_WARN },
};

static void
draw_faults (cairo_t *cr, const LineDraw *d, TbPoint at)
{
  TbThemeId theme = d->canvas->theme;
  guint which = G_N_ELEMENTS (glyphs) - 1;
  for (guint i = G_N_ELEMENTS (glyphs); i-- > 0;)
    if (d->show->faults >> glyphs[i].kind & 1)
      which = i;
  TbColour colour = tb_theme_colour (theme, glyphs[which].colour);
  TbColour card = tb_theme_colour (theme, TB_COLOUR_CARD);
  cairo_save (cr);
  cairo_translate (cr, at.x, at.y);
  cairo_set_dash (cr, NULL, 0, 0);
  cairo_set_line_cap (cr, CAIRO_LINE_CAP_ROUND);
  tb_draw_disc (cr, FAULT_RADIUS);
  tb_draw_colour (cr, &card, 1);
  cairo_fill_preserve (cr);
  tb_draw_colour (cr, &colour, 1);
  cairo_set_line_width (cr, 1.5);
  cairo_stroke (cr);
  glyphs[which].draw (cr);
  cairo_restore (cr);
}

/* ---- Lines ----------------------------------------------------------------------------------- */

static void
arrow_head (cairo_t *cr, const LineDraw *d)
{
  TbPoint b = d->points[d->n - 1], a = d->points[d->n - 2];
  double angle = atan2 (b.y - a.y, b.x - a.x), half = MAX (4, d->show->width * 1.5);
  cairo_save (cr);
  cairo_translate (cr, b.x, b.y);
  cairo_rotate (cr, angle);
  cairo_move_to (cr, 0, 0);
  cairo_line_to (cr, -2.25 * half, -half);
  cairo_line_to (cr, -2.25 * half, half);
  cairo_close_path (cr);
  cairo_fill (cr);
  cairo_restore (cr);
}

static void
leave_gap (cairo_t *cr, TbPoint at, double radius)
{
  cairo_rectangle (cr, -1e5, -1e5, 2e5, 2e5);
  cairo_new_sub_path (cr);
  cairo_arc_negative (cr, at.x, at.y, radius, 2 * G_PI, 0);
  cairo_set_fill_rule (cr, CAIRO_FILL_RULE_EVEN_ODD);
  cairo_clip (cr);
}

static TbColourId
line_colour (const TbLinkShow *show)
{
  static const TbColourId healths[] = { [TB_HEALTH_NONE] = TB_COLOUR_LINK, [TB_HEALTH_GOOD] = TB_COLOUR_LINK,
                                        [TB_HEALTH_DEGRADED] = TB_COLOUR_WARN,
                                        [TB_HEALTH_FAILED] = TB_COLOUR_BAD };
  return show->cut ? TB_COLOUR_BAD : show->not_tapped ? TB_COLOUR_DIM : healths[show->health];
}

static void
set_dashes (cairo_t *cr, const TbLinkShow *show)
{
  static const double cut[] = { 6, 4 }, dots[] = { 0.1, 4.5 }, degraded[] = { 14, 4 },
                      failed[] = { 9, 3, 2, 3 };
  if (show->cut)
    cairo_set_dash (cr, cut, 2, 0);
  else if (show->not_tapped)
    cairo_set_dash (cr, dots, 2, 0);
  else if (show->health == TB_HEALTH_DEGRADED)
    cairo_set_dash (cr, degraded, 2, 0);
  else if (show->health == TB_HEALTH_FAILED)
    cairo_set_dash (cr, failed, 4, 0);
}

static void
stroke_route (cairo_t *cr, const LineDraw *d, TbPoint middle)
{
  TbColour colour = tb_theme_colour (d->canvas->theme, line_colour (d->show));
  gboolean round = !d->show->cut && d->show->health < TB_HEALTH_DEGRADED;
  tb_draw_colour (cr, &colour, 1);
  cairo_set_line_width (cr, MAX (d->show->width, 1.8));
  cairo_save (cr);
  if (d->show->cut)
    leave_gap (cr, middle, 10);
  cairo_set_line_cap (cr, round ? CAIRO_LINE_CAP_ROUND : CAIRO_LINE_CAP_BUTT);
  set_dashes (cr, d->show);
  tb_draw_route (cr, d->points, d->n, 9);
  cairo_stroke (cr);
  cairo_restore (cr);
  arrow_head (cr, d);
}

static gboolean
has_line (const TbLinkShow *show)
{
  return show->cut || show->not_tapped || show->width > 0 || show->health >= TB_HEALTH_DEGRADED;
}

static void
draw_line (cairo_t *cr, gpointer data)
{
  const LineDraw *d = data;
  const TbScene *scene = tb_canvas_scene (d->canvas);
  TbPoint middle = tb_scene_route_point (scene, d->uid, tb_scene_route_length (scene, d->uid) / 2);

  cairo_scale (cr, d->canvas->camera.zoom, d->canvas->camera.zoom);
  cairo_translate (cr, -d->origin.x, -d->origin.y);
  if (has_line (d->show))
    stroke_route (cr, d, middle);
  if (d->show->cut)
    {
      cairo_translate (cr, middle.x, middle.y);
      cairo_set_line_width (cr, 3);
      tb_draw_cross (cr, 5);
    }
  else if (d->show->faults)
    draw_faults (cr, d, middle);
}

/* Appends the line's node, at its own origin, to what is kept. */
static void
append_line (TbCanvas *canvas, GtkSnapshot *part, TbUid line, const TbLinkShow *show, TbPoint origin)
{
  TbItemKind kind;
  TbRect r;
  LineDraw d = { canvas, line, show, NULL, 0, origin };
  double zoom = canvas->camera.zoom, grow = 14 * MAX (zoom, 1);
  d.points = tb_scene_route (tb_canvas_scene (canvas), line, &d.n);
  if (d.n < 2 || !tb_scene_item (tb_canvas_scene (canvas), line, &kind, &r))
    return;
  TbRect bounds = { (r.x - origin.x) * zoom - grow, (r.y - origin.y) * zoom - grow,
                    r.width * zoom + 2 * grow, r.height * zoom + 2 * grow };
  GskRenderNode *node = tb_draw_kept (&bounds, canvas->camera.device, draw_line, &d);
  gtk_snapshot_append_node (part, node);
  gsk_render_node_unref (node);
}

static TbRect
bounds_of (const TbScene *scene, GArray *lines)
{
  TbRect all = { 0 };
  for (guint i = 0; i < lines->len; i++)
    {
      TbItemKind kind;
      TbRect r;
      if (!tb_scene_item (scene, g_array_index (lines, TbUid, i), &kind, &r))
        continue;
      if (all.width == 0 && all.height == 0)
        all = r;
      else
        tb_rect_union (&all, &r, &all);
    }
  return all;
}

void
tb_run_line_snapshot (TbCanvas *canvas, GtkSnapshot *snapshot, TbUid uid, TbLinkShow *show)
{
  TbRect widget = { -20, -20, canvas->camera.width + 40, canvas->camera.height + 40 };
  g_autoptr (GArray) lines = NULL;
  if (!has_line (show) && !show->faults)
    return;
  lines = g_array_new (FALSE, FALSE, sizeof (TbUid));
  tb_scene_link_lines (tb_canvas_scene (canvas), uid, lines);
  TbRect world = bounds_of (tb_canvas_scene (canvas), lines), r = tb_camera_rect (&canvas->camera, &world);
  if (lines->len == 0 || !tb_rect_intersects (&r, &widget))
    return;
  if (show->lines == NULL || show->lines_scale != canvas->camera.zoom)
    {
      GtkSnapshot *part = gtk_snapshot_new ();
      for (guint i = 0; i < lines->len; i++)
        append_line (canvas, part, g_array_index (lines, TbUid, i), show, (TbPoint){ world.x, world.y });
      g_clear_pointer (&show->lines, gsk_render_node_unref);
      show->lines = gtk_snapshot_free_to_node (part);
      show->lines_scale = canvas->camera.zoom;
    }
  if (show->lines != NULL)
    tb_draw_at (snapshot, show->lines, tb_canvas_whole (canvas, r.x), tb_canvas_whole (canvas, r.y));
}
