/* What a thing looks like in draw.io: the marks that our painters make, said in its styles. A card is one cell that links
 * end at and a label that can be edited there; what lies on it (icon, number of replicas) are cells inside it that cannot
 * be taken hold of, and the sheets behind it are a shape of the card's own, so that all of it moves as one. */
#include "drawio-private.h"

#include <gio/gio.h>
#include <math.h>
#include <string.h>

#define FAMILIES "Inter, Cantarell, DejaVu Sans, sans-serif"
/* Of cells that only decorate another. */
#define FIXED "movable=0;resizable=0;rotatable=0;deletable=0;editable=0;connectable=0;allowArrows=0;pointerEvents=0;"

static void
put_colour (GString *out, const char *key, const TbColour *c)
{
  if (c->a <= 0)
    g_string_append_printf (out, "%s=none;", key);
  else
    g_string_append_printf (out, "%s=#%02x%02x%02x;", key, (int) lround (c->r * 255), (int) lround (c->g * 255),
                            (int) lround (c->b * 255));
}

static void
put_value (GString *out, const char *key, double value)
{
  char digits[G_ASCII_DTOSTR_BUF_SIZE];
  g_string_append_printf (out, "%s=%s;", key, g_ascii_formatd (digits, sizeof digits, "%.6g", round (value * 1e4) / 1e4));
}

static void
put_paint (GString *out, const TbSketchMark *mark)
{
  TbColour none = { 0, 0, 0, 0 };
  const TbColour *outline = mark->width > 0 ? &mark->outline : &none;
  put_colour (out, "fillColor", &mark->fill);
  put_colour (out, "strokeColor", outline);
  if (mark->fill.a > 0 && mark->fill.a < 1)
    put_value (out, "fillOpacity", mark->fill.a * 100);
  if (outline->a > 0 && outline->a < 1)
    put_value (out, "strokeOpacity", outline->a * 100);
  if (outline->a > 0)
    put_value (out, "strokeWidth", mark->width);
  if (mark->dash[0] > 0)
    g_string_append_printf (out, "dashed=1;fixDash=1;dashPattern=%d %d;", (int) mark->dash[0], (int) mark->dash[1]);
}

static const TbSketchMark *
find_mark (const TbSketchItem *item, TbSketchPart part)
{
  for (guint i = 0; i < item->n_marks; i++)
    if (item->marks[i].part == part)
      return &item->marks[i];
  return NULL;
}

/* ---- Sheets behind ------------------------------------------------------------------------------------ */

/* base64 of raw deflate of the text as a URI writes it: draw.io's form for anything packed. (transfer full) */
static char *
pack (const char *text)
{
  g_autofree char *escaped = g_uri_escape_string (text, NULL, FALSE);
  g_autoptr (GZlibCompressor) zip = g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_RAW, -1);
  gsize size = strlen (escaped), room = size + 128, read, written;
  g_autofree guchar *packed = g_malloc (room);
  GConverterResult done = g_converter_convert (G_CONVERTER (zip), escaped, size, packed, room, G_CONVERTER_INPUT_AT_END,
                                               &read, &written, NULL);
  g_assert (done == G_CONVERTER_FINISHED); /* deflate adds 5 bytes in 16 KiB at most */
  return g_base64_encode (packed, written);
}

static void
put_sheet (GString *shape, const TbSketchMark *mark, const TbRect *card)
{
  const TbRect *r = &mark->rect;
  g_autoptr (GString) colours = g_string_new (NULL);
  char x[G_ASCII_DTOSTR_BUF_SIZE], y[G_ASCII_DTOSTR_BUF_SIZE], arc[G_ASCII_DTOSTR_BUF_SIZE];
  put_colour (colours, "", &mark->fill);
  g_strdelimit (colours->str, "=;", '\0');
  g_string_append_printf (shape, "<fillcolor color=\"%s\"/>", colours->str + 1);
  put_colour (g_string_truncate (colours, 0), "", &mark->outline);
  g_strdelimit (colours->str, "=;", '\0');
  g_string_append_printf (shape, "<strokecolor color=\"%s\"/><strokealpha alpha=\"%s\"/>", colours->str + 1,
                          g_ascii_formatd (x, sizeof x, "%.3g", mark->outline.a));
  g_string_append_printf (shape, "<roundrect x=\"%s\" y=\"%s\" w=\"%d\" h=\"%d\" arcsize=\"%s\"/><fillstroke/>",
                          g_ascii_formatd (x, sizeof x, "%.6g", r->x - card->x),
                          g_ascii_formatd (y, sizeof y, "%.6g", r->y - card->y), (int) r->width, (int) r->height,
                          g_ascii_formatd (arc, sizeof arc, "%.4g", mark->radius / MIN (r->width, r->height) * 100));
}

/* "shape=stencil(…);" of a card with sheets behind it, the card itself in the cell's own colours. */
static void
put_stack (GString *out, const TbSketchItem *item, const TbSketchMark *face)
{
  const TbRect *r = &face->rect;
  char arc[G_ASCII_DTOSTR_BUF_SIZE];
  g_autoptr (GString) shape = g_string_new (NULL);
  g_string_append_printf (shape, "<shape w=\"%d\" h=\"%d\" aspect=\"variable\" strokewidth=\"inherit\"><foreground><save/>",
                          (int) r->width, (int) r->height);
  for (guint i = 0; i < item->n_marks; i++)
    if (item->marks[i].part == TB_PART_BEHIND && item->marks[i].shape == TB_MARK_RECT)
      put_sheet (shape, &item->marks[i], r);
  g_string_append_printf (shape, "<restore/><roundrect x=\"0\" y=\"0\" w=\"%d\" h=\"%d\" arcsize=\"%s\"/><fillstroke/>"
                                 "</foreground></shape>",
                          (int) r->width, (int) r->height,
                          g_ascii_formatd (arc, sizeof arc, "%.4g", face->radius / MIN (r->width, r->height) * 100));
  g_autofree char *packed = pack (shape->str);
  g_string_append_printf (out, "shape=stencil(%s);", packed);
}

/* ---- Shapes ------------------------------------------------------------------------------------------- */

static void
put_shape (GString *out, const TbSketchItem *item, const TbSketchMark *face)
{
  if (item->kind == TB_ITEM_NOTE)
    g_string_append (out, face == NULL ? "text;strokeColor=none;fillColor=none;" : "shape=note;size=14;darkOpacity=0.05;");
  else if (find_mark (item, TB_PART_BEHIND) != NULL)
    put_stack (out, item, face);
  else
    {
      g_string_append (out, "rounded=1;absoluteArcSize=1;");
      put_value (out, "arcSize", 2 * face->radius);
    }
  if (face != NULL)
    put_paint (out, face);
}

/* Where the name stands in it. */
static void
put_text_place (GString *out, const TbSketchItem *item)
{
  const TbSketchMark *name = find_mark (item, TB_PART_NAME);
  gboolean middle = item->kind == TB_ITEM_COMPONENT || item->kind == TB_ITEM_MIDDLEWARE;
  g_string_append (out, "html=1;spacing=0;fontFamily=" FAMILIES ";");
  if (name == NULL)
    return;
  put_value (out, "fontSize", name->size);
  put_colour (out, "fontColor", &name->fill);
  if (name->weight >= 600)
    g_string_append (out, "fontStyle=1;");
  if (name->upright)
    {
      g_string_append (out, "horizontal=0;align=center;verticalAlign=top;");
      put_value (out, "spacingTop", MAX (0, name->rect.x - item->rect.x - name->size));
      return;
    }
  g_string_append_printf (out, "align=left;verticalAlign=%s;", middle ? "middle" : "top");
  put_value (out, "spacingLeft", name->rect.x - item->rect.x);
  if (item->kind == TB_ITEM_NOTE)
    put_value (out, "spacingRight", name->rect.x - item->rect.x);
  if (!middle)
    put_value (out, "spacingTop", MAX (0, name->rect.y - item->rect.y - name->size));
}

char *
tb_drawio_style (const TbSketchItem *item)
{
  GString *out = g_string_new (NULL);
  gboolean container = item->kind <= TB_ITEM_FRAME && !item->folded;
  const TbSketchMark *name = find_mark (item, TB_PART_NAME);
  put_shape (out, item, find_mark (item, TB_PART_FACE));
  put_text_place (out, item);
  g_string_append (out, container ? "container=1;collapsible=0;recursiveResize=0;" : "container=0;collapsible=0;dropTarget=0;");
  if (item->kind == TB_ITEM_NOTE || (name != NULL && !name->upright && g_strcmp0 (name->text, item->title) != 0))
    g_string_append (out, "whiteSpace=wrap;");
  return g_string_free (out, FALSE);
}

/* ---- Labels ------------------------------------------------------------------------------------------- */

static void
put_html (GString *out, const char *text)
{
  g_autofree char *escaped = g_markup_escape_text (text, -1);
  g_auto (GStrv) lines = g_strsplit (escaped, "\n", -1);
  g_autofree char *joined = g_strjoinv ("<br>", lines);
  g_string_append (out, joined);
}

/* What the painters cut to fit is in it in full: draw.io wraps. */
char *
tb_drawio_label (const TbModel *model, const TbSketchItem *item)
{
  GString *out = g_string_new (NULL);
  const TbSketchMark *name = find_mark (item, TB_PART_NAME), *line = find_mark (item, TB_PART_LINE);
  const TbElement *element = tb_model_get (model, item->element);
  const char *text = item->kind == TB_ITEM_NOTE && element != NULL ? tb_element_get (element, TB_PROP_TEXT) : NULL;
  if (item->kind == TB_ITEM_LINK)
    text = name != NULL ? name->text : "";
  if (name != NULL && name->upright)
    g_string_append (out, "<span style=\"text-transform:uppercase;letter-spacing:1px\">");
  put_html (out, text != NULL ? text : item->title);
  if (name != NULL && name->upright)
    g_string_append (out, "</span>");
  if (line == NULL || name == NULL)
    return g_string_free (out, FALSE);
  g_string_append (out, line->rect.y == name->rect.y ? "&nbsp;&nbsp; " : "<br>");
  g_string_append_printf (out, "<font style=\"font-size:%dpx;font-weight:normal;color:#%02x%02x%02x\">", (int) lround (line->size),
                          (int) lround (line->fill.r * 255), (int) lround (line->fill.g * 255),
                          (int) lround (line->fill.b * 255));
  put_html (out, line->text);
  g_string_append (out, "</font>");
  return g_string_free (out, FALSE);
}

/* ---- Links -------------------------------------------------------------------------------------------- */

static gboolean
is_rectangular (const TbSketchItem *item)
{
  for (guint i = 1; i < item->n_points; i++)
    if (fabs (item->points[i].x - item->points[i - 1].x) > 0.01 && fabs (item->points[i].y - item->points[i - 1].y) > 0.01)
      return FALSE;
  return TRUE;
}

/* Beyond 0 … 1 where it leaves at the sheets behind the card. */
static void
put_end (GString *out, const char *which, TbPoint at, const TbRect *rect)
{
  char key[16];
  if (rect == NULL || rect->width <= 0 || rect->height <= 0)
    return;
  g_snprintf (key, sizeof key, "%sX", which);
  put_value (out, key, (at.x - rect->x) / rect->width);
  g_snprintf (key, sizeof key, "%sY", which);
  put_value (out, key, (at.y - rect->y) / rect->height);
  g_string_append_printf (out, "%sPerimeter=0;", which);
}

char *
tb_drawio_link_style (const TbSketchItem *item, const TbRect *from, const TbRect *to)
{
  GString *out = g_string_new (is_rectangular (item) ? "edgeStyle=orthogonalEdgeStyle;" : "edgeStyle=none;");
  const TbSketchMark *line = find_mark (item, TB_PART_FACE), *name = find_mark (item, TB_PART_NAME);
  const char *head = item->async ? "open;endFill=0" : "block;endFill=1";
  g_string_append (out, "rounded=1;html=1;labelBackgroundColor=none;fontFamily=" FAMILIES ";");
  put_value (out, "arcSize", line != NULL ? 2 * line->radius : 18);
  if (line != NULL)
    put_paint (out, line);
  g_string_append_printf (out, "endArrow=%s;endSize=6;", item->head_to ? head : "none");
  g_string_append_printf (out, "startArrow=%s;startSize=6;%s", !item->head_from ? "none" : item->async ? "open" : "block",
                          item->async ? "startFill=0;" : "");
  if (item->jumps)
    g_string_append (out, "jumpStyle=arc;jumpSize=10;");
  if (name != NULL)
    {
      put_value (out, "fontSize", name->size);
      put_colour (out, "fontColor", &name->fill);
    }
  put_end (out, "exit", item->points[0], from);
  put_end (out, "entry", item->points[item->n_points - 1], to);
  return g_string_free (out, FALSE);
}

/* Where half of the way is done. */
static TbPoint
middle_of (const TbSketchItem *item)
{
  const TbPoint *p = item->points;
  double length = 0, done = 0;
  for (guint i = 1; i < item->n_points; i++)
    length += hypot (p[i].x - p[i - 1].x, p[i].y - p[i - 1].y);
  for (guint i = 1; i < item->n_points; i++)
    {
      double piece = hypot (p[i].x - p[i - 1].x, p[i].y - p[i - 1].y);
      double share = piece > 0 ? (length / 2 - done) / piece : 0;
      if (share <= 1)
        return (TbPoint){ p[i - 1].x + (p[i].x - p[i - 1].x) * share, p[i - 1].y + (p[i].y - p[i - 1].y) * share };
      done += piece;
    }
  return p[item->n_points - 1];
}

TbPoint
tb_drawio_label_offset (const TbSketchItem *item)
{
  TbPoint middle = middle_of (item);
  if (item->label.width <= 0)
    return (TbPoint){ 0, 0 };
  return (TbPoint){ item->label.x + item->label.width / 2 - middle.x, item->label.y + item->label.height / 2 - middle.y };
}

/* ---- What lies on a card ------------------------------------------------------------------------------ */

static cairo_status_t
append (void *closure, const unsigned char *data, unsigned int length)
{
  g_byte_array_append (closure, data, length);
  return CAIRO_STATUS_SUCCESS;
}

/* A person's picture, twice as fine as it is shown. */
static char *
picture_data (const TbSketchMark *mark)
{
  int size = (int) ceil (mark->rect.width * 2);
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, size, size);
  cairo_t *cr = cairo_create (surface);
  tb_icon_paint (mark->picture, cr, size);
  cairo_destroy (cr);
  cairo_surface_write_to_png_stream (surface, append, bytes);
  cairo_surface_destroy (surface);
  g_autofree char *coded = g_base64_encode (bytes->data, bytes->len);
  return g_strconcat ("data:image/png,", coded, NULL);
}

static char *
icon_data (const TbSketchItem *item, const TbSketchMark *mark)
{
  g_autofree char *svg = g_strdup_printf (
    "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"20\" height=\"20\" viewBox=\"-1 -1 22 22\"><path d=\"%s\" fill=\"none\" "
    "stroke=\"#%02x%02x%02x\" stroke-width=\"1.8\" stroke-linecap=\"round\" stroke-linejoin=\"round\"/></svg>",
    tb_sketch_icon (item->role), (int) lround (mark->outline.r * 255), (int) lround (mark->outline.g * 255),
    (int) lround (mark->outline.b * 255));
  g_autofree char *coded = g_base64_encode ((const guchar *) svg, strlen (svg));
  return g_strconcat ("data:image/svg+xml,", coded, NULL);
}

static void
put_decoration (const TbDrawioPage *page, const char *parent, guint n, const TbRect *rect, const char *style, const char *value)
{
  GString *out = page->out;
  g_autofree char *id = g_strdup_printf ("%s.%u", parent, n);
  g_string_append (out, "<mxCell");
  tb_drawio_attribute (out, "id", id);
  tb_drawio_attribute (out, "value", value);
  tb_drawio_attribute (out, "style", style);
  tb_drawio_attribute (out, "parent", parent);
  g_string_append (out, " vertex=\"1\" connectable=\"0\"><mxGeometry");
  tb_drawio_number (out, "x", rect->x);
  tb_drawio_number (out, "y", rect->y);
  tb_drawio_number (out, "width", rect->width);
  tb_drawio_number (out, "height", rect->height);
  g_string_append (out, " as=\"geometry\"/></mxCell>\n");
}

static TbRect
inside (const TbRect *rect, const TbRect *of)
{
  return (TbRect){ rect->x - of->x, rect->y - of->y, rect->width, rect->height };
}

static void
decorate_rect (const TbDrawioPage *page, const TbSketchItem *item, guint i, const char *cell_id)
{
  const TbSketchMark *mark = &item->marks[i], *next = i + 1 < item->n_marks ? mark + 1 : NULL;
  gboolean worded = next != NULL && next->shape == TB_MARK_TEXT && next->part == TB_PART_OTHER;
  gboolean deeper = next != NULL && next->shape == TB_MARK_POLYGON; /* there is a drill-down */
  TbRect rect = inside (&mark->rect, &item->rect);
  g_autoptr (GString) style = g_string_new (FIXED "rounded=1;absoluteArcSize=1;html=1;spacing=0;fontFamily=" FAMILIES ";");
  put_value (style, "arcSize", 2 * mark->radius);
  put_paint (style, mark);
  if (worded)
    {
      put_value (style, "fontSize", next->size);
      put_colour (style, "fontColor", &next->fill);
      g_string_append (style, next->weight >= 600 ? "fontStyle=1;" : "");
    }
  put_decoration (page, cell_id, i, &rect, style->str, worded ? next->text : deeper ? "⤢" : "");
}

static void
decorate_image (const TbDrawioPage *page, const TbSketchItem *item, guint i, const char *cell_id)
{
  const TbSketchMark *mark = &item->marks[i];
  TbRect rect = inside (&mark->rect, &item->rect);
  g_autofree char *data = mark->shape == TB_MARK_ICON ? icon_data (item, mark) : picture_data (mark);
  g_autofree char *style = g_strconcat (FIXED "shape=image;imageAspect=0;image=", data, ";", NULL);
  if (mark->shape == TB_MARK_ICON) /* room for the ends of its lines */
    rect = (TbRect){ rect.x - 1, rect.y - 1, rect.width + 2, rect.height + 2 };
  put_decoration (page, cell_id, i, &rect, style, "");
}

void
tb_drawio_decorate (const TbDrawioPage *page, const TbSketchItem *item, const char *cell_id)
{
  if (item->kind == TB_ITEM_LINK || item->kind == TB_ITEM_NOTE)
    return;
  for (guint i = 0; i < item->n_marks; i++)
    {
      const TbSketchMark *mark = &item->marks[i];
      if (mark->shape == TB_MARK_RECT && mark->part == TB_PART_OTHER)
        decorate_rect (page, item, i, cell_id);
      else if (mark->shape == TB_MARK_ICON || (mark->shape == TB_MARK_PICTURE && mark->picture != NULL))
        decorate_image (page, item, i, cell_id);
    }
}
