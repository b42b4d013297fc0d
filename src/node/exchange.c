/* One request and its reply on a connection. Where the reply ends is the framer's to say, as it is
 * in a tap: bodies may be chunked or end with the connection, interim replies may come before it. */
#include "exchange-private.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* The head of a reply that is kept to be read; the rest of the buffer is read over. */
#define KEPT (EXCHANGE_BYTES / 2)

static const char filler[4096] = { [0 ... 4095] = 'x' };

CallResult
exchange_fail (Exchange *x, CallResult result, const char *what)
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
        return exchange_fail (x, CALL_REFUSED, strerror (errno));
    }
  tb_duration_format (x->timeout_ns, time, sizeof time);
  snprintf (what, sizeof what, "did not answer within %s", time);
  return exchange_fail (x, CALL_TIMEOUT, what);
}

static CallResult
broken (Exchange *x)
{
  return exchange_fail (x, CALL_REFUSED,
               errno == ECONNRESET || errno == EPIPE ? "reset the connection" : strerror (errno));
}

CallResult
exchange_send (Exchange *x, const char *bytes, size_t n)
{
  CallResult result;
  while (n > 0)
    {
      ssize_t sent = send (x->ch->fd, bytes, n, MSG_DONTWAIT | MSG_NOSIGNAL);
      if (sent >= 0)
        {
          bytes += sent, n -= (size_t) sent;
          x->answer->sent = true;
        }
      else if (errno != EAGAIN && errno != EINTR)
        return broken (x);
      else if ((result = wait_for (x, POLLOUT)) != CALL_OK)
        return result;
    }
  return CALL_OK;
}

void
exchange_message (const TbMessage *m, void *data)
{
  Exchange *x = data;
  if (m->kind != TB_MSG_REPLY)
    return;
  x->reply = *m;
  x->whole = true;
}

CallResult
exchange_receive (Exchange *x, char *to, size_t room, size_t *got)
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
      CallResult result = exchange_receive (x, buffer + *kept, EXCHANGE_BYTES - *kept, &got);
      if (result != CALL_OK)
        return result;
      if (got == 0)
        tb_framer_end (x->framer, TB_DIR_DOWN, 0, exchange_message, x);
      else
        tb_framer_feed (x->framer, TB_DIR_DOWN, buffer + *kept, got, 0, exchange_message, x);
      if (got == 0 && !x->whole)
        return exchange_fail (x, CALL_REFUSED, "closed the connection");
      if (!x->whole && tb_framer_note (x->framer) != NULL)
        return exchange_fail (x, CALL_NONSENSE, "answered with what is not the protocol");
      *kept = TB_MIN (*kept + got, (size_t) KEPT);
    }
  return CALL_OK;
}

CallResult
exchange_transact (Exchange *x, TbProto proto, char *buffer, size_t n, size_t body, size_t *kept)
{
  _Alignas (16) char memory[512];
  CallResult result;
  TB_CHECK (tb_framer_size () <= sizeof memory);
  x->framer = (TbFramer *) memory;
  tb_framer_init (x->framer, proto);
  tb_framer_feed (x->framer, TB_DIR_UP, buffer, n, 0, exchange_message, x);
  result = exchange_send (x, buffer, n);
  while (result == CALL_OK && body > 0)
    {
      size_t part = TB_MIN (body, sizeof filler);
      tb_framer_feed (x->framer, TB_DIR_UP, filler, part, 0, exchange_message, x);
      result = exchange_send (x, filler, part);
      body -= part;
    }
  if (result == CALL_OK)
    result = receive_reply (x, buffer, kept);
  tb_framer_clear (x->framer);
  return result;
}
