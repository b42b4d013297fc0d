/* Folding and unfolding containers: a word at the container's place in this view, nothing else. */
#include "editor-private.h"

typedef gboolean (*Wanted) (TbEditor *editor, TbUid container);

static gboolean
is_open (TbEditor *editor, TbUid uid)
{
  TbRect unused;
  return tb_scene_fold_button (editor->scene, uid, &unused)
         && !tb_scene_is_folded (editor->scene, uid);
}

static gboolean
is_folded (TbEditor *editor, TbUid uid)
{
  TbRect unused;
  return tb_scene_fold_button (editor->scene, uid, &unused)
         && tb_scene_is_folded (editor->scene, uid);
}

/* The innermost container that can be folded: a group rather than a tier, a tier rather than a
 * layer. */
static TbUid
home_of (TbEditor *editor, TbUid component)
{
  static const TbProp props[] = { TB_PROP_GROUP, TB_PROP_TIER, TB_PROP_LAYER };
  const TbElement *element = tb_editor_element (editor, component);
  if (element == NULL || tb_element_kind (element) != TB_KIND_COMPONENT)
    return 0;
  for (guint i = 0; i < G_N_ELEMENTS (props); i++)
    {
      const TbElement *home = tb_element_get_ref (tb_editor_model (editor), element, props[i]);
      if (home != NULL && is_open (editor, tb_element_uid (home)))
        return tb_element_uid (home);
    }
  return 0;
}

static void
add_once (GArray *uids, TbUid uid)
{
  for (guint i = 0; i < uids->len; i++)
    if (g_array_index (uids, TbUid, i) == uid)
      return;
  g_array_append_val (uids, uid);
}

static GArray *
selected (TbEditor *editor, Wanted wanted)
{
  GArray *uids = g_array_new (FALSE, FALSE, sizeof (TbUid));
  for (guint i = 0; i < editor->selection->len; i++)
    if (wanted (editor, g_array_index (editor->selection, TbUid, i)))
      g_array_append_val (uids, g_array_index (editor->selection, TbUid, i));
  return uids;
}

/* The selected containers; without any, those that hold what is selected. */
static GArray *
to_fold (TbEditor *editor)
{
  GArray *uids = selected (editor, is_open);
  for (guint i = 0; uids->len == 0 && i < editor->selection->len; i++)
    {
      TbUid home = home_of (editor, g_array_index (editor->selection, TbUid, i));
      if (home != 0)
        add_once (uids, home);
    }
  return uids;
}

static GArray *
all (TbEditor *editor, Wanted wanted)
{
  static const TbKind kinds[] = { TB_KIND_GROUP, TB_KIND_TIER, TB_KIND_LAYER };
  const TbModel *model = tb_editor_model (editor);
  GArray *uids = g_array_new (FALSE, FALSE, sizeof (TbUid));
  for (guint k = 0; k < G_N_ELEMENTS (kinds); k++)
    for (guint i = 0; i < tb_model_count (model, kinds[k]); i++)
      {
        TbUid uid = tb_element_uid (tb_model_nth (model, kinds[k], i));
        if (wanted (editor, uid))
          g_array_append_val (uids, uid);
      }
  return uids;
}

/* What is folded away now is no longer to be seen: its box is selected in its place. */
static void
select_boxes (TbEditor *editor)
{
  g_autoptr (GArray) uids = g_array_new (FALSE, FALSE, sizeof (TbUid));
  for (guint i = 0; i < editor->selection->len; i++)
    {
      TbUid uid = g_array_index (editor->selection, TbUid, i);
      TbUid shown = tb_scene_stand_in (editor->scene, uid);
      add_once (uids, shown ? shown : uid);
    }
  tb_editor_select (editor, (const TbUid *) (gpointer) uids->data, uids->len);
}

void
tb_editor_set_folded (TbEditor *editor, const TbUid *uids, guint n, gboolean folded)
{
  if (n == 0)
    return;
  const char *word = folded ? "Fold" : "Unfold";
  g_autofree char *label
      = n > 1 ? g_strdup_printf ("%s %u containers", word, n)
              : g_strdup_printf ("%s %s", word,
                                 tb_element_title (tb_editor_element (editor, uids[0])));
  TbPlaces places;
  tb_document_begin (editor->document, label, NULL);
  tb_places_begin (&places, editor);
  for (guint i = 0; i < n; i++)
    tb_places_set_folded (&places, uids[i], folded);
  tb_places_end (&places);
  tb_document_commit (editor->document);
  select_boxes (editor);
}

static void
fold_these (TbEditor *editor, GArray *uids, gboolean folded)
{
  tb_editor_set_folded (editor, (const TbUid *) (gpointer) uids->data, uids->len, folded);
  g_array_unref (uids);
}

static gboolean
any_of (GArray *uids)
{
  gboolean any = uids->len > 0;
  g_array_unref (uids);
  return any;
}

static gboolean
can_fold (TbEditor *editor)
{
  return any_of (to_fold (editor));
}

static gboolean
can_unfold (TbEditor *editor)
{
  return any_of (selected (editor, is_folded));
}

static gboolean
can_fold_all (TbEditor *editor)
{
  return any_of (all (editor, is_open));
}

static gboolean
can_unfold_all (TbEditor *editor)
{
  return any_of (all (editor, is_folded));
}

static void
run_fold (TbEditor *editor)
{
  fold_these (editor, to_fold (editor), TRUE);
}

static void
run_unfold (TbEditor *editor)
{
  fold_these (editor, selected (editor, is_folded), FALSE);
}

static void
run_fold_all (TbEditor *editor)
{
  fold_these (editor, all (editor, is_open), TRUE);
}

static void
run_unfold_all (TbEditor *editor)
{
  fold_these (editor, all (editor, is_folded), FALSE);
}

static const TbCommandRow rows[] = {
  { "fold", "Fold", "<Control>Home", "Draw the container as one box, its content hidden.", can_fold,
    run_fold, "View", TRUE, "a container with components in it" },
  { "unfold", "Unfold", "<Control>End", "Show again what the box holds, where it was.", can_unfold,
    run_unfold, "View", TRUE, "a folded container" },
  { "fold-all", "Fold All", NULL, "Draw every container as one box.", can_fold_all, run_fold_all,
    "View", FALSE, "an open container" },
  { "unfold-all", "Unfold All", NULL, "Show the content of every box.", can_unfold_all,
    run_unfold_all, "View", FALSE, "a folded container" },
};

const TbCommandSet tb_commands_fold = { rows, G_N_ELEMENTS (rows) };
