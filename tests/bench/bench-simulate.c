/* What the simulation costs: the network of four stations and 100 clients until it is sure to 1 %. Processor time: it uses one core. */
#include <stdio.h>
#include <time.h>

#include "../analysis/made-net.h"

#define ROUNDS 7

static double
cpu_s (void)
{
  struct timespec t;
  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &t);
  return (double) t.tv_sec + (double) t.tv_nsec / 1e9;
}

static int
compare (const void *a, const void *b)
{
  double x = *(const double *) a, y = *(const double *) b;
  return (x > y) - (x < y);
}

static void
measure (guint app_threads, double throughput)
{
  double took[ROUNDS], events = 0, spent = 0, off = 0;
  for (guint round = 0; round < ROUNDS; round++)
    {
      g_autofree Made *m = made_four_stations (100, 8, app_threads);
      const TbSimulateOptions options = { .seed = round, .precision = 0.01 };
      double begin = cpu_s ();
      g_autoptr (TbPrediction) p = tb_simulate (&m->net, &options);
      took[round] = cpu_s () - begin;
      spent += took[round];
      events += (double) p->events;
      off = MAX (off, fabs (p->sources[0].throughput_per_s.value / throughput - 1));
    }
  qsort (took, ROUNDS, sizeof *took, compare);
  printf ("4 stations, 100 clients, %u threads, to 1 %% (throughput at most %.2f %% off, %.1f million events a second)\t%.2f\ts\t<= 1\n",
          app_threads, 100 * off, events / spent / 1e6, took[ROUNDS / 2]);
}

int
main (void)
{
  measure (4, 58.522);
  measure (1, 38.445);
  return 0;
}
