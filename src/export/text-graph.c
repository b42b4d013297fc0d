#include "text-graph.h"

#include <string.h>

static gboolean
any_is_set (const TbModel *model, TbProp prop)
{
  for (guint i = 0; i < tb_model_count (model, TB_KIND_COMPONENT); i++)
    if (tb_element_is_set (tb_model_nth (model, TB_KIND_COMPONENT, i), prop))
      return TRUE;
  return FALSE;
}

TbKind
tb_graph_container (const TbModel *model)
{
  return any_is_set (model, TB_PROP_GROUP)   ? TB_KIND_GROUP
         : any_is_set (model, TB_PROP_TIER)  ? TB_KIND_TIER
         : any_is_set (model, TB_PROP_LAYER) ? TB_KIND_LAYER
                                             : TB_KIND_NONE;
}

TbProp
tb_graph_container_prop (TbKind container)
{
  return container == TB_KIND_GROUP   ? TB_PROP_GROUP
         : container == TB_KIND_TIER  ? TB_PROP_TIER
         : container == TB_KIND_LAYER ? TB_PROP_LAYER
                                      : TB_PROP_NONE;
}

void
tb_graph_indent (GString *out, guint depth)
{
  for (guint i = 0; i <= depth; i++)
    g_string_append (out, "  ");
}

/* ---- The tree -------------------------------------------------------------------------------- */

typedef struct
{
  GString *out;
  const TbModel *model;
  const TbGraphWriter *writer;
  TbKind container;
  GHashTable *members; /* uid of a container (0: none) → GPtrArray of components and containers in it */
} Tree;

/* The first layer of several: a file has a component once. */
static const TbElement *
container_of (const Tree *tree, const TbElement *element)
{
  TbProp prop = tb_element_kind (element) == TB_KIND_COMPONENT ? tb_graph_container_prop (tree->container)
                : tree->container == TB_KIND_GROUP             ? TB_PROP_PARENT
                                                               : TB_PROP_NONE;
  const char *ids = prop != TB_PROP_NONE ? tb_element_get (element, prop) : NULL;
  if (ids == NULL)
    return NULL;
  g_autofree char *first = g_strndup (ids, strcspn (ids, " "));
  const TbElement *found = tb_model_lookup (tree->model, first);
  return found != NULL && tb_element_kind (found) == tree->container ? found : NULL;
}

static void
file_members (Tree *tree, TbKind kind)
{
  for (guint i = 0; i < tb_model_count (tree->model, kind); i++)
    {
      const TbElement *element = tb_model_nth (tree->model, kind, i);
      const TbElement *in = container_of (tree, element);
      gpointer key = GUINT_TO_POINTER (in != NULL ? tb_element_uid (in) : 0);
      GPtrArray *list = g_hash_table_lookup (tree->members, key);
      if (list == NULL)
        g_hash_table_insert (tree->members, key, list = g_ptr_array_new ());
      g_ptr_array_add (list, (gpointer) element);
    }
}

static void
write_members (Tree *tree, TbUid of, guint depth)
{
  const GPtrArray *list = g_hash_table_lookup (tree->members, GUINT_TO_POINTER (of));
  for (guint i = 0; list != NULL && i < list->len; i++)
    {
      const TbElement *element = list->pdata[i];
      if (tb_element_kind (element) == TB_KIND_COMPONENT)
        tree->writer->component (tree->out, tree->model, element, depth);
      else
        {
          tree->writer->open (tree->out, element, depth);
          write_members (tree, tb_element_uid (element), depth + 1);
          tree->writer->close (tree->out, element, depth);
        }
    }
}

void
tb_graph_write (GString *out, const TbModel *model, const TbGraphWriter *writer)
{
  Tree tree = { out, model, writer, tb_graph_container (model),
                g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) g_ptr_array_unref) };
  if (tree.container != TB_KIND_NONE)
    file_members (&tree, tree.container);
  file_members (&tree, TB_KIND_COMPONENT);
  write_members (&tree, 0, 0);
  g_hash_table_unref (tree.members);
}

/* ---- What does not go along -------------------------------------------------------------------- */

/* A component in several layers is in a container once. */
static void
tell_layers (const TbModel *model, const TbExportOptions *options, const char *format)
{
  guint n = 0;
  for (guint i = 0; i < tb_model_count (model, TB_KIND_COMPONENT); i++)
    {
      const char *layers = tb_element_get (tb_model_nth (model, TB_KIND_COMPONENT, i), TB_PROP_LAYER);
      n += layers != NULL && strchr (layers, ' ') != NULL;
    }
  if (n > 0)
    tb_lost_add (options, 0, "%u component%s in several layers: only the first of them has a place in %s", n,
                 n == 1 ? " is" : "s are", format);
}

static void
tell_props (const TbModel *model, const TbExportOptions *options, const char *format, TbKind kind, const TbProp *held,
            TbProp more)
{
  g_autoptr (GArray) props = g_array_new (TRUE, FALSE, sizeof (TbProp));
  for (guint i = 0; held != NULL && held[i] != TB_PROP_NONE; i++)
    g_array_append_val (props, held[i]);
  g_array_append_val (props, more);
  tb_lost_props (model, options, format, kind, (const TbProp *) (const void *) props->data);
}

void
tb_graph_tell_lost (const TbModel *model, const TbExportOptions *options, const char *format, const TbProp *component,
                    const TbProp *link)
{
#define BIT(kind) (G_GUINT64_CONSTANT (1) << (kind))
  TbKind container = tb_graph_container (model);
  guint64 held = BIT (TB_KIND_ARCHITECTURE) | BIT (TB_KIND_COMPONENT) | BIT (TB_KIND_LINK);
  tb_lost_kinds (model, options, format, container != TB_KIND_NONE ? held | BIT (container) : held);
  tell_props (model, options, format, TB_KIND_ARCHITECTURE, NULL, TB_PROP_NONE);
  tell_props (model, options, format, TB_KIND_COMPONENT, component, tb_graph_container_prop (container));
  tell_props (model, options, format, TB_KIND_LINK, link, TB_PROP_NONE);
  if (container != TB_KIND_NONE)
    tell_props (model, options, format, container, NULL, TB_PROP_PARENT);
  if (container == TB_KIND_LAYER)
    tell_layers (model, options, format);
#undef BIT
}

/* ---- Words ----------------------------------------------------------------------------------- */

char *
tb_graph_word (const char *id, const char *const *reserved)
{
  char *word = g_strdelimit (g_strdup (id), "-", '_');
  if (!g_strv_contains (reserved, word) && !g_str_has_suffix (word, "_"))
    return word;
  g_autofree char *plain = word;
  return g_strconcat (plain, "_", NULL);
}

char *
tb_graph_quote (const char *text)
{
  GString *out = g_string_new ("\"");
  for (const char *p = text; *p != '\0'; p++)
    if (*p == '\n')
      g_string_append (out, "\\n");
    else
      {
        if (*p == '"' || *p == '\\')
          g_string_append_c (out, '\\');
        g_string_append_c (out, *p);
      }
  g_string_append_c (out, '"');
  return g_string_free (out, FALSE);
}

const char *
tb_graph_label (const TbElement *link)
{
  const char *name = tb_element_get (link, TB_PROP_NAME);
  return name != NULL ? name : tb_element_get (link, TB_PROP_CARRIES);
}
