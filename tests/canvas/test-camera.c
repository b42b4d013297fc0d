#include "camera.h"

#include <math.h>

static TbCamera
make (double width, double height)
{
  TbCamera c;
  tb_camera_init (&c);
  c.width = width;
  c.height = height;
  return c;
}

static void
test_there_and_back (void)
{
  TbCamera c = make (800, 600);
  tb_camera_zoom_at (&c, 1.7, 300, 200);
  tb_camera_pan (&c, -37, 12);
  TbPoint w = tb_camera_to_world (&c, 123, 456), p = tb_camera_from_world (&c, w.x, w.y);
  g_assert_cmpfloat_with_epsilon (p.x, 123, 1e-9);
  g_assert_cmpfloat_with_epsilon (p.y, 456, 1e-9);
}

static void
test_zoom_keeps_the_point_under_the_pointer (void)
{
  TbCamera c = make (800, 600);
  for (double zoom = 0.1; zoom < 6; zoom *= 1.3)
    {
      TbPoint before = tb_camera_to_world (&c, 250, 410);
      tb_camera_zoom_at (&c, zoom, 250, 410);
      TbPoint after = tb_camera_from_world (&c, before.x, before.y);
      g_assert_cmpfloat_with_epsilon (after.x, 250, 0.51);
      g_assert_cmpfloat_with_epsilon (after.y, 410, 0.51);
    }
}

static void
test_zoom_has_limits (void)
{
  TbCamera c = make (800, 600);
  tb_camera_zoom_at (&c, 1e6, 0, 0);
  g_assert_cmpfloat (c.zoom, ==, TB_ZOOM_MAX);
  tb_camera_zoom_at (&c, 0, 0, 0);
  g_assert_cmpfloat (c.zoom, ==, TB_ZOOM_MIN);
}

static void
test_origin_is_a_whole_device_pixel (void)
{
  TbCamera c = make (800, 600);
  c.device = 2;
  tb_camera_zoom_at (&c, 1.234, 111.3, 97.7);
  tb_camera_pan (&c, 0.3, 0.8);
  g_assert_cmpfloat (c.ox * 2, ==, round (c.ox * 2));
  g_assert_cmpfloat (c.oy * 2, ==, round (c.oy * 2));
}

static void
test_fit_shows_all_in_the_middle (void)
{
  TbCamera c = make (800, 600);
  TbRect world = { -500, 200, 3000, 1000 };
  tb_camera_fit (&c, &world, 40, 1);
  TbRect r = tb_camera_rect (&c, &world);
  g_assert_cmpfloat (r.x, >=, 39);
  g_assert_cmpfloat (r.x + r.width, <=, 761);
  g_assert_cmpfloat_with_epsilon (r.y + r.height / 2, 300, 1);
  TbRect small = { 0, 0, 10, 10 };
  tb_camera_fit (&c, &small, 40, 1);
  g_assert_cmpfloat (c.zoom, ==, 1);
}

static void
test_reveal_moves_the_least (void)
{
  TbCamera c = make (800, 600);
  TbRect seen = { 100, 100, 50, 50 }, right = { 900, 100, 50, 50 };
  g_assert_false (tb_camera_reveal (&c, &seen, 20));
  g_assert_true (tb_camera_reveal (&c, &right, 20));
  g_assert_cmpfloat (tb_camera_rect (&c, &right).x, ==, 730);
  g_assert_cmpfloat (c.oy, ==, 0);
}

static void
test_nobody_gets_lost (void)
{
  TbCamera c = make (800, 600);
  TbRect bounds = { 0, 0, 400, 300 };
  tb_camera_pan (&c, 1e6, -1e6);
  tb_camera_clamp (&c, &bounds);
  TbRect r = tb_camera_rect (&c, &bounds);
  g_assert_cmpfloat (r.x, <, 800);
  g_assert_cmpfloat (r.y + r.height, >, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/canvas/camera/there-and-back", test_there_and_back);
  g_test_add_func ("/canvas/camera/zoom-at-pointer", test_zoom_keeps_the_point_under_the_pointer);
  g_test_add_func ("/canvas/camera/limits", test_zoom_has_limits);
  g_test_add_func ("/canvas/camera/whole-pixels", test_origin_is_a_whole_device_pixel);
  g_test_add_func ("/canvas/camera/fit", test_fit_shows_all_in_the_middle);
  g_test_add_func ("/canvas/camera/reveal", test_reveal_moves_the_least);
  g_test_add_func ("/canvas/camera/clamp", test_nobody_gets_lost);
  return g_test_run ();
}
