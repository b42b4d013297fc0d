#include "kinds.h"

#include <string.h>

#define SERVER TB_ROLE_SERVER

/* ---- Programs -------------------------------------------------------------------------------- */

typedef struct
{
  const char *word;
  TbRole role;
  const char *template;
} Program;

/* A word of an image's last part, of a technology or of a name. */
static const Program programs[] = {
  { "postgres", TB_ROLE_STORE, "postgresql" },  { "postgresql", TB_ROLE_STORE, "postgresql" },
  { "postgis", TB_ROLE_STORE, "postgresql" },   { "timescaledb", TB_ROLE_STORE, "postgresql" },
  { "pgvector", TB_ROLE_STORE, "postgresql" },  { "etcd", TB_ROLE_STORE, "etcd" },
  { "redis", TB_ROLE_CACHE, "redis" },          { "valkey", TB_ROLE_CACHE, "redis" },
  { "keydb", TB_ROLE_CACHE, "redis" },          { "memcached", TB_ROLE_CACHE, "memcached" },
  { "nginx", TB_ROLE_BALANCER, "nginx" },       { "haproxy", TB_ROLE_BALANCER, "haproxy" },
  { "nats", TB_ROLE_BROKER, "nats" },           { "mosquitto", TB_ROLE_BROKER, "mosquitto" },
  { "mysql", TB_ROLE_STORE, NULL },             { "mariadb", TB_ROLE_STORE, NULL },
  { "percona", TB_ROLE_STORE, NULL },           { "mongo", TB_ROLE_STORE, NULL },
  { "mongodb", TB_ROLE_STORE, NULL },           { "cassandra", TB_ROLE_STORE, NULL },
  { "scylla", TB_ROLE_STORE, NULL },            { "cockroach", TB_ROLE_STORE, NULL },
  { "cockroachdb", TB_ROLE_STORE, NULL },       { "couchdb", TB_ROLE_STORE, NULL },
  { "couchbase", TB_ROLE_STORE, NULL },         { "elasticsearch", TB_ROLE_STORE, NULL },
  { "opensearch", TB_ROLE_STORE, NULL },        { "solr", TB_ROLE_STORE, NULL },
  { "influxdb", TB_ROLE_STORE, NULL },          { "clickhouse", TB_ROLE_STORE, NULL },
  { "neo4j", TB_ROLE_STORE, NULL },             { "minio", TB_ROLE_STORE, NULL },
  { "consul", TB_ROLE_STORE, NULL },            { "zookeeper", TB_ROLE_STORE, NULL },
  { "mssql", TB_ROLE_STORE, NULL },             { "sqlserver", TB_ROLE_STORE, NULL },
  { "oracle", TB_ROLE_STORE, NULL },            { "sqlite", TB_ROLE_STORE, NULL },
  { "dynamodb", TB_ROLE_STORE, NULL },          { "rds", TB_ROLE_STORE, NULL },
  { "aurora", TB_ROLE_STORE, NULL },            { "s3", TB_ROLE_STORE, NULL },
  { "meilisearch", TB_ROLE_STORE, NULL },       { "qdrant", TB_ROLE_STORE, NULL },
  { "memcache", TB_ROLE_CACHE, "memcached" },
  { "varnish", TB_ROLE_CACHE, NULL },           { "elasticache", TB_ROLE_CACHE, NULL },
  { "hazelcast", TB_ROLE_CACHE, NULL },         { "squid", TB_ROLE_PROXY, NULL },
  { "traefik", TB_ROLE_BALANCER, NULL },        { "caddy", TB_ROLE_PROXY, NULL },
  { "envoy", TB_ROLE_PROXY, NULL },             { "kong", TB_ROLE_PROXY, NULL },
  { "pgbouncer", TB_ROLE_PROXY, NULL },         { "pgpool", TB_ROLE_PROXY, NULL },
  { "proxysql", TB_ROLE_PROXY, NULL },          { "maxscale", TB_ROLE_PROXY, NULL },
  { "toxiproxy", TB_ROLE_PROXY, NULL },         { "cloudflared", TB_ROLE_PROXY, NULL },
  { "ngrok", TB_ROLE_PROXY, NULL },             { "krakend", TB_ROLE_PROXY, NULL },
  { "apisix", TB_ROLE_PROXY, NULL },            { "zuul", TB_ROLE_PROXY, NULL },
  { "dragonfly", TB_ROLE_CACHE, "redis" },      { "garnet", TB_ROLE_CACHE, "redis" },
  { "typesense", TB_ROLE_STORE, NULL },         { "weaviate", TB_ROLE_STORE, NULL },
  { "chroma", TB_ROLE_STORE, NULL },            { "chromadb", TB_ROLE_STORE, NULL },
  { "milvus", TB_ROLE_STORE, NULL },            { "arangodb", TB_ROLE_STORE, NULL },
  { "surrealdb", TB_ROLE_STORE, NULL },         { "rethinkdb", TB_ROLE_STORE, NULL },
  { "questdb", TB_ROLE_STORE, NULL },           { "yugabyte", TB_ROLE_STORE, NULL },
  { "yugabytedb", TB_ROLE_STORE, NULL },        { "tidb", TB_ROLE_STORE, NULL },
  { "openldap", TB_ROLE_STORE, NULL },          { "seaweedfs", TB_ROLE_STORE, NULL },
  { "ferretdb", TB_ROLE_STORE, NULL },          { "sonic", TB_ROLE_STORE, NULL },
  { "azure-sql-edge", TB_ROLE_STORE, NULL },    { "cp-server", TB_ROLE_BROKER, NULL },
  { "nsqd", TB_ROLE_BROKER, NULL },             { "beanstalkd", TB_ROLE_BROKER, NULL },
  { "hivemq", TB_ROLE_BROKER, NULL },           { "vernemq", TB_ROLE_BROKER, NULL },
  { "httpd", TB_ROLE_SERVER, NULL },            { "kafka", TB_ROLE_BROKER, NULL },
  { "redpanda", TB_ROLE_BROKER, NULL },         { "rabbitmq", TB_ROLE_BROKER, NULL },
  { "activemq", TB_ROLE_BROKER, NULL },         { "artemis", TB_ROLE_BROKER, NULL },
  { "pulsar", TB_ROLE_BROKER, NULL },           { "emqx", TB_ROLE_BROKER, NULL },
  { "sqs", TB_ROLE_BROKER, NULL },              { "sns", TB_ROLE_BROKER, NULL },
  { "kinesis", TB_ROLE_BROKER, NULL },          { "pubsub", TB_ROLE_BROKER, NULL },
  { "eventbridge", TB_ROLE_BROKER, NULL },      { "servicebus", TB_ROLE_BROKER, NULL },
  { "elb", TB_ROLE_BALANCER, NULL },            { "alb", TB_ROLE_BALANCER, NULL },
  { "nlb", TB_ROLE_BALANCER, NULL },            { "cloudfront", TB_ROLE_PROXY, NULL },
};

/* Beside one of those it is something about it, not it. */
static const char *const about[] = { "exporter", "admin", "ui", "operator", "backup", "migrate", "migration", "init",
                                     "commander", "express", "client", "worker", "box", "registry", "connect", "manager",
                                     "console", "proxy", "adapter", "api", "service", "consumer", "producer", "gateway",
                                     "mongosh", "insight", "setup", "rest", "flink", "webui", "meta", "metrics", "monitor",
                                     "cli", "tools", "cron", "job", "test", "runner", "seed", "seeder", "dump", "restore",
                                     "viewer", "explorer", "gui", "streams", "mirrormaker", "collector", "datagen",
                                     "restapi", "companion", NULL };

/* ---- Shapes and words ------------------------------------------------------------------------ */

typedef struct
{
  const char *word;
  TbRole role;
} Word;

/* Parts of the shape's name; the first row that is in it. */
static const Word shapes[] = {
  { "mxgraph.c4.person", TB_ROLE_CLIENT }, { "person", TB_ROLE_CLIENT },
  { "actor", TB_ROLE_CLIENT },             { "browser", TB_ROLE_CLIENT },
  { "mobile", TB_ROLE_CLIENT },            { "database", TB_ROLE_STORE },
  { "datastore", TB_ROLE_STORE },          { "data_store", TB_ROLE_STORE },
  { "cylinder", TB_ROLE_STORE },           { "stored_data", TB_ROLE_STORE },
  { "dynamodb", TB_ROLE_STORE },           { "bucket", TB_ROLE_STORE },
  { "queue", TB_ROLE_BROKER },             { "pipe", TB_ROLE_BROKER },
  { "message", TB_ROLE_BROKER },           { "load_balanc", TB_ROLE_BALANCER },
  { "loadbalanc", TB_ROLE_BALANCER },      { "cloud_", TB_ROLE_SERVER },
  { "cloudwatch", TB_ROLE_SERVER },        { "cloud9", TB_ROLE_SERVER },
  { "cloudtrail", TB_ROLE_SERVER },        { "cloudformation", TB_ROLE_SERVER },
  { "internet_gateway", TB_ROLE_PROXY },   { "topic", TB_ROLE_BROKER },
  { "cloud", TB_ROLE_EXTERNAL },           { "internet", TB_ROLE_EXTERNAL },
  { "gateway", TB_ROLE_PROXY },            { "firewall", TB_ROLE_PROXY },
  { "tripleoctagon", TB_ROLE_BALANCER },   { "folder", TB_ROLE_SERVER },
};

/* Whole words of a name. */
static const Word names[] = {
  { "cache", TB_ROLE_CACHE },         { "caches", TB_ROLE_CACHE },     { "queue", TB_ROLE_BROKER },
  { "queues", TB_ROLE_BROKER },       { "broker", TB_ROLE_BROKER },    { "bus", TB_ROLE_BROKER },
  { "topic", TB_ROLE_BROKER },        { "mq", TB_ROLE_BROKER },        { "balancer", TB_ROLE_BALANCER },
  { "loadbalancer", TB_ROLE_BALANCER }, { "lb", TB_ROLE_BALANCER },    { "gateway", TB_ROLE_PROXY },
  { "proxy", TB_ROLE_PROXY },         { "ingress", TB_ROLE_PROXY },    { "cdn", TB_ROLE_PROXY },
  { "database", TB_ROLE_STORE },      { "db", TB_ROLE_STORE },         { "datastore", TB_ROLE_STORE },
  { "warehouse", TB_ROLE_STORE },     { "storage", TB_ROLE_STORE },    { "browser", TB_ROLE_CLIENT },
  { "user", TB_ROLE_CLIENT },         { "users", TB_ROLE_CLIENT },     { "customer", TB_ROLE_CLIENT },
  { "customers", TB_ROLE_CLIENT },    { "client", TB_ROLE_CLIENT },    { "clients", TB_ROLE_CLIENT },
  { "internet", TB_ROLE_EXTERNAL },   { "external", TB_ROLE_EXTERNAL }, { "stripe", TB_ROLE_EXTERNAL },
  { "paypal", TB_ROLE_EXTERNAL },     { "twilio", TB_ROLE_EXTERNAL },  { "mediator", TB_ROLE_MEDIATOR },
  { "balancing", TB_ROLE_BALANCER },  { "laptop", TB_ROLE_CLIENT },    { "phone", TB_ROLE_CLIENT },
  { "smartphone", TB_ROLE_CLIENT },   { "tablet", TB_ROLE_CLIENT },    { "visitor", TB_ROLE_CLIENT },
  { "visitors", TB_ROLE_CLIENT },     { "ios", TB_ROLE_CLIENT },       { "android", TB_ROLE_CLIENT },
  { "iphone", TB_ROLE_CLIENT },       { "browsers", TB_ROLE_CLIENT },
  { "navigateur", TB_ROLE_CLIENT },   { "table", TB_ROLE_STORE },      { "tables", TB_ROLE_STORE },
  { "bucket", TB_ROLE_STORE },        { "buckets", TB_ROLE_STORE },
};

/* Beside one of those the last word says what it is: “user service”, “queue worker”. */
static const char *const servers[] = { "service", "services", "server", "api", "worker", "app", "application", "backend",
                                       "service's", "manager", "handler", "controller", "consumer", "producer", NULL };

/* An app of those is one that people hold in their hands, or see before them. */
static const char *const handhelds[] = { "mobile", "ios", "android", "iphone", "phone", "smartphone", "browser", NULL };

/* ---- Asking ---------------------------------------------------------------------------------- */

/* "UserOrders-db 2" → user, orders, db, 2. Lower case. */
static char **
split_words (const char *text)
{
  g_autoptr (GString) spaced = g_string_new (NULL);
  for (const char *p = text; *p != '\0' && p < text + 500; p++)
    {
      gboolean word = g_ascii_isalnum (*p) || (guchar) *p >= 0x80;
      if (!word || (p > text && g_ascii_isupper (*p) && g_ascii_islower (p[-1])))
        g_string_append_c (spaced, ' ');
      if (word)
        g_string_append_c (spaced, g_ascii_tolower (*p));
    }
  return g_strsplit (spaced->str, " ", -1);
}

static gboolean
has_word (char **words, const char *const *list)
{
  for (guint i = 0; words[i] != NULL; i++)
    if (g_strv_contains (list, words[i]))
      return TRUE;
  return FALSE;
}

/* The word itself, or what stands before a number: redis, redis1. "s3" is not one more of "s". */
static gboolean
is_word (const char *word, const char *known)
{
  gsize length = strlen (known);
  return strncmp (word, known, length) == 0
         && (word[length] == '\0' || (length > 2 && strspn (word + length, "0123456789") == strlen (word + length)));
}

static const Program *
find_program (const char *whole, char **words)
{
  for (guint k = 0; k < G_N_ELEMENTS (programs); k++)
    if (g_ascii_strcasecmp (whole, programs[k].word) == 0)
      return &programs[k];
  if (has_word (words, about))
    return NULL;
  for (guint i = 0; words[i] != NULL; i++)
    for (guint k = 0; k < G_N_ELEMENTS (programs); k++)
      if (is_word (words[i], programs[k].word))
        return &programs[k];
  return NULL;
}

/* "registry:5000/library/postgres:16-alpine@sha256…" → "postgres"; "PostgreSQL 16" stays. Where that says nothing
 * (mssql/server) the part before it does. (transfer full) */
static char *
last_of_image (const char *image)
{
  const char *slash = strrchr (image, '/');
  const char *start = slash != NULL ? slash + 1 : image;
  g_autofree char *last = g_strndup (start, strcspn (start, ":@"));
  if (slash == NULL || (strcmp (last, "server") != 0 && strcmp (last, "database") != 0))
    return g_steal_pointer (&last);
  g_autofree char *before = g_strndup (image, (gsize) (slash - image));
  slash = strrchr (before, '/');
  return g_strdup (slash != NULL ? slash + 1 : before);
}

static gboolean
take_program (TbForeignKind *kind, const char *text)
{
  g_auto (GStrv) words = split_words (text);
  const Program *program = find_program (text, words);
  if (program != NULL)
    *kind = (TbForeignKind){ program->role, TRUE, program->template, TRUE };
  return program != NULL;
}

static gboolean
take_shape (TbForeignKind *kind, const char *shape)
{
  g_autofree char *lower = g_ascii_strdown (shape, MIN (strlen (shape), 500));
  for (guint i = 0; i < G_N_ELEMENTS (shapes); i++)
    if (strstr (lower, shapes[i].word) != NULL)
      {
        *kind = (TbForeignKind){ shapes[i].role, TRUE, NULL, FALSE };
        return TRUE;
      }
  return FALSE;
}

/* A name's last word that says anything says what it is: “user events topic”, “application load balancer”. People are only
 * meant where nothing comes after them: “user pool” is none. */
static gboolean
take_name (TbForeignKind *kind, const char *name)
{
  g_auto (GStrv) words = split_words (name);
  gboolean last = TRUE;
  for (guint i = g_strv_length (words); i-- > 0;)
    {
      if (*words[i] == '\0' || g_ascii_isdigit (*words[i]))
        continue;
      for (guint k = 0; k < G_N_ELEMENTS (names); k++)
        if (strcmp (words[i], names[k].word) == 0 && (last || names[k].role != TB_ROLE_CLIENT))
          {
            *kind = (TbForeignKind){ names[k].role, TRUE, NULL, FALSE };
            return TRUE;
          }
      if (last && i > 0 && (g_str_has_prefix (words[i], "app") || strcmp (words[i], "ui") == 0) && g_strv_contains (handhelds, words[i - 1]))
        *kind = (TbForeignKind){ TB_ROLE_CLIENT, TRUE, NULL, FALSE };
      if (g_strv_contains (servers, words[i]) || g_strv_contains (about, words[i]))
        return kind->known;
      last = FALSE;
    }
  return FALSE;
}

gboolean
tb_foreign_program (const char *text, gboolean image, TbForeignKind *kind)
{
  g_autofree char *last = image ? last_of_image (text) : NULL;
  return take_program (kind, last != NULL ? last : text);
}

TbForeignKind
tb_foreign_kind (const char *shape, const char *image, const char *name)
{
  TbForeignKind kind = { SERVER, FALSE, NULL, FALSE };
  g_autofree char *last = image != NULL ? last_of_image (image) : NULL;
  if (last != NULL && take_program (&kind, last))
    return kind;
  /* A picture of a store with the name of a program: both. */
  if (shape != NULL && take_program (&kind, shape))
    return kind;
  if (name != NULL && take_program (&kind, name))
    return kind;
  if (shape != NULL && take_shape (&kind, shape))
    return kind;
  if (last != NULL && take_shape (&kind, last))
    return kind;
  if (name != NULL)
    take_name (&kind, name);
  return kind;
}

/* ---- Protocols ------------------------------------------------------------------------------- */

static const struct
{
  guint port;
  const char *scheme, *protocol;
} protocols[] = {
  { 80, "http", "http" },        { 443, "https", "tls" },        { 8080, NULL, "http" },     { 8000, NULL, "http" },
  { 3000, NULL, "http" },        { 5000, NULL, "http" },         { 5432, "postgres", "postgresql" },
  { 0, "postgresql", "postgresql" }, { 6379, "redis", "resp" },  { 1883, "mqtt", "mqtt" },   { 4222, "nats", "nats" },
  { 9092, "kafka", "kafka" },    { 50051, "grpc", "grpc" },      { 0, "tcp", "tcp" },        { 0, "udp", "udp" },
};

const char *
tb_foreign_protocol (guint port, const char *scheme)
{
  for (guint i = 0; i < G_N_ELEMENTS (protocols); i++)
    if (scheme != NULL && protocols[i].scheme != NULL && g_ascii_strcasecmp (scheme, protocols[i].scheme) == 0)
      return protocols[i].protocol;
  for (guint i = 0; i < G_N_ELEMENTS (protocols); i++)
    if (port > 0 && protocols[i].port == port)
      return protocols[i].protocol;
  return NULL;
}
