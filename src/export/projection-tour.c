/* A recording's events in order, and the names of what they are about. */
#include "projection-private.h"

#include <string.h>

#define CHUNK 16384

/* What a tap's bytes were read as is known from its counters. */
static void
read_protos (TbTour *tour)
{
  gint64 end_ns = tb_past_end_ns (tour->past);
  g_autoptr (TbLiveFrame) frame = tb_past_frame (tour->past, NULL, end_ns, end_ns);
  tour->n_taps = tb_past_n_taps (tour->past);
  tour->protos = g_new0 (guint8, tour->n_taps + 1);
  for (guint i = 0; frame != NULL && i < frame->n_taps; i++)
    if (frame->taps[i].row < tour->n_taps)
      tour->protos[frame->taps[i].row] = frame->taps[i].counters.proto;
}

void
tb_tour_init (TbTour *tour, TbPast *past, const TbProjectionOptions *options)
{
  memset (tour, 0, sizeof *tour);
  tour->past = past;
  tour->options = options;
  tour->start_ns = tb_past_start_ns (past);
  tour->realtime_ns = tb_past_start_realtime_ns (past);
  tour->from_ns = tour->start_ns + options->from_ns;
  tour->to_ns = options->to_ns > 0 ? tour->start_ns + options->to_ns : G_MAXINT64;
  read_protos (tour);
}

void
tb_tour_clear (TbTour *tour)
{
  g_clear_pointer (&tour->protos, g_free);
}

/* ---- Events --------------------------------------------------------------------------------------- */

typedef struct
{
  TbEvent events[CHUNK];
  guint64 first;
  gsize n;
} Chunk;

static void
read_chunk (const TbTour *tour, guint64 *at, Chunk *chunk)
{
  chunk->first = *at;
  chunk->n = tb_past_events (tour->past, *at, chunk->events, CHUNK);
  *at += chunk->n;
}

static const char *
name_or_null (TbPast *past, guint index)
{
  return index < tb_past_n_instances (past) ? tb_past_instance (past, index)->id : NULL;
}

static gboolean
name_tap (gpointer data, guint row, TbFilterTap *out)
{
  TbPast *past = data;
  const TbPastTap *tap = tb_past_tap (past, row);
  if (tap == NULL)
    return FALSE;
  *out = (TbFilterTap) { .link = tap->link < tb_past_n_links (past) ? tb_past_link (past, tap->link)->id : NULL,
                         .from = name_or_null (past, tap->from), .to = name_or_null (past, tap->to),
                         .port = tap->port };
  return TRUE;
}

static GBytes *
payload_of (gpointer data, guint64 position)
{
  return tb_past_payload (data, position);
}

gboolean
tb_tour_matches (const TbTour *tour, guint64 position, const TbEvent *event)
{
  const TbFilterNames names = { tour->start_ns, name_tap, payload_of, tour->past };
  return tour->options->filter == NULL || tb_filter_holds (tour->options->filter, &names, position, event);
}

static gboolean
is_wanted (const TbTour *tour, guint64 position, const TbEvent *event)
{
  return event->time_ns >= tour->from_ns && event->time_ns <= tour->to_ns
         && tb_tour_matches (tour, position, event);
}

static gboolean
hand_over (const TbTour *tour, const Chunk *chunk, TbTourFunc func, gpointer data)
{
  for (gsize i = 0; i < chunk->n; i++)
    if (is_wanted (tour, chunk->first + i, &chunk->events[i]) && !func (chunk->first + i, &chunk->events[i], data))
      return FALSE;
  return TRUE;
}

/* Times need not be in order, so that the end is looked for a while behind it. */
static gboolean
is_over (const TbTour *tour, const Chunk *chunk)
{
  return chunk->n == 0 || (tour->to_ns < G_MAXINT64 && chunk->events[0].time_ns > tour->to_ns + TB_NS_PER_S);
}

void
tb_tour (const TbTour *tour, TbTourFunc look, TbTourFunc func, gpointer data)
{
  Chunk *now = g_new (Chunk, 1), *next = g_new (Chunk, 1);
  guint64 at = tb_past_find (tour->past, tour->from_ns);
  gboolean goes_on = TRUE;
  read_chunk (tour, &at, now);
  if (look != NULL)
    hand_over (tour, now, look, data);
  while (goes_on && !is_over (tour, now))
    {
      read_chunk (tour, &at, next);
      if (look != NULL)
        hand_over (tour, next, look, data);
      goes_on = hand_over (tour, now, func, data);
      Chunk *done = now;
      now = next;
      next = done;
    }
  g_free (now);
  g_free (next);
}

gboolean
tb_tour_is_message (const TbEvent *event)
{
  return event->kind == TB_EVENT_REQUEST || event->kind == TB_EVENT_REPLY || event->kind == TB_EVENT_ONE_WAY
         || event->kind == TB_EVENT_BYTES;
}

GBytes *
tb_tour_payload (const TbTour *tour, guint64 position)
{
  return tour->options->no_payload ? NULL : tb_past_payload (tour->past, position);
}

/* ---- Names ---------------------------------------------------------------------------------------- */

static const char *
instance_name (TbPast *past, guint index)
{
  return index < tb_past_n_instances (past) ? tb_past_instance (past, index)->id : "outside";
}

TbTourTap
tb_tour_tap (const TbTour *tour, guint32 row)
{
  const TbPastTap *tap = row < tour->n_taps ? tb_past_tap (tour->past, row) : NULL;
  if (tap == NULL)
    return (TbTourTap) { .link = "", .from = "outside", .to = "outside", .link_index = G_MAXUINT,
                         .from_index = G_MAXUINT, .to_index = G_MAXUINT, .proto = TB_PROTO_UNKNOWN };
  gboolean drawn = tap->link < tb_past_n_links (tour->past);
  return (TbTourTap) {
    .link = drawn ? tb_past_link (tour->past, tap->link)->id : "",
    .from = instance_name (tour->past, tap->from), .to = instance_name (tour->past, tap->to),
    .link_index = drawn ? tap->link : G_MAXUINT, .from_index = tap->from, .to_index = tap->to,
    .port = tap->port, .proto = (TbProto) tour->protos[row],
  };
}

gint64
tb_tour_realtime_ns (const TbTour *tour, gint64 time_ns)
{
  return tour->realtime_ns + (time_ns - tour->start_ns);
}

char *
tb_tour_iso (const TbTour *tour, gint64 time_ns)
{
  gint64 real_ns = tb_tour_realtime_ns (tour, time_ns);
  gint64 seconds = real_ns / TB_NS_PER_S, rest = real_ns % TB_NS_PER_S;
  if (rest < 0)
    {
      rest += TB_NS_PER_S;
      seconds--;
    }
  g_autoptr (GDateTime) date = g_date_time_new_from_unix_utc (seconds);
  g_autofree char *text = date != NULL ? g_date_time_format (date, "%Y-%m-%dT%H:%M:%S") : NULL;
  return g_strdup_printf ("%s.%09" G_GINT64_FORMAT "Z", text != NULL ? text : "1970-01-01T00:00:00", rest);
}

/* ---- Requests and replies --------------------------------------------------------------------------- */

static guint64
key_of (const TbEvent *event)
{
  return (guint64) event->connection << 32 | event->number;
}

GHashTable *
tb_waiting_new (void)
{
  return g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_free);
}

void
tb_waiting_put (GHashTable *waiting, guint64 position, const TbEvent *event)
{
  guint64 key = key_of (event);
  TbWaiting *w = g_new (TbWaiting, 1);
  *w = (TbWaiting) { position, *event };
  g_hash_table_replace (waiting, g_memdup2 (&key, sizeof key), w);
}

gboolean
tb_waiting_take (GHashTable *waiting, const TbEvent *reply, TbWaiting *request)
{
  guint64 key = key_of (reply);
  const TbWaiting *w = g_hash_table_lookup (waiting, &key);
  if (w == NULL)
    return FALSE;
  *request = *w;
  g_hash_table_remove (waiting, &key);
  return TRUE;
}
