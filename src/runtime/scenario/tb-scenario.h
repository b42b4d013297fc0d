/* A scenario: load and faults on a timeline, and what must hold of it. Pure but for tb-scenario-run.h,
 * which drives it on a session: it is fed with live frames and time, and says what is to be done.
 *
 *   tb_scenario_new()     from the drawing, every name and time checked
 *   tb_engine_*           carries it out, step by step (machine: engine.c)
 *   tb_expectations       what can be expected, a row each (expect.c)
 */
#pragma once

#include "tb-past.h"
#include "tb-session.h"
#include "tb-verdicts.h"
#include "tb-statistics.h"

G_BEGIN_DECLS

/* ---- Conditions ---------------------------------------------------------------------------------------
 * What <wait until="…"/> and <do once="…"/> say: clauses joined by “and”, each perhaps after “not”. The
 * clauses that there are stand in a table. */

typedef enum
{
  TB_CONDITION_READY,     /* all that is drawn, or all that NAME means, is ready */
  TB_CONDITION_IS,        /* NAME is down|up|ready|paused|starting|failed */
  TB_CONDITION_HAS,       /* NAME has leader, or any role; NAME has 2 ready */
  TB_CONDITION_CARRIED,   /* LINK carried 1000: so many replies and one-way messages since it began */
  TB_CONDITION_FAILED,    /* LINK failed 3 */
  TB_CONDITION_QUIET,     /* NAME is quiet: nothing asked of it for a quarter of a second */
  TB_CONDITION_CONVERGED, /* its replicas are alike, as they say themselves */
  TB_N_CONDITIONS
} TbConditionKind;

typedef struct
{
  TbConditionKind kind;
  gboolean negated;
  char *name;  /* orders, orders/2, save; NULL: everything */
  char *word;  /* of IS and HAS: down, leader … */
  guint64 n;   /* of CARRIED, FAILED, HAS n ready */
} TbClause;

typedef struct
{
  GArray *clauses; /* of TbClause */
  char *text;      /* in canonical words */
} TbCondition;

typedef struct
{
  const char *form, *help; /* "LINK carried N", what that means */
} TbConditionRow;

const TbConditionRow *tb_condition_rows (guint *n);
/* Any bytes. NULL with error: one sentence. Names are not looked up. */
TbCondition *tb_condition_parse (const char *text, GError **error);
void tb_condition_free (TbCondition *condition);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TbCondition, tb_condition_free)

/* ---- Expectations -------------------------------------------------------------------------------------- */

typedef enum
{
  TB_UNIT_NONE,     /* a number */
  TB_UNIT_SHARE_OF, /* 0 … 1, said in per cent */
  TB_UNIT_TIME,     /* seconds */
  TB_UNIT_PER_S,
  TB_UNIT_CORES,
  TB_UNIT_MIB,
  TB_UNIT_TIMES,    /* a multiple of another */
  TB_UNIT_YES       /* it is so (1) or it is not (0) */
} TbMeasureUnit;

typedef enum
{
  TB_OF_TRAFFIC = 1,   /* links, pairs of them, instances, components: messages to it, of a client from it */
  TB_OF_INSTANCES = 2, /* instances, components */
  TB_OF_STORE = 4,     /* a component */
  TB_OF_INTERACTION = 16, /* an interaction of the drawing */
  TB_OF_ALL = 8        /* may be left out: everything */
} TbExpectOf;

typedef struct
{
  const char *that;
  TbMeasureUnit unit;
  guint of;               /* bits of TbExpectOf */
  const char *measured;   /* how */
  const char *interval;   /* how its 95 % interval is found */
  const char *least, *most; /* what is meant where nothing is said; NULL: a bound must be said */
} TbExpectRow;

const TbExpectRow *tb_expectations (guint *n);
const TbExpectRow *tb_expectation (const char *that);
/* "99.9 %", "4.2 ms", "340/s" (writes to out and returns it). */
const char *tb_measure_words (TbMeasureUnit unit, double value, char *out, gsize size);

/* ---- The compiled scenario ------------------------------------------------------------------------------ */

typedef enum
{
  TB_STEP_WAIT,
  TB_STEP_PHASE
} TbStepKind;

typedef struct
{
  const TbElement *element; /* <do> */
  char *id;                 /* of its fault: "cut-leader.cut.1" */
  char *text;               /* "partition isolate of orders/leader" */
  gint64 at_ns, for_ns;     /* for 0: it stays */
  TbCondition *when;        /* NULL: at its time; else from that time on, once it holds */
} TbScenarioAction;

typedef struct
{
  TbStepKind kind;
  guint line;
  char *id;                 /* of a phase; NULL */
  gint64 ns;                /* how long it lasts, or how long the condition may take */
  TbCondition *until;       /* of a wait */
  GPtrArray *actions;       /* of TbScenarioAction, in the order of their times */
} TbScenarioStep;

typedef struct TbScenarioExpect TbScenarioExpect;
struct TbScenarioExpect
{
  const TbExpectRow *row;
  guint line;
  char *of, *during;     /* NULL: everything, the whole scenario */
  char *text;            /* "availability of save during before at least 99.9 %" */
  gint64 within_ns;
  double quantile;       /* of latency, staleness; 0 … 1 */
  double least, most;    /* in the unit of the row */
  TbMeasureUnit unit;    /* the row's; a share where the bound is a percentage; a multiple where it is one */
  char *where, *among;   /* of messages: filters; NULL */
  TbScenarioExpect *against; /* owned: what it is a multiple of, without bounds of its own; NULL */
};

typedef struct
{
  char *id, *title;
  guint line;
  GPtrArray *steps;   /* of TbScenarioStep */
  GPtrArray *expects; /* of TbScenarioExpect */
  gboolean judged;    /* a store is: it ends with quiet and final reads */
  guint64 seed;       /* 0: none was said */
  gboolean probes;    /* with probing clients */
  TbModel *model;     /* that its elements lie in */
  gboolean foreign;   /* not of the drawing that runs: whoever applies it says so */
} TbScenario;

#define TB_SCENARIO_WAIT_NS (30 * TB_NS_PER_S) /* where a wait says no limit */

/* Checks a <scenario> of `holder` (the drawing's own model, or that of a file with scenarios alone) against
 * the plan of a drawing. Every problem is added with line and column, as
 * "scenario cut-leader, line 41: nothing is called “order”". NULL where one was an error. */
TbScenario *tb_scenario_new (const TbModel *holder, const TbElement *scenario, const TbPlan *plan,
                             TbProblems *problems);
void tb_scenario_free (TbScenario *scenario);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TbScenario, tb_scenario_free)
/* How long it takes at least: its phases. */
gint64 tb_scenario_length_ns (const TbScenario *scenario);

/* ---- The engine ------------------------------------------------------------------------------------------ */

/* What it is fed with. */
typedef struct
{
  gint64 now_ns;
  const TbLiveFrame *frame;
  const TbPlan *plan;
  /* Whether a component's replicas say that they hold the same: 1, 0, or -1 where they do not say. */
  int (*converged) (const char *component, gpointer data);
  gpointer data;
  TbVerdicts *verdicts; /* what clients saw of stores, as it is known by now; they outlive the engine. NULL: nothing is recorded */
} TbFacts;

/* What is asked of the host. FALSE with error: it cannot be done now, and the scenario ends there. */
typedef struct
{
  gboolean (*act) (const TbScenarioAction *action, gpointer host, GError **error);
  void (*undo) (const TbScenarioAction *action, gpointer host); /* its `for` is over; of kill, pause, load */
  void (*heal) (gpointer host);        /* every fault, pause and kill of the scenario */
  void (*quiet) (gpointer host);       /* clients stop to ask */
  gboolean (*final_reads) (gpointer host); /* each client reads what there is once; FALSE: it cannot */
  gboolean (*have_read) (gpointer host);   /* they are done, and it is known what they read; NULL: once all is quiet */
} TbEngineHost;

typedef enum
{
  TB_ENGINE_STARTING,
  TB_ENGINE_PAUSED, /* before a step, or before its end, until somebody says go on */
  TB_ENGINE_WAITING,
  TB_ENGINE_PHASE,
  TB_ENGINE_QUIET,
  TB_ENGINE_READING,
  TB_ENGINE_OVER
} TbEngineState;

typedef struct
{
  gint64 time_ns; /* since it began */
  char *text;
} TbEngineLine;

typedef struct
{
  const TbScenarioExpect *expect;
  TbEstimate estimate; /* in the unit of the expectation */
  TbOutcome outcome;
  char *why;           /* of UNKNOWN and of a verdict: a sentence; NULL */
  gint64 from_ns, to_ns; /* what it was measured over, of the monotonic clock; 0: never */
} TbFinding;

/* When a step was carried out, of the monotonic clock; 0: not yet. */
typedef struct
{
  gint64 from_ns, to_ns;
} TbEngineSpan;

/* How far an expectation is measured. */
typedef enum
{
  TB_MEASURE_TO_COME,
  TB_MEASURE_GOES_ON,
  TB_MEASURE_DONE
} TbMeasureProgress;

typedef struct TbEngine TbEngine;

TbEngine *tb_engine_new (const TbScenario *scenario, const TbEngineHost *table, gpointer host);
void tb_engine_free (TbEngine *engine);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TbEngine, tb_engine_free)
/* Looks at what is, and does what is due. Time never goes back. */
void tb_engine_step (TbEngine *engine, const TbFacts *facts);
/* The run is over, or given up: what was measured until now stands. */
void tb_engine_break (TbEngine *engine, gint64 now_ns, const char *why);
TbEngineState tb_engine_state (const TbEngine *engine);
/* When something is due by time alone; G_MAXINT64: nothing. */
gint64 tb_engine_deadline (const TbEngine *engine);
gint64 tb_engine_start_ns (const TbEngine *engine); /* 0: it has not begun */
/* Stop before each step from the next one on, and before the end: a class is to look first. Measures of the
 * whole scenario begin with its first step, and what a phase began lasts over a pause. */
void tb_engine_set_stepping (TbEngine *engine, gboolean stepping);
gboolean tb_engine_is_stepping (const TbEngine *engine);
/* Ends a pause at the next step of the engine; elsewhere nothing. */
void tb_engine_go_on (TbEngine *engine);
/* The step that it is in or stands before; as many as there are: it is behind the last. */
guint tb_engine_step_at (const TbEngine *engine);
TbEngineSpan tb_engine_span (const TbEngine *engine, guint step);
/* Where it stands then, as tb-strip.h has it: steps gone and the share of the one it is in; of a wait, of
 * its limit. NAN: it has not begun. */
double tb_engine_place (const TbEngine *engine, gint64 now_ns);
/* What would be found of an expectation if its measure ended now; with TB_MEASURE_TO_COME nothing is
 * filled in. finding->why is to be freed. */
TbMeasureProgress tb_engine_peek (const TbEngine *engine, guint expect, const TbFacts *facts,
                                  TbFinding *finding);
/* The phase that it is in; NULL. */
const TbScenarioStep *tb_engine_phase (const TbEngine *engine);
/* "phase cut, 3.2 s left"; "waits for orders has leader". (transfer full) */
char *tb_engine_words (const TbEngine *engine, gint64 now_ns);
const GPtrArray *tb_engine_log (const TbEngine *engine); /* of TbEngineLine */
/* Why it could not be carried out: an action that could not be done, a run that did not become ready or
 * ended; NULL. */
const char *tb_engine_broken (const TbEngine *engine);
/* A wait that did not end in time, as a sentence; NULL. That is a violation. */
const char *tb_engine_late (const TbEngine *engine);
/* Final reads were made. */
gboolean tb_engine_has_read (const TbEngine *engine);
/* How it came out: the worst of all it has, in this order. */
typedef enum
{
  TB_END_HELD,
  TB_END_UNKNOWN,
  TB_END_VIOLATED,
  TB_END_NOT_RUN
} TbScenarioEnd;

const char *tb_scenario_end_name (TbScenarioEnd end);
/* Of one that is over. *sentence: why, or that all held. (transfer full) */
TbScenarioEnd tb_engine_end (const TbEngine *engine, char **sentence);
/* "99.8 % [99.1 %, 100 %] of 1240" (transfer full) */
char *tb_estimate_words (TbMeasureUnit unit, const TbEstimate *estimate);
/* Where its expectation is of a store's history: fills estimate and why (NULL before) by what clients saw of it, from
 * finding->from_ns to to_ns where that is said of moments. FALSE: it is of something else. */
gboolean tb_finding_judge (TbFinding *finding, const TbStoreVerdict *store);
/* Whether there are expectations that only the recording can answer. */
gboolean tb_engine_looks_back (const TbEngine *engine);
/* When the last of what is measured was over; 0: not yet. */
gint64 tb_engine_over_ns (const TbEngine *engine);
/* Answers them; once, when it is over and before tb_engine_findings(). Without it they are UNKNOWN. */
void tb_engine_look_back (TbEngine *engine, TbPast *past);
/* One finding for each expectation, in their order; those about histories are of the verdicts as they are when this is asked
 * for first. (transfer none) */
const GPtrArray *tb_engine_findings (const TbEngine *engine); /* of TbFinding */

G_END_DECLS
