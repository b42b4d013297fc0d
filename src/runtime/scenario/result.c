/* How a scenario came out, in words. */
#include <math.h>

#include "tb-scenario.h"

char *
tb_estimate_words (TbMeasureUnit unit, const TbEstimate *e)
{
  char value[40], low[40], high[40];
  if (isnan (e->value))
    return g_strdup ("–");
  tb_measure_words (unit, e->value, value, sizeof value);
  if (e->low == e->high || unit == TB_UNIT_YES)
    return g_strdup (value);
  return g_strdup_printf ("%s [%s, %s] of %" G_GUINT64_FORMAT, value, tb_measure_words (unit, e->low, low, sizeof low),
                          tb_measure_words (unit, e->high, high, sizeof high), e->n);
}

const char *
tb_scenario_end_name (TbScenarioEnd end)
{
  static const char *const names[] = { [TB_END_HELD] = "held", [TB_END_UNKNOWN] = "unknown",
                                       [TB_END_VIOLATED] = "violated", [TB_END_NOT_RUN] = "not run" };
  return names[end];
}

static TbScenarioEnd
end_of (TbOutcome outcome)
{
  return outcome == TB_HELD ? TB_END_HELD : outcome == TB_VIOLATED ? TB_END_VIOLATED : TB_END_UNKNOWN;
}

static char *
words_of (const TbFinding *f)
{
  g_autofree char *measured = tb_estimate_words (f->expect->unit, &f->estimate);
  return g_strdup_printf ("%s is %s: it was %s%s%s", f->expect->text, tb_outcome_name (f->outcome), measured,
                          f->why != NULL ? ", " : "", f->why != NULL ? f->why : "");
}

static char *
all_held (guint n)
{
  return n == 0   ? g_strdup ("it was carried out; nothing is expected of it")
         : n == 1 ? g_strdup ("what it expects held")
                  : g_strdup_printf ("all %u expectations held", n);
}

TbScenarioEnd
tb_engine_end (const TbEngine *engine, char **sentence)
{
  const GPtrArray *findings = tb_engine_findings (engine);
  const char *broken = tb_engine_broken (engine), *late = tb_engine_late (engine);
  TbScenarioEnd end = broken != NULL ? TB_END_NOT_RUN : late != NULL ? TB_END_VIOLATED : TB_END_HELD;
  const TbFinding *worst = NULL;
  for (guint i = 0; i < findings->len; i++)
    {
      const TbFinding *f = g_ptr_array_index (findings, i);
      if (end_of (f->outcome) <= end)
        continue;
      end = end_of (f->outcome);
      worst = f;
    }
  *sentence = worst != NULL     ? words_of (worst)
              : broken != NULL ? g_strdup (broken)
              : late != NULL   ? g_strdup (late)
                               : all_held (findings->len);
  return end;
}
