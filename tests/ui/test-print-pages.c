/* A drawing on paper: nothing is lost, nothing twice. */
#include <math.h>

#include "print-pages.h"

static void
assert_covers (const TbPrintPages *pages, const TbRect *bounds)
{
  guint n = tb_print_n_pages (pages);
  TbRect first = tb_print_page (pages, 0), last = tb_print_page (pages, n - 1);
  double slack = 0.02 * first.width;
  g_assert_cmpfloat (first.x, <=, bounds->x + slack);
  g_assert_cmpfloat (first.y, <=, bounds->y + slack);
  g_assert_cmpfloat (last.x + last.width, >=, bounds->x + bounds->width - slack);
  g_assert_cmpfloat (last.y + last.height, >=, bounds->y + bounds->height - slack);
}

static void
test_a_small_drawing_keeps_its_size (void)
{
  TbRect bounds = { 100, 50, 200, 100 };
  TbPrintPages pages = tb_print_pages (&bounds, 500, 700, TRUE);
  g_assert_cmpfloat (pages.scale, ==, TB_PRINT_POINTS);
  g_assert_cmpuint (tb_print_n_pages (&pages), ==, 1);
  TbRect page = tb_print_page (&pages, 0);
  g_assert_cmpfloat_with_epsilon (page.x + page.width / 2, 200, 1e-9);
  g_assert_cmpfloat_with_epsilon (page.y + page.height / 2, 100, 1e-9);
}

static void
test_a_large_one_is_made_to_fit (void)
{
  TbRect bounds = { -300, 0, 5000, 1000 };
  TbPrintPages pages = tb_print_pages (&bounds, 500, 700, TRUE);
  g_assert_cmpuint (tb_print_n_pages (&pages), ==, 1);
  g_assert_cmpfloat_with_epsilon (pages.scale, 0.1, 1e-9);
  assert_covers (&pages, &bounds);
}

static void
test_or_takes_several_pages_side_by_side (void)
{
  TbRect bounds = { -300, 40, 2000, 1000 };
  TbPrintPages pages = tb_print_pages (&bounds, 500, 700, FALSE);
  g_assert_cmpuint (pages.columns, ==, 3);
  g_assert_cmpuint (pages.rows, ==, 2);
  for (guint n = 0; n < tb_print_n_pages (&pages); n++)
    {
      TbRect page = tb_print_page (&pages, n), right = tb_print_page (&pages, n + 1);
      if (n % 3 < 2)
        g_assert_cmpfloat_with_epsilon (page.x + page.width, right.x, 1e-9);
    }
  assert_covers (&pages, &bounds);
}

static void
test_nothing_still_makes_a_page (void)
{
  TbRect nothing = { 0, 0, 0, 0 };
  for (int fit = 0; fit < 2; fit++)
    {
      TbPrintPages pages = tb_print_pages (&nothing, 0, 0, fit);
      g_assert_cmpuint (tb_print_n_pages (&pages), ==, 1);
      g_assert_true (isfinite (tb_print_page (&pages, 0).width));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/print/a-small-drawing-keeps-its-size", test_a_small_drawing_keeps_its_size);
  g_test_add_func ("/print/a-large-one-is-made-to-fit", test_a_large_one_is_made_to_fit);
  g_test_add_func ("/print/or-takes-several-pages-side-by-side",
                   test_or_takes_several_pages_side_by_side);
  g_test_add_func ("/print/nothing-still-makes-a-page", test_nothing_still_makes_a_page);
  return g_test_run ();
}
