/* A scenario in a recording is read as it was told; what does not fit is passed over. */
#include <math.h>
#include <string.h>

#include "recorded.h"
#include "tb-scenario-told.h"

#define SCENARIO                                                                                   \
  "<architecture xmlns=\"urn:tierboard:1\" name=\"Exercise\"><scenario id=\"cut\">"                \
  "<wait until=\"ready\"/><phase id=\"during\" lasts=\"2s\"/>"                                     \
  "<expect that=\"availability\" of=\"browse\" during=\"during\" at-least=\"0.9\"/>"               \
  "</scenario></architecture>"

static GPtrArray *
told_of (Recorded *r, TbPast **past)
{
  *past = recorded_open (r);
  return tb_scenarios_told (*past, NULL);
}

static void
test_told_and_read (void)
{
  Recorded *r = recorded_new ();
  TbPast *past;
  recorded_say (r, 100, "cut", "scenario", SCENARIO);
  recorded_say (r, 200, "cut", "scenario-step", "0 paused");
  recorded_say (r, 300, "cut", "scenario-step", "0");
  recorded_say (r, 400, "cut", "scenario-step", "1");
  recorded_say (r, 2400, "cut", "scenario-step", "2");
  recorded_say (r, 2500, "cut", "scenario-finding", "0\nviolated\n3 % [1 %, 9 %] of 80\n");
  recorded_say (r, 2500, "cut", "scenario-over", "violated\nit was 3 %");
  g_autoptr (GPtrArray) all = told_of (r, &past);
  g_assert_cmpuint (all->len, ==, 1);
  const TbScenarioTold *told = g_ptr_array_index (all, 0);
  const TbToldFinding *f = g_ptr_array_index (told->findings, 0);
  g_assert_nonnull (told->element);
  g_assert_true (told->over);
  g_assert_cmpint (told->end, ==, TB_END_VIOLATED);
  g_assert_cmpstr (told->sentence, ==, "it was 3 %");
  g_assert_cmpstr (f->text, ==, "availability of browse during during at least 0.9");
  g_assert_cmpstr (f->measured, ==, "3 % [1 %, 9 %] of 80");
  g_assert_cmpint (f->outcome, ==, TB_VIOLATED);
  g_assert_true (isnan (tb_scenario_told_place (told, recorded_ns (r, 250))));
  g_assert_cmpfloat_with_epsilon (tb_scenario_told_place (told, recorded_ns (r, 1400)), 1.5, 1e-6);
  g_assert_cmpfloat (tb_scenario_told_place (told, recorded_ns (r, 3000)), ==, 2);
  g_assert_null (tb_scenario_told_at (all, recorded_ns (r, 50)));
  g_assert_true (tb_scenario_told_at (all, recorded_ns (r, 9000)) == told);
  g_clear_pointer (&all, g_ptr_array_unref);
  g_object_unref (past);
  recorded_free (r);
}

/* Anybody may have written it. */
static void
test_what_does_not_fit (void)
{
  static const char *const values[] = { "", "-1", "99999999999999999999", "0", "0\nheld", "7\nheld\n1\n", "x\ny\nz\nw",
                                        "0\nwonderful\n1\n2", "\n\n\n\n" };
  static const char *const whats[] = { "scenario-step", "scenario-finding", "scenario-over", "scenario-more" };
  Recorded *r = recorded_new ();
  TbPast *past;
  recorded_say (r, 50, "cut", "scenario-step", "0");
  recorded_say (r, 100, "cut", "scenario", "<architecture");
  recorded_say (r, 100, "cut", "scenario", SCENARIO);
  for (guint i = 0; i < G_N_ELEMENTS (whats); i++)
    for (guint k = 0; k < G_N_ELEMENTS (values); k++)
      recorded_say (r, 200, "cut", whats[i], values[k]);
  recorded_say (r, 300, "other", "scenario-over", "held\nno");
  g_autoptr (GPtrArray) all = told_of (r, &past);
  g_assert_cmpuint (all->len, ==, 2);
  const TbScenarioTold *told = g_ptr_array_index (all, 1);
  const TbToldFinding *f = g_ptr_array_index (told->findings, 0);
  g_assert_cmpint (f->outcome, ==, TB_UNKNOWN);
  g_assert_cmpint (told->end, ==, TB_END_NOT_RUN);
  g_clear_pointer (&all, g_ptr_array_unref);
  g_object_unref (past);
  recorded_free (r);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/told/what is told is read", test_told_and_read);
  g_test_add_func ("/told/what does not fit is passed over", test_what_does_not_fit);
  return g_test_run ();
}
