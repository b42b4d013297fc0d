/* What stands in a scenario, in a few words. */
#include "tb-scenario-line.h"

/* What an action asks for, in the order in which it is looked for. */
static const struct
{
  TbProp prop;
  const char *word; /* NULL: its value says it */
} verbs[] = {
  { TB_PROP_PARTITION, NULL }, { TB_PROP_FAULT, NULL },       { TB_PROP_HEAL, "heal" },
  { TB_PROP_KILL, "kill" },    { TB_PROP_PAUSE, "pause" },    { TB_PROP_RESUME, "resume" },
  { TB_PROP_RESTART, "restart" }, { TB_PROP_LOAD, NULL },
};

static void
append_said (GString *text, const TbElement *e, TbProp prop, const char *before)
{
  if (tb_element_is_set (e, prop))
    g_string_append_printf (text, "%s%s", before, tb_element_get (e, prop));
}

/* What a fault is set to: the first attribute that says something, which names it well enough. */
static void
append_setting (GString *text, const TbElement *e)
{
  static const TbProp settings[] = { TB_PROP_LATENCY, TB_PROP_DELAY, TB_PROP_LOSS_RATE, TB_PROP_TIMEOUT,
                                     TB_PROP_BYTES, TB_PROP_HTTP_STATUS, TB_PROP_PROBABILITY, TB_PROP_TOXICITY };
  if (tb_element_is_set (e, TB_PROP_RATE))
    g_string_append_printf (text, " %s KB/s", tb_element_get (e, TB_PROP_RATE));
  for (guint i = 0; i < G_N_ELEMENTS (settings); i++)
    if (tb_element_is_set (e, settings[i]))
      {
        append_said (text, e, settings[i], " ");
        return;
      }
}

static void
append_action (GString *text, const TbElement *e)
{
  if (tb_element_is_set (e, TB_PROP_LOAD))
    {
      append_said (text, e, TB_PROP_RATE, "");
      g_string_append (text, tb_element_is_set (e, TB_PROP_RATE) ? "/s" : "");
      append_said (text, e, TB_PROP_THINK, "think ");
      return;
    }
  for (guint i = 0; i < G_N_ELEMENTS (verbs); i++)
    if (tb_element_is_set (e, verbs[i].prop))
      {
        g_string_append_printf (text, "%s%s%s", verbs[i].word ? verbs[i].word : "", verbs[i].word ? " " : "",
                                tb_element_get (e, verbs[i].prop));
        break;
      }
  if (tb_element_is_set (e, TB_PROP_FAULT))
    append_setting (text, e);
  append_said (text, e, TB_PROP_OF, " ");
  append_said (text, e, TB_PROP_FROM, " from ");
  append_said (text, e, TB_PROP_TO, " to ");
  append_said (text, e, TB_PROP_ONCE, " once ");
}

static void
append_expectation (GString *text, const TbElement *e)
{
  g_string_append (text, tb_element_get (e, TB_PROP_THAT) ? tb_element_get (e, TB_PROP_THAT) : "?");
  append_said (text, e, TB_PROP_PERCENTILE, " p");
  append_said (text, e, TB_PROP_OF, " of ");
  append_said (text, e, TB_PROP_AT_LEAST, " ≥ ");
  append_said (text, e, TB_PROP_AT_MOST, " ≤ ");
  append_said (text, e, TB_PROP_WITHIN, " within ");
}

char *
tb_scenario_words (const TbElement *element)
{
  GString *text = g_string_new (NULL);
  TbKind kind = tb_element_kind (element);
  if (kind == TB_KIND_DO)
    append_action (text, element);
  else if (kind == TB_KIND_EXPECT)
    append_expectation (text, element);
  else if (kind == TB_KIND_WAIT)
    append_said (text, element, TB_PROP_UNTIL, "until ");
  else
    g_string_append (text, tb_element_title (element));
  return g_string_free (text, FALSE);
}
