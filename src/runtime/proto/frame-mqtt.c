/* MQTT 3.1, 3.1.1 and 5 in the framer (OASIS, "MQTT Version 5.0", chapter 2).
 *
 *   HEAD (type and first digit of the length) --> LENGTH, while a digit says so --> BODY --> a packet
 *
 * A packet is a message. What answers what is a row of the table: by the packet's number where it
 * has one, otherwise in order. What the called side asks of the caller (its own deliveries) is one
 * way here: a link's requests are the caller's. */
#include "framer-private.h"

#include <string.h>

enum
{
  HEAD,
  LENGTH,
  BODY
};

enum
{
  CONNECT = 1,
  CONNACK,
  PUBLISH,
  PUBACK,
  PUBREC,
  PUBREL,
  PUBCOMP,
  SUBSCRIBE,
  SUBACK,
  UNSUBSCRIBE,
  UNSUBACK,
  PINGREQ,
  PINGRESP,
  DISCONNECT,
  AUTH
};

/* numbered: its body begins with the packet's number. answers: what it is the last reply to. */
static const struct
{
  const char *name;
  uint8_t answers;
  bool asks, numbered;
} packets[16] = {
  [CONNECT] = { "CONNECT", 0, true, false },
  [CONNACK] = { "CONNACK", CONNECT, false, false },
  [PUBLISH] = { "PUBLISH", 0, true, false },
  [PUBACK] = { "PUBACK", PUBLISH, false, true },
  [PUBREC] = { "PUBREC", 0, false, true },
  [PUBREL] = { "PUBREL", 0, false, true },
  [PUBCOMP] = { "PUBCOMP", PUBLISH, false, true },
  [SUBSCRIBE] = { "SUBSCRIBE", 0, true, true },
  [SUBACK] = { "SUBACK", SUBSCRIBE, false, true },
  [UNSUBSCRIBE] = { "UNSUBSCRIBE", 0, true, true },
  [UNSUBACK] = { "UNSUBACK", UNSUBSCRIBE, false, true },
  [PINGREQ] = { "PINGREQ", 0, true, false },
  [PINGRESP] = { "PINGRESP", PINGREQ, false, false },
  [DISCONNECT] = { "DISCONNECT", 0, false, false },
  [AUTH] = { "AUTH", 0, false, false },
};

void
tb_mqtt_start (TbFeed *feed)
{
  memset (&feed->work->packet, 0, sizeof feed->work->packet);
  feed->work->remaining = 0;
  feed->work->step = HEAD;
  tb_feed_want_body (feed, 2, true);
}

static uint8_t
type_of (const TbWork *w)
{
  return w->packet.type >> 4;
}

/* Quality of service: 0 is not answered. */
static unsigned
quality (const TbWork *w)
{
  return w->packet.type >> 1 & 3;
}

/* Where the topic of a PUBLISH ends; 0 where that was not captured. */
static size_t
topic_end (const TbWork *w)
{
  size_t end = w->text_n >= 2 ? 2 + tb_read_u16 (w->text) : SIZE_MAX;
  return end <= w->text_n ? end : 0;
}

/* The number of a PUBLISH follows its topic, which may be longer than what is looked at; then the
 * answers, which come in the order of the questions, have to do. */
static uint32_t
number_of (const TbWork *w)
{
  size_t at = type_of (w) == PUBLISH ? topic_end (w) : 0;
  bool has = type_of (w) == PUBLISH ? at > 0 : packets[type_of (w)].numbered;
  return has && at + 2 <= w->text_n ? tb_read_u16 (w->text + at) : 0;
}

static uint32_t
tag_of (uint8_t type, uint32_t number)
{
  return (uint32_t) type << 16 | number;
}

static void
set_label (TbWork *w)
{
  const char *name = packets[type_of (w)].name;
  size_t at = tb_label_append (w->label, sizeof w->label, 0, name, strlen (name));
  if (type_of (w) == PUBLISH && w->text_n > 2)
    {
      size_t n = TB_MIN ((size_t) tb_read_u16 (w->text), (size_t) w->text_n - 2);
      at = tb_label_append (w->label, sizeof w->label, at, " ", 1);
      at = tb_label_append (w->label, sizeof w->label, at, w->text + 2, n);
    }
  w->label_n = (uint8_t) at;
}

/* A refusal: CONNACK's second byte, and from MQTT 5 on the byte behind the number, or of DISCONNECT
 * the first. A packet without that byte says that all is well. */
static bool
is_refusal (const TbWork *w)
{
  static const struct
  {
    uint8_t at, least;
  } codes[16] = {
    [CONNACK] = { 1, 1 },       [PUBACK] = { 2, 0x80 },  [PUBREC] = { 2, 0x80 },
    [PUBCOMP] = { 2, 0x80 },    [PUBREL] = { 2, 0x80 },  [DISCONNECT] = { 0, 0x80 },
  };
  uint8_t type = type_of (w);
  if (codes[type].least > 0)
    return w->text_n > codes[type].at && (uint8_t) w->text[codes[type].at] >= codes[type].least;
  return (type == SUBACK || type == UNSUBACK) && w->text_n > 2
         && (uint8_t) w->text[w->text_n - 1] >= 0x80;
}

/* What this packet is the last reply to; PUBREC is one where it refuses (MQTT 5, 4.3.3). */
static uint8_t
answers_what (const TbWork *w)
{
  return type_of (w) == PUBREC && is_refusal (w) ? PUBLISH : packets[type_of (w)].answers;
}

static bool
is_question (const TbFeed *feed)
{
  const TbWork *w = feed->work;
  return feed->direction == TB_DIR_UP && packets[type_of (w)].asks
         && !(type_of (w) == PUBLISH && quality (w) == 0);
}

static void
ask (TbFeed *feed)
{
  TbWork *w = feed->work;
  uint32_t number = tb_feed_push_tagged (feed, TB_PENDING_WHOLE, tag_of (type_of (w), number_of (w)));
  if (number != 0)
    tb_feed_report (feed, TB_MSG_REQUEST, number, NULL);
}

static void
packet_end (TbFeed *feed)
{
  TbWork *w = feed->work;
  TbPending request;
  uint8_t answers = answers_what (w);
  set_label (w);
  w->last = type_of (w) == DISCONNECT;
  if (is_question (feed))
    {
      ask (feed);
      return;
    }
  w->error = feed->direction == TB_DIR_DOWN && is_refusal (w);
  uint32_t tag = tag_of (answers, packets[type_of (w)].numbered ? number_of (w) : 0), number = 0;
  if (feed->direction == TB_DIR_DOWN && answers != 0)
    {
      number = tb_feed_take (feed, tag, &request);
      if (number == 0)
        number = tb_feed_take (feed, tag_of (answers, 0), &request);
    }
  if (number != 0)
    tb_feed_report (feed, TB_MSG_REPLY, number, &request);
  else
    tb_feed_report (feed, TB_MSG_ONE_WAY, 0, NULL);
}

/* A digit of the length: seven bits, the lowest first. */
static void
digit (TbFeed *feed, uint8_t byte)
{
  TbWork *w = feed->work;
  /* What is to come is kept where tb_feed_want_body() does not write. */
  w->packet.code |= (uint32_t) (byte & 0x7f) << w->packet.shift;
  w->packet.shift = (uint8_t) (w->packet.shift + 7);
  if ((byte & 0x80) && w->packet.shift > 21)
    {
      tb_feed_give_up (feed, "not a length of MQTT");
      return;
    }
  w->step = (byte & 0x80) ? LENGTH : BODY;
  if (w->step == LENGTH)
    tb_feed_want_body (feed, 1, true);
  else if (w->packet.code > 0)
    tb_feed_want_body (feed, w->packet.code, true);
  else
    {
      w->text_n = 0;
      packet_end (feed);
    }
}

void
tb_mqtt_body_end (TbFeed *feed)
{
  TbWork *w = feed->work;
  if (w->step == BODY)
    {
      packet_end (feed);
      return;
    }
  if (w->step == HEAD)
    {
      w->packet.type = (uint8_t) w->text[0];
      if (packets[type_of (w)].name == NULL)
        {
          tb_feed_give_up (feed, "not a packet of MQTT");
          return;
        }
    }
  digit (feed, (uint8_t) w->text[w->step == HEAD ? 1 : 0]);
}
