/* What a drawn store says of how its replicas agree: which words mean something, and which contradict each other. */
#include "schema-private.h"
#include "validate-private.h"

#include <string.h>

/* The store program has room for so many (TB_REPLICAS_MAX there). */
#define REPLICAS_MAX 64

/* The words that only some ways of replicating know. */
static const struct
{
  TbProp prop;
  const char *replications;
} only_of[] = {
  { TB_PROP_READS, "primary-sync primary-async chain quorum raft gossip crdt all" },
  { TB_PROP_FAILOVER, "primary-sync primary-async" },
  { TB_PROP_N, "quorum" },
  { TB_PROP_R, "quorum" },
  { TB_PROP_W, "quorum" },
  { TB_PROP_READ_REPAIR, "quorum" },
};

static const char *
replication_of (const TbElement *builtin)
{
  const char *name = tb_element_get (builtin, TB_PROP_REPLICATION);
  return name != NULL ? name : "none";
}

gboolean
tb_builtin_means (const TbElement *builtin, TbProp prop)
{
  if (prop == TB_PROP_REPLICATION)
    return tb_component_role (builtin->parent) == TB_ROLE_STORE;
  for (gsize i = 0; i < G_N_ELEMENTS (only_of); i++)
    if (only_of[i].prop == prop)
      return tb_words_contain (only_of[i].replications, replication_of (builtin));
  return TRUE;
}

static void
check_words (TbValidation *validation, const TbElement *builtin)
{
  for (gsize i = 0; i < G_N_ELEMENTS (only_of); i++)
    if (tb_element_is_set (builtin, only_of[i].prop) && !tb_builtin_means (builtin, only_of[i].prop))
      tb_validation_add (validation, TB_SEVERITY_WARNING, "not-of-replication", builtin,
                         "%s means nothing where replication is %s: it is of %s",
                         tb_schema_prop (TB_KIND_BUILTIN, only_of[i].prop)->name, replication_of (builtin),
                         only_of[i].replications);
}

static void
check_quorum (TbValidation *validation, const TbElement *builtin, guint replicas)
{
  static const TbProp sizes[] = { TB_PROP_N, TB_PROP_R, TB_PROP_W };
  gint64 copies = tb_element_get_integer (builtin, TB_PROP_N);
  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      gint64 most = sizes[i] == TB_PROP_N || copies == 0 ? replicas : MIN (copies, replicas);
      gint64 size = tb_element_get_integer (builtin, sizes[i]);
      if (size > most)
        tb_validation_add (validation, TB_SEVERITY_ERROR, "quorum-too-large", builtin,
                           "%s is %d, but there are %d %s", tb_schema_prop (TB_KIND_BUILTIN, sizes[i])->name,
                           (int) size, (int) most, sizes[i] == TB_PROP_N ? "replicas" : "copies");
    }
}

void
tb_validate_replication (TbValidation *validation, const TbElement *builtin)
{
  const char *replication = replication_of (builtin);
  guint replicas = tb_component_replicas (builtin->parent);
  check_words (validation, builtin);
  if (strcmp (replication, "none") != 0 && replicas > REPLICAS_MAX)
    tb_validation_add (validation, TB_SEVERITY_ERROR, "too-many-copies", builtin,
                       "%u replicas that agree, expected at most %d", replicas, REPLICAS_MAX);
  if (strcmp (replication, "quorum") == 0)
    check_quorum (validation, builtin, replicas);
}
