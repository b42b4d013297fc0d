/* Operations on stores: what a call does with a key, and how it is told to whoever watches (tb-ops.h). */
#pragma once

#include "node-private.h"

/* How many bytes of a value tell it from others. */
#define OPERATION_TEXT 192

typedef struct
{
  char text[OPERATION_TEXT];
  size_t n;
} Text;

struct Operation
{
  TbOpEntry entry;
  Text value, expected; /* written, without filler; expected.n 0: that there is none */
  bool open;            /* in the table */
  bool unreadable;      /* what was read cannot be told */
};

/* Before its first try: says what is to be written. */
void operation_begin (const Options *o, const Call *call, const CallCommand *command, Caller *caller);
/* After a try of it. True: another one may be made. */
bool operation_tried (Caller *caller, CallResult result, const CallAnswer *answer);
/* After the last. */
void operation_end (Caller *caller);

/* What the answer to an operation of the caller says, for the exchanges: a value (the first n of `whole` bytes are here),
 * that there is none, the elements of a set one by one, or whether it swapped. */
void operation_saw_value (const Call *call, Caller *caller, const char *bytes, size_t n, size_t whole);
void operation_saw_nothing (const Call *call, Caller *caller);
void operation_saw_element (Caller *caller, const char *bytes, size_t n);
void operation_swapped (const Call *call, Caller *caller, bool swapped);

/* "key:17" */
size_t operation_key (const Caller *caller, char *out, size_t size);

/* What a swap sends to a store that speaks RESP: EVAL of this, 1, key, expected (empty: none), new. Answers 1, or what is
 * there instead. */
extern const char resp_swap_script[];
