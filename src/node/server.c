/* What a server answers:
 *
 *   /count     a counter all clients share: in the store it calls, else its own
 *   /session   the counter of the caller's session: in memory (stateful) or in the store it calls
 *   /info      threads busy, queue, requests, errors
 *   any other  its work and its calls, then its name and how many requests it has answered
 *
 * but nothing for what browsers ask on their own. Work and calls are done for all but /info. */
#include "node-private.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static _Atomic uint64_t own_count, answered;
static char name[256]; /* as JSON */

#define BODY_SIZE 1024

typedef struct
{
  unsigned status;
  char body[BODY_SIZE];
  char headers[96];
} Answer;

static bool
path_is (const HttpRequest *r, const char *path)
{
  TbSlice target = r->head->target;
  const char *query = memchr (target.p, '?', target.n);
  size_t n = query ? (size_t) (query - target.p) : target.n;
  return strlen (path) == n && memcmp (path, target.p, n) == 0;
}

static bool
is_browsers_own (const HttpRequest *r)
{
  TbSlice target = r->head->target;
  return path_is (r, "/favicon.ico") || path_is (r, "/robots.txt")
         || (target.n > 13 && memcmp (target.p, "/.well-known/", 13) == 0);
}

static void
fail (Answer *a, unsigned status, const char *id, const char *why)
{
  char text[CALL_TEXT_MAX * 2], link[160];
  report_escape (why, text, sizeof text);
  report_escape (id, link, sizeof link);
  a->status = status;
  snprintf (a->body, sizeof a->body, "{\"name\":\"%s\",\"link\":\"%s\",\"error\":\"%s\"}\n", name,
            link, text);
}

/* A failed call is the caller's failure; the sentence says whose fault it is. */
static bool
call_or_fail (Worker *w, const HttpRequest *r, Call *call, const CallCommand *command,
              CallAnswer *answer, Answer *a)
{
  Trace child;
  trace_child (&r->trace, &child, &w->rng);
  worker_may_block (w);
  CallResult result = call_link (w->options, call, command, &child, &w->caller, answer);
  if (result == CALL_OK)
    return true;
  report_error ("%s: %s", call->id, answer->text);
  fail (a, result == CALL_TIMEOUT ? 504 : 502, call->id, answer->text);
  return false;
}

static bool
store_incr (Worker *w, const HttpRequest *r, const char *key, uint64_t *count, Answer *a)
{
  const char *const words[] = { "INCR", key };
  CallCommand incr = { .words = words, .n_words = 2 };
  CallAnswer answer;
  if (!call_or_fail (w, r, calls_store (w->options), &incr, &answer, a))
    return false;
  *count = (uint64_t) answer.integer;
  return true;
}

static bool
count (Worker *w, const HttpRequest *r, Answer *a)
{
  uint64_t value;
  if (calls_store (w->options) == NULL)
    value = atomic_fetch_add (&own_count, 1) + 1;
  else if (!store_incr (w, r, "count", &value, a))
    return false;
  snprintf (a->body, sizeof a->body, "{\"name\":\"%s\",\"count\":%" PRIu64 "}\n", name, value);
  return true;
}

#define COOKIE "tierboard-session="

/* 0 where the request has none. */
static uint64_t
session_of (const HttpRequest *r)
{
  TbSlice value = tb_http_header (r->head, "cookie");
  const char *p = value.p ? memmem (value.p, value.n, COOKIE, strlen (COOKIE)) : NULL;
  char hex[17] = "";
  if (p == NULL || (size_t) (value.p + value.n - p) < strlen (COOKIE) + 16)
    return 0;
  memcpy (hex, p + strlen (COOKIE), 16);
  return strtoull (hex, NULL, 16);
}

static uint64_t
begin_session (Worker *w, Answer *a)
{
  uint64_t id = sessions_begin (&w->rng);
  snprintf (a->headers, sizeof a->headers, "Set-Cookie: " COOKIE "%016" PRIx64 "\r\n", id);
  return id;
}

static bool
session_in_store (Worker *w, const HttpRequest *r, uint64_t id, uint64_t *value, Answer *a)
{
  char key[32];
  snprintf (key, sizeof key, "session:%016" PRIx64, id);
  return store_incr (w, r, key, value, a);
}

/* Counts the request in its session. Where it had none, or one that is not known any more, another
 * begins. */
static bool
session_count (Worker *w, const HttpRequest *r, uint64_t *value, bool *lost, Answer *a)
{
  uint64_t id = session_of (r);
  bool had = id != 0;
  *lost = false;
  if (!had)
    id = begin_session (w, a);
  if (!w->options->stateful)
    {
      bool ok = session_in_store (w, r, id, value, a);
      *lost = ok && had && *value == 1;
      return ok;
    }
  *value = sessions_count (id, !had);
  *lost = *value == 0;
  if (*lost)
    *value = sessions_count (begin_session (w, a), true);
  return true;
}

static bool
session (Worker *w, const HttpRequest *r, Answer *a)
{
  uint64_t value;
  bool lost;
  if (!session_count (w, r, &value, &lost, a))
    return false;
  snprintf (a->body, sizeof a->body,
            "{\"name\":\"%s\",\"session\":%" PRIu64 ",\"lost\":%s}\n", name,
            value, lost ? "true" : "false");
  return true;
}

static bool
other (Worker *w, const HttpRequest *r, Answer *a)
{
  uint64_t value, n = atomic_fetch_add_explicit (&answered, 1, memory_order_relaxed) + 1;
  bool lost;
  int at = snprintf (a->body, sizeof a->body, "{\"name\":\"%s\",\"count\":%" PRIu64, name, n);
  if (w->options->stateful)
    {
      session_count (w, r, &value, &lost, a);
      at += snprintf (a->body + at, sizeof a->body - (size_t) at,
                      ",\"session\":%" PRIu64 ",\"lost\":%s", value, lost ? "true" : "false");
    }
  snprintf (a->body + at, sizeof a->body - (size_t) at, "}\n");
  return true;
}

static void
info (Worker *w, Answer *a)
{
  EngineCounts *c = engine_counts (w->engine);
  snprintf (a->body, sizeof a->body,
            "{\"name\":\"%s\",\"threads\":%u,\"busy\":%u,\"queue\":%u,\"connections\":%u,"
            "\"requests\":%" PRIu64 ",\"errors\":%" PRIu64 ",\"consumed\":%" PRIu64 "}\n",
            name, c->threads, c->busy, c->queue, c->open, c->requests, c->errors, consumers_count ());
}

/* ,"steps":["a","b"] before the end of the object; not at all where there is no room for all. */
static void
append_steps (Answer *a, const Options *o, const char *key, const uint8_t *calls, unsigned n)
{
  char text[BODY_SIZE], id[160];
  size_t at = (size_t) snprintf (text, sizeof text, ",\"%s\":[", key), length = strlen (a->body);
  if (n == 0)
    return;
  for (unsigned i = 0; i < n && at < sizeof text; i++)
    {
      report_escape (o->calls[calls[i]].id, id, sizeof id);
      at += (size_t) snprintf (text + at, sizeof text - at, "%s\"%s\"", i ? "," : "", id);
    }
  if (at < sizeof text && length + at + 4 < sizeof a->body)
    snprintf (a->body + length - 2, sizeof a->body - length + 2, "%.*s]}\n", (int) at, text);
}

static void
work_and_answer (Worker *w, const HttpRequest *r, Answer *a)
{
  Steps steps = { .options = w->options, .rng = &w->rng, .caller = &w->caller, .trace = &r->trace,
                  .worker = w };
  if (!steps_run (&steps))
    {
      fail (a, steps.status, steps.failed->id, steps.text);
      append_steps (a, w->options, "undone", steps.undone, steps.n_undone);
      return;
    }
  if (path_is (r, "/count"))
    count (w, r, a);
  else if (path_is (r, "/session"))
    session (w, r, a);
  else
    other (w, r, a);
  if (w->options->kind == NODE_MEDIATOR)
    append_steps (a, w->options, "steps", steps.order, steps.n_done);
}

static void
server_answer (Worker *w, const HttpRequest *r)
{
  Answer a;
  a.status = 200;
  a.headers[0] = '\0';
  bool keeps_sessions = w->options->stateful || calls_store (w->options) != NULL;
  if (path_is (r, "/info"))
    info (w, &a);
  else if (w->options->fail > 0 && tb_rng_uniform (&w->rng) < w->options->fail)
    fail (&a, 500, "", "it was told to fail now and then");
  else if (is_browsers_own (r) || r->head->target.p[0] != '/')
    fail (&a, 404, "", "there is nothing here");
  else if (path_is (r, "/session") && !keeps_sessions)
    fail (&a, 404, "", "it is stateless and calls no store, so it keeps no sessions");
  else
    work_and_answer (w, r, &a);
  if (a.status >= 400)
    atomic_fetch_add (&engine_counts (w->engine)->errors, 1);
  http_reply (w, r, a.status, a.headers, a.body, strlen (a.body));
}

int
server_main (Options *o)
{
  static const Service service = { .serve = http_serve, .answer = server_answer, .busy = http_busy,
                                   .what = "HTTP" };
  report_escape (o->name, name, sizeof name);
  return o->rpc ? rpc_main (o) : service_main (o, &service);
}
