/* tierboard test FILE…: scenarios on real processes or in virtual time, and a verdict on what they expect. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "run-private.h"
#include "test-private.h"

#define KEEP "tierboard-failures"

typedef struct
{
  char *with, *junit, *keep, **only;
  int repeat, schedules; /* schedules 0: not said */
  gint64 seed;
  gboolean json, trust, verbose, quiet, contain, virtual_time;
} Options;

typedef struct
{
  const Options *options;
  GPtrArray *results; /* of TbTestResult */
  TbDocument *with;   /* NULL */
  TbExitStatus status;
  gboolean interrupted;
} Tests;

/* ---- What is to be run ---------------------------------------------------------------------------------- */

static gboolean
is_asked_for (const Options *o, const TbElement *scenario)
{
  return o->only == NULL || g_strv_contains ((const char *const *) o->only, tb_element_id (scenario));
}

static void
say_problems (const char *file, const TbProblems *problems)
{
  for (guint i = 0; i < problems->len; i++)
    {
      const TbProblem *p = g_ptr_array_index (problems, i);
      tb_cli_error ("%s:%u:%u: %s", file, p->line, p->column, p->message);
    }
}

static gboolean
refuse_missing (const Options *o, const char *file, const TbModel *holder)
{
  guint n = tb_model_count (holder, TB_KIND_SCENARIO);
  if (n == 0 && o->virtual_time && o->only == NULL)
    return FALSE;
  if (n == 0)
    {
      tb_cli_error ("%s has no scenario", file);
      return TRUE;
    }
  for (guint i = 0; o->only != NULL && o->only[i] != NULL; i++)
    {
      const TbElement *scenario = tb_model_lookup (holder, o->only[i]);
      if (scenario != NULL && tb_element_kind (scenario) == TB_KIND_SCENARIO)
        continue;
      g_autoptr (GString) names = g_string_new (NULL);
      for (guint k = 0; k < n; k++)
        g_string_append_printf (names, "%s%s", k > 0 ? ", " : "",
                                tb_element_id (tb_model_nth (holder, TB_KIND_SCENARIO, k)));
      tb_cli_error ("%s has no scenario “%s”; it has %s", file, o->only[i], names->str);
      return TRUE;
    }
  return FALSE;
}

/* All that are asked for (transfer full) of TbScenario; NULL: one cannot be, and why was said. */
static GPtrArray *
compile (Tests *t, const char *file, TbModel *model, const TbPlan *plan)
{
  const Options *o = t->options;
  g_autoptr (GPtrArray) scenarios = g_ptr_array_new_with_free_func ((GDestroyNotify) tb_scenario_free);
  g_autoptr (TbModel) holder = t->with != NULL ? tb_document_snapshot (t->with) : tb_model_ref (model);
  const char *of = t->with != NULL ? o->with : file;
  TbProblems *problems = tb_problems_new ();
  gboolean bad = refuse_missing (o, of, holder);
  for (guint i = 0; !bad && i < tb_model_count (holder, TB_KIND_SCENARIO); i++)
    {
      const TbElement *element = tb_model_nth (holder, TB_KIND_SCENARIO, i);
      TbScenario *scenario
        = is_asked_for (o, element) ? tb_scenario_new (holder, element, plan, problems) : NULL;
      if (scenario != NULL)
        g_ptr_array_add (scenarios, scenario);
    }
  say_problems (of, problems);
  bad = bad || tb_problems_have_error (problems);
  g_ptr_array_unref (problems);
  return bad ? NULL : g_steal_pointer (&scenarios);
}

/* ---- Running -------------------------------------------------------------------------------------------- */

static guint64
seed_of (const Options *o, const TbScenario *scenario, guint round)
{
  if (o->seed != 0)
    return (guint64) o->seed + round;
  if (scenario->seed != 0)
    return scenario->seed + round;
  return 1 + g_random_int ();
}

static TbTestHow
how_to (const Options *o, const char *file, guint64 seed, guint round)
{
  return (TbTestHow) { .file = file, .keep = o->keep != NULL ? o->keep : KEEP, .seed = seed, .round = round + 1,
                       .verbose = o->verbose, .contain = o->contain,
                       .progress = !o->quiet && !o->json && isatty (STDERR_FILENO) };
}

static void
take (Tests *t, TbTestResult *result)
{
  const Options *o = t->options;
  g_ptr_array_add (t->results, result);
  t->status = tb_test_worse (t->status, result->status);
  if (o->json)
    tb_test_print_json (result);
  else if (!o->quiet || result->status != TB_EXIT_YES)
    tb_test_print (result, tb_cli_wants_colour (STDOUT_FILENO), o->verbose);
}

static void
run_one (Tests *t, const char *file, TbModel *model, const TbScenario *scenario, guint round)
{
  const TbTestHow how = how_to (t->options, file, seed_of (t->options, scenario, round), round);
  take (t, tb_test_run (model, scenario, &how, &t->interrupted));
}

static void
play_one (Tests *t, const char *file, const TbPlan *plan, const TbScenario *scenario, guint round)
{
  const TbTestHow how = how_to (t->options, file, seed_of (t->options, scenario, round), round);
  take (t, tb_test_play (plan, scenario, &how));
}

/* A round of schedules has the seeds after those of the round before. */
static void
run_schedules (Tests *t, const char *file, const TbPlan *plan, const GPtrArray *scenarios)
{
  const Options *o = t->options;
  guint n = o->schedules > 0 ? (guint) o->schedules : TB_TEST_SCHEDULES;
  guint64 seed = o->seed != 0 ? (guint64) o->seed : 1 + (guint64) g_random_int ();
  for (guint round = 0; round < (guint) o->repeat; round++)
    {
      const TbTestHow how = how_to (o, file, seed + (guint64) round * n, round);
      take (t, tb_test_schedules (plan, scenarios, n, &how));
    }
}

/* The scenarios at their times; schedules where they are asked for, or there are no scenarios. */
static void
test_in_virtual_time (Tests *t, const char *file, const TbPlan *plan, const GPtrArray *scenarios)
{
  if (t->options->schedules > 0 || scenarios->len == 0)
    {
      run_schedules (t, file, plan, scenarios);
      return;
    }
  for (guint round = 0; round < (guint) t->options->repeat; round++)
    for (guint i = 0; i < scenarios->len; i++)
      play_one (t, file, plan, g_ptr_array_index (scenarios, i), round);
}

static TbExitStatus
test_file (Tests *t, const char *file)
{
  const Options *o = t->options;
  g_autoptr (TbPlan) plan = NULL;
  g_autoptr (TbDocument) document = tb_run_load_for_test (file);
  if (document == NULL)
    return TB_EXIT_REFUSED;
  g_autoptr (TbModel) model = tb_document_snapshot (document);
  g_autofree char *commands = tb_run_commands (model, file, &plan);
  if (commands == NULL)
    return TB_EXIT_REFUSED;
  g_autoptr (GPtrArray) scenarios = compile (t, file, model, plan);
  if (scenarios == NULL)
    return TB_EXIT_REFUSED;
  if (o->virtual_time)
    {
      test_in_virtual_time (t, file, plan, scenarios);
      return TB_EXIT_YES;
    }
  if (!tb_run_is_allowed (file, commands, o->trust))
    return TB_EXIT_REFUSED;
  for (guint round = 0; round < (guint) o->repeat; round++)
    for (guint i = 0; i < scenarios->len && !t->interrupted; i++)
      run_one (t, file, model, g_ptr_array_index (scenarios, i), round);
  return TB_EXIT_YES;
}

static TbExitStatus
write_junit (const Tests *t)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *xml = tb_test_junit (t->results);
  if (g_str_equal (t->options->junit, "-"))
    fputs (xml, stdout);
  else if (!tb_file_replace (t->options->junit, xml, strlen (xml), &error))
    {
      tb_cli_error ("%s", error->message);
      return TB_EXIT_FAILED;
    }
  return TB_EXIT_YES;
}

static TbExitStatus
test_files (const Options *o, int n, char **files)
{
  Tests t = { .options = o, .results = g_ptr_array_new_with_free_func ((GDestroyNotify) tb_test_result_free) };
  if (o->with != NULL && (t.with = tb_run_load_for_test (o->with)) == NULL)
    t.status = TB_EXIT_REFUSED;
  for (int i = 0; i < n && !t.interrupted && (o->with == NULL || t.with != NULL); i++)
    t.status = tb_test_worse (t.status, test_file (&t, files[i]));
  if (o->junit != NULL)
    t.status = tb_test_worse (t.status, write_junit (&t));
  g_clear_object (&t.with);
  g_ptr_array_unref (t.results);
  return t.status;
}

static gboolean
check_options (const Options *o, int argc, char **argv)
{
  if (argc < 2)
    tb_cli_error ("which file? See “%s --help”", argv[0]);
  else if (o->repeat < 1 || o->repeat > 100000)
    tb_cli_error ("--repeat is from 1 to 100000");
  else if (o->seed < 0)
    tb_cli_error ("--seed is at least 1");
  else if (o->schedules < 0 || o->schedules > 100000000)
    tb_cli_error ("--schedules is from 1 to 100000000");
  else if (o->schedules > 0 && !o->virtual_time)
    tb_cli_error ("--schedules are of virtual time: add --virtual");
  else
    return TRUE;
  return FALSE;
}

int
tb_cmd_test (int argc, char **argv)
{
  Options o = { .repeat = 1 };
  const GOptionEntry entries[] = {
    { "with", 0, 0, G_OPTION_ARG_FILENAME, &o.with, "Take the scenarios of that file, not the drawings' own", "SCENARIOS" },
    { "scenario", 0, 0, G_OPTION_ARG_STRING_ARRAY, &o.only, "Only that one (may be repeated)", "ID" },
    { "repeat", 'n', 0, G_OPTION_ARG_INT, &o.repeat, "So often, each time with another seed", "N" },
    { "seed", 0, 0, G_OPTION_ARG_INT64, &o.seed, "Of all that is drawn by chance; the next round has the next", "N" },
    { "virtual", 0, 0, G_OPTION_ARG_NONE, &o.virtual_time, "Clients and replicated stores in virtual time, no process", NULL },
    { "schedules", 0, 0, G_OPTION_ARG_INT, &o.schedules, "With --virtual: so many schedules of faults drawn by chance", "N" },
    { "junit", 0, 0, G_OPTION_ARG_FILENAME, &o.junit, "Write the results as JUnit's XML", "OUT" },
    { "json", 0, 0, G_OPTION_ARG_NONE, &o.json, "One JSON object for each scenario", NULL },
    { "keep", 0, 0, G_OPTION_ARG_FILENAME, &o.keep,
      "Where failures leave recording, picture and sentence (" KEEP ")", "DIR" },
    { "trust", 0, 0, G_OPTION_ARG_NONE, &o.trust, "Run the drawings' commands without asking", NULL },
    { "contain", 0, 0, G_OPTION_ARG_NONE, &o.contain, "Give each instance a PID namespace", NULL },
    { "verbose", 'v', 0, G_OPTION_ARG_NONE, &o.verbose, "Say what was done when, too", NULL },
    { "quiet", 'q', 0, G_OPTION_ARG_NONE, &o.quiet, "Say only what did not hold", NULL },
    { NULL }
  };
  TbExitStatus status = TB_EXIT_REFUSED;
  if (tb_cli_options (&argc, &argv, "FILE…",
                      "Runs the scenarios of drawings on real processes, and judges what they expect: with 95 % "
                      "confidence it is held, violated, or unknown. Status 0 if all held, 1 if one was violated, 4 if "
                      "one is unknown, 3 if one could not be run, 2 if a file is unusable; of several the worst: 2, 3, "
                      "1, 4, 0.", entries)
      && check_options (&o, argc, argv))
    status = test_files (&o, argc - 1, argv + 1);
  g_free (o.with);
  g_free (o.junit);
  g_free (o.keep);
  g_strfreev (o.only);
  return status;
}
