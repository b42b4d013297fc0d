/* How often each station is visited, and each link called, in a round of one source. */
#include "queueing-private.h"

#include <string.h>

/* Calls in a circle die out, where they do, long before; where they do not, this bounds the time. */
#define SWEEPS_MAX 200
#define NOTHING 1e-9
#define TOO_MUCH 1e9

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

void
tb_queue_visits_of (const TbQueueNet *net, guint source, gboolean waits, double *visits, double *calls)
{
  g_autofree double *now = g_new0 (double, net->n_stations), *next = g_new0 (double, net->n_stations);
  g_autofree double *own = g_new0 (double, net->n_links + 1);
  Wave wave = { net, waits, next, own, 1 };
  memset (visits, 0, net->n_stations * sizeof *visits);
  now[net->sources[source].station] = 1;
  for (guint sweep = 0; sweep < SWEEPS_MAX && wave.sum > NOTHING && wave.sum < TOO_MUCH; sweep++)
    {
      for (guint i = 0; i < net->n_stations; i++)
        visits[i] += now[i];
      pass_on (&wave, now);
      memcpy (now, next, net->n_stations * sizeof *now);
    }
  if (calls != NULL)
    memcpy (calls, own, net->n_links * sizeof *calls);
}

void
tb_queue_visits (const TbQueueNet *net, guint source, double *visits, double *calls)
{
  tb_queue_visits_of (net, source, FALSE, visits, calls);
}
