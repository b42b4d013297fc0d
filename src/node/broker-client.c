/* A connection's packets, and what is answered:
 *
 *   CONNECTING --connect()--> CONNECTED --disconnect(), or its connection breaks: client_gone()--> gone
 *
 * What breaks the protocol ends the connection, and only that. */
#include "broker-private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum
{
  PROTOCOL_ERROR = 0x82,
  BAD_VERSION = 0x84,
  BAD_ID = 0x85,
  TAKEN_OVER = 0x8e,
  BAD_TOPIC = 0x90,
  RECEIVE_MAX_EXCEEDED = 0x93,
  ALIAS_INVALID = 0x94,
  FULL = 0x97
};

/* ---- Ending ---- */

/* Version 5 is told why. */
static void
end_because (Client *c, unsigned reason)
{
  if (c->level >= 5)
    {
      mqtt_put_head (&c->out, MQTT_DISCONNECT, 0, 1);
      mqtt_put_u8 (&c->out, reason);
    }
  broker_end (c);
}

void
client_gone (Client *c)
{
  Session *s = c->session;
  Message *will = c->will;
  c->will = NULL;
  c->session = NULL;
  if (s != NULL)
    {
      session_end (s);
      if (s->expiry_s == 0)
        session_free (s);
    }
  if (will != NULL)
    topics_publish (will, NULL);
  message_unref (will);
}

/* ---- CONNECT ---- */

typedef struct
{
  unsigned level, flags;
  TbSlice id;
  char made_id[32];
  uint32_t expiry_s;
  unsigned window;
} Connect;

static void
refuse (Client *c, unsigned level, unsigned reason, unsigned old_reason)
{
  mqtt_put_head (&c->out, MQTT_CONNACK, 0, level >= 5 ? 3 : 2);
  mqtt_put_u8 (&c->out, 0);
  mqtt_put_u8 (&c->out, level >= 5 ? reason : old_reason);
  if (level >= 5)
    mqtt_put_u8 (&c->out, 0);
  broker_end (c);
}

static bool
read_protocol (MqttReader *r, Connect *k)
{
  TbSlice name = mqtt_get_text (r);
  k->level = mqtt_get_u8 (r);
  k->flags = mqtt_get_u8 (r);
  bool old = name.n == 6 && memcmp (name.p, "MQIsdp", 6) == 0 && k->level == 3;
  bool now = name.n == 4 && memcmp (name.p, "MQTT", 4) == 0 && (k->level == 4 || k->level == 5);
  return !r->bad && (old || now);
}

static void
read_connect_props (MqttReader *r, Connect *k)
{
  MqttReader props = mqtt_get_props (r);
  MqttProp prop;
  while (mqtt_next_prop (&props, &prop))
    if (prop.id == MQTT_PROP_SESSION_EXPIRY)
      k->expiry_s = prop.number;
    else if (prop.id == MQTT_PROP_RECEIVE_MAX && prop.number > 0)
      k->window = TB_MIN (prop.number, (unsigned) INFLIGHT_MAX);
  r->bad |= props.bad;
}

static void
read_will (Client *c, MqttReader *r, const Connect *k)
{
  if (k->level >= 5)
    {
      MqttReader props = mqtt_get_props (r);
      MqttProp prop;
      while (mqtt_next_prop (&props, &prop))
        ;
      r->bad |= props.bad;
    }
  TbSlice topic = mqtt_get_text (r), payload = mqtt_get_text (r);
  unsigned qos = k->flags >> 3 & 3;
  if (r->bad || qos == 3 || !mqtt_topic_is_valid (topic))
    r->bad = true;
  else
    c->will = message_new (topic, (TbSlice) { 0 }, payload, qos, k->flags >> 5 & 1);
}

/* There is no password: whoever comes is let in. */
static void
read_rest (Client *c, MqttReader *r, Connect *k)
{
  k->expiry_s = k->level >= 5 || (k->flags & 2) ? 0 : FOR_EVER;
  k->window = INFLIGHT_MAX;
  c->keepalive_ns = (int64_t) mqtt_get_u16 (r) * TB_NS_PER_S * 3 / 2;
  if (k->level >= 5)
    read_connect_props (r, k);
  k->id = mqtt_get_text (r);
  if (k->flags & 4)
    read_will (c, r, k);
  if (k->flags & 0x80)
    mqtt_get_text (r);
  if (k->flags & 0x40)
    mqtt_get_text (r);
  r->bad |= (k->flags & 1) != 0;
}

static void
accept_connect (Client *c, const Connect *k, bool present)
{
  TbSlice id = { k->made_id, strlen (k->made_id) };
  size_t props = k->level >= 5 ? 3 + 5 + (id.n > 0 ? 3 + id.n : 0) : 0;
  mqtt_put_head (&c->out, MQTT_CONNACK, 0, 2 + (k->level >= 5 ? 1 + props : 0));
  mqtt_put_u8 (&c->out, present);
  mqtt_put_u8 (&c->out, 0);
  if (k->level < 5)
    return;
  mqtt_put_varint (&c->out, (uint32_t) props);
  mqtt_put_u8 (&c->out, MQTT_PROP_RECEIVE_MAX);
  mqtt_put_u16 (&c->out, INFLIGHT_MAX);
  mqtt_put_u8 (&c->out, MQTT_PROP_PACKET_MAX);
  mqtt_put_u32 (&c->out, PACKET_MAX);
  if (id.n > 0)
    {
      mqtt_put_u8 (&c->out, MQTT_PROP_ASSIGNED_ID);
      mqtt_put_text (&c->out, id);
    }
}

/* The session of that name, where there is one and it is wanted; another connection that has it is
 * ended. */
static Session *
take_session (Connect *k)
{
  Session *s = k->id.n > 0 ? session_find (k->id) : NULL;
  if (s != NULL && s->client != NULL)
    {
      Client *other = s->client;
      end_because (other, TAKEN_OVER);
      client_gone (other);
      s = session_find (k->id);
    }
  if (s != NULL && (k->flags & 2))
    {
      session_free (s);
      s = NULL;
    }
  return s;
}

static void
connect_client (Client *c, MqttReader *r)
{
  Connect k = { 0 };
  if (!read_protocol (r, &k))
    {
      refuse (c, k.level, BAD_VERSION, 1);
      return;
    }
  read_rest (c, r, &k);
  if (r->bad || (k.id.n == 0 && k.level < 5 && !(k.flags & 2)))
    {
      refuse (c, k.level, r->bad ? PROTOCOL_ERROR : BAD_ID, 2);
      return;
    }
  if (k.id.n == 0)
    {
      snprintf (k.made_id, sizeof k.made_id, "tierboard-%lx", (unsigned long) ++broker.seq);
      k.id = (TbSlice) { k.made_id, strlen (k.made_id) };
    }
  Session *s = take_session (&k);
  bool present = s != NULL;
  s = present ? s : session_new (k.id);
  s->client = c;
  s->expiry_s = k.expiry_s;
  s->window = k.window;
  c->session = s;
  c->level = k.level;
  keep_session (s);
  accept_connect (c, &k, present);
  session_begin (s);
}

/* ---- PUBLISH ---- */

/* What is passed on of a message's properties; false where there is one that may not be. */
static bool
read_publish_props (MqttReader *r, MqttBuffer *kept, int64_t *expires_ns)
{
  MqttReader props = mqtt_get_props (r);
  MqttProp prop;
  while (mqtt_next_prop (&props, &prop))
    if (prop.id == MQTT_PROP_EXPIRY)
      *expires_ns = broker.now_ns + (int64_t) prop.number * TB_NS_PER_S;
    else if (prop.id == MQTT_PROP_TOPIC_ALIAS || prop.id == MQTT_PROP_SUBSCRIPTION)
      return false;
    else
      mqtt_put (kept, prop.raw.p, prop.raw.n);
  return !props.bad;
}

static uint16_t *
received_slot (Session *s, unsigned number)
{
  for (unsigned i = 0; i < INFLIGHT_MAX; i++)
    if (s->received[i] == number)
      return &s->received[i];
  return NULL;
}

/* Whether the message is new: QoS 2 may come again until it is released. */
static bool
note_received (Client *c, unsigned number)
{
  Session *s = c->session;
  if (received_slot (s, number) != NULL)
    return false;
  uint16_t *slot = received_slot (s, 0);
  if (slot == NULL)
    {
      end_because (c, RECEIVE_MAX_EXCEEDED);
      return false;
    }
  *slot = (uint16_t) number;
  keep_received (s, number, true);
  return true;
}

static void
publish (Client *c, MqttReader *r)
{
  static MqttBuffer props;
  unsigned qos = r->flags >> 1 & 3, number = 0, reason = 0;
  int64_t expires_ns = 0;
  TbSlice topic = mqtt_get_text (r);
  if (qos > 0)
    number = mqtt_get_u16 (r);
  props.n = 0;
  bool fine = c->level < 5 || read_publish_props (r, &props, &expires_ns);
  TbSlice payload = mqtt_get_rest (r);
  if (r->bad || qos == 3 || (qos > 0 && number == 0) || !mqtt_topic_is_valid (topic) || !fine)
    {
      end_because (c, r->bad || qos == 3 ? PROTOCOL_ERROR : fine ? BAD_TOPIC : ALIAS_INVALID);
      return;
    }
  broker.received++;
  if (qos < 2 || note_received (c, number))
    {
      Message *m = message_new (topic, (TbSlice) { props.p, props.n }, payload, qos, r->flags & 1);
      if (m != NULL)
        m->expires_ns = expires_ns;
      if (m == NULL || !topics_publish (m, c->session))
        reason = FULL;
      if (m == NULL)
        broker.dropped++;
      message_unref (m);
    }
  if (qos > 0 && !c->ended)
    mqtt_put_ack (&c->out, qos == 1 ? MQTT_PUBACK : MQTT_PUBREC, number, c->level, reason);
}

void
client_write_publish (Client *c, const Entry *e, unsigned number)
{
  const Message *m = e->message;
  TbSlice topic = message_topic (m), payload = message_payload (m), kept = message_props (m);
  size_t props = 0, extra = 0;
  if (c->level >= 5)
    {
      extra = (e->subscription ? 1 + mqtt_varint_size (e->subscription) : 0)
              + (m->expires_ns ? 5 : 0);
      props = kept.n + extra;
    }
  size_t body = 2 + topic.n + (e->qos ? 2 : 0) + payload.n
                + (c->level >= 5 ? mqtt_varint_size ((uint32_t) props) + props : 0);
  mqtt_put_head (&c->out, MQTT_PUBLISH,
                 (e->dup ? 8u : 0u) | (unsigned) e->qos << 1 | (e->retain ? 1u : 0u), body);
  mqtt_put_text (&c->out, topic);
  if (e->qos > 0)
    mqtt_put_u16 (&c->out, number);
  if (c->level >= 5)
    {
      mqtt_put_varint (&c->out, (uint32_t) props);
      mqtt_put (&c->out, kept.p, kept.n);
      if (m->expires_ns)
        {
          int64_t left = TB_MAX (m->expires_ns - broker.now_ns, 0) / TB_NS_PER_S;
          mqtt_put_u8 (&c->out, MQTT_PROP_EXPIRY);
          mqtt_put_u32 (&c->out, (uint32_t) left);
        }
      if (e->subscription)
        {
          mqtt_put_u8 (&c->out, MQTT_PROP_SUBSCRIPTION);
          mqtt_put_varint (&c->out, e->subscription);
        }
    }
  mqtt_put (&c->out, payload.p, payload.n);
  broker.sent++;
  broker_touch (c);
}

/* ---- Acknowledgements ---- */

static void
acknowledged (Client *c, MqttReader *r)
{
  unsigned number = mqtt_get_u16 (r), reason = r->p < r->end ? mqtt_get_u8 (r) : 0;
  if (r->bad)
    end_because (c, PROTOCOL_ERROR);
  else if (r->type != MQTT_PUBREL)
    session_acknowledged (c->session, number, r->type, reason);
  else
    {
      uint16_t *slot = number > 0 ? received_slot (c->session, number) : NULL;
      if (slot != NULL)
        *slot = 0;
      keep_received (c->session, number, false);
      mqtt_put_ack (&c->out, MQTT_PUBCOMP, number, c->level, slot != NULL ? 0 : 0x92);
    }
}

/* ---- SUBSCRIBE ---- */

static uint32_t
subscription_number (Client *c, MqttReader *r)
{
  uint32_t number = 0;
  MqttProp prop;
  if (c->level < 5)
    return 0;
  MqttReader props = mqtt_get_props (r);
  while (mqtt_next_prop (&props, &prop))
    if (prop.id == MQTT_PROP_SUBSCRIPTION)
      number = prop.number;
  r->bad |= props.bad;
  return number;
}

/* The answer to all filters at once; what is retained comes behind it. */
static void
subscribe (Client *c, MqttReader *r)
{
  static MqttBuffer codes, held;
  unsigned number = mqtt_get_u16 (r);
  uint32_t subscription = subscription_number (c, r);
  bool leaves = r->type == MQTT_UNSUBSCRIBE;
  MqttBuffer out = c->out;
  size_t out_at = c->out_at;
  codes.n = held.n = c->out_at = 0;
  c->out = held; /* what the subscriptions bring is written here */
  while (!r->bad && r->p < r->end)
    {
      TbSlice filter = mqtt_get_text (r);
      unsigned options = leaves ? 0 : mqtt_get_u8 (r), code;
      r->bad |= (options & 3) == 3; /* a quality that there is not */
      if (r->bad)
        break;
      if (leaves)
        code = topics_unsubscribe (c->session, filter) ? 0 : 0x11;
      else
        code = topics_subscribe (c->session, filter, c->level < 5 ? options & 3 : options,
                                 subscription);
      mqtt_put_u8 (&codes, c->level < 5 && code >= 0x80 ? 0x80 : code);
    }
  held = c->out;
  c->out = out;
  c->out_at = out_at;
  keep_session (c->session);
  if (r->bad || codes.n == 0 || number == 0)
    {
      end_because (c, PROTOCOL_ERROR);
      return;
    }
  bool says = !leaves || c->level >= 5;
  mqtt_put_head (&c->out, leaves ? MQTT_UNSUBACK : MQTT_SUBACK, 0,
                 2 + (c->level >= 5 ? 1 : 0) + (says ? codes.n : 0));
  mqtt_put_u16 (&c->out, number);
  if (c->level >= 5)
    mqtt_put_u8 (&c->out, 0);
  if (says)
    mqtt_put (&c->out, codes.p, codes.n);
  mqtt_put (&c->out, held.p, held.n);
}

/* ---- The rest ---- */

static void
disconnect (Client *c, MqttReader *r)
{
  unsigned reason = c->level >= 5 && r->p < r->end ? mqtt_get_u8 (r) : 0;
  if (c->level >= 5 && r->p < r->end)
    {
      Connect k = { .expiry_s = c->session->expiry_s };
      read_connect_props (r, &k);
      if (!r->bad && c->session->expiry_s > 0)
        c->session->expiry_s = k.expiry_s;
      keep_session (c->session);
    }
  if (reason != 4) /* with its will */
    {
      message_unref (c->will);
      c->will = NULL;
    }
  broker_end (c);
}

static void
ping (Client *c, MqttReader *r)
{
  (void) r;
  mqtt_put_head (&c->out, MQTT_PINGRESP, 0, 0);
}

static void (*const handlers[16]) (Client *, MqttReader *) = {
  [MQTT_PUBLISH] = publish,        [MQTT_PUBACK] = acknowledged,   [MQTT_PUBREC] = acknowledged,
  [MQTT_PUBREL] = acknowledged,    [MQTT_PUBCOMP] = acknowledged,  [MQTT_SUBSCRIBE] = subscribe,
  [MQTT_UNSUBSCRIBE] = subscribe,  [MQTT_PINGREQ] = ping,          [MQTT_DISCONNECT] = disconnect,
};

void
client_packet (Client *c, MqttReader *r)
{
  c->last_ns = broker.now_ns;
  broker_touch (c);
  if (c->level == 0 && r->type == MQTT_CONNECT)
    connect_client (c, r);
  else if (c->level == 0 || handlers[r->type] == NULL)
    end_because (c, PROTOCOL_ERROR);
  else
    handlers[r->type](c, r);
}
