/* Snapshots: the whole tree and its tables copied into one piece of memory; strings are shared. And
 * back: a live model of one. */
#include "model-private.h"

#include <string.h>

typedef struct
{
  char *next;
} Arena;

static void *
take (Arena *arena, gsize size)
{
  void *p = arena->next;
  arena->next += size;
  return p;
}

/* Every size in it is a multiple of a pointer's or lies at the end. */
static gsize
arena_size (const TbModel *model)
{
  gsize size = model->uids_size * sizeof (TbElement *) + model->ids.size * sizeof (TbIdSlot);
  for (guint kind = TB_KIND_NONE + 1; kind < TB_N_KINDS; kind++)
    size += model->kinds[kind].n * (tb_element_size ((TbKind) kind) + sizeof (TbElement *));
  return size + (model->n_elements - 1) * sizeof (TbElement *); /* all but the root are children */
}

static TbElement *
copy_element (Arena *arena, TbModel *copy, const TbElement *old)
{
  gsize size = tb_element_size ((TbKind) old->kind);
  guint n = tb_schema_kind ((TbKind) old->kind)->n_props;
  TbElement *element = take (arena, size);
  memcpy (element, old, size);
  for (guint i = 0; i < n; i++)
    if (element->values[i] != NULL)
      g_ref_string_acquire (element->values[i]);
  tb_trivia_ref (element->trivia);
  element->children = take (arena, old->n_children * sizeof (TbElement *));
  element->children_size = old->n_children;
  copy->by_uid[element->uid] = element;
  TbElementTable *table = &copy->kinds[element->kind];
  table->items[table->n++] = element;
  return element;
}

/* In document order, so that parents are there before children and tables come out sorted. */
static void
copy_tree (Arena *arena, TbModel *copy, const TbModel *model)
{
  for (const TbElement *old = model->root; old != NULL; old = tb_element_next (old, model->root))
    {
      TbElement *element = copy_element (arena, copy, old);
      if (old->parent == NULL)
        {
          copy->root = element;
          continue;
        }
      element->parent = copy->by_uid[old->parent->uid];
      element->parent->children[element->position] = element;
    }
}

TbModel *
tb_model_copy (const TbModel *model)
{
  TbModel *copy = tb_model_new ();
  gsize size = arena_size (model);
  Arena arena = { copy->arena = g_malloc (size) };
  copy->frozen = TRUE;
  copy->n_uids = model->n_uids;
  copy->n_elements = model->n_elements;
  copy->uids_size = model->uids_size;
  copy->by_uid = take (&arena, model->uids_size * sizeof (TbElement *));
  memset (copy->by_uid, 0, model->uids_size * sizeof (TbElement *));
  for (guint kind = TB_KIND_NONE + 1; kind < TB_N_KINDS; kind++)
    copy->kinds[kind].items = take (&arena, model->kinds[kind].n * sizeof (TbElement *));
  copy->ids = model->ids;
  copy->ids.slots = take (&arena, model->ids.size * sizeof (TbIdSlot));
  if (model->ids.size > 0)
    memcpy (copy->ids.slots, model->ids.slots, model->ids.size * sizeof (TbIdSlot));
  copy_tree (&arena, copy, model);
  g_assert (arena.next == (char *) copy->arena + size);
  return copy;
}

static TbElement *
thaw_element (const TbElement *old)
{
  TbElement *element = tb_element_new ((TbKind) old->kind, old->uid);
  guint n = tb_schema_kind ((TbKind) old->kind)->n_props;
  for (guint i = 0; i < n; i++)
    element->values[i] = old->values[i] != NULL ? g_ref_string_acquire (old->values[i]) : NULL;
  element->trivia = tb_trivia_ref (old->trivia);
  element->line = old->line;
  element->column = old->column;
  return element;
}

TbModel *
tb_model_thaw (const TbModel *model)
{
  TbModel *live = tb_model_new ();
  live->n_uids = model->n_uids;
  for (const TbElement *old = model->root; old != NULL; old = tb_element_next (old, model->root))
    {
      TbElement *parent = old->parent != NULL ? live->by_uid[old->parent->uid] : NULL;
      tb_model_attach (live, thaw_element (old), parent, parent != NULL ? parent->n_children : 0);
    }
  return live;
}
