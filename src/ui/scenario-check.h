/* Whether what a scenario says can be, with the drawing in mind: for the editor of scenarios. */
#pragma once

#include "tb-scenario-edit.h"

G_BEGIN_DECLS

typedef struct TbScenarioChecker TbScenarioChecker;

TbScenarioChecker *tb_scenario_checker_new (void);
void tb_scenario_checker_free (TbScenarioChecker *checker);
/* The drawing has become another one. */
void tb_scenario_checker_forget (TbScenarioChecker *checker);
/* Everything that is wrong with a scenario, each with the uid of what it is about; messages are sentences
 * without their place. Nothing where the drawing cannot be planned: then no name can be looked up.
 * (transfer full) */
TbProblems *tb_scenario_checker_look (TbScenarioChecker *checker, const TbModel *model, const TbElement *scenario);
/* As TbScenarioCheck; data is the checker. */
char *tb_scenario_checker_check (const TbModel *model, TbUid uid, gpointer data);

G_END_DECLS
