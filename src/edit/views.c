/* Views of one architecture: which is shown, the way between them, making and deleting them.
 *
 *             tb_editor_drill_down()                tb_editor_drill_down()
 *   a view ───────────────────────────▶ inside A ───────────────────────────▶ inside B (in A)
 *     ▲        trail: [a view]             │ ▲       trail: [a view, inside A]   │
 *     └──────── tb_editor_drill_up() ──────┘ └──────── tb_editor_drill_up() ─────┘
 *
 *   tb_editor_set_view() of a view on the trail goes back to it; of any other starts a new trail. */
#include "editor-private.h"

#include <string.h>

static TbUid
trail_nth (TbEditor *editor, guint i)
{
  return g_array_index (editor->trail, TbUid, i);
}

gboolean
tb_editor_arranges_itself (TbEditor *editor)
{
  return tb_view_arranges_itself (tb_scene_view_kind (editor->scene));
}

TbUid
tb_editor_view (TbEditor *editor)
{
  const char *id = tb_scene_view_id (editor->scene);
  const TbElement *view = id ? tb_model_lookup (tb_editor_model (editor), id) : NULL;
  return view ? tb_element_uid (view) : 0;
}

/* ---- Going ----------------------------------------------------------------------------------- */

/* What the new view does not show cannot stay selected: it could be deleted unseen. */
static void
keep_visible_selected (TbEditor *editor)
{
  g_autoptr (GArray) kept = g_array_new (FALSE, FALSE, sizeof (TbUid));
  for (guint i = 0; i < editor->selection->len; i++)
    {
      TbUid uid = g_array_index (editor->selection, TbUid, i);
      if (tb_editor_bounds (editor, uid, NULL, NULL))
        g_array_append_val (kept, uid);
    }
  if (kept->len != editor->selection->len)
    tb_editor_select (editor, (const TbUid *) (gpointer) kept->data, kept->len);
}

static void
show_view (TbEditor *editor, const char *view_id)
{
  g_autoptr (GArray) dirty = g_array_new (FALSE, FALSE, sizeof (TbRect));
  tb_editor_cancel (editor);
  g_free (editor->view_id);
  editor->view_id = g_strdup (view_id);
  editor->hover = 0;
  tb_editor_begin_scene (editor);
  tb_scene_set_view (editor->scene, tb_editor_model (editor), view_id, dirty);
  tb_editor_end_scene (editor);
  tb_editor_emit_dirty (editor, dirty);
  keep_visible_selected (editor);
  tb_editor_emit_view (editor);
}

static void
show_uid (TbEditor *editor, TbUid view)
{
  g_autofree char *id = g_strdup (tb_element_id (tb_editor_element (editor, view)));
  show_view (editor, id);
}

void
tb_editor_set_view (TbEditor *editor, const char *view_id)
{
  const TbElement *view = tb_scene_find_view (tb_editor_model (editor), view_id);
  TbUid uid = view ? tb_element_uid (view) : 0;
  guint keep = 0;
  for (guint i = 0; i < editor->trail->len; i++)
    if (trail_nth (editor, i) == uid)
      keep = i;
  g_array_set_size (editor->trail, keep);
  if (uid != tb_editor_view (editor))
    show_view (editor, view ? tb_element_id (view) : NULL);
}

void
tb_editor_views_changed (TbEditor *editor)
{
  for (guint i = editor->trail->len; i-- > 0;)
    if (tb_editor_element (editor, trail_nth (editor, i)) == NULL)
      g_array_remove_index (editor->trail, i);
  tb_editor_emit_view (editor);
}

/* The first view that is no drill-down and not the present one; 0: none. */
static TbUid
outermost (TbEditor *editor)
{
  const TbModel *model = tb_editor_model (editor);
  TbUid now = tb_editor_view (editor);
  for (guint i = 0; i < tb_model_count (model, TB_KIND_VIEW); i++)
    {
      const TbElement *view = tb_model_nth (model, TB_KIND_VIEW, i);
      if (tb_view_kind (view) != TB_VIEW_DRILL_DOWN && tb_element_uid (view) != now)
        return tb_element_uid (view);
    }
  return 0;
}

static gboolean
is_inside (TbEditor *editor)
{
  return tb_scene_view_kind (editor->scene) == TB_VIEW_DRILL_DOWN;
}

gboolean
tb_editor_drill_up (TbEditor *editor)
{
  TbUid to = 0;
  if (editor->trail->len > 0)
    {
      to = trail_nth (editor, editor->trail->len - 1);
      g_array_set_size (editor->trail, editor->trail->len - 1);
    }
  else if (is_inside (editor))
    to = outermost (editor);
  if (to == 0)
    return FALSE;
  TbUid from = tb_scene_view_of (editor->scene);
  show_uid (editor, to);
  if (from != 0 && tb_editor_bounds (editor, from, NULL, NULL))
    tb_editor_select_one (editor, from);
  return TRUE;
}

void
tb_editor_trail (TbEditor *editor, GArray *views)
{
  TbUid now = tb_editor_view (editor);
  if (editor->trail->len > 0)
    g_array_append_vals (views, editor->trail->data, editor->trail->len);
  else if (is_inside (editor))
    {
      TbUid above = outermost (editor);
      if (above != 0)
        g_array_append_val (views, above);
    }
  if (now != 0)
    g_array_append_val (views, now);
}

/* ---- Making ---------------------------------------------------------------------------------- */

static void
copy_values (TbEditor *editor, const TbElement *from, TbUid to, gboolean identity)
{
  const TbKindSpec *spec = tb_schema_kind (tb_element_kind (from));
  for (guint i = 0; i < spec->n_props; i++)
    {
      TbProp prop = spec->props[i].prop;
      if (!identity && (prop == TB_PROP_ID || prop == TB_PROP_NAME))
        continue;
      if (tb_element_is_set (from, prop))
        tb_editor_set_checked (editor, to, prop, tb_element_get (from, prop));
    }
}

/* The uids are taken first: an insertion may move the elements in memory. */
static void
copy_children (TbEditor *editor, TbUid from, TbUid to)
{
  g_autoptr (GArray) uids = g_array_new (FALSE, FALSE, sizeof (TbUid));
  const TbElement *parent = tb_editor_element (editor, from);
  for (guint i = 0; i < tb_element_n_children (parent); i++)
    {
      TbUid uid = tb_element_uid (tb_element_child (parent, i));
      g_array_append_val (uids, uid);
    }
  for (guint i = 0; i < uids->len; i++)
    {
      TbUid uid = g_array_index (uids, TbUid, i);
      TbKind kind = tb_element_kind (tb_editor_element (editor, uid));
      TbUid copy = tb_document_insert (editor->document, kind, NULL, to, G_MAXUINT);
      copy_values (editor, tb_editor_element (editor, uid), copy, TRUE);
      copy_children (editor, uid, copy);
    }
}

static TbUid
insert_view (TbEditor *editor, TbViewKind kind, const char *name)
{
  const TbModel *model = tb_editor_model (editor);
  g_autofree char *fresh = tb_editor_fresh_name (model, TB_KIND_VIEW, name);
  g_autofree char *id = tb_model_make_id (model, TB_KIND_VIEW, fresh);
  TbUid uid = tb_document_insert (editor->document, TB_KIND_VIEW, id,
                                  tb_element_uid (tb_model_root (model)),
                                  tb_editor_insert_position (editor, TB_KIND_VIEW));
  tb_editor_set_checked (editor, uid, TB_PROP_NAME, fresh);
  if (kind != TB_VIEW_FREE)
    tb_editor_set_checked (editor, uid, TB_PROP_KIND, tb_view_kind_name (kind));
  return uid;
}

/* A person's places are the beginning of the next view that has any. The view from which all else is
 * made exists first: else it would be another one from then on. */
static TbUid
add_view (TbEditor *editor, TbViewKind kind, const char *name)
{
  TbUid now = tb_editor_ensure_view (editor);
  gboolean copies = kind != TB_VIEW_DRILL_DOWN && !tb_view_arranges_itself (kind)
                    && !tb_editor_arranges_itself (editor) && !is_inside (editor);
  TbUid uid = insert_view (editor, kind, name);
  const TbElement *from = tb_editor_element (editor, now);
  if (copies && tb_element_is_set (from, TB_PROP_FRAME))
    tb_editor_set_checked (editor, uid, TB_PROP_FRAME, tb_element_get (from, TB_PROP_FRAME));
  if (copies)
    copy_children (editor, now, uid);
  return uid;
}

TbUid
tb_editor_add_view (TbEditor *editor, TbViewKind kind, const char *name)
{
  const char *title = name && *name ? name : tb_view_kind_label (kind);
  g_autofree char *label = g_strdup_printf ("Add View %s", title);
  tb_document_begin (editor->document, label, NULL);
  TbUid uid = add_view (editor, kind, title);
  tb_document_commit (editor->document);
  g_array_set_size (editor->trail, 0);
  show_uid (editor, uid);
  return uid;
}

TbUid
tb_editor_duplicate_view (TbEditor *editor, TbUid view)
{
  const TbElement *from = tb_editor_element (editor, view);
  g_return_val_if_fail (from != NULL && tb_element_kind (from) == TB_KIND_VIEW, 0);
  g_autofree char *label = g_strdup_printf ("Duplicate View %s", tb_element_title (from));
  g_autofree char *title = g_strdup (tb_element_title (from));
  tb_document_begin (editor->document, label, NULL);
  TbUid uid = insert_view (editor, TB_VIEW_FREE, title);
  copy_values (editor, tb_editor_element (editor, view), uid, FALSE);
  copy_children (editor, view, uid);
  tb_document_commit (editor->document);
  g_array_set_size (editor->trail, 0);
  show_uid (editor, uid);
  return uid;
}

gboolean
tb_editor_delete_view (TbEditor *editor, TbUid view)
{
  const TbElement *element = tb_editor_element (editor, view);
  if (element == NULL || tb_element_kind (element) != TB_KIND_VIEW
      || tb_model_count (tb_editor_model (editor), TB_KIND_VIEW) < 2)
    return FALSE;
  g_autofree char *label = g_strdup_printf ("Delete View %s", tb_element_title (element));
  if (view == tb_editor_view (editor) && !tb_editor_drill_up (editor))
    {
      const TbModel *model = tb_editor_model (editor);
      const TbElement *first = tb_model_nth (model, TB_KIND_VIEW, 0);
      show_uid (editor, tb_element_uid (first == element ? tb_model_nth (model, TB_KIND_VIEW, 1)
                                                         : first));
    }
  tb_document_begin (editor->document, label, NULL);
  tb_document_delete (editor->document, view);
  tb_document_commit (editor->document);
  return TRUE;
}

/* ---- Inside ---------------------------------------------------------------------------------- */

typedef struct
{
  TbKind kind;
  TbProp prop;       /* of a component in it */
  const char *frame; /* of its drill-down */
} Inside;

static const Inside insides[] = {
  { TB_KIND_GROUP, TB_PROP_GROUP, "groups" },
  { TB_KIND_TIER, TB_PROP_TIER, "both" },
  { TB_KIND_LAYER, TB_PROP_LAYER, "both" },
  { TB_KIND_MIDDLEWARE, TB_PROP_MIDDLEWARE, "none" },
  { TB_KIND_COMPONENT, TB_PROP_NONE, "none" },
};

static const Inside *
find_inside (const TbElement *element)
{
  for (guint i = 0; element != NULL && i < G_N_ELEMENTS (insides); i++)
    if (insides[i].kind == tb_element_kind (element))
      return &insides[i];
  return NULL;
}

static TbUid
add_inside (TbEditor *editor, const TbElement *element)
{
  const char *frame = find_inside (element)->frame;
  g_autofree char *title = g_strdup (tb_element_title (element));
  g_autofree char *id = g_strdup (tb_element_id (element));
  g_autofree char *label = g_strdup_printf ("Add View Inside %s", title);
  tb_document_begin (editor->document, label, NULL);
  TbUid uid = add_view (editor, TB_VIEW_DRILL_DOWN, title);
  tb_editor_set_checked (editor, uid, TB_PROP_FRAME, frame);
  tb_editor_set_checked (editor, uid, TB_PROP_OF, id);
  tb_document_commit (editor->document);
  return uid;
}

gboolean
tb_editor_drill_down (TbEditor *editor, TbUid uid)
{
  const TbElement *element = tb_editor_element (editor, uid);
  if (find_inside (element) == NULL || tb_scene_view_of (editor->scene) == uid)
    return FALSE;
  TbUid view = tb_view_into (tb_editor_model (editor), uid);
  if (view == 0)
    view = add_inside (editor, element);
  TbUid now = tb_editor_view (editor);
  g_array_append_val (editor->trail, now);
  show_uid (editor, view);
  return TRUE;
}

void
tb_editor_land_inside (TbEditor *editor, TbUid component)
{
  const TbElement *of = tb_editor_element (editor, tb_scene_view_of (editor->scene));
  const Inside *inside = find_inside (of);
  if (inside != NULL && inside->prop != TB_PROP_NONE
      && !tb_element_is_set (tb_editor_element (editor, component), inside->prop))
    tb_editor_set_checked (editor, component, inside->prop, tb_element_id (of));
}

/* ---- Commands -------------------------------------------------------------------------------- */

static gboolean
can_drill (TbEditor *editor)
{
  TbUid one = tb_editor_selected_one (editor);
  return find_inside (tb_editor_element (editor, one)) != NULL
         && tb_scene_view_of (editor->scene) != one;
}

static void
run_drill (TbEditor *editor)
{
  tb_editor_drill_down (editor, tb_editor_selected_one (editor));
}

static gboolean
can_go_up (TbEditor *editor)
{
  return editor->trail->len > 0 || (is_inside (editor) && outermost (editor) != 0);
}

static void
run_up (TbEditor *editor)
{
  tb_editor_drill_up (editor);
}

static gboolean
has_views (TbEditor *editor)
{
  return tb_model_count (tb_editor_model (editor), TB_KIND_VIEW) > 1;
}

static void
step_view (TbEditor *editor, guint step)
{
  const TbModel *model = tb_editor_model (editor);
  guint n = tb_model_count (model, TB_KIND_VIEW);
  TbUid now = tb_editor_view (editor);
  for (guint i = 0; i < n; i++)
    if (tb_element_uid (tb_model_nth (model, TB_KIND_VIEW, i)) == now)
      {
        const TbElement *view = tb_model_nth (model, TB_KIND_VIEW, (i + step) % n);
        tb_editor_set_view (editor, tb_element_id (view));
        return;
      }
}

static void
run_next (TbEditor *editor)
{
  step_view (editor, 1);
}

static void
run_previous (TbEditor *editor)
{
  step_view (editor, tb_model_count (tb_editor_model (editor), TB_KIND_VIEW) - 1);
}

static gboolean
always (TbEditor *editor)
{
  (void) editor;
  return TRUE;
}

static void
run_add_free (TbEditor *editor)
{
  tb_editor_add_view (editor, TB_VIEW_FREE, NULL);
}

static void
run_add_grid (TbEditor *editor)
{
  tb_editor_add_view (editor, TB_VIEW_GRID, NULL);
}

static void
run_add_deployment (TbEditor *editor)
{
  tb_editor_add_view (editor, TB_VIEW_DEPLOYMENT, NULL);
}

static void
run_add_data_flow (TbEditor *editor)
{
  tb_editor_add_view (editor, TB_VIEW_DATA_FLOW, NULL);
}

static gboolean
can_duplicate (TbEditor *editor)
{
  return tb_editor_view (editor) != 0;
}

static void
run_duplicate (TbEditor *editor)
{
  tb_editor_duplicate_view (editor, tb_editor_view (editor));
}

static void
run_delete (TbEditor *editor)
{
  tb_editor_delete_view (editor, tb_editor_view (editor));
}

static const TbCommandRow rows[] = {
  { "drill-down", "Look Inside", "<Alt>Down",
    "Open the view of what is inside the selected element, with its neighbours.", can_drill,
    run_drill, "View", TRUE },
  { "drill-up", "Back", "<Alt>Left", "Go back to the view this one was opened from.", can_go_up,
    run_up, "View", FALSE },
  { "view-next", "Next View", "<Control><Alt>Page_Down", "Show the next view.", has_views, run_next,
    "View", FALSE },
  { "view-previous", "Previous View", "<Control><Alt>Page_Up", "Show the view before.", has_views,
    run_previous, "View", FALSE },
  { "view-add-free", "New Free View", NULL, "A view in which you place everything.", always,
    run_add_free, "View", FALSE },
  { "view-add-grid", "New View of Layers and Tiers", NULL,
    "A grid of layers and tiers that lays itself out.", always, run_add_grid, "View", FALSE },
  { "view-add-deployment", "New Deployment View", NULL,
    "Every instance on its device; it lays itself out.", always, run_add_deployment, "View",
    FALSE },
  { "view-add-data-flow", "New Data Flow View", NULL,
    "Links along their data, with what they carry.", always, run_add_data_flow, "View", FALSE },
  { "view-duplicate", "Duplicate View", NULL, "A copy of this view with its places.",
    can_duplicate, run_duplicate, "View", FALSE },
  { "view-delete", "Delete View", NULL, "This drawing goes, the architecture stays.", has_views,
    run_delete, "View", FALSE },
};

const TbCommandSet tb_commands_views = { rows, G_N_ELEMENTS (rows) };
