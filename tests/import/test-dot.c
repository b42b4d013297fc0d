/* Foreign graphs in DOT, read by tierboard-place; our own, back again. */
#include "back-test.h"

static TbDocument *
import_well (const char *dot, TbProblems *dropped)
{
  return import_well_named ("t.dot", dot, dropped);
}

static void
test_clusters_become_groups (void)
{
  g_autoptr (TbDocument) d = import_well ("digraph { subgraph cluster_0 { label=Outer; a; subgraph cluster_1 { label=Inner; "
                                          "b [shape=cylinder] } } a -> b }", NULL);
  g_assert_cmpstr (value (d, "a", TB_PROP_GROUP), ==, "outer");
  g_assert_cmpstr (value (d, "b", TB_PROP_GROUP), ==, "inner");
  g_assert_cmpstr (value (d, "inner", TB_PROP_PARENT), ==, "outer");
  g_assert_cmpstr (value (d, "b", TB_PROP_KIND), ==, "store");
  g_assert_null (tb_document_path (d));
  g_assert_true (tb_document_is_modified (d));
  g_assert_null (tb_document_undo_label (d));
}

static void
test_labels_lose_html_and_escapes (void)
{
  g_autoptr (TbDocument) d = import_well ("digraph { a [label=<<b>Web</b> shop>]; b [label=\"two\\nlines\"] }", NULL);
  g_assert_cmpstr (value (d, "a", TB_PROP_NAME), ==, "Web shop");
  g_assert_cmpstr (value (d, "b", TB_PROP_NAME), ==, "two lines");
}

static void
test_labels_have_entities (void)
{
  g_autoptr (TbDocument) d = import_well ("digraph { a [label=\"R&amp;D &#233; &co\"]; b [label=<A &lt; B>] }", NULL);
  g_assert_cmpstr (value (d, "a", TB_PROP_NAME), ==, "R&D é &co");
  g_assert_cmpstr (value (d, "b", TB_PROP_NAME), ==, "A < B");
}

static void
test_records_are_lines_and_what_is_invisible_is_not_there (void)
{
  g_autoptr (TbDocument) d = import_well ("digraph { a [shape=record label=\"{<in> Customer|+ id: int\\l+ name: string\\l}\"]; "
                                          "b [label=\"piwheels\\ndatabase\"]; x [style=invis]; a -> x; "
                                          "a -> b [style=invis]; a -> b [dir=back]; }", NULL);
  g_assert_cmpstr (value (d, "a", TB_PROP_NAME), ==, "Customer");
  g_assert_cmpstr (value (d, "a", TB_PROP_DESCRIPTION), ==, "+ id: int\n+ name: string");
  g_assert_cmpstr (value (d, "b", TB_PROP_NAME), ==, "piwheels database");
  g_assert_cmpstr (value (d, "b", TB_PROP_KIND), ==, "store");
  g_assert_cmpuint (tb_model_count (tb_document_model (d), TB_KIND_COMPONENT), ==, 2);
  g_assert_cmpuint (tb_model_count (tb_document_model (d), TB_KIND_LINK), ==, 1);
  g_assert_cmpstr (value (d, "b-to-a", TB_PROP_TO), ==, "a");
}

static void
test_what_is_dropped_has_its_line (void)
{
  g_autoptr (GPtrArray) dropped = tb_problems_new ();
  g_autoptr (TbDocument) d = import_well ("digraph {\n  a -> b\n  a [peripheries=2]\n}", dropped);
  g_assert_cmpuint (tb_model_count (tb_document_model (d), TB_KIND_COMPONENT), ==, 2);
  g_assert_cmpuint (dropped->len, ==, 1);
  const TbProblem *p = dropped->pdata[0];
  g_assert_cmpuint (p->line, ==, 3);
  g_assert_nonnull (strstr (p->message, "peripheries"));
}

static void
test_attributes_are_dropped_in_one_sentence (void)
{
  g_autoptr (GPtrArray) dropped = tb_problems_new ();
  g_autoptr (TbDocument) d = import_well ("digraph {\n  a -> b\n  a [peripheries=2]\n  b [skew=1]\n}", dropped);
  g_assert_cmpuint (tb_model_count (tb_document_model (d), TB_KIND_COMPONENT), ==, 2);
  g_assert_cmpuint (dropped->len, ==, 1);
  const TbProblem *p = dropped->pdata[0];
  g_assert_nonnull (strstr (p->message, "peripheries (line 3)"));
  g_assert_nonnull (strstr (p->message, "skew (line 4)"));
}

static void
test_broken_graphs_are_refused_in_a_sentence (void)
{
  static const char *const broken[] = { "digraph { a ->", "digraph {", "digraph { a [label=\"", "digraph { }" };
  for (guint i = 0; i < G_N_ELEMENTS (broken); i++)
    {
      Result r = import_named ("t.dot", broken[i], strlen (broken[i]));
      g_assert_nonnull (r.error);
      g_assert_true (g_str_has_prefix (r.error->message, "t.dot:"));
      g_assert_null (strchr (r.error->message, '\n'));
      result_clear (&r);
    }
}

static const char shop[]
  = "<architecture xmlns='urn:tierboard:1' name='Web &quot;shop&quot;'><layer id='top' name='Top'/>"
    "<tier id='app' name='App \\ 1'/><tier id='db'/>"
    "<component id='a' kind='client' name='A &lt;b&gt;' tier='app' layer='top' threads='pool 3' tags='x y'/>"
    "<component id='end' kind='cache' tier='db' replicas='3' description='keeps'/>"
    "<link id='x' name='asks' from='a' to='end' timeout='2s' call='async'/>"
    "<view id='main' frame='both'><place of='a' x='120' y='40'/><place of='end' x='-20' y='240'/></view></architecture>";

static void
test_a_drawing_comes_back (void)
{
  g_autoptr (TbDocument) d = NULL;
  g_autoptr (TbDocument) back = NULL;
  send_there_and_back (shop, "dot", "t.dot", &d, &back);
  g_autofree char *before = tb_model_to_xml (tb_document_model (d), NULL);
  g_autofree char *after = tb_model_to_xml (tb_document_model (back), NULL);
  g_assert_cmpstr (after, ==, before);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/dot/clusters-become-groups", test_clusters_become_groups);
  g_test_add_func ("/dot/labels-lose-html-and-escapes", test_labels_lose_html_and_escapes);
  g_test_add_func ("/dot/labels-have-entities", test_labels_have_entities);
  g_test_add_func ("/dot/records-are-lines-and-what-is-invisible-is-not-there",
                   test_records_are_lines_and_what_is_invisible_is_not_there);
  g_test_add_func ("/dot/what-is-dropped-has-its-line", test_what_is_dropped_has_its_line);
  g_test_add_func ("/dot/attributes-are-dropped-in-one-sentence", test_attributes_are_dropped_in_one_sentence);
  g_test_add_func ("/dot/broken-graphs-are-refused-in-a-sentence", test_broken_graphs_are_refused_in_a_sentence);
  g_test_add_func ("/dot/a-drawing-comes-back", test_a_drawing_comes_back);
  return g_test_run ();
}
