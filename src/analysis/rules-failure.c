/* What stops alone: single points of failure. */
#include "rules-private.h"
#include "tb-failure.h"

#define NAMED_MAX 3

/* "Shop, Browser and 4 more stop" */
static char *
stopping (const TbRuleRun *run, const GArray *uids)
{
  GString *words = g_string_new (NULL);
  guint named = uids->len > NAMED_MAX + 1 ? NAMED_MAX : uids->len;
  for (guint i = 0; i < named; i++)
    {
      const TbElement *e = tb_model_get (run->model, g_array_index (uids, TbUid, i));
      const char *between = i == 0 ? "" : i + 1 == uids->len ? " and " : ", ";
      g_string_append_printf (words, "%s%s", between, tb_element_title (e));
    }
  if (named < uids->len)
    g_string_append_printf (words, " and %u more", uids->len - named);
  g_string_append (words, uids->len == 1 ? " stops" : " stop");
  return g_string_free (words, FALSE);
}

static void
say_point (TbRuleRun *run, const TbRule *rule, TbFailure *failure, const TbPart *point)
{
  const TbElement *e = tb_model_get (run->model, point->uid);
  g_autoptr (GArray) stopped = tb_failure_without (failure, point, 1);
  guint part = tb_rule_part_of (run, e);
  if (stopped->len == 0)
    return;
  g_autofree char *words = stopping (run, stopped);
  TbRuleFinding *finding;
  if (point->replica > 0)
    finding = tb_rule_say (run, rule, e, "without its replica %u, %s", point->replica, words);
  else
    finding = tb_rule_say (run, rule, e, "without it, %s", words);
  for (guint i = 0; i < stopped->len; i++)
    tb_finding_also (finding, tb_model_get (run->model, g_array_index (stopped, TbUid, i)));
  /* Two of what keeps nothing are as good as one, and better. */
  if (part != TB_NOBODY && run->parts[part].replicas == 1 && run->parts[part].role == TB_ROLE_SERVER
      && g_strcmp0 (tb_element_get (e, TB_PROP_STATE), "stateless") == 0)
    tb_finding_fix_set (finding, "Run two replicas", e, TB_PROP_REPLICAS, "2");
}

void
tb_rule_spof (TbRuleRun *run, const TbRule *rule)
{
  guint n;
  g_autoptr (TbFailure) failure = tb_failure_new (run->model);
  const TbPart *points = tb_failure_single_points (failure, &n);
  for (guint i = 0; i < n; i++)
    say_point (run, rule, failure, &points[i]);
}
