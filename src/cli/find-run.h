/* Which of the runs that go on is meant. */
#pragma once

#include "tb-control.h"

/* What a run says of itself; NULL: it has gone, or is no run. (transfer full) */
TbJsonValue *tb_cli_ask_run (const char *socket);
/* The socket of the run that is called so, by its file or its socket; NULL: of the only one. NULL: a sentence was
 * printed. (transfer full) */
char *tb_cli_find_run (const char *name);
