/* An <expect>, checked: what it is of, when, and which bounds. */
#include <math.h>
#include <string.h>

#include "compile-private.h"

/* 0.999, 99.9%, 200ms: seconds, shares, or a plain number. FALSE: it was refused. */
static gboolean
read_amount (TbCompile *c, const TbElement *at, TbScenarioExpect *e, TbProp prop, double *value)
{
  const char *text = tb_element_get (at, prop), *end = NULL;
  gint64 ns;
  gboolean percent = g_str_has_suffix (text, "%");
  gboolean time = tb_duration_parse (text, &ns, NULL);
  gboolean negative = *text == '-';
  const char *digits = negative ? text + 1 : text;
  *value = time ? (double) ns / 1e9 : 0;
  if (!time)
    end = tb_decimal_parse (digits, value);
  if (percent)
    *value /= 100;
  if (time != (e->row->unit == TB_UNIT_TIME))
    tb_compile_refuse (c, at, time ? "“%s” is a time, and %s is none" : "“%s” is no time, and %s is one like 200ms",
                       text, e->row->that);
  else if (negative || (!time && end == NULL))
    tb_compile_refuse (c, at, "“%s” is less than nothing", text);
  else if ((percent || e->row->unit == TB_UNIT_SHARE_OF) && *value > 1)
    tb_compile_refuse (c, at, "“%s” is more than all: a share is from 0 to 1, or up to 100%%", text);
  else if (percent && e->row->unit != TB_UNIT_SHARE_OF && e->row->unit != TB_UNIT_NONE)
    tb_compile_refuse (c, at, "%s is no share, so “%s” says nothing of it", e->row->that, text);
  else
    {
      if (percent)
        e->unit = TB_UNIT_SHARE_OF;
      return TRUE;
    }
  return FALSE;
}

static gboolean
is_moment (const TbExpectRow *row)
{
  return row->unit == TB_UNIT_TIME && row->most != NULL;
}

static gboolean
read_bounds (TbCompile *c, const TbElement *at, TbScenarioExpect *e)
{
  gboolean least = tb_element_is_set (at, TB_PROP_AT_LEAST), most = tb_element_is_set (at, TB_PROP_AT_MOST);
  gboolean within = tb_element_is_set (at, TB_PROP_WITHIN), times = e->row->unit == TB_UNIT_TIME;
  e->least = e->row->least != NULL ? g_ascii_strtod (e->row->least, NULL) : -INFINITY;
  e->most = e->row->most != NULL && *e->row->most != '\0' ? g_ascii_strtod (e->row->most, NULL) : INFINITY;
  if (within && (!times || most || g_str_equal (e->row->that, "latency")))
    {
      tb_compile_refuse (c, at, most ? "within= and at-most= say the same of %s: one of them is enough"
                                     : "within= says nothing of %s", e->row->that);
      return FALSE;
    }
  if ((least && !read_amount (c, at, e, TB_PROP_AT_LEAST, &e->least))
      || (most && !read_amount (c, at, e, TB_PROP_AT_MOST, &e->most)))
    return FALSE;
  /* What has a bound where nothing is said has it no more where something is. */
  if (least && !most && e->row->most != NULL && !is_moment (e->row))
    e->most = INFINITY;
  if (within)
    e->most = (double) tb_element_get_ns (at, TB_PROP_WITHIN) / 1e9;
  if (within && e->most <= 0)
    tb_compile_refuse (c, at, "within= must be longer than nothing");
  else if (isinf (e->least) && isinf (e->most) && !is_moment (e->row))
    tb_compile_refuse (c, at, "how much %s is expected? at-least=, at-most= or both say so", e->row->that);
  else if (e->least > e->most)
    tb_compile_refuse (c, at, "nothing is at least %s and at most %s", tb_element_get (at, TB_PROP_AT_LEAST),
                       tb_element_get (at, TB_PROP_AT_MOST));
  else
    return TRUE;
  return FALSE;
}

static gboolean
check_of (TbCompile *c, const TbElement *at, const TbScenarioExpect *e)
{
  TbName name;
  if (e->of == NULL && (e->row->of & TB_OF_ALL))
    return TRUE;
  if (e->of == NULL)
    {
      tb_compile_refuse (c, at, "of= must say which component is expected to be %s", e->row->that);
      return FALSE;
    }
  if (!tb_name_parse (e->of, &name, NULL)
      || !tb_compile_names (c, at, e->of, TB_NAMES_INSTANCES | (e->row->of & TB_OF_TRAFFIC ? TB_NAMES_LINKS : 0)))
    return FALSE;
  if (e->row->of != TB_OF_STORE || (name.form == TB_NAME_ELEMENT && tb_compile_component (c, name.id) != NULL))
    return TRUE;
  tb_compile_refuse (c, at, "%s is said of a component, and “%s” is none", e->row->that, e->of);
  return FALSE;
}

static gboolean
check_during (TbCompile *c, const TbElement *at, const TbScenarioExpect *e)
{
  for (guint i = 0; e->during != NULL && i < tb_element_n_children (c->scenario); i++)
    {
      const TbElement *child = tb_element_child (c->scenario, i);
      if (tb_element_kind (child) == TB_KIND_PHASE && g_strcmp0 (tb_element_id (child), e->during) == 0)
        return TRUE;
    }
  if (e->during == NULL)
    return TRUE;
  tb_compile_refuse (c, at, "there is no phase “%s”", e->during);
  return FALSE;
}

static char *
words_of (const TbElement *at, const TbScenarioExpect *e)
{
  char number[40];
  GString *text = g_string_new (e->row->that);
  if (tb_element_is_set (at, TB_PROP_PERCENTILE))
    g_string_append_printf (text, " p%g", e->quantile * 100);
  if (e->of != NULL)
    g_string_append_printf (text, " of %s", e->of);
  if (e->during != NULL)
    g_string_append_printf (text, " during %s", e->during);
  if (!isinf (e->least) && e->unit != TB_UNIT_YES)
    g_string_append_printf (text, " at least %s", tb_measure_words (e->unit, e->least, number, sizeof number));
  if (!isinf (e->most))
    g_string_append_printf (text, "%s %s",
                            tb_element_is_set (at, TB_PROP_WITHIN) ? " within" : " at most",
                            tb_measure_words (e->unit, e->most, number, sizeof number));
  return g_string_free (text, FALSE);
}

gboolean
tb_compile_expect (TbCompile *c, const TbElement *at, TbScenarioExpect *e)
{
  e->row = tb_expectation (tb_element_get (at, TB_PROP_THAT));
  if (e->row == NULL)
    {
      tb_compile_refuse (c, at, "nothing can be expected that is called “%s”", tb_element_get (at, TB_PROP_THAT));
      return FALSE;
    }
  e->line = tb_element_line (at);
  e->unit = e->row->unit;
  e->of = g_strdup (tb_element_get (at, TB_PROP_OF));
  e->during = g_strdup (tb_element_get (at, TB_PROP_DURING));
  e->within_ns = tb_element_get_ns (at, TB_PROP_WITHIN);
  gboolean said = tb_element_is_set (at, TB_PROP_PERCENTILE);
  e->quantile = said ? tb_element_get_number (at, TB_PROP_PERCENTILE) / 100
                     : g_str_equal (e->row->that, "latency") ? 0.5 : 1;
  if (said && !g_str_equal (e->row->that, "latency") && !g_str_equal (e->row->that, "staleness"))
    {
      tb_compile_refuse (c, at, "percentile= says nothing of %s", e->row->that);
      return FALSE;
    }
  gboolean good = check_of (c, at, e) & check_during (c, at, e);
  good = good && read_bounds (c, at, e);
  if (good)
    e->text = words_of (at, e);
  return good;
}
