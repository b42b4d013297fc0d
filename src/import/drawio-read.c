/* mxfile to pages and cells. The reader is pulled along, so that no tree of the file is ever made. */
#include "drawio-private.h"

#include <libxml/xmlreader.h>
#include <math.h>
#include <string.h>

#define FARTHEST 1e6 /* as far as places go here */

typedef struct
{
  TbDrawioFile *file;
  xmlTextReader *reader;
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

static char *
attribute (Walk *w, const char *name)
{
  xmlChar *value = xmlTextReaderGetAttribute (w->reader, (const xmlChar *) name);
  char *copy = g_strdup ((const char *) value);
  xmlFree (value);
  return copy;
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
  g_autoptr (GPtrArray) all = g_ptr_array_new ();
  while (xmlTextReaderMoveToNextAttribute (w->reader) == 1)
    {
      g_ptr_array_add (all, g_strdup ((const char *) xmlTextReaderConstName (w->reader)));
      g_ptr_array_add (all, g_strdup ((const char *) xmlTextReaderConstValue (w->reader)));
    }
  xmlTextReaderMoveToElement (w->reader);
  g_ptr_array_add (all, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&all), FALSE);
}

static guint
line_now (Walk *w)
{
  return w->packed ? w->line : (guint) MAX (0, xmlTextReaderGetParserLineNumber (w->reader));
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
  w->object_depth = xmlTextReaderDepth (w->reader);
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
  w->cell = xmlTextReaderIsEmptyElement (w->reader) ? NULL : cell;
  w->cell_depth = xmlTextReaderDepth (w->reader);
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
    w->in_points = attribute_is (w, "as", "points") && !xmlTextReaderIsEmptyElement (w->reader);
  else if (strcmp (name, "mxPoint") == 0)
    take_point (w);
}

static void
begin_element (Walk *w)
{
  const char *name = (const char *) xmlTextReaderConstLocalName (w->reader);
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
static gboolean
end_diagram (Walk *w, GError **error)
{
  TbDrawioPage *page = w->page;
  gsize size;
  w->page = NULL;
  g_strstrip (w->text->str);
  w->text->len = strlen (w->text->str);
  if (page == NULL || w->text->len == 0)
    return TRUE;
  g_autofree char *xml = tb_drawio_unpack (w->file, w->text->str, page->line, &size, error);
  return xml != NULL && walk (w->file, xml, size, page, page->line, error);
}

static gboolean
end_element (Walk *w, GError **error)
{
  const char *name = (const char *) xmlTextReaderConstLocalName (w->reader);
  int depth = xmlTextReaderDepth (w->reader);
  if (w->cell != NULL && depth == w->cell_depth)
    w->cell = NULL;
  else if (w->cell != NULL && strcmp (name, "Array") == 0)
    w->in_points = FALSE;
  else if (w->object != NULL && depth == w->object_depth)
    w->object = NULL;
  else if (!w->packed && strcmp (name, "diagram") == 0)
    return end_diagram (w, error);
  return TRUE;
}

/* ---- The walk ----------------------------------------------------------------------------------------- */

static gboolean
take_node (Walk *w, GError **error)
{
  int type = xmlTextReaderNodeType (w->reader);
  gboolean text = type == XML_READER_TYPE_TEXT || type == XML_READER_TYPE_CDATA;
  if (type == XML_READER_TYPE_ELEMENT)
    {
      gboolean empty = xmlTextReaderIsEmptyElement (w->reader);
      begin_element (w);
      if (empty && w->object != NULL && w->object_depth == xmlTextReaderDepth (w->reader))
        w->object = NULL;
    }
  else if (type == XML_READER_TYPE_END_ELEMENT)
    return end_element (w, error);
  else if (text && w->page != NULL && !w->packed && w->cell == NULL)
    g_string_append (w->text, (const char *) xmlTextReaderConstValue (w->reader));
  return TRUE;
}

static void
note_error (void *arg, const char *message, xmlParserSeverities severity, xmlTextReaderLocatorPtr at)
{
  char **sentence = arg;
  (void) severity;
  (void) at;
  if (*sentence == NULL)
    *sentence = g_strstrip (g_strdup (message));
}

static gboolean
say_why (Walk *w, char *xml_says, GError **error)
{
  guint line = line_now (w);
  if (error != NULL && *error != NULL)
    return FALSE;
  if (w->sentence != NULL)
    tb_import_fail (w->file->source, 0, 0, error, "%s", w->sentence);
  else
    tb_import_fail (w->file->source, line, 0, error, "it is damaged: %s",
                    xml_says != NULL ? xml_says : "it ends too early");
  return FALSE;
}

/* Cells into page (packed), or pages with their cells (page NULL). */
static gboolean
walk (TbDrawioFile *file, const char *xml, gsize size, TbDrawioPage *page, guint line, GError **error)
{
  Walk w = { .file = file, .page = page, .packed = page != NULL, .line = line, .text = g_string_new (NULL) };
  g_autofree char *xml_says = NULL;
  GError *inner = NULL;
  int more = 1;
  w.reader = xmlReaderForMemory (xml, (int) size, NULL, NULL, XML_PARSE_NONET);
  xmlTextReaderSetErrorHandler (w.reader, note_error, &xml_says);
  while (w.sentence == NULL && inner == NULL && (more = xmlTextReaderRead (w.reader)) == 1)
    take_node (&w, &inner);
  gboolean good = more == 0 && w.sentence == NULL && inner == NULL;
  if (inner != NULL)
    g_propagate_error (error, inner);
  if (!good)
    say_why (&w, xml_says, error);
  xmlFreeTextReader (w.reader);
  g_string_free (w.text, TRUE);
  g_free (w.diagram_id);
  g_free (w.diagram_name);
  g_free (w.sentence);
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
