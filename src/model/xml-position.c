/* Lines and columns, found again from the bytes when a sentence needs them. */
#include "xml-private.h"

#include <string.h>

TbXmlPosition
tb_xml_position (const char *bytes, gsize from, TbXmlPosition at, gsize offset)
{
  const char *p = bytes + from, *end = bytes + offset, *newline;
  while ((newline = memchr (p, '\n', (gsize) (end - p))) != NULL)
    {
      at = (TbXmlPosition){ at.line + 1, 1 };
      p = newline + 1;
    }
  for (; p < end; p++)
    at.column += ((guchar) *p & 0xc0) != 0x80;
  return at;
}

gsize
tb_xml_tag_start (const char *bytes, gsize offset)
{
  const char *start = memrchr (bytes, '<', offset);
  return start != NULL ? (gsize) (start - bytes) : 0;
}

static gsize
skip_while (const char *bytes, gsize i, gsize end, const char *set, gboolean in_set)
{
  while (i < end && (strchr (set, bytes[i]) != NULL) == in_set)
    i++;
  return i;
}

gsize
tb_xml_attribute_start (const char *bytes, gsize tag, gsize end, const char *qualified_name)
{
  gsize length = strlen (qualified_name);
  gsize i = skip_while (bytes, tag, end, " \t\r\n", FALSE); /* the element's name */
  while (i < end)
    {
      gsize name = skip_while (bytes, i, end, " \t\r\n", TRUE);
      gsize stop = skip_while (bytes, name, end, "= \t\r\n", FALSE);
      if (stop - name == length && memcmp (bytes + name, qualified_name, length) == 0)
        return name;
      gsize quote = skip_while (bytes, stop, end, "= \t\r\n", TRUE);
      if (quote >= end)
        break;
      const char *close = memchr (bytes + quote + 1, bytes[quote], end - quote - 1);
      if (close == NULL)
        break;
      i = (gsize) (close - bytes) + 1;
    }
  return tag;
}
