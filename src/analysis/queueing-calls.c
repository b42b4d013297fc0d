/* Who calls whom, how often for each request; and which messages a broker passes on to whom. */
#include "queueing-private.h"

#include <string.h>

/* What tierboard-node subscribes to, and publishes to, where no topic is drawn. */
#define ANY_TOPIC "#"
#define DEFAULT_TOPIC "messages"

static const TbElement *
link_at (const TbQueueReader *reader, guint link)
{
  return tb_model_nth (reader->model, TB_KIND_LINK, link);
}

static guint
link_index (const TbQueueReader *reader, guint from, const char *id)
{
  for (guint i = id != NULL ? reader->first_link[from] : TB_QUEUE_NONE; i != TB_QUEUE_NONE; i = reader->next_link[i])
    if (g_strcmp0 (reader->net->links[i].id, id) == 0)
      return i;
  return TB_QUEUE_NONE;
}

/* ---- Brokers --------------------------------------------------------------------------------------- */

static const char *
topic_of (const TbElement *call, const char *otherwise)
{
  const char *path = call != NULL ? tb_element_get (call, TB_PROP_PATH) : NULL;
  if (path == NULL)
    return otherwise;
  return *path == '/' ? path + 1 : path;
}

/* An MQTT filter: + is any one level, # all that follow. */
static gboolean
topic_matches (const char *filter, const char *topic)
{
  while (*filter != '\0' || *topic != '\0')
    {
      gsize n = strcspn (filter, "/"), m = strcspn (topic, "/");
      if (n == 1 && *filter == '#')
        return TRUE;
      if (!(n == 1 && *filter == '+') && (n != m || strncmp (filter, topic, n) != 0))
        return FALSE;
      filter += n;
      topic += m;
      if (*filter != *topic) /* one has a level more; "a/#" takes "a" too */
        return strcmp (filter, "/#") == 0;
      if (*filter == '/')
        {
          filter++;
          topic++;
        }
    }
  return TRUE;
}

/* Of a link to a broker: whether messages come over it, as the plan decides it. */
static gboolean
takes_messages (const TbQueueReader *reader, guint link, const TbElement *call)
{
  const TbQueueLink *l = &reader->net->links[link];
  const char *op = call != NULL ? tb_element_get (call, TB_PROP_OP) : NULL;
  if (l->to == TB_QUEUE_NONE || reader->net->stations[l->to].role != TB_ROLE_BROKER
      || reader->net->stations[l->from].role == TB_ROLE_CLIENT)
    return FALSE;
  if (op != NULL)
    return g_str_equal (op, "read");
  return g_strcmp0 (tb_element_get (link_at (reader, link), TB_PROP_FLOW), "reply") == 0;
}

/* A consumer's subscription, until publishers are known. */
typedef struct
{
  guint broker;
  const char *filter;
  TbDelivery delivery;
} Subscription;

static void
add_subscription (const TbQueueReader *reader, GArray *subscriptions, guint link, const TbElement *call)
{
  const TbQueueLink *l = &reader->net->links[link];
  const char *deliver = call != NULL ? tb_element_get (call, TB_PROP_DELIVER) : NULL;
  Subscription s = { l->to, topic_of (call, ANY_TOPIC), { l->from, link, g_strcmp0 (deliver, "each") == 0 } };
  if (takes_messages (reader, link, call))
    g_array_append_val (subscriptions, s);
}

/* The drawn calls of a component over a link; NULL: none is drawn of it. */
static const TbElement *
next_call (const TbElement *component, const char *link, guint *i)
{
  const TbElement *builtin = tb_element_child_of (component, TB_KIND_BUILTIN);
  while (builtin != NULL && *i < tb_element_n_children (builtin))
    {
      const TbElement *call = tb_element_child (builtin, (*i)++);
      if (tb_element_kind (call) == TB_KIND_CALL
          && (link == NULL || g_strcmp0 (tb_element_get (call, TB_PROP_LINK), link) == 0))
        return call;
    }
  return NULL;
}

static GArray *
read_subscriptions (const TbQueueReader *reader)
{
  GArray *subscriptions = g_array_new (FALSE, FALSE, sizeof (Subscription));
  for (guint l = 0; l < reader->net->n_links; l++)
    {
      if (reader->net->links[l].from == TB_QUEUE_NONE || reader->net->links[l].to == TB_QUEUE_NONE)
        continue;
      const TbElement *component = tb_model_nth (reader->model, TB_KIND_COMPONENT, reader->net->links[l].from);
      guint i = 0, any = 0;
      const TbElement *call;
      while ((call = next_call (component, reader->net->links[l].id, &i)) != NULL)
        {
          add_subscription (reader, subscriptions, l, call);
          any++;
        }
      if (any == 0)
        add_subscription (reader, subscriptions, l, NULL);
    }
  return subscriptions;
}

/* The element that a call was read from; NULL: of none. Calls stand in the order of the elements that are no
 * subscriptions. */
static const TbElement *
element_of_call (const TbQueueReader *reader, guint station, guint nth)
{
  const TbElement *component = tb_model_nth (reader->model, TB_KIND_COMPONENT, station), *call;
  guint i = 0, k = 0;
  while ((call = next_call (component, NULL, &i)) != NULL)
    {
      guint link = link_index (reader, station, tb_element_get (call, TB_PROP_LINK));
      if (link != TB_QUEUE_NONE && !takes_messages (reader, link, call) && k++ == nth)
        return call;
    }
  return NULL;
}

static void
deliver (const GArray *subscriptions, const char *topic, TbCallOut *call)
{
  GArray *found = g_array_new (FALSE, FALSE, sizeof (TbDelivery));
  for (guint i = 0; i < subscriptions->len; i++)
    {
      const Subscription *s = &g_array_index (subscriptions, Subscription, i);
      if (s->broker == call->station && topic_matches (s->filter, topic))
        g_array_append_val (found, s->delivery);
    }
  call->n_deliveries = found->len;
  call->deliveries = (gpointer) g_array_free (found, FALSE);
}

void
tb_queue_read_deliveries (TbQueueReader *reader)
{
  g_autoptr (GArray) subscriptions = read_subscriptions (reader);
  for (guint i = 0; i < reader->net->n_stations; i++)
    for (guint k = 0; k < reader->net->stations[i].n_calls; k++)
      {
        TbCallOut *call = &reader->net->stations[i].calls[k];
        if (reader->net->stations[call->station].role == TB_ROLE_BROKER)
          deliver (subscriptions, topic_of (element_of_call (reader, i, k), DEFAULT_TOPIC), call);
      }
}

/* ---- Calls ------------------------------------------------------------------------------------------ */

static TbQueueBalance
balance_of (const TbQueueReader *reader, const TbElement *link, const TbStation *from, const TbStation *to)
{
  static const char *const words[] = { "round-robin", "random", "least-connections", "hash", "sticky" };
  static const TbQueueBalance meant[]
    = { TB_CHOOSE_ROUND_ROBIN, TB_CHOOSE_RANDOM, TB_CHOOSE_LEAST, TB_CHOOSE_HASH, TB_CHOOSE_STICKY };
  const char *balance = tb_element_get (link, TB_PROP_BALANCE);
  const TbElement *called = tb_model_get (reader->model, to->uid);
  const char *affinity = called != NULL ? tb_element_get (called, TB_PROP_AFFINITY) : NULL;
  if (balance == NULL && !(from->role == TB_ROLE_BALANCER && to->replicas > 1))
    return TB_CHOOSE_CONNECTION;
  if (affinity != NULL && !g_str_equal (affinity, "none"))
    return TB_CHOOSE_STICKY;
  for (guint i = 0; balance != NULL && i < G_N_ELEMENTS (words); i++)
    if (g_str_equal (words[i], balance))
      return meant[i];
  return TB_CHOOSE_ROUND_ROBIN;
}

static TbCallOrder
order_of (const TbElement *call)
{
  const char *order = tb_element_get (call, TB_PROP_ORDER);
  if (g_strcmp0 (order, "parallel") == 0)
    return TB_CALL_PARALLEL;
  return g_strcmp0 (order, "first") == 0 ? TB_CALL_FIRST : TB_CALL_SEQUENCE;
}

/* From what the link says alone: once for each request. */
static TbCallOut
call_over (const TbQueueReader *reader, guint link)
{
  const TbQueueLink *l = &reader->net->links[link];
  const TbElement *element = link_at (reader, link);
  return (TbCallOut){
    .link = link, .station = l->to, .share = 1, .times = 1, .async = l->async, .after = TB_QUEUE_NONE, .visits = 1,
    .timeout_ns = tb_element_get_ns (element, TB_PROP_TIMEOUT),
    .retries = (guint) tb_element_get_integer (element, TB_PROP_RETRIES),
    .balance = balance_of (reader, element, &reader->net->stations[l->from], &reader->net->stations[l->to]),
  };
}

/* The last read before it, of which it is what happens on a miss. */
static guint
read_before (const TbQueueReader *reader, const GArray *calls)
{
  for (guint i = calls->len; i > 0; i--)
    {
      const TbCallOut *before = &g_array_index (calls, TbCallOut, i - 1);
      if (!before->write && reader->net->stations[before->station].keeps_data)
        return i - 1;
    }
  return TB_QUEUE_NONE;
}

static void
add_drawn (TbQueueReader *reader, GArray *calls, const TbElement *element, guint link)
{
  TbCallOut call = call_over (reader, link);
  const char *op = tb_element_get (element, TB_PROP_OP);
  call.share = tb_element_get_number (element, TB_PROP_SHARE);
  call.times = (guint) MAX (tb_element_get_integer (element, TB_PROP_TIMES), 1);
  call.order = order_of (element);
  call.write = op != NULL && !g_str_equal (op, "read") && !g_str_equal (op, "members");
  call.miss = g_strcmp0 (tb_element_get (element, TB_PROP_WHEN), "miss") == 0;
  if (tb_element_is_set (element, TB_PROP_TIMEOUT))
    call.timeout_ns = tb_element_get_ns (element, TB_PROP_TIMEOUT);
  call.visits = call.share * call.times;
  if (call.miss)
    call.after = read_before (reader, calls);
  g_array_append_val (calls, call);
}

static gboolean
add_drawn_calls (TbQueueReader *reader, const TbElement *component, guint station, GArray *calls)
{
  const TbElement *call;
  gboolean any = FALSE;
  guint i = 0;
  while ((call = next_call (component, NULL, &i)) != NULL)
    {
      guint link = link_index (reader, station, tb_element_get (call, TB_PROP_LINK));
      any = TRUE;
      if (link != TB_QUEUE_NONE && reader->net->links[link].to != TB_QUEUE_NONE && !takes_messages (reader, link, call))
        add_drawn (reader, calls, call, link);
    }
  return any;
}

static void
add_links (TbQueueReader *reader, const TbElement *component, guint station, GArray *calls)
{
  for (guint l = reader->first_link[station]; l != TB_QUEUE_NONE; l = reader->next_link[l])
    {
      if (reader->net->links[l].to == TB_QUEUE_NONE || takes_messages (reader, l, NULL))
        continue;
      TbCallOut call = call_over (reader, l);
      g_array_append_val (calls, call);
    }
  if (calls->len > 0 && !tb_queue_is_builtin (component))
    tb_queue_note (reader, "How often %s calls others is not known: it is taken to make each call once for a request.",
                   reader->net->stations[station].title);
}

/* So many keys are drawn from; a cache with room for fewer misses the others. */
static void
set_hit_ratio (TbQueueReader *reader, const TbElement *component, TbStation *called)
{
  const TbElement *caller = tb_element_child_of (component, TB_KIND_BUILTIN), *own = tb_model_get (reader->model, called->uid);
  const TbElement *builtin = own != NULL ? tb_element_child_of (own, TB_KIND_BUILTIN) : NULL;
  gint64 capacity = builtin != NULL ? tb_element_get_integer (builtin, TB_PROP_CAPACITY) : 0;
  gint64 keys = caller != NULL ? tb_element_get_integer (caller, TB_PROP_KEYS) : 0;
  for (guint i = 0; i < reader->options->n_calibrations; i++)
    if (reader->options->calibrations[i].uid == called->uid && reader->options->calibrations[i].hit_ratio >= 0)
      return;
  if (capacity > 0 && keys > 0)
    called->hit_ratio = MIN (1, (double) capacity / (double) keys);
  tb_queue_note (reader, "%s is taken to find %.0f %% of what it is asked for, as when it is warm.", called->title,
                 100 * called->hit_ratio);
}

static void
set_visits (TbQueueReader *reader, const TbElement *component, TbStation *station)
{
  double sum = 0;
  for (guint i = 0; i < station->n_calls; i++)
    {
      TbCallOut *call = &station->calls[i];
      sum += call->share < 1 ? call->share : 0;
      if (!call->miss || call->after == TB_QUEUE_NONE)
        continue;
      TbStation *found_in = &reader->net->stations[station->calls[call->after].station];
      set_hit_ratio (reader, component, found_in);
      call->visits *= 1 - found_in->hit_ratio;
    }
  station->exclusive = sum <= 1 + 1e-9;
}

void
tb_queue_read_calls (TbQueueReader *reader, const TbElement *component, TbStation *station)
{
  GArray *calls = g_array_new (FALSE, FALSE, sizeof (TbCallOut));
  guint index = (guint) (station - reader->net->stations);
  gboolean own = tb_queue_is_builtin (component);
  /* What keeps data or messages and is built in calls nobody. */
  if (!station->outside && !(own && (station->keeps_data || station->role == TB_ROLE_BROKER))
      && !add_drawn_calls (reader, component, index, calls))
    add_links (reader, component, index, calls);
  station->n_calls = calls->len;
  station->calls = (gpointer) g_array_free (calls, FALSE);
  set_visits (reader, component, station);
}
