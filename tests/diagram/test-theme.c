/* Every text of every theme can be read on what it stands on. */
#include "colour-private.h"
#include "pen-private.h"

static void
assert_reads (TbThemeId theme, const char *what, TbColour ink, TbColour ground)
{
  double contrast = tb_colour_contrast (&ink, &ground);
  if (contrast < 4.5)
    g_error ("%s: %s has a contrast of %.2f only", tb_theme_name (theme), what, contrast);
}

static void
test_texts_meet_wcag_aa (void)
{
  for (guint t = 0; t < TB_N_THEMES; t++)
    {
      TbThemeId theme = (TbThemeId) t;
      TbColour text = tb_ink_colour (theme, TB_INK_TEXT), dim = tb_ink_colour (theme, TB_INK_DIM);
      TbColour label = tb_ink_colour (theme, TB_INK_ON_GROUND);
      TbColour card = tb_theme_colour (theme, TB_COLOUR_CARD);
      TbColour canvas = tb_theme_colour (theme, TB_COLOUR_CANVAS);
      assert_reads (theme, "name on a card", text, card);
      assert_reads (theme, "second line on a card", dim, card);
      assert_reads (theme, "label on the canvas", label, canvas);
      assert_reads (theme, "text on a note", tb_ink_colour (theme, TB_INK_ON_NOTE),
                    tb_theme_note (theme));
      assert_reads (theme, "middleware", label, tb_theme_colour (theme, TB_COLOUR_HEADER));
      for (guint band = 0; band < 3; band++)
        {
          TbColour ground = tb_theme_band (theme, band);
          assert_reads (theme, "layer on its band", label, ground);
          assert_reads (theme, "tier on a band", label, tb_theme_container (theme, &ground));
          assert_reads (theme, "second line on a tinted card", dim, ground);
          assert_reads (theme, "name on a tinted card", text, ground);
        }
      for (guint role = 0; role < TB_N_ROLES; role++)
        assert_reads (theme, "count on its badge", tb_ink_colour (theme, TB_INK_ON_BADGE),
                      tb_theme_badge (theme, (TbRole) role));
    }
}

static void
test_chrome_texts_meet_wcag_aa (void)
{
  static const TbColourId grounds[] = { TB_COLOUR_WINDOW, TB_COLOUR_HEADER, TB_COLOUR_SIDE };
  for (guint t = 0; t < TB_N_THEMES; t++)
    for (guint i = 0; i < G_N_ELEMENTS (grounds); i++)
      assert_reads ((TbThemeId) t, "text on the window",
                    tb_theme_colour ((TbThemeId) t, TB_COLOUR_TEXT),
                    tb_theme_colour ((TbThemeId) t, grounds[i]));
}

static void
test_tokens_are_those_of_the_look (void)
{
  TbColour c = tb_theme_colour (TB_THEME_LIGHT, TB_COLOUR_ACCENT);
  g_assert_cmpfloat_with_epsilon (c.r, 0x1F / 255., 1e-9);
  g_assert_cmpfloat_with_epsilon (c.b, 0xD0 / 255., 1e-9);
  c = tb_theme_colour (TB_THEME_DARK, TB_COLOUR_BAND_2);
  g_assert_cmpfloat_with_epsilon (c.r, 0x25 / 255., 1e-9);
  c = tb_theme_role (TB_THEME_DARK, TB_ROLE_CACHE);
  g_assert_cmpfloat_with_epsilon (c.g, 0x6A / 255., 1e-9);
}

static void
test_names_lead_back (void)
{
  for (guint t = 0; t < TB_N_THEMES; t++)
    {
      TbThemeId theme;
      g_assert_true (tb_theme_from_name (tb_theme_name ((TbThemeId) t), &theme));
      g_assert_cmpuint (theme, ==, t);
    }
  TbThemeId theme;
  g_assert_false (tb_theme_from_name ("sepia", &theme));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/theme/texts-meet-wcag-aa", test_texts_meet_wcag_aa);
  g_test_add_func ("/theme/chrome-texts-meet-wcag-aa", test_chrome_texts_meet_wcag_aa);
  g_test_add_func ("/theme/tokens-are-those-of-the-look", test_tokens_are_those_of_the_look);
  g_test_add_func ("/theme/names-lead-back", test_names_lead_back);
  return g_test_run ();
}
