/* Calls of one request: in order, side by side, the first answer; and what takes them back. */
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

static gint64
requests_of (const Node *node)
{
  g_autofree char *info = http_get (node->address, "/info");
  return number_in (info, "requests") - 1;
}

/* Both calls are at work at once: each part holds its answer until the other has been asked. */
static void
test_parallel (void)
{
  g_autofree char *a = node_address (), *b = node_address ();
  int la = socket_listen (a), lb = socket_listen (b);
  g_autofree char *one = g_strdup_printf ("one http://%s/", a);
  g_autofree char *two = g_strdup_printf ("two http://%s/ order=parallel", b);
  Node *node = node_start ("mediator", NULL, "--call", one, "--call", two, NULL);
  int fd = socket_to (node->address);
  socket_send (fd, "GET / HTTP/1.1\r\n\r\n", -1);
  int pa = accept (la, NULL, NULL), pb = accept (lb, NULL, NULL);
  g_free (socket_read_until (pa, "\r\n\r\n"));
  g_free (socket_read_until (pb, "\r\n\r\n"));
  socket_send (pb, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", -1);
  socket_send (pa, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", -1);
  g_autofree char *reply = socket_read_until (fd, "}\n");
  g_assert_nonnull (strstr (reply, "\"steps\":[\"one\",\"two\"]"));
  close (fd);
  close (pa);
  close (pb);
  close (la);
  close (lb);
  stop (node);
}

/* The answer comes with the first; the other, when it answers after all, is taken back. */
static void
test_first_answer (void)
{
  g_autofree char *silent = node_address ();
  int listener = socket_listen (silent);
  Node *quick = node_start ("server", NULL, NULL);
  g_autofree char *one = g_strdup_printf ("slow http://%s/hold undo=/release timeout=1m", silent);
  g_autofree char *two = g_strdup_printf ("quick http://%s/ order=first", quick->address);
  Node *node = node_start ("mediator", NULL, "--call", one, "--call", two, NULL);
  g_autofree char *reply = http_get (node->address, "/");
  g_assert_nonnull (strstr (reply, "\"steps\":[\"quick\"]"));
  int peer = accept (listener, NULL, NULL);
  g_free (socket_read_until (peer, "\r\n\r\n"));
  socket_send (peer, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", -1);
  /* on the connection that was kept */
  g_autofree char *undo = socket_read_until (peer, "\r\n\r\n");
  g_assert_true (g_str_has_prefix (undo, "POST /release HTTP/1.1\r\n"));
  socket_send (peer, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", -1);
  close (peer);
  close (listener);
  node_kill (node);
  stop (quick);
}

static void
test_compensation (void)
{
  Node *stock = node_start ("server", NULL, NULL), *payment = node_start ("server", NULL, NULL);
  g_autofree char *nobody = node_address ();
  g_autofree char *one = g_strdup_printf ("reserve http://%s/reserve undo=/release", stock->address);
  g_autofree char *two = g_strdup_printf ("charge http://%s/charge undo=/refund", payment->address);
  g_autofree char *three = g_strdup_printf ("ship http://%s/ship", nobody);
  Node *node = node_start ("mediator", NULL, "--call", one, "--call", two, "--call", three, NULL);
  g_autofree char *reply = http_get (node->address, "/");
  g_assert_true (g_str_has_prefix (reply, "HTTP/1.1 502 "));
  g_assert_nonnull (strstr (reply, "\"link\":\"ship\""));
  g_assert_nonnull (strstr (reply, "\"undone\":[\"charge\",\"reserve\"]"));
  g_assert_cmpint (requests_of (stock), ==, 2);
  g_assert_cmpint (requests_of (payment), ==, 2);
  stop (node);
  stop (stock);
  stop (payment);
}

/* A miss asks the store, and puts what it found into the cache; then the cache has it. */
static void
test_cache_aside (void)
{
  Node *cache = node_start ("cache", NULL, NULL), *store = node_start ("store", NULL, NULL);
  g_free (talk (store->address, "SET key:0 found\r\nQUIT\r\n"));
  g_autofree char *look = g_strdup_printf ("look resp://%s op=read keys=1", cache->address);
  g_autofree char *load = g_strdup_printf ("load resp://%s op=read keys=1 when=miss", store->address);
  Node *node = node_start ("server", NULL, "--call", look, "--call", load, NULL);
  for (int i = 0; i < 5; i++)
    g_free (http_get (node->address, "/"));
  g_autofree char *kept = talk (cache->address, "GET key:0\r\nQUIT\r\n");
  g_assert_true (g_str_has_prefix (kept, "$5\r\nfound\r\n"));
  g_autofree char *text = talk (store->address, "INFO stats\r\nQUIT\r\n");
  g_assert_cmpint (number_in (text, "keyspace_hits"), ==, 1);
  stop (node);
  stop (cache);
  stop (store);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/steps/parallel", test_parallel);
  g_test_add_func ("/steps/first-answer", test_first_answer);
  g_test_add_func ("/steps/compensation", test_compensation);
  g_test_add_func ("/steps/cache-aside", test_cache_aside);
  return g_test_run ();
}
