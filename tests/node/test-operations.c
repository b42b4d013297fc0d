/* Operations on stores as clients report them: against the built-in store, Redis, etcd and nginx, and against a server that
 * misbehaves as it is told. */
#include "harness.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tb-history.h"
#include "tb-ops.h"

#define ENTRIES_MAX 8192

/* ---- The table ---- */

typedef struct
{
  int fd;
  TbOps *ops;
  guint64 cursor, missed;
  TbOpEntry *entries;
  gsize n;
} Table;

/* Nodes started from here on report into it. */
static Table *
table_new (void)
{
  Table *t = g_new0 (Table, 1);
  t->fd = memfd_create ("operations", MFD_CLOEXEC);
  g_assert_cmpint (ftruncate (t->fd, (off_t) tb_ops_size ()), ==, 0);
  t->ops = mmap (NULL, tb_ops_size (), PROT_READ | PROT_WRITE, MAP_SHARED, t->fd, 0);
  g_assert_true (t->ops != MAP_FAILED);
  tb_ops_begin (t->ops);
  t->entries = g_new (TbOpEntry, ENTRIES_MAX);
  node_operations_fd = t->fd;
  return t;
}

static void
table_free (Table *t)
{
  node_operations_fd = -1;
  munmap (t->ops, tb_ops_size ());
  close (t->fd);
  g_free (t->entries);
  g_free (t);
}

static gsize
table_read (Table *t)
{
  t->n += tb_ops_read (t->ops, &t->cursor, t->entries + t->n, ENTRIES_MAX - t->n, &t->missed);
  return t->n;
}

/* Until there are so many. */
static void
table_await (Table *t, gsize n)
{
  for (int i = 0; i < 15000 && table_read (t) < n; i++)
    g_usleep (2000);
  g_assert_cmpuint (t->n, >=, n);
}

/* Bit e of what was read of a set: element e is in it, which is inserted as e+1. Other values are the judge's own already. */
static TbOp
op_of (TbHistory *h, const TbOpEntry *entry)
{
  TbOp op = entry->op;
  guint64 elements[64];
  gsize n = 0;
  for (guint e = 0; e < 64; e++)
    if (op.value >> e & 1)
      elements[n++] = e + 1;
  if (op.kind == TB_OP_READ && (entry->flags & TB_OP_SET))
    op.value = tb_history_set (h, elements, n);
  return op;
}

/* What the judge says of what was told. */
static TbVerdict
judge (const Table *t, gboolean final_reads)
{
  TbHistory *h = tb_history_new ();
  TbVerdict verdict;
  TbJudgeOptions options = { .final_reads = final_reads };
  for (gsize i = 0; i < t->n; i++)
    {
      TbOp op = op_of (h, &t->entries[i]);
      tb_history_add (h, &op);
    }
  tb_history_judge (h, &options, &verdict);
  tb_history_free (h);
  return verdict;
}

static void
assert_linearizable (Table *t, gsize least)
{
  table_read (t);
  TbVerdict verdict = judge (t, FALSE);
  g_assert_cmpuint (t->missed, ==, 0);
  if (verdict.kind != TB_VERDICT_LINEARIZABLE)
    g_error ("%s", verdict.sentence);
  g_assert_cmpuint (verdict.ok, >=, least);
}

static gsize
count_of (const Table *t, TbOpKind kind, TbOpOutcome outcome)
{
  gsize n = 0;
  for (gsize i = 0; i < t->n; i++)
    n += t->entries[i].op.kind == kind && t->entries[i].op.outcome == outcome;
  return n;
}

/* A client with so many requests and one --call an operation of `ops`, after `url`; returns when it has ended. */
static void
run_client_in (const char *threads, const char *url, const char *ops, const char *keys, guint requests)
{
  g_autoptr (GStrvBuilder) options = g_strv_builder_new ();
  g_auto (GStrv) words = g_strsplit (ops, " ", -1);
  g_autofree char *n = g_strdup_printf ("%u", requests);
  int status;
  g_strv_builder_add_many (options, "--name", "client", "--threads", threads, "--requests", n, NULL);
  for (char **op = words; *op != NULL; op++)
    {
      g_autofree char *call = g_strdup_printf ("link %s op=%s %s", url, *op, keys);
      g_strv_builder_add_many (options, "--call", call, NULL);
    }
  g_auto (GStrv) argv = g_strv_builder_end (options);
  Node *client = node_spawn ("client", NULL, (char **) argv);
  g_free (node_wait (client, 60, &status));
  g_assert_cmpint (status, ==, 0);
}

static void
run_client_ops (const char *url, const char *ops, const char *keys, guint requests)
{
  run_client_in ("pool 4", url, ops, keys, requests);
}

/* ---- On stores that do as they should ---- */

static void
flush_resp (const char *address)
{
  g_autofree char *answer = NULL;
  int fd = socket_to (address);
  socket_send (fd, "*1\r\n$8\r\nFLUSHALL\r\n", -1);
  answer = socket_read_until (fd, "\r\n");
  g_assert_cmpstr (answer, ==, "+OK\r\n");
  close (fd);
}

static void
flush_etcd (const char *address)
{
  static const char body[] = "{\"key\":\"AA==\",\"range_end\":\"AA==\"}"; /* from the first key on, all */
  g_autofree char *request = g_strdup_printf ("POST /v3/kv/deleterange HTTP/1.1\r\nHost: etcd\r\nConnection: close\r\n"
                                              "Content-Length: %zu\r\n\r\n%s", strlen (body), body);
  int fd = socket_to (address);
  socket_send (fd, request, -1);
  g_autofree char *answer = socket_read (fd, G_MAXSIZE);
  g_assert_true (g_str_has_prefix (answer, "HTTP/1.1 200 "));
  close (fd);
}

static void
record_all_kinds (const char *address)
{
  static const struct
  {
    const char *ops;
    TbOpKind kind;
  } groups[] = { { "read write", TB_OP_WRITE }, { "cas read", TB_OP_CAS },     { "append read", TB_OP_APPEND },
                 { "add read", TB_OP_ADD },     { "insert members", TB_OP_INSERT } };
  g_autofree char *url = g_strconcat ("resp://", address, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (groups); i++)
    {
      Table *t = table_new ();
      gsize swapped = 0;
      flush_resp (address);
      run_client_ops (url, groups[i].ops, "keys=4", 300);
      assert_linearizable (t, 300);
      g_assert_cmpuint (t->n, ==, 300);
      g_assert_cmpuint (count_of (t, groups[i].kind, TB_OP_OK), >=, 140);
      g_assert_cmpuint (count_of (t, TB_OP_READ, TB_OP_OK), >=, 140);
      for (gsize k = 0; k < t->n; k++)
        {
          swapped += t->entries[k].op.swapped;
          g_assert_cmpuint (t->entries[k].port, !=, 0);
          g_assert_cmpuint (t->entries[k].op.process, <, 4);
          g_assert_cmpuint (t->entries[k].op.key, <, 4);
          g_assert_cmpuint (t->entries[k].call, <, 2);
        }
      g_assert_true ((swapped > 20) == (groups[i].kind == TB_OP_CAS));
      table_free (t);
    }
}

static void
test_every_kind_is_recorded_on_the_built_in_store (void)
{
  Node *store = node_start ("store", NULL, NULL);
  record_all_kinds (store->address);
  g_free (node_stop (store));
}

/* ---- Real servers ---- */

static void
die_with_test (gpointer data)
{
  prctl (PR_SET_PDEATHSIG, SIGKILL);
}

static gboolean
can_connect (const char *address)
{
  g_auto (GStrv) parts = g_strsplit (address, ":", 2);
  struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons ((guint16) atoi (parts[1])) };
  inet_pton (AF_INET, parts[0], &a.sin_addr);
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  gboolean ok = connect (fd, (struct sockaddr *) &a, sizeof a) == 0;
  close (fd);
  return ok;
}

typedef struct
{
  GPid pid;
  char *dir;
} Server;

/* Until it takes connections at address. */
static Server *
server_start (const char *const *argv, const char *address, char *dir)
{
  Server *s = g_new0 (Server, 1);
  g_autoptr (GError) error = NULL;
  s->dir = dir;
  g_spawn_async (dir, (char **) argv, NULL, G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDERR_TO_DEV_NULL
                                              | G_SPAWN_STDOUT_TO_DEV_NULL, die_with_test, NULL, &s->pid, &error);
  g_assert_no_error (error);
  for (int i = 0; i < 15000 && !can_connect (address); i++)
    g_usleep (2000);
  g_assert_true (can_connect (address));
  return s;
}

static void
server_stop (Server *s)
{
  kill (s->pid, SIGTERM);
  waitpid (s->pid, NULL, 0);
  g_free (run_command ("rm -rf %s", s->dir));
  g_free (s->dir);
  g_free (s);
}

static char *
folder_new (void)
{
  return g_dir_make_tmp ("tierboard-operations-XXXXXX", NULL);
}

static void
test_every_kind_is_recorded_on_redis (void)
{
  if (!have_program ("redis-server"))
    return;
  g_autofree char *address = node_address ();
  g_auto (GStrv) parts = g_strsplit (address, ":", 2);
  const char *argv[] = { "redis-server", "--bind", parts[0], "--port", parts[1], "--save", "", "--protected-mode", "no", NULL };
  Server *redis = server_start (argv, address, folder_new ());
  record_all_kinds (address);
  server_stop (redis);
}

/* What it has read is still there, whatever the machine does: only before its first read it knows nothing. */
static void
assert_one_alone_swaps (const char *url, const char *keys)
{
  Table *t = table_new ();
  gsize swapped = 0;
  run_client_in ("pool 1", url, "read cas", keys, 40);
  assert_linearizable (t, 40);
  for (gsize i = 0; i < t->n; i++)
    swapped += t->entries[i].op.swapped;
  g_assert_cmpuint (swapped, >=, 10);
  g_assert_cmpuint (swapped + 1, >=, count_of (t, TB_OP_CAS, TB_OP_OK));
  table_free (t);
}

static void
test_etcd_is_read_written_and_swapped (void)
{
  if (!have_program ("etcd"))
    return;
  g_autofree char *address = node_address (), *peer = node_address ();
  g_autofree char *url = g_strconcat ("http://", address, NULL), *peer_url = g_strconcat ("http://", peer, NULL);
  g_autofree char *cluster = g_strconcat ("default=", peer_url, NULL);
  const char *argv[] = { "etcd", "--data-dir", "data", "--listen-client-urls", url, "--advertise-client-urls", url, "--listen-peer-urls",
                         peer_url, "--initial-advertise-peer-urls", peer_url, "--initial-cluster", cluster, NULL };
  Server *etcd = server_start (argv, address, folder_new ());
  Table *t = table_new ();
  run_client_ops (url, "read write cas", "keys=4 api=etcd timeout=30s", 300);
  assert_linearizable (t, 300);
  g_assert_cmpuint (count_of (t, TB_OP_READ, TB_OP_OK), >=, 90);
  g_assert_cmpuint (count_of (t, TB_OP_CAS, TB_OP_OK), >=, 90);
  table_free (t);
  flush_etcd (address);
  assert_one_alone_swaps (url, "keys=1 api=etcd timeout=30s");
  run_client_ops (url, "read", "keys=4 api=etcd reads=serializable", 10);
  server_stop (etcd);
}

static void
test_what_is_put_over_http_is_read_back (void)
{
  if (!have_program ("nginx"))
    return;
  g_autofree char *address = node_address (), *dir = folder_new ();
  g_autofree char *url = g_strdup_printf ("http://%s/data", address), *file = g_build_filename (dir, "nginx.conf", NULL);
  g_autofree char *text = g_strdup_printf (
    "%sdaemon off; master_process off; pid %s/pid; error_log %s/log; events {}\n"
    "http { access_log off; client_body_temp_path %s/body; server { listen %s; root %s;\n"
    "  location /data { dav_methods PUT; create_full_put_path on; } } }\n",
    getuid () == 0 ? "user root; " : "", dir, dir, dir, address, dir);
  const char *argv[] = { "nginx", "-e", "stderr", "-p", dir, "-c", file, NULL };
  g_assert_true (g_file_set_contents (file, text, -1, NULL));
  Server *nginx = server_start (argv, address, g_strdup (dir));
  Table *t = table_new ();
  run_client_ops (url, "read write", "keys=4 api=keys body=300", 300);
  assert_linearizable (t, 300);
  g_assert_cmpuint (count_of (t, TB_OP_WRITE, TB_OP_OK), >=, 140);
  table_free (t);
  server_stop (nginx);
}

/* ---- A server that does as it is told ---- */

typedef struct
{
  char *address;
  int fd;
  const char *const *script; /* what each request is answered; "" nothing, "close" the end; the last for ever */
  GThread *thread;
  int stop[2];
} Fake;

/* One request of a connection, as the next line of the script says; false: it has ended, or is ended. */
static gboolean
fake_answer (Fake *f, int fd)
{
  g_autofree char *request = socket_read_until (fd, "key:0\r\n");
  const char *answer = f->script[0];
  if (*request == '\0')
    return FALSE;
  f->script += f->script[1] != NULL;
  if (g_str_equal (answer, "close"))
    return FALSE;
  socket_send (fd, answer, -1);
  return TRUE;
}

/* A connection stays as long as its client keeps it: one that ends behind an answer may be used again meanwhile. */
static gpointer
fake_main (gpointer data)
{
  Fake *f = data;
  g_autoptr (GArray) polled = g_array_new (FALSE, FALSE, sizeof (struct pollfd));
  struct pollfd first[] = { { f->stop[0], POLLIN, 0 }, { f->fd, POLLIN, 0 } };
  g_array_append_vals (polled, first, 2);
#define POLLED(i) (&g_array_index (polled, struct pollfd, i))
  while (poll (POLLED (0), polled->len, -1) > 0 && POLLED (0)->revents == 0)
    {
      for (guint i = polled->len; i-- > 2;)
        if (POLLED (i)->revents != 0 && !fake_answer (f, POLLED (i)->fd))
          {
            close (POLLED (i)->fd);
            g_array_remove_index (polled, i);
          }
      struct pollfd next = { POLLED (1)->revents != 0 ? accept4 (f->fd, NULL, NULL, SOCK_CLOEXEC) : -1, POLLIN, 0 };
      if (next.fd >= 0)
        g_array_append_val (polled, next);
    }
  for (guint i = 2; i < polled->len; i++)
    close (POLLED (i)->fd);
#undef POLLED
  return NULL;
}

static Fake *
fake_start (const char *const *script)
{
  Fake *f = g_new0 (Fake, 1);
  f->address = node_address ();
  f->fd = socket_listen (f->address);
  f->script = script;
  g_assert_cmpint (pipe2 (f->stop, O_CLOEXEC), ==, 0);
  f->thread = g_thread_new ("fake", fake_main, f);
  return f;
}

static void
fake_stop (Fake *f)
{
  close (f->stop[1]);
  g_thread_join (f->thread);
  close (f->stop[0]);
  close (f->fd);
  g_free (f->address);
  g_free (f);
}

static Table *
run_for (const char *const *script, const char *options, guint requests, guint timeout_ms)
{
  Fake *f = fake_start (script);
  Table *t = table_new ();
  g_autofree char *call = g_strdup_printf ("link resp://%s keys=1 timeout=%ums %s", f->address, timeout_ms, options);
  g_autofree char *n = g_strdup_printf ("%u", requests);
  const char *argv[] = { "--requests", n, "--call", call, NULL };
  Node *client = node_spawn ("client", NULL, (char **) argv);
  g_free (node_wait (client, 60, NULL));
  fake_stop (f);
  g_assert_cmpuint (table_read (t), ==, requests);
  return t;
}

/* One client's operations against a script; a read of key:0 where op is "read". Where the client gave up what the
 * script answers, the machine kept one of them waiting: again with more time. */
static Table *
run_against (const char *const *script, const char *options, guint requests)
{
  for (guint timeout_ms = 100;; timeout_ms *= 2)
    {
      Table *t = run_for (script, options, requests, timeout_ms);
      guint late = 0, unanswered = 0;
      for (guint i = 0; i < requests; i++)
        late += t->entries[i].op.error == TB_OP_ERROR_TIMEOUT;
      for (const char *const *line = script; *line != NULL; line++)
        unanswered += **line == '\0';
      if (late <= unanswered || timeout_ms > 10000)
        return t;
      table_free (t);
    }
}

static void
assert_outcome (const TbOpEntry *e, TbOpOutcome outcome, TbOpError error)
{
  g_assert_cmpint (e->op.outcome, ==, outcome);
  g_assert_cmpint ((int) e->op.error, ==, error);
  g_assert_true ((e->op.return_ns == G_MAXINT64) == (outcome == TB_OP_UNKNOWN));
}

static void
test_a_timeout_is_unknown_and_another_process_goes_on (void)
{
  static const char *const script[] = { "", "+OK\r\n", "", "+OK\r\n", NULL };
  Table *t = run_against (script, "op=write", 4);
  static const guint generations[] = { 0, 1, 1, 2 };
  for (guint i = 0; i < 4; i++)
    {
      assert_outcome (&t->entries[i], i % 2 == 0 ? TB_OP_UNKNOWN : TB_OP_OK, i % 2 == 0 ? TB_OP_ERROR_TIMEOUT : TB_OP_ERROR_NONE);
      g_assert_cmpuint (t->entries[i].op.process, ==, TB_OPS_OPEN * generations[i]);
    }
  table_free (t);
}

static void
test_errors_say_whether_there_was_an_effect (void)
{
  static const struct
  {
    const char *answer;
    TbOpOutcome outcome;
    TbOpError error;
  } rows[] = {
    { "-CLUSTERDOWN nobody leads\r\n", TB_OP_FAIL, TB_OP_ERROR_ANSWER },
    { "-TRYAGAIN later\r\n", TB_OP_FAIL, TB_OP_ERROR_ANSWER },
    { "-READONLY You can't write against a read only replica.\r\n", TB_OP_FAIL, TB_OP_ERROR_ANSWER },
    { "-NOREPLICAS Not enough good replicas to write.\r\n", TB_OP_FAIL, TB_OP_ERROR_ANSWER },
    { "-UNKNOWN perhaps\r\n", TB_OP_UNKNOWN, TB_OP_ERROR_ANSWER },
    { "-SOMETHING else\r\n", TB_OP_UNKNOWN, TB_OP_ERROR_ANSWER },
    { "nonsense\r\n", TB_OP_UNKNOWN, TB_OP_ERROR_ANSWER },
    { "close", TB_OP_UNKNOWN, TB_OP_ERROR_RESET },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const char *const script[] = { rows[i].answer, NULL };
      Table *t = run_against (script, "op=write", 1);
      g_test_message ("%s", rows[i].answer);
      assert_outcome (&t->entries[0], rows[i].outcome, rows[i].error);
      table_free (t);
    }
}

static void
test_a_refused_connection_is_a_failure (void)
{
  Table *t = table_new ();
  g_autofree char *address = node_address (), *call = g_strdup_printf ("link resp://%s op=write", address);
  const char *argv[] = { "--requests", "2", "--call", call, NULL };
  g_free (node_wait (node_spawn ("client", NULL, (char **) argv), 60, NULL));
  g_assert_cmpuint (table_read (t), ==, 2);
  for (guint i = 0; i < 2; i++)
    {
      assert_outcome (&t->entries[i], TB_OP_FAIL, TB_OP_ERROR_REFUSED);
      g_assert_cmpuint (t->entries[i].op.process, ==, 0);
      g_assert_cmpuint (t->entries[i].port, ==, 0);
    }
  table_free (t);
}

static void
test_retries_are_one_operation (void)
{
  static const char *const script[] = { "", "close", "+OK\r\n", NULL };
  Table *t = run_against (script, "op=write retries=5", 1);
  assert_outcome (&t->entries[0], TB_OP_OK, TB_OP_ERROR_NONE);
  table_free (t);
}

/* The first may have had its effect, so the second would have it twice. */
static void
test_an_append_of_unknown_outcome_is_not_tried_again (void)
{
  static const char *const script[] = { "", ":10\r\n", NULL };
  static const char *const ops[] = { "op=append retries=5", "op=add retries=5", "op=cas retries=5" };
  for (gsize i = 0; i < G_N_ELEMENTS (ops); i++)
    {
      Table *t = run_against (script, ops[i], 1);
      assert_outcome (&t->entries[0], TB_OP_UNKNOWN, TB_OP_ERROR_TIMEOUT);
      table_free (t);
    }
}

static void
test_a_refusal_behind_an_unknown_try_stays_unknown (void)
{
  static const char *const script[] = { "close", "-READONLY no\r\n", NULL };
  Table *t = run_against (script, "op=write retries=5", 1);
  assert_outcome (&t->entries[0], TB_OP_UNKNOWN, TB_OP_ERROR_RESET);
  table_free (t);
}

static void
test_a_killed_client_leaves_what_was_open (void)
{
  static const char *const script[] = { "+OK\r\n", "", NULL };
  Fake *f = fake_start (script);
  Table *t = table_new ();
  TbOpEntry open[2];
  g_autofree char *call = g_strdup_printf ("link resp://%s op=write keys=1 timeout=60s", f->address);
  const char *argv[] = { "--call", call, NULL };
  Node *client = node_spawn ("client", NULL, (char **) argv);
  table_await (t, 1);
  for (int i = 0; i < 15000 && tb_ops_open (t->ops, open, 2) == 0; i++)
    g_usleep (2000);
  node_kill (client);
  g_assert_cmpuint (table_read (t), ==, 1);
  g_assert_cmpuint (tb_ops_open (t->ops, open, 2), ==, 1);
  assert_outcome (&open[0], TB_OP_UNKNOWN, TB_OP_ERROR_CRASHED);
  g_assert_cmpint (open[0].op.kind, ==, TB_OP_WRITE);
  g_assert_cmpint (open[0].op.invoke_ns, >=, t->entries[0].op.return_ns);
  g_assert_cmpuint (open[0].op.value, !=, t->entries[0].op.value);
  table_free (t);
  fake_stop (f);
}

/* ---- Final reads ---- */

static void
set_load (const char *path, const char *line)
{
  g_autofree char *text = g_strconcat (line, "\n", NULL);
  FILE *file = g_fopen (path, "w");
  fputs (text, file);
  fclose (file);
}

static void
await_final (Table *t, guint number)
{
  for (int i = 0; i < 15000 && tb_ops_final (t->ops) != number; i++)
    {
      table_read (t);
      g_usleep (2000);
    }
  g_assert_cmpuint (tb_ops_final (t->ops), ==, number);
  table_read (t);
}

static gsize
count_final (const Table *t)
{
  gsize n = 0;
  for (gsize i = 0; i < t->n; i++)
    n += (t->entries[i].flags & TB_OP_FINAL) != 0;
  return n;
}

static void
test_final_reads_read_each_key_of_each_host_once (void)
{
  Node *a = node_start ("store", NULL, NULL), *b = node_start ("store", NULL, NULL);
  Table *t = table_new ();
  g_autofree char *dir = folder_new (), *load = g_build_filename (dir, "load", NULL);
  g_autofree char *write = g_strdup_printf ("link resp://%s,%s op=write keys=20", a->address, b->address);
  g_autofree char *read = g_strdup_printf ("link resp://%s,%s op=read keys=7", a->address, b->address);
  set_load (load, "rate 500");
  Node *client = node_start ("client", NULL, "--threads", "pool 3", "--load", load, "--call", write, "--call", read, NULL);
  table_await (t, 100);
  set_load (load, "final 7");
  await_final (t, 7);
  gsize n = t->n;
  g_assert_cmpuint (count_final (t), ==, 40);
  guint8 seen[20] = { 0 };
  gint64 last = 0, first = G_MAXINT64;
  for (gsize i = 0; i < n; i++)
    {
      const TbOpEntry *e = &t->entries[i];
      gboolean final = (e->flags & TB_OP_FINAL) != 0;
      seen[e->op.key] += final;
      if (final)
        first = MIN (first, e->op.invoke_ns);
      else
        last = MAX (last, e->op.return_ns);
    }
  g_assert_cmpint (first, >, last);
  for (guint k = 0; k < 20; k++)
    g_assert_cmpuint (seen[k], ==, 2);
  set_load (load, "final 8");
  await_final (t, 8);
  g_assert_cmpuint (t->n, ==, n + 40); /* nothing was asked meanwhile */
  set_load (load, "own");
  table_await (t, n + 50);
  g_free (node_stop (client));
  g_assert_cmpuint (count_final (t), ==, 80);
  g_free (run_command ("rm -rf %s", dir));
  table_free (t);
  g_free (node_stop (a));
  g_free (node_stop (b));
}

static void
test_nothing_is_recorded_without_a_table (void)
{
  Node *store = node_start ("store", NULL, NULL);
  g_autofree char *url = g_strconcat ("resp://", store->address, NULL);
  run_client_ops (url, "write", "keys=1", 10);
  node_operations_fd = memfd_create ("nothing", MFD_CLOEXEC); /* it is none */
  run_client_ops (url, "write", "keys=1", 10);
  close (node_operations_fd);
  node_operations_fd = -1;
  g_free (node_stop (store));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/operations/built-in", test_every_kind_is_recorded_on_the_built_in_store);
  g_test_add_func ("/operations/redis", test_every_kind_is_recorded_on_redis);
  g_test_add_func ("/operations/etcd", test_etcd_is_read_written_and_swapped);
  g_test_add_func ("/operations/http", test_what_is_put_over_http_is_read_back);
  g_test_add_func ("/operations/timeout", test_a_timeout_is_unknown_and_another_process_goes_on);
  g_test_add_func ("/operations/errors", test_errors_say_whether_there_was_an_effect);
  g_test_add_func ("/operations/refused", test_a_refused_connection_is_a_failure);
  g_test_add_func ("/operations/retries", test_retries_are_one_operation);
  g_test_add_func ("/operations/append-once", test_an_append_of_unknown_outcome_is_not_tried_again);
  g_test_add_func ("/operations/stays-unknown", test_a_refusal_behind_an_unknown_try_stays_unknown);
  g_test_add_func ("/operations/killed", test_a_killed_client_leaves_what_was_open);
  g_test_add_func ("/operations/final", test_final_reads_read_each_key_of_each_host_once);
  g_test_add_func ("/operations/no-table", test_nothing_is_recorded_without_a_table);
  return g_test_run ();
}
