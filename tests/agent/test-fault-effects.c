/* What faults come to at a place, without taps: one section for each fault. */
#include <glib.h>
#include <string.h>

#include "faults/fault.h"

enum
{
  CLIENT,
  ORDERS_1,
  ORDERS_2,
  INSTANCES
};

static TbWireInstance instances[INSTANCES] = {
  { .id = (char *) "client/1", .component = (char *) "client" },
  { .id = (char *) "orders/1", .component = (char *) "orders" },
  { .id = (char *) "orders/2", .component = (char *) "orders" },
};
static TbWireLink links[] = {
  { .id = (char *) "save" },
  { .id = (char *) "orders.replicas", .replicas = true },
};
static const TbWirePlan plan
    = { .instances = instances, .n_instances = INSTANCES, .links = links, .n_links = 2 };

static const TbFaultPlace save = { 0, CLIENT, ORDERS_1 };       /* the client dialled */
static const TbFaultPlace between = { 1, ORDERS_2, ORDERS_1 }; /* 2 dialled 1 */
static const TbFaultPlace undrawn = { UINT32_MAX, ORDERS_1, CLIENT };

static TbFault *
make (TbFaultKind kind, const char *link, const char *from, const char *to, bool up, bool down)
{
  char why[200];
  TbWireFault wire = { .id = (char *) "f", .kind = kind, .link = (char *) link,
                       .from = (char *) from, .to = (char *) to, .up = up, .down = down,
                       .latency = { TB_DIST_CONSTANT, 1e6, 0 }, TB_FAULT_ALWAYS };
  TbFault *fault = tb_fault_new (&wire, &plan, why, sizeof why);
  g_assert_nonnull (fault);
  return fault;
}

/* ---- Cut ------------------------------------------------------------------------------------- */

static void
expect_cut (const TbFault *fault, const TbFaultPlace *place, bool up, bool down)
{
  TbEffects e;
  tb_effects_at (fault, place, &e);
  g_assert_cmpint (e.cut[0], ==, up);
  g_assert_cmpint (e.cut[1], ==, down);
  g_assert_cmpint (e.bits != 0, ==, up || down);
}

static void
test_cut_is_of_ordered_pairs (void)
{
  TbFault *cut = make (TB_FAULT_CUT, "", "orders/1", "*", true, false);
  expect_cut (cut, &save, false, true);    /* orders/1 → client is down: the client dialled */
  expect_cut (cut, &between, false, true); /* as 2 dialled 1 */
  expect_cut (cut, &undrawn, true, false);
  tb_fault_free (cut);
}

static void
test_cut_of_a_component (void)
{
  TbFault *cut = make (TB_FAULT_CUT, "", "orders", "orders", true, true);
  expect_cut (cut, &save, false, false);
  expect_cut (cut, &between, true, true);
  tb_fault_free (cut);
}

/* Of bytes from orders/1 to orders/2 and to the client, whoever dialled. */
static void
test_cut_of_pairs (void)
{
  TbWirePair pairs[] = { { ORDERS_1, ORDERS_2 }, { ORDERS_1, CLIENT } };
  char why[200];
  TbWireFault wire = { .id = (char *) "p", .kind = TB_FAULT_CUT, .pairs = pairs, .n_pairs = 2, TB_FAULT_ALWAYS };
  TbFault *cut = tb_fault_new (&wire, &plan, why, sizeof why);
  expect_cut (cut, &save, false, true);
  expect_cut (cut, &between, false, true);
  expect_cut (cut, &undrawn, true, false);
  expect_cut (cut, &(TbFaultPlace) { UINT32_MAX, CLIENT, ORDERS_2 }, false, false);
  tb_fault_free (cut);
}

static void
test_pairs_of_nobody_are_refused (void)
{
  TbWirePair pair = { ORDERS_1, INSTANCES };
  char why[200] = "";
  TbWireFault wire = { .id = (char *) "p", .kind = TB_FAULT_CUT, .pairs = &pair, .n_pairs = 1, TB_FAULT_ALWAYS };
  g_assert_null (tb_fault_new (&wire, &plan, why, sizeof why));
  g_assert_nonnull (strstr (why, "instances"));
}

static void
test_cut_of_one_way_of_a_link (void)
{
  TbFault *cut = make (TB_FAULT_CUT, "save", "*", "*", true, false);
  expect_cut (cut, &save, true, false);
  expect_cut (cut, &between, false, false);
  tb_fault_free (cut);
}

static void
test_cut_of_the_replicas_link_is_of_pairs (void)
{
  TbFault *cut = make (TB_FAULT_CUT, "orders.replicas", "orders/1", "orders/2", true, false);
  expect_cut (cut, &between, false, true);
  tb_fault_free (cut);
}

/* ---- Latency --------------------------------------------------------------------------------- */

static void
test_latencies_add (void)
{
  TbRng rng;
  TbEffects e;
  TbFault *one = make (TB_FAULT_LATENCY, "", "client", "orders", true, false);
  TbFault *two = make (TB_FAULT_LATENCY, "save", "", "", true, true);
  one->next = two;
  tb_rng_seed (&rng, 1);
  tb_effects_at (one, &save, &e);
  g_assert_true (tb_effects_hold (&e, 0));
  g_assert_true (tb_effects_hold (&e, 1));
  g_assert_cmpint (tb_effects_draw_ns (&e, 0, &rng), ==, 2 * TB_NS_PER_MS);
  g_assert_cmpint (tb_effects_draw_ns (&e, 1, &rng), ==, TB_NS_PER_MS);
  g_assert_cmpuint (e.bits, ==, 1u << TB_FAULT_LATENCY);
  tb_fault_free (one);
  tb_fault_free (two);
}

static void
test_jitter_stays_around (void)
{
  TbRng rng;
  TbFault *slow = make (TB_FAULT_LATENCY, "", "*", "*", true, true);
  double sum = 0;
  tb_rng_seed (&rng, 7);
  slow->wire.jitter_ns = TB_NS_PER_MS / 2;
  for (int i = 0; i < 10000; i++)
    {
      int64_t ns = tb_latency_draw_ns (slow, &rng);
      g_assert_cmpint (ns, >=, TB_NS_PER_MS / 2);
      g_assert_cmpint (ns, <=, 3 * TB_NS_PER_MS / 2);
      sum += (double) ns;
    }
  g_assert_cmpfloat_with_epsilon (sum / 10000, 1e6, 1e4);
  tb_fault_free (slow);
}

static void
test_jitter_is_never_negative (void)
{
  TbRng rng;
  TbFault *slow = make (TB_FAULT_LATENCY, "", "*", "*", true, true);
  tb_rng_seed (&rng, 7);
  slow->wire.jitter_ns = 9 * TB_NS_PER_MS;
  for (int i = 0; i < 1000; i++)
    g_assert_cmpint (tb_latency_draw_ns (slow, &rng), >=, 0);
  tb_fault_free (slow);
}

static void
test_no_more_latencies_than_there_is_room_for (void)
{
  TbEffects e;
  TbFault *all[TB_DELAYS_MAX + 2];
  for (guint i = 0; i < G_N_ELEMENTS (all); i++)
    {
      all[i] = make (TB_FAULT_LATENCY, "", "*", "*", true, true);
      all[i]->next = i > 0 ? all[i - 1] : NULL;
    }
  tb_effects_at (all[G_N_ELEMENTS (all) - 1], &save, &e);
  g_assert_cmpuint (e.n_delays[0], ==, TB_DELAYS_MAX);
  for (guint i = 0; i < G_N_ELEMENTS (all); i++)
    tb_fault_free (all[i]);
}

/* ---- Reset and refuse ------------------------------------------------------------------------ */

static void
test_reset_and_refuse_are_as_dialled (void)
{
  TbEffects e;
  TbFault *reset = make (TB_FAULT_RESET_PEER, "", "client", "orders/1", false, false);
  reset->next = make (TB_FAULT_REFUSE, "", "client", "*", true, true);
  tb_effects_at (reset, &save, &e);
  g_assert_true (e.reset && e.refuse);
  g_assert_false (tb_effects_hold (&e, 0));
  tb_effects_at (reset, &undrawn, &e);
  g_assert_false (e.reset || e.refuse);
  tb_fault_free (reset->next);
  tb_fault_free (reset);
}

/* ---- Names ----------------------------------------------------------------------------------- */

static void
test_unknown_names (void)
{
  static const char *const cases[][4] = {
    { "", "nobody", "*", "there is no instance or component “nobody”" },
    { "", "*", "orders/3", "there is no instance or component “orders/3”" },
    { "nothing", "*", "*", "there is no link “nothing”" },
  };
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      char why[200];
      TbWireFault wire = { .id = (char *) "f", .link = (char *) cases[i][0],
                           .from = (char *) cases[i][1], .to = (char *) cases[i][2] };
      g_assert_null (tb_fault_new (&wire, &plan, why, sizeof why));
      g_assert_cmpstr (why, ==, cases[i][3]);
    }
}

static void
test_every_fault_has_a_type (void)
{
  for (int kind = 0; kind <= TB_FAULT_REFUSE; kind++)
    g_assert_nonnull (tb_fault_type ((TbFaultKind) kind)->apply);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/fault/cut/ordered-pairs", test_cut_is_of_ordered_pairs);
  g_test_add_func ("/fault/cut/component", test_cut_of_a_component);
  g_test_add_func ("/fault/cut/pairs", test_cut_of_pairs);
  g_test_add_func ("/fault/cut/pairs-of-nobody", test_pairs_of_nobody_are_refused);
  g_test_add_func ("/fault/cut/one-way-of-a-link", test_cut_of_one_way_of_a_link);
  g_test_add_func ("/fault/cut/replicas-link", test_cut_of_the_replicas_link_is_of_pairs);
  g_test_add_func ("/fault/latency/add", test_latencies_add);
  g_test_add_func ("/fault/latency/jitter-around", test_jitter_stays_around);
  g_test_add_func ("/fault/latency/jitter-not-negative", test_jitter_is_never_negative);
  g_test_add_func ("/fault/latency/many", test_no_more_latencies_than_there_is_room_for);
  g_test_add_func ("/fault/reset-and-refuse", test_reset_and_refuse_are_as_dialled);
  g_test_add_func ("/fault/names", test_unknown_names);
  g_test_add_func ("/fault/types", test_every_fault_has_a_type);
  return g_test_run ();
}
