/* Recordings: the one complete stream of a run. The agent writes it; panels, replay, exports,
 * history and verdict are projections of it. No GLib: the agent links this.
 *
 * A file is a header, then *segments* of whole units (16 KiB), each of one strand:
 *
 *   kept      records that are few and never go: architecture, plans, facts, commands, figures, gaps
 *   events    every message and what became of it, in columns
 *   payload   the first bytes of the messages
 *
 * A segment holds blocks, each with its sum, its times and the position of its first event. When the
 * file has reached its limit the oldest segment of payload, or of events, is written over, so that it
 * never grows beyond that and needs no tidying at the end. The end of a file that was closed has an
 * index; without one the segments' and blocks' headers are walked, so that one cut at any byte is read
 * up to there. Nothing is ever half overwritten: a segment's new header, which bears another serial
 * number, makes what is left of its old blocks void before the first new one is written.
 *
 * An event has a position, counted from 0 over the whole run in the order of writing. Positions never
 * change, also when the oldest have gone. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tb-op.h"
#include "tb-wire.h"

typedef enum
{
  TB_RECORD_ARCHITECTURE = 1, /* the document's XML; again at each change */
  TB_RECORD_PLAN,             /* a whole PLAN or CHANGE frame */
  TB_RECORD_FACT,             /* a whole fact frame as it went to the viewer */
  TB_RECORD_EVENT,            /* not among the records: see tb_record_reader_event() */
  TB_RECORD_PAYLOAD,          /* nor these: see tb_record_reader_payload() */
  TB_RECORD_GAP,              /* see TbRecordGap */
  TB_RECORD_COMMAND,          /* a whole command frame as it came from the viewer */
  TB_RECORD_FIGURES,          /* see tb_record_figures_next(); once a second, and at the end */
  TB_RECORD_LOG,              /* u32 instance, u32 0, u64 bytes before these that are not recorded, then
                                 bytes as the instance printed them: a line may go on in its next one */
  TB_RECORD_OPERATIONS        /* see tb_record_operations_open() */
} TbRecordType;

/* ---- Writing --------------------------------------------------------------------------------- */

#define TB_RECORD_LIMIT_DEFAULT (INT64_C (1) << 30)
#define TB_RECORD_LIMIT_LEAST (INT64_C (1) << 20)

typedef struct
{
  int64_t limit_bytes;      /* of the file; 0: 1 GiB, at least 1 MiB. The oldest detail goes first */
  int64_t limit_ns;         /* 0: none; detail older than this goes */
  uint32_t payload_max;     /* first bytes kept of each message; 0: none */
  const char *const *masks; /* POSIX extended regular expressions; what they match in a payload, a
                               label or what was printed is written as '*'. Ends with NULL; NULL: none */
} TbRecordLimits;

typedef struct TbRecordWriter TbRecordWriter;

/* Replaces what is there. start_ns: the moment its times are told from, of tb_now_ns(), not one to come;
 * 0: now. limits is copied; NULL: the defaults, without payload. Returns 0 or -errno; -EINVAL for a mask
 * that is no expression. */
int tb_record_writer_open (const char *path, uint64_t seed, int64_t start_ns, const TbRecordLimits *limits,
                           TbRecordWriter **writer);
/* A record of any type but EVENT and PAYLOAD. Buffers. Returns 0, or -errno of a write; -EFBIG: facts
 * alone have filled the file. */
int tb_record_writer_add (TbRecordWriter *writer, TbRecordType type, int64_t time_ns,
                          const void *body, size_t size);
/* An event, with the n first bytes of its message that there are (masks look at all of them, and
 * payload_max of them are kept). */
int tb_record_writer_event (TbRecordWriter *writer, const TbEvent *event, const void *payload,
                            size_t n);
/* So much could not be written between the last event and one at that time. */
int tb_record_writer_gap (TbRecordWriter *writer, uint64_t events, uint64_t payload_bytes,
                          int64_t time_ns);
/* Writes what is buffered. *written (may be NULL): a number that grows whenever readers find more. */
int tb_record_writer_flush (TbRecordWriter *writer, uint64_t *written);
/* Writes the rest and the index, closes and frees. NULL is fine. */
int tb_record_writer_close (TbRecordWriter *writer);
/* Whether that is an expression as masks must be; else *why (may be NULL) gets at most n bytes of a
 * sentence. */
bool tb_record_mask_check (const char *mask, char *why, size_t n);

/* Several of them. *masks: NULL where there are none; -EINVAL: one is no expression. */
typedef struct TbMasks TbMasks;
int tb_masks_new (const char *const *expressions, TbMasks **masks);
void tb_masks_free (TbMasks *masks); /* NULL is fine */
/* Writes '*' over what they match in n bytes, as much of it as it was. */
void tb_masks_apply (const TbMasks *masks, char *bytes, size_t n);
/* The same of n strings as if they were one with a blank between each two: "--password" and what follows it. */
void tb_masks_apply_to_all (const TbMasks *masks, char *const *strings, size_t n);

/* ---- Reading: an open, growing or finished file. Two threads may have a reader each ---------- */

typedef struct TbRecordReader TbRecordReader;

typedef struct
{
  TbRecordType type;
  int64_t time_ns;
  const void *body; /* valid until the next call */
  size_t size;
} TbRecord;

/* Returns 0, or -errno; -EPROTO for what is no recording, -EPROTONOSUPPORT for one of a newer version,
 * -ENOTSUP for one of an older, -ENODATA for one that ends before it begins. *cut_short (may be NULL)
 * tells whether the index is missing: it is being written, or was cut. */
int tb_record_reader_open (const char *path, TbRecordReader **reader, bool *cut_short);
/* In words, what tb_record_reader_open() returned. Static, but for other errors as strerror(). */
const char *tb_record_words (int error);
void tb_record_reader_close (TbRecordReader *reader);
int64_t tb_record_reader_start_ns (const TbRecordReader *reader);
int64_t tb_record_reader_start_realtime_ns (const TbRecordReader *reader);
uint64_t tb_record_reader_seed (const TbRecordReader *reader);
/* Of the last thing known. */
int64_t tb_record_reader_end_ns (const TbRecordReader *reader);
/* Reads on in a file that has grown; size as RECORD_AT said it (0: as far as it goes). 1: there was
 * more, or some of the oldest has gone; 0: nothing new. */
int tb_record_reader_refresh (TbRecordReader *reader, uint64_t size);

/* The records that are neither events nor payload, in their order. 1 with one, 0 at the end (after a
 * refresh there may be more), -errno (a damaged block: -EBADMSG, and the next call goes on behind
 * it). */
int tb_record_reader_next (TbRecordReader *reader, TbRecord *record);
/* To the first record of the block that holds time_ns. Returns 0. */
int tb_record_reader_seek (TbRecordReader *reader, int64_t time_ns);

/* Positions in [first, n) can be asked for. */
uint64_t tb_record_reader_first_event (const TbRecordReader *reader);
uint64_t tb_record_reader_n_events (const TbRecordReader *reader);
/* 1 with the event; 0 where it is gone, damaged or not there yet; -errno. What was decoded last is
 * kept, so that neighbours are cheap. */
int tb_record_reader_event (TbRecordReader *reader, uint64_t position, TbEvent *event);
/* Of a run of them from position on: how many were written to out; 0 where the first cannot be read. */
size_t tb_record_reader_events (TbRecordReader *reader, uint64_t position, TbEvent *out, size_t max);
/* The first position from there on that can be read; n_events where there is none. Only in a damaged
 * or cut file is it another one within [first, n). */
uint64_t tb_record_reader_skip (TbRecordReader *reader, uint64_t position);
/* Position of the first event at or after that time; n_events where there is none. */
uint64_t tb_record_reader_find (TbRecordReader *reader, int64_t time_ns);
/* 1 with the first bytes of that event's message (valid until the next call), 0 where none were kept
 * or they are gone. How long the whole message was is event.size. */
int tb_record_reader_payload (TbRecordReader *reader, uint64_t position, const void **bytes,
                              size_t *n);

/* ---- Gaps ------------------------------------------------------------------------------------ */

typedef struct
{
  uint64_t events, payload_bytes; /* that are not there */
  int64_t from_ns, to_ns;
  uint64_t position; /* of the event behind it */
  bool aged;         /* they were there, and went as the oldest; else they could not be written */
} TbRecordGap;

/* False for a record that is none, or damaged. */
bool tb_record_gap_read (const TbRecord *record, TbRecordGap *gap);

/* ---- Figures: what the counters did ---------------------------------------------------------- */

/* One row that changed. */
typedef struct
{
  uint32_t row;
  uint32_t link, from, to, faults; /* as they are now */
  uint16_t port;
  uint8_t proto;
  int64_t last_ns;
  uint64_t connections_open; /* as it is now */
  /* By how much the others have grown; held may have shrunk: add as uint64_t. */
  uint64_t connections_total, refused, timed_out, reset, requests, replies, errors;
  uint64_t unanswered;
  TbFlow up, down;
  uint32_t n_buckets;
  struct
  {
    uint16_t index;
    uint32_t count;
  } buckets[TB_HISTOGRAM_BUCKETS]; /* of the latency histogram, rising */
} TbRecordFigure;

/* Walks over the rows of one FIGURES record, which must stay where it is. Set it to
 * { .record = &record }. */
typedef struct
{
  const TbRecord *record;
  int64_t since_ns; /* when the one before was written; from the first call on */
  size_t at;
  uint32_t left;
  bool begun;
} TbRecordFigures;

/* 1 with a row, 0 at the end, -EBADMSG. */
int tb_record_figures_next (TbRecordFigures *figures, TbRecordFigure *figure);
/* What that figure makes of the counters as they were before. */
void tb_record_figure_add (TbTapCounters *counters, const TbRecordFigure *figure);
/* The same from the other side: the body of a record, begun in out and given a row at a time. *before is
 * that row as it was when this was last called (zeros at first), and becomes now; nothing is written of
 * one that has not changed. */
size_t tb_record_figures_begin (TbWriter *out, int64_t since_ns);
/* at: what begin returned. Whether the row had changed. */
bool tb_record_figures_row (TbWriter *out, size_t at, uint32_t row, const TbTapCounters *now,
                            TbTapCounters *before);

/* ---- Operations: what clients did on stores, as they say themselves ---------------------------- */

/* What value is of an operation whose kind alone does not say it, as tb-ops.h has it. */
typedef enum
{
  TB_SHAPE_REGISTER,
  TB_SHAPE_NUMBER,
  TB_SHAPE_SET,
  TB_SHAPE_LIST
} TbShape;

/* op: client is the instance of the batch, replica who received it (TB_OP_NOBODY: not known), process a number of the
 * client's incarnation; line and request are 0. */
typedef struct
{
  TbOp op;
  uint32_t link; /* of the plan; UINT32_MAX: not known */
  bool final;    /* a read that was made when all else had ended */
  uint8_t shape; /* TbShape */
} TbRecordOperation;

/* What one client told at a time. */
typedef struct
{
  uint32_t instance;    /* of the plan */
  uint32_t incarnation; /* of its starts, from 1 */
  uint64_t missed;      /* operations before these that could not be recorded */
  uint32_t final;       /* the number of the final reads that it has done; 0: none */
} TbRecordBatch;

/* Writes the body of a record, an operation at a time. Set it to { .out = … }. */
typedef struct
{
  TbWriter *out;
  size_t at;
  uint32_t n; /* operations so far */
  int64_t time_ns;
  TbRecordOperation before;
} TbRecordOperationsWriter;

void tb_record_operations_begin (TbRecordOperationsWriter *w, const TbRecordBatch *batch);
void tb_record_operations_add (TbRecordOperationsWriter *w, const TbRecordOperation *operation);

/* Walks over the operations of one record, which must stay where it is. */
typedef struct
{
  TbRecordBatch batch;
  uint32_t left; /* operations */
  const uint8_t *at, *end;
  int64_t time_ns;
  TbRecordOperation before;
} TbRecordOperations;

/* 0, or -EBADMSG for a record that is none. */
int tb_record_operations_open (TbRecordOperations *r, const TbRecord *record);
/* 1 with one, 0 at the end, -EBADMSG: what follows cannot be read. Its kind, outcome, error and times are sound: it begins
 * at 0 or later, ends no sooner, and without an end only where it is UNKNOWN. */
int tb_record_operations_next (TbRecordOperations *r, TbRecordOperation *operation);
