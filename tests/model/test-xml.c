/* Reading and writing files. */
#include "model-test.h"

#include <time.h>

static void
assert_written (const char *xml, const char *expected)
{
  g_autoptr (TbDocument) document = read_good (xml);
  g_autofree char *out = xml_of (document);
  g_assert_cmpstr (out, ==, expected);
  g_autoptr (TbDocument) second = read_good (out);
  g_autofree char *again = xml_of (second);
  g_assert_cmpstr (again, ==, expected);
}

static void
assert_kept (const char *inner)
{
  g_autofree char *xml = g_strconcat (HEAD OPEN "\n", inner, "</architecture>\n", NULL);
  assert_written (xml, xml);
}

/* The file is refused with that rule at that place, and its sentence holds those words. */
static void
assert_refused (const char *xml, const char *rule, guint line, guint column, const char *words)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) problems = tb_problems_new ();
  g_autoptr (TbDocument) document
    = tb_document_load_bytes ("bad.tierboard", xml, strlen (xml), problems, &error);
  g_assert_null (document);
  g_assert_nonnull (error);
  g_assert_true (g_str_has_prefix (error->message, "bad.tierboard:"));
  const TbProblem *problem = find_problem (problems, rule);
  g_assert_nonnull (problem);
  g_assert_cmpuint (problem->line, ==, line);
  g_assert_cmpuint (problem->column, ==, column);
  if (strstr (problem->message, words) == NULL)
    g_error ("“%s” lacks “%s”", problem->message, words);
}

static const TbProblem *
only_warning (const char *xml, TbProblems *problems)
{
  g_autoptr (TbDocument) document
    = tb_document_load_bytes ("test.tierboard", xml, strlen (xml), problems, NULL);
  g_assert_nonnull (document);
  g_assert_cmpuint (problems->len, ==, 1);
  return problems->pdata[0];
}

/* ---- Writing --------------------------------------------------------------------------------- */

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
  assert_written (OPEN
                  "<note id='n'> a\n\n  &lt;b&gt; &amp; <![CDATA[<c>]]> </note></architecture>",
                  HEAD OPEN "\n  <note id=\"n\"> a\n\n  &lt;b&gt; &amp; &lt;c&gt; </note>\n"
                            "</architecture>\n");
}

static void
test_white_space_in_attributes_survives (void)
{
  assert_kept ("  <note id=\"n\" description=\"a&#10;b&#9;c&#13;d &amp; &lt;e> &quot;f&quot;\"/>\n");
}

static void
test_children_are_sorted_by_kind (void)
{
  assert_written (OPEN "<view id='v'/><note id='n2'/><layer id='l'/><note id='n1'/></architecture>",
                  HEAD OPEN "\n  <layer id=\"l\"/>\n  <note id=\"n2\"/>\n  <note id=\"n1\"/>\n"
                            "  <view id=\"v\"/>\n</architecture>\n");
}

static void
test_scenarios_keep_their_order (void)
{
  assert_kept ("  <scenario id=\"s\">\n    <phase id=\"p\" lasts=\"1s\"/>\n"
               "    <wait until=\"ready\"/>\n    <expect that=\"ready\"/>\n"
               "    <phase id=\"q\" lasts=\"2s\"/>\n  </scenario>\n");
}

static void
test_values_get_their_canonical_form (void)
{
  assert_written (OPEN "<layer id='l'/><layer id='m'/><component id=' a ' kind='server' "
                       "layer='  l   m ' replicas='003' threads='pool  08'/>"
                       "<link id='k' from='a' to='a' timeout='01.500s'/></architecture>",
                  HEAD OPEN "\n  <layer id=\"l\"/>\n  <layer id=\"m\"/>\n"
                            "  <component id=\"a\" kind=\"server\" layer=\"l m\" replicas=\"3\" "
                            "threads=\"pool 8\"/>\n"
                            "  <link id=\"k\" from=\"a\" to=\"a\" timeout=\"1.5s\"/>\n"
                            "</architecture>\n");
}

/* ---- What is kept ---------------------------------------------------------------------------- */

static void
test_comments_stay_with_what_follows (void)
{
  assert_written ("<!-- top -->" OPEN "<!--v--><view id='v'/><!--l--><layer id='l'/><!--end-->"
                  "</architecture><!-- after -->",
                  HEAD "<!-- top -->\n" OPEN "\n  <!--l-->\n  <layer id=\"l\"/>\n  <!--v-->\n"
                       "  <view id=\"v\"/>\n  <!--end-->\n</architecture>\n<!-- after -->\n");
}

static void
test_comments_of_many_lines_are_kept (void)
{
  assert_kept ("  <!-- a\n\n     b -->\n  <layer id=\"l\"/>\n");
}

static void
test_instructions_are_kept (void)
{
  assert_kept ("  <?editor a=\"1\"?>\n  <layer id=\"l\"/>\n");
}

static void
test_a_comment_in_text_is_kept_behind_it (void)
{
  assert_written (OPEN "<note id='n'>a<!--c-->b</note></architecture>",
                  HEAD OPEN "\n  <note id=\"n\">ab<!--c--></note>\n</architecture>\n");
}

static void
test_unknown_elements_are_kept_with_a_warning (void)
{
  static const char xml[] = HEAD OPEN "\n  <laier id=\"x\"><deep  a='1'>t</deep>\n</laier>\n"
                                      "  <layer id=\"l\"/>\n</architecture>\n";
  g_autoptr (GPtrArray) problems = tb_problems_new ();
  const TbProblem *problem = only_warning (xml, problems);
  g_assert_cmpint (problem->severity, ==, TB_SEVERITY_WARNING);
  g_assert_cmpstr (problem->rule, ==, "unknown-element");
  g_assert_cmpuint (problem->line, ==, 3);
  g_assert_cmpuint (problem->column, ==, 3);
  g_assert_nonnull (strstr (problem->message, "did you mean layer?"));
  assert_written (xml, xml);
}

static void
test_unknown_attributes_are_kept_with_a_warning (void)
{
  static const char xml[] = HEAD OPEN "\n  <layer id=\"l\" nmae=\"a &amp; b\"/>\n</architecture>\n";
  g_autoptr (GPtrArray) problems = tb_problems_new ();
  const TbProblem *problem = only_warning (xml, problems);
  g_assert_cmpstr (problem->rule, ==, "unknown-attribute");
  g_assert_cmpuint (problem->column, ==, 17);
  g_assert_nonnull (strstr (problem->message, "did you mean name?"));
  assert_written (xml, xml);
}

static void
test_foreign_names_are_kept_silently (void)
{
  static const char xml[]
    = HEAD "<architecture xmlns=\"urn:tierboard:1\" name=\"T\" xmlns:x=\"urn:x\">\n"
           "  <x:meta a=\"1\"><x:b/></x:meta>\n  <layer id=\"l\" x:rank=\"2\"/>\n"
           "  <other xmlns=\"urn:o\"><b/></other>\n</architecture>\n";
  g_autoptr (GPtrArray) problems = tb_problems_new ();
  g_autoptr (TbDocument) document
    = tb_document_load_bytes ("test", xml, strlen (xml), problems, NULL);
  g_assert_nonnull (document);
  g_assert_cmpuint (problems->len, ==, 0);
  assert_written (xml, xml);
}

static void
test_a_prefix_for_our_namespace_is_dropped (void)
{
  assert_written ("<t:architecture xmlns:t='urn:tierboard:1' xmlns='urn:o'><t:layer id='l'/>"
                  "<o/></t:architecture>",
                  HEAD "<architecture xmlns=\"urn:tierboard:1\" xmlns:t=\"urn:tierboard:1\">\n"
                       "  <layer id=\"l\"/>\n  <o xmlns=\"urn:o\"/>\n</architecture>\n");
}

static void
test_line_ends_of_other_systems_are_read (void)
{
  assert_written (OPEN "\r\n<!--a\r\nb-->\r\n<q>\r\n</q><note id='n'>x\r\ny</note>\r\n"
                       "</architecture>\r\n",
                  HEAD OPEN "\n  <!--a\nb-->\n  <q>\n</q>\n  <note id=\"n\">x\ny</note>\n"
                            "</architecture>\n");
}

static void
test_a_byte_order_mark_is_passed_over (void)
{
  assert_written ("\xef\xbb\xbf" OPEN "</architecture>",
                  HEAD "<architecture xmlns=\"urn:tierboard:1\" name=\"T\"/>\n");
}

/* ---- What is refused ------------------------------------------------------------------------- */

static void
test_many_errors_are_reported_in_one_pass (void)
{
  static const char xml[] = OPEN "\n  <layer id=\"L\"/>\n  <tier/>\n"
                                 "  <link id=\"k\" from=\"a\" to=\"b\"\n    call=\"snyc\"/>\n"
                                 "</architecture>";
  g_autoptr (GPtrArray) problems = tb_problems_new ();
  g_assert_null (tb_document_load_bytes ("t", xml, strlen (xml), problems, NULL));
  g_assert_cmpuint (problems->len, ==, 3);
  g_assert_cmpuint (find_problem (problems, "missing-attribute")->line, ==, 3);
}

static void
test_a_bad_value_has_its_attributes_place (void)
{
  assert_refused (OPEN "\n  <link id=\"k\" from=\"a\" to=\"b\"\n    name=\"ä\" call=\"snyc\"/>\n"
                       "</architecture>",
                  "bad-value", 3, 14, "expected sync or async (did you mean sync?)");
}

static void
test_a_missing_attribute_is_named (void)
{
  assert_refused (OPEN "\n  <link id=\"k\" from=\"a\"/></architecture>", "missing-attribute", 2, 3,
                  "<link> has no attribute to");
}

static void
test_an_id_used_twice_names_the_other (void)
{
  assert_refused (OPEN "\n<layer id=\"a\"/>\n <tier id=\"a\"/></architecture>", "duplicate-id", 3, 2,
                  "taken by the <layer> in line 2");
}

static void
test_phases_of_two_scenarios_may_share_a_name (void)
{
  assert_kept ("  <scenario id=\"a\">\n    <phase id=\"p\" lasts=\"1s\"/>\n  </scenario>\n"
               "  <scenario id=\"b\">\n    <phase id=\"p\" lasts=\"1s\"/>\n  </scenario>\n");
}

static void
test_two_phases_of_a_scenario_may_not (void)
{
  assert_refused (OPEN "<scenario id=\"a\"><phase id=\"p\" lasts=\"1s\"/>\n"
                       "<phase id=\"p\" lasts=\"1s\"/></scenario></architecture>",
                  "duplicate-id", 2, 1, "taken in this scenario");
}

static void
test_a_misplaced_element_says_where_it_belongs (void)
{
  assert_refused (OPEN "\n<device id=\"d\"/></architecture>", "misplaced-element", 2, 1,
                  "expected it in <tier>");
}

static void
test_a_second_program_element_is_refused (void)
{
  assert_refused (OPEN "<component id=\"a\" kind=\"server\">\n<builtin/>\n<builtin/></component>"
                       "</architecture>",
                  "too-many-elements", 3, 1, "one at most");
}

static void
test_stray_text_is_refused (void)
{
  assert_refused (OPEN "\n  hello</architecture>", "stray-text", 2, 3, "expected elements only");
}

static void
test_broken_xml_is_refused (void)
{
  assert_refused (OPEN "\n<layer id=\"a\"></tier></architecture>", "xml", 2, 22,
                  "<layer> of line 2 is closed by </tier>");
  assert_refused (OPEN "\n<layer id=\"a\"/>", "xml", 2, 16, "the file ends inside <architecture>");
  assert_refused ("hello", "xml", 1, 1, "no XML");
  assert_refused (" \n", "xml", 1, 1, "empty");
}

static void
test_other_roots_are_refused (void)
{
  assert_refused ("<html xmlns=\"http://www.w3.org/1999/xhtml\"/>", "namespace", 1, 1,
                  "expected <architecture xmlns=\"urn:tierboard:1\">");
  assert_refused ("<architecture/>", "namespace", 1, 1, "in no namespace");
  assert_refused ("<architecture xmlns=\"urn:tierboard:9\"/>", "namespace", 1, 1,
                  "another version");
}

static void
test_other_encodings_are_refused (void)
{
  assert_refused ("<?xml version=\"1.0\" encoding=\"latin1\"?>" OPEN "</architecture>", "encoding", 1,
                  21, "latin1");
  assert_refused (OPEN "\n\xe4</architecture>", "encoding", 2, 1, "0xe4");
  assert_refused ("\xff\xfe<", "encoding", 1, 1, "UTF-16");
}

static void
test_a_zero_byte_is_refused (void)
{
  static const char xml[] = OPEN "\0</architecture>";
  g_autoptr (GPtrArray) problems = tb_problems_new ();
  g_assert_null (tb_document_load_bytes ("t", xml, sizeof xml - 1, problems, NULL));
  g_assert_nonnull (find_problem (problems, "encoding"));
}

static void
test_entities_are_refused (void)
{
  assert_refused (OPEN "&foo;</architecture>", "entity", 1, 48, "&foo;");
  assert_refused ("<!DOCTYPE a SYSTEM \"file:///etc/passwd\">" OPEN "</architecture>",
                  "document-type", 1, 1, "never read");
}

/* ---- Hostile files: refused at once ---------------------------------------------------------- */

static void
assert_refused_quickly (const char *xml, gsize size, const char *rule)
{
  g_autoptr (GPtrArray) problems = tb_problems_new ();
  clock_t start = clock ();
  g_assert_null (tb_document_load_bytes ("hostile", xml, size, problems, NULL));
  gint64 took = (gint64) (clock () - start) * G_USEC_PER_SEC / CLOCKS_PER_SEC;
  g_assert_nonnull (find_problem (problems, rule));
  g_test_message ("%s: %.1f ms for %.1f MB", rule, (double) took / 1000, (double) size / 1e6);
  /* Of the processor; sanitizers are given ten times the figure. */
  g_assert_cmpint (took, <, 1000 * 1000);
}

static GString *
repeat (GString *out, const char *text, guint n)
{
  while (n-- > 0)
    g_string_append (out, text);
  return out;
}

static void
test_a_million_nested_elements_are_refused (void)
{
  g_autoptr (GString) xml = repeat (g_string_new (OPEN), "<a>", 1000000);
  assert_refused_quickly (xml->str, xml->len, "too-large");
}

static void
test_an_entity_bomb_is_refused (void)
{
  g_autoptr (GString) xml = g_string_new ("<!DOCTYPE a [<!ENTITY a0 \"ha\">");
  for (guint i = 1; i < 30; i++)
    g_string_append_printf (xml, "<!ENTITY a%u \"&a%u;&a%u;&a%u;&a%u;\">", i, i - 1, i - 1, i - 1,
                            i - 1);
  g_string_append (xml, "]>" OPEN "&a29;</architecture>");
  assert_refused_quickly (xml->str, xml->len, "document-type");
}

static void
test_a_million_attributes_are_refused (void)
{
  g_autoptr (GString) xml = g_string_new (OPEN "<layer ");
  for (guint i = 0; i < 1000000; i++)
    g_string_append_printf (xml, "a%u=\"\" ", i);
  assert_refused_quickly (xml->str, xml->len, "too-large");
}

static void
test_a_huge_attribute_is_refused (void)
{
  g_autoptr (GString) xml = repeat (g_string_new (OPEN "<layer id=\"a\" name=\""), "0123456789",
                                    100000);
  g_string_append (xml, "\"/></architecture>");
  assert_refused_quickly (xml->str, xml->len, "too-large");
}

static void
test_a_huge_file_is_refused (void)
{
  gsize size = (64u << 20) + 1;
  g_autofree char *xml = g_malloc (size + 1);
  memset (xml, ' ', size);
  xml[size] = '\0';
  assert_refused_quickly (xml, size, "too-large");
}

static void
test_errors_without_end_stop_the_reader (void)
{
  g_autoptr (GString) xml = repeat (g_string_new (OPEN), "<layer/>", 200000);
  g_string_append (xml, "</architecture>");
  g_autoptr (GPtrArray) problems = tb_problems_new ();
  g_assert_null (tb_document_load_bytes ("hostile", xml->str, xml->len, problems, NULL));
  g_assert_cmpuint (problems->len, ==, 100);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define TEST(name) g_test_add_func ("/model/xml/" #name, test_##name)
  TEST (attributes_are_written_in_the_order_of_the_table);
  TEST (text_is_kept_exactly);
  TEST (white_space_in_attributes_survives);
  TEST (children_are_sorted_by_kind);
  TEST (scenarios_keep_their_order);
  TEST (values_get_their_canonical_form);
  TEST (comments_stay_with_what_follows);
  TEST (comments_of_many_lines_are_kept);
  TEST (instructions_are_kept);
  TEST (a_comment_in_text_is_kept_behind_it);
  TEST (unknown_elements_are_kept_with_a_warning);
  TEST (unknown_attributes_are_kept_with_a_warning);
  TEST (foreign_names_are_kept_silently);
  TEST (a_prefix_for_our_namespace_is_dropped);
  TEST (line_ends_of_other_systems_are_read);
  TEST (a_byte_order_mark_is_passed_over);
  TEST (many_errors_are_reported_in_one_pass);
  TEST (a_bad_value_has_its_attributes_place);
  TEST (a_missing_attribute_is_named);
  TEST (an_id_used_twice_names_the_other);
  TEST (phases_of_two_scenarios_may_share_a_name);
  TEST (two_phases_of_a_scenario_may_not);
  TEST (a_misplaced_element_says_where_it_belongs);
  TEST (a_second_program_element_is_refused);
  TEST (stray_text_is_refused);
  TEST (broken_xml_is_refused);
  TEST (other_roots_are_refused);
  TEST (other_encodings_are_refused);
  TEST (a_zero_byte_is_refused);
  TEST (entities_are_refused);
  TEST (a_million_nested_elements_are_refused);
  TEST (an_entity_bomb_is_refused);
  TEST (a_million_attributes_are_refused);
  TEST (a_huge_attribute_is_refused);
  TEST (a_huge_file_is_refused);
  TEST (errors_without_end_stop_the_reader);
  return g_test_run ();
}
