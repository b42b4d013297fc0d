/* Intervals against published values. */
#include <math.h>

#include "tb-statistics.h"

static void
assert_about (double value, double expected, double within)
{
  g_assert_cmpfloat_with_epsilon (value, expected, within);
}

/* R. G. Newcombe, “Two-sided confidence intervals for the single proportion”, Statistics in Medicine 17 (1998),
 * table I, method 3. */
static void
test_wilson (void)
{
  static const struct { guint k, n; double low, high; } known[] = {
    { 81, 263, 0.2553, 0.3662 }, { 15, 148, 0.0624, 0.1605 }, { 0, 20, 0.0000, 0.1611 }, { 1, 29, 0.0061, 0.1718 },
  };
  for (guint i = 0; i < G_N_ELEMENTS (known); i++)
    {
      TbEstimate e = tb_estimate_share (known[i].k, known[i].n);
      assert_about (e.low, known[i].low, 0.00006);
      assert_about (e.high, known[i].high, 0.00006);
    }
  TbEstimate all = tb_estimate_share (20, 20);
  g_assert_true (all.high == 1 && all.value == 1);
  assert_about (all.low, 1 - 0.1611, 0.00006);
}

static void
test_nothing_is_no_share (void)
{
  TbEstimate e = tb_estimate_share (0, 0);
  g_assert_true (isnan (e.value));
  g_assert_cmpint (tb_estimate_judge (&e, 0.9, INFINITY), ==, TB_UNKNOWN);
  g_assert_cmpint (tb_estimate_judge (&e, -INFINITY, INFINITY), ==, TB_UNKNOWN);
}

/* Ranks of the median: W. J. Conover, “Practical Nonparametric Statistics”, and every table of sign intervals. */
static void
test_ranks_of_the_median (void)
{
  static const struct { guint64 n, low, high; } known[] = { { 6, 1, 6 }, { 10, 2, 9 }, { 20, 6, 15 }, { 100, 40, 61 } };
  for (guint i = 0; i < G_N_ELEMENTS (known); i++)
    {
      guint64 low, high;
      tb_quantile_ranks (known[i].n, 0.5, &low, &high);
      g_assert_cmpuint (low, ==, known[i].low);
      g_assert_cmpuint (high, ==, known[i].high);
    }
}

static void
test_too_few_have_no_end (void)
{
  guint64 low, high;
  tb_quantile_ranks (5, 0.5, &low, &high); /* 2 · 0.5^5 > 0.05 */
  g_assert_cmpuint (low, ==, 0);
  g_assert_cmpuint (high, ==, 6);
  tb_quantile_ranks (50, 0.99, &low, &high);
  g_assert_cmpuint (high, ==, 51);
}

/* By the normal law and by counting: the same within a rank or two. */
static void
test_ranks_of_many (void)
{
  guint64 low, high, low_more, high_more;
  tb_quantile_ranks (5000, 0.95, &low, &high);
  tb_quantile_ranks (5001, 0.95, &low_more, &high_more);
  g_assert_cmpuint (ABS ((gint64) low - (gint64) low_more), <=, 2);
  g_assert_cmpuint (ABS ((gint64) high - (gint64) high_more), <=, 2);
}

static void
test_quantile_of_a_histogram (void)
{
  g_autofree TbHistogram *h = g_new0 (TbHistogram, 1);
  for (guint i = 1; i <= 100; i++)
    h->bucket[tb_histogram_index (i * 1000000)]++;
  TbEstimate e = tb_estimate_quantile (h, 0.5);
  g_assert_cmpuint (e.n, ==, 100);
  assert_about (e.value, 50e6, 1e6);
  g_assert_true (e.low <= 40e6 && e.low > 38e6);
  g_assert_true (e.high >= 61e6 && e.high < 63e6);
}

static void
test_student (void)
{
  static const struct { guint degrees; double t; } known[] = { { 1, 12.706 }, { 4, 2.776 }, { 9, 2.262 }, { 10, 2.228 },
                                                               { 19, 2.093 }, { 30, 2.042 }, { 120, 1.980 } };
  for (guint i = 0; i < G_N_ELEMENTS (known); i++)
    assert_about (tb_student_t (known[i].degrees), known[i].t, 0.0006);
}

static void
test_batches (void)
{
  const double means[] = { 1, 2, 3, 4, 5 };
  TbEstimate e = tb_estimate_batches (means, 5);
  assert_about (e.value, 3, 1e-9);
  assert_about (e.high - e.value, 1.9632, 0.0001); /* 2.7764 · 1.5811 / √5 */
  g_assert_true (isinf (tb_estimate_batches (means, 2).high));
}

/* The interval holds the true mean about 95 times in 100. */
static void
test_batches_cover (void)
{
  TbRng rng;
  guint covered = 0;
  tb_rng_seed (&rng, 7);
  for (guint round = 0; round < 4000; round++)
    {
      double means[10];
      for (guint i = 0; i < 10; i++)
        {
          means[i] = 0;
          for (guint k = 0; k < 12; k++)
            means[i] += tb_rng_uniform (&rng) / 12;
        }
      TbEstimate e = tb_estimate_batches (means, 10);
      covered += e.low <= 0.5 && e.high >= 0.5;
    }
  assert_about (covered / 4000.0, 0.95, 0.015);
}

static void
test_judging (void)
{
  const TbEstimate e = { 0.98, 0.97, 0.99, 100 };
  g_assert_cmpint (tb_estimate_judge (&e, 0.97, INFINITY), ==, TB_HELD);
  g_assert_cmpint (tb_estimate_judge (&e, 0.975, INFINITY), ==, TB_UNKNOWN);
  g_assert_cmpint (tb_estimate_judge (&e, 0.995, INFINITY), ==, TB_VIOLATED);
  g_assert_cmpint (tb_estimate_judge (&e, -INFINITY, 0.99), ==, TB_HELD);
  g_assert_cmpint (tb_estimate_judge (&e, -INFINITY, 0.985), ==, TB_UNKNOWN);
  g_assert_cmpint (tb_estimate_judge (&e, -INFINITY, 0.96), ==, TB_VIOLATED);
  g_assert_cmpint (tb_estimate_judge (&e, 0.96, 0.965), ==, TB_VIOLATED);
}

/* By hand: 10 [8, 12] of 4 [3, 5] is 2.5, from 8 / 5 to 12 / 3. */
static void
test_ratio (void)
{
  const TbEstimate ten = { 10, 8, 12, 40 }, four = { 4, 3, 5, 20 }, none = { NAN, -INFINITY, INFINITY, 0 };
  TbEstimate e = tb_estimate_ratio (ten, four);
  g_assert_cmpfloat (e.value, ==, 2.5);
  g_assert_cmpfloat_with_epsilon (e.low, 1.6, 1e-12);
  g_assert_cmpfloat_with_epsilon (e.high, 4, 1e-12);
  g_assert_cmpuint (e.n, ==, 20);
  g_assert_true (isnan (tb_estimate_ratio (ten, none).value));
  g_assert_cmpint (tb_estimate_judge (&(TbEstimate) { NAN, 0, INFINITY, 0 }, 1, 2), ==, TB_UNKNOWN);
  e = tb_estimate_ratio (ten, tb_estimate_exact (0, 1));
  g_assert_true (isinf (e.high) && e.low == 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/statistics/a share is within Wilson's interval", test_wilson);
  g_test_add_func ("/statistics/nothing is no share", test_nothing_is_no_share);
  g_test_add_func ("/statistics/ranks around a median", test_ranks_of_the_median);
  g_test_add_func ("/statistics/too few observations have no end", test_too_few_have_no_end);
  g_test_add_func ("/statistics/ranks of many are those of few", test_ranks_of_many);
  g_test_add_func ("/statistics/a histogram's quantile", test_quantile_of_a_histogram);
  g_test_add_func ("/statistics/Student's t", test_student);
  g_test_add_func ("/statistics/batch means", test_batches);
  g_test_add_func ("/statistics/an interval of batches covers", test_batches_cover);
  g_test_add_func ("/statistics/wholly beyond is violated, across is unknown", test_judging);
  g_test_add_func ("/statistics/a multiple from two intervals", test_ratio);
  return g_test_run ();
}
