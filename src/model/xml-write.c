/* The canonical file: one element a line, attributes in the order of their rows, two blanks a
 * level, text exactly as it is. Writing what was read from it gives the same bytes. */
#include "xml-private.h"

#include <string.h>

/* What cannot stand for itself. In attributes a parser would turn white space into blanks; in text
 * a carriage return would get lost. */
static const char *
attribute_escape (guchar c)
{
  switch (c)
    {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '"':
      return "&quot;";
    case '\n':
      return "&#10;";
    case '\t':
      return "&#9;";
    case '\r':
      return "&#13;";
    default:
      return NULL;
    }
}

static const char *
text_escape (guchar c)
{
  switch (c)
    {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '\r':
      return "&#13;";
    default:
      return NULL;
    }
}

static void
append_escaped (GString *out, const char *text, const char *(*escape) (guchar c))
{
  const char *start = text;
  for (const char *p = text; *p != '\0'; p++)
    {
      const char *replacement = (guchar) *p <= '>' ? escape ((guchar) *p) : NULL;
      if (replacement == NULL)
        continue;
      g_string_append_len (out, start, p - start);
      g_string_append (out, replacement);
      start = p + 1;
    }
  g_string_append (out, start);
}

void
tb_xml_append_attribute (GString *out, const char *name, const char *value)
{
  g_string_append_c (out, ' ');
  g_string_append (out, name);
  g_string_append_len (out, "=\"", 2);
  append_escaped (out, value, attribute_escape);
  g_string_append_c (out, '"');
}

static void
indent (GString *out, guint depth)
{
  static const char blanks[] = "                ";
  for (guint n = depth * 2; n > 0;)
    {
      guint step = MIN (n, (guint) sizeof blanks - 1);
      g_string_append_len (out, blanks, step);
      n -= step;
    }
}

static void
write_raw (GString *out, const GPtrArray *lines, guint depth)
{
  for (guint i = 0; lines != NULL && i < lines->len; i++)
    {
      indent (out, depth);
      g_string_append (out, lines->pdata[i]);
      g_string_append_c (out, '\n');
    }
}

static void
write_start (GString *out, const TbElement *element)
{
  const TbKindSpec *spec = tb_schema_kind ((TbKind) element->kind);
  g_string_append_c (out, '<');
  g_string_append (out, spec->name);
  if (element->parent == NULL)
    tb_xml_append_attribute (out, "xmlns", TB_XML_NAMESPACE);
  for (guint i = 0; i < spec->n_props; i++)
    if (element->values[i] != NULL && spec->props[i].type != TB_TYPE_TEXT)
      tb_xml_append_attribute (out, spec->props[i].name, element->values[i]);
  if (element->trivia != NULL && element->trivia->attributes != NULL)
    g_string_append (out, element->trivia->attributes->str);
}

/* Text is exact, so nothing is indented beside it. */
static void
write_text (GString *out, const char *text, const GPtrArray *end)
{
  g_string_append_c (out, '>');
  if (text != NULL)
    append_escaped (out, text, text_escape);
  for (guint i = 0; end != NULL && i < end->len; i++)
    g_string_append (out, end->pdata[i]);
}

static void
write_children (GString *out, const TbElement *element, const GPtrArray *end, guint depth)
{
  g_string_append (out, ">\n");
  for (guint i = 0; i < element->n_children; i++)
    tb_xml_append_element (out, element->children[i], depth + 1);
  write_raw (out, end, depth + 1);
  indent (out, depth);
}

void
tb_xml_append_element (GString *out, const TbElement *element, guint depth)
{
  const TbTrivia *trivia = element->trivia;
  const GPtrArray *end = trivia != NULL ? trivia->end : NULL;
  int slot = tb_schema_text_slot ((TbKind) element->kind);
  const char *text = slot >= 0 ? element->values[slot] : NULL;
  write_raw (out, trivia != NULL ? trivia->before : NULL, depth);
  indent (out, depth);
  write_start (out, element);
  if (text == NULL && element->n_children == 0 && end == NULL)
    {
      g_string_append (out, "/>\n");
      return;
    }
  if (slot >= 0)
    write_text (out, text, end);
  else
    write_children (out, element, end, depth);
  g_string_append (out, "</");
  g_string_append (out, tb_schema_kind ((TbKind) element->kind)->name);
  g_string_append (out, ">\n");
}

char *
tb_model_to_xml (const TbModel *model, gsize *size)
{
  GString *out = g_string_sized_new (256 + model->n_elements * 96);
  g_string_append (out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
  tb_xml_append_element (out, model->root, 0);
  if (model->root->trivia != NULL)
    write_raw (out, model->root->trivia->after, 0);
  if (size != NULL)
    *size = out->len;
  return g_string_free (out, FALSE);
}
