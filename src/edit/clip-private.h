/* What copying, pasting and removing share. */
#pragma once

#include "editor-private.h"
#include "tb-clip.h"

G_BEGIN_DECLS

/* remove.c: deletes from the model as one step called so ("Cut Shop", "Delete 3 elements"), keeping
 * everything else where it is, and says what went. */
void tb_editor_remove (TbEditor *editor, const char *verb, const TbUid *uids, guint n);

G_END_DECLS
