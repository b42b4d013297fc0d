/* Writing a recording: records gather in one block of memory, whole blocks go to the file, so that
 * a file cut short at any byte is readable up to its last whole block. */
#include "format-private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define DEFAULT_LIMIT (INT64_C (1) << 30)

struct TbRecordWriter
{
  int fd;
  int error;          /* the first -errno; from then on nothing is written */
  int64_t limit;
  uint64_t offset;    /* bytes in the file */
  uint8_t *block;
  size_t capacity, size;
  TbBlockHeader header;
  TbIndexEntry *index;
  size_t n_index, index_capacity;
  uint64_t lost_events, lost_payload; /* not yet said with a GAP */
};

static int
write_all (TbRecordWriter *w, const void *bytes, size_t n)
{
  const uint8_t *p = bytes;
  while (n > 0 && w->error == 0)
    {
      ssize_t written = write (w->fd, p, n);
      if (written < 0 && errno == EINTR)
        continue;
      if (written < 0)
        w->error = -errno;
      else
        {
          p += written;
          n -= (size_t) written;
          w->offset += (uint64_t) written;
        }
    }
  return w->error;
}

static int
write_header (TbRecordWriter *w, uint64_t seed)
{
  struct timespec real;
  clock_gettime (CLOCK_REALTIME, &real);
  TbRecordHeader h = { .magic = TB_RECORD_MAGIC, .version = TB_RECORD_VERSION, .start_ns = tb_now_ns (),
                       .start_realtime_ns = real.tv_sec * TB_NS_PER_S + real.tv_nsec, .seed = seed };
  return write_all (w, &h, sizeof h);
}

int
tb_record_writer_open (const char *path, uint64_t seed, int64_t limit_bytes, TbRecordWriter **writer)
{
  int fd = open (path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0)
    return -errno;
  TbRecordWriter *w = calloc (1, sizeof *w);
  TB_CHECK (w != NULL);
  w->fd = fd;
  w->limit = limit_bytes > 0 ? limit_bytes : DEFAULT_LIMIT;
  w->capacity = TB_BLOCK_MAX;
  w->block = malloc (w->capacity);
  TB_CHECK (w->block != NULL);
  *writer = w;
  return write_header (w, seed);
}

static void
remember_block (TbRecordWriter *w)
{
  if (w->n_index == w->index_capacity)
    {
      w->index_capacity = w->index_capacity ? 2 * w->index_capacity : 64;
      w->index = realloc (w->index, w->index_capacity * sizeof *w->index);
      TB_CHECK (w->index != NULL);
    }
  w->index[w->n_index++]
      = (TbIndexEntry){ w->offset, w->header.first_ns, w->header.last_ns };
}

static int
write_block (TbRecordWriter *w)
{
  if (w->size == 0)
    return w->error;
  remember_block (w);
  w->header.mark = TB_BLOCK_MARK;
  w->header.size = (uint32_t) w->size;
  w->header.crc = tb_crc32 (0, w->block, w->size);
  write_all (w, &w->header, sizeof w->header);
  write_all (w, w->block, w->size);
  w->size = 0;
  w->header = (TbBlockHeader){ 0 };
  return w->error;
}

static int
make_room (TbRecordWriter *w, size_t need)
{
  if (w->size + need > TB_BLOCK_MAX && write_block (w) != 0)
    return w->error;
  if (need > w->capacity)
    {
      w->capacity = need;
      w->block = realloc (w->block, w->capacity);
      TB_CHECK (w->block != NULL);
    }
  return w->error;
}

static int
append (TbRecordWriter *w, TbRecordType type, int64_t time_ns, const void *body, size_t size)
{
  TbRecordHead head = { .type = (uint16_t) type, .size = (uint32_t) size, .time_ns = time_ns };
  if (make_room (w, sizeof head + size) != 0)
    return w->error;
  memcpy (w->block + w->size, &head, sizeof head);
  if (size > 0)
    memcpy (w->block + w->size + sizeof head, body, size);
  w->size += sizeof head + size;
  if (w->header.count++ == 0)
    w->header.first_ns = time_ns;
  w->header.last_ns = time_ns;
  return 0;
}

/* Payload goes first when the limit is near, then events; facts and plans always fit in what is
 * kept free for them. */
static bool
has_room_for (TbRecordWriter *w, TbRecordType type, size_t size)
{
  int64_t used = (int64_t) (w->offset + w->size + size);
  if (type == TB_RECORD_PAYLOAD)
    return used < w->limit / 4 * 3;
  if (type == TB_RECORD_EVENT)
    return used < w->limit / 16 * 15;
  return true;
}

static int
say_gap (TbRecordWriter *w, int64_t time_ns)
{
  uint64_t lost[2] = { w->lost_events, w->lost_payload };
  w->lost_events = w->lost_payload = 0;
  return append (w, TB_RECORD_GAP, time_ns, lost, sizeof lost);
}

int
tb_record_writer_add (TbRecordWriter *w, TbRecordType type, int64_t time_ns, const void *body,
                      size_t size)
{
  if (w->error != 0)
    return w->error;
  if (size > TB_RECORD_MAX)
    return -EMSGSIZE;
  if (!has_room_for (w, type, size))
    {
      w->lost_events += type == TB_RECORD_EVENT;
      w->lost_payload += type == TB_RECORD_PAYLOAD ? size : 0;
      return 0;
    }
  if ((w->lost_events > 0 || w->lost_payload > 0) && type == TB_RECORD_FACT)
    say_gap (w, time_ns);
  return append (w, type, time_ns, body, size);
}

int
tb_record_writer_flush (TbRecordWriter *w, uint64_t *size)
{
  write_block (w);
  if (size != NULL)
    *size = w->offset;
  return w->error;
}

static void
write_index (TbRecordWriter *w)
{
  TbRecordTrailer trailer = { .index_offset = w->offset, .n_entries = (uint32_t) w->n_index,
                              .mark = TB_TRAILER_MARK };
  size_t size = w->n_index * sizeof *w->index;
  TbBlockHeader h = { .mark = TB_INDEX_MARK, .size = (uint32_t) size,
                      .crc = tb_crc32 (0, w->index, size), .count = (uint32_t) w->n_index };
  write_all (w, &h, sizeof h);
  write_all (w, w->index, size);
  write_all (w, &trailer, sizeof trailer);
}

int
tb_record_writer_close (TbRecordWriter *w)
{
  if (w == NULL)
    return 0;
  if (w->error == 0 && (w->lost_events > 0 || w->lost_payload > 0))
    say_gap (w, tb_now_ns ());
  write_block (w);
  write_index (w);
  if (close (w->fd) != 0 && w->error == 0)
    w->error = -errno;
  int error = w->error;
  free (w->block);
  free (w->index);
  free (w);
  return error;
}
