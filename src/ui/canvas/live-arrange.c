/* Guides and the gestures that arrange: what is aligned, how far apart, where room is made, how a
 * link would run. Lines are one device pixel wide and stand on whole ones. */
#include "live-private.h"

#include <math.h>

#define TICK 4.0          /* to each side of a gap's ends */
#define NUMBER_PX 34.0    /* narrower gaps have no figure */
#define BEYOND 5.0        /* how far a guide reaches beyond what it aligns */
#define SIZE_AWAY 7.0     /* from the side whose length is meant */

typedef struct
{
  TbPoint from, to; /* widget pixels, sharp */
  gboolean level;
} Line;

static double
sharp (TbCanvas *canvas, double v)
{
  return tb_canvas_whole (canvas, v);
}

static Line
line_of (TbLivePen *pen, const TbGuide *guide)
{
  const TbCamera *camera = &pen->canvas->camera;
  TbPoint a = tb_camera_from_world (camera, guide->from.x, guide->from.y);
  TbPoint b = tb_camera_from_world (camera, guide->to.x, guide->to.y);
  Line line = { { sharp (pen->canvas, a.x), sharp (pen->canvas, a.y) },
                { sharp (pen->canvas, b.x), sharp (pen->canvas, b.y) },
                fabs (a.y - b.y) < fabs (a.x - b.x) };
  return line;
}

static void
stroke (TbLivePen *pen, double x, double y, double width, double height, const GdkRGBA *colour)
{
  double thin = 1.0 / pen->canvas->camera.device;
  gtk_snapshot_append_color (pen->snapshot, colour,
                             &GRAPHENE_RECT_INIT ((float) x, (float) y,
                                                  (float) MAX (width, thin),
                                                  (float) MAX (height, thin)));
}

static void
draw_line (TbLivePen *pen, Line line, double beyond, const GdkRGBA *colour)
{
  double x = MIN (line.from.x, line.to.x), y = MIN (line.from.y, line.to.y);
  double length = line.level ? fabs (line.to.x - line.from.x) : fabs (line.to.y - line.from.y);
  if (line.level)
    stroke (pen, x - beyond, y, length + 2 * beyond, 0, colour);
  else
    stroke (pen, x, y - beyond, 0, length + 2 * beyond, colour);
}

/* Middles are dashed, so that they are told from edges without colour. */
static void
draw_dashed (TbLivePen *pen, Line line, const GdkRGBA *colour)
{
  double length = line.level ? fabs (line.to.x - line.from.x) : fabs (line.to.y - line.from.y);
  double x = MIN (line.from.x, line.to.x), y = MIN (line.from.y, line.to.y);
  for (double at = -BEYOND; at < length + BEYOND; at += 7)
    {
      double dash = MIN (4, length + BEYOND - at);
      if (line.level)
        stroke (pen, x + at, y, dash, 0, colour);
      else
        stroke (pen, x, y + at, 0, dash, colour);
    }
}

static void
draw_figure (TbLivePen *pen, Line line, double length)
{
  double width, height, pixels = line.level ? fabs (line.to.x - line.from.x)
                                            : fabs (line.to.y - line.from.y);
  char text[24];
  TbPill pill = { .text = text, .colour = TB_COLOUR_ACCENT, .line = TB_COLOUR_ACCENT, .scale = 0.8 };
  if (pixels < NUMBER_PX)
    return;
  g_snprintf (text, sizeof text, "%g", round (length * 10) / 10);
  tb_pill_measure (GTK_WIDGET (pen->canvas), &pill, &width, &height);
  GskRenderNode *node = tb_pill_node_new (GTK_WIDGET (pen->canvas), pen->canvas->theme, &pill);
  double x = (line.from.x + line.to.x) / 2 - (line.level ? width * pill.scale / 2 : -6);
  double y = (line.from.y + line.to.y) / 2 - (line.level ? -5 : height * pill.scale / 2);
  gtk_snapshot_save (pen->snapshot);
  gtk_snapshot_translate (pen->snapshot,
                          &GRAPHENE_POINT_INIT ((float) round (x), (float) round (y)));
  gtk_snapshot_append_node (pen->snapshot, node);
  gtk_snapshot_restore (pen->snapshot);
  gsk_render_node_unref (node);
}

/* A line with a tick at each end: |––––| */
static void
draw_span (TbLivePen *pen, Line line, const GdkRGBA *colour)
{
  TbPoint ends[2] = { line.from, line.to };
  draw_line (pen, line, 0, colour);
  for (guint i = 0; i < 2; i++)
    if (line.level)
      stroke (pen, ends[i].x, ends[i].y - TICK, 0, 2 * TICK + 1, colour);
    else
      stroke (pen, ends[i].x - TICK, ends[i].y, 2 * TICK + 1, 0, colour);
}

static double
length_of (const TbGuide *guide)
{
  return hypot (guide->to.x - guide->from.x, guide->to.y - guide->from.y);
}

void
tb_live_guides (TbLivePen *pen)
{
  guint n;
  const TbGuide *guides = tb_editor_guides (pen->canvas->editor, &n);
  for (guint i = 0; i < n; i++)
    {
      Line line = line_of (pen, &guides[i]);
      switch (guides[i].kind)
        {
        case TB_GUIDE_EDGE:
          draw_line (pen, line, BEYOND, &pen->accent);
          break;
        case TB_GUIDE_CENTRE:
          draw_dashed (pen, line, &pen->accent);
          break;
        case TB_GUIDE_SIZE:
          *(line.level ? &line.from.y : &line.from.x) += SIZE_AWAY;
          *(line.level ? &line.to.y : &line.to.x) += SIZE_AWAY;
          draw_span (pen, line, &pen->accent);
          draw_figure (pen, line, length_of (&guides[i]));
          break;
        case TB_GUIDE_GAP:
        default:
          draw_span (pen, line, &pen->accent);
          draw_figure (pen, line, length_of (&guides[i]));
          break;
        }
    }
}

/* ---- Room ------------------------------------------------------------------------------------ */

/* The line where it began, the line it has come to, and what was won (or given up) between them. */
void
tb_live_room (TbLivePen *pen, const TbGestureState *g)
{
  const TbCamera *camera = &pen->canvas->camera;
  double zoom = camera->zoom;
  TbPoint at = tb_camera_from_world (camera, g->from.x, g->from.y);
  gboolean down = g->dy != 0;
  double by = (down ? g->dy : g->dx) * zoom;
  if (by == 0)
    return;
  TbRect won = down ? (TbRect){ 0, MIN (at.y, at.y + by), camera->width, fabs (by) }
                    : (TbRect){ MIN (at.x, at.x + by), 0, fabs (by), camera->height };
  tb_draw_fill (pen->snapshot, &won, 0, &pen->accent_soft);
  for (guint i = 0; i < 2; i++)
    {
      double v = sharp (pen->canvas, (down ? at.y : at.x) + i * by);
      Line line = down ? (Line){ { 0, v }, { camera->width, v }, TRUE }
                       : (Line){ { v, 0 }, { v, camera->height }, FALSE };
      if (i == 0)
        draw_dashed (pen, line, &pen->accent);
      else
        draw_line (pen, line, 0, &pen->accent);
    }
  TbPoint pointer = tb_camera_from_world (camera, g->to.x, g->to.y);
  Line span = down ? (Line){ { pointer.x - 16, at.y }, { pointer.x - 16, at.y + by }, FALSE }
                   : (Line){ { at.x, pointer.y - 16 }, { at.x + by, pointer.y - 16 }, TRUE };
  draw_figure (pen, span, down ? g->dy : g->dx);
}

/* ---- Links ----------------------------------------------------------------------------------- */

void
tb_live_bend (TbLivePen *pen)
{
  guint n;
  const TbPoint *points = tb_editor_gesture_points (pen->canvas->editor, &n);
  if (n < 2)
    return;
  tb_live_route (pen, points, n, &pen->accent, 2.2, FALSE);
  tb_live_round_handle (pen, points[0], 4);
  tb_live_round_handle (pen, points[n - 1], 4);
}

void
tb_live_label (TbLivePen *pen, const TbGestureState *g)
{
  TbRect r = tb_camera_rect (&pen->canvas->camera, &g->rect);
  tb_draw_fill (pen->snapshot, &r, 4, &pen->accent_soft);
  tb_draw_outline (pen->snapshot, &r, 4, 1, &pen->accent);
}

/* Bends as squares, as what was placed by hand; segments, which can be, as small dots. */
void
tb_live_link_parts (TbLivePen *pen, TbUid link)
{
  g_autoptr (GArray) parts = g_array_new (FALSE, FALSE, sizeof (TbLinkPart));
  tb_editor_link_parts (pen->canvas->editor, link, pen->canvas->camera.zoom, parts);
  for (guint i = parts->len; i-- > 0;)
    {
      const TbLinkPart *part = &g_array_index (parts, TbLinkPart, i);
      if (part->kind == TB_LINK_BEND)
        tb_live_square_handle (pen, part->at);
      else
        tb_live_round_handle (pen, part->at, part->kind == TB_LINK_SEGMENT ? 2.5 : 4);
    }
}
