/* What stops alone, and two together. */
#include "rules-private.h"

#define NAMED_MAX 3
#define MARKED_MAX 500u

/* "Shop, Browser and 4 more stop", "Visitors cannot go on" */
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
  g_string_append (words, uids->len == 1 ? " cannot go on" : " stop"); /* which holds for Shop and for Visitors */
  return g_string_free (words, FALSE);
}

/* They are different ones; only what the finding is about may be among them. In a drawing of ten thousand, thousands of
 * points may stop thousands each: as many as a person could see are marked. */
static void
add_stopped (TbRuleFinding *finding, const GArray *stopped)
{
  for (guint i = 0; i < MIN (stopped->len, MARKED_MAX); i++)
    if (g_array_index (stopped, TbUid, i) != finding->problem.uid)
      g_array_append_val (finding->uids, g_array_index (stopped, TbUid, i));
}

/* A device that is there for one component alone says no more than that component does. */
static gboolean
is_said_by_what_runs_on_it (TbRuleRun *run, TbFailure *failure, const TbPart *point)
{
  const GArray *on = tb_rule_on_device (run, tb_model_get (run->model, point->uid));
  return on != NULL && on->len == 1
         && tb_failure_is_single_point (failure, tb_element_uid (run->parts[g_array_index (on, guint, 0)].e));
}

/* Of what a cache has, its callers may do without: so they say. */
static void
fix_cache (TbRuleRun *run, TbRuleFinding *finding, guint part)
{
  for (guint i = 0; i < run->parts[part].in->len; i++)
    if (tb_rule_in (run, part, i)->sync)
      tb_finding_fix_set (finding, "Its callers can do without it", tb_rule_in (run, part, i)->e, TB_PROP_NEEDS, "0");
}

static void
say_point (TbRuleRun *run, const TbRule *rule, TbFailure *failure, const TbPart *point)
{
  const TbElement *e = tb_model_get (run->model, point->uid);
  g_autoptr (GArray) stopped = tb_failure_without (failure, point, 1);
  guint part = tb_rule_part_of (run, e);
  if (stopped->len == 0 || is_said_by_what_runs_on_it (run, failure, point))
    return;
  g_autofree char *words = stopping (run, stopped);
  TbRuleFinding *finding;
  if (point->replica > 0)
    finding = tb_rule_say (run, rule, e, "without its replica %u, %s", point->replica, words);
  else
    finding = tb_rule_say (run, rule, e, "without it, %s", words);
  add_stopped (finding, stopped);
  /* Two of what keeps nothing are as good as one, and better. */
  if (part != TB_NOBODY && run->parts[part].replicas == 1 && run->parts[part].role == TB_ROLE_SERVER
      && g_strcmp0 (tb_element_get (e, TB_PROP_STATE), "stateless") == 0)
    tb_finding_fix_set (finding, "Run two replicas", e, TB_PROP_REPLICAS, "2");
  if (part != TB_NOBODY && run->parts[part].role == TB_ROLE_CACHE)
    fix_cache (run, finding, part);
}

void
tb_rule_spof (TbRuleRun *run, const TbRule *rule)
{
  guint n;
  TbFailure *failure = tb_rule_failure (run);
  const TbPart *points = tb_failure_single_points (failure, &n);
  for (guint i = 0; i < n; i++)
    say_point (run, rule, failure, &points[i]);
}

void
tb_rule_too_many_needed (TbRuleRun *run, const TbRule *rule)
{
  for (guint i = 0; i < run->n_links; i++)
    {
      const TbRuleLink *link = &run->links[i];
      const TbRulePart *to = &run->parts[link->to];
      gint64 needs = tb_element_get_integer (link->e, TB_PROP_NEEDS);
      if (needs <= to->replicas)
        continue;
      g_autofree char *label = g_strdup_printf ("Need %u", to->replicas), *value = g_strdup_printf ("%u", to->replicas);
      TbRuleFinding *finding = tb_rule_say (run, rule, link->e, "it needs %d replicas of %s, and there %s %u", (int) needs,
                                        tb_element_id (to->e), to->replicas == 1 ? "is" : "are", to->replicas);
      tb_finding_also (finding, to->e);
      tb_finding_fix_set (finding, label, link->e, TB_PROP_NEEDS, value);
    }
}

/* ---- Two together ------------------------------------------------------------------------------ */

#define PAIRS_SAID 5u
#define PAIRS_AMONG 2000u /* components: of 10 000, looking takes a fifth of the time of all rules */

/* Whether both devices run some of the same component, and what is left of it is not enough. */
static gboolean
share_a_component (TbRuleRun *run, TbFailure *failure, const TbPartPair *pair)
{
  const TbPart both[] = { pair->a, pair->b };
  const GArray *a = tb_rule_on_device (run, tb_model_get (run->model, pair->a.uid)),
               *b = tb_rule_on_device (run, tb_model_get (run->model, pair->b.uid));
  for (guint i = 0, k = 0; a != NULL && b != NULL && i < a->len && k < b->len;)
    {
      guint x = g_array_index (a, guint, i), y = g_array_index (b, guint, k);
      if (x == y && tb_failure_state_without (failure, both, 2, tb_element_uid (run->parts[x].e)) >= TB_FAILURE_STOPS)
        return TRUE;
      i += x <= y;
      k += y <= x;
    }
  return FALSE;
}

static gboolean
runs_some_of (TbRuleRun *run, TbUid device, TbUid component)
{
  const GArray *on = tb_rule_on_device (run, tb_model_get (run->model, device));
  for (guint i = 0; on != NULL && i < on->len; i++)
    if (tb_element_uid (run->parts[g_array_index (on, guint, i)].e) == component)
      return TRUE;
  return FALSE;
}

/* Two replicas of one component, or the devices of two of them, say no more than its number does. */
static gboolean
is_plain (TbRuleRun *run, TbFailure *failure, const TbPartPair *pair)
{
  const TbPart *replica = pair->a.replica > 0 ? &pair->a : pair->b.replica > 0 ? &pair->b : NULL;
  const TbPart *other = replica == &pair->a ? &pair->b : &pair->a;
  if (replica == NULL)
    return share_a_component (run, failure, pair);
  return other->uid == replica->uid || runs_some_of (run, other->uid, replica->uid)
         || tb_failure_state_without (failure, other, 1, replica->uid) != TB_FAILURE_GOES_ON;
}

/* What both stop and neither does. (transfer full) */
static GArray *
stopped_by_both (TbFailure *failure, const TbPartPair *pair)
{
  const TbPart both[] = { pair->a, pair->b };
  g_autoptr (GHashTable) alone = g_hash_table_new (NULL, NULL);
  for (guint k = 0; k < 2; k++)
    {
      g_autoptr (GArray) stopped = tb_failure_without (failure, &both[k], 1);
      for (guint i = 0; i < stopped->len; i++)
        g_hash_table_add (alone, GUINT_TO_POINTER (g_array_index (stopped, TbUid, i)));
    }
  g_autoptr (GArray) all = tb_failure_without (failure, both, 2);
  GArray *stopped = g_array_new (FALSE, FALSE, sizeof (TbUid));
  for (guint i = 0; i < all->len; i++)
    if (!g_hash_table_contains (alone, GUINT_TO_POINTER (g_array_index (all, TbUid, i))))
      g_array_append_val (stopped, g_array_index (all, TbUid, i));
  return stopped;
}

/* more: there are such pairs that are not said. */
static void
say_pair (TbRuleRun *run, const TbRule *rule, const TbPartPair *pair, gboolean more)
{
  TbFailure *failure = tb_rule_failure (run);
  g_autoptr (GArray) stopped = stopped_by_both (failure, pair);
  if (stopped->len == 0) /* what they stop is gone with them */
    return;
  g_autofree char *words = stopping (run, stopped), *other = tb_failure_part_text (failure, &pair->b);
  g_autofree char *which = pair->a.replica > 0 ? g_strdup_printf ("its replica %u", pair->a.replica) : g_strdup ("it");
  TbRuleFinding *finding = tb_rule_say (run, rule, tb_model_get (run->model, pair->a.uid),
                                        "without both %s and %s, %s, though neither is needed alone%s", which, other, words,
                                        more ? "; and there are more such pairs" : "");
  tb_finding_also (finding, tb_model_get (run->model, pair->b.uid));
  add_stopped (finding, stopped);
}

void
tb_rule_spof_pairs (TbRuleRun *run, const TbRule *rule)
{
  if (run->n_parts > PAIRS_AMONG)
    return;
  guint n;
  const TbPartPair *pairs = tb_failure_pairs (tb_rule_failure (run), &n);
  const TbPartPair *telling[PAIRS_SAID];
  guint n_telling = 0;
  gboolean more = FALSE;
  for (guint i = 0; i < n && !more; i++)
    if (!is_plain (run, tb_rule_failure (run), &pairs[i]))
      {
        more = n_telling == PAIRS_SAID;
        if (!more)
          telling[n_telling++] = &pairs[i];
      }
  for (guint i = 0; i < n_telling; i++)
    say_pair (run, rule, telling[i], more && i + 1 == n_telling);
}
