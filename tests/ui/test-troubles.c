/* What goes wrong in a run, in words. */
#include "tb-base.h"
#include "tb-edit.h"
#include "troubles.h"

static const char drawing[]
    = "<architecture xmlns=\"urn:tierboard:1\" name=\"Test\">"
      "<component id=\"browser\" kind=\"client\" name=\"Browser\"/>"
      "<component id=\"shop\" kind=\"server\" name=\"Shop\" replicas=\"3\" threads=\"pool 2\"/>"
      "<component id=\"orders\" kind=\"store\" name=\"Orders\" threads=\"pool 2\"/>"
      "<link id=\"browse\" name=\"Browse\" from=\"browser\" to=\"shop\"/>"
      "<link id=\"save\" name=\"Save\" from=\"shop\" to=\"orders\" timeout=\"300ms\" retries=\"1\"/></architecture>";

enum
{
  BROWSE,
  SAVE
};

typedef struct
{
  TbDocument *document;
  TbSigns *signs;
  TbLiveInstance instances[4]; /* three of the shop, one of orders */
  TbLiveLink links[2];
  TbLiveTap tap; /* to the second of the shop */
  TbLivePartition partition;
  TbLiveFrame frame;
} Fixture;

static TbUid
uid_of (Fixture *f, const char *id)
{
  return tb_element_uid (tb_model_lookup (tb_document_model (f->document), id));
}

static void
setup (Fixture *f, gconstpointer data)
{
  static const char *const ids[] = { "shop/1", "shop/2", "shop/3", "orders/1" };
  f->document = tb_document_load_bytes ("test", drawing, sizeof drawing - 1, NULL, NULL);
  g_assert_nonnull (f->document);
  f->signs = tb_signs_new ();
  for (guint i = 0; i < 4; i++)
    f->instances[i] = (TbLiveInstance){ .id = ids[i], .component = i < 3 ? "shop" : "orders",
                                        .component_uid = uid_of (f, i < 3 ? "shop" : "orders"),
                                        .replica = i < 3 ? i + 1 : 1, .state = TB_INSTANCE_READY };
  f->links[BROWSE] = (TbLiveLink){ .id = "browse", .link = uid_of (f, "browse"), .from = "browser", .to = "shop",
                                   .framed = TRUE };
  f->links[SAVE] = (TbLiveLink){ .id = "save", .link = uid_of (f, "save"), .from = "shop", .to = "orders",
                                 .framed = TRUE };
  f->tap.to = 1;
  f->frame = (TbLiveFrame){ .state = TB_RUN_RUNNING, .start_ns = 1, .time_ns = TB_NS_PER_S, .instances = f->instances,
                            .n_instances = 4, .links = f->links, .n_links = 2, .taps = &f->tap, .n_taps = 1,
                            .partitions = &f->partition };
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

/* Every line, in its order. */
static char *
said (Fixture *f)
{
  g_autoptr (GPtrArray) troubles = tb_troubles_of (&f->frame, f->signs, tb_document_model (f->document));
  g_autoptr (GString) all = g_string_new (NULL);
  for (guint i = 0; i < troubles->len; i++)
    g_string_append_printf (all, "%s%s", i > 0 ? "\n" : "", ((const TbProblem *) troubles->pdata[i])->message);
  return g_strdup (all->str);
}

static void
fails (TbLiveLink *link, guint errors, guint of)
{
  link->spans[TB_SPAN_TEN] = (TbLiveSpan){ .requests = of, .replies = of, .errors = errors, .p99_ns = -1 };
}

static void
test_a_link_that_fails_says_how_much_of_it (Fixture *f, gconstpointer data)
{
  fails (&f->links[SAVE], 12, 30);
  g_autofree char *much = said (f);
  g_assert_cmpstr (much, ==, "Save: 40\u202f% of requests fail (12 of 30 in ten seconds)");
  fails (&f->links[SAVE], 2, 900);
  g_autofree char *little = said (f);
  g_assert_cmpstr (little, ==, "Save: 2 of 900 requests failed in ten seconds");
  fails (&f->links[SAVE], 0, 30);
  g_autofree char *nothing = said (f);
  g_assert_cmpstr (nothing, ==, "");
}

static void
test_what_waits_waits_where_it_is (Fixture *f, gconstpointer data)
{
  f->instances[1].under_way = 9;
  f->tap.counters.requests = f->tap.counters.replies = 9;
  for (guint i = 0; i < 20; i++, f->tap.counters.replies++) /* it answers */
    go_on (f, 0.25);
  g_autofree char *waits = said (f);
  g_assert_cmpstr (waits, ==, "Shop: 7 requests wait for its threads");
  f->instances[1].under_way = 0;
  go_on (f, 3);
  g_autofree char *held = said (f);
  g_assert_cmpstr (held, ==, "Shop: requests waited a moment ago");
}

static void
test_who_does_not_answer_is_named_before_what_fails_with_it (Fixture *f, gconstpointer data)
{
  go_on (f, 1);
  f->instances[1].under_way = f->tap.counters.requests = 30;
  f->instances[2].state = TB_INSTANCE_PAUSED;
  fails (&f->links[BROWSE], 12, 30);
  go_on (f, 3);
  g_autofree char *all = said (f);
  g_assert_cmpstr (all, ==, "shop-2 does not answer: 30 requests wait there\nshop-3 is paused\n"
                            "Browse: 40\u202f% of requests fail (12 of 30 in ten seconds)");
}

static void
test_a_cut_and_a_fault_are_causes (Fixture *f, gconstpointer data)
{
  f->links[SAVE].cut_since_ns = 5;
  f->links[BROWSE].fault_text = "drop 33%";
  fails (&f->links[SAVE], 30, 30);
  g_autofree char *all = said (f);
  g_assert_cmpstr (all, ==, "Save is cut\nBrowse: fault “drop 33%”\n"
                            "Save: 100\u202f% of requests fail (30 of 30 in ten seconds)");
}

static void
test_a_partition_is_said_once_with_its_names (Fixture *f, gconstpointer data)
{
  f->partition = (TbLivePartition){ .id = "p", .text = "shop/2 → everyone else" };
  f->frame.n_partitions = 1;
  f->links[SAVE].partly_cut = f->links[BROWSE].partly_cut = TRUE;
  g_autoptr (GPtrArray) troubles = tb_troubles_of (&f->frame, f->signs, tb_document_model (f->document));
  g_assert_cmpuint (troubles->len, ==, 1);
  g_assert_cmpstr (((const TbProblem *) troubles->pdata[0])->message, ==, "Cut: shop-2 → everyone else");
  g_assert_cmpuint (((const TbProblem *) troubles->pdata[0])->uid, ==, uid_of (f, "shop"));
}

static void
test_retries_that_fail_are_a_cause (Fixture *f, gconstpointer data)
{
  fails (&f->links[BROWSE], 0, 100);
  fails (&f->links[SAVE], 0, 200);
  go_on (f, 1);
  g_autofree char *fine = said (f);
  g_assert_cmpstr (fine, ==, "");
  fails (&f->links[SAVE], 100, 200);
  go_on (f, 1);
  g_autofree char *all = said (f);
  g_assert_true (g_str_has_prefix (all, "Save: 2.0 calls for each request that shop is asked: retries\n"));
}

static void
test_effects_begin_with_the_deepest_call (Fixture *f, gconstpointer data)
{
  fails (&f->links[BROWSE], 12, 30);
  fails (&f->links[SAVE], 0, 30);
  f->links[SAVE].spans[TB_SPAN_TEN].p99_ns = 150 * TB_NS_PER_MS;
  go_on (f, 2);
  g_autofree char *all = said (f);
  g_assert_cmpstr (all, ==, "Save is slow: p99 150\u202fms of a timeout of 300\u202fms\n"
                            "Browse: 40\u202f% of requests fail (12 of 30 in ten seconds)");
}

static void
test_a_run_that_is_stopped_has_no_troubles (Fixture *f, gconstpointer data)
{
  fails (&f->links[SAVE], 12, 30);
  f->frame.state = TB_RUN_STOPPING;
  g_autofree char *all = said (f);
  g_autoptr (GPtrArray) none = tb_troubles_of (NULL, NULL, NULL);
  g_assert_cmpstr (all, ==, "");
  g_assert_cmpuint (none->len, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, test) g_test_add ("/troubles/" name, Fixture, NULL, setup, test, teardown)
  ADD ("failing", test_a_link_that_fails_says_how_much_of_it);
  ADD ("waiting", test_what_waits_waits_where_it_is);
  ADD ("stuck", test_who_does_not_answer_is_named_before_what_fails_with_it);
  ADD ("cut", test_a_cut_and_a_fault_are_causes);
  ADD ("partition", test_a_partition_is_said_once_with_its_names);
  ADD ("retries", test_retries_that_fail_are_a_cause);
  ADD ("order", test_effects_begin_with_the_deepest_call);
  ADD ("stopped", test_a_run_that_is_stopped_has_no_troubles);
  return g_test_run ();
}
