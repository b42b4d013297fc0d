/* `tierboard test`, in a few files:
 *
 *   cmd-test.c    options, files, which scenarios, the exit status
 *   test-run.c    one scenario on real processes
 *   test-virtual.c schedules and scenarios in virtual time
 *   test-keep.c   what is left behind of one that failed
 *   test-words.c  lines for people, JSON for programs
 *   test-junit.c  JUnit's XML */
#pragma once

#include "cli.h"
#include "tb-scenario-run.h"
#include "tb-virtual.h"

/* One expectation, as it was found. */
typedef struct
{
  char *text;
  guint line;
  TbMeasureUnit unit;
  TbEstimate estimate;
  double least, most;
  TbOutcome outcome;
  char *why; /* NULL */
} TbTestLine;

/* One scenario, run once. */
typedef struct
{
  char *file, *scenario, *title;
  guint64 seed;
  guint round;         /* from 1, of --repeat */
  GPtrArray *lines;    /* of TbTestLine */
  GPtrArray *log;      /* of char *: "+3.2 s kill web/1" */
  GPtrArray *notes;    /* of char *: what it leaves out, in sentences */
  char *late, *broken; /* NULL */
  double seconds;
  TbExitStatus status;
  char *sentence;      /* why it is not 0; NULL */
  char *kept;          /* the folder that it left behind; NULL */
  gint64 moment_ns;    /* of the failure, monotonic; 0: the end */
} TbTestResult;

void tb_test_result_free (TbTestResult *result);
/* Why it could not be run. */
void tb_test_fail (TbTestResult *result, const char *why);
/* The findings of an engine that is over (of TbFinding), and with that the status; moment_ns: of a scenario that was
 * given up. */
void tb_test_take_findings (TbTestResult *result, const TbEngine *engine, const GPtrArray *findings, gint64 moment_ns);
/* A line of the log, as it is printed. */
void tb_test_log (TbTestResult *result, const TbEngineLine *line);

typedef struct
{
  const char *file, *keep;
  guint64 seed;
  guint round, rounds;
  gboolean verbose, progress, contain;
} TbTestHow;

/* A new one for that scenario. */
TbTestResult *tb_test_result_new (const char *scenario, const char *title, const TbTestHow *how);

/* Runs it until it is over. Interrupted: *interrupted, and the run was stopped. (transfer full) */
TbTestResult *tb_test_run (TbModel *model, const TbScenario *scenario, const TbTestHow *how,
                           gboolean *interrupted);

/* ---- Virtual time ------------------------------------------------------------------------------------- */

#define TB_TEST_SCHEDULES 1000 /* where it is not said how many */

/* A scenario in virtual time. (transfer full) */
TbTestResult *tb_test_play (const TbPlan *plan, const TbScenario *scenario, const TbTestHow *how);
/* So many schedules from how->seed on, judged by what the scenarios expect of stores; ends with the first that
 * violates. error: nothing can be simulated. (transfer full) */
TbTestResult *tb_test_schedules (const TbPlan *plan, const GPtrArray *scenarios, guint schedules, const TbTestHow *how);

/* The worse of two, in this order: refused, could not run, violated, unknown, held. */
TbExitStatus tb_test_worse (TbExitStatus a, TbExitStatus b);
const char *tb_test_status_name (TbExitStatus status);

/* ---- What is left behind ------------------------------------------------------------------------------ */

/* A new folder in how->keep for that run, with its parents. (transfer full); NULL with error. */
char *tb_test_make_folder (const char *scenario, const TbTestHow *how, GError **error);
/* Of a failure: picture and sentence beside the recording; of what held: nothing, the folder goes. */
void tb_test_settle_folder (const char *folder, TbTestResult *result);

/* ---- Words -------------------------------------------------------------------------------------------- */

void tb_test_print (const TbTestResult *result, gboolean colour, gboolean verbose);
void tb_test_print_json (const TbTestResult *result);
/* JUnit's XML of all of them (transfer full). */
char *tb_test_junit (const GPtrArray *results);
