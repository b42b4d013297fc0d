/* Any bytes as what tierboard-place wrote of a graph: reading DOT itself is that program's, a process of its own. */
#include "fuzz-import.h"

#include "dot-private.h"
#include "import-private.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *listing = g_strndup ((const char *) data, size);
  const TbImportSource source = { "fuzz", NULL, "", 0 };
  g_autoptr (GPtrArray) dropped = tb_problems_new ();
  g_autoptr (GError) error = NULL;
  tb_sniff_dot ((const char *) data, size);
  g_autoptr (TbDocument) document = tb_dot_build (&source, listing, dropped, &error);
  fuzz_import_check (document, error);
  return 0;
}
