/* Environment files of any bytes: every name is one, every value a text, or the line is said that is none. */
#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "env-file.h"

int LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t n);

static void
take (const char *name, const char *value, void *data)
{
  size_t *taken = data;
  TB_CHECK (name[0] != '\0' && !isdigit ((unsigned char) name[0]));
  TB_CHECK (strpbrk (name, "= \t\r\n") == NULL && strchr (value, '\n') == NULL);
  *taken += strlen (name) + strlen (value);
}

int
LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t n)
{
  size_t taken = 0;
  unsigned bad_line = 0;
  char *text = calloc (1, n + 1);
  memcpy (text, bytes, n);
  bool good = tb_env_file_parse (text, take, &taken, &bad_line);
  TB_CHECK (good == (bad_line == 0) && taken <= n);
  free (text);
  return 0;
}
