/* Any bytes at all as an architecture file: refused with a reason, or read, written and read again
 * to the same bytes. */
#include <stdint.h>

#include "tb-model.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static void
check_accepted (TbDocument *document)
{
  gsize size, size_again;
  g_autoptr (GPtrArray) problems = tb_problems_new ();
  const TbModel *model = tb_document_model (document);
  tb_model_validate (model, problems);
  g_autofree char *xml = tb_model_to_xml (model, &size);
  g_autoptr (TbDocument) again = tb_document_load_bytes ("again", xml, size, NULL, NULL);
  g_assert_nonnull (again);
  g_autofree char *second = tb_model_to_xml (tb_document_model (again), &size_again);
  g_assert_cmpmem (xml, size, second, size_again);
  g_autoptr (TbModel) snapshot = tb_document_snapshot (document);
  g_autofree char *copy = tb_model_to_xml (snapshot, NULL);
  g_assert_cmpstr (copy, ==, xml);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) problems = tb_problems_new ();
  g_autoptr (TbDocument) document
    = tb_document_load_bytes ("fuzz", (const char *) data, size, problems, &error);
  g_assert_true ((document != NULL) == (error == NULL));
  g_assert_true ((document != NULL) != tb_problems_have_error (problems));
  if (document != NULL)
    check_accepted (document);
  return 0;
}
