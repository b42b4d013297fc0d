/* Sequence diagrams: what is where, and what is written. */
#include <string.h>

#include "tb-sequence.h"

static TbSteps *
three_steps (void)
{
  TbSteps *steps = tb_steps_new ();
  tb_steps_add (steps, 1, "browser", "shop", "PUT /cart", "200");
  tb_steps_add (steps, 2, "shop", "orders", "a label so long that the lifelines have to make room for it", "OK");
  tb_steps_add (steps, 3, "shop", "shop", "check", "");
  return steps;
}

static char *
svg_of (const TbSequence *sequence, TbThemeId theme)
{
  gsize size;
  TbColour page = tb_theme_colour (theme, TB_COLOUR_CANVAS);
  g_autoptr (TbPlot) plot = tb_plot_new_svg (tb_sequence_width (sequence), tb_sequence_height (sequence),
                                             &page, TRUE);
  tb_sequence_paint (sequence, plot, theme, 1);
  return tb_plot_end_svg (plot, &size);
}

static guint
count (const char *text, const char *what)
{
  guint n = 0;
  for (const char *at = strstr (text, what); at; at = strstr (at + 1, what))
    n++;
  return n;
}

static void
test_each_call_and_reply_is_drawn (void)
{
  g_autoptr (GPtrArray) steps = three_steps ();
  g_autoptr (TbSequence) sequence = tb_sequence_new (NULL, steps);
  g_autofree char *svg = svg_of (sequence, TB_THEME_LIGHT);
  g_assert_cmpuint (count (svg, "class=\"lifeline\""), ==, 3);
  g_assert_cmpuint (count (svg, "class=\"call\""), ==, 3);
  g_assert_cmpuint (count (svg, "class=\"reply\""), ==, 3);
  g_assert_nonnull (strstr (svg, "1  PUT /cart"));
  g_assert_nonnull (strstr (svg, "make room for it"));
}

static void
test_marks_are_said_in_words (void)
{
  g_autoptr (GPtrArray) steps = three_steps ();
  ((TbInteractionStep *) g_ptr_array_index (steps, 0))->mark = TB_STEP_MISSING;
  ((TbInteractionStep *) g_ptr_array_index (steps, 1))->mark = TB_STEP_EXTRA;
  ((TbInteractionStep *) g_ptr_array_index (steps, 2))->mark = TB_STEP_MOVED;
  g_autoptr (TbSequence) sequence = tb_sequence_new (NULL, steps);
  g_autofree char *svg = svg_of (sequence, TB_THEME_DARK);
  g_assert_nonnull (strstr (svg, "PUT /cart (missing)"));
  g_assert_nonnull (strstr (svg, "(not drawn)"));
  g_assert_nonnull (strstr (svg, "check (moved)"));
}

static void
test_a_step_is_found_where_it_is (void)
{
  g_autoptr (GPtrArray) steps = three_steps ();
  g_autoptr (TbSequence) sequence = tb_sequence_new (NULL, steps);
  TbRect rect;
  for (guint i = 0; i < steps->len; i++)
    {
      g_assert_true (tb_sequence_step_rect (sequence, i, &rect));
      g_assert_cmpuint (tb_sequence_step_at (sequence, rect.y + rect.height / 2), ==, i);
      g_assert_cmpfloat (rect.y + rect.height, <, tb_sequence_height (sequence));
    }
  g_assert_false (tb_sequence_step_rect (sequence, 3, &rect));
  g_assert_false (tb_sequence_step_rect (sequence, G_MAXUINT, &rect));
  g_assert_cmpuint (tb_sequence_step_at (sequence, 2), ==, G_MAXUINT);
}

static void
test_nothing_has_a_picture_too (void)
{
  g_autoptr (GPtrArray) steps = tb_steps_new ();
  g_autoptr (TbSequence) sequence = tb_sequence_new (NULL, steps);
  g_autofree char *svg = svg_of (sequence, TB_THEME_PRINT);
  g_assert_cmpfloat (tb_sequence_width (sequence), >, 0);
  g_assert_cmpuint (count (svg, "class=\"call\""), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sequence/drawn", test_each_call_and_reply_is_drawn);
  g_test_add_func ("/sequence/marks", test_marks_are_said_in_words);
  g_test_add_func ("/sequence/found", test_a_step_is_found_where_it_is);
  g_test_add_func ("/sequence/empty", test_nothing_has_a_picture_too);
  return g_test_run ();
}
