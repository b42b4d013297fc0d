/* The words of the Consistency page: who is cut off by a partition's text, and where theory and measurement do not agree. */
#include <math.h>
#include <string.h>

#include "consistency.h"

static void
whole (guint64 *reach, guint n)
{
  for (guint i = 0; i < n; i++)
    reach[i] = (G_GUINT64_CONSTANT (1) << n) - 1;
}

static void
test_reads_who_is_cut_off (void)
{
  guint64 reach[5];
  TbCapSide sides[5];
  whole (reach, 3);
  g_assert_true (tb_consistency_cut ("orders/2 | orders/1 orders/3", "orders", 3, reach));
  g_assert_cmpuint (tb_cap_sides (reach, 3, sides), ==, 2);
  g_assert_cmphex (sides[1].members, ==, 0x2);
  whole (reach, 3);
  g_assert_true (tb_consistency_cut ("orders/3 | everyone else", "orders", 3, reach));
  g_assert_cmpuint (tb_cap_sides (reach, 3, sides), ==, 2);
  whole (reach, 3);
  g_assert_true (tb_consistency_cut ("orders/1 → orders/2 orders/3", "orders", 3, reach));
  g_assert_cmphex (reach[0], ==, 0x1);
  g_assert_cmphex (reach[1], ==, 0x7);
  whole (reach, 3);
  g_assert_false (tb_consistency_cut ("each hears a majority, in a ring: orders/1 orders/2", "orders", 3, reach));
}

static void
test_a_partition_of_others_is_none_of_this_store (void)
{
  guint64 reach[3];
  TbCapSide sides[3];
  whole (reach, 3);
  g_assert_true (tb_consistency_cut ("shop/1 | orders/1 orders/2 orders/3", "orders", 3, reach));
  g_assert_cmpuint (tb_cap_sides (reach, 3, sides), ==, 1);
}

static TbSideMeasured
measured (guint64 ok, guint64 n)
{
  TbSideMeasured m = { .side = { .members = 6, .sees = 6 } };
  TbAvailability *a = &m.of[1].count;
  a->attempted = n;
  a->ok = ok;
  a->share = (double) ok / (double) n;
  tb_wilson (ok, n, &a->low, &a->high);
  return m;
}

static void
test_says_a_difference_and_no_agreement (void)
{
  const TbCapStore raft = { .protocol = TB_CAP_RAFT, .replicas = 3, .passes_on = TRUE };
  TbSideMeasured all = measured (200, 200), few = measured (20, 200), hardly = measured (1, 5);
  g_assert_null (tb_consistency_difference (&raft, &all, TRUE));
  g_assert_null (tb_consistency_difference (&raft, &hardly, TRUE));
  g_autofree char *fewer = tb_consistency_difference (&raft, &few, TRUE);
  g_assert_nonnull (strstr (fewer, "Fewer writes"));
  all.side = (TbCapSide){ .members = 1, .sees = 1 };
  g_autofree char *more = tb_consistency_difference (&raft, &all, TRUE);
  g_assert_nonnull (strstr (more, "More writes"));
}

static void
test_names_a_side (void)
{
  const TbCapSide side = { .members = 5, .sees = 5 };
  g_autofree char *name = tb_consistency_side_name ("orders", &side);
  g_assert_nonnull (strstr (name, " and "));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/consistency/cut", test_reads_who_is_cut_off);
  g_test_add_func ("/consistency/others", test_a_partition_of_others_is_none_of_this_store);
  g_test_add_func ("/consistency/difference", test_says_a_difference_and_no_agreement);
  g_test_add_func ("/consistency/side", test_names_a_side);
  return g_test_run ();
}
