/* Trees of requests, from recordings made up. */
#include "recorded.h"
#include "tb-trace.h"

typedef struct
{
  Recorded *r;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  f->r = recorded_new ();
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  recorded_free (f->r);
}

/* client → shop → orders/1 → mail; a trace of 0 is not passed on. */
static void
write_tree (Recorded *r, double ms, guint n, guint64 browse, guint64 save, guint64 send)
{
  recorded_message (r, ms, TB_EVENT_REQUEST, BROWSE, 1, n, browse, 1);
  recorded_message (r, ms + 1, TB_EVENT_REQUEST, SAVE_1, 2, n, save, 2);
  recorded_message (r, ms + 2, TB_EVENT_REQUEST, SEND, 3, n, send, 3);
  recorded_message (r, ms + 3, TB_EVENT_REPLY, SEND, 3, n, 0, 0);
  recorded_message (r, ms + 4, TB_EVENT_REPLY, SAVE_1, 2, n, 0, 0);
  recorded_message (r, ms + 5, TB_EVENT_REPLY, BROWSE, 1, n, 0, 0);
}

static const TbTraceSpan *
span (const GArray *spans, guint i)
{
  return &g_array_index (spans, TbTraceSpan, i);
}

static void
test_a_trace_is_one_tree (Fixture *f, gconstpointer data)
{
  write_tree (f->r, 10, 1, 77, 77, 77);
  write_tree (f->r, 30, 2, 78, 78, 78);
  g_autoptr (TbPast) past = recorded_open (f->r);
  for (guint64 position = 6; position < 12; position++)
    {
      g_autoptr (GArray) spans = tb_trace_of (past, position);
      g_assert_cmpuint (spans->len, ==, 3);
      for (guint i = 0; i < 3; i++)
        {
          g_assert_cmpuint (span (spans, i)->request, ==, 6 + i);
          g_assert_cmpuint (span (spans, i)->reply, ==, 11 - i);
          g_assert_cmpuint (span (spans, i)->parent, ==, i == 0 ? G_MAXUINT : i - 1);
          g_assert_cmpuint (span (spans, i)->depth, ==, i);
          g_assert_false (span (spans, i)->inferred);
          g_assert_true (span (spans, i)->critical);
        }
    }
}

/* Its answer may yet come: it has lasted as long as is known. */
static void
test_what_was_not_answered_lasts_until_now (Fixture *f, gconstpointer data)
{
  recorded_message (f->r, 10, TB_EVENT_REQUEST, BROWSE, 1, 1, 77, 1);
  write_tree (f->r, 30, 2, 78, 78, 78);
  g_autoptr (TbPast) past = recorded_open (f->r);
  g_autoptr (GArray) roots = tb_traces_list (past, 0, G_MAXUINT64);
  g_assert_cmpuint (roots->len, ==, 2);
  const TbTraceRoot *open = &g_array_index (roots, TbTraceRoot, 0);
  g_assert_true (open->open);
  g_assert_cmpint (open->to_ns - open->from_ns, ==, 25 * TB_NS_PER_MS);
  g_assert_false (g_array_index (roots, TbTraceRoot, 1).open);
}

static void
test_what_passes_nothing_on_is_inferred (Fixture *f, gconstpointer data)
{
  write_tree (f->r, 10, 1, 77, 0, 0);
  write_tree (f->r, 30, 2, 78, 0, 79);
  g_autoptr (TbPast) past = recorded_open (f->r);
  for (guint64 first = 0; first < 12; first += 6)
    {
      g_autoptr (GArray) spans = tb_trace_of (past, first + 2);
      g_assert_cmpuint (spans->len, ==, 3);
      g_assert_false (span (spans, 0)->inferred);
      g_assert_true (span (spans, 1)->inferred);
      g_assert_true (span (spans, 2)->inferred);
    }
}

/* Two requests that the shop serves at once: the ids tell which is whose. */
static void
test_ids_tell_apart_what_happens_at_once (Fixture *f, gconstpointer data)
{
  recorded_message (f->r, 10, TB_EVENT_REQUEST, BROWSE, 1, 1, 77, 1);
  recorded_message (f->r, 11, TB_EVENT_REQUEST, BROWSE, 4, 1, 78, 1);
  recorded_message (f->r, 12, TB_EVENT_REQUEST, SAVE_1, 2, 1, 77, 2);
  recorded_message (f->r, 13, TB_EVENT_REQUEST, SAVE_2, 5, 1, 78, 2);
  recorded_message (f->r, 14, TB_EVENT_REPLY, SAVE_2, 5, 1, 0, 0);
  recorded_message (f->r, 15, TB_EVENT_REPLY, SAVE_1, 2, 1, 0, 0);
  recorded_message (f->r, 16, TB_EVENT_REPLY, BROWSE, 1, 1, 0, 0);
  recorded_message (f->r, 17, TB_EVENT_REPLY, BROWSE, 4, 1, 0, 0);
  g_autoptr (TbPast) past = recorded_open (f->r);
  g_autoptr (GArray) first = tb_trace_of (past, 0), second = tb_trace_of (past, 1);
  g_assert_cmpuint (first->len, ==, 2);
  g_assert_cmpuint (second->len, ==, 2);
  g_assert_cmpuint (span (first, 1)->request, ==, 2);
  g_assert_cmpuint (span (second, 1)->request, ==, 3);
}

/* A thread that waits makes no other request: who waits for nothing is likelier. */
static void
test_without_ids_who_waits_is_not_asked_twice (Fixture *f, gconstpointer data)
{
  recorded_message (f->r, 10, TB_EVENT_REQUEST, BROWSE, 1, 1, 77, 1);
  recorded_message (f->r, 11, TB_EVENT_REQUEST, BROWSE, 4, 1, 78, 1);
  recorded_message (f->r, 12, TB_EVENT_REQUEST, SAVE_1, 2, 1, 0, 0);
  recorded_message (f->r, 13, TB_EVENT_REQUEST, SAVE_2, 5, 1, 0, 0);
  recorded_message (f->r, 14, TB_EVENT_REPLY, SAVE_2, 5, 1, 0, 0);
  recorded_message (f->r, 15, TB_EVENT_REPLY, SAVE_1, 2, 1, 0, 0);
  g_autoptr (TbPast) past = recorded_open (f->r);
  g_autoptr (GArray) first = tb_trace_of (past, 0), second = tb_trace_of (past, 1);
  g_assert_cmpuint (first->len, ==, 2);
  g_assert_cmpuint (second->len, ==, 2);
  g_assert_true (span (first, 1)->inferred);
  g_assert_true (span (second, 1)->inferred);
}

/* The first asks twice and answers at once; what the other waits for comes late. */
static void
test_without_ids_who_was_answered_goes_on (Fixture *f, gconstpointer data)
{
  recorded_message (f->r, 10, TB_EVENT_REQUEST, BROWSE, 1, 1, 77, 1);
  recorded_message (f->r, 11, TB_EVENT_REQUEST, BROWSE, 4, 1, 78, 1);
  recorded_message (f->r, 15, TB_EVENT_REQUEST, SAVE_1, 2, 1, 0, 0);
  recorded_message (f->r, 20, TB_EVENT_REPLY, SAVE_1, 2, 1, 0, 0);
  recorded_message (f->r, 20.1, TB_EVENT_REQUEST, SAVE_2, 3, 1, 0, 0);
  recorded_message (f->r, 25, TB_EVENT_REPLY, SAVE_2, 3, 1, 0, 0);
  recorded_message (f->r, 25.1, TB_EVENT_REPLY, BROWSE, 1, 1, 0, 0);
  recorded_message (f->r, 30, TB_EVENT_REQUEST, SAVE_1, 2, 2, 0, 0);
  recorded_message (f->r, 35, TB_EVENT_REPLY, SAVE_1, 2, 2, 0, 0);
  recorded_message (f->r, 35.1, TB_EVENT_REPLY, BROWSE, 4, 1, 0, 0);
  g_autoptr (TbPast) past = recorded_open (f->r);
  g_autoptr (GArray) first = tb_trace_of (past, 0), second = tb_trace_of (past, 1);
  g_assert_cmpuint (first->len, ==, 3);
  g_assert_cmpuint (second->len, ==, 2);
  g_assert_cmpuint (span (first, 1)->request, ==, 2);
  g_assert_cmpuint (span (first, 2)->request, ==, 4);
  g_assert_cmpuint (span (second, 1)->request, ==, 7);
}

/* Of two calls side by side the slower is critical, and of two in a row both are. */
static void
test_the_critical_path_is_what_was_waited_for (Fixture *f, gconstpointer data)
{
  recorded_message (f->r, 10, TB_EVENT_REQUEST, BROWSE, 1, 1, 77, 1);
  recorded_message (f->r, 11, TB_EVENT_REQUEST, SAVE_1, 2, 1, 77, 2);
  recorded_message (f->r, 12, TB_EVENT_REPLY, SAVE_1, 2, 1, 0, 0);
  recorded_message (f->r, 13, TB_EVENT_REQUEST, SAVE_1, 2, 2, 77, 2);
  recorded_message (f->r, 13, TB_EVENT_REQUEST, SAVE_2, 3, 1, 77, 2);
  recorded_message (f->r, 15, TB_EVENT_REPLY, SAVE_1, 2, 2, 0, 0);
  recorded_message (f->r, 19, TB_EVENT_REPLY, SAVE_2, 3, 1, 0, 0);
  recorded_message (f->r, 20, TB_EVENT_REPLY, BROWSE, 1, 1, 0, 0);
  g_autoptr (TbPast) past = recorded_open (f->r);
  g_autoptr (GArray) spans = tb_trace_of (past, 0);
  const gboolean critical[] = { TRUE, TRUE, FALSE, TRUE };
  g_assert_cmpuint (spans->len, ==, 4);
  for (guint i = 0; i < 4; i++)
    g_assert_cmpint (span (spans, i)->critical, ==, critical[i]);
}

static void
test_what_is_never_answered_is_in_the_tree (Fixture *f, gconstpointer data)
{
  recorded_message (f->r, 10, TB_EVENT_REQUEST, BROWSE, 1, 1, 77, 1);
  recorded_message (f->r, 12, TB_EVENT_REQUEST, SAVE_1, 2, 1, 77, 2);
  TbEvent close = { .time_ns = recorded_ns (f->r, 30), .tap = SAVE_1, .connection = 2, .aux = 1,
                    .kind = TB_EVENT_CLOSE };
  recorded_event (f->r, &close);
  g_autoptr (TbPast) past = recorded_open (f->r);
  g_autoptr (GArray) spans = tb_trace_of (past, 1);
  g_assert_cmpuint (spans->len, ==, 2);
  g_assert_true (span (spans, 1)->error);
  g_assert_cmpuint (span (spans, 1)->reply, ==, G_MAXUINT64);
  g_assert_cmpint (span (spans, 1)->to_ns, ==, recorded_ns (f->r, 30));
  g_assert_cmpint (span (spans, 0)->to_ns, ==, recorded_ns (f->r, 30));
}

/* Whoever answers a long request last, and asks others all the while: one wide tree. */
static void
test_a_tree_may_be_wide (Fixture *f, gconstpointer data)
{
  enum { N = 40000 };
  recorded_message (f->r, 1, TB_EVENT_REQUEST, BROWSE, 1, 1, 77, 1);
  for (guint i = 0; i < N; i++)
    {
      recorded_message (f->r, 2 + 0.01 * i, TB_EVENT_REQUEST, SAVE_1, 2, i + 1, 0, 0);
      recorded_message (f->r, 2.005 + 0.01 * i, TB_EVENT_REPLY, SAVE_1, 2, i + 1, 0, 0);
    }
  recorded_message (f->r, 3 + 0.01 * N, TB_EVENT_REPLY, BROWSE, 1, 1, 0, 0);
  g_autoptr (TbPast) past = recorded_open (f->r);
  g_autoptr (GArray) spans = tb_trace_of (past, 0);
  g_assert_cmpuint (spans->len, ==, N + 1);
  for (guint i = 0; i <= N; i++)
    g_assert_true (span (spans, i)->critical);
}

static void
test_the_list_has_each_tree_once (Fixture *f, gconstpointer data)
{
  enum { N = 60000 };
  for (guint i = 0; i < N; i++)
    write_tree (f->r, 10 * i, i + 1, 1000 + i, 1000 + i, i % 2 == 0 ? 1000 + i : 0);
  g_autoptr (TbPast) past = recorded_open (f->r);
  g_autoptr (GArray) roots = tb_traces_list (past, 0, G_MAXUINT64);
  g_assert_cmpuint (roots->len, ==, N);
  for (guint i = 0; i < N; i++)
    {
      const TbTraceRoot *root = &g_array_index (roots, TbTraceRoot, i);
      g_assert_cmpuint (root->request, ==, 6 * i);
      g_assert_cmpuint (root->spans, ==, 3);
      g_assert_cmpint (root->inferred, ==, i % 2);
      g_assert_cmpint (root->to_ns - root->from_ns, ==, 5 * TB_NS_PER_MS);
    }
}

/* What has to be looked for far away is looked for in slices, and comes to the same. */
static void
test_a_slice_at_a_time_it_is_the_same (Fixture *f, gconstpointer data)
{
  recorded_message (f->r, 1, TB_EVENT_REQUEST, BROWSE, 9, 1, 7, 7);
  for (guint i = 0; i < 20000; i++)
    write_tree (f->r, 10 + 10 * i, i + 1, 1000 + i, 1000 + i, 0);
  g_autoptr (TbPast) past = recorded_open (f->r);
  g_autoptr (GArray) whole = tb_trace_of (past, 0), roots = tb_traces_list (past, 0, G_MAXUINT64);
  TbTraceSearch *search = tb_trace_search_new (past, 0);
  TbTraceListing *listing = tb_trace_listing_new (past, 0, G_MAXUINT64);
  guint slices = 0;
  while (!tb_trace_search_go_on (search, 0))
    slices++;
  g_assert_cmpuint (slices, >, 100);
  for (slices = 0; !tb_trace_listing_go_on (listing, 0); slices++)
    ;
  g_assert_cmpuint (slices, >, 100);
  g_autoptr (GArray) spans = tb_trace_search_spans (search), listed = tb_trace_listing_roots (listing);
  g_assert_cmpmem (spans->data, spans->len * sizeof (TbTraceSpan), whole->data, whole->len * sizeof (TbTraceSpan));
  g_assert_cmpmem (listed->data, listed->len * sizeof (TbTraceRoot), roots->data, roots->len * sizeof (TbTraceRoot));
  tb_trace_search_free (search);
  tb_trace_listing_free (listing);
  search = tb_trace_search_new (past, 0); /* nor is one missed that ends half-way */
  tb_trace_search_go_on (search, 0);
  tb_trace_search_free (search);
}

static void
test_an_inferred_cause_says_of_how_many (Fixture *f, gconstpointer data)
{
  recorded_message (f->r, 10, TB_EVENT_REQUEST, BROWSE, 1, 1, 0, 0);
  recorded_message (f->r, 11, TB_EVENT_REQUEST, SAVE_1, 2, 1, 0, 0); /* one can have made it */
  recorded_message (f->r, 12, TB_EVENT_REPLY, SAVE_1, 2, 1, 0, 0);
  recorded_message (f->r, 13, TB_EVENT_REQUEST, BROWSE, 4, 1, 0, 0);
  recorded_message (f->r, 14, TB_EVENT_REQUEST, SAVE_2, 5, 1, 0, 0); /* two */
  recorded_message (f->r, 15, TB_EVENT_REPLY, SAVE_2, 5, 1, 0, 0);
  recorded_message (f->r, 16, TB_EVENT_REPLY, BROWSE, 1, 1, 0, 0);
  recorded_message (f->r, 17, TB_EVENT_REPLY, BROWSE, 4, 1, 0, 0);
  g_autoptr (TbPast) past = recorded_open (f->r);
  g_autoptr (GArray) spans = tb_trace_of (past, 0);
  g_assert_cmpuint (spans->len, ==, 3);
  g_assert_cmpuint (span (spans, 0)->candidates, ==, 0);
  g_assert_cmpuint (span (spans, 1)->candidates, ==, 1);
  g_assert_cmpuint (span (spans, 2)->candidates, ==, 2);
}

#define ADD(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/trace/open", test_what_was_not_answered_lasts_until_now);
  ADD ("/trace/slices", test_a_slice_at_a_time_it_is_the_same);
  ADD ("/trace/candidates", test_an_inferred_cause_says_of_how_many);
  ADD ("/trace/tree", test_a_trace_is_one_tree);
  ADD ("/trace/inferred", test_what_passes_nothing_on_is_inferred);
  ADD ("/trace/at-once", test_ids_tell_apart_what_happens_at_once);
  ADD ("/trace/waiting", test_without_ids_who_waits_is_not_asked_twice);
  ADD ("/trace/goes-on", test_without_ids_who_was_answered_goes_on);
  ADD ("/trace/critical", test_the_critical_path_is_what_was_waited_for);
  ADD ("/trace/unanswered", test_what_is_never_answered_is_in_the_tree);
  ADD ("/trace/wide", test_a_tree_may_be_wide);
  ADD ("/trace/list", test_the_list_has_each_tree_once);
  return g_test_run ();
}
