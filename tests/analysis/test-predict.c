/* Predictions of drawings: the published examples as somebody would draw them. */
#include <math.h>
#include <string.h>

#include "tb-advise.h"

static TbQueueNet *
net_with (const char *body, const TbQueueOptions *options)
{
  g_autofree char *xml = g_strdup_printf ("<architecture xmlns=\"urn:tierboard:1\" name=\"t\">%s</architecture>", body);
  g_autoptr (GError) error = NULL;
  g_autoptr (TbDocument) document = tb_document_load_bytes ("t", xml, strlen (xml), NULL, &error);
  g_assert_no_error (error);
  return tb_queue_net_new (tb_document_model (document), options, NULL);
}

/* Built-in programs of the textbook take no processor for themselves. */
static TbQueueNet *
net_of (const char *body)
{
  TbQueueNet *net = net_with (body, NULL);
  for (guint i = 0; i < net->n_stations; i++)
    net->stations[i].work[1].mean_ns = 0;
  return net;
}

#define CUSTOMERS(n, z) "<component id=\"c\" kind=\"client\" threads=\"pool " n "\"><builtin think=\"exponential " z "\"/></component>"

/* P4: 1.7 replies per service time of two threads. */
static void
test_two_threads (void)
{
  g_autoptr (TbQueueNet) net = net_of (CUSTOMERS ("4", "1s")
    "<component id=\"s\" kind=\"server\" threads=\"pool 2\"><builtin work=\"wait exponential 1s\"/></component><link id=\"l\" from=\"c\" to=\"s\"/>");
  g_autoptr (TbPrediction) p = tb_predict (net);
  g_assert_cmpint (p->how, ==, TB_PREDICTED_EXACTLY);
  g_assert_cmpfloat_with_epsilon (p->sources[0].throughput_per_s.value, 1.7, 1e-9);
  g_assert_cmpfloat_with_epsilon (p->sources[0].response.mean.value / 1e9, 1.35294, 1e-5);
  g_assert_cmpfloat_with_epsilon (p->stations[1].threads_busy, 1.7, 1e-9);
  g_assert_cmpfloat_with_epsilon (p->stations[1].ceiling_per_s, 2, 1e-9);
  g_assert_cmpfloat_with_epsilon (p->links[0].calls_per_s.value, 1.7, 1e-9);
  g_assert_false (p->threads_matter);
  g_assert_nonnull (strstr (p->bottleneck, "2 threads"));
}

#define CHAIN(n, web, app, db)                                                                                          \
  "<tier id=\"t1\"><device id=\"d1\" cores=\"2\"/></tier><tier id=\"t2\"><device id=\"d2\" cores=\"1\"/></tier>"         \
  "<tier id=\"t3\"><device id=\"d3\" cores=\"1\"/></tier>" CUSTOMERS (n, "1s")                                          \
  "<component id=\"web\" kind=\"server\" tier=\"t1\" threads=\"" web "\"><builtin work=\"cpu exponential 5ms\"/></component>" \
  "<component id=\"app\" kind=\"server\" tier=\"t2\" threads=\"" app "\"><builtin work=\"cpu exponential 10ms\">"       \
  "<call link=\"q\" times=\"2\"/></builtin></component>"                                                                \
  "<component id=\"db\" kind=\"server\" tier=\"t3\" threads=\"" db "\"><builtin work=\"cpu exponential 8ms\"/></component>" \
  "<link id=\"l\" from=\"c\" to=\"web\"/><link id=\"m\" from=\"web\" to=\"app\"/><link id=\"q\" from=\"app\" to=\"db\"/>"

/* Threads without end: a product form. */
static void
test_four_stations (void)
{
  g_autoptr (TbQueueNet) net = net_of (CHAIN ("50", "per-request", "per-request", "per-request"));
  g_autoptr (TbPrediction) p = tb_predict (net);
  g_assert_cmpfloat_with_epsilon (p->sources[0].throughput_per_s.value, 46.43573, 5e-6);
  g_assert_cmpfloat_with_epsilon (p->sources[0].response.mean.value / 1e9, .0768, 5e-5);
  g_assert_false (p->threads_matter);
  g_assert_cmpfloat_with_epsilon (p->sources[0].most_per_s, 50 / 1.031, 1e-9);
}

/* One thread of app held 26 ms: 38.5 a second and no more, whatever the processors do. */
static void
test_one_thread_is_a_ceiling (void)
{
  g_autoptr (TbQueueNet) net = net_of (CHAIN ("100", "pool 8", "single", "single"));
  g_autoptr (TbPrediction) p = tb_predict (net);
  g_assert_cmpfloat_with_epsilon (p->stations[2].ceiling_per_s, 38.4615, 1e-4);
  g_assert_cmpfloat (p->sources[0].throughput_per_s.value, <=, 38.4616);
  g_assert_true (p->threads_matter);
  g_assert_nonnull (strstr (p->bottleneck, "38.5 requests/s"));
  g_assert_nonnull (strstr (p->bottleneck, "26.0 ms"));
}

/* P10, and P9's wait by Little. */
static void
test_open (void)
{
#define OPEN(cores, rate)                                                                                                              \
  "<tier id=\"t\"><device id=\"d\" cores=\"" cores "\"/></tier><component id=\"c\" kind=\"client\"><builtin rate=\"" rate "\"/></component>" \
  "<component id=\"s\" kind=\"server\" tier=\"t\" threads=\"per-request\"><builtin work=\"cpu exponential 1s\"/></component>" \
  "<link id=\"l\" from=\"c\" to=\"s\"/>"
  g_autoptr (TbQueueNet) a = net_of (OPEN ("1", "0.5"));
  g_autoptr (TbQueueNet) b = net_of (OPEN ("4", "3.2"));
  g_autoptr (TbQueueNet) c = net_of (OPEN ("1", "1.5"));
  g_autoptr (TbPrediction) pa = tb_predict (a);
  g_autoptr (TbPrediction) pb = tb_predict (b);
  g_autoptr (TbPrediction) pc = tb_predict (c);
  g_assert_cmpfloat_with_epsilon (pa->sources[0].response.mean.value / 1e9, 2, 1e-9);
  g_assert_cmpfloat_with_epsilon (pb->sources[0].response.mean.value / 1e9, 1 + .596433 / .8, 1e-5);
  g_assert_false (pb->overloaded);
  g_assert_true (pc->overloaded);
  g_assert_nonnull (strstr (pc->bottleneck, "without end"));
}

/* What nobody waits for costs the caller nothing, but takes its share of the processor. */
static void
test_async (void)
{
#define BEHIND(call)                                                                                                                    \
  "<tier id=\"t\"><device id=\"d\" cores=\"1\"/></tier>" CUSTOMERS ("1", "8ms")                                                         \
  "<component id=\"s\" kind=\"server\" tier=\"t\" threads=\"per-request\"><builtin work=\"cpu exponential 1ms\"/></component>" \
  "<component id=\"m\" kind=\"server\" tier=\"t\" threads=\"per-request\"><builtin work=\"cpu exponential 1ms\"/></component>" \
  "<link id=\"l\" from=\"c\" to=\"s\"/><link id=\"n\" from=\"s\" to=\"m\" call=\"" call "\"/>"
  g_autoptr (TbQueueNet) a = net_of (BEHIND ("sync"));
  g_autoptr (TbQueueNet) b = net_of (BEHIND ("async"));
  g_autoptr (TbPrediction) sync = tb_predict (a);
  g_autoptr (TbPrediction) async = tb_predict (b);
  double x = async->sources[0].throughput_per_s.value / 1e9;
  g_assert_cmpfloat_with_epsilon (sync->sources[0].response.mean.value, 2e6, 1);
  g_assert_cmpfloat_with_epsilon (async->sources[0].response.mean.value, 1e6 / (1 - x * 1e6), 1);
  g_assert_cmpfloat_with_epsilon (async->links[1].calls_per_s.value, x * 1e9, 1e-6);
}

/* The same work on three replicas, on devices of their own and on this machine's one core. */
static void
test_devices_or_this_machine (void)
{
  const char *body = CUSTOMERS ("30", "10ms")
    "<tier id=\"t\"><device id=\"d1\" cores=\"1\"/><device id=\"d2\" cores=\"1\"/><device id=\"d3\" cores=\"1\"/></tier>"
    "<component id=\"s\" kind=\"server\" replicas=\"3\" tier=\"t\" threads=\"per-request\"><builtin work=\"cpu exponential 1ms\"/></component>"
    "<link id=\"l\" from=\"c\" to=\"s\"/>";
  const TbQueueOptions options = { .local = TRUE, .cores = 1, .tap_ns = 0, .hop_ns = 0 };
  g_autoptr (TbQueueNet) theirs = net_of (body);
  g_autoptr (TbQueueNet) here = net_with (body, &options);
  g_autoptr (TbPrediction) p = tb_predict (theirs);
  g_autoptr (TbPrediction) q = tb_predict (here);
  g_assert_cmpfloat (p->sources[0].throughput_per_s.value, >, 2000);
  g_assert_cmpfloat (q->sources[0].throughput_per_s.value, <, 1000);
  g_assert_false (p->local);
  g_assert_true (q->local);
  g_assert_cmpstr (here->devices[q->bottleneck_device].id, ==, "this machine");
}

/* Little's law and forced flow, on a drawing with everything. */
static void
test_laws_hold (void)
{
  g_autofree char *path = tb_data_path ("examples/three-tier.tierboard");
  g_autoptr (TbDocument) document = tb_document_load (path, NULL, NULL);
  const TbQueueOptions options = { .local = TRUE, .cores = 2, .tap_ns = -1, .hop_ns = -1 };
  g_autoptr (TbQueueNet) net = tb_queue_net_new (tb_document_model (document), &options, NULL);
  g_autoptr (TbPrediction) p = tb_predict (net);
  double x = p->sources[0].throughput_per_s.value, r = p->sources[0].response.mean.value / 1e9, busy = 0;
  g_assert_cmpfloat_with_epsilon (x * (r + net->sources[0].think_ns / 1e9), 8, 1e-6);
  /* the same response by another way: residences added up along the calls */
  g_assert_cmpfloat_with_epsilon (p->stations[0].residence.mean.value / 1e9, r, r * 1e-3);
  for (guint i = 0; i < net->n_links; i++)
    g_assert_cmpfloat (p->links[i].calls_per_s.value, <=, 2 * x);
  for (guint i = 0; i < net->n_stations; i++)
    busy += p->stations[i].cores;
  g_assert_cmpfloat (busy, <=, p->devices[0].cores_busy);
  g_assert_cmpfloat (x, <=, p->sources[0].most_per_s * 1.0000001);
}

static void
measure (const TbQueueNet *net, const TbPrediction *p, TbMeasured *m)
{
  m->seconds = 10;
  for (guint i = 0; i < net->n_links; i++)
    {
      m->links[i].rate_per_s = p->links[i].calls_per_s.value;
      m->links[i].latency_ns = p->links[i].latency.mean.value;
    }
  for (guint i = 0; i < net->n_stations; i++)
    m->stations[i].cores = p->stations[i].cores;
  m->tap_messages_per_s = 1000;
  m->tap_cores = net->tap_ns * 1000 / 1e9;
}

/* A machine that is slower than is drawn, measured at one load, is predicted at another. */
static void
test_calibration (void)
{
  g_autofree char *path = tb_data_path ("examples/three-tier.tierboard");
  g_autoptr (TbDocument) document = tb_document_load (path, NULL, NULL);
  const TbModel *model = tb_document_model (document);
  TbWhatIf more = { tb_element_uid (tb_model_lookup (model, "browser")), TB_WHAT_IF_THINK, 5e6 };
  TbQueueOptions options = { .local = TRUE, .cores = 2, .tap_ns = -1, .hop_ns = -1 };
  g_autoptr (TbQueueNet) drawn = tb_queue_net_new (model, &options, NULL);
  const TbCalibration truth[] = {
    { .uid = 0, .cpu_ns = 2e4, .work_ns = -1, .hit_ratio = -1 },
    { .uid = drawn->stations[0].uid, .cpu_ns = 6e4, .extra_ns = 1e5, .work_ns = -1, .hit_ratio = -1 },
    { .uid = drawn->stations[1].uid, .cpu_ns = 1e5, .extra_ns = 2e5, .work_ns = -1, .hit_ratio = -1 },
    { .uid = drawn->stations[2].uid, .cpu_ns = 3e5, .extra_ns = 3e5, .work_ns = -1, .hit_ratio = -1 },
    { .uid = drawn->stations[5].uid, .cpu_ns = 5e4, .extra_ns = 0, .work_ns = 5e5, .hit_ratio = -1 },
  };
  options.calibrations = truth;
  options.n_calibrations = G_N_ELEMENTS (truth);
  g_autoptr (TbQueueNet) real = tb_queue_net_new (model, &options, NULL);
  g_autoptr (TbPrediction) run = tb_predict (real);
  g_autoptr (TbMeasured) measured = tb_measured_new (real);
  measure (real, run, measured);
  g_autoptr (GArray) found = tb_calibrate (model, &options, measured);
  options.what_if = &more;
  options.n_what_if = 1;
  g_autoptr (TbQueueNet) real_more = tb_queue_net_new (model, &options, NULL);
  g_autoptr (TbPrediction) run_more = tb_predict (real_more);
  options.calibrations = (gpointer) found->data;
  options.n_calibrations = found->len;
  g_autoptr (TbQueueNet) fitted = tb_queue_net_new (model, &options, NULL);
  g_autoptr (TbPrediction) said = tb_predict (fitted);
  double x = run_more->sources[0].throughput_per_s.value, r = run_more->sources[0].response.mean.value;
  g_assert_cmpfloat (x, >, 3 * run->sources[0].throughput_per_s.value);
  g_assert_cmpfloat_with_epsilon (said->sources[0].throughput_per_s.value / x, 1, .01);
  g_assert_cmpfloat_with_epsilon (said->sources[0].response.mean.value / r, 1, .02);
}

static double
work_learnt (double seconds)
{
  const char *xml = "<architecture xmlns=\"urn:tierboard:1\" name=\"t\">" CUSTOMERS ("4", "160ms")
    "<component id=\"s\" kind=\"server\" threads=\"single\"><builtin work=\"wait exponential 40ms\"/></component>"
    "<link id=\"l\" from=\"c\" to=\"s\"/></architecture>";
  const TbQueueOptions options = { .local = TRUE, .cores = 2, .tap_ns = -1, .hop_ns = -1 };
  g_autoptr (TbDocument) document = tb_document_load_bytes ("t", xml, strlen (xml), NULL, NULL);
  g_autoptr (TbQueueNet) net = tb_queue_net_new (tb_document_model (document), &options, NULL);
  g_autoptr (TbPrediction) run = tb_predict (net);
  g_autoptr (TbMeasured) measured = tb_measured_new (net);
  measure (net, run, measured);
  measured->seconds = seconds;
  measured->links[0].latency_ns *= 0.75;
  g_autoptr (GArray) found = tb_calibrate (tb_document_model (document), &options, measured);
  double work = g_array_index (found, TbCalibration, 2).work_ns;
  return work < 0 ? 40e6 : work;
}

/* Some eighty requests that queued say little against what is drawn; a hundred thousand say it all. */
static void
test_few_requests_teach_little (void)
{
  double few = work_learnt (5), many = work_learnt (5000);
  g_test_message ("few %g, many %g", few, many);
  g_assert_cmpfloat (few, >, 36e6); /* a tenth, though they took a quarter less */
  g_assert_cmpfloat (many, <, few - 2e6);
}

/* Into the file, once, and out again as one step. */
static void
test_calibration_is_written (void)
{
  g_autofree char *path = tb_data_path ("examples/three-tier.tierboard");
  g_autoptr (TbDocument) document = tb_document_load (path, NULL, NULL);
  const TbModel *model = tb_document_model (document);
  const TbElement *shop = tb_model_lookup (model, "shop");
  const TbCalibration learnt[] = { { .uid = 0, .cpu_ns = 2e4 }, { .uid = tb_element_uid (shop), .cpu_ns = 210400 } };
  g_autoptr (GArray) found = g_array_new (FALSE, FALSE, sizeof (TbCalibration));
  g_array_append_val (found, learnt[0]);
  g_autofree char *nothing = tb_calibration_write (document, found);
  g_assert_cmpstr (nothing, ==, "Nothing is kept: no request was seen to take a microsecond of a processor.");
  g_array_set_size (found, 0);
  g_array_append_vals (found, learnt, G_N_ELEMENTS (learnt));
  g_autofree char *said = tb_calibration_write (document, found), *again = tb_calibration_write (document, found);
  g_assert_cmpstr (said, ==, "Wrote what a request takes of a processor: Shop 210 µs.");
  g_assert_cmpstr (again, ==, "The drawing says already what the run cost.");
  g_assert_cmpstr (tb_element_get (tb_model_lookup (model, "shop"), TB_PROP_DEMAND), ==, "cpu 210us");
  g_assert_true (tb_document_undo (document));
  g_assert_false (tb_element_is_set (tb_model_lookup (model, "shop"), TB_PROP_DEMAND));
  g_assert_null (tb_document_undo_label (document)); /* the second time nothing was to be done */
}

static GPtrArray *
advice_for (const char *body, char **sentence)
{
  g_autofree char *xml = g_strdup_printf ("<architecture xmlns=\"urn:tierboard:1\" name=\"t\">%s</architecture>", body);
  g_autoptr (TbDocument) document = tb_document_load_bytes ("t", xml, strlen (xml), NULL, NULL);
  const TbQueueOptions options = { .local = FALSE };
  g_autoptr (TbQueueNet) net = tb_queue_net_new (tb_document_model (document), &options, NULL);
  g_autoptr (TbPrediction) p = tb_predict (net);
  GPtrArray *advice = tb_advise (tb_document_model (document), &options, net, p, TB_ADVISE_ALL);
  *sentence = tb_advice_sentence (advice, net, p);
  return advice;
}

/* The place that limits the others is named, and what comes of it is what is predicted with it. */
static void
test_advice (void)
{
  g_autofree char *threads = NULL, *cores = NULL, *idle = NULL;
  g_autoptr (GPtrArray) a = advice_for (CHAIN ("100", "pool 8", "single", "per-request"), &threads);
  g_autoptr (GPtrArray) b = advice_for (CHAIN ("100", "per-request", "per-request", "per-request"), &cores);
  g_autoptr (GPtrArray) c = advice_for (CUSTOMERS ("1", "1s")
    "<component id=\"s\" kind=\"server\"><builtin work=\"cpu 1ms\"/></component><link id=\"l\" from=\"c\" to=\"s\"/>", &idle);
  const TbAdvice *best = a->pdata[0];
  g_assert_cmpint (best->what.kind, ==, TB_WHAT_IF_THREADS);
  g_assert_cmpfloat (best->rate_per_s, >, 60);
  g_assert_true (g_str_has_prefix (threads, "app with 2 threads instead of 1: "));
  g_assert_cmpint (((const TbAdvice *) b->pdata[0])->what.kind, ==, TB_WHAT_IF_CORES);
  g_assert_true (g_str_has_prefix (cores, "d3 with 2 cores instead of 1: "));
  g_assert_cmpuint (c->len, ==, 0);
  g_assert_true (g_str_has_prefix (idle, "Hardly anybody waits"));
}

/* Nobody asks more than can be answered who waits for the answer before asking again. */
static void
test_closed_is_never_overloaded (void)
{
  g_autoptr (TbQueueNet) net = net_with (CUSTOMERS ("9", "1us")
    "<component id=\"s\" kind=\"server\" threads=\"single\"><builtin work=\"wait 20ms\"/></component><link id=\"l\" from=\"c\" to=\"s\"/>", NULL);
  g_autoptr (TbPrediction) p = tb_predict (net);
  g_assert_false (p->overloaded);
  g_assert_cmpfloat (p->sources[0].throughput_per_s.value, <=, p->stations[1].ceiling_per_s * 1.000001);
}

/* Of what comes at a rate no more gets through than there is room for, and nobody is told a time that it will take. */
static void
test_open_and_too_much (void)
{
  g_autoptr (TbQueueNet) net = net_of ("<component id=\"c\" kind=\"client\"><builtin rate=\"500\"/></component>"
    "<component id=\"s\" kind=\"server\" threads=\"single\"><builtin work=\"wait 10ms\"/></component><link id=\"l\" from=\"c\" to=\"s\"/>");
  g_autoptr (TbPrediction) p = tb_predict (net);
  g_assert_true (p->overloaded);
  g_assert_cmpfloat_with_epsilon (p->sources[0].throughput_per_s.value, 100, 1e-6);
  g_assert_true (isinf (p->sources[0].response.mean.value));
  g_assert_cmpfloat_with_epsilon (p->stations[1].threads_busy, 1, 1e-6);
}

/* Who waits for itself is never answered; who does so for half of the requests only is. */
static void
test_circles (void)
{
#define CIRCLE(share) CUSTOMERS ("2", "1s")                                                                                   \
  "<component id=\"a\" kind=\"server\"><builtin work=\"wait 1ms\"/></component>"                                               \
  "<component id=\"b\" kind=\"server\"><builtin work=\"wait 1ms\"><call link=\"n\" share=\"" share "\"/></builtin></component>" \
  "<link id=\"l\" from=\"c\" to=\"a\"/><link id=\"m\" from=\"a\" to=\"b\"/><link id=\"n\" from=\"b\" to=\"a\"/>"
  g_autoptr (TbQueueNet) for_ever = net_of (CIRCLE ("1"));
  g_autoptr (TbQueueNet) half = net_of (CIRCLE ("0.5"));
  g_autoptr (TbPrediction) p = tb_predict (for_ever);
  g_autoptr (TbPrediction) q = tb_predict (half);
  g_assert_true (p->endless && p->overloaded);
  g_assert_true (g_str_has_prefix (p->bottleneck, "a and b call each other in a circle"));
  g_assert_false (q->endless);
  g_assert_cmpfloat_with_epsilon (q->stations[1].arrivals_per_s.value / q->sources[0].throughput_per_s.value, 2, 1e-6);
}

static TbPredictedHow
how_of (const char *store, const char *op)
{
  g_autofree char *body = g_strdup_printf (
    "<component id=\"c\" kind=\"client\"><builtin think=\"1s\"><call link=\"l\" op=\"%s\"/></builtin></component>"
    "<component id=\"s\" kind=\"store\" replicas=\"3\">%s</component><link id=\"l\" from=\"c\" to=\"s\"/>", op, store);
  g_autoptr (TbQueueNet) net = net_with (body, NULL);
  g_autoptr (TbPrediction) p = tb_predict (net);
  return p->how;
}

/* A quorum has no product form, and that is said; who reads what one copy has asks nobody. */
static void
test_copies_are_said_to_be_rough (void)
{
  const char *quorum = "<builtin replication=\"quorum\"/>", *gossip = "<builtin replication=\"gossip\"/>";
  g_assert_cmpint (how_of ("", "write"), ==, TB_PREDICTED_EXACTLY);
  g_assert_cmpint (how_of (quorum, "write"), ==, TB_PREDICTED_ROUGHLY);
  g_assert_cmpint (how_of (gossip, "read"), ==, TB_PREDICTED_EXACTLY);
}

/* A program of one's own, of which nothing is said. */
static void
test_unknown_costs_are_said_first (void)
{
  g_autoptr (TbQueueNet) net = net_with (CUSTOMERS ("1", "1s")
    "<component id=\"s\" kind=\"server\" name=\"Legacy\"><command>legacy</command></component><link id=\"l\" from=\"c\" to=\"s\"/>", NULL);
  g_autoptr (TbPrediction) p = tb_predict (net);
  g_assert_true (g_str_has_prefix (p->bottleneck, "What a request costs Legacy is not known"));
}

static void
test_words (void)
{
  g_autofree char *rate = tb_difference_words ("Browse", "requests/s", 180, 172), *time = tb_difference_words ("Browse", NULL, 2e6, 3e6),
                  *same = tb_difference_words ("Save", "requests/s", 100, 101);
  g_assert_cmpstr (rate, ==, "Browse: predicted 180, measured 172 requests/s: 4 % less");
  g_assert_cmpstr (time, ==, "Browse: predicted 2.00 ms, measured 3.00 ms: 50 % longer");
  g_assert_cmpstr (same, ==, "Save: predicted 100, measured 101 requests/s: as predicted");
}

/* Everything in the examples can be predicted, and says something. */
static void
test_examples (void)
{
  g_autofree char *folder = tb_data_path ("examples");
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      g_autoptr (TbDocument) document = g_str_has_suffix (name, ".tierboard") ? tb_document_load (path, NULL, NULL) : NULL;
      const TbQueueOptions options = { .local = TRUE, .cores = 2, .tap_ns = -1, .hop_ns = -1 };
      if (document == NULL)
        continue;
      g_autoptr (TbQueueNet) net = tb_queue_net_new (tb_document_model (document), &options, NULL);
      g_autoptr (TbPrediction) p = tb_predict (net);
      g_assert_cmpuint (strlen (p->bottleneck), >, 10);
      for (guint k = 0; k < net->n_sources; k++)
        g_assert_cmpfloat (p->sources[k].throughput_per_s.value, >, 0);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/predict/p4-two-threads", test_two_threads);
  g_test_add_func ("/predict/four-stations", test_four_stations);
  g_test_add_func ("/predict/one-thread-is-a-ceiling", test_one_thread_is_a_ceiling);
  g_test_add_func ("/predict/p9-p10-open", test_open);
  g_test_add_func ("/predict/async", test_async);
  g_test_add_func ("/predict/devices-or-this-machine", test_devices_or_this_machine);
  g_test_add_func ("/predict/laws-hold", test_laws_hold);
  g_test_add_func ("/predict/calibration", test_calibration);
  g_test_add_func ("/predict/few-requests-teach-little", test_few_requests_teach_little);
  g_test_add_func ("/predict/calibration-is-written", test_calibration_is_written);
  g_test_add_func ("/predict/advice", test_advice);
  g_test_add_func ("/predict/closed-is-never-overloaded", test_closed_is_never_overloaded);
  g_test_add_func ("/predict/open-and-too-much", test_open_and_too_much);
  g_test_add_func ("/predict/circles", test_circles);
  g_test_add_func ("/predict/copies-are-said-to-be-rough", test_copies_are_said_to_be_rough);
  g_test_add_func ("/predict/unknown-costs-are-said-first", test_unknown_costs_are_said_first);
  g_test_add_func ("/predict/words", test_words);
  g_test_add_func ("/predict/examples", test_examples);
  return g_test_run ();
}
