/* A scenario on a session: feeds the engine with what the session sees, does what it asks for. On the main
 * context of the thread that the session lives on. */
#pragma once

#include "tb-scenario.h"

G_BEGIN_DECLS

typedef struct TbScenarioRun TbScenarioRun;

typedef struct
{
  void (*line) (const TbEngineLine *line, gpointer data); /* something was done; may be NULL */
  void (*over) (gpointer data);                           /* once; may be NULL */
} TbScenarioRunFuncs;

/* The scenario must outlive it. Begins at once: it waits for the start by itself. */
TbScenarioRun *tb_scenario_run_new (TbSession *session, const TbScenario *scenario,
                                    const TbScenarioRunFuncs *funcs, gpointer data);
/* What it did to the run stays, where it was not over. */
void tb_scenario_run_free (TbScenarioRun *run);
/* Ends it, with what was measured until now. */
void tb_scenario_run_break (TbScenarioRun *run, const char *why);
/* See tb_engine_set_stepping(), tb_engine_go_on(); at once. */
void tb_scenario_run_set_stepping (TbScenarioRun *run, gboolean stepping);
void tb_scenario_run_go_on (TbScenarioRun *run);
/* What is measured of an expectation until now; see tb_engine_peek(). */
TbMeasureProgress tb_scenario_run_peek (TbScenarioRun *run, guint expect, TbFinding *finding);
const TbEngine *tb_scenario_run_engine (const TbScenarioRun *run);
/* What clients saw of the stores that it judges, until the run is freed; NULL: none is judged, or nothing is recorded. */
TbVerdicts *tb_scenario_run_verdicts (const TbScenarioRun *run);
gboolean tb_scenario_run_is_over (const TbScenarioRun *run);

G_END_DECLS
