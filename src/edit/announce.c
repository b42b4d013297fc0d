#include "tb-announce.h"

#include "editor-private.h"

void
tb_announced_clear (TbAnnounced *before)
{
  g_clear_pointer (&before->redo, g_free);
  before->n_done = 0;
}

static const TbElement *
only_inserted_link (TbEditor *editor, const TbEdit *edits, guint n)
{
  const TbElement *link = NULL;
  for (guint i = 0; i < n; i++)
    if (edits[i].op == TB_EDIT_INSERT && edits[i].kind == TB_KIND_LINK)
      {
        if (link != NULL)
          return NULL;
        link = tb_editor_element (editor, edits[i].uid);
      }
    else if (edits[i].op == TB_EDIT_INSERT && edits[i].kind == TB_KIND_COMPONENT)
      return NULL;
  return link;
}

static char *
linked (TbEditor *editor, const TbElement *link)
{
  const TbModel *model = tb_editor_model (editor);
  const TbElement *from = tb_element_get_ref (model, link, TB_PROP_FROM);
  const TbElement *to = tb_element_get_ref (model, link, TB_PROP_TO);
  return from && to ? g_strdup_printf ("linked %s to %s", tb_element_title (from),
                                       tb_element_title (to))
                    : NULL;
}

/* The first component that came into another container. */
static char *
moved (TbEditor *editor, const TbEdit *edits, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      gboolean home = edits[i].prop == TB_PROP_TIER || edits[i].prop == TB_PROP_LAYER
                      || edits[i].prop == TB_PROP_GROUP;
      const TbElement *element = tb_editor_element (editor, edits[i].uid);
      if (edits[i].op != TB_EDIT_SET || edits[i].kind != TB_KIND_COMPONENT || !home || !element)
        continue;
      const TbElement *to
          = tb_element_get_ref (tb_editor_model (editor), element, edits[i].prop);
      return to ? g_strdup_printf ("%s moved to %s", tb_element_title (element),
                                   tb_element_title (to))
                : g_strdup_printf ("%s moved out", tb_element_title (element));
    }
  return NULL;
}

static char *
in_words (TbEditor *editor, const TbEdit *edits, guint n, const char *label)
{
  const TbElement *link = only_inserted_link (editor, edits, n);
  char *words = link ? linked (editor, link)
                : g_str_has_prefix (label, "Move") ? moved (editor, edits, n) : NULL;
  return words ? words : g_strdup_printf ("%s: done", label);
}

char *
tb_editor_announce (TbEditor *editor, const TbEdit *edits, guint n, TbAnnounced *before)
{
  guint n_done = 0;
  tb_document_n_steps (editor->document, &n_done);
  const char *undo = tb_document_undo_label (editor->document);
  const char *redo = tb_document_redo_label (editor->document);
  char *words;
  if (n_done < before->n_done && redo != NULL)
    words = g_strdup_printf ("undone: %s", redo);
  else if (n_done > before->n_done && g_strcmp0 (undo, before->redo) == 0)
    words = g_strdup_printf ("redone: %s", undo);
  else
    words = undo ? in_words (editor, edits, n, undo) : g_strdup ("changed");
  g_free (before->redo);
  before->redo = g_strdup (redo);
  before->n_done = n_done;
  return words;
}
