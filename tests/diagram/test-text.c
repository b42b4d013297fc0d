/* Measuring, fitting and wrapping. */
#include "text-private.h"

#include <string.h>

static void
test_width_grows_with_text (void)
{
  double a = tb_text_width (TB_FONT_NAME, "Shop"), b = tb_text_width (TB_FONT_NAME, "Shopping");
  g_assert_cmpfloat (a, >, 20);
  g_assert_cmpfloat (b, >, a);
  g_assert_cmpfloat (tb_text_width (TB_FONT_NAME, ""), ==, 0);
}

static void
test_digits_have_one_width (void)
{
  for (guint font = 0; font < TB_N_FONTS; font++)
    g_assert_cmpfloat_with_epsilon (tb_text_width ((TbFontId) font, "1111"),
                                    tb_text_width ((TbFontId) font, "0888"), 0.01);
}

static void
test_long_text_is_ellipsised (void)
{
  g_autofree char *whole = tb_text_fit (TB_FONT_NAME, "Orders", 200);
  g_autofree char *cut = tb_text_fit (TB_FONT_NAME, "A component with quite a long name", 100);
  g_assert_cmpstr (whole, ==, "Orders");
  g_assert_true (g_str_has_suffix (cut, "…"));
  g_assert_cmpfloat (tb_text_width (TB_FONT_NAME, cut), <=, 100);
}

/* Arabic joins, Thai has marks, the last needs a surrogate in other encodings: through Pango. */
static void
test_other_scripts_are_measured (void)
{
  static const char *const texts[] = { "متجر", "ร้านค้า", "商店", "Größe", "Ω → ∞", "🛒 shop" };
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_assert_cmpfloat (tb_text_width (TB_FONT_NAME, texts[i]), >, 5);
      g_autofree char *cut = tb_text_fit (TB_FONT_NAME, texts[i], 18);
      g_assert_true (g_utf8_validate (cut, -1, NULL));
    }
}

static void
test_a_huge_name_costs_little (void)
{
  g_autofree char *huge = g_strnfill (1 << 20, 'm');
  g_autofree char *cut = tb_text_fit (TB_FONT_NAME, huge, 120);
  g_assert_cmpfloat (tb_text_width (TB_FONT_NAME, cut), <=, 120);
}

static void
test_wrap_keeps_to_width_and_count (void)
{
  g_auto (GStrv) lines = tb_text_wrap (
      TB_FONT_NOTE, "One sentence that is far too long for a single line of a note, and goes on",
      120, 3);
  g_assert_cmpuint (g_strv_length (lines), ==, 3);
  for (guint i = 0; lines[i]; i++)
    g_assert_cmpfloat (tb_text_width (TB_FONT_NOTE, lines[i]), <=, 120);
  g_assert_true (g_str_has_suffix (lines[2], "…"));
}

static gpointer
measure_and_draw (gpointer data)
{
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, 200, 40);
  cairo_t *cr = cairo_create (surface);
  for (int i = 0; i < 200; i++)
    {
      g_autofree char *text = g_strdup_printf ("Thread %d متجر %p", i, data);
      tb_text_show (cr, (TbFontId) (i % TB_N_FONTS), text, 0, 20);
    }
  g_assert_cmpint (cairo_status (cr), ==, CAIRO_STATUS_SUCCESS);
  cairo_destroy (cr);
  cairo_surface_destroy (surface);
  return NULL;
}

static void
test_threads_may_draw_at_once (void)
{
  GThread *threads[4];
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("draw", measure_and_draw, threads);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/text/width-grows-with-text", test_width_grows_with_text);
  g_test_add_func ("/text/digits-have-one-width", test_digits_have_one_width);
  g_test_add_func ("/text/long-text-is-ellipsised", test_long_text_is_ellipsised);
  g_test_add_func ("/text/other-scripts-are-measured", test_other_scripts_are_measured);
  g_test_add_func ("/text/a-huge-name-costs-little", test_a_huge_name_costs_little);
  g_test_add_func ("/text/wrap-keeps-to-width-and-count", test_wrap_keeps_to_width_and_count);
  g_test_add_func ("/text/threads-may-draw-at-once", test_threads_may_draw_at_once);
  return g_test_run ();
}
