/* Command lines of tierboard-node, as src/node/OPTIONS.md has them. */
#include "plan-private.h"

#include <signal.h>

/* Short, since it is our own program: it is ready within milliseconds, or something is wrong. */
#define READY_TIMEOUT_NS (10 * TB_NS_PER_S)
#define STOP_GRACE_NS (2 * TB_NS_PER_S)
/* A client that was just drawn should be seen, and not heat the machine. */
#define DEFAULT_THINK "exponential 100ms"
#define DEFAULT_CHECK "500ms"
#define DEFAULT_POOL "pool 16"
/* Seeds are written as numbers that every reader takes exactly. */
#define SEEDS (G_GUINT64_CONSTANT (1) << 53)

static void
add (GPtrArray *argv, const char *option, const char *value)
{
  g_ptr_array_add (argv, g_strdup (option));
  g_ptr_array_add (argv, g_strdup (value));
}

static void
add_property (GPtrArray *argv, const TbElement *element, TbProp prop, const char *option)
{
  const char *value = element ? tb_element_get (element, prop) : NULL;
  if (value != NULL)
    add (argv, option, value);
}

static void
append_property (GString *out, const TbElement *call, TbProp prop, const char *key)
{
  if (call != NULL && tb_element_is_set (call, prop))
    g_string_append_printf (out, " %s=%s", key, tb_element_get (call, prop));
}

/* How the caller chooses among the replicas: as the link says, unless clients are to stay with one. */
static const char *
balance_of (const TbPlanner *planner, const TbPlanLink *link)
{
  const TbPart *to = tb_planner_part (planner, link->to_component);
  const char *affinity = tb_element_get (to->element, TB_PROP_AFFINITY);
  if (link->balance == NULL || affinity == NULL || g_str_equal (affinity, "none"))
    return link->balance;
  return g_str_equal (affinity, "session") ? "sticky" : "address";
}

static void
append_link_keys (const TbPlanner *planner, GString *out, const TbPlanLink *link, const TbElement *call)
{
  char duration[32];
  if (link->timeout_ns > 0 && !(call && tb_element_is_set (call, TB_PROP_TIMEOUT)))
    {
      tb_duration_format (link->timeout_ns, duration, sizeof duration);
      g_string_append_printf (out, " timeout=%s", duration);
    }
  if (link->retries > 0)
    g_string_append_printf (out, " retries=%u", link->retries);
  if (link->balance != NULL)
    g_string_append_printf (out, " balance=%s", balance_of (planner, link));
  if (link->async)
    g_string_append (out, " async");
}

/* A path may not hold blanks: they separate the keys. */
static void
append_path (GString *out, const TbElement *call)
{
  const char *path = call ? tb_element_get (call, TB_PROP_PATH) : NULL;
  g_autofree char *escaped
    = path ? g_uri_escape_string (path, "/?&=:;,+!*'()@$[]%~", FALSE) : NULL;
  if (escaped == NULL || *escaped != '/')
    g_string_append_c (out, '/');
  if (escaped != NULL)
    g_string_append (out, escaped);
}

static const struct
{
  TbProp prop;
  const char *key;
} call_keys[] = {
  { TB_PROP_OP, "op" },         { TB_PROP_SHARE, "share" }, { TB_PROP_TIMES, "times" },
  { TB_PROP_METHOD, "method" }, { TB_PROP_BODY, "body" },   { TB_PROP_TIMEOUT, "timeout" },
  { TB_PROP_ORDER, "order" },   { TB_PROP_WHEN, "when" },   { TB_PROP_QOS, "qos" },
  { TB_PROP_UNDO, "undo" },
};

/* Whether a link to a broker is for messages that come: the call reads, or, where it does not say,
 * the link's data flow with the reply. */
static gboolean
takes_messages (const TbPart *part, const TbPlanLink *link, const TbElement *call)
{
  const char *op = call ? tb_element_get (call, TB_PROP_OP) : NULL;
  if (g_str_equal (part->node_kind, "client"))
    return FALSE;
  return op != NULL ? g_str_equal (op, "read") : link->takes;
}

/* The replicas share the messages, as of a queue, unless each is to get them all, as of a topic. */
static void
append_consume (GString *out, const TbPart *part, const TbPlanInstance *instance,
                const TbElement *call)
{
  const char *deliver = call ? tb_element_get (call, TB_PROP_DELIVER) : NULL;
  gboolean each = g_strcmp0 (deliver, "each") == 0;
  g_string_append_printf (out, " consume=%s", each ? instance->id : part->id);
}

/* What a store that is called over HTTP understands, as --call has it; NULL: not HTTP, or the call is a request like any, of a path. */
static const char *
api_of (const TbPart *to, const char *protocol, const TbElement *call)
{
  if (!g_str_equal (protocol, "http") || to->role != TB_ROLE_STORE)
    return NULL;
  if (to->template != NULL && g_str_equal (to->template->name, "etcd"))
    return "etcd";
  return call != NULL && tb_element_is_set (call, TB_PROP_OP) ? "keys" : NULL;
}

/* Lists, counters and sets are RESP's. */
static gboolean
check_op (const TbPlanner *planner, const TbPart *part, const TbPlanLink *link, const char *api, const TbElement *call,
          GError **error)
{
  const char *op = call != NULL ? tb_element_get (call, TB_PROP_OP) : NULL;
  gboolean plain = op == NULL || g_str_equal (op, "read") || g_str_equal (op, "write");
  if (plain || g_str_equal (link->protocol, "resp") || (g_strcmp0 (api, "etcd") == 0 && g_str_equal (op, "cas")))
    return TRUE;
  return tb_planner_fail (planner, call, TB_PLAN_ERROR_VALUE, error,
                          "%s cannot do “%s” over the link “%s”: a store that speaks resp can, etcd can read, write and cas, "
                          "and others are read and written", part->title, op, link->id);
}

static void
append_api (GString *out, const TbPart *to, const char *api)
{
  if (api == NULL)
    return;
  g_string_append_printf (out, " api=%s", api);
  const char *reads = to->params != NULL ? g_hash_table_lookup (to->params, "reads") : NULL;
  if (g_str_equal (api, "etcd") && g_strcmp0 (reads, "serializable") == 0)
    g_string_append (out, " reads=serializable");
}

static gboolean
add_call (const TbPlanner *planner, const TbPart *part, const TbPlanInstance *instance,
          const TbPlanLink *link, const TbElement *call, GPtrArray *argv, GError **error)
{
  static const char *const spoken[] = { "http", "resp", "mqtt", "rpc", NULL };
  const char *protocol = link->protocol;
  if (protocol == NULL || !g_strv_contains (spoken, protocol))
    return tb_planner_fail (planner, part->element, TB_PLAN_ERROR_VALUE, error,
                            "%s cannot call over the link “%s”: built-in parts speak http, rpc, resp and "
                            "mqtt, and its service speaks %s", part->title, link->id,
                            protocol ? protocol : "something unnamed");
  const TbPart *to = tb_planner_part (planner, link->to_component);
  const char *api = api_of (to, protocol, call);
  if (!check_op (planner, part, link, api, call, error))
    return FALSE;
  g_autoptr (GPtrArray) addresses = tb_planner_link_addresses (planner, link);
  g_autofree char *hosts = tb_plan_format_addresses (addresses, "%", ",");
  g_autoptr (GString) text = g_string_new (NULL);
  g_string_printf (text, "%s %s://%s", link->id, protocol, hosts);
  if (!g_str_equal (protocol, "resp"))
    append_path (text, call);
  for (gsize i = 0; i < G_N_ELEMENTS (call_keys); i++)
    append_property (text, call, call_keys[i].prop, call_keys[i].key);
  append_api (text, to, api);
  append_property (text, part->by, TB_PROP_KEYS, "keys");
  if (g_str_equal (protocol, "mqtt") && takes_messages (part, link, call))
    append_consume (text, part, instance, call);
  append_link_keys (planner, text, link, call);
  add (argv, "--call", text->str);
  return TRUE;
}

static const TbPlanLink *
link_of_call (const TbPart *part, const TbElement *call)
{
  const char *id = tb_element_get (call, TB_PROP_LINK);
  for (guint i = 0; id != NULL && i < part->links->len; i++)
    {
      const TbPlanLink *link = g_ptr_array_index (part->links, i);
      if (g_str_equal (link->id, id))
        return link;
    }
  return NULL;
}

/* The calls drawn; where none is, each link once for every request. */
static gboolean
add_calls (const TbPlanner *planner, const TbPart *part, const TbPlanInstance *instance,
           GPtrArray *argv, GError **error)
{
  gboolean any = FALSE;
  for (guint i = 0; part->by != NULL && i < tb_element_n_children (part->by); i++)
    {
      const TbElement *call = tb_element_child (part->by, i);
      if (tb_element_kind (call) != TB_KIND_CALL)
        continue;
      const TbPlanLink *link = link_of_call (part, call);
      const char *id = tb_element_get (call, TB_PROP_LINK);
      if (link == NULL)
        return tb_planner_fail (planner, call, TB_PLAN_ERROR_REFERENCE, error,
                                "%s calls over “%s”, which is no link of it", part->title,
                                id ? id : "");
      if (!add_call (planner, part, instance, link, call, argv, error))
        return FALSE;
      any = TRUE;
    }
  for (guint i = 0; !any && i < part->links->len; i++)
    if (!add_call (planner, part, instance, g_ptr_array_index (part->links, i), NULL, argv, error))
      return FALSE;
  return TRUE;
}

#define LOAD_OPTION "--load"

const char *
tb_plan_load_path (const TbPlanInstance *instance)
{
  for (guint i = 0; instance->builtin && instance->argv != NULL && instance->argv[i] != NULL; i++)
    if (g_str_equal (instance->argv[i], LOAD_OPTION))
      return instance->argv[i + 1];
  return NULL;
}

static void
add_client_options (const TbPart *part, const char *dir, GPtrArray *argv)
{
  g_autofree char *load = g_strconcat (dir, ".load", NULL);
  gboolean rate = part->by && tb_element_is_set (part->by, TB_PROP_RATE);
  gboolean think = part->by && tb_element_is_set (part->by, TB_PROP_THINK);
  if (rate)
    add (argv, "--rate", tb_element_get (part->by, TB_PROP_RATE));
  else
    add (argv, "--think", think ? tb_element_get (part->by, TB_PROP_THINK) : DEFAULT_THINK);
  add_property (argv, part->by, TB_PROP_REQUESTS, "--requests");
  add_property (argv, part->by, TB_PROP_DURATION, "--duration");
  add (argv, LOAD_OPTION, load);
}

/* What the drawing may say of a built-in part, and which of them take it. */
static const struct
{
  TbProp prop;
  const char *option, *kinds;
} server_options[] = {
  { TB_PROP_WORK, "--work", "server store cache balancer proxy mediator" },
  { TB_PROP_QUEUE, "--queue", "server store cache balancer proxy mediator" },
  { TB_PROP_SIZE, "--size", "server mediator" },
  { TB_PROP_CAPACITY, "--capacity", "cache proxy broker" },
  { TB_PROP_TTL, "--ttl", "cache proxy" },
};

static gboolean
is_of (const TbPart *part, const char *kinds)
{
  g_auto (GStrv) words = g_strsplit (kinds, " ", -1);
  return g_strv_contains ((const char *const *) words, part->node_kind);
}

/* A balancer asks its targets whether they are well: ours on a page that costs nothing. */
static void
add_check (const TbPlanner *planner, const TbPart *part, GPtrArray *argv)
{
  const char *every = part->by ? tb_element_get (part->by, TB_PROP_CHECK) : NULL;
  if (part->links->len == 0 || (every == NULL && !g_str_equal (part->node_kind, "balancer")))
    return;
  const TbPlanLink *link = g_ptr_array_index (part->links, 0);
  const TbPart *to = tb_planner_part (planner, link->to_component);
  g_autofree char *check = g_strdup_printf ("%s %s", every ? every : DEFAULT_CHECK,
                                            to->how == TB_PART_BUILTIN ? "/info" : "/");
  add (argv, "--check", check);
}

/* What passes requests on waits for others most of the time, so it does that for several at once. */
static void
add_threads (const TbPart *part, GPtrArray *argv)
{
  if (g_str_equal (part->node_kind, "broker")) /* it has one, whatever is drawn */
    return;
  if (tb_element_get (part->element, TB_PROP_THREADS) != NULL)
    add_property (argv, part->element, TB_PROP_THREADS, "--threads");
  else if (is_of (part, "balancer proxy mediator"))
    add (argv, "--threads", DEFAULT_POOL);
}

/* The addresses of all replicas, in the order of their numbers. */
static void
add_peers (const TbPlanner *planner, const TbPart *part, GPtrArray *argv)
{
  g_autoptr (GString) peers = g_string_new (NULL);
  for (guint i = 0; i < part->n; i++)
    {
      g_autofree char *host = tb_plan_address_text (tb_planner_instance (planner, part->first + i)->address);
      g_string_append_printf (peers, "%s%s:%u", i > 0 ? " " : "", host, tb_part_port (part, NULL)->port);
    }
  add (argv, "--peers", peers->str);
}

gboolean
tb_part_replicates (const TbPart *part)
{
  const char *replication = part->by ? tb_element_get (part->by, TB_PROP_REPLICATION) : NULL;
  return part->how == TB_PART_BUILTIN && replication != NULL && !g_str_equal (replication, "none")
         && g_strcmp0 (part->node_kind, "store") == 0 && part->n > 1;
}

/* Copies of a built-in store that agree: each is told of all, and what the drawing says of how. */
static void
add_replication (const TbPlanner *planner, const TbPart *part, const TbPlanInstance *instance, const char *dir,
                 GPtrArray *argv)
{
  if (!tb_part_replicates (part))
    return;
  g_autofree char *replica = g_strdup_printf ("%u", instance->replica);
  g_autofree char *quorum = g_strdup_printf ("%u %u %u", (guint) tb_element_get_integer (part->by, TB_PROP_N),
                                             (guint) tb_element_get_integer (part->by, TB_PROP_R),
                                             (guint) tb_element_get_integer (part->by, TB_PROP_W));
  add_property (argv, part->by, TB_PROP_REPLICATION, "--replication");
  add_property (argv, part->by, TB_PROP_READS, "--reads");
  add_property (argv, part->by, TB_PROP_FAILOVER, "--failover");
  add_property (argv, part->by, TB_PROP_READ_REPAIR, "--read-repair");
  add_peers (planner, part, argv);
  add (argv, "--replica", replica);
  add (argv, "--quorum", quorum);
  if (!tb_element_get_boolean (part->element, TB_PROP_DURABLE))
    add (argv, "--journal", dir);
}

static void
add_server_options (const TbPlanner *planner, const TbPart *part, const TbPlanInstance *instance,
                    const char *dir, GPtrArray *argv)
{
  g_autofree char *host = tb_plan_address_text (instance->address);
  g_autofree char *listen = g_strdup_printf ("%s:%u", host, tb_part_port (part, NULL)->port);
  add (argv, "--listen", listen);
  for (gsize i = 0; i < G_N_ELEMENTS (server_options); i++)
    if (is_of (part, server_options[i].kinds))
      add_property (argv, part->by, server_options[i].prop, server_options[i].option);
  if (is_of (part, "server mediator")
      && g_strcmp0 (tb_part_port (part, NULL)->protocol, "rpc") == 0)
    add (argv, "--speak", "rpc");
  if (is_of (part, "server mediator"))
    add_property (argv, part->element, TB_PROP_STATE, "--state");
  if (is_of (part, "balancer proxy"))
    add_check (planner, part, argv);
  if (is_of (part, "store broker") && tb_element_get_boolean (part->element, TB_PROP_DURABLE))
    add (argv, "--durable", dir);
  add_replication (planner, part, instance, dir, argv);
}

/* Replicas draw different numbers, and the same ones in every run of one seed. */
static void
add_seed (const TbPlanner *planner, const TbPart *part, const TbPlanInstance *instance,
          GPtrArray *argv)
{
  guint64 own = part->by ? (guint64) tb_element_get_integer (part->by, TB_PROP_SEED) : 0;
  guint64 seed = (planner->options->seed ^ own) + tb_hash_string (instance->id);
  g_autofree char *text = g_strdup_printf ("%" G_GUINT64_FORMAT, seed % SEEDS);
  add (argv, "--seed", text);
}

static gboolean
set_alive (const TbPlanner *planner, const TbPart *part, TbPlanInstance *instance, char *dir,
           GError **error)
{
  const TbScope scope = { .planner = planner, .part = part, .instance = instance, .dir = dir };
  const TbElement *alive = tb_element_child_of (part->element, TB_KIND_ALIVE);
  g_autoptr (GError) why = NULL;
  return tb_scope_set_alive (&scope, instance, &why)
         || tb_planner_fail (planner, alive, (TbPlanError) why->code, error, "%s: %s", part->title,
                             why->message);
}

/* What passes requests on does that byte for byte, in HTTP; where what it calls speaks another
 * language it has to understand them, as a server does. */
static const char *
node_kind_of (const TbPart *part)
{
  for (guint i = 0; i < part->links->len && is_of (part, "balancer proxy"); i++)
    {
      const TbPlanLink *link = g_ptr_array_index (part->links, i);
      if (link->protocol != NULL && !g_str_equal (link->protocol, "http"))
        return "server";
    }
  return part->node_kind;
}

gboolean
tb_planner_fill_builtin (TbPlanner *planner, const TbPart *drawn, TbPlanInstance *instance,
                         GError **error)
{
  TbPart own = *drawn, *part = &own;
  own.node_kind = node_kind_of (drawn);
  g_autoptr (GPtrArray) argv = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *dir = g_strdup_printf ("%s/%s-%u", planner->options->run_dir, part->id,
                                          instance->replica);
  g_ptr_array_add (argv, g_strdup (planner->options->node_program));
  g_ptr_array_add (argv, g_strdup (part->node_kind));
  add (argv, "--name", instance->id);
  add_threads (part, argv);
  if (g_str_equal (part->node_kind, "client"))
    add_client_options (part, dir, argv);
  else
    add_server_options (planner, part, instance, dir, argv);
  if (!tb_part_keeps_data (part) && !g_str_equal (part->node_kind, "broker")
      && !add_calls (planner, part, instance, argv, error))
    return FALSE;
  add_seed (planner, part, instance, argv);
  g_ptr_array_add (argv, NULL);
  instance->argv = (GStrv) g_ptr_array_steal (argv, NULL);
  instance->ready.kind = TB_PLAN_PROBE_NOTIFY;
  instance->ready.argument = g_strdup ("");
  instance->ready_timeout_ns = READY_TIMEOUT_NS;
  instance->stop_signal = SIGTERM;
  instance->stop_grace_ns = STOP_GRACE_NS;
  tb_part_set_restart (part, instance);
  return set_alive (planner, part, instance, dir, error);
}
