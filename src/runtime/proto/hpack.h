/* Reading compressed headers (HPACK, RFC 7541) as one who listens: of the few headers that say what
 * a message is the value is kept, of all others the size alone, which is what decides when an entry
 * leaves the table. So a connection's tables take some hundred bytes where an endpoint's take four
 * thousand, and nothing is allocated for a header once they have grown. */
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
  uint32_t at; /* its value's first byte, of all that ever were kept */
  uint8_t field, n;
} TbHpackEntry;

/* One direction's table. All zero but `max` is an empty one: tb_hpack_init().
 *
 * Invariant: the entries are `first` … `first + n - 1`, their sizes add up to `size` <= `max`, and
 * the bytes of their values are those from the oldest entry's `at` to `value_end`. */
typedef struct
{
  TbHpackEntry *entries; /* a ring of a power of two */
  char *values;          /* another */
  uint32_t entries_size, values_size;
  uint32_t first, n, value_end, size, max;
} TbHpack;

/* A header of a field that is known here; value is cut at TB_HPACK_VALUE_MAX. */
typedef void (*TbHpackFunc) (TbField field, const char *value, size_t n, void *data);

void tb_hpack_init (TbHpack *table);
void tb_hpack_clear (TbHpack *table);
/* Reads one whole block of headers. False where it is none, or where memory is out: then what the
 * table holds is not to be trusted any more. */
bool tb_hpack_read (TbHpack *table, const char *block, size_t n, TbHpackFunc func, void *data);

/* huffman.c: decodes n bytes (RFC 7541 5.2). At most size bytes are written; returns how many there
 * are, or -1 where it is no such code. */
int64_t tb_huffman_decode (const char *bytes, size_t n, char *out, size_t size);
