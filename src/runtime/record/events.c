/* Events and payload by position: blocks are found by halving, and what was unpacked last is kept. */
#include "reader-private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const TbBlocks *
events_of (const TbRecordReader *r)
{
  return &r->walk.blocks[TB_STRAND_EVENTS];
}

/* ---- Positions ------------------------------------------------------------------------------- */

/* As many as were there the last time, if those are still the first. */
static size_t
n_known (const TbRecordReader *r, const TbBlocks *blocks)
{
  bool same = r->n_until > 0 && blocks->n >= r->n_until
              && blocks->entries[0].header.sequence == r->until_first
              && blocks->entries[r->n_until - 1].header.sequence == r->until_last;
  return same ? r->n_until : 0;
}

/* Times of events need not rise: what is looked for by time is the first block up to whose end the
 * latest time is late enough. Blocks that say more than they can hold are left out. */
void
tb_reader_index_events (TbRecordReader *r)
{
  TbBlocks *blocks = &r->walk.blocks[TB_STRAND_EVENTS];
  size_t known = n_known (r, blocks), n = known;
  for (size_t i = known; i < blocks->n; i++)
    {
      const TbBlockHeader *h = &blocks->entries[i].header;
      uint64_t behind = n > 0 ? blocks->entries[n - 1].header.position
                                  + blocks->entries[n - 1].header.count
                              : 0;
      if (h->count > 0 && h->count <= TB_EVENTS_MAX && h->position >= behind
          && h->position < UINT64_MAX / 2 && h->raw <= TB_COLUMNS_BYTES (TB_EVENTS_MAX))
        blocks->entries[n++] = blocks->entries[i];
    }
  blocks->n = n;
  if (n > r->until_capacity)
    {
      r->until_capacity = 2 * n;
      r->until = realloc (r->until, r->until_capacity * sizeof *r->until);
      TB_CHECK (r->until != NULL);
    }
  for (size_t i = known; i < n; i++)
    {
      int64_t last = blocks->entries[i].header.last_ns;
      r->until[i] = i > 0 ? TB_MAX (r->until[i - 1], last) : last;
    }
  r->n_until = n;
  r->until_first = n > 0 ? blocks->entries[0].header.sequence : 0;
  r->until_last = n > 0 ? blocks->entries[n - 1].header.sequence : 0;
}

uint64_t
tb_record_reader_first_event (const TbRecordReader *r)
{
  const TbBlocks *blocks = events_of (r);
  return blocks->n > 0 ? blocks->entries[0].header.position : 0;
}

uint64_t
tb_record_reader_n_events (const TbRecordReader *r)
{
  const TbBlocks *blocks = events_of (r);
  if (blocks->n == 0)
    return 0;
  const TbBlockHeader *last = &blocks->entries[blocks->n - 1].header;
  return last->position + last->count;
}

/* The last block of a strand that begins at or before that position; n where none does. */
static size_t
block_at (const TbBlocks *blocks, uint64_t position)
{
  size_t low = 0, high = blocks->n;
  while (low < high)
    {
      size_t middle = (low + high) / 2;
      if (blocks->entries[middle].header.position <= position)
        low = middle + 1;
      else
        high = middle;
    }
  return low > 0 ? low - 1 : blocks->n;
}

/* ---- Events ---------------------------------------------------------------------------------- */

static TbEventCache *
oldest_events (TbRecordReader *r)
{
  TbEventCache *oldest = &r->event_cache[0];
  for (unsigned i = 1; i < EVENT_BLOCKS; i++)
    if (r->event_cache[i].used < oldest->used)
      oldest = &r->event_cache[i];
  return oldest;
}

static bool
is_block (const TbBlockHeader *have, const TbIndexEntry *wanted)
{
  return memcmp (have, &wanted->header, sizeof *have) == 0;
}

/* The events of a block, NULL where they cannot be read. */
static TbEventCache *
load_events (TbRecordReader *r, size_t block, int *error)
{
  const TbIndexEntry *entry = &events_of (r)->entries[block];
  for (unsigned i = 0; i < EVENT_BLOCKS; i++)
    if (r->event_cache[i].full && is_block (&r->event_cache[i].block, entry))
      {
        r->event_cache[i].used = ++r->uses;
        return &r->event_cache[i];
      }
  TbEventCache *c = oldest_events (r);
  uint8_t *raw = NULL;
  size_t capacity = 0;
  c->full = false;
  *error = tb_reader_load (r, entry, &raw, &capacity);
  if (*error > 0)
    {
      if (c->events == NULL)
        c->events = malloc (TB_EVENTS_MAX * sizeof *c->events);
      TB_CHECK (c->events != NULL);
      if (r->columns == NULL)
        r->columns = tb_columns_new ();
      c->n = entry->header.count;
      *error = tb_columns_unpack (r->columns, raw, entry->header.raw, c->events, c->n) ? 1 : -EBADMSG;
    }
  free (raw);
  if (*error <= 0)
    return NULL;
  c->block = entry->header;
  c->full = true;
  c->used = ++r->uses;
  return c;
}

void
tb_reader_forget_events (TbRecordReader *r)
{
  for (unsigned i = 0; i < EVENT_BLOCKS; i++)
    free (r->event_cache[i].events);
  for (unsigned i = 0; i < PAYLOAD_BLOCKS; i++)
    {
      free (r->payload_cache[i].bytes);
      free (r->payload_cache[i].places);
    }
}

size_t
tb_record_reader_events (TbRecordReader *r, uint64_t position, TbEvent *out, size_t max)
{
  const TbBlocks *blocks = events_of (r);
  size_t done = 0;
  int error;
  for (size_t b = block_at (blocks, position); b < blocks->n && done < max; b++)
    {
      const TbBlockHeader *h = &blocks->entries[b].header;
      uint64_t at = position + done;
      if (at < h->position || at >= h->position + h->count)
        break;
      const TbEventCache *c = load_events (r, b, &error);
      if (c == NULL)
        break;
      size_t from = (size_t) (at - h->position), n = TB_MIN (c->n - from, max - done);
      memcpy (out + done, c->events + from, n * sizeof *out);
      done += n;
    }
  return done;
}

int
tb_record_reader_event (TbRecordReader *r, uint64_t position, TbEvent *event)
{
  return tb_record_reader_events (r, position, event, 1) == 1;
}

uint64_t
tb_record_reader_skip (TbRecordReader *r, uint64_t position)
{
  const TbBlocks *blocks = events_of (r);
  int error;
  size_t b = block_at (blocks, position);
  for (b = b == blocks->n ? 0 : b; b < blocks->n; b++)
    {
      const TbBlockHeader *h = &blocks->entries[b].header;
      if (position < h->position + h->count && load_events (r, b, &error) != NULL)
        return TB_MAX (position, h->position);
    }
  return tb_record_reader_n_events (r);
}

uint64_t
tb_record_reader_find (TbRecordReader *r, int64_t time_ns)
{
  const TbBlocks *blocks = events_of (r);
  int error;
  size_t low = 0, high = blocks->n;
  while (low < high)
    {
      size_t middle = (low + high) / 2;
      if (r->until[middle] < time_ns)
        low = middle + 1;
      else
        high = middle;
    }
  for (; low < blocks->n; low++)
    {
      const TbEventCache *c = load_events (r, low, &error);
      for (size_t i = 0; c != NULL && i < c->n; i++)
        if (c->events[i].time_ns >= time_ns)
          return blocks->entries[low].header.position + i;
    }
  return tb_record_reader_n_events (r);
}

/* ---- Payload --------------------------------------------------------------------------------- */

static bool
find_places (TbPayloadCache *c, const TbBlockHeader *h)
{
  TbVarReader in = { c->bytes, c->bytes + h->raw, false };
  uint64_t event = 0;
  c->n = 0;
  c->places = realloc (c->places, h->count * sizeof *c->places + 1);
  TB_CHECK (c->places != NULL);
  while (c->n < h->count)
    {
      event += tb_var_get (&in);
      uint64_t n = tb_var_get (&in);
      if (in.bad || n > (uint64_t) (in.end - in.at) || event > UINT32_MAX)
        return false;
      c->places[c->n++] = (TbPayloadPlace) { (uint32_t) event, (uint32_t) (in.at - c->bytes), (uint32_t) n };
      in.at += n;
    }
  return true;
}

static TbPayloadCache *
load_payload (TbRecordReader *r, const TbIndexEntry *entry)
{
  TbPayloadCache *c = &r->payload_cache[0];
  for (unsigned i = 0; i < PAYLOAD_BLOCKS; i++)
    {
      TbPayloadCache *one = &r->payload_cache[i];
      if (one->full && is_block (&one->block, entry))
        {
          one->used = ++r->uses;
          return one;
        }
      if (one->used < c->used)
        c = one;
    }
  size_t capacity = 0;
  free (c->bytes);
  c->bytes = NULL;
  c->full = false;
  /* Each payload takes two bytes of the block at least. */
  if (entry->header.count > entry->header.raw / 2
      || tb_reader_load (r, entry, &c->bytes, &capacity) <= 0 || !find_places (c, &entry->header))
    return NULL;
  c->block = entry->header;
  c->full = true;
  c->used = ++r->uses;
  return c;
}

int
tb_record_reader_payload (TbRecordReader *r, uint64_t position, const void **bytes, size_t *n)
{
  const TbBlocks *blocks = &r->walk.blocks[TB_STRAND_PAYLOAD];
  size_t b = block_at (blocks, position);
  const TbPayloadCache *c = b < blocks->n ? load_payload (r, &blocks->entries[b]) : NULL;
  if (c == NULL)
    return 0;
  uint64_t event = position - blocks->entries[b].header.position;
  size_t low = 0, high = c->n;
  while (low < high)
    {
      size_t middle = (low + high) / 2;
      if (c->places[middle].event < event)
        low = middle + 1;
      else
        high = middle;
    }
  if (low == c->n || c->places[low].event != event)
    return 0;
  *bytes = c->bytes + c->places[low].at;
  *n = c->places[low].n;
  return 1;
}
