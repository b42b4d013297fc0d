/* What gather.c, which takes messages that come one after the other, and streams.c, which takes those
 * that interleave, share. */
#pragma once

#include "taps-private.h"

typedef struct
{
  TbBlock *head, *tail;
  uint64_t n;
} TbChain;

struct TbParcel
{
  TbParcel *next;
  TbChain chain;
  int64_t due_ns, since_ns;
  int64_t request_ns;
  uint32_t number, size;
  uint32_t copies, ahead; /* ahead: how many may still overtake it */
  bool message;           /* else bytes that are none */
  bool stops;             /* held: what is behind it waits for a step */
  uint8_t kind;           /* TbMessageKind, of what stops */

  /* Of what stops, while it is held: its place in the list of all that is (held.c). */
  uint64_t id;
  TbParcel *before, *after;
  TbConn *conn;
  uint8_t direction;
  char label[TB_LABEL_MAX];
};

/* Invariants: 1. bytes is the sum of all chains, messages the parcels that are such; 2. the first that
 * is held stops; 3. what is held and stops is in TbTaps.held, once, in the order of its queue. */
struct TbGather
{
  TbChain coming;
  TbParcel *held, *last; /* in their order */
  TbParcel *late;         /* one at a time, so that who is late next is overtaken by it */
  uint64_t bytes;
  uint32_t messages;
  TbEnd ending; /* behind what is held */
};

/* One call of tb_gather_take(). */
typedef struct
{
  TbTaps *t;
  TbConn *c;
  TbWaiting *w;
  TbGather *g;
  unsigned d;
  int64_t shift;   /* bytes added, less those left out */
  uint16_t answer; /* to be given */
  bool failed;     /* memory is out */
} TbGathering;

/* n bytes come; they are held already as the row counts them. */
void tb_gather_append (TbGathering *k, const uint8_t *bytes, uint64_t n);
/* All that has come, as one parcel: of that message, or of none. NULL where memory is out. */
TbParcel *tb_gather_wrap (TbGathering *k, const TbCut *cut);
/* Into the queue; or behind what is held. */
void tb_gather_send (TbGathering *k, TbParcel *p);
/* What has come is left out, and so are the n messages that ended in it. */
void tb_gather_leave_out (TbGathering *k, const TbCut *cuts, uint32_t n);
/* Turns a bit of n bytes over that have come, from that one on. */
void tb_gather_flip (TbGathering *k, uint64_t from, uint64_t n, TbRng *rng);
/* What has come is replaced by these bytes; begun by nothing. */
void tb_gather_replace (TbGathering *k, const uint8_t *const pieces[], const uint64_t sizes[],
                        unsigned n);
/* One event of a message, or of 0. */
void tb_gather_tell (const TbGathering *k, TbEventKind kind, uint32_t number, uint32_t size);
/* A fault of messages cannot do anything here: said once, for that reason. */
void tb_gather_tell_useless (const TbGathering *k, TbFault *fault, const char *why);

/* Begins to work on a direction; false where memory is out, or there is nothing to work on. */
bool tb_gather_begin (TbGathering *k, TbTaps *t, TbConn *c, unsigned d);
/* False when the connection had to be reset. */
bool tb_gather_finish (TbGathering *k);
/* Into the queue, past the one that is late. */
void tb_gather_emit (TbGathering *k, TbParcel *p);
/* It does not arrive: counted, told, freed. It is in no list any more. */
void tb_gather_drop_parcel (TbGathering *k, TbParcel *p);
/* Another one like it, counted and told; in no list yet. NULL where memory is out. */
TbParcel *tb_gather_double (TbGathering *k, const TbParcel *p);

/* held.c */
/* Behind all that is held in that direction. */
void tb_held_add (TbGathering *k, TbParcel *p);
/* So many that stop go on, and what is behind them up to the next; where nothing is held any more, so
 * does the end. */
void tb_held_release (TbGathering *k, uint32_t steps);
/* Its gathering is about to be freed. */
void tb_held_forget (TbTaps *t, TbParcel *p);

/* streams.c */
/* As sort() in gather.c, of frames. */
void tb_streams_sort (TbGathering *k, const uint8_t *bytes, uint64_t n);
/* Frames of our own go where none is in the way. False where the connection is gone. */
bool tb_streams_flush (TbTaps *t, TbConn *c);
