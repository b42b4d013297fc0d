/* Dots of messages, and streams of them: from frames to dots, and where each is at a moment.
 *
 * A link is shown message by message up to about 50 a second: each takes one from a bucket of 50 that
 * fills at that rate, so that a burst of 50 is 50 dots. Where it is empty, the link becomes a stream:
 * dots at a spacing that follows the rate, in the proportion of replies and errors of the last second.
 * Nothing in a stream is one message. */
#include "traffic-private.h"

#include <math.h>
#include <string.h>

#define LAG_NS (60 * G_GINT64_CONSTANT (1000000)) /* so that events of one frame keep their spacing */
#define FALL 30.0 /* world units that a lost dot falls */

static void
flow_free (gpointer data)
{
  TbTrafficFlow *flow = data;
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
  const TbTrafficFlow *flow = g_hash_table_lookup (traffic->flows, GUINT_TO_POINTER (link));
  return flow && flow->answers > 0.5 ? flow->client_errors / flow->answers : 0;
}

double
tb_traffic_slowness (const TbTraffic *traffic)
{
  return traffic->slowness > 0 ? exp (traffic->slowness) : 0;
}

TbTrafficFlow *
tb_traffic_flow (TbTraffic *traffic, TbUid link)
{
  TbTrafficFlow *flow = g_hash_table_lookup (traffic->flows, GUINT_TO_POINTER (link));
  if (flow == NULL)
    {
      flow = g_new0 (TbTrafficFlow, 1);
      flow->tokens = TB_TRAFFIC_MAX_EXACT;
      g_hash_table_insert (traffic->flows, GUINT_TO_POINTER (link), flow);
    }
  return flow;
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

static void
take_events (TbTraffic *traffic, const TbLiveFrame *frame, guint from, guint to, gint64 now_ns)
{
  TbTrafficFlow *flow = NULL;
  TbUid flow_link = 0;
  for (guint i = from; i < to; i++)
    {
      const TbEvent *event = &frame->events[i];
      const TbTapInfo *tap
          = event->tap < traffic->taps->len ? &g_array_index (traffic->taps, TbTapInfo, event->tap) : NULL;
      if (tap == NULL || tap->link == 0)
        continue;
      if (flow == NULL || flow_link != tap->link)
        flow = tb_traffic_flow (traffic, tap->link);
      flow_link = tap->link;
      gint64 ago = (gint64) ((double) (frame->time_ns - event->time_ns) / traffic->speed);
      if (flow->seen)
        tb_traffic_take_event (traffic, flow, event, tap, now_ns - ago + LAG_NS, now_ns);
    }
}

static void
take_frame (TbTraffic *traffic, const TbScene *scene, const TbLiveFrame *frame, const TbRect *view)
{
  double wanted = 0;
  for (guint i = 0; i < frame->n_links; i++)
    if (frame->links[i].link != 0)
      wanted += tb_traffic_take_rates (traffic, scene, &frame->links[i], frame, view);
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
  gboolean waits = dot->go_ns == G_MAXINT64 && now_ns >= dot->start_ns + TB_TRAFFIC_HALF_NS;
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
        tb_traffic_flow (traffic, dot->link)->dots--;
    }
  g_array_set_size (traffic->dots, kept);
  before = kept;
  g_hash_table_iter_init (&iter, traffic->flows);
  while (g_hash_table_iter_next (&iter, &key, &value))
    tb_traffic_emit_stream (traffic, GPOINTER_TO_UINT (key), value, now_ns);
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
      double fallen = (double) (now - dot->go_ns) / (double) TB_TRAFFIC_LOST_NS;
      *opacity = CLAMP (1.4 - 1.4 * fallen, 0, 1);
      at->y += traffic->reduced ? FALL / 2 : FALL * fallen * fallen;
    }
  return TRUE;
}
