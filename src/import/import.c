/* The table of formats, which one a file is, and its bytes. */
#include "import-private.h"

#include <string.h>

#include "encoding.h"
#include "tb-picture.h"
#include "unread.h"

#define SNIFFED (64u << 10)
/* A sentence for people is no longer, whatever it quotes. */
#define LONGEST_SENTENCE 400
/* What a name's agreement adds to a content's: it decides between two that both could be. */
#define FOR_THE_NAME 10

G_DEFINE_QUARK (tb-import-error-quark, tb_import_error)

static const TbImportFormat formats[] = {
  { "dot", "Graphviz DOT", "dot gv", NULL, TRUE, tb_sniff_dot, tb_read_dot },
  { "drawio", "draw.io", "drawio xml dio", NULL, FALSE, tb_sniff_drawio, tb_read_drawio },
  { "compose", "Compose", "yaml yml", "compose.yaml compose.yml docker-compose.yaml docker-compose.yml", TRUE,
    tb_sniff_compose, tb_read_compose },
  { "structurizr", "Structurizr JSON", "json", "workspace.json", TRUE, tb_sniff_structurizr, tb_read_structurizr },
  { "mermaid", "Mermaid", "mmd mermaid md markdown", NULL, TRUE, tb_sniff_mermaid, tb_read_mermaid },
  { NULL }, /* the end */
};
#define N_FORMATS (G_N_ELEMENTS (formats) - 1)

const TbImportFormat *
tb_import_formats (guint *n)
{
  *n = N_FORMATS;
  return formats;
}

const TbImportFormat *
tb_import_format (const char *name)
{
  for (guint i = 0; i < N_FORMATS; i++)
    if (g_ascii_strcasecmp (formats[i].name, name) == 0)
      return &formats[i];
  return NULL;
}

char *
tb_import_labels (void)
{
  GString *text = g_string_new (NULL);
  for (guint i = 0; i < N_FORMATS; i++)
    g_string_append_printf (text, "%s%s", i == 0 ? "" : i + 1 == N_FORMATS ? " and " : ", ",
                            formats[i].label);
  return g_string_free (text, FALSE);
}

/* ---- Which format ---------------------------------------------------------------------------- */

static gboolean
is_among (const char *words, const char *word)
{
  g_auto (GStrv) list = g_strsplit (words, " ", -1);
  for (guint i = 0; list[i] != NULL; i++)
    if (g_ascii_strcasecmp (list[i], word) == 0)
      return TRUE;
  return FALSE;
}

static gboolean
is_named_so (const TbImportFormat *format, const char *path)
{
  g_autofree char *base = path != NULL ? g_path_get_basename (path) : NULL;
  const char *dot = base != NULL ? strrchr (base, '.') : NULL;
  return (dot != NULL && is_among (format->extensions, dot + 1))
         || (base != NULL && format->file_names != NULL && is_among (format->file_names, base));
}

/* The beginning as text: what sniffing looks at. The bytes themselves where they are no text. (transfer full) */
static char *
beginning (const char *bytes, gsize size, gsize *out_size)
{
  gsize mark;
  const char *encoding = tb_encoding_of (bytes, size, &mark);
  gsize n = MIN (size - mark, SNIFFED);
  char *text = NULL;
  if (g_str_has_prefix (encoding, "UTF-16"))
    text = g_convert (bytes + mark, (gssize) (n & ~(gsize) 1), "UTF-8", encoding, NULL, out_size, NULL);
  if (text != NULL)
    return text;
  *out_size = n;
  text = g_malloc (n + 1);
  memcpy (text, bytes + mark, n);
  text[n] = '\0';
  return text;
}

const TbImportFormat *
tb_import_recognise (const char *path, const char *bytes, gsize size)
{
  const TbImportFormat *best = NULL, *named = NULL;
  int most = 0;
  gsize n;
  g_autofree char *start = beginning (bytes, size, &n);
  for (guint i = 0; i < N_FORMATS; i++)
    {
      int looks = formats[i].sniff (start, n);
      gboolean is_named = is_named_so (&formats[i], path);
      if (is_named && named == NULL)
        named = &formats[i];
      if (looks > 0 && looks + (is_named ? FOR_THE_NAME : 0) > most)
        {
          most = looks + (is_named ? FOR_THE_NAME : 0);
          best = &formats[i];
        }
    }
  if (best == NULL && tb_import_unread (start, n) != NULL) /* its name is wrong */
    return NULL;
  return best != NULL ? best : named;
}

gboolean
tb_import_is_own (const char *bytes, gsize size)
{
  static const char root[] = "<architecture";
  gsize xml_size;
  if (tb_png_is (bytes, size))
    return tb_png_find (bytes, size, &xml_size, NULL) != NULL;
  const char *found = memmem (bytes, size, root, sizeof root - 1);
  const char *first = bytes;
  while (first < bytes + size && (g_ascii_isspace (*first) || (guchar) *first >= 0x80))
    first++;
  return found != NULL && *first == '<' && found + sizeof root <= bytes + size
         && strchr (" \t\r\n>/", found[sizeof root - 1]) != NULL;
}

/* ---- Reading --------------------------------------------------------------------------------- */

static const TbImportFormat *
find_format (const TbImportSource *source, const char *name, GError **error)
{
  const TbImportFormat *format = name != NULL ? tb_import_format (name)
                                              : tb_import_recognise (source->name, source->bytes, source->size);
  if (format != NULL)
    return format;
  g_autofree char *labels = tb_import_labels ();
  const char *unread = name == NULL ? tb_import_unread (source->bytes, MIN (source->size, SNIFFED)) : NULL;
  if (unread != NULL)
    g_set_error (error, TB_IMPORT_ERROR, TB_IMPORT_ERROR_UNKNOWN, "%s: %s", source->name, unread);
  else if (name != NULL)
    g_set_error (error, TB_IMPORT_ERROR, TB_IMPORT_ERROR_UNKNOWN, "there is no format “%s”; what can be read: %s", name,
                 labels);
  else
    g_set_error (error, TB_IMPORT_ERROR, TB_IMPORT_ERROR_UNKNOWN,
                 "%s: it is nothing that can be read: no drawing of Tierboard, and none of %s", source->name, labels);
  return NULL;
}

static gboolean
is_blank (const TbImportSource *source)
{
  gsize i = 0;
  while (i < source->size && g_ascii_isspace (source->bytes[i]))
    i++;
  return i == source->size;
}

static gboolean
is_usable (const TbImportSource *source, GError **error)
{
  if (source->size > TB_IMPORT_MAX_BYTES)
    g_set_error (error, TB_IMPORT_ERROR, TB_IMPORT_ERROR_TOO_LARGE, "%s: it is larger than %u MiB", source->name,
                 TB_IMPORT_MAX_BYTES >> 20);
  else if (is_blank (source))
    g_set_error (error, TB_IMPORT_ERROR, TB_IMPORT_ERROR_INVALID, "%s: it is empty", source->name);
  else
    return TRUE;
  return FALSE;
}

/* As the reader wants them: text, or the bytes with a 0 behind them. (transfer full), NULL with error. */
static char *
decode (const TbImportSource *source, gboolean text, TbProblems *dropped, gsize *size, GError **error)
{
  const char *encoding = NULL;
  char *bytes = text ? tb_encoding_to_utf8 (source->bytes, source->size, &encoding, size) : g_malloc (source->size + 1);
  if (bytes == NULL)
    g_set_error (error, TB_IMPORT_ERROR, TB_IMPORT_ERROR_INVALID, "%s: it is not in %s, which it begins as",
                 source->name, encoding);
  else if (!text)
    {
      memcpy (bytes, source->bytes, source->size);
      bytes[source->size] = '\0';
      *size = source->size;
    }
  else if (strlen (bytes) != *size)
    {
      g_set_error (error, TB_IMPORT_ERROR, TB_IMPORT_ERROR_INVALID, "%s: it is no text: it has bytes that are 0",
                   source->name);
      g_clear_pointer (&bytes, g_free);
    }
  else if (g_str_equal (encoding, "ISO-8859-1"))
    tb_problems_add (dropped, TB_SEVERITY_INFO, TB_IMPORT_ASSUMED, 0, 0, 0, "it is not in UTF-8; taken as Latin-1");
  return bytes;
}

/* One line, and not longer than a person reads: what is quoted in it was written by somebody else. */
static void
make_sentence (char *message)
{
  for (char *p = message; *p != '\0'; p++)
    if (g_ascii_iscntrl (*p))
      *p = ' ';
  if (strlen (message) <= LONGEST_SENTENCE)
    return;
  char *end = g_utf8_find_prev_char (message, message + LONGEST_SENTENCE - strlen ("…") + 1);
  strcpy (end != NULL ? end : message, "…"); /* what it writes over is longer */
}

TbDocument *
tb_import_bytes (const TbImportSource *source, const char *format, TbProblems *dropped, GError **error)
{
  const TbImportFormat *found = is_usable (source, error) ? find_format (source, format, error) : NULL;
  if (found == NULL)
    return NULL;
  g_autoptr (GPtrArray) own = tb_problems_new ();
  TbImportSource decoded = *source;
  g_autofree char *bytes = decode (source, found->text, own, &decoded.size, error);
  if (bytes == NULL)
    return NULL;
  decoded.bytes = bytes;
  g_autoptr (GError) failed = NULL;
  TbDocument *document = found->read (&decoded, own, &failed);
  g_assert ((document == NULL) == (failed != NULL));
  for (guint i = 0; i < own->len; i++)
    make_sentence (((TbProblem *) own->pdata[i])->message);
  if (failed != NULL)
    {
      make_sentence (failed->message);
      g_propagate_error (error, g_steal_pointer (&failed));
    }
  if (dropped != NULL)
    g_ptr_array_extend_and_steal (dropped, g_steal_pointer (&own));
  return document;
}

TbDocument *
tb_import (const char *path, const char *format, TbProblems *dropped, GError **error)
{
  gboolean is_input = strcmp (path, "-") == 0;
  g_autoptr (GBytes) bytes = tb_file_read (path, error);
  if (bytes == NULL)
    return NULL;
  gsize size;
  const char *data = g_bytes_get_data (bytes, &size);
  g_autofree char *folder = is_input ? NULL : g_path_get_dirname (path);
  TbImportSource source = { is_input ? "standard input" : path, folder, data != NULL ? data : "", size };
  return tb_import_bytes (&source, format, dropped, error);
}
