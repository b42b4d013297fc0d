/* Intervals: sources are named at their declarations. */
#include <math.h>

#include "tb-statistics.h"

#define Z 1.959963984540054 /* 0.975 quantile of the normal law */
#define EXACT_MOST 5000
#define TAIL 0.025
/* A bucket is as wide as a 32nd of its octave, so its edges are within a 63rd of its middle. */
#define HALF_BUCKET (1.0 / 63)

TbEstimate
tb_estimate_exact (double value, guint64 n)
{
  return (TbEstimate) { value, value, value, n };
}

TbEstimate
tb_estimate_share (guint64 k, guint64 n)
{
  if (n == 0)
    return (TbEstimate) { NAN, 0, 1, 0 };
  double size = (double) n, p = (double) k / size, z2 = Z * Z;
  double middle = (p + z2 / (2 * size)) / (1 + z2 / size);
  double half = Z * sqrt (p * (1 - p) / size + z2 / (4 * size * size)) / (1 + z2 / size);
  /* At the ends the formula gives 0 and 1 but for rounding. */
  return (TbEstimate) { p, k == 0 ? 0 : middle - half, k == n ? 1 : middle + half, n };
}

TbEstimate
tb_estimate_ratio (TbEstimate a, TbEstimate b)
{
  double low = MAX (a.low, 0), high = isnan (b.value) || b.low <= 0 ? INFINITY : a.high / b.low;
  if (isnan (a.value) || isnan (b.value) || a.n == 0 || b.n == 0)
    return (TbEstimate) { NAN, 0, INFINITY, 0 };
  return (TbEstimate) { b.value > 0 ? a.value / b.value : INFINITY,
                        b.high > 0 && !isinf (b.high) ? low / b.high : 0, high, MIN (a.n, b.n) };
}

/* ---- Quantiles --------------------------------------------------------------------------------------- */

static double
log_choose (double n, double k)
{
  return lgamma (n + 1) - lgamma (k + 1) - lgamma (n - k + 1);
}

/* B, of n observations those below the quantile, is binomial (n, q). *low: the largest l with
 * P (B < l) ≤ TAIL; *high: the smallest u with P (B ≥ u) ≤ TAIL. */
static void
exact_ranks (guint64 n, double q, guint64 *low, guint64 *high)
{
  double below = 0;
  gboolean low_known = FALSE;
  *low = 0;
  *high = n + 1;
  for (guint64 k = 0; k <= n; k++)
    {
      double size = (double) n, i = (double) k;
      below += exp (log_choose (size, i) + i * log (q) + (size - i) * log1p (-q)); /* P (B ≤ k) */
      if (!low_known && below > TAIL)
        {
          low_known = TRUE;
          *low = k;
        }
      if (below >= 1 - TAIL)
        {
          *high = k + 1;
          return;
        }
    }
}

void
tb_quantile_ranks (guint64 n, double q, guint64 *low, guint64 *high)
{
  double size = (double) n, half = Z * sqrt (size * q * (1 - q)) + 0.5;
  if (q <= 0 || q >= 1)
    {
      *low = q <= 0 ? 0 : n;
      *high = q <= 0 ? 1 : n + 1;
      return;
    }
  if (n <= EXACT_MOST)
    {
      exact_ranks (n, q, low, high);
      return;
    }
  *low = (guint64) MAX (floor (size * q - half), 0);
  *high = (guint64) MIN (ceil (size * q + half) + 1, size + 1);
}

/* The bucket that holds the observation of that rank, from 1. */
static double
bucket_of_rank (const TbHistogram *h, guint64 rank)
{
  guint64 seen = 0;
  for (unsigned i = 0; i < TB_HISTOGRAM_BUCKETS; i++)
    {
      seen += h->bucket[i];
      if (seen >= rank)
        return (double) tb_histogram_value (i);
    }
  return (double) tb_histogram_value (TB_HISTOGRAM_BUCKETS - 1);
}

TbEstimate
tb_estimate_quantile (const TbHistogram *h, double q)
{
  guint64 n = tb_histogram_count (h), low, high;
  if (n == 0)
    return (TbEstimate) { NAN, 0, INFINITY, 0 };
  tb_quantile_ranks (n, q, &low, &high);
  return (TbEstimate) {
    .value = (double) tb_histogram_quantile (h, q),
    .low = low >= 1 ? bucket_of_rank (h, low) * (1 - HALF_BUCKET) : 0,
    .high = high <= n ? bucket_of_rank (h, high) * (1 + HALF_BUCKET) : INFINITY,
    .n = n,
  };
}

/* ---- Means ------------------------------------------------------------------------------------------- */

double
tb_student_t (guint degrees)
{
  static const double small[] = { INFINITY, 12.7062, 4.3027, 3.1824, 2.7764, 2.5706,
                                  2.4469,   2.3646,  2.3060, 2.2622 };
  if (degrees < G_N_ELEMENTS (small))
    return small[degrees];
  double v = degrees, z = Z, z3 = z * z * z, z5 = z3 * z * z, z7 = z5 * z * z;
  return z + (z3 + z) / (4 * v) + (5 * z5 + 16 * z3 + 3 * z) / (96 * v * v)
         + (3 * z7 + 19 * z5 + 17 * z3 - 15 * z) / (384 * v * v * v);
}

TbEstimate
tb_estimate_batches (const double *means, guint n)
{
  double sum = 0, squares = 0;
  for (guint i = 0; i < n; i++)
    sum += means[i];
  double mean = n > 0 ? sum / n : NAN;
  if (n < 3)
    return (TbEstimate) { mean, -INFINITY, INFINITY, n };
  for (guint i = 0; i < n; i++)
    squares += (means[i] - mean) * (means[i] - mean);
  double half = tb_student_t (n - 1) * sqrt (squares / (n - 1) / n);
  return (TbEstimate) { mean, mean - half, mean + half, n };
}

/* ---- The verdict ------------------------------------------------------------------------------------- */

const char *
tb_outcome_name (TbOutcome outcome)
{
  static const char *const names[] = { "held", "violated", "unknown" };
  return names[outcome];
}

TbOutcome
tb_estimate_judge (const TbEstimate *e, double least, double most)
{
  if (isnan (e->value) && e->n == 0)
    return TB_UNKNOWN;
  if (e->high < least || e->low > most)
    return TB_VIOLATED;
  return e->low >= least && e->high <= most ? TB_HELD : TB_UNKNOWN;
}
