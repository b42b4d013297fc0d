/* Any bytes as what tierboard-place wrote of a graph: a drawing that can be written and read again, or one sentence. */
#include "dot-private.h"
#include "import-private.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *listing = g_strndup ((const char *) data, size);
  const TbImportSource source = { "fuzz", NULL, "", 0 };
  g_autoptr (GPtrArray) dropped = tb_problems_new ();
  g_autoptr (GError) error = NULL;
  tb_sniff_dot ((const char *) data, size);
  g_autoptr (TbDocument) document = tb_dot_build (&source, listing, dropped, &error);
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
