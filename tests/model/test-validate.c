/* What one element alone cannot say. */
#include "model-test.h"

static TbProblems *
problems_of (const char *inner)
{
  g_autofree char *xml = g_strconcat (OPEN, "\n", inner, "</architecture>", NULL);
  g_autoptr (TbDocument) document = read_good (xml);
  TbProblems *problems = tb_problems_new ();
  tb_model_validate (tb_document_model (document), problems);
  return problems;
}

static void
assert_good (const char *inner)
{
  g_autoptr (GPtrArray) problems = problems_of (inner);
  if (problems->len > 0)
    g_error ("%s", ((const TbProblem *) problems->pdata[0])->message);
}

/* Exactly one problem, of that rule and severity, whose sentence holds those words. */
static void
assert_one (const char *inner, const char *rule, TbSeverity severity, const char *words)
{
  g_autoptr (GPtrArray) problems = problems_of (inner);
  for (guint i = 0; i < problems->len; i++)
    g_test_message ("%s", ((const TbProblem *) problems->pdata[i])->message);
  g_assert_cmpuint (problems->len, ==, 1);
  const TbProblem *problem = problems->pdata[0];
  g_assert_cmpstr (problem->rule, ==, rule);
  g_assert_cmpint (problem->severity, ==, severity);
  g_assert_cmpuint (problem->uid, !=, 0);
  g_assert_cmpuint (problem->line, >, 1);
  g_assert_cmpuint (problem->column, >, 0);
  if (strstr (problem->message, words) == NULL)
    g_error ("“%s” lacks “%s”", problem->message, words);
}

#define assert_error(inner, rule, words) assert_one (inner, rule, TB_SEVERITY_ERROR, words)
#define assert_warning(inner, rule, words) assert_one (inner, rule, TB_SEVERITY_WARNING, words)
#define assert_info(inner, rule, words) assert_one (inner, rule, TB_SEVERITY_INFO, words)

#define AB "<component id='a' kind='client'/><component id='b' kind='server' replicas='2'/>"
#define LINK "<link id='l' from='a' to='b'/>"
#define IN_PHASE(action) AB LINK "<scenario id='s'><phase id='p' lasts='1s'>" action "</phase></scenario>"

static void
test_a_reference_to_nothing_suggests_what_is_near (void)
{
  assert_error (AB "<link id='l' from='a' to='bb'/>", "dangling-reference",
                "link l: to names bb, but there is no such component (did you mean");
  assert_error ("<layer id='x'/><component id='a' kind='server' layer='x yonder'/>",
                "dangling-reference", "layer names yonder, but there is no such layer");
}

static void
test_a_reference_to_the_wrong_kind_says_so (void)
{
  assert_error ("<tier id='t'/>" AB "<link id='l' from='a' to='t'/>", "wrong-reference",
                "to names the tier t, expected a component");
}

static void
test_names_are_followed (void)
{
  assert_good (IN_PHASE ("<do kill='b/2'/><do pause='b/leader'/><do partition='cut' of='l[1>2]'/>"
                         "<do heal='all'/>"));
  assert_error (IN_PHASE ("<do kill='c'/>"), "dangling-reference", "kill names c");
  assert_error (IN_PHASE ("<do kill='b/3'/>"), "no-such-replica", "replica 3 of b, which has 2");
  assert_error (IN_PHASE ("<do partition='cut' of='l[2>1]'/>"), "no-such-replica",
                "replica 2 of a, which has 1");
  assert_error (IN_PHASE ("<do kill='l/1'/>"), "wrong-reference", "the link l, expected a component");
}

static void
test_a_second_link_to_one_service_is_a_finding (void)
{
  assert_warning (AB LINK "<link id='m' from='a' to='b'/>", "duplicate-link", "as link l");
  assert_good ("<component id='a' kind='client'/><component id='b' kind='server'>"
               "<service name='x' port='1'/><service name='y' port='2'/></component>"
               "<link id='l' from='a' to='b' service='x'/><link id='m' from='a' to='b' service='y'/>");
}

static void
test_a_link_needs_a_service_that_is_there (void)
{
  assert_error (AB "<link id='l' from='a' to='b' service='x'/>", "no-such-service",
                "b offers no service x");
  assert_warning (AB "<link id='l' from='a' to='a'/>", "self-link", "from a to itself");
}

static void
test_a_component_has_one_program (void)
{
  assert_error ("<component id='a' kind='server'><builtin/><command>x</command></component>",
                "two-programs", "<command> beside <builtin>");
}

static void
test_services_and_ports_are_distinct (void)
{
  assert_error ("<component id='a' kind='server'><service name='x'/><service name='x'/></component>",
                "duplicate-service", "two services are called x");
  assert_error ("<component id='a' kind='server'><service port='1'/><service port='1'/></component>",
                "duplicate-port", "two services listen on port 1");
}

static void
test_a_replica_runs_on_a_device_of_its_tier (void)
{
#define TIERS "<tier id='t'><device id='d'/></tier><tier id='u'><device id='e'/></tier>"
  assert_good (TIERS "<component id='a' kind='server' tier='t'><on replica='1' device='d'/></component>");
  assert_error (TIERS "<component id='a' kind='server' tier='t'><on replica='1' device='e'/></component>",
                "device-of-other-tier", "device e is of tier u, but the component is in t");
  assert_error (TIERS "<component id='a' kind='server' tier='t'><on replica='2' device='d'/></component>",
                "no-such-replica", "the component has 1");
}

static void
test_layers_spanned_are_neighbours (void)
{
#define LAYERS "<layer id='x'/><layer id='y'/><layer id='z'/>"
  assert_good (LAYERS "<component id='a' kind='server' layer='x y'/>");
  assert_good (LAYERS "<component id='a' kind='server' layer='z y x'/>");
  assert_error (LAYERS "<component id='a' kind='server' layer='x z'/>", "layers-apart",
                "not neighbours");
}

static void
test_a_call_goes_over_its_components_link (void)
{
  assert_error (AB "<component id='c' kind='client'><builtin><call link='l'/></builtin></component>" LINK,
                "call-over-others-link", "starts at a");
}

static void
test_think_and_rate_exclude_each_other (void)
{
  assert_error ("<component id='a' kind='client'><builtin think='1ms' rate='5'/></component>",
                "think-and-rate", "expected one");
}

static void
test_how_often_it_fails_is_said_once (void)
{
#define FAILING(attributes) "<component id='a' kind='server' " attributes "/>"
  assert_good (FAILING ("mtbf='90d' mttr='4h'"));
  assert_good (FAILING ("availability='99.9%'"));
  assert_error (FAILING ("availability='999'"), "bad-availability", "expected a share");
  assert_error (FAILING ("availability='5ms'"), "bad-availability", "expected a share");
  assert_error (FAILING ("mtbf='90d'"), "bad-availability", "mtbf without mttr");
  assert_error (FAILING ("availability='0.99' mttr='1h'"), "bad-availability", "availability and mttr");
  assert_error ("<tier id='t'><device id='d' mttr='4h'/></tier>", "bad-availability", "mttr without mtbf");
}

static void
test_replication_does_not_contradict_itself (void)
{
#define COPIES(attributes) "<component id='s' kind='store' replicas='3'><builtin " attributes "/></component>"
  assert_good (COPIES ("replication='crdt'"));
  assert_good (COPIES ("replication='primary-async' reads='any' failover='yes'"));
  assert_good (COPIES ("replication='quorum' n='3' r='2' w='2' read-repair='no'"));
  assert_warning (COPIES ("replication='raft' failover='yes'"), "not-of-replication", "failover means nothing");
  assert_warning (COPIES ("r='2'"), "not-of-replication", "where replication is none");
  assert_error (COPIES ("replication='quorum' n='4'"), "quorum-too-large", "there are 3 replicas");
  assert_error (COPIES ("replication='quorum' n='2' w='3'"), "quorum-too-large", "there are 2 copies");
  assert_error ("<component id='s' kind='store' replicas='65'><builtin replication='raft'/></component>",
                "too-many-copies", "at most 64");
}

static void
test_words_of_replication_mean_something_only_there (void)
{
  static const struct { const char *inner; gboolean replication, reads, failover, copies, repair; } cases[] = {
    { "<component id='s' kind='server'><builtin/></component>", FALSE, FALSE, FALSE, FALSE, FALSE },
    { COPIES (""), TRUE, FALSE, FALSE, FALSE, FALSE },
    { COPIES ("replication='primary-sync'"), TRUE, TRUE, TRUE, FALSE, FALSE },
    { COPIES ("replication='quorum'"), TRUE, TRUE, FALSE, TRUE, TRUE },
    { COPIES ("replication='raft'"), TRUE, TRUE, FALSE, FALSE, FALSE },
  };
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *xml = g_strconcat (OPEN, "\n", cases[i].inner, "</architecture>", NULL);
      g_autoptr (TbDocument) document = read_good (xml);
      const TbElement *builtin = tb_element_child (tb_model_lookup (tb_document_model (document), "s"), 0);
      g_assert_cmpint (tb_builtin_means (builtin, TB_PROP_REPLICATION), ==, cases[i].replication);
      g_assert_cmpint (tb_builtin_means (builtin, TB_PROP_READS), ==, cases[i].reads);
      g_assert_cmpint (tb_builtin_means (builtin, TB_PROP_FAILOVER), ==, cases[i].failover);
      g_assert_cmpint (tb_builtin_means (builtin, TB_PROP_N), ==, cases[i].copies);
      g_assert_cmpint (tb_builtin_means (builtin, TB_PROP_READ_REPAIR), ==, cases[i].repair);
      g_assert_true (tb_builtin_means (builtin, TB_PROP_WORK));
    }
}

static void
test_groups_do_not_lie_in_themselves (void)
{
  assert_error ("<group id='g' parent='g'/>", "group-cycle", "inside itself");
  g_autoptr (GPtrArray) problems = problems_of ("<group id='g' parent='h'/><group id='h' parent='g'/>");
  g_assert_cmpuint (problems->len, ==, 2);
  assert_good ("<group id='g'/><group id='h' parent='g'/>");
}

static void
test_a_template_must_be_known_and_is_not_contradicted (void)
{
#define STORE(inner) "<component id='r' kind='store'>" inner "</component>"
  assert_good (STORE ("<template name='redis'><param name='appendonly' value='yes'/></template>"));
  assert_error (STORE ("<template name='rediss'/>"), "no-such-template", "no template");
  assert_error (STORE ("<template name='../redis'/>"), "no-such-template", "no template");
  assert_error (STORE ("<template name='nginx'/>"), "template-contradicted", "server, proxy or balancer, but the component is a store");
  assert_error (STORE ("<service name='redis' protocol='http'/><template name='redis'/>"),
                "template-contradicted", "speaks resp, not http");
  assert_error (STORE ("<template name='redis'><param name='colour' value='red'/></template>"),
                "no-such-param", "no parameter colour");
  assert_error (STORE ("<template name='redis'><param name='appendonly' value='maybe'/></template>"),
                "bad-param", "expected yes or no");
}

static void
test_a_templates_service_can_be_linked_to (void)
{
  assert_good ("<component id='a' kind='client'/>" STORE ("<template name='redis'/>")
               "<link id='l' from='a' to='r' service='redis'/>");
}

static void
test_an_action_does_one_thing (void)
{
  assert_error (IN_PHASE ("<do of='b'/>"), "no-one-action", "says nothing");
  assert_error (IN_PHASE ("<do kill='b' heal='all'/>"), "no-one-action", "several things");
}

static void
test_an_expectation_names_a_phase_of_its_scenario (void)
{
  assert_error ("<scenario id='s'><phase id='p' lasts='1s'/><expect that='ready' during='q'/></scenario>"
                "<scenario id='t'><phase id='q' lasts='1s'/></scenario>",
                "no-such-phase", "no phase of this scenario");
}

static void
test_an_element_has_one_place_in_a_view (void)
{
  assert_error ("<component id='a' kind='client'/><view id='v'><place of='a'/><place of='a'/></view>",
                "duplicate-place", "a has two places");
}

static void
test_an_external_component_has_an_address (void)
{
  assert_info ("<component id='a' kind='external'/>", "external-address", "no address");
  assert_good ("<component id='a' kind='external'/><component id='b' kind='server'/>" LINK);
}

static void
test_all_templates_and_examples_are_good (void)
{
  static const char *const folders[] = { "templates", "examples" };
  for (guint i = 0; i < G_N_ELEMENTS (folders); i++)
    {
      g_autofree char *path = tb_data_path (folders[i]);
      g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
      const char *name;
      while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
        {
          g_autofree char *file = g_build_filename (path, name, NULL);
          g_autofree char *bytes = NULL;
          g_autoptr (GPtrArray) problems = tb_problems_new ();
          if (!g_str_has_suffix (name, ".tierboard"))
            continue;
          g_autoptr (TbDocument) document = tb_document_load (file, problems, NULL);
          g_assert_nonnull (document);
          tb_model_validate (tb_document_model (document), problems);
          g_assert_cmpuint (problems->len, ==, 0);
          g_assert_true (g_file_get_contents (file, &bytes, NULL, NULL));
          g_autofree char *xml = xml_of (document);
          g_assert_cmpstr (xml, ==, bytes); /* in canonical form */
        }
    }
}

static void
test_an_interaction_is_expected_as_drawn (void)
{
#define EXPECTED(that, of) AB LINK "<interaction id='i'><step link='l'/></interaction><scenario id='s'><phase id='p' lasts='1s'/>" \
                           "<expect that='" that "' of='" of "' at-least='0.5'/></scenario>"
  assert_good (EXPECTED ("as-drawn", "i"));
  assert_error (EXPECTED ("as-drawn", "l"), "wrong-reference", "expected an interaction");
  assert_error (EXPECTED ("availability", "i"), "wrong-reference", "names the interaction i");
#undef EXPECTED
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define TEST(name) g_test_add_func ("/model/validate/" #name, test_##name)
  TEST (a_reference_to_nothing_suggests_what_is_near);
  TEST (a_reference_to_the_wrong_kind_says_so);
  TEST (names_are_followed);
  TEST (a_second_link_to_one_service_is_a_finding);
  TEST (a_link_needs_a_service_that_is_there);
  TEST (a_component_has_one_program);
  TEST (services_and_ports_are_distinct);
  TEST (a_replica_runs_on_a_device_of_its_tier);
  TEST (layers_spanned_are_neighbours);
  TEST (a_call_goes_over_its_components_link);
  TEST (think_and_rate_exclude_each_other);
  TEST (how_often_it_fails_is_said_once);
  TEST (replication_does_not_contradict_itself);
  TEST (words_of_replication_mean_something_only_there);
  TEST (groups_do_not_lie_in_themselves);
  TEST (a_template_must_be_known_and_is_not_contradicted);
  TEST (a_templates_service_can_be_linked_to);
  TEST (an_action_does_one_thing);
  TEST (an_expectation_names_a_phase_of_its_scenario);
  TEST (an_element_has_one_place_in_a_view);
  TEST (an_external_component_has_an_address);
  TEST (an_interaction_is_expected_as_drawn);
  TEST (all_templates_and_examples_are_good);
  return g_test_run ();
}
