/* How a recording lies in the file: sizes and marks shared by writer and reader. */
#pragma once

#include "tb-record.h"

#define TB_RECORD_MAGIC "TBREC1\n"
#define TB_RECORD_VERSION 1
#define TB_BLOCK_MARK UINT32_C (0x314b4c42)   /* "BLK1" */
#define TB_INDEX_MARK UINT32_C (0x31584449)   /* "IDX1" */
#define TB_TRAILER_MARK UINT32_C (0x31444e45) /* "END1" */
#define TB_BLOCK_MAX (256u * 1024)
/* A record larger than a block (a plan, an architecture) has a block of its own. */
#define TB_RECORD_MAX (32u << 20)

typedef struct
{
  char magic[8];
  uint32_t version, flags;
  int64_t start_ns, start_realtime_ns;
  uint64_t seed;
} TbRecordHeader;

typedef struct
{
  uint32_t mark, size, crc, count;
  int64_t first_ns, last_ns;
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
  int64_t first_ns, last_ns;
} TbIndexEntry;

typedef struct
{
  uint64_t index_offset;
  uint32_t n_entries, mark;
} TbRecordTrailer;

_Static_assert (sizeof (TbRecordHeader) == 40, "the file's header");
_Static_assert (sizeof (TbBlockHeader) == 32, "a block's header");
_Static_assert (sizeof (TbRecordHead) == 16, "a record's head");
_Static_assert (sizeof (TbIndexEntry) == 24, "an index entry");
_Static_assert (sizeof (TbRecordTrailer) == 16, "the trailer");

/* CRC-32 of IEEE 802.3, as zlib's. */
uint32_t tb_crc32 (uint32_t crc, const void *bytes, size_t n);
