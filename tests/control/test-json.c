/* JSON in: what is one value, what is none, and where it went wrong. */
#include <string.h>

#include "tb-json.h"

static TbJsonValue *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  TbJsonValue *value = tb_json_parse (text, strlen (text), &error);
  g_assert_no_error (error);
  g_assert_nonnull (value);
  return value;
}

static void
test_members_have_their_kinds (void)
{
  g_autoptr (TbJsonValue) v
    = parse (" {\"a\": \"x\", \"n\": -1.5e3, \"t\": true, \"z\": null, \"l\": [1, [], {}]} ");
  g_assert_cmpstr (tb_json_member_text (v, "a"), ==, "x");
  g_assert_cmpfloat (tb_json_member (v, "n")->number, ==, -1500);
  g_assert_cmpstr (tb_json_member_text (v, "n"), ==, "-1.5e3");
  g_assert_true (tb_json_member (v, "t")->truth);
  g_assert_null (tb_json_member_text (v, "z"));
  g_assert_cmpuint (tb_json_member (v, "l")->items->len, ==, 3);
  g_assert_null (tb_json_member (v, "none"));
  g_assert_null (tb_json_member (tb_json_member (v, "l"), "a"));
}

static void
test_escapes_are_read (void)
{
  g_autoptr (TbJsonValue) v = parse ("\"a\\n\\\"\\\\\\/\\u00e9\\ud83d\\ude00\"");
  g_assert_cmpstr (v->text, ==, "a\n\"\\/é😀");
}

static void
test_what_was_written_is_read (void)
{
  g_autoptr (TbJson) json = tb_json_new ();
  tb_json_begin_object (json, NULL);
  tb_json_string (json, "s", "tab\t quote\" \xff");
  tb_json_integer (json, "i", G_MAXINT64);
  tb_json_end_object (json);
  g_autoptr (TbJsonValue) v = parse (tb_json_text (json));
  g_assert_cmpstr (tb_json_member_text (v, "s"), ==, "tab\t quote\" \xef\xbf\xbd");
  g_assert_cmpstr (tb_json_member_text (v, "i"), ==, "9223372036854775807");
}

static void
test_what_is_no_value_is_refused (void)
{
  static const char *const none[] = {
    "", " ", "{", "[1,", "[1 2]", "{\"a\"}", "{\"a\":}", "{a:1}", "{\"a\":1,}", "\"", "\"\\x\"", "\"\\u12\"",
    "\"\\ud800\"", "\"\\u0000\"", "\"\n\"", "\"\xff\"", "tru", "nulls", "-", "1.2.3", "+1", ".5", "1 1", "inf",
    "0x10", "\"a\" \"b\"", "]",
  };
  for (guint i = 0; i < G_N_ELEMENTS (none); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (TbJsonValue) v = tb_json_parse (none[i], strlen (none[i]), &error);
      if (v != NULL)
        g_error ("“%s” was read", none[i]);
      g_assert_nonnull (strstr (error->message, "at byte"));
    }
}

static void
test_depth_has_a_bound (void)
{
  g_autofree char *deep = g_strnfill (100000, '[');
  g_autoptr (GError) error = NULL;
  g_assert_null (tb_json_parse (deep, 100000, &error));
  g_assert_nonnull (strstr (error->message, "depth"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/json/members", test_members_have_their_kinds);
  g_test_add_func ("/json/escapes", test_escapes_are_read);
  g_test_add_func ("/json/round-trip", test_what_was_written_is_read);
  g_test_add_func ("/json/refused", test_what_is_no_value_is_refused);
  g_test_add_func ("/json/depth", test_depth_has_a_bound);
  return g_test_run ();
}
