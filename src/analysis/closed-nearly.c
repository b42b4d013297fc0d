/* Closed networks nearly: Bard's and Schweitzer's approximation, for what is too large for the exact solution. */
#include <math.h>
#include <string.h>

#include "tb-predict.h"

#define ROUNDS_MAX 2000
#define CLOSE_ENOUGH 1e-9

/* Seidmann, Schweitzer and Shalev-Oren 1987: c servers are one that is c times as fast, and a delay of the rest. */
static double
queued_part (guint servers)
{
  return servers == 0 ? 0 : 1.0 / servers;
}

/* Mean customers that one of class k finds at centre i when it arrives. */
static double
found (const TbClosedNet *net, const double *queue, guint centre, guint class)
{
  const double *here = &queue[(gsize) centre * net->n_classes];
  double sum = -here[class] / net->population[class];
  for (guint j = 0; j < net->n_classes; j++)
    sum += here[j];
  return MAX (sum, 0);
}

static double
residence (const TbClosedNet *net, const double *queue, guint centre, guint class)
{
  double demand = net->demand[(gsize) centre * net->n_classes + class], part = queued_part (net->servers[centre]);
  return demand * part * (1 + found (net, queue, centre, class)) + demand * (1 - part);
}

/* The queueing part alone, which is what others find. */
static double
step (const TbClosedNet *net, const double *queue, double *next, TbClosedAnswer *answer)
{
  double change = 0;
  for (guint k = 0; k < net->n_classes; k++)
    {
      double sum = 0;
      for (guint i = 0; i < net->n_centres && net->population[k] > 0; i++)
        sum += residence (net, queue, i, k);
      answer->response[k] = sum;
      answer->throughput[k] = net->population[k] > 0 ? net->population[k] / (net->think[k] + sum) : 0;
      for (guint i = 0; i < net->n_centres; i++)
        {
          gsize at = (gsize) i * net->n_classes + k;
          double part = queued_part (net->servers[i]);
          next[at] = net->population[k] > 0
                       ? answer->throughput[k] * net->demand[at] * part * (1 + found (net, queue, i, k)) : 0;
          change = MAX (change, fabs (next[at] - queue[at]));
        }
    }
  return change;
}

void
tb_closed_nearly (const TbClosedNet *net, TbClosedAnswer *answer)
{
  gsize n = (gsize) net->n_centres * net->n_classes;
  g_autofree double *queue = g_new0 (double, n + 1), *next = g_new0 (double, n + 1);
  double change = 1;
  for (gsize at = 0; at < n; at++)
    queue[at] = net->n_centres > 0 ? (double) net->population[at % net->n_classes] / net->n_centres : 0;
  for (guint round = 0; round < ROUNDS_MAX && change > CLOSE_ENOUGH; round++)
    {
      change = step (net, queue, next, answer);
      memcpy (queue, next, n * sizeof *queue);
    }
  for (gsize at = 0; answer->queue != NULL && at < n; at++)
    {
      guint k = (guint) (at % net->n_classes), i = (guint) (at / net->n_classes);
      answer->queue[at] = queue[at] + answer->throughput[k] * net->demand[at] * (1 - queued_part (net->servers[i]));
    }
}
