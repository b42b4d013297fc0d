/* What both painters of figures share, and the one that draws with Cairo. */
#include "plot-private.h"
#include "colour-private.h"

#include <math.h>
#include <string.h>

static const TbFontId fonts[TB_PLOT_N_FONTS] = {
  [TB_PLOT_SMALL] = TB_FONT_CHIP, [TB_PLOT_PLAIN] = TB_FONT_LINE,
  [TB_PLOT_STRONG] = TB_FONT_CONTAINER,
};

/* ---- Calls ----------------------------------------------------------------------------------- */

void
tb_plot_free (TbPlot *plot)
{
  if (plot != NULL)
    plot->class->free (plot);
}

void
tb_plot_begin (TbPlot *plot, const char *class, const char *title)
{
  plot->class->begin (plot, class, title);
}

void
tb_plot_end (TbPlot *plot)
{
  plot->class->end (plot);
}

void
tb_plot_clip (TbPlot *plot, const TbRect *rect)
{
  plot->class->clip (plot, rect);
}

void
tb_plot_unclip (TbPlot *plot)
{
  plot->class->unclip (plot);
}

void
tb_plot_rect (TbPlot *plot, const TbRect *rect, double radius, const TbColour *fill,
              const TbPlotStroke *outline)
{
  radius = MIN (radius, MIN (rect->width, rect->height) / 2);
  if (rect->width > 0 && rect->height > 0 && (tb_plot_shows (fill) || tb_plot_strokes (outline)))
    plot->class->rect (plot, rect, MAX (radius, 0), fill, outline);
}

void
tb_plot_line (TbPlot *plot, const TbPoint *points, guint n, const TbPlotStroke *stroke)
{
  if (n > 1 && tb_plot_strokes (stroke))
    plot->class->path (plot, points, n, n, NULL, stroke);
}

void
tb_plot_segments (TbPlot *plot, const TbPoint *points, guint n, const TbPlotStroke *stroke)
{
  if (n > 1 && tb_plot_strokes (stroke))
    plot->class->path (plot, points, n - n % 2, 2, NULL, stroke);
}

void
tb_plot_polygon (TbPlot *plot, const TbPoint *points, guint n, const TbColour *fill)
{
  if (n > 2 && tb_plot_shows (fill))
    plot->class->path (plot, points, n, n, fill, NULL);
}

void
tb_plot_triangles (TbPlot *plot, const TbPoint *points, guint n, const TbColour *fill)
{
  if (n > 2 && tb_plot_shows (fill))
    plot->class->path (plot, points, n - n % 3, 3, fill, NULL);
}

void
tb_plot_quads (TbPlot *plot, const TbPoint *points, guint n, const TbColour *fill)
{
  if (n > 3 && tb_plot_shows (fill))
    plot->class->path (plot, points, n - n % 4, 4, fill, NULL);
}

void
tb_plot_disc (TbPlot *plot, TbPoint centre, double radius, const TbColour *fill,
              const TbPlotStroke *outline)
{
  plot->class->disc (plot, centre, radius, fill, outline);
}

double
tb_plot_text_width (TbPlotFont font, const char *text)
{
  return tb_text_width (fonts[font], text);
}

void
tb_plot_text (TbPlot *plot, TbPlotFont font, const TbColour *colour, const char *text, double x,
              double y, TbPlotAnchor anchor, double width)
{
  g_autofree char *fitting = width > 0 ? tb_text_fit (fonts[font], text, width) : g_strdup (text);
  if (!tb_plot_shows (colour) || *fitting == '\0')
    return;
  double wide = tb_text_width (fonts[font], fitting);
  x -= anchor == TB_PLOT_MIDDLE ? wide / 2 : anchor == TB_PLOT_END ? wide : 0;
  plot->class->text (plot, fonts[font], colour, fitting, x, y, wide);
}

char *
tb_plot_clean (const char *bytes, gsize n)
{
  g_autofree char *valid = g_utf8_make_valid (bytes, (gssize) n);
  GString *out = g_string_sized_new (n);
  for (const char *at = valid; *at != '\0'; at = g_utf8_next_char (at))
    {
      gunichar c = g_utf8_get_char (at);
      if (g_unichar_iscntrl (c) || c == 0x2028 || c == 0x2029 || c == 0xfffe || c == 0xffff)
        g_string_append (out, "·");
      else
        g_string_append_unichar (out, c);
    }
  return g_string_free (out, FALSE);
}

/* ---- Bands ----------------------------------------------------------------------------------- */

/* As Jepsen's plots have them (jepsen/nemesis/combined.clj), so that who knows those reads these. */
static const guint32 bands[TB_PLOT_N_BANDS] = {
  [TB_PLOT_BAND_PARTITION] = 0xE9DCA0, [TB_PLOT_BAND_PACKET] = 0xD1E8A0,
  [TB_PLOT_BAND_KILL] = 0xE9A4A0,      [TB_PLOT_BAND_PAUSE] = 0xA0B1E9,
  [TB_PLOT_BAND_CLOCK] = 0xA0E9E3,
};

static TbColour
band_colour (TbPlotBand band)
{
  guint32 rgb = bands[band];
  return (TbColour){ (rgb >> 16) / 255., ((rgb >> 8) & 255) / 255., (rgb & 255) / 255., 1 };
}

TbColour
tb_plot_band_fill (TbThemeId theme, TbPlotBand band)
{
  gboolean dark = theme == TB_THEME_DARK || theme == TB_THEME_HIGH_CONTRAST_DARK;
  TbColour own = band_colour (band), ground = tb_theme_colour (theme, TB_COLOUR_WINDOW);
  return tb_colour_over (&own, dark ? 0.15 : 0.5, &ground);
}

TbColour
tb_plot_band_ink (TbThemeId theme, TbPlotBand band)
{
  TbColour fill = tb_plot_band_fill (theme, band), text = tb_theme_colour (theme, TB_COLOUR_TEXT);
  return tb_colour_readable (band_colour (band), &text, &fill);
}

#define HATCH 6.0

void
tb_plot_hatch (TbPlot *plot, const TbRect *r, const TbColour *colour)
{
  TbPlotStroke stroke = { *colour, 1, 0 };
  g_autoptr (GArray) points = g_array_new (FALSE, FALSE, sizeof (TbPoint));
  double first = floor (r->x / HATCH) * HATCH;
  for (double x = first; x < r->x + r->width + r->height; x += HATCH)
    {
      TbPoint a = { x, r->y }, b = { x - r->height, r->y + r->height };
      g_array_append_val (points, a);
      g_array_append_val (points, b);
    }
  tb_plot_clip (plot, r);
  tb_plot_segments (plot, (TbPoint *) (void *) points->data, points->len, &stroke);
  tb_plot_unclip (plot);
}

/* ---- Cairo ----------------------------------------------------------------------------------- */

typedef struct
{
  TbPlot plot;
  cairo_t *cr;
} CairoPlot;

static void
draw_nothing (TbPlot *plot, const char *class, const char *title)
{
}

static void
draw_no_end (TbPlot *plot)
{
}

static void
draw_clip (TbPlot *plot, const TbRect *r)
{
  cairo_t *cr = ((CairoPlot *) plot)->cr;
  cairo_save (cr);
  cairo_rectangle (cr, r->x, r->y, r->width, r->height);
  cairo_clip (cr);
}

static void
draw_unclip (TbPlot *plot)
{
  cairo_restore (((CairoPlot *) plot)->cr);
}

static void
set_colour (cairo_t *cr, const TbColour *c)
{
  cairo_set_source_rgba (cr, c->r, c->g, c->b, c->a);
}

/* Fills and strokes what was traced, and forgets it. */
static void
draw_traced (cairo_t *cr, const TbColour *fill, const TbPlotStroke *stroke)
{
  if (tb_plot_shows (fill))
    {
      set_colour (cr, fill);
      cairo_fill_preserve (cr);
    }
  if (tb_plot_strokes (stroke))
    {
      set_colour (cr, &stroke->colour);
      cairo_set_line_width (cr, stroke->width);
      cairo_set_line_join (cr, CAIRO_LINE_JOIN_ROUND);
      cairo_set_dash (cr, &stroke->dash, stroke->dash > 0 ? 1 : 0, 0);
      cairo_stroke_preserve (cr);
    }
  cairo_new_path (cr);
}

static void
draw_rect (TbPlot *plot, const TbRect *r, double radius, const TbColour *fill,
           const TbPlotStroke *outline)
{
  cairo_t *cr = ((CairoPlot *) plot)->cr;
  double x2 = r->x + r->width, y2 = r->y + r->height;
  if (radius <= 0)
    cairo_rectangle (cr, r->x, r->y, r->width, r->height);
  else
    {
      cairo_new_sub_path (cr);
      cairo_arc (cr, x2 - radius, r->y + radius, radius, -G_PI_2, 0);
      cairo_arc (cr, x2 - radius, y2 - radius, radius, 0, G_PI_2);
      cairo_arc (cr, r->x + radius, y2 - radius, radius, G_PI_2, G_PI);
      cairo_arc (cr, r->x + radius, r->y + radius, radius, G_PI, 3 * G_PI_2);
      cairo_close_path (cr);
    }
  draw_traced (cr, fill, outline);
}

/* A stroke of a thousand lines that cross takes Cairo far longer than a thousand strokes. */
#define STROKED_AT_ONCE 16

static void
draw_path (TbPlot *plot, const TbPoint *points, guint n, guint piece, const TbColour *fill,
           const TbPlotStroke *stroke)
{
  cairo_t *cr = ((CairoPlot *) plot)->cr;
  guint traced = 0;
  for (guint i = 0; i < n; i++)
    {
      if (i % piece == 0)
        cairo_move_to (cr, points[i].x, points[i].y);
      else
        cairo_line_to (cr, points[i].x, points[i].y);
      if (i % piece != piece - 1)
        continue;
      if (fill != NULL)
        cairo_close_path (cr);
      if (++traced % STROKED_AT_ONCE == 0)
        draw_traced (cr, fill, stroke);
    }
  draw_traced (cr, fill, stroke);
}

static void
draw_disc (TbPlot *plot, TbPoint centre, double radius, const TbColour *fill,
           const TbPlotStroke *outline)
{
  cairo_t *cr = ((CairoPlot *) plot)->cr;
  cairo_new_sub_path (cr);
  cairo_arc (cr, centre.x, centre.y, radius, 0, 2 * G_PI);
  draw_traced (cr, fill, outline);
}

static void
draw_text (TbPlot *plot, TbFontId font, const TbColour *colour, const char *text, double x,
           double y, double width)
{
  cairo_t *cr = ((CairoPlot *) plot)->cr;
  set_colour (cr, colour);
  tb_text_show (cr, font, text, x, y);
}

static void
draw_free (TbPlot *plot)
{
  g_free (plot);
}

static const TbPlotClass cairo_class = {
  .begin = draw_nothing, .end = draw_no_end, .clip = draw_clip, .unclip = draw_unclip,
  .rect = draw_rect, .path = draw_path, .disc = draw_disc, .text = draw_text, .free = draw_free,
};

TbPlot *
tb_plot_new (cairo_t *cr)
{
  CairoPlot *self = g_new0 (CairoPlot, 1);
  self->plot.class = &cairo_class;
  self->cr = cr;
  return &self->plot;
}
