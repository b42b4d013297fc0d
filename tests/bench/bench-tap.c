/* A tap against haproxy (mode tcp, one thread) and against nothing between, in interleaved rounds:
 * round trips, connections, bulk, CPU for each, injected latency, memory of idle connections.
 * bench-tap [ROUNDS [NAME]]. Needs haproxy for the peer's figures; without it they are left out. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "taps-fixture.h"

enum
{
  ECHO_PORT = 7400, /* RESP: 100 bytes for 100 bytes */
  BULK_PORT = 7401, /* swallows, and answers a byte at the end */
  SHORT_PORT = 7402 /* one byte, a byte back, and it closes */
};

#define CONNECTIONS 64
#define IDLE 9000
#define MESSAGE 100
#define ROUND_NS (500 * TB_NS_PER_MS)
#define BULK_BYTES (512u << 20)
#define THREADS 16
#define ROUNDS_MAX 15

typedef enum
{
  VIA_DIRECT,
  VIA_HAPROXY,
  VIA_TAP,
  VIAS
} Via;

static const char *const via_names[VIAS] = { "direct", "haproxy", "tap" };

/* What a load process reports. */
typedef struct
{
  double amount, seconds;
  gint64 median_ns;
} Load;

static Load *load;   /* shared with the children */
static pid_t haproxy; /* 0: none */
static uint32_t haproxy_address;

/* ---- Servers --------------------------------------------------------------------------------- */

static void
add (int epoll, int fd)
{
  struct epoll_event e = { .events = EPOLLIN, .data.fd = fd };
  epoll_ctl (epoll, EPOLL_CTL_ADD, fd, &e);
}

static char reply[MESSAGE + 1] = "$93\r\n";
static char request[MESSAGE + 1] = "*2\r\n$4\r\nECHO\r\n$79\r\n";

static void
make_messages (void)
{
  memset (reply + 5, 'x', MESSAGE - 7);
  memcpy (reply + MESSAGE - 2, "\r\n", 2);
  memset (request + 19, 'x', MESSAGE - 21);
  memcpy (request + MESSAGE - 2, "\r\n", 2);
}

static void
serve_one (int fd)
{
  static char bytes[65536];
  ssize_t n = recv (fd, bytes, sizeof bytes, MSG_DONTWAIT);
  if (n == MESSAGE)
    fx_write (fd, reply, MESSAGE);
  else if (n == 1)
    fx_write (fd, "y", 1);
  else if (n == 0)
    close (fd);
}

static int
serve_echo (Fixture *fx, int ready, void *data)
{
  struct epoll_event events[256];
  int listener = fx_listen (fx->instances[1].address, ECHO_PORT), epoll = epoll_create1 (0), one = 1;
  int brief = fx_listen (fx->instances[1].address, SHORT_PORT);
  listen (listener, 4096);
  listen (brief, 4096);
  add (epoll, listener);
  add (epoll, brief);
  fx_say_ready (ready);
  for (;;)
    {
      int n = epoll_wait (epoll, events, G_N_ELEMENTS (events), -1);
      for (int i = 0; i < n; i++)
        {
          int fd = events[i].data.fd;
          if (fd != listener && fd != brief)
            {
              serve_one (fd);
              continue;
            }
          fd = accept4 (fd, NULL, NULL, SOCK_CLOEXEC);
          setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
          add (epoll, fd);
        }
    }
  return 0;
}

static int
serve_bulk (Fixture *fx, int ready, void *data)
{
  static char bytes[1 << 18];
  int listener = fx_listen (fx->instances[1].address, BULK_PORT);
  fx_say_ready (ready);
  for (;;)
    {
      int fd = accept (listener, NULL, NULL);
      while (read (fd, bytes, sizeof bytes) > 0)
        ;
      fx_write (fd, "e", 1);
      close (fd);
    }
  return 0;
}

/* ---- Loads ----------------------------------------------------------------------------------- */

static int
dial (Fixture *fx, Via via, uint16_t port)
{
  struct sockaddr_in a = fx_address (fx, 1, port);
  if (via == VIA_HAPROXY)
    a.sin_addr.s_addr = htonl (haproxy_address);
  int fd = socket (AF_INET, SOCK_STREAM, 0), one = 1;
  if (connect (fd, (struct sockaddr *) &a, sizeof a) < 0)
    _exit (100);
  setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  return fd;
}

static int
load_round_trips (Fixture *fx, int ready, void *data)
{
  Via via = (Via) GPOINTER_TO_UINT (data);
  struct epoll_event events[CONNECTIONS];
  int epoll = epoll_create1 (0);
  char bytes[MESSAGE];
  uint64_t trips = 0;
  for (int i = 0; i < CONNECTIONS; i++)
    {
      int fd = dial (fx, via, ECHO_PORT);
      add (epoll, fd);
      fx_write (fd, request, MESSAGE);
    }
  gint64 begin = tb_now_ns ();
  while (tb_now_ns () < begin + ROUND_NS)
    {
      int n = epoll_wait (epoll, events, CONNECTIONS, 1000);
      for (int i = 0; i < n; i++)
        {
          if (fx_read (events[i].data.fd, bytes, MESSAGE) != MESSAGE)
            return 1;
          trips++;
          fx_write (events[i].data.fd, request, MESSAGE);
        }
    }
  load->seconds = (double) (tb_now_ns () - begin) / 1e9;
  load->amount = (double) trips;
  return 0;
}

static volatile gboolean stop_connecting;

typedef struct
{
  Fixture *fx;
  Via via;
} Caller;

static gpointer
connect_often (gpointer data)
{
  Caller *caller = data;
  uintptr_t n = 0;
  char byte;
  while (!stop_connecting)
    {
      int fd = dial (caller->fx, caller->via, SHORT_PORT);
      fx_write (fd, "x", 1);
      fx_read (fd, &byte, 1);
      close (fd);
      n++;
    }
  return (gpointer) n;
}

static int
load_connects (Fixture *fx, int ready, void *data)
{
  Caller caller = { fx, (Via) GPOINTER_TO_UINT (data) };
  GThread *threads[THREADS];
  gint64 begin = tb_now_ns ();
  for (int i = 0; i < THREADS; i++)
    threads[i] = g_thread_new ("caller", connect_often, &caller);
  usleep (ROUND_NS / 1000);
  stop_connecting = TRUE;
  load->amount = 0;
  for (int i = 0; i < THREADS; i++)
    load->amount += (double) (uintptr_t) g_thread_join (threads[i]);
  load->seconds = (double) (tb_now_ns () - begin) / 1e9;
  return 0;
}

static int
load_bulk (Fixture *fx, int ready, void *data)
{
  static char bytes[1 << 18];
  int fd = dial (fx, (Via) GPOINTER_TO_UINT (data), BULK_PORT);
  gint64 begin = tb_now_ns ();
  for (uint64_t done = 0; done < BULK_BYTES; done += sizeof bytes)
    if (!fx_write (fd, bytes, sizeof bytes))
      return 1;
  shutdown (fd, SHUT_WR);
  if (fx_read (fd, bytes, 1) != 1)
    return 1;
  load->seconds = (double) (tb_now_ns () - begin) / 1e9;
  load->amount = BULK_BYTES / 1e9;
  return 0;
}

static int
compare_ns (const void *a, const void *b)
{
  const gint64 *x = a, *y = b;
  return *x < *y ? -1 : *x > *y;
}

static int
load_latency (Fixture *fx, int ready, void *data)
{
  enum { TRIPS = 101 };
  static gint64 ns[TRIPS];
  char bytes[MESSAGE];
  int fd = dial (fx, (Via) GPOINTER_TO_UINT (data), ECHO_PORT);
  for (int i = 0; i < TRIPS; i++)
    {
      gint64 begin = tb_now_ns ();
      fx_write (fd, request, MESSAGE);
      fx_read (fd, bytes, MESSAGE);
      ns[i] = tb_now_ns () - begin;
    }
  qsort (ns, TRIPS, sizeof ns[0], compare_ns);
  load->median_ns = ns[TRIPS / 2];
  return 0;
}

/* Every connection has had an exchange before it lies idle. */
static int
load_idle (Fixture *fx, int ready, void *data)
{
  char bytes[MESSAGE];
  for (int i = 0; i < IDLE; i++)
    {
      int fd = dial (fx, (Via) GPOINTER_TO_UINT (data), ECHO_PORT);
      fx_write (fd, request, MESSAGE);
      if (fx_read (fd, bytes, MESSAGE) != MESSAGE)
        return 1;
    }
  fx_say_ready (ready);
  pause ();
  return 0;
}

/* ---- Who relays, and what it costs ------------------------------------------------------------ */

static gboolean
start_haproxy (Fixture *fx)
{
  g_autofree char *program = g_find_program_in_path ("haproxy");
  g_autofree char *path = g_strdup_printf ("%s/haproxy.cfg", fx->dir);
  g_autoptr (GString) text = g_string_new ("global\n nbthread 1\n maxconn 9500\ndefaults\n mode tcp\n"
                                           " timeout connect 5s\n timeout client 60s\n"
                                           " timeout server 60s\n");
  const uint16_t ports[] = { ECHO_PORT, BULK_PORT, SHORT_PORT };
  haproxy_address = 127u << 24 | fx->plan.block << 16 | 250u << 8 | 1u;
  char near_text[20], far_text[20];
  struct in_addr near_address = { htonl (haproxy_address) };
  struct in_addr far_address = { htonl (fx->instances[1].address) };
  inet_ntop (AF_INET, &near_address, near_text, sizeof near_text);
  inet_ntop (AF_INET, &far_address, far_text, sizeof far_text);
  for (guint i = 0; i < G_N_ELEMENTS (ports); i++)
    g_string_append_printf (text, "listen l%u\n bind %s:%u\n server s %s:%u\n", i, near_text,
                            ports[i], far_text, ports[i]);
  if (program == NULL || !g_file_set_contents (path, text->str, -1, NULL))
    return FALSE;
  haproxy = fork ();
  if (haproxy == 0)
    {
      prctl (PR_SET_PDEATHSIG, SIGKILL);
      close_range (3, ~0u, 0);
      execl (program, "haproxy", "-db", "-q", "-f", path, (char *) NULL);
      _exit (127);
    }
  for (int i = 0; i < 1000; i++)
    {
      struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons (ECHO_PORT),
                               .sin_addr.s_addr = htonl (haproxy_address) };
      int fd = socket (AF_INET, SOCK_STREAM, 0);
      gboolean up = connect (fd, (struct sockaddr *) &a, sizeof a) == 0;
      close (fd);
      if (up)
        return TRUE;
      usleep (2000);
    }
  return FALSE;
}

static double
cpu_seconds (Fixture *fx, Via via)
{
  if (via == VIA_TAP)
    return (double) tb_taps_cpu_ns (fx->taps) / 1e9;
  g_autofree char *path = g_strdup_printf ("/proc/%d/schedstat", (int) haproxy);
  g_autofree char *text = NULL;
  if (via == VIA_DIRECT || !g_file_get_contents (path, &text, NULL, NULL))
    return 0;
  return g_ascii_strtod (text, NULL) / 1e9;
}

/* Resident and not proportional: the loads are forked from here and share what was there before. */
static double
memory_kib (Via via)
{
  g_autofree char *path = via == VIA_TAP ? g_strdup ("/proc/self/smaps_rollup")
                                         : g_strdup_printf ("/proc/%d/smaps_rollup", (int) haproxy);
  g_autofree char *text = NULL;
  if (!g_file_get_contents (path, &text, NULL, NULL))
    return 0;
  const char *line = strstr (text, "\nRss:");
  return line != NULL ? g_ascii_strtod (line + 5, NULL) : 0;
}

/* The load under the filter for the tap, and as it is for the others. */
static pid_t
start_load (Fixture *fx, Via via, FxFunc func, gboolean wait_until_ready)
{
  void *data = GUINT_TO_POINTER (via);
  if (via == VIA_TAP)
    return (wait_until_ready ? fx_serve : fx_run) (fx, 0, func, data);
  fx->plan.no_seccomp = true;
  pid_t child = (wait_until_ready ? fx_serve : fx_run) (fx, 0, func, data);
  fx->plan.no_seccomp = false;
  return child;
}

typedef struct
{
  double rate[ROUNDS_MAX], cpu[ROUNDS_MAX];
} Series;

static void
run_round (Fixture *fx, Via via, FxFunc func, int round, Series *series)
{
  double before = cpu_seconds (fx, via);
  int status = fx_wait (fx, start_load (fx, via, func, FALSE));
  if (status != 0)
    g_error ("load over %s failed: %d", via_names[via], status);
  series[via].rate[round] = load->amount / load->seconds;
  series[via].cpu[round] = (cpu_seconds (fx, via) - before) / load->amount;
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

/* A figure of the tap beside haproxy's, which may be missing. */
static void
compare (const char *name, double tap, double peer, const char *unit, const char *relation,
         double share)
{
  char target[40] = "", peer_text[40] = "";
  if (haproxy != 0)
    {
      g_snprintf (target, sizeof target, "%s %.4g", relation, share * peer);
      g_snprintf (peer_text, sizeof peer_text, "haproxy %.4g", peer);
    }
  print (name, tap, unit, target, peer_text);
}

static void
report (const Bench *bench, Series *series, int rounds)
{
  char name[80];
  double rate[VIAS], cpu[VIAS];
  for (Via via = VIA_DIRECT; via < VIAS; via++)
    {
      rate[via] = median (series[via].rate, rounds);
      cpu[via] = median (series[via].cpu, rounds) * bench->cpu_scale;
    }
  g_snprintf (name, sizeof name, "%s direct", bench->name);
  print (name, rate[VIA_DIRECT], bench->rate_unit, "", "");
  compare (bench->name, rate[VIA_TAP], rate[VIA_HAPROXY], bench->rate_unit, ">=", 0.9);
  g_snprintf (name, sizeof name, "%s CPU", bench->name);
  compare (name, cpu[VIA_TAP], cpu[VIA_HAPROXY], bench->cpu_unit, "<", bench->cpu_share);
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
        for (Via via = VIA_DIRECT; via < VIAS; via++)
          if (via != VIA_HAPROXY || haproxy != 0)
            run_round (fx, via, benches[i].func, round, series);
      report (&benches[i], series, rounds);
    }
}

static double
median_of (Fixture *fx)
{
  double values[3];
  for (int i = 0; i < 3; i++)
    {
      if (fx_wait (fx, start_load (fx, VIA_TAP, load_latency, FALSE)) != 0)
        g_error ("latency load failed");
      values[i] = (double) load->median_ns / 1e6;
    }
  return median (values, 3);
}

static void
bench_latency (Fixture *fx)
{
  const int settings_ms[] = { 1, 10 };
  for (guint i = 0; i < G_N_ELEMENTS (settings_ms); i++)
    {
      char name[60];
      double without = median_of (fx);
      fx_latency (fx, "slow", "client", "server", TRUE, FALSE, settings_ms[i] * TB_NS_PER_MS, 0);
      double with = median_of (fx);
      fx_heal (fx, "slow");
      g_snprintf (name, sizeof name, "error of %d ms injected", settings_ms[i]);
      print (name, ABS (with - without - settings_ms[i]), "ms", "<= 0.1", "");
    }
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
  double before = memory_kib (via);
  pid_t client = start_load (fx, via, load_idle, TRUE);
  gint64 settled = tb_now_ns () + 10 * TB_NS_PER_S;
  fx_until (fx, time_has_come, &settled);
  double more = memory_kib (via) - before;
  fx_kill (fx, client);
  return more / 1024 * 10000 / IDLE;
}

static void
bench_memory (Fixture *fx)
{
  char peer[40] = "";
  /* The ring of events is of one size; first use makes its pages resident. */
  while (tb_ring_head (fx->ring) < TB_RING_SLOTS)
    fx_wait (fx, start_load (fx, VIA_TAP, load_round_trips, FALSE));
  if (haproxy != 0)
    g_snprintf (peer, sizeof peer, "haproxy %.4g", idle_mib (fx, VIA_HAPROXY));
  print ("10000 idle connections", idle_mib (fx, VIA_TAP), "MiB", "<= 2", peer);
}

int
main (int argc, char **argv)
{
  int rounds = argc > 1 ? CLAMP (atoi (argv[1]), 1, ROUNDS_MAX) : 5;
  const char *why;
  if (!tb_intercept_works (&why))
    {
      fprintf (stderr, "bench-tap: %s\n", why);
      return 77;
    }
  make_messages ();
  load = mmap (NULL, sizeof *load, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  g_autoptr (Fixture) fx = fx_new ();
  fx_instance (fx, "client/1");
  fx_instance (fx, "server/1");
  fx_link (fx, "echo", 0, 1, ECHO_PORT, TB_PROTO_RESP);
  fx_link (fx, "bulk", 0, 1, BULK_PORT, TB_PROTO_BYTES);
  fx_link (fx, "brief", 0, 1, SHORT_PORT, TB_PROTO_BYTES);
  fx->deaf = TRUE;
  fx_start (fx);
  fx->plan.no_seccomp = true;
  fx_serve (fx, 1, serve_echo, NULL);
  fx_serve (fx, 1, serve_bulk, NULL);
  fx->plan.no_seccomp = false;
  if (!start_haproxy (fx))
    fprintf (stderr, "bench-tap: no haproxy, so no figures of a peer\n");
  const char *only = argc > 2 ? argv[2] : NULL;
  bench_rates (fx, rounds, only);
  if (only == NULL || strcmp (only, "latency") == 0)
    bench_latency (fx);
  if (only == NULL || strcmp (only, "memory") == 0)
    bench_memory (fx);
  if (haproxy > 0)
    {
      kill (haproxy, SIGKILL);
      waitpid (haproxy, NULL, 0);
    }
  return 0;
}
