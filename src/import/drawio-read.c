/* mxfile to pages and cells, as the parser comes by them: no tree of the file is ever made, and an attribute of a megabyte
 * (a drawing of ours) costs what its bytes cost. */
#include "drawio-private.h"

#include <libxml/parser.h>
#include <libxml/SAX2.h>
#include <math.h>
#include <string.h>

#define FARTHEST 1e6 /* as far as places go here */
#define PIECE 65536u /* that the parser gets at once: it refuses what is large as a whole */

typedef struct
{
  TbDrawioFile *file;
  xmlParserCtxt *parser;
  const xmlChar **attributes; /* five each, of the element that begins */
  int n_attributes, depth;
  TbDrawioPage *page;   /* that cells go to */
  gboolean packed;      /* this is a page's content: no pages within */
  guint line;           /* of the page, where what is read has no lines of the file's own */
  char *diagram_id, *diagram_name;
  GString *text;        /* a page's content as text */
  TbDrawioCell *object; /* one that waits for its mxCell */
  TbDrawioCell *cell;
  int cell_depth, object_depth;
  gboolean in_points;
  char *sentence;       /* why it goes no further */
  char *xml_says;       /* the parser's first complaint */
  GError *error;        /* of a packed page */
} Walk;

/* ---- Cells -------------------------------------------------------------------------------------------- */

static void
cell_free (gpointer data)
{
  TbDrawioCell *cell = data;
  char *texts[] = { cell->id, cell->parent_id, cell->source_id, cell->target_id, cell->style, cell->label, cell->title, cell->rest };
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    g_free (texts[i]);
  g_strfreev (cell->data);
  if (cell->points != NULL)
    g_array_unref (cell->points);
  if (cell->children != NULL)
    g_ptr_array_unref (cell->children);
  g_free (cell);
}

static void
page_free (gpointer data)
{
  TbDrawioPage *page = data;
  g_free (page->id);
  g_free (page->name);
  g_hash_table_unref (page->by_id);
  g_clear_pointer (&page->buses, g_ptr_array_unref);
  g_ptr_array_unref (page->by_depth);
  g_ptr_array_unref (page->cells);
  g_free (page);
}

TbDrawioPage *
tb_drawio_page_new (TbDrawioFile *file, const char *id, const char *name, guint line)
{
  TbDrawioPage *page = g_new0 (TbDrawioPage, 1);
  page->id = g_strdup (id != NULL ? id : "");
  page->name = g_strdup (name != NULL ? name : "");
  page->cells = g_ptr_array_new_with_free_func (cell_free);
  page->by_depth = g_ptr_array_new ();
  page->by_id = g_hash_table_new (g_str_hash, g_str_equal);
  page->line = line;
  g_ptr_array_add (file->pages, page);
  return page;
}

void
tb_drawio_file_free (TbDrawioFile *file)
{
  g_ptr_array_unref (file->pages);
  g_free (file);
}

/* ---- Attributes --------------------------------------------------------------------------------------- */

/* (transfer full), NULL. */
static char *
attribute (Walk *w, const char *name)
{
  for (int i = 0; i < w->n_attributes; i++)
    {
      const xmlChar **a = w->attributes + 5 * i;
      if (strcmp ((const char *) a[0], name) == 0)
        return g_strndup ((const char *) a[3], (gsize) (a[4] - a[3]));
    }
  return NULL;
}

static gboolean
attribute_is (Walk *w, const char *name, const char *value)
{
  g_autofree char *text = attribute (w, name);
  return g_strcmp0 (text, value) == 0;
}

static double
number (Walk *w, const char *name)
{
  g_autofree char *text = attribute (w, name);
  double value = text != NULL ? g_ascii_strtod (text, NULL) : 0;
  return isfinite (value) ? CLAMP (value, -FARTHEST, FARTHEST) : 0;
}

static TbPoint
point (Walk *w)
{
  return (TbPoint){ number (w, "x"), number (w, "y") };
}

static char **
all_attributes (Walk *w)
{
  char **all = g_new0 (char *, 2 * (gsize) w->n_attributes + 1);
  for (int i = 0; i < w->n_attributes; i++)
    {
      const xmlChar **a = w->attributes + 5 * i;
      all[2 * i] = g_strdup ((const char *) a[0]);
      all[2 * i + 1] = g_strndup ((const char *) a[3], (gsize) (a[4] - a[3]));
    }
  return all;
}

static guint
line_now (Walk *w)
{
  return w->packed ? w->line : (guint) MAX (0, xmlSAX2GetLineNumber (w->parser));
}

/* ---- Elements ----------------------------------------------------------------------------------------- */

static TbDrawioCell *
new_cell (Walk *w)
{
  TbDrawioCell *cell = g_new0 (TbDrawioCell, 1);
  cell->line = line_now (w);
  if (++w->file->n_cells > TB_DRAWIO_MAX_CELLS && w->sentence == NULL)
    w->sentence = g_strdup_printf ("it has more than %u cells", TB_DRAWIO_MAX_CELLS);
  return cell;
}

static void
keep_cell (Walk *w, TbDrawioCell *cell)
{
  cell->index = w->page->cells->len;
  g_ptr_array_add (w->page->cells, cell);
  if (cell->id != NULL && !g_hash_table_contains (w->page->by_id, cell->id))
    g_hash_table_insert (w->page->by_id, cell->id, cell);
}

/* <object label= id= …> or any other element around an <mxCell>. */
static void
begin_object (Walk *w)
{
  w->object = new_cell (w);
  w->object->data = all_attributes (w);
  w->object->id = attribute (w, "id");
  w->object->label = attribute (w, "label");
  w->object_depth = w->depth;
  keep_cell (w, w->object);
}

static void
begin_cell (Walk *w)
{
  TbDrawioCell *cell = w->object != NULL ? w->object : new_cell (w);
  if (cell->id == NULL)
    cell->id = attribute (w, "id");
  if (cell->label == NULL)
    cell->label = attribute (w, "value");
  cell->parent_id = attribute (w, "parent");
  cell->source_id = attribute (w, "source");
  cell->target_id = attribute (w, "target");
  cell->style = attribute (w, "style");
  cell->vertex = attribute_is (w, "vertex", "1");
  cell->edge = attribute_is (w, "edge", "1");
  cell->hidden = attribute_is (w, "visible", "0");
  if (w->object == NULL)
    keep_cell (w, cell);
  w->object = NULL;
  w->cell = cell;
  w->cell_depth = w->depth;
}

static void
take_geometry (Walk *w)
{
  TbDrawioCell *cell = w->cell;
  cell->has_geometry = TRUE;
  cell->relative = attribute_is (w, "relative", "1");
  cell->geometry = (TbRect){ number (w, "x"), number (w, "y"), MAX (0, number (w, "width")), MAX (0, number (w, "height")) };
}

static void
take_point (Walk *w)
{
  TbDrawioCell *cell = w->cell;
  TbPoint p = point (w);
  g_autofree char *as = attribute (w, "as");
  if (as == NULL && w->in_points)
    {
      if (cell->points == NULL)
        cell->points = g_array_new (FALSE, FALSE, sizeof (TbPoint));
      g_array_append_val (cell->points, p);
    }
  else if (g_strcmp0 (as, "offset") == 0)
    cell->offset = p;
  else if (g_strcmp0 (as, "sourcePoint") == 0 || g_strcmp0 (as, "targetPoint") == 0)
    {
      guint end = *as == 't';
      cell->ends[end] = p;
      cell->has_end[end] = TRUE;
    }
}

static void
begin_page (Walk *w, const char *id, const char *name)
{
  if (w->file->pages->len >= TB_DRAWIO_MAX_PAGES && w->sentence == NULL)
    w->sentence = g_strdup_printf ("it has more than %u pages", TB_DRAWIO_MAX_PAGES);
  w->page = tb_drawio_page_new (w->file, id, name, line_now (w));
}

static void
begin_diagram (Walk *w)
{
  g_free (w->diagram_id);
  g_free (w->diagram_name);
  w->diagram_id = attribute (w, "id");
  w->diagram_name = attribute (w, "name");
  begin_page (w, w->diagram_id, w->diagram_name);
  g_string_truncate (w->text, 0);
}

static void
inside_cell (Walk *w, const char *name)
{
  if (strcmp (name, "mxGeometry") == 0)
    take_geometry (w);
  else if (strcmp (name, "Array") == 0)
    w->in_points = attribute_is (w, "as", "points");
  else if (strcmp (name, "mxPoint") == 0)
    take_point (w);
}

static void
begin_element (Walk *w, const char *name)
{
  if (w->cell != NULL)
    inside_cell (w, name);
  else if (strcmp (name, "diagram") == 0 && !w->packed)
    begin_diagram (w);
  else if (strcmp (name, "mxlibrary") == 0 && w->sentence == NULL)
    w->sentence = g_strdup ("it is a library of shapes, not a drawing");
  else if (strcmp (name, "mxfile") == 0 || strcmp (name, "root") == 0)
    ;
  else if (strcmp (name, "mxGraphModel") == 0)
    {
      if (w->page == NULL)
        begin_page (w, NULL, NULL);
    }
  else if (strcmp (name, "mxCell") == 0 && w->page != NULL)
    begin_cell (w);
  else if (w->object == NULL && w->page != NULL)
    begin_object (w);
}

static gboolean walk (TbDrawioFile *file, const char *xml, gsize size, TbDrawioPage *page, guint line, GError **error);

/* What a page's text unpacks to is walked as if it stood there. */
static void
end_diagram (Walk *w)
{
  TbDrawioPage *page = w->page;
  gsize size;
  w->page = NULL;
  g_strstrip (w->text->str);
  w->text->len = strlen (w->text->str);
  if (page == NULL || w->text->len == 0)
    return;
  g_autofree char *xml = tb_drawio_unpack (w->file, w->text->str, page->line, &size, &w->error);
  if (xml != NULL)
    walk (w->file, xml, size, page, page->line, &w->error);
}

static void
end_element (Walk *w, const char *name)
{
  if (w->cell != NULL && w->depth == w->cell_depth)
    w->cell = NULL;
  else if (w->cell != NULL && strcmp (name, "Array") == 0)
    w->in_points = FALSE;
  else if (w->object != NULL && w->depth == w->object_depth)
    w->object = NULL;
  else if (!w->packed && strcmp (name, "diagram") == 0)
    end_diagram (w);
}

/* ---- The walk ----------------------------------------------------------------------------------------- */

static void
on_start (void *data, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri, int n_namespaces,
          const xmlChar **namespaces, int n_attributes, int n_defaulted, const xmlChar **attributes)
{
  Walk *w = data;
  (void) prefix;
  (void) uri;
  (void) n_namespaces;
  (void) namespaces;
  (void) n_defaulted;
  w->depth++;
  w->attributes = attributes;
  w->n_attributes = n_attributes;
  begin_element (w, (const char *) name);
  if (w->sentence != NULL)
    xmlStopParser (w->parser);
}

static void
on_end (void *data, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
  Walk *w = data;
  (void) prefix;
  (void) uri;
  end_element (w, (const char *) name);
  w->depth--;
  if (w->error != NULL)
    xmlStopParser (w->parser);
}

static void
on_text (void *data, const xmlChar *text, int length)
{
  Walk *w = data;
  if (w->page != NULL && !w->packed && w->cell == NULL)
    g_string_append_len (w->text, (const char *) text, length);
}

static void
on_error (void *data, xmlErrorPtr error)
{
  Walk *w = data;
  if (w->xml_says == NULL && error->level >= XML_ERR_ERROR)
    w->xml_says = g_strstrip (g_strdup (error->message != NULL ? error->message : "it is no XML"));
}

static gboolean
say_why (Walk *w, guint line, GError **error)
{
  if (w->error != NULL)
    g_propagate_error (error, g_steal_pointer (&w->error));
  else if (w->sentence != NULL)
    tb_import_fail (w->file->source, 0, 0, error, "%s", w->sentence);
  else
    tb_import_fail (w->file->source, line, 0, error, "it is damaged: %s",
                    w->xml_says != NULL ? w->xml_says : "it ends too early");
  return FALSE;
}

void
tb_drawio_feed (xmlParserCtxt *parser, const char *xml, gsize size)
{
  int bad = 0;
  xmlCtxtUseOptions (parser, XML_PARSE_NONET | XML_PARSE_NOENT);
  for (gsize at = 0; at < size && bad == 0; at += PIECE)
    bad = xmlParseChunk (parser, xml + at, (int) MIN (PIECE, size - at), 0);
  xmlParseChunk (parser, NULL, 0, 1);
}

/* Cells into page (packed), or pages with their cells (page NULL). */
static gboolean
walk (TbDrawioFile *file, const char *xml, gsize size, TbDrawioPage *page, guint line, GError **error)
{
  Walk w = { .file = file, .page = page, .packed = page != NULL, .line = line, .text = g_string_new (NULL) };
  xmlSAXHandler handler = { .initialized = XML_SAX2_MAGIC, .startElementNs = on_start, .endElementNs = on_end,
                            .characters = on_text, .cdataBlock = on_text, .serror = on_error };
  w.parser = xmlCreatePushParserCtxt (&handler, &w, NULL, 0, NULL);
  tb_drawio_feed (w.parser, xml, size);
  gboolean good = w.parser->wellFormed && w.sentence == NULL && w.error == NULL && w.xml_says == NULL;
  if (!good)
    say_why (&w, line_now (&w), error);
  xmlDoc *made = w.parser->myDoc;
  xmlFreeParserCtxt (w.parser);
  if (made != NULL)
    xmlFreeDoc (made);
  g_string_free (w.text, TRUE);
  g_free (w.diagram_id);
  g_free (w.diagram_name);
  g_free (w.sentence);
  g_free (w.xml_says);
  return good;
}

TbDrawioFile *
tb_drawio_file_read (const TbImportSource *source, GError **error)
{
  g_autoptr (TbDrawioFile) file = g_new0 (TbDrawioFile, 1);
  gsize size;
  file->source = source;
  file->pages = g_ptr_array_new_with_free_func (page_free);
  g_autofree char *xml = tb_drawio_unwrap (file, &size, error);
  if (xml == NULL || !walk (file, xml, size, NULL, 0, error))
    return NULL;
  if (file->pages->len == 0)
    return tb_import_fail (source, 0, 0, error, "it holds no draw.io page");
  for (guint i = 0; i < file->pages->len; i++)
    tb_drawio_page_settle (file->pages->pdata[i]);
  return g_steal_pointer (&file);
}

/* ---- Places ------------------------------------------------------------------------------------------- */

#define DEEPEST 1000u

static TbDrawioCell *
find (TbDrawioPage *page, const char *id)
{
  return id != NULL ? g_hash_table_lookup (page->by_id, id) : NULL;
}

/* A cell that is, at any height, its own parent has none. */
static void
cut_rings (TbDrawioPage *page)
{
  for (guint i = 0; i < page->cells->len; i++)
    {
      TbDrawioCell *cell = page->cells->pdata[i], *up = cell->parent;
      guint depth = 0;
      for (; up != NULL && depth < DEEPEST && up != cell; up = up->parent)
        depth++;
      if (up != NULL)
        cell->parent = NULL;
    }
}

static void
place (TbDrawioCell *cell)
{
  const TbDrawioCell *parent = cell->parent;
  TbRect r = cell->geometry, in = parent != NULL ? parent->rect : (TbRect){ 0, 0, 0, 0 };
  if (cell->edge)
    r = (TbRect){ 0, 0, 0, 0 };
  if (cell->relative && parent != NULL && !parent->edge && !cell->edge)
    r = (TbRect){ r.x * in.width + cell->offset.x, r.y * in.height + cell->offset.y, r.width, r.height };
  cell->rect = (TbRect){ in.x + r.x, in.y + r.y, r.width, r.height };
  for (guint i = 0; cell->points != NULL && i < cell->points->len; i++)
    {
      TbPoint *p = &g_array_index (cell->points, TbPoint, i);
      *p = (TbPoint){ p->x + in.x, p->y + in.y };
    }
  for (guint e = 0; e < 2; e++)
    cell->ends[e] = (TbPoint){ cell->ends[e].x + in.x, cell->ends[e].y + in.y };
}

static int
by_depth (gconstpointer a, gconstpointer b)
{
  const TbDrawioCell *x = *(TbDrawioCell *const *) a, *y = *(TbDrawioCell *const *) b;
  return x->depth != y->depth ? (x->depth < y->depth ? -1 : 1) : x->index < y->index ? -1 : x->index > y->index;
}

static void
add_child (TbDrawioCell *cell)
{
  TbDrawioCell *parent = cell->parent;
  if (parent == NULL || !cell->vertex)
    return;
  if (parent->children == NULL)
    parent->children = g_ptr_array_new ();
  g_ptr_array_add (parent->children, cell);
}

void
tb_drawio_page_settle (TbDrawioPage *page)
{
  for (guint i = 0; i < page->cells->len; i++)
    {
      TbDrawioCell *cell = page->cells->pdata[i];
      cell->parent = find (page, cell->parent_id);
      cell->source = find (page, cell->source_id);
      cell->target = find (page, cell->target_id);
    }
  cut_rings (page);
  for (guint i = 0; i < page->cells->len; i++)
    {
      TbDrawioCell *cell = page->cells->pdata[i];
      for (TbDrawioCell *up = cell->parent; up != NULL; up = up->parent)
        cell->depth++;
      add_child (cell);
      g_ptr_array_add (page->by_depth, cell);
    }
  g_ptr_array_sort (page->by_depth, by_depth);
  for (guint i = 0; i < page->by_depth->len; i++)
    {
      TbDrawioCell *cell = page->by_depth->pdata[i];
      place (cell);
      cell->hidden |= cell->parent != NULL && cell->parent->hidden;
    }
}
