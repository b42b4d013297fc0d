/* Recordings: the one complete stream of a run. The agent writes it; panels, replay, exports,
 * history and verdict are projections of it. No GLib: the agent links this.
 *
 * A file is a header (magic "TBREC1\n\0", u32 version, u32 flags, i64 start_ns monotonic, i64
 * start_realtime_ns, u64 seed), then blocks of at most 256 KiB: u32 'BLK1', u32 size, u32 CRC-32 of
 * the content, u32 count of records, i64 first_ns, i64 last_ns, content. A record is u16 type,
 * u16 0, u32 size, i64 time_ns, body. At the end an index block and a trailer that points at it; a
 * file that was cut short is read up to its last whole block. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tb-wire.h"

typedef enum
{
  TB_RECORD_ARCHITECTURE = 1, /* the document's XML */
  TB_RECORD_PLAN,             /* body of a PLAN frame */
  TB_RECORD_FACT,             /* a whole fact frame as it went to the viewer */
  TB_RECORD_EVENT,            /* TbEvent */
  TB_RECORD_PAYLOAD,          /* u32 tap, u32 connection, u32 number, u8 direction, 3 × 0, then the
                                 first bytes of the message */
  TB_RECORD_GAP,              /* u64 events lost, u64 bytes of payload lost */
  TB_RECORD_LOG = 9           /* u32 instance, u32 0, u64 bytes before these that are not recorded, then
                                 bytes as the instance printed them: a line may go on in its next one */
} TbRecordType;

typedef struct TbRecordWriter TbRecordWriter;

/* limit_bytes: the file stops taking payload, then events, as it nears it, and says so with a GAP;
 * 0 is 1 GiB. Returns 0 or -errno. */
int tb_record_writer_open (const char *path, uint64_t seed, int64_t limit_bytes,
                           TbRecordWriter **writer);
/* Buffers; a block is written when it is full. Returns 0 or -errno of the write. */
int tb_record_writer_add (TbRecordWriter *writer, TbRecordType type, int64_t time_ns,
                          const void *body, size_t size);
/* Writes what is buffered; *size (may be NULL) gets up to where a reader may read. */
int tb_record_writer_flush (TbRecordWriter *writer, uint64_t *size);
/* Index and trailer, then closes; also frees. NULL is fine. */
int tb_record_writer_close (TbRecordWriter *writer);

typedef struct TbRecordReader TbRecordReader;

typedef struct
{
  TbRecordType type;
  int64_t time_ns;
  const void *body; /* valid until the next call */
  size_t size;
} TbRecord;

/* Returns 0, or -errno; -EPROTO for what is no recording. *cut_short (may be NULL) tells whether
 * the trailer is missing. */
int tb_record_reader_open (const char *path, TbRecordReader **reader, bool *cut_short);
int64_t tb_record_reader_start_ns (const TbRecordReader *reader);
/* 1 with a record, 0 at the end, -errno (a damaged block: -EBADMSG, and the next call goes on
 * behind it). */
int tb_record_reader_next (TbRecordReader *reader, TbRecord *record);
/* To the first record of the block that holds time_ns. */
int tb_record_reader_seek (TbRecordReader *reader, int64_t time_ns);
void tb_record_reader_close (TbRecordReader *reader);
