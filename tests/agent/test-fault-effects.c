/* What faults come to at a place, without taps: one section for each fault. */
#include <glib.h>
#include <math.h>
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
make_at (const TbWireFault *wire, gint64 now_ns)
{
  static guint32 serial;
  char why[300];
  TbFault *fault = tb_fault_new (wire, &plan, ++serial, now_ns, why, sizeof why);
  if (fault == NULL)
    g_error ("%s", why);
  return fault;
}

static TbFault *
make (TbFaultKind kind, const char *link, const char *from, const char *to, bool up, bool down)
{
  TbWireFault wire;
  tb_fault_init (&wire, kind);
  wire.id = (char *) "f";
  wire.link = (char *) link;
  wire.from = (char *) from;
  wire.to = (char *) to;
  wire.up = up;
  wire.down = down;
  if (kind == TB_FAULT_LATENCY)
    wire.latency.a_ns = 1e6;
  return make_at (&wire, 0);
}

/* As text, on the link that the client dialled. */
static TbFault *
parse (const char *text)
{
  TbWireFault wire;
  char why[300];
  if (!tb_fault_parse (text, &wire, why, sizeof why))
    g_error ("%s", why);
  tb_fault_set (&wire, "id", text, why, sizeof why);
  tb_fault_set (&wire, "link", "save", why, sizeof why);
  TbFault *fault = make_at (&wire, 0);
  tb_wire_fault_clear (&wire);
  return fault;
}

static void
expect_cut (TbFault *fault, const TbFaultPlace *place, bool up, bool down)
{
  TbEffects e;
  tb_effects_at (fault, place, NULL, &e);
  g_assert_true (e.cut[0] == up && e.cut[1] == down);
  g_assert_true (tb_effects_hold (&e, 0) == up);
}

/* The verdict on one more message of a connection. */
static TbVerdict
judge (TbFault *faults, TbFaulted *conn, unsigned direction, const char *label, guint64 bytes)
{
  TbEffects e;
  TbVerdict v;
  TbStruck struck = { .label = label, .bytes = bytes, .begins = true, .request = direction == 0,
                      .proto = TB_PROTO_HTTP };
  tb_effects_at (faults, &save, conn, &e);
  tb_effects_judge (&e, conn, direction, &struck, &v);
  return v;
}

/* Which of n messages were struck: "x" and ".". */
static char *
pattern (const char *text, const char *const *labels, guint n)
{
  g_autoptr (GString) out = g_string_new (NULL);
  TbFault *fault = parse (text);
  TbFaulted conn = { .key = 7 };
  for (guint i = 0; i < n; i++)
    g_string_append_c (out, judge (fault, &conn, 0, labels ? labels[i] : "", 1).bits ? 'x' : '.');
  tb_fault_free (fault);
  return g_strdup (out->str);
}

static void
expect_pattern (const char *text, const char *expected)
{
  g_autofree char *found = pattern (text, NULL, (guint) strlen (expected));
  g_assert_cmpstr (found, ==, expected);
}

/* ---- Cut ------------------------------------------------------------------------------------- */

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
  TbFault *cut = tb_fault_new (&wire, &plan, 1, 0, why, sizeof why);
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
  g_assert_null (tb_fault_new (&wire, &plan, 1, 0, why, sizeof why));
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
  TbFault *one = make (TB_FAULT_LATENCY, "", "client", "orders", true, false);
  TbFault *two = make (TB_FAULT_LATENCY, "save", "", "", true, true);
  TbFaulted conn = { .key = 1 };
  TbEffects e;
  one->next = two;
  tb_effects_at (one, &save, NULL, &e);
  g_assert_true (tb_effects_hold (&e, 0) && tb_effects_hold (&e, 1));
  g_assert_cmpuint (e.bits, ==, 1u << TB_FAULT_LATENCY);
  g_assert_cmpint (judge (one, &conn, 0, "", 1).delay_ns, ==, 2 * TB_NS_PER_MS);
  g_assert_cmpint (judge (one, &conn, 1, "", 1).delay_ns, ==, TB_NS_PER_MS);
  tb_fault_free (one);
  tb_fault_free (two);
}

static void
test_jitter_stays_around (void)
{
  TbFault *slow = parse ("latency,latency=1ms,jitter=500us");
  TbFaulted conn = { .key = 1 };
  gint64 least = G_MAXINT64, most = 0;
  for (int i = 0; i < 2000; i++)
    {
      gint64 ns = judge (slow, &conn, 0, "", 1).delay_ns;
      least = MIN (least, ns);
      most = MAX (most, ns);
    }
  g_assert_cmpint (least, >=, 500 * TB_NS_PER_US);
  g_assert_cmpint (least, <, 520 * TB_NS_PER_US);
  g_assert_cmpint (most, >, 1480 * TB_NS_PER_US);
  g_assert_cmpint (most, <, 1500 * TB_NS_PER_US + 1);
  tb_fault_free (slow);
}

static void
test_jitter_is_never_negative (void)
{
  TbFault *slow = parse ("latency,latency=1ms,jitter=50ms");
  TbFaulted conn = { .key = 1 };
  for (int i = 0; i < 2000; i++)
    g_assert_cmpint (judge (slow, &conn, 0, "", 1).delay_ns, >=, 0);
  tb_fault_free (slow);
}

/* The mean of each distribution, and how far a draw is from the one before it on average. */
static double
mean_of (const char *text, double *step)
{
  TbFault *slow = parse (text);
  TbFaulted conn = { .key = 1 };
  double sum = 0, last = 0;
  *step = 0;
  for (int i = 0; i < 20000; i++)
    {
      double ms = (double) judge (slow, &conn, 0, "", 1).delay_ns / 1e6;
      sum += ms;
      *step += i > 0 ? fabs (ms - last) : 0;
      last = ms;
    }
  *step /= 20000;
  tb_fault_free (slow);
  return sum / 20000;
}

static void
test_distributions_have_their_mean (void)
{
  static const struct
  {
    const char *text;
    double mean, within;
  } cases[] = { { "latency,latency=5ms", 5, 1e-9 },
                { "latency,latency=uniform 2ms 4ms", 3, 0.05 },
                { "latency,latency=normal 5ms 1ms", 5, 0.05 },
                { "latency,latency=exponential 5ms", 5, 0.2 },
                { "latency,latency=pareto 5ms 3", 5, 0.3 },
                { "latency,latency=5ms,jitter=4ms,correlation=0.9", 5, 0.3 } };
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      double step;
      g_assert_cmpfloat_with_epsilon (mean_of (cases[i].text, &step), cases[i].mean, cases[i].within);
    }
}

static void
test_correlated_draws_resemble_each_other (void)
{
  double free_step, bound_step;
  mean_of ("latency,latency=5ms,jitter=4ms", &free_step);
  mean_of ("latency,latency=5ms,jitter=4ms,correlation=0.9", &bound_step);
  g_assert_cmpfloat (bound_step, <, free_step / 4);
}

static void
test_no_more_strikes_than_there_is_room_for (void)
{
  TbFault *all[TB_STRIKES_MAX + 2];
  TbFaulted conn = { .key = 1 };
  for (guint i = 0; i < G_N_ELEMENTS (all); i++)
    {
      all[i] = make (TB_FAULT_LATENCY, "", "*", "*", true, true);
      if (i > 0)
        all[i - 1]->next = all[i];
    }
  g_assert_cmpint (judge (all[0], &conn, 0, "", 1).delay_ns, ==, TB_STRIKES_MAX * TB_NS_PER_MS);
  for (guint i = 0; i < G_N_ELEMENTS (all); i++)
    tb_fault_free (all[i]);
}

/* ---- Packet loss ------------------------------------------------------------------------------ */

static void
test_lost_packets_wait_for_the_timer (void)
{
  TbFault *loss = parse ("packet_loss,loss_rate=0.25");
  TbFaulted conn = { .key = 1 };
  guint counts[3] = { 0 };
  for (int i = 0; i < 4000; i++)
    {
      gint64 ms = judge (loss, &conn, 0, "", 100).delay_ns / TB_NS_PER_MS;
      g_assert_true (ms == 0 || ms == 200 || ms == 600 || ms == 1400 || ms >= 3000);
      counts[ms == 0 ? 0 : ms == 200 ? 1 : 2]++;
    }
  g_assert_cmpfloat_with_epsilon (counts[0] / 4000.0, 0.75, 0.03);
  g_assert_cmpfloat_with_epsilon (counts[1] / 4000.0, 0.1875, 0.03);
  tb_fault_free (loss);
}

/* A single loss in the middle of a burst is told by the packets behind it. */
static void
test_losses_in_bursts_seldom_wait (void)
{
  TbFault *loss = parse ("packet_loss,loss_rate=0.01");
  TbFaulted conn = { .key = 1 };
  guint waits = 0;
  for (int i = 0; i < 1000; i++)
    waits += judge (loss, &conn, 0, "", 64 * 1448).delay_ns > 0;
  g_assert_cmpuint (waits, <, 80); /* 47 % of them lose something, 3 % at the end */
  g_assert_cmpuint (waits, >, 5);
  tb_fault_free (loss);
}

/* ---- Conditions ------------------------------------------------------------------------------- */

static void
test_first_and_every (void)
{
  expect_pattern ("drop,first=2", "xx......");
  expect_pattern ("drop,every=3", "..x..x..x");
  expect_pattern ("drop,every=2,first=2", ".x.x....");
  expect_pattern ("drop,probability=0", "........");
  expect_pattern ("drop,toxicity=0", "........");
  expect_pattern ("latency,first=1", "x.......");
}

static void
test_match_counts_what_it_matches (void)
{
  static const char *const labels[] = { "GET /a", "GET /b", "PUT /a", "GET /a/c", "GET /a" };
  static const char *const cases[][2] = { { "drop,match=GET /a", "x...x" },
                                          { "drop,match=GET /a*", "x..xx" },
                                          { "drop,match=* /a", "x.x.x" },
                                          { "drop,match=??T /a,every=2", "..x.." },
                                          { "latency,match=PUT*", "..x.." } };
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *found = pattern (cases[i][0], labels, 5);
      g_assert_cmpstr (found, ==, cases[i][1]);
    }
}

static void
test_globs (void)
{
  g_assert_true (tb_glob_matches ("", ""));
  g_assert_true (tb_glob_matches ("*", ""));
  g_assert_true (tb_glob_matches ("*a*b", "xaxxab"));
  g_assert_true (tb_glob_matches ("a**?", "ab"));
  g_assert_false (tb_glob_matches ("a?", "a"));
  g_assert_false (tb_glob_matches ("*a*b", "xaxxabc"));
  g_assert_false (tb_glob_matches ("", "a"));
}

/* Two runs strike the same; another seed, another connection, others. */
static void
test_chance_can_be_repeated (void)
{
  g_autofree char *one = pattern ("drop,probability=0.5,seed=1", NULL, 64);
  g_autofree char *again = pattern ("drop,probability=0.5,seed=1", NULL, 64);
  g_autofree char *other = pattern ("drop,probability=0.5,seed=2", NULL, 64);
  g_assert_cmpstr (one, ==, again);
  g_assert_cmpstr (one, !=, other);
}

/* What one connection draws does not depend on what another does in between. */
static void
test_chance_does_not_depend_on_neighbours (void)
{
  TbFault *fault = parse ("drop,probability=0.5");
  TbFaulted a = { .key = 1 }, b = { .key = 1 }, c = { .key = 2 };
  guint differs = 0;
  for (int i = 0; i < 64; i++)
    {
      bool first = judge (fault, &a, 0, "", 1).drop;
      differs += first != judge (fault, &c, 0, "", 1).drop;
      judge (fault, &c, 1, "", 1);
      g_assert_true (first == judge (fault, &b, 0, "", 1).drop);
    }
  g_assert_cmpuint (differs, >, 10);
  tb_fault_free (fault);
}

static void
test_toxicity_chooses_connections_once (void)
{
  TbFault *fault = parse ("latency,toxicity=0.3");
  guint on = 0;
  for (guint i = 0; i < 2000; i++)
    {
      TbFaulted conn = { .key = tb_chance_key (1, 2, i) };
      bool struck = judge (fault, &conn, 0, "", 1).delay_ns > 0;
      for (int again = 0; again < 5; again++)
        g_assert_true (struck == (judge (fault, &conn, 0, "", 1).delay_ns > 0));
      on += struck;
    }
  g_assert_cmpuint (on, >, 500);
  g_assert_cmpuint (on, <, 700);
  tb_fault_free (fault);
}

static void
test_first_of_connections (void)
{
  TbFault *refuse = parse ("refuse,first=3");
  TbEffects e;
  tb_effects_at (refuse, &save, NULL, &e);
  for (guint64 i = 1; i <= 6; i++)
    g_assert_cmpint (tb_effects_dial (&e, i), ==, i <= 3 ? TB_DIALLED_REFUSED : TB_DIALLED_PASS);
  tb_fault_free (refuse);
}

static void
test_after_and_until (void)
{
  TbFault *fault = parse ("latency,after=1s,until=3s");
  gint64 next = INT64_MAX;
  g_assert_cmpint (tb_fault_phase_at (fault, 0, &next), ==, TB_PHASE_BEFORE);
  g_assert_cmpint (next, ==, TB_NS_PER_S);
  g_assert_false (tb_fault_is_at (fault, &save));
  next = INT64_MAX;
  g_assert_cmpint (tb_fault_phase_at (fault, TB_NS_PER_S, &next), ==, TB_PHASE_DURING);
  g_assert_cmpint (next, ==, 3 * TB_NS_PER_S);
  next = INT64_MAX;
  g_assert_cmpint (tb_fault_phase_at (fault, 3 * TB_NS_PER_S, &next), ==, TB_PHASE_AFTER);
  g_assert_cmpint (next, ==, INT64_MAX);
  tb_fault_free (fault);
}

/* ---- What each comes to ----------------------------------------------------------------------- */

static TbEffects
effects_of (const char *text, TbFaulted *conn)
{
  TbFault *fault = parse (text);
  TbEffects e;
  tb_effects_at (fault, &save, conn, &e);
  e.n_strikes[0] = e.n_strikes[1] = e.n_dials = 0;
  tb_fault_free (fault);
  return e;
}

static void
test_times_count_from_their_onset (void)
{
  TbFaulted conn = { .began_ns = 1 * TB_NS_PER_S, .now_ns = 5 * TB_NS_PER_S, .passed = { 70, 9 } };
  TbEffects e = effects_of ("reset_peer,timeout=100ms", &conn);
  g_assert_cmpint (e.reset_ns, ==, 5100 * TB_NS_PER_MS);
  e = effects_of ("timeout,timeout=2s,stream=downstream", &conn);
  g_assert_cmpint (e.close_ns, ==, 7 * TB_NS_PER_S);
  g_assert_true (!e.cut[0] && e.cut[1]);
  e = effects_of ("timeout,limit_time=10s", &conn);
  g_assert_cmpint (e.close_ns, ==, 11 * TB_NS_PER_S);
  g_assert_true (!e.cut[0] && !e.cut[1]);
  e = effects_of ("limit_data,bytes=30,stream=upstream", &conn);
  g_assert_cmpuint (e.limit[0], ==, 100);
  g_assert_cmpuint (e.limit[1], ==, UINT64_MAX);
}

/* What was known of a fault on a connection stays while other faults come and go. */
static void
test_an_onset_stays (void)
{
  TbFault *reset = parse ("reset_peer,timeout=1s"), *other = parse ("latency");
  TbFaulted conn = { .now_ns = 0 };
  TbEffects e;
  tb_effects_at (reset, &save, &conn, &e);
  conn.now_ns = 500 * TB_NS_PER_MS;
  reset->next = other;
  tb_effects_at (reset, &save, &conn, &e);
  g_assert_cmpint (e.reset_ns, ==, TB_NS_PER_S);
  tb_fault_free (reset);
  tb_fault_free (other);
}

static void
test_the_slowest_line_counts (void)
{
  TbFault *one = parse ("bandwidth,rate=100"), *two = parse ("bandwidth,rate=20,stream=upstream");
  TbEffects e;
  one->next = two;
  tb_effects_at (one, &save, NULL, &e);
  g_assert_cmpint (e.rate[0], ==, 20000);
  g_assert_cmpint (e.rate[1], ==, 100000);
  tb_fault_free (one);
  tb_fault_free (two);
}

static void
test_verdicts_on_messages (void)
{
  TbFaulted conn = { .key = 1 };
  TbFault *all[] = { parse ("duplicate,copies=2"), parse ("corrupt,bits=3"),
                     parse ("reorder,distance=4,delay=1s"), parse ("http_abort,http_status=418"),
                     parse ("http_delay,delay=7ms"), parse ("hold,stream=downstream") };
  for (guint i = 0; i + 1 < G_N_ELEMENTS (all); i++)
    all[i]->next = all[i + 1];
  TbVerdict v = judge (all[0], &conn, 0, "GET /", 10);
  g_assert_cmpuint (v.copies, ==, 2);
  g_assert_cmpuint (v.flips, ==, 3);
  g_assert_cmpuint (v.distance, ==, 4);
  g_assert_cmpint (v.overtake_ns, ==, TB_NS_PER_S);
  g_assert_cmpuint (v.answer, ==, 418);
  g_assert_cmpint (v.delay_ns, ==, 7 * TB_NS_PER_MS);
  g_assert_false (v.hold);
  v = judge (all[0], &conn, 1, "200", 10); /* an answer */
  g_assert_true (v.hold && v.answer == 0 && v.delay_ns == 0);
  for (guint i = 0; i < G_N_ELEMENTS (all); i++)
    tb_fault_free (all[i]);
}

static void
test_faults_that_need_messages_say_so (void)
{
  static const struct
  {
    const char *fault;
    TbProto proto;
    const char *why;
  } cases[] = {
    { "drop", TB_PROTO_BYTES, "drop needs messages, and save is read as bytes" },
    { "drop", TB_PROTO_RESP, NULL },
    { "drop", TB_PROTO_UNKNOWN, NULL },
    { "http_abort", TB_PROTO_RESP, "http_abort needs HTTP requests, and save is read as resp" },
    { "http_abort", TB_PROTO_HTTP2, NULL },
    { "drop", TB_PROTO_HTTP2, NULL },
    { "duplicate", TB_PROTO_HTTP2,
      "duplicate needs messages that do not interleave, and save is read as http2" },
    { "reorder", TB_PROTO_HTTP2,
      "reorder needs messages that do not interleave, and save is read as http2" },
    { "latency", TB_PROTO_BYTES, NULL },
  };
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      char why[200] = "";
      TbWireFault wire;
      g_assert_true (tb_fault_parse (cases[i].fault, &wire, why, sizeof why));
      g_assert_true (tb_fault_set (&wire, "link", "save", why, sizeof why));
      links[0].proto = (uint8_t) cases[i].proto;
      TbFault *fault = tb_fault_new (&wire, &plan, 1, 0, why, sizeof why);
      g_assert_true ((fault == NULL) == (cases[i].why != NULL));
      if (cases[i].why != NULL)
        g_assert_cmpstr (why, ==, cases[i].why);
      tb_fault_free (fault);
      tb_wire_fault_clear (&wire);
    }
  links[0].proto = 0;
}

static void
test_reset_and_refuse_are_as_dialled (void)
{
  TbEffects e;
  TbFault *reset = make (TB_FAULT_RESET_PEER, "", "client", "orders/1", false, false);
  reset->next = make (TB_FAULT_REFUSE, "", "client", "*", true, true);
  tb_effects_at (reset, &save, NULL, &e);
  g_assert_cmpuint (e.bits, ==, 1u << TB_FAULT_RESET_PEER | 1u << TB_FAULT_REFUSE);
  g_assert_cmpint (tb_effects_dial (&e, 1), ==, TB_DIALLED_REFUSED);
  tb_effects_at (reset, &undrawn, NULL, &e);
  g_assert_cmpuint (e.bits, ==, 0);
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
      TbWireFault wire = { .id = (char *) "f", TB_FAULT_ALWAYS, .link = (char *) cases[i][0],
                           .from = (char *) cases[i][1], .to = (char *) cases[i][2] };
      g_assert_null (tb_fault_new (&wire, &plan, 1, 0, why, sizeof why));
      g_assert_cmpstr (why, ==, cases[i][3]);
    }
}

static void
test_every_fault_has_a_type (void)
{
  for (int kind = 0; kind < TB_FAULT_COUNT; kind++)
    {
      const TbFaultType *type = tb_fault_type ((TbFaultKind) kind);
      g_assert_true (type->apply != NULL || type->judge != NULL || type->dialled != TB_DIALLED_PASS);
    }
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
  g_test_add_func ("/fault/latency/distributions", test_distributions_have_their_mean);
  g_test_add_func ("/fault/latency/correlation", test_correlated_draws_resemble_each_other);
  g_test_add_func ("/fault/latency/many", test_no_more_strikes_than_there_is_room_for);
  g_test_add_func ("/fault/packet-loss/timer", test_lost_packets_wait_for_the_timer);
  g_test_add_func ("/fault/packet-loss/bursts", test_losses_in_bursts_seldom_wait);
  g_test_add_func ("/fault/conditions/first-and-every", test_first_and_every);
  g_test_add_func ("/fault/conditions/match", test_match_counts_what_it_matches);
  g_test_add_func ("/fault/conditions/globs", test_globs);
  g_test_add_func ("/fault/conditions/repeated", test_chance_can_be_repeated);
  g_test_add_func ("/fault/conditions/neighbours", test_chance_does_not_depend_on_neighbours);
  g_test_add_func ("/fault/conditions/toxicity", test_toxicity_chooses_connections_once);
  g_test_add_func ("/fault/conditions/first-of-connections", test_first_of_connections);
  g_test_add_func ("/fault/conditions/after-and-until", test_after_and_until);
  g_test_add_func ("/fault/times", test_times_count_from_their_onset);
  g_test_add_func ("/fault/onset-stays", test_an_onset_stays);
  g_test_add_func ("/fault/bandwidth/slowest", test_the_slowest_line_counts);
  g_test_add_func ("/fault/verdicts", test_verdicts_on_messages);
  g_test_add_func ("/fault/need-messages", test_faults_that_need_messages_say_so);
  g_test_add_func ("/fault/reset-and-refuse", test_reset_and_refuse_are_as_dialled);
  g_test_add_func ("/fault/names", test_unknown_names);
  g_test_add_func ("/fault/types", test_every_fault_has_a_type);
  return g_test_run ();
}
