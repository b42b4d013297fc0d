/* Listeners and clients of a run's control. */
#include "control-private.h"

#include <arpa/inet.h>
#include <errno.h>
#include <glib-unix.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define TIMER_MS 50
#define OUT_MAX (8u << 20) /* a follower that takes no more is let go */

typedef struct
{
  TbControl *control;
  int fd;
  TbAccess access;
  GSource *source;
} TbListening;

struct TbClient
{
  TbControl *control;
  int fd;
  TbAccess access;
  gboolean closing, busy;
  gint64 heard_ns;
  GByteArray *in, *out;
  GSource *readable, *writable;
  TbCall *call;
};

/* ---- Clients ------------------------------------------------------------------------------------ */

static void
drop_source (GSource **source)
{
  if (*source == NULL)
    return;
  g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

static GSource *
watch (GMainContext *context, int fd, GIOCondition what, GUnixFDSourceFunc func, gpointer data)
{
  GSource *source = g_unix_fd_source_new (fd, what);
  g_source_set_callback (source, G_SOURCE_FUNC (func), data, NULL);
  g_source_attach (source, context);
  return source;
}

static void
client_free (gpointer data)
{
  TbClient *client = data;
  drop_source (&client->readable);
  drop_source (&client->writable);
  g_clear_pointer (&client->call, tb_call_free);
  g_byte_array_unref (client->in);
  g_byte_array_unref (client->out);
  close (client->fd);
  g_free (client);
}

static void
remove_client (TbClient *client)
{
  g_ptr_array_remove_fast (client->control->clients, client);
}

static gboolean on_writable (int fd, GIOCondition condition, gpointer data);

/* FALSE: the client is gone. */
static gboolean
flush (TbClient *client)
{
  while (client->out->len > 0)
    {
      ssize_t n = send (client->fd, client->out->data, client->out->len, MSG_NOSIGNAL | MSG_DONTWAIT);
      if (n < 0 && errno == EINTR)
        continue;
      if ((n < 0 && errno != EAGAIN) || client->out->len > OUT_MAX)
        {
          remove_client (client);
          return FALSE;
        }
      if (n < 0)
        break;
      g_byte_array_remove_range (client->out, 0, (guint) n);
    }
  if (client->out->len == 0)
    drop_source (&client->writable);
  else if (client->writable == NULL)
    client->writable
      = watch (client->control->context, client->fd, G_IO_OUT, on_writable, client);
  if (client->out->len > 0 || !client->closing)
    return TRUE;
  remove_client (client);
  return FALSE;
}

void
tb_client_send (TbClient *client, const void *bytes, gsize n)
{
  g_byte_array_append (client->out, bytes, (guint) n);
}

void
tb_client_finish (TbClient *client, gboolean closing)
{
  client->closing |= closing;
}

/* As many requests as are whole, one after another. FALSE: the client is gone. */
static gboolean
serve (TbClient *client)
{
  if (client->busy)
    return TRUE;
  client->busy = TRUE;
  while (!client->closing)
    {
      if (client->call != NULL && !client->call->answered)
        break;
      g_clear_pointer (&client->call, tb_call_free);
      gsize used = tb_call_take (client, client->control, client->access,
                                 (const char *) client->in->data, client->in->len, &client->call);
      if (used == 0)
        break;
      g_byte_array_remove_range (client->in, 0, (guint) used);
    }
  client->busy = FALSE;
  return flush (client);
}

static gboolean
on_writable (int fd, GIOCondition condition, gpointer data)
{
  TbClient *client = data;
  return flush (client) && client->writable != NULL;
}

static gboolean
on_readable (int fd, GIOCondition condition, gpointer data)
{
  TbClient *client = data;
  guint8 bytes[16384];
  ssize_t n = recv (fd, bytes, sizeof bytes, MSG_DONTWAIT);
  if (n < 0 && (errno == EAGAIN || errno == EINTR))
    return G_SOURCE_CONTINUE;
  if (n <= 0 || client->in->len > TB_CONTROL_HEAD_MAX + TB_CONTROL_BODY_MAX)
    {
      remove_client (client);
      return G_SOURCE_REMOVE;
    }
  client->heard_ns = tb_now_ns ();
  g_byte_array_append (client->in, bytes, (guint) n);
  return serve (client);
}

/* ---- Listeners ---------------------------------------------------------------------------------- */

/* Over the Unix socket come the user's own programs, and root's. */
static gboolean
is_ours (int fd)
{
  struct ucred peer;
  socklen_t size = sizeof peer;
  return getsockopt (fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0
         && (peer.uid == geteuid () || peer.uid == 0);
}

/* Whoever was silent longest and waits for nothing gives way. FALSE: all wait. */
static gboolean
make_room (TbControl *control)
{
  TbClient *silent = NULL;
  if (control->clients->len < TB_CONTROL_CLIENTS_MAX)
    return TRUE;
  for (guint i = 0; i < control->clients->len; i++)
    {
      TbClient *client = g_ptr_array_index (control->clients, i);
      gboolean idle = client->call == NULL || client->call->answered;
      if (idle && (silent == NULL || client->heard_ns < silent->heard_ns))
        silent = client;
    }
  if (silent != NULL)
    remove_client (silent);
  return silent != NULL;
}

static gboolean
on_client (int fd, GIOCondition condition, gpointer data)
{
  const TbListening *listening = data;
  TbControl *control = listening->control;
  const int one = 1;
  int peer = accept4 (fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (peer < 0)
    return G_SOURCE_CONTINUE;
  if ((listening->access == TB_ACCESS_TRUSTED && !is_ours (peer)) || !make_room (control))
    {
      close (peer);
      return G_SOURCE_CONTINUE;
    }
  setsockopt (peer, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  TbClient *client = g_new0 (TbClient, 1);
  client->control = control;
  client->fd = peer;
  client->access = listening->access;
  client->heard_ns = tb_now_ns ();
  client->in = g_byte_array_new ();
  client->out = g_byte_array_new ();
  g_ptr_array_add (control->clients, client);
  client->readable
    = watch (control->context, peer, G_IO_IN | G_IO_HUP | G_IO_ERR, on_readable, client);
  return G_SOURCE_CONTINUE;
}

static void
listening_free (gpointer data)
{
  TbListening *listening = data;
  drop_source (&listening->source);
  close (listening->fd);
  g_free (listening);
}

static gboolean
listen_at (TbControl *control, TbAccess access, const struct sockaddr *address, socklen_t size,
           const char *words, GError **error)
{
  const int one = 1;
  int fd = socket (address->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (address->sa_family != AF_UNIX && fd >= 0)
    setsockopt (fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  if (fd < 0 || bind (fd, address, size) < 0 || listen (fd, TB_CONTROL_CLIENTS_MAX) < 0)
    {
      g_set_error (error, TB_SESSION_ERROR, TB_SESSION_ERROR_AGENT, "%s: %s", words,
                   g_strerror (errno));
      if (fd >= 0)
        close (fd);
      return FALSE;
    }
  TbListening *listening = g_new0 (TbListening, 1);
  listening->control = control;
  listening->fd = fd;
  listening->access = access;
  listening->source = watch (control->context, fd, G_IO_IN, on_client, listening);
  g_ptr_array_add (control->listeners, listening);
  return TRUE;
}

static gboolean
listen_privately (TbControl *control, GError **error)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  if (strlen (control->socket_path) >= sizeof address.sun_path)
    {
      g_set_error (error, TB_SESSION_ERROR, TB_SESSION_ERROR_AGENT,
                   "%s is too long for the name of a socket", control->socket_path);
      return FALSE;
    }
  g_strlcpy (address.sun_path, control->socket_path, sizeof address.sun_path);
  mode_t mask = umask (0177);
  gboolean good = listen_at (control, TB_ACCESS_TRUSTED, (const struct sockaddr *) &address, sizeof address,
                             control->socket_path, error);
  umask (mask);
  return good;
}

/* ---- Who waits ---------------------------------------------------------------------------------- */

static gboolean
somebody_waits (const TbControl *control)
{
  for (guint i = 0; i < control->clients->len; i++)
    {
      const TbClient *client = g_ptr_array_index (control->clients, i);
      if (client->call != NULL && !client->call->answered)
        return TRUE;
    }
  return FALSE;
}

void
tb_control_look (TbControl *control)
{
  gint64 now_ns = tb_now_ns ();
  for (guint i = control->clients->len; i-- > 0;)
    {
      TbClient *client = g_ptr_array_index (control->clients, i);
      if (client->call == NULL || client->call->answered || client->busy)
        continue;
      tb_call_look (client->call, now_ns);
      serve (client);
    }
}

static gboolean
on_timer (gpointer data)
{
  TbControl *control = data;
  tb_control_look (control);
  if (somebody_waits (control))
    return G_SOURCE_CONTINUE;
  g_clear_pointer (&control->timer, g_source_unref);
  return G_SOURCE_REMOVE;
}

void
tb_control_need_timer (TbControl *control)
{
  if (control->timer != NULL)
    return;
  control->timer = g_timeout_source_new (TIMER_MS);
  g_source_set_callback (control->timer, on_timer, control, NULL);
  g_source_attach (control->timer, control->context);
}

/* ---- Life --------------------------------------------------------------------------------------- */

TbControl *
tb_control_new (TbSession *session, GError **error)
{
  TbControl *control = g_new0 (TbControl, 1);
  control->session = session;
  control->context = g_main_context_ref_thread_default ();
  control->listeners = g_ptr_array_new_with_free_func (listening_free);
  control->clients = g_ptr_array_new_with_free_func (client_free);
  control->socket_path = g_build_filename (tb_session_run_dir (session), "control", NULL);
  g_signal_connect_swapped (session, "state", G_CALLBACK (tb_control_look), control);
  g_signal_connect_swapped (session, "instance", G_CALLBACK (tb_control_look), control);
  g_signal_connect_swapped (tb_session_held (session), "answered", G_CALLBACK (tb_control_look), control);
  if (!listen_privately (control, error))
    g_clear_pointer (&control, tb_control_free);
  return control;
}

void
tb_control_free (TbControl *control)
{
  if (control == NULL)
    return;
  g_signal_handlers_disconnect_by_data (control->session, control);
  g_signal_handlers_disconnect_by_data (tb_session_held (control->session), control);
  drop_source (&control->timer);
  g_ptr_array_unref (control->clients);
  g_ptr_array_unref (control->listeners);
  unlink (control->socket_path);
  g_main_context_unref (control->context);
  g_free (control->socket_path);
  g_free (control->name);
  g_free (control->url);
  g_free (control->token);
  g_free (control->metrics_url);
  g_free (control);
}

void
tb_control_set_owner (TbControl *control, const TbControlOwner *owner, gpointer data)
{
  control->owner = owner;
  control->owner_data = data;
}

void
tb_control_set_name (TbControl *control, const char *name)
{
  g_free (control->name);
  control->name = g_strdup (name);
}

typedef union
{
  struct sockaddr any;
  struct sockaddr_in v4;
  struct sockaddr_in6 v6;
} TbLoopback;

static gboolean
read_port (const char *text, guint16 *port)
{
  guint64 number;
  if (!g_ascii_string_to_unsigned (text, 10, 0, G_MAXUINT16, &number, NULL))
    return FALSE;
  *port = (guint16) number;
  return TRUE;
}

/* Of this machine alone: the token goes over the wire as it is. */
static gboolean
read_address (const char *text, TbLoopback *out, socklen_t *size)
{
  const char *colon = strrchr (text, ':');
  g_autofree char *host = colon != NULL ? g_strndup (text, (gsize) (colon - text))
                                        : g_strdup ("127.0.0.1");
  guint16 port;
  memset (out, 0, sizeof *out);
  if (!read_port (colon != NULL ? colon + 1 : text, &port))
    return FALSE;
  if (g_str_equal (host, "[::1]"))
    {
      out->v6 = (struct sockaddr_in6) { .sin6_family = AF_INET6, .sin6_port = htons (port),
                                        .sin6_addr = IN6ADDR_LOOPBACK_INIT };
      *size = sizeof out->v6;
      return TRUE;
    }
  out->v4.sin_family = AF_INET;
  out->v4.sin_port = htons (port);
  *size = sizeof out->v4;
  return inet_pton (AF_INET, g_str_equal (host, "localhost") ? "127.0.0.1" : host,
                    &out->v4.sin_addr) == 1
         && ntohl (out->v4.sin_addr.s_addr) >> 24 == 127;
}

static char *
draw_token (void)
{
  guint8 bytes[16];
  char text[2 * sizeof bytes + 1];
  if (getentropy (bytes, sizeof bytes) != 0)
    return NULL;
  for (gsize i = 0; i < sizeof bytes; i++)
    g_snprintf (text + 2 * i, 3, "%02x", bytes[i]);
  return g_strdup (text);
}

/* "127.0.0.1:8474" of what was listened on last. (transfer full) */
static char *
last_address (const TbControl *control)
{
  const TbListening *last = g_ptr_array_index (control->listeners, control->listeners->len - 1);
  TbLoopback bound;
  socklen_t size = sizeof bound;
  char host[INET6_ADDRSTRLEN] = "";
  if (getsockname (last->fd, &bound.any, &size) != 0)
    return NULL;
  gboolean six = bound.any.sa_family == AF_INET6;
  inet_ntop (bound.any.sa_family, six ? (void *) &bound.v6.sin6_addr : (void *) &bound.v4.sin_addr,
             host, sizeof host);
  return g_strdup_printf ("%s%s%s:%u", six ? "[" : "", host, six ? "]" : "", ntohs (bound.v4.sin_port));
}

static gboolean
listen_on_loopback (TbControl *control, TbAccess access, const char *address, GError **error)
{
  TbLoopback at;
  socklen_t size;
  if (read_address (address, &at, &size))
    return listen_at (control, access, &at.any, size, address, error);
  g_set_error (error, TB_SESSION_ERROR, TB_SESSION_ERROR_NAME,
               "“%s” is no port, and no loopback address with one (127.0.0.1:8474)", address);
  return FALSE;
}

gboolean
tb_control_listen (TbControl *control, const char *address, const char *token, GError **error)
{
  g_return_val_if_fail (control->url == NULL, FALSE);
  control->token = token != NULL && *token != '\0' ? g_strdup (token) : draw_token ();
  if (control->token == NULL || !listen_on_loopback (control, TB_ACCESS_TOKEN, address, error))
    return FALSE;
  g_autofree char *bound = last_address (control);
  if (bound != NULL)
    control->url = g_strdup_printf ("http://tierboard:%s@%s", control->token, bound);
  return bound != NULL;
}

const char *
tb_control_url (const TbControl *control)
{
  return control->url;
}

gboolean
tb_control_listen_metrics (TbControl *control, const char *address, GError **error)
{
  g_return_val_if_fail (control->metrics_url == NULL, FALSE);
  if (!listen_on_loopback (control, TB_ACCESS_METRICS, address, error))
    return FALSE;
  g_autofree char *bound = last_address (control);
  if (bound != NULL)
    control->metrics_url = g_strdup_printf ("http://%s/metrics", bound);
  return bound != NULL;
}

const char *
tb_control_metrics_url (const TbControl *control)
{
  return control->metrics_url;
}
