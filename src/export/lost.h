/* What a format cannot hold, said once for each kind of thing: for all formats that are text. */
#pragma once

#include "tb-export.h"

/* A sentence without a full stop, about an element (0: the whole). Nothing where options->lost is NULL. */
void tb_lost_add (const TbExportOptions *options, TbUid uid, const char *format, ...) G_GNUC_PRINTF (3, 4);
/* "3 scenarios and 1 note have no place in DOT": of all kinds that are in the model and whose bit is not in held. A
 * kind inside another that is not held is not counted. */
void tb_lost_kinds (const TbModel *model, const TbExportOptions *options, const char *format, guint64 held);
/* "timeout= of 2 links has no place in Mermaid": every property that is set in elements of that kind and is not in held
 * (TB_PROP_NONE ends it). id and name count as held. */
void tb_lost_props (const TbModel *model, const TbExportOptions *options, const char *format, TbKind kind,
                    const TbProp *held);
