/* Payload made readable: nothing in it acts, and JSON is laid out as far as it goes. */
#include <string.h>

#include "tb-payload.h"

static void
check (TbPayloadForm form, const char *bytes, gsize n, const char *wanted)
{
  g_autofree char *text = tb_payload_format (form, bytes, n);
  g_assert_cmpstr (text, ==, wanted);
}

#define TEXT(bytes, wanted) check (TB_PAYLOAD_TEXT, bytes, sizeof bytes - 1, wanted)
#define JSON(bytes, wanted) check (TB_PAYLOAD_JSON, bytes, sizeof bytes - 1, wanted)

static void
text_stays_text (void)
{
  TEXT ("GET / HTTP/1.1\r\nHost: grün\r\n\r\n", "GET / HTTP/1.1\nHost: grün\n\n");
  TEXT ("a\tb", "a\tb");
  TEXT ("", "");
}

static void
nothing_acts (void)
{
  TEXT ("\x1b[31mred\x1b]0;title\a\x7f", "␛[31mred␛]0;title␇␡");
  TEXT ("a\0b\rc", "a␀b␍c");
  TEXT ("x\xe2\x80\xaey", "x\\u202ey");
  TEXT ("\xc2\x9b" "31m", "\\u009b31m");
}

static void
what_is_no_text_is_written_as_bytes (void)
{
  TEXT ("a\xff\xc3", "a\\xff\\xc3");
  TEXT ("\xed\xa0\x80", "\\xed\\xa0\\x80");
}

static void
json_is_laid_out (void)
{
  JSON ("{\"a\":1,\"b\":[true,null],\"c\":{},\"d\":[]}",
        "{\n  \"a\": 1,\n  \"b\": [\n    true,\n    null\n  ],\n  \"c\": {},\n  \"d\": []\n}");
  JSON ("[ ]", "[]");
  JSON ("{\"a\":\"x\\\"y{\\u001b\"}", "{\n  \"a\": \"x\\\"y{\\u001b\"\n}");
}

static void
what_stands_before_and_after_json_stays (void)
{
  JSON ("HTTP/1.1 200 OK\r\n\r\n{\"a\":-1.5e3}\nmore", "HTTP/1.1 200 OK\n\n{\n  \"a\": -1.5e3\n}\nmore");
  JSON ("{\"a\":1}\n{\"a\":2}\n", "{\n  \"a\": 1\n}\n{\n  \"a\": 2\n}\n");
}

static void
json_that_is_cut_off_is_laid_out_as_far_as_it_goes (void)
{
  JSON ("{\"a\":[1,tr", "{\n  \"a\": [\n    1,\n    tr …");
  JSON ("{\"a\":\"xy", "{\n  \"a\": \"xy …");
}

static void
what_is_no_json_stays_text (void)
{
  static const char *const none[] = { "GET /a[1] HTTP/1.1", "{a:1}", "[oops]", "{\"a\":bad}", "text {", "" };
  for (guint i = 0; i < G_N_ELEMENTS (none); i++)
    {
      g_assert_false (tb_payload_has_json (none[i], strlen (none[i])));
      check (TB_PAYLOAD_JSON, none[i], strlen (none[i]), none[i]);
    }
  g_assert_true (tb_payload_has_json ("$7\r\n{\"a\":1}", 11));
}

static void
control_characters_inside_json_are_made_visible (void)
{
  JSON ("{\"a\":\"\x1b[31m\n\"}", "{\n  \"a\": \"␛[31m␊\"\n}");
}

static void
bytes_are_a_table (void)
{
  check (TB_PAYLOAD_HEX, "GET /\r\n\x1b\xff" "0123456789", 19,
         "000000  47 45 54 20 2f 0d 0a 1b  ff 30 31 32 33 34 35 36  GET /....0123456\n"
         "000010  37 38 39                                          789\n");
}

static void
only_so_much_is_shown (void)
{
  gsize n = TB_PAYLOAD_SHOWN_MAX + 5;
  g_autofree char *bytes = g_strnfill (n, 'a');
  g_autofree char *text = tb_payload_format (TB_PAYLOAD_TEXT, bytes, n);
  g_assert_true (g_str_has_suffix (text, "a\n… and 5 bytes more"));
}

static void
binary_is_told_from_text (void)
{
  g_assert_true (tb_payload_is_binary ("\x00\x00\x00\x08\x04\xd2\x16\x2f", 8));
  g_assert_false (tb_payload_is_binary ("grün und blau\r\n", 16));
  g_assert_false (tb_payload_is_binary ("", 0));
}

static void
a_line_is_one_line (void)
{
  g_autofree char *line = tb_payload_line ("a\tb\nc\x1b", 6, 0);
  g_autofree char *cut = tb_payload_line ("0123456789", 10, 4);
  g_assert_cmpstr (line, ==, "a␉b␊c␛");
  g_assert_cmpstr (cut, ==, "0123…");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, test) g_test_add_func ("/payload/" name, test)
  ADD ("text-stays-text", text_stays_text);
  ADD ("nothing-acts", nothing_acts);
  ADD ("what-is-no-text-is-written-as-bytes", what_is_no_text_is_written_as_bytes);
  ADD ("json-is-laid-out", json_is_laid_out);
  ADD ("what-stands-before-and-after-json-stays", what_stands_before_and_after_json_stays);
  ADD ("json-that-is-cut-off-is-laid-out-as-far-as-it-goes", json_that_is_cut_off_is_laid_out_as_far_as_it_goes);
  ADD ("what-is-no-json-stays-text", what_is_no_json_stays_text);
  ADD ("control-characters-inside-json-are-made-visible", control_characters_inside_json_are_made_visible);
  ADD ("bytes-are-a-table", bytes_are_a_table);
  ADD ("only-so-much-is-shown", only_so_much_is_shown);
  ADD ("binary-is-told-from-text", binary_is_told_from_text);
  ADD ("a-line-is-one-line", a_line_is_one_line);
  return g_test_run ();
}
