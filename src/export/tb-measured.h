/* What a run measured, as the figures that predictions are set beside and calibrated by (TbMeasured): of the whole
 * recording of a run, a stretch of it, or of the run that goes on. */
#pragma once

#include "tb-past.h"
#include "tb-predict.h"

G_BEGIN_DECLS

/* From one moment to another; 0 and 0: the stretch that says most, from when the first requests were answered a
 * while ago until it began to stop. Links and components are known by their ids. NULL with error where nothing was
 * answered in it. (transfer full) */
TbMeasured *tb_measured_from_past (TbPast *past, const TbQueueNet *net, gint64 from_ns, gint64 to_ns, GError **error);
/* The same between two frames of a run; before NULL: since its start. Processor time is that of the last second.
 * NULL where nothing was answered. (transfer full) */
TbMeasured *tb_measured_from_frames (const TbLiveFrame *before, const TbLiveFrame *now, const TbQueueNet *net);

G_END_DECLS
