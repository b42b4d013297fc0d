/* What a view's file says of a link's way: a person's bends, glued sides, the label's place. */
#include "editor-private.h"

TbUid
tb_editor_find_route (TbEditor *editor, TbUid link)
{
  const TbModel *model = tb_editor_model (editor);
  const char *view_id = tb_scene_view_id (editor->scene);
  const TbElement *view = view_id ? tb_model_lookup (model, view_id) : NULL;
  const char *id = tb_element_id (tb_editor_element (editor, link));
  guint n = view ? tb_element_n_children (view) : 0;
  for (guint i = 0; i < n; i++)
    {
      const TbElement *route = tb_element_child (view, i);
      if (tb_element_kind (route) == TB_KIND_ROUTE
          && g_strcmp0 (tb_element_get (route, TB_PROP_OF), id) == 0)
        return tb_element_uid (route);
    }
  return 0;
}

TbUid
tb_editor_ensure_route (TbEditor *editor, TbUid link)
{
  TbUid view = tb_editor_ensure_view (editor), found = tb_editor_find_route (editor, link);
  if (found != 0)
    return found;
  g_autofree char *id = g_strdup (tb_element_id (tb_editor_element (editor, link)));
  TbUid route = tb_document_insert (editor->document, TB_KIND_ROUTE, NULL, view, G_MAXUINT);
  tb_editor_set_checked (editor, route, TB_PROP_OF, id);
  return route;
}

GArray *
tb_editor_bends (TbEditor *editor, TbUid link)
{
  GArray *bends = g_array_new (FALSE, FALSE, sizeof (TbPoint));
  const TbElement *route = tb_editor_element (editor, tb_editor_find_route (editor, link));
  for (guint i = 0; route != NULL && i < tb_element_n_children (route); i++)
    {
      const TbElement *bend = tb_element_child (route, i);
      TbPoint p = { tb_element_get_number (bend, TB_PROP_X),
                    tb_element_get_number (bend, TB_PROP_Y) };
      if (tb_element_kind (bend) == TB_KIND_BEND)
        g_array_append_val (bends, p);
    }
  return bends;
}

void
tb_editor_set_bends (TbEditor *editor, TbUid link, const TbPoint *points, guint n)
{
  TbUid route = n > 0 ? tb_editor_ensure_route (editor, link) : tb_editor_find_route (editor, link);
  if (route == 0)
    return;
  const TbElement *element = tb_editor_element (editor, route);
  for (guint i = tb_element_n_children (element); i-- > n;)
    tb_document_remove (editor->document, tb_element_uid (tb_element_child (element, i)));
  for (guint i = 0; i < n; i++)
    {
      TbUid bend = i < tb_element_n_children (element)
                       ? tb_element_uid (tb_element_child (element, i))
                       : tb_document_insert (editor->document, TB_KIND_BEND, NULL, route, G_MAXUINT);
      tb_editor_set_number (editor, bend, TB_PROP_X, points[i].x, 0.5);
      tb_editor_set_number (editor, bend, TB_PROP_Y, points[i].y, 0.5);
    }
  tb_editor_prune_route (editor, link);
}

void
tb_editor_prune_route (TbEditor *editor, TbUid link)
{
  TbUid uid = tb_editor_find_route (editor, link);
  const TbElement *route = tb_editor_element (editor, uid);
  const TbKindSpec *spec = tb_schema_kind (TB_KIND_ROUTE);
  if (route == NULL || tb_element_n_children (route) > 0)
    return;
  for (guint i = 0; i < spec->n_props; i++)
    if (spec->props[i].prop != TB_PROP_OF && tb_element_is_set (route, spec->props[i].prop))
      return;
  tb_document_remove (editor->document, uid);
}
