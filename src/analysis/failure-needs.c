/* How many replicas of a component it takes: what its store's protocol says of who is left, and what a link says. */
#include "failure-private.h"

#include "tb-cap.h"

typedef struct
{
  TbCapStore store;
  gboolean read, write;
} Asking;

/* Whether the store answers all that it is asked when only those are left. */
static gboolean
answers (const Asking *a, guint64 members)
{
  const TbCapSide side = { members, members };
  for (int write = 0; write <= 1; write++)
    {
      TbCapSays says = { .answer = TB_CAP_YES };
      if (members == 0)
        return FALSE;
      if (write ? a->write : a->read)
        tb_cap_says (&a->store, &side, write, &says);
      if (says.answer != TB_CAP_YES && says.answer != TB_CAP_SOON)
        return FALSE;
    }
  return TRUE;
}

static guint64
all_but (guint n, guint without)
{
  guint64 all = n >= 64 ? ~G_GUINT64_CONSTANT (0) : (G_GUINT64_CONSTANT (1) << n) - 1;
  return without < n ? all & ~(G_GUINT64_CONSTANT (1) << without) : all;
}

/* The replica without which nothing works though it works without any other; G_MAXUINT: they are alike. */
static guint
special_of (const Asking *a)
{
  guint n = a->store.replicas, needed = 0, which = G_MAXUINT;
  for (guint i = 0; i < n; i++)
    if (!answers (a, all_but (n, i)))
      {
        needed++;
        which = i;
      }
  return needed == 1 && n > 1 ? which : G_MAXUINT;
}

/* The fewest that do, with the special one or without it, the others being those that stand first in the file: where a
 * key is kept by neighbours, those that are gone are neighbours, which is the worst. */
static guint
fewest (const Asking *a, guint special, gboolean with)
{
  guint64 members = with ? G_GUINT64_CONSTANT (1) << special : 0;
  guint many = with;
  if (answers (a, members))
    return 1;
  for (guint i = 0; i < a->store.replicas; i++)
    {
      if (i == special)
        continue;
      members |= G_GUINT64_CONSTANT (1) << i;
      many++;
      if (answers (a, members))
        return many;
    }
  return with ? a->store.replicas : TB_NEED_NEVER;
}

/* The table of protocols knows no more replicas than TB_CAP_REPLICAS_MAX; of more, as large a part. */
static guint
of_all (guint need, guint n)
{
  return need == TB_NEED_NEVER || n <= TB_CAP_REPLICAS_MAX
           ? need : (guint) (((guint64) need * n + TB_CAP_REPLICAS_MAX - 1) / TB_CAP_REPLICAS_MAX);
}

/* Of no store a read and a write miss two different replicas. */
guint
tb_failure_special (const TbElement *component)
{
  Asking reads = { .read = TRUE }, writes = { .write = TRUE };
  if (!tb_cap_store_of (component, &reads.store))
    return 0;
  writes.store = reads.store;
  guint of_reads = special_of (&reads), of_writes = special_of (&writes);
  return of_reads != G_MAXUINT ? of_reads : of_writes != G_MAXUINT ? of_writes : 0;
}

TbNeed
tb_failure_need_of_store (const TbElement *component, guint special, gboolean read, gboolean write)
{
  Asking a = { .read = read, .write = write };
  if (!tb_cap_store_of (component, &a.store) || a.store.protocol == TB_CAP_SINGLE || a.store.protocol == TB_CAP_APART)
    return (TbNeed){ 1, 1 };
  guint n = tb_component_replicas (component);
  return (TbNeed){ of_all (fewest (&a, special, TRUE), n), of_all (fewest (&a, special, FALSE), n) };
}

/* The kinds of operation the caller says it does over a link; where it says none, what the link says of its data: those
 * of a read run against the call. */
static void
operations_of (const TbElement *caller, const TbElement *link, gboolean *read, gboolean *write)
{
  const char *flow = tb_element_get (link, TB_PROP_FLOW);
  const TbElement *builtin = tb_element_child_of (caller, TB_KIND_BUILTIN);
  *read = *write = FALSE;
  for (guint i = 0; builtin != NULL && i < tb_element_n_children (builtin); i++)
    {
      const TbElement *call = tb_element_child (builtin, i);
      if (tb_element_kind (call) != TB_KIND_CALL || g_strcmp0 (tb_element_get (call, TB_PROP_LINK), tb_element_id (link)) != 0)
        continue;
      const char *op = tb_element_get (call, TB_PROP_OP);
      gboolean reads = g_strcmp0 (op, "read") == 0 || g_strcmp0 (op, "members") == 0;
      *read |= op == NULL || reads;
      *write |= op == NULL || !reads;
    }
  if (*read || *write)
    return;
  *read = g_strcmp0 (flow, "request") != 0;
  *write = g_strcmp0 (flow, "reply") != 0;
}

gboolean
tb_failure_need_of_link (const TbElement *caller, const TbElement *link, const TbElement *target, guint special, TbNeed *need)
{
  gboolean read, write;
  guint said = (guint) tb_element_get_integer (link, TB_PROP_NEEDS);
  if (tb_element_is_set (link, TB_PROP_NEEDS))
    {
      said = MIN (said, tb_component_replicas (target));
      *need = (TbNeed){ said, said };
      return said > 0;
    }
  if (g_strcmp0 (tb_element_get (link, TB_PROP_CALL), "async") == 0)
    return FALSE;
  operations_of (caller, link, &read, &write);
  *need = tb_failure_need_of_store (target, special, read, write);
  return TRUE;
}
