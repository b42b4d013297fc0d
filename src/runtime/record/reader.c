/* Reading a recording, whole or cut short. Nothing in the file is trusted: sizes are checked before
 * memory is taken, a block whose sum is wrong is passed over. */
#include "format-private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct TbRecordReader
{
  int fd;
  TbRecordHeader header;
  uint64_t next;       /* offset of the next block */
  uint8_t *block;
  size_t capacity, size, at;
  TbIndexEntry *index; /* NULL in a file that was cut short */
  uint32_t n_index;
};

static bool
read_at (TbRecordReader *r, void *bytes, size_t n, uint64_t offset)
{
  uint8_t *p = bytes;
  while (n > 0)
    {
      ssize_t got = pread (r->fd, p, n, (off_t) offset);
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

static void
read_index (TbRecordReader *r)
{
  struct stat st;
  TbRecordTrailer t;
  TbBlockHeader h;
  if (fstat (r->fd, &st) != 0 || st.st_size < (off_t) (sizeof r->header + sizeof t)
      || !read_at (r, &t, sizeof t, (uint64_t) st.st_size - sizeof t) || t.mark != TB_TRAILER_MARK
      || t.index_offset > (uint64_t) st.st_size || !read_at (r, &h, sizeof h, t.index_offset)
      || h.mark != TB_INDEX_MARK || h.size != (uint64_t) t.n_entries * sizeof *r->index
      || h.size > (uint64_t) st.st_size)
    return;
  TbIndexEntry *index = malloc (h.size ? h.size : 1);
  TB_CHECK (index != NULL);
  if (read_at (r, index, h.size, t.index_offset + sizeof h) && tb_crc32 (0, index, h.size) == h.crc)
    {
      r->index = index;
      r->n_index = t.n_entries;
    }
  else
    free (index);
}

int
tb_record_reader_open (const char *path, TbRecordReader **reader, bool *cut_short)
{
  int fd = open (path, O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return -errno;
  TbRecordReader *r = calloc (1, sizeof *r);
  TB_CHECK (r != NULL);
  r->fd = fd;
  r->next = sizeof r->header;
  if (!read_at (r, &r->header, sizeof r->header, 0)
      || memcmp (r->header.magic, TB_RECORD_MAGIC, sizeof TB_RECORD_MAGIC) != 0
      || r->header.version != TB_RECORD_VERSION)
    {
      tb_record_reader_close (r);
      return -EPROTO;
    }
  read_index (r);
  if (cut_short != NULL)
    *cut_short = r->index == NULL;
  *reader = r;
  return 0;
}

int64_t
tb_record_reader_start_ns (const TbRecordReader *reader)
{
  return reader->header.start_ns;
}

static void
need (TbRecordReader *r, size_t n)
{
  if (n <= r->capacity)
    return;
  r->block = realloc (r->block, n);
  TB_CHECK (r->block != NULL);
  r->capacity = n;
}

/* 1: a block is in memory; 0: the end; -EBADMSG: damaged, r->next stands behind it. */
static int
load_block (TbRecordReader *r)
{
  TbBlockHeader h;
  r->size = r->at = 0;
  if (!read_at (r, &h, sizeof h, r->next) || h.mark != TB_BLOCK_MARK
      || h.size > TB_RECORD_MAX + TB_BLOCK_MAX)
    return 0;
  need (r, h.size);
  if (!read_at (r, r->block, h.size, r->next + sizeof h))
    return 0;
  r->next += sizeof h + h.size;
  if (tb_crc32 (0, r->block, h.size) != h.crc)
    return -EBADMSG;
  r->size = h.size;
  return 1;
}

int
tb_record_reader_next (TbRecordReader *r, TbRecord *record)
{
  TbRecordHead head;
  while (r->at == r->size)
    {
      int loaded = load_block (r);
      if (loaded <= 0)
        return loaded;
    }
  if (r->size - r->at < sizeof head)
    {
      r->at = r->size;
      return -EBADMSG;
    }
  memcpy (&head, r->block + r->at, sizeof head);
  r->at += sizeof head;
  if (r->size - r->at < head.size)
    {
      r->at = r->size;
      return -EBADMSG;
    }
  *record = (TbRecord){ (TbRecordType) head.type, head.time_ns, r->block + r->at, head.size };
  r->at += head.size;
  return 1;
}

/* Without an index the blocks' headers are walked: the same answer, a little later. */
int
tb_record_reader_seek (TbRecordReader *r, int64_t time_ns)
{
  TbBlockHeader h;
  uint64_t offset = sizeof r->header;
  for (uint32_t i = 0; r->index != NULL && i < r->n_index && r->index[i].last_ns < time_ns; i++)
    offset = r->index[i].offset;
  while (read_at (r, &h, sizeof h, offset) && h.mark == TB_BLOCK_MARK && h.last_ns < time_ns)
    offset += sizeof h + h.size;
  r->next = offset;
  r->size = r->at = 0;
  return 0;
}

void
tb_record_reader_close (TbRecordReader *r)
{
  if (r == NULL)
    return;
  close (r->fd);
  free (r->block);
  free (r->index);
  free (r);
}
