/* Predictions: room for them, and one made of bounds and means. */
#include <math.h>

#include "predict-private.h"

static const TbTimes no_times = { { NAN, 0 }, NAN, NAN, NAN };

TbPrediction *
tb_prediction_new (const TbQueueNet *net)
{
  TbPrediction *p = g_new0 (TbPrediction, 1);
  p->local = net->tap_device != TB_QUEUE_NONE;
  p->n_sources = net->n_sources;
  p->n_stations = net->n_stations;
  p->n_links = net->n_links;
  p->n_devices = net->n_devices;
  p->sources = g_new0 (TbSourceAnswer, p->n_sources + 1);
  p->stations = g_new0 (TbStationAnswer, p->n_stations + 1);
  p->links = g_new0 (TbLinkAnswer, p->n_links + 1);
  p->devices = g_new0 (TbDeviceAnswer, p->n_devices + 1);
  for (guint i = 0; i < p->n_sources; i++)
    p->sources[i] = (TbSourceAnswer){ .station = net->sources[i].station, .throughput_per_s = { NAN, 0 },
                                      .response = no_times, .errors_per_s = { NAN, 0 }, .knee = NAN };
  for (guint i = 0; i < p->n_stations; i++)
    p->stations[i] = (TbStationAnswer){ .arrivals_per_s = { NAN, 0 }, .residence = no_times, .queue = { NAN, 0 },
                                        .ceiling_per_s = INFINITY };
  for (guint i = 0; i < p->n_links; i++)
    p->links[i] = (TbLinkAnswer){ { NAN, 0 }, no_times };
  for (guint i = 0; i < p->n_devices; i++)
    p->devices[i].utilisation = NAN;
  p->bottleneck_device = p->bottleneck_station = TB_QUEUE_NONE;
  p->bottleneck = g_strdup ("");
  p->notes = g_ptr_array_new_with_free_func (g_free);
  return p;
}

void
tb_prediction_free (TbPrediction *prediction)
{
  if (prediction == NULL)
    return;
  g_free (prediction->sources);
  g_free (prediction->stations);
  g_free (prediction->links);
  g_free (prediction->devices);
  g_free (prediction->bottleneck);
  g_ptr_array_unref (prediction->notes);
  g_free (prediction);
}

/* ---- From a solution to figures ------------------------------------------------------------------------ */

typedef struct
{
  const TbQueueNet *net;
  const TbPredictLoad *load;
  const TbPredictSolution *solution;
  TbPrediction *p;
  double *own, *residence[2]; /* of stations; own: without what they call. [1]: of requests of open loads */
  const double *least;        /* residences of requests that never wait */
  double message_ns[2];
} Telling;

/* Nothing takes no time even where the queue has no end. */
static double
stretched (double ns, double by)
{
  return ns > 0 ? ns * by : 0;
}

/* What a device's queue makes of a nanosecond of work, over the replicas that take requests. */
static double
mean_stretch (const Telling *t, const TbStation *station, gboolean open)
{
  guint takers = tb_station_takers (station);
  double sum = 0;
  for (guint r = 0; r < takers; r++)
    sum += station->device[r] != TB_QUEUE_NONE ? t->solution->stretch[open][station->device[r]] : 1;
  return sum / takers;
}

static double
tap_stretch (const Telling *t, gboolean open)
{
  return t->net->tap_device != TB_QUEUE_NONE ? t->solution->stretch[open][t->net->tap_device] : 1;
}

static void
tell_times (Telling *t, gboolean open)
{
  for (guint i = 0; i < t->net->n_stations; i++)
    {
      const TbStation *station = &t->net->stations[i];
      t->own[i] = stretched (tb_station_cpu_ns (station), mean_stretch (t, station, open))
                  + stretched (tb_station_wait_ns (station), t->solution->pool[open][i]);
    }
  t->message_ns[open] = t->net->hop_ns + stretched (t->net->tap_ns, tap_stretch (t, open));
  tb_residences (t->net, t->own, t->message_ns[open], t->residence[open]);
}

/* How much of a source's rounds comes at station or link `at` as a closed customer, who is waited for, and as an open load. */
static void
add_rates (const Telling *t, guint source, const double *all, const double *waited, gsize at, double rate[2])
{
  gboolean open = t->net->sources[source].rate_per_s > 0;
  rate[open] += t->solution->throughput[source] * waited[at];
  rate[1] += t->solution->throughput[source] * (all[at] - waited[at]);
}

/* The mean over both; the closed ones' where nobody comes. */
static double
mean_of (const double value[2], const double rate[2])
{
  double sum = 0;
  for (guint open = 0; open < 2; open++)
    sum += rate[open] > 0 ? value[open] * rate[open] : 0;
  return rate[0] + rate[1] > 0 ? sum / (rate[0] + rate[1]) : value[0];
}

/* Threads that are held: while a request waits for one it holds none, where that wait is known. */
static double
held_ns (const Telling *t, guint station, gboolean open)
{
  const TbStation *s = &t->net->stations[station];
  if (isinf (t->residence[open][station]))
    return INFINITY; /* all of them are */
  return t->residence[open][station] - tb_station_wait_ns (s) * (t->solution->pool[open][station] - 1);
}

static void
tell_station (Telling *t, guint i)
{
  const TbStation *station = &t->net->stations[i];
  TbStationAnswer *answer = &t->p->stations[i];
  double each[2] = { 0, 0 };
  for (guint k = 0; k < t->net->n_sources; k++)
    add_rates (t, k, t->load->visits, t->load->waited, (gsize) k * t->net->n_stations + i, each);
  double rate = each[0] + each[1];
  double residence = mean_of ((double[]){ t->residence[0][i], t->residence[1][i] }, each);
  double held = mean_of ((double[]){ held_ns (t, i, FALSE), held_ns (t, i, TRUE) }, each);
  answer->arrivals_per_s.value = rate * 1e9;
  answer->residence.mean.value = rate > 0 ? residence : NAN;
  answer->cores = rate * tb_station_cpu_ns (station);
  answer->threads = (double) station->threads * station->replicas;
  answer->threads_busy = rate * held;
  if (station->threads > 0 && station->role != TB_ROLE_CLIENT)
    answer->threads_busy = MIN (answer->threads_busy, (double) station->threads * tb_station_takers (station));
  if (isinf (answer->threads_busy))
    answer->threads_busy = NAN;
  if (t->solution->is_pool[i])
    answer->queue.value = rate * (residence - held);
  else if (station->threads == 0)
    answer->queue.value = 0;
}

static void
tell_link (Telling *t, guint l)
{
  TbLinkAnswer *answer = &t->p->links[l];
  guint to = t->net->links[l].to;
  double each[2] = { 0, 0 };
  for (guint k = 0; k < t->net->n_sources; k++)
    add_rates (t, k, t->load->calls, t->load->waited_calls, (gsize) k * t->net->n_links + l, each);
  answer->calls_per_s.value = (each[0] + each[1]) * 1e9;
  if (each[0] + each[1] > 0 && to != TB_QUEUE_NONE) /* the tap sees half of each way */
    answer->latency.mean.value = mean_of ((double[]){ t->residence[0][to] + t->message_ns[0],
                                                      t->residence[1][to] + t->message_ns[1] }, each);
}

static void
tell_source (Telling *t, guint k)
{
  TbSourceAnswer *answer = &t->p->sources[k];
  answer->throughput_per_s.value = t->solution->throughput[k] * 1e9;
  if (t->net->sources[k].rate_per_s > 0) /* no more gets through than there is room for, whatever is asked */
    answer->throughput_per_s.value = MIN (answer->throughput_per_s.value, 1e9 * tb_predict_most (t->load, t->least, k));
  answer->response.mean.value = t->residence[t->net->sources[k].rate_per_s > 0][t->net->sources[k].station];
  if (t->net->sources[k].rate_per_s <= 0 && t->solution->throughput[k] > 0) /* the response law holds to the last digit */
    answer->response.mean.value = t->net->sources[k].population / t->solution->throughput[k] - t->net->sources[k].think_ns;
}

static void
tell_devices (Telling *t)
{
  for (guint d = 0; d < t->net->n_devices; d++)
    {
      TbDeviceAnswer *answer = &t->p->devices[d];
      for (guint k = 0; k < t->net->n_sources; k++)
        answer->cores_busy += t->solution->throughput[k] * t->load->cores[(gsize) k * t->net->n_devices + d];
      if (t->net->devices[d].cores > 0)
        answer->utilisation = MIN (answer->cores_busy / t->net->devices[d].cores, 1);
    }
  for (guint l = 0; l < t->net->n_links; l++)
    t->p->tap_utilisation += isnan (t->p->links[l].calls_per_s.value) ? 0
                               : 2 * t->p->links[l].calls_per_s.value / 1e9 * t->net->tap_ns;
}

/* A device that is asked for more than it has gives what it has, by what each asks of it. */
static void
share_cores (const Telling *t)
{
  for (guint i = 0; i < t->net->n_stations; i++)
    {
      const TbStation *station = &t->net->stations[i];
      double share = 1;
      for (guint r = 0; r < station->replicas && !station->outside; r++)
        {
          guint device = station->device[r], cores = device != TB_QUEUE_NONE ? t->net->devices[device].cores : 0;
          if (cores > 0 && t->p->devices[device].cores_busy > cores)
            share = MIN (share, cores / t->p->devices[device].cores_busy);
        }
      t->p->stations[i].cores *= share;
    }
}

/* Threads that are held across calls let no more through than their ceiling: sources that wait for them get less. The
 * response follows by N / X - Z; where exactly it lies only the simulation knows. */
static void
hold_to_ceilings (const Telling *t)
{
  for (guint i = 0; i < t->net->n_stations; i++)
    {
      double ceiling = tb_thread_ceiling (t->net, i, t->least) / 1e9, rate = 0;
      for (guint k = 0; k < t->net->n_sources; k++)
        rate += t->solution->throughput[k] * t->load->visits[(gsize) k * t->net->n_stations + i];
      if (rate <= ceiling)
        continue;
      t->p->threads_matter |= !t->solution->is_pool[i]; /* a pool is a centre: only what its program takes of a processor is missing */
      for (guint k = 0; k < t->net->n_sources; k++)
        if (t->net->sources[k].rate_per_s <= 0 && t->load->waited[(gsize) k * t->net->n_stations + i] > 0)
          t->solution->throughput[k] *= ceiling / rate;
    }
}

/* Takes the sentence. */
static void
note (TbPrediction *p, char *sentence)
{
  g_ptr_array_add (p->notes, sentence);
}

static gboolean
calls_beside (const TbStation *station)
{
  gboolean beside = FALSE;
  for (guint k = 0; k < station->n_calls; k++)
    beside |= station->calls[k].order != TB_CALL_SEQUENCE && station->calls[k].visits > 0;
  return beside && station->role != TB_ROLE_CLIENT; /* which asks one thing after the other */
}

/* Whether what is asked of a store waits for other copies before it is answered. */
static gboolean
waits_for_copies (const TbQueueNet *net, guint station)
{
  const TbStation *store = &net->stations[station];
  gboolean waits = FALSE;
  for (guint i = 0; i < net->n_stations && store->keeps_data && store->replicas > 1; i++)
    for (guint k = 0; k < net->stations[i].n_calls; k++)
      {
        const TbCallOut *call = &net->stations[i].calls[k];
        waits |= call->station == station && call->visits > 0 && tb_cap_hops (&store->store, call->write).least > 0;
      }
  return waits;
}

static void
note_station (const Telling *t, guint i)
{
  const TbStation *station = &t->net->stations[i];
  const TbStationAnswer *answer = &t->p->stations[i];
  if (!(answer->arrivals_per_s.value > 0))
    return;
  if (calls_beside (station))
    {
      t->p->how = TB_PREDICTED_ROUGHLY;
      note (t->p, g_strdup_printf ("%s calls several at once: here throughput is as if one came after the other, and times as if "
                                   "the longest were always the same; the simulation knows better.", station->title));
    }
  if (waits_for_copies (t->net, i))
    {
      t->p->how = TB_PREDICTED_ROUGHLY;
      note (t->p, g_strdup_printf ("%s waits for other copies before it answers: here it answers alone, so that it is slower than is "
                                   "said and its copies have more to do; the simulation carries it out.", station->title));
    }
  if (station->role != TB_ROLE_CLIENT && !t->solution->is_pool[i] && answer->threads > 0
      && answer->threads_busy > 0.7 * answer->threads)
    t->p->threads_matter = TRUE;
}

static void
note_what_is_rough (const Telling *t)
{
  if (!t->solution->exact)
    {
      t->p->how = TB_PREDICTED_NEARLY;
      note (t->p, g_strdup ("There are too many customers of too many kinds for an exact solution: this is Schweitzer's "
                            "approximation."));
    }
  for (guint i = 0; i < t->net->n_stations; i++)
    note_station (t, i);
  if (!t->p->threads_matter)
    return;
  t->p->how = TB_PREDICTED_ROUGHLY;
  note (t->p, g_strdup ("Threads are held until a request is answered, while others are called too, and nearly all of them are: what "
                        "is said here is a bound. How long requests wait for them only the simulation tells."));
}

TbPrediction *
tb_predict (const TbQueueNet *net)
{
  TbPrediction *endless = tb_predict_circle (net);
  if (endless != NULL)
    return endless;
  g_autoptr (TbPredictLoad) load = tb_predict_load_new (net);
  g_autoptr (TbPredictSolution) solution = tb_predict_solve (load);
  g_autofree double *own = g_new0 (double, net->n_stations + 1), *closed = g_new0 (double, net->n_stations + 1),
                    *open = g_new0 (double, net->n_stations + 1);
  g_autofree double *least = tb_least_residences (net);
  TbPrediction *p = tb_prediction_new (net);
  Telling t = { net, load, solution, p, own, { closed, open }, least, { 0, 0 } };
  p->overloaded = solution->overloaded;
  tell_times (&t, FALSE);
  tell_times (&t, TRUE);
  hold_to_ceilings (&t);
  for (guint i = 0; i < net->n_stations; i++)
    tell_station (&t, i);
  for (guint l = 0; l < net->n_links; l++)
    tell_link (&t, l);
  for (guint k = 0; k < net->n_sources; k++)
    tell_source (&t, k);
  tell_devices (&t);
  share_cores (&t);
  note_what_is_rough (&t);
  tb_prediction_judge (p, net);
  return p;
}
