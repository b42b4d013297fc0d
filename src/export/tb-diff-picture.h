/* The picture of what differs: the later drawing, and over it what is new, gone, changed and moved.
 * Each is told by colour and by shape. */
#pragma once

#include "tb-export.h"

G_BEGIN_DECLS

/* SVG or PNG, by name ("svg"); NULL with error. view_id of options is one of b's views, or one of
 * a's that is gone; NULL: the first. (transfer full) */
GBytes *tb_export_diff (const TbModel *a, const TbModel *b, const char *format,
                        const TbExportOptions *options, GError **error);

G_END_DECLS
