/* A call to a link: chooses the host, takes a kept connection or makes one, tries again. */
#include "node-private.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <netinet/tcp.h>

void
caller_init (Caller *c, uint64_t seed)
{
  memset (c, 0, sizeof *c);
  tb_rng_seed (&c->rng, seed);
  c->bytes = malloc (EXCHANGE_BYTES);
  if (c->bytes == NULL)
    abort ();
}

void
caller_clear (Caller *c)
{
  free (c->bytes);
  c->bytes = NULL;
}

Call *
calls_store (Options *o)
{
  for (unsigned i = 0; i < o->n_calls; i++)
    if (!o->calls[i].http)
      return &o->calls[i];
  return NULL;
}

/* ---- Hosts ---- */

static Host *
least_busy (Call *call, unsigned first)
{
  Host *best = &call->hosts[first];
  for (unsigned i = 1; i < call->n_hosts; i++)
    {
      Host *h = &call->hosts[(first + i) % call->n_hosts];
      if (h->in_flight < best->in_flight)
        best = h;
    }
  return best;
}

static Host *
choose_host (Call *call, TbRng *rng)
{
  if (call->n_hosts == 1)
    return &call->hosts[0];
  unsigned turn = call->balance == BALANCE_RANDOM
                    ? (unsigned) tb_rng_below (rng, call->n_hosts)
                    : atomic_fetch_add_explicit (&call->turn, 1, memory_order_relaxed);
  turn %= call->n_hosts;
  return call->balance == BALANCE_LEAST_CONNECTIONS ? least_busy (call, turn) : &call->hosts[turn];
}

/* ---- Connections ---- */

static void
channel_close (Channel *ch)
{
  close (ch->fd);
  free (ch);
}

/* Bytes that nobody asked for, an end or an error: not to be used again. */
static bool
channel_is_quiet (const Channel *ch)
{
  char byte;
  return recv (ch->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0
         && (errno == EAGAIN || errno == EWOULDBLOCK);
}

static Channel *
channel_kept (Host *h)
{
  for (;;)
    {
      pthread_mutex_lock (&h->lock);
      Channel *ch = h->idle;
      if (ch != NULL)
        h->idle = ch->next;
      pthread_mutex_unlock (&h->lock);
      if (ch == NULL || channel_is_quiet (ch))
        return ch;
      channel_close (ch);
    }
}

static void
channel_keep (Host *h, Channel *ch)
{
  pthread_mutex_lock (&h->lock);
  ch->next = h->idle;
  h->idle = ch;
  pthread_mutex_unlock (&h->lock);
}

static int
connect_until (int fd, const Address *a, int64_t deadline_ns)
{
  bool six = a->any.sa_family == AF_INET6;
  int error = 0;
  socklen_t size = sizeof error;
  if (connect (fd, &a->any, six ? sizeof a->in6 : sizeof a->in) == 0)
    return 0;
  if (errno != EINPROGRESS && errno != EINTR)
    return errno;
  for (;;)
    {
      struct pollfd p = { fd, POLLOUT, 0 };
      int64_t left = TB_MAX (deadline_ns - tb_now_ns (), 0);
      struct timespec t = { left / TB_NS_PER_S, left % TB_NS_PER_S };
      int n = ppoll (&p, 1, &t, NULL);
      if (n > 0)
        break;
      if (n == 0)
        return ETIMEDOUT;
      if (errno != EINTR)
        return errno;
    }
  getsockopt (fd, SOL_SOCKET, SO_ERROR, &error, &size);
  return error;
}

static CallResult
channel_open (const Host *h, const Call *call, int64_t deadline_ns, Channel **out,
              CallAnswer *answer)
{
  int on = 1, fd = socket (h->address.any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  int error = fd < 0 ? errno : connect_until (fd, &h->address, deadline_ns);
  *out = error == 0 ? malloc (sizeof **out) : NULL;
  if (*out != NULL)
    {
      setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      **out = (Channel) { .fd = fd };
      return CALL_OK;
    }
  if (fd >= 0)
    close (fd);
  bool timeout = error == ETIMEDOUT;
  char time[24];
  tb_duration_format (call->timeout_ns, time, sizeof time);
  if (timeout)
    snprintf (answer->text, sizeof answer->text, "%s could not be reached within %s", h->name,
              time);
  else if (error == ECONNREFUSED)
    snprintf (answer->text, sizeof answer->text, "%s refused the connection", h->name);
  else
    snprintf (answer->text, sizeof answer->text, "%s: %s", h->name, strerror (error));
  return timeout ? CALL_TIMEOUT : CALL_REFUSED;
}

/* ---- Calls ---- */

static CallResult
attempt (const Options *o, Call *call, Host *host, const CallCommand *command, const Trace *trace,
         Caller *caller, CallAnswer *answer)
{
  int64_t deadline = tb_now_ns () + call->timeout_ns;
  bool keep = true;
  CallResult result = CALL_OK;
  Channel *ch = channel_kept (host);
  if (ch == NULL)
    result = channel_open (host, call, deadline, &ch, answer);
  if (result != CALL_OK)
    return result;
  if (call->http)
    result = exchange_http (ch, o, call, host, trace, caller, deadline, answer, &keep);
  else
    result = exchange_resp (ch, o, call, command, caller, host, deadline, answer);
  if (keep && (result == CALL_OK || result == CALL_ERROR))
    channel_keep (host, ch);
  else
    channel_close (ch);
  return result;
}

/* An error is an answer, and stays one, unless it says that another try may do. */
static bool
worth_a_retry (CallResult result, const CallAnswer *answer)
{
  bool gateway = answer->status >= 502 && answer->status <= 504;
  return result != CALL_OK && (result != CALL_ERROR || gateway);
}

CallResult
call_link (const Options *o, Call *call, const CallCommand *command, const Trace *trace,
           Caller *caller, CallAnswer *answer)
{
  CallResult result;
  *answer = (CallAnswer) { 0 };
  for (;;)
    {
      Host *host = choose_host (call, &caller->rng);
      atomic_fetch_add_explicit (&host->in_flight, 1, memory_order_relaxed);
      answer->status = 0;
      result = attempt (o, call, host, command, trace, caller, answer);
      atomic_fetch_sub_explicit (&host->in_flight, 1, memory_order_relaxed);
      if (!worth_a_retry (result, answer) || answer->retries == call->retries)
        return result;
      answer->retries++;
    }
}
