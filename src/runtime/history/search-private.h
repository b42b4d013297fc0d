/* The search of Wing and Gong with Lowe's memo, over one key. */
#pragma once

#include "history-private.h"
#include "tb-ops.h"

/* An operation as the search has it. */
typedef struct
{
  int64_t start, end;    /* end INT64_MAX: it may never have been */
  uint64_t value, other; /* what the state must be or becomes; of a CAS what it expects, of an element in several inserts its number from 1 */
  uint32_t op;           /* of the key */
  uint8_t kind;          /* TbStepKind */
} TbStep;

typedef enum
{
  TB_STEP_READ,       /* state == value */
  TB_STEP_WRITE,      /* state = value */
  TB_STEP_SWAP,       /* state == other, then value */
  TB_STEP_NO_SWAP,    /* state != other */
  TB_STEP_MAYBE_SWAP, /* value where state == other */
  TB_STEP_APPEND,     /* state = hash of state and value */
  TB_STEP_ADD,        /* state += value */
  TB_STEP_INSERT      /* state ^= hash of value */
} TbStepKind;

typedef struct
{
  uint64_t steps, bytes; /* left */
} TbLimits;

/* Searches an order of n steps, those that may never have been first; any order among themselves. From any of roots. With ends all ends are looked
 * for, and UNKNOWN is too if there are more than it takes. *furthest (NULL allowed) gets the step that no order got past.
 * VIOLATED: there is no order. */
TbVerdictKind tb_search (const TbStep *steps, size_t n, const TbConfigs *roots, TbConfigs *ends, TbLimits *limits,
                         size_t *furthest);

/* What a step's value is for an element of a set: a set's state is the exclusive or of them (a list's: tb_op_append()). */
uint64_t tb_hash_element (uint64_t element);

/* The operation as a step; false: it constrains nothing. */
bool tb_step_of (const TbHistory *h, const TbKey *key, uint32_t at, TbStep *step);
/* Groups inserts of one element. False: no element is there twice. */
bool tb_steps_group (TbStep *steps, size_t n);
/* Makes a counter-example as small as it can from steps that have no order (shrink.c); sets witness and sentence. */
void tb_shrink (const TbHistory *h, TbKey *key, TbStep *steps, size_t n, size_t furthest);
