/* Commands about the store itself and the connection: enough for redis-cli and client libraries to
 * start. INFO has the names redis-cli users look for, and a section of ours. */
#include "store-private.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The version whose behaviour the commands here follow: clients choose by it what to ask. */
#define FOLLOWS "7.0.0"

static void
ping (Command *c)
{
  if (c->n_args == 2)
    reply_bulk (c, c->args[1].p, c->args[1].n);
  else
    reply_simple (c, "PONG");
}

static void
echo (Command *c)
{
  reply_bulk (c, c->args[1].p, c->args[1].n);
}

static void
select_command (Command *c)
{
  int64_t index;
  if (!arg_integer (c, 1, &index))
    reply_error (c, "ERR value is not an integer or out of range");
  else if (index != 0)
    reply_error (c, "ERR DB index is out of range");
  else
    reply_ok (c);
}

static void
quit (Command *c)
{
  reply_ok (c);
}

static void
reset (Command *c)
{
  c->conn->resp = 2;
  c->conn->name[0] = '\0';
  reply_simple (c, "RESET");
}

/* ---- HELLO and CLIENT ---- */

static bool
set_name (Command *c, TbSlice name)
{
  for (size_t i = 0; i < name.n; i++)
    if (name.p[i] < '!' || name.p[i] > '~')
      {
        reply_error (c, "ERR Client names cannot contain spaces, newlines or special characters.");
        return false;
      }
  size_t n = TB_MIN (name.n, sizeof c->conn->name - 1);
  memcpy (c->conn->name, name.p, n);
  c->conn->name[n] = '\0';
  return true;
}

static bool
hello_options (Command *c)
{
  for (unsigned i = 2; i < c->n_args; i++)
    if (arg_is (c, i, "SETNAME") && i + 1 < c->n_args)
      {
        if (!set_name (c, c->args[++i]))
          return false;
      }
    else if (arg_is (c, i, "AUTH") && i + 2 < c->n_args)
      i += 2; /* there is no password: whoever comes is let in */
    else
      {
        reply_error (c, "ERR Syntax error in HELLO option '%.*s'",
                     (int) TB_MIN (c->args[i].n, 32), c->args[i].p);
        return false;
      }
  return true;
}

static void
hello (Command *c)
{
  int64_t version = c->conn->resp;
  if (c->n_args > 1 && !arg_integer (c, 1, &version))
    {
      reply_error (c, "ERR Protocol version is not an integer or out of range");
      return;
    }
  if (version != 2 && version != 3)
    {
      reply_error (c, "NOPROTO unsupported protocol version");
      return;
    }
  if (!hello_options (c))
    return;
  c->conn->resp = (uint8_t) version;
  reply_map (c, 7);
  reply_text (c, "server");
  reply_text (c, "redis");
  reply_text (c, "version");
  reply_text (c, FOLLOWS);
  reply_text (c, "proto");
  reply_integer (c, version);
  reply_text (c, "id");
  reply_integer (c, c->conn->id);
  reply_text (c, "mode");
  reply_text (c, "standalone");
  reply_text (c, "role");
  reply_text (c, "master");
  reply_text (c, "modules");
  reply_array (c, 0);
}

static void
client (Command *c)
{
  if (arg_is (c, 1, "SETNAME") && c->n_args == 3)
    {
      if (set_name (c, c->args[2]))
        reply_ok (c);
    }
  else if (arg_is (c, 1, "GETNAME") && c->n_args == 2)
    {
      if (c->conn->name[0] != '\0')
        reply_text (c, c->conn->name);
      else
        reply_null (c);
    }
  else if (arg_is (c, 1, "ID") && c->n_args == 2)
    reply_integer (c, c->conn->id);
  else if ((arg_is (c, 1, "SETINFO") && c->n_args == 4) || arg_is (c, 1, "NO-EVICT")
           || arg_is (c, 1, "NO-TOUCH"))
    reply_ok (c);
  else
    reply_error (c, "ERR unknown subcommand '%.*s'. Try CLIENT HELP.",
                 (int) TB_MIN (c->args[1].n, 64), c->args[1].p);
}

/* ---- COMMAND and CONFIG ---- */

static void
command (Command *c)
{
  if (arg_is (c, 1, "COUNT"))
    reply_integer (c, (int64_t) (n_data_commands + n_server_commands));
  else if (arg_is (c, 1, "DOCS"))
    reply_map (c, 0);
  else
    reply_array (c, 0);
}

static void
config (Command *c)
{
  if (arg_is (c, 1, "GET") && c->n_args > 2)
    reply_map (c, 0);
  else
    reply_error (c, "ERR there is no configuration to change: it is given on the command line");
}

/* ---- INFO ---- */

typedef struct
{
  char text[4096];
  size_t n;
  EngineCounts *counts;
  size_t keys, bytes;
  uint64_t evicted;
} Info;

static void say (Info *info, const char *format, ...) __attribute__ ((format (printf, 2, 3)));

static void
say (Info *info, const char *format, ...)
{
  va_list args;
  va_start (args, format);
  info->n += (size_t) vsnprintf (info->text + info->n, sizeof info->text - info->n, format, args);
  va_end (args);
  info->n = TB_MIN (info->n, sizeof info->text - 1);
}

static long
resident_bytes (void)
{
  long pages = 0, resident = 0;
  FILE *f = fopen ("/proc/self/statm", "re");
  if (f == NULL)
    return 0;
  if (fscanf (f, "%ld %ld", &pages, &resident) != 2)
    resident = 0;
  fclose (f);
  return resident * sysconf (_SC_PAGESIZE);
}

static void
info_server (Info *i)
{
  const Address *a = &store.options->address;
  unsigned port = a->any.sa_family == AF_INET6 ? a->in6.sin6_port : a->in.sin_port;
  say (i, "redis_version:" FOLLOWS "\r\nredis_mode:standalone\r\nprocess_id:%d\r\ntcp_port:%u\r\n",
       (int) getpid (), (port & 0xff) << 8 | port >> 8);
  say (i, "uptime_in_seconds:%" PRId64 "\r\n", (tb_now_ns () - store.start_ns) / TB_NS_PER_S);
}

static void
info_clients (Info *i)
{
  say (i, "connected_clients:%u\r\n", i->counts->open);
}

static void
info_memory (Info *i)
{
  say (i, "used_memory:%zu\r\nused_memory_rss:%ld\r\n", i->bytes, resident_bytes ());
}

static void
info_persistence (Info *i)
{
  say (i, "loading:0\r\naof_enabled:%d\r\naof_current_size:%" PRIu64 "\r\n", store.journal != NULL,
       store.journal ? journal_size (store.journal) : 0);
}

static void
info_stats (Info *i)
{
  say (i, "total_connections_received:%" PRIu64 "\r\ntotal_commands_processed:%" PRIu64 "\r\n",
       i->counts->connections, i->counts->requests);
  say (i, "keyspace_hits:%" PRIu64 "\r\nkeyspace_misses:%" PRIu64 "\r\ntotal_error_replies:%" PRIu64
       "\r\n", store.hits, store.misses, i->counts->errors);
  say (i, "evicted_keys:%" PRIu64 "\r\n", i->evicted);
}

static void
info_replication (Info *i)
{
  if (copies_are_kept ())
    {
      i->n += copies_info (i->text + i->n, sizeof i->text - i->n);
      return;
    }
  say (i, "role:master\r\nconnected_slaves:0\r\n");
}

static void
info_keyspace (Info *i)
{
  if (i->keys > 0)
    say (i, "db0:keys=%zu,expires=0,avg_ttl=0\r\n", i->keys);
}

static void
info_tierboard (Info *i)
{
  static const char *const models[] = { "single", "pool", "per-request" };
  say (i, "name:%s\r\nthread_model:%s\r\nthreads:%u\r\nbusy:%u\r\nqueue:%u\r\ndurable:%s\r\n",
       store.options->name, models[store.options->model], i->counts->threads, i->counts->busy,
       i->counts->queue, store.journal || store.options->durable ? "yes" : "no");
}

static const struct
{
  const char *name;
  void (*write) (Info *info);
} sections[] = {
  { "Server", info_server },           { "Clients", info_clients },
  { "Memory", info_memory },           { "Persistence", info_persistence },
  { "Stats", info_stats },             { "Replication", info_replication },
  { "Keyspace", info_keyspace },       { "Tierboard", info_tierboard },
};

static bool
section_is_asked_for (const Command *c, const char *name)
{
  if (c->n_args == 1)
    return true;
  for (unsigned i = 1; i < c->n_args; i++)
    if (arg_is (c, i, name) || arg_is (c, i, "all") || arg_is (c, i, "everything")
        || arg_is (c, i, "default"))
      return true;
  return false;
}

static void
info (Command *c)
{
  Info i = { .counts = engine_counts (c->w->engine) };
  pthread_mutex_lock (&store.lock);
  i.keys = dict_count (store.dict, c->now_ms);
  i.bytes = dict_bytes (store.dict);
  i.evicted = dict_evicted (store.dict);
  pthread_mutex_unlock (&store.lock);
  for (size_t s = 0; s < TB_ARRAY_LENGTH (sections); s++)
    if (section_is_asked_for (c, sections[s].name))
      {
        say (&i, "%s# %s\r\n", i.n > 0 ? "\r\n" : "", sections[s].name);
        sections[s].write (&i);
      }
  reply_bulk (c, i.text, i.n);
}

static void
role (Command *c)
{
  if (copies_are_kept ())
    {
      copies_role (c);
      return;
    }
  reply_array (c, 3);
  reply_text (c, "master");
  reply_integer (c, 0);
  reply_array (c, 0);
}

const CommandRow server_commands[] = {
  { "PING", 1, 2, ping, false },       { "ECHO", 2, 2, echo, false },
  { "INFO", 1, 0, info, false },       { "SELECT", 2, 2, select_command, false },
  { "CLIENT", 2, 0, client, false },   { "HELLO", 1, 0, hello, false },
  { "COMMAND", 1, 0, command, false }, { "CONFIG", 2, 0, config, false },
  { "QUIT", 1, 0, quit, false },       { "RESET", 1, 1, reset, false },
  { "ROLE", 1, 1, role, false },
};
const size_t n_server_commands = TB_ARRAY_LENGTH (server_commands);
