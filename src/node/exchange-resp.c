/* A call over RESP: an operation on a key, or a command of the caller's. What is sent is what Redis 7 understands; a swap
 * is a script there, since no command of it compares, and the built-in store knows that one script. */
#include "exchange-private.h"
#include "operation.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char resp_swap_script[] = "local v=redis.call('GET',KEYS[1]) if v==ARGV[1] or (not v and ARGV[1]=='') then "
                                "redis.call('SET',KEYS[1],ARGV[2]) return 1 end return v";

/* ---- What is sent ---- */

static size_t
append_bulk (char *out, size_t at, const char *bytes, size_t n)
{
  at += (size_t) sprintf (out + at, "$%zu\r\n", n);
  memcpy (out + at, bytes, n);
  memcpy (out + at + n, "\r\n", 2);
  return at + n + 2;
}

static size_t
append_words (char *out, const char *const *words, unsigned n)
{
  size_t at = (size_t) sprintf (out, "*%u\r\n", n);
  for (unsigned i = 0; i < n; i++)
    at = append_bulk (out, at, words[i], strlen (words[i]));
  return at;
}

/* A value is padded up to `body`, as far as the buffer goes. */
static size_t
write_command (const Call *call, const Operation *op, const char *key, size_t k, char *out)
{
  size_t at = append_bulk (out, (size_t) sprintf (out, "*3\r\n$3\r\nSET\r\n"), key, k), n = op->value.n;
  size_t padded = TB_CLAMP (call->body, n, (size_t) EXCHANGE_BYTES - 1024);
  at += (size_t) sprintf (out + at, "$%zu\r\n", padded);
  memcpy (out + at, op->value.text, n);
  memset (out + at + n, 'x', padded - n);
  memcpy (out + at + padded, "\r\n", 2);
  return at + padded + 2;
}

static size_t
swap_command (const Operation *op, const char *key, size_t k, char *out)
{
  static const char *const words[] = { "EVAL", resp_swap_script, "1" };
  size_t at = append_words (out, words, 3);
  out[1] = '6'; /* words: three more */
  at = append_bulk (out, at, key, k);
  at = append_bulk (out, at, op->expected.text, op->expected.n);
  return append_bulk (out, at, op->value.text, op->value.n);
}

static size_t
key_command (const char *name, const Text *value, const char *key, size_t k, char *out)
{
  size_t at = (size_t) sprintf (out, "*%u\r\n", value != NULL ? 3 : 2);
  at = append_bulk (out, at, name, strlen (name));
  at = append_bulk (out, at, key, k);
  return value != NULL ? append_bulk (out, at, value->text, value->n) : at;
}

static size_t
command_of (const Call *call, Caller *caller)
{
  char key[32], *out = caller->bytes;
  const Operation *op = caller->operation;
  size_t k = operation_key (caller, key, sizeof key);
  switch (call->op)
    {
    case TB_OP_WRITE: return write_command (call, op, key, k, out);
    case TB_OP_CAS: return swap_command (op, key, k, out);
    case TB_OP_APPEND: return key_command ("APPEND", &op->value, key, k, out);
    case TB_OP_ADD: return key_command ("INCRBY", &op->value, key, k, out);
    case TB_OP_INSERT: return key_command ("SADD", &op->value, key, k, out);
    case TB_OP_READ:
    case TB_N_OPS: break;
    }
  return key_command (call->members ? "SMEMBERS" : "GET", NULL, key, k, out);
}

/* ---- What is answered ---- */

/* A line, as far as it goes, and where the next begins. */
static const char *
next_line (const char *p, const char *end, char *line, size_t size)
{
  const char *stop = memchr (p, '\n', (size_t) (end - p));
  size_t n = (size_t) ((stop != NULL ? stop : end) - p);
  n -= n > 0 && p[n - 1] == '\r';
  n = TB_MIN (n, size - 1);
  memcpy (line, p, n);
  line[n] = '\0';
  return stop != NULL ? stop + 1 : end;
}

static bool
is_nothing (const char *line)
{
  return strcmp (line, "$-1") == 0 || strcmp (line, "_") == 0;
}

/* The bulk behind its line; *whole is how long it is, and what is here of it is returned. */
static size_t
bulk_of (const char *line, const char *p, const char *end, size_t *whole)
{
  unsigned long long n = strtoull (line + 1, NULL, 10);
  *whole = (size_t) n;
  return TB_MIN ((size_t) n, (size_t) (end - p));
}

static void
saw_members (Caller *caller, const char *line, const char *p, const char *end)
{
  char item[64];
  unsigned long n = strtoul (line + 1, NULL, 10);
  size_t whole;
  for (; n > 0 && p < end; n--)
    {
      p = next_line (p, end, item, sizeof item);
      size_t here = bulk_of (item, p, end, &whole);
      operation_saw_element (caller, p, here);
      p += TB_MIN (whole + 2, (size_t) (end - p));
    }
  if (n > 0) /* not all of them are here */
    operation_saw_element (caller, "", 0);
}

static void
saw (const Call *call, Caller *caller, const char *line, const char *p, const char *end)
{
  size_t whole;
  if (is_nothing (line))
    operation_saw_nothing (call, caller);
  else if (line[0] == '$')
    {
      size_t here = bulk_of (line, p, end, &whole);
      operation_saw_value (call, caller, p, here, whole);
    }
  else if (line[0] == '*' || line[0] == '~')
    saw_members (caller, line, p, end);
  operation_swapped (call, caller, strcmp (line, ":1") == 0);
}

CallResult
exchange_resp (Channel *ch, const Call *call, const CallCommand *command, Caller *caller, const Host *host,
               int64_t deadline_ns, CallAnswer *answer)
{
  Exchange x = { .ch = ch, .peer = host->name, .deadline_ns = deadline_ns,
                 .timeout_ns = call->timeout_ns, .answer = answer };
  size_t kept, n = command ? append_words (caller->bytes, command->words, command->n_words)
                           : command_of (call, caller);
  CallResult result = exchange_transact (&x, TB_PROTO_RESP, caller->bytes, n, 0, &kept);
  if (result != CALL_OK)
    return result;
  char line[CALL_TEXT_MAX - 80];
  const char *end = caller->bytes + kept, *rest = next_line (caller->bytes, end, line, sizeof line);
  answer->missed = is_nothing (line);
  if (line[0] == '$' && !answer->missed)
    next_line (rest, end, answer->text, sizeof answer->text);
  if (line[0] == ':')
    answer->integer = strtoll (line + 1, NULL, 10);
  if (!x.reply.error)
    {
      if (command == NULL)
        saw (call, caller, line, rest, end);
      return CALL_OK;
    }
  char what[CALL_TEXT_MAX - 64];
  snprintf (what, sizeof what, "answered “%s”", line + 1);
  snprintf (answer->error, sizeof answer->error, "%.*s", (int) sizeof answer->error - 1, line + 1);
  return exchange_fail (&x, CALL_ERROR, what);
}
