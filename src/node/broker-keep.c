/* What outlives the process: in the same append-only file as a store's, by key
 *
 *   r TOPIC             a retained message
 *   s CLIENT            a session: how long it is kept, its subscriptions
 *   q OWNER \0 SEQ      a message that waits for a session, or for a group
 *   2 CLIENT \0 NUMBER  a QoS 2 message that was received, and not released yet
 *
 * What is kept is in memory too, so that the file can be written anew while it is used: it holds
 * every message that ever waited otherwise. */
#include "broker-private.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define COMPACT_FROM (8u << 20)

static Journal *journal;
static Dict *kept;
static uint64_t appended;
static bool reading;
static MqttBuffer key_bytes, value_bytes;

static int64_t
wall_ms (void)
{
  struct timespec t;
  clock_gettime (CLOCK_REALTIME, &t);
  return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static bool
is_off (void)
{
  return journal == NULL || reading;
}

/* ---- Keys and values ---- */

static TbSlice
key_of (char kind, TbSlice name, bool numbered, uint64_t number, unsigned size)
{
  key_bytes.n = 0;
  mqtt_put_u8 (&key_bytes, (unsigned char) kind);
  mqtt_put (&key_bytes, name.p, name.n);
  if (numbered)
    mqtt_put_u8 (&key_bytes, 0);
  for (unsigned i = size; numbered && i-- > 0;)
    mqtt_put_u8 (&key_bytes, (unsigned) (number >> 8 * i & 0xff));
  return (TbSlice) { key_bytes.p, key_bytes.n };
}

static TbSlice
text_slice (const char *text)
{
  return (TbSlice) { text, strlen (text) };
}

static void
put_message (const Message *m)
{
  mqtt_put_u8 (&value_bytes, m->qos | (m->retain ? 4u : 0u));
  mqtt_put_u16 (&value_bytes, m->topic_n);
  mqtt_put_u32 (&value_bytes, m->props_n);
  mqtt_put (&value_bytes, m->bytes, m->topic_n + m->props_n + m->payload_n);
}

static int64_t
expiry_ms (const Message *m)
{
  if (m->expires_ns == 0)
    return 0;
  return wall_ms () + TB_MAX ((m->expires_ns - broker.now_ns) / TB_NS_PER_MS, 1);
}

static void
set (TbSlice key, int64_t expires_ms)
{
  TbSlice value = { value_bytes.p, value_bytes.n };
  bool fits = key.n <= VALUE_MAX && value.n <= VALUE_MAX && !value_bytes.failed;
  uint64_t at = fits ? journal_set (journal, key, value, expires_ms) : 0;
  if (at > 0 && dict_set (kept, key, value, expires_ms) != NULL)
    appended = at;
}

static void
drop (TbSlice key)
{
  if (!dict_delete (kept, key, 0))
    return;
  uint64_t at = journal_delete (journal, key);
  appended = at > 0 ? at : appended;
}

/* ---- What changes ---- */

void
keep_retained (TbSlice topic, const Message *m)
{
  if (is_off ())
    return;
  TbSlice key = key_of ('r', topic, false, 0, 0);
  if (m == NULL)
    {
      drop (key);
      return;
    }
  value_bytes.n = 0;
  put_message (m);
  set (key, expiry_ms (m));
}

void
keep_session (const Session *s)
{
  if (is_off () || s == NULL)
    return;
  TbSlice key = key_of ('s', text_slice (s->id), false, 0, 0);
  if (s->expiry_s == 0)
    {
      drop (key);
      return;
    }
  value_bytes.n = 0;
  mqtt_put_u32 (&value_bytes, s->expiry_s);
  for (unsigned i = 0; i < s->n_subscriptions; i++)
    {
      const Subscription *u = &s->subscriptions[i];
      mqtt_put_u8 (&value_bytes, u->qos | (u->no_local ? 4u : 0u) | (u->as_published ? 8u : 0u));
      mqtt_put_u32 (&value_bytes, u->number);
      mqtt_put_text (&value_bytes, text_slice (u->group != NULL ? u->group->name : u->filter));
    }
  set (key, 0);
}

void
keep_session_gone (const Session *s)
{
  if (is_off ())
    return;
  drop (key_of ('s', text_slice (s->id), false, 0, 0));
  for (unsigned i = 0; i < INFLIGHT_MAX; i++)
    if (s->received[i] != 0)
      keep_received (s, s->received[i], false);
}

void
keep_entry (const char *owner, const Entry *e)
{
  if (is_off ())
    return;
  value_bytes.n = 0;
  mqtt_put_u8 (&value_bytes, e->qos | (e->retain ? 4u : 0u));
  mqtt_put_u32 (&value_bytes, e->subscription);
  put_message (e->message);
  set (key_of ('q', text_slice (owner), true, e->seq, 8), expiry_ms (e->message));
}

void
keep_entry_gone (const char *owner, uint64_t seq)
{
  if (!is_off ())
    drop (key_of ('q', text_slice (owner), true, seq, 8));
}

void
keep_received (const Session *s, unsigned number, bool is)
{
  if (is_off () || s->expiry_s == 0)
    return;
  TbSlice key = key_of ('2', text_slice (s->id), true, number, 2);
  value_bytes.n = 0;
  if (is)
    set (key, 0);
  else
    drop (key);
}

bool
keep_sync (void)
{
  if (journal == NULL || appended == 0)
    return true;
  uint64_t at = appended;
  appended = 0;
  if (!journal_sync (journal, at))
    return false;
  uint64_t size = journal_size (journal);
  if (size > COMPACT_FROM && size / 4 > dict_bytes (kept))
    journal_compact (journal, kept);
  return true;
}

/* ---- Reading back ---- */

static Message *
get_message (MqttReader *r, int64_t expires_ms)
{
  unsigned bits = mqtt_get_u8 (r);
  TbSlice topic = { NULL, mqtt_get_u16 (r) }, props = { NULL, mqtt_get_u32 (r) };
  TbSlice rest = mqtt_get_rest (r);
  if (r->bad || topic.n > rest.n || props.n > rest.n - topic.n)
    return NULL;
  topic.p = rest.p;
  props.p = topic.p + topic.n;
  TbSlice payload = { props.p + props.n, rest.n - topic.n - props.n };
  Message *m = message_new (topic, props, payload, bits & 3, bits >> 2 & 1);
  if (m != NULL && expires_ms != 0)
    m->expires_ns = broker.now_ns + (expires_ms - wall_ms ()) * TB_NS_PER_MS;
  return m;
}

static void
read_session (TbSlice key, const DictEntry *e, void *data)
{
  MqttReader r = { .p = e->value, .end = e->value + e->value_n };
  (void) data;
  if (key.p[0] != 's')
    return;
  Session *s = session_new ((TbSlice) { key.p + 1, key.n - 1 });
  s->expiry_s = mqtt_get_u32 (&r);
  s->gone_ns = broker.now_ns;
  while (!r.bad && r.p < r.end)
    {
      unsigned options = mqtt_get_u8 (&r);
      uint32_t number = mqtt_get_u32 (&r);
      TbSlice filter = mqtt_get_text (&r);
      if (!r.bad)
        topics_subscribe (s, filter, options | 2u << 4, number); /* nothing retained again */
    }
}

typedef struct
{
  TbSlice owner;
  Entry entry;
} Found;

typedef struct
{
  Found *items;
  size_t n, size;
} FoundList;

static uint64_t
number_behind (const char *p, unsigned size)
{
  uint64_t value = 0;
  for (unsigned i = 0; i < size; i++)
    value = value << 8 | (uint8_t) p[i];
  return value;
}

static void
read_entry (TbSlice key, const DictEntry *e, void *data)
{
  FoundList *list = data;
  MqttReader r = { .p = e->value, .end = e->value + e->value_n };
  if (key.p[0] != 'q' || key.n < 11)
    return;
  unsigned bits = mqtt_get_u8 (&r);
  uint32_t subscription = mqtt_get_u32 (&r);
  Message *m = get_message (&r, e->expires_ms);
  if (m == NULL)
    return;
  if (list->n == list->size)
    {
      list->size = TB_MAX (list->size * 2, (size_t) 64);
      list->items = realloc (list->items, list->size * sizeof *list->items);
      if (list->items == NULL)
        abort ();
    }
  list->items[list->n++] = (Found) {
    .owner = { key.p + 1, key.n - 10 },
    .entry = { .message = m, .seq = number_behind (key.p + key.n - 8, 8), .qos = bits & 3,
               .retain = bits >> 2 & 1, .dup = true, .subscription = subscription }
  };
}

static int
by_seq (const void *a, const void *b)
{
  const Found *x = a, *y = b;
  return (x->entry.seq > y->entry.seq) - (x->entry.seq < y->entry.seq);
}

static void
put_back (Found *f)
{
  Group *g = group_find (f->owner, false);
  Session *s = g == NULL ? session_find (f->owner) : NULL;
  f->entry.group = g;
  broker.seq = TB_MAX (broker.seq, f->entry.seq);
  if (g != NULL)
    queue_push (&g->queue, f->entry);
  else if (s != NULL)
    queue_push (&s->queue, f->entry);
  else
    message_unref (f->entry.message);
}

static void
read_other (TbSlice key, const DictEntry *e, void *data)
{
  MqttReader r = { .p = e->value, .end = e->value + e->value_n };
  (void) data;
  if (key.p[0] == 'r')
    {
      Message *m = get_message (&r, e->expires_ms);
      if (m != NULL)
        topics_retain (m);
      message_unref (m);
    }
  if (key.p[0] != '2' || key.n < 5)
    return;
  Session *s = session_find ((TbSlice) { key.p + 1, key.n - 4 });
  for (unsigned i = 0; s != NULL && i < INFLIGHT_MAX; i++)
    if (s->received[i] == 0)
      {
        s->received[i] = (uint16_t) number_behind (key.p + key.n - 2, 2);
        break;
      }
}

bool
keep_open (const char *folder, char **error)
{
  size_t torn;
  FoundList list = { 0 };
  int64_t now = wall_ms ();
  kept = dict_new ();
  journal = journal_open (folder, kept, &torn, error);
  if (journal == NULL)
    return false;
  if (torn > 0)
    report_line ("%zu bytes of an unfinished record were dropped from the end of the file", torn);
  reading = true;
  dict_each (kept, now, read_session, NULL);
  dict_each (kept, now, read_entry, &list);
  qsort (list.items, list.n, sizeof *list.items, by_seq);
  for (size_t i = 0; i < list.n; i++)
    put_back (&list.items[i]);
  free (list.items);
  dict_each (kept, now, read_other, NULL);
  reading = false;
  return true;
}
