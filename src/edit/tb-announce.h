/* What a change was, in words, for who does not see it. */
#pragma once

#include "tb-edit.h"

G_BEGIN_DECLS

/* Which steps there were, to tell a new one from undo and redo. */
typedef struct
{
  guint n_done;
  char *redo; /* the label that redo had; NULL: none */
} TbAnnounced;

void tb_announced_clear (TbAnnounced *before);
/* "Shop moved to Application servers", "linked Shop to Orders", "undone: Move Shop", "Rename Shop:
 * done"; takes note of where the history is now. (transfer full) */
char *tb_editor_announce (TbEditor *editor, const TbEdit *edits, guint n, TbAnnounced *before);

G_END_DECLS
