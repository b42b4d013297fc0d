/* Lists of findings. */
#include "tb-model.h"

G_DEFINE_QUARK (tb-model-error-quark, tb_model_error)

static void
problem_free (gpointer data)
{
  TbProblem *problem = data;
  g_free (problem->message);
  g_free (problem);
}

TbProblems *
tb_problems_new (void)
{
  return g_ptr_array_new_with_free_func (problem_free);
}

void
tb_problems_add (TbProblems *problems, TbSeverity severity, const char *rule, TbUid uid, guint line,
                 guint column, const char *format, ...)
{
  TbProblem *problem = g_new0 (TbProblem, 1);
  *problem = (TbProblem){ severity, rule, uid, line, column, NULL };
  va_list arguments;
  va_start (arguments, format);
  problem->message = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_ptr_array_add (problems, problem);
}

gboolean
tb_problems_have_error (const TbProblems *problems)
{
  for (guint i = 0; i < problems->len; i++)
    if (((const TbProblem *) problems->pdata[i])->severity == TB_SEVERITY_ERROR)
      return TRUE;
  return FALSE;
}
