/* Taking away: from the architecture, or only from a view. */
#pragma once

#include "tb-edit.h"

G_BEGIN_DECLS

/* One undo step: these elements are not shown in this view any more; they stay in the architecture,
 * and their places stay known. A message says where they still are. Links cannot be hidden: they
 * are shown where both their ends are. */
void tb_editor_hide (TbEditor *editor, const TbUid *uids, guint n);
/* Appends the uids (TbUid) of what this view hides, in the order of its places. */
void tb_editor_hidden (TbEditor *editor, GArray *out);
/* One undo step: shows them again where they stood, and selects them. */
void tb_editor_show (TbEditor *editor, const TbUid *uids, guint n);

/* Commands: "delete" takes from the architecture, "hide" from this view, "show-hidden" emits the
 * editor's "ask" so that a person can choose. */

G_END_DECLS
