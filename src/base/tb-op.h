/* An operation of a client on a store: what histories are made of, what clients report while they run (tb-ops.h),
 * and what recordings keep. */
#pragma once

#include <stdint.h>

typedef enum
{
  TB_OP_READ,
  TB_OP_WRITE,
  TB_OP_CAS,
  TB_OP_APPEND, /* to a list */
  TB_OP_ADD,    /* to a counter */
  TB_OP_INSERT, /* into a set */
  TB_N_OPS
} TbOpKind;

/* UNKNOWN: a timeout or a lost connection; it may have had its effect, or may have it yet. FAIL: the
 * client knows that it had none. */
typedef enum
{
  TB_OP_OK,
  TB_OP_FAIL,
  TB_OP_UNKNOWN
} TbOpOutcome;

/* Why an operation is FAIL or UNKNOWN. */
typedef enum
{
  TB_OP_ERROR_NONE,
  TB_OP_ERROR_TIMEOUT,
  TB_OP_ERROR_REFUSED, /* nobody took the connection */
  TB_OP_ERROR_RESET,   /* the connection broke */
  TB_OP_ERROR_ANSWER,  /* the store answered with an error */
  TB_OP_ERROR_CRASHED, /* the client itself ended */
  TB_N_OP_ERRORS
} TbOpError;

#define TB_VALUE_NIL UINT64_C (0) /* what was there before the first write; written values are others */
#define TB_OP_NOBODY UINT16_MAX

/* 64 bytes; also how clients report them (tb-ops.h; native byte order, like TbEvent).
 * What value is:
 *   of a register     any number but NIL; unique within a key where zones are to judge it
 *   of a counter      ADD: the amount (two's complement); READ: what it stood at
 *   of a list or set  APPEND, INSERT: the element; READ: tb_history_list() or tb_history_set() */
typedef struct
{
  int64_t invoke_ns, return_ns; /* monotonic; return INT64_MAX: none (outcome UNKNOWN) */
  uint64_t value;               /* written, read, added; of a CAS the new one */
  uint64_t expected;            /* of a CAS */
  uint32_t key;                 /* number of the key in the history's table of names, or any number */
  uint32_t process;             /* one has one operation open at a time; after UNKNOWN it goes on as a new one */
  uint16_t client;              /* instance (plan order), TB_OP_NOBODY: unknown */
  uint16_t replica;             /* instance that received it, TB_OP_NOBODY: unknown */
  uint8_t kind, outcome;
  uint8_t swapped;  /* of a CAS that is OK: whether it did (false: what it expected was not there) */
  uint8_t zero;
  uint32_t line;    /* of the file it was read from; else 0 */
  uint32_t error;   /* TbOpError of FAIL and UNKNOWN */
  uint64_t request; /* position of its message in a recording, plus one; 0: none */
} TbOp;

_Static_assert (sizeof (TbOp) == 64, "operations cross process boundaries");
