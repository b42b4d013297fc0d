/* Where an external component lies: what address= says, which may be a host, a host and a port, or
 * the whole URL that programs are told elsewhere, such as postgres://app:secret@db.example.org/shop. */
#include "plan-private.h"

#include <string.h>

/* What a URL's scheme says of the language spoken and of the port, where it names none. */
static const struct
{
  const char *scheme, *protocol;
  guint16 port;
} schemes[] = {
  { "postgresql", "postgresql", 5432 }, { "postgres", "postgresql", 5432 },
  { "redis", "resp", 6379 },            { "rediss", "tls", 6379 },
  { "http", "http", 80 },               { "https", "tls", 443 },
  { "grpc", "grpc", 50051 },            { "nats", "nats", 4222 },
  { "mqtt", "mqtt", 1883 },             { "mqtts", "tls", 8883 },
  { "amqp", "tcp", 5672 },              { "amqps", "tls", 5671 },
  { "mysql", "tcp", 3306 },             { "mongodb", "tcp", 27017 },
  { "kafka", "kafka", 9092 },
};

void
tb_outside_clear (TbOutside *outside)
{
  tb_plan_port_clear (&outside->port);
  g_free (outside->host);
}

static void
read_scheme (TbOutside *outside, const char *scheme)
{
  outside->port.scheme = g_strdup (scheme);
  for (gsize i = 0; i < G_N_ELEMENTS (schemes); i++)
    if (g_str_equal (scheme, schemes[i].scheme))
      {
        outside->port.protocol = g_strdup (schemes[i].protocol);
        if (outside->port.port == 0)
          outside->port.port = schemes[i].port;
      }
}

static gboolean
read_url (TbOutside *outside, const char *address, GError **error)
{
  g_autofree char *scheme = NULL, *path = NULL;
  g_autoptr (GError) why = NULL;
  int port = -1;
  if (!g_uri_split_with_user (address, G_URI_FLAGS_HAS_PASSWORD, &scheme, &outside->port.user,
                              &outside->port.password, NULL, &outside->host, &port, &path, NULL, NULL,
                              &why)
      || outside->host == NULL || *outside->host == '\0')
    {
      g_set_error (error, TB_PLAN_ERROR, TB_PLAN_ERROR_VALUE,
                   "the address “%s” is no URL like postgres://user@host:5432/database%s%s", address,
                   why != NULL ? ": " : "", why != NULL ? why->message : "");
      return FALSE;
    }
  outside->port.port = port > 0 ? (guint16) port : 0;
  if (outside->port.user != NULL && *outside->port.user == '\0')
    g_clear_pointer (&outside->port.user, g_free);
  if (path != NULL && strlen (path) > 1)
    outside->port.database = g_strdup (path + 1);
  read_scheme (outside, scheme);
  return TRUE;
}

/* "host", "host:port", "[v6]:port", or a bare IPv6 address. */
static void
read_host (TbOutside *outside, const char *address)
{
  const char *colon = strrchr (address, ':');
  guint64 port = 0;
  if (colon != NULL && strchr (address, ':') != colon && address[0] != '[')
    colon = NULL;
  if (colon != NULL && !g_ascii_string_to_unsigned (colon + 1, 10, 1, 65535, &port, NULL))
    colon = NULL;
  outside->host = colon != NULL ? g_strndup (address, (gsize) (colon - address)) : g_strdup (address);
  outside->port.port = (guint16) port;
  gsize n = strlen (outside->host);
  if (n > 2 && outside->host[0] == '[' && outside->host[n - 1] == ']')
    {
      memmove (outside->host, outside->host + 1, n - 2);
      outside->host[n - 2] = '\0';
    }
}

gboolean
tb_outside_read (TbOutside *outside, const char *address, GError **error)
{
  *outside = (TbOutside) { .host = NULL };
  if (strstr (address, "://") != NULL)
    return read_url (outside, address, error);
  read_host (outside, address);
  return TRUE;
}

/* 127.0.0.1, ::1, 10.0.0.7: what no certificate stands for, so that a link's own address may take its
 * place. A name is kept, since who is called by it may be asked for it. */
gboolean
tb_outside_is_number (const char *host)
{
  return g_str_equal (host, "localhost") || g_hostname_is_ip_address (host);
}
