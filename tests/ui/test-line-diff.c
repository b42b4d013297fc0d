/* Exchanging lines: the result is the new text, and what is the same is not touched. */
#include <string.h>

#include "line-diff.h"

static char *
apply (const char *old_text, const char *new_text, guint *touched)
{
  g_autoptr (GArray) changes = tb_line_diff (old_text, new_text);
  g_autoptr (GArray) old_starts = tb_line_starts (old_text), new_starts = tb_line_starts (new_text);
  GString *out = g_string_new (NULL);
  guint at = 0;
  *touched = 0;
#define PART(text, starts, from, to)                                                               \
  g_string_append_len (out, text + g_array_index (starts, gsize, from),                            \
                       (gssize) (g_array_index (starts, gsize, to)                                 \
                                 - g_array_index (starts, gsize, from)))
  for (guint i = 0; i < changes->len; i++)
    {
      const TbLineChange *c = &g_array_index (changes, TbLineChange, i);
      g_assert_cmpuint (c->at, >=, at);
      PART (old_text, old_starts, at, c->at);
      PART (new_text, new_starts, c->with, c->with + c->n_with);
      at = c->at + c->n;
      *touched += c->n + c->n_with;
    }
  PART (old_text, old_starts, at, old_starts->len - 1);
  return g_string_free (out, FALSE);
}

static void
assert_touches (const char *old_text, const char *new_text, guint most)
{
  guint touched;
  g_autofree char *result = apply (old_text, new_text, &touched);
  g_assert_cmpstr (result, ==, new_text);
  g_assert_cmpuint (touched, <=, most);
}

static void
test_the_same_needs_nothing (void)
{
  assert_touches ("", "", 0);
  assert_touches ("a\nb\n", "a\nb\n", 0);
}

static void
test_only_lines_that_differ_are_touched (void)
{
  assert_touches ("a\nb\nc\nd\ne\n", "a\nB\nc\nd\nE\n", 4);
  assert_touches ("a\nb\nc\n", "b\nc\n", 1);
  assert_touches ("b\nc\n", "a\nb\nc\n", 1);
  assert_touches ("a\nb", "a\nb\n", 2);
  assert_touches ("", "a\nb\n", 2);
  assert_touches ("a\nb\n", "", 2);
}

static void
test_far_apart_texts_are_exchanged_whole (void)
{
  GString *a = g_string_new ("head\n"), *b = g_string_new ("head\n");
  for (int i = 0; i < 500; i++)
    {
      g_string_append_printf (a, "a%d\n", i);
      g_string_append_printf (b, "b%d\n", i);
    }
  assert_touches (a->str, b->str, 1000);
  g_string_free (a, TRUE);
  g_string_free (b, TRUE);
}

static void
test_random_edits_lead_to_the_new_text (void)
{
  guint32 seed = g_random_int ();
  g_test_message ("seed %u", seed);
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  for (int round = 0; round < 2000; round++)
    {
      GString *a = g_string_new (NULL), *b = g_string_new (NULL);
      int n = g_rand_int_range (rand, 0, 20);
      guint edits = 0;
      for (int i = 0; i < n; i++)
        {
          int line = g_rand_int_range (rand, 0, 4), what = g_rand_int_range (rand, 0, 8);
          g_string_append_printf (a, "%d\n", line);
          edits += what < 3 ? (what == 2 ? 2 : 1) : 0;
          if (what != 0)
            g_string_append_printf (b, "%d\n", what == 2 ? line + 10 : line);
          if (what == 1)
            g_string_append (b, "new\n");
        }
      assert_touches (a->str, b->str, edits);
      g_string_free (a, TRUE);
      g_string_free (b, TRUE);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/line-diff/the-same-needs-nothing", test_the_same_needs_nothing);
  g_test_add_func ("/line-diff/only-lines-that-differ-are-touched",
                   test_only_lines_that_differ_are_touched);
  g_test_add_func ("/line-diff/far-apart-texts-are-exchanged-whole",
                   test_far_apart_texts_are_exchanged_whole);
  g_test_add_func ("/line-diff/random-edits-lead-to-the-new-text",
                   test_random_edits_lead_to_the_new_text);
  return g_test_run ();
}
