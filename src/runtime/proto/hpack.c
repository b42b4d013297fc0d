/* HPACK's table and its representations (RFC 7541). A block is
 *
 *   HEADER --1: both indexed------------------------------> told
 *       |---01: name and value, kept-----> inserted ------> told
 *       |---0000, 0001: not kept--------------------------> told
 *       '---001: the table's size changes
 */
#include "hpack.h"

#include <stdlib.h>
#include <string.h>

#include "tb-base.h"

#define STATIC_N 61
#define ENTRY_OVERHEAD 32
#define INTEGER_MAX (1u << 28)

/* Lengths of the names in the static table (appendix A), whose entries count for its size where a
 * new entry takes its name from them. */
static const uint8_t static_names[STATIC_N] = {
  10, 7,  7,  5,  5,  7, 7, 7, 7, 7, 7,  7,  7,  7, 14, 15, 15, 13, 6,  27, 3,
  5,  13, 13, 19, 16, 16, 14, 16, 13, 12, 6,  4, 4, 6,  7,  4,  4,  8,  17, 13, 8,
  19, 13, 4,  8,  12, 18, 19, 5,  7,  7,  11, 6, 10, 25, 17, 10, 4,  3,  16,
};

/* Its entries that are asked about. */
static const struct
{
  uint8_t index, field;
  const char *value;
} static_fields[] = {
  { 2, TB_FIELD_METHOD, "GET" },      { 3, TB_FIELD_METHOD, "POST" },
  { 4, TB_FIELD_PATH, "/" },          { 5, TB_FIELD_PATH, "/index.html" },
  { 8, TB_FIELD_STATUS, "200" },      { 9, TB_FIELD_STATUS, "204" },
  { 10, TB_FIELD_STATUS, "206" },     { 11, TB_FIELD_STATUS, "304" },
  { 12, TB_FIELD_STATUS, "400" },     { 13, TB_FIELD_STATUS, "404" },
  { 14, TB_FIELD_STATUS, "500" },     { 31, TB_FIELD_CONTENT_TYPE, "" },
};

static const char *const field_names[TB_FIELD_COUNT] = {
  [TB_FIELD_METHOD] = ":method",           [TB_FIELD_PATH] = ":path",
  [TB_FIELD_STATUS] = ":status",           [TB_FIELD_CONTENT_TYPE] = "content-type",
  [TB_FIELD_GRPC_STATUS] = "grpc-status",  [TB_FIELD_TRACEPARENT] = "traceparent",
};

/* A header that is being read. */
typedef struct
{
  uint8_t field;
  uint32_t name_n, value_n; /* whole lengths */
  char value[TB_HPACK_VALUE_MAX];
} Header;

void
tb_hpack_init (TbHpack *t)
{
  *t = (TbHpack) { .max = 4096 };
}

void
tb_hpack_clear (TbHpack *t)
{
  free (t->entries);
  free (t->values);
  free (t->literal.bytes);
  tb_hpack_init (t);
}

/* ---- The table --------------------------------------------------------------------------------- */

static TbHpackEntry *
entry_at (const TbHpack *t, uint32_t number)
{
  return &t->entries[number & (t->entries_size - 1)];
}

static uint32_t
value_begin (const TbHpack *t)
{
  return t->n > 0 ? entry_at (t, t->first)->at : t->value_end;
}

/* The bytes from `at` on lie in two runs at most. */
static void
copy_value (const TbHpack *t, uint32_t at, size_t n, char *out)
{
  for (size_t i = 0; i < n; i++)
    out[i] = t->values[(at + i) & (t->values_size - 1)];
}

static void
evict (TbHpack *t, uint32_t size)
{
  while (t->n > 0 && t->size > size)
    {
      t->size -= entry_at (t, t->first)->size;
      t->first++;
      t->n--;
    }
}

static bool
entries_grow (TbHpack *t)
{
  if (t->n < t->entries_size)
    return true;
  uint32_t size = TB_MAX (8u, t->entries_size * 2);
  TbHpackEntry *entries = malloc (size * sizeof *entries);
  if (entries == NULL)
    return false;
  for (uint32_t i = 0; i < t->n; i++)
    entries[(t->first + i) & (size - 1)] = *entry_at (t, t->first + i);
  free (t->entries);
  t->entries = entries;
  t->entries_size = size;
  return true;
}

static bool
values_grow (TbHpack *t, uint32_t more)
{
  uint32_t begin = value_begin (t), used = t->value_end - begin, size = TB_MAX (128u, t->values_size);
  while (size < used + more)
    size *= 2;
  if (size == t->values_size)
    return true;
  char *values = malloc (size);
  if (values == NULL)
    return false;
  for (uint32_t i = 0; i < used; i++)
    values[(begin + i) & (size - 1)] = t->values[(begin + i) & (t->values_size - 1)];
  free (t->values);
  t->values = values;
  t->values_size = size;
  return true;
}

static void
keep (TbHpack *t, const char *bytes, uint32_t n)
{
  for (uint32_t i = 0; i < n; i++)
    t->values[(t->value_end + i) & (t->values_size - 1)] = bytes[i];
  t->value_end += n;
}

/* Its literal is the one that is being read. */
static bool
insert (TbHpack *t, const Header *h)
{
  uint64_t size = (uint64_t) h->name_n + h->value_n + ENTRY_OVERHEAD;
  uint32_t kept = h->field == TB_FIELD_OTHER ? 0 : TB_MIN (h->value_n, (uint32_t) sizeof h->value);
  evict (t, size > t->max ? 0 : t->max - (uint32_t) size);
  if (size > t->max)
    return true; /* larger than the table: it is empty now */
  if (!entries_grow (t) || !values_grow (t, kept + t->literal.n))
    return false;
  *entry_at (t, t->first + t->n) = (TbHpackEntry) { .size = (uint32_t) size,
                                                    .name_n = h->name_n,
                                                    .at = t->value_end,
                                                    .literal_name_n = t->literal.name_n,
                                                    .literal_n = t->literal.n,
                                                    .field = h->field,
                                                    .n = (uint8_t) kept };
  keep (t, h->value, kept);
  keep (t, t->literal.bytes, t->literal.n);
  t->n++;
  t->size += (uint32_t) size;
  return true;
}

/* ---- Entries by index --------------------------------------------------------------------------- */

static void
static_entry (uint32_t index, Header *h)
{
  h->name_n = static_names[index - 1];
  h->field = TB_FIELD_OTHER;
  h->value_n = 0;
  for (size_t i = 0; i < TB_ARRAY_LENGTH (static_fields); i++)
    if (static_fields[i].index == index)
      {
        h->field = static_fields[i].field;
        h->value_n = (uint32_t) strlen (static_fields[i].value);
        memcpy (h->value, static_fields[i].value, h->value_n);
      }
}

static const TbHpackEntry *
entry_of (const TbHpack *t, uint32_t index)
{
  return entry_at (t, t->first + t->n - (index - STATIC_N));
}

/* What an entry's value says is copied where it is asked about. */
static bool
indexed (const TbHpack *t, uint32_t index, Header *h)
{
  if (index == 0 || index > STATIC_N + t->n)
    return false;
  if (index <= STATIC_N)
    {
      static_entry (index, h);
      return true;
    }
  const TbHpackEntry *e = entry_of (t, index);
  h->field = e->field;
  h->name_n = e->name_n;
  h->value_n = e->n;
  copy_value (t, e->at, e->n, h->value);
  return true;
}

/* ---- Literals ----------------------------------------------------------------------------------- */

static bool
add_bytes (TbHpackLiteral *l, const char *bytes, size_t n)
{
  if (l->n + n > l->size)
    {
      uint32_t size = TB_MAX (64u, l->size);
      while (size < l->n + n)
        size *= 2;
      char *grown = realloc (l->bytes, size);
      if (grown == NULL)
        return false;
      l->bytes = grown;
      l->size = size;
    }
  memcpy (l->bytes + l->n, bytes, n);
  l->n += (uint32_t) n;
  return true;
}

/* An integer whose first `bits` bits share a byte with `above` (5.1). */
static size_t
write_integer (char out[6], uint8_t above, unsigned bits, uint32_t value)
{
  uint32_t full = (1u << bits) - 1;
  size_t n = 0;
  out[n++] = (char) (above | TB_MIN (value, full));
  if (value < full)
    return n;
  for (value -= full; value >= 0x80; value >>= 7)
    out[n++] = (char) (0x80 | (value & 0x7f));
  out[n++] = (char) value;
  return n;
}

static bool
add_entry (TbHpack *t, const TbHpackEntry *e, uint32_t n)
{
  TbHpackLiteral *l = &t->literal;
  uint32_t at = l->n;
  for (uint32_t i = 0; i < n; i++)
    {
      char byte = t->values[(e->at + e->n + i) & (t->values_size - 1)];
      if (!add_bytes (l, &byte, 1))
        return false;
    }
  l->name_n = at + e->literal_name_n;
  return true;
}

/* The name of an entry. */
static bool
add_name (TbHpack *t, uint32_t index)
{
  char bytes[6];
  if (index > STATIC_N)
    return add_entry (t, entry_of (t, index), entry_of (t, index)->literal_name_n);
  return add_bytes (&t->literal, bytes, write_integer (bytes, 0, 4, index));
}

/* ---- Representations ---------------------------------------------------------------------------- */

typedef struct
{
  const char *p, *end;
  TbHpackOut *out; /* or NULL: it is only read */
} Block;

static bool
write_out (TbHpackOut *out, const char *bytes, size_t n)
{
  if (out->n + n > TB_HPACK_OUT_MAX)
    return false;
  if (out->n + n > out->size)
    {
      size_t size = TB_MAX ((size_t) 512, out->size);
      while (size < out->n + n)
        size *= 2;
      char *grown = realloc (out->bytes, size);
      if (grown == NULL)
        return false;
      out->bytes = grown;
      out->size = size;
    }
  if (n > 0)
    memcpy (out->bytes + out->n, bytes, n);
  out->n += n;
  return true;
}

/* A change of the table's size comes before all headers. */
static bool
write_size (TbHpack *t, const Block *b)
{
  char bytes[6];
  if (!t->resized)
    return true;
  t->resized = false;
  return write_out (b->out, bytes, write_integer (bytes, 0x20, 5, t->max));
}

/* The literal; `never`: the bit of one that nobody may index. */
static bool
write_literal (TbHpack *t, const Block *b, uint8_t never)
{
  if (b->out == NULL)
    return true;
  if (!write_size (t, b) || !write_out (b->out, t->literal.bytes, t->literal.n))
    return false;
  char *first = &b->out->bytes[b->out->n - t->literal.n];
  *first = (char) (*first | never);
  return true;
}

/* `from`: where its representation begins. */
static bool
write_indexed (TbHpack *t, const Block *b, uint32_t index, const char *from)
{
  if (b->out == NULL)
    return true;
  if (index <= STATIC_N)
    return write_size (t, b) && write_out (b->out, from, (size_t) (b->p - from));
  t->literal.n = 0;
  const TbHpackEntry *e = entry_of (t, index);
  return add_entry (t, e, e->literal_n) && write_literal (t, b, 0);
}

/* An integer whose first `bits` bits are in the next byte (5.1). */
static bool
read_integer (Block *b, unsigned bits, uint32_t *value)
{
  uint32_t full = (1u << bits) - 1;
  if (b->p == b->end)
    return false;
  *value = (uint8_t) *b->p++ & full;
  if (*value < full)
    return true;
  for (unsigned shift = 0; b->p < b->end && shift <= 28; shift += 7)
    {
      uint8_t byte = (uint8_t) *b->p++;
      uint64_t sum = *value + ((uint64_t) (byte & 0x7f) << shift);
      if (sum > INTEGER_MAX)
        return false;
      *value = (uint32_t) sum;
      if (!(byte & 0x80))
        return true;
    }
  return false;
}

/* A string of which the first bytes are wanted; *whole gets its length, decoded. */
static bool
read_string (Block *b, char out[TB_HPACK_VALUE_MAX], uint32_t *whole)
{
  bool coded = b->p < b->end && ((uint8_t) *b->p & 0x80);
  uint32_t n;
  if (!read_integer (b, 7, &n) || n > (size_t) (b->end - b->p))
    return false;
  const char *bytes = b->p;
  b->p += n;
  *whole = n;
  if (!coded)
    {
      memcpy (out, bytes, TB_MIN (n, (uint32_t) TB_HPACK_VALUE_MAX));
      return true;
    }
  int64_t length = tb_huffman_decode (bytes, n, out, TB_HPACK_VALUE_MAX);
  *whole = (uint32_t) length;
  return length >= 0;
}

static uint8_t
field_of (const char *name, uint32_t n)
{
  for (uint8_t i = TB_FIELD_OTHER + 1; i < TB_FIELD_COUNT; i++)
    if (strlen (field_names[i]) == n && memcmp (field_names[i], name, n) == 0)
      return i;
  return TB_FIELD_OTHER;
}

static bool
read_literal (TbHpack *t, Block *b, unsigned bits, Header *h)
{
  TbHpackLiteral *l = &t->literal;
  const char *from;
  uint32_t index;
  l->n = 0;
  if (!read_integer (b, bits, &index))
    return false;
  if (index == 0)
    {
      from = b->p;
      if (!read_string (b, h->value, &h->name_n) || !add_bytes (l, "", 1)
          || !add_bytes (l, from, (size_t) (b->p - from)))
        return false;
      h->field = field_of (h->value, h->name_n);
    }
  else if (!indexed (t, index, h) || !add_name (t, index))
    return false;
  l->name_n = l->n;
  from = b->p;
  return read_string (b, h->value, &h->value_n) && add_bytes (l, from, (size_t) (b->p - from));
}

static bool
resize (TbHpack *t, Block *b)
{
  uint32_t size;
  if (!read_integer (b, 5, &size) || size > TB_HPACK_TABLE_MAX)
    return false;
  t->max = size;
  t->resized = b->out != NULL;
  evict (t, size);
  return true;
}

static bool
read_header (TbHpack *t, Block *b, Header *h)
{
  uint8_t first = (uint8_t) *b->p;
  const char *from = b->p;
  uint32_t index;
  if (first & 0x80)
    return read_integer (b, 7, &index) && indexed (t, index, h) && write_indexed (t, b, index, from);
  if (first & 0x40)
    return read_literal (t, b, 6, h) && insert (t, h) && write_literal (t, b, 0);
  return read_literal (t, b, 4, h) && write_literal (t, b, first & 0x10);
}

static bool
read_block (TbHpack *t, Block b, TbHpackFunc func, void *data)
{
  while (b.p < b.end)
    {
      Header h;
      if (((uint8_t) *b.p & 0xe0) == 0x20)
        {
          if (!resize (t, &b))
            return false;
          continue;
        }
      if (!read_header (t, &b, &h))
        return false;
      if (h.field != TB_FIELD_OTHER)
        func ((TbField) h.field, h.value, TB_MIN (h.value_n, (uint32_t) TB_HPACK_VALUE_MAX), data);
    }
  return true;
}

/* An empty block may be nowhere. */
static Block
block_of (const char *bytes, size_t n, TbHpackOut *out)
{
  return (Block) { bytes, n > 0 ? bytes + n : bytes, out };
}

bool
tb_hpack_read (TbHpack *t, const char *block, size_t n, TbHpackFunc func, void *data)
{
  return read_block (t, block_of (block, n, NULL), func, data);
}

bool
tb_hpack_rewrite (TbHpack *t, const char *block, size_t n, TbHpackFunc func, void *data,
                  TbHpackOut *out)
{
  Block b = block_of (block, n, out);
  out->n = 0;
  return read_block (t, b, func, data) && write_size (t, &b);
}
