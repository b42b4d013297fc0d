/* Before a drawing runs: it is read, and what it would execute is allowed. */
#include <stdio.h>
#include <unistd.h>

#include "cli.h"
#include "run-private.h"

TbDocument *
tb_run_load (const char *file)
{
  g_autoptr (GError) error = NULL;
  TbProblems *problems = tb_problems_new ();
  g_autoptr (TbDocument) document = tb_document_load (file, problems, &error);
  if (document != NULL)
    tb_model_validate (tb_document_model (document), problems);
  if (document == NULL)
    tb_cli_error ("%s", error->message);
  else if (tb_problems_have_error (problems))
    {
      for (guint i = 0; i < problems->len; i++)
        {
          const TbProblem *p = g_ptr_array_index (problems, i);
          if (p->severity == TB_SEVERITY_ERROR)
            tb_cli_error ("%s:%u:%u: %s", file, p->line, p->column, p->message);
        }
      g_clear_object (&document);
    }
  g_ptr_array_unref (problems);
  return g_steal_pointer (&document);
}

char *
tb_run_commands (TbModel *model, const char *file, TbPlan **plan)
{
  g_autoptr (GError) error = NULL;
  const TbPlanOptions options = { .block = 64, .run_dir = "/", .node_program = "tierboard-node",
                                  .file = file };
  g_autoptr (TbPlan) made = tb_plan_new (model, &options, &error);
  if (made == NULL)
    {
      tb_cli_error ("%s", error->message);
      return NULL;
    }
  char *commands = tb_plan_commands (made);
  if (plan != NULL)
    *plan = g_steal_pointer (&made);
  return commands;
}

static gboolean
ask (const char *file, const char *commands)
{
  char answer[16] = "";
  g_autoptr (GError) error = NULL;
  fprintf (stderr, "Running %s executes on this machine:\n\n%s\nRun it, now and whenever it is "
           "unchanged? [y/N] ", file, commands);
  fflush (stderr);
  if (fgets (answer, sizeof answer, stdin) == NULL || g_ascii_tolower (answer[0]) != 'y')
    {
      tb_cli_error ("nothing was run");
      return FALSE;
    }
  if (!tb_trust_remember (commands, &error))
    tb_cli_error ("%s", error->message);
  return TRUE;
}

gboolean
tb_run_is_allowed (const char *file, const char *commands, gboolean trust)
{
  if (!tb_trust_needed (commands) || trust || tb_trust_is_known (commands))
    return TRUE;
  if (isatty (STDIN_FILENO) && isatty (STDERR_FILENO))
    return ask (file, commands);
  tb_cli_error ("%s would execute commands that were not allowed yet, and there is no terminal to "
                "ask at; look at them and give --trust:\n%s", file, commands);
  return FALSE;
}
