/* Before a drawing runs: it is read, and what it would execute is allowed. */
#include <stdio.h>
#include <unistd.h>

#include "cli.h"
#include "load.h"
#include "run-private.h"

static gboolean
is_of_a_scenario (TbDocument *document, const TbProblem *problem)
{
  const TbElement *at = tb_model_get (tb_document_model (document), problem->uid);
  while (at != NULL && tb_element_kind (at) != TB_KIND_SCENARIO)
    at = tb_element_parent (at);
  return at != NULL;
}

/* Says what is wrong; TRUE where something is. */
static gboolean
say_errors (const char *file, TbDocument *document, const TbProblems *problems, gboolean but_scenarios)
{
  gboolean some = FALSE;
  for (guint i = 0; i < problems->len; i++)
    {
      const TbProblem *p = g_ptr_array_index (problems, i);
      if (p->severity != TB_SEVERITY_ERROR || (but_scenarios && is_of_a_scenario (document, p)))
        continue;
      tb_cli_error ("%s:%u:%u: %s", file, p->line, p->column, p->message);
      some = TRUE;
    }
  return some;
}

/* What cannot be read is wrong wherever it stands; of scenarios it is only left out what they name. */
static TbDocument *
load (const char *file, gboolean but_scenarios)
{
  g_autoptr (GError) error = NULL;
  TbProblems *read = tb_problems_new (), *named = tb_problems_new ();
  g_autoptr (TbDocument) document = tb_cli_load (file, read, &error);
  if (document == NULL)
    tb_cli_error ("%s", error->message);
  else
    {
      tb_model_validate (tb_document_model (document), named);
      if (say_errors (file, document, read, FALSE) | say_errors (file, document, named, but_scenarios))
        g_clear_object (&document);
    }
  g_ptr_array_unref (read);
  g_ptr_array_unref (named);
  return g_steal_pointer (&document);
}

TbDocument *
tb_run_load (const char *file)
{
  return load (file, FALSE);
}

TbDocument *
tb_run_load_for_test (const char *file)
{
  return load (file, TRUE);
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
