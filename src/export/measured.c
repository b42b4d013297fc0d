/* Counters of taps and the processor time of instances become figures of a drawing's links and components. */
#include "tb-measured.h"

#include <math.h>

/* Of a run's beginning so much is left out: programs warm up, caches fill. */
#define WARM_SHARE 10
#define WARM_MOST_NS (3 * TB_NS_PER_S)
/* Looked at so often for the taps' own processor time, of which a frame knows one second. */
#define LOOKS 8

/* ---- Links ---------------------------------------------------------------------------------------------- */

typedef struct
{
  guint64 replies, errors;
  TbHistogram latency;
} Sum;

static guint
link_named (const TbQueueNet *net, const char *id)
{
  for (guint l = 0; id != NULL && l < net->n_links; l++)
    if (g_strcmp0 (net->links[l].id, id) == 0)
      return l;
  return TB_QUEUE_NONE;
}

/* sign: -1 takes away what was there before. */
static void
add_taps (const TbLiveFrame *frame, const TbQueueNet *net, int sign, Sum *sums)
{
  for (guint i = 0; i < frame->n_taps; i++)
    {
      const TbLiveTap *tap = &frame->taps[i];
      guint l = tap->link < frame->n_links ? link_named (net, frame->links[tap->link].id) : TB_QUEUE_NONE;
      if (l == TB_QUEUE_NONE)
        continue;
      sums[l].replies += sign * tap->counters.replies;
      sums[l].errors += sign * tap->counters.errors;
      for (guint b = 0; b < TB_HISTOGRAM_BUCKETS; b++)
        sums[l].latency.bucket[b] += (guint32) sign * tap->counters.latency.bucket[b];
    }
}

static double
mean_of (const TbHistogram *h)
{
  double sum = 0, n = 0;
  for (guint b = 0; b < TB_HISTOGRAM_BUCKETS; b++)
    {
      sum += (double) h->bucket[b] * (double) tb_histogram_value (b);
      n += h->bucket[b];
    }
  return n > 0 ? sum / n : NAN;
}

static double
quantile_of (const TbHistogram *h, double q)
{
  gint64 ns = tb_histogram_quantile (h, q);
  return ns >= 0 ? (double) ns : NAN;
}

/* Returns how many were answered. */
static guint64
set_links (const TbLiveFrame *before, const TbLiveFrame *now, const TbQueueNet *net, TbMeasured *m)
{
  g_autofree Sum *sums = g_new0 (Sum, net->n_links + 1);
  guint64 answered = 0;
  add_taps (now, net, 1, sums);
  if (before != NULL)
    add_taps (before, net, -1, sums);
  for (guint l = 0; l < net->n_links; l++)
    {
      TbMeasuredLink *link = &m->links[l];
      answered += sums[l].replies;
      link->rate_per_s = (double) sums[l].replies / m->seconds;
      link->errors_per_s = (double) sums[l].errors / m->seconds;
      link->latency_ns = mean_of (&sums[l].latency);
      link->p50_ns = quantile_of (&sums[l].latency, 0.5);
      link->p95_ns = quantile_of (&sums[l].latency, 0.95);
      link->p99_ns = quantile_of (&sums[l].latency, 0.99);
    }
  m->tap_messages_per_s = 2 * (double) answered / m->seconds;
  return answered;
}

/* ---- Processors --------------------------------------------------------------------------------------------- */

static guint
station_named (const TbQueueNet *net, const char *id)
{
  for (guint i = 0; id != NULL && i < net->n_stations; i++)
    if (g_strcmp0 (net->stations[i].id, id) == 0)
      return i;
  return TB_QUEUE_NONE;
}

static void
add_cores (TbMeasured *m, guint station, double cores)
{
  if (station != TB_QUEUE_NONE && isfinite (cores))
    m->stations[station].cores = isnan (m->stations[station].cores) ? cores : m->stations[station].cores + cores;
}

/* What an instance used in a stretch: each figure is of the time since the one before. */
static double
cores_between (TbPast *past, guint instance, gint64 from_ns, gint64 to_ns)
{
  g_autoptr (GArray) loads = tb_past_load (past, instance);
  double used = 0, time = 0;
  for (guint i = 1; i < loads->len; i++)
    {
      const TbPastLoad *load = &g_array_index (loads, TbPastLoad, i), *last = load - 1;
      if (last->time_ns < from_ns || load->time_ns > to_ns)
        continue;
      used += load->cpu * (double) (load->time_ns - last->time_ns);
      time += (double) (load->time_ns - last->time_ns);
    }
  return time > 0 ? used / time : NAN;
}

static void
set_stations (TbPast *past, const TbQueueNet *net, gint64 from_ns, gint64 to_ns, TbMeasured *m)
{
  for (guint i = 0; i < tb_past_n_instances (past); i++)
    {
      const TbPastInstance *instance = tb_past_instance (past, i);
      if (!instance->outside)
        add_cores (m, station_named (net, instance->component), cores_between (past, i, from_ns, to_ns));
    }
}

static void
set_taps (TbPast *past, gint64 from_ns, gint64 to_ns, TbMeasured *m)
{
  double sum = 0;
  for (guint i = 1; i <= LOOKS; i++)
    {
      gint64 at = from_ns + (to_ns - from_ns) / LOOKS * i;
      TbLiveFrame *frame = tb_past_frame (past, NULL, at, at);
      sum += frame->agent_cpu;
      tb_live_frame_unref (frame);
    }
  m->tap_cores = sum / LOOKS;
}

/* ---- Stretches -------------------------------------------------------------------------------------------------- */

/* When the first request was answered; -1: none was. */
static gint64
first_answer (TbPast *past)
{
  g_autoptr (GArray) series = tb_past_series (past, G_MAXUINT);
  for (guint i = 0; i < series->len; i++)
    if (g_array_index (series, TbPastSample, i).replies > 0)
      return i > 0 ? g_array_index (series, TbPastSample, i - 1).time_ns : tb_past_start_ns (past);
  return -1;
}

static TbMeasured *
nothing (TbMeasured *m, GError **error)
{
  g_set_error_literal (error, TB_PAST_ERROR, TB_PAST_ERROR_NO_RECORDING,
                       "nothing was answered in that time, so there is nothing measured");
  tb_measured_free (m);
  return NULL;
}

TbMeasured *
tb_measured_from_past (TbPast *past, const TbQueueNet *net, gint64 from_ns, gint64 to_ns, GError **error)
{
  TbMeasured *m = tb_measured_new (net);
  gint64 stop_ns = tb_past_stop_ns (past), first_ns = first_answer (past);
  if (to_ns == 0)
    to_ns = stop_ns;
  if (from_ns == 0 && first_ns >= 0)
    from_ns = first_ns + MIN ((stop_ns - first_ns) / WARM_SHARE, WARM_MOST_NS);
  if (first_ns < 0 || to_ns <= from_ns)
    return nothing (m, error);
  m->seconds = (double) (to_ns - from_ns) / 1e9;
  TbLiveFrame *before = tb_past_frame (past, NULL, from_ns, from_ns), *now = tb_past_frame (past, NULL, to_ns, to_ns);
  guint64 answered = set_links (before, now, net, m);
  tb_live_frame_unref (before);
  tb_live_frame_unref (now);
  if (answered == 0)
    return nothing (m, error);
  set_stations (past, net, from_ns, to_ns, m);
  set_taps (past, from_ns, to_ns, m);
  return m;
}

TbMeasured *
tb_measured_from_frames (const TbLiveFrame *before, const TbLiveFrame *now, const TbQueueNet *net)
{
  TbMeasured *m = tb_measured_new (net);
  m->seconds = (double) (now->time_ns - (before != NULL ? before->time_ns : now->start_ns)) / 1e9;
  if (m->seconds <= 0 || set_links (before, now, net, m) == 0)
    {
      tb_measured_free (m);
      return NULL;
    }
  for (guint i = 0; i < now->n_instances; i++)
    if (!now->instances[i].gone)
      add_cores (m, station_named (net, now->instances[i].component), now->instances[i].cpu);
  m->tap_cores = now->agent_cpu;
  return m;
}
