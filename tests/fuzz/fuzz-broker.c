/* The broker under any bytes of two clients: it stays inside them, what it writes are packets, and
 * nothing is left when the sessions are gone. Each piece of the input is a byte that says whose it
 * is, then a packet. */
#include "broker-private.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t n);

static void
check_written (Client *c)
{
  size_t used;
  MqttReader r;
  for (size_t at = 0; at < c->out.n; at += used)
    TB_CHECK (mqtt_read (c->out.p + at, c->out.n - at, VALUE_MAX, &r, &used) == TB_PARSE_DONE);
  c->out.n = 0;
}

static void
feed (Client clients[2], const char *p, size_t n)
{
  size_t used;
  MqttReader r;
  while (n > 1)
    {
      Client *c = &clients[*p & 1];
      if (mqtt_read (p + 1, n - 1, PACKET_MAX, &r, &used) != TB_PARSE_DONE)
        return;
      broker.now_ns += TB_NS_PER_MS;
      if (!c->ended)
        client_packet (c, &r);
      check_written (&clients[0]);
      check_written (&clients[1]);
      p += 1 + used;
      n -= 1 + used;
    }
}

int
LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t n)
{
  Client clients[2] = { { .fd = -1 }, { .fd = -1 } };
  broker.queue_max = 8;
  feed (clients, (const char *) bytes, n);
  for (unsigned i = 0; i < 2; i++)
    {
      client_gone (&clients[i]);
      free (clients[i].out.p);
    }
  while (broker.sessions != NULL)
    session_free (broker.sessions);
  TB_CHECK (broker.groups == NULL);
  topics_forget_retained ();
  TB_CHECK (broker.bytes == 0);
  broker.dirty = NULL;
  return 0;
}
