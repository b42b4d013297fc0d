/* An <expect>, checked: what it is of, when, and which bounds. */
#include <math.h>
#include <string.h>

#include "compile-private.h"
#include "tb-filter.h"

/* 0.999, 99.9%, 200ms: seconds, shares, or a plain number. FALSE: it was refused. */
static gboolean
read_amount (TbCompile *c, const TbElement *at, TbScenarioExpect *e, TbProp prop, double *value)
{
  const char *text = tb_element_get (at, prop), *end = NULL;
  TbMeasureUnit unit = e->against != NULL ? TB_UNIT_TIMES : e->row->unit;
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
  if (unit == TB_UNIT_TIMES && (time || percent))
    tb_compile_refuse (c, at, "“%s” is no multiple: it is a number like 1.5", text);
  else if (time != (unit == TB_UNIT_TIME))
    tb_compile_refuse (c, at, time ? "“%s” is a time, and %s is none" : "“%s” is no time, and %s is one like 200ms",
                       text, e->row->that);
  else if (negative || (!time && end == NULL))
    tb_compile_refuse (c, at, "“%s” is less than nothing", text);
  else if ((percent || unit == TB_UNIT_SHARE_OF) && *value > 1)
    tb_compile_refuse (c, at, "“%s” is more than all: a share is from 0 to 1, or up to 100%%", text);
  else if (percent && unit != TB_UNIT_SHARE_OF && unit != TB_UNIT_NONE)
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
  if (within && (!times || most || e->against != NULL || g_str_equal (e->row->that, "latency")))
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
  else if (isinf (e->least) && isinf (e->most) && (!is_moment (e->row) || e->against != NULL))
    tb_compile_refuse (c, at, "how much %s is expected? at-least=, at-most= or both say so", e->row->that);
  else if (e->least > e->most)
    tb_compile_refuse (c, at, "nothing is at least %s and at most %s", tb_element_get (at, TB_PROP_AT_LEAST),
                       tb_element_get (at, TB_PROP_AT_MOST));
  else
    return TRUE;
  return FALSE;
}

static gboolean
check_interaction (TbCompile *c, const TbElement *at, const TbScenarioExpect *e)
{
  const TbElement *interaction = e->of != NULL ? tb_model_lookup (c->holder, e->of) : NULL;
  if (interaction != NULL && tb_element_kind (interaction) == TB_KIND_INTERACTION)
    return TRUE;
  tb_compile_refuse (c, at, "of= must name an interaction that stands in the same file%s%s%s", e->of != NULL ? "; “" : "",
                     e->of != NULL ? e->of : "", e->of != NULL ? "” is none" : "");
  return FALSE;
}

static gboolean
check_of (TbCompile *c, const TbElement *at, const TbScenarioExpect *e)
{
  TbName name;
  if (e->row->of == TB_OF_INTERACTION)
    return check_interaction (c, at, e);
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

/* where= and among= are said of messages, and only of them. */
static gboolean
check_filter (TbCompile *c, const TbElement *at, const TbScenarioExpect *e, TbProp prop, const char *text)
{
  g_autoptr (GError) error = NULL;
  const char *name = prop == TB_PROP_WHERE ? "where=" : "among=";
  gboolean of_messages = g_str_equal (e->row->that, "messages");
  if (text == NULL && (!of_messages || prop == TB_PROP_AMONG))
    return TRUE;
  if (!of_messages)
    tb_compile_refuse (c, at, "%s says nothing of %s", name, e->row->that);
  else if (text == NULL)
    tb_compile_refuse (c, at, "which messages? where= says so, as in link:ask status:503");
  else if (e->of != NULL)
    tb_compile_refuse (c, at, "of= says nothing of messages: the filter in where= does");
  else
    {
      g_autoptr (TbFilter) filter = tb_filter_parse (text, &error);
      if (filter != NULL)
        return TRUE;
      tb_compile_refuse (c, at, "%s: %s", name, error->message);
    }
  return FALSE;
}

/* What it is a multiple of: the same, but of another or in another phase. */
static void
read_against (const TbElement *at, TbScenarioExpect *e)
{
  const char *of = tb_element_get (at, TB_PROP_AGAINST), *during = tb_element_get (at, TB_PROP_AGAINST_DURING);
  if (of == NULL && during == NULL)
    return;
  TbScenarioExpect *other = e->against = g_new0 (TbScenarioExpect, 1);
  *other = (TbScenarioExpect) { .row = e->row, .line = e->line, .unit = e->unit, .within_ns = e->within_ns,
                                .quantile = e->quantile, .least = -INFINITY, .most = INFINITY,
                                .of = g_strdup (of != NULL ? of : e->of),
                                .during = g_strdup (during != NULL ? during : e->during) };
  e->unit = TB_UNIT_TIMES;
}

static gboolean
check_against (TbCompile *c, const TbElement *at, const TbScenarioExpect *e)
{
  if (e->against == NULL)
    return TRUE;
  if (e->row->unit != TB_UNIT_YES && e->row->of != TB_OF_INTERACTION && !g_str_equal (e->row->that, "messages"))
    return check_of (c, at, e->against) & check_during (c, at, e->against);
  tb_compile_refuse (c, at, "%s cannot be a multiple of another", e->row->that);
  return FALSE;
}

static void
append_against (GString *text, const TbScenarioExpect *e)
{
  g_string_append (text, " against");
  if (e->against->of != NULL && g_strcmp0 (e->against->of, e->of) != 0)
    g_string_append_printf (text, " %s", e->against->of);
  if (e->against->during != NULL && g_strcmp0 (e->against->during, e->during) != 0)
    g_string_append_printf (text, " during %s", e->against->during);
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
  if (e->where != NULL)
    g_string_append_printf (text, " where %s", e->where);
  if (e->among != NULL)
    g_string_append_printf (text, " among %s", e->among);
  if (e->during != NULL)
    g_string_append_printf (text, " during %s", e->during);
  if (e->against != NULL)
    append_against (text, e);
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
  e->where = g_strdup (tb_element_get (at, TB_PROP_WHERE));
  e->among = g_strdup (tb_element_get (at, TB_PROP_AMONG));
  e->unit = e->among != NULL ? TB_UNIT_SHARE_OF : e->unit;
  read_against (at, e);
  gboolean good = check_of (c, at, e) & check_during (c, at, e) & check_filter (c, at, e, TB_PROP_WHERE, e->where)
                  & check_filter (c, at, e, TB_PROP_AMONG, e->among);
  good = good && check_against (c, at, e) && read_bounds (c, at, e);
  if (good)
    e->text = words_of (at, e);
  return good;
}
