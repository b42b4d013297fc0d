/* What nothing can exceed: asymptotic bounds by processors, taps and threads; and which of them is the nearest. */
#include <math.h>

#include "predict-private.h"

double
tb_thread_ceiling (const TbQueueNet *net, guint station, const double *least)
{
  const TbStation *t = &net->stations[station];
  if (t->threads == 0 || t->role == TB_ROLE_CLIENT || !(least[station] > 0))
    return INFINITY;
  return 1e9 * t->threads * tb_station_takers (t) / least[station];
}

double
tb_predict_most (const TbPredictLoad *load, const double *least, guint source)
{
  const TbQueueNet *net = load->net;
  double most = INFINITY, taps = 0;
  for (guint d = 0; d < net->n_devices; d++)
    {
      double cores = load->cores[(gsize) source * net->n_devices + d];
      if (cores > 0 && net->devices[d].cores > 0)
        most = MIN (most, net->devices[d].cores / cores);
    }
  for (guint i = 0; i < net->n_stations; i++)
    {
      double visits = load->visits[(gsize) source * net->n_stations + i];
      if (visits > 0)
        most = MIN (most, tb_thread_ceiling (net, i, least) / 1e9 / visits);
    }
  for (guint l = 0; l < net->n_links; l++)
    taps += 2 * net->tap_ns * load->calls[(gsize) source * net->n_links + l];
  return taps > 0 ? MIN (most, 1 / taps) : most;
}

static void
judge_source (const TbPredictLoad *load, TbPrediction *p, guint k, const double *least)
{
  const TbSource *source = &load->net->sources[k];
  TbSourceAnswer *answer = &p->sources[k];
  double most = tb_predict_most (load, least, k), alone = least[source->station];
  TbBounds b = tb_bounds (source->population, alone, isinf (most) ? 0 : 1 / most, source->think_ns);
  gboolean closed = source->rate_per_s <= 0;
  answer->most_per_s = 1e9 * (closed ? b.x_high : most);
  answer->least_ns = closed ? b.r_low : alone;
  answer->knee = closed ? b.knee : NAN;
}

static gboolean
is_limited (const TbQueueNet *net, const TbPrediction *p, guint station)
{
  return p->stations[station].threads > 0 && net->stations[station].role != TB_ROLE_CLIENT
         && p->stations[station].arrivals_per_s.value > 0;
}

/* By what they do themselves, not by the time that they wait for others: of threads that are all held, those are
 * the bottleneck that the others wait for. */
double
tb_thread_use (const TbPrediction *p, guint station)
{
  return p->stations[station].arrivals_per_s.value / p->stations[station].ceiling_per_s;
}

static void
find_bottlenecks (TbPrediction *p, const TbQueueNet *net)
{
  p->bottleneck_device = p->bottleneck_station = TB_QUEUE_NONE;
  for (guint d = 0; d < net->n_devices; d++)
    if (p->devices[d].utilisation > 0
        && (p->bottleneck_device == TB_QUEUE_NONE
            || p->devices[d].utilisation > p->devices[p->bottleneck_device].utilisation))
      p->bottleneck_device = d;
  for (guint i = 0; i < net->n_stations; i++)
    if (is_limited (net, p, i)
        && (p->bottleneck_station == TB_QUEUE_NONE
            || tb_thread_use (p, i) > tb_thread_use (p, p->bottleneck_station)))
      p->bottleneck_station = i;
}

/* Requests a second that come whether or not others were answered: at a rate, or since nobody waits for them. */
static double
unheld (const TbPredictLoad *load, const TbPrediction *p, guint station)
{
  double rate = 0;
  for (guint k = 0; k < p->n_sources; k++)
    {
      gsize at = (gsize) k * load->net->n_stations + station;
      double visits = load->visits[at] - (load->net->sources[k].rate_per_s > 0 ? 0 : load->waited[at]);
      rate += visits > 0 ? p->sources[k].throughput_per_s.value * visits : 0;
    }
  return rate;
}

static gboolean
asks_too_much (const TbPredictLoad *load, const TbPrediction *p)
{
  const TbQueueNet *net = load->net;
  for (guint k = 0; k < net->n_sources; k++)
    if (net->sources[k].rate_per_s > 0 && net->sources[k].rate_per_s >= p->sources[k].most_per_s)
      return TRUE;
  for (guint i = 0; i < net->n_stations && p->how != TB_PREDICTED_BY_SIMULATION; i++)
    if (unheld (load, p, i) >= p->stations[i].ceiling_per_s * 1.000001)
      return TRUE;
  return FALSE;
}

void
tb_prediction_judge (TbPrediction *prediction, const TbQueueNet *net)
{
  g_autoptr (TbPredictLoad) load = tb_predict_load_new (net);
  g_autofree double *least = tb_least_residences (net);
  for (guint i = 0; i < net->n_stations; i++)
    prediction->stations[i].ceiling_per_s = tb_thread_ceiling (net, i, least);
  for (guint k = 0; k < net->n_sources; k++)
    judge_source (load, prediction, k, least);
  find_bottlenecks (prediction, net);
  prediction->overloaded |= asks_too_much (load, prediction);
  tb_predict_say (prediction, net, least);
}
