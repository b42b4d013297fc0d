/* Histories for tests: written by hand, or made up with a seed; and a judge of small ones that is as
 * simple as can be, to hold the clever ones against. */
#pragma once

#include "tb-base.h"
#include "tb-history.h"

/* Milliseconds; to < 0: never answered. */
TbOp made_op (TbOpKind kind, unsigned process, int from_ms, int to_ms, uint64_t value);
#define W(process, from, to, value) made_op (TB_OP_WRITE, process, from, to, value)
#define R(process, from, to, value) made_op (TB_OP_READ, process, from, to, value)

#define MADE_MAX 400

/* Of 2 to max operations (MADE_MAX at most) of 1 to 5 clients on one key: unique values, reads that may be stale, writes that may never
 * be answered. Returns how many. */
unsigned made_random (TbRng *rng, TbOp *ops, unsigned max);

/* Bursts with pauses of up to 460 between them, so that a value may stand for long; in every second history a burst reads anything. MADE_MAX
 * at most. */
unsigned made_bursts (TbRng *rng, TbOp *ops);

/* The same with values that repeat, and CAS. */
unsigned made_random_swaps (TbRng *rng, TbOp *ops, unsigned max);

/* Tries every order, of 64 operations at most; made for small histories of reads, writes and CAS. */
bool made_is_linearizable (const TbOp *ops, unsigned n);
