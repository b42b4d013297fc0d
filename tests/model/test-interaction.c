/* Interactions as lists of calls: read from a drawing, laid beside what was recorded, unfolded. */
#include "model-test.h"
#include "tb-interaction.h"

static const char drawing[] =
  "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
  "<architecture xmlns=\"urn:tierboard:1\" name=\"Test\">\n"
  "<component id=\"browser\" kind=\"client\"/><component id=\"shop\" kind=\"server\"/>"
  "<component id=\"orders\" kind=\"store\"/><component id=\"mail\" kind=\"server\"/>\n"
  "<link id=\"browse\" from=\"browser\" to=\"shop\"/><link id=\"save\" from=\"shop\" to=\"orders\"/>"
  "<link id=\"notify\" from=\"shop\" to=\"mail\" call=\"async\"/>\n"
  "<interaction id=\"buy\"><step link=\"browse\" label=\"PUT /cart\"/><step link=\"save\" reply=\"OK\"/>"
  "<step link=\"notify\" label=\"POST *\" order=\"parallel\"/><step link=\"save\" label=\"GET x\"/>"
  "</interaction>\n</architecture>\n";

static TbModel *
read_drawing (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TbDocument) document
    = tb_document_load_bytes ("test", drawing, sizeof drawing - 1, NULL, &error);
  g_assert_no_error (error);
  return tb_document_snapshot (document);
}

/* "b:PUT /cart s n": links by their letter, each perhaps with a label. A p before it: parallel. */
static TbSteps *
steps_of (const TbModel *model, const char *text)
{
  TbSteps *steps = tb_steps_new ();
  g_auto (GStrv) words = g_strsplit (text, " ", -1);
  for (guint i = 0; *text && words[i]; i++)
    {
      gboolean parallel = words[i][0] == 'p';
      const char *word = words[i] + parallel;
      const char *id = *word == 'b' ? "browse" : *word == 's' ? "save" : "notify";
      const TbElement *link = tb_model_lookup (model, id);
      TbInteractionStep *s
        = tb_steps_add (steps, tb_element_uid (link), tb_element_get (link, TB_PROP_FROM),
                        tb_element_get (link, TB_PROP_TO), word[1] == ':' ? word + 2 : "", "");
      s->parallel = parallel;
      s->async = *word == 'n';
    }
  return steps;
}

/* "b s- n+ s~": what is missing, extra, moved (~), in other words (?). */
static char *
marks_of (const TbModel *model, const TbSteps *compared)
{
  GString *text = g_string_new (NULL);
  for (guint i = 0; i < compared->len; i++)
    {
      const TbInteractionStep *s = g_ptr_array_index (compared, i);
      g_string_append_printf (text, "%s%c%.1s", i ? " " : "",
                              tb_element_id (tb_model_get (model, s->link))[0],
                              &" ?-+~"[s->mark]);
    }
  return g_string_free (text, FALSE);
}

static void
assert_marks (const char *drawn, const char *recorded, const char *expected)
{
  g_autoptr (TbModel) model = read_drawing ();
  g_autoptr (GPtrArray) a = steps_of (model, drawn), b = steps_of (model, recorded);
  g_autoptr (GPtrArray) compared = tb_steps_compare (a, b);
  g_autofree char *marks = marks_of (model, compared);
  g_autoptr (GString) text = g_string_new (marks);
  g_string_replace (text, "  ", " ", 0);
  if (text->len > 0 && text->str[text->len - 1] == ' ')
    g_string_truncate (text, text->len - 1);
  g_assert_cmpstr (text->str, ==, expected);
}

static void
test_an_interaction_is_read (void)
{
  g_autoptr (TbModel) model = read_drawing ();
  g_autoptr (GPtrArray) steps = tb_steps_of (model, tb_model_lookup (model, "buy"));
  const TbInteractionStep *s = g_ptr_array_index (steps, 2);
  g_assert_cmpuint (steps->len, ==, 4);
  g_assert_true (s->parallel && s->async && s->number == 3);
  g_assert_cmpstr (s->from, ==, "shop");
  g_assert_cmpstr (s->to, ==, "mail");
  s = g_ptr_array_index (steps, 1);
  g_assert_cmpstr (s->reply, ==, "OK");
  g_assert_cmpstr (s->label, ==, "");
}

static void
test_what_is_the_same_is_alike (void)
{
  assert_marks ("b s n", "b s n", "b s n");
  assert_marks ("", "", "");
  assert_marks ("b:GET*", "b:GET/x", "b");
  assert_marks ("b:get", "b:GET", "b");
}

static void
test_missing_extra_and_moved_are_told_apart (void)
{
  assert_marks ("b s n", "b n", "b s- n");
  assert_marks ("b s", "b s n", "b s n+");
  assert_marks ("b s n", "b n s", "b n~ s");
  assert_marks ("b s n", "", "b- s- n-");
  assert_marks ("", "b", "b+");
  assert_marks ("b s s s", "b s", "b s s- s-");
  assert_marks ("b s", "b s s s", "b s s+ s+");
}

static void
test_labels_choose_among_calls_of_a_link (void)
{
  assert_marks ("s:GET s:SET", "s:SET", "s- s");
  assert_marks ("s:GET", "s:SET s:GET", "s+ s");
  assert_marks ("s:GET", "s:SET", "s?");
  assert_marks ("s:GET s:SET", "s:SET s:GET", "s~ s");
}

static void
test_beside_each_other_any_order_will_do (void)
{
  assert_marks ("b s pn", "b n s", "b n s");
  assert_marks ("b s:A ps:B ps:C", "b s:C s:B s:A", "b s s s");
  assert_marks ("b s pn", "n b s", "n~ b s");
}

static void
test_differences_in_words (void)
{
  g_autoptr (TbModel) model = read_drawing ();
  g_autoptr (GPtrArray) a = steps_of (model, "b s:GET n s:SET"), b = steps_of (model, "n b s:PUT b");
  g_autoptr (GPtrArray) compared = tb_steps_compare (a, b);
  g_autofree char *words = tb_steps_in_words (model, compared, TRUE);
  g_assert_cmpstr (words, ==, "step 3 (notify) comes at another place; step 2 is recorded in other words "
                              "(save: PUT); call 4 (browse) is not drawn; step 4 (save: SET) is missing");
  g_assert_cmpuint (tb_steps_n_different (compared, TRUE), ==, 4);
  g_assert_cmpuint (tb_steps_n_different (compared, FALSE), ==, 3);
}

static void
assert_unfolds (const char *text, const char *expected)
{
  g_autoptr (TbModel) model = read_drawing ();
  g_autoptr (GPtrArray) steps = steps_of (model, text);
  g_autoptr (GArray) events = tb_steps_unfold (steps);
  g_autoptr (GString) out = g_string_new (NULL);
  for (guint i = 0; i < events->len; i++)
    {
      guint e = g_array_index (events, guint, i);
      gboolean call = e < steps->len;
      g_string_append_printf (out, "%s%u%s", i ? " " : "", call ? e : ~e, call ? "" : "r");
    }
  g_assert_cmpstr (out->str, ==, expected);
}

static void
test_calls_are_answered_like_a_stack (void)
{
  assert_unfolds ("b s s", "0 1 1r 2 2r 0r");
  assert_unfolds ("b s b s", "0 1 1r 0r 2 3 3r 2r");
  assert_unfolds ("b n s", "0 1 2 2r 0r"); /* nobody waits for a message */
  assert_unfolds ("b s ps", "0 1 2 2r 1r 0r");
  assert_unfolds ("", "");
}

/* Whatever is compared: every step of both is there once. */
static void
test_nothing_is_lost (void)
{
  g_autoptr (TbModel) model = read_drawing ();
  for (int round = 0; round < 3000; round++)
    {
      g_autoptr (GString) a = g_string_new (NULL), b = g_string_new (NULL);
      for (int i = g_test_rand_int_range (0, 9); i > 0; i--)
        g_string_append_printf (a, "%s%s%c:%c", a->len ? " " : "", g_test_rand_bit () ? "p" : "",
                                "bsn"[g_test_rand_int_range (0, 3)], "XY"[g_test_rand_int_range (0, 2)]);
      for (int i = g_test_rand_int_range (0, 9); i > 0; i--)
        g_string_append_printf (b, "%s%c:%c", b->len ? " " : "", "bsn"[g_test_rand_int_range (0, 3)],
                                "XY"[g_test_rand_int_range (0, 2)]);
      g_autoptr (GPtrArray) drawn = steps_of (model, a->str), recorded = steps_of (model, b->str);
      g_autoptr (GPtrArray) compared = tb_steps_compare (drawn, recorded);
      guint n[TB_STEP_MOVED + 1] = { 0 };
      for (guint i = 0; i < compared->len; i++)
        n[((TbInteractionStep *) g_ptr_array_index (compared, i))->mark]++;
      guint both = n[TB_STEP_ALIKE] + n[TB_STEP_OTHERWISE] + n[TB_STEP_MOVED];
      g_assert_cmpuint (both + n[TB_STEP_MISSING], ==, drawn->len);
      g_assert_cmpuint (both + n[TB_STEP_EXTRA], ==, recorded->len);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/interaction/read", test_an_interaction_is_read);
  g_test_add_func ("/interaction/alike", test_what_is_the_same_is_alike);
  g_test_add_func ("/interaction/marks", test_missing_extra_and_moved_are_told_apart);
  g_test_add_func ("/interaction/labels", test_labels_choose_among_calls_of_a_link);
  g_test_add_func ("/interaction/parallel", test_beside_each_other_any_order_will_do);
  g_test_add_func ("/interaction/words", test_differences_in_words);
  g_test_add_func ("/interaction/unfold", test_calls_are_answered_like_a_stack);
  g_test_add_func ("/interaction/nothing-is-lost", test_nothing_is_lost);
  return g_test_run ();
}
