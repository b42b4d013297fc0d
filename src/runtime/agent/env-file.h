/* Environment files: NAME=VALUE lines, "export" before them if one likes, values in quotes or bare,
 * remarks behind #. Nothing is executed or filled in. */
#pragma once

#include "tb-base.h"

enum
{
  TB_ENV_FILE_MAX = 1 << 20
};

/* Calls take for each line of text, which is changed. False with the number of the line, from 1, that
 * is none of that. */
bool tb_env_file_parse (char *text, void (*take) (const char *name, const char *value, void *data),
                        void *data, unsigned *bad_line);
/* The same of a file; why: at least 256 bytes, a sentence. */
bool tb_env_file_read (const char *path,
                       void (*take) (const char *name, const char *value, void *data), void *data,
                       char *why);
