/* What is wrong with a scenario is said in a sentence, with the line. */
#include <math.h>
#include <string.h>

#include "drawn.h"

static const struct
{
  const char *content, *said; /* a part of the sentence */
} wrong[] = {
  { "<wait until=\"order has leader\"/>\n", "scenario try, line 4: nothing is called “order”" },
  { "<wait until=\"orders is green\"/>\n", "line 4: “orders is green” is no condition" },
  { "<wait until=\"ready\" within=\"0s\"/>\n", "within= must be longer than nothing" },
  { "<phase id=\"a\" lasts=\"0s\"/>\n", "the phase a must last longer than nothing" },
  { "<phase id=\"a\" lasts=\"2000h\"/>\n", "the phase a lasts longer than a day" },
  { "", "line 3: it has no phase and waits for nothing" },
  { "<phase id=\"a\" lasts=\"3s\">\n<do at=\"3s\" kill=\"web/1\"/></phase>\n",
    "line 5: this is to be done 3s after the phase a began, which lasts 3s" },
  { "<phase id=\"a\" lasts=\"3s\"><do kill=\"web/4\"/></phase>\n", "there is no “web/4”: web has 3 replicas" },
  { "<phase id=\"a\" lasts=\"3s\"><do kill=\"save\"/></phase>\n", "“save” is a link, and here stands what runs" },
  { "<phase id=\"a\" lasts=\"3s\"><do/></phase>\n", "this action asks for nothing" },
  { "<phase id=\"a\" lasts=\"3s\"><do kill=\"web/1\" pause=\"web/2\"/></phase>\n", "asks for kill and pause" },
  { "<phase id=\"a\" lasts=\"3s\"><do restart=\"web/1\" for=\"1s\"/></phase>\n", "for= says nothing of restart" },
  { "<phase id=\"a\" lasts=\"3s\"><do kill=\"web/1\" for=\"0s\"/></phase>\n", "for= must be longer than nothing" },
  { "<phase id=\"a\" lasts=\"3s\"><do partition=\"bridge\" of=\"browser\"/></phase>\n", "bridge" },
  { "<phase id=\"a\" lasts=\"3s\"><do partition=\"isolate\" of=\"order/leader\"/></phase>\n", "nothing is called “order/leader”" },
  { "<phase id=\"a\" lasts=\"3s\"><do fault=\"latency\" of=\"sav\" latency=\"20ms\"/></phase>\n", "nothing is called “sav”" },
  { "<phase id=\"a\" lasts=\"3s\"><do load=\"web\" rate=\"5\"/></phase>\n", "“web” is no built-in client" },
  { "<phase id=\"a\" lasts=\"3s\"><do load=\"browser\"/></phase>\n", "a load has rate=" },
  { "<phase id=\"a\" lasts=\"3s\"><do once=\"sav carried 3\" kill=\"web/1\"/></phase>\n", "nothing is called “sav”" },
  { "<phase id=\"a\" lasts=\"3s\"/>\n<expect that=\"availability\" of=\"save\" during=\"b\" at-least=\"0.9\"/>\n",
    "line 5: there is no phase “b”" },
  { "<phase id=\"a\" lasts=\"3s\"/><expect that=\"availability\" of=\"save\" at-least=\"5\"/>\n", "is more than all" },
  { "<phase id=\"a\" lasts=\"3s\"/><expect that=\"availability\" of=\"save\"/>\n", "how much availability is expected?" },
  { "<phase id=\"a\" lasts=\"3s\"/><expect that=\"latency\" of=\"save\" at-most=\"5\"/>\n", "“5” is no time" },
  { "<phase id=\"a\" lasts=\"3s\"/><expect that=\"throughput\" of=\"save\" at-least=\"5s\"/>\n", "“5s” is a time" },
  { "<phase id=\"a\" lasts=\"3s\"/><expect that=\"throughput\" of=\"save\" at-least=\"5\" at-most=\"4\"/>\n",
    "nothing is at least 5 and at most 4" },
  { "<phase id=\"a\" lasts=\"3s\"/><expect that=\"throughput\" of=\"save\" at-least=\"5\" within=\"4s\"/>\n",
    "within= says nothing of throughput" },
  { "<phase id=\"a\" lasts=\"3s\"/><expect that=\"linearizable\"/>\n", "of= must say which component" },
  { "<phase id=\"a\" lasts=\"3s\"/><expect that=\"converged\" of=\"orders/1\"/>\n", "is said of a component" },
  { "<phase id=\"a\" lasts=\"3s\"/><expect that=\"cpu\" of=\"save\" at-most=\"1\"/>\n", "“save” is a link" },
  { "<phase id=\"a\" lasts=\"3s\"/><expect that=\"ready\" of=\"orders/leader\"/>\n", "is another one from time to time" },
  { "<phase id=\"a\" lasts=\"3s\"/><expect that=\"messages\" at-most=\"3\"/>\n", "which messages? where= says so" },
  { "<phase id=\"a\" lasts=\"3s\"/><expect that=\"messages\" where=\"status:lots\" at-most=\"3\"/>\n", "where=: column 8" },
  { "<phase id=\"a\" lasts=\"3s\"/><expect that=\"messages\" of=\"web\" where=\"status:200\" at-most=\"3\"/>\n",
    "of= says nothing of messages" },
  { "<phase id=\"a\" lasts=\"3s\"/><expect that=\"errors\" where=\"status:200\" at-most=\"3\"/>\n",
    "where= says nothing of errors" },
  { "<phase id=\"a\" lasts=\"3s\"/><expect that=\"as-drawn\" of=\"ask\" at-least=\"0.9\"/>\n", "“ask” is none" },
  { "<phase id=\"a\" lasts=\"3s\"/><expect that=\"throughput\" of=\"ask\" against=\"sav\" at-least=\"2\"/>\n",
    "nothing is called “sav”" },
  { "<phase id=\"a\" lasts=\"3s\"/><expect that=\"latency\" of=\"ask\" against-during=\"b\" at-least=\"2\"/>\n",
    "there is no phase “b”" },
  { "<phase id=\"a\" lasts=\"3s\"/><expect that=\"latency\" of=\"ask\" against=\"save\" at-least=\"2ms\"/>\n",
    "“2ms” is no multiple" },
  { "<phase id=\"a\" lasts=\"3s\"/><expect that=\"linearizable\" of=\"orders\" against=\"orders\" at-least=\"2\"/>\n",
    "linearizable cannot be a multiple" },
};

static void
test_refusals (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      Drawn d;
      drawn_open (&d, wrong[i].content);
      g_test_message ("%s: %s", wrong[i].content, drawn_problem (&d));
      g_assert_null (d.scenario);
      g_assert_nonnull (strstr (drawn_problem (&d), wrong[i].said));
      drawn_close (&d);
    }
}

static void
test_all_is_said (void)
{
  Drawn d;
  drawn_open (&d, "<phase id=\"a\" lasts=\"3s\"><do kill=\"one\"/><do kill=\"two\"/></phase>\n");
  g_assert_cmpuint (d.problems->len, ==, 2);
  drawn_close (&d);
}

static void
test_what_is_read (void)
{
  Drawn d;
  drawn_open (&d, "<wait until=\"orders has leader\" within=\"10s\"/>\n<phase id=\"a\" lasts=\"3s\">"
              "<do at=\"2s\" kill=\"web/1\" for=\"1s\"/><do at=\"1s\" partition=\"isolate\" of=\"orders/leader\"/>"
              "<do fault=\"latency\" of=\"save\" latency=\"20ms\"/><do load=\"browser\" rate=\"50\"/></phase>\n"
              "<expect that=\"latency\" of=\"save\" percentile=\"95\" at-most=\"200ms\"/>"
              "<expect that=\"errors\" at-most=\"1%\"/><expect that=\"linearizable\" of=\"orders\"/>"
              "<expect that=\"ready\" during=\"a\" within=\"2s\"/>"
              "<expect that=\"throughput\" of=\"ask\" during=\"a\" against=\"save\" at-least=\"1.5\"/>"
              "<expect that=\"messages\" where=\"link:ask\" among=\"kind:reply\" at-most=\"10%\"/>\n");
  g_assert_cmpstr (drawn_problem (&d), ==, "");
  const TbScenarioStep *phase = g_ptr_array_index (d.scenario->steps, 1);
  const TbScenarioAction *last = g_ptr_array_index (phase->actions, 3);
  const TbScenarioExpect *latency = g_ptr_array_index (d.scenario->expects, 0);
  const TbScenarioExpect *errors = g_ptr_array_index (d.scenario->expects, 1);
  const TbScenarioExpect *ready = g_ptr_array_index (d.scenario->expects, 3);
  g_assert_cmpint (((TbScenarioStep *) g_ptr_array_index (d.scenario->steps, 0))->ns, ==, 10 * TB_NS_PER_S);
  g_assert_cmpstr (last->text, ==, "kill web/1 for 1s");
  g_assert_cmpint (last->at_ns, ==, 2 * TB_NS_PER_S); /* in the order of their times */
  g_assert_cmpstr (latency->text, ==, "latency p95 of save at most 200 ms");
  g_assert_cmpfloat (latency->most, ==, 0.2);
  g_assert_cmpint (errors->unit, ==, TB_UNIT_SHARE_OF);
  g_assert_cmpstr (ready->text, ==, "ready during a within 2 s");
  const TbScenarioExpect *times = g_ptr_array_index (d.scenario->expects, 4);
  const TbScenarioExpect *messages = g_ptr_array_index (d.scenario->expects, 5);
  g_assert_cmpstr (times->text, ==, "throughput of ask during a against save at least 1.50 times");
  g_assert_cmpstr (times->against->of, ==, "save");
  g_assert_cmpstr (times->against->during, ==, "a");
  g_assert_cmpstr (messages->text, ==, "messages where link:ask among kind:reply at most 10 %");
  g_assert_true (d.scenario->judged);
  g_assert_cmpint (tb_scenario_length_ns (d.scenario), ==, 3 * TB_NS_PER_S);
  drawn_close (&d);
}

static void
test_who_is_cut_off_from_its_like (void)
{
  static const char *const whom[] = { "orders/3", "orders/1", "orders/leader" };
  for (guint i = 0; i < G_N_ELEMENTS (whom); i++)
    {
      Drawn d;
      g_autofree char *content
        = g_strdup_printf ("<phase id=\"a\" lasts=\"3s\"><do partition=\"isolate\" of=\"%s\" from=\"orders\"/></phase>\n",
                           whom[i]);
      drawn_open (&d, content);
      g_assert_cmpstr (drawn_problem (&d), ==, "");
      drawn_close (&d);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/compile/what is wrong is said with the line", test_refusals);
  g_test_add_func ("/compile/all that is wrong is said", test_all_is_said);
  g_test_add_func ("/compile/what is right is read", test_what_is_read);
  g_test_add_func ("/compile/who is cut off from its like", test_who_is_cut_off_from_its_like);
  return g_test_run ();
}
