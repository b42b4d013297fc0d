/* One request and its reply on a connection. Where the reply ends is the framer's to say, as it is
 * in a tap: bodies may be chunked or end with the connection, interim replies may come before it. */
#include "node-private.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* The head of a reply that is kept to be read; the rest of the buffer is read over. */
#define KEPT (EXCHANGE_BYTES / 2)

typedef struct
{
  Channel *ch;
  const char *peer;
  int64_t deadline_ns, timeout_ns;
  CallAnswer *answer;
  TbFramer *framer;
  TbMessage reply;
  bool whole;
} Exchange;

static const char filler[4096] = { [0 ... 4095] = 'x' };

static CallResult
fail (Exchange *x, CallResult result, const char *what)
{
  snprintf (x->answer->text, sizeof x->answer->text, "%s %s", x->peer, what);
  return result;
}

static CallResult
wait_for (Exchange *x, short events)
{
  struct pollfd p = { x->ch->fd, events, 0 };
  char what[64], time[24];
  for (;;)
    {
      int64_t left = x->deadline_ns - tb_now_ns ();
      struct timespec t = { TB_MAX (left, 0) / TB_NS_PER_S, TB_MAX (left, 0) % TB_NS_PER_S };
      int n = ppoll (&p, 1, &t, NULL);
      if (n > 0)
        return CALL_OK;
      if (n == 0 || left <= 0)
        break;
      if (errno != EINTR)
        return fail (x, CALL_REFUSED, strerror (errno));
    }
  tb_duration_format (x->timeout_ns, time, sizeof time);
  snprintf (what, sizeof what, "did not answer within %s", time);
  return fail (x, CALL_TIMEOUT, what);
}

static CallResult
broken (Exchange *x)
{
  return fail (x, CALL_REFUSED,
               errno == ECONNRESET || errno == EPIPE ? "reset the connection" : strerror (errno));
}

static CallResult
send_all (Exchange *x, const char *bytes, size_t n)
{
  CallResult result;
  while (n > 0)
    {
      ssize_t sent = send (x->ch->fd, bytes, n, MSG_DONTWAIT | MSG_NOSIGNAL);
      if (sent >= 0)
        bytes += sent, n -= (size_t) sent;
      else if (errno != EAGAIN && errno != EINTR)
        return broken (x);
      else if ((result = wait_for (x, POLLOUT)) != CALL_OK)
        return result;
    }
  return CALL_OK;
}

static void
on_message (const TbMessage *m, void *data)
{
  Exchange *x = data;
  if (m->kind != TB_MSG_REPLY)
    return;
  x->reply = *m;
  x->whole = true;
}

static CallResult
receive_more (Exchange *x, char *to, size_t room, size_t *got)
{
  for (;;)
    {
      CallResult result = wait_for (x, POLLIN);
      if (result != CALL_OK)
        return result;
      ssize_t n = recv (x->ch->fd, to, room, MSG_DONTWAIT);
      if (n >= 0)
        {
          *got = (size_t) n;
          return CALL_OK;
        }
      if (errno != EAGAIN && errno != EINTR)
        return broken (x);
    }
}

/* Until the reply is whole; *kept bytes of its beginning stay in the buffer. */
static CallResult
receive_reply (Exchange *x, char *buffer, size_t *kept)
{
  *kept = 0;
  while (!x->whole)
    {
      size_t got = 0;
      CallResult result = receive_more (x, buffer + *kept, EXCHANGE_BYTES - *kept, &got);
      if (result != CALL_OK)
        return result;
      if (got == 0)
        tb_framer_end (x->framer, TB_DIR_DOWN, 0, on_message, x);
      else
        tb_framer_feed (x->framer, TB_DIR_DOWN, buffer + *kept, got, 0, on_message, x);
      if (got == 0 && !x->whole)
        return fail (x, CALL_REFUSED, "closed the connection");
      if (!x->whole && tb_framer_note (x->framer) != NULL)
        return fail (x, CALL_NONSENSE, "answered with what is not the protocol");
      *kept = TB_MIN (*kept + got, (size_t) KEPT);
    }
  return CALL_OK;
}

/* Sends n bytes and then `body` bytes of filler, and waits for the reply. */
static CallResult
transact (Exchange *x, TbProto proto, char *buffer, size_t n, size_t body, size_t *kept)
{
  _Alignas (16) char memory[512];
  CallResult result;
  TB_CHECK (tb_framer_size () <= sizeof memory);
  x->framer = (TbFramer *) memory;
  tb_framer_init (x->framer, proto);
  tb_framer_feed (x->framer, TB_DIR_UP, buffer, n, 0, on_message, x);
  result = send_all (x, buffer, n);
  while (result == CALL_OK && body > 0)
    {
      size_t part = TB_MIN (body, sizeof filler);
      tb_framer_feed (x->framer, TB_DIR_UP, filler, part, 0, on_message, x);
      result = send_all (x, filler, part);
      body -= part;
    }
  if (result == CALL_OK)
    result = receive_reply (x, buffer, kept);
  tb_framer_clear (x->framer);
  return result;
}

/* ---- HTTP ---- */

static void
hex (const uint8_t *bytes, size_t n, char *out)
{
  for (size_t i = 0; i < n; i++)
    sprintf (out + 2 * i, "%02x", bytes[i]);
}

#define COOKIE "tierboard-session="

/* A cookie that is set though one was sent means that the session was lost. */
static void
take_cookie (const char *buffer, size_t kept, Caller *caller, CallAnswer *answer)
{
  TbHttpHead head;
  if (tb_http_parse_reply (buffer, kept, &head) != TB_PARSE_DONE)
    return;
  TbSlice value = tb_http_header (&head, "set-cookie");
  if (value.n != strlen (COOKIE) + 16 || memcmp (value.p, COOKIE, strlen (COOKIE)) != 0)
    return;
  answer->new_cookie = true;
  memcpy (caller->cookie, value.p, value.n);
  caller->cookie[value.n] = '\0';
}

static size_t
http_request (const Call *call, const Host *host, const Trace *trace, const Caller *caller,
              char *out, size_t size)
{
  char trace_id[33], span_id[17], length[48] = "";
  hex (trace->trace_id, 16, trace_id);
  hex (trace->span_id, 8, span_id);
  if (call->body > 0 || strcmp (call->method, "GET") != 0)
    snprintf (length, sizeof length, "Content-Length: %zu\r\n", call->body);
  bool cookie = caller->keeps_cookies && caller->cookie[0] != '\0';
  return (size_t) snprintf (out, size,
                            "%s %s HTTP/1.1\r\nHost: %s\r\n"
                            "traceparent: 00-%s-%s-01\r\n%s%s%s%s\r\n",
                            call->method, call->path, host->name, trace_id, span_id, length,
                            cookie ? "Cookie: " : "", cookie ? caller->cookie : "",
                            cookie ? "\r\n" : "");
}

CallResult
exchange_http (Channel *ch, const Options *o, const Call *call, const Host *host,
               const Trace *trace, Caller *caller, int64_t deadline_ns, CallAnswer *answer,
               bool *keep)
{
  Exchange x = { .ch = ch, .peer = host->name, .deadline_ns = deadline_ns,
                 .timeout_ns = call->timeout_ns, .answer = answer };
  size_t kept, n = http_request (call, host, trace, caller, caller->bytes, EXCHANGE_BYTES);
  CallResult result = transact (&x, TB_PROTO_HTTP, caller->bytes, n, call->body, &kept);
  if (result != CALL_OK)
    return result;
  *keep = !x.reply.last;
  answer->status = x.reply.status;
  if (caller->keeps_cookies)
    take_cookie (caller->bytes, kept, caller, answer);
  if (x.reply.status < 400)
    return CALL_OK;
  char what[32];
  snprintf (what, sizeof what, "answered %u", x.reply.status);
  return fail (&x, CALL_ERROR, what);
}

/* ---- RESP ---- */

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

/* Written values are unique over all callers and restarts, so that a history can be judged. */
static size_t
unique_value (const Options *o, char *out, size_t size)
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
                                (unsigned long) tb_rng_below (&caller->rng, call->keys));
  if (!call->write)
    {
      memcpy (out, "*2\r\n$3\r\nGET\r\n", 13);
      return append_bulk (out, 13, key, k);
    }
  memcpy (out, "*3\r\n$3\r\nSET\r\n", 13);
  size_t at = append_bulk (out, 13, key, k), n = unique_value (o, value, sizeof value);
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
  CallResult result = transact (&x, TB_PROTO_RESP, caller->bytes, n, 0, &kept);
  if (result != CALL_OK)
    return result;
  char line[CALL_TEXT_MAX - 80];
  first_line (caller->bytes, kept, line, sizeof line);
  if (line[0] == ':')
    answer->integer = strtoll (line + 1, NULL, 10);
  if (!x.reply.error)
    return CALL_OK;
  char what[CALL_TEXT_MAX - 64];
  snprintf (what, sizeof what, "answered “%s”", line + 1);
  return fail (&x, CALL_ERROR, what);
}
