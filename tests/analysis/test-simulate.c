/* The simulation, held to what is known exactly: closed forms where there are, published figures, and order. */
#include "made-net.h"

/* ---- Closed forms ---------------------------------------------------------------------------------------- */

/* P4: 4 clients, think 1, service 1, 2 threads: 1.7 a second. */
static void
test_two_threads_four_clients (void)
{
  g_autofree Made *m = made_new ();
  guint client = made_clients (m, 4, 1e9, 0), server = made_waiting (m, TB_ROLE_SERVER, 2, 1e9);
  made_call (m, client, server, 1);
  g_autoptr (TbPrediction) p = made_run (m, 1, 0.003);
  assert_near ("throughput", p->sources[0].throughput_per_s.value, 1.7, 0.01);
  assert_near ("response", p->sources[0].response.mean.value, 4 / 1.7 * 1e9 - 1e9, 0.01);
  assert_near ("threads", p->stations[server].threads_busy, 1.7, 0.01);
}

/* The same with two cores instead of two threads. */
static void
test_two_cores_four_clients (void)
{
  g_autofree Made *m = made_new ();
  guint client = made_clients (m, 4, 1e9, 0), server = made_station (m, TB_ROLE_SERVER, 0, 2, 1e9);
  made_call (m, client, server, 1);
  g_autoptr (TbPrediction) p = made_run (m, 1, 0.003);
  assert_near ("throughput", p->sources[0].throughput_per_s.value, 1.7, 0.01);
  assert_near ("cores", p->devices[server].cores_busy, 1.7, 0.01);
}

/* P11 (LQNS 08-sanity): a customer and what comes at 0.4 share one processor; the customer gets what is left of it, 0.3. Solved
 * by layers it was 0.2885. */
static void
test_two_entries_on_one_processor (void)
{
  g_autofree Made *m = made_new ();
  guint client = made_clients (m, 1, 0, 0), first = made_station (m, TB_ROLE_SERVER, 1, 1, 1e9);
  guint second = made_station (m, TB_ROLE_SERVER, 1, 1, 1e9), open = made_clients (m, 0, 0, 0.4);
  m->device_of[second][0] = m->device_of[first][0];
  made_call (m, client, first, 1);
  made_call (m, first, second, 1);
  made_call (m, open, second, 1);
  g_autoptr (TbPrediction) p = made_run (m, 1, 0.005);
  g_autoptr (TbPrediction) q = tb_predict (&m->net);
  assert_near ("throughput", p->sources[0].throughput_per_s.value, 0.3, 0.01);
  /* How long an open request takes: 3.7258 by the balance equations of a processor that is shared; LQNS' own simulation, which
   * serves in order, printed 3.69 with an interval of 0.087. Solved by layers it was 2.47, and here 3.33: only the simulation knows. */
  double open_s = p->sources[1].response.mean.value / 1e9;
  assert_near ("open", open_s, 3.7258, 0.01);
  g_assert_cmpfloat_with_epsilon (open_s, 3.69, 0.087);
  g_assert_true (q->threads_matter);
  assert_near ("computed open", q->sources[1].response.mean.value / 1e9, 2 / 0.6, 1e-9);
  assert_near ("computed", q->sources[0].throughput_per_s.value, 0.3, 1e-9);
}

/* Without limits of threads that is exact: an open request meets all closed customers, (1 + Q) S / (1 - ρ). */
static void
test_open_requests_beside_customers (void)
{
  static const struct
  {
    guint customers, cores;
    double think_ns, wanted_ns, near; /* wanted_ns 0: not known */
  } rows[] = { { 1, 1, 0, 2e9 / 0.6, 1e-9 }, { 3, 1, 5e9, 0, 0.015 }, { 6, 2, 3e9, 0, 0.05 } };
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree Made *m = made_new ();
      guint client = made_clients (m, rows[i].customers, rows[i].think_ns, 0), open = made_clients (m, 0, 0, 0.4);
      guint server = made_station (m, TB_ROLE_SERVER, 0, rows[i].cores, 1e9);
      made_call (m, client, server, 1);
      made_call (m, open, server, 1);
      g_autoptr (TbPrediction) p = made_run (m, 1, 0.005);
      g_autoptr (TbPrediction) q = tb_predict (&m->net);
      double open_ns = q->sources[1].response.mean.value;
      assert_near ("simulated", p->sources[1].response.mean.value, open_ns, MAX (rows[i].near, 0.015));
      if (rows[i].wanted_ns > 0)
        assert_near ("computed", open_ns, rows[i].wanted_ns, rows[i].near);
      assert_near ("all of them", p->stations[server].residence.mean.value, q->stations[server].residence.mean.value,
                   MAX (rows[i].near, 0.015));
    }
}

/* P13 (LQNS 10-interlock): a customer comes to one server by two ways. It is alone, so it never waits: 1 in 4. */
static void
test_one_customer_by_two_ways (void)
{
  g_autofree Made *m = made_new ();
  guint client = made_clients (m, 1, 1e9, 0), near = made_station (m, TB_ROLE_SERVER, 1, 1, 1e9);
  guint far = made_station (m, TB_ROLE_SERVER, 1, 1, 1e9);
  made_call (m, client, far, 1);
  made_call (m, client, near, 1);
  made_call (m, near, far, 1);
  g_autoptr (TbPrediction) p = made_run (m, 1, 0.003);
  g_autoptr (TbPrediction) q = tb_predict (&m->net);
  assert_near ("throughput", p->sources[0].throughput_per_s.value, 0.25, 0.01);
  assert_near ("computed", q->sources[0].throughput_per_s.value, 0.25, 1e-9);
}

static TbPrediction *
run_open (guint threads, guint cores, double rate, const TbDist *service, double mean_ns)
{
  g_autofree Made *m = made_new ();
  guint client = made_clients (m, 0, 0, rate), server = made_station (m, TB_ROLE_SERVER, threads, cores, mean_ns);
  made_call (m, client, server, 1);
  m->stations[server].work[0].dist = *service;
  m->stations[server].work[0].cpu = cores > 0;
  return made_run (m, 3, 0.005);
}

/* P9, P10: M/M/c by threads; P10 has R = 2. */
static void
test_mmc_by_threads (void)
{
  static const struct
  {
    guint c;
    double rate, response;
  } rows[] = { { 1, 0.5, 2 }, { 2, 1.6, 0 }, { 4, 3.2, 0 }, { 8, 6.4, 0 } };
  const TbDist service = made_exponential (1e9);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (TbPrediction) p = run_open (rows[i].c, 0, rows[i].rate, &service, 1e9);
      double wanted = rows[i].response > 0 ? rows[i].response * 1e9 : tb_mmc_response (rows[i].rate / 1e9, 1e9, rows[i].c);
      assert_near ("response", p->sources[0].response.mean.value, wanted, 0.01);
    }
}

/* Shared evenly, the mean on one core does not depend on how the work is spread (M/G/1-PS): S / (1 - ρ). */
static void
test_shared_core_is_insensitive (void)
{
  const TbDist services[] = { made_constant (1e9), made_exponential (1e9) };
  for (guint i = 0; i < G_N_ELEMENTS (services); i++)
    {
      g_autoptr (TbPrediction) p = run_open (0, 1, 0.5, &services[i], 1e9);
      assert_near ("response", p->sources[0].response.mean.value, 2e9, 0.01);
    }
}

/* One thread serves in order: M/D/1 by Pollaczek and Khinchine waits half as long as M/M/1. */
static void
test_one_thread_is_mg1 (void)
{
  const TbDist service = made_constant (1e9);
  g_autoptr (TbPrediction) p = run_open (1, 0, 0.8, &service, 1e9);
  assert_near ("response", p->sources[0].response.mean.value, 1e9 + 0.8 / (2 * 0.2) * 1e9, 0.01);
}

/* P8: three open stations, visited 16, 7 and 8 times. */
static void
test_open_network (void)
{
  static const guint visits[] = { 16, 7, 8 };
  static const double service[] = { 10, 20, 30 }, residence[] = { 0.01 / 0.52, 0.02 / 0.58, 0.03 / 0.28 };
  g_autofree Made *m = made_new ();
  guint client = made_clients (m, 0, 0, 3);
  for (guint i = 0; i < 3; i++)
    made_call (m, client, made_station (m, TB_ROLE_SERVER, 0, 1, service[i] * MS), visits[i]);
  g_autoptr (TbPrediction) p = made_run (m, 5, 0.003);
  for (guint i = 0; i < 3; i++)
    {
      assert_near ("utilisation", p->devices[i + 1].utilisation, 3 * visits[i] * service[i] / 1000, 0.01);
      /* These vary slowly: what holds on any machine is that the truth is not far outside the interval. */
      const TbFigure *mean = &p->stations[i + 1].residence.mean;
      assert_near ("interval", mean->value, residence[i] * 1e9, 2 * mean->half / mean->value);
      assert_near ("residence", mean->value, residence[i] * 1e9, 0.06);
    }
}

/* P1: Lazowska, page 117. */
static void
test_lazowska (void)
{
  static const guint visits[] = { 121, 70, 50 };
  static const double service[] = { 5, 30, 27 };
  g_autofree Made *m = made_new ();
  guint client = made_clients (m, 3, 15e9, 0);
  for (guint i = 0; i < 3; i++)
    made_call (m, client, made_station (m, TB_ROLE_SERVER, 0, 1, service[i] * MS), visits[i]);
  g_autoptr (TbPrediction) p = made_run (m, 7, 0.004);
  assert_near ("throughput", p->sources[0].throughput_per_s.value, 0.15152, 0.01);
  assert_near ("response", p->sources[0].response.mean.value, 4.7998e9, 0.01);
}

/* ---- Four stations ----------------------------------------------------------------------------------------- */

/* reference: a simulation of 20 000 s of the same, 3 % off at most in response; without threads, the exact MVA. */
static void
test_four_stations (void)
{
  static const struct
  {
    guint clients, web, app;
    double throughput, response, part;
  } rows[] = {
    { 50, 0, 0, 46.436, 0.0768, 0.01 }, { 100, 0, 0, 62.499, 0.6000, 0.01 }, { 50, 8, 4, 46.435, 0.0771, 0.03 },
    { 100, 8, 4, 58.522, 0.7104, 0.03 }, { 50, 8, 1, 38.285, 0.3065, 0.03 }, { 100, 8, 1, 38.445, 1.600, 0.03 },
  };
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree Made *m = made_four_stations (rows[i].clients, rows[i].web, rows[i].app);
      g_autoptr (TbPrediction) p = made_run (m, 11 + i, 0.01);
      g_test_message ("N %u, %u threads: %.3f ± %.3f/s, %.4f ± %.4f s, %" G_GUINT64_FORMAT " events", rows[i].clients, rows[i].app,
                      p->sources[0].throughput_per_s.value, p->sources[0].throughput_per_s.half, p->sources[0].response.mean.value / 1e9,
                      p->sources[0].response.mean.half / 1e9, p->events);
      assert_near ("throughput", p->sources[0].throughput_per_s.value, rows[i].throughput, 0.01);
      assert_near ("response", p->sources[0].response.mean.value / 1e9, rows[i].response, rows[i].part);
    }
}

/* Little's law and the response law hold of what comes out, since they hold of every run. */
static void
test_littles_law (void)
{
  g_autofree Made *m = made_four_stations (50, 8, 4);
  g_autoptr (TbPrediction) p = made_run (m, 2, 0);
  for (guint i = 1; i < 4; i++)
    {
      const TbStationAnswer *s = &p->stations[i];
      assert_near ("N = X R", s->threads_busy + s->queue.value, s->arrivals_per_s.value * s->residence.mean.value / 1e9, 0.005);
    }
  assert_near ("R = N/X - Z", p->sources[0].response.mean.value / 1e9, 50 / p->sources[0].throughput_per_s.value - 1, 0.02);
}

static void
test_a_seed_repeats_itself (void)
{
  g_autofree Made *m = made_four_stations (20, 8, 2);
  g_autoptr (TbPrediction) a = made_run (m, 5, 0.02);
  g_autoptr (TbPrediction) b = made_run (m, 5, 0.02);
  g_autoptr (TbPrediction) c = made_run (m, 6, 0.02);
  g_assert_cmpfloat (a->sources[0].throughput_per_s.value, ==, b->sources[0].throughput_per_s.value);
  g_assert_cmpfloat (a->sources[0].response.p99, ==, b->sources[0].response.p99);
  g_assert_cmpuint (a->events, ==, b->events);
  g_assert_cmpfloat (a->sources[0].response.mean.value, !=, c->sources[0].response.mean.value);
}

/* Of 20 seeds, about 19 intervals should hold the true value; fewer than 15 would be a chance in three thousand. */
static void
test_intervals_hold_the_truth (void)
{
  guint held = 0;
  for (guint seed = 0; seed < 20; seed++)
    {
      g_autofree Made *m = made_four_stations (50, 0, 0);
      g_autoptr (TbPrediction) p = made_run (m, seed, 0.03);
      const TbFigure *x = &p->sources[0].throughput_per_s;
      held += fabs (x->value - 46.43573) <= x->half;
    }
  g_test_message ("%u of 20 intervals hold it", held);
  g_assert_cmpuint (held, >=, 15);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/simulate/p11-two-entries-on-one-processor", test_two_entries_on_one_processor);
  g_test_add_func ("/simulate/open-requests-beside-customers", test_open_requests_beside_customers);
  g_test_add_func ("/simulate/p13-one-customer-by-two-ways", test_one_customer_by_two_ways);
  g_test_add_func ("/simulate/two-threads-four-clients", test_two_threads_four_clients);
  g_test_add_func ("/simulate/two-cores-four-clients", test_two_cores_four_clients);
  g_test_add_func ("/simulate/mmc-by-threads", test_mmc_by_threads);
  g_test_add_func ("/simulate/shared-core-is-insensitive", test_shared_core_is_insensitive);
  g_test_add_func ("/simulate/one-thread-is-mg1", test_one_thread_is_mg1);
  g_test_add_func ("/simulate/open-network", test_open_network);
  g_test_add_func ("/simulate/lazowska", test_lazowska);
  g_test_add_func ("/simulate/four-stations", test_four_stations);
  g_test_add_func ("/simulate/littles-law", test_littles_law);
  g_test_add_func ("/simulate/a-seed-repeats-itself", test_a_seed_repeats_itself);
  g_test_add_func ("/simulate/intervals-hold-the-truth", test_intervals_hold_the_truth);
  return g_test_run ();
}
