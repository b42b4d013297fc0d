/* What the parts of the reader share: reader.c opens, loads and walks the records; events.c gives
 * events and payload by position. */
#pragma once

#include "walk-private.h"

#define EVENT_BLOCKS 16
#define PAYLOAD_BLOCKS 4

/* A cache of a block that was read. What tells blocks apart is the whole header they had in the
 * index: of a damaged file two may have the same number and different sizes. */
typedef struct
{
  bool full;
  TbBlockHeader block;
  uint64_t used; /* when last, by counting */
  TbEvent *events;
  size_t n;
} TbEventCache;

typedef struct
{
  uint32_t event; /* counted from the block's first */
  uint32_t at, n; /* in bytes */
} TbPayloadPlace;

typedef struct
{
  bool full;
  TbBlockHeader block;
  uint64_t used;
  uint8_t *bytes;
  TbPayloadPlace *places;
  size_t n;
} TbPayloadCache;

struct TbRecordReader
{
  TbRecordHeader header;
  TbWalk walk; /* walk.fd is the file */
  bool finished; /* it has an index: nothing comes any more */
  int64_t *until; /* of each block of events, the latest time up to its end */
  size_t until_capacity;
  size_t n_until;          /* blocks that were looked at, unless the oldest have gone since … */
  uint64_t until_first, until_last; /* … which their sequence numbers tell */

  size_t next;   /* kept block to be loaded next */
  uint64_t next_sequence;
  uint8_t *block, *stored;
  size_t capacity, stored_capacity, size, at;

  TbColumns *columns; /* NULL until the first block */
  TbSqueeze *squeeze;
  uint64_t uses;
  TbEventCache event_cache[EVENT_BLOCKS];
  TbPayloadCache payload_cache[PAYLOAD_BLOCKS];
};

/* Reads and unpacks a block into *bytes (grown as needed). 1; 0: it has gone meanwhile; -EBADMSG:
 * damaged. */
int tb_reader_load (TbRecordReader *r, const TbIndexEntry *entry, uint8_t **bytes, size_t *capacity);
void tb_reader_forget_events (TbRecordReader *r);
/* After the blocks have changed. */
void tb_reader_index_events (TbRecordReader *r);
