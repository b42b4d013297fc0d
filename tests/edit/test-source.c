/* What may be typed where one stands in the text of a drawing, whole or broken. */
#include <string.h>

#include "tb-source.h"

#define BEFORE                                                                                     \
  "<?xml version=\"1.0\"?>\n<architecture xmlns=\"urn:tierboard:1\" name=\"Shop\">\n"             \
  "  <tier id=\"app\" name=\"Application\"/>\n  <tier id=\"db\"/>\n"                               \
  "  <component id=\"shop\" kind=\"server\" name=\"Web shop\" replicas=\"3\" tags=\"pci slow\">\n" \
  "    <service name=\"web\"/>\n    <service name=\"admin\"/>\n    <builtin/>\n  </component>\n"   \
  "  <component id=\"orders\" kind=\"store\"/>\n"
#define AFTER "\n  <link id=\"save\" from=\"shop\" to=\"orders\"/>\n</architecture>\n"

/* at: a text with the cursor as "|". */
static TbSourceCompletion *
complete_at (const char *marked)
{
  const char *cursor = strchr (marked, '|');
  g_autofree char *text = g_strdup_printf ("%.*s%s", (int) (cursor - marked), marked, cursor + 1);
  return tb_source_complete (text, (gsize) (cursor - marked));
}

static TbSourceCompletion *
complete_in (const char *marked)
{
  g_autofree char *all = g_strconcat (BEFORE, marked, AFTER, NULL);
  return complete_at (all);
}

static char *
labels (const TbSourceCompletion *completion)
{
  GString *out = g_string_new (NULL);
  for (guint i = 0; i < completion->offers->len; i++)
    g_string_append_printf (out, "%s%s", i ? " " : "",
                            ((TbSourceOffer *) completion->offers->pdata[i])->label);
  return g_string_free (out, FALSE);
}

static void
assert_offers (const char *marked, const char *expected)
{
  g_autoptr (TbSourceCompletion) completion = complete_in (marked);
  g_autofree char *found = labels (completion);
  if (strcmp (found, expected) != 0)
    g_error ("%s: “%s” instead of “%s”", marked, found, expected);
}

/* The text that taking the offer of that label leaves, with the cursor as "|". */
static void
assert_taken (const char *marked, const char *label, const char *expected)
{
  g_autoptr (TbSourceCompletion) completion = complete_in (marked);
  const char *cursor = strchr (marked, '|');
  gsize typed = completion->to - completion->from, kept = (gsize) (cursor - marked) - typed;
  for (guint i = 0; i < completion->offers->len; i++)
    {
      const TbSourceOffer *offer = completion->offers->pdata[i];
      if (strcmp (offer->label, label) != 0)
        continue;
      g_autofree char *all = g_strdup_printf ("%.*s%.*s|%s%s", (int) kept, marked, (int) offer->caret,
                                              offer->insert, offer->insert + offer->caret, cursor + 1);
      g_assert_cmpstr (all, ==, expected);
      return;
    }
  g_error ("%s does not offer %s", marked, label);
}

static void
test_elements_that_may_stand_there (void)
{
  assert_offers ("  <li|", "link");
  assert_offers ("  <tier id=\"x\"><de|</tier>", "device");
  assert_offers ("  <tier id=\"x\"></|</tier>", "tier>");
  assert_offers ("  <component id=\"x\" kind=\"store\"><bu|</component>", "builtin");
  assert_offers ("  <component id=\"x\" kind=\"store\"><builtin/><bu|</component>", "");
  assert_offers ("  <component id=\"x\" kind=\"store\"></|", "component>");
}

static void
test_an_element_comes_with_what_it_must_have (void)
{
  assert_taken ("  <com|", "component", "  <component id=\"|\" kind=\"\"/>");
  assert_taken ("  li|", "link", "  <link id=\"|\" from=\"\" to=\"\"/>");
  assert_taken ("  <vi|", "view", "  <view id=\"|\">\n    \n  </view>");
  assert_taken ("  <no|", "note", "  <note id=\"|\"></note>");
  /* One that is there is only called otherwise. */
  assert_taken ("  <ti| id=\"x\"/>", "tier", "  <tier| id=\"x\"/>");
}

static void
test_attributes_that_are_not_there_yet (void)
{
  assert_offers ("  <device id=\"a\" co|/>", "cores");
  assert_offers ("  <tier id=\"x\" name=\"y\" description=\"z\" t|/>", "tags");
  assert_offers ("  <tier id=\"x\" name=\"y\" na|/>", "");
  assert_taken ("  <link id=\"a\" time|/>", "timeout", "  <link id=\"a\" timeout=\"|\"/>");
  assert_taken ("  <link id=\"a\" time|=\"2s\"/>", "timeout", "  <link id=\"a\" timeout|=\"2s\"/>");
}

static void
test_values_of_the_schema (void)
{
  assert_offers ("  <component id=\"x\" kind=\"b|\"/>", "broker balancer");
  assert_offers ("  <component id=\"x\" kind=\"s|", "server store");
  assert_offers ("  <component id=\"x\" durable=\"|\"/>", "yes no");
  assert_offers ("  <component id=\"x\" threads=\"p|\"/>", "pool 8 per-request");
  assert_offers ("  <link id=\"x\" protocol=\"http|\"/>", "http http2");
}

static void
test_ids_by_id_and_by_name (void)
{
  assert_offers ("  <link id=\"x\" from=\"|\"/>", "shop orders");
  assert_offers ("  <link id=\"x\" from=\"or|\"/>", "orders");
  assert_offers ("  <link id=\"x\" from=\"web|\"/>", "shop");
  assert_offers ("  <component id=\"x\" tier=\"|\"/>", "app db");
  assert_offers ("  <interaction id=\"i\"><step link=\"|\"/></interaction>", "save");
}

static void
test_services_tags_phases_templates (void)
{
  assert_offers ("  <link id=\"x\" to=\"shop\" service=\"|\"/>", "web admin");
  assert_offers ("  <link id=\"x\" tags=\"|\"/>", "pci slow");
  assert_offers ("  <link id=\"x\" tags=\"slow p|\"/>", "pci");
  assert_offers ("  <scenario id=\"s\"><phase id=\"before\" lasts=\"1s\"/>"
                 "<expect during=\"|\"/></scenario>", "before");
  assert_offers ("  <component id=\"x\" kind=\"cache\"><template name=\"memc|\"/></component>", "memcached");
}

static void
test_names_of_instances_and_roles (void)
{
  assert_offers ("  <scenario id=\"s\"><phase id=\"a\" lasts=\"1s\"><do kill=\"sh|\"/></phase></scenario>",
                 "shop");
  assert_offers ("  <scenario id=\"s\"><phase id=\"a\" lasts=\"1s\"><do kill=\"shop/|\"/></phase></scenario>",
                 "shop/1 shop/2 shop/3 shop/leader");
}

static void
test_nothing_where_nothing_can_be_said (void)
{
  assert_offers ("  <!-- <li| -->", "");
  assert_offers ("  <component id=\"|\"/>", "");
  assert_offers ("  <nobody knows=\"|\"/>", "");
  assert_offers ("  <component id=\"x\" kind=\"store\"/|>", "");
  g_autoptr (TbSourceCompletion) empty = complete_at ("|");
  g_autofree char *found = labels (empty);
  g_assert_cmpstr (found, ==, "architecture");
}

static void
test_a_value_without_end_ends_with_its_line (void)
{
  assert_offers ("  <component id=\"x kind=\n  <link id=\"y\" from=\"|\"/>", "shop orders");
  assert_offers ("  <component id=\"x\" kind=\"st|\n  <tier id=\"later\"/>", "store");
}

static void
test_what_is_expected_is_said (void)
{
  g_autoptr (TbSourceCompletion) completion = complete_in ("  <link id=\"x\" timeout=\"|\"/>");
  g_assert_nonnull (strstr (completion->about, "gives up"));
  g_assert_nonnull (strstr (completion->about, "duration"));
}

static void
test_what_a_sentence_is_about_ends_with_it (void)
{
  const char *line = "  <component id=\"ü\" kind=\"serfer\" x/></a>";
  g_assert_cmpuint (tb_source_span (line, 3), ==, 12);
  g_assert_cmpuint (tb_source_span (line, 21), ==, 33);
  g_assert_cmpuint (tb_source_span (line, 14), ==, 19);
  g_assert_cmpuint (tb_source_span (line, 38), ==, 40);
  g_assert_cmpuint (tb_source_span (line, 400), ==, 41);
  g_assert_cmpuint (tb_source_span ("", 1), ==, 0);
}

/* Any text cut anywhere, and bytes changed at random, at every place of the cursor: no offer reaches
 * outside, nothing is read past the end (the sanitizers look on). */
static void
test_a_new_line_begins_as_far_in_as_the_one_before (void)
{
  static const struct
  {
    const char *before, *indent;
  } rows[] = { { "", "" },
               { "  <tier id='a'/>", "  " },
               { "  <tier id='a'>", "    " },
               { "  <tier id='a'> ", "    " },
               { "  <tier id='a'></tier>", "  " },
               { "  </tier>", "  " },
               { "\t<!-- as it was -->", "\t" },
               { "<?xml version='1.0'?>", "" },
               { "  <tier id='a", "  " },
               { "   ", "   " },
               { ">", "" } };
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *indent = tb_source_indent (rows[i].before);
      g_assert_cmpstr (indent, ==, rows[i].indent);
    }
}

static void
test_any_text_at_any_place (void)
{
  GRand *rand = g_rand_new_with_seed (7);
  const char *whole = BEFORE "<scenario id=\"s\"><phase id=\"a\"><do kill='shop/1'/></phase></scenario>" AFTER;
  for (guint run = 0; run < 300; run++)
    {
      g_autofree char *text = g_strndup (whole, (gsize) g_rand_int_range (rand, 0, (int) strlen (whole)));
      gsize length = strlen (text), at = length ? (gsize) g_rand_int_range (rand, 0, (int) length + 1) : 0;
      for (guint i = 0; i < run % 20 && length; i++)
        text[g_rand_int_range (rand, 0, (int) length)] = "<>\"'=/ !-a\n"[g_rand_int_range (rand, 0, 11)];
      g_autoptr (TbSourceCompletion) completion = tb_source_complete (text, at);
      g_assert_cmpuint (completion->from, <=, completion->to);
      g_assert_cmpuint (completion->to, ==, at);
      for (guint i = 0; i < completion->offers->len; i++)
        {
          const TbSourceOffer *offer = completion->offers->pdata[i];
          g_assert_cmpuint (offer->caret, <=, strlen (offer->insert));
        }
    }
  g_rand_free (rand);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define TEST(name) g_test_add_func ("/source/" #name, test_##name)
  TEST (elements_that_may_stand_there);
  TEST (an_element_comes_with_what_it_must_have);
  TEST (attributes_that_are_not_there_yet);
  TEST (values_of_the_schema);
  TEST (ids_by_id_and_by_name);
  TEST (services_tags_phases_templates);
  TEST (names_of_instances_and_roles);
  TEST (nothing_where_nothing_can_be_said);
  TEST (a_value_without_end_ends_with_its_line);
  TEST (what_is_expected_is_said);
  TEST (what_a_sentence_is_about_ends_with_it);
  TEST (a_new_line_begins_as_far_in_as_the_one_before);
  TEST (any_text_at_any_place);
  return g_test_run ();
}
