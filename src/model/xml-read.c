/* Reading a file: SAX2 events straight into the model, each checked against the schema table as it
 * comes, so that every error has its line and column and one pass finds them all.
 *
 *             start of a kind we know         start of any other
 *   KNOWN  <-------------------------  KNOWN ---------------------> UNKNOWN (depth counted)
 *          ------------------------->        <---------------------
 *             its end                          the end of that one: its bytes are kept
 *
 * Anything that could reach outside or grow (document types, entities, depth, counts) stops the
 * parser at once. */
#include "xml-reader-private.h"

#include <string.h>

#include <libxml/SAX2.h>
#include <libxml/parser.h>
#include <libxml/parserInternals.h>

#define SVG_NAMESPACE "http://www.w3.org/2000/svg"

/* ---- Attributes ------------------------------------------------------------------------------ */

/* One attribute as SAX2 gives it: five pointers. */
typedef struct
{
  const char *name, *prefix, *uri;
  const char *value;
  gsize length;
} Attribute;

static gsize
attribute_offset (const TbXmlReader *reader, const Attribute *attribute)
{
  g_autofree char *name = attribute->prefix != NULL
                            ? g_strconcat (attribute->prefix, ":", attribute->name, NULL)
                            : g_strdup (attribute->name);
  return tb_xml_attribute_start (reader->bytes, tb_xml_tag_offset (reader), tb_xml_offset (reader),
                                 name);
}

static void
unknown_attribute (TbXmlReader *reader, const Attribute *attribute, const char *value)
{
  const TbKindSpec *spec = tb_schema_kind ((TbKind) reader->current->kind);
  tb_xml_keep_attribute (reader, attribute->prefix, attribute->name, value);
  if (attribute->uri != NULL && strcmp (attribute->uri, TB_XML_NAMESPACE) != 0)
    return; /* somebody else's */
  const char *names[TB_N_PROPS];
  guint n = 0;
  for (guint i = 0; i < spec->n_props; i++)
    if (spec->props[i].type != TB_TYPE_TEXT && reader->current->values[i] == NULL)
      names[n++] = spec->props[i].name;
  char near[128];
  tb_xml_report (
      reader, TB_SEVERITY_WARNING, "unknown-attribute", attribute_offset (reader, attribute),
      "<%s> has no attribute %s, which is kept and means nothing%s", spec->name, attribute->name,
      tb_xml_did_you_mean (tb_nearest_word (attribute->name, names, n), near, sizeof near));
}

static void
known_attribute (TbXmlReader *reader, const Attribute *attribute, const TbPropSpec *spec,
                 const char *value)
{
  g_autoptr (GError) error = NULL;
  int slot = tb_schema_slot ((TbKind) reader->current->kind, spec->prop);
  reader->seen |= G_GUINT64_CONSTANT (1) << slot;
  if (!tb_schema_validate (spec, value, &error))
    {
      tb_xml_error (reader, "bad-value", attribute_offset (reader, attribute), "%s",
                    error->message);
      return;
    }
  g_autofree char *canonical = tb_schema_canonical_if_other (spec, value);
  reader->current->values[slot] = g_ref_string_new (canonical != NULL ? canonical : value);
}

static void
read_attribute (TbXmlReader *reader, const Attribute *attribute)
{
  if (attribute->length > TB_XML_MAX_VALUE)
    {
      tb_xml_error (reader, "too-large", attribute_offset (reader, attribute),
                    "%s is %" G_GSIZE_FORMAT " bytes long, more than the %u an attribute may have",
                    attribute->name, attribute->length, TB_XML_MAX_VALUE);
      tb_xml_stop (reader);
      return;
    }
  char buffer[256];
  g_autofree char *longer = NULL;
  const char *value = buffer;
  if (attribute->length < sizeof buffer)
    {
      memcpy (buffer, attribute->value, attribute->length);
      buffer[attribute->length] = '\0';
    }
  else
    value = longer = g_strndup (attribute->value, attribute->length);
  const TbPropSpec *spec = NULL;
  if (attribute->uri == NULL)
    spec = tb_schema_prop_from_name ((TbKind) reader->current->kind, attribute->name);
  if (spec == NULL || spec->type == TB_TYPE_TEXT)
    unknown_attribute (reader, attribute, value);
  else
    known_attribute (reader, attribute, spec, value);
}

static void
read_namespaces (TbXmlReader *reader, int n, const xmlChar **namespaces)
{
  for (int i = 0; i < n; i++)
    if (namespaces[2 * i] != NULL)
      tb_xml_keep_attribute (reader, "xmlns", (const char *) namespaces[2 * i],
                      (const char *) namespaces[2 * i + 1]);
}

/* ---- Elements -------------------------------------------------------------------------------- */

static void
check_required (TbXmlReader *reader, gsize tag)
{
  const TbKindSpec *spec = tb_schema_kind ((TbKind) reader->current->kind);
  for (guint i = 0; i < spec->n_props; i++)
    if (spec->props[i].required && (reader->seen & (G_GUINT64_CONSTANT (1) << i)) == 0)
      {
        g_autofree char *expected = tb_schema_expected (&spec->props[i]);
        tb_xml_error (reader, "missing-attribute", tag, "<%s> has no attribute %s, expected %s",
                      spec->name, spec->props[i].name, expected);
      }
}

static gboolean
id_is_free (TbXmlReader *reader, const TbElement *element, gsize tag)
{
  const char *id = element->values[0];
  if (tb_schema_kind ((TbKind) element->kind)->local_id)
    {
      if (!g_hash_table_contains (reader->local_ids, id))
        return g_hash_table_add (reader->local_ids, (gpointer) id);
      tb_xml_error (reader, "duplicate-id", tag, "the id %s is taken in this %s", id,
                    tb_schema_kind ((TbKind) element->parent->kind)->name);
      return FALSE;
    }
  const TbElement *other = tb_model_lookup (reader->model, id);
  if (other == NULL)
    return TRUE;
  tb_xml_error (reader, "duplicate-id", tag, "the id %s is taken by the <%s> in line %u", id,
                tb_schema_kind ((TbKind) other->kind)->name, other->line);
  return FALSE;
}

/* A file with errors is not delivered, but is read on: its elements need an id to stand in tables.
 */
static void
make_up_id (TbXmlReader *reader, TbElement *element)
{
  g_autofree char *id = g_strdup_printf ("?%u", element->uid);
  if (element->values[0] != NULL)
    g_ref_string_release (element->values[0]);
  element->values[0] = g_ref_string_new (id);
}

static void
append_to_parent (TbXmlReader *reader, TbElement *element, TbElement *parent)
{
  guint n = parent != NULL ? parent->n_children : 0;
  if (n > 0 && parent->children[n - 1]->kind > element->kind
      && !tb_schema_kind ((TbKind) parent->kind)->free_order)
    reader->disordered = TRUE;
  tb_model_attach (reader->model, element, parent, n);
}

static void
start_known (TbXmlReader *reader, TbKind kind, int n_namespaces, const xmlChar **namespaces,
             int n_attributes, const xmlChar **attributes)
{
  TbElement *element = tb_element_new (kind, tb_model_new_uid (reader->model));
  TbElement *parent = reader->current;
  gsize tag = reader->anchor;
  element->line = reader->anchor_at.line;
  element->column = (guint16) MIN (reader->anchor_at.column, G_MAXUINT16);
  reader->current = element;
  reader->seen = 0;
  if (reader->pending != NULL)
    tb_element_trivia (element)->before = g_steal_pointer (&reader->pending);
  read_namespaces (reader, n_namespaces, namespaces);
  for (int i = 0; i < n_attributes && !reader->stopped; i++)
    {
      const char **a = (const char **) attributes + 5 * i;
      read_attribute (reader, &(Attribute){ a[0], a[1], a[2], a[3], (gsize) (a[4] - a[3]) });
    }
  check_required (reader, tag);
  if (kind == TB_KIND_SCENARIO)
    g_hash_table_remove_all (reader->local_ids);
  if (tb_schema_kind (kind)->has_id)
    {
      element->parent = parent;
      gboolean good = element->values[0] != NULL && id_is_free (reader, element, tag);
      element->parent = NULL;
      if (!good)
        make_up_id (reader, element);
    }
  append_to_parent (reader, element, parent);
  g_string_truncate (reader->text, 0);
}

/* Kept as it stands; its own default namespace goes with it where it is not ours. */
static void
start_unknown (TbXmlReader *reader, const char *name, const char *prefix, const char *uri,
               int n_namespaces, const xmlChar **namespaces)
{
  reader->unknown_depth = 1;
  reader->unknown_start = reader->anchor;
  gboolean declared = prefix != NULL;
  for (int i = 0; i < n_namespaces; i++)
    declared = declared || namespaces[2 * i] == NULL;
  if (!declared && g_strcmp0 (uri, TB_XML_NAMESPACE) != 0)
    reader->unknown_namespace = g_strdup (uri != NULL ? uri : "");
  if (uri != NULL && strcmp (uri, TB_XML_NAMESPACE) != 0)
    return;
  const char *names[TB_N_KINDS];
  guint n = 0;
  for (guint kind = TB_KIND_NONE + 1; kind < TB_N_KINDS; kind++)
    if (tb_schema_may_contain ((TbKind) reader->current->kind, (TbKind) kind))
      names[n++] = tb_schema_kind ((TbKind) kind)->name;
  char near[128];
  tb_xml_report (reader, TB_SEVERITY_WARNING, "unknown-element", reader->unknown_start,
                 "<%s> is no element of an architecture; it is kept and means nothing%s", name,
                 tb_xml_did_you_mean (tb_nearest_word (name, names, n), near, sizeof near));
}

static void
report_wrong_place (TbXmlReader *reader, TbKind kind)
{
  const char *belongs = NULL;
  for (guint parent = TB_KIND_NONE + 1; parent < TB_N_KINDS; parent++)
    if (tb_schema_may_contain ((TbKind) parent, kind))
      belongs = tb_schema_kind ((TbKind) parent)->name;
  const char *here = tb_schema_kind ((TbKind) reader->current->kind)->name;
  if (belongs != NULL)
    tb_xml_error (reader, "misplaced-element", tb_xml_tag_offset (reader),
                  "<%s> stands in <%s>, expected it in <%s>", tb_schema_kind (kind)->name, here,
                  belongs);
  else
    tb_xml_error (reader, "misplaced-element", tb_xml_tag_offset (reader),
                  "<%s> stands in <%s>, expected it once, around everything",
                  tb_schema_kind (kind)->name, here);
}

static gboolean
fits_here (TbXmlReader *reader, TbKind kind)
{
  const TbKindSpec *spec = tb_schema_kind (kind);
  if (!tb_schema_may_contain ((TbKind) reader->current->kind, kind))
    {
      report_wrong_place (reader, kind);
      return FALSE;
    }
  if (spec->max_in_parent == 1 && tb_element_child_of (reader->current, kind) != NULL)
    {
      tb_xml_error (reader, "too-many-elements", tb_xml_tag_offset (reader),
                    "a second <%s> in one <%s>, expected one at most", spec->name,
                    tb_schema_kind ((TbKind) reader->current->kind)->name);
      return FALSE;
    }
  return TRUE;
}

static void
start_root (TbXmlReader *reader, const char *name, const char *uri, int n_namespaces,
            const xmlChar **namespaces, int n_attributes, const xmlChar **attributes)
{
  if (g_strcmp0 (uri, TB_XML_NAMESPACE) == 0 && strcmp (name, "architecture") == 0)
    {
      start_known (reader, TB_KIND_ARCHITECTURE, n_namespaces, namespaces, n_attributes,
                   attributes);
      return;
    }
  if (uri != NULL && g_str_has_prefix (uri, "urn:tierboard:")
      && strcmp (uri, TB_XML_NAMESPACE) != 0)
    tb_xml_error (reader, "namespace", tb_xml_tag_offset (reader),
                  "the file is of another version, %s, expected %s", uri, TB_XML_NAMESPACE);
  else
    tb_xml_error (reader, "namespace", tb_xml_tag_offset (reader),
                  "found <%.64s> in %s%.128s, expected <architecture xmlns=\"%s\">", name,
                  uri != NULL ? "the namespace " : "no namespace", uri != NULL ? uri : "",
                  TB_XML_NAMESPACE);
  tb_xml_stop (reader);
}

static gboolean
within_limits (TbXmlReader *reader, int n_namespaces, int n_attributes)
{
  if (reader->depth >= TB_XML_MAX_DEPTH)
    tb_xml_error (reader, "too-large", tb_xml_tag_offset (reader),
                  "elements are nested more than %d deep", TB_XML_MAX_DEPTH);
  else if (reader->n_elements >= TB_XML_MAX_ELEMENTS)
    tb_xml_error (reader, "too-large", tb_xml_tag_offset (reader),
                  "there are more than %d elements", TB_XML_MAX_ELEMENTS);
  else if (n_namespaces + n_attributes > TB_XML_MAX_ATTRIBUTES)
    tb_xml_error (reader, "too-large", tb_xml_tag_offset (reader),
                  "an element has more than %d attributes", TB_XML_MAX_ATTRIBUTES);
  else
    return TRUE;
  tb_xml_stop (reader);
  return FALSE;
}

/* What of a picture is no drawing is passed over. */
static gboolean
is_of_picture (TbXmlReader *reader, const char *name, const char *uri)
{
  gboolean svg = g_strcmp0 (uri, SVG_NAMESPACE) == 0;
  if (reader->depth == 1 && svg && strcmp (name, "svg") == 0)
    {
      reader->picture = TB_XML_PICTURE_BEFORE;
      g_clear_pointer (&reader->pending, g_ptr_array_unref); /* the picture's, not the drawing's */
    }
  else if (reader->picture == TB_XML_PICTURE_INSIDE && reader->depth == 3
           && reader->model->root == NULL && g_strcmp0 (uri, TB_XML_NAMESPACE) == 0)
    return FALSE;
  else if (reader->picture == TB_XML_PICTURE_BEFORE && reader->depth == 2 && svg
           && strcmp (name, "metadata") == 0)
    reader->picture = TB_XML_PICTURE_INSIDE;
  return reader->picture != TB_XML_PICTURE_NONE;
}

/* The end of what was passed over. One <metadata> without a drawing may come before that with it. */
static void
end_of_picture (TbXmlReader *reader)
{
  if (reader->picture != TB_XML_PICTURE_INSIDE || reader->depth != 1)
    return;
  reader->picture = reader->model->root != NULL ? TB_XML_PICTURE_AFTER : TB_XML_PICTURE_BEFORE;
  if (reader->model->root == NULL)
    g_clear_pointer (&reader->pending, g_ptr_array_unref);
}

static void
on_start (void *data, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri,
          int n_namespaces, const xmlChar **namespaces, int n_attributes, int n_defaulted,
          const xmlChar **attributes)
{
  TbXmlReader *reader = data;
  const char *element = (const char *) name;
  if (reader->stopped || !within_limits (reader, n_namespaces, n_attributes))
    return;
  reader->depth++;
  reader->n_elements++;
  if (reader->unknown_depth > 0)
    {
      reader->unknown_depth++;
      return;
    }
  if (reader->current == NULL && is_of_picture (reader, element, (const char *) uri))
    return;
  gsize tag = tb_xml_tag_offset (reader);
  reader->anchor_at = tb_xml_position_of (reader, tag);
  reader->anchor = tag;
  if (reader->current == NULL)
    {
      start_root (reader, element, (const char *) uri, n_namespaces, namespaces, n_attributes,
                  attributes);
      return;
    }
  TbKind kind = g_strcmp0 ((const char *) uri, TB_XML_NAMESPACE) == 0
                  ? tb_schema_kind_from_name (element)
                  : TB_KIND_NONE;
  if (kind == TB_KIND_NONE)
    start_unknown (reader, element, (const char *) prefix, (const char *) uri, n_namespaces,
                   namespaces);
  else if (fits_here (reader, kind))
    start_known (reader, kind, n_namespaces, namespaces, n_attributes, attributes);
  else
    {
      reader->unknown_depth = 1; /* passed over */
      reader->unknown_start = tb_xml_tag_offset (reader);
    }
}

static void
finish_text (TbXmlReader *reader)
{
  TbElement *element = reader->current;
  int slot = tb_schema_text_slot ((TbKind) element->kind);
  if (slot < 0 || reader->text->len == 0)
    return;
  const TbPropSpec *spec = &tb_schema_kind ((TbKind) element->kind)->props[slot];
  g_autoptr (GError) error = NULL;
  if (tb_schema_validate (spec, reader->text->str, &error))
    element->values[slot] = g_ref_string_new_len (reader->text->str, (gssize) reader->text->len);
  else
    tb_xml_error (reader, "bad-value", tb_xml_offset (reader), "%s", error->message);
}

static void
on_end (void *data, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
  TbXmlReader *reader = data;
  if (reader->stopped)
    return;
  reader->depth--;
  if (reader->unknown_depth > 0)
    {
      if (--reader->unknown_depth == 0)
        tb_xml_keep_unknown (reader);
      return;
    }
  TbElement *element = reader->current;
  if (element == NULL)
    {
      end_of_picture (reader);
      return;
    }
  finish_text (reader);
  g_string_truncate (reader->text, 0);
  if (reader->pending != NULL)
    tb_element_trivia (element)->end = g_steal_pointer (&reader->pending);
  reader->current = element->parent;
}

/* ---- Everything else ------------------------------------------------------------------------- */

static void
on_characters (void *data, const xmlChar *text, int length)
{
  TbXmlReader *reader = data;
  if (reader->stopped || reader->unknown_depth > 0 || reader->current == NULL)
    return;
  if (tb_schema_text_slot ((TbKind) reader->current->kind) >= 0)
    g_string_append_len (reader->text, (const char *) text, length);
  else if (!tb_text_is_blank ((const char *) text, (gsize) length))
    {
      gsize offset = tb_xml_offset (reader);
      while (offset < reader->size && g_ascii_isspace (reader->bytes[offset]))
        offset++;
      tb_xml_error (reader, "stray-text", offset, "text in <%s>, expected elements only",
                    tb_schema_kind ((TbKind) reader->current->kind)->name);
    }
}

/* Comments of a picture are not the drawing's. */
static gboolean
is_kept (const TbXmlReader *reader)
{
  return !reader->stopped && reader->unknown_depth == 0
         && (reader->picture == TB_XML_PICTURE_NONE || reader->picture == TB_XML_PICTURE_INSIDE);
}

static void
on_comment (void *data, const xmlChar *text)
{
  TbXmlReader *reader = data;
  if (is_kept (reader))
    tb_xml_keep (reader, g_strconcat ("<!--", (const char *) text, "-->", NULL));
}

static void
on_instruction (void *data, const xmlChar *target, const xmlChar *text)
{
  TbXmlReader *reader = data;
  if (is_kept (reader))
    tb_xml_keep (reader, text != NULL ? g_strdup_printf ("<?%s %s?>", target, text)
                               : g_strdup_printf ("<?%s?>", target));
}

static void
on_document_type (void *data, const xmlChar *name, const xmlChar *external, const xmlChar *system)
{
  TbXmlReader *reader = data;
  tb_xml_error (reader, "document-type", tb_xml_tag_offset (reader),
                "found a document type (<!DOCTYPE …>), expected none: entities and external files "
                "are never read");
  tb_xml_stop (reader);
}

static xmlEntityPtr
on_entity (void *data, const xmlChar *name)
{
  TbXmlReader *reader = data;
  xmlEntityPtr predefined = xmlGetPredefinedEntity (name);
  if (predefined == NULL)
    {
      gsize offset = tb_xml_offset (reader);
      while (offset > 0 && (offset >= reader->size || reader->bytes[offset] != '&'))
        offset--;
      tb_xml_error (reader, "entity", offset,
                    "found the entity &%.64s;, expected none but &amp; &lt; &gt; &quot; &apos;",
                    (const char *) name);
      tb_xml_stop (reader);
    }
  return predefined;
}

/* The parser's commonest complaints in our words; anything else in its own. */
static char *
xml_sentence (const xmlError *error)
{
  const char *s1 = error->str1 != NULL ? error->str1 : "";
  const char *s2 = error->str2 != NULL ? error->str2 : "";
  if (error->code == XML_ERR_TAG_NAME_MISMATCH)
    return g_strdup_printf ("<%s> of line %d is closed by </%s>", s1, error->int1, s2);
  if (error->code == XML_ERR_TAG_NOT_FINISHED)
    return g_strdup_printf ("the file ends inside <%s>", s1);
  if (error->code == XML_ERR_DOCUMENT_EMPTY)
    return g_strdup ("the file is no XML, expected <architecture xmlns=\"" TB_XML_NAMESPACE "\">");
  if (error->code == XML_ERR_DOCUMENT_END)
    return g_strdup ("something follows after </architecture>");
  if (error->code == XML_ERR_ATTRIBUTE_REDEFINED)
    return g_strdup_printf ("the attribute %s stands twice in one element", s1);
  g_autofree char *message = g_strdup (error->message != NULL ? error->message : "unknown");
  return g_strdup_printf ("not well-formed XML: %s", g_strchomp (message));
}

static void
on_error (void *data, xmlErrorPtr error)
{
  TbXmlReader *reader = data;
  if (reader->stopped || error->level < XML_ERR_ERROR || error->code == XML_ERR_USER_STOP)
    return;
  g_autofree char *sentence = xml_sentence (error);
  reader->failed = TRUE;
  tb_problems_add (reader->problems, TB_SEVERITY_ERROR, "xml", 0, (guint) MAX (error->line, 1),
                   (guint) MAX (error->int2, 0), "%s", sentence);
  tb_xml_stop (reader);
}

/* ---- The whole ------------------------------------------------------------------------------- */

static void
reader_clear (TbXmlReader *reader)
{
  g_clear_pointer (&reader->pending, g_ptr_array_unref);
  g_clear_pointer (&reader->unknown_namespace, g_free);
  g_string_free (reader->text, TRUE);
  g_hash_table_unref (reader->local_ids);
  tb_model_unref (reader->model);
}

static void
parse (TbXmlReader *reader)
{
  static xmlSAXHandler handler = {
    .initialized = XML_SAX2_MAGIC,
    .startElementNs = on_start,
    .endElementNs = on_end,
    .characters = on_characters,
    .ignorableWhitespace = on_characters,
    .cdataBlock = on_characters,
    .comment = on_comment,
    .processingInstruction = on_instruction,
    .internalSubset = on_document_type,
    .getEntity = on_entity,
    .serror = (xmlStructuredErrorFunc) on_error,
  };
  xmlParserCtxt *parser = xmlCreateMemoryParserCtxt (reader->bytes, (int) reader->size);
  g_assert (parser != NULL);
  reader->parser = parser;
  *parser->sax = handler;
  parser->userData = reader;
  /* NOENT: else &amp; in an attribute comes as &#38;. There is nothing else to replace, since
   * document types are refused. */
  xmlCtxtUseOptions (parser, XML_PARSE_NONET | XML_PARSE_IGNORE_ENC | XML_PARSE_NOENT);
  xmlParseDocument (parser);
  xmlFreeDoc (parser->myDoc);
  parser->myDoc = NULL;
  xmlFreeParserCtxt (parser);
}

/* Stable, so elements of one kind keep their order, and with it the tables do (invariant 6). */
static void
put_in_order (TbElement *parent)
{
  guint next = 0;
  TbElement **sorted = g_new (TbElement *, parent->n_children);
  for (guint kind = TB_KIND_NONE + 1; kind < TB_N_KINDS; kind++)
    for (guint i = 0; i < parent->n_children; i++)
      if (parent->children[i]->kind == kind)
        {
          parent->children[i]->position = next;
          sorted[next++] = parent->children[i];
        }
  g_free (parent->children);
  parent->children = sorted;
  parent->children_size = parent->n_children;
}

static void
put_all_in_order (TbModel *model)
{
  for (guint kind = TB_KIND_NONE + 1; kind < TB_N_KINDS; kind++)
    for (guint i = 0; i < model->kinds[kind].n; i++)
      if (model->kinds[kind].items[i]->n_children > 1
          && !tb_schema_kind ((TbKind) kind)->free_order)
        put_in_order (model->kinds[kind].items[i]);
}

TbModel *
tb_xml_read (const char *bytes, gsize size, TbPicture *picture, TbProblems *problems)
{
  if (!tb_xml_check_bytes (bytes, size, problems))
    return NULL;
  TbXmlReader reader
      = { .bytes = bytes, .size = size, .problems = problems, .anchor_at = { 1, 1 } };
  reader.model = tb_model_new ();
  reader.text = g_string_new (NULL);
  reader.local_ids = g_hash_table_new (g_str_hash, g_str_equal);
  parse (&reader);
  TbModel *model = NULL;
  if (!reader.failed && reader.model->root != NULL)
    {
      model = g_steal_pointer (&reader.model);
      if (reader.pending != NULL)
        tb_element_trivia (model->root)->after = g_steal_pointer (&reader.pending);
      if (reader.disordered)
        put_all_in_order (model);
    }
  else if (!reader.failed && reader.picture != TB_XML_PICTURE_NONE)
    tb_problems_add (problems, TB_SEVERITY_ERROR, "picture", 0, 0, 0,
                     "the picture holds no drawing: it was exported without (--embed puts it in), or a program that "
                     "changed it left it out");
  else if (!reader.failed)
    tb_problems_add (problems, TB_SEVERITY_ERROR, "xml", 0, 1, 1, "there is no <architecture>");
  if (reader.n_warnings > TB_XML_MAX_PROBLEMS)
    tb_problems_add (problems, TB_SEVERITY_WARNING, "more", 0, 0, 0, "%u more warnings",
                     reader.n_warnings - TB_XML_MAX_PROBLEMS);
  *picture = reader.picture != TB_XML_PICTURE_NONE ? TB_PICTURE_SVG : TB_PICTURE_NONE;
  reader_clear (&reader);
  return model;
}
