/* A call over RESP: a read, a write of a value nobody wrote before, or a command of the caller's. */
#include "exchange-private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static _Atomic uint64_t values;
static uint64_t incarnation;
static pthread_once_t once = PTHREAD_ONCE_INIT;

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
  return (size_t) snprintf (out, size, "%s:%lx:%lu", o->name, (unsigned long) incarnation,
                            (unsigned long) n);
}

static size_t
append_bulk (char *out, size_t at, const char *bytes, size_t n)
{
  at += (size_t) sprintf (out + at, "$%zu\r\n", n);
  memcpy (out + at, bytes, n);
  memcpy (out + at + n, "\r\n", 2);
  return at + n + 2;
}

static size_t
command_words (char *out, const CallCommand *command)
{
  size_t at = (size_t) sprintf (out, "*%u\r\n", command->n_words);
  for (unsigned i = 0; i < command->n_words; i++)
    at = append_bulk (out, at, command->words[i], strlen (command->words[i]));
  return at;
}

/* SET key value, or GET key. A value is padded up to `body`, as far as the buffer goes. */
static size_t
command_of (const Options *o, const Call *call, Caller *caller)
{
  char key[32], *out = caller->bytes, value[256];
  size_t k = (size_t) snprintf (key, sizeof key, "key:%lu",
                                (unsigned long) caller->key);
  if (!call->write)
    {
      memcpy (out, "*2\r\n$3\r\nGET\r\n", 13);
      return append_bulk (out, 13, key, k);
    }
  memcpy (out, "*3\r\n$3\r\nSET\r\n", 13);
  size_t at = append_bulk (out, 13, key, k), n = call_unique_value (o, value, sizeof value);
  size_t padded = TB_CLAMP (call->body, n, (size_t) EXCHANGE_BYTES - 1024);
  at += (size_t) sprintf (out + at, "$%zu\r\n", padded);
  memcpy (out + at, value, n);
  memset (out + at + n, 'x', padded - n);
  memcpy (out + at + padded, "\r\n", 2);
  return at + padded + 2;
}

static void
first_line (const char *bytes, size_t n, char *line, size_t size)
{
  size_t length = TB_MIN (n, size - 1);
  memcpy (line, bytes, length);
  line[length] = '\0';
  line[strcspn (line, "\r\n")] = '\0';
}

CallResult
exchange_resp (Channel *ch, const Options *o, const Call *call, const CallCommand *command,
               Caller *caller, const Host *host, int64_t deadline_ns, CallAnswer *answer)
{
  Exchange x = { .ch = ch, .peer = host->name, .deadline_ns = deadline_ns,
                 .timeout_ns = call->timeout_ns, .answer = answer };
  size_t kept, n = command ? command_words (caller->bytes, command)
                           : command_of (o, call, caller);
  CallResult result = exchange_transact (&x, TB_PROTO_RESP, caller->bytes, n, 0, &kept);
  if (result != CALL_OK)
    return result;
  char line[CALL_TEXT_MAX - 80];
  first_line (caller->bytes, kept, line, sizeof line);
  answer->missed = strcmp (line, "$-1") == 0 || strcmp (line, "_") == 0;
  if (line[0] == '$' && !answer->missed)
    first_line (caller->bytes + strlen (line) + 2, kept - TB_MIN (kept, strlen (line) + 2),
                answer->text, sizeof answer->text);
  if (line[0] == ':')
    answer->integer = strtoll (line + 1, NULL, 10);
  if (!x.reply.error)
    return CALL_OK;
  char what[CALL_TEXT_MAX - 64];
  snprintf (what, sizeof what, "answered “%s”", line + 1);
  return exchange_fail (&x, CALL_ERROR, what);
}
