/* Reading and writing files. */
#include <string.h>

#include "tb-model.h"

#define OPEN "<architecture xmlns=\"urn:tierboard:1\" name=\"T\">"
#define HEAD "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"

static TbDocument *
read_string (const char *xml, TbProblems *problems)
{
  return tb_document_load_bytes ("test.tierboard", xml, strlen (xml), problems, NULL);
}

static char *
written (const char *xml)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TbDocument) document
    = tb_document_load_bytes ("test.tierboard", xml, strlen (xml), NULL, &error);
  g_assert_no_error (error);
  return tb_model_to_xml (tb_document_model (document), NULL);
}

static void
assert_written (const char *xml, const char *expected)
{
  g_autofree char *out = written (xml);
  g_assert_cmpstr (out, ==, expected);
  g_autofree char *again = written (out);
  g_assert_cmpstr (again, ==, expected);
}

static void
test_attributes_are_written_in_the_order_of_the_table (void)
{
  assert_written (OPEN "<component name='A' kind='server' id='a'/></architecture>",
                  HEAD OPEN "\n  <component id=\"a\" kind=\"server\" name=\"A\"/>\n"
                            "</architecture>\n");
}

static void
test_text_is_kept_exactly (void)
{
  assert_written (OPEN "<note id='n'> a\n\n  &lt;b&gt; &amp; <![CDATA[<c>]]> </note></architecture>",
                  HEAD OPEN "\n  <note id=\"n\"> a\n\n  &lt;b&gt; &amp; &lt;c&gt; </note>\n"
                            "</architecture>\n");
}

static void
test_children_are_sorted_by_kind (void)
{
  assert_written (OPEN "<view id='v'/><note id='n2'/><layer id='l'/><note id='n1'/></architecture>",
                  HEAD OPEN "\n  <layer id=\"l\"/>\n  <note id=\"n2\"/>\n  <note id=\"n1\"/>\n"
                            "  <view id=\"v\"/>\n</architecture>\n");
}

static void
test_comments_stay_with_what_follows (void)
{
  assert_written ("<!-- top -->" OPEN "<!--v--><view id='v'/><!--l--><layer id='l'/><!--end-->"
                  "</architecture><!-- after -->",
                  HEAD "<!-- top -->\n" OPEN "\n  <!--l-->\n  <layer id=\"l\"/>\n  <!--v-->\n"
                       "  <view id=\"v\"/>\n  <!--end-->\n</architecture>\n<!-- after -->\n");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define TEST(name) g_test_add_func ("/model/xml/" #name, test_##name)
  TEST (attributes_are_written_in_the_order_of_the_table);
  TEST (text_is_kept_exactly);
  TEST (children_are_sorted_by_kind);
  TEST (comments_stay_with_what_follows);
  (void) read_string;
  return g_test_run ();
}
