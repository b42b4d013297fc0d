/* Copies of the selected components and notes, with the links among them. Whatever refers to a
 * copied element refers to its copy; calls over links that were not copied are left out. */
#include "copies-private.h"

void
tb_copies_begin (TbCopies *copies, TbEditor *editor)
{
  copies->editor = editor;
  copies->ids = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
}

void
tb_copies_end (TbCopies *copies)
{
  g_clear_pointer (&copies->ids, g_hash_table_unref);
}

static const char *
copied_id (TbCopies *copies, const char *id)
{
  return id ? g_hash_table_lookup (copies->ids, id) : NULL;
}

static gboolean
may_copy (TbCopies *copies, const TbElement *child)
{
  return tb_element_kind (child) != TB_KIND_CALL
         || copied_id (copies, tb_element_get (child, TB_PROP_LINK)) != NULL;
}

static void
copy_props (TbCopies *copies, const TbElement *from, TbUid to)
{
  const TbKindSpec *spec = tb_schema_kind (tb_element_kind (from));
  for (guint i = 0; i < spec->n_props; i++)
    {
      const TbPropSpec *p = &spec->props[i];
      if (p->prop == TB_PROP_ID || !tb_element_is_set (from, p->prop))
        continue;
      const char *text = tb_element_get (from, p->prop);
      const char *renamed = p->type == TB_TYPE_REF ? copied_id (copies, text) : NULL;
      tb_editor_set_checked (copies->editor, to, p->prop, renamed ? renamed : text);
    }
}

void
tb_copies_children (TbCopies *copies, const TbElement *from, TbUid to)
{
  for (guint i = 0; i < tb_element_n_children (from); i++)
    {
      const TbElement *child = tb_element_child (from, i);
      if (!may_copy (copies, child))
        continue;
      TbUid uid = tb_document_insert (copies->editor->document, tb_element_kind (child), NULL, to,
                                      G_MAXUINT);
      copy_props (copies, child, uid);
      tb_copies_children (copies, child, uid);
    }
}

static char *
strip_number (const char *title)
{
  g_autoptr (GRegex) regex = g_regex_new (" [0-9]+$", 0, 0, NULL);
  return g_regex_replace_literal (regex, title, -1, 0, "", 0, NULL);
}

TbUid
tb_copies_top (TbCopies *copies, TbUid from)
{
  TbEditor *editor = copies->editor;
  const TbModel *model = tb_editor_model (editor);
  const TbElement *element = tb_editor_element (editor, from);
  TbKind kind = tb_element_kind (element);
  g_autofree char *base = strip_number (tb_element_title (element));
  g_autofree char *name = tb_editor_fresh_name (model, kind, base);
  g_autofree char *id = tb_model_make_id (model, kind, kind == TB_KIND_LINK ? "link" : name);
  TbUid uid = tb_document_insert (editor->document, kind, id,
                                  tb_element_uid (tb_model_root (model)),
                                  tb_editor_insert_position (editor, kind));
  g_hash_table_insert (copies->ids, g_strdup (tb_element_id (element)), g_steal_pointer (&id));
  copy_props (copies, element, uid);
  if (kind == TB_KIND_COMPONENT)
    tb_editor_set_checked (editor, uid, TB_PROP_NAME, name);
  return uid;
}

static void
copy_links (TbCopies *copies)
{
  const TbModel *model = tb_editor_model (copies->editor);
  guint n = tb_model_count (model, TB_KIND_LINK);
  g_autoptr (GArray) inner = g_array_new (FALSE, FALSE, sizeof (TbUid));
  for (guint i = 0; i < n; i++)
    {
      const TbElement *link = tb_model_nth (model, TB_KIND_LINK, i);
      TbUid uid = tb_element_uid (link);
      if (copied_id (copies, tb_element_get (link, TB_PROP_FROM))
          && copied_id (copies, tb_element_get (link, TB_PROP_TO)))
        g_array_append_val (inner, uid);
    }
  for (guint i = 0; i < inner->len; i++)
    tb_copies_top (copies, g_array_index (inner, TbUid, i));
}

/* Down and to the right, as far as it takes not to lie on another card. */
static TbRect
place_for (TbEditor *editor, const TbFrameRect *f)
{
  TbRect rect = { f->rect.x + 2 * TB_GRID, f->rect.y + 2 * TB_GRID, f->rect.width, f->rect.height };
  if (f->kind == TB_ITEM_COMPONENT && editor->selection->len == 1)
    {
      TbPoint at = tb_scene_free_place (editor->scene, rect.x + rect.width / 2,
                                        rect.y + rect.height / 2);
      rect.x = tb_editor_snap (at.x);
      rect.y = tb_editor_snap (at.y);
    }
  return rect;
}

static void
copy_all (TbEditor *editor, GArray *cards, GArray *made)
{
  TbCopies copies;
  TbPlaces places;

  tb_copies_begin (&copies, editor);
  tb_places_begin (&places, editor);
  tb_places_pin (&places);
  for (guint i = 0; i < cards->len; i++)
    {
      const TbFrameRect *f = &g_array_index (cards, TbFrameRect, i);
      TbRect rect = place_for (editor, f);
      TbUid uid = tb_copies_top (&copies, f->uid);
      tb_places_set (&places, uid, &rect, f->kind == TB_ITEM_NOTE);
      g_array_append_val (made, uid);
    }
  copy_links (&copies);
  /* Only now are all the new ids known that children may name. */
  for (guint i = 0; i < cards->len; i++)
    tb_copies_children (&copies,
                        tb_editor_element (editor, g_array_index (cards, TbFrameRect, i).uid),
                        g_array_index (made, TbUid, i));
  tb_places_end (&places);
  tb_copies_end (&copies);
}

void
tb_editor_duplicate (TbEditor *editor)
{
  g_autoptr (GArray) cards = g_array_new (FALSE, FALSE, sizeof (TbFrameRect));
  g_autoptr (GArray) made = g_array_new (FALSE, FALSE, sizeof (TbUid));
  for (guint i = 0; i < editor->selection->len; i++)
    {
      TbFrameRect f = { .uid = g_array_index (editor->selection, TbUid, i) };
      if (tb_editor_bounds (editor, f.uid, &f.kind, &f.rect)
          && (f.kind == TB_ITEM_COMPONENT || f.kind == TB_ITEM_NOTE))
        g_array_append_val (cards, f);
    }
  if (cards->len == 0)
    return;
  tb_document_begin (editor->document, "Duplicate", NULL);
  copy_all (editor, cards, made);
  tb_document_commit (editor->document);
  tb_editor_select (editor, (const TbUid *) (gpointer) made->data, made->len);
}
