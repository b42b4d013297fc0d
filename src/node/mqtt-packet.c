/* See mqtt.h. */
#include "mqtt.h"

#include <stdlib.h>
#include <string.h>

/* ---- Reading ---- */

TbParse
mqtt_read (const char *bytes, size_t n, size_t max, MqttReader *r, size_t *used)
{
  uint32_t length = 0;
  size_t at = 1;
  for (unsigned shift = 0;; shift += 7)
    {
      if (at >= n)
        return TB_PARSE_MORE;
      uint8_t byte = (uint8_t) bytes[at++];
      length |= (uint32_t) (byte & 0x7f) << shift;
      if (!(byte & 0x80))
        break;
      if (shift == 21)
        return TB_PARSE_BAD;
    }
  if (length > max)
    return TB_PARSE_BAD;
  if (n - at < length)
    return TB_PARSE_MORE;
  *r = (MqttReader) { .type = (uint8_t) bytes[0] >> 4, .flags = (uint8_t) bytes[0] & 15,
                      .p = bytes + at, .end = bytes + at + length };
  *used = at + length;
  return r->type == 0 ? TB_PARSE_BAD : TB_PARSE_DONE;
}

/* n bytes of it, or NULL. */
static const char *
take (MqttReader *r, size_t n)
{
  const char *p = r->p;
  if (r->bad || (size_t) (r->end - r->p) < n)
    {
      r->bad = true;
      return NULL;
    }
  r->p += n;
  return p;
}

static uint32_t
number (MqttReader *r, unsigned size)
{
  const char *p = take (r, size);
  uint32_t value = 0;
  for (unsigned i = 0; p != NULL && i < size; i++)
    value = value << 8 | (uint8_t) p[i];
  return value;
}

uint8_t
mqtt_get_u8 (MqttReader *r)
{
  return (uint8_t) number (r, 1);
}

uint16_t
mqtt_get_u16 (MqttReader *r)
{
  return (uint16_t) number (r, 2);
}

uint32_t
mqtt_get_u32 (MqttReader *r)
{
  return number (r, 4);
}

uint32_t
mqtt_get_varint (MqttReader *r)
{
  uint32_t value = 0;
  for (unsigned shift = 0; shift <= 21; shift += 7)
    {
      uint8_t byte = mqtt_get_u8 (r);
      value |= (uint32_t) (byte & 0x7f) << shift;
      if (!(byte & 0x80))
        return value;
    }
  r->bad = true;
  return 0;
}

TbSlice
mqtt_get_text (MqttReader *r)
{
  size_t n = mqtt_get_u16 (r);
  const char *p = take (r, n);
  return (TbSlice) { p, p != NULL ? n : 0 };
}

TbSlice
mqtt_get_rest (MqttReader *r)
{
  TbSlice rest = { r->p, r->bad ? 0 : (size_t) (r->end - r->p) };
  r->p = r->end;
  return rest;
}

MqttReader
mqtt_get_props (MqttReader *r)
{
  size_t n = mqtt_get_varint (r);
  const char *p = take (r, n);
  return (MqttReader) { .p = p, .end = p != NULL ? p + n : p };
}

typedef enum
{
  NONE, /* there is no such property */
  BYTE,
  TWO,
  FOUR,
  VARINT,
  TEXT,
  PAIR
} PropType;

static const uint8_t prop_types[] = {
  [0x01] = BYTE,   [0x02] = FOUR, [0x03] = TEXT, [0x08] = TEXT, [0x09] = TEXT, [0x0b] = VARINT,
  [0x11] = FOUR,   [0x12] = TEXT, [0x13] = TWO,  [0x15] = TEXT, [0x16] = TEXT, [0x17] = BYTE,
  [0x18] = FOUR,   [0x19] = BYTE, [0x1a] = TEXT, [0x1c] = TEXT, [0x1f] = TEXT, [0x21] = TWO,
  [0x22] = TWO,    [0x23] = TWO,  [0x24] = BYTE, [0x25] = BYTE, [0x26] = PAIR, [0x27] = FOUR,
  [0x28] = BYTE,   [0x29] = BYTE, [0x2a] = BYTE,
};

bool
mqtt_next_prop (MqttReader *props, MqttProp *prop)
{
  const char *begin = props->p;
  if (props->bad || begin == props->end)
    return false;
  *prop = (MqttProp) { .id = mqtt_get_u8 (props) };
  uint8_t type = prop->id < sizeof prop_types ? prop_types[prop->id] : NONE;
  if (type == NONE)
    props->bad = true;
  else if (type == TEXT || type == PAIR)
    prop->text = mqtt_get_text (props);
  else if (type == VARINT)
    prop->number = mqtt_get_varint (props);
  else
    prop->number = number (props, type == BYTE ? 1 : type == TWO ? 2 : 4);
  if (type == PAIR)
    prop->value = mqtt_get_text (props);
  prop->raw = (TbSlice) { begin, (size_t) (props->p - begin) };
  return !props->bad;
}

/* ---- Writing ---- */

void
mqtt_put (MqttBuffer *b, const void *bytes, size_t n)
{
  if (b->n + n > b->size && !b->failed)
    {
      size_t size = TB_MAX (b->size, 512u);
      while (size < b->n + n)
        size *= 2;
      char *p = realloc (b->p, size);
      b->failed = p == NULL;
      b->p = p != NULL ? p : b->p;
      b->size = p != NULL ? size : b->size;
    }
  if (b->failed || n == 0)
    return;
  memcpy (b->p + b->n, bytes, n);
  b->n += n;
}

void
mqtt_put_u8 (MqttBuffer *b, unsigned value)
{
  const uint8_t byte = (uint8_t) value;
  mqtt_put (b, &byte, 1);
}

void
mqtt_put_u16 (MqttBuffer *b, unsigned value)
{
  const uint8_t bytes[] = { (uint8_t) (value >> 8), (uint8_t) value };
  mqtt_put (b, bytes, 2);
}

void
mqtt_put_u32 (MqttBuffer *b, uint32_t value)
{
  mqtt_put_u16 (b, value >> 16);
  mqtt_put_u16 (b, value & 0xffff);
}

void
mqtt_put_varint (MqttBuffer *b, uint32_t value)
{
  do
    {
      mqtt_put_u8 (b, (value & 0x7f) | (value > 0x7f ? 0x80 : 0));
      value >>= 7;
    }
  while (value > 0);
}

size_t
mqtt_varint_size (uint32_t value)
{
  return value < 1u << 7 ? 1 : value < 1u << 14 ? 2 : value < 1u << 21 ? 3 : 4;
}

void
mqtt_put_text (MqttBuffer *b, TbSlice text)
{
  mqtt_put_u16 (b, (unsigned) text.n);
  mqtt_put (b, text.p, text.n);
}

void
mqtt_put_head (MqttBuffer *b, unsigned type, unsigned flags, size_t body)
{
  mqtt_put_u8 (b, type << 4 | flags);
  mqtt_put_varint (b, (uint32_t) body);
}

void
mqtt_put_ack (MqttBuffer *b, unsigned type, unsigned number, unsigned level, unsigned reason)
{
  bool says = level >= 5 && reason != 0;
  mqtt_put_head (b, type, type == MQTT_PUBREL ? 2 : 0, says ? 3 : 2);
  mqtt_put_u16 (b, number);
  if (says)
    mqtt_put_u8 (b, reason);
}

/* ---- Topics ---- */

bool
mqtt_topic_is_valid (TbSlice topic)
{
  return topic.n > 0 && memchr (topic.p, '+', topic.n) == NULL
         && memchr (topic.p, '#', topic.n) == NULL && memchr (topic.p, '\0', topic.n) == NULL;
}

bool
mqtt_filter_is_valid (TbSlice filter)
{
  const char *p = filter.p;
  for (size_t i = 0; i < filter.n; i++)
    {
      bool first = i == 0 || p[i - 1] == '/', last = i + 1 == filter.n;
      if (p[i] == '\0' || (p[i] == '#' && !(first && last))
          || (p[i] == '+' && !(first && (last || p[i + 1] == '/'))))
        return false;
    }
  return filter.n > 0;
}

static size_t
level_size (const char *p, const char *end)
{
  const char *slash = memchr (p, '/', (size_t) (end - p));
  return (size_t) ((slash != NULL ? slash : end) - p);
}

bool
mqtt_matches (TbSlice filter, TbSlice topic)
{
  const char *f = filter.p, *f_end = f + filter.n, *t = topic.p, *t_end = t + topic.n;
  if (topic.n > 0 && t[0] == '$' && (f[0] == '+' || f[0] == '#'))
    return false;
  for (;;)
    {
      size_t fn = level_size (f, f_end), tn = level_size (t, t_end);
      if (fn == 1 && f[0] == '#')
        return true;
      if (!(fn == 1 && f[0] == '+') && (fn != tn || memcmp (f, t, fn) != 0))
        return false;
      f += fn;
      t += tn;
      if (t == t_end) /* "a/#" is for "a" too */
        return f == f_end || (f_end - f == 2 && f[1] == '#');
      if (f == f_end)
        return false;
      f++, t++;
    }
}
