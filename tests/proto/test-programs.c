/* The framer between real clients and real servers: PostgreSQL, Mosquitto, nginx by HTTP/2 and etcd by
 * gRPC. A small relay
 * feeds it every byte; what it saw is compared with what the client was told to do. */
#include "tb-base.h"
#include "tb-proto.h"

#include <arpa/inet.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct
{
  const char *name, *program;
  int port;
  const char *prepare; /* shell; NULL: nothing. $DIR is its own, $HOST where to listen */
  const char *server;
  const char *client; /* $RELAY is where to connect */
  const char *seen[8]; /* "12 request INSERT": so many messages begin like that */
} Program;

static const Program programs[] = {
  { "postgresql", "psql", 5432,
    "PATH=$PATH:$(ls -d /usr/lib/postgresql/*/bin | tail -1); initdb -D $DIR/data -A trust -U t -N",
    "PATH=$PATH:$(ls -d /usr/lib/postgresql/*/bin | tail -1); exec postgres -D $DIR/data -h $HOST "
    "-k $DIR -F",
    "export PGHOST=$RELAY PGUSER=t PGDATABASE=postgres; psql -q -c 'CREATE TABLE n (i int)' && "
    "for i in 1 2 3; do echo \"INSERT INTO n VALUES ($i);\"; done | psql -q && "
    "seq 5 | psql -q -c 'COPY n FROM STDIN' && psql -tc 'SELECT count(*) FROM n' | grep -q 8 && "
    "! psql -q -c 'SELECT * FROM nowhere' && "
    "PATH=$PATH:$(ls -d /usr/lib/postgresql/*/bin | tail -1); pgbench -n -q -i -s 1 2>/dev/null && "
    "pgbench -n -M prepared -t 50 -S | grep -q 'processed: 50/50'",
    { "3 request INSERT INTO n VALUES", "3 reply INSERT 0 1 INSERT INTO n", "2 one-way CopyData",
      "1 reply error 42P01 SELECT * FROM nowhere", "1 reply COPY 5 COPY n FROM STDIN",
      "50 reply SELECT 1 EXECUTE P", NULL } },
  { "mqtt", "mosquitto_pub", 1883,
    "printf 'listener 1883 %s\\nallow_anonymous true\\n' $HOST >$DIR/conf",
    "exec mosquitto -c $DIR/conf",
    "mosquitto_sub -h $RELAY -q 1 -t 'orders/#' -C 10 >$DIR/got & "
    "until grep -q . $DIR/got 2>/dev/null; do mosquitto_pub -h $RELAY -t orders/new -m x; done; "
    "for i in 1 2 3 4 5; do mosquitto_pub -h $RELAY -q 1 -t orders/paid -m $i; "
    "mosquitto_pub -h $RELAY -q 2 -t orders/sent -m $i; done; wait",
    { "5 request PUBLISH orders/paid", "5 reply PUBACK PUBLISH orders/paid",
      "5 reply PUBCOMP PUBLISH orders/sent", "1 reply SUBACK SUBSCRIBE", NULL } },
  { "http2", "h2load", 8080,
    "printf 'pid %s/pid; error_log stderr; daemon off; events { } http { access_log off; "
    "client_body_temp_path %s/b; proxy_temp_path %s/p; fastcgi_temp_path %s/f; uwsgi_temp_path %s/u; "
    "scgi_temp_path %s/s; server { listen %s:8080 http2; location / { return 200 hello; } "
    "location /gone { return 410; } location /big { root %s; } } }' "
    "$DIR $DIR $DIR $DIR $DIR $DIR $HOST $DIR >$DIR/conf; head -c 300000 /dev/zero >$DIR/big",
    "exec nginx -e stderr -c $DIR/conf",
    "nghttp -n http://$RELAY:8080/a http://$RELAY:8080/big http://$RELAY:8080/gone && "
    "h2load -n 500 -c 2 -m 30 http://$RELAY:8080/big | grep -q '500 succeeded'",
    { "1 request GET /a", "1 reply 200 GET /a", "501 request GET /big", "501 reply 200 GET /big",
      "1 reply 410 GET /gone", NULL } },
  { "grpc", "etcdctl", 2379,
    NULL,
    "exec etcd --data-dir $DIR/data --listen-client-urls http://$HOST:2379 --advertise-client-urls "
    "http://$HOST:2379 --listen-peer-urls http://$HOST:2380",
    "export ETCDCTL_API=3 ETCDCTL_ENDPOINTS=$RELAY:2379; for i in 1 2 3; do etcdctl put n $i; done && "
    "etcdctl get n | grep -q 3 && ! etcdctl lease keep-alive --once abc && "
    "{ etcdctl watch n >$DIR/seen & watch=$!; } && "
    "until test $(grep -c PUT $DIR/seen) -ge 4; do etcdctl put n 4; sleep 0.2; done; kill $watch",
    { "1 request KV/Range", "1 reply reply KV/Range", "1 request Watch/Watch", NULL } },
};

/* ---- The relay --------------------------------------------------------------------------------- */

typedef struct
{
  int fd[2]; /* caller's, called's */
  gboolean ended[2];
  TbFramer *framer;
} Pair;

typedef struct
{
  int listener;
  char *host, *relay, *folder;
  int port;
  GPtrArray *pairs; /* of Pair */
  GString *messages;
  GPtrArray *notes;
} Relay;

static struct sockaddr_in
address (const char *host, int port)
{
  struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons ((uint16_t) port) };
  inet_pton (AF_INET, host, &a.sin_addr);
  return a;
}

static void
take_message (const TbMessage *m, void *data)
{
  static const char *const kinds[] = { "request", "reply", "one-way" };
  g_string_append_printf (data, "%s %s\n", kinds[m->kind], m->label);
}

static void
accept_one (Relay *r)
{
  struct sockaddr_in to = address (r->host, r->port);
  Pair *p = g_new0 (Pair, 1);
  p->fd[0] = accept4 (r->listener, NULL, NULL, SOCK_CLOEXEC);
  p->fd[1] = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  p->framer = g_malloc (tb_framer_size ());
  tb_framer_init (p->framer, TB_PROTO_UNKNOWN);
  if (connect (p->fd[1], (struct sockaddr *) &to, sizeof to) != 0)
    shutdown (p->fd[0], SHUT_RDWR);
  g_ptr_array_add (r->pairs, p);
}

static void
carry (Relay *r, Pair *p, int from)
{
  char buffer[65536];
  ssize_t n = recv (p->fd[from], buffer, sizeof buffer, 0);
  if (n <= 0)
    {
      shutdown (p->fd[!from], SHUT_WR);
      p->ended[from] = TRUE;
      return;
    }
  tb_framer_feed (p->framer, from ? TB_DIR_DOWN : TB_DIR_UP, buffer, (size_t) n, 1, take_message,
                  r->messages);
  if (tb_framer_note (p->framer) != NULL)
    g_ptr_array_add (r->notes, (char *) tb_framer_note (p->framer));
  send (p->fd[!from], buffer, (size_t) n, MSG_NOSIGNAL);
}

static void
turn (Relay *r)
{
  g_autoptr (GArray) polled = g_array_new (FALSE, FALSE, sizeof (struct pollfd));
  guint n = r->pairs->len;
  g_array_append_val (polled, ((struct pollfd){ r->listener, POLLIN, 0 }));
  for (guint i = 0; i < 2 * n; i++)
    {
      Pair *p = r->pairs->pdata[i / 2];
      g_array_append_val (polled, ((struct pollfd){ p->ended[i % 2] ? -1 : p->fd[i % 2], POLLIN, 0 }));
    }
  struct pollfd *fds = (struct pollfd *) (gpointer) polled->data;
  poll (fds, polled->len, 20);
  if (fds[0].revents != 0)
    accept_one (r);
  for (guint i = 0; i < 2 * n; i++)
    if (fds[1 + i].revents != 0)
      carry (r, r->pairs->pdata[i / 2], (int) (i % 2));
}

/* ---- Programs ---------------------------------------------------------------------------------- */

/* Servers refuse to run as root. */
static void
become_nobody (gpointer data)
{
  prctl (PR_SET_PDEATHSIG, SIGKILL);
  if (geteuid () == 0 && (setgroups (0, NULL) != 0 || setgid (65534) != 0 || setuid (65534) != 0))
    _exit (1);
  prctl (PR_SET_PDEATHSIG, SIGKILL);
}

static GPid
start (Relay *r, const char *script)
{
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) env = g_get_environ ();
  env = g_environ_setenv (env, "DIR", r->folder, TRUE);
  env = g_environ_setenv (env, "HOST", r->host, TRUE);
  env = g_environ_setenv (env, "RELAY", r->relay, TRUE);
  char *argv[] = { (char *) "sh", (char *) "-c", (char *) script, NULL };
  GPid pid = 0;
  g_spawn_async (r->folder, argv, env,
                 G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDOUT_TO_DEV_NULL
                   | G_SPAWN_STDERR_TO_DEV_NULL,
                 become_nobody, NULL, &pid, &error);
  g_assert_no_error (error);
  return pid;
}

static void
relay_open (Relay *r, int port)
{
  int one = 1;
  guint a = 1 + (guint) getpid () / 250 % 250, b = 1 + (guint) getpid () % 250;
  *r = (Relay){ .port = port, .pairs = g_ptr_array_new (), .notes = g_ptr_array_new (),
                .messages = g_string_new (NULL) };
  r->folder = g_dir_make_tmp ("tierboard-real-XXXXXX", NULL);
  g_chmod (r->folder, 0777);
  r->host = g_strdup_printf ("127.96.%u.%u", a, b);
  r->relay = g_strdup_printf ("127.97.%u.%u", a, b);
  struct sockaddr_in at = address (r->relay, port);
  r->listener = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  setsockopt (r->listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  g_assert_cmpint (bind (r->listener, (struct sockaddr *) &at, sizeof at), ==, 0);
  g_assert_cmpint (listen (r->listener, 64), ==, 0);
}

static gboolean
answers (Relay *r)
{
  struct sockaddr_in to = address (r->host, r->port);
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  gboolean good = connect (fd, (struct sockaddr *) &to, sizeof to) == 0;
  close (fd);
  return good;
}

static void
wait_for_server (Relay *r, GPid pid)
{
  gint64 end = g_get_monotonic_time () + 30 * G_USEC_PER_SEC;
  while (!answers (r))
    {
      if (waitpid (pid, NULL, WNOHANG) != 0 || g_get_monotonic_time () > end)
        g_error ("the server did not come up");
      g_usleep (10000);
    }
}

static guint
count (const Relay *r, const char *beginning)
{
  g_auto (GStrv) lines = g_strsplit (r->messages->str, "\n", -1);
  guint n = 0;
  for (guint i = 0; lines[i] != NULL; i++)
    n += g_str_has_prefix (lines[i], beginning);
  return n;
}

static void
relay_close (Relay *r)
{
  g_autofree char *command = g_strdup_printf ("rm -rf '%s'", r->folder);
  for (guint i = 0; i < r->pairs->len; i++)
    {
      Pair *p = r->pairs->pdata[i];
      tb_framer_clear (p->framer);
      g_free (p->framer);
      close (p->fd[0]);
      close (p->fd[1]);
      g_free (p);
    }
  close (r->listener);
  g_assert_true (g_spawn_command_line_sync (command, NULL, NULL, NULL, NULL));
  g_ptr_array_unref (r->pairs);
  g_ptr_array_unref (r->notes);
  g_string_free (r->messages, TRUE);
  g_free (r->folder);
  g_free (r->host);
  g_free (r->relay);
}

static void
test_program (gconstpointer data)
{
  const Program *p = data;
  g_autofree char *there = g_find_program_in_path (p->program);
  Relay r;
  int status = 0;
  if (there == NULL)
    {
      g_test_skip ("it is not installed");
      return;
    }
  relay_open (&r, p->port);
  if (p->prepare != NULL)
    waitpid (start (&r, p->prepare), &status, 0);
  g_assert_cmpint (status, ==, 0);
  GPid server = start (&r, p->server);
  wait_for_server (&r, server);
  GPid client = start (&r, p->client);
  while (waitpid (client, &status, WNOHANG) == 0)
    turn (&r);
  for (int i = 0; i < 20; i++)
    turn (&r);
  kill (server, SIGINT);
  waitpid (server, NULL, 0);
  g_assert_cmpint (status, ==, 0);
  g_assert_cmpuint (r.notes->len, ==, 0);
  for (guint i = 0; p->seen[i] != NULL; i++)
    if (count (&r, strchr (p->seen[i], ' ') + 1) != (guint) atoi (p->seen[i]))
      g_error ("not “%s” in:\n%s", p->seen[i], r.messages->str);
  relay_close (&r);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (programs); i++)
    {
      g_autofree char *path = g_strconcat ("/framer/", programs[i].name, NULL);
      g_test_add_data_func (path, &programs[i], test_program);
    }
  return g_test_run ();
}
