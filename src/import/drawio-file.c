/* Where draw.io's XML hides: in a file of its own, packed page by page, in the text of a PNG, in an attribute of an SVG, in
 * a web page. All that is unpacked counts against one bound, so that a small file cannot become a large one. */
#include "drawio-private.h"

#include <gio/gio.h>
#include <libxml/parser.h>
#include <string.h>

static const guint8 png_signature[8] = { 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n' };

/* ---- Bounded unpacking -------------------------------------------------------------------------------- */

static gboolean
take_room (TbDrawioFile *file, gsize size, GError **error)
{
  file->text += size;
  if (file->text <= TB_DRAWIO_MAX_TEXT)
    return TRUE;
  g_set_error (error, TB_IMPORT_ERROR, TB_IMPORT_ERROR_TOO_LARGE, "%s: unpacked it is larger than %u MiB",
               file->source->name, TB_DRAWIO_MAX_TEXT >> 20);
  return FALSE;
}

static char *
inflate (TbDrawioFile *file, const guint8 *bytes, gsize size, GZlibCompressorFormat format, gsize *n, GError **error)
{
  g_autoptr (GZlibDecompressor) zip = g_zlib_decompressor_new (format);
  g_autoptr (GByteArray) out = g_byte_array_new ();
  guint8 piece[16384];
  gsize at = 0;
  for (;;)
    {
      gsize read = 0, written = 0;
      GConverterResult done = g_converter_convert (G_CONVERTER (zip), bytes + at, size - at, piece, sizeof piece,
                                                   G_CONVERTER_INPUT_AT_END, &read, &written, error);
      if (done == G_CONVERTER_ERROR || !take_room (file, written, error))
        return NULL;
      at += read;
      g_byte_array_append (out, piece, (guint) written);
      if (done == G_CONVERTER_FINISHED)
        break;
    }
  *n = out->len;
  g_byte_array_append (out, (const guint8 *) "", 1);
  return (char *) g_byte_array_free (g_steal_pointer (&out), FALSE);
}

/* As a URI is written; what is no escape stays. In place. */
static gsize
unescape (char *text, gsize size)
{
  char *to = text, *end = text + size;
  for (const char *p = text; p < end; p++)
    {
      int high = *p == '%' && end - p > 2 ? g_ascii_xdigit_value (p[1]) : -1;
      int low = high >= 0 ? g_ascii_xdigit_value (p[2]) : -1;
      *to++ = low >= 0 ? (char) (high << 4 | low) : *p;
      p += low >= 0 ? 2 : 0;
    }
  *to = '\0';
  return (gsize) (to - text);
}

static gboolean
begins_escaped (const char *text)
{
  return g_ascii_strncasecmp (text, "%3C", 3) == 0 || g_ascii_strncasecmp (text, "%253C", 5) == 0;
}

static char *
copy_unescaped (TbDrawioFile *file, const char *text, gsize length, gsize *size, GError **error)
{
  if (!take_room (file, length, error))
    return NULL;
  char *copy = g_strndup (text, length);
  *size = length;
  while (begins_escaped (copy)) /* each time shorter */
    *size = unescape (copy, *size);
  return copy;
}

char *
tb_drawio_unpack (TbDrawioFile *file, const char *text, guint line, gsize *size, GError **error)
{
  g_autoptr (GError) why = NULL;
  while (g_ascii_isspace (*text))
    text++;
  if (*text == '<' || begins_escaped (text))
    return copy_unescaped (file, text, strlen (text), size, error);
  gsize n, packed;
  g_autofree guchar *bytes = g_base64_decode (text, &packed);
  char *xml = packed > 0 ? inflate (file, bytes, packed, G_ZLIB_COMPRESSOR_FORMAT_RAW, &n, &why) : NULL;
  if (xml != NULL)
    {
      *size = begins_escaped (xml) ? unescape (xml, n) : n;
      return xml;
    }
  if (why != NULL && why->domain == TB_IMPORT_ERROR)
    g_propagate_error (error, g_steal_pointer (&why));
  else
    tb_import_fail (file->source, line, 0, error, "the page is neither XML nor XML packed as draw.io packs it");
  return NULL;
}

/* ---- PNG ---------------------------------------------------------------------------------------------- */

static gboolean
is_ours (const char *keyword)
{
  return strcmp (keyword, "mxfile") == 0 || strcmp (keyword, "mxGraphModel") == 0;
}

/* A chunk's text: after the keyword and its 0. zTXt is packed, by draw.io as raw deflate, by others with a head. */
static char *
chunk_text (TbDrawioFile *file, const char *name, const char *data, gsize length, gsize *size, GError **error)
{
  const char *zero = memchr (data, 0, length);
  if (zero == NULL || !is_ours (data))
    return NULL;
  gsize left = length - (gsize) (zero + 1 - data);
  if (memcmp (name, "tEXt", 4) == 0)
    return copy_unescaped (file, zero + 1, left, size, error);
  if (memcmp (name, "zTXt", 4) != 0 || left < 1)
    return NULL;
  const guint8 *packed = (const guint8 *) zero + 2;
  char *xml = inflate (file, packed, left - 1, G_ZLIB_COMPRESSOR_FORMAT_RAW, size, NULL);
  if (xml == NULL)
    xml = inflate (file, packed, left - 1, G_ZLIB_COMPRESSOR_FORMAT_ZLIB, size, error);
  while (xml != NULL && begins_escaped (xml))
    *size = unescape (xml, *size);
  return xml;
}

static char *
unwrap_png (TbDrawioFile *file, gsize *size, GError **error)
{
  const TbImportSource *s = file->source;
  gsize at = sizeof png_signature;
  while (s->size - at >= 12)
    {
      guint32 big;
      memcpy (&big, s->bytes + at, sizeof big);
      gsize length = GUINT32_FROM_BE (big);
      if (length > s->size - at - 12)
        break;
      char *xml = chunk_text (file, s->bytes + at + 4, s->bytes + at + 8, length, size, error);
      if (xml != NULL || (error != NULL && *error != NULL))
        return xml;
      at += length + 12;
    }
  return tb_import_fail (s, 0, 0, error, "the picture holds no draw.io drawing");
}

/* ---- SVG ---------------------------------------------------------------------------------------------- */

/* The first element of an XML file, and its content=. */
typedef struct
{
  xmlParserCtxt *parser;
  gboolean svg, seen;
  char *content;
} Root;

static void
on_root (void *data, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri, int n_namespaces,
         const xmlChar **namespaces, int n_attributes, int n_defaulted, const xmlChar **attributes)
{
  Root *root = data;
  (void) prefix;
  (void) uri;
  (void) n_namespaces;
  (void) namespaces;
  (void) n_defaulted;
  if (root->seen)
    return;
  root->seen = TRUE;
  root->svg = strcmp ((const char *) name, "svg") == 0;
  for (int i = 0; i < n_attributes && root->svg; i++, attributes += 5)
    if (strcmp ((const char *) attributes[0], "content") == 0 && root->content == NULL)
      root->content = g_strndup ((const char *) attributes[3], (gsize) (attributes[4] - attributes[3]));
  xmlStopParser (root->parser);
}

static void
no_words (void *data, xmlErrorPtr error)
{
  (void) data;
  (void) error;
}

static void
read_root (const TbImportSource *source, Root *root)
{
  xmlSAXHandler handler = { .initialized = XML_SAX2_MAGIC, .startElementNs = on_root, .serror = no_words };
  root->parser = xmlCreatePushParserCtxt (&handler, root, NULL, 0, NULL);
  tb_drawio_feed (root->parser, source->bytes, source->size);
  xmlDoc *made = root->parser->myDoc;
  xmlFreeParserCtxt (root->parser);
  if (made != NULL)
    xmlFreeDoc (made);
}

/* ---- A web page: <div class="mxgraph" data-mxgraph="{…&quot;xml&quot;:&quot;…&quot;}"> ------------------------- */

/* Entities of an attribute, then escapes of a JSON string: "" where it ends. In place. */
static void
undo_html (char *text)
{
  static const struct
  {
    const char *entity;
    char c;
  } entities[] = { { "&quot;", '"' }, { "&lt;", '<' }, { "&gt;", '>' }, { "&amp;", '&' }, { "&#39;", '\'' }, { "&apos;", '\'' }, { "&#xa;", '\n' } };
  char *to = text;
  for (const char *p = text; *p; p++)
    {
      guint i = 0;
      while (*p == '&' && i < G_N_ELEMENTS (entities) && !g_str_has_prefix (p, entities[i].entity))
        i++;
      gboolean is = *p == '&' && i < G_N_ELEMENTS (entities);
      *to++ = is ? entities[i].c : *p;
      p += is ? strlen (entities[i].entity) - 1 : 0;
    }
  *to = '\0';
}

static const char *
append_escape (GString *out, const char *p)
{
  char digits[5] = "";
  switch (*p)
    {
    case 'n':
    case 'r':
    case 't':
      g_string_append_c (out, *p == 'n' ? '\n' : *p == 'r' ? '\r' : '\t');
      return p;
    case 'u':
      g_strlcpy (digits, p + 1, sizeof digits);
      if (strlen (digits) < 4 || strspn (digits, "0123456789abcdefABCDEF") < 4)
        return p;
      g_string_append_unichar (out, (gunichar) strtoul (digits, NULL, 16));
      return p + 4;
    default:
      g_string_append_c (out, *p);
      return p;
    }
}

static char *
unwrap_html (TbDrawioFile *file, gsize *size, GError **error)
{
  const char *begin = strstr (file->source->bytes, "data-mxgraph=\"");
  const char *end = begin != NULL ? strchr (begin + 14, '"') : NULL;
  if (end == NULL || !take_room (file, (gsize) (end - begin), error))
    return error != NULL && *error != NULL ? NULL
           : tb_import_fail (file->source, 0, 0, error, "the page holds no draw.io drawing");
  g_autofree char *json = g_strndup (begin + 14, (gsize) (end - begin - 14));
  undo_html (json);
  const char *xml = strstr (json, "\"xml\":\"");
  GString *out = g_string_new (NULL);
  for (const char *p = xml != NULL ? xml + 7 : ""; *p && *p != '"'; p++)
    if (*p == '\\' && p[1] != '\0')
      p = append_escape (out, p + 1);
    else
      g_string_append_c (out, *p);
  *size = out->len;
  return g_string_free (out, FALSE);
}

/* ---- Lines in words ----------------------------------------------------------------------------------- */

#define MOST_BREAKS 100000u

/* The ends of lines stand after the words then, so that what comes is on the line where it was. */
static void
append_words (GString *out, const char *p, const char *end, guint *n)
{
  guint lines = 0;
  for (; p < end; p++)
    if (*p == '\n' && (*n)++ < MOST_BREAKS)
      {
        g_string_append (out, "&#10;");
        lines++;
      }
    else if (*p != '\r')
      g_string_append_c (out, *p);
  g_string_append_c (out, '"');
  while (lines-- > 0)
    g_string_append_c (out, '\n');
}

/* Some programs write words of several lines as they are: value="Orders↵PostgreSQL". XML takes that for a blank,
 * and draw.io shows it so; here the lines are kept, since the first of them is a name. xml is freed. (transfer full) */
static char *
keep_lines (char *xml, gsize *size)
{
  GString *out = NULL;
  guint n = 0;
  const char *from = xml, *end = xml + *size;
  for (const char *p = xml; (p = g_strstr_len (p, end - p, " value=\"")) != NULL;)
    {
      p += strlen (" value=\"");
      const char *stop = memchr (p, '"', (gsize) (end - p));
      if (stop == NULL || n >= MOST_BREAKS)
        break;
      if (memchr (p, '\n', (gsize) (stop - p)) != NULL)
        {
          out = out != NULL ? out : g_string_sized_new (*size + 64);
          g_string_append_len (out, from, p - from);
          append_words (out, p, stop, &n);
          from = stop + 1;
        }
      p = stop + 1;
    }
  if (out == NULL)
    return xml;
  g_string_append_len (out, from, end - from);
  g_free (xml);
  *size = out->len;
  return g_string_free (out, FALSE);
}

/* ---- Any of them -------------------------------------------------------------------------------------- */

static gboolean
is_html (const TbImportSource *source)
{
  const char *at = strstr (source->bytes, "data-mxgraph=\"");
  const char *file = strstr (source->bytes, "<mxfile");
  return at != NULL && (file == NULL || at < file);
}

static char *
unwrap (TbDrawioFile *file, gsize *size, GError **error)
{
  const TbImportSource *s = file->source;
  if (s->size >= sizeof png_signature && memcmp (s->bytes, png_signature, sizeof png_signature) == 0)
    return unwrap_png (file, size, error);
  if (is_html (s))
    return unwrap_html (file, size, error);
  if (begins_escaped (s->bytes)) /* what it puts into the clipboard */
    return copy_unescaped (file, s->bytes, s->size, size, error);
  Root root = { 0 };
  char *xml = NULL;
  read_root (s, &root);
  if (!root.svg)
    {
      xml = g_memdup2 (s->bytes, s->size + 1);
      *size = s->size;
    }
  else if (root.content != NULL)
    xml = tb_drawio_unpack (file, root.content, 1, size, error);
  else
    tb_import_fail (s, 0, 0, error, "the picture holds no draw.io drawing");
  g_free (root.content);
  return xml;
}

char *
tb_drawio_unwrap (TbDrawioFile *file, gsize *size, GError **error)
{
  char *xml = unwrap (file, size, error);
  return xml != NULL ? keep_lines (xml, size) : NULL;
}
