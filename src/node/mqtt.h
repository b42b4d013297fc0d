/* MQTT 3.1, 3.1.1 and 5 (OASIS, "MQTT Version 5.0"): packets read and written. Pure: no input, no
 * output. Used by the broker, and by those who call one. */
#pragma once

#include "tb-base.h"
#include "tb-proto.h"

enum
{
  MQTT_CONNECT = 1,
  MQTT_CONNACK,
  MQTT_PUBLISH,
  MQTT_PUBACK,
  MQTT_PUBREC,
  MQTT_PUBREL,
  MQTT_PUBCOMP,
  MQTT_SUBSCRIBE,
  MQTT_SUBACK,
  MQTT_UNSUBSCRIBE,
  MQTT_UNSUBACK,
  MQTT_PINGREQ,
  MQTT_PINGRESP,
  MQTT_DISCONNECT,
  MQTT_AUTH
};

/* Properties of version 5 that are looked at. */
enum
{
  MQTT_PROP_EXPIRY = 0x02,
  MQTT_PROP_SUBSCRIPTION = 0x0b,
  MQTT_PROP_SESSION_EXPIRY = 0x11,
  MQTT_PROP_ASSIGNED_ID = 0x12,
  MQTT_PROP_RECEIVE_MAX = 0x21,
  MQTT_PROP_TOPIC_ALIAS = 0x23,
  MQTT_PROP_USER = 0x26,
  MQTT_PROP_PACKET_MAX = 0x27
};

/* What is left of a packet's body, or of its properties. Reading beyond the end makes it bad and
 * gives nothing. */
typedef struct
{
  uint8_t type, flags;
  const char *p, *end;
  bool bad;
} MqttReader;

/* The packet that begins at bytes; BAD where its length is none or beyond max. */
TbParse mqtt_read (const char *bytes, size_t n, size_t max, MqttReader *r, size_t *used);
uint8_t mqtt_get_u8 (MqttReader *r);
uint16_t mqtt_get_u16 (MqttReader *r);
uint32_t mqtt_get_u32 (MqttReader *r);
uint32_t mqtt_get_varint (MqttReader *r);
TbSlice mqtt_get_text (MqttReader *r);
TbSlice mqtt_get_rest (MqttReader *r);
/* The properties that stand next, as a reader of their own. */
MqttReader mqtt_get_props (MqttReader *r);

typedef struct
{
  uint8_t id;
  uint32_t number;
  TbSlice text, value; /* value: of a user property, whose name is text */
  TbSlice raw;         /* all of it */
} MqttProp;

/* False at the end, and where it is bad. */
bool mqtt_next_prop (MqttReader *props, MqttProp *prop);

/* Bytes to be written; grows, and remembers where memory ended. */
typedef struct
{
  char *p;
  size_t n, size;
  bool failed;
} MqttBuffer;

void mqtt_put (MqttBuffer *b, const void *bytes, size_t n);
void mqtt_put_u8 (MqttBuffer *b, unsigned value);
void mqtt_put_u16 (MqttBuffer *b, unsigned value);
void mqtt_put_u32 (MqttBuffer *b, uint32_t value);
void mqtt_put_varint (MqttBuffer *b, uint32_t value);
void mqtt_put_text (MqttBuffer *b, TbSlice text);
/* The first byte and the length of a packet. */
void mqtt_put_head (MqttBuffer *b, unsigned type, unsigned flags, size_t body);
size_t mqtt_varint_size (uint32_t value);
/* A packet of a number alone (PUBACK …); reason is told from version 5 on, where it is not 0. */
void mqtt_put_ack (MqttBuffer *b, unsigned type, unsigned number, unsigned level, unsigned reason);

/* Whether a topic may be published to, and a filter subscribed to. */
bool mqtt_topic_is_valid (TbSlice topic);
bool mqtt_filter_is_valid (TbSlice filter);
/* "a/+/c", "a/#"; what begins with $ is matched by no wildcard at its first level. */
bool mqtt_matches (TbSlice filter, TbSlice topic);
