/* OTLP over HTTP: one POST a batch, to a collector without TLS. */
#include "otlp-private.h"

#include <string.h>

#define TIMEOUT_S 10
#define ANSWER_MAX 65536

typedef struct
{
  GSocketClient *client;
  GUri *uri;
  char *base; /* path without a slash at its end */
} Push;

static gboolean
refuse (GError **error, const char *url, const char *why)
{
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "“%s” %s", url, why);
  return FALSE;
}

static gboolean
push_init (Push *push, const char *url, GError **error)
{
  push->uri = g_uri_parse (url, G_URI_FLAGS_NONE, NULL);
  if (push->uri == NULL || g_uri_get_host (push->uri) == NULL || *g_uri_get_host (push->uri) == '\0')
    return refuse (error, url, "is no address like http://127.0.0.1:4318");
  if (g_strcmp0 (g_uri_get_scheme (push->uri), "http") != 0)
    return refuse (error, url, "cannot be sent to: only http:// can");
  push->base = g_strdup (g_uri_get_path (push->uri));
  for (gsize n = strlen (push->base); n > 0 && push->base[n - 1] == '/'; n--)
    push->base[n - 1] = '\0';
  push->client = g_socket_client_new ();
  g_socket_client_set_timeout (push->client, TIMEOUT_S);
  g_socket_client_set_enable_proxy (push->client, FALSE);
  return TRUE;
}

static void
push_clear (Push *push)
{
  g_clear_object (&push->client);
  g_clear_pointer (&push->uri, g_uri_unref);
  g_free (push->base);
}

/* Reads to the head's end; what follows is of no interest, but for its beginning in an error. */
static gboolean
read_answer (GInputStream *in, const char *target, GError **error)
{
  g_autofree char *bytes = g_malloc (ANSWER_MAX + 1);
  g_autofree TbHttpHead *head = g_new0 (TbHttpHead, 1);
  gsize n = 0;
  TbParse parse = TB_PARSE_MORE;
  while (parse == TB_PARSE_MORE && n < ANSWER_MAX)
    {
      gssize got = g_input_stream_read (in, bytes + n, ANSWER_MAX - n, NULL, error);
      if (got < 0)
        return FALSE;
      if (got == 0)
        break;
      n += (gsize) got;
      parse = tb_http_parse_reply (bytes, n, head);
    }
  if (parse == TB_PARSE_DONE && head->status >= 200 && head->status < 300)
    return TRUE;
  if (parse == TB_PARSE_DONE)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "%s was answered with status %u", target, head->status);
  else
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "%s was not answered as HTTP", target);
  return FALSE;
}

static gboolean
post (TbOtlpSignal signal, const char *json, gpointer data, GError **error)
{
  Push *push = data;
  int port = g_uri_get_port (push->uri);
  const char *host = g_uri_get_host (push->uri);
  g_autofree char *target
    = g_strdup_printf ("%s/v1/%s", push->base, signal == TB_OTLP_TRACES ? "traces" : "metrics");
  g_autoptr (GSocketConnectable) address = g_network_address_new (host, (guint16) (port > 0 ? port : 80));
  g_autoptr (GSocketConnection) connection = g_socket_client_connect (push->client, address, NULL, error);
  if (connection == NULL)
    return FALSE;
  g_autofree char *head
    = g_strdup_printf ("POST %s HTTP/1.1\r\nHost: %s:%d\r\nContent-Type: application/json\r\n"
                       "Content-Length: %" G_GSIZE_FORMAT "\r\nConnection: close\r\n\r\n",
                       target, host, port > 0 ? port : 80, strlen (json));
  GOutputStream *out = g_io_stream_get_output_stream (G_IO_STREAM (connection));
  return g_output_stream_write_all (out, head, strlen (head), NULL, NULL, error)
         && g_output_stream_write_all (out, json, strlen (json), NULL, NULL, error)
         && read_answer (g_io_stream_get_input_stream (G_IO_STREAM (connection)), target, error);
}

gboolean
tb_projection_push (TbPast *past, const TbProjectionOptions *options, const char *url, GError **error)
{
  Push push = { 0 };
  const TbOtlpSink sink = { post, &push };
  gboolean good = push_init (&push, url, error) && tb_otlp_write (past, options, &sink, error);
  push_clear (&push);
  return good;
}
