/* How often each station is visited, and each link called, in a round of one source. */
#include "queueing-private.h"

#include <math.h>
#include <string.h>

/* Calls in a circle die out, where they do, long before; where they do not, this bounds the time. */
#define SWEEPS_MAX 200
#define NOTHING 1e-9
#define TOO_MUCH 1e9

/* One wave of requests on to whom they call; returns how many the next wave has. */
static double
pass_on (const TbQueueNet *net, const double *wave, double *next, double *calls)
{
  double sum = 0;
  memset (next, 0, net->n_stations * sizeof *next);
  for (guint i = 0; i < net->n_stations; i++)
    for (guint k = 0; wave[i] > 0 && k < net->stations[i].n_calls; k++)
      {
        const TbCallOut *call = &net->stations[i].calls[k];
        double n = wave[i] * call->visits, fills = call->miss && call->after != TB_QUEUE_NONE ? n : 0;
        const TbCallOut *filled = fills > 0 ? &net->stations[i].calls[call->after] : NULL;
        next[call->station] += n;
        calls[call->link] += n;
        sum += n + fills;
        if (filled != NULL) /* what was found goes where it was missed */
          {
            next[filled->station] += fills;
            calls[filled->link] += fills;
          }
        for (guint d = 0; d < call->n_deliveries; d++)
          {
            const TbDelivery *delivery = &call->deliveries[d];
            double copies = n * (delivery->each ? net->stations[delivery->station].replicas : 1);
            next[delivery->station] += copies;
            calls[delivery->link] += copies;
            sum += copies;
          }
      }
  return sum;
}

void
tb_queue_visits (const TbQueueNet *net, guint source, double *visits, double *calls)
{
  g_autofree double *wave = g_new0 (double, net->n_stations), *next = g_new0 (double, net->n_stations);
  g_autofree double *own = g_new0 (double, net->n_links + 1);
  double left = 1;
  memset (visits, 0, net->n_stations * sizeof *visits);
  wave[net->sources[source].station] = 1;
  for (guint sweep = 0; sweep < SWEEPS_MAX && left > NOTHING && left < TOO_MUCH; sweep++)
    {
      for (guint i = 0; i < net->n_stations; i++)
        visits[i] += wave[i];
      left = pass_on (net, wave, next, own);
      double *swap = wave;
      wave = next;
      next = swap;
    }
  if (calls != NULL)
    memcpy (calls, own, net->n_links * sizeof *calls);
}
