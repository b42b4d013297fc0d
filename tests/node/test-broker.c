/* tierboard-node broker: with the clients of mosquitto, with our own, and byte by byte. */
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

static char *
host_of (const Node *node)
{
  char **parts = g_strsplit (node->address, ":", 2);
  char *text = g_strdup_printf ("-h %s -p %s", parts[0], parts[1]);
  g_strfreev (parts);
  return text;
}

static gboolean
have_clients (void)
{
  return have_program ("mosquitto_pub") && have_program ("mosquitto_sub");
}

/* ---- Real clients ---- */

static void
test_every_version_and_quality (void)
{
  if (!have_clients ())
    return;
  static const char *const versions[] = { "mqttv31", "mqttv311", "mqttv5" };
  Node *node = node_start ("broker", NULL, NULL);
  g_autofree char *host = host_of (node);
  for (unsigned v = 0; v < 3; v++)
    for (unsigned q = 0; q < 3; q++)
      {
        /* What is retained is there whoever comes first. */
        g_free (run_command ("mosquitto_pub %s -V %s -q %u -r -t a/%u%u/c -m 'hello %u'", host,
                             versions[v], q, v, q, q));
        g_autofree char *text = run_command ("mosquitto_sub %s -V %s -q %u -t 'a/+/c' -t 'x/#' -C 1 "
                                             "-W 30 -F '%%t %%p' -t a/%u%u/c", host, versions[v], q, v, q);
        g_assert_nonnull (strstr (text, "/c hello "));
      }
  stop (node);
}

static void
test_session_outlives_a_crash (void)
{
  if (!have_clients ())
    return;
  g_autofree char *dir = g_dir_make_tmp ("tierboard-broker-XXXXXX", NULL);
  Node *node = node_start ("broker", NULL, "--durable", dir, NULL);
  g_autofree char *host = host_of (node), *address = g_strdup (node->address);
  g_free (run_command ("mosquitto_pub %s -r -t s/ready -m x; "
                       "mosquitto_sub %s -i me -c -q 1 -t 's/#' -C 1 -W 30", host, host));
  g_free (run_command ("mosquitto_pub %s -q 1 -t s/1 -m one && mosquitto_pub %s -q 2 -t s/2 -m two",
                       host, host));
  node_kill (node);
  node = node_start ("broker", address, "--durable", dir, NULL);
  g_autofree char *text = run_command ("mosquitto_sub %s -i me -c -q 2 -t 's/#' -C 2 -W 30 -R", host);
  g_assert_cmpstr (text, ==, "one\ntwo\n");
  g_autofree char *kept = run_command ("mosquitto_sub %s -t 's/#' -C 1 -W 30", host);
  g_assert_cmpstr (kept, ==, "x\n");
  stop (node);
  g_free (run_command ("rm -r %s", dir));
}

static void
test_will (void)
{
  if (!have_clients ())
    return;
  Node *node = node_start ("broker", NULL, NULL);
  g_autofree char *host = host_of (node);
  g_autofree char *dir = g_dir_make_tmp ("tierboard-broker-XXXXXX", NULL);
  /* It is connected, and its will known, when it was told what is retained. */
  g_autofree char *text = run_command (
    "mosquitto_pub %s -r -t up -m x; "
    "mosquitto_sub %s -t up --will-topic gone --will-payload died --will-retain >%s/told & p=$!; "
    "while ! [ -s %s/told ]; do sleep 0.01; done; kill -9 $p; "
    "mosquitto_sub %s -t gone -C 1 -W 30", host, host, dir, dir, host);
  g_assert_cmpstr (text, ==, "died\n");
  stop (node);
  g_free (run_command ("rm -r %s", dir));
}

/* ---- Byte by byte ---- */

#define HELLO "\x10\x0d\0\4MQTT\4\2\0\0\0\1"

/* And is heard until the broker ends it. */
static void
say (const Node *node, const char *bytes, gssize n)
{
  char byte;
  int fd = socket_to (node->address);
  socket_send (fd, bytes, n);
  g_free (socket_read (fd, G_MAXSIZE));
  g_assert_cmpint (recv (fd, &byte, 1, MSG_DONTWAIT), ==, 0);
  close (fd);
}

static const struct
{
  const char *bytes;
  gssize n;
} nonsense[] = {
  { "GET / HTTP/1.1\r\n\r\n", 18 },
  { "\x10\xff\xff\xff\xff\x01", 6 },
  { "\x10\x0d\0\4MQTT\x09\2\0\0\0\1y", 15 },
  { "\x30\3\0\1a", 5 },
  { HELLO "x\x30\3\0\1#", 20 },
  { HELLO "x\x36\5\0\1a\0\1", 22 },
  { HELLO "x\x82\2\0\1", 19 },
  { HELLO "x\x82\6\0\1\0\1a\3", 23 },
  { HELLO "x\xf0\0", 17 },
  { HELLO "x\x10\x0d\0\4MQTT\4\2\0\0\0\1x", 30 },
};

/* What breaks the protocol ends its own connection, and nothing else. */
static void
test_nonsense (void)
{
  Node *node = node_start ("broker", NULL, NULL);
  int good = socket_to (node->address);
  socket_send (good, HELLO "g", 15);
  g_autofree char *accepted = socket_read (good, 4);
  g_assert_cmpmem (accepted, 4, "\x20\2\0\0", 4);
  for (gsize i = 0; i < G_N_ELEMENTS (nonsense); i++)
    say (node, nonsense[i].bytes, nonsense[i].n);
  socket_send (good, "\xc0\0", 2);
  g_autofree char *pong = socket_read (good, 2);
  g_assert_cmpmem (pong, 2, "\xd0\0", 2);
  close (good);
  stop (node);
}

static void
test_takes_over (void)
{
  Node *node = node_start ("broker", NULL, NULL);
  int first = socket_to (node->address), second = socket_to (node->address);
  socket_send (first, HELLO "s", 15);
  g_free (socket_read (first, 4));
  socket_send (second, HELLO "s", 15);
  g_autofree char *accepted = socket_read (second, 4);
  g_assert_cmpmem (accepted, 4, "\x20\2\0\0", 4);
  char byte;
  g_assert_cmpint (read (first, &byte, 1), ==, 0);
  close (first);
  close (second);
  stop (node);
}

/* A publisher that sends its message of quality 2 again before it is released is heard once. */
static void
test_exactly_once (void)
{
  Node *node = node_start ("broker", NULL, NULL);
  int to = socket_to (node->address), from = socket_to (node->address);
  socket_send (to, HELLO "t", 15);
  g_free (socket_read (to, 4));
  socket_send (to, "\x82\6\0\1\0\1a\2", 8);
  g_free (socket_read (to, 5));
  socket_send (from, HELLO "f", 15);
  g_free (socket_read (from, 4));
  socket_send (from, "\x34\6\0\1a\0\7m" "\x3c\6\0\1a\0\7m", 16);
  g_autofree char *received = socket_read (from, 8);
  g_assert_cmpmem (received, 8, "\x50\2\0\7\x50\2\0\7", 8);
  socket_send (from, "\x62\2\0\7\x30\4\0\1az", 10);
  g_free (socket_read (from, 4));
  g_autofree char *seen = socket_read (to, 8 + 6);
  g_assert_cmpmem (seen, 14, "\x34\6\0\1a\0\1m\x30\4\0\1az", 14);
  close (to);
  close (from);
  stop (node);
}

/* ---- Our own ---- */

static gint64
consumed_by (const Node *server)
{
  g_autofree char *info = http_get (server->address, "/info");
  return number_in (info, "consumed");
}

static void
test_replicas_share_a_queue (void)
{
  enum { N = 200 };
  Node *broker = node_start ("broker", NULL, NULL);
  g_autofree char *take = g_strdup_printf ("take mqtt://%s/a consume=worker", broker->address);
  g_autofree char *tell = g_strdup_printf ("tell mqtt://%s/a", broker->address);
  Node *one = node_start ("server", NULL, "--name", "worker/1", "--call", take, NULL);
  Node *two = node_start ("server", NULL, "--name", "worker/2", "--threads", "pool 2", "--call", take, NULL);
  Node *client = node_start ("client", NULL, "--call", tell, "--requests", "200", NULL);
  g_autofree char *text = node_wait (client, 60, NULL);
  g_assert_cmpint (number_in (text, "errors"), ==, 0);
  g_assert_cmpint (number_in (text, "replies"), ==, N);
  while (consumed_by (one) + consumed_by (two) < N)
    g_usleep (2000);
  g_assert_cmpint (consumed_by (one), >, 0);
  g_assert_cmpint (consumed_by (two), >, 0);
  stop (one);
  stop (two);
  g_autofree char *said = node_stop (broker);
  g_assert_cmpint (number_in (said, "waiting"), ==, 0);
  g_assert_cmpint (number_in (said, "dropped"), ==, 0);
  g_assert_cmpint (number_in (said, "sent"), ==, N);
}

static gint64
written_to (const Node *store, gint64 asked)
{
  g_autofree char *text = talk (store->address, "INFO stats\r\nQUIT\r\n");
  return number_in (text, "total_commands_processed") - (asked * 2 - 1);
}

static void
publish (const char *tell, const char *n)
{
  Node *client = node_start ("client", NULL, "--call", tell, "--requests", n, NULL);
  g_autofree char *said = node_wait (client, 60, NULL);
  g_assert_cmpint (number_in (said, "errors"), ==, 0);
}

/* Takes messages, and writes one to where. */
static Node *
worker_start (const Node *broker, const char *where)
{
  g_autofree char *take = g_strdup_printf ("take mqtt://%s consume=w", broker->address);
  g_autofree char *note = g_strdup_printf ("note resp://%s op=write keys=1 timeout=1h", where);
  return node_start ("server", NULL, "--name", "w/1", "--call", take, "--call", note, NULL);
}

/* What a dead consumer had, and what came while it was away, is worked on when it is back. It dies of
 * its second message: the write is not answered. */
static void
test_dead_consumer_loses_nothing (void)
{
  enum { N = 40 };
  Node *broker = node_start ("broker", NULL, NULL), *store = node_start ("store", NULL, NULL);
  g_autofree char *tell = g_strdup_printf ("tell mqtt://%s/a", broker->address), *slow = node_address ();
  int listener = socket_listen (slow);
  Node *server = worker_start (broker, slow);
  publish (tell, "20");
  int peer = accept (listener, NULL, NULL);
  g_free (socket_read_until (peer, "w/1:"));
  socket_send (peer, "+OK\r\n", -1);
  g_free (socket_read_until (peer, "w/1:")); /* the first one has been acknowledged */
  node_kill (server);
  close (peer);
  close (listener);
  publish (tell, "20");
  server = worker_start (broker, store->address);
  while (consumed_by (server) < N - 1)
    g_usleep (2000);
  g_assert_cmpint (written_to (store, 1), ==, N - 1);
  stop (server);
  stop (store);
  g_autofree char *said = node_stop (broker);
  g_assert_cmpint (number_in (said, "waiting"), ==, 0);
}

static void
test_full_queue_refuses (void)
{
  Node *broker = node_start ("broker", NULL, "--capacity", "3", NULL);
  int fd = socket_to (broker->address);
  socket_send (fd, "\x10\x0d\0\4MQTT\4\0\0\0\0\1q", 15); /* a session that is kept, and goes away */
  g_free (socket_read (fd, 4));
  socket_send (fd, "\x82\6\0\1\0\1a\1", 8);
  g_free (socket_read (fd, 5));
  close (fd);
  g_autofree char *tell = g_strdup_printf ("tell mqtt://%s/a", broker->address);
  Node *client = node_start ("client", NULL, "--call", tell, "--requests", "5", NULL);
  g_autofree char *text = node_wait (client, 30, NULL);
  g_assert_cmpint (number_in (text, "errors"), ==, 2);
  g_assert_nonnull (strstr (text, "refused it, for reason 0x97"));
  g_autofree char *said = node_stop (broker);
  g_assert_cmpint (number_in (said, "waiting"), ==, 3);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/broker/every-version-and-quality", test_every_version_and_quality);
  g_test_add_func ("/broker/session-outlives-a-crash", test_session_outlives_a_crash);
  g_test_add_func ("/broker/will", test_will);
  g_test_add_func ("/broker/nonsense", test_nonsense);
  g_test_add_func ("/broker/takes-over", test_takes_over);
  g_test_add_func ("/broker/exactly-once", test_exactly_once);
  g_test_add_func ("/broker/replicas-share-a-queue", test_replicas_share_a_queue);
  g_test_add_func ("/broker/dead-consumer-loses-nothing", test_dead_consumer_loses_nothing);
  g_test_add_func ("/broker/full-queue-refuses", test_full_queue_refuses);
  return g_test_run ();
}
