/* What mends a finding of the rules, and letting it be, each as one step of undo. */
#pragma once

#include "tb-rules.h"

G_BEGIN_DECLS

/* Makes the edits; the step is called as the fix is. FALSE, with nothing changed, where one of the elements is gone
 * by now, or a value is none. */
gboolean tb_fix_apply (TbDocument *document, const TbRuleFix *fix);
/* Whether findings about that element can be ignored: it is there, and <ignore> may stand in it. */
gboolean tb_fix_may_ignore (const TbModel *model, TbUid uid);
/* An <ignore> in that element, which says why; takes the place of one for the same rule. FALSE where it is gone or
 * the reason is blank. */
gboolean tb_fix_ignore (TbDocument *document, TbUid uid, const char *rule, const char *reason);
/* Takes away what ignores findings of that rule about that element: there, or else in the architecture; with a pattern
 * (layer.*) also for the others that it means. FALSE where nothing does. */
gboolean tb_fix_stop_ignoring (TbDocument *document, TbUid uid, const char *rule);

G_END_DECLS
