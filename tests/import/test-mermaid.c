/* Mermaid's flowcharts, and our own back again. */
#include <string.h>

#include "tb-export.h"
#include "tb-import.h"

static TbDocument *
import_well (const char *text, TbProblems *dropped)
{
  g_autoptr (GError) error = NULL;
  const TbImportSource source = { "t.mmd", NULL, text, strlen (text) };
  TbDocument *document = tb_import_bytes (&source, NULL, dropped, &error);
  g_assert_no_error (error);
  return document;
}

static const char *
value (TbDocument *d, const char *id, TbProp prop)
{
  const TbElement *element = tb_model_lookup (tb_document_model (d), id);
  if (element == NULL)
    g_error ("there is no %s", id);
  return tb_element_get (element, prop);
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
  g_autoptr (GError) error = NULL;
  g_autoptr (TbDocument) d = tb_document_load_bytes ("t", shop, strlen (shop), NULL, &error);
  g_assert_no_error (error);
  const TbExportOptions options = { .scale = 1 };
  g_autoptr (GBytes) bytes = tb_export_bytes (tb_document_model (d), tb_export_format ("mermaid"), &options, &error);
  g_assert_no_error (error);
  g_autofree char *text = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  g_autoptr (TbDocument) back = import_well (text, NULL);
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

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/mermaid/shapes-arrows-and-subgraphs", test_shapes_arrows_and_subgraphs);
  g_test_add_func ("/mermaid/a-drawing-comes-back", test_a_drawing_comes_back);
  return g_test_run ();
}
