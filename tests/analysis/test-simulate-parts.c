/* What a simulation is made of, a part at a time, each in a net so small that its outcome can be reckoned by hand. */
#include "made-net.h"

/* ---- Calls side by side ------------------------------------------------------------------------------------ */

/* One client without a pause; a server that calls two who wait 1 s each, on the mean. */
static double
response_of_two (TbCallOrder order)
{
  g_autofree Made *m = made_new ();
  guint client = made_clients (m, 1, 1 * MS, 0), server = made_waiting (m, TB_ROLE_SERVER, 0, 0);
  made_call (m, client, server, 1);
  for (guint i = 0; i < 2; i++)
    made_call (m, server, made_waiting (m, TB_ROLE_SERVER, 0, 1e9), 1)->order = i > 0 ? order : TB_CALL_SEQUENCE;
  g_autoptr (TbPrediction) p = made_run (m, 1, 0.005);
  return p->sources[0].response.mean.value / 1e9;
}

static void
test_sequence_parallel_first (void)
{
  assert_near ("one after the other", response_of_two (TB_CALL_SEQUENCE), 2, 0.01);
  assert_near ("the last of two", response_of_two (TB_CALL_PARALLEL), 1.5, 0.01);
  assert_near ("the first of two", response_of_two (TB_CALL_FIRST), 0.5, 0.01);
}

static void
test_shares_divide_requests (void)
{
  g_autofree Made *m = made_new ();
  guint client = made_clients (m, 5, 10 * MS, 0), server = made_waiting (m, TB_ROLE_SERVER, 0, 1 * MS);
  made_call (m, client, server, 1);
  for (guint i = 0; i < 2; i++)
    made_call (m, server, made_waiting (m, TB_ROLE_SERVER, 0, 1 * MS), 1 + i)->share = i > 0 ? 0.7 : 0.3;
  m->stations[server].exclusive = TRUE;
  g_autoptr (TbPrediction) p = made_run (m, 2, 0.005);
  double all = p->sources[0].throughput_per_s.value;
  assert_near ("response", p->sources[0].response.mean.value / MS, 1 + 0.3 + 2 * 0.7, 0.01);
  assert_near ("three in ten", p->links[1].calls_per_s.value, 0.3 * all, 0.02);
  assert_near ("seven in ten, twice", p->links[2].calls_per_s.value, 2 * 0.7 * all, 0.02);
}

/* A read that finds something 8 times in 10; else the store is read, and the cache filled. */
static void
test_miss_reads_the_store_and_fills_the_cache (void)
{
  g_autofree Made *m = made_new ();
  guint client = made_clients (m, 5, 10 * MS, 0), server = made_waiting (m, TB_ROLE_SERVER, 0, 0),
        cache = made_waiting (m, TB_ROLE_CACHE, 0, 1 * MS), store = made_waiting (m, TB_ROLE_STORE, 0, 5 * MS);
  made_call (m, client, server, 1);
  made_call (m, server, cache, 1);
  TbCallOut *call = made_call (m, server, store, 1);
  call->miss = TRUE;
  call->after = 0;
  m->stations[cache].hit_ratio = 0.8;
  m->stations[cache].keeps_data = TRUE;
  g_autoptr (TbPrediction) p = made_run (m, 3, 0.005);
  double all = p->sources[0].throughput_per_s.value;
  assert_near ("response", p->sources[0].response.mean.value / MS, 1 + 0.2 * (5 + 1), 0.01);
  assert_near ("store", p->stations[store].arrivals_per_s.value, 0.2 * all, 0.03);
  assert_near ("cache", p->stations[cache].arrivals_per_s.value, 1.2 * all, 0.01);
}

/* ---- Replicas ---------------------------------------------------------------------------------------------- */

/* Rate 1, two replicas of one thread, service 1. */
static double
response_of_balance (TbQueueBalance balance)
{
  g_autofree Made *m = made_new ();
  guint client = made_clients (m, 0, 0, 1), server = made_waiting (m, TB_ROLE_SERVER, 1, 1e9);
  m->stations[server].replicas = 2;
  made_call (m, client, server, 1)->balance = balance;
  g_autoptr (TbPrediction) p = made_run (m, 4, 0.005);
  return p->sources[0].response.mean.value / 1e9;
}

/* By chance they are two M/M/1; in turns, each is E2/M/1, whose σ (2 - σ)² = 1; two threads of one would be M/M/2, 1.333. */
static void
test_balancing_by_chance_in_turns_and_to_the_idle (void)
{
  assert_near ("by chance", response_of_balance (TB_CHOOSE_RANDOM), 2, 0.015);
  assert_near ("in turns", response_of_balance (TB_CHOOSE_ROUND_ROBIN), 1 / (1 - 0.381966), 0.015);
  double least = response_of_balance (TB_CHOOSE_LEAST);
  g_assert_cmpfloat (least, >, 1.333);
  g_assert_cmpfloat (least, <, 1.5);
}

static double
response_of_store (const TbCapStore *store, gboolean write)
{
  g_autofree Made *m = made_new ();
  guint client = made_clients (m, 1, 1 * MS, 0), at = made_waiting (m, TB_ROLE_STORE, 0, 0);
  TbStation *s = &m->stations[at];
  s->replicas = store->replicas;
  s->keeps_data = TRUE;
  s->store = *store;
  s->work[1] = (TbDemand){ 1e9, made_exponential (1e9), FALSE };
  made_call (m, client, at, 1)->write = write;
  g_autoptr (TbPrediction) p = made_run (m, 5, 0.005);
  return p->sources[0].response.mean.value / 1e9;
}

/* Each copy takes 1 s on the mean, exponential: the k-th of n takes 1/n + 1/(n-1) + … */
static void
test_quorums_wait_for_as_many_as_they_need (void)
{
  const TbCapStore raft = { .protocol = TB_CAP_RAFT, .replicas = 3, .reads_any = TRUE },
                   primary = { .protocol = TB_CAP_PRIMARY, .replicas = 4, .waits = 3 },
                   five = { .protocol = TB_CAP_RAFT, .replicas = 5 };
  assert_near ("one of two", response_of_store (&raft, TRUE), 1 + 1 / 2., 0.015);
  assert_near ("none", response_of_store (&raft, FALSE), 1, 0.015);
  assert_near ("all of three", response_of_store (&primary, TRUE), 1 + 1 / 3. + 1 / 2. + 1, 0.015);
  assert_near ("two of four", response_of_store (&five, TRUE), 1 + 1 / 4. + 1 / 3., 0.015);
}

/* ---- What goes wrong ------------------------------------------------------------------------------------------ */

/* One thread, room for one more, arrivals as often as service: M/M/1/2 refuses a third. */
static void
test_a_full_queue_refuses (void)
{
  g_autofree Made *m = made_new ();
  guint client = made_clients (m, 0, 0, 1), server = made_waiting (m, TB_ROLE_SERVER, 1, 1e9);
  made_call (m, client, server, 1);
  m->stations[server].queue = 1;
  g_autoptr (TbPrediction) p = made_run (m, 6, 0.005);
  assert_near ("refused", p->stations[server].refused_per_s, 1 / 3., 0.02);
  assert_near ("errors", p->sources[0].errors_per_s.value, 1 / 3., 0.02);
  g_assert_false (p->overloaded);
}

/* Service is exponential of 1 s; each of two tries waits 1 s: both fail e^-2 of the times. */
static void
test_timeouts_are_tried_again (void)
{
  g_autofree Made *m = made_new ();
  guint client = made_clients (m, 0, 0, 10), server = made_waiting (m, TB_ROLE_SERVER, 0, 1e9);
  TbCallOut *call = made_call (m, client, server, 1);
  call->timeout_ns = TB_NS_PER_S;
  call->retries = 1;
  g_autoptr (TbPrediction) p = made_run (m, 7, 0.003);
  assert_near ("errors", p->sources[0].errors_per_s.value, 10 * exp (-2), 0.03);
  assert_near ("tries", p->stations[server].arrivals_per_s.value, 10 * (1 + exp (-1)), 0.01);
  /* What is given up is done all the same. */
  assert_near ("work", p->stations[server].threads_busy, 10 * (1 + exp (-1)), 0.01);
}

/* More at a rate than one thread can do. */
static void
test_too_much_is_said (void)
{
  g_autofree Made *m = made_new ();
  guint client = made_clients (m, 0, 0, 20), server = made_waiting (m, TB_ROLE_SERVER, 1, 100 * MS);
  made_call (m, client, server, 1);
  g_autoptr (TbPrediction) p = made_run (m, 8, 0);
  g_assert_true (p->overloaded);
  assert_near ("throughput", p->sources[0].throughput_per_s.value, 10, 0.02);
}

/* Two who call each other: it ends, and refuses. */
static void
test_a_circle_of_calls_ends (void)
{
  g_autofree Made *m = made_new ();
  guint client = made_clients (m, 1, 10 * MS, 0), a = made_waiting (m, TB_ROLE_SERVER, 0, 1 * MS), b = made_waiting (m, TB_ROLE_SERVER, 0, 0);
  made_call (m, client, a, 1);
  made_call (m, a, b, 1);
  made_call (m, b, a, 1);
  g_autoptr (TbPrediction) p = made_run (m, 9, 0.05);
  assert_near ("errors", p->sources[0].errors_per_s.value, p->sources[0].throughput_per_s.value, 0.01);
}

/* Nothing takes time, or nobody asks: no figures, and no end of the world. */
static void
test_nothing_happens (void)
{
  g_autofree Made *m = made_new ();
  guint client = made_clients (m, 1, 0, 0), server = made_station (m, TB_ROLE_SERVER, 0, 1, 0);
  g_autofree Made *none = made_new ();
  made_call (m, client, server, 1);
  g_autoptr (TbPrediction) p = made_run (m, 10, 0);
  g_autoptr (TbPrediction) q = made_run (none, 10, 0);
  g_assert_false (p->sources[0].throughput_per_s.value > 0);
  g_assert_cmpuint (p->notes->len, >, 0);
  g_assert_cmpuint (q->n_sources, ==, 0);
}

static void
test_cancelled_it_ends (void)
{
  const gint yes = 1;
  const TbSimulateOptions options = { .cancelled = &yes };
  g_autofree Made *m = made_new ();
  made_call (m, made_clients (m, 1, 1 * MS, 0), made_station (m, TB_ROLE_SERVER, 0, 1, 1 * MS), 1);
  g_assert_null (tb_simulate (&m->net, &options));
}

/* ---- Nobody waits -------------------------------------------------------------------------------------------- */

/* The caller goes on at once; what it asked for is done later. */
static void
test_async_calls_are_not_waited_for (void)
{
  g_autofree Made *m = made_new ();
  guint client = made_clients (m, 2, 100 * MS, 0), server = made_waiting (m, TB_ROLE_SERVER, 0, 10 * MS),
        mailer = made_waiting (m, TB_ROLE_SERVER, 0, 500 * MS);
  made_call (m, client, server, 1);
  made_call (m, server, mailer, 1)->async = TRUE;
  g_autoptr (TbPrediction) p = made_run (m, 11, 0.005);
  assert_near ("response", p->sources[0].response.mean.value / MS, 10, 0.01);
  assert_near ("mails", p->stations[mailer].arrivals_per_s.value, p->sources[0].throughput_per_s.value, 0.01);
  assert_near ("latency", p->links[1].latency.mean.value / MS, 500, 0.02);
}

/* A broker hands each message to one of two consumers, and to each of two others. */
static void
test_a_broker_delivers_to_one_or_to_each (void)
{
  g_autofree Made *m = made_new ();
  guint client = made_clients (m, 0, 0, 1), broker = made_waiting (m, TB_ROLE_BROKER, 0, 0), one = made_waiting (m, TB_ROLE_SERVER, 1, 1e9),
        each = made_waiting (m, TB_ROLE_SERVER, 0, 1e9);
  m->stations[one].replicas = m->stations[each].replicas = 2;
  TbCallOut *call = made_call (m, client, broker, 1);
  m->net.n_links = 3;
  m->deliveries[0] = (TbDelivery){ .station = one, .link = 1 };
  m->deliveries[1] = (TbDelivery){ .station = each, .link = 2, .each = TRUE };
  call->deliveries = m->deliveries;
  call->n_deliveries = 2;
  g_autoptr (TbPrediction) p = made_run (m, 12, 0.003);
  assert_near ("to one", p->links[1].calls_per_s.value, 1, 0.02);
  assert_near ("to each", p->links[2].calls_per_s.value, 2, 0.02);
  /* What waits does so at the broker, so its consumers' queues are empty: together they are M/M/2 at half its power. */
  assert_near ("threads", p->stations[one].threads_busy, 1, 0.02);
  assert_near ("none waits there", p->stations[one].queue.value + 1, 1, 1e-9);
}

/* Every message passes one thread that needs a core for each: a request and its reply, 1 ms each, of one client. */
static void
test_taps_take_their_time (void)
{
  g_autofree Made *m = made_new ();
  guint client = made_clients (m, 1, 10 * MS, 0), server = made_waiting (m, TB_ROLE_SERVER, 0, 10 * MS);
  made_call (m, client, server, 1);
  m->net.tap_ns = 1 * MS;
  m->net.hop_ns = 2 * MS;
  m->net.tap_device = server;
  m->devices[server].cores = 1;
  g_autoptr (TbPrediction) p = made_run (m, 13, 0.005);
  assert_near ("response", p->sources[0].response.mean.value / MS, 10 + 2 * (1 + 2), 0.01);
  assert_near ("taps", p->tap_utilisation, p->sources[0].throughput_per_s.value * 0.002, 0.01);
}

/* ---- Anything at all ------------------------------------------------------------------------------------------ */

static guint
below (TbRng *rng, guint n)
{
  return (guint) tb_rng_below (rng, n);
}

static void
add_any_call (Made *m, TbRng *rng, guint from)
{
  guint to = 1 + below (rng, m->net.n_stations - 1);
  TbCallOut *call = made_call (m, from, to, 1 + below (rng, 3));
  call->share = below (rng, 2) ? 1 : tb_rng_uniform (rng);
  call->order = (TbCallOrder) below (rng, 3);
  call->async = below (rng, 4) == 0;
  call->write = below (rng, 2);
  call->timeout_ns = below (rng, 2) ? (gint64) (50 * MS) : 0;
  call->retries = below (rng, 3);
  call->balance = (TbQueueBalance) below (rng, 6);
  guint row = m->stations[from].n_calls - 1;
  if (row > 0 && below (rng, 3) == 0)
    {
      call->miss = TRUE;
      call->after = row - 1;
    }
}

static void
add_any_station (Made *m, TbRng *rng)
{
  static const TbCapProtocol protocols[] = { TB_CAP_APART, TB_CAP_PRIMARY, TB_CAP_CHAIN, TB_CAP_QUORUM, TB_CAP_RAFT, TB_CAP_ALL };
  guint at = made_station (m, TB_ROLE_SERVER, below (rng, 4), below (rng, 3), (double) below (rng, 3) * 2 * MS);
  TbStation *s = &m->stations[at];
  s->replicas = 1 + below (rng, 4);
  s->queue = below (rng, 3) == 0 ? below (rng, 5) : G_MAXUINT;
  s->exclusive = below (rng, 2);
  s->work[1] = (TbDemand){ 0.1 * MS, made_constant (0.1 * MS), TRUE };
  s->hit_ratio = tb_rng_uniform (rng);
  s->keeps_data = below (rng, 2);
  s->one_reads = below (rng, 2);
  s->one_writes = below (rng, 2);
  s->store = (TbCapStore){ .protocol = protocols[below (rng, 6)], .replicas = s->replicas, .copies = s->replicas, .r = 1, .w = s->replicas,
                           .waits = s->replicas - 1, .passes_on = TRUE };
}

/* It ends, and no figure is negative, whatever is drawn: circles, tries, refusals, all at once. */
static void
test_any_net_ends (void)
{
  for (guint seed = 0; seed < 300; seed++)
    {
      g_autofree Made *m = made_new ();
      TbRng rng;
      tb_rng_seed (&rng, seed);
      made_clients (m, 1 + below (&rng, 9), (double) below (&rng, 3) * 10 * MS, below (&rng, 2) ? 50 : 0);
      for (guint i = 2 + below (&rng, 5); i > 0; i--)
        add_any_station (m, &rng);
      for (guint i = 1 + below (&rng, 10); i > 0; i--)
        {
          guint from = below (&rng, m->net.n_stations);
          if (m->stations[from].n_calls < 4 && m->net.n_links < 15)
            add_any_call (m, &rng, from);
        }
      if (below (&rng, 2))
        {
          m->net.tap_ns = 0.02 * MS;
          m->net.hop_ns = 0.05 * MS;
          m->net.tap_device = 1;
        }
      const TbSimulateOptions options = { .seed = seed, .most_events = 20000 };
      g_autoptr (TbPrediction) p = tb_simulate (&m->net, &options);
      for (guint i = 0; i < p->n_stations; i++)
        g_assert_false (p->stations[i].threads_busy < -1e-9 || p->stations[i].cores < -1e-9 || p->stations[i].queue.value < -1e-9);
      for (guint i = 0; i < p->n_links; i++)
        g_assert_false (p->links[i].latency.mean.value < 0);
      for (guint i = 0; i < p->n_devices; i++)
        g_assert_false (p->devices[i].cores_busy > m->devices[i].cores + 1e-9 && m->devices[i].cores > 0);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/simulate/sequence-parallel-first", test_sequence_parallel_first);
  g_test_add_func ("/simulate/shares-divide-requests", test_shares_divide_requests);
  g_test_add_func ("/simulate/miss-reads-the-store-and-fills-the-cache", test_miss_reads_the_store_and_fills_the_cache);
  g_test_add_func ("/simulate/balancing-by-chance-in-turns-and-to-the-idle", test_balancing_by_chance_in_turns_and_to_the_idle);
  g_test_add_func ("/simulate/quorums-wait-for-as-many-as-they-need", test_quorums_wait_for_as_many_as_they_need);
  g_test_add_func ("/simulate/a-full-queue-refuses", test_a_full_queue_refuses);
  g_test_add_func ("/simulate/timeouts-are-tried-again", test_timeouts_are_tried_again);
  g_test_add_func ("/simulate/too-much-is-said", test_too_much_is_said);
  g_test_add_func ("/simulate/a-circle-of-calls-ends", test_a_circle_of_calls_ends);
  g_test_add_func ("/simulate/nothing-happens", test_nothing_happens);
  g_test_add_func ("/simulate/cancelled-it-ends", test_cancelled_it_ends);
  g_test_add_func ("/simulate/async-calls-are-not-waited-for", test_async_calls_are_not_waited_for);
  g_test_add_func ("/simulate/a-broker-delivers-to-one-or-to-each", test_a_broker_delivers_to_one_or_to_each);
  g_test_add_func ("/simulate/taps-take-their-time", test_taps_take_their_time);
  g_test_add_func ("/simulate/any-net-ends", test_any_net_ends);
  return g_test_run ();
}
