/* What a file is that is not read here, and what to do instead: somebody who opens it wants to know that, and not where
 * its bytes stop being XML. */
#include "unread.h"

#include <string.h>

typedef enum
{
  AT_START,     /* the bytes themselves */
  FIRST_WORD,   /* after blanks; capitals or not */
  LINE_START    /* of any line of the beginning */
} Where;

#define LOST_PICTURE                                                                                                   \
  "the picture holds no drawing: it was exported without (--embed puts it in), or a program that changed it left it out"

static const struct
{
  Where where;
  const char *bytes;
  gsize size;
  const char *sentence;
} kinds[] = {
#define START(text) AT_START, text, sizeof text - 1
#define WORD(text) FIRST_WORD, text, sizeof text - 1
#define LINE(text) LINE_START, text, sizeof text - 1
  { START ("\x89PNG\r\n\x1a\n"), LOST_PICTURE },
  { WORD ("<svg"), LOST_PICTURE },
  { START ("\xff\xd8\xff"), "it is a JPEG, which cannot hold a drawing; SVG and PNG can" },
  { START ("GIF8"), "it is a GIF, which cannot hold a drawing; SVG and PNG can" },
  { START ("%PDF-"), "it is a PDF, and drawings in those are not read; those in SVG and PNG are" },
  { START ("PK\x03\x04"), "it is a ZIP archive, as files of Visio and of office programs are: unpack it, or save the drawing "
                          "with draw.io, which reads Visio's" },
  { START ("\x1f\x8b"), "it is packed with gzip: unpack it, then open what was in it" },
  { START ("BZh"), "it is packed with bzip2: unpack it, then open what was in it" },
  { START ("\xfd" "7zXZ"), "it is packed with xz: unpack it, then open what was in it" },
  { START ("\x28\xb5\x2f\xfd"), "it is packed with zstd: unpack it, then open what was in it" },
  { START ("TBREC1\n"), "it is a recording of a run, and holds a drawing already: “tierboard export” writes it in other formats" },
  { WORD ("<!DOCTYPE html"), "it is a web page without a drawing of draw.io in it" },
  { WORD ("<html"), "it is a web page without a drawing of draw.io in it" },
  { WORD ("workspace {"), "it is Structurizr's DSL: what is read is the JSON that “structurizr-cli export -format json” makes of it" },
  { WORD ("workspace \""), "it is Structurizr's DSL: what is read is the JSON that “structurizr-cli export -format json” makes of it" },
  { WORD ("@start"), "it is PlantUML, which is written and not read" },
  { LINE ("apiVersion:"), "it is a Kubernetes manifest, which is written and not read" },
  { WORD ("{\"type\":\"excalidraw\""), "it is a drawing of Excalidraw, in which nothing says what its boxes are" },
#undef START
#undef WORD
#undef LINE
};

static gboolean
begins_so (const char *text, gsize size, const char *word, gsize n)
{
  return size >= n && g_ascii_strncasecmp (text, word, n) == 0;
}

/* Past blanks, a byte order mark, an XML declaration and comments. */
static const char *
first_word (const char *p, const char *end)
{
  while (p < end)
    if (g_ascii_isspace (*p) || (guchar) *p >= 0x80)
      p++;
    else if (begins_so (p, (gsize) (end - p), "<?", 2) || begins_so (p, (gsize) (end - p), "<!--", 4)
             || begins_so (p, (gsize) (end - p), "<!DOCTYPE svg", 13))
      {
        const char *close = memchr (p, '>', (gsize) (end - p));
        p = close != NULL ? close + 1 : end;
      }
    else
      break;
  return p;
}

static gboolean
has_line (const char *bytes, gsize size, const char *word, gsize n)
{
  for (const char *p = bytes; p != NULL && p < bytes + size; p = memchr (p, '\n', (gsize) (bytes + size - p)))
    {
      p += *p == '\n';
      if (begins_so (p, (gsize) (bytes + size - p), word, n))
        return TRUE;
    }
  return FALSE;
}

/* Without blanks, since JSON is written with and without them. */
static gboolean
begins_packed (const char *p, const char *end, const char *word, gsize n)
{
  gsize seen = 0;
  for (; p < end && seen < n; p++)
    if (*p != '\n' && *p != ' ' && *p != '\r' && *p != '\t' && g_ascii_tolower (*p) != g_ascii_tolower (word[seen++]))
      return FALSE;
  return seen == n;
}

const char *
tb_import_unread (const char *bytes, gsize size)
{
  const char *word = first_word (bytes, bytes + size);
  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      gboolean is = kinds[i].where == AT_START     ? size >= kinds[i].size && memcmp (bytes, kinds[i].bytes, kinds[i].size) == 0
                    : kinds[i].where == LINE_START ? has_line (bytes, size, kinds[i].bytes, kinds[i].size)
                    : kinds[i].bytes[0] == '{'     ? begins_packed (word, bytes + size, kinds[i].bytes, kinds[i].size)
                                                   : begins_so (word, (gsize) (bytes + size - word), kinds[i].bytes, kinds[i].size);
      if (is)
        return kinds[i].sentence;
    }
  return NULL;
}
