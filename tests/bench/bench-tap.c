/* A tap against the relays people use and against nothing between, in interleaved rounds: round trips,
 * connections, bulk, CPU for each, one connection's latency, injected latency, memory of idle
 * connections. bench-tap [ROUNDS [NAME]]. Peers that are not installed are left out: haproxy (mode tcp,
 * one thread), nginx (stream, one process), socat (a process for each connection), Toxiproxy
 * (toxiproxy-server, without toxics).
 *
 * "tap" is `tierboard tap`, which does what the peers do: listens, and passes on. "framed" is the same
 * with messages read. "in a run" is a tap of a run: messages read, and each connect() of the load
 * intercepted, which the peers have no like of; what it costs is in the same figures. */
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
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "taps-fixture.h"

enum
{
  ECHO_PORT = 7400, /* RESP: 100 bytes for 100 bytes */
  BULK_PORT = 7401, /* swallows, and answers a byte after BULK_BYTES */
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
  VIA_NGINX,
  VIA_SOCAT,
  VIA_TOXIPROXY,
  VIA_TAP,
  VIA_FRAMED,
  VIA_RUN,
  VIAS
} Via;

static const char *const via_names[VIAS]
    = { "direct", "haproxy", "nginx", "socat", "Toxiproxy", "tap", "tap, framed", "tap in a run" };

#define PROCESSES_MAX 3

/* The processes that relay, one or one for each port; none for a peer that is not there. */
static struct
{
  pid_t pids[PROCESSES_MAX];
  int n;
} relays[VIAS];

static const uint16_t ports[] = { ECHO_PORT, BULK_PORT, SHORT_PORT };

/* What a load process reports. */
typedef struct
{
  double amount, seconds;
  gint64 median_ns;
} Load;

static Load *load; /* shared with the children */
static gint64 pace_ns; /* of load_latency: from the beginning of one trip to that of the next */

static gboolean
is_there (Via via)
{
  return via == VIA_DIRECT || via == VIA_RUN || relays[via].n > 0;
}

/* Where it listens; host order. */
static uint32_t
address_of (const Fixture *fx, Via via)
{
  if (via == VIA_DIRECT || via == VIA_RUN)
    return fx->instances[1].address;
  return 127u << 24 | fx->plan.block << 16 | 250u << 8 | via;
}

static char *
address_text (uint32_t address, char text[20])
{
  struct in_addr a = { htonl (address) };
  return (char *) inet_ntop (AF_INET, &a, text, 20);
}

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
      ssize_t n;
      for (uint64_t sum = 0; (n = read (fd, bytes, sizeof bytes)) > 0;)
        if ((sum += (uint64_t) n) == BULK_BYTES)
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
  a.sin_addr.s_addr = htonl (address_of (fx, via));
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
  if (fx_read (fd, bytes, 1) != 1) /* without a half-close, which not every peer passes on */
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
      if (pace_ns > 0)
        usleep ((useconds_t) (MAX (begin + pace_ns - tb_now_ns (), 0) / 1000));
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

static void
start_relay (Fixture *fx, Via via, const char *const *argv)
{
  pid_t child = fork ();
  if (child == 0)
    {
      int nothing = open ("/dev/null", O_WRONLY);
      prctl (PR_SET_PDEATHSIG, SIGKILL);
      dup2 (nothing, 1);
      dup2 (nothing, 2);
      close_range (3, ~0u, 0);
      execvp (argv[0], (char *const *) argv);
      _exit (127);
    }
  relays[via].pids[relays[via].n++] = child;
}

/* Until it listens on all ports; false, and nothing is left of it, where it ends instead. */
static gboolean
await_relay (Fixture *fx, Via via)
{
  int up = 0;
  for (int i = 0; i < 2000 && up < (int) G_N_ELEMENTS (ports); i++)
    {
      struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons (ports[up]),
                               .sin_addr.s_addr = htonl (address_of (fx, via)) };
      int fd = socket (AF_INET, SOCK_STREAM, 0);
      if (connect (fd, (struct sockaddr *) &a, sizeof a) == 0)
        up++;
      else if (waitpid (relays[via].pids[0], NULL, WNOHANG) != 0)
        break;
      else
        usleep (5000);
      close (fd);
    }
  if (up == (int) G_N_ELEMENTS (ports))
    return TRUE;
  fprintf (stderr, "bench-tap: no figures of %s\n", via_names[via]);
  for (int i = 0; i < relays[via].n; i++)
    kill (relays[via].pids[i], SIGKILL);
  relays[via].n = 0;
  return FALSE;
}

/* A configuration with a paragraph for each port, which has near, port, far, port. */
static char *
write_config (Fixture *fx, Via via, const char *name, const char *head, const char *paragraph,
              const char *tail)
{
  g_autoptr (GString) text = g_string_new (head);
  char near_text[20], far_text[20];
  address_text (address_of (fx, via), near_text);
  address_text (address_of (fx, VIA_DIRECT), far_text);
  for (guint i = 0; i < G_N_ELEMENTS (ports); i++)
    {
      g_autofree char *port = g_strdup_printf ("%u", ports[i]);
      g_autoptr (GString) one = g_string_new (paragraph);
      g_string_replace (one, "NEAR", near_text, 0);
      g_string_replace (one, "FAR", far_text, 0);
      g_string_replace (one, "PORT", port, 0);
      g_string_append (text, one->str);
    }
  g_string_append (text, tail);
  char *path = g_strdup_printf ("%s/%s", fx->dir, name);
  g_file_set_contents (path, text->str, -1, NULL);
  return path;
}

static void
start_haproxy (Fixture *fx)
{
  g_autofree char *path = write_config (
      fx, VIA_HAPROXY, "haproxy.cfg",
      "global\n nbthread 1\n maxconn 9500\ndefaults\n mode tcp\n timeout connect 5s\n"
      " timeout client 60s\n timeout server 60s\n",
      "listen lPORT\n bind NEAR:PORT\n server s FAR:PORT\n", "");
  start_relay (fx, VIA_HAPROXY, (const char *[]) { "haproxy", "-db", "-q", "-f", path, NULL });
}

static void
start_nginx (Fixture *fx)
{
  const char *module = "/usr/lib/nginx/modules/ngx_stream_module.so";
  g_autofree char *head = g_strdup_printf (
      "%s%s%s\nuser root;\ndaemon off;\nmaster_process off;\npid %s/nginx.pid;\nerror_log stderr crit;\n"
      "worker_rlimit_nofile 20000;\nevents { worker_connections 20000; }\nstream {\n",
      g_file_test (module, G_FILE_TEST_EXISTS) ? "load_module " : "",
      g_file_test (module, G_FILE_TEST_EXISTS) ? module : "",
      g_file_test (module, G_FILE_TEST_EXISTS) ? ";" : "", fx->dir);
  g_autofree char *path = write_config (
      fx, VIA_NGINX, "nginx.conf", head,
      "server { listen NEAR:PORT backlog=4096; proxy_half_close on; proxy_pass FAR:PORT; }\n", "}\n");
  start_relay (fx, VIA_NGINX, (const char *[]) { "nginx", "-p", fx->dir, "-c", path, NULL });
}

static void
start_socat (Fixture *fx, uint16_t port)
{
  char near_text[20], far_text[20];
  g_autofree char *from = g_strdup_printf ("TCP-LISTEN:%u,bind=%s,reuseaddr,fork,backlog=4096,nodelay",
                                           port, address_text (address_of (fx, VIA_SOCAT), near_text));
  g_autofree char *to = g_strdup_printf (
      "TCP:%s:%u,nodelay", address_text (address_of (fx, VIA_DIRECT), far_text), port);
  start_relay (fx, VIA_SOCAT, (const char *[]) { "socat", from, to, NULL });
}

static void
start_toxiproxy (Fixture *fx)
{
  g_autofree char *path = write_config (
      fx, VIA_TOXIPROXY, "toxiproxy.json",
      "[", "{\"name\":\"pPORT\",\"listen\":\"NEAR:PORT\",\"upstream\":\"FAR:PORT\",\"enabled\":true},",
      "{\"name\":\"none\",\"listen\":\"127.0.0.1:0\",\"upstream\":\"127.0.0.1:1\",\"enabled\":false}]");
  g_setenv ("LOG_LEVEL", "error", TRUE);
  start_relay (fx, VIA_TOXIPROXY,
               (const char *[]) { "toxiproxy-server", "-host", "127.0.0.1", "-port", "21179",
                                  "-config", path, NULL });
}

static void
start_tap (Fixture *fx, Via via, uint16_t port, const char *protocol)
{
  char near_text[20], far_text[20];
  g_autofree char *from
      = g_strdup_printf ("%s:%u", address_text (address_of (fx, via), near_text), port);
  g_autofree char *to
      = g_strdup_printf ("%s:%u", address_text (address_of (fx, VIA_DIRECT), far_text), port);
  start_relay (fx, via,
               (const char *[]) { AGENT_PROGRAM, "--tap", "--quiet", "--proto", protocol, from, to, NULL });
}

static void
start_relays (Fixture *fx)
{
  start_haproxy (fx);
  start_nginx (fx);
  start_toxiproxy (fx);
  for (guint i = 0; i < G_N_ELEMENTS (ports); i++)
    {
      start_socat (fx, ports[i]);
      start_tap (fx, VIA_TAP, ports[i], "bytes");
      start_tap (fx, VIA_FRAMED, ports[i], ports[i] == ECHO_PORT ? "resp" : "auto");
    }
  for (Via via = VIA_HAPROXY; via < VIA_RUN; via++)
    await_relay (fx, via);
}

static void
stop_relays (void)
{
  for (Via via = 0; via < VIAS; via++)
    for (int i = 0; i < relays[via].n; i++)
      {
        kill (relays[via].pids[i], SIGKILL);
        waitpid (relays[via].pids[i], NULL, 0);
      }
}

static double
cpu_of_process (pid_t pid)
{
  double sum = 0;
  const char *name;
  g_autofree char *path = g_strdup_printf ("/proc/%d/task", (int) pid);
  g_autoptr (GDir) tasks = g_dir_open (path, 0, NULL);
  while (tasks != NULL && (name = g_dir_read_name (tasks)) != NULL)
    {
      g_autofree char *file = g_strdup_printf ("%s/%s/schedstat", path, name);
      g_autofree char *text = NULL;
      if (g_file_get_contents (file, &text, NULL, NULL))
        sum += g_ascii_strtod (text, NULL) / 1e9;
    }
  return sum;
}

static double
cpu_seconds (Fixture *fx, Via via)
{
  double sum = 0;
  if (via == VIA_RUN)
    return (double) tb_taps_cpu_ns (fx->taps) / 1e9;
  for (int i = 0; i < relays[via].n; i++)
    sum += cpu_of_process (relays[via].pids[i]);
  return sum;
}

/* Memory of its own: neither libraries nor the ring of events, which is of one size. */
static double
memory_kib (Via via)
{
  double sum = 0;
  for (int i = 0; i < relays[via].n; i++)
    {
      g_autofree char *path = g_strdup_printf ("/proc/%d/smaps_rollup", (int) relays[via].pids[i]);
      g_autofree char *text = NULL;
      if (!g_file_get_contents (path, &text, NULL, NULL))
        return 0;
      const char *line = strstr (text, "\nAnonymous:");
      sum += line != NULL ? g_ascii_strtod (line + 11, NULL) : 0;
    }
  return sum;
}

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
  double before = cpu_seconds (fx, via), callers = cpu_of_children ();
  int status = fx_wait (fx, start_load (fx, via, func, FALSE));
  if (status != 0)
    g_error ("load over %s failed: %d", via_names[via], status);
  series[via].rate[round] = load->amount / load->seconds;
  series[via].cpu[round] = (cpu_seconds (fx, via) - before) / load->amount;
  series[via].both[round]
      = series[via].cpu[round] + (cpu_of_children () - callers) / load->amount;
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
    if (is_there (via) && values[via] > 0)
      {
        gsize at = strlen (out);
        g_snprintf (out + at, 120 - at, "%s%s %.4g", at > 0 ? ", " : "", via_names[via], values[via]);
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
      g_snprintf (row, sizeof row, "%s, %s", name, via_names[via]);
      print (row, values[via], unit, target, peers_text (values, peers));
    }
}

static void
report (const Bench *bench, Series *series, int rounds)
{
  char name[80];
  double rate[VIAS] = { 0 }, cpu[VIAS] = { 0 }, both[VIAS] = { 0 };
  for (Via via = VIA_DIRECT; via < VIAS; via++)
    if (is_there (via))
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
            if (is_there (order[k]))
              run_round (fx, order[k], benches[i].func, round, series);
        }
      report (&benches[i], series, rounds);
    }
}

static double
latency_ms (Fixture *fx, Via via)
{
  if (fx_wait (fx, start_load (fx, via, load_latency, FALSE)) != 0)
    g_error ("latency load over %s failed", via_names[via]);
  return (double) load->median_ns / 1e6;
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
    if (is_there (via) && (best <= 0 || added[via] < best))
      best = added[via];
  if (best > 0 && counts)
    g_snprintf (target, sizeof target, "<= %.4g", best);
  g_snprintf (name, sizeof name, "one connection, round trip, %s, direct", which);
  print (name, 1000 * direct, "us", "", "");
  for (Via via = VIA_TAP; via < VIAS; via++)
    {
      g_snprintf (name, sizeof name, "one connection, added, %s, %s", which, via_names[via]);
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
        values[order[k]][round] = is_there (order[k]) ? latency_ms (fx, order[k]) : 0;
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
  pace_ns = 20 * TB_NS_PER_MS;
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
  pace_ns = 0;
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
  double values[VIAS] = { 0 };
  char peers[120];
  for (Via via = VIA_HAPROXY; via <= VIA_TAP; via++)
    if (is_there (via) && via != VIA_SOCAT && via != VIA_TOXIPROXY) /* which loses some */
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
  start_relays (fx);
  const char *only = argc > 2 ? argv[2] : NULL;
  bench_rates (fx, rounds, only);
  if (only == NULL || strcmp (only, "one") == 0)
    bench_one (fx, ROUNDS_MAX);
  if (only == NULL || strcmp (only, "latency") == 0)
    bench_latency (fx, MIN (rounds, 5));
  if (only == NULL || strcmp (only, "memory") == 0)
    bench_memory (fx);
  stop_relays ();
  return 0;
}
