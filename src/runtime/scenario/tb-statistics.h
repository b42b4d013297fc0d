/* Intervals that hold the true value 95 times in 100. Pure; what is not known is said by an interval
 * without an end, never by a guess. */
#pragma once

#include <glib.h>

#include "tb-wire.h"

G_BEGIN_DECLS

typedef struct
{
  double value;     /* what was measured; NAN: nothing was */
  double low, high; /* the interval; -INFINITY, INFINITY where it has no end */
  guint64 n;        /* observations it stands on */
} TbEstimate;

/* k of n, as a share from 0 to 1: the score interval of E. B. Wilson, “Probable inference, the law of
 * succession, and statistical inference”, JASA 22 (1927), pp. 209-212. n 0: nothing is known. */
TbEstimate tb_estimate_share (guint64 k, guint64 n);

/* Ranks (from 1) of the two order statistics of n observations between which the quantile q lies with
 * probability 0.95 or more: the number of observations below it is binomial (Hahn and Meeker,
 * “Statistical Intervals” (1991), section 5.2). *low 0: below the smallest; *high n + 1: above the largest.
 * Exact up to 5 000 observations, by the normal law with a continuity correction beyond. */
void tb_quantile_ranks (guint64 n, double q, guint64 *low, guint64 *high);

/* The quantile q of what a histogram counted, in ns; the interval reaches to the outer edges of the
 * buckets that hold those two order statistics. */
TbEstimate tb_estimate_quantile (const TbHistogram *h, double q);

/* The mean of a series in time, from the means of `n` equally long batches of it, which are taken as
 * independent and normal (batch means: Law and Kelton, “Simulation Modeling and Analysis”, section 9.5.3):
 * Student's t on n - 1 degrees. Fewer than 3 batches: an interval without an end. */
TbEstimate tb_estimate_batches (const double *means, guint n);

/* Counted, not sampled: low = high = value. */
TbEstimate tb_estimate_exact (double value, guint64 n);

/* a as a multiple of b, neither below 0: from the outer ends of both intervals. Where each holds its value 95
 * times in 100 and they are independent, this one does so more often: it errs on the wide side, whatever the
 * laws. b that may be 0: no upper end. */
TbEstimate tb_estimate_ratio (TbEstimate a, TbEstimate b);

/* The 0.975 quantile of Student's t: by table up to 9 degrees, then Abramowitz and Stegun 26.7.5. */
double tb_student_t (guint degrees);

typedef enum
{
  TB_HELD,     /* the interval lies wholly within the bounds */
  TB_VIOLATED, /* wholly beyond one of them */
  TB_UNKNOWN   /* across one, or nothing was measured */
} TbOutcome;

const char *tb_outcome_name (TbOutcome outcome);

/* least -INFINITY, most INFINITY: no bound there. */
TbOutcome tb_estimate_judge (const TbEstimate *estimate, double least, double most);

G_END_DECLS
