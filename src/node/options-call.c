/* --call: a link it calls, where it leads and how. */
#include "options-private.h"

#include <stdlib.h>
#include <string.h>

static const char *const balances[]
  = { "round-robin", "random", "least-connections", "hash", "address", "sticky" };

static const struct
{
  const char *scheme;
  Protocol protocol;
} schemes[] = {
  { "http://", OVER_HTTP },
  { "resp://", OVER_RESP },
  { "mqtt://", OVER_MQTT },
  { "rpc://", OVER_RPC },
};

/* Which of the n words it is; false where it is none. */
static bool
one_of (const char *value, const char *const *words, size_t n, unsigned *which)
{
  for (size_t i = 0; i < n; i++)
    if (strcmp (words[i], value) == 0)
      {
        *which = (unsigned) i;
        return true;
      }
  return false;
}

static bool
call_balance (Call *c, const char *value)
{
  unsigned which = c->balance;
  bool ok = one_of (value, balances, TB_ARRAY_LENGTH (balances), &which);
  c->balance = (Balance) which;
  return ok;
}

static bool
call_op (Call *c, const char *value)
{
  static const char *const ops[] = { [TB_OP_READ] = "read", [TB_OP_WRITE] = "write", [TB_OP_CAS] = "cas",
                                     [TB_OP_APPEND] = "append", [TB_OP_ADD] = "add", [TB_OP_INSERT] = "insert" };
  unsigned which = TB_OP_READ;
  c->members = strcmp (value, "members") == 0;
  bool ok = c->members || one_of (value, ops, TB_ARRAY_LENGTH (ops), &which);
  c->op = (TbOpKind) which;
  return ok;
}

static bool
call_api (Call *c, const char *value)
{
  static const char *const apis[] = { [API_NONE] = "none", [API_KEYS] = "keys", [API_ETCD] = "etcd" };
  unsigned which = API_NONE;
  bool ok = one_of (value, apis, TB_ARRAY_LENGTH (apis), &which);
  c->api = (Api) which;
  return ok;
}

static bool
call_reads (Call *c, const char *value)
{
  c->serializable = strcmp (value, "serializable") == 0;
  return c->serializable || strcmp (value, "linearizable") == 0;
}

static bool
call_share (Call *c, const char *value)
{
  return option_number (value, &c->share) && c->share <= 1;
}

static bool
call_times (Call *c, const char *value)
{
  uint64_t n = 0;
  bool ok = option_count (value, 1000, &n);
  c->times = (unsigned) n;
  return ok;
}

static bool
call_retries (Call *c, const char *value)
{
  uint64_t n = 0;
  bool ok = option_count (value, 100, &n);
  c->retries = (unsigned) n;
  return ok;
}

static bool
call_keys (Call *c, const char *value)
{
  uint64_t n = 0;
  bool ok = option_count (value, 1u << 30, &n) && n > 0;
  c->keys = (unsigned) n;
  return ok;
}

/* Keys from that number on: of somebody who should meet nobody else's. */
static bool
call_first (Call *c, const char *value)
{
  uint64_t n = 0;
  bool ok = option_count (value, 1u << 30, &n);
  c->first_key = (unsigned) n;
  return ok;
}

static bool
call_body (Call *c, const char *value)
{
  uint64_t n = 0;
  bool ok = option_count (value, 1u << 20, &n);
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
call_order (Call *c, const char *value)
{
  static const char *const orders[] = { "sequence", "parallel", "first" };
  unsigned which = c->order;
  bool ok = one_of (value, orders, TB_ARRAY_LENGTH (orders), &which);
  c->order = (Order) which;
  return ok;
}

static bool
call_when (Call *c, const char *value)
{
  c->on_miss = strcmp (value, "miss") == 0;
  return c->on_miss || strcmp (value, "always") == 0;
}

static bool
call_qos (Call *c, const char *value)
{
  uint64_t n = 0;
  bool ok = option_count (value, 1, &n);
  c->qos = (unsigned) n;
  return ok;
}

static bool
call_consume (Call *c, const char *value)
{
  size_t n = strlen (value);
  if (n == 0 || n >= sizeof c->consume)
    return false;
  memcpy (c->consume, value, n + 1);
  return true;
}

/* Another call over the same link, to a path of its own. */
static bool
call_undo (Call *c, const char *value)
{
  if (value[0] != '/' || strlen (value) >= sizeof c->path)
    return false;
  if (c->undo == NULL && (c->undo = calloc (1, sizeof *c->undo)) == NULL)
    abort ();
  strcpy (c->undo->path, value);
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
  { "order", call_order },     { "when", call_when },       { "qos", call_qos },
  { "consume", call_consume }, { "undo", call_undo },       { "api", call_api },
  { "reads", call_reads },     { "first", call_first },
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
      if (strlen (item) >= sizeof h->name || !option_address (item, &h->address))
        return false;
      strcpy (h->name, item);
      h->hash = tb_hash_string (item);
      c->n_hosts++;
    }
  return c->n_hosts > 0;
}

static bool
call_url (Call *c, char *url)
{
  char *hosts = NULL;
  for (size_t i = 0; hosts == NULL && i < TB_ARRAY_LENGTH (schemes); i++)
    if (strncmp (url, schemes[i].scheme, strlen (schemes[i].scheme)) == 0)
      {
        hosts = url + strlen (schemes[i].scheme);
        c->protocol = schemes[i].protocol;
      }
  char *slash = hosts ? strchr (hosts, '/') : NULL;
  if (hosts == NULL || (slash != NULL && strlen (slash) >= sizeof c->path))
    return false;
  strcpy (c->path, slash ? slash : "/");
  if (slash != NULL)
    *slash = '\0';
  return call_hosts (c, hosts);
}

static void
finish_undo (Call *c)
{
  if (c->undo == NULL)
    return;
  char path[sizeof c->path];
  strcpy (path, c->undo->path);
  *c->undo = *c;
  c->undo->undo = NULL;
  c->undo->api = API_NONE;
  c->undo->body = 0;
  strcpy (c->undo->path, path);
  strcpy (c->undo->method, "POST");
}

/* What a store can do, by what it speaks. Another server than a store is read or written, in a manner of speaking. */
static bool
can_do (const Call *c)
{
  unsigned plain = 1u << TB_OP_READ | 1u << TB_OP_WRITE;
  if (c->protocol == OVER_RESP)
    return true;
  return ((c->api == API_ETCD ? plain | 1u << TB_OP_CAS : plain) >> c->op & 1) && !c->members;
}

/* NULL or a sentence about options that do not go together. */
static char *
check_call (const Call *c)
{
  if (c->consume[0] != '\0' && c->protocol != OVER_MQTT)
    return option_sentence ("--call %s: messages are taken from mqtt://", c->id);
  if (c->undo != NULL && c->protocol != OVER_HTTP)
    return option_sentence ("--call %s: only what was called over http:// can be undone", c->id);
  if (c->api != API_NONE && c->protocol != OVER_HTTP)
    return option_sentence ("--call %s: api= is of http://", c->id);
  if (!can_do (c))
    return option_sentence ("--call %s: that operation is not there over this protocol; resp:// has them all, etcd read, write "
                            "and cas, others read and write", c->id);
  return NULL;
}

static unsigned
link_of (const Options *o, const Call *c)
{
  for (unsigned i = 0; i < c->index; i++)
    if (strcmp (o->calls[i].id, c->id) == 0)
      return i;
  return c->index;
}

char *
option_call (Options *o, const char *value)
{
  char word[4096];
  const char *p = value;
  if (o->n_calls == CALLS_MAX)
    return option_sentence ("--call: more than 64 links");
  Call *c = &o->calls[o->n_calls++];
  *c = (Call) { .share = 1, .times = 1, .keys = 100, .timeout_ns = 5 * TB_NS_PER_S, .qos = 1,
                .index = o->n_calls - 1 };
  if (!option_word (&p, c->id, sizeof c->id) || !option_word (&p, word, sizeof word))
    return option_sentence ("--call: an id and an address are needed, found “%s”", value);
  if (!call_url (c, word))
    return option_sentence ("--call %s: an address such as http://127.0.0.1:8080/ is needed, found “%s”",
                     c->id, value);
  while (option_word (&p, word, sizeof word))
    if (!call_option (c, word))
      return option_sentence ("--call %s: cannot read “%s”", c->id, word);
  if (c->method[0] == '\0')
    strcpy (c->method, c->op == TB_OP_READ ? "GET" : "POST");
  if (c->consume[0] != '\0')
    c->share = 0; /* no request makes it */
  c->link = link_of (o, c);
  char *wrong = check_call (c);
  if (wrong != NULL)
    return wrong;
  finish_undo (c);
  return option_at_end (p) ? NULL : option_sentence ("--call %s: a word is too long", c->id);
}
