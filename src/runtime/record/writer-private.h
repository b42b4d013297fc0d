/* What the parts of the writer share: writer.c gathers and makes blocks, space.c finds room for them. */
#pragma once

#include "format-private.h"

/* A segment of the file that is in use. */
typedef struct
{
  uint64_t offset, serial;
  uint32_t units;
  TbStrand strand;
  uint64_t events, payload_bytes, position; /* in it, and of the event behind them */
  int64_t first_ns, last_ns;                /* of these */
} TbSegment;

/* A strand being written. */
typedef struct
{
  uint64_t segment; /* serial of the one that is open; 0: none */
  uint64_t at;      /* where its next block goes */
  uint32_t units;   /* that its next segment has */
} TbWriting;

/* A block on its way to the file. */
typedef struct
{
  TbStrand strand;
  uint32_t raw, count;
  uint64_t position, events, payload_bytes;
  int64_t first_ns, last_ns;
} TbBlock;


/* Records, or payload, of the block to come. */
typedef struct
{
  uint8_t *bytes;
  size_t size, capacity, most;
  uint32_t count;
  uint64_t position, last;  /* of the first and the last event that it is about */
  uint64_t message_bytes;
  int64_t first_ns, last_ns;
} TbGathered;

struct TbRecordWriter
{
  int fd;
  int error; /* the first -errno; from then on nothing is written */
  TbRecordLimits limits;
  TbMasks *masks; /* NULL: none */

  /* space.c */
  uint64_t most_units, end_units; /* that the file may have, and has */
  uint32_t units_max;             /* of a segment */
  uint64_t serial, sequence;
  uint64_t written; /* bytes, over all */
  TbWriting writing[TB_STRANDS];
  TbSegment *segments; /* all of the file, by place */
  size_t n_segments, segments_capacity;
  TbRecordGap aged[TB_STRANDS]; /* not yet said */

  /* writer.c */
  TbGathered kept, payload;
  TbEvent *events;
  size_t n_events, events_most;
  uint64_t position; /* of the next event */
  int64_t last_event_ns;
  TbRecordGap lost; /* not yet said */
  TbColumns *columns;
  TbSqueeze *squeeze;
  uint8_t *raw, *packed;
  size_t raw_capacity, packed_capacity;
};

/* ---- space.c */
/* Sets up how much room there is. */
void tb_space_init (TbRecordWriter *w);
/* Writes a block, freeing the oldest detail if it must. Returns 0; -ENOSPC where no detail may go for
 * it (it is to be counted as lost); -EFBIG for kept records where the file is full of those; -errno. */
int tb_space_write (TbRecordWriter *w, const TbBlock *block, const uint8_t *content, size_t stored);
/* Detail that is older than the limit goes. */
void tb_space_age (TbRecordWriter *w, int64_t now_ns);
int tb_space_write_index (TbRecordWriter *w);

/* Of a LOG record: what stands before the bytes that were printed. */
#define TB_LOG_HEAD 16
