/* The painter of figures that writes SVG: real text, groups with classes and titles. */
#include "plot-private.h"

#include <math.h>
#include <string.h>

typedef struct
{
  TbPlot plot;
  GString *out;
} SvgPlot;

static GString *
out_of (TbPlot *plot)
{
  return ((SvgPlot *) plot)->out;
}

/* ---- Pieces ---------------------------------------------------------------------------------- */

/* At most two decimals, whatever the locale says. */
static void
put_number (GString *out, double value)
{
  double scaled = round (CLAMP (value, -1e12, 1e12) * 100);
  gint64 hundredths = (gint64) scaled;
  guint64 rest = (guint64) ABS (hundredths);
  g_string_append_printf (out, "%s%" G_GUINT64_FORMAT, hundredths < 0 ? "-" : "", rest / 100);
  if (rest % 100 == 0)
    return;
  g_string_append_printf (out, rest % 10 == 0 ? ".%" G_GUINT64_FORMAT : ".%02" G_GUINT64_FORMAT,
                          rest % 10 == 0 ? rest % 100 / 10 : rest % 100);
}

static void
put_attribute (GString *out, const char *name, double value)
{
  g_string_append_printf (out, " %s=\"", name);
  put_number (out, value);
  g_string_append_c (out, '"');
}

/* What XML does not allow at all shows as a dot. */
static void
put_text (GString *out, const char *text)
{
  g_autofree char *clean = tb_plot_clean (text, strlen (text));
  g_autofree char *escaped = g_markup_escape_text (clean, -1);
  g_string_append (out, escaped);
}

static void
put_colour (GString *out, const char *name, const char *opacity, const TbColour *c)
{
  if (!tb_plot_shows (c))
    {
      g_string_append_printf (out, " %s=\"none\"", name);
      return;
    }
  g_string_append_printf (out, " %s=\"#%02x%02x%02x\"", name, (int) lround (c->r * 255),
                          (int) lround (c->g * 255), (int) lround (c->b * 255));
  if (c->a < 1)
    put_attribute (out, opacity, c->a);
}

static void
put_paints (GString *out, const TbColour *fill, const TbPlotStroke *stroke)
{
  put_colour (out, "fill", "fill-opacity", fill);
  if (tb_plot_strokes (stroke))
    {
      put_colour (out, "stroke", "stroke-opacity", &stroke->colour);
      put_attribute (out, "stroke-width", stroke->width);
      if (stroke->dash > 0)
        put_attribute (out, "stroke-dasharray", stroke->dash);
    }
  g_string_append (out, "/>\n");
}

static void
put_box (GString *out, const TbRect *r)
{
  put_attribute (out, "x", r->x);
  put_attribute (out, "y", r->y);
  put_attribute (out, "width", r->width);
  put_attribute (out, "height", r->height);
}

/* ---- Calls ----------------------------------------------------------------------------------- */

static void
write_begin (TbPlot *plot, const char *class, const char *title)
{
  GString *out = out_of (plot);
  g_string_append (out, "<g");
  if (class != NULL)
    g_string_append_printf (out, " class=\"%s\"", class);
  g_string_append_c (out, '>');
  if (title != NULL)
    {
      g_string_append (out, "<title>");
      put_text (out, title);
      g_string_append (out, "</title>");
    }
  g_string_append_c (out, '\n');
}

static void
write_end (TbPlot *plot)
{
  g_string_append (out_of (plot), "</g>\n");
}

/* An inner picture with a size of its own clips, and needs no name that another one might have. */
static void
write_clip (TbPlot *plot, const TbRect *r)
{
  GString *out = out_of (plot);
  g_string_append (out, "<svg");
  put_box (out, r);
  g_string_append (out, " viewBox=\"");
  put_number (out, r->x);
  g_string_append_c (out, ' ');
  put_number (out, r->y);
  g_string_append_c (out, ' ');
  put_number (out, r->width);
  g_string_append_c (out, ' ');
  put_number (out, r->height);
  g_string_append (out, "\">\n");
}

static void
write_unclip (TbPlot *plot)
{
  g_string_append (out_of (plot), "</svg>\n");
}

static void
write_rect (TbPlot *plot, const TbRect *r, double radius, const TbColour *fill,
            const TbPlotStroke *outline)
{
  GString *out = out_of (plot);
  g_string_append (out, "<rect");
  put_box (out, r);
  if (radius > 0)
    put_attribute (out, "rx", radius);
  put_paints (out, fill, outline);
}

static void
write_path (TbPlot *plot, const TbPoint *points, guint n, guint piece, const TbColour *fill,
            const TbPlotStroke *stroke)
{
  GString *out = out_of (plot);
  g_string_append (out, "<path d=\"");
  for (guint i = 0; i < n; i++)
    {
      g_string_append_c (out, i % piece == 0 ? 'M' : 'L');
      put_number (out, points[i].x);
      g_string_append_c (out, ' ');
      put_number (out, points[i].y);
      if (fill != NULL && i % piece == piece - 1)
        g_string_append_c (out, 'z');
    }
  g_string_append_c (out, '"');
  put_paints (out, fill, stroke);
}

static void
write_disc (TbPlot *plot, TbPoint centre, double radius, const TbColour *fill,
            const TbPlotStroke *outline)
{
  GString *out = out_of (plot);
  g_string_append (out, "<circle");
  put_attribute (out, "cx", centre.x);
  put_attribute (out, "cy", centre.y);
  put_attribute (out, "r", radius);
  put_paints (out, fill, outline);
}

/* The width goes along, so that another font of the viewer's does not run into what is beside it. */
static void
write_words (TbPlot *plot, TbFontId font, const TbColour *colour, const char *text, double x,
             double y, double width)
{
  GString *out = out_of (plot);
  g_string_append (out, "<text");
  put_attribute (out, "x", x);
  put_attribute (out, "y", y);
  put_attribute (out, "font-size", tb_fonts[font].size);
  put_attribute (out, "font-weight", tb_fonts[font].weight);
  put_attribute (out, "textLength", width);
  put_colour (out, "fill", "fill-opacity", colour);
  g_string_append_c (out, '>');
  put_text (out, text);
  g_string_append (out, "</text>\n");
}

static void
write_free (TbPlot *plot)
{
  if (out_of (plot) != NULL)
    g_string_free (out_of (plot), TRUE);
  g_free (plot);
}

static const TbPlotClass svg_class = {
  .begin = write_begin, .end = write_end, .clip = write_clip, .unclip = write_unclip,
  .rect = write_rect, .path = write_path, .disc = write_disc, .text = write_words,
  .free = write_free,
};

TbPlot *
tb_plot_new_svg (double width, double height, const TbColour *page, gboolean standalone)
{
  SvgPlot *self = g_new0 (SvgPlot, 1);
  TbRect all = { 0, 0, width, height };
  self->plot.class = &svg_class;
  self->out = g_string_new (standalone ? "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" : NULL);
  g_string_append (self->out, "<svg xmlns=\"http://www.w3.org/2000/svg\"");
  put_attribute (self->out, "width", width);
  put_attribute (self->out, "height", height);
  g_string_append (self->out, " viewBox=\"0 0 ");
  put_number (self->out, width);
  g_string_append_c (self->out, ' ');
  put_number (self->out, height);
  g_string_append (self->out, "\" font-family='" TB_FONT_FAMILIES "'>\n");
  tb_plot_rect (&self->plot, &all, 0, page, NULL);
  return &self->plot;
}

gboolean
tb_plot_is_written (const TbPlot *plot)
{
  return plot->class == &svg_class;
}

char *
tb_plot_end_svg (TbPlot *plot, gsize *size)
{
  SvgPlot *self = (SvgPlot *) plot;
  g_assert (tb_plot_is_written (plot));
  g_string_append (self->out, "</svg>\n");
  if (size != NULL)
    *size = self->out->len;
  return g_string_free (g_steal_pointer (&self->out), FALSE);
}
