/* tierboard-node store: RESP as Redis answers, and durability. */
#include "harness.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static Node *
start (void)
{
  return node_start ("store", NULL, "--name", "orders/1", NULL);
}

static void
stop (Node *node)
{
  g_free (node_stop (node));
}

/* What is sent, and the exact bytes that come back. All on one connection, in order. */
static const struct
{
  const char *command, *reply;
} exchanges[] = {
  { "PING", "+PONG\r\n" },
  { "PING hello", "$5\r\nhello\r\n" },
  { "ECHO 'a b'", "$3\r\na b\r\n" },
  { "GET a", "$-1\r\n" },
  { "SET a 1", "+OK\r\n" },
  { "GET a", "$1\r\n1\r\n" },
  { "get A", "$-1\r\n" },
  { "SET a 2 NX", "$-1\r\n" },
  { "SET b 2 NX", "+OK\r\n" },
  { "SET c 2 XX", "$-1\r\n" },
  { "SET a 3 XX", "+OK\r\n" },
  { "SET a 4 GET", "$1\r\n3\r\n" },
  { "SET a 4 NX XX", "-ERR syntax error\r\n" },
  { "SET a 4 WHAT", "-ERR syntax error\r\n" },
  { "SET a 4 EX x", "-ERR value is not an integer or out of range\r\n" },
  { "SET a 4 EX 0", "-ERR invalid expire time in 'set' command\r\n" },
  { "SET e 1 EX 100", "+OK\r\n" },
  { "TTL e", ":100\r\n" },
  { "SET e 2 KEEPTTL", "+OK\r\n" },
  { "TTL e", ":100\r\n" },
  { "SET e 2", "+OK\r\n" },
  { "TTL e", ":-1\r\n" },
  { "TTL nothing", ":-2\r\n" },
  { "DEL e b nothing", ":2\r\n" },
  { "EXISTS a a nothing", ":2\r\n" },
  { "INCR n", ":1\r\n" },
  { "INCRBY n 41", ":42\r\n" },
  { "DECR n", ":41\r\n" },
  { "DECRBY n 50", ":-9\r\n" },
  { "INCRBY n 1.5", "-ERR value is not an integer or out of range\r\n" },
  { "SET s word", "+OK\r\n" },
  { "INCR s", "-ERR value is not an integer or out of range\r\n" },
  { "SET big 9223372036854775807", "+OK\r\n" },
  { "INCR big", "-ERR increment or decrement would overflow\r\n" },
  { "DECRBY big -9223372036854775808", "-ERR decrement would overflow\r\n" },
  { "APPEND s s", ":5\r\n" },
  { "APPEND t new", ":3\r\n" },
  { "GET s", "$5\r\nwords\r\n" },
  { "STRLEN s", ":5\r\n" },
  { "MSET x 1 y 2", "+OK\r\n" },
  { "MSET x 1 y", "-ERR wrong number of arguments for 'mset' command\r\n" },
  { "MGET x nothing y", "*3\r\n$1\r\n1\r\n$-1\r\n$1\r\n2\r\n" },
  { "SADD set 1 2 2 3", ":3\r\n" },
  { "SADD set 3", ":0\r\n" },
  { "SCARD set", ":3\r\n" },
  { "SCARD none", ":0\r\n" },
  { "SISMEMBER set 2", ":1\r\n" },
  { "SREM set 2 7", ":1\r\n" },
  { "SISMEMBER set 2", ":0\r\n" },
  { "SMEMBERS set", "*2\r\n$1\r\n1\r\n$1\r\n3\r\n" },
  { "SMEMBERS none", "*0\r\n" },
  { "TYPE set", "+set\r\n" },
  { "GET set", "-WRONGTYPE Operation against a key holding the wrong kind of value\r\n" },
  { "INCR set", "-WRONGTYPE Operation against a key holding the wrong kind of value\r\n" },
  { "APPEND set x", "-WRONGTYPE Operation against a key holding the wrong kind of value\r\n" },
  { "SADD x 1", "-WRONGTYPE Operation against a key holding the wrong kind of value\r\n" },
  { "MGET set x", "*2\r\n$-1\r\n$1\r\n1\r\n" },
  { "SREM set 1 3", ":2\r\n" },
  { "EXISTS set", ":0\r\n" },
  { "SADD set 1", ":1\r\n" },
  { "SADD set 2", ":1\r\n" },
  { "TTL set", ":-1\r\n" },
  { "SET set word", "+OK\r\n" },
  { "DEL set", ":1\r\n" },
  { "SETNX x 5", ":0\r\n" },
  { "TYPE x", "+string\r\n" },
  { "TYPE nothing", "+none\r\n" },
  { "FLUSHALL", "+OK\r\n" },
  { "DBSIZE", ":0\r\n" },
  { "SET user:1 a", "+OK\r\n" },
  { "KEYS *", "*1\r\n$6\r\nuser:1\r\n" },
  { "KEYS user:?", "*1\r\n$6\r\nuser:1\r\n" },
  { "KEYS x*", "*0\r\n" },
  { "DBSIZE", ":1\r\n" },
  { "SELECT 0", "+OK\r\n" },
  { "SELECT 1", "-ERR DB index is out of range\r\n" },
  { "SELECT x", "-ERR value is not an integer or out of range\r\n" },
  { "GET", "-ERR wrong number of arguments for 'get' command\r\n" },
  { "GET a b", "-ERR wrong number of arguments for 'get' command\r\n" },
  { "LPUSH l 1", "-ERR unknown command 'LPUSH', with args beginning with: 'l' '1' \r\n" },
  { "CLIENT SETNAME me", "+OK\r\n" },
  { "CLIENT GETNAME", "$2\r\nme\r\n" },
  { "CLIENT SETINFO LIB-NAME x", "+OK\r\n" },
  { "CLIENT WHAT", "-ERR unknown subcommand 'WHAT'. Try CLIENT HELP.\r\n" },
  { "CONFIG GET save", "*0\r\n" },
  { "COMMAND", "*0\r\n" },
  { "HELLO 4", "-NOPROTO unsupported protocol version\r\n" },
  { "RESET", "+RESET\r\n" },
  { "CLIENT GETNAME", "$-1\r\n" },
};

static void
test_exchanges (void)
{
  Node *node = start ();
  int fd = socket_to (node->address);
  for (gsize i = 0; i < G_N_ELEMENTS (exchanges); i++)
    {
      g_autofree char *line = g_strconcat (exchanges[i].command, "\r\n", NULL);
      socket_send (fd, line, -1);
      g_autofree char *reply = socket_read (fd, strlen (exchanges[i].reply));
      if (!g_str_equal (reply, exchanges[i].reply))
        g_error ("%s: %s", exchanges[i].command, reply);
    }
  close (fd);
  stop (node);
}

static void
test_version_3 (void)
{
  Node *node = start ();
  g_autofree char *text = talk (node->address, "HELLO 3\r\nGET a\r\nHELLO 2\r\nGET a\r\nQUIT\r\n");
  g_assert_true (g_str_has_prefix (text, "%7\r\n$6\r\nserver\r\n$5\r\nredis\r\n"));
  g_assert_nonnull (strstr (text, "*0\r\n_\r\n*14\r\n"));
  g_assert_true (g_str_has_suffix (text, "*0\r\n$-1\r\n+OK\r\n"));
  stop (node);
}

static void
test_quit_closes (void)
{
  Node *node = start ();
  g_autofree char *text = talk (node->address, "QUIT\r\n");
  g_assert_cmpstr (text, ==, "+OK\r\n");
  stop (node);
}

static void
test_nonsense_closes (void)
{
  Node *node = start ();
  g_autofree char *text = talk (node->address, "*1\r\n:1\r\n");
  g_assert_true (g_str_has_prefix (text, "-ERR Protocol error"));
  stop (node);
}

static void
test_expiry (void)
{
  Node *node = start ();
  int fd = socket_to (node->address);
  socket_send (fd, "SET a 1 PX 30\r\n", -1);
  g_free (socket_read (fd, 5));
  g_autofree char *reply = NULL;
  gint64 begin = g_get_monotonic_time (), end = begin + 5 * G_USEC_PER_SEC;
  do
    {
      g_free (reply);
      socket_send (fd, "EXISTS a\r\n", -1);
      reply = socket_read (fd, 4);
    }
  while (g_str_equal (reply, ":1\r\n") && g_get_monotonic_time () < end);
  g_assert_cmpstr (reply, ==, ":0\r\n");
  g_assert_cmpint (g_get_monotonic_time () - begin, >=, 20 * 1000);
  close (fd);
  stop (node);
}

static void
test_pipelining (void)
{
  enum { N = 20000 };
  Node *node = start ();
  int fd = socket_to (node->address);
  g_autoptr (GString) up = g_string_new (NULL);
  g_autoptr (GString) expected = g_string_new (NULL);
  for (int i = 1; i <= N; i++)
    {
      g_string_append (up, "*2\r\n$4\r\nINCR\r\n$1\r\nn\r\n");
      g_string_append_printf (expected, ":%d\r\n", i);
    }
  socket_send (fd, up->str, (gssize) up->len);
  g_autofree char *reply = socket_read (fd, expected->len);
  g_assert_true (g_str_equal (reply, expected->str));
  close (fd);
  stop (node);
}

static void
test_large_value (void)
{
  const gsize n = 8 << 20;
  Node *node = start ();
  int fd = socket_to (node->address);
  g_autofree char *value = g_malloc (n + 1);
  for (gsize i = 0; i < n; i++)
    value[i] = (char) ('a' + i % 23);
  value[n] = '\0';
  g_autofree char *head = g_strdup_printf ("*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$%zu\r\n", n);
  socket_send (fd, head, -1);
  socket_send (fd, value, (gssize) n);
  socket_send (fd, "\r\nGET k\r\n", -1);
  g_autofree char *ok = socket_read (fd, 5);
  g_assert_cmpstr (ok, ==, "+OK\r\n");
  g_autofree char *size = socket_read_until (fd, "\n");
  gsize had = strlen (size);
  g_assert_cmpuint (had, >=, 10);
  g_autofree char *rest = socket_read (fd, 10 + n + 2 - had);
  g_autofree char *all = g_strconcat (size, rest, NULL);
  g_assert_true (strncmp (all + 10, value, n) == 0);
  close (fd);
  stop (node);
}

static void
test_half_close (void)
{
  Node *node = start ();
  int fd = socket_to (node->address);
  socket_send (fd, "PING\r\n", -1);
  shutdown (fd, SHUT_WR);
  g_autofree char *reply = socket_read (fd, G_MAXSIZE);
  g_assert_cmpstr (reply, ==, "+PONG\r\n");
  close (fd);
  stop (node);
}

static void
test_info (void)
{
  Node *node = start ();
  g_autofree char *text = talk (node->address, "SET a 1\r\nGET a\r\nINFO\r\nQUIT\r\n");
  g_assert_nonnull (strstr (text, "# Server\r\nredis_version:"));
  g_assert_nonnull (strstr (text, "db0:keys=1,"));
  g_assert_nonnull (strstr (text, "# Tierboard\r\nname:orders/1\r\nthread_model:single\r\n"));
  g_assert_cmpint (number_in (text, "keyspace_hits"), ==, 1);
  g_assert_cmpint (number_in (text, "total_commands_processed"), ==, 3);
  stop (node);
}

static void
test_pool_shares_one_dict (void)
{
  if (!have_program ("redis-benchmark"))
    return;
  Node *node = node_start ("store", NULL, "--threads", "pool 4", NULL);
  g_auto (GStrv) at = g_strsplit (node->address, ":", 2);
  g_free (run_command ("redis-benchmark -h %s -p %s -n 20000 -c 20 -q INCR total", at[0], at[1]));
  g_autofree char *text = talk (node->address, "GET total\r\nQUIT\r\n");
  g_assert_cmpstr (text, ==, "$5\r\n20000\r\n+OK\r\n");
  stop (node);
}

static void
test_redis_cli (void)
{
  if (!have_program ("redis-cli"))
    return;
  Node *node = start ();
  g_auto (GStrv) at = g_strsplit (node->address, ":", 2);
  g_autofree char *text = run_command ("redis-cli -h %s -p %s SET greeting 'hello world' && "
                                       "redis-cli -3 -h %s -p %s GET greeting && "
                                       "printf 'INCR n\\nINCR n\\nKEYS n\\n' | redis-cli -h %s -p %s",
                                       at[0], at[1], at[0], at[1], at[0], at[1]);
  g_assert_cmpstr (text, ==, "OK\nhello world\n1\n2\nn\n");
  stop (node);
}

/* ---- Durability ---- */

typedef struct
{
  char *folder, *file;
} Disk;

static void
disk_open (Disk *disk, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  disk->folder = g_dir_make_tmp ("tierboard-store-XXXXXX", &error);
  g_assert_no_error (error);
  disk->file = g_build_filename (disk->folder, "store.log", NULL);
}

static void
disk_close (Disk *disk, gconstpointer data)
{
  g_unlink (disk->file);
  g_rmdir (disk->folder);
  g_free (disk->file);
  g_free (disk->folder);
}

static Node *
durable (Disk *disk)
{
  return node_start ("store", NULL, "--durable", disk->folder, NULL);
}

static void
test_survives_kill (Disk *disk, gconstpointer data)
{
  Node *node = durable (disk);
  int fd = socket_to (node->address), acknowledged = 0;
  for (; acknowledged < 50; acknowledged++)
    {
      socket_send (fd, "INCR n\r\n", -1);
      g_free (socket_read_until (fd, "\n"));
    }
  socket_send (fd, "SET gone 1\r\nDEL gone\r\nSET kept 1 EX 1000\r\n", -1);
  g_free (socket_read (fd, 5 + 4 + 5));
  socket_send (fd, "INCR n\r\n", -1); /* not waited for: may or may not be there */
  node_kill (node);
  close (fd);
  node = durable (disk);
  g_autofree char *text = talk (node->address, "EXISTS gone\r\nGET kept\r\nGET n\r\nQUIT\r\n");
  g_assert_true (g_str_has_prefix (text, ":0\r\n$1\r\n1\r\n$2\r\n5"));
  int n = atoi (text + strlen (":0\r\n$1\r\n1\r\n$2\r\n"));
  g_assert_cmpint (n, >=, acknowledged);
  g_assert_cmpint (n, <=, acknowledged + 1);
  stop (node);
}

static void
write_some (Disk *disk)
{
  Node *node = durable (disk);
  g_free (talk (node->address, "SET a 1\r\nSET b 2\r\nSET c 3\r\nQUIT\r\n"));
  stop (node);
}

static void
test_torn_tail (Disk *disk, gconstpointer data)
{
  GStatBuf st;
  write_some (disk);
  g_assert_cmpint (g_stat (disk->file, &st), ==, 0);
  g_assert_cmpint (truncate (disk->file, st.st_size - 3), ==, 0);
  Node *node = durable (disk);
  g_autofree char *text = talk (node->address, "MGET a b c\r\nSET d 4\r\nQUIT\r\n");
  g_assert_cmpstr (text, ==, "*3\r\n$1\r\n1\r\n$1\r\n2\r\n$-1\r\n+OK\r\n+OK\r\n");
  g_autofree char *said = node_stop (node);
  g_assert_nonnull (strstr (said, "unfinished record"));
  node = durable (disk);
  g_autofree char *again = talk (node->address, "MGET a b d\r\nQUIT\r\n");
  g_assert_cmpstr (again, ==, "*3\r\n$1\r\n1\r\n$1\r\n2\r\n$1\r\n4\r\n+OK\r\n");
  stop (node);
}

static void
test_flipped_bit (Disk *disk, gconstpointer data)
{
  g_autofree char *bytes = NULL;
  gsize n;
  write_some (disk);
  g_assert_true (g_file_get_contents (disk->file, &bytes, &n, NULL));
  bytes[n - 1] ^= 1;
  g_assert_true (g_file_set_contents (disk->file, bytes, (gssize) n, NULL));
  Node *node = durable (disk);
  g_autofree char *text = talk (node->address, "MGET a b c\r\nQUIT\r\n");
  g_assert_cmpstr (text, ==, "*3\r\n$1\r\n1\r\n$1\r\n2\r\n$-1\r\n+OK\r\n");
  stop (node);
}

static void
test_compaction (Disk *disk, gconstpointer data)
{
  GStatBuf before, after;
  Node *node = durable (disk);
  g_autoptr (GString) up = g_string_new (NULL);
  for (int i = 0; i < 3000; i++)
    g_string_append (up, "INCR n\r\n");
  g_string_append (up, "QUIT\r\n");
  g_free (talk (node->address, up->str));
  stop (node);
  g_stat (disk->file, &before);
  node = durable (disk);
  g_autofree char *text = talk (node->address, "GET n\r\nINCR n\r\nQUIT\r\n");
  g_assert_cmpstr (text, ==, "$4\r\n3000\r\n:3001\r\n+OK\r\n");
  stop (node);
  g_stat (disk->file, &after);
  g_assert_cmpint (after.st_size, <, before.st_size / 100);
  node = durable (disk);
  g_autofree char *again = talk (node->address, "GET n\r\nQUIT\r\n");
  g_assert_cmpstr (again, ==, "$4\r\n3001\r\n+OK\r\n");
  stop (node);
}

/* Status and what is written on standard error. */
static char *
failed_start (const char *folder, int *status)
{
  g_autofree char *address = node_address ();
  const char *argv[] = { NODE_PROGRAM, "store", "--listen", address, "--durable", folder, NULL };
  char *err = NULL;
  int wait_status;
  g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_STDOUT_TO_DEV_NULL, NULL, NULL, NULL, &err,
                &wait_status, NULL);
  *status = WEXITSTATUS (wait_status);
  return err;
}

static void
test_one_store_a_folder (Disk *disk, gconstpointer data)
{
  int status;
  Node *node = durable (disk);
  g_autofree char *err = failed_start (disk->folder, &status);
  g_assert_cmpint (status, ==, 1);
  g_assert_nonnull (strstr (err, "another store is using it"));
  stop (node);
}

static void
test_foreign_file (Disk *disk, gconstpointer data)
{
  int status;
  g_autofree char *bytes = NULL;
  g_assert_true (g_file_set_contents (disk->file, "my only copy of something else\n", -1, NULL));
  g_autofree char *err = failed_start (disk->folder, &status);
  g_assert_cmpint (status, ==, 1);
  g_assert_nonnull (strstr (err, "this is no file of a store"));
  g_assert_true (g_file_get_contents (disk->file, &bytes, NULL, NULL));
  g_assert_cmpstr (bytes, ==, "my only copy of something else\n");
}

#define DISK_TEST(path, func) g_test_add (path, Disk, NULL, disk_open, func, disk_close)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/store/exchanges", test_exchanges);
  g_test_add_func ("/store/version-3", test_version_3);
  g_test_add_func ("/store/quit-closes", test_quit_closes);
  g_test_add_func ("/store/nonsense-closes", test_nonsense_closes);
  g_test_add_func ("/store/expiry", test_expiry);
  g_test_add_func ("/store/pipelining", test_pipelining);
  g_test_add_func ("/store/large-value", test_large_value);
  g_test_add_func ("/store/half-close-keeps-the-answer", test_half_close);
  g_test_add_func ("/store/info", test_info);
  g_test_add_func ("/store/pool-shares-one-dict", test_pool_shares_one_dict);
  g_test_add_func ("/store/redis-cli", test_redis_cli);
  DISK_TEST ("/store/durable/survives-kill", test_survives_kill);
  DISK_TEST ("/store/durable/torn-tail", test_torn_tail);
  DISK_TEST ("/store/durable/flipped-bit", test_flipped_bit);
  DISK_TEST ("/store/durable/compaction", test_compaction);
  DISK_TEST ("/store/durable/one-store-a-folder", test_one_store_a_folder);
  DISK_TEST ("/store/durable/foreign-file-is-left-alone", test_foreign_file);
  return g_test_run ();
}
