/* What the bar shows of a scenario, live or of a recording, and what is asked of a class.
 *
 * Step by step each key (tb_sheet_scenario_reveal(), then the step itself) does one thing:
 *
 *   a step is over, its question stands there ──key──▶ its result, the answer, the next question ──key──▶ the next step
 *   (without a question the first key is the second) */
#include "sheet-scenario.h"

/* ---- What is asked ------------------------------------------------------------------------------ */

static TbSheetStep *
step_at (TbSheetScenarios *self, guint i)
{
  return &g_array_index (self->steps, TbSheetStep, i);
}

static void
clear_step (gpointer data)
{
  TbSheetStep *step = data;
  g_free (step->title);
  g_free (step->question);
  g_free (step->answer);
}

static void
add_text (char **all, const char *text)
{
  if (text == NULL || *text == '\0')
    return;
  char *both = *all != NULL ? g_strconcat (*all, "\n", text, NULL) : g_strdup (text);
  g_free (*all);
  *all = both;
}

static void
take_questions (TbSheetStep *step, const TbElement *of)
{
  add_text (&step->question, tb_element_get (of, TB_PROP_QUESTION));
  add_text (&step->answer, tb_element_get (of, TB_PROP_ANSWER));
}

/* The step that an expectation is of: that of its phase, else all of them. */
static guint
step_of (TbSheetScenarios *self, const TbElement *scenario, const TbElement *expect)
{
  const char *during = tb_element_get (expect, TB_PROP_DURING);
  guint step = 0;
  for (guint i = 0; during != NULL && i < tb_element_n_children (scenario); i++)
    {
      const TbElement *child = tb_element_child (scenario, i);
      TbKind kind = tb_element_kind (child);
      if (kind == TB_KIND_PHASE && g_strcmp0 (tb_element_id (child), during) == 0)
        return step;
      step += kind == TB_KIND_PHASE || kind == TB_KIND_WAIT;
    }
  return self->steps->len - 1;
}

static void
take_steps (TbSheetScenarios *self, const TbElement *scenario)
{
  for (guint i = 0; i < tb_element_n_children (scenario); i++)
    {
      const TbElement *child = tb_element_child (scenario, i);
      TbSheetStep step = { 0 };
      if (tb_element_kind (child) != TB_KIND_PHASE && tb_element_kind (child) != TB_KIND_WAIT)
        continue;
      if (tb_element_kind (child) == TB_KIND_PHASE)
        {
          step.title = g_strdup (tb_element_title (child));
          take_questions (&step, child);
        }
      g_array_append_val (self->steps, step);
    }
  const TbSheetStep whole = { 0 };
  g_array_append_val (self->steps, whole);
}

static void
take_expects (TbSheetScenarios *self, const TbElement *scenario)
{
  for (guint i = 0; i < tb_element_n_children (scenario); i++)
    {
      const TbElement *child = tb_element_child (scenario, i);
      if (tb_element_kind (child) != TB_KIND_EXPECT)
        continue;
      guint step = step_of (self, scenario, child);
      take_questions (step_at (self, step), child);
      g_array_append_val (self->row_steps, step);
      g_ptr_array_add (self->rows, tb_scenario_row_new ());
    }
}

void
tb_sheet_scenario_is (TbSheetScenarios *self, const TbElement *element)
{
  g_clear_pointer (&self->steps, g_array_unref);
  g_clear_pointer (&self->rows, g_ptr_array_unref);
  g_clear_pointer (&self->row_steps, g_array_unref);
  g_clear_pointer (&self->marks, g_array_unref);
  g_clear_pointer (&self->sentence, g_free);
  self->steps = g_array_new (FALSE, TRUE, sizeof (TbSheetStep));
  g_array_set_clear_func (self->steps, clear_step);
  self->rows = g_ptr_array_new_with_free_func (tb_scenario_row_free);
  self->row_steps = g_array_new (FALSE, FALSE, sizeof (guint));
  self->marks = g_array_new (FALSE, TRUE, sizeof (TbStripMark));
  self->at = 0;
  if (element != NULL)
    {
      take_steps (self, element);
      take_expects (self, element);
      g_array_set_size (self->marks, self->steps->len);
    }
  tb_scenario_bar_set_scenario (self->sheet->scenario_bar, element != NULL ? tb_element_title (element) : NULL, element);
}

/* ---- What may be seen of it --------------------------------------------------------------------- */

static gboolean
is_hidden (TbSheetScenarios *self, guint step)
{
  const TbSheetStep *s = step_at (self, step);
  return self->asking && s->question != NULL && !s->revealed;
}

/* Held, then unknown, then violated: the worst of what is known. */
static TbStripMark
worse (TbStripMark a, TbStripMark b)
{
  static const guint ranks[] = { [TB_STRIP_OPEN] = 0, [TB_STRIP_HELD] = 1, [TB_STRIP_UNKNOWN] = 2, [TB_STRIP_VIOLATED] = 3 };
  return ranks[a] >= ranks[b] ? a : b;
}

static void
mark_steps (TbSheetScenarios *self)
{
  for (guint i = 0; i < self->marks->len; i++)
    g_array_index (self->marks, TbStripMark, i) = TB_STRIP_OPEN;
  for (guint i = 0; i < self->rows->len; i++)
    {
      TbScenarioRow *row = g_ptr_array_index (self->rows, i);
      guint step = g_array_index (self->row_steps, guint, i);
      TbStripMark *mark = &g_array_index (self->marks, TbStripMark, step);
      row->hidden = is_hidden (self, step);
      if (row->done && !row->hidden)
        *mark = worse (*mark, row->mark);
    }
}

/* The step whose result is to be shown next: the one before, and behind the last the whole. G_MAXUINT: none. */
static guint
to_reveal (TbSheetScenarios *self)
{
  guint last = self->steps->len - 1;
  if (self->phase == TB_SCENARIO_RUNNING)
    return G_MAXUINT;
  for (guint i = 0; i < MIN (self->at, last); i++)
    if (is_hidden (self, i))
      return i;
  gboolean over = self->phase == TB_SCENARIO_OVER || (self->phase == TB_SCENARIO_REPLAYED && self->sentence != NULL);
  return over && is_hidden (self, last) ? last : G_MAXUINT;
}

/* What is put before the step begins; at the very first also what is asked of the whole. */
static char *
question_before (TbSheetScenarios *self, guint step)
{
  char *text = NULL;
  guint last = self->steps->len - 1;
  if (step == 0 && is_hidden (self, last))
    add_text (&text, step_at (self, last)->question);
  if (step < last && is_hidden (self, step))
    add_text (&text, step_at (self, step)->question);
  return text;
}

gboolean
tb_sheet_scenario_reveal (TbSheetScenarios *self)
{
  guint step = self->steps != NULL && self->steps->len > 0 ? to_reveal (self) : G_MAXUINT;
  if (step == G_MAXUINT)
    return FALSE;
  step_at (self, step)->revealed = TRUE;
  return TRUE;
}

/* ---- Showing ------------------------------------------------------------------------------------ */

/* What the next key does. */
static char *
hint_of (TbSheetScenarios *self, guint reveal)
{
  const TbSheetStep *next = self->at + 1 < self->steps->len ? step_at (self, self->at) : NULL;
  gboolean stands = self->phase == TB_SCENARIO_PAUSED || self->phase == TB_SCENARIO_REPLAYED;
  if (reveal != G_MAXUINT)
    return g_strdup ("Space: show what was measured");
  if (!self->asking || !stands)
    return NULL;
  if (next == NULL)
    return g_strdup (self->phase == TB_SCENARIO_PAUSED ? "Space: heal everything, and judge" : "Space: from the beginning");
  return next->title != NULL ? g_strdup_printf ("Space: begin “%s”", next->title) : g_strdup ("Space: wait until it is so");
}

/* Of the step that was shown last. */
static const char *
answer_of (TbSheetScenarios *self, guint reveal)
{
  guint last = self->steps->len - 1;
  gboolean over = self->phase == TB_SCENARIO_OVER;
  if (reveal != G_MAXUINT || !self->asking || self->phase == TB_SCENARIO_RUNNING)
    return NULL;
  if (over && step_at (self, last)->answer != NULL)
    return step_at (self, last)->answer;
  return self->at > 0 && step_at (self, self->at - 1)->revealed ? step_at (self, self->at - 1)->answer : NULL;
}

void
tb_sheet_scenario_show (TbSheetScenarios *self, double place, const char *words)
{
  mark_steps (self);
  guint reveal = to_reveal (self);
  g_autofree char *question
    = reveal != G_MAXUINT ? g_strdup (step_at (self, reveal)->question)
      : self->phase != TB_SCENARIO_OVER ? question_before (self, self->at) : NULL;
  g_autofree char *hint = hint_of (self, reveal);
  const TbScenarioShown shown = {
    .phase = self->phase,
    .now = { .place = place, .paused = self->phase == TB_SCENARIO_PAUSED, .marks = &g_array_index (self->marks, TbStripMark, 0) },
    .words = words,
    .question = question,
    .answer = answer_of (self, reveal),
    .hint = hint,
    .rows = self->rows,
    .end = self->end,
    .sentence = reveal == G_MAXUINT ? self->sentence : NULL,
  };
  tb_scenario_bar_show (self->sheet->scenario_bar, &shown);
}
