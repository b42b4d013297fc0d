/* The machine, in virtual time. */
#include <math.h>
#include <string.h>

#include "drawn.h"

typedef struct
{
  Drawn drawn;
  Pretend p;
  TbEngine *engine;
  GString *done; /* what was asked of the host, with the time: "1.5 kill web/1; " */
  const char *refuse;
  gboolean reads;
} Play;

static void
note (Play *play, const char *what, const char *text)
{
  g_string_append_printf (play->done, "%.1f %s%s; ", (double) play->p.facts.now_ns / 1e9 - 1, what, text);
}

static gboolean
act (const TbScenarioAction *action, gpointer host, GError **error)
{
  Play *play = host;
  if (play->refuse != NULL)
    {
      g_set_error_literal (error, TB_SESSION_ERROR, TB_SESSION_ERROR_NAME, play->refuse);
      return FALSE;
    }
  note (play, "", action->text);
  return TRUE;
}

static void
undo (const TbScenarioAction *action, gpointer host)
{
  note (host, "undo ", action->text);
}

static void
heal (gpointer host)
{
  note (host, "heal", "");
}

static void
quiet (gpointer host)
{
  note (host, "quiet", "");
}

static gboolean
final_reads (gpointer host)
{
  note (host, "reads", "");
  return ((Play *) host)->reads;
}

static const TbEngineHost table = { act, undo, heal, quiet, final_reads };

/* Not a step is done yet. */
static void
prepare (Play *play, const char *content)
{
  memset (play, 0, sizeof *play);
  drawn_open (&play->drawn, content);
  g_assert_cmpstr (drawn_problem (&play->drawn), ==, "");
  pretend_begin (&play->p, &play->drawn);
  play->done = g_string_new (NULL);
  play->engine = tb_engine_new (play->drawn.scenario, &table, play);
}

static void
begin_with (Play *play, const char *content, gboolean stepping)
{
  prepare (play, content);
  tb_engine_set_stepping (play->engine, stepping);
  tb_engine_step (play->engine, &play->p.facts);
}

static void
begin (Play *play, const char *content)
{
  begin_with (play, content, FALSE);
}

static void
end (Play *play)
{
  tb_engine_free (play->engine);
  g_string_free (play->done, TRUE);
  drawn_close (&play->drawn);
}

/* Time goes on in steps of 20 ms; each does what is given. */
static void
go_on (Play *play, double seconds, void (*each) (Pretend *p))
{
  for (guint i = 0; i < (guint) (seconds * 50 + 0.5); i++)
    {
      play->p.facts.now_ns += 20 * TB_NS_PER_MS;
      if (each != NULL)
        each (&play->p);
      tb_engine_step (play->engine, &play->p.facts);
    }
}

static const TbFinding *
finding (Play *play, guint i)
{
  return g_ptr_array_index (tb_engine_findings (play->engine), i);
}

static void
test_actions_at_their_times (void)
{
  Play play;
  begin (&play, "<phase id=\"a\" lasts=\"1s\"><do at=\"500ms\" kill=\"web/1\"/></phase>\n"
                "<phase id=\"b\" lasts=\"1s\"><do restart=\"web/1\"/></phase>\n");
  g_assert_cmpint (tb_engine_deadline (play.engine), ==, TB_NS_PER_S + 500 * TB_NS_PER_MS);
  go_on (&play, 3, NULL);
  g_assert_cmpstr (play.done->str, ==, "0.5 kill web/1; 1.0 restart web/1; 2.0 heal; ");
  g_assert_cmpint (tb_engine_state (play.engine), ==, TB_ENGINE_OVER);
  g_assert_null (tb_engine_broken (play.engine));
  end (&play);
}

static void
test_for_is_taken_back (void)
{
  Play play;
  begin (&play, "<phase id=\"a\" lasts=\"2s\"><do pause=\"web/1\" for=\"700ms\"/></phase>\n");
  go_on (&play, 2.5, NULL);
  g_assert_cmpstr (play.done->str, ==, "0.0 pause web/1 for 700ms; 0.7 undo pause web/1 for 700ms; 2.0 heal; ");
  end (&play);
}

static void
answer_ten (Pretend *p)
{
  pretend_answers (p, "save", 10, 0, 1000);
}

static void
test_action_after_a_count (void)
{
  Play play;
  begin (&play, "<phase id=\"a\" lasts=\"2s\"><do once=\"save carried 95\" kill=\"web/1\"/></phase>\n");
  go_on (&play, 2.1, answer_ten);
  g_assert_cmpstr (play.done->str, ==, "0.2 kill web/1; 2.0 heal; ");
  end (&play);
}

static void
test_condition_that_never_holds (void)
{
  Play play;
  begin (&play, "<phase id=\"a\" lasts=\"1s\"><do once=\"save carried 95\" kill=\"web/1\"/></phase>\n");
  go_on (&play, 2, NULL);
  g_assert_nonnull (strstr (tb_engine_late (play.engine), "“save carried 95” never held in phase a"));
  g_assert_cmpstr (play.done->str, ==, "1.0 heal; ");
  end (&play);
}

static void
test_waits_for_a_barrier (void)
{
  Play play;
  begin (&play, "<wait until=\"orders has leader\" within=\"10s\"/><phase id=\"a\" lasts=\"1s\"><do kill=\"web/1\"/></phase>\n");
  go_on (&play, 3, NULL);
  g_assert_cmpint (tb_engine_state (play.engine), ==, TB_ENGINE_WAITING);
  pretend_instance (&play.p, "orders/2")->role = "leader";
  go_on (&play, 0.02, NULL);
  g_assert_cmpstr (tb_engine_phase (play.engine)->id, ==, "a");
  g_assert_nonnull (strstr (play.done->str, "3.0 kill web/1"));
  end (&play);
}

static void
test_wait_in_vain (void)
{
  Play play;
  begin (&play, "<wait until=\"orders has leader\" within=\"2s\"/>\n<phase id=\"a\" lasts=\"1s\"/>\n"
                "<expect that=\"errors\" during=\"a\"/>\n");
  go_on (&play, 3, NULL);
  g_assert_cmpint (tb_engine_state (play.engine), ==, TB_ENGINE_OVER);
  g_assert_cmpstr (tb_engine_late (play.engine), ==, "line 4: “orders has leader” did not hold within 2s");
  g_assert_cmpint (finding (&play, 0)->outcome, ==, TB_UNKNOWN);
  end (&play);
}

static void
test_start_is_waited_for (void)
{
  Play play;
  prepare (&play, "<phase id=\"a\" lasts=\"1s\"/>\n");
  pretend_instance (&play.p, "web/2")->state = TB_INSTANCE_STARTING;
  go_on (&play, 5, NULL);
  g_assert_cmpint (tb_engine_state (play.engine), ==, TB_ENGINE_STARTING);
  pretend_instance (&play.p, "web/2")->state = TB_INSTANCE_FAILED;
  pretend_instance (&play.p, "web/2")->sentence = "exited with status 1";
  go_on (&play, 0.1, NULL);
  g_assert_cmpstr (tb_engine_broken (play.engine), ==, "web/2 exited with status 1");
  end (&play);
}

/* As curl does that speaks to what is no HTTP: 52 is how that ends. */
static void
test_what_has_ended_well_is_not_waited_for (void)
{
  static const guint32 clean = 52;
  Play play;
  prepare (&play, "<phase id=\"a\" lasts=\"1s\"/>\n");
  TbLiveInstance *web = pretend_instance (&play.p, "web/2");
  web->state = TB_INSTANCE_STOPPED;
  web->exit_code = 52;
  go_on (&play, 0.1, NULL);
  g_assert_cmpint (tb_engine_state (play.engine), ==, TB_ENGINE_STARTING);
  TbPlanInstance *planned = g_ptr_array_index (play.drawn.plan->instances, web - play.p.instances);
  g_array_append_val (planned->clean_exits, clean);
  go_on (&play, 0.1, NULL);
  g_assert_cmpint (tb_engine_state (play.engine), ==, TB_ENGINE_PHASE);
  end (&play);
}

static void
test_action_that_cannot_be (void)
{
  Play play;
  begin (&play, "<phase id=\"a\" lasts=\"1s\"/>\n<phase id=\"b\" lasts=\"1s\"><do kill=\"orders/leader\"/></phase>\n");
  play.refuse = "nobody leads";
  go_on (&play, 3, NULL);
  g_assert_cmpstr (tb_engine_broken (play.engine), ==, "“kill orders/leader” could not be done: nobody leads");
  g_assert_cmpint (tb_engine_state (play.engine), ==, TB_ENGINE_OVER);
  end (&play);
}

static void
test_store_ends_quietly (void)
{
  Play play;
  begin (&play, "<phase id=\"a\" lasts=\"1s\"/>\n<expect that=\"linearizable\" of=\"orders\"/>\n");
  play.reads = TRUE;
  go_on (&play, 1.5, answer_ten);
  g_assert_cmpint (tb_engine_state (play.engine), ==, TB_ENGINE_QUIET);
  go_on (&play, 2, NULL);
  g_assert_cmpint (tb_engine_state (play.engine), ==, TB_ENGINE_OVER);
  g_assert_true (g_str_has_prefix (play.done->str, "1.0 heal; 1.0 quiet; 1.7 reads; ")
                 || g_str_has_prefix (play.done->str, "1.0 heal; 1.0 quiet; 1.8 reads; "));
  g_assert_true (tb_engine_has_read (play.engine));
  g_assert_cmpint (finding (&play, 0)->outcome, ==, TB_UNKNOWN);
  g_assert_cmpstr (finding (&play, 0)->why, ==, "the run is not recorded");
  end (&play);
}

/* ---- Measures -------------------------------------------------------------------------------------------- */

static void
answer_mostly (Pretend *p)
{
  pretend_answers (p, "ask", 9, 1, 2 * TB_NS_PER_MS);
}

static void
test_availability (void)
{
  Play play;
  begin (&play, "<phase id=\"a\" lasts=\"2s\"/>\n<phase id=\"b\" lasts=\"2s\"/>\n"
                "<expect that=\"availability\" of=\"ask\" during=\"a\" at-least=\"0.85\"/>"
                "<expect that=\"availability\" of=\"web\" during=\"a\" at-least=\"0.95\"/>"
                "<expect that=\"availability\" of=\"browser\" at-least=\"0.9\"/>"
                "<expect that=\"availability\" of=\"ask\" during=\"b\" at-least=\"0.1\"/>\n");
  go_on (&play, 2, answer_mostly);
  go_on (&play, 3, NULL);
  g_assert_cmpfloat_with_epsilon (finding (&play, 0)->estimate.value, 0.9, 0.001);
  g_assert_cmpuint (finding (&play, 0)->estimate.n, ==, 1000);
  g_assert_cmpint (finding (&play, 0)->outcome, ==, TB_HELD);
  g_assert_cmpint (finding (&play, 1)->outcome, ==, TB_VIOLATED);
  g_assert_cmpint (finding (&play, 2)->outcome, ==, TB_UNKNOWN); /* it straddles .9 */
  g_assert_cmpint (finding (&play, 3)->outcome, ==, TB_UNKNOWN);
  g_assert_cmpstr (finding (&play, 3)->why, ==, "nothing was asked");
  end (&play);
}

static void
test_latency_and_throughput (void)
{
  Play play;
  begin (&play, "<phase id=\"a\" lasts=\"4s\"/>\n"
                "<expect that=\"latency\" of=\"ask\" during=\"a\" at-most=\"3ms\"/>"
                "<expect that=\"latency\" of=\"ask\" during=\"a\" percentile=\"99\" at-least=\"3ms\"/>"
                "<expect that=\"throughput\" of=\"ask\" during=\"a\" at-least=\"490\" at-most=\"510\"/>"
                "<expect that=\"errors\" of=\"ask\" at-most=\"5%\"/><expect that=\"errors\" of=\"ask\" at-most=\"200\"/>\n");
  go_on (&play, 5, answer_mostly);
  g_assert_cmpfloat_with_epsilon (finding (&play, 0)->estimate.value, 0.002, 0.0001);
  g_assert_cmpint (finding (&play, 0)->outcome, ==, TB_HELD);
  g_assert_cmpint (finding (&play, 1)->outcome, ==, TB_VIOLATED);
  g_assert_cmpfloat_with_epsilon (finding (&play, 2)->estimate.value, 500, 5);
  g_assert_cmpint (finding (&play, 2)->outcome, ==, TB_HELD);
  g_assert_cmpint (finding (&play, 3)->outcome, ==, TB_VIOLATED);
  g_assert_cmpint (finding (&play, 4)->outcome, ==, TB_HELD);
  g_assert_cmpfloat (finding (&play, 4)->estimate.value, ==, 200);
  end (&play);
}

static void
test_moments (void)
{
  Play play;
  begin (&play, "<phase id=\"a\" lasts=\"3s\"/>\n"
                "<expect that=\"ready\" of=\"web\" during=\"a\" within=\"2s\"/>"
                "<expect that=\"ready\" of=\"orders\" during=\"a\"/>"
                "<expect that=\"unchanged\" of=\"web\"/><expect that=\"unchanged\" of=\"orders\"/>"
                "<expect that=\"converged\" of=\"orders\" during=\"a\" within=\"1s\"/>\n");
  go_on (&play, 0.5, NULL);
  pretend_instance (&play.p, "web/2")->state = TB_INSTANCE_KILLED;
  pretend_instance (&play.p, "web/2")->pid = 0;
  pretend_instance (&play.p, "orders/1")->state = TB_INSTANCE_PAUSED;
  go_on (&play, 1, NULL);
  pretend_instance (&play.p, "web/2")->state = TB_INSTANCE_READY;
  pretend_instance (&play.p, "web/2")->pid = 999;
  go_on (&play, 3, NULL);
  g_assert_cmpfloat_with_epsilon (finding (&play, 0)->estimate.value, 1.52, 0.021);
  g_assert_cmpint (finding (&play, 0)->outcome, ==, TB_HELD);
  g_assert_cmpint (finding (&play, 1)->outcome, ==, TB_VIOLATED);
  g_assert_cmpint (finding (&play, 2)->outcome, ==, TB_VIOLATED);
  g_assert_cmpint (finding (&play, 3)->outcome, ==, TB_HELD);
  g_assert_cmpint (finding (&play, 4)->outcome, ==, TB_UNKNOWN);
  end (&play);
}

static void
answer_with_a_gap (Pretend *p)
{
  double s = (double) p->facts.now_ns / 1e9 - 1;
  if (s < 1 || s > 1.8)
    pretend_answers (p, "ask", 1, 0, 1000);
}

static void
test_longest_gap (void)
{
  Play play;
  begin (&play, "<phase id=\"a\" lasts=\"3s\"/>\n<expect that=\"available\" of=\"ask\" within=\"1s\"/>"
                "<expect that=\"available\" of=\"ask\" within=\"500ms\"/>\n");
  go_on (&play, 4, answer_with_a_gap);
  g_assert_cmpfloat_with_epsilon (finding (&play, 0)->estimate.value, 0.84, 0.05);
  g_assert_cmpint (finding (&play, 0)->outcome, ==, TB_HELD);
  g_assert_cmpint (finding (&play, 1)->outcome, ==, TB_VIOLATED);
  end (&play);
}

static void
answer_one_more_often (Pretend *p)
{
  pretend_answers (p, "ask", 4, 0, 1000);
  pretend_answers (p, "save", 2, 0, 4000);
}

static void
test_multiples (void)
{
  Play play;
  begin (&play, "<phase id=\"a\" lasts=\"2s\"/><phase id=\"b\" lasts=\"2s\"/>\n"
                "<expect that=\"throughput\" of=\"ask\" during=\"a\" against=\"save\" at-least=\"1.8\" at-most=\"2.2\"/>"
                "<expect that=\"latency\" of=\"save\" against=\"ask\" at-most=\"3\"/>"
                "<expect that=\"throughput\" of=\"ask\" during=\"b\" against-during=\"a\" at-least=\"0.9\" at-most=\"1.1\"/>"
                "<expect that=\"messages\" where=\"link:ask\" at-least=\"1\"/>\n");
  go_on (&play, 5, answer_one_more_often);
  g_assert_true (tb_engine_looks_back (play.engine));
  tb_engine_look_back (play.engine, NULL);
  g_assert_cmpfloat_with_epsilon (finding (&play, 0)->estimate.value, 2, 0.01);
  g_assert_cmpint (finding (&play, 0)->outcome, ==, TB_HELD);
  g_assert_cmpfloat_with_epsilon (finding (&play, 1)->estimate.value, 4, 0.1);
  g_assert_cmpint (finding (&play, 1)->outcome, ==, TB_VIOLATED);
  g_assert_cmpint (finding (&play, 2)->outcome, ==, TB_HELD);
  g_assert_cmpint (finding (&play, 3)->outcome, ==, TB_UNKNOWN);
  g_assert_cmpstr (finding (&play, 3)->why, ==, "nothing was recorded");
  end (&play);
}

static void
use (Pretend *p)
{
  pretend_instance (p, "web/1")->cpu = 0.5;
  pretend_instance (p, "web/1")->rss_bytes = 64 << 20;
}

static void
test_resources (void)
{
  Play play;
  begin (&play, "<phase id=\"a\" lasts=\"5s\"/>\n<expect that=\"cpu\" of=\"web\" at-most=\"0.6\"/>"
                "<expect that=\"memory\" of=\"web\" at-most=\"32\"/>\n");
  go_on (&play, 6, use);
  g_assert_cmpint (finding (&play, 0)->outcome, ==, TB_HELD);
  g_assert_cmpint (finding (&play, 1)->outcome, ==, TB_VIOLATED);
  g_assert_cmpfloat (finding (&play, 1)->estimate.value, ==, 64);
  end (&play);
}

static void
test_stepping (void)
{
  Play play;
  begin_with (&play, "<phase id=\"a\" lasts=\"1s\"><do kill=\"web/1\"/></phase>\n"
                     "<phase id=\"b\" lasts=\"1s\"/>\n<expect that=\"errors\" of=\"ask\"/>\n", TRUE);
  go_on (&play, 2, NULL);
  g_assert_cmpint (tb_engine_state (play.engine), ==, TB_ENGINE_PAUSED);
  g_assert_cmpuint (tb_engine_step_at (play.engine), ==, 0);
  g_assert_cmpint (tb_engine_deadline (play.engine), ==, G_MAXINT64);
  TbFinding found = { 0 };
  g_assert_cmpint (tb_engine_peek (play.engine, 0, &play.p.facts, &found), ==, TB_MEASURE_TO_COME);
  for (guint step = 0; step < 3; step++)
    {
      g_assert_cmpint (tb_engine_state (play.engine), ==, TB_ENGINE_PAUSED);
      g_assert_cmpfloat (tb_engine_place (play.engine, play.p.facts.now_ns), ==, step);
      tb_engine_go_on (play.engine);
      go_on (&play, 1.5, NULL);
    }
  g_assert_cmpint (tb_engine_state (play.engine), ==, TB_ENGINE_OVER);
  g_assert_cmpstr (play.done->str, ==, "2.0 kill web/1; 5.0 heal; ");
  g_assert_cmpint (tb_engine_span (play.engine, 1).to_ns - tb_engine_span (play.engine, 1).from_ns, ==, TB_NS_PER_S);
  g_assert_cmpint (finding (&play, 0)->to_ns - finding (&play, 0)->from_ns, ==, 3 * TB_NS_PER_S);
  end (&play);
}

static void
test_stepping_can_end (void)
{
  Play play;
  begin_with (&play, "<phase id=\"a\" lasts=\"1s\"/>\n<phase id=\"b\" lasts=\"1s\"/>\n", TRUE);
  g_autofree char *words = tb_engine_words (play.engine, play.p.facts.now_ns);
  g_assert_cmpstr (words, ==, "stands before phase a");
  tb_engine_set_stepping (play.engine, FALSE);
  go_on (&play, 2.2, NULL);
  g_assert_cmpint (tb_engine_state (play.engine), ==, TB_ENGINE_OVER);
  end (&play);
}

static void
test_findings_as_they_come (void)
{
  Play play;
  TbFinding found = { 0 };
  begin (&play, "<phase id=\"a\" lasts=\"1s\"/>\n<phase id=\"b\" lasts=\"1s\"/>\n"
                "<expect that=\"availability\" of=\"save\" during=\"a\" at-least=\"0.9\"/>\n"
                "<expect that=\"availability\" of=\"save\" during=\"b\" at-least=\"0.9\"/>\n");
  go_on (&play, 0.5, answer_ten);
  g_assert_cmpint (tb_engine_peek (play.engine, 0, &play.p.facts, &found), ==, TB_MEASURE_GOES_ON);
  g_assert_cmpuint (found.estimate.n, ==, 250);
  g_assert_cmpint (found.outcome, ==, TB_HELD);
  g_assert_cmpfloat_with_epsilon (tb_engine_place (play.engine, play.p.facts.now_ns), 0.5, 1e-9);
  g_assert_cmpint (tb_engine_peek (play.engine, 1, &play.p.facts, &found), ==, TB_MEASURE_TO_COME);
  go_on (&play, 0.7, answer_ten);
  g_assert_cmpint (tb_engine_peek (play.engine, 0, &play.p.facts, &found), ==, TB_MEASURE_DONE);
  g_assert_cmpuint (found.estimate.n, ==, 500);
  end (&play);
}

static void
test_break (void)
{
  Play play;
  begin (&play, "<phase id=\"a\" lasts=\"5s\"/>\n<expect that=\"errors\"/>\n");
  go_on (&play, 1, NULL);
  tb_engine_break (play.engine, play.p.facts.now_ns, "the agent has ended");
  g_assert_cmpstr (tb_engine_broken (play.engine), ==, "the agent has ended");
  g_assert_cmpint (finding (&play, 0)->outcome, ==, TB_UNKNOWN);
  end (&play);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine/actions are done at their times", test_actions_at_their_times);
  g_test_add_func ("/engine/what has a for is taken back", test_for_is_taken_back);
  g_test_add_func ("/engine/an action after a count of operations", test_action_after_a_count);
  g_test_add_func ("/engine/a condition that never holds fails it", test_condition_that_never_holds);
  g_test_add_func ("/engine/a wait is a barrier", test_waits_for_a_barrier);
  g_test_add_func ("/engine/a wait in vain fails it", test_wait_in_vain);
  g_test_add_func ("/engine/it begins when everything is ready", test_start_is_waited_for);
  g_test_add_func ("/engine/what has ended well is not waited for", test_what_has_ended_well_is_not_waited_for);
  g_test_add_func ("/engine/an action that cannot be done ends it", test_action_that_cannot_be);
  g_test_add_func ("/engine/where a store is judged it ends quietly and reads", test_store_ends_quietly);
  g_test_add_func ("/engine/availability of a phase", test_availability);
  g_test_add_func ("/engine/latency, throughput and errors", test_latency_and_throughput);
  g_test_add_func ("/engine/moments and changes", test_moments);
  g_test_add_func ("/engine/the longest time without an answer", test_longest_gap);
  g_test_add_func ("/engine/one as a multiple of another", test_multiples);
  g_test_add_func ("/engine/resources", test_resources);
  g_test_add_func ("/engine/step by step it waits to be told", test_stepping);
  g_test_add_func ("/engine/step by step can end", test_stepping_can_end);
  g_test_add_func ("/engine/findings as they come", test_findings_as_they_come);
  g_test_add_func ("/engine/a run that ends breaks it off", test_break);
  return g_test_run ();
}
