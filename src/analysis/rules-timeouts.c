/* How long callers wait, and how often they try again. */
#include <string.h>

#include "rules-private.h"

#define A_SECOND G_GINT64_CONSTANT (1000000000)
#define A_MILLISECOND G_GINT64_CONSTANT (1000000)
#define LONGEST (60 * A_SECOND) /* that is offered */

static const char *
id_of (const TbRuleRun *run, guint part)
{
  return tb_element_id (run->parts[part].e);
}

gint64
tb_rule_worst_ns (const TbRuleLink *link, gint64 timeout_ns)
{
  gint64 times = 1;
  for (guint i = 0; link->calls != NULL && i < link->calls->len; i++)
    if (tb_element_get_number (link->calls->pdata[i], TB_PROP_SHARE) >= 1)
      times = MAX (times, tb_element_get_integer (link->calls->pdata[i], TB_PROP_TIMES));
  double ns = (double) timeout_ns * (1 + link->retries) * (double) times;
  return (gint64) MIN (ns, 9e18);
}

static gint64
worst_of (const TbRuleLink *link)
{
  return tb_rule_worst_ns (link, link->timeout_ns);
}

/* ---- None ------------------------------------------------------------------------------------- */

/* By each of its calls, or by the link itself. */
static gboolean
has_timeout (const TbRuleLink *link)
{
  guint with = 0;
  for (guint i = 0; link->calls != NULL && i < link->calls->len; i++)
    with += tb_element_is_set (link->calls->pdata[i], TB_PROP_TIMEOUT);
  return link->timeout_ns > 0 || (link->calls != NULL && with == link->calls->len);
}

/* Only of our own programs: others have a timeout of theirs, or none, and the drawing does not change it. */
static gboolean
lacks_timeout (const TbRuleRun *run, const TbRuleLink *link)
{
  return link->sync && !has_timeout (link) && tb_rule_is_ours (&run->parts[link->from]);
}

/* A second, or twice what the longest call below may take. */
static void
wish (const TbRuleRun *run, const guint *number, guint l, gint64 *fitting)
{
  const TbRuleLink *link = &run->links[l];
  gint64 longest = 0;
  for (guint k = 0; k < run->parts[link->to].out->len; k++)
    {
      guint below = g_array_index (run->parts[link->to].out, guint, k);
      if (run->links[below].sync && number[run->links[below].to] != number[link->to])
        longest = MAX (longest, tb_rule_worst_ns (&run->links[below], fitting[below]));
    }
  fitting[l] = CLAMP (2 * MIN (longest, LONGEST), A_SECOND / (1 + link->retries), LONGEST);
}

/* With every try no more than half of what the caller's own callers wait. */
static void
bound (const TbRuleRun *run, guint l, gint64 *fitting)
{
  const TbRuleLink *link = &run->links[l];
  for (guint i = 0; i < run->parts[link->from].in->len; i++)
    {
      guint above = g_array_index (run->parts[link->from].in, guint, i);
      gint64 once = MAX (tb_rule_worst_ns (link, A_SECOND) / A_SECOND, 1);
      if (run->links[above].sync && fitting[above] > 0)
        fitting[l] = MAX (MIN (fitting[l], fitting[above] / 2 / once), A_MILLISECOND);
    }
}

/* What each link that has no timeout might have, so that all of them fit those that there are and each other: wished
 * from the called up, bounded from the callers down. (transfer full) */
static gint64 *
fitting_timeouts (const TbRuleRun *run)
{
  gint64 *fitting = g_new0 (gint64, run->n_links + 1);
  g_autofree guint *number = g_new (guint, run->n_parts + 1), *order = tb_rule_order (run, FALSE, number);
  for (guint l = 0; l < run->n_links; l++)
    fitting[l] = run->links[l].timeout_ns;
  for (guint i = run->n_parts; i > 0; i--)
    for (guint k = 0, part = order[i - 1]; k < run->parts[part].out->len; k++)
      if (lacks_timeout (run, tb_rule_out (run, part, k)))
        wish (run, number, g_array_index (run->parts[part].out, guint, k), fitting);
  for (guint i = 0; i < run->n_parts; i++)
    for (guint k = 0, part = order[i]; k < run->parts[part].out->len; k++)
      if (lacks_timeout (run, tb_rule_out (run, part, k)))
        bound (run, g_array_index (run->parts[part].out, guint, k), fitting);
  return fitting;
}

/* In a sketch nobody has said yet how long anything takes. */
void
tb_rule_no_timeout (TbRuleRun *run, const TbRule *rule)
{
  g_autofree gint64 *fitting = fitting_timeouts (run);
  for (guint i = 0; i < run->n_links; i++)
    {
      const TbRuleLink *link = &run->links[i];
      if (!lacks_timeout (run, link))
        continue;
      g_autofree char *timeout = tb_rule_duration (fitting[i]);
      g_autofree char *label = g_strdup_printf ("Give it a timeout of %s", timeout);
      TbRuleFinding *finding = tb_rule_say (run, rule, link->e, "%s waits for %s without a timeout: one that hangs holds it for ever",
                                        id_of (run, link->from), id_of (run, link->to));
      tb_finding_also (finding, run->parts[link->from].e);
      tb_finding_also (finding, run->parts[link->to].e);
      tb_finding_fix_set (finding, label, link->e, TB_PROP_TIMEOUT, timeout);
      if (!run->described)
        finding->problem.severity = TB_SEVERITY_INFO;
    }
}

/* ---- Less than what is below ------------------------------------------------------------------ */

static void
say_inverted (TbRuleRun *run, const TbRule *rule, const TbRuleLink *above, const TbRuleLink *below)
{
  gint64 worst = worst_of (below);
  g_autofree char *long_text = tb_rule_duration (worst), *short_text = tb_rule_duration (above->timeout_ns);
  g_autofree char *each = tb_rule_duration (below->timeout_ns), *label = g_strdup_printf ("Let %s wait %s", tb_element_id (above->e), long_text);
  g_autofree char *tries = below->retries > 0 ? g_strdup_printf (", %u tries of %s", below->retries + 1, each) : g_strdup ("");
  TbRuleFinding *finding = tb_rule_say (run, rule, above->e, "%s gives up after %s, but %s may take %s%s: it goes on for nobody",
                                    id_of (run, above->from), short_text, tb_element_id (below->e), long_text, tries);
  tb_finding_also (finding, below->e);
  tb_finding_also (finding, run->parts[above->to].e);
  tb_finding_fix_set (finding, label, above->e, TB_PROP_TIMEOUT, long_text);
}

void
tb_rule_inverted_timeouts (TbRuleRun *run, const TbRule *rule)
{
  for (guint i = 0; i < run->n_links; i++)
    {
      const TbRuleLink *above = &run->links[i], *worst = NULL;
      for (guint k = 0; above->sync && above->timeout_ns > 0 && k < run->parts[above->to].out->len; k++)
        {
          const TbRuleLink *below = tb_rule_out (run, above->to, k);
          if (below->sync && below->timeout_ns > 0 && worst_of (below) > above->timeout_ns
              && (worst == NULL || worst_of (below) > worst_of (worst)))
            worst = below;
        }
      if (worst != NULL)
        say_inverted (run, rule, above, worst);
    }
}

/* What is done twice is not the same as done once. */
void
tb_rule_retried_writes (TbRuleRun *run, const TbRule *rule)
{
  static const char *const twice[] = { "append", "add" };
  for (guint i = 0; i < run->n_links; i++)
    for (guint k = 0; k < G_N_ELEMENTS (twice); k++)
      if (run->links[i].retries > 0 && tb_rule_link_does (&run->links[i], twice[k]))
        {
          TbRuleFinding *finding = tb_rule_say (run, rule, run->links[i].e,
                                            "an %s whose answer is lost is tried again, up to %u times, and then counts more than once",
                                            twice[k], run->links[i].retries);
          tb_finding_fix_set (finding, "Do not try again", run->links[i].e, TB_PROP_RETRIES, NULL);
          break;
        }
}
