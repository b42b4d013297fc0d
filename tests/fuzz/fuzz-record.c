/* Recordings: a first byte of 0 is followed by events in columns, which are what they were when packed
 * again; one of 2 by operations, the same; any other by a file, whose sums are put right so that what is behind them is reached: opened,
 * read from end to end and asked for what it has not. */
#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "format-private.h"

int LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t n);

static void
try_columns (const uint8_t *bytes, size_t size)
{
  static TbEvent events[256], again[256];
  static uint8_t packed[TB_COLUMNS_BYTES (256)];
  static TbColumns *columns;
  if (columns == NULL)
    columns = tb_columns_new ();
  if (size == 0 || !tb_columns_unpack (columns, bytes + 1, size - 1, events, bytes[0]))
    return;
  size_t n = tb_columns_pack (columns, events, bytes[0], packed);
  assert (n <= TB_COLUMNS_BYTES (bytes[0]));
  assert (tb_columns_unpack (columns, packed, n, again, bytes[0]));
  for (size_t i = 0; i < bytes[0]; i++)
    {
      /* A label is told up to its end only. */
      size_t length = strnlen (events[i].label, TB_EVENT_LABEL);
      memset (events[i].label + length, 0, TB_EVENT_LABEL - length);
      assert (memcmp (&events[i], &again[i], sizeof again[i]) == 0);
    }
}

/* How they are written is not the only way: written again and read they are the same. */
static void
try_operations (const uint8_t *bytes, size_t size)
{
  static TbWriter out;
  const TbRecord record = { TB_RECORD_OPERATIONS, 0, bytes, size };
  TbRecordOperations in, again;
  TbRecordOperation operation, copy;
  if (tb_record_operations_open (&in, &record) != 0)
    return;
  TbRecordOperationsWriter w = { .out = &out };
  out.size = 0;
  tb_record_operations_begin (&w, &in.batch);
  while (tb_record_operations_next (&in, &operation) == 1)
    tb_record_operations_add (&w, &operation);
  const TbRecord second = { TB_RECORD_OPERATIONS, 0, out.bytes, out.size };
  assert (tb_record_operations_open (&in, &record) == 0 && tb_record_operations_open (&again, &second) == 0);
  while (tb_record_operations_next (&in, &operation) == 1)
    {
      assert (tb_record_operations_next (&again, &copy) == 1);
      assert (memcmp (&operation.op, &copy.op, sizeof copy.op) == 0 && operation.link == copy.link);
      assert (operation.final == copy.final && operation.shape == copy.shape);
    }
  assert (tb_record_operations_next (&again, &copy) == 0);
}

/* ---- A file ------------------------------------------------------------------------------------ */

static size_t
mend_block (uint8_t *file, size_t size, size_t at, uint64_t serial)
{
  TbBlockHeader h;
  if (at + sizeof h > size)
    return 0;
  memcpy (&h, file + at, sizeof h);
  if (h.mark != TB_BLOCK_MARK || h.stored > size - at - sizeof h)
    return 0;
  h.serial = serial;
  h.content_crc = tb_crc32 (0, file + at + sizeof h, h.stored);
  h.crc = TB_HEADER_CRC (&h);
  memcpy (file + at, &h, sizeof h);
  return sizeof h + h.stored;
}

static void
mend_segments (uint8_t *file, size_t size)
{
  TbSegmentHeader s;
  for (size_t at = TB_SEGMENTS_AT; at + sizeof s <= size; at += TB_UNIT)
    {
      memcpy (&s, file + at, sizeof s);
      s.crc = TB_HEADER_CRC (&s);
      memcpy (file + at, &s, sizeof s);
      size_t block = at + sizeof s, n;
      while ((n = mend_block (file, size, block, s.serial)) > 0)
        block += n;
    }
}

static void
mend_trailer (uint8_t *file, size_t size)
{
  TbRecordTrailer t;
  memcpy (&t, file + size - sizeof t, sizeof t);
  if (t.mark != TB_TRAILER_MARK || t.index_offset > size
      || t.n_entries > (size - t.index_offset) / sizeof (TbIndexEntry))
    return;
  for (uint64_t i = 0; i < t.n_entries; i++)
    {
      TbIndexEntry e;
      memcpy (&e, file + t.index_offset + i * sizeof e, sizeof e);
      e.header.crc = TB_HEADER_CRC (&e.header);
      memcpy (file + t.index_offset + i * sizeof e, &e, sizeof e);
    }
  t.entries_crc = tb_crc32 (0, file + t.index_offset, t.n_entries * sizeof (TbIndexEntry));
  t.crc = tb_crc32 (0, &t, offsetof (TbRecordTrailer, crc));
  memcpy (file + size - sizeof t, &t, sizeof t);
}

static void
read_records (TbRecordReader *r)
{
  static TbRecordFigure figure;
  static TbTapCounters counters;
  TbRecord record;
  TbRecordGap gap;
  TbRecordOperations operations;
  TbRecordOperation operation;
  for (int got; (got = tb_record_reader_next (r, &record)) != 0;)
    if (got == 1 && record.type == TB_RECORD_FIGURES)
      for (TbRecordFigures f = { .record = &record }; tb_record_figures_next (&f, &figure) == 1;)
        tb_record_figure_add (&counters, &figure);
    else if (got == 1 && tb_record_operations_open (&operations, &record) == 0)
      while (tb_record_operations_next (&operations, &operation) == 1)
        assert (operation.op.invoke_ns >= 0 && operation.op.invoke_ns <= operation.op.return_ns);
    else if (got == 1)
      tb_record_gap_read (&record, &gap);
  tb_record_reader_seek (r, 0);
}

static void
read_events (TbRecordReader *r)
{
  static TbEvent events[64];
  const void *bytes;
  size_t n;
  uint64_t at = tb_record_reader_first_event (r), end = tb_record_reader_n_events (r);
  for (int i = 0; i < 64 && at < end; i++, at = tb_record_reader_skip (r, at + 1))
    {
      tb_record_reader_events (r, at, events, 64);
      tb_record_reader_payload (r, at, &bytes, &n);
      tb_record_reader_find (r, events[0].time_ns);
    }
  assert (tb_record_reader_events (r, end, events, 64) == 0);
  tb_record_reader_find (r, INT64_MAX);
  tb_record_reader_find (r, INT64_MIN);
}

static void
try_file (const uint8_t *bytes, size_t size)
{
  TbRecordHeader h = { .magic = TB_RECORD_MAGIC, .version = TB_RECORD_VERSION, .unit = TB_UNIT };
  if (size < sizeof h + sizeof (TbRecordTrailer))
    return;
  uint8_t *file = malloc (size);
  assert (file != NULL);
  memcpy (file, bytes, size);
  h.crc = TB_HEADER_CRC (&h);
  memcpy (file, &h, sizeof h);
  mend_segments (file, size);
  mend_trailer (file, size);
  char path[64];
  int fd = memfd_create ("recording", MFD_CLOEXEC);
  TbRecordReader *r;
  snprintf (path, sizeof path, "/proc/self/fd/%d", fd);
  if (fd >= 0 && write (fd, file, size) == (ssize_t) size
      && tb_record_reader_open (path, &r, NULL) == 0)
    {
      read_records (r);
      read_events (r);
      tb_record_reader_refresh (r, 0);
      tb_record_reader_close (r);
    }
  if (fd >= 0)
    close (fd);
  free (file);
}

int
LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t n)
{
  if (n > 0 && bytes[0] == 0)
    try_columns (bytes + 1, n - 1);
  else if (n > 0 && bytes[0] == 2)
    try_operations (bytes + 1, n - 1);
  else if (n > 0)
    try_file (bytes + 1, n - 1);
  return 0;
}
