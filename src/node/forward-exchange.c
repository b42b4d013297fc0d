/* A request sent on, and its reply passed back while it comes. */
#include "forward-private.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define KEEP_MAX (1u << 20) /* bytes of a reply that is kept */
#define FLUSH_AT (32u << 10)

/* ---- Headers ---- */

/* What belongs to one connection, or is said anew. */
static const char *const hop_by_hop[] = { "connection", "keep-alive", "proxy-connection", "te",
                                          "upgrade",    "expect",     "traceparent",
                                          "x-forwarded-for" };

static bool
slice_is (TbSlice s, const char *word)
{
  return s.n == strlen (word) && strncasecmp (s.p, word, s.n) == 0;
}

static bool
is_hop_by_hop (TbSlice name)
{
  for (size_t i = 0; i < TB_ARRAY_LENGTH (hop_by_hop); i++)
    if (slice_is (name, hop_by_hop[i]))
      return true;
  return false;
}

/* Whether a list of words ("no-store, max-age=3") has one that begins so; *value gets what follows. */
static bool
list_has (TbSlice list, const char *word, const char **value)
{
  size_t n = strlen (word);
  for (const char *p = list.p, *end = p + list.n; p != NULL && p < end; p++)
    {
      while (p < end && (*p == ' ' || *p == ','))
        p++;
      if ((size_t) (end - p) >= n && strncasecmp (p, word, n) == 0)
        {
          if (value != NULL)
            *value = p + n;
          return true;
        }
      while (p < end && *p != ',')
        p++;
    }
  return false;
}

typedef struct
{
  char *p;
  size_t n, size;
  bool overrun;
} Text;

static void append (Text *t, const char *format, ...) __attribute__ ((format (printf, 2, 3)));

static void
append (Text *t, const char *format, ...)
{
  va_list args;
  va_start (args, format);
  int n = vsnprintf (t->p + t->n, t->size - t->n, format, args);
  va_end (args);
  t->overrun |= n < 0 || (size_t) n >= t->size - t->n;
  t->n += t->overrun ? 0 : (size_t) n;
}

/* ---- Whether it may be kept ---- */

bool
forward_may_keep (Forward *f)
{
  const TbHttpHead *head = f->r->head;
  TbSlice host = tb_http_header (head, "host");
  bool plain = slice_is (head->method, "GET") && f->r->body_size == 0
               && tb_http_header (head, "authorization").p == NULL
               && tb_http_header (head, "cookie").p == NULL
               && tb_http_header (head, "range").p == NULL
               && !list_has (tb_http_header (head, "cache-control"), "no-", NULL);
  if (!plain || !replies_kept ())
    return false;
  int n = snprintf (f->key_bytes, sizeof f->key_bytes, "%u %.*s %.*s", head->minor, (int) host.n,
                    host.p ? host.p : "", (int) head->target.n, head->target.p);
  f->key = (TbSlice) { f->key_bytes, (size_t) n };
  return n > 0 && (size_t) n < sizeof f->key_bytes;
}

/* For how long; 0: not at all. */
static int64_t
fresh_for (const Forward *f, const TbHttpHead *head)
{
  TbSlice control = tb_http_header (head, "cache-control");
  const char *seconds;
  int64_t ttl = f->w->options->ttl_ns > 0 ? f->w->options->ttl_ns : INT64_MAX;
  bool forbidden = head->status != 200 || list_has (control, "no-", NULL)
                   || list_has (control, "private", NULL)
                   || tb_http_header (head, "set-cookie").p != NULL
                   || tb_http_header (head, "vary").p != NULL;
  if (forbidden)
    return 0;
  if (list_has (control, "max-age=", &seconds))
    ttl = TB_MIN (ttl, (int64_t) TB_MIN (strtoul (seconds, NULL, 10), 1000000000ul) * TB_NS_PER_S);
  return ttl;
}

static void
copy_more (Forward *f, const char *bytes, size_t n)
{
  if (f->copy == NULL)
    return;
  if (f->copy_n + n > f->copy_size)
    {
      size_t size = TB_MAX (f->copy_size * 2, f->copy_n + n);
      char *more = f->copy_n + n <= KEEP_MAX ? realloc (f->copy, size) : NULL;
      if (more == NULL)
        {
          forward_clear (f);
          return;
        }
      f->copy = more;
      f->copy_size = size;
    }
  memcpy (f->copy + f->copy_n, bytes, n);
  f->copy_n += n;
}

void
forward_clear (Forward *f)
{
  free (f->copy);
  f->copy = NULL;
}

/* ---- The request ---- */

static void
write_request (Forward *f, Text *t)
{
  const TbHttpHead *head = f->r->head;
  TbSlice before = tb_http_header (head, "x-forwarded-for");
  Trace child;
  char parent[64];
  trace_child (&f->r->trace, &child, &f->w->rng);
  append (t, "%.*s %.*s HTTP/1.%u\r\n", (int) head->method.n, head->method.p, (int) head->target.n,
          head->target.p, head->minor);
  for (unsigned i = 0; i < head->n_headers; i++)
    if (!is_hop_by_hop (head->headers[i].name))
      append (t, "%.*s: %.*s\r\n", (int) head->headers[i].name.n, head->headers[i].name.p,
              (int) head->headers[i].value.n, head->headers[i].value.p);
  append (t, "X-Forwarded-For: %.*s%s%s\r\n", (int) before.n, before.p ? before.p : "",
          before.n > 0 ? ", " : "", f->client);
  trace_format (&child, parent, sizeof parent);
  append (t, "traceparent: %s\r\n\r\n", parent);
}

/* ---- The reply ---- */

/* The head goes to the client and to what is kept, without its end: that is added for each client. */
static void
pass_head (Forward *f, const char *bytes, const TbHttpHead *head, bool until_close)
{
  Worker *w = f->w;
  const char *reason = memchr (bytes, ' ', head->head_size);
  const char *end = memchr (bytes, '\r', head->head_size);
  size_t from = w->out_n;
  worker_printf (w, "HTTP/1.1%.*s\r\n", reason ? (int) TB_MIN (end - reason, 200) : 0, reason);
  for (unsigned i = 0; i < head->n_headers; i++)
    {
      TbSlice name = head->headers[i].name, value = head->headers[i].value;
      if (is_hop_by_hop (name))
        continue;
      worker_write (w, name.p, name.n);
      worker_write (w, ": ", 2);
      worker_write (w, value.p, value.n);
      worker_write (w, "\r\n", 2);
    }
  f->fresh_ns = f->may_keep && !until_close ? fresh_for (f, head) : 0;
  if (f->fresh_ns > 0 && (f->copy = malloc (FLUSH_AT)) != NULL)
    {
      f->copy_size = FLUSH_AT;
      f->copy_n = REPLY_ROOM;
      copy_more (f, w->out + from, w->out_n - from);
      copy_more (f, "\r\n", 2);
      worker_printf (w, "X-Cache: MISS\r\n");
    }
}

static void
finish_head (Forward *f, const Host *host, bool until_close)
{
  Worker *w = f->w;
  if (f->stick)
    worker_printf (w, "Set-Cookie: " FORWARD_COOKIE "%016lx; Path=/; HttpOnly\r\n",
                   (unsigned long) host->hash);
  worker_printf (w, "Via: 1.1 %s\r\n", w->options->name);
  w->close |= until_close;
  worker_printf (w, "%s\r\n", until_close ? "Connection: close\r\n" : http_connection (f->r));
}

/* Reads until the head of the reply itself is there, past what came before it (100, 103). */
static CallResult
receive_head (Exchange *x, char *buffer, TbHttpHead *head, size_t *n)
{
  *n = 0;
  for (;;)
    {
      size_t got = 0;
      TbParse parsed = *n > 0 ? tb_http_parse_reply (buffer, *n, head) : TB_PARSE_MORE;
      if (parsed == TB_PARSE_DONE && head->status >= 200)
        return CALL_OK;
      if (parsed == TB_PARSE_DONE)
        {
          *n -= head->head_size;
          memmove (buffer, buffer + head->head_size, *n);
          continue;
        }
      if (parsed == TB_PARSE_BAD || *n == EXCHANGE_BYTES)
        return exchange_fail (x, CALL_NONSENSE, "answered with what is not HTTP");
      CallResult result = exchange_receive (x, buffer + *n, EXCHANGE_BYTES - *n, &got);
      if (result != CALL_OK)
        return result;
      if (got == 0)
        return exchange_fail (x, CALL_REFUSED, "closed the connection");
      tb_framer_feed (x->framer, TB_DIR_DOWN, buffer + *n, got, 0, exchange_message, x);
      *n += got;
    }
}

/* What has come of the body, and then what comes. */
static CallResult
pass_body (Forward *f, Exchange *x, const char *bytes, size_t n)
{
  char *buffer = f->w->caller.bytes;
  for (;;)
    {
      worker_write (f->w, bytes, n);
      copy_more (f, bytes, n);
      if (f->w->out_n > FLUSH_AT)
        worker_flush (f->w);
      if (x->whole || f->w->broken)
        return CALL_OK;
      if (tb_framer_note (x->framer) != NULL)
        return exchange_fail (x, CALL_NONSENSE, "answered with what is not HTTP");
      CallResult result = exchange_receive (x, buffer, EXCHANGE_BYTES, &n);
      if (result != CALL_OK)
        return result;
      bytes = buffer;
      if (n == 0)
        tb_framer_end (x->framer, TB_DIR_DOWN, 0, exchange_message, x);
      else
        tb_framer_feed (x->framer, TB_DIR_DOWN, buffer, n, 0, exchange_message, x);
      if (n == 0 && !x->whole)
        return exchange_fail (x, CALL_REFUSED, "closed the connection within its answer");
    }
}

static bool
has_body (const Forward *f, const TbHttpHead *head)
{
  return !slice_is (f->r->head->method, "HEAD") && head->status != 204 && head->status != 304;
}

static CallResult
pass_reply (Forward *f, Exchange *x, const Host *host)
{
  char *buffer = f->w->caller.bytes;
  TbHttpHead head;
  size_t n;
  CallResult result = receive_head (x, buffer, &head, &n);
  if (result != CALL_OK)
    return result;
  x->answer->status = head.status;
  if (head.status >= 502 && head.status <= 504 && !f->last_try)
    {
      char what[32];
      snprintf (what, sizeof what, "answered %u", head.status);
      return exchange_fail (x, CALL_ERROR, what);
    }
  bool until_close = has_body (f, &head) && !head.chunked && !head.has_length;
  f->begun = true;
  pass_head (f, buffer, &head, until_close);
  finish_head (f, host, until_close);
  result = pass_body (f, x, buffer + head.head_size, n - head.head_size);
  if (result == CALL_OK && f->copy != NULL && x->whole && !f->w->broken)
    replies_keep (f->key, f->copy, f->copy_n, f->fresh_ns);
  return result;
}

CallResult
forward_exchange (Forward *f, Channel *ch, Host *host, int64_t deadline_ns, CallAnswer *answer,
                  bool *keep)
{
  _Alignas (16) char memory[512];
  Exchange x = { .ch = ch, .peer = host->name, .deadline_ns = deadline_ns,
                 .timeout_ns = f->call->timeout_ns, .answer = answer,
                 .framer = (TbFramer *) memory };
  Text head = { .p = f->w->caller.bytes, .size = EXCHANGE_BYTES };
  TB_CHECK (tb_framer_size () <= sizeof memory);
  write_request (f, &head);
  if (head.overrun)
    return exchange_fail (&x, CALL_ERROR, "cannot be sent a head that long");
  tb_framer_init (x.framer, TB_PROTO_HTTP);
  tb_framer_feed (x.framer, TB_DIR_UP, head.p, head.n, 0, exchange_message, &x);
  tb_framer_feed (x.framer, TB_DIR_UP, f->r->body.p, f->r->body.n, 0, exchange_message, &x);
  CallResult result = exchange_send (&x, head.p, head.n);
  if (result == CALL_OK)
    result = exchange_send (&x, f->r->body.p, f->r->body.n);
  if (result == CALL_OK)
    result = pass_reply (f, &x, host);
  *keep = result == CALL_OK && x.whole && !x.reply.last;
  tb_framer_clear (x.framer);
  return result;
}
