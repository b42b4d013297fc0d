/* Messages, and queues of them. Memory of a message is used again for one of its size, so that
 * passing messages on costs no allocation. */
#include "broker-private.h"

#include <stdlib.h>
#include <string.h>

#define CLASSES 20 /* 256 bytes to 128 MiB */
#define FREE_MAX (4u << 20) /* bytes kept for use again */

static Message *free_messages[CLASSES];
static size_t free_bytes;

static unsigned
class_of (size_t n)
{
  unsigned class = 0;
  while (((size_t) 256 << class) < n)
    class++;
  return class;
}

static Message *
memory_for (size_t n)
{
  unsigned class = class_of (n);
  Message *m = free_messages[class];
  if (m != NULL)
    {
      free_messages[class] = m->next;
      free_bytes -= m->capacity;
      return m;
    }
  m = malloc (sizeof *m + ((size_t) 256 << class));
  if (m != NULL)
    m->capacity = 256u << class;
  return m;
}

Message *
message_new (TbSlice topic, TbSlice props, TbSlice payload, unsigned qos, bool retain)
{
  size_t n = topic.n + props.n + payload.n;
  Message *m = broker.bytes + n <= BYTES_MAX ? memory_for (n) : NULL;
  if (m == NULL)
    return NULL;
  uint32_t capacity = m->capacity;
  *m = (Message) { .refs = 1, .topic_n = (uint32_t) topic.n, .props_n = (uint32_t) props.n,
                   .payload_n = (uint32_t) payload.n, .capacity = capacity, .qos = (uint8_t) qos,
                   .retain = retain };
  const TbSlice parts[] = { topic, props, payload };
  char *at = m->bytes;
  for (unsigned i = 0; i < TB_ARRAY_LENGTH (parts); i++)
    if (parts[i].n > 0)
      {
        memcpy (at, parts[i].p, parts[i].n);
        at += parts[i].n;
      }
  broker.bytes += capacity;
  return m;
}

Message *
message_ref (Message *m)
{
  m->refs++;
  return m;
}

void
message_unref (Message *m)
{
  if (m == NULL || --m->refs > 0)
    return;
  broker.bytes -= m->capacity;
  if (free_bytes + m->capacity > FREE_MAX)
    {
      free (m);
      return;
    }
  unsigned class = class_of (m->capacity);
  m->next = free_messages[class];
  free_messages[class] = m;
  free_bytes += m->capacity;
}

TbSlice
message_topic (const Message *m)
{
  return (TbSlice) { m->bytes, m->topic_n };
}

TbSlice
message_props (const Message *m)
{
  return (TbSlice) { m->bytes + m->topic_n, m->props_n };
}

TbSlice
message_payload (const Message *m)
{
  return (TbSlice) { m->bytes + m->topic_n + m->props_n, m->payload_n };
}

bool
message_is_expired (const Message *m)
{
  return m->expires_ns != 0 && m->expires_ns <= broker.now_ns;
}

/* ---- Queues ---- */

static bool
grow (Queue *q)
{
  unsigned size = q->size > 0 ? q->size * 2 : 16;
  Entry *ring = malloc (size * sizeof *ring);
  if (ring == NULL)
    return false;
  for (unsigned i = 0; i < q->n; i++)
    ring[i] = q->ring[(q->head + i) % q->size];
  free (q->ring);
  q->ring = ring;
  q->size = size;
  q->head = 0;
  return true;
}

bool
queue_push (Queue *q, Entry e)
{
  if (q->n == q->size && !grow (q))
    return false;
  q->ring[(q->head + q->n++) % q->size] = e;
  return true;
}

bool
queue_push_front (Queue *q, Entry e)
{
  if (q->n == q->size && !grow (q))
    return false;
  q->head = (q->head + q->size - 1) % q->size;
  q->ring[q->head] = e;
  q->n++;
  return true;
}

Entry *
queue_first (Queue *q)
{
  return q->n > 0 ? &q->ring[q->head] : NULL;
}

void
queue_pop (Queue *q)
{
  q->head = (q->head + 1) % q->size;
  q->n--;
}

void
queue_clear (Queue *q)
{
  for (; q->n > 0; queue_pop (q))
    message_unref (queue_first (q)->message);
  free (q->ring);
  *q = (Queue) { 0 };
}
