/* The queueing network of a drawing: which places are centres, what each source asks of them, and how long it
 * waits there.
 *
 * Centres are devices' cores, and the threads of those stations that wait (sleep, a disk, a colleague) and call
 * nobody: there the thread is the server. A round is a closed class of customers, or an open one. What nobody
 * waits for (async calls, messages) is open too, at the rate at which it is caused: its load makes the others
 * slower (D / (1 - ρ), exact for one server), and the others' throughput makes its load, so it is solved again
 * until both agree. */
#include <math.h>

#include "predict-private.h"

#define ROUNDS_MAX 200
#define CLOSE_ENOUGH 1e-7
/* An open load above it has no stationary answer; this keeps the figures finite while that is said. */
#define FULL 0.999

typedef struct
{
  guint servers, device, station; /* one of the two is TB_QUEUE_NONE */
  double *waited, *open;          /* of each source: demand that is waited for, and not */
  double rho;                     /* of its servers, by open customers */
  double closed;                  /* customers of closed sources here */
  double carried;                 /* and Σ X D of them, without what the open ones add */
} Centre;

typedef struct
{
  const TbPredictLoad *load;
  const TbQueueNet *net;
  GArray *centres;        /* of Centre */
  guint *closed;          /* sources that are */
  guint n_closed;
  TbPredictSolution *out;
} Solving;

static Centre *
centre_at (const Solving *s, guint i)
{
  return &g_array_index (s->centres, Centre, i);
}

static gboolean
is_open (const TbQueueNet *net, guint source)
{
  return net->sources[source].rate_per_s > 0;
}

/* ---- Centres --------------------------------------------------------------------------------------------- */

static Centre *
add_centre (Solving *s, guint servers, guint device, guint station)
{
  Centre centre = { .servers = servers, .device = device, .station = station };
  centre.waited = g_new0 (double, s->net->n_sources + 1);
  centre.open = g_new0 (double, s->net->n_sources + 1);
  g_array_append_val (s->centres, centre);
  return centre_at (s, s->centres->len - 1);
}

static void
add_device (Solving *s, guint device)
{
  const TbQueueNet *net = s->net;
  Centre *centre = add_centre (s, net->devices[device].cores, device, TB_QUEUE_NONE);
  for (guint k = 0; k < net->n_sources; k++)
    {
      gsize at = (gsize) k * net->n_devices + device;
      centre->waited[k] = s->load->waited_cores[at];
      centre->open[k] = s->load->cores[at] - s->load->waited_cores[at];
    }
}

/* Whether its threads are all that its requests wait for by waiting; with as many as there are customers nobody
 * does. */
static gboolean
is_pool (const Solving *s, guint station)
{
  const TbStation *t = &s->net->stations[station];
  double customers = 0;
  for (guint k = 0; k < s->net->n_sources; k++)
    {
      gsize at = (gsize) k * s->net->n_stations + station;
      gboolean bounded = !is_open (s->net, k) && s->load->visits[at] <= s->load->waited[at];
      if (s->load->visits[at] > 0)
        customers += bounded ? s->net->sources[k].population : INFINITY;
    }
  return t->role != TB_ROLE_CLIENT && t->threads > 0 && t->threads < customers && tb_station_wait_ns (t) > 0
         && tb_station_is_leaf (t);
}

static void
add_pool (Solving *s, guint station)
{
  const TbQueueNet *net = s->net;
  const TbStation *t = &net->stations[station];
  guint takers = tb_station_takers (t);
  for (guint r = 0; r < takers; r++)
    {
      Centre *centre = add_centre (s, t->threads, TB_QUEUE_NONE, station);
      for (guint k = 0; k < net->n_sources; k++)
        {
          gsize at = (gsize) k * net->n_stations + station;
          double each = tb_station_wait_ns (t) / takers;
          centre->waited[k] = s->load->waited[at] * each;
          centre->open[k] = (s->load->visits[at] - s->load->waited[at]) * each;
        }
    }
  s->out->is_pool[station] = TRUE;
}

/* What passes without a queue in a round: pauses, messages on their way, waiting with threads enough. */
static double
delay_of (const Solving *s, guint source)
{
  const TbQueueNet *net = s->net;
  double ns = net->sources[source].think_ns;
  for (guint i = 0; i < net->n_stations; i++)
    if (!s->out->is_pool[i])
      ns += s->load->waited[(gsize) source * net->n_stations + i] * tb_station_wait_ns (&net->stations[i]);
  for (guint l = 0; l < net->n_links; l++)
    ns += s->load->waited_calls[(gsize) source * net->n_links + l] * 2 * net->hop_ns;
  return ns;
}

/* ---- Solving -------------------------------------------------------------------------------------------------- */

/* From the throughputs as they are believed: the load that nobody waits for, or that comes at a rate. */
static void
set_open_load (Solving *s)
{
  for (guint c = 0; c < s->centres->len; c++)
    {
      Centre *centre = centre_at (s, c);
      double load = 0;
      for (guint k = 0; k < s->net->n_sources; k++)
        load += s->out->throughput[k] * (centre->open[k] + (is_open (s->net, k) ? centre->waited[k] : 0));
      centre->rho = centre->servers > 0 ? load / centre->servers : 0;
    }
}

static double *
demands_of (const Solving *s)
{
  double *demand = g_new0 (double, (gsize) s->centres->len * s->n_closed + 1);
  for (guint c = 0; c < s->centres->len; c++)
    for (guint k = 0; k < s->n_closed; k++)
      demand[(gsize) c * s->n_closed + k]
        = centre_at (s, c)->waited[s->closed[k]] / (1 - MIN (centre_at (s, c)->rho, FULL));
  return demand;
}

/* Who is where, from a solution. */
static void
fill_centres (Solving *s, const double *x, const double *queue)
{
  guint classes = s->n_closed;
  for (guint c = 0; c < s->centres->len; c++)
    {
      Centre *centre = centre_at (s, c);
      centre->closed = centre->carried = 0;
      for (guint k = 0; k < classes; k++)
        {
          centre->closed += queue[(gsize) c * classes + k];
          centre->carried += x[k] * centre->waited[s->closed[k]];
        }
    }
}

/* One solution of the closed sources, without or with who is where; returns by how much the throughputs changed. */
static double
solve_closed (Solving *s, const double *delay, gboolean last)
{
  guint n = s->centres->len, classes = s->n_closed;
  g_autofree double *demand = demands_of (s), *x = g_new0 (double, classes + 1), *r = g_new0 (double, classes + 1),
                    *queue = g_new0 (double, (gsize) n * classes + 1);
  g_autofree guint *servers = g_new0 (guint, n + 1), *population = g_new0 (guint, classes + 1);
  double change = 0;
  for (guint c = 0; c < n; c++)
    servers[c] = centre_at (s, c)->servers;
  for (guint k = 0; k < classes; k++)
    population[k] = s->net->sources[s->closed[k]].population;
  const TbClosedNet net = { n, classes, servers, demand, population, delay };
  TbClosedAnswer answer = { x, r, last ? queue : NULL };
  s->out->exact = tb_closed_exact (&net, &answer);
  if (!s->out->exact)
    tb_closed_nearly (&net, &answer);
  for (guint k = 0; k < classes; k++)
    {
      double *known = &s->out->throughput[s->closed[k]];
      change = MAX (change, fabs (x[k] - *known) / MAX (x[k], 1e-30));
      *known = *known > 0 && !last ? (*known + x[k]) / 2 : x[k];
    }
  if (last)
    fill_centres (s, x, queue);
  return change;
}

/* How much longer a request of an open load is at the centre than it is served: as M/M/c, and behind the closed customers that
 * are in its queue. Exact for one server, where it is (1 + Q) / (1 - ρ). */
static double
open_stretch_of (const Centre *centre)
{
  double c = centre->servers, queue = MAX (centre->closed - centre->carried * (c - 1) / c, 0);
  if (centre->rho >= FULL)
    return INFINITY; /* the queue grows for as long as it goes on */
  return tb_mmc_response (centre->rho * c, 1, centre->servers) + queue / (c * (1 - centre->rho));
}

/* The same of a closed customer's: by Little's law. */
static double
stretch_of (const Centre *centre, gboolean open)
{
  if (centre->servers == 0)
    return 1;
  if (open || centre->carried <= 0)
    return open_stretch_of (centre);
  return MAX (centre->closed / centre->carried, 1);
}

static void
tell (Solving *s)
{
  for (guint open = 0; open < 2; open++)
    {
      for (guint d = 0; d < s->net->n_devices; d++)
        s->out->stretch[open][d] = 1;
      for (guint i = 0; i < s->net->n_stations; i++)
        s->out->pool[open][i] = 1;
      for (guint c = 0; c < s->centres->len; c++)
        {
          const Centre *centre = centre_at (s, c);
          gboolean is_device = centre->device != TB_QUEUE_NONE;
          s->out->overloaded |= centre->rho >= FULL;
          *(is_device ? &s->out->stretch[open][centre->device] : &s->out->pool[open][centre->station])
            = stretch_of (centre, open);
        }
    }
}

static void
make_centres (Solving *s)
{
  for (guint d = 0; d < s->net->n_devices; d++)
    add_device (s, d);
  for (guint i = 0; i < s->net->n_stations; i++)
    if (is_pool (s, i))
      add_pool (s, i);
}

/* Whether closed sources make load that nobody waits for: only then does one solution change the next. */
static gboolean
causes_open_load (const Solving *s)
{
  for (guint c = 0; c < s->centres->len; c++)
    for (guint k = 0; k < s->n_closed; k++)
      if (centre_at (s, c)->open[s->closed[k]] > 0)
        return TRUE;
  return FALSE;
}

static void
iterate (Solving *s)
{
  g_autofree double *delay = g_new0 (double, s->n_closed + 1);
  double change = causes_open_load (s) ? 1 : 0;
  for (guint k = 0; k < s->n_closed; k++)
    delay[k] = delay_of (s, s->closed[k]);
  for (guint round = 0; round < ROUNDS_MAX && change > CLOSE_ENOUGH; round++)
    {
      set_open_load (s);
      change = solve_closed (s, delay, FALSE);
    }
  set_open_load (s);
  if (s->n_closed > 0)
    solve_closed (s, delay, TRUE);
}

TbPredictSolution *
tb_predict_solve (const TbPredictLoad *load)
{
  const TbQueueNet *net = load->net;
  TbPredictSolution *out = g_new0 (TbPredictSolution, 1);
  Solving s = { .load = load, .net = net, .out = out };
  g_autofree guint *closed = g_new0 (guint, net->n_sources + 1);
  s.closed = closed;
  s.centres = g_array_new (FALSE, FALSE, sizeof (Centre));
  out->exact = TRUE;
  out->throughput = g_new0 (double, net->n_sources + 1);
  for (guint open = 0; open < 2; open++)
    {
      out->stretch[open] = g_new0 (double, net->n_devices + 1);
      out->pool[open] = g_new0 (double, net->n_stations + 1);
    }
  out->is_pool = g_new0 (gboolean, net->n_stations + 1);
  for (guint k = 0; k < net->n_sources; k++)
    if (is_open (net, k))
      out->throughput[k] = net->sources[k].rate_per_s / 1e9;
    else
      closed[s.n_closed++] = k;
  make_centres (&s);
  iterate (&s);
  tell (&s);
  for (guint c = 0; c < s.centres->len; c++)
    {
      g_free (centre_at (&s, c)->waited);
      g_free (centre_at (&s, c)->open);
    }
  g_array_free (s.centres, TRUE);
  return out;
}

void
tb_predict_solution_free (TbPredictSolution *solution)
{
  if (solution == NULL)
    return;
  g_free (solution->throughput);
  for (guint open = 0; open < 2; open++)
    {
      g_free (solution->stretch[open]);
      g_free (solution->pool[open]);
    }
  g_free (solution->is_pool);
  g_free (solution);
}
