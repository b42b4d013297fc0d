/* Finding rows of the schema table. Every lookup is O(1). */
#include "schema-private.h"

#include <string.h>

/* Names once, so that rows and lookups share them. */
#define X(name, attribute) static const char attribute_##name[] = attribute;
#include "schema-props.h"
#undef X

#include "schema-table.h"

static const char *const prop_names[TB_N_PROPS] = {
#define X(name, attribute) [TB_PROP_##name] = attribute_##name,
#include "schema-props.h"
#undef X
};

static const char *const role_names[TB_N_ROLES] = { "client",   "server", "store",
                                                    "cache",    "broker", "balancer",
                                                    "proxy",    "mediator", "external" };

G_STATIC_ASSERT (TB_N_KINDS <= 64);

/* slot + 1 of a property among its kind's rows; 0: the kind has no such property. */
static guint8 slots[TB_N_KINDS][TB_N_PROPS];
static guint8 text_slots[TB_N_KINDS];
static GHashTable *kinds_by_name, *props_by_name;

static void
index_kind (const TbKindSpec *spec)
{
  for (guint i = 0; i < spec->n_props; i++)
    {
      g_assert (slots[spec->kind][spec->props[i].prop] == 0);
      slots[spec->kind][spec->props[i].prop] = (guint8) (i + 1);
      if (spec->props[i].type == TB_TYPE_TEXT)
        text_slots[spec->kind] = (guint8) (i + 1);
    }
  /* tb_element_id() counts on it. */
  g_assert (!spec->has_id || spec->props[0].prop == TB_PROP_ID);
  g_hash_table_insert (kinds_by_name, (gpointer) spec->name, GUINT_TO_POINTER (spec->kind));
}

static void
build_index (void)
{
  static gsize done = 0;
  if (!g_once_init_enter (&done))
    return;
  kinds_by_name = g_hash_table_new (g_str_hash, g_str_equal);
  props_by_name = g_hash_table_new (g_str_hash, g_str_equal);
  for (guint kind = TB_KIND_NONE + 1; kind < TB_N_KINDS; kind++)
    index_kind (&kinds[kind]);
  for (guint prop = TB_PROP_NONE + 1; prop < TB_N_PROPS; prop++)
    g_hash_table_insert (props_by_name, (gpointer) prop_names[prop], GUINT_TO_POINTER (prop));
  g_once_init_leave (&done, 1);
}

const TbKindSpec *
tb_schema_kind (TbKind kind)
{
  g_return_val_if_fail (kind > TB_KIND_NONE && kind < TB_N_KINDS, NULL);
  return &kinds[kind];
}

TbKind
tb_schema_kind_from_name (const char *element)
{
  build_index ();
  return (TbKind) GPOINTER_TO_UINT (g_hash_table_lookup (kinds_by_name, element));
}

int
tb_schema_slot (TbKind kind, TbProp prop)
{
  build_index ();
  return (int) slots[kind][prop] - 1;
}

int
tb_schema_text_slot (TbKind kind)
{
  build_index ();
  return (int) text_slots[kind] - 1;
}

const TbPropSpec *
tb_schema_prop (TbKind kind, TbProp prop)
{
  g_return_val_if_fail (kind < TB_N_KINDS && prop < TB_N_PROPS, NULL);
  int slot = tb_schema_slot (kind, prop);
  return slot < 0 ? NULL : &kinds[kind].props[slot];
}

const TbPropSpec *
tb_schema_prop_from_name (TbKind kind, const char *attribute)
{
  build_index ();
  gpointer prop = g_hash_table_lookup (props_by_name, attribute);
  return prop == NULL ? NULL : tb_schema_prop (kind, (TbProp) GPOINTER_TO_UINT (prop));
}

gboolean
tb_schema_may_contain (TbKind parent, TbKind child)
{
  return (kinds[child].parents & (G_GUINT64_CONSTANT (1) << parent)) != 0;
}

const char *
tb_role_name (TbRole role)
{
  g_return_val_if_fail ((guint) role < TB_N_ROLES, NULL);
  return role_names[role];
}

TbRole
tb_role_from_name (const char *name)
{
  for (guint role = 0; name != NULL && role < TB_N_ROLES; role++)
    if (strcmp (role_names[role], name) == 0)
      return (TbRole) role;
  return TB_ROLE_SERVER;
}
