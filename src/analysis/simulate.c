/* The run: as long as needed to be sure, and what is said of it. First a while that is not counted, since it begins
 * with nobody there; then batches, until the intervals are as narrow as was asked. */
#include <math.h>

#include "predict-private.h"
#include "sim-private.h"

#define PRECISION 0.01
#define EVENTS_MOST 20000000
#define ROUNDS_BEFORE 1000  /* not counted: so many, or */
#define ROUNDS_EACH 10      /* so many of each customer, or */
#define PART_BEFORE 10      /* this part of all events */
#define BATCHES_BEFORE 8    /* batches begin as long as this part of what was not counted */
#define ROUNDS_LEAST 2000
#define LIVE_MOST 300000    /* frames: what grows so far grows without end */
#define LOOK_EVERY 4096     /* events, for who cancels */

typedef struct
{
  double precision;
  guint64 most_events;
  const gint *cancelled;
} Limits;

static Limits
limits_of (const TbSimulateOptions *options)
{
  Limits l = { PRECISION, EVENTS_MOST, NULL };
  if (options != NULL && options->precision > 0)
    l.precision = options->precision;
  if (options != NULL && options->most_events > 0)
    l.most_events = options->most_events;
  if (options != NULL)
    l.cancelled = options->cancelled;
  return l;
}

/* ---- The run --------------------------------------------------------------------------------------------- */

static gboolean
is_sure (const SimMeters *meters, guint figure, double precision)
{
  double half, value = sim_meters_figure (meters, figure, &half);
  return half <= precision * value;
}

static gboolean
is_precise (const Sim *s, double precision)
{
  for (guint i = 0; i < s->net->n_sources; i++)
    if (s->net->stations[s->sources[i].source->station].n_calls > 0
        && (!is_sure (&s->meters, s->sources[i].figure + SIM_SOURCE_RATE, precision)
            || !is_sure (&s->meters, s->sources[i].figure + SIM_SOURCE_TIME, precision)))
      return FALSE;
  return TRUE;
}

static void
fire (Sim *s, guint32 timer)
{
  s->n_events++;
  if (timer >= s->first_frame_timer)
    sim_frame_fire (s, timer - s->first_frame_timer);
  else if (timer >= s->first_call_timer)
    sim_call_fire (s, timer - s->first_call_timer);
  else
    sim_device_fire (s, timer);
}

typedef enum
{
  GOES_ON,
  ENDED,    /* nothing will ever happen again, or it grows, or is long enough */
  CANCELLED
} Going;

/* Batches that are over before the next event. *looked: how many there were when somebody last looked. */
static void
close_batches (Sim *s, double next_ns)
{
  SimMeters *m = &s->meters;
  while (next_ns - m->began_ns >= m->length_ns)
    {
      s->now_ns = m->began_ns + m->length_ns;
      sim_settle (s);
      sim_meters_close (m, s->now_ns);
    }
}

static Going
step (Sim *s, const Limits *l, gboolean counts)
{
  guint32 timer;
  double time_ns;
  if (s->n_events % LOOK_EVERY == 0 && l->cancelled != NULL && g_atomic_int_get (l->cancelled) != 0)
    return CANCELLED;
  if (s->n_events >= l->most_events || s->n_live > LIVE_MOST || !sim_agenda_pop (&s->agenda, &timer, &time_ns))
    return ENDED;
  if (counts)
    close_batches (s, time_ns);
  s->now_ns = time_ns;
  fire (s, timer);
  return GOES_ON;
}

static Going
warm_up (Sim *s, const Limits *l)
{
  guint64 rounds = ROUNDS_BEFORE;
  Going going = GOES_ON;
  for (guint i = 0; i < s->net->n_sources; i++)
    rounds += (guint64) ROUNDS_EACH * (s->net->sources[i].rate_per_s > 0 ? 0 : s->net->sources[i].population);
  while (going == GOES_ON && s->n_rounds < rounds && s->n_events < l->most_events / PART_BEFORE)
    going = step (s, l, FALSE);
  sim_forget (s, MAX (s->now_ns / BATCHES_BEFORE, 1));
  return going;
}

/* Looks whether it is sure enough when batches can be put in groups without rest. */
static Going
count (Sim *s, const Limits *l)
{
  guint64 rounds = s->n_rounds;
  guint looked = 0;
  Going going = GOES_ON;
  while (going == GOES_ON)
    {
      going = step (s, l, TRUE);
      guint n = s->meters.n_closed;
      if (n == looked || n < 2 * SIM_GROUPS || n % SIM_GROUPS != 0)
        continue;
      looked = n;
      if (s->n_rounds - rounds >= ROUNDS_LEAST && is_precise (s, l->precision))
        going = ENDED;
    }
  return going;
}

/* ---- What is said ------------------------------------------------------------------------------------------ */

static TbFigure
estimate (const Sim *s, guint figure, double scale)
{
  TbFigure e;
  e.value = sim_meters_figure (&s->meters, figure, &e.half) * scale;
  e.half *= scale;
  return e;
}

static TbTimes
times_of (const Sim *s, guint figure, const SimTimes *times)
{
  return (TbTimes){ estimate (s, figure, 1), sim_times_quantile (times, 0.5), sim_times_quantile (times, 0.95),
                    sim_times_quantile (times, 0.99) };
}

static void
tell_station (const Sim *s, guint i, TbStationAnswer *answer)
{
  const SimStation *station = &s->stations[i];
  const TbStation *t = &s->net->stations[i];
  guint figure = station->figure;
  answer->arrivals_per_s = estimate (s, figure + SIM_STATION_RATE, 1e9);
  answer->residence = times_of (s, figure + SIM_STATION_TIME, &station->residence);
  answer->cores = estimate (s, figure + SIM_STATION_CPU, 1).value;
  answer->threads_busy = estimate (s, figure + SIM_STATION_HELD, 1).value;
  answer->threads = (double) t->threads * t->replicas;
  answer->queue = estimate (s, figure + SIM_STATION_WAITING, 1);
  answer->refused_per_s = estimate (s, figure + SIM_STATION_REFUSED, 1e9).value;
}

/* A client's threads are at work while they are in a round, and arrive when they begin it. */
static void
tell_source (const Sim *s, guint i, TbPrediction *p)
{
  const SimSource *source = &s->sources[i];
  TbSourceAnswer *answer = &p->sources[i];
  TbStationAnswer *station = &p->stations[source->source->station];
  answer->station = source->source->station;
  answer->throughput_per_s = estimate (s, source->figure + SIM_SOURCE_RATE, 1e9);
  answer->response = times_of (s, source->figure + SIM_SOURCE_TIME, &source->response);
  answer->errors_per_s = estimate (s, source->figure + SIM_SOURCE_ERRORS, 1e9);
  if (source->source->rate_per_s > 0)
    return;
  station->arrivals_per_s = answer->throughput_per_s;
  station->threads_busy = answer->throughput_per_s.value * answer->response.mean.value / 1e9;
  station->threads = source->source->population;
}

/* More is asked at a rate than is answered, and waits. */
static gboolean
is_overloaded (const Sim *s)
{
  gboolean yes = s->n_live > LIVE_MOST;
  for (guint i = 0; i < s->net->n_sources; i++)
    {
      const SimSource *source = &s->sources[i];
      guint64 behind = source->n_due - MIN (source->n_due, source->n_ended);
      double rate = sim_meters_figure (&s->meters, source->figure + SIM_SOURCE_RATE, NULL) * 1e9;
      yes |= source->source->rate_per_s > 0 && behind > 50 && (double) behind > 0.02 * (double) source->n_due
             && !(rate >= 0.99 * source->source->rate_per_s);
    }
  return yes;
}

static void
say_how_sure (const Sim *s, const Limits *l, TbPrediction *p)
{
  if (s->meters.n_closed < SIM_GROUPS)
    g_ptr_array_add (p->notes, g_strdup ("Too little happened to say anything: is there a client with a pause or a rate?"));
  else if (p->overloaded)
    g_ptr_array_add (p->notes, g_strdup ("Requests come faster than they can be answered: queues and response times grow for as long as "
                                         "it runs, so the times said here only tell how long was simulated."));
  else if (!is_precise (s, l->precision))
    g_ptr_array_add (p->notes, g_strdup_printf ("The simulation ended before every figure was sure to %g %%: the ± beside each says how sure it is.",
                                                100 * l->precision));
}

/* Programs give up a circle of calls with its 64th: what comes of that was simulated, and why it does is said. */
static void
say_circle (TbPrediction *p, const TbQueueNet *net)
{
  g_autoptr (TbPrediction) circle = tb_predict_circle (net);
  if (circle == NULL)
    return;
  g_free (p->bottleneck);
  p->bottleneck = g_steal_pointer (&circle->bottleneck);
  p->overloaded = TRUE;
}

static TbPrediction *
tell (const Sim *s, const Limits *l, guint64 seed, double counted_ns)
{
  const TbQueueNet *net = s->net;
  TbPrediction *p = tb_prediction_new (net);
  p->how = TB_PREDICTED_BY_SIMULATION;
  for (guint i = 0; i < net->n_stations; i++)
    tell_station (s, i, &p->stations[i]);
  for (guint i = 0; i < net->n_sources; i++)
    tell_source (s, i, p);
  for (guint i = 0; i < net->n_links; i++)
    {
      p->links[i].calls_per_s = estimate (s, s->links[i].figure + SIM_LINK_RATE, 1e9);
      p->links[i].latency = times_of (s, s->links[i].figure + SIM_LINK_TIME, &s->links[i].latency);
    }
  for (guint i = 0; i < net->n_devices; i++)
    {
      p->devices[i].cores_busy = estimate (s, s->devices[i].busy.figure, 1).value;
      p->devices[i].utilisation = net->devices[i].cores > 0 ? p->devices[i].cores_busy / net->devices[i].cores : NAN;
    }
  p->tap_utilisation = estimate (s, s->tap_busy.figure, 1).value;
  p->seed = seed;
  p->events = s->n_events;
  p->simulated_s = counted_ns / 1e9;
  tb_prediction_judge (p, net);
  p->overloaded = is_overloaded (s); /* whoever refuses, or gives up, is asked more than it can do and does not fall behind */
  say_how_sure (s, l, p);
  say_circle (p, net);
  return p;
}

TbPrediction *
tb_simulate (const TbQueueNet *net, const TbSimulateOptions *options)
{
  Limits l = limits_of (options);
  guint64 seed = options != NULL ? options->seed : 0;
  Sim *s = sim_new (net, seed, options != NULL && options->poisson);
  sim_sources_begin (s);
  Going going = warm_up (s, &l);
  double from_ns = s->now_ns;
  if (going == GOES_ON)
    going = count (s, &l);
  TbPrediction *p = going != CANCELLED ? tell (s, &l, seed, s->now_ns - from_ns) : NULL;
  sim_free (s);
  return p;
}
