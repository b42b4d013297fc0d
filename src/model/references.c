/* What refers to what: deleting an element with all that cannot be without it. */
#include "document-private.h"

#include <string.h>

/* The ids of the elements that are to go. */
typedef struct
{
  GHashTable *ids;  /* of const char *, owned by the model */
  GHashTable *uids; /* of TbUid */
} Doomed;

static void
doom (Doomed *doomed, const TbElement *top)
{
  for (const TbElement *e = top; e != NULL; e = tb_element_next (e, top))
    {
      const TbKindSpec *spec = tb_schema_kind ((TbKind) e->kind);
      g_hash_table_add (doomed->uids, GUINT_TO_POINTER (e->uid));
      if (spec->has_id && !spec->local_id)
        g_hash_table_add (doomed->ids, (gpointer) e->values[0]);
    }
}

static gboolean
is_doomed (const Doomed *doomed, const TbElement *element)
{
  return g_hash_table_contains (doomed->uids, GUINT_TO_POINTER (element->uid));
}

/* "orders" of "orders/1": scenarios name parts of what goes. */
static gboolean
refers (const Doomed *doomed, const TbPropSpec *spec, const char *value)
{
  TbName name;
  if (value == NULL)
    return FALSE;
  if (spec->type == TB_TYPE_REF)
    return g_hash_table_contains (doomed->ids, value);
  return spec->type == TB_TYPE_NAME && tb_name_parse (value, &name, NULL)
         && g_hash_table_contains (doomed->ids, name.id);
}

/* Whether it cannot be without what it refers to: by a required property, or since all it says is
 * about a name that is gone. */
static gboolean
depends (const Doomed *doomed, const TbElement *element)
{
  const TbKindSpec *spec = tb_schema_kind ((TbKind) element->kind);
  for (guint i = 0; i < spec->n_props; i++)
    if ((spec->props[i].required || spec->props[i].type == TB_TYPE_NAME)
        && refers (doomed, &spec->props[i], element->values[i]))
      return TRUE;
  return FALSE;
}

/* To the fixed point: component → link → step, call, route … */
static void
doom_dependents (Doomed *doomed, const TbModel *model)
{
  gboolean more = TRUE;
  while (more)
    {
      more = FALSE;
      for (const TbElement *e = model->root; e != NULL; e = tb_element_next (e, model->root))
        if (!is_doomed (doomed, e) && depends (doomed, e))
          {
            doom (doomed, e);
            more = TRUE;
          }
    }
}

/* "a b c" without b; NULL where nothing is left. */
static char *
without_doomed (const Doomed *doomed, const char *ids)
{
  g_auto (GStrv) words = g_strsplit (ids, " ", -1);
  GString *out = g_string_new (NULL);
  for (guint i = 0; words[i] != NULL; i++)
    if (!g_hash_table_contains (doomed->ids, words[i]))
      g_string_append_printf (out, "%s%s", out->len > 0 ? " " : "", words[i]);
  return g_string_free (out, out->len == 0);
}

static void
unset_references (TbDocument *document, const Doomed *doomed, TbElement *element)
{
  const TbKindSpec *spec = tb_schema_kind ((TbKind) element->kind);
  for (guint i = 0; i < spec->n_props; i++)
    {
      const TbPropSpec *prop = &spec->props[i];
      if (refers (doomed, prop, element->values[i]))
        tb_document_set (document, element->uid, prop->prop, NULL, NULL);
      else if (prop->type == TB_TYPE_REFS && element->values[i] != NULL)
        {
          g_autofree char *rest = without_doomed (doomed, element->values[i]);
          if (g_strcmp0 (rest, element->values[i]) != 0)
            tb_document_set (document, element->uid, prop->prop, rest, NULL);
        }
    }
}

/* A property that names a sibling's or a called component's part by word, not by id. */
static void
unset_where_named (TbDocument *document, const TbElement *element, TbProp prop, const char *name)
{
  if (name != NULL && g_strcmp0 (tb_element_get (element, prop), name) == 0)
    tb_document_set (document, element->uid, prop, NULL, NULL);
}

static void
forget_phase (TbDocument *document, const TbElement *phase)
{
  const TbElement *scenario = phase->parent;
  for (guint i = 0; i < scenario->n_children; i++)
    if (scenario->children[i]->kind == TB_KIND_EXPECT)
      unset_where_named (document, scenario->children[i], TB_PROP_DURING, tb_element_id (phase));
}

static void
forget_service (TbDocument *document, const TbElement *service)
{
  const TbElementTable *links = &document->model->kinds[TB_KIND_LINK];
  for (guint i = 0; i < links->n; i++)
    if (g_strcmp0 (tb_element_get (links->items[i], TB_PROP_TO), tb_element_id (service->parent))
        == 0)
      unset_where_named (document, links->items[i], TB_PROP_SERVICE,
                         tb_element_get (service, TB_PROP_NAME));
}

/* Backwards, so that what stands behind need not be moved for each; whole subtrees at once. */
static void
remove_doomed (TbDocument *document, const Doomed *doomed)
{
  g_autoptr (GArray) tops = g_array_new (FALSE, FALSE, sizeof (TbUid));
  const TbElement *root = document->model->root;
  for (const TbElement *e = root; e != NULL; e = tb_element_next (e, root))
    if (is_doomed (doomed, e) && !is_doomed (doomed, e->parent))
      {
        g_array_append_val (tops, e->uid);
        if (e->kind == TB_KIND_PHASE)
          forget_phase (document, e);
        else if (e->kind == TB_KIND_SERVICE)
          forget_service (document, e);
      }
    else if (!is_doomed (doomed, e))
      unset_references (document, doomed, (TbElement *) e);
  for (guint i = tops->len; i > 0; i--)
    tb_document_remove (document, g_array_index (tops, TbUid, i - 1));
}

void
tb_document_delete_all (TbDocument *document, const TbUid *uids, guint n)
{
  g_return_if_fail (TB_IS_DOCUMENT (document) && tb_document_in_transaction (document));
  Doomed doomed = { g_hash_table_new (g_str_hash, g_str_equal), g_hash_table_new (NULL, NULL) };
  for (guint i = 0; i < n; i++)
    {
      const TbElement *element = tb_model_get (document->model, uids[i]);
      if (element != NULL && element->parent != NULL)
        doom (&doomed, element);
    }
  doom_dependents (&doomed, document->model);
  remove_doomed (document, &doomed);
  g_hash_table_unref (doomed.ids);
  g_hash_table_unref (doomed.uids);
}

void
tb_document_delete (TbDocument *document, TbUid uid)
{
  tb_document_delete_all (document, &uid, 1);
}
