/* A drawing's future by discrete-event simulation: every request of every client, the threads it holds while it waits for
 * others, the cores it shares, timeouts, tries, queues that overflow. For what has no closed form (threads held across calls,
 * joins, limits); where there is one the two agree, and a test holds them together to 1 %.
 *
 * A seed repeats a run exactly, on every machine. Pure, from any thread: nothing but the net is read. */
#pragma once

#include "tb-predict.h"

G_BEGIN_DECLS

typedef struct
{
  guint64 seed;
  double precision;      /* it goes on until the 95 % intervals of each source's throughput and mean response are ± that
                            part of them; 0: 0.01 */
  guint64 most_events;   /* or until so many; 0: 20 million, a few seconds */
  gboolean poisson;      /* open sources ask at random moments, as in the textbooks; else evenly, as the built-in client does */
  const gint *cancelled; /* looked at atomically; not 0: it ends at once. NULL: nothing cancels it */
} TbSimulateOptions;

/* options: NULL for the usual. How sure each figure is stands beside it (`half`), whether or not the precision was reached.
 * NULL only where it was cancelled. (transfer full) */
TbPrediction *tb_simulate (const TbQueueNet *net, const TbSimulateOptions *options);

G_END_DECLS
