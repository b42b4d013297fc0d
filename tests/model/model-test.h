/* What the tests of the model share. */
#pragma once

#include <string.h>

#include "tb-model.h"

#define OPEN "<architecture xmlns=\"urn:tierboard:1\" name=\"T\">"
#define HEAD "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"

/* A document of that text; the test fails where it is none. */
static inline TbDocument *
read_good (const char *xml)
{
  g_autoptr (GError) error = NULL;
  TbDocument *document
    = tb_document_load_bytes ("test.tierboard", xml, strlen (xml), NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (document);
  return document;
}

static inline char *
xml_of (TbDocument *document)
{
  return tb_model_to_xml (tb_document_model (document), NULL);
}

static inline TbUid
uid_of (TbDocument *document, const char *id)
{
  const TbElement *element = tb_model_lookup (tb_document_model (document), id);
  g_assert_nonnull (element);
  return tb_element_uid (element);
}

static inline TbUid
root_of (TbDocument *document)
{
  return tb_element_uid (tb_model_root (tb_document_model (document)));
}

static inline const TbProblem *
find_problem (const TbProblems *problems, const char *rule)
{
  for (guint i = 0; i < problems->len; i++)
    {
      const TbProblem *problem = problems->pdata[i];
      if (strcmp (problem->rule, rule) == 0)
        return problem;
    }
  return NULL;
}
