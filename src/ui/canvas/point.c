/* What is pointed at by name: the link that is being chosen as a dashed line to where it would go,
 * and what a search found, with the rest dimmed. */
#include "canvas-private.h"

#include <math.h>

#define GAP 5.0

void
tb_canvas_point_link (TbCanvas *canvas, TbUid from, TbUid to, const char *reason)
{
  canvas->point_from = from;
  canvas->point_to = to;
  canvas->point_reason = g_intern_string (reason);
  if (to != 0)
    tb_canvas_scroll_to (canvas, to);
  gtk_widget_queue_draw (GTK_WIDGET (canvas));
}

void
tb_canvas_set_matches (TbCanvas *canvas, const TbUid *uids, guint n)
{
  GHashTable *before = canvas->matches;
  canvas->matches = uids ? g_hash_table_new (NULL, NULL) : NULL;
  for (guint i = 0; uids && i < n; i++)
    g_hash_table_add (canvas->matches, GUINT_TO_POINTER (uids[i]));
  tb_tiles_set_matches (canvas->tiles, canvas->matches);
  g_clear_pointer (&before, g_hash_table_unref);
  gtk_widget_queue_draw (GTK_WIDGET (canvas));
}

typedef struct
{
  TbPoint from, to;
  GdkRGBA colour;
} Line;

static void
draw_line (cairo_t *cr, gpointer data)
{
  const Line *line = data;
  gdk_cairo_set_source_rgba (cr, &line->colour);
  cairo_set_line_width (cr, 2);
  cairo_set_line_cap (cr, CAIRO_LINE_CAP_ROUND);
  cairo_set_dash (cr, (double[]){ 5, 5 }, 2, 0);
  cairo_move_to (cr, line->from.x, line->from.y);
  cairo_line_to (cr, line->to.x, line->to.y);
  cairo_stroke (cr);
}

/* Where the line from the middle of r towards a point leaves it. */
static TbPoint
edge_towards (const TbRect *r, TbPoint to)
{
  TbPoint c = { r->x + r->width / 2, r->y + r->height / 2 };
  double dx = to.x - c.x, dy = to.y - c.y;
  double tx = dx != 0 ? r->width / 2 / fabs (dx) : INFINITY;
  double ty = dy != 0 ? r->height / 2 / fabs (dy) : INFINITY;
  double t = MIN (MIN (tx, ty), 1);
  return (TbPoint){ c.x + dx * t, c.y + dy * t };
}

static TbRect
card (TbCanvas *canvas, TbUid uid)
{
  TbItemKind kind;
  TbRect r = { 0 };
  if (uid == 0 || !tb_scene_item (tb_canvas_scene (canvas), uid, &kind, &r))
    return (TbRect){ 0 };
  r = tb_camera_rect (&canvas->camera, &r);
  return (TbRect){ r.x - GAP, r.y - GAP, r.width + 2 * GAP, r.height + 2 * GAP };
}

void
tb_canvas_snapshot_point (TbCanvas *canvas, GtkSnapshot *snapshot)
{
  TbRect a = card (canvas, canvas->point_from), b = card (canvas, canvas->point_to);
  TbColour ink = tb_theme_colour (canvas->theme,
                                  canvas->point_reason ? TB_COLOUR_BAD : TB_COLOUR_ACCENT);
  GdkRGBA colour = tb_draw_rgba (&ink, 1);
  if (a.width <= 0 || b.width <= 0)
    return;
  TbPoint ca = { a.x + a.width / 2, a.y + a.height / 2 },
          cb = { b.x + b.width / 2, b.y + b.height / 2 };
  Line line = { edge_towards (&a, cb), edge_towards (&b, ca), colour };
  TbRect all = { MIN (line.from.x, line.to.x) - 2, MIN (line.from.y, line.to.y) - 2,
                 fabs (line.from.x - line.to.x) + 4, fabs (line.from.y - line.to.y) + 4 };
  GskRenderNode *node = tb_draw_node (&all, draw_line, &line);
  gtk_snapshot_append_node (snapshot, node);
  gsk_render_node_unref (node);
  tb_draw_outline (snapshot, &b, 9 * canvas->camera.zoom + GAP, 2, &colour);
}
