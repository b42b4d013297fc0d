/* Writing a recording: records, events and payload gather in memory, and go to the file together, a
 * block each, so that whoever finds an event finds the facts before it and its payload too. */
#include "writer-private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define KEPT_MOST (64u << 10)
#define PAYLOAD_MOST (256u << 10)
/* Of a gap's body: four u64, u64 position, u8 aged. */
#define GAP_BYTES 41

/* ---- Opening --------------------------------------------------------------------------------- */

static void
copy_limits (TbRecordWriter *w, const TbRecordLimits *limits)
{
  if (limits != NULL)
    w->limits = *limits;
  if (w->limits.limit_bytes == 0)
    w->limits.limit_bytes = TB_RECORD_LIMIT_DEFAULT;
  w->limits.limit_bytes = TB_MAX (w->limits.limit_bytes, TB_RECORD_LIMIT_LEAST);
  w->limits.payload_max = TB_MIN (w->limits.payload_max, TB_PAYLOAD_MAX);
  w->limits.masks = NULL;
}

static void
make_room (TbRecordWriter *w)
{
  tb_space_init (w);
  size_t segment = (size_t) w->units_max * TB_UNIT - sizeof (TbSegmentHeader) - sizeof (TbBlockHeader);
  w->kept.most = TB_MIN (KEPT_MOST, segment / 2);
  w->payload.most = TB_MIN (PAYLOAD_MOST, segment / 2);
  w->events_most = (segment - TB_COLUMNS_BYTES (0)) / (TB_COLUMNS_BYTES (1) - TB_COLUMNS_BYTES (0));
  w->events_most = TB_MIN (w->events_most, TB_EVENTS_MAX);
  w->events = malloc (w->events_most * sizeof *w->events);
  TB_CHECK (w->events != NULL);
  w->columns = tb_columns_new ();
  w->squeeze = tb_squeeze_new ();
}

static int
write_header (TbRecordWriter *w, uint64_t seed, int64_t start_ns)
{
  struct timespec real;
  int64_t now = tb_now_ns ();
  if (start_ns <= 0 || start_ns > now)
    start_ns = now;
  clock_gettime (CLOCK_REALTIME, &real);
  TbRecordHeader h = { .magic = TB_RECORD_MAGIC,
                       .version = TB_RECORD_VERSION,
                       .start_ns = start_ns,
                       .start_realtime_ns = real.tv_sec * TB_NS_PER_S + real.tv_nsec - (now - start_ns),
                       .seed = seed,
                       .unit = TB_UNIT };
  h.crc = TB_HEADER_CRC (&h);
  ssize_t n = pwrite (w->fd, &h, sizeof h, 0);
  return n == sizeof h ? 0 : n < 0 ? -errno : -ENOSPC;
}

static void
clear (TbRecordWriter *w)
{
  if (w->fd >= 0)
    close (w->fd);
  tb_masks_free (w->masks);
  tb_columns_free (w->columns);
  tb_squeeze_free (w->squeeze);
  free (w->segments);
  free (w->events);
  free (w->kept.bytes);
  free (w->payload.bytes);
  free (w->raw);
  free (w->packed);
  free (w);
}

int
tb_record_writer_open (const char *path, uint64_t seed, int64_t start_ns, const TbRecordLimits *limits,
                       TbRecordWriter **writer)
{
  TbRecordWriter *w = calloc (1, sizeof *w);
  TB_CHECK (w != NULL);
  w->fd = -1;
  int error = tb_masks_new (limits != NULL ? limits->masks : NULL, &w->masks);
  if (error == 0)
    {
      w->fd = open (path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
      error = w->fd < 0 ? -errno : write_header (w, seed, start_ns);
    }
  if (error != 0)
    {
      clear (w);
      return error;
    }
  copy_limits (w, limits);
  make_room (w);
  *writer = w;
  return 0;
}

/* ---- What is gathered ------------------------------------------------------------------------ */

static void
gather (TbGathered *g, const void *bytes, size_t n)
{
  if (g->size + n > g->capacity)
    {
      g->capacity = TB_MAX (g->size + n, TB_MAX (g->most, 2 * g->capacity));
      g->bytes = realloc (g->bytes, g->capacity);
      TB_CHECK (g->bytes != NULL);
    }
  if (n > 0)
    memcpy (g->bytes + g->size, bytes, n);
  g->size += n;
}

static void
count_in (TbGathered *g, int64_t time_ns)
{
  g->first_ns = g->count == 0 ? time_ns : TB_MIN (g->first_ns, time_ns);
  g->last_ns = g->count == 0 ? time_ns : TB_MAX (g->last_ns, time_ns);
  g->count++;
}

static void
start_anew (TbGathered *g)
{
  *g = (TbGathered) { .bytes = g->bytes, .capacity = g->capacity, .most = g->most };
}

static void
add_record (TbRecordWriter *w, TbRecordType type, int64_t time_ns, const void *body, size_t size)
{
  TbRecordHead head = { .type = (uint16_t) type, .size = (uint32_t) size, .time_ns = time_ns };
  gather (&w->kept, &head, sizeof head);
  gather (&w->kept, body, size);
  count_in (&w->kept, time_ns);
}

/* ---- Gaps ------------------------------------------------------------------------------------ */

static void
say_gap (TbRecordWriter *w, TbRecordGap *gap)
{
  uint8_t body[GAP_BYTES];
  if (gap->events == 0 && gap->payload_bytes == 0)
    return;
  memcpy (body, &gap->events, 8);
  memcpy (body + 8, &gap->payload_bytes, 8);
  memcpy (body + 16, &gap->from_ns, 8);
  memcpy (body + 24, &gap->to_ns, 8);
  memcpy (body + 32, &gap->position, 8);
  body[40] = gap->aged;
  add_record (w, TB_RECORD_GAP, TB_MAX (gap->to_ns, w->last_event_ns), body, sizeof body);
  *gap = (TbRecordGap) { 0 };
}

static void
say_gaps (TbRecordWriter *w)
{
  for (unsigned i = 0; i < TB_STRANDS; i++)
    {
      w->aged[i].aged = true;
      say_gap (w, &w->aged[i]);
    }
  say_gap (w, &w->lost);
}

bool
tb_record_gap_read (const TbRecord *record, TbRecordGap *gap)
{
  const uint8_t *body = record->body;
  if (record->type != TB_RECORD_GAP || record->size < GAP_BYTES)
    return false;
  *gap = (TbRecordGap) { .aged = body[40] != 0 };
  memcpy (&gap->events, body, 8);
  memcpy (&gap->payload_bytes, body + 8, 8);
  memcpy (&gap->from_ns, body + 16, 8);
  memcpy (&gap->to_ns, body + 24, 8);
  memcpy (&gap->position, body + 32, 8);
  return true;
}

static void
lose (TbRecordWriter *w, uint64_t events, uint64_t payload_bytes, int64_t from_ns, int64_t to_ns,
      uint64_t position)
{
  TbRecordGap *gap = &w->lost;
  bool more = gap->events > 0 || gap->payload_bytes > 0;
  gap->from_ns = more ? TB_MIN (gap->from_ns, from_ns) : from_ns;
  gap->to_ns = more ? TB_MAX (gap->to_ns, to_ns) : to_ns;
  gap->events += events;
  gap->payload_bytes += payload_bytes;
  gap->position = position;
}

int
tb_record_writer_gap (TbRecordWriter *w, uint64_t events, uint64_t payload_bytes, int64_t time_ns)
{
  lose (w, events, payload_bytes, w->last_event_ns != 0 ? w->last_event_ns : time_ns, time_ns,
        w->position);
  return w->error;
}

/* ---- Blocks ---------------------------------------------------------------------------------- */

static uint8_t *
have (uint8_t **bytes, size_t *capacity, size_t n)
{
  if (n > *capacity)
    {
      *bytes = realloc (*bytes, n);
      TB_CHECK (*bytes != NULL);
      *capacity = n;
    }
  return *bytes;
}

/* What finds no room is a gap; only what is kept must not. */
static int
write_block (TbRecordWriter *w, const TbBlock *b, const uint8_t *raw)
{
  uint8_t *packed = have (&w->packed, &w->packed_capacity, tb_squeeze_bound (b->raw));
  size_t stored = tb_squeeze (w->squeeze, raw, b->raw, packed);
  int error = tb_space_write (w, b, packed, stored);
  if (error == -ENOSPC && w->error == 0)
    {
      lose (w, b->events, b->payload_bytes, b->first_ns, b->last_ns, b->position + b->events);
      error = 0;
    }
  return w->error = error;
}

static int
write_kept (TbRecordWriter *w)
{
  TbGathered *k = &w->kept;
  TbBlock b = { .strand = TB_STRAND_KEPT,
                .raw = (uint32_t) k->size,
                .count = k->count,
                .first_ns = k->first_ns,
                .last_ns = k->last_ns };
  int error = k->count > 0 ? write_block (w, &b, k->bytes) : 0;
  start_anew (k);
  return error;
}

static int
write_payload (TbRecordWriter *w)
{
  TbGathered *p = &w->payload;
  TbBlock b = { .strand = TB_STRAND_PAYLOAD,
                .raw = (uint32_t) p->size,
                .count = p->count,
                .position = p->position,
                .payload_bytes = p->message_bytes,
                .first_ns = p->first_ns,
                .last_ns = p->last_ns };
  int error = p->count > 0 ? write_block (w, &b, p->bytes) : 0;
  start_anew (p);
  return error;
}

static int
write_events (TbRecordWriter *w)
{
  uint8_t *raw = have (&w->raw, &w->raw_capacity, TB_COLUMNS_BYTES (w->n_events));
  TbBlock b = { .strand = TB_STRAND_EVENTS,
                .count = (uint32_t) w->n_events,
                .position = w->position - w->n_events,
                .events = w->n_events };
  if (w->n_events == 0)
    return 0;
  b.first_ns = b.last_ns = w->events[0].time_ns;
  for (size_t i = 1; i < w->n_events; i++)
    {
      b.first_ns = TB_MIN (b.first_ns, w->events[i].time_ns);
      b.last_ns = TB_MAX (b.last_ns, w->events[i].time_ns);
    }
  b.raw = (uint32_t) tb_columns_pack (w->columns, w->events, w->n_events, raw);
  w->n_events = 0;
  return write_block (w, &b, raw);
}

static int
write_all (TbRecordWriter *w)
{
  if (w->error == 0 && w->n_events > 0)
    tb_space_age (w, w->events[w->n_events - 1].time_ns);
  say_gaps (w);
  if (w->error != 0 || write_kept (w) != 0 || write_payload (w) != 0)
    return w->error;
  return write_events (w);
}

/* ---- What comes ------------------------------------------------------------------------------ */

/* What an instance printed may hold secrets as well. A piece is masked for itself: one that begins in it
 * and ends in the next is not seen. */
static void
add_masked_log (TbRecordWriter *w, int64_t time_ns, const void *body, size_t size)
{
  char copy[TB_LOG_HEAD + TB_PAYLOAD_MAX];
  size = TB_MIN (size, sizeof copy);
  memcpy (copy, body, size);
  if (size > TB_LOG_HEAD)
    tb_masks_apply (w->masks, copy + TB_LOG_HEAD, size - TB_LOG_HEAD);
  add_record (w, TB_RECORD_LOG, time_ns, copy, size);
}

int
tb_record_writer_add (TbRecordWriter *w, TbRecordType type, int64_t time_ns, const void *body,
                      size_t size)
{
  TB_CHECK (type != TB_RECORD_EVENT && type != TB_RECORD_PAYLOAD);
  if (w->error != 0)
    return w->error;
  if (size > TB_RECORD_MAX)
    return -EMSGSIZE;
  if (w->kept.count > 0 && w->kept.size + sizeof (TbRecordHead) + size > w->kept.most
      && write_kept (w) != 0)
    return w->error;
  if (type == TB_RECORD_LOG && w->masks != NULL)
    add_masked_log (w, time_ns, body, size);
  else
    add_record (w, type, time_ns, body, size);
  return 0;
}

/* varint events since the one before, varint bytes, bytes. */
static void
add_payload (TbRecordWriter *w, const TbEvent *event, const void *payload, size_t n)
{
  TbGathered *p = &w->payload;
  uint8_t head[20];
  if (p->count == 0)
    p->position = p->last = w->position;
  uint8_t *end = tb_var_put (tb_var_put (head, w->position - p->last), n);
  gather (p, head, (size_t) (end - head));
  gather (p, payload, n);
  p->last = w->position;
  p->message_bytes += n;
  count_in (p, event->time_ns);
}

static void
add_masked (TbRecordWriter *w, TbEvent *event, const void *payload, size_t n)
{
  char copy[TB_PAYLOAD_MAX];
  n = TB_MIN (n, sizeof copy);
  memcpy (copy, payload, n);
  tb_masks_apply (w->masks, event->label, strnlen (event->label, sizeof event->label));
  tb_masks_apply (w->masks, copy, n);
  n = TB_MIN (n, (size_t) w->limits.payload_max);
  if (n > 0)
    add_payload (w, event, copy, n);
}

int
tb_record_writer_event (TbRecordWriter *w, const TbEvent *event, const void *payload, size_t n)
{
  size_t kept = TB_MIN (n, (size_t) w->limits.payload_max);
  if (w->error == 0
      && (w->n_events == w->events_most || (w->payload.count > 0 && w->payload.size + kept + 20 > w->payload.most)))
    write_all (w);
  if (w->error != 0)
    return w->error;
  TbEvent *copy = &w->events[w->n_events++];
  *copy = *event;
  if (w->masks != NULL)
    add_masked (w, copy, payload, n);
  else if (kept > 0)
    add_payload (w, event, payload, kept);
  w->position++;
  w->last_event_ns = event->time_ns;
  return 0;
}

int
tb_record_writer_flush (TbRecordWriter *w, uint64_t *written)
{
  write_all (w);
  if (written != NULL)
    *written = w->written;
  return w->error;
}

/* What writing the rest has pushed out is said too, which can push out more: not for ever. */
int
tb_record_writer_close (TbRecordWriter *w)
{
  if (w == NULL)
    return 0;
  for (int i = 0; i < 3 && w->error == 0; i++)
    write_all (w);
  if (w->error == 0)
    tb_space_write_index (w);
  int fd = w->fd, error = w->error;
  w->fd = -1;
  if (close (fd) != 0 && error == 0)
    error = -errno;
  clear (w);
  return error;
}
