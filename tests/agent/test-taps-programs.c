/* Unmodified programs through the taps: redis with replication, nginx on both wildcards, Python,
 * Java and Go as callers. Each is skipped where the program is not installed. */
#include "taps-fixture.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define HTTP_PORT 8080
#define REDIS_PORT 6379

static gboolean
skip_without (const char *program)
{
  g_autofree char *path = g_find_program_in_path (program);
  if (path != NULL)
    return FALSE;
  g_autofree char *why = g_strdup_printf ("%s is not installed", program);
  g_test_skip (why);
  return TRUE;
}

static char *
address_text (Fixture *fx, uint32_t instance)
{
  uint32_t a = fx->instances[instance].address;
  return g_strdup_printf ("127.%u.%u.%u", a >> 16 & 255, a >> 8 & 255, a & 255);
}

static char *
output_of (Fixture *fx, uint32_t instance)
{
  g_auto (GStrv) parts = g_strsplit (fx->instances[instance].id, "/", 2);
  g_autofree char *path = g_strdup_printf ("%s/%s-%s.log", fx->dir, parts[0], parts[1]);
  char *text = NULL;
  g_file_get_contents (path, &text, NULL, NULL);
  return text != NULL ? text : g_strdup ("");
}

static int
run_program (Fixture *fx, uint32_t instance, const char *const *argv)
{
  int status = fx_wait (fx, fx_exec (fx, instance, argv));
  if (status != 0)
    {
      g_autofree char *text = output_of (fx, instance);
      g_test_message ("%s: status %d: %s", argv[0], status, text);
    }
  return status;
}

/* ---- Redis ----------------------------------------------------------------------------------- */

typedef struct
{
  uint32_t client, instance;
  const char *expected;
  const char *const *command;
} RedisQuestion;

static gboolean
redis_answers (Fixture *fx, gpointer data)
{
  RedisQuestion *q = data;
  g_autofree char *host = address_text (fx, q->instance);
  const char *argv[12] = { "redis-cli", "-h", host };
  guint n = 3;
  for (guint i = 0; q->command[i] != NULL; i++)
    argv[n++] = q->command[i];
  fx_wait (fx, fx_exec (fx, q->client, argv));
  g_autofree char *text = output_of (fx, q->client);
  return strstr (text, q->expected) != NULL;
}

static void
start_redis (Fixture *fx, uint32_t instance, const char *primary)
{
  g_autofree char *primary_port = g_strdup_printf ("%d", REDIS_PORT);
  const char *argv[16] = { "redis-server", "--save", "", "--appendonly", "no", "--protected-mode", "no",
                           "--bind", "0.0.0.0", "--dir", fx->dir };
  guint n = 11;
  if (primary != NULL)
    {
      argv[n++] = "--replicaof";
      argv[n++] = primary;
      argv[n++] = primary_port;
    }
  fx_exec (fx, instance, argv);
}

static gboolean
stream_is_seen (Fixture *fx, gpointer data)
{
  TbTapCounters row = fx_row (fx, 2, 1, REDIS_PORT);
  return row.connections_open == 1 && row.down.delivered > 3;
}

static void
test_redis_replication (void)
{
  g_autoptr (Fixture) fx = fx_new ();
  if (skip_without ("redis-server") || skip_without ("redis-cli"))
    {
      fx_start (fx);
      return;
    }
  fx_instance (fx, "client/1");
  fx_instance (fx, "orders/1");
  fx_instance (fx, "orders/2");
  TbWireLink *save = fx_link (fx, "save", 0, 1, REDIS_PORT, TB_PROTO_RESP);
  fx_widen (save, UINT32_MAX, 2);
  TbWireLink *replicas = fx_link (fx, "orders.replicas", 1, 1, 0, TB_PROTO_RESP);
  fx_widen (replicas, 2, 2);
  replicas->replicas = true;
  fx_start (fx);
  g_autofree char *primary = address_text (fx, 1);
  start_redis (fx, 1, NULL);
  RedisQuestion up = { 0, 1, "PONG", (const char *const[]) { "PING", NULL } };
  fx_until (fx, redis_answers, &up);
  start_redis (fx, 2, primary);
  RedisQuestion replica_up = { 0, 2, "master_link_status:up",
                               (const char *const[]) { "INFO", "replication", NULL } };
  fx_until (fx, redis_answers, &replica_up);
  RedisQuestion set = { 0, 1, "OK", (const char *const[]) { "SET", "order:7", "tapped", NULL } };
  fx_until (fx, redis_answers, &set);
  RedisQuestion get = { 0, 2, "tapped", (const char *const[]) { "GET", "order:7", NULL } };
  fx_until (fx, redis_answers, &get);
  fx_until (fx, stream_is_seen, NULL);
  TbTapCounters stream = fx_row (fx, 2, 1, REDIS_PORT);
  g_assert_cmpuint (stream.link, ==, 1);
  g_assert_cmpuint (stream.proto, ==, TB_PROTO_RESP);
  TbTapCounters client = fx_row (fx, 0, 1, REDIS_PORT);
  g_assert_cmpuint (client.link, ==, 0);
  g_assert_cmpuint (client.requests, ==, client.replies);
  g_assert_cmpuint (client.requests, >=, 2);
  g_test_message ("replication: %" G_GUINT64_FORMAT " messages, %" G_GUINT64_FORMAT " bytes down",
                  stream.down.delivered, stream.down.bytes_delivered);
}

/* ---- nginx ----------------------------------------------------------------------------------- */

static gboolean
http_answers (Fixture *fx, gpointer data)
{
  g_autofree char *host = address_text (fx, 1);
  g_autofree char *script
      = g_strdup_printf ("import socket,sys\n"
                         "try:\n"
                         "  s=socket.create_connection(('%s',%d),2)\n"
                         "  s.sendall(b'GET / HTTP/1.0\\r\\n\\r\\n')\n"
                         "  sys.exit(0 if b'served' in s.recv(4096) else 1)\n"
                         "except OSError: sys.exit(2)\n",
                         host, HTTP_PORT);
  const char *const argv[] = { "python3", "-c", script, NULL };
  return fx_wait (fx, fx_exec (fx, 0, argv)) == 0;
}

static void
start_nginx (Fixture *fx, uint32_t instance)
{
  g_auto (GStrv) parts = g_strsplit (fx->instances[instance].id, "/", 2);
  g_autofree char *dir = g_strdup_printf ("%s/%s-%s", fx->dir, parts[0], parts[1]);
  g_autofree char *path = g_strdup_printf ("%s/nginx.conf", dir);
  g_autofree char *conf = g_strdup_printf (
      "daemon off; master_process off; pid %s/pid; error_log stderr;\n"
      "events {}\n"
      "http { access_log off; client_body_temp_path %s/b; proxy_temp_path %s/p;\n"
      " fastcgi_temp_path %s/f; uwsgi_temp_path %s/u; scgi_temp_path %s/s;\n"
      " server { listen %d; listen [::]:%d; location / { return 200 'served\\n'; } } }\n",
      dir, dir, dir, dir, dir, dir, HTTP_PORT, HTTP_PORT);
  g_assert_cmpint (g_mkdir_with_parents (dir, 0777), ==, 0);
  g_assert_true (g_file_set_contents (path, conf, -1, NULL));
  const char *const argv[] = { "nginx", "-c", path, "-e", "stderr", NULL };
  fx_exec (fx, instance, argv);
}

static void
test_nginx_on_both_wildcards (void)
{
  g_autoptr (Fixture) fx = fx_new ();
  fx_instance (fx, "client/1");
  fx_instance (fx, "web/1");
  fx_instance (fx, "web/2");
  fx_link (fx, "browse", 0, 1, HTTP_PORT, TB_PROTO_UNKNOWN);
  fx_start (fx);
  if (skip_without ("nginx") || skip_without ("python3"))
    return;
  start_nginx (fx, 1);
  start_nginx (fx, 2); /* both on port 8080 of every address */
  fx_until (fx, http_answers, NULL);
  fx_settle (fx);
  TbTapCounters row = fx_row (fx, 0, 1, HTTP_PORT);
  g_assert_cmpuint (row.requests, ==, 1);
  g_assert_cmpuint (row.replies, ==, 1);
  g_assert_cmpuint (row.link, ==, 0);
}

/* ---- Callers in other languages --------------------------------------------------------------- */

/* In each: an exchange with half-close, a refused connect, a reset. */
static int
serve_lessons (Fixture *fx, int ready, void *data)
{
  char bytes[64];
  struct linger now = { 1, 0 };
  int listener = fx_listen (INADDR_ANY, HTTP_PORT);
  fx_say_ready (ready);
  for (;;)
    {
      int fd = accept (listener, NULL, NULL);
      ssize_t n = read (fd, bytes, 1);
      if (n == 1 && bytes[0] == 'r')
        setsockopt (fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
      else
        {
          while (read (fd, bytes, sizeof bytes) > 0)
            ;
          fx_write (fd, "after the end", 13);
        }
      close (fd);
    }
  return 0;
}

static void
expect_lessons (Fixture *fx, const char *const *argv)
{
  fx_serve (fx, 1, serve_lessons, NULL);
  g_assert_cmpint (run_program (fx, 0, argv), ==, 0);
  fx_settle (fx);
  TbTapCounters row = fx_row (fx, 0, 1, HTTP_PORT);
  g_assert_cmpuint (row.connections_total, ==, 2);
  g_assert_cmpuint (row.reset, ==, 1);
  g_assert_cmpuint (fx_row (fx, 0, 1, HTTP_PORT + 1).refused, ==, 1);
}

static void
caller_and_server (Fixture *fx)
{
  fx_instance (fx, "client/1");
  fx_instance (fx, "server/1");
  fx_link (fx, "call", 0, 1, HTTP_PORT, TB_PROTO_BYTES);
  fx_start (fx);
}

static void
test_python (void)
{
  g_autoptr (Fixture) fx = fx_new ();
  caller_and_server (fx);
  if (skip_without ("python3"))
    return;
  g_autofree char *host = address_text (fx, 1);
  g_autofree char *script = g_strdup_printf (
      "import asyncio, socket\n"
      "async def main():\n"
      "  r, w = await asyncio.open_connection('%s', %d)\n"
      "  w.write(b'hello'); w.write_eof()\n"
      "  assert await r.read() == b'after the end'\n"
      "  try: await asyncio.open_connection('%s', %d); assert 0\n"
      "  except ConnectionRefusedError: pass\n"
      "  s = socket.create_connection(('%s', %d)); s.sendall(b'r')\n"
      "  try: s.recv(1); assert 0\n"
      "  except ConnectionResetError: pass\n"
      "asyncio.run(main())\n",
      host, HTTP_PORT, host, HTTP_PORT + 1, host, HTTP_PORT);
  const char *const argv[] = { "python3", "-c", script, NULL };
  expect_lessons (fx, argv);
}

static void
test_java (void)
{
  g_autoptr (Fixture) fx = fx_new ();
  caller_and_server (fx);
  if (skip_without ("java") || skip_without ("javac"))
    return;
  g_autofree char *host = address_text (fx, 1);
  g_autofree char *path = g_strdup_printf ("%s/Lessons.java", fx->dir);
  g_autofree char *source = g_strdup_printf (
      "import java.net.*;\n"
      "public class Lessons { public static void main(String[] a) throws Exception {\n"
      " Socket s = new Socket(\"%s\", %d); s.getOutputStream().write(\"hello\".getBytes());\n"
      " s.shutdownOutput();\n"
      " if (!new String(s.getInputStream().readAllBytes()).equals(\"after the end\")) System.exit(1);\n"
      " try { new Socket(\"%s\", %d); System.exit(2); } catch (ConnectException e) { }\n"
      " s = new Socket(\"%s\", %d); s.getOutputStream().write('r');\n"
      " try { s.getInputStream().read(); System.exit(3); } catch (SocketException e) { }\n"
      "} }\n",
      host, HTTP_PORT, host, HTTP_PORT + 1, host, HTTP_PORT);
  g_assert_true (g_file_set_contents (path, source, -1, NULL));
  const char *const argv[] = { "java", "-Xshare:auto", "-XX:TieredStopAtLevel=1", path, NULL };
  expect_lessons (fx, argv);
}

static void
test_go (void)
{
  g_autoptr (Fixture) fx = fx_new ();
  caller_and_server (fx);
  if (skip_without ("go"))
    return;
  g_autofree char *host = address_text (fx, 1);
  g_autofree char *path = g_strdup_printf ("%s/lessons.go", fx->dir);
  g_autofree char *program = g_strdup_printf ("%s/lessons", fx->dir);
  g_autofree char *cache = g_strdup_printf ("GOCACHE=%s/cache", fx->dir);
  g_autofree char *source = g_strdup_printf (
      "package main\n"
      "import (\"errors\"; \"io\"; \"net\"; \"os\"; \"syscall\")\n"
      "func main() {\n"
      " c, err := net.Dial(\"tcp\", \"%s:%d\"); if err != nil { os.Exit(1) }\n"
      " c.Write([]byte(\"hello\")); c.(*net.TCPConn).CloseWrite()\n"
      " b, _ := io.ReadAll(c); if string(b) != \"after the end\" { os.Exit(2) }\n"
      " _, err = net.Dial(\"tcp\", \"%s:%d\"); if !errors.Is(err, syscall.ECONNREFUSED) { os.Exit(3) }\n"
      " c, err = net.Dial(\"tcp\", \"%s:%d\"); if err != nil { os.Exit(4) }\n"
      " c.Write([]byte(\"r\"))\n"
      " _, err = c.Read(b); if !errors.Is(err, syscall.ECONNRESET) { os.Exit(5) }\n"
      "}\n",
      host, HTTP_PORT, host, HTTP_PORT + 1, host, HTTP_PORT);
  g_assert_true (g_file_set_contents (path, source, -1, NULL));
  const char *const build[]
      = { "env", cache, "GOFLAGS=-mod=mod", "CGO_ENABLED=0", "go", "build", "-o", program, path, NULL };
  g_assert_cmpint (run_program (fx, 0, build), ==, 0);
  const char *const argv[] = { program, NULL };
  expect_lessons (fx, argv);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (fx_is_skipped ())
    return 0;
#define ADD(path, test) g_test_add_func ("/taps/programs/" path, test)
  ADD ("redis-replication", test_redis_replication);
  ADD ("nginx-on-both-wildcards", test_nginx_on_both_wildcards);
  ADD ("python", test_python);
  ADD ("java", test_java);
  ADD ("go", test_go);
  return g_test_run ();
}
