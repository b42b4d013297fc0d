/* Commands of a replicated store. Where the core agrees on one order, any command on data travels as it came and is run
 * by every replica, at the time the one who took it says; else only what the core itself knows. */
#include "copies-private.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

static const char *const reads[] = { "GET",  "MGET", "EXISTS", "STRLEN",   "TYPE",  "TTL",
                                     "PTTL", "KEYS", "DBSIZE", "SMEMBERS", "SCARD", "SISMEMBER" };

/* What a core without one order knows, as Redis writes it. */
static const struct
{
  const char *name;
  unsigned n_args;
  TbCommandKind kind;
  int sign; /* of the amount; 0: none */
} known[] = {
  { "GET", 2, TB_COMMAND_GET, 0 },       { "SET", 3, TB_COMMAND_SET, 0 },       { "DEL", 2, TB_COMMAND_DELETE, 0 },
  { "APPEND", 3, TB_COMMAND_APPEND, 0 }, { "INCR", 2, TB_COMMAND_ADD, 1 },      { "DECR", 2, TB_COMMAND_ADD, -1 },
  { "INCRBY", 3, TB_COMMAND_ADD, 1 },    { "DECRBY", 3, TB_COMMAND_ADD, -1 },   { "SADD", 3, TB_COMMAND_INSERT, 0 },
  { "SREM", 3, TB_COMMAND_REMOVE, 0 },   { "SMEMBERS", 2, TB_COMMAND_MEMBERS, 0 },
};

static bool
is_word (TbSlice s, const char *word)
{
  return s.n == strlen (word) && strncasecmp (s.p, word, s.n) == 0;
}

static bool
ordered_command (TbSlice name, TbSlice bytes, TbCommand *command)
{
  struct timespec t;
  clock_gettime (CLOCK_REALTIME_COARSE, &t);
  *command = (TbCommand){ .kind = TB_COMMAND_OTHER_WRITE, .value = { bytes.p, bytes.n },
                          .amount = t.tv_sec * 1000 + t.tv_nsec / 1000000 };
  for (size_t i = 0; i < TB_ARRAY_LENGTH (reads); i++)
    if (is_word (name, reads[i]))
      command->kind = TB_COMMAND_OTHER_READ;
  return true;
}

bool
state_command (const TbSlice *args, unsigned n_args, TbSlice bytes, TbCommand *command)
{
  if (copies.one_order)
    return ordered_command (args[0], bytes, command);
  for (size_t i = 0; i < TB_ARRAY_LENGTH (known); i++)
    if (n_args == known[i].n_args && is_word (args[0], known[i].name))
      {
        Command c = { .args = args, .n_args = n_args };
        *command = (TbCommand){ .kind = known[i].kind, .key = { args[1].p, args[1].n }, .amount = known[i].sign };
        if (n_args == 3)
          command->value = (TbBytes){ args[2].p, args[2].n };
        int64_t amount = 1;
        if (known[i].sign != 0 && n_args == 3 && (!arg_integer (&c, 2, &amount) || amount == INT64_MIN))
          return false;
        command->amount *= amount;
        return true;
      }
  return false;
}

/* ---- In one order ---- */

void
state_apply (const TbCommand *command)
{
  TbSlice args[TB_RESP_ARGS_MAX];
  size_t used;
  static Conn nobody = { .fd = -1, .resp = 2 };
  Command c = { .w = &copies.worker, .conn = &nobody, .args = args, .now_ms = command->amount };
  copies.worker.out_n = 0;
  if (tb_resp_parse_command (command->value.p, command->value.n, args, &c.n_args, &used) == TB_PARSE_DONE && c.n_args > 0)
    store_run (&c);
  else
    reply_error (&c, "ERR this is no command");
}

typedef struct
{
  char *p;
  size_t n;
} Saved;

static void
count_entry (TbSlice key, const DictEntry *e, void *data)
{
  Saved *s = data;
  s->n += 16 + key.n + e->value_n;
}

static void
save_entry (TbSlice key, const DictEntry *e, void *data)
{
  Saved *s = data;
  uint32_t sizes[2] = { (uint32_t) key.n, e->value_n };
  memcpy (s->p + s->n, sizes, sizeof sizes);
  memcpy (s->p + s->n + 8, &e->expires_ms, 8);
  memcpy (s->p + s->n + 16, key.p, key.n);
  memcpy (s->p + s->n + 16 + key.n, e->value, e->value_n);
  s->n += 16 + key.n + e->value_n;
}

/* Keys that have expired stay in it, so that it does not depend on when it was written. */
void *
state_save (size_t *n)
{
  Saved s = { 0 };
  dict_each (store.dict, 0, count_entry, &s);
  *n = s.n;
  s = (Saved){ .p = malloc (s.n + 1) };
  TB_CHECK (s.p != NULL);
  dict_each (store.dict, 0, save_entry, &s);
  return s.p;
}

void
state_load (const void *bytes, size_t n)
{
  const char *p = bytes;
  dict_clear (store.dict);
  while (n >= 16)
    {
      uint32_t sizes[2];
      int64_t expires_ms;
      memcpy (sizes, p, sizeof sizes);
      memcpy (&expires_ms, p + 8, 8);
      size_t size = 16 + (size_t) sizes[0] + sizes[1];
      if (size > n)
        return;
      dict_set (store.dict, (TbSlice){ p + 16, sizes[0] }, (TbSlice){ p + 16 + sizes[0], sizes[1] }, expires_ms);
      p += size;
      n -= size;
    }
}

/* ---- Of a core that has the state ---- */

/* Lengths of 7 bits a byte, each with its bytes behind. */
static void
answer_members (Command *c, TbSlice value)
{
  for (int pass = 0; pass < 2; pass++)
    {
      size_t n = 0, at = 0;
      while (at < value.n)
        {
          size_t size = 0;
          for (unsigned shift = 0; at < value.n && shift < 35; shift += 7)
            {
              unsigned char b = (unsigned char) value.p[at++];
              size |= (size_t) (b & 0x7f) << shift;
              if (b < 0x80)
                break;
            }
          if (size > value.n - at)
            break;
          if (pass == 1)
            reply_bulk (c, value.p + at, size);
          at += size;
          n++;
        }
      if (pass == 0)
        reply_array (c, n);
    }
}

void
state_answer (TbCommandKind kind, TbAnswer answer, TbSlice value, unsigned resp)
{
  Conn conn = { .fd = -1, .resp = (uint8_t) resp };
  Command c = { .w = &copies.worker, .conn = &conn };
  copies.worker.out_n = 0;
  bool number = kind == TB_COMMAND_ADD || kind == TB_COMMAND_APPEND;
  if (kind == TB_COMMAND_MEMBERS)
    answer_members (&c, value);
  else if (kind == TB_COMMAND_GET && answer == TB_ANSWER_NIL)
    reply_null (&c);
  else if (kind == TB_COMMAND_GET)
    reply_bulk (&c, value.p, value.n);
  else if (kind == TB_COMMAND_SET || (number && value.n == 0))
    reply_ok (&c);
  else if (number)
    worker_printf (&copies.worker, ":%.*s\r\n", (int) TB_MIN (value.n, 20), value.p);
  else
    reply_integer (&c, answer == TB_ANSWER_OK);
}
