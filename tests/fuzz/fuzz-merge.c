/* Two versions of a drawing that two people made of a third: three files with a zero byte between, of which a missing
 * one is the first. The merge is a drawing that can be written, read and settled, whatever conflicts stand in it. */
#include <stdint.h>
#include <string.h>

#include "tb-diff.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static TbDocument *
load_next (const char **at, const char *end)
{
  const char *zero = memchr (*at, 0, (gsize) (end - *at));
  gsize n = (gsize) ((zero != NULL ? zero : end) - *at);
  TbDocument *document = tb_document_load_bytes ("fuzz", *at, n, NULL, NULL);
  *at += n + (zero != NULL);
  return document;
}

static TbDocument *
load_again (const TbModel *model)
{
  gsize n;
  g_autofree char *xml = tb_model_to_xml (model, &n);
  TbDocument *again = tb_document_load_bytes ("again", xml, n, NULL, NULL);
  g_assert_nonnull (again);
  return again;
}

static void
merge (const TbModel *base, const TbModel *ours, const TbModel *theirs)
{
  g_autoptr (TbModel) merged = tb_model_merge (base, ours, theirs, TB_MERGE_MARK_ALL, NULL);
  g_autoptr (TbDocument) document = load_again (merged);
  g_autoptr (GPtrArray) problems = tb_problems_new ();
  tb_model_validate (tb_document_model (document), problems);
  tb_document_begin (document, "Settle", NULL);
  tb_document_settle (document, NULL, 0, TRUE);
  tb_document_commit (document);
  g_object_unref (load_again (tb_document_model (document)));
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  const char *at = (const char *) data, *end = at + size;
  g_autoptr (TbDocument) base = load_next (&at, end);
  g_autoptr (TbDocument) ours = base != NULL && at < end ? load_next (&at, end) : NULL;
  g_autoptr (TbDocument) theirs = base != NULL && at < end ? load_next (&at, end) : NULL;
  if (base == NULL)
    return 0;
  const TbModel *first = tb_document_model (base);
  const TbModel *mine = ours != NULL ? tb_document_model (ours) : first;
  merge (first, mine, theirs != NULL ? tb_document_model (theirs) : first);
  g_autoptr (TbDocument) becomes = load_again (first);
  tb_document_become (becomes, mine, "Become");
  g_autofree char *is = tb_model_to_xml (tb_document_model (becomes), NULL), *was = tb_model_to_xml (mine, NULL);
  g_assert_cmpstr (is, ==, was);
  return 0;
}
