/* What waits in one direction of a connection: bytes with the time at which they may go on, messages
 * whose last byte is among them, and at last an end. Pure: time is passed in, sockets are not known. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

#include "pool.h"

#define TB_BLOCK_BYTES 16368
typedef struct TbBlock TbBlock;
struct TbBlock
{
  TbBlock *next;
  uint32_t from, to; /* the bytes in use */
  uint8_t bytes[TB_BLOCK_BYTES];
};

/* Adds to a list of blocks, whose last one is filled first. Returns how many bytes it took: fewer than n where memory
 * is out. */
size_t tb_blocks_append (TbBlock **head, TbBlock **tail, TbPool *blocks, const uint8_t *bytes, size_t n);

typedef enum
{
  TB_END_NONE,
  TB_END_FIN,
  TB_END_RST
} TbEnd;

/* A message whose last byte waits. */
typedef struct
{
  uint64_t start, end;
  int64_t request_ns; /* of a reply: when its request had been seen; else 0 */
  uint32_t number, size;
} TbMark;

/* Bytes that become due at one time. */
typedef struct
{
  uint64_t end;
  int64_t due_ns;
} TbPiece;

typedef struct
{
  void *items;
  uint32_t first, n, capacity;
} TbRun;

/* Invariants: 1. pieces are due in their order (due_ns never falls); 2. the last piece ends at
 * `end`; 3. blocks hold exactly
 * end - at - aside bytes; 4. marks are in order of their end, all > at. */
typedef struct
{
  uint64_t at, end; /* offsets in the direction's stream: of the first byte that waits, past the last */
  uint64_t aside; /* of these, the first so many are kept elsewhere: in a pipe */
  int64_t last_due_ns;
  TbBlock *head, *tail;
  TbRun pieces, marks;
  uint32_t timed; /* marks whose first byte has gone */
  TbEnd ending;
  int64_t ending_due_ns;
} TbQueue;

/* Begins empty, at that offset. */
void tb_queue_init (TbQueue *queue, uint64_t at);
void tb_queue_clear (TbQueue *queue, TbPool *blocks);

/* Appends bytes; they never overtake those before them. False when memory is out. */
bool tb_queue_push (TbQueue *queue, TbPool *blocks, const void *bytes, size_t n, int64_t due_ns);
/* n bytes that are kept elsewhere; only into a queue without bytes. */
bool tb_queue_push_aside (TbQueue *queue, size_t n, int64_t due_ns);
/* A message [start, end) whose end is not behind `at`. */
bool tb_queue_mark (TbQueue *queue, const TbMark *mark);
/* The direction ends after its bytes; RST replaces FIN, never the other way. */
void tb_queue_finish (TbQueue *queue, TbEnd end, int64_t due_ns);

/* Up to n_iov runs of bytes that are due; *bytes gets their sum. None while bytes are aside. */
int tb_queue_due (const TbQueue *queue, int64_t now_ns, struct iovec *iov, int n_iov, size_t *bytes);
/* The first n bytes have gone: those aside first. */
void tb_queue_consume (TbQueue *queue, TbPool *blocks, size_t n);
/* Takes the first mark that has wholly gone. */
bool tb_queue_pop_mark (TbQueue *queue, TbMark *mark);
/* Takes the first mark though it waits: its message is given up. */
bool tb_queue_take_mark (TbQueue *queue, TbMark *mark);
/* Takes note of the first reply whose first byte has gone, once for each. */
bool tb_queue_pop_first_byte (TbQueue *queue, TbMark *mark);
/* Marks that wait. */
uint32_t tb_queue_marks (const TbQueue *queue);
/* When something is due next: of bytes, else of the end; INT64_MAX for nothing. */
int64_t tb_queue_next_ns (const TbQueue *queue);
/* The end, if no byte is before it and it is due. */
TbEnd tb_queue_ended (const TbQueue *queue, int64_t now_ns);
/* No bytes and no end. */
bool tb_queue_is_empty (const TbQueue *queue);
/* Walks the invariants; for debug builds and tests. */
void tb_queue_check (const TbQueue *queue);
