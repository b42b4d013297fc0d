/* Inside the machine of a scenario: engine.c moves it, engine-answers.c says where it stands. */
#pragma once

#include "scenario-private.h"

struct TbEngine
{
  const TbScenario *scenario;
  const TbEngineHost *host;
  gpointer data;
  TbEngineState state;
  gint64 first_ns, start_ns, since_ns, now_ns; /* of the first step, the beginning, the state, the last step */
  guint step;          /* index; in PHASE and WAITING; of the next one in PAUSED */
  gboolean stepping, told; /* told to go on */
  GArray *spans;       /* of TbEngineSpan, as the steps */
  TbWatch watch;       /* of a wait, or of what is to be quiet */
  TbCondition *quiet;
  GPtrArray *doings;   /* of Doing (engine.c): of all phases so far */
  guint first_doing;   /* of this phase */
  GPtrArray *measures; /* of TbMeasure, as the expectations; then those that some are a multiple of */
  GPtrArray *log;      /* of TbEngineLine */
  GPtrArray *findings; /* of TbFinding; NULL: not yet asked for */
  char *broken, *late;
  gboolean has_read;
};

/* Where it is in one: in WAITING and PHASE; else NULL. */
const TbScenarioStep *tb_engine_step_of (const TbEngine *e);
TbEngineSpan *tb_engine_span_at (const TbEngine *e, guint step);
/* Of what an expectation is a multiple of; NULL: it is none. */
const TbMeasure *tb_engine_other_of (const TbEngine *e, guint expect);
