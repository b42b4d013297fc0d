/* What of tierboard ctl takes the whole terminal. */
#pragma once

#include <glib.h>

#include "exit-status.h"
#include "tb-terminal.h"

/* Until a person lets go or nothing more comes. restart: the instance is started again, in a terminal
 * of its own, first; under (may be NULL): under that tool. */
TbExitStatus tb_ctl_attach (const char *run_dir, const char *instance, TbTerminalKind kind,
                            gboolean restart, const char *under);
