/* HTTP/1 as a server: whole requests in, replies out. */
#include "node-private.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define HEAD_MAX (32u << 10)
#define BODY_MAX (1u << 20)
#define PADDING_AT_ONCE (32u << 10)

static const struct
{
  unsigned status;
  const char *reason;
} reasons[] = {
  { 200, "OK" },
  { 400, "Bad Request" },
  { 404, "Not Found" },
  { 405, "Method Not Allowed" },
  { 413, "Content Too Large" },
  { 431, "Request Header Fields Too Large" },
  { 500, "Internal Server Error" },
  { 502, "Bad Gateway" },
  { 503, "Service Unavailable" },
  { 504, "Gateway Timeout" },
};

static const char *
reason_of (unsigned status)
{
  for (size_t i = 0; i < TB_ARRAY_LENGTH (reasons); i++)
    if (reasons[i].status == status)
      return reasons[i].reason;
  return "Answered";
}

const char *
http_connection (const HttpRequest *r)
{
  if (r->head == NULL || !r->head->keep_alive)
    return "Connection: close\r\n";
  return r->head->minor == 0 ? "Connection: keep-alive\r\n" : "";
}

/* Blanks behind a JSON text are no part of it. */
static void
write_padding (Worker *w, size_t n)
{
  static const char blanks[4096] = { [0 ... 4095] = ' ' };
  while (n > 0 && !w->broken)
    {
      size_t part = TB_MIN (n, sizeof blanks);
      worker_write (w, blanks, part);
      if (w->out_n > PADDING_AT_ONCE)
        worker_flush (w);
      n -= part;
    }
}

void
http_reply (Worker *w, const HttpRequest *r, unsigned status, const char *more_headers,
            const char *body, size_t n)
{
  size_t size = status == 200 ? TB_MAX ((size_t) w->options->size, n) : n;
  bool head_only = r->head != NULL && r->head->method.n == 4
                   && memcmp (r->head->method.p, "HEAD", 4) == 0;
  worker_printf (w,
                 "HTTP/1.1 %u %s\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n"
                 "%s%s\r\n",
                 status, reason_of (status), size, http_connection (r), more_headers);
  if (head_only)
    return;
  worker_write (w, body, n);
  write_padding (w, size - n);
}

void
http_reply_error (Worker *w, const HttpRequest *r, unsigned status, const char *id, const char *why)
{
  char name[256], link[160], text[CALL_TEXT_MAX * 2], body[768];
  report_escape (w->options->name, name, sizeof name);
  report_escape (id, link, sizeof link);
  report_escape (why, text, sizeof text);
  int n = snprintf (body, sizeof body, "{\"name\":\"%s\",\"link\":\"%s\",\"error\":\"%s\"}\n", name,
                    link, text);
  atomic_fetch_add (&engine_counts (w->engine)->errors, 1);
  http_reply (w, r, status, "", body, (size_t) n);
}

/* What cannot be read as a request: a sentence, and the end of the connection. */
static Served
reject (Worker *w, unsigned status, const char *why)
{
  char body[160];
  HttpRequest none = { 0 };
  int n = snprintf (body, sizeof body, "{\"error\":\"%s\"}\n", why);
  http_reply (w, &none, status, "", body, (size_t) n);
  atomic_fetch_add (&engine_counts (w->engine)->errors, 1);
  return SERVE_REJECT;
}

/* Where the body ends (*at) and how long it is; a size beyond BODY_MAX is told at once. */
static TbParse
body_end (const TbHttpHead *head, const char *bytes, size_t n, size_t *at, size_t *size)
{
  size_t used = 0;
  TbParse result = TB_PARSE_DONE;
  *at = head->head_size;
  if (head->chunked)
    {
      result = tb_http_parse_chunked (bytes + *at, n - *at, BODY_MAX, &used, size);
      *at += used;
      return result;
    }
  *size = TB_MIN (head->content_length, BODY_MAX + 1);
  *at += *size;
  return *at <= n || *size > BODY_MAX ? TB_PARSE_DONE : TB_PARSE_MORE;
}

/* curl waits a second for this before it sends a larger body. */
static void
invite (Worker *w, Conn *c, const TbHttpHead *head)
{
  TbSlice expect = tb_http_header (head, "expect");
  if (c->continued || expect.n != 12)
    return;
  c->continued = true;
  worker_printf (w, "HTTP/1.1 100 Continue\r\n\r\n");
}

static void
read_trace (Worker *w, HttpRequest *r)
{
  TbSlice value = tb_http_header (r->head, "traceparent");
  if (value.p == NULL || !tb_trace_parse (value, r->trace.trace_id, r->trace.span_id))
    trace_begin (&r->trace, &w->rng);
}

Served
http_serve (Worker *w, Conn *c, const char *bytes, size_t n, size_t *used)
{
  TbHttpHead head;
  HttpRequest r = { .head = &head };
  TbParse parsed = tb_http_parse_request (bytes, n, &head);
  if (parsed == TB_PARSE_BAD)
    return reject (w, 400, "this is no HTTP/1 request");
  if (parsed == TB_PARSE_MORE)
    return n > HEAD_MAX ? reject (w, 431, "the head is longer than 32 KiB") : SERVE_MORE;
  parsed = body_end (&head, bytes, n, used, &r.body_size);
  if (r.body_size > BODY_MAX)
    return reject (w, 413, "the body is longer than 1 MiB");
  if (parsed == TB_PARSE_BAD)
    return reject (w, 400, "the body is not chunked as it says");
  if (parsed == TB_PARSE_MORE)
    {
      invite (w, c, &head);
      return SERVE_MORE;
    }
  c->continued = false;
  w->close = false;
  r.body = (TbSlice) { bytes + head.head_size, *used - head.head_size };
  read_trace (w, &r);
  atomic_fetch_add_explicit (&engine_counts (w->engine)->requests, 1, memory_order_relaxed);
  engine_service (w->engine)->answer (w, &r);
  return head.keep_alive && !w->close ? SERVE_DONE : SERVE_CLOSE;
}

const char http_busy[]
  = "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\n"
    "Content-Length: 42\r\nConnection: close\r\n\r\n"
    "{\"error\":\"too many are being served now\"}\n";

int
service_main (Options *o, const Service *service)
{
  char *error;
  calls_init (o);
  Engine *e = engine_listen (o, service, &error);
  if (e == NULL)
    return report_failure (error);
  consumers_start (o);
  report_ready ("%s serves %s at %s", o->name, service->what, o->listen);
  error = engine_run (e);
  if (error != NULL)
    return report_failure (error);
  health_start (o);
  report_wait (0);
  engine_stop (e);
  EngineCounts *c = engine_counts (e);
  report_line ("{\"requests\":%" PRIu64 ",\"errors\":%" PRIu64 ",\"connections\":%" PRIu64
               ",\"consumed\":%" PRIu64 "}",
               c->requests, c->errors, c->connections, consumers_count ());
  return 0;
}
