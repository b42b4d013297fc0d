/* Scenarios, from the inside.
 *
 *   condition.c   what waits wait for: the grammar
 *   holds.c       whether it holds, of a live frame
 *   compile.c     a <scenario> with every name and time checked
 *   compile-expect.c  its <expect>s
 *   expect.c      what can be expected: the table
 *   look-back.c   expectations that only the recording can answer
 *   measure.c     counters and moments of one expectation, from frames to an estimate
 *   judged.c      what is expected of a store's history
 *   engine.c      the machine
 *   statistics.c  intervals
 *   words.c       numbers and expectations as people read them
 *   result.c      how it came out
 *   told.c        what a recording is told of it, and reading that again */
#pragma once

#include "tb-scenario.h"

/* ---- holds.c --------------------------------------------------------------------------------------- */

/* Sums over the taps that a name means; since the run began. */
typedef struct
{
  guint64 answered; /* replies, one-way messages that arrived, and requests never answered */
  guint64 attempts; /* answered, refused and timed out */
  guint64 good;     /* attempts that were answered without an error */
  guint64 replies;  /* replies and one-way messages that arrived */
  guint64 errors;   /* attempts that were not */
  guint64 seen, delivered, lost, duplicated; /* messages, both ways */
  guint64 requests;
  gboolean unframed; /* some of it is plain bytes */
  TbHistogram latency;
} TbTraffic;

/* What name means: link, pair of one, instance, component; NULL: every drawn link. Its latency, which costs
 * most, only where that is asked for. */
void tb_traffic_of (const TbFacts *facts, const char *name, gboolean latency, TbTraffic *traffic);
/* Instances that a name means now; NULL: all that are drawn. (transfer full) of guint; NULL: none. */
GArray *tb_instances_of (const TbFacts *facts, const char *name);
gboolean tb_is_ready (const TbFacts *facts, const char *name);
/* How many instances of a component say that they have that role. */
guint tb_role_count (const TbFacts *facts, const char *component, const char *role);

/* What a condition must remember: carried since when, quiet since when. Zero-initialised. */
typedef struct
{
  gboolean begun;
  GArray *bases; /* of guint64, a clause each: the count where it began */
  GArray *since; /* of gint64: since when it is quiet */
} TbWatch;

void tb_watch_clear (TbWatch *watch);
/* counted from where the scenario began: base; NULL: nothing had happened yet. */
gboolean tb_condition_holds (const TbCondition *condition, TbWatch *watch, const TbFacts *facts);

/* ---- expect.c, measure.c --------------------------------------------------------------------------- */

/* Of a history: fills estimate and why; times are there. verdicts NULL: nothing is recorded. */
void tb_judge_history (const TbScenarioExpect *expect, TbVerdicts *verdicts, TbFinding *finding);

typedef struct TbMeasure TbMeasure;

TbMeasure *tb_measure_new (const TbScenarioExpect *expect);
void tb_measure_free (TbMeasure *measure);
void tb_measure_begin (TbMeasure *measure, const TbFacts *facts);
/* Each time that facts are looked at in between. */
void tb_measure_see (TbMeasure *measure, const TbFacts *facts);
void tb_measure_end (TbMeasure *measure, const TbFacts *facts);
/* As if it ended now, where it has begun; see tb_engine_peek(). other: what it is a multiple of; NULL. */
TbMeasureProgress tb_measure_peek (const TbMeasure *measure, const TbMeasure *other, const TbFacts *facts,
                                   TbFinding *finding);
const TbScenarioExpect *tb_measure_expect (const TbMeasure *measure);
/* Whether only the recording can answer it. */
gboolean tb_measure_looks_back (const TbMeasure *measure);
void tb_measure_look_back (TbMeasure *measure, TbPast *past, const TbModel *model);
/* Fills estimate, outcome, why and the times. other: what it is a multiple of; NULL. */
void tb_measure_judge (const TbMeasure *measure, const TbMeasure *other, TbFinding *finding);

/* ---- look-back.c: of what was recorded in [from_ns, to_ns) ------------------------------------------ */

/* Fills *estimate and *why (transfer full; NULL where there is nothing to say). Main thread. */
void tb_look_back (const TbScenarioExpect *expect, TbPast *past, const TbModel *model, gint64 from_ns, gint64 to_ns,
                   TbEstimate *estimate, char **why);
