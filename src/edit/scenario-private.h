/* What the edits of scenarios share. */
#pragma once

#include "tb-scenario-edit.h"

/* An id made of that name that no phase of the scenario has: local ids are unique among siblings only.
 * (transfer full) */
char *tb_scenario_fresh_phase_id (const TbElement *scenario, const char *name);
/* Place among the children behind a step, or the one an element is in; else behind the last step, before what
 * is expected. */
guint tb_scenario_place_behind (const TbElement *scenario, const TbElement *behind);
/* Behind the last scenario, else before what follows scenarios in a file. */
guint tb_scenario_place (const TbElement *root);
