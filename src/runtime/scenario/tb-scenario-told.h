/* A scenario in a recording: what was written there while it was carried out, and reading it again.
 *
 * It is told by remarks (TB_COMMAND_SAY) of the scenario's id:
 *
 *   scenario          its XML, where it is not in the drawing that is recorded; else nothing
 *   scenario-step     "2", "2 paused": the step that began, or that it stands before; as many as there are: the end
 *   scenario-finding  expectation, outcome, what was measured, and why, a line each
 *   scenario-over     how it came out, and a sentence, a line each
 *
 * A recording can be anybody's: what does not fit is passed over. */
#pragma once

#include "tb-past.h"
#include "tb-scenario.h"

G_BEGIN_DECLS

typedef struct
{
  TbOutcome outcome;
  gboolean known;      /* it was told; else only what is expected is known */
  char *text, *during; /* what is expected; NULL: the whole scenario */
  char *measured, *why;
} TbToldFinding;

/* One time that a scenario was carried out. */
typedef struct
{
  char *id;
  TbDocument *holder;       /* of a scenario that is in no drawing; NULL */
  const TbElement *element; /* NULL: it is nowhere, and only its words are known */
  gint64 from_ns, to_ns;    /* to_ns 0: its end is not in the recording */
  GArray *spans;            /* of TbEngineSpan, a step each */
  GPtrArray *findings;      /* of TbToldFinding */
  gboolean over;
  TbScenarioEnd end;
  char *sentence;           /* NULL: it is not over */
} TbScenarioTold;

/* Those of a recording, in order; drawing: the one in it, which must outlive them. (transfer full) of
 * TbScenarioTold. */
GPtrArray *tb_scenarios_told (TbPast *past, const TbModel *drawing);
/* The one that was going on then, or that was over last; NULL: none had begun. */
const TbScenarioTold *tb_scenario_told_at (const GPtrArray *told, gint64 time_ns);
/* Where it stood then: see tb_engine_place(). */
double tb_scenario_told_place (const TbScenarioTold *told, gint64 time_ns);

/* ---- Writing ---------------------------------------------------------------------------------- */

void tb_scenario_tell_begin (TbSession *session, const TbScenario *scenario);
void tb_scenario_tell_step (TbSession *session, const TbScenario *scenario, const TbEngine *engine);
void tb_scenario_tell_end (TbSession *session, const TbScenario *scenario, const TbEngine *engine);

G_END_DECLS
