/* What came before what.
 *
 * Real messages take microseconds; their dots take 0.6 s. What a person must still be able to read
 * off is the order, so a dot starts when its message did, but not before
 *   - the dot of the request it answers has arrived,
 *   - the dots of the same trace that led to it have arrived at the instance it leaves, and
 *   - where there is no trace: the dot of the one request that its instance was working on has
 *     arrived, and those of the replies that came back for it meanwhile. With several requests open
 *     at once nobody can tell which of them it belongs to, so it waits for none.
 * That keeps the happened-before order of the real run in slow motion. */
#include "traffic-private.h"

#include <string.h>

#define OPEN_MAX 4u

/* A request that an instance has got and not answered. */
typedef struct
{
  guint32 tap, connection, number;
} Open;

typedef struct
{
  Open open[OPEN_MAX];
  guint n;         /* of them, at most OPEN_MAX: then more may be open */
  gint64 ready_ns; /* what has arrived for the only one of them */
} Place;

struct _TbCauses
{
  GHashTable *ready; /* guint64 key → gint64: when a cause's dot arrives */
  GArray *places;    /* Place, by instance */
};

TbCauses *
tb_causes_new (void)
{
  TbCauses *causes = g_new0 (TbCauses, 1);
  causes->ready = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_free);
  causes->places = g_array_new (FALSE, TRUE, sizeof (Place));
  return causes;
}

void
tb_causes_free (TbCauses *causes)
{
  g_hash_table_unref (causes->ready);
  g_array_unref (causes->places);
  g_free (causes);
}

void
tb_causes_clear (TbCauses *causes)
{
  g_hash_table_remove_all (causes->ready);
  g_array_set_size (causes->places, 0);
}

void
tb_causes_forget_open (TbCauses *causes)
{
  g_array_set_size (causes->places, 0);
}

static gboolean
is_past (gpointer key, gpointer value, gpointer now)
{
  return *(gint64 *) value < *(gint64 *) now;
}

void
tb_causes_prune (TbCauses *causes, gint64 now_ns)
{
  if (g_hash_table_size (causes->ready) > 8192)
    g_hash_table_foreach_remove (causes->ready, is_past, &now_ns);
}

/* ---- Keys ------------------------------------------------------------------------------------ */

static guint64
key_of (const void *a, gsize n_a, guint64 b)
{
  return tb_hash_bytes (a, n_a) * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15) ^ (b + 1);
}

guint64
tb_exchange_key (const TbEvent *event, gboolean reply)
{
  guint32 ids[3] = { event->tap, event->connection, event->number };
  return key_of (ids, sizeof ids, reply);
}

static gboolean
has_trace (const TbEvent *event)
{
  static const guint8 none[8];
  return memcmp (event->trace_id, none, sizeof none) != 0;
}

static gint64
ready_at (TbCauses *causes, guint64 key)
{
  gint64 *at = key ? g_hash_table_lookup (causes->ready, &key) : NULL;
  return at ? *at : 0;
}

static void
set_ready (TbCauses *causes, guint64 key, gint64 at)
{
  gint64 *known = g_hash_table_lookup (causes->ready, &key);
  if (known)
    *known = MAX (*known, at);
  else
    g_hash_table_insert (causes->ready, g_memdup2 (&key, sizeof key), g_memdup2 (&at, sizeof at));
}

/* ---- What an instance works on --------------------------------------------------------------- */

static Place *
place_of (TbCauses *causes, guint instance)
{
  if (instance >= TB_TAPS_MAX)
    return NULL;
  if (instance >= causes->places->len)
    g_array_set_size (causes->places, instance + 1);
  return &g_array_index (causes->places, Place, instance);
}

static void
opened (Place *place, const TbEvent *event, gint64 arrival)
{
  if (place->n < OPEN_MAX)
    place->open[place->n++] = (Open){ event->tap, event->connection, event->number };
  place->ready_ns = arrival;
}

static void
answered (Place *place, const TbEvent *event)
{
  for (guint i = 0; i < place->n; i++)
    if (place->open[i].tap == event->tap && place->open[i].connection == event->connection
        && place->open[i].number == event->number)
      {
        place->open[i] = place->open[--place->n];
        place->ready_ns = 0; /* of the one that is left, if one is, nothing is known */
        return;
      }
}

/* ---- Both ------------------------------------------------------------------------------------ */

static gboolean
goes_back (const TbEvent *event)
{
  return event->kind == TB_EVENT_REPLY || event->direction != 0;
}

gint64
tb_causes_of (TbCauses *causes, const TbEvent *event, const TbTapInfo *tap)
{
  guint leaves = goes_back (event) ? tap->to : tap->from;
  gint64 at = event->kind == TB_EVENT_REPLY ? ready_at (causes, tb_exchange_key (event, FALSE)) : 0;
  if (has_trace (event))
    return MAX (at, ready_at (causes, key_of (event->trace_id, 8, leaves)));
  const Place *place = place_of (causes, leaves);
  return place && place->n == 1 ? MAX (at, place->ready_ns) : at;
}

void
tb_causes_sent (TbCauses *causes, const TbEvent *event, const TbTapInfo *tap, gint64 arrival,
                guint64 *cause)
{
  gboolean back = goes_back (event), reply = event->kind == TB_EVENT_REPLY;
  guint leaves = back ? tap->to : tap->from, arrives = back ? tap->from : tap->to;
  Place *place = place_of (causes, reply ? leaves : arrives);
  *cause = has_trace (event) ? key_of (event->trace_id, 8, arrives) : 0;
  tb_causes_arrives (causes, reply ? 0 : tb_exchange_key (event, FALSE), *cause, arrival);
  if (reply && place)
    answered (place, event);
  else if (event->kind == TB_EVENT_REQUEST && place)
    opened (place, event, arrival);
  place = reply ? place_of (causes, arrives) : NULL;
  if (place && place->n == 1)
    place->ready_ns = MAX (place->ready_ns, arrival);
}

void
tb_causes_arrives (TbCauses *causes, guint64 exchange, guint64 cause, gint64 arrival)
{
  if (exchange)
    set_ready (causes, exchange, arrival);
  if (cause)
    set_ready (causes, cause, arrival);
}

gint64
tb_causes_request_of (TbCauses *causes, const TbEvent *reply)
{
  return ready_at (causes, tb_exchange_key (reply, FALSE));
}
