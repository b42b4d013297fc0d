/* Where blocks go in the file, and what goes for them when it is full.
 *
 *   nothing ── open_segment(): appended ──▶ open ── open_segment(): the next ──▶ full
 *                                            ▲                                    │ release(): the
 *                                            │                                    ▼ oldest, or too old
 *                                            └── open_segment(): reused ──────── free
 *
 * Each arrow is one write of a segment's header, which makes void what lies behind it.
 * Invariant 1: the segments lie one behind the other and make up the file.
 * Invariant 2: the file has at most most_units, but for kept records, which may take as much again.
 * Invariant 3: a segment that is released is the oldest of its strand, and not the one that is open. */
#include "writer-private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/uio.h>
#include <unistd.h>

#include "walk-private.h"

/* What index and trailer may take of the limit; a larger index is left out. */
#define INDEX_SHARE 16

void
tb_space_init (TbRecordWriter *w)
{
  w->most_units = (uint64_t) (w->limits.limit_bytes - w->limits.limit_bytes / INDEX_SHARE) / TB_UNIT;
  w->units_max = (uint32_t) TB_CLAMP (w->most_units / 16, 1, TB_UNITS_MAX);
  for (unsigned i = 0; i < TB_STRANDS; i++)
    w->writing[i].units = 1;
}

static int
write_at (TbRecordWriter *w, struct iovec *v, int n, uint64_t offset)
{
  while (n > 0 && w->error == 0)
    {
      ssize_t written = pwritev (w->fd, v, n, (off_t) offset);
      if (written < 0 && errno == EINTR)
        continue;
      if (written < 0)
        w->error = -errno;
      for (offset += (uint64_t) TB_MAX (written, 0); n > 0 && written >= (ssize_t) v->iov_len; v++, n--)
        written -= (ssize_t) v->iov_len;
      if (n > 0 && written > 0)
        {
          v->iov_base = (char *) v->iov_base + written;
          v->iov_len -= (size_t) written;
        }
    }
  return w->error;
}

static int
write_segment_header (TbRecordWriter *w, TbSegment *s, TbStrand strand)
{
  TbSegmentHeader h = { .mark = TB_SEGMENT_MARK,
                        .strand = (uint16_t) strand,
                        .serial = ++w->serial,
                        .units = s->units };
  h.crc = TB_HEADER_CRC (&h);
  *s = (TbSegment) { .offset = s->offset, .units = s->units, .serial = h.serial, .strand = strand };
  struct iovec v = { &h, sizeof h };
  return write_at (w, &v, 1, s->offset);
}

/* ---- What goes ------------------------------------------------------------------------------- */

static void
note_aged (TbRecordWriter *w, const TbSegment *s)
{
  TbRecordGap *gap = &w->aged[s->strand];
  if (s->events == 0 && s->payload_bytes == 0)
    return;
  gap->from_ns = gap->events + gap->payload_bytes > 0 ? TB_MIN (gap->from_ns, s->first_ns) : s->first_ns;
  gap->to_ns = TB_MAX (gap->to_ns, s->last_ns);
  gap->events += s->events;
  gap->payload_bytes += s->payload_bytes;
  gap->position = TB_MAX (gap->position, s->position);
}

static int
release (TbRecordWriter *w, TbSegment *s)
{
  note_aged (w, s);
  return write_segment_header (w, s, TB_STRAND_FREE);
}

/* NULL where there is none but the one that is open. */
static TbSegment *
oldest (TbRecordWriter *w, TbStrand strand)
{
  TbSegment *found = NULL;
  for (size_t i = 0; i < w->n_segments; i++)
    if (w->segments[i].strand == strand && (found == NULL || w->segments[i].serial < found->serial))
      found = &w->segments[i];
  return found != NULL && found->serial != w->writing[strand].segment ? found : NULL;
}

static uint64_t
units_of (const TbRecordWriter *w, TbStrand strand)
{
  uint64_t units = 0;
  for (size_t i = 0; i < w->n_segments; i++)
    units += w->segments[i].strand == strand ? w->segments[i].units : 0;
  return units;
}

/* Payload has half of the file at least; beyond that it goes before events do. */
static TbSegment *
to_be_released (TbRecordWriter *w)
{
  TbSegment *payload = oldest (w, TB_STRAND_PAYLOAD), *events = oldest (w, TB_STRAND_EVENTS);
  bool much = units_of (w, TB_STRAND_PAYLOAD) > w->most_units / 2;
  return payload != NULL && (much || events == NULL) ? payload : events;
}

/* ---- Room ------------------------------------------------------------------------------------ */

static TbSegment *
append_segment (TbRecordWriter *w, uint32_t units)
{
  if (w->n_segments == w->segments_capacity)
    {
      w->segments_capacity = w->segments_capacity ? 2 * w->segments_capacity : 64;
      w->segments = realloc (w->segments, w->segments_capacity * sizeof *w->segments);
      TB_CHECK (w->segments != NULL);
    }
  TbSegment *s = &w->segments[w->n_segments++];
  *s = (TbSegment) { .offset = TB_SEGMENTS_AT + w->end_units * TB_UNIT, .units = units };
  w->end_units += units;
  return s;
}

static TbSegment *
find_free (TbRecordWriter *w, uint32_t least)
{
  for (size_t i = 0; i < w->n_segments; i++)
    if (w->segments[i].strand == TB_STRAND_FREE && w->segments[i].units >= least)
      return &w->segments[i];
  return NULL;
}

/* As much as the strand would have, or at least what is needed now. */
static TbSegment *
find_room (TbRecordWriter *w, TbStrand strand, uint32_t least)
{
  for (;;)
    {
      uint32_t units = TB_MAX (least, w->writing[strand].units);
      uint64_t left = w->most_units - TB_MIN (w->end_units, w->most_units);
      TbSegment *s = find_free (w, least);
      if (s != NULL)
        return s;
      if (left >= least)
        return append_segment (w, (uint32_t) TB_MIN (units, left));
      TbSegment *oldest_one = to_be_released (w);
      if (oldest_one != NULL && release (w, oldest_one) == 0)
        continue;
      bool goes = strand == TB_STRAND_KEPT && w->end_units < 2 * w->most_units;
      return goes ? append_segment (w, least) : NULL;
    }
}

static int
open_segment (TbRecordWriter *w, TbStrand strand, size_t need)
{
  TbWriting *k = &w->writing[strand];
  uint32_t least = (uint32_t) ((need + sizeof (TbSegmentHeader) + TB_UNIT - 1) / TB_UNIT);
  TbSegment *s = find_room (w, strand, least);
  if (s == NULL)
    return w->error != 0 ? w->error : strand == TB_STRAND_KEPT ? -EFBIG : -ENOSPC;
  k->units = TB_MIN (2 * k->units, w->units_max);
  int error = write_segment_header (w, s, strand);
  k->segment = s->serial;
  k->at = s->offset + sizeof (TbSegmentHeader);
  return error;
}

static TbSegment *
open_one (TbRecordWriter *w, TbStrand strand)
{
  for (size_t i = w->n_segments; i-- > 0;)
    if (w->segments[i].serial == w->writing[strand].segment)
      return &w->segments[i];
  return NULL;
}

/* One that spans too much time is left: what is old could not go. */
static bool
has_room (TbRecordWriter *w, const TbBlock *b, size_t need)
{
  const TbSegment *s = open_one (w, b->strand);
  int64_t most_ns = w->limits.limit_ns / 8;
  if (s == NULL || s->offset + (uint64_t) s->units * TB_UNIT - w->writing[b->strand].at < need)
    return false;
  return most_ns == 0 || b->strand == TB_STRAND_KEPT || s->first_ns == 0
         || b->last_ns - s->first_ns < most_ns;
}

static void
count (TbSegment *s, const TbBlock *b)
{
  s->first_ns = s->first_ns == 0 ? b->first_ns : TB_MIN (s->first_ns, b->first_ns);
  s->last_ns = TB_MAX (s->last_ns, b->last_ns);
  s->events += b->events;
  s->payload_bytes += b->payload_bytes;
  s->position = b->position + b->events;
}

int
tb_space_write (TbRecordWriter *w, const TbBlock *b, const uint8_t *content, size_t stored)
{
  size_t need = sizeof (TbBlockHeader) + stored;
  int error = has_room (w, b, need) ? 0 : open_segment (w, b->strand, need);
  if (error != 0)
    return error;
  TbWriting *k = &w->writing[b->strand];
  TbBlockHeader h = { .mark = TB_BLOCK_MARK,
                      .stored = (uint32_t) stored,
                      .raw = b->raw,
                      .count = b->count,
                      .serial = k->segment,
                      .sequence = w->sequence++,
                      .position = b->position,
                      .first_ns = b->first_ns,
                      .last_ns = b->last_ns,
                      .content_crc = tb_crc32 (0, content, stored) };
  h.crc = TB_HEADER_CRC (&h);
  struct iovec v[] = { { &h, sizeof h }, { (void *) content, stored } };
  error = write_at (w, v, 2, k->at);
  count (open_one (w, b->strand), b);
  k->at += need;
  w->written += need;
  return error;
}

void
tb_space_age (TbRecordWriter *w, int64_t now_ns)
{
  static const TbStrand detail[] = { TB_STRAND_EVENTS, TB_STRAND_PAYLOAD };
  if (w->limits.limit_ns == 0)
    return;
  for (unsigned i = 0; i < TB_ARRAY_LENGTH (detail); i++)
    for (TbSegment *s = oldest (w, detail[i]);
         s != NULL && s->last_ns < now_ns - w->limits.limit_ns && w->error == 0;
         s = oldest (w, detail[i]))
      {
        uint64_t from = s->offset + sizeof (TbSegmentHeader);
        if (release (w, s) == 0)
          /* A file system that cannot is no worse off. */
          (void) !fallocate (w->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, (off_t) from,
                             (off_t) (s->units * TB_UNIT - sizeof (TbSegmentHeader)));
      }
}

/* ---- The index ------------------------------------------------------------------------------- */

static TbIndexEntry *
all_entries (TbWalk *walk, size_t *n)
{
  *n = 0;
  for (unsigned i = 0; i < TB_STRANDS; i++)
    *n += walk->blocks[i].n;
  TbIndexEntry *all = malloc (*n * sizeof *all + 1);
  TB_CHECK (all != NULL);
  size_t at = 0;
  for (unsigned i = 0; i < TB_STRANDS; i++)
    for (size_t k = 0; k < walk->blocks[i].n; k++)
      all[at++] = walk->blocks[i].entries[k];
  return all;
}

/* It is made of the file as it is, so that nothing need be remembered while it grows. */
int
tb_space_write_index (TbRecordWriter *w)
{
  TbWalk walk;
  size_t n;
  tb_walk_init (&walk, w->fd);
  tb_walk_on (&walk);
  TbIndexEntry *entries = all_entries (&walk, &n);
  tb_walk_clear (&walk);
  size_t size = n * sizeof *entries;
  if (size <= (size_t) w->limits.limit_bytes / INDEX_SHARE)
    {
      uint32_t units = (uint32_t) ((size + sizeof (TbSegmentHeader)) / TB_UNIT + 1);
      TbSegment *s = append_segment (w, units);
      uint64_t at = s->offset + sizeof (TbSegmentHeader);
      TbRecordTrailer t = { .index_offset = at,
                            .n_entries = n,
                            .entries_crc = tb_crc32 (0, entries, size),
                            .mark = TB_TRAILER_MARK };
      t.crc = tb_crc32 (0, &t, offsetof (TbRecordTrailer, crc));
      struct iovec v[] = { { entries, size }, { &t, sizeof t } };
      if (write_segment_header (w, s, TB_STRAND_INDEX) == 0)
        write_at (w, v, 2, at);
    }
  free (entries);
  return w->error;
}
