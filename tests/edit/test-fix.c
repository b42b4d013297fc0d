/* Fixes of the rules' findings: each takes its finding away, in one step of undo; ignoring and seeing again. */
#include <string.h>

#include "tb-fix.h"

#define OPEN "<architecture xmlns=\"urn:tierboard:1\" name=\"T\">\n"

static TbDocument *
read_inner (const char *inner)
{
  g_autofree char *xml = g_strconcat (OPEN, inner, "</architecture>", NULL);
  g_autoptr (GError) error = NULL;
  TbDocument *document = tb_document_load_bytes ("t", xml, strlen (xml), NULL, &error);
  g_assert_no_error (error);
  return document;
}

static GPtrArray *
check (TbDocument *document)
{
  const TbRuleOptions all = { .with_ignored = TRUE };
  return tb_rules_check (tb_document_model (document), &all);
}

static const TbRuleFinding *
find (const GPtrArray *findings, const char *rule)
{
  for (guint i = 0; i < findings->len; i++)
    if (strcmp (((const TbRuleFinding *) findings->pdata[i])->problem.rule, rule) == 0)
      return findings->pdata[i];
  return NULL;
}

#define AB "<component id='a' kind='client'/><component id='b' kind='server' state='stateless'/>"

static const struct
{
  const char *rule, *inner;
} mended[] = {
  { "sync.notimeout", AB "<link id='l' from='a' to='b'/>" },
  { "spof", AB "<link id='l' from='a' to='b' timeout='1s'/>" },
  { "timeout.inverted", AB "<component id='c' kind='store'/><link id='l' from='a' to='b' timeout='1s'/><link id='m' from='b' to='c' timeout='2s'/>" },
  { "retry.amplify", AB "<component id='c' kind='store'/><link id='l' from='a' to='b' retries='3'/><link id='m' from='b' to='c' retries='3'/>" },
  { "retry.write", "<component id='a' kind='client'><builtin><call link='l' op='add'/></builtin></component><component id='s' kind='store'/><link id='l' from='a' to='s' retries='1'/>" },
  { "upward-call", "<layer id='x'/><layer id='y'/><component id='a' kind='server' layer='x'/><component id='b' kind='server' layer='y'/><link id='l' from='b' to='a'/>" },
  { "thread.pool.deadlock", "<component id='a' kind='server' threads='single'/><component id='b' kind='server' threads='single'/><link id='l' from='a' to='b'/><link id='m' from='b' to='a'/>" },
  { "thread.blocked", "<component id='a' kind='client' replicas='4'/><component id='b' kind='server' threads='single'/><component id='c' kind='store'/><link id='l' from='a' to='b'/><link id='m' from='b' to='c'/>" },
  { "proxy.bypass", AB "<component id='p' kind='proxy'/><link id='l' from='a' to='p'/><link id='m' from='p' to='b'/><link id='n' from='a' to='b'/>" },
  { "protocol.mismatch", "<component id='a' kind='client'/><component id='b' kind='store'><service protocol='resp'/></component><link id='l' from='a' to='b' protocol='http'/>" },
  { "middleware.call", "<middleware id='m' call='async'/>" AB "<link id='l' from='a' to='b' via='m'/>" },
  { "lb.affinity", "<component id='b' kind='balancer'/><component id='s' kind='server' state='stateful' replicas='3'/><link id='l' from='b' to='s'/>" },
  { "lb.single", "<component id='b' kind='balancer'/><component id='s' kind='server'/><link id='l' from='b' to='s'/>" },
  { "quorum.overlap", "<component id='s' kind='store' replicas='3'><builtin replication='quorum' r='1' w='1'/></component>" },
  { "quorum.conflict", "<component id='s' kind='store' replicas='3'><builtin replication='quorum' r='3' w='1'/></component>" },
  { "quorum.even", "<component id='s' kind='store' replicas='4'><builtin replication='raft'/></component>" },
  { "quorum.all", "<component id='s' kind='store' replicas='3'><builtin replication='quorum' r='1' w='3'/></component>" },
  { "store.apart", "<component id='s' kind='store' replicas='3'><builtin/></component>" },
  { "reads.stale", "<component id='s' kind='store' replicas='3'><builtin replication='raft' reads='any'/></component>" },
  { "failover.loses", "<component id='s' kind='store' replicas='3'><builtin replication='primary-async' failover='yes'/></component>" },
  { "store.volatile", "<component id='s' kind='store'><builtin/></component>" },
  { "timeout.short", "<component id='a' kind='client'><builtin rate='1'/></component><component id='b' kind='server'><builtin work='wait 2s'/></component><link id='l' from='a' to='b' timeout='1s'/>" },
  { "needs.many", AB "<link id='l' from='a' to='b' needs='2'/>" },
  { "broker.volatile", "<component id='a' kind='client'><builtin><call link='l' qos='1'/></builtin></component><component id='b' kind='broker'/><link id='l' from='a' to='b' call='async'/>" },
  { "device.commonmode", "<tier id='t'><device id='d' cores='2'/></tier><component id='b' kind='server' tier='t' replicas='2'/>" },
  { "device.commonmode", "<tier id='t'><device id='d'/><device id='e'/></tier><component id='b' kind='server' tier='t' replicas='2'><on replica='2' device='d'/></component>" },
  { "client.called", AB "<link id='l' from='b' to='a'/>" },
  { "container.empty", "<group id='g'/>" AB },
  { "link.offered", AB "<link id='l' from='a' to='b' tags='new offered here'/>" },
  { "ignore.unused", "<ignore rule='secret.infile' reason='x'/>" AB },
};

static void
test_each_fix_takes_its_finding_away_and_undoes_in_one_step (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (mended); i++)
    {
      g_autoptr (TbDocument) document = read_inner (mended[i].inner);
      g_autofree char *before = tb_model_to_xml (tb_document_model (document), NULL);
      g_autoptr (GPtrArray) findings = check (document);
      const TbRuleFinding *finding = find (findings, mended[i].rule);
      if (finding == NULL || finding->fix == NULL)
        g_error ("%s: nothing to mend", mended[i].rule);
      g_assert_true (tb_fix_apply (document, finding->fix));
      g_assert_cmpstr (tb_document_undo_label (document), ==, finding->fix->label);
      g_autoptr (GPtrArray) problems = tb_problems_new ();
      tb_model_validate (tb_document_model (document), problems);
      g_assert_cmpuint (problems->len, ==, 0);
      g_autoptr (GPtrArray) after = check (document);
      if (find (after, mended[i].rule) != NULL)
        g_error ("%s is still found: %s", mended[i].rule, find (after, mended[i].rule)->problem.message);
      g_assert_true (tb_document_undo (document));
      g_autofree char *undone = tb_model_to_xml (tb_document_model (document), NULL);
      g_assert_cmpstr (undone, ==, before);
    }
}

/* Four levels of calls, with what one of them has already, and one that tries again. */
static void
test_timeouts_that_are_given_at_once_fit_each_other (void)
{
  const TbRuleOptions options = { .gather = TRUE };
  g_autoptr (TbDocument) document = read_inner (
      AB "<component id='c' kind='server'/><component id='d' kind='server'/><component id='e' kind='store'/>"
         "<link id='l' from='a' to='b'/><link id='m' from='b' to='c'/><link id='n' from='c' to='d' timeout='300ms' retries='1'/>"
         "<link id='o' from='d' to='e'/><link id='p' from='b' to='e' retries='2'/>");
  g_autoptr (GPtrArray) findings = tb_rules_check (tb_document_model (document), &options);
  const TbRuleFinding *finding = find (findings, "sync.notimeout");
  g_assert_cmpuint (finding->parts->len, ==, 4);
  g_assert_true (tb_fix_apply (document, finding->fix));
  g_autoptr (GPtrArray) after = check (document);
  g_assert_null (find (after, "sync.notimeout"));
  g_assert_null (find (after, "timeout.inverted"));
  g_assert_true (tb_document_undo (document));
}

static void
test_a_fix_of_what_is_gone_changes_nothing (void)
{
  g_autoptr (TbDocument) document = read_inner (AB "<link id='l' from='a' to='b'/>");
  g_autoptr (GPtrArray) findings = check (document);
  const TbRuleFinding *finding = find (findings, "sync.notimeout");
  tb_document_begin (document, "Delete", NULL);
  tb_document_delete (document, finding->problem.uid);
  tb_document_commit (document);
  g_assert_false (tb_fix_apply (document, finding->fix));
  g_assert_cmpstr (tb_document_undo_label (document), ==, "Delete");
}

static void
test_an_offered_link_is_kept_or_removed (void)
{
  g_autoptr (TbDocument) document = read_inner (AB "<link id='l' from='a' to='b' tags='new offered here'/><link id='m' from='b' to='a' tags='offered'/>");
  const TbModel *model = tb_document_model (document);
  g_autoptr (GPtrArray) findings = check (document);
  g_assert_true (tb_fix_apply (document, find (findings, "link.offered")->fix));
  g_assert_cmpstr (tb_element_get (tb_model_lookup (model, "l"), TB_PROP_TAGS), ==, "new here");
  g_autoptr (GPtrArray) second = check (document);
  const TbRuleFinding *finding = find (second, "link.offered");
  g_assert_true (tb_fix_apply (document, finding->fix));
  g_assert_false (tb_element_is_set (tb_model_lookup (model, "m"), TB_PROP_TAGS));
  g_assert_true (tb_document_undo (document));
  g_assert_true (tb_fix_apply (document, finding->other));
  g_assert_cmpstr (tb_document_undo_label (document), ==, "Remove the link");
  g_assert_null (tb_model_lookup (model, "m"));
}

static void
test_ignoring_writes_the_reason_and_is_one_step (void)
{
  g_autoptr (TbDocument) document = read_inner ("<component id='a' kind='client'/><component id='b' kind='server'><ignore rule='x.y' reason='old'/><service/></component>"
                                                "<link id='l' from='a' to='b' timeout='1s'/>");
  TbUid b = tb_element_uid (tb_model_lookup (tb_document_model (document), "b"));
  g_assert_false (tb_fix_ignore (document, b, "spof", "  "));
  g_assert_true (tb_fix_ignore (document, b, "spof", " for a class "));
  g_autofree char *xml = tb_model_to_xml (tb_document_model (document), NULL);
  g_assert_nonnull (strstr (xml, "<ignore rule=\"x.y\" reason=\"old\"/>\n    <ignore rule=\"spof\" reason=\"for a class\"/>\n    <service/>"));
  g_autoptr (GPtrArray) findings = check (document);
  g_assert_true (find (findings, "spof")->ignored);
  g_assert_true (tb_fix_ignore (document, b, "spof", "another"));
  g_assert_cmpuint (tb_model_count (tb_document_model (document), TB_KIND_IGNORE), ==, 2);
  g_assert_true (tb_document_undo (document) && tb_document_undo (document));
  g_autoptr (GPtrArray) again = check (document);
  g_assert_false (find (again, "spof")->ignored);
}

static void
test_what_was_ignored_is_seen_again (void)
{
  g_autoptr (TbDocument) document = read_inner ("<ignore rule='sync.*' reason='all'/>" AB "<link id='l' from='a' to='b'><ignore rule='sync.notimeout' reason='one'/></link>");
  TbUid l = tb_element_uid (tb_model_lookup (tb_document_model (document), "l"));
  g_assert_true (tb_fix_stop_ignoring (document, l, "sync.notimeout"));
  g_assert_cmpuint (tb_model_count (tb_document_model (document), TB_KIND_IGNORE), ==, 1);
  g_assert_true (tb_fix_stop_ignoring (document, l, "sync.notimeout"));
  g_assert_false (tb_fix_stop_ignoring (document, l, "sync.notimeout"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define TEST(name) g_test_add_func ("/fix/" #name, test_##name)
  TEST (each_fix_takes_its_finding_away_and_undoes_in_one_step);
  TEST (timeouts_that_are_given_at_once_fit_each_other);
  TEST (a_fix_of_what_is_gone_changes_nothing);
  TEST (an_offered_link_is_kept_or_removed);
  TEST (ignoring_writes_the_reason_and_is_one_step);
  TEST (what_was_ignored_is_seen_again);
  return g_test_run ();
}
