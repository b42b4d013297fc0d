/* A journal's lines under any bytes: what is said to be the document lies inside them. */
#include "tb-base.h"
#include "tb-journal.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t n);

int
LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t n)
{
  /* Files are read with a 0 behind them. */
  g_autofree char *copy = g_malloc (n + 1);
  g_autofree char *path = NULL, *base = NULL;
  gint64 time_us;
  memcpy (copy, bytes, n);
  copy[n] = '\0';
  const char *xml = tb_journal_parse (copy, n, &path, &base, &time_us);
  TB_CHECK (xml == NULL || (xml > copy && xml <= copy + n));
  return 0;
}
