/* Dots of messages, and streams of them. When a dot may start is said in traffic-cause.c.
 *
 * A link is shown message by message up to about 50 a second: each takes one from a bucket of 50 that
 * fills at that rate, so that a burst of 50 is 50 dots. Where it is empty, the link becomes a stream:
 * dots at a spacing that follows the rate, in the proportion of replies and errors of the last second.
 * Nothing in a stream is one message. */
#include "traffic-private.h"

#include <math.h>
#include <string.h>

#define LAG_NS (60 * G_GINT64_CONSTANT (1000000)) /* so that events of one frame keep their spacing */
#define TOO_LATE_NS (30 * TB_NS_PER_S)
#define LOST_NS (700 * TB_NS_PER_MS)
#define HALF_NS (TB_TRAFFIC_TRAVEL_NS / 2)
#define COPY_AFTER_NS (140 * TB_NS_PER_MS)
#define EXACT_AGAIN 40.0 /* a stream below this rate is shown one by one again */
#define LINK_MAX_DOTS 60 /* of a stream */
#define BYTES_EVERY_NS (90 * TB_NS_PER_MS)
#define FALL 30.0 /* world units that a lost dot falls */
#define SLOWNESS_SHARE 0.2 /* of the newest exchange in the smoothed factor */

typedef struct
{
  gboolean stream, seen;
  double requests, replies, errors; /* a second */
  double tokens;                    /* messages that may yet be shown one by one */
  gint64 tokens_ns;                 /* when they were counted */
  double length;
  gint64 next_request, next_reply, last_bytes[2], last_fall;
  guint dots, waiting;
  GArray *lines; /* TbUid: of the link, where it is drawn as several; NULL */
  guint next_line[2]; /* of requests, of replies */
  guint replied; /* of the stream: which of its replies are errors */
  double answers, client_errors; /* HTTP replies, and those with 4xx, fading within ten seconds */
  gint64 faded_ns;
} Flow;

struct _TbTraffic
{
  GArray *dots;      /* TbDot */
  GHashTable *flows; /* TbUid → Flow */
  TbCauses *causes;
  GArray *taps;      /* TbTapInfo, by row; found again when what they were found from is another */
  const TbScene *scene;
  double crowd;      /* spacing is stretched by it when all streams together are too many */
  double speed;
  gboolean reduced;
  gboolean still;    /* events are of what was under way at a moment, which does not move */
  TbUid held;        /* whose dots stand still, 0: none … */
  gint64 held_ns;    /* … since then */
  TbTrafficCount count;
  double slowness;   /* logarithm of it, smoothed; 0: not known */
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
  traffic->taps = g_array_new (FALSE, TRUE, sizeof (TbTapInfo));
  traffic->flows = g_hash_table_new_full (NULL, NULL, NULL, flow_free);
  traffic->causes = tb_causes_new ();
  traffic->crowd = traffic->speed = 1;
  return traffic;
}

void
tb_traffic_free (TbTraffic *traffic)
{
  g_array_unref (traffic->dots);
  g_array_unref (traffic->taps);
  g_hash_table_unref (traffic->flows);
  tb_causes_free (traffic->causes);
  g_free (traffic);
}

void
tb_traffic_clear (TbTraffic *traffic)
{
  g_array_set_size (traffic->dots, 0);
  g_array_set_size (traffic->taps, 0);
  g_hash_table_remove_all (traffic->flows);
  tb_causes_clear (traffic->causes);
  traffic->held = 0;
  traffic->count = (TbTrafficCount){ 0 };
  traffic->slowness = 0;
}

void
tb_traffic_scene_changed (TbTraffic *traffic)
{
  g_array_set_size (traffic->taps, 0);
}

void
tb_traffic_set_speed (TbTraffic *traffic, double speed)
{
  traffic->speed = speed > 0 ? speed : 1;
}

void
tb_traffic_set_reduced (TbTraffic *traffic, gboolean reduced)
{
  traffic->reduced = reduced;
}

TbTrafficCount
tb_traffic_count (const TbTraffic *traffic)
{
  return traffic->count;
}

double
tb_traffic_client_errors (const TbTraffic *traffic, TbUid link)
{
  const Flow *flow = g_hash_table_lookup (traffic->flows, GUINT_TO_POINTER (link));
  return flow && flow->answers > 0.5 ? flow->client_errors / flow->answers : 0;
}

double
tb_traffic_slowness (const TbTraffic *traffic)
{
  return traffic->slowness > 0 ? exp (traffic->slowness) : 0;
}

static Flow *
flow_of (TbTraffic *traffic, TbUid link)
{
  Flow *flow = g_hash_table_lookup (traffic->flows, GUINT_TO_POINTER (link));
  if (flow == NULL)
    {
      flow = g_new0 (Flow, 1);
      flow->tokens = TB_TRAFFIC_MAX_EXACT;
      g_hash_table_insert (traffic->flows, GUINT_TO_POINTER (link), flow);
    }
  return flow;
}

/* ---- Dots of single messages ----------------------------------------------------------------- */

static gboolean
add_dot (TbTraffic *traffic, Flow *flow, const TbDot *dot)
{
  gboolean streams = dot->exchange == 0;
  guint most = streams ? TB_TRAFFIC_MAX_DOTS : TB_TRAFFIC_MAX_EACH;
  if (traffic->dots->len >= most || (streams && flow->dots >= LINK_MAX_DOTS))
    return FALSE;
  flow->dots++;
  flow->waiting += dot->go_ns == G_MAXINT64;
  g_array_append_vals (traffic->dots, dot, 1);
  return TRUE;
}

/* One that goes from end to end, or falls at the tap. */
static TbDot
simple_dot (TbUid link, TbUid line, TbDotShape shape, gboolean backwards, gint64 start)
{
  gboolean falls = shape == TB_DOT_LOST;
  return (TbDot){ .link = link, .line = line, .shape = shape, .backwards = backwards, .falls = falls,
                  .start_ns = start, .go_ns = start + HALF_NS,
                  .end_ns = start + HALF_NS + (falls ? LOST_NS : HALF_NS) };
}

static void
let_go (Flow *flow, TbDot *dot, gint64 when, gboolean falls)
{
  flow->waiting--;
  dot->go_ns = MAX (dot->start_ns + HALF_NS, when);
  dot->end_ns = dot->go_ns + (falls ? LOST_NS : HALF_NS);
  dot->falls = falls;
  if (falls)
    dot->shape = TB_DOT_LOST;
}

static guint64
dot_key (const TbEvent *event)
{
  return tb_exchange_key (event, event->kind == TB_EVENT_REPLY || event->direction != 0);
}

/* The oldest dot of that message that waits at its tap; or any of it. */
static TbDot *
find_dot (TbTraffic *traffic, guint64 exchange, gboolean waiting)
{
  for (guint i = 0; i < traffic->dots->len; i++)
    {
      TbDot *dot = &g_array_index (traffic->dots, TbDot, i);
      if (dot->exchange == exchange && (!waiting || dot->go_ns == G_MAXINT64))
        return dot;
    }
  return NULL;
}

/* How much slower it is seen than it was. */
static void
take_slowness (TbTraffic *traffic, const TbEvent *reply, gint64 arrival)
{
  gint64 request = tb_causes_request_of (traffic->causes, reply);
  if (request == 0 || reply->aux == 0)
    return;
  double seen = (double) (arrival - request + TB_TRAFFIC_TRAVEL_NS);
  double factor = log (MAX (seen / (double) reply->aux, 1.01));
  traffic->slowness = traffic->slowness > 0
                          ? traffic->slowness + (factor - traffic->slowness) * SLOWNESS_SHARE : factor;
}

/* What has been answered was not under way any more. */
static void
answer_still (TbTraffic *traffic, Flow *flow, const TbEvent *event)
{
  TbDot *dot = event->kind == TB_EVENT_REPLY ? find_dot (traffic, tb_exchange_key (event, FALSE), TRUE) : NULL;
  if (dot == NULL)
    return;
  flow->dots--;
  flow->waiting--;
  g_array_remove_index (traffic->dots,
                        (guint) (dot - (const TbDot *) (gpointer) traffic->dots->data));
}

static void
exact_message (TbTraffic *traffic, Flow *flow, const TbEvent *event, const TbTapInfo *tap, gint64 when,
               gint64 now)
{
  gboolean reply = event->kind == TB_EVENT_REPLY;
  gint64 start = MAX (MAX (when, now), tb_causes_of (traffic->causes, event, tap));
  TbDotShape shape = reply ? (event->error ? TB_DOT_ERROR : TB_DOT_REPLY) : TB_DOT_REQUEST;
  TbDot dot = simple_dot (tap->link, tap->line, shape, reply || event->direction != 0, start);
  dot.exchange = dot_key (event);
  dot.tap = event->tap;
  dot.connection = event->connection;
  if (event->held || traffic->still)
    dot.go_ns = dot.end_ns = G_MAXINT64;
  if (traffic->still)
    {
      dot.start_ns = now - HALF_NS;
      answer_still (traffic, flow, event);
      if (reply)
        return;
    }
  if (reply)
    take_slowness (traffic, event, start + TB_TRAFFIC_TRAVEL_NS);
  tb_causes_sent (traffic->causes, event, tap, start + TB_TRAFFIC_TRAVEL_NS, &dot.cause);
  if (start - now > TOO_LATE_NS || !add_dot (traffic, flow, &dot))
    traffic->count.not_shown++;
  else
    *(reply ? &traffic->count.replies : event->kind == TB_EVENT_REQUEST ? &traffic->count.requests
                                                                        : &traffic->count.one_way)
        += 1;
}

/* What became of one that was held. */
static void
goes_on (TbTraffic *traffic, Flow *flow, const TbEvent *event, const TbTapInfo *tap, gint64 when)
{
  gboolean drops = event->kind == TB_EVENT_DROPPED;
  TbDot *dot = flow->waiting > 0 ? find_dot (traffic, dot_key (event), TRUE) : NULL;
  if (dot)
    {
      let_go (flow, dot, when, drops);
      if (traffic->still)
        dot->end_ns = 0;
      traffic->count.dropped += drops;
      if (!drops)
        tb_causes_arrives (traffic->causes, dot->backwards ? 0 : dot->exchange, dot->cause, dot->end_ns);
    }
  else if (drops && flow->stream && when - flow->last_fall >= BYTES_EVERY_NS)
    {
      TbDot fall = simple_dot (tap->link, tap->line, TB_DOT_LOST, event->direction != 0, when - HALF_NS);
      flow->last_fall = when;
      add_dot (traffic, flow, &fall);
    }
}

/* A second one leaves the tap when it is delivered. */
static void
doubles (TbTraffic *traffic, Flow *flow, const TbEvent *event)
{
  const TbDot *first = flow->dots > 0 ? find_dot (traffic, dot_key (event), FALSE) : NULL;
  if (first == NULL)
    return;
  TbDot copy = *first;
  copy.copied = TRUE;
  copy.falls = FALSE;
  copy.start_ns += COPY_AFTER_NS;
  copy.go_ns = copy.end_ns = G_MAXINT64;
  traffic->count.duplicated += add_dot (traffic, flow, &copy);
}

/* What was still held is lost with its connection. */
static void
connection_ends (TbTraffic *traffic, Flow *flow, const TbEvent *event, gint64 when)
{
  for (guint i = 0; flow->waiting > 0 && i < traffic->dots->len; i++)
    {
      TbDot *dot = &g_array_index (traffic->dots, TbDot, i);
      if (dot->go_ns != G_MAXINT64 || dot->tap != event->tap || dot->connection != event->connection)
        continue;
      let_go (flow, dot, when, TRUE);
      if (traffic->still)
        dot->end_ns = 0;
      traffic->count.dropped++;
    }
}

/* Bytes come summed over 10 ms: a dot for each sum would only be noise. */
static void
bytes_passed (TbTraffic *traffic, Flow *flow, const TbEvent *event, const TbTapInfo *tap, gint64 start)
{
  guint direction = event->direction & 1;
  if (start - flow->last_bytes[direction] < BYTES_EVERY_NS)
    return;
  flow->last_bytes[direction] = start;
  TbDot dot = simple_dot (tap->link, tap->line, TB_DOT_BYTES, direction != 0, start);
  add_dot (traffic, flow, &dot);
}

static void
something_failed (TbTraffic *traffic, Flow *flow, const TbTapInfo *tap, TbDotShape shape, gint64 start)
{
  TbDot dot = simple_dot (tap->link, tap->line, shape, shape == TB_DOT_ERROR, start);
  add_dot (traffic, flow, &dot);
}

/* Takes one from what may be shown one by one; FALSE: nothing is left, and it is a stream from now on. */
static gboolean
may_be_exact (Flow *flow, gint64 now)
{
  double since = (double) (now - flow->tokens_ns) / (double) TB_NS_PER_S;
  flow->tokens = MIN (flow->tokens + since * TB_TRAFFIC_MAX_EXACT, TB_TRAFFIC_MAX_EXACT);
  flow->tokens_ns = now;
  if (flow->stream || flow->tokens < 1)
    {
      flow->stream = TRUE;
      return FALSE;
    }
  flow->tokens -= 1;
  return TRUE;
}

static void
take_status (Flow *flow, const TbEvent *event, gint64 now)
{
  if (event->kind != TB_EVENT_REPLY || event->status == 0)
    return;
  if (now - flow->faded_ns > TB_NS_PER_S)
    {
      double fade = exp (-(double) (now - flow->faded_ns) / (10.0 * TB_NS_PER_S));
      flow->answers *= fade;
      flow->client_errors *= fade;
      flow->faded_ns = now;
    }
  flow->answers++;
  flow->client_errors += event->status >= 400 && event->status < 500;
}

static void
message (TbTraffic *traffic, Flow *flow, const TbEvent *event, const TbTapInfo *tap, gint64 when,
         gint64 now)
{
  gboolean exact = event->kind == TB_EVENT_REPLY ? !flow->stream : may_be_exact (flow, now);
  take_status (flow, event, now);
  if (exact)
    exact_message (traffic, flow, event, tap, when, now);
  else
    traffic->count.streamed++;
}

static void
take_event (TbTraffic *traffic, Flow *flow, const TbEvent *event, const TbTapInfo *tap, gint64 when,
            gint64 now)
{
  gboolean message_or_fate = event->kind == TB_EVENT_REQUEST || event->kind == TB_EVENT_REPLY
                             || event->kind == TB_EVENT_DROPPED || event->kind == TB_EVENT_CLOSE;
  if (traffic->still && !message_or_fate)
    return;
  switch ((TbEventKind) event->kind)
    {
    case TB_EVENT_REQUEST:
    case TB_EVENT_REPLY:
    case TB_EVENT_ONE_WAY:
      message (traffic, flow, event, tap, when, now);
      break;
    case TB_EVENT_BYTES:
      bytes_passed (traffic, flow, event, tap, MAX (when, now));
      break;
    case TB_EVENT_REFUSED:
      something_failed (traffic, flow, tap, TB_DOT_ERROR, MAX (when, now));
      break;
    case TB_EVENT_RESET:
      something_failed (traffic, flow, tap, TB_DOT_ERROR, MAX (when, now));
      connection_ends (traffic, flow, event, when);
      break;
    case TB_EVENT_CLOSE:
      connection_ends (traffic, flow, event, when);
      break;
    case TB_EVENT_TIMEOUT:
      something_failed (traffic, flow, tap, TB_DOT_LOST, MAX (when, now));
      break;
    case TB_EVENT_DELIVERED:
    case TB_EVENT_DROPPED:
      goes_on (traffic, flow, event, tap, when);
      break;
    case TB_EVENT_DUPLICATED:
      doubles (traffic, flow, event);
      break;
    case TB_EVENT_OPEN:
    case TB_EVENT_FAULT:
    case TB_EVENT_GAP:
    case TB_EVENT_CORRUPTED:
      break;
    }
}

/* ---- Taps ------------------------------------------------------------------------------------ */

static guint
replica_of (const TbLiveFrame *frame, guint instance)
{
  return instance < frame->n_instances ? frame->instances[instance].replica : 0;
}

static TbTapInfo
tap_info (const TbScene *scene, const TbLiveFrame *frame, const TbLiveTap *tap)
{
  TbUid link = frame->links[tap->link].link;
  TbUid line = link == 0 ? 0 : tb_scene_instance_link (scene, link, replica_of (frame, tap->from),
                                                      replica_of (frame, tap->to));
  return (TbTapInfo){ TRUE, link, line, tap->from, tap->to };
}

/* Finding a tap's line is dear, and thousands of taps stay what they are for a whole run. */
static void
index_taps (TbTraffic *traffic, const TbScene *scene, const TbLiveFrame *frame)
{
  if (traffic->scene != scene)
    g_array_set_size (traffic->taps, 0);
  traffic->scene = scene;
  for (guint i = 0; i < frame->n_taps; i++)
    {
      const TbLiveTap *t = &frame->taps[i];
      if (t->row >= TB_TAPS_MAX)
        continue;
      if (t->row >= traffic->taps->len)
        g_array_set_size (traffic->taps, t->row + 1);
      TbTapInfo *info = &g_array_index (traffic->taps, TbTapInfo, t->row);
      if (t->link >= frame->n_links)
        *info = (TbTapInfo){ 0 };
      else if (!info->known || info->link != frame->links[t->link].link || info->from != t->from
               || info->to != t->to)
        *info = tap_info (scene, frame, t);
    }
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

/* A link as busy as that was a stream before this frame; one that has become quiet is none any more. */
static void
choose_stream (Flow *flow, double rate, guint64 missed)
{
  if (rate < EXACT_AGAIN)
    flow->stream = FALSE;
  else if (rate > 2 * TB_TRAFFIC_MAX_EXACT || (missed > 0 && rate > TB_TRAFFIC_MAX_EXACT))
    flow->stream = TRUE;
}

static double
take_rates (TbTraffic *traffic, const TbScene *scene, const TbLiveLink *link, const TbLiveFrame *frame,
            const TbRect *view)
{
  Flow *flow = flow_of (traffic, link->link);
  double rate = MAX (link->request_rate, link->reply_rate);

  flow->seen = in_view (scene, link->link, view);
  /* Of a rate over less than a second nobody knows whether it is a burst. */
  if (frame->time_ns - frame->start_ns >= TB_NS_PER_S || rate < EXACT_AGAIN)
    choose_stream (flow, rate, frame->missed_events);
  flow->requests = flow->seen ? link->request_rate : 0;
  flow->replies = flow->seen ? link->reply_rate : 0;
  flow->errors = link->error_rate;
  flow->length = flow->seen && flow->stream ? tb_scene_route_length (scene, link->link) : 0;
  take_lines (flow, scene, link->link);
  return flow->stream && flow->seen ? 2 * flow->length / spacing (rate) : 0;
}

static void
take_events (TbTraffic *traffic, const TbLiveFrame *frame, guint from, guint to, gint64 now_ns)
{
  Flow *flow = NULL;
  TbUid flow_link = 0;
  for (guint i = from; i < to; i++)
    {
      const TbEvent *event = &frame->events[i];
      const TbTapInfo *tap
          = event->tap < traffic->taps->len ? &g_array_index (traffic->taps, TbTapInfo, event->tap) : NULL;
      if (tap == NULL || tap->link == 0)
        continue;
      if (flow == NULL || flow_link != tap->link)
        flow = flow_of (traffic, tap->link);
      flow_link = tap->link;
      gint64 ago = (gint64) ((double) (frame->time_ns - event->time_ns) / traffic->speed);
      if (flow->seen)
        take_event (traffic, flow, event, tap, now_ns - ago + LAG_NS, now_ns);
    }
}

static void
take_frame (TbTraffic *traffic, const TbScene *scene, const TbLiveFrame *frame, const TbRect *view)
{
  double wanted = 0;
  for (guint i = 0; i < frame->n_links; i++)
    if (frame->links[i].link != 0)
      wanted += take_rates (traffic, scene, &frame->links[i], frame, view);
  traffic->crowd = MAX (wanted / (TB_TRAFFIC_MAX_DOTS * 0.8), 1);
  traffic->count.not_shown += frame->missed_events;
  if (frame->missed_events > 0)
    tb_causes_forget_open (traffic->causes);
  if (frame->n_events > 0)
    index_taps (traffic, scene, frame);
}

void
tb_traffic_feed (TbTraffic *traffic, const TbScene *scene, const TbLiveFrame *frame,
                 const TbRect *view, gint64 now_ns)
{
  take_frame (traffic, scene, frame, view);
  take_events (traffic, frame, 0, frame->n_events, now_ns);
  tb_causes_prune (traffic->causes, now_ns);
}

void
tb_traffic_show_moment (TbTraffic *traffic, const TbScene *scene, const TbLiveFrame *frame, guint moving,
                        const TbRect *view, gint64 now_ns)
{
  guint still = frame->n_events - MIN (moving, frame->n_events);
  tb_traffic_clear (traffic);
  take_frame (traffic, scene, frame, view);
  traffic->still = TRUE;
  take_events (traffic, frame, 0, still, now_ns);
  traffic->still = FALSE;
  take_events (traffic, frame, still, frame->n_events, now_ns);
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
emit (TbTraffic *traffic, Flow *flow, TbUid link, TbDotShape shape, gint64 now)
{
  gboolean reply = shape != TB_DOT_REQUEST;
  TbDot dot = simple_dot (link, next_line (flow, link, reply), shape, reply, now);
  add_dot (traffic, flow, &dot);
}

static void
emit_stream (TbTraffic *traffic, TbUid link, Flow *flow, gint64 now)
{
  if (!flow->stream || traffic->reduced || link == traffic->held)
    return;
  if (due (&flow->next_request, flow->requests, flow, traffic->crowd, now))
    emit (traffic, flow, link, TB_DOT_REQUEST, now);
  if (due (&flow->next_reply, flow->replies, flow, traffic->crowd, now))
    {
      double share = flow->errors / MAX (flow->replies, 1e-9);
      flow->replied++;
      /* Evenly, so that one reply in n is a diamond where one in n failed. */
      gboolean error = floor (flow->replied * share) > floor ((flow->replied - 1) * share);
      emit (traffic, flow, link, error ? TB_DOT_ERROR : TB_DOT_REPLY, now);
    }
}

/* ---- Time ------------------------------------------------------------------------------------ */

static gint64
time_of (const TbTraffic *traffic, const TbDot *dot, gint64 now_ns)
{
  return dot->link == traffic->held ? MIN (now_ns, traffic->held_ns) : now_ns;
}

static void
shift (gint64 *time_ns, gint64 by)
{
  if (*time_ns != G_MAXINT64)
    *time_ns += by;
}

void
tb_traffic_hold_link (TbTraffic *traffic, TbUid link, gint64 now_ns)
{
  gint64 by = now_ns - traffic->held_ns;
  if (link == traffic->held)
    return;
  for (guint i = 0; traffic->held != 0 && i < traffic->dots->len; i++)
    {
      TbDot *dot = &g_array_index (traffic->dots, TbDot, i);
      if (dot->link != traffic->held)
        continue;
      shift (&dot->start_ns, by);
      shift (&dot->go_ns, by);
      shift (&dot->end_ns, by);
    }
  traffic->held = link;
  traffic->held_ns = now_ns;
}

static gboolean
moves (const TbTraffic *traffic, const TbDot *dot, gint64 now_ns)
{
  gboolean waits = dot->go_ns == G_MAXINT64 && now_ns >= dot->start_ns + HALF_NS;
  return dot->end_ns > now_ns && !waits && dot->link != traffic->held;
}

guint
tb_traffic_advance (TbTraffic *traffic, const TbScene *scene, gint64 now_ns)
{
  GHashTableIter iter;
  gpointer key, value;
  guint kept = 0, before = 0, moving = 0;

  for (guint i = 0; i < traffic->dots->len; i++)
    {
      TbDot *dot = &g_array_index (traffic->dots, TbDot, i);
      moving += moves (traffic, dot, now_ns);
      if (dot->end_ns > time_of (traffic, dot, now_ns))
        g_array_index (traffic->dots, TbDot, kept++) = *dot;
      else
        flow_of (traffic, dot->link)->dots--;
    }
  g_array_set_size (traffic->dots, kept);
  before = kept;
  g_hash_table_iter_init (&iter, traffic->flows);
  while (g_hash_table_iter_next (&iter, &key, &value))
    emit_stream (traffic, GPOINTER_TO_UINT (key), value, now_ns);
  return moving + traffic->dots->len - before;
}

const TbDot *
tb_traffic_dots (const TbTraffic *traffic, guint *n)
{
  *n = traffic->dots->len;
  return (const TbDot *) (gpointer) traffic->dots->data;
}

/* Which part of its way it has gone; from the tap on, by when it was let go. */
static double
way_of (const TbDot *dot, gint64 now_ns)
{
  if (now_ns < dot->go_ns)
    return MIN ((double) (now_ns - dot->start_ns) / (double) TB_TRAFFIC_TRAVEL_NS, 0.5);
  return dot->falls ? 0.5 : 0.5 + (double) (now_ns - dot->go_ns) / (double) TB_TRAFFIC_TRAVEL_NS;
}

gboolean
tb_traffic_place (const TbTraffic *traffic, const TbDot *dot, const TbScene *scene, gint64 now_ns,
                  TbPoint *at, double *opacity)
{
  double length = tb_scene_route_length (scene, dot->line);
  gint64 now = time_of (traffic, dot, now_ns);
  double way = way_of (dot, now);
  if (now < dot->start_ns || now >= dot->end_ns || length <= 0 || (dot->copied && way < 0.5))
    return FALSE;
  if (traffic->reduced)
    way = dot->falls ? 0.5 : 0.42;
  *at = tb_scene_route_point (scene, dot->line, (dot->backwards ? 1 - way : way) * length);
  *opacity = 1;
  if (dot->falls && now >= dot->go_ns)
    {
      double fallen = (double) (now - dot->go_ns) / (double) LOST_NS;
      *opacity = CLAMP (1.4 - 1.4 * fallen, 0, 1);
      at->y += traffic->reduced ? FALL / 2 : FALL * fallen * fallen;
    }
  return TRUE;
}
