/* A scenario as a time line: where each thing of it stands, and its picture. Waits and phases stand side by
 * side; below them a lane for each kind of action, for each client's load, and a row for each expectation
 * with its span. Of the element alone: no plan, no GTK. The editor draws it and is pointed at in it; a strip
 * that shows a running scenario asks it where a moment is.
 *
 * Nobody knows how long a wait takes: it has the same width everywhere and no time. Time within a scenario is
 * that of its phases, one behind the other. x is in pixels from the beginning of the first step, y from the
 * top; both begin at 0. */
#pragma once

#include "tb-plot.h"

G_BEGIN_DECLS

typedef struct _TbScenarioLine TbScenarioLine;

/* What is dragged, as it would be: drawn instead of what the element says. Zeros: nothing is. */
typedef struct
{
  TbUid uid;
  gint64 lasts_ns; /* of a phase; 0: as it is */
  TbUid phase;     /* of an action: where it would be done; 0: as it is */
  gint64 at_ns;    /* with phase */
  gint64 for_ns;   /* of an action; 0: as it is */
  guint before;    /* of a wait or phase, with uid alone: which child of the scenario it would stand before,
                      counted from 1; 0: as it is */
} TbScenarioDrag;

typedef struct
{
  double px_per_s;            /* 0: 40 */
  double least_width;         /* of all; short ones are not stretched, only the ground is */
  const TbScenarioDrag *drag; /* NULL: nothing */
} TbScenarioLineOptions;

typedef struct
{
  TbUid uid;
  gboolean wait;
  gint64 ns;      /* how long it lasts; of a wait 0 */
  gint64 from_ns; /* when it begins, in the time of phases */
  double x, width;
} TbScenarioLineStep;

typedef enum
{
  TB_LINE_STEP,   /* a wait or a phase */
  TB_LINE_ACTION,
  TB_LINE_EXPECT
} TbScenarioLineKind;

typedef struct
{
  TbScenarioLineKind kind;
  TbUid uid;
  TbRect rect;     /* what it lasts, or its mark */
  double reach;    /* up to where it is written */
  gboolean moment; /* it lasts no time: heal, restart, resume */
  gboolean open;   /* nothing says when it ends: a heal or the scenario's end does */
  gboolean once;   /* it begins when something holds */
  guint step;      /* that it is done in; of an expectation the one it is of, G_MAXUINT: all */
  gint64 from_ns, to_ns; /* in the time of phases */
  double level;    /* of a load: 0 … 1, of the highest rate of that client; -1: no rate */
  int band;        /* TbPlotBand of an action's fill, -1: none */
  char *text;      /* what is written in it */
} TbScenarioLineItem;

typedef struct
{
  char *title; /* "Partitions", "Load of browser" */
  double y, height;
} TbScenarioLineLane;

typedef enum
{
  TB_LINE_PART_NONE,
  TB_LINE_PART_BODY,
  TB_LINE_PART_END /* its right edge: how long it lasts */
} TbScenarioLinePart;

/* scenario: a <scenario> of the model. Lives as long as one likes; it borrows nothing. */
TbScenarioLine *tb_scenario_line_new (const TbModel *model, const TbElement *scenario,
                                      const TbScenarioLineOptions *options);
void tb_scenario_line_free (TbScenarioLine *line);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TbScenarioLine, tb_scenario_line_free)

double tb_scenario_line_width (const TbScenarioLine *line);
double tb_scenario_line_height (const TbScenarioLine *line);
/* Of all phases. */
gint64 tb_scenario_line_length_ns (const TbScenarioLine *line);
guint tb_scenario_line_n_steps (const TbScenarioLine *line);
const TbScenarioLineStep *tb_scenario_line_step (const TbScenarioLine *line, guint i);
guint tb_scenario_line_n_items (const TbScenarioLine *line);
/* Steps in their order, then actions in theirs, then expectations. */
const TbScenarioLineItem *tb_scenario_line_item (const TbScenarioLine *line, guint i);
guint tb_scenario_line_n_lanes (const TbScenarioLine *line);
const TbScenarioLineLane *tb_scenario_line_lane (const TbScenarioLine *line, guint i);
/* G_MAXUINT: it has no such thing. */
guint tb_scenario_line_find (const TbScenarioLine *line, TbUid uid);

/* Where so long after the step began is. */
double tb_scenario_line_x (const TbScenarioLine *line, guint step, gint64 ns);
/* Where a moment in the time of phases is. */
double tb_scenario_line_x_of_time (const TbScenarioLine *line, gint64 ns);
/* The step there, the nearest beside all of them, and how long after it begins; G_MAXUINT: there is none. */
guint tb_scenario_line_at (const TbScenarioLine *line, double x, gint64 *ns);
/* What is there: its index, G_MAXUINT: nothing. */
guint tb_scenario_line_hit (const TbScenarioLine *line, double x, double y, TbScenarioLinePart *part);

typedef struct
{
  TbThemeId theme;
  double from_x, width;  /* what of it is seen */
  double gutter;         /* of the lanes' names, before it; 0: they are not written */
  TbUid selected;        /* 0: nothing */
  gboolean focused;      /* the keyboard is here */
  const TbUid *wrong;    /* what has something wrong with it */
  guint n_wrong;
  double now_x;          /* where a run is; below 0: none goes on */
} TbScenarioLinePaint;

/* The picture begins at (0, 0), with the gutter. */
void tb_scenario_line_paint (const TbScenarioLine *line, TbPlot *plot, const TbScenarioLinePaint *paint);

/* What an action or expectation says, in a few words: "kill orders/leader", "availability of save ≥ 95 %".
 * (transfer full) */
char *tb_scenario_words (const TbElement *element);

G_END_DECLS
