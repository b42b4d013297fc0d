/* Thread models, measured: with work that waits, what runs at once is what there are threads for,
 * on any number of cores. */
#include "harness.h"

#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define WORK_MS 50.0

/* Milliseconds from sending n requests on n connections to the last answer. */
static double
burst (const char *address, int n)
{
  int fds[64];
  g_assert_cmpint (n, <=, (int) G_N_ELEMENTS (fds));
  for (int i = 0; i < n; i++)
    fds[i] = socket_to (address);
  gint64 begin = g_get_monotonic_time ();
  for (int i = 0; i < n; i++)
    socket_send (fds[i], "GET / HTTP/1.1\r\n\r\n", -1);
  for (int i = 0; i < n; i++)
    {
      g_autofree char *text = socket_read_until (fds[i], "}\n");
      g_assert_true (g_str_has_prefix (text, "HTTP/1.1 200"));
    }
  double ms = (double) (g_get_monotonic_time () - begin) / 1e3;
  for (int i = 0; i < n; i++)
    close (fds[i]);
  return ms;
}

typedef struct
{
  const char *model;
  double rounds; /* that 4 requests take, of WORK_MS each */
} Model;

static const Model models[] = {
  { "single", 4 }, { "pool 1", 4 }, { "pool 2", 2 }, { "pool 4", 1 }, { "per-request", 1 },
};

/* A busy machine may delay a burst; it never makes one quicker. So the least of some counts. */
static void
test_model (gconstpointer data)
{
  const Model *m = data;
  Node *node = node_start ("server", NULL, "--threads", m->model, "--work", "wait 50ms", NULL);
  double best = G_MAXDOUBLE;
  for (int i = 0; i < 60 && best > (m->rounds + 0.5) * WORK_MS; i++)
    best = MIN (best, burst (node->address, 4));
  g_test_message ("4 requests of 50 ms with %s: %.1f ms", m->model, best);
  g_assert_cmpfloat (best, >=, m->rounds * WORK_MS - 1);
  g_assert_cmpfloat (best, <, (m->rounds + 0.9) * WORK_MS);
  g_free (node_stop (node));
}

static void
test_cpu_work (void)
{
  struct rusage before, after;
  Node *node = node_start ("server", NULL, "--threads", "pool 4", "--work", "cpu 20ms", NULL);
  getrusage (RUSAGE_CHILDREN, &before);
  burst (node->address, 4);
  g_free (node_stop (node));
  getrusage (RUSAGE_CHILDREN, &after);
  double ms = (double) (after.ru_utime.tv_sec - before.ru_utime.tv_sec) * 1e3
              + (double) (after.ru_utime.tv_usec - before.ru_utime.tv_usec) / 1e3
              + (double) (after.ru_stime.tv_sec - before.ru_stime.tv_sec) * 1e3
              + (double) (after.ru_stime.tv_usec - before.ru_stime.tv_usec) / 1e3;
  g_test_message ("4 requests of 20 ms of CPU took %.1f ms of it", ms);
  g_assert_cmpfloat (ms, >=, 78);
  g_assert_cmpfloat (ms, <, 160);
}

/* Not in flight yet, but in the queue: the model has one thread and four wait for it. */
static void
test_queue_is_told (void)
{
  Node *node = node_start ("server", NULL, "--threads", "single", "--work", "wait 50ms", NULL);
  int fds[4], info = socket_to (node->address);
  for (int i = 0; i < 4; i++)
    {
      fds[i] = socket_to (node->address);
      socket_send (fds[i], "GET / HTTP/1.1\r\n\r\n", -1);
    }
  g_free (socket_read_until (fds[0], "}\n"));
  /* Asking counts as a request too; what was sent may still lie in a socket's buffer. */
  for (int asked = 1, seen = 0; seen < 4; asked++)
    {
      socket_send (info, "GET /info HTTP/1.1\r\n\r\n", -1);
      g_autofree char *text = socket_read_until (info, "}\n");
      g_assert_cmpint (number_in (text, "threads"), ==, 1);
      seen = number_in (text, "requests") - asked;
      g_assert_cmpint (seen, <=, 4);
      g_assert_cmpint (asked, <, 100);
    }
  for (int i = 0; i < 4; i++)
    close (fds[i]);
  close (info);
  g_free (node_stop (node));
}

/* Until it serves them again: who was served may still be on the way out. */
static void
await_served (const char *address)
{
  gint64 end = g_get_monotonic_time () + 30 * G_USEC_PER_SEC;
  for (gboolean served = FALSE; !served;)
    {
      g_autofree char *text = http_get (address, "/info");
      served = g_str_has_prefix (text, "HTTP/1.1 200 ");
      g_assert_cmpint (g_get_monotonic_time (), <, end);
    }
}

/* A thread per request ends somewhere; who comes then is told so, and later served again. Whom they call
 * answers none of them before all are there. */
static void
test_too_many_requests (void)
{
  enum { N = 1000 };
  struct rlimit limit;
  getrlimit (RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit (RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur < 2 * N + 64)
    {
      g_test_skip ("too few descriptors may be open here");
      return;
    }
  g_autofree char *back = node_address ();
  int fds[N], peers[N], listener = socket_listen (back);
  g_autofree char *call = g_strdup_printf ("next http://%s/ timeout=1h", back);
  Node *node = node_start ("server", NULL, "--threads", "per-request", "--call", call, NULL);
  for (int i = 0; i < N; i++)
    {
      fds[i] = socket_to (node->address);
      socket_send (fds[i], "GET / HTTP/1.1\r\n\r\n", -1);
      peers[i] = accept (listener, NULL, NULL);
      g_assert_cmpint (peers[i], >=, 0);
    }
  g_autofree char *refused = http_get (node->address, "/info");
  g_assert_true (g_str_has_prefix (refused, "HTTP/1.1 503 "));
  for (int i = 0; i < N; i++)
    socket_send (peers[i], "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", -1);
  for (int i = 0; i < N; i++)
    {
      g_autofree char *text = socket_read_until (fds[i], "}\n");
      g_assert_true (g_str_has_prefix (text, "HTTP/1.1 200 "));
      close (fds[i]);
      close (peers[i]);
    }
  close (listener);
  await_served (node->address);
  g_free (node_stop (node));
}

static void
test_store_with_a_pool (void)
{
  Node *node = node_start ("store", NULL, "--threads", "pool 4", "--work", "wait 50ms", NULL);
  double best = G_MAXDOUBLE;
  for (int k = 0; k < 60 && best > 1.5 * WORK_MS; k++)
    {
      int fds[4];
      for (int i = 0; i < 4; i++)
        fds[i] = socket_to (node->address);
      gint64 begin = g_get_monotonic_time ();
      for (int i = 0; i < 4; i++)
        socket_send (fds[i], "INCR n\r\n", -1);
      for (int i = 0; i < 4; i++)
        g_free (socket_read_until (fds[i], "\n"));
      best = MIN (best, (double) (g_get_monotonic_time () - begin) / 1e3);
      for (int i = 0; i < 4; i++)
        close (fds[i]);
    }
  g_assert_cmpfloat (best, >=, WORK_MS - 1);
  g_assert_cmpfloat (best, <, 1.9 * WORK_MS);
  g_free (node_stop (node));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (models); i++)
    {
      g_autofree char *name = g_strdup_printf ("/threads/%s", models[i].model);
      g_test_add_data_func (g_strdelimit (name, " ", '-'), &models[i], test_model);
    }
  g_test_add_func ("/threads/cpu-work", test_cpu_work);
  g_test_add_func ("/threads/waiting-requests", test_queue_is_told);
  g_test_add_func ("/threads/too-many-requests", test_too_many_requests);
  g_test_add_func ("/threads/store-with-a-pool", test_store_with_a_pool);
  return g_test_run ();
}
