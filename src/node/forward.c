/* Balancer and proxy: each request goes on to a host of a link, and the reply comes back, byte for
 * byte but for the headers that belong to one connection (RFC 9110, 7.6.1).
 *
 *   forward() --> may_keep(), replies_find() --fresh--> answered from what is kept
 *        |
 *        v
 *   attempt() on a host --failed before its reply began--> on another, `retries` times
 *        |                                                      |
 *        v                                                      v
 *   pass_reply() --> replies_keep()                    what is kept, however old; or 502, 504
 *
 * Which link: the one whose path is the longest beginning of the request's. */
#include "forward-private.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Which link, which host ---- */

static size_t
common_path (const Call *call, TbSlice target)
{
  size_t n = strlen (call->path);
  return n <= target.n && memcmp (call->path, target.p, n) == 0 ? n : 0;
}

static Call *
link_of (Options *o, TbSlice target)
{
  Call *best = NULL;
  size_t longest = 0;
  for (unsigned i = 0; i < o->n_calls; i++)
    if (common_path (&o->calls[i], target) > longest)
      {
        best = &o->calls[i];
        longest = common_path (best, target);
      }
  return best;
}

static void
client_address (const Worker *w, char *out, size_t size)
{
  Address a;
  socklen_t n = sizeof a;
  out[0] = '\0';
  if (getpeername (w->conn->fd, &a.any, &n) < 0)
    return;
  const void *number = a.any.sa_family == AF_INET6 ? (void *) &a.in6.sin6_addr
                                                   : (void *) &a.in.sin_addr;
  inet_ntop (a.any.sa_family, number, out, (socklen_t) size);
}

/* The host a sticky client's cookie names, from 1. */
static unsigned
host_of_cookie (const Call *call, const TbHttpHead *head)
{
  TbSlice value = tb_http_header (head, "cookie");
  const char *p = value.p ? memmem (value.p, value.n, FORWARD_COOKIE, strlen (FORWARD_COOKIE))
                          : NULL;
  char hex[17] = "";
  if (p == NULL || (size_t) (value.p + value.n - p) < strlen (FORWARD_COOKIE) + 16)
    return 0;
  memcpy (hex, p + strlen (FORWARD_COOKIE), 16);
  uint64_t hash = strtoull (hex, NULL, 16);
  for (unsigned i = 0; i < call->n_hosts; i++)
    if (call->hosts[i].hash == hash)
      return i + 1;
  return 0;
}

static Choice
choice_of (const Forward *f)
{
  TbSlice target = f->r->head->target;
  uint64_t key = f->call->balance == BALANCE_ADDRESS ? tb_hash_string (f->client)
                                                     : tb_hash_bytes (target.p, target.n);
  return (Choice) { .key = key, .stuck = host_of_cookie (f->call, f->r->head) };
}

/* ---- What is kept ---- */

static void
answer_kept (Forward *f, const KeptReply *kept, const char *how)
{
  Worker *w = f->w;
  const char *end = memmem (kept->bytes, kept->n, "\r\n\r\n", 4);
  if (end == NULL)
    return;
  size_t head = (size_t) (end + 2 - kept->bytes);
  worker_write (w, kept->bytes, head);
  worker_printf (w, "Age: %u\r\nX-Cache: %s\r\n%s\r\n", kept->age_s, how, http_connection (f->r));
  worker_write (w, kept->bytes + head + 2, kept->n - head - 2);
}

/* ---- A request ---- */

static CallResult
attempt (Forward *f, Host *host, CallAnswer *answer)
{
  int64_t deadline = tb_now_ns () + f->call->timeout_ns;
  Channel *ch;
  CallResult result = channel_open (host, f->call, deadline, &ch, answer);
  if (result != CALL_OK)
    return result;
  bool keep = false;
  result = forward_exchange (f, ch, host, deadline, answer, &keep);
  if (keep)
    channel_keep (host, ch);
  else
    channel_close (ch);
  return result;
}

static CallResult
try_hosts (Forward *f, CallAnswer *answer)
{
  Choice choice = choice_of (f);
  const Host *wanted = choice.stuck > 0 ? &f->call->hosts[choice.stuck - 1] : NULL;
  for (;;)
    {
      Host *host = call_choose (f->call, &choice, &f->w->rng);
      f->stick = f->call->balance == BALANCE_STICKY && host != wanted;
      f->last_try = answer->retries == f->call->retries;
      answer->status = 0;
      atomic_fetch_add_explicit (&host->in_flight, 1, memory_order_relaxed);
      CallResult result = attempt (f, host, answer);
      atomic_fetch_sub_explicit (&host->in_flight, 1, memory_order_relaxed);
      if (result == CALL_OK || f->begun)
        return result;
      health_suspect (f->w->options, f->call, host, result, answer);
      if (f->last_try)
        return result;
      choice.avoid = host;
      answer->retries++;
    }
}

static void
fail (Forward *f, CallResult result, const CallAnswer *answer, const KeptReply *kept, bool has)
{
  report_error ("%s: %s", f->call->id, answer->text);
  if (f->begun) /* half a reply cannot be taken back */
    f->w->broken = true;
  else if (has)
    answer_kept (f, kept, "STALE");
  else
    http_reply_error (f->w, f->r, result == CALL_TIMEOUT ? 504 : 502, f->call->id, answer->text);
}

static void
forward_answer (Worker *w, const HttpRequest *r)
{
  static _Thread_local KeptReply kept;
  Forward f = { .w = w, .r = r, .call = link_of (w->options, r->head->target) };
  CallAnswer answer = { 0 };
  if (f.call == NULL)
    {
      http_reply_error (w, r, 404, "", "no link leads there");
      return;
    }
  if (w->options->has_work)
    {
      worker_may_block (w);
      work_do (w->options, &w->rng);
    }
  client_address (w, f.client, sizeof f.client);
  f.may_keep = forward_may_keep (&f);
  bool has = f.may_keep && replies_find (f.key, &kept);
  if (has && kept.fresh)
    {
      answer_kept (&f, &kept, "HIT");
      return;
    }
  worker_may_block (w);
  CallResult result = try_hosts (&f, &answer);
  if (result != CALL_OK)
    fail (&f, result, &answer, &kept, has);
  forward_clear (&f);
}

int
forward_main (Options *o)
{
  static const Service service = { .serve = http_serve, .answer = forward_answer,
                                   .busy = http_busy, .what = "HTTP" };
  replies_init (o);
  return service_main (o, &service);
}
