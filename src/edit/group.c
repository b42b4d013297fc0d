/* Groups: made of the selection, nested by parent=, and taken apart again. */
#include "editor-private.h"

static const TbElement *
selected (TbEditor *editor, guint i)
{
  return tb_editor_element (editor, g_array_index (editor->selection, TbUid, i));
}

/* What says which group an element of that kind lies in; NONE: it lies in none. */
static TbProp
home_prop (const TbElement *element)
{
  TbKind kind = element ? tb_element_kind (element) : TB_KIND_NONE;
  return kind == TB_KIND_COMPONENT ? TB_PROP_GROUP
         : kind == TB_KIND_GROUP   ? TB_PROP_PARENT
                                   : TB_PROP_NONE;
}

/* Whether a group around it is selected, too: then it goes where that goes. */
static gboolean
is_carried (TbEditor *editor, const TbElement *element)
{
  const TbModel *model = tb_editor_model (editor);
  const TbElement *group = tb_element_get_ref (model, element, home_prop (element));
  for (guint n = tb_model_count (model, TB_KIND_GROUP); group != NULL && n > 0; n--)
    {
      if (tb_editor_is_selected (editor, tb_element_uid (group)))
        return TRUE;
      group = tb_element_get_ref (model, group, TB_PROP_PARENT);
    }
  return FALSE;
}

static gboolean
takes_part (TbEditor *editor, const TbElement *element)
{
  return home_prop (element) != TB_PROP_NONE && !is_carried (editor, element);
}

static gboolean
can_group (TbEditor *editor)
{
  for (guint i = 0; i < editor->selection->len; i++)
    if (home_prop (selected (editor, i)) != TB_PROP_NONE)
      return TRUE;
  return FALSE;
}

static gboolean
can_ungroup (TbEditor *editor)
{
  for (guint i = 0; i < editor->selection->len; i++)
    {
      const TbElement *e = selected (editor, i);
      if (e != NULL
          && (tb_element_kind (e) == TB_KIND_GROUP
              || (tb_element_kind (e) == TB_KIND_COMPONENT && tb_element_is_set (e, TB_PROP_GROUP))))
        return TRUE;
    }
  return FALSE;
}

/* The group all of them lie in; NULL where they lie in several or none. */
static const char *
common_home (TbEditor *editor)
{
  const char *home = NULL;
  gboolean first = TRUE;
  for (guint i = 0; i < editor->selection->len; i++)
    {
      const TbElement *e = selected (editor, i);
      if (!takes_part (editor, e))
        continue;
      const char *own = tb_element_get (e, home_prop (e));
      if (!first && g_strcmp0 (own, home) != 0)
        return NULL;
      home = own;
      first = FALSE;
    }
  return home;
}

/* Before anything is inserted: the new group would count as a home. */
static GArray *
parts (TbEditor *editor)
{
  GArray *uids = g_array_new (FALSE, FALSE, sizeof (TbUid));
  for (guint i = 0; i < editor->selection->len; i++)
    if (takes_part (editor, selected (editor, i)))
      g_array_append_val (uids, g_array_index (editor->selection, TbUid, i));
  return uids;
}

static TbUid
insert_group (TbEditor *editor, const char *parent)
{
  const TbModel *model = tb_editor_model (editor);
  g_autofree char *name = tb_editor_fresh_name (model, TB_KIND_GROUP, "Group");
  g_autofree char *id = tb_model_make_id (model, TB_KIND_GROUP, name);
  TbUid uid = tb_document_insert (editor->document, TB_KIND_GROUP, id,
                                  tb_element_uid (tb_model_root (model)),
                                  tb_editor_insert_position (editor, TB_KIND_GROUP));
  tb_editor_set_checked (editor, uid, TB_PROP_NAME, name);
  if (parent != NULL)
    tb_editor_set_checked (editor, uid, TB_PROP_PARENT, parent);
  return uid;
}

/* A view that frames tiers and layers, of which there are none, loses nothing by framing groups. */
static void
frame_groups (TbEditor *editor)
{
  const TbModel *model = tb_editor_model (editor);
  if (tb_model_count (model, TB_KIND_TIER) + tb_model_count (model, TB_KIND_LAYER) > 0)
    return;
  TbUid view = tb_editor_ensure_view (editor);
  if (g_strcmp0 (tb_element_get (tb_editor_element (editor, view), TB_PROP_FRAME), "groups") != 0)
    tb_editor_set_checked (editor, view, TB_PROP_FRAME, "groups");
}

static void
run_group (TbEditor *editor)
{
  g_autoptr (GArray) members = parts (editor);
  TbPlaces places;
  tb_document_begin (editor->document, "Group", NULL);
  tb_places_begin (&places, editor);
  tb_places_pin (&places);
  tb_places_end (&places);
  TbUid group = insert_group (editor, common_home (editor));
  const char *id = tb_element_id (tb_editor_element (editor, group));
  for (guint i = 0; i < members->len; i++)
    {
      const TbElement *e = tb_editor_element (editor, g_array_index (members, TbUid, i));
      tb_editor_set_checked (editor, tb_element_uid (e), home_prop (e), id);
    }
  frame_groups (editor);
  tb_document_commit (editor->document);
  if (tb_editor_bounds (editor, group, NULL, NULL))
    tb_editor_select_one (editor, group);
  else
    tb_editor_message (editor, "%s holds %u %s. This view frames no groups: it shows them as marks "
                       "on the cards.", tb_element_title (tb_editor_element (editor, group)),
                       members->len, members->len == 1 ? "element" : "elements");
}

/* ---- Apart ----------------------------------------------------------------------------------- */

static void
move_to (TbEditor *editor, TbUid uid, TbProp prop, const char *group)
{
  g_autofree char *kept = g_strdup (group);
  tb_document_set (editor->document, uid, prop, kept, NULL);
}

/* Its members come to lie where it lay. */
static void
dissolve (TbEditor *editor, TbUid uid, GArray *freed)
{
  static const struct
  {
    TbKind kind;
    TbProp prop;
  } members[] = { { TB_KIND_COMPONENT, TB_PROP_GROUP }, { TB_KIND_GROUP, TB_PROP_PARENT } };
  const TbModel *model = tb_editor_model (editor);
  const TbElement *group = tb_editor_element (editor, uid);
  const char *id = tb_element_id (group), *outer = tb_element_get (group, TB_PROP_PARENT);
  for (guint k = 0; k < G_N_ELEMENTS (members); k++)
    for (guint i = 0; i < tb_model_count (model, members[k].kind); i++)
      {
        const TbElement *e = tb_model_nth (model, members[k].kind, i);
        TbUid member = tb_element_uid (e);
        if (g_strcmp0 (tb_element_get (e, members[k].prop), id) != 0)
          continue;
        move_to (editor, member, members[k].prop, outer);
        g_array_append_val (freed, member);
      }
  tb_document_delete (editor->document, uid);
}

static void
leave (TbEditor *editor, const TbElement *component)
{
  const TbElement *group
      = tb_element_get_ref (tb_editor_model (editor), component, TB_PROP_GROUP);
  move_to (editor, tb_element_uid (component), TB_PROP_GROUP,
           group ? tb_element_get (group, TB_PROP_PARENT) : NULL);
}

static void
run_ungroup (TbEditor *editor)
{
  g_autoptr (GArray) chosen = parts (editor);
  g_autoptr (GArray) freed = g_array_new (FALSE, FALSE, sizeof (TbUid));
  TbPlaces places;
  tb_document_begin (editor->document, "Ungroup", NULL);
  tb_places_begin (&places, editor);
  tb_places_pin (&places);
  tb_places_end (&places);
  for (guint i = 0; i < chosen->len; i++)
    {
      TbUid uid = g_array_index (chosen, TbUid, i);
      const TbElement *e = tb_editor_element (editor, uid);
      if (e == NULL)
        continue;
      if (tb_element_kind (e) == TB_KIND_GROUP)
        dissolve (editor, uid, freed);
      else
        {
          if (tb_element_kind (e) == TB_KIND_COMPONENT && tb_element_is_set (e, TB_PROP_GROUP))
            leave (editor, e);
          g_array_append_val (freed, uid);
        }
    }
  tb_document_commit (editor->document);
  tb_editor_select (editor, (const TbUid *) (gpointer) freed->data, freed->len);
}

static const TbCommandRow rows[] = {
  { "group", "Group", "<Control>g", "Put what is selected into a group of its own.", can_group,
    run_group, "Arrange", TRUE, "selected components or groups" },
  { "ungroup", "Ungroup", "<Control><Shift>g",
    "Take a group apart, or components out of their group.", can_ungroup, run_ungroup, "Arrange",
    TRUE, "a selected group, or a component in one" },
};

const TbCommandSet tb_commands_group = { rows, G_N_ELEMENTS (rows) };
