#include "outline-model.h"

struct _TbOutlineItem
{
  GObject parent;
  TbUid uid;
  guint depth;
};

G_DEFINE_FINAL_TYPE (TbOutlineItem, tb_outline_item, G_TYPE_OBJECT)

static void
tb_outline_item_class_init (TbOutlineItemClass *class)
{
}

static void
tb_outline_item_init (TbOutlineItem *self)
{
}

TbUid
tb_outline_item_uid (TbOutlineItem *item)
{
  return item->uid;
}

guint
tb_outline_item_depth (TbOutlineItem *item)
{
  return item->depth;
}

typedef struct
{
  TbUid uid;
  guint depth;
} Row;

struct _TbOutlineModel
{
  GObject parent;
  GArray *rows; /* of Row */
};

static GType
get_item_type (GListModel *list)
{
  return TB_TYPE_OUTLINE_ITEM;
}

static guint
get_n_items (GListModel *list)
{
  return TB_OUTLINE_MODEL (list)->rows->len;
}

static gpointer
get_item (GListModel *list, guint position)
{
  GArray *rows = TB_OUTLINE_MODEL (list)->rows;
  if (position >= rows->len)
    return NULL;
  TbOutlineItem *item = g_object_new (TB_TYPE_OUTLINE_ITEM, NULL);
  item->uid = g_array_index (rows, Row, position).uid;
  item->depth = g_array_index (rows, Row, position).depth;
  return item;
}

static void
list_model_init (GListModelInterface *interface)
{
  interface->get_item_type = get_item_type;
  interface->get_n_items = get_n_items;
  interface->get_item = get_item;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (TbOutlineModel, tb_outline_model, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_init))

static void
add_row (GArray *rows, const TbElement *element, guint depth)
{
  Row row = { tb_element_uid (element), depth };
  g_array_append_val (rows, row);
}

static void
add_components (GArray *rows, const TbModel *model, const TbElement *tier)
{
  guint n = tb_model_count (model, TB_KIND_COMPONENT);
  for (guint i = 0; i < n; i++)
    {
      const TbElement *component = tb_model_nth (model, TB_KIND_COMPONENT, i);
      if (tb_element_get_ref (model, component, TB_PROP_TIER) == tier)
        add_row (rows, component, tier ? 1 : 0);
    }
}

static void
add_all (GArray *rows, const TbModel *model, TbKind kind)
{
  guint n = tb_model_count (model, kind);
  for (guint i = 0; i < n; i++)
    {
      const TbElement *element = tb_model_nth (model, kind, i);
      add_row (rows, element, 0);
      if (kind == TB_KIND_TIER)
        add_components (rows, model, element);
    }
}

static GArray *
rows_of (const TbModel *model)
{
  static const TbKind kinds[] = { TB_KIND_LINK, TB_KIND_MIDDLEWARE, TB_KIND_LAYER, TB_KIND_GROUP,
                                  TB_KIND_NOTE };
  GArray *rows = g_array_new (FALSE, FALSE, sizeof (Row));
  if (!model)
    return rows;
  add_all (rows, model, TB_KIND_TIER);
  add_components (rows, model, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    add_all (rows, model, kinds[i]);
  return rows;
}

static gboolean
same (GArray *a, guint i, GArray *b, guint j)
{
  const Row *x = &g_array_index (a, Row, i), *y = &g_array_index (b, Row, j);
  return x->uid == y->uid && x->depth == y->depth;
}

void
tb_outline_model_update (TbOutlineModel *outline, const TbModel *model)
{
  g_autoptr (GArray) before = outline->rows;
  GArray *now = rows_of (model);
  guint head = 0, tail = 0, most = MIN (before->len, now->len);
  while (head < most && same (before, head, now, head))
    head++;
  while (tail < most - head && same (before, before->len - 1 - tail, now, now->len - 1 - tail))
    tail++;
  outline->rows = now;
  if (before->len != now->len || head + tail < now->len)
    g_list_model_items_changed (G_LIST_MODEL (outline), head, before->len - head - tail,
                                now->len - head - tail);
}

guint
tb_outline_model_find (TbOutlineModel *outline, TbUid uid)
{
  for (guint i = 0; uid && i < outline->rows->len; i++)
    if (g_array_index (outline->rows, Row, i).uid == uid)
      return i;
  return G_MAXUINT;
}

static void
tb_outline_model_finalize (GObject *object)
{
  g_array_unref (TB_OUTLINE_MODEL (object)->rows);
  G_OBJECT_CLASS (tb_outline_model_parent_class)->finalize (object);
}

static void
tb_outline_model_class_init (TbOutlineModelClass *class)
{
  G_OBJECT_CLASS (class)->finalize = tb_outline_model_finalize;
}

static void
tb_outline_model_init (TbOutlineModel *self)
{
  self->rows = g_array_new (FALSE, FALSE, sizeof (Row));
}

TbOutlineModel *
tb_outline_model_new (void)
{
  return g_object_new (TB_TYPE_OUTLINE_MODEL, NULL);
}
