/* A drawing as a file of draw.io: a page a view, as it looks here, uncompressed.
 *
 * For the way back the first page's root keeps the whole drawing (tierboard-document), and each cell says whose it is
 * (tierboard: the id) and how it was written: tierboard-at (place, or the corners of a link) and tierboard-label. What
 * differs from that when it is read again was changed there. An element's properties are the cell's data under their own
 * names, where "Edit Data" shows them and takes changes; description, href and tags are draw.io's tooltip, link and tags. */
#include "drawio-private.h"

#include <math.h>
#include <string.h>

/* ---- Writing ------------------------------------------------------------------------------------------ */

/* In an attribute a line's end would be read as a blank. */
static const char *
entity (char c)
{
  return c == '\n' ? "&#10;" : c == '\t' ? "&#9;" : tb_xml_entity (c);
}

void
tb_drawio_attribute (GString *out, const char *name, const char *value)
{
  g_string_append_printf (out, " %s=\"", name);
  for (const char *p = value; *p; p++)
    {
      const char *instead = entity (*p);
      if (instead != NULL)
        g_string_append (out, instead);
      else
        g_string_append_c (out, *p);
    }
  g_string_append_c (out, '"');
}

void
tb_drawio_number (GString *out, const char *name, double value)
{
  char digits[G_ASCII_DTOSTR_BUF_SIZE];
  g_string_append_printf (out, " %s=\"%s\"", name,
                          g_ascii_formatd (digits, sizeof digits, "%.9g", round (value * 100) / 100));
}

char *
tb_drawio_cell_id (const TbDrawioPage *page, TbUid item)
{
  const TbElement *element = tb_model_get (page->model, item);
  const char *id = element != NULL ? tb_element_id (element) : NULL;
  return id != NULL ? g_strdup_printf ("%s.%s", page->page, id) : g_strdup_printf ("%s.%u", page->page, item);
}

/* ---- Data --------------------------------------------------------------------------------------------- */

/* What draw.io has a name of its own for. */
static const char *
data_name (const TbPropSpec *spec)
{
  return spec->prop == TB_PROP_DESCRIPTION ? "tooltip" : spec->prop == TB_PROP_HREF ? "link" : spec->name;
}

static void
put_link (TbDrawioPage *page, const TbElement *element)
{
  TbUid into = tb_view_into (page->model, tb_element_uid (element));
  const TbElement *view = into != 0 ? tb_model_get (page->model, into) : NULL;
  g_autofree char *link = view != NULL ? g_strconcat ("data:page/id,", tb_element_id (view), NULL) : NULL;
  if (link != NULL && !tb_element_is_set (element, TB_PROP_HREF))
    tb_drawio_attribute (page->out, "link", link);
}

static void
put_properties (TbDrawioPage *page, const TbElement *element)
{
  const TbKindSpec *kind = tb_schema_kind (tb_element_kind (element));
  for (guint i = 0; i < kind->n_props; i++)
    {
      const TbPropSpec *spec = &kind->props[i];
      gboolean drawn = spec->prop == TB_PROP_ID || spec->prop == TB_PROP_NAME || spec->prop == TB_PROP_FROM
                       || spec->prop == TB_PROP_TO || spec->type == TB_TYPE_TEXT;
      if (!drawn && tb_element_is_set (element, spec->prop))
        tb_drawio_attribute (page->out, data_name (spec), tb_element_get (element, spec->prop));
    }
  put_link (page, element);
}

/* "<object label= id= tierboard= …>": what the cell is of. */
static void
begin_object (TbDrawioPage *page, const TbSketchItem *item, const char *cell_id, const char *at)
{
  GString *out = page->out;
  const TbElement *element = tb_model_get (page->model, item->element);
  g_autofree char *label = tb_drawio_label (page->model, item);
  g_string_append (out, "<object");
  tb_drawio_attribute (out, "label", label);
  tb_drawio_attribute (out, "id", cell_id);
  if (element != NULL && tb_element_id (element) != NULL)
    {
      tb_drawio_attribute (out, "tierboard", tb_element_id (element));
      tb_drawio_attribute (out, "tierboard-element", tb_schema_kind (tb_element_kind (element))->name);
      tb_drawio_attribute (out, "tierboard-at", at);
      tb_drawio_attribute (out, "tierboard-label", label);
      put_properties (page, element);
      g_string_append_printf (page->drawn, "%s%s", page->drawn->len ? " " : "", tb_element_id (element));
    }
  g_string_append (out, "><mxCell");
}

/* ---- Cells -------------------------------------------------------------------------------------------- */

static TbUid
parent_of (const TbDrawioPage *page, const TbSketchItem *item)
{
  const TbUid in[] = { item->group, item->tier, item->layer };
  for (guint i = 0; i < G_N_ELEMENTS (in); i++)
    if (in[i] != 0 && in[i] != item->item && g_hash_table_contains (page->rects, GUINT_TO_POINTER (in[i])))
      return in[i];
  return 0;
}

static void
put_box (TbDrawioPage *page, const TbSketchItem *item)
{
  GString *out = page->out;
  const TbRect *r = &item->rect;
  TbUid parent = parent_of (page, item);
  const TbRect *in = parent != 0 ? g_hash_table_lookup (page->rects, GUINT_TO_POINTER (parent)) : NULL;
  g_autofree char *id = tb_drawio_cell_id (page, item->item);
  g_autofree char *parent_id = parent != 0 ? tb_drawio_cell_id (page, parent) : g_strdup_printf ("%s.1", page->page);
  g_autofree char *style = tb_drawio_style (item);
  char at[4 * 16];
  g_snprintf (at, sizeof at, "%.0f %.0f %.0f %.0f", r->x * 100, r->y * 100, r->width * 100, r->height * 100);
  begin_object (page, item, id, at);
  tb_drawio_attribute (out, "style", style);
  tb_drawio_attribute (out, "parent", parent_id);
  g_string_append (out, " vertex=\"1\"><mxGeometry");
  tb_drawio_number (out, "x", r->x - (in != NULL ? in->x : 0));
  tb_drawio_number (out, "y", r->y - (in != NULL ? in->y : 0));
  tb_drawio_number (out, "width", r->width);
  tb_drawio_number (out, "height", r->height);
  g_string_append (out, " as=\"geometry\"/></mxCell></object>\n");
  tb_drawio_decorate (page, item, id);
  g_hash_table_insert (page->rects, GUINT_TO_POINTER (item->item), g_memdup2 (r, sizeof *r));
}

static void
put_point (GString *out, TbPoint p, const char *as)
{
  g_string_append (out, "<mxPoint");
  tb_drawio_number (out, "x", p.x);
  tb_drawio_number (out, "y", p.y);
  if (as != NULL)
    tb_drawio_attribute (out, "as", as);
  g_string_append (out, "/>");
}

static void
put_way (TbDrawioPage *page, const TbSketchItem *item)
{
  GString *out = page->out;
  g_string_append (out, "<mxGeometry relative=\"1\" as=\"geometry\">");
  if (item->n_points > 2)
    {
      g_string_append (out, "<Array as=\"points\">");
      for (guint i = 1; i + 1 < item->n_points; i++)
        put_point (out, item->points[i], NULL);
      g_string_append (out, "</Array>");
    }
  put_point (out, tb_drawio_label_offset (item), "offset");
  g_string_append (out, "</mxGeometry></mxCell></object>\n");
}

static void
put_link_cell (TbDrawioPage *page, const TbSketchItem *item)
{
  GString *out = page->out;
  g_autofree char *id = tb_drawio_cell_id (page, item->item);
  g_autofree char *from = tb_drawio_cell_id (page, item->from), *to = tb_drawio_cell_id (page, item->to);
  g_autofree char *layer = g_strdup_printf ("%s.1", page->page);
  g_autofree char *style = tb_drawio_link_style (item, g_hash_table_lookup (page->rects, GUINT_TO_POINTER (item->from)),
                                                 g_hash_table_lookup (page->rects, GUINT_TO_POINTER (item->to)));
  g_autoptr (GString) at = g_string_new (NULL);
  for (guint i = 1; i + 1 < item->n_points; i++)
    g_string_append_printf (at, "%s%.0f %.0f", i > 1 ? " " : "", item->points[i].x * 100, item->points[i].y * 100);
  begin_object (page, item, id, at->str);
  tb_drawio_attribute (out, "style", style);
  tb_drawio_attribute (out, "parent", layer);
  tb_drawio_attribute (out, "source", from);
  tb_drawio_attribute (out, "target", to);
  g_string_append (out, " edge=\"1\">");
  put_way (page, item);
}

/* Links come last: cards lie in containers there, and a container's ground would cover them. */
static void
take_box (const TbSketchItem *item, gpointer data)
{
  if (item->kind != TB_ITEM_LINK)
    put_box (data, item);
}

static void
take_link (const TbSketchItem *item, gpointer data)
{
  if (item->kind == TB_ITEM_LINK && item->n_points >= 2)
    put_link_cell (data, item);
}

/* ---- Pages -------------------------------------------------------------------------------------------- */

static void
begin_page (const TbDrawioPage *page, const char *name, GString *out)
{
  TbColour canvas = tb_theme_colour (page->theme, TB_COLOUR_CANVAS);
  TbRect bounds = tb_scene_bounds (page->scene);
  g_string_append (out, "<diagram");
  tb_drawio_attribute (out, "id", page->page);
  tb_drawio_attribute (out, "name", name);
  g_string_append (out, ">\n<mxGraphModel grid=\"0\" gridSize=\"20\" guides=\"1\" tooltips=\"1\" connect=\"1\" arrows=\"1\" "
                        "fold=\"1\" page=\"0\" pageScale=\"1\" math=\"0\" shadow=\"0\"");
  tb_drawio_number (out, "dx", ceil (bounds.x + bounds.width));
  tb_drawio_number (out, "dy", ceil (bounds.y + bounds.height));
  g_string_append_printf (out, " background=\"#%02x%02x%02x\">\n<root>\n", (int) lround (canvas.r * 255),
                          (int) lround (canvas.g * 255), (int) lround (canvas.b * 255));
}

/* The root of a page: what it showed, and in the first the drawing itself. */
static void
put_root (const TbDrawioPage *page, const char *document, const char *pages, GString *out)
{
  g_autofree char *root = g_strdup_printf ("%s.0", page->page), *layer = g_strdup_printf ("%s.1", page->page);
  g_string_append (out, "<object label=\"\"");
  tb_drawio_attribute (out, "id", root);
  tb_drawio_attribute (out, "tierboard-view", page->view_id != NULL ? page->view_id : "");
  tb_drawio_attribute (out, "tierboard-drawn", page->drawn->str);
  if (document != NULL)
    {
      tb_drawio_attribute (out, "tierboard-pages", pages);
      tb_drawio_attribute (out, "tierboard-document", document);
    }
  g_string_append (out, "><mxCell/></object>\n<mxCell");
  tb_drawio_attribute (out, "id", layer);
  tb_drawio_attribute (out, "parent", root);
  g_string_append (out, "/>\n");
}

static void
write_page (const TbModel *model, const TbElement *view, const TbExportOptions *options, const char *document,
            const char *pages, GString *out)
{
  TbExportOptions how = *options;
  how.view_id = view != NULL ? tb_element_id (view) : NULL;
  g_autoptr (TbScene) scene = tb_export_make_scene (model, &how);
  g_autoptr (GString) cells = g_string_new (NULL), drawn = g_string_new (NULL);
  g_autoptr (GHashTable) rects = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  TbDrawioPage page = { .out = cells, .model = model, .scene = scene, .page = view != NULL ? how.view_id : "drawing",
                        .theme = options->theme, .rects = rects, .drawn = drawn, .view_id = how.view_id };
  tb_scene_sketch (scene, options->theme, take_box, &page);
  tb_scene_sketch (scene, options->theme, take_link, &page);
  begin_page (&page, tb_element_title (view != NULL ? view : tb_model_root (model)), out);
  put_root (&page, document, pages, out);
  g_string_append_len (out, cells->str, (gssize) cells->len);
  g_string_append (out, "</root>\n</mxGraphModel>\n</diagram>\n");
}

/* view_id says which view; without it all of them. */
static GPtrArray *
views_of (const TbModel *model, const char *view_id)
{
  GPtrArray *views = g_ptr_array_new ();
  for (guint i = 0; i < tb_model_count (model, TB_KIND_VIEW); i++)
    {
      const TbElement *view = tb_model_nth (model, TB_KIND_VIEW, i);
      if (view_id == NULL || strcmp (view_id, tb_element_id (view)) == 0)
        g_ptr_array_add (views, (gpointer) view);
    }
  if (views->len == 0)
    g_ptr_array_add (views, NULL);
  return views;
}

GBytes *
tb_export_drawio (const TbModel *model, const TbExportOptions *options, GError **error)
{
  g_autoptr (GPtrArray) views = views_of (model, options->view_id);
  g_autofree char *document = tb_model_to_xml (model, NULL);
  g_autoptr (GString) pages = g_string_new (NULL);
  (void) error;
  for (guint i = 0; i < views->len && views->pdata[i] != NULL; i++)
    g_string_append_printf (pages, "%s%s", i > 0 ? " " : "", tb_element_id (views->pdata[i]));
  GString *out = g_string_new ("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<mxfile host=\"Tierboard\" type=\"device\"");
  tb_drawio_number (out, "pages", views->len);
  g_string_append (out, ">\n");
  for (guint i = 0; i < views->len; i++)
    write_page (model, views->pdata[i], options, i == 0 ? document : NULL, pages->str, out);
  g_string_append (out, "</mxfile>\n");
  return g_string_free_to_bytes (out);
}
