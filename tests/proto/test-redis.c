/* The framer on a real redis-server: what a replica and a subscriber see of it. */
#include "tb-base.h"
#include "tb-proto.h"

#include <arpa/inet.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct
{
  GPid pid;
  char *folder, *host;
} Server;

/* A connection whose every byte passes a framer, as in a tap. */
typedef struct
{
  int fd;
  TbFramer *framer;
  GString *messages;
} Wire;

static int
dial (const char *host)
{
  struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons (6379) };
  inet_pton (AF_INET, host, &a.sin_addr);
  for (int i = 0; i < 500; i++)
    {
      int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
      if (connect (fd, (struct sockaddr *) &a, sizeof a) == 0)
        return fd;
      close (fd);
      g_usleep (10000);
    }
  g_error ("redis-server did not listen at %s", host);
}

static void
die_with_the_test (gpointer data)
{
  prctl (PR_SET_PDEATHSIG, SIGKILL);
}

static gboolean
server_start (Server *s, const char *diskless)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *program = g_find_program_in_path ("redis-server");
  if (program == NULL)
    {
      g_test_skip ("redis-server is not installed");
      return FALSE;
    }
  s->folder = g_dir_make_tmp ("tierboard-redis-XXXXXX", &error);
  s->host = g_strdup_printf ("127.95.%d.%d", 1 + getpid () / 250 % 250, 1 + getpid () % 250);
  const char *argv[] = { program, "--bind", s->host, "--port", "6379", "--dir", s->folder, "--save",
                         "", "--repl-diskless-sync", diskless, "--repl-diskless-sync-delay", "0",
                         "--repl-ping-replica-period", "1", NULL };
  g_spawn_async (NULL, (char **) argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDOUT_TO_DEV_NULL,
                 die_with_the_test, NULL, &s->pid, &error);
  g_assert_no_error (error);
  return TRUE;
}

static void
server_stop (Server *s)
{
  kill (s->pid, SIGKILL);
  waitpid (s->pid, NULL, 0);
  g_autoptr (GDir) dir = g_dir_open (s->folder, 0, NULL);
  const char *name;
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (s->folder, name, NULL);
      g_unlink (path);
    }
  g_rmdir (s->folder);
  g_free (s->folder);
  g_free (s->host);
}

static void
note (const TbMessage *m, void *data)
{
  static const char *const kinds[] = { "request", "reply", "one-way" };
  Wire *w = data;
  g_string_append_printf (w->messages, "%s %s\n", kinds[m->kind], m->label);
}

static Wire
wire_open (const char *host)
{
  Wire w = { dial (host), g_malloc (tb_framer_size ()), g_string_new (NULL) };
  tb_framer_init (w.framer, TB_PROTO_UNKNOWN);
  return w;
}

static void
wire_say (Wire *w, const char *text)
{
  g_assert_cmpint (send (w->fd, text, strlen (text), MSG_NOSIGNAL), ==, strlen (text));
  tb_framer_feed (w->framer, TB_DIR_UP, text, strlen (text), 1, note, w);
}

static gboolean
wire_read (Wire *w, int timeout_ms)
{
  char buffer[4096];
  struct pollfd p = { w->fd, POLLIN, 0 };
  ssize_t n = poll (&p, 1, timeout_ms) == 1 ? recv (w->fd, buffer, sizeof buffer, 0) : 0;
  if (n > 0)
    tb_framer_feed (w->framer, TB_DIR_DOWN, buffer, (size_t) n, 1, note, w);
  g_assert_null (tb_framer_note (w->framer));
  return n > 0;
}

/* Reads until that message was reported. */
static void
wire_await (Wire *w, const char *message)
{
  while (strstr (w->messages->str, message) == NULL)
    if (!wire_read (w, 10000))
      g_error ("“%s” did not come; seen:\n%s", message, w->messages->str);
}

/* A replica acknowledges again and again: the primary heeds it only once its dump has ended. */
static void
replica_await (Wire *w, const char *message)
{
  for (int i = 0; i < 50 && strstr (w->messages->str, message) == NULL; i++)
    if (!wire_read (w, 200))
      wire_say (w, "*3\r\n$8\r\nREPLCONF\r\n$3\r\nACK\r\n$1\r\n0\r\n");
  wire_await (w, message);
}

static void
wire_close (Wire *w)
{
  tb_framer_clear (w->framer);
  g_free (w->framer);
  g_string_free (w->messages, TRUE);
  close (w->fd);
}

static void
test_replica (gconstpointer diskless)
{
  Server s;
  if (!server_start (&s, diskless))
    return;
  Wire client = wire_open (s.host), replica = wire_open (s.host);
  wire_say (&client, "*3\r\n$3\r\nSET\r\n$6\r\nbefore\r\n$1\r\n1\r\n");
  wire_await (&client, "reply +OK SET before\n");
  wire_say (&replica, "*1\r\n$4\r\nPING\r\n");
  wire_await (&replica, "reply +PONG PING\n");
  wire_say (&replica, "*5\r\n$8\r\nREPLCONF\r\n$4\r\ncapa\r\n$3\r\neof\r\n$4\r\ncapa\r\n$6\r\npsync2\r\n");
  wire_await (&replica, "reply +OK REPLCONF capa\n");
  wire_say (&replica, "*3\r\n$5\r\nPSYNC\r\n$1\r\n?\r\n$2\r\n-1\r\n");
  wire_await (&replica, "reply +FULLRESYNC");
  wire_await (&replica, "one-way RDB\n");
  wire_say (&replica, "*3\r\n$8\r\nREPLCONF\r\n$3\r\nACK\r\n$1\r\n0\r\n");
  wire_say (&client, "*3\r\n$3\r\nSET\r\n$5\r\nafter\r\n$1\r\n2\r\n");
  wire_await (&client, "reply +OK SET after\n");
  replica_await (&replica, "one-way SET after\n");
  wire_await (&replica, "one-way PING\n");
  g_assert_nonnull (strstr (replica.messages->str, "one-way REPLCONF ACK\n"));
  g_assert_cmpuint (tb_framer_outstanding (replica.framer), ==, 0);
  wire_close (&client);
  wire_close (&replica);
  server_stop (&s);
}

static void
test_pushes (void)
{
  Server s;
  if (!server_start (&s, "no"))
    return;
  Wire two = wire_open (s.host), three = wire_open (s.host), client = wire_open (s.host);
  wire_say (&two, "*3\r\n$9\r\nSUBSCRIBE\r\n$1\r\na\r\n$1\r\nb\r\n");
  wire_await (&two, "one-way subscribe\n");
  wire_say (&three, "*2\r\n$5\r\nHELLO\r\n$1\r\n3\r\n");
  wire_await (&three, "reply %7 HELLO 3\n");
  wire_say (&three, "*2\r\n$9\r\nSUBSCRIBE\r\n$1\r\na\r\n");
  wire_await (&three, "reply >3 SUBSCRIBE a\n");
  wire_say (&client, "*3\r\n$7\r\nPUBLISH\r\n$1\r\na\r\n$2\r\nhi\r\n");
  wire_await (&client, "reply :2 PUBLISH a\n");
  wire_await (&two, "one-way message\n");
  wire_await (&three, "one-way message\n");
  wire_say (&three, "*1\r\n$4\r\nPING\r\n");
  wire_await (&three, "reply +PONG PING\n");
  wire_close (&two);
  wire_close (&three);
  wire_close (&client);
  server_stop (&s);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/redis/replica", "no", test_replica);
  g_test_add_data_func ("/redis/replica-without-a-disk", "yes", test_replica);
  g_test_add_func ("/redis/pushes", test_pushes);
  return g_test_run ();
}
