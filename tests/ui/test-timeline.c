/* Where a time stands on the strip, and which time is under the pointer. */
#include "timeline.h"

#define S G_GINT64_CONSTANT (1000000000)

static void
test_the_ends_are_within_the_strip (void)
{
  g_assert_cmpfloat (tb_timeline_x (5 * S, 5 * S, 9 * S, 400), >, 0);
  g_assert_cmpfloat (tb_timeline_x (9 * S, 5 * S, 9 * S, 400), <, 400);
  g_assert_cmpfloat (tb_timeline_x (0, 5 * S, 9 * S, 400), ==, tb_timeline_x (5 * S, 5 * S, 9 * S, 400));
  g_assert_cmpfloat (tb_timeline_x (99 * S, 5 * S, 9 * S, 400), ==, tb_timeline_x (9 * S, 5 * S, 9 * S, 400));
}

static void
test_a_place_and_its_time_belong_together (void)
{
  for (gint64 at = 5 * S; at <= 9 * S; at += S / 3)
    {
      gint64 back = tb_timeline_time (tb_timeline_x (at, 5 * S, 9 * S, 400), 5 * S, 9 * S, 400);
      g_assert_cmpint (ABS (back - at), <=, 1000);
    }
  g_assert_cmpint (tb_timeline_time (-50, 5 * S, 9 * S, 400), ==, 5 * S);
  g_assert_cmpint (tb_timeline_time (5000, 5 * S, 9 * S, 400), ==, 9 * S);
}

static void
test_a_run_of_no_length_has_one_place (void)
{
  g_assert_cmpint (tb_timeline_time (200, 5 * S, 5 * S, 400), ==, 5 * S);
  g_assert_cmpfloat (tb_timeline_x (5 * S, 5 * S, 5 * S, 400), >, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ui/timeline/ends", test_the_ends_are_within_the_strip);
  g_test_add_func ("/ui/timeline/there-and-back", test_a_place_and_its_time_belong_together);
  g_test_add_func ("/ui/timeline/empty", test_a_run_of_no_length_has_one_place);
  return g_test_run ();
}
