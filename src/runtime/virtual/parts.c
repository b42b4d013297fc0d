/* From a plan to what can be simulated. It is read from the command lines of the processes, so that both are told the
 * same by a drawing. */
#include <string.h>

#include "virtual-private.h"

#define TIMEOUT_NS (5 * TB_NS_PER_S) /* tierboard-node's own defaults */
#define KEYS 100
#define THREADS_PER_REQUEST 8
#define HEARTBEAT_NS (50 * TB_NS_PER_MS)
#define ELECTION_NS (500 * TB_NS_PER_MS)

const char *
virtual_option (const TbPlanInstance *instance, const char *option)
{
  for (guint i = 0; instance->argv != NULL && instance->argv[i] != NULL && instance->argv[i + 1] != NULL; i++)
    if (g_str_equal (instance->argv[i], option))
      return instance->argv[i + 1];
  return NULL;
}

static const char *
kind_of (const TbPlanInstance *instance)
{
  return instance->builtin && instance->argv != NULL && instance->argv[0] != NULL && instance->argv[1] != NULL
           ? instance->argv[1] : "";
}

static gboolean
runs (const TbPlanInstance *instance)
{
  return !instance->removed && !instance->external;
}

static void leave_out (TbVirtual *v, const char *format, ...) G_GNUC_PRINTF (2, 3);

static void
leave_out (TbVirtual *v, const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  g_ptr_array_add (v->left_out, g_strdup_vprintf (format, arguments));
  va_end (arguments);
}

/* ---- Stores ------------------------------------------------------------------------------------------------------ */

static gboolean
read_replication (const char *word, TbReplication *replication)
{
  for (guint i = 0; i <= TB_REPLICATION_ALL; i++)
    if (g_str_equal (word, tb_replication_name ((TbReplication) i)))
      {
        *replication = (TbReplication) i;
        return tb_replica_is_built (*replication);
      }
  return FALSE;
}

/* The protocol's settings, as the store program has them. */
static gboolean
read_config (const TbPlanInstance *instance, TbReplicaConfig *c)
{
  static const char *const reads[] = { "leader", "any", "quorum" };
  const char *replication = virtual_option (instance, "--replication");
  const char *word = virtual_option (instance, "--reads"), *quorum = virtual_option (instance, "--quorum");
  *c = (TbReplicaConfig) { .heartbeat_ns = HEARTBEAT_NS, .election_ns = ELECTION_NS, .read_repair = TRUE };
  if (replication != NULL && !read_replication (replication, &c->replication))
    return FALSE;
  for (guint i = 0; word != NULL && i < G_N_ELEMENTS (reads); i++)
    if (g_str_equal (word, reads[i]))
      c->reads = (TbReads) i;
  c->failover = g_strcmp0 (virtual_option (instance, "--failover"), "yes") == 0;
  const char *repair = virtual_option (instance, "--read-repair");
  c->read_repair = repair == NULL || g_str_equal (repair, "yes");
  g_auto (GStrv) numbers = g_strsplit (quorum != NULL ? quorum : "0 0 0", " ", 3);
  if (g_strv_length (numbers) == 3)
    {
      c->copies = (guint) g_ascii_strtoull (numbers[0], NULL, 10);
      c->r = (guint) g_ascii_strtoull (numbers[1], NULL, 10);
      c->w = (guint) g_ascii_strtoull (numbers[2], NULL, 10);
    }
  return TRUE;
}

static void
add_store (TbVirtual *v, guint first)
{
  Store store = { .component = INSTANCE_AT (v, first)->component_id };
  guint all = 0;
  for (guint i = first; i < v->plan->instances->len; i++)
    {
      if (!runs (INSTANCE_AT (v, i)) || g_strcmp0 (INSTANCE_AT (v, i)->component_id, store.component) != 0)
        continue;
      if (all++ < TB_REPLICAS_MAX)
        store.instances[store.n++] = i;
    }
  if (store.n < 2)
    leave_out (v, "%s has one copy alone, and there is nothing for it to agree about", store.component);
  else if (all > TB_REPLICAS_MAX)
    leave_out (v, "%s has %u replicas, and in virtual time are at most %u", store.component, all, TB_REPLICAS_MAX);
  else if (!read_config (INSTANCE_AT (v, first), &store.config))
    leave_out (v, "%s keeps its copies the same in a way that is not known here", store.component);
  else
    {
      g_autofree char *link = g_strconcat (store.component, ".replicas", NULL);
      int index = tb_plan_find_link (v->plan, link);
      store.link = index >= 0 ? (guint) index : NOBODY;
      store.durable = virtual_option (INSTANCE_AT (v, first), "--durable") != NULL;
      store.config.n = store.n;
      tb_replica_defaults (&store.config);
      for (guint i = 0; i < store.n; i++)
        {
          v->store_of[store.instances[i]] = v->stores->len;
          v->replica_of[store.instances[i]] = i;
        }
      g_array_append_val (v->stores, store);
    }
}

/* ---- Callers ----------------------------------------------------------------------------------------------------- */

static void
read_number (const char *value, guint *number)
{
  *number = (guint) MIN (g_ascii_strtoull (value, NULL, 10), G_MAXINT);
}

static TbOpKind
op_of (const char *word)
{
  static const struct
  {
    const char *word;
    TbOpKind kind;
  } words[] = { { "read", TB_OP_READ }, { "write", TB_OP_WRITE }, { "cas", TB_OP_CAS }, { "add", TB_OP_ADD } };
  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    if (g_str_equal (word, words[i].word))
      return words[i].kind;
  return TB_N_OPS;
}

static Balance
balance_of (const char *word)
{
  return g_str_equal (word, "round-robin") || g_str_equal (word, "least-connections") ? BALANCE_ROUND_ROBIN
         : g_str_equal (word, "random") ? BALANCE_RANDOM
         : g_str_equal (word, "hash") ? BALANCE_KEY : BALANCE_CONNECTION;
}

/* "save resp://…,… op=write share=0.4 keys=20". FALSE: it is no call to a store that is simulated. */
static gboolean
read_call (const TbVirtual *v, const char *text, Call *call)
{
  g_auto (GStrv) words = g_strsplit (text, " ", -1);
  int link = words[0] != NULL ? tb_plan_find_link (v->plan, words[0]) : -1;
  if (link < 0 || LINK_AT (v, (guint) link)->to->len == 0 || words[1] == NULL || !g_str_has_prefix (words[1], "resp:"))
    return FALSE;
  *call = (Call) { .link = (guint) link, .share = 1, .timeout_ns = TIMEOUT_NS, .keys = KEYS, .kind = TB_OP_READ,
                   .store = v->store_of[g_array_index (LINK_AT (v, (guint) link)->to, guint, 0)] };
  for (guint i = 2; words[i] != NULL; i++)
    {
      const char *value = strchr (words[i], '=');
      if (value == NULL)
        continue;
      value++;
      if (g_str_has_prefix (words[i], "op="))
        call->kind = op_of (value);
      else if (g_str_has_prefix (words[i], "share="))
        tb_decimal_parse (value, &call->share);
      else if (g_str_has_prefix (words[i], "keys="))
        read_number (value, &call->keys);
      else if (g_str_has_prefix (words[i], "retries="))
        read_number (value, &call->retries);
      else if (g_str_has_prefix (words[i], "balance="))
        call->balance = balance_of (value);
      else if (g_str_has_prefix (words[i], "timeout="))
        tb_duration_parse (value, &call->timeout_ns, NULL);
    }
  call->keys = CLAMP (call->keys, 1, KEYS_MOST);
  return call->store != NOBODY && call->kind != TB_N_OPS;
}

static guint
threads_of (const TbPlanInstance *instance)
{
  const char *threads = virtual_option (instance, "--threads");
  guint n = 1;
  if (threads != NULL && g_str_has_prefix (threads, "pool "))
    read_number (threads + strlen ("pool "), &n);
  else if (g_strcmp0 (threads, "per-request") == 0)
    n = THREADS_PER_REQUEST;
  return CLAMP (n, 1, 1000);
}

static void
read_load (const TbPlanInstance *instance, Caller *caller)
{
  const char *rate = virtual_option (instance, "--rate"), *think = virtual_option (instance, "--think");
  caller->threads = threads_of (instance);
  if (rate != NULL)
    tb_decimal_parse (rate, &caller->rate);
  if (think == NULL || !tb_dist_parse (think, &caller->think))
    caller->think = (TbDist) { .kind = TB_DIST_EXPONENTIAL, .a_ns = 0 };
}

/* Who asks it does not ask a store: it asks as often as they do. */
static void
read_load_of_callers (TbVirtual *v, guint instance, Caller *caller)
{
  guint threads = 0, shared = 1;
  const TbPlanInstance *self = INSTANCE_AT (v, instance);
  for (guint i = 0; i < v->plan->links->len; i++)
    {
      const TbPlanLink *link = LINK_AT (v, i);
      if (g_strcmp0 (link->to_component, self->component_id) != 0 || link->link == 0)
        continue;
      shared = MAX (link->to->len, 1);
      for (guint k = 0; k < link->from->len; k++)
        {
          const TbPlanInstance *asks = INSTANCE_AT (v, g_array_index (link->from, guint, k));
          Caller one = { 0 };
          read_load (asks, &one);
          if (virtual_option (asks, "--think") != NULL)
            caller->think = one.think;
          caller->rate += one.rate;
          threads += one.threads;
        }
    }
  caller->rate /= shared;
  caller->threads = CLAMP ((threads + shared - 1) / shared, 1, 1000);
}

static void
add_caller (TbVirtual *v, guint i)
{
  const TbPlanInstance *instance = INSTANCE_AT (v, i);
  Caller caller = { .instance = i, .calls = EMPTY_ARRAY (Call) };
  for (guint k = 0; instance->argv != NULL && instance->argv[k] != NULL; k++)
    {
      Call call;
      if (g_str_equal (instance->argv[k], "--call") && instance->argv[k + 1] != NULL
          && read_call (v, instance->argv[k + 1], &call))
        g_array_append_val (caller.calls, call);
    }
  if (caller.calls->len == 0)
    {
      g_array_unref (caller.calls);
      return;
    }
  read_load (instance, &caller);
  if (!g_str_equal (kind_of (instance), "client"))
    {
      read_load_of_callers (v, i, &caller);
      if (instance->replica == 1)
        leave_out (v, "%s asks the store as often as those who call it would: its own threads and work are not simulated",
                   instance->component_id);
    }
  v->caller_of[i] = v->callers->len;
  g_array_append_val (v->callers, caller);
}

/* ---- All of it ---------------------------------------------------------------------------------------------------- */

static void
say_what_is_left_out (TbVirtual *v)
{
  for (guint i = 0; i < v->plan->instances->len; i++)
    {
      const TbPlanInstance *instance = INSTANCE_AT (v, i);
      const char *kind = kind_of (instance), *id = instance->component_id;
      if (instance->removed || instance->replica != 1 || v->store_of[i] != NOBODY || v->caller_of[i] != NOBODY
          || g_str_equal (kind, "store"))
        continue;
      if (instance->external)
        leave_out (v, "%s lies outside", id);
      else if (!instance->builtin)
        leave_out (v, "%s is a program of its own, and virtual time knows the built-in parts alone", id);
      else if (g_str_equal (kind, "client"))
        leave_out (v, "%s asks no store that is simulated", id);
      else
        leave_out (v, "%s is a %s that asks no store that is simulated", id, kind);
    }
}

static void
say_wants (TbVirtual *v)
{
  g_array_set_size (v->said, 0);
  for (guint i = 0; i < v->wants->len; i++)
    {
      const Want *want = &g_array_index (v->wants, Want, i);
      TbVirtualWant said = { want->row->that, STORE_AT (v, want->store)->component };
      g_array_append_val (v->said, said);
    }
}

const TbVirtualWant *
tb_virtual_wants (const TbVirtual *v, guint *n)
{
  *n = v->said->len;
  return (const TbVirtualWant *) (gconstpointer) v->said->data;
}

static void
want_what_is_promised (TbVirtual *v)
{
  for (guint i = 0; i < v->stores->len; i++)
    {
      TbReplication how = STORE_AT (v, i)->config.replication;
      gboolean weak = how == TB_REPLICATION_GOSSIP || how == TB_REPLICATION_CRDT;
      Want want = { i, tb_expectation (weak ? "converged" : "linearizable"), weak ? 0 : 1, G_MAXDOUBLE };
      g_array_append_val (v->wants, want);
    }
  say_wants (v);
}

static void
clear_caller (gpointer data)
{
  g_array_unref (((Caller *) data)->calls);
}

static guint *
nobodies (guint n)
{
  guint *of = g_new (guint, n + 1);
  for (guint i = 0; i <= n; i++)
    of[i] = NOBODY;
  return of;
}

static gboolean
is_first_store (const TbVirtual *v, guint i)
{
  const TbPlanInstance *instance = INSTANCE_AT (v, i);
  return runs (instance) && instance->replica == 1 && g_str_equal (kind_of (instance), "store");
}

TbVirtual *
tb_virtual_new (const TbPlan *plan, GError **error)
{
  g_autoptr (TbVirtual) v = g_new0 (TbVirtual, 1);
  guint n = plan->instances->len;
  v->plan = plan;
  v->stores = EMPTY_ARRAY (Store);
  v->callers = EMPTY_ARRAY (Caller);
  g_array_set_clear_func (v->callers, clear_caller);
  v->wants = EMPTY_ARRAY (Want);
  v->said = EMPTY_ARRAY (TbVirtualWant);
  v->left_out = g_ptr_array_new_with_free_func (g_free);
  v->store_of = nobodies (n);
  v->replica_of = nobodies (n);
  v->caller_of = nobodies (n);
  for (guint i = 0; i < n; i++)
    if (is_first_store (v, i))
      add_store (v, i);
  for (guint i = 0; i < n; i++)
    if (runs (INSTANCE_AT (v, i)) && INSTANCE_AT (v, i)->builtin && v->store_of[i] == NOBODY)
      add_caller (v, i);
  say_what_is_left_out (v);
  want_what_is_promised (v);
  if (v->stores->len > 0 && v->callers->len > 0)
    return g_steal_pointer (&v);
  g_set_error (error, TB_SESSION_ERROR, TB_SESSION_ERROR_PLAN, "nothing of it can run in virtual time: %s",
               v->stores->len == 0 ? "it has no built-in store with several copies"
                                   : "no built-in part asks its store");
  return NULL;
}

void
tb_virtual_free (TbVirtual *v)
{
  if (v == NULL)
    return;
  world_free (v->world);
  g_array_unref (v->stores);
  g_array_unref (v->callers);
  g_array_unref (v->wants);
  g_array_unref (v->said);
  g_ptr_array_unref (v->left_out);
  g_free (v->store_of);
  g_free (v->replica_of);
  g_free (v->caller_of);
  g_free (v);
}

const GPtrArray *
tb_virtual_left_out (const TbVirtual *v)
{
  return v->left_out;
}

char *
tb_virtual_words (const TbVirtual *v)
{
  GString *text = g_string_new (NULL);
  for (guint i = 0; i < v->stores->len; i++)
    g_string_append_printf (text, "%s%s (%u replicas, %s)", i > 0 ? ", " : "", STORE_AT (v, i)->component,
                            STORE_AT (v, i)->n, tb_replication_name (STORE_AT (v, i)->config.replication));
  g_string_append (text, " asked by ");
  const char *last = NULL;
  for (guint i = 0; i < v->callers->len; i++)
    {
      const char *id = INSTANCE_AT (v, CALLER_AT (v, i)->instance)->component_id;
      if (g_strcmp0 (id, last) != 0)
        g_string_append_printf (text, "%s%s", last != NULL ? ", " : "", id);
      last = id;
    }
  return g_string_free (text, FALSE);
}

void
tb_virtual_expect (TbVirtual *v, const GPtrArray *scenarios)
{
  g_autoptr (GArray) said = EMPTY_ARRAY (Want);
  for (guint i = 0; i < scenarios->len; i++)
    {
      const TbScenario *scenario = g_ptr_array_index (scenarios, i);
      for (guint k = 0; k < scenario->expects->len; k++)
        {
          const TbScenarioExpect *e = g_ptr_array_index (scenario->expects, k);
          for (guint s = 0; s < v->stores->len; s++)
            if (e->row->of == TB_OF_STORE && g_strcmp0 (e->of, STORE_AT (v, s)->component) == 0
                && !g_str_equal (e->row->that, "leader"))
              {
                Want want = { s, e->row, e->least, e->most };
                g_array_append_val (said, want);
              }
        }
    }
  for (guint s = 0; s < v->stores->len; s++)
    {
      gboolean any = FALSE;
      for (guint i = 0; i < said->len; i++)
        any |= g_array_index (said, Want, i).store == s;
      for (guint i = v->wants->len; any && i-- > 0;)
        if (g_array_index (v->wants, Want, i).store == s)
          g_array_remove_index (v->wants, i);
    }
  g_array_append_vals (v->wants, said->data, said->len);
  say_wants (v);
}
