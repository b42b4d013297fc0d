/* Real messages take microseconds; their dots take 0.6 s. What a person must still be able to read
 * off is what came before what, so a dot starts when its message did, but not before
 *   - the dot of the request it answers has arrived, and
 *   - the dots of the same trace that led to it have arrived at the instance it leaves.
 * That keeps the happened-before order of the real run in slow motion.
 *
 * Above 50 messages a second a link becomes a stream: dots at a spacing that follows the rate, in
 * the proportion of replies and errors of the last second. Nothing in a stream is one message. */
#include "traffic.h"

#include <math.h>
#include <string.h>

#define LAG_NS (60 * G_GINT64_CONSTANT (1000000)) /* so that events of one frame keep their spacing */
#define TOO_LATE_NS (4 * TB_NS_PER_S)
#define LOST_NS (700 * TB_NS_PER_MS)
#define EXACT_AGAIN 40.0 /* a stream below this rate is shown one by one again */
#define LINK_MAX_DOTS 60
#define BYTES_EVERY_NS (90 * TB_NS_PER_MS)

typedef struct
{
  gboolean stream;
  double requests, replies, errors; /* a second */
  double length;
  gint64 next_request, next_reply, last_bytes[2];
  guint dots;
  GArray *lines; /* TbUid: of the link, where it is drawn as several; NULL */
  guint next_line[2]; /* of requests, of replies */
  guint replied; /* of the stream: which of its replies are errors */
} Flow;

struct _TbTraffic
{
  GArray *dots;      /* TbDot */
  GHashTable *flows; /* TbUid → Flow */
  GHashTable *ready; /* guint64 key → gint64: when a cause's dot arrives */
  double crowd;      /* spacing is stretched by it when all streams together are too many */
};

static void
flow_free (gpointer data)
{
  Flow *flow = data;
  g_clear_pointer (&flow->lines, g_array_unref);
  g_free (flow);
}

TbTraffic *
tb_traffic_new (void)
{
  TbTraffic *traffic = g_new0 (TbTraffic, 1);
  traffic->dots = g_array_new (FALSE, FALSE, sizeof (TbDot));
  traffic->flows = g_hash_table_new_full (NULL, NULL, NULL, flow_free);
  traffic->ready = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_free);
  traffic->crowd = 1;
  return traffic;
}

void
tb_traffic_free (TbTraffic *traffic)
{
  g_array_unref (traffic->dots);
  g_hash_table_unref (traffic->flows);
  g_hash_table_unref (traffic->ready);
  g_free (traffic);
}

void
tb_traffic_clear (TbTraffic *traffic)
{
  g_array_set_size (traffic->dots, 0);
  g_hash_table_remove_all (traffic->flows);
  g_hash_table_remove_all (traffic->ready);
}

static Flow *
flow_of (TbTraffic *traffic, TbUid link)
{
  Flow *flow = g_hash_table_lookup (traffic->flows, GUINT_TO_POINTER (link));
  if (flow == NULL)
    {
      flow = g_new0 (Flow, 1);
      g_hash_table_insert (traffic->flows, GUINT_TO_POINTER (link), flow);
    }
  return flow;
}

/* ---- Causes ---------------------------------------------------------------------------------- */

static guint64
cause_key (const void *a, gsize n_a, guint64 b)
{
  return tb_hash_bytes (a, n_a) * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15) ^ (b + 1);
}

static gint64
ready_at (TbTraffic *traffic, guint64 key)
{
  gint64 *at = g_hash_table_lookup (traffic->ready, &key);
  return at ? *at : 0;
}

static void
set_ready (TbTraffic *traffic, guint64 key, gint64 at)
{
  g_hash_table_insert (traffic->ready, g_memdup2 (&key, sizeof key), g_memdup2 (&at, sizeof at));
}

static gboolean
is_past (gpointer key, gpointer value, gpointer now)
{
  return *(gint64 *) value < *(gint64 *) now;
}

static gboolean
has_trace (const TbEvent *event)
{
  static const guint8 none[8];
  return memcmp (event->trace_id, none, sizeof none) != 0;
}

static guint64
exchange_key (const TbEvent *event)
{
  guint32 ids[3] = { event->tap, event->connection, event->number };
  return cause_key (ids, sizeof ids, 0);
}

/* ---- Dots of single messages ----------------------------------------------------------------- */

typedef struct
{
  const TbLiveLink *link;
  guint from, to; /* instances */
  TbUid line;     /* between those two */
} TapInfo;

static void
add_dot (TbTraffic *traffic, TbUid link, TbUid line, TbDotShape shape, gboolean backwards,
         gint64 start)
{
  Flow *flow = flow_of (traffic, link);
  TbDot dot = { .link = link, .line = line, .shape = shape, .backwards = backwards, .reach = 1,
                .start_ns = start, .end_ns = start + TB_TRAFFIC_TRAVEL_NS };
  if (traffic->dots->len >= TB_TRAFFIC_MAX_DOTS || flow->dots >= LINK_MAX_DOTS)
    return;
  if (shape == TB_DOT_LOST)
    {
      dot.reach = 0.5;
      dot.end_ns += LOST_NS;
    }
  flow->dots++;
  g_array_append_val (traffic->dots, dot);
}

static void
exact_message (TbTraffic *traffic, const TbEvent *event, const TapInfo *tap, gint64 when,
               gint64 now)
{
  gboolean reply = event->kind == TB_EVENT_REPLY;
  gboolean back = reply || event->direction != 0;
  guint leaves = back ? tap->to : tap->from, arrives = back ? tap->from : tap->to;
  gboolean traced = has_trace (event);
  gint64 start = MAX (when, now);

  if (reply)
    start = MAX (start, ready_at (traffic, exchange_key (event)));
  if (traced)
    start = MAX (start, ready_at (traffic, cause_key (event->trace_id, 8, leaves)));
  if (start - now > TOO_LATE_NS)
    return;
  gint64 arrival = start + TB_TRAFFIC_TRAVEL_NS;
  if (!reply)
    set_ready (traffic, exchange_key (event), arrival);
  if (traced)
    set_ready (traffic, cause_key (event->trace_id, 8, arrives),
               MAX (arrival, ready_at (traffic, cause_key (event->trace_id, 8, arrives))));
  gboolean cut = (tap->link->faults & (1u << TB_FAULT_CUT)) != 0;
  TbDotShape shape = event->held && cut ? TB_DOT_LOST
                     : reply ? (event->error ? TB_DOT_ERROR : TB_DOT_REPLY)
                             : TB_DOT_REQUEST;
  add_dot (traffic, tap->link->link, tap->line, shape, back, start);
}

/* Bytes come summed over 10 ms: a dot for each sum would only be noise. */
static void
bytes_passed (TbTraffic *traffic, const TbEvent *event, const TapInfo *tap, gint64 start)
{
  Flow *flow = flow_of (traffic, tap->link->link);
  guint direction = event->direction & 1;
  if (start - flow->last_bytes[direction] < BYTES_EVERY_NS)
    return;
  flow->last_bytes[direction] = start;
  add_dot (traffic, tap->link->link, tap->line, TB_DOT_BYTES, direction != 0, start);
}

static void
take_event (TbTraffic *traffic, const TbEvent *event, const TapInfo *tap, gint64 when, gint64 now)
{
  gboolean stream = flow_of (traffic, tap->link->link)->stream;
  TbUid link = tap->link->link;
  switch ((TbEventKind) event->kind)
    {
    case TB_EVENT_REQUEST:
    case TB_EVENT_REPLY:
    case TB_EVENT_ONE_WAY:
      if (!stream)
        exact_message (traffic, event, tap, when, now);
      break;
    case TB_EVENT_BYTES:
      bytes_passed (traffic, event, tap, MAX (when, now));
      break;
    case TB_EVENT_REFUSED:
    case TB_EVENT_RESET:
      add_dot (traffic, link, tap->line, TB_DOT_ERROR, TRUE, MAX (when, now));
      break;
    case TB_EVENT_TIMEOUT:
    case TB_EVENT_DROPPED:
      add_dot (traffic, link, tap->line, TB_DOT_LOST, FALSE, MAX (when, now));
      break;
    case TB_EVENT_OPEN:
    case TB_EVENT_CLOSE:
    case TB_EVENT_DELIVERED:
    case TB_EVENT_FAULT:
    case TB_EVENT_GAP:
    case TB_EVENT_DUPLICATED:
    case TB_EVENT_CORRUPTED:
      break;
    }
}

static guint
replica_of (const TbLiveFrame *frame, guint instance)
{
  return instance < frame->n_instances ? frame->instances[instance].replica : 0;
}

static GArray *
index_taps (const TbScene *scene, const TbLiveFrame *frame)
{
  GArray *taps = g_array_new (FALSE, TRUE, sizeof (TapInfo));
  for (guint i = 0; i < frame->n_taps; i++)
    {
      const TbLiveTap *t = &frame->taps[i];
      if (t->link >= frame->n_links || t->row >= TB_TAPS_MAX)
        continue;
      if (t->row >= taps->len)
        g_array_set_size (taps, t->row + 1);
      TbUid link = frame->links[t->link].link;
      TbUid line = tb_scene_instance_link (scene, link, replica_of (frame, t->from),
                                           replica_of (frame, t->to));
      g_array_index (taps, TapInfo, t->row)
          = (TapInfo){ &frame->links[t->link], t->from, t->to, line };
    }
  return taps;
}

/* ---- Streams --------------------------------------------------------------------------------- */

static double
spacing (double rate)
{
  return CLAMP (40 - 4 * log2 (MAX (rate, 1) / TB_TRAFFIC_MAX_EXACT), 20, 40);
}

static gboolean
in_view (const TbScene *scene, TbUid link, const TbRect *view)
{
  TbItemKind kind;
  TbRect r;
  return tb_scene_item (scene, tb_scene_stand_in (scene, link), &kind, &r) && tb_rect_intersects (&r, view);
}

static void
take_lines (Flow *flow, const TbScene *scene, TbUid link)
{
  g_clear_pointer (&flow->lines, g_array_unref);
  if (tb_scene_view_kind (scene) != TB_VIEW_DEPLOYMENT)
    return;
  flow->lines = g_array_new (FALSE, FALSE, sizeof (TbUid));
  tb_scene_link_lines (scene, link, flow->lines);
  if (flow->lines->len == 0)
    g_clear_pointer (&flow->lines, g_array_unref);
}

static double
take_rates (TbTraffic *traffic, const TbScene *scene, const TbLiveLink *link, const TbRect *view)
{
  Flow *flow = flow_of (traffic, link->link);
  double rate = MAX (link->request_rate, link->reply_rate);
  gboolean seen = in_view (scene, link->link, view);

  flow->stream = rate > (flow->stream ? EXACT_AGAIN : TB_TRAFFIC_MAX_EXACT);
  flow->requests = seen ? link->request_rate : 0;
  flow->replies = seen ? link->reply_rate : 0;
  flow->errors = link->error_rate;
  flow->length = seen ? tb_scene_route_length (scene, link->link) : 0;
  take_lines (flow, scene, link->link);
  return flow->stream && seen ? 2 * flow->length / spacing (rate) : 0;
}

void
tb_traffic_feed (TbTraffic *traffic, const TbScene *scene, const TbLiveFrame *frame,
                 const TbRect *view, gint64 now_ns)
{
  double wanted = 0;
  for (guint i = 0; i < frame->n_links; i++)
    if (frame->links[i].link != 0)
      wanted += take_rates (traffic, scene, &frame->links[i], view);
  traffic->crowd = MAX (wanted / (TB_TRAFFIC_MAX_DOTS * 0.8), 1);

  g_autoptr (GArray) taps = frame->n_events ? index_taps (scene, frame) : NULL;
  for (guint i = 0; i < frame->n_events; i++)
    {
      const TbEvent *event = &frame->events[i];
      const TapInfo *tap = event->tap < taps->len ? &g_array_index (taps, TapInfo, event->tap) : NULL;
      if (tap == NULL || tap->link == NULL || tap->link->link == 0
          || !in_view (scene, tap->link->link, view))
        continue;
      take_event (traffic, event, tap, event->time_ns + (now_ns - frame->time_ns) + LAG_NS, now_ns);
    }
  if (g_hash_table_size (traffic->ready) > 8192)
    g_hash_table_foreach_remove (traffic->ready, is_past, &now_ns);
}

static gboolean
due (gint64 *next, double rate, const Flow *flow, double crowd, gint64 now)
{
  double gap = spacing (rate) * crowd;
  gint64 every = (gint64) ((double) TB_TRAFFIC_TRAVEL_NS * gap / MAX (flow->length, gap));
  if (rate <= 0 || flow->length <= 0 || now < *next)
    return FALSE;
  *next = now - *next > every ? now + every : *next + every;
  return TRUE;
}

/* A stream is shared out evenly among a link's lines. */
static TbUid
next_line (Flow *flow, TbUid link, gboolean reply)
{
  if (flow->lines == NULL)
    return link;
  return g_array_index (flow->lines, TbUid, flow->next_line[reply]++ % flow->lines->len);
}

static void
emit_stream (TbTraffic *traffic, TbUid link, Flow *flow, gint64 now)
{
  if (!flow->stream)
    return;
  if (due (&flow->next_request, flow->requests, flow, traffic->crowd, now))
    add_dot (traffic, link, next_line (flow, link, FALSE), TB_DOT_REQUEST, FALSE, now);
  if (due (&flow->next_reply, flow->replies, flow, traffic->crowd, now))
    {
      double share = flow->errors / MAX (flow->replies, 1e-9);
      flow->replied++;
      /* Evenly, so that one reply in n is a diamond where one in n failed. */
      gboolean error = floor (flow->replied * share) > floor ((flow->replied - 1) * share);
      add_dot (traffic, link, next_line (flow, link, TRUE), error ? TB_DOT_ERROR : TB_DOT_REPLY, TRUE, now);
    }
}

guint
tb_traffic_advance (TbTraffic *traffic, const TbScene *scene, gint64 now_ns)
{
  GHashTableIter iter;
  gpointer key, value;
  guint kept = 0;

  for (guint i = 0; i < traffic->dots->len; i++)
    {
      TbDot *dot = &g_array_index (traffic->dots, TbDot, i);
      if (dot->end_ns > now_ns)
        g_array_index (traffic->dots, TbDot, kept++) = *dot;
      else
        flow_of (traffic, dot->link)->dots--;
    }
  g_array_set_size (traffic->dots, kept);
  g_hash_table_iter_init (&iter, traffic->flows);
  while (g_hash_table_iter_next (&iter, &key, &value))
    emit_stream (traffic, GPOINTER_TO_UINT (key), value, now_ns);
  return traffic->dots->len;
}

const TbDot *
tb_traffic_dots (const TbTraffic *traffic, guint *n)
{
  *n = traffic->dots->len;
  return (const TbDot *) (gpointer) traffic->dots->data;
}

gboolean
tb_traffic_place (const TbDot *dot, const TbScene *scene, gint64 now_ns, TbPoint *at,
                  double *opacity)
{
  double t = (double) (now_ns - dot->start_ns) / (double) TB_TRAFFIC_TRAVEL_NS;
  double length = tb_scene_route_length (scene, dot->line);
  if (t < 0 || now_ns >= dot->end_ns || length <= 0)
    return FALSE;
  double way = MIN (t, dot->reach) * length;
  *at = tb_scene_route_point (scene, dot->line, dot->backwards ? length - way : way);
  *opacity = dot->shape == TB_DOT_LOST && t > dot->reach
                 ? CLAMP ((double) (dot->end_ns - now_ns) / (double) LOST_NS, 0, 1) : 1;
  return TRUE;
}
