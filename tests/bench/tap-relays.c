/* Who relays: the taps, the relays that people use, how each is started and what it costs. */
#include "tap-relays.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define PROCESSES_MAX 3

const char *const relay_names[VIAS]
    = { "direct", "haproxy", "nginx", "socat", "Toxiproxy", "tap", "tap, framed", "tap in a run" };

/* The processes that relay, one or one for each port; none for a peer that is not there. */
static struct
{
  pid_t pids[PROCESSES_MAX];
  int n;
} relays[VIAS];

static const uint16_t ports[] = { ECHO_PORT, BULK_PORT, SHORT_PORT };

gboolean
relay_is_there (Via via)
{
  return via == VIA_DIRECT || via == VIA_RUN || relays[via].n > 0;
}

uint32_t
relay_address (const Fixture *fx, Via via)
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
                               .sin_addr.s_addr = htonl (relay_address (fx, via)) };
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
  fprintf (stderr, "bench-tap: no figures of %s\n", relay_names[via]);
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
  address_text (relay_address (fx, via), near_text);
  address_text (relay_address (fx, VIA_DIRECT), far_text);
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
                                           port, address_text (relay_address (fx, VIA_SOCAT), near_text));
  g_autofree char *to = g_strdup_printf (
      "TCP:%s:%u,nodelay", address_text (relay_address (fx, VIA_DIRECT), far_text), port);
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
      = g_strdup_printf ("%s:%u", address_text (relay_address (fx, via), near_text), port);
  g_autofree char *to
      = g_strdup_printf ("%s:%u", address_text (relay_address (fx, VIA_DIRECT), far_text), port);
  start_relay (fx, via,
               (const char *[]) { AGENT_PROGRAM, "--tap", "--quiet", "--proto", protocol, from, to, NULL });
}

void
relays_start (Fixture *fx)
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

void
relays_stop (void)
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

double
relay_cpu_seconds (Fixture *fx, Via via)
{
  double sum = 0;
  if (via == VIA_RUN)
    return (double) tb_taps_cpu_ns (fx->taps) / 1e9;
  for (int i = 0; i < relays[via].n; i++)
    sum += cpu_of_process (relays[via].pids[i]);
  return sum;
}

double
relay_memory_kib (Via via)
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
