/* tierboard check: what is wrong with a drawing, one finding a line. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "check-private.h"
#include "cli.h"
#include "load.h"
#include "tb-json.h"
#include "tb-diagram.h"
#include "tb-model.h"
#include "tb-plan.h"

static const char *const severities[] = { "error", "warning", "info", NULL };
static const char *const formats[] = { "text", "json", "sarif", NULL };
static const char *const colours[] = { "31", "33", "34" };

enum
{
  FORMAT_TEXT,
  FORMAT_JSON,
  FORMAT_SARIF
};

typedef struct
{
  gboolean colour, ignored; /* ignored: findings that the file ignores are printed too */
  gboolean each;            /* many findings of one rule are not said as one */
  TbSeverity fail_on;
  int format;
  TbJson *json; /* NULL: text */
} Check;

const char *
tb_check_severity (TbSeverity severity)
{
  return severities[severity];
}

/* "file:line:column: error: sentence [rule]", as compilers say it, so that editors jump there. */
static void
print_text (const Check *check, const char *file, const TbProblem *problem, const char *ignored)
{
  const char *word = severities[problem->severity];
  g_autofree char *place = problem->line > 0
                             ? g_strdup_printf ("%s:%u:%u", file, problem->line, problem->column)
                             : g_strdup (file);
  g_autofree char *because = ignored != NULL ? g_strdup_printf (" (ignored: %s)", ignored) : g_strdup ("");
  if (check->colour)
    printf ("\033[1m%s:\033[0m \033[%sm%s:\033[0m %s \033[2m[%s]%s\033[0m\n", place,
            colours[problem->severity], word, problem->message, problem->rule, because);
  else
    printf ("%s: %s: %s [%s]%s\n", place, word, problem->message, problem->rule, because);
}

/* All that a rule's finding is about, and what would mend it. */
static void
print_finding (TbJson *json, const TbModel *model, const TbRuleFinding *finding)
{
  tb_json_begin_array (json, "about");
  for (guint i = 0; i < finding->uids->len; i++)
    {
      const TbElement *element = tb_model_get (model, g_array_index (finding->uids, TbUid, i));
      if (element != NULL && tb_element_id (element) != NULL)
        tb_json_string (json, NULL, tb_element_id (element));
    }
  tb_json_end_array (json);
  tb_json_string (json, "fix", finding->fix != NULL ? finding->fix->label : NULL);
  if (finding->other != NULL)
    tb_json_string (json, "otherFix", finding->other->label);
  tb_json_string (json, "ignored", finding->ignored ? finding->reason : NULL);
}

/* finding: NULL for what is no rule's. */
static void
print_json (const Check *check, const TbModel *model, const TbProblem *problem, const TbRuleFinding *finding)
{
  const TbElement *element = model != NULL ? tb_model_get (model, problem->uid) : NULL;
  tb_json_begin_object (check->json, NULL);
  tb_json_string (check->json, "severity", severities[problem->severity]);
  tb_json_string (check->json, "rule", problem->rule);
  tb_json_integer (check->json, "line", problem->line);
  tb_json_integer (check->json, "column", problem->column);
  tb_json_string (check->json, "element", element != NULL ? tb_element_id (element) : NULL);
  tb_json_string (check->json, "message", problem->message);
  if (finding != NULL)
    print_finding (check->json, model, finding);
  tb_json_end_object (check->json);
}

static int
status_of (const Check *check, const TbCheckedFile *file)
{
  for (guint i = 0; i < file->problems->len; i++)
    if (((const TbProblem *) file->problems->pdata[i])->severity <= check->fail_on)
      return TB_EXIT_NO;
  for (guint i = 0; file->findings != NULL && i < file->findings->len; i++)
    {
      const TbRuleFinding *finding = file->findings->pdata[i];
      if (!finding->ignored && finding->problem.severity <= check->fail_on)
        return TB_EXIT_NO;
    }
  return TB_EXIT_YES;
}

static void
print_one (const Check *check, const TbCheckedFile *file, const TbProblem *problem, const TbRuleFinding *finding)
{
  gboolean ignored = finding != NULL && finding->ignored;
  if (ignored && !check->ignored)
    return;
  if (check->format == FORMAT_JSON)
    print_json (check, file->model, problem, finding);
  else
    print_text (check, file->file, problem, ignored ? finding->reason : NULL);
}

static void
print_all (const Check *check, const TbCheckedFile *file)
{
  for (guint i = 0; i < file->problems->len; i++)
    print_one (check, file, file->problems->pdata[i], NULL);
  for (guint i = 0; file->findings != NULL && i < file->findings->len; i++)
    {
      const TbRuleFinding *finding = file->findings->pdata[i];
      print_one (check, file, &finding->problem, finding);
    }
}

static void
print_file (const Check *check, const TbCheckedFile *file)
{
  if (check->format == FORMAT_SARIF)
    {
      tb_check_sarif_file (check->json, file);
      return;
    }
  if (check->format == FORMAT_JSON)
    {
      tb_json_begin_object (check->json, NULL);
      tb_json_string (check->json, "file", file->file);
      tb_json_string (check->json, "unusable", file->unusable);
      tb_json_begin_array (check->json, "problems");
    }
  print_all (check, file);
  if (check->format == FORMAT_JSON)
    {
      tb_json_end_array (check->json);
      tb_json_end_object (check->json);
    }
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
  const TbRuleOptions options = { .with_ignored = TRUE, .gather = check->json == NULL && !check->each };
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) problems = tb_problems_new ();
  g_autoptr (GPtrArray) findings = NULL;
  g_autoptr (TbDocument) document = tb_cli_load (path, problems, &error);
  const TbModel *model = document != NULL ? tb_document_model (document) : NULL;
  if (model != NULL)
    {
      g_autofree char *folder = g_path_get_dirname (path);
      tb_model_validate (model, problems);
      tb_icons_check (model, folder, problems);
      if (!tb_problems_have_error (problems))
        check_plan (model, problems);
      findings = tb_rules_check (model, &options);
    }
  else if (problems->len == 0 && check->json == NULL)
    tb_cli_error ("%s", error->message);
  const TbCheckedFile file = { strcmp (path, "-") == 0 ? "standard input" : path, error != NULL ? error->message : NULL,
                               model, problems, findings };
  print_file (check, &file);
  return model == NULL ? TB_EXIT_REFUSED : status_of (check, &file);
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
  if (check->format == FORMAT_SARIF)
    tb_check_sarif_begin (check->json);
  else if (check->format == FORMAT_JSON)
    tb_json_begin_array (check->json, NULL);
  for (int i = 0; i < n; i++)
    {
      int status = check_file (check, files[i]);
      worst = MAX (worst, status);
    }
  if (check->format == FORMAT_SARIF)
    tb_check_sarif_end (check->json);
  else if (check->format == FORMAT_JSON)
    tb_json_end_array (check->json);
  if (check->json != NULL)
    puts (tb_json_text (check->json));
  return worst;
}

int
tb_cmd_check (int argc, char **argv)
{
  g_autofree char *format = NULL, *fail_on = NULL;
  gboolean rules = FALSE;
  int fail_index = TB_SEVERITY_ERROR;
  Check check = { .colour = tb_cli_wants_colour (STDOUT_FILENO) };
  const GOptionEntry entries[] = {
    { "format", 0, 0, G_OPTION_ARG_STRING, &format, "How to print: text, json or sarif", "FORMAT" },
    { "fail-on", 0, 0, G_OPTION_ARG_STRING, &fail_on,
      "What ends with status 1: error (as usual), warning or info", "SEVERITY" },
    { "ignored", 0, 0, G_OPTION_ARG_NONE, &check.ignored, "Print what the file ignores too, with its reasons", NULL },
    { "each", 0, 0, G_OPTION_ARG_NONE, &check.each, "Print every finding, also where a rule has more than three", NULL },
    { "rules", 0, 0, G_OPTION_ARG_NONE, &rules, "Print the table of rules instead, as Markdown", NULL },
    { NULL },
  };
  if (!tb_cli_options (&argc, &argv, "FILE…", "Says what is wrong with drawings.", entries)
      || (format != NULL && !find_word ("format", format, formats, &check.format))
      || (fail_on != NULL && !find_word ("fail-on", fail_on, severities, &fail_index)))
    return TB_EXIT_REFUSED;
  if (rules && argc < 2)
    {
      g_autofree char *page = tb_rules_to_markdown ();
      fputs (page, stdout);
      return TB_EXIT_YES;
    }
  if (argc < 2 || rules)
    {
      tb_cli_error (rules ? "--rules takes no file" : "name the files to check, or - for standard input");
      return TB_EXIT_REFUSED;
    }
  g_autoptr (TbJson) json = check.format != FORMAT_TEXT ? tb_json_new () : NULL;
  check.fail_on = (TbSeverity) fail_index;
  check.json = json;
  return check_files (&check, argc - 1, argv + 1);
}
