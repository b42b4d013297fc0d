/* A tap against the relays people use and against nothing between, in interleaved rounds: round trips,
 * connections, bulk, CPU for each, one connection's latency, injected latency, memory of idle
 * connections. bench-tap [ROUNDS [NAME]]. Peers that are not installed are left out: haproxy (mode tcp,
 * one thread), nginx (stream, one process), socat (a process for each connection), Toxiproxy
 * (toxiproxy-server, without toxics).
 *
 * "tap" is `tierboard tap`, which does what the peers do: listens, and passes on. "framed" is the same
 * with messages read. "in a run" is a tap of a run: messages read, and each connect() of the load
 * intercepted, which the peers have no like of; what it costs is in the same figures. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tap-relays.h"

#define ROUNDS_MAX 15

/* The load under the filter for the tap, and as it is for the others. */
static pid_t
start_load (Fixture *fx, Via via, FxFunc func, gboolean wait_until_ready)
{
  void *data = GUINT_TO_POINTER (via);
  if (via == VIA_RUN)
    return (wait_until_ready ? fx_serve : fx_run) (fx, 0, func, data);
  fx->plan.no_seccomp = true;
  pid_t child = (wait_until_ready ? fx_serve : fx_run) (fx, 0, func, data);
  fx->plan.no_seccomp = false;
  return child;
}

typedef struct
{
  double rate[ROUNDS_MAX], cpu[ROUNDS_MAX];
  double both[ROUNDS_MAX]; /* CPU of the relay and of its callers */
} Series;

/* Of all processes that were waited for. */
static double
cpu_of_children (void)
{
  struct rusage usage;
  getrusage (RUSAGE_CHILDREN, &usage);
  return (double) (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
         + (double) (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static void
run_round (Fixture *fx, Via via, FxFunc func, int round, Series *series)
{
  double before = relay_cpu_seconds (fx, via), callers = cpu_of_children ();
  int status = fx_wait (fx, start_load (fx, via, func, FALSE));
  if (status != 0)
    g_error ("load over %s failed: %d", relay_names[via], status);
  series[via].rate[round] = load_report->amount / load_report->seconds;
  series[via].cpu[round] = (relay_cpu_seconds (fx, via) - before) / load_report->amount;
  series[via].both[round]
      = series[via].cpu[round] + (cpu_of_children () - callers) / load_report->amount;
}

static int
compare_doubles (const void *a, const void *b)
{
  const double *x = a, *y = b;
  return *x < *y ? -1 : *x > *y;
}

static double
median (double *values, int n)
{
  qsort (values, (size_t) n, sizeof *values, compare_doubles);
  return values[n / 2];
}

static void
print (const char *name, double value, const char *unit, const char *target, const char *peer)
{
  printf ("%s\t%.4g\t%s\t%s\t%s\n", name, value, unit, target, peer);
  fflush (stdout);
}

/* ---- The benchmarks -------------------------------------------------------------------------- */

typedef struct
{
  const char *name, *rate_unit, *cpu_unit;
  FxFunc func;
  double cpu_scale, cpu_share; /* the target: CPU at most that share of haproxy's */
} Bench;

static const Bench benches[] = {
  { "round-trips-64", "1/s", "us", load_round_trips, 1e6, 1 },
  { "connects", "1/s", "us", load_connects, 1e6, 1 },
  { "bulk", "GB/s", "s/GB", load_bulk, 1, 0.5 },
};

static const char *
peers_text (const double *values, char out[120])
{
  out[0] = '\0';
  for (Via via = VIA_HAPROXY; via < VIA_TAP; via++)
    if (relay_is_there (via) && values[via] > 0)
      {
        gsize at = strlen (out);
        g_snprintf (out + at, 120 - at, "%s%s %.4g", at > 0 ? ", " : "", relay_names[via], values[via]);
      }
  return out;
}

/* A row for each way of tapping: "connects", "connects, framed" … */
static void
compare (const char *name, const double *values, const char *unit, const char *relation, double share)
{
  char row[80], target[40], peers[120];
  for (Via via = VIA_TAP; via < VIAS; via++)
    {
      if (values[via] <= 0)
        continue;
      target[0] = '\0';
      double of = via == VIA_TAP ? values[VIA_HAPROXY] : 0.8 * values[VIA_TAP];
      if (via == VIA_RUN)
        of = values[VIA_HAPROXY];
      if (via == VIA_FRAMED && *relation == '<')
        of = values[VIA_TAP] / 0.8 / share;
      if (of > 0)
        g_snprintf (target, sizeof target, "%s %.4g",
                    relation, (via == VIA_FRAMED && *relation != '<' ? 1 : share) * of);
      g_snprintf (row, sizeof row, "%s, %s", name, relay_names[via]);
      print (row, values[via], unit, target, peers_text (values, peers));
    }
}

static void
report (const Bench *bench, Series *series, int rounds)
{
  char name[80];
  double rate[VIAS] = { 0 }, cpu[VIAS] = { 0 }, both[VIAS] = { 0 };
  for (Via via = VIA_DIRECT; via < VIAS; via++)
    if (relay_is_there (via))
      {
        rate[via] = median (series[via].rate, rounds);
        cpu[via] = median (series[via].cpu, rounds) * bench->cpu_scale;
        both[via] = median (series[via].both, rounds) * bench->cpu_scale;
      }
  cpu[VIA_SOCAT] = 0; /* its processes are gone with their connections */
  g_snprintf (name, sizeof name, "%s, direct", bench->name);
  print (name, rate[VIA_DIRECT], bench->rate_unit, "", "");
  compare (bench->name, rate, bench->rate_unit, ">=", 0.9);
  g_snprintf (name, sizeof name, "%s CPU", bench->name);
  compare (name, cpu, bench->cpu_unit, "<", bench->cpu_share);
  /* In a run the tap's thread carries out what is the callers' connect() elsewhere. */
  both[VIA_SOCAT] = both[VIA_FRAMED] = 0;
  g_snprintf (name, sizeof name, "%s CPU with the callers'", bench->name);
  compare (name, both, bench->cpu_unit, "<", 1);
}

/* Another order each round: what one leaves behind on the machine is not always the same one's. */
static void
shuffle (Via order[VIAS])
{
  static TbRng rng;
  if (rng.s[0] == 0)
    tb_rng_seed (&rng, 1);
  for (Via via = 0; via < VIAS; via++)
    order[via] = via;
  for (uint64_t n = VIAS; n > 1; n--)
    {
      uint64_t i = tb_rng_below (&rng, n);
      Via kept = order[i];
      order[i] = order[n - 1];
      order[n - 1] = kept;
    }
}

static void
bench_rates (Fixture *fx, int rounds, const char *only)
{
  for (guint i = 0; i < G_N_ELEMENTS (benches); i++)
    {
      Series series[VIAS];
      if (only != NULL && strcmp (only, benches[i].name) != 0)
        continue;
      memset (series, 0, sizeof series);
      for (int round = 0; round < rounds; round++)
        {
          Via order[VIAS];
          shuffle (order);
          for (int k = 0; k < VIAS; k++)
            if (relay_is_there (order[k]))
              run_round (fx, order[k], benches[i].func, round, series);
        }
      report (&benches[i], series, rounds);
    }
}

static double
latency_ms (Fixture *fx, Via via)
{
  if (fx_wait (fx, start_load (fx, via, load_latency, FALSE)) != 0)
    g_error ("latency load over %s failed", relay_names[via]);
  return (double) load_report->median_ns / 1e6;
}

static void
report_one (double values[VIAS][ROUNDS_MAX], int rounds, const char *which,
            double (*choose) (double *values, int n), gboolean counts)
{
  double added[VIAS] = { 0 }, best = 0, direct = choose (values[VIA_DIRECT], rounds);
  char target[40] = "", name[80], peers[120];
  for (Via via = VIA_HAPROXY; via < VIAS; via++)
    added[via] = 1000 * (choose (values[via], rounds) - direct);
  for (Via via = VIA_HAPROXY; via < VIA_TAP; via++)
    if (relay_is_there (via) && (best <= 0 || added[via] < best))
      best = added[via];
  if (best > 0 && counts)
    g_snprintf (target, sizeof target, "<= %.4g", best);
  g_snprintf (name, sizeof name, "one connection, round trip, %s, direct", which);
  print (name, 1000 * direct, "us", "", "");
  for (Via via = VIA_TAP; via < VIAS; via++)
    {
      g_snprintf (name, sizeof name, "one connection, added, %s, %s", which, relay_names[via]);
      print (name, added[via], "us", via == VIA_TAP ? target : "", peers_text (added, peers));
    }
}

static double
least (double *values, int n)
{
  qsort (values, (size_t) n, sizeof *values, compare_doubles);
  return values[0];
}

/* What a relay adds to one connection's round trips. There are two answers on a machine of few
 * processors, for each relay: who is woken may have one to itself, or has to wait for it to come out of
 * its sleep. The best round compares the relays; the median beside
 * it is a toss between the two answers. */
static void
bench_one (Fixture *fx, int rounds)
{
  double values[VIAS][ROUNDS_MAX];
  for (int round = 0; round < rounds; round++)
    {
      Via order[VIAS];
      shuffle (order);
      for (int k = 0; k < VIAS; k++)
        values[order[k]][round] = relay_is_there (order[k]) ? latency_ms (fx, order[k]) : 0;
    }
  report_one (values, rounds, "median", median, FALSE);
  report_one (values, rounds, "best round", least, TRUE);
}

/* The same pace with the fault and without it: a machine that has slept for 10 ms wakes up later than
 * one that has not, which is no doing of the tap. */
static void
bench_latency (Fixture *fx, int rounds)
{
  const int settings_ms[] = { 1, 10 };
  load_pace_ns = 20 * TB_NS_PER_MS;
  for (guint i = 0; i < G_N_ELEMENTS (settings_ms); i++)
    {
      char name[60];
      double with[ROUNDS_MAX], without[ROUNDS_MAX];
      for (int round = 0; round < rounds; round++)
        {
          without[round] = latency_ms (fx, VIA_RUN);
          fx_latency (fx, "slow", "client", "server", TRUE, FALSE, settings_ms[i] * TB_NS_PER_MS, 0);
          with[round] = latency_ms (fx, VIA_RUN);
          fx_heal (fx, "slow");
        }
      g_snprintf (name, sizeof name, "error of %d ms injected", settings_ms[i]);
      print (name, ABS (median (with, rounds) - median (without, rounds) - settings_ms[i]), "ms",
             "<= 0.1", "");
    }
  load_pace_ns = 0;
}

static gboolean
time_has_come (Fixture *fx, gpointer data)
{
  return tb_now_ns () > *(gint64 *) data;
}

/* Of IDLE connections, a few seconds after their last exchange, scaled to 10 000. */
static double
idle_mib (Fixture *fx, Via via)
{
  double before = relay_memory_kib (via);
  pid_t client = start_load (fx, via, load_idle, TRUE);
  gint64 settled = tb_now_ns () + 10 * TB_NS_PER_S;
  fx_until (fx, time_has_come, &settled);
  double more = relay_memory_kib (via) - before;
  fx_kill (fx, client);
  return more / 1024 * 10000 / IDLE;
}

static void
bench_memory (Fixture *fx)
{
  double values[VIAS] = { 0 };
  char peers[120];
  for (Via via = VIA_HAPROXY; via <= VIA_TAP; via++)
    if (relay_is_there (via) && via != VIA_SOCAT && via != VIA_TOXIPROXY) /* which loses some */
      values[via] = idle_mib (fx, via);
  print ("10000 idle connections", values[VIA_TAP], "MiB", "<= 2", peers_text (values, peers));
}

int
main (int argc, char **argv)
{
  int rounds = argc > 1 ? CLAMP (atoi (argv[1]), 1, ROUNDS_MAX) : 7;
  const char *why;
  if (!tb_intercept_works (&why))
    {
      fprintf (stderr, "bench-tap: %s\n", why);
      return 77;
    }
  load_make_messages ();
  load_report = mmap (NULL, sizeof *load_report, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  g_autoptr (Fixture) fx = fx_new ();
  fx_instance (fx, "client/1");
  fx_instance (fx, "server/1");
  fx_link (fx, "echo", 0, 1, ECHO_PORT, TB_PROTO_RESP);
  fx_link (fx, "bulk", 0, 1, BULK_PORT, TB_PROTO_BYTES);
  fx_link (fx, "brief", 0, 1, SHORT_PORT, TB_PROTO_BYTES);
  fx->deaf = TRUE;
  fx_start (fx);
  fx->plan.no_seccomp = true;
  fx_serve (fx, 1, load_serve_echo, NULL);
  fx_serve (fx, 1, load_serve_bulk, NULL);
  fx->plan.no_seccomp = false;
  relays_start (fx);
  const char *only = argc > 2 ? argv[2] : NULL;
  bench_rates (fx, rounds, only);
  if (only == NULL || strcmp (only, "one") == 0)
    bench_one (fx, ROUNDS_MAX);
  if (only == NULL || strcmp (only, "latency") == 0)
    bench_latency (fx, MIN (rounds, 5));
  if (only == NULL || strcmp (only, "memory") == 0)
    bench_memory (fx);
  relays_stop ();
  return 0;
}
