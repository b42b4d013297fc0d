/* The file that draw.io gets: what is in it, by an XML parser of somebody else. */
#include <libxml/parser.h>
#include <libxml/xpath.h>
#include <string.h>

#include "tb-export.h"

static const char shop[]
  = "<architecture xmlns='urn:tierboard:1' name='Shop &amp; Co'>"
    "<tier id='app' name='Servers'/>"
    "<component id='a' kind='client' name='Browser &lt;1&gt;' description='Who&#10;buys'/>"
    "<component id='b' kind='server' name='Shop' tier='app' replicas='3'/>"
    "<link id='x' name='Buy' from='a' to='b' call='async'/>"
    "<note id='n'>Two\nlines</note>"
    "<view id='main' name='All'><place of='b' x='400' y='300'/></view>"
    "<view id='run' name='Machines' kind='deployment'/></architecture>";

typedef struct
{
  xmlDoc *doc;
  xmlXPathContext *context;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  gsize size;
  g_autoptr (GError) error = NULL;
  TbExportOptions options = { .view_id = data, .scale = 1 };
  g_autoptr (TbDocument) d = tb_document_load_bytes ("t", shop, strlen (shop), NULL, &error);
  g_assert_no_error (error);
  g_autoptr (GBytes) bytes = tb_export_bytes (tb_document_model (d), tb_export_format ("drawio"), &options, &error);
  g_assert_no_error (error);
  const char *xml = g_bytes_get_data (bytes, &size);
  f->doc = xmlReadMemory (xml, (int) size, "t", NULL, XML_PARSE_NONET);
  g_assert_nonnull (f->doc);
  f->context = xmlXPathNewContext (f->doc);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  (void) data;
  xmlXPathFreeContext (f->context);
  xmlFreeDoc (f->doc);
}

/* (transfer full) */
static char *
ask (Fixture *f, const char *path)
{
  g_autofree char *as_string = g_strdup_printf ("string(%s)", path);
  xmlXPathObject *found = xmlXPathEvalExpression ((const xmlChar *) as_string, f->context);
  char *text = g_strdup ((const char *) found->stringval);
  xmlXPathFreeObject (found);
  return text;
}

static void
expect (Fixture *f, const char *path, const char *value)
{
  g_autofree char *found = ask (f, path);
  g_assert_cmpstr (found, ==, value);
}

static void
test_each_view_is_a_page (Fixture *f, gconstpointer data)
{
  (void) data;
  expect (f, "count(//diagram)", "2");
  expect (f, "//diagram[1]/@name", "All");
  expect (f, "//diagram[2]/@id", "run");
}

static void
test_a_page_can_be_asked_for (Fixture *f, gconstpointer data)
{
  (void) data;
  expect (f, "count(//diagram)", "1");
  expect (f, "//diagram/@id", "run");
}

static void
test_ids_are_there_once_and_lead_somewhere (Fixture *f, gconstpointer data)
{
  (void) data;
  expect (f, "count(//@id[. = ../preceding::*/@id])", "0");
  expect (f, "count(//mxCell/@parent[not(. = //@id)])", "0");
  expect (f, "count(//mxCell/@source[not(. = //@id)])", "0");
  expect (f, "count(//mxCell/@target[not(. = //@id)])", "0");
}

static void
test_a_card_lies_in_its_tier (Fixture *f, gconstpointer data)
{
  (void) data;
  expect (f, "//object[@id='main.b']/mxCell/@parent", "main.app");
  expect (f, "//object[@id='main.b']/@replicas", "3");
  g_autofree char *label = ask (f, "//object[@id='main.a']/@label");
  g_assert_true (g_str_has_prefix (label, "Browser &lt;1&gt;<br>"));
  expect (f, "//object[@id='main.a']/@tooltip", "Who\nbuys");
}

static void
test_a_link_has_its_ends_and_dashes (Fixture *f, gconstpointer data)
{
  (void) data;
  expect (f, "//object[@id='main.x']/mxCell/@source", "main.a");
  expect (f, "//object[@id='main.x']/mxCell/@target", "main.b");
  g_autofree char *style = ask (f, "//object[@id='main.x']/mxCell/@style");
  g_assert_nonnull (strstr (style, "dashed=1"));
  g_assert_nonnull (strstr (style, "endArrow=open"));
}

static void
test_the_whole_drawing_goes_along (Fixture *f, gconstpointer data)
{
  (void) data;
  g_autofree char *xml = ask (f, "//object[@id='main.0']/@tierboard-document");
  g_autoptr (TbDocument) d = tb_document_load_bytes ("t", shop, strlen (shop), NULL, NULL);
  g_autofree char *own = tb_model_to_xml (tb_document_model (d), NULL);
  g_assert_cmpstr (xml, ==, own);
}

#define ADD(path, view, test) g_test_add ("/export/drawio/" path, Fixture, view, set_up, test, tear_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ADD ("each view is a page", NULL, test_each_view_is_a_page);
  ADD ("a page can be asked for", "run", test_a_page_can_be_asked_for);
  ADD ("ids are there once and lead somewhere", NULL, test_ids_are_there_once_and_lead_somewhere);
  ADD ("a card lies in its tier", NULL, test_a_card_lies_in_its_tier);
  ADD ("a link has its ends and dashes", NULL, test_a_link_has_its_ends_and_dashes);
  ADD ("the whole drawing goes along", NULL, test_the_whole_drawing_goes_along);
  return g_test_run ();
}
