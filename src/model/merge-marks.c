/* Conflicts: told to the caller, and marked in the file where they are. */
#include "conflict-private.h"
#include "merge-private.h"
#include "xml-private.h"

static void
append_optional (GString *out, const char *name, const char *value)
{
  if (value != NULL)
    tb_xml_append_attribute (out, name, value);
}

static const char *
property_word (const TbConflict *conflict, const TbElement *element)
{
  const TbPropSpec *spec = tb_schema_prop ((TbKind) element->kind, conflict->prop);
  if (spec != NULL && conflict->kind == TB_CONFLICT_VALUE)
    return spec->name;
  switch (conflict->kind)
    {
    case TB_CONFLICT_PLACE:
      return element->kind == TB_KIND_ROUTE && spec == NULL ? "bends"
             : spec == NULL                                ? "place"
             : conflict->prop == TB_PROP_WIDTH             ? "size"
             : conflict->prop == TB_PROP_X                 ? "position"
                                                           : spec->name;
    case TB_CONFLICT_CONTAINER:
      return "parent";
    case TB_CONFLICT_VALUE:
      return "foreign";
    case TB_CONFLICT_DELETED:
    case TB_CONFLICT_ADDED:
    case TB_CONFLICT_ORDER:
    default:
      return NULL;
    }
}

static char *
make_mark (const TbConflict *conflict, const TbElement *element, const char *extra)
{
  GString *mark = g_string_new ("<conflict");
  tb_xml_append_attribute (mark, "xmlns", TB_CONFLICT_NAMESPACE);
  append_optional (mark, "property", property_word (conflict, element));
  if (conflict->kind == TB_CONFLICT_DELETED)
    {
      tb_xml_append_attribute (mark, "deleted", conflict->ours == NULL ? "ours" : "theirs");
      append_optional (mark, "used-by", extra);
    }
  else if (conflict->kind == TB_CONFLICT_ADDED)
    tb_xml_append_attribute (mark, "added", "theirs");
  else
    {
      if (conflict->kind == TB_CONFLICT_ORDER)
        append_optional (mark, "order", extra);
      append_optional (mark, "base", conflict->base);
      append_optional (mark, "ours", conflict->ours);
      append_optional (mark, "theirs", conflict->theirs);
    }
  if (conflict->kind == TB_CONFLICT_ADDED)
    g_string_append_printf (mark, ">\n%s</conflict>", extra);
  else
    g_string_append (mark, "/>");
  return g_string_free (mark, FALSE);
}

/* Before its element; that of the whole, before which no element can stand, at its end. */
static void
put_mark (TbMerge *merge, TbUid uid, char *mark)
{
  const TbElement *element = tb_merge_now (merge, uid);
  TbTrivia *trivia = tb_trivia_copy (element->trivia);
  GPtrArray **lines = element->parent == NULL ? &trivia->end : &trivia->before;
  if (*lines == NULL)
    *lines = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (*lines, mark);
  tb_document_set_trivia (merge->document, uid, trivia);
  tb_trivia_unref (trivia);
}

void
tb_merge_conflict (TbMerge *merge, TbConflictKind kind, TbUid uid, TbProp prop, const char *base,
                   const char *ours, const char *theirs, const char *extra, char *message)
{
  TbConflict *conflict = g_new0 (TbConflict, 1);
  *conflict = (TbConflict){ kind, uid, prop, g_strdup (base), g_strdup (ours), g_strdup (theirs),
                            message };
  g_ptr_array_add (merge->conflicts, conflict);
  put_mark (merge, uid, make_mark (conflict, tb_merge_now (merge, uid), extra));
}

char *
tb_merge_title (const TbModel *model, const TbElement *element)
{
  static const TbProp names[] = { TB_PROP_NAME, TB_PROP_OF, TB_PROP_LINK, TB_PROP_REPLICA };
  const char *kind = tb_schema_kind ((TbKind) element->kind)->name;
  if (element->parent == NULL)
    return g_strdup ("architecture");
  if (tb_element_id (element) != NULL)
    return g_strdup_printf ("%s %s", kind, tb_element_id (element));
  const char *name = NULL;
  for (guint i = 0; i < G_N_ELEMENTS (names) && name == NULL; i++)
    name = tb_element_get (element, names[i]);
  g_autofree char *around = tb_merge_title (model, element->parent);
  return g_strdup_printf ("%s, %s%s%s", around, kind, name != NULL ? " " : "",
                          name != NULL ? name : "");
}
