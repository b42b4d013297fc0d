/* What blocks a file has, by walking over the headers of its segments and blocks. Nothing is trusted:
 * a header that is not whole, or not of its segment, ends the segment; a segment's that is not ends
 * its first unit. */
#include "walk-private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool
tb_record_read_at (int fd, void *bytes, size_t n, uint64_t offset)
{
  uint8_t *p = bytes;
  while (n > 0)
    {
      ssize_t got = pread (fd, p, n, (off_t) offset);
      if (got < 0 && errno == EINTR)
        continue;
      if (got <= 0)
        return false;
      p += got;
      n -= (size_t) got;
      offset += (uint64_t) got;
    }
  return true;
}

/* Headers of small blocks lie close together: a page at a time. */
static bool
peek (TbWalk *w, void *bytes, size_t n, uint64_t offset)
{
  if (offset < w->page_at || offset + n > w->page_at + w->page_n)
    {
      w->page_n = 0;
      ssize_t got = pread (w->fd, w->page, sizeof w->page, (off_t) offset);
      if (got < (ssize_t) n)
        return false;
      w->page_at = offset;
      w->page_n = (size_t) got;
    }
  memcpy (bytes, w->page + (offset - w->page_at), n);
  return true;
}

static bool
is_segment (const TbSegmentHeader *h)
{
  return h->mark == TB_SEGMENT_MARK && h->crc == TB_HEADER_CRC (h) && h->units > 0
         && h->units <= TB_RECORD_MAX / TB_UNIT * 2 && h->strand <= TB_STRAND_INDEX;
}

bool
tb_block_is_good (const TbBlockHeader *h)
{
  return h->mark == TB_BLOCK_MARK && h->crc == TB_HEADER_CRC (h)
         && h->raw <= TB_RECORD_MAX + TB_UNIT && h->stored <= h->raw;
}

/* ---- Segments -------------------------------------------------------------------------------- */

static void
forget_blocks (TbWalk *w, const TbWalked *s)
{
  TbBlocks *blocks = &w->blocks[s->strand];
  size_t n = 0;
  for (size_t i = 0; i < blocks->n; i++)
    if (blocks->entries[i].header.serial != s->serial)
      blocks->entries[n++] = blocks->entries[i];
  blocks->n = n;
}

static void
set_segment (TbWalked *s, const TbSegmentHeader *h, uint64_t offset)
{
  *s = (TbWalked) { .offset = offset,
                    .at = offset + sizeof *h,
                    .end = offset + (uint64_t) h->units * TB_UNIT,
                    .serial = h->serial,
                    .strand = h->strand };
}

/* What is behind the last one that is known. */
static bool
find_more (TbWalk *w)
{
  TbSegmentHeader h;
  bool found = false;
  struct stat st;
  if (fstat (w->fd, &st) != 0)
    return false;
  while (w->end + sizeof h <= (uint64_t) st.st_size)
    {
      if (!peek (w, &h, sizeof h, w->end))
        break;
      if (!is_segment (&h))
        {
          /* Either its writer has not come so far, or it is damaged: then there is more behind it. */
          if (w->end + 2 * TB_UNIT > (uint64_t) st.st_size)
            break;
          w->end += TB_UNIT;
          continue;
        }
      if (w->n == w->capacity)
        {
          w->capacity = w->capacity ? 2 * w->capacity : 64;
          w->segments = realloc (w->segments, w->capacity * sizeof *w->segments);
          TB_CHECK (w->segments != NULL);
        }
      set_segment (&w->segments[w->n], &h, w->end);
      w->end = w->segments[w->n++].end;
      found = true;
    }
  return found;
}

/* Only what is free, or the oldest of its strand, is ever written over. */
static bool
find_reused (TbWalk *w)
{
  TbSegmentHeader h;
  bool found = false;
  for (bool again = true; again;)
    {
      uint64_t oldest[TB_STRANDS] = { UINT64_MAX, UINT64_MAX, UINT64_MAX };
      for (size_t i = 0; i < w->n; i++)
        if (w->segments[i].strand < TB_STRANDS)
          oldest[w->segments[i].strand] = TB_MIN (oldest[w->segments[i].strand], w->segments[i].serial);
      again = false;
      for (size_t i = 0; i < w->n; i++)
        {
          TbWalked *s = &w->segments[i];
          bool free = s->strand == TB_STRAND_FREE;
          bool may_be = free || (s->strand != TB_STRAND_KEPT && s->strand < TB_STRANDS
                                 && s->serial == oldest[s->strand]);
          if (!may_be || !tb_record_read_at (w->fd, &h, sizeof h, s->offset) || !is_segment (&h)
              || h.serial == s->serial || (uint64_t) h.units * TB_UNIT != s->end - s->offset)
            continue;
          if (!free)
            forget_blocks (w, s);
          set_segment (s, &h, s->offset);
          again = found = true;
        }
    }
  return found;
}

/* ---- Blocks ---------------------------------------------------------------------------------- */

static void
add_block (TbBlocks *blocks, const TbIndexEntry *entry)
{
  if (blocks->n == blocks->capacity)
    {
      blocks->capacity = blocks->capacity ? 2 * blocks->capacity : 256;
      blocks->entries = realloc (blocks->entries, blocks->capacity * sizeof *blocks->entries);
      TB_CHECK (blocks->entries != NULL);
    }
  blocks->sorted = blocks->sorted
                   && (blocks->n == 0 || blocks->entries[blocks->n - 1].header.sequence
                                             <= entry->header.sequence);
  blocks->entries[blocks->n++] = *entry;
}

/* The last one of a strand may be half written: its header was there before the rest of it. */
static bool
is_whole (TbWalk *w, const TbBlockHeader *h, uint64_t at)
{
  uint8_t *content = malloc (h->stored + 1);
  TB_CHECK (content != NULL);
  bool whole = tb_record_read_at (w->fd, content, h->stored, at + sizeof *h)
               && tb_crc32 (0, content, h->stored) == h->content_crc;
  free (content);
  return whole;
}

static bool
next_block (TbWalk *w, const TbWalked *s, uint64_t at, TbBlockHeader *h)
{
  return at + sizeof *h <= s->end && peek (w, h, sizeof *h, at) && tb_block_is_good (h)
         && h->serial == s->serial && at + sizeof *h + h->stored <= s->end;
}

static bool
walk_segment (TbWalk *w, TbWalked *s, uint64_t size, bool newest)
{
  TbBlockHeader h, next;
  bool found = false;
  bool there = next_block (w, s, s->at, &h);
  while (there)
    {
      uint64_t behind = s->at + sizeof h + h.stored;
      there = next_block (w, s, behind, &next);
      if (behind > size || (newest && !there && !is_whole (w, &h, s->at)))
        break;
      TbIndexEntry entry = { .offset = s->at, .strand = s->strand, .header = h };
      add_block (&w->blocks[s->strand], &entry);
      s->at = behind;
      h = next;
      found = true;
    }
  return found;
}

static int
by_sequence (const void *a, const void *b)
{
  const TbIndexEntry *x = a, *y = b;
  return x->header.sequence < y->header.sequence ? -1 : x->header.sequence > y->header.sequence;
}

void
tb_blocks_sort (TbBlocks *blocks)
{
  if (!blocks->sorted)
    qsort (blocks->entries, blocks->n, sizeof *blocks->entries, by_sequence);
  blocks->sorted = true;
}

void
tb_walk_init (TbWalk *w, int fd)
{
  *w = (TbWalk) { .fd = fd, .end = TB_SEGMENTS_AT };
  for (unsigned i = 0; i < TB_STRANDS; i++)
    w->blocks[i].sorted = true;
}

/* Segments first: whatever was written to the last one before the next was begun is seen then. */
bool
tb_walk_on (TbWalk *w)
{
  struct stat st;
  w->page_n = 0;
  bool found = find_more (w);
  found |= find_reused (w);
  w->page_n = 0;
  uint64_t newest[TB_STRANDS] = { 0 };
  for (size_t i = 0; i < w->n; i++)
    if (w->segments[i].strand < TB_STRANDS)
      newest[w->segments[i].strand] = TB_MAX (newest[w->segments[i].strand], w->segments[i].serial);
  if (fstat (w->fd, &st) != 0)
    return found;
  for (size_t i = 0; i < w->n; i++)
    {
      TbWalked *s = &w->segments[i];
      if (s->strand >= TB_STRANDS || s->walked)
        continue;
      found |= walk_segment (w, s, (uint64_t) st.st_size, s->serial == newest[s->strand]);
      s->walked = s->serial < newest[s->strand];
    }
  for (unsigned i = 0; i < TB_STRANDS; i++)
    tb_blocks_sort (&w->blocks[i]);
  return found;
}

void
tb_walk_clear (TbWalk *w)
{
  free (w->segments);
  for (unsigned i = 0; i < TB_STRANDS; i++)
    free (w->blocks[i].entries);
}
