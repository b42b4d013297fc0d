/* The other side of a control socket: finds runs, asks one, and reads its answer. */
#include "control-private.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define RUN_PREFIX "tierboard-run-"

static void
find_in (GPtrArray *found, const char *parent)
{
  g_autoptr (GDir) dir = parent != NULL ? g_dir_open (parent, 0, NULL) : NULL;
  const char *name;
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      struct stat st;
      g_autofree char *path = g_build_filename (parent, name, "control", NULL);
      if (g_str_has_prefix (name, RUN_PREFIX) && lstat (path, &st) == 0 && S_ISSOCK (st.st_mode)
          && st.st_uid == geteuid ()
          && !g_ptr_array_find_with_equal_func (found, path, g_str_equal, NULL))
        g_ptr_array_add (found, g_steal_pointer (&path));
    }
}

GPtrArray *
tb_control_find_sockets (void)
{
  GPtrArray *found = g_ptr_array_new_with_free_func (g_free);
  find_in (found, g_getenv ("XDG_RUNTIME_DIR"));
  find_in (found, "/dev/shm");
  find_in (found, g_get_tmp_dir ());
  return found;
}

static int
open_socket (const char *path, GError **error)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  g_strlcpy (address.sun_path, path, sizeof address.sun_path);
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd >= 0 && strlen (path) < sizeof address.sun_path
      && connect (fd, (struct sockaddr *) &address, sizeof address) == 0)
    return fd;
  g_set_error (error, TB_SESSION_ERROR, TB_SESSION_ERROR_AGENT, "%s: %s", path, g_strerror (errno));
  if (fd >= 0)
    close (fd);
  return -1;
}

static gboolean
send_all (int fd, const char *text, gsize n)
{
  while (n > 0)
    {
      ssize_t sent = send (fd, text, n, MSG_NOSIGNAL);
      if (sent < 0 && errno == EINTR)
        continue;
      if (sent <= 0)
        return FALSE;
      text += sent;
      n -= (gsize) sent;
    }
  return TRUE;
}

/* Reads the head; what came of the body is left in bytes. */
static gboolean
read_head (int fd, GByteArray *bytes, int *status)
{
  for (;;)
    {
      guint8 piece[16384];
      TbHttpHead head;
      TbParse parse = tb_http_parse_reply ((const char *) bytes->data, bytes->len, &head);
      if (bytes->len > 0 && parse == TB_PARSE_DONE)
        {
          *status = (int) head.status;
          g_byte_array_remove_range (bytes, 0, (guint) head.head_size);
          return TRUE;
        }
      ssize_t n = recv (fd, piece, sizeof piece, 0);
      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0 || (bytes->len > 0 && parse == TB_PARSE_BAD))
        return FALSE;
      g_byte_array_append (bytes, piece, (guint) n);
    }
}

/* Every answer is asked to end with its connection. */
static int
ask (const char *socket, const char *method, const char *path, const char *body, GByteArray *bytes,
     int *status, GError **error)
{
  int fd = open_socket (socket, error);
  if (fd < 0)
    return -1;
  g_autofree char *request = g_strdup_printf (
    "%s %s HTTP/1.1\r\nHost: tierboard\r\nConnection: close\r\nContent-Length: %" G_GSIZE_FORMAT
    "\r\n\r\n%s", method, path, body != NULL ? strlen (body) : 0, body != NULL ? body : "");
  if (send_all (fd, request, strlen (request)) && read_head (fd, bytes, status))
    return fd;
  g_set_error (error, TB_SESSION_ERROR, TB_SESSION_ERROR_AGENT, "%s: the run has gone", socket);
  close (fd);
  return -1;
}

gboolean
tb_control_follow (const char *socket, const char *path,
                   gboolean (*func) (const char *bytes, gsize n, gpointer data), gpointer data,
                   int *status, GError **error)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  int fd = ask (socket, "GET", path, NULL, bytes, status, error);
  gboolean goes_on = fd >= 0;
  while (goes_on)
    {
      guint8 piece[16384];
      if (bytes->len > 0)
        goes_on = func ((const char *) bytes->data, bytes->len, data);
      g_byte_array_set_size (bytes, 0);
      ssize_t n = goes_on ? recv (fd, piece, sizeof piece, 0) : 0;
      if (n > 0)
        g_byte_array_append (bytes, piece, (guint) n);
      else
        goes_on = n < 0 && errno == EINTR;
    }
  if (fd >= 0)
    close (fd);
  return fd >= 0;
}

static gboolean
gather (const char *bytes, gsize n, gpointer data)
{
  g_string_append_len (data, bytes, (gssize) n);
  return TRUE;
}

char *
tb_control_ask (const char *socket, const char *method, const char *path, const char *body,
                int *status, GError **error)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autoptr (GString) text = g_string_new (NULL);
  int fd = ask (socket, method, path, body, bytes, status, error);
  if (fd < 0)
    return NULL;
  gather ((const char *) bytes->data, bytes->len, text);
  for (;;)
    {
      char piece[16384];
      ssize_t n = recv (fd, piece, sizeof piece, 0);
      if (n > 0)
        gather (piece, (gsize) n, text);
      else if (n == 0 || errno != EINTR)
        break;
    }
  close (fd);
  return g_string_free (g_steal_pointer (&text), FALSE);
}
