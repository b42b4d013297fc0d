/* The machine that carries a scenario out. It is told what is and what time it is, and says what is to be
 * done; it has no clock, no input and no output of its own.
 *
 *              begin()             look_at_wait() holds             end_phase()
 *   STARTING ──────────▶ WAITING ──────────────────────┐  ┌──────────────────────┐
 *      │                    ▲  │                       ▼  ▼                      │
 *      │                    └──┼──────────────────── next() ───────────────▶ PHASE
 *      │                       │ late()                │ no step is left; heal
 *      │                       ▼                       ├── a store is judged ──▶ QUIET ──reads()──▶ READING
 *      │ give_up()             │                       ▼                        │                  │
 *      └──────────────────────▶└────────────────────▶ OVER ◀────────────────────┴──────────────────┘
 *
 * give_up() leads to OVER from everywhere: an action that could not be done, a run that ended.
 * Step by step, next() leads to PAUSED instead, and tb_engine_go_on() from there to where it would have led.
 *
 * Invariants, checked at each step:
 *   1  An action is done at most once, in its phase, not before its time.
 *   2  A measure of a phase begins and ends with it; all that began have ended in QUIET, READING and OVER.
 *   3  What has a `for` is taken back once, if it was done. */
#include "engine-private.h"

#define START_MOST_NS (120 * TB_NS_PER_S)
#define QUIET_MOST_NS (10 * TB_NS_PER_S)
#define READS_MOST_NS (10 * TB_NS_PER_S)

typedef struct
{
  const TbScenarioAction *action;
  gboolean done, undone;
  gint64 done_ns;
  TbWatch watch;
} Doing;

/* ---- Words -------------------------------------------------------------------------------------------- */

static void
free_line (gpointer data)
{
  TbEngineLine *line = data;
  g_free (line->text);
  g_free (line);
}

static void say (TbEngine *e, const char *format, ...) G_GNUC_PRINTF (2, 3);

static void
say (TbEngine *e, const char *format, ...)
{
  va_list arguments;
  TbEngineLine *line = g_new0 (TbEngineLine, 1);
  va_start (arguments, format);
  line->text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  line->time_ns = e->now_ns - (e->start_ns != 0 ? e->start_ns : e->first_ns);
  g_ptr_array_add (e->log, line);
}

const TbScenarioStep *
tb_engine_step_of (const TbEngine *e)
{
  gboolean in = e->state == TB_ENGINE_WAITING || e->state == TB_ENGINE_PHASE;
  return in && e->step < e->scenario->steps->len ? g_ptr_array_index (e->scenario->steps, e->step) : NULL;
}

/* ---- Measures ----------------------------------------------------------------------------------------- */

TbEngineSpan *
tb_engine_span_at (const TbEngine *e, guint step)
{
  return &g_array_index (e->spans, TbEngineSpan, step);
}

static const TbScenarioExpect *
expect_at (const TbEngine *e, guint i)
{
  return g_ptr_array_index (e->scenario->expects, i);
}

const TbMeasure *
tb_engine_other_of (const TbEngine *e, guint expect)
{
  guint at = e->scenario->expects->len;
  if (expect_at (e, expect)->against == NULL)
    return NULL;
  for (guint i = 0; i < expect; i++)
    at += expect_at (e, i)->against != NULL;
  return g_ptr_array_index (e->measures, at);
}

/* phase NULL: those of the whole scenario. */
static void
measure (TbEngine *e, const char *phase, const TbFacts *facts,
         void (*what) (TbMeasure *measure, const TbFacts *facts))
{
  for (guint i = 0; i < e->measures->len; i++)
    {
      TbMeasure *m = g_ptr_array_index (e->measures, i);
      if (g_strcmp0 (tb_measure_expect (m)->during, phase) == 0)
        what (m, facts);
    }
}

static void
end_measures (TbEngine *e, const TbFacts *facts)
{
  for (guint i = 0; i < e->measures->len; i++)
    tb_measure_end (g_ptr_array_index (e->measures, i), facts);
}

/* ---- Actions ------------------------------------------------------------------------------------------ */

static void
free_doing (gpointer data)
{
  Doing *doing = data;
  tb_watch_clear (&doing->watch);
  g_free (doing);
}

static void
enter (TbEngine *e, TbEngineState state)
{
  e->state = state;
  e->since_ns = e->now_ns;
  tb_watch_clear (&e->watch);
}

/* The step that it is in is over. */
static void
leave_step (TbEngine *e)
{
  if (tb_engine_step_of (e) != NULL)
    tb_engine_span_at (e, e->step)->to_ns = e->now_ns;
}

static void
finish (TbEngine *e, const TbFacts *facts)
{
  if (e->state == TB_ENGINE_OVER)
    return;
  if (facts != NULL)
    end_measures (e, facts);
  leave_step (e);
  enter (e, TB_ENGINE_OVER);
}

static void
give_up (TbEngine *e, const TbFacts *facts, const char *why)
{
  e->broken = g_strdup (why);
  say (e, "given up: %s", why);
  finish (e, facts);
}

static void
do_action (TbEngine *e, Doing *doing, const TbFacts *facts)
{
  g_autoptr (GError) error = NULL;
  const TbScenarioAction *action = doing->action;
  TB_CHECK (!doing->done && e->now_ns >= e->since_ns + action->at_ns); /* 1 */
  doing->done = TRUE;
  doing->done_ns = e->now_ns;
  say (e, "%s", action->text);
  if (e->host->act (action, e->data, &error))
    return;
  g_autofree char *why = g_strdup_printf ("“%s” could not be done: %s", action->text, error->message);
  give_up (e, facts, why);
}

static void
do_what_is_due (TbEngine *e, const TbFacts *facts)
{
  for (guint i = e->first_doing; i < e->doings->len && e->state == TB_ENGINE_PHASE; i++)
    {
      Doing *doing = g_ptr_array_index (e->doings, i);
      if (doing->done || e->now_ns < e->since_ns + doing->action->at_ns)
        continue;
      if (doing->action->when == NULL || tb_condition_holds (doing->action->when, &doing->watch, facts))
        do_action (e, doing, facts);
    }
}

/* In whatever phase. */
static void
undo_what_is_due (TbEngine *e)
{
  for (guint i = 0; i < e->doings->len; i++)
    {
      Doing *doing = g_ptr_array_index (e->doings, i);
      if (!doing->done || doing->undone || doing->action->for_ns == 0
          || e->now_ns < doing->done_ns + doing->action->for_ns)
        continue;
      doing->undone = TRUE; /* 3 */
      say (e, "%s is over", doing->action->text);
      e->host->undo (doing->action, e->data);
    }
}

/* ---- Steps -------------------------------------------------------------------------------------------- */

static void
begin_phase (TbEngine *e, const TbScenarioStep *step, const TbFacts *facts)
{
  say (e, "phase %s", step->id);
  measure (e, step->id, facts, tb_measure_begin);
  enter (e, TB_ENGINE_PHASE);
  e->first_doing = e->doings->len;
  for (guint i = 0; i < step->actions->len; i++)
    {
      Doing *doing = g_new0 (Doing, 1);
      doing->action = g_ptr_array_index (step->actions, i);
      g_ptr_array_add (e->doings, doing);
    }
}

/* No step is left. What is judged by a history needs an end in which nobody writes. */
static void
wind_up (TbEngine *e, const TbFacts *facts)
{
  end_measures (e, facts);
  e->host->heal (e->data);
  say (e, "healed");
  if (!e->scenario->judged)
    {
      finish (e, NULL);
      return;
    }
  e->host->quiet (e->data);
  say (e, "quiet");
  enter (e, TB_ENGINE_QUIET);
}

/* The step that it stands before. */
static void
begin_step (TbEngine *e, const TbFacts *facts)
{
  if (e->step == 0)
    measure (e, NULL, facts, tb_measure_begin);
  if (e->step >= e->scenario->steps->len)
    {
      wind_up (e, facts);
      return;
    }
  const TbScenarioStep *step = g_ptr_array_index (e->scenario->steps, e->step);
  tb_engine_span_at (e, e->step)->from_ns = e->now_ns;
  if (step->kind == TB_STEP_PHASE)
    {
      begin_phase (e, step, facts);
      return;
    }
  say (e, "waits until %s", step->until->text);
  enter (e, TB_ENGINE_WAITING);
}

static void
next (TbEngine *e, const TbFacts *facts, guint index)
{
  leave_step (e);
  e->step = index;
  e->told = FALSE;
  if (e->stepping)
    enter (e, TB_ENGINE_PAUSED);
  else
    begin_step (e, facts);
}

static gboolean
look_at_pause (TbEngine *e, const TbFacts *facts)
{
  if (e->stepping && !e->told)
    return FALSE;
  begin_step (e, facts);
  return TRUE;
}

static void
late (TbEngine *e, const TbFacts *facts, char *why)
{
  e->late = why;
  say (e, "%s", why);
  end_measures (e, facts);
  e->host->heal (e->data);
  finish (e, facts);
}

static gboolean
look_at_wait (TbEngine *e, const TbFacts *facts)
{
  const TbScenarioStep *step = tb_engine_step_of (e);
  char limit[40];
  if (tb_condition_holds (step->until, &e->watch, facts))
    {
      next (e, facts, e->step + 1);
      return TRUE;
    }
  if (e->now_ns < e->since_ns + step->ns)
    return FALSE;
  tb_duration_format (step->ns, limit, sizeof limit);
  late (e, facts, g_strdup_printf ("line %u: “%s” did not hold within %s", step->line, step->until->text, limit));
  return TRUE;
}

/* What waited for its condition in vain would leave nothing to be judged. */
static const Doing *
never_done (const TbEngine *e)
{
  for (guint i = e->first_doing; i < e->doings->len; i++)
    if (!((Doing *) g_ptr_array_index (e->doings, i))->done)
      return g_ptr_array_index (e->doings, i);
  return NULL;
}

static gboolean
look_at_phase (TbEngine *e, const TbFacts *facts)
{
  const TbScenarioStep *step = tb_engine_step_of (e);
  do_what_is_due (e, facts);
  if (e->state != TB_ENGINE_PHASE || e->now_ns < e->since_ns + step->ns)
    return e->state != TB_ENGINE_PHASE;
  const Doing *missing = never_done (e);
  measure (e, step->id, facts, tb_measure_end);
  if (missing != NULL)
    late (e, facts, g_strdup_printf ("line %u: “%s” never held in phase %s, so “%s” was not done",
                                     tb_element_line (missing->action->element),
                                     missing->action->when->text, step->id, missing->action->text));
  else
    next (e, facts, e->step + 1);
  return TRUE;
}

/* ---- Beginning and end --------------------------------------------------------------------------------- */

/* One that has done its work and ended as it should is as far as it gets. */
static gboolean
ended_well (const TbLiveInstance *instance, const TbPlanInstance *planned)
{
  gboolean well = instance->exit_code == 0;
  for (guint i = 0; i < planned->clean_exits->len; i++)
    well |= instance->exit_code == (int) g_array_index (planned->clean_exits, guint32, i);
  return well && instance->state == TB_INSTANCE_STOPPED;
}

static gboolean
has_started (const TbFacts *facts)
{
  for (guint i = 0; i < facts->frame->n_instances; i++)
    {
      const TbLiveInstance *instance = &facts->frame->instances[i];
      const TbPlanInstance *planned = g_ptr_array_index (facts->plan->instances, i);
      if (!planned->removed && !planned->probe && !planned->external && instance->state != TB_INSTANCE_READY
          && !ended_well (instance, planned))
        return FALSE;
    }
  return facts->frame->n_instances > 0;
}

static char *
why_not_started (const TbFacts *facts)
{
  for (guint i = 0; i < facts->frame->n_instances; i++)
    {
      const TbLiveInstance *instance = &facts->frame->instances[i];
      if (instance->state == TB_INSTANCE_FAILED && !instance->gone)
        return g_strdup_printf ("%s %s", instance->id, *instance->sentence != '\0' ? instance->sentence : "failed");
    }
  return NULL;
}

static gboolean
begin (TbEngine *e, const TbFacts *facts)
{
  g_autofree char *failed = why_not_started (facts);
  if (failed != NULL)
    give_up (e, facts, failed);
  else if (has_started (facts))
    {
      e->start_ns = e->now_ns;
      say (e, "everything is ready");
      next (e, facts, 0);
      return TRUE;
    }
  else if (e->now_ns > e->first_ns + START_MOST_NS)
    give_up (e, facts, "not everything was ready within two minutes");
  return FALSE;
}

static gboolean
is_quiet (TbEngine *e, const TbFacts *facts)
{
  if (e->quiet == NULL)
    e->quiet = tb_condition_parse ("everything is quiet", NULL);
  return tb_condition_holds (e->quiet, &e->watch, facts);
}

static gboolean
look_at_quiet (TbEngine *e, const TbFacts *facts)
{
  if (!is_quiet (e, facts) && e->now_ns < e->since_ns + QUIET_MOST_NS)
    return FALSE;
  if (e->host->final_reads != NULL && e->host->final_reads (e->data))
    {
      say (e, "final reads");
      enter (e, TB_ENGINE_READING);
    }
  else
    finish (e, facts);
  return TRUE;
}

static gboolean
look_at_reads (TbEngine *e, const TbFacts *facts)
{
  e->has_read = e->host->have_read != NULL ? e->host->have_read (e->data) : is_quiet (e, facts);
  if (!e->has_read && e->now_ns < e->since_ns + READS_MOST_NS)
    return FALSE;
  finish (e, facts);
  return TRUE;
}

/* ---- Steps in time ------------------------------------------------------------------------------------- */

/* Whether there may be more to do at this very moment. */
static gboolean
advance (TbEngine *e, const TbFacts *facts)
{
  switch (e->state)
    {
    case TB_ENGINE_STARTING:
      return begin (e, facts);
    case TB_ENGINE_PAUSED:
      return look_at_pause (e, facts);
    case TB_ENGINE_WAITING:
      return look_at_wait (e, facts);
    case TB_ENGINE_PHASE:
      return look_at_phase (e, facts);
    case TB_ENGINE_QUIET:
      return look_at_quiet (e, facts);
    case TB_ENGINE_READING:
      return look_at_reads (e, facts);
    case TB_ENGINE_OVER:
    default:
      return FALSE;
    }
}

void
tb_engine_step (TbEngine *e, const TbFacts *facts)
{
  TB_CHECK (facts->now_ns >= e->now_ns);
  e->first_ns = e->first_ns != 0 ? e->first_ns : facts->now_ns;
  e->now_ns = facts->now_ns;
  if (e->state == TB_ENGINE_OVER)
    return;
  undo_what_is_due (e);
  for (guint i = 0; i < e->measures->len; i++)
    tb_measure_see (g_ptr_array_index (e->measures, i), facts);
  while (advance (e, facts))
    ;
}

void
tb_engine_break (TbEngine *e, gint64 now_ns, const char *why)
{
  e->now_ns = MAX (now_ns, e->now_ns);
  if (e->state != TB_ENGINE_OVER)
    give_up (e, NULL, why);
}

static gint64
due_in_phase (const TbEngine *e)
{
  const TbScenarioStep *step = tb_engine_step_of (e);
  gint64 due = e->since_ns + step->ns;
  for (guint i = e->first_doing; i < e->doings->len; i++)
    {
      const Doing *doing = g_ptr_array_index (e->doings, i);
      if (!doing->done)
        due = MIN (due, MAX (e->since_ns + doing->action->at_ns, e->now_ns));
    }
  return due;
}

gint64
tb_engine_deadline (const TbEngine *e)
{
  gint64 due = G_MAXINT64;
  if (e->state == TB_ENGINE_PHASE)
    due = due_in_phase (e);
  else if (e->state == TB_ENGINE_WAITING)
    due = e->since_ns + tb_engine_step_of (e)->ns;
  for (guint i = 0; i < e->doings->len; i++)
    {
      const Doing *doing = g_ptr_array_index (e->doings, i);
      if (doing->done && !doing->undone && doing->action->for_ns > 0)
        due = MIN (due, doing->done_ns + doing->action->for_ns);
    }
  return due;
}

/* ---- Life ----------------------------------------------------------------------------------------------- */

TbEngine *
tb_engine_new (const TbScenario *scenario, const TbEngineHost *table, gpointer host)
{
  TbEngine *e = g_new0 (TbEngine, 1);
  e->scenario = scenario;
  e->host = table;
  e->data = host;
  e->doings = g_ptr_array_new_with_free_func (free_doing);
  e->measures = g_ptr_array_new_with_free_func ((GDestroyNotify) tb_measure_free);
  e->log = g_ptr_array_new_with_free_func (free_line);
  e->spans = g_array_new (FALSE, TRUE, sizeof (TbEngineSpan));
  g_array_set_size (e->spans, scenario->steps->len);
  for (guint i = 0; i < scenario->expects->len; i++)
    g_ptr_array_add (e->measures, tb_measure_new (expect_at (e, i)));
  for (guint i = 0; i < scenario->expects->len; i++)
    if (expect_at (e, i)->against != NULL)
      g_ptr_array_add (e->measures, tb_measure_new (expect_at (e, i)->against));
  return e;
}

void
tb_engine_free (TbEngine *e)
{
  if (e == NULL)
    return;
  tb_watch_clear (&e->watch);
  tb_condition_free (e->quiet);
  g_ptr_array_unref (e->doings);
  g_ptr_array_unref (e->measures);
  g_ptr_array_unref (e->log);
  g_array_unref (e->spans);
  g_clear_pointer (&e->findings, g_ptr_array_unref);
  g_free (e->broken);
  g_free (e->late);
  g_free (e);
}
