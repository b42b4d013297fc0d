/* The command line. OPTIONS.md is its manual, and the contract with the plan that writes it. */
#include "node-private.h"

#include <arpa/inet.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

const char options_help[] =
  "tierboard-node client|server|store [options]\n"
  "\n"
  "  --name NAME               what it calls itself (default: the kind)\n"
  "  --listen HOST:PORT        server: HTTP; store: RESP\n"
  "  --threads MODEL           single, \"pool N\" or per-request; of a client: pool N\n"
  "  --work \"wait|cpu TIME\"    for each request, such as \"wait exponential 2ms\"\n"
  "  --think TIME              client: the pause after each answer\n"
  "  --rate N                  client: open loop, N requests a second\n"
  "  --call \"ID URL KEY=…\"     a link it calls; http:// or resp://\n"
  "  --state stateless|stateful\n"
  "  --durable DIR             store: keeps its data in DIR\n"
  "  --requests N, --duration TIME\n"
  "                            client: stops after so many, or that long\n"
  "  --seed N                  of everything drawn by chance\n";

static char *sentence (const char *format, ...) __attribute__ ((format (printf, 1, 2)));

static char *
sentence (const char *format, ...)
{
  char *text;
  va_list args;
  va_start (args, format);
  if (vasprintf (&text, format, args) < 0)
    abort ();
  va_end (args);
  return text;
}

/* ---- Words ---- */

/* The next blank-separated word of *p, copied; false at the end or where it does not fit. */
static bool
next_word (const char **p, char *word, size_t size)
{
  const char *q = *p + strspn (*p, " \t");
  size_t n = strcspn (q, " \t");
  if (n == 0 || n >= size)
    return false;
  memcpy (word, q, n);
  word[n] = '\0';
  *p = q + n;
  return true;
}

static bool
at_end (const char *p)
{
  return p[strspn (p, " \t")] == '\0';
}

static bool
read_count (const char *text, uint64_t max, uint64_t *value)
{
  uint64_t v = 0;
  const char *p = text;
  for (; *p >= '0' && *p <= '9'; p++)
    {
      v = v * 10 + (uint64_t) (*p - '0');
      if (v > max)
        return false;
    }
  *value = v;
  return p > text && *p == '\0';
}

/* Positive decimals such as 0.25 and 1500; strtod would follow the locale. */
static bool
read_number (const char *text, double *value)
{
  double v = 0, scale = 1;
  const char *p = text;
  for (; *p >= '0' && *p <= '9'; p++)
    v = v * 10 + (*p - '0');
  if (p == text)
    return false;
  if (*p == '.')
    for (p++; *p >= '0' && *p <= '9'; p++)
      v += (*p - '0') * (scale /= 10);
  *value = v;
  return *p == '\0' && v < 1e12;
}

/* ---- Addresses ---- */

static bool
split_host (const char *text, char *host, size_t size, uint64_t *port)
{
  const char *colon = strrchr (text, ':');
  bool bracket = text[0] == '[';
  if (colon == NULL || !read_count (colon + 1, 65535, port))
    return false;
  size_t n = (size_t) (colon - text);
  if (bracket)
    {
      if (n < 2 || colon[-1] != ']')
        return false;
      text++, n -= 2;
    }
  if (n >= size)
    return false;
  memcpy (host, text, n);
  host[n] = '\0';
  return true;
}

/* Numbers, localhost, and * or nothing for every address. The names of a drawing are resolved by
 * the plan, so no resolver is linked. */
static bool
read_address (const char *text, Address *address)
{
  char host[64];
  uint64_t port;
  if (!split_host (text, host, sizeof host, &port))
    return false;
  memset (address, 0, sizeof *address);
  const char *number = strcmp (host, "localhost") == 0         ? "127.0.0.1"
                       : strcmp (host, "*") == 0 || !host[0] ? "0.0.0.0"
                                                               : host;
  if (inet_pton (AF_INET, number, &address->in.sin_addr) == 1)
    {
      address->in.sin_family = AF_INET;
      address->in.sin_port = htons ((uint16_t) port);
      return true;
    }
  address->in6.sin6_family = AF_INET6;
  address->in6.sin6_port = htons ((uint16_t) port);
  return inet_pton (AF_INET6, number, &address->in6.sin6_addr) == 1;
}

/* ---- Calls ---- */

static const char *const balances[] = { "round-robin", "random", "least-connections" };

static bool
call_balance (Call *c, const char *value)
{
  for (size_t i = 0; i < TB_ARRAY_LENGTH (balances); i++)
    if (strcmp (balances[i], value) == 0)
      {
        c->balance = (Balance) i;
        return true;
      }
  return false;
}

static bool
call_op (Call *c, const char *value)
{
  c->write = strcmp (value, "write") == 0;
  return c->write || strcmp (value, "read") == 0;
}

static bool
call_share (Call *c, const char *value)
{
  return read_number (value, &c->share) && c->share <= 1;
}

static bool
call_times (Call *c, const char *value)
{
  uint64_t n = 0;
  bool ok = read_count (value, 1000, &n);
  c->times = (unsigned) n;
  return ok;
}

static bool
call_retries (Call *c, const char *value)
{
  uint64_t n = 0;
  bool ok = read_count (value, 100, &n);
  c->retries = (unsigned) n;
  return ok;
}

static bool
call_keys (Call *c, const char *value)
{
  uint64_t n = 0;
  bool ok = read_count (value, 1u << 30, &n) && n > 0;
  c->keys = (unsigned) n;
  return ok;
}

static bool
call_body (Call *c, const char *value)
{
  uint64_t n = 0;
  bool ok = read_count (value, 1u << 20, &n);
  c->body = n;
  return ok;
}

static bool
call_method (Call *c, const char *value)
{
  size_t n = strlen (value);
  if (n == 0 || n >= sizeof c->method || strspn (value, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != n)
    return false;
  memcpy (c->method, value, n + 1);
  return true;
}

static bool
call_timeout (Call *c, const char *value)
{
  return tb_duration_parse (value, &c->timeout_ns, NULL) && c->timeout_ns > 0;
}

static const struct
{
  const char *key;
  bool (*read) (Call *, const char *);
} call_keys_table[] = {
  { "op", call_op },           { "share", call_share },     { "times", call_times },
  { "method", call_method },   { "body", call_body },       { "timeout", call_timeout },
  { "retries", call_retries }, { "balance", call_balance }, { "keys", call_keys },
};

static bool
call_option (Call *c, char *word)
{
  char *equals = strchr (word, '=');
  if (equals == NULL)
    return strcmp (word, "async") == 0 && (c->async = true);
  *equals = '\0';
  for (size_t i = 0; i < TB_ARRAY_LENGTH (call_keys_table); i++)
    if (strcmp (call_keys_table[i].key, word) == 0)
      {
        bool ok = call_keys_table[i].read (c, equals + 1);
        *equals = '=';
        return ok;
      }
  *equals = '=';
  return false;
}

static bool
call_hosts (Call *c, char *list)
{
  char *save, *item;
  unsigned n = 1;
  for (const char *p = list; *p; p++)
    n += *p == ',';
  c->hosts = calloc (n, sizeof *c->hosts);
  if (c->hosts == NULL)
    abort ();
  for (item = strtok_r (list, ",", &save); item; item = strtok_r (NULL, ",", &save))
    {
      Host *h = &c->hosts[c->n_hosts];
      if (strlen (item) >= sizeof h->name || !read_address (item, &h->address))
        return false;
      strcpy (h->name, item);
      c->n_hosts++;
    }
  return c->n_hosts > 0;
}

static bool
call_url (Call *c, char *url)
{
  c->http = strncmp (url, "http://", 7) == 0;
  if (!c->http && strncmp (url, "resp://", 7) != 0)
    return false;
  char *hosts = url + 7, *slash = strchr (hosts, '/');
  if (slash != NULL && strlen (slash) >= sizeof c->path)
    return false;
  strcpy (c->path, slash ? slash : "/");
  if (slash != NULL)
    *slash = '\0';
  return call_hosts (c, hosts);
}

static char *
read_call (Options *o, const char *value)
{
  char word[4096];
  const char *p = value;
  if (o->n_calls == CALLS_MAX)
    return sentence ("--call: more than 64 links");
  Call *c = &o->calls[o->n_calls++];
  *c = (Call) { .share = 1, .times = 1, .keys = 100, .timeout_ns = 5 * TB_NS_PER_S };
  if (!next_word (&p, c->id, sizeof c->id) || !next_word (&p, word, sizeof word))
    return sentence ("--call: an id and an address are needed, found “%s”", value);
  if (!call_url (c, word))
    return sentence ("--call %s: an address such as http://127.0.0.1:8080/ is needed, found “%s”",
                     c->id, value);
  while (next_word (&p, word, sizeof word))
    if (!call_option (c, word))
      return sentence ("--call %s: cannot read “%s”", c->id, word);
  if (c->method[0] == '\0')
    strcpy (c->method, c->write ? "POST" : "GET");
  return at_end (p) ? NULL : sentence ("--call %s: a word is too long", c->id);
}

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
  return read_address (value, &o->address);
}

static bool
read_threads (Options *o, const char *value)
{
  char word[16];
  uint64_t n = 1;
  const char *p = value;
  if (!next_word (&p, word, sizeof word))
    return false;
  if (strcmp (word, "pool") == 0)
    {
      o->model = THREADS_POOL;
      if (!next_word (&p, word, sizeof word) || !read_count (word, 10000, &n) || n == 0)
        return false;
    }
  else if (strcmp (word, "per-request") == 0)
    o->model = THREADS_PER_REQUEST;
  else if (strcmp (word, "single") == 0)
    o->model = THREADS_SINGLE;
  else
    return false;
  o->threads = (unsigned) n;
  return at_end (p);
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
  return read_number (value, &o->rate) && o->rate > 0 && o->rate <= 1e7;
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
  return read_count (value, UINT64_MAX / 20, &o->requests) && o->requests > 0;
}

static bool
read_duration (Options *o, const char *value)
{
  return tb_duration_parse (value, &o->duration_ns, NULL) && o->duration_ns > 0;
}

static bool
read_seed (Options *o, const char *value)
{
  return o->has_seed = read_count (value, UINT64_MAX / 20, &o->seed);
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

#define C (1u << NODE_CLIENT)
#define S (1u << NODE_SERVER)
#define D (1u << NODE_STORE)
static const struct
{
  const char *name;
  unsigned kinds;
  bool (*read) (Options *, const char *);
} table[] = {
  { "--name", C | S | D, read_name }, { "--listen", S | D, read_listen },
  { "--threads", C | S | D, read_threads }, { "--work", S | D, read_work },
  { "--think", C, read_think },       { "--rate", C, read_rate },
  { "--state", S, read_state },       { "--durable", D, read_durable },
  { "--requests", C, read_requests }, { "--duration", C, read_duration },
  { "--seed", C | S | D, read_seed },
};

static const char *const kinds[] = { "client", "server", "store" };

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
  if (strcmp (name, "--call") == 0 && o->kind != NODE_STORE)
    return read_call (o, value);
  for (size_t i = 0; i < TB_ARRAY_LENGTH (table); i++)
    if (strcmp (table[i].name, name) == 0 && (table[i].kinds >> o->kind & 1))
      return table[i].read (o, value) ? NULL : sentence ("%s: cannot read “%s”", name, value);
  return sentence ("“%s” is no option of a %s", name, kinds[o->kind]);
}

static char *
check (const Options *o)
{
  if (o->kind != NODE_CLIENT && o->listen == NULL)
    return sentence ("a %s needs --listen HOST:PORT", kinds[o->kind]);
  if (o->kind == NODE_CLIENT && o->n_calls == 0)
    return sentence ("a client needs a --call");
  if (o->kind == NODE_CLIENT && o->model == THREADS_PER_REQUEST)
    return sentence ("--threads: a client has a pool, or is single");
  return NULL;
}

char *
options_parse (Options *o, int argc, char **argv)
{
  *o = (Options) { .threads = 1 };
  for (int i = 1; i < argc; i++)
    if (strcmp (argv[i], "--help") == 0)
      o->help = true;
    else if (strcmp (argv[i], "--version") == 0)
      o->version = true;
  if (o->help || o->version)
    return NULL;
  if (argc < 2 || !read_kind (o, argv[1]))
    return sentence ("client, server or store is needed first%s%s", argc < 2 ? "" : ", found ",
                     argc < 2 ? "" : argv[1]);
  for (int i = 2; i < argc; i += 2)
    {
      char *error = i + 1 < argc ? read_option (o, argv[i], argv[i + 1])
                                 : sentence ("%s: a value is missing", argv[i]);
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
    free (o->calls[i].hosts);
}
