/* An operation of a client on a store, from its invocation to what is known of it.
 *
 *   operation_begin() --> tries: operation_tried() after each --> operation_end()
 *        |                                                          |
 *   open in the table, from before anything is sent            ended, in the ring
 *
 * All tries are one operation. FAIL: it is known that no try had an effect. UNKNOWN: one may have had it, or may have it yet.
 * Behind an unknown outcome a thread goes on as another process (Jepsen does so, too): one that waits for an answer has
 * not ended, and a process has one operation at a time.
 *
 * Nothing here allocates but the first operation of a thread that swaps; nothing takes a lock. */
#include "operation.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>

#define SEEN 64
#define ELEMENTS 64

/* What a thread saw last under a key: what it expects when it swaps. */
struct Seen
{
  uint64_t key; /* and link */
  Text value;
  bool known;
};

static TbOps *table;
static _Atomic unsigned n_slots;
static _Atomic uint64_t values;
static uint64_t incarnation;
static pthread_once_t once = PTHREAD_ONCE_INIT;

/* ---- Beginning ---- */

void
operations_init (void)
{
  const char *variable = getenv ("TIERBOARD_OPERATIONS_FD");
  char *end;
  long fd = variable != NULL ? strtol (variable, &end, 10) : -1;
  struct stat st;
  if (variable == NULL || end == variable || *end != '\0' || fd < 0 || fd > 1 << 20
      || fstat ((int) fd, &st) < 0 || st.st_size != (off_t) tb_ops_size ())
    return;
  void *memory = mmap (NULL, tb_ops_size (), PROT_READ | PROT_WRITE, MAP_SHARED, (int) fd, 0);
  if (memory != MAP_FAILED && tb_ops_is (memory, tb_ops_size ()))
    table = memory;
}

void
operations_finished (unsigned number)
{
  if (table != NULL)
    tb_ops_finished (table, number);
}

static void
begin_incarnation (void)
{
  struct timespec t;
  clock_gettime (CLOCK_REALTIME, &t);
  incarnation = (uint64_t) t.tv_sec << 20 ^ (uint64_t) t.tv_nsec >> 10;
}

size_t
call_unique_value (const Options *o, char *out, size_t size)
{
  uint64_t n = atomic_fetch_add (&values, 1) + 1;
  pthread_once (&once, begin_incarnation);
  return (size_t) snprintf (out, size, "%s:%lx:%lu", o->name, (unsigned long) incarnation, (unsigned long) n);
}

size_t
operation_key (const Caller *caller, char *out, size_t size)
{
  return (size_t) snprintf (out, size, "key:%" PRIu64, caller->key);
}

/* ---- What a thread has seen ---- */

static struct Seen *
seen_of (const Call *call, Caller *caller)
{
  uint64_t key = (uint64_t) call->link << 32 | (uint32_t) caller->key;
  struct Seen *seen = caller->seen != NULL ? &caller->seen[tb_op_mix (key) % SEEN] : NULL;
  if (seen != NULL && seen->key != key)
    *seen = (struct Seen) { .key = key };
  return seen;
}

static void
note_seen (const Call *call, Caller *caller, const char *bytes, size_t n)
{
  struct Seen *seen = seen_of (call, caller);
  if (seen == NULL)
    return;
  seen->known = n <= OPERATION_TEXT;
  seen->value.n = TB_MIN (n, (size_t) OPERATION_TEXT);
  if (n > 0)
    memcpy (seen->value.text, bytes, seen->value.n);
}

/* ---- What is done ---- */

static uint64_t
value_of (const Text *t)
{
  return tb_op_value (t->text, t->n);
}

/* What is written with filler behind it is told by what is written. */
static uint64_t
padded_value (const Text *t, size_t body)
{
  char text[OPERATION_TEXT];
  size_t n = TB_CLAMP (body, t->n, sizeof text);
  memset (text, 'x', sizeof text);
  memcpy (text, t->text, t->n);
  return tb_op_value (text, n);
}

static void
draw_element (Caller *caller)
{
  Operation *op = caller->operation;
  uint64_t e = tb_rng_below (&caller->rng, ELEMENTS);
  op->value.n = (size_t) snprintf (op->value.text, sizeof op->value.text, "%" PRIu64, e);
  op->entry.op.value = e + 1;
  op->entry.flags |= TB_OP_SET;
}

static void
draw_swap (const Options *o, const Call *call, Caller *caller)
{
  Operation *op = caller->operation;
  if (caller->seen == NULL && (caller->seen = calloc (SEEN, sizeof *caller->seen)) == NULL)
    abort ();
  const struct Seen *seen = seen_of (call, caller);
  op->value.n = call_unique_value (o, op->value.text, sizeof op->value.text);
  op->entry.op.value = value_of (&op->value);
  if (seen->known)
    op->expected = seen->value;
  if (op->expected.n > 0)
    op->entry.op.expected = value_of (&op->expected);
}

/* An element of a list ends with a semicolon: lists are what a read returns that ends with one. */
static void
draw_appended (const Options *o, Caller *caller)
{
  Operation *op = caller->operation;
  op->value.n = call_unique_value (o, op->value.text, sizeof op->value.text - 1);
  op->entry.op.value = value_of (&op->value);
  op->entry.flags |= TB_OP_LIST;
  op->value.text[op->value.n++] = ';';
}

static void
draw (const Options *o, const Call *call, Caller *caller)
{
  Operation *op = caller->operation;
  switch (call->op)
    {
    case TB_OP_WRITE:
      op->value.n = call_unique_value (o, op->value.text, sizeof op->value.text);
      op->entry.op.value = padded_value (&op->value, call->body);
      break;
    case TB_OP_CAS:
      draw_swap (o, call, caller);
      break;
    case TB_OP_APPEND:
      draw_appended (o, caller);
      break;
    case TB_OP_ADD:
      op->value.n = (size_t) snprintf (op->value.text, sizeof op->value.text, "1");
      op->entry.op.value = 1;
      op->entry.flags |= TB_OP_NUMBER;
      break;
    case TB_OP_INSERT:
      draw_element (caller);
      break;
    case TB_OP_READ:
      op->entry.flags |= call->members ? TB_OP_SET : 0;
      break;
    case TB_N_OPS:
      break;
    }
}

/* Threads are few, and each has its slot for good. More than there are slots are counted as missed. */
static bool
has_slot (Caller *caller)
{
  if (caller->slot == 0)
    {
      unsigned slot = atomic_fetch_add (&n_slots, 1);
      caller->slot = TB_MIN (slot, TB_OPS_OPEN) + 1;
    }
  return caller->slot <= TB_OPS_OPEN;
}

static void
tell_begun (Caller *caller)
{
  Operation *op = caller->operation;
  if (table == NULL)
    return;
  op->open = has_slot (caller);
  op->entry.op.process = caller->slot - 1 + TB_OPS_OPEN * caller->generation;
  op->entry.op.invoke_ns = tb_now_ns ();
  op->entry.op.return_ns = INT64_MAX;
  if (op->open)
    tb_ops_invoke (table, caller->slot - 1, &op->entry);
  else
    tb_ops_miss (table);
}

/* What is found elsewhere and put into a cache is a write like another, of a value that was written before. */
static void
take_put (const CallCommand *command, Operation *op)
{
  op->value.n = TB_MIN (strlen (command->put), (size_t) OPERATION_TEXT);
  memcpy (op->value.text, command->put, op->value.n);
  op->entry.op.kind = TB_OP_WRITE;
  op->entry.op.value = value_of (&op->value);
}

void
operation_begin (const Options *o, const Call *call, const CallCommand *command, Caller *caller)
{
  Operation *op = caller->memory;
  bool store = call->protocol == OVER_RESP || call->api != API_NONE;
  caller->operation = store && (command == NULL || command->put != NULL) ? op : NULL;
  if (caller->operation == NULL)
    return;
  op->entry = (TbOpEntry) { .op = { .key = (uint32_t) caller->key, .kind = (uint8_t) call->op, .outcome = TB_OP_UNKNOWN },
                            .call = (uint16_t) call->index, .flags = caller->final ? TB_OP_FINAL : 0 };
  op->value.n = op->expected.n = 0;
  op->open = op->unreadable = false;
  if (command != NULL)
    take_put (command, op);
  else
    draw (o, call, caller);
  tell_begun (caller);
}

/* ---- What was answered ---- */

static bool
is_read (const Operation *op)
{
  return op != NULL && op->entry.op.kind == TB_OP_READ;
}

static bool
read_number (const char *bytes, size_t n, int64_t *value)
{
  char text[24], again[24];
  if (n == 0 || n >= sizeof text)
    return false;
  memcpy (text, bytes, n);
  text[n] = '\0';
  *value = strtoll (text, NULL, 10);
  snprintf (again, sizeof again, "%" PRId64, *value);
  return strcmp (text, again) == 0;
}

static uint64_t
list_of (const char *bytes, size_t n)
{
  uint64_t list = TB_VALUE_NIL;
  for (const char *p = bytes, *end = bytes + n; p < end;)
    {
      const char *stop = memchr (p, ';', (size_t) (end - p));
      list = tb_op_append (list, tb_op_value (p, (size_t) (stop - p)));
      p = stop + 1;
    }
  return list;
}

void
operation_saw_value (const Call *call, Caller *caller, const char *bytes, size_t n, size_t whole)
{
  Operation *op = caller->operation;
  int64_t number;
  note_seen (call, caller, bytes, whole);
  if (!is_read (op))
    return;
  if (n == whole && read_number (bytes, n, &number))
    {
      op->entry.op.value = (uint64_t) number;
      op->entry.flags |= TB_OP_NUMBER;
    }
  else if (n == whole && n > 0 && bytes[n - 1] == ';')
    {
      op->entry.op.value = list_of (bytes, n);
      op->entry.flags |= TB_OP_LIST;
    }
  else
    {
      op->entry.op.value = tb_op_value (bytes, n);
      op->unreadable = n < whole && n < OPERATION_TEXT;
    }
}

void
operation_saw_nothing (const Call *call, Caller *caller)
{
  struct Seen *seen = seen_of (call, caller);
  if (seen != NULL)
    seen->known = false;
  if (is_read (caller->operation))
    caller->operation->entry.op.value = TB_VALUE_NIL;
}

void
operation_saw_element (Caller *caller, const char *bytes, size_t n)
{
  Operation *op = caller->operation;
  int64_t e;
  if (!is_read (op))
    return;
  op->entry.flags |= TB_OP_SET;
  if (read_number (bytes, n, &e) && e >= 0 && e < ELEMENTS)
    op->entry.op.value |= UINT64_C (1) << e;
  else
    op->unreadable = true;
}

void
operation_swapped (const Call *call, Caller *caller, bool swapped)
{
  Operation *op = caller->operation;
  if (op == NULL || op->entry.op.kind != TB_OP_CAS)
    return;
  op->entry.op.swapped = swapped;
  if (swapped)
    note_seen (call, caller, op->value.text, op->value.n);
}

/* ---- What is known of it ---- */

typedef enum
{
  EFFECT_DONE,
  EFFECT_NONE, /* ever */
  EFFECT_MAYBE
} Effect;

/* First words of RESP errors after which nothing was changed and nothing will be. Others may say what
 * became of a command that is on its way. */
static bool
is_refusal (const char *text)
{
  static const char *const words[] = { "CLUSTERDOWN", "TRYAGAIN", "READONLY", "NOREPLICAS", "LOADING", "MASTERDOWN",
                                       "WRONGTYPE", "ERR", "OOM", "NOAUTH", "NOPERM", "MISCONF", "NOSCRIPT", "MOVED", "ASK" };
  size_t n = strcspn (text, " ");
  for (size_t i = 0; i < TB_ARRAY_LENGTH (words); i++)
    if (strlen (words[i]) == n && strncmp (text, words[i], n) == 0)
      return true;
  return false;
}

static Effect
effect_of (CallResult result, const CallAnswer *answer, TbOpError *error)
{
  static const TbOpError errors[] = { [CALL_OK] = TB_OP_ERROR_NONE, [CALL_REFUSED] = TB_OP_ERROR_RESET,
                                      [CALL_TIMEOUT] = TB_OP_ERROR_TIMEOUT, [CALL_ERROR] = TB_OP_ERROR_ANSWER,
                                      [CALL_NONSENSE] = TB_OP_ERROR_ANSWER };
  *error = errors[result];
  if (result == CALL_OK)
    return EFFECT_DONE;
  if (result == CALL_REFUSED && !answer->sent)
    {
      *error = TB_OP_ERROR_REFUSED;
      return EFFECT_NONE;
    }
  bool refused = answer->status != 0 ? answer->status < 500 && answer->status != 408 : is_refusal (answer->error);
  return result == CALL_ERROR && refused ? EFFECT_NONE : EFFECT_MAYBE;
}

/* entry.op.outcome is UNKNOWN until a try says otherwise, and again where an earlier one may have had its effect; error
 * is NONE until one of them went wrong. A second append or swap would be another operation: only what does the same twice
 * is tried behind an unknown try. */
bool
operation_tried (Caller *caller, CallResult result, const CallAnswer *answer)
{
  Operation *op = caller->operation;
  TbOpError error;
  if (op == NULL)
    return true;
  TbOp *e = &op->entry.op;
  bool maybe = e->error != TB_OP_ERROR_NONE && e->outcome == TB_OP_UNKNOWN;
  Effect effect = effect_of (result, answer, &error);
  op->entry.port = answer->port != 0 ? answer->port : op->entry.port;
  e->outcome = effect == EFFECT_DONE ? TB_OP_OK : effect == EFFECT_NONE && !maybe ? TB_OP_FAIL : TB_OP_UNKNOWN;
  if (effect == EFFECT_DONE || !maybe)
    e->error = error;
  return e->outcome != TB_OP_UNKNOWN || e->kind == TB_OP_READ || e->kind == TB_OP_WRITE || e->kind == TB_OP_INSERT;
}

void
operation_end (Caller *caller)
{
  Operation *op = caller->operation;
  caller->operation = NULL;
  if (op == NULL || !op->open)
    return;
  TbOp *e = &op->entry.op;
  e->return_ns = e->outcome == TB_OP_UNKNOWN ? INT64_MAX : tb_now_ns ();
  caller->generation += e->outcome == TB_OP_UNKNOWN;
  if (e->outcome == TB_OP_OK && op->unreadable)
    tb_ops_forget (table, caller->slot - 1);
  else
    tb_ops_return (table, caller->slot - 1, &op->entry);
}
