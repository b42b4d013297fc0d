#include "harness.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* For what takes a moment, on a machine that has other things to do. */
#define PATIENCE_MS 30000

/* ---- Processes ---- */

char *
node_address (void)
{
  static unsigned next;
  unsigned pid = (unsigned) getpid ();
  next++;
  return g_strdup_printf ("127.94.%u.%u:%u", 1 + pid % 250, 1 + next % 250, 20000 + pid / 250 % 9000);
}

int node_operations_fd = -1;

/* A test that fails leaves no process behind. */
static void
inherit (gpointer data)
{
  prctl (PR_SET_PDEATHSIG, SIGKILL);
  fcntl (GPOINTER_TO_INT (data), F_SETFD, 0);
  if (node_operations_fd >= 0)
    fcntl (node_operations_fd, F_SETFD, 0);
}

static Node *
spawn (const char *kind, const char *address, char **options, int ready_fd)
{
  Node *node = g_new0 (Node, 1);
  g_autoptr (GStrvBuilder) argv = g_strv_builder_new ();
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) env = g_get_environ ();
  g_autofree char *number = g_strdup_printf ("%d", ready_fd);
  g_strv_builder_add_many (argv, NODE_PROGRAM, kind, NULL);
  if (!g_str_equal (kind, "client"))
    {
      node->address = address ? g_strdup (address) : node_address ();
      g_strv_builder_add_many (argv, "--listen", node->address, NULL);
    }
  g_strv_builder_addv (argv, (const char **) options);
  g_auto (GStrv) words = g_strv_builder_end (argv);
  g_autofree char *operations = g_strdup_printf ("%d", node_operations_fd);
  env = g_environ_setenv (env, "TIERBOARD_READY_FD", number, TRUE);
  if (node_operations_fd >= 0)
    env = g_environ_setenv (env, "TIERBOARD_OPERATIONS_FD", operations, TRUE);
  int out = g_file_open_tmp ("tierboard-node-XXXXXX", &node->out_path, &error);
  g_assert_no_error (error);
  g_spawn_async_with_fds (NULL, words, env, G_SPAWN_DO_NOT_REAP_CHILD, inherit,
                          GINT_TO_POINTER (ready_fd), &node->pid, -1, out, -1, &error);
  g_assert_no_error (error);
  close (out);
  return node;
}

Node *
node_spawn (const char *kind, const char *address, char **options)
{
  int null = open ("/dev/null", O_WRONLY | O_CLOEXEC);
  Node *node = spawn (kind, address, options, null);
  close (null);
  return node;
}

Node *
node_start (const char *kind, const char *address, ...)
{
  g_autoptr (GStrvBuilder) options = g_strv_builder_new ();
  int fds[2];
  char byte;
  va_list args;
  va_start (args, address);
  for (const char *word; (word = va_arg (args, const char *)) != NULL;)
    g_strv_builder_add (options, word);
  va_end (args);
  g_auto (GStrv) words = g_strv_builder_end (options);
  g_assert_cmpint (pipe2 (fds, O_CLOEXEC), ==, 0);
  Node *node = spawn (kind, address, words, fds[1]);
  close (fds[1]);
  struct pollfd p = { fds[0], POLLIN, 0 };
  g_assert_cmpint (poll (&p, 1, PATIENCE_MS), ==, 1);
  if (read (fds[0], &byte, 1) != 1)
    g_error ("%s %s did not become ready", kind, node->address ? node->address : "");
  close (fds[0]);
  return node;
}

static char *
node_free (Node *node)
{
  char *text = NULL;
  g_file_get_contents (node->out_path, &text, NULL, NULL);
  g_unlink (node->out_path);
  g_free (node->out_path);
  g_free (node->address);
  g_free (node);
  return text;
}

char *
node_wait (Node *node, double seconds, int *status)
{
  gint64 end = g_get_monotonic_time () + (gint64) (seconds * 1e6);
  int pidfd_status;
  pid_t done;
  while ((done = waitpid (node->pid, &pidfd_status, WNOHANG)) == 0 && g_get_monotonic_time () < end)
    g_usleep (500);
  if (done == 0)
    {
      kill (node->pid, SIGKILL);
      waitpid (node->pid, &pidfd_status, 0);
      g_error ("it did not end within %g s", seconds);
    }
  if (status != NULL)
    *status = WIFEXITED (pidfd_status) ? WEXITSTATUS (pidfd_status) : -1;
  return node_free (node);
}

char *
node_stop (Node *node)
{
  int status;
  gint64 begin = g_get_monotonic_time ();
  kill (node->pid, SIGTERM);
  char *text = node_wait (node, 30, &status);
  double ms = (double) (g_get_monotonic_time () - begin) / 1e3;
  g_assert_cmpint (status, ==, 0);
  if (ms > 100) /* a shared machine may keep it waiting; 100 ms has its own test */
    g_test_message ("ended after %.1f ms, beyond its 100 ms", ms);
  return text;
}

void
node_kill (Node *node)
{
  kill (node->pid, SIGKILL);
  waitpid (node->pid, NULL, 0);
  g_free (node_free (node));
}

gint64
number_in (const char *text, const char *name)
{
  g_autofree char *json = g_strdup_printf ("\"%s\":", name);
  g_autofree char *info = g_strdup_printf ("\n%s:", name);
  const char *p = strstr (text, json);
  size_t n = strlen (json);
  if (p == NULL)
    {
      p = strstr (text, info);
      n = strlen (info);
    }
  if (p == NULL)
    g_error ("there is no “%s” in: %s", name, text);
  return g_ascii_strtoll (p + n, NULL, 10);
}

/* ---- Sockets ---- */

static struct sockaddr_in
socket_address (const char *text)
{
  struct sockaddr_in a = { .sin_family = AF_INET };
  g_auto (GStrv) parts = g_strsplit (text, ":", 2);
  a.sin_port = htons ((guint16) atoi (parts[1]));
  inet_pton (AF_INET, parts[0], &a.sin_addr);
  return a;
}

int
socket_to (const char *address)
{
  struct sockaddr_in a = socket_address (address);
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (connect (fd, (struct sockaddr *) &a, sizeof a) < 0)
    g_error ("cannot connect to %s: %s", address, g_strerror (errno));
  return fd;
}

int
socket_listen (const char *address)
{
  struct sockaddr_in a = socket_address (address);
  int on = 1, fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  setsockopt (fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  g_assert_cmpint (bind (fd, (struct sockaddr *) &a, sizeof a), ==, 0);
  g_assert_cmpint (listen (fd, 16), ==, 0);
  return fd;
}

void
socket_send (int fd, const char *bytes, gssize n)
{
  size_t left = n < 0 ? strlen (bytes) : (size_t) n;
  while (left > 0)
    {
      ssize_t sent = send (fd, bytes, left, MSG_NOSIGNAL);
      g_assert_cmpint (sent, >, 0);
      bytes += sent;
      left -= (size_t) sent;
    }
}

static char *
read_while (int fd, gsize n, const char *end)
{
  GString *text = g_string_new (NULL);
  char buffer[65536];
  struct pollfd p = { fd, POLLIN, 0 };
  while (text->len < n && (end == NULL || strstr (text->str, end) == NULL))
    {
      if (poll (&p, 1, PATIENCE_MS) != 1)
        break;
      ssize_t got = recv (fd, buffer, MIN (sizeof buffer, n - text->len), 0);
      if (got <= 0)
        break;
      g_string_append_len (text, buffer, got);
    }
  return g_string_free (text, FALSE);
}

char *
socket_read (int fd, gsize n)
{
  return read_while (fd, n, NULL);
}

char *
socket_read_until (int fd, const char *end)
{
  return read_while (fd, G_MAXSIZE, end);
}

char *
talk (const char *address, const char *bytes)
{
  int fd = socket_to (address);
  socket_send (fd, bytes, -1);
  char *text = socket_read (fd, G_MAXSIZE);
  close (fd);
  return text;
}

char *
http_get_with (const char *address, const char *path, const char *header)
{
  g_autofree char *request = g_strdup_printf ("GET %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                                              "%s%s\r\n", path, header, *header ? "\r\n" : "");
  return talk (address, request);
}

char *
http_get (const char *address, const char *path)
{
  return http_get_with (address, path, "");
}

/* ---- Programs ---- */

gboolean
have_program (const char *name)
{
  g_autofree char *path = g_find_program_in_path (name);
  if (path == NULL)
    {
      g_autofree char *why = g_strdup_printf ("%s is not installed", name);
      g_test_skip (why);
    }
  return path != NULL;
}

char *
run_command (const char *format, ...)
{
  va_list args;
  va_start (args, format);
  g_autofree char *command = g_strdup_vprintf (format, args);
  va_end (args);
  const char *argv[] = { "/bin/sh", "-c", command, NULL };
  g_autofree char *err = NULL;
  g_autoptr (GError) error = NULL;
  char *out = NULL;
  int status;
  g_spawn_sync (NULL, (char **) argv, NULL, 0, NULL, NULL, &out, &err, &status, &error);
  g_assert_no_error (error);
  if (status != 0)
    g_error ("%s: status %d\n%s%s", command, status, out, err);
  return out;
}
