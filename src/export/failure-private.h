/* What stops when something fails, as marks over a picture. */
#pragma once

#include "tb-export.h"

/* FALSE with error where a name is none of the drawing's. Fills marks (tb_marks_new()) and lets page grow by what is
 * written below it. */
gboolean tb_export_mark_failure (const TbModel *model, const TbScene *scene, const TbExportOptions *options, GArray *marks,
                                 TbRect *page, GError **error);
