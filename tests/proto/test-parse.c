/* The parsers of HTTP heads, chunked bodies, RESP commands and replies. */
#include "tb-proto.h"

#include <glib.h>
#include <string.h>

static char *
text_of (TbSlice s)
{
  return s.p ? g_strndup (s.p, s.n) : NULL;
}

static void
assert_slice (TbSlice s, const char *expected)
{
  g_autofree char *text = text_of (s);
  g_assert_cmpstr (text, ==, expected);
}

static void
test_http_request (void)
{
  const char *bytes = "\r\nPUT /a?b=c HTTP/1.1\r\nHost: x\r\nContent-Length:  12 \r\n"
                      "CONNECTION: foo, close\r\n\r\nbody";
  TbHttpHead head;
  g_assert_cmpint (tb_http_parse_request (bytes, strlen (bytes), &head), ==, TB_PARSE_DONE);
  assert_slice (head.method, "PUT");
  assert_slice (head.target, "/a?b=c");
  g_assert_cmpuint (head.minor, ==, 1);
  g_assert_true (head.has_length);
  g_assert_cmpuint (head.content_length, ==, 12);
  g_assert_false (head.keep_alive);
  g_assert_false (head.chunked);
  g_assert_cmpstr (bytes + head.head_size, ==, "body");
  assert_slice (tb_http_header (&head, "content-length"), "12");
  g_assert_null (tb_http_header (&head, "cookie").p);
}

static void
test_http_reply (void)
{
  const char *bytes = "HTTP/1.0 404 Not Here\r\nTransfer-Encoding: chunked\r\n"
                      "Connection: keep-alive\r\n\r\n";
  TbHttpHead head;
  g_assert_cmpint (tb_http_parse_reply (bytes, strlen (bytes), &head), ==, TB_PARSE_DONE);
  g_assert_cmpuint (head.status, ==, 404);
  g_assert_cmpuint (head.minor, ==, 0);
  g_assert_true (head.keep_alive);
  g_assert_true (head.chunked);
  g_assert_cmpuint (head.head_size, ==, strlen (bytes));
}

static void
test_http_every_prefix_wants_more (void)
{
  const char *bytes = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
  TbHttpHead head;
  for (size_t n = 0; n < strlen (bytes); n++)
    g_assert_cmpint (tb_http_parse_request (bytes, n, &head), ==, TB_PARSE_MORE);
}

static void
test_http_bad (void)
{
  static const char *const bad[] = {
    "GET /\r\n\r\n",
    "GET / HTTP/2.0\r\n\r\n",
    "GET /a b HTTP/1.1\r\n\r\n",
    " GET / HTTP/1.1\r\n\r\n",
    "GET / HTTP/1.1\r\nno colon\r\n\r\n",
    "GET / HTTP/1.1\r\nHost : x\r\n\r\n",
    "GET / HTTP/1.1\r\n folded\r\n\r\n",
    "GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
    "GET / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
    "GET / HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n",
    "GET / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n",
  };
  TbHttpHead head;
  for (size_t i = 0; i < G_N_ELEMENTS (bad); i++)
    if (tb_http_parse_request (bad[i], strlen (bad[i]), &head) != TB_PARSE_BAD)
      g_error ("was not refused: %s", bad[i]);
}

static void
test_chunked (void)
{
  const char *bytes = "3\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\nTrailer: 1\r\n\r\nrest";
  size_t used, size;
  g_assert_cmpint (tb_http_parse_chunked (bytes, strlen (bytes), 100, &used, &size), ==,
                   TB_PARSE_DONE);
  g_assert_cmpstr (bytes + used, ==, "rest");
  g_assert_cmpuint (size, ==, 13);
  for (size_t n = 0; n < used; n++)
    g_assert_cmpint (tb_http_parse_chunked (bytes, n, 100, &used, &size), ==, TB_PARSE_MORE);
  g_assert_cmpint (tb_http_parse_chunked (bytes, strlen (bytes), 12, &used, &size), ==,
                   TB_PARSE_BAD);
  g_assert_cmpuint (size, >, 12);
  g_assert_cmpint (tb_http_parse_chunked ("3\r\nabcd\r\n", 9, 100, &used, &size), ==, TB_PARSE_BAD);
}

/* Lines may end without a CR, which is counted and skipped by the same rule. */
static void
test_chunks_are_joined (void)
{
  static const char *const rows[] = { "3\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\nTrailer: 1\r\n\r\n",
                                      "3\nabc\nA;x=y\n0123456789\n0\n\n" };
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      char content[14] = "";
      size_t used, size;
      g_assert_cmpint (tb_http_parse_chunked (rows[i], strlen (rows[i]), 100, &used, &size), ==, TB_PARSE_DONE);
      g_assert_cmpuint (size, ==, 13);
      tb_http_join_chunked (rows[i], used, content);
      g_assert_cmpstr (content, ==, "abc0123456789");
    }
}

static void
test_resp_command (void)
{
  const char *bytes = "*2\r\n$3\r\nGET\r\n$4\r\na\r\nb\r\nPING 'x y' \"z\"\r\n\r\n";
  TbSlice args[TB_RESP_ARGS_MAX];
  unsigned n_args;
  size_t used, more;
  g_assert_cmpint (tb_resp_parse_command (bytes, strlen (bytes), args, &n_args, &used), ==,
                   TB_PARSE_DONE);
  g_assert_cmpuint (n_args, ==, 2);
  assert_slice (args[0], "GET");
  assert_slice (args[1], "a\r\nb");
  for (size_t n = 0; n < used; n++)
    g_assert_cmpint (tb_resp_parse_command (bytes, n, args, &n_args, &more), ==, TB_PARSE_MORE);
  bytes += used;
  g_assert_cmpint (tb_resp_parse_command (bytes, strlen (bytes), args, &n_args, &used), ==,
                   TB_PARSE_DONE);
  g_assert_cmpuint (n_args, ==, 3);
  assert_slice (args[1], "x y");
  assert_slice (args[2], "z");
  g_assert_cmpint (tb_resp_parse_command (bytes + used, 2, args, &n_args, &used), ==, TB_PARSE_DONE);
  g_assert_cmpuint (n_args, ==, 0);
}

static void
test_resp_command_bad (void)
{
  static const char *const bad[] = {
    "*x\r\n", "*1\r\n:1\r\n", "*1\r\n$-1\r\n", "*1\r\n$3\r\nabcde", "*2000\r\n", "\"open\r\n",
  };
  TbSlice args[TB_RESP_ARGS_MAX];
  unsigned n_args;
  size_t used;
  for (size_t i = 0; i < G_N_ELEMENTS (bad); i++)
    if (tb_resp_parse_command (bad[i], strlen (bad[i]), args, &n_args, &used) != TB_PARSE_BAD)
      g_error ("was not refused: %s", bad[i]);
}

static void
test_resp_reply (void)
{
  static const struct
  {
    const char *bytes, *text;
    bool error;
  } replies[] = {
    { "+OK\r\n", "OK", false },
    { "-ERR no\r\n", "ERR no", true },
    { ":42\r\n", "42", false },
    { "$3\r\nabc\r\n", "abc", false },
    { "$-1\r\n", NULL, false },
    { "*0\r\n", NULL, false },
    { "*2\r\n*1\r\n$1\r\na\r\n:2\r\n", "a", false },
    { "%1\r\n+k\r\n_\r\n", "k", false },
    { "!5\r\nERR x\r\n", "ERR x", true },
    { "|1\r\n+ttl\r\n:1\r\n#t\r\n", "ttl", false },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (replies); i++)
    {
      size_t n = strlen (replies[i].bytes), used;
      bool error;
      TbSlice text;
      for (size_t k = 0; k < n; k++)
        g_assert_cmpint (tb_resp_parse_reply (replies[i].bytes, k, &used, &error, &text), ==,
                         TB_PARSE_MORE);
      g_assert_cmpint (tb_resp_parse_reply (replies[i].bytes, n, &used, &error, &text), ==,
                       TB_PARSE_DONE);
      g_assert_cmpuint (used, ==, n);
      g_assert_cmpint (error, ==, replies[i].error);
      assert_slice (text, replies[i].text);
    }
}

static void
test_resp_reply_too_deep (void)
{
  g_autoptr (GString) bytes = g_string_new (NULL);
  size_t used;
  bool error;
  TbSlice text;
  for (int i = 0; i < 100000; i++)
    g_string_append (bytes, "*1\r\n");
  g_assert_cmpint (tb_resp_parse_reply (bytes->str, bytes->len, &used, &error, &text), ==,
                   TB_PARSE_BAD);
}

static void
test_trace (void)
{
  const char *good = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  uint8_t trace[16], parent[8];
  g_assert_true (tb_trace_parse ((TbSlice) { good, strlen (good) }, trace, parent));
  g_assert_cmphex (trace[0], ==, 0x4b);
  g_assert_cmphex (parent[7], ==, 0xb7);
  g_assert_false (tb_trace_parse ((TbSlice) { good, strlen (good) - 1 }, trace, parent));
  g_autofree char *bad = g_strdup (good);
  bad[5] = 'g';
  g_assert_false (tb_trace_parse ((TbSlice) { bad, strlen (bad) }, trace, parent));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/parse/http/request", test_http_request);
  g_test_add_func ("/parse/http/reply", test_http_reply);
  g_test_add_func ("/parse/http/every-prefix-wants-more", test_http_every_prefix_wants_more);
  g_test_add_func ("/parse/http/bad", test_http_bad);
  g_test_add_func ("/parse/http/chunked", test_chunked);
  g_test_add_func ("/parse/http/chunks-are-joined", test_chunks_are_joined);
  g_test_add_func ("/parse/resp/command", test_resp_command);
  g_test_add_func ("/parse/resp/bad-command", test_resp_command_bad);
  g_test_add_func ("/parse/resp/reply", test_resp_reply);
  g_test_add_func ("/parse/resp/too-deep", test_resp_reply_too_deep);
  g_test_add_func ("/parse/traceparent", test_trace);
  return g_test_run ();
}
