/* A component's second line: what matters of it, in a few words. */
#include "scene-private.h"

#include <string.h>

/* Names as their makers write them. */
static const struct
{
  const char *name, *written;
} proper[] = {
  { "redis", "Redis" },       { "postgresql", "PostgreSQL" }, { "postgres", "PostgreSQL" },
  { "etcd", "etcd" },         { "nginx", "nginx" },           { "haproxy", "HAProxy" },
  { "nats", "NATS" },         { "mosquitto", "Mosquitto" },   { "memcached", "Memcached" },
  { "rabbitmq", "RabbitMQ" }, { "kafka", "Kafka" },           { "mqtt", "MQTT" },
  { "resp", "RESP" },         { "http", "HTTP" },             { "http2", "HTTP/2" },
  { "grpc", "gRPC" },         { "tcp", "TCP" },               { "udp", "UDP" },
  { "raft", "Raft" },         { "crdt", "CRDT" },
};

static const char *
written (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (proper); i++)
    if (strcmp (proper[i].name, name) == 0)
      return proper[i].written;
  return name;
}

static char *
threads_text (const TbElement *component, TbRole role)
{
  const char *threads = tb_element_get (component, TB_PROP_THREADS);
  if (threads == NULL)
    return NULL;
  if (strcmp (threads, "single") == 0)
    return g_strdup ("1 thread");
  if (strcmp (threads, "per-request") == 0)
    return g_strdup ("thread per request");
  const char *n = strrchr (threads, ' ');
  if (n == NULL)
    return g_strdup (threads);
  return role == TB_ROLE_CLIENT ? g_strdup_printf ("%s threads", n + 1)
                                : g_strdup_printf ("pool of %s", n + 1);
}

static char *
program_of (const TbElement *component)
{
  const TbElement *program = tb_element_child_of (component, TB_KIND_TEMPLATE);
  const char *name = program ? tb_element_get (program, TB_PROP_NAME) : NULL;
  if (name != NULL)
    return g_strdup (written (name));
  program = tb_element_child_of (component, TB_KIND_COMMAND);
  const char *command = program ? tb_element_get (program, TB_PROP_TEXT) : NULL;
  if (command == NULL)
    return NULL;
  if (tb_element_get_boolean (program, TB_PROP_SHELL)) /* its first word says nothing */
    return g_strdup ("shell");
  g_autofree char *trimmed = g_strstrip (g_strdup (command));
  trimmed[strcspn (trimmed, " \t\n")] = '\0';
  return *trimmed ? g_path_get_basename (trimmed) : NULL;
}

static const char *
replication_of (const TbElement *component)
{
  const TbElement *builtin = tb_element_child_of (component, TB_KIND_BUILTIN);
  const char *name = builtin ? tb_element_get (builtin, TB_PROP_REPLICATION) : NULL;
  return name && strcmp (name, "none") != 0 ? written (name) : NULL;
}

static const char *
protocol_of (const TbElement *component)
{
  const TbElement *service = tb_element_child_of (component, TB_KIND_SERVICE);
  const char *protocol = service ? tb_element_get (service, TB_PROP_PROTOCOL) : NULL;
  return protocol ? written (protocol) : NULL;
}

/* Of a URL where it leads, and neither whom it logs in as nor with what. (transfer full) */
static char *
place_of (const char *address)
{
  const char *start = strstr (address, "://");
  if (start == NULL)
    return g_strdup (address);
  g_autofree char *authority = g_strndup (start + 3, strcspn (start + 3, "/?#"));
  const char *at = strrchr (authority, '@');
  return g_strdup (at != NULL ? at + 1 : authority);
}

char *
tb_component_line (const TbElement *component, const char *balance)
{
  TbRole role = tb_component_role (component);
  const char *kind = tb_role_name (role);
  g_autofree char *program = program_of (component), *threads = threads_text (component, role);
  const char *address = tb_element_get (component, TB_PROP_ADDRESS);
  if (role == TB_ROLE_EXTERNAL)
    return address ? place_of (address) : g_strdup (kind);
  if (program != NULL)
    return g_strdup_printf ("%s · %s", program, kind);
  if (role == TB_ROLE_BALANCER && balance != NULL)
    return g_strdup (balance);
  if (replication_of (component))
    return g_strdup_printf ("%s · %s", kind, replication_of (component));
  if (role == TB_ROLE_BROKER && protocol_of (component))
    return g_strdup_printf ("%s · %s", protocol_of (component), kind);
  if (threads != NULL)
    return g_strdup_printf ("%s · %s", kind, threads);
  if (tb_element_get_boolean (component, TB_PROP_DURABLE))
    return g_strdup_printf ("%s · durable", kind);
  return g_strdup (kind);
}
