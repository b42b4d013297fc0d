/* Many findings of one rule, said as one: forty calls without a timeout are one thing to know, and one to mend. */
#include "rules-private.h"

#define MANY 4u
#define NAMED_MAX 5u
#define MARKED_MAX 500u

/* Those that become one: of one rule and one severity, all shown, or all ignored by the architecture. */
typedef struct
{
  const TbRule *rule;
  TbSeverity severity;
  gboolean ignored;
  GPtrArray *parts; /* of TbRuleFinding */
} Group;

static void
group_free (gpointer data)
{
  Group *group = data;
  g_ptr_array_unref (group->parts);
  g_free (group);
}

/* What is ignored where it stands keeps its own reason, and its own line. */
static gboolean
may_join (const TbRuleRun *run, const TbRuleFinding *finding)
{
  const TbElement *about = tb_model_get (run->model, finding->problem.uid);
  for (guint i = 0; finding->ignored && i < tb_element_n_children (about); i++)
    if (tb_element_kind (tb_element_child (about, i)) == TB_KIND_IGNORE)
      return FALSE;
  return TRUE;
}

static void
join (const TbRuleRun *run, GPtrArray *groups, TbRuleFinding *finding)
{
  const TbRule *rule = tb_rule_find (finding->problem.rule);
  if (rule == NULL || rule->many == NULL || !may_join (run, finding))
    return;
  for (guint i = 0; i < groups->len; i++)
    {
      Group *group = groups->pdata[i];
      if (group->rule == rule && group->severity == finding->problem.severity && group->ignored == finding->ignored)
        {
          g_ptr_array_add (group->parts, finding);
          return;
        }
    }
  Group *group = g_new (Group, 1);
  *group = (Group){ rule, finding->problem.severity, finding->ignored, g_ptr_array_new () };
  g_ptr_array_add (group->parts, finding);
  g_ptr_array_add (groups, group);
}

/* ---- Its words -------------------------------------------------------------------------------- */

static char *
title_of (const TbModel *model, const TbElement *e)
{
  const TbElement *from = NULL, *to = NULL;
  if (tb_element_kind (e) == TB_KIND_LINK)
    {
      from = tb_element_get_ref (model, e, TB_PROP_FROM);
      to = tb_element_get_ref (model, e, TB_PROP_TO);
    }
  return from != NULL && to != NULL ? g_strdup_printf ("%s → %s", tb_element_title (from), tb_element_title (to))
                                    : g_strdup (tb_element_title (e));
}

/* "5 parts each stop a client alone: Balancer, Orders and 3 more", each name once. (transfer full) */
static char *
words_of (const TbRuleRun *run, const Group *group)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  for (guint i = 0; i < group->parts->len; i++)
    {
      const TbRuleFinding *finding = group->parts->pdata[i];
      char *name = title_of (run->model, tb_model_get (run->model, finding->problem.uid));
      g_ptr_array_add (names, name);
      g_hash_table_add (seen, name);
    }
  guint different = g_hash_table_size (seen), named = different > NAMED_MAX + 1 ? NAMED_MAX : different, said = 0;
  GString *words = g_string_new (NULL);
  g_string_printf (words, "%u %s: ", group->parts->len, group->rule->many);
  for (guint i = 0; i < names->len && said < named; i++)
    if (g_hash_table_remove (seen, names->pdata[i]))
      {
        const char *between = said == 0 ? "" : said + 1 == different ? " and " : ", ";
        g_string_append_printf (words, "%s%s", between, (const char *) names->pdata[i]);
        said++;
      }
  if (said < different)
    g_string_append_printf (words, " and %u more", different - said);
  return g_string_free (words, FALSE);
}

/* ---- One for all ------------------------------------------------------------------------------ */

static void
copy_fix (TbRuleFinding *to, const TbRuleFix *fix, const char *label)
{
  for (guint i = 0; i < fix->edits->len; i++)
    tb_finding_edit (to, label, &g_array_index (fix->edits, TbRuleEdit, i));
}

/* Only where all of them can be mended. */
static void
mend_all (TbRuleFinding *finding, const Group *group)
{
  for (guint i = 0; i < group->parts->len; i++)
    if (((const TbRuleFinding *) group->parts->pdata[i])->fix == NULL)
      return;
  for (guint i = 0; i < group->parts->len; i++)
    copy_fix (finding, ((const TbRuleFinding *) group->parts->pdata[i])->fix, group->rule->mend);
}

static void
mark_all (TbRuleFinding *finding, const Group *group)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);
  for (guint i = 0; i < group->parts->len && finding->uids->len < MARKED_MAX; i++)
    {
      TbUid uid = ((const TbRuleFinding *) group->parts->pdata[i])->problem.uid;
      if (g_hash_table_add (seen, GUINT_TO_POINTER (uid)))
        g_array_append_val (finding->uids, uid);
    }
}

static TbRuleFinding *
stand_for (const TbRuleRun *run, const Group *group)
{
  const TbElement *root = tb_model_root (run->model);
  TbRuleFinding *finding = g_new0 (TbRuleFinding, 1);
  const TbRuleFinding *first = group->parts->pdata[0];
  finding->problem = (TbProblem){ group->severity, group->rule->id, tb_element_uid (root), first->problem.line, first->problem.column,
                                  words_of (run, group) };
  finding->uids = g_array_new (FALSE, FALSE, sizeof (TbUid));
  finding->ignored = group->ignored;
  finding->reason = g_strdup (first->reason);
  mark_all (finding, group);
  if (group->rule->mend != NULL && !group->ignored)
    mend_all (finding, group);
  finding->parts = g_ptr_array_new_with_free_func (tb_finding_free);
  for (guint i = 0; i < group->parts->len; i++)
    g_ptr_array_add (finding->parts, group->parts->pdata[i]);
  return finding;
}

void
tb_rules_gather (TbRuleRun *run)
{
  g_autoptr (GPtrArray) groups = g_ptr_array_new_with_free_func (group_free);
  g_autoptr (GHashTable) gone = g_hash_table_new (NULL, NULL);
  for (guint i = 0; i < run->findings->len; i++)
    join (run, groups, run->findings->pdata[i]);
  GPtrArray *kept = g_ptr_array_new_with_free_func (tb_finding_free);
  for (guint i = 0; i < groups->len; i++)
    {
      const Group *group = groups->pdata[i];
      if (group->parts->len < MANY)
        continue;
      for (guint k = 0; k < group->parts->len; k++)
        g_hash_table_add (gone, group->parts->pdata[k]);
      g_ptr_array_add (kept, stand_for (run, group));
    }
  for (guint i = 0; i < run->findings->len; i++)
    if (!g_hash_table_contains (gone, run->findings->pdata[i]))
      g_ptr_array_add (kept, run->findings->pdata[i]);
  g_ptr_array_set_free_func (run->findings, NULL);
  g_ptr_array_unref (run->findings);
  run->findings = kept;
}
