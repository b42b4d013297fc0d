/* The editor object: a scene kept in step with the document, the selection, and the signals. The
 * gestures are in tools.c, what they do to the document in places.c, create.c and duplicate.c. */
#include "editor-private.h"

/* So many links are routed before anybody has looked. */
#define ROUTE_AT_ONCE 100

enum
{
  SELECTION_CHANGED,
  SCENE_CHANGED,
  GESTURE_CHANGED,
  RENAME,
  MESSAGE,
  ASK,
  LINK_DROPPED,
  VIEW_CHANGED,
  OPTIONS_CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (TbEditor, tb_editor, G_TYPE_OBJECT)

const TbModel *
tb_editor_model (TbEditor *editor)
{
  return tb_document_model (editor->document);
}

const TbElement *
tb_editor_element (TbEditor *editor, TbUid uid)
{
  return uid == 0 ? NULL : tb_model_get (tb_editor_model (editor), uid);
}

gboolean
tb_editor_bounds (TbEditor *editor, TbUid uid, TbItemKind *kind, TbRect *rect)
{
  TbItemKind unused_kind;
  TbRect unused_rect;
  return tb_scene_item (editor->scene, uid, kind ? kind : &unused_kind,
                        rect ? rect : &unused_rect);
}

void
tb_editor_emit_dirty (TbEditor *editor, GArray *dirty)
{
  if (dirty->len > 0)
    g_signal_emit (editor, signals[SCENE_CHANGED], 0, dirty->data, dirty->len);
}

void
tb_editor_emit_gesture (TbEditor *editor)
{
  g_signal_emit (editor, signals[GESTURE_CHANGED], 0);
}

void
tb_editor_emit_view (TbEditor *editor)
{
  g_signal_emit (editor, signals[VIEW_CHANGED], 0);
}

void
tb_editor_emit_rename (TbEditor *editor, TbUid uid)
{
  g_signal_emit (editor, signals[RENAME], 0, uid);
}

void
tb_editor_emit_ask (TbEditor *editor, const char *what)
{
  g_signal_emit (editor, signals[ASK], 0, what);
}

void
tb_editor_emit_link_dropped (TbEditor *editor, TbUid from, TbPoint at)
{
  g_signal_emit (editor, signals[LINK_DROPPED], 0, from, at.x, at.y);
}

void
tb_editor_message (TbEditor *editor, const char *format, ...)
{
  va_list args;
  va_start (args, format);
  g_autofree char *sentence = g_strdup_vprintf (format, args);
  va_end (args);
  g_signal_emit (editor, signals[MESSAGE], 0, sentence);
}

/* ---- Following the document ------------------------------------------------------------------ */

/* Elements that are gone leave the selection; they do not come back into it with undo. */
static gboolean
prune_selection (TbEditor *editor)
{
  guint kept = 0;
  for (guint i = 0; i < editor->selection->len; i++)
    {
      TbUid uid = g_array_index (editor->selection, TbUid, i);
      if (tb_editor_element (editor, uid) != NULL)
        g_array_index (editor->selection, TbUid, kept++) = uid;
      else
        g_hash_table_remove (editor->selected, GUINT_TO_POINTER (uid));
    }
  gboolean changed = kept != editor->selection->len;
  g_array_set_size (editor->selection, kept);
  return changed;
}

static void
document_changed (TbDocument *document, const TbEdit *edits, guint n, TbEditor *editor)
{
  g_autoptr (GArray) dirty = g_array_new (FALSE, FALSE, sizeof (TbRect));

  g_clear_pointer (&editor->links_of, g_hash_table_unref);
  /* A gesture stands on places that have just changed under it. */
  if (editor->tool.state != TB_TOOL_IDLE && editor->tool.state != TB_TOOL_CREATING
      && editor->tool.state != TB_TOOL_ROOM_NEXT)
    tb_editor_cancel (editor);
  tb_editor_begin_scene (editor);
  tb_scene_update (editor->scene, tb_document_model (document), edits, n, dirty);
  tb_editor_end_scene (editor);
  if (editor->hover != 0 && tb_editor_element (editor, editor->hover) == NULL)
    editor->hover = 0;
  gboolean pruned = prune_selection (editor);
  tb_editor_emit_dirty (editor, dirty);
  for (guint i = 0; i < n; i++)
    if (edits[i].kind == TB_KIND_VIEW)
      {
        tb_editor_views_changed (editor);
        break;
      }
  if (pruned)
    g_signal_emit (editor, signals[SELECTION_CHANGED], 0);
}

/* Icons given by path start from where the drawing is; it may have been saved elsewhere. */
static void
find_icons (TbDocument *document, TbEditor *editor)
{
  const char *path = tb_document_path (document);
  g_autofree char *folder = path ? g_path_get_dirname (path) : NULL;
  TbRect all = tb_scene_bounds (editor->scene);
  if (tb_scene_set_folder (editor->scene, folder))
    g_signal_emit (editor, signals[SCENE_CHANGED], 0, &all, 1);
}

static TbEditor *
make (TbDocument *document, const char *view_id)
{
  TbEditor *editor = g_object_new (TB_TYPE_EDITOR, NULL);
  editor->document = g_object_ref (document);
  editor->view_id = g_strdup (view_id);
  editor->changed_id
      = g_signal_connect (document, "changed", G_CALLBACK (document_changed), editor);
  editor->folder_id
      = g_signal_connect (document, "state-changed", G_CALLBACK (find_icons), editor);
  return editor;
}

TbEditor *
tb_editor_new (TbDocument *document, const char *view_id)
{
  TbEditor *editor = make (document, view_id);
  editor->scene = tb_scene_new (tb_document_model (document), view_id);
  find_icons (document, editor);
  return editor;
}

TbEditor *
tb_editor_new_aside (TbDocument *document, const char *view_id)
{
  TbEditor *editor = make (document, view_id);
  const TbModel *model = tb_document_model (document);
  editor->scene = tb_model_count (model, TB_KIND_LINK) > ROUTE_AT_ONCE
                      ? tb_scene_new_unrouted (model, view_id) : tb_scene_new (model, view_id);
  find_icons (document, editor);
  editor->routing = tb_routing_new (editor);
  tb_routing_load (editor->routing);
  tb_routing_begin (editor->routing);
  editor->state_id = g_signal_connect_swapped (document, "state-changed",
                                               G_CALLBACK (tb_routing_store), editor->routing);
  return editor;
}

TbDocument *
tb_editor_document (TbEditor *editor)
{
  return editor->document;
}

const TbScene *
tb_editor_scene (TbEditor *editor)
{
  return editor->scene;
}

/* ---- Selection ------------------------------------------------------------------------------- */

const TbUid *
tb_editor_selection (TbEditor *editor, guint *n)
{
  *n = editor->selection->len;
  return (const TbUid *) (gpointer) editor->selection->data;
}

gboolean
tb_editor_is_selected (TbEditor *editor, TbUid uid)
{
  return g_hash_table_contains (editor->selected, GUINT_TO_POINTER (uid));
}

TbUid
tb_editor_selected_one (TbEditor *editor)
{
  return editor->selection->len == 1 ? g_array_index (editor->selection, TbUid, 0) : 0;
}

static gboolean
selection_is (TbEditor *editor, const TbUid *uids, guint n)
{
  if (editor->selection->len != n)
    return FALSE;
  for (guint i = 0; i < n; i++)
    if (g_array_index (editor->selection, TbUid, i) != uids[i])
      return FALSE;
  return TRUE;
}

void
tb_editor_select (TbEditor *editor, const TbUid *uids, guint n)
{
  editor->reference = 0;
  if (selection_is (editor, uids, n))
    return;
  g_array_set_size (editor->selection, 0);
  g_hash_table_remove_all (editor->selected);
  for (guint i = 0; i < n; i++)
    if (uids[i] != 0 && g_hash_table_add (editor->selected, GUINT_TO_POINTER (uids[i])))
      g_array_append_val (editor->selection, uids[i]);
  g_signal_emit (editor, signals[SELECTION_CHANGED], 0);
}

void
tb_editor_select_one (TbEditor *editor, TbUid uid)
{
  tb_editor_select (editor, &uid, uid == 0 ? 0 : 1);
  editor->reference = uid;
}

void
tb_editor_toggle (TbEditor *editor, TbUid uid)
{
  g_return_if_fail (uid != 0);
  if (g_hash_table_remove (editor->selected, GUINT_TO_POINTER (uid)))
    {
      for (guint i = 0; i < editor->selection->len; i++)
        if (g_array_index (editor->selection, TbUid, i) == uid)
          {
            g_array_remove_index (editor->selection, i);
            break;
          }
    }
  else
    {
      g_hash_table_add (editor->selected, GUINT_TO_POINTER (uid));
      g_array_append_val (editor->selection, uid);
      editor->reference = uid;
    }
  g_signal_emit (editor, signals[SELECTION_CHANGED], 0);
}

/* ---- Options --------------------------------------------------------------------------------- */

gboolean
tb_editor_grid (TbEditor *editor)
{
  return !editor->no_grid;
}

void
tb_editor_set_grid (TbEditor *editor, gboolean on)
{
  if (on != editor->no_grid)
    return;
  editor->no_grid = !on;
  g_signal_emit (editor, signals[OPTIONS_CHANGED], 0);
}

TbUid
tb_editor_hover (TbEditor *editor)
{
  return editor->hover;
}

TbCursor
tb_editor_cursor (TbEditor *editor)
{
  return editor->cursor;
}

/* ---- Object ---------------------------------------------------------------------------------- */

static void
tb_editor_finalize (GObject *object)
{
  TbEditor *editor = TB_EDITOR (object);
  if (editor->document != NULL)
    {
      g_clear_signal_handler (&editor->changed_id, editor->document);
      g_clear_signal_handler (&editor->folder_id, editor->document);
      g_clear_signal_handler (&editor->state_id, editor->document);
    }
  g_clear_object (&editor->document);
  g_clear_pointer (&editor->routing, tb_routing_free);
  g_clear_pointer (&editor->scene, tb_scene_free);
  g_clear_pointer (&editor->view_id, g_free);
  g_clear_pointer (&editor->selection, g_array_unref);
  g_clear_pointer (&editor->selected, g_hash_table_unref);
  g_clear_pointer (&editor->links_of, g_hash_table_unref);
  g_clear_pointer (&editor->trail, g_array_unref);
  tb_tool_clear (&editor->tool);
  G_OBJECT_CLASS (tb_editor_parent_class)->finalize (object);
}

static void
tb_editor_class_init (TbEditorClass *class)
{
  GType type = G_TYPE_FROM_CLASS (class);
  G_OBJECT_CLASS (class)->finalize = tb_editor_finalize;
  signals[SELECTION_CHANGED] = g_signal_new ("selection-changed", type, G_SIGNAL_RUN_LAST, 0, NULL,
                                             NULL, NULL, G_TYPE_NONE, 0);
  signals[SCENE_CHANGED] = g_signal_new ("scene-changed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                         NULL, G_TYPE_NONE, 2, G_TYPE_POINTER, G_TYPE_UINT);
  signals[GESTURE_CHANGED] = g_signal_new ("gesture-changed", type, G_SIGNAL_RUN_LAST, 0, NULL,
                                           NULL, NULL, G_TYPE_NONE, 0);
  signals[RENAME] = g_signal_new ("rename", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 1, G_TYPE_UINT);
  signals[OPTIONS_CHANGED] = g_signal_new ("options-changed", type, G_SIGNAL_RUN_LAST, 0, NULL,
                                           NULL, NULL, G_TYPE_NONE, 0);
  signals[MESSAGE] = g_signal_new ("message", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[ASK] = g_signal_new ("ask", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                               G_TYPE_STRING);
  signals[LINK_DROPPED] = g_signal_new ("link-dropped", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                        NULL, G_TYPE_NONE, 3, G_TYPE_UINT, G_TYPE_DOUBLE,
                                        G_TYPE_DOUBLE);
  signals[VIEW_CHANGED] = g_signal_new ("view-changed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                        NULL, G_TYPE_NONE, 0);
}

static void
tb_editor_init (TbEditor *editor)
{
  editor->selection = g_array_new (FALSE, FALSE, sizeof (TbUid));
  editor->selected = g_hash_table_new (NULL, NULL);
  editor->trail = g_array_new (FALSE, FALSE, sizeof (TbUid));
  editor->tool = (TbTool){ .handle = -1, .scale = 1 };
}
