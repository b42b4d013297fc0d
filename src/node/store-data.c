/* Commands on keys, as Redis answers them. All run under the store's lock. */
#include "operation.h"
#include "store-private.h"

#include <fnmatch.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Reading and changing ---- */

static DictEntry *
find (Command *c, TbSlice key)
{
  return dict_find (store.dict, key, c->now_ms);
}

static DictEntry *
look_up (Command *c, TbSlice key)
{
  DictEntry *e = find (c, key);
  atomic_fetch_add_explicit (e ? &store.hits : &store.misses, 1, memory_order_relaxed);
  return e;
}

static bool
written (Command *c, uint64_t at)
{
  if (at > 0)
    return true;
  reply_error (c, "ERR the change could not be written to the disk");
  return false;
}

bool
store_set (Command *c, TbSlice key, TbSlice value, int64_t expires_ms)
{
  int64_t ttl_ns = store.options->ttl_ns; /* of a cache */
  if (expires_ms == 0 && ttl_ns > 0)
    expires_ms = c->now_ms + TB_MAX (ttl_ns / TB_NS_PER_MS, 1);
  if (store.journal != NULL && !written (c, journal_set (store.journal, key, value, expires_ms)))
    return false;
  if (dict_set (store.dict, key, value, expires_ms) != NULL)
    return true;
  reply_error (c, "OOM out of memory");
  return false;
}

static void
reply_value (Command *c, const DictEntry *e)
{
  if (e == NULL)
    reply_null (c);
  else
    reply_bulk (c, e->value, e->value_n);
}

/* ---- GET and SET ---- */

/* What is there is a string; else answered with an error. */
static bool
is_string (Command *c, const DictEntry *e)
{
  if (e == NULL || !set_is (e->value, e->value_n))
    return true;
  reply_wrong_type (c);
  return false;
}

static void
get (Command *c)
{
  DictEntry *e = look_up (c, c->args[1]);
  if (is_string (c, e))
    reply_value (c, e);
}

typedef struct
{
  bool nx, xx, get, keep;
  int64_t expires_ms;
} SetOptions;

static const struct
{
  const char *word;
  int64_t unit_ms;
  bool at; /* a point in time, not a duration */
} expiries[] = {
  { "EX", 1000, false },
  { "PX", 1, false },
  { "EXAT", 1000, true },
  { "PXAT", 1, true },
};

/* 1: read, 0: another word, -1: answered with an error. */
static int
read_expiry (Command *c, unsigned i, SetOptions *s)
{
  int64_t value;
  for (size_t k = 0; k < TB_ARRAY_LENGTH (expiries); k++)
    {
      if (!arg_is (c, i, expiries[k].word) || i + 1 == c->n_args)
        continue;
      if (!arg_integer (c, i + 1, &value))
        {
          reply_error (c, "ERR value is not an integer or out of range");
          return -1;
        }
      if (value <= 0 || value > INT64_MAX / 2000)
        {
          reply_error (c, "ERR invalid expire time in 'set' command");
          return -1;
        }
      s->expires_ms = value * expiries[k].unit_ms + (expiries[k].at ? 0 : c->now_ms);
      return 1;
    }
  return 0;
}

static bool
read_set_options (Command *c, SetOptions *s)
{
  for (unsigned i = 3; i < c->n_args; i++)
    {
      int expiry = read_expiry (c, i, s);
      if (expiry < 0)
        return false;
      if (expiry > 0)
        i++;
      else if (arg_is (c, i, "NX"))
        s->nx = true;
      else if (arg_is (c, i, "XX"))
        s->xx = true;
      else if (arg_is (c, i, "GET"))
        s->get = true;
      else if (arg_is (c, i, "KEEPTTL"))
        s->keep = true;
      else
        {
          reply_syntax (c);
          return false;
        }
    }
  if (!(s->nx && s->xx) && !(s->keep && s->expires_ms != 0))
    return true;
  reply_syntax (c);
  return false;
}

static void
set_command (Command *c)
{
  SetOptions s = { 0 };
  if (c->n_args > 3 && !read_set_options (c, &s))
    return;
  DictEntry *old = s.nx || s.xx || s.get || s.keep ? find (c, c->args[1]) : NULL;
  bool blocked = (s.nx && old != NULL) || (s.xx && old == NULL);
  size_t before = c->w->out_n;
  if (s.get && !is_string (c, old))
    return;
  if (s.get)
    reply_value (c, old);
  if (blocked && !s.get)
    reply_null (c);
  if (blocked)
    return;
  size_t after = c->w->out_n;
  if (!store_set (c, c->args[1], c->args[2], s.keep && old != NULL ? old->expires_ms : s.expires_ms))
    {
      /* The error stands instead of the old value, not behind it. */
      memmove (c->w->out + before, c->w->out + after, c->w->out_n - after);
      c->w->out_n -= after - before;
    }
  else if (!s.get)
    reply_ok (c);
}

static void
setnx (Command *c)
{
  if (find (c, c->args[1]) != NULL)
    reply_integer (c, 0);
  else if (store_set (c, c->args[1], c->args[2], 0))
    reply_integer (c, 1);
}

static void
mget (Command *c)
{
  reply_array (c, c->n_args - 1);
  for (unsigned i = 1; i < c->n_args; i++)
    {
      const DictEntry *e = look_up (c, c->args[i]);
      reply_value (c, e != NULL && set_is (e->value, e->value_n) ? NULL : e);
    }
}

static void
mset (Command *c)
{
  if (c->n_args % 2 == 0)
    {
      reply_error (c, "ERR wrong number of arguments for 'mset' command");
      return;
    }
  for (unsigned i = 1; i < c->n_args; i += 2)
    if (!store_set (c, c->args[i], c->args[i + 1], 0))
      return;
  reply_ok (c);
}

static void
append (Command *c)
{
  DictEntry *e = find (c, c->args[1]);
  TbSlice more = c->args[2];
  size_t n = (e ? e->value_n : 0) + more.n;
  if (!is_string (c, e))
    return;
  if (n > VALUE_MAX)
    {
      reply_error (c, "ERR string exceeds maximum allowed size (16 MiB)");
      return;
    }
  char *joined = malloc (n + 1);
  if (joined == NULL)
    {
      reply_error (c, "OOM out of memory");
      return;
    }
  if (e != NULL)
    memcpy (joined, e->value, e->value_n);
  memcpy (joined + n - more.n, more.p, more.n);
  if (store_set (c, c->args[1], (TbSlice) { joined, n }, e ? e->expires_ms : 0))
    reply_integer (c, (int64_t) n);
  free (joined);
}

static void
string_length (Command *c)
{
  DictEntry *e = look_up (c, c->args[1]);
  if (is_string (c, e))
    reply_integer (c, e ? e->value_n : 0);
}

/* ---- Counting ---- */

static void
add (Command *c, int64_t amount)
{
  DictEntry *e = find (c, c->args[1]);
  TbSlice old = { e ? e->value : "0", e ? e->value_n : 1 };
  Command number = { .args = &old, .n_args = 1 };
  int64_t value;
  char text[24];
  if (!is_string (c, e))
    return;
  if (!arg_integer (&number, 0, &value))
    reply_error (c, "ERR value is not an integer or out of range");
  else if (__builtin_add_overflow (value, amount, &value))
    reply_error (c, "ERR increment or decrement would overflow");
  else
    {
      size_t n = (size_t) snprintf (text, sizeof text, "%" PRId64, value);
      if (store_set (c, c->args[1], (TbSlice) { text, n }, e ? e->expires_ms : 0))
        reply_integer (c, value);
    }
}

static void
incr (Command *c)
{
  add (c, 1);
}

static void
decr (Command *c)
{
  add (c, -1);
}

static void
incrby (Command *c)
{
  int64_t amount;
  if (arg_integer (c, 2, &amount))
    add (c, amount);
  else
    reply_error (c, "ERR value is not an integer or out of range");
}

static void
decrby (Command *c)
{
  int64_t amount;
  if (!arg_integer (c, 2, &amount))
    reply_error (c, "ERR value is not an integer or out of range");
  else if (amount == INT64_MIN)
    reply_error (c, "ERR decrement would overflow");
  else
    add (c, -amount);
}

/* ---- Keys ---- */

bool
store_delete (Command *c, TbSlice key, int64_t *n)
{
  if (find (c, key) == NULL)
    return true;
  if (store.journal != NULL && !written (c, journal_delete (store.journal, key)))
    return false;
  *n += dict_delete (store.dict, key, c->now_ms);
  return true;
}

static void
del (Command *c)
{
  int64_t n = 0;
  for (unsigned i = 1; i < c->n_args; i++)
    if (!store_delete (c, c->args[i], &n))
      return;
  reply_integer (c, n);
}

static void
exists (Command *c)
{
  int64_t n = 0;
  for (unsigned i = 1; i < c->n_args; i++)
    n += look_up (c, c->args[i]) != NULL;
  reply_integer (c, n);
}

static void
type (Command *c)
{
  const DictEntry *e = find (c, c->args[1]);
  reply_simple (c, e == NULL ? "none" : set_is (e->value, e->value_n) ? "set" : "string");
}

static void
time_to_live (Command *c, int64_t unit_ms)
{
  DictEntry *e = find (c, c->args[1]);
  if (e == NULL)
    reply_integer (c, -2);
  else if (e->expires_ms == 0)
    reply_integer (c, -1);
  else
    reply_integer (c, (e->expires_ms - c->now_ms + unit_ms / 2) / unit_ms);
}

static void
ttl (Command *c)
{
  time_to_live (c, 1000);
}

static void
pttl (Command *c)
{
  time_to_live (c, 1);
}

typedef struct
{
  Command *c;
  char pattern[256];
  size_t n;
  bool all, say;
} Listing;

static void
list_key (TbSlice key, const DictEntry *e, void *data)
{
  Listing *l = data;
  char text[256];
  if (!l->all)
    {
      if (key.n >= sizeof text)
        return;
      memcpy (text, key.p, key.n);
      text[key.n] = '\0';
      if (fnmatch (l->pattern, text, 0) != 0)
        return;
    }
  l->n++;
  if (l->say)
    reply_bulk (l->c, key.p, key.n);
}

static void
keys (Command *c)
{
  Listing l = { .c = c };
  TbSlice pattern = c->args[1];
  if (pattern.n >= sizeof l.pattern)
    {
      reply_error (c, "ERR the pattern is too long");
      return;
    }
  memcpy (l.pattern, pattern.p, pattern.n);
  l.all = strcmp (l.pattern, "*") == 0;
  dict_each (store.dict, c->now_ms, list_key, &l);
  reply_array (c, l.n);
  l.say = true;
  dict_each (store.dict, c->now_ms, list_key, &l);
}

static void
dbsize (Command *c)
{
  reply_integer (c, (int64_t) dict_count (store.dict, c->now_ms));
}

static void
flushall (Command *c)
{
  if (store.journal != NULL && !written (c, journal_clear (store.journal)))
    return;
  dict_clear (store.dict);
  reply_ok (c);
}

/* ---- Swapping ---- */

/* No program is run here but one, which every client of ours sends to any store that speaks RESP: it sets a key that is
 * what the first argument says (empty: not there), else answers what it is. */
static void
eval (Command *c)
{
  const TbSlice *a = c->args;
  if (a[1].n != strlen (resp_swap_script) || memcmp (a[1].p, resp_swap_script, a[1].n) != 0 || c->n_args != 6
      || !arg_is (c, 2, "1"))
    {
      reply_error (c, "ERR the only script that is known here swaps a value for another");
      return;
    }
  DictEntry *e = look_up (c, a[3]);
  if (!is_string (c, e))
    return;
  bool same = e == NULL ? a[4].n == 0 : e->value_n == a[4].n && memcmp (e->value, a[4].p, a[4].n) == 0;
  if (!same)
    reply_value (c, e);
  else if (store_set (c, a[3], a[5], 0))
    reply_integer (c, 1);
}

/* The most used first: the table is searched from its beginning. */
const CommandRow data_commands[] = {
  { "GET", 2, 2, get, true },
  { "SET", 3, 0, set_command, true },
  { "INCR", 2, 2, incr, true },
  { "MGET", 2, 0, mget, true },
  { "MSET", 3, 0, mset, true },
  { "DEL", 2, 0, del, true },
  { "EXISTS", 2, 0, exists, true },
  { "DECR", 2, 2, decr, true },
  { "INCRBY", 3, 3, incrby, true },
  { "DECRBY", 3, 3, decrby, true },
  { "APPEND", 3, 3, append, true },
  { "STRLEN", 2, 2, string_length, true },
  { "SETNX", 3, 3, setnx, true },
  { "UNLINK", 2, 0, del, true },
  { "SADD", 3, 0, set_add, true },
  { "SMEMBERS", 2, 2, set_members, true },
  { "SREM", 3, 0, set_remove, true },
  { "SCARD", 2, 2, set_count, true },
  { "SISMEMBER", 3, 3, set_has, true },
  { "EVAL", 3, 0, eval, true },
  { "TYPE", 2, 2, type, true },
  { "TTL", 2, 2, ttl, true },
  { "PTTL", 2, 2, pttl, true },
  { "KEYS", 2, 2, keys, true },
  { "DBSIZE", 1, 1, dbsize, true },
  { "FLUSHALL", 1, 2, flushall, true },
  { "FLUSHDB", 1, 2, flushall, true },
};
const size_t n_data_commands = TB_ARRAY_LENGTH (data_commands);
