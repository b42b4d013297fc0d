/* Text of any of the encodings that files come in, as UTF-8. */
#include "encoding.h"

#include <string.h>

static const struct
{
  const char *mark;
  gsize size;
  const char *name;
} marks[] = { { "\xef\xbb\xbf", 3, "UTF-8" }, { "\xff\xfe", 2, "UTF-16LE" }, { "\xfe\xff", 2, "UTF-16BE" } };

/* UTF-16 without a mark: half of what begins a drawing is ASCII, whose other byte is 0. */
static const char *
guess_wide (const char *bytes, gsize size)
{
  guint zeros[2] = { 0, 0 };
  gsize n = MIN (size, 64) & ~(gsize) 1;
  for (gsize i = 0; i < n; i++)
    zeros[i % 2] += bytes[i] == '\0';
  if (n < 4 || (zeros[0] > 0) == (zeros[1] > 0) || zeros[0] + zeros[1] < n / 4)
    return NULL;
  return zeros[1] > 0 ? "UTF-16LE" : "UTF-16BE";
}

const char *
tb_encoding_of (const char *bytes, gsize size, gsize *mark_size)
{
  *mark_size = 0;
  for (guint i = 0; i < G_N_ELEMENTS (marks); i++)
    if (size >= marks[i].size && memcmp (bytes, marks[i].mark, marks[i].size) == 0)
      {
        *mark_size = marks[i].size;
        return marks[i].name;
      }
  const char *wide = guess_wide (bytes, size);
  return wide != NULL ? wide : g_utf8_validate_len (bytes, size, NULL) ? "UTF-8" : "ISO-8859-1";
}

char *
tb_encoding_to_utf8 (const char *bytes, gsize size, const char **encoding, gsize *out_size)
{
  gsize mark, length = 0;
  const char *name = tb_encoding_of (bytes, size, &mark);
  if (encoding != NULL)
    *encoding = name;
  if (strcmp (name, "UTF-8") == 0 && !g_utf8_validate_len (bytes + mark, size - mark, NULL))
    return NULL;
  char *text = strcmp (name, "UTF-8") == 0
                 ? g_strndup (bytes + mark, size - mark)
                 : g_convert (bytes + mark, (gssize) (size - mark), "UTF-8", name, NULL, &length, NULL);
  *out_size = strcmp (name, "UTF-8") == 0 ? size - mark : length;
  return text;
}
