/* Pattern actions: what they make is valid, does what was done before, and is undone exactly. */
#include "fixture.h"

#include "tb-clip.h"

static const char two_tiers[]
    = "<architecture xmlns=\"urn:tierboard:1\" name=\"Two\">"
      "<layer id=\"rules\" name=\"Rules\"/><layer id=\"data\" name=\"Data\"/>"
      "<tier id=\"desks\" name=\"Desks\"><device id=\"desk-1\"/><device id=\"desk-2\"/></tier>"
      "<tier id=\"server\" name=\"Server\"><device id=\"server-1\"/></tier>"
      "<component id=\"desk\" kind=\"client\" name=\"Desk\" tier=\"desks\" layer=\"rules\" "
      "replicas=\"2\" threads=\"pool 2\"><builtin think=\"exponential 30ms\" keys=\"50\">"
      "<call link=\"query\" op=\"read\" share=\"0.8\"/>"
      "<call link=\"query\" op=\"write\" share=\"0.2\"/></builtin></component>"
      "<component id=\"shop\" kind=\"server\" name=\"Shop\" tier=\"server\" layer=\"rules\">"
      "<service name=\"web\" protocol=\"http\" port=\"8080\"/>"
      "<builtin><call link=\"save\" op=\"write\" share=\"0.4\"/>"
      "<call link=\"save\" op=\"read\" share=\"0.6\"/></builtin></component>"
      "<component id=\"orders\" kind=\"store\" name=\"Orders\" tier=\"server\" layer=\"data\">"
      "<service name=\"data\" protocol=\"resp\" port=\"6379\"/><builtin/></component>"
      "<link id=\"query\" from=\"desk\" to=\"shop\" timeout=\"1s\"/>"
      "<link id=\"save\" name=\"Save\" from=\"shop\" to=\"orders\" service=\"data\" "
      "carries=\"order\" flow=\"both\"/>"
      "<interaction id=\"buy\"><step link=\"query\" label=\"PUT\"/><step link=\"save\"/>"
      "</interaction>"
      "<scenario id=\"cut\"><phase id=\"p\" lasts=\"1s\"><do partition=\"cut\" of=\"query[1>1]\"/>"
      "</phase><expect that=\"availability\" of=\"save\" at-least=\"0.9\"/></scenario>"
      "<view id=\"main\" name=\"Overview\" frame=\"both\">"
      "<place of=\"desk\" x=\"120\" y=\"100\"/><place of=\"shop\" x=\"120\" y=\"320\"/>"
      "<place of=\"orders\" x=\"120\" y=\"520\"/>"
      "<route of=\"query\"><bend x=\"200\" y=\"260\"/></route></view></architecture>";

/* Two callers, three called, five links. */
static const char many[]
    = "<architecture xmlns=\"urn:tierboard:1\" name=\"Many\">"
      "<component id=\"a\" kind=\"client\" name=\"A\"><builtin><call link=\"ax\" share=\"0.5\"/>"
      "<call link=\"ay\" share=\"0.5\"/></builtin></component>"
      "<component id=\"b\" kind=\"client\" name=\"B\"><builtin/></component>"
      "<component id=\"x\" kind=\"server\" name=\"X\"><service name=\"web\" protocol=\"http\" "
      "port=\"8080\"/><builtin/></component>"
      "<component id=\"y\" kind=\"server\" name=\"Y\"><service name=\"web\" protocol=\"http\" "
      "port=\"8080\"/><builtin/></component>"
      "<component id=\"z\" kind=\"store\" name=\"Z\"><service name=\"data\" protocol=\"resp\" "
      "port=\"6379\"/><builtin/></component>"
      "<link id=\"ax\" from=\"a\" to=\"x\"/><link id=\"ay\" from=\"a\" to=\"y\"/>"
      "<link id=\"bx\" from=\"b\" to=\"x\"/><link id=\"by\" from=\"b\" to=\"y\"/>"
      "<link id=\"bz\" from=\"b\" to=\"z\"/>"
      "<scenario id=\"s\"><phase id=\"p\" lasts=\"1s\"><do partition=\"cut\" of=\"by\"/></phase>"
      "</scenario>"
      "<view id=\"main\" frame=\"none\">"
      "<place of=\"a\" x=\"0\" y=\"0\"/><place of=\"b\" x=\"0\" y=\"200\"/>"
      "<place of=\"x\" x=\"700\" y=\"0\"/><place of=\"y\" x=\"700\" y=\"120\"/>"
      "<place of=\"z\" x=\"700\" y=\"240\"/></view></architecture>";

static void
select_ids (Fixture *f, const char *const *ids)
{
  g_autoptr (GArray) uids = g_array_new (FALSE, FALSE, sizeof (TbUid));
  for (guint i = 0; ids[i] != NULL; i++)
    {
      TbUid uid = fixture_uid (f, ids[i]);
      g_assert_cmpuint (uid, !=, 0);
      g_array_append_val (uids, uid);
    }
  tb_editor_select (f->editor, (const TbUid *) (gpointer) uids->data, uids->len);
}

#define SELECT(f, ...) select_ids (f, (const char *const[]){ __VA_ARGS__, NULL })

static void
assert_valid (Fixture *f)
{
  g_autoptr (GPtrArray) problems = tb_problems_new ();
  tb_model_validate (tb_document_model (f->document), problems);
  for (guint i = 0; i < problems->len; i++)
    {
      const TbProblem *p = g_ptr_array_index (problems, i);
      if (p->severity == TB_SEVERITY_ERROR)
        g_error ("%s: %s", p->rule, p->message);
    }
}

static void
assert_no_cards_overlap (Fixture *f)
{
  const TbModel *model = tb_document_model (f->document);
  guint n = tb_model_count (model, TB_KIND_COMPONENT);
  for (guint i = 0; i < n; i++)
    for (guint k = i + 1; k < n; k++)
      {
        TbRect a = fixture_rect (f, tb_element_id (tb_model_nth (model, TB_KIND_COMPONENT, i)));
        TbRect b = fixture_rect (f, tb_element_id (tb_model_nth (model, TB_KIND_COMPONENT, k)));
        g_assert_false (tb_rect_intersects (&a, &b));
      }
}

static void
assert_tiers_apart (Fixture *f)
{
  const TbModel *model = tb_document_model (f->document);
  guint n = tb_model_count (model, TB_KIND_TIER);
  for (guint i = 0; i < n; i++)
    for (guint k = i + 1; k < n; k++)
      {
        TbRect a = fixture_rect (f, tb_element_id (tb_model_nth (model, TB_KIND_TIER, i)));
        TbRect b = fixture_rect (f, tb_element_id (tb_model_nth (model, TB_KIND_TIER, k)));
        g_assert_false (tb_rect_intersects (&a, &b));
      }
}

/* Runs it, checks what every pattern owes, and leaves it done. */
static void
run (Fixture *f, const char *command)
{
  g_autofree char *before = fixture_xml (f);
  const char *undo = tb_document_undo_label (f->document);
  g_autofree char *step = g_strdup (undo);
  if (!tb_editor_run (f->editor, command))
    g_error ("%s cannot be done", command);
  assert_valid (f);
  assert_no_cards_overlap (f);
  g_autofree char *after = fixture_xml (f);
  g_assert_cmpstr (after, !=, before);
  g_assert_true (tb_document_undo (f->document));
  g_autofree char *undone = fixture_xml (f);
  g_assert_cmpstr (undone, ==, before);
  g_assert_cmpstr (tb_document_undo_label (f->document), ==, step);
  g_assert_true (tb_document_redo (f->document));
  g_autofree char *again = fixture_xml (f);
  g_assert_cmpstr (again, ==, after);
}

static const char *
reason (Fixture *f, const char *command)
{
  guint n;
  const TbCommandRow *rows = tb_commands (&n);
  for (guint i = 0; i < n; i++)
    if (strcmp (rows[i].name, command) == 0)
      return rows[i].refusal (f->editor);
  g_assert_not_reached ();
}

static const TbElement *
body (Fixture *f, const char *id)
{
  return tb_element_child_of (tb_model_lookup (tb_document_model (f->document), id),
                              TB_KIND_BUILTIN);
}

static double
share_of (Fixture *f, const char *component, const char *link, const char *op)
{
  const TbElement *b = body (f, component);
  double share = 0;
  for (guint i = 0; i < tb_element_n_children (b); i++)
    {
      const TbElement *call = tb_element_child (b, i);
      if (g_strcmp0 (tb_element_get (call, TB_PROP_LINK), link) == 0
          && (op == NULL || g_strcmp0 (tb_element_get (call, TB_PROP_OP), op) == 0))
        share += tb_element_get_number (call, TB_PROP_SHARE);
    }
  return share;
}

/* ---- Between --------------------------------------------------------------------------------- */

static void
test_a_proxy_passes_on_what_was_asked (void)
{
  Fixture f;
  fixture_open (&f, two_tiers);
  SELECT (&f, "save");
  run (&f, "put-proxy");
  g_assert_cmpstr (fixture_get (&f, "save", TB_PROP_TO), ==, "proxy");
  g_assert_cmpstr (fixture_get (&f, "save", TB_PROP_FROM), ==, "shop");
  g_assert_cmpstr (fixture_get (&f, "proxy-to-orders", TB_PROP_TO), ==, "orders");
  g_assert_cmpstr (fixture_get (&f, "proxy-to-orders", TB_PROP_SERVICE), ==, "data");
  g_assert_cmpstr (fixture_get (&f, "proxy-to-orders", TB_PROP_CARRIES), ==, "order");
  g_assert_null (fixture_get (&f, "save", TB_PROP_SERVICE));
  g_assert_cmpfloat_with_epsilon (share_of (&f, "proxy", "proxy-to-orders", "read"), 0.6, 1e-6);
  g_assert_cmpfloat_with_epsilon (share_of (&f, "proxy", "proxy-to-orders", "write"), 0.4, 1e-6);
  g_assert_cmpfloat_with_epsilon (share_of (&f, "shop", "save", NULL), 1, 1e-6);
  g_assert_cmpstr (fixture_get (&f, "proxy", TB_PROP_TIER), ==, "server");
  assert_tiers_apart (&f);
  fixture_close (&f);
}

static void
test_interactions_scenarios_and_bends_follow (void)
{
  Fixture f;
  fixture_open (&f, two_tiers);
  SELECT (&f, "query");
  run (&f, "put-proxy");
  const TbModel *model = tb_document_model (f.document);
  const TbElement *buy = tb_model_lookup (model, "buy");
  g_assert_cmpuint (tb_element_n_children (buy), ==, 3);
  const TbElement *hop = tb_element_child (buy, 1);
  g_assert_cmpstr (tb_element_get (hop, TB_PROP_LINK), ==, "proxy-to-shop");
  g_assert_cmpstr (tb_element_get (hop, TB_PROP_LABEL), ==, "PUT");
  g_assert_cmpuint (tb_model_count (model, TB_KIND_ROUTE), ==, 0);
  g_assert_cmpuint (tb_model_count (model, TB_KIND_DO), ==, 1);
  g_assert_cmpstr (fixture_get (&f, "query", TB_PROP_TIMEOUT), ==, "1s");
  g_assert_cmpstr (tb_element_get (body (&f, "proxy"), TB_PROP_KEYS), ==, "50");
  fixture_close (&f);
}

static void
test_one_component_means_all_that_call_it (void)
{
  Fixture f;
  fixture_open (&f, many);
  SELECT (&f, "x");
  run (&f, "put-balancer");
  g_assert_cmpstr (fixture_get (&f, "ax", TB_PROP_TO), ==, "balancer");
  g_assert_cmpstr (fixture_get (&f, "bx", TB_PROP_TO), ==, "balancer");
  g_assert_cmpstr (fixture_get (&f, "balancer-to-x", TB_PROP_BALANCE), ==, "round-robin");
  g_assert_cmpuint (tb_model_count (tb_document_model (f.document), TB_KIND_LINK), ==, 6);
  SELECT (&f, "x");
  g_assert_nonnull (strstr (reason (&f, "put-balancer"), "balancer"));
  fixture_close (&f);
}

static void
test_replicas_come_behind_a_balancer (void)
{
  Fixture f;
  fixture_open (&f, two_tiers);
  SELECT (&f, "shop");
  run (&f, "replicate");
  g_assert_cmpstr (fixture_get (&f, "shop", TB_PROP_REPLICAS), ==, "3");
  g_assert_cmpstr (fixture_get (&f, "query", TB_PROP_TO), ==, "balancer");
  g_assert_cmpstr (fixture_get (&f, "balancer-to-shop", TB_PROP_TO), ==, "shop");
  g_assert_cmpstr (fixture_get (&f, "balancer", TB_PROP_TIER), ==, "server");
  assert_tiers_apart (&f);
  SELECT (&f, "orders");
  g_assert_nonnull (strstr (reason (&f, "replicate"), "replication"));
  SELECT (&f, "desk");
  g_assert_nonnull (reason (&f, "replicate"));
  fixture_close (&f);
}

static void
test_through_a_broker_nobody_waits (void)
{
  Fixture f;
  fixture_open (&f, two_tiers);
  SELECT (&f, "save");
  run (&f, "put-broker");
  g_assert_cmpstr (fixture_get (&f, "save", TB_PROP_CALL), ==, "async");
  g_assert_cmpstr (fixture_get (&f, "save", TB_PROP_FLOW), ==, "request");
  g_assert_cmpstr (fixture_get (&f, "broker-to-orders", TB_PROP_CALL), ==, "async");
  SELECT (&f, "save");
  g_assert_nonnull (strstr (reason (&f, "put-broker"), "broker"));
  fixture_close (&f);
}

/* ---- Many to many ---------------------------------------------------------------------------- */

static void
test_a_mediator_stands_for_all_links (void)
{
  Fixture f;
  fixture_open (&f, many);
  SELECT (&f, "a", "b", "x", "y", "z");
  run (&f, "mediate");
  const TbModel *model = tb_document_model (f.document);
  g_assert_cmpuint (tb_model_count (model, TB_KIND_LINK), ==, 5);
  g_assert_cmpstr (fixture_get (&f, "ax", TB_PROP_TO), ==, "mediator");
  g_assert_cmpstr (fixture_get (&f, "bx", TB_PROP_TO), ==, "mediator");
  g_assert_null (tb_model_lookup (model, "ay"));
  g_assert_cmpfloat_with_epsilon (share_of (&f, "a", "ax", NULL), 1, 1e-6);
  g_assert_cmpfloat_with_epsilon (share_of (&f, "mediator", "mediator-to-x", NULL), 0.375, 2e-3);
  g_assert_cmpfloat_with_epsilon (share_of (&f, "mediator", "mediator-to-z", NULL), 0.25, 2e-3);
  /* What named a link that is gone names the one that its caller kept. */
  const TbElement *cut = tb_model_nth (model, TB_KIND_DO, 0);
  g_assert_cmpstr (tb_element_get (cut, TB_PROP_OF), ==, "bx");
  TbRect m = fixture_rect (&f, "mediator");
  g_assert_cmpfloat (m.x, >, 176);
  g_assert_cmpfloat (m.x + m.width, <, 700);
  fixture_close (&f);
}

static void
test_many_links_to_a_broker (void)
{
  Fixture f;
  fixture_open (&f, many);
  SELECT (&f, "ax", "ay", "bx", "by");
  run (&f, "broker-many");
  g_assert_cmpstr (fixture_get (&f, "ax", TB_PROP_CALL), ==, "async");
  g_assert_cmpstr (fixture_get (&f, "bz", TB_PROP_TO), ==, "z");
  g_assert_cmpuint (tb_model_count (tb_document_model (f.document), TB_KIND_LINK), ==, 5);
  fixture_close (&f);
}

/* ---- Links ----------------------------------------------------------------------------------- */

static void
test_a_cache_is_asked_first (void)
{
  Fixture f;
  fixture_open (&f, two_tiers);
  SELECT (&f, "save");
  run (&f, "put-cache");
  g_assert_cmpstr (fixture_get (&f, "save", TB_PROP_TO), ==, "orders");
  g_assert_cmpstr (fixture_get (&f, "shop-to-cache", TB_PROP_TO), ==, "cache");
  g_assert_cmpfloat_with_epsilon (share_of (&f, "shop", "shop-to-cache", "read"), 1, 1e-6);
  g_assert_cmpfloat_with_epsilon (share_of (&f, "shop", "save", "read"), 0.12, 1e-6);
  g_assert_cmpfloat_with_epsilon (share_of (&f, "shop", "save", "write"), 0.4, 1e-6);
  assert_tiers_apart (&f);
  SELECT (&f, "query");
  run (&f, "put-cache");
  g_assert_cmpfloat_with_epsilon (share_of (&f, "desk", "desk-to-cache-2", "read"), 0.64, 1e-6);
  g_assert_cmpfloat_with_epsilon (share_of (&f, "desk", "query", NULL), 0.36, 1e-6);
  fixture_close (&f);
}

static void
test_waiting_can_be_taken_away_and_given_back (void)
{
  Fixture f;
  fixture_open (&f, two_tiers);
  SELECT (&f, "save");
  g_assert_nonnull (reason (&f, "make-sync"));
  run (&f, "make-async");
  g_assert_cmpstr (fixture_get (&f, "save", TB_PROP_CALL), ==, "async");
  g_assert_nonnull (reason (&f, "make-async"));
  run (&f, "make-sync");
  g_assert_cmpstr (fixture_get (&f, "save", TB_PROP_CALL), ==, "sync");
  tb_editor_set (f.editor, fixture_uid (&f, "save"), TB_PROP_FLOW, "reply", NULL);
  g_assert_nonnull (strstr (reason (&f, "make-async"), "reply"));
  g_assert_nonnull (strstr (reason (&f, "put-broker"), "reply"));
  fixture_close (&f);
}

static void
test_what_was_put_between_can_be_taken_out (void)
{
  Fixture f;
  fixture_open (&f, two_tiers);
  SELECT (&f, "save");
  run (&f, "put-proxy");
  SELECT (&f, "proxy");
  run (&f, "take-out");
  g_assert_cmpstr (fixture_get (&f, "save", TB_PROP_TO), ==, "orders");
  g_assert_cmpstr (fixture_get (&f, "save", TB_PROP_SERVICE), ==, "data");
  g_assert_cmpuint (fixture_uid (&f, "proxy"), ==, 0);
  g_assert_cmpuint (tb_model_count (tb_document_model (f.document), TB_KIND_LINK), ==, 2);
  SELECT (&f, "desk");
  g_assert_nonnull (reason (&f, "take-out"));
  fixture_close (&f);
}

/* ---- Tiers ----------------------------------------------------------------------------------- */

static void
test_two_tiers_become_three (void)
{
  Fixture f;
  fixture_open (&f, two_tiers);
  TbRect desk = fixture_rect (&f, "desk");
  SELECT (&f, "desks", "server");
  run (&f, "tier-between");
  const TbModel *model = tb_document_model (f.document);
  g_assert_cmpuint (tb_model_count (model, TB_KIND_TIER), ==, 3);
  g_assert_cmpstr (tb_element_id (tb_model_nth (model, TB_KIND_TIER, 1)), ==, "middle-tier");
  g_assert_cmpstr (fixture_get (&f, "server-2", TB_PROP_TIER), ==, "middle-tier");
  g_assert_cmpstr (fixture_get (&f, "query", TB_PROP_TO), ==, "server-2");
  g_assert_cmpstr (fixture_get (&f, "server-2-to-shop", TB_PROP_TO), ==, "shop");
  g_assert_cmpuint (tb_model_count (model, TB_KIND_DEVICE), ==, 4);
  assert_tiers_apart (&f);
  TbRect after = fixture_rect (&f, "desk"), middle = fixture_rect (&f, "server-2");
  TbRect shop = fixture_rect (&f, "shop");
  g_assert_cmpmem (&desk, sizeof desk, &after, sizeof after);
  g_assert_cmpfloat (middle.y, >, desk.y + desk.height);
  g_assert_cmpfloat (shop.y, >, middle.y + middle.height);
  fixture_close (&f);
}

static void
test_a_tier_is_split_by_who_is_called (void)
{
  Fixture f;
  fixture_open (&f, two_tiers);
  TbRect desk = fixture_rect (&f, "desk"), shop = fixture_rect (&f, "shop");
  SELECT (&f, "server");
  run (&f, "split-tier");
  g_assert_cmpstr (fixture_get (&f, "shop", TB_PROP_TIER), ==, "server");
  g_assert_cmpstr (fixture_get (&f, "orders", TB_PROP_TIER), ==, "server-2");
  g_assert_cmpstr (fixture_get (&f, "server-2", TB_PROP_NAME), ==, "Server 2");
  assert_tiers_apart (&f);
  TbRect desk_after = fixture_rect (&f, "desk"), shop_after = fixture_rect (&f, "shop");
  g_assert_cmpmem (&desk, sizeof desk, &desk_after, sizeof desk_after);
  g_assert_cmpmem (&shop, sizeof shop, &shop_after, sizeof shop_after);
  fixture_close (&f);
}

static void
test_what_is_selected_goes_above_where_it_was_above (void)
{
  Fixture f;
  fixture_open (&f, two_tiers);
  SELECT (&f, "shop");
  run (&f, "split-tier");
  const TbModel *model = tb_document_model (f.document);
  g_assert_cmpstr (fixture_get (&f, "shop", TB_PROP_TIER), ==, "server-2");
  g_assert_cmpstr (tb_element_id (tb_model_nth (model, TB_KIND_TIER, 1)), ==, "server-2");
  assert_tiers_apart (&f);
  SELECT (&f, "desk");
  g_assert_nonnull (strstr (reason (&f, "split-tier"), "All of it"));
  fixture_close (&f);
}

static void
test_split_tiers_can_be_joined_again (void)
{
  Fixture f;
  fixture_open (&f, two_tiers);
  SELECT (&f, "server");
  run (&f, "split-tier");
  SELECT (&f, "server-2", "server");
  run (&f, "join-tiers");
  g_assert_cmpstr (fixture_get (&f, "orders", TB_PROP_TIER), ==, "server");
  g_assert_cmpuint (tb_model_count (tb_document_model (f.document), TB_KIND_TIER), ==, 2);
  g_assert_cmpuint (tb_model_count (tb_document_model (f.document), TB_KIND_DEVICE), ==, 4);
  fixture_close (&f);
}

static void
test_replicas_keep_their_devices (void)
{
  Fixture f;
  fixture_open (&f, "<architecture xmlns=\"urn:tierboard:1\" name=\"D\">"
                    "<tier id=\"t\" name=\"T\"><device id=\"d-1\"/><device id=\"d-2\"/></tier>"
                    "<component id=\"a\" kind=\"server\" tier=\"t\"><builtin/></component>"
                    "<component id=\"b\" kind=\"store\" tier=\"t\">"
                    "<on replica=\"1\" device=\"d-2\"/></component>"
                    "<link id=\"l\" from=\"a\" to=\"b\"/></architecture>");
  SELECT (&f, "t");
  run (&f, "split-tier");
  const TbElement *on = tb_element_child_of (
      tb_model_lookup (tb_document_model (f.document), "b"), TB_KIND_ON);
  g_assert_cmpstr (tb_element_get (on, TB_PROP_DEVICE), ==, "t-2-2");
  SELECT (&f, "t", "t-2");
  run (&f, "join-tiers");
  fixture_close (&f);
}

static void
test_every_pattern_says_what_it_needs (void)
{
  Fixture f;
  guint n, patterns = 0;
  const TbCommandRow *rows = tb_commands (&n);
  fixture_open (&f, two_tiers);
  for (guint i = 0; i < n; i++)
    {
      if (rows[i].refusal == NULL)
        continue;
      patterns++;
      const char *words = rows[i].refusal (f.editor);
      g_autofree char *said = tb_command_reason (f.editor, &rows[i]);
      g_assert_nonnull (words);
      g_assert_cmpstr (said, ==, words);
      g_assert_false (g_str_has_suffix (words, "."));
      g_assert_false (tb_editor_run (f.editor, rows[i].name));
    }
  g_assert_cmpuint (patterns, >=, 10);
  fixture_close (&f);
}

static void
test_programs_that_speak_resp_are_left_alone (void)
{
  Fixture f;
  fixture_open (&f, "<architecture xmlns=\"urn:tierboard:1\" name=\"P\">"
                    "<component id=\"a\" kind=\"server\"><command>./a</command></component>"
                    "<component id=\"r\" kind=\"store\"><template name=\"redis\"/>"
                    "<service name=\"redis\" protocol=\"resp\"/></component>"
                    "<component id=\"m\" kind=\"broker\"><service name=\"mq\" protocol=\"mqtt\"/>"
                    "</component><link id=\"ar\" from=\"a\" to=\"r\"/>"
                    "<link id=\"am\" from=\"a\" to=\"m\"/></architecture>");
  SELECT (&f, "ar");
  g_assert_nonnull (strstr (reason (&f, "put-proxy"), "RESP"));
  SELECT (&f, "am");
  g_assert_nonnull (strstr (reason (&f, "put-proxy"), "passes on"));
  fixture_close (&f);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define TEST(name) g_test_add_func ("/edit/patterns/" #name, test_##name)
  TEST (a_proxy_passes_on_what_was_asked);
  TEST (interactions_scenarios_and_bends_follow);
  TEST (one_component_means_all_that_call_it);
  TEST (replicas_come_behind_a_balancer);
  TEST (through_a_broker_nobody_waits);
  TEST (a_mediator_stands_for_all_links);
  TEST (many_links_to_a_broker);
  TEST (a_cache_is_asked_first);
  TEST (waiting_can_be_taken_away_and_given_back);
  TEST (what_was_put_between_can_be_taken_out);
  TEST (two_tiers_become_three);
  TEST (a_tier_is_split_by_who_is_called);
  TEST (what_is_selected_goes_above_where_it_was_above);
  TEST (split_tiers_can_be_joined_again);
  TEST (replicas_keep_their_devices);
  TEST (every_pattern_says_what_it_needs);
  TEST (programs_that_speak_resp_are_left_alone);
  return g_test_run ();
}
