/* From what was measured to what each component costs. Processor time of a request is what was used, by requests
 * that came (U = X D). What a request takes longer than the drawing and that explain is found by predicting the
 * very load that was measured: what is missing in a component's own part of the latency is its extra. */
#include <math.h>

#include "predict-private.h"

/* The extra changes what queues, at the station itself most, so it is looked for again in small steps: where requests wait for each
 * other a step in work is a longer one in latency. */
#define ROUNDS 24
#define STEP 0.5
#define PART_LEAST 0.1
/* What is usual besides what is drawn, and by how much programs differ in it: of a request, and of what is drawn of it. */
#define USUAL_NS (2 * TB_QUEUE_HOP_NS)
#define SPREAD_NS 500e3
#define SPREAD_PART 0.05

TbMeasured *
tb_measured_new (const TbQueueNet *net)
{
  TbMeasured *m = g_new0 (TbMeasured, 1);
  m->n_links = net->n_links;
  m->n_stations = net->n_stations;
  m->links = g_new0 (TbMeasuredLink, m->n_links + 1);
  m->stations = g_new0 (TbMeasuredStation, m->n_stations + 1);
  for (guint i = 0; i < m->n_links; i++)
    m->links[i] = (TbMeasuredLink){ NAN, NAN, NAN, NAN, NAN, NAN };
  for (guint i = 0; i < m->n_stations; i++)
    m->stations[i] = (TbMeasuredStation){ NAN, NAN };
  m->tap_cores = m->tap_messages_per_s = NAN;
  return m;
}

void
tb_measured_free (TbMeasured *measured)
{
  if (measured == NULL)
    return;
  g_free (measured->links);
  g_free (measured->stations);
  g_free (measured);
}

/* ---- What was measured of stations ------------------------------------------------------------------------ */

/* Requests a second that came to a station, or that a client began; 0: none, or not known. latency: their mean. */
static double
came_to (const TbQueueNet *net, const TbMeasured *m, guint station, double *latency)
{
  double rate = 0, time = 0;
  for (guint l = 0; l < net->n_links; l++)
    if (net->links[l].to == station && m->links[l].rate_per_s > 0)
      {
        rate += m->links[l].rate_per_s;
        time += m->links[l].rate_per_s * m->links[l].latency_ns;
      }
  *latency = rate > 0 ? time / rate : NAN;
  return rate;
}

double
tb_measured_rounds (const TbQueueNet *net, const TbMeasured *m, guint station)
{
  double rate = 0, visits = 0;
  for (guint k = 0; k < net->stations[station].n_calls; k++)
    visits += net->stations[station].calls[k].visits;
  for (guint l = 0; l < net->n_links; l++)
    if (net->links[l].from == station && m->links[l].rate_per_s > 0)
      rate += m->links[l].rate_per_s;
  return visits > 0 ? rate / visits : 0;
}

double
tb_measured_response_ns (const TbQueueNet *net, const TbMeasured *m, guint station)
{
  double sum = 0;
  for (guint k = 0; k < net->stations[station].n_calls; k++)
    {
      const TbCallOut *call = &net->stations[station].calls[k];
      sum += call->async ? 0 : call->visits * m->links[call->link].latency_ns;
    }
  return sum;
}

static double
requests_of (const TbQueueNet *net, const TbMeasured *m, guint station, double *latency)
{
  double rate = came_to (net, m, station, latency);
  return net->stations[station].role == TB_ROLE_CLIENT ? tb_measured_rounds (net, m, station) : rate;
}

/* Of what is read and looked for elsewhere on a miss: only where nothing else goes over that link is it known how
 * often. */
static double
hits_of (const TbQueueNet *net, const TbMeasured *m, guint station)
{
  for (guint i = 0; i < net->n_stations; i++)
    for (guint k = 0; k < net->stations[i].n_calls; k++)
      {
        const TbStation *caller = &net->stations[i];
        const TbCallOut *call = &caller->calls[k];
        gboolean alone = TRUE;
        double latency, asked;
        if (!call->miss || call->after == TB_QUEUE_NONE || caller->calls[call->after].station != station)
          continue;
        for (guint other = 0; other < caller->n_calls; other++)
          alone &= other == k || caller->calls[other].link != call->link;
        asked = requests_of (net, m, i, &latency) * caller->calls[call->after].visits;
        if (alone && asked > 0 && m->links[call->link].rate_per_s >= 0)
          return CLAMP (1 - m->links[call->link].rate_per_s / asked, 0, 1);
      }
  return -1;
}

/* ---- Fitting -------------------------------------------------------------------------------------------------- */

typedef struct
{
  const TbModel *model;
  TbQueueOptions options;
  const TbMeasured *measured;
  const TbQueueNet *net; /* as drawn */
  GArray *found;      /* of TbCalibration: of the taps (uid 0), then of stations */
  guint *index;       /* of each station in found; 0: nothing was measured */
  double *latency;    /* of each station, measured: as its taps saw it */
} Fit;

static void
begin (Fit *fit, const TbQueueNet *net)
{
  const TbMeasured *m = fit->measured;
  TbCalibration taps = { .cpu_ns = net->tap_ns, .work_ns = -1, .hit_ratio = -1 };
  if (m->tap_cores > 0 && m->tap_messages_per_s > 0)
    taps.cpu_ns = 1e9 * m->tap_cores / m->tap_messages_per_s;
  g_array_append_val (fit->found, taps);
  for (guint i = 0; i < net->n_stations; i++)
    {
      double rate = requests_of (net, m, i, &fit->latency[i]);
      TbCalibration c = { .uid = net->stations[i].uid, .work_ns = -1, .hit_ratio = hits_of (net, m, i) };
      if (!(rate > 0))
        continue;
      c.cpu_ns = isnan (m->stations[i].cores) ? tb_station_cpu_ns (&net->stations[i]) : 1e9 * m->stations[i].cores / rate;
      fit->index[i] = fit->found->len;
      g_array_append_val (fit->found, c);
    }
}

/* What a station takes itself of the latency that its taps see. */
static double
own_part (const TbQueueNet *net, guint station, const double *latency)
{
  return latency[station] - tb_calls_ns (&net->stations[station], latency, 0);
}

/* What customers take beside thinking and waiting for answers is known to the precision with which the mean of
 * their pauses is, which is poor where they mostly think: so what is usual is believed as much as it deserves (two
 * normal estimates, weighed by their variances). */
static double
weigh (double found_ns, double error_ns, double usual_ns, double spread_ns)
{
  double by = 1 / (error_ns * error_ns), sure = 1 / (spread_ns * spread_ns);
  return (usual_ns * sure + found_ns * by) / (sure + by);
}

/* A client's extra: said is the predicted latency of what it calls, that its response was predicted of. */
static void
correct_source (Fit *fit, const TbQueueNet *net, const TbPrediction *p, const double *said, guint source)
{
  const TbSource *s = &net->sources[source];
  const TbStation *client = &net->stations[s->station];
  double rounds = tb_measured_rounds (net, fit->measured, s->station), cycle = 1e9 * s->population / rounds;
  double own = cycle - s->think_ns - tb_calls_ns (client, fit->latency, 0);
  double predicted = p->sources[source].response.mean.value - tb_calls_ns (client, said, 0);
  if (fit->index[s->station] == 0 || s->rate_per_s > 0 || !(rounds > 0) || !isfinite (own - predicted))
    return;
  TbCalibration *c = &g_array_index (fit->found, TbCalibration, fit->index[s->station]);
  c->extra_ns = MAX (weigh (c->extra_ns + own - predicted, cycle / sqrt (rounds * fit->measured->seconds), USUAL_NS, USUAL_NS), 0);
}

/* How much longer than is drawn a built-in program takes is weighed too: it waits as it is drawn, and a mean of few requests that
 * queued says little. Of others nothing is usual. */
static double
believed (const Fit *fit, const TbStation *t, guint station, double found_ns, double share)
{
  double latency, rate = came_to (fit->net, fit->measured, station, &latency);
  double error = share * latency / sqrt (rate * fit->measured->seconds);
  if (!(t->work[1].mean_ns > 0) || !(error > 0))
    return found_ns;
  return weigh (found_ns, error, USUAL_NS, SPREAD_NS + SPREAD_PART * t->work[0].mean_ns);
}

static void
correct (Fit *fit, guint station, double by_ns, double share)
{
  TbCalibration *c = &g_array_index (fit->found, TbCalibration, fit->index[station]);
  const TbStation *drawn = &fit->net->stations[station];
  gboolean waits = !drawn->work[0].cpu && drawn->work[0].mean_ns > 0;
  if (fit->index[station] == 0 || !isfinite (by_ns))
    return;
  double now = c->work_ns >= 0 ? c->work_ns - drawn->work[0].mean_ns : c->extra_ns;
  double offset = now + STEP * (believed (fit, drawn, station, now + share * by_ns, share) - now);
  c->extra_ns = MAX (offset, 0);
  c->work_ns = offset < 0 && waits ? MAX (drawn->work[0].mean_ns + offset, 0) : -1; /* it waits less than is drawn */
}

/* Of what latency differs by, so much is what it takes itself: the rest is queue. */
static double
own_share (const TbQueueNet *net, guint station, const double *said)
{
  double alone = tb_station_cpu_ns (&net->stations[station]) + tb_station_wait_ns (&net->stations[station]);
  double part = alone / own_part (net, station, said);
  return part >= 0 ? CLAMP (part, PART_LEAST, 1) : 1;
}

static void
improve (Fit *fit)
{
  fit->options.calibrations = (gpointer) fit->found->data;
  fit->options.n_calibrations = fit->found->len;
  g_autoptr (TbQueueNet) net = tb_queue_net_new (fit->model, &fit->options, NULL);
  g_autoptr (TbPrediction) p = tb_predict (net);
  g_autofree double *said = g_new0 (double, net->n_stations + 1);
  for (guint i = 0; i < net->n_stations; i++)
    said[i] = p->stations[i].residence.mean.value;
  for (guint l = 0; l < net->n_links; l++)
    if (net->links[l].to != TB_QUEUE_NONE && p->links[l].calls_per_s.value > 0)
      said[net->links[l].to] = p->links[l].latency.mean.value;
  for (guint i = 0; i < net->n_stations; i++)
    if (net->stations[i].role != TB_ROLE_CLIENT)
      correct (fit, i, own_part (net, i, fit->latency) - own_part (net, i, said), own_share (net, i, said));
  for (guint k = 0; k < net->n_sources; k++)
    correct_source (fit, net, p, said, k);
}

GArray *
tb_calibrate (const TbModel *model, const TbQueueOptions *options, const TbMeasured *measured)
{
  static const TbQueueOptions none = { 0 };
  Fit fit = { .model = model, .options = options != NULL ? *options : none, .measured = measured };
  fit.options.calibrations = NULL;
  fit.options.n_calibrations = 0;
  g_autoptr (TbQueueNet) net = tb_queue_net_new (model, &fit.options, NULL);
  g_autofree guint *index = g_new0 (guint, net->n_stations + 1);
  g_autofree double *latency = g_new0 (double, net->n_stations + 1);
  fit.net = net;
  fit.index = index;
  fit.latency = latency;
  fit.found = g_array_new (FALSE, FALSE, sizeof (TbCalibration));
  g_return_val_if_fail (measured->n_links == net->n_links && measured->n_stations == net->n_stations, fit.found);
  begin (&fit, net);
  for (guint round = 0; round < ROUNDS; round++)
    improve (&fit);
  return fit.found;
}
