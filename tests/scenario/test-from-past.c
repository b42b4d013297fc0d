/* What was done to a run becomes a scenario: of recordings made up for that. */
#include "recorded.h"
#include "tb-scenario-past.h"

/* The scenario's steps in one line each, without its expectations. */
static char *
steps_of (Recorded *r, GPtrArray *notes, GError **error)
{
  g_autoptr (TbPast) past = recorded_open (r);
  g_autoptr (TbDocument) document = tb_document_new ("Target");
  TbUid uid = tb_scenario_from_past (past, document, NULL, TRUE, notes, error);
  const TbElement *scenario = uid != 0 ? tb_model_get (tb_document_model (document), uid) : NULL;
  GString *text = g_string_new (NULL);
  recorded_free (r);
  if (scenario == NULL)
    return g_string_free (text, FALSE);
  g_assert_cmpstr (tb_element_title (scenario), ==, "What was done");
  g_autofree char *xml = tb_model_to_xml (tb_document_model (document), NULL);
  g_auto (GStrv) lines = g_strsplit (xml, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      const char *line = g_strstrip (lines[i]);
      if (g_str_has_prefix (line, "<do") || g_str_has_prefix (line, "<wait") || g_str_has_prefix (line, "<phase"))
        g_string_append_printf (text, "%s\n", line);
    }
  g_assert_true (tb_document_undo (document));
  g_assert_cmpuint (tb_model_count (tb_document_model (document), TB_KIND_SCENARIO), ==, 0);
  return g_string_free (text, FALSE);
}

static void
assert_steps (Recorded *r, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *steps = steps_of (r, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (steps, ==, expected);
}

/* The run goes on until then. */
static void
goes_on (Recorded *r, double ms)
{
  recorded_say (r, ms, "client/1", "other", "");
}

static void
add_fault (Recorded *r, double ms, const char *id, TbFaultKind kind, const char *link)
{
  TbWireFault fault;
  tb_fault_init (&fault, kind);
  fault.id = (char *) id;
  fault.link = (char *) link;
  fault.from = fault.to = (char *) "*";
  if (kind == TB_FAULT_LATENCY)
    g_assert_true (tb_dist_parse ("20ms", &fault.latency));
  recorded_command (r, ms, &fault);
}

static void
test_phases_are_what_was_done (void)
{
  Recorded *r = recorded_new ();
  add_fault (r, 2000, "latency:save", TB_FAULT_LATENCY, "save");
  add_fault (r, 3000, "cut:browse", TB_FAULT_CUT, "browse");
  recorded_ask (r, 4500, TB_COMMAND_FAULT_REMOVE, "cut:browse");
  recorded_ask (r, 6000, TB_COMMAND_FAULT_REMOVE, "latency:save");
  goes_on (r, 9000);
  assert_steps (r, "<phase id=\"before\" lasts=\"2s\"/>\n"
                   "<phase id=\"latency-save\" lasts=\"4s\">\n"
                   "<do fault=\"latency\" of=\"save\" latency=\"20ms\"/>\n"
                   "<do at=\"1s\" for=\"1500ms\" fault=\"cut\" of=\"browse\"/>\n"
                   "<phase id=\"after\" lasts=\"3s\">\n"
                   "<do heal=\"all\"/>\n");
}

static void
test_who_led_is_struck_as_the_leader (void)
{
  Recorded *r = recorded_new ();
  recorded_say (r, 100, "orders/1", "role", "leader");
  recorded_say (r, 110, "orders/2", "role", "follower");
  recorded_kill (r, 1000, "orders/1");
  recorded_state (r, 1010, ORDERS_1, TB_INSTANCE_KILLED);
  recorded_say (r, 2000, "orders/2", "role", "leader");
  recorded_say (r, 2001, "orders/1", "role", "follower");
  recorded_ask (r, 3000, TB_COMMAND_RESTART, "orders/1");
  recorded_state (r, 3500, ORDERS_1, TB_INSTANCE_READY);
  recorded_kill (r, 4000, "shop/1");
  goes_on (r, 5000);
  assert_steps (r, "<phase id=\"before\" lasts=\"1s\"/>\n"
                   "<phase id=\"kill-orders-leader\" lasts=\"2500ms\">\n"
                   "<do for=\"2s\" kill=\"orders/leader\"/>\n"
                   "<wait until=\"ready and orders has leader\"/>\n"
                   "<phase id=\"kill-shop-1\" lasts=\"1500ms\">\n"
                   "<do at=\"500ms\" kill=\"shop/1\"/>\n");
}

static void
test_partition_names_the_smaller_side (void)
{
  Recorded *r = recorded_new ();
  TbWirePair pairs[8];
  guint n = 0;
  static const guint others[] = { CLIENT, SHOP, ORDERS_1, MAIL };
  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    {
      pairs[n++] = (TbWirePair){ ORDERS_2, others[i] };
      pairs[n++] = (TbWirePair){ others[i], ORDERS_2 };
    }
  TbWireFault fault;
  tb_fault_init (&fault, TB_FAULT_CUT);
  fault.id = (char *) "partition";
  fault.pairs = pairs;
  fault.n_pairs = n;
  recorded_command (r, 1000, &fault);
  fault.id = (char *) "other";
  fault.n_pairs = 1; /* orders/2 is not heard by the client */
  recorded_command (r, 2000, &fault);
  goes_on (r, 3000);
  assert_steps (r, "<phase id=\"before\" lasts=\"1s\"/>\n"
                   "<phase id=\"isolate-orders-2\" lasts=\"2s\">\n"
                   "<do partition=\"isolate\" of=\"orders/2\"/>\n"
                   "<do at=\"1s\" partition=\"one-way\" of=\"orders/2\" from=\"client/1\"/>\n"
                   "<phase id=\"healed\" lasts=\"1s\">\n"
                   "<do heal=\"all\"/>\n");
}

static void
test_loads_and_pauses (void)
{
  Recorded *r = recorded_new ();
  recorded_say (r, 1000, "client/1", "load", "rate 200");
  recorded_ask (r, 1500, TB_COMMAND_PAUSE, "mail/1");
  recorded_ask (r, 2000, TB_COMMAND_RESUME, "mail/1");
  recorded_say (r, 3000, "client/1", "load", "own");
  recorded_say (r, 3200, "client/1", "load", "think exponential 5ms");
  add_fault (r, 3500, "latency:save", TB_FAULT_LATENCY, "save");
  add_fault (r, 4000, "latency:save", TB_FAULT_DROP, "save"); /* in its place */
  recorded_ask (r, 4500, TB_COMMAND_FAULT_REMOVE, "");
  goes_on (r, 5500);
  assert_steps (r, "<phase id=\"before\" lasts=\"1s\"/>\n"
                   "<phase id=\"load-client-1\" lasts=\"3500ms\">\n"
                   "<do for=\"2s\" load=\"client/1\" rate=\"200\"/>\n"
                   "<do at=\"500ms\" for=\"500ms\" pause=\"mail/1\"/>\n"
                   "<do at=\"2200ms\" load=\"client/1\" think=\"exponential 5ms\"/>\n"
                   "<do at=\"2500ms\" for=\"500ms\" fault=\"latency\" of=\"save\" latency=\"20ms\"/>\n"
                   "<do at=\"3s\" fault=\"drop\" of=\"save\"/>\n"
                   "<phase id=\"after\" lasts=\"1s\">\n"
                   "<do heal=\"all\"/>\n");
}

static void
test_what_cannot_be_done_again_is_said (void)
{
  Recorded *r = recorded_new ();
  g_autoptr (GPtrArray) notes = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) error = NULL;
  recorded_say (r, 500, "shop/1", "clock", "1000000 1");
  recorded_say (r, 600, "shop/1", "clock", "0 1");
  recorded_ask (r, 1000, TB_COMMAND_HALT, "shop/1");
  goes_on (r, 2000);
  g_autofree char *steps = steps_of (r, notes, &error);
  g_assert_no_error (error);
  g_assert_nonnull (strstr (steps, "kill"));
  g_assert_cmpuint (notes->len, ==, 2);
  g_assert_cmpstr (g_ptr_array_index (notes, 0), ==, "the clock of shop/1 was moved, which a scenario cannot do");
  g_assert_cmpstr (g_ptr_array_index (notes, 1), ==, "shop/1 was stopped in order; a scenario kills it");
}

static void
test_nothing_done_is_no_scenario (void)
{
  Recorded *r = recorded_new ();
  g_autoptr (GError) error = NULL;
  goes_on (r, 2000);
  g_autofree char *steps = steps_of (r, NULL, &error);
  g_assert_error (error, TB_SESSION_ERROR, TB_SESSION_ERROR_NAME);
  g_assert_cmpstr (steps, ==, "");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/from-past/phases", test_phases_are_what_was_done);
  g_test_add_func ("/from-past/leader", test_who_led_is_struck_as_the_leader);
  g_test_add_func ("/from-past/partition", test_partition_names_the_smaller_side);
  g_test_add_func ("/from-past/loads", test_loads_and_pauses);
  g_test_add_func ("/from-past/notes", test_what_cannot_be_done_again_is_said);
  g_test_add_func ("/from-past/nothing", test_nothing_done_is_no_scenario);
  return g_test_run ();
}
