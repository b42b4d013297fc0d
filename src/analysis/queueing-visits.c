/* How often each station is visited, and each link called, in a round of one source. */
#include "queueing-private.h"

#include <string.h>

/* Calls in a circle die out, where they do, long before; where they do not, this bounds the time. */
#define SWEEPS_MAX 200
#define NOTHING 1e-9
#define TOO_MUCH 1e9
#define STILL_GOING 0.01 /* after all those: hardly a round ever ends */

typedef struct
{
  const TbQueueNet *net;
  gboolean waits; /* only what somebody waits for */
  double *next, *calls;
  double sum; /* of the next wave */
} Wave;

static void
arrive (Wave *wave, guint station, guint link, double n)
{
  wave->next[station] += n;
  wave->calls[link] += n;
  wave->sum += n;
}

static void
make_call (Wave *wave, const TbStation *from, const TbCallOut *call, double n)
{
  arrive (wave, call->station, call->link, n);
  if (call->miss && call->after != TB_QUEUE_NONE) /* what was found goes where it was missed */
    arrive (wave, from->calls[call->after].station, from->calls[call->after].link, n);
  for (guint d = 0; d < call->n_deliveries && !wave->waits; d++)
    {
      const TbDelivery *delivery = &call->deliveries[d];
      double copies = delivery->each ? wave->net->stations[delivery->station].replicas : 1;
      arrive (wave, delivery->station, delivery->link, n * copies);
    }
}

/* One wave of requests on to whom they call. */
static void
pass_on (Wave *wave, const double *now)
{
  wave->sum = 0;
  memset (wave->next, 0, wave->net->n_stations * sizeof *wave->next);
  for (guint i = 0; i < wave->net->n_stations; i++)
    {
      const TbStation *station = &wave->net->stations[i];
      for (guint k = 0; now[i] > 0 && k < station->n_calls; k++)
        if (!(wave->waits && station->calls[k].async))
          make_call (wave, station, &station->calls[k], now[i] * station->calls[k].visits);
    }
}

/* How many calls of a round are still going on where it stops; now: at which stations. */
static double
follow (const TbQueueNet *net, guint source, gboolean waits, double *visits, double *calls, double *now)
{
  g_autofree double *next = g_new0 (double, net->n_stations);
  Wave wave = { net, waits, next, calls, 1 };
  memset (visits, 0, net->n_stations * sizeof *visits);
  memset (now, 0, net->n_stations * sizeof *now);
  now[net->sources[source].station] = 1;
  for (guint sweep = 0; sweep < SWEEPS_MAX && wave.sum > NOTHING && wave.sum < TOO_MUCH; sweep++)
    {
      for (guint i = 0; i < net->n_stations; i++)
        visits[i] += now[i];
      pass_on (&wave, now);
      memcpy (now, next, net->n_stations * sizeof *now);
    }
  return wave.sum;
}

void
tb_queue_visits_of (const TbQueueNet *net, guint source, gboolean waits, double *visits, double *calls)
{
  g_autofree double *now = g_new0 (double, net->n_stations), *own = g_new0 (double, net->n_links + 1);
  follow (net, source, waits, visits, own, now);
  if (calls != NULL)
    memcpy (calls, own, net->n_links * sizeof *calls);
}

gboolean
tb_queue_goes_round (const TbQueueNet *net, guint source, gboolean *stations)
{
  g_autofree double *now = g_new0 (double, net->n_stations), *visits = g_new0 (double, net->n_stations + 1),
                    *calls = g_new0 (double, net->n_links + 1);
  gboolean round = follow (net, source, TRUE, visits, calls, now) > STILL_GOING;
  for (guint i = 0; i < net->n_stations; i++)
    stations[i] = round && visits[i] > SWEEPS_MAX * STILL_GOING;
  return round;
}

void
tb_queue_visits (const TbQueueNet *net, guint source, double *visits, double *calls)
{
  tb_queue_visits_of (net, source, FALSE, visits, calls);
}
