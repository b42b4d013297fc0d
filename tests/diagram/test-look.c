/* A person's colours: which rules an element meets, and that all can be read in every theme. */
#include <math.h>
#include <string.h>

#include "look-private.h"
#include "tb-base.h"

static TbDocument *
load (const char *styles)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *xml = g_strdup_printf (
      "<architecture xmlns='urn:tierboard:1'><layer id='data'/><layer id='top'/>"
      "<tier id='db'/><group id='outer'/><group id='inner' parent='outer'/>"
      "<group id='loop-a' parent='loop-b'/><group id='loop-b' parent='loop-a'/>"
      "<component id='orders' kind='store' tier='db' layer='top data' group='inner' tags='hot red'/>"
      "<component id='shop' kind='server' colour='#123456' tags='hotter'/>"
      "<component id='lost' kind='server' group='loop-a'/>"
      "<link id='save' from='shop' to='orders'/><note id='paper' colour='#ffeeaa'>x</note>%s"
      "</architecture>", styles);
  TbDocument *d = tb_document_load_bytes ("t", xml, strlen (xml), NULL, &error);
  g_assert_no_error (error);
  return d;
}

static TbLookSpec
look_of (TbDocument *d, const char *id)
{
  const TbModel *model = tb_document_model (d);
  g_autoptr (TbRules) rules = tb_rules_new (model);
  return tb_rules_look (rules, tb_model_lookup (model, id));
}

static guint
rgb (TbColour c)
{
  return (guint) (lround (c.r * 255) << 16 | lround (c.g * 255) << 8 | lround (c.b * 255));
}

/* ---- Rules ----------------------------------------------------------------------------------- */

static void
test_each_condition_chooses (void)
{
  static const struct
  {
    const char *condition;
    gboolean orders, shop, save;
  } rows[] = {
    { "kind='store'", TRUE, FALSE, FALSE },  { "kind='link'", FALSE, FALSE, TRUE },
    { "tag='hot'", TRUE, FALSE, FALSE },     { "tag='red'", TRUE, FALSE, FALSE },
    { "layer='data'", TRUE, FALSE, FALSE },  { "layer='top'", TRUE, FALSE, FALSE },
    { "tier='db'", TRUE, FALSE, FALSE },     { "group='inner'", TRUE, FALSE, FALSE },
    { "group='outer'", TRUE, FALSE, FALSE }, { "", TRUE, TRUE, TRUE },
    { "kind='store' tag='hot' tier='db'", TRUE, FALSE, FALSE },
    { "kind='server' tag='hot'", FALSE, FALSE, FALSE },
  };
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *style = g_strdup_printf ("<style %s fill='#abcdef'/>", rows[i].condition);
      g_autoptr (TbDocument) d = load (style);
      g_test_message ("%s", style);
      g_assert_cmpint (look_of (d, "orders").fill.a > 0, ==, rows[i].orders);
      g_assert_cmpint (look_of (d, "shop").fill.a > 0, ==, rows[i].shop);
      g_assert_cmpint (look_of (d, "save").fill.a > 0, ==, rows[i].save);
    }
}

static void
test_the_later_rule_wins_where_it_says_something (void)
{
  g_autoptr (TbDocument) d = load ("<style kind='store' fill='#111111' line='#222222' dashed='yes'/>"
                                   "<style tag='hot' fill='#333333' dashed='no'/>");
  TbLookSpec look = look_of (d, "orders");
  g_assert_cmphex (rgb (look.fill), ==, 0x333333);
  g_assert_cmphex (rgb (look.line), ==, 0x222222);
  g_assert_cmpint (look.dash, ==, TB_DASH_NO);
}

static void
test_an_elements_own_colour_wins_over_rules (void)
{
  g_autoptr (TbDocument) d = load ("<style kind='server' line='#ff0000' ink='#00ff00'/>"
                                   "<style kind='note' fill='#ff0000'/>");
  g_assert_cmphex (rgb (look_of (d, "shop").line), ==, 0x123456);
  g_assert_cmphex (rgb (look_of (d, "shop").ink), ==, 0x00ff00);
  g_assert_cmphex (rgb (look_of (d, "paper").fill), ==, 0xffeeaa);
}

static void
test_a_circle_of_groups_ends (void)
{
  g_autoptr (TbDocument) d = load ("<style group='outer' fill='#111111'/>");
  g_assert_cmpfloat (look_of (d, "lost").fill.a, ==, 0);
}

/* ---- Colours --------------------------------------------------------------------------------- */

static TbColour
random_colour (TbRng *rng)
{
  return (TbColour){ tb_rng_uniform (rng), tb_rng_uniform (rng), tb_rng_uniform (rng), 1 };
}

static void
test_any_colours_can_be_read_in_every_theme (void)
{
  TbRng rng;
  guint64 seed = (guint64) g_test_rand_int ();
  g_test_message ("seed %" G_GUINT64_FORMAT, seed);
  tb_rng_seed (&rng, seed);
  for (guint i = 0; i < 2000; i++)
    for (guint t = 0; t < TB_N_THEMES; t++)
      {
        TbThemeId theme = (TbThemeId) t;
        TbLookSpec spec = { .line = random_colour (&rng) };
        if (i % 3 != 0)
          spec.fill = random_colour (&rng);
        if (i % 2 == 0)
          spec.ink = random_colour (&rng);
        TbLookColours c = tb_look_mix (theme, &spec);
        TbColour ground = c.fill.a > 0 ? c.fill : tb_theme_colour (theme, TB_COLOUR_CARD);
        TbColour text = c.ink.a > 0 ? c.ink : tb_theme_colour (theme, TB_COLOUR_TEXT);
        TbColour canvas = tb_theme_colour (theme, TB_COLOUR_CANVAS), white = { 1, 1, 1, 1 };
        g_assert_cmpfloat (tb_colour_contrast (&text, &ground), >=, 4.5);
        if (c.dim.a > 0)
          g_assert_cmpfloat (tb_colour_contrast (&c.dim, &ground), >=, 4.5);
        g_assert_cmpfloat (tb_colour_contrast (&c.line, &canvas), >=, 3);
        g_assert_cmpfloat (tb_colour_contrast (&c.badge, &white), >=, 4.5);
      }
}

static void
test_light_and_print_keep_the_ground_that_was_chosen (void)
{
  TbLookSpec spec = { .fill = { 0.1, 0.2, 0.4, 1 } };
  g_assert_cmphex (rgb (tb_look_mix (TB_THEME_LIGHT, &spec).fill), ==, rgb (spec.fill));
  g_assert_cmphex (rgb (tb_look_mix (TB_THEME_PRINT, &spec).fill), ==, rgb (spec.fill));
  g_assert_cmphex (rgb (tb_look_mix (TB_THEME_LIGHT, &spec).ink), ==, 0xffffff);
}

static double
hue (TbColour c)
{
  return atan2 (sqrt (3) * (c.g - c.b), 2 * c.r - c.g - c.b);
}

static void
test_dark_keeps_the_hue (void)
{
  TbLookSpec spec = { .fill = { 0.95, 0.8, 0.8, 1 } };
  TbColour dark = tb_look_mix (TB_THEME_DARK, &spec).fill;
  g_assert_cmpfloat (fabs (hue (dark) - hue (spec.fill)), <, 0.05);
  g_assert_cmpfloat (dark.r, <, 0.5);
}

static void
test_what_looks_the_same_is_one_look (void)
{
  TbLooks looks = { 0 };
  TbLookSpec nothing = { .dash = TB_DASH_UNSAID }, red = { .line = { 1, 0, 0, 1 } }, same = red;
  g_assert_null (tb_looks_get (&looks, &nothing));
  g_assert_true (tb_looks_get (&looks, &red) == tb_looks_get (&looks, &same));
  same.dash = TB_DASH_YES;
  g_assert_false (tb_looks_get (&looks, &red) == tb_looks_get (&looks, &same));
  tb_looks_clear (&looks);
}

#define ADD(name, func) g_test_add_func ("/look/" name, func)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("rule/conditions", test_each_condition_chooses);
  ADD ("rule/later-wins", test_the_later_rule_wins_where_it_says_something);
  ADD ("rule/own-colour", test_an_elements_own_colour_wins_over_rules);
  ADD ("rule/circle-of-groups", test_a_circle_of_groups_ends);
  ADD ("colour/readable", test_any_colours_can_be_read_in_every_theme);
  ADD ("colour/light-keeps", test_light_and_print_keep_the_ground_that_was_chosen);
  ADD ("colour/dark-keeps-hue", test_dark_keeps_the_hue);
  ADD ("interned", test_what_looks_the_same_is_one_look);
  return g_test_run ();
}
