/* DOT without its parser. */
#pragma once

#include "import-build.h"

/* Builds what src/place/read.c wrote of a graph; changes listing. */
TbDocument *tb_dot_build (const TbImportSource *source, char *listing, TbProblems *dropped, GError **error);
