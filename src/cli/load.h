/* The drawing that a command is given. */
#pragma once

#include "tb-model.h"

/* As tb_document_load(). Of another program's file the one sentence says how to make a drawing of it. */
TbDocument *tb_cli_load (const char *path, TbProblems *problems, GError **error);
