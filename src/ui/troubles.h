/* What goes wrong in a run at a moment, in words. Pure. */
#pragma once

#include "signs.h"
#include "tb-session.h"

G_BEGIN_DECLS

/* A line for each thing that is wrong, in the order in which to look: first what may be a cause (a cut, an
 * instance that does not answer, is paused or has ended, a fault, calls that are made again and again), then
 * what may be its effect (requests that wait, links that are slow or fail over the last ten seconds), the
 * deepest in the chain of calls first. Empty where the run is fine, or is not running. signs: as the canvas
 * judged the same frame; may be NULL. model: names; may be NULL. (transfer full) */
TbProblems *tb_troubles_of (const TbLiveFrame *frame, const TbSigns *signs, const TbModel *model);

G_END_DECLS
