/* The filter's language: what holds for which of a dozen events, what is refused in which words, and
 * what is offered while one types. */
#include <string.h>

#include "tb-filter.h"
#include "tb-proto.h"

#define MS INT64_C (1000000)
#define START INT64_C (1000000000)

/* The letters name them in the expectations below. */
static const TbEvent events[] = {
  /* a */ { .time_ns = START, .tap = 0, .kind = TB_EVENT_OPEN, .connection = 1 },
  /* b */ { .time_ns = START + 10 * MS, .tap = 0, .kind = TB_EVENT_REQUEST, .size = 120, .connection = 1,
            .number = 1, .label = "PUT /cart", .trace_id = { 0x4b, 0xf9, 0x2f, 0x35 } },
  /* c */ { .time_ns = START + 11 * MS, .tap = 1, .kind = TB_EVENT_REQUEST, .size = 2048, .connection = 2,
            .number = 1, .label = "SET order:7", .trace_id = { 0x4b, 0xf9, 0x2f, 0x35 } },
  /* d */ { .time_ns = START + 12 * MS, .tap = 1, .kind = TB_EVENT_REPLY, .direction = TB_DIR_DOWN, .size = 5,
            .connection = 2, .number = 1, .aux = 1 * MS, .label = "+OK SET order:7" },
  /* e */ { .time_ns = START + 40 * MS, .tap = 0, .kind = TB_EVENT_REPLY, .direction = TB_DIR_DOWN, .size = 300,
            .connection = 1, .number = 1, .aux = 30 * MS, .status = 201, .label = "201 PUT /cart" },
  /* f */ { .time_ns = START + 2000 * MS, .tap = 0, .kind = TB_EVENT_REQUEST, .size = 90, .connection = 1,
            .number = 2, .label = "GET /cart", .held = 1 },
  /* g */ { .time_ns = START + 2500 * MS, .tap = 0, .kind = TB_EVENT_REPLY, .direction = TB_DIR_DOWN, .size = 20,
            .connection = 1, .number = 2, .aux = 500 * MS, .status = 503, .error = 1, .label = "503 GET /cart" },
  /* h */ { .time_ns = START + 3000 * MS, .tap = 2, .kind = TB_EVENT_BYTES, .size = 65536, .connection = 3 },
  /* i */ { .time_ns = START + 3100 * MS, .tap = 1, .kind = TB_EVENT_DROPPED, .size = 40, .connection = 2,
            .number = 2, .label = "GET order:7" },
  /* j */ { .time_ns = START + 3200 * MS, .tap = 3, .kind = TB_EVENT_REFUSED },
  /* k */ { .time_ns = START + 3300 * MS, .tap = ~0u, .kind = TB_EVENT_FAULT },
  /* l */ { .time_ns = START + 3400 * MS, .tap = 3, .kind = TB_EVENT_ONE_WAY, .size = 10, .connection = 4,
            .label = "PUBLISH \x1b[31m" },
};

static gboolean
tap_of (gpointer data, guint row, TbFilterTap *tap)
{
  static const TbFilterTap taps[] = { { "browse", "browser/1", "shop/2", 8080 },
                                      { "save", "shop/2", "orders/1", 6379 },
                                      { NULL, "shop/2", "orders/1", 9999 },
                                      { "orders.replicas", NULL, "orders/2", 6379 } };
  guint *asked = data;
  (*asked)++;
  if (row >= G_N_ELEMENTS (taps))
    return FALSE;
  *tap = taps[row];
  return TRUE;
}

static GBytes *
payload_of (gpointer data, guint64 position)
{
  return position == 2 ? g_bytes_new_static ("*3\r\n$3\r\nSET\r\nsecret\0\xff", 21) : NULL;
}

static guint asked;
static const TbFilterNames names = { START, tap_of, payload_of, &asked };

/* The letters of the events that it holds for. */
static char *
held_by (TbFilter *filter)
{
  GString *letters = g_string_new (NULL);
  for (guint i = 0; i < G_N_ELEMENTS (events); i++)
    if (tb_filter_holds (filter, &names, i, &events[i]))
      g_string_append_c (letters, (char) ('a' + i));
  return g_string_free (letters, FALSE);
}

static void
each_term_holds_for_what_it_says (void)
{
  static const char *const cases[][2] = {
    { "", "abcdefghijkl" },
    { "   ", "abcdefghijkl" },
    { "link:save", "cdi" },
    { "link:save,browse", "abcdefgi" },
    { "link:*.replicas", "jl" },
    { "link:save[2>1]", "cdi" },
    { "link:save[1>1]", "" },
    { "link!=browse", "cdhijl" },
    { "from:shop", "cehgi" },
    { "to:shop", "abdf" },
    { "from:orders/1", "d" },
    { "from:orders-1", "d" },
    { "from:o*", "d" },
    { "from:outside", "jl" },
    { "instance:orders", "cdhijl" },
    { "kind:request", "bcf" },
    { "kind:request,reply", "bcdefg" },
    { "kind!=request", "adeghijkl" },
    { "is:error", "gj" },
    { "is:dropped", "i" },
    { "is:held", "f" },
    { "is:traced", "bc" },
    { "is:undrawn", "h" },
    { "is:fault,refused", "jk" },
    { "is:message", "bcdefghil" },
    { "status:201", "e" },
    { "status>=500", "g" },
    { "status!=201", "g" },
    { "status:5xx", "g" },
    { "status:200..299", "e" },
    { "latency>20ms", "eg" },
    { "latency<=1ms", "d" },
    { "latency:30ms", "e" },
    { "size>1KiB", "ch" },
    { "size>2047", "ch" },
    { "size<20B", "dl" },
    { "time<12ms", "abc" },
    { "time:2s..2.5s", "fg" },
    { "time>3.25", "kl" },
    { "label:cart", "befg" },
    { "label:\"PUT /cart\"", "be" },
    { "label:\"put*\"", "b" },
    { "label:?et*", "cfi" },
    { "label=\"GET /cart\"", "f" },
    { "label~\"^[GP][EU]T /\"", "bf" },
    { "label~(GET|PUT)", "befgi" },
    { "label!~.", "ahjk" },
    { "trace:4bf92f", "bc" },
    { "trace:4BF9", "bc" },
    { "trace:00000000000000004bf92f3500000000", "bc" },
    { "trace:5", "" },
    { "connection:2", "cdi" },
    { "number:2", "fgi" },
    { "port:6379", "cdijl" },
    { "payload:SECRET", "c" },
    { "payload~\"\\xff$\"", "c" },
    { "cart", "befg" },
    { "\"order:7\"", "cdi" },
  };
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (TbFilter) filter = tb_filter_parse (cases[i][0], &error);
      g_assert_no_error (error);
      g_autofree char *held = held_by (filter);
      GString *sorted = g_string_new (NULL);
      for (char letter = 'a'; letter <= 'z'; letter++)
        if (strchr (cases[i][1], letter))
          g_string_append_c (sorted, letter);
      g_autofree char *wanted = g_string_free (sorted, FALSE);
      if (!g_str_equal (held, wanted))
        g_error ("%s holds for %s, not for %s", cases[i][0], held, wanted);
    }
}

static void
terms_combine (void)
{
  static const char *const cases[][2] = {
    { "link:save kind:request", "c" },
    { "link:save and kind:request", "c" },
    { "kind:request or kind:reply", "bcdefg" },
    { "link:save kind:request or is:error", "cgj" },
    { "link:save (kind:request or kind:reply)", "cd" },
    { "kind:reply -link:save", "eg" },
    { "kind:reply not link:save", "eg" },
    { "kind:reply not(link:save or status:503)", "e" },
    { "--kind:request", "bcf" },
    { "payload:secret kind:request,reply", "c" },
    { "cart put", "be" },
    { "(((cart)))", "befg" },
  };
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (TbFilter) filter = tb_filter_parse (cases[i][0], &error);
      g_assert_no_error (error);
      g_autofree char *held = held_by (filter);
      g_assert_cmpstr (held, ==, cases[i][1]);
    }
}

static void
what_cannot_be_read_is_refused_with_its_column (void)
{
  static const char *const cases[][2] = {
    { "lnk:save", "column 1: there is no key “lnk”; did you mean “link”?" },
    { "http://x", "column 1: there is no key “http”; what is to be looked for as it is stands in quotes" },
    { "cart kind:requst", "column 11: there is no kind “requst”; did you mean “request”?" },
    { "is:", "column 4: expected a value, as in is:error" },
    { "status:many", "column 8: “many” is no status; expected a number such as 500, 5xx or 400..499" },
    { "status:5..4", "column 8: “5..4” is no status; expected a number such as 500, 5xx or 400..499" },
    { "latency>20", "column 9: “20” is no latency; expected a duration such as 20ms" },
    { "latency~20ms", "column 9: expected one of : != < <= > >= after “latency”" },
    { "size>1Kit", "column 6: “1Kit” is no size; expected a size such as 200 or 1KiB" },
    { "time:soon", "column 6: “soon” is no time; expected a time such as 12.5s, counted from the start" },
    { "link>save", "column 6: expected : or != after “link”" },
    { "from:a,,b", "column 6: expected a name such as from:shop" },
    { "trace:xyz", "column 7: “xyz” is no trace id; expected up to 16 hexadecimal digits, or all 32" },
    { "label:\"a", "column 7: expected a quote that ends what begins here" },
    { "(cart", "column 6: expected “)” for the “(” at column 1" },
    { "cart)", "column 5: this “)” closes nothing" },
    { "grün or", "column 8: expected a term, such as link:save or a word" },
    { "or cart", "column 1: expected a term, such as link:save or a word" },
    { "()", "column 2: expected a term, such as link:save or a word" },
    { "not", "column 4: expected a term, such as link:save or a word" },
  };
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_assert_null (tb_filter_parse (cases[i][0], &error));
      g_assert_error (error, TB_FILTER_ERROR, TB_FILTER_ERROR_SYNTAX);
      g_assert_cmpstr (error->message, ==, cases[i][1]);
    }
}

static void
a_bad_regular_expression_is_refused (void)
{
  g_autoptr (GError) error = NULL;
  g_assert_null (tb_filter_parse ("label~\"a[\"", &error));
  g_assert_error (error, TB_FILTER_ERROR, TB_FILTER_ERROR_SYNTAX);
  g_assert_true (g_str_has_prefix (error->message, "column 7: “a[” is no regular expression: "));
}

static void
what_is_too_long_or_too_deep_is_refused (void)
{
  g_autofree char *deep = g_strnfill (100, '('), *words = g_strnfill (600, 'a');
  g_autofree char *lengthy = g_strnfill (TB_FILTER_LENGTH_MAX + 1, 'a');
  for (guint i = 1; i < 600; i += 2)
    words[i] = ' ';
  const char *const bad[] = { deep, words, lengthy, "\xff" };
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;
      g_assert_null (tb_filter_parse (bad[i], &error));
      g_assert_error (error, TB_FILTER_ERROR, TB_FILTER_ERROR_SYNTAX);
    }
}

/* What would take for ever gives up, and does not match. */
static void
a_regular_expression_that_runs_wild_is_stopped (void)
{
  g_autoptr (TbFilter) label = tb_filter_parse ("label~(a+)+(a+)+(a+)+c", NULL);
  TbEvent event = { .kind = TB_EVENT_REQUEST, .label = "aaaaaaaaaaaaaaaaaaaaaab" };
  g_assert_nonnull (label);
  g_assert_false (tb_filter_holds (label, &names, 0, &event));
}

static void
names_are_asked_once_for_each_tap (void)
{
  g_autoptr (TbFilter) filter = tb_filter_parse ("link:save", NULL);
  asked = 0;
  for (guint i = 0; i < 1000; i++)
    tb_filter_holds (filter, &names, i, &events[2]);
  g_assert_cmpuint (asked, ==, 1);
}

static void
a_row_that_is_not_known_yet_is_asked_again (void)
{
  g_autoptr (TbFilter) filter = tb_filter_parse ("link!=save", NULL);
  const TbEvent event = { .tap = 77, .kind = TB_EVENT_REQUEST };
  asked = 0;
  g_assert_false (tb_filter_holds (filter, &names, 0, &event));
  g_assert_false (tb_filter_holds (filter, &names, 0, &event));
  g_assert_cmpuint (asked, ==, 2);
}

static void
only_a_filter_for_payload_asks_for_it (void)
{
  g_autoptr (TbFilter) cheap = tb_filter_parse ("link:save", NULL);
  g_autoptr (TbFilter) dear = tb_filter_parse ("is:error or (cart payload:x)", NULL);
  g_assert_false (tb_filter_wants_payload (cheap));
  g_assert_true (tb_filter_wants_payload (dear));
}

/* ---- Completion ---------------------------------------------------------------------------------- */

static char *
offered (const char *text, gsize *from)
{
  static const char *const links[] = { "browse", "save", NULL };
  static const char *const instances[] = { "shop", "shop/1", "shop/2", "orders", NULL };
  const TbFilterWords words = { links, instances };
  g_autoptr (GArray) offers = tb_filter_complete (text, strlen (text), &words, from);
  GString *list = g_string_new (NULL);
  for (guint i = 0; i < offers->len; i++)
    g_string_append_printf (list, "%s%s", i ? " " : "", g_array_index (offers, TbFilterOffer, i).text);
  return g_string_free (list, FALSE);
}

static void
keys_and_values_are_offered (void)
{
  static const struct
  {
    const char *text, *offers;
    gsize from;
  } cases[] = {
    { "li", "link:", 0 },
    { "cart l", "link: latency: label:", 5 },
    { "cart -(l", "link: latency: label:", 7 },
    { "link:", "link:browse link:save", 0 },
    { "link:save,", "link:save,browse link:save,save", 0 },
    { "from:sh", "from:shop from:shop/1 from:shop/2", 0 },
    { "x or is:d", "is:dropped is:duplicated", 5 },
    { "kind:re", "kind:refused kind:reset kind:request kind:reply", 0 },
    { "latency:", "latency>20ms", 0 },
    { "label:\"li", "", 0 },
    { "zz", "", 0 },
  };
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      gsize from = 0;
      g_autofree char *offers = offered (cases[i].text, &from);
      g_assert_cmpstr (offers, ==, cases[i].offers);
      if (*offers)
        g_assert_cmpuint (from, ==, cases[i].from);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, test) g_test_add_func ("/filter/" name, test)
  ADD ("each-term-holds-for-what-it-says", each_term_holds_for_what_it_says);
  ADD ("terms-combine", terms_combine);
  ADD ("what-cannot-be-read-is-refused-with-its-column", what_cannot_be_read_is_refused_with_its_column);
  ADD ("a-bad-regular-expression-is-refused", a_bad_regular_expression_is_refused);
  ADD ("what-is-too-long-or-too-deep-is-refused", what_is_too_long_or_too_deep_is_refused);
  ADD ("a-regular-expression-that-runs-wild-is-stopped", a_regular_expression_that_runs_wild_is_stopped);
  ADD ("names-are-asked-once-for-each-tap", names_are_asked_once_for_each_tap);
  ADD ("a-row-that-is-not-known-yet-is-asked-again", a_row_that_is_not_known_yet_is_asked_again);
  ADD ("only-a-filter-for-payload-asks-for-it", only_a_filter_for_payload_asks_for_it);
  ADD ("keys-and-values-are-offered", keys_and_values_are_offered);
  return g_test_run ();
}
