/* From a drawn component to how its replicas agree. A template fixes that (etcd is Raft), a built-in store says
 * it by attributes. */
#include <string.h>

#include "tb-cap.h"

static const struct
{
  const char *name; /* as tb_replication_name() */
  TbCapProtocol protocol;
} words[] = {
  { "primary-sync", TB_CAP_PRIMARY }, { "primary-async", TB_CAP_PRIMARY }, { "chain", TB_CAP_CHAIN },
  { "quorum", TB_CAP_QUORUM },        { "raft", TB_CAP_RAFT },             { "gossip", TB_CAP_GOSSIP },
  { "crdt", TB_CAP_CRDT },            { "all", TB_CAP_ALL },
};

static TbCapProtocol
protocol_of (const char *word)
{
  for (gsize i = 0; word != NULL && i < G_N_ELEMENTS (words); i++)
    if (strcmp (word, words[i].name) == 0)
      return words[i].protocol;
  return TB_CAP_APART;
}

/* The same defaults as the store program's (tb_replica_defaults()). */
static void
set_quorum (TbCapStore *store, const TbElement *builtin)
{
  guint n = (guint) tb_element_get_integer (builtin, TB_PROP_N), r = (guint) tb_element_get_integer (builtin, TB_PROP_R),
        w = (guint) tb_element_get_integer (builtin, TB_PROP_W);
  store->copies = n == 0 || n > store->replicas ? store->replicas : n;
  guint majority = store->copies / 2 + 1;
  store->r = CLAMP (r == 0 ? majority : r, 1, store->copies);
  store->w = CLAMP (w == 0 ? majority : w, 1, store->copies);
  store->repairs = !tb_element_is_set (builtin, TB_PROP_READ_REPAIR) || tb_element_get_boolean (builtin, TB_PROP_READ_REPAIR);
}

static void
of_builtin (TbCapStore *store, const TbElement *builtin)
{
  const char *word = tb_element_get (builtin, TB_PROP_REPLICATION), *reads = tb_element_get (builtin, TB_PROP_READS);
  store->protocol = protocol_of (word);
  store->passes_on = store->protocol != TB_CAP_APART;
  if (store->protocol == TB_CAP_PRIMARY && strcmp (word, "primary-sync") == 0)
    store->waits = store->replicas - 1;
  store->failover = store->protocol == TB_CAP_PRIMARY && tb_element_get_boolean (builtin, TB_PROP_FAILOVER);
  store->reads_any = g_strcmp0 (reads, "any") == 0;
  if (store->protocol == TB_CAP_QUORUM)
    set_quorum (store, builtin);
}

static const char *
param (const TbElement *template, const char *name)
{
  for (guint i = 0; i < tb_element_n_children (template); i++)
    {
      const TbElement *child = tb_element_child (template, i);
      if (tb_element_kind (child) == TB_KIND_PARAM && g_strcmp0 (tb_element_get (child, TB_PROP_NAME), name) == 0)
        return tb_element_get (child, TB_PROP_VALUE);
    }
  return NULL;
}

static void
of_redis (TbCapStore *store, const TbElement *template)
{
  if (g_strcmp0 (param (template, "replication"), "primary-backup") == 0)
    store->protocol = TB_CAP_PRIMARY;
  store->reads_any = TRUE;
}

/* synchronous_standby_names='*': the first standby that has it is enough. */
static void
of_postgresql (TbCapStore *store, const TbElement *template)
{
  store->protocol = TB_CAP_PRIMARY;
  store->reads_any = TRUE;
  store->waits = g_strcmp0 (param (template, "synchronous"), "yes") == 0 ? 1 : 0;
}

static void
of_etcd (TbCapStore *store, const TbElement *template)
{
  store->protocol = TB_CAP_RAFT;
  store->reads_any = g_strcmp0 (param (template, "reads"), "serializable") == 0;
  store->passes_on = TRUE;
}

static void
of_memcached (TbCapStore *store, const TbElement *template G_GNUC_UNUSED)
{
  store->protocol = TB_CAP_APART;
}

static const struct
{
  const char *name, *title;
  void (*set) (TbCapStore *store, const TbElement *template);
} templates[] = {
  { "etcd", "etcd", of_etcd },
  { "redis", "Redis", of_redis },
  { "postgresql", "PostgreSQL", of_postgresql },
  { "memcached", "memcached", of_memcached },
};

static gboolean
of_template (TbCapStore *store, const TbElement *template)
{
  const char *name = tb_element_get (template, TB_PROP_NAME);
  for (gsize i = 0; i < G_N_ELEMENTS (templates); i++)
    if (g_strcmp0 (name, templates[i].name) == 0)
      {
        store->by = templates[i].title;
        templates[i].set (store, template);
        return TRUE;
      }
  return FALSE;
}

gboolean
tb_cap_store_of (const TbElement *component, TbCapStore *store)
{
  *store = (TbCapStore){ .protocol = TB_CAP_APART };
  if (tb_element_kind (component) != TB_KIND_COMPONENT)
    return FALSE;
  TbRole role = tb_component_role (component);
  if (role != TB_ROLE_STORE && role != TB_ROLE_CACHE)
    return FALSE;
  gint64 n = tb_element_get_integer (component, TB_PROP_REPLICAS);
  store->replicas = (guint) CLAMP (n, 1, TB_CAP_REPLICAS_MAX);
  const TbElement *template = tb_element_child_of (component, TB_KIND_TEMPLATE),
                  *builtin = tb_element_child_of (component, TB_KIND_BUILTIN);
  if (template != NULL ? !of_template (store, template) : tb_element_child_of (component, TB_KIND_COMMAND) != NULL)
    return FALSE;
  if (template == NULL && builtin != NULL && role == TB_ROLE_STORE)
    of_builtin (store, builtin);
  if (store->replicas == 1)
    store->protocol = TB_CAP_SINGLE;
  return TRUE;
}

static char *
way_text (const TbCapStore *store)
{
  const char *failover = store->failover ? ", with failover" : "", *any = store->reads_any ? ", any replica answers reads" : "";
  switch (store->protocol)
    {
    case TB_CAP_SINGLE:
      return g_strdup ("One copy");
    case TB_CAP_APART:
      return g_strdup ("Copies that know nothing of each other");
    case TB_CAP_PRIMARY:
      if (store->waits == 0)
        return g_strdup_printf ("Primary, asynchronous%s%s", failover, any);
      if (store->waits + 1 >= store->replicas)
        return g_strdup_printf ("Primary, synchronous%s%s", failover, any);
      return g_strdup_printf ("Primary, synchronous with %u of its backups%s%s", store->waits, failover, any);
    case TB_CAP_CHAIN:
      return g_strdup_printf ("Chain%s", any);
    case TB_CAP_QUORUM:
      return g_strdup_printf ("Quorum, N %u, R %u, W %u%s", store->copies, store->r, store->w,
                              store->repairs ? "" : ", without read repair");
    case TB_CAP_RAFT:
      return g_strdup_printf ("Raft%s", any);
    case TB_CAP_GOSSIP:
      return g_strdup ("Gossip, the last writer wins");
    case TB_CAP_CRDT:
      return g_strdup ("Gossip of values that merge (CRDT)");
    case TB_CAP_ALL:
    default:
      return g_strdup ("Write to all, read from any");
    }
}

char *
tb_cap_store_text (const TbCapStore *store)
{
  g_autofree char *way = way_text (store);
  if (store->by == NULL)
    return store->replicas == 1 ? g_steal_pointer (&way) : g_strdup_printf ("%s, %u replicas", way, store->replicas);
  return g_strdup_printf ("%s, by %s, %u replica%s", way, store->by, store->replicas, store->replicas == 1 ? "" : "s");
}
