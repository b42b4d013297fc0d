/* What goes wrong in a run, in words. */
#include "tb-edit.h"
#include "troubles.h"

static const char drawing[]
    = "<architecture xmlns=\"urn:tierboard:1\" name=\"Test\">"
      "<component id=\"shop\" kind=\"server\" name=\"Shop\" replicas=\"3\" threads=\"pool 2\"/></architecture>";

static GPtrArray *
troubles_of (TbLiveLink *link, TbLiveInstance *instances, guint n, const TbModel *model)
{
  TbLiveFrame frame = { .state = TB_RUN_RUNNING, .links = link, .n_links = 1, .instances = instances,
                        .n_instances = n };
  return tb_troubles_of (&frame, model);
}

static const char *
said (const GPtrArray *troubles, guint i)
{
  return ((const TbProblem *) troubles->pdata[i])->message;
}

static void
test_a_link_that_fails_says_how_much_of_it (void)
{
  TbLiveLink link = { .id = "save", .link = 7 };
  link.spans[TB_SPAN_TEN].requests = 30;
  link.spans[TB_SPAN_TEN].errors = 12;
  g_autoptr (GPtrArray) troubles = troubles_of (&link, NULL, 0, NULL);
  g_assert_cmpuint (troubles->len, ==, 1);
  g_assert_cmpstr (said (troubles, 0), ==, "save: 40\u202f% of requests fail");
  g_assert_cmpuint (((const TbProblem *) troubles->pdata[0])->uid, ==, 7);
}

static void
test_a_link_without_errors_says_nothing (void)
{
  TbLiveLink link = { .id = "save" };
  link.spans[TB_SPAN_TEN].requests = 30;
  g_autoptr (GPtrArray) troubles = troubles_of (&link, NULL, 0, NULL);
  g_assert_cmpuint (troubles->len, ==, 0);
}

static void
test_what_waits_waits_where_it_is (void)
{
  g_autoptr (TbDocument) document
      = tb_document_load_bytes ("test", drawing, sizeof drawing - 1, NULL, NULL);
  g_assert_nonnull (document);
  const TbModel *model = tb_document_model (document);
  TbUid shop = tb_element_uid (tb_model_lookup (model, "shop"));
  TbLiveLink link = { .id = "browse" };
  TbLiveInstance instances[3]
      = { { .component_uid = shop, .under_way = 1 }, { .component_uid = shop, .under_way = 9 },
          { .component_uid = shop, .under_way = 0 } };
  g_autoptr (GPtrArray) troubles = troubles_of (&link, instances, 3, model);
  g_assert_cmpuint (troubles->len, ==, 1);
  g_assert_cmpstr (said (troubles, 0), ==, "Shop: 7 requests wait");
}

static void
test_a_run_that_is_stopped_has_no_troubles (void)
{
  TbLiveLink link = { .id = "save" };
  link.spans[TB_SPAN_TEN].errors = 12;
  TbLiveFrame frame = { .state = TB_RUN_STOPPING, .links = &link, .n_links = 1 };
  g_autoptr (GPtrArray) troubles = tb_troubles_of (&frame, NULL), none = tb_troubles_of (NULL, NULL);
  g_assert_cmpuint (troubles->len + none->len, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/troubles/failing", test_a_link_that_fails_says_how_much_of_it);
  g_test_add_func ("/troubles/none", test_a_link_without_errors_says_nothing);
  g_test_add_func ("/troubles/waiting", test_what_waits_waits_where_it_is);
  g_test_add_func ("/troubles/stopped", test_a_run_that_is_stopped_has_no_troubles);
  return g_test_run ();
}
