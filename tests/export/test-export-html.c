/* A drawing as a page for people, looked at by somebody else's HTML parser. */
#include <libxml/HTMLparser.h>
#include <libxml/xpath.h>
#include <string.h>

#include "tb-export.h"

static const char shop[]
  = "<architecture xmlns='urn:tierboard:1' name='Shop &amp; &lt;Co&gt;' description='Sells'>"
    "<layer id='top' name='Top'/><tier id='app' name='Servers'><device id='app-1' cores='2'/></tier>"
    "<component id='a' kind='client' name='Browser &lt;script&gt;alert(1)&lt;/script&gt;'/>"
    "<component id='b' kind='server' name='Shop' tier='app' layer='top' replicas='3'/>"
    "<component id='c' kind='store' name='Orders' tier='app'><template name='redis'/></component>"
    "<link id='x' name='Buy' from='a' to='b'/><link id='y' name='Save' from='b' to='c' timeout='2s'/>"
    "<note id='n' of='b'>Mind this</note>"
    "<interaction id='i' name='Buying'><step link='x' label='PUT /cart'/></interaction>"
    "<scenario id='s' name='Cut'><phase id='p' lasts='3s'><do at='1s' kill='b/1'/></phase>"
    "<expect that='availability' of='x' during='p' at-least='0.9'/></scenario>"
    "<view id='main' name='All'/><view id='run' name='Machines' kind='deployment'/></architecture>";

typedef struct
{
  char *text;
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
  g_autoptr (GBytes) bytes = tb_export_bytes (tb_document_model (d), tb_export_format ("html"), &options, &error);
  g_assert_no_error (error);
  const char *html = g_bytes_get_data (bytes, &size);
  f->text = g_strndup (html, size);
  f->doc = htmlReadMemory (html, (int) size, "t", "UTF-8", HTML_PARSE_NONET | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING);
  f->context = xmlXPathNewContext (f->doc);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  (void) data;
  g_free (f->text);
  xmlXPathFreeContext (f->context);
  xmlFreeDoc (f->doc);
}

static void
expect (Fixture *f, const char *path, const char *value)
{
  g_autofree char *as_string = g_strdup_printf ("normalize-space(string(%s))", path);
  xmlXPathObject *found = xmlXPathEvalExpression ((const xmlChar *) as_string, f->context);
  g_assert_cmpstr ((const char *) found->stringval, ==, value);
  xmlXPathFreeObject (found);
}

static void
test_nothing_runs_and_nothing_comes_from_elsewhere (Fixture *f, gconstpointer data)
{
  (void) data;
  expect (f, "count(//script)", "0");
  expect (f, "count(//@src[not(starts-with(., 'data:'))])", "0");
  expect (f, "count(//@href[not(starts-with(., '#'))])", "0");
  expect (f, "count(//link) + count(//iframe) + count(//object)", "0");
  g_assert_nonnull (strstr (f->text, "default-src 'none'"));
  g_assert_nonnull (strstr (f->text, "prefers-color-scheme:dark"));
  expect (f, "//tr[@id='a']/td[1]", "Browser <script>alert(1)</script>");
}

static void
test_what_is_clicked_is_there_once (Fixture *f, gconstpointer data)
{
  (void) data;
  expect (f, "count(//a[not(substring(@href, 2) = //@id)])", "0");
  expect (f, "count(//@id[. = ../preceding::*/@id])", "0");
  expect (f, "count(//div[@class='view'][1]/a[@href='#b']) > 0", "true");
}

static void
test_every_view_and_interaction_is_a_picture (Fixture *f, gconstpointer data)
{
  (void) data;
  expect (f, "count(//img)", "3");
  expect (f, "//h2[@id='run']", "Machines");
  expect (f, "//h2[@id='i']", "Buying");
}

static void
test_a_view_can_be_asked_for (Fixture *f, gconstpointer data)
{
  (void) data;
  expect (f, "count(//div[@class='view'])", "1");
  expect (f, "count(//nav/a[@href='#main'])", "0");
}

static void
test_tables_say_what_is_drawn (Fixture *f, gconstpointer data)
{
  (void) data;
  expect (f, "//tr[@id='b']/td[3]", "3");
  expect (f, "//tr[@id='c']/td[4]", "redis");
  expect (f, "//tr[@id='y']/td[7]", "2s");
  expect (f, "//tr[@id='app-1']/td[3]", "of Servers, Cores: 2");
  expect (f, "//h2[@id='s']/following-sibling::div[1]//tr[2]/td[2]", "— kill b/1 after 1s");
  expect (f, "count(//h2[@id='_findings']/following-sibling::div[1]//tr[td[2]='spof']) > 0", "true");
}

/* A phone shows a row as lines, each with what its column is called. */
static void
test_every_cell_knows_its_column (Fixture *f, gconstpointer data)
{
  (void) data;
  expect (f, "count(//table[@class='rows']//td[not(@data-head)])", "0");
  expect (f, "//tr[@id='b']/td[3]/@data-head", "Replicas");
  expect (f, "//tr[@id='y']/td[7]/@data-head", "Timeout");
  expect (f, "//body/p[2]", "3 components, 2 links, 1 tier, 1 layer. Drawn with Tierboard.");
}

#define ADD(path, view, test) g_test_add ("/export/html/" path, Fixture, view, set_up, test, tear_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ADD ("nothing runs and nothing comes from elsewhere", NULL, test_nothing_runs_and_nothing_comes_from_elsewhere);
  ADD ("what is clicked is there once", NULL, test_what_is_clicked_is_there_once);
  ADD ("every view and interaction is a picture", NULL, test_every_view_and_interaction_is_a_picture);
  ADD ("a view can be asked for", "run", test_a_view_can_be_asked_for);
  ADD ("tables say what is drawn", NULL, test_tables_say_what_is_drawn);
  ADD ("every cell knows its column", NULL, test_every_cell_knows_its_column);
  return g_test_run ();
}
