/* Reading elements. */
#include "model-private.h"

#include <string.h>

#include "tb-base.h"

TbUid
tb_element_uid (const TbElement *element)
{
  return element->uid;
}

TbKind
tb_element_kind (const TbElement *element)
{
  return (TbKind) element->kind;
}

const char *
tb_element_id (const TbElement *element)
{
  return tb_schema_kind ((TbKind) element->kind)->has_id ? element->values[0] : NULL;
}

const TbElement *
tb_element_parent (const TbElement *element)
{
  return element->parent;
}

guint
tb_element_n_children (const TbElement *element)
{
  return element->n_children;
}

const TbElement *
tb_element_child (const TbElement *element, guint n)
{
  g_return_val_if_fail (n < element->n_children, NULL);
  return element->children[n];
}

guint
tb_element_position (const TbElement *element)
{
  return element->position;
}

const TbElement *
tb_element_child_of (const TbElement *element, TbKind kind)
{
  for (guint i = 0; i < element->n_children; i++)
    if (element->children[i]->kind == kind)
      return element->children[i];
  return NULL;
}

guint
tb_element_line (const TbElement *element)
{
  return element->line;
}

guint
tb_element_column (const TbElement *element)
{
  return element->column;
}

const char *
tb_element_get (const TbElement *element, TbProp prop)
{
  int slot = tb_schema_slot ((TbKind) element->kind, prop);
  if (slot < 0)
    return NULL;
  const char *value = element->values[slot];
  return value != NULL ? value : tb_schema_kind ((TbKind) element->kind)->props[slot].default_text;
}

gboolean
tb_element_is_set (const TbElement *element, TbProp prop)
{
  int slot = tb_schema_slot ((TbKind) element->kind, prop);
  return slot >= 0 && element->values[slot] != NULL;
}

gint64
tb_element_get_integer (const TbElement *element, TbProp prop)
{
  const char *text = tb_element_get (element, prop);
  return text == NULL ? 0 : g_ascii_strtoll (text, NULL, 10);
}

double
tb_element_get_number (const TbElement *element, TbProp prop)
{
  const char *text = tb_element_get (element, prop);
  return text == NULL ? 0 : g_ascii_strtod (text, NULL);
}

gboolean
tb_element_get_boolean (const TbElement *element, TbProp prop)
{
  return g_strcmp0 (tb_element_get (element, prop), "yes") == 0;
}

gint64
tb_element_get_ns (const TbElement *element, TbProp prop)
{
  const char *text = tb_element_get (element, prop);
  int64_t ns = 0;
  return text != NULL && tb_duration_parse (text, &ns, NULL) ? ns : 0;
}

double
tb_element_get_share (const TbElement *element, TbProp prop)
{
  const char *text = tb_element_get (element, prop);
  char *end = NULL;
  double value = text != NULL ? g_ascii_strtod (text, &end) : -1;
  if (text == NULL || end == text)
    return -1;
  if (strcmp (end, "%") == 0)
    value /= 100;
  else if (*end != '\0')
    return -1;
  return value >= 0 && value <= 1 ? value : -1;
}

gboolean
tb_element_has_tag (const TbElement *element, const char *tag)
{
  const char *tags = tb_element_get (element, TB_PROP_TAGS);
  return tags != NULL && tb_words_contain (tags, tag);
}

const TbElement *
tb_element_get_ref (const TbModel *model, const TbElement *element, TbProp prop)
{
  const TbPropSpec *spec = tb_schema_prop ((TbKind) element->kind, prop);
  const TbElement *target = spec != NULL ? tb_model_lookup (model, tb_element_get (element, prop))
                                         : NULL;
  if (target == NULL || (spec->ref_kinds & (G_GUINT64_CONSTANT (1) << target->kind)) == 0)
    return NULL;
  return target;
}

const char *
tb_element_title (const TbElement *element)
{
  const char *title = tb_element_get (element, TB_PROP_NAME);
  if (title == NULL || *title == '\0')
    title = tb_element_id (element);
  return title != NULL ? title : tb_schema_kind ((TbKind) element->kind)->label;
}

TbRole
tb_component_role (const TbElement *component)
{
  return tb_role_from_name (tb_element_get (component, TB_PROP_KIND));
}

guint
tb_component_replicas (const TbElement *component)
{
  return (guint) MAX (1, tb_element_get_integer (component, TB_PROP_REPLICAS));
}

const TbElement *
tb_link_service (const TbModel *model, const TbElement *link)
{
  const TbElement *target = tb_element_get_ref (model, link, TB_PROP_TO);
  const char *name = tb_element_get (link, TB_PROP_SERVICE);
  if (target == NULL || name == NULL)
    return target == NULL ? NULL : tb_element_child_of (target, TB_KIND_SERVICE);
  for (guint i = 0; i < target->n_children; i++)
    if (target->children[i]->kind == TB_KIND_SERVICE
        && g_strcmp0 (tb_element_get (target->children[i], TB_PROP_NAME), name) == 0)
      return target->children[i];
  return NULL;
}
