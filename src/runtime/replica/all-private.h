/* Inside "write to all, read any": what its files share. */
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

enum
{
  ALL_PREPARE,
  ALL_VOTE,
  ALL_COMMIT,
  ALL_DONE,
  ALL_ABORT,
  ALL_ASK
};

/* ---- all-list.c: what is under way, in memory alone ---- */

uint64_t all_bit (unsigned replica);
uint64_t all_everybody (const TbReplica *r);
TbBytes all_copy (TbBytes bytes); /* to be freed */
bool all_same (TbBytes a, TbBytes b);
/* At the end: who waits longest for a key is first. */
Write *all_add_write (All *a, const TbCommand *command);
void all_drop_write (All *a, Write *w);
void all_set_state (Write *w, TbBytes state);
Write *all_find_write (const All *a, uint64_t id);
void all_add_doubt (All *a, unsigned coordinator, uint64_t id, TbBytes key, int64_t ask_ns);
/* Where the doubt hangs; a place that holds NULL: there is none. */
Doubt **all_find_doubt (All *a, unsigned coordinator, uint64_t id);
void all_drop_doubt (All *a, Doubt **at);
void all_drop_read (All *a, WaitingRead **at);
bool all_is_in_doubt (const All *a, TbBytes key);
/* By a write that prepares here, or in doubt. */
bool all_is_held (const All *a, TbBytes key);
/* What is written here; false: nothing. */
bool all_look_up (const All *a, TbBytes key, Register *there);
void all_check_locks (const All *a);

/* ---- all-keep.c: the journal ---- */

enum
{
  RECORD_DOUBT = RECORD_ENTRY + 1, /* coordinator, id, key */
  RECORD_RESOLVED,                 /* coordinator, id */
  RECORD_DECIDED,                  /* id, key, state */
  RECORD_DONE                      /* id */
};

void all_keep (TbReplica *r, uint8_t kind, unsigned coordinator, uint64_t id, TbBytes key);
void all_keep_decided (TbReplica *r, const Write *w);
void all_compact (TbReplica *r);
void all_restore (TbReplica *r, uint8_t kind, Take *t);

/* ---- all-coordinate.c: a write, where it is coordinated ---- */

/* Writes a value unless what is here is later; false: it is no value. */
bool all_put (TbReplica *r, TbBytes key, TbBytes state);
void all_tell_others (TbReplica *r, Write *w);
void all_give_up (TbReplica *r, Write *w);
/* After a key has become free, and on time: the first write that waits for it. */
void all_look_at_writes (TbReplica *r);
void all_on_vote (TbReplica *r, unsigned from, Take *t);
void all_on_done (TbReplica *r, unsigned from, Take *t);
void all_on_ask (TbReplica *r, unsigned from, Take *t);

/* ---- all-write.c: what a write does to the value, under the key's lock ---- */

/* What the command makes of what is there (NULL: nothing). True: `new` is to be written and *answer said when it
 * is, with the text in a->text; false: nothing is to be written and *answer is to be said now. `new` may point into
 * a->state and to the command. */
bool all_evaluate (All *a, const TbCommand *command, const Register *old, Register *new, TbAnswer *answer);
bool all_knows (TbCommandKind kind);
