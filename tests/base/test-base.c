/* Durations, distributions, chance. */
#include <glib.h>
#include <math.h>
#include <string.h>

#include "tb-base.h"
#include "tb-text.h"

static void
test_duration_reads_every_unit (void)
{
  static const struct
  {
    const char *text;
    int64_t ns;
  } rows[] = { { "250us", 250000 },      { "250µs", 250000 },         { "2ms", 2000000 },
               { "1.5s", 1500000000 },   { "2m", 120 * TB_NS_PER_S }, { "0s", 0 },
               { "1h", 3600 * TB_NS_PER_S }, { "7ns", 7 }, { "90d", 90 * 86400 * TB_NS_PER_S },
               { "182972978293824801ns", INT64_C (182972978293824801) } };
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      int64_t ns = -1;
      g_assert_true (tb_duration_parse (rows[i].text, &ns, NULL));
      g_assert_cmpint (ns, ==, rows[i].ns);
    }
}

static void
test_duration_refuses_what_is_none (void)
{
  static const char *const rows[] = { "", "5", "ms", "5 ms", "-5ms", "5mss", "1e3ms", "0x5ms", "infs",
                                      "99999999999999999h", "99999999999999999999ns", "9000000000s", "5.ms.", NULL };
  for (int i = 0; rows[i]; i++)
    {
      int64_t ns = 42;
      g_assert_false (tb_duration_parse (rows[i], &ns, NULL));
      g_assert_cmpint (ns, ==, 42);
    }
}

static void
test_duration_survives_a_round_trip (void)
{
  guint32 seed = g_test_rand_int ();
  g_test_message ("seed %u", seed);
  TbRng rng;
  tb_rng_seed (&rng, seed);
  for (int i = 0; i < 10000; i++)
    {
      int64_t ns = (int64_t) tb_rng_below (&rng, UINT64_C (1) << (1 + tb_rng_below (&rng, 62))), back;
      char text[32];
      tb_duration_format (ns, text, sizeof text);
      g_assert_true (tb_duration_parse (text, &back, NULL));
      g_assert_cmpint (back, ==, ns);
    }
}

static void
test_duration_is_written_in_the_largest_exact_unit (void)
{
  char text[32];
  tb_duration_format (1500 * TB_NS_PER_US, text, sizeof text);
  g_assert_cmpstr (text, ==, "1500us");
  tb_duration_format (2 * TB_NS_PER_S, text, sizeof text);
  g_assert_cmpstr (text, ==, "2s");
  tb_duration_format (48 * 3600 * TB_NS_PER_S, text, sizeof text);
  g_assert_cmpstr (text, ==, "2d");
}

static double
mean_ms (const char *text, guint64 seed)
{
  TbDist d;
  TbRng rng;
  double sum = 0;
  g_assert_true (tb_dist_parse (text, &d));
  tb_rng_seed (&rng, seed);
  for (int i = 0; i < 200000; i++)
    sum += (double) tb_dist_draw_ns (&d, &rng) / 1e6;
  return sum / 200000;
}

static void
test_distributions_have_the_mean_they_name (void)
{
  static const struct
  {
    const char *text;
    double mean, within;
  } rows[] = { { "2ms", 2, 0.0001 },         { "constant 2ms", 2, 0.0001 },
               { "uniform 1ms 3ms", 2, 0.02 }, { "normal 5ms 1ms", 5, 0.03 },
               { "exponential 20ms", 20, 0.3 }, { "pareto 5ms 3", 5, 0.2 } };
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    g_assert_cmpfloat (fabs (mean_ms (rows[i].text, 7) - rows[i].mean), <, rows[i].within);
}

static void
test_distributions_refuse_nonsense (void)
{
  static const char *const rows[] = { "", "exponential", "uniform 3ms 1ms", "pareto 5ms 0.5",
                                      "gauss 1ms", "2ms 3ms", "normal 5ms", NULL };
  TbDist d;
  for (int i = 0; rows[i]; i++)
    g_assert_false (tb_dist_parse (rows[i], &d));
}

static void
test_the_same_seed_gives_the_same_numbers (void)
{
  TbRng a, b;
  tb_rng_seed (&a, 42);
  tb_rng_seed (&b, 42);
  for (int i = 0; i < 100; i++)
    g_assert_cmpuint (tb_rng_next (&a), ==, tb_rng_next (&b));
}

static void
test_below_stays_below_and_reaches_all (void)
{
  TbRng rng;
  guint seen[7] = { 0 };
  tb_rng_seed (&rng, 1);
  for (int i = 0; i < 70000; i++)
    seen[tb_rng_below (&rng, 7)]++;
  for (int i = 0; i < 7; i++)
    g_assert_cmpuint (seen[i], >, 9000);
}

static void
test_escapes_are_left_out (void)
{
  static const struct
  {
    const char *text, *left;
    size_t rest;
  } cases[] = {
    { "plain", "plain", 0 },
    { "", "", 0 },
    { "\x1b[31mred\x1b[0m", "red", 0 },
    { "\x1b[1;38;5;200mx\x1b[?25l", "x", 0 },
    { "a\x1b]0;a title\ab", "ab", 0 },
    { "a\x1b]8;;http://x/\x1b\\link\x1b]8;;\x1b\\b", "alinkb", 0 },
    { "\x1b(B\x1b=x\x1bM", "x", 0 },
    { "a\x1b", "a", 1 },
    { "a\x1b[3", "a", 3 },
    { "a\x1b]0;ti", "a", 6 },
    { "a\x1b]0;ti\x1b", "a", 7 },
    { "a\x1b[3\nb", "a[3\nb", 0 },
    { "\x1b\x1b[0mz", "z", 0 },
    { "caf\xc3\xa9\x1b[0m", "caf\xc3\xa9", 0 },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = g_strdup (cases[i].text);
      size_t rest, n = tb_text_without_escapes (text, strlen (text), &rest);
      text[n] = '\0';
      g_assert_cmpstr (text, ==, cases[i].left);
      g_assert_cmpuint (rest, ==, cases[i].rest);
    }
}

/* Whatever is cut where: the same is left, and never is anything swallowed for good. */
static void
test_escapes_cut_anywhere (void)
{
  static const char few[] = "\x1b\x1b\x1b[]\\;0m?(AB\a\n ";
  guint32 seed = g_random_int ();
  g_autoptr (GRand) r = g_rand_new_with_seed (seed);
  g_test_message ("seed %u", seed);
  for (int round = 0; round < 20000; round++)
    {
      char text[24], whole[24], pieces[64];
      size_t n = (size_t) g_rand_int_range (r, 0, sizeof text), to = 0, rest = 0, whole_rest;
      for (size_t i = 0; i < n; i++)
        text[i] = few[g_rand_int_range (r, 0, sizeof few - 1)];
      memcpy (whole, text, n);
      size_t n_whole = tb_text_without_escapes (whole, n, &whole_rest);
      for (size_t from = 0, end = 0; end < n; from = end - rest)
        {
          size_t more = (size_t) g_rand_int_range (r, 1, 6);
          end = MIN (n, end + more);
          memcpy (pieces + to, text + from, end - from);
          to += tb_text_without_escapes (pieces + to, end - from, &rest);
        }
      g_assert_cmpmem (pieces, to, whole, n_whole);
      g_assert_cmpuint (rest, ==, n > 0 ? whole_rest : 0);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/duration/units", test_duration_reads_every_unit);
  g_test_add_func ("/base/duration/refused", test_duration_refuses_what_is_none);
  g_test_add_func ("/base/duration/round-trip", test_duration_survives_a_round_trip);
  g_test_add_func ("/base/duration/shortest", test_duration_is_written_in_the_largest_exact_unit);
  g_test_add_func ("/base/distribution/mean", test_distributions_have_the_mean_they_name);
  g_test_add_func ("/base/distribution/refused", test_distributions_refuse_nonsense);
  g_test_add_func ("/base/rng/seed", test_the_same_seed_gives_the_same_numbers);
  g_test_add_func ("/base/rng/below", test_below_stays_below_and_reaches_all);
  g_test_add_func ("/base/text/escapes", test_escapes_are_left_out);
  g_test_add_func ("/base/text/escapes-cut", test_escapes_cut_anywhere);
  return g_test_run ();
}
