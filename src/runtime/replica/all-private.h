/* Inside "write to all, read any": what its two files share. */
#pragma once

#include "register.h"
#include "shelf.h"

typedef enum
{
  WRITE_WAITING,   /* for the key, or until it is tried again */
  WRITE_PREPARING, /* the key is ours here; asking the others to hold it */
  WRITE_DECIDED    /* answered; telling the others */
} WritePhase;

typedef struct Write Write;
struct Write
{
  Write *next;
  uint64_t id; /* another for every try, never the same again; 0: none yet */
  uint64_t ticket;
  WritePhase phase;
  uint64_t heard; /* bits of replicas: who holds it, or who has it */
  int64_t deadline_ns, again_ns;
  TbCommand command; /* its bytes are our own; of a write from before a crash only the key is known */
  uint8_t *state;
  size_t state_n;
};

/* Another replica's write that this one holds the key for: it may be decided, or not. */
typedef struct Doubt Doubt;
struct Doubt
{
  Doubt *next;
  unsigned coordinator;
  uint64_t id;
  int64_t ask_ns;
  TbBytes key; /* our own bytes */
};

typedef struct WaitingRead WaitingRead;
struct WaitingRead
{
  WaitingRead *next;
  uint64_t ticket;
  int64_t deadline_ns;
  TbBytes key; /* our own bytes */
};

typedef struct
{
  Shelf shelf;
  Pack state, text;
  Write *writes;
  Doubt *doubts;
  WaitingRead *reads;
  unsigned n_writes, n_doubts, n_reads;
  uint64_t next_id, clock, applied;
  uint32_t nonce;
} All;

/* ---- all-write.c: what a write does to the value, under the key's lock ---- */

/* What the command makes of what is there (NULL: nothing). True: `new` is to be written and *answer said when it
 * is, with the text in a->text; false: nothing is to be written and *answer is to be said now. `new` may point into
 * a->state and to the command. */
bool all_evaluate (All *a, const TbCommand *command, const Register *old, Register *new, TbAnswer *answer);
bool all_knows (TbCommandKind kind);
