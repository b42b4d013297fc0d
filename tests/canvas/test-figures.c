#include "figures.h"

#define T TB_THIN_SPACE

static void
check (char *got, const char *wanted)
{
  g_assert_cmpstr (got, ==, wanted);
  g_free (got);
}

static void
test_rates (void)
{
  check (tb_figure_rate (0), "0/s");
  check (tb_figure_rate (0.04), "0/s");
  check (tb_figure_rate (3.25), "3.2/s");
  check (tb_figure_rate (4), "4/s");
  check (tb_figure_rate (9.97), "10/s");
  check (tb_figure_rate (420.4), "420/s");
  check (tb_figure_rate (1240), "1" T "240/s");
  check (tb_figure_rate (1234567), "1" T "234" T "567/s");
  check (tb_figure_rate (-1), "0/s");
}

static void
test_durations (void)
{
  check (tb_figure_duration (0), "0" T "µs");
  check (tb_figure_duration (420000), "420" T "µs");
  check (tb_figure_duration (8200000), "8.2" T "ms");
  check (tb_figure_duration (8000000), "8" T "ms");
  check (tb_figure_duration (999400), "999" T "µs");
  check (tb_figure_duration (999900), "1" T "ms");
  check (tb_figure_duration (12400000000), "12" T "s");
}

static void
test_bytes (void)
{
  check (tb_figure_bytes_rate (12), "12" T "B/s");
  check (tb_figure_bytes_rate (1536), "1.5" T "kB/s");
  check (tb_figure_bytes_rate (1200000), "1.2" T "MB/s");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/canvas/figures/rates", test_rates);
  g_test_add_func ("/canvas/figures/durations", test_durations);
  g_test_add_func ("/canvas/figures/bytes", test_bytes);
  return g_test_run ();
}
