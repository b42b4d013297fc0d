/* What can be said of a file before a parser sees it: its size, its encoding, tags made to hurt. */
#include "xml-private.h"

#include <string.h>

static void
add (TbProblems *problems, const char *rule, const char *bytes, gsize offset, const char *sentence)
{
  TbXmlPosition at = tb_xml_position (bytes, 0, (TbXmlPosition){ 1, 1 }, offset);
  tb_problems_add (problems, TB_SEVERITY_ERROR, rule, 0, at.line, at.column, "%s", sentence);
}

static gboolean
check_utf8 (const char *bytes, gsize size, TbProblems *problems)
{
  const char *bad;
  if (g_utf8_validate_len (bytes, size, &bad))
    return TRUE;
  gsize offset = (gsize) (bad - bytes);
  g_autofree char *sentence = NULL;
  if (size >= 2 && (memcmp (bytes, "\xff\xfe", 2) == 0 || memcmp (bytes, "\xfe\xff", 2) == 0))
    sentence = g_strdup ("the file is UTF-16, expected UTF-8");
  else
    sentence = g_strdup_printf ("the byte 0x%02x is no text, expected UTF-8", (guchar) *bad);
  add (problems, "encoding", bytes, offset, sentence);
  return FALSE;
}

/* A file may say encoding="UTF-8" (or its part, ASCII), and nothing else. */
static gboolean
check_declared_encoding (const char *bytes, gsize size, TbProblems *problems)
{
  static const char word[] = "encoding=";
  g_autofree char *head = g_strndup (bytes, MIN (size, 1024));
  gsize start = g_str_has_prefix (head, "\xef\xbb\xbf") ? 3 : 0;
  char *end = strstr (head, "?>");
  if (!g_str_has_prefix (head + start, "<?xml") || end == NULL)
    return TRUE;
  *end = '\0';
  const char *found = strstr (head, word);
  if (found == NULL)
    return TRUE;
  const char *name = found + strlen (word);
  name += *name == '"' || *name == '\'';
  g_autofree char *encoding = g_strndup (name, MIN (strcspn (name, "\"'"), 40));
  if (g_ascii_strcasecmp (encoding, "UTF-8") == 0 || g_ascii_strcasecmp (encoding, "US-ASCII") == 0)
    return TRUE;
  g_autofree char *sentence = g_strdup_printf ("the file says it is %s, expected UTF-8", encoding);
  add (problems, "encoding", bytes, (gsize) (found - head), sentence);
  return FALSE;
}

/* Quoted values in the tag that begins there, as a count of its attributes. */
static guint
count_attributes (const char *tag, const char *end)
{
  guint n = 0;
  for (const char *p = tag; p < end && *p != '>' && n <= TB_XML_MAX_ATTRIBUTES; p++)
    if (*p == '"' || *p == '\'')
      {
        p = memchr (p + 1, *p, (gsize) (end - p - 1));
        if (p == NULL)
          break;
        n++;
      }
  return n;
}

/* The parser's time grows with the square of one element's attributes: not beyond the limit. Short
 * tags cannot reach it. */
static gboolean
check_attribute_counts (const char *bytes, gsize size, TbProblems *problems)
{
  const char *end = bytes + size, *tag = memchr (bytes, '<', size);
  while (tag != NULL)
    {
      const char *next = memchr (tag + 1, '<', (gsize) (end - tag - 1));
      const char *stop = next != NULL ? next : end;
      if (stop - tag > 4 * TB_XML_MAX_ATTRIBUTES
          && (g_ascii_isalpha (tag[1]) || tag[1] == '_' || tag[1] == ':' || (guchar) tag[1] >= 0x80)
          && count_attributes (tag, stop) > TB_XML_MAX_ATTRIBUTES)
        {
          g_autofree char *sentence = g_strdup_printf ("an element has more than %d attributes",
                                                       TB_XML_MAX_ATTRIBUTES);
          add (problems, "too-large", bytes, (gsize) (tag - bytes), sentence);
          return FALSE;
        }
      tag = next;
    }
  return TRUE;
}

gboolean
tb_xml_check_bytes (const char *bytes, gsize size, TbProblems *problems)
{
  if (size > TB_XML_MAX_BYTES)
    {
      tb_problems_add (problems, TB_SEVERITY_ERROR, "too-large", 0, 0, 0,
                       "the file is larger than %u MiB", TB_XML_MAX_BYTES >> 20);
      return FALSE;
    }
  if (tb_text_is_blank (bytes, size))
    {
      tb_problems_add (problems, TB_SEVERITY_ERROR, "xml", 0, 1, 1,
                       "the file is empty, expected <architecture xmlns=\"%s\">", TB_XML_NAMESPACE);
      return FALSE;
    }
  return check_utf8 (bytes, size, problems) && check_declared_encoding (bytes, size, problems)
         && check_attribute_counts (bytes, size, problems);
}
