/* Copying and pasting without a window. What is copied is an architecture of its own: canonical XML
 * with the selected elements, the links among them, what they name (tiers, layers …) and their
 * places. Elements with a place in it were selected; the others only come along. */
#pragma once

#include "tb-edit.h"

G_BEGIN_DECLS

#define TB_CLIP_MIME_TYPE "application/vnd.tierboard+xml"

/* More elements than that are refused: a mistake rather than a paste. */
#define TB_PASTE_MAX_ELEMENTS 100000
/* Characters of foreign text that become a note. */
#define TB_PASTE_MAX_TEXT 2000

gboolean tb_editor_can_copy (TbEditor *editor);
/* The selection, with the members of containers. NULL where nothing of it can be copied.
 * (transfer full) */
char *tb_editor_copy (TbEditor *editor, gsize *size);
/* Removes from the model what tb_editor_copy() takes: one undo step. */
void tb_editor_cut (TbEditor *editor);

typedef struct
{
  gboolean copy;          /* new ids and names for all; FALSE: linked where that is possible */
  gboolean same_document; /* it was copied from this one: an element of the same id is the same */
  const TbPoint *at;      /* where its middle comes to stand; NULL: near where it was */
} TbPasteOptions;

/* One undo step; what was pasted is selected. Linked: an element that the document still has and
 * this view does not show is shown here, the same element; where it is shown already, and between
 * documents, it is copied. Containers of an id the document has are used, missing ones come along.
 * Nothing comes to lie on another card. Text that is no architecture becomes a note. FALSE with
 * error (a sentence) where it is refused. */
gboolean tb_editor_paste (TbEditor *editor, const char *text, gsize size,
                          const TbPasteOptions *options, GError **error);

/* The commands "copy", "cut", "paste" and "paste-copy" emit the editor's "ask" with their name: the
 * clipboard is the window's. */

G_END_DECLS
