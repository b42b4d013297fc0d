/* What blocks a file has: for the reader, and for the writer's index. */
#pragma once

#include "format-private.h"

/* A segment of the file, and how far it was walked over. */
typedef struct
{
  uint64_t offset, at, end;
  uint64_t serial;
  uint32_t strand;
  bool walked; /* there is a newer one of its strand: nothing comes to it any more */
} TbWalked;

typedef struct
{
  TbIndexEntry *entries; /* by sequence */
  size_t n, capacity;
  bool sorted;
} TbBlocks;

typedef struct
{
  int fd;
  uint64_t end; /* where the next segment would be */
  TbWalked *segments;
  size_t n, capacity;
  TbBlocks blocks[TB_STRANDS];
  uint8_t page[4096];
  uint64_t page_at;
  size_t page_n;
} TbWalk;

void tb_walk_init (TbWalk *w, int fd);
/* From where it stood. Returns whether anything has changed. */
bool tb_walk_on (TbWalk *w);
void tb_walk_clear (TbWalk *w);
void tb_blocks_sort (TbBlocks *blocks);
/* Of what it says itself; the content has a sum of its own. */
bool tb_block_is_good (const TbBlockHeader *h);
/* False where there is not so much. */
bool tb_record_read_at (int fd, void *bytes, size_t n, uint64_t offset);
