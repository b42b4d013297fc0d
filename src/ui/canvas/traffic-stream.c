/* Links that are too busy to be shown message by message: when a link becomes a stream, and the dots of one. */
#include "traffic-private.h"

#include <math.h>

#define EXACT_AGAIN 40.0 /* a stream below this rate is shown one by one again */

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
take_lines (TbTrafficFlow *flow, const TbScene *scene, TbUid link)
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
choose_stream (TbTrafficFlow *flow, double rate, guint64 missed)
{
  if (rate < EXACT_AGAIN)
    flow->stream = FALSE;
  else if (rate > 2 * TB_TRAFFIC_MAX_EXACT || (missed > 0 && rate > TB_TRAFFIC_MAX_EXACT))
    flow->stream = TRUE;
}

double
tb_traffic_take_rates (TbTraffic *traffic, const TbScene *scene, const TbLiveLink *link, const TbLiveFrame *frame,
                       const TbRect *view)
{
  TbTrafficFlow *flow = tb_traffic_flow (traffic, link->link);
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

static gboolean
due (gint64 *next, double rate, const TbTrafficFlow *flow, double crowd, gint64 now)
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
next_line (TbTrafficFlow *flow, TbUid link, gboolean reply)
{
  if (flow->lines == NULL)
    return link;
  return g_array_index (flow->lines, TbUid, flow->next_line[reply]++ % flow->lines->len);
}

static void
emit (TbTraffic *traffic, TbTrafficFlow *flow, TbUid link, TbDotShape shape, gint64 now)
{
  gboolean reply = shape != TB_DOT_REQUEST;
  TbDot dot = tb_traffic_dot (link, next_line (flow, link, reply), shape, reply, now);
  tb_traffic_add_dot (traffic, flow, &dot);
}

void
tb_traffic_emit_stream (TbTraffic *traffic, TbUid link, TbTrafficFlow *flow, gint64 now)
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
