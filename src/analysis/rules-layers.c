/* Who may call whom: layers, tiers, mediators, proxies. */
#include "rules-private.h"

static const char *
id_of (const TbRuleRun *run, guint part)
{
  return tb_element_id (run->parts[part].e);
}

static const TbElement *
layer (const TbRuleRun *run, int nth)
{
  return tb_model_nth (run->model, TB_KIND_LAYER, (guint) nth);
}

/* A layer uses only what is below it. An event may go up: nobody up there is waited for. */
void
tb_rule_upward (TbRuleRun *run, const TbRule *rule)
{
  for (guint i = 0; i < run->n_links; i++)
    {
      const TbRuleLink *link = &run->links[i];
      const TbRulePart *from = &run->parts[link->from], *to = &run->parts[link->to];
      if (!link->sync || from->top < 0 || to->top < 0 || to->bottom >= from->top)
        continue;
      TbRuleFinding *finding = tb_rule_say (run, rule, link->e, "%s calls up into layer %s: a layer uses only those below it",
                                        id_of (run, link->from), tb_element_id (layer (run, to->bottom)));
      tb_finding_also (finding, from->e);
      tb_finding_also (finding, to->e);
      tb_finding_fix_set (finding, "Make it an event, which nobody waits for", link->e, TB_PROP_CALL, "async");
    }
}

void
tb_rule_skipped (TbRuleRun *run, const TbRule *rule)
{
  for (guint i = 0; i < run->n_links; i++)
    {
      const TbRuleLink *link = &run->links[i];
      const TbRulePart *from = &run->parts[link->from], *to = &run->parts[link->to];
      if (from->top < 0 || to->top <= from->bottom + 1
          || !tb_element_get_boolean (layer (run, from->bottom), TB_PROP_STRICT))
        continue;
      TbRuleFinding *finding = tb_rule_say (
          run, rule, link->e, "it goes past layer %s, and %s is strict: it uses only the layer right below it",
          tb_element_id (layer (run, from->bottom + 1)), tb_element_id (layer (run, from->bottom)));
      tb_finding_also (finding, from->e);
      tb_finding_also (finding, to->e);
    }
}

/* Tiers that stand between two in the file. */
static guint
tiers_between (const TbRuleRun *run, const TbElement *a, const TbElement *b)
{
  guint at[2] = { 0, 0 };
  for (guint i = 0; i < tb_model_count (run->model, TB_KIND_TIER); i++)
    {
      const TbElement *tier = tb_model_nth (run->model, TB_KIND_TIER, i);
      at[0] = tier == a ? i : at[0];
      at[1] = tier == b ? i : at[1];
    }
  guint apart = MAX (at[0], at[1]) - MIN (at[0], at[1]);
  return apart > 0 ? apart - 1 : 0;
}

void
tb_rule_bypassed_tier (TbRuleRun *run, const TbRule *rule)
{
  for (guint i = 0; i < run->n_links; i++)
    {
      const TbRuleLink *link = &run->links[i];
      const TbRulePart *from = &run->parts[link->from], *to = &run->parts[link->to];
      if (from->role != TB_ROLE_CLIENT || to->role != TB_ROLE_STORE || from->tier == NULL || to->tier == NULL)
        continue;
      guint n = tiers_between (run, from->tier, to->tier);
      if (n == 0)
        continue;
      TbRuleFinding *finding = tb_rule_say (
          run, rule, link->e, "the client %s goes straight to the store %s, past %u other tier%s: whatever guards the data there is gone round",
          id_of (run, link->from), id_of (run, link->to), n, n == 1 ? "" : "s");
      tb_finding_also (finding, from->e);
      tb_finding_also (finding, to->e);
    }
}

/* ---- Mediators and proxies -------------------------------------------------------------------- */

static gboolean
calls (const TbRuleRun *run, guint from, guint to)
{
  for (guint i = 0; i < run->parts[from].out->len; i++)
    if (tb_rule_out (run, from, i)->to == to)
      return TRUE;
  return FALSE;
}

/* One of that role that calls both; TB_NOBODY: none does. */
static guint
mediator_of (const TbRuleRun *run, guint a, guint b)
{
  for (guint i = 0; i < run->parts[a].in->len; i++)
    {
      guint caller = tb_rule_in (run, a, i)->from;
      if (run->parts[caller].role == TB_ROLE_MEDIATOR && caller != b && calls (run, caller, b))
        return caller;
    }
  return TB_NOBODY;
}

void
tb_rule_bypassed_mediator (TbRuleRun *run, const TbRule *rule)
{
  for (guint i = 0; i < run->n_links; i++)
    {
      const TbRuleLink *link = &run->links[i];
      if (run->parts[link->from].role != TB_ROLE_SERVER || run->parts[link->to].role != TB_ROLE_SERVER
          || link->from == link->to)
        continue;
      guint mediator = mediator_of (run, link->from, link->to);
      if (mediator == TB_NOBODY)
        continue;
      TbRuleFinding *finding = tb_rule_say (run, rule, link->e,
                                        "%s and %s both take part in what %s mediates, and participants know only it",
                                        id_of (run, link->from), id_of (run, link->to), id_of (run, mediator));
      tb_finding_also (finding, run->parts[mediator].e);
      tb_finding_fix (finding, "Remove the direct link", TB_RULE_DELETE, link->e);
    }
}

void
tb_rule_bypassed_proxy (TbRuleRun *run, const TbRule *rule)
{
  for (guint i = 0; i < run->n_links; i++)
    {
      const TbRuleLink *link = &run->links[i];
      for (guint k = 0; k < run->parts[link->from].out->len; k++)
        {
          guint between = tb_rule_out (run, link->from, k)->to;
          TbRole role = run->parts[between].role;
          if ((role != TB_ROLE_PROXY && role != TB_ROLE_BALANCER) || between == link->to
              || between == link->from || !calls (run, between, link->to))
            continue;
          TbRuleFinding *finding = tb_rule_say (run, rule, link->e, "%s also calls %s by way of %s, which this link goes round",
                                            id_of (run, link->from), id_of (run, link->to), id_of (run, between));
          tb_finding_also (finding, run->parts[between].e);
          tb_finding_fix (finding, "Remove the direct link", TB_RULE_DELETE, link->e);
          break;
        }
    }
}
