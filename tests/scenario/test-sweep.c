/* What a sweep of delays says of the points it measured. */
#include <math.h>
#include <string.h>

#include "tb-sweep.h"

#define MS G_GINT64_CONSTANT (1000000)

static const TbSweepPoint raft[] = {
  { 0, { 1 * MS, 2 * MS }, { 40, 40 } },       { 5 * MS, { 11 * MS, 12 * MS }, { 40, 40 } },
  { 10 * MS, { 21 * MS, 22 * MS }, { 40, 40 } }, { 20 * MS, { 41 * MS, -1 }, { 40, 0 } },
  { 30 * MS, { 61 * MS, 62 * MS }, { 40, 40 } },
};

static void
test_slope_is_how_many_messages_wait_for_each_other (void)
{
  g_assert_cmpfloat_with_epsilon (tb_sweep_slope (raft, G_N_ELEMENTS (raft), FALSE), 2, 0.001);
  g_assert_cmpfloat_with_epsilon (tb_sweep_slope (raft, G_N_ELEMENTS (raft), TRUE), 2, 0.001);
  g_autofree char *text = tb_sweep_text (raft, G_N_ELEMENTS (raft), TRUE);
  g_assert_cmpstr (text, ==, "Writes: 2.0 × the delay: about 2 messages wait for each other, 1 round trip.");
}

static void
test_says_so_where_operations_feel_nothing (void)
{
  TbSweepPoint gossip[5];
  for (guint i = 0; i < G_N_ELEMENTS (gossip); i++)
    gossip[i] = (TbSweepPoint){ i * 10 * MS, { MS, MS }, { 9, 9 } };
  g_autofree char *text = tb_sweep_text (gossip, G_N_ELEMENTS (gossip), FALSE);
  g_assert_nonnull (strstr (text, "wait for no other replica"));
}

static void
test_says_nothing_of_two_points (void)
{
  g_assert_true (isnan (tb_sweep_slope (raft, 2, FALSE)));
  g_autofree char *text = tb_sweep_text (raft, 2, FALSE);
  g_assert_nonnull (strstr (text, "too few"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sweep/slope", test_slope_is_how_many_messages_wait_for_each_other);
  g_test_add_func ("/sweep/flat", test_says_so_where_operations_feel_nothing);
  g_test_add_func ("/sweep/few", test_says_nothing_of_two_points);
  return g_test_run ();
}
