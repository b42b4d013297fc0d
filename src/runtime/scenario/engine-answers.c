/* What can be asked of a scenario's machine: where it stands, in figures and in words, and how it came out. */
#include <math.h>

#include "engine-private.h"

static void
free_finding (gpointer data)
{
  TbFinding *finding = data;
  g_free (finding->why);
  g_free (finding);
}

TbEngineState
tb_engine_state (const TbEngine *e)
{
  return e->state;
}

gint64
tb_engine_start_ns (const TbEngine *e)
{
  return e->start_ns;
}

void
tb_engine_set_stepping (TbEngine *e, gboolean stepping)
{
  e->stepping = stepping;
}

gboolean
tb_engine_is_stepping (const TbEngine *e)
{
  return e->stepping;
}

void
tb_engine_go_on (TbEngine *e)
{
  e->told = TRUE;
}

guint
tb_engine_step_at (const TbEngine *e)
{
  return e->step;
}

TbEngineSpan
tb_engine_span (const TbEngine *e, guint step)
{
  TB_CHECK (step < e->spans->len);
  return *tb_engine_span_at (e, step);
}

double
tb_engine_place (const TbEngine *e, gint64 now_ns)
{
  const TbScenarioStep *step = tb_engine_step_of (e);
  if (e->start_ns == 0)
    return NAN;
  if (step == NULL)
    return e->step;
  double share = step->ns > 0 ? (double) (now_ns - e->since_ns) / (double) step->ns : 0;
  return e->step + CLAMP (share, 0, 0.999);
}

TbMeasureProgress
tb_engine_peek (const TbEngine *e, guint expect, const TbFacts *facts, TbFinding *finding)
{
  return tb_measure_peek (g_ptr_array_index (e->measures, expect), tb_engine_other_of (e, expect), facts, finding);
}

const TbScenarioStep *
tb_engine_phase (const TbEngine *e)
{
  return e->state == TB_ENGINE_PHASE ? tb_engine_step_of (e) : NULL;
}

static char *
pause_words (const TbScenarioStep *next)
{
  return next->kind == TB_STEP_PHASE ? g_strdup_printf ("stands before phase %s", next->id)
                                     : g_strdup_printf ("stands before a wait until %s", next->until->text);
}

char *
tb_engine_words (const TbEngine *e, gint64 now_ns)
{
  static const char *const words[] = { [TB_ENGINE_STARTING] = "starts", [TB_ENGINE_PAUSED] = "stands before its end",
                                       [TB_ENGINE_QUIET] = "falls quiet", [TB_ENGINE_READING] = "reads once more",
                                       [TB_ENGINE_OVER] = "is over" };
  const TbScenarioStep *step = tb_engine_step_of (e);
  if (e->state == TB_ENGINE_PAUSED && e->step < e->scenario->steps->len)
    return pause_words (g_ptr_array_index (e->scenario->steps, e->step));
  if (step == NULL)
    return g_strdup (words[e->state]);
  double left = (double) MAX (e->since_ns + step->ns - now_ns, 0) / 1e9;
  return step->kind == TB_STEP_PHASE ? g_strdup_printf ("phase %s, %.1f s left", step->id, left)
                                     : g_strdup_printf ("waits until %s, for %.1f s more", step->until->text, left);
}

const GPtrArray *
tb_engine_log (const TbEngine *e)
{
  return e->log;
}

const char *
tb_engine_broken (const TbEngine *e)
{
  return e->broken;
}

const char *
tb_engine_late (const TbEngine *e)
{
  return e->late;
}

gboolean
tb_engine_has_read (const TbEngine *e)
{
  return e->has_read;
}

const GPtrArray *
tb_engine_findings (const TbEngine *const_engine)
{
  TbEngine *e = (TbEngine *) const_engine; /* they are made when they are first asked for */
  TB_CHECK (e->state == TB_ENGINE_OVER);
  if (e->findings != NULL)
    return e->findings;
  e->findings = g_ptr_array_new_with_free_func (free_finding);
  for (guint i = 0; i < e->scenario->expects->len; i++)
    {
      TbFinding *finding = g_new0 (TbFinding, 1);
      tb_measure_judge (g_ptr_array_index (e->measures, i), tb_engine_other_of (e, i), finding);
      g_ptr_array_add (e->findings, finding);
    }
  return e->findings;
}

gboolean
tb_engine_looks_back (const TbEngine *e)
{
  for (guint i = 0; i < e->measures->len; i++)
    if (tb_measure_looks_back (g_ptr_array_index (e->measures, i)))
      return TRUE;
  return FALSE;
}

gint64
tb_engine_over_ns (const TbEngine *e)
{
  return e->state == TB_ENGINE_OVER ? e->since_ns : 0;
}

void
tb_engine_look_back (TbEngine *e, TbPast *past)
{
  TB_CHECK (e->state == TB_ENGINE_OVER && e->findings == NULL);
  for (guint i = 0; i < e->measures->len; i++)
    if (tb_measure_looks_back (g_ptr_array_index (e->measures, i)))
      tb_measure_look_back (g_ptr_array_index (e->measures, i), past, e->scenario->model);
}
