/* Dots of single messages: one for each that is shown, from its sending to its arrival or its fall. */
#include "traffic-private.h"

#include <math.h>

#define TOO_LATE_NS (30 * TB_NS_PER_S)
#define COPY_AFTER_NS (140 * TB_NS_PER_MS)
#define LINK_MAX_DOTS 60 /* of a stream */
#define BYTES_EVERY_NS (90 * TB_NS_PER_MS)
#define SLOWNESS_SHARE 0.2 /* of the newest exchange in the smoothed factor */

gboolean
tb_traffic_add_dot (TbTraffic *traffic, TbTrafficFlow *flow, const TbDot *dot)
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

TbDot
tb_traffic_dot (TbUid link, TbUid line, TbDotShape shape, gboolean backwards, gint64 start)
{
  gboolean falls = shape == TB_DOT_LOST;
  return (TbDot){ .link = link, .line = line, .shape = shape, .backwards = backwards, .falls = falls,
                  .start_ns = start, .go_ns = start + TB_TRAFFIC_HALF_NS,
                  .end_ns = start + TB_TRAFFIC_HALF_NS + (falls ? TB_TRAFFIC_LOST_NS : TB_TRAFFIC_HALF_NS) };
}

static void
let_go (TbTrafficFlow *flow, TbDot *dot, gint64 when, gboolean falls)
{
  flow->waiting--;
  dot->go_ns = MAX (dot->start_ns + TB_TRAFFIC_HALF_NS, when);
  dot->end_ns = dot->go_ns + (falls ? TB_TRAFFIC_LOST_NS : TB_TRAFFIC_HALF_NS);
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
answer_still (TbTraffic *traffic, TbTrafficFlow *flow, const TbEvent *event)
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
exact_message (TbTraffic *traffic, TbTrafficFlow *flow, const TbEvent *event, const TbTapInfo *tap, gint64 when,
               gint64 now)
{
  gboolean reply = event->kind == TB_EVENT_REPLY;
  gint64 start = MAX (MAX (when, now), tb_causes_of (traffic->causes, event, tap));
  TbDotShape shape = reply ? (event->error ? TB_DOT_ERROR : TB_DOT_REPLY) : TB_DOT_REQUEST;
  TbDot dot = tb_traffic_dot (tap->link, tap->line, shape, reply || event->direction != 0, start);
  dot.exchange = dot_key (event);
  dot.tap = event->tap;
  dot.connection = event->connection;
  if (event->held || traffic->still)
    dot.go_ns = dot.end_ns = G_MAXINT64;
  if (traffic->still)
    {
      dot.start_ns = now - TB_TRAFFIC_HALF_NS;
      answer_still (traffic, flow, event);
      if (reply)
        return;
    }
  if (reply)
    take_slowness (traffic, event, start + TB_TRAFFIC_TRAVEL_NS);
  tb_causes_sent (traffic->causes, event, tap, start + TB_TRAFFIC_TRAVEL_NS, &dot.cause);
  if (start - now > TOO_LATE_NS || !tb_traffic_add_dot (traffic, flow, &dot))
    traffic->count.not_shown++;
  else
    *(reply ? &traffic->count.replies : event->kind == TB_EVENT_REQUEST ? &traffic->count.requests
                                                                        : &traffic->count.one_way)
        += 1;
}

/* What became of one that was held. */
static void
goes_on (TbTraffic *traffic, TbTrafficFlow *flow, const TbEvent *event, const TbTapInfo *tap, gint64 when)
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
      TbDot fall = tb_traffic_dot (tap->link, tap->line, TB_DOT_LOST, event->direction != 0, when - TB_TRAFFIC_HALF_NS);
      flow->last_fall = when;
      tb_traffic_add_dot (traffic, flow, &fall);
    }
}

/* A second one leaves the tap when it is delivered. */
static void
doubles (TbTraffic *traffic, TbTrafficFlow *flow, const TbEvent *event)
{
  const TbDot *first = flow->dots > 0 ? find_dot (traffic, dot_key (event), FALSE) : NULL;
  if (first == NULL)
    return;
  TbDot copy = *first;
  copy.copied = TRUE;
  copy.falls = FALSE;
  copy.start_ns += COPY_AFTER_NS;
  copy.go_ns = copy.end_ns = G_MAXINT64;
  traffic->count.duplicated += tb_traffic_add_dot (traffic, flow, &copy);
}

/* What was still held is lost with its connection. */
static void
connection_ends (TbTraffic *traffic, TbTrafficFlow *flow, const TbEvent *event, gint64 when)
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
bytes_passed (TbTraffic *traffic, TbTrafficFlow *flow, const TbEvent *event, const TbTapInfo *tap, gint64 start)
{
  guint direction = event->direction & 1;
  if (start - flow->last_bytes[direction] < BYTES_EVERY_NS)
    return;
  flow->last_bytes[direction] = start;
  TbDot dot = tb_traffic_dot (tap->link, tap->line, TB_DOT_BYTES, direction != 0, start);
  tb_traffic_add_dot (traffic, flow, &dot);
}

static void
something_failed (TbTraffic *traffic, TbTrafficFlow *flow, const TbTapInfo *tap, TbDotShape shape, gint64 start)
{
  TbDot dot = tb_traffic_dot (tap->link, tap->line, shape, shape == TB_DOT_ERROR, start);
  tb_traffic_add_dot (traffic, flow, &dot);
}

/* Takes one from what may be shown one by one; FALSE: nothing is left, and it is a stream from now on. */
static gboolean
may_be_exact (TbTrafficFlow *flow, gint64 now)
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
take_status (TbTrafficFlow *flow, const TbEvent *event, gint64 now)
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
message (TbTraffic *traffic, TbTrafficFlow *flow, const TbEvent *event, const TbTapInfo *tap, gint64 when,
         gint64 now)
{
  gboolean exact = event->kind == TB_EVENT_REPLY ? !flow->stream : may_be_exact (flow, now);
  take_status (flow, event, now);
  if (exact)
    exact_message (traffic, flow, event, tap, when, now);
  else
    traffic->count.streamed++;
}

void
tb_traffic_take_event (TbTraffic *traffic, TbTrafficFlow *flow, const TbEvent *event, const TbTapInfo *tap, gint64 when,
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
