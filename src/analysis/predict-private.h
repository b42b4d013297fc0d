/* How a prediction is made, in the order of the files:
 *
 *   predict-load.c     what a round of each source asks of every station, link and device
 *   predict-solve.c    centres with queues, their closed and open customers
 *   prediction.c       from there to residences, latencies, rates; room for answers
 *   predict-bounds.c   ceilings of threads and processors, bounds, knee
 *   predict-circle.c   instead of all that, where calls go round for ever
 *   predict-words.c    the bottleneck, and differences, in sentences
 */
#pragma once

#include "queueing-private.h"
#include "tb-predict.h"

/* What one round of a source asks for: [source * n + i]. */
typedef struct
{
  const TbQueueNet *net;
  double *visits, *waited;       /* of stations; waited: somebody waits for the answer */
  double *calls, *waited_calls;  /* of links */
  double *cores, *waited_cores;  /* processor time on devices */
} TbPredictLoad;

TbPredictLoad *tb_predict_load_new (const TbQueueNet *net);
void tb_predict_load_free (TbPredictLoad *load);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TbPredictLoad, tb_predict_load_free)

/* Processor time and waiting of a request, by itself. */
double tb_station_cpu_ns (const TbStation *station);
double tb_station_wait_ns (const TbStation *station);
/* How many of its replicas take requests. */
guint tb_station_takers (const TbStation *station);
/* Whether it answers without waiting for others. */
gboolean tb_station_is_leaf (const TbStation *station);
/* What the calls of a request take, if what is called takes residence[station], and a message so long to get there:
 * side by side ones as long as the longest. */
double tb_calls_ns (const TbStation *station, const double *residence, double message_ns);
/* Fills residence from own[station], the time that each spends itself. */
void tb_residences (const TbQueueNet *net, const double *own, double message_ns, double *residence);

/* How much longer than alone everything takes: 1 where nobody waits. [1] is for customers of open loads, who meet all of the
 * closed ones: of those each meets the others only, [0]. */
typedef struct
{
  double *throughput; /* of sources, rounds in ns⁻¹ */
  double *stretch[2]; /* of devices' cores */
  double *pool[2];    /* of stations' threads */
  gboolean *is_pool;  /* stations whose threads are servers of a centre of their own */
  gboolean exact, overloaded;
} TbPredictSolution;

TbPredictSolution *tb_predict_solve (const TbPredictLoad *load);
void tb_predict_solution_free (TbPredictSolution *solution);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TbPredictSolution, tb_predict_solution_free)

/* Of a station's threads: no more requests in a second. INFINITY where there is no limit. least: residences of
 * requests that never wait. */
double tb_thread_ceiling (const TbQueueNet *net, guint station, const double *least);
/* Rounds of a source in a ns, if it were alone: what processors, threads and taps let through. */
double tb_predict_most (const TbPredictLoad *load, const double *least, guint source);
/* How much of that it has, 0 to 1. */
double tb_thread_use (const TbPrediction *prediction, guint station);
/* Residences of requests that never wait. (transfer full) */
double *tb_least_residences (const TbQueueNet *net);
/* Says the bottleneck. */
void tb_predict_say (TbPrediction *prediction, const TbQueueNet *net, const double *least);
/* Where rounds never end, that is all that can be said: no request is answered. NULL: they do. (transfer full) */
TbPrediction *tb_predict_circle (const TbQueueNet *net);
