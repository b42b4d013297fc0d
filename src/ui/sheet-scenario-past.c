/* A scenario that a recording tells of: the bar stands where the moment does, and step by step each key plays
 * one step of it. */
#include "sheet-scenario.h"

#include "tb-base.h"

#define SLACK_NS (20 * TB_NS_PER_MS)

void
tb_sheet_scenario_forget_past (TbSheetScenarios *self)
{
  g_clear_pointer (&self->told, g_ptr_array_unref);
  g_clear_object (&self->told_of);
  self->telling = NULL;
  self->until = G_MAXUINT;
}

/* Read once it grows no more. */
static void
read_told (TbSheetScenarios *self, TbPast *past)
{
  if (self->told_of == past)
    return;
  tb_sheet_scenario_forget_past (self);
  self->told_of = g_object_ref (past);
  self->told = tb_scenarios_told (past, tb_document_model (self->sheet->document));
}

static TbEngineSpan
span_at (const TbScenarioTold *told, guint i)
{
  TbEngineSpan span = g_array_index (told->spans, TbEngineSpan, i);
  span.to_ns = span.to_ns != 0 ? span.to_ns : told->to_ns;
  return span;
}

/* ---- Showing ------------------------------------------------------------------------------------ */

/* When the last measure of that step ended; of the whole, when it was over. 0: it did not. */
static gint64
end_of (const TbScenarioTold *told, guint step)
{
  return step < told->spans->len ? span_at (told, step).to_ns : told->to_ns;
}

static void
fill_row (TbSheetScenarios *self, guint i, gint64 time_ns)
{
  static const TbStripMark marks[] = { [TB_HELD] = TB_STRIP_HELD, [TB_VIOLATED] = TB_STRIP_VIOLATED,
                                       [TB_UNKNOWN] = TB_STRIP_UNKNOWN };
  const TbToldFinding *f = g_ptr_array_index (self->telling->findings, i);
  TbScenarioRow *row = g_ptr_array_index (self->rows, i);
  gint64 end_ns = end_of (self->telling, g_array_index (self->row_steps, guint, i));
  g_free (row->text);
  g_free (row->measured);
  g_free (row->why);
  row->done = f->known && end_ns != 0 && end_ns <= time_ns;
  row->text = g_strdup (f->text);
  row->measured = row->done ? g_strdup (f->measured) : NULL;
  row->why = g_strdup (f->why);
  row->mark = marks[f->outcome];
}

/* The first step that is not over then. */
static guint
step_then (const TbScenarioTold *told, gint64 time_ns)
{
  guint i = 0;
  while (i < told->spans->len && span_at (told, i).to_ns != 0 && span_at (told, i).to_ns <= time_ns)
    i++;
  return i;
}

/* A recording opens a moment before the run was stopped (sheet-past.c), which is when its scenario was over. */
static void
show (TbSheetScenarios *self, gint64 moment_ns)
{
  gint64 time_ns = moment_ns + SLACK_NS;
  const TbScenarioTold *told = tb_scenario_told_at (self->told, time_ns);
  if (told != self->telling)
    {
      self->telling = told;
      tb_sheet_scenario_is (self, told != NULL ? told->element : NULL);
    }
  if (told == NULL || told->element == NULL)
    return;
  self->phase = TB_SCENARIO_REPLAYED;
  self->asking = self->stepping;
  self->at = step_then (told, time_ns);
  self->end = told->end;
  g_clear_pointer (&self->sentence, g_free);
  if (told->over && told->to_ns <= time_ns)
    self->sentence = g_strdup (told->sentence);
  for (guint i = 0; i < MIN (self->rows->len, told->findings->len); i++)
    fill_row (self, i, time_ns);
  tb_sheet_scenario_show (self, tb_scenario_told_place (told, moment_ns), "as it was then");
}

/* It was played as far as it was to be. */
static void
stop_at_end (TbSheetScenarios *self, gint64 time_ns)
{
  gint64 end_ns = self->until != G_MAXUINT && self->telling != NULL ? end_of (self->telling, self->until) : 0;
  if (end_ns == 0 || time_ns < end_ns)
    return;
  self->until = G_MAXUINT;
  tb_moment_go (self->sheet->moment, end_ns);
}

void
tb_sheet_scenario_moved (TbSheetScenarios *self)
{
  TbPast *past = tb_moment_past (self->sheet->moment);
  if (past == NULL || self->run != NULL || self->sheet->session != NULL)
    return;
  gint64 time_ns = tb_moment_time_ns (self->sheet->moment);
  read_told (self, past);
  if (self->sheet->recording != NULL)
    {
      show (self, time_ns);
      stop_at_end (self, time_ns);
      return;
    }
  const TbScenarioTold *told = self->phase == TB_SCENARIO_OVER ? tb_scenario_told_at (self->told, time_ns) : NULL;
  if (told != NULL)
    tb_sheet_scenario_show (self, tb_scenario_told_place (told, time_ns), "");
}

/* ---- Moving ------------------------------------------------------------------------------------- */

/* Behind its end: to the beginning, with what is asked unanswered. */
static void
go_back (TbSheetScenarios *self)
{
  for (guint i = 0; i < self->steps->len; i++)
    g_array_index (self->steps, TbSheetStep, i).revealed = FALSE;
  tb_moment_go (self->sheet->moment, self->telling->from_ns);
}

void
tb_sheet_scenario_play_step (TbSheetScenarios *self)
{
  TbMoment *moment = self->sheet->moment;
  if (self->telling == NULL)
    return;
  if (tb_sheet_scenario_reveal (self))
    {
      tb_sheet_scenario_moved (self);
      return;
    }
  if (self->at >= self->telling->spans->len)
    {
      go_back (self);
      return;
    }
  guint step = self->at; /* going there may be behind it already, where it took no time */
  TbEngineSpan span = span_at (self->telling, step);
  if (span.from_ns == 0 || span.to_ns == 0)
    return;
  if (tb_moment_time_ns (moment) < span.from_ns)
    tb_moment_go (moment, span.from_ns);
  self->until = step;
  tb_moment_play (moment, 1);
}

void
tb_sheet_scenario_picked (TbSheetScenarios *self, double place)
{
  if (self->run != NULL || self->told == NULL || self->told->len == 0)
    return;
  const TbScenarioTold *told = self->telling != NULL ? self->telling : g_ptr_array_index (self->told, self->told->len - 1);
  guint step = (guint) place;
  if (step >= told->spans->len)
    return;
  TbEngineSpan span = span_at (told, step);
  if (span.from_ns != 0)
    tb_moment_go (self->sheet->moment,
                  span.from_ns + (gint64) ((place - step) * (double) MAX (span.to_ns - span.from_ns, 0)));
}
