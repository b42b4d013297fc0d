/* Reads a text that need not be XML yet. What a parser would refuse ends where the next thing surely
 * begins: a tag at the next "<", a value at the end of its line. */
#include "source-private.h"

#include <string.h>

gboolean
tb_source_is_name (char c)
{
  return g_ascii_isalnum (c) || strchr ("-_:.", c) != NULL ? c != '\0' : (guchar) c >= 0x80;
}

static gsize
name_end (const char *text, gsize at)
{
  while (tb_source_is_name (text[at]))
    at++;
  return at;
}

static gsize
skip_blanks (const char *text, gsize at)
{
  while (g_ascii_isspace (text[at]))
    at++;
  return at;
}

/* Behind the closing quote; where there is none, the end of the line or of what may be the value. */
static gsize
value_end (const char *text, gsize at, gboolean *closed)
{
  char quote = text[at++];
  while (text[at] && text[at] != quote && text[at] != '\n' && text[at] != '<')
    at++;
  *closed = text[at] == quote;
  return *closed ? at + 1 : at;
}

/* ---- One attribute after the other ------------------------------------------------------------ */

typedef struct
{
  gsize name, name_end;
  gsize value, value_end; /* without quotes; both 0: no value */
  gsize end;
} Attribute;

/* The next attribute from at in a start tag that ends at stop; FALSE: there is none. */
static gboolean
next_attribute (const char *text, gsize at, gsize stop, Attribute *attribute)
{
  gboolean closed;
  while (at < stop && !tb_source_is_name (text[at]))
    if (text[at] == '"' || text[at] == '\'')
      at = value_end (text, at, &closed); /* of nothing */
    else
      at++;
  if (at >= stop)
    return FALSE;
  *attribute = (Attribute){ .name = at, .name_end = name_end (text, at) };
  gsize equals = skip_blanks (text, attribute->name_end);
  attribute->end = attribute->name_end;
  if (text[equals] != '=')
    return TRUE;
  gsize quote = skip_blanks (text, equals + 1);
  attribute->end = equals + 1;
  if (text[quote] != '"' && text[quote] != '\'')
    return TRUE;
  attribute->end = value_end (text, quote, &closed);
  attribute->value = quote + 1;
  attribute->value_end = attribute->end - (closed ? 1 : 0);
  return TRUE;
}

char *
tb_source_value (const TbSourceScan *scan, const TbSourceElement *element, const char *name)
{
  Attribute a;
  gsize length = strlen (name);
  for (gsize at = element->name_end; next_attribute (scan->text, at, element->end, &a); at = a.end)
    if (a.value && a.name_end - a.name == length
        && strncmp (scan->text + a.name, name, length) == 0)
      return g_strndup (scan->text + a.value, a.value_end - a.value);
  return NULL;
}

const TbSourceElement *
tb_source_find (const TbSourceScan *scan, const char *id)
{
  for (guint i = 0; i < scan->elements->len; i++)
    {
      const TbSourceElement *element = &g_array_index (scan->elements, TbSourceElement, i);
      const TbKindSpec *spec = element->kind ? tb_schema_kind (element->kind) : NULL;
      g_autofree char *value = spec && spec->has_id && !spec->local_id
                                   ? tb_source_value (scan, element, "id") : NULL;
      if (value && g_str_equal (value, id))
        return element;
    }
  return NULL;
}

/* ---- Tags ------------------------------------------------------------------------------------- */

/* Where a start tag ends: at its ">", or where another begins. */
static gsize
tag_end (const char *text, gsize at)
{
  gboolean closed;
  while (text[at] && text[at] != '>' && text[at] != '<')
    if (text[at] == '"' || text[at] == '\'')
      at = value_end (text, at, &closed);
    else
      at++;
  return at;
}

static TbKind
kind_at (const char *text, gsize from, gsize to)
{
  g_autofree char *name = g_strndup (text + from, to - from);
  return tb_schema_kind_from_name (name);
}

/* The cursor stands in this start tag. */
static void
stand_in_tag (TbSourceScan *scan, gsize name, gsize end)
{
  const char *text = scan->text;
  Attribute a;
  scan->tag = (int) scan->elements->len - 1;
  scan->from = scan->at;
  if (scan->at <= name_end (text, name))
    {
      scan->where = TB_SOURCE_TAG;
      scan->from = name;
      return;
    }
  scan->where = g_ascii_isspace (text[scan->at - 1]) ? TB_SOURCE_ATTRIBUTE : TB_SOURCE_NOTHING;
  for (gsize at = name_end (text, name); next_attribute (text, at, end, &a) && a.name < scan->at;
       at = a.end)
    if (a.value && scan->at >= a.value && scan->at <= a.value_end)
      {
        scan->where = TB_SOURCE_VALUE;
        scan->from = a.value;
        scan->attribute = a.name;
        scan->attribute_end = a.name_end;
      }
    else if (scan->at <= a.name_end)
      {
        scan->where = TB_SOURCE_ATTRIBUTE;
        scan->from = a.name;
      }
    else if (!a.value && scan->at <= a.end)
      scan->where = TB_SOURCE_NOTHING;
}

/* from: behind "<". */
static gsize
read_start (TbSourceScan *scan, gsize from, int *open)
{
  const char *text = scan->text;
  gsize end = tag_end (text, from), name = name_end (text, from);
  gboolean alone = end > from && text[end] == '>' && text[end - 1] == '/';
  TbSourceElement element = { kind_at (text, from, name), *open, from, name, end, alone };
  g_array_append_val (scan->elements, element);
  if (scan->at >= from && scan->at <= end)
    {
      scan->inside = *open;
      stand_in_tag (scan, from, end);
    }
  if (!alone && text[end] == '>')
    *open = (int) scan->elements->len - 1;
  return text[end] == '>' ? end + 1 : end;
}

static gboolean
same_name (const TbSourceScan *scan, const TbSourceElement *element, gsize from, gsize to)
{
  gsize length = element->name_end - element->name;
  return length == to - from && strncmp (scan->text + element->name, scan->text + from, length) == 0;
}

/* from: behind "</". An end of what is not open changes nothing. */
static gsize
read_end (TbSourceScan *scan, gsize from, int *open)
{
  gsize name = name_end (scan->text, from), end = tag_end (scan->text, from);
  if (scan->at >= from && scan->at <= end)
    {
      scan->inside = *open;
      scan->where = scan->at <= name ? TB_SOURCE_END : TB_SOURCE_NOTHING;
      scan->from = from;
    }
  for (int i = *open; i >= 0; i = g_array_index (scan->elements, TbSourceElement, i).parent)
    {
      TbSourceElement *element = &g_array_index (scan->elements, TbSourceElement, i);
      if (!same_name (scan, element, from, name))
        continue;
      element->closed = element->closed || end < scan->at;
      *open = element->parent;
      break;
    }
  return scan->text[end] == '>' ? end + 1 : end;
}

/* A comment or declaration. */
static gsize
read_other (TbSourceScan *scan, gsize from)
{
  gboolean comment = g_str_has_prefix (scan->text + from, "!--");
  const char *end = strstr (scan->text + from, comment ? "-->" : ">");
  gsize to = end ? (gsize) (end - scan->text) + (comment ? 3 : 1) : strlen (scan->text);
  if (scan->at >= from && scan->at < to)
    scan->where = TB_SOURCE_NOTHING;
  return to;
}

/* Between tags; from is behind the last one. */
static void
stand_in_text (TbSourceScan *scan, int open)
{
  scan->where = TB_SOURCE_TEXT;
  scan->inside = open;
  scan->from = scan->at;
  while (scan->from > 0 && tb_source_is_name (scan->text[scan->from - 1]))
    scan->from--;
}

void
tb_source_scan (TbSourceScan *scan, const char *text, gsize at)
{
  int open = -1;
  gsize here = 0;
  *scan = (TbSourceScan){ .text = text, .at = at, .inside = -1, .tag = -1, .from = at };
  scan->elements = g_array_new (FALSE, FALSE, sizeof (TbSourceElement));
  for (;;)
    {
      const char *next = strchr (text + here, '<');
      gsize tag = next ? (gsize) (next - text) : strlen (text);
      gboolean ended = here == 0 || text[here - 1] == '>'; /* else the cursor may be in a tag without end */
      if (ended && at >= here && at <= tag)
        stand_in_text (scan, open);
      if (!next)
        return;
      if (next[1] == '!' || next[1] == '?')
        here = read_other (scan, tag + 1);
      else if (next[1] == '/')
        here = read_end (scan, tag + 2, &open);
      else
        here = read_start (scan, tag + 1, &open);
    }
}

void
tb_source_scan_clear (TbSourceScan *scan)
{
  g_clear_pointer (&scan->elements, g_array_unref);
}

/* ---- The line that follows ------------------------------------------------------------------- */

/* Whether an element begins in the line and neither ends in it. */
static gboolean
opens (const char *line)
{
  gsize size = strlen (line);
  while (size > 0 && line[size - 1] == ' ')
    size--;
  return size > 1 && line[0] == '<' && g_ascii_isalpha (line[1]) && line[size - 1] == '>' && line[size - 2] != '/'
         && !strstr (line, "</");
}

char *
tb_source_indent (const char *before)
{
  gsize n = strspn (before, " \t");
  g_autofree char *indent = g_strndup (before, n);
  return g_strconcat (indent, opens (before + n) ? "  " : "", NULL);
}
