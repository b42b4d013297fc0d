/* How a recording lies in the file: sizes and marks shared by writer and reader. */
#pragma once

#include "tb-record.h"

#define TB_RECORD_MAGIC "TBREC1\n"
#define TB_RECORD_VERSION 2
#define TB_SEGMENT_MARK UINT32_C (0x32474553) /* "SEG2" */
#define TB_BLOCK_MARK UINT32_C (0x324b4c42)   /* "BLK2" */
#define TB_TRAILER_MARK UINT32_C (0x32444e45) /* "END2" */
#define TB_UNIT (16u << 10)
/* A segment grows with its strand up to so many units: a short run makes a small file. */
#define TB_UNITS_MAX 32
/* A record larger than a block (a plan, an architecture) has a block of its own. */
#define TB_RECORD_MAX (32u << 20)
#define TB_EVENTS_MAX 4096 /* in a block */
#define TB_PAYLOAD_MAX (64u << 10) /* of one message: what a reader believes */

typedef enum
{
  TB_STRAND_KEPT,
  TB_STRAND_EVENTS,
  TB_STRAND_PAYLOAD,
  TB_STRANDS,
  TB_STRAND_FREE = TB_STRANDS, /* nothing of it is to be read */
  TB_STRAND_INDEX
} TbStrand;

typedef struct
{
  char magic[8];
  uint32_t version, flags;
  int64_t start_ns, start_realtime_ns;
  uint64_t seed;
  uint32_t unit, zero[4];
  uint32_t crc; /* of what is before it */
} TbRecordHeader;

typedef struct
{
  uint32_t mark;
  uint16_t strand, zero;
  uint64_t serial; /* 1, 2, … in the order in which segments were begun */
  uint32_t units;
  uint32_t crc;
} TbSegmentHeader;

typedef struct
{
  uint32_t mark;
  uint32_t stored, raw; /* bytes behind this header, and what they are unpacked; the same: not packed */
  uint32_t count;
  uint64_t serial;   /* its segment's */
  uint64_t sequence; /* of this block in the file, from 0 */
  uint64_t position; /* of its first event; of a kept block 0 */
  int64_t first_ns, last_ns; /* the earliest and the latest in it */
  uint32_t content_crc;
  uint32_t crc;
} TbBlockHeader;

typedef struct
{
  uint16_t type, zero;
  uint32_t size;
  int64_t time_ns;
} TbRecordHead;

typedef struct
{
  uint64_t offset;
  uint32_t strand, zero;
  TbBlockHeader header;
} TbIndexEntry;

/* The last bytes of the file. */
typedef struct
{
  uint64_t index_offset; /* of the entries, in a segment of their own */
  uint64_t n_entries;
  uint32_t entries_crc, zero;
  uint32_t crc, mark;
} TbRecordTrailer;

_Static_assert (sizeof (TbRecordHeader) == 64, "the file's header");
_Static_assert (sizeof (TbSegmentHeader) == 24, "a segment's header");
_Static_assert (sizeof (TbBlockHeader) == 64, "a block's header");
_Static_assert (sizeof (TbRecordHead) == 16, "a record's head");
_Static_assert (sizeof (TbIndexEntry) == 80, "an index entry");
_Static_assert (sizeof (TbRecordTrailer) == 32, "the trailer");

#define TB_SEGMENTS_AT sizeof (TbRecordHeader)

/* CRC-32 of IEEE 802.3, as zlib's. */
uint32_t tb_crc32 (uint32_t crc, const void *bytes, size_t n);
/* Of a header, whose last field it is. */
#define TB_HEADER_CRC(h) tb_crc32 (0, (h), sizeof *(h) - sizeof (h)->crc)

/* ---- columns.c: events as columns ------------------------------------------------------------ */

/* Tables that are filled anew for each block. */
typedef struct TbColumns TbColumns;
TbColumns *tb_columns_new (void);
void tb_columns_free (TbColumns *c);
/* The most bytes that n events can become. */
#define TB_COLUMNS_BYTES(n) ((size_t) (n) * 112 + 64)
/* n ≤ TB_EVENTS_MAX. Returns how many bytes of out were written. */
size_t tb_columns_pack (TbColumns *c, const TbEvent *events, size_t n, uint8_t *out);
/* False where the bytes are not those of n events. */
bool tb_columns_unpack (TbColumns *c, const uint8_t *bytes, size_t size, TbEvent *events, size_t n);

/* ---- squeeze.c: general packing behind it ---------------------------------------------------- */

typedef struct TbSqueeze TbSqueeze;
TbSqueeze *tb_squeeze_new (void);
void tb_squeeze_free (TbSqueeze *s);
/* The most that n bytes can become. */
size_t tb_squeeze_bound (size_t n);
/* Returns how many bytes of out were written (room for tb_squeeze_bound()); n where nothing is
 * gained: then out is as in. */
size_t tb_squeeze (TbSqueeze *s, const uint8_t *in, size_t n, uint8_t *out);
bool tb_unsqueeze (TbSqueeze *s, const uint8_t *in, size_t n, uint8_t *out, size_t raw);

/* ---- varint.h-like, bounds checked ------------------------------------------------------------ */

typedef struct
{
  const uint8_t *at, *end;
  bool bad;
} TbVarReader;

static inline uint8_t *
tb_var_put (uint8_t *p, uint64_t v)
{
  for (; v >= 0x80; v >>= 7)
    *p++ = (uint8_t) (v | 0x80);
  *p++ = (uint8_t) v;
  return p;
}

static inline uint64_t
tb_var_get (TbVarReader *r)
{
  uint64_t v = 0;
  for (unsigned shift = 0; shift < 64 && r->at < r->end; shift += 7)
    {
      uint8_t b = *r->at++;
      v |= (uint64_t) (b & 0x7f) << shift;
      if (b < 0x80)
        return v;
    }
  r->bad = true;
  return 0;
}

/* Differences, small ones of either sign as small numbers. */
static inline uint64_t
tb_zigzag (uint64_t difference)
{
  return difference << 1 ^ -(difference >> 63);
}

static inline uint64_t
tb_unzigzag (uint64_t v)
{
  return v >> 1 ^ -(v & 1);
}
