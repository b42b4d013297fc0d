/* What tests of importers share: text in, a document out, and what a document says. */
#pragma once

#include <string.h>

#include "tb-import.h"

/* A document and no error, or an error and no document; the format is recognised. */
typedef struct
{
  TbDocument *document;
  const TbModel *model;
  TbProblems *dropped;
  GError *error;
} Result;

static inline Result
import_named (const char *name, const char *bytes, gsize size)
{
  const TbImportSource source = { name, NULL, bytes, size };
  Result r = { .dropped = tb_problems_new () };
  r.document = tb_import_bytes (&source, NULL, r.dropped, &r.error);
  r.model = r.document != NULL ? tb_document_model (r.document) : NULL;
  g_assert_true ((r.document == NULL) == (r.error != NULL));
  return r;
}

static inline void
result_clear (Result *r)
{
  g_clear_object (&r->document);
  g_ptr_array_unref (r->dropped);
  g_clear_error (&r->error);
}

/* (transfer full) dropped may be NULL. */
static inline TbDocument *
import_well_named (const char *name, const char *text, TbProblems *dropped)
{
  g_autoptr (GError) error = NULL;
  const TbImportSource source = { name, NULL, text, strlen (text) };
  TbDocument *document = tb_import_bytes (&source, NULL, dropped, &error);
  g_assert_no_error (error);
  return document;
}

static inline const char *
value (TbDocument *d, const char *id, TbProp prop)
{
  const TbElement *element = tb_model_lookup (tb_document_model (d), id);
  if (element == NULL)
    g_error ("there is no %s", id);
  return tb_element_get (element, prop);
}
