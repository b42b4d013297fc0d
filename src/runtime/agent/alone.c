/* A tap alone, seen from thread 2: makes it, tells what goes through it, watches whether its target
 * accepts connections. */
#include "alone.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "taps.h"
#include "tb-proto.h"

#define LOOK_UP_NS (100 * TB_NS_PER_MS)  /* how often an accepting target is looked at */
#define LOOK_DOWN_NS (10 * TB_NS_PER_MS) /* and one that refuses */
#define NO_FAULT "-" /* its removal is confirmed when all before it is done */
#define STATUS_OK 0
#define STATUS_REFUSED 2
#define STATUS_FAILED 3

typedef struct
{
  const TbAlone *options;
  TbTarget target;
  TbEndpoint near;
  TbWireInstance instances[2];
  TbWireLink link;
  TbWirePlan plan;
  uint32_t ends[2];
  TbCounters *counters;
  TbRing *ring;
  TbTaps *taps;
  int signals;
  bool up, listens, terminal, settled;
  int64_t begin_ns, told_ns, look_ns;
  TbTapCounters before;
  uint64_t cpu_before;
} Alone;

static int
complain (int status, const char *sentence)
{
  fprintf (stderr, "tierboard: %s\n", sentence);
  return status;
}

/* ---- What is told ---------------------------------------------------------------------------- */

typedef struct
{
  TbTapCounters now;
  double seconds;
  uint64_t requests, up, down; /* in these seconds */
  int64_t p50_ns, p99_ns;
  uint64_t lag_ns, lag_p99_ns;
  double cpu; /* of the tap's thread, in cores */
} Figures;

static void
take_figures (Alone *a, bool whole, Figures *f)
{
  const TbTapCounters none = { 0 };
  const TbTapCounters *from = whole ? &none : &a->before;
  TbHistogram *recent = calloc (1, sizeof *recent);
  uint64_t cpu = tb_taps_cpu_ns (a->taps);
  TB_CHECK (recent != NULL);
  int64_t now = tb_now_ns ();
  tb_row_read (&a->counters->rows[0], &f->now);
  f->seconds = (double) (now - (whole ? a->begin_ns : a->told_ns)) / 1e9;
  f->requests = f->now.requests - from->requests;
  f->up = f->now.up.bytes_delivered - from->up.bytes_delivered;
  f->down = f->now.down.bytes_delivered - from->down.bytes_delivered;
  tb_histogram_difference (&f->now.latency, &from->latency, recent);
  f->p50_ns = tb_histogram_quantile (recent, 0.5);
  f->p99_ns = tb_histogram_quantile (recent, 0.99);
  tb_taps_take_lag (a->taps, &f->lag_ns, &f->lag_p99_ns);
  f->cpu = (double) (cpu - (whole ? 0 : a->cpu_before)) / 1e9 / fmax (f->seconds, 1e-9);
  free (recent);
  a->before = f->now;
  a->cpu_before = cpu;
  a->told_ns = now;
}

static void
print_json (const Alone *a, const Figures *f, bool whole)
{
  const TbTapCounters *n = &f->now;
  printf ("{\"total\":%s,\"listens\":%s,\"seconds\":%.3f,\"open\":%llu,\"connections\":%llu,"
          "\"refused\":%llu,\"resets\":%llu,\"protocol\":\"%s\",\"requests\":%llu,\"errors\":%llu,"
          "\"bytes_up\":%llu,\"bytes_down\":%llu,\"held_up\":%llu,\"held_down\":%llu,"
          "\"p50_ns\":%lld,\"p99_ns\":%lld,\"lag_ns\":%llu,\"lag_p99_ns\":%llu,\"cpu\":%.4f}\n",
          whole ? "true" : "false", a->listens ? "true" : "false", f->seconds,
          (unsigned long long) n->connections_open, (unsigned long long) n->connections_total,
          (unsigned long long) n->refused, (unsigned long long) n->reset,
          tb_proto_name ((TbProto) n->proto), (unsigned long long) f->requests,
          (unsigned long long) n->errors, (unsigned long long) f->up, (unsigned long long) f->down,
          (unsigned long long) n->up.bytes_held, (unsigned long long) n->down.bytes_held,
          (long long) f->p50_ns, (long long) f->p99_ns, (unsigned long long) f->lag_ns,
          (unsigned long long) f->lag_p99_ns, f->cpu);
}

/* "420 µs", "8.3 ms", "1.2 MB": three digits in the unit that needs no more. */
static const char *
scaled (double value, const char *const units[], unsigned n_units, char out[24])
{
  unsigned unit = 0;
  for (; unit + 1 < n_units && value >= 999.5; unit++)
    value /= 1000;
  snprintf (out, 24, value < 9.95 && unit > 0 ? "%.1f %s" : "%.0f %s", value, units[unit]);
  return out;
}

static const char *
time_text (int64_t ns, char out[24])
{
  static const char *const units[] = { "ns", "µs", "ms", "s" };
  if (ns <= 0)
    return "–";
  return scaled ((double) ns, units, 4, out);
}

static const char *
bytes_text (double bytes, char out[24])
{
  static const char *const units[] = { "B", "KB", "MB", "GB", "TB" };
  return scaled (bytes, units, 5, out);
}

static void
print_words (const Alone *a, const Figures *f, bool whole)
{
  char up[24], down[24], p50[24], p99[24], lag[24];
  double per = whole ? 1 : fmax (f->seconds, 1e-9);
  printf ("%s%llu connections, %llu open; %s%s up, %s%s down; ", a->terminal && !whole ? "\r\033[K" : "",
          (unsigned long long) f->now.connections_total, (unsigned long long) f->now.connections_open,
          bytes_text ((double) f->up / per, up), whole ? "" : "/s",
          bytes_text ((double) f->down / per, down), whole ? "" : "/s");
  if (f->now.requests > 0)
    printf ("%.0f requests%s (%s), p50 %s, p99 %s; ", (double) f->requests / per, whole ? "" : "/s",
            tb_proto_name ((TbProto) f->now.proto), time_text (f->p50_ns, p50),
            time_text (f->p99_ns, p99));
  printf ("the tap: %.0f %% of a core, lag p99 %s%s", 100 * f->cpu,
          time_text ((int64_t) f->lag_p99_ns, lag), a->terminal && !whole ? "" : "\n");
}

/* Once a second on a terminal or as JSON, and in the end. */
static void
print (Alone *a, bool whole)
{
  Figures f;
  if (!whole && !a->options->json && !a->terminal)
    return;
  take_figures (a, whole, &f);
  if (whole && a->terminal)
    printf ("\r\033[K");
  (a->options->json ? print_json : print_words) (a, &f, whole);
  fflush (stdout);
}

static void
say (const Alone *a, const char *sentence)
{
  if (!a->options->quiet)
    fprintf (stderr, "%stierboard: %s\n", a->terminal ? "\r\033[K" : "", sentence);
}

static void
on_listening (TbListening listening, int64_t time_ns, void *data)
{
  static const char *const words[][2] = {
    [TB_LISTENS] = { "leads to", "" },
    [TB_REFUSES_AS_TARGET] = { "refuses, as", " does until it accepts" },
    [TB_REFUSES_BY_FAULT] = { "refuses, as a fault says; it would lead to", "" },
  };
  Alone *a = data;
  char sentence[300];
  (void) time_ns;
  snprintf (sentence, sizeof sentence, "%s %s %s%s", a->near.text, words[listening][0],
            a->target.endpoint.text, words[listening][1]);
  a->listens = listening == TB_LISTENS;
  say (a, sentence);
  if (listening == TB_REFUSES_AS_TARGET && a->up)
    {
      /* A caller found out before we did: look again soon. */
      a->up = false;
      a->look_ns = 0;
    }
}

static void
on_fault (const char *id, TbFaultState state, int64_t time_ns, const char *reason, void *data)
{
  Alone *a = data;
  char sentence[500];
  (void) state;
  (void) time_ns;
  a->settled = a->settled || strcmp (id, NO_FAULT) == 0;
  if (*reason == '\0')
    return;
  snprintf (sentence, sizeof sentence, "a fault could not be set: %s", reason);
  say (a, sentence);
}

static void
on_problem (unsigned severity, uint32_t instance, const char *sentence, void *data)
{
  (void) severity;
  (void) instance;
  say (data, sentence);
}

/* ---- Its life -------------------------------------------------------------------------------- */

static bool
add_faults (Alone *a, char *why, size_t why_size)
{
  for (uint32_t i = 0; i < a->options->n_faults; i++)
    {
      TbWireFault fault;
      char id[24];
      if (!tb_fault_parse (a->options->faults[i], &fault, why, why_size))
        return false;
      snprintf (id, sizeof id, "fault-%u", i + 1);
      tb_fault_set (&fault, "id", id, why, why_size);
      /* Of its one link: on pairs of instances “upstream” would be both ways, as either may dial. */
      tb_fault_set (&fault, "link", a->link.id, why, why_size);
      tb_taps_add_fault (a->taps, &fault);
      tb_wire_fault_clear (&fault);
    }
  return true;
}

static void
make_plan (Alone *a, TbProto proto)
{
  static char caller[] = "caller/1", target[] = "target/1", link[] = "tap", none[] = "";
  a->ends[1] = 1;
  a->instances[0] = (TbWireInstance) { .id = caller, .component = caller };
  a->instances[1] = (TbWireInstance) { .id = target, .component = target };
  a->link = (TbWireLink) { .id = link, .from = &a->ends[0], .n_from = 1, .to = &a->ends[1],
                           .n_to = 1, .proto = (uint8_t) proto };
  a->plan = (TbWirePlan) { .run_dir = none, .recording = none, .document = none,
                           .seed = a->options->seed, .no_seccomp = true,
                           .instances = a->instances, .n_instances = 2, .links = &a->link,
                           .n_links = 1 };
}

static bool
make_taps (Alone *a, int listener)
{
  void *counters = NULL, *ring = NULL;
  int one = tb_shared_create ("counters", sizeof *a->counters, &counters);
  int two = tb_shared_create ("ring", sizeof *a->ring, &ring);
  if (one < 0 || two < 0)
    return false;
  close (one);
  close (two);
  a->counters = counters;
  a->ring = ring;
  a->taps = tb_taps_new (&a->plan, a->counters, a->ring, NULL);
  return a->taps != NULL
         && tb_taps_alone (a->taps, listener, (const struct sockaddr *) &a->target.endpoint.any,
                           a->target.endpoint.size) == 0;
}

/* Looks whether the target accepts, when it is time to. */
static void
look (Alone *a, int64_t now)
{
  if (now < a->look_ns)
    return;
  bool up = tb_target_accepts (&a->target, a->up);
  if (up != a->up)
    tb_taps_target (a->taps, up);
  a->up = up;
  a->look_ns = now + (up ? LOOK_UP_NS : LOOK_DOWN_NS);
}

static bool
is_interrupted (const Alone *a)
{
  struct signalfd_siginfo info;
  return read (a->signals, &info, sizeof info) > 0;
}

static const TbTapsSink sink
    = { .listening = on_listening, .fault = on_fault, .problem = on_problem };

/* What was passed on is counted after it, so that the sums wait until thread 1 is done with that. */
static void
settle (Alone *a)
{
  tb_taps_remove_fault (a->taps, NO_FAULT);
  while (!a->settled)
    {
      struct pollfd p = { tb_taps_event_fd (a->taps), POLLIN, 0 };
      poll (&p, 1, -1);
      tb_taps_drain (a->taps, &sink, a);
    }
}

static void
run (Alone *a)
{
  int64_t end = a->options->duration_ns > 0 ? a->begin_ns + a->options->duration_ns : INT64_MAX;
  int64_t print_ns = a->begin_ns + TB_NS_PER_S, now = a->begin_ns;
  tb_taps_target (a->taps, a->up = tb_target_accepts (&a->target, false));
  while (now < end && !is_interrupted (a))
    {
      look (a, now);
      struct pollfd p[] = { { tb_taps_event_fd (a->taps), POLLIN, 0 }, { a->signals, POLLIN, 0 } };
      int64_t wait = TB_MIN (TB_MIN (a->look_ns, print_ns), end) - now;
      poll (p, 2, (int) (TB_MAX (wait, 0) / TB_NS_PER_MS) + 1);
      tb_taps_drain (a->taps, &sink, a);
      now = tb_now_ns ();
      if (now < print_ns)
        continue;
      print (a, false);
      print_ns += TB_NS_PER_S;
    }
  settle (a);
  print (a, true);
}

static int
start (Alone *a, int listener)
{
  char why[400] = "memory is out";
  sigset_t signals;
  sigemptyset (&signals);
  sigaddset (&signals, SIGINT);
  sigaddset (&signals, SIGTERM);
  sigaddset (&signals, SIGHUP);
  sigprocmask (SIG_BLOCK, &signals, NULL);
  a->signals = signalfd (-1, &signals, SFD_NONBLOCK | SFD_CLOEXEC);
  if (a->signals < 0 || !make_taps (a, listener))
    return complain (STATUS_FAILED, why);
  if (!add_faults (a, why, sizeof why))
    return complain (STATUS_REFUSED, why);
  int error = tb_taps_start (a->taps);
  if (error < 0)
    return complain (STATUS_FAILED, strerror (-error));
  a->begin_ns = a->told_ns = tb_now_ns ();
  run (a);
  return STATUS_OK;
}

int
tb_alone_run (const TbAlone *options)
{
  static Alone a;
  char why[400];
  a = (Alone) { .options = options, .signals = -1 };
  a.terminal = !options->json && isatty (STDOUT_FILENO);
  tb_target_init (&a.target);
  bool known = true;
  TbProto proto = options->proto != NULL ? tb_proto_from_name (options->proto, &known)
                                         : TB_PROTO_UNKNOWN;
  if (!known)
    {
      snprintf (why, sizeof why, "“%s” is no protocol that can be read", options->proto);
      return complain (STATUS_REFUSED, why);
    }
  if (!tb_endpoint_find (&a.near, options->listen, why, sizeof why)
      || !tb_endpoint_find (&a.target.endpoint, options->target, why, sizeof why))
    return complain (STATUS_REFUSED, why);
  make_plan (&a, proto);
  int listener = tb_endpoint_bind (&a.near);
  if (listener < 0)
    {
      snprintf (why, sizeof why, "%s: %s", a.near.text, strerror (-listener));
      return complain (STATUS_FAILED, why);
    }
  int status = start (&a, listener);
  tb_taps_stop (a.taps);
  tb_target_clear (&a.target);
  if (a.signals >= 0)
    close (a.signals);
  return status;
}
