/* tierboard-node server: what it answers, what it refuses, and its calls to links. */
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

static const char *
body_of (const char *reply)
{
  const char *p = strstr (reply, "\r\n\r\n");
  return p ? p + 4 : "";
}

/* ---- HTTP ---- */

static void
test_answer (void)
{
  Node *node = node_start ("server", NULL, "--name", "shop/1", NULL);
  g_autofree char *one = http_get (node->address, "/"), *two = http_get (node->address, "/any?x");
  g_assert_cmpuint (status_of (one), ==, 200);
  g_assert_nonnull (strstr (one, "Content-Type: application/json\r\n"));
  g_assert_cmpstr (body_of (one), ==, "{\"name\":\"shop/1\",\"count\":1}\n");
  g_assert_cmpstr (body_of (two), ==, "{\"name\":\"shop/1\",\"count\":2}\n");
  stop (node);
}

static void
test_pipelining (void)
{
  Node *node = node_start ("server", NULL, NULL);
  g_autofree char *text = talk (node->address,
                                "GET /count HTTP/1.1\r\n\r\nGET /count HTTP/1.1\r\n\r\n"
                                "GET /count HTTP/1.1\r\nConnection: close\r\n\r\n");
  const char *p = text;
  for (int i = 1; i <= 3; i++)
    {
      p = strstr (p, "\"count\":");
      g_assert_nonnull (p);
      p += strlen ("\"count\":");
      g_assert_cmpint (atoi (p), ==, i);
    }
  stop (node);
}

static void
test_bodies (void)
{
  Node *node = node_start ("server", NULL, NULL);
  g_autofree char *text = talk (node->address,
                                "POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello"
                                "PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
                                "5\r\nhello\r\n0\r\n\r\n"
                                "HEAD / HTTP/1.1\r\n\r\n"
                                "GET / HTTP/1.0\r\n\r\n");
  g_auto (GStrv) replies = g_strsplit (text, "HTTP/1.1 200 OK\r\n", -1);
  g_assert_cmpuint (g_strv_length (replies), ==, 5);
  g_assert_cmpstr (body_of (replies[3]), ==, "");
  g_assert_nonnull (strstr (replies[4], "Connection: close\r\n"));
  g_assert_cmpint (number_in (replies[4], "count"), ==, 4);
  stop (node);
}

static void
test_body_in_pieces (void)
{
  Node *node = node_start ("server", NULL, NULL);
  int fd = socket_to (node->address);
  g_autofree char *body = g_strnfill (300000, 'x');
  socket_send (fd, "POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Len", -1);
  socket_send (fd, "gth: 300000\r\n\r\n", -1);
  g_autofree char *go_on = socket_read_until (fd, "\r\n\r\n");
  g_assert_cmpstr (go_on, ==, "HTTP/1.1 100 Continue\r\n\r\n");
  socket_send (fd, body, 100000);
  socket_send (fd, body, 200000);
  g_autofree char *reply = socket_read_until (fd, "}\n");
  g_assert_cmpuint (status_of (reply), ==, 200);
  close (fd);
  stop (node);
}

static const struct
{
  const char *request;
  unsigned status;
} refused[] = {
  { "nonsense\r\n\r\n", 400 },
  { "GET / HTTP/1.1\r\nno colon\r\n\r\n", 400 },
  { "GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", 400 },
  { "POST / HTTP/1.1\r\nContent-Length: 2000000\r\n\r\n", 413 },
  { "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFF\r\n", 413 },
  { "GET /favicon.ico HTTP/1.1\r\nConnection: close\r\n\r\n", 404 },
  { "GET /session HTTP/1.1\r\nConnection: close\r\n\r\n", 404 },
};

static void
test_refused (void)
{
  Node *node = node_start ("server", NULL, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (refused); i++)
    {
      g_autofree char *text = talk (node->address, refused[i].request);
      if (status_of (text) != refused[i].status)
        g_error ("%s: %s", refused[i].request, text);
      g_assert_nonnull (strstr (text, "\"error\":\""));
    }
  stop (node);
}

static void
test_long_head (void)
{
  Node *node = node_start ("server", NULL, NULL);
  g_autofree char *filler = g_strnfill (40000, 'x');
  g_autofree char *request = g_strconcat ("GET /", filler, NULL);
  g_autofree char *text = talk (node->address, request);
  g_assert_cmpuint (status_of (text), ==, 431);
  stop (node);
}

static void
test_half_close (void)
{
  Node *node = node_start ("server", NULL, "--work", "wait 20ms", NULL);
  int fd = socket_to (node->address);
  socket_send (fd, "GET / HTTP/1.1\r\n\r\n", -1);
  shutdown (fd, SHUT_WR);
  g_autofree char *text = socket_read (fd, G_MAXSIZE);
  g_assert_cmpuint (status_of (text), ==, 200);
  close (fd);
  stop (node);
}

static void
test_info (void)
{
  Node *node = node_start ("server", NULL, "--threads", "pool 3", NULL);
  g_free (http_get (node->address, "/"));
  g_autofree char *text = http_get (node->address, "/info");
  g_assert_cmpint (number_in (text, "threads"), ==, 3);
  g_assert_cmpint (number_in (text, "busy"), ==, 1);
  g_assert_cmpint (number_in (text, "requests"), ==, 2);
  g_assert_cmpint (number_in (text, "errors"), ==, 0);
  stop (node);
}

static void
test_curl (void)
{
  if (!have_program ("curl"))
    return;
  Node *node = node_start ("server", NULL, NULL);
  g_autofree char *text = run_command ("head -c 500000 /dev/zero | curl -sS -m 30 -T - http://%s/put; "
                                       "curl -sS -m 30 -I http://%s/ | head -1",
                                       node->address, node->address);
  g_assert_nonnull (strstr (text, "\"count\":1}\n"));
  g_assert_nonnull (strstr (text, "HTTP/1.1 200 OK"));
  stop (node);
}

static void
test_wrk (void)
{
  if (!have_program ("wrk"))
    return;
  Node *node = node_start ("server", NULL, "--threads", "pool 8", NULL);
  g_autofree char *text = run_command ("wrk -t1 -c16 -d1s --timeout 30s http://%s/", node->address);
  g_assert_nonnull (strstr (text, "Requests/sec:"));
  g_assert_null (strstr (text, "Socket errors"));
  g_assert_null (strstr (text, "Non-2xx"));
  g_test_message ("%s", strstr (text, "Requests/sec:"));
  stop (node);
}

/* The rest of the reply are blanks, which are no part of its JSON. */
static void
test_size (void)
{
  Node *node = node_start ("server", NULL, "--size", "100000", NULL);
  g_autofree char *text = http_get (node->address, "/");
  g_assert_cmpuint (strlen (body_of (text)), ==, 100000);
  g_autofree char *stripped = g_strstrip (g_strdup (body_of (text)));
  g_assert_cmpstr (stripped, ==, "{\"name\":\"server\",\"count\":1}");
  stop (node);
}

static void
test_fails_when_told (void)
{
  Node *node = node_start ("server", NULL, "--fail", "1", NULL);
  g_autofree char *text = http_get (node->address, "/"), *info = http_get (node->address, "/info");
  g_assert_cmpuint (status_of (text), ==, 500);
  g_assert_cmpuint (status_of (info), ==, 200);
  stop (node);
}

/* One is served and one waits; the third is told so while both are still there. */
static void
test_queue_has_an_end (void)
{
  g_autofree char *back = node_address ();
  int listener = socket_listen (back);
  g_autofree char *call = g_strdup_printf ("next http://%s/ timeout=1m", back);
  Node *node = node_start ("server", NULL, "--queue", "1", "--call", call, NULL);
  int first = socket_to (node->address), second = socket_to (node->address);
  socket_send (first, "GET /1 HTTP/1.1\r\n\r\n", -1);
  int peer = accept (listener, NULL, NULL);
  g_free (socket_read_until (peer, "\r\n\r\n"));
  socket_send (second, "GET /2 HTTP/1.1\r\n\r\n", -1);
  int third = socket_to (node->address); /* connected later, so it is seen later */
  socket_send (third, "GET /3 HTTP/1.1\r\n\r\n", -1);
  g_autofree char *text = socket_read_until (third, "served now\"}\n");
  g_assert_cmpuint (status_of (text), ==, 503);
  close (third);
  socket_send (peer, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", -1);
  g_autofree char *one = socket_read_until (first, "}\n");
  g_assert_cmpuint (status_of (one), ==, 200);
  g_free (socket_read_until (peer, "\r\n\r\n"));
  socket_send (peer, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", -1);
  g_autofree char *two = socket_read_until (second, "}\n");
  g_assert_cmpuint (status_of (two), ==, 200);
  close (first);
  close (second);
  close (peer);
  close (listener);
  stop (node);
}

/* ---- In the memory of C ---- */

static void
test_language_bound (void)
{
  Node *node = node_start ("server", NULL, "--speak", "rpc", NULL);
  g_autofree char *call = g_strdup_printf ("add rpc://%s/add body=64", node->address);
  Node *client = node_start ("client", NULL, "--call", call, "--requests", "50", NULL);
  g_autofree char *said = node_wait (client, 30, NULL);
  g_assert_cmpint (number_in (said, "errors"), ==, 0);
  g_assert_cmpint (number_in (said, "replies"), ==, 50);
  g_autofree char *nothing = talk (node->address, "GET / HTTP/1.1\r\n\r\n");
  g_assert_cmpstr (nothing, ==, "");
  g_autofree char *text = node_stop (node);
  g_assert_nonnull (strstr (text, "does not speak this server's language: it began with “GET / HTTP"));
  g_assert_cmpint (number_in (text, "requests"), ==, 50);
}

/* ---- Memory ---- */

static gint64
private_kib (const Node *node)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/smaps_rollup", (int) node->pid), *text = NULL;
  gint64 sum = 0;
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  for (const char *p = text; (p = strstr (p, "Private_Dirty")) != NULL; p++)
    sum += atoll (strchr (p, ':') + 1);
  return sum;
}

static void
ask_often (const Node *node, const char *requests)
{
  g_autofree char *call = g_strdup_printf ("c http://%s/", node->address);
  Node *client = node_start ("client", NULL, "--threads", "pool 4", "--call", call, "--requests",
                             requests, NULL);
  g_autofree char *said = node_wait (client, 60, NULL);
  g_assert_cmpint (number_in (said, "errors"), ==, 0);
}

/* What the first requests needed is enough for those that follow. */
static void
test_memory_stays (void)
{
  Node *back = node_start ("server", NULL, "--threads", "pool 4", NULL);
  g_autofree char *call = g_strdup_printf ("next http://%s/", back->address);
  Node *front = node_start ("balancer", NULL, "--threads", "pool 4", "--call", call, NULL);
  ask_often (front, "2000");
  gint64 server = private_kib (back), balancer = private_kib (front);
  g_test_message ("server %d KiB, balancer %d KiB private", (int) server, (int) balancer);
  g_assert_cmpint (server, <, 1024);
  g_assert_cmpint (balancer, <, 1024);
  ask_often (front, "10000");
  g_assert_cmpint (private_kib (back), <=, server + 256);
  g_assert_cmpint (private_kib (front), <=, balancer + 256);
  stop (front);
  stop (back);
}

/* Who comes takes the place of who goes, which is told at the same time: nobody is left unheard. */
static void
test_comings_and_goings (void)
{
  Node *back = node_start ("server", NULL, "--threads", "pool 4", NULL);
  g_autofree char *call = g_strdup_printf ("next http://%s/", back->address);
  Node *front = node_start ("balancer", NULL, "--threads", "pool 4", "--call", call, NULL);
  for (int i = 0; i < 100; i++)
    ask_often (front, "40");
  stop (front);
  stop (back);
}

/* ---- State ---- */

static char *
cookie_in (const char *reply)
{
  const char *p = strstr (reply, "Set-Cookie: ");
  if (p == NULL)
    return NULL;
  p += strlen ("Set-Cookie: ");
  g_autofree char *value = g_strndup (p, strcspn (p, "\r"));
  return g_strconcat ("Cookie: ", value, NULL);
}

static void
test_stateful (void)
{
  Node *node = node_start ("server", NULL, "--state", "stateful", NULL);
  g_autofree char *first = http_get (node->address, "/");
  g_autofree char *cookie = cookie_in (first);
  g_assert_nonnull (cookie);
  g_assert_cmpint (number_in (first, "session"), ==, 1);
  g_autofree char *second = http_get_with (node->address, "/", cookie);
  g_assert_cmpint (number_in (second, "session"), ==, 2);
  g_assert_null (cookie_in (second));
  g_autofree char *stranger = http_get (node->address, "/");
  g_assert_cmpint (number_in (stranger, "session"), ==, 1);
  g_autofree char *address = g_strdup (node->address);
  node_kill (node);
  node = node_start ("server", address, "--state", "stateful", NULL);
  g_autofree char *after = http_get_with (address, "/", cookie);
  g_assert_cmpint (number_in (after, "session"), ==, 1);
  g_assert_nonnull (strstr (after, "\"lost\":true"));
  stop (node);
}

static void
test_stateless (void)
{
  Node *store = node_start ("store", NULL, NULL);
  g_autofree char *call = g_strdup_printf ("save resp://%s share=0", store->address);
  Node *one = node_start ("server", NULL, "--call", call, NULL);
  Node *two = node_start ("server", NULL, "--call", call, NULL);
  g_autofree char *first = http_get (one->address, "/session");
  g_autofree char *cookie = cookie_in (first);
  g_assert_nonnull (cookie);
  node_kill (one);
  g_autofree char *second = http_get_with (two->address, "/session", cookie);
  g_assert_cmpint (number_in (second, "session"), ==, 2);
  g_assert_nonnull (strstr (second, "\"lost\":false"));
  stop (two);
  stop (store);
}

static void
test_shared_count (void)
{
  Node *store = node_start ("store", NULL, NULL);
  g_autofree char *call = g_strdup_printf ("save resp://%s share=0", store->address);
  Node *one = node_start ("server", NULL, "--call", call, NULL);
  Node *two = node_start ("server", NULL, "--call", call, NULL);
  for (int i = 1; i <= 6; i++)
    {
      g_autofree char *text = http_get (i & 1 ? one->address : two->address, "/count");
      g_assert_cmpint (number_in (text, "count"), ==, i);
    }
  stop (one);
  stop (two);
  stop (store);
}

/* ---- Calls ---- */

static void
test_calls_a_store (void)
{
  Node *store = node_start ("store", NULL, NULL);
  g_autofree char *save = g_strdup_printf ("save resp://%s op=write keys=1 body=100", store->address);
  g_autofree char *load = g_strdup_printf ("load resp://%s op=read keys=1 times=2", store->address);
  Node *node = node_start ("server", NULL, "--name", "shop/1", "--call", save, "--call", load, NULL);
  g_autofree char *reply = http_get (node->address, "/");
  g_assert_cmpuint (status_of (reply), ==, 200);
  g_autofree char *text = talk (store->address, "STRLEN key:0\r\nGET key:0\r\nINFO stats\r\nQUIT\r\n");
  g_assert_true (g_str_has_prefix (text, ":100\r\n$100\r\nshop/1:"));
  g_assert_cmpint (number_in (text, "total_commands_processed"), ==, 3 + 3);
  stop (node);
  stop (store);
}

static void
test_shares_exclude_each_other (void)
{
  enum { N = 400 };
  Node *store = node_start ("store", NULL, NULL);
  g_autofree char *save = g_strdup_printf ("save resp://%s op=write share=0.25", store->address);
  g_autofree char *load = g_strdup_printf ("load resp://%s op=read share=0.75", store->address);
  Node *node = node_start ("server", NULL, "--call", save, "--call", load, "--seed", "7", NULL);
  g_autoptr (GString) requests = g_string_new (NULL);
  for (int i = 1; i < N; i++)
    g_string_append (requests, "GET / HTTP/1.1\r\n\r\n");
  g_string_append (requests, "GET / HTTP/1.1\r\nConnection: close\r\n\r\n");
  g_free (talk (node->address, requests->str));
  g_autofree char *text = talk (store->address, "INFO stats\r\nQUIT\r\n");
  g_assert_cmpint (number_in (text, "total_commands_processed"), ==, N + 1);
  gint64 reads = number_in (text, "keyspace_hits") + number_in (text, "keyspace_misses");
  g_assert_cmpint (reads, >, N * 0.75 - 60);
  g_assert_cmpint (reads, <, N * 0.75 + 60);
  stop (node);
  stop (store);
}

static void
test_refused_call (void)
{
  g_autofree char *nobody = node_address ();
  g_autofree char *call = g_strdup_printf ("save resp://%s", nobody);
  Node *node = node_start ("server", NULL, "--call", call, NULL);
  g_autofree char *text = http_get (node->address, "/");
  g_autofree char *why = g_strdup_printf ("%s refused the connection", nobody);
  g_assert_cmpuint (status_of (text), ==, 502);
  g_assert_nonnull (strstr (text, "\"link\":\"save\""));
  g_assert_nonnull (strstr (text, why));
  g_autofree char *said = node_stop (node);
  g_assert_nonnull (strstr (said, why));
}

static void
test_timeout (void)
{
  g_autofree char *silent = node_address ();
  int fd = socket_listen (silent);
  g_autofree char *call = g_strdup_printf ("save http://%s/ timeout=60ms", silent);
  Node *node = node_start ("server", NULL, "--call", call, NULL);
  gint64 begin = g_get_monotonic_time ();
  g_autofree char *text = http_get (node->address, "/");
  double ms = (double) (g_get_monotonic_time () - begin) / 1e3;
  g_assert_cmpuint (status_of (text), ==, 504);
  g_assert_nonnull (strstr (text, "did not answer within 60ms"));
  g_assert_cmpfloat (ms, >=, 60);
  g_assert_cmpfloat (ms, <, 20000); /* it does not wait for ever, however busy the machine */
  stop (node);
  close (fd);
}

static void
test_retry_on_another_host (void)
{
  g_autofree char *nobody = node_address ();
  Node *back = node_start ("server", NULL, NULL);
  g_autofree char *call = g_strdup_printf ("next http://%s,%s/ retries=1", nobody, back->address);
  Node *node = node_start ("server", NULL, "--call", call, NULL);
  for (int i = 0; i < 6; i++)
    {
      g_autofree char *text = http_get (node->address, "/");
      g_assert_cmpuint (status_of (text), ==, 200);
    }
  g_autofree char *info = http_get (back->address, "/info");
  g_assert_cmpint (number_in (info, "requests"), ==, 6 + 1);
  stop (node);
  stop (back);
}

static void
test_balance (void)
{
  Node *back[2] = { node_start ("server", NULL, NULL), node_start ("server", NULL, NULL) };
  g_autofree char *call = g_strdup_printf ("next http://%s,%s/ balance=round-robin",
                                           back[0]->address, back[1]->address);
  Node *node = node_start ("server", NULL, "--call", call, NULL);
  for (int i = 0; i < 10; i++)
    g_free (http_get (node->address, "/"));
  for (int i = 0; i < 2; i++)
    {
      g_autofree char *info = http_get (back[i]->address, "/info");
      g_assert_cmpint (number_in (info, "requests"), ==, 5 + 1);
      g_assert_cmpint (number_in (info, "connections"), ==, 1 + 1);
      stop (back[i]);
    }
  stop (node);
}

/* Who is called never answers: the caller's own answer does not wait for that. */
static void
test_async (void)
{
  g_autofree char *silent = node_address ();
  int listener = socket_listen (silent);
  g_autofree char *call = g_strdup_printf ("tell http://%s/ async", silent);
  Node *node = node_start ("server", NULL, "--call", call, NULL);
  g_autofree char *text = http_get (node->address, "/");
  g_assert_cmpuint (status_of (text), ==, 200);
  int peer = accept (listener, NULL, NULL);
  g_free (socket_read_until (peer, "\r\n\r\n"));
  close (peer);
  close (listener);
  stop (node);
}

static void
test_trace_is_passed_on (void)
{
  static const char trace[] = "4bf92f3577b34da6a3ce929d0e0e4736", parent[] = "00f067aa0ba902b7";
  g_autofree char *back = node_address ();
  int listener = socket_listen (back);
  g_autofree char *call = g_strdup_printf ("next http://%s/", back);
  Node *node = node_start ("server", NULL, "--call", call, NULL);
  int fd = socket_to (node->address);
  g_autofree char *request = g_strdup_printf ("GET / HTTP/1.1\r\ntraceparent: 00-%s-%s-01\r\n\r\n",
                                              trace, parent);
  socket_send (fd, request, -1);
  int peer = accept (listener, NULL, NULL);
  g_autofree char *seen = socket_read_until (peer, "\r\n\r\n");
  socket_send (peer, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", -1);
  g_autofree char *reply = socket_read_until (fd, "}\n");
  g_assert_cmpuint (status_of (reply), ==, 200);
  const char *p = strstr (seen, "traceparent: 00-");
  g_assert_nonnull (p);
  p += strlen ("traceparent: 00-");
  g_assert_true (g_str_has_prefix (p, trace));
  g_assert_false (g_str_has_prefix (p + 33, parent));
  g_assert_false (g_str_has_prefix (p + 33, "0000000000000000"));
  close (peer);
  close (fd);
  close (listener);
  stop (node);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/server/answer", test_answer);
  g_test_add_func ("/server/pipelining", test_pipelining);
  g_test_add_func ("/server/bodies", test_bodies);
  g_test_add_func ("/server/body-in-pieces", test_body_in_pieces);
  g_test_add_func ("/server/refused", test_refused);
  g_test_add_func ("/server/long-head", test_long_head);
  g_test_add_func ("/server/half-close-keeps-the-answer", test_half_close);
  g_test_add_func ("/server/info", test_info);
  g_test_add_func ("/server/curl", test_curl);
  g_test_add_func ("/server/wrk", test_wrk);
  g_test_add_func ("/server/size", test_size);
  g_test_add_func ("/server/fails-when-told", test_fails_when_told);
  g_test_add_func ("/server/queue-has-an-end", test_queue_has_an_end);
  g_test_add_func ("/server/language-bound", test_language_bound);
  g_test_add_func ("/server/memory-stays", test_memory_stays);
  g_test_add_func ("/server/comings-and-goings", test_comings_and_goings);
  g_test_add_func ("/server/stateful-loses-sessions", test_stateful);
  g_test_add_func ("/server/stateless-keeps-sessions-in-the-store", test_stateless);
  g_test_add_func ("/server/count-is-shared-through-the-store", test_shared_count);
  g_test_add_func ("/server/calls/store", test_calls_a_store);
  g_test_add_func ("/server/calls/shares-exclude-each-other", test_shares_exclude_each_other);
  g_test_add_func ("/server/calls/refused", test_refused_call);
  g_test_add_func ("/server/calls/timeout", test_timeout);
  g_test_add_func ("/server/calls/retry-on-another-host", test_retry_on_another_host);
  g_test_add_func ("/server/calls/balance", test_balance);
  g_test_add_func ("/server/calls/async", test_async);
  g_test_add_func ("/server/calls/trace-is-passed-on", test_trace_is_passed_on);
  return g_test_run ();
}
