/* Marks as SVG and by Cairo. */
#include "marks-private.h"

#include <math.h>
#include <string.h>
#include <pango/pangocairo.h>

#define FONT_FAMILIES "Inter,Cantarell,DejaVu Sans,sans-serif"
#define FONT_SIZE 12
#define DASH 5.0, 4.0

static void
mark_clear (gpointer data)
{
  TbMark *mark = data;
  g_free (mark->points);
  g_free (mark->text);
}

GArray *
tb_marks_new (void)
{
  GArray *marks = g_array_new (FALSE, FALSE, sizeof (TbMark));
  g_array_set_clear_func (marks, mark_clear);
  return marks;
}

static PangoLayout *
make_layout (const char *text, gboolean bold)
{
  PangoContext *context = pango_font_map_create_context (pango_cairo_font_map_get_default ());
  PangoFontDescription *font = pango_font_description_from_string (FONT_FAMILIES);
  pango_font_description_set_absolute_size (font, FONT_SIZE * PANGO_SCALE);
  pango_font_description_set_weight (font, bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
  PangoLayout *layout = pango_layout_new (context);
  pango_layout_set_font_description (layout, font);
  pango_layout_set_text (layout, text, -1);
  pango_font_description_free (font);
  g_object_unref (context);
  return layout;
}

double
tb_marks_text_width (const char *text, gboolean bold)
{
  int width;
  PangoLayout *layout = make_layout (text, bold);
  pango_layout_get_pixel_size (layout, &width, NULL);
  g_object_unref (layout);
  return width;
}

/* ---- SVG --------------------------------------------------------------------------------------- */

/* Two decimals, whatever the locale. */
static void
put_number (GString *out, double value)
{
  char digits[G_ASCII_DTOSTR_BUF_SIZE];
  g_string_append (out, g_ascii_formatd (digits, sizeof digits, "%.7g", round (value * 100) / 100));
}

static void
put_attribute (GString *out, const char *name, double value)
{
  g_string_append_printf (out, " %s=\"", name);
  put_number (out, value);
  g_string_append_c (out, '"');
}

static void
put_paint (GString *out, const char *name, const char *opacity, const TbColour *c)
{
  if (c->a <= 0)
    g_string_append_printf (out, " %s=\"none\"", name);
  else
    g_string_append_printf (out, " %s=\"#%02x%02x%02x\"", name, (int) lround (c->r * 255),
                            (int) lround (c->g * 255), (int) lround (c->b * 255));
  if (c->a > 0 && c->a < 1)
    put_attribute (out, opacity, c->a);
}

static void
put_paints (GString *out, const TbMark *mark)
{
  put_paint (out, "fill", "fill-opacity", &mark->fill);
  put_paint (out, "stroke", "stroke-opacity", &mark->line);
  if (mark->line.a > 0)
    put_attribute (out, "stroke-width", mark->width);
  if (mark->dashed)
    g_string_append (out, " stroke-dasharray=\"5 4\"");
  g_string_append (out, "/>\n");
}

static void
put_rect (GString *out, const TbMark *mark)
{
  g_string_append (out, "<rect");
  put_attribute (out, "x", mark->rect.x);
  put_attribute (out, "y", mark->rect.y);
  put_attribute (out, "width", mark->rect.width);
  put_attribute (out, "height", mark->rect.height);
  put_attribute (out, "rx", mark->radius);
  put_paints (out, mark);
}

static void
put_dot (GString *out, const TbMark *mark)
{
  g_string_append (out, "<circle");
  put_attribute (out, "cx", mark->rect.x + mark->rect.width / 2);
  put_attribute (out, "cy", mark->rect.y + mark->rect.height / 2);
  put_attribute (out, "r", mark->rect.width / 2);
  put_paints (out, mark);
}

static void
put_text (GString *out, const TbMark *mark)
{
  g_autofree char *text = g_markup_escape_text (mark->text, -1);
  g_string_append (out, "<text");
  put_attribute (out, "x", mark->rect.x);
  put_attribute (out, "y", mark->rect.y + mark->rect.height);
  put_attribute (out, "font-size", FONT_SIZE);
  put_attribute (out, "font-weight", mark->bold ? 700 : 400);
  put_paint (out, "fill", "fill-opacity", &mark->fill);
  g_string_append_printf (out, ">%s</text>\n", text);
}

static void
put_points (GString *out, const TbMark *mark)
{
  g_string_append (out, "<path d=\"");
  for (guint i = 0; i < mark->n_points; i++)
    {
      g_string_append_c (out, i == 0 ? 'M' : 'L');
      put_number (out, mark->points[i].x);
      g_string_append_c (out, ' ');
      put_number (out, mark->points[i].y);
    }
  g_string_append (out, mark->shape == TB_MARK_HEAD ? "z\"" : "\"");
  put_paints (out, mark);
}

static void
put_mark (GString *out, const TbMark *mark)
{
  static void (*const put[]) (GString *, const TbMark *) = {
    [TB_MARK_RECT] = put_rect, [TB_MARK_LINE] = put_points, [TB_MARK_HEAD] = put_points,
    [TB_MARK_DOT] = put_dot,   [TB_MARK_TEXT] = put_text,
  };
  put[mark->shape](out, mark);
}

/* ---- Where the viewer prefers dark ---- */

static char *
hex_of (const TbColour *c)
{
  return g_strdup_printf ("#%02x%02x%02x", (int) lround (c->r * 255), (int) lround (c->g * 255), (int) lround (c->b * 255));
}

/* The colour of the dark theme that stands where this one stands in that theme; a stranger stays as it is. */
static void
put_dark_rule (GString *out, TbThemeId theme, const TbColour *c, GHashTable *put)
{
  g_autofree char *light = hex_of (c);
  if (c->a <= 0 || !g_hash_table_add (put, g_strdup (light)))
    return;
  for (guint id = 0; id < TB_N_COLOURS; id++)
    {
      TbColour own = tb_theme_colour (theme, (TbColourId) id), other = tb_theme_colour (TB_THEME_DARK, (TbColourId) id);
      g_autofree char *here = hex_of (&own), *dark = hex_of (&other);
      if (strcmp (here, light) != 0)
        continue;
      g_string_append_printf (out, ".diff [fill=\"%s\"]{fill:%s}\n.diff [stroke=\"%s\"]{stroke:%s}\n", light, dark, light, dark);
      return;
    }
}

static void
put_dark_rules (GString *out, const GArray *marks, TbThemeId theme)
{
  g_autoptr (GHashTable) put = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_string_append (out, "<style>@media (prefers-color-scheme:dark){\n");
  for (guint i = 0; i < marks->len; i++)
    {
      put_dark_rule (out, theme, &g_array_index (marks, TbMark, i).fill, put);
      put_dark_rule (out, theme, &g_array_index (marks, TbMark, i).line, put);
    }
  g_string_append (out, "}</style>\n");
}

char *
tb_marks_to_svg (const GArray *marks, TbThemeId theme, gboolean or_dark)
{
  GString *out = g_string_new ("<g class=\"diff\">\n");
  if (or_dark)
    put_dark_rules (out, marks, theme);
  for (guint i = 0; i < marks->len; i++)
    put_mark (out, &g_array_index (marks, TbMark, i));
  g_string_append (out, "</g>\n");
  return g_string_free (out, FALSE);
}

/* ---- Cairo ------------------------------------------------------------------------------------- */

static void
set_colour (cairo_t *cr, const TbColour *c)
{
  cairo_set_source_rgba (cr, c->r, c->g, c->b, c->a);
}

static void
trace_round (cairo_t *cr, const TbRect *r, double radius)
{
  double x2 = r->x + r->width, y2 = r->y + r->height;
  cairo_new_sub_path (cr);
  cairo_arc (cr, x2 - radius, r->y + radius, radius, -G_PI_2, 0);
  cairo_arc (cr, x2 - radius, y2 - radius, radius, 0, G_PI_2);
  cairo_arc (cr, r->x + radius, y2 - radius, radius, G_PI_2, G_PI);
  cairo_arc (cr, r->x + radius, r->y + radius, radius, G_PI, 3 * G_PI_2);
  cairo_close_path (cr);
}

static void
trace (cairo_t *cr, const TbMark *mark)
{
  if (mark->shape == TB_MARK_RECT)
    trace_round (cr, &mark->rect, mark->radius);
  else if (mark->shape == TB_MARK_DOT)
    cairo_arc (cr, mark->rect.x + mark->rect.width / 2, mark->rect.y + mark->rect.height / 2,
               mark->rect.width / 2, 0, 2 * G_PI);
  for (guint i = 0; i < mark->n_points; i++)
    cairo_line_to (cr, mark->points[i].x, mark->points[i].y);
  if (mark->shape == TB_MARK_HEAD)
    cairo_close_path (cr);
}

static void
paint_text (cairo_t *cr, const TbMark *mark)
{
  PangoLayout *layout = make_layout (mark->text, mark->bold);
  double baseline = (double) pango_layout_get_baseline (layout) / PANGO_SCALE;
  set_colour (cr, &mark->fill);
  cairo_move_to (cr, mark->rect.x, mark->rect.y + mark->rect.height - baseline);
  pango_cairo_show_layout (cr, layout);
  g_object_unref (layout);
}

static void
paint_mark (cairo_t *cr, const TbMark *mark)
{
  if (mark->shape == TB_MARK_TEXT)
    {
      paint_text (cr, mark);
      return;
    }
  cairo_new_path (cr);
  trace (cr, mark);
  set_colour (cr, &mark->fill);
  if (mark->fill.a > 0)
    cairo_fill_preserve (cr);
  if (mark->dashed)
    cairo_set_dash (cr, (double[]){ DASH }, 2, 0);
  else
    cairo_set_dash (cr, NULL, 0, 0);
  cairo_set_line_width (cr, mark->width);
  set_colour (cr, &mark->line);
  if (mark->line.a > 0)
    cairo_stroke (cr);
}

void
tb_marks_paint (const GArray *marks, cairo_t *cr)
{
  cairo_set_line_join (cr, CAIRO_LINE_JOIN_ROUND);
  cairo_set_line_cap (cr, CAIRO_LINE_CAP_BUTT);
  for (guint i = 0; i < marks->len; i++)
    paint_mark (cr, &g_array_index (marks, TbMark, i));
}
