/* Which device a replica runs on. */
#include "model-test.h"

#include "tb-deployment.h"

#define TIERS "<tier id=\"data\"><ignore rule=\"spof\" reason=\"it is a lesson\"/>"                               \
  "<device id=\"d-1\"/><device id=\"d-2\"/></tier><tier id=\"bare\"/>"

static const char *
device_of (TbDocument *document, const char *component, guint replica)
{
  const TbModel *model = tb_document_model (document);
  const TbElement *device = tb_replica_device (model, tb_model_lookup (model, component), replica);
  return device != NULL ? tb_element_id (device) : NULL;
}

static void
test_replicas_take_turns_on_the_devices_of_their_tier (void)
{
  g_autoptr (TbDocument) document
    = read_good (OPEN TIERS "<component id=\"a\" kind=\"store\" tier=\"data\" replicas=\"3\"/></architecture>");
  g_assert_cmpstr (device_of (document, "a", 1), ==, "d-1");
  g_assert_cmpstr (device_of (document, "a", 2), ==, "d-2");
  g_assert_cmpstr (device_of (document, "a", 3), ==, "d-1");
}

static void
test_what_is_said_comes_first (void)
{
  g_autoptr (TbDocument) document
    = read_good (OPEN TIERS "<component id=\"a\" kind=\"store\" tier=\"data\" replicas=\"2\"><on replica=\"1\" device=\"d-2\"/>"
                            "</component></architecture>");
  g_assert_cmpstr (device_of (document, "a", 1), ==, "d-2");
  g_assert_cmpstr (device_of (document, "a", 2), ==, "d-2");
}

static void
test_where_nothing_is_drawn_there_is_none (void)
{
  g_autoptr (TbDocument) document
    = read_good (OPEN TIERS "<component id=\"a\" kind=\"store\" tier=\"bare\"/><component id=\"b\" kind=\"store\"/></architecture>");
  g_assert_null (device_of (document, "a", 1));
  g_assert_null (device_of (document, "b", 1));
}

static void
test_only_devices_count (void)
{
  g_autoptr (TbDocument) document = read_good (OPEN TIERS "</architecture>");
  const TbElement *tier = tb_model_lookup (tb_document_model (document), "data");
  g_assert_cmpuint (tb_tier_n_devices (tier), ==, 2);
  g_assert_cmpstr (tb_element_id (tb_tier_device (tier, 0)), ==, "d-1");
  g_assert_null (tb_tier_device (tier, 2));
  g_assert_cmpuint (tb_tier_n_devices (NULL), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/deployment/replicas-take-turns-on-the-devices-of-their-tier", test_replicas_take_turns_on_the_devices_of_their_tier);
  g_test_add_func ("/deployment/what-is-said-comes-first", test_what_is_said_comes_first);
  g_test_add_func ("/deployment/where-nothing-is-drawn-there-is-none", test_where_nothing_is_drawn_there_is_none);
  g_test_add_func ("/deployment/only-devices-count", test_only_devices_count);
  return g_test_run ();
}
