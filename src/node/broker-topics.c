/* Who has subscribed to what, what is retained, and who gets a message. */
#include "broker-private.h"

#include <stdlib.h>
#include <string.h>

/* Retained messages by topic: the value is the pointer. */
static Dict *retained;

static TbSlice
slice_of (const char *text)
{
  return (TbSlice) { text, strlen (text) };
}

/* ---- Retained ---- */

static Message *
message_of (const DictEntry *e)
{
  Message *m;
  memcpy (&m, e->value, sizeof m);
  return m;
}

/* The last message of a topic that is to be kept for who comes later; an empty one ends that. */
void
topics_retain (Message *m)
{
  TbSlice topic = message_topic (m);
  if (retained == NULL)
    retained = dict_new ();
  DictEntry *old = dict_find (retained, topic, 0);
  if (old != NULL)
    message_unref (message_of (old));
  bool keep = m->payload_n > 0;
  if (keep && dict_set (retained, topic, (TbSlice) { (char *) &m, sizeof m }, 0) != NULL)
    message_ref (m);
  else
    dict_delete (retained, topic, 0);
  keep_retained (topic, keep ? m : NULL);
}

static void
unref_retained (TbSlice topic, const DictEntry *e, void *data)
{
  (void) topic;
  (void) data;
  message_unref (message_of (e));
}

void
topics_forget_retained (void)
{
  if (retained == NULL)
    return;
  dict_each (retained, 0, unref_retained, NULL);
  dict_clear (retained);
}

typedef struct
{
  Session *session;
  const Subscription *subscription;
} Newcomer;

static void
give_retained (TbSlice topic, const DictEntry *entry, void *data)
{
  const Newcomer *n = data;
  Message *m = message_of (entry);
  if (!mqtt_matches (slice_of (n->subscription->filter), topic) || message_is_expired (m))
    return;
  session_push (n->session, (Entry) { .message = m, .qos = TB_MIN (m->qos, n->subscription->qos),
                                      .retain = true, .subscription = n->subscription->number });
}

/* ---- Subscriptions ---- */

/* "$share/NAME/FILTER": what comes after the name; .p is NULL where it is no such thing. */
static TbSlice
shared_filter (TbSlice filter)
{
  const char *end = filter.p + filter.n, *name = filter.p + 7;
  if (filter.n < 8 || memcmp (filter.p, "$share/", 7) != 0)
    return (TbSlice) { NULL, 0 };
  const char *slash = memchr (name, '/', (size_t) (end - name));
  if (slash == NULL || slash == name)
    return (TbSlice) { NULL, 0 };
  return (TbSlice) { slash + 1, (size_t) (end - slash - 1) };
}

static bool
is_that (const Subscription *u, TbSlice filter)
{
  const char *text = u->group != NULL ? u->group->name : u->filter;
  return strlen (text) == filter.n && memcmp (text, filter.p, filter.n) == 0;
}

static Subscription *
subscription_of (Session *s, TbSlice filter, bool *is_new)
{
  *is_new = false;
  for (unsigned i = 0; i < s->n_subscriptions; i++)
    if (is_that (&s->subscriptions[i], filter))
      return &s->subscriptions[i];
  Subscription *more = realloc (s->subscriptions, (s->n_subscriptions + 1) * sizeof *more);
  if (more == NULL)
    return NULL;
  *is_new = true;
  s->subscriptions = more;
  s->subscriptions[s->n_subscriptions] = (Subscription) { 0 };
  return &s->subscriptions[s->n_subscriptions];
}

static bool
join (Subscription *u, Session *s, TbSlice name)
{
  u->group = group_find (name, true);
  if (u->group == NULL)
    return false;
  Group *g = u->group;
  Session **more = realloc (g->members, (g->n_members + 1) * sizeof *more);
  if (more == NULL)
    return false;
  g->members = more;
  g->members[g->n_members++] = s;
  return true;
}

unsigned
topics_subscribe (Session *s, TbSlice filter, unsigned options, uint32_t number)
{
  TbSlice inner = shared_filter (filter);
  bool shared = inner.p != NULL, is_new;
  if (!mqtt_filter_is_valid (shared ? inner : filter) || (options & 3) == 3)
    return 0x8f;
  Subscription *u = subscription_of (s, filter, &is_new);
  if (u == NULL || (is_new && shared && !join (u, s, filter)))
    return 0x80;
  if (is_new)
    {
      TbSlice text = shared ? inner : filter;
      u->filter = broker_text (text);
      s->n_subscriptions++;
    }
  u->qos = options & 3;
  u->no_local = options >> 2 & 1;
  u->as_published = options >> 3 & 1;
  u->number = number;
  unsigned handling = options >> 4 & 3;
  Newcomer n = { s, u };
  if (!shared && retained != NULL && (handling == 0 || (handling == 1 && is_new)))
    dict_each (retained, 0, give_retained, &n);
  if (shared && s->client != NULL)
    group_pump (u->group);
  return u->qos;
}

static void
remove_at (Session *s, unsigned i)
{
  if (s->subscriptions[i].group != NULL)
    group_leave (s->subscriptions[i].group, s);
  free (s->subscriptions[i].filter);
  s->subscriptions[i] = s->subscriptions[--s->n_subscriptions];
}

bool
topics_unsubscribe (Session *s, TbSlice filter)
{
  for (unsigned i = 0; i < s->n_subscriptions; i++)
    if (is_that (&s->subscriptions[i], filter))
      {
        remove_at (s, i);
        return true;
      }
  return false;
}

void
topics_unsubscribe_all (Session *s)
{
  while (s->n_subscriptions > 0)
    remove_at (s, s->n_subscriptions - 1);
  free (s->subscriptions);
  s->subscriptions = NULL;
}

/* ---- Who gets a message ---- */

/* Of several subscriptions of one session that match, the highest quality counts, once. */
static void
match (Session *s, const Subscription *u, const Message *m, Session **matched)
{
  unsigned qos = TB_MIN (u->qos, m->qos);
  if (s->matched != broker.routed)
    {
      s->matched = broker.routed;
      s->matched_qos = (uint8_t) qos;
      s->matched_number = u->number;
      s->matched_retain = u->as_published && m->retain;
      s->next_matched = *matched;
      *matched = s;
    }
  else if (qos > s->matched_qos)
    s->matched_qos = (uint8_t) qos;
}

static Session *
find_matches (const Message *m, const Session *from)
{
  Session *matched = NULL;
  TbSlice topic = message_topic (m);
  broker.routed++;
  for (Session *s = broker.sessions; s != NULL; s = s->next)
    for (unsigned i = 0; i < s->n_subscriptions; i++)
      {
        const Subscription *u = &s->subscriptions[i];
        if (u->group == NULL && !(u->no_local && s == from)
            && mqtt_matches (slice_of (u->filter), topic))
          match (s, u, m, &matched);
      }
  return matched;
}

/* All members of a group have the same filter; the quality is that of the first. */
static const Subscription *
subscription_in (const Group *g)
{
  const Session *s = g->members[0];
  for (unsigned i = 0; i < s->n_subscriptions; i++)
    if (s->subscriptions[i].group == g)
      return &s->subscriptions[i];
  return NULL;
}

bool
topics_publish (Message *m, const Session *from)
{
  bool room = true;
  if (m->retain)
    topics_retain (m);
  for (Session *s = find_matches (m, from), *next; s != NULL; s = next)
    {
      next = s->next_matched;
      room &= session_push (s, (Entry) { .message = m, .qos = s->matched_qos,
                                         .retain = s->matched_retain,
                                         .subscription = s->matched_number });
    }
  for (Group *g = broker.groups; g != NULL; g = g->next)
    {
      const Subscription *u = g->n_members > 0 ? subscription_in (g) : NULL;
      if (u != NULL && mqtt_matches (slice_of (u->filter), message_topic (m)))
        room &= group_push (g, (Entry) { .message = m, .qos = TB_MIN (m->qos, u->qos),
                                         .subscription = u->number });
    }
  return room;
}
