/* Reading a recording, whole, growing or cut short. Nothing in the file is trusted: sizes are checked
 * before memory is taken, a block whose sum is wrong is passed over. */
#include "reader-private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- Opening --------------------------------------------------------------------------------- */

static int
read_header (TbRecordReader *r)
{
  TbRecordHeader *h = &r->header;
  struct stat st;
  if (fstat (r->walk.fd, &st) != 0 || !S_ISREG (st.st_mode))
    return -EPROTO;
  size_t n = (size_t) TB_MIN (st.st_size, (off_t) sizeof *h);
  if (n == 0 || !tb_record_read_at (r->walk.fd, h, n, 0)
      || memcmp (h->magic, TB_RECORD_MAGIC, TB_MIN (n, sizeof h->magic)) != 0)
    return -EPROTO;
  if (n >= 12 && h->version < TB_RECORD_VERSION)
    return -ENOTSUP;
  if (n >= 12 && h->version > TB_RECORD_VERSION)
    return -EPROTONOSUPPORT;
  if (n < sizeof *h)
    return -ENODATA;
  return h->crc == TB_HEADER_CRC (h) && h->unit == TB_UNIT ? 0 : -EPROTO;
}

const char *
tb_record_words (int error)
{
  switch (error)
    {
    case -EPROTO:
      return "it is not a recording";
    case -EPROTONOSUPPORT:
      return "it was recorded by a newer version of Tierboard";
    case -ENOTSUP:
      return "it was recorded by an older version of Tierboard, whose recordings are not read any more";
    case -ENODATA:
      return "the recording was cut off before it began";
    case -EBADMSG:
      return "a part of the recording is damaged";
    case -EFBIG:
      return "the recording is as large as it may be";
    default:
      return strerror (-error);
    }
}

static bool
take_index (TbRecordReader *r, TbIndexEntry *entries, size_t n)
{
  size_t counts[TB_STRANDS] = { 0 };
  for (size_t i = 0; i < n; i++)
    if (entries[i].strand >= TB_STRANDS || !tb_block_is_good (&entries[i].header))
      return false;
    else
      counts[entries[i].strand]++;
  for (unsigned s = 0; s < TB_STRANDS; s++)
    {
      TbBlocks *blocks = &r->walk.blocks[s];
      *blocks = (TbBlocks) { .entries = malloc (counts[s] * sizeof *entries + 1), .capacity = counts[s] };
      TB_CHECK (blocks->entries != NULL);
    }
  for (size_t i = 0; i < n; i++)
    {
      TbBlocks *blocks = &r->walk.blocks[entries[i].strand];
      blocks->entries[blocks->n++] = entries[i];
    }
  for (unsigned s = 0; s < TB_STRANDS; s++)
    tb_blocks_sort (&r->walk.blocks[s]);
  return true;
}

/* False where there is none, or it is damaged: then the headers are walked. */
static bool
read_index (TbRecordReader *r)
{
  struct stat st;
  TbRecordTrailer t;
  int fd = r->walk.fd;
  if (fstat (fd, &st) != 0 || st.st_size < (off_t) (sizeof r->header + sizeof t)
      || !tb_record_read_at (fd, &t, sizeof t, (uint64_t) st.st_size - sizeof t)
      || t.mark != TB_TRAILER_MARK || t.crc != tb_crc32 (0, &t, offsetof (TbRecordTrailer, crc))
      || t.n_entries > (uint64_t) st.st_size / sizeof (TbIndexEntry))
    return false;
  size_t size = t.n_entries * sizeof (TbIndexEntry);
  TbIndexEntry *entries = malloc (size + 1);
  TB_CHECK (entries != NULL);
  bool good = tb_record_read_at (fd, entries, size, t.index_offset)
              && tb_crc32 (0, entries, size) == t.entries_crc && take_index (r, entries, t.n_entries);
  free (entries);
  return good;
}

int
tb_record_reader_open (const char *path, TbRecordReader **reader, bool *cut_short)
{
  int fd = open (path, O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return -errno;
  TbRecordReader *r = calloc (1, sizeof *r);
  TB_CHECK (r != NULL);
  tb_walk_init (&r->walk, fd);
  int error = read_header (r);
  if (error != 0)
    {
      tb_record_reader_close (r);
      return error;
    }
  r->squeeze = tb_squeeze_new ();
  r->finished = read_index (r);
  if (!r->finished)
    tb_walk_on (&r->walk);
  tb_reader_index_events (r);
  if (cut_short != NULL)
    *cut_short = !r->finished;
  *reader = r;
  return 0;
}

void
tb_record_reader_close (TbRecordReader *r)
{
  if (r == NULL)
    return;
  close (r->walk.fd);
  tb_walk_clear (&r->walk);
  tb_reader_forget_events (r);
  tb_columns_free (r->columns);
  tb_squeeze_free (r->squeeze);
  free (r->until);
  free (r->block);
  free (r->stored);
  free (r);
}

/* A finished one may have been looked at a moment before its index was there. */
int
tb_record_reader_refresh (TbRecordReader *r, uint64_t size)
{
  if (r->finished || !tb_walk_on (&r->walk))
    return 0;
  tb_reader_index_events (r);
  return 1;
}

int64_t
tb_record_reader_start_ns (const TbRecordReader *r)
{
  return r->header.start_ns;
}

int64_t
tb_record_reader_start_realtime_ns (const TbRecordReader *r)
{
  return r->header.start_realtime_ns;
}

uint64_t
tb_record_reader_seed (const TbRecordReader *r)
{
  return r->header.seed;
}

int64_t
tb_record_reader_end_ns (const TbRecordReader *r)
{
  int64_t end = r->header.start_ns;
  for (unsigned s = 0; s < TB_STRANDS; s++)
    if (r->walk.blocks[s].n > 0)
      end = TB_MAX (end, r->walk.blocks[s].entries[r->walk.blocks[s].n - 1].header.last_ns);
  return end;
}

/* ---- Blocks ---------------------------------------------------------------------------------- */

static void
need (uint8_t **bytes, size_t *capacity, size_t n)
{
  if (n <= *capacity)
    return;
  *bytes = realloc (*bytes, n);
  TB_CHECK (*bytes != NULL);
  *capacity = n;
}

int
tb_reader_load (TbRecordReader *r, const TbIndexEntry *entry, uint8_t **bytes, size_t *capacity)
{
  const TbBlockHeader *h = &entry->header;
  TbBlockHeader now;
  need (&r->stored, &r->stored_capacity, h->stored + 1);
  need (bytes, capacity, (size_t) h->raw + 1);
  if (!tb_record_read_at (r->walk.fd, &now, sizeof now, entry->offset)
      || !tb_record_read_at (r->walk.fd, r->stored, h->stored, entry->offset + sizeof now))
    return -EBADMSG;
  if (tb_crc32 (0, r->stored, h->stored) != h->content_crc)
    return memcmp (&now, h, sizeof now) != 0 && !r->finished ? 0 : -EBADMSG;
  return tb_unsqueeze (r->squeeze, r->stored, h->stored, *bytes, h->raw) ? 1 : -EBADMSG;
}

/* ---- Records --------------------------------------------------------------------------------- */

/* 1: a block is in memory; 0: the end; -EBADMSG: damaged, and passed over. */
static int
load_kept (TbRecordReader *r)
{
  TbBlocks *kept = &r->walk.blocks[TB_STRAND_KEPT];
  r->size = r->at = 0;
  if (r->next == kept->n)
    return 0;
  const TbIndexEntry *entry = &kept->entries[r->next++];
  int loaded = tb_reader_load (r, entry, &r->block, &r->capacity);
  if (loaded > 0)
    r->size = entry->header.raw;
  return loaded > 0 ? 1 : -EBADMSG;
}

int
tb_record_reader_next (TbRecordReader *r, TbRecord *record)
{
  TbRecordHead head;
  while (r->at == r->size)
    {
      int loaded = load_kept (r);
      if (loaded <= 0)
        return loaded;
    }
  size_t left = r->size - r->at;
  if (left >= sizeof head)
    memcpy (&head, r->block + r->at, sizeof head);
  if (left < sizeof head || left - sizeof head < head.size)
    {
      r->at = r->size;
      return -EBADMSG;
    }
  r->at += sizeof head;
  *record = (TbRecord) { (TbRecordType) head.type, head.time_ns, r->block + r->at, head.size };
  r->at += head.size;
  return 1;
}

int
tb_record_reader_seek (TbRecordReader *r, int64_t time_ns)
{
  const TbBlocks *kept = &r->walk.blocks[TB_STRAND_KEPT];
  size_t low = 0, high = kept->n;
  while (low < high)
    {
      size_t middle = (low + high) / 2;
      if (kept->entries[middle].header.last_ns < time_ns)
        low = middle + 1;
      else
        high = middle;
    }
  r->next = low;
  r->size = r->at = 0;
  return 0;
}
