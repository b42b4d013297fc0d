/* What every importer's fuzz target does with any bytes: there is a drawing that can be written and read again, or one
 * sentence and nothing. A target is this, with what its format is called:
 *
 *   #define FUZZ_IMPORT "drawio"
 *   #include "fuzz-import.h"
 *
 * No folder is given, so no file beside it is read. Without FUZZ_IMPORT there is the check alone. */
#pragma once

#include <stdint.h>

#include "tb-import.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static inline void
fuzz_import_check (TbDocument *document, const GError *error)
{
  g_autoptr (GError) why = NULL;
  gsize n;
  g_assert_true ((document == NULL) == (error != NULL));
  if (document == NULL)
    return;
  g_autofree char *xml = tb_model_to_xml (tb_document_model (document), &n);
  g_autoptr (TbDocument) again = tb_document_load_bytes ("again", xml, n, NULL, &why);
  g_assert_no_error (why);
  g_assert_nonnull (again);
}

#ifdef FUZZ_IMPORT
int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  const TbImportSource source = { "fuzz", NULL, (const char *) data, size };
  g_autoptr (GPtrArray) dropped = tb_problems_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (TbDocument) document = tb_import_bytes (&source, FUZZ_IMPORT, dropped, &error);
  fuzz_import_check (document, error);
  return 0;
}
#endif
