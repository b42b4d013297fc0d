/* An operation on a store that is called over HTTP: one that keeps what is PUT under a path, or etcd 3 through its JSON gateway
 * (keys and values in base64, as protobuf's JSON has bytes). */
#include "exchange-private.h"
#include "operation.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A value is written in one piece behind its head. */
#define BODY_MAX (EXCHANGE_BYTES / 4)

/* ---- Base64 (RFC 4648) ---- */

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static size_t
base64_write (const char *bytes, size_t n, char *out)
{
  const unsigned char *p = (const unsigned char *) bytes;
  size_t at = 0;
  for (size_t i = 0; i < n; i += 3)
    {
      uint32_t v = (uint32_t) p[i] << 16 | (i + 1 < n ? (uint32_t) p[i + 1] << 8 : 0) | (i + 2 < n ? p[i + 2] : 0);
      for (unsigned k = 0; k < 4; k++)
        out[at++] = k <= n - i ? digits[v >> (18 - 6 * k) & 63] : '=';
    }
  out[at] = '\0';
  return at;
}

/* In place; returns how many bytes come of it. */
static size_t
base64_read (char *text, size_t n)
{
  uint32_t bits = 0;
  unsigned have = 0;
  size_t at = 0;
  for (size_t i = 0; i < n; i++)
    {
      const char *digit = text[i] != '\0' ? strchr (digits, text[i]) : NULL;
      if (digit == NULL)
        break;
      bits = bits << 6 | (uint32_t) (digit - digits);
      have += 6;
      if (have >= 8)
        text[at++] = (char) (bits >> (have -= 8) & 255);
    }
  return at;
}

/* ---- Requests ---- */

/* Where a request goes, and the trace that it is part of. */
typedef struct
{
  const Call *call;
  const Host *host;
  const Trace *trace;
  Caller *caller;
} Asked;

static size_t
with_head (const Asked *a, const char *method, const char *path, const char *key, const char *body, size_t n)
{
  char parent[64], length[48] = "", *out = a->caller->bytes;
  trace_format (a->trace, parent, sizeof parent);
  if (body != NULL)
    snprintf (length, sizeof length, "Content-Length: %zu\r\n", n);
  size_t at = (size_t) snprintf (out, EXCHANGE_BYTES, "%s %s%s HTTP/1.1\r\nHost: %s\r\ntraceparent: %s\r\n%s\r\n", method, path,
                                 key, a->host->name, parent, length);
  if (n > 0)
    memcpy (out + at, body, n);
  return at + n;
}

/* What is written, with its filler, as far as there is room. */
static size_t
padded (const Call *call, const Operation *op, char *out)
{
  size_t n = TB_CLAMP (call->body, op->value.n, (size_t) BODY_MAX);
  memcpy (out, op->value.text, op->value.n);
  memset (out + op->value.n, 'x', n - op->value.n);
  return n;
}

static size_t
keys_request (const Asked *a)
{
  const Call *call = a->call;
  char key[40], body[BODY_MAX];
  size_t path = strlen (call->path);
  key[0] = '/';
  operation_key (a->caller, key + 1, sizeof key - 1);
  const char *name = path > 0 && call->path[path - 1] == '/' ? key + 1 : key;
  if (call->op == TB_OP_READ)
    return with_head (a, "GET", call->path, name, NULL, 0);
  return with_head (a, "PUT", call->path, name, body, padded (call, a->caller->operation, body));
}

/* What the key must be is its value or, where there is none, that it was never made. */
static size_t
swap_body (const Operation *op, const char *key, const char *value, char *body, size_t size)
{
  char expected[OPERATION_TEXT * 4 / 3 + 8], compare[sizeof expected + 80];
  base64_write (op->expected.text, op->expected.n, expected);
  if (op->expected.n > 0)
    snprintf (compare, sizeof compare, "\"target\":\"VALUE\",\"value\":\"%s\"", expected);
  else
    snprintf (compare, sizeof compare, "\"target\":\"CREATE\",\"create_revision\":\"0\"");
  return (size_t) snprintf (body, size,
                            "{\"compare\":[{\"key\":\"%s\",\"result\":\"EQUAL\",%s}],"
                            "\"success\":[{\"request_put\":{\"key\":\"%s\",\"value\":\"%s\"}}],"
                            "\"failure\":[{\"request_range\":{\"key\":\"%s\"}}]}",
                            key, compare, key, value, key);
}

static size_t
etcd_request (const Asked *a)
{
  const Call *call = a->call;
  char name[32], key[48], text[BODY_MAX], value[BODY_MAX * 4 / 3 + 8], body[sizeof value + 1024];
  const Operation *op = a->caller->operation;
  size_t n = 0;
  base64_write (name, operation_key (a->caller, name, sizeof name), key);
  if (call->op == TB_OP_WRITE)
    {
      base64_write (text, padded (call, op, text), value);
      n = (size_t) snprintf (body, sizeof body, "{\"key\":\"%s\",\"value\":\"%s\"}", key, value);
    }
  else if (call->op == TB_OP_CAS)
    {
      base64_write (op->value.text, op->value.n, value);
      n = swap_body (op, key, value, body, sizeof body);
    }
  else
    n = (size_t) snprintf (body, sizeof body, "{\"key\":\"%s\"%s}", key, call->serializable ? ",\"serializable\":true" : "");
  const char *path = call->op == TB_OP_WRITE ? "/v3/kv/put" : call->op == TB_OP_CAS ? "/v3/kv/txn" : "/v3/kv/range";
  return with_head (a, "POST", path, "", body, n);
}

/* ---- Answers ---- */

/* The body of a reply, of which n bytes are here, without its chunks' heads: in place, terminated. *whole is how much there is of it. */
static char *
body_of (char *bytes, size_t kept, const TbHttpHead *head, size_t *n, size_t *whole)
{
  char *body = bytes + head->head_size, *end = bytes + kept, *to = body;
  if (!head->chunked)
    {
      *n = (size_t) (end - body);
      *whole = head->has_length ? (size_t) head->content_length : *n;
      *n = TB_MIN (*n, *whole);
      return body;
    }
  *end = '\0'; /* the buffer is bigger than what is kept of a reply */
  *whole = 0;
  for (char *p = body; p < end;)
    {
      char *line = strchr (p, '\n');
      size_t size = strtoull (p, NULL, 16);
      if (line == NULL || size == 0)
        break;
      size_t here = TB_MIN (size, (size_t) (end - line - 1));
      memmove (to, line + 1, here);
      to += here;
      *whole += size;
      p = line + 1 + TB_MIN (size + 2, (size_t) (end - line - 1));
    }
  *n = (size_t) (to - body);
  return body;
}

static void
saw_etcd (const Call *call, Caller *caller, char *body)
{
  static const char member[] = "\"value\":\"";
  char *kvs = strstr (body, "\"kvs\""), *value = kvs != NULL ? strstr (kvs, member) : NULL;
  bool swapped = strstr (body, "\"succeeded\":true") != NULL;
  if (call->op == TB_OP_WRITE)
    return;
  if (call->op == TB_OP_CAS && swapped)
    {
      operation_swapped (call, caller, true);
      return;
    }
  if (kvs == NULL)
    {
      operation_saw_nothing (call, caller);
      return;
    }
  value = value != NULL ? value + strlen (member) : body + strlen (body); /* an empty value is left out */
  size_t whole = strcspn (value, "\""), n = base64_read (value, whole);
  operation_saw_value (call, caller, value, n, value[whole] == '"' ? n : n + 1);
}

static void
saw (const Call *call, Caller *caller, unsigned status, char *bytes, size_t kept)
{
  TbHttpHead head;
  size_t n, whole;
  if (tb_http_parse_reply (bytes, kept, &head) != TB_PARSE_DONE)
    return;
  char *body = body_of (bytes, kept, &head, &n, &whole);
  body[n] = '\0';
  if (call->api == API_ETCD)
    saw_etcd (call, caller, body);
  else if (status == 404)
    operation_saw_nothing (call, caller);
  else if (call->op == TB_OP_READ)
    operation_saw_value (call, caller, body, n, whole);
}

/* That a key is not there is an answer. */
static bool
is_missing (const Call *call, unsigned status)
{
  return call->api == API_KEYS && call->op == TB_OP_READ && status == 404;
}

CallResult
exchange_store (Channel *ch, const Call *call, const Host *host, const Trace *trace, Caller *caller, int64_t deadline_ns,
                CallAnswer *answer, bool *keep)
{
  const Asked asked = { call, host, trace, caller };
  Exchange x = { .ch = ch, .peer = host->name, .deadline_ns = deadline_ns, .timeout_ns = call->timeout_ns, .answer = answer };
  size_t kept, n = call->api == API_ETCD ? etcd_request (&asked) : keys_request (&asked);
  CallResult result = exchange_transact (&x, TB_PROTO_HTTP, caller->bytes, n, 0, &kept);
  if (result != CALL_OK)
    return result;
  *keep = !x.reply.last;
  answer->status = x.reply.status;
  answer->missed = is_missing (call, answer->status);
  if (answer->status < 400 || answer->missed)
    {
      saw (call, caller, answer->status, caller->bytes, kept);
      return CALL_OK;
    }
  char what[32];
  snprintf (what, sizeof what, "answered %u", x.reply.status);
  return exchange_fail (&x, CALL_ERROR, what);
}
