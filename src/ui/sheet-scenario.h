/* The scenarios of a sheet: which one is chosen, the one that runs, and the one that a recording tells of.
 * Shared by sheet-scenario.c (choosing, running), sheet-scenario-show.c (what the bar shows of it, questions),
 * sheet-scenario-past.c (recordings) and sheet-scenario-file.c (scenarios of a file of their own). */
#pragma once

#include "scenario-bar.h"
#include "sheet-private.h"
#include "tb-scenario-run.h"
#include "tb-scenario-told.h"

G_BEGIN_DECLS

/* What is asked of a class, of each step; one more than there are steps, the last of the whole scenario. */
typedef struct
{
  char *title;              /* of the phase; NULL: of a wait, of the whole */
  char *question, *answer;  /* NULL: none */
  gboolean revealed;
} TbSheetStep;

struct _TbSheetScenarios
{
  TbSheet *sheet;
  char *chosen;         /* id; NULL: the first */
  TbDocument *holder;   /* a file of scenarios that are applied to the drawing; NULL: the drawing's own */
  gboolean stepping;    /* the next one goes step by step */
  char *listed;         /* what the header lists, as a text */

  TbScenario *wanted;   /* to be carried out once the run has begun */
  TbScenario *scenario; /* that is shown; NULL: none, or one of a recording */
  TbScenarioRun *run;   /* NULL: it is over */
  gboolean own_run;     /* the run was started for it, and ends with it */
  guint tick_id, over_id;

  GPtrArray *told;      /* of the recording that is shown; NULL */
  TbPast *told_of;
  const TbScenarioTold *telling; /* one of them */
  guint until;          /* of a replay step by step: it plays to the end of that step; G_MAXUINT */

  /* What is shown. */
  TbScenarioPhase phase;
  gboolean asking;      /* results wait to be asked for */
  GArray *steps;        /* of TbSheetStep */
  GPtrArray *rows;      /* of TbScenarioRow */
  GArray *row_steps;    /* of guint: the step that a row is of */
  GArray *marks;        /* of TbStripMark, a step each */
  guint at;             /* the step that it is in, or stands before */
  TbScenarioEnd end;
  char *sentence;
};

typedef struct _TbSheetScenarios TbSheetScenarios;

/* sheet-scenario-show.c */
/* It is about that scenario from now on; NULL: the bar is hidden. */
void tb_sheet_scenario_is (TbSheetScenarios *self, const TbElement *element);
/* Shows how it stands: place as tb_engine_place(). */
void tb_sheet_scenario_show (TbSheetScenarios *self, double place, const char *words);
/* A key in a class: TRUE where it only put a question or showed a result, and nothing is to go on. */
gboolean tb_sheet_scenario_reveal (TbSheetScenarios *self);

/* sheet-scenario-past.c */
/* The moment is another, or the recording is. */
void tb_sheet_scenario_moved (TbSheetScenarios *self);
void tb_sheet_scenario_forget_past (TbSheetScenarios *self);
/* Plays the next step of a recording. */
void tb_sheet_scenario_play_step (TbSheetScenarios *self);
void tb_sheet_scenario_picked (TbSheetScenarios *self, double place);

/* sheet-scenario-file.c */
/* Where the scenarios to choose from lie. */
const TbModel *tb_sheet_scenario_model (TbSheetScenarios *self);

G_END_DECLS
