/* Inside a call: one request and its reply on a connection, whatever the protocol. */
#pragma once

#include "node-private.h"

typedef struct
{
  Channel *ch;
  const char *peer;
  int64_t deadline_ns, timeout_ns;
  CallAnswer *answer;
  TbFramer *framer;
  TbMessage reply;
  bool whole;
} Exchange;

/* Writes a sentence of the peer into the answer; returns result. */
CallResult exchange_fail (Exchange *x, CallResult result, const char *what);
CallResult exchange_send (Exchange *x, const char *bytes, size_t n);
/* Waits for bytes; *got is 0 at the end of the connection. */
CallResult exchange_receive (Exchange *x, char *to, size_t room, size_t *got);
/* Writes MQTT's CONNECT; returns its size. expiry_s: how long the session is kept, 0: not at all;
 * window: how many messages may come unacknowledged, 0: as many as the broker likes. */
size_t exchange_mqtt_connect (char *out, size_t size, const char *id, uint32_t expiry_s,
                              unsigned window);
/* For the framer: keeps the reply. */
void exchange_message (const TbMessage *m, void *data);
/* Sends n bytes of the buffer and then `body` bytes of filler, and waits for the reply; *kept bytes
 * of its beginning are in the buffer then. */
CallResult exchange_transact (Exchange *x, TbProto proto, char *buffer, size_t n, size_t body,
                              size_t *kept);
