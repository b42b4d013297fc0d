/* tierboard-node balancer and proxy: what they pass on, to whom, and what they keep. */
#include "harness.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void
stop (Node *node)
{
  g_free (node_stop (node));
}

static unsigned
status_of (const char *reply)
{
  return strlen (reply) > 12 ? (unsigned) atoi (reply + 9) : 0;
}

static Node *
forward_start (const char *kind, const char *keys, Node *const *back, unsigned n, const char *option,
               const char *value)
{
  g_autoptr (GString) call = g_string_new ("forward http://");
  for (unsigned i = 0; i < n; i++)
    g_string_append_printf (call, "%s%s", i ? "," : "", back[i]->address);
  g_string_append_printf (call, "/ %s", keys);
  return node_start (kind, NULL, "--threads", "pool 4", "--call", call->str, option, value, NULL);
}

static gint64
requests_of (const Node *back)
{
  g_autofree char *info = http_get (back->address, "/info");
  return number_in (info, "requests") - 1;
}

/* ---- What is passed on ---- */

static void
test_passes_all_on (void)
{
  g_autofree char *back = node_address ();
  int listener = socket_listen (back);
  g_autofree char *call = g_strdup_printf ("forward http://%s/", back);
  Node *node = node_start ("proxy", NULL, "--name", "proxy/1", "--call", call, NULL);
  int fd = socket_to (node->address);
  socket_send (fd, "PUT /a?b=c HTTP/1.1\r\nHost: shop\r\nX-Own: 7\r\nConnection: keep-alive\r\n"
                   "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", -1);
  int peer = accept (listener, NULL, NULL);
  g_autofree char *seen = socket_read_until (peer, "0\r\n\r\n");
  g_assert_true (g_str_has_prefix (seen, "PUT /a?b=c HTTP/1.1\r\n"));
  g_assert_nonnull (strstr (seen, "Host: shop\r\n"));
  g_assert_nonnull (strstr (seen, "X-Own: 7\r\n"));
  g_assert_nonnull (strstr (seen, "X-Forwarded-For: 127."));
  g_assert_nonnull (strstr (seen, "traceparent: 00-"));
  g_assert_null (strstr (seen, "Connection:"));
  g_assert_true (g_str_has_suffix (seen, "\r\n\r\n5\r\nhello\r\n0\r\n\r\n"));
  socket_send (peer, "HTTP/1.1 103 Early\r\n\r\nHTTP/1.1 418 I'm a teapot\r\nX-Its: 8\r\n"
                     "Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", -1);
  g_autofree char *reply = socket_read_until (fd, "0\r\n\r\n");
  g_assert_true (g_str_has_prefix (reply, "HTTP/1.1 418 I'm a teapot\r\n"));
  g_assert_nonnull (strstr (reply, "X-Its: 8\r\n"));
  g_assert_nonnull (strstr (reply, "Via: 1.1 proxy/1\r\n"));
  g_assert_true (g_str_has_suffix (reply, "\r\n\r\n2\r\nok\r\n0\r\n\r\n"));
  socket_send (fd, "GET /again HTTP/1.1\r\n\r\n", -1); /* both connections are used again */
  g_autofree char *again = socket_read_until (peer, "\r\n\r\n");
  g_assert_true (g_str_has_prefix (again, "GET /again HTTP/1.1\r\n"));
  close (peer);
  close (fd);
  close (listener);
  stop (node);
}

static void
test_body_until_close (void)
{
  g_autofree char *back = node_address ();
  int listener = socket_listen (back);
  g_autofree char *call = g_strdup_printf ("forward http://%s/", back);
  Node *node = node_start ("proxy", NULL, "--call", call, NULL);
  int fd = socket_to (node->address);
  socket_send (fd, "GET / HTTP/1.1\r\n\r\n", -1);
  int peer = accept (listener, NULL, NULL);
  g_free (socket_read_until (peer, "\r\n\r\n"));
  socket_send (peer, "HTTP/1.0 200 OK\r\n\r\nall there is", -1);
  close (peer);
  g_autofree char *reply = socket_read (fd, G_MAXSIZE);
  g_assert_nonnull (strstr (reply, "Connection: close\r\n"));
  g_assert_true (g_str_has_suffix (reply, "\r\n\r\nall there is"));
  close (fd);
  close (listener);
  stop (node);
}

static void
test_large_bodies (void)
{
  if (!have_program ("curl"))
    return;
  Node *back = node_start ("server", NULL, NULL);
  Node *node = forward_start ("balancer", "", &back, 1, "--check", "1s /info");
  g_autofree char *text = run_command ("head -c 700000 /dev/zero | curl -sS -m 20 -T - http://%s/put",
                                       node->address);
  g_assert_nonnull (strstr (text, "\"count\":1}"));
  stop (node);
  stop (back);
}

static void
test_target_down (void)
{
  g_autofree char *nobody = node_address ();
  g_autofree char *call = g_strdup_printf ("forward http://%s/", nobody);
  Node *node = node_start ("proxy", NULL, "--call", call, NULL);
  g_autofree char *reply = http_get (node->address, "/");
  g_assert_cmpuint (status_of (reply), ==, 502);
  g_assert_nonnull (strstr (reply, "refused the connection"));
  stop (node);
}

static void
test_longest_path_wins (void)
{
  Node *one = node_start ("server", NULL, "--name", "one", NULL);
  Node *two = node_start ("server", NULL, "--name", "two", NULL);
  g_autofree char *all = g_strdup_printf ("all http://%s/", one->address);
  g_autofree char *api = g_strdup_printf ("api http://%s/api/", two->address);
  Node *node = node_start ("proxy", NULL, "--call", all, "--call", api, NULL);
  g_autofree char *a = http_get (node->address, "/x"), *b = http_get (node->address, "/api/x");
  g_assert_nonnull (strstr (a, "\"name\":\"one\""));
  g_assert_nonnull (strstr (b, "\"name\":\"two\""));
  stop (node);
  stop (one);
  stop (two);
}

/* ---- To whom ---- */

typedef struct
{
  Node *back[3], *node;
} Trio;

static Trio
trio_new (const char *keys, const char *check)
{
  Trio t;
  for (unsigned i = 0; i < 3; i++)
    {
      g_autofree char *name = g_strdup_printf ("s/%u", i + 1);
      t.back[i] = node_start ("server", NULL, "--name", name, NULL);
    }
  t.node = forward_start ("balancer", keys, t.back, 3, "--check", check);
  return t;
}

static void
trio_clear (Trio *t)
{
  stop (t->node);
  for (unsigned i = 0; i < 3; i++)
    if (t->back[i] != NULL)
      stop (t->back[i]);
}

static void
test_round_robin (void)
{
  Trio t = trio_new ("balance=round-robin", "1h");
  for (int i = 0; i < 30; i++)
    g_free (http_get (t.node->address, "/"));
  for (unsigned i = 0; i < 3; i++) /* and one of the check at the start, on a page of its own */
    {
      gint64 n = requests_of (t.back[i]);
      g_assert_cmpint (n, >=, 10);
      g_assert_cmpint (n, <=, 11);
    }
  trio_clear (&t);
}

static char *
server_of (const char *reply)
{
  const char *p = strstr (reply, "\"name\":\"");
  g_assert_nonnull (p);
  return g_strndup (p + 8, strcspn (p + 8, "\""));
}

static void
test_hash_keeps_paths_together (void)
{
  Trio t = trio_new ("balance=hash", "1h");
  g_autoptr (GHashTable) all = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  for (int i = 0; i < 24; i++)
    {
      g_autofree char *path = g_strdup_printf ("/item/%d", i);
      g_autofree char *a = http_get (t.node->address, path), *b = http_get (t.node->address, path);
      g_autofree char *first = server_of (a), *second = server_of (b);
      g_assert_cmpstr (first, ==, second);
      g_hash_table_add (all, g_steal_pointer (&first));
    }
  g_assert_cmpuint (g_hash_table_size (all), ==, 3);
  trio_clear (&t);
}

static void
test_sticky_until_it_is_gone (void)
{
  Trio t = trio_new ("balance=sticky retries=1", "1h");
  g_autofree char *first = http_get (t.node->address, "/"), *server = server_of (first);
  const char *set = strstr (first, "Set-Cookie: tierboard-host=");
  g_assert_nonnull (set);
  g_autofree char *cookie = g_strdup_printf ("Cookie: %.*s", (int) strcspn (set + 12, ";"), set + 12);
  for (int i = 0; i < 9; i++)
    {
      g_autofree char *reply = http_get_with (t.node->address, "/", cookie);
      g_autofree char *again = server_of (reply);
      g_assert_cmpstr (again, ==, server);
      g_assert_null (strstr (reply, "Set-Cookie"));
    }
  unsigned index = (unsigned) atoi (server + 2) - 1;
  node_kill (t.back[index]);
  t.back[index] = NULL;
  g_autofree char *moved = http_get_with (t.node->address, "/", cookie);
  g_assert_cmpuint (status_of (moved), ==, 200);
  g_assert_nonnull (strstr (moved, "Set-Cookie: tierboard-host="));
  trio_clear (&t);
}

/* So many requests have come, but for its own page. */
static gint64
taken_by (const Node *back, gint64 *asked)
{
  g_autofree char *info = http_get (back->address, "/info");
  return number_in (info, "requests") - ++*asked;
}

static gboolean
is_readable (int fd)
{
  GPollFD asked = { fd, G_IO_IN, 0 };
  return g_poll (&asked, 1, 0) == 1;
}

/* Without checks: one that is under way counts at its host like a request. */
static void
test_least_avoids_the_busy (void)
{
  Node *back[2] = { node_start ("server", NULL, "--name", "slow", "--threads", "pool 4", "--work", "wait 100s", NULL),
                    node_start ("server", NULL, "--name", "quick", NULL) };
  Node *node = forward_start ("balancer", "balance=least-connections timeout=1h", back, 2, "--seed", "1");
  gint64 asked = 0;
  int fd = -1;
  while (taken_by (back[0], &asked) == 0) /* idle hosts take turns */
    {
      if (fd >= 0)
        close (fd);
      fd = socket_to (node->address);
      socket_send (fd, "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", -1);
      while (!is_readable (fd) && taken_by (back[0], &asked) == 0)
        g_usleep (2000);
      /* The end of its connection, not of its answer, says that it is counted no more. */
      if (is_readable (fd))
        g_free (socket_read (fd, G_MAXSIZE));
    }
  for (int i = 0; i < 6; i++)
    {
      g_autofree char *reply = http_get (node->address, "/"), *server = server_of (reply);
      g_assert_cmpstr (server, ==, "quick");
    }
  close (fd);
  node_kill (node);
  node_kill (back[0]);
  stop (back[1]);
}

/* A host that does not answer its checks gets no requests, and gets them again when it does. */
static void
test_checks (void)
{
  /* One that does not answer in the time of two checks is down too: time enough on a busy machine. */
  Trio t = trio_new ("balance=round-robin", "400ms /info");
  g_autofree char *address = g_strdup (t.back[1]->address);
  node_kill (t.back[1]);
  unsigned failures = 0;
  for (int ok = 0; ok < 20; ok++) /* in a row */
    {
      g_autofree char *reply = http_get (t.node->address, "/");
      if (status_of (reply) != 200)
        ok = -1, failures++;
    }
  g_assert_cmpuint (failures, <=, 2); /* who found it out, perhaps beside a check */
  t.back[1] = node_start ("server", address, "--name", "s/2", NULL);
  for (gboolean back = FALSE; !back;)
    {
      g_autofree char *reply = http_get (t.node->address, "/");
      g_assert_cmpuint (status_of (reply), ==, 200);
      back = strstr (reply, "\"s/2\"") != NULL;
    }
  for (unsigned i = 0; i < 3; i++)
    stop (t.back[i]);
  g_autofree char *said = node_stop (t.node);
  g_assert_nonnull (strstr (said, "is down: "));
  g_assert_nonnull (strstr (said, "is well again"));
}

/* ---- What is kept ---- */

static void
test_keeps_replies (void)
{
  Node *back = node_start ("server", NULL, NULL);
  Node *node = forward_start ("proxy", "", &back, 1, "--ttl", "1h");
  g_autofree char *first = http_get (node->address, "/a"), *second = http_get (node->address, "/a");
  g_autofree char *other = http_get (node->address, "/b");
  g_assert_nonnull (strstr (first, "X-Cache: MISS\r\n"));
  g_assert_nonnull (strstr (second, "X-Cache: HIT\r\n"));
  g_assert_cmpint (number_in (first, "count"), ==, number_in (second, "count"));
  g_assert_nonnull (strstr (other, "X-Cache: MISS\r\n"));
  g_autofree char *own = http_get_with (node->address, "/a", "Cookie: a=b");
  g_assert_null (strstr (own, "X-Cache"));
  g_assert_cmpint (requests_of (back), ==, 3);
  stop (node);
  stop (back);
}

static void
test_keeps_no_more_than_it_may (void)
{
  Node *back = node_start ("server", NULL, NULL);
  Node *node = forward_start ("proxy", "", &back, 1, "--capacity", "2");
  for (int i = 0; i < 3; i++)
    {
      g_autofree char *path = g_strdup_printf ("/%d", i);
      g_free (http_get (node->address, path));
    }
  g_autofree char *pushed_out = http_get (node->address, "/0");
  g_autofree char *kept = http_get (node->address, "/2");
  g_assert_nonnull (strstr (pushed_out, "X-Cache: MISS"));
  g_assert_nonnull (strstr (kept, "X-Cache: HIT"));
  stop (node);
  stop (back);
}

static void
test_answers_for_a_dead_target (void)
{
  Node *back = node_start ("server", NULL, NULL);
  Node *node = forward_start ("proxy", "", &back, 1, "--ttl", "1ms");
  g_autofree char *first = http_get (node->address, "/a");
  gint64 count = number_in (first, "count");
  g_usleep (5000);
  g_autofree char *second = http_get (node->address, "/a");
  g_assert_cmpint (number_in (second, "count"), ==, count + 1); /* not fresh: asked again */
  node_kill (back);
  g_usleep (5000);
  g_autofree char *third = http_get (node->address, "/a");
  g_assert_cmpuint (status_of (third), ==, 200);
  g_assert_nonnull (strstr (third, "X-Cache: STALE\r\n"));
  g_assert_cmpint (number_in (third, "count"), ==, count + 1);
  g_autofree char *unknown = http_get (node->address, "/b");
  g_assert_cmpuint (status_of (unknown), ==, 502);
  stop (node);
}

/* ---- A cache ---- */

static void
test_cache_forgets (void)
{
  Node *node = node_start ("cache", NULL, "--capacity", "3", NULL);
  g_autofree char *text = talk (node->address, "SET a 1\r\nSET b 2\r\nSET c 3\r\nGET a\r\nSET d 4\r\n"
                                               "EXISTS a\r\nEXISTS b\r\nDBSIZE\r\nQUIT\r\n");
  g_assert_cmpstr (text, ==, "+OK\r\n+OK\r\n+OK\r\n$1\r\n1\r\n+OK\r\n:1\r\n:0\r\n:3\r\n+OK\r\n");
  stop (node);
}

static void
test_cache_ages (void)
{
  Node *node = node_start ("cache", NULL, "--ttl", "20ms", NULL);
  g_free (talk (node->address, "SET a 1\r\nQUIT\r\n"));
  for (gboolean gone = FALSE; !gone;)
    {
      g_autofree char *text = talk (node->address, "GET a\r\nQUIT\r\n");
      gone = g_str_has_prefix (text, "$-1\r\n");
    }
  g_autofree char *text = talk (node->address, "SET a 1 EX 100\r\nTTL a\r\nQUIT\r\n");
  g_assert_cmpstr (text, ==, "+OK\r\n:100\r\n+OK\r\n");
  stop (node);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/forward/passes-all-on", test_passes_all_on);
  g_test_add_func ("/forward/body-until-close", test_body_until_close);
  g_test_add_func ("/forward/large-bodies", test_large_bodies);
  g_test_add_func ("/forward/target-down", test_target_down);
  g_test_add_func ("/forward/longest-path-wins", test_longest_path_wins);
  g_test_add_func ("/forward/round-robin", test_round_robin);
  g_test_add_func ("/forward/hash-keeps-paths-together", test_hash_keeps_paths_together);
  g_test_add_func ("/forward/sticky-until-it-is-gone", test_sticky_until_it_is_gone);
  g_test_add_func ("/forward/least-avoids-the-busy", test_least_avoids_the_busy);
  g_test_add_func ("/forward/checks", test_checks);
  g_test_add_func ("/proxy/keeps-replies", test_keeps_replies);
  g_test_add_func ("/proxy/keeps-no-more-than-it-may", test_keeps_no_more_than_it_may);
  g_test_add_func ("/proxy/answers-for-a-dead-target", test_answers_for_a_dead_target);
  g_test_add_func ("/cache/forgets", test_cache_forgets);
  g_test_add_func ("/cache/ages", test_cache_ages);
  return g_test_run ();
}
