/* Drawings as text to plans, and what stands in these. */
#include "plan-fixture.h"

#include <string.h>

#define HEAD "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"                                         \
             "<architecture xmlns=\"urn:tierboard:1\" name=\"Test\">\n"
#define TAIL "</architecture>\n"

TbDocument *
plan_document_of (const char *body)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *xml = g_strconcat (HEAD, body, TAIL, NULL);
  TbDocument *document = tb_document_load_bytes ("test", xml, strlen (xml), NULL, &error);
  g_assert_no_error (error);
  return document;
}

TbPlan *
plan_try (const char *body, GError **error)
{
  g_autoptr (TbDocument) document = plan_document_of (body);
  const TbPlanOptions options = { .block = 77, .run_dir = "/run", .node_program = "node",
                                  .seed = 5, .file = "test.tierboard" };
  return tb_plan_new (tb_document_model (document), &options, error);
}

TbPlan *
plan_of (const char *body)
{
  g_autoptr (GError) error = NULL;
  TbPlan *plan = plan_try (body, &error);
  g_assert_no_error (error);
  return plan;
}

const TbPlanInstance *
plan_instance (const TbPlan *plan, const char *id)
{
  int index = tb_plan_find_instance (plan, id);
  g_assert_cmpint (index, >=, 0);
  return g_ptr_array_index (plan->instances, index);
}

const TbPlanLink *
plan_link (const TbPlan *plan, const char *id)
{
  int index = tb_plan_find_link (plan, id);
  g_assert_cmpint (index, >=, 0);
  return g_ptr_array_index (plan->links, index);
}

const char *
plan_option (const TbPlanInstance *i, const char *name)
{
  for (char **word = i->argv; *word != NULL; word++)
    if (g_str_equal (*word, name))
      return word[1];
  return NULL;
}

const char *
plan_variable (const TbPlanInstance *i, const char *name)
{
  for (guint k = 0; k < i->env->len; k++)
    {
      const TbPlanPair *pair = g_ptr_array_index (i->env, k);
      if (g_str_equal (pair->name, name))
        return pair->value;
    }
  return NULL;
}

const char *
plan_file (const TbPlanInstance *i, const char *name)
{
  for (guint k = 0; k < i->files->len; k++)
    {
      const TbPlanPair *pair = g_ptr_array_index (i->files, k);
      if (g_str_equal (pair->name, name))
        return pair->value;
    }
  return NULL;
}

char *
plan_command_line (const TbPlanInstance *i)
{
  return g_strjoinv (" ", i->argv);
}

void
assert_contains (const char *text, const char *part)
{
  if (text == NULL || strstr (text, part) == NULL)
    g_error ("«%s» is not in «%s»", part, text ? text : "(nothing)");
}

void
assert_lacks (const char *text, const char *part)
{
  if (strstr (text, part) != NULL)
    g_error ("«%s» is in «%s»", part, text);
}

void
assert_refused_at (const char *body, const char *sentence, const char *where)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TbPlan) plan = plan_try (body, &error);
  if (plan != NULL || error == NULL || strstr (error->message, sentence) == NULL)
    g_error ("%s: wanted «%s», got «%s»", where, sentence, error ? error->message : "a plan");
}
