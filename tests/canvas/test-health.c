/* Kiali's thresholds, at each side of each. */
#include "health.h"

static TbLiveSpan
span (guint64 requests, guint64 errors, guint64 refused)
{
  return (TbLiveSpan){ .requests = requests, .replies = requests - errors, .errors = errors,
                       .refused = refused };
}

static void
test_nothing_has_no_health (void)
{
  TbLiveSpan none = span (0, 0, 0);
  g_assert_cmpint (tb_health_of (&none, 0), ==, TB_HEALTH_NONE);
  none.byte_rate_up = 1;
  g_assert_cmpint (tb_health_of (&none, 0), ==, TB_HEALTH_GOOD);
}

static void
test_errors_from_a_tenth_on_are_a_failure (void)
{
  TbLiveSpan below = span (1000, 99, 0), at = span (1000, 100, 0);
  g_assert_cmpint (tb_health_of (&below, 0), ==, TB_HEALTH_GOOD);
  g_assert_cmpint (tb_health_of (&at, 0), ==, TB_HEALTH_FAILED);
}

static void
test_refused_connections_are_errors (void)
{
  TbLiveSpan all = span (0, 0, 5), some = span (95, 0, 5);
  g_assert_cmpint (tb_health_of (&all, 0), ==, TB_HEALTH_FAILED);
  g_assert_cmpint (tb_health_of (&some, 0), ==, TB_HEALTH_GOOD);
}

static void
test_client_errors_degrade_before_they_fail (void)
{
  TbLiveSpan good = span (1000, 0, 0);
  g_assert_cmpint (tb_health_of (&good, 0.099), ==, TB_HEALTH_GOOD);
  g_assert_cmpint (tb_health_of (&good, 0.10), ==, TB_HEALTH_DEGRADED);
  g_assert_cmpint (tb_health_of (&good, 0.199), ==, TB_HEALTH_DEGRADED);
  g_assert_cmpint (tb_health_of (&good, 0.20), ==, TB_HEALTH_FAILED);
}

static void
test_each_ill_health_has_a_mark_of_its_own (void)
{
  g_assert_cmpstr (tb_health_mark (TB_HEALTH_GOOD), ==, "");
  g_assert_cmpstr (tb_health_mark (TB_HEALTH_DEGRADED), !=, tb_health_mark (TB_HEALTH_FAILED));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/canvas/health/none", test_nothing_has_no_health);
  g_test_add_func ("/canvas/health/errors", test_errors_from_a_tenth_on_are_a_failure);
  g_test_add_func ("/canvas/health/refused", test_refused_connections_are_errors);
  g_test_add_func ("/canvas/health/client-errors", test_client_errors_degrade_before_they_fail);
  g_test_add_func ("/canvas/health/marks", test_each_ill_health_has_a_mark_of_its_own);
  return g_test_run ();
}
