/* A call over HTTP: the link's method and path, with filler as its body. */
#include "exchange-private.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#define SESSION "tierboard-session="

/* The cookie of that name ("a=") in a jar; NULL where there is none. */
static char *
cookie_find (char *jar, const char *name, size_t n)
{
  for (char *p = jar; *p != '\0'; p += strspn (p, "; "))
    {
      if (strncmp (p, name, n) == 0)
        return p;
      p += strcspn (p, ";");
    }
  return NULL;
}

/* Another takes the place of one of its name; where there is no room, it is forgotten. */
static void
cookie_set (char *jar, size_t size, const char *cookie, size_t n)
{
  const char *equals = memchr (cookie, '=', n);
  if (equals == NULL)
    return;
  char *old = cookie_find (jar, cookie, (size_t) (equals - cookie) + 1);
  if (old != NULL)
    {
      const char *rest = old + strcspn (old, ";");
      rest += strspn (rest, "; ");
      memmove (old, rest, strlen (rest) + 1);
    }
  size_t at = strlen (jar);
  if (at >= 2 && jar[at - 1] != ' ')
    at += (size_t) snprintf (jar + at, size - at, "; ");
  if (at + n < size)
    snprintf (jar + at, size - at, "%.*s", (int) n, cookie);
}

/* A session that is set though there was one means that that one was lost. */
static void
take_cookies (const char *buffer, size_t kept, Caller *caller, CallAnswer *answer)
{
  TbHttpHead head;
  if (tb_http_parse_reply (buffer, kept, &head) != TB_PARSE_DONE)
    return;
  for (unsigned i = 0; i < head.n_headers; i++)
    {
      TbSlice name = head.headers[i].name, value = head.headers[i].value;
      if (name.n != 10 || strncasecmp (name.p, "set-cookie", 10) != 0)
        continue;
      const char *end = memchr (value.p, ';', value.n);
      size_t n = end ? (size_t) (end - value.p) : value.n;
      bool session = n > strlen (SESSION) && memcmp (value.p, SESSION, strlen (SESSION)) == 0;
      answer->lost_session |= session && cookie_find (caller->cookies, SESSION, strlen (SESSION));
      cookie_set (caller->cookies, sizeof caller->cookies, value.p, n);
    }
}

static size_t
http_request (const Call *call, const Host *host, const Trace *trace, const Caller *caller,
              char *out, size_t size)
{
  char parent[64], length[48] = "";
  trace_format (trace, parent, sizeof parent);
  if (call->body > 0 || strcmp (call->method, "GET") != 0)
    snprintf (length, sizeof length, "Content-Length: %zu\r\n", call->body);
  bool cookie = caller->keeps_cookies && caller->cookies[0] != '\0';
  return (size_t) snprintf (out, size,
                            "%s %s HTTP/1.1\r\nHost: %s\r\n"
                            "traceparent: %s\r\n%s%s%s%s\r\n",
                            call->method, call->path, host->name, parent, length,
                            cookie ? "Cookie: " : "", cookie ? caller->cookies : "",
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
  CallResult result = exchange_transact (&x, TB_PROTO_HTTP, caller->bytes, n, call->body, &kept);
  if (result != CALL_OK)
    return result;
  *keep = !x.reply.last;
  answer->status = x.reply.status;
  if (caller->keeps_cookies)
    take_cookies (caller->bytes, kept, caller, answer);
  if (x.reply.status < 400)
    return CALL_OK;
  char what[32];
  snprintf (what, sizeof what, "answered %u", x.reply.status);
  return exchange_fail (&x, CALL_ERROR, what);
}
