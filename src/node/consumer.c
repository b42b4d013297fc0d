/* A server that takes messages from a broker: each thread is a subscriber of its own in a group, has
 * one message at a time, and acknowledges it when its work and its calls are done. Where a call
 * fails, it is tried again until it is done; where the process dies, the broker gives the message to
 * another. So a message is worked on at least once.
 *
 *   connect() --> subscribe() --> take() --PUBLISH--> consume() --PUBACK--> take() …
 *       ^                           |
 *       '-------- 100 ms -----------' the connection broke
 */
#include "exchange-private.h"
#include "mqtt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PAUSE_NS (100 * TB_NS_PER_MS)
#define READY_PATIENCE_NS (5 * TB_NS_PER_S)
#define KEPT_FOR_S 3600u
#define PATIENCE_NS (INT64_C (1) << 60)

typedef struct
{
  Options *options;
  Call *call;
  unsigned number;
  Caller caller;   /* of its calls */
  bool known;      /* among the subscribed */
  char *bytes;     /* what comes */
  size_t n, size;
  TbRng rng;
  Exchange x;
  CallAnswer answer;
} Consumer;

static _Atomic uint64_t consumed;
static _Atomic unsigned subscribed; /* so many have been at least once */

uint64_t
consumers_count (void)
{
  return consumed;
}

/* ---- Packets ---- */

/* Until one is whole; *used is its size. */
static CallResult
take_packet (Consumer *c, MqttReader *r, size_t *used)
{
  for (;;)
    {
      TbParse parsed = c->n > 0 ? mqtt_read (c->bytes, c->n, VALUE_MAX, r, used) : TB_PARSE_MORE;
      if (parsed == TB_PARSE_DONE)
        return CALL_OK;
      if (parsed == TB_PARSE_BAD)
        return exchange_fail (&c->x, CALL_NONSENSE, "sent what is not MQTT");
      if (c->n == c->size)
        {
          char *more = realloc (c->bytes, c->size * 2);
          if (more == NULL)
            return exchange_fail (&c->x, CALL_NONSENSE, "sent more than there is memory for");
          c->bytes = more;
          c->size *= 2;
        }
      size_t got = 0;
      CallResult result = exchange_receive (&c->x, c->bytes + c->n, c->size - c->n, &got);
      if (result != CALL_OK)
        return result;
      if (got == 0)
        return exchange_fail (&c->x, CALL_REFUSED, "closed the connection");
      c->n += got;
    }
}

static void
drop_packet (Consumer *c, size_t used)
{
  c->n -= used;
  memmove (c->bytes, c->bytes + used, c->n);
}

/* What waits may come right behind the answer, so all is read into one buffer. */
static CallResult
say_hello (Consumer *c)
{
  char id[256];
  MqttReader r;
  size_t used;
  snprintf (id, sizeof id, "%s/%s/%u", c->options->name, c->call->id, c->number);
  size_t n = exchange_mqtt_connect (c->caller.bytes, EXCHANGE_BYTES, id, KEPT_FOR_S, 1);
  CallResult result = exchange_send (&c->x, c->caller.bytes, n);
  c->n = 0;
  if (result == CALL_OK)
    result = take_packet (c, &r, &used);
  if (result != CALL_OK)
    return result;
  bool well = r.type == MQTT_CONNACK && used >= 4 && c->bytes[3] == 0;
  drop_packet (c, used);
  return well ? CALL_OK : exchange_fail (&c->x, CALL_ERROR, "refused to be connected to");
}

/* "$share/GROUP/FILTER": one of the group gets each message. */
static CallResult
subscribe (Consumer *c)
{
  char text[512];
  const char *filter = c->call->path[1] != '\0' ? c->call->path + 1 : "#";
  int n = snprintf (text, sizeof text, "$share/%s/%s", c->call->consume, filter);
  MqttBuffer b = { .p = c->caller.bytes, .size = EXCHANGE_BYTES };
  MqttReader r;
  size_t used;
  for (char *p = text + 7; p < text + 7 + strlen (c->call->consume); p++)
    if (*p == '/' || *p == '+' || *p == '#')
      *p = '-';
  mqtt_put_head (&b, MQTT_SUBSCRIBE, 2, 2 + 1 + 2 + (size_t) n + 1);
  mqtt_put_u16 (&b, 1);
  mqtt_put_u8 (&b, 0);
  mqtt_put_text (&b, (TbSlice) { text, (size_t) n });
  mqtt_put_u8 (&b, c->call->qos);
  CallResult result = exchange_send (&c->x, b.p, b.n);
  if (result == CALL_OK)
    result = take_packet (c, &r, &used);
  /* What waits may come before the answer: it stays, to be taken next. */
  if (result == CALL_OK && r.type == MQTT_SUBACK)
    {
      bool well = used >= 6 && (uint8_t) c->bytes[used - 1] < 0x80;
      drop_packet (c, used);
      if (!well)
        return exchange_fail (&c->x, CALL_ERROR, "refused the subscription");
    }
  return result;
}

/* ---- A message ---- */

static void
read_trace (MqttReader *r, Trace *trace, TbRng *rng)
{
  MqttReader props = mqtt_get_props (r);
  MqttProp prop;
  trace_begin (trace, rng);
  while (mqtt_next_prop (&props, &prop))
    if (prop.id == MQTT_PROP_USER && prop.text.n == 11
        && memcmp (prop.text.p, "traceparent", 11) == 0)
      tb_trace_parse (prop.value, trace->trace_id, trace->span_id);
}

static CallResult
consume (Consumer *c, MqttReader *r)
{
  unsigned qos = r->flags >> 1 & 3, number = 0;
  Trace trace;
  mqtt_get_text (r);
  if (qos > 0)
    number = mqtt_get_u16 (r);
  read_trace (r, &trace, &c->rng);
  if (r->bad)
    return exchange_fail (&c->x, CALL_NONSENSE, "sent what is not MQTT");
  for (;;)
    {
      Steps s = { .options = c->options, .rng = &c->rng, .caller = &c->caller, .trace = &trace };
      if (steps_run (&s))
        break;
      sleep_until (tb_now_ns () + PAUSE_NS);
    }
  MqttBuffer b = { .p = c->caller.bytes, .size = EXCHANGE_BYTES };
  mqtt_put_ack (&b, MQTT_PUBACK, number, 5, 0);
  CallResult result = qos > 0 ? exchange_send (&c->x, b.p, b.n) : CALL_OK;
  if (result == CALL_OK) /* what could not be acknowledged comes again */
    consumed++;
  return result;
}

/* ---- A connection ---- */

static CallResult
converse (Consumer *c)
{
  MqttReader r;
  size_t used;
  CallResult result = say_hello (c);
  if (result == CALL_OK)
    result = subscribe (c);
  if (result == CALL_OK && !c->known)
    subscribed++;
  c->known |= result == CALL_OK;
  c->x.deadline_ns = PATIENCE_NS;
  while (result == CALL_OK)
    {
      result = take_packet (c, &r, &used);
      if (result == CALL_OK && r.type == MQTT_PUBLISH)
        result = consume (c, &r);
      if (result == CALL_OK)
        drop_packet (c, used);
    }
  return result;
}

static void *
consumer_main (void *data)
{
  Consumer *c = data;
  Host *host = &c->call->hosts[c->number % c->call->n_hosts];
  for (;;)
    {
      int64_t deadline = tb_now_ns () + c->call->timeout_ns;
      Channel *ch;
      CallResult result = channel_open (host, c->call, deadline, &ch, &c->answer);
      if (result == CALL_OK)
        {
          c->x = (Exchange) { .ch = ch, .peer = host->name, .deadline_ns = deadline,
                              .timeout_ns = c->call->timeout_ns, .answer = &c->answer };
          converse (c);
          channel_close (ch);
        }
      report_error ("%s: %s", c->call->id, c->answer.text);
      sleep_until (tb_now_ns () + PAUSE_NS);
    }
  return NULL;
}

static void
start (Options *o, Call *call, unsigned number)
{
  pthread_t thread;
  Consumer *c = calloc (1, sizeof *c);
  if (c == NULL || (c->bytes = malloc (EXCHANGE_BYTES)) == NULL)
    abort ();
  c->size = EXCHANGE_BYTES;
  c->options = o;
  c->call = call;
  c->number = number;
  caller_init (&c->caller, o->seed * 86028121 + call->index * 1000 + number);
  tb_rng_seed (&c->rng, o->seed * 67867967 + call->index * 1000 + number);
  if (pthread_create (&thread, NULL, consumer_main, c) == 0)
    pthread_detach (thread);
  else
    report_line ("%s: no thread can be started to take messages", call->id);
}

/* A thread per request would be a subscriber per message, which nobody has: these get one. What is
 * published before anybody has subscribed is lost, so whoever waits for us waits for that too, as
 * long as a broker takes to start. */
void
consumers_start (Options *o)
{
  int64_t end = tb_now_ns () + READY_PATIENCE_NS;
  unsigned wanted = 0;
  for (unsigned i = 0; i < o->n_calls; i++)
    for (unsigned k = 0; o->calls[i].consume[0] != '\0' && k < o->threads; k++)
      {
        start (o, &o->calls[i], k);
        wanted++;
      }
  while (subscribed < wanted && tb_now_ns () < end)
    sleep_until (tb_now_ns () + TB_NS_PER_MS);
}
