/* PNG chunks: a length, a name, the data and a sum, all of it after eight bytes of signature.
 * (PNG, third edition, 5.3 and 11.3.3.4.) */
#include "tb-picture.h"

#include <string.h>

#include "document-private.h"

#define KEYWORD "tierboard"

static const guint8 signature[8] = { 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n' };
/* Keyword and its 0; not compressed, no method; no language, no translated keyword, a 0 each. */
static const char text_head[] = KEYWORD "\0\0\0\0\0";

enum
{
  CHUNK_FRAME = 12, /* length, name and sum */
  TEXT_HEAD = sizeof text_head - 1
};

typedef struct
{
  const char *start; /* of the whole chunk */
  const char *name, *data;
  gsize size; /* of data */
} Chunk;

gboolean
tb_png_is (const char *bytes, gsize size)
{
  return size >= sizeof signature && memcmp (bytes, signature, sizeof signature) == 0;
}

TbPicture
tb_picture_of_path (const char *path)
{
  g_autofree char *lower = g_ascii_strdown (path, -1);
  return g_str_has_suffix (lower, ".svg")   ? TB_PICTURE_SVG
         : g_str_has_suffix (lower, ".png") ? TB_PICTURE_PNG
                                            : TB_PICTURE_NONE;
}

TbPicture
tb_document_picture (TbDocument *document)
{
  g_return_val_if_fail (TB_IS_DOCUMENT (document), TB_PICTURE_NONE);
  return document->picture;
}

char *
tb_picture_metadata (const TbModel *model)
{
  g_autofree char *xml = tb_model_to_xml (model, NULL);
  const char *after = strchr (xml, '\n');
  return g_strdup (after + 1); /* the declaration is the first line */
}

/* The sum of PNG: CRC-32 of ISO 3309. */
static guint32
sum_of (const char *bytes, gsize size)
{
  static guint32 table[256];
  static gsize made;
  if (g_once_init_enter (&made))
    {
      for (guint32 n = 0; n < 256; n++)
        {
          table[n] = n;
          for (guint bit = 0; bit < 8; bit++)
            table[n] = table[n] & 1 ? 0xedb88320u ^ table[n] >> 1 : table[n] >> 1;
        }
      g_once_init_leave (&made, 1);
    }
  guint32 sum = 0xffffffffu;
  for (gsize i = 0; i < size; i++)
    sum = table[(sum ^ (guint8) bytes[i]) & 0xff] ^ sum >> 8;
  return ~sum;
}

static guint32
read_number (const char *bytes)
{
  guint32 n;
  memcpy (&n, bytes, sizeof n);
  return GUINT32_FROM_BE (n);
}

static void
append_number (GByteArray *out, guint32 n)
{
  guint32 big = GUINT32_TO_BE (n);
  g_byte_array_append (out, (const guint8 *) &big, sizeof big);
}

/* The chunk at *at, and steps over it; FALSE where there is no whole one. */
static gboolean
next_chunk (const char *bytes, gsize size, gsize *at, Chunk *chunk)
{
  if (size - *at < CHUNK_FRAME)
    return FALSE;
  gsize length = read_number (bytes + *at);
  if (length > size - *at - CHUNK_FRAME)
    return FALSE;
  *chunk = (Chunk){ bytes + *at, bytes + *at + 4, bytes + *at + 8, length };
  *at += length + CHUNK_FRAME;
  return TRUE;
}

static gboolean
is_ours (const Chunk *chunk)
{
  return memcmp (chunk->name, "iTXt", 4) == 0 && chunk->size > sizeof KEYWORD
         && memcmp (chunk->data, KEYWORD, sizeof KEYWORD) == 0;
}

static const char *
text_of (const Chunk *chunk, gsize *size, GError **error)
{
  const char *end = chunk->data + chunk->size, *p = chunk->data + sizeof KEYWORD;
  gboolean compressed = *p != 0;
  p = end - p > 2 ? memchr (p + 2, 0, (gsize) (end - p - 2)) : NULL; /* language */
  p = p != NULL ? memchr (p + 1, 0, (gsize) (end - p - 1)) : NULL;   /* translated keyword */
  if (p != NULL && !compressed && read_number (end) == sum_of (chunk->name, chunk->size + 4))
    {
      *size = (gsize) (end - p - 1);
      return p + 1;
    }
  g_set_error (error, TB_MODEL_ERROR, TB_MODEL_ERROR_INVALID, "the drawing in the picture is %s",
               compressed ? "compressed by another program, and such a one is not read"
                          : "damaged");
  return NULL;
}

const char *
tb_png_find (const char *bytes, gsize size, gsize *xml_size, GError **error)
{
  gsize at = sizeof signature;
  Chunk chunk;
  while (tb_png_is (bytes, size) && next_chunk (bytes, size, &at, &chunk))
    if (is_ours (&chunk))
      return text_of (&chunk, xml_size, error);
  g_set_error (error, TB_MODEL_ERROR, TB_MODEL_ERROR_INVALID,
               "the picture holds no drawing: it was exported without (--embed puts it in), or a program that "
                     "changed it left it out");
  return NULL;
}

static void
append_text_chunk (GByteArray *out, const char *xml, gsize size)
{
  append_number (out, (guint32) (TEXT_HEAD + size));
  guint name = out->len;
  g_byte_array_append (out, (const guint8 *) "iTXt", 4);
  g_byte_array_append (out, (const guint8 *) text_head, TEXT_HEAD);
  g_byte_array_append (out, (const guint8 *) xml, (guint) size);
  append_number (out, sum_of ((const char *) out->data + name, 4 + TEXT_HEAD + size));
}

/* Right after the header, where a reader finds it first. */
GBytes *
tb_png_embed (const char *bytes, gsize size, const TbModel *model, GError **error)
{
  gsize at = sizeof signature, xml_size;
  Chunk chunk;
  if (!tb_png_is (bytes, size) || !next_chunk (bytes, size, &at, &chunk)
      || memcmp (chunk.name, "IHDR", 4) != 0)
    {
      g_set_error (error, TB_MODEL_ERROR, TB_MODEL_ERROR_INVALID, "that is no PNG picture");
      return NULL;
    }
  g_autofree char *xml = tb_model_to_xml (model, &xml_size);
  GByteArray *out = g_byte_array_new ();
  g_byte_array_append (out, (const guint8 *) bytes, (guint) at);
  append_text_chunk (out, xml, xml_size);
  while (next_chunk (bytes, size, &at, &chunk))
    if (!is_ours (&chunk))
      g_byte_array_append (out, (const guint8 *) chunk.start, (guint) chunk.size + CHUNK_FRAME);
  return g_byte_array_free_to_bytes (out);
}
