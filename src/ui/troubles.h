/* What goes wrong in a run at a moment, in words. Pure. */
#pragma once

#include "tb-session.h"

G_BEGIN_DECLS

/* A line for each link whose requests fail, over the last ten seconds, and for each component that has
 * more requests than threads to serve them; empty where the run is fine, or is not running. model: the
 * components' threads and names; may be NULL. (transfer full) */
TbProblems *tb_troubles_of (const TbLiveFrame *frame, const TbModel *model);

G_END_DECLS
