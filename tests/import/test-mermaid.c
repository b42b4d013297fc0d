/* Mermaid's flowcharts, and our own back again. */
#include "back-test.h"
#include "tb-base.h"

static TbDocument *
import_well (const char *text, TbProblems *dropped)
{
  return import_well_named ("t.mmd", text, dropped);
}

static void
test_shapes_arrows_and_subgraphs (void)
{
  g_autoptr (GPtrArray) dropped = tb_problems_new ();
  g_autoptr (TbDocument) d = import_well ("graph LR\nsubgraph one [First]\n web[Web shop] -->|reads| db[(Orders)]\nend\n"
                                          "web -. tells .-> mail & log\nclassDef x fill:#fff\n", dropped);
  g_assert_cmpstr (value (d, "web", TB_PROP_NAME), ==, "Web shop");
  g_assert_cmpstr (value (d, "web", TB_PROP_GROUP), ==, "one");
  g_assert_cmpstr (value (d, "one", TB_PROP_NAME), ==, "First");
  g_assert_cmpstr (value (d, "db", TB_PROP_KIND), ==, "store");
  g_assert_cmpuint (tb_model_count (tb_document_model (d), TB_KIND_LINK), ==, 3);
  g_assert_cmpstr (value (d, "web-to-mail", TB_PROP_CALL), ==, "async");
  g_assert_cmpuint (dropped->len, ==, 1);
  g_assert_cmpuint (((TbProblem *) dropped->pdata[0])->line, ==, 6);
}

static const char shop[]
  = "<architecture xmlns='urn:tierboard:1' name='Web &quot;shop&quot;'><group id='front' name='Front'/>"
    "<group id='inner' name='Inner &lt;1>' parent='front'/>"
    "<component id='a' kind='client' name='Say &quot;hi&quot; &lt;b&gt; #1; &amp;' group='front'/>"
    "<component id='end' kind='cache' name='End' group='inner'/>"
    "<component id='my-orders' kind='store' name='Orders'/>"
    "<link id='a-to-end' name='asks | tells' from='a' to='end'/>"
    "<link id='end-to-my-orders' from='end' to='my-orders' call='async'/></architecture>";

static void
test_a_drawing_comes_back (void)
{
  g_autoptr (TbDocument) d = NULL;
  g_autoptr (TbDocument) back = NULL;
  send_there_and_back (shop, "mermaid", "t.mmd", &d, &back);
  static const char *const ids[] = { "front", "inner", "a", "end", "my-orders" };
  static const TbProp props[] = { TB_PROP_NAME, TB_PROP_KIND, TB_PROP_GROUP, TB_PROP_PARENT };
  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    for (guint p = 0; p < G_N_ELEMENTS (props); p++)
      if (tb_schema_prop (tb_element_kind (tb_model_lookup (tb_document_model (d), ids[i])), props[p]) != NULL)
        g_assert_cmpstr (value (back, ids[i], props[p]), ==, value (d, ids[i], props[p]));
  for (guint i = 0; i < 2; i++)
    {
      const TbElement *before = tb_model_nth (tb_document_model (d), TB_KIND_LINK, i);
      const TbElement *after = tb_model_nth (tb_document_model (back), TB_KIND_LINK, i);
      g_assert_cmpstr (tb_element_get (after, TB_PROP_NAME), ==, tb_element_get (before, TB_PROP_NAME));
      g_assert_cmpstr (tb_element_get (after, TB_PROP_CALL), ==, tb_element_get (before, TB_PROP_CALL));
      g_assert_cmpstr (tb_element_get (after, TB_PROP_FROM), ==, tb_element_get (before, TB_PROP_FROM));
      g_assert_cmpstr (tb_element_get (after, TB_PROP_TO), ==, tb_element_get (before, TB_PROP_TO));
    }
  g_assert_cmpstr (tb_element_title (tb_model_root (tb_document_model (back))), ==, "Web \"shop\"");
}

/* ---- architecture-beta ------------------------------------------------------------------------- */

static void
test_an_architecture_has_groups_icons_and_arrows (void)
{
  g_autoptr (GPtrArray) dropped = tb_problems_new ();
  g_autoptr (TbDocument) d
    = import_well ("architecture-beta\n"
                   "  title Web shop\n"
                   "  group outer(cloud)[Cloud]\n"
                   "  group inner(server)[\"Inner: part\"] in outer\n"
                   "  service db(database)[Main] in inner\n"
                   "  service files(disk)[Files] in inner\n"
                   "  service web(server)[Web] in outer\n"
                   "  service net(internet)[Net]\n"
                   "  net:R --> L:web\n"
                   "  db:L <-[reads]- R:web{group}\n"
                   "  web:B -- T:files\n", dropped);
  g_assert_cmpstr (tb_element_title (tb_model_root (tb_document_model (d))), ==, "Web shop");
  g_assert_cmpstr (value (d, "inner", TB_PROP_PARENT), ==, "outer");
  g_assert_cmpstr (value (d, "inner", TB_PROP_NAME), ==, "Inner: part");
  g_assert_cmpstr (value (d, "db", TB_PROP_GROUP), ==, "inner");
  g_assert_cmpstr (value (d, "db", TB_PROP_KIND), ==, "store");
  g_assert_cmpstr (value (d, "files", TB_PROP_KIND), ==, "store");
  g_assert_cmpstr (value (d, "web", TB_PROP_KIND), ==, "server");
  g_assert_cmpstr (value (d, "net", TB_PROP_KIND), ==, "external");
  g_assert_cmpstr (value (d, "net-to-web", TB_PROP_TO), ==, "web");
  g_assert_cmpstr (value (d, "web-to-db", TB_PROP_NAME), ==, "reads");
  g_assert_cmpstr (value (d, "web-to-files", TB_PROP_FROM), ==, "web");
  for (guint i = 0; i < dropped->len; i++)
    g_assert_cmpstr (((TbProblem *) dropped->pdata[i])->rule, ==, TB_IMPORT_ASSUMED);
}

static void
test_junctions_join_what_meets_there (void)
{
  g_autoptr (TbDocument) d = import_well ("architecture-beta\nservice a(server)[A]\nservice b(server)[B]\n"
                                          "service c(server)[C]\njunction j\njunction k\n"
                                          "a:R --> L:j\nb:R --> T:j\nj:R --> L:k\nk:R --> L:c\n", NULL);
  g_assert_cmpuint (tb_model_count (tb_document_model (d), TB_KIND_COMPONENT), ==, 3);
  g_assert_cmpuint (tb_model_count (tb_document_model (d), TB_KIND_LINK), ==, 2);
  g_assert_cmpstr (value (d, "a-to-c", TB_PROP_TO), ==, "c");
  g_assert_cmpstr (value (d, "b-to-c", TB_PROP_TO), ==, "c");
}

/* A trunk from one to three others, as people draw it without arrow heads: they do not call each other. */
static void
test_a_way_without_heads_goes_as_it_is_written (void)
{
  g_autoptr (TbDocument) d = import_well ("architecture-beta\nservice b(server)[B]\nservice c(server)[C]\nservice d(server)[D]\n"
                                          "service r(server)[R]\njunction j\njunction k\n"
                                          "r:R -- L:j\nj:T -- B:k\nk:R -- L:b\nj:R -- L:c\nj:B -- T:d\n", NULL);
  g_assert_cmpuint (tb_model_count (tb_document_model (d), TB_KIND_LINK), ==, 3);
  g_assert_cmpstr (value (d, "r-to-b", TB_PROP_TO), ==, "b");
  g_assert_cmpstr (value (d, "r-to-c", TB_PROP_TO), ==, "c");
  g_assert_cmpstr (value (d, "r-to-d", TB_PROP_TO), ==, "d");
}

static void
test_two_that_only_meet_are_linked (void)
{
  g_autoptr (TbDocument) d = import_well ("architecture-beta\nservice a(server)[A]\nservice b(server)[B]\njunction j\n"
                                          "j:L -- R:a\nj:R -- L:b\n", NULL);
  g_assert_cmpuint (tb_model_count (tb_document_model (d), TB_KIND_LINK), ==, 1);
}

static void
test_what_is_no_architecture_is_told_with_its_line (void)
{
  g_autoptr (GPtrArray) dropped = tb_problems_new ();
  g_autoptr (TbDocument) d = import_well ("architecture-beta\nservice a(server)[A]\nservice a(server)[Again]\n"
                                          "a:R --> L:nobody\nwhat is this\n", dropped);
  g_assert_cmpuint (tb_model_count (tb_document_model (d), TB_KIND_COMPONENT), ==, 1);
  guint lines[8] = { 0 };
  for (guint i = 0; i < dropped->len; i++)
    if (strcmp (((TbProblem *) dropped->pdata[i])->rule, TB_IMPORT_DROPPED) == 0)
      lines[((TbProblem *) dropped->pdata[i])->line % G_N_ELEMENTS (lines)]++;
  g_assert_cmpuint (lines[3], ==, 1);
  g_assert_cmpuint (lines[4], ==, 1);
  g_assert_cmpuint (lines[5], ==, 1);
}

/* ---- Markdown ---------------------------------------------------------------------------------- */

static void
test_the_first_diagram_of_a_markdown_file_is_read (void)
{
  g_autoptr (GPtrArray) dropped = tb_problems_new ();
  g_autoptr (TbDocument) d = import_well ("# Shop\n\ngraph of all\n\n```sh\ngraph TD\n```\n\n   ```mermaid\n---\ntitle: Shop\n---\n"
                                          "   flowchart LR\n   a[A] --> b[B]\n   ```\n\nx --> y\n\n```mermaid\ngraph TD\nq-->z\n```\n",
                                          dropped);
  const TbModel *model = tb_document_model (d);
  g_assert_cmpuint (tb_model_count (model, TB_KIND_COMPONENT), ==, 2);
  g_assert_cmpstr (tb_element_title (tb_model_root (model)), ==, "Shop");
  g_assert_cmpuint (dropped->len, ==, 1);
  g_assert_cmpuint (((TbProblem *) dropped->pdata[0])->line, ==, 19);
}

static void
test_markdown_without_a_diagram_is_refused_in_a_sentence (void)
{
  static const char text[] = "# Shop\n\nNo picture here.\n";
  const TbImportSource source = { "README.md", NULL, text, strlen (text) };
  g_autoptr (GError) error = NULL;
  g_assert_null (tb_import_bytes (&source, NULL, NULL, &error));
  g_assert_true (g_str_has_prefix (error->message, "README.md: it has no flowchart"));
}

static void
test_classes_called_as_kinds_are_kinds (void)
{
  g_autoptr (GPtrArray) dropped = tb_problems_new ();
  g_autoptr (TbDocument) d = import_well ("flowchart LR\nsubgraph app [Servers]\na[A]\nend\nb[B] --> a\n"
                                          "class app tier\nclass a,b store\nclass b pretty\n", dropped);
  g_assert_cmpstr (value (d, "a", TB_PROP_TIER), ==, "app");
  g_assert_cmpstr (value (d, "a", TB_PROP_KIND), ==, "store");
  g_assert_cmpstr (value (d, "b", TB_PROP_KIND), ==, "store");
  g_assert_cmpuint (dropped->len, ==, 1);
}

static void
test_labels_have_lines_icons_and_markdown (void)
{
  g_autoptr (TbDocument) d = import_well ("flowchart LR\na[\"`The **cat**\n  sat`\"] --> b(fa:fa-user New<br/>user) & c[1\\. Edit]\n"
                                          "d[ALB\\naws_lb.app\\nSG: alb-sg]\ne[/author/plugin/]\nf[R&amp;D #9829;]\n", NULL);
  g_assert_cmpstr (value (d, "a", TB_PROP_NAME), ==, "The cat sat");
  g_assert_cmpstr (value (d, "b", TB_PROP_NAME), ==, "New user");
  g_assert_cmpstr (value (d, "c", TB_PROP_NAME), ==, "1. Edit");
  g_assert_cmpstr (value (d, "d", TB_PROP_NAME), ==, "ALB");
  g_assert_cmpstr (value (d, "d", TB_PROP_DESCRIPTION), ==, "aws_lb.app\nSG: alb-sg");
  g_assert_cmpstr (value (d, "e", TB_PROP_NAME), ==, "author/plugin");
  g_assert_cmpstr (value (d, "f", TB_PROP_NAME), ==, "R&D ♥");
}

static void
test_shapes_and_arrows_of_newer_versions (void)
{
  g_autoptr (GPtrArray) dropped = tb_problems_new ();
  g_autoptr (TbDocument) d = import_well ("graph TD; x --> y\na@{ shape: cyl, label: \"All, orders\" } e1@--> b\ne1@{ animate: true }\n"
                                          "b o--o c x--x d <--> a\na -.-\nc\nb ~~~ d\n", dropped);
  const TbModel *model = tb_document_model (d);
  g_assert_cmpstr (value (d, "a", TB_PROP_NAME), ==, "All, orders");
  g_assert_cmpstr (value (d, "a", TB_PROP_KIND), ==, "store");
  g_assert_cmpuint (tb_model_count (model, TB_KIND_COMPONENT), ==, 6);
  g_assert_cmpuint (tb_model_count (model, TB_KIND_LINK), ==, 6);
  g_assert_cmpstr (value (d, "a-to-c", TB_PROP_CALL), ==, "async");
  g_assert_cmpuint (dropped->len, ==, 1);
  g_assert_cmpuint (((TbProblem *) dropped->pdata[0])->line, ==, 3);
}

/* Also before it is there; two arrows share one. */
static void
test_arrows_at_subgraphs_end_in_them (void)
{
  g_autoptr (GPtrArray) dropped = tb_problems_new ();
  g_autoptr (TbDocument) d = import_well ("graph LR\nweb --> store\nsubgraph store[Storage]\n db[(Orders)]\nend\nstore --> web\n", dropped);
  const TbModel *model = tb_document_model (d);
  g_assert_cmpuint (tb_model_count (model, TB_KIND_COMPONENT), ==, 3);
  g_assert_cmpstr (value (d, "store-gate", TB_PROP_NAME), ==, "Storage");
  g_assert_cmpstr (value (d, "store-gate", TB_PROP_GROUP), ==, "store");
  g_assert_cmpstr (value (d, "web-to-store-gate", TB_PROP_TO), ==, "store-gate");
  g_assert_cmpuint (dropped->len, ==, 1);
  g_assert_cmpstr (((TbProblem *) dropped->pdata[0])->rule, ==, TB_IMPORT_ASSUMED);
}

static void
test_the_innermost_subgraph_has_what_it_mentions (void)
{
  g_autoptr (TbDocument) d = import_well ("graph LR\nsubgraph out[Outer]\n a --> b\n subgraph pad[ ]\n  subgraph in[Inner]\n   b\n  end\n"
                                          " end\nend\nT[ ] --> a\nclick a href \"https://a.example\"", NULL);
  g_assert_cmpstr (value (d, "a", TB_PROP_GROUP), ==, "out");
  g_assert_cmpstr (value (d, "b", TB_PROP_GROUP), ==, "in");
  g_assert_cmpstr (value (d, "in", TB_PROP_PARENT), ==, "out");
  g_assert_cmpstr (value (d, "a", TB_PROP_HREF), ==, "https://a.example");
  g_assert_cmpuint (tb_model_count (tb_document_model (d), TB_KIND_COMPONENT), ==, 2);
}

/* It was cut inside of a character. */
static void
test_what_is_not_read_is_quoted_in_whole_characters (void)
{
  g_autoptr (GPtrArray) dropped = tb_problems_new ();
  g_autoptr (TbDocument) d = import_well ("graph LR\na --> b\na ?アプリケーションアプリケーションアプリケーションアプリケーション\n", dropped);
  g_assert_cmpuint (tb_model_count (tb_document_model (d), TB_KIND_COMPONENT), ==, 2);
  g_assert_cmpuint (dropped->len, ==, 1);
  g_assert_true (g_utf8_validate (((TbProblem *) dropped->pdata[0])->message, -1, NULL));
  g_assert_nonnull (strstr (((TbProblem *) dropped->pdata[0])->message, "ション” is"));
}

/* Where it is opened behind another statement, too. */
static void
test_a_node_called_as_a_subgraph_is_in_it (void)
{
  g_autoptr (GPtrArray) dropped = tb_problems_new ();
  g_autoptr (TbDocument) d = import_well ("graph LR\na --> b; subgraph s\nc\nend\nsubgraph t\nd\nend\na --> s\n", dropped);
  const TbModel *model = tb_document_model (d);
  g_assert_cmpuint (tb_model_count (model, TB_KIND_LINK), ==, 2);
}

/* Also where the name is that of a link, which had none there. */
static void
test_a_node_may_be_called_as_links_are (void)
{
  g_autoptr (GPtrArray) dropped = tb_problems_new ();
  g_autoptr (TbDocument) d = import_well ("graph LR\na --> b\nsubgraph s\na-to-b --> c\nmain --> c\nend\n", dropped);
  const TbModel *model = tb_document_model (d);
  g_assert_cmpuint (tb_model_count (model, TB_KIND_COMPONENT), ==, 5);
  g_assert_cmpuint (tb_model_count (model, TB_KIND_LINK), ==, 3);
}

/* It was quadratic, in services that were looked through and in sentences. */
static void
test_many_links_between_two_are_few (void)
{
  g_autoptr (GPtrArray) dropped = tb_problems_new ();
  g_autoptr (GString) text = g_string_new ("graph LR\n");
  for (guint i = 0; i < 20000; i++)
    g_string_append_printf (text, "a -->|l%u| b\n", i);
  gint64 start = tb_thread_cpu_ns ();
  g_autoptr (TbDocument) d = import_well (text->str, dropped);
  g_assert_cmpint (tb_thread_cpu_ns () - start, <, 5 * TB_NS_PER_S);
  g_assert_cmpuint (tb_model_count (tb_document_model (d), TB_KIND_LINK), ==, 200);
  g_assert_cmpuint (dropped->len, ==, 6);
  g_assert_nonnull (strstr (((TbProblem *) dropped->pdata[5])->message, "19795 more links"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/mermaid/a-node-called-as-a-subgraph-is-in-it", test_a_node_called_as_a_subgraph_is_in_it);
  g_test_add_func ("/mermaid/a-node-may-be-called-as-links-are", test_a_node_may_be_called_as_links_are);
  g_test_add_func ("/mermaid/shapes-arrows-and-subgraphs", test_shapes_arrows_and_subgraphs);
  g_test_add_func ("/mermaid/a-drawing-comes-back", test_a_drawing_comes_back);
  g_test_add_func ("/mermaid/an-architecture-has-groups-icons-and-arrows", test_an_architecture_has_groups_icons_and_arrows);
  g_test_add_func ("/mermaid/a-way-without-heads-goes-as-it-is-written", test_a_way_without_heads_goes_as_it_is_written);
  g_test_add_func ("/mermaid/two-that-only-meet-are-linked", test_two_that_only_meet_are_linked);
  g_test_add_func ("/mermaid/junctions-join-what-meets-there", test_junctions_join_what_meets_there);
  g_test_add_func ("/mermaid/what-is-no-architecture-is-told-with-its-line",
                   test_what_is_no_architecture_is_told_with_its_line);
  g_test_add_func ("/mermaid/the-first-diagram-of-a-markdown-file-is-read", test_the_first_diagram_of_a_markdown_file_is_read);
  g_test_add_func ("/mermaid/markdown-without-a-diagram-is-refused-in-a-sentence",
                   test_markdown_without_a_diagram_is_refused_in_a_sentence);
  g_test_add_func ("/mermaid/classes-called-as-kinds-are-kinds", test_classes_called_as_kinds_are_kinds);
  g_test_add_func ("/mermaid/labels-have-lines-icons-and-markdown", test_labels_have_lines_icons_and_markdown);
  g_test_add_func ("/mermaid/shapes-and-arrows-of-newer-versions", test_shapes_and_arrows_of_newer_versions);
  g_test_add_func ("/mermaid/arrows-at-subgraphs-end-in-them", test_arrows_at_subgraphs_end_in_them);
  g_test_add_func ("/mermaid/the-innermost-subgraph-has-what-it-mentions", test_the_innermost_subgraph_has_what_it_mentions);
  g_test_add_func ("/mermaid/what-is-not-read-is-quoted-in-whole-characters",
                   test_what_is_not_read_is_quoted_in_whole_characters);
  g_test_add_func ("/mermaid/many-links-between-two-are-few", test_many_links_between_two_are_few);
  return g_test_run ();
}
