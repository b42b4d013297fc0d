/* From events to arrows and bars.
 *
 *   message (REQUEST, REPLY, ONE_WAY, BYTES) ──▶ arrived, where the tap handed it on at once
 *                                            └─▶ on the way ── DELIVERED ──▶ arrived
 *                                                           └─ DROPPED ───▶ dropped
 *   DUPLICATED ──▶ a copy on the way
 *
 * What is told of a message names it by tap, connection, direction and number. The newest one that is
 * still on the way is meant; numbers of a connection repeat only where its messages do. */
#include "tb-spacetime.h"

#include <string.h>

#include "tb-base.h"
#include "tb-proto.h"

typedef struct
{
  guint32 tap, connection, number, direction;
} Key;

typedef struct
{
  const TbSpacetimeSource *source;
  TbSpacetimeReading *out;
  TbSpacetimeMatch match;
  gpointer match_data;
  GHashTable *on_the_way; /* Key → index in arrows + 1, of the oldest that waits */
  GHashTable *owed;       /* Key of a request → index in bars + 1 */
  GHashTable *newest;     /* connection → index in bars + 1 of its newest request */
  GArray *before;         /* of guint, one a pair of bars: the same of the one before it; 0: none */
  guint copies;           /* on the way */
} Reader;

static guint
hash_key (gconstpointer key)
{
  return (guint) tb_hash_bytes (key, sizeof (Key));
}

static gboolean
equal_keys (gconstpointer a, gconstpointer b)
{
  return memcmp (a, b, sizeof (Key)) == 0;
}

static Key *
key_of (const TbEvent *event, guint32 direction)
{
  Key *key = g_new (Key, 1);
  *key = (Key){ event->tap, event->connection, event->number, direction };
  return key;
}

static guint
look_up (GHashTable *table, const TbEvent *event, guint32 direction)
{
  Key key = { event->tap, event->connection, event->number, direction };
  return GPOINTER_TO_UINT (g_hash_table_lookup (table, &key));
}

static TbSpacetimeArrow *
arrow_at (Reader *r, guint i)
{
  return &g_array_index (r->out->arrows, TbSpacetimeArrow, i);
}

/* ---- Arrows ---------------------------------------------------------------------------------- */

/* NULL where nobody knows whose it is. */
static TbSpacetimeArrow *
add_arrow (Reader *r, const TbEvent *event, guint64 position, TbSpacetimeFate fate)
{
  const TbPastTap *tap = r->source->tap (r->source->data, event->tap);
  gboolean back = event->direction == TB_DIR_DOWN;
  if (tap == NULL)
    return NULL;
  TbSpacetimeArrow arrow = { .position = position, .end_position = position,
                             .sent_ns = event->time_ns, .arrived_ns = event->time_ns,
                             .from = back ? tap->to : tap->from, .to = back ? tap->from : tap->to,
                             .tap = event->tap, .link = tap->link,
                             .connection = event->connection, .number = event->number,
                             .size = event->size, .status = event->status, .kind = event->kind,
                             .fate = (guint8) fate, .direction = event->direction,
                             .error = event->error, .latency_ns = -1 };
  arrow.matches = r->match == NULL || r->match (position, event, r->match_data);
  if (event->kind == TB_EVENT_REPLY)
    arrow.latency_ns = (gint64) event->aux;
  memcpy (arrow.label, event->label, sizeof arrow.label);
  g_array_append_val (r->out->arrows, arrow);
  return arrow_at (r, r->out->arrows->len - 1);
}

static void
add_message (Reader *r, const TbEvent *event, guint64 position)
{
  gboolean waits = event->held;
  TbSpacetimeArrow *arrow = add_arrow (r, event, position,
                                       waits ? TB_FATE_ON_THE_WAY : TB_FATE_ARRIVED);
  if (arrow == NULL || !waits)
    return;
  arrow->arrived_ns = G_MAXINT64;
  g_hash_table_replace (r->on_the_way, key_of (event, event->direction),
                        GUINT_TO_POINTER (r->out->arrows->len));
}

/* It has the way of the message before it. */
static void
add_copy (Reader *r, const TbEvent *event, guint64 position)
{
  TbSpacetimeArrow *arrow = add_arrow (r, event, position, TB_FATE_ON_THE_WAY);
  if (arrow == NULL)
    return;
  arrow->copy = TRUE;
  arrow->arrived_ns = G_MAXINT64;
  r->copies++;
}

/* The message itself first, then its copies in their order. */
static TbSpacetimeArrow *
find_on_the_way (Reader *r, const TbEvent *event)
{
  guint i = look_up (r->on_the_way, event, event->direction);
  if (i > 0 && arrow_at (r, i - 1)->fate == TB_FATE_ON_THE_WAY)
    return arrow_at (r, i - 1);
  for (guint j = i; r->copies > 0 && j < r->out->arrows->len; j++)
    {
      TbSpacetimeArrow *arrow = arrow_at (r, j);
      if (arrow->copy && arrow->fate == TB_FATE_ON_THE_WAY && arrow->tap == event->tap
          && arrow->connection == event->connection && arrow->number == event->number
          && arrow->direction == event->direction)
        return arrow;
    }
  return NULL;
}

/* One whose beginning was not read has no arrow: where it came from is not known. A drop that nobody
 * waited for is one of a datagram or of bytes, lost where it was seen. */
static void
end_arrow (Reader *r, const TbEvent *event, guint64 position, TbSpacetimeFate fate)
{
  TbSpacetimeArrow *arrow = find_on_the_way (r, event);
  if (arrow == NULL && fate == TB_FATE_DROPPED)
    arrow = add_arrow (r, event, position, fate);
  if (arrow == NULL)
    return;
  r->copies -= arrow->copy;
  arrow->fate = (guint8) fate;
  arrow->arrived_ns = MAX (event->time_ns, arrow->sent_ns);
  arrow->end_position = position;
}

static void
mark_corrupted (Reader *r, const TbEvent *event)
{
  TbSpacetimeArrow *arrow = find_on_the_way (r, event);
  if (arrow != NULL)
    arrow->corrupted = TRUE;
}

/* ---- Bars ------------------------------------------------------------------------------------ */

/* Of a request: on the side of the called, and of the caller too; which of them is drawn is the
 * picture's affair. */
static void
open_bars (Reader *r, const TbEvent *event, guint64 position)
{
  const TbPastTap *tap = r->source->tap (r->source->data, event->tap);
  if (tap == NULL)
    return;
  guint sides[] = { tap->to, tap->from };
  gpointer connection = GUINT_TO_POINTER (event->connection);
  guint before = GPOINTER_TO_UINT (g_hash_table_lookup (r->newest, connection));
  g_array_append_val (r->before, before);
  g_hash_table_replace (r->newest, connection, GUINT_TO_POINTER (r->out->bars->len + 1));
  g_hash_table_replace (r->owed, key_of (event, 0), GUINT_TO_POINTER (r->out->bars->len + 1));
  for (guint i = 0; i < G_N_ELEMENTS (sides); i++)
    {
      TbSpacetimeBar bar = { .instance = sides[i], .waits = i == 1, .from_ns = event->time_ns,
                             .to_ns = G_MAXINT64, .request = position, .open = TRUE };
      bar.matches = r->match == NULL || r->match (position, event, r->match_data);
      memcpy (bar.label, event->label, sizeof bar.label);
      g_array_append_val (r->out->bars, bar);
    }
}

/* Two bars: the called one's and the caller's. */
static TbSpacetimeBar *
bars_of (Reader *r, const TbEvent *event)
{
  guint i = look_up (r->owed, event, 0);
  return i > 0 ? &g_array_index (r->out->bars, TbSpacetimeBar, i - 1) : NULL;
}

static void
close_bars (Reader *r, const TbEvent *event)
{
  TbSpacetimeBar *bars = bars_of (r, event);
  if (bars == NULL || !bars[0].open)
    {
      /* The request was before what is read: the reply says how long ago. */
      TbEvent request = *event;
      request.time_ns -= (gint64) event->aux;
      request.label[0] = '\0';
      open_bars (r, &request, G_MAXUINT64);
      bars = bars_of (r, event);
    }
  for (guint i = 0; bars != NULL && i < 2; i++)
    {
      bars[i].to_ns = MAX (event->time_ns, bars[i].from_ns);
      bars[i].open = FALSE;
      bars[i].error = event->error;
    }
}

/* A request that came late begins to be worked on then; a reply that comes late is waited for until
 * then. */
static void
move_bars (Reader *r, const TbEvent *event)
{
  TbSpacetimeBar *bars = bars_of (r, event);
  if (bars == NULL)
    return;
  if (event->direction == TB_DIR_UP && bars[0].to_ns >= event->time_ns)
    bars[0].from_ns = MAX (bars[0].from_ns, event->time_ns);
  else if (event->direction == TB_DIR_DOWN && !bars[1].open)
    bars[1].to_ns = MAX (bars[1].to_ns, event->time_ns);
}

/* Whose request never arrives does not work on it. */
static void
drop_bars (Reader *r, const TbEvent *event)
{
  TbSpacetimeBar *bars = bars_of (r, event);
  if (bars == NULL)
    return;
  if (event->direction == TB_DIR_UP)
    {
      bars[0].to_ns = bars[0].from_ns;
      bars[0].open = FALSE;
    }
  bars[0].error = bars[1].error = TRUE;
}

/* All that a connection still owes is never paid. */
static void
end_connection (Reader *r, const TbEvent *event)
{
  gpointer connection = GUINT_TO_POINTER (event->connection);
  guint at = GPOINTER_TO_UINT (g_hash_table_lookup (r->newest, connection));
  for (; at > 0; at = g_array_index (r->before, guint, (at - 1) / 2))
    {
      TbSpacetimeBar *bars = &g_array_index (r->out->bars, TbSpacetimeBar, at - 1);
      for (guint i = 0; i < 2; i++)
        if (bars[i].open)
          {
            bars[i].to_ns = MAX (event->time_ns, bars[i].from_ns);
            bars[i].open = FALSE;
            bars[i].error = TRUE;
          }
    }
  g_hash_table_remove (r->newest, connection);
}

/* ---- Events ---------------------------------------------------------------------------------- */

static void
take (Reader *r, const TbEvent *event, guint64 position)
{
  switch ((TbEventKind) event->kind)
    {
    case TB_EVENT_REQUEST:
      add_message (r, event, position);
      open_bars (r, event, position);
      break;
    case TB_EVENT_REPLY:
      add_message (r, event, position);
      close_bars (r, event);
      break;
    case TB_EVENT_ONE_WAY:
    case TB_EVENT_BYTES:
      add_message (r, event, position);
      break;
    case TB_EVENT_DUPLICATED:
      add_copy (r, event, position);
      break;
    case TB_EVENT_DELIVERED:
      end_arrow (r, event, position, TB_FATE_ARRIVED);
      move_bars (r, event);
      break;
    case TB_EVENT_DROPPED:
      end_arrow (r, event, position, TB_FATE_DROPPED);
      drop_bars (r, event);
      break;
    case TB_EVENT_CORRUPTED:
      mark_corrupted (r, event);
      break;
    case TB_EVENT_REFUSED:
      add_arrow (r, event, position, TB_FATE_REFUSED);
      break;
    case TB_EVENT_TIMEOUT:
      add_arrow (r, event, position, TB_FATE_TIMEOUT);
      break;
    case TB_EVENT_RESET:
      add_arrow (r, event, position, TB_FATE_RESET);
      end_connection (r, event);
      break;
    case TB_EVENT_CLOSE:
      end_connection (r, event);
      break;
    case TB_EVENT_OPEN:
    case TB_EVENT_FAULT:
    case TB_EVENT_GAP:
    default:
      break;
    }
}

guint64
tb_spacetime_count (const TbSpacetimeSource *source, gint64 from_ns, gint64 to_ns)
{
  guint64 from = source->find (source->data, from_ns), to = source->find (source->data, to_ns);
  return to > from ? to - from : 0;
}

#define CHUNK 512

static void
read_all (Reader *r, guint64 from, guint64 to)
{
  TbEvent *events = g_new (TbEvent, CHUNK);
  while (from < to)
    {
      gsize n = r->source->events (r->source->data, from, events, (gsize) MIN (to - from, CHUNK));
      for (gsize i = 0; i < n; i++)
        take (r, &events[i], from + i);
      if (n == 0)
        break;
      from += n;
    }
  g_free (events);
}

static gboolean
touches (gint64 from, gint64 to, const TbSpacetimeReading *reading)
{
  return from <= reading->to_ns && to >= reading->from_ns;
}

/* What lies outside was only read for what it says of what lies inside. */
static void
keep_what_is_seen (TbSpacetimeReading *out)
{
  guint kept = 0;
  for (guint i = 0; i < out->arrows->len; i++)
    {
      const TbSpacetimeArrow *arrow = &g_array_index (out->arrows, TbSpacetimeArrow, i);
      if (touches (arrow->sent_ns, arrow->arrived_ns, out))
        g_array_index (out->arrows, TbSpacetimeArrow, kept++) = *arrow;
    }
  g_array_set_size (out->arrows, kept);
  kept = 0;
  for (guint i = 0; i < out->bars->len; i++)
    {
      const TbSpacetimeBar *bar = &g_array_index (out->bars, TbSpacetimeBar, i);
      if (touches (bar->from_ns, bar->to_ns, out) && bar->to_ns > bar->from_ns)
        g_array_index (out->bars, TbSpacetimeBar, kept++) = *bar;
    }
  g_array_set_size (out->bars, kept);
}

TbSpacetimeReading *
tb_spacetime_read (const TbSpacetimeSource *source, gint64 from_ns, gint64 to_ns,
                   TbSpacetimeMatch match, gpointer data)
{
  TbSpacetimeReading *out = g_new0 (TbSpacetimeReading, 1);
  out->arrows = g_array_new (FALSE, FALSE, sizeof (TbSpacetimeArrow));
  out->bars = g_array_new (FALSE, FALSE, sizeof (TbSpacetimeBar));
  out->from_ns = from_ns;
  out->to_ns = to_ns;
  Reader r = { .source = source, .out = out, .match = match, .match_data = data,
               .on_the_way = g_hash_table_new_full (hash_key, equal_keys, g_free, NULL),
               .owed = g_hash_table_new_full (hash_key, equal_keys, g_free, NULL),
               .newest = g_hash_table_new (NULL, NULL),
               .before = g_array_new (FALSE, FALSE, sizeof (guint)) };
  guint64 first = source->first_event (source->data), n = source->n_events (source->data);
  guint64 from = source->find (source->data, from_ns), to = source->find (source->data, to_ns + 1);
  out->events = to > from ? to - from : 0;
  from = MAX (first, from > TB_SPACETIME_MARGIN ? from - TB_SPACETIME_MARGIN : 0);
  to = MIN (n, to + TB_SPACETIME_MARGIN);
  read_all (&r, from, to);
  keep_what_is_seen (out);
  g_hash_table_unref (r.on_the_way);
  g_hash_table_unref (r.owed);
  g_hash_table_unref (r.newest);
  g_array_unref (r.before);
  return out;
}

void
tb_spacetime_reading_free (TbSpacetimeReading *reading)
{
  if (reading == NULL)
    return;
  g_array_unref (reading->arrows);
  g_array_unref (reading->bars);
  g_free (reading);
}
