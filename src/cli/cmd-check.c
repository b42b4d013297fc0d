/* tierboard check: what is wrong with a drawing, one finding a line. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "tb-json.h"
#include "tb-diagram.h"
#include "tb-model.h"
#include "tb-plan.h"

static const char *const severities[] = { "error", "warning", "info", NULL };
static const char *const colours[] = { "31", "33", "34" };

typedef struct
{
  gboolean colour;
  TbSeverity fail_on;
  TbJson *json; /* NULL: text */
} Check;

/* "file:line:column: error: sentence [rule]", as compilers say it, so that editors jump there. */
static void
print_text (const Check *check, const char *file, const TbProblem *problem)
{
  const char *word = severities[problem->severity];
  g_autofree char *place = problem->line > 0
                             ? g_strdup_printf ("%s:%u:%u", file, problem->line, problem->column)
                             : g_strdup (file);
  if (check->colour)
    printf ("\033[1m%s:\033[0m \033[%sm%s:\033[0m %s \033[2m[%s]\033[0m\n", place,
            colours[problem->severity], word, problem->message, problem->rule);
  else
    printf ("%s: %s: %s [%s]\n", place, word, problem->message, problem->rule);
}

static void
print_json (const Check *check, const TbModel *model, const TbProblem *problem)
{
  const TbElement *element = model != NULL ? tb_model_get (model, problem->uid) : NULL;
  tb_json_begin_object (check->json, NULL);
  tb_json_string (check->json, "severity", severities[problem->severity]);
  tb_json_string (check->json, "rule", problem->rule);
  tb_json_integer (check->json, "line", problem->line);
  tb_json_integer (check->json, "column", problem->column);
  tb_json_string (check->json, "element", element != NULL ? tb_element_id (element) : NULL);
  tb_json_string (check->json, "message", problem->message);
  tb_json_end_object (check->json);
}

static int
status_of (const Check *check, const TbProblems *problems)
{
  for (guint i = 0; i < problems->len; i++)
    if (((const TbProblem *) problems->pdata[i])->severity <= check->fail_on)
      return TB_EXIT_NO;
  return TB_EXIT_YES;
}

static void
print_problems (const Check *check, const char *file, const TbModel *model,
                const TbProblems *problems)
{
  for (guint i = 0; i < problems->len; i++)
    if (check->json != NULL)
      print_json (check, model, problems->pdata[i]);
    else
      print_text (check, file, problems->pdata[i]);
}

/* A drawing need not be one that runs: what keeps it from that is told, and is an error only where
 * it names something that is not there. */
static void
check_plan (const TbModel *model, TbProblems *problems)
{
  const TbPlanOptions options = { .block = 64, .run_dir = "/run", .node_program = "tierboard-node" };
  g_autoptr (GError) error = NULL;
  g_autoptr (TbPlan) plan = tb_plan_new (model, &options, &error);
  if (plan != NULL || g_error_matches (error, TB_PLAN_ERROR, TB_PLAN_ERROR_EMPTY))
    return;
  guint line = 0;
  int used = 0;
  if (sscanf (error->message, "line %u: %n", &line, &used) != 1)
    used = 0;
  gboolean dangling = g_error_matches (error, TB_PLAN_ERROR, TB_PLAN_ERROR_REFERENCE);
  tb_problems_add (problems, dangling ? TB_SEVERITY_ERROR : TB_SEVERITY_INFO, "cannot-run", 0, line, 0,
                   "cannot be run: %s", error->message + used);
}

static int
check_file (const Check *check, const char *path)
{
  const char *file = strcmp (path, "-") == 0 ? "standard input" : path;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) problems = tb_problems_new ();
  g_autoptr (TbDocument) document = tb_document_load (path, problems, &error);
  const TbModel *model = document != NULL ? tb_document_model (document) : NULL;
  if (model != NULL)
    {
      g_autofree char *folder = g_path_get_dirname (path);
      tb_model_validate (model, problems);
      tb_icons_check (model, folder, problems);
      if (!tb_problems_have_error (problems))
        check_plan (model, problems);
    }
  else if (problems->len == 0 && check->json == NULL)
    tb_cli_error ("%s", error->message);
  if (check->json != NULL)
    {
      tb_json_begin_object (check->json, NULL);
      tb_json_string (check->json, "file", file);
      tb_json_string (check->json, "unusable", error != NULL ? error->message : NULL);
      tb_json_begin_array (check->json, "problems");
    }
  print_problems (check, file, model, problems);
  if (check->json != NULL)
    {
      tb_json_end_array (check->json);
      tb_json_end_object (check->json);
    }
  return model == NULL ? TB_EXIT_REFUSED : status_of (check, problems);
}

static gboolean
find_word (const char *option, const char *word, const char *const *words, int *index)
{
  for (int i = 0; words[i] != NULL; i++)
    if (g_str_equal (words[i], word))
      {
        *index = i;
        return TRUE;
      }
  g_autofree char *expected = g_strjoinv (", ", (char **) words);
  tb_cli_error ("--%s is “%s”, expected one of %s", option, word, expected);
  return FALSE;
}

static int
check_files (Check *check, int n, char **files)
{
  int worst = TB_EXIT_YES;
  if (check->json != NULL)
    tb_json_begin_array (check->json, NULL);
  for (int i = 0; i < n; i++)
    {
      int status = check_file (check, files[i]);
      worst = MAX (worst, status);
    }
  if (check->json != NULL)
    {
      tb_json_end_array (check->json);
      puts (tb_json_text (check->json));
    }
  return worst;
}

int
tb_cmd_check (int argc, char **argv)
{
  static const char *const formats[] = { "text", "json", NULL };
  g_autofree char *format = NULL, *fail_on = NULL;
  int format_index = 0, fail_index = TB_SEVERITY_ERROR;
  const GOptionEntry entries[] = {
    { "format", 0, 0, G_OPTION_ARG_STRING, &format, "How to print: text or json", "FORMAT" },
    { "fail-on", 0, 0, G_OPTION_ARG_STRING, &fail_on,
      "What ends with status 1: error (as usual), warning or info", "SEVERITY" },
    { NULL },
  };
  if (!tb_cli_options (&argc, &argv, "FILE…", "Says what is wrong with drawings.", entries)
      || (format != NULL && !find_word ("format", format, formats, &format_index))
      || (fail_on != NULL && !find_word ("fail-on", fail_on, severities, &fail_index)))
    return TB_EXIT_REFUSED;
  if (argc < 2)
    {
      tb_cli_error ("name the files to check, or - for standard input");
      return TB_EXIT_REFUSED;
    }
  g_autoptr (TbJson) json = format_index == 1 ? tb_json_new () : NULL;
  Check check = { tb_cli_wants_colour (STDOUT_FILENO), (TbSeverity) fail_index, json };
  return check_files (&check, argc - 1, argv + 1);
}
