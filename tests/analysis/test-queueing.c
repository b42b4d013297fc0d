/* What is read of a drawing before it is computed on. */
#include <math.h>

#include "tb-queueing.h"

static TbQueueNet *
net_of (const char *body, const TbQueueOptions *options, GPtrArray *notes)
{
  g_autofree char *xml = g_strdup_printf ("<architecture xmlns=\"urn:tierboard:1\" name=\"t\">%s</architecture>", body);
  g_autoptr (GError) error = NULL;
  g_autoptr (TbDocument) document = tb_document_load_bytes ("t", xml, strlen (xml), NULL, &error);
  g_assert_no_error (error);
  return tb_queue_net_new (tb_document_model (document), options, notes);
}

static void
assert_near (double a, double b)
{
  g_assert_cmpfloat_with_epsilon (a, b, 1e-9 * MAX (1, fabs (b)));
}


static void
test_customers (void)
{
  g_autoptr (TbQueueNet) net = net_of (
    "<component id=\"c\" kind=\"client\" replicas=\"3\" threads=\"pool 2\"><builtin think=\"uniform 10ms 30ms\"/></component>"
    "<component id=\"d\" kind=\"client\" replicas=\"2\"><builtin rate=\"5\"/></component>"
    "<component id=\"s\" kind=\"server\" threads=\"pool 8\"><builtin work=\"cpu exponential 2ms\" queue=\"7\"/></component>"
    "<link id=\"l\" from=\"c\" to=\"s\"/><link id=\"m\" from=\"d\" to=\"s\"/>", NULL, NULL);
  g_assert_cmpuint (net->n_sources, ==, 2);
  g_assert_cmpuint (net->sources[0].population, ==, 6);
  assert_near (net->sources[0].think_ns, 20e6);
  assert_near (net->sources[1].rate_per_s, 10);
  g_assert_cmpuint (net->stations[2].threads, ==, 8);
  g_assert_cmpuint (net->stations[2].queue, ==, 7);
  g_assert_true (net->stations[2].work[0].cpu);
  assert_near (net->stations[2].work[0].mean_ns, 2e6);
}

static void
test_visits (void)
{
  g_autoptr (TbQueueNet) net = net_of (
    "<component id=\"c\" kind=\"client\"><builtin><call link=\"l\"/></builtin></component>"
    "<component id=\"s\" kind=\"server\"><builtin keys=\"100\"><call link=\"r\" op=\"read\"/><call link=\"q\" op=\"read\" when=\"miss\"/>"
    "<call link=\"q\" op=\"write\" share=\"0.5\" times=\"3\"/></builtin></component>"
    "<component id=\"cache\" kind=\"cache\"><builtin capacity=\"80\"/></component>"
    "<component id=\"db\" kind=\"store\"><builtin/></component>"
    "<link id=\"l\" from=\"c\" to=\"s\"/><link id=\"r\" from=\"s\" to=\"cache\"/><link id=\"q\" from=\"s\" to=\"db\"/>", NULL, NULL);
  double visits[4], calls[3];
  tb_queue_visits (net, 0, visits, calls);
  assert_near (visits[1], 1);
  assert_near (visits[2], 1.2); /* a fifth is missed, and put there */
  assert_near (visits[3], 1.7);
  assert_near (calls[1], 1.2);
  assert_near (calls[2], 1.7);
}

static void
test_messages (void)
{
  g_autoptr (TbQueueNet) net = net_of (
    "<component id=\"c\" kind=\"client\"><builtin><call link=\"p\" path=\"/a/x\"/></builtin></component>"
    "<component id=\"b\" kind=\"broker\"/>"
    "<component id=\"one\" kind=\"server\" replicas=\"3\"><builtin><call link=\"t1\" op=\"read\" path=\"/a/#\"/></builtin></component>"
    "<component id=\"all\" kind=\"server\" replicas=\"3\"><builtin><call link=\"t2\" op=\"read\" path=\"/a/+\" deliver=\"each\"/></builtin></component>"
    "<component id=\"none\" kind=\"server\"><builtin><call link=\"t3\" op=\"read\" path=\"/b\"/></builtin></component>"
    "<link id=\"p\" from=\"c\" to=\"b\" call=\"async\"/><link id=\"t1\" from=\"one\" to=\"b\" flow=\"reply\"/>"
    "<link id=\"t2\" from=\"all\" to=\"b\" flow=\"reply\"/><link id=\"t3\" from=\"none\" to=\"b\" flow=\"reply\"/>", NULL, NULL);
  double visits[5], calls[4];
  tb_queue_visits (net, 0, visits, calls);
  assert_near (visits[1], 1);
  assert_near (visits[2], 1);
  assert_near (visits[3], 3);
  assert_near (visits[4], 0);
  assert_near (calls[2], 3);
  g_assert_true (net->stations[0].calls[0].async);
}

static void
test_devices (void)
{
  const char *body = "<tier id=\"t\"><device id=\"d1\" cores=\"2\"/><device id=\"d2\"/></tier>"
                     "<component id=\"s\" kind=\"server\" replicas=\"3\" tier=\"t\"><on replica=\"2\" device=\"d1\"/></component>"
                     "<component id=\"u\" kind=\"server\"/><component id=\"x\" kind=\"external\"/>";
  const TbQueueOptions local = { .local = TRUE, .cores = 4, .tap_ns = -1, .hop_ns = -1 };
  g_autoptr (TbQueueNet) net = net_of (body, NULL, NULL);
  g_autoptr (TbQueueNet) here = net_of (body, &local, NULL);
  const guint *device = net->stations[0].device;
  g_assert_cmpstr (net->devices[device[0]].id, ==, "d1");
  g_assert_cmpstr (net->devices[device[1]].id, ==, "d1");
  g_assert_cmpstr (net->devices[device[2]].id, ==, "d1");
  g_assert_cmpuint (net->devices[device[0]].cores, ==, 2);
  g_assert_cmpstr (net->devices[net->stations[1].device[0]].id, ==, "u-1");
  g_assert_cmpuint (net->stations[2].device[0], ==, TB_QUEUE_NONE);
  g_assert_cmpuint (net->tap_device, ==, TB_QUEUE_NONE);
  g_assert_cmpuint (here->n_devices, ==, 1);
  g_assert_cmpuint (here->devices[0].cores, ==, 4);
  g_assert_cmpuint (here->stations[0].device[2], ==, 0);
  assert_near (here->tap_ns, TB_QUEUE_TAP_NS);
}

static void
test_what_if (void)
{
  const char *body = "<component id=\"c\" kind=\"client\"><builtin rate=\"100\"/></component>"
                     "<component id=\"s\" kind=\"server\" threads=\"pool 4\"/><link id=\"l\" from=\"c\" to=\"s\"/>";
  g_autoptr (TbQueueNet) drawn = net_of (body, NULL, NULL);
  TbUid client = drawn->stations[0].uid, server = drawn->stations[1].uid;
  const TbWhatIf what[] = { { server, TB_WHAT_IF_THREADS, 9 }, { server, TB_WHAT_IF_REPLICAS, 5 }, { client, TB_WHAT_IF_POPULATION, 70 } };
  const TbCalibration calibration = { .uid = server, .cpu_ns = 3e5, .extra_ns = 1e4, .work_ns = -1, .hit_ratio = -1 };
  const TbQueueOptions options
    = { .what_if = what, .n_what_if = 3, .calibrations = &calibration, .n_calibrations = 1 };
  g_autoptr (TbQueueNet) net = net_of (body, &options, NULL);
  g_assert_cmpuint (net->stations[1].threads, ==, 9);
  g_assert_cmpuint (net->stations[1].replicas, ==, 5);
  g_assert_cmpuint (net->sources[0].population, ==, 70);
  g_assert_cmpuint (net->stations[0].threads, ==, 70); /* a thread each, as taking it makes */
  assert_near (net->sources[0].rate_per_s, 0);
  assert_near (net->stations[1].work[1].mean_ns, 3e5);
  assert_near (net->stations[1].extra_ns, 1e4);
}

static void
test_unknown_is_said (void)
{
  g_autoptr (GPtrArray) notes = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (TbQueueNet) net = net_of ("<component id=\"c\" kind=\"client\" name=\"Me\"><command>true</command></component>"
                                       "<component id=\"s\" kind=\"server\"><command>true</command></component>"
                                       "<link id=\"l\" from=\"c\" to=\"s\"/>", NULL, notes);
  g_assert_cmpuint (net->n_sources, ==, 0);
  g_assert_false (net->stations[1].known);
  g_assert_cmpuint (notes->len, >=, 3);
}

static void
test_means (void)
{
  TbDist normal = { TB_DIST_NORMAL, 1e6, 1e6 };
  TbRng rng;
  double sum = 0;
  tb_rng_seed (&rng, 1);
  for (guint i = 0; i < 200000; i++)
    sum += (double) tb_dist_draw_ns (&normal, &rng);
  g_assert_cmpfloat_with_epsilon (tb_dist_mean_ns (&normal), sum / 200000, 1e4);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/queueing/customers", test_customers);
  g_test_add_func ("/queueing/visits", test_visits);
  g_test_add_func ("/queueing/messages", test_messages);
  g_test_add_func ("/queueing/devices", test_devices);
  g_test_add_func ("/queueing/what-if", test_what_if);
  g_test_add_func ("/queueing/unknown-is-said", test_unknown_is_said);
  g_test_add_func ("/queueing/means", test_means);
  return g_test_run ();
}
