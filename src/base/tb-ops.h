/* The operations of one process of clients, in memory that it shares with whoever watches it: many threads write, one
 * process reads, nobody waits. libc only.
 *
 * A table of what is open, a row a thread, and a ring of what has ended. A writer that is killed at any instruction leaves
 * both readable, and each operation is told once: by the ring, or as open.
 *
 * What an entry's numbers are:
 *   key       17 of "key:17"
 *   value     of a register: tb_op_value() of its text. TB_OP_NUMBER: of a counter, the number itself. TB_OP_SET: of a set,
 *             which has elements 0 to 63 alone: INSERT: the element plus one; READ: bit e is set where e is in it.
 *             TB_OP_LIST: of a list; APPEND: tb_op_value() of the element; READ: tb_op_append() over all of them. A key
 *             that is not there reads TB_VALUE_NIL. A read of what fits none of these is not told.
 *   process   the thread's row plus TB_OPS_OPEN for each operation before whose outcome is unknown
 *   client, replica, line, request   nothing: whoever reads knows them */
#pragma once

#include "tb-op.h"

#include <stdbool.h>
#include <stddef.h>

#define TB_OPS_SLOTS 8192 /* entries of the ring */
#define TB_OPS_OPEN 1024  /* operations open at a time */

/* Bits of TbOpEntry.flags. */
enum
{
  TB_OP_FINAL = 1 << 0,  /* a read that was asked for when all else had ended */
  TB_OP_NUMBER = 1 << 1, /* what value is: see above */
  TB_OP_SET = 1 << 2,
  TB_OP_LIST = 1 << 3
};

typedef struct
{
  TbOp op;
  uint16_t call; /* number of the --call, from 0 */
  uint16_t port; /* local port of the connection it went over, in the machine's order; 0: none */
  uint32_t flags;
} TbOpEntry;

_Static_assert (sizeof (TbOpEntry) == 72, "entries cross process boundaries");

typedef struct TbOps TbOps;

size_t tb_ops_size (void);
/* Memory that is all zeros becomes a table; it is big and stays sparse. */
void tb_ops_begin (TbOps *ops);
/* Whether memory of that size is a table that was begun. */
bool tb_ops_is (const void *memory, size_t size);

/* ---- Who writes: any thread, each with a slot (below TB_OPS_OPEN) of its own ---- */

/* It is open from here on, even if the process is killed at once. */
void tb_ops_invoke (TbOps *ops, unsigned slot, const TbOpEntry *entry);
/* It has ended: into the ring, and the slot is free. Never waits: where the ring is full it is counted as missed. */
void tb_ops_return (TbOps *ops, unsigned slot, const TbOpEntry *entry);
/* It is nothing to tell: the slot is free. */
void tb_ops_forget (TbOps *ops, unsigned slot);
/* There was one that has no slot to be told by. */
void tb_ops_miss (TbOps *ops);
/* The final reads of that number are done. */
void tb_ops_finished (TbOps *ops, uint32_t number);

/* ---- Who reads: one process, which may trust nothing here to be sane but gets nothing that is not ---- */

/* What ended, at most max; *cursor is 0 at first. *missed grows by how many could not be told. An entry comes once, in about the
 * order of their ends; one that its writer was killed in comes never. */
size_t tb_ops_read (TbOps *ops, uint64_t *cursor, TbOpEntry *out, size_t max, uint64_t *missed);
/* What is open: of a process that has ended, as UNKNOWN, TB_OP_ERROR_CRASHED. */
size_t tb_ops_open (const TbOps *ops, TbOpEntry *out, size_t max);
/* The number of the final reads that are done; 0: none are. */
uint32_t tb_ops_final (const TbOps *ops);

/* ---- What values are ---- */

/* A text as a value, by its first 192 bytes; never TB_VALUE_NIL. */
uint64_t tb_op_value (const char *text, size_t n);
/* Spreads a number over all bits: another for each. */
uint64_t tb_op_mix (uint64_t x);
/* A list (TB_VALUE_NIL: an empty one) with another element at its end. */
uint64_t tb_op_append (uint64_t list, uint64_t element);
