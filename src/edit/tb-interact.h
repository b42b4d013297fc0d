/* Edits of interactions, each one undo step. */
#pragma once

#include "tb-edit.h"
#include "tb-interaction.h"

G_BEGIN_DECLS

/* A new one. steps (may be NULL): its calls, of which those over links that are drawn are taken, in
 * their order. name: NULL or "": the next that is free. */
TbUid tb_interaction_add (TbEditor *editor, const char *name, const TbSteps *steps);
/* One more call over a link: behind that step, at the end where it is 0. 0 where there is no such
 * interaction or link. */
TbUid tb_interaction_add_step (TbEditor *editor, TbUid interaction, TbUid link, TbUid behind);
/* One place up (by < 0) or down. FALSE where it is there already. */
gboolean tb_interaction_move_step (TbEditor *editor, TbUid step, int by);
/* An interaction, or a step. */
void tb_interaction_remove (TbEditor *editor, TbUid uid);

G_END_DECLS
