/* Two recordings compared, for `tierboard diff`. */
#pragma once

#include <glib.h>

/* An exit status: TB_EXIT_NO where something is in one of them only. */
int tb_diff_recordings (char *const names[2], gboolean as_json);
