/* Connections to a host: kept between calls, made when none is quiet. */
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

void
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

static uint16_t
port_of (int fd)
{
  Address own = { .any.sa_family = AF_UNSPEC };
  socklen_t size = sizeof own;
  if (getsockname (fd, &own.any, &size) < 0)
    return 0;
  return ntohs (own.any.sa_family == AF_INET6 ? own.in6.sin6_port : own.in.sin_port);
}

static CallResult
channel_new (const Host *h, const Call *call, int64_t deadline_ns, Channel **out,
              CallAnswer *answer)
{
  int on = 1, fd = socket (h->address.any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  int error = fd < 0 ? errno : connect_until (fd, &h->address, deadline_ns);
  *out = error == 0 ? malloc (sizeof **out) : NULL;
  if (*out != NULL)
    {
      setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      **out = (Channel) { .fd = fd, .port = port_of (fd) };
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

CallResult
channel_open (Host *h, const Call *call, int64_t deadline_ns, Channel **out, CallAnswer *answer)
{
  *out = channel_kept (h);
  return *out != NULL ? CALL_OK : channel_new (h, call, deadline_ns, out, answer);
}
