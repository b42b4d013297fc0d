/* Reading compressed headers (HPACK, RFC 7541) as one who listens: of the few headers that say what
 * a message is the value is told, of all others the size alone counts, which is what decides when an
 * entry leaves the table. Entries are kept as they came, coded, so that a block can be written anew in
 * a way that needs no table: then it may be left out, or moved, without hurting those behind it. A
 * connection's tables take at most what an endpoint's take, and nothing is allocated for a header once
 * they have grown. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum
{
  TB_FIELD_OTHER,
  TB_FIELD_METHOD,
  TB_FIELD_PATH,
  TB_FIELD_STATUS,
  TB_FIELD_CONTENT_TYPE,
  TB_FIELD_GRPC_STATUS,
  TB_FIELD_TRACEPARENT,
  TB_FIELD_COUNT
} TbField;

/* So much of a value is kept: a traceparent is 55 long. */
#define TB_HPACK_VALUE_MAX 64
/* A table may be made this large; the usual one is 4096. */
#define TB_HPACK_TABLE_MAX (1u << 20)

typedef struct
{
  uint32_t size; /* as RFC 7541 4.1 counts it */
  uint32_t name_n;
  uint32_t at; /* its value's first byte, of all that ever were kept; its literal is behind that */
  uint32_t literal_name_n, literal_n;
  uint8_t field, n;
} TbHpackEntry;

/* A header as a literal that is not indexed (RFC 7541 6.2.2): its name, an index of the static table
 * among them, then its value; both as they came, which is coded or not. */
typedef struct
{
  char *bytes;
  uint32_t n, size, name_n;
} TbHpackLiteral;

/* One direction's table. All zero but `max` is an empty one: tb_hpack_init().
 *
 * Invariant: the entries are `first` … `first + n - 1`, their sizes add up to `size` <= `max`, and
 * the bytes of their values and literals are those from the oldest entry's `at` to `value_end`. */
typedef struct
{
  TbHpackEntry *entries; /* a ring of a power of two */
  char *values;          /* another */
  uint32_t entries_size, values_size;
  uint32_t first, n, value_end, size, max;
  TbHpackLiteral literal; /* of the header that is being read */
  bool resized;           /* a block that was written anew has to say `max` first */
} TbHpack;

/* Where a block is written anew; the memory is the writer's, and grows. */
typedef struct
{
  char *bytes;
  size_t n, size;
} TbHpackOut;

/* A block written anew may be this long. */
#define TB_HPACK_OUT_MAX (1u << 20)

/* A header of a field that is known here; value is cut at TB_HPACK_VALUE_MAX. */
typedef void (*TbHpackFunc) (TbField field, const char *value, size_t n, void *data);

void tb_hpack_init (TbHpack *table);
void tb_hpack_clear (TbHpack *table);
/* Reads one whole block of headers. False where it is none, or where memory is out: then what the
 * table holds is not to be trusted any more. */
bool tb_hpack_read (TbHpack *table, const char *block, size_t n, TbHpackFunc func, void *data);
/* The same, and *out becomes a block that says the same without the table. One that begins with a
 * change of the table's size must arrive, or the next one has to say it: set `resized` then. */
bool tb_hpack_rewrite (TbHpack *table, const char *block, size_t n, TbHpackFunc func, void *data,
                       TbHpackOut *out);

/* huffman.c: decodes n bytes (RFC 7541 5.2). At most size bytes are written; returns how many there
 * are, or -1 where it is no such code. */
int64_t tb_huffman_decode (const char *bytes, size_t n, char *out, size_t size);
