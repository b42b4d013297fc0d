/* Tidying: places are offered, and written only when they are taken. */
#include "editor-private.h"

#include <string.h>

/* ---- Which elements -------------------------------------------------------------------------- */

static gboolean
can_be_placed (TbEditor *editor, TbUid uid)
{
  TbItemKind kind;
  return tb_editor_bounds (editor, uid, &kind, NULL)
         && (kind == TB_ITEM_COMPONENT || kind == TB_ITEM_NOTE);
}

/* Selected cards and notes; of a selected container, what is in it. */
static GArray *
selected_cards (TbEditor *editor)
{
  GArray *uids = g_array_new (FALSE, FALSE, sizeof (TbUid));
  g_autoptr (GArray) moving = tb_editor_moving_set (editor);
  for (guint i = 0; i < moving->len; i++)
    {
      TbUid uid = g_array_index (moving, TbFrameRect, i).uid;
      if (can_be_placed (editor, uid))
        g_array_append_val (uids, uid);
    }
  return uids;
}

static gboolean
has_corner (const TbElement *place)
{
  return tb_element_kind (place) == TB_KIND_PLACE && tb_element_is_set (place, TB_PROP_X)
         && tb_element_is_set (place, TB_PROP_Y);
}

static GArray *
cards_without_place (TbEditor *editor)
{
  static const TbKind kinds[] = { TB_KIND_COMPONENT, TB_KIND_NOTE };
  const TbModel *model = tb_editor_model (editor);
  const char *view_id = tb_scene_view_id (editor->scene);
  const TbElement *view = view_id ? tb_model_lookup (model, view_id) : NULL;
  GArray *uids = g_array_new (FALSE, FALSE, sizeof (TbUid));
  g_autoptr (GHashTable) placed = g_hash_table_new (g_str_hash, g_str_equal);
  for (guint i = 0; view != NULL && i < tb_element_n_children (view); i++)
    if (has_corner (tb_element_child (view, i)))
      g_hash_table_add (placed, (gpointer) tb_element_get (tb_element_child (view, i), TB_PROP_OF));
  for (guint k = 0; k < G_N_ELEMENTS (kinds); k++)
    for (guint i = 0; i < tb_model_count (model, kinds[k]); i++)
      {
        const TbElement *element = tb_model_nth (model, kinds[k], i);
        TbUid uid = tb_element_uid (element);
        if (!g_hash_table_contains (placed, tb_element_id (element)) && can_be_placed (editor, uid))
          g_array_append_val (uids, uid);
      }
  return uids;
}

/* Is some of it chosen, and nothing of it left out? */
static gboolean
is_whole (TbEditor *editor, TbUid container, GHashTable *chosen)
{
  g_autoptr (GArray) along = tb_editor_moving_of (editor, &container, 1);
  guint cards = 0;
  for (guint i = 1; i < along->len; i++)
    {
      const TbFrameRect *f = &g_array_index (along, TbFrameRect, i);
      if (f->kind != TB_ITEM_COMPONENT)
        continue;
      if (!g_hash_table_contains (chosen, GUINT_TO_POINTER (f->uid)))
        return FALSE;
      cards++;
    }
  return cards > 0;
}

/* Containers that are tidied as a whole: those selected, or all where all is. A place and size of
 * their own would hold them where nothing is any more. */
static GArray *
hugging_containers (TbEditor *editor, const GArray *uids)
{
  static const TbKind kinds[] = { TB_KIND_LAYER, TB_KIND_TIER, TB_KIND_GROUP };
  const TbModel *model = tb_editor_model (editor);
  GArray *hugging = g_array_new (FALSE, FALSE, sizeof (TbUid));
  g_autoptr (GHashTable) chosen = g_hash_table_new (NULL, NULL);
  guint cards = 0;
  for (guint i = 0; i < uids->len; i++)
    g_hash_table_add (chosen, GUINT_TO_POINTER (g_array_index (uids, TbUid, i)));
  for (guint i = 0; i < tb_model_count (model, TB_KIND_COMPONENT); i++)
    {
      TbUid uid = tb_element_uid (tb_model_nth (model, TB_KIND_COMPONENT, i));
      cards += !g_hash_table_contains (chosen, GUINT_TO_POINTER (uid))
               && tb_editor_bounds (editor, uid, NULL, NULL);
    }
  for (guint k = 0; k < G_N_ELEMENTS (kinds); k++)
    for (guint i = 0; i < tb_model_count (model, kinds[k]); i++)
      {
        TbUid uid = tb_element_uid (tb_model_nth (model, kinds[k], i));
        if ((cards == 0 || tb_editor_is_selected (editor, uid)) && is_whole (editor, uid, chosen))
          g_array_append_val (hugging, uid);
      }
  return hugging;
}

/* ---- Offering -------------------------------------------------------------------------------- */

static gboolean
refuse (GError **error, const char *why)
{
  g_set_error_literal (error, TB_MODEL_ERROR, TB_MODEL_ERROR_VALUE, why);
  return FALSE;
}

static gboolean
changes_anything (TbEditor *editor, const GArray *places)
{
  for (guint i = 0; i < places->len; i++)
    {
      const TbPlacement *to = &g_array_index (places, TbPlacement, i);
      TbRect now;
      if (!tb_editor_bounds (editor, to->uid, NULL, &now) || now.x != to->rect.x
          || now.y != to->rect.y)
        return TRUE;
    }
  return FALSE;
}

gboolean
tb_editor_tidy_begin (TbEditor *editor, GError **error)
{
  tb_editor_cancel (editor);
  if (tb_editor_arranges_itself (editor))
    return refuse (error, "This view lays itself out");
  gboolean selected = editor->selection->len > 0;
  g_autoptr (GArray) uids = selected ? selected_cards (editor) : cards_without_place (editor);
  if (uids->len == 0)
    return refuse (error, selected ? "Nothing of that can be placed"
                                   : "Everything has its place: select what to tidy");
  g_autoptr (GArray) places = g_array_new (FALSE, FALSE, sizeof (TbPlacement));
  g_autoptr (GArray) hugging = hugging_containers (editor, uids);
  g_array_append_vals (uids, hugging->data, hugging->len);
  tb_place_tidy (tb_editor_model (editor), editor->view_id, (const TbUid *) (gpointer) uids->data,
                 uids->len, places);
  if (selected && !changes_anything (editor, places))
    return refuse (error, "That is tidy already");
  editor->tool.state = TB_TOOL_TIDYING;
  editor->tool.tidy = g_steal_pointer (&places);
  editor->tool.hugging = g_steal_pointer (&hugging);
  tb_editor_emit_gesture (editor);
  return TRUE;
}

const TbPlacement *
tb_editor_tidy_places (TbEditor *editor, guint *n)
{
  GArray *places = editor->tool.tidy;
  *n = places ? places->len : 0;
  return places ? (const TbPlacement *) (gpointer) places->data : NULL;
}

/* ---- Taking ---------------------------------------------------------------------------------- */

/* A way that was bent between two things says nothing once both have moved. */
static void
drop_bends (TbEditor *editor, GHashTable *moved)
{
  const TbModel *model = tb_editor_model (editor);
  g_autoptr (GArray) links = g_array_new (FALSE, FALSE, sizeof (TbUid));
  for (guint i = 0; i < tb_model_count (model, TB_KIND_ROUTE); i++)
    {
      const TbElement *link = tb_element_get_ref (model, tb_model_nth (model, TB_KIND_ROUTE, i),
                                                  TB_PROP_OF);
      const TbElement *from = link ? tb_element_get_ref (model, link, TB_PROP_FROM) : NULL;
      const TbElement *to = link ? tb_element_get_ref (model, link, TB_PROP_TO) : NULL;
      TbUid uid = link ? tb_element_uid (link) : 0;
      if (from && to && g_hash_table_contains (moved, GUINT_TO_POINTER (tb_element_uid (from)))
          && g_hash_table_contains (moved, GUINT_TO_POINTER (tb_element_uid (to))))
        g_array_append_val (links, uid);
    }
  for (guint i = 0; i < links->len; i++)
    tb_editor_set_bends (editor, g_array_index (links, TbUid, i), NULL, 0);
}

static char *
tidy_label (TbEditor *editor, const GArray *places)
{
  if (places->len == 1)
    return g_strdup_printf ("Tidy %s", tb_element_title (tb_editor_element (
                                           editor, g_array_index (places, TbPlacement, 0).uid)));
  return g_strdup_printf ("Tidy %u elements", places->len);
}

void
tb_editor_tidy_apply (TbEditor *editor)
{
  g_autoptr (GArray) tidy = g_steal_pointer (&editor->tool.tidy);
  g_autoptr (GArray) hugging = g_steal_pointer (&editor->tool.hugging);
  g_autoptr (GHashTable) moved = g_hash_table_new (NULL, NULL);
  TbPlaces places;
  g_return_if_fail (tidy != NULL);

  tb_tool_clear (&editor->tool);
  g_autofree char *label = tidy_label (editor, tidy);
  tb_document_begin (editor->document, label, NULL);
  tb_places_begin (&places, editor);
  tb_places_pin (&places);
  for (guint i = 0; i < tidy->len; i++)
    {
      const TbPlacement *to = &g_array_index (tidy, TbPlacement, i);
      tb_places_set (&places, to->uid, &to->rect, FALSE);
      g_hash_table_add (moved, GUINT_TO_POINTER (to->uid));
    }
  for (guint i = 0; i < hugging->len; i++)
    tb_places_forget (&places, g_array_index (hugging, TbUid, i));
  drop_bends (editor, moved);
  tb_places_end (&places);
  tb_document_commit (editor->document);
  tb_editor_emit_gesture (editor);
}
