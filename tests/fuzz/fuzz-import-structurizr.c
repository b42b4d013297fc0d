/* Any bytes at all as a Structurizr workspace: a drawing that can be written and read again, or one sentence. */
#include <stdint.h>
#include <string.h>

#include "tb-import.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  const TbImportSource source = { "fuzz", NULL, (const char *) data, size };
  g_autoptr (GPtrArray) dropped = tb_problems_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (TbDocument) document = tb_import_bytes (&source, "structurizr", dropped, &error);
  g_assert_true ((document == NULL) == (error != NULL));
  if (document == NULL)
    return 0;
  gsize n;
  g_autofree char *xml = tb_model_to_xml (tb_document_model (document), &n);
  g_autoptr (TbDocument) again = tb_document_load_bytes ("fuzz", xml, n, NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (again);
  return 0;
}
