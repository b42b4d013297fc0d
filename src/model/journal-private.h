/* What writing and finding journals share. */
#pragma once

#include "tb-journal.h"

#define TB_JOURNAL_MAGIC "tierboard-journal 1\n"
#define TB_JOURNAL_SUFFIX ".journal"
#define TB_JOURNAL_LOCK ".lock"

/* (transfer full) */
char *tb_journal_lock_path (const char *file);
