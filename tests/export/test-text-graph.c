/* Descriptions of a drawing for other drawing tools: what they say, how they quote, what they own up to. */
#include <string.h>

#include "tb-export.h"

static const char shop[]
  = "<architecture xmlns='urn:tierboard:1' name='Web \"shop\"'>"
    "<group id='front' name='Front'/><group id='inner' name='Inner' parent='front'/>"
    "<component id='a' kind='client' name='Say &quot;hi&quot; &lt;b&gt; #1' group='front'/>"
    "<component id='end' kind='server' name='End' group='inner' replicas='3'/>"
    "<component id='my-orders' kind='store' name='Orders'/>"
    "<link id='x' from='a' to='end' name='asks' timeout='2s'/>"
    "<link id='y' from='end' to='my-orders' call='async'/>"
    "<view id='main' frame='groups'><place of='end' x='120' y='40'/></view></architecture>";

static char *
export_drawing (const char *drawing, const char *name, TbProblems *lost)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TbDocument) d = tb_document_load_bytes ("t", drawing, strlen (drawing), NULL, &error);
  g_assert_no_error (error);
  const TbExportOptions options = { .scale = 1, .lost = lost };
  g_autoptr (GBytes) bytes = tb_export_bytes (tb_document_model (d), tb_export_format (name), &options, &error);
  g_assert_no_error (error);
  return g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
}

static char *
export_as (const char *name, TbProblems *lost)
{
  return export_drawing (shop, name, lost);
}

static void
assert_says (const char *text, const char *words)
{
  if (strstr (text, words) == NULL)
    g_error ("there is no “%s” in\n%s", words, text);
}

static void
test_dot_keeps_clusters_kinds_and_places (void)
{
  g_autofree char *text = export_as ("dot", NULL);
  assert_says (text, "subgraph \"cluster_front\" {");
  assert_says (text, "    subgraph \"cluster_inner\" {");
  assert_says (text, "label=\"Say \\\"hi\\\" <b> #1\"");
  assert_says (text, "tb_replicas=\"3\"");
  assert_says (text, "pos=\"120,-40!\"");
  assert_says (text, "\"end\" -> \"my-orders\" [id=\"y\" style=dashed tb_call=\"async\"]");
}

static void
test_mermaid_escapes_labels_and_reserved_ids (void)
{
  g_autofree char *text = export_as ("mermaid", NULL);
  assert_says (text, "title: \"Web \\\"shop\\\"\"");
  assert_says (text, "a([\"Say #34;hi#34; #60;b#62; #35;1\"]):::client");
  assert_says (text, "end_[\"End\"]:::server");
  assert_says (text, "a -->|\"asks\"| end_");
  assert_says (text, "end_ -.-> my_orders");
}

static void
test_d2_names_a_component_by_its_containers (void)
{
  g_autofree char *text = export_as ("d2", NULL);
  assert_says (text, "front.a -> front.inner.end: \"asks\"");
  assert_says (text, "front.inner.end -> my_orders: { style.stroke-dash: 4 }");
  assert_says (text, "end: \"End\" { shape: rectangle; style.multiple: true }");
}

static void
test_plantuml_uses_c4_without_network (void)
{
  g_autofree char *text = export_as ("plantuml", NULL);
  g_assert_true (g_str_has_prefix (text, "@startuml\n' C4 is"));
  assert_says (text, "\n!include <C4/C4_Container>\n");
  assert_says (text, "Boundary(front, \"Front\") {");
  assert_says (text, "ContainerDb(my_orders, \"Orders\", \"store\")");
  assert_says (text, "Rel(end_, my_orders, \"sends to\", \"async\")");
  g_assert_true (g_str_has_suffix (text, "@enduml\n"));
}

/* Names that other programs take as more than words. */
static char *
export_named (const char *name, const char *format, TbProblems *lost)
{
  g_autofree char *words = g_markup_escape_text (name, -1);
  g_autofree char *drawing = g_strdup_printf ("<architecture xmlns='urn:tierboard:1' name='%s'><component id='a' name='%s' "
                                              "kind='server' description='%s' href='https://a.example'/></architecture>",
                                              words, words, words);
  return export_drawing (drawing, format, lost);
}

static void
test_plantuml_takes_no_name_as_markup (void)
{
  g_autofree char *text = export_named ("<b> //a// 5% \"x\" Shop (new), v1.2: who?", "plantuml", NULL);
  assert_says (text, "Container(a, \"<U+003C>b<U+003E> <U+002F><U+002F>a<U+002F><U+002F> 5<U+0025> <U+0022>x<U+0022> Shop "
                     "<U+0028>new<U+0029><U+002C> v1.2: who?\", \"server\"");
  assert_says (text, "title <U+003C>b<U+003E> ");
}

static void
test_d2_has_no_link_below_an_address (void)
{
  g_autoptr (GPtrArray) lost = tb_problems_new ();
  g_autofree char *address = export_named ("http://b.example", "d2", lost), *words = export_named ("a <b> & c", "d2", NULL);
  g_assert_null (strstr (address, "; link:"));
  g_assert_cmpuint (lost->len, ==, 1);
  assert_says (words, "tooltip: \"a &lt;b> &amp; c\"; link: \"https://a.example\"");
  assert_says (words, "\"drawing title\": \"a <b> & c\" { shape: text; near: top-center");
}

static void
test_what_looks_like_an_entity_or_a_formula_stays_words (void)
{
  g_autofree char *dot = export_named ("&lt; & co", "dot", NULL), *mermaid = export_named ("$$x$$", "mermaid", NULL);
  assert_says (dot, "label=\"&amp;lt; & co\"");
  assert_says (mermaid, "a[\"#36;#36;x#36;#36;\"]");
}

static void
test_what_has_no_place_is_named (void)
{
  g_autoptr (GPtrArray) lost = tb_problems_new ();
  g_free (export_as ("mermaid", lost));
  g_autoptr (GString) all = g_string_new (NULL);
  for (guint i = 0; i < lost->len; i++)
    g_string_append_printf (all, "%s\n", ((const TbProblem *) lost->pdata[i])->message);
  assert_says (all->str, "timeout= of 1 link has no place in Mermaid");
  assert_says (all->str, "replicas= of 1 component has no place in Mermaid");
  assert_says (all->str, "1 view has no place in Mermaid");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/text-graph/dot-keeps-clusters-kinds-and-places", test_dot_keeps_clusters_kinds_and_places);
  g_test_add_func ("/text-graph/mermaid-escapes-labels-and-reserved-ids", test_mermaid_escapes_labels_and_reserved_ids);
  g_test_add_func ("/text-graph/d2-names-a-component-by-its-containers", test_d2_names_a_component_by_its_containers);
  g_test_add_func ("/text-graph/plantuml-uses-c4-without-network", test_plantuml_uses_c4_without_network);
  g_test_add_func ("/text-graph/plantuml-takes-no-name-as-markup", test_plantuml_takes_no_name_as_markup);
  g_test_add_func ("/text-graph/d2-has-no-link-below-an-address", test_d2_has_no_link_below_an_address);
  g_test_add_func ("/text-graph/what-looks-like-an-entity-or-a-formula-stays-words",
                   test_what_looks_like_an_entity_or_a_formula_stays_words);
  g_test_add_func ("/text-graph/what-has-no-place-is-named", test_what_has_no_place_is_named);
  return g_test_run ();
}
