/* See tb-interact.h. */
#include "tb-interact.h"

#include "editor-private.h"

static const TbElement *
of_kind (TbEditor *editor, TbUid uid, TbKind kind)
{
  const TbElement *element = uid ? tb_editor_element (editor, uid) : NULL;
  return element && tb_element_kind (element) == kind ? element : NULL;
}

static char *
free_name (TbEditor *editor)
{
  return g_strdup_printf ("Interaction %u", tb_model_count (tb_editor_model (editor), TB_KIND_INTERACTION) + 1);
}

static TbUid
insert_step (TbEditor *editor, TbUid interaction, const TbElement *link, guint before)
{
  TbUid step = tb_document_insert (editor->document, TB_KIND_STEP, NULL, interaction, before);
  tb_editor_set_checked (editor, step, TB_PROP_LINK, tb_element_id (link));
  return step;
}

TbUid
tb_interaction_add (TbEditor *editor, const char *name, const TbSteps *steps)
{
  g_autofree char *own = name && *name ? g_strdup (name) : free_name (editor);
  g_autofree char *id = tb_model_make_id (tb_editor_model (editor), TB_KIND_INTERACTION, own);
  g_autofree char *label = g_strdup_printf ("Add %s", own);
  TbUid root = tb_element_uid (tb_model_root (tb_editor_model (editor)));
  tb_document_begin (editor->document, label, NULL);
  TbUid uid = tb_document_insert (editor->document, TB_KIND_INTERACTION, id, root,
                                  tb_editor_insert_position (editor, TB_KIND_INTERACTION));
  tb_editor_set_checked (editor, uid, TB_PROP_NAME, own);
  for (guint i = 0; steps && i < steps->len; i++)
    {
      const TbInteractionStep *s = g_ptr_array_index (steps, i);
      const TbElement *link = of_kind (editor, s->link, TB_KIND_LINK);
      TbUid step = link ? insert_step (editor, uid, link, G_MAXUINT) : 0;
      if (step && *s->label)
        tb_document_set (editor->document, step, TB_PROP_LABEL, s->label, NULL);
      if (step && *s->reply)
        tb_document_set (editor->document, step, TB_PROP_REPLY, s->reply, NULL);
    }
  tb_document_commit (editor->document);
  return uid;
}

TbUid
tb_interaction_add_step (TbEditor *editor, TbUid interaction, TbUid link, TbUid behind)
{
  const TbElement *over = of_kind (editor, link, TB_KIND_LINK), *last = of_kind (editor, behind, TB_KIND_STEP);
  if (!over || !of_kind (editor, interaction, TB_KIND_INTERACTION))
    return 0;
  guint before = last ? tb_element_position (last) + 1 : G_MAXUINT;
  tb_document_begin (editor->document, "Add Step", NULL);
  TbUid step = insert_step (editor, interaction, over, before);
  tb_document_commit (editor->document);
  return step;
}

gboolean
tb_interaction_move_step (TbEditor *editor, TbUid step, int by)
{
  const TbElement *element = of_kind (editor, step, TB_KIND_STEP);
  const TbElement *parent = element ? tb_element_parent (element) : NULL;
  if (!element)
    return FALSE;
  guint at = tb_element_position (element), n = tb_element_n_children (parent);
  if ((by < 0 && at == 0) || (by >= 0 && at + 1 >= n))
    return FALSE;
  /* What stands after it comes before it instead: one move either way. */
  TbUid moved = by < 0 ? step : tb_element_uid (tb_element_child (parent, at + 1));
  tb_document_begin (editor->document, "Reorder Steps", NULL);
  tb_document_move (editor->document, moved, tb_element_uid (parent), by < 0 ? at - 1 : at);
  tb_document_commit (editor->document);
  return TRUE;
}

void
tb_interaction_remove (TbEditor *editor, TbUid uid)
{
  const TbElement *element = tb_editor_element (editor, uid);
  TbKind kind = element ? tb_element_kind (element) : TB_KIND_NONE;
  if (kind != TB_KIND_INTERACTION && kind != TB_KIND_STEP)
    return;
  tb_document_begin (editor->document, kind == TB_KIND_STEP ? "Remove Step" : "Remove Interaction", NULL);
  tb_document_delete (editor->document, uid);
  tb_document_commit (editor->document);
}
