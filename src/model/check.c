/* The invariants of model-private.h, walked. */
#include "model-private.h"

#include <string.h>

static void
check_place (const TbElement *element)
{
  const TbElement *parent = element->parent;
  g_assert (tb_schema_may_contain ((TbKind) parent->kind, (TbKind) element->kind)); /* 2 */
  g_assert (parent->children[element->position] == element);                        /* 3 */
  g_assert (element->position == 0
            || tb_schema_kind ((TbKind) parent->kind)->free_order
            || parent->children[element->position - 1]->kind <= element->kind); /* 4 */
  guint most = tb_schema_kind ((TbKind) element->kind)->max_in_parent;
  if (most == 1)
    g_assert (tb_element_child_of (parent, (TbKind) element->kind) == element); /* 2 */
}

static void
check_id (const TbModel *model, const TbElement *element)
{
  const TbKindSpec *spec = tb_schema_kind ((TbKind) element->kind);
  if (!spec->has_id)
    return;
  g_assert (tb_id_is_valid (element->values[0])); /* 8 */
  if (!spec->local_id)
    g_assert (tb_model_lookup (model, element->values[0]) == element); /* 7 */
}

static void
check_values (const TbElement *element)
{
  const TbKindSpec *spec = tb_schema_kind ((TbKind) element->kind);
  for (guint i = 0; i < spec->n_props; i++)
    if (element->values[i] != NULL)
      g_assert (tb_schema_validate (&spec->props[i], element->values[i], NULL)); /* 9 */
}

static void
check_tables (const TbModel *model)
{
  guint n = 0, n_ids = 0;
  for (guint kind = 0; kind < TB_N_KINDS; kind++)
    {
      const TbElementTable *table = &model->kinds[kind];
      for (guint i = 1; i < table->n; i++)
        g_assert (tb_element_precedes (table->items[i - 1], table->items[i])); /* 6 */
      n += table->n;
      if (table->n > 0 && tb_schema_kind ((TbKind) kind)->has_id
          && !tb_schema_kind ((TbKind) kind)->local_id)
        n_ids += table->n;
    }
  g_assert (n == model->n_elements);   /* 6 */
  g_assert (n_ids == model->ids.n);    /* 7 */
  guint n_uids = 0;
  for (guint uid = 0; uid < model->uids_size; uid++)
    n_uids += model->by_uid[uid] != NULL;
  g_assert (n_uids == model->n_elements); /* 5 */
}

void
tb_model_check (const TbModel *model)
{
  guint n = 0;
  g_assert (model->root->kind == TB_KIND_ARCHITECTURE && model->root->parent == NULL); /* 1 */
  for (const TbElement *e = model->root; e != NULL; e = tb_element_next (e, model->root), n++)
    {
      g_assert (model->by_uid[e->uid] == e); /* 5 */
      if (e->parent != NULL)
        check_place (e);
      else
        g_assert (e == model->root);
      check_id (model, e);
      check_values (e);
    }
  g_assert (n == model->n_elements); /* 6 */
  check_tables (model);
}
