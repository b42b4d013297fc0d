/* What commands about recordings share. */
#pragma once

#include "tb-past.h"

/* NULL: why was said. What its notice says is said too. */
TbPast *tb_cli_open_recording (const char *path);
/* The drawing inside, as it was then: for uids and a title. NULL: there is none that can be read. */
TbModel *tb_cli_drawing_of (TbPast *past, gint64 time_ns);
/* "12.5s" of a run, since its start, to the monotonic clock. FALSE: it is no duration, as was said. */
gboolean tb_cli_moment (TbPast *past, const char *text, gint64 *time_ns);
/* Text of a program without what a terminal would act on. (transfer full) */
char *tb_cli_plain (const char *text);
/* "client/1", or "outside". */
const char *tb_cli_instance_name (TbPast *past, guint instance);
/* The link of a row; "from>to" where nobody drew it. (transfer full) */
char *tb_cli_row_name (TbPast *past, guint row);
