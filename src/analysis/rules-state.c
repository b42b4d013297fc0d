/* State and its copies: sessions behind balancers, quorums, what is lost by a crash. */
#include <string.h>

#include "rules-private.h"
#include "tb-cap.h"

static const char *
id_of (const TbRuleRun *run, guint part)
{
  return tb_element_id (run->parts[part].e);
}

/* ---- Behind a balancer ------------------------------------------------------------------------ */

/* Whether requests of one client stay with one replica. */
static gboolean
stays (const TbRuleRun *run, const TbRuleLink *link)
{
  const char *affinity = tb_element_get (run->parts[link->from].e, TB_PROP_AFFINITY);
  const char *balance = tb_element_get (link->e, TB_PROP_BALANCE);
  return (affinity != NULL && strcmp (affinity, "none") != 0) || g_strcmp0 (balance, "sticky") == 0
         || g_strcmp0 (balance, "hash") == 0;
}

/* A store or cache that all replicas call may hold what one of them knows. */
static gboolean
shares_state (const TbRuleRun *run, guint part)
{
  for (guint i = 0; i < run->parts[part].out->len; i++)
    {
      TbRole role = run->parts[tb_rule_out (run, part, i)->to].role;
      if (role == TB_ROLE_STORE || role == TB_ROLE_CACHE)
        return TRUE;
    }
  return FALSE;
}

void
tb_rule_affinity (TbRuleRun *run, const TbRule *rule)
{
  for (guint i = 0; i < run->n_links; i++)
    {
      const TbRuleLink *link = &run->links[i];
      const TbRulePart *to = &run->parts[link->to], *from = &run->parts[link->from];
      gboolean balances = from->role == TB_ROLE_BALANCER || from->role == TB_ROLE_PROXY
                          || tb_element_is_set (link->e, TB_PROP_BALANCE);
      const char *state = tb_element_get (to->e, TB_PROP_STATE), *affinity = tb_element_get (to->e, TB_PROP_AFFINITY);
      if (!balances || to->replicas < 2 || g_strcmp0 (state, "stateful") != 0 || stays (run, link)
          || shares_state (run, link->to) || (affinity != NULL && strcmp (affinity, "none") != 0))
        continue;
      TbRuleFinding *finding = tb_rule_say (
          run, rule, link->e, "%s keeps state of its clients in %u replicas, and requests of one client go to any of them: %u of %u find nothing",
          id_of (run, link->to), to->replicas, to->replicas - 1, to->replicas);
      tb_finding_also (finding, from->e);
      tb_finding_also (finding, to->e);
      if (from->role == TB_ROLE_BALANCER)
        tb_finding_fix_set (finding, "Keep each session with one replica", from->e, TB_PROP_AFFINITY, "session");
      else
        tb_finding_fix_set (finding, "Stay with one replica", link->e, TB_PROP_BALANCE, "sticky");
    }
}

void
tb_rule_lone_replica (TbRuleRun *run, const TbRule *rule)
{
  for (guint i = 0; i < run->n_parts; i++)
    {
      const TbRulePart *part = &run->parts[i];
      if (part->role != TB_ROLE_BALANCER || part->out->len != 1)
        continue;
      const TbRulePart *behind = &run->parts[tb_rule_out (run, i, 0)->to];
      if (behind->replicas > 1 || behind->role == TB_ROLE_EXTERNAL || behind->role == TB_ROLE_BALANCER)
        continue;
      TbRuleFinding *finding = tb_rule_say (run, rule, part->e, "there is one replica of %s behind it: nothing to choose from",
                                        tb_element_id (behind->e));
      tb_finding_also (finding, behind->e);
      tb_finding_fix_set (finding, "Run two replicas", behind->e, TB_PROP_REPLICAS, "2");
    }
}

/* ---- Copies ----------------------------------------------------------------------------------- */

/* C(n-w, r) / C(n, r): that a read of r copies meets none of the w written ones (Bailis et al., VLDB 2012). */
static double
misses (guint n, guint r, guint w)
{
  double p = 1;
  for (guint i = 0; i < r; i++)
    p *= n - w > i ? (double) (n - w - i) / (n - i) : 0;
  return p;
}

/* "Run 3 replicas" */
static void
fix_number (TbRuleFinding *finding, const char *verb, const char *what, const TbElement *element, TbProp prop, guint value)
{
  g_autofree char *text = g_strdup_printf ("%u", value), *label = g_strdup_printf ("%s %u %s", verb, value, what);
  tb_finding_fix_set (finding, label, element, prop, text);
}

static gboolean
is_quorum (const TbRuleRun *run, guint part, TbCapStore *store)
{
  return tb_cap_store_of (run->parts[part].e, store) && store->protocol == TB_CAP_QUORUM;
}

void
tb_rule_overlap (TbRuleRun *run, const TbRule *rule)
{
  for (guint i = 0; i < run->n_parts; i++)
    {
      TbCapStore s;
      if (!is_quorum (run, i, &s) || s.r + s.w > s.copies)
        continue;
      TbRuleFinding *finding = tb_rule_say (run, rule, run->parts[i].e,
                                        "reads of %u and writes of %u of %u copies need not meet: at worst %.1f %% of reads miss the latest write",
                                        s.r, s.w, s.copies, 100 * misses (s.copies, s.r, s.w));
      fix_number (finding, "Read from", "copies", run->parts[i].builtin, TB_PROP_R, s.copies - s.w + 1);
    }
}

void
tb_rule_write_conflict (TbRuleRun *run, const TbRule *rule)
{
  for (guint i = 0; i < run->n_parts; i++)
    {
      TbCapStore s;
      if (!is_quorum (run, i, &s) || 2 * s.w > s.copies)
        continue;
      TbRuleFinding *finding = tb_rule_say (run, rule, run->parts[i].e,
                                        "a write reaches %u of %u copies, no majority: two at once are both acknowledged, and one is lost",
                                        s.w, s.copies);
      fix_number (finding, "Write to", "copies", run->parts[i].builtin, TB_PROP_W, s.copies / 2 + 1);
    }
}

void
tb_rule_even_copies (TbRuleRun *run, const TbRule *rule)
{
  for (guint i = 0; i < run->n_parts; i++)
    {
      TbCapStore s;
      if (!tb_cap_store_of (run->parts[i].e, &s))
        continue;
      gboolean majority = s.protocol == TB_CAP_RAFT
                          || (s.protocol == TB_CAP_QUORUM && s.r == s.copies / 2 + 1 && s.w == s.r);
      guint n = s.protocol == TB_CAP_QUORUM ? s.copies : s.replicas;
      if (!majority || n % 2 != 0)
        continue;
      TbRuleFinding *finding
          = tb_rule_say (run, rule, run->parts[i].e, "%u copies that agree by majority can lose %u, no more than %u can, and there is one more to fail",
                         n, n - n / 2 - 1, n - 1);
      if (n == s.replicas)
        fix_number (finding, "Run", "replicas", run->parts[i].e, TB_PROP_REPLICAS, n + 1);
    }
}

void
tb_rule_all_copies (TbRuleRun *run, const TbRule *rule)
{
  for (guint i = 0; i < run->n_parts; i++)
    {
      TbCapStore s;
      if (!tb_cap_store_of (run->parts[i].e, &s) || s.replicas < 2)
        continue;
      gboolean quorum = s.protocol == TB_CAP_QUORUM;
      gboolean writes = s.protocol == TB_CAP_ALL || (quorum && s.w == s.copies);
      gboolean reads = quorum && s.r == s.copies;
      if (!writes && !reads)
        continue;
      TbRuleFinding *finding = tb_rule_say (run, rule, run->parts[i].e, "a %s needs all %u copies: any one that is down stops it",
                                        writes ? "write" : "read", quorum ? s.copies : s.replicas);
      if (quorum && s.copies > 2)
        fix_number (finding, "Ask", "copies, a majority", run->parts[i].builtin, writes ? TB_PROP_W : TB_PROP_R,
                    s.copies / 2 + 1);
    }
}

void
tb_rule_apart (TbRuleRun *run, const TbRule *rule)
{
  for (guint i = 0; i < run->n_parts; i++)
    {
      TbCapStore s;
      if (run->parts[i].role != TB_ROLE_STORE || !tb_cap_store_of (run->parts[i].e, &s)
          || s.protocol != TB_CAP_APART || s.replicas < 2)
        continue;
      TbRuleFinding *finding = tb_rule_say (run, rule, run->parts[i].e,
                                        "its %u replicas know nothing of each other: what one is told, the others do not have", s.replicas);
      if (run->parts[i].builtin != NULL)
        tb_finding_fix_set (finding, "Replicate by Raft", run->parts[i].builtin, TB_PROP_REPLICATION, "raft");
    }
}

void
tb_rule_stale_reads (TbRuleRun *run, const TbRule *rule)
{
  for (guint i = 0; i < run->n_parts; i++)
    {
      TbCapStore s;
      if (!tb_cap_store_of (run->parts[i].e, &s) || !s.reads_any || s.replicas < 2
          || (s.protocol != TB_CAP_PRIMARY && s.protocol != TB_CAP_RAFT && s.protocol != TB_CAP_CHAIN))
        continue;
      TbRuleFinding *finding = tb_rule_say (run, rule, run->parts[i].e, "any of its %u replicas answers reads: one that is behind answers with what was",
                                        s.replicas);
      if (s.by == NULL)
        tb_finding_fix_set (finding, "Read from the leader", run->parts[i].builtin, TB_PROP_READS, "leader");
    }
}

void
tb_rule_lossy_failover (TbRuleRun *run, const TbRule *rule)
{
  for (guint i = 0; i < run->n_parts; i++)
    {
      TbCapStore s;
      if (!tb_cap_store_of (run->parts[i].e, &s) || s.protocol != TB_CAP_PRIMARY || !s.failover || s.waits > 0)
        continue;
      TbRuleFinding *finding = tb_rule_say (run, rule, run->parts[i].e,
                                        "a backup takes over that need not have the last writes: they were acknowledged, and are lost");
      tb_finding_fix_set (finding, "Acknowledge a write when the backups have it", run->parts[i].builtin,
                          TB_PROP_REPLICATION, "primary-sync");
    }
}

/* ---- Crashes ---------------------------------------------------------------------------------- */

void
tb_rule_volatile_store (TbRuleRun *run, const TbRule *rule)
{
  for (guint i = 0; i < run->n_parts; i++)
    {
      const TbRulePart *part = &run->parts[i];
      if (part->role != TB_ROLE_STORE || part->replicas > 1 || !tb_rule_is_ours (part)
          || tb_element_get_boolean (part->e, TB_PROP_DURABLE)
          || (part->builtin == NULL && !tb_element_is_set (part->e, TB_PROP_DURABLE)))
        continue;
      TbRuleFinding *finding = tb_rule_say (run, rule, part->e, "it is not durable and has no replica: its data are gone when it crashes");
      tb_finding_fix_set (finding, "Make it durable", part->e, TB_PROP_DURABLE, "yes");
    }
}

static gboolean
promises (const TbRuleLink *link)
{
  for (guint i = 0; link->calls != NULL && i < link->calls->len; i++)
    if (tb_element_get_integer (link->calls->pdata[i], TB_PROP_QOS) > 0)
      return TRUE;
  return FALSE;
}

void
tb_rule_volatile_broker (TbRuleRun *run, const TbRule *rule)
{
  for (guint i = 0; i < run->n_links; i++)
    {
      const TbRuleLink *link = &run->links[i];
      const TbRulePart *to = &run->parts[link->to];
      if (to->role != TB_ROLE_BROKER || !tb_rule_is_ours (to) || tb_element_get_boolean (to->e, TB_PROP_DURABLE)
          || !promises (link))
        continue;
      TbRuleFinding *finding = tb_rule_say (run, rule, link->e, "it sends at least once, but %s is not durable: what waits there when it crashes is gone",
                                        id_of (run, link->to));
      tb_finding_also (finding, to->e);
      tb_finding_fix_set (finding, "Make the broker durable", to->e, TB_PROP_DURABLE, "yes");
    }
}
