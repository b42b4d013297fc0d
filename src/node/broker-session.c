/* Sessions: what waits for a client, and what it has not acknowledged yet; and groups, whose members
 * share one queue. */
#include "broker-private.h"

#include <stdlib.h>
#include <string.h>

/* A client that does not read: what need not arrive is dropped beyond so much. */
#define UNREAD_MAX (1u << 20)

char *
broker_text (TbSlice text)
{
  char *copy = malloc (text.n + 1);
  if (copy == NULL)
    abort ();
  if (text.n > 0)
    memcpy (copy, text.p, text.n);
  copy[text.n] = '\0';
  return copy;
}

static bool
is_text (const char *a, TbSlice b)
{
  return strlen (a) == b.n && memcmp (a, b.p, b.n) == 0;
}

Session *
session_find (TbSlice id)
{
  for (Session *s = broker.sessions; s != NULL; s = s->next)
    if (is_text (s->id, id))
      return s;
  return NULL;
}

Session *
session_new (TbSlice id)
{
  Session *s = calloc (1, sizeof *s);
  if (s == NULL)
    abort ();
  s->id = broker_text (id);
  s->window = INFLIGHT_MAX;
  s->next = broker.sessions;
  broker.sessions = s;
  return s;
}

static bool
is_kept (const Session *s)
{
  return s->expiry_s > 0;
}

/* ---- Sending ---- */

static Entry *
free_slot (Session *s)
{
  for (unsigned i = 0; i < INFLIGHT_MAX; i++)
    if (s->inflight[i].message == NULL && !s->inflight[i].released)
      return &s->inflight[i];
  return NULL;
}

static bool
can_take (const Session *s)
{
  return s->client != NULL && !s->client->ended && s->n_inflight < s->window;
}

/* Takes the entry over. */
static void
send_entry (Session *s, Entry e)
{
  Entry *slot = free_slot (s);
  TB_CHECK (slot != NULL);
  *slot = e;
  s->n_inflight++;
  client_write_publish (s->client, slot, (unsigned) (slot - s->inflight) + 1);
  slot->dup = true; /* the next time */
}

static void
drop_expired (Queue *q, const char *owner, bool kept)
{
  for (Entry *e; (e = queue_first (q)) != NULL && message_is_expired (e->message); queue_pop (q))
    {
      if (kept)
        keep_entry_gone (owner, e->seq);
      message_unref (e->message);
      broker.dropped++;
    }
}

void
session_pump (Session *s)
{
  for (;;)
    {
      drop_expired (&s->queue, s->id, is_kept (s));
      Entry *e = queue_first (&s->queue);
      if (e == NULL || !can_take (s))
        return;
      Entry taken = *e;
      queue_pop (&s->queue);
      send_entry (s, taken);
    }
}

/* The member whose turn it is, of those that can take one. */
static Session *
next_member (Group *g)
{
  for (unsigned i = 0; i < g->n_members; i++)
    {
      Session *s = g->members[g->turn++ % g->n_members];
      if (can_take (s))
        return s;
    }
  return NULL;
}

void
group_pump (Group *g)
{
  for (;;)
    {
      drop_expired (&g->queue, g->name, true);
      Entry *e = queue_first (&g->queue);
      Session *s = e != NULL ? next_member (g) : NULL;
      if (s == NULL)
        return;
      Entry taken = *e;
      queue_pop (&g->queue);
      send_entry (s, taken);
    }
}

/* Quality 0: now or never. */
static void
send_at_once (Session *s, const Entry *e)
{
  bool room = s->client != NULL && !s->client->ended
              && s->client->out.n - s->client->out_at < UNREAD_MAX;
  if (room)
    client_write_publish (s->client, e, 0);
  else
    broker.dropped++;
}

static bool
push (Queue *q, Entry e, const char *owner, bool kept)
{
  if (q->n >= broker.queue_max)
    {
      broker.dropped++;
      return false;
    }
  e.seq = ++broker.seq;
  message_ref (e.message);
  if (!queue_push (q, e))
    {
      message_unref (e.message);
      return false;
    }
  if (kept)
    keep_entry (owner, &e);
  return true;
}

bool
session_push (Session *s, Entry e)
{
  if (e.qos == 0)
    {
      send_at_once (s, &e);
      return true;
    }
  if (s->client == NULL && !is_kept (s))
    return true;
  bool room = push (&s->queue, e, s->id, is_kept (s));
  session_pump (s);
  return room;
}

bool
group_push (Group *g, Entry e)
{
  e.group = g;
  if (e.qos > 0)
    {
      bool room = push (&g->queue, e, g->name, true);
      group_pump (g);
      return room;
    }
  for (unsigned i = 0; i < g->n_members; i++)
    {
      Session *s = g->members[g->turn++ % g->n_members];
      if (s->client == NULL)
        continue;
      send_at_once (s, &e);
      return true;
    }
  broker.dropped++;
  return true;
}

/* ---- Answers ---- */

static void
forget (Session *s, Entry *e)
{
  if (e->group != NULL)
    keep_entry_gone (e->group->name, e->seq);
  else if (is_kept (s))
    keep_entry_gone (s->id, e->seq);
  message_unref (e->message);
  *e = (Entry) { 0 };
  s->n_inflight--;
}

void
session_acknowledged (Session *s, unsigned number, unsigned type, unsigned reason)
{
  Entry *e = number >= 1 && number <= INFLIGHT_MAX ? &s->inflight[number - 1] : NULL;
  bool there = e != NULL && e->message != NULL;
  if (type == MQTT_PUBREC && there && e->qos == 2 && reason < 0x80)
    {
      e->released = true;
      mqtt_put_ack (&s->client->out, MQTT_PUBREL, number, s->client->level, 0);
      broker_touch (s->client);
      return;
    }
  bool last = there && ((type == MQTT_PUBACK && e->qos == 1) || (type == MQTT_PUBCOMP && e->released)
                        || (type == MQTT_PUBREC && reason >= 0x80));
  if (!last)
    return;
  Group *group = e->group;
  forget (s, e);
  session_pump (s);
  if (group != NULL)
    group_pump (group);
  for (unsigned i = 0; i < s->n_subscriptions; i++)
    if (s->subscriptions[i].group != NULL && s->subscriptions[i].group != group)
      group_pump (s->subscriptions[i].group);
}

/* ---- Coming and going ---- */

static int
by_seq (const void *a, const void *b)
{
  const Entry *const *x = a, *const *y = b;
  return ((*x)->seq > (*y)->seq) - ((*x)->seq < (*y)->seq);
}

/* In the order in which they were sent. Returns how many. */
static unsigned
in_order (Session *s, Entry *out[INFLIGHT_MAX])
{
  unsigned n = 0;
  for (unsigned i = 0; i < INFLIGHT_MAX; i++)
    if (s->inflight[i].message != NULL)
      out[n++] = &s->inflight[i];
  qsort (out, n, sizeof *out, by_seq);
  return n;
}

void
session_begin (Session *s)
{
  Entry *entries[INFLIGHT_MAX];
  unsigned n = in_order (s, entries);
  for (unsigned i = 0; i < n; i++)
    {
      unsigned number = (unsigned) (entries[i] - s->inflight) + 1;
      if (entries[i]->released)
        mqtt_put_ack (&s->client->out, MQTT_PUBREL, number, s->client->level, 0);
      else
        client_write_publish (s->client, entries[i], number);
    }
  broker_touch (s->client);
  session_pump (s);
  for (unsigned i = 0; i < s->n_subscriptions; i++)
    if (s->subscriptions[i].group != NULL)
      group_pump (s->subscriptions[i].group);
}

/* What a group's member did not acknowledge goes to the others, before what came later. What it has
 * received already (QoS 2) stays its own. */
static void
give_back (Session *s)
{
  Entry *entries[INFLIGHT_MAX];
  for (unsigned n = in_order (s, entries); n-- > 0;)
    {
      Entry *e = entries[n];
      if (e->group == NULL || e->released)
        continue;
      if (!queue_push_front (&e->group->queue, *e))
        message_unref (e->message);
      *e = (Entry) { 0 };
      s->n_inflight--;
    }
}

void
session_end (Session *s)
{
  s->client = NULL;
  s->gone_ns = broker.now_ns;
  give_back (s);
  for (unsigned i = 0; i < s->n_subscriptions; i++)
    if (s->subscriptions[i].group != NULL)
      group_pump (s->subscriptions[i].group);
}

void
session_free (Session *s)
{
  Session **at = &broker.sessions;
  while (*at != s)
    at = &(*at)->next;
  *at = s->next;
  give_back (s);
  for (unsigned i = 0; i < INFLIGHT_MAX; i++)
    if (s->inflight[i].message != NULL)
      forget (s, &s->inflight[i]);
  for (Entry *e; (e = queue_first (&s->queue)) != NULL; queue_pop (&s->queue))
    {
      if (is_kept (s))
        keep_entry_gone (s->id, e->seq);
      message_unref (e->message);
    }
  queue_clear (&s->queue);
  keep_session_gone (s);
  topics_unsubscribe_all (s);
  free (s->id);
  free (s);
}

void
sessions_expire (void)
{
  for (Session *s = broker.sessions, *next; s != NULL; s = next)
    {
      next = s->next;
      bool over = s->client == NULL && s->expiry_s != FOR_EVER
                  && broker.now_ns - s->gone_ns >= (int64_t) s->expiry_s * TB_NS_PER_S;
      if (over)
        session_free (s);
    }
}

/* ---- Groups ---- */

Group *
group_find (TbSlice name, bool make)
{
  for (Group *g = broker.groups; g != NULL; g = g->next)
    if (is_text (g->name, name))
      return g;
  Group *g = make ? calloc (1, sizeof *g) : NULL;
  if (g == NULL)
    return NULL;
  g->name = broker_text (name);
  g->next = broker.groups;
  broker.groups = g;
  return g;
}

/* The last one to leave takes what waits with it: nobody is there who wants it. */
static void
group_free (Group *g)
{
  Group **at = &broker.groups;
  while (*at != g)
    at = &(*at)->next;
  *at = g->next;
  for (Entry *e; (e = queue_first (&g->queue)) != NULL; queue_pop (&g->queue))
    {
      keep_entry_gone (g->name, e->seq);
      message_unref (e->message);
    }
  queue_clear (&g->queue);
  free (g->members);
  free (g->name);
  free (g);
}

void
group_leave (Group *g, Session *s)
{
  for (unsigned i = 0; i < INFLIGHT_MAX; i++)
    if (s->inflight[i].group == g) /* it finishes what it has, for itself */
      {
        keep_entry_gone (g->name, s->inflight[i].seq);
        s->inflight[i].group = NULL;
      }
  for (unsigned i = 0; i < g->n_members; i++)
    if (g->members[i] == s)
      {
        g->members[i] = g->members[--g->n_members];
        break;
      }
  if (g->n_members == 0)
    group_free (g);
}
