/* Frames: length, type, version, fields. The reader trusts nothing it reads. */
#include "tb-wire.h"

#include <stdlib.h>
#include <string.h>

enum
{
  HEADER_SIZE = 8 /* u32 size of what follows the size, u16 type, u16 version */
};

const char *
tb_frame_type_name (unsigned type)
{
  switch (type)
    {
#define X(name, number, fields)                                                                    \
  case number:                                                                                     \
    return #name;
      TB_COMMANDS (X)
      TB_FACTS (X)
#undef X
    default:
      return "?";
    }
}

/* ---- Writing --------------------------------------------------------------------------------- */

static void
reserve (TbWriter *w, size_t more)
{
  if (w->size + more <= w->capacity)
    return;
  size_t capacity = w->capacity ? w->capacity : 256;
  while (capacity < w->size + more)
    capacity *= 2;
  w->bytes = realloc (w->bytes, capacity);
  TB_CHECK (w->bytes != NULL);
  w->capacity = capacity;
}

void
tb_writer_bytes (TbWriter *w, const void *bytes, size_t n)
{
  reserve (w, n);
  if (n > 0)
    memcpy (w->bytes + w->size, bytes, n);
  w->size += n;
}

void
tb_writer_u8 (TbWriter *w, uint8_t v)
{
  tb_writer_bytes (w, &v, 1);
}

static void
write_little (TbWriter *w, uint64_t v, int n)
{
  uint8_t b[8];
  for (int i = 0; i < n; i++)
    b[i] = (uint8_t) (v >> (8 * i));
  tb_writer_bytes (w, b, (size_t) n);
}

void
tb_writer_u16 (TbWriter *w, uint16_t v)
{
  write_little (w, v, 2);
}

void
tb_writer_u32 (TbWriter *w, uint32_t v)
{
  write_little (w, v, 4);
}

void
tb_writer_u64 (TbWriter *w, uint64_t v)
{
  write_little (w, v, 8);
}

void
tb_writer_i64 (TbWriter *w, int64_t v)
{
  write_little (w, (uint64_t) v, 8);
}

void
tb_writer_f64 (TbWriter *w, double v)
{
  uint64_t bits;
  memcpy (&bits, &v, sizeof bits);
  write_little (w, bits, 8);
}

void
tb_writer_string (TbWriter *w, const char *s)
{
  size_t n = s ? strlen (s) : 0;
  tb_writer_u32 (w, (uint32_t) n);
  tb_writer_bytes (w, s, n);
}

void
tb_writer_begin (TbWriter *w, unsigned type)
{
  TB_CHECK (!w->open);
  w->frame = w->size;
  w->open = true;
  tb_writer_u32 (w, 0);
  tb_writer_u16 (w, (uint16_t) type);
  tb_writer_u16 (w, TB_WIRE_VERSION);
}

void
tb_writer_end (TbWriter *w)
{
  TB_CHECK (w->open);
  size_t size = w->size - w->frame - 4;
  TB_CHECK (size < TB_FRAME_MAX);
  for (int i = 0; i < 4; i++)
    w->bytes[w->frame + (size_t) i] = (uint8_t) (size >> (8 * i));
  w->open = false;
}

void
tb_writer_consume (TbWriter *w, size_t n)
{
  TB_CHECK (n <= w->size && !w->open);
  memmove (w->bytes, w->bytes + n, w->size - n);
  w->size -= n;
}

void
tb_writer_clear (TbWriter *w)
{
  free (w->bytes);
  *w = (TbWriter){ 0 };
}

/* ---- Reading --------------------------------------------------------------------------------- */

static uint64_t
little (const uint8_t *p, int n)
{
  uint64_t v = 0;
  for (int i = 0; i < n; i++)
    v |= (uint64_t) p[i] << (8 * i);
  return v;
}

TbFrame
tb_reader_begin (TbReader *r, const void *bytes, size_t n, size_t *used)
{
  const uint8_t *p = bytes;
  if (n < HEADER_SIZE)
    return TB_FRAME_PARTIAL;
  size_t size = (size_t) little (p, 4);
  if (size < 4 || size >= TB_FRAME_MAX || little (p + 6, 2) != TB_WIRE_VERSION)
    return TB_FRAME_BAD;
  if (n < size + 4)
    return TB_FRAME_PARTIAL;
  *r = (TbReader){ .bytes = p, .size = size + 4, .at = HEADER_SIZE,
                   .type = (unsigned) little (p + 4, 2) };
  *used = size + 4;
  return TB_FRAME_WHOLE;
}

static uint64_t
read_little (TbReader *r, int n)
{
  if (r->bad || r->size - r->at < (size_t) n)
    {
      r->bad = true;
      return 0;
    }
  uint64_t v = little (r->bytes + r->at, n);
  r->at += (size_t) n;
  return v;
}

uint8_t
tb_reader_u8 (TbReader *r)
{
  return (uint8_t) read_little (r, 1);
}

uint16_t
tb_reader_u16 (TbReader *r)
{
  return (uint16_t) read_little (r, 2);
}

uint32_t
tb_reader_u32 (TbReader *r)
{
  return (uint32_t) read_little (r, 4);
}

uint64_t
tb_reader_u64 (TbReader *r)
{
  return read_little (r, 8);
}

int64_t
tb_reader_i64 (TbReader *r)
{
  return (int64_t) read_little (r, 8);
}

double
tb_reader_f64 (TbReader *r)
{
  uint64_t bits = read_little (r, 8);
  double v;
  memcpy (&v, &bits, sizeof v);
  return v;
}

char *
tb_reader_string (TbReader *r)
{
  size_t n = (size_t) read_little (r, 4);
  if (r->bad || r->size - r->at < n || memchr (r->bytes + r->at, 0, n) != NULL)
    {
      r->bad = true;
      n = 0;
    }
  char *s = malloc (n + 1);
  TB_CHECK (s != NULL);
  memcpy (s, r->bytes + r->at, n);
  s[n] = '\0';
  if (!r->bad)
    r->at += n;
  return s;
}
