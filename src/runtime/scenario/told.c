/* See tb-scenario-told.h. */
#include <math.h>
#include <string.h>

#include "tb-scenario-told.h"

#define BEGIN "scenario"
#define STEP "scenario-step"
#define FINDING "scenario-finding"
#define OVER "scenario-over"

/* ---- Writing ---------------------------------------------------------------------------------- */

void
tb_scenario_tell_begin (TbSession *session, const TbScenario *scenario)
{
  g_autofree char *xml = scenario->foreign ? tb_model_to_xml (scenario->model, NULL) : g_strdup ("");
  tb_session_say (session, scenario->id, BEGIN, xml);
}

void
tb_scenario_tell_step (TbSession *session, const TbScenario *scenario, const TbEngine *engine)
{
  g_autofree char *value = g_strdup_printf ("%u%s", tb_engine_step_at (engine),
                                            tb_engine_state (engine) == TB_ENGINE_PAUSED ? " paused" : "");
  tb_session_say (session, scenario->id, STEP, value);
}

static void
tell_finding (TbSession *session, const TbScenario *scenario, guint i, const TbFinding *f)
{
  g_autofree char *measured = tb_estimate_words (f->expect->unit, &f->estimate);
  g_autofree char *value = g_strdup_printf ("%u\n%s\n%s\n%s", i, tb_outcome_name (f->outcome), measured,
                                            f->why != NULL ? f->why : "");
  tb_session_say (session, scenario->id, FINDING, value);
}

void
tb_scenario_tell_end (TbSession *session, const TbScenario *scenario, const TbEngine *engine)
{
  const GPtrArray *findings = tb_engine_findings (engine);
  g_autofree char *sentence = NULL;
  const char *end = tb_scenario_end_name (tb_engine_end (engine, &sentence));
  for (guint i = 0; i < findings->len; i++)
    tell_finding (session, scenario, i, g_ptr_array_index (findings, i));
  g_autofree char *value = g_strdup_printf ("%s\n%s", end, sentence);
  tb_session_say (session, scenario->id, OVER, value);
}

/* ---- Reading ---------------------------------------------------------------------------------- */

static void
free_finding (gpointer data)
{
  TbToldFinding *f = data;
  g_free (f->text);
  g_free (f->during);
  g_free (f->measured);
  g_free (f->why);
  g_free (f);
}

static void
free_told (gpointer data)
{
  TbScenarioTold *told = data;
  g_free (told->id);
  g_clear_object (&told->holder);
  g_array_unref (told->spans);
  g_ptr_array_unref (told->findings);
  g_free (told->sentence);
  g_free (told);
}

static const TbElement *
scenario_in (const TbModel *model, const char *id)
{
  const TbElement *element = model != NULL ? tb_model_lookup (model, id) : NULL;
  return element != NULL && tb_element_kind (element) == TB_KIND_SCENARIO ? element : NULL;
}

/* As it is written: a recording's scenario need not be one that could be carried out. */
static char *
expected (const TbElement *expect)
{
  static const struct
  {
    TbProp prop;
    const char *word;
  } parts[] = { { TB_PROP_PERCENTILE, "percentile" }, { TB_PROP_OF, "of" }, { TB_PROP_DURING, "during" },
                { TB_PROP_AT_LEAST, "at least" }, { TB_PROP_AT_MOST, "at most" }, { TB_PROP_WITHIN, "within" } };
  GString *text = g_string_new (tb_element_get (expect, TB_PROP_THAT));
  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    if (tb_element_is_set (expect, parts[i].prop))
      g_string_append_printf (text, " %s %s", parts[i].word, tb_element_get (expect, parts[i].prop));
  return g_string_free (text, FALSE);
}

static void
take_element (TbScenarioTold *told)
{
  for (guint i = 0; told->element != NULL && i < tb_element_n_children (told->element); i++)
    {
      const TbElement *child = tb_element_child (told->element, i);
      const TbEngineSpan never = { 0, 0 };
      if (tb_element_kind (child) == TB_KIND_WAIT || tb_element_kind (child) == TB_KIND_PHASE)
        g_array_append_val (told->spans, never);
      if (tb_element_kind (child) != TB_KIND_EXPECT)
        continue;
      TbToldFinding *f = g_new0 (TbToldFinding, 1);
      f->text = expected (child);
      f->during = g_strdup (tb_element_get (child, TB_PROP_DURING));
      f->outcome = TB_UNKNOWN;
      g_ptr_array_add (told->findings, f);
    }
}

static void
begin (GPtrArray *all, const TbPastRemark *r, const TbModel *drawing)
{
  TbScenarioTold *told = g_new0 (TbScenarioTold, 1);
  told->id = g_strdup (r->of);
  told->from_ns = r->time_ns;
  told->spans = g_array_new (FALSE, TRUE, sizeof (TbEngineSpan));
  told->findings = g_ptr_array_new_with_free_func (free_finding);
  if (*r->value != '\0')
    {
      TbProblems *problems = tb_problems_new ();
      told->holder = tb_document_load_bytes (r->of, r->value, strlen (r->value), problems, NULL);
      g_ptr_array_unref (problems);
    }
  told->element = scenario_in (told->holder != NULL ? tb_document_model (told->holder) : drawing, r->of);
  take_element (told);
  g_ptr_array_add (all, told);
}

static void
take_step (TbScenarioTold *told, const TbPastRemark *r)
{
  char *rest;
  guint64 step = g_ascii_strtoull (r->value, &rest, 10);
  gboolean paused = g_str_equal (rest, " paused");
  for (guint i = 0; i < told->spans->len; i++)
    {
      TbEngineSpan *span = &g_array_index (told->spans, TbEngineSpan, i);
      if (i == step && !paused)
        span->from_ns = r->time_ns;
      if (i >= step)
        continue;
      span->from_ns = span->from_ns != 0 ? span->from_ns : r->time_ns; /* it took no time: nobody told of it */
      span->to_ns = span->to_ns != 0 ? span->to_ns : r->time_ns;
    }
}

static TbOutcome
outcome_of (const char *name)
{
  for (TbOutcome outcome = TB_HELD; outcome < TB_UNKNOWN; outcome++)
    if (g_str_equal (name, tb_outcome_name (outcome)))
      return outcome;
  return TB_UNKNOWN;
}

static void
take_finding (TbScenarioTold *told, const TbPastRemark *r)
{
  g_auto (GStrv) lines = g_strsplit (r->value, "\n", 4);
  guint64 i = lines[0] != NULL ? g_ascii_strtoull (lines[0], NULL, 10) : G_MAXUINT64;
  if (g_strv_length (lines) < 4 || i >= told->findings->len)
    return;
  TbToldFinding *f = g_ptr_array_index (told->findings, i);
  f->known = TRUE;
  f->outcome = outcome_of (lines[1]);
  g_free (f->measured);
  g_free (f->why);
  f->measured = g_strdup (lines[2]);
  f->why = *lines[3] != '\0' ? g_strdup (lines[3]) : NULL;
}

static void
take_over (TbScenarioTold *told, const TbPastRemark *r)
{
  g_auto (GStrv) lines = g_strsplit (r->value, "\n", 2);
  if (g_strv_length (lines) < 2 || told->over)
    return;
  told->over = TRUE;
  told->to_ns = r->time_ns;
  told->sentence = g_strdup (lines[1]);
  told->end = TB_END_NOT_RUN;
  for (TbScenarioEnd end = TB_END_HELD; end < TB_END_NOT_RUN; end++)
    if (g_str_equal (lines[0], tb_scenario_end_name (end)))
      told->end = end;
}

GPtrArray *
tb_scenarios_told (TbPast *past, const TbModel *drawing)
{
  static const struct
  {
    const char *what;
    void (*take) (TbScenarioTold *told, const TbPastRemark *r);
  } rows[] = { { STEP, take_step }, { FINDING, take_finding }, { OVER, take_over } };
  GPtrArray *all = g_ptr_array_new_with_free_func (free_told);
  for (guint i = 0; i < tb_past_n_remarks (past); i++)
    {
      const TbPastRemark *r = tb_past_remark (past, i);
      TbScenarioTold *last = all->len > 0 ? g_ptr_array_index (all, all->len - 1) : NULL;
      if (g_str_equal (r->what, BEGIN))
        begin (all, r, drawing);
      for (guint k = 0; k < G_N_ELEMENTS (rows); k++)
        if (last != NULL && g_str_equal (r->what, rows[k].what) && g_str_equal (r->of, last->id))
          rows[k].take (last, r);
    }
  return all;
}

/* ---- At a moment ------------------------------------------------------------------------------ */

const TbScenarioTold *
tb_scenario_told_at (const GPtrArray *told, gint64 time_ns)
{
  const TbScenarioTold *at = NULL;
  for (guint i = 0; i < told->len; i++)
    {
      const TbScenarioTold *one = g_ptr_array_index (told, i);
      if (one->from_ns <= time_ns)
        at = one;
    }
  return at;
}

double
tb_scenario_told_place (const TbScenarioTold *told, gint64 time_ns)
{
  double place = NAN;
  for (guint i = 0; i < told->spans->len; i++)
    {
      const TbEngineSpan *span = &g_array_index (told->spans, TbEngineSpan, i);
      gint64 to_ns = span->to_ns != 0 ? span->to_ns : told->to_ns;
      if (span->from_ns == 0 || span->from_ns > time_ns)
        continue;
      double share = to_ns > span->from_ns ? (double) (time_ns - span->from_ns) / (double) (to_ns - span->from_ns) : 0;
      place = i + CLAMP (share, 0, 1);
    }
  return place;
}
