/* The waterfall of one request: names, the critical path, and what is inferred says so. */
#include "made-past.h"
#include "tb-trace-picture.h"

#include <string.h>

/* browser → shop → orders, and a call of the shop that no trace tells of. */
static GArray *
make_rows (MadePast *made, TbSpacetimeSource *source)
{
  guint browser = made_past_instance (made, "browser/1"), shop = made_past_instance (made, "shop/1");
  guint orders = made_past_instance (made, "orders/1"), cache = made_past_instance (made, "cache/1");
  guint browse = made_past_tap (made, browser, shop), save = made_past_tap (made, shop, orders);
  guint ask = made_past_tap (made, shop, cache);
  made_past_exchange (made, 10, 30, browse, 1, 1, "PUT /cart");
  made_past_exchange (made, 12, 26, save, 2, 1, "SET a");
  made_past_event (made, 13, TB_EVENT_REQUEST, ask, 3, 1, "GET\x1b[2J");
  *source = made_past_source (made);
  gint64 zero = source->start_ns (made);
  TbTraceSpan spans[] = {
    { .request = 0, .reply = 1, .tap = browse, .parent = G_MAXUINT, .from_ns = zero + 10000000,
      .to_ns = zero + 30000000, .critical = TRUE },
    { .request = 2, .reply = 3, .tap = save, .parent = 0, .from_ns = zero + 12000000,
      .to_ns = zero + 26000000, .critical = TRUE, .depth = 1 },
    { .request = 4, .reply = G_MAXUINT64, .tap = ask, .parent = 0, .from_ns = zero + 13000000,
      .to_ns = zero + 30000000, .inferred = TRUE, .depth = 1 },
  };
  g_autoptr (GArray) list = g_array_new (FALSE, FALSE, sizeof (TbTraceSpan));
  g_array_append_vals (list, spans, G_N_ELEMENTS (spans));
  return tb_trace_rows_new (source, NULL, list);
}

static void
test_rows_say_who_called_whom_and_how_long (void)
{
  g_autoptr (MadePast) made = made_past_new ();
  TbSpacetimeSource source;
  g_autoptr (GArray) rows = make_rows (made, &source);
  g_autofree char *root = tb_trace_row_words (rows, 0), *inner = tb_trace_row_words (rows, 1);
  g_assert_cmpstr (root, ==, "browser-1 → shop-1 PUT /cart · 20\u202fms of 20\u202fms · "
                             "on the critical path");
  g_assert_cmpstr (inner, ==, "shop-1 → orders-1 SET a · 14\u202fms of 20\u202fms · "
                              "on the critical path");
}

static void
test_what_is_inferred_says_so (void)
{
  g_autoptr (MadePast) made = made_past_new ();
  TbSpacetimeSource source;
  g_autoptr (GArray) rows = make_rows (made, &source);
  g_autofree char *words = tb_trace_row_words (rows, 2), *summary = tb_trace_summary (rows);
  g_assert_nonnull (strstr (words, "no reply"));
  g_assert_nonnull (strstr (words, "inferred from time and place, not known"));
  g_assert_null (strchr (words, 0x1b));
  g_assert_nonnull (strstr (summary, "3 requests · 20\u202fms · 1 failed · 1 inferred"));
}

static guint
occurrences (const char *text, const char *of)
{
  guint n = 0;
  for (const char *p = text; (p = strstr (p, of)) != NULL; p += strlen (of))
    n++;
  return n;
}

static void
test_the_picture_marks_the_critical_path_and_dots_the_inferred (void)
{
  g_autoptr (MadePast) made = made_past_new ();
  TbSpacetimeSource source;
  g_autoptr (GArray) rows = make_rows (made, &source);
  TbTracePicture picture
      = { .rows = rows, .theme = TB_THEME_PRINT, .chosen = 1, .cursor_ns = G_MININT64 };
  TbRect page = { 0, 0, 900, tb_trace_picture_height (3) };
  TbColour white = { 1, 1, 1, 1 };
  g_autoptr (TbPlot) plot = tb_plot_new_svg (page.width, page.height, &white, TRUE);
  tb_trace_picture_paint (&picture, plot, &page);
  g_autofree char *svg = tb_plot_end_svg (plot, NULL);
  g_assert_cmpuint (occurrences (svg, "class=\"span critical\""), ==, 2);
  g_assert_cmpuint (occurrences (svg, "class=\"span inferred\""), ==, 1);
  g_assert_nonnull (strstr (svg, ">≈ shop-1 → cache-1</text>"));
  g_assert_nonnull (strstr (svg, ">no reply</text>"));
  g_assert_cmpuint (tb_trace_picture_row_at (&picture, &page, 30), ==, 0);
  g_assert_cmpuint (tb_trace_picture_row_at (&picture, &page, 75), ==, 2);
  g_assert_cmpuint (tb_trace_picture_row_at (&picture, &page, 5), ==, G_MAXUINT);
}

static void
test_no_rows_draw_nothing (void)
{
  g_autoptr (GArray) rows = g_array_new (FALSE, FALSE, sizeof (TbTraceRow));
  TbTracePicture picture = { .rows = rows, .cursor_ns = G_MININT64, .chosen = G_MAXUINT };
  TbRect page = { 0, 0, 900, 100 };
  TbColour white = { 1, 1, 1, 1 };
  g_autoptr (TbPlot) plot = tb_plot_new_svg (page.width, page.height, &white, TRUE);
  g_autofree char *summary = tb_trace_summary (rows);
  tb_trace_picture_paint (&picture, plot, &page);
  g_assert_cmpstr (summary, ==, "");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/trace-picture/rows", test_rows_say_who_called_whom_and_how_long);
  g_test_add_func ("/trace-picture/inferred", test_what_is_inferred_says_so);
  g_test_add_func ("/trace-picture/drawn",
                   test_the_picture_marks_the_critical_path_and_dots_the_inferred);
  g_test_add_func ("/trace-picture/empty", test_no_rows_draw_nothing);
  return g_test_run ();
}
