/* What a round of each source asks of stations, links and devices; and what a request takes where nothing queues. */
#include "predict-private.h"

/* Calls in a circle: so often round, then it is taken as it is. */
#define SWEEPS_MAX 100

double
tb_station_cpu_ns (const TbStation *station)
{
  return (station->work[0].cpu ? station->work[0].mean_ns : 0) + (station->work[1].cpu ? station->work[1].mean_ns : 0);
}

double
tb_station_wait_ns (const TbStation *station)
{
  return (station->work[0].cpu ? 0 : station->work[0].mean_ns) + (station->work[1].cpu ? 0 : station->work[1].mean_ns)
         + station->extra_ns;
}

guint
tb_station_takers (const TbStation *station)
{
  return station->one_reads && station->one_writes ? 1 : station->replicas;
}

gboolean
tb_station_is_leaf (const TbStation *station)
{
  for (guint i = 0; i < station->n_calls; i++)
    if (!station->calls[i].async && station->calls[i].visits > 0)
      return FALSE;
  return TRUE;
}

/* ---- Time without queues ---------------------------------------------------------------------------- */

static double
call_ns (const TbStation *station, const TbCallOut *call, const double *residence, double message_ns)
{
  double once = residence[call->station] + 2 * message_ns;
  if (call->async)
    return 0;
  if (call->miss && call->after != TB_QUEUE_NONE)
    once += residence[station->calls[call->after].station] + 2 * message_ns;
  return call->visits * once;
}

/* The call at *i and those beside it, as tierboard-node gathers them. */
static double
group_ns (const TbStation *station, guint *i, const double *residence, double message_ns)
{
  double most = call_ns (station, &station->calls[*i], residence, message_ns), least = most;
  gboolean first = FALSE;
  for (++*i; *i < station->n_calls && station->calls[*i].order != TB_CALL_SEQUENCE; ++*i)
    {
      double ns = call_ns (station, &station->calls[*i], residence, message_ns);
      first |= station->calls[*i].order == TB_CALL_FIRST;
      most = MAX (most, ns);
      least = MIN (least, ns);
    }
  return first ? least : most;
}

double
tb_calls_ns (const TbStation *station, const double *residence, double message_ns)
{
  double sum = 0;
  guint i = 0;
  while (i < station->n_calls)
    if (station->role == TB_ROLE_CLIENT) /* which asks one thing after the other */
      sum += call_ns (station, &station->calls[i++], residence, message_ns);
    else
      sum += group_ns (station, &i, residence, message_ns);
  return sum;
}

void
tb_residences (const TbQueueNet *net, const double *own, double message_ns, double *residence)
{
  gboolean changed = TRUE;
  memcpy (residence, own, net->n_stations * sizeof *own);
  for (guint sweep = 0; sweep < SWEEPS_MAX && changed; sweep++)
    {
      changed = FALSE;
      for (guint i = net->n_stations; i-- > 0;)
        {
          double ns = own[i] + tb_calls_ns (&net->stations[i], residence, message_ns);
          changed |= ABS (ns - residence[i]) > 1e-9 * ns;
          residence[i] = ns;
        }
    }
}

double *
tb_least_residences (const TbQueueNet *net)
{
  g_autofree double *own = g_new0 (double, net->n_stations + 1);
  double *least = g_new0 (double, net->n_stations + 1);
  for (guint i = 0; i < net->n_stations; i++)
    own[i] = tb_station_cpu_ns (&net->stations[i]) + tb_station_wait_ns (&net->stations[i]);
  tb_residences (net, own, net->hop_ns + net->tap_ns, least);
  return least;
}

/* ---- Demands ------------------------------------------------------------------------------------------ */

static void
add_cores (const TbQueueNet *net, const double *visits, const double *calls, double *cores)
{
  for (guint i = 0; i < net->n_stations; i++)
    {
      const TbStation *station = &net->stations[i];
      guint takers = tb_station_takers (station);
      double each = visits[i] * tb_station_cpu_ns (station) / takers;
      for (guint r = 0; r < takers && each > 0; r++)
        if (station->device[r] != TB_QUEUE_NONE)
          cores[station->device[r]] += each;
    }
  for (guint l = 0; l < net->n_links && net->tap_device != TB_QUEUE_NONE; l++)
    cores[net->tap_device] += 2 * calls[l] * net->tap_ns; /* a request and its reply */
}

TbPredictLoad *
tb_predict_load_new (const TbQueueNet *net)
{
  TbPredictLoad *load = g_new0 (TbPredictLoad, 1);
  gsize n = net->n_sources;
  load->net = net;
  load->visits = g_new0 (double, n * net->n_stations + 1);
  load->waited = g_new0 (double, n * net->n_stations + 1);
  load->calls = g_new0 (double, n * net->n_links + 1);
  load->waited_calls = g_new0 (double, n * net->n_links + 1);
  load->cores = g_new0 (double, n * net->n_devices + 1);
  load->waited_cores = g_new0 (double, n * net->n_devices + 1);
  for (guint s = 0; s < n; s++)
    {
      double *visits = load->visits + s * net->n_stations, *waited = load->waited + s * net->n_stations;
      double *calls = load->calls + s * net->n_links, *waited_calls = load->waited_calls + s * net->n_links;
      tb_queue_visits_of (net, s, FALSE, visits, calls);
      tb_queue_visits_of (net, s, TRUE, waited, waited_calls);
      add_cores (net, visits, calls, load->cores + s * net->n_devices);
      add_cores (net, waited, waited_calls, load->waited_cores + s * net->n_devices);
    }
  return load;
}

void
tb_predict_load_free (TbPredictLoad *load)
{
  if (load == NULL)
    return;
  g_free (load->visits);
  g_free (load->waited);
  g_free (load->calls);
  g_free (load->waited_calls);
  g_free (load->cores);
  g_free (load->waited_cores);
  g_free (load);
}
