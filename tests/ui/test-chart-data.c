/* Samples as charts: rates by the length of their step, what is not known as nothing, gaps in one piece. */
#include "chart-data.h"

#include <math.h>
#include <string.h>

#define S G_GINT64_CONSTANT (1000000000)

static GArray *
make_samples (void)
{
  GArray *samples = g_array_new (FALSE, TRUE, sizeof (TbPastSample));
  TbPastSample rows[] = {
    { .time_ns = 101 * S,
      .requests = 500,
      .replies = 490,
      .errors = 5,
      .p50_ns = 2000000,
      .p95_ns = 4000000,
      .p99_ns = 9000000,
      .bytes_up = 1000 },
    { .time_ns = 103 * S, .requests = 500, .p50_ns = -1, .p95_ns = -1, .p99_ns = -1, .gap = TRUE },
    { .time_ns = 104 * S, .p50_ns = -1, .p95_ns = -1, .p99_ns = -1, .gap = TRUE },
  };
  g_array_append_vals (samples, rows, G_N_ELEMENTS (rows));
  return samples;
}

static const TbChart *
find_chart (const TbChartSet *set, const char *title)
{
  for (guint i = 0; i < tb_chart_set_n (set); i++)
    if (g_str_equal (tb_chart_set_at (set, i)->title, title))
      return tb_chart_set_at (set, i);
  g_assert_not_reached ();
}

static void
test_counts_become_rates_of_their_step (void)
{
  g_autoptr (GArray) samples = make_samples ();
  g_autoptr (TbChartSet) set = tb_chart_set_of_link (samples, 100 * S, TB_THEME_LIGHT);
  const TbChart *rate = find_chart (set, "Requests");
  g_assert_cmpfloat (rate->lines[0].values[0], ==, 500);
  g_assert_cmpfloat (rate->lines[0].values[1], ==, 250);
  g_assert_cmpfloat (find_chart (set, "Errors")->lines[0].values[0], ==, 5);
}

static void
test_no_latency_is_no_point (void)
{
  g_autoptr (GArray) samples = make_samples ();
  g_autoptr (TbChartSet) set = tb_chart_set_of_link (samples, 100 * S, TB_THEME_LIGHT);
  const TbChart *latency = find_chart (set, "Latency");
  g_assert_cmpfloat (latency->lines[2].values[0], ==, 9000000);
  g_assert_true (isnan (latency->lines[0].values[1]));
}

static void
test_gaps_that_touch_are_one (void)
{
  g_autoptr (GArray) samples = make_samples ();
  g_autoptr (TbChartSet) set = tb_chart_set_of_link (samples, 100 * S, TB_THEME_LIGHT);
  const TbChart *chart = tb_chart_set_at (set, 0);
  g_assert_cmpuint (chart->n_gaps, ==, 1);
  g_assert_cmpint (chart->gaps[0].from_ns, ==, 101 * S);
  g_assert_cmpint (chart->gaps[0].to_ns, ==, 104 * S);
}

static void
test_a_second_that_is_not_over_is_left_out (void)
{
  g_autoptr (GArray) samples = make_samples ();
  tb_chart_drop_unfinished (samples);
  g_assert_cmpuint (samples->len, ==, 3);
  TbPastSample rest = { .time_ns = 104 * S + S / 2, .requests = 3 };
  g_array_append_val (samples, rest);
  tb_chart_drop_unfinished (samples);
  g_assert_cmpuint (samples->len, ==, 3);
}

static void
test_a_moment_is_said_in_words (void)
{
  g_autoptr (GArray) samples = make_samples ();
  g_autoptr (TbChartSet) set = tb_chart_set_of_link (samples, 100 * S, TB_THEME_LIGHT);
  g_autofree char *words = tb_chart_set_words (set, 100 * S + S / 2);
  g_assert_true (g_str_has_prefix (words, "At 0.5\u202fs: Requests requests 500/s, replies 490/s; "));
  g_assert_nonnull (strstr (words, "p99 9\u202fms"));
}

static void
test_an_instance_has_its_own_charts (void)
{
  g_autoptr (GArray) loads = g_array_new (FALSE, TRUE, sizeof (TbPastLoad));
  TbPastLoad load = {
    .time_ns = 101 * S, .cpu = 0.5, .rss_bytes = 64000000, .threads = 9, .files = 12, .processes = 1
  };
  g_array_append_val (loads, load);
  g_autoptr (TbChartSet) set = tb_chart_set_of_instance (loads, 100 * S, TB_THEME_DARK);
  g_assert_cmpfloat (find_chart (set, "CPU, cores")->lines[0].values[0], ==, 0.5);
  g_assert_cmpfloat (find_chart (set, "Memory")->lines[0].values[0], ==, 64000000);
}

static void
test_nothing_makes_empty_charts (void)
{
  g_autoptr (GArray) samples = g_array_new (FALSE, TRUE, sizeof (TbPastSample));
  g_autoptr (TbChartSet) set = tb_chart_set_of_link (samples, 100 * S, TB_THEME_LIGHT);
  g_autofree char *words = tb_chart_set_words (set, 100 * S);
  tb_chart_set_see (set, 100 * S, 101 * S);
  g_assert_nonnull (strstr (words, "requests –"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/chart-data/rates", test_counts_become_rates_of_their_step);
  g_test_add_func ("/chart-data/no-latency", test_no_latency_is_no_point);
  g_test_add_func ("/chart-data/gaps", test_gaps_that_touch_are_one);
  g_test_add_func ("/chart-data/unfinished", test_a_second_that_is_not_over_is_left_out);
  g_test_add_func ("/chart-data/words", test_a_moment_is_said_in_words);
  g_test_add_func ("/chart-data/instance", test_an_instance_has_its_own_charts);
  g_test_add_func ("/chart-data/nothing", test_nothing_makes_empty_charts);
  return g_test_run ();
}
