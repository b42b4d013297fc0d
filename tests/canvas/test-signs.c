/* What is judged of a run: held, and in the drawing's own measures. */
#include "signs.h"
#include "tb-base.h"
#include "tb-edit.h"

static const char drawing[]
    = "<architecture xmlns=\"urn:tierboard:1\" name=\"Test\">"
      "<component id=\"shop\" kind=\"server\" name=\"Shop\"/>"
      "<component id=\"orders\" kind=\"store\" name=\"Orders\" threads=\"pool 2\"/>"
      "<link id=\"browse\" from=\"shop\" to=\"shop\"/>"
      "<link id=\"save\" from=\"shop\" to=\"orders\" timeout=\"300ms\" retries=\"2\"/>"
      "<link id=\"find\" from=\"shop\" to=\"orders\"/></architecture>";

typedef struct
{
  TbDocument *document;
  TbSigns *signs;
  TbLiveInstance instance;
  TbLiveLink links[2];
  TbLiveTap tap;
  TbLiveFrame frame;
  TbUid orders, save, find;
} Fixture;

static TbUid
uid_of (Fixture *f, const char *id)
{
  return tb_element_uid (tb_model_lookup (tb_document_model (f->document), id));
}

static void
setup (Fixture *f, gconstpointer data)
{
  f->document = tb_document_load_bytes ("test", drawing, sizeof drawing - 1, NULL, NULL);
  g_assert_nonnull (f->document);
  f->signs = tb_signs_new ();
  f->orders = uid_of (f, "orders");
  f->save = uid_of (f, "save");
  f->find = uid_of (f, "find");
  f->instance = (TbLiveInstance){ .component_uid = f->orders, .replica = 1, .state = TB_INSTANCE_READY };
  f->links[0] = (TbLiveLink){ .id = "save", .link = f->save, .from = "shop", .to = "orders", .framed = TRUE };
  f->links[1] = (TbLiveLink){ .id = "in", .from = "browser", .to = "shop", .framed = TRUE };
  f->frame = (TbLiveFrame){ .state = TB_RUN_RUNNING, .start_ns = 1, .instances = &f->instance, .n_instances = 1,
                            .links = f->links, .n_links = 2, .taps = &f->tap, .n_taps = 1, .time_ns = TB_NS_PER_S };
}

static void
teardown (Fixture *f, gconstpointer data)
{
  tb_signs_free (f->signs);
  g_object_unref (f->document);
}

static void
go_on (Fixture *f, double seconds)
{
  for (gint64 end = f->frame.time_ns + (gint64) (seconds * 1e9); f->frame.time_ns < end;)
    {
      f->frame.time_ns += TB_NS_PER_S / 4;
      tb_signs_take (f->signs, &f->frame, tb_document_model (f->document), FALSE);
    }
}

/* A link that is asked and answers with that p99. */
static void
answers (TbLiveLink *link, double ms, guint requests)
{
  TbLiveSpan span = { .requests = requests, .replies = requests, .request_rate = requests,
                      .p50_ns = (gint64) (ms * 1e6), .p95_ns = (gint64) (ms * 1e6), .p99_ns = (gint64) (ms * 1e6) };
  link->spans[TB_SPAN_SECOND] = link->spans[TB_SPAN_TEN] = span;
}

static void
test_a_moment_of_waiting_is_no_sign (Fixture *f, gconstpointer data)
{
  go_on (f, 1);
  f->instance.under_way = 9;
  go_on (f, 0.5);
  g_assert_cmpuint (tb_signs_work (f->signs, f->orders)->full, ==, 0);
  go_on (f, 2);
  g_assert_cmpuint (tb_signs_work (f->signs, f->orders)->full, ==, 1);
  g_assert_cmpfloat (tb_signs_work (f->signs, f->orders)->wait, >, 5);
}

static void
test_waiting_that_comes_and_goes_does_not_blink (Fixture *f, gconstpointer data)
{
  f->instance.under_way = 9;
  go_on (f, 3);
  for (guint i = 0; i < 8; i++)
    {
      f->instance.under_way = i % 2 ? 9 : 0;
      go_on (f, 2);
      g_assert_true (tb_signs_load (f->signs, f->orders, 1)->full.on);
    }
  f->instance.under_way = 0;
  go_on (f, 7);
  g_assert_false (tb_signs_load (f->signs, f->orders, 1)->full.on);
}

static void
test_who_is_asked_and_answers_nobody_is_stuck_until_it_answers (Fixture *f, gconstpointer data)
{
  go_on (f, 1);
  f->instance.under_way = f->tap.counters.requests = 20;
  go_on (f, 2);
  g_assert_true (tb_signs_load (f->signs, f->orders, 1)->stuck);
  g_assert_cmpfloat (tb_signs_work (f->signs, f->orders)->wait, ==, 0); /* it is not too much work */
  f->tap.counters.replies = 1;
  go_on (f, 0.25);
  g_assert_false (tb_signs_load (f->signs, f->orders, 1)->stuck);
}

static void
test_a_third_of_the_timeout_is_slow (Fixture *f, gconstpointer data)
{
  answers (&f->links[0], 99, 100);
  go_on (f, 2);
  g_assert_cmpint (tb_signs_link (f->signs, f->save)->slow, ==, TB_SLOW_NOT);
  answers (&f->links[0], 101, 100);
  go_on (f, 2);
  g_assert_cmpint (tb_signs_link (f->signs, f->save)->slow, ==, TB_SLOW_TIMEOUT);
}

static void
test_five_times_its_first_good_seconds_is_slow (Fixture *f, gconstpointer data)
{
  f->links[0].link = f->find; /* has no timeout */
  answers (&f->links[0], 6, 100);
  f->links[0].spans[TB_SPAN_SECOND].errors = 1; /* no good second */
  go_on (f, 20);
  g_assert_cmpint (tb_signs_link (f->signs, f->find)->usual_ns, ==, 0);
  answers (&f->links[0], 6, 100);
  go_on (f, 12);
  g_assert_cmpint (tb_signs_link (f->signs, f->find)->usual_ns, ==, 6000000);
  answers (&f->links[0], 55, 100);
  go_on (f, 2);
  g_assert_cmpint (tb_signs_link (f->signs, f->find)->slow, ==, TB_SLOW_NOT);
  answers (&f->links[0], 57, 100);
  go_on (f, 2);
  g_assert_cmpint (tb_signs_link (f->signs, f->find)->slow, ==, TB_SLOW_USUAL);
  f->frame.start_ns++; /* another run */
  go_on (f, 2);
  g_assert_cmpint (tb_signs_link (f->signs, f->find)->usual_ns, ==, 0);
}

static void
test_what_has_no_replies_is_not_called_slow (Fixture *f, gconstpointer data)
{
  answers (&f->links[0], 200, 100);
  go_on (f, 2);
  f->links[0].spans[TB_SPAN_TEN].p99_ns = -1;
  f->links[0].spans[TB_SPAN_TEN].replies = 0;
  go_on (f, 0.5);
  g_assert_cmpint (tb_signs_link (f->signs, f->save)->slow, ==, TB_SLOW_NOT);
}

static void
test_calls_are_many_sooner_where_retries_are_drawn (Fixture *f, gconstpointer data)
{
  answers (&f->links[1], 1, 100);
  answers (&f->links[0], 1, 160);
  go_on (f, 1);
  g_assert_true (tb_signs_link (f->signs, f->save)->many);
  answers (&f->links[0], 1, 140); /* between: it stays as it was */
  go_on (f, 1);
  g_assert_true (tb_signs_link (f->signs, f->save)->many);
  f->links[0].link = f->find;
  answers (&f->links[0], 1, 240);
  go_on (f, 1);
  g_assert_false (tb_signs_link (f->signs, f->find)->many);
  answers (&f->links[0], 1, 260);
  go_on (f, 1);
  g_assert_true (tb_signs_link (f->signs, f->find)->many);
}

static void
test_a_still_moment_is_taken_as_it_is (Fixture *f, gconstpointer data)
{
  f->instance.under_way = 9;
  tb_signs_take (f->signs, &f->frame, tb_document_model (f->document), TRUE);
  g_assert_cmpfloat (tb_signs_work (f->signs, f->orders)->wait, ==, 7);
  f->instance.under_way = 0;
  tb_signs_take (f->signs, &f->frame, tb_document_model (f->document), TRUE);
  g_assert_cmpuint (tb_signs_work (f->signs, f->orders)->full, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, test) g_test_add ("/signs/" name, Fixture, NULL, setup, test, teardown)
  ADD ("waiting/moment", test_a_moment_of_waiting_is_no_sign);
  ADD ("waiting/held", test_waiting_that_comes_and_goes_does_not_blink);
  ADD ("stuck", test_who_is_asked_and_answers_nobody_is_stuck_until_it_answers);
  ADD ("slow/timeout", test_a_third_of_the_timeout_is_slow);
  ADD ("slow/usual", test_five_times_its_first_good_seconds_is_slow);
  ADD ("slow/nothing", test_what_has_no_replies_is_not_called_slow);
  ADD ("calls", test_calls_are_many_sooner_where_retries_are_drawn);
  ADD ("still", test_a_still_moment_is_taken_as_it_is);
  return g_test_run ();
}
