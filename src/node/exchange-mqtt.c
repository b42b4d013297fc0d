/* A call to a broker: one message published, in MQTT 5, so that it carries its trace. Quality 1
 * waits until the broker has it, 0 for nothing. */
#include "exchange-private.h"
#include "mqtt.h"

#include <stdio.h>
#include <string.h>

static const char topic_default[] = "messages";

size_t
exchange_mqtt_connect (char *out, size_t size, const char *id, uint32_t expiry_s, unsigned window)
{
  MqttBuffer b = { .p = out, .size = size };
  TbSlice name = { id, strlen (id) };
  unsigned props = (expiry_s > 0 ? 5 : 0) + (window > 0 ? 3 : 0);
  mqtt_put_head (&b, MQTT_CONNECT, 0, 6 + 1 + 1 + 2 + 1 + props + 2 + name.n);
  mqtt_put_text (&b, (TbSlice) { "MQTT", 4 });
  mqtt_put_u8 (&b, 5);
  mqtt_put_u8 (&b, expiry_s > 0 ? 0 : 2);
  mqtt_put_u16 (&b, 0);
  mqtt_put_varint (&b, props);
  if (expiry_s > 0)
    {
      mqtt_put_u8 (&b, MQTT_PROP_SESSION_EXPIRY);
      mqtt_put_u32 (&b, expiry_s);
    }
  if (window > 0)
    {
      mqtt_put_u8 (&b, MQTT_PROP_RECEIVE_MAX);
      mqtt_put_u16 (&b, window);
    }
  mqtt_put_text (&b, name);
  return b.n;
}

/* The value, and filler up to `body` bytes, as far as the buffer goes. */
static size_t
write_publish (const Call *call, const Options *o, const Trace *trace, char *out)
{
  char value[256], parent[64];
  MqttBuffer b = { .p = out, .size = EXCHANGE_BYTES };
  size_t n = call_unique_value (o, value, sizeof value);
  size_t payload = TB_CLAMP (call->body, n, (size_t) EXCHANGE_BYTES - 1024);
  const char *path = call->path[1] != '\0' ? call->path + 1 : topic_default;
  TbSlice topic = { path, strlen (path) }, name = { "traceparent", 11 };
  TbSlice traced = { parent, trace_format (trace, parent, sizeof parent) };
  size_t props = 1 + 2 + name.n + 2 + traced.n;
  mqtt_put_head (&b, MQTT_PUBLISH, call->qos << 1,
                 2 + topic.n + (call->qos ? 2 : 0) + 1 + props + payload);
  mqtt_put_text (&b, topic);
  if (call->qos > 0)
    mqtt_put_u16 (&b, 1);
  mqtt_put_varint (&b, (uint32_t) props);
  mqtt_put_u8 (&b, MQTT_PROP_USER);
  mqtt_put_text (&b, name);
  mqtt_put_text (&b, traced);
  mqtt_put (&b, value, n);
  memset (b.p + b.n, 'x', payload - n);
  return b.n + payload - n;
}

static CallResult
refused (Exchange *x, const char *buffer, size_t kept)
{
  char what[64];
  size_t at = (uint8_t) buffer[0] >> 4 == MQTT_CONNACK ? 3 : 4;
  snprintf (what, sizeof what, "refused it, for reason 0x%02x",
            kept > at ? (unsigned) (uint8_t) buffer[at] : 0);
  return exchange_fail (x, CALL_ERROR, what);
}

static CallResult
say_hello (Exchange *x, char *buffer)
{
  size_t kept, n = exchange_mqtt_connect (buffer, EXCHANGE_BYTES, "", 0, 0);
  CallResult result = exchange_transact (x, TB_PROTO_MQTT, buffer, n, 0, &kept);
  bool error = result == CALL_OK && x->reply.error;
  x->whole = false;
  return error ? refused (x, buffer, kept) : result;
}

CallResult
exchange_mqtt (Channel *ch, const Options *o, const Call *call, const Host *host,
               const Trace *trace, Caller *caller, int64_t deadline_ns, CallAnswer *answer,
               bool *keep)
{
  Exchange x = { .ch = ch, .peer = host->name, .deadline_ns = deadline_ns,
                 .timeout_ns = call->timeout_ns, .answer = answer };
  size_t kept;
  CallResult result = CALL_OK;
  if (!ch->used)
    result = say_hello (&x, caller->bytes);
  *keep = result == CALL_OK;
  if (result != CALL_OK)
    return result;
  ch->used = true;
  size_t n = write_publish (call, o, trace, caller->bytes);
  if (call->qos == 0)
    return exchange_send (&x, caller->bytes, n);
  result = exchange_transact (&x, TB_PROTO_MQTT, caller->bytes, n, 0, &kept);
  return result == CALL_OK && x.reply.error ? refused (&x, caller->bytes, kept) : result;
}
