/* What a reader says and what it keeps: sentences with their places; comments, unknown names. */
#include "xml-reader-private.h"

#include <string.h>

#include <libxml/parserInternals.h>

/* ---- Sentences ------------------------------------------------------------------------------- */

/* The parser's own place: just behind a start tag's attributes, or behind an end tag. */
gsize
tb_xml_offset (const TbXmlReader *reader)
{
  const xmlParserInput *input = reader->parser->input;
  if (input == NULL)
    return reader->size;
  gsize offset = input->consumed + (gsize) (input->cur - input->base);
  return MIN (offset, reader->size);
}

/* Counted on from the last tag, so that the whole file is counted through only once. */
TbXmlPosition
tb_xml_position_of (const TbXmlReader *reader, gsize offset)
{
  if (offset < reader->anchor)
    return tb_xml_position (reader->bytes, 0, (TbXmlPosition){ 1, 1 }, offset);
  return tb_xml_position (reader->bytes, reader->anchor, reader->anchor_at, offset);
}

gsize
tb_xml_tag_offset (const TbXmlReader *reader)
{
  return tb_xml_tag_start (reader->bytes, tb_xml_offset (reader));
}

void
tb_xml_stop (TbXmlReader *reader)
{
  reader->stopped = TRUE;
  xmlStopParser (reader->parser);
}

void
tb_xml_report (TbXmlReader *reader, TbSeverity severity, const char *rule, gsize offset,
               const char *format, ...)
{
  if (reader->stopped)
    return;
  va_list arguments;
  va_start (arguments, format);
  g_autofree char *message = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  if (severity != TB_SEVERITY_ERROR && ++reader->n_warnings > TB_XML_MAX_PROBLEMS)
    return;
  TbXmlPosition at = tb_xml_position_of (reader, offset);
  TbUid uid = severity == TB_SEVERITY_ERROR || reader->current == NULL ? 0 : reader->current->uid;
  tb_problems_add (reader->problems, severity, rule, uid, at.line, at.column, "%s", message);
  reader->failed = reader->failed || severity == TB_SEVERITY_ERROR;
  if (reader->problems->len >= TB_XML_MAX_PROBLEMS && reader->failed)
    tb_xml_stop (reader);
}

const char *
tb_xml_did_you_mean (const char *near, char *buffer, gsize size)
{
  buffer[0] = '\0';
  if (near != NULL)
    g_snprintf (buffer, size, " (did you mean %s?)", near);
  return buffer;
}

/* ---- What is kept as it is ------------------------------------------------------------------- */

void
tb_xml_keep (TbXmlReader *reader, char *raw)
{
  if (reader->pending == NULL)
    reader->pending = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (reader->pending, raw);
}

void
tb_xml_keep_attribute (TbXmlReader *reader, const char *prefix, const char *name, const char *value)
{
  TbTrivia *trivia = tb_element_trivia (reader->current);
  if (trivia->attributes == NULL)
    trivia->attributes = g_string_new (NULL);
  g_autofree char *qualified = prefix != NULL ? g_strconcat (prefix, ":", name, NULL) : NULL;
  tb_xml_append_attribute (trivia->attributes, qualified != NULL ? qualified : name, value);
}

/* The parser sees line ends as XML wants them; bytes taken past it must be made so. */
static char *
without_carriage_returns (const char *bytes, gsize size)
{
  GString *out = g_string_sized_new (size);
  for (gsize i = 0; i < size; i++)
    if (bytes[i] != '\r')
      g_string_append_c (out, bytes[i]);
    else if (i + 1 == size || bytes[i + 1] != '\n')
      g_string_append_c (out, '\n');
  return g_string_free (out, FALSE);
}

void
tb_xml_keep_unknown (TbXmlReader *reader)
{
  gsize end = tb_xml_offset (reader), start = MIN (reader->unknown_start, end);
  g_autofree char *raw = without_carriage_returns (reader->bytes + start, end - start);
  if (reader->unknown_namespace != NULL)
    {
      gsize name = strcspn (raw, " \t\n/>");
      GString *out = g_string_new_len (raw, (gssize) name);
      tb_xml_append_attribute (out, "xmlns", reader->unknown_namespace);
      g_string_append (out, raw + name);
      g_free (raw);
      raw = g_string_free (out, FALSE);
    }
  g_clear_pointer (&reader->unknown_namespace, g_free);
  tb_xml_keep (reader, g_steal_pointer (&raw));
}
