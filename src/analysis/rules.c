/* Running the rules, and how their findings are said. */
#include <string.h>

#include "rules-private.h"

#define R(rule_id, level, function, when, why) { rule_id, TB_SEVERITY_##level, when, why, NULL, NULL },
#define M(rule_id, level, function, when, why, many, mend) { rule_id, TB_SEVERITY_##level, when, why, many, mend },
#define W(rule_id, level, when, why) { rule_id, TB_SEVERITY_##level, when, why, NULL, NULL },
static const TbRule rules[] = {
#include "rules-table.h"
};
#undef R
#undef M
#undef W

#define R(rule_id, level, function, ...) tb_rule_##function,
#define M R
#define W(...) NULL,
static const TbRuleCheck checks[G_N_ELEMENTS (rules)] = {
#include "rules-table.h"
};
#undef R
#undef M
#undef W

#define LINK_ID_MAX 24

const TbRule *
tb_rules (guint *n)
{
  *n = G_N_ELEMENTS (rules);
  return rules;
}

const TbRule *
tb_rule_find (const char *id)
{
  for (guint i = 0; i < G_N_ELEMENTS (rules); i++)
    if (strcmp (rules[i].id, id) == 0)
      return &rules[i];
  return NULL;
}

/* ---- Findings --------------------------------------------------------------------------------- */

static void
edit_clear (gpointer edit)
{
  g_free (((TbRuleEdit *) edit)->value);
}

static void
fix_free (TbRuleFix *fix)
{
  if (fix == NULL)
    return;
  g_free (fix->label);
  g_array_unref (fix->edits);
  g_free (fix);
}

void
tb_finding_free (gpointer data)
{
  TbRuleFinding *finding = data;
  g_free (finding->problem.message);
  g_array_unref (finding->uids);
  g_clear_pointer (&finding->parts, g_ptr_array_unref);
  fix_free (finding->fix);
  fix_free (finding->other);
  g_free (finding->reason);
  g_free (finding);
}

/* "component shop"; a link by its ends where its id is no word, as those of imported drawings are. (transfer full) */
static char *
name_of (const TbModel *model, const TbElement *e)
{
  const char *kind = tb_schema_kind (tb_element_kind (e))->name, *id = tb_element_id (e);
  const TbElement *from = NULL, *to = NULL;
  if (tb_element_kind (e) == TB_KIND_LINK && strlen (id) > LINK_ID_MAX)
    {
      from = tb_element_get_ref (model, e, TB_PROP_FROM);
      to = tb_element_get_ref (model, e, TB_PROP_TO);
    }
  if (from != NULL && to != NULL)
    return g_strdup_printf ("%s %s → %s", kind, tb_element_id (from), tb_element_id (to));
  return g_strdup_printf ("%s %s", kind, id != NULL ? id : tb_element_title (e));
}

TbRuleFinding *
tb_rule_say (TbRuleRun *run, const TbRule *rule, const TbElement *about, const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  g_autofree char *sentence = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  TbRuleFinding *finding = g_new0 (TbRuleFinding, 1);
  g_autofree char *name = name_of (run->model, about);
  finding->problem = (TbProblem){ rule->severity, rule->id, tb_element_uid (about), tb_element_line (about),
                                  tb_element_column (about), NULL };
  finding->problem.message = g_strdup_printf ("%s: %s", name, sentence);
  finding->uids = g_array_new (FALSE, FALSE, sizeof (TbUid));
  tb_finding_also (finding, about);
  g_ptr_array_add (run->findings, finding);
  return finding;
}

void
tb_finding_also (TbRuleFinding *finding, const TbElement *element)
{
  TbUid uid = tb_element_uid (element);
  for (guint i = 0; i < finding->uids->len; i++)
    if (g_array_index (finding->uids, TbUid, i) == uid)
      return;
  g_array_append_val (finding->uids, uid);
}

static void
add_edit (TbRuleFix **fix, const char *label, const TbRuleEdit *edit)
{
  if (*fix == NULL)
    {
      *fix = g_new0 (TbRuleFix, 1);
      (*fix)->label = g_strdup (label);
      (*fix)->edits = g_array_new (FALSE, FALSE, sizeof (TbRuleEdit));
      g_array_set_clear_func ((*fix)->edits, edit_clear);
    }
  g_array_append_vals ((*fix)->edits, edit, 1);
}

void
tb_finding_edit (TbRuleFinding *finding, const char *label, const TbRuleEdit *edit)
{
  TbRuleEdit own = *edit;
  own.value = g_strdup (edit->value);
  add_edit (&finding->fix, label, &own);
}

void
tb_finding_fix_set (TbRuleFinding *finding, const char *label, const TbElement *element, TbProp prop, const char *value)
{
  const TbRuleEdit edit = { TB_RULE_SET, tb_element_uid (element), prop, g_strdup (value) };
  add_edit (&finding->fix, label, &edit);
}

void
tb_finding_fix (TbRuleFinding *finding, const char *label, TbRuleOp op, const TbElement *element)
{
  const TbRuleEdit edit = { op, tb_element_uid (element), TB_PROP_NONE, NULL };
  add_edit (&finding->fix, label, &edit);
}

void
tb_finding_other (TbRuleFinding *finding, const char *label, TbRuleOp op, const TbElement *element)
{
  const TbRuleEdit edit = { op, tb_element_uid (element), TB_PROP_NONE, NULL };
  add_edit (&finding->other, label, &edit);
}

/* ---- All of them ------------------------------------------------------------------------------ */

/* Where an element stands in the file, whether or not it was read from one: uids of a document that is drawn follow
 * no order. */
static GHashTable *
places_of (const TbElement *root)
{
  GHashTable *places = g_hash_table_new (NULL, NULL);
  g_autoptr (GPtrArray) todo = g_ptr_array_new ();
  g_ptr_array_add (todo, (gpointer) root);
  for (guint n = 1; todo->len > 0; n++)
    {
      const TbElement *e = g_ptr_array_remove_index (todo, todo->len - 1);
      g_hash_table_insert (places, GUINT_TO_POINTER (tb_element_uid (e)), GUINT_TO_POINTER (n));
      for (guint i = tb_element_n_children (e); i > 0; i--)
        g_ptr_array_add (todo, (gpointer) tb_element_child (e, i - 1));
    }
  return places;
}

/* Ignored ones last; then the worst first, and in file order. Findings of one element keep the table's order. */
static int
compare (gconstpointer a, gconstpointer b, gpointer places)
{
  const TbRuleFinding *x = *(TbRuleFinding *const *) a, *y = *(TbRuleFinding *const *) b;
  if (x->ignored != y->ignored)
    return x->ignored ? 1 : -1;
  if (x->problem.severity != y->problem.severity)
    return (int) x->problem.severity - (int) y->problem.severity;
  guint px = GPOINTER_TO_UINT (g_hash_table_lookup (places, GUINT_TO_POINTER (x->problem.uid)));
  guint py = GPOINTER_TO_UINT (g_hash_table_lookup (places, GUINT_TO_POINTER (y->problem.uid)));
  return px < py ? -1 : px > py;
}

static void
sort (const TbModel *model, GPtrArray *findings)
{
  g_autoptr (GHashTable) places = places_of (tb_model_root (model));
  g_ptr_array_sort_with_data (findings, compare, places);
}

static void
leave_out_ignored (GPtrArray *findings)
{
  guint kept = 0;
  while (kept < findings->len && !((const TbRuleFinding *) findings->pdata[kept])->ignored)
    kept++;
  g_ptr_array_set_size (findings, (gint) kept);
}

GPtrArray *
tb_rules_check (const TbModel *model, const TbRuleOptions *options)
{
  TbRuleRun run = { .model = model, .findings = g_ptr_array_new_with_free_func (tb_finding_free) };
  if (options != NULL)
    run.options = *options;
  run.options.depth_max = run.options.depth_max > 0 ? run.options.depth_max : 4;
  run.options.chatty_max = run.options.chatty_max > 0 ? run.options.chatty_max : 10;
  tb_rule_net_read (&run);
  for (guint i = 0; i < G_N_ELEMENTS (rules); i++)
    if (checks[i] != NULL)
      checks[i](&run, &rules[i]);
  tb_rules_check_own (&run);
  tb_rules_suppress (&run);
  if (run.options.gather)
    tb_rules_gather (&run);
  tb_rule_net_clear (&run);
  sort (model, run.findings);
  if (!run.options.with_ignored)
    leave_out_ignored (run.findings);
  return run.findings;
}

void
tb_findings_add_to (const GPtrArray *findings, TbProblems *problems)
{
  for (guint i = 0; i < findings->len; i++)
    {
      const TbRuleFinding *finding = findings->pdata[i];
      const TbProblem *p = &finding->problem;
      if (finding->parts != NULL)
        tb_findings_add_to (finding->parts, problems);
      else if (!finding->ignored)
        tb_problems_add (problems, p->severity, p->rule, p->uid, p->line, p->column, "%s", p->message);
    }
}

/* ---- The page --------------------------------------------------------------------------------- */

static const char introduction[]
    = "# Rules\n\n"
      "<!-- Made from the table of rules by “tierboard check --rules”: do not edit. -->\n\n"
      "What `tierboard check` and the Problems page of the window say of a drawing before it runs. An *error*: it\n"
      "cannot work as drawn. A *warning*: it works, until something happens that will. An *info*: worth knowing, and\n"
      "often meant so. `check` ends with status 1 on errors, or on what `--fail-on` says. More than three findings of\n"
      "one rule are said as one that names them, `--each` says each; JSON and SARIF always do. In a sketch, where nothing\n"
      "says how programs behave (no `<builtin>`, threads, timeout or retries), what is true of programs only is an info.\n\n"
      "A finding that is as it should be is ignored in the file, with the reason, in the element that it is about:\n"
      "`<ignore rule=\"spof\" reason=\"a drawing for a class\"/>`. `layer.*` means all rules that begin so; in\n"
      "`<architecture>` itself, it holds everywhere. The window writes it (Ignore… in the list of problems).\n\n"
      "Rules of your own are elements of the file (see *rule* in the file format): which links must not be\n"
      "(`forbidden`), which alone may be (`allowed`), which must be (`required`), by kind, tag, layer, tier, group, id,\n"
      "protocol and middleware. What they find has the id `rule.` and theirs:\n\n"
      "    <rule id=\"own-data\" kind=\"forbidden\" from=\"kind:client\" to=\"kind:store\" name=\"Clients ask a server\"/>\n"
      "    <rule id=\"pci\" kind=\"allowed\" from=\"!tag:pci\" to=\"!tag:pci\"/>\n"
      "    <rule id=\"all-log\" kind=\"required\" from=\"kind:server\" to=\"id:logs\" over=\"async\" severity=\"warning\"/>\n\n"
      "| rule | level | says | why, and what to do |\n| --- | --- | --- | --- |\n";

char *
tb_rules_to_markdown (void)
{
  static const char *const levels[] = { "error", "warning", "info" };
  GString *out = g_string_new (introduction);
  for (guint i = 0; i < G_N_ELEMENTS (rules); i++)
    g_string_append_printf (out, "| `%s` | %s | %s | %s |\n", rules[i].id, levels[rules[i].severity],
                            rules[i].summary, rules[i].help);
  return g_string_free (out, FALSE);
}
