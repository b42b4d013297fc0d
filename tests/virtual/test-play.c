/* Scenarios in virtual time, by the engine that carries them out on real processes. */
#include <string.h>

#include "drawn.h"

typedef struct
{
  Drawn drawn;
  TbScenario *scenario;
  TbVirtualPlayed played;
} Play;

static void
play (Play *p, const char *builtin, const char *content, guint64 seed)
{
  g_autofree char *scenario = g_strdup_printf ("<scenario id=\"try\">%s</scenario>\n", content);
  drawn_open (&p->drawn, builtin, scenario);
  p->scenario = drawn_scenario (&p->drawn, "try");
  if (p->scenario == NULL)
    g_test_message ("%s", ((TbProblem *) g_ptr_array_index (p->drawn.problems, 0))->message);
  g_assert_nonnull (p->scenario);
  tb_virtual_play (p->drawn.v, p->scenario, seed, &p->played);
}

static void
end (Play *p)
{
  tb_virtual_played_clear (&p->played);
  tb_scenario_free (p->scenario);
  drawn_close (&p->drawn);
}

static TbOutcome
outcome (const Play *p, guint i)
{
  const TbFinding *f = g_ptr_array_index (p->played.findings, i);
  g_test_message ("%s: %s, %g [%g, %g] of %" G_GUINT64_FORMAT " %s", f->expect->text, tb_outcome_name (f->outcome),
                  f->estimate.value, f->estimate.low, f->estimate.high, f->estimate.n, f->why != NULL ? f->why : "");
  return f->outcome;
}

static void
expect_outcomes (const Play *p, const char *outcomes)
{
  g_assert_cmpuint (p->played.findings->len, ==, strlen (outcomes));
  for (guint i = 0; outcomes[i] != '\0'; i++)
    g_assert_cmpint (outcome (p, i), ==, outcomes[i] == 'h' ? TB_HELD : outcomes[i] == 'v' ? TB_VIOLATED : TB_UNKNOWN);
}

static void
test_cut_leader (void)
{
  Play p;
  play (&p, "replication=\"raft\"",
        "<wait until=\"orders has leader\"/><phase id=\"before\" lasts=\"3s\"/>"
        "<phase id=\"cut\" lasts=\"6s\"><do partition=\"isolate\" of=\"orders/leader\" from=\"orders\"/></phase>"
        "<phase id=\"after\" lasts=\"3s\"><do heal=\"all\"/></phase>"
        "<expect that=\"linearizable\" of=\"orders\"/><expect that=\"lost-writes\" of=\"orders\"/>"
        "<expect that=\"availability\" of=\"save\" during=\"before\" at-least=\"0.95\"/>"
        "<expect that=\"availability\" of=\"save\" during=\"cut\" at-most=\"0.9\"/>"
        "<expect that=\"availability\" of=\"orders\" during=\"after\" at-least=\"0.8\"/>"
        "<expect that=\"available\" of=\"save\" during=\"cut\" within=\"3s\"/>"
        "<expect that=\"leader\" of=\"orders\" during=\"after\" within=\"2s\"/>", 1);
  g_assert_null (tb_engine_broken (p.played.engine));
  expect_outcomes (&p, "hhhhhhh");
  end (&p);
}

/* Where a majority is needed and there is none, nobody is answered; where anybody answers, all are, and reads are stale. */
static void
test_halves (void)
{
  static const char scenario[]
    = "<wait until=\"ready\"/><phase id=\"before\" lasts=\"2s\"/>"
      "<phase id=\"cut\" lasts=\"4s\"><do partition=\"isolate\" of=\"orders/1\" from=\"orders\"/>"
      "<do partition=\"isolate\" of=\"orders/2\" from=\"orders\"/></phase>"
      "<phase id=\"after\" lasts=\"3s\"><do heal=\"all\"/><do load=\"browser\" rate=\"0\"/></phase>"
      "<expect that=\"availability\" of=\"save\" during=\"cut\" at-most=\"0.1\"/>"
      "<expect that=\"linearizable\" of=\"orders\"/><expect that=\"converged\" of=\"orders\" during=\"after\" within=\"3s\"/>";
  Play raft, gossip;
  play (&raft, "replication=\"raft\"", scenario, 2);
  expect_outcomes (&raft, "hhh");
  play (&gossip, "replication=\"gossip\"", scenario, 2);
  expect_outcomes (&gossip, "vvh");
  end (&raft);
  end (&gossip);
}

static void
test_kill_pause_and_load (void)
{
  Play p;
  play (&p, "replication=\"quorum\" n=\"3\" r=\"2\" w=\"2\"",
        "<phase id=\"fast\" lasts=\"2s\"><do load=\"browser\" rate=\"100\"/></phase>"
        "<phase id=\"slow\" lasts=\"2s\"><do load=\"browser\" rate=\"10\"/></phase>"
        "<phase id=\"down\" lasts=\"3s\"><do kill=\"orders/2\" for=\"1s\"/><do at=\"1500ms\" pause=\"orders/3\" for=\"500ms\"/></phase>"
        "<wait until=\"ready\"/>"
        "<expect that=\"throughput\" of=\"save\" during=\"fast\" at-least=\"200\" at-most=\"320\"/>"
        "<expect that=\"throughput\" of=\"save\" during=\"slow\" at-least=\"15\" at-most=\"45\"/>"
        "<expect that=\"unchanged\" of=\"orders\" at-least=\"1\" at-most=\"2\"/><expect that=\"linearizable\" of=\"orders\"/>"
        "<expect that=\"memory\" of=\"orders\" at-most=\"100\"/>", 3);
  expect_outcomes (&p, "hhhhu");
  end (&p);
}

static void
test_latency (void)
{
  Play p;
  play (&p, "replication=\"primary-sync\"",
        "<phase id=\"near\" lasts=\"2s\"/>"
        "<phase id=\"far\" lasts=\"2s\"><do fault=\"latency\" of=\"orders.replicas\" latency=\"30ms\"/></phase>"
        "<phase id=\"cut\" lasts=\"2s\"><do partition=\"cut\" of=\"save\"/></phase>"
        "<expect that=\"latency\" of=\"save\" during=\"near\" percentile=\"95\" at-most=\"15ms\"/>"
        "<expect that=\"latency\" of=\"save\" during=\"far\" percentile=\"95\" at-least=\"50ms\"/>"
        "<expect that=\"available\" of=\"save\" during=\"cut\" at-least=\"1s\"/>", 4);
  expect_outcomes (&p, "hhh");
  end (&p);
}

/* What cannot be done, or waited for, in virtual time is said; it is not taken for a result. */
static void
test_refusals (void)
{
  static const struct
  {
    const char *content, *why;
  } cases[] = {
    { "<phase id=\"one\" lasts=\"1s\"><do fault=\"refuse\" of=\"save\"/></phase>",
      "is a fault that virtual time does not know" },
    { "<phase id=\"one\" lasts=\"1s\"><do kill=\"alone\"/></phase>", "“alone/1” does not run in virtual time" },
    { "<wait until=\"alone is down\"/><phase id=\"one\" lasts=\"1s\"/>", "is about what does not run in virtual time" },
    { "<phase id=\"one\" lasts=\"1s\"><do heal=\"save\"/></phase>", "“save” has no fault on it" },
  };
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      Play p;
      g_autofree char *scenario = g_strdup_printf ("<scenario id=\"try\">%s</scenario>\n"
                                                   "<component id=\"alone\" kind=\"store\"><builtin/></component>\n",
                                                   cases[i].content);
      drawn_open (&p.drawn, "replication=\"raft\"", scenario);
      p.scenario = drawn_scenario (&p.drawn, "try");
      g_assert_nonnull (p.scenario);
      tb_virtual_play (p.drawn.v, p.scenario, 1, &p.played);
      g_assert_nonnull (strstr (tb_engine_broken (p.played.engine), cases[i].why));
      end (&p);
    }
}

static char *
log_of (const Play *p)
{
  GString *text = g_string_new (NULL);
  const GPtrArray *log = tb_engine_log (p->played.engine);
  for (guint i = 0; i < log->len; i++)
    {
      const TbEngineLine *line = g_ptr_array_index (log, i);
      g_string_append_printf (text, "%" G_GINT64_FORMAT " %s\n", line->time_ns, line->text);
    }
  for (guint i = 0; i < p->played.findings->len; i++)
    {
      const TbFinding *f = g_ptr_array_index (p->played.findings, i);
      g_string_append_printf (text, "%.17g %.17g %" G_GUINT64_FORMAT "\n", f->estimate.value, f->estimate.high, f->estimate.n);
    }
  return g_string_free (text, FALSE);
}

static void
test_same_seed (void)
{
  static const char scenario[] = "<phase id=\"one\" lasts=\"2s\"><do partition=\"random-halves\" of=\"orders\"/></phase>"
                                 "<expect that=\"availability\" of=\"save\" at-least=\"0.1\"/>"
                                 "<expect that=\"throughput\" of=\"save\" at-least=\"1\"/>";
  Play a, b, c;
  play (&a, "replication=\"raft\"", scenario, 7);
  play (&b, "replication=\"raft\"", scenario, 7);
  play (&c, "replication=\"raft\"", scenario, 8);
  g_autofree char *one = log_of (&a), *two = log_of (&b), *three = log_of (&c);
  g_assert_cmpstr (one, ==, two);
  g_assert_cmpstr (one, !=, three);
  end (&a);
  end (&b);
  end (&c);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/virtual/scenario/the leader cut off", test_cut_leader);
  g_test_add_func ("/virtual/scenario/everybody alone", test_halves);
  g_test_add_func ("/virtual/scenario/kill, pause and load", test_kill_pause_and_load);
  g_test_add_func ("/virtual/scenario/latency and a cut link", test_latency);
  g_test_add_func ("/virtual/scenario/what cannot be done is said", test_refusals);
  g_test_add_func ("/virtual/scenario/the same seed gives the same", test_same_seed);
  return g_test_run ();
}
