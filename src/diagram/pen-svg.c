/* The SVG painter: real text, an id, a class and a title per element, colours in one sheet. */
#include "pen-private.h"
#include "tb-sketch.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MARGIN 24.0

typedef struct
{
  TbPen pen;
  const TbScene *scene;
  GString *out;
} SvgPen;

/* ---- Writing --------------------------------------------------------------------------------- */

/* A picture is a million short pieces: most fit where they go without a call. */
static inline void
put_bytes (GString *out, const char *bytes, gsize n)
{
  if (out->len + n >= out->allocated_len)
    {
      g_string_append_len (out, bytes, (gssize) n);
      return;
    }
  memcpy (out->str + out->len, bytes, n);
  out->len += n;
  out->str[out->len] = '\0';
}

static inline void
put (GString *out, const char *string)
{
  put_bytes (out, string, strlen (string));
}

#define NUMBER_MAX 32

/* At most two decimals, no needless zeros, no locale; printf is five times slower, and half of a
 * picture is numbers. Writes towards the front from end; returns where the number begins. */
static char *
write_number (char *end, double value)
{
  double scaled = value * 100;
  gint64 hundredths = (gint64) (scaled < 0 ? scaled - 0.5 : scaled + 0.5);
  guint64 rest = hundredths < 0 ? (guint64) -hundredths : (guint64) hundredths;
  int decimals = rest % 100 == 0 ? 0 : rest % 10 == 0 ? 1 : 2;
  rest /= decimals == 0 ? 100 : decimals == 1 ? 10 : 1;
  for (int d = 0; d <= decimals || rest > 0; d++, rest /= 10)
    {
      *--end = (char) ('0' + rest % 10);
      if (d + 1 == decimals)
        *--end = '.';
    }
  if (hundredths < 0)
    *--end = '-';
  return end;
}

static void
put_number (GString *out, double value)
{
  char digits[NUMBER_MAX], *end = digits + sizeof digits, *at = write_number (end, value);
  put_bytes (out, at, (gsize) (end - at));
}

/* name: short. */
static void
put_attribute (GString *out, const char *name, double value)
{
  char text[NUMBER_MAX * 2], *end = text + sizeof text, *at = end;
  gsize n = strlen (name);
  *--at = '"';
  at = write_number (at, value);
  *--at = '"';
  *--at = '=';
  at -= n;
  memcpy (at, name, n);
  *--at = ' ';
  put_bytes (out, at, (gsize) (end - at));
}

const char *
tb_xml_entity (char c)
{
  switch (c)
    {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&quot;";
    default:
      return (guchar) c >= 32 || c == '\n' || c == '\t' ? NULL : "";
    }
}

/* What XML 1.0 does not allow at all is left out. */
static void
put_text (GString *out, const char *text)
{
  const char *from = text;
  for (; *text; text++)
    {
      const char *instead = tb_xml_entity (*text);
      if (instead == NULL)
        continue;
      put_bytes (out, from, (gsize) (text - from));
      put (out, instead);
      from = text + 1;
    }
  put_bytes (out, from, (gsize) (text - from));
}

static void
put_hex (GString *out, const TbColour *c)
{
  g_string_append_printf (out, "#%02x%02x%02x", (int) lround (c->r * 255),
                          (int) lround (c->g * 255), (int) lround (c->b * 255));
}

/* ---- Marks ----------------------------------------------------------------------------------- */

static void
put_title (SvgPen *pen, const TbItem *item)
{
  GString *out = pen->out;
  put (out, "<title>");
  put_text (out, item->title);
  if (item->kind == TB_ITEM_LINK)
    {
      put (out, ": ");
      put_text (out, TB_ITEM (pen->scene, item->from)->title);
      put (out, " → ");
      put_text (out, TB_ITEM (pen->scene, item->to)->title);
    }
  else if (item->line != NULL && *item->line)
    {
      put (out, ", ");
      put_text (out, item->line);
    }
  if (item->replicas > 1)
    g_string_append_printf (out, ", %u replicas", item->replicas);
  put (out, "</title>");
}

static void
begin (TbPen *base, const TbItem *item)
{
  static const char *const kinds[]
      = { "layer", "tier", "group", "device", "frame", "middleware", "link", "component", "note" };
  SvgPen *pen = (SvgPen *) base;
  put (pen->out, "<g");
  if (*item->id)
    {
      put (pen->out, " id=\"");
      put_text (pen->out, item->id);
      if (item->next != TB_NO_ITEM || item->uid != item->element)
        g_string_append_printf (pen->out, ".%u", item->uid & (TB_ITEM_BIT - 1));
      g_string_append_c (pen->out, '"');
    }
  put (pen->out, " class=\"");
  put (pen->out, kinds[item->kind]);
  if (item->kind == TB_ITEM_COMPONENT || item->kind == TB_ITEM_LINK)
    {
      g_string_append_c (pen->out, ' ');
      put (pen->out, item->kind == TB_ITEM_COMPONENT ? tb_role_name (item->role)
                                 : item->async                   ? "async"
                                                                 : "sync");
    }
  if (item->faint)
    put (pen->out, " faint");
  if (item->style != NULL)
    g_string_append_printf (pen->out, " x%u", item->style->index);
  put (pen->out, "\">");
  put_title (pen, item);
}

static void
end (TbPen *pen)
{
  put (((SvgPen *) pen)->out, "</g>\n");
}

static void
put_class (TbPen *pen, TbStyle style)
{
  GString *out = ((SvgPen *) pen)->out;
  put (out, " class=\"");
  put (out, tb_styles[style].class);
  g_string_append_c (out, '"');
}

static void
rect (TbPen *pen, TbStyle style, const TbRect *r, double radius)
{
  GString *out = ((SvgPen *) pen)->out;
  put (out, "<rect");
  put_class (pen, style);
  put_attribute (out, "x", r->x);
  put_attribute (out, "y", r->y);
  put_attribute (out, "width", r->width);
  put_attribute (out, "height", r->height);
  put_attribute (out, "rx", MIN (radius, MIN (r->width, r->height) / 2));
  put (out, "/>");
}

static void
put_point (GString *out, char command, TbPoint p)
{
  g_string_append_c (out, command);
  put_number (out, p.x);
  g_string_append_c (out, ' ');
  put_number (out, p.y);
}

static const TbJump *
put_jumps (GString *out, TbPoint a, TbPoint b, const TbJump *jump, const TbJump *end)
{
  for (; jump < end && tb_jump_is_on (jump, a, b); jump++)
    {
      double half = b.x > a.x ? jump->half : -jump->half;
      put_point (out, 'L', (TbPoint){ jump->at.x - half, jump->at.y });
      put_point (out, 'A', (TbPoint){ jump->half, TB_JUMP_HEIGHT });
      put (out, half > 0 ? " 0 0 1" : " 0 0 0");
      put_point (out, ' ', (TbPoint){ jump->at.x + half, jump->at.y });
    }
  return jump;
}

static void
line (TbPen *pen, TbStyle style, const TbPoint *p, guint n, double radius, const TbJump *jump,
      guint n_jumps)
{
  GString *out = ((SvgPen *) pen)->out;
  const TbJump *last = n_jumps > 0 ? jump + n_jumps : jump;
  put (out, "<path");
  put_class (pen, style);
  put (out, " d=\"");
  put_point (out, 'M', p[0]);
  for (guint i = 1; i + 1 < n; i++)
    {
      double before = tb_points_length (p + i - 1, 2), after = tb_points_length (p + i, 2);
      double r = MIN (radius, MIN (before, after) / 2);
      jump = put_jumps (out, p[i - 1], p[i], jump, last);
      put_point (out, 'L', tb_points_at (p + i - 1, 2, before - r));
      put_point (out, 'Q', p[i]);
      put_point (out, ' ', tb_points_at (p + i, 2, r));
    }
  put_jumps (out, p[n - 2], p[n - 1], jump, last);
  put_point (out, 'L', p[n - 1]);
  put (out, "\"/>");
}

static void
polygon (TbPen *pen, TbStyle style, const TbPoint *points, guint n, gboolean closed)
{
  GString *out = ((SvgPen *) pen)->out;
  put (out, "<path");
  put_class (pen, style);
  put (out, " d=\"");
  for (guint i = 0; i < n; i++)
    put_point (out, i ? 'L' : 'M', points[i]);
  put (out, closed ? "z\"/>" : "\"/>");
}

static void
text (TbPen *pen, TbFontId font, TbInk ink, const char *string, double x, double y,
      TbAnchor anchor, gboolean upright)
{
  GString *out = ((SvgPen *) pen)->out;
  double width = tb_text_width (font, string);
  if (*string == '\0')
    return;
  put (out, "<text class=\"f");
  g_string_append_c (out, (char) ('0' + font));
  g_string_append_c (out, ' ');
  put (out, tb_ink_classes[ink]);
  g_string_append_c (out, '"');
  if (upright)
    {
      put (out, " transform=\"translate(");
      put_number (out, x);
      g_string_append_c (out, ' ');
      put_number (out, y);
      put (out, ") rotate(-90)\"");
      x = y = 0;
    }
  put_attribute (out, "x", x - (anchor == TB_ANCHOR_MIDDLE ? width / 2 : 0));
  put_attribute (out, "y", y);
  put_attribute (out, "textLength", width);
  g_string_append_c (out, '>');
  put_text (out, string);
  put (out, "</text>");
}

static void
icon (TbPen *pen, TbRole role, double x, double y, double size)
{
  GString *out = ((SvgPen *) pen)->out;
  (void) size;
  put (out, "<use href=\"#_");
  put (out, tb_role_name (role));
  put (out, "\" class=\"ic\"");
  put_attribute (out, "x", x);
  put_attribute (out, "y", y);
  put (out, "/>");
}

static void
picture (TbPen *pen, TbIcon *icon_, double x, double y, double size)
{
  GString *out = ((SvgPen *) pen)->out;
  (void) icon_;
  g_string_append_printf (out, "<use href=\"#_icon%u\"", pen->look->index);
  put_attribute (out, "x", x);
  put_attribute (out, "y", y);
  put_attribute (out, "width", size);
  put_attribute (out, "height", size);
  put (out, "/>");
}

static const TbPenClass svg_class
    = { begin, end, rect, line, polygon, text, icon, picture };

/* ---- The style sheet ------------------------------------------------------------------------- */

static void
put_paint (GString *out, const char *property, const TbColour *c)
{
  if (c->a <= 0)
    {
      g_string_append_printf (out, "%s:none;", property);
      return;
    }
  g_string_append_printf (out, "%s:", property);
  put_hex (out, c);
  g_string_append_c (out, ';');
  if (c->a < 1)
    {
      g_string_append_printf (out, "%s-opacity:", property);
      put_number (out, c->a);
      g_string_append_c (out, ';');
    }
}

static void
put_style (GString *out, TbThemeId theme, TbStyle style, TbRole role, gboolean only_colours)
{
  const TbStyleSpec *spec = &tb_styles[style];
  TbColour fill, outline;
  tb_style_colours (theme, style, role, &fill, &outline);
  if (only_colours)
    g_string_append_printf (out, ".%s ", tb_role_name (role));
  g_string_append_printf (out, ".%s{", spec->class);
  put_paint (out, "fill", &fill);
  put_paint (out, "stroke", &outline);
  if (!only_colours && spec->width > 0)
    {
      put (out, "stroke-width:");
      put_number (out, spec->width);
      put (out, ";");
    }
  if (!only_colours && spec->dash[0] > 0)
    g_string_append_printf (out, "stroke-dasharray:%d %d;", (int) spec->dash[0],
                            (int) spec->dash[1]);
  put (out, "}\n");
}

static void
put_fonts (GString *out)
{
  for (guint i = 0; i < TB_N_FONTS; i++)
    {
      g_string_append_printf (out, ".f%u{font-size:", i);
      put_number (out, tb_fonts[i].size);
      g_string_append_printf (out, "px;font-weight:%d", tb_fonts[i].weight);
      if (tb_fonts[i].spacing > 0)
        {
          put (out, ";letter-spacing:");
          put_number (out, tb_fonts[i].spacing);
          put (out, "px");
        }
      put (out, "}\n");
    }
}

static void
put_inks (GString *out, TbThemeId theme)
{
  for (guint i = 0; i < TB_N_INKS; i++)
    {
      TbColour colour = tb_ink_colour (theme, (TbInk) i);
      g_string_append_printf (out, ".%s{fill:", tb_ink_classes[i]);
      put_hex (out, &colour);
      put (out, "}\n");
    }
}

static gboolean
any_folded (const TbScene *scene)
{
  for (guint i = 0; i < scene->first[TB_ITEM_MIDDLEWARE]; i++)
    if (TB_ITEM (scene, i)->folded)
      return TRUE;
  return FALSE;
}

static void
put_dash (GString *out, const double *dash)
{
  if (dash == NULL)
    put (out, "stroke-dasharray:none;");
  else
    g_string_append_printf (out, "stroke-dasharray:%d %d;", (int) dash[0], (int) dash[1]);
}

static void
put_look_style (GString *out, TbThemeId theme, const TbLook *look, TbStyle style)
{
  TbColour fill = { 0, 0, 0, 0 }, outline = fill;
  tb_style_look (theme, style, look, &fill, &outline);
  gboolean dash = tb_style_dash (style, look) != tb_style_dash (style, NULL);
  if (fill.a <= 0 && outline.a <= 0 && !dash)
    return;
  g_string_append_printf (out, ".x%u .%s{", look->index, tb_styles[style].class);
  if (fill.a > 0)
    put_paint (out, "fill", &fill);
  if (fill.a >= 1)
    put (out, "fill-opacity:1;"); /* the kind's own may be less */
  if (outline.a > 0)
    put_paint (out, "stroke", &outline);
  if (outline.a > 0 && tb_styles[style].width <= 0)
    put (out, "stroke-width:1.2;");
  if (dash)
    put_dash (out, tb_style_dash (style, look));
  put (out, "}\n");
}

/* After the rules of kinds, which weigh the same: the last one wins. */
static void
put_look (GString *out, TbThemeId theme, const TbLook *look)
{
  for (guint s = 0; s < TB_N_STYLES; s++)
    put_look_style (out, theme, look, (TbStyle) s);
  for (guint i = 0; i < TB_N_INKS; i++)
    {
      TbColour ink = { 0, 0, 0, 0 };
      tb_ink_look (theme, (TbInk) i, look, &ink);
      if (ink.a <= 0)
        continue;
      g_string_append_printf (out, ".x%u .%s{", look->index, tb_ink_classes[i]);
      put_paint (out, "fill", &ink);
      put (out, "}\n");
    }
}

static void
put_looks (GString *out, const TbScene *scene, TbThemeId theme)
{
  const GPtrArray *all = scene->looks.all;
  g_autofree gboolean *used = g_new0 (gboolean, all ? all->len : 1);
  for (guint i = 0; i < scene->items->len; i++)
    if (TB_ITEM (scene, i)->style != NULL)
      used[TB_ITEM (scene, i)->style->index] = TRUE;
  for (guint i = 0; all != NULL && i < all->len; i++)
    if (used[i])
      put_look (out, theme, all->pdata[i]);
}

/* Pictures that are drawn, once each, however many have them. */
static void
put_pictures (GString *out, const TbScene *scene)
{
  const GPtrArray *all = scene->looks.all;
  g_autofree gboolean *used = g_new0 (gboolean, all ? all->len : 1);
  for (guint i = scene->first[TB_ITEM_COMPONENT]; i < scene->first[TB_ITEM_NOTE]; i++)
    if (TB_ITEM (scene, i)->style != NULL)
      used[TB_ITEM (scene, i)->style->index] = TRUE;
  for (guint i = 0; all != NULL && i < all->len; i++)
    {
      const TbLook *look = all->pdata[i];
      if (!used[i] || look->picture == NULL)
        continue;
      const TbCleanSvg *svg = tb_icon_svg (look->picture);
      const double box[4] = { svg->box.x, svg->box.y, svg->box.width, svg->box.height };
      g_string_append_printf (out, "<symbol id=\"_icon%u\" viewBox=\"", look->index);
      for (guint k = 0; k < 4; k++)
        {
          put (out, k ? " " : "");
          put_number (out, box[k]);
        }
      /* What it does not say is as in a picture of its own, not as in this one. */
      g_string_append_printf (out, "\"><g fill=\"#000\" stroke=\"none\" stroke-linecap=\"butt\" "
                                   "stroke-linejoin=\"miter\">%s</g></symbol>\n", svg->markup);
    }
}

/* Roles that are in the picture: a bit each. */
static guint
roles_of (const TbScene *scene)
{
  guint roles = 0;
  for (guint i = scene->first[TB_ITEM_COMPONENT]; i < scene->first[TB_ITEM_NOTE]; i++)
    roles |= 1u << TB_ITEM (scene, i)->role;
  return roles;
}

/* All that depends on the theme. */
static void
put_colours (GString *out, const TbScene *scene, TbThemeId theme)
{
  guint roles = roles_of (scene);
  put_inks (out, theme);
  for (guint s = 0; s < TB_N_STYLES; s++)
    {
      if (s >= TB_STYLE_BOX && !any_folded (scene))
        continue;
      put_style (out, theme, (TbStyle) s, TB_ROLE_SERVER, FALSE);
      for (guint r = 0; r < TB_N_ROLES && tb_style_has_role ((TbStyle) s); r++)
        if (roles & 1u << r)
          put_style (out, theme, (TbStyle) s, (TbRole) r, TRUE);
    }
  put_looks (out, scene, theme);
}

/* What has no such rule sees the first theme alone: no light-dark(), which many viewers drop with
 * the colour it stands for. */
static void
put_dark_rules (GString *out, const TbScene *scene)
{
  TbColour canvas = tb_theme_colour (TB_THEME_DARK, TB_COLOUR_CANVAS);
  put (out, "@media (prefers-color-scheme:dark){\n.page{");
  put_paint (out, "fill", &canvas);
  put (out, "}\n");
  put_colours (out, scene, TB_THEME_DARK);
  put (out, "}\n");
}

static void
put_sheet (GString *out, const TbScene *scene, TbThemeId theme, gboolean or_dark)
{
  guint roles = roles_of (scene);
  put (out, "<style>\ntext{font-family:" TB_FONT_FAMILIES
                        ";font-feature-settings:\"tnum\"}\n"
                        "svg{stroke-linecap:round;stroke-linejoin:round}\n");
  put_fonts (out);
  put_colours (out, scene, theme);
  if (or_dark)
    put_dark_rules (out, scene);
  if (scene->kind == TB_VIEW_DATA_FLOW)
    g_string_append_printf (out, ".faint path{opacity:%.1f}\n", TB_FAINT);
  put (out, "</style>\n<defs>\n");
  for (guint r = 0; r < TB_N_ROLES; r++)
    if (roles & 1u << r)
      {
        g_string_append_printf (out, "<path id=\"_%s\" d=\"%s\"/>\n", tb_role_name ((TbRole) r),
                                tb_icon_path ((TbRole) r));
      }
  put_pictures (out, scene);
  put (out, "</defs>\n");
}

static TbRect
page_of (const TbScene *scene)
{
  TbRect b = tb_scene_bounds (scene);
  return (TbRect){ floor (b.x - MARGIN), floor (b.y - MARGIN), ceil (b.width + 2 * MARGIN),
                   ceil (b.height + 2 * MARGIN) };
}

char *
tb_scene_to_svg (const TbScene *scene, TbThemeId theme, double scale, gsize *size)
{
  const TbSvgOptions options = { .theme = theme, .scale = scale };
  return tb_scene_to_svg_with (scene, &options, size);
}

char *
tb_scene_to_svg_with (const TbScene *scene, const TbSvgOptions *options, gsize *size)
{
  TbThemeId theme = options->theme;
  double scale = options->scale;
  TbRect page = options->page != NULL ? *options->page : page_of (scene);
  SvgPen pen = { .pen = { .class = &svg_class, .theme = theme, .detail = TB_DETAIL_ALL },
                 .scene = scene,
                 .out = g_string_sized_new (4096 + scene->items->len * 700) };
  TbColour canvas = tb_theme_colour (theme, TB_COLOUR_CANVAS);
  GString *out = pen.out;
  put (out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                        "<svg xmlns=\"http://www.w3.org/2000/svg\"");
  put_attribute (out, "width", page.width * scale);
  put_attribute (out, "height", page.height * scale);
  put (out, " viewBox=\"");
  double box[4] = { page.x, page.y, page.width, page.height };
  for (guint i = 0; i < 4; i++)
    {
      if (i)
        g_string_append_c (out, ' ');
      put_number (out, box[i]);
    }
  put (out, "\">\n");
  if (options->metadata != NULL)
    g_string_append_printf (out, "<metadata>\n%s</metadata>\n", options->metadata);
  put_sheet (out, scene, theme, options->or_dark);
  put (out, options->or_dark ? "<rect class=\"page\"" : "<rect");
  put_attribute (out, "x", page.x);
  put_attribute (out, "y", page.y);
  put_attribute (out, "width", page.width);
  put_attribute (out, "height", page.height);
  put (out, " fill=\"");
  put_hex (out, &canvas);
  put (out, "\"/>\n");
  for (guint i = 0; i < scene->items->len; i++)
    tb_draw_item (&pen.pen, scene, TB_ITEM (scene, i));
  for (guint i = scene->first[TB_ITEM_LINK]; i < scene->first[TB_ITEM_COMPONENT]; i++)
    tb_draw_ports (&pen.pen, scene, TB_ITEM (scene, i));
  if (options->over != NULL)
    put (out, options->over);
  put (out, "</svg>\n");
  *size = out->len;
  return g_string_free (out, FALSE);
}
