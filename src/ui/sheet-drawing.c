/* The drawing of a moment: a run may have been changed while it ran, and what ran then is shown as it was drawn then.
 *
 *   the document ── a moment at which another drawing ran ──▶ that drawing, in an editor of its own
 *        ▲                                                        │
 *        └── the drawing that ran last, the run itself ◀──────────┘
 *
 * Elements that both have keep their uids, so that selection, problems and panels mean the same ones. What is drawn
 * in the past cannot be changed: that is undone, and said. */
#include "sheet-private.h"

#include <string.h>

const TbModel *
tb_sheet_shown_model (TbSheet *self)
{
  return tb_document_model (tb_editor_document (self->editor));
}

/* ---- What was cannot be changed -------------------------------------------------------------- */

static gboolean
undo (gpointer data)
{
  TbSheet *self = data;
  self->undo_id = 0;
  tb_document_undo (tb_editor_document (self->then_editor));
  return G_SOURCE_REMOVE;
}

static void
changed (TbDocument *document, const TbEdit *edits, guint n, TbSheet *self)
{
  if (self->undo_id || !tb_document_undo_label (document))
    return;
  self->undo_id = g_idle_add (undo, self);
  tb_sheet_toast (self, "This is the drawing as it was then: what it became can be changed, not what it was");
}

/* ---- Showing --------------------------------------------------------------------------------- */

static void
show (TbSheet *self, TbEditor *editor)
{
  TbUid selected = tb_editor_selected_one (self->editor);
  self->editor = editor;
  tb_canvas_swap_editor (self->canvas, editor);
  tb_sheet_show_editor (self, editor);
  if (selected && tb_model_get (tb_sheet_shown_model (self), selected))
    tb_editor_select_one (editor, selected);
  tb_sheet_check (self);
  tb_sheet_state_changed (self);
}

static TbEditor *
editor_of (TbSheet *self, const char *xml)
{
  g_autoptr (TbDocument) read = tb_document_load_bytes ("drawing", xml, strlen (xml), NULL, NULL);
  if (!read)
    return NULL;
  g_autoptr (TbDocument) document
      = tb_document_new_like (tb_document_model (self->document), tb_document_model (read));
  const char *view = tb_scene_view_id (tb_editor_scene (self->editor));
  gboolean has_view = view && tb_scene_find_view (tb_document_model (document), view);
  TbEditor *editor = tb_editor_new_aside (document, has_view ? view : NULL);
  tb_editor_set_grid (editor, tb_editor_grid (self->editor));
  tb_sheet_follow_editor (self, editor);
  g_signal_connect_object (document, "changed", G_CALLBACK (changed), self, 0);
  return editor;
}

static void
forget_then (TbSheet *self)
{
  g_clear_handle_id (&self->undo_id, g_source_remove);
  if (self->then_editor)
    {
      g_signal_handlers_disconnect_by_data (tb_editor_document (self->then_editor), self);
      g_signal_handlers_disconnect_by_data (self->then_editor, self);
    }
  g_clear_object (&self->then_editor);
  self->then_xml = NULL;
}

void
tb_sheet_show_own_drawing (TbSheet *self)
{
  TbEditor *own = g_steal_pointer (&self->own_editor);
  if (own)
    show (self, own);
}

void
tb_sheet_show_drawing_of (TbSheet *self, TbPast *past, gint64 time_ns)
{
  const char *last = tb_past_architecture (past, G_MAXINT64), *then = tb_past_architecture (past, time_ns);
  if (then == last || g_strcmp0 (then, last) == 0)
    {
      tb_sheet_show_own_drawing (self);
      return;
    }
  if (self->own_editor && self->then_xml == then)
    return;
  if (self->then_xml != then)
    {
      tb_sheet_show_own_drawing (self);
      forget_then (self);
      self->then_editor = editor_of (self, then);
      self->then_xml = then;
    }
  if (!self->then_editor)
    return;
  self->own_editor = self->editor;
  show (self, self->then_editor);
}

void
tb_sheet_forget_drawings (TbSheet *self)
{
  tb_sheet_show_own_drawing (self);
  forget_then (self);
}
