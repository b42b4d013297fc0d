/* tierboard-node client, and what holds for all three kinds: start, end, refusals. */
#include "harness.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void
stop (Node *node)
{
  g_free (node_stop (node));
}

/* Runs a client to its end; returns its totals. */
static char *
run_client (const char *call, ...)
{
  g_autoptr (GStrvBuilder) options = g_strv_builder_new ();
  int status;
  va_list args;
  g_strv_builder_add_many (options, "--call", call, NULL);
  va_start (args, call);
  for (const char *word; (word = va_arg (args, const char *)) != NULL;)
    g_strv_builder_add (options, word);
  va_end (args);
  g_auto (GStrv) words = g_strv_builder_end (options);
  char *text = node_wait (node_spawn ("client", NULL, words), 30, &status);
  g_assert_cmpint (status, ==, 0);
  return text;
}

static void
test_exact_requests (void)
{
  Node *server = node_start ("server", NULL, "--threads", "pool 4", NULL);
  g_autofree char *call = g_strdup_printf ("browse http://%s/", server->address);
  g_autofree char *text = run_client (call, "--threads", "pool 4", "--requests", "10000", NULL);
  g_assert_cmpint (number_in (text, "requests"), ==, 10000);
  g_assert_cmpint (number_in (text, "replies"), ==, 10000);
  g_assert_cmpint (number_in (text, "errors"), ==, 0);
  g_assert_cmpint (number_in (text, "p50_ns"), >, 0);
  g_assert_cmpint (number_in (text, "p99_ns"), >=, number_in (text, "p50_ns"));
  g_autofree char *info = http_get (server->address, "/info");
  g_assert_cmpint (number_in (info, "requests"), ==, 10000 + 1);
  stop (server);
}

static void
test_exact_requests_with_shares (void)
{
  Node *server = node_start ("server", NULL, NULL);
  g_autofree char *one = g_strdup_printf ("a http://%s/ share=0.3", server->address);
  g_autofree char *two = g_strdup_printf ("b http://%s/ share=0.3 method=PUT body=10",
                                          server->address);
  g_autofree char *text = run_client (one, "--call", two, "--requests", "500", NULL);
  g_assert_cmpint (number_in (text, "replies"), ==, 500);
  g_autofree char *info = http_get (server->address, "/info");
  g_assert_cmpint (number_in (info, "requests"), ==, 500 + 1);
  stop (server);
}

static void
test_async_requests_are_all_sent (void)
{
  Node *server = node_start ("server", NULL, "--threads", "pool 4", NULL);
  g_autofree char *call = g_strdup_printf ("tell http://%s/ async", server->address);
  g_autofree char *text = run_client (call, "--requests", "300", NULL);
  g_assert_cmpint (number_in (text, "requests"), ==, 300);
  g_autofree char *info = http_get (server->address, "/info");
  g_assert_cmpint (number_in (info, "requests"), ==, 300 + 1);
  stop (server);
}

static void
test_store_load (void)
{
  Node *store = node_start ("store", NULL, NULL);
  g_autofree char *save = g_strdup_printf ("save resp://%s op=write keys=3", store->address);
  g_autofree char *load = g_strdup_printf ("load resp://%s op=read keys=3", store->address);
  g_autofree char *text = run_client (save, "--call", load, "--requests", "400", NULL);
  g_assert_cmpint (number_in (text, "replies"), ==, 400);
  g_autofree char *info = talk (store->address, "DBSIZE\r\nINFO stats\r\nQUIT\r\n");
  g_assert_true (g_str_has_prefix (info, ":3\r\n"));
  g_assert_cmpint (number_in (info, "keyspace_hits") + number_in (info, "keyspace_misses"), ==, 200);
  stop (store);
}

/* 40 a second are due and 20 a second can be served: the last of one second is late by a second.
 * A closed loop would report 50 ms. */
static void
test_open_loop_counts_from_due (void)
{
  Node *server = node_start ("server", NULL, "--work", "wait 50ms", NULL);
  g_autofree char *call = g_strdup_printf ("browse http://%s/", server->address);
  g_autofree char *text = run_client (call, "--threads", "pool 50", "--rate", "40", "--requests", "40",
                                      NULL);
  g_assert_cmpint (number_in (text, "replies"), ==, 40);
  g_assert_cmpint (number_in (text, "max_ns"), >, 700 * TB_NS_PER_MS);
  g_assert_cmpint (number_in (text, "p50_ns"), >, 300 * TB_NS_PER_MS);
  stop (server);
}

static void
test_think (void)
{
  Node *server = node_start ("server", NULL, NULL);
  g_autofree char *call = g_strdup_printf ("browse http://%s/", server->address);
  gint64 begin = g_get_monotonic_time ();
  g_free (run_client (call, "--think", "20ms", "--requests", "10", NULL));
  g_assert_cmpint (g_get_monotonic_time () - begin, >=, 9 * 20 * 1000);
  stop (server);
}

static void
test_duration (void)
{
  Node *server = node_start ("server", NULL, NULL);
  g_autofree char *call = g_strdup_printf ("browse http://%s/", server->address);
  gint64 begin = g_get_monotonic_time ();
  g_autofree char *text = run_client (call, "--think", "1ms", "--duration", "200ms", NULL);
  double ms = (double) (g_get_monotonic_time () - begin) / 1e3;
  g_assert_cmpfloat (ms, >=, 200);
  g_assert_cmpfloat (ms, <, 20000); /* it ends, however busy the machine */
  g_assert_cmpint (number_in (text, "replies"), ==, number_in (text, "requests"));
  stop (server);
}

static void
test_nobody_there (void)
{
  g_autofree char *nobody = node_address ();
  g_autofree char *call = g_strdup_printf ("browse http://%s/", nobody);
  gint64 begin = g_get_monotonic_time ();
  g_autofree char *text = run_client (call, "--requests", "20", NULL);
  gint64 seconds = (g_get_monotonic_time () - begin) / G_USEC_PER_SEC;
  g_assert_cmpint (number_in (text, "errors"), ==, 20);
  g_assert_cmpint (number_in (text, "replies"), ==, 0);
  g_autofree char *why = g_strdup_printf ("browse: %s refused the connection\n", nobody);
  const char *p = text;
  int lines = 0;
  for (; (p = strstr (p, why)) != NULL; p += strlen (why))
    lines++;
  g_assert_cmpint (lines, >=, 10); /* at most ten a second are said */
  g_assert_cmpint (lines, <=, 10 * (1 + seconds));
}

static void
test_lost_sessions_are_counted (void)
{
  Node *one = node_start ("server", NULL, "--state", "stateful", NULL);
  Node *two = node_start ("server", NULL, "--state", "stateful", NULL);
  g_autofree char *call = g_strdup_printf ("browse http://%s,%s/", one->address, two->address);
  g_autofree char *text = run_client (call, "--requests", "10", NULL);
  g_assert_cmpint (number_in (text, "sessions_lost"), ==, 9);
  stop (one);
  stop (two);
}

/* ---- All kinds ---- */

/* A busy machine may make it longer, never shorter: the least of some counts. */
static void
test_ends_within_100_ms (void)
{
  double best[2] = { 1e9, 1e9 };
  for (int i = 0; i < 60 && (best[0] > 100 || best[1] > 100); i++)
    {
      Node *server = node_start ("server", NULL, "--work", "wait 10s", "--threads", "pool 2", NULL);
      g_autofree char *call = g_strdup_printf ("browse http://%s/ timeout=30s", server->address);
      Node *client = node_start ("client", NULL, "--call", call, NULL);
      Node *nodes[] = { client, server };
      for (int k = 0; k < 2; k++)
        {
          gint64 begin = g_get_monotonic_time ();
          g_autofree char *text = node_stop (nodes[k]);
          best[k] = MIN (best[k], (double) (g_get_monotonic_time () - begin) / 1e3);
          g_assert_nonnull (strstr (text, "{\"requests\":"));
        }
    }
  g_assert_cmpfloat (best[0], <=, 100);
  g_assert_cmpfloat (best[1], <=, 100);
}

static int
run_node (char **err, ...)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  int status;
  va_list args;
  g_strv_builder_add (builder, NODE_PROGRAM);
  va_start (args, err);
  for (const char *word; (word = va_arg (args, const char *)) != NULL;)
    g_strv_builder_add (builder, word);
  va_end (args);
  g_auto (GStrv) argv = g_strv_builder_end (builder);
  g_spawn_sync (NULL, argv, NULL, G_SPAWN_STDOUT_TO_DEV_NULL, NULL, NULL, NULL, err, &status, NULL);
  return WIFEXITED (status) ? WEXITSTATUS (status) : -1;
}

static void
test_address_in_use (void)
{
  g_autofree char *err = NULL;
  g_autofree char *address = node_address ();
  int fd = socket_listen (address);
  g_assert_cmpint (run_node (&err, "server", "--listen", address, NULL), ==, 1);
  g_autofree char *expected
    = g_strdup_printf ("tierboard-node: cannot listen at %s: Address already in use\n", address);
  g_assert_cmpstr (err, ==, expected);
  close (fd);
}

static const struct
{
  const char *a, *b, *c, *sentence;
} bad_options[] = {
  { NULL, NULL, NULL, "what it is to be is needed first" },
  { "waiter", NULL, NULL, "mediator or broker, found waiter" },
  { "server", NULL, NULL, "a server needs --listen HOST:PORT" },
  { "client", NULL, NULL, "a client needs a --call" },
  { "server", "--listen", "here", "--listen: cannot read “here”" },
  { "server", "--listen", NULL, "--listen: a value is missing" },
  { "server", "--think", "2ms", "“--think” is no option of a server" },
  { "server", "--work", "hard", "--work: cannot read “hard”" },
  { "server", "--threads", "pool none", "--threads: cannot read “pool none”" },
  { "client", "--call", "a ftp://x", "--call a: an address such as http://127.0.0.1:8080/" },
  { "client", "--call", "a http://127.0.0.1:1/ wat=3", "--call a: cannot read “wat=3”" },
  { "store", "--call", "a resp://127.0.0.1:1", "“--call” is no option of a store" },
};

static void
test_bad_options (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (bad_options); i++)
    {
      g_autofree char *err = NULL;
      int status = run_node (&err, bad_options[i].a, bad_options[i].b, bad_options[i].c, NULL);
      g_assert_cmpint (status, ==, 2);
      if (strstr (err, bad_options[i].sentence) == NULL)
        g_error ("expected “%s”, found: %s", bad_options[i].sentence, err);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/client/exact-requests", test_exact_requests);
  g_test_add_func ("/client/exact-requests-with-shares", test_exact_requests_with_shares);
  g_test_add_func ("/client/async-requests-are-all-sent", test_async_requests_are_all_sent);
  g_test_add_func ("/client/store", test_store_load);
  g_test_add_func ("/client/open-loop-counts-from-due", test_open_loop_counts_from_due);
  g_test_add_func ("/client/think", test_think);
  g_test_add_func ("/client/duration", test_duration);
  g_test_add_func ("/client/nobody-there", test_nobody_there);
  g_test_add_func ("/client/lost-sessions-are-counted", test_lost_sessions_are_counted);
  g_test_add_func ("/node/ends-within-100-ms", test_ends_within_100_ms);
  g_test_add_func ("/node/address-in-use", test_address_in_use);
  g_test_add_func ("/node/bad-options", test_bad_options);
  return g_test_run ();
}
