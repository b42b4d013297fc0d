/* The command line. OPTIONS.md is its manual, and the contract with the plan that writes it. */
#include "options-private.h"
#include "tb-replica.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

const char options_help[] =
  "tierboard-node client|server|store|cache|balancer|proxy|mediator|broker\n"
  "               [options]\n"
  "\n"
  "  --name NAME               what it calls itself (default: the kind)\n"
  "  --listen HOST:PORT        a store or cache: RESP; a broker: MQTT; others: HTTP\n"
  "  --threads MODEL           single, \"pool N\" or per-request; of a client: pool N\n"
  "  --work \"wait|cpu TIME\"    for each request, such as \"wait exponential 2ms\"\n"
  "  --think TIME              client: the pause after each answer\n"
  "  --rate N                  client: open loop, N requests a second\n"
  "  --call \"ID URL KEY=…\"     a link it calls; http://, resp://, mqtt:// or rpc://. Of a store: op=read,\n"
  "                            write, cas, append, add, insert, members; over http:// with api=keys or etcd\n"
  "  --state stateless|stateful\n"
  "  --durable DIR             store, broker: keeps its data in DIR\n"
  "  --peers ADDRESSES         store: of all replicas; --replica N, --replication raft, --reads leader,\n"
  "                            --quorum \"N R W\", --read-repair no, --failover yes, --journal DIR\n"
  "  --speak http|rpc          server: for any language, or for C alone\n"
  "  --size N, --fail SHARE    server: bytes of a reply, part of the requests that fail\n"
  "  --queue N                 how many requests may wait before more are refused\n"
  "  --capacity N, --ttl TIME  cache, proxy: how many entries it keeps, and how long\n"
  "  --check \"TIME [PATH]\"     balancer, proxy: how often hosts are asked whether they are well\n"
  "  --requests N, --duration TIME, --load FILE\n"
  "                            client: stops after so many, or that long\n"
  "  --silent yes              prints nothing, but why it cannot start\n"
  "  --seed N                  of everything drawn by chance\n";

/* ---- The other options ---- */

static bool
read_name (Options *o, const char *value)
{
  o->name = value;
  return value[0] != '\0' && strlen (value) < 128;
}

static bool
read_listen (Options *o, const char *value)
{
  o->listen = value;
  return option_address (value, &o->address);
}

static bool
read_threads (Options *o, const char *value)
{
  char word[16];
  uint64_t n = 1;
  const char *p = value;
  if (!option_word (&p, word, sizeof word))
    return false;
  if (strcmp (word, "pool") == 0)
    {
      o->model = THREADS_POOL;
      if (!option_word (&p, word, sizeof word) || !option_count (word, 10000, &n) || n == 0)
        return false;
    }
  else if (strcmp (word, "per-request") == 0)
    o->model = THREADS_PER_REQUEST;
  else if (strcmp (word, "single") == 0)
    o->model = THREADS_SINGLE;
  else
    return false;
  o->threads = (unsigned) n;
  return option_at_end (p);
}

static bool
read_work (Options *o, const char *value)
{
  const char *p = value + strspn (value, " ");
  o->cpu = strncmp (p, "cpu ", 4) == 0;
  if (o->cpu)
    p += 4;
  else if (strncmp (p, "wait ", 5) == 0)
    p += 5;
  o->has_work = true;
  return tb_dist_parse (p, &o->work);
}

static bool
read_think (Options *o, const char *value)
{
  return o->has_think = tb_dist_parse (value, &o->think);
}

static bool
read_rate (Options *o, const char *value)
{
  return option_number (value, &o->rate) && o->rate > 0 && o->rate <= 1e7;
}

static bool
read_load (Options *o, const char *value)
{
  o->load = value;
  return value[0] != '\0';
}

static bool
read_state (Options *o, const char *value)
{
  o->stateful = strcmp (value, "stateful") == 0;
  return o->stateful || strcmp (value, "stateless") == 0;
}

static bool
read_durable (Options *o, const char *value)
{
  o->durable = value;
  return value[0] != '\0';
}

static bool
read_requests (Options *o, const char *value)
{
  return option_count (value, UINT64_MAX / 20, &o->requests) && o->requests > 0;
}

static bool
read_duration (Options *o, const char *value)
{
  return tb_duration_parse (value, &o->duration_ns, NULL) && o->duration_ns > 0;
}

static bool
read_seed (Options *o, const char *value)
{
  return o->has_seed = option_count (value, UINT64_MAX / 20, &o->seed);
}

/* Two nodes of one seed draw different numbers all the same: their traces and sessions must not be
 * taken for each other's. */
static void
settle_seed (Options *o)
{
  if (!o->has_seed && getrandom (&o->seed, sizeof o->seed, GRND_NONBLOCK) != sizeof o->seed)
    o->seed = (uint64_t) tb_now_ns ();
  o->seed ^= tb_hash_string (o->name) ^ (o->listen ? tb_hash_string (o->listen) : 0);
}

static bool
read_capacity (Options *o, const char *value)
{
  return option_count (value, UINT64_C (1) << 40, &o->capacity) && o->capacity > 0;
}

static bool
read_ttl (Options *o, const char *value)
{
  return tb_duration_parse (value, &o->ttl_ns, NULL) && o->ttl_ns >= TB_NS_PER_MS;
}

/* "250ms" or "250ms /path" */
static bool
read_check (Options *o, const char *value)
{
  const char *p;
  if (!tb_duration_parse (value, &o->check_ns, &p) || o->check_ns < TB_NS_PER_MS)
    return false;
  if (option_at_end (p))
    return true;
  return *p == ' ' && option_word (&p, o->check_path, sizeof o->check_path)
         && o->check_path[0] == '/' && option_at_end (p);
}

static bool
read_speak (Options *o, const char *value)
{
  o->rpc = strcmp (value, "rpc") == 0;
  return o->rpc || strcmp (value, "http") == 0;
}

static bool
read_size (Options *o, const char *value)
{
  return option_count (value, 1u << 30, &o->size);
}

static bool
read_queue (Options *o, const char *value)
{
  uint64_t n;
  o->has_queue = option_count (value, 1u << 30, &n);
  o->queue = o->has_queue ? (unsigned) n : 0;
  return o->has_queue;
}

static bool
read_fail (Options *o, const char *value)
{
  return option_number (value, &o->fail) && o->fail <= 1;
}

static bool
read_replication (Options *o, const char *value)
{
  for (unsigned i = TB_REPLICATION_NONE; i <= TB_REPLICATION_ALL; i++)
    if (strcmp (tb_replication_name ((TbReplication) i), value) == 0)
      {
        o->replication = i;
        return tb_replica_is_built ((TbReplication) i);
      }
  return false;
}

static bool
read_reads (Options *o, const char *value)
{
  static const char *const words[] = { "leader", "any", "quorum" };
  for (unsigned i = 0; i < TB_ARRAY_LENGTH (words); i++)
    if (strcmp (words[i], value) == 0)
      {
        o->reads = i;
        return true;
      }
  return false;
}

/* "HOST:PORT HOST:PORT …" */
static bool
read_peers (Options *o, const char *value)
{
  char word[80];
  const char *p = value;
  for (o->n_peers = 0; option_word (&p, word, sizeof word); o->n_peers++)
    if (o->n_peers == TB_ARRAY_LENGTH (o->peers) || !option_address (word, &o->peers[o->n_peers]))
      return false;
  return o->n_peers > 0 && option_at_end (p);
}

static bool
read_replica (Options *o, const char *value)
{
  uint64_t n;
  if (!option_count (value, TB_ARRAY_LENGTH (o->peers), &n) || n == 0)
    return false;
  o->replica = (unsigned) n - 1;
  return true;
}

/* "N R W" */
static bool
read_quorum (Options *o, const char *value)
{
  char word[8];
  const char *p = value;
  uint64_t n;
  for (unsigned i = 0; i < 3; i++)
    {
      if (!option_word (&p, word, sizeof word) || !option_count (word, TB_ARRAY_LENGTH (o->peers), &n))
        return false;
      o->quorum[i] = (unsigned) n;
    }
  return option_at_end (p);
}

static bool
read_failover (Options *o, const char *value)
{
  o->failover = strcmp (value, "yes") == 0;
  return o->failover || strcmp (value, "no") == 0;
}

static bool
read_read_repair (Options *o, const char *value)
{
  o->no_read_repair = strcmp (value, "no") == 0;
  return o->no_read_repair || strcmp (value, "yes") == 0;
}

static bool
read_silent (Options *o, const char *value)
{
  o->silent = strcmp (value, "yes") == 0;
  return o->silent || strcmp (value, "no") == 0;
}

static bool
read_journal (Options *o, const char *value)
{
  o->journal = value;
  return value[0] != '\0';
}

#define OF(kind) (1u << NODE_##kind)
#define STORES (OF (STORE) | OF (CACHE))
#define FORWARDS (OF (BALANCER) | OF (PROXY))
#define SERVERS (OF (SERVER) | OF (MEDIATOR))
#define LISTENERS (STORES | FORWARDS | SERVERS)
#define ALL (LISTENERS | OF (CLIENT) | OF (BROKER))
static const struct
{
  const char *name;
  unsigned kinds;
  bool (*read) (Options *, const char *);
} table[] = {
  { "--name", ALL, read_name },
  { "--listen", LISTENERS | OF (BROKER), read_listen },
  { "--threads", LISTENERS | OF (CLIENT), read_threads },
  { "--work", LISTENERS, read_work },
  { "--think", OF (CLIENT), read_think },
  { "--rate", OF (CLIENT), read_rate },
  { "--load", OF (CLIENT), read_load },
  { "--state", SERVERS, read_state },
  { "--durable", OF (STORE) | OF (BROKER), read_durable },
  { "--speak", SERVERS, read_speak },
  { "--size", SERVERS, read_size },
  { "--fail", SERVERS, read_fail },
  { "--queue", LISTENERS, read_queue },
  { "--capacity", OF (CACHE) | OF (PROXY) | OF (BROKER), read_capacity },
  { "--ttl", OF (CACHE) | OF (PROXY), read_ttl },
  { "--check", FORWARDS, read_check },
  { "--requests", OF (CLIENT), read_requests },
  { "--duration", OF (CLIENT), read_duration },
  { "--seed", ALL, read_seed },
  { "--replication", OF (STORE), read_replication },
  { "--reads", OF (STORE), read_reads },
  { "--peers", OF (STORE), read_peers },
  { "--replica", OF (STORE), read_replica },
  { "--quorum", OF (STORE), read_quorum },
  { "--failover", OF (STORE), read_failover },
  { "--read-repair", OF (STORE), read_read_repair },
  { "--journal", OF (STORE), read_journal },
  { "--silent", ALL, read_silent },
};

static const char *const kinds[]
  = { "client", "server", "store", "cache", "balancer", "proxy", "mediator", "broker" };

static bool
read_kind (Options *o, const char *word)
{
  for (size_t i = 0; i < TB_ARRAY_LENGTH (kinds); i++)
    if (strcmp (kinds[i], word) == 0)
      {
        o->kind = (NodeKind) i;
        o->name = kinds[i];
        return true;
      }
  return false;
}

static char *
read_option (Options *o, const char *name, const char *value)
{
  if (strcmp (name, "--call") == 0 && !((STORES | OF (BROKER)) >> o->kind & 1))
    return option_call (o, value);
  for (size_t i = 0; i < TB_ARRAY_LENGTH (table); i++)
    if (strcmp (table[i].name, name) == 0 && (table[i].kinds >> o->kind & 1))
      return table[i].read (o, value) ? NULL : option_sentence ("%s: cannot read “%s”", name, value);
  return option_sentence ("“%s” is no option of a %s", name, kinds[o->kind]);
}

static char *
check (const Options *o)
{
  if (o->kind != NODE_CLIENT && o->listen == NULL)
    return option_sentence ("a %s needs --listen HOST:PORT", kinds[o->kind]);
  if (o->kind == NODE_CLIENT && o->n_calls == 0)
    return option_sentence ("a client needs a --call");
  if (o->replication != TB_REPLICATION_NONE && o->n_peers == 0)
    return option_sentence ("--replication needs --peers with the address of every replica");
  if (o->n_peers > 0 && o->replica >= o->n_peers)
    return option_sentence ("--replica %u: there are %u --peers", o->replica + 1, o->n_peers);
  for (unsigned i = 0; i < o->n_calls; i++)
    if ((FORWARDS >> o->kind & 1) && o->calls[i].protocol != OVER_HTTP)
      return option_sentence ("--call %s: a %s passes on http://", o->calls[i].id, kinds[o->kind]);
  for (unsigned i = 0; i < o->n_calls; i++)
    if (o->kind == NODE_CLIENT && o->calls[i].consume[0] != '\0')
      return option_sentence ("--call %s: a client does not take messages, a server does",
                              o->calls[i].id);
  if (o->kind == NODE_CLIENT && o->model == THREADS_PER_REQUEST)
    return option_sentence ("--threads: a client has a pool, or is single");
  return NULL;
}

char *
options_parse (Options *o, int argc, char **argv)
{
  *o = (Options) { .threads = 1, .check_path = "/" };
  for (int i = 1; i < argc; i++)
    if (strcmp (argv[i], "--help") == 0)
      o->help = true;
    else if (strcmp (argv[i], "--version") == 0)
      o->version = true;
  if (o->help || o->version)
    return NULL;
  if (argc < 2 || !read_kind (o, argv[1]))
    return option_sentence ("what it is to be is needed first: client, server, store, cache, balancer, "
                            "proxy, mediator or broker%s%s", argc < 2 ? "" : ", found ",
                     argc < 2 ? "" : argv[1]);
  for (int i = 2; i < argc; i += 2)
    {
      char *error = i + 1 < argc ? read_option (o, argv[i], argv[i + 1])
                                 : option_sentence ("%s: a value is missing", argv[i]);
      if (error != NULL)
        return error;
    }
  settle_seed (o);
  return check (o);
}

void
options_clear (Options *o)
{
  for (unsigned i = 0; i < o->n_calls; i++)
    {
      free (o->calls[i].hosts);
      free (o->calls[i].undo);
    }
}
