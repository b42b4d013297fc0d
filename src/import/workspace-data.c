/* What we wrote into a workspace ourselves, and what became of it since: "tierboard.ATTRIBUTE" of an element,
 * "tierboard.KIND.N.ATTRIBUTE" of its Nth child, to any depth. Other tools may have put the members in another order,
 * taken elements away that are referred to, or added some: what no longer holds is told and left out. */
#include "workspace-private.h"

#include <stdlib.h>
#include <string.h>

#define PREFIX "tierboard."
#define DEPTH_MAX 8

typedef struct Node
{
  TbKind kind;
  guint n;          /* among its siblings */
  GPtrArray *names; /* attributes, and their values */
  GPtrArray *values;
  GPtrArray *children; /* of Node */
} Node;

typedef struct
{
  TbUid uid;
  guint line;
  Node *node;
} Data;

static void
node_free (gpointer data)
{
  Node *node = data;
  g_ptr_array_unref (node->names);
  g_ptr_array_unref (node->values);
  g_ptr_array_unref (node->children);
  g_free (node);
}

static Node *
node_new (TbKind kind, guint n)
{
  Node *node = g_new0 (Node, 1);
  node->kind = kind;
  node->n = n;
  node->names = g_ptr_array_new_with_free_func (g_free);
  node->values = g_ptr_array_new_with_free_func (g_free);
  node->children = g_ptr_array_new_with_free_func (node_free);
  return node;
}

static void
data_free (gpointer pointer)
{
  Data *data = pointer;
  node_free (data->node);
  g_free (data);
}

/* ---- Members to a tree -------------------------------------------------------------------------------- */

/* The members of one parent mostly come one behind the other, so the last child is looked at first. */
static Node *
child_of (Node *parent, TbKind kind, guint n)
{
  for (guint i = parent->children->len; i > 0; i--)
    {
      Node *child = parent->children->pdata[i - 1];
      if (child->kind == kind && child->n == n)
        return child;
    }
  Node *child = node_new (kind, n);
  g_ptr_array_add (parent->children, child);
  return child;
}

static void
add_member (Node *node, char **path, const char *value)
{
  for (guint depth = 0; path[0] != NULL && depth < DEPTH_MAX; depth++)
    {
      guint64 n = path[1] != NULL ? g_ascii_strtoull (path[1], NULL, 10) : 0;
      TbKind kind = tb_schema_kind_from_name (path[0]);
      if (path[1] == NULL)
        {
          g_ptr_array_add (node->names, g_strdup (path[0]));
          g_ptr_array_add (node->values, g_strdup (value));
          return;
        }
      if (kind == TB_KIND_NONE || n == 0 || n > G_MAXUINT)
        return;
      node = child_of (node, kind, (guint) n);
      path += 2;
    }
}

static int
by_number (gconstpointer a, gconstpointer b)
{
  const Node *x = *(Node *const *) a, *y = *(Node *const *) b;
  return x->n < y->n ? -1 : x->n > y->n;
}

static void
sort_children (Node *node)
{
  g_ptr_array_sort (node->children, by_number);
  for (guint i = 0; i < node->children->len; i++)
    sort_children (node->children->pdata[i]);
}

static Node *
read_tree (JsonObject *properties)
{
  Node *root = node_new (TB_KIND_NONE, 0);
  g_autoptr (GList) members = properties != NULL ? json_object_get_members (properties) : NULL;
  for (GList *l = members; l != NULL; l = l->next)
    {
      const char *value = tb_workspace_string (properties, l->data);
      if (value == NULL || !g_str_has_prefix (l->data, PREFIX))
        continue;
      g_auto (GStrv) path = g_strsplit ((char *) l->data + strlen (PREFIX), ".", -1);
      add_member (root, path, value);
    }
  sort_children (root);
  return root;
}

static const char *
value_of (const Node *node, const char *name)
{
  for (guint i = 0; i < node->names->len; i++)
    if (g_str_equal (node->names->pdata[i], name))
      return node->values->pdata[i];
  return NULL;
}

/* ---- The tree to elements ----------------------------------------------------------------------------- */

/* The same names as they are here, "" where one of them is gone. (transfer full) */
static char *
resolve (TbWorkspace *w, const char *refs)
{
  g_auto (GStrv) ids = g_strsplit (refs, " ", -1);
  GString *out = g_string_new (NULL);
  for (guint i = 0; ids[i] != NULL; i++)
    {
      TbUid uid = tb_build_find (w->b, ids[i]);
      const TbElement *element = uid != 0 ? tb_model_get (tb_build_model (w->b), uid) : NULL;
      if (element != NULL && tb_element_id (element) != NULL)
        g_string_append_printf (out, "%s%s", out->len ? " " : "", tb_element_id (element));
    }
  return g_string_free (out, FALSE);
}

static gboolean
is_reference (const TbPropSpec *spec)
{
  return spec->type == TB_TYPE_REF || spec->type == TB_TYPE_REFS;
}

/* What has a name of the format's own says only there that it is called otherwise by now. */
static gboolean
was_renamed (TbWorkspace *w, TbUid uid, TbProp prop, const char *value)
{
  const TbElement *element = tb_model_get (tb_build_model (w->b), uid);
  TbKind kind = tb_element_kind (element);
  gboolean native = kind == TB_KIND_COMPONENT || kind == TB_KIND_LINK || kind == TB_KIND_TIER || kind == TB_KIND_DEVICE
                    || kind == TB_KIND_VIEW;
  return prop == TB_PROP_NAME && native && g_strcmp0 (tb_element_title (element), value) != 0;
}

static void
set_attribute (TbWorkspace *w, TbUid uid, TbKind kind, const char *name, const char *value, guint line)
{
  const TbPropSpec *spec = tb_schema_prop_from_name (kind, name);
  if (spec == NULL)
    {
      if (!g_str_equal (name, "shift"))
        tb_build_drop (w->b, line, "the property %s%.60s means nothing here", PREFIX, name);
      return;
    }
  if (spec->prop == TB_PROP_ID || *value == '\0' || was_renamed (w, uid, spec->prop, value))
    return;
  g_autofree char *resolved = is_reference (spec) ? resolve (w, value) : NULL;
  if (resolved != NULL && *resolved == '\0')
    tb_build_drop (w->b, line, "%s is %.60s, which is gone", name, value);
  else
    tb_build_set (w->b, uid, spec->prop, resolved != NULL ? resolved : value, line);
}

/* Whether all that it must refer to is there. */
static gboolean
can_be (TbWorkspace *w, const Node *node, TbKind parent, guint line)
{
  const TbKindSpec *spec = tb_schema_kind (node->kind);
  if (!(spec->parents >> parent & 1))
    return FALSE;
  for (guint i = 0; i < spec->n_props; i++)
    {
      const char *value = value_of (node, spec->props[i].name);
      if (!spec->props[i].required || spec->props[i].prop == TB_PROP_ID)
        continue;
      g_autofree char *resolved = value != NULL && is_reference (&spec->props[i]) ? resolve (w, value) : NULL;
      gboolean valid = value != NULL && (resolved != NULL ? *resolved != '\0'
                                                          : tb_schema_validate (&spec->props[i], value, NULL));
      if (valid)
        continue;
      tb_build_drop (w->b, line, "a <%s>: its %s is missing or gone", spec->name, spec->props[i].name);
      return FALSE;
    }
  return TRUE;
}

static gboolean
has_sibling_called (TbWorkspace *w, TbUid parent, const char *id)
{
  const TbElement *element = tb_model_get (tb_build_model (w->b), parent);
  for (guint i = 0; i < tb_element_n_children (element); i++)
    if (g_strcmp0 (tb_element_id (tb_element_child (element, i)), id) == 0)
      return TRUE;
  return FALSE;
}

static TbUid
make_element (TbWorkspace *w, const Node *node, TbUid parent, guint line)
{
  const TbKindSpec *spec = tb_schema_kind (node->kind);
  const char *id = value_of (node, "id");
  if (!spec->has_id)
    return tb_build_child (w->b, node->kind, parent, line);
  if (spec->local_id && has_sibling_called (w, parent, id))
    return 0;
  return tb_build_element (w->b, node->kind, parent, id, NULL, line);
}

static void
apply (TbWorkspace *w, TbUid uid, const Node *node, guint line)
{
  TbKind kind = tb_element_kind (tb_model_get (tb_build_model (w->b), uid));
  for (guint i = 0; i < node->names->len; i++)
    set_attribute (w, uid, kind, node->names->pdata[i], node->values->pdata[i], line);
  for (guint i = 0; i < node->children->len; i++)
    {
      const Node *child = node->children->pdata[i];
      TbUid made = can_be (w, child, kind, line) ? make_element (w, child, uid, line) : 0;
      if (made != 0)
        apply (w, made, child, line);
    }
}

/* ---- In and out --------------------------------------------------------------------------------------- */

const char *
tb_workspace_own_id (JsonObject *object)
{
  const char *id = tb_workspace_string (tb_workspace_object (object, "properties"), PREFIX "id");
  return id != NULL && tb_id_is_valid (id) ? id : NULL;
}

static void
remember (TbWorkspace *w, TbUid uid, Node *node, guint line)
{
  Data *data = g_new0 (Data, 1);
  data->uid = uid;
  data->line = line;
  data->node = node;
  g_ptr_array_add (w->data, data);
}

void
tb_workspace_remember (TbWorkspace *w, TbUid uid, JsonObject *object)
{
  JsonObject *properties = tb_workspace_object (object, "properties");
  if (w->ours && uid != 0 && properties != NULL)
    remember (w, uid, read_tree (properties), tb_workspace_line (w, properties));
}

void
tb_workspace_begin_data (TbWorkspace *w, JsonObject *model)
{
  JsonObject *properties = tb_workspace_object (model, "properties");
  guint line = properties != NULL ? tb_workspace_line (w, properties) : 0;
  w->data = g_ptr_array_new_with_free_func (data_free);
  if (!w->ours)
    return;
  Node *root = read_tree (properties);
  g_ptr_array_set_free_func (root->children, NULL); /* they go, one way or the other */
  for (guint i = 0; i < root->children->len; i++)
    {
      Node *child = root->children->pdata[i];
      gboolean drawn = child->kind == TB_KIND_COMPONENT || child->kind == TB_KIND_LINK || child->kind == TB_KIND_VIEW;
      TbUid uid = !drawn && can_be (w, child, TB_KIND_ARCHITECTURE, line)
                    ? make_element (w, child, tb_build_root (w->b), line) : 0;
      if (uid != 0)
        remember (w, uid, child, line);
      else
        node_free (child);
    }
  g_ptr_array_set_size (root->children, 0);
  remember (w, tb_build_root (w->b), root, line);
}

void
tb_workspace_finish_data (TbWorkspace *w)
{
  for (guint i = 0; i < w->data->len; i++)
    {
      const Data *data = w->data->pdata[i];
      apply (w, data->uid, data->node, data->line);
    }
  g_ptr_array_set_size (w->data, 0);
}
