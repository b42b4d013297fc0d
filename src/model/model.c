/* The tree and its tables: putting elements in, taking them out, finding them. */
#include "model-private.h"

#include <string.h>

/* ---- Elements -------------------------------------------------------------------------------- */

gsize
tb_element_size (TbKind kind)
{
  return sizeof (TbElement) + tb_schema_kind (kind)->n_props * sizeof (char *);
}

TbElement *
tb_element_new (TbKind kind, TbUid uid)
{
  TbElement *element = g_malloc0 (tb_element_size (kind));
  element->kind = (guint16) kind;
  element->uid = uid;
  return element;
}

static void
clear_element (TbElement *element)
{
  guint n = tb_schema_kind ((TbKind) element->kind)->n_props;
  for (guint i = 0; i < n; i++)
    if (element->values[i] != NULL)
      g_ref_string_release (element->values[i]);
  tb_trivia_unref (element->trivia);
}

void
tb_element_free (TbElement *element)
{
  if (element == NULL)
    return;
  for (guint i = 0; i < element->n_children; i++)
    tb_element_free (element->children[i]);
  clear_element (element);
  g_free (element->children);
  g_free (element);
}

char *
tb_element_swap (TbElement *element, guint slot, char *value)
{
  char *old = element->values[slot];
  element->values[slot] = value;
  return old;
}

TbTrivia *
tb_element_trivia (TbElement *element)
{
  if (element->trivia == NULL)
    element->trivia = tb_trivia_new ();
  return element->trivia;
}

guint
tb_element_fit (const TbElement *parent, TbKind kind, guint before)
{
  guint position = MIN (before, parent->n_children);
  if (tb_schema_kind ((TbKind) parent->kind)->free_order)
    return position;
  while (position > 0 && parent->children[position - 1]->kind > kind)
    position--;
  while (position < parent->n_children && parent->children[position]->kind < kind)
    position++;
  return position;
}

/* Pre-order; NULL after the last below top. */
const TbElement *
tb_element_next (const TbElement *element, const TbElement *top)
{
  if (element->n_children > 0)
    return element->children[0];
  while (element != top)
    {
      const TbElement *parent = element->parent;
      if (element->position + 1 < parent->n_children)
        return parent->children[element->position + 1];
      element = parent;
    }
  return NULL;
}

static guint
depth_of (const TbElement *element)
{
  guint depth = 0;
  for (; element->parent != NULL; element = element->parent)
    depth++;
  return depth;
}

gboolean
tb_element_precedes (const TbElement *a, const TbElement *b)
{
  guint da = depth_of (a), db = depth_of (b);
  const TbElement *x = a, *y = b;
  for (guint i = db; i < da; i++)
    x = x->parent;
  for (guint i = da; i < db; i++)
    y = y->parent;
  if (x == y)
    return da < db;
  while (x->parent != y->parent)
    {
      x = x->parent;
      y = y->parent;
    }
  return x->position < y->position;
}

/* ---- Tables by kind -------------------------------------------------------------------------- */

/* Where element stands among the others of its kind, or would stand. */
static guint
table_search (const TbElementTable *table, const TbElement *element)
{
  guint low = 0, high = table->n;
  if (high > 0 && tb_element_precedes (table->items[high - 1], element))
    return high; /* reading a file appends */
  while (low < high)
    {
      guint middle = low + (high - low) / 2;
      if (tb_element_precedes (table->items[middle], element))
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

static void
array_insert (TbElement ***items, guint *n, guint *size, guint at, TbElement *element)
{
  if (*n == *size)
    {
      *size = MAX (4, *size * 2);
      *items = g_renew (TbElement *, *items, *size);
    }
  memmove (*items + at + 1, *items + at, (*n - at) * sizeof **items);
  (*items)[at] = element;
  ++*n;
}

static void
array_remove (TbElement **items, guint *n, guint at)
{
  --*n;
  memmove (items + at, items + at + 1, (*n - at) * sizeof *items);
}

static gboolean
is_looked_up (const TbElement *element)
{
  const TbKindSpec *spec = tb_schema_kind ((TbKind) element->kind);
  return spec->has_id && !spec->local_id;
}

static void
register_element (TbModel *model, TbElement *element)
{
  TbElementTable *table = &model->kinds[element->kind];
  array_insert (&table->items, &table->n, &table->size, table_search (table, element), element);
  if (element->uid >= model->uids_size)
    {
      guint size = MAX (64, MAX (element->uid + 1, model->uids_size * 2));
      model->by_uid = g_renew (TbElement *, model->by_uid, size);
      memset (model->by_uid + model->uids_size, 0,
              (size - model->uids_size) * sizeof *model->by_uid);
      model->uids_size = size;
    }
  model->by_uid[element->uid] = element;
  if (is_looked_up (element))
    tb_id_table_insert (&model->ids, tb_element_id (element), element->uid);
  model->n_elements++;
}

static void
unregister_element (TbModel *model, TbElement *element)
{
  TbElementTable *table = &model->kinds[element->kind];
  guint at = table_search (table, element);
  g_assert (table->items[at] == element);
  array_remove (table->items, &table->n, at);
  if (is_looked_up (element))
    tb_id_table_remove (&model->ids, model->by_uid, tb_element_id (element));
  model->by_uid[element->uid] = NULL;
  model->n_elements--;
}

static void
renumber (TbElement *parent, guint from)
{
  for (guint i = from; i < parent->n_children; i++)
    parent->children[i]->position = i;
}

void
tb_model_attach (TbModel *model, TbElement *element, TbElement *parent, guint position)
{
  g_assert (!model->frozen && element->parent == NULL);
  element->parent = parent;
  if (parent != NULL)
    {
      array_insert (&parent->children, &parent->n_children, &parent->children_size, position,
                    element);
      renumber (parent, position);
    }
  else
    model->root = element;
  for (const TbElement *e = element; e != NULL; e = tb_element_next (e, element))
    register_element (model, (TbElement *) e);
}

void
tb_model_detach (TbModel *model, TbElement *element)
{
  TbElement *parent = element->parent;
  g_assert (!model->frozen && parent != NULL);
  for (const TbElement *e = element; e != NULL; e = tb_element_next (e, element))
    unregister_element (model, (TbElement *) e);
  array_remove (parent->children, &parent->n_children, element->position);
  renumber (parent, element->position);
  element->parent = NULL;
  element->position = 0;
}

/* ---- Models ---------------------------------------------------------------------------------- */

TbModel *
tb_model_new (void)
{
  TbModel *model = g_new0 (TbModel, 1);
  g_atomic_ref_count_init (&model->references);
  model->n_uids = 1;
  return model;
}

TbModel *
tb_model_ref (const TbModel *model)
{
  TbModel *m = (TbModel *) model;
  g_atomic_ref_count_inc (&m->references);
  return m;
}

/* A snapshot's elements and tables lie in its arena. */
static void
free_frozen (TbModel *model)
{
  for (const TbElement *e = model->root; e != NULL; e = tb_element_next (e, model->root))
    clear_element ((TbElement *) e);
  g_free (model->arena);
}

static void
free_live (TbModel *model)
{
  tb_element_free (model->root);
  for (guint kind = 0; kind < TB_N_KINDS; kind++)
    g_free (model->kinds[kind].items);
  g_free (model->by_uid);
  g_free (model->ids.slots);
}

void
tb_model_unref (TbModel *model)
{
  if (model == NULL || !g_atomic_ref_count_dec (&model->references))
    return;
  if (model->frozen)
    free_frozen (model);
  else
    free_live (model);
  g_free (model);
}

TbUid
tb_model_new_uid (TbModel *model)
{
  return model->n_uids++;
}

const TbElement *
tb_model_root (const TbModel *model)
{
  return model->root;
}

const TbElement *
tb_model_get (const TbModel *model, TbUid uid)
{
  return uid < model->uids_size ? model->by_uid[uid] : NULL;
}

const TbElement *
tb_model_lookup (const TbModel *model, const char *id)
{
  TbUid uid = id != NULL ? tb_id_table_find (&model->ids, model->by_uid, id) : 0;
  return uid == 0 ? NULL : model->by_uid[uid];
}

guint
tb_model_count (const TbModel *model, TbKind kind)
{
  g_return_val_if_fail (kind < TB_N_KINDS, 0);
  return model->kinds[kind].n;
}

const TbElement *
tb_model_nth (const TbModel *model, TbKind kind, guint n)
{
  g_return_val_if_fail (kind < TB_N_KINDS && n < model->kinds[kind].n, NULL);
  return model->kinds[kind].items[n];
}
