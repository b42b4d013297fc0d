/* Compose files: whatever comes, a whole document or one sentence. There is no folder, so no file is read. */
#include <glib.h>
#include <stdint.h>

#include "tb-import.h"

int LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t n);

int
LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t n)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) told = tb_problems_new ();
  const TbImportSource source = { .name = "compose.yaml", .bytes = (const char *) bytes, .size = n };
  g_autoptr (TbDocument) document = tb_import_bytes (&source, "compose", told, &error);
  g_assert_true ((document == NULL) == (error != NULL));
  if (document != NULL)
    {
      gsize size;
      g_autofree char *xml = tb_model_to_xml (tb_document_model (document), &size);
      TbDocument *again = tb_document_load_bytes ("again", xml, size, NULL, &error);
      g_assert_no_error (error);
      g_object_unref (again);
    }
  return 0;
}
